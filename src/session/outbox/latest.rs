//! News of long work, of which only the newest counts: while the window has not taken the last
//! one, what is new joins it, so that no rush of them can fill the channel.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What is known now. Clones share it.
pub struct Latest<T>(Arc<Inner<T>>);

struct Inner<T> {
    value: Mutex<T>,
    /// The window was told, and has not looked yet.
    told: AtomicBool,
}

impl<T> Latest<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Arc::new(Inner {
            value: Mutex::new(value),
            told: AtomicBool::new(false),
        }))
    }

    /// Changes it. Whether the window has to be told: otherwise it is about to look anyway.
    #[must_use]
    pub(super) fn change(&self, change: impl FnOnce(&mut T)) -> bool {
        let mut value = self.0.value.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut value);
        drop(value);
        !self.0.told.swap(true, Ordering::SeqCst)
    }

    /// Looks at it, for the window, and takes of it what is told once. The next change is told again.
    pub(super) fn look<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        self.0.told.store(false, Ordering::SeqCst);
        let mut value = self.0.value.lock().unwrap_or_else(PoisonError::into_inner);
        look(&mut value)
    }

    /// Looks at it from elsewhere.
    pub(super) fn peek<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        let value = self.0.value.lock().unwrap_or_else(PoisonError::into_inner);
        look(&value)
    }
}

impl<T> Clone for Latest<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Latest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Latest").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_is_told_once_until_somebody_looks() {
        let latest = Latest::new(0);
        assert!(latest.change(|n| *n += 1));
        assert!(!latest.clone().change(|n| *n += 1));
        assert_eq!(latest.look(|n| *n), 2);
        assert!(latest.change(|n| *n += 1));
        assert_eq!(latest.look(|n| *n), 3);
    }
}
