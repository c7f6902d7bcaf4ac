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

/// What is wrong with a file of the store. As text it goes on from the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// Another process has it.
    #[error("is in use by another mqscope; stop that one, or choose another data folder")]
    InUse,
    /// The system refuses it, in its words.
    #[error("cannot be used: {0}; put that right, or choose another data folder")]
    Refused(String),
    /// It was written by a version that does this otherwise.
    #[error(
        "is of another mqscope: it has {what} {found}, this one knows {what} {known}; it was left \
         as it is; use that mqscope, or choose another data folder"
    )]
    OtherVersion {
        /// Of what it is the number.
        what: &'static str,
        /// Its number.
        found: u64,
        /// The number of this version.
        known: u64,
    },
    /// Something else than a sandbox wrote it.
    #[error(
        "was not written by a sandbox: {0}; it was left as it is; choose another data folder, or \
         move the file away"
    )]
    Foreign(&'static str),
    /// It is the log of another database.
    #[error(
        "is the log of another store: {0}; it was left as it is; put its sandbox.redb back, or \
         move it away to go on without it"
    )]
    Stray(&'static str),
    /// The log is damaged, and how.
    #[error(
        "is damaged: {0}; it was left as it is; put good copies of it and of sandbox.redb in their \
         place, or move all of them away to start with nothing"
    )]
    DamagedLog(String),
    /// The database is damaged, and how.
    #[error(
        "is damaged: {0}; it was left as it is; put a good copy in its place, or move it away to \
         start with nothing"
    )]
    Damaged(String),
}

impl Trouble {
    /// Why the store does not start with this file.
    pub(super) fn unusable(self, path: &Path) -> StoreError {
        let why = match self {
            Trouble::Database(DatabaseError::DatabaseAlreadyOpen) => Unusable::InUse,
            Trouble::Io(error)
            | Trouble::Storage(StorageError::Io(error))
            | Trouble::Database(DatabaseError::Storage(StorageError::Io(error)))
                if error.kind() != io::ErrorKind::UnexpectedEof
                    && error.kind() != io::ErrorKind::InvalidData =>
            {
                Unusable::Refused(error.to_string())
            }
            Trouble::Version(found) => Unusable::OtherVersion {
                what: "version",
                found,
                known: VERSION,
            },
            Trouble::Format(found) => Unusable::OtherVersion {
                what: "format",
                found: found.into(),
                known: FORMAT.into(),
            },
            Trouble::Foreign(why) => Unusable::Foreign(why),
            Trouble::Stray(why) => Unusable::Stray(why),
            Trouble::Record(why) => Unusable::DamagedLog(why),
            damaged => Unusable::Damaged(damaged.to_string()),
        };
        StoreError::Unusable {
            path: path.to_owned(),
            why,
        }
    }

    /// Why the store goes on no more.
    pub(super) fn failed(self) -> StoreError {
        StoreError::Failed(self.to_string())
    }
}
