//! Whether the `Date` of a request was right, and against which time that can be said.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::cause::{Cause, CauseKind, Certainty};
use crate::protocol::Timestamp;

/// How far `Date` may be off. [doc]
pub(super) const MAX_SKEW: Duration = Duration::from_secs(15 * 60);

/// How near to whole half hours a difference is that comes from a time zone.
const ZONE_TOLERANCE: Duration = Duration::from_secs(3 * 60);

/// The widest time zone.
const MAX_ZONE_HALF_HOURS: u64 = 28;

/// When somebody asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Now: the request may be out of an old log, so only a `Date` in the future counts as wrong.
    Now(Timestamp),
    /// The request reached its server at this time.
    At(Timestamp),
}

/// Against which time the `Date` was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockVerdict {
    /// There is no `Date` to judge, or nobody knows when it was sent.
    Unknown,
    /// It is inside the 15 minutes.
    Right,
    /// Positive: the sender's clock is ahead by so many milliseconds.
    Off(i64),
    /// It is so many milliseconds old by now, which says nothing: logs are read later.
    Old(i64),
}

/// Judges `date`. `reply` is the time in the server's answer, `expired` whether that answer was
/// `TimeExpired`.
pub(super) fn judge(
    date: Option<Timestamp>,
    moment: Moment,
    reply: Option<Timestamp>,
    expired: bool,
) -> ClockVerdict {
    let Some(date) = date else {
        return ClockVerdict::Unknown;
    };
    let (reference, certain) = match (moment, reply) {
        (Moment::At(at), _) => (at, true),
        (Moment::Now(_), Some(reply)) => (reply, true),
        (Moment::Now(now), None) => (now, expired),
    };
    let ahead = date.millis().saturating_sub(reference.millis());
    if date.since(reference).max(reference.since(date)) <= MAX_SKEW {
        ClockVerdict::Right
    } else if certain || ahead > 0 {
        ClockVerdict::Off(ahead)
    } else {
        ClockVerdict::Old(-ahead)
    }
}

/// What is wrong with a clock that is off by so many milliseconds.
pub(super) fn causes(ahead_millis: i64) -> Vec<Cause> {
    let (size, half_hour) = (ahead_millis.unsigned_abs(), 30 * 60 * 1000);
    let halves = (size + half_hour / 2) / half_hour;
    let rest = u128::from(size.abs_diff(halves * half_hour));
    let direction = if ahead_millis > 0 { "ahead" } else { "behind" };
    let clock = Cause::new(CauseKind::Clock, Certainty::Proven)
        .with("minutes", size / 60_000)
        .with("direction", direction);
    if (1..=MAX_ZONE_HALF_HOURS).contains(&halves) && rest <= ZONE_TOLERANCE.as_millis() {
        let hours = halves as f64 / 2.0;
        let zone = Cause::new(CauseKind::LocalTimeAsGmt, Certainty::Likely)
            .with("hours", hours)
            .with("direction", direction);
        return vec![zone, clock];
    }
    vec![clock]
}
