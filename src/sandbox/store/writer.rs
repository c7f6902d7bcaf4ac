//! The one thread that writes the log. Each record takes everything that waits, so that many
//! requests share one sync of the disk; the more wait, the more share. Clients that were answered
//! together come back together, so a record waits a moment for them too. Gives up for good at the
//! first error: what was answered is on disk, and nothing is answered that is not.
//!
//! What was written is handed to the applier once it is much, or once nobody has come for a
//! while; records go on in the other segment meanwhile.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use redb::StorageBackend;
use tokio::sync::oneshot;

use super::applier::Sealed;
use super::health::{Health, Watch};
use super::segment::Segment;
use super::trouble::Trouble;
use super::{Room, StoreError};
use crate::sandbox::queue::Change;

/// A record takes no more once it has bodies of this many bytes: it is built in memory. [us]
const RECORD_BYTES: usize = 8 << 20;

/// When the database gets what it lacks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// A segment of this size is sealed as soon as the other one is empty, and at twice the size
    /// everybody waits for that: what the database lacks has to fit into memory.
    pub(super) segment_bytes: u64,
    /// After so long without a write: a log that nobody writes to should hold nothing that the database lacks.
    pub(super) quiet: Duration,
}

impl Default for Pace {
    /// Large enough for the database to be written seldom. [us]
    fn default() -> Self {
        Self {
            segment_bytes: 16 << 20,
            quiet: Duration::from_secs(1),
        }
    }
}

/// How long, and how often, a record waits for others to come along. It goes ahead as soon as
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

/// The end of the log, and the way into the database.
pub(super) struct Writer<B> {
    pub(super) pace: Pace,
    /// Where records go.
    pub(super) active: Segment<B>,
    /// Number of the last record.
    pub(super) last: u64,
    /// What the active segment holds.
    pub(super) unapplied: Vec<Change>,
    pub(super) sealed: SyncSender<Sealed<B>>,
    /// The segment that is not the active one, once it may be.
    pub(super) empty: Receiver<Segment<B>>,
}

impl<B: StorageBackend> Writer<B> {
    /// Writes until nobody can submit any more, or until the first error.
    pub(super) fn run(mut self, batches: &Receiver<Batch>, health: &Health) {
        let _watch = Watch(health);
        let mut buffer = Vec::new();
        let mut next = Group::default();
        let mut expected = 1;
        loop {
            if next.batches.is_empty() {
                let Some(first) = self.wait(batches) else {
                    break;
                };
                next.add(first);
            }
            next.gather(batches, expected);
            let group = std::mem::take(&mut next).batches;
            let result = match health.failure() {
                // That of the applier.
                Some(error) => Err(error),
                None => self.write(&group, &mut buffer).map_err(Trouble::failed),
            };
            if let Err(error) = &result {
                health.fail(error.clone());
            }
            // Who came meanwhile, and who is answered now and may be back soon.
            next.take_waiting(batches);
            expected = group.len() + next.batches.len();
            for Batch {
                answer,
                room,
                changes,
            } in group
            {
                drop(room);
                // Whoever asked may be gone.
                let _ = answer.send(result.clone());
                self.unapplied.extend(changes);
            }
            if result.is_err() {
                return;
            }
            self.seal_if_large();
        }
        self.end();
    }

    /// The next batch, if one will come.
    fn wait(&mut self, batches: &Receiver<Batch>) -> Option<Batch> {
        while !self.unapplied.is_empty() {
            match batches.recv_timeout(self.pace.quiet) {
                Ok(batch) => return Some(batch),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => {
                    if let Ok(empty) = self.empty.try_recv() {
                        self.seal(empty);
                    }
                }
            }
        }
        batches.recv().ok()
    }

    fn write(&mut self, group: &[Batch], buffer: &mut Vec<u8>) -> Result<(), Trouble> {
        let changes = group.iter().flat_map(|batch| &batch.changes);
        self.active.append(self.last + 1, changes, buffer)?;
        self.last += 1;
        // One large record should not take its place for ever.
        buffer.shrink_to(RECORD_BYTES);
        Ok(())
    }

    fn seal_if_large(&mut self) {
        let (bytes, enough) = (self.active.bytes(), self.pace.segment_bytes);
        let empty = if bytes < enough {
            return;
        } else if bytes < 2 * enough {
            self.empty.try_recv().ok()
        } else {
            // There is none if the applier has failed, which the next write will find.
            self.empty.recv().ok()
        };
        if let Some(empty) = empty {
            self.seal(empty);
        }
    }

    fn seal(&mut self, empty: Segment<B>) {
        let sealed = Sealed {
            segment: std::mem::replace(&mut self.active, empty),
            changes: std::mem::take(&mut self.unapplied),
            last: self.last,
        };
        // There is room for both segments; the applier is gone only after an error.
        let _ = self.sealed.send(sealed);
    }

    /// Everything goes into the database.
    fn end(self) {
        if self.unapplied.is_empty() {
            return;
        }
        let sealed = Sealed {
            segment: self.active,
            changes: self.unapplied,
            last: self.last,
        };
        let _ = self.sealed.send(sealed);
    }
}

/// What goes into one record.
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
        while self.bytes < RECORD_BYTES {
            let Ok(batch) = waiting.try_recv() else { break };
            self.add(batch);
        }
    }

    /// Takes who waits, and waits itself a little if more are expected.
    fn gather(&mut self, waiting: &Receiver<Batch>, expected: usize) {
        self.take_waiting(waiting);
        for _ in 0..MOST_NAPS {
            let before = self.batches.len();
            if before >= expected || self.bytes >= RECORD_BYTES {
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
