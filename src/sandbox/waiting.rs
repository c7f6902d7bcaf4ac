//! Parked long polls, and which of them to wake. Holds no message and asks no clock: whether there
//! is something for a poll, the queues say.
//!
//! Polls that want the same (topic, group, tags, mode) are alike, so one message wakes one of
//! them, the one that has waited longest. Who is woken looks for itself; should it be gone, or leave
//! something, the next one is woken then. The first of its kind is also the one that sleeps only
//! until time alone may bring something; the others sleep until they are woken.
//!
//! Each kind stands in the audiences that it belongs to, so that a change asks those it may be
//! news for and nobody else, however many are parked.

mod audience;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use audience::Audience;
use tokio::sync::Notify;

use super::queue::{Change, Queues, Want};
use crate::protocol::Timestamp;

/// When no time will bring anything.
const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

/// All parked polls of a broker.
#[derive(Default)]
pub(super) struct Waiting {
    /// By what they want.
    kinds: HashMap<Arc<Want>, Alike>,
    audiences: HashMap<Audience, HashSet<Arc<Want>>>,
    last_ticket: u64,
    woken: u64,
    asked: u64,
}

/// What a poll waits for, whatever its count.
#[derive(Debug, Clone)]
pub(super) struct Kind(Arc<Want>);

/// Polls that want the same; never none.
#[derive(Default)]
struct Alike {
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

/// Who was asked about the changes at hand. Once is enough: they are all made by then, and what
/// time brings about in a topic comes with the first question about it.
#[derive(Default)]
struct Told {
    audiences: HashSet<Audience>,
    kinds: HashSet<Arc<Want>>,
}

impl Kind {
    pub(super) fn of(want: &Want) -> Self {
        Self(Arc::new(Want {
            count: 1,
            ..want.clone()
        }))
    }
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

    /// How many times a change made it ask whether there is something for a kind of polls.
    pub(super) fn asked(&self) -> u64 {
        self.asked
    }

    /// Parks a poll that found nothing. Returns until when it sleeps unless it is woken: for
    /// the first of its kind to `next`, else for ever. How long its client waits is real time, and
    /// not the register's business.
    pub(super) fn park(
        &mut self,
        kind: &Kind,
        ticket: Ticket,
        bell: &Arc<Notify>,
        next: Option<Timestamp>,
    ) -> Timestamp {
        let alike = match self.kinds.get_mut(&kind.0) {
            Some(alike) => alike,
            None => {
                for audience in audience::of_kind(&kind.0) {
                    let standing = self.audiences.entry(audience).or_default();
                    standing.insert(Arc::clone(&kind.0));
                }
                self.kinds.entry(Arc::clone(&kind.0)).or_default()
            }
        };
        let asleep = &mut alike.asleep;
        let is_first = asleep
            .first_key_value()
            .is_none_or(|(&first, _)| ticket < first);
        let until = next.filter(|_| is_first).unwrap_or(NEVER);
        let bell = Arc::clone(bell);
        asleep.insert(ticket, Asleep { bell, until });
        until
    }

    /// Takes a poll out, because it looks or because it is gone.
    pub(super) fn leave(&mut self, kind: &Kind, ticket: Ticket) {
        let Some(alike) = self.kinds.get_mut(&kind.0) else {
            return;
        };
        alike.asleep.remove(&ticket);
        alike.called.remove(&ticket);
        if !alike.asleep.is_empty() || !alike.called.is_empty() {
            return;
        }
        self.kinds.remove(&kind.0);
        for audience in audience::of_kind(&kind.0) {
            if let Some(standing) = self.audiences.get_mut(&audience) {
                standing.remove(&kind.0);
                if standing.is_empty() {
                    self.audiences.remove(&audience);
                }
            }
        }
    }

    /// Wakes whoever these changes are news for; what time brings about on the way is added to
    /// them.
    pub(super) fn ring(&mut self, queues: &mut Queues, changes: &mut Vec<Change>, now: Timestamp) {
        self.ring_after(Told::default(), queues, changes, now);
    }

    /// As [`ring`](Self::ring), after a poll of this kind has left: the next one watches in its
    /// place, and may get what is left.
    pub(super) fn pass_on(
        &mut self,
        kind: &Kind,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        let mut told = Told::default();
        if let Some(alike) = self.kinds.get_mut(&kind.0) {
            self.asked += 1;
            self.woken += u64::from(alike.wake_first(&kind.0, queues, changes, now));
            told.kinds.insert(Arc::clone(&kind.0));
        }
        self.ring_after(told, queues, changes, now);
    }

    fn ring_after(
        &mut self,
        mut told: Told,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        let mut at = 0;
        while let Some(change) = changes.get(at).filter(|_| !self.kinds.is_empty()) {
            at += 1;
            match change {
                // What they wait at is gone, and they have to look again to begin anew, whether
                // or not they find something.
                Change::TopicDeleted { topic } => {
                    self.wake_all(&Audience::Topic(Arc::clone(topic)));
                }
                Change::GroupDeleted { topic, group } => {
                    self.wake_all(&Audience::Group(Arc::clone(topic), Arc::clone(group)));
                }
                _ => {
                    for audience in audience::of_change(queues, change) {
                        self.tell(audience, &mut told, queues, changes, now);
                    }
                }
            }
        }
    }

    fn tell(
        &mut self,
        audience: Audience,
        told: &mut Told,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) {
        // Nobody is taken out here: who is called stays until it is back.
        let Some(standing) = self.audiences.get(&audience) else {
            return;
        };
        if !told.audiences.insert(audience) {
            return;
        }
        for want in standing {
            if let Some(alike) = self.kinds.get_mut(want)
                && told.kinds.insert(Arc::clone(want))
            {
                self.asked += 1;
                self.woken += u64::from(alike.wake_first(want, queues, changes, now));
            }
        }
    }

    fn wake_all(&mut self, audience: &Audience) {
        for want in self.audiences.get(audience).into_iter().flatten() {
            if let Some(alike) = self.kinds.get_mut(want) {
                self.woken += alike.wake_all();
            }
        }
    }
}

impl Alike {
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
        want: &Want,
        queues: &mut Queues,
        changes: &mut Vec<Change>,
        now: Timestamp,
    ) -> bool {
        let (next, more) = queues.next_visible(want, now);
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
