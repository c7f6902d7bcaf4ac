//! What was decided on the rows of a view that checks half messages: an ack of such a row is a
//! commit or a rollback, and the row says which.

use std::collections::HashMap;

use crate::protocol::{AckAction, ConsumeMode, ReceiptHandle, Timestamp};

use super::Job;
use super::form::Kind;
use super::halves::{Decision, HalfPlace, Settled};
use super::rows::AckState;
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

    /// What the rows that were selected last are in for.
    pub fn of_run(&self) -> Option<Decision> {
        self.run
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
        // What was decided before stays decided so, whatever is asked for now.
        let can = |row: &u64| self.rows.get(*row).is_some_and(|row| row.can_ack(now));
        let rows: Vec<u64> = rows.iter().copied().filter(can).collect();
        self.note(rows.iter().copied(), decision);
        let handles = self.rows.begin_ack(&rows, now);
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

    /// Where one of its rows is, if that is a half message.
    pub(super) fn half_at(&self, row: u64) -> Option<HalfPlace<'_>> {
        let source = self.source.as_ref().filter(|_| self.checks_halves())?;
        Some(HalfPlace {
            connection: &source.connection,
            topic: &source.topic,
            message_id: self.rows.get(row)?.message_id()?,
        })
    }

    /// What the server took of a decision on a row with this handle.
    pub(super) fn settled(
        &self,
        row: u64,
        handle: &ReceiptHandle,
        decision: Decision,
    ) -> Option<Settled> {
        let deliveries = self.rows.get(row)?.deliveries();
        let delivery = deliveries
            .iter()
            .find(|d| d.handle.as_ref() == Some(handle))?;
        let (likely, at) = match delivery.ack {
            AckState::Done(at) => (false, at),
            AckState::Likely(at) => (true, at),
            _ => return None,
        };
        Some(Settled {
            decision,
            likely,
            at,
        })
    }

    /// Takes in what was decided on a message elsewhere: nothing is left to do on its row.
    pub(super) fn settle(&mut self, which: &HalfPlace<'_>, decided: Settled) {
        let row = self.rows.of_message(which.message_id);
        let Some(row) = row.filter(|row| self.is_at(*row, which)) else {
            return;
        };
        let handles = self.rows.begin_ack(&[row], decided.at);
        for handle in handles {
            self.note(std::iter::once(row), decided.decision);
            let ack = match decided.likely {
                false => AckState::Done(decided.at),
                true => AckState::Likely(decided.at),
            };
            self.rows.end_ack(&handle, ack);
        }
    }

    fn is_at(&self, row: u64, which: &HalfPlace<'_>) -> bool {
        self.half_at(row)
            .is_some_and(|here| here.connection == which.connection && here.topic == which.topic)
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
