//! Several connections at once, tabs side by side, what comes back after a restart, and closing
//! the window while messages are held.

use std::time::Duration;

use mqscope::protocol::Profile;
use mqscope::session::{ConnectionId, Workspace};
use mqscope::ui::theme;

use crate::support::{Place, Start, Window, en};

const SECOND: Duration = Duration::from_secs(1);

/// The workspace that the window keeps a moment after the last click.
pub(crate) fn kept(
    window: &mut Window,
    what: &str,
    there: impl Fn(&Workspace) -> bool,
) -> Workspace {
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
    assert!(window.has("Consume orders · GID_debug · running"));
    assert!(window.has("Consume payments · GID_later · stopped"));
    assert_eq!(window.value(Place::Form, "Key"), "half-typed");
    assert_eq!(window.value(Place::Head, "Topic"), "payments");
    window.click("Consume orders · GID_debug · running");
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
    assert!(window.has("Start"));
}

/// Where the panels lie: the left edge of the middle, that of the publish form, the top of the
/// history, the top of the details.
fn panels(window: &Window) -> [f32; 4] {
    [
        window.rect(&en("view-new")).left(),
        window.rect("Publish").left(),
        window.rect(&en("history-filter")).top(),
        window.rect(&en("look-hex")).top(),
    ]
}

#[test]
fn the_drawer_the_panels_and_the_viewer_come_back_after_a_restart() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    window.click(&en("look-text"));
    window.click(&en("history-open"));
    let before = panels(&window);
    let side = egui::Pos2::new(theme::SIDE_WIDTH, 500.0);
    window.drag(side, side + egui::vec2(60.0, 0.0));
    let publish = egui::Pos2::new(1440.0 - theme::PUBLISH_WIDTH, 200.0);
    window.drag(publish, publish - egui::vec2(50.0, 0.0));
    let drawer = egui::Pos2::new(700.0, 900.0 - theme::STATUS_BAR_HEIGHT - 260.0);
    window.drag(drawer, drawer - egui::vec2(0.0, 40.0));
    let after = panels(&window);
    for (place, (before, after)) in before.iter().zip(&after).enumerate() {
        assert_ne!(before, after, "panel {place} moves");
    }
    let workspace = kept(&mut window, "the panels are kept", |kept| {
        let around = kept.around.as_ref();
        around.is_some_and(|around| around["sizes"].as_object().is_some_and(|s| s.len() >= 3))
    });
    window.close();

    let mut window = Window::start(Start {
        workspace,
        ..Start::default()
    });
    window.until_running();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    assert!(window.is_chosen(&en("look-text")));
    for (place, (before, now)) in after.iter().zip(panels(&window)).enumerate() {
        assert!(
            (before - now).abs() < 2.0,
            "panel {place}: {before} is {now}"
        );
    }
    // A drawer that is closed stays closed.
    window.click(&en("history-open"));
    let workspace = kept(&mut window, "that is kept", |kept| {
        let around = kept.around.as_ref();
        around.is_some_and(|around| around["drawer"].is_null())
    });
    window.close();
    let mut window = Window::start(Start {
        workspace,
        ..Start::default()
    });
    window.until_running();
    assert!(!window.has(&en("history-filter")));
}

#[test]
fn an_arrangement_that_makes_no_sense_falls_back() {
    let mut window = Window::open();
    let left = window.rect(&en("view-new")).left();
    drop(window.publish_and_see());
    window.close();
    let mut window = Window::start(Start {
        workspace: Workspace {
            around: Some(serde_json::json!({
                "drawer": "cellar",
                "look": 5,
                "decode": "perhaps",
                "sizes": {"side": -1e9, "publish": [], "details": "high"},
            })),
            ..Workspace::default()
        },
        ..Start::default()
    });
    window.until_running();
    assert_eq!(window.rect(&en("view-new")).left(), left);
    let id = window.publish_and_see();
    window.look_into(&id);
    window.until_shown(&en("md5-good"));
    assert!(window.is_chosen(&en("look-json")));
    assert!(!window.has(&en("history-filter")));
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
    assert!(window.has("staging · Consume orders · GID_debug · stopped"));
    // The publish form still goes to the sandbox, and its view still listens.
    assert!(window.has("Consume orders · GID_debug · running"));
    drop(first);
}

#[test]
fn tabs_can_be_dragged_side_by_side() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.click("New consume view");
    assert!(window.rows().is_empty(), "the other view is shown");
    let from = window.middle("Consume orders · GID_debug · stopped · 2");
    let table = window.middle(&en("view-new"));
    // The right edge of the middle is where a pane beside the other one goes.
    window.drag(from, egui::Pos2::new(1085.0, table.y + 220.0));
    assert_eq!(window.rows(), [id]);
    assert!(
        window.has("Stop") && window.has("Start"),
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
