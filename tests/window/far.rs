//! The live table with very many messages: its far end, its bar, and what happens when the memory
//! for messages is full.

use egui::Key;
use egui::pos2;
use mqscope::session::Model;

use crate::fixtures::{self, id};
use crate::support::{BEGIN, Start, Window, en, en_with};

/// More than there are whole numbers of points that the layout can tell apart.
const MANY: u32 = 1_000_000;
const BAR: &str = "table-scroll";

/// Lets messages arrive in the first view, numbered from 0, and the table follow them.
fn fill(model: &mut Model, count: u32, lease_millis: i64) {
    let ends = BEGIN.offset_millis(lease_millis);
    for first in (0..count).step_by(8_000) {
        let numbers = first..count.min(first + 8_000);
        let arrival = |number: u32| {
            let number = number.into();
            fixtures::arrival(number, number.to_string(), BEGIN, ends)
        };
        model.absorb(fixtures::polled(numbers.map(arrival), BEGIN), BEGIN);
        while model.views().iter().any(|view| view.table.is_busy()) {
            model.tick(BEGIN);
        }
        model.tick(BEGIN);
    }
}

/// A window whose view has these messages, the newest first.
fn with_many() -> Window {
    Window::start(Start {
        before: |model| fill(model, MANY, 300_000),
        ..Start::default()
    })
}

/// The numbers of the rows in sight, from the top.
fn numbers(window: &Window) -> Vec<u32> {
    let ids = window.rows();
    ids.iter()
        .map(|id| u32::from_str_radix(id, 16).expect("one of ours"))
        .collect()
}

#[test]
fn a_million_rows_are_scrolled_exactly_to_the_last_one() {
    let mut window = with_many();
    // Whatever comes of polling would take room.
    window.stop();
    assert_eq!(numbers(&window)[..3], [999_999, 999_998, 999_997]);
    window.leave_fields();
    window.press(Key::End);
    let end = numbers(&window);
    assert_eq!(end.last(), Some(&0), "the oldest is the last");
    let falling = |numbers: &[u32]| numbers.windows(2).all(|pair| pair[0] == pair[1] + 1);
    assert!(falling(&end), "{end:?}");
    // Row by row: ten rows above the end, and back.
    let table = window
        .rect(&en_with("select-row", &[("id", &id(3))]))
        .center();
    for n in 1..=10 {
        window.turn_wheel(table, 30.0);
        let now = numbers(&window);
        assert_eq!(now[0], end[0] + n, "after {n} rows");
        assert!(falling(&now), "{now:?}");
    }
    for n in (0..10).rev() {
        window.turn_wheel(table, -30.0);
        assert_eq!(numbers(&window)[0], end[0] + n);
    }
    // The wheel does not go beyond the end.
    window.turn_wheel(table, -90.0);
    assert_eq!(numbers(&window), end);
    window.press(Key::PageUp);
    window.press(Key::PageUp);
    let page = numbers(&window);
    assert!(page[0] > end[0] && falling(&page), "{page:?}");
    window.press(Key::Home);
    assert_eq!(numbers(&window)[..2], [999_999, 999_998]);

    // The bar: to the middle, to the end, to the top.
    let bar = window.rect(&en(BAR));
    let top = pos2(bar.center().x, bar.top() + 2.0);
    window.drag(top, pos2(top.x, bar.center().y));
    let middle = numbers(&window);
    assert!((400_000..600_000).contains(&middle[0]), "{middle:?}");
    assert!(falling(&middle), "{middle:?}");
    window.drag(
        pos2(top.x, bar.center().y),
        pos2(top.x, bar.bottom() + 50.0),
    );
    assert_eq!(numbers(&window), end);
    window.drag(
        pos2(top.x, bar.bottom() - 2.0),
        pos2(top.x, bar.top() - 50.0),
    );
    assert_eq!(numbers(&window)[..2], [999_999, 999_998]);
}

#[test]
fn what_had_to_go_for_want_of_room_is_in_sight() {
    let mut window = Window::start(Start {
        before: |model| {
            model.set_memory(1 << 20);
            // Returned at once, so that nobody holds them.
            fill(model, 8_000, 0);
        },
        ..Start::default()
    });
    window.settle();
    let gone = window.texts_with(&en_with("status-evicted", &[("n", "")]));
    assert!(!gone.is_empty(), "{}", window.tree());
    window.assert_not_shown(&en_with("status-lost", &[("n", "")]));
    assert_eq!(numbers(&window)[0], 7_999);
    // The oldest that is left is the last.
    window.leave_fields();
    window.press(Key::End);
    let rows = numbers(&window);
    assert!(*rows.last().expect("some") > 4_000, "{rows:?}");
}

#[test]
fn messages_in_hand_that_had_to_go_are_told_loudly() {
    let mut window = Window::start(Start {
        before: |model| {
            model.set_memory(1 << 20);
            fill(model, 8_000, 120_000);
        },
        ..Start::default()
    });
    window.settle();
    let lost = window.texts_with(" in hand let go");
    assert!(!lost.is_empty(), "{}", window.tree());
    window.assert_not_shown(&en_with("status-evicted", &[("n", "")]));
    window.assert_shows("messages in hand were let go: the 1 MB for messages are full");
    window.click(&window.button_with("Notices"));
    window.assert_shows("within 2 min they return to their group");
    assert_eq!(numbers(&window)[0], 7_999);
}
