//! Whether the store still works, shared by it and its threads. It fails once and for good.

use std::sync::Arc;
use std::thread;

use tokio::sync::{Semaphore, watch};

use super::StoreError;

/// What the threads and the store share.
#[derive(Debug, Clone)]
pub(super) struct Health {
    /// Closed once nothing is written any more.
    pub(super) room: Arc<Semaphore>,
    failure: watch::Sender<Option<StoreError>>,
}

impl Health {
    /// All is well, and there is room for so many writes.
    pub(super) fn new(room: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(room)),
            failure: watch::Sender::new(None),
        }
    }

    /// Nothing is written any more. The first reason counts.
    pub(super) fn fail(&self, error: StoreError) {
        self.failure.send_if_modified(|failure| {
            let first = failure.is_none();
            if first {
                *failure = Some(error);
            }
            first
        });
        self.room.close();
    }

    /// Why nothing is written any more, if so.
    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failure.borrow().clone()
    }

    /// Returns once nothing is written any more.
    pub(super) async fn failed(&self) {
        let mut failure = self.failure.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = failure.wait_for(Option::is_some).await;
    }
}

/// Says so should a thread panic, or everybody would wait for ever.
pub(super) struct Watch<'a>(pub(super) &'a Health);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.fail(StoreError::ended());
        }
    }
}
