//! Consume views: what they get, when they stop, and several of them side by side.

use std::time::Duration;

use mqscope::protocol::Profile;

use crate::outside::{publish_many, set_faults, waiting};
use crate::support::{BEGIN, Place, Start, Window, en, en_with};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_delayed_message_arrives_when_its_time_has_come() {
    let mut window = Window::open();
    window.click("After…");
    assert_eq!(window.value(Place::Form, "Delay"), "10s");
    window.publish();
    window.click("Now");
    window.fill(Place::Form, "Key", "at once");
    // It was published later and is here: whoever looks has looked past the delayed one.
    window.publish_and_see();
    assert_eq!(window.rows().len(), 1);

    window.set_time(BEGIN + 9 * SECOND);
    window.fill(Place::Form, "Key", "after nine");
    window.publish_and_see();
    assert_eq!(window.rows().len(), 2);
    assert!(!window.has("order-1043"));

    window.set_time(BEGIN + 10 * SECOND);
    window.until("the delayed message", |window| window.has("order-1043"));
    assert_eq!(window.rows().len(), 3);
    // From its own arrival on.
    assert!(window.has("5:00"));
}

#[test]
fn a_message_for_a_point_in_time_waits_for_it() {
    let mut window = Window::open();
    window.click("At…");
    window.fill(Place::Form, "Delivery time", "2026-11-22T10:15:07Z");
    window.publish();
    window.click("Now");
    window.fill(Place::Form, "Key", "at once");
    window.publish_and_see();
    assert_eq!(window.rows().len(), 1);
    window.set_time(BEGIN + 60 * SECOND);
    window.until("the timed message", |window| window.has("order-1043"));
}

#[test]
fn a_view_gets_only_the_tags_it_asks_for() {
    let mut window = Window::open();
    window.stop();
    window.fill(Place::Head, "Tag", "TagB||TagC");
    window.click("Start");
    for (tag, key) in [("TagA", "one"), ("TagB", "two"), ("", "three")] {
        window.fill(Place::Form, "Tag", tag);
        window.fill(Place::Form, "Key", key);
        window.publish();
    }
    window.fill(Place::Form, "Tag", "TagC");
    window.fill(Place::Form, "Key", "four");
    window.publish();
    window.until("the last message", |window| window.has("four"));
    assert_eq!(window.rows().len(), 2);
    assert!(window.has("two") && window.has("TagB"));
    assert!(!window.has("one") && !window.has("three"));
}

#[test]
fn the_head_of_a_view_keeps_to_its_lines_with_a_connection_to_choose_too() {
    for name in ["desk", "the staging cluster in Guangzhou"] {
        for width in [1100.0, 1280.0, 1440.0, 1920.0] {
            let start = Start {
                size: [width, 900.0],
                ..Start::default()
            };
            let mut window = Window::start(start.with(name, Profile::Tdmq, "http://h"));
            window.until_running();
            window.click("New consume view");
            window.click("Deliveries · As they come");
            window.click("Half messages to check");
            let topic = window.middle_of_field(Place::Head, "Topic").y;
            let start = window.rect("Start");
            assert!(start.center().y - topic < 230.0, "{name}, {width}: {start}");
            let edge = match window.has("Size of Publish") {
                true => window.rect("Size of Publish").left(),
                false => width,
            };
            for last in ["Start", "Deliveries · Half messages to check"] {
                let right = window.rect(last).right();
                assert!(right < edge, "{name}, {width}: {last} {right}, {edge}");
            }
        }
    }
}

#[test]
fn another_group_gets_the_same_message_in_a_view_of_its_own() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");

    window.click("New consume view");
    assert!(window.has("Consume orders · GID_debug · stopped · 2"));
    window.assert_shows("Not consuming");
    window.fill(Place::Head, "Consumer group", "GID_second");
    window.click("Start");
    window.until("it arrives there too", |window| {
        window.has("Consume orders · GID_second · running") && window.rows() == [id.clone()]
    });
    assert!(window.is_on(&format!("Ack {id}")));
    // The status line is about both views.
    window.assert_shows("2 received · 1 acked");
    window.until("the group is in the tree", |window| {
        window.has("GID_second")
    });

    // The first view is as it was, and its group is one click away.
    window.click("GID_debug");
    window.assert_shows("2 received · 1 acked");
    assert!(window.has("Acked"));
    window.click("Consume orders · GID_second · running");
    window.stop();
    // It holds a message, so closing it is asked back.
    window.click("Close this view");
    window.click("Cancel");
    assert!(window.has("Consume orders · GID_second · stopped"));
    window.click("Close this view");
    window.click("Close it with 1 still held");
    assert!(!window.has("Consume orders · GID_second · stopped"));
    assert!(window.has("Acked"));
}

#[test]
fn stopping_lets_the_poll_in_flight_finish_and_keeps_what_came() {
    let mut window = Window::open();
    window.click("Stop");
    assert!(!window.is_on("Stopping…"));
    // The poll was there before the stop, so this message would be leased to nobody.
    let id = window.publish_and_see();
    window.until("it has stopped", |window| window.has("Start"));
    assert!(window.is_on(&format!("Ack {id}")));

    window.fill(Place::Form, "Key", "unseen");
    window.publish();
    window.advance(SECOND);
    // Acks work without a poll, and this one's answer comes after all that a poll would bring.
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    assert_eq!(window.rows(), std::slice::from_ref(&id));

    window.click("Start");
    window.until("the second message", |window| window.has("unseen"));
    assert_eq!(window.rows().len(), 2);
    assert!(window.rows().contains(&id));
}

#[test]
fn a_paused_view_says_so_and_leaves_what_comes_to_the_broker() {
    let mut window = Window::open();
    window.click(&en("view-pause"));
    // The poll was there before the pause, so this message is still the view's.
    let id = window.publish_and_see();
    window.until("it has paused", |window| window.has(&en("view-resume")));
    window.assert_shows(&en_with("banner-paused", &[("group", "GID_debug")]));

    window.fill(Place::Form, "Key", "unseen");
    window.publish();
    window.advance(SECOND);
    assert_eq!(waiting(&window, "GID_debug"), (1, 1));
    assert_eq!(window.rows(), std::slice::from_ref(&id));

    window.click(&en("view-resume"));
    window.until("the second message", |window| window.has("unseen"));
    assert_eq!(window.rows().len(), 2);
}

#[test]
fn a_topic_of_the_sandbox_is_one_click_from_the_form_and_a_view() {
    let mut window = Window::open();
    window.fill(Place::Form, "Topic", "payments");
    window.publish();
    window.until("the topic is in the tree", |window| window.has("payments"));
    window.fill(Place::Form, "Topic", "elsewhere");
    window.click("payments");
    assert_eq!(window.value(Place::Form, "Topic"), "payments");

    // A view that has rows keeps its source: another topic opens another view.
    window.fill(Place::Form, "Topic", "orders");
    let id = window.publish_and_see();
    window.stop();
    window.fill(Place::Head, "Topic", "payments");
    window.click("Start");
    window.until("a view of its own", |window| {
        window.has("Consume payments · GID_debug · running") && window.rows().len() == 1
    });
    assert_ne!(window.rows(), std::slice::from_ref(&id));
    window.click("Consume orders · GID_debug · stopped");
    assert_eq!(window.rows(), [id]);
}

/// Each poll takes a second of a clock that stands still: the view is always in the middle of it.
#[test]
fn stop_while_thousands_wait_takes_the_poll_in_flight_and_no_more() {
    let mut window = Window::open();
    window.stop();
    let all = 2_000;
    publish_many(&window, all);
    set_faults(&window, &["consume:*:latency=1s"]);
    window.click("Start");
    let received = |window: &Window| {
        let texts = window.texts_with(" received · ");
        let number = texts[0]
            .split(' ')
            .next()
            .and_then(|n| n.parse::<u64>().ok());
        number.unwrap_or_else(|| panic!("{texts:?}"))
    };
    window.until_in_time("some have come", |window| received(window) >= 64);
    window.click("Stop");
    // Between two polls there is nothing to wait for.
    assert!(window.has("Stopping…") || window.has("Start"));
    window.until_in_time("it has stopped", |window| window.has("Start"));
    let came = received(&window);
    assert!((64..200).contains(&came), "{came}");

    // What it took is there, and the rest waits for the next.
    let held = (all as u64 - came, came);
    assert_eq!(waiting(&window, "GID_debug"), held);
    window.assert_shows(&format!("You hold {came}"));
    for _ in 0..10 {
        window.advance(SECOND);
    }
    assert_eq!(waiting(&window, "GID_debug"), held);
    assert_eq!(received(&window), came);

    set_faults(&window, &[]);
    window.click("Start");
    window.until("all have come", |window| received(window) == all as u64);
    assert_eq!(waiting(&window, "GID_debug"), (0, all as u64));
}
