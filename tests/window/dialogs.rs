//! What is the same in every dialog: Enter presses the button that has the keyboard, Ctrl+Enter does
//! what the dialog is for from wherever one is in it, and Escape closes it unless something that was
//! typed would be lost.

use std::time::Duration;

use egui::Key;
use egui::accesskit::Role;

use crate::support::{Place, Start, Window, en, en_with};

impl Window {
    /// Steps with Tab to a button of the dialog on top.
    #[track_caller]
    fn step_to(&mut self, name: &str) {
        for _ in 0..80 {
            self.press(Key::Tab);
            if self.focused() == Some((Role::Button, name.to_owned())) {
                return;
            }
        }
        panic!("Tab never comes to {name:?}\n{}", self.tree());
    }

    /// The dialog is left by Enter on its button, opened again, and closed by Escape.
    #[track_caller]
    fn check_ways_out(&mut self, title: &str, button: &str, open: impl Fn(&mut Self)) {
        open(self);
        assert!(self.has(title), "{}", self.tree());
        self.step_to(button);
        self.press(Key::Enter);
        self.settle();
        assert!(!self.has(title), "Enter on {button:?}");
        open(self);
        assert!(self.has(title));
        self.press(Key::Escape);
        self.settle();
        assert!(!self.has(title), "nothing was typed into {title:?}");
    }

    /// Presses Ctrl+Enter while the button has the keyboard that does something else.
    #[track_caller]
    fn do_it_from(&mut self, other: &str) {
        self.step_to(other);
        self.press_with_command(Key::Enter);
        self.settle();
    }
}

/// Opens what is asked before the messages of the topic go.
fn ask_to_purge(window: &mut Window) {
    let peek = en_with("control-peek-topic", &[("topic", "orders")]);
    if !window.has(&peek) {
        window.press_with_command(Key::K);
        window.write(&en("action-show-sandbox"));
        window.press(Key::Enter);
        window.until("the topics", |window| window.has(&peek));
    }
    crate::control::choose(window, "orders", "Purge…");
}

#[test]
fn the_form_of_a_connection() {
    let mut window = Window::open();
    let title = en("connection-new-title");
    window.check_ways_out(&title, &en("cancel"), |window| {
        window.click(&en("connection-add"));
    });
    window.click(&en("connection-add"));
    window.click(&en("kind-sandbox"));
    window.fill(Place::Only, &en("connection-name"), "desk");
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.settle();
    assert!(window.has(&title), "a name was typed");
    // What is missing is asked for, and not given up.
    window.do_it_from(&en("cancel"));
    assert!(window.has(&title), "there is no address yet");
    let endpoint = format!("http://{}", window.sandbox_addr());
    window.fill(Place::Only, &en("connection-endpoint"), &endpoint);
    window.fill(Place::Only, &en("keys-ak-sandbox"), "sandbox");
    window.fill(Place::Only, &en("keys-sk-sandbox"), "sandbox-secret");
    window.do_it_from(&en("cancel"));
    window.until("it is saved", |window| !window.has(&title));
    assert!(window.has(&en_with("connection-use", &[("name", "desk")])));
}

#[test]
fn a_profile_that_was_pasted_is_not_lost_by_escape() {
    let mut window = Window::open();
    window.click(&en("connection-add"));
    window.click(&en("import-open"));
    window.fill(Place::Only, &en("import-text"), "name = ");
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.settle();
    assert_eq!(window.value(Place::Only, &en("import-text")), "name = ");
}

#[test]
fn an_export_and_a_file_to_open() {
    let mut window = Window::open();
    window.publish_and_see();
    let (title, field) = (en("export-title"), en("export-file"));
    let ask = |window: &mut Window| {
        window.click(&en("archive-more"));
        window.click(&en("archive-export"));
    };
    window.check_ways_out(&title, &en("cancel"), ask);
    ask(&mut window);
    let path = window
        .make_file("first.txt", "")
        .replace("first.txt", "out.jsonl");
    window.fill(Place::Only, &field, &path);
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert_eq!(window.value(Place::Only, &field), path, "it was typed");
    window.until("the path is known", |window| {
        window.is_on(&en("export-yes"))
    });
    window.do_it_from(&en("cancel"));
    window.until_shown("Exported one message");

    let (title, field) = (en("open-title"), en("open-file"));
    window.check_ways_out(&title, &en("cancel"), |window| {
        window.click(&en("open-menu"))
    });
    window.click(&en("open-menu"));
    window.fill(Place::Only, &field, &path);
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert_eq!(window.value(Place::Only, &field), path, "it was typed");
    window.until("the path is known", |window| window.is_on(&en("open-yes")));
    window.do_it_from(&en("cancel"));
    window.until_shown("out.jsonl");
}

#[test]
fn a_replay_and_exchanges_to_save() {
    let mut window = Window::open();
    window.publish_and_see();
    let (title, field) = (en("replay-title"), en("replay-topic"));
    let ask = |window: &mut Window| {
        window.click(&en("archive-more"));
        window.click(&en("archive-replay"));
    };
    window.check_ways_out(&title, &en("cancel"), ask);
    ask(&mut window);
    window.fill(Place::Only, &field, "elsewhere");
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert_eq!(window.value(Place::Only, &field), "elsewhere");
    window.do_it_from(&en("cancel"));
    window.until_shown("Replayed");

    window.click(&en("traffic-open"));
    let (title, field) = (en("traffic-save-title"), en("export-file"));
    let ask = |window: &mut Window| window.click(&en("traffic-save"));
    window.check_ways_out(&title, &en("cancel"), ask);
    ask(&mut window);
    let path = window
        .make_file("first.txt", "")
        .replace("first.txt", "out.har");
    window.fill(Place::Only, &field, &path);
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert_eq!(window.value(Place::Only, &field), path, "it was typed");
    let yes = en("traffic-save-yes");
    window.until("the path is known", |window| window.is_on(&yes));
    window.do_it_from(&en("cancel"));
    window.until_shown("out.har");
}

#[test]
fn questions_about_the_sandbox() {
    let mut window = Window::open();
    window.publish_and_see();
    let title = en_with("purge-title", &[("topic", "orders")]);
    window.check_ways_out(&title, &en("cancel"), ask_to_purge);
    ask_to_purge(&mut window);
    window.do_it_from(&en("cancel"));
    window.until_shown("orders is empty");

    let reset = |window: &mut Window| {
        crate::control::choose(window, "orders · GID_debug", "Reset…");
    };
    let title = en_with("reset-title", &[("group", "GID_debug")]);
    window.check_ways_out(&title, &en("cancel"), reset);
    reset(&mut window);
    window.click(&en("reset-time"));
    window.fill(Place::Only, &en("reset-since"), "2026-11-22");
    window.press(Key::Escape);
    window.press(Key::Escape);
    let since = window.value(Place::Only, &en("reset-since"));
    assert_eq!(since, "2026-11-22", "it was typed");
}

#[test]
fn dead_letters_to_send_again() {
    let mut window = Window::start(Start {
        max_deliveries: 1,
        ..Start::default()
    });
    window.until_running();
    window.publish_and_see();
    window.advance(Duration::from_secs(300));
    window.click(&en("letters-short"));
    window.click("Start");
    window.until("the letter", |window| window.rows().len() == 1);
    window.click(&en("select-all"));
    let field = en("letters-topic");
    window.check_ways_out(&field, &en("cancel"), |window| {
        window.click("Send selected again (1)…");
    });
    window.click("Send selected again (1)…");
    window.fill(Place::Only, &field, "elsewhere");
    window.press(Key::Escape);
    window.press(Key::Escape);
    assert_eq!(window.value(Place::Only, &field), "elsewhere");
    window.do_it_from(&en("cancel"));
    window.until_shown("1 of 1 stored");
}

#[test]
fn the_program_is_copied_and_sheets_are_closed() {
    let mut window = Window::open();
    let title = en("code-publish-title");
    let ask = |window: &mut Window| window.click(&en("code-open"));
    window.check_ways_out(&title, &en("close"), ask);
    ask(&mut window);
    window.do_it_from(&en("close"));
    assert!(window.has(&title), "it stays");
    assert!(window.copied().contains("orders"), "{}", window.copied());
    window.press(Key::Escape);

    for (key, title) in [
        (Key::Comma, en("settings-title")),
        (Key::F1, en("action-help")),
    ] {
        let open = |window: &mut Window| match key {
            Key::F1 => window.press(key),
            _ => window.press_with_command(key),
        };
        window.check_ways_out(&title, &en("close"), open);
        open(&mut window);
        window.press_with_command(Key::Enter);
        window.settle();
        assert!(!window.has(&title), "{title:?}");
    }
    assert!(window.published().is_empty(), "nothing went behind them");
}

#[test]
fn keys_that_were_typed_into_the_debugger_are_not_wiped_by_escape() {
    let mut window = Window::open();
    let open = |window: &mut Window| {
        window.click(&en("tools"));
        window.click(&en("debugger-open"));
    };
    window.check_ways_out(&en("debugger-title"), &en("close"), open);
    open(&mut window);
    let keys = window.button_with(&en("debugger-keys"));
    window.click(&keys);
    window.click(&en("debugger-keys-typed"));
    window.fill(Place::Only, &en("debugger-sk"), "secret");
    window.press(Key::Escape);
    window.press(Key::Escape);
    window.settle();
    assert!(window.has(&en("debugger-title")));
    window.click(&en("close"));
    assert!(!window.has(&en("debugger-title")));
}

#[test]
fn closing_the_window_while_messages_are_held() {
    let mut window = Window::open();
    window.publish_and_see();
    let asked = |window: &Window| window.has(&en("quit-yes"));
    assert!(!window.asks_to_close());
    window.step_to(&en("quit-no"));
    window.press(Key::Enter);
    window.settle();
    assert!(!asked(&window));
    assert!(!window.asks_to_close());
    window.press(Key::Escape);
    window.settle();
    assert!(!asked(&window));
    assert!(!window.asks_to_close());
    window.do_it_from(&en("quit-no"));
    assert!(window.asks_to_close(), "who is sure is not asked again");
}
