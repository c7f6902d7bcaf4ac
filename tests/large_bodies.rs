//! What a frame costs while a large body is looked at, in bytes that it asks the allocator for: what
//! is laid out, searched or copied in a frame is in there. It must not grow with the body, in whatever
//! way that is shown; nor must what a frame paints.
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
#[path = "window/outside.rs"]
#[allow(dead_code, reason = "only some of it is needed here")]
mod outside;
#[path = "support/window/mod.rs"]
mod support;

use std::alloc::System;
use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use egui::Key;
use egui::accesskit::Role;
use mqscope::protocol::MessageParts;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use fixtures::text_of;
use outside::publish;
use support::{Place, Start, Window};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const SMALL: usize = 40_000;
const LARGE: usize = 4_000_000;
/// Other threads ask for memory now and then: the least of so many frames is that of a frame.
const FRAMES: usize = 6;

/// A body of about so many bytes.
struct Kind {
    name: &'static str,
    body: fn(usize) -> String,
    /// Ways to look at it.
    looks: &'static [&'static str],
}

/// Each has very many matches of what is searched for.
const KINDS: [Kind; 6] = [
    Kind {
        name: "one line",
        body: |bytes| text_of(bytes, |n| format!("word{} ", n % 7)),
        looks: &["Text", "Hex", "Raw XML"],
    },
    Kind {
        name: "many lines",
        body: |bytes| text_of(bytes, |n| format!("line {n} of them\n")),
        looks: &["Text", "Hex"],
    },
    Kind {
        name: "a flat list",
        body: |bytes| format!("[{}0]", text_of(bytes, |n| format!("{},", 1_000_000 + n))),
        looks: &["JSON", "Text"],
    },
    Kind {
        name: "deep JSON",
        body: |bytes| {
            let deep = format!("{}1{}", "{\"a\":[".repeat(50), "]}".repeat(50));
            format!("[{}0]", text_of(bytes, |_| format!("{deep},")))
        },
        looks: &["JSON", "Text"],
    },
    Kind {
        name: "XML",
        body: |bytes| {
            format!(
                "<r>{}</r>",
                text_of(bytes, |n| format!("<a n=\"{n}\"><b/></a>"))
            )
        },
        looks: &["XML", "Text"],
    },
    Kind {
        name: "packed JSON",
        body: |bytes| {
            let text = text_of(bytes, |n| format!("{{\"n\":{n},\"t\":\"word{}\"}},", n % 7));
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(format!("[{text}0]").as_bytes()).unwrap();
            BASE64_STANDARD.encode(gzip.finish().unwrap())
        },
        looks: &["JSON", "Text"],
    },
];

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

/// Opens a message that is the only one with this key.
fn open(window: &mut Window, key: &str, body: String) {
    let parts = MessageParts {
        body,
        key: Some(key.to_owned()),
        ..MessageParts::default()
    };
    let id = publish(window, parts);
    window.until("the message arrives", |window| window.rows().contains(&id));
    window.look_into(&id);
    window.until("the body is open", |window| window.shows("MD5 matches"));
}

/// Each way to look at it, at its beginning and at its end, with all matches marked.
fn costs(window: &mut Window, kind: &Kind, bytes: usize) -> Vec<(String, usize, usize)> {
    open(
        window,
        &format!("{} {bytes}", kind.name),
        (kind.body)(bytes),
    );
    let mut costs = Vec::new();
    let mut note = |window: &mut Window, look: &str, what: &str| {
        let (cost, shapes) = frame(window);
        costs.push((format!("{}, {look}, {what}", kind.name), cost, shapes));
    };
    for look in kind.looks {
        window.click(look);
        let (role, area) = match *look {
            "JSON" => (Role::Tree, "JSON tree"),
            "Hex" => (Role::Document, "Bytes of the body"),
            "Raw XML" => (Role::Document, "Raw XML"),
            _ => (Role::Document, "Body"),
        };
        let sheet = (role, area.to_owned());
        window.until("it is laid out and searched", |window| {
            window.things().contains(&sheet) && window.shows("1/")
        });
        note(window, look, "begin");
        window.click_role(role, area);
        window.press(Key::End);
        note(window, look, "end");
        if *look == "JSON" {
            window.click("Unfold all");
            note(window, look, "all open");
        }
    }
    costs
}

#[test]
fn a_frame_costs_the_same_whatever_the_body_is_as_large_as() {
    let mut window = Window::start(Start {
        size: [1100.0, 1400.0],
        ..Start::default()
    });
    window.until_running();
    open(&mut window, "first", "1".to_owned());
    window.click("Find in body");
    window.fill(Place::Only, "Find in body", "1");
    window.leave_fields();
    let mut table = Vec::new();
    for kind in &KINDS {
        let small = costs(&mut window, kind, SMALL);
        let large = costs(&mut window, kind, LARGE);
        table.extend(small.into_iter().zip(large));
    }
    for ((what, small, few), (_, large, many)) in &table {
        println!("{what}: {small} and {large} bytes, {few} and {many} shapes");
    }
    for ((what, small, few), (_, large, many)) in table {
        assert!(large < small * 2, "{what}: {small} and {large} bytes");
        assert!(many < few * 2, "{what}: {few} and {many} shapes");
    }
}
