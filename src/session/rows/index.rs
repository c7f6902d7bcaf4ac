//! Finds rows by a text of theirs without keeping the text again: numbers under hashes. The
//! caller says whether a number is the right one.
//!
//! In parts, so that none of them is ever large enough for its growth to be felt.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

const PARTS: usize = 64;

/// Numbers under the hashes of texts.
#[derive(Debug)]
pub(super) struct Index {
    parts: Box<[HashTable<u64>]>,
    hasher: RandomState,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            parts: std::iter::repeat_with(HashTable::new).take(PARTS).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl Index {
    /// The number under this text that `is` the right one.
    pub(super) fn find(&self, text: &str, is: impl Fn(u64) -> bool) -> Option<u64> {
        let hash = self.hasher.hash_one(text);
        self.parts[part_of(hash)].find(hash, |&n| is(n)).copied()
    }

    /// Puts a number under a text that has none; `text_of` tells the texts of those that are here.
    pub(super) fn insert<'t>(&mut self, text: &str, number: u64, text_of: impl Fn(u64) -> &'t str) {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(text);
        self.parts[part_of(hash)].insert_unique(hash, number, |&n| hasher.hash_one(text_of(n)));
    }

    /// Takes the number under this text out.
    pub(super) fn remove<'t>(&mut self, text: &str, number: u64, text_of: impl Fn(u64) -> &'t str) {
        let hasher = &self.hasher;
        let hash = hasher.hash_one(text);
        let part = &mut self.parts[part_of(hash)];
        if let Ok(entry) = part.find_entry(hash, |&n| n == number) {
            entry.remove();
        }
        // Memory that is not used any more is given back, but not to be asked for again at once.
        if part.capacity() > 64 && part.len() < part.capacity() / 4 {
            part.shrink_to(part.len() * 2, |&n| hasher.hash_one(text_of(n)));
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        let tables: usize = self.parts.iter().map(HashTable::allocation_size).sum();
        tables + size_of_val(&*self.parts)
    }
}

/// By bits of the hash that the tables themselves make no use of.
fn part_of(hash: u64) -> usize {
    (hash >> 40) as usize % PARTS
}
