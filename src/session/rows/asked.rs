//! Which rows have acks on their way, by the handles that were sent. A row may have several: an
//! answer can be slower than the next delivery.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use crate::protocol::ReceiptHandle;

/// Numbers of rows, with the hashes of the handles.
#[derive(Debug, Default)]
pub(super) struct Asked {
    table: HashTable<(u64, u64)>,
    hasher: RandomState,
}

impl Asked {
    /// An ack of this handle of a row is on its way.
    pub(super) fn insert(&mut self, handle: &ReceiptHandle, number: u64) {
        let hash = self.hasher.hash_one(handle);
        self.table
            .insert_unique(hash, (hash, number), |entry| entry.0);
    }

    /// The row that an ack of this handle is on its way of, if `is` finds the handle there.
    pub(super) fn find(&self, handle: &ReceiptHandle, is: impl Fn(u64) -> bool) -> Option<u64> {
        let hash = self.hasher.hash_one(handle);
        let found = self
            .table
            .find(hash, |entry| entry.0 == hash && is(entry.1))?;
        Some(found.1)
    }

    /// It was answered. The row, if `is` finds the handle there.
    pub(super) fn remove(
        &mut self,
        handle: &ReceiptHandle,
        is: impl Fn(u64) -> bool,
    ) -> Option<u64> {
        let hash = self.hasher.hash_one(handle);
        let found = self
            .table
            .find_entry(hash, |entry| entry.0 == hash && is(entry.1));
        let ((_, number), _) = found.ok()?.remove();
        if self.table.is_empty() {
            // There may have been very many.
            self.table = HashTable::new();
        }
        Some(number)
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.table.allocation_size()
    }
}
