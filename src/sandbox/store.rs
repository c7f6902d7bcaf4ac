//! Where changes are kept: nowhere (the queues hold everything), or in files on disk. Decides
//! nothing about queues; how the files look is the business of its submodules.
//!
//! A change is kept once it is in the log, which is only appended to: one write and one sync for
//! all who wait. From there it goes into the database later, together with many others.
//!
//! In reading order: `disk` opens the files and takes changes, `writer` makes records of them in
//! the log, `segment` says how a file of the log looks and `log` what two of them hold together;
//! `applier` brings the changes into the database, without those that `fold` finds undone; `tables`
//! says what a change is there, `chunk` what a message is, and `read` reads it back. `guard` keeps a file untouched until it
//! has proved to be good, `trouble` says what is wrong with it, `health` whether all is well.

mod applier;
mod chunk;
#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod crashes;
mod disk;
mod fold;
mod guard;
mod health;
mod log;
mod read;
mod segment;
mod tables;
mod trouble;
mod writer;

use std::path::{Path, PathBuf};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

pub use disk::Disk;
pub use trouble::Unusable;

use super::queue::Change;

/// Keeps what happened.
///
/// Changes are submitted in the order in which they happened, under the lock of the queues, and
/// awaited outside of it: many requests share one write. Whoever wants to submit asks for
/// [room](Store::room) before it takes the lock, so that a slow disk holds back requests and not
/// the lock, and what waits to be written stays bounded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Store {
    /// Forgets everything with the process.
    Memory,
    /// Keeps everything in files.
    Disk(Disk),
}

/// The right to submit once.
#[derive(Debug)]
#[must_use = "it is meant for a submit"]
pub struct Room {
    /// Given back with it.
    _permit: Option<OwnedSemaphorePermit>,
}

/// A write on its way. The reply leaves only after [`Pending::durable`].
#[derive(Debug)]
#[must_use = "the reply leaves only after the changes are durable"]
pub struct Pending(Write);

#[derive(Debug)]
enum Write {
    Done,
    Refused(StoreError),
    OnItsWay(oneshot::Receiver<Result<(), StoreError>>),
}

/// Why changes cannot be kept, or are not to be had back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store does not take writes any more.
    #[error("the store has failed: {0}")]
    Failed(String),
    /// The file is not one that this version can work with. It was left as it is.
    #[error("{} {why}", path.display())]
    Unusable {
        /// The file, or the folder that it should be in.
        path: PathBuf,
        /// What is wrong with it.
        why: Unusable,
    },
}

impl Store {
    /// The store in this folder, which is created if need be. Blocks on the disk.
    ///
    /// # Errors
    /// When the file there is damaged, newer than this version, in use, or cannot be had. It is
    /// left as it is then, byte for byte.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        Disk::open(data_dir).map(Store::Disk)
    }

    /// Gives everything that was kept before it was opened to `each`, as changes that rebuild it.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// When it cannot be read; `each` may have got some of it.
    pub fn load(&self, each: impl FnMut(Change)) -> Result<(), StoreError> {
        match self {
            Store::Memory => Ok(()),
            Store::Disk(disk) => disk.load(each),
        }
    }

    /// A number that no earlier run on this store has had, with so many free ones after it that
    /// counting up from it does not reach the number of a later run.
    pub fn run(&self) -> u64 {
        match self {
            Store::Memory => fastrand::u64(..),
            Store::Disk(disk) => disk.run(),
        }
    }

    /// Waits until there is room for one more write.
    ///
    /// # Errors
    /// When the store has failed.
    pub async fn room(&self) -> Result<Room, StoreError> {
        match self {
            Store::Memory => Ok(Room::unlimited()),
            Store::Disk(disk) => disk.room().await,
        }
    }

    /// Room, if there is some at once.
    pub fn room_now(&self) -> Option<Room> {
        match self {
            Store::Memory => Some(Room::unlimited()),
            Store::Disk(disk) => disk.room_now(),
        }
    }

    /// Begins to write changes. Never blocks.
    pub fn submit(&self, changes: Vec<Change>, room: Room) -> Pending {
        match self {
            Store::Memory => Pending::nothing(),
            Store::Disk(_) if changes.is_empty() => Pending::nothing(),
            Store::Disk(disk) => disk.submit(changes, room),
        }
    }

    /// Why it takes no writes any more, if so.
    pub fn failure(&self) -> Option<StoreError> {
        match self {
            Store::Memory => None,
            Store::Disk(disk) => disk.failure(),
        }
    }

    /// Returns once the store takes no writes any more; never, as long as all is well.
    pub async fn failed(&self) {
        match self {
            Store::Memory => std::future::pending().await,
            Store::Disk(disk) => disk.failed().await,
        }
    }
}

impl Room {
    fn unlimited() -> Self {
        Self { _permit: None }
    }

    fn of(permit: OwnedSemaphorePermit) -> Self {
        Self {
            _permit: Some(permit),
        }
    }
}

impl Pending {
    /// Of no change.
    pub(super) fn nothing() -> Self {
        Self(Write::Done)
    }

    /// Returns once the changes would survive a crash.
    ///
    /// # Errors
    /// When they would not.
    pub async fn durable(self) -> Result<(), StoreError> {
        match self.0 {
            Write::Done => Ok(()),
            Write::Refused(error) => Err(error),
            Write::OnItsWay(answer) => answer.await.unwrap_or_else(|_| Err(StoreError::ended())),
        }
    }
}

impl StoreError {
    /// Nobody is there to write, for a reason that is not known.
    fn ended() -> Self {
        StoreError::Failed("its writer has ended".to_owned())
    }
}
