//! What a broker hands out that no sandbox would: bodies that are not what their digests say,
//! redeliveries with other bodies, messages faster than they can be read.

use std::time::Duration;

use egui::Key;
use mqscope::protocol::{ReceivedMessage, body_md5};

use crate::scripted::{FLOOD, LEASE_MILLIS, Scripted, again, message};
use crate::support::{Place, Window, en};

const LEASE: Duration = Duration::from_millis(LEASE_MILLIS as u64);

fn id(number: usize) -> String {
    format!("{number:032X}")
}

/// Waits for a message and opens its details.
fn look_at(window: &mut Window, number: usize) {
    let id = id(number);
    window.until("it arrives", |window| window.rows().contains(&id));
    window.look_into(&id);
    window.until("it is open", |window| window.shows("MD5"));
}

#[test]
fn a_body_that_is_not_what_its_digest_says_is_told_and_can_be_acked() {
    let broker = Scripted::told();
    let mut window = broker.window();
    let body = r#"{"amount": 42}"#;
    let changed = ReceivedMessage {
        body_md5: body_md5(r#"{"amount": 24}"#),
        ..message(1, 1, body)
    };
    let no_digest = ReceivedMessage {
        body_md5: "none".to_owned(),
        ..message(2, 1, body)
    };
    broker.hand_out(vec![changed, no_digest, message(3, 1, body)]);
    for number in [1, 2] {
        look_at(&mut window, number);
        window.until("the verdict", |window| window.has(&en("md5-bad")));
        assert!(!window.has(&en("md5-good")));
        // What came is shown all the same.
        window.assert_shows("amount");
    }
    look_at(&mut window, 3);
    window.until("the verdict", |window| window.has(&en("md5-good")));
    assert!(!window.has(&en("md5-bad")));

    look_at(&mut window, 1);
    // Both digests, for those who compare.
    let verdict = window.middle_of_text(&en("md5-bad"));
    window.hover(verdict);
    window.until_shown(&body_md5(body));
    window.assert_shows(&body_md5(r#"{"amount": 24}"#));
    window.click(&format!("Ack {}", id(1)));
    window.until("it is acked", |window| window.has("Acked"));
    assert!(broker.acked("handle-1-1") && !broker.acked("handle-3-1"));
}

#[test]
fn a_redelivery_with_another_body_is_compared_with_the_one_before() {
    let broker = Scripted::told();
    let mut window = broker.window();
    broker.hand_out(vec![message(1, 1, "status: paid\namount: 42")]);
    look_at(&mut window, 1);
    window.click("Diff");
    window.until_shown("this is the first that came here");

    // It comes again while one looks: what is shown is compared anew.
    window.advance(LEASE);
    let now = window.clock().now();
    broker.hand_out(vec![again(1, 2, "status: shipped\namount: 42", now)]);
    window.until("the difference", |window| {
        window.has("+1") && window.has("−1")
    });
    assert!(window.has("− status: paid") && window.has("+ status: shipped"));
    assert!(window.has("  amount: 42"));
    window.assert_shows("− Deliveries: 1");
    window.assert_shows("+ Deliveries: 2");
    window.assert_shows(&body_md5("status: paid\namount: 42"));

    // The third is spoilt on its way: the body that came through before is still there.
    window.advance(LEASE);
    let now = window.clock().now();
    let third = again(1, 3, "status: shipped\namount: 42", now);
    broker.hand_out_spoilt(vec![third], "shipped", "ship\u{1}ped");
    window.until_shown("3 deliveries, 2 ended without an ack");
    window.until("the same difference", |window| {
        window.has("− status: paid") && window.has("+ status: shipped")
    });
    window.click(&format!("Ack {}", id(1)));
    window.until("it is acked", |window| window.has("Acked"));
    assert!(broker.acked("handle-1-3") && !broker.acked("handle-1-2"));
}

#[test]
fn a_message_is_compared_with_the_one_before_of_its_key_whatever_lies_between() {
    let broker = Scripted::told();
    let mut window = broker.window();
    let other_key = |number, body: &str| ReceivedMessage {
        properties: mqscope::protocol::properties::Properties::decode("KEYS:order-2|"),
        ..message(number, 1, body)
    };
    broker.hand_out(vec![
        message(1, 1, "{\"n\": 1, \"same\": true}"),
        other_key(2, "other"),
        message(3, 1, "{\"n\": 3, \"same\": true}"),
        other_key(4, "other"),
        message(5, 1, "{\"n\":   3, \"same\": true}"),
    ]);
    look_at(&mut window, 3);
    window.click("Diff");
    window.click("Previous with this key");
    window.until("the difference", |window| window.has("−   \"n\": 1,"));
    assert!(window.has("+   \"n\": 3,") && window.has("    \"same\": true"));
    // Laid out otherwise is not said otherwise, and not passed over either.
    look_at(&mut window, 5);
    window.until_shown(&en("viewer-diff-layout"));
    look_at(&mut window, 1);
    window.until_shown(&en("viewer-diff-no-key"));
}

/// Messages without end: each poll brings some, and the next begins at once.
#[test]
fn stop_ends_a_flood_and_nothing_that_was_handed_out_is_lost() {
    let broker = Scripted::endless();
    let mut window = broker.window();
    window.until("it floods", |_| broker.polls() > 20);
    window.fill(Place::Only, "Filter", "-body:nothing");
    window.leave_fields();
    window.click("Stop");
    window.until("it has stopped", |window| window.has("Start"));
    let polls = broker.polls();
    let received = format!("{} received", polls * FLOOD);
    // What was handed out is there, to the last message.
    window.until_shown(&received);
    window.assert_shows(&format!("{} of {}", polls * FLOOD, polls * FLOOD));
    let newest = id(polls * FLOOD - 1);
    assert_eq!(window.rows()[0], newest);
    assert!(window.is_on(&format!("Ack {newest}")));
    window.leave_fields();
    window.press(Key::End);
    assert_eq!(window.rows().last(), Some(&id(0)));

    // And nothing more is asked for.
    window.advance(Duration::from_secs(30));
    window.click(&format!("Ack {}", id(0)));
    window.until("the ack is through", |_| broker.acked("handle-0-1"));
    assert_eq!(broker.polls(), polls);
    window.assert_shows(&received);
}
