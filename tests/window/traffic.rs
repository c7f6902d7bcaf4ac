//! The exchanges with the brokers, as somebody looks at them in the drawer.

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use mqscope::session::{ConnectionId, Event, MOST_EXCHANGES, Model, Seen, TrafficEvent};

use crate::fixtures;
use crate::support::{BEGIN, Place, Start, Window, en, en_with};

/// The rows of the traffic, newest first, by what they are called.
fn rows(window: &Window) -> Vec<String> {
    let mut rows = window.texts_with("Exchange ");
    rows.retain(|name| name.contains(", attempt "));
    rows
}

fn rows_of(window: &Window, kind: &str) -> Vec<String> {
    let mut rows = rows(window);
    rows.retain(|name| name.contains(&format!(", {kind},")));
    rows
}

/// A window in which a message was published and came, with the traffic open.
fn open() -> (Window, String) {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click(&en("traffic-open"));
    window.until("both exchanges", |window| {
        !rows_of(window, "Publish").is_empty() && !rows_of(window, "Consume").is_empty()
    });
    (window, id)
}

#[test]
fn every_exchange_is_there_with_what_came_of_it() {
    let (window, _) = open();
    assert_eq!(rows_of(&window, "Publish").len(), 1);
    let publish = &rows_of(&window, "Publish")[0];
    assert!(publish.contains(&en("outcome-stored")), "{publish}");
    let came = en_with("traffic-messages", &[("n", "1")]);
    let consume = rows_of(&window, "Consume");
    assert!(
        consume.iter().any(|row| row.contains("1 message")),
        "{came}: {consume:?}"
    );
    window.assert_shows("/topics/orders/messages");
    window.assert_shows("201");
}

#[test]
fn a_filter_finds_exchanges_and_says_what_is_wrong_with_it() {
    let (mut window, id) = open();
    let filter = en("traffic-filter");
    window.fill(Place::Only, &filter, "is:publish");
    window.until("only the publish", |window| {
        rows(window) == rows_of(window, "Publish") && !rows(window).is_empty()
    });
    window.fill(Place::Only, &filter, "body:/ap-guang.*/ method:post");
    window.until("the publish by its body", |window| rows(window).len() == 1);
    window.fill(Place::Only, &filter, &format!("id:{id} -is:consume"));
    window.until("the publish by its message", |window| {
        rows(window).len() == 1
    });
    window.fill(Place::Only, &filter, "quince");
    window.until_shown(&en("traffic-not-found"));
    window.fill(Place::Only, &filter, "is:quince");
    window.until_shown("quince is nothing that an exchange can be");
    window.fill(Place::Only, &filter, "");
    window.until("all", |window| rows(window).len() > 1);

    let menu = |label: &str, all: &str| format!("{} · {}", en(label), en(all));
    window.click(&menu("traffic-kind", "traffic-all-kinds"));
    window.click(&en("traffic-consume"));
    window.until("the polls by their operation", |window| {
        !rows(window).is_empty() && rows(window) == rows_of(window, "Consume")
    });
    window.click(&menu("traffic-status", "traffic-all-statuses"));
    window.click(&en("traffic-5xx"));
    window.until_shown(&en("traffic-not-found"));
}

#[test]
fn it_pauses_goes_on_and_forgets() {
    let (mut window, _) = open();
    window.click(&en("traffic-pause"));
    window.assert_shows(&en("traffic-paused"));
    let before = rows_of(&window, "Publish").len();
    window.publish();
    window.until("the second message", |window| window.rows().len() == 2);
    assert_eq!(rows_of(&window, "Publish").len(), before);
    window.click(&en("traffic-resume"));
    window.assert_not_shown(&en("traffic-paused"));
    window.click(&en("traffic-clear"));
    window.until_shown(&en("traffic-none"));
    window.publish();
    window.until("the third", |window| rows_of(window, "Publish").len() == 1);
}

#[test]
fn an_ack_is_there_and_so_is_what_the_control_room_asks() {
    let (mut window, id) = open();
    window.click(&format!("Ack {id}"));
    window.until("the ack", |window| !rows_of(window, "Ack").is_empty());
    assert!(rows_of(&window, "Ack")[0].contains("1 done"));
    window.click(&window.button_with("Sandbox http://"));
    window.until("the counts", |window| window.has("Look into orders"));
    window.click(&en("traffic-open"));
    window.until("the control room's calls", |window| {
        !rows_of(window, &en("traffic-admin")).is_empty()
    });
}

#[test]
fn a_refusal_and_a_broker_that_is_not_there_are_told_as_such() {
    let first = Window::open();
    let endpoint = format!("http://{}", first.sandbox_addr());
    let start = Start::default().with("other", mqscope::protocol::Profile::Sandbox, &endpoint);
    start.secrets.store(
        "other",
        &mqscope::credentials::Credentials::from_pasted("sandbox", "wrong", ""),
    );
    let mut window = Window::start(start);
    window.until_running();
    window.click(&en("traffic-open"));
    window.click("Use other");
    window.click("Publish");
    window.until("the refusal", |window| {
        rows(window)
            .iter()
            .any(|row| row.contains("SignatureDoesNotMatch"))
    });
    first.close();
    window.click("Publish");
    window.until("no connection", |window| {
        rows(window)
            .iter()
            .any(|row| row.contains(&en("traffic-no-connection")))
    });
    window.until("three attempts", |window| {
        rows(window).iter().any(|row| row.ends_with("attempt 3"))
    });
}

/// Opens the newest exchange of this operation.
fn look_at(window: &mut Window, kind: &str) {
    let row = rows_of(window, kind).remove(0);
    window.click(&row);
    window.until_shown(&en("traffic-about"));
}

#[test]
fn an_exchange_shows_its_request_its_reply_and_how_its_time_was_spent() {
    let (mut window, id) = open();
    look_at(&mut window, "Publish");
    window.assert_shows(&en("traffic-first-byte"));
    window.assert_shows(&id);
    window.assert_shows(&en("traffic-skew-none"));

    window.click(&en("traffic-request"));
    window.assert_shows("POST /topics/orders/messages HTTP/1.1");
    window.assert_shows("x-mq-version: 2015-06-06");
    window.assert_shows("authorization: MQ sandbox:[redacted]");
    window.click(&en("traffic-reveal"));
    window.until("the signature", |window| {
        window.shows("authorization: MQ sandbox:") && !window.shows("sandbox:[redacted]")
    });
    let head = window.middle(&en("traffic-pretty")) + egui::vec2(0.0, 60.0);
    window.turn_wheel(head, -400.0);
    window.until_shown("<MessageTag>TagA</MessageTag>");
    // Another exchange has its own secret to keep.
    window.click(&rows_of(&window, "Consume").remove(0));
    window.click(&en("traffic-request"));
    window.until_shown("MQ sandbox:[redacted]");
    window.assert_shows("GET /topics/orders/messages?consumer=GID_debug");

    window.click(&en("traffic-summary"));
    look_at(&mut window, "Publish");
    window.click(&en("traffic-reply"));
    window.until_shown("HTTP/1.1 201 Created");
    let body = window.middle(&en("traffic-pretty")) + egui::vec2(0.0, 60.0);
    window.turn_wheel(body, -400.0);
    let line = format!("  <MessageId>{id}</MessageId>");
    window.until("the body, indented", |window| {
        window.texts_with(&line).contains(&line)
    });
    window.click(&en("traffic-pretty"));
    window.until("the body as it came", |window| {
        !window.texts_with(&line).contains(&line)
            && window.shows(&format!("<MessageId>{id}</MessageId>"))
    });
    window.click(&en("traffic-signed"));
    window.until_shown("x-mq-version:2015-06-06\n/topics/orders/messages");
    window.click(&en("traffic-close"));
    window.assert_not_shown(&en("traffic-signed-what"));
}

#[test]
fn from_a_message_to_its_exchanges_and_back() {
    let (mut window, id) = open();
    window.click(&en("traffic-open"));
    window.click(&format!("Ack {id}"));
    window.until("acked", |window| !window.has(&format!("Ack {id}")));
    window.look_into(&id);
    let button = |window: &Window, key: &str| window.button_with(&format!("{} · ", en(key)));
    window.until("the ways", |window| {
        !window
            .texts_with(&format!("{} · ", en("delivery-ack-request")))
            .is_empty()
    });
    let poll = button(&window, "delivery-poll-request");
    window.click(&poll);
    window.until_shown(&en("traffic-about"));
    window.assert_shows(&en("traffic-consume"));
    // And from there to the message, after another one was looked at.
    window.click(&en("traffic-close"));
    let ack = button(&window, "delivery-ack-request");
    window.click(&ack);
    window.until_shown(&en("traffic-about"));
    let back = format!("{} · {id}", en("traffic-show-message"));
    window.click(&back);
    window.until_shown(&en("details-deliveries"));
}

#[test]
fn from_the_history_to_its_exchange_and_back() {
    let data = tempfile::tempdir().unwrap();
    let mut window = Window::start(Start {
        window_data: Some(data.path().to_owned()),
        ..Start::default()
    });
    window.until_running();
    window.publish_and_see();
    window.click(&en("history-open"));
    let entry = |window: &Window| window.texts_with(", orders order-1043");
    window.until("the entry", |window| !entry(window).is_empty());
    window.click(&entry(&window).remove(0));
    window.until_shown(&en("traffic-of"));
    window.click(&en("traffic-of"));
    window.until_shown(&en("traffic-about"));
    window.click(&en("traffic-show-history"));
    window.until("the entry again", |window| entry(window).len() == 1);
    assert!(!window.value(Place::Only, &en("history-filter")).is_empty());
}

#[test]
fn the_menu_of_an_exchange_copies_it_and_explains_its_signature_without_opening_it() {
    let (mut window, _) = open();
    let filter = en("traffic-filter");
    window.fill(Place::Only, &filter, "is:publish");
    window.until("only the publish", |window| rows(window).len() == 1);
    window.tab_till(Role::Table, &en("traffic-title"));
    window.press(Key::ArrowDown);
    let row = window.here();
    window.press_with(Modifiers::SHIFT, Key::F10);
    window.settle();
    assert_eq!(window.here(), (Role::Button, en("traffic-explain")));
    window.press(Key::ArrowDown);
    window.settle();
    assert_eq!(window.here(), (Role::Button, en("traffic-copy-curl")));
    window.press(Key::Enter);
    window.settle();
    let copied = window.copied();
    assert!(
        copied.starts_with("curl ") && copied.contains("/topics/orders/messages"),
        "{copied}"
    );
    assert_eq!(window.here(), row, "the list has the keyboard again");
    assert!(!window.has(&en("traffic-close")), "nothing was opened");
    window.press(Key::Menu);
    window.settle();
    window.press(Key::Enter);
    window.until_shown(&en("explain-good"));
}

#[test]
fn exchanges_are_saved_as_an_archive_and_as_text_without_a_secret() {
    let (mut window, _) = open();
    let folder = tempfile::tempdir().unwrap();
    let save = |window: &mut Window, format: &str, name: &str| {
        let path = folder.path().join(name);
        window.click(&en("traffic-save"));
        window.click(format);
        window.fill(Place::Only, &en("export-file"), &path.display().to_string());
        window.until("it can be saved", |window| {
            window.is_on(&en("traffic-save-yes"))
        });
        window.click(&en("traffic-save-yes"));
        window.until_shown(&path.display().to_string());
        std::fs::read_to_string(&path).unwrap()
    };
    window.click(&en("traffic-pause"));
    let count = rows(&window).len();
    let har = save(&mut window, "HAR", "all.har");
    let read: serde_json::Value = serde_json::from_str(&har).unwrap();
    let entries = read["log"]["entries"].as_array().unwrap();
    assert_eq!(entries.len(), count);
    let publish = entries
        .iter()
        .find(|entry| entry["_operation"] == "publish")
        .unwrap();
    assert_eq!(publish["response"]["status"], 201);
    assert!(
        publish["request"]["postData"]["text"]
            .as_str()
            .unwrap()
            .contains("TagA")
    );
    let text = save(&mut window, &en("traffic-save-text"), "all.txt");
    assert!(text.contains("POST /topics/orders/messages HTTP/1.1"));
    // What every signature looks like.
    let signature = regex::Regex::new("[A-Za-z0-9+/]{27}=").unwrap();
    for written in [har, text] {
        assert!(written.contains("MQ sandbox:[redacted]"));
        assert!(!written.contains("sandbox-secret"));
        assert!(!written.contains("test-admin-token"));
        assert!(!signature.is_match(&written));
    }
}

/// One more exchange than are kept, and then some.
fn flood(model: &mut Model) {
    for number in 0..MOST_EXCHANGES as u64 + 7 {
        let seen = Arc::new(Seen {
            connection: ConnectionId::Sandbox,
            exchange: fixtures::exchange(number, BEGIN),
            missed: 3,
        });
        model.absorb(Event::Traffic(TrafficEvent::Seen(seen)), BEGIN);
    }
}

#[test]
fn only_so_many_are_kept_and_what_went_is_counted() {
    let mut window = Window::start(Start {
        before: flood,
        ..Start::default()
    });
    window.click(&en("traffic-open"));
    window.assert_shows(" older ones went to make room");
    window.fill(Place::Only, &en("traffic-filter"), "path:/call-[6-8]$/");
    window.until("those that are left of three", |window| {
        rows(window).len() == 2
    });
    window.assert_shows(&format!("2 of {MOST_EXCHANGES} shown"));
    assert!(
        rows(&window)[0].starts_with("Exchange 8,"),
        "{:?}",
        rows(&window)
    );
}
