//! A file that is looked at before it is touched: until it is let go, what is written to it stays
//! in memory. So a file can be opened, repaired after a crash and read to its end, and is still
//! what it was, byte for byte, should it turn out to be damaged or of a newer version.

use std::io;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use redb::{BackendError, StorageBackend};

/// The backend of a database, and the way to let it go. Clones are the same one.
#[derive(Debug)]
pub(super) struct Guard<B>(Arc<Guarded<B>>);

#[derive(Debug)]
struct Guarded<B> {
    file: B,
    held: RwLock<Option<Held>>,
}

/// What was not written yet, in its order.
#[derive(Debug)]
struct Held {
    /// Its length, once that is another than the file's.
    len: Option<u64>,
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Write { offset: u64, data: Vec<u8> },
    SetLen(u64),
    Sync,
}

impl<B> Clone for Guard<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: StorageBackend> Guard<B> {
    /// Holds back what is written from now on.
    pub(super) fn new(file: B) -> Self {
        let held = Held {
            len: None,
            steps: Vec::new(),
        };
        Self(Arc::new(Guarded {
            file,
            held: RwLock::new(Some(held)),
        }))
    }

    /// Writes what was held back, in its order, and holds nothing back from now on.
    pub(super) fn let_go(&self) -> io::Result<()> {
        let mut held = self.held_mut();
        let Some(Held { steps, .. }) = held.take() else {
            return Ok(());
        };
        let file = &self.0.file;
        for step in steps {
            match step {
                Step::Write { offset, data } => file.write(offset, &data)?,
                Step::SetLen(len) => file.set_len(len)?,
                Step::Sync => file.sync_data()?,
            }
        }
        Ok(())
    }

    fn held(&self) -> RwLockReadGuard<'_, Option<Held>> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn held_mut(&self) -> RwLockWriteGuard<'_, Option<Held>> {
        self.0.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a step if steps are held back; says whether they are.
    fn hold(&self, step: impl FnOnce() -> Step) -> bool {
        // The way of all but the first writes: readers do not get in each other's way.
        if self.held().is_none() {
            return false;
        }
        let mut held = self.held_mut();
        let Some(held) = held.as_mut() else {
            return false;
        };
        let step = step();
        if let Step::SetLen(len) = step {
            held.len = Some(len);
        }
        held.steps.push(step);
        true
    }
}

impl Held {
    fn len(&self, file: &impl StorageBackend) -> io::Result<u64> {
        self.len.map_or_else(|| file.len(), Ok)
    }

    /// What the file would hold had all been written.
    fn read(&self, file: &impl StorageBackend, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let end = offset + out.len() as u64;
        if end > self.len(file)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        out.fill(0);
        let there = file.len()?.min(end).saturating_sub(offset);
        if let Some(there) = out.get_mut(..index(there)).filter(|part| !part.is_empty()) {
            file.read(offset, there)?;
        }
        for step in &self.steps {
            match step {
                Step::Write { offset: at, data } => {
                    let from = offset.max(*at);
                    let to = end.min(at + data.len() as u64);
                    if from < to {
                        out[index(from - offset)..index(to - offset)]
                            .copy_from_slice(&data[index(from - at)..index(to - at)]);
                    }
                }
                Step::SetLen(len) if *len < end => {
                    out[index(len.saturating_sub(offset))..].fill(0);
                }
                Step::SetLen(_) | Step::Sync => {}
            }
        }
        Ok(())
    }
}

/// A distance inside a buffer, which fits.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}

type Start = Bound<u64>;
type End = Bound<u64>;

impl<B: StorageBackend> StorageBackend for Guard<B> {
    fn len(&self) -> io::Result<u64> {
        match &*self.held() {
            Some(held) => held.len(&self.0.file),
            None => self.0.file.len(),
        }
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        match &*self.held() {
            Some(held) => held.read(&self.0.file, offset, out),
            None => self.0.file.read(offset, out),
        }
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        match self.hold(|| Step::SetLen(len)) {
            true => Ok(()),
            false => self.0.file.set_len(len),
        }
    }

    fn sync_data(&self) -> io::Result<()> {
        match self.hold(|| Step::Sync) {
            true => Ok(()),
            false => self.0.file.sync_data(),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let step = || Step::Write {
            offset,
            data: data.to_vec(),
        };
        match self.hold(step) {
            true => Ok(()),
            false => self.0.file.write(offset, data),
        }
    }

    fn close(&self) -> io::Result<()> {
        self.0.file.close()
    }

    // Locks are the file's own from the start: nobody else may write while we look.

    fn try_lock_range(&self, start: Start, end: End) -> Result<bool, BackendError> {
        self.0.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Start, end: End) -> Result<bool, BackendError> {
        self.0.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Start, end: End) -> Result<(), BackendError> {
        self.0.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Start, end: End) -> Result<(), BackendError> {
        self.0.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Start, end: End) -> Result<(), BackendError> {
        self.0.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Start, end: End) -> Result<bool, BackendError> {
        self.0.file.query_lock_range(start, end)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use redb::backends::InMemoryBackend;

    #[derive(Debug, Clone)]
    enum Act {
        Write(u64, Vec<u8>),
        SetLen(u64),
    }

    fn act() -> impl Strategy<Value = Act> {
        prop_oneof![
            4 => (0u64..40, prop::collection::vec(1u8.., 1..12)).prop_map(|(at, data)| Act::Write(at, data)),
            1 => (0u64..40).prop_map(Act::SetLen),
        ]
    }

    fn make(file: &impl StorageBackend, act: &Act) {
        match act {
            Act::Write(at, data) => {
                let end = at + data.len() as u64;
                if file.len().unwrap() < end {
                    file.set_len(end).unwrap();
                }
                file.write(*at, data).unwrap();
            }
            Act::SetLen(len) => file.set_len(*len).unwrap(),
        }
    }

    fn content(file: &impl StorageBackend) -> Vec<u8> {
        let mut all = vec![0; file.len().unwrap() as usize];
        file.read(0, &mut all).unwrap();
        all
    }

    proptest! {
        /// Through the guard the file looks as if all had been written, nothing is before it is
        /// let go, and all is afterwards.
        #[test]
        fn nothing_is_written_before_it_is_let_go(
            before in prop::collection::vec(act(), 0..6),
            after in prop::collection::vec(act(), 0..12),
            from in 0usize..60,
        ) {
            let (file, plain) = (InMemoryBackend::new(), InMemoryBackend::new());
            for act in &before {
                make(&file, act);
                make(&plain, act);
            }
            let untouched = content(&file);
            let guard = Guard::new(file);
            for act in &after {
                make(&guard, act);
                make(&plain, act);
                let expected = content(&plain);
                prop_assert_eq!(content(&guard), expected.clone());
                if from < expected.len() {
                    let mut part = vec![0; expected.len() - from];
                    guard.read(from as u64, &mut part).unwrap();
                    prop_assert_eq!(&part, &expected[from..]);
                }
            }
            prop_assert_eq!(content(&guard.0.file), untouched);
            guard.let_go().unwrap();
            prop_assert_eq!(content(&guard.0.file), content(&plain));
        }
    }
}
