//! Language, theme, a small window, and that everything one can use has a name in every state.
//! Not what it looks like.

use egui::Theme;
use egui::accesskit::Role;
use mqscope::config::{Density, LanguageChoice, Motion};
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::Profile;
use mqscope::session::{Desktop, Shade};
use mqscope::ui::theme;

use crate::support::{Place, Start, Window, en, en_with, say};

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
fn the_window_follows_the_desktop_while_it_runs_unless_told_otherwise() {
    let asks = |shade| Desktop {
        shade: Some(shade),
        ..Desktop::default()
    };
    let shown = |window: &Window, theme| window.context().theme() == theme;
    let mut window = Window::start(Start {
        desktop: asks(Shade::Light),
        ..Start::default()
    });
    window.until("light", |window| shown(window, Theme::Light));
    window.desktop_asks(asks(Shade::Dark));
    window.until("dark", |window| shown(window, Theme::Dark));
    window.desktop_asks(asks(Shade::Light));
    window.until("light again", |window| shown(window, Theme::Light));

    // What somebody chose stays, whatever the desktop asks for then.
    window.click("Dark theme");
    assert!(shown(&window, Theme::Dark));
    window.desktop_asks(asks(Shade::Dark));
    window.desktop_asks(asks(Shade::Light));
    window.click("中文");
    assert!(shown(&window, Theme::Dark));
}

/// Much less than a row takes to fade in, in seconds.
const FRAME: f32 = 0.03;

/// A window in the first frame in which its second row is told of. The first one brings the table along,
/// which is laid out twice in its first frame.
fn with_a_new_row(desktop: Desktop, motion: Motion) -> Window {
    let mut start = Start {
        desktop,
        frame: FRAME,
        ..Start::default()
    };
    start.config.preferences.motion = motion;
    let mut window = Window::start(start);
    window.until_running();
    window.publish_and_see();
    window.begin_to_publish();
    window.until_first_frame("the row", |window| window.rows().len() == 2);
    window
}

/// How much there is of the newest row, of 255.
fn ink_of_newest(window: &Window) -> u8 {
    let button = window.rect(&format!("Ack {}", window.rows()[0]));
    let inks = window
        .shapes()
        .iter()
        .filter_map(|clipped| match &clipped.shape {
            egui::Shape::Rect(shape) if shape.rect.center() == button.center() => {
                Some(shape.fill.a())
            }
            _ => None,
        });
    inks.max().unwrap_or(0)
}

#[test]
fn a_new_row_is_there_at_once_where_nothing_may_move() {
    let calm = Desktop {
        reduced_motion: true,
        ..Desktop::default()
    };
    for (desktop, motion, at_once) in [
        (calm, Motion::System, true),
        (Desktop::default(), Motion::Reduced, true),
        (Desktop::default(), Motion::System, false),
        (calm, Motion::Full, false),
    ] {
        let window = with_a_new_row(desktop, motion);
        assert_eq!(ink_of_newest(&window) == 255, at_once, "{motion:?}");
    }
}

#[test]
fn a_new_row_fades_in_for_a_moment_and_then_nothing_is_drawn_any_more() {
    let mut window = with_a_new_row(Desktop::default(), Motion::System);
    let mut inks = vec![ink_of_newest(&window)];
    while inks.last() != Some(&255) && inks.len() < 20 {
        window.draw();
        inks.push(ink_of_newest(&window));
    }
    // A little more with each frame, to all of it; which is the first with something to see depends on
    // when the worker brought it.
    let frames = (theme::FADE_SECONDS / FRAME).round() as usize;
    assert_eq!(inks.last(), Some(&255), "{inks:?}");
    let seen = frames.saturating_sub(2)..=frames + 1;
    assert!(seen.contains(&inks.len()), "{frames} frames: {inks:?}");
    assert!(
        inks.is_sorted_by(|before, after| before < after),
        "{inks:?}"
    );
    window.settle();
    assert!(!window.repaints_after().is_zero(), "it goes on drawing");
}

#[test]
fn compact_rows_lie_closer_and_nothing_reaches_out_of_them() {
    for (lang, choice) in [
        (Lang::En, LanguageChoice::En),
        (Lang::ZhCn, LanguageChoice::ZhCn),
    ] {
        let mut start = Start::default();
        start.config.preferences.language = choice;
        start.config.preferences.density = Density::Compact;
        let mut window = Window::start(start);
        window.until_running();
        let publish = say(lang, "publish-button");
        for rows in 1..=2 {
            window.click(&publish);
            window.until("its row", |window| window.rows().len() == rows);
        }
        let acks: Vec<_> = window
            .rows()
            .iter()
            .map(|id| {
                window.rect(&Texts::of(lang).format("ack-row", &[("id", id.as_str().into())]))
            })
            .collect();
        assert_eq!(acks[1].center().y - acks[0].center().y, 24.0);
        assert!(acks.iter().all(|ack| ack.height() < 24.0), "{acks:?}");
        // Words are as high as a line, and so are the controls that hold them.
        let control = window.rect(&publish).height();
        assert_eq!(control, 24.0);
    }
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

/// Fails if one of these lies on another.
#[track_caller]
fn assert_apart(window: &Window, names: &[&str]) {
    let rects: Vec<_> = names.iter().map(|name| window.rect(name)).collect();
    for (index, rect) in rects.iter().enumerate() {
        for (other, name) in rects.iter().zip(names).skip(index + 1) {
            assert!(!rect.intersects(*other), "{} lies on {name}", names[index]);
        }
    }
}

#[test]
fn what_belongs_to_the_drawer_does_not_lie_on_each_other_in_a_small_window() {
    for connections in 0..2 {
        let mut start = Start {
            size: theme::MIN_WINDOW,
            ..Start::default()
        };
        if connections > 0 {
            start = start.with("desk", Profile::Tdmq, "http://127.0.0.1:9");
        }
        let mut window = Window::start(start);
        window.until_running();
        window.click(&en("traffic-open"));
        let choice = |label, choice| format!("{} · {}", en(label), en(choice));
        let kinds = choice("traffic-kind", "traffic-all-kinds");
        let classes = choice("traffic-status", "traffic-all-statuses");
        assert_apart(
            &window,
            &[
                &en("traffic-filter"),
                &kinds,
                &classes,
                &en("traffic-save"),
                &en("traffic-pause"),
                &en("traffic-clear"),
            ],
        );
    }
}

#[test]
fn what_ends_the_form_of_a_connection_does_not_lie_on_each_other() {
    let start = Start::default().with("desk", Profile::Tdmq, "http://127.0.0.1:9");
    let mut window = Window::start(start);
    window.until_running();
    window.click("Edit desk…");
    let beside = [
        en("checkup-button"),
        en("checkup-consume"),
        en("save"),
        en("cancel"),
    ];
    let sure = en_with("delete-sure", &[("name", "desk")]);
    for delete in [en("delete"), sure] {
        let mut names: Vec<&str> = beside.iter().map(String::as_str).collect();
        names.push(&delete);
        assert_apart(&window, &names);
        window.click(&delete);
    }
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
    window.assert_spoken();
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
        // On a busy machine there may be more of them than that the keyring is missing.
        window.click(&window.button_with(notices.trim_end_matches('1')));
        assert_all_named(&window, "with notices");
        // What a notice says of an address is a button, too.
        let sandbox = Texts::of(lang).format("status-sandbox-running", &[("addr", "".into())]);
        window.click(&window.button_with(&sandbox));
        let look = |group| {
            let values = [("topic", "orders".into()), ("group", group)];
            Texts::of(lang).format("control-peek-group", &values)
        };
        let group = look("GID_debug".into());
        window.until("the control room", |window| window.has(&group));
        window.click(&group);
        let expire = Texts::of(lang).format("control-expire-row", &[("id", id.as_str().into())]);
        window.until("the message", |window| window.has(&expire));
        assert_all_named(&window, "with messages");
        window.click(&t("control-peek-close"));
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
