//! What is in the broker, in numbers, for whoever looks on. Plain data.

use crate::protocol::{GroupId, InstanceId, Timestamp, TopicName};

/// All topics.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// In the order of their names.
    pub topics: Vec<TopicOverview>,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicOverview {
    /// Its instance, if the requests named one.
    pub instance: Option<InstanceId>,
    /// Its name.
    pub topic: TopicName,
    /// Messages that groups can read, acked or not.
    pub messages: u64,
    /// Timed messages whose time has not come.
    pub delayed: u64,
    /// Half messages that are neither committed nor rolled back.
    pub half: u64,
    /// What happened in it since the broker started.
    pub totals: Totals,
    /// Its groups, in the order of their names.
    pub groups: Vec<GroupOverview>,
}

/// What happened since the broker started; only ever grows. Unlike the counts it begins at 0
/// after a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages published, timed and half ones included.
    pub published: u64,
    /// Deliveries to groups. Checks of half messages are none.
    pub delivered: u64,
    /// Those of them that were not the first one to their group.
    pub redelivered: u64,
    /// Deliveries that were acked.
    pub acked: u64,
    /// Messages that became dead letters.
    pub dead: u64,
}

impl Overview {
    /// What happened in all topics since the broker started; deleted ones are left out.
    pub fn totals(&self) -> Totals {
        let add = |sum: Totals, topic: &TopicOverview| Totals {
            published: sum.published + topic.totals.published,
            delivered: sum.delivered + topic.totals.delivered,
            redelivered: sum.redelivered + topic.totals.redelivered,
            acked: sum.acked + topic.totals.acked,
            dead: sum.dead + topic.totals.dead,
        };
        self.topics.iter().fold(Totals::default(), add)
    }
}

/// One group of a topic: `ready + invisible + acked` are the topic's messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOverview {
    /// Its name.
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
    pub oldest_ready: Option<Timestamp>,
}
