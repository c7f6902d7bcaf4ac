//! The rows that we may still hold, by the end of their lease, and which of them have an ack on
//! its way: counting them looks at none of them. Those whose time is over stay until they are
//! taken out, and can be told from the others meanwhile.

use crate::protocol::Timestamp;

use super::super::shelves::Shelves;
use super::numbers::Numbers;

/// Rows that are held.
#[derive(Debug, Default)]
pub(super) struct Held {
    by_end: Shelves<(Timestamp, u64)>,
    numbers: Numbers,
    pending: Numbers,
}

impl Held {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_end.len()
    }

    /// How many of them have an ack on its way.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Whether a row is held and has an ack on its way.
    pub(super) fn is_pending(&self, number: u64) -> bool {
        self.pending.contains(number)
    }

    /// Whether a row is held.
    pub(super) fn contains(&self, number: u64) -> bool {
        self.numbers.contains(number)
    }

    /// Those of a word of numbers.
    pub(super) fn word(&self, word: u64) -> u128 {
        self.numbers.word(word)
    }

    /// Their numbers, rising.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> {
        self.numbers.iter()
    }

    /// Their numbers, the one that returns first at first.
    pub(super) fn by_end(&self) -> impl Iterator<Item = (Timestamp, u64)> {
        (0..).map_while(|place| self.by_end.get(place).copied())
    }

    /// How many of them have returned by now and were not taken out yet.
    pub(super) fn ended(&self, now: Timestamp) -> usize {
        self.by_end.below(&(now.offset_millis(1), 0))
    }

    /// Their numbers, the first that returns after `after` at first.
    pub(super) fn after(&self, after: Timestamp) -> impl Iterator<Item = u64> {
        (self.ended(after)..).map_while(|place| self.by_end.get(place).map(|&(_, number)| number))
    }

    /// When the first returns of those that have not by now.
    pub(super) fn first_end(&self, now: Timestamp) -> Option<Timestamp> {
        let first = self.by_end.get(self.ended(now));
        first.map(|&(ends, _)| ends)
    }

    /// When the last returns.
    pub(super) fn last_end(&self) -> Option<Timestamp> {
        let last = self.by_end.len().checked_sub(1)?;
        self.by_end.get(last).map(|&(ends, _)| ends)
    }

    /// One more.
    pub(super) fn insert(&mut self, ends: Timestamp, number: u64, pending: bool) {
        self.by_end.insert((ends, number));
        self.numbers.set(number, true);
        self.pending.set(number, pending);
    }

    /// One less.
    pub(super) fn remove(&mut self, ends: Timestamp, number: u64) {
        self.by_end.remove(&(ends, number));
        self.numbers.set(number, false);
        self.pending.set(number, false);
    }

    /// Takes out one that has returned by now.
    pub(super) fn pop_ended(&mut self, now: Timestamp) -> Option<u64> {
        let &(ends, number) = self.by_end.get(0).filter(|&&(ends, _)| ends <= now)?;
        self.remove(ends, number);
        Some(number)
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.by_end.bytes() + self.numbers.bytes() + self.pending.bytes()
    }
}
