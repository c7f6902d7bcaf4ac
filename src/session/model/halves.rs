//! What the model does about half messages: decisions out, answers in.

use std::time::Duration;

use crate::protocol::{AckAction, AckFailure, ReceiptHandle, Timestamp};

use super::Model;
use crate::session::Job;
use crate::session::form::{ConsumeForm, Kind};
use crate::session::halves::{Decision, HalfCommand, HalfEvent, HalfPlace, HalfState, Settled};
use crate::session::say::Say;
use crate::session::subscription::SubscriptionId;

/// A row of a view that checks, by the handle that decides on it.
pub(super) struct AskedRow {
    row: u64,
    handle: ReceiptHandle,
    decision: Decision,
}

impl Model {
    pub(super) fn do_with_halves(&mut self, command: HalfCommand, now: Timestamp) -> Option<Job> {
        match command {
            HalfCommand::Decide(number, decision) => {
                let connection = self.halves.get(number)?.connection.clone();
                if self.connection(&connection)?.profile.read_only {
                    self.refuse_read_only(now);
                    return None;
                }
                let order = self.halves.decide(number, decision, now)?;
                Some(Job::Half(Box::new(order)))
            }
            HalfCommand::Check(number) => {
                let half = self.halves.get(number)?;
                let form = ConsumeForm {
                    topic: half.topic.to_string(),
                    mode: Kind::HalfCheck,
                    ..self.form_for(&half.connection)
                };
                self.views.open(form);
                None
            }
            HalfCommand::ForgetDone => {
                self.halves.forget_done(now);
                None
            }
            HalfCommand::DecideRows(id, rows, decision) => {
                if !self.view(id)?.checks_halves() || !self.may_ack(id, now)? {
                    return None;
                }
                self.views.get_mut(id)?.decide(&rows, decision, now)
            }
            HalfCommand::DecideSelected(id, decision) => {
                if !self.view(id)?.checks_halves() || !self.may_ack(id, now)? {
                    return None;
                }
                // What is to be sent is asked for with [`Model::next_job`].
                if !self.views.get_mut(id)?.decide_selected(decision) {
                    self.acking_is_busy("half-busy", now);
                }
                None
            }
        }
    }

    pub(super) fn half_told(&mut self, event: HalfEvent, now: Timestamp) {
        match event {
            HalfEvent::Published(half) => {
                if !self.halves.add(half, now) {
                    self.notices.warn(
                        Say::new("notice-half-no-handle"),
                        String::new(),
                        Say::new("notice-half-no-handle-next"),
                        now,
                    );
                }
            }
            HalfEvent::Decided {
                number,
                refused,
                repeated,
                at,
                elapsed,
            } => {
                self.halves.decided(number, refused, repeated, at);
                self.form_decided(number, elapsed, now);
            }
            HalfEvent::Failed(number, trouble) => {
                self.notices.fail(&trouble, now);
                if let Some(half) = self.halves.get(number) {
                    self.figures.failed(&half.connection, now);
                }
                self.halves.failed(number, trouble);
            }
        }
    }

    /// The rows that an answer to these handles is about, if they are half messages.
    pub(super) fn asked_to_decide(
        &self,
        view: SubscriptionId,
        action: AckAction,
        done: &[ReceiptHandle],
        refused: &[AckFailure],
    ) -> Vec<AskedRow> {
        let (Some(decision), Some(view)) = (Decision::of(action), self.views.get(view)) else {
            return Vec::new();
        };
        let refused = refused.iter().map(|failure| &failure.handle);
        let of = |handle: &ReceiptHandle| {
            Some(AskedRow {
                row: view.rows.asked_by(handle)?,
                handle: handle.clone(),
                decision,
            })
        };
        done.iter().chain(refused).filter_map(of).collect()
    }

    /// What a view that checks has decided holds wherever the message is listed.
    pub(super) fn checks_decided(&mut self, from: SubscriptionId, asked: &[AskedRow]) {
        for AskedRow {
            row,
            handle,
            decision,
        } in asked
        {
            let Some(view) = self.views.get(from) else {
                return;
            };
            let settled = view.settled(*row, handle, *decision);
            if let (Some(place), Some(settled)) = (view.half_at(*row), settled) {
                let (connection, topic) = (place.connection.clone(), place.topic.clone());
                let message_id = place.message_id.to_owned();
                let place = HalfPlace {
                    connection: &connection,
                    topic: &topic,
                    message_id: &message_id,
                };
                self.halves.settle(&place, settled);
                let others = self.views.iter_mut().filter(|view| view.id != from);
                others.for_each(|view| view.settle(&place, settled));
            }
        }
    }

    /// What was decided with the handle of a publish holds for the rows of views that check.
    fn form_decided(&mut self, number: u64, elapsed: Duration, now: Timestamp) {
        let Some(half) = self.halves.get(number) else {
            return;
        };
        let (decision, likely, at) = match half.state {
            HalfState::Done(decision, at) => (decision, false, at),
            HalfState::Likely(decision, at) => (decision, true, at),
            _ => {
                self.figures.decided(&half.connection, None, elapsed, now);
                return;
            }
        };
        let decided = Some(decision);
        self.figures
            .decided(&half.connection, decided, elapsed, now);
        let settled = Settled {
            decision,
            likely,
            at,
        };
        for view in self.views.iter_mut() {
            view.settle(&half.place(), settled);
        }
    }
}
