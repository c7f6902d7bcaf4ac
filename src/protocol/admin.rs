//! The sandbox's admin API as values: what goes over the wire under [`PREFIX`], in JSON, written
//! and read by both ends through these types. No part of the RocketMQ protocol, all of it [us];
//! who may ask, and what is done about it, is the sandbox's business.
//!
//! This file: who is refused, the counts, the clock. `queues.rs`: what is asked of the queues.
//! `refusals.rs`: requests that were refused. `travel.rs`: where a moved clock is, for whoever keeps it.
//! `json.rs`: how names and times are written. Points in time are Unix milliseconds; lengths of time carry `_millis` in their names.

mod json;
mod queues;
mod refusals;
mod travel;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::message::{GroupId, InstanceId, Timestamp, TopicName};
use json::{millis, optional_millis, optional_text, text};

pub use queues::{
    Done, Expire, GroupRef, MAX_PEEK, MessageState, Peek, PeekQuery, PeekedMessage, Resend, Resent,
    ResetGroup, ResetTo, TopicRef,
};
pub use refusals::{ExplainedRefusal, Refusals, RefusedRequest};
pub use travel::Travel;

/// Where the admin API is, on the sandbox's own address.
pub const PREFIX: &str = "/_mqscope/v1";

/// What kind of refusal an [`AdminFault`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminCode {
    /// No token came with the request.
    MissingToken,
    /// The token is another one.
    WrongToken,
    /// This sandbox was started without a token, so that nobody is let in.
    AdminOff,
    /// The API has no such path or method.
    NoSuchCall,
    /// A parameter is missing, cannot be read or is out of range.
    InvalidArgument,
    /// There is no such topic, group or delivery.
    NotFound,
    /// The sandbox failed.
    InternalError,
}

impl AdminCode {
    /// The code as it stands in the answer.
    pub fn as_str(self) -> &'static str {
        match self {
            AdminCode::MissingToken => "MissingToken",
            AdminCode::WrongToken => "WrongToken",
            AdminCode::AdminOff => "AdminOff",
            AdminCode::NoSuchCall => "NoSuchCall",
            AdminCode::InvalidArgument => "InvalidArgument",
            AdminCode::NotFound => "NotFound",
            AdminCode::InternalError => "InternalError",
        }
    }

    /// The HTTP status that goes with it.
    pub fn status(self) -> u16 {
        match self {
            AdminCode::MissingToken => 401,
            AdminCode::WrongToken => 403,
            AdminCode::AdminOff | AdminCode::NoSuchCall | AdminCode::NotFound => 404,
            AdminCode::InvalidArgument => 400,
            AdminCode::InternalError => 500,
        }
    }
}

/// The answer to a request that is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdminFault {
    /// One of [`AdminCode`], or what a later version says.
    pub code: String,
    /// What is wrong and what to do about it, in English.
    pub message: String,
}

/// All topics, with their counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// When it was, by the sandbox's clock.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// Long polls that wait for a message.
    pub parked_polls: u64,
    /// In the order of their names.
    pub topics: Vec<TopicCounts>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicCounts {
    /// Its instance, if it was made by requests that named one.
    #[serde(with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// Its name.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// Messages that groups can read, acked or not.
    pub messages: u64,
    /// Timed messages whose time has not come.
    pub delayed: u64,
    /// Half messages that are neither committed nor rolled back.
    pub half: u64,
    /// Its groups, in the order of their names.
    pub groups: Vec<GroupCounts>,
}

impl TopicCounts {
    /// How requests name it.
    pub fn reference(&self) -> TopicRef {
        TopicRef {
            instance: self.instance.clone(),
            topic: self.topic.clone(),
        }
    }
}

/// One group of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCounts {
    /// Its name.
    #[serde(with = "text")]
    pub group: GroupId,
    /// Messages that a consume would find.
    pub ready: u64,
    /// Messages under a lease.
    pub invisible: u64,
    /// Messages that the group is done with: acked, or dead.
    pub acked: u64,
    /// Dead letters of this topic that wait in the group's dead-letter topic.
    pub dead: u64,
    /// When the oldest message that a consume would find was published.
    #[serde(with = "optional_millis")]
    pub oldest_ready: Option<Timestamp>,
}

/// The time of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockState {
    /// Its time.
    #[serde(with = "millis")]
    pub now: Timestamp,
    /// The time of the world, which its clients sign with.
    #[serde(with = "millis")]
    pub real_now: Timestamp,
    /// Whether it stands still.
    pub frozen: bool,
    /// How far it is ahead; negative if it is behind.
    pub offset_millis: i64,
}

/// What to do with the sandbox's time. Leases, timed messages and retention follow it; how long a
/// poll is parked does not, as its client waits in real time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ClockMove {
    /// Jump ahead: `{"advance":{"by_millis":300000}}`.
    Advance {
        /// By so much.
        by_millis: u64,
    },
    /// Stand still: `{"freeze":{}}`.
    Freeze {},
    /// Go on from where it stands: `{"resume":{}}`.
    Resume {},
    /// Jump to a time, ahead or back: `{"set":{"to":1795342447000}}`.
    Set {
        /// That time.
        #[serde(with = "millis")]
        to: Timestamp,
    },
}

impl ClockMove {
    /// A jump ahead.
    pub fn advance(by: Duration) -> Self {
        Self::Advance {
            by_millis: u64::try_from(by.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// What the sandbox has done since it was started: with each start all of it begins at 0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Messages stored.
    pub published: u64,
    /// Messages handed out, again or for the first time.
    pub delivered: u64,
    /// Of these, messages that had been handed out to the same group before.
    pub redelivered: u64,
    /// Consumes that found nothing, long polls that waited in vain included.
    pub empty_polls: u64,
    /// Handles acked.
    pub acked: u64,
    /// Half messages committed.
    pub committed: u64,
    /// Half messages rolled back.
    pub rolled_back: u64,
    /// Handles of an ack, a commit or a roll-back that were refused, mostly for coming too late.
    pub handles_refused: u64,
    /// Requests that were refused as a whole, by their code.
    pub requests_refused: BTreeMap<String, u64>,
    /// Messages that became dead letters, for each topic and group that any died in, in the order
    /// of their names.
    pub dead: Vec<DeadCount>,
}

/// Messages of one topic that died in one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadCount {
    /// The instance of both.
    #[serde(with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// The topic.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// The group that never acked them.
    #[serde(with = "text")]
    pub group: GroupId,
    /// How many; those that were sent back and died again count again.
    pub count: u64,
}

/// What the sandbox was started with, as far as it is nobody's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Version of mqscope.
    pub version: String,
    /// Where it listens, `host:port`.
    pub listen: String,
    /// How long a consumed message is invisible to its group.
    pub invisible_millis: u64,
    /// The same for ordered consumption.
    pub order_invisible_millis: u64,
    /// After so many deliveries without an ack a message becomes a dead letter.
    pub max_deliveries: u32,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
        assert_eq!(serde_json::to_string(value).unwrap(), json);
        assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
    }

    #[test]
    fn each_move_of_the_clock_has_its_form() {
        let move_by = ClockMove::advance(Duration::from_secs(300));
        check(&move_by, r#"{"advance":{"by_millis":300000}}"#);
        check(&ClockMove::Freeze {}, r#"{"freeze":{}}"#);
        check(&ClockMove::Resume {}, r#"{"resume":{}}"#);
        let to = Timestamp::from_millis(-5);
        check(&ClockMove::Set { to }, r#"{"set":{"to":-5}}"#);
        for wrong in [
            r#"{"advance":{}}"#,
            r#"{"advance":{"by_millis":-1}}"#,
            r#"{"advance":{"by_millis":1,"by":2}}"#,
            r#"{"rewind":{}}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<ClockMove>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn dead_letters_are_told_by_topic_and_group() {
        let dead = DeadCount {
            instance: None,
            topic: "orders".parse().unwrap(),
            group: "GID_a".parse().unwrap(),
            count: 2,
        };
        check(
            &dead,
            r#"{"instance":null,"topic":"orders","group":"GID_a","count":2}"#,
        );
    }

    #[test]
    fn names_are_checked_when_they_are_read() {
        let counts = |instance: Option<&str>| TopicCounts {
            instance: instance.map(|instance| instance.parse().unwrap()),
            topic: "%DLQ%g".parse().unwrap(),
            messages: 3,
            delayed: 2,
            half: 1,
            groups: Vec::new(),
        };
        check(
            &counts(None),
            r#"{"instance":null,"topic":"%DLQ%g","messages":3,"delayed":2,"half":1,"groups":[]}"#,
        );
        let json = serde_json::to_string(&counts(Some("MQ_INST"))).unwrap();
        check(&counts(Some("MQ_INST")), &json);
        let wrong = json.replace("%DLQ%g", "no topic");
        assert!(serde_json::from_str::<TopicCounts>(&wrong).is_err());
    }
}
