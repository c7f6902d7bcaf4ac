//! Very many rows: scrolled, sorted, filtered, selected, acked, and let go of all at once, while
//! more arrive.

use std::time::Duration;

use egui::{Key, Modifiers, Pos2, pos2};
use mqscope::protocol::properties::Properties;
use mqscope::session::{Arrival, Model};

use super::fixtures;
use super::stage::{BEGIN, Stage, say};

/// How long the first messages are held.
pub(crate) const LEASE: Duration = Duration::from_secs(300);

/// Rows that a view looks through in a frame, at the least; how long a new order may take.
const STEP: u32 = 4_096;

fn arrival(number: u32) -> Arrival {
    // Neighbours in the order of arrival are none in the order of keys.
    let key = number.wrapping_mul(2_654_435_761) % 1_000_000;
    let body = format!("{{\"number\": {number}, \"amount\": {}}}", number % 977);
    let mut arrival = fixtures::arrival(number.into(), body, BEGIN, BEGIN + LEASE);
    let message = &mut arrival.message;
    message.tag = number.is_multiple_of(2).then(|| "paid".to_owned());
    message.properties = Properties::decode(&format!("KEYS:order-{key}|"));
    arrival
}

/// So many messages came before the window opened, and the table has followed.
pub(crate) fn fill(model: &mut Model, rows: u32) {
    for first in (0..rows).step_by(4_096) {
        let numbers = first..rows.min(first + 4_096);
        let event = fixtures::polled(numbers.map(arrival), BEGIN);
        model.absorb(event, BEGIN);
        model.tick(BEGIN);
        while model.views()[0].table.is_busy() {
            model.tick(BEGIN);
        }
    }
}

/// Frames that a view may take to look at all rows, and some more.
fn all_rows(rows: u32) -> usize {
    (rows / STEP) as usize + 30
}

fn table(stage: &mut Stage) -> Pos2 {
    let head = say(stage.lang, "select-all");
    let head = stage.place(&head);
    pos2(head.right() + 220.0, head.bottom() + 100.0)
}

/// To the ends and back, by keys, wheel and bar.
pub(crate) fn scroll(stage: &mut Stage) {
    stage.leave_fields();
    for (what, key, times) in [
        ("to the end", Key::End, 1),
        ("a page up, again and again", Key::PageUp, 30),
        ("to the top", Key::Home, 1),
        ("a page down, again and again", Key::PageDown, 30),
        ("to the top", Key::Home, 1),
    ] {
        stage.doing(what);
        for _ in 0..times {
            stage.press(key, Modifiers::NONE);
        }
        stage.frames(20);
    }
    let at = table(stage);
    stage.doing("the wheel");
    stage.wheel(at, -240.0, 60);
    stage.doing("the bar, from end to end");
    let bar = say(stage.lang, "table-scroll");
    let bar = stage.place(&bar);
    let top = pos2(bar.center().x, bar.top() + 2.0);
    let bottom = pos2(top.x, bar.bottom() - 2.0);
    stage.drag(top, bottom, 60);
    stage.doing("to the newest");
    stage.press(Key::Home, Modifiers::NONE);
    stage.frames(30);
}

/// By each column, up and down.
pub(crate) fn sort(stage: &mut Stage, rows: u32) {
    let wait = all_rows(rows);
    for column in ["key", "returns", "id", "tag", "times-name", "age", "body"] {
        let name = say(stage.lang, &format!("column-{column}"));
        stage.doing(&format!("sort by {name}"));
        let head = stage.place(&name).left_center() + egui::vec2(6.0, 0.0);
        stage.click_at(head);
        stage.frames(wait);
        stage.doing(&format!("sort by {name}, the other way round"));
        stage.click_at(head);
        stage.frames(if column == "key" { wait } else { wait / 4 });
        stage.doing("to the end of what is sorted");
        stage.leave_fields();
        stage.press(Key::End, Modifiers::NONE);
        stage.frames(20);
        stage.doing("in the order of arrival again");
        stage.click_at(head);
        stage.frames(wait);
    }
}

fn filter(stage: &mut Stage, text: &str, wait: usize) {
    stage.doing(&format!("filter {text:?}"));
    stage.click_key("filter-name");
    stage.press(Key::A, Modifiers::COMMAND);
    match text {
        "" => stage.press(Key::Backspace, Modifiers::NONE),
        text => stage.write(text),
    }
    stage.frames(wait);
}

/// A word and a pattern, letter by letter, and nothing again.
pub(crate) fn search(stage: &mut Stage, rows: u32) {
    let wait = all_rows(rows);
    for text in [
        "paid",
        "tag:paid -body:/7}$/",
        "/amount\": 4.*[13579]}/",
        "nowhere at all",
        "",
    ] {
        filter(stage, text, wait);
    }
    stage.leave_fields();
    filter(stage, "is:held key:/7$/", 20);
    stage.doing("sort by what is filtered, at once");
    stage.click_key("column-key");
    stage.frames(wait);
    stage.click_key("column-age");
    stage.frames(10);
    filter(stage, "", wait);
    stage.click_with(&say(stage.lang, "column-age"));
    stage.click_with(&say(stage.lang, "column-age"));
    stage.frames(wait);
    stage.leave_fields();
}

/// All of them are selected, acked for a while, and that is stopped.
pub(crate) fn ack(stage: &mut Stage, rows: u32) {
    let wait = all_rows(rows);
    stage.doing("select all");
    stage.leave_fields();
    stage.press(Key::A, Modifiers::COMMAND);
    stage.frames(wait);
    stage.doing("select nothing, and all again");
    for _ in 0..2 {
        stage.click_key("select-all");
        stage.frames(wait);
    }
    stage.doing("ack them all");
    stage.click_with("Ack selected (");
    stage.frames(240);
    stage.doing("stop acking");
    let stop = say(stage.lang, "acking-stop");
    // Few are acked before one could stop that.
    if stage.things().iter().any(|thing| thing.name == stop) {
        stage.click(&stop);
    }
    stage.frames(120);
}

/// All that is held returns in the same moment.
pub(crate) fn expire(stage: &mut Stage, rows: u32) {
    stage.doing("all return at once");
    stage.pass(LEASE);
    stage.frames(all_rows(rows) * 2);
}
