//! What the model does about half messages: decisions out, answers in.

use crate::protocol::Timestamp;

use super::Model;
use crate::session::Job;
use crate::session::form::{ConsumeForm, Kind};
use crate::session::halves::{HalfCommand, HalfEvent};
use crate::session::say::Say;

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
                    self.acking_is_busy(now);
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
            } => self.halves.decided(number, refused, repeated, at),
            HalfEvent::Failed(number, trouble) => {
                self.notices.fail(&trouble, now);
                self.halves.failed(number, trouble);
            }
        }
    }
}
