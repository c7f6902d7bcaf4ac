//! What one group has of one topic: what it took, what it holds under a lease, what came back.
//!
//! Holds only what differs from the log: a group that read a million messages and acked them is
//! one range. Has no clock and draws no nonces: who calls decides the lease. What leaves the front
//! of the log leaves a group the next time that [`Group::expire`] is called, before all else.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

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

/// One sharding key of one group.
#[derive(Debug, Default)]
struct Shard {
    /// How many of its messages are under a live lease: while there are any, the shard waits.
    live: usize,
    /// The queues that know it, each with the place it has there while there is something for
    /// that line. Few: the tags of the shard that the group asks for.
    places: Vec<(Line, Option<u64>)>,
}

/// Who is next for ordered consumes of one line.
#[derive(Debug, Default)]
struct Queue {
    /// Shards that may be taken from, by the next position there.
    runnable: BTreeSet<(u64, ShardId)>,
    /// Shards whose last message stands before this have been looked at.
    discovered: u64,
}

impl Shard {
    fn has_place(&self, line: Line) -> bool {
        self.places
            .iter()
            .any(|place| place.0 == line && place.1.is_some())
    }

    fn leave(&self, id: ShardId, queues: &mut HashMap<Line, Queue>) {
        for (line, place) in &self.places {
            if let (Some(position), Some(queue)) = (place, queues.get_mut(line)) {
                queue.runnable.remove(&(*position, id));
            }
        }
    }
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
        if self.shards.len() > 2 * log.shard_count() + 64 {
            let queues = &mut self.queues;
            self.shards.retain(|&id, shard| {
                let stays = log.has(List::Shard(id));
                if !stays {
                    shard.leave(id, queues);
                }
                stays
            });
        }
        if self.queues.len() > 2 * log.list_count() + 64 {
            let carried = |tag| log.has(List::Tag(tag));
            self.queues.retain(|line, _| line.is_none_or(carried));
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

    /// Looks at some more shards with news, so that a shard with a long backlog does not keep the
    /// others from being found.
    pub(super) fn look_around(&mut self, log: &Log, wanted: &Wanted, shards: usize) {
        for line in wanted.lines() {
            for _ in 0..shards {
                if self.discover(log, line).is_none() {
                    break;
                }
            }
        }
    }

    /// The next messages of one shard that an ordered consume may have, at most `room`; `None`
    /// once no shard has any. The caller leases them before it asks again.
    pub(super) fn next_ordered(
        &mut self,
        log: &Log,
        wanted: &Wanted,
        room: usize,
    ) -> Option<Vec<u64>> {
        let fronts = wanted.lines().filter_map(|line| self.front(log, line));
        let shard = match fronts.min() {
            Some((_, shard)) => shard,
            None => wanted.lines().find_map(|line| self.discover(log, line))?,
        };
        let batch = self.shard_batch(log, wanted, shard, room);
        (!batch.is_empty()).then_some(batch)
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

    fn shard_lease_ended(&mut self, id: ShardId) {
        if let Some(shard) = self.shards.get_mut(&id) {
            shard.live = shard.live.saturating_sub(1);
            if shard.live == 0 && shard.places.is_empty() {
                self.shards.remove(&id);
            }
        }
    }

    /// What is handed out of a shard and not acked, of one line.
    fn out_of(&self, id: ShardId, line: Line) -> impl Iterator<Item = u64> + '_ {
        let all = self.out_of.range((id, line, 0)..=(id, line, u64::MAX));
        all.map(|&(_, _, position)| position)
    }

    fn has_out(&self, id: ShardId) -> bool {
        self.out_of(id, None).next().is_some()
    }

    /// Brings a shard's places in the queues up to date.
    fn line_up(&mut self, log: &Log, id: ShardId) {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let Some(shard) = self.shards.get_mut(&id) else {
            return;
        };
        let free = shard.live == 0;
        let mut places = std::mem::take(&mut shard.places);
        places.retain_mut(|(line, place)| {
            let next = if free {
                self.next_of(log, id, *line)
            } else {
                None
            };
            let Some(queue) = self.queues.get_mut(line) else {
                return false;
            };
            if let Some(position) = std::mem::replace(place, next) {
                queue.runnable.remove(&(position, id));
            }
            queue.runnable.extend(next.map(|position| (position, id)));
            true
        });
        if let Some(shard) = self.shards.get_mut(&id) {
            shard.places = places;
        }
    }

    /// The next message of a line that a shard without live leases hands out: one that it handed
    /// out before, as long as it has any of them, whatever their tags.
    fn next_of(&mut self, log: &Log, id: ShardId, line: Line) -> Option<u64> {
        if self.has_out(id) {
            self.out_of(id, line).next()
        } else {
            self.next_fresh(log, List::of(id, line), 0)
        }
    }

    /// The shard that is next for a line, with its position.
    fn front(&mut self, log: &Log, line: Line) -> Option<(u64, ShardId)> {
        loop {
            let &(position, shard) = self.queues.get(&line)?.runnable.first()?;
            if position >= self.first {
                return Some((position, shard));
            }
            // That message has left the log.
            self.line_up(log, shard);
        }
    }

    /// A shard that got messages of a line since it was last looked at, and may hand them out.
    fn discover(&mut self, log: &Log, line: Line) -> Option<ShardId> {
        loop {
            let queue = self.queues.entry(line).or_default();
            let (position, id) = log.active_shard(line, queue.discovered)?;
            queue.discovered = position + 1;
            let places = &mut self.shards.entry(id).or_default().places;
            if places.iter().all(|(known, _)| *known != line) {
                places.push((line, None));
            }
            self.line_up(log, id);
            if self
                .shards
                .get(&id)
                .is_some_and(|shard| shard.has_place(line))
            {
                return Some(id);
            }
        }
    }

    /// What a runnable shard hands out: what it handed out before, as long as that is not acked.
    fn shard_batch(&mut self, log: &Log, wanted: &Wanted, id: ShardId, room: usize) -> Vec<u64> {
        #[cfg(test)]
        {
            self.looks += 1;
        }
        let mut batch = Vec::new();
        if self.has_out(id) {
            let of_line = |line| self.out_of(id, line).take(room);
            batch.extend(wanted.lines().flat_map(of_line));
            batch.sort_unstable();
            batch.dedup();
            batch.truncate(room);
            return batch;
        }
        let mut from = 0;
        while batch.len() < room {
            let fresh = |line| self.next_fresh(log, List::of(id, line), from);
            let Some(position) = wanted.lines().filter_map(fresh).min() else {
                break;
            };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MessageParts, TagFilter};
    use crate::sandbox::queue::change::StoredMessage;
    use std::sync::Arc;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);
    const LEASE: Duration = Duration::from_secs(60);

    fn append(log: &mut Log, tag: &str, shard: u64) {
        let parts = MessageParts {
            tag: Some(tag.to_owned()),
            sharding_key: Some(shard.to_string()),
            ..MessageParts::default()
        };
        log.append(Arc::new(StoredMessage {
            seq: log.end(),
            id: log.end().to_string(),
            body_md5: String::new(),
            publish_time: NOW,
            parts,
            origin: None,
        }));
    }

    /// An ordered consume of up to two messages.
    fn take(group: &mut Group, log: &Log, tags: &str, now: Timestamp) -> Vec<u64> {
        group.expire(log, now);
        let wanted = log.wanted(&TagFilter::parse(tags));
        group.look_around(log, &wanted, 2);
        let mut given = Vec::new();
        while let Some(batch) = (given.len() < 2)
            .then(|| group.next_ordered(log, &wanted, 2 - given.len()))
            .flatten()
        {
            for position in batch {
                let lease = Lease {
                    nonce: position,
                    until: now + LEASE,
                    consumed_times: 1,
                    first_consume_time: now,
                };
                group.lease(log, position, lease);
                given.push(position);
            }
        }
        given
    }

    /// How many looks it takes to consume a tag that one shard of so many has, or none.
    fn looks(shards: u64) -> u64 {
        let mut log = Log::default();
        for shard in 0..shards {
            append(&mut log, "common", shard);
        }
        append(&mut log, "rare", shards / 2);
        let rare = log.end() - 1;
        let mut group = Group::new(&log);
        assert!(take(&mut group, &log, "unknown", NOW).is_empty());
        assert_eq!(take(&mut group, &log, "rare", NOW), [rare]);
        assert!(take(&mut group, &log, "rare", NOW).is_empty());
        // Its shard waits for it, the first ones do not.
        assert_eq!(take(&mut group, &log, "common", NOW), [0, 1]);
        let later = NOW + LEASE;
        assert_eq!(take(&mut group, &log, "rare||unknown", later), [rare]);
        group.ack(&log, rare);
        append(&mut log, "rare", 0);
        // Behind what came back to its shard, until that is acked.
        assert!(take(&mut group, &log, "rare", later).is_empty());
        group.ack(&log, 0);
        assert_eq!(take(&mut group, &log, "rare", later), [log.end() - 1]);
        group.looks
    }

    #[test]
    fn a_tag_costs_no_look_at_the_shards_without_it() {
        assert_eq!(looks(10), looks(10_000));
    }
}
