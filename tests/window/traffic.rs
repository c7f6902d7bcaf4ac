//! The exchanges with the brokers, as somebody looks at them in the drawer.

use crate::support::{Place, Start, Window, en, en_with};

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
