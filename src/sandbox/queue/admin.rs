//! What an administrator may do to the queues: purge, send dead letters back, begin anew, end a
//! lease, delete. Each may cost as much as the topic has messages or groups: none of it is what a
//! producer or a consumer waits for.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use super::change::{Change, Lease, Origin, Place, StoredMessage, TopicKey};
use super::rules::GroupStart;
use super::topic::HandleRefusal;
use super::{Queues, Topic};
use crate::protocol::{GroupId, ReceiptHandle, Timestamp};
use crate::sandbox::handle::Handle;

impl Queues {
    /// Every message of a topic is gone for all groups, timed and half ones too; topic and groups
    /// stay. Says whether there is such a topic.
    pub fn purge(&mut self, key: &TopicKey, now: Timestamp) -> (bool, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(key, now, &mut changes);
        let Some(topic) = self.topics.get_mut(key) else {
            return (false, changes);
        };
        let before = topic.log.end();
        if before > topic.log.first() {
            topic.log.discard_before(before);
            changes.push(Change::Discarded {
                topic: Arc::clone(&topic.key),
                before,
            });
        }
        let waiting: Vec<u64> = topic.waiting.keys().copied().collect();
        for seq in waiting {
            topic.drop_waiting(seq, &mut changes);
        }
        (true, changes)
    }

    /// Sends dead letters, by their message ids or all of them, back to the group that they died
    /// in, with no deliveries counted; returns how many. They leave the dead-letter topic.
    ///
    /// No other group gets them. Where the topic still has the message, that is the one which
    /// comes back, at its old place in its shard; where it does not, the message is published
    /// again under its old id, and the groups that the topic has are done with it. [us]
    pub fn resend(
        &mut self,
        letters: &TopicKey,
        ids: Option<&[String]>,
        now: Timestamp,
    ) -> (u64, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(letters, now, &mut changes);
        let mut sent = 0;
        for (position, letter) in self.letters(letters, ids) {
            let Some(origin) = &letter.origin else {
                continue;
            };
            if let Some(topic) = self.topics.get_mut(letters) {
                topic.remove_from_log(position);
                changes.push(Change::Removed {
                    topic: Arc::clone(&topic.key),
                    position,
                });
            }
            let key = TopicKey {
                instance: letters.instance.clone(),
                topic: origin.topic.clone(),
            };
            self.send_back(&key, origin, &letter, now, &mut changes);
            sent += 1;
        }
        (sent, changes)
    }

    fn letters(&self, key: &TopicKey, ids: Option<&[String]>) -> Vec<(u64, Arc<StoredMessage>)> {
        let Some(Topic { log, .. }) = self.topics.get(key) else {
            return Vec::new();
        };
        let ids: Option<HashSet<&str>> = ids.map(|ids| ids.iter().map(String::as_str).collect());
        let asked = |message: &StoredMessage| {
            ids.as_ref()
                .is_none_or(|ids| ids.contains(message.id.as_str()))
        };
        (log.first()..log.end())
            .filter(|&position| !log.removed().contains(position))
            .filter_map(|position| Some((position, Arc::clone(&log.entry(position)?.message))))
            .filter(|(_, message)| message.origin.is_some() && asked(message))
            .collect()
    }

    fn send_back(
        &mut self,
        key: &TopicKey,
        origin: &Origin,
        letter: &StoredMessage,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) {
        Self::open(&mut self.topics, key, changes);
        self.pass(key, now, changes);
        let topic = Self::open(&mut self.topics, key, changes);
        // A group that was deleted gets what it left unread, and nothing else.
        topic.open_group(&origin.group, GroupStart::Latest, changes);
        let nonce = self.nonces.draw();
        if topic.has(origin.position, &letter.id) {
            topic.give_back(&origin.group, origin.position, nonce, now, changes);
            return;
        }
        let seq = self.next_seq;
        self.next_seq += 1;
        let position = topic.log.end();
        let again = StoredMessage {
            seq,
            publish_time: now,
            origin: None,
            ..letter.clone()
        };
        topic.store(Arc::new(again), changes);
        let others: Vec<GroupId> = topic.groups.keys().cloned().collect();
        for group in others.iter().filter(|group| **group != origin.group) {
            topic.done(group, position, changes);
        }
    }

    /// What was published at or after `to` is to be read again by a group, with no deliveries
    /// counted; it is done with what is older. Its leases are gone. Timed and half messages that
    /// are not visible yet are not touched. Says whether there is such a group.
    pub fn reset_group(
        &mut self,
        key: &TopicKey,
        group: &GroupId,
        to: Timestamp,
        now: Timestamp,
    ) -> (bool, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(key, now, &mut changes);
        let Some(topic) = self.topics.get_mut(key) else {
            return (false, changes);
        };
        let mut done: Vec<Range<u64>> = Vec::new();
        for position in topic.log.first()..topic.log.end() {
            let entry = topic.log.entry(position);
            if entry.is_none_or(|entry| entry.message.publish_time >= to) {
                continue;
            }
            match done.last_mut() {
                Some(last) if last.end == position => last.end += 1,
                _ => done.push(position..position + 1),
            }
        }
        let found = topic.reset_group(group, done, &mut changes);
        (found, changes)
    }

    /// Ends the lease of a handle now, as if its time were over: a message is visible again (or
    /// dead, if that was its last delivery), a half message wants a check.
    ///
    /// # Errors
    /// When it is not the handle of a lease that is alive.
    pub fn expire(
        &mut self,
        key: &TopicKey,
        handle: &ReceiptHandle,
        now: Timestamp,
    ) -> (Result<(), HandleRefusal>, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(key, now, &mut changes);
        let handle = Handle::decode(handle).ok_or(HandleRefusal::NotAHandle);
        let topic = self.topics.get_mut(key);
        let ended = handle.and_then(|handle| {
            let topic = topic.ok_or(HandleRefusal::Gone)?;
            let from = changes.len();
            let ended = topic.end_lease(handle, now, &mut changes);
            ended.map(|()| from).ok_or(HandleRefusal::Gone)
        });
        let result = ended.map(|from| {
            for change in &changes[from..] {
                self.foresee(change);
            }
            self.bury(now, &mut changes);
        });
        (result, changes)
    }

    /// Deletes a topic with its messages and groups. The next use makes a new one. Says whether
    /// there was one.
    pub fn delete_topic(&mut self, key: &TopicKey, now: Timestamp) -> (bool, Vec<Change>) {
        let mut changes = Vec::new();
        // What has died by now is the group's, not the topic's.
        self.bury(now, &mut changes);
        let deleted = self.topics.remove(key);
        changes.extend(deleted.as_ref().map(|topic| Change::TopicDeleted {
            topic: Arc::clone(&topic.key),
        }));
        (deleted.is_some(), changes)
    }

    /// Deletes a group of a topic: its leases are gone, and should it come again it begins as a
    /// new one. Its dead letters stay. Says whether there was one.
    pub fn delete_group(
        &mut self,
        key: &TopicKey,
        group: &GroupId,
        now: Timestamp,
    ) -> (bool, Vec<Change>) {
        let mut changes = Vec::new();
        self.bury(now, &mut changes);
        let topic = self.topics.get_mut(key);
        let deleted = topic.and_then(|topic| {
            let (name, _) = topic.groups.remove(group)?;
            Some(Change::GroupDeleted {
                topic: Arc::clone(&topic.key),
                group: name,
            })
        });
        let found = deleted.is_some();
        changes.extend(deleted);
        (found, changes)
    }
}

impl Topic {
    fn has(&self, position: u64, id: &str) -> bool {
        let entry = self.log.entry(position);
        entry.is_some_and(|entry| entry.message.id == id) && !self.log.removed().contains(position)
    }

    /// A message that a group is done with is there for it again.
    fn give_back(
        &mut self,
        group: &GroupId,
        position: u64,
        nonce: u64,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) {
        use super::group::Standing;
        let Some((name, group)) = self.groups.get_mut(group) else {
            return;
        };
        group.expire(&self.log, now);
        // It may be there already, if the group was reset.
        if !matches!(group.standing(position), Standing::Done) {
            return;
        }
        let lease = Lease {
            nonce,
            until: now,
            consumed_times: 0,
            first_consume_time: now,
        };
        group.lease(&self.log, position, lease);
        group.expire(&self.log, now);
        changes.push(Change::Leased {
            topic: Arc::clone(&self.key),
            group: Arc::clone(name),
            position,
            lease,
        });
    }

    fn end_lease(
        &mut self,
        handle: Handle,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Option<()> {
        match handle {
            Handle::Half { seq, nonce } => {
                let lease = match self.waiting.get(&seq) {
                    Some((_, Place::Half { lease })) if lease.nonce == nonce => *lease,
                    _ => return None,
                };
                let ended = Lease {
                    until: now,
                    ..lease
                };
                (lease.until > now)
                    .then(|| self.move_to(seq, Place::Half { lease: ended }, changes))
            }
            Handle::Delivery { position, nonce } => {
                let held = self.groups.values_mut().find_map(|(name, group)| {
                    group.expire(&self.log, now);
                    Some((group.held(position, nonce)?, name, group))
                });
                let (lease, name, group) = held?;
                let lease = Lease {
                    until: now,
                    ..lease
                };
                group.lease(&self.log, position, lease);
                changes.push(Change::Leased {
                    topic: Arc::clone(&self.key),
                    group: Arc::clone(name),
                    position,
                    lease,
                });
                Some(())
            }
        }
    }
}
