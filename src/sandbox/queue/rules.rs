//! The rules of the queues as plain settings: for the broker, and where a topic or a group has
//! its own. Reads no file and decides nothing.

use std::collections::HashMap;
use std::time::Duration;

use super::change::TopicKey;
use crate::protocol::{GroupId, TopicName};

/// How long a delivery is invisible to its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// After a plain consume. [seed] has 5 minutes.
    pub invisible: Duration,
    /// After an ordered consume. [doc] has 1 minute.
    pub order_invisible: Duration,
}

/// Where a group that never consumed before begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum GroupStart {
    /// With the oldest message that is kept. [us]
    #[default]
    Oldest,
    /// With the next message that becomes visible after its first consume.
    Latest,
}

/// The rules of a group, the same in every topic it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupRules {
    /// How long its deliveries are invisible.
    pub timing: Timing,
    /// After so many deliveries without an ack a message becomes a dead letter; 0 is taken as 1.
    /// [doc] has 288.
    pub max_deliveries: u32,
    /// Where it begins.
    pub start: GroupStart,
}

/// All rules of a broker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rules {
    /// Of every group that has none of its own.
    pub group: GroupRules,
    /// Groups with rules of their own, whichever instance they are in.
    pub groups: HashMap<GroupId, GroupRules>,
    /// How long a topic keeps its messages, acked or not.
    pub retention: Retention,
    /// Topics with a retention of their own, whichever instance they are in.
    pub retentions: HashMap<TopicName, Retention>,
}

/// How long a message is kept after it became visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(pub Duration);

impl Rules {
    /// The rules of a group.
    pub fn for_group(&self, group: &GroupId) -> &GroupRules {
        self.groups.get(group).unwrap_or(&self.group)
    }

    /// The retention of a topic.
    pub fn retention_of(&self, topic: &TopicKey) -> Duration {
        self.retentions
            .get(&topic.topic)
            .unwrap_or(&self.retention)
            .0
    }
}

impl Default for Timing {
    /// 5 minutes [seed], 1 minute [doc].
    fn default() -> Self {
        Self {
            invisible: Duration::from_secs(300),
            order_invisible: Duration::from_secs(60),
        }
    }
}

impl Default for GroupRules {
    /// The default times, 288 deliveries [doc], from the oldest [us].
    fn default() -> Self {
        Self {
            timing: Timing::default(),
            max_deliveries: 288,
            start: GroupStart::Oldest,
        }
    }
}

impl Default for Retention {
    /// 3 days. [doc]
    fn default() -> Self {
        Self(Duration::from_secs(3 * 24 * 3600))
    }
}

impl From<Timing> for Rules {
    /// The defaults but for these times.
    fn from(timing: Timing) -> Self {
        Self {
            group: GroupRules {
                timing,
                ..GroupRules::default()
            },
            ..Self::default()
        }
    }
}
