//! How long a message is ours, what happens at the end of that, and acks that succeed or fail.

use std::time::Duration;

use egui::Shape;
use egui::accesskit::Role;
use mqscope::clock::Clock;
use mqscope::protocol::properties::Properties;
use mqscope::protocol::{ReceiptHandle, ReceivedMessage, body_md5};
use mqscope::session::{Arrival, Event, Lease, Model, SubscriptionId};
use mqscope::ui::theme;

use crate::outside::{ack, consume};
use crate::support::{BEGIN, Start, Window};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

/// The colour that a text is painted in.
fn color_of(window: &Window, text: &str) -> Vec<egui::Color32> {
    fn look(shape: &Shape, text: &str, found: &mut Vec<egui::Color32>) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| look(shape, text, found)),
            Shape::Text(painted) if painted.galley.text() == text => {
                let own = painted.galley.job.sections[0].format.color;
                found.push(painted.override_text_color.unwrap_or(own));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for clipped in window.shapes() {
        look(&clipped.shape, text, &mut found);
    }
    found
}

#[test]
fn the_countdown_follows_the_clock_to_its_end() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    let ack = format!("Ack {id}");
    let palette = theme::palette(window.context());
    window.stop();

    // To exactly one minute after the arrival, wherever the stop has taken the time.
    window.set_time(BEGIN + MINUTE);
    assert!(window.has("4:00"));
    assert_eq!(color_of(&window, "4:00"), [palette.text]);

    window.set_time(BEGIN + 4 * MINUTE + SECOND);
    assert!(window.has("0:59"));
    assert_eq!(color_of(&window, "0:59"), [palette.soon]);
    assert!(window.is_on(&ack));
    window.assert_shows("You hold 1, next returns in 0:59");

    window.set_time(BEGIN + 4 * MINUTE + 59 * SECOND);
    assert!(window.has("0:01") && window.is_on(&ack));

    window.set_time(BEGIN + 5 * MINUTE);
    assert!(window.has("Returned"));
    assert!(!window.is_on(&ack));
    assert!(!window.is_on(&format!("Select {id}")));
    assert!(!window.has("0:00"));
    assert!(!window.shows("You hold"), "nobody looks any more");
}

#[test]
fn from_the_countdown_of_all_one_gets_to_the_message_that_returns_first() {
    let mut window = Window::open();
    let first = window.publish_and_see();
    window.advance(MINUTE);
    let second = window.publish_and_see();
    window.look_into(&second);
    window.until("the details", |window| window.has(&second));
    let banner = window.texts_with("You hold 2, next returns in ");
    window.click_role(Role::Link, &banner[0]);
    window.settle();
    // Only the details tell a whole id.
    window.until("the details of that one", |window| window.has(&first));
    assert!(!window.has(&second));
}

#[test]
fn a_redelivery_is_the_same_row_with_a_new_handle() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    assert!(window.has("Delivery 1") && !window.has("Delivery 2"));
    let first = handles(&window);
    assert_eq!(first.len(), 1);

    window.advance(5 * MINUTE);
    window.until("the second delivery", |window| window.has("Delivery 2"));
    assert!(window.has("Delivery 1"));
    window.assert_shows("2 received · 0 acked");
    assert_eq!(window.count(&format!("Ack {id}")), 1);
    assert_eq!(window.count(&format!("Select {id}")), 1);
    // Twice in the table and in the details, and as one of five minutes again.
    assert!(window.has("2") && window.has("5:00"));
    let both = handles(&window);
    assert_eq!(both.len(), 2);
    assert!(both.contains(&first[0]));

    assert!(!ack(&window, &first[0]), "the first handle must be dead");
    window.click(&format!("Ack {id}"));
    window.until_shown("2 received · 1 acked");
    assert!(window.has("Acked"));

    // Nothing comes back. The second message is what proves that a poll has looked again.
    window.advance(6 * MINUTE);
    window.fill(crate::support::Place::Form, "Key", "order-2");
    window.publish_and_see();
    window.assert_shows("3 received · 1 acked");
    assert!(consume(&window, "GID_debug").is_empty());
}

#[test]
fn of_many_deliveries_the_older_ones_take_a_line_each_until_they_are_asked_for() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    for n in 2..=12 {
        window.advance(5 * MINUTE);
        window.until_shown(&format!("{n} received"));
    }
    window.assert_shows("12 deliveries, 11 ended without an ack");
    window.assert_shows("12 deliveries from ");
    assert!(window.has("Delivery 10") && !window.has("Delivery 9"));
    assert_eq!(handles(&window).len(), 3);

    let ninth = window.button_with("Delivery 9 · ");
    assert!(ninth.ends_with("Returned"), "{ninth}");
    window.click(&ninth);
    assert_eq!(handles(&window).len(), 4);
    window.click("Copy handle of delivery 9");
    window.click("Delivery 9");
    assert_eq!(handles(&window).len(), 3);

    // Another message begins with all of its own folded.
    window.click(&window.button_with("Delivery 9 · "));
    window.fill(crate::support::Place::Form, "Key", "order-2");
    let other = window.publish_and_see();
    window.look_into(&other);
    assert_eq!(handles(&window).len(), 1);
    window.look_into(&id);
    assert_eq!(handles(&window).len(), 3);
}

/// As many as there are before a message becomes a dead letter.
const MOST: u32 = 288;

/// The same message again and again, each time when the lease before has ended.
fn deliver_most(model: &mut Model) {
    for times in 1..=MOST {
        let at = BEGIN.offset_millis(-i64::from(MOST - times) * 300_000);
        let ends = at + 5 * MINUTE;
        let message = ReceivedMessage {
            message_id: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
            body_md5: body_md5("x"),
            body: "x".to_owned(),
            receipt_handle: ReceiptHandle::new(&format!("handle-{times}")).unwrap(),
            publish_time: BEGIN.offset_millis(-i64::from(MOST) * 300_000),
            first_consume_time: BEGIN.offset_millis(-i64::from(MOST - 1) * 300_000),
            next_consume_time: ends,
            consumed_times: times,
            tag: None,
            properties: Properties::default(),
        };
        let event = Event::Polled {
            subscription: SubscriptionId(0),
            arrivals: vec![Arrival {
                lease: Lease::new(at, ends, 0),
                message,
            }],
            damaged: Vec::new(),
            skew_millis: 0,
            at,
            elapsed: Duration::ZERO,
        };
        model.absorb(event, at);
        model.tick(at);
    }
}

#[test]
fn of_288_deliveries_each_can_be_reached_the_newest_first() {
    let mut window = Window::start(Start {
        size: [1440.0, 1500.0],
        before: deliver_most,
        ..Start::default()
    });
    window.until_running();
    let id = window.rows()[0].clone();
    window.look_into(&id);
    window.assert_shows("288 deliveries, 287 ended without an ack");
    // In days, as some of them were on another.
    window.assert_shows("288 deliveries from ");
    assert!(window.has("Delivery 288") && window.has("Delivery 286"));
    assert!(!window.has("Delivery 285"), "only the newest are whole");

    let timeline = window.middle_of_text("288 deliveries, 287 ended without an ack");
    let mut seen: Vec<u32> = vec![288, 287, 286];
    for _ in 0..40 {
        let lines = window.texts_with("Delivery ");
        let lines = lines.iter().filter(|line| line.contains(" · "));
        let numbers: Vec<u32> = lines
            .filter_map(|line| line.split(' ').nth(1)?.parse().ok())
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[0] == pair[1] + 1));
        assert!(numbers.len() < 100, "what is out of sight costs nothing");
        seen.extend(numbers);
        if seen.contains(&1) {
            break;
        }
        window.turn_wheel(timeline, -350.0);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen, (1..=MOST).collect::<Vec<u32>>());

    // The oldest can be looked at as closely as the newest.
    window.click(&window.button_with("Delivery 1 · "));
    assert!(window.has("Delivery 1"));
    window.click("Copy handle of delivery 1");
    window.assert_shows("handle-1");
    // An ack is of the newest, wherever one looks.
    window.assert_shows("1 held · 5:00");
}

/// Handles in the details pane.
fn handles(window: &Window) -> Vec<String> {
    let known: Vec<String> = window
        .texts_with("")
        .into_iter()
        .filter(|text| text.len() > 24 && !text.contains(' ') && !text.contains("://"))
        .collect();
    let ids = window.rows();
    known
        .into_iter()
        .filter(|text| !ids.contains(text) && !is_md5(text))
        .collect()
}

fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.chars().all(|c| c.is_ascii_hexdigit())
}

#[test]
fn an_acked_message_is_gone_for_its_group() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    window.stop();
    window.advance(6 * MINUTE);
    assert!(consume(&window, "GID_debug").is_empty());
    assert_eq!(consume(&window, "GID_other").len(), 1);
    assert!(window.has("Acked") && !window.has("Returned"));
}

#[test]
fn several_are_selected_and_acked_at_once() {
    let mut window = Window::open();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(window.publish_and_see());
    }
    assert!(!window.is_on("Ack selected (0)"));
    window.click("Select all");
    assert!(
        ids.iter()
            .all(|id| window.is_chosen(&format!("Select {id}")))
    );
    assert!(window.is_on("Ack selected (3)"));

    assert!(window.is_chosen("Select all"));

    window.click(&format!("Select {}", ids[1]));
    assert!(window.has("Ack selected (2)") && window.is_half_chosen("Select all"));
    window.click("Ack selected (2)");
    window.until_shown("3 received · 2 acked");
    assert_eq!(window.count("Acked"), 2);
    assert!(window.is_on(&format!("Ack {}", ids[1])));

    window.click("Select all");
    window.click("Ack selected (1)");
    window.until_shown("3 received · 3 acked");
    assert_eq!(window.count("Acked"), 3);
    window.stop();
    window.advance(6 * MINUTE);
    assert!(consume(&window, "GID_debug").is_empty());
}

#[test]
fn what_somebody_else_has_acked_is_refused_and_said() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    assert!(ack(&window, &handles(&window)[0]));

    window.click(&format!("Ack {id}"));
    window.until("the refusal", |window| window.has("Acked elsewhere"));
    assert!(!window.has(&format!("Ack {id}")), "nothing is left to do");
    window.assert_shows("refused with 5:00 left: most likely another program has acked");
    window.assert_shows("MessageNotExist");
    window.assert_shows("1 received · 0 acked");

    // The same just before the end of a lease proves nothing.
    let id = window.publish_and_see();
    window.look_into(&id);
    assert!(ack(&window, &handles(&window)[0]));
    window.set_time(window.clock().now() + (5 * MINUTE - SECOND));
    window.click(&format!("Ack {id}"));
    window.until("the refusal", |window| window.has("Late or elsewhere"));
    window.assert_shows("too late, or acked by another program");
}

#[test]
fn an_ack_that_only_the_server_knows_to_be_late_is_refused_and_said() {
    // This machine's clock stands still while the server's goes on: the window believes that
    // there are minutes left.
    let (own, _hand) = Clock::manual(BEGIN);
    let mut window = Window::start(Start {
        own_clock: Some(own),
        ..Start::default()
    });
    window.until_running();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.stop();
    window.advance(6 * MINUTE);
    assert!(
        window.has("5:00") || window.has("4:59"),
        "{}",
        window.tree()
    );

    window.click(&format!("Ack {id}"));
    window.until("the refusal", |window| window.has("Ack too late"));
    // On the row itself, with what is left to do.
    assert!(window.has("Wait") || !window.is_on(&format!("Ack {id}")));
    window.assert_shows("The message comes back by itself");
    assert_eq!(consume(&window, "GID_debug").len(), 1);
}
