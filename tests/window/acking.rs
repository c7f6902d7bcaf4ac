//! Acking many messages at once: how it goes, stopping it, what failed; and acking what arrives.

use mqscope::protocol::MessageParts;

use crate::outside::{consume, publish, set_faults};
use crate::support::{Place, Window, en, en_with};

/// A window with so many messages, all of them selected.
fn with_selected(count: usize) -> Window {
    let mut window = Window::open();
    for n in 0..count {
        let body = format!("body {n}");
        publish(
            &window,
            MessageParts {
                body,
                ..MessageParts::default()
            },
        );
    }
    window.until_shown(&format!("{count} received"));
    window.click("Select all");
    window.until_shown(&format!("Ack selected ({count})"));
    window
}

fn stays(n: &str, why: &str) -> String {
    en_with(why, &[("n", n)])
}

#[test]
fn many_are_acked_in_chunks_and_the_end_is_told() {
    let mut window = with_selected(100);
    window.click("Ack selected (100)");
    window.until_shown("Acked 100 of 100");
    window.until_shown("100 received · 100 acked");
    window.assert_shows("Ack selected (0)");
    window.assert_not_shown("failed");
    window.click(&en("acking-dismiss"));
    window.assert_not_shown("Acked 100 of 100");
    window.stop();
    assert!(consume(&window, "GID_debug").is_empty());
}

#[test]
fn few_are_acked_without_a_word() {
    let mut window = with_selected(3);
    window.click("Ack selected (3)");
    window.until_shown("3 received · 3 acked");
    window.assert_not_shown("Acked 3 of 3");
}

#[test]
fn a_stop_leaves_what_was_not_sent_selected() {
    let mut window = with_selected(100);
    // The first four answers do not come as long as this window lives.
    set_faults(&window, &["ack:*:latency=3600000ms:next=4"]);
    window.click("Ack selected (100)");
    window.until_shown("Acking 0 of 100");
    window.assert_shows("Ack selected (36)");
    assert!(!window.is_on("Ack selected (36)"), "one at a time");

    // Nothing else waits for it: what is not on its way can be acked by its own button.
    let free = window
        .rows()
        .into_iter()
        .find(|id| window.has(&format!("Ack {id}")));
    let free = free
        .filter(|id| window.is_on(&format!("Ack {id}")))
        .unwrap();
    window.click(&format!("Ack {free}"));
    window.until_shown("100 received · 1 acked");

    window.click(&en("acking-stop"));
    assert!(!window.is_on(&en("acking-stop")));
    window.assert_shows("Acking 0 of 100");
    window.assert_shows("Ack selected (35)");
    // Messages arrive all the same.
    window.publish();
    window.until_shown("101 received · 1 acked");
}

#[test]
fn what_the_server_refuses_is_counted_and_found() {
    let mut window = with_selected(40);
    set_faults(&window, &["ack:*:partial-ack-internal-error:next=1"]);
    window.click("Ack selected (40)");
    window.until_shown("Acked 32 of 40");
    window.assert_shows("8 failed");
    window.click(&en("acking-show-failed"));
    window.assert_shows("8 of 40 shown");
    assert_eq!(window.count("Ack failed"), 8);
    // The server could not do it just then: they are still held.
    window.click("Select all");
    window.click("Ack selected (8)");
    window.until_shown("40 received · 40 acked");
}

#[test]
fn an_ack_that_does_not_get_through_ends_it_and_is_told_once() {
    let mut window = with_selected(100);
    set_faults(&window, &["ack:*:403"]);
    window.click("Ack selected (100)");
    window.until_shown("Acked 0 of 100");
    window.assert_shows("64 failed");
    window.assert_shows(&stays("36", "acking-gave-up"));
    window.assert_shows("Ack selected (36)");
    window.assert_shows("Notices 1");
    assert!(window.is_on("Ack selected (36)"));

    // They are still held: the mend is to ack them again.
    set_faults(&window, &[]);
    window.click("Select all");
    window.click("Ack selected (100)");
    window.until_shown("Acked 100 of 100");
    window.assert_shows("100 received · 100 acked");
}

#[test]
fn what_is_taken_out_of_the_selection_is_left_out() {
    let mut window = with_selected(100);
    set_faults(&window, &["ack:*:latency=3600000ms:next=4"]);
    window.click("Ack selected (100)");
    window.until_shown("Ack selected (36)");
    // All that waited: nothing is left to do but to wait for the answers.
    window.click("Select all");
    window.until_shown("Ack selected (0)");
    window.assert_shows("Acking 0 of 100");
    window.click(&en("acking-stop"));
    window.assert_shows("Acking 0 of 100");
}

#[test]
fn what_arrives_is_acked_only_while_that_is_asked_for() {
    let mut window = Window::open();
    let before = window.publish_and_see();
    let auto = en("auto-ack");
    assert!(!window.is_chosen(&auto));
    window.click(&auto);
    assert!(window.is_chosen(&auto));
    window.assert_shows("Auto-ack is on");

    window.publish_and_see();
    window.until_shown("2 received · 1 acked");
    // What was there before is not touched.
    assert!(window.is_on(&format!("Ack {before}")));

    // A damaged one is nothing that somebody has read.
    set_faults(&window, &["consume:*:illegal-character:next=1"]);
    window.publish();
    window.until_shown("3 received");
    window.publish_and_see();
    window.until_shown("4 received · 2 acked");
    window.assert_shows("You hold 2");

    window.click(&auto);
    window.assert_not_shown("Auto-ack is on");
    let after = window.publish_and_see();
    window.assert_shows("5 received · 2 acked");
    assert!(window.is_on(&format!("Ack {after}")));
}

#[test]
fn an_automatic_ack_that_fails_is_told_once_and_the_next_one_tried() {
    let mut window = Window::open();
    window.click(&en("auto-ack"));
    set_faults(&window, &["ack:*:403:next=2"]);
    for _ in 0..2 {
        window.publish_and_see();
    }
    window.until_shown("You hold 2");
    window.until_shown("Notices 1");
    window.publish_and_see();
    window.until_shown("3 received · 1 acked");
    window.assert_shows("Notices 1");
}

#[test]
fn half_messages_are_never_acked_as_they_arrive() {
    let mut window = Window::open();
    let auto = en("auto-ack");
    window.click(&auto);
    window.stop();
    window.click(&format!("{} · {}", en("field-kind"), en("kind-plain")));
    window.click(&en("kind-half-check"));
    assert!(!window.has(&auto));
    window.click("Start");
    window.until("it runs", |window| window.has("Stop"));
    assert!(!window.has(&auto));
    // Not again by itself, either.
    window.stop();
    window.click(&format!("{} · {}", en("field-kind"), en("kind-half-check")));
    window.click(&en("kind-plain"));
    assert!(!window.is_chosen(&auto));
}

#[test]
fn acking_what_arrives_ends_with_the_window() {
    let mut window = Window::open();
    window.click(&en("auto-ack"));
    window.fill(Place::Form, "Key", "kept");
    window.advance(std::time::Duration::from_secs(2));
    window.until_outside("the workspace is kept", |window| {
        window.kept_workspace().is_some()
    });
    let workspace = window.kept_workspace().unwrap();
    let mut next = Window::start(crate::support::Start {
        workspace,
        ..crate::support::Start::default()
    });
    next.until_running();
    assert!(!next.is_chosen(&en("auto-ack")));
}
