//! Lists of the drawer, menus of rows, edges and tabs by keys, beside those of `panes.rs`: notices,
//! half messages and refused requests; what is said of columns that were moved; a row of tabs that is
//! dragged by its empty part.

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use crate::debugger::refused_request;
use crate::halves::publish_half;
use crate::outside::{publish_many, set_faults};
use crate::support::{Start, Window, en, en_with};

impl Window {
    /// Names of the rows of the list that has the keyboard, as the arrows come to them.
    fn rows_by_keys(&mut self, most: usize) -> Vec<String> {
        self.press(Key::Home);
        let mut rows = vec![self.here()];
        while rows.len() < most {
            self.press(Key::ArrowDown);
            rows.push(self.here());
        }
        assert!(rows.iter().all(|(role, _)| *role == Role::Row), "{rows:?}");
        rows.into_iter().map(|(_, name)| name).collect()
    }
}

#[test]
fn the_list_of_notices_is_gone_through_by_keys() {
    let mut window = Window::open();
    window.stop();
    set_faults(&window, &["publish:*:403:next=1"]);
    window.click("Publish");
    window.until_shown(&en("card-denied-publish"));
    refused_request(&mut window);
    window.open_part("action-show-notices");
    window.until("a notice", |window| window.shows("mq-go-sdk/1.0.3"));
    assert_eq!(window.here(), (Role::Table, en("notices-title")));
    window.press(Key::ArrowDown);
    let (role, name) = window.here();
    assert_eq!(role, Role::Row);
    assert!(name.contains("SignatureDoesNotMatch"), "{name}");
    assert!(window.is_selected(Role::Row, &name));
    window.press(Key::End);
    let (_, name) = window.here();
    assert_eq!(name, en("card-denied-publish"));
    // Enter goes to what it offers, and Tab on from there.
    window.press(Key::Enter);
    assert_eq!(window.here().0, Role::Button, "{:?}", window.here());
    window.press_with(Modifiers::SHIFT, Key::Tab);
    assert_eq!(window.here().1, name, "back in the list");
}

#[test]
fn the_list_of_half_messages_is_gone_through_by_keys() {
    let mut window = Window::open();
    let first = publish_half(&mut window, "60s");
    window.publish();
    let second = |window: &Window| {
        let buttons = window.usable(&[Role::Button]);
        let mut ids = buttons
            .iter()
            .filter_map(|(_, name, _)| name.strip_prefix("Commit "));
        ids.find(|id| *id != first).map(str::to_owned)
    };
    window.until("the second", |window| second(window).is_some());
    let second = second(&window).unwrap();
    window.open_part("action-show-halves");
    window.until("the list", |window| {
        window.here() == (Role::Table, en("halves-title"))
    });
    let rows = window.rows_by_keys(2);
    assert!(rows[0].contains(&second), "{rows:?}");
    assert!(rows[1].contains(&first), "{rows:?}");
    window.press(Key::ArrowUp);
    assert_eq!(window.here().1, rows[0]);
    window.press(Key::End);
    assert_eq!(window.here().1, rows[1]);
    // Its buttons are an Enter away, and those of the others are no stops on the way of Tab.
    window.press(Key::Enter);
    let decisions =
        ["half-commit-row", "half-rollback-row"].map(|key| en_with(key, &[("id", &first)]));
    assert!(decisions.contains(&window.here().1), "{:?}", window.here());
    window.press(Key::Tab);
    assert!(decisions.contains(&window.here().1), "{:?}", window.here());
    window.press(Key::Tab);
    assert!(!window.here().1.contains(&second), "{:?}", window.here());
}

#[test]
fn the_list_of_refused_requests_is_gone_through_by_keys() {
    let mut window = Window::open();
    window.stop();
    refused_request(&mut window);
    refused_request(&mut window);
    window.until_shown(" · 2 refused");
    window.click(&window.button_with("Sandbox http://"));
    window.until_shown("Refused · 2");
    window.click("Refused · 2");
    window.tab_till(Role::Table, &en("refusals-title"));
    let rows = window.rows_by_keys(2);
    assert!(rows[0].contains("POST /topics/orders/messages"), "{rows:?}");
    window.press(Key::Enter);
    window.until_shown(&en("debugger-sandbox-signs"));
    window.press(Key::Escape);
    window.settle();
    assert_eq!(
        window.here(),
        (Role::Row, rows[1].clone()),
        "back in the list"
    );
}

#[test]
fn messages_that_are_looked_at_without_consuming_are_gone_through_by_keys() {
    let mut window = Window::open();
    let first = window.publish_and_see();
    let second = window.publish_and_see();
    window.click(&window.button_with("Sandbox http://"));
    let group = en_with(
        "control-peek-group",
        &[("topic", "orders"), ("group", "GID_debug")],
    );
    window.until("the counts", |window| window.has(&group));
    window.click(&group);
    let expire = |id: &str| en_with("control-expire-row", &[("id", id)]);
    window.until("the messages", |window| {
        window.has(&expire(&first)) && window.has(&expire(&second))
    });
    window.tab_till(Role::Table, &en("control-peek"));
    let mut rows = window.rows_by_keys(2);
    // What can be done with one is an Enter away.
    window.press(Key::Enter);
    assert_eq!(window.here(), (Role::Button, expire(&rows[1])));
    rows.sort();
    let mut ids = [first, second];
    ids.sort();
    assert_eq!(rows, ids);
}

#[test]
fn the_menu_of_a_row_of_the_history_opens_by_keys() {
    let mut window = Window::open();
    for _ in 0..2 {
        window.publish_and_see();
    }
    window.go_to_history(2);
    window.press(Key::End);
    let row = window.here();
    for (modifiers, key) in [(Modifiers::SHIFT, Key::F10), (Modifiers::NONE, Key::Menu)] {
        window.press_with(modifiers, key);
        window.settle();
        assert_eq!(window.here(), (Role::Button, en("send-again")));
        window.press(Key::ArrowDown);
        window.settle();
        assert_eq!(window.here(), (Role::Button, en("copy-id")));
        // Tab stays inside.
        window.press(Key::Tab);
        assert_eq!(window.here(), (Role::Button, en("send-again")));
        window.press(Key::Escape);
        window.settle();
        assert!(!window.has(&en("copy-id")));
        assert_eq!(window.here(), row);
    }
    window.press(Key::Menu);
    window.settle();
    window.press(Key::ArrowDown);
    window.settle();
    window.press(Key::Enter);
    window.settle();
    assert!(
        window.rows().contains(&window.copied()),
        "{}",
        window.copied()
    );
    assert_eq!(window.here(), row, "the list has the keyboard again");
}

#[test]
fn the_menu_of_a_row_stays_that_row_s_when_others_come_above_it() {
    let mut window = Window::open();
    let first = window.publish_and_see();
    window.leave_fields();
    window.press(Key::ArrowDown);
    window.press_with(Modifiers::SHIFT, Key::F10);
    window.settle();
    let names = |window: &Window| {
        let things = window.things();
        things
            .into_iter()
            .filter(|(_, name)| *name == en("copy-id"))
            .count()
    };
    assert_eq!(names(&window), 1);
    publish_many(&window, 1);
    window.until("another one", |window| window.rows().len() == 2);
    assert_eq!(names(&window), 1);
    window.press(Key::ArrowDown);
    window.settle();
    while window.here().1 != en("copy-id") {
        window.press(Key::ArrowDown);
        window.settle();
    }
    window.press(Key::Enter);
    window.settle();
    assert_eq!(window.copied(), first);
}

#[test]
fn what_keys_make_of_a_column_is_said() {
    let mut window = Window::open();
    window.publish_and_see();
    window.stop();
    let heads = window.heads();
    let place = heads.iter().position(|name| name == "Key").unwrap();
    window.tab_till(Role::ColumnHeader, "Key");
    window.press_with(Modifiers::SHIFT, Key::ArrowLeft);
    window.settle();
    let values = [
        ("column", "Key".to_owned()),
        ("place", place.to_string()),
        ("count", heads.len().to_string()),
    ];
    let said = en_with(
        "announce-column-moved",
        &values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str())),
    );
    assert!(
        window.announced().contains(&said),
        "{said} {:?}",
        window.announced()
    );
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    window.settle();
    let width = en_with("announce-column-width", &[("column", "Key"), ("width", "")]);
    let told = |window: &Window| {
        let all = window.announced();
        all.iter().filter(|text| text.starts_with(&width)).count()
    };
    assert_eq!(told(&window), 1, "{:?}", window.announced());
    window.press_with(Modifiers::ALT, Key::ArrowRight);
    window.settle();
    assert_eq!(told(&window), 2, "each time it says how wide it is");
}

#[test]
fn the_sheet_of_keys_tells_how_edges_are_moved() {
    let mut window = Window::open();
    window.press(Key::F1);
    window.settle();
    for key in [
        "place-edges",
        "action-edge-left",
        "action-edge-up",
        "action-edge-most",
    ] {
        window.assert_shows(&en(key));
    }
}

#[test]
fn where_there_are_no_rows_yet_escape_leads_to_the_tabs_and_to_no_edge() {
    let mut window = Window::open();
    window.press(Key::Escape);
    window.settle();
    let (role, name) = window.here();
    assert_eq!(role, Role::Tab, "{name}");
    // What comes up now gives the keyboard back to it.
    window.open_part("action-add-connection");
    window.press(Key::Escape);
    window.settle();
    assert!(!window.has(&en("connection-new-title")));
    assert_eq!(window.here(), (role, name));
}

#[test]
fn a_row_of_tabs_is_dragged_by_its_empty_part_which_no_key_comes_to() {
    let mut window = Window::start(Start {
        size: [1920.0, 900.0],
        ..Start::default()
    });
    window.until_running();
    window.press_with_command(Key::T);
    window.press_with_command(Key::K);
    window.write(&en("action-split-tab"));
    window.press(Key::Enter);
    window.settle();
    let edge = en_with("splitter-name", &[("pane", "Consume orders · GID_debug")]);
    let (split, close) = (window.rect(&edge), window.rect(&en("view-close")));
    assert!(close.left() > split.right(), "the new view is at the right");
    // The empty part beside the tabs, onto the left part of what lies at the left.
    let from = egui::pos2(close.right() + 40.0, close.center().y);
    window.drag(from, egui::pos2(split.left() / 2.0 + 60.0, 500.0));
    let moved = window.rect(&en("view-close"));
    assert!(
        moved.left() < close.left() - 100.0 || moved.top() > close.bottom(),
        "{moved} {close}"
    );
    // It is nowhere for those who hear the window.
    window.assert_spoken();
}
