//! The visible messages of one topic in the order in which they became visible, with an index of
//! positions per tag and per shard. Old ones leave at the front, positions stay. Knows nothing of
//! groups and time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use super::change::StoredMessage;
use super::ranges::Ranges;
use crate::protocol::{TagFilter, Timestamp, TopicName};

/// Number of a tag in its log.
pub(super) type TagId = u32;
/// Number of a sharding key in its log; messages without a key are one shard. [us]
pub(super) type ShardId = u32;

/// What an ordered consume looks for in a shard: messages of a tag, or `None`: any message.
pub(super) type Line = Option<TagId>;

/// A list of positions that share something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum List {
    Tag(TagId),
    Shard(ShardId),
    ShardTag(ShardId, TagId),
}

/// The lines that a message of this tag is in.
pub(super) fn lines_of(tag: Option<TagId>) -> impl Iterator<Item = Line> {
    [None].into_iter().chain(tag.map(Some))
}

impl List {
    /// What a shard has for a line.
    pub(super) fn of(shard: ShardId, line: Line) -> Self {
        match line {
            None => List::Shard(shard),
            Some(tag) => List::ShardTag(shard, tag),
        }
    }
}

/// A tag filter in the numbers of a log.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    All,
    AnyOf(Vec<TagId>),
}

impl Wanted {
    /// The lines that have all of it.
    pub(super) fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let (any, tags) = match self {
            Wanted::All => (Some(None), [].as_slice()),
            Wanted::AnyOf(tags) => (None, tags.as_slice()),
        };
        any.into_iter().chain(tags.iter().copied().map(Some))
    }
}

/// One message of the log.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) message: Arc<StoredMessage>,
    pub(super) tag: Option<TagId>,
    pub(super) shard: ShardId,
    /// The newest `visible_since` of this message and all before it: as they leave at the front,
    /// it stays as long as if it were that new.
    pub(super) kept_since: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    /// Position of the first entry.
    first: u64,
    entries: VecDeque<Entry>,
    /// Taken out of the middle: gone for every group, those to come included.
    removed: Ranges,
    tags: HashMap<String, TagId>,
    shards: HashMap<Option<String>, ShardId>,
    /// Numbers are never used twice, as groups may still know a tag or shard that is gone.
    next_id: u32,
    /// Positions in ascending order.
    lists: HashMap<List, VecDeque<u64>>,
    /// Last position of each shard, of each tag as well, so that a group finds shards with news
    /// for it without a look at each message or at shards without.
    activity: BTreeMap<(Line, u64), ShardId>,
    /// Dead letters in it by the topic that they come from.
    letters: HashMap<TopicName, u64>,
}

impl Log {
    /// The first position that is still there.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// One more than the last position.
    pub(super) fn end(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> u64 {
        self.entries.len() as u64 - self.removed.len()
    }

    /// Positions whose message is gone though older ones are there.
    pub(super) fn removed(&self) -> &Ranges {
        &self.removed
    }

    /// How many dead letters of a topic there are.
    pub(super) fn letters_of(&self, topic: &TopicName) -> u64 {
        self.letters.get(topic).copied().unwrap_or(0)
    }

    pub(super) fn entry(&self, position: u64) -> Option<&Entry> {
        let index = position.checked_sub(self.first)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    pub(super) fn append(&mut self, message: Arc<StoredMessage>) {
        let position = self.end();
        let tag = message.parts.tag.as_ref().map(|tag| {
            if let Some(&id) = self.tags.get(tag) {
                return id;
            }
            self.next_id += 1;
            self.tags.insert(tag.clone(), self.next_id);
            self.next_id
        });
        let key = message.parts.sharding_key.clone();
        let next_id = &mut self.next_id;
        let shard = *self.shards.entry(key).or_insert_with(|| {
            *next_id += 1;
            *next_id
        });
        for line in lines_of(tag) {
            let list = self.lists.entry(List::of(shard, line)).or_default();
            if let Some(&last) = list.back() {
                self.activity.remove(&(line, last));
            }
            list.push_back(position);
            self.activity.insert((line, position), shard);
        }
        if let Some(tag) = tag {
            let list = self.lists.entry(List::Tag(tag)).or_default();
            list.push_back(position);
        }
        let since = message.visible_since();
        let before = self.entries.back().map(|entry| entry.kept_since);
        if let Some(origin) = &message.origin {
            *self.letters.entry(origin.topic.clone()).or_default() += 1;
        }
        self.entries.push_back(Entry {
            message,
            tag,
            shard,
            kept_since: before.map_or(since, |before| before.max(since)),
        });
    }

    /// Lets go of what stands before a position; the cost is that of what goes. On an empty log
    /// it sets where the next message will stand.
    pub(super) fn discard_before(&mut self, before: u64) {
        while self.first < before {
            let position = self.first;
            let Some(entry) = self.entries.pop_front() else {
                self.first = before;
                break;
            };
            self.first += 1;
            if !self.removed.contains(position) {
                self.forget_letter(&entry);
            }
            let lists = match entry.tag {
                Some(tag) => vec![List::Tag(tag), List::ShardTag(entry.shard, tag)],
                None => Vec::new(),
            };
            for list in lists.into_iter().chain([List::Shard(entry.shard)]) {
                self.pop_list(list, position, &entry);
            }
        }
        self.removed.drop_before(self.first);
    }

    /// Takes one message out of the middle. Groups have to be told.
    pub(super) fn remove(&mut self, position: u64) {
        if self.removed.contains(position) {
            return;
        }
        if let Some(entry) = self.entry(position).cloned() {
            self.removed.insert(position);
            self.forget_letter(&entry);
        }
    }

    fn forget_letter(&mut self, entry: &Entry) {
        if let Some(origin) = &entry.message.origin
            && let Some(letters) = self.letters.get_mut(&origin.topic)
        {
            *letters -= 1;
            if *letters == 0 {
                self.letters.remove(&origin.topic);
            }
        }
    }

    fn pop_list(&mut self, list: List, position: u64, entry: &Entry) {
        let Some(positions) = self.lists.get_mut(&list) else {
            return;
        };
        positions.pop_front();
        if !positions.is_empty() {
            return;
        }
        self.lists.remove(&list);
        // Keys may be one per order: those without messages are forgotten.
        let StoredMessage { parts, .. } = &*entry.message;
        match list {
            List::Shard(_) => {
                self.activity.remove(&(None, position));
                self.shards.remove(&parts.sharding_key);
            }
            List::Tag(_) => {
                self.tags.remove(parts.tag.as_deref().unwrap_or_default());
            }
            List::ShardTag(_, tag) => {
                self.activity.remove(&(Some(tag), position));
            }
        }
    }

    /// How many sharding keys have messages.
    pub(super) fn shard_count(&self) -> usize {
        self.shards.len()
    }

    /// Whether a list has positions.
    pub(super) fn has(&self, list: List) -> bool {
        self.lists.contains_key(&list)
    }

    /// How many lists have positions.
    pub(super) fn list_count(&self) -> usize {
        self.lists.len()
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

    /// Whether a message that is wanted is there.
    pub(super) fn has_any(&self, wanted: &Wanted) -> bool {
        match wanted {
            Wanted::All => self.len() > 0,
            Wanted::AnyOf(tags) => tags.iter().any(|&tag| {
                let removed = &self.removed;
                self.next_in(List::Tag(tag), self.first, removed).is_some()
            }),
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

    /// The first shard whose last message of a line stands at or after `from`, with that position.
    pub(super) fn active_shard(&self, line: Line, from: u64) -> Option<(u64, ShardId)> {
        let mut news = self.activity.range((line, from)..=(line, u64::MAX));
        let (&(_, position), &shard) = news.next()?;
        Some((position, shard))
    }
}
