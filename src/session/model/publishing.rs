//! One message, many, and programs that would publish or consume them.

use crate::code::Order;
use crate::protocol::Timestamp;

use super::Model;
use crate::session::draft::Draft;
use crate::session::outbox::{OutboxCommand, OutboxEvent};
use crate::session::program::CodeCommand;
use crate::session::say::Say;
use crate::session::{Job, program};

impl Model {
    pub(super) fn order_of(&self, command: CodeCommand, now: Timestamp) -> Option<Order> {
        match command {
            CodeCommand::OfDraft(draft, _) => {
                let profile = &self.selected().profile;
                program::publishing(&draft, profile, &self.limits(), now, self.zone())
            }
            CodeCommand::OfView(id) => {
                let form = &self.view(id)?.form;
                let profile = &self.connection(&form.connection)?.profile;
                program::consuming(form, profile, &self.limits_of(&form.connection))
            }
            CodeCommand::Close => None,
        }
    }

    pub(super) fn publish_draft(&mut self, draft: &Draft, now: Timestamp) -> Option<Job> {
        if self.publish.pending {
            return None;
        }
        let connection = self.selected();
        if connection.profile.read_only {
            self.refuse_read_only(now);
            return None;
        }
        let id = connection.id.clone();
        let (topic, message) = match self.outbox.one(draft, self.limits(), now) {
            Ok(made) => made,
            Err(say) => {
                // The form says so itself, unless something changed between its look and the click.
                let next = Say::new("notice-not-published-next");
                self.notices.warn(say, String::new(), next, now);
                return None;
            }
        };
        self.outbox.shake();
        self.publish.pending = true;
        self.publish.outcome = None;
        Some(Job::Publish(id, topic, Box::new(message)))
    }

    pub(super) fn outbox_command(&mut self, command: OutboxCommand, now: Timestamp) -> Option<Job> {
        if matches!(command, OutboxCommand::Run(_)) && self.selected().profile.read_only {
            self.refuse_read_only(now);
            return None;
        }
        let (id, limits) = (self.selected.clone(), self.limits());
        self.outbox.apply(command, id, limits, now)
    }

    pub(super) fn outbox_event(&mut self, event: OutboxEvent, now: Timestamp) {
        if let Some(notice) = self.outbox.absorb(event, now) {
            self.notices.push(notice);
        }
        if let Some((to, sent)) = self.outbox.take_sent() {
            self.figures.sent(&to, &sent, now);
        }
    }
}
