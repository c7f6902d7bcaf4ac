//! What one group has of one topic: what it took, what it holds under a lease, what came back.
//!
//! Holds only what differs from the log: a group that read a million messages and acked them is
//! one range. Has no clock and draws no nonces: who calls decides the lease.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::change::Lease;
use super::log::{List, Log, ShardId, TagId, Wanted};
use super::ranges::Ranges;
use crate::protocol::Timestamp;

#[derive(Debug, Default)]
pub(super) struct Group {
    /// Handed out at least once, acked or not.
    taken: Ranges,
    /// Handed out and not acked.
    out: HashMap<u64, Out>,
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
    /// Leases that are over by `now` end: their messages are there again.
    pub(super) fn expire(&mut self, log: &Log, now: Timestamp) {
        while let Some(&(until, position)) = self.leases.first() {
            if until > now {
                break;
            }
            self.leases.pop_first();
            if let Some(out) = self.out.get_mut(&position) {
                out.live = false;
            }
            let Some(entry) = log.entry(position) else {
                continue;
            };
            self.returned.insert(position);
            if let Some(tag) = entry.tag {
                self.returned_by_tag
                    .entry(tag)
                    .or_default()
                    .insert(position);
            }
            self.shard_lease_ended(entry.shard);
            self.queue_shard(log, entry.shard);
        }
    }

    /// The next message that a plain consume may have; those that came back go first.
    pub(super) fn next_plain(&mut self, log: &Log, wanted: &Wanted) -> Option<u64> {
        match wanted {
            Wanted::All => self.returned.first().copied().or_else(|| {
                let position = self.taken.gap_from(0);
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
        Some((lease.consumed_times, lease.first_consume_time))
    }

    /// Whether this nonce is that of the newest delivery, under a lease that is alive.
    pub(super) fn holds(&self, position: u64, nonce: u64) -> bool {
        let out = self.out.get(&position);
        out.is_some_and(|out| out.live && out.lease.nonce == nonce)
    }

    /// Hands a message out.
    pub(super) fn lease(&mut self, log: &Log, position: u64, lease: Lease) {
        let Some(entry) = log.entry(position) else {
            return;
        };
        self.take_out(position, entry.tag, entry.shard);
        self.taken.insert(position);
        self.out.insert(position, Out { lease, live: true });
        self.leases.insert((lease.until, position));
        let shard = self.shards.entry(entry.shard).or_default();
        shard.out.insert(position);
        shard.live += 1;
        self.queue_shard(log, entry.shard);
    }

    /// The message is done. Returns whether its shard was waiting for just that.
    pub(super) fn ack(&mut self, log: &Log, position: u64) -> bool {
        let Some(entry) = log.entry(position) else {
            return false;
        };
        self.take_out(position, entry.tag, entry.shard);
        self.taken.insert(position);
        self.queue_shard(log, entry.shard);
        self.shards
            .get(&entry.shard)
            .is_some_and(|shard| shard.queued.is_some())
    }

    /// Done with these positions, and with nothing else.
    pub(super) fn reset(&mut self, done: &[Range<u64>]) {
        *self = Self::default();
        for range in done {
            self.taken.insert_range(range.clone());
        }
    }

    /// Visible to this group now.
    pub(super) fn ready(&self, log: &Log) -> u64 {
        log.end() - self.taken.len() + self.returned.len() as u64
    }

    /// Under a lease.
    pub(super) fn invisible(&self) -> u64 {
        self.leases.len() as u64
    }

    /// Done.
    pub(super) fn acked(&self) -> u64 {
        self.taken.len() - self.out.len() as u64
    }

    /// Forgets the last delivery of a message, if there was one.
    fn take_out(&mut self, position: u64, tag: Option<TagId>, shard: ShardId) {
        let Some(out) = self.out.remove(&position) else {
            return;
        };
        if out.live {
            self.leases.remove(&(out.lease.until, position));
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
