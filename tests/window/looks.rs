//! Language, theme, a small window, and that everything one can use has a name in every state.
//! Not what it looks like.

use egui::Theme;
use egui::accesskit::Role;
use mqscope::config::LanguageChoice;
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::Profile;
use mqscope::ui::theme;

use crate::support::{Place, Start, Window, say};

#[test]
fn the_language_changes_at_once_and_back_and_is_kept() {
    let mut window = Window::open();
    let id = window.publish_and_see();
    window.fill(Place::Form, "Key", "typed before");
    window.click("中文");
    let zh = |key| say(Lang::ZhCn, key);
    assert!(window.is_on(&zh("publish-button")));
    assert!(window.has(&zh("sandbox-name")));
    assert!(!window.has("Publish") && !window.has("Local sandbox"));
    assert_eq!(window.value(Place::Form, &zh("field-key")), "typed before");
    assert!(window.tree().contains(&id));
    window.until_outside("it is in the file", |window| {
        window.config_text().contains("language = \"zh-cn\"")
    });

    window.click("English");
    assert!(window.is_on("Publish") && window.has("Local sandbox"));
    assert_eq!(window.value(Place::Form, "Key"), "typed before");
    window.until_outside("it is in the file", |window| {
        window.config_text().contains("language = \"en\"")
    });
}

#[test]
fn the_theme_changes_at_once_and_back_and_is_kept() {
    let mut window = Window::open();
    assert_eq!(window.context().theme(), Theme::Dark);
    let dark = theme::palette(window.context());
    window.click("Light theme");
    assert_eq!(window.context().theme(), Theme::Light);
    assert_ne!(theme::palette(window.context()), dark);
    window.until_outside("it is in the file", |window| {
        window.config_text().contains("theme = \"light\"")
    });
    window.click("Dark theme");
    assert_eq!(window.context().theme(), Theme::Dark);
    assert_eq!(theme::palette(window.context()), dark);
    window.until_outside("it is in the file", |window| {
        window.config_text().contains("theme = \"dark\"")
    });
}

#[test]
fn a_small_window_has_the_form_in_a_tab() {
    let mut window = Window::start(Start {
        size: theme::MIN_WINDOW,
        ..Start::default()
    });
    window.until_running();
    // The tab is there and the form is not.
    assert!(window.has("Stop"));
    assert!(!window.has("Add property"));
    window.click("Publish");
    assert!(!window.has("Stop"));
    window.fill(Place::Form, "Key", "small");
    window.press_with_command(egui::Key::Enter);
    window.until("it is published", |window| !window.published().is_empty());
    window.click("Consume orders · GID_debug · running");
    assert!(window.has("Stop"));
    let id = window.until_row_beside(&[]);
    assert!(window.has("small"));
    window.click(&format!("Ack {id}"));
    window.until_shown("1 received · 1 acked");

    // In a larger window both are side by side, with what was typed.
    window.resize([1440.0, 900.0]);
    assert!(window.has("Stop") && window.has("Add property"));
    assert_eq!(window.value(Place::Form, "Key"), "small");
}

/// Roles that one can use.
const USABLE: [Role; 14] = [
    Role::Button,
    Role::DefaultButton,
    Role::CheckBox,
    Role::RadioButton,
    Role::Switch,
    Role::ComboBox,
    Role::Slider,
    Role::SpinButton,
    Role::Link,
    Role::Tab,
    Role::TextInput,
    Role::MultilineTextInput,
    Role::PasswordInput,
    Role::Splitter,
];

/// Fails if somebody who cannot see the window would not know what something is, or whether it
/// is on.
#[track_caller]
fn assert_all_named(window: &Window, state: &str) {
    let mut usable = 0;
    for (role, name, mixed) in window.usable(&USABLE) {
        // A name of signs alone says nothing.
        let says = name.chars().any(char::is_alphanumeric);
        assert!(says, "{state}: {role:?} {name:?}\n{}", window.tree());
        assert!(!mixed, "{state}: {name:?} is neither on nor off");
        usable += 1;
    }
    assert!(
        usable > 5,
        "{state}: there is nothing to use\n{}",
        window.tree()
    );
}

#[test]
fn everything_one_can_use_has_a_name_in_both_languages() {
    for (lang, choice) in [
        (Lang::En, LanguageChoice::En),
        (Lang::ZhCn, LanguageChoice::ZhCn),
    ] {
        let mut start = Start::default().with("desk", Profile::Aliyun, "http://127.0.0.1:9");
        start.config.preferences.language = choice;
        let mut window = Window::start(start);
        assert_all_named(&window, "starting");
        window.until_running();
        assert_all_named(&window, "waiting");
        let t = |key| say(lang, key);

        window.click(&t("publish-button"));
        let id = window.until_row_beside(&[]);
        assert_all_named(&window, "with a row");
        window.look_into(&id);
        assert_all_named(&window, "with details");

        for deliver in ["deliver-after", "deliver-at"] {
            window.click(&t(deliver));
            assert_all_named(&window, deliver);
        }
        window.click(&t("property-add"));
        window.click(&t("publish-more-half"));
        assert_all_named(&window, "the whole form");

        window.click(&t("view-new"));
        assert_all_named(&window, "two views");
        window.click(&t("connection-add"));
        assert_all_named(&window, "a new connection");
        window.click(&t("cancel"));
        window.click(&window.button_with("desk…"));
        window.click(&t("delete"));
        assert_all_named(&window, "a known connection");
        window.click(&t("cancel"));

        let notices = Texts::of(lang).format("notices-count", &[("n", 1.into())]);
        window.click(&notices);
        assert_all_named(&window, "with notices");
        window.click(&window.button_with("http://"));
        let look = |group| {
            let values = [("topic", "orders".into()), ("group", group)];
            Texts::of(lang).format("control-peek-group", &values)
        };
        let group = look("GID_debug".into());
        window.until("the control room", |window| window.has(&group));
        window.click(&group);
        let expire = Texts::of(lang).format("control-expire-row", &[("id", id.as_str().into())]);
        window.until("the message", |window| window.has(&expire));
        window.click(&t("control-add-fault"));
        let remove = Texts::of(lang).format("control-remove-fault", &[("id", 1.into())]);
        window.until("the fault", |window| window.has(&remove));
        assert_all_named(&window, "with the control room");
        window.resize(theme::MIN_WINDOW);
        assert_all_named(&window, "small");
        window.click(&t("publish-title"));
        assert_all_named(&window, "small, with the form");
    }
}
