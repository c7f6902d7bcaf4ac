//! A tour of the whole window, frame by frame, with very many messages, large bodies and a flood of
//! arrivals: how long the thread of the window is busy with each frame. Fails if one takes longer
//! than a screen of 60 Hz waits.
//!
//! What counts is everything that a frame does before the graphics card gets it: events, the
//! session, the layout, the triangles. Where there is no card, what draws the triangles takes far
//! longer than that, and is not measured.
//!
//! `cargo bench --bench frames`, or with the names of some scenes after `--`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

mod bodies;
#[path = "../../tests/support/fixtures.rs"]
mod fixtures;
mod flood;
mod places;
mod rows;
mod stage;
mod tally;

use std::process::ExitCode;

use stage::Stage;

/// As the program does.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let bench = arguments.iter().any(|argument| argument == "--bench");
    let named: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|n| name.contains(n.as_str()));
    // Tried as a test, it is to be quick.
    let (rows, bytes, topics) = match bench {
        true => (1_000_000, bodies::large(true), 1_000),
        false => (2_000, bodies::large(false), 30),
    };
    let mut stage = Stage::new(bench, |model| rows::fill(model, rows));
    // The one that opens the window reads the fonts; until it is done there is nothing to see.
    stage.frames(1);
    stage.scene("start");
    stage.doing("the first frames");
    stage.frames(30);
    stage.flood();
    stage.frames(30);
    if wanted("rows at rest") {
        stage.scene("rows at rest");
        stage.doing("nothing");
        stage.frames(60);
        rows::scroll(&mut stage);
    }
    stage.pour(true);
    if wanted("rows that arrive") {
        stage.scene("rows that arrive");
        stage.doing("nothing");
        stage.frames(240);
        rows::scroll(&mut stage);
    }
    if wanted("window") {
        stage.scene("window");
        places::drag(&mut stage, "the table");
    }
    if wanted("sort") {
        stage.scene("sort");
        rows::sort(&mut stage, rows);
    }
    if wanted("filter") {
        stage.scene("filter");
        rows::search(&mut stage, rows);
    }
    if wanted("plots") {
        stage.scene("plots");
        places::plots(&mut stage);
    }
    if wanted("traffic") {
        stage.scene("traffic");
        places::traffic(&mut stage);
    }
    if wanted("themes") {
        stage.scene("themes and languages");
        places::themes(&mut stage);
    }
    if wanted("bodies") {
        stage.scene("large bodies");
        bodies::look(&mut stage, bytes);
        places::drag(&mut stage, "a large body");
    }
    if wanted("form") {
        stage.scene("large bodies in the form");
        bodies::edit(&mut stage, bytes);
    }
    if wanted("control") {
        stage.scene("control room");
        places::control(&mut stage, topics);
    }
    if wanted("windows above") {
        stage.scene("windows above");
        places::windows(&mut stage);
    }
    if wanted("acks") {
        stage.scene("selecting and acking");
        rows::ack(&mut stage, rows);
    }
    if wanted("returns") {
        stage.scene("all return");
        rows::expire(&mut stage, rows);
    }
    println!("{} messages arrived meanwhile", stage.flood().published());
    let good = stage.tally.verdict();
    match good || !bench {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
