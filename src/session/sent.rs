//! Publishes that were answered since somebody last asked, where there are too many to tell of each:
//! how many, and how long they took. Bounded, however many there are.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Longest time that is told apart from longer ones, milliseconds.
const LONGEST_MILLIS: u64 = 3_600_000;

/// Publishes that were answered.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    took: Option<Histogram<u32>>,
    latest: Option<Duration>,
    stored: usize,
    failed: usize,
}

impl Sent {
    /// One more is stored, after so long.
    pub(super) fn stored(&mut self, elapsed: Duration) {
        self.stored += 1;
        self.latest = Some(elapsed);
        if self.took.is_none() {
            // Two digits: nobody compares 1210 ms with 1211. It fails for absurd bounds only.
            self.took = Histogram::new_with_max(LONGEST_MILLIS, 2).ok();
        }
        if let Some(took) = &mut self.took {
            took.saturating_record(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX));
        }
    }

    /// One more is not, or nobody knows.
    pub(super) fn failed(&mut self) {
        self.failed += 1;
    }

    /// What there is so far; from now on there is nothing.
    pub(super) fn take(&mut self) -> Self {
        std::mem::take(self)
    }

    /// Whether none was answered.
    pub(super) fn is_empty(&self) -> bool {
        self.counts() == (0, 0)
    }

    /// How many are stored, and how many are not.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.stored, self.failed)
    }

    /// How long those took that are stored, and how many took so long; what was answered last is
    /// the last.
    pub(super) fn took(&self) -> impl Iterator<Item = (Duration, u32)> + '_ {
        let all = self.took.iter().flat_map(Histogram::iter_recorded);
        let all = all.map(|bar| {
            let count = u32::try_from(bar.count_since_last_iteration()).unwrap_or(u32::MAX);
            (Duration::from_millis(bar.value_iterated_to()), count)
        });
        all.chain(self.latest.map(|latest| (latest, 0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_told_once_and_what_was_last_comes_last() {
        let mut sent = Sent::default();
        assert!(sent.is_empty());
        for millis in [5, 90, 5, 7] {
            sent.stored(Duration::from_millis(millis));
        }
        sent.failed();
        let told = sent.take();
        assert!(sent.is_empty());
        assert_eq!(told.counts(), (4, 1));
        let took: Vec<_> = told.took().map(|(t, n)| (t.as_millis(), n)).collect();
        assert_eq!(took, [(5, 2), (7, 1), (90, 1), (7, 0)]);
    }
}
