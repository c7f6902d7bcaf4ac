//! The queues, pure: no async, no lock, no clock. Every function takes `now` and returns what
//! happened as [`Change`]s beside its result; [`Queues::apply`] replays them. Durability, waiting
//! and HTTP are elsewhere.
//!
//! A topic is a log of visible messages; timed and half messages wait beside it and enter it
//! when they become visible. A group keeps only what differs from the log, so the cost of a
//! consume depends on the batch (times a logarithm), not on the backlog or the other groups.
//!
//! Time passes in steps: every function first makes happen what was due by `now`. A message that
//! was delivered as often as it may be becomes a dead letter when its last lease ends, wherever
//! that is noticed; what is older than the retention leaves its log; leases of the group at hand
//! end. So it does not matter how often anybody looks.

mod admin;
mod change;
mod group;
mod letters;
mod log;
mod peek;
mod ranges;
mod rules;
mod topic;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

pub use change::{Change, Incoming, Lease, Origin, Place, StoredMessage, TopicKey};
use letters::Deaths;
pub use peek::{Peek, PeekState, Peeked};
pub use rules::{GroupRules, GroupStart, Retention, Rules, Timing};
pub use topic::HandleRefusal;
use topic::{Ask, Topic};

use super::handle::Handle;
use super::overview::{GroupOverview, Overview, TopicOverview};
use crate::protocol::{
    AckAction, ConsumeMode, GroupId, PublishReceipt, ReceiptHandle, ReceivedMessage, TagFilter,
    Timestamp, TopicName, hex_id,
};

/// What a consume asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Want {
    /// From which topic.
    pub topic: TopicKey,
    /// For which group.
    pub group: GroupId,
    /// Which tags.
    pub filter: TagFilter,
    /// Plain, in order, or half messages to check.
    pub mode: ConsumeMode,
    /// At most so many.
    pub count: usize,
}

/// One message as it is handed out.
#[derive(Debug, Clone)]
pub struct Delivery {
    message: Arc<StoredMessage>,
    handle: ReceiptHandle,
    lease: Lease,
}

impl Delivery {
    fn new(message: &Arc<StoredMessage>, handle: ReceiptHandle, lease: Lease) -> Self {
        Self {
            message: Arc::clone(message),
            handle,
            lease,
        }
    }

    /// Whether the group had it before.
    pub fn is_repeated(&self) -> bool {
        self.lease.consumed_times > 1
    }

    /// As it goes over the wire. Copies the body, so not under a lock.
    pub fn to_received(&self) -> ReceivedMessage {
        let StoredMessage { parts, .. } = &*self.message;
        ReceivedMessage {
            message_id: self.message.id.clone(),
            body_md5: self.message.body_md5.clone(),
            body: parts.body.clone(),
            receipt_handle: self.handle.clone(),
            publish_time: self.message.publish_time,
            first_consume_time: self.lease.first_consume_time,
            next_consume_time: self.lease.until,
            consumed_times: self.lease.consumed_times,
            tag: parts.tag.clone(),
            properties: parts.wire_properties(),
        }
    }
}

/// What became of the handles of an ack, a commit or a roll-back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Finished {
    /// Handles that were refused; the others were taken.
    pub refused: Vec<(ReceiptHandle, HandleRefusal)>,
}

/// Numbers of deliveries.
#[derive(Debug)]
struct Nonces(u64);

impl Nonces {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        self.0
    }
}

/// All topics of a broker.
pub struct Queues {
    topics: HashMap<TopicKey, Topic>,
    rules: Rules,
    /// Last leases of messages that die with them.
    deaths: Deaths,
    run: u64,
    next_seq: u64,
    nonces: Nonces,
}

impl Queues {
    /// Empty queues. `run` should be random: message ids and handles of one run are made of it,
    /// so that a handle of an earlier run is not taken for one of this run.
    pub fn new(rules: impl Into<Rules>, run: u64) -> Self {
        Self {
            topics: HashMap::new(),
            rules: rules.into(),
            deaths: Deaths::default(),
            run,
            next_seq: 0,
            nonces: Nonces(run),
        }
    }

    /// Makes a change that happened before, in the order in which it happened.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::TopicCreated { topic } => {
                let opened = Topic::new(Arc::clone(topic));
                self.topics.insert(TopicKey::clone(topic), opened);
            }
            Change::GroupCreated { topic, group } => {
                let create = |topic: &mut Topic| {
                    topic.open_group(group, GroupStart::Oldest, &mut Vec::new());
                };
                self.with(topic, create);
            }
            Change::Stored {
                topic,
                message,
                place,
            } => {
                self.next_seq = self.next_seq.max(message.seq + 1);
                self.with(topic, |topic| topic.place(Arc::clone(message), *place));
            }
            Change::Moved { topic, seq, place } => self.with(topic, |topic| {
                if let Some(message) = topic.remove(*seq) {
                    topic.place(message, *place);
                }
            }),
            Change::Dropped { topic, seq } => self.with(topic, |topic| {
                topic.remove(*seq);
            }),
            Change::Leased {
                topic,
                group,
                position,
                lease,
            } => {
                self.with(topic, |topic| {
                    if let Some((_, group)) = topic.groups.get_mut(&**group) {
                        group.lease(&topic.log, *position, *lease);
                    }
                });
                self.foresee(change);
            }
            Change::Acked {
                topic,
                group,
                position,
            } => self.with(topic, |topic| {
                if let Some((_, group)) = topic.groups.get_mut(&**group) {
                    group.ack(&topic.log, *position);
                }
            }),
            Change::Discarded { topic, before } => {
                self.with(topic, |topic| topic.log.discard_before(*before));
            }
            Change::Removed { topic, position } => {
                self.with(topic, |topic| topic.remove_from_log(*position));
            }
            Change::GroupReset { topic, group, done } => self.with(topic, |topic| {
                if let Some((_, group)) = topic.groups.get_mut(&**group) {
                    group.reset(&topic.log, done);
                }
            }),
            Change::TopicDeleted { topic } => {
                self.topics.remove(&**topic);
            }
            Change::GroupDeleted { topic, group } => self.with(topic, |topic| {
                topic.groups.remove(&**group);
            }),
            // Time is told to the queues, never kept by them.
            Change::ClockMoved { .. } => {}
        }
    }

    fn with(&mut self, key: &TopicKey, act: impl FnOnce(&mut Topic)) {
        if let Some(topic) = self.topics.get_mut(key) {
            act(topic);
        }
    }

    fn open<'a>(
        topics: &'a mut HashMap<TopicKey, Topic>,
        key: &TopicKey,
        changes: &mut Vec<Change>,
    ) -> &'a mut Topic {
        topics.entry(key.clone()).or_insert_with(|| {
            let topic = Arc::new(key.clone());
            changes.push(Change::TopicCreated {
                topic: Arc::clone(&topic),
            });
            Topic::new(topic)
        })
    }

    /// Creates topics that are not there yet, each with groups that begin with its oldest message.
    pub fn create(&mut self, topics: &[TopicKey], groups: &[GroupId]) -> ((), Vec<Change>) {
        let mut changes = Vec::new();
        for key in topics {
            let topic = Self::open(&mut self.topics, key, &mut changes);
            for group in groups {
                topic.open_group(group, GroupStart::Oldest, &mut changes);
            }
        }
        ((), changes)
    }

    /// Stores a message; creates the topic on its first use.
    pub fn publish(
        &mut self,
        key: &TopicKey,
        incoming: Incoming,
        now: Timestamp,
    ) -> (PublishReceipt, Vec<Change>) {
        let mut changes = Vec::new();
        Self::open(&mut self.topics, key, &mut changes);
        self.pass(key, now, &mut changes);
        let topic = Self::open(&mut self.topics, key, &mut changes);
        let seq = self.next_seq;
        self.next_seq += 1;
        let message = Arc::new(StoredMessage {
            seq,
            id: hex_id(u128::from(self.run) << 64 | u128::from(seq)),
            body_md5: incoming.body_md5,
            publish_time: now,
            parts: incoming.parts,
            origin: None,
        });
        let mut receipt = PublishReceipt {
            message_id: message.id.clone(),
            body_md5: message.body_md5.clone(),
            receipt_handle: None,
        };
        let place = match message.parts.check_after_secs {
            Some(secs) => {
                let nonce = self.nonces.draw();
                receipt.receipt_handle = Some(Handle::Half { seq, nonce }.encode());
                let lease = Lease {
                    nonce,
                    until: now + Duration::from_secs(secs.into()),
                    consumed_times: 0,
                    first_consume_time: now,
                };
                Place::Half { lease }
            }
            None => topic.visible_place(&message, now),
        };
        topic.place(Arc::clone(&message), place);
        topic.totals.published += 1;
        changes.push(Change::Stored {
            topic: Arc::clone(&topic.key),
            message,
            place,
        });
        (receipt, changes)
    }

    /// Hands out what is there, each message under a fresh lease; creates topic and group on
    /// their first use. A half consume creates no group.
    pub fn consume(&mut self, want: &Want, now: Timestamp) -> (Vec<Delivery>, Vec<Change>) {
        let mut changes = Vec::new();
        Self::open(&mut self.topics, &want.topic, &mut changes);
        self.pass(&want.topic, now, &mut changes);
        let topic = Self::open(&mut self.topics, &want.topic, &mut changes);
        if want.mode == ConsumeMode::Half {
            let nonces = &mut self.nonces;
            let given = topic.check_halves(want.count, now, nonces, &mut changes);
            return (given, changes);
        }
        let ask = ask(want, &self.rules, now);
        topic.open_group(&want.group, ask.start, &mut changes);
        let leased = changes.len();
        let given = topic.consume(&ask, &mut self.nonces, &mut changes);
        for change in &changes[leased..] {
            self.foresee(change);
        }
        (given, changes)
    }

    /// Makes happen what was due by now, as far as it concerns this topic. What the groups hold is
    /// brought up to date where a group is at hand.
    fn pass(&mut self, key: &TopicKey, now: Timestamp, changes: &mut Vec<Change>) {
        self.bury(now, changes);
        if let Some(topic) = self.topics.get_mut(key) {
            topic.ripen(now, changes);
            topic.discard(self.rules.retention_of(key), now, changes);
        }
    }

    /// When this consume may find something by the mere passing of time: `now` if it would find
    /// something at once, `None` if nothing is on its way. It may be too early (a lease ends
    /// whose tag is not wanted), never too late.
    pub fn next_visible(
        &mut self,
        want: &Want,
        now: Timestamp,
    ) -> (Option<Timestamp>, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(&want.topic, now, &mut changes);
        let ask = ask(want, &self.rules, now);
        let topic = self.topics.get_mut(&want.topic);
        let next = topic.and_then(|topic| topic.next_visible(&ask, want.mode));
        let death = self.deaths.next(&want.topic);
        (next.into_iter().chain(death).min(), changes)
    }

    /// Whether a topic is there.
    pub fn has_topic(&self, key: &TopicKey) -> bool {
        self.topics.contains_key(key)
    }

    /// Whether a group has consumed from a topic.
    pub fn has_group(&self, key: &TopicKey, group: &GroupId) -> bool {
        self.topics
            .get(key)
            .is_some_and(|topic| topic.groups.contains_key(group))
    }

    /// The tag of a message that stands there, if it has one.
    pub(super) fn tag_at(&self, key: &TopicKey, seq: u64, place: Place) -> Option<&str> {
        match place {
            Place::Log { position } => self.tag_in_log(key, position),
            Place::Timed { .. } | Place::Half { .. } => {
                let (message, _) = self.topics.get(key)?.waiting.get(&seq)?;
                message.parts.tag.as_deref()
            }
        }
    }

    /// The tag of a message of the log, if it has one.
    pub(super) fn tag_in_log(&self, key: &TopicKey, position: u64) -> Option<&str> {
        let entry = self.topics.get(key)?.log.entry(position)?;
        entry.message.parts.tag.as_deref()
    }

    /// Acks, commits or rolls back, each handle by itself. Creates nothing.
    pub fn finish(
        &mut self,
        key: &TopicKey,
        group: Option<&GroupId>,
        action: AckAction,
        handles: &[ReceiptHandle],
        now: Timestamp,
    ) -> (Finished, Vec<Change>) {
        let mut changes = Vec::new();
        let mut finished = Finished::default();
        self.pass(key, now, &mut changes);
        let mut topic = self.topics.get_mut(key);
        for handle in handles {
            let parsed = Handle::decode(handle);
            let result = match (&mut topic, action, group) {
                (Some(topic), AckAction::Ack, Some(group)) => {
                    topic.ack(group, parsed, now, &mut changes)
                }
                (Some(topic), AckAction::Commit, _) => {
                    topic.decide(true, parsed, now, &mut changes)
                }
                (Some(topic), AckAction::Rollback, _) => {
                    topic.decide(false, parsed, now, &mut changes)
                }
                _ if parsed.is_none() => Err(HandleRefusal::NotAHandle),
                _ => Err(HandleRefusal::Gone),
            };
            if let Err(why) = result {
                finished.refused.push((handle.clone(), why));
            }
        }
        (finished, changes)
    }

    /// Lets time pass: what is due by `now` becomes visible, leases that are over end, what is too
    /// old goes. Costs as much as there are topics and groups, and what happens.
    pub fn settle(&mut self, now: Timestamp) -> Vec<Change> {
        let mut changes = Vec::new();
        self.bury(now, &mut changes);
        for topic in self.topics.values_mut() {
            topic.ripen(now, &mut changes);
            topic.discard(self.rules.retention_of(&topic.key), now, &mut changes);
            for (_, group) in topic.groups.values_mut() {
                group.expire(&topic.log, now);
            }
        }
        changes
    }

    /// Topics and groups with their counts, in the order of their names. Costs no look at any
    /// message; speaks of the time of the last [`settle`](Self::settle).
    pub fn overview(&self) -> Overview {
        let overview_of = |topic: &Topic| self.topic_overview(topic);
        let mut topics: Vec<TopicOverview> = self.topics.values().map(overview_of).collect();
        topics.sort_by(|a, b| (&a.topic, &a.instance).cmp(&(&b.topic, &b.instance)));
        Overview { topics }
    }

    fn topic_overview(&self, topic: &Topic) -> TopicOverview {
        let overview_of = |(name, group): &(Arc<GroupId>, group::Group)| {
            let letters = TopicName::dead_letters_of(name).ok().and_then(|letters| {
                self.topics.get(&TopicKey {
                    instance: topic.key.instance.clone(),
                    topic: letters,
                })
            });
            let oldest = group.ready_from(&topic.log, 0);
            let oldest = oldest.and_then(|position| topic.log.entry(position));
            GroupOverview {
                group: GroupId::clone(name),
                ready: group.ready(&topic.log),
                invisible: group.invisible(),
                acked: group.acked(&topic.log),
                dead: letters.map_or(0, |letters| letters.log.letters_of(&topic.key.topic)),
                oldest_ready: oldest.map(|entry| entry.message.publish_time),
            }
        };
        let mut groups: Vec<GroupOverview> = topic.groups.values().map(overview_of).collect();
        groups.sort_by(|a, b| a.group.cmp(&b.group));
        TopicOverview {
            instance: topic.key.instance.clone(),
            topic: topic.key.topic.clone(),
            messages: topic.log.len(),
            delayed: topic.delayed(),
            half: topic.halves(),
            totals: topic.totals,
            groups,
        }
    }
}

fn ask<'a>(want: &'a Want, rules: &Rules, now: Timestamp) -> Ask<'a> {
    let ordered = want.mode == ConsumeMode::Ordered;
    let rules = rules.for_group(&want.group);
    Ask {
        group: &want.group,
        filter: &want.filter,
        ordered,
        count: want.count,
        lease: if ordered {
            rules.timing.order_invisible
        } else {
            rules.timing.invisible
        },
        start: rules.start,
        now,
    }
}
