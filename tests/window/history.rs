//! What was published from here: kept over restarts and damage, found again, sent again; and
//! messages that came, sent again. Nothing that was typed is lost over it.

use std::fs;
use std::path::Path;

use mqscope::protocol::MessageParts;
use mqscope::session::{ConnectionId, Entry, HISTORY_DIR, KEPT_BODY_BYTES, Outcome};

use crate::support::{BEGIN, Place, Start, Window, en};

/// A window whose data is found again by the next one.
fn open(data: &Path) -> Window {
    let mut window = Window::start(Start {
        window_data: Some(data.to_owned()),
        ..Start::default()
    });
    window.until_running();
    window
}

/// Waits until the history on disk holds so many lines.
fn until_kept(window: &mut Window, data: &Path, count: usize) {
    let path = data.join(HISTORY_DIR).join("00000001.jsonl");
    window.until_outside("the history is written", |_| {
        fs::read_to_string(&path).is_ok_and(|text| text.lines().count() == count)
    });
}

fn open_history(window: &mut Window) {
    window.click(&en("history-open"));
}

/// The rows of the history, newest first, by what they are called.
fn entries(window: &Window) -> Vec<String> {
    let mut found = window.texts_with(", orders ");
    found.retain(|name| !name.is_empty());
    found
}

/// The one row of this key.
fn row(window: &Window, key: &str) -> String {
    let mut found = entries(window);
    found.retain(|name| name.ends_with(&format!("orders {key}")));
    assert_eq!(found.len(), 1, "rows of {key}:\n{}", window.tree());
    found.swap_remove(0)
}

fn entry(n: u32) -> Entry {
    Entry {
        at: BEGIN,
        connection: ConnectionId::Sandbox,
        connection_name: String::new(),
        topic: "orders".parse().unwrap(),
        message: MessageParts {
            body: format!("body {n}"),
            key: Some(format!("k{n}")),
            ..MessageParts::default()
        },
        too_large: None,
        outcome: Outcome::Stored {
            message_id: format!("{n:032}"),
        },
        request_id: None,
        elapsed_millis: 1,
        evidence: None,
        run: None,
    }
}

/// A file of the history with these entries.
fn write_history(data: &Path, entries: impl Iterator<Item = Entry>) {
    let lines: Vec<String> = entries
        .map(|entry| serde_json::to_string(&entry).unwrap() + "\n")
        .collect();
    fs::create_dir_all(data.join(HISTORY_DIR)).unwrap();
    fs::write(
        data.join(HISTORY_DIR).join("00000001.jsonl"),
        lines.concat(),
    )
    .unwrap();
}

#[test]
fn what_was_published_is_there_after_a_restart_with_all_that_is_known_of_it() {
    let data = tempfile::tempdir().unwrap();
    let mut window = open(data.path());
    let id = window.publish_and_see();
    window.fill(Place::Form, "Key", "second");
    window.publish();
    until_kept(&mut window, data.path(), 2);
    window.close();

    let mut window = open(data.path());
    open_history(&mut window);
    window.until("both entries", |window| entries(window).len() == 2);
    assert!(
        entries(&window)[0].ends_with("second"),
        "the newest is first"
    );
    window.assert_shows(&en("outcome-stored"));
    window.click(&row(&window, "order-1043"));
    window.until_shown(&id);
    window.assert_shows("ap-guangzhou");
    window.assert_shows(&en("fact-request"));
    window.click(&en("viewer-copy"));
    assert!(window.has(&en("copy-request-id")));
    window.press(egui::Key::Escape);
    window.assert_shows("\"amount\": 42.00,");
    // What is published from now on joins it.
    window.fill(Place::Form, "Key", "third");
    window.publish();
    window.until("the third", |window| entries(window).len() == 3);
    assert!(entries(&window)[0].ends_with("third"));
    // Nothing of the keys is in there.
    let text = fs::read_to_string(data.path().join(HISTORY_DIR).join("00000001.jsonl")).unwrap();
    assert!(!text.contains("sandbox-secret"));
}

#[test]
fn what_was_refused_is_written_down_with_its_code() {
    let data = tempfile::tempdir().unwrap();
    let first = Window::open();
    let endpoint = format!("http://{}", first.sandbox_addr());
    let mut start = Start::default().with("other", mqscope::protocol::Profile::Sandbox, &endpoint);
    start.window_data = Some(data.path().to_owned());
    start.secrets.store(
        "other",
        &mqscope::credentials::Credentials::from_pasted("sandbox", "wrong", ""),
    );
    let mut window = Window::start(start);
    window.until_running();
    window.click("Use other");
    window.click("Publish");
    window.until_shown(&en("card-signature"));
    open_history(&mut window);
    window.until_shown("SignatureDoesNotMatch");
    assert!(window.has("other"));
    drop(first);
}

#[test]
fn nothing_is_read_before_somebody_looks_and_then_only_a_page() {
    let data = tempfile::tempdir().unwrap();
    write_history(data.path(), (0..10_000).map(entry));
    // Whoever reads this file sets it aside.
    let torn = data.path().join(HISTORY_DIR).join("00000002.jsonl");
    fs::write(&torn, "no entry\n").unwrap();
    let mut window = open(data.path());
    window.publish_and_see();
    window.assert_shows("Notices 0");
    let written = fs::read_to_string(&torn).unwrap();
    assert!(written.starts_with("no entry\n"), "appended to, not read");

    fs::write(&torn, [0; 100]).unwrap();
    open_history(&mut window);
    window.until_shown("Notices 1");
    assert!(!torn.exists(), "it was set aside");
    window.until("the newest", |window| !entries(window).is_empty());
    assert!(entries(&window)[0].ends_with("k9999"));
    assert!(
        entries(&window).len() < 100,
        "only what is in sight is drawn"
    );

    // The filter looks through all of it.
    window.fill(Place::Only, &en("history-filter"), "BODY 17");
    window.until("the oldest of them", |window| {
        !window.shows(&en("history-reading")) && entries(window)[0].ends_with("k9917")
    });
    window.fill(Place::Only, &en("history-filter"), "k5000 body");
    window.until("the one", |window| entries(window).len() == 1);
    row(&window, "k5000");
    window.fill(Place::Only, &en("history-filter"), "quince");
    window.until_shown(&en("history-not-found"));
}

#[test]
fn a_damaged_history_costs_what_it_hits_and_is_told() {
    let data = tempfile::tempdir().unwrap();
    write_history(data.path(), (0..3).map(entry));
    let path = data.path().join(HISTORY_DIR).join("00000001.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let damaged = text.replace("\"k1\"", "\"k1");
    fs::write(&path, &damaged[..damaged.len() - 9]).unwrap();
    let mut window = open(data.path());
    window.publish_and_see();
    until_kept(&mut window, data.path(), 4);
    open_history(&mut window);
    window.until_shown("2 damaged entries were passed over");
    assert_eq!(entries(&window).len(), 2);
    row(&window, "k0");
    row(&window, "order-1043");
}

#[test]
fn an_entry_is_sent_again_and_what_was_typed_comes_back() {
    let data = tempfile::tempdir().unwrap();
    let mut window = open(data.path());
    let first = window.publish_and_see();
    window.fill(Place::Form, "Key", "half-typed");
    window.fill(Place::Form, "Body", "not to be lost");
    open_history(&mut window);
    window.until("the entry", |window| entries(window).len() == 1);
    window.click(&row(&window, "order-1043"));
    window.until_shown(&first);
    window.click(&en("send-again"));
    window.until_shown(&en("again-from-history"));
    assert_eq!(window.value(Place::Form, "Key"), "order-1043");
    assert!(window.value(Place::Form, "Body").contains("你好"));
    window.publish();
    window.until("both are there", |window| window.rows().len() == 2);

    window.click(&en("again-undo"));
    assert_eq!(window.value(Place::Form, "Key"), "half-typed");
    assert_eq!(window.value(Place::Form, "Body"), "not to be lost");
    window.assert_not_shown(&en("again-from-history"));
}

#[test]
fn an_entry_whose_body_was_not_kept_is_never_sent_with_a_part_of_it() {
    let data = tempfile::tempdir().unwrap();
    let mut large = entry(7);
    large.message.body = "x".repeat(KEPT_BODY_BYTES + 1);
    write_history(data.path(), std::iter::once(large.bounded()));
    let mut window = open(data.path());
    open_history(&mut window);
    window.until("the entry", |window| entries(window).len() == 1);
    window.click(&row(&window, "k7"));
    window.until_shown("was too large to keep");
    window.click(&en("send-again"));
    window.until_shown("Without its body: that had 256");
    assert_eq!(window.value(Place::Form, "Key"), "k7");
    assert_eq!(window.value(Place::Form, "Body"), "");
    window.click("Publish");
    window.assert_shows(&en("problem-body-empty"));
    assert_eq!(window.published(), [""; 0]);

    window.fill(Place::Form, "Body", "all of it");
    window.assert_not_shown("Without its body");
    window.publish_and_see();
    assert!(window.has("k7"));
}

#[test]
fn a_message_that_came_is_sent_again_from_its_row_and_from_its_details() {
    let mut window = Window::open();
    window.click("Sharding key, half message…");
    window.fill(Place::Form, "Sharding key", "shard-7");
    let id = window.publish_and_see();
    window.fill(Place::Form, "Key", "half-typed");
    window.fill(Place::Form, "Sharding key", "");
    let at = window.beside_check_box(&id);
    window.open_menu_at(at);
    window.click(&en("send-again"));
    window.assert_shows(&format!("Filled in from message {id}"));
    assert_eq!(window.value(Place::Form, "Key"), "order-1043");
    assert_eq!(window.value(Place::Form, "Sharding key"), "shard-7");
    assert_eq!(
        window.value(Place::Form, "Value of property 1"),
        "ap-guangzhou"
    );

    // A second time: what was typed is still there, one step further.
    window.fill(Place::Form, "Key", "changed");
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    window.click(&en("send-again"));
    assert_eq!(window.value(Place::Form, "Key"), "order-1043");
    window.click(&en("again-undo"));
    assert_eq!(window.value(Place::Form, "Key"), "changed");
}

#[test]
fn the_history_is_cleared_only_when_that_is_meant() {
    let data = tempfile::tempdir().unwrap();
    write_history(data.path(), (0..3).map(entry));
    let mut window = open(data.path());
    open_history(&mut window);
    window.until("the entries", |window| entries(window).len() == 3);
    window.click(&en("history-clear"));
    window.click(&en("cancel"));
    assert_eq!(entries(&window).len(), 3);
    window.click(&en("history-clear"));
    window.click(&en("history-clear-sure"));
    window.until_shown(&en("history-none"));
    assert!(
        !data
            .path()
            .join(HISTORY_DIR)
            .join("00000001.jsonl")
            .exists()
    );
    window.publish();
    window.until("the first of a new history", |window| {
        entries(window).len() == 1
    });
}
