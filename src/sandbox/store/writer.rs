//! The one thread that writes. Each commit takes everything that waits, so that many requests
//! share one sync of the disk; the more wait, the more share. Clients that were answered together
//! come back together, so a commit waits a moment for them too. Gives up for good at the first
//! error: what was answered is on disk, and nothing is answered that is not.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use redb::{Database, Durability};
use tokio::sync::{Semaphore, oneshot, watch};

use super::tables::{Numbers, Tables};
use super::trouble::Trouble;
use super::{Room, StoreError};
use crate::sandbox::queue::Change;

/// A commit takes no more once it has bodies of this many bytes: it is built in memory. [us]
const COMMIT_BYTES: usize = 32 << 20;

/// How long, and how often, a commit waits for others to come along. It goes ahead as soon as
/// nobody does, or as many are there as can be expected: somebody alone never waits. [us]
const NAP: Duration = Duration::from_micros(100);
const MOST_NAPS: u32 = 10;

/// The changes of one request.
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    /// Given back once the batch is written.
    pub(super) room: Room,
    pub(super) answer: oneshot::Sender<Result<(), StoreError>>,
}

/// What the thread and the store share.
#[derive(Debug, Clone)]
pub(super) struct Health {
    /// Closed once nothing is written any more.
    pub(super) room: Arc<Semaphore>,
    /// Why nothing is.
    pub(super) failure: watch::Sender<Option<StoreError>>,
}

impl Health {
    fn fail(&self, error: StoreError) {
        self.failure.send_replace(Some(error));
        self.room.close();
    }
}

/// Says so should the thread panic, or everybody would wait for ever.
struct Watch<'a>(&'a Health);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.fail(StoreError::ended());
        }
    }
}

/// Writes until nobody can submit any more, or until the first error.
pub(super) fn run(
    database: &Database,
    mut numbers: Numbers,
    batches: &Receiver<Batch>,
    health: &Health,
) {
    let _watch = Watch(health);
    let mut next = Group::default();
    let mut expected = 1;
    loop {
        if next.batches.is_empty() {
            let Ok(first) = batches.recv() else { return };
            next.add(first);
        }
        next.gather(batches, expected);
        let group = std::mem::take(&mut next).batches;
        let result = commit(database, &mut numbers, &group).map_err(Trouble::failed);
        if let Err(error) = &result {
            health.fail(error.clone());
        }
        // Who came meanwhile, and who is answered now and may be back soon.
        next.take_waiting(batches);
        expected = group.len() + next.batches.len();
        for Batch { answer, room, .. } in group {
            drop(room);
            // Whoever asked may be gone.
            let _ = answer.send(result.clone());
        }
        if result.is_err() {
            return;
        }
    }
}

/// What goes into one commit.
#[derive(Default)]
struct Group {
    batches: Vec<Batch>,
    bytes: usize,
}

impl Group {
    fn add(&mut self, batch: Batch) {
        self.bytes += batch.bytes();
        self.batches.push(batch);
    }

    fn take_waiting(&mut self, waiting: &Receiver<Batch>) {
        while self.bytes < COMMIT_BYTES {
            let Ok(batch) = waiting.try_recv() else { break };
            self.add(batch);
        }
    }

    /// Takes who waits, and waits itself a little if more are expected.
    fn gather(&mut self, waiting: &Receiver<Batch>, expected: usize) {
        self.take_waiting(waiting);
        for _ in 0..MOST_NAPS {
            let before = self.batches.len();
            if before >= expected || self.bytes >= COMMIT_BYTES {
                return;
            }
            thread::sleep(NAP);
            self.take_waiting(waiting);
            if self.batches.len() == before {
                return;
            }
        }
    }
}

impl Batch {
    fn bytes(&self) -> usize {
        let of_change = |change: &Change| match change {
            Change::Stored { message, .. } => message.parts.body.len(),
            _ => 0,
        };
        self.changes.iter().map(of_change).sum()
    }
}

fn commit(database: &Database, numbers: &mut Numbers, group: &[Batch]) -> Result<(), Trouble> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    {
        let mut tables = Tables::open(&transaction)?;
        for change in group.iter().flat_map(|batch| &batch.changes) {
            tables.make(change, numbers)?;
        }
    }
    transaction.commit()?;
    Ok(())
}
