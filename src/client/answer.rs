//! What a call brings back besides its result: when it came, how far the clocks are apart.

use std::time::Duration;

use crate::protocol::Timestamp;

/// `Date` counts whole seconds, so a difference below this says nothing.
const SKEW_BLUR_MILLIS: i64 = 1_500;

/// A result, with the circumstances of the exchange that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The result.
    pub value: T,
    /// The id of the request in the server's logs.
    pub request_id: Option<String>,
    /// Local time when the answer began to arrive.
    pub received_at: Timestamp,
    /// The server's clock minus ours, in milliseconds; 0 if less than 1.5 s, or not known.
    pub clock_skew_millis: i64,
    /// How often the request was sent or tried to. After more than one attempt at an ack,
    /// `MessageNotExist` may mean that an earlier attempt was applied and its answer lost.
    pub attempts: u32,
    /// From the call to its result, retries and pauses included.
    pub elapsed: Duration,
}

impl<T> Answer<T> {
    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Answer<U> {
        let (value, circumstances) = self.split();
        circumstances.with(change(value))
    }

    /// The result by itself, and the circumstances without it.
    pub(super) fn split(self) -> (T, Answer<()>) {
        let circumstances = Answer {
            value: (),
            request_id: self.request_id,
            received_at: self.received_at,
            clock_skew_millis: self.clock_skew_millis,
            attempts: self.attempts,
            elapsed: self.elapsed,
        };
        (self.value, circumstances)
    }
}

impl Answer<()> {
    /// The circumstances with a result.
    pub(super) fn with<U>(self, value: U) -> Answer<U> {
        Answer {
            value,
            request_id: self.request_id,
            received_at: self.received_at,
            clock_skew_millis: self.clock_skew_millis,
            attempts: self.attempts,
            elapsed: self.elapsed,
        }
    }
}

/// How far the server's clock is ahead of ours, in milliseconds.
pub(super) fn clock_skew_millis(server: Option<Timestamp>, local: Timestamp) -> i64 {
    let skew = server.map_or(0, |server| server.millis().saturating_sub(local.millis()));
    if skew.saturating_abs() < SKEW_BLUR_MILLIS {
        0
    } else {
        skew
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_within_the_blur_is_none() {
        let check = |server: Option<i64>, local, skew| {
            let server = server.map(Timestamp::from_millis);
            let local = Timestamp::from_millis(local);
            assert_eq!(clock_skew_millis(server, local), skew);
        };
        check(None, 7_000, 0);
        check(Some(7_000), 7_999, 0);
        check(Some(8_499), 7_000, 0);
        check(Some(8_500), 7_000, 1_500);
        check(Some(1_000), 301_000, -300_000);
        check(Some(i64::MIN), 1, i64::MIN);
    }
}
