//! What came of many publishes: counted as they end, summed up for the eye. Bounded, however many
//! there are.

use std::sync::Arc;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::cards::Card;
use crate::protocol::Timestamp;
use crate::session::entry::Counts;
use crate::session::say::{Say, Trouble};
use crate::session::sent::Sent;

/// Messages that are told of one by one.
const SAMPLES: usize = 20;
/// Longest time that is told apart from longer ones, milliseconds.
const LONGEST_MILLIS: u64 = 3_600_000;

/// How a publish ended.
#[derive(Debug)]
pub(super) enum Ending {
    /// It is stored, after so long.
    Stored(Duration),
    /// It is not stored; or nobody knows, if `unknown`.
    Failed {
        /// What is wrong.
        trouble: Box<Trouble>,
        /// It may be stored all the same.
        unknown: bool,
    },
    /// It was never sent, as it cannot be a message.
    Unfit(Say),
}

/// Counts.
#[derive(Debug)]
pub struct Tally {
    latencies: Option<Histogram<u32>>,
    /// What the figures have not heard of.
    sent: Sent,
    report: Report,
}

/// The sum of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// When it began.
    pub started: Timestamp,
    /// When and why it ended; `None` while it goes on.
    pub ended: Option<(Timestamp, End)>,
    /// Messages that were taken up, whatever became of them.
    pub taken: u64,
    /// Messages whose answer is awaited.
    pub in_flight: u64,
    /// Messages that are stored.
    pub stored: u64,
    /// Messages that may be stored.
    pub unknown: u64,
    /// Messages that are not stored.
    pub failed: u64,
    /// Messages that were never sent.
    pub unfit: u64,
    /// What went wrong, by kind, the first kind first.
    pub kinds: Vec<FailureKind>,
    /// The first that went wrong, by number of message or line.
    pub samples: Vec<(u64, Say)>,
    /// How long the server took.
    pub latency: Option<Latency>,
    /// The last line that was taken up.
    pub last_line: u64,
}

/// Why it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All are through.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// Something went wrong, and it was to end then; the line that can be sent again.
    FirstError(Option<u64>),
    /// It could not go on.
    Broken(Box<Trouble>),
}

/// Failures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureKind {
    /// What happened.
    pub what: Say,
    /// What to do.
    pub next: Option<Say>,
    /// The messages may be stored all the same.
    pub unknown: bool,
    /// How often.
    pub count: u64,
    /// All that can be said of the first of them, if a server or the way there failed.
    pub card: Option<Arc<Card>>,
}

/// Milliseconds that publishes took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Latency {
    /// Half of them took no longer.
    pub p50: u64,
    /// 95 of 100 took no longer.
    pub p95: u64,
    /// The longest.
    pub max: u64,
}

impl Tally {
    pub(super) fn new(started: Timestamp) -> Self {
        Self {
            // Two digits: nobody compares 1210 ms with 1211. It fails for absurd bounds only.
            latencies: Histogram::new_with_max(LONGEST_MILLIS, 2).ok(),
            sent: Sent::default(),
            report: Report {
                started,
                ended: None,
                taken: 0,
                in_flight: 0,
                stored: 0,
                unknown: 0,
                failed: 0,
                unfit: 0,
                kinds: Vec::new(),
                samples: Vec::new(),
                latency: None,
                last_line: 0,
            },
        }
    }

    /// A message was taken up; `number` is that of the message or of its line.
    pub(super) fn take(&mut self, number: u64) {
        self.report.taken += 1;
        self.report.in_flight += 1;
        self.report.last_line = self.report.last_line.max(number);
    }

    /// A message that was taken up has ended.
    pub(super) fn end(&mut self, number: u64, ending: Ending) {
        self.report.in_flight = self.report.in_flight.saturating_sub(1);
        match ending {
            Ending::Stored(elapsed) => {
                self.report.stored += 1;
                self.sent.stored(elapsed);
                let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
                if let Some(latencies) = &mut self.latencies {
                    latencies.saturating_record(millis);
                }
            }
            Ending::Failed { trouble, unknown } => {
                self.sent.failed();
                match unknown {
                    true => self.report.unknown += 1,
                    false => self.report.failed += 1,
                }
                self.wrong(number, trouble.what.clone(), Some(*trouble), unknown);
            }
            Ending::Unfit(say) => {
                self.report.unfit += 1;
                self.wrong(number, say, None, false);
            }
        }
    }

    fn wrong(&mut self, number: u64, what: Say, trouble: Option<Trouble>, unknown: bool) {
        let report = &mut self.report;
        if report.samples.len() < SAMPLES {
            report.samples.push((number, what.clone()));
        }
        // The texts of unfit messages differ in their values; their key is what they share.
        let same = |kind: &&mut FailureKind| kind.what.key == what.key && kind.unknown == unknown;
        match report.kinds.iter_mut().find(same) {
            Some(kind) => kind.count += 1,
            None => {
                let (next, card) = match trouble {
                    Some(Trouble { next, card, .. }) => (Some(next), card),
                    None => (None, None),
                };
                report.kinds.push(FailureKind {
                    what,
                    next,
                    unknown,
                    count: 1,
                    card,
                });
            }
        }
    }

    /// It is over. Of what is still on its way nobody will hear.
    pub(super) fn close(&mut self, at: Timestamp, end: End) {
        let report = &mut self.report;
        report.unknown += std::mem::take(&mut report.in_flight);
        report.ended = Some((at, end));
    }

    /// What was answered since this was last asked.
    pub(super) fn take_sent(&mut self) -> Sent {
        self.sent.take()
    }

    /// The same for the history.
    pub(super) fn counts(&self) -> Counts {
        Counts {
            stored: self.report.stored,
            failed: self.report.failed + self.report.unfit,
            unknown: self.report.unknown,
        }
    }

    /// The sum so far.
    pub(super) fn report(&self) -> Report {
        let latencies = self.latencies.as_ref().filter(|all| !all.is_empty());
        Report {
            latency: latencies.map(|all| Latency {
                p50: all.value_at_quantile(0.5).min(all.max()),
                p95: all.value_at_quantile(0.95).min(all.max()),
                max: all.max(),
            }),
            ..self.report.clone()
        }
    }
}

impl Report {
    /// Messages that have ended.
    pub fn done(&self) -> u64 {
        self.taken - self.in_flight
    }

    /// How long it took, or takes up to now.
    pub fn duration(&self, now: Timestamp) -> Duration {
        let end = self.ended.as_ref().map_or(now, |(at, _)| *at);
        end.since(self.started)
    }

    /// Messages a second that were stored; none where no time passed.
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        let secs = self.duration(now).as_secs_f64();
        (secs > 0.0).then(|| self.stored as f64 / secs)
    }

    /// The line to go on from, where lines are left.
    pub fn resume_from(&self) -> Option<u64> {
        match &self.ended.as_ref()?.1 {
            End::Done => None,
            // With nothing sent behind it.
            End::FirstError(Some(line)) if *line == self.last_line => Some(*line),
            End::FirstError(_) | End::Stopped | End::Broken(_) => Some(self.last_line + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(what: &'static str, unknown: bool) -> Ending {
        Ending::Failed {
            trouble: Box::new(Trouble::new(Say::new(what), Say::new("next"), "")),
            unknown,
        }
    }

    #[test]
    fn everything_is_counted_once_and_by_kind() {
        let mut tally = Tally::new(Timestamp::from_millis(1_000));
        for number in 1..=100 {
            tally.take(number);
        }
        assert_eq!(tally.report().in_flight, 100);
        for number in 1..=90 {
            let elapsed = Duration::from_millis(number);
            tally.end(number, Ending::Stored(elapsed));
        }
        tally.end(91, failed("a", false));
        tally.end(92, failed("b", true));
        tally.end(93, failed("a", true));
        tally.end(94, failed("a", false));
        tally.end(95, Ending::Unfit(Say::new("c").with("n", 1)));
        tally.end(96, Ending::Unfit(Say::new("c").with("n", 2)));
        let report = tally.report();
        let counts = [report.stored, report.failed, report.unknown, report.unfit];
        assert_eq!(counts, [90, 2, 2, 2]);
        assert_eq!((report.in_flight, report.done()), (4, 96));
        let kinds = report.kinds.iter();
        let kinds: Vec<_> = kinds.map(|k| (k.what.key, k.unknown, k.count)).collect();
        let expected = [
            ("a", false, 2),
            ("b", true, 1),
            ("a", true, 1),
            ("c", false, 2),
        ];
        assert_eq!(kinds, expected);
        let latency = report.latency;
        let expected = Latency {
            p50: 45,
            p95: 86,
            max: 90,
        };
        assert_eq!(latency, Some(expected));
        assert_eq!(report.rate(Timestamp::from_millis(1_000)), None);
        assert_eq!(report.rate(Timestamp::from_millis(3_000)), Some(45.0));
        assert_eq!(report.resume_from(), None);
        tally.close(Timestamp::from_millis(2_000), End::Stopped);
        let report = tally.report();
        assert_eq!(report.resume_from(), Some(101));
        assert_eq!(report.rate(Timestamp::from_millis(9_000)), Some(90.0));
    }

    #[test]
    fn what_is_told_one_by_one_is_bounded() {
        let mut tally = Tally::new(Timestamp::default());
        for number in 0..1_000 {
            tally.take(number);
            tally.end(number, failed("a", false));
        }
        let report = tally.report();
        assert_eq!((report.samples.len(), report.kinds.len()), (SAMPLES, 1));
        assert_eq!(report.failed, 1_000);
    }
}
