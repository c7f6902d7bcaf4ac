//! The time of day: real, or moved by hand. Nothing else in the crate reads OS time.
//!
//! Pure code takes `now` as an argument and has no clock at all.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::protocol::Timestamp;

/// Where a component gets the time from. Clones share one time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<watch::Sender<Timestamp>>),
}

/// Moves a manual clock.
#[derive(Debug, Clone)]
pub struct ClockHand(Arc<watch::Sender<Timestamp>>);

/// The system's clock may be set while we sleep; a long sleep looks again this often.
const LONGEST_NAP: Duration = Duration::from_secs(60);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until its hand moves it.
    pub fn manual(start: Timestamp) -> (Self, ClockHand) {
        let time = Arc::new(watch::Sender::new(start));
        (Self(Source::Manual(Arc::clone(&time))), ClockHand(time))
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default();
                Timestamp::from_millis(0) + since
            }
            Source::Manual(time) => *time.borrow(),
        }
    }

    /// Returns once the time is `at` or later. Under a manual clock that is when the hand says so.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Source::System => loop {
                let left = at.since(self.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            },
            Source::Manual(time) => {
                let mut watcher = time.subscribe();
                // The sender lives in `self`, so waiting cannot fail.
                let _ = watcher.wait_for(|now| *now >= at).await;
            }
        }
    }
}

impl ClockHand {
    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.0.send_modify(|now| *now = *now + by);
    }

    /// Sets the clock.
    pub fn set(&self, to: Timestamp) {
        self.0.send_replace(to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers() {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(0));
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move {
                clock.sleep_until(Timestamp::from_millis(5_000)).await;
                clock.now()
            })
        };
        hand.advance(Duration::from_secs(4));
        assert!(!sleeper.is_finished());
        hand.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.ok(), Some(Timestamp::from_millis(5_000)));
    }
}
