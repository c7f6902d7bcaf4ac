//! Being asked to stop: SIGINT and SIGTERM, or Ctrl+C where there are no signals. What stopping
//! means is each command's own business.

use std::io;

use super::exit::Failure;
use super::language::texts;

/// Hears requests to stop. From its making on, the process no longer dies of one.
pub(super) struct Stop {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

impl Stop {
    pub(super) fn listen() -> Result<Self, Failure> {
        Self::new().map_err(|error| {
            let why = [("why", error.to_string().into())];
            Failure::usage("signals", texts().format("cli-say-signals", &why))
        })
    }

    #[cfg(unix)]
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(not(unix))]
    #[allow(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
    fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Returns at the next request. Dropping the future loses none.
    #[cfg(unix)]
    pub(super) async fn requested(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Returns at the next request.
    #[cfg(not(unix))]
    pub(super) async fn requested(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // Cannot be heard at all: then it never comes.
            std::future::pending::<()>().await;
        }
    }

    /// Whether there was a request that nobody has heard yet.
    pub(super) async fn is_requested(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.requested() => true,
            () = std::future::ready(()) => false,
        }
    }
}
