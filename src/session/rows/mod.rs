//! The messages of one consume view: one row a message id, every delivery under it. Rows keep
//! their place for life, so nothing jumps when a message is delivered again.
//!
//! Keeps account of what they weigh; what has to go for want of room, and of which view, is
//! decided in `budget.rs`. Nothing here looks at all rows at once, but what says so.

mod asked;
mod clocks;
mod delivery;
mod earlier;
mod eviction;
mod held;
mod index;
mod numbers;
mod packed;
mod pages;
mod row;
#[cfg(test)]
mod tests;
pub(super) mod weight;

pub use delivery::{AckState, Delivery, Refusal};
pub use packed::Message;
pub use row::{Row, RowState};

use crate::protocol::{
    AckFailure, DamagedMessage, FaultCode, ReceiptHandle, ReceivedMessage, Timestamp,
};

use super::lease::Lease;
use super::likeness::Likeness;
use asked::Asked;
use clocks::Clocks;
use eviction::{Evicted, id_of};
use held::Held;
use index::Index;
use numbers::Numbers;
pub(super) use pages::Pages;
pub(super) use row::Arrived;

/// All rows of a view.
#[derive(Debug, Default)]
pub struct Rows {
    rows: Pages<Row>,
    by_id: Index,
    /// Rows whose acks are on their way, by their handles.
    asked: Asked,
    held: Held,
    clocks: Clocks,
    /// When [`Rows::expire`] was last asked to let go of what has returned.
    as_of: Timestamp,
    /// Leases that ended without an ack.
    returned: u64,
    /// Rows chosen for an ack: held, and no ack on its way.
    selected: Numbers,
    /// Numbers of rows that came, changed or went, for who follows them.
    changed: Vec<u64>,
    next_number: u64,
    /// Bytes of the heap that the rows own.
    heap: usize,
    evicted: Evicted,
    likeness: Likeness,
    /// They come from a file: nothing is held, and anything can be selected.
    of_file: bool,
}

impl Rows {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place, counted from the newest; costs as much as the place is far.
    pub fn from_newest(&self, place: usize) -> Option<&Row> {
        self.rows.iter_from(0).rev().nth(place).map(|(_, row)| row)
    }

    /// Rows, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.iter_from(0)
    }

    /// Rows from this number on, oldest first.
    pub fn iter_from(&self, number: u64) -> impl Iterator<Item = &Row> {
        self.rows.iter_from(number).map(|(_, row)| row)
    }

    /// Numbers of rows that came, changed or went since this was last asked; some of them twice.
    pub fn take_changed(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.changed)
    }

    /// The row of this number, if it is still there.
    pub fn get(&self, number: u64) -> Option<&Row> {
        self.rows.get(number)
    }

    /// The row of the message of this id.
    pub fn of_message(&self, id: &str) -> Option<u64> {
        self.by_id.find(id, |number| {
            self.get(number).and_then(Row::message_id) == Some(id)
        })
    }

    /// Whether a row is selected.
    pub fn is_selected(&self, number: u64) -> bool {
        self.selected.contains(number)
    }

    /// Selected rows, oldest first.
    pub fn selected(&self) -> impl ExactSizeIterator<Item = u64> {
        self.selected.iter()
    }

    /// Whether everything is selected that can be.
    pub fn all_selected(&self) -> bool {
        let can = match self.of_file {
            true => self.len(),
            false => self.held.len() - self.held.pending(),
        };
        can > 0 && self.selected.len() == can
    }

    /// Selects a row that can be acked, or any of a file, or takes it out.
    pub fn toggle_selected(&mut self, number: u64, now: Timestamp) {
        let can = |row: &Row| self.of_file || row.can_ack(now);
        let can = self.get(number).is_some_and(can);
        if !self.selected.set(number, false) && can {
            self.selected.set(number, true);
        }
    }

    /// Selects what can be acked, or nothing. Looks at all that is held.
    pub fn select_all(&mut self, selected: bool) {
        self.selected.clear();
        if selected {
            for number in self.held.iter() {
                if !self.held.is_pending(number) {
                    self.selected.set(number, true);
                }
            }
        }
    }

    /// What has returned by now is held no more. Lets go of at most so many of these rows; a
    /// million may return at once, and what is left is for the next steps.
    pub fn expire(&mut self, now: Timestamp, most: usize) {
        self.as_of = now;
        self.follow_clocks(most);
        for _ in 0..most {
            let Some(number) = self.held.pop_ended(now) else {
                break;
            };
            self.returned += 1;
            self.selected.set(number, false);
            self.evicted.is_free(number);
            self.changed.push(number);
        }
    }

    /// How many leases have ended without an ack, as of the last [`Rows::expire`].
    pub fn returned(&self) -> u64 {
        self.returned
    }

    /// The lease that is the first to end after this time.
    pub fn first_lease_after(&self, after: Timestamp) -> Option<Lease> {
        let first = self.held.after(after).next()?;
        self.get(first)?.newest().lease
    }

    /// How many leases end after the one time, and at the latest at the other.
    pub fn returning(&self, after: Timestamp, until: Timestamp) -> usize {
        self.held
            .ended(until)
            .saturating_sub(self.held.ended(after))
    }

    /// Whether rows that have returned wait to be let go of, or may have without it being known.
    pub fn is_expiring(&self) -> bool {
        self.held.ended(self.as_of) > 0 || self.is_following_clocks()
    }

    /// How many messages we hold, as of the last [`Rows::expire`], and when the first returns.
    pub fn held(&self) -> (usize, Option<Timestamp>) {
        let held = self.held.len() - self.held.ended(self.as_of);
        (held, self.held.first_end(self.as_of))
    }

    /// The one that returns first of those that we hold, as of the last [`Rows::expire`].
    pub fn next_to_return(&self) -> Option<u64> {
        self.held.after(self.as_of).next()
    }

    /// Those that we hold, as of the last [`Rows::expire`], the one that returns first at first.
    pub fn held_by_end(&self) -> impl Iterator<Item = (Timestamp, &Row)> {
        let held = self.held.by_end();
        held.filter_map(|(ends, number)| Some((ends, self.get(number)?)))
    }

    /// When the last of those that we hold returns, as of the last [`Rows::expire`].
    pub fn last_return(&self) -> Option<Timestamp> {
        self.held.last_end()
    }

    /// A readable message came. Its row, new or old, is the answer.
    pub fn arrive(&mut self, message: ReceivedMessage, lease: Lease, at: Timestamp) -> u64 {
        let delivery = Delivery {
            handle: Some(message.receipt_handle.clone()),
            consumed_times: Some(message.consumed_times),
            received_at: at,
            lease: Some(lease),
            ack: AckState::Open,
        };
        let known = self.of_message(&message.message_id);
        self.add(known, Arrived::Whole(Box::new(message)), delivery)
    }

    /// A damaged message came.
    pub fn arrive_damaged(
        &mut self,
        damaged: DamagedMessage,
        skew_millis: i64,
        at: Timestamp,
    ) -> u64 {
        let delivery = Delivery {
            handle: damaged.receipt_handle.clone(),
            consumed_times: None,
            received_at: at,
            lease: damaged
                .next_consume_time
                .map(|ends| Lease::new(at, ends, skew_millis)),
            ack: AckState::Open,
        };
        let id = damaged.message_id.as_deref();
        let known = id.and_then(|id| self.of_message(id));
        self.add(known, Arrived::Damaged(Box::new(damaged)), delivery)
    }

    fn add(&mut self, known: Option<u64>, arrived: Arrived, delivery: Delivery) -> u64 {
        if let Some(number) = known {
            // It may say something else now.
            self.unlike(number);
            self.change(number, |row| row.deliver(arrived, delivery));
            self.like(number);
            return number;
        }
        let number = self.next_number;
        self.next_number += 1;
        self.insert(Row::new(number, arrived, delivery));
        number
    }

    fn insert(&mut self, row: Row) {
        let number = row.number;
        self.heap += row.heap();
        if let Some(id) = row.message_id() {
            let rows = &self.rows;
            self.by_id.insert(id, number, |number| id_of(rows, number));
        }
        self.rows.insert(number, row);
        self.like(number);
        self.follow(number, None);
    }

    /// A message with its deliveries out of a file.
    pub(super) fn restore(&mut self, arrived: Arrived, deliveries: Vec<Delivery>) {
        if deliveries.is_empty() {
            return;
        }
        self.of_file = true;
        let number = self.next_number;
        self.next_number += 1;
        self.insert(Row::restored(number, arrived, deliveries));
    }

    /// How messages are like one another.
    pub fn likeness(&self) -> &Likeness {
        &self.likeness
    }

    fn like(&mut self, number: u64) {
        if let Some(message) = self.rows.get(number).and_then(Row::message) {
            let marks = self.likeness.marks(&message);
            self.likeness.insert(&marks, number, &mut self.changed);
        }
    }

    fn unlike(&mut self, number: u64) {
        if let Some(message) = self.rows.get(number).and_then(Row::message) {
            let marks = self.likeness.marks(&message);
            self.likeness.remove(&marks, number, &mut self.changed);
        }
    }

    /// Rows that can be acked, of these: marked as pending, their newest handles given back.
    pub fn begin_ack(&mut self, numbers: &[u64], now: Timestamp) -> Vec<ReceiptHandle> {
        let mut handles = Vec::new();
        for &number in numbers {
            let row = self.get(number).filter(|row| row.can_ack(now));
            let Some(newest) = row.map(Row::newest) else {
                continue;
            };
            let Some(handle) = newest.handle.clone() else {
                continue;
            };
            let again = newest.ack.can_be_tried_again();
            self.set_ack(number, &handle, |_, _| AckState::Pending { again });
            self.asked.insert(&handle, number);
            handles.push(handle);
        }
        handles
    }

    /// The server refused a handle. If an earlier ack of it may have got through (`repeated`, or
    /// an earlier try of ours without an answer), that is most likely why; whether it is.
    /// `skew_millis` is the server's clock minus ours, as of that answer.
    pub fn refuse_ack(
        &mut self,
        failure: AckFailure,
        repeated: bool,
        at: Timestamp,
        skew_millis: i64,
    ) -> bool {
        let gone = failure.code == FaultCode::MessageNotExist;
        let mut likely = false;
        self.answer(&failure.handle.clone(), |row, delivery| {
            let again = delivery.ack == AckState::Pending { again: true };
            likely = gone && (repeated || again);
            if likely {
                return AckState::Likely(at);
            }
            AckState::Refused(Box::new(Refusal {
                left_millis: left_millis(row, delivery, at, skew_millis),
                failure,
                at,
            }))
        });
        likely
    }

    /// Records what became of the ack of one handle that was asked for.
    pub fn end_ack(&mut self, handle: &ReceiptHandle, ack: AckState) {
        self.answer(handle, |_, _| ack);
    }

    /// The row that an ack of this handle is on its way of.
    pub fn asked_by(&self, handle: &ReceiptHandle) -> Option<u64> {
        self.asked.find(handle, |number| {
            let deliveries = self.get(number).map(Row::deliveries).unwrap_or_default();
            deliveries.iter().any(|d| d.handle.as_ref() == Some(handle))
        })
    }

    fn answer(&mut self, handle: &ReceiptHandle, ack: impl FnOnce(&Row, &Delivery) -> AckState) {
        let rows = &self.rows;
        let number = self.asked.remove(handle, |number| {
            let deliveries = rows.get(number).map(Row::deliveries).unwrap_or_default();
            deliveries.iter().any(|d| d.handle.as_ref() == Some(handle))
        });
        if let Some(number) = number {
            self.set_ack(number, handle, ack);
        }
    }

    fn set_ack(
        &mut self,
        number: u64,
        handle: &ReceiptHandle,
        ack: impl FnOnce(&Row, &Delivery) -> AckState,
    ) {
        self.change(number, |row| {
            let is = |delivery: &Delivery| delivery.handle.as_ref() == Some(handle);
            if let Some(place) = row.deliveries().iter().rposition(is) {
                let ack = ack(row, &row.deliveries()[place]);
                row.deliveries_mut()[place].ack = ack;
            }
        });
    }

    /// Changes a row, and everything that is kept about it.
    fn change(&mut self, number: u64, change: impl FnOnce(&mut Row)) {
        let Some(row) = self.rows.get_mut(number) else {
            return;
        };
        let ended = row.newest().ends();
        self.heap -= row.heap();
        change(row);
        self.heap += row.heap();
        self.follow(number, Some(ended));
    }

    /// Brings the sets up to date after the newest delivery of a row changed; `before` is the end
    /// of the lease that was the newest until then.
    fn follow(&mut self, number: u64, before: Option<Timestamp>) {
        self.changed.push(number);
        if let Some(ends) = before {
            self.held.remove(ends, number);
        }
        let Some(newest) = self.rows.get(number).map(Row::newest) else {
            return;
        };
        let pending = newest.ack.is_pending();
        // Of a file nothing is held, whatever is written there.
        let open = newest.is_open() && !self.of_file;
        if open {
            self.held.insert(newest.ends(), number, pending);
        } else {
            self.evicted.is_free(number);
        }
        if pending || !newest.is_open() {
            self.selected.set(number, false);
        }
    }
}

/// What is left of the lease of a delivery. By the server's clock if the message says when it
/// returns: ours may have been set meanwhile.
fn left_millis(row: &Row, delivery: &Delivery, at: Timestamp, skew_millis: i64) -> Option<i64> {
    let until = |end: Timestamp, at: Timestamp| end.millis().saturating_sub(at.millis());
    let message = row
        .message()
        .filter(|message| Some(message.receipt_handle()) == delivery.handle.as_ref());
    match message {
        Some(message) => Some(until(
            message.next_consume_time(),
            at.offset_millis(skew_millis),
        )),
        None => delivery.lease.map(|lease| until(lease.ends(), at)),
    }
}
