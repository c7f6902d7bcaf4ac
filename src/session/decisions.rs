//! What was decided on the rows of a view that checks half messages: an ack of such a row is a
//! commit or a rollback, and the row says which.

use std::collections::HashMap;

use crate::protocol::{AckAction, ConsumeMode, Timestamp};

use super::Job;
use super::form::Kind;
use super::halves::Decision;
use super::subscription::Subscription;

/// Decisions that are remembered before those of rows that went are forgotten.
const ENOUGH: usize = 1_024;

/// Decisions by the rows that they are about.
#[derive(Debug, Default)]
pub struct Decisions {
    by_row: HashMap<u64, Decision>,
    /// What the selected rows are in for.
    run: Option<Decision>,
}

impl Decisions {
    /// What was last decided on a row.
    pub fn on(&self, row: u64) -> Option<Decision> {
        self.by_row.get(&row).copied()
    }
}

impl Subscription {
    /// Whether its rows are half messages, to be committed or rolled back.
    pub fn checks_halves(&self) -> bool {
        match &self.source {
            Some(source) => source.consume.mode == ConsumeMode::Half,
            None => self.form.mode == Kind::HalfCheck,
        }
    }

    /// Decides on these rows, as far as they are ours.
    pub(super) fn decide(
        &mut self,
        rows: &[u64],
        decision: Decision,
        now: Timestamp,
    ) -> Option<Job> {
        self.note(rows.iter().copied(), decision);
        let handles = self.rows.begin_ack(rows, now);
        self.ack_job(handles, decision.into())
    }

    /// Decides on the selected rows, some at a time. Whether that was possible: not while others
    /// have their turn.
    pub(super) fn decide_selected(&mut self, decision: Decision) -> bool {
        self.table.selection_changed();
        if !self.acking.begin(&self.rows) {
            return false;
        }
        let selected: Vec<u64> = self.rows.selected().collect();
        self.note(selected.into_iter(), decision);
        self.decisions.run = Some(decision);
        true
    }

    /// What an ack of the selected rows, or of those that arrive, does.
    pub(super) fn run_action(&self) -> AckAction {
        match (self.checks_halves(), self.decisions.run) {
            (true, Some(decision)) => decision.into(),
            _ => AckAction::Ack,
        }
    }

    fn note(&mut self, rows: impl Iterator<Item = u64>, decision: Decision) {
        self.decisions
            .by_row
            .extend(rows.map(|row| (row, decision)));
        if self.decisions.by_row.len() > ENOUGH + 2 * self.rows.len() {
            let rows = &self.rows;
            self.decisions
                .by_row
                .retain(|row, _| rows.get(*row).is_some());
        }
    }
}
