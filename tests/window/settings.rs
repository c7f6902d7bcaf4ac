//! The settings: what each of them changes.

use std::time::Duration;

use mqscope::config::{Batch, NewViews, Preferences, ProfileColor, Question, TimeFormat, WaitSecs};

use crate::scripted::{Scripted, message};
use crate::support::{Place, Start, Window, en, en_with};

fn start_with(change: impl FnOnce(&mut Preferences)) -> Start {
    let mut start = Start::default();
    change(&mut start.config.preferences);
    start
}

/// A window with one message, whose details are open.
fn with_details(change: impl FnOnce(&mut Preferences)) -> Window {
    let mut window = Window::start(start_with(change));
    window.until_running();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("fact-published"));
    window
}

#[test]
fn times_are_shown_in_the_zone_and_the_format_that_were_chosen() {
    let window = with_details(|_| {});
    window.assert_shows("10:14:07");
    let window = with_details(|p| p.time_zone = "Asia/Shanghai".parse().unwrap());
    window.assert_shows("18:14:07");
    window.assert_not_shown("10:14:07");
    let window = with_details(|p| {
        p.time_zone = "Asia/Kolkata".parse().unwrap();
        p.time_format = TimeFormat::Full;
    });
    window.assert_shows("2026-11-22 15:44:07.000 +05:30");
    let mut window = with_details(|p| p.time_format = TimeFormat::Relative);
    window.assert_shows(&en("time-now"));
    window.advance(Duration::from_secs(61));
    let ago = en_with("age-minutes", &[("n", "1")]);
    window.assert_shows(&en_with("time-ago", &[("age", &ago)]));
}

#[test]
fn a_new_view_begins_with_the_batch_and_the_wait_that_were_chosen() {
    let mut window = Window::start(start_with(|p| {
        p.new_views = NewViews {
            batch: Batch::nearest(4),
            wait_secs: WaitSecs::nearest(9),
        };
    }));
    window.until_running();
    window.click(&en("view-new"));
    assert_eq!(window.value(Place::Only, &en("field-batch")), "4");
    assert_eq!(window.value(Place::Only, &en("field-wait")), "9 s");
}

#[test]
fn a_message_to_production_is_asked_about_until_somebody_says_never_again() {
    let broker = Scripted::told();
    let mut window = broker.window_with(|start| {
        start.config.profiles[0].color = ProfileColor::Red;
    });
    let title = en_with("outbox-sure-one", &[("connection", "desk")]);
    window.click("Publish");
    window.assert_shows(&title);
    window.click(&en("cancel"));
    window.assert_not_shown(&title);
    assert_eq!(broker.published(), 0, "who says no publishes nothing");

    window.click("Publish");
    window.click(&en("ask-never-again"));
    window.click(&en("outbox-sure-yes-one"));
    window.until_outside("it is published", |_| broker.published() == 1);
    window.until("the answer is there", |window| window.is_on("Publish"));
    window.click("Publish");
    window.until_outside("it is published at once", |_| broker.published() == 2);
    let asked = window.until_saved(|config| {
        !config
            .preferences
            .ask_before
            .asks(Question::PublishProduction)
    });
    assert!(asked.preferences.ask_before.asks(Question::PublishMany));
}

#[test]
fn many_messages_of_a_server_are_acked_after_a_question_and_few_without() {
    let broker = Scripted::told();
    let mut window = broker.window();
    for chunk in [1..=16, 17..=20] {
        broker.hand_out(chunk.map(|n| message(n, 1, "{}")).collect());
    }
    window.until_shown("20 received");
    window.click("Select all");
    let title = en_with("ask-ack", &[("n", "20"), ("connection", "desk")]);
    window.click("Ack selected (20)");
    window.assert_shows(&title);
    window.click(&en("cancel"));
    assert!(!broker.acked("handle-1-1"));
    window.click("Ack selected (20)");
    window.click(&en("ask-ack-yes"));
    window.until_shown("Acked 20 of 20");
    assert!(broker.acked("handle-1-1") && broker.acked("handle-20-1"));

    broker.hand_out(vec![message(30, 1, "{}")]);
    window.until_shown("21 received");
    window.click("Select all");
    window.click("Ack selected (1)");
    window.until_outside("it is acked", |_| broker.acked("handle-30-1"));
}

#[test]
fn nobody_is_asked_who_does_not_want_to_be() {
    let mut window = Window::start(start_with(|p| {
        for question in Question::ALL {
            *p.ask_before.switch(question) = false;
        }
    }));
    window.until_running();
    window.click(&en("view-new"));
    window.fill(Place::Head, &en("field-group"), "GID_second");
    window.click("▶ Start");
    window.publish_and_see();
    window.stop();
    window.click(&en("view-close"));
    assert!(!window.has("○ Consume orders · GID_second"));
    assert!(window.asks_to_close(), "the window closes at once");
}

#[test]
fn a_connection_without_a_proxy_goes_through_the_one_of_the_settings() {
    let broker = Scripted::told();
    let mut window = broker.window_with(|start| {
        let desk = &mut start.config.profiles[0];
        // Nothing of this name can be reached but through the proxy.
        let proxy = std::mem::replace(&mut desk.endpoint, "http://broker.invalid".to_owned());
        start.config.preferences.proxy = proxy.parse().unwrap();
    });
    window.click("Publish");
    window.until_outside("the proxy has it", |_| broker.published() == 1);
}
