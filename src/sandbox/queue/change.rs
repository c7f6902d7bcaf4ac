//! What can happen to the queues, as values: applied to memory and handed to a store in the same
//! words. Plain data; decides nothing.
//!
//! A store may write them down as they stand here: a variant or field that comes, goes or moves is
//! a new format there, except a variant that comes last.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::protocol::admin::Travel;
use crate::protocol::{
    GroupId, InstanceId, MessageParts, NewMessage, Timestamp, TopicName, body_md5,
};

/// A topic of an instance; the same name in another instance is another topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TopicKey {
    /// The instance (`ns`); requests without one have an instance of their own. [us]
    pub instance: Option<InstanceId>,
    /// The topic.
    pub topic: TopicName,
}

/// A message to publish, with its digest: hashing 4 MB is done before the queues are locked.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub(super) parts: MessageParts,
    pub(super) body_md5: String,
}

impl Incoming {
    /// Computes the digest.
    pub fn new(message: NewMessage) -> Self {
        let parts = message.into_parts();
        Self {
            body_md5: body_md5(&parts.body),
            parts,
        }
    }
}

/// A message as the broker keeps it; never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Its number, one for the whole broker, in the order of publishing.
    pub seq: u64,
    /// `MessageId`.
    pub id: String,
    /// Upper-case hexadecimal MD5 of the body.
    pub body_md5: String,
    /// When it was published.
    pub publish_time: Timestamp,
    /// What was published.
    pub parts: MessageParts,
    /// Where a dead letter comes from. But for its number, a dead letter is the message that was
    /// published, id included. [us]
    pub origin: Option<Origin>,
}

/// What a dead letter was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The topic, in the instance of the dead-letter topic.
    pub topic: TopicName,
    /// The group that never acked it.
    pub group: GroupId,
    /// Its position in that topic's log.
    pub position: u64,
    /// When its last lease ended. Retention of the dead letter counts from here.
    pub died_at: Timestamp,
}

impl StoredMessage {
    /// Since when it can be read: what retention counts from. A commit is not noted, so a half
    /// message counts from its publishing. [us]
    pub(super) fn visible_since(&self) -> Timestamp {
        match &self.origin {
            Some(origin) => origin.died_at,
            None => self
                .parts
                .deliver_at
                .map_or(self.publish_time, |at| at.max(self.publish_time)),
        }
    }
}

/// One delivery: who holds the nonce may end it, until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Never used twice; part of the receipt handle.
    pub nonce: u64,
    /// End of the lease; at this very instant it is over.
    pub until: Timestamp,
    /// Deliveries so far, this one included.
    pub consumed_times: u32,
    /// When the first of them was.
    pub first_consume_time: Timestamp,
}

/// Where a message stands in its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// In the log, for every group to read. Messages enter it when they become visible.
    Log {
        /// Its position, counted from 0 without holes.
        position: u64,
    },
    /// Waiting for its delivery time.
    Timed {
        /// When it becomes visible.
        at: Timestamp,
    },
    /// A half message; the lease is the producer's or that of the last check.
    Half {
        /// Who may commit it or roll it back.
        lease: Lease,
    },
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// A topic exists from now on.
    TopicCreated {
        /// Which.
        topic: Arc<TopicKey>,
    },
    /// A group reads a topic from now on, beginning with the oldest message; one that begins with
    /// the latest is reset right after.
    GroupCreated {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The group.
        group: Arc<GroupId>,
    },
    /// A new message.
    Stored {
        /// Its topic.
        topic: Arc<TopicKey>,
        /// The message.
        message: Arc<StoredMessage>,
        /// Where it stands first.
        place: Place,
    },
    /// A timed or half message stands somewhere else now, or has another lease.
    Moved {
        /// Its topic.
        topic: Arc<TopicKey>,
        /// Its number.
        seq: u64,
        /// Where it stands now.
        place: Place,
    },
    /// A timed or half message is gone: rolled back, purged, or never decided on.
    Dropped {
        /// Its topic.
        topic: Arc<TopicKey>,
        /// Its number.
        seq: u64,
    },
    /// A message of the log was handed to a group.
    Leased {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The group.
        group: Arc<GroupId>,
        /// Its position in the log.
        position: u64,
        /// The delivery.
        lease: Lease,
    },
    /// A group is done with a message.
    Acked {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The group.
        group: Arc<GroupId>,
        /// Its position in the log.
        position: u64,
    },
    /// Messages at the front of a log are gone for everybody; positions stay. On an empty log it
    /// says where the next message will stand.
    Discarded {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The first position that is left.
        before: u64,
    },
    /// One message of a log is gone for everybody; its position stays taken.
    Removed {
        /// The topic.
        topic: Arc<TopicKey>,
        /// Its position in the log.
        position: u64,
    },
    /// A group is done with these positions and with no others; its leases are gone.
    GroupReset {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The group.
        group: Arc<GroupId>,
        /// Neither overlapping nor touching, in ascending order.
        done: Vec<Range<u64>>,
    },
    /// A topic is gone with its messages and groups.
    TopicDeleted {
        /// Which.
        topic: Arc<TopicKey>,
    },
    /// A group does not read this topic any more; should it come again, it is a new one.
    GroupDeleted {
        /// The topic.
        topic: Arc<TopicKey>,
        /// The group.
        group: Arc<GroupId>,
    },
    /// The time was moved: what comes after is dated by it. No queue is touched by that.
    ClockMoved {
        /// Where it is now.
        to: Travel,
    },
}
