//! What the columns of the live table show of a row, as values: what is filtered and sorted is
//! what is shown. The only place of the table that knows how a row is kept. No words, no colours.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::protocol::Timestamp;

use super::rows::{Row, RowState, weight};

/// A column that can be shown and sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// Held, acked, returned …, in a word.
    State,
    /// How long it is still ours.
    Returns,
    /// Message id.
    Id,
    /// Tag.
    Tag,
    /// Key.
    Key,
    /// Bytes of the body.
    Size,
    /// Time since it was published.
    Age,
    /// When it was published.
    Published,
    /// How often it was delivered to the group.
    Times,
    /// Sharding key.
    ShardingKey,
    /// The property of this name.
    Property(String),
    /// Beginning of the body.
    Body,
}

/// What a row is sorted by. Of a text the first [`KEY_CHARS`] characters count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum SortKey {
    /// The row has no such thing.
    None,
    /// A number or a time.
    Number(i64),
    /// A text.
    Text(SmolStr),
}

impl SortKey {
    /// Bytes in memory beside its own, which all copies share.
    pub(super) fn heap(&self) -> usize {
        match self {
            SortKey::Text(text) if text.is_heap_allocated() => {
                // Its text, and two counts of who shares it.
                weight::heap(text.len() + 2 * size_of::<usize>())
            }
            SortKey::Text(_) | SortKey::Number(_) | SortKey::None => 0,
        }
    }
}

/// Characters of a text that it is sorted by: more would keep bodies in memory twice.
const KEY_CHARS: usize = 48;

/// Message id.
pub fn id(row: &Row) -> Option<&str> {
    row.message_id()
}

/// Body, if it is readable.
pub fn body(row: &Row) -> Option<&str> {
    row.message().map(|message| message.body())
}

/// Tag.
pub fn tag(row: &Row) -> Option<&str> {
    row.message()?.tag()
}

/// Key.
pub fn key(row: &Row) -> Option<&str> {
    row.message()?.key()
}

/// Sharding key.
pub fn sharding_key(row: &Row) -> Option<&str> {
    row.message()?.sharding_key()
}

/// When it was published.
pub fn published(row: &Row) -> Option<Timestamp> {
    row.message().map(|message| message.publish_time())
}

/// Which delivery to the group the newest one was.
pub fn times(row: &Row) -> Option<u32> {
    row.newest().consumed_times
}

/// All properties, in their order.
pub fn properties(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    row.message()
        .into_iter()
        .flat_map(|message| message.properties())
}

/// The property of this name.
pub fn property<'r>(row: &'r Row, name: &str) -> Option<&'r str> {
    row.message()?.property(name)
}

/// What the row is sorted by in this column. It changes only when the row is changed or its
/// lease ends, never merely as time goes by.
pub(super) fn sort_key(row: &Row, column: &Column, now: Timestamp) -> SortKey {
    let number = |n: Option<i64>| n.map_or(SortKey::None, SortKey::Number);
    let text = |text: Option<&str>| {
        text.map_or(SortKey::None, |text| {
            let end = text.char_indices().nth(KEY_CHARS);
            SortKey::Text(text[..end.map_or(text.len(), |(end, _)| end)].into())
        })
    };
    match column {
        Column::State => SortKey::Number(match row.state(now) {
            RowState::Held(_) => 0,
            RowState::Acking => 1,
            RowState::Refused => 2,
            RowState::Returned => 3,
            RowState::Acked => 4,
        }),
        Column::Returns => number(row.newest().lease.map(|lease| lease.ends().millis())),
        Column::Id => text(id(row)),
        Column::Tag => text(tag(row)),
        Column::Key => text(key(row)),
        Column::Size => number(body(row).and_then(|body| i64::try_from(body.len()).ok())),
        Column::Age => number(published(row).map(|at| at.millis().saturating_neg())),
        Column::Published => number(published(row).map(Timestamp::millis)),
        Column::Times => number(times(row).map(i64::from)),
        Column::ShardingKey => text(sharding_key(row)),
        Column::Property(name) => text(property(row, name)),
        Column::Body => text(body(row)),
    }
}

/// Rows for the tests of what reads them.
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
pub(super) mod tests {
    use super::super::lease::Lease;
    use super::super::rows::Rows;
    use super::*;
    use crate::protocol::properties::Properties;
    use crate::protocol::{ReceiptHandle, ReceivedMessage, body_md5};

    /// What a row is made from. Its lease lasts from 0 to `ends`, in milliseconds.
    #[derive(Debug, Clone)]
    pub(in super::super) struct Sample<'a> {
        pub(in super::super) id: &'a str,
        pub(in super::super) body: &'a str,
        pub(in super::super) tag: Option<&'a str>,
        pub(in super::super) key: Option<&'a str>,
        pub(in super::super) properties: &'a [(&'a str, &'a str)],
        pub(in super::super) times: u32,
        pub(in super::super) ends: i64,
    }

    impl Default for Sample<'_> {
        fn default() -> Self {
            Self {
                id: "M0",
                body: "x",
                tag: None,
                key: None,
                properties: &[],
                times: 1,
                ends: 1_000,
            }
        }
    }

    impl Sample<'_> {
        /// Lets the message arrive; the number of its row.
        pub(in super::super) fn arrive(&self, rows: &mut Rows, now: Timestamp) -> u64 {
            let key = self.key.map(|key| ("KEYS", key));
            let properties: Vec<String> = key
                .iter()
                .chain(self.properties)
                .map(|(name, value)| format!("{name}:{value}|"))
                .collect();
            let message = ReceivedMessage {
                message_id: self.id.to_owned(),
                body_md5: body_md5(self.body),
                body: self.body.to_owned(),
                receipt_handle: ReceiptHandle::new(&format!("h-{}-{}", self.id, self.times))
                    .unwrap(),
                publish_time: Timestamp::from_millis(0),
                first_consume_time: Timestamp::from_millis(0),
                next_consume_time: Timestamp::from_millis(self.ends),
                consumed_times: self.times,
                tag: self.tag.map(str::to_owned),
                properties: Properties::decode(&properties.concat()),
            };
            let lease = Lease::new(now, Timestamp::from_millis(self.ends), 0);
            rows.arrive(message, lease, now)
        }
    }

    /// One row.
    pub(in super::super) fn row(sample: &Sample<'_>) -> Row {
        let mut rows = Rows::new();
        let number = sample.arrive(&mut rows, Timestamp::from_millis(0));
        rows.get(number).unwrap().clone()
    }
}
