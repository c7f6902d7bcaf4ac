//! What a frame costs by how much there is, in bytes that it asks the allocator for and in shapes that
//! it paints: rows of a table, exchanges, topics, the body in the publish form. It must not grow with
//! any of them. How long frames take is the business of `benches/frames`.
//!
//! One test only: allocations are counted for the whole process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/window/mod.rs"]
mod support;

use std::alloc::System;
use std::sync::Arc;

use egui::Key;
use mqscope::session::{
    ConnectionId, ConsumeForm, Draft, Event, Model, SavedTable, SavedView, Seen, Setup,
    SubscriptionId, TopicContent, TrafficEvent, Workspace,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use support::{BEGIN, Start, Window, en};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Other threads ask for memory now and then: the least of so many frames is that of a frame.
const FRAMES: usize = 6;

/// What is done, and its name.
type Step = (&'static str, fn(&mut Window));

/// Something there may be much of.
struct Case {
    name: &'static str,
    few: usize,
    many: usize,
    /// A window with so much of it.
    open: fn(usize) -> Window,
    /// What is done before frames are counted.
    steps: &'static [Step],
}

const CASES: [Case; 4] = [
    Case {
        name: "rows",
        few: 1_000,
        many: 60_000,
        open: |rows| with(Workspace::default(), |model| fill(model, rows)),
        steps: &[
            ("at the top", |_| {}),
            ("at the end", |window| window.press(Key::End)),
            ("all selected", |window| {
                window.press_with_command(Key::A);
                window.assert_shows("Ack selected (");
            }),
        ],
    },
    Case {
        name: "exchanges",
        few: 100,
        many: 2_000,
        open: |exchanges| {
            let mut window = with(quiet(), |model| exchange(model, exchanges));
            window.click(&en("traffic-open"));
            window
        },
        steps: &[("listed", |window| window.assert_shows("/call-"))],
    },
    Case {
        name: "topics",
        few: 300,
        many: 6_000,
        open: |topics| with(quiet(), |model| know_topics(model, topics)),
        steps: &[("listed", |window| window.assert_shows("topic-00000"))],
    },
    Case {
        name: "a body in the form",
        few: 40_000,
        many: 4_000_000,
        open: |bytes| {
            let draft = Draft {
                topic: "orders".to_owned(),
                body: "line of the body\n".repeat(bytes / 17),
                ..Draft::default()
            };
            let workspace = Workspace {
                draft: Some(draft),
                ..quiet()
            };
            let mut window = with(workspace, |_| {});
            window.until("it is checked", |window| window.shows("every SDK"));
            window
        },
        steps: &[
            ("at rest", |_| {}),
            ("with the cursor in it", |window| {
                let at = window.rect(&en("field-body")).left_top() + egui::vec2(40.0, 30.0);
                window.drag(at, at);
                assert!(window.is_typed_into(&en("field-body")));
                window.assert_shows("Part 1 of ");
            }),
            ("at its end", |window| {
                window.press_with_command(Key::End);
                window.assert_not_shown("Part 1 of ");
            }),
            ("a part before that", |window| window.press(Key::PageUp)),
            ("all selected", |window| {
                window.press_with_command(Key::A);
                window.assert_shows(" are selected: type or paste");
            }),
        ],
    },
];

/// A view that does not listen, so that nothing happens by itself.
fn quiet() -> Workspace {
    Workspace {
        views: vec![SavedView {
            id: SubscriptionId(0),
            form: ConsumeForm::default(),
            running: false,
            file: None,
            table: SavedTable::default(),
        }],
        ..Workspace::default()
    }
}

fn with(workspace: Workspace, before: impl FnOnce(&mut Model)) -> Window {
    let start = Start {
        size: [1400.0, 800.0],
        ..Start::default()
    };
    let mut model = Model::new(Setup {
        preferences: start.config.preferences.clone(),
        workspace,
        ..Setup::default()
    });
    before(&mut model);
    let mut window = Window::with_model(start, model);
    window.settle();
    window.leave_fields();
    window
}

fn fill(model: &mut Model, rows: usize) {
    let ends = BEGIN.offset_millis(300_000);
    let arrival = |number| {
        let body = format!("{{\"number\": {number}}}");
        fixtures::arrival(number, body, BEGIN, ends)
    };
    let event = fixtures::polled((0..rows as u64).map(arrival), BEGIN);
    model.absorb(event, BEGIN);
    model.tick(BEGIN);
    while model.is_behind() {
        model.tick(BEGIN);
    }
}

fn exchange(model: &mut Model, count: usize) {
    for number in 0..count as u64 {
        let seen = Seen {
            connection: ConnectionId::Sandbox,
            exchange: fixtures::exchange(number, BEGIN),
            missed: 0,
        };
        model.absorb(Event::Traffic(TrafficEvent::Seen(Arc::new(seen))), BEGIN);
        model.tick(BEGIN);
    }
}

fn know_topics(model: &mut Model, count: usize) {
    let topic = |number: usize| TopicContent {
        instance: None,
        topic: format!("topic-{number:05}").parse().unwrap(),
        messages: 1,
        groups: Vec::new(),
    };
    let content = (0..count).map(topic).collect();
    model.absorb(Event::SandboxContent(content), BEGIN);
}

/// What one frame costs now, and how much it paints.
fn frame(window: &mut Window) -> (usize, usize) {
    let cost = |window: &mut Window| {
        let before = COUNTED.stats().bytes_allocated;
        window.draw();
        COUNTED.stats().bytes_allocated - before
    };
    let least = (0..FRAMES).map(|_| cost(window)).min();
    (least.unwrap(), window.shapes().len())
}

/// At each step.
fn costs(case: &Case, much: usize) -> Vec<(usize, usize)> {
    let mut window = (case.open)(much);
    let step = |(_, step): &(_, fn(&mut Window))| {
        step(&mut window);
        window.settle();
        // What is worked off in steps comes to its end.
        let mut steps = 0;
        while window.repaints_after().is_zero() && steps < 1_000 {
            window.draw();
            steps += 1;
        }
        frame(&mut window)
    };
    case.steps.iter().map(step).collect()
}

#[test]
fn a_frame_costs_the_same_however_much_there_is() {
    let mut wrong = Vec::new();
    for case in &CASES {
        let (few, many) = (costs(case, case.few), costs(case, case.many));
        for ((step, few), many) in case.steps.iter().zip(few).zip(many) {
            let what = format!(
                "{} {}: {} and {} bytes, {} and {} shapes",
                case.name, step.0, few.0, many.0, few.1, many.1
            );
            println!("{what}");
            if many.0 > few.0 * 3 / 2 || many.1 > few.1 * 3 / 2 {
                wrong.push(what);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
