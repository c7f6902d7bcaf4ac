//! One consume view: what it listens to, whether it does, and the rows that came.

use serde::{Deserialize, Serialize};

use crate::client::Consume;
use crate::protocol::{ConsumeMode, Timestamp, TopicName};

use super::ConnectionId;
use super::acking::Acking;
use super::archive::FileView;
use super::decisions::Decisions;
use super::form::{ConsumeForm, Kind};
use super::rows::Rows;
use super::say::Trouble;
use super::table::Table;

/// Which consume view; never reused within a run. Views that come back keep theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SubscriptionId(pub u64);

/// A consume view.
#[derive(Debug)]
pub struct Subscription {
    /// Its id.
    pub id: SubscriptionId,
    /// Its head as it was opened or last started.
    pub form: ConsumeForm,
    /// What it listens to, once it was started.
    pub source: Option<Source>,
    /// Whether it listens.
    pub polling: Polling,
    /// Why it does not listen any more, if it was not asked to stop.
    pub ended_by: Option<Box<Trouble>>,
    /// The file that it shows, if it shows one instead of listening.
    pub file: Option<FileView>,
    /// What came.
    pub rows: Rows,
    /// Acks that are on their way or wait for their turn.
    pub acking: Acking,
    /// Which of them are shown, and how.
    pub table: Table,
    /// The row whose details are shown.
    pub focused: Option<u64>,
    /// What was decided on its rows, where they are half messages.
    pub decisions: Decisions,
}

impl Subscription {
    /// Whether what it listens to, or is about to, can be acked. Half messages are committed or
    /// rolled back.
    pub fn takes_acks(&self) -> bool {
        match &self.source {
            Some(source) if !self.polling.is_stopped() => source.consume.mode != ConsumeMode::Half,
            _ => self.form.mode != Kind::HalfCheck,
        }
    }

    /// The topic of its messages, if that is known.
    pub fn topic(&self) -> Option<TopicName> {
        match (&self.source, &self.file) {
            (Some(source), _) => Some(source.topic.clone()),
            (None, Some(file)) => file.header.as_ref()?.topic.parse().ok(),
            (None, None) => None,
        }
    }

    /// The dead-letter topic of its group; none for a view of dead letters, or without a group.
    pub fn letters_topic(&self) -> Option<TopicName> {
        let (topic, group) = match &self.source {
            Some(source) => (source.topic.clone(), source.consume.group.clone()),
            None => (
                self.form.topic.trim().parse().ok()?,
                self.form.group.trim().parse().ok()?,
            ),
        };
        let letters = TopicName::dead_letters_of(&group).ok()?;
        (!topic.is_dead_letters()).then_some(letters)
    }

    /// The connection that it listens to, or is about to.
    pub fn connection(&self) -> &ConnectionId {
        match &self.source {
            Some(source) => &source.connection,
            None => &self.form.connection,
        }
    }
}

/// Where the messages of a view come from. Handles are good only there.
#[derive(Debug, Clone)]
pub struct Source {
    /// The connection.
    pub connection: ConnectionId,
    /// The topic.
    pub topic: TopicName,
    /// Group, tags, batch and wait.
    pub consume: Consume,
}

impl Source {
    /// Whether handles of the one are good at the other.
    pub fn shares_handles_with(&self, other: &Source) -> bool {
        self.connection == other.connection
            && self.topic == other.topic
            && self.consume.group == other.consume.group
            // A half message is decided on, any other one is acked.
            && (self.consume.mode == ConsumeMode::Half)
                == (other.consume.mode == ConsumeMode::Half)
    }
}

/// Whether a view listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Polling {
    /// Not listening.
    Stopped,
    /// Listening.
    Running,
    /// Asked to stop; the poll in flight may still bring messages.
    Stopping,
    /// Takes nothing more until it is resumed; what the poll in flight brings still comes.
    Paused,
    /// The last poll failed; the next try is at this time.
    Failing(Box<Trouble>, Timestamp),
}

impl Polling {
    /// Whether nothing is in flight.
    pub fn is_stopped(&self) -> bool {
        matches!(self, Polling::Stopped)
    }
}
