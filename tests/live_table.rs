//! The live table at the size that it is made for: deliveries without end, by the way that those of a
//! poll take, with a filter and an order on, against a simple model that looks at everything. How
//! long that takes is the business of `benches/table.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use mqscope::protocol::properties::Properties;
use mqscope::protocol::{ReceiptHandle, ReceivedMessage, Timestamp, body_md5};
use mqscope::session::{
    Arrival, Column, Command, ConnectionId, Event, Job, Lease, Model, Setup, Sort, Subscription,
    SubscriptionId, TableCommand, cells,
};

const VIEW: SubscriptionId = SubscriptionId(0);
const BEGIN: Timestamp = Timestamp::from_millis(1_795_342_447_000);

/// How long a message is held.
const LEASE: Duration = Duration::from_secs(60);
/// Messages of a poll.
const BATCH: usize = 16;
/// Answers to polls within a frame.
const POLLS: usize = 16;
const TAGS: [Option<&str>; 3] = [None, Some("paid"), Some("created")];

/// What the simple model knows of a message: its newest delivery.
#[derive(Debug, Clone)]
struct Known {
    tag: Option<&'static str>,
    key: String,
    times: u32,
    ends: Timestamp,
    acked: bool,
}

impl Known {
    fn is_held(&self, now: Timestamp) -> bool {
        !self.acked && self.ends > now
    }

    /// What [`Bench::new`] filters by.
    fn is_shown(&self, now: Timestamp) -> bool {
        self.tag == Some("paid") && self.is_held(now)
    }
}

struct Bench {
    model: Model,
    now: Timestamp,
    rng: Rng,
    /// By the number of the message, which is that of its row.
    known: Vec<Known>,
    /// The longest that the index of the table was behind, in frames.
    behind: usize,
}

fn handle(number: usize, times: u32) -> ReceiptHandle {
    ReceiptHandle::new(&format!("handle-{number}-{times}")).unwrap()
}

impl Bench {
    /// A view that listens, with a filter and an order.
    fn new() -> Self {
        let mut model = Model::new(Setup::default());
        let form = model.form_for(&ConnectionId::Sandbox);
        let started = model.apply(Command::StartConsuming(VIEW, form), BEGIN);
        assert!(matches!(started, Some(Job::StartPolling(_))));
        let sort = Sort {
            column: Some(Column::Key),
            descending: true,
        };
        for command in [
            TableCommand::SetFilter("tag:paid is:held".to_owned()),
            TableCommand::SortBy(sort),
        ] {
            model.apply(Command::Table(VIEW, command), BEGIN);
        }
        Self {
            model,
            now: BEGIN,
            rng: Rng::with_seed(7),
            known: Vec::new(),
            behind: 0,
        }
    }

    fn view(&self) -> &Subscription {
        &self.model.views()[0]
    }

    /// A message that is new, or one in five times one that came before, perhaps with another tag.
    fn delivery(&mut self, redeliver: bool) -> Arrival {
        let again = redeliver && !self.known.is_empty() && self.rng.u8(..5) == 0;
        let number = match again {
            true => self.rng.usize(..self.known.len()),
            false => self.known.len(),
        };
        let tag = TAGS[self.rng.usize(..TAGS.len())];
        let ends = self.now + LEASE;
        if again {
            let known = &mut self.known[number];
            (known.tag, known.ends, known.acked) = (tag, ends, false);
            known.times += 1;
        } else {
            self.known.push(Known {
                tag,
                key: format!("order-{:05}", self.rng.u32(..50_000)),
                times: 1,
                ends,
                acked: false,
            });
        }
        let known = &self.known[number];
        let body = format!("{{\"number\": {number}}}");
        Arrival {
            lease: Lease::new(self.now, ends, 0),
            message: ReceivedMessage {
                message_id: format!("{number:032X}"),
                body_md5: body_md5(&body),
                body,
                receipt_handle: handle(number, known.times),
                publish_time: self.now,
                first_consume_time: self.now,
                next_consume_time: ends,
                consumed_times: known.times,
                tag: tag.map(str::to_owned),
                properties: Properties::decode(&format!("KEYS:{}|", known.key)),
            },
        }
    }

    /// A frame: what some polls brought, an ack and its answer, and the step of the table.
    fn frame(&mut self, redeliver: bool) {
        for _ in 0..POLLS {
            let event = Event::Polled {
                subscription: VIEW,
                arrivals: (0..BATCH).map(|_| self.delivery(redeliver)).collect(),
                damaged: Vec::new(),
                skew_millis: 0,
                at: self.now,
                elapsed: Duration::ZERO,
            };
            self.model.absorb(event, self.now);
        }
        self.ack_some();
        self.model.tick(self.now);
        self.behind = match self.view().table.is_busy() {
            true => self.behind + 1,
            false => 0,
        };
    }

    fn ack_some(&mut self) {
        let numbers: Vec<u64> = (0..BATCH)
            .map(|_| self.rng.u64(..self.known.len() as u64))
            .collect();
        let Some(Job::Ack(order)) = self.model.apply(Command::Ack(VIEW, numbers), self.now) else {
            return;
        };
        for done in &order.handles {
            let number = done.as_str().split('-').nth(1).unwrap();
            let known = &mut self.known[number.parse::<usize>().unwrap()];
            assert!(known.is_held(self.now), "acked in vain: {known:?}");
            known.acked = true;
        }
        let answer = Event::Acked {
            subscription: VIEW,
            action: order.action,
            done: order.handles,
            refused: Vec::new(),
            repeated: false,
            skew_millis: 0,
            at: self.now,
            elapsed: Duration::ZERO,
        };
        self.model.absorb(answer, self.now);
    }

    /// Until nothing is left to do.
    fn follow(&mut self) {
        for _ in 0..10_000 {
            self.model.tick(self.now);
            if !self.view().table.is_busy() && !self.view().rows.is_expiring() {
                return;
            }
        }
        panic!("the table never comes to rest");
    }

    /// What is shown is what looking at all rows gives, and every row is what came last.
    fn check(&self) {
        let view = self.view();
        let mut expected = Vec::new();
        let mut held = 0;
        for row in view.rows.iter() {
            let known = &self.known[usize::try_from(row.number).unwrap()];
            assert_eq!(cells::tag(row), known.tag);
            assert_eq!(cells::key(row), Some(known.key.as_str()));
            assert_eq!(cells::times(row), Some(known.times));
            assert_eq!(row.deliveries().len() as u32, known.times);
            assert_eq!(row.can_ack(self.now), known.is_held(self.now));
            held += usize::from(known.is_held(self.now));
            if known.is_shown(self.now) {
                expected.push((known.key.as_str(), row.number));
            }
        }
        expected.sort_unstable();
        expected.reverse();
        let shown = view.table.arrangement();
        assert!(shown.iter().eq(expected.iter().map(|&(_, number)| number)));
        assert_eq!(shown.len(), expected.len());
        assert_eq!(view.rows.held().0, held);
        let all = view.rows.len() as u64 + view.rows.evicted() + view.rows.lost();
        assert_eq!(all, self.known.len() as u64);
    }
}

/// Deliveries, with so many looks at everything on the way, and then memory for less than came.
fn consume(deliveries: usize, checks: usize) {
    let mut bench = Bench::new();
    bench.model.set_memory(4 << 30);
    let frames = deliveries.div_ceil(BATCH * POLLS);
    // Most have returned by the end, and many are held.
    let pause = Duration::from_millis(4 * LEASE.as_millis() as u64 / frames as u64);
    for frame in 1..=frames {
        bench.frame(true);
        assert!(bench.behind <= 1, "the table falls behind");
        bench.now = bench.now + pause;
        if frame % (frames / checks) == 0 {
            bench.follow();
            bench.check();
        }
    }
    let view = bench.view();
    assert!(!view.table.arrangement().is_empty());
    assert_eq!((view.rows.evicted(), view.rows.lost()), (0, 0));

    // What has to go is what nobody holds, the oldest first; and it goes while more comes.
    let (_, bytes) = bench.model.memory();
    bench.model.set_memory(bytes * 7 / 8);
    for _ in 0..frames / 8 {
        bench.frame(false);
    }
    bench.follow();
    bench.check();
    let (budget, bytes) = bench.model.memory();
    assert!(bytes <= budget, "{bytes} of {budget}");
    let rows = &bench.view().rows;
    assert!(rows.evicted() > 0);
    assert_eq!(rows.lost(), 0, "there was enough that nobody held");
    let there: BTreeMap<u64, ()> = rows.iter().map(|row| (row.number, ())).collect();
    let oldest_free = rows
        .iter()
        .find(|row| !row.can_ack(bench.now))
        .unwrap()
        .number;
    for number in 0..oldest_free {
        let held = bench.known[usize::try_from(number).unwrap()].is_held(bench.now);
        assert!(!held || there.contains_key(&number), "{number} was held");
    }
}

/// As many as this variable says, such as a million; in an optimised build that takes seconds.
const HOW_MANY: &str = "MQSCOPE_TEST_DELIVERIES";

#[test]
fn very_many_deliveries_are_filtered_and_sorted_as_they_come() {
    let asked = std::env::var(HOW_MANY).ok();
    consume(asked.map_or(100_000, |n| n.parse().unwrap()), 3);
}

/// All of them return at the same moment: the counts are right at once, no step looks at more rows
/// than any other does, and the table follows.
#[test]
fn what_returns_all_at_once_is_let_go_of_in_steps() {
    let mut bench = Bench::new();
    bench.model.set_memory(4 << 30);
    for _ in 0..160 {
        bench.frame(false);
    }
    bench.follow();
    bench.check();
    let held = bench.view().rows.held().0;
    assert!(held > 30_000);
    bench.now = bench.now + LEASE;
    bench.model.tick(bench.now);
    assert_eq!(bench.model.held(), None);
    assert_eq!(bench.view().rows.held(), (0, None));
    let mut steps = 1;
    while bench.view().rows.is_expiring() || bench.view().table.is_busy() {
        bench.model.tick(bench.now);
        steps += 1;
    }
    assert!(steps > held / 8_192, "{held} rows in {steps} steps");
    bench.check();
    assert!(bench.view().table.arrangement().is_empty());
}

/// A view is closed with all its rows: no step lets go of more of them than any other does.
#[test]
fn a_view_that_is_closed_is_let_go_of_in_steps() {
    let mut bench = Bench::new();
    bench.model.set_memory(4 << 30);
    for _ in 0..160 {
        bench.frame(false);
    }
    bench.follow();
    let rows = bench.view().rows.len();
    let now = bench.now;
    for command in [Command::OpenView(None), Command::StopConsuming(VIEW)] {
        bench.model.apply(command, now);
    }
    bench.model.absorb(Event::PollingEnded(VIEW), now);
    bench.model.apply(Command::CloseView(VIEW), now);
    assert_eq!(bench.model.views().len(), 1);
    assert!(bench.view().id != VIEW);
    let mut steps = 0;
    while bench.model.is_behind() {
        bench.model.tick(now);
        steps += 1;
    }
    assert!(steps > rows / 8_192, "{rows} rows in {steps} steps");
}

#[test]
fn selecting_all_ends_though_more_comes_and_does_not_take_that_in() {
    let mut bench = Bench::new();
    for _ in 0..40 {
        bench.frame(false);
    }
    bench.follow();
    assert!(bench.view().rows.len() > 8_192, "more than one step");
    let all = Command::Table(VIEW, TableCommand::SelectShown(true));
    bench.model.apply(all, bench.now);
    for _ in 0..2 {
        bench.frame(false);
    }
    assert!(bench.view().table.all_selected());
    let selected: Vec<u64> = bench.view().rows.selected().collect();
    assert!(selected.len() > 2_000, "a third of them");
    for _ in 0..2 {
        bench.frame(false);
    }
    // Some of them were acked.
    let rows = &bench.view().rows;
    assert!(rows.selected().all(|number| selected.contains(&number)));
}
