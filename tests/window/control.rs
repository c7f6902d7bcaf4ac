//! The control room of a sandbox: what it shows and what it does, to the embedded sandbox and to
//! a remote one. That the sandbox does as it is told is the business of `tests/admin`.

use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;
use mqscope::client::{Client, ClientSettings};
use mqscope::credentials::Credentials;
use mqscope::protocol::{MessageParts, Profile};

use crate::support::{ADMIN_TOKEN, Place, Start, Window, en};

/// Opens the control room and waits for the counts.
fn open_room(window: &mut Window) {
    window.click(&window.button_with("Sandbox http://"));
    window.until("the counts", |window| window.has("Look into orders"));
}

/// The window with the control room open and the first view stopped.
fn quiet() -> Window {
    quiet_with(Start::default())
}

/// The same that begins like this.
pub(crate) fn quiet_with(start: Start) -> Window {
    let mut window = Window::start(start);
    window.until_running();
    window.stop();
    open_room(&mut window);
    window
}

/// Chooses from the menu of a place.
pub(crate) fn choose(window: &mut Window, place: &str, what: &str) {
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
    window.click("Start");
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
    window.click("Start");
    window.until_row_beside(&[]);
    let ids = window.rows();
    let expire = format!("Return {} now", ids[0]);
    window.until("the lease", |window| window.has(&expire));
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("Close these messages");
    window.until_shown(&en("statistics-rates"));
}

#[test]
fn purge_asks_first_and_empties_the_topic() {
    let mut window = quiet();
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    choose(&mut window, "orders", "Purge…");
    window.assert_shows("Deletes 1 message for every group");
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
fn a_countdown_follows_the_time_of_the_sandbox_though_nothing_is_polled() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.stop();
    open_room(&mut window);
    let left = |window: &Window| {
        let minutes = |text: &str| text.split_once(':')?.0.parse::<u32>().ok();
        let text = window.texts_with("You hold 1, next returns in ").pop()?;
        minutes(text.rsplit(' ').next()?)
    };
    assert!(left(&window) >= Some(4), "{}", window.tree());
    window.click("+1 min");
    window.until("a minute less", |window| left(window) == Some(3));
    assert!(window.is_on(&format!("Ack {id}")));
    window.fill(Place::Only, "Length of time", "4m");
    window.click("Advance");
    window.until_shown("Returned");
    assert!(!window.is_on(&format!("Ack {id}")));
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
    window.click("Notices 1");
    window.assert_shows("The sandbox's time is still moved");
    window.click("Notices 1");
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

/// Waits for a dead letter among the messages; the name of the button that sends it back. It is a
/// message of its own, so its id is another one.
fn until_dead_letter(window: &mut Window) -> String {
    let resend = |window: &Window| {
        let mut names = window.texts_with("Resend ").into_iter();
        names.find(|name| name != "Resend all")
    };
    window.until("the dead letter", |window| resend(window).is_some());
    resend(window).expect("it was just there")
}

#[test]
fn dead_letters_can_be_sent_back() {
    let mut window = Window::start(Start {
        max_deliveries: 1,
        ..Start::default()
    });
    window.until_running();
    open_room(&mut window);
    window.publish_and_see();
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("+5 min");
    until_counts(&mut window, GROUP, &["0", "0", "1"]);
    let letters = "Look into %DLQ%GID_debug";
    window.until("the topic of dead letters", |window| window.has(letters));
    window.click(letters);
    let resend = until_dead_letter(&mut window);
    window.click(&resend);
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
    window.assert_shows("0 hits");
    window.click("Publish");
    window.until_shown("The server failed");
    window.until_shown("1 hit");
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    window.click("Remove fault 1");
    window.until("the rule is gone", |window| !window.has("Remove fault 1"));
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

/// Adds the window's own sandbox as a remote one and waits until the form has closed.
fn add_remote(window: &mut Window, name: &str, token: &str, read_only: bool) {
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.click("Add connection…");
    window.click("Sandbox");
    window.fill(Place::Only, "Name", name);
    window.fill(Place::Only, "HTTP endpoint", &endpoint);
    if read_only {
        window.click(&en("connection-lock"));
    }
    save_remote(window, token);
}

fn save_remote(window: &mut Window, token: &str) {
    window.fill(
        Place::Only,
        "Access key – sandbox, unless it was set",
        "sandbox",
    );
    let secret = "Secret key – sandbox-secret, unless it was set";
    window.fill(Place::Only, secret, "sandbox-secret");
    window.fill(Place::Only, "Admin token (optional)", token);
    window.click("Save");
    window.until("the form closes", |window| !window.has("Save"));
}

#[test]
fn a_remote_sandbox_is_looked_into_with_its_token() {
    let mut window = Window::open();
    add_remote(&mut window, "ci", "another", false);
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown(&en("card-token"));
    assert!(!window.has(TOPIC));

    window.click(&window.button_with("Sandbox http://"));
    window.click(&window.button_with("ci…"));
    save_remote(&mut window, ADMIN_TOKEN);
    open_room(&mut window);
    window.click("+5 min");
    window.until_shown("ahead");
    window.assert_not_shown(&en("card-token"));
    assert!(!window.config_text().contains(ADMIN_TOKEN));
}

/// The keys are kept already, and need not be typed again for the token's sake.
#[test]
fn the_admin_token_can_be_added_alone_to_keys_that_are_kept() {
    let mut window = Window::open();
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.click("Add connection…");
    window.click("Sandbox");
    window.fill(Place::Only, "Name", "ci");
    window.fill(Place::Only, "HTTP endpoint", &endpoint);
    // Of a new connection there are none to add it to.
    window.fill(Place::Only, "Admin token (optional)", ADMIN_TOKEN);
    window.click("Save");
    window.assert_shows("Give AK and SK");
    window.fill(Place::Only, "Admin token (optional)", "");
    window.fill(
        Place::Only,
        "Access key – sandbox, unless it was set",
        "sandbox",
    );
    window.fill(
        Place::Only,
        "Secret key – sandbox-secret, unless it was set",
        "sandbox-secret",
    );
    window.click("Save");
    window.until("the form closes", |window| !window.has("Save"));
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown(&en("trouble-admin-token"));

    window.click(&window.button_with("Sandbox http://"));
    window.click(&window.button_with("ci…"));
    window.fill(Place::Only, "Admin token (optional)", ADMIN_TOKEN);
    window.assert_not_shown("Give AK and SK");
    window.click("Save");
    window.until("the form closes", |window| !window.has("Save"));
    open_room(&mut window);
    window.assert_not_shown(&en("card-token"));
    // With the keys that were there before.
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
    assert!(!window.config_text().contains(ADMIN_TOKEN));
}

#[test]
fn a_read_only_sandbox_is_looked_into_and_never_changed() {
    let mut window = Window::start(Start {
        max_deliveries: 1,
        ..Start::default()
    });
    window.until_running();
    open_room(&mut window);
    window.publish_and_see();
    until_counts(&mut window, GROUP, &["0", "1", "0"]);
    window.click("+5 min");
    until_counts(&mut window, GROUP, &["0", "0", "1"]);
    // A poll that fails while time stands still would be a notice as well.
    window.stop();
    window.click(&window.button_with("Sandbox http://"));
    add_remote(&mut window, "ci", ADMIN_TOKEN, true);
    open_room(&mut window);
    let letters = "Look into %DLQ%GID_debug";
    assert!(window.has("ci") && window.has(letters));
    let ahead = window.texts_with(" ahead");
    assert_eq!(ahead.len(), 1);

    // There is one already: these tests have no keyring.
    let mut notices = 1;
    let mut refused = |window: &mut Window, what: &str| {
        notices += 1;
        window.assert_shows(&en("notice-read-only-next"));
        let count = format!("Notices {notices}");
        assert!(window.has(&count), "{what}\n{}", window.tree());
    };
    choose(&mut window, "orders", "Purge…");
    window.click("Purge");
    refused(&mut window, "purge");
    choose(&mut window, "orders · GID_debug", "Reset…");
    window.click("Reset");
    refused(&mut window, "reset");
    choose(&mut window, "orders · GID_debug", "Delete group…");
    window.click("Delete group");
    refused(&mut window, "delete a group");
    choose(&mut window, "%DLQ%GID_debug", "Resend all");
    refused(&mut window, "resend all");
    window.click("Add fault");
    refused(&mut window, "a fault");
    window.click("+1 h");
    refused(&mut window, "the time");

    // Looking is what it is for.
    window.click(letters);
    let resend = until_dead_letter(&mut window);
    window.click(&resend);
    refused(&mut window, "resend");
    until_counts(&mut window, TOPIC, &["1", "0", "0", "1"]);
    until_counts(&mut window, GROUP, &["0", "0", "1"]);
    window.click("Close these messages");
    assert!(!window.shows("Remove fault"));
    assert_eq!(window.texts_with(" ahead"), ahead);
}

#[test]
fn many_messages_are_looked_at_page_by_page() {
    let mut window = quiet();
    let endpoint = format!("http://{}", window.sandbox_addr());
    let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
    let settings = ClientSettings::new(endpoint.parse().unwrap(), keys);
    let client = Client::new(settings, window.clock().clone()).unwrap();
    let topic = "orders".parse().unwrap();
    for n in 0..111 {
        let parts = MessageParts {
            body: format!("body {n}"),
            ..MessageParts::default()
        };
        let limits = Profile::Sandbox.limits();
        let message = parts.checked(&limits, window.clock().now()).unwrap();
        let published = client.publish(&topic, &message);
        window.runtime().block_on(published).unwrap();
    }
    until_counts(&mut window, TOPIC, &["111", "0", "0", "0"]);
    window.click(TOPIC);
    window.until_shown("the first 50");
    window.assert_shows("body 0");
    window.click("More");
    window.until_shown("the first 100");
    window.click("More");
    window.until_shown("111 messages");
    assert!(!window.has("More"));
    window.assert_shows("body 0");
    window.click("Close these messages");
    assert!(!window.shows("111 messages"));
}

#[test]
fn a_fault_can_strike_with_a_probability() {
    let mut window = quiet();
    window.click("When · The next");
    window.click("With");
    window.fill(Place::Only, "How often", "100");
    window.press(Key::Enter);
    window.click("Add fault");
    window.until_shown("500 InternalError · 100 %");
    for strikes in ["1 hit", "2 hits"] {
        window.click("Publish");
        window.until_shown(strikes);
    }
    until_counts(&mut window, TOPIC, &["0", "0", "0", "0"]);

    window.fill(Place::Only, "How often", "0");
    window.press(Key::Enter);
    window.click("Add fault");
    window.until_shown("500 InternalError · 0 %");
    window.click("Clear");
    window.until("no rule is left", |window| !window.has("Remove fault 1"));
    assert!(!window.is_on("Clear"));
    window.publish();
    until_counts(&mut window, TOPIC, &["1", "0", "0", "0"]);
}

#[test]
fn a_fault_can_be_a_pause_of_some_length_at_one_topic() {
    let mut window = quiet();
    assert!(!window.shows(&en("control-pause")));
    window.click("Fault · 500 InternalError");
    window.click("Latency");
    window.fill(Place::Only, "Pause", "a while");
    assert!(!window.is_on("Add fault"));
    window.assert_shows(&en("control-fault-wrong"));
    window.fill(Place::Only, "Pause", "1ms..2ms");
    window.fill(Place::Only, "Topic of the fault", "no topic");
    assert!(!window.is_on("Add fault"));
    window.fill(Place::Only, "Topic of the fault", "orders");
    window.assert_not_shown(&en("control-fault-wrong"));
    window.click("Add fault");
    window.until_shown("Latency 1ms..2ms · next 1");
    window.assert_shows("On publish · orders");
    // A pause is no failure.
    window.publish();
    window.until_shown("1 hit");
    window.assert_shows("Latency 1ms..2ms · used up");
}

#[test]
fn another_seed_begins_the_faults_anew_and_says_so() {
    let mut window = quiet();
    window.click("Add fault");
    window.until_shown("0 hits");
    window.click("Publish");
    window.until_shown("1 hit");
    window.fill(Place::Only, "Seed", "42");
    window.press(Key::Enter);
    window.until_shown("Seed 42: the faults begin anew");
    window.until_shown("0 hits");
    assert_eq!(window.value(Place::Only, "Seed"), "42");
    // What is used up stays so.
    window.assert_shows("used up");
    window.publish();
}

#[test]
fn the_room_plots_what_happens_and_what_waits() {
    let mut window = quiet();
    window.until_shown("Messages per second: ");
    window.publish();
    window.publish();
    window.until_shown("Messages now · All topics: Ready 2, Invisible 0, Delayed 0, Dead 0");
    window.advance(Duration::from_secs(3));
    let rates =
        "Published 0/s, Consumed 0/s, Acked 0/s, Redelivered 0/s; at most 2/s in one minute";
    window.until_shown(rates);

    // The numbers of a topic that is looked into are a click away.
    window.click(TOPIC);
    window.until_shown("2 messages");
    window.assert_not_shown("Messages per second");
    window.click("Statistics");
    window.assert_shows("Messages now · orders: Ready 2");
    window.assert_shows(rates);

    // Whoever closes the room and comes back finds what was seen, and a gap.
    window.click(&window.button_with("Sandbox http://"));
    window.advance(Duration::from_secs(100));
    open_room(&mut window);
    window.until_shown("at most 2/s in 2 minutes");
}

#[test]
fn the_refusals_take_the_place_of_messages_with_one_click() {
    let mut window = quiet();
    window.click(GROUP);
    window.until("the messages", |window| {
        window.has("orders as GID_debug sees it")
    });
    window.click("Refused · 0");
    window.until_shown(&en("refusals-none"));
    window.assert_not_shown("orders as GID_debug sees it");
    // And the other way round.
    window.click(GROUP);
    window.until("the messages", |window| {
        window.has("orders as GID_debug sees it")
    });
    window.assert_not_shown(&en("refusals-none"));
}
