//! The control room of a sandbox: what it shows and what it does, to the embedded sandbox and to
//! a remote one. That the sandbox does as it is told is the business of `tests/admin`.

use egui::accesskit::Role;

use crate::support::{ADMIN_TOKEN, Place, Start, Window};

/// Opens the control room and waits for the counts.
fn open_room(window: &mut Window) {
    window.click(&window.button_with("Sandbox http://"));
    window.until("the counts", |window| window.has("Look into orders"));
}

/// The window with the control room open and the first view stopped.
fn quiet() -> Window {
    let mut window = Window::open();
    window.stop();
    open_room(&mut window);
    window
}

/// Chooses from the menu of a place.
fn choose(window: &mut Window, place: &str, what: &str) {
    window.click(&format!("Actions for {place}"));
    window.click(what);
}

/// The numbers of the columns from the messages to the dead letters, by what stands beside the
/// name in the tree of what can be read.
fn counts(window: &Window, name: &str) -> Vec<String> {
    let things = window.things();
    let begin = things
        .iter()
        .position(|(role, text)| *role == Role::Button && text == name)
        .unwrap_or_else(|| panic!("no {name:?}\n{}", window.tree()));
    things[begin + 1..]
        .iter()
        .filter(|(role, _)| *role != Role::TextRun)
        .take_while(|(role, _)| *role == Role::Label)
        .map(|(_, text)| text.clone())
        .filter(|text| text.chars().all(|c| c.is_ascii_digit()))
        .collect()
}

#[track_caller]
fn until_counts(window: &mut Window, name: &str, expected: &[&str]) {
    window.until(&format!("{name}: {expected:?}"), |window| {
        window.has(name) && counts(window, name) == expected
    });
}

const TOPIC: &str = "Look into orders";
const GROUP: &str = "Look into orders as GID_debug";

#[test]
fn the_room_shows_counts_as_they_change_and_closes_again() {
    let mut window = quiet();
    until_counts(&mut window, TOPIC, &["0", "0", "0", "0"]);
    window.publish();
    // Messages, delayed, half, dead; the group: ready, invisible, dead.
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    until_counts(&mut window, GROUP, &["1", "0", "0"]);
    window.click("▶ Start");
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.assert_shows("1 published · 1 delivered · 0 redelivered");

    window.click(&window.button_with("Sandbox http://"));
    assert!(!window.has(TOPIC));
    open_room(&mut window);
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
}

#[test]
fn looking_at_messages_consumes_nothing() {
    let mut window = quiet();
    window.publish();
    until_counts(&mut window, GROUP, &["1", "0", "0"]);
    window.click(GROUP);
    window.until("the message", |window| {
        window.has("orders as GID_debug sees it") && window.shows("{ \"order\": 1043")
    });
    assert!(window.rows().is_empty());
    until_counts(&mut window, GROUP, &["1", "0", "0"]);

    // It is still there for the group, and what is shown follows.
    window.click("▶ Start");
    window.until_row_beside(&[]);
    let ids = window.rows();
    let expire = format!("Return {} now", ids[0]);
    window.until("the lease", |window| window.has(&expire));
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("Close these messages");
    window.assert_shows("Choose a topic");
}

#[test]
fn purge_asks_first_and_empties_the_topic() {
    let mut window = quiet();
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    choose(&mut window, "orders", "Purge…");
    window.assert_shows("One message goes for all groups");
    window.click("Cancel");
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);

    choose(&mut window, "orders", "Purge…");
    window.click("Purge");
    until_counts(&mut window, TOPIC, &["0", "0", "0", "0"]);
    window.until_shown("orders is empty");
}

#[test]
fn groups_and_topics_can_be_deleted() {
    let mut window = quiet();
    choose(&mut window, "orders · GID_debug", "Delete group…");
    window.assert_shows("it is a new group");
    window.click("Delete group");
    window.until("the group is gone", |window| !window.has(GROUP));
    choose(&mut window, "orders", "Delete topic…");
    window.click("Delete topic");
    window.until_shown("No topics yet");
    window.assert_shows("Deleted orders");
}

#[test]
fn five_minutes_on_a_held_message_comes_again() {
    let mut window = Window::open();
    open_room(&mut window);
    let id = window.publish_and_see();
    window.look_into(&id);
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("+5 min");
    window.until("the second delivery", |window| {
        window.has("Delivery 2") || window.shows("1 redelivered")
    });
    window.until("it is on the row", |window| {
        window.texts_with("Delivery ").len() >= 2
    });
    assert_eq!(window.rows(), [id]);
    window.until_shown("5:00 ahead");
}

#[test]
fn time_can_be_moved_by_any_length_and_back() {
    let mut window = quiet();
    window.fill(Place::Only, "Length of time", "soon");
    assert!(!window.is_on("Advance"));
    window.assert_shows("Write a length");
    window.fill(Place::Only, "Length of time", "1h 30m");
    window.click("Advance");
    window.until_shown("1:30:0");
}

#[test]
fn time_stands_still_when_it_is_frozen_and_goes_on() {
    let mut window = Window::start(Start {
        system_clock: true,
        ..Start::default()
    });
    window.until_running();
    open_room(&mut window);
    assert!(!window.has("Frozen"));
    window.assert_shows("Real time");
    assert!(!window.is_on("Back to real time"));
    window.click("Freeze");
    window.until("it stands still", |window| window.has("Frozen"));
    window.until("it can go on", |window| window.has("Resume"));
    window.click("+1 h");
    window.until_shown("ahead");
    window.click("Resume");
    window.until("it goes on", |window| window.has("Freeze"));
    window.click("Back to real time");
    window.until_shown("Real time");
}

#[test]
fn a_moved_time_is_kept_with_the_messages_and_said_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    let start = || {
        let mut window = Window::start(Start {
            system_clock: true,
            data_dir: Some(data.path().to_owned()),
            ..Start::default()
        });
        window.until_running();
        window
    };
    let mut window = start();
    window.assert_shows("Notices 0");
    open_room(&mut window);
    window.click("+1 h");
    window.until_shown("ahead");
    drop(window.close());

    let mut window = start();
    window.assert_shows("Notices 1");
    window.click("▸ Notices 1");
    window.assert_shows("The sandbox's time is still moved");
    window.click("▾ Notices 1");
    open_room(&mut window);
    window.until_shown("ahead");
    window.click("Back to real time");
    window.until_shown("Real time");
    drop(window.close());

    let window = start();
    window.assert_shows("Notices 0");
}

#[test]
fn a_lease_can_be_ended_early() {
    let mut window = Window::open();
    open_room(&mut window);
    let id = window.publish_and_see();
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click(GROUP);
    let expire = format!("Return {id} now");
    window.until("the lease", |window| window.has(&expire));
    window.click(&expire);
    // The view listens, so the message comes at once, on its row.
    window.until_shown("1 redelivered");
    assert_eq!(window.rows(), [id]);
}

#[test]
fn dead_letters_can_be_sent_back() {
    let mut window = Window::start(Start {
        max_deliveries: 1,
        ..Start::default()
    });
    window.until_running();
    open_room(&mut window);
    let id = window.publish_and_see();
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("+5 min");
    until_counts(&mut window, GROUP, &["0", "0", "1"]);
    let letters = "Look into %DLQ%GID_debug";
    window.until("the topic of dead letters", |window| window.has(letters));
    window.click(letters);
    let resend = format!("Resend {id}");
    window.until("the dead letter", |window| {
        window.texts_with("Resend ").len() > 1
    });
    let row = window
        .texts_with("Resend ")
        .into_iter()
        .find(|name| name != "Resend all" && *name != "Resend")
        .unwrap_or(resend);
    window.click(&row);
    window.until_shown("Resent 1");
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.until("it arrives again", |window| window.shows("2 received"));
}

#[test]
fn the_next_publish_fails_on_purpose_and_the_one_after_does_not() {
    let mut window = quiet();
    window.assert_shows("Operation · On publish");
    window.click("Add fault");
    window.until_shown("next 1");
    window.assert_shows("struck 0 ×");
    window.click("Publish");
    window.until_shown("The server failed");
    window.until_shown("struck 1 ×");
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    window.click("Remove fault 1");
    window.until("the rule is gone", |window| !window.shows("struck"));
    assert!(!window.is_on("Clear"));
}

#[test]
fn a_group_that_begins_anew_gets_everything_again() {
    let mut window = Window::open();
    open_room(&mut window);
    let id = window.publish_and_see();
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    window.click("Actions for orders · GID_debug");
    window.click("Reset…");
    window.click("Time…");
    window.fill(Place::Only, "Published since", "tomorrow");
    assert!(!window.is_on("Reset"));
    window.click("Oldest");
    window.click("Reset");
    window.until_shown("2 received · 1 acked");
    window.assert_shows("GID_debug begins anew");
}

#[test]
fn a_remote_sandbox_is_looked_into_with_its_token() {
    let mut window = Window::open();
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.click("+ Add connection…");
    window.click("Sandbox");
    window.fill(Place::Only, "Name", "ci");
    window.fill(Place::Only, "HTTP endpoint", &endpoint);
    let save = |window: &mut Window, token: &str| {
        window.fill(Place::Only, "Access key – by default sandbox", "sandbox");
        window.fill(
            Place::Only,
            "Secret key – by default sandbox-secret",
            "sandbox-secret",
        );
        window.fill(Place::Only, "Admin token (optional)", token);
        window.click("Save");
        window.until("the form closes", |window| !window.has("Save"));
    };
    save(&mut window, "another");
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown("admin token is missing or another one");
    assert!(!window.has(TOPIC));

    window.click(&window.button_with("Sandbox http://"));
    window.click(&window.button_with("ci…"));
    save(&mut window, ADMIN_TOKEN);
    open_room(&mut window);
    window.click("+5 min");
    window.until_shown("ahead");
    window.assert_not_shown("admin token is missing");
    assert!(!window.config_text().contains(ADMIN_TOKEN));
}

/// The keys are kept already, and need not be typed again for the token's sake.
#[test]
fn the_admin_token_can_be_added_alone_to_keys_that_are_kept() {
    let mut window = Window::open();
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.click("+ Add connection…");
    window.click("Sandbox");
    window.fill(Place::Only, "Name", "ci");
    window.fill(Place::Only, "HTTP endpoint", &endpoint);
    // Of a new connection there are none to add it to.
    window.fill(Place::Only, "Admin token (optional)", ADMIN_TOKEN);
    window.click("Save");
    window.assert_shows("Give AK and SK");
    window.fill(Place::Only, "Admin token (optional)", "");
    window.fill(Place::Only, "Access key – by default sandbox", "sandbox");
    window.fill(
        Place::Only,
        "Secret key – by default sandbox-secret",
        "sandbox-secret",
    );
    window.click("Save");
    window.until("the form closes", |window| !window.has("Save"));
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown("admin token is missing or another one");

    window.click(&window.button_with("Sandbox http://"));
    window.click(&window.button_with("ci…"));
    window.fill(Place::Only, "Admin token (optional)", ADMIN_TOKEN);
    window.assert_not_shown("Give AK and SK");
    window.click("Save");
    window.until("the form closes", |window| !window.has("Save"));
    open_room(&mut window);
    window.assert_not_shown("admin token is missing");
    // With the keys that were there before.
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    assert!(!window.config_text().contains(ADMIN_TOKEN));
}
