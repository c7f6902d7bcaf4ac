//! Which rows of a view are shown, and in which order: what the filter lets through, sorted, with
//! the pinned rows on top. An index of row numbers; the rows themselves lie elsewhere.
//!
//! Nothing here looks at all rows at once. A row that came or changed costs a search; a new
//! filter or order is worked off in steps of bounded cost, and until it is complete the old one
//! stays in sight and goes on to follow the rows.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::protocol::Timestamp;

use super::cells::{self, Column, SortKey};
use super::filter::Filter;
use super::likeness::Likeness;
use super::rows::{Pages, Row, Rows};
use super::shelves::Shelves;

/// Bytes of a body that cost as much to look through as a row costs anyway.
const BYTES_A_ROW: usize = 512;

/// Places that are let go of for the cost of looking at a row.
const PLACES_A_ROW: usize = 4;

/// An order of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sort {
    /// By what; `None` for the order of arrival. Equals stand in the order of arrival too.
    pub column: Option<Column>,
    /// Largest or newest first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self {
            column: None,
            descending: true,
        }
    }
}

/// The rows that are shown, by their place from the top.
#[derive(Debug)]
pub struct Arrangement {
    shown: Order,
    next: Option<Build>,
    /// Orders that are not needed any more, as far as they are still there.
    retired: Vec<Order>,
    /// Numbers, rising.
    pinned: Vec<u64>,
    /// Rows that came, changed or went, not looked at yet.
    changed: VecDeque<u64>,
    /// The first number that has not been seen yet.
    unseen: u64,
    newest: Option<u64>,
    arrived: u64,
}

/// A filter and an order, and the rows they give.
#[derive(Debug)]
struct Order {
    filter: Filter,
    sort: Sort,
    rows: Sorted,
}

#[derive(Debug)]
enum Sorted {
    ByArrival(Shelves<u64>),
    ByKey {
        shelves: Shelves<(SortKey, u64)>,
        /// By what each row was put where it is; it may have another key by now.
        keys: Pages<SortKey>,
        /// Bytes of the heap that the keys own.
        heap: usize,
    },
}

/// An order that is not complete yet.
#[derive(Debug)]
struct Build {
    order: Order,
    /// The first row that it has not looked at.
    from: u64,
    looked: usize,
}

impl Order {
    fn new(filter: Filter, sort: Sort) -> Self {
        let rows = match sort.column {
            None => Sorted::ByArrival(Shelves::new()),
            Some(_) => Sorted::ByKey {
                shelves: Shelves::new(),
                keys: Pages::default(),
                heap: 0,
            },
        };
        Self { filter, sort, rows }
    }

    /// Bytes in memory.
    fn bytes(&self) -> usize {
        match &self.rows {
            Sorted::ByArrival(shelves) => shelves.bytes(),
            Sorted::ByKey {
                shelves,
                keys,
                heap,
            } => shelves.bytes() + keys.bytes() + heap,
        }
    }

    fn len(&self) -> usize {
        match &self.rows {
            Sorted::ByArrival(shelves) => shelves.len(),
            Sorted::ByKey { shelves, .. } => shelves.len(),
        }
    }

    fn at(&self, place: usize) -> Option<u64> {
        let place = match self.sort.descending {
            true => self.len().checked_sub(place + 1)?,
            false => place,
        };
        match &self.rows {
            Sorted::ByArrival(shelves) => shelves.get(place).copied(),
            Sorted::ByKey { shelves, .. } => shelves.get(place).map(|&(_, number)| number),
        }
    }

    fn place_of(&self, number: u64) -> Option<usize> {
        let place = match &self.rows {
            Sorted::ByArrival(shelves) => shelves.place_of(&number)?,
            Sorted::ByKey { shelves, keys, .. } => {
                shelves.place_of(&(keys.get(number)?.clone(), number))?
            }
        };
        Some(match self.sort.descending {
            true => self.len() - 1 - place,
            false => place,
        })
    }

    /// Lets go of about so many places.
    fn shed(&mut self, most: usize) {
        match &mut self.rows {
            Sorted::ByArrival(shelves) => {
                shelves.shed(most);
            }
            Sorted::ByKey {
                shelves,
                keys,
                heap,
            } => {
                let left = most.saturating_sub(shelves.shed(most));
                keys.shed(left, |key| *heap -= key.heap());
            }
        }
    }

    fn is_shed(&self) -> bool {
        match &self.rows {
            Sorted::ByArrival(shelves) => shelves.len() == 0,
            Sorted::ByKey { shelves, keys, .. } => shelves.len() + keys.len() == 0,
        }
    }

    fn remove(&mut self, number: u64) {
        match &mut self.rows {
            Sorted::ByArrival(shelves) => {
                shelves.remove(&number);
            }
            Sorted::ByKey {
                shelves,
                keys,
                heap,
            } => {
                if let Some(old) = keys.remove(number) {
                    *heap -= old.heap();
                    shelves.remove(&(old, number));
                }
            }
        }
    }

    /// Takes in how a row is now; `None` if it must not be here. Whether it is here then.
    fn put(&mut self, number: u64, row: Option<&Row>, likeness: &Likeness, now: Timestamp) -> bool {
        let Some(row) = row.filter(|row| self.filter.matches(row, likeness, now)) else {
            self.remove(number);
            return false;
        };
        let key = match &self.sort.column {
            Some(column) => cells::sort_key(row, column, now),
            None => SortKey::None,
        };
        match &mut self.rows {
            Sorted::ByArrival(shelves) => {
                shelves.insert(number);
            }
            Sorted::ByKey { keys, .. } if keys.get(number) == Some(&key) => {}
            Sorted::ByKey {
                shelves,
                keys,
                heap,
            } => {
                *heap += key.heap();
                if let Some(old) = keys.insert(number, key.clone()) {
                    *heap -= old.heap();
                    shelves.remove(&(old, number));
                }
                shelves.insert((key, number));
            }
        }
        true
    }
}

impl Default for Arrangement {
    fn default() -> Self {
        Self::new(Filter::default(), Sort::default())
    }
}

impl Arrangement {
    /// No rows yet.
    pub fn new(filter: Filter, sort: Sort) -> Self {
        Self {
            shown: Order::new(filter, sort),
            next: None,
            retired: Vec::new(),
            pinned: Vec::new(),
            changed: VecDeque::new(),
            unseen: 0,
            newest: None,
            arrived: 0,
        }
    }

    /// How many rows are shown.
    pub fn len(&self) -> usize {
        self.pinned.len() + self.shown.len()
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let next = self.next.as_ref().map_or(0, |next| next.order.bytes());
        let retired: usize = self.retired.iter().map(Order::bytes).sum();
        let lists = self.pinned.capacity() + self.changed.capacity();
        self.shown.bytes() + next + retired + lists * size_of::<u64>()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the row at a place, 0 at the top.
    pub fn row_at(&self, place: usize) -> Option<u64> {
        let pinned = self.pinned.len();
        match self.pinned.get(pinned.wrapping_sub(place + 1)) {
            Some(&number) if place < pinned => Some(number),
            _ => self.shown.at(place.checked_sub(pinned)?),
        }
    }

    /// Where a row is, if it is shown.
    pub fn place_of(&self, number: u64) -> Option<usize> {
        match self.pinned.binary_search(&number) {
            Ok(place) => Some(self.pinned.len() - 1 - place),
            Err(_) => Some(self.pinned.len() + self.shown.place_of(number)?),
        }
    }

    /// The numbers from the top.
    pub fn iter(&self) -> impl Iterator<Item = u64> {
        (0..self.len()).filter_map(|place| self.row_at(place))
    }

    /// How many rows ever came that were shown: what the difference of two looks tells is new.
    pub fn arrived(&self) -> u64 {
        self.arrived
    }

    /// The newest row that came and was shown, if it still is.
    pub fn newest(&self) -> Option<u64> {
        self.newest
            .filter(|&number| self.place_of(number).is_some())
    }

    /// The order that was asked for; what is in sight may be an older one.
    pub fn sort(&self) -> &Sort {
        &self.wanted().sort
    }

    /// Whether all rows were let through by what is in sight.
    pub fn shows_all(&self) -> bool {
        self.shown.filter.is_empty()
    }

    fn wanted(&self) -> &Order {
        self.next.as_ref().map_or(&self.shown, |next| &next.order)
    }

    /// Begins with another filter.
    pub fn set_filter(&mut self, filter: Filter) {
        let sort = self.wanted().sort.clone();
        self.begin(filter, sort);
    }

    /// Begins with another order.
    pub fn set_sort(&mut self, sort: Sort) {
        if *self.sort() != sort {
            let filter = self.wanted().filter.clone();
            self.begin(filter, sort);
        }
    }

    fn begin(&mut self, filter: Filter, sort: Sort) {
        let given_up = self.next.replace(Build {
            order: Order::new(filter, sort),
            from: 0,
            looked: 0,
        });
        self.retired.extend(given_up.map(|build| build.order));
    }

    /// Whether a row is pinned.
    pub fn is_pinned(&self, number: u64) -> bool {
        self.pinned.binary_search(&number).is_ok()
    }

    /// Puts a row on top, whatever the filter says, or back to its place.
    pub fn set_pinned(&mut self, number: u64, pinned: bool) {
        match (self.pinned.binary_search(&number), pinned) {
            (Err(place), true) => {
                self.pinned.insert(place, number);
                // At once: nothing is shown twice.
                self.shown.remove(number);
            }
            (Ok(place), false) => {
                self.pinned.remove(place);
            }
            _ => return,
        }
        // Ahead of those that wait: somebody has just clicked on it.
        self.changed.push_front(number);
    }

    /// These rows came, changed or went.
    pub fn note(&mut self, changed: impl IntoIterator<Item = u64>) {
        self.changed.extend(changed);
    }

    /// Whether there is something to work off.
    pub fn is_busy(&self) -> bool {
        !self.is_settled() || !self.retired.is_empty()
    }

    /// Whether what is in sight is what was asked for.
    pub fn is_settled(&self) -> bool {
        self.next.is_none() && self.changed.is_empty()
    }

    /// The part of a new filter or order that is done, from 0 to 1; `None` if there is no new one.
    pub fn progress(&self, rows: &Rows) -> Option<f32> {
        let next = self.next.as_ref()?;
        Some((next.looked as f32 / rows.len().max(1) as f32).min(1.0))
    }

    /// Works off what has to be done, for a cost of about so many rows. Whether nothing is left.
    pub fn work(&mut self, rows: &Rows, now: Timestamp, max_rows: usize) -> bool {
        let mut left = max_rows;
        while left > 0
            && let Some(number) = self.changed.pop_front()
        {
            left = left.saturating_sub(self.follow(number, rows, now));
        }
        if left > 0
            && self.build(rows, now, left)
            && let Some(next) = self.next.take()
        {
            let old = std::mem::replace(&mut self.shown, next.order);
            self.retired.push(old);
        }
        self.shed(max_rows * PLACES_A_ROW);
        !self.is_busy()
    }

    /// Lets go of about so many places of what is not needed any more.
    fn shed(&mut self, places: usize) {
        if let Some(retired) = self.retired.last_mut() {
            retired.shed(places);
            if retired.is_shed() {
                self.retired.pop();
            }
        }
    }

    /// The view is closed: lets go of about so many places. Whether nothing is left.
    pub(super) fn close(&mut self, places: usize) -> bool {
        self.retired
            .extend(self.next.take().map(|build| build.order));
        self.retired.push(std::mem::replace(
            &mut self.shown,
            Order::new(Filter::default(), Sort::default()),
        ));
        self.retired.retain(|order| !order.is_shed());
        self.shed(places);
        self.retired.is_empty()
    }

    /// Takes in how one row is now. What that cost.
    fn follow(&mut self, number: u64, rows: &Rows, now: Timestamp) -> usize {
        let row = rows.get(number);
        let pinned = self.pinned.binary_search(&number);
        if let (Ok(place), None) = (pinned, row) {
            self.pinned.remove(place);
        }
        let placed = row.filter(|_| pinned.is_err());
        let shown = self.shown.put(number, placed, rows.likeness(), now);
        if let Some(next) = self.next.as_mut().filter(|next| number < next.from) {
            next.order.put(number, placed, rows.likeness(), now);
        }
        if number >= self.unseen {
            self.unseen = number + 1;
            self.arrived += u64::from(shown);
            self.newest = if shown { Some(number) } else { self.newest };
        }
        row.map_or(1, cost)
    }

    /// Goes on with the new order, if there is one. Whether that is complete.
    fn build(&mut self, rows: &Rows, now: Timestamp, max_rows: usize) -> bool {
        let Some(next) = &mut self.next else {
            return false;
        };
        let mut left = max_rows;
        for row in rows.iter_from(next.from) {
            if left == 0 {
                return false;
            }
            left = left.saturating_sub(cost(row));
            next.from = row.number + 1;
            next.looked += 1;
            let placed = self.pinned.binary_search(&row.number).is_err();
            let placed = placed.then_some(row);
            next.order.put(row.number, placed, rows.likeness(), now);
        }
        true
    }
}

/// What looking at a row costs, in rows.
fn cost(row: &Row) -> usize {
    1 + cells::body(row).map_or(0, str::len) / BYTES_A_ROW
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::super::cells::tests::Sample;
    use super::*;

    const BODIES: [&str; 4] = ["alpha", "beta", "gamma alpha", "delta"];
    const TAGS: [Option<&str>; 3] = [None, Some("A"), Some("B")];

    #[derive(Debug, Clone)]
    enum Step {
        /// A message comes, or comes again, with another body.
        Arrive(u8, u8),
        /// Its delivery is acked.
        Ack(u8),
        Filter(u8),
        Sort(u8, bool),
        Pin(u8, bool),
        Pass(u16),
        Work(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0..40_u8, 0..4_u8).prop_map(|(id, body)| Step::Arrive(id, body)),
            2 => (0..40_u8).prop_map(Step::Ack),
            1 => (0..5_u8).prop_map(Step::Filter),
            1 => (0..6_u8, any::<bool>()).prop_map(|(by, down)| Step::Sort(by, down)),
            1 => (0..40_u8, any::<bool>()).prop_map(|(row, on)| Step::Pin(row, on)),
            1 => (0..400_u16).prop_map(Step::Pass),
            3 => (1..12_usize).prop_map(Step::Work),
        ]
    }

    fn filter(n: u8) -> Filter {
        let text = ["", "alpha", "-alpha", "state:held", "tag:A -beta"][usize::from(n)];
        Filter::parse(text).unwrap()
    }

    fn sort(by: u8, descending: bool) -> Sort {
        let column = match by {
            0 => None,
            1 => Some(Column::Body),
            2 => Some(Column::Tag),
            3 => Some(Column::State),
            4 => Some(Column::Times),
            _ => Some(Column::Returns),
        };
        Sort { column, descending }
    }

    /// What should be shown, by looking at everything.
    fn expected(
        rows: &Rows,
        pinned: &[u64],
        filter: &Filter,
        sort: &Sort,
        now: Timestamp,
    ) -> Vec<u64> {
        let is_pinned = |number: &u64| pinned.contains(number);
        let mut body: Vec<(SortKey, u64)> = rows
            .iter()
            .filter(|row| !is_pinned(&row.number) && filter.matches(row, rows.likeness(), now))
            .map(|row| {
                let key = sort.column.as_ref();
                let key = key.map_or(SortKey::None, |column| cells::sort_key(row, column, now));
                (key, row.number)
            })
            .collect();
        body.sort();
        if sort.descending {
            body.reverse();
        }
        let mut numbers: Vec<u64> = rows.iter().map(|row| row.number).collect();
        numbers.retain(is_pinned);
        numbers.reverse();
        numbers.extend(body.into_iter().map(|(_, number)| number));
        numbers
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn it_agrees_with_filtering_and_sorting_everything(
            steps in proptest::collection::vec(step(), 1..160), budget in 8..40_usize,
        ) {
            // Room for so many rows: the older ones are evicted.
            let mut rows = Rows::new();
            let mut arrangement = Arrangement::default();
            let (mut wanted, mut order) = (Filter::default(), Sort::default());
            let mut pinned: Vec<u64> = Vec::new();
            let (mut millis, mut times) = (0, 1);
            for step in steps {
                let now = Timestamp::from_millis(millis);
                match step {
                    Step::Arrive(id, body) => {
                        times += 1;
                        let sample = Sample {
                            id: &format!("M{id}"),
                            body: BODIES[usize::from(body)],
                            tag: TAGS[usize::from(id) % 3],
                            times,
                            ends: millis + 1_000,
                            ..Sample::default()
                        };
                        sample.arrive(&mut rows, now);
                    }
                    Step::Ack(nth) => {
                        let number = rows.iter().nth(usize::from(nth)).map(|row| row.number);
                        let handles = rows.begin_ack(number.as_slice(), now);
                        // One in two is answered.
                        for handle in handles.iter().filter(|_| nth % 2 == 0) {
                            rows.end_ack(handle, crate::session::AckState::Done(now));
                        }
                    }
                    Step::Filter(n) => {
                        wanted = filter(n);
                        arrangement.set_filter(wanted.clone());
                    }
                    Step::Sort(by, descending) => {
                        order = sort(by, descending);
                        arrangement.set_sort(order.clone());
                    }
                    Step::Pin(nth, on) => {
                        if let Some(row) = rows.iter().nth(usize::from(nth)) {
                            pinned.retain(|number| *number != row.number);
                            pinned.extend(on.then_some(row.number));
                            arrangement.set_pinned(row.number, on);
                        }
                    }
                    Step::Pass(by) => millis += i64::from(by),
                    Step::Work(max) => {
                        arrangement.work(&rows, now, max);
                    }
                }
                let now = Timestamp::from_millis(millis);
                rows.expire(now, usize::MAX);
                while rows.len() > budget && rows.evict_free() {}
                arrangement.note(rows.take_changed());
                // At any moment what is shown has places that agree with each other.
                for (place, number) in arrangement.iter().enumerate() {
                    prop_assert_eq!(arrangement.place_of(number), Some(place));
                }
                prop_assert_eq!(arrangement.iter().count(), arrangement.len());
            }
            let now = Timestamp::from_millis(millis);
            while !arrangement.work(&rows, now, 5) {}
            let shown: Vec<u64> = arrangement.iter().collect();
            prop_assert_eq!(shown, expected(&rows, &pinned, &wanted, &order, now));
        }
    }

    #[test]
    fn the_old_order_stays_in_sight_until_the_new_one_is_complete() {
        let now = Timestamp::from_millis(0);
        let mut rows = Rows::new();
        let mut arrangement = Arrangement::default();
        let arrive = |rows: &mut Rows, id: u32| {
            let id = format!("M{id}");
            Sample {
                id: &id,
                body: &id,
                ..Sample::default()
            }
            .arrive(rows, now)
        };
        for id in 0..100 {
            arrive(&mut rows, id);
        }
        arrangement.note(rows.take_changed());
        assert!(arrangement.work(&rows, now, 1_000));
        assert_eq!(arrangement.arrived(), 100);

        arrangement.set_filter(Filter::parse("/7$/").unwrap());
        assert!(!arrangement.work(&rows, now, 40));
        assert_eq!(arrangement.progress(&rows), Some(0.4));
        assert_eq!((arrangement.len(), arrangement.row_at(0)), (100, Some(99)));
        // What comes meanwhile is in both.
        arrive(&mut rows, 107);
        arrangement.note(rows.take_changed());
        assert!(!arrangement.work(&rows, now, 1));
        assert_eq!((arrangement.len(), arrangement.row_at(0)), (101, Some(100)));
        assert!(arrangement.work(&rows, now, 1_000));
        assert_eq!((arrangement.len(), arrangement.row_at(0)), (11, Some(100)));
        assert_eq!(
            (arrangement.progress(&rows), arrangement.arrived()),
            (None, 101)
        );
    }
}
