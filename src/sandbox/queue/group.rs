//! What one group has of one topic: what it took, what it holds under a lease, what came back.
//!
//! Holds only what differs from the log: a group that read a million messages and acked them is
//! one range. Has no clock and draws no nonces: who calls decides the lease. What leaves the front
//! of the log leaves a group the next time that [`Group::expire`] is called, before all else.

mod order;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use order::{Queue, Shard};

use super::change::Lease;
use super::log::{Line, List, Log, ShardId, TagId, Wanted, lines_of};
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
    /// Handed out and not acked, by shard: each as any message, and as one of its tag.
    out_of: BTreeSet<(ShardId, Line, u64)>,
    /// Those with live leases, or with a place in a queue.
    shards: HashMap<ShardId, Shard>,
    /// For each line that was ever asked for in order, the shards that have something for it.
    queues: HashMap<Line, Queue>,
    /// No untaken message of the list stands before this.
    from: HashMap<List, u64>,
    /// How many times a shard was looked at.
    #[cfg(test)]
    looks: u64,
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
                self.line_up(log, shard);
            }
        }
        self.taken.drop_before(self.first);
        // Seldom enough to cost nothing per message.
        self.forget_shards(log);
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
            self.line_up(log, shard);
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
        for line in lines_of(entry.tag) {
            self.out_of.insert((entry.shard, line, position));
        }
        self.out.insert(position, out);
        self.leases.insert((lease.until, position));
        self.shards.entry(entry.shard).or_default().live += 1;
        self.line_up(log, entry.shard);
    }

    /// The message is done.
    pub(super) fn ack(&mut self, log: &Log, position: u64) {
        let Some(entry) = log.entry(position) else {
            return;
        };
        self.take_out(position);
        self.taken.insert(position);
        self.line_up(log, entry.shard);
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
        for line in lines_of(tag) {
            self.out_of.remove(&(shard, line, position));
        }
        Some(shard)
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
