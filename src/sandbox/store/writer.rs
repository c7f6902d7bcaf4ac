//! The one thread that writes the log. Each record takes everything that waits, so that many
//! requests share one sync of the disk; the more wait, the more share. Clients that were answered
//! together come back together, so a record waits for them too, a moment that is short beside the
//! sync that they save: the slower the disk, the longer. Gives up for good at the first error: what
//! was answered is on disk, and nothing is answered that is not.
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
use crate::clock::Stopwatch;
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

/// How often a record that waits for others looks who has come. [us]
const NAP: Duration = Duration::from_micros(100);

/// A record waits at most this part of the time that the last one took to write and to sync. [us]
const PATIENCE: f64 = 0.5;

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
        let mut company = Company::none();
        loop {
            if next.batches.is_empty() {
                let Some(first) = self.wait(batches) else {
                    break;
                };
                next.add(first);
            }
            next.gather(batches, company);
            let group = std::mem::take(&mut next).batches;
            let watch = Stopwatch::start();
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
            company = Company {
                expected: group.len() + next.batches.len(),
                patience: watch.elapsed().mul_f64(PATIENCE),
            };
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

    /// Takes who waits, and waits itself as long as more are expected.
    fn gather(&mut self, waiting: &Receiver<Batch>, company: Company) {
        let watch = Stopwatch::start();
        self.take_waiting(waiting);
        while self.bytes < RECORD_BYTES
            && let Some(nap) = company.nap(self.batches.len(), watch.elapsed())
        {
            thread::sleep(nap);
            self.take_waiting(waiting);
        }
    }
}

/// Who may come along.
#[derive(Debug, Clone, Copy)]
struct Company {
    /// As many as can be expected: who came for the last record, and while it was written.
    expected: usize,
    /// How long to wait for them.
    patience: Duration,
}

impl Company {
    /// Nobody has been there yet.
    fn none() -> Self {
        Self {
            expected: 1,
            patience: Duration::ZERO,
        }
    }

    /// How long to wait until the next look, if at all. Somebody alone never waits, unless others
    /// were there just before.
    fn nap(self, there: usize, waited: Duration) -> Option<Duration> {
        let left = self.patience.saturating_sub(waited);
        (there < self.expected && !left.is_zero()).then_some(left.min(NAP))
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

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    #[test]
    fn a_record_waits_for_those_who_may_come_and_no_longer_than_it_is_worth() {
        let company = Company {
            expected: 3,
            patience: MILLI,
        };
        assert_eq!(company.nap(2, Duration::ZERO), Some(NAP));
        assert_eq!(company.nap(2, MILLI - NAP / 2), Some(NAP / 2));
        assert_eq!(company.nap(2, MILLI), None);
        assert_eq!(company.nap(2, 2 * MILLI), None);
        assert_eq!(company.nap(3, Duration::ZERO), None);
        assert_eq!(company.nap(4, Duration::ZERO), None);
    }

    #[test]
    fn somebody_alone_never_waits() {
        assert_eq!(Company::none().nap(1, Duration::ZERO), None);
        // However slow the disk.
        let alone = Company {
            expected: 1,
            patience: 1_000 * MILLI,
        };
        assert_eq!(alone.nap(1, Duration::ZERO), None);
    }
}
