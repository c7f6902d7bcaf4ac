//! What the queues should do, so simple that it is plainly right: lists that are walked from end to
//! end. Knows no log, no index and no change.

use std::collections::{BTreeMap, HashMap, HashSet};

use mqscope::protocol::{ReceiptHandle, TagFilter, Timestamp};
use mqscope::sandbox::queue::PeekState;

use crate::bench::{MAX_DELIVERIES, RETENTION, SHARDS};

/// One message of the model.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) tag: Option<&'static str>,
    pub(crate) shard: Option<&'static str>,
    pub(crate) deliver_at: Timestamp,
    pub(crate) published: Timestamp,
}

/// What a group has of a message that it took.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) handle: ReceiptHandle,
    pub(crate) until: Timestamp,
    pub(crate) times: u32,
    pub(crate) first: Timestamp,
    pub(crate) acked: bool,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) now: Timestamp,
    pub(crate) messages: HashMap<String, Message>,
    pub(crate) timed: BTreeMap<(Timestamp, usize), String>,
    pub(crate) half: BTreeMap<usize, (String, Held)>,
    /// Visible messages in their order.
    pub(crate) log: Vec<String>,
    pub(crate) groups: HashMap<usize, HashMap<String, Held>>,
    /// Dead letters with the group that they died in and when.
    pub(crate) letters: Vec<(usize, String, Timestamp)>,
    pub(crate) published: usize,
    pub(crate) handles: HashSet<ReceiptHandle>,
    pub(crate) seen: Vec<ReceiptHandle>,
}

impl Model {
    pub(crate) fn since(&self, id: &str) -> Timestamp {
        let message = &self.messages[id];
        message.deliver_at.max(message.published)
    }

    /// As messages leave at the front, one behind a newer one stays as long as that.
    pub(crate) fn kept_since(&self, id: &str) -> Timestamp {
        let at = self.log.iter().position(|other| other == id).unwrap();
        let before = self.log[..=at].iter().map(|id| self.since(id));
        before.max().unwrap()
    }

    /// Everything that is due happens.
    pub(crate) fn ripen(&mut self) {
        let now = self.now;
        let mut died = Vec::new();
        for (&number, group) in &self.groups {
            for (id, held) in group {
                let over = !held.acked && held.until <= now && held.times >= MAX_DELIVERIES;
                if over && self.kept_since(id) + RETENTION > held.until {
                    died.push((number, id.clone(), held.until));
                }
            }
        }
        for (number, id, at) in died {
            self.groups
                .get_mut(&number)
                .unwrap()
                .get_mut(&id)
                .unwrap()
                .acked = true;
            self.letters.push((number, id, at));
        }
        self.letters.retain(|(_, _, at)| *at + RETENTION > now);
        let old = |id: &String| {
            let message = &self.messages[id];
            message.deliver_at.max(message.published) + RETENTION <= now
        };
        self.half.retain(|_, (id, _)| !old(id));
        self.enter_log();
        while let Some(id) = self.log.first().cloned() {
            if self.since(&id) + RETENTION > now {
                break;
            }
            self.log.remove(0);
            for group in self.groups.values_mut() {
                group.remove(&id);
            }
        }
    }

    pub(crate) fn enter_log(&mut self) {
        while let Some(entry) = self.timed.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            self.log.push(entry.remove());
        }
    }

    pub(crate) fn new_handle(&mut self, handle: &ReceiptHandle) {
        assert!(self.handles.insert(handle.clone()), "a handle twice");
        self.seen.push(handle.clone());
    }

    pub(crate) fn make_visible(&mut self, number: usize, id: String) {
        let at = self.messages[&id].deliver_at;
        if at > self.now {
            self.timed.insert((at, number), id);
        } else {
            self.log.push(id);
        }
    }

    pub(crate) fn live(&self, held: &Held) -> bool {
        !held.acked && held.until > self.now
    }

    /// Everything that a plain consume may get.
    pub(crate) fn available(&self, group: usize, filter: &TagFilter) -> Vec<&String> {
        let held = &self.groups[&group];
        let free = |id: &&String| {
            held.get(*id)
                .is_none_or(|held| !held.acked && held.until <= self.now)
        };
        let wanted = |id: &&String| filter.matches(self.messages[*id].tag);
        self.log.iter().filter(wanted).filter(free).collect()
    }

    /// What an ordered consume may get of one shard, in the order in which it must come.
    pub(crate) fn available_of_shard(
        &self,
        group: usize,
        filter: &TagFilter,
        shard: usize,
    ) -> Vec<&String> {
        let held = &self.groups[&group];
        let all: Vec<&String> = self
            .log
            .iter()
            .filter(|id| self.messages[*id].shard == SHARDS[shard])
            .collect();
        let open = |id: &&&String| held.get(**id).is_some_and(|held| !held.acked);
        let open: Vec<&String> = all.iter().filter(open).copied().collect();
        let mut next = if open.iter().any(|id| self.live(&held[*id])) {
            Vec::new()
        } else if open.is_empty() {
            all.into_iter()
                .filter(|id| !held.contains_key(*id))
                .collect()
        } else {
            open
        };
        next.retain(|id| filter.matches(self.messages[*id].tag));
        next
    }

    /// Messages of the log that stand like that, in order.
    pub(crate) fn standing(&self, group: usize, state: PeekState) -> Vec<String> {
        let held = &self.groups[&group];
        let state_of = |id: &String| match held.get(id) {
            Some(held) if held.acked => PeekState::Acked,
            Some(held) if self.live(held) => PeekState::Invisible,
            _ => PeekState::Ready,
        };
        let like_that = |id: &&String| state == PeekState::All || state_of(id) == state;
        self.log.iter().filter(like_that).cloned().collect()
    }

    pub(crate) fn counts(&self, group: usize) -> (u64, u64, u64) {
        let held = &self.groups[&group];
        let acked = held.values().filter(|held| held.acked).count() as u64;
        let invisible = held.values().filter(|held| self.live(held)).count() as u64;
        (self.log.len() as u64 - acked - invisible, invisible, acked)
    }
}

impl Held {
    /// Done without a delivery.
    pub(crate) fn done(now: Timestamp) -> Self {
        Self {
            handle: ReceiptHandle::new("none").unwrap(),
            until: now,
            times: 0,
            first: now,
            acked: true,
        }
    }
}
