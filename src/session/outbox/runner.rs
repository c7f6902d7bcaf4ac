//! Publishes many messages, at a rate, some at the same time. Never publishes one a second time.
//!
//! Asked to stop, it takes up no more and waits for those that are on their way: their outcome is
//! counted too. An error ends it only if that is wanted.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::cards::{Card, Doing};
use crate::client::Client;
use crate::protocol::{NewMessage, Timestamp, TopicName};
use crate::session::entry::Entry;
use crate::session::history_file::Wish;
use crate::session::say::{Say, Trouble};
use crate::session::shared::Shared;
use crate::session::{ConnectionId, Event, publishing};

use super::lines::BadLine;
use super::maker::Maker;
use super::order::{Pace, RunOrder, Source};
use super::row::Row;
use super::scanner;
use super::tally::{End, Ending, Tally};
use super::{Each, OutboxEvent};

/// Lines that are read ahead of publishing.
const AHEAD: usize = 64;

/// How far a rate may fall behind and catch up again: beyond it, time that was lost is lost. A
/// machine that slept must not make up for the night.
const CATCH_UP: Duration = Duration::from_secs(1);

/// What sums of fractions of a millisecond may be off by.
const ROUNDING: f64 = 1e-6;

/// Publishes until all is through, or until it is to stop.
pub(super) async fn run(shared: Arc<Shared>, order: RunOrder, mut stop: watch::Receiver<bool>) {
    let end = match prepare(&shared, &order, &mut stop).await {
        Ok(Some(mut run)) => {
            let end = run.publish_all(&mut stop).await;
            run.write_down().await;
            end
        }
        Ok(None) => End::Stopped,
        Err(trouble) => End::Broken(trouble),
    };
    let at = shared.clock.now();
    tell(&shared, &order, |tally| tally.close(at, end)).await;
}

/// Returns once it is to stop, or nobody is left who could say so.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn tell(shared: &Shared, order: &RunOrder, change: impl FnOnce(&mut Tally) + Send) {
    if order.tally.change(change) {
        let news = OutboxEvent::Ran(order.id, order.tally.clone());
        shared.emit(Event::Outbox(Box::new(news))).await;
    }
}

/// Everything that is needed; nothing if it is to stop before there is a client.
async fn prepare<'a>(
    shared: &'a Arc<Shared>,
    order: &'a RunOrder,
    stop: &mut watch::Receiver<bool>,
) -> Result<Option<Running<'a>>, Box<Trouble>> {
    let client = tokio::select! {
        client = shared.client(&order.connection) => client?,
        () = stopped(stop) => return Ok(None),
    };
    let each = match &order.source {
        Source::Form(_) => Each::Fills,
        Source::File(file) => file.each,
    };
    let surroundings = Arc::clone(&order.surroundings);
    let maker = Maker::new(&order.draft, each, order.limits.clone(), surroundings);
    let maker = maker.map_err(|mut problems| unfit(problems.swap_remove(0).say))?;
    Ok(Some(Running {
        shared,
        order,
        client,
        next: maker.first_number(),
        maker,
        supply: Supply::open(&order.source),
        beat: Beat::new(order.pace, shared.clock.now()),
        flights: JoinSet::new(),
        begun: false,
        first: None,
        end: None,
    }))
}

fn unfit(say: Say) -> Box<Trouble> {
    Box::new(Trouble::new(say, Say::new("notice-not-published-next"), ""))
}

struct Running<'a> {
    shared: &'a Arc<Shared>,
    order: &'a RunOrder,
    client: Client,
    maker: Maker,
    /// Number of the next message.
    next: u64,
    supply: Supply,
    beat: Beat,
    flights: JoinSet<Landed>,
    /// Whether a message was sent.
    begun: bool,
    /// What the history is told of the first one.
    first: Option<Box<Entry>>,
    /// Why nothing more is taken up, if so.
    end: Option<End>,
}

impl Running<'_> {
    async fn publish_all(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        let shared = self.shared;
        let parallel = self.order.pace.parallel.max(1) as usize;
        let mut ready: Option<Supplied> = None;
        loop {
            if let Some(end) = self.end.as_ref().filter(|_| self.flights.is_empty()) {
                return end.clone();
            }
            let goes_on = self.end.is_none();
            let free = goes_on && self.flights.len() < parallel;
            tokio::select! {
                biased;
                () = stopped(stop), if goes_on => self.end = Some(End::Stopped),
                Some(landed) = self.flights.join_next(), if !self.flights.is_empty() => {
                    if let Ok(landed) = landed {
                        self.first = self.first.take().or(landed.entry);
                        self.landed(landed.number, landed.ending).await;
                    }
                }
                supplied = self.supply.next(), if free && ready.is_none() => match supplied {
                    Some(supplied) => ready = Some(supplied),
                    None => self.end = Some(End::Done),
                },
                () = shared.clock.sleep_until(self.beat.due()), if free && ready.is_some() => {
                    if let Some(supplied) = ready.take() {
                        self.beat.on(shared.clock.now());
                        self.take_up(supplied).await;
                    }
                }
            }
        }
    }

    /// One line of the history for all of it.
    async fn write_down(&mut self) {
        let Some(mut entry) = self.first.take() else {
            return;
        };
        let counts = self.order.tally.peek(Tally::counts);
        entry.run = (counts.all() > 1).then_some(counts);
        self.shared.ask_history(Wish::Note(entry)).await;
    }

    async fn take_up(&mut self, supplied: Supplied) {
        let seq = self.next;
        self.next = seq.saturating_add(1);
        let now = self.shared.clock.now();
        let (number, made) = match supplied {
            Supplied::Turn(number) => (number, self.maker.make(seq, None, now)),
            Supplied::Line(Ok(row)) => (row.line, self.maker.make(seq, Some(&row), now)),
            Supplied::Line(Err(bad)) if bad.last => {
                self.end = Some(End::Broken(unfit(bad.say)));
                return;
            }
            Supplied::Line(Err(bad)) => (bad.line, Err(bad.say)),
        };
        tell(self.shared, self.order, |tally| tally.take(number)).await;
        match made {
            Ok((topic, message)) => {
                let flight = Flight {
                    shared: Arc::clone(self.shared),
                    client: self.client.clone(),
                    connection: self.order.connection.clone(),
                    number,
                    first: !std::mem::replace(&mut self.begun, true),
                };
                self.flights
                    .spawn(async move { flight.publish(&topic, &message).await });
            }
            Err(say) => {
                self.landed(number, Ending::Unfit(say)).await;
                // Nothing was awaited: others want to work too.
                tokio::task::yield_now().await;
            }
        }
    }

    async fn landed(&mut self, number: u64, ending: Ending) {
        let again = match &ending {
            Ending::Stored(_) => None,
            // That lines are no messages was said before, and that they are left out.
            Ending::Unfit(_) if matches!(self.order.source, Source::File(_)) => None,
            // It may be stored: to send it once more is for somebody to decide who looked.
            Ending::Failed { unknown: true, .. } => Some(None),
            Ending::Failed { .. } | Ending::Unfit(_) => Some(Some(number)),
        };
        if let Some(again) = again.filter(|_| self.order.pace.stop_at_error) {
            self.end.get_or_insert(End::FirstError(again));
        }
        tell(self.shared, self.order, |tally| tally.end(number, ending)).await;
    }
}

/// A message that is about to be sent.
struct Flight {
    shared: Arc<Shared>,
    client: Client,
    connection: ConnectionId,
    number: u64,
    /// It stands for all of them in the history.
    first: bool,
}

/// A message that was sent.
struct Landed {
    number: u64,
    ending: Ending,
    entry: Option<Box<Entry>>,
}

impl Flight {
    async fn publish(self, topic: &TopicName, message: &NewMessage) -> Landed {
        let (shared, place) = (&*self.shared, &self.connection);
        let began = shared.clock.now();
        let answer = self.client.publish(topic, message).await;
        let entry = self.first.then(|| {
            let entry = publishing::entry_of(shared, place, topic, message, began, &answer);
            Box::new(entry)
        });
        if let Ok(answer) = &answer {
            publishing::tell_half(shared, place, topic, message, began, &answer.value).await;
        }
        let ending = match answer {
            Ok(answer) => Ending::Stored(answer.elapsed),
            Err(error) => Ending::Failed {
                unknown: error.outcome_unknown(),
                trouble: Box::new(Card::of_error(&error, Doing::Publish).into()),
            },
        };
        Landed {
            number: self.number,
            ending,
            entry,
        }
    }
}

/// What the next message is made of.
enum Supplied {
    /// The form, for the so-many-th time.
    Turn(u64),
    /// A line, or why it cannot be read.
    Line(Result<Row, BadLine>),
}

enum Supply {
    Turns { done: u64, all: u64 },
    Lines(mpsc::Receiver<Result<Row, BadLine>>),
}

impl Supply {
    fn open(source: &Source) -> Self {
        let file = match source {
            Source::Form(times) => {
                return Self::Turns {
                    done: 0,
                    all: *times,
                };
            }
            Source::File(file) => file.clone(),
        };
        let (lines, received) = mpsc::channel(AHEAD);
        // Ends with the file, or when nobody takes its lines any more.
        tokio::task::spawn_blocking(move || match scanner::open(&file.path) {
            Ok(opened) => {
                let line = |row: &Result<Row, BadLine>| match row {
                    Ok(row) => row.line,
                    Err(bad) => bad.line,
                };
                let wanted = opened.lines.filter(|row| line(row) >= file.from_line);
                for row in wanted {
                    if lines.blocking_send(row).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                let say = Say::new("problem-file").with("why", error);
                let _ = lines.blocking_send(Err(BadLine {
                    line: 0,
                    say,
                    last: true,
                }));
            }
        });
        Self::Lines(received)
    }

    /// The next one; `None` behind the last. May be dropped while it waits.
    async fn next(&mut self) -> Option<Supplied> {
        match self {
            Supply::Turns { done, all } => {
                if done == all {
                    return None;
                }
                *done += 1;
                Some(Supplied::Turn(*done))
            }
            Supply::Lines(lines) => lines.recv().await.map(Supplied::Line),
        }
    }
}

/// When the next message is due.
struct Beat {
    started: Timestamp,
    /// Milliseconds between two; none for as fast as it goes.
    apart: Option<f64>,
    /// Milliseconds from the start to the next.
    next: f64,
}

impl Beat {
    fn new(pace: Pace, started: Timestamp) -> Self {
        Self {
            started,
            apart: pace
                .rate
                .filter(|rate| *rate > 0.0)
                .map(|rate| 1_000.0 / rate),
            next: 0.0,
        }
    }

    fn due(&self) -> Timestamp {
        // A cast from a float saturates.
        self.started
            .offset_millis((self.next - ROUNDING).ceil() as i64)
    }

    /// One goes out now.
    fn on(&mut self, now: Timestamp) {
        let Some(apart) = self.apart else { return };
        let late =
            now.since(self.started).as_secs_f64() * 1_000.0 - CATCH_UP.as_secs_f64() * 1_000.0;
        self.next = self.next.max(late) + apart;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many go out by each of these milliseconds, if somebody looks only then.
    fn go_out(rate: f64, at: &[i64]) -> Vec<u32> {
        let pace = Pace {
            rate: Some(rate),
            parallel: 1,
            stop_at_error: false,
        };
        let mut beat = Beat::new(pace, Timestamp::from_millis(500));
        at.iter()
            .map(|at| {
                let now = Timestamp::from_millis(500 + at);
                let mut out = 0;
                while beat.due() <= now {
                    beat.on(now);
                    out += 1;
                }
                out
            })
            .collect()
    }

    #[test]
    fn messages_go_out_on_the_beat() {
        assert_eq!(go_out(10.0, &[0, 99, 100, 199, 200]), [1, 0, 1, 0, 1]);
        assert_eq!(go_out(10.0, &[0, 1_000, 2_000]), [1, 10, 10]);
        assert_eq!(go_out(3.0, &[0, 1_000, 2_000, 3_000]), [1, 3, 3, 3]);
        assert_eq!(go_out(0.5, &[0, 1_999, 2_000, 4_000]), [1, 0, 1, 1]);
        assert_eq!(go_out(100_000.0, &[0, 1, 2]), [1, 100, 100]);
    }

    #[test]
    fn a_night_is_not_made_up_for() {
        let out = go_out(10.0, &[0, 3_600_000, 3_600_100]);
        assert_eq!(out, [1, 11, 1]);
    }
}
