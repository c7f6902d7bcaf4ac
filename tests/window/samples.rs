//! Sample data: what the sandbox holds once they are there, that they can be stopped and removed
//! again, and that nothing of the user's is touched by it.

use crate::support::{Place, Start, Window, en, en_with};

const TOPICS: [&str; 4] = ["shop-orders", "shop-payments", "shop-parcels", "shop-media"];
const VIEW: &str = "Consume shop-orders · GID_shop-desk · running";

/// A window whose messages die after so many deliveries.
fn window(max_deliveries: u32) -> Window {
    let mut window = Window::start(Start {
        max_deliveries,
        ..Start::default()
    });
    window.until_running();
    window
}

/// Fills the sandbox from the empty view, and waits for what then arrives in a view.
fn filled() -> Window {
    let mut window = window(6);
    window.click(&en("samples-fill"));
    window.until("orders arrive", |window| {
        window.has(VIEW) && window.rows().len() >= 5
    });
    window
}

fn open_room(window: &mut Window) {
    window.click(&window.button_with("Sandbox http://"));
    window.until("the counts", |window| window.has("Look into shop-orders"));
}

#[test]
fn one_click_in_the_empty_view_fills_the_sandbox_and_shows_what_came() {
    let mut window = filled();
    window.assert_shows("Sample data ready: 59 messages");
    for topic in TOPICS {
        // The list of topics is looked at anew once in a while only.
        window.until_in_time(topic, |window| window.has(topic));
    }
    // Half messages can be decided on, and nothing but the sandbox was written to.
    window.assert_shows("One half message to decide");
    assert!(window.published().is_empty());
    window.assert_shows("order-204");

    // What is there already is not offered again where somebody looks at nothing.
    window.click("Consume orders · GID_debug · running");
    window.assert_shows(&en("empty-waiting"));
    assert!(!window.has(&en("samples-fill")));
}

#[test]
fn there_is_a_dead_letter_and_a_message_that_nobody_could_handle() {
    let mut window = filled();
    window.until("the dead letters have a topic", |window| {
        window.has("%DLQ%GID_shop-billing")
    });
    open_room(&mut window);
    window.click("Look into shop-payments");
    window.until("the messages are shown", |window| window.shows("pay-20403"));

    window.click("New consume view");
    window.fill(Place::Head, "Topic", "shop-payments");
    window.fill(Place::Head, "Consumer group", "GID_shop-billing");
    window.fill(Place::Head, "Tag", "refund");
    window.click("Start");
    let id = window.until_row_beside(&[]);
    window.look_into(&id);
    // Four times already, and now again.
    window.until("it was delivered before", |window| window.has("Delivery 5"));
}

#[test]
fn sample_data_go_without_a_trace_and_come_again() {
    let mut window = filled();
    window.click("Consume orders · GID_debug · running");
    let own = window.publish_and_see();
    open_room(&mut window);
    window.click(&en("samples"));
    window.click(&en("samples-remove"));
    // The view that listens ends its poll first, which would bring its topic into being again.
    let removed = en_with("samples-removed", &[("n", "5")]);
    window.until_in_time("they are removed", |window| window.shows(&removed));
    window.until("they are gone", |window| {
        TOPICS.iter().all(|topic| !window.has(topic)) && window.has("orders")
    });
    window.click("Consume orders · GID_debug · running");
    assert_eq!(window.rows(), [own], "the user's own is still there");

    window.click(&en("samples"));
    assert!(!window.is_on(&en("samples-remove")));
    window.click(&en("samples-fill"));
    window.until("they are there again", |window| {
        window.has("Look into shop-media")
    });
}

#[test]
fn making_them_can_be_stopped_and_what_is_there_stays() {
    // So much patience has nobody.
    let mut window = window(1_000_000);
    window.click(&en("samples-fill"));
    window.until_shown(" of 1000");
    window.click(&en("samples-stop"));
    window.until_shown("Stopped after ");
    assert!(!window.shows(" of 1000"));
    window.until("they stay", |window| window.has("shop-orders"));
}
