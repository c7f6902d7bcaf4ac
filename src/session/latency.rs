//! How long something took, over the last minutes: for each second the middle, the 95th
//! percentile and the longest. Pure and bounded: of a second that is over only these three are
//! left, of the one that goes on a histogram of fixed size.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::protocol::Timestamp;

use super::series::{Idle, Series};

/// Longest time that is told from longer ones. Messages are kept for days.
const LONGEST_MILLIS: u64 = 30 * 24 * 3_600_000;
/// Digits of a time that are kept: what is told is at most a hundredth too long.
const DIGITS: u8 = 2;

/// Times over the last minutes.
#[derive(Debug, Clone)]
pub struct Latency {
    /// What half of them took at most, in milliseconds.
    pub median: Series,
    /// What 95 of 100 took at most.
    pub most: Series,
    /// What the slowest took.
    pub longest: Series,
    /// The newest second: when it began, and what it holds.
    open: Option<(Timestamp, Histogram<u32>)>,
    latest: Option<Duration>,
    bucket_millis: u32,
    capacity: usize,
}

impl Latency {
    /// Buckets as in [`Series::new`].
    pub fn new(bucket_millis: u32, capacity: usize) -> Self {
        let series = || Series::new(Idle::Unknown, bucket_millis, capacity);
        Self {
            median: series(),
            most: series(),
            longest: series(),
            open: None,
            latest: None,
            bucket_millis: bucket_millis.max(1),
            capacity,
        }
    }

    /// So long it took what ended at `now`. Several at once cost little more than one.
    pub fn add(&mut self, now: Timestamp, took: impl IntoIterator<Item = Duration>) {
        self.add_counted(now, took.into_iter().map(|took| (took, 1)));
    }

    /// The same of many: so many of them took so long. The last one is the newest.
    pub fn add_counted(&mut self, now: Timestamp, took: impl IntoIterator<Item = (Duration, u32)>) {
        let mut took = took.into_iter().peekable();
        if took.peek().is_none() {
            return;
        }
        let Some((begin, histogram)) = self.open_at(now) else {
            return;
        };
        let mut latest = Duration::ZERO;
        for (one, count) in took {
            latest = one;
            let millis = u64::try_from(one.as_millis()).unwrap_or(u64::MAX);
            histogram.saturating_record_n(millis, count);
        }
        let at = |quantile| histogram.value_at_quantile(quantile) as f64;
        let (median, most, longest) = (at(0.5), at(0.95), histogram.max() as f64);
        self.median.set(begin, median);
        self.most.set(begin, most);
        self.longest.set(begin, longest);
        self.latest = Some(latest);
    }

    /// What the newest one took.
    pub fn latest(&self) -> Option<Duration> {
        self.latest
    }

    /// The bucket of `now`, or the newest one if that is a little later.
    fn open_at(&mut self, now: Timestamp) -> Option<(Timestamp, &mut Histogram<u32>)> {
        let bucket = i64::from(self.bucket_millis);
        let begin = now.millis().div_euclid(bucket).saturating_mul(bucket);
        let ring = bucket.saturating_mul(i64::try_from(self.capacity).unwrap_or(i64::MAX));
        let goes_on = self.open.as_ref().is_some_and(|(open, _)| {
            let open = open.millis();
            begin <= open && begin.saturating_add(ring) >= open
        });
        if !goes_on {
            let begin = Timestamp::from_millis(begin);
            match &mut self.open {
                Some((open, histogram)) => {
                    *open = begin;
                    histogram.reset();
                }
                // No more than a few kilobytes, and bounds that are always good.
                None => {
                    let empty = Histogram::new_with_bounds(1, LONGEST_MILLIS, DIGITS).ok()?;
                    self.open = Some((begin, empty));
                }
            }
        }
        let (begin, histogram) = self.open.as_mut()?;
        Some((*begin, histogram))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// The value that this share of all does not exceed.
    fn exact(sorted: &[u64], share: f64) -> f64 {
        let place = (sorted.len() as f64 * share).ceil() as usize;
        sorted[place.max(1) - 1] as f64
    }

    fn near(told: f64, exact: f64) -> bool {
        (exact..=exact * 1.01 + 1.0).contains(&told)
    }

    proptest! {
        #[test]
        fn each_second_tells_what_its_times_say(
            polls in proptest::collection::vec(
                (0_i64..700, proptest::collection::vec(0_u64..400_000, 0..20)),
                1..60,
            ),
        ) {
            let mut latency = Latency::new(1_000, 600);
            let (mut now, mut naive) = (0, BTreeMap::<i64, Vec<u64>>::new());
            for (wait, millis) in polls {
                now += wait;
                let took = millis.iter().map(|millis| Duration::from_millis(*millis));
                latency.add(Timestamp::from_millis(now), took);
                if !millis.is_empty() {
                    naive.entry(now / 1_000).or_default().extend(millis);
                }
            }
            let current = now / 1_000;
            for (series, share) in
                [(&latency.median, 0.5), (&latency.most, 0.95), (&latency.longest, 1.0)]
            {
                let mut seen = 0;
                for (ago, value) in series.points(Timestamp::from_millis(now)) {
                    let second = current - ago as i64;
                    match naive.get_mut(&second) {
                        None => prop_assert_eq!(value, None),
                        Some(times) => {
                            times.sort_unstable();
                            let (told, exact) = (value.unwrap(), exact(times, share));
                            prop_assert!(near(told, exact), "{share}: {told} for {exact}");
                            seen += 1;
                        }
                    }
                }
                prop_assert_eq!(seen, naive.len());
            }
        }
    }

    #[test]
    fn what_comes_a_little_late_counts_in_the_newest_second() {
        let mut latency = Latency::new(1_000, 600);
        let at = Timestamp::from_millis;
        let one = |millis| [Duration::from_millis(millis)];
        latency.add(at(5_100), one(10));
        latency.add(at(4_900), one(30));
        let points: Vec<_> = latency.longest.points(at(5_200)).collect();
        assert_eq!(points, [(0.0, Some(30.0))]);
        assert_eq!(latency.latest(), Some(Duration::from_millis(30)));
        // A clock that is set back further begins anew.
        latency.add(at(-900_000), one(7));
        let points: Vec<_> = latency.longest.points(at(-900_000)).collect();
        assert_eq!(points, [(0.0, Some(7.0))]);
    }

    #[test]
    fn nothing_took_nothing() {
        let mut latency = Latency::new(1_000, 600);
        latency.add(Timestamp::from_millis(0), []);
        assert_eq!(latency.latest(), None);
        assert_eq!(latency.median.points(Timestamp::from_millis(0)).count(), 0);
        latency.add(Timestamp::from_millis(0), [Duration::MAX]);
        let longest = latency.longest.latest(Timestamp::from_millis(0)).unwrap();
        assert!(near(longest, LONGEST_MILLIS as f64), "{longest}");
    }
}
