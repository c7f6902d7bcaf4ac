//! Goes over the rows of a view and notes which are meant, in steps of bounded cost: the rows stay
//! where they are, and meanwhile the table goes on living.
//!
//! It follows the row that it looked at last, so that what comes above it does not make it look
//! at one twice. Where a table of more rows than one step is sorted by what changes just then, a row
//! that jumps from behind it to before it is missed.

use crate::protocol::Timestamp;
use crate::session::subscription::Subscription;

/// Rows that are looked at in one step: a few milliseconds.
const STEP: usize = 32_768;

/// Which messages of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Those that the filter lets through, in the order in which they are shown.
    #[default]
    Shown,
    /// The selected ones, in that order.
    Selected,
    /// All that the view keeps, in the order in which they came.
    All,
}

/// A walk over the rows.
#[derive(Debug)]
pub(super) struct Walk {
    scope: Scope,
    /// Rows that come later are not meant.
    last: Option<u64>,
    /// The selected rows when it began, rising.
    selected: Vec<u64>,
    /// The row that was looked at last, and its place then.
    at: Option<(u64, usize)>,
    numbers: Vec<u64>,
    /// When each was published, where that is wanted.
    times: Option<Vec<Timestamp>>,
}

impl Walk {
    /// Begins; with the times of publishing if that is wanted.
    pub(super) fn new(view: &Subscription, scope: Scope, timed: bool) -> Self {
        Self {
            scope,
            last: view.rows.from_newest(0).map(|row| row.number),
            selected: match scope {
                Scope::Selected => view.rows.selected().collect(),
                Scope::Shown | Scope::All => Vec::new(),
            },
            at: None,
            numbers: Vec::new(),
            times: timed.then(Vec::new),
        }
    }

    /// Goes on. Whether it is done.
    pub(super) fn step(&mut self, view: &Subscription) -> bool {
        let Some(last) = self.last else {
            return true;
        };
        match self.scope {
            Scope::All => self.step_by_number(view, last),
            Scope::Shown | Scope::Selected => self.step_by_place(view, last),
        }
    }

    fn step_by_number(&mut self, view: &Subscription, last: u64) -> bool {
        let from = self.at.map_or(0, |(number, _)| number + 1);
        let mut looked = 0;
        for row in view.rows.iter_from(from).take(STEP) {
            if row.number > last {
                return true;
            }
            looked += 1;
            self.at = Some((row.number, 0));
            self.note(view, row.number);
        }
        looked < STEP
    }

    fn step_by_place(&mut self, view: &Subscription, last: u64) -> bool {
        let shown = view.table.arrangement();
        // What is in sight is not what was asked for yet.
        if shown.progress(&view.rows).is_some() {
            return false;
        }
        let from = match self.at {
            Some((number, place)) => shown.place_of(number).map_or(place, |place| place + 1),
            None => 0,
        };
        for place in from..from + STEP {
            let Some(number) = shown.row_at(place) else {
                return true;
            };
            self.at = Some((number, place));
            let meant = self.scope == Scope::Shown || self.selected.binary_search(&number).is_ok();
            if meant && number <= last {
                self.note(view, number);
            }
        }
        false
    }

    fn note(&mut self, view: &Subscription, number: u64) {
        if let Some(times) = &mut self.times {
            let row = view.rows.get(number);
            let Some(message) = row.and_then(|row| row.message()) else {
                return;
            };
            times.push(message.publish_time());
        }
        self.numbers.push(number);
    }

    /// How many are noted so far.
    pub(super) fn len(&self) -> u64 {
        self.numbers.len() as u64
    }

    /// What was noted.
    pub(super) fn finish(self) -> (Vec<u64>, Vec<Timestamp>) {
        (self.numbers, self.times.unwrap_or_default())
    }
}
