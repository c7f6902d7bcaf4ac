//! Dead letters: which leases are the last of their messages, and what happens when they end.
//! Does not read or send back what has become a letter.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::change::{Change, Lease, Origin, Place, StoredMessage, TopicKey};
use super::{Queues, Topic};
use crate::protocol::{GroupId, Timestamp, TopicName};

/// Last leases by their end (and nonce). A message that is acked stays in here until then, so
/// who takes one out has to look whether it is still held.
#[derive(Debug, Default)]
pub(super) struct Deaths {
    all: BTreeMap<(Timestamp, u64), Dying>,
    /// The same by the dead-letter topic that they lead to.
    by_letters: HashMap<TopicKey, BTreeSet<(Timestamp, u64)>>,
}

#[derive(Debug)]
struct Dying {
    topic: Arc<TopicKey>,
    group: Arc<GroupId>,
    position: u64,
    letters: TopicKey,
}

impl Deaths {
    /// When a message may enter this topic next.
    pub(super) fn next(&self, letters: &TopicKey) -> Option<Timestamp> {
        let &(until, _) = self.by_letters.get(letters)?.first()?;
        Some(until)
    }

    fn insert(&mut self, until: Timestamp, nonce: u64, dying: Dying) {
        let letters = match self.by_letters.get_mut(&dying.letters) {
            Some(letters) => letters,
            None => self.by_letters.entry(dying.letters.clone()).or_default(),
        };
        letters.insert((until, nonce));
        self.all.insert((until, nonce), dying);
    }

    /// One whose time has come.
    fn pop(&mut self, now: Timestamp) -> Option<(Timestamp, u64, Dying)> {
        let first = self.all.first_entry()?;
        let &(until, nonce) = first.key();
        if until > now {
            return None;
        }
        let dying = first.remove();
        if let Some(letters) = self.by_letters.get_mut(&dying.letters) {
            letters.remove(&(until, nonce));
            if letters.is_empty() {
                self.by_letters.remove(&dying.letters);
            }
        }
        Some((until, nonce, dying))
    }
}

impl Queues {
    /// The dead-letter topic that a message enters when this lease ends; `None` if the message
    /// just comes back. A group that reads its own dead letters gets them without limit, and so
    /// does one whose name is too long for a dead-letter topic: nothing is lost. [us]
    pub fn dies_into(&self, topic: &TopicKey, group: &GroupId, lease: &Lease) -> Option<TopicKey> {
        if lease.consumed_times < self.rules.for_group(group).max_deliveries.max(1) {
            return None;
        }
        let letters = TopicKey {
            instance: topic.instance.clone(),
            topic: TopicName::dead_letters_of(group).ok()?,
        };
        (letters != *topic).then_some(letters)
    }

    /// Notes a lease if it is the last one.
    pub(super) fn foresee(&mut self, change: &Change) {
        if let Change::Leased {
            topic,
            group,
            position,
            lease,
        } = change
            && let Some(letters) = self.dies_into(topic, group, lease)
        {
            let dying = Dying {
                topic: Arc::clone(topic),
                group: Arc::clone(group),
                position: *position,
                letters,
            };
            self.deaths.insert(lease.until, lease.nonce, dying);
        }
    }

    /// Messages whose last lease has ended leave their group and become dead letters.
    pub(super) fn bury(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        while let Some((until, nonce, dying)) = self.deaths.pop(now) {
            self.bury_one(&dying, until, nonce, changes);
        }
    }

    fn bury_one(&mut self, dying: &Dying, until: Timestamp, nonce: u64, changes: &mut Vec<Change>) {
        let retention = self.rules.retention_of(&dying.topic);
        let Some(message) = self.topics.get(&*dying.topic).and_then(|topic| {
            let lease = topic
                .groups
                .get(&*dying.group)?
                .1
                .held(dying.position, nonce)?;
            let entry = topic.log.entry(dying.position)?;
            // Had somebody looked in time, it would have been gone before it died; not so if it
            // stands behind a newer one, however old it is itself.
            let in_time = entry.kept_since + retention > until;
            (in_time && lease.until == until).then(|| Arc::clone(&entry.message))
        }) else {
            return;
        };
        let seq = self.next_seq;
        self.next_seq += 1;
        let letter = Arc::new(StoredMessage {
            seq,
            origin: Some(Origin {
                topic: dying.topic.topic.clone(),
                group: GroupId::clone(&dying.group),
                position: dying.position,
                died_at: until,
            }),
            ..StoredMessage::clone(&message)
        });
        let letters = Self::open(&mut self.topics, &dying.letters, changes);
        letters.store(letter, changes);
        if let Some(topic) = self.topics.get_mut(&*dying.topic) {
            topic.totals.dead += 1;
            topic.done(&dying.group, dying.position, changes);
        }
    }
}

impl Topic {
    /// Appends a message to the log.
    pub(super) fn store(&mut self, message: Arc<StoredMessage>, changes: &mut Vec<Change>) {
        let place = Place::Log {
            position: self.log.end(),
        };
        self.place(Arc::clone(&message), place);
        changes.push(Change::Stored {
            topic: Arc::clone(&self.key),
            message,
            place,
        });
    }

    /// A group is done with a message that it did not ack.
    pub(super) fn done(&mut self, group: &GroupId, position: u64, changes: &mut Vec<Change>) {
        if let Some((name, group)) = self.groups.get_mut(group) {
            group.ack(&self.log, position);
            changes.push(Change::Acked {
                topic: Arc::clone(&self.key),
                group: Arc::clone(name),
                position,
            });
        }
    }
}
