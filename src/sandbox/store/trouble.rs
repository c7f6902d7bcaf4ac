//! What can be wrong with a file, and how that is put to a person. Looks at no file.

use std::io;
use std::path::Path;

use redb::{
    CommitError, DatabaseError, SetDurabilityError, StorageError, TableError, TransactionError,
};

use super::StoreError;
use super::segment::FORMAT;
use super::tables::VERSION;
use crate::protocol::InvalidName;

/// Why a file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Transaction(Box<TransactionError>),
    #[error(transparent)]
    Durability(#[from] SetDurabilityError),
    #[error(transparent)]
    Table(#[from] TableError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Something speaks of something else that is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// A name that cannot be one.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The version of what the file holds.
    #[error("it has version {0}, this mqscope knows version {VERSION}")]
    Version(u64),
    /// Something else than a sandbox wrote it.
    #[error("{0}")]
    Foreign(&'static str),
    /// A message of the database cannot be packed, or is not one.
    #[error("a message: {0}")]
    Packed(postcard::Error),
    /// The log cannot be read.
    #[error("{0}")]
    Record(String),
    /// The version of the log.
    #[error("it has format {0}, this mqscope knows format {FORMAT}")]
    Format(u32),
    /// A log without its database.
    #[error("{0}")]
    Stray(&'static str),
}

impl From<TransactionError> for Trouble {
    fn from(error: TransactionError) -> Self {
        Trouble::Transaction(Box::new(error))
    }
}

impl Trouble {
    /// Why the store does not start with this file.
    pub(super) fn unusable(self, path: &Path) -> StoreError {
        let (what, next) = match self {
            Trouble::Database(DatabaseError::DatabaseAlreadyOpen) => (
                "is in use by another mqscope".to_owned(),
                "stop that one, or choose another data folder",
            ),
            Trouble::Io(error)
            | Trouble::Storage(StorageError::Io(error))
            | Trouble::Database(DatabaseError::Storage(StorageError::Io(error)))
                if error.kind() != io::ErrorKind::UnexpectedEof
                    && error.kind() != io::ErrorKind::InvalidData =>
            {
                (
                    format!("cannot be used: {error}"),
                    "put that right, or choose another data folder",
                )
            }
            Trouble::Version(version) => (
                format!(
                    "is of another mqscope: it has version {version}, this one knows version \
                     {VERSION}"
                ),
                "it was left as it is; use that mqscope, or choose another data folder",
            ),
            Trouble::Foreign(why) => (
                format!("was not written by a sandbox: {why}"),
                "it was left as it is; choose another data folder, or move the file away",
            ),
            Trouble::Format(format) => (
                format!(
                    "is of another mqscope: it has format {format}, this one knows format {FORMAT}"
                ),
                "it was left as it is; use that mqscope, or choose another data folder",
            ),
            Trouble::Stray(why) => (
                format!("is the log of another store: {why}"),
                "it was left as it is; put its sandbox.redb back, or move it away to go on \
                 without it",
            ),
            Trouble::Record(why) => (
                format!("is damaged: {why}"),
                "it was left as it is; put good copies of it and of sandbox.redb in their place, \
                 or move all of them away to start with nothing",
            ),
            damaged => (
                format!("is damaged: {damaged}"),
                "it was left as it is; put a good copy in its place, or move it away to start \
                 with nothing",
            ),
        };
        StoreError::Unusable {
            path: path.to_owned(),
            what,
            next,
        }
    }

    /// Why the store goes on no more.
    pub(super) fn failed(self) -> StoreError {
        StoreError::Failed(self.to_string())
    }
}
