//! How long a delivery is ours. Times are local: the server's `NextConsumeTime` is corrected by
//! the difference of the clocks as it is when the message arrives, and again if one of them was set
//! meanwhile.

use std::time::Duration;

use crate::protocol::Timestamp;

/// The lease of one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    begins: Timestamp,
    ends: Timestamp,
    /// The server's clock minus ours, by which these times were reckoned.
    skew_millis: i64,
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
            skew_millis,
        }
    }

    /// The server's clock minus ours, in milliseconds, by which the local times were reckoned.
    pub fn skew_millis(&self) -> i64 {
        self.skew_millis
    }

    /// The same lease by the server's clock, now that this is ahead of ours by `skew_millis`.
    #[must_use]
    pub fn reckoned_by(self, skew_millis: i64) -> Self {
        let by = self.skew_millis.saturating_sub(skew_millis);
        Self {
            begins: self.begins.offset_millis(by),
            ends: self.ends.offset_millis(by),
            skew_millis,
        }
    }

    /// The instant at which it ends, in local time.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// The instant at which it ends, by the server's clock: its `NextConsumeTime`.
    pub fn ends_on_server(&self) -> Timestamp {
        self.ends.offset_millis(self.skew_millis)
    }

    /// Milliseconds of this lease that were left when `later` began; less than nothing if it was
    /// over. By the server's clock: its time, or ours, may have been moved meanwhile.
    pub fn left_at(&self, later: &Lease) -> i64 {
        let on_server = |at: Timestamp, lease: &Lease| at.offset_millis(lease.skew_millis).millis();
        on_server(self.ends, self).saturating_sub(on_server(later.begins, later))
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

    /// Time left from which on it is about to end.
    pub fn soon(&self) -> Duration {
        self.ends.since(self.begins) / 5
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

    #[test]
    fn when_a_clock_is_set_what_is_left_follows_and_how_long_it_was_does_not_change() {
        let at = Timestamp::from_millis;
        let lease = Lease::new(at(0), at(300_000), 0);
        // The server's time is moved on by four minutes.
        let moved = lease.reckoned_by(240_000);
        assert_eq!(moved.remaining(at(0)), Duration::from_secs(60));
        assert_eq!(moved.urgency(at(0)), Urgency::Plenty);
        assert_eq!(moved.urgency(at(1)), Urgency::Soon);
        assert_eq!(moved.ends_on_server(), lease.ends_on_server());
        assert_eq!(moved.left_at(&Lease::new(at(0), at(0), 240_000)), 60_000);
        assert_eq!(moved.reckoned_by(0), lease);
    }

    #[test]
    fn what_is_left_when_another_begins_is_counted_by_the_servers_clock() {
        let at = Timestamp::from_millis;
        let first = Lease::new(at(0), at(300_000), 0);
        let check = |begins: i64, skew: i64, left: i64| {
            let later = Lease::new(at(begins), at(begins + skew + 300_000), skew);
            assert_eq!(first.left_at(&later), left);
        };
        check(100_000, 0, 200_000);
        check(310_000, 0, -10_000);
        // Somebody moved the server's time on by five minutes.
        check(1_000, 300_000, -1_000);
    }
}
