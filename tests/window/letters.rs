//! Dead letters: opened from the view of their group, sent again one by one and together.

use std::time::Duration;

use crate::support::{Place, Start, Window, en};

const LEASE: Duration = Duration::from_secs(300);

/// A window with so many dead letters, and the view that gets them.
pub(crate) fn with_letters(count: usize, start: Start) -> Window {
    let mut window = Window::start(Start {
        max_deliveries: 1,
        ..start
    });
    window.until_running();
    for n in 0..count {
        window.fill(Place::Form, "Key", &format!("letter-{n}"));
        window.publish_and_see();
    }
    window.advance(LEASE);
    window.click(&en("letters-short"));
    window.assert_shows("Consume %DLQ%GID_debug · GID_debug");
    window.click("Start");
    window.until("the letters", |window| window.rows().len() == count);
    window
}

#[test]
fn selected_letters_go_back_to_their_topic_and_are_acked_there() {
    let mut window = with_letters(3, Start::default());
    let last = window.rows()[2].clone();
    window.click(&en("select-all"));
    window.click(&format!("Select {last}"));
    window.click("Send selected again (2)…");
    assert_eq!(window.value(Place::Only, &en("letters-topic")), "orders");
    window.fill(Place::Only, &en("letters-topic"), "a b");
    window.assert_shows(&en("letters-topic-wrong"));
    assert!(!window.is_on("Send 2 again"));
    window.fill(Place::Only, &en("letters-topic"), "orders");
    window.click("Send 2 again");
    window.until_shown("2 of 2 stored, 0 failed");
    window.until_shown("received · 2 acked");
    assert!(window.is_on(&format!("Ack {last}")), "it was not selected");

    window.click("Consume orders · GID_debug · running");
    // Three that died, and two that are back.
    window.until("they are back", |window| window.rows().len() == 5);
}

#[test]
fn without_the_ack_they_stay_dead_letters_too() {
    let mut window = with_letters(1, Start::default());
    let id = window.rows()[0].clone();
    window.click(&en("select-all"));
    window.click("Send selected again (1)…");
    window.click(&en("letters-ack"));
    window.fill(Place::Only, &en("letters-topic"), "elsewhere");
    window.click("Send 1 again");
    window.until_shown("1 of 1 stored");
    assert!(window.is_on(&format!("Ack {id}")));
    window.until("the topic is there", |window| window.has("elsewhere"));
    window.click(&en("letters-dismiss"));
    window.assert_not_shown("1 of 1 stored");
}

#[test]
fn one_letter_goes_into_the_publish_form_with_its_topic() {
    let mut window = with_letters(1, Start::default());
    let id = window.rows()[0].clone();
    window.fill(Place::Form, "Topic", "half-typed");
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    window.click(&en("send-again"));
    assert_eq!(window.value(Place::Form, "Topic"), "orders");
    assert_eq!(window.value(Place::Form, "Key"), "letter-0");
}

#[test]
fn an_ordered_view_says_when_more_of_a_key_comes() {
    let mut window = Window::open();
    window.stop();
    window.click("Deliveries · As they come");
    window.click(&en("kind-ordered"));
    window.click("Start");
    window.assert_shows("once all that is out of it is acked");
    window.assert_shows(&en("field-sharding-key"));
    window.click("Sharding key, half message…");
    window.fill(Place::Form, "Sharding key", "shard-7");
    let first = window.publish_and_see();
    assert!(window.has("shard-7"));
    // One column more, and still nothing is pushed out of the view.
    let (ack, published) = (format!("Ack {first}"), window.rect(&en("publish-title")));
    assert!(
        window.rect(&ack).right() < published.left(),
        "{:?}",
        window.rect(&ack)
    );
    window.fill(Place::Form, "Key", "second");
    window.publish();
    window.fill(Place::Form, "Key", "third");
    window.fill(Place::Form, "Sharding key", "shard-8");
    window.publish_and_see();
    // The first of its key is still out, so the second waits.
    assert_eq!(window.rows().len(), 2);
    assert!(!window.has("second"));
    // Which keys wait, for how many messages, and until when; each leads to what has to be acked.
    window.assert_shows("2 sharding keys wait for an ack");
    window.assert_shows("shard-8: one message is out, until ");
    window.click(&window.button_with("shard-7: one message is out, until "));
    window.until_shown(&en("md5-good"));
    window.assert_shows(&first);
    window.click(&format!("Ack {first}"));
    window.until("the second", |window| window.has("second"));
    window.assert_shows("shard-7: one message is out, until ");
    window.advance(LEASE - Duration::from_secs(1));
    window.assert_shows("2 sharding keys wait for an ack");
}
