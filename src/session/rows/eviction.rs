//! What the rows of a view weigh, and letting go of one of them: the oldest that nobody holds,
//! or the held one that returns first. When, and of which view, is decided in `budget.rs`.

use crate::protocol::Timestamp;

use super::numbers::word_and_bit;
use super::{Pages, Row, Rows};

/// What had to go.
#[derive(Debug, Default)]
pub(super) struct Evicted {
    free: u64,
    held: u64,
    /// No row of an earlier word is free.
    free_from: u64,
}

impl Evicted {
    /// Nobody holds this row any more.
    pub(super) fn is_free(&mut self, number: u64) {
        self.free_from = self.free_from.min(word_and_bit(number).0);
    }
}

impl Rows {
    /// Rows that nobody held and that had to go to make room.
    pub fn evicted(&self) -> u64 {
        self.evicted.free
    }

    /// Rows that were still held and had to go to make room: their handles are lost.
    pub fn lost(&self) -> u64 {
        self.evicted.held
    }

    /// Bytes in memory.
    pub fn bytes(&self) -> usize {
        self.rows.bytes()
            + self.heap
            + self.by_id.bytes()
            + self.asked.bytes()
            + self.held.bytes()
            + self.selected.bytes()
            + self.likeness.bytes()
            + self.changed.capacity() * size_of::<u64>()
    }

    /// Whether there is a row that nobody holds, beside the newest.
    pub(in crate::session) fn has_free(&self) -> bool {
        let free = self.len() - self.held.len();
        free > 1
            || free == 1
                && self
                    .newest()
                    .is_none_or(|newest| self.held.contains(newest))
    }

    /// When the first of those returns that are held, beside the newest row.
    pub(in crate::session) fn first_to_lose(&self) -> Option<(Timestamp, u64)> {
        let newest = self.newest();
        self.held
            .by_end()
            .find(|&(_, number)| Some(number) != newest)
    }

    /// Lets go of the oldest row that nobody holds, but never of the newest row. Whether there
    /// was one.
    pub(in crate::session) fn evict_free(&mut self) -> bool {
        let newest = self.newest();
        let found = self
            .rows
            .words_from(self.evicted.free_from)
            .find_map(|(word, present)| {
                let free = present & !self.held.word(word);
                let number = word * u64::from(u128::BITS) + u64::from(free.trailing_zeros());
                (free != 0).then_some((word, number))
            });
        let Some((word, number)) = found.filter(|&(_, number)| Some(number) != newest) else {
            return false;
        };
        self.evicted.free_from = word;
        self.evicted.free += 1;
        self.remove(number);
        true
    }

    /// The view is closed: lets go of about so many rows, whatever was kept about them. Whether nothing
    /// is left.
    pub(in crate::session) fn close(&mut self, most: usize) -> bool {
        let mut gone = 0;
        self.rows.shed(most, |row| gone += row.heap());
        self.heap -= gone;
        self.likeness.shed(most) && self.rows.len() == 0
    }

    /// Lets go of this row, which is held.
    pub(in crate::session) fn evict_held(&mut self, number: u64) {
        if self.held.contains(number) {
            self.evicted.held += 1;
            self.remove(number);
        }
    }

    /// The number of the row that came last, if it is still there.
    fn newest(&self) -> Option<u64> {
        let newest = self.next_number.checked_sub(1)?;
        self.rows.get(newest).map(|row| row.number)
    }

    fn remove(&mut self, number: u64) {
        self.unlike(number);
        let Some(row) = self.rows.get(number) else {
            return;
        };
        self.heap -= row.heap();
        self.held.remove(row.newest().ends(), number);
        self.selected.set(number, false);
        self.changed.push(number);
        for delivery in row.deliveries() {
            if let Some(handle) = delivery
                .handle
                .as_ref()
                .filter(|_| delivery.ack.is_pending())
            {
                self.asked.remove(handle, |asked| asked == number);
            }
        }
        if let Some(id) = row.message_id() {
            let rows = &self.rows;
            self.by_id.remove(id, number, |number| id_of(rows, number));
        }
        self.rows.remove(number);
    }
}

/// The id of a row that has one.
pub(super) fn id_of(rows: &Pages<Row>, number: u64) -> &str {
    rows.get(number)
        .and_then(Row::message_id)
        .unwrap_or_default()
}
