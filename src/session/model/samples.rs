//! What the model does about sample data: they are for the sandbox of this process while it runs,
//! and once they are there, a view shows them.

use crate::protocol::Timestamp;

use super::preferences::begun_with;
use super::{Model, SandboxState};
use crate::session::form::ConsumeForm;
use crate::session::samples::{self, SampleCommand, SampleEnd, SampleEvent, Samples};
use crate::session::say::{Level, Notice, Say};
use crate::session::subscription::{Subscription, SubscriptionId};
use crate::session::{ConnectionId, Job};

impl Model {
    /// The making of sample data.
    pub fn samples(&self) -> &Samples {
        &self.samples
    }

    /// Whether there are sample data in the sandbox, some or all.
    pub fn has_samples(&self) -> bool {
        samples::are_there(&self.content)
    }

    pub(super) fn do_with_samples(&mut self, command: SampleCommand) -> Option<Job> {
        if command != SampleCommand::Stop && !matches!(self.sandbox, SandboxState::Running(_)) {
            return None;
        }
        self.samples.apply(command)
    }

    /// First everybody stops who listens to sample data: a poll would bring a topic that is deleted
    /// into being again.
    pub(super) fn next_of_samples(&mut self) -> Option<Job> {
        if !self.samples.is_waiting() {
            return None;
        }
        let listening = self.sample_views().filter(|v| !v.polling.is_stopped());
        let listening: Vec<SubscriptionId> = listening.map(|view| view.id).collect();
        match listening.is_empty() {
            true => self.samples.next(),
            // One that is stopping already ends by itself.
            false => listening.into_iter().find_map(|id| self.views.stop(id)),
        }
    }

    pub(super) fn samples_told(&mut self, event: SampleEvent, now: Timestamp) -> Option<Job> {
        let end = match event {
            SampleEvent::Going(far) => {
                self.samples.going(far);
                return None;
            }
            SampleEvent::Ended(end) => end,
        };
        self.samples.ended();
        let (key, n, next) = match &end {
            SampleEnd::Filled(n) => ("samples-filled", *n, Some("samples-filled-next")),
            SampleEnd::Stopped(n) => ("samples-stopped", *n, Some("samples-filled-next")),
            SampleEnd::Removed(n) => ("samples-removed", *n, None),
            SampleEnd::Failed(trouble) => {
                self.notices.fail(trouble, now);
                return None;
            }
        };
        self.notices.push(Notice {
            at: now,
            level: Level::Info,
            summary: Say::new(key).with("n", n),
            detail: String::new(),
            next_step: next.map(Say::new),
            card: None,
        });
        match end {
            SampleEnd::Filled(_) => self.show_samples(),
            _ => None,
        }
    }

    /// A view on the orders of the sample data, which listens: the sandbox is nobody else's.
    fn show_samples(&mut self) -> Option<Job> {
        let form = ConsumeForm {
            topic: samples::VIEW_TOPIC.to_owned(),
            group: samples::VIEW_GROUP.to_owned(),
            ..begun_with(self.preferences.new_views)
        };
        let there = self
            .sample_views()
            .find(|view| view.form.topic == form.topic && view.form.group == form.group)
            .map(|view| view.id);
        let id: SubscriptionId = there.unwrap_or_else(|| self.views.open(form.clone()));
        self.views.show(id);
        self.selected = ConnectionId::Sandbox;
        self.start_consuming(id, form)
    }

    fn sample_views(&self) -> impl Iterator<Item = &Subscription> {
        self.views.list().iter().filter(|view| {
            let topic = view.form.topic.parse();
            view.form.connection == ConnectionId::Sandbox
                && view.file.is_none()
                && topic.is_ok_and(|topic| samples::is_sample(&topic))
        })
    }
}
