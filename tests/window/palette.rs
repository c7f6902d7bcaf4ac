//! The command palette and the sheet of shortcuts: what they list, how it is found, and that what
//! is chosen is done, or says why not.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use mqscope::config::LanguageChoice;
use mqscope::i18n::Lang;
use mqscope::protocol::Profile;

use crate::support::{Place, Start, Window, en, say};

impl Window {
    /// Opens the palette and types into it.
    fn search(&mut self, text: &str) {
        self.press_with_command(Key::K);
        self.write(text);
    }

    /// The lines of the palette, from the top.
    fn options(&self) -> Vec<String> {
        let things = self.things().into_iter();
        things
            .filter(|(role, _)| *role == Role::ListBoxOption)
            .map(|(_, name)| name)
            .collect()
    }

    /// Finds an action by its name and runs it.
    fn run(&mut self, name: &str) {
        self.search(name);
        let found = self.options();
        assert!(
            found[0].starts_with(name),
            "{name:?} is not the first of {found:#?}"
        );
        self.press(Key::Enter);
    }

    fn is_palette_open(&self) -> bool {
        self.has(&en("palette-list"))
    }
}

#[test]
fn it_opens_by_keys_even_while_one_types_and_gives_the_keyboard_back() {
    let mut window = Window::open();
    window.fill(Place::Form, "Key", "typed");
    window.press_with_command(Key::K);
    assert!(window.is_palette_open());
    // What is typed goes into it, and nowhere else.
    window.write("traffic");
    assert_eq!(window.value(Place::Form, "Key"), "typed");
    assert!(window.options()[0].starts_with(&en("action-show-traffic")));
    window.press(Key::Escape);
    assert!(!window.is_palette_open());
    assert!(window.is_typed_into("Key"));

    window.press_with_command(Key::K);
    window.press_with_command(Key::K);
    assert!(!window.is_palette_open(), "the same keys close it");
}

#[test]
fn arrows_choose_and_enter_runs() {
    let mut window = Window::open();
    window.search("drawer");
    let options = window.options();
    assert_eq!(window.chosen_option(), options[0]);
    window.press(Key::ArrowUp);
    assert_eq!(&window.chosen_option(), options.last().unwrap());
    window.press(Key::ArrowDown);
    assert_eq!(window.chosen_option(), options[0]);
    window.press(Key::Enter);
    assert!(!window.is_palette_open());
    window.assert_shows(&en("traffic-filter"));
}

#[test]
fn what_was_used_last_comes_first_and_does_after_a_restart() {
    let mut window = Window::open();
    window.run(&en("action-format-body"));
    window.run(&en("action-toggle-side"));
    window.press_with_command(Key::K);
    let options = window.options();
    assert!(
        options[0].starts_with(&en("action-toggle-side")),
        "{options:#?}"
    );
    assert!(
        options[1].starts_with(&en("action-format-body")),
        "{options:#?}"
    );
    window.press(Key::Escape);
    window.advance(std::time::Duration::from_secs(2));
    window.until_outside("it is kept", |window| window.kept_workspace().is_some());
    let kept = window.kept_workspace().unwrap();
    drop(window.close());

    let mut window = Window::start(Start {
        workspace: kept,
        ..Start::default()
    });
    window.press_with_command(Key::K);
    assert!(window.options()[0].starts_with(&en("action-toggle-side")));
    // The connections stay hidden, too.
    window.press(Key::Escape);
    assert!(!window.has(&en("connection-add")));
}

#[test]
fn actions_are_found_by_their_names_in_the_other_language() {
    for (lang, choice, query) in [
        (Lang::En, LanguageChoice::En, "停止消费"),
        (Lang::ZhCn, LanguageChoice::ZhCn, "stop consuming"),
    ] {
        let mut start = Start::default();
        start.config.preferences.language = choice;
        let mut window = Window::start(start);
        window.until_running();
        window.search(query);
        let first = window.options().swap_remove(0);
        assert!(first.starts_with(&say(lang, "action-stop")), "{first}");
    }
}

#[test]
fn places_are_found_by_their_names() {
    let mut window =
        Window::start(Start::default().with("desk", Profile::Aliyun, "http://127.0.0.1:9"));
    window.until_running();
    window.click(&en("view-new"));
    // The view that is not shown.
    window.search("orders debug");
    let place = window
        .options()
        .iter()
        .position(|name| name.contains(" · View"))
        .unwrap();
    for _ in 0..place {
        window.press(Key::ArrowDown);
    }
    window.press(Key::Enter);
    assert!(!window.has("Start"), "{}", window.tree());
    window.search("use desk");
    window.press(Key::Enter);
    assert!(window.is_pressed("Use desk"));

    window.search("publish to orders");
    window.press(Key::Enter);
    assert!(window.is_pressed("Use Local sandbox"));
    assert_eq!(window.value(Place::Form, "Topic"), "orders");
}

#[test]
fn every_action_is_listed_with_its_keys_and_runs_or_says_why_not() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.look_into(&id);
    window.press_with_command(Key::K);
    let all = window.options();
    assert!(all.len() > 90, "{all:#?}");
    for part in ["Ctrl+K", "Ctrl+Enter", "F6", "Page Down", "Esc"] {
        assert!(
            all.iter().any(|name| name.contains(&format!("· {part}"))),
            "{part}"
        );
    }
    window.press(Key::Escape);
    let kinds = [
        "place-window",
        "place-panels",
        "place-views",
        "place-table",
        "place-columns",
        "place-details",
        "place-publish",
        "place-lists",
        "place-dialogs",
        "palette-view",
        "palette-connection",
        "palette-topic",
        "palette-group",
    ];
    let kinds = kinds.map(en);
    for line in all {
        // It would end the window.
        if line.starts_with(&en("action-quit")) {
            continue;
        }
        let head: Vec<&str> = line.split(" · ").take(2).collect();
        let (name, head) = (head[0], head.join(" · "));
        window.search(name);
        let options = window.options();
        let place = options.iter().position(|one| one.starts_with(&head));
        let Some(place) = place else {
            // A place that is not there any more, such as a view that was closed.
            assert!(!line.contains("Ctrl"), "{line} is not in {options:#?}");
            window.press(Key::Escape);
            continue;
        };
        for _ in 0..place {
            window.press(Key::ArrowDown);
        }
        assert_eq!(window.chosen_option(), options[place]);
        let last = options[place].split(" · ").last().unwrap_or_default();
        let known = is_keys(last) || kinds.contains(&last.to_owned());
        let reason = (!known).then_some(last);
        window.press(Key::Enter);
        let again = name == en("action-palette");
        assert_eq!(
            window.is_palette_open(),
            reason.is_some() || again,
            "{line}"
        );
        // Whatever it opened is closed by the keyboard.
        for _ in 0..2 {
            window.press(Key::Escape);
        }
        assert!(!window.is_palette_open(), "{line}");
        if name == en("action-switch-language") {
            window.click("English");
        }
    }
}

/// Whether a part of a line is how keys are written.
fn is_keys(part: &str) -> bool {
    let named = [
        "Space",
        "Enter",
        "Esc",
        "Home",
        "End",
        "Page Up",
        "Page Down",
        "Menu",
        "Tab",
        "F1",
        "F5",
        "F6",
        "F8",
        "F10",
        "Up arrow",
        "Down arrow",
        "Left arrow",
        "Right arrow",
        "Plus",
        "Minus",
        "Comma",
        "Slash",
        "Question mark",
    ];
    let key = part.rsplit('+').next().unwrap_or_default();
    key.chars().count() <= 1 || named.contains(&key)
}

#[test]
fn it_is_a_dialog_with_a_list_whose_active_line_is_told() {
    let mut window = Window::open();
    window.press_with_command(Key::K);
    let things = window.things();
    assert!(
        things.contains(&(Role::Dialog, en("action-palette"))),
        "{things:?}"
    );
    assert!(
        things.contains(&(Role::ListBox, en("palette-list"))),
        "{things:?}"
    );
    let first = window.options().swap_remove(0);
    // What has the keyboard, to those who do not see it.
    assert_eq!(window.focused(), Some((Role::ListBoxOption, first)));
    window.press(Key::ArrowDown);
    let second = window.options().swap_remove(1);
    assert_eq!(window.focused(), Some((Role::ListBoxOption, second)));
}

#[test]
fn keys_that_do_nothing_just_now_say_why() {
    let mut window = Window::open();
    let told = |window: &Window, reason: &str| {
        let announced = window.announced();
        announced.iter().any(|text| text.contains(&en(reason)))
    };
    window.press_with_command(Key::W);
    assert!(
        told(&window, "reason-last-view"),
        "{:?}",
        window.announced()
    );
    window.click(&en("view-new"));
    window.press_with(Modifiers::SHIFT, Key::F5);
    assert!(told(&window, "reason-stopped"), "{:?}", window.announced());
    window.advance(std::time::Duration::from_secs(6));
    assert!(!told(&window, "reason-stopped"), "{:?}", window.announced());
}

#[test]
fn the_sheet_of_shortcuts_lists_what_has_keys_by_place() {
    let mut window = Window::open();
    window.leave_fields();
    window.press(Key::Questionmark);
    assert!(window.things().contains(&(Role::Dialog, en("action-help"))));
    for text in [
        en("place-table"),
        en("place-lists"),
        en("action-next-panel"),
        en("action-ack"),
        "Shift+F6".to_owned(),
        "Ctrl+1 … Ctrl+9".to_owned(),
    ] {
        assert!(window.has(&text), "{text:?} in\n{}", window.tree());
    }
    window.press(Key::Escape);
    assert!(!window.has(&en("place-lists")));
    // While one types it is a question mark.
    window.fill(Place::Form, "Key", "");
    window.type_sign(Key::Questionmark, "?");
    assert_eq!(window.value(Place::Form, "Key"), "?");
    window.run(&en("action-help"));
    assert!(window.has(&en("place-lists")));
}
