//! The overlay of the first minute and the menu of help: what is pointed at is never covered, nothing
//! is held up, and it comes once.

use egui::{Key, Rect};
use mqscope::config::LanguageChoice;
use mqscope::i18n::Lang;

use crate::support::{Start, Window, en, say, say_with};

const CARDS: [&str; 3] = [
    "first-minute-publish",
    "first-minute-watch",
    "first-minute-connect",
];

/// A start of somebody who never saw mqscope.
fn first(size: [f32; 2], language: LanguageChoice) -> Start {
    let mut start = Start {
        size,
        ..Start::default()
    };
    start.config.preferences.language = language;
    start.config.preferences.first_minute_seen = false;
    start
}

fn open() -> Window {
    let mut window = Window::start(first([1440.0, 900.0], LanguageChoice::En));
    window.until_running();
    assert!(is_shown(&window), "{}", window.tree());
    window
}

fn is_shown(window: &Window) -> bool {
    CARDS.iter().all(|card| window.has(&en(card)))
}

/// It is gone, and the file says that it was there.
#[track_caller]
fn assert_put_away(window: &mut Window) {
    assert!(!window.has(&en("first-minute-close")), "{}", window.tree());
    window.until_outside("it is written down", |window| {
        window.config_text().contains("first-minute-seen = true")
    });
}

#[test]
fn the_cards_lie_beside_what_they_point_at_in_every_window() {
    for (lang, language) in [
        (Lang::En, LanguageChoice::En),
        (Lang::ZhCn, LanguageChoice::ZhCn),
    ] {
        for size in [
            [960.0, 600.0],
            [1000.0, 700.0],
            [1099.0, 640.0],
            [1100.0, 600.0],
            [1280.0, 800.0],
            [1920.0, 1080.0],
            [3840.0, 2160.0],
        ] {
            let mut window = Window::start(first(size, language));
            window.until_running();
            let whole = Rect::from_min_size(egui::Pos2::ZERO, size.into());
            let cards = CARDS.map(|card| window.rect_of_place(&say(lang, card)));
            let publish = match size[0] < 1100.0 {
                true => say(lang, "publish-title"),
                false => say(lang, "publish-button"),
            };
            let told = match size[0] < 1100.0 {
                true => "first-minute-publish-tab-text",
                false => "first-minute-publish-text",
            };
            window.assert_shows(&say_with(lang, told, &[("keys", "Ctrl+Enter")]));
            let targets = [publish, say(lang, "connection-add")].map(|name| window.rect(&name));
            for (index, card) in cards.iter().enumerate() {
                assert!(whole.contains_rect(*card), "{size:?}: {card:?}");
                for other in targets.iter().chain(&cards[index + 1..]) {
                    assert!(!card.intersects(*other), "{size:?}: {card:?} on {other:?}");
                }
            }
            // Its button is inside the last card, and can be reached.
            let button = window.rect(&say(lang, "first-minute-close"));
            assert!(cards[2].contains_rect(button), "{size:?}: {button:?}");
        }
    }
}

#[test]
fn the_first_message_is_published_in_spite_of_it() {
    let mut window = open();
    window.press_with_command(Key::Enter);
    window.until_row_beside(&[]);
    assert_put_away(&mut window);
}

#[test]
fn what_is_clicked_beside_it_is_done() {
    let mut window = open();
    window.click(&en("publish-button"));
    window.until_row_beside(&[]);
    assert_put_away(&mut window);
}

#[test]
fn a_key_or_its_button_puts_it_away_for_good() {
    let mut window = open();
    window.press(Key::Escape);
    assert_put_away(&mut window);

    let mut window = open();
    // The button has the keyboard already.
    window.press(Key::Enter);
    assert_put_away(&mut window);
    assert!(window.published().is_empty());

    let mut window = open();
    window.click(&en("first-minute-close"));
    assert_put_away(&mut window);

    // Whoever has seen it is not shown around again, until they ask.
    let mut window = Window::open();
    assert!(!is_shown(&window));
    window.click(&en("help"));
    window.click(&en("help-show-around"));
    assert!(is_shown(&window), "{}", window.tree());
    window.press(Key::Escape);
    assert!(!is_shown(&window));
}

#[test]
fn the_menu_of_help_tells_what_this_is_and_where_it_keeps_things() {
    let mut window = Window::open();
    window.click(&en("help"));
    window.click(&en("help-about"));
    let folder = window.config_path();
    let folder = folder.parent().unwrap().display().to_string();
    window.until_shown(&folder);
    window.assert_shows(&format!("mqscope {}", env!("CARGO_PKG_VERSION")));
    for part in [
        "Inter",
        "JetBrains Mono",
        "Noto Sans SC",
        "OFL-1.1",
        "Apache-2.0",
    ] {
        assert!(window.has(part), "{part} in\n{}", window.tree());
    }
    window.press(Key::Escape);
    assert!(!window.has("OFL-1.1"));

    // Nothing can show a folder here, which is said with its path.
    window.click(&en("help"));
    window.click(&en("help-settings-folder"));
    window.until_shown(&en("folder-not-opened"));
    window.click(&window.button_with("Notices 1"));
    window.assert_shows(&format!("Open {folder} in your file manager"));
}
