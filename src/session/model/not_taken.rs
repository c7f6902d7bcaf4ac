//! What the model does when the worker has no room for a job: nothing stays pending.

use crate::protocol::Timestamp;

use super::{EditOutcome, Model};
use crate::session::Job;
use crate::session::checkup::CheckupEvent;
use crate::session::say::{Say, Trouble};
use crate::session::subscription::Polling;
use crate::session::workspace::Workspace;

impl Model {
    /// The worker could not take a job: nothing stays pending, and the person hears of it.
    pub fn job_not_taken(&mut self, job: Job, now: Timestamp) {
        let busy = Trouble::new(Say::new("trouble-busy"), Say::new("trouble-busy-next"), "");
        self.notices.fail(&busy, now);
        match job {
            Job::Publish(..) => self.publish.pending = false,
            Job::Ack(order) => {
                if let Some(view) = self.views.get_mut(order.subscription) {
                    view.ack_failed(&order.handles, &busy);
                }
            }
            Job::StartPolling(order) => {
                if let Some(view) = self.views.get_mut(order.subscription) {
                    view.polling = Polling::Stopped;
                }
            }
            Job::StopPolling(id) => {
                if let Some(view) = self.views.get_mut(id) {
                    view.polling = Polling::Running;
                }
            }
            Job::PausePolling(id, pause) => self.views.not_paused(id, pause),
            Job::SaveConnection(..) => {
                if let Some((_, outcome)) = &mut self.edit {
                    *outcome = EditOutcome::Failed(String::new());
                }
            }
            Job::Examine(number, _) => {
                let ended = CheckupEvent::Ended(number, Some(Box::new(busy)));
                self.checkup.absorb(ended);
            }
            Job::Watch(_) => self.control.not_watched(now),
            Job::Read(_) => self.reader.not_taken(),
            Job::Paths(job) => self.paths.not_taken(&job),
            Job::History(job) => self.history.not_taken(&job),
            Job::Outbox(job) => self.outbox.not_taken(&job),
            Job::Archive(job) => self.archive.not_taken(&job, &mut self.views, busy),
            Job::Traffic(job) => self.traffic.not_taken(&job),
            Job::Resend(_) => self.letters.failed(String::new()),
            Job::Sandbox(command) => self.sandbox_not_asked(command),
            Job::Samples(job) => self.samples.not_taken(job),
            Job::Half(order) => self.halves.failed(order.number, Box::new(busy)),
            Job::Debugger(job) => self.debugger.not_taken(&job, busy),
            Job::Admin(id, wish) => {
                let _ = self.control.answered(&id, &wish, Err(Box::new(busy)));
            }
            // It is tried again with the next change.
            Job::SaveWorkspace(_) => self.workspace = Workspace::default(),
            Job::DeleteConnection(_)
            | Job::SavePreferences(_)
            | Job::Config(_)
            | Job::ChangeTemplates(_)
            | Job::Folders(_)
            | Job::FindKeys(_) => {}
        }
    }
}
