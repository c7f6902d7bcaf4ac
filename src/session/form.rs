//! The head of a consume view while it is being filled in.

use serde::{Deserialize, Serialize};

use crate::client::Consume;
use crate::protocol::{ConsumeMode, GroupId, InvalidName, Limits, TagFilter, TopicName};

use super::ConnectionId;
use super::draft::FieldProblem;
use super::say::Say;

/// Where to listen, topic, group and the rest, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsumeForm {
    /// Which connection.
    pub connection: ConnectionId,
    /// Topic.
    pub topic: String,
    /// Consumer group.
    pub group: String,
    /// Tag expression; empty for all.
    pub tag: String,
    /// Messages a poll, 1 to 16.
    pub batch: u32,
    /// Seconds of the long poll, 0 to 30.
    pub wait_secs: u32,
    /// What kind of deliveries.
    pub mode: Kind,
}

/// What kind of deliveries to ask for, by the words of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As they come.
    #[default]
    Plain,
    /// In order per sharding key.
    Ordered,
    /// Half messages whose producer has not decided yet.
    HalfCheck,
}

impl From<Kind> for ConsumeMode {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Plain => ConsumeMode::Plain,
            Kind::Ordered => ConsumeMode::Ordered,
            Kind::HalfCheck => ConsumeMode::Half,
        }
    }
}

impl Default for ConsumeForm {
    fn default() -> Self {
        Self {
            connection: ConnectionId::Sandbox,
            topic: String::new(),
            group: String::new(),
            tag: String::new(),
            batch: 16,
            wait_secs: 3,
            mode: Kind::Plain,
        }
    }
}

/// A field of the head of a consume view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConsumeField {
    /// Topic.
    Topic,
    /// Consumer group.
    Group,
}

impl ConsumeForm {
    /// What to consume.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn check(
        &self,
        limits: &Limits,
    ) -> Result<(TopicName, Consume), Vec<FieldProblem<ConsumeField>>> {
        let topic: Result<TopicName, InvalidName> = self.topic.trim().parse();
        let group: Result<GroupId, InvalidName> = self.group.trim().parse();
        match (topic, group) {
            (Ok(topic), Ok(group)) => Ok((
                topic,
                Consume {
                    group,
                    count: self.batch.clamp(1, limits.max_batch),
                    wait_secs: self.wait_secs.min(limits.max_wait_secs),
                    tag: TagFilter::parse(&self.tag),
                    mode: self.mode.into(),
                },
            )),
            (topic, group) => {
                let problem = |field, what, error: Option<InvalidName>| {
                    error.map(|error| FieldProblem::error(field, Say::name(what, &error)))
                };
                Err([
                    problem(ConsumeField::Topic, "topic", topic.err()),
                    problem(ConsumeField::Group, "group", group.err()),
                ]
                .into_iter()
                .flatten()
                .collect())
            }
        }
    }
}
