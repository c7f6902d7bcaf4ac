//! What the live table costs by its length: an arrival, an arrival with a filter and an order on, and
//! a frame of the whole window, each with 10^6 rows beside 10^3. And the longest step of what concerns
//! all rows of 10^6: a new filter and order, and the return of all of them at the same moment.
//!
//! Where the system tells (Linux), times are those that the thread was busy: whatever else goes on in
//! the machine is not in them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

#[path = "../tests/support/fixtures.rs"]
mod fixtures;
mod support;
#[path = "../tests/support/window/mod.rs"]
mod window;

use std::fs;
use std::time::{Duration, Instant};

use criterion::Criterion;
use mqscope::protocol::properties::Properties;
use mqscope::session::{
    Arrival, Column, Command, Event, Model, Setup, Sort, SubscriptionId, TableCommand,
};
use support::{Samples, criterion};
use window::{BEGIN, Start, Window};

const VIEW: SubscriptionId = SubscriptionId(0);
const LEASE: Duration = Duration::from_secs(300);
/// Messages of a poll.
const BATCH: u32 = 16;
const FEW: u32 = 1_000;

fn main() {
    let benches = std::env::args().any(|argument| argument == "--bench");
    // Tried as a test, it is to be quick.
    let many = if benches { 1_000_000 } else { 2_000 };
    let mut criterion = criterion();
    let mut samples = Samples::default();
    for (what, arranged) in [("arrival", false), ("arrival, filtered and sorted", true)] {
        let names = [FEW, many].map(|rows| format!("{what}, {rows} rows"));
        for (name, rows) in names.iter().zip([FEW, many]) {
            arrivals(&mut criterion, &mut samples, name, rows, arranged);
        }
        samples.print_ratio(&names[1], &names[0]);
    }
    let frames = [FEW, many].map(|rows| format!("frame, {rows} rows"));
    for (name, rows) in frames.iter().zip([FEW, many]) {
        frame(&mut criterion, &mut samples, name, filled(rows, true));
    }
    samples.print_ratio(&frames[1], &frames[0]);
    longest_steps(many);
}

/// Measures one thing after the other, on this thread.
struct Watch {
    began: Instant,
    busy: Option<Duration>,
}

impl Watch {
    fn start() -> Self {
        Self {
            began: Instant::now(),
            busy: busy(),
        }
    }

    fn took(&self) -> Duration {
        let now = busy();
        let busy = self.busy.zip(now).map(|(began, now)| now - began);
        busy.unwrap_or_else(|| self.began.elapsed())
    }
}

/// How long this thread was busy so far.
fn busy() -> Option<Duration> {
    let times = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = times.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

fn arrival(number: u32) -> Arrival {
    // Neighbours in the order of arrival are none in the order of keys.
    let key = number.wrapping_mul(2_654_435_761);
    let body = format!("{{\"number\": {number}}}");
    let mut arrival = fixtures::arrival(number.into(), body, BEGIN, BEGIN + LEASE);
    let message = &mut arrival.message;
    message.tag = number.is_multiple_of(2).then(|| "paid".to_owned());
    message.properties = Properties::decode(&format!("KEYS:{key}|"));
    arrival
}

fn polled(numbers: impl Iterator<Item = u32>) -> Event {
    fixtures::polled(numbers.map(arrival), BEGIN)
}

fn is_busy(model: &Model) -> bool {
    let view = &model.views()[0];
    view.table.is_busy() || view.rows.is_expiring()
}

fn arrange(model: &mut Model) {
    let sort = Sort {
        column: Some(Column::Key),
        descending: false,
    };
    for command in [
        TableCommand::SetFilter("tag:paid -body:/7}$/".to_owned()),
        TableCommand::SortBy(sort),
    ] {
        model.apply(Command::Table(VIEW, command), BEGIN);
    }
}

fn fill(model: &mut Model, rows: u32, arranged: bool) {
    model.set_memory(4 << 30);
    if arranged {
        arrange(model);
    }
    for first in (0..rows).step_by(4_096) {
        model.absorb(polled(first..rows.min(first + 4_096)), BEGIN);
        // What came is looked at in the steps that follow.
        model.tick(BEGIN);
        while is_busy(model) {
            model.tick(BEGIN);
        }
    }
}

fn filled(rows: u32, arranged: bool) -> Model {
    let mut model = Model::new(Setup::default());
    fill(&mut model, rows, arranged);
    model
}

/// Polls with sixteen messages each, and the step of the table after each; a turn is one message.
fn arrivals(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    rows: u32,
    arranged: bool,
) {
    // It grows meanwhile, and begins anew before that counts.
    let mut there = (filled(rows, arranged), rows);
    samples.measure(criterion, name, |turns| {
        let mut took = Duration::ZERO;
        for _ in 0..turns.div_ceil(u64::from(BATCH)) {
            if there.1 > rows + rows / 2 {
                there = (filled(rows, arranged), rows);
            }
            let (model, next) = &mut there;
            let event = polled(*next..*next + BATCH);
            *next += BATCH;
            let watch = Watch::start();
            model.absorb(event, BEGIN);
            model.tick(BEGIN);
            took += watch.took();
        }
        // Turns are told, and polls were made.
        took * u32::try_from(turns).unwrap_or(u32::MAX)
            / (turns.div_ceil(u64::from(BATCH)) as u32 * BATCH)
    });
}

/// The whole window, drawn again and again.
fn frame(criterion: &mut Criterion, samples: &mut Samples, name: &str, model: Model) {
    let mut window = Window::with_model(Start::default(), model);
    window.settle();
    samples.measure(criterion, name, |turns| {
        let watch = Watch::start();
        for _ in 0..turns {
            window.draw();
        }
        watch.took()
    });
}

/// What is felt is the longest step, not the sum.
fn longest_steps(rows: u32) {
    let mut model = filled(rows, false);
    let longest = |what: &str, model: &mut Model, now| {
        let (mut longest, mut steps) = (Duration::ZERO, 0);
        loop {
            let watch = Watch::start();
            model.tick(now);
            longest = longest.max(watch.took());
            steps += 1;
            if !is_busy(model) {
                break;
            }
        }
        println!("{what}, {rows} rows: {steps} steps, the longest {longest:?}");
    };
    arrange(&mut model);
    longest("a new filter and order", &mut model, BEGIN);
    longest("all return at once", &mut model, BEGIN + LEASE);
}
