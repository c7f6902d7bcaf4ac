//! Numbers over time for plots: a bounded ring of equal spans of time ("buckets"), fed with the
//! time and a number. Pure: knows no clock, no unit and no name.
//!
//! [`Series`] takes what is counted or measured here; [`Totals`] takes counters that somebody else
//! keeps, which only grow until their owner starts anew.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::Timestamp;

/// What a bucket holds that nobody fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Nothing happened: for counts. Their points are rates, by the second.
    Zero,
    /// Still the number before: for what stands, such as messages in flight.
    Last,
    /// Nobody knows: for what is measured now and then, such as a latency.
    Unknown,
}

/// Numbers over time. Times may repeat and go back a little; if they go back by more than the
/// whole ring, it begins anew.
#[derive(Debug, Clone)]
pub struct Series {
    idle: Idle,
    bucket_millis: i64,
    capacity: usize,
    /// The last of them is bucket `newest`; unknown ones are not a number.
    buckets: VecDeque<f64>,
    newest: i64,
    /// Nothing is known from `newest` on until it is fed again.
    lost: bool,
}

impl Series {
    /// An empty one of `capacity` buckets (at least 2) of `bucket_millis` (at least 1) each.
    pub fn new(idle: Idle, bucket_millis: u32, capacity: usize) -> Self {
        Self {
            idle,
            bucket_millis: i64::from(bucket_millis.max(1)),
            capacity: capacity.max(2),
            buckets: VecDeque::new(),
            newest: 0,
            lost: false,
        }
    }

    /// Adds to what the bucket of `now` holds: a count, or a change of what stands. Adding 0 to a
    /// count says that it is known from now on.
    pub fn add(&mut self, now: Timestamp, value: f64) {
        if let Some(slot) = self.slot(now) {
            *slot = if slot.is_nan() { value } else { *slot + value };
        }
    }

    /// Sets what the bucket of `now` holds.
    pub fn set(&mut self, now: Timestamp, value: f64) {
        if let Some(slot) = self.slot(now) {
            *slot = value;
        }
    }

    /// Nothing is known after `now`, until it is fed again.
    pub fn lose(&mut self, now: Timestamp) {
        if !self.buckets.is_empty() && !self.lost {
            let _ = self.slot(now);
            self.lost = true;
        }
    }

    /// Oldest first: how many seconds before `now`, and the number if it is known. Counts come as
    /// rates by the second, without the bucket of `now`, which is not over.
    pub fn points(&self, now: Timestamp) -> impl Iterator<Item = (f64, Option<f64>)> + '_ {
        let over = i64::from(self.idle != Idle::Zero);
        self.points_before(now, self.bucket_of(now).saturating_add(over))
    }

    /// The newest of the points.
    pub fn latest(&self, now: Timestamp) -> Option<f64> {
        self.points(now).last()?.1
    }

    fn points_before(
        &self,
        now: Timestamp,
        end: i64,
    ) -> impl Iterator<Item = (f64, Option<f64>)> + '_ {
        let last = self.bucket_of(now).max(self.newest);
        let room = last.saturating_sub(len(self.capacity)).saturating_add(1);
        let begin = match self.buckets.is_empty() {
            true => end,
            false => self.oldest().max(room),
        };
        let secs = self.bucket_millis as f64 / 1000.0;
        let scale = if self.idle == Idle::Zero { secs } else { 1.0 };
        (begin..end).map(move |bucket| {
            let value = self.value(bucket);
            let ago = (last - bucket) as f64 * secs;
            (ago, (!value.is_nan()).then_some(value / scale))
        })
    }

    fn bucket_of(&self, at: Timestamp) -> i64 {
        at.millis().div_euclid(self.bucket_millis)
    }

    fn oldest(&self) -> i64 {
        self.newest
            .saturating_sub(len(self.buckets.len()))
            .saturating_add(1)
    }

    fn value(&self, bucket: i64) -> f64 {
        let index = usize::try_from(bucket.saturating_sub(self.oldest()));
        match index.ok().and_then(|index| self.buckets.get(index)) {
            Some(value) => *value,
            None if self.lost => f64::NAN,
            None => self.unfed(),
        }
    }

    /// What a bucket after the newest holds.
    fn unfed(&self) -> f64 {
        match self.idle {
            Idle::Zero => 0.0,
            Idle::Last => self.buckets.back().copied().unwrap_or(f64::NAN),
            Idle::Unknown => f64::NAN,
        }
    }

    /// The bucket of a time, made if it is a new one; none if it has left the ring.
    fn slot(&mut self, now: Timestamp) -> Option<&mut f64> {
        let bucket = self.bucket_of(now);
        let capacity = len(self.capacity);
        if bucket.saturating_add(capacity) < self.newest {
            self.buckets.clear();
        }
        if self.buckets.is_empty() {
            self.newest = bucket;
            self.lost = false;
            let first = match self.idle {
                Idle::Zero => 0.0,
                Idle::Last | Idle::Unknown => f64::NAN,
            };
            self.buckets.push_back(first);
        }
        if bucket > self.newest {
            // Of a long pause only what fits is filled in.
            let begin = (self.newest + 1).max(bucket - capacity + 1);
            for new in begin..=bucket {
                let between = self.lost && new != bucket;
                let again = self.lost && self.idle == Idle::Last;
                let value = match between || again {
                    true => f64::NAN,
                    false => self.unfed(),
                };
                if self.buckets.len() == self.capacity {
                    self.buckets.pop_front();
                }
                self.buckets.push_back(value);
            }
            self.newest = bucket;
        }
        self.lost = false;
        let index = usize::try_from(bucket.saturating_sub(self.oldest())).ok()?;
        self.buckets.get_mut(index)
    }

    /// Adds to all buckets between two times, to each by its share.
    fn spread(&mut self, from: Timestamp, to: Timestamp, value: f64) {
        let whole = (to.millis() - from.millis()) as f64;
        if whole <= 0.0 || self.bucket_of(from) == self.bucket_of(to) {
            return self.add(to, value);
        }
        self.add(to, 0.0);
        let mut at = from;
        while at < to {
            let end = (self.bucket_of(at) + 1) * self.bucket_millis;
            let end = Timestamp::from_millis(end).min(to);
            let share = (end.millis() - at.millis()) as f64 / whole;
            self.add(at, value * share);
            at = end;
        }
    }
}

/// Rates of a counter that somebody else keeps and that is looked at now and then.
#[derive(Debug, Clone)]
pub struct Totals {
    series: Series,
    spread: Duration,
    last: Option<(Timestamp, u64)>,
}

impl Totals {
    /// Buckets as in [`Series::new`]. What was counted since the look before happened evenly since
    /// then, but not longer ago than `spread`: looks that say nothing new need not be told.
    pub fn new(bucket_millis: u32, capacity: usize, spread: Duration) -> Self {
        Self {
            series: Series::new(Idle::Zero, bucket_millis, capacity),
            spread,
            last: None,
        }
    }

    /// Where the counter stands. If it stands lower than before, it began anew at 0.
    pub fn total(&mut self, now: Timestamp, total: u64) {
        match self.last {
            None => self.series.add(now, 0.0),
            Some((then, before)) => {
                let more = total.checked_sub(before).unwrap_or(total);
                let from = then.max(self.spread_before(now)).min(now);
                self.series.spread(from, now, more as f64);
            }
        }
        self.last = Some((now, total));
    }

    /// Nobody looks any more; what is counted until the next look counts as unknown.
    pub fn lose(&mut self, now: Timestamp) {
        self.last = None;
        self.series.lose(now);
    }

    /// Oldest first: how many seconds before `now`, and the rate by the second if it is known.
    /// Ends where the next look can still add something.
    pub fn points(&self, now: Timestamp) -> impl Iterator<Item = (f64, Option<f64>)> + '_ {
        let current = self.series.bucket_of(now);
        let end = match self.last {
            None => current,
            Some((seen, _)) => self
                .series
                .bucket_of(self.spread_before(now).max(seen))
                .min(current),
        };
        self.series.points_before(now, end)
    }

    fn spread_before(&self, now: Timestamp) -> Timestamp {
        let millis = i64::try_from(self.spread.as_millis()).unwrap_or(i64::MAX);
        now.offset_millis(millis.saturating_neg())
    }
}

fn len(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn points(series: &Series, now: i64) -> Vec<(f64, Option<f64>)> {
        series.points(at(now)).collect()
    }

    #[derive(Debug, Clone, Copy)]
    enum Step {
        Add(u8),
        Set(u8),
        Lose,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => any::<u8>().prop_map(Step::Add),
            4 => any::<u8>().prop_map(Step::Set),
            1 => Just(Step::Lose),
        ]
    }

    /// The same, told from the whole list of what happened: what bucket `b` holds.
    fn told(idle: Idle, steps: &[(i64, Step)], b: i64, bucket: i64) -> Option<f64> {
        let mut value: Option<f64> = None;
        let mut lost = false;
        let mut reached: Option<i64> = None;
        for &(millis, step) in steps {
            let this = millis.div_euclid(bucket);
            if this > b {
                break;
            }
            if reached.is_some_and(|before| before != this) {
                // What the bucket begins with before this step.
                value = match idle {
                    Idle::Zero if matches!(step, Step::Lose) && lost => None,
                    Idle::Zero => Some(0.0),
                    Idle::Last if !lost => value,
                    Idle::Last | Idle::Unknown => None,
                };
            }
            match step {
                Step::Lose => {
                    if reached.is_some() && !lost {
                        lost = true;
                        reached = Some(this);
                    }
                    continue;
                }
                Step::Add(n) => value = Some(value.unwrap_or(0.0) + f64::from(n)),
                Step::Set(n) => value = Some(f64::from(n)),
            }
            lost = false;
            reached = Some(this);
        }
        match reached? {
            newest if newest == b => value,
            _ if lost => None,
            _ => match idle {
                Idle::Zero => Some(0.0),
                Idle::Last => value,
                Idle::Unknown => None,
            },
        }
    }

    proptest! {
        #[test]
        fn a_series_is_what_its_steps_say(
            idle in prop_oneof![Just(Idle::Zero), Just(Idle::Last), Just(Idle::Unknown)],
            bucket in 1_i64..2_000,
            capacity in 2_usize..40,
            begin in -5_000_i64..5_000,
            steps in proptest::collection::vec((0_i64..4_000, step()), 1..40),
            after in 0_i64..20_000,
        ) {
            let mut series = Series::new(idle, u32::try_from(bucket).unwrap(), capacity);
            let mut now = begin;
            let mut done = Vec::new();
            for (wait, step) in steps {
                now += wait;
                match step {
                    Step::Add(n) => series.add(at(now), f64::from(n)),
                    Step::Set(n) => series.set(at(now), f64::from(n)),
                    Step::Lose => series.lose(at(now)),
                }
                done.push((now, step));
                prop_assert!(series.buckets.len() <= capacity);
            }
            now += after;
            let current = now.div_euclid(bucket);
            let first = done.iter().find(|(_, step)| !matches!(step, Step::Lose));
            let mut expected = Vec::new();
            if let Some((first, _)) = first {
                let room = current - i64::try_from(capacity).unwrap() + 1;
                let end = if idle == Idle::Zero { current } else { current + 1 };
                let secs = bucket as f64 / 1000.0;
                for b in first.div_euclid(bucket).max(room)..end {
                    let value = told(idle, &done, b, bucket);
                    let scale = if idle == Idle::Zero { secs } else { 1.0 };
                    expected.push(((current - b) as f64 * secs, value.map(|v| v / scale)));
                }
            }
            prop_assert_eq!(points(&series, now), expected);
        }

        #[test]
        fn totals_lose_and_invent_nothing(
            steps in proptest::collection::vec((0_i64..4_000, 0_u64..50, prop::bool::weighted(0.1)), 1..40),
            spread in 1_u64..5_000,
        ) {
            let mut totals = Totals::new(1_000, 1_000, Duration::from_millis(spread));
            let (mut now, mut total, mut expected) = (0, 7, 0);
            totals.total(at(now), total);
            for (wait, more, restarts) in steps {
                now += wait;
                // What starts anew with more than before cannot be told from going on.
                total = if restarts && more < total { more } else { total + more };
                expected += more;
                totals.total(at(now), total);
            }
            let rates: Vec<f64> = totals.points(at(now + 10_000)).map(|(_, rate)| rate.unwrap()).collect();
            let sum: f64 = rates.iter().sum();
            prop_assert!((sum - expected as f64).abs() < 1e-6, "{sum} {expected}");
            prop_assert!(rates.iter().all(|rate| *rate >= 0.0));
        }

        /// Nothing that was told as over changes later.
        #[test]
        fn totals_never_change_what_they_told(
            steps in proptest::collection::vec((1_i64..3_000, 0_u64..50), 2..30),
        ) {
            let mut totals = Totals::new(1_000, 1_000, Duration::from_secs(2));
            let (mut now, mut total) = (0, 0);
            let mut told: Vec<Option<f64>> = Vec::new();
            for (wait, more) in steps {
                now += wait;
                total += more;
                let before: Vec<_> = totals.points(at(now)).map(|(_, rate)| rate).collect();
                totals.total(at(now), total);
                let after: Vec<_> = totals.points(at(now)).map(|(_, rate)| rate).collect();
                prop_assert_eq!(&after[..told.len()], &told[..]);
                prop_assert_eq!(&after[..before.len()], &before[..]);
                told = after;
            }
        }
    }

    #[test]
    fn looks_out_of_step_with_the_seconds_show_an_even_rate() {
        let mut totals = Totals::new(1_000, 600, Duration::from_secs(2));
        for (now, total) in [
            (1_000, 0),
            (2_100, 11),
            (2_900, 19),
            (4_000, 30),
            (5_100, 41),
        ] {
            totals.total(at(now), total);
        }
        let seconds: Vec<_> = totals.points(at(5_100)).collect();
        assert_eq!(seconds.len(), 4);
        for ((ago, rate), then) in seconds.into_iter().zip([4.0, 3.0, 2.0, 1.0]) {
            assert_eq!(ago, then);
            assert!((rate.unwrap() - 10.0).abs() < 1e-9, "{rate:?}");
        }
    }

    #[test]
    fn while_nobody_looks_nothing_is_known() {
        let mut totals = Totals::new(1_000, 600, Duration::from_secs(2));
        totals.total(at(0), 0);
        totals.total(at(1_000), 5);
        totals.lose(at(1_000));
        totals.total(at(4_000), 900);
        totals.total(at(5_000), 902);
        let rates: Vec<_> = totals.points(at(5_000)).map(|(_, rate)| rate).collect();
        assert_eq!(rates, [Some(5.0), Some(0.0), None, None, Some(2.0)]);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let mut series = Series::new(Idle::Last, 1_000, 10);
        series.set(at(100_000), 1.0);
        series.set(at(98_000), 2.0);
        assert_eq!(points(&series, 100_000), [(0.0, Some(1.0))]);
        series.set(at(50_000), 3.0);
        assert_eq!(
            points(&series, 51_000),
            [(1.0, Some(3.0)), (0.0, Some(3.0))]
        );
    }
}
