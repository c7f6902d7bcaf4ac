//! Messages that are published once more: out of a live view and out of a file, at the speed of
//! then, scaled or as fast as it goes; and where that is not allowed.

use std::time::Duration;

use mqscope::protocol::Profile;

use crate::support::{Place, Start, Window, en, en_with};

const SECOND: Duration = Duration::from_secs(1);

/// A window with three messages, published ten and then twenty seconds apart.
fn with_messages(start: Start) -> (Window, Vec<String>) {
    let mut window = Window::start(start);
    window.until_running();
    let mut ids = Vec::new();
    for (body, pause) in [("first", 10), ("second", 20), ("third", 0)] {
        window.fill(Place::Form, "Body", body);
        ids.push(window.publish_and_see());
        window.advance(pause * SECOND);
    }
    (window, ids)
}

pub(crate) fn ask_to_replay(window: &mut Window) {
    window.click(&en("archive-more"));
    window.click(&en("archive-replay"));
}

pub(crate) fn replay_to(window: &mut Window, topic: &str) {
    window.fill(Place::Only, &en("replay-topic"), topic);
    window.leave_fields();
    window.click(&en("replay-yes"));
}

fn going(done: u32) -> String {
    let done = done.to_string();
    en_with("replay-going", &[("done", &done), ("total", "3")])
}

/// What is in a topic, as a new consume view of it shows: the oldest first.
fn bodies_in(window: &mut Window, topic: &str, n: usize) -> Vec<String> {
    window.click(&en("view-new"));
    window.fill(Place::Head, "Topic", topic);
    window.leave_fields();
    window.click("Start");
    window.until("all arrive", |window| window.rows().len() == n);
    let bodies = ["first", "second", "third"];
    let things = window.things().into_iter();
    let mut shown: Vec<String> = things
        .map(|(_, name)| name)
        .filter(|name| bodies.contains(&name.as_str()))
        .collect();
    shown.reverse();
    shown
}

#[test]
fn the_original_speed_keeps_the_pauses_and_stop_ends_it_at_once() {
    let (mut window, _) = with_messages(Start::default());
    ask_to_replay(&mut window);
    assert_eq!(window.value(Place::Only, &en("replay-topic")), "orders");
    replay_to(&mut window, "replayed");
    window.until_shown(&going(1));
    window.assert_shows("Local sandbox · replayed · next in 0:10");
    window.advance(9 * SECOND);
    window.assert_shows(&going(1));
    window.assert_shows("next in 0:01");
    assert!(!window.asks_to_close(), "what goes on is asked about");
    window.assert_shows("Something is still going on");
    window.assert_shows("Replaying: 1 of 3 are through; the others are not sent");
    window.click("Stay");
    window.advance(SECOND);
    window.until_shown(&going(2));
    window.assert_shows("next in 0:20");
    window.advance(10 * SECOND);
    window.click(&en("archive-stop-replay"));
    let stopped = en_with("replay-stopped", &[("n", "2"), ("total", "3")]);
    window.until_shown(&stopped);
    window.advance(60 * SECOND);
    window.assert_shows(&stopped);
    assert_eq!(bodies_in(&mut window, "replayed", 2), ["first", "second"]);
}

#[test]
fn ten_times_as_fast_and_as_fast_as_possible() {
    let (mut window, _) = with_messages(Start::default());
    ask_to_replay(&mut window);
    window.click(&en("replay-scaled"));
    replay_to(&mut window, "faster");
    window.until_shown(&going(1));
    window.assert_shows("next in 0:01");
    window.advance(SECOND);
    window.until_shown(&going(2));
    window.assert_shows("next in 0:02");
    window.advance(2 * SECOND);
    let done = en_with("replay-done", &[("n", "3"), ("total", "3")]);
    window.until_shown(&done);
    window.click(&en("archive-dismiss"));
    window.assert_not_shown(&done);

    ask_to_replay(&mut window);
    window.click(&en("replay-unpaced"));
    replay_to(&mut window, "fastest");
    // Nobody moves the clock.
    window.until_shown(&done);
    let bodies = bodies_in(&mut window, "fastest", 3);
    assert_eq!(bodies, ["first", "second", "third"]);
}

#[test]
fn what_is_replayed_counts_as_published() {
    let (mut window, _) = with_messages(Start::default());
    window.click(&window.button_with("received · "));
    window.click("All");
    window.advance(SECOND);
    ask_to_replay(&mut window);
    window.click(&en("replay-unpaced"));
    replay_to(&mut window, "fastest");
    let done = en_with("replay-done", &[("n", "3"), ("total", "3")]);
    window.until_shown(&done);
    window.advance(SECOND);
    window.assert_shows("Messages per second: Published 3/s");
}

#[test]
fn what_is_selected_in_a_file_goes_where_it_came_from_or_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.jsonl");
    let text = concat!(
        "{\"format\":\"mqscope-messages\",\"version\":1,\"exported\":1,\"topic\":\"payments\"}\n",
        "{\"id\":\"00000000000000000000000000000002\",\"published\":2000,\"body\":\"second\"}\n",
        "{\"id\":\"00000000000000000000000000000001\",\"published\":1000,\"body\":\"first\"}\n",
        "{\"id\":\"00000000000000000000000000000003\",\"published\":3000,\"body\":\"\"}\n",
        "{\"end\":3}\n",
    );
    std::fs::write(&path, text).unwrap();
    let mut window = Window::open();
    window.drop_file(&path);
    window.until_shown("3 messages");
    ask_to_replay(&mut window);
    assert_eq!(window.value(Place::Only, &en("replay-topic")), "payments");
    window.click(&en("replay-unpaced"));
    window.click(&en("replay-yes"));
    // One of them no server takes.
    window.until_shown(&en_with("replay-done", &[("n", "2"), ("total", "3")]));
    window.assert_shows(&en_with("replay-unfit-count", &[("n", "1")]));
    window.assert_shows(&en("problem-body-empty"));
    window.click(&en("archive-dismiss"));

    window.click("Select 00000000000000000000000000000001");
    ask_to_replay(&mut window);
    assert!(window.is_chosen(&en_with("archive-selected", &[("n", "1")])));
    replay_to(&mut window, "others");
    window.until_shown("Replayed 1 of one message");
    // In the order of publishing, not of the file.
    let bodies = bodies_in(&mut window, "payments", 2);
    assert_eq!(bodies, ["first", "second"]);
}

#[test]
fn a_server_that_is_no_sandbox_is_agreed_to_by_name_and_a_locked_one_never() {
    let mut start = Start::default()
        .with("production", Profile::Tdmq, "http://127.0.0.1:1")
        .with("locked", Profile::Sandbox, "http://127.0.0.1:1");
    start.config.profiles[1].read_only = true;
    let (mut window, _) = with_messages(start);
    ask_to_replay(&mut window);
    assert!(window.is_on(&en("replay-yes")));
    window.click(&format!("{} · Local sandbox", en("replay-connection")));
    window.click("production");
    let sure = en_with("replay-sure", &[("name", "production")]);
    assert!(!window.is_on(&en("replay-yes")));
    window.click(&sure);
    assert!(window.is_on(&en("replay-yes")));
    window.click(&format!("{} · production", en("replay-connection")));
    window.click("locked");
    window.assert_shows(&en_with("replay-read-only", &[("name", "locked")]));
    assert!(!window.is_on(&en("replay-yes")));
    // Agreed to once, and still.
    window.click(&format!("{} · locked", en("replay-connection")));
    window.click("production");
    window.click(&en("replay-yes"));
    // There are no keys, which is said.
    window.until_shown(&en("trouble-no-keys"));
}
