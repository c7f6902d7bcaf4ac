//! The window without a pointer: the whole job by keys, the way of Tab, the steps of F6, and where
//! the keyboard is after something was on top.

use std::collections::HashSet;

use egui::accesskit::Role;
use egui::{Key, Modifiers};

use crate::support::{Place, Window, en};

/// Things that take the keyboard wherever they are.
const STOPS: [Role; 9] = [
    Role::Button,
    Role::CheckBox,
    Role::ColumnHeader,
    Role::MultilineTextInput,
    Role::SpinButton,
    Role::Tab,
    Role::Table,
    Role::TextInput,
    Role::Document,
];

impl Window {
    /// The name of what has the keyboard.
    #[track_caller]
    fn at(&self) -> String {
        let focused = self.focused();
        focused
            .unwrap_or_else(|| panic!("nothing has the keyboard\n{}", self.tree()))
            .1
    }

    /// Whether the table has the keyboard: it is told as the row in focus, if there is one.
    fn is_in_table(&self) -> bool {
        let at = self.at();
        at == en("table-name") || self.rows().iter().any(|id| at.starts_with(id))
    }

    /// Presses Tab until this has the keyboard.
    #[track_caller]
    fn tab_to(&mut self, name: &str) {
        for _ in 0..120 {
            self.press(Key::Tab);
            if self.focused().is_some_and(|(_, at)| at == name) {
                return;
            }
        }
        panic!("Tab never comes to {name:?}");
    }
}

#[test]
fn the_whole_job_is_done_by_keys_alone() {
    let mut window = Window::open();
    // Publish what the form says, twice; the second with another key.
    window.press_with_command(Key::Enter);
    let first = window.until_row_beside(&[]);
    // A column has that name, too.
    window.tab_to("Key");
    window.tab_to("Key");
    window.press_with_command(Key::A);
    window.write("order-2");
    assert_eq!(window.value(Place::Form, "Key"), "order-2");
    window.press_with_command(Key::Enter);
    let second = window.until_row_beside(std::slice::from_ref(&first));

    // To the table, and through its rows.
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.press(Key::ArrowDown);
    assert!(window.is_in_table(), "{}", window.at());
    assert!(window.shows(&second));
    window.press(Key::Space);
    window.assert_shows("Ack selected (1)");
    window.press(Key::Space);
    window.assert_shows("Ack selected (0)");

    // Filter, and back.
    window.press(Key::Slash);
    assert!(window.is_typed_into("Filter"));
    window.write("order-2");
    window.press(Key::Enter);
    assert_eq!(window.rows(), std::slice::from_ref(&second));
    assert!(window.is_in_table(), "{}", window.at());
    window.press(Key::Slash);
    window.press_with_command(Key::A);
    window.press(Key::Backspace);
    window.press(Key::Escape);
    assert_eq!(window.rows().len(), 2);
    assert!(window.is_in_table(), "{}", window.at());

    // Details, and back.
    window.press(Key::Home);
    window.press(Key::Enter);
    assert!(!window.is_in_table());
    window.press(Key::Escape);
    assert!(window.is_in_table(), "{}", window.at());

    // Ack; the next row is the one to go on with.
    window.press(Key::A);
    window.until_shown("2 received · 1 acked");
    window.press(Key::A);
    window.until_shown("2 received · 2 acked");
    window.press(Key::A);
    let announced = window.announced();
    let why = en("reason-acked");
    assert!(
        announced.iter().any(|text| text.contains(&why)),
        "{announced:?}"
    );

    // A second view, and back to the first and only one.
    window.press_with_command(Key::T);
    assert!(window.has("Start"));
    window.press_with_command(Key::Num1);
    assert!(!window.has("Start"));
    window.press_with_command(Key::Num2);
    assert!(window.has("Start"));
    window.press_with_command(Key::W);
    assert!(!window.has("Start"));
    assert_eq!(window.rows().len(), 2);
}

#[test]
fn shift_and_the_arrows_select_and_give_up_again() {
    let mut window = Window::open();
    for _ in 0..3 {
        window.publish_and_see();
    }
    window.leave_fields();
    window.press(Key::Home);
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    window.press_with(Modifiers::SHIFT, Key::ArrowDown);
    window.assert_shows("Ack selected (3)");
    window.press_with(Modifiers::SHIFT, Key::ArrowUp);
    window.assert_shows("Ack selected (2)");
    window.press(Key::A);
    window.until_shown("3 received · 2 acked");
    // What is left is the one that the keyboard is on.
    window.press(Key::A);
    window.until_shown("3 received · 3 acked");
}

#[test]
fn the_menu_of_a_row_opens_by_keys() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.leave_fields();
    window.press(Key::ArrowDown);
    window.press_with(Modifiers::SHIFT, Key::F10);
    window.settle();
    assert!(window.has(&en("copy-id")), "{}", window.tree());
    window.press(Key::Escape);
    window.settle();
    assert!(!window.has(&en("copy-id")));
    assert!(window.is_in_table(), "{}", window.at());
    // What one most often does to a row comes first.
    window.press(Key::Menu);
    window.settle();
    window.press(Key::Enter);
    window.until_shown("1 received · 1 acked");
    assert!(!window.has(&format!("Ack {id}")));
    window.press(Key::Menu);
    window.settle();
    assert_eq!(window.here(), (Role::Button, en("row-pin")));
}

#[test]
fn tab_comes_to_everything_as_one_reads_and_never_gets_stuck() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.publish_and_see();
    // A poll that nobody answers would bring up something new on the way.
    window.stop();
    window.look_into(&id);
    window.leave_fields();
    let mut seen: Vec<(Role, String)> = Vec::new();
    for _ in 0..200 {
        window.press(Key::Tab);
        let at = window.focused();
        let Some(at) = at else {
            panic!("lost after {:?}", seen.last());
        };
        if seen.len() > 1 && seen[0] == at {
            break;
        }
        seen.push(at);
    }
    assert!(seen.len() < 199, "no way round: {seen:#?}");
    let came: HashSet<&str> = seen.iter().map(|(_, name)| name.as_str()).collect();
    let other = window.rows().into_iter().find(|one| *one != id).unwrap();
    for (role, name, _) in window.usable(&STOPS) {
        // What is off cannot be used, and of the rows only the one in focus takes part.
        let changes = matches!(role, Role::Tab | Role::Table) || name.contains(" received");
        if changes || name.contains(&other) || !window.can_be_used(role, &name) {
            continue;
        }
        assert!(
            came.contains(name.as_str()),
            "{role:?} {name:?} is not among {seen:#?}"
        );
    }
    // As one reads: connections, table, details, form, foot.
    let place = |name: &str| {
        let place = seen.iter().position(|(_, one)| one.starts_with(name));
        place.unwrap_or_else(|| panic!("{name:?} is not among {seen:#?}"))
    };
    let way = [
        "Use Local sandbox".to_owned(),
        en("filter-name"),
        id.clone(),
        en("look-json"),
        en("property-add"),
        en("history-open"),
    ];
    let places: Vec<usize> = way.iter().map(|name| place(name)).collect();
    assert!(places.is_sorted(), "{way:?} {places:?}");
    // And the whole way back, past the same.
    let mut back = HashSet::new();
    for _ in 0..=seen.len() {
        window.press_with(Modifiers::SHIFT, Key::Tab);
        back.insert(window.at());
    }
    for (role, name) in &seen {
        // What these are called changes meanwhile.
        let changes = *role == Role::Tab || name.contains(" received");
        assert!(
            changes || back.contains(name),
            "{role:?} {name:?} {back:#?}"
        );
    }
}

#[test]
fn f6_goes_from_panel_to_panel_and_back() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.press(Key::F6);
    let mut seen = vec![window.at()];
    for _ in 0..3 {
        window.press(Key::F6);
        seen.push(window.at());
    }
    let different: HashSet<_> = seen.iter().collect();
    assert_eq!(different.len(), 4, "{seen:?}");
    assert!(seen.iter().any(|at| at.starts_with(&id)), "{seen:?}");
    window.press(Key::F6);
    assert_eq!(window.at(), seen[0], "round");
    window.press_with(Modifiers::SHIFT, Key::F6);
    assert_eq!(window.at(), seen[3]);

    // The drawer is one more, and side panel and drawer come and go.
    window.press_with_command(Key::J);
    assert!(window.has(&en("traffic-filter")));
    window.press_with_command(Key::J);
    assert!(!window.has(&en("traffic-filter")));
    assert!(window.is_in_table(), "{}", window.at());
    window.press_with_command(Key::B);
    assert!(!window.has(&en("connection-add")));
    window.press_with_command(Key::B);
    assert!(window.has(&en("connection-add")));
    let before = window.width("Use Local sandbox");
    window.press(Key::F8);
    assert!(window.width("Use Local sandbox") > before);
    window.press_with(Modifiers::SHIFT, Key::F8);
    assert_eq!(window.width("Use Local sandbox"), before);
}

#[test]
fn a_dialog_takes_the_keyboard_and_gives_it_back() {
    let mut window = Window::open();
    window.tab_to(&en("connection-add"));
    window.press(Key::Enter);
    window.settle();
    assert!(window.has(&en("connection-new-title")));
    // Tab stays inside.
    let mut inside = HashSet::new();
    for _ in 0..60 {
        window.press(Key::Tab);
        inside.insert(window.focused());
    }
    assert!(inside.len() > 10, "{inside:?}");
    for outside in [en("connection-add"), en("filter-name"), en("view-new")] {
        let out = inside.iter().flatten().find(|(_, at)| *at == outside);
        assert_eq!(out, None);
    }
    window.press(Key::Escape);
    assert!(!window.has(&en("connection-new-title")));
    assert_eq!(window.at(), en("connection-add"));
}

#[test]
fn nothing_happens_to_rows_while_one_types() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.fill(Place::Form, "Key", "");
    for (key, sign) in [
        (Key::A, "a"),
        (Key::P, "p"),
        (Key::Slash, "/"),
        (Key::Space, " "),
    ] {
        window.type_sign(key, sign);
    }
    assert_eq!(window.value(Place::Form, "Key"), "ap/ ");
    window.assert_shows("1 received · 0 acked");
    window.assert_shows("Ack selected (0)");
    // With Ctrl, a field keeps what is its own.
    window.press_with_command(Key::A);
    window.assert_shows("Ack selected (0)");
}

#[test]
fn tabs_are_moved_and_put_side_by_side_by_actions() {
    let mut window = Window::open();
    window.press_with_command(Key::T);
    let left = |window: &Window| window.rect(&en("view-close")).center().x;
    let before = left(&window);
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::PageUp);
    assert!(
        left(&window) < before,
        "the tab that is shown is the first now"
    );
    window.press_with_command(Key::K);
    window.write(&en("action-split-tab"));
    window.press(Key::Enter);
    window.settle();
    // Both are in sight: one listens, the other does not.
    assert!(
        window.has("Start") && window.has("Stop"),
        "{}",
        window.tree()
    );
    window.press_with_command(Key::K);
    window.write(&en("action-join-tabs"));
    window.press(Key::Enter);
    window.settle();
    assert!(
        !(window.has("Start") && window.has("Stop")),
        "{}",
        window.tree()
    );
}
