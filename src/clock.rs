//! The time of day: real, real but moved by hand, or moved by hand only. Nothing else in the
//! crate reads OS time.
//!
//! Pure code takes `now` as an argument and has no clock at all.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

use crate::protocol::Timestamp;
use crate::protocol::admin::Travel;

/// Where a component gets the time from. Clones share one time.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Travelling(Arc<watch::Sender<Travel>>),
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    start: Timestamp,
    time: watch::Sender<Timestamp>,
}

/// Moves a clock. Sleepers notice at once.
#[derive(Debug, Clone)]
pub struct ClockHand(Moved);

#[derive(Debug, Clone)]
enum Moved {
    Travelling(Arc<watch::Sender<Travel>>),
    Manual(Arc<Manual>),
}

/// The system's clock may be set while we sleep; a long sleep looks again this often.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// How long something takes, whatever any clock says meanwhile: for decisions about how to work, not
/// about messages.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Counts from now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

fn system_now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_millis(0) + since
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that goes with the system's, and that its hand moves ahead, back, or stops.
    pub fn travelling() -> (Self, ClockHand) {
        let travel = Arc::new(watch::Sender::new(Travel::REAL));
        let hand = ClockHand(Moved::Travelling(Arc::clone(&travel)));
        (Self(Source::Travelling(travel)), hand)
    }

    /// A clock that stands still until its hand moves it.
    pub fn manual(start: Timestamp) -> (Self, ClockHand) {
        let manual = Arc::new(Manual {
            start,
            time: watch::Sender::new(start),
        });
        let hand = ClockHand(Moved::Manual(Arc::clone(&manual)));
        (Self(Source::Manual(manual)), hand)
    }

    /// This clock if it has a hand; otherwise a travelling one of its own. A sandbox runs on such
    /// a clock, so that its time can be moved and nobody else's is.
    #[must_use]
    pub fn movable(&self) -> Self {
        match &self.0 {
            Source::System => Self::travelling().0,
            Source::Travelling(_) | Source::Manual(_) => self.clone(),
        }
    }

    /// What moves this clock; nothing moves the system's.
    pub fn hand(&self) -> Option<ClockHand> {
        match &self.0 {
            Source::System => None,
            Source::Travelling(travel) => Some(ClockHand(Moved::Travelling(Arc::clone(travel)))),
            Source::Manual(manual) => Some(ClockHand(Moved::Manual(Arc::clone(manual)))),
        }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => system_now(),
            Source::Travelling(travel) => travel.borrow().now(system_now()),
            Source::Manual(manual) => *manual.time.borrow(),
        }
    }

    /// The time for those who do not travel along: the system's. A manual clock is everybody's.
    pub fn real_now(&self) -> Timestamp {
        match &self.0 {
            Source::System | Source::Travelling(_) => system_now(),
            Source::Manual(manual) => *manual.time.borrow(),
        }
    }

    /// Returns once the time is `at` or later, which is at once when the hand moves it there.
    pub async fn sleep_until(&self, at: Timestamp) {
        match &self.0 {
            Source::System => loop {
                let left = at.since(self.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(LONGEST_NAP)).await;
            },
            Source::Travelling(travel) => {
                let mut watcher = travel.subscribe();
                loop {
                    let seen = *watcher.borrow_and_update();
                    let left = at.since(seen.now(system_now()));
                    if left.is_zero() {
                        return;
                    }
                    let nap = async {
                        match seen {
                            Travel::Running { .. } => {
                                tokio::time::sleep(left.min(LONGEST_NAP)).await;
                            }
                            Travel::Frozen { .. } => std::future::pending().await,
                        }
                    };
                    // The sender lives in `self`, so waiting for a change cannot fail.
                    tokio::select! {
                        () = nap => {}
                        _ = watcher.changed() => {}
                    }
                }
            }
            Source::Manual(manual) => {
                let mut watcher = manual.time.subscribe();
                // The sender lives in `self`, so waiting cannot fail.
                let _ = watcher.wait_for(|now| *now >= at).await;
            }
        }
    }

    /// Returns when somebody real has waited for `wait`, counted from this call: whoever holds a
    /// connection open is in no hurry when the time jumps, and does not stop with it either. Under
    /// a manual clock it is the hand that makes them wait.
    pub fn patience(&self, wait: Duration) -> impl Future<Output = ()> + Send + use<> {
        let clock = self.clone();
        let until = self.real_now() + wait;
        let started = tokio::time::Instant::now();
        async move {
            match &clock.0 {
                Source::System | Source::Travelling(_) => {
                    // Not by the time of day: setting the system's clock hangs up on nobody.
                    tokio::time::sleep(wait.saturating_sub(started.elapsed())).await;
                }
                Source::Manual(_) => clock.sleep_until(until).await,
            }
        }
    }
}

impl ClockHand {
    /// Moves the clock forward. One that is frozen stays so.
    pub fn advance(&self, by: Duration) {
        match &self.0 {
            Moved::Travelling(_) => self.turn(|travel, real| travel.advanced(by, real)),
            Moved::Manual(manual) => manual.time.send_modify(|now| *now = *now + by),
        }
    }

    /// Sets the clock, forward or back. One that is frozen stays so.
    pub fn set(&self, to: Timestamp) {
        match &self.0 {
            Moved::Travelling(_) => self.turn(|travel, real| travel.jumped(to, real)),
            Moved::Manual(manual) => {
                manual.time.send_replace(to);
            }
        }
    }

    /// Stops the time. A manual clock stands still anyway.
    pub fn freeze(&self) {
        self.turn(Travel::frozen);
    }

    /// Lets the time go on from where it stands. A manual clock has nothing that drives it.
    pub fn resume(&self) {
        self.turn(Travel::resumed);
    }

    /// Where the clock is, to be kept; `None` for a manual one, which is where its hand puts it.
    pub fn travel(&self) -> Option<Travel> {
        match &self.0 {
            Moved::Travelling(travel) => Some(*travel.borrow()),
            Moved::Manual(_) => None,
        }
    }

    /// Puts the clock where an earlier one was. A manual one stays where its hand has put it.
    pub fn take_up(&self, earlier: Travel) {
        // A jump to where it is holds it inside its range, which it may have run out of.
        self.turn(|_, real| earlier.jumped(earlier.now(real), real));
    }

    /// Whether the time stands still by itself.
    pub fn is_frozen(&self) -> bool {
        match &self.0 {
            Moved::Travelling(travel) => matches!(*travel.borrow(), Travel::Frozen { .. }),
            Moved::Manual(_) => true,
        }
    }

    /// How far the clock is ahead of the system's (of its start, if it is manual), in milliseconds;
    /// negative if it is behind, which a frozen one soon is.
    pub fn offset_millis(&self) -> i64 {
        match &self.0 {
            Moved::Travelling(travel) => travel.borrow().offset_millis(system_now()),
            Moved::Manual(manual) => {
                let now = *manual.time.borrow();
                now.millis().saturating_sub(manual.start.millis())
            }
        }
    }

    fn turn(&self, to: impl FnOnce(Travel, Timestamp) -> Travel) {
        if let Moved::Travelling(travel) = &self.0 {
            travel.send_modify(|travel| *travel = to(*travel, system_now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;

    const HOUR: Duration = Duration::from_secs(3_600);
    const HOUR_MILLIS: i64 = 3_600_000;

    #[tokio::test]
    async fn a_manual_clock_wakes_its_sleepers() {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(0));
        let sleeper = {
            let clock = clock.clone();
            tokio::spawn(async move {
                clock.sleep_until(Timestamp::from_millis(5_000)).await;
                clock.now()
            })
        };
        hand.advance(Duration::from_secs(4));
        assert!(!sleeper.is_finished());
        hand.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.ok(), Some(Timestamp::from_millis(5_000)));
    }

    /// The clock's time lies between two looks at the system's, moved by `offset_millis`.
    fn check_ahead(clock: &Clock, offset_millis: i64) {
        let before = system_now().offset_millis(offset_millis);
        let now = clock.now();
        let after = system_now().offset_millis(offset_millis);
        assert!(before <= now && now <= after, "{before} {now} {after}");
    }

    #[test]
    fn the_end_of_time_is_not_reached() {
        let (clock, hand) = Clock::travelling();
        hand.advance(Duration::from_millis(u64::MAX));
        let year_10000 = Timestamp::from_millis(253_402_300_800_000);
        assert!(clock.now() < year_10000 + Duration::from_secs(3600));
        hand.freeze();
        hand.set(Timestamp::from_millis(i64::MAX));
        assert!(clock.now() < year_10000);
        hand.set(Timestamp::from_millis(i64::MIN));
        assert_eq!(clock.now(), Timestamp::from_millis(0));
        let far = Timestamp::from_millis(i64::MAX);
        hand.take_up(Travel::Frozen { at: far });
        assert!(clock.now() < year_10000);
    }

    #[test]
    fn a_travelling_clock_goes_with_the_systems_but_elsewhere() {
        let (clock, hand) = Clock::travelling();
        check_ahead(&clock, 0);
        hand.advance(HOUR);
        check_ahead(&clock, HOUR_MILLIS);
        assert_eq!(hand.offset_millis(), HOUR_MILLIS);
        hand.advance(HOUR);
        check_ahead(&clock, 2 * HOUR_MILLIS);
        let past = Timestamp::from_millis(1_000);
        let before = system_now();
        hand.set(past);
        let offset = hand.offset_millis();
        assert!(offset <= past.millis() - before.millis());
        assert!(clock.now() >= past);
        check_ahead(&clock, offset);
        let before = system_now();
        assert!(before <= clock.real_now() && clock.real_now() <= system_now());
    }

    #[test]
    fn a_frozen_clock_moves_by_hand_only_and_goes_on_from_there() {
        let (clock, hand) = Clock::travelling();
        assert!(!hand.is_frozen());
        hand.freeze();
        assert!(hand.is_frozen());
        let stood = clock.now();
        hand.advance(HOUR);
        assert_eq!(clock.now(), stood + HOUR);
        assert!(hand.is_frozen());
        let year_3000 = Timestamp::from_millis(32_503_680_000_000);
        hand.set(year_3000);
        assert_eq!(clock.now(), year_3000);
        hand.freeze();
        assert_eq!(clock.now(), year_3000);
        let before = system_now();
        hand.resume();
        let after = system_now();
        assert!(!hand.is_frozen());
        let offset = hand.offset_millis();
        assert!(year_3000.millis() - after.millis() <= offset);
        assert!(offset <= year_3000.millis() - before.millis());
        check_ahead(&clock, offset);
    }

    #[test]
    fn a_clock_takes_up_where_another_one_was() {
        let (_, hand) = Clock::travelling();
        assert_eq!(hand.travel(), Some(Travel::REAL));
        hand.advance(HOUR);
        let (later, later_hand) = Clock::travelling();
        hand.travel().iter().for_each(|at| later_hand.take_up(*at));
        check_ahead(&later, HOUR_MILLIS);
        hand.set(Timestamp::from_millis(HOUR_MILLIS));
        hand.freeze();
        hand.travel().iter().for_each(|at| later_hand.take_up(*at));
        assert!(later_hand.is_frozen());
        assert_eq!(later_hand.travel(), hand.travel());

        let (manual, manual_hand) = Clock::manual(Timestamp::from_millis(7));
        manual_hand.take_up(Travel::REAL);
        assert_eq!(manual.now(), Timestamp::from_millis(7));
        assert_eq!(manual_hand.travel(), None);
    }

    #[tokio::test]
    async fn a_sleeper_of_a_travelling_clock_wakes_when_it_is_moved() {
        for freeze in [false, true] {
            let (clock, hand) = Clock::travelling();
            if freeze {
                hand.freeze();
            }
            let at = clock.now() + 10 * HOUR;
            let mut sleep = pin!(clock.sleep_until(at));
            assert!(!poll_once(sleep.as_mut()).await);
            hand.advance(9 * HOUR);
            assert!(!poll_once(sleep.as_mut()).await);
            hand.advance(HOUR);
            sleep.await;
            assert!(clock.now() >= at);
        }
    }

    #[tokio::test]
    async fn patience_does_not_travel() {
        let (clock, hand) = Clock::travelling();
        let mut long = pin!(clock.patience(HOUR));
        hand.advance(10 * HOUR);
        assert!(!poll_once(long.as_mut()).await);
        // Real time ends it, however still the clock stands.
        hand.freeze();
        clock.patience(Duration::from_millis(1)).await;
        assert!(hand.is_frozen());

        let (clock, hand) = Clock::manual(Timestamp::from_millis(0));
        let mut long = pin!(clock.patience(HOUR));
        assert!(!poll_once(long.as_mut()).await);
        hand.advance(HOUR);
        long.await;
    }

    #[test]
    fn every_clock_but_the_systems_has_a_hand() {
        assert!(Clock::system().hand().is_none());
        let moved = Clock::system().movable();
        moved.hand().iter().for_each(|hand| hand.advance(HOUR));
        check_ahead(&moved, HOUR_MILLIS);
        check_ahead(&moved.movable(), HOUR_MILLIS);
        let (manual, hand) = Clock::manual(Timestamp::from_millis(7));
        manual.hand().iter().for_each(|hand| hand.advance(HOUR));
        assert_eq!(manual.movable().now(), Timestamp::from_millis(7) + HOUR);
        assert_eq!(manual.real_now(), manual.now());
        assert_eq!(hand.offset_millis(), HOUR_MILLIS);
        assert!(hand.is_frozen());
    }

    #[test]
    fn a_stopwatch_goes_on() {
        let watch = Stopwatch::start();
        let first = watch.elapsed();
        assert!(first <= watch.elapsed());
    }

    async fn poll_once(future: impl Future<Output = ()>) -> bool {
        tokio::select! {
            biased;
            () = future => true,
            () = std::future::ready(()) => false,
        }
    }
}
