//! The messages of one consume view: one row a message id, every delivery under it.
//!
//! Bounded by bytes: the oldest rows that nobody holds go first, and are counted. Rows keep
//! their place for life, so nothing jumps when a message is delivered again.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use crate::protocol::{
    AckFailure, DamagedMessage, FaultCode, ReceiptHandle, ReceivedMessage, Timestamp,
};

use super::earlier::Earlier;
use super::lease::{Lease, Urgency};
use super::say::Trouble;

/// What a row costs beside its texts.
const ROW_BYTES: usize = 512;

/// A message of the view.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the row, never reused: 0 is the first that ever came.
    pub number: u64,
    /// The message as last delivered.
    pub content: Content,
    /// The message as it was delivered before that, if it was readable both times.
    pub earlier: Option<Box<Earlier>>,
    /// Deliveries, oldest first; at least one.
    pub deliveries: Vec<Delivery>,
}

/// A message, or what is left of it.
#[derive(Debug, Clone)]
pub enum Content {
    /// Readable.
    Whole(Box<ReceivedMessage>),
    /// Damaged on its way; it can still be acked if its handle was readable.
    Damaged(Box<DamagedMessage>),
}

/// One delivery of a message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its handle; a damaged message may have none.
    pub handle: Option<ReceiptHandle>,
    /// Which delivery to the group it was, as the server counts; `None` if it was unreadable.
    pub consumed_times: Option<u32>,
    /// When it came.
    pub received_at: Timestamp,
    /// How long it is ours; `None` if that was unreadable.
    pub lease: Option<Lease>,
    /// What became of our ack.
    pub ack: AckState,
}

/// How long a lease is taken to be if its end was unreadable. [seed]
const USUAL_LEASE: Duration = Duration::from_secs(300);

impl Delivery {
    fn ends(&self) -> Timestamp {
        self.lease
            .map_or(self.received_at + USUAL_LEASE, |lease| lease.ends())
    }

    /// Whether it may still be ours, for all we know without a clock. What has no handle cannot
    /// be ended by us, so we do not hold it.
    fn is_open(&self) -> bool {
        self.handle.is_some()
            && match self.ack {
                AckState::Open | AckState::Pending { .. } | AckState::Failed(_) => true,
                AckState::Done(_) | AckState::Likely(_) | AckState::Refused(_) => false,
            }
    }
}

/// What became of the ack of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AckState {
    /// Not asked for.
    Open,
    /// On its way; `again` if an earlier one for the same handle may have got through.
    Pending {
        /// See above.
        again: bool,
    },
    /// Done at this time.
    Done(Timestamp),
    /// Sent more than once, and the last answer was that there is no such delivery any more:
    /// most likely an earlier one got through and its answer was lost.
    Likely(Timestamp),
    /// The server refused this handle.
    Refused(AckFailure),
    /// The ack did not get through; it can be tried again.
    Failed(Box<Trouble>),
}

/// What a row looks like now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Ours; how pressing is in the urgency.
    Held(Urgency),
    /// An ack is on its way.
    Acking,
    /// Acked.
    Acked,
    /// The server refused the ack.
    Refused,
    /// The lease is over: visible again for the group.
    Returned,
}

impl Row {
    /// The newest delivery.
    pub fn newest(&self) -> &Delivery {
        // Rows are made with a delivery and only ever gain some.
        &self.deliveries[self.deliveries.len() - 1]
    }

    fn newest_mut(&mut self) -> &mut Delivery {
        let last = self.deliveries.len() - 1;
        &mut self.deliveries[last]
    }

    /// What it looks like at `now`.
    pub fn state(&self, now: Timestamp) -> RowState {
        let newest = self.newest();
        match &newest.ack {
            AckState::Pending { .. } => RowState::Acking,
            AckState::Done(_) | AckState::Likely(_) => RowState::Acked,
            AckState::Refused(_) => RowState::Refused,
            AckState::Open | AckState::Failed(_) => match newest.lease.map(|l| l.urgency(now)) {
                Some(Urgency::Gone) => RowState::Returned,
                Some(urgency) => RowState::Held(urgency),
                None if newest.ends() <= now => RowState::Returned,
                // Nobody knows when it returns: it must not look safe.
                None => RowState::Held(Urgency::Soon),
            },
        }
    }

    /// Whether an ack makes sense now.
    pub fn can_ack(&self, now: Timestamp) -> bool {
        self.newest().handle.is_some() && matches!(self.state(now), RowState::Held(_))
    }

    /// The message's id, if it is readable.
    pub fn message_id(&self) -> Option<&str> {
        match &self.content {
            Content::Whole(message) => Some(&message.message_id),
            Content::Damaged(damaged) => damaged.message_id.as_deref(),
        }
    }

    /// The message, if it is readable.
    pub fn message(&self) -> Option<&ReceivedMessage> {
        match &self.content {
            Content::Whole(message) => Some(message),
            Content::Damaged(_) => None,
        }
    }

    fn bytes(&self) -> usize {
        let texts = match &self.content {
            Content::Whole(m) => {
                let properties: usize = m.properties.iter().map(|(k, v)| k.len() + v.len()).sum();
                m.body.len() + properties
            }
            Content::Damaged(d) => d.raw.len(),
        };
        let earlier = self.earlier.as_ref().map_or(0, |earlier| earlier.bytes());
        texts + earlier + ROW_BYTES * self.deliveries.len()
    }
}

/// All rows of a view.
#[derive(Debug)]
pub struct Rows {
    rows: VecDeque<Row>,
    by_id: HashMap<String, u64>,
    by_handle: HashMap<ReceiptHandle, u64>,
    /// Rows that we may still hold, by the end of their lease; so that counting them does not
    /// look at every row. Those whose time is over leave with [`Rows::expire`].
    held: BTreeSet<(Timestamp, u64)>,
    /// Held rows with an ack on its way.
    pending: BTreeSet<u64>,
    /// Rows that nobody holds: they may be evicted.
    free: BTreeSet<u64>,
    /// Rows chosen for an ack: held, and no ack on its way.
    selected: BTreeSet<u64>,
    /// Numbers of rows that came, changed or went, for who follows them.
    changed: Vec<u64>,
    next_number: u64,
    bytes: usize,
    budget: usize,
    evicted: u64,
}

impl Rows {
    /// No rows yet; at most about `budget` bytes of them.
    pub fn new(budget: usize) -> Self {
        Self {
            rows: VecDeque::new(),
            by_id: HashMap::new(),
            by_handle: HashMap::new(),
            held: BTreeSet::new(),
            pending: BTreeSet::new(),
            free: BTreeSet::new(),
            selected: BTreeSet::new(),
            changed: Vec::new(),
            next_number: 0,
            bytes: 0,
            budget,
            evicted: 0,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows that had to go to keep within the budget.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The row at a place, counted from the newest.
    pub fn from_newest(&self, place: usize) -> Option<&Row> {
        let last = self.rows.len().checked_sub(1)?;
        self.rows.get(last.checked_sub(place)?)
    }

    /// Rows, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// Rows from this number on, oldest first.
    pub fn iter_from(&self, number: u64) -> impl Iterator<Item = &Row> {
        let first = self.rows.partition_point(|row| row.number < number);
        self.rows.range(first..)
    }

    /// Numbers of rows that came, changed or went since this was last asked; some of them twice.
    pub fn take_changed(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.changed)
    }

    /// The row of this number, if it is still there.
    pub fn get(&self, number: u64) -> Option<&Row> {
        self.rows.get(self.place(number)?)
    }

    /// Whether a row is selected.
    pub fn is_selected(&self, number: u64) -> bool {
        self.selected.contains(&number)
    }

    /// Selected rows, oldest first.
    pub fn selected(&self) -> impl ExactSizeIterator<Item = u64> {
        self.selected.iter().copied()
    }

    /// Whether everything is selected that can be.
    pub fn all_selected(&self) -> bool {
        let can = self.held.len() - self.pending.len();
        can > 0 && self.selected.len() == can
    }

    /// Selects a row that can be acked, or takes it out.
    pub fn toggle_selected(&mut self, number: u64, now: Timestamp) {
        if !self.selected.remove(&number) && self.get(number).is_some_and(|row| row.can_ack(now)) {
            self.selected.insert(number);
        }
    }

    /// Selects what can be acked, or nothing.
    pub fn select_all(&mut self, selected: bool) {
        self.selected.clear();
        if selected {
            let held = self.held.iter().map(|&(_, row)| row);
            self.selected
                .extend(held.filter(|row| !self.pending.contains(row)));
        }
    }

    /// Lets go of what has returned by now.
    pub fn expire(&mut self, now: Timestamp) {
        while let Some(&(ends, number)) = self.held.first()
            && ends <= now
        {
            self.held.pop_first();
            self.pending.remove(&number);
            self.selected.remove(&number);
            self.free.insert(number);
            self.changed.push(number);
        }
    }

    /// How many messages we hold, as of the last [`Rows::expire`], and when the first returns.
    pub fn held(&self) -> (usize, Option<Timestamp>) {
        (self.held.len(), self.held.first().map(|&(ends, _)| ends))
    }

    /// When the last of those that we hold returns, as of the last [`Rows::expire`].
    pub fn last_return(&self) -> Option<Timestamp> {
        self.held.last().map(|&(ends, _)| ends)
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
        let id = message.message_id.clone();
        self.add(Some(id), Content::Whole(Box::new(message)), delivery, at)
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
        let id = damaged.message_id.clone();
        self.add(id, Content::Damaged(Box::new(damaged)), delivery, at)
    }

    fn add(
        &mut self,
        id: Option<String>,
        content: Content,
        delivery: Delivery,
        now: Timestamp,
    ) -> u64 {
        let known = id
            .as_ref()
            .and_then(|id| self.by_id.get(id).copied())
            .filter(|&number| self.place(number).is_some());
        let number = known.unwrap_or(self.next_number);
        if let Some(handle) = &delivery.handle {
            self.by_handle.insert(handle.clone(), number);
        }
        match known.and_then(|number| self.place(number)) {
            Some(place) => {
                let row = &mut self.rows[place];
                let (before, ended) = (row.bytes(), row.newest().ends());
                // A damaged redelivery must not hide the body that came through before.
                if matches!(content, Content::Whole(_)) || row.message().is_none() {
                    let old = std::mem::replace(&mut row.content, content);
                    if let (Content::Whole(old), Content::Whole(new)) = (old, &row.content) {
                        row.earlier = Some(Box::new(Earlier::new(*old, new)));
                    }
                }
                row.deliveries.push(delivery);
                self.bytes = self.bytes - before + row.bytes();
                self.update_held(number, Some(ended));
            }
            None => {
                if let Some(id) = id {
                    self.by_id.insert(id, number);
                }
                let row = Row {
                    number,
                    content,
                    earlier: None,
                    deliveries: vec![delivery],
                };
                self.bytes += row.bytes();
                self.next_number += 1;
                self.rows.push_back(row);
                self.update_held(number, None);
            }
        }
        self.keep_within_budget(now);
        number
    }

    /// Rows that can be acked, of these: marked as pending, their newest handles given back.
    pub fn begin_ack(&mut self, numbers: &[u64], now: Timestamp) -> Vec<ReceiptHandle> {
        let mut handles = Vec::new();
        for &number in numbers {
            let Some(row) = self.get_mut(number).filter(|row| row.can_ack(now)) else {
                continue;
            };
            let newest = row.newest_mut();
            let Some(handle) = newest.handle.clone() else {
                continue;
            };
            let again = matches!(newest.ack, AckState::Failed(_));
            newest.ack = AckState::Pending { again };
            let ends = newest.ends();
            self.update_held(number, Some(ends));
            handles.push(handle);
        }
        handles
    }

    /// The server refused a handle. If an earlier ack of it may have got through (`repeated`, or
    /// an earlier try of ours without an answer), that is most likely why.
    pub fn refuse_ack(&mut self, failure: AckFailure, repeated: bool, at: Timestamp) {
        let handle = failure.handle.clone();
        let state = self.by_handle.get(&handle).and_then(|&row| self.get(row));
        let again = state.is_some_and(|row| {
            row.deliveries.iter().any(|delivery| {
                delivery.handle.as_ref() == Some(&handle)
                    && delivery.ack == AckState::Pending { again: true }
            })
        });
        let gone = failure.code == FaultCode::MessageNotExist;
        let ack = if gone && (repeated || again) {
            AckState::Likely(at)
        } else {
            AckState::Refused(failure)
        };
        self.end_ack(&handle, ack);
    }

    /// Records what became of the ack of one handle.
    pub fn end_ack(&mut self, handle: &ReceiptHandle, ack: AckState) {
        let Some(&number) = self.by_handle.get(handle) else {
            return;
        };
        let Some(row) = self.get_mut(number) else {
            return;
        };
        let ended = row.newest().ends();
        let delivery = row
            .deliveries
            .iter_mut()
            .rev()
            .find(|delivery| delivery.handle.as_ref() == Some(handle));
        if let Some(delivery) = delivery {
            delivery.ack = ack;
        }
        self.update_held(number, Some(ended));
    }

    /// Brings the sets up to date after the newest delivery of a row changed; `before` is the end
    /// of the lease that was the newest until then.
    fn update_held(&mut self, number: u64, before: Option<Timestamp>) {
        self.changed.push(number);
        if let Some(ends) = before {
            self.held.remove(&(ends, number));
        }
        let Some(newest) = self.get(number).map(Row::newest) else {
            return;
        };
        let (open, ends) = (newest.is_open(), newest.ends());
        let pending = open && matches!(newest.ack, AckState::Pending { .. });
        if open {
            self.held.insert((ends, number));
            self.free.remove(&number);
        } else {
            self.free.insert(number);
        }
        if pending {
            self.pending.insert(number);
        } else {
            self.pending.remove(&number);
        }
        if pending || !open {
            self.selected.remove(&number);
        }
    }

    fn place(&self, number: u64) -> Option<usize> {
        // Numbers rise from the front to the back, with gaps where a row was evicted.
        self.rows
            .binary_search_by_key(&number, |row| row.number)
            .ok()
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Row> {
        let place = self.place(number)?;
        self.rows.get_mut(place)
    }

    /// Held rows stay even beyond the budget: their handles are all that can end their leases.
    fn keep_within_budget(&mut self, now: Timestamp) {
        self.expire(now);
        while self.bytes > self.budget && self.rows.len() > 1 {
            let newest = self.next_number.saturating_sub(1);
            let Some(number) = self.free.first().copied().filter(|&free| free < newest) else {
                return;
            };
            self.free.remove(&number);
            let Some(row) = self.place(number).and_then(|place| self.rows.remove(place)) else {
                return;
            };
            self.bytes -= row.bytes();
            self.evicted += 1;
            self.changed.push(number);
            if let Some(id) = row.message_id() {
                self.by_id.remove(id);
            }
            for handle in row.deliveries.iter().filter_map(|d| d.handle.as_ref()) {
                self.by_handle.remove(handle);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::properties::Properties;
    use crate::protocol::{DecodeError, body_md5};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn handle(text: &str) -> ReceiptHandle {
        ReceiptHandle::new(text).unwrap_or_else(|| unreachable!())
    }

    fn message(id: u32, times: u32, now: Timestamp) -> ReceivedMessage {
        ReceivedMessage {
            message_id: format!("M{id}"),
            body_md5: body_md5("x"),
            body: "x".to_owned(),
            receipt_handle: handle(&format!("h-{id}-{times}")),
            publish_time: at(0),
            first_consume_time: at(0),
            next_consume_time: now.offset_millis(1_000),
            consumed_times: times,
            tag: None,
            properties: Properties::default(),
        }
    }

    fn arrive(rows: &mut Rows, id: u32, times: u32, now: i64) -> u64 {
        let message = message(id, times, at(now));
        let lease = Lease::new(at(now), message.next_consume_time, 0);
        rows.arrive(message, lease, at(now))
    }

    #[test]
    fn a_redelivery_is_the_same_row_and_an_old_handle_does_not_end_it() {
        let mut rows = Rows::new(usize::MAX);
        let row = arrive(&mut rows, 1, 1, 0);
        arrive(&mut rows, 2, 1, 0);
        assert_eq!(rows.begin_ack(&[row], at(500)), [handle("h-1-1")]);
        assert_eq!(arrive(&mut rows, 1, 2, 2_000), row);
        assert_eq!(rows.len(), 2);
        // The first ack's answer comes late: it belongs to the first delivery.
        rows.end_ack(&handle("h-1-1"), AckState::Done(at(2_100)));
        let state = |rows: &Rows, now| rows.get(row).map(|row| row.state(at(now)));
        assert_eq!(state(&rows, 2_100), Some(RowState::Held(Urgency::Plenty)));
        assert_eq!(state(&rows, 2_900), Some(RowState::Held(Urgency::Soon)));
        assert_eq!(state(&rows, 3_000), Some(RowState::Returned));
        assert_eq!(rows.begin_ack(&[row], at(3_000)), []);
    }

    #[test]
    fn what_is_held_is_never_evicted() {
        let mut rows = Rows::new(3 * ROW_BYTES);
        let first = arrive(&mut rows, 1, 1, 0);
        let second = arrive(&mut rows, 2, 1, 0);
        rows.end_ack(&handle("h-2-1"), AckState::Done(at(1)));
        arrive(&mut rows, 3, 1, 1);
        assert!(rows.get(second).is_none(), "the acked row went first");
        arrive(&mut rows, 4, 1, 2);
        assert!(
            rows.get(first).is_some(),
            "held, so it stays beyond the budget"
        );
        assert_eq!((rows.len(), rows.evicted()), (3, 1));
        arrive(&mut rows, 5, 1, 5_000);
        assert!(rows.get(first).is_none(), "returned, so it can go");
    }

    #[test]
    fn what_is_selected_is_held() {
        let mut rows = Rows::new(usize::MAX);
        let first = arrive(&mut rows, 1, 1, 0);
        let second = arrive(&mut rows, 2, 1, 500);
        let selected = |rows: &Rows| rows.selected().collect::<Vec<_>>();
        rows.select_all(true);
        assert!(rows.all_selected());
        assert_eq!(selected(&rows), [first, second]);
        rows.begin_ack(&[first], at(600));
        assert_eq!(selected(&rows), [second]);
        rows.end_ack(&handle("h-1-1"), AckState::Done(at(700)));
        assert_eq!(selected(&rows), [second]);
        assert_eq!(rows.held(), (1, Some(at(1_500))));
        rows.expire(at(1_500));
        assert!(selected(&rows).is_empty() && !rows.all_selected());
        assert_eq!(rows.held(), (0, None));
    }

    #[test]
    fn an_ack_whose_first_answer_was_lost_is_most_likely_done() {
        let gone = |id: u32| AckFailure {
            handle: handle(&format!("h-{id}-1")),
            code: FaultCode::MessageNotExist,
            message: String::new(),
        };
        let lost = Trouble {
            what: crate::session::Say::new("trouble-timeout"),
            next: crate::session::Say::new("trouble-timeout-next"),
            detail: String::new(),
        };
        let mut rows = Rows::new(usize::MAX);
        let numbers = [1, 2, 3].map(|id| arrive(&mut rows, id, 1, 0));
        rows.begin_ack(&numbers, at(1));
        // The client itself sent it twice.
        rows.refuse_ack(gone(1), true, at(2));
        // The person did.
        rows.end_ack(&handle("h-2-1"), AckState::Failed(Box::new(lost)));
        rows.begin_ack(&numbers, at(3));
        rows.refuse_ack(gone(2), false, at(4));
        // Nobody did: it was too late.
        rows.refuse_ack(gone(3), false, at(4));
        let states = numbers.map(|row| rows.get(row).map(|row| row.state(at(5))));
        let expected = [RowState::Acked, RowState::Acked, RowState::Refused].map(Some);
        assert_eq!(states, expected);
    }

    #[test]
    fn what_is_damaged_beyond_a_handle_is_not_held_and_goes_in_its_turn() {
        let mut rows = Rows::new(3 * ROW_BYTES);
        for n in 0..9 {
            let damaged = DamagedMessage {
                message_id: None,
                receipt_handle: None,
                next_consume_time: None,
                problem: DecodeError::Missing { element: "Message" },
                raw: String::new(),
            };
            rows.arrive_damaged(damaged, 0, at(n));
        }
        assert_eq!((rows.len(), rows.evicted(), rows.held().0), (3, 6, 0));
    }

    proptest! {
        /// Against a model that knows, for each message, only its newest delivery.
        #[test]
        fn the_table_agrees_with_a_simple_model(
            steps in proptest::collection::vec((0..4u8, 0..6u32, 0..700i64), 1..80)
        ) {
            let mut rows = Rows::new(usize::MAX);
            let mut newest: BTreeMap<u32, (u32, i64, bool)> = BTreeMap::new();
            let mut now = 0;
            for (step, id, wait) in steps {
                now += wait;
                match step {
                    0 | 1 => {
                        let entry = newest.entry(id).or_insert((0, 0, false));
                        *entry = (entry.0 + 1, now + 1_000, false);
                        arrive(&mut rows, id, entry.0, now);
                    }
                    2 => if let Some((times, ends, acked)) = newest.get_mut(&id) {
                        let row = rows.iter().find(|r| r.message_id() == Some(&format!("M{id}")));
                        let number = row.map(|r| r.number);
                        let handles = rows.begin_ack(&number.into_iter().collect::<Vec<_>>(), at(now));
                        let can = !*acked && *ends > now;
                        prop_assert_eq!(handles.len(), usize::from(can));
                        for done in handles {
                            prop_assert_eq!(&done, &handle(&format!("h-{id}-{times}")));
                            rows.end_ack(&done, AckState::Done(at(now)));
                            *acked = true;
                        }
                    },
                    _ => rows.end_ack(
                        // A stranger's handle changes nothing.
                        &handle("h-99-1"),
                        AckState::Refused(AckFailure {
                            handle: handle("h-99-1"),
                            code: FaultCode::MessageNotExist,
                            message: String::new(),
                        }),
                    ),
                }
                rows.expire(at(now));
                let open = newest.values().filter(|(_, ends, acked)| !acked && *ends > now);
                prop_assert_eq!(rows.held().0, open.count());
                prop_assert_eq!(rows.len(), newest.len());
                for row in rows.iter() {
                    let id: u32 = row.message_id().and_then(|m| m[1..].parse().ok()).unwrap_or(99);
                    let (times, ends, acked) = newest[&id];
                    prop_assert_eq!(row.deliveries.len() as u32, times);
                    let expected = match row.state(at(now)) {
                        RowState::Acked => acked,
                        RowState::Returned => !acked && ends <= now,
                        RowState::Held(_) => !acked && ends > now,
                        RowState::Acking | RowState::Refused => false,
                    };
                    prop_assert!(expected, "{:?} of M{}", row.state(at(now)), id);
                }
            }
        }
    }
}
