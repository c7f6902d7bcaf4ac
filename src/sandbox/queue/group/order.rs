//! Which messages an ordered consume of a group gets: of each shard the next ones, and none while
//! earlier ones of it are out. Shards are queued by what is asked for, so that neither those that
//! wait nor those without the tag are looked at. Leases nothing itself.

use std::collections::{BTreeSet, HashMap};

use super::Group;
use crate::sandbox::queue::log::{Line, List, Log, ShardId, Wanted};

/// One sharding key of one group.
#[derive(Debug, Default)]
pub(super) struct Shard {
    /// How many of its messages are under a live lease: while there are any, the shard waits.
    pub(super) live: usize,
    /// The queues that know it, each with the place it has there while there is something for
    /// that line. Few: the tags of the shard that the group asks for.
    places: Vec<(Line, Option<u64>)>,
}

/// Who is next for ordered consumes of one line.
#[derive(Debug, Default)]
pub(super) struct Queue {
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
    /// Looks at some more shards with news, so that a shard with a long backlog does not keep the
    /// others from being found.
    pub(in crate::sandbox::queue) fn look_around(
        &mut self,
        log: &Log,
        wanted: &Wanted,
        shards: usize,
    ) {
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
    pub(in crate::sandbox::queue) fn next_ordered(
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

    /// Lets go of shards and tags that have left the log, once they are many.
    pub(super) fn forget_shards(&mut self, log: &Log) {
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
    }

    pub(super) fn shard_lease_ended(&mut self, id: ShardId) {
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
    pub(super) fn line_up(&mut self, log: &Log, id: ShardId) {
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{MessageParts, TagFilter, Timestamp};
    use crate::sandbox::queue::change::{Lease, StoredMessage};
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
