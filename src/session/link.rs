//! The bounded channels between a window and the worker, from the window's side. No end of them
//! ever blocks the frame.

use std::sync::Arc;

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender};

use super::traffic::tap::Flow;
use super::{Event, Job};

/// Asks the window for another frame. Called from any thread.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// Jobs out, events in.
#[derive(Debug)]
pub struct Link {
    pub(super) jobs: Sender<Job>,
    pub(super) events: Receiver<Event>,
    /// Exchanges of the clients, which must not crowd out events.
    pub(super) traffic: Flow,
}

/// Jobs that may wait for the worker.
pub(super) const JOBS: usize = 256;
/// Events that may wait for a frame. A full channel holds the worker back, so nothing is lost.
pub(super) const EVENTS: usize = 1024;

impl Link {
    /// Hands a job to the worker.
    ///
    /// # Errors
    /// Gives the job back if the worker is too busy or gone.
    pub fn send(&self, job: Job) -> Result<(), Box<Job>> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) | TrySendError::Closed(job) => Box::new(job),
        })
    }

    /// The next event, if there is one.
    pub fn next_event(&mut self) -> Option<Event> {
        self.events.try_recv().ok().or_else(|| self.traffic.next())
    }
}
