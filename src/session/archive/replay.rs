//! Publishing recorded messages once more: when each is due, and what is sent. One after the other
//! in the order in which they were published, so that what was in order stays so. Sends nothing
//! itself.

use std::time::Duration;

use crate::explained::refused;
use crate::protocol::properties::Properties;
use crate::protocol::{Limits, MessageParts, NewMessage, ReceivedMessage, Timestamp, TopicName};
use crate::session::ConnectionId;
use crate::session::say::Say;
use crate::session::subscription::SubscriptionId;

use super::walk::Scope;

/// How much late messages may catch up: a machine that slept must not make up for the night, nor a
/// slow server be flooded once it is quick again.
const CATCH_UP: Duration = Duration::from_secs(1);

/// Slowest and fastest speed.
pub const SPEEDS: std::ops::RangeInclusive<f64> = 0.1..=100.0;

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// So many times as fast as they were published.
    Times(f64),
    /// As fast as it goes.
    Unpaced,
}

/// What is to be published once more, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayWish {
    /// The view.
    pub view: SubscriptionId,
    /// Which of its messages.
    pub scope: Scope,
    /// Where to.
    pub connection: ConnectionId,
    /// The topic there.
    pub topic: TopicName,
    /// How fast.
    pub speed: Speed,
    /// Somebody agreed to publish to a server that is no sandbox.
    pub confirmed: bool,
}

/// When each message is due.
#[derive(Debug)]
pub(super) struct Schedule {
    speed: Speed,
    /// When the first was published.
    first: Timestamp,
    /// When it goes out now, later by all that was lost since.
    start: Timestamp,
}

impl Schedule {
    pub(super) fn new(speed: Speed, first: Timestamp, start: Timestamp) -> Self {
        Self {
            speed,
            first,
            start,
        }
    }

    /// When a message goes out that was published then.
    pub(super) fn due(&self, published: Timestamp) -> Timestamp {
        match self.speed {
            Speed::Unpaced => self.start,
            Speed::Times(times) => {
                let after = published.since(self.first).as_millis() as f64 / times;
                // A cast from a float saturates.
                self.start.offset_millis(after.round() as i64)
            }
        }
    }

    /// It goes out now.
    pub(super) fn went(&mut self, published: Timestamp, now: Timestamp) {
        if matches!(self.speed, Speed::Times(_)) {
            let late = now.since(self.due(published));
            self.start = self.start + late.saturating_sub(CATCH_UP);
        }
    }

    /// What is sent for a message that was consumed.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub(super) fn message(
        &self,
        message: ReceivedMessage,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<NewMessage, Say> {
        let ReceivedMessage {
            body,
            tag,
            properties,
            publish_time,
            ..
        } = message;
        let parts = MessageParts {
            body,
            tag,
            ..MessageParts::default()
        };
        let mut parts = parts
            .with_wire_properties(Properties::from(properties.into_pairs()))
            .map_err(|key| Say::new("replay-property").with("key", key))?;
        // It was committed, or nobody would have got it.
        parts.check_after_secs = None;
        // It was held back for so long; that is a part of its time too.
        parts.deliver_at = match (self.speed, parts.deliver_at) {
            (Speed::Times(times), Some(at)) if publish_time < at => {
                let delay = at.since(publish_time).as_millis() as f64 / times;
                Some(now.offset_millis(delay.round() as i64))
            }
            _ => None,
        };
        parts.checked(limits, now).map_err(|problems| {
            let first = problems.first().map(refused::problem);
            first.unwrap_or_else(|| Say::new("replay-unfit"))
        })
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::super::format::{Gaps, Line, Recorded, decode};
    use super::*;
    use crate::protocol::Profile;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn the_spacing_is_that_of_publishing_scaled() {
        let check = |speed: Speed, published: i64, due: i64| {
            let schedule = Schedule::new(speed, at(1_000), at(500_000));
            assert_eq!(schedule.due(at(published)), at(500_000 + due), "{speed:?}");
        };
        check(Speed::Times(1.0), 1_000, 0);
        check(Speed::Times(1.0), 61_000, 60_000);
        check(Speed::Times(10.0), 61_000, 6_000);
        check(Speed::Times(0.1), 61_000, 600_000);
        check(Speed::Times(100.0), 1_040, 0);
        check(Speed::Unpaced, 61_000, 0);
        // One that claims to be older than the first.
        check(Speed::Times(1.0), 0, 0);
        check(Speed::Times(0.1), i64::MAX, i64::MAX - 500_000);
    }

    #[test]
    fn time_that_was_lost_is_not_made_up_for() {
        let mut schedule = Schedule::new(Speed::Times(1.0), at(0), at(0));
        schedule.went(at(1_000), at(1_400));
        assert_eq!(schedule.due(at(2_000)), at(2_000));
        schedule.went(at(2_000), at(602_000));
        assert_eq!(schedule.due(at(3_000)), at(602_000));
        assert_eq!(schedule.due(at(5_000)), at(604_000));
    }

    #[test]
    fn what_is_sent_is_what_was_published() {
        let gaps = Gaps {
            line: 1,
            now: at(0),
        };
        let line = r#"{"body":"x","tag":"A","published":1000,"properties":{"region":"y","KEYS":"k",
            "__SHARDINGKEY":"s","__STARTDELIVERTIME":"11000","__TransCheckT":"30"}}"#;
        let Ok(Line::Record(record)) = decode(line, gaps) else {
            panic!("a record");
        };
        let Recorded::Whole(message) = record.message else {
            panic!("whole");
        };
        let limits = Profile::Sandbox.limits();
        let sent = |speed: Speed| {
            let schedule = Schedule::new(speed, at(0), at(0));
            let made = schedule.message((*message).clone(), &limits, at(700_000));
            made.unwrap().into_parts()
        };
        let parts = sent(Speed::Times(10.0));
        assert_eq!(
            (parts.body.as_str(), parts.tag.as_deref()),
            ("x", Some("A"))
        );
        assert_eq!(parts.key.as_deref(), Some("k"));
        assert_eq!(parts.sharding_key.as_deref(), Some("s"));
        assert_eq!(parts.properties, [("region".to_owned(), "y".to_owned())]);
        assert_eq!(parts.check_after_secs, None);
        assert_eq!(parts.deliver_at, Some(at(701_000)));
        assert_eq!(sent(Speed::Unpaced).deliver_at, None);
    }
}
