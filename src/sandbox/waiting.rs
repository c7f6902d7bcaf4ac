//! Parked long polls, and which of them to wake. Holds no message and asks no clock: whether there
//! is something for a poll, the queues say.
//!
//! Polls that want the same (topic, group, tags, mode) are alike, so one message wakes one of
//! them, the one that has waited longest. Who is woken looks for itself; should it be gone, or leave
//! something, the next one is woken then. The first of its kind is also the one that sleeps only
//! until time alone may bring something; the others sleep until they are woken.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use tokio::sync::Notify;

use super::queue::{Change, Queues, TopicKey, Want};
use crate::protocol::{ConsumeMode, GroupId, Timestamp};

/// When no time will bring anything.
const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

/// All parked polls of a broker.
#[derive(Default)]
pub(super) struct Waiting {
    topics: HashMap<TopicKey, HashMap<GroupId, Vec<Alike>>>,
    last_ticket: u64,
    woken: u64,
}

/// Polls that want the same; never none.
struct Alike {
    /// Of one of them: the count means nothing here.
    want: Want,
    asleep: BTreeMap<Ticket, Asleep>,
    /// Woken, and not back yet to look.
    called: BTreeSet<Ticket>,
}

/// Place in the queue: who came first has the smaller one, and keeps it when it parks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(u64);

struct Asleep {
    bell: Arc<Notify>,
    until: Timestamp,
}

/// Whom a change may be news for.
#[derive(PartialEq, Eq)]
enum Audience {
    Topic(TopicKey),
    Group(TopicKey, GroupId),
    /// Those of a group that wait for a shard.
    Ordered(TopicKey, GroupId),
    /// All who wait at a topic, of one group or of any: what they wait at is gone, and they have
    /// to look again to begin anew, whether or not they find something.
    Everybody(TopicKey, Option<GroupId>),
}

impl Waiting {
    /// A place at the end.
    pub(super) fn ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    /// How many polls were ever woken.
    pub(super) fn woken(&self) -> u64 {
        self.woken
    }

    /// Parks a poll that found nothing. Returns until when it sleeps unless it is woken: for
    /// the first of its kind to `next`, else for ever. How long its client waits is real time, and
    /// not the register's business.
    pub(super) fn park(
        &mut self,
        want: &Want,
        ticket: Ticket,
        bell: &Arc<Notify>,
        next: Option<Timestamp>,
    ) -> Timestamp {
        let groups = match self.topics.get_mut(&want.topic) {
            Some(groups) => groups,
            None => self.topics.entry(want.topic.clone()).or_default(),
        };
        let kinds = match groups.get_mut(&want.group) {
            Some(kinds) => kinds,
            None => groups.entry(want.group.clone()).or_default(),
        };
        let asleep = match kinds.iter_mut().position(|alike| alike.is_for(want)) {
            Some(at) => &mut kinds[at].asleep,
            None => {
                let alike = Alike {
                    want: want.clone(),
                    asleep: BTreeMap::new(),
                    called: BTreeSet::new(),
                };
                kinds.push(alike);
                let last = kinds.len() - 1;
                &mut kinds[last].asleep
            }
        };
        let is_first = asleep
            .first_key_value()
            .is_none_or(|(&first, _)| ticket < first);
        let until = next.filter(|_| is_first).unwrap_or(NEVER);
        let bell = Arc::clone(bell);
        asleep.insert(ticket, Asleep { bell, until });
        until
    }

    /// Takes a poll out, because it looks or because it is gone.
    pub(super) fn leave(&mut self, want: &Want, ticket: Ticket) {
        let Some(groups) = self.topics.get_mut(&want.topic) else {
            return;
        };
        if let Some(kinds) = groups.get_mut(&want.group) {
            for alike in kinds.iter_mut().filter(|alike| alike.is_for(want)) {
                alike.asleep.remove(&ticket);
                alike.called.remove(&ticket);
            }
            if !tidy(kinds) {
                groups.remove(&want.group);
            }
        }
        if groups.is_empty() {
            self.topics.remove(&want.topic);
        }
    }

    /// Wakes whoever these changes are news for; what time brings about on the way is added to
    /// them.
    pub(super) fn ring(&mut self, queues: &mut Queues, changes: &mut Vec<Change>, now: Timestamp) {
        self.ring_after(None, queues, changes, now);
    }

    fn ring_after(
        &mut self,
        mut told: Option<Audience>,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        let mut at = 0;
        while let Some(change) = changes.get(at).filter(|_| !self.topics.is_empty()) {
            at += 1;
            let (audience, letters) = audience(queues, change);
            for audience in [audience, letters].into_iter().flatten() {
                // The messages of a batch have one audience.
                if told.as_ref() != Some(&audience) {
                    self.tell(&audience, queues, changes, now);
                    told = Some(audience);
                }
            }
        }
    }

    /// As [`ring`](Self::ring), for those who want the same as a poll that has left.
    pub(super) fn pass_on(
        &mut self,
        want: &Want,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        let audience = Audience::Group(want.topic.clone(), want.group.clone());
        self.tell(&audience, queues, changes, now);
        self.ring_after(Some(audience), queues, changes, now);
    }

    fn tell(
        &mut self,
        audience: &Audience,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        let (Audience::Topic(topic)
        | Audience::Group(topic, _)
        | Audience::Ordered(topic, _)
        | Audience::Everybody(topic, _)) = audience;
        let Some(groups) = self.topics.get_mut(topic) else {
            return;
        };
        if let Audience::Everybody(_, of) = audience {
            let concerned = groups
                .iter_mut()
                .filter(|(group, _)| of.as_ref().is_none_or(|of| of == *group));
            for kind in concerned.flat_map(|(_, kinds)| kinds) {
                self.woken += kind.wake_all();
            }
            return;
        }
        let mut wake = |kind: &mut Alike| {
            self.woken += u64::from(kind.wake_first(queues, changes, now));
        };
        // Nobody is taken out here: who is called stays until it is back.
        match audience {
            Audience::Everybody(..) => {}
            Audience::Topic(_) => groups.values_mut().flatten().for_each(wake),
            Audience::Group(_, group) => {
                groups.get_mut(group).into_iter().flatten().for_each(wake);
            }
            Audience::Ordered(_, group) => {
                let kinds = groups.get_mut(group).into_iter().flatten();
                for kind in kinds.filter(|kind| kind.want.mode == ConsumeMode::Ordered) {
                    wake(kind);
                }
            }
        }
    }
}

impl Alike {
    fn is_for(&self, want: &Want) -> bool {
        self.want.mode == want.mode && self.want.filter == want.filter
    }

    /// Wakes all of them. Returns how many they are.
    fn wake_all(&mut self) -> u64 {
        let asleep = std::mem::take(&mut self.asleep);
        let count = asleep.len() as u64;
        for (ticket, asleep) in asleep {
            self.called.insert(ticket);
            asleep.bell.notify_one();
        }
        count
    }

    /// Wakes the first one if there is something for it now, or before it would look by itself.
    fn wake_first(
        &mut self,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) -> bool {
        let (next, more) = queues.next_visible(&self.want, now);
        changes.extend(more);
        let (Some(next), Some(first)) = (next, self.asleep.first_entry()) else {
            return false;
        };
        // Who is called will know the time to look again, or pass the watch on when it goes.
        let watched = next >= first.get().until || !self.called.is_empty();
        if watched && next > now {
            return false;
        }
        self.called.insert(*first.key());
        // The bell keeps the ring for a poll that does not listen yet.
        first.remove().bell.notify_one();
        true
    }
}

/// Lets go of kinds that nobody is left of; says whether there are others.
fn tidy(kinds: &mut Vec<Alike>) -> bool {
    kinds.retain(|kind| !kind.asleep.is_empty() || !kind.called.is_empty());
    !kinds.is_empty()
}

/// Whom a change may be news for: a message that is there, a shard that is free, or a time to
/// look that is nearer than it was. A last lease is that to those who read the dead letters.
fn audience(queues: &Queues, change: &Change) -> (Option<Audience>, Option<Audience>) {
    let of_group =
        |topic: &TopicKey, group: &GroupId| Some(Audience::Group(topic.clone(), group.clone()));
    match change {
        Change::Stored { topic, .. } | Change::Moved { topic, .. } => {
            (Some(Audience::Topic(TopicKey::clone(topic))), None)
        }
        Change::Leased {
            topic,
            group,
            lease,
            ..
        } => {
            let letters = queues.dies_into(topic, group, lease);
            (of_group(topic, group), letters.map(Audience::Topic))
        }
        Change::Acked { topic, group, .. } => {
            let ordered = Audience::Ordered(TopicKey::clone(topic), GroupId::clone(group));
            (Some(ordered), None)
        }
        Change::GroupReset { topic, group, .. } => (of_group(topic, group), None),
        Change::GroupDeleted { topic, group } => {
            let group = Some(GroupId::clone(group));
            (
                Some(Audience::Everybody(TopicKey::clone(topic), group)),
                None,
            )
        }
        Change::TopicDeleted { topic } => (
            Some(Audience::Everybody(TopicKey::clone(topic), None)),
            None,
        ),
        // Less is there than before. What frees a shard when it goes is noticed with the next
        // change, or at the end of the lease that would have freed it.
        Change::Discarded { .. } | Change::Removed { .. } | Change::Dropped { .. } => (None, None),
        Change::TopicCreated { .. } | Change::GroupCreated { .. } => (None, None),
        // Whoever sleeps by the clock is woken by the clock.
        Change::ClockMoved { .. } => (None, None),
    }
}
