//! The card of a failure, wherever one is shown: opened, read, and its raw answer. What stands on
//! which card is the business of the table's own tests.

use crate::outside::set_faults;
use crate::support::{Window, en, en_with};

/// Opens the card with this title.
#[track_caller]
fn open(window: &mut Window, title: &str) {
    let name = en_with("card-why-of", &[("title", title)]);
    window.click_topmost(&name);
}

#[test]
fn a_refused_publish_says_why_under_the_form_and_among_the_notices() {
    let mut window = Window::open();
    set_faults(&window, &["publish:*:403:next=1"]);
    window.click("Publish");
    let title = en("card-denied-publish");
    window.until_shown(&title);
    window.assert_shows(&en("card-next-grant-produce"));
    window.assert_not_shown(&en("card-cause-no-produce"));
    open(&mut window, &title);
    for key in [
        "card-effect-publish",
        "card-cause-no-produce",
        "card-cause-other-topic",
        "card-next-topic-instance",
    ] {
        window.assert_shows(&en(key));
    }
    window.assert_not_shown("<Code>AccessDenied</Code>");
    window.click(&en("card-raw"));
    window.until_shown("<Code>AccessDenied</Code>");
    window.assert_shows("HTTP 403");
    window.assert_not_shown("sandbox-secret");
    assert!(window.is_on(&en("card-copy")) && window.is_on(&en("card-copy-raw")));
}

#[test]
fn an_empty_poll_is_explained_and_no_error() {
    let mut window = Window::open();
    window.click(&en_with(
        "card-why-empty-of",
        &[("title", &en("card-empty"))],
    ));
    window.until_shown(&en("card-effect-empty"));
    window.assert_shows(&en("card-cause-others-hold"));
    assert!(
        !window.has(&en("card-raw")),
        "nothing came that could be shown"
    );
    window.assert_shows("0 errors");
}

#[test]
fn a_handle_that_was_refused_has_its_card_in_the_details() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    set_faults(&window, &["ack:*:partial-ack:next=1"]);
    window.look_into(&id);
    window.click(&format!("Ack {id}"));
    let name = en_with("card-why-of", &[("title", &en("card-late-ack"))]);
    window.until("the card", |window| window.has(&name));
    window.click(&name);
    window.until_shown(&en("card-next-newest-handle"));
    window.assert_shows(&en("card-cause-ack-late"));
}

#[test]
fn a_view_that_cannot_poll_says_why_in_its_banner() {
    let mut window = Window::open();
    set_faults(&window, &["consume:*:503-text"]);
    window.publish_and_see();
    let title = en_with("card-gateway", &[("status", "503")]);
    window.until_in_time("the banner", |window| window.shows("Next try in"));
    open(&mut window, &title);
    window.until_shown(&en("card-cause-broker-down"));
    window.click(&en("card-raw"));
    window.until_shown("HTTP 503");
}
