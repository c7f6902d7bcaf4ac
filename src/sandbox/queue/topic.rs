//! One topic: its log, the messages that wait to enter it (timed and half), its groups.
//!
//! Every function that decides something says so as [`Change`]s and brings itself up to date
//! with the same calls that [`Topic::place`] and the group's serve when changes are replayed.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::change::{Change, Lease, Place, StoredMessage, TopicKey};
use super::group::Group;
use super::log::{Entry, Log, Wanted};
use super::rules::GroupStart;
use super::{Delivery, Nonces};
use crate::protocol::{ConsumeMode, GroupId, TagFilter, Timestamp};
use crate::sandbox::handle::Handle;
use crate::sandbox::overview::Totals;

/// Between two checks of a half message. [us]
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

pub(super) struct Topic {
    pub(super) key: Arc<TopicKey>,
    pub(super) log: Log,
    /// Timed and half messages by their number.
    pub(super) waiting: BTreeMap<u64, (Arc<StoredMessage>, Place)>,
    /// Timed messages by when they become visible.
    timed: BTreeSet<(Timestamp, u64)>,
    timed_by_tag: HashMap<String, BTreeSet<(Timestamp, u64)>>,
    /// Half messages by when they want a check.
    half: BTreeSet<(Timestamp, u64)>,
    /// Half messages by since when they are kept.
    half_since: BTreeSet<(Timestamp, u64)>,
    pub(super) groups: HashMap<GroupId, (Arc<GroupId>, Group)>,
    pub(super) totals: Totals,
}

/// Why a handle is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleRefusal {
    /// No handle that this broker ever wrote looks like that.
    NotAHandle,
    /// A half message cannot be acked, and a delivered one neither committed nor rolled back.
    WrongAction,
    /// Its lease is over, a newer delivery took its place, it was used, or it belongs to another
    /// topic or group.
    Gone,
}

impl Topic {
    pub(super) fn new(key: Arc<TopicKey>) -> Self {
        Self {
            key,
            log: Log::default(),
            waiting: BTreeMap::new(),
            timed: BTreeSet::new(),
            timed_by_tag: HashMap::new(),
            half: BTreeSet::new(),
            half_since: BTreeSet::new(),
            groups: HashMap::new(),
            totals: Totals::default(),
        }
    }

    /// How many messages wait for their time.
    pub(super) fn delayed(&self) -> u64 {
        self.timed.len() as u64
    }

    /// How many half messages are undecided.
    pub(super) fn halves(&self) -> u64 {
        self.half.len() as u64
    }

    /// Puts a message that stands nowhere.
    pub(super) fn place(&mut self, message: Arc<StoredMessage>, place: Place) {
        let seq = message.seq;
        match place {
            Place::Log { .. } => {
                self.log.append(message);
                return;
            }
            Place::Timed { at } => {
                if let Some(tag) = &message.parts.tag {
                    let of_tag = self.timed_by_tag.entry(tag.clone()).or_default();
                    of_tag.insert((at, seq));
                }
                self.timed.insert((at, seq))
            }
            Place::Half { lease } => {
                self.half_since.insert((message.visible_since(), seq));
                self.half.insert((lease.until, seq))
            }
        };
        self.waiting.insert(seq, (message, place));
    }

    /// Takes a timed or half message from where it stands.
    pub(super) fn remove(&mut self, seq: u64) -> Option<Arc<StoredMessage>> {
        let (message, place) = self.waiting.remove(&seq)?;
        match place {
            Place::Log { .. } => false,
            Place::Timed { at } => {
                if let Some(tag) = &message.parts.tag
                    && let Some(of_tag) = self.timed_by_tag.get_mut(tag)
                {
                    of_tag.remove(&(at, seq));
                    if of_tag.is_empty() {
                        self.timed_by_tag.remove(tag);
                    }
                }
                self.timed.remove(&(at, seq))
            }
            Place::Half { lease } => {
                self.half_since.remove(&(message.visible_since(), seq));
                self.half.remove(&(lease.until, seq))
            }
        };
        Some(message)
    }

    /// Where a message that may be seen belongs.
    pub(super) fn visible_place(&self, message: &StoredMessage, now: Timestamp) -> Place {
        match message.parts.deliver_at {
            Some(at) if at > now => Place::Timed { at },
            _ => Place::Log {
                position: self.log.end(),
            },
        }
    }

    pub(super) fn move_to(&mut self, seq: u64, place: Place, changes: &mut Vec<Change>) {
        if let Some(message) = self.remove(seq) {
            self.place(message, place);
            changes.push(Change::Moved {
                topic: Arc::clone(&self.key),
                seq,
                place,
            });
        }
    }

    /// Timed messages whose time has come enter the log.
    pub(super) fn ripen(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        while let Some(&(_, seq)) = self.timed.first().filter(|(at, _)| *at <= now) {
            let position = self.log.end();
            self.move_to(seq, Place::Log { position }, changes);
        }
    }

    /// What has been readable for as long as the retention leaves the log, and so do half messages
    /// that nobody decided about for as long. Costs what goes.
    pub(super) fn discard(
        &mut self,
        retention: Duration,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) {
        while let Some(&(_, seq)) = self
            .half_since
            .first()
            .filter(|(since, _)| *since + retention <= now)
        {
            self.drop_waiting(seq, changes);
        }
        let old = |entry: &Entry| entry.kept_since + retention <= now;
        let first = self.log.first();
        while self.log.entry(self.log.first()).is_some_and(old) {
            self.log.discard_before(self.log.first() + 1);
        }
        if self.log.first() > first {
            changes.push(Change::Discarded {
                topic: Arc::clone(&self.key),
                before: self.log.first(),
            });
        }
    }

    /// Creates the group on its first use.
    pub(super) fn open_group(
        &mut self,
        group: &GroupId,
        start: GroupStart,
        changes: &mut Vec<Change>,
    ) {
        if self.groups.contains_key(group) {
            return;
        }
        let name = Arc::new(group.clone());
        let opened = (Arc::clone(&name), Group::new(&self.log));
        self.groups.insert(group.clone(), opened);
        changes.push(Change::GroupCreated {
            topic: Arc::clone(&self.key),
            group: name,
        });
        if start == GroupStart::Latest && self.log.first() < self.log.end() {
            let all = self.log.first()..self.log.end();
            self.reset_group(group, vec![all], changes);
        }
    }

    /// Makes the group be done with just these positions. Says whether there is such a group.
    pub(super) fn reset_group(
        &mut self,
        group: &GroupId,
        done: Vec<Range<u64>>,
        changes: &mut Vec<Change>,
    ) -> bool {
        let Some((name, group)) = self.groups.get_mut(group) else {
            return false;
        };
        group.reset(&self.log, &done);
        changes.push(Change::GroupReset {
            topic: Arc::clone(&self.key),
            group: Arc::clone(name),
            done,
        });
        true
    }

    /// Takes a message out of the log, for everybody.
    pub(super) fn remove_from_log(&mut self, position: u64) {
        for (_, group) in self.groups.values_mut() {
            group.ack(&self.log, position);
        }
        self.log.remove(position);
    }

    /// Hands out up to `count` messages of the log.
    pub(super) fn consume(
        &mut self,
        ask: &Ask<'_>,
        nonces: &mut Nonces,
        changes: &mut Vec<Change>,
    ) -> Vec<Delivery> {
        let Some((name, group)) = self.groups.get_mut(ask.group) else {
            return Vec::new();
        };
        let log = &self.log;
        group.expire(log, ask.now);
        let wanted = log.wanted(ask.filter);
        if ask.ordered {
            group.look_around(log, &wanted, ask.count);
        }
        let mut given = Vec::new();
        while given.len() < ask.count {
            let Some(batch) = next_batch(group, log, &wanted, ask, given.len()) else {
                break;
            };
            for position in batch {
                let Some(entry) = log.entry(position) else {
                    continue;
                };
                let (times, first) = group.history(position).unwrap_or((0, ask.now));
                let lease = Lease {
                    nonce: nonces.draw(),
                    until: ask.now + ask.lease,
                    consumed_times: times.saturating_add(1),
                    first_consume_time: first,
                };
                group.lease(log, position, lease);
                self.totals.delivered += 1;
                self.totals.redelivered += u64::from(times > 0);
                changes.push(Change::Leased {
                    topic: Arc::clone(&self.key),
                    group: Arc::clone(name),
                    position,
                    lease,
                });
                let nonce = lease.nonce;
                let handle = Handle::Delivery { position, nonce }.encode();
                given.push(Delivery::new(&entry.message, handle, lease));
            }
        }
        given
    }

    /// Hands out up to `count` half messages that want a check. Groups and tags play no part:
    /// whoever produces to a topic may decide on its half messages. [us]
    pub(super) fn check_halves(
        &mut self,
        count: usize,
        now: Timestamp,
        nonces: &mut Nonces,
        changes: &mut Vec<Change>,
    ) -> Vec<Delivery> {
        let mut given = Vec::new();
        while given.len() < count {
            let due = self.half.first().filter(|(until, _)| *until <= now);
            let Some(&(_, seq)) = due else { break };
            let Some((message, Place::Half { lease: last })) = self.waiting.get(&seq).cloned()
            else {
                break;
            };
            let lease = Lease {
                nonce: nonces.draw(),
                until: now + CHECK_INTERVAL,
                consumed_times: last.consumed_times.saturating_add(1),
                first_consume_time: match last.consumed_times {
                    0 => now,
                    _ => last.first_consume_time,
                },
            };
            self.move_to(seq, Place::Half { lease }, changes);
            let nonce = lease.nonce;
            let handle = Handle::Half { seq, nonce }.encode();
            given.push(Delivery::new(&message, handle, lease));
        }
        given
    }

    /// Ends a delivery.
    pub(super) fn ack(
        &mut self,
        group: &GroupId,
        handle: Option<Handle>,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Result<(), HandleRefusal> {
        let (position, nonce) = match handle {
            Some(Handle::Delivery { position, nonce }) => (position, nonce),
            Some(Handle::Half { .. }) => return Err(HandleRefusal::WrongAction),
            None => return Err(HandleRefusal::NotAHandle),
        };
        let (name, group) = self.groups.get_mut(group).ok_or(HandleRefusal::Gone)?;
        group.expire(&self.log, now);
        if group.held(position, nonce).is_none() {
            return Err(HandleRefusal::Gone);
        }
        self.totals.acked += 1;
        changes.push(Change::Acked {
            topic: Arc::clone(&self.key),
            group: Arc::clone(name),
            position,
        });
        group.ack(&self.log, position);
        Ok(())
    }

    /// Commits or rolls back a half message.
    pub(super) fn decide(
        &mut self,
        commit: bool,
        handle: Option<Handle>,
        now: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Result<(), HandleRefusal> {
        let (seq, nonce) = match handle {
            Some(Handle::Half { seq, nonce }) => (seq, nonce),
            Some(Handle::Delivery { .. }) => return Err(HandleRefusal::WrongAction),
            None => return Err(HandleRefusal::NotAHandle),
        };
        let message = match self.waiting.get(&seq) {
            Some((message, Place::Half { lease })) if lease.nonce == nonce && lease.until > now => {
                Arc::clone(message)
            }
            _ => return Err(HandleRefusal::Gone),
        };
        if commit {
            let place = self.visible_place(&message, now);
            self.move_to(seq, place, changes);
        } else {
            self.drop_waiting(seq, changes);
        }
        Ok(())
    }

    /// A timed or half message is gone.
    pub(super) fn drop_waiting(&mut self, seq: u64, changes: &mut Vec<Change>) {
        if self.remove(seq).is_some() {
            changes.push(Change::Dropped {
                topic: Arc::clone(&self.key),
                seq,
            });
        }
    }

    /// When the next timed message that is wanted becomes visible.
    fn next_timed(&self, filter: &TagFilter) -> Option<Timestamp> {
        let first = |timed: &BTreeSet<(Timestamp, u64)>| timed.first().map(|&(at, _)| at);
        match filter {
            TagFilter::All => first(&self.timed),
            TagFilter::AnyOf(tags) => {
                let of_tags = tags.iter().filter_map(|tag| self.timed_by_tag.get(tag));
                of_tags.filter_map(first).min()
            }
        }
    }

    /// When a consume like this may find something: `now` if it would at once, `None` if nothing
    /// is on its way. With a tag filter or in order it may be too early, never too late.
    pub(super) fn next_visible(&mut self, ask: &Ask<'_>, mode: ConsumeMode) -> Option<Timestamp> {
        if mode == ConsumeMode::Half {
            return self.half.first().map(|&(until, _)| until.max(ask.now));
        }
        let timed = self.next_timed(ask.filter).map(|at| at.max(ask.now));
        let wanted = self.log.wanted(ask.filter);
        let Some((_, group)) = self.groups.get_mut(ask.group) else {
            // A new one finds all of the log, in order too, or nothing of it.
            let oldest = ask.start == GroupStart::Oldest && self.log.has_any(&wanted);
            return if oldest { Some(ask.now) } else { timed };
        };
        group.expire(&self.log, ask.now);
        if next_batch(group, &self.log, &wanted, ask, 0).is_some() {
            return Some(ask.now);
        }
        timed.into_iter().chain(group.next_return()).min()
    }
}

/// A consume, with everything that decides what it gets.
pub(super) struct Ask<'a> {
    pub(super) group: &'a GroupId,
    pub(super) filter: &'a TagFilter,
    pub(super) ordered: bool,
    pub(super) count: usize,
    pub(super) lease: Duration,
    /// Where the group begins if it is new.
    pub(super) start: GroupStart,
    pub(super) now: Timestamp,
}

fn next_batch(
    group: &mut Group,
    log: &Log,
    wanted: &Wanted,
    ask: &Ask<'_>,
    given: usize,
) -> Option<Vec<u64>> {
    if ask.ordered {
        group.next_ordered(log, wanted, ask.count - given)
    } else {
        group.next_plain(log, wanted).map(|position| vec![position])
    }
}
