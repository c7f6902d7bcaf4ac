//! What the window makes of a server that misbehaves: the sandbox with faults on. That each fault
//! does as it is called is the business of `tests/sandbox_faults.rs`.

use std::time::Duration;

use mqscope::protocol::MessageParts;

use crate::outside::{publish, set_faults};
use crate::support::{Place, Window, en};

const MINUTE: Duration = Duration::from_secs(60);
const SECOND: Duration = Duration::from_secs(1);

fn body(body: &str) -> MessageParts {
    MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    }
}

#[test]
fn half_of_an_ack_leaves_the_other_half_told_apart_on_its_rows() {
    let mut window = Window::open();
    let ids: Vec<String> = (0..4).map(|_| window.publish_and_see()).collect();
    set_faults(&window, &["ack:*:partial-ack:next=1"]);
    window.click("Select all");
    window.click("Ack selected (4)");
    window.until_shown("4 received · 2 acked");
    assert_eq!(
        (window.count("Acked"), window.count("Acked elsewhere")),
        (2, 2)
    );
    window.assert_shows("Acked 2 of 4");
    window.assert_shows("2 failed");
    window.look_into(&ids[3]);
    window.assert_shows("another program has acked");

    // It was not so: they come back, which the timeline of the first delivery then tells.
    window.advance(5 * MINUTE);
    window.until_shown("6 received · 2 acked");
    window.assert_not_shown("another program has acked");
    assert!(window.is_on(&format!("Ack {}", ids[3])));
    window.assert_shows("2 deliveries, 1 ended without an ack");
}

#[test]
fn an_ack_whose_answer_is_lost_is_most_likely_done() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    set_faults(&window, &["ack:*:drop-after:next=1"]);
    window.click(&format!("Ack {id}"));
    window.until_in_time("the answer", |window| window.has("Likely acked"));
    window.assert_shows("most likely: the first answer was lost");
    window.assert_shows("You hold 0");
    // And it is: nothing comes back.
    window.advance(6 * MINUTE);
    window.fill(Place::Form, "Key", "another");
    window.publish_and_see();
    window.assert_shows("2 received");
}

#[test]
fn a_publish_without_an_answer_that_is_repeated_is_told_from_an_update_and_a_copy() {
    let mut window = Window::open();
    set_faults(&window, &["publish:*:drop-after:next=1"]);
    window.click("Publish");
    window.until_shown(&en("card-next-look-first"));
    let first = window.until_row_beside(&[]);
    window.assert_not_shown("double");
    window.advance(3 * SECOND);
    let second = window.publish_and_see();
    assert_eq!(window.count("double"), 2);

    window.look_into(&second);
    window.assert_shows("3000 ms earlier");
    window.click(&window.button_with("Show "));
    // The other one is in the details now, and tells the same from its side.
    window.assert_shows("3000 ms later");
    assert!(window.has(&first));

    window.fill(Place::Form, "Body", "{\"status\": \"shipped\"}");
    window.publish_and_see();
    assert_eq!(window.count("same key"), 1);
    window.fill(Place::Form, "Key", "order-2");
    let copy = window.publish_and_see();
    assert_eq!(window.count("same body"), 1);
    window.look_into(&copy);
    assert_eq!(
        window.count("same body"),
        2,
        "in the row and in the details"
    );

    window.fill(Place::Only, "Filter", "is:duplicate");
    assert_eq!(window.rows(), [second, first]);
    // Another copy long after is none of the producer's second tries.
    window.fill(Place::Only, "Filter", "");
    window.advance(2 * MINUTE);
    window.fill(Place::Form, "Key", "order-3");
    window.fill(Place::Form, "Body", "alone");
    window.publish_and_see();
    window.fill(
        Place::Only,
        "Filter",
        "-is:duplicate -is:same-key -is:same-body",
    );
    assert_eq!(window.rows().len(), 1);
}

#[test]
fn a_refused_consume_ends_the_view_with_the_reason_and_it_can_be_started_again() {
    let mut window = Window::open();
    set_faults(&window, &["consume:*:403:next=1"]);
    // The poll in flight was there before; the next one is refused.
    window.publish_and_see();
    window.until("the refusal", |window| window.has("Start"));
    window.assert_shows(&en("card-next-grant-consume"));
    window.click("Start");
    window.publish();
    window.until_shown("2 received");
    assert!(window.has("Stop"));
}

#[test]
fn a_server_in_trouble_is_asked_again_until_it_is_well() {
    for (fault, next) in [
        ("500", "card-next-again"),
        ("qps", "card-next-long-poll"),
        ("503-text", "card-next-broker-up"),
    ] {
        let mut window = Window::open();
        set_faults(&window, &[&format!("consume:*:{fault}")]);
        let id = window.publish_and_see();
        let next = en(next);
        window.until_in_time("the banner", |window| {
            window.shows("Next try in") && window.shows(&next)
        });
        // What is held can be acked meanwhile.
        window.click(&format!("Ack {id}"));
        window.until_shown("1 received · 1 acked");
        set_faults(&window, &[]);
        window.publish();
        window.until_in_time("the second message", |window| window.shows("2 received"));
        window.assert_not_shown("Next try in");
    }
}

#[test]
fn an_illegal_character_spoils_one_message_of_a_batch_and_even_that_can_be_acked() {
    let mut window = Window::open();
    window.stop();
    let ids: Vec<String> = ["one", "two", "three"]
        .into_iter()
        .map(|text| publish(&window, body(text)))
        .collect();
    set_faults(&window, &["consume:*:illegal-character:next=1"]);
    window.click("Start");
    window.until_shown("3 received");
    // What is wrong, in the row and in the notice, in words of our own.
    window.assert_shows("One damaged message came in. The character U+");
    assert!(window.texts_with("which XML cannot carry").len() > 1);
    assert!(window.has("two") && window.has("three") && !window.has("one"));
    window.fill(Place::Only, "Filter", "is:damaged");
    assert_eq!(window.rows(), [ids[0].clone()]);
    window.click(&format!("Ack {}", ids[0]));
    window.until_shown("3 received · 1 acked");
    assert!(window.has("Acked"));
}

#[test]
fn a_truncated_answer_loses_nothing_for_good() {
    let mut window = Window::open();
    window.stop();
    let texts = ["one", "two", "three", "four"];
    let ids: Vec<String> = texts
        .iter()
        .map(|text| publish(&window, body(text)))
        .collect();
    set_faults(&window, &["consume:*:truncate:next=1"]);
    window.click("Start");
    window.until_shown("damaged message came in");
    assert!(window.has("one"), "what was whole is there");
    assert!(!window.has("four"));
    // What was cut off returns in its time.
    window.advance(5 * MINUTE + SECOND);
    window.until("all of them", |window| {
        texts.iter().all(|text| window.has(text))
    });
    for id in ids {
        assert!(window.is_on(&format!("Ack {id}")));
    }
}

#[test]
fn the_other_of_two_alike_is_brought_into_sight() {
    let mut window = Window::open();
    let first = window.publish_and_see();
    for n in 0..40 {
        publish(&window, body(&format!("between {n}")));
    }
    window.until_shown("41 received");
    window.advance(2 * MINUTE);
    window.publish();
    window.until_shown("42 received");
    let second = window.rows()[0].clone();
    assert!(!window.rows().contains(&first));
    window.look_into(&second);
    window.click(&window.button_with("Show "));
    window.settle();
    assert!(
        window.rows().contains(&first) && !window.rows().contains(&second),
        "{}",
        window.tree()
    );
    window.click(&window.button_with("Show "));
    window.settle();
    assert!(window.rows().contains(&second) && !window.rows().contains(&first));
}
