//! Half messages: published from the form and decided on in time or too late, and views that are
//! handed them out for a check.

use std::time::Duration;

use egui::Key;
use mqscope::clock::Clock;
use mqscope::protocol::Profile;

use crate::support::{BEGIN, Place, Start, Window, en, en_with};

const SECOND: Duration = Duration::from_secs(1);

/// Publishes a half message that is first checked after so long. Gives its id, as a button of
/// the form names it.
pub(crate) fn publish_half(window: &mut Window, check_after: &str) -> String {
    window.click("Sharding key, half message…");
    window.click(&en("field-half"));
    window.fill(Place::Form, &en("field-check-after"), check_after);
    window.publish();
    window.until("it can be decided on", |window| {
        window.shows(&en("halves-to-decide"))
    });
    let button = window.button_with("Commit ");
    button.trim_start_matches("Commit ").to_owned()
}

/// An ordinary message arrives: whoever looks has looked past all that is not there.
fn whole_one_arrives(window: &mut Window) -> String {
    if window.is_chosen(&en("field-half")) {
        window.click(&en("field-half"));
    }
    window.publish_and_see()
}

#[test]
fn nobody_gets_a_half_message_before_it_is_committed() {
    let mut window = Window::open();
    let id = publish_half(&mut window, "60s");
    assert!(window.has("1:00"), "{}", window.tree());
    window.advance(SECOND);
    assert!(window.has("0:59"));
    let other = whole_one_arrives(&mut window);
    assert_eq!(window.rows(), std::slice::from_ref(&other));

    window.click(&format!("Commit {id}"));
    window.until("it arrives", |window| window.rows().len() == 2);
    assert!(window.rows().contains(&id));
    window.assert_not_shown(&en("halves-to-decide"));
    window.click("Half messages");
    window.assert_shows(&en("half-committed"));
    window.click(&en("halves-forget"));
    window.assert_shows(&en("halves-none"));
}

#[test]
fn what_is_rolled_back_never_arrives() {
    let mut window = Window::open();
    let id = publish_half(&mut window, "10s");
    window.click(&format!("Roll back {id}"));
    window.until("it is answered", |window| {
        !window.shows(&en("halves-to-decide"))
    });
    window.click("Half messages");
    window.until_shown(&en("half-rolled-back"));
    window.advance(11 * SECOND);
    let other = whole_one_arrives(&mut window);
    assert_eq!(window.rows(), [other]);
    window.assert_not_shown(&en("half-late"));
}

#[test]
fn who_is_late_is_told_and_a_view_that_checks_decides_with_a_fresh_handle() {
    let mut window = Window::open();
    let id = publish_half(&mut window, "10s");
    window.click("One half message to decide");
    window.advance(10 * SECOND);
    window.assert_shows(&en("half-late"));
    window.assert_shows("so this handle decides nothing any more");
    assert!(!window.has(&format!("Commit {id}")));

    window.click(&format!("Check {id}…"));
    window.click("Start");
    window.until("it is handed out", |window| window.rows() == [id.clone()]);
    window.assert_shows("commit makes a half message visible");
    assert!(window.has("0:10"));
    assert!(window.is_on(&format!("Roll back {id}")));
    // Not decided in time: the same row with a fresh handle.
    window.advance(10 * SECOND);
    window.until("it is handed out again", |window| {
        window.has("0:10") && window.is_on(&format!("Commit {id}"))
    });
    window.look_into(&id);
    window.leave_fields();
    window.press(Key::C);
    window.until_shown("0 acked");
    window.until_shown("1 committed");
    window.until("the decision is on the row", |window| {
        window.has(&en("half-committed")) && !window.has(&format!("Commit {id}"))
    });
    window.click("Consume orders · GID_debug · running");
    window.until("it arrives", |window| window.has(&format!("Ack {id}")));
}

#[test]
fn several_rows_of_a_check_are_rolled_back_at_once() {
    let mut window = Window::open();
    publish_half(&mut window, "10s");
    window.publish();
    window.until_shown("2 half messages to decide");
    window.click("New consume view");
    window.click("Deliveries · As they come");
    window.click(&en("kind-half-check"));
    window.click("Start");
    window.advance(10 * SECOND);
    window.until("both are handed out", |window| window.rows().len() == 2);
    window.click(&en("select-all"));
    window.click("Roll back selected (2)");
    window.until_shown("2 rolled back");
    window.assert_shows("2 received · 0 acked");
    assert_eq!(window.count(&en("half-rolled-back")), 2);
}

#[test]
fn what_a_check_decides_is_decided_wherever_it_is_listed_and_called_so() {
    let mut window = Window::open();
    let id = publish_half(&mut window, "10s");
    window.click("One half message to decide");
    window.advance(10 * SECOND);
    window.assert_shows(&en("half-late"));
    window.click(&format!("Check {id}…"));
    window.click("Start");
    window.until("it is handed out", |window| window.rows() == [id.clone()]);
    window.look_into(&id);
    window.click(&format!("Roll back {id}"));
    // In the row, and in the list of what was published from here.
    window.until("both say so", |window| {
        window.count(&en("half-rolled-back")) >= 2 && !window.shows(&en("half-late"))
    });
    assert!(!window.has(&format!("Check {id}…")));
    // In the details, with the time.
    assert_eq!(
        window.texts_with(" rolled back").len(),
        2,
        "details, status line"
    );
    window.assert_not_shown(&en("state-acked"));
    // What is decided stays so, whatever is asked for later.
    window.leave_fields();
    window.press(Key::C);
    window.settle();
    window.assert_not_shown(&en("half-committed"));
}

#[test]
fn many_decisions_are_called_what_they_are_while_they_go_on() {
    let mut window = Window::open();
    publish_half(&mut window, "10s");
    for _ in 0..16 {
        window.publish();
    }
    window.click("New consume view");
    window.click("Deliveries · As they come");
    window.click(&en("kind-half-check"));
    window.click("Start");
    window.advance(10 * SECOND);
    window.until("all are handed out", |window| window.shows("17 received"));
    window.click(&en("select-all"));
    window.click("Commit selected (17)");
    window.until_shown("Committed 17 of 17");
    window.assert_not_shown("Acked 17");
}

#[test]
fn a_decision_that_only_the_server_knows_to_be_late_is_refused_and_said() {
    // The window believes that there is time left.
    let (own, _hand) = Clock::manual(BEGIN);
    let mut window = Window::start(Start {
        own_clock: Some(own),
        ..Start::default()
    });
    window.until_running();
    let id = publish_half(&mut window, "10s");
    window.stop();
    window.advance(11 * SECOND);
    window.click(&format!("Commit {id}"));
    window.until("it is answered", |window| {
        !window.shows(&en("halves-to-decide"))
    });
    window.click("Half messages");
    window.until_shown(&en("half-refused"));
    window.assert_shows("MessageNotExist: it was decided elsewhere");
    assert!(window.has(&format!("Check {id}…")));
}

#[test]
fn closing_names_what_is_undecided() {
    let mut window = Window::open();
    publish_half(&mut window, "60s");
    assert!(!window.asks_to_close());
    window.assert_shows(&en_with(
        "quit-halves-what",
        &[("first", "1:00"), ("last", "1:00")],
    ));
    window.click("Stay");
    window.advance(60 * SECOND);
    assert!(window.asks_to_close(), "there is nothing left to decide");
}

#[test]
fn half_messages_are_offered_only_where_they_are_served() {
    let mut window = Window::start(Start::default().with("tdmq", Profile::Tdmq, "http://a:1"));
    window.until_running();
    window.click("Use tdmq");
    window.click("Sharding key…");
    assert!(!window.has(&en("field-half")));
    window.click("Use Local sandbox");
    window.click(&en("field-half"));
    window.fill(Place::Form, &en("field-check-after"), "9s");
    window.assert_shows(&en_with("problem-check", &[("secs", "9")]));
    // One that was begun can be made whole again elsewhere.
    window.click("Use tdmq");
    window.assert_shows(&en("problem-half"));
    window.click(&en("field-half"));
    window.assert_not_shown(&en("problem-half"));
}
