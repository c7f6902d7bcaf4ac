//! What the file holds, as tables of redb: the state, not its history. What is done leaves the
//! file with the change that says so, and what a group has acked is kept as the fewest ranges, so
//! the file grows and a restart costs with what is live. Opens nothing and commits nothing.
//!
//! A change is made in [`Tables::make`], one arm for each; [`read`](super::read::read) gives back
//! changes that rebuild the queues.
//!
//! A message that enters its log at once, as most do, goes into a chunk with those around it. One
//! that waits first has a row of its own, and the log says which, once it is there.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use redb::{ReadableTable as _, Table, TableDefinition, WriteTransaction};

use super::chunk::{self, Chunk};
use super::trouble::Trouble;
use crate::protocol::admin::Travel;
use crate::protocol::{GroupId, Timestamp};
use crate::sandbox::queue::{Change, Lease, Place, StoredMessage, TopicKey};

/// Version of what follows, the way in which messages are packed included. Another version is
/// neither read nor written. [us]
pub(super) const VERSION: u64 = 3;

/// Numbers about the whole file. [`VERSION_KEY`] is the same in every version.
pub(super) const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("mqscope");
pub(super) const VERSION_KEY: &str = "version";
/// How often the store was opened.
pub(super) const RUNS_KEY: &str = "runs";
/// A random number by which the log knows its database.
pub(super) const IDENTITY_KEY: &str = "identity";
/// Number of the last record of the log whose changes are here.
pub(super) const APPLIED_KEY: &str = "applied";

/// Whether the moved clock stands still, and where it stands (Unix milliseconds) or how far it is
/// ahead; nothing as long as nobody moved it.
pub(super) const CLOCK: TableDefinition<'_, (), (bool, i64)> = TableDefinition::new("clock");

/// Instance and name by the topic's number.
pub(super) type TopicRow<'a> = (Option<&'a str>, &'a str);
pub(super) const TOPICS: TableDefinition<'_, u64, TopicRow<'_>> = TableDefinition::new("topics");

/// Name by the topic's number and the group's.
pub(super) const GROUPS: TableDefinition<'_, (u64, u64), &str> = TableDefinition::new("groups");

/// Messages that wait, or did before they entered the log, by their numbers.
pub(super) const MESSAGES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("messages");

/// First position of the log by topic, once messages have left its front.
pub(super) const FIRST: TableDefinition<'_, u64, u64> = TableDefinition::new("first");

/// Topic and position of messages that were taken out of the middle of a log. They stay in the
/// other tables until they leave at the front, as a log has no holes.
pub(super) const REMOVED: TableDefinition<'_, (u64, u64), ()> = TableDefinition::new("removed");

/// Chunks of a log by topic and the position of their last message. Chunks that are gone from the
/// front are those of smaller positions; of one that is not gone as a whole, the front is passed
/// over by its reader.
pub(super) const CHUNKS: TableDefinition<'_, (u64, u64), &[u8]> = TableDefinition::new("chunks");

/// Numbers of the messages of a log that are in no chunk, by topic and position.
pub(super) const LOG: TableDefinition<'_, (u64, u64), u64> = TableDefinition::new("log");

/// Visible from, by topic and message number.
pub(super) const TIMED: TableDefinition<'_, (u64, u64), i64> = TableDefinition::new("timed");

/// Nonce, end, deliveries, first delivery.
pub(super) type LeaseRow = (u64, i64, u32, i64);

/// Half messages: lease by topic and message number.
pub(super) const HALF: TableDefinition<'_, (u64, u64), LeaseRow> = TableDefinition::new("half");

/// Handed out and not acked: newest lease by topic, group and position.
pub(super) const OUT: TableDefinition<'_, (u64, u64, u64), LeaseRow> = TableDefinition::new("out");

/// Done: ends of ranges (not included) by topic, group and start. Ranges neither overlap nor
/// touch.
pub(super) const ACKED: TableDefinition<'_, (u64, u64, u64), u64> = TableDefinition::new("acked");

/// Numbers of topics and groups.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    topics: HashMap<Arc<TopicKey>, Numbered>,
    next_topic: u64,
    next_group: u64,
}

#[derive(Debug)]
struct Numbered {
    number: u64,
    groups: HashMap<Arc<GroupId>, u64>,
}

impl Numbers {
    fn topic(&self, topic: &TopicKey) -> Result<u64, Trouble> {
        self.topics
            .get(topic)
            .map(|numbered| numbered.number)
            .ok_or_else(|| missing("topic", &topic.topic))
    }

    fn group(&self, topic: &TopicKey, group: &GroupId) -> Result<(u64, u64), Trouble> {
        let numbered = self
            .topics
            .get(topic)
            .ok_or_else(|| missing("topic", &topic.topic))?;
        let group = numbered
            .groups
            .get(group)
            .ok_or_else(|| missing("group", group))?;
        Ok((numbered.number, *group))
    }

    fn groups(&self, topic: &TopicKey) -> Result<Vec<u64>, Trouble> {
        self.topics
            .get(topic)
            .map(|numbered| numbered.groups.values().copied().collect())
            .ok_or_else(|| missing("topic", &topic.topic))
    }

    pub(super) fn add_topic(&mut self, topic: &Arc<TopicKey>, number: u64) {
        self.next_topic = self.next_topic.max(number + 1);
        let groups = HashMap::new();
        self.topics
            .insert(Arc::clone(topic), Numbered { number, groups });
    }

    pub(super) fn add_group(
        &mut self,
        topic: &TopicKey,
        group: &Arc<GroupId>,
        number: u64,
    ) -> Result<u64, Trouble> {
        self.next_group = self.next_group.max(number + 1);
        let numbered = self
            .topics
            .get_mut(topic)
            .ok_or_else(|| missing("topic", &topic.topic))?;
        numbered.groups.insert(Arc::clone(group), number);
        Ok(numbered.number)
    }
}

pub(super) fn missing(what: &str, which: impl fmt::Display) -> Trouble {
    Trouble::Missing(format!("{what} {which}"))
}

/// The tables of one commit.
pub(super) struct Tables<'txn> {
    clock: Table<'txn, (), (bool, i64)>,
    topics: Table<'txn, u64, TopicRow<'static>>,
    groups: Table<'txn, (u64, u64), &'static str>,
    messages: Table<'txn, u64, &'static [u8]>,
    chunks: Table<'txn, (u64, u64), &'static [u8]>,
    /// By topic, what goes into the next row of its chunks.
    filling: HashMap<u64, Chunk>,
    first: Table<'txn, u64, u64>,
    removed: Table<'txn, (u64, u64), ()>,
    log: Table<'txn, (u64, u64), u64>,
    timed: Table<'txn, (u64, u64), i64>,
    half: Table<'txn, (u64, u64), LeaseRow>,
    out: Table<'txn, (u64, u64, u64), LeaseRow>,
    acked: Table<'txn, (u64, u64, u64), u64>,
}

impl<'txn> Tables<'txn> {
    /// Opens all of them; creates those that are missing.
    pub(super) fn open(transaction: &'txn WriteTransaction) -> Result<Self, Trouble> {
        Ok(Self {
            clock: transaction.open_table(CLOCK)?,
            topics: transaction.open_table(TOPICS)?,
            groups: transaction.open_table(GROUPS)?,
            messages: transaction.open_table(MESSAGES)?,
            chunks: transaction.open_table(CHUNKS)?,
            filling: HashMap::new(),
            first: transaction.open_table(FIRST)?,
            removed: transaction.open_table(REMOVED)?,
            log: transaction.open_table(LOG)?,
            timed: transaction.open_table(TIMED)?,
            half: transaction.open_table(HALF)?,
            out: transaction.open_table(OUT)?,
            acked: transaction.open_table(ACKED)?,
        })
    }

    /// Makes a change that comes after all that were made before. Some of it may be missing from
    /// the tables until [`Tables::finish`].
    pub(super) fn make(&mut self, change: &Change, numbers: &mut Numbers) -> Result<(), Trouble> {
        match change {
            Change::TopicCreated { topic } => {
                let number = numbers.next_topic;
                numbers.add_topic(topic, number);
                let instance = topic.instance.as_ref().map(|instance| instance.as_str());
                self.topics
                    .insert(number, (instance, topic.topic.as_str()))?;
            }
            Change::GroupCreated { topic, group } => {
                let number = numbers.next_group;
                let topic = numbers.add_group(topic, group, number)?;
                self.groups.insert((topic, number), group.as_str())?;
            }
            Change::Stored {
                topic,
                message,
                place,
            } => {
                let topic = numbers.topic(topic)?;
                if let Place::Log { position } = *place {
                    self.append(topic, position, message)?;
                } else {
                    let packed = chunk::pack(message)?;
                    self.messages.insert(message.seq, packed.as_slice())?;
                    self.place(topic, message.seq, *place)?;
                }
            }
            Change::Moved { topic, seq, place } => {
                let topic = numbers.topic(topic)?;
                self.lift(topic, *seq)?;
                self.place(topic, *seq, *place)?;
            }
            Change::Dropped { topic, seq } => {
                self.lift(numbers.topic(topic)?, *seq)?;
                self.messages.remove(seq)?;
            }
            Change::Leased {
                topic,
                group,
                position,
                lease,
            } => {
                let (topic, group) = numbers.group(topic, group)?;
                self.out
                    .insert((topic, group, *position), lease_row(lease))?;
            }
            Change::Acked {
                topic,
                group,
                position,
            } => {
                let (topic, group) = numbers.group(topic, group)?;
                self.out.remove((topic, group, *position))?;
                self.add_acked(topic, group, *position)?;
            }
            Change::Discarded { topic, before } => {
                let groups = numbers.groups(topic)?;
                self.discard(numbers.topic(topic)?, groups, *before)?;
            }
            Change::Removed { topic, position } => {
                let groups = numbers.groups(topic)?;
                let topic = numbers.topic(topic)?;
                self.removed.insert((topic, *position), ())?;
                for group in groups {
                    self.out.remove((topic, group, *position))?;
                }
            }
            Change::TopicDeleted { topic } => {
                if let Some(Numbered { number, groups }) = numbers.topics.remove(topic) {
                    self.discard(number, groups.values().copied().collect(), u64::MAX)?;
                    self.delete_waiting(number)?;
                    for group in groups.into_values() {
                        self.clear_group(number, group)?;
                        self.groups.remove((number, group))?;
                    }
                    self.first.remove(number)?;
                    self.topics.remove(number)?;
                }
            }
            Change::GroupDeleted { topic, group } => {
                if let Some(Numbered { number, groups }) = numbers.topics.get_mut(topic)
                    && let Some(group) = groups.remove(group)
                {
                    self.clear_group(*number, group)?;
                    self.groups.remove((*number, group))?;
                }
            }
            Change::GroupReset { topic, group, done } => {
                let (topic, group) = numbers.group(topic, group)?;
                self.clear_group(topic, group)?;
                for range in done {
                    self.acked.insert((topic, group, range.start), range.end)?;
                }
            }
            Change::ClockMoved { to } => {
                let row = match *to {
                    Travel::Running { offset_millis } => (false, offset_millis),
                    Travel::Frozen { at } => (true, at.millis()),
                };
                self.clock.insert((), row)?;
            }
        }
        Ok(())
    }

    /// Makes what is left to be done after the last change.
    pub(super) fn finish(mut self) -> Result<(), Trouble> {
        for (topic, chunk) in std::mem::take(&mut self.filling) {
            self.insert_chunk(topic, &chunk)?;
        }
        Ok(())
    }

    /// Puts a message that never waited into the log.
    fn append(
        &mut self,
        topic: u64,
        position: u64,
        message: &StoredMessage,
    ) -> Result<(), Trouble> {
        if let Some(chunk) = self.filling.get_mut(&topic)
            && chunk.take(position, message)?
        {
            return Ok(());
        }
        let chunk = Chunk::of(position, message)?;
        if let Some(full) = self.filling.insert(topic, chunk) {
            self.insert_chunk(topic, &full)?;
        }
        Ok(())
    }

    fn insert_chunk(&mut self, topic: u64, chunk: &Chunk) -> Result<(), Trouble> {
        self.chunks.insert((topic, chunk.last()), chunk.bytes())?;
        Ok(())
    }

    /// Puts a message that has a row of its own.
    fn place(&mut self, topic: u64, seq: u64, place: Place) -> Result<(), Trouble> {
        match place {
            Place::Log { position } => {
                self.log.insert((topic, position), seq)?;
            }
            Place::Timed { at } => {
                self.timed.insert((topic, seq), at.millis())?;
            }
            Place::Half { lease } => {
                self.half.insert((topic, seq), lease_row(&lease))?;
            }
        }
        Ok(())
    }

    /// Takes a message from where it waits.
    fn lift(&mut self, topic: u64, seq: u64) -> Result<(), Trouble> {
        if self.timed.remove((topic, seq))?.is_none() {
            self.half.remove((topic, seq))?;
        }
        Ok(())
    }

    /// Takes what stands before a position from the front of a log. Costs what goes, and a look
    /// at each group.
    fn discard(&mut self, topic: u64, groups: Vec<u64>, before: u64) -> Result<(), Trouble> {
        if let Some(chunk) = self.filling.remove(&topic) {
            self.insert_chunk(topic, &chunk)?;
        }
        let gone = (topic, 0)..(topic, before);
        self.chunks.retain_in(gone.clone(), |_, _| false)?;
        for entry in self.log.extract_from_if(gone.clone(), |_, _| true)? {
            self.messages.remove(entry?.1.value())?;
        }
        self.removed.retain_in(gone, |_, ()| false)?;
        self.first.insert(topic, before)?;
        for group in groups {
            let gone = (topic, group, 0)..(topic, group, before);
            self.out.retain_in(gone.clone(), |_, _| false)?;
            let mut last = None;
            for entry in self.acked.extract_from_if(gone, |_, _| true)? {
                last = Some(entry?.1.value());
            }
            if let Some(end) = last.filter(|end| *end > before) {
                self.acked.insert((topic, group, before), end)?;
            }
        }
        Ok(())
    }

    /// Takes all timed and half messages.
    fn delete_waiting(&mut self, topic: u64) -> Result<(), Trouble> {
        let all = (topic, 0)..=(topic, u64::MAX);
        for entry in self.timed.extract_from_if(all.clone(), |_, _| true)? {
            self.messages.remove(entry?.0.value().1)?;
        }
        for entry in self.half.extract_from_if(all, |_, _| true)? {
            self.messages.remove(entry?.0.value().1)?;
        }
        Ok(())
    }

    /// Takes everything that a group has of a topic.
    fn clear_group(&mut self, topic: u64, group: u64) -> Result<(), Trouble> {
        let all = (topic, group, 0)..=(topic, group, u64::MAX);
        self.out.retain_in(all.clone(), |_, _| false)?;
        self.acked.retain_in(all, |_, _| false)?;
        Ok(())
    }

    /// Adds a position to those that are done, merged with the ranges that it touches.
    fn add_acked(&mut self, topic: u64, group: u64, position: u64) -> Result<(), Trouble> {
        let key = |position| (topic, group, position);
        let before = self
            .acked
            .range(key(0)..=key(position))?
            .next_back()
            .transpose()?
            .map(|(start, end)| (start.value().2, end.value()))
            .filter(|(_, end)| *end >= position);
        let (start, end) = before.unwrap_or((position, position));
        if end > position {
            return Ok(());
        }
        let after = self.acked.remove(key(position + 1))?;
        let end = after.map_or(position + 1, |end| end.value());
        self.acked.insert(key(start), end)?;
        Ok(())
    }
}

fn lease_row(lease: &Lease) -> LeaseRow {
    (
        lease.nonce,
        lease.until.millis(),
        lease.consumed_times,
        lease.first_consume_time.millis(),
    )
}

pub(super) fn lease_of((nonce, until, consumed_times, first): LeaseRow) -> Lease {
    Lease {
        nonce,
        until: Timestamp::from_millis(until),
        consumed_times,
        first_consume_time: Timestamp::from_millis(first),
    }
}
