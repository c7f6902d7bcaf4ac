//! The figures of the status line and the drawer's plots: that they tell what happened, move with
//! the time, can be held, and cost nothing while nothing happens. Not what they look like.

use std::time::Duration;

use egui::accesskit::Role;
use mqscope::ui::theme;

use crate::support::{Start, Window, en};

const SECOND: Duration = Duration::from_secs(1);

/// The figures of the status line.
#[track_caller]
fn figures(window: &Window) -> String {
    window.button_with("received · ")
}

/// What the plot with this title says.
#[track_caller]
fn plot(window: &Window, title: &str) -> String {
    let mut plots = window.things();
    plots.retain(|(role, name)| *role == Role::Image && name.starts_with(title));
    assert_eq!(plots.len(), 1, "{title}\n{}", window.tree());
    plots.swap_remove(0).1
}

fn open_plots(window: &mut Window) {
    let name = figures(window);
    window.click(&name);
    assert!(window.is_chosen(&figures(window)));
}

#[test]
fn the_status_line_tells_what_came_went_and_is_held() {
    let mut window = Window::open();
    assert_eq!(
        figures(&window),
        "0 received · 0 acked · arrivals 0/s · acks 0/s · 0 redelivered · 0 errors · 0 held"
    );
    let id = window.publish_and_see();
    assert_eq!(
        figures(&window),
        "1 received · 0 acked · arrivals 0/s · acks 0/s · publish <1 ms · 0 redelivered · 0 errors \
         · 1 held · 5:00"
    );
    window.advance(10 * SECOND);
    let then = figures(&window);
    assert!(then.contains("arrivals 0.1/s"), "{then}");
    assert!(then.ends_with("1 held · 4:50"), "{then}");
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    window.advance(SECOND);
    let then = figures(&window);
    assert!(then.contains("arrivals 0/s · acks 0.1/s"), "{then}");
    assert!(then.ends_with("0 held"), "{then}");
}

#[test]
fn a_redelivery_and_an_error_are_counted() {
    let mut window = Window::open();
    window.publish_and_see();
    window.advance(300 * SECOND);
    window.until_shown("2 received · 0 acked");
    let then = figures(&window);
    assert!(then.contains("1 redelivered · 0 errors · 1 held"), "{then}");

    window.click(&window.button_with("Sandbox http://"));
    window.until("the control room", |window| window.has("Add fault"));
    window.click("Add fault");
    window.until_shown("next 1");
    window.click("Publish");
    window.until_shown("1 redelivered · 1 error · 1 held");
}

#[test]
fn the_line_opens_the_plots_and_they_can_be_read() {
    let mut window = Window::open();
    open_plots(&mut window);
    assert_eq!(
        plot(&window, "Messages per second"),
        "Messages per second: nothing yet",
        "the first second is not over"
    );
    window.publish_and_see();
    window.publish_and_see();
    window.advance(SECOND);
    let rates = plot(&window, "Messages per second");
    assert_eq!(
        rates,
        "Messages per second: Received 2/s, Acked 0/s; at most 2/s in one minute"
    );
    assert!(plot(&window, "Held messages").starts_with("Held messages: Held 2;"));
    let troubles = plot(&window, "Redelivered and errors");
    assert!(
        troubles.contains("Redelivered 0/s, Errors 0/s"),
        "{troubles}"
    );
    let publish = plot(&window, "Publish latency · Local sandbox");
    assert!(
        publish.contains("p50 <1 ms, p95 <1 ms, Max <1 ms"),
        "{publish}"
    );
    let consume = plot(&window, "Consume latency");
    assert!(
        consume.contains("p50 <1 ms, p95 <1 ms, Max <1 ms"),
        "{consume}"
    );
    let id = window.rows()[0].clone();
    window.click(&format!("Ack {id}"));
    window.until_shown("2 received · 1 acked");
    let trips = plot(&window, "Round trips of acks");
    assert!(trips.contains("Ack p50 <1 ms, Max <1 ms"), "{trips}");
    assert!(trips.contains("Poll p50 <1 ms"), "{trips}");
    window.click(&figures(&window));
    window.assert_not_shown("Messages per second");
}

#[test]
fn plots_are_of_everything_of_a_connection_or_of_a_view() {
    let mut window = Window::open();
    open_plots(&mut window);
    window.publish_and_see();
    window.advance(SECOND);
    window.click("New consume view");
    assert!(plot(&window, "Messages per second").ends_with("nothing yet"));
    window.assert_shows("orders · GID_debug");
    for (of, whose) in [
        ("This connection", "Local sandbox"),
        ("All", "All connections and views"),
    ] {
        window.click(of);
        let rates = plot(&window, "Messages per second");
        assert!(
            rates.contains("Published 1/s, Received 1/s"),
            "{of}: {rates}"
        );
        assert!(window.has(whose), "{of}");
    }
    window.click("This view");
    window.click("Consume orders · GID_debug · running");
    assert!(plot(&window, "Messages per second").contains("Received 1/s"));
}

#[test]
fn held_plots_stand_still_and_go_on_with_all_that_came_since() {
    let mut window = Window::open();
    open_plots(&mut window);
    window.publish_and_see();
    window.advance(SECOND);
    let before = plot(&window, "Messages per second");
    window.click("Freeze");
    window.assert_shows("Held at ");
    window.publish_and_see();
    window.publish_and_see();
    window.advance(2 * SECOND);
    assert_eq!(plot(&window, "Messages per second"), before);
    assert!(
        figures(&window).starts_with("3 received"),
        "the line goes on"
    );
    window.click("New consume view");
    window.assert_shows(&en("plots-none"));
    window.click("Consume orders · GID_debug · running");
    window.click("Go on");
    window.assert_not_shown("Held at ");
    let after = plot(&window, "Messages per second");
    assert!(after.contains("at most 2/s"), "{after}");
    assert!(plot(&window, "Held messages").contains("Held 3"));
}

#[test]
fn the_pointer_shows_the_figures_of_a_moment() {
    let mut window = Window::open();
    open_plots(&mut window);
    window.publish_and_see();
    window.advance(5 * SECOND);
    let middle = window.middle(&plot(&window, "Held messages"));
    window.hover(middle);
    // Half a minute ago nothing was known yet.
    window.assert_not_shown("s ago");
    let width = window.width(&plot(&window, "Held messages"));
    window.hover(middle + egui::Vec2::new(width * 0.42, 0.0));
    window.assert_shows("s ago");
}

#[test]
fn a_window_in_which_nothing_moves_is_not_drawn_again() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");
    assert!(window.repaints_after() <= SECOND, "rates fall");
    window.advance(12 * SECOND);
    assert!(window.repaints_after() > 10 * SECOND, "only ages go on");
    open_plots(&mut window);
    window.advance(2 * SECOND);
    assert!(window.repaints_after() <= SECOND, "the plot moves");
    assert!(window.repaints_after() > SECOND / 2, "and not more often");
    window.advance(600 * SECOND);
    assert!(window.repaints_after() > 10 * SECOND, "out of the plot");
}

#[test]
fn figures_keep_their_place_as_they_change() {
    let mut window = Window::open();
    let place = |window: &Window| {
        let name = figures(window);
        (window.middle(&name), window.width(&name))
    };
    let id = window.publish_and_see();
    let before = place(&window);
    window.advance(3 * SECOND);
    assert_eq!(place(&window), before);
    for _ in 0..9 {
        window.publish_and_see();
    }
    window.click(&format!("Ack {id}"));
    window.until_shown("10 received · 1 acked");
    window.advance(SECOND);
    assert_eq!(place(&window), before);
}

#[test]
fn figures_fit_the_smallest_window() {
    for (language, received) in [("English", "received · "), ("中文", "收到 ")] {
        let size = theme::MIN_WINDOW;
        let mut window = Window::start(Start {
            size,
            ..Start::default()
        });
        window.until_running();
        if language != "English" {
            window.click(language);
        }
        let name = window.button_with(received);
        let (middle, width) = (window.middle(&name), window.width(&name));
        assert!(width > 360.0, "{language}: there is room for most, {width}");
        assert!(middle.x + width / 2.0 <= size[0], "{language}");
        let sandbox = window.button_with("http://");
        let left = window.middle(&sandbox).x + window.width(&sandbox) / 2.0;
        assert!(middle.x - width / 2.0 >= left, "{language}");
    }
}
