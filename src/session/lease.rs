//! How long a delivery is ours. Times are local: the server's `NextConsumeTime` is corrected by
//! the difference of the clocks once, when the message arrives.

use std::time::Duration;

use crate::protocol::Timestamp;

/// The lease of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    begins: Timestamp,
    ends: Timestamp,
}

/// How pressing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// At least a fifth of the lease is left.
    Plenty,
    /// Under a fifth is left.
    Soon,
    /// Over: the message is visible again and this delivery cannot be acked any more.
    Gone,
}

impl Lease {
    /// The lease of a message that came at `received_at` (local time) and returns at
    /// `next_consume_time` (the server's), where the server's clock is ahead of ours by
    /// `skew_millis`.
    pub fn new(received_at: Timestamp, next_consume_time: Timestamp, skew_millis: i64) -> Self {
        Self {
            begins: received_at,
            ends: next_consume_time.offset_millis(skew_millis.saturating_neg()),
        }
    }

    /// The instant at which it ends, in local time.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// Time left; zero once it is over.
    pub fn remaining(&self, now: Timestamp) -> Duration {
        self.ends.since(now)
    }

    /// The part that is left, from 1 (all) to 0.
    pub fn fraction(&self, now: Timestamp) -> f32 {
        let whole = self.ends.since(self.begins).as_secs_f32();
        if whole <= 0.0 {
            return 0.0;
        }
        (self.remaining(now).as_secs_f32() / whole).clamp(0.0, 1.0)
    }

    /// How pressing it is.
    pub fn urgency(&self, now: Timestamp) -> Urgency {
        if self.ends <= now {
            Urgency::Gone
        } else if self.fraction(now) < 0.2 {
            Urgency::Soon
        } else {
            Urgency::Plenty
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_ends_by_the_servers_clock() {
        let at = Timestamp::from_millis;
        // The server is 10 s ahead: its 310 s is our 300 s.
        let lease = Lease::new(at(0), at(310_000), 10_000);
        let check = |now: i64, left: u64, urgency: Urgency| {
            assert_eq!(lease.remaining(at(now)), Duration::from_millis(left));
            assert_eq!(lease.urgency(at(now)), urgency, "{now}");
        };
        check(0, 300_000, Urgency::Plenty);
        check(240_000, 60_000, Urgency::Plenty);
        check(240_001, 59_999, Urgency::Soon);
        check(299_999, 1, Urgency::Soon);
        check(300_000, 0, Urgency::Gone);
        check(400_000, 0, Urgency::Gone);
    }
}
