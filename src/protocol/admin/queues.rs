//! What the admin API asks of the queues, and what it is answered. Plain data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::json::{handle, millis, optional_handle, optional_millis, optional_text, text};
use crate::protocol::message::{GroupId, InstanceId, ReceiptHandle, Timestamp, TopicName};

/// A topic, as requests name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicRef {
    /// Its instance; none if the requests of its clients name none.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// Its name.
    #[serde(with = "text")]
    pub topic: TopicName,
}

/// A group of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupRef {
    /// Its instance; none if the requests of its clients name none.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// Its topic.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// Its name.
    #[serde(with = "text")]
    pub group: GroupId,
}

/// What to look at, without consuming it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeekQuery {
    /// Instance of the topic.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// The topic.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// As which group has the messages. Without one no message is invisible or acked.
    #[serde(default, with = "optional_text")]
    pub group: Option<GroupId>,
    /// Only messages that stand like this; none: all.
    #[serde(default)]
    pub state: Option<MessageState>,
    /// Where to go on: the `next` of the last look; none: at the oldest.
    #[serde(default, with = "optional_text")]
    pub from: Option<u64>,
    /// Most messages, 1 to [`MAX_PEEK`]; none: 16.
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Most messages of one peek.
pub const MAX_PEEK: u32 = 100;

impl PeekQuery {
    /// A look at the oldest messages of a topic, whatever their state.
    pub fn of(topic: TopicRef) -> Self {
        Self {
            instance: topic.instance,
            topic: topic.topic,
            group: None,
            state: None,
            from: None,
            limit: None,
        }
    }
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// A consume of the group would find it. Without a group: groups can read it.
    Ready,
    /// Under a lease of the group.
    Invisible,
    /// The group is done with it: acked, or dead.
    Acked,
    /// Its delivery time has not come.
    Delayed,
    /// Neither committed nor rolled back.
    Half,
}

/// What a peek found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peek {
    /// Oldest first, what is delayed or half last.
    pub messages: Vec<PeekedMessage>,
    /// Where to go on, as text, for it may be a number that JSON readers round. None: that was
    /// all. There may be more though nothing was found: one look goes only so far.
    #[serde(with = "optional_text")]
    pub next: Option<u64>,
}

/// One message as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeekedMessage {
    /// Its id.
    pub message_id: String,
    /// Upper-case hexadecimal MD5 of the body.
    pub body_md5: String,
    /// The body.
    pub body: String,
    /// The tag.
    pub tag: Option<String>,
    /// All properties, the system's included.
    pub properties: BTreeMap<String, String>,
    /// When it was published.
    #[serde(with = "millis")]
    pub publish_time: Timestamp,
    /// How it stands.
    pub state: MessageState,
    /// End of the lease, delivery time, or next check.
    #[serde(with = "optional_millis")]
    pub until: Option<Timestamp>,
    /// Deliveries to the group so far, or checks of a half message.
    pub consumed_times: u32,
    /// The handle of the newest delivery while its lease is alive.
    #[serde(with = "optional_handle")]
    pub receipt_handle: Option<ReceiptHandle>,
}

/// Which dead letters to send back to the group that they died in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resend {
    /// Instance of the group's topics.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// The group.
    #[serde(with = "text")]
    pub group: GroupId,
    /// Ids of the messages; none: all of them.
    #[serde(default)]
    pub message_ids: Option<Vec<String>>,
}

/// What became of a [`Resend`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resent {
    /// How many messages were sent back.
    pub resent: u64,
}

/// A group that is to begin anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResetGroup {
    /// Instance of the topic.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// The topic.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// The group.
    #[serde(with = "text")]
    pub group: GroupId,
    /// Where.
    pub to: ResetTo,
}

/// Where a group begins anew; it is done with everything older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResetTo {
    /// With the oldest message that is kept: `"oldest"`.
    Oldest,
    /// With the next message: `"latest"`.
    Latest,
    /// With the first that was published then or later: `{"time":1795342447000}`.
    Time(#[serde(with = "millis")] Timestamp),
}

/// A delivery to end before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expire {
    /// Instance of the topic.
    #[serde(default, with = "optional_text")]
    pub instance: Option<InstanceId>,
    /// The topic.
    #[serde(with = "text")]
    pub topic: TopicName,
    /// Handle of the delivery, or of a half message.
    #[serde(with = "handle")]
    pub handle: ReceiptHandle,
}

/// The answer where there is nothing to say but that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {}

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
    fn what_is_asked_of_the_queues_has_its_form() {
        let group: GroupId = "g".parse().unwrap();
        let topic: TopicName = "t".parse().unwrap();
        let reset = |to| ResetGroup {
            instance: None,
            topic: topic.clone(),
            group: group.clone(),
            to,
        };
        let head = r#"{"instance":null,"topic":"t","group":"g","to":"#;
        check(&reset(ResetTo::Oldest), &format!(r#"{head}"oldest"}}"#));
        check(&reset(ResetTo::Latest), &format!(r#"{head}"latest"}}"#));
        let time = ResetTo::Time(Timestamp::from_millis(5));
        check(&reset(time), &format!(r#"{head}{{"time":5}}}}"#));
        let expire: Expire = serde_json::from_str(r#"{"topic":"t","handle":"h"}"#).unwrap();
        assert_eq!((expire.topic, expire.handle.as_str()), (topic, "h"));
        for wrong in [r#"{"topic":"t"}"#, r#"{"topic":"t","handle":" "}"#] {
            assert!(serde_json::from_str::<Expire>(wrong).is_err(), "{wrong}");
        }
        let cursor = Peek {
            messages: Vec::new(),
            next: Some(1 << 63),
        };
        check(&cursor, r#"{"messages":[],"next":"9223372036854775808"}"#);
    }
}
