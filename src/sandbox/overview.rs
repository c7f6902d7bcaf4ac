//! What is in the broker, in numbers, for whoever looks on. Plain data.

use crate::protocol::{GroupId, InstanceId, TopicName};

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
    /// Its groups, in the order of their names.
    pub groups: Vec<GroupOverview>,
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
    /// Messages that the group is done with.
    pub acked: u64,
}
