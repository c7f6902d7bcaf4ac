//! Where changes are kept. For now in memory only, that is: nowhere; the queues hold everything.

use super::queue::Change;

/// Keeps what happened.
///
/// Changes are submitted in the order in which they happened, under the lock of the queues, and
/// awaited outside of it: many requests may share one write.
#[derive(Debug)]
#[non_exhaustive]
pub enum Store {
    /// Forgets everything with the process.
    Memory,
}

/// A write on its way. The reply leaves only after [`Pending::durable`].
#[derive(Debug)]
#[must_use = "the reply leaves only after the changes are durable"]
pub struct Pending(());

/// Why changes could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store does not take writes any more.
    #[error("the store has failed: {0}")]
    Failed(String),
}

impl Store {
    /// Everything that was kept, in its order.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self) -> Result<Vec<Change>, StoreError> {
        match self {
            Store::Memory => Ok(Vec::new()),
        }
    }

    /// Begins to write changes. Never blocks.
    pub fn submit(&self, _changes: Vec<Change>) -> Pending {
        match self {
            Store::Memory => Pending(()),
        }
    }
}

impl Pending {
    /// Returns once the changes would survive a crash.
    ///
    /// # Errors
    /// When they would not.
    pub async fn durable(self) -> Result<(), StoreError> {
        Ok(())
    }
}
