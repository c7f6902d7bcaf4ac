//! The visible messages of one topic in the order in which they became visible, with an index of
//! positions per tag and per shard. Knows nothing of groups and time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::change::StoredMessage;
use super::ranges::Ranges;
use crate::protocol::TagFilter;

/// Number of a tag in its log.
pub(super) type TagId = u32;
/// Number of a sharding key in its log; messages without a key are one shard. [us]
pub(super) type ShardId = u32;

/// A list of positions that share something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Tag(TagId),
    Shard(ShardId),
    ShardTag(ShardId, TagId),
}

/// A tag filter in the numbers of a log.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    All,
    AnyOf(Vec<TagId>),
}

impl Wanted {
    pub(super) fn matches(&self, tag: Option<TagId>) -> bool {
        match self {
            Wanted::All => true,
            Wanted::AnyOf(tags) => tag.is_some_and(|tag| tags.contains(&tag)),
        }
    }
}

/// One message of the log.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) message: Arc<StoredMessage>,
    pub(super) tag: Option<TagId>,
    pub(super) shard: ShardId,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Vec<Entry>,
    tags: HashMap<String, TagId>,
    shards: HashMap<Option<String>, ShardId>,
    /// Positions in ascending order.
    lists: HashMap<List, Vec<u64>>,
    /// Last position of each shard, so that a group finds shards with news without a look at
    /// each message.
    activity: BTreeMap<u64, ShardId>,
}

impl Log {
    /// One more than the last position.
    pub(super) fn end(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(super) fn entry(&self, position: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(position).ok()?)
    }

    pub(super) fn append(&mut self, message: Arc<StoredMessage>) {
        let position = self.end();
        let tag = message.parts.tag.as_ref().map(|tag| {
            let next = self.tags.len() as TagId;
            *self.tags.entry(tag.clone()).or_insert(next)
        });
        let next = self.shards.len() as ShardId;
        let key = message.parts.sharding_key.clone();
        let shard = *self.shards.entry(key).or_insert(next);
        let in_shard = self.lists.entry(List::Shard(shard)).or_default();
        if let Some(last) = in_shard.last() {
            self.activity.remove(last);
        }
        in_shard.push(position);
        self.activity.insert(position, shard);
        if let Some(tag) = tag {
            for list in [List::Tag(tag), List::ShardTag(shard, tag)] {
                self.lists.entry(list).or_default().push(position);
            }
        }
        self.entries.push(Entry {
            message,
            tag,
            shard,
        });
    }

    /// A filter in this log's numbers; tags that no message carries are left out.
    pub(super) fn wanted(&self, filter: &TagFilter) -> Wanted {
        match filter {
            TagFilter::All => Wanted::All,
            TagFilter::AnyOf(tags) => Wanted::AnyOf(
                tags.iter()
                    .filter_map(|tag| self.tags.get(tag).copied())
                    .collect(),
            ),
        }
    }

    /// The first position of a list at or after `from` that is not taken.
    pub(super) fn next_in(&self, list: List, from: u64, taken: &Ranges) -> Option<u64> {
        let list = self.lists.get(&list)?;
        let mut from = from;
        loop {
            let at = list.partition_point(|&position| position < from);
            let position = *list.get(at)?;
            // A taken range is passed over in one step, however long it is.
            let gap = taken.gap_from(position);
            if gap == position {
                return Some(position);
            }
            from = gap;
        }
    }

    /// The first shard whose last message stands at or after `from`, with that position.
    pub(super) fn active_shard(&self, from: u64) -> Option<(u64, ShardId)> {
        let (&position, &shard) = self.activity.range(from..).next()?;
        Some((position, shard))
    }
}
