//! Which sharding keys of an ordered view wait, and until when: the server hands out more of one only
//! once nothing of it is out any more. Looks at what is held, however much that is, for a bounded
//! time.

use std::collections::HashMap;

use crate::protocol::{ConsumeMode, Timestamp};

use super::cells;
use super::rows::Row;
use super::subscription::Subscription;

/// Held messages that are looked at.
const LOOKED_AT: usize = 1_000;

/// A sharding key that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingKey {
    /// The key; `None` for messages without one, or whose key cannot be read.
    pub key: Option<String>,
    /// How many of its messages are out.
    pub messages: usize,
    /// When the last of them comes again, if none is acked.
    pub until: Timestamp,
    /// The row of the one that came first.
    pub first_row: u64,
}

/// Those of a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaitingKeys {
    /// What ends first stands first.
    pub keys: Vec<WaitingKey>,
    /// Held messages that were not looked at: there may be more keys.
    pub unseen: usize,
}

impl Subscription {
    /// The sharding keys that wait for what is held here; none in a view that does not keep order.
    pub fn waiting_keys(&self) -> WaitingKeys {
        let is_ordered = |mode: ConsumeMode| mode == ConsumeMode::Ordered;
        let source = self.source.as_ref();
        if !source.is_some_and(|source| is_ordered(source.consume.mode)) {
            return WaitingKeys::default();
        }
        let mut keys: Vec<WaitingKey> = Vec::new();
        let mut places: HashMap<Option<&str>, usize> = HashMap::new();
        for (until, row) in self.rows.held_by_end().take(LOOKED_AT) {
            let key = sharding_key(row);
            let place = *places.entry(key).or_insert(keys.len());
            match keys.get_mut(place) {
                Some(waiting) => {
                    waiting.messages += 1;
                    waiting.until = waiting.until.max(until);
                    waiting.first_row = waiting.first_row.min(row.number);
                }
                None => keys.push(WaitingKey {
                    key: key.map(str::to_owned),
                    messages: 1,
                    until,
                    first_row: row.number,
                }),
            }
        }
        keys.sort_by_key(|key| (key.until, key.first_row));
        WaitingKeys {
            keys,
            unseen: self.rows.held().0.saturating_sub(LOOKED_AT),
        }
    }
}

fn sharding_key(row: &Row) -> Option<&str> {
    cells::sharding_key(row).filter(|key| !key.is_empty())
}
