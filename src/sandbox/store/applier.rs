//! Brings changes from the log into the database, many of them in one transaction, on a thread of
//! its own: nobody waits for it but a log that is full. Decides nothing about when.

use std::sync::mpsc::{Receiver, SyncSender};

use redb::{Database, Durability, StorageBackend, WriteTransaction};

use super::fold::lasting;
use super::health::{Health, Watch};
use super::segment::Segment;
use super::tables::{ABOUT, APPLIED_KEY, Numbers, Tables};
use super::trouble::Trouble;
use crate::sandbox::queue::Change;

/// A segment that gets no more records.
#[derive(Debug)]
pub(super) struct Sealed<B> {
    pub(super) segment: Segment<B>,
    /// What it holds.
    pub(super) changes: Vec<Change>,
    /// Number of its last record.
    pub(super) last: u64,
}

/// Applies what is sealed and gives the segments back, empty, until nobody can seal any more, or
/// until the first error.
pub(super) fn run<B: StorageBackend>(
    database: &Database,
    mut numbers: Numbers,
    sealed: &Receiver<Sealed<B>>,
    empty: &SyncSender<Segment<B>>,
    health: &Health,
) {
    let _watch = Watch(health);
    for Sealed {
        mut segment,
        changes,
        last,
    } in sealed
    {
        if let Err(error) = commit(database, &mut numbers, &changes, last) {
            return health.fail(error.failed());
        }
        segment.begin_anew();
        // The writer may be gone, with nothing more to write.
        drop(empty.send(segment));
    }
}

fn commit(
    database: &Database,
    numbers: &mut Numbers,
    changes: &[Change],
    last: u64,
) -> Result<(), Trouble> {
    let mut transaction = database.begin_write()?;
    // The log begins anew after this.
    transaction.set_durability(Durability::Immediate)?;
    apply(&transaction, numbers, changes, last)?;
    transaction.commit()?;
    Ok(())
}

/// Makes the changes of records up to `last`, and notes that the database has them.
pub(super) fn apply(
    transaction: &WriteTransaction,
    numbers: &mut Numbers,
    changes: &[Change],
    last: u64,
) -> Result<(), Trouble> {
    let mut tables = Tables::open(transaction)?;
    for change in lasting(changes) {
        tables.make(change, numbers)?;
    }
    tables.finish()?;
    transaction.open_table(ABOUT)?.insert(APPLIED_KEY, last)?;
    Ok(())
}
