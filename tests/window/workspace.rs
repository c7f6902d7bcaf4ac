//! Several connections at once, tabs side by side, what comes back after a restart, and closing
//! the window while messages are held.

use std::time::Duration;

use mqscope::protocol::Profile;
use mqscope::session::{ConnectionId, Workspace};

use crate::support::{Place, Start, Window, en};

const SECOND: Duration = Duration::from_secs(1);

/// The workspace that the window keeps a moment after the last click.
fn kept(window: &mut Window, what: &str, there: impl Fn(&Workspace) -> bool) -> Workspace {
    window.advance(2 * SECOND);
    window.until_outside(what, |window| {
        window.kept_workspace().is_some_and(|kept| there(&kept))
    });
    window.kept_workspace().unwrap_or_default()
}

#[test]
fn drafts_tabs_and_heads_come_back_after_a_restart() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "half-typed");
    window.click("New consume view");
    window.fill(Place::Head, "Topic", "payments");
    window.fill(Place::Head, "Consumer group", "GID_later");
    let workspace = kept(&mut window, "what was typed is kept", |kept| {
        kept.views.len() == 2 && kept.views[1].form.topic == "payments"
    });
    assert!(workspace.views[0].running && !workspace.views[1].running);
    window.close();

    let mut window = Window::start(Start {
        workspace,
        ..Start::default()
    });
    // The view of the sandbox listens again; the other one waits as it was.
    window.until_running();
    assert!(window.has("● Consume orders · GID_debug"));
    assert!(window.has("○ Consume payments · GID_later"));
    assert_eq!(window.value(Place::Form, "Key"), "half-typed");
    assert_eq!(window.value(Place::Head, "Topic"), "payments");
    window.click("● Consume orders · GID_debug");
    window.publish_and_see();
    assert!(window.has("half-typed"));
}

#[test]
fn a_connection_that_is_gone_and_a_layout_that_makes_no_sense_harm_nothing() {
    let mut workspace = Workspace {
        selected: ConnectionId::Profile("gone".to_owned()),
        layout: Some(serde_json::json!({"root": 9, "tiles": {"1": "?"}})),
        ..Workspace::default()
    };
    let text = r#"{"views": [{"id": 4, "form": {"connection": {"profile": "gone"}, "topic": "t"},
        "running": true}, {"id": 4}], "shown": 77}"#;
    workspace.views = Workspace::from_json(text).expect("good").views;
    let mut window = Window::start(Start {
        workspace,
        ..Start::default()
    });
    window.until("the sandbox runs", |window| window.shows("running · "));
    assert!(window.has(&en("view-new")));
    assert!(window.has("▶ Start"));
}

#[test]
fn each_view_has_a_connection_of_its_own() {
    let first = Window::open();
    let endpoint = format!("http://{}", first.sandbox_addr());
    // A second sandbox's window sees the first one as a server elsewhere.
    let mut window = Window::start(Start::default().with("staging", Profile::Sandbox, &endpoint));
    window.until_running();
    window.click("New consume view");
    window.click("Connection · Local sandbox");
    window.click("staging");
    assert!(window.has("○ staging · Consume orders · GID_debug"));
    // The publish form still goes to the sandbox, and its view still listens.
    assert!(window.has("● Consume orders · GID_debug"));
    drop(first);
}

#[test]
fn tabs_can_be_dragged_side_by_side() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click("New consume view");
    assert!(window.rows().is_empty(), "the other view is shown");
    let from = window.middle("○ Consume orders · GID_debug");
    let table = window.middle(&en("view-new"));
    // The right edge of the middle is where a pane beside the other one goes.
    window.drag(from, egui::Pos2::new(1085.0, table.y + 220.0));
    assert_eq!(window.rows(), [id]);
    assert!(
        window.has("■ Stop") && window.has("▶ Start"),
        "{}",
        window.tree()
    );
}

#[test]
fn closing_with_held_messages_says_how_many_and_when_they_return() {
    let mut window = Window::open();
    window.publish_and_see();
    window.advance(60 * SECOND);
    window.publish_and_see();
    assert!(!window.asks_to_close());
    window.assert_shows("You hold 2 messages");
    window.assert_shows("the first in 4:00, the last in 5:00");
    window.click("Stay");
    window.assert_not_shown("You hold 2 messages");
    assert!(!window.asks_to_close());
    window.click("Quit");
    assert!(window.asks_to_close(), "who is sure is not asked again");
}

#[test]
fn closing_with_nothing_held_asks_nothing() {
    let mut window = Window::open();
    assert!(window.asks_to_close());
}
