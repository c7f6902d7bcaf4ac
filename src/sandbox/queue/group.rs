//! What one group has of one topic: what it took, what it holds under a lease, what came back.
//!
//! Holds only what differs from the log: a group that read a million messages and acked them is
//! one range. Has no clock and draws no nonces: who calls decides the lease. What leaves the front
//! of the log leaves a group the next time that [`Group::expire`] is called, before all else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::change::Lease;
use super::log::{List, Log, ShardId, TagId, Wanted};
use super::ranges::Ranges;
use crate::protocol::Timestamp;

#[derive(Debug, Default)]
pub(super) struct Group {
    /// The first position of the log when this was last brought up to date.
    first: u64,
    /// Handed out at least once, acked or not; and what is gone from the middle of the log.
    taken: Ranges,
    /// Handed out and not acked.
    out: BTreeMap<u64, Out>,
    /// Live leases by their end.
    leases: BTreeSet<(Timestamp, u64)>,
    /// Handed out, not acked, lease over.
    returned: BTreeSet<u64>,
    returned_by_tag: HashMap<TagId, BTreeSet<u64>>,
    shards: HashMap<ShardId, Shard>,
    /// Shards that an ordered consume may take from, by the next position there.
    runnable: BTreeSet<(u64, ShardId)>,
    /// Shards whose last message stands before this have been looked at.
    discovered: u64,
    /// No untaken message of the list stands before this.
    from: HashMap<List, u64>,
}

#[derive(Debug)]
struct Out {
    lease: Lease,
    live: bool,
    /// Those of its entry, which may have left the log.
    tag: Option<TagId>,
    shard: ShardId,
}

/// How a message of the log stands with a group.
#[derive(Debug, Clone, Copy)]
pub(super) enum Standing {
    /// A consume may find it; with what is known of earlier deliveries.
    Ready(Option<Lease>),
    Invisible(Lease),
    Done,
}

/// One sharding key of one group.
#[derive(Debug, Default)]
struct Shard {
    /// Handed out and not acked.
    out: BTreeSet<u64>,
    /// How many of them are under a live lease: while there are any, the shard waits.
    live: usize,
    /// Its entry in `runnable`.
    queued: Option<u64>,
}

/// How far an ordered consume has come through the runnable shards.
#[derive(Debug, Default)]
pub(super) struct Walk(u64, ShardId);

impl Group {
    /// A group that has read nothing.
    pub(super) fn new(log: &Log) -> Self {
        Self {
            first: log.first(),
            taken: log.removed().clone(),
            ..Self::default()
        }
    }

    /// Makes it a group that is done with these positions and holds nothing.
    pub(super) fn reset(&mut self, log: &Log, done: &[Range<u64>]) {
        *self = Self::new(log);
        for range in done {
            self.taken
                .insert_range(range.start.max(log.first())..range.end.min(log.end()));
        }
    }

    /// Forgets what has left the front of the log.
    fn catch_up(&mut self, log: &Log) {
        if self.first >= log.first() {
            return;
        }
        self.first = log.first();
        while let Some((&position, _)) = self.out.first_key_value() {
            if position >= self.first {
                break;
            }
            if let Some(shard) = self.take_out(position) {
                self.queue_shard(log, shard);
            }
        }
        self.taken.drop_before(self.first);
        while let Some(&(position, shard)) = self.runnable.first() {
            if position >= self.first {
                break;
            }
            self.queue_shard(log, shard);
        }
        // Seldom enough to cost nothing per message.
        if self.shards.len() > 2 * log.shard_count() + 64 {
            self.shards.retain(|&id, _| log.has(List::Shard(id)));
        }
        if self.from.len() > 2 * log.list_count() + 64 {
            self.from.retain(|&list, _| log.has(list));
        }
        if self.returned_by_tag.len() > 2 * log.list_count() + 64 {
            self.returned_by_tag.retain(|_, back| !back.is_empty());
        }
    }

    /// Leases that are over by `now` end: their messages are there again.
    pub(super) fn expire(&mut self, log: &Log, now: Timestamp) {
        self.catch_up(log);
        while let Some(&(until, position)) = self.leases.first() {
            if until > now {
                break;
            }
            self.leases.pop_first();
            let Some(out) = self.out.get_mut(&position) else {
                continue;
            };
            out.live = false;
            let (tag, shard) = (out.tag, out.shard);
            self.returned.insert(position);
            if let Some(tag) = tag {
                self.returned_by_tag
                    .entry(tag)
                    .or_default()
                    .insert(position);
            }
            self.shard_lease_ended(shard);
            self.queue_shard(log, shard);
        }
    }

    /// The next message that a plain consume may have; those that came back go first.
    pub(super) fn next_plain(&mut self, log: &Log, wanted: &Wanted) -> Option<u64> {
        match wanted {
            Wanted::All => self.returned.first().copied().or_else(|| {
                let position = self.taken.gap_from(log.first());
                (position < log.end()).then_some(position)
            }),
            Wanted::AnyOf(tags) => {
                let returned = |tag| self.returned_by_tag.get(tag)?.first().copied();
                let back = tags.iter().filter_map(returned).min();
                back.or_else(|| {
                    tags.iter()
                        .filter_map(|&tag| self.next_fresh(log, List::Tag(tag), 0))
                        .min()
                })
            }
        }
    }

    /// Looks at some more shards with news, so that a shard with a long backlog does not keep the
    /// others from being found.
    pub(super) fn look_around(&mut self, log: &Log, shards: usize) {
        for _ in 0..shards {
            if self.discover(log).is_none() {
                break;
            }
        }
    }

    /// The next messages of one shard that an ordered consume may have, at most `room`; `None`
    /// once no shard has any. The caller leases them before it asks again.
    pub(super) fn next_ordered(
        &mut self,
        log: &Log,
        wanted: &Wanted,
        walk: &mut Walk,
        room: usize,
    ) -> Option<Vec<u64>> {
        loop {
            let shard = match self.runnable.range((walk.0, walk.1)..).next() {
                Some(&(position, shard)) => {
                    *walk = Walk(position, shard + 1);
                    shard
                }
                None => self.discover(log)?,
            };
            let batch = self.shard_batch(log, wanted, shard, room);
            if !batch.is_empty() {
                return Some(batch);
            }
        }
    }

    /// The end of the lease that ends first.
    pub(super) fn next_return(&self) -> Option<Timestamp> {
        self.leases.first().map(|&(until, _)| until)
    }

    /// Earlier deliveries of a message: how often, and when the first one was.
    pub(super) fn history(&self, position: u64) -> Option<(u32, Timestamp)> {
        let lease = &self.out.get(&position)?.lease;
        // A message that was given back by hand has none.
        (lease.consumed_times > 0).then_some((lease.consumed_times, lease.first_consume_time))
    }

    /// The lease of this nonce, if it is that of the newest delivery and alive.
    pub(super) fn held(&self, position: u64, nonce: u64) -> Option<Lease> {
        let out = self.out.get(&position)?;
        (out.live && out.lease.nonce == nonce).then_some(out.lease)
    }

    /// How a position that is in the log stands.
    pub(super) fn standing(&self, position: u64) -> Standing {
        match self.out.get(&position) {
            Some(out) if out.live => Standing::Invisible(out.lease),
            Some(out) => Standing::Ready(Some(out.lease)),
            None if self.taken.contains(position) => Standing::Done,
            None => Standing::Ready(None),
        }
    }

    /// The first position at or after `from` that a plain consume may find.
    pub(super) fn ready_from(&self, log: &Log, from: u64) -> Option<u64> {
        let fresh = self.taken.gap_from(from.max(log.first()));
        let fresh = (fresh < log.end()).then_some(fresh);
        let back = self.returned.range(from..).next().copied();
        fresh.into_iter().chain(back).min()
    }

    /// The first position at or after `from` that is handed out and not acked.
    pub(super) fn out_from(&self, from: u64) -> Option<u64> {
        self.out.range(from..).next().map(|(&position, _)| position)
    }

    /// Hands a message out.
    pub(super) fn lease(&mut self, log: &Log, position: u64, lease: Lease) {
        let Some(entry) = log.entry(position) else {
            return;
        };
        self.take_out(position);
        self.taken.insert(position);
        let out = Out {
            lease,
            live: true,
            tag: entry.tag,
            shard: entry.shard,
        };
        self.out.insert(position, out);
        self.leases.insert((lease.until, position));
        let shard = self.shards.entry(entry.shard).or_default();
        shard.out.insert(position);
        shard.live += 1;
        self.queue_shard(log, entry.shard);
    }

    /// The message is done.
    pub(super) fn ack(&mut self, log: &Log, position: u64) {
        let Some(entry) = log.entry(position) else {
            return;
        };
        self.take_out(position);
        self.taken.insert(position);
        self.queue_shard(log, entry.shard);
    }

    /// Visible to this group now.
    pub(super) fn ready(&self, log: &Log) -> u64 {
        // Not below nothing, should the log have moved on since `expire`.
        (log.end() - log.first() + self.returned.len() as u64).saturating_sub(self.taken.len())
    }

    /// Under a lease.
    pub(super) fn invisible(&self) -> u64 {
        self.leases.len() as u64
    }

    /// Done.
    pub(super) fn acked(&self, log: &Log) -> u64 {
        let not_done = self.out.len() as u64 + log.removed().len();
        self.taken.len().saturating_sub(not_done)
    }

    /// Forgets the last delivery of a message, if there was one; says in which shard.
    fn take_out(&mut self, position: u64) -> Option<ShardId> {
        let Out {
            lease,
            live,
            tag,
            shard,
        } = self.out.remove(&position)?;
        if live {
            self.leases.remove(&(lease.until, position));
            self.shard_lease_ended(shard);
        } else {
            self.returned.remove(&position);
            if let Some(positions) = tag.and_then(|tag| self.returned_by_tag.get_mut(&tag)) {
                positions.remove(&position);
            }
        }
        if let Some(shard) = self.shards.get_mut(&shard) {
            shard.out.remove(&position);
        }
        Some(shard)
    }

    fn shard_lease_ended(&mut self, shard: ShardId) {
        if let Some(shard) = self.shards.get_mut(&shard) {
            shard.live = shard.live.saturating_sub(1);
        }
    }

    /// Brings a shard's entry in `runnable` up to date. Returns whether it has one.
    fn queue_shard(&mut self, log: &Log, id: ShardId) -> bool {
        let shard = self.shards.entry(id).or_default();
        if let Some(position) = shard.queued.take() {
            self.runnable.remove(&(position, id));
        }
        if shard.live > 0 {
            return false;
        }
        let first_out = shard.out.first().copied();
        let next = first_out.or_else(|| self.next_fresh(log, List::Shard(id), 0));
        if let (Some(position), Some(shard)) = (next, self.shards.get_mut(&id)) {
            shard.queued = Some(position);
            self.runnable.insert((position, id));
        }
        next.is_some()
    }

    /// A shard that got messages since it was last looked at, and may hand them out.
    fn discover(&mut self, log: &Log) -> Option<ShardId> {
        loop {
            let (position, shard) = log.active_shard(self.discovered)?;
            self.discovered = position + 1;
            if self.queue_shard(log, shard) {
                return Some(shard);
            }
        }
    }

    /// What a runnable shard hands out: what it handed out before, as long as that is not acked.
    fn shard_batch(&mut self, log: &Log, wanted: &Wanted, id: ShardId, room: usize) -> Vec<u64> {
        if let Some(shard) = self.shards.get(&id).filter(|shard| !shard.out.is_empty()) {
            let tag = |position: &u64| log.entry(*position).and_then(|entry| entry.tag);
            let again = shard.out.iter().filter(|&at| wanted.matches(tag(at)));
            return again.take(room).copied().collect();
        }
        let mut batch = Vec::new();
        let mut from = 0;
        while batch.len() < room {
            let next = match wanted {
                Wanted::All => self.next_fresh(log, List::Shard(id), from),
                Wanted::AnyOf(tags) => tags
                    .iter()
                    .filter_map(|&tag| self.next_fresh(log, List::ShardTag(id, tag), from))
                    .min(),
            };
            let Some(position) = next else { break };
            batch.push(position);
            from = position + 1;
        }
        batch
    }

    /// The first untaken position of a list at or after `from`. Remembers how far the list is
    /// taken: what is taken once stays taken.
    fn next_fresh(&mut self, log: &Log, list: List, from: u64) -> Option<u64> {
        let known = self.from.get(&list).copied().unwrap_or(0);
        let next = log.next_in(list, from.max(known), &self.taken);
        if from <= known {
            self.from.insert(list, next.unwrap_or(log.end()));
        }
        next
    }
}
