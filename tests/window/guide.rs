//! The user guide inside the window: found, read by keyboard, searched, copied from, in both languages.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect};
use egui_kittest::kittest::NodeT as _;
use mqscope::config::LanguageChoice;
use mqscope::guide::Page;
use mqscope::i18n::Lang;

use crate::support::{Place, Start, Window, en, say};

/// A window of this language.
fn open(lang: Lang) -> Window {
    let mut start = Start::default();
    start.config.preferences.language = match lang {
        Lang::En => LanguageChoice::En,
        Lang::ZhCn => LanguageChoice::ZhCn,
    };
    let mut window = Window::start(start);
    window.until_running();
    window
}

const PAGES: [&str; 10] = [
    "guide-first-minute",
    "guide-connect",
    "guide-publish",
    "guide-look",
    "guide-ack",
    "guide-refused",
    "guide-testing",
    "guide-faults-and-time",
    "guide-scripts",
    "action-troubleshooting",
];

fn open_guide(window: &mut Window, lang: Lang) {
    window.click(&say(lang, "help"));
    let guide = window.button_with(&say(lang, "action-guide"));
    window.click(&guide);
}

fn has_heading(window: &Window, text: &str) -> bool {
    let things = window.things();
    things.contains(&(Role::Heading, text.to_owned()))
}

#[test]
fn the_menu_of_help_leads_to_every_page_in_both_languages() {
    for lang in Lang::ALL {
        let t = |key| say(lang, key);
        let mut window = open(lang);
        open_guide(&mut window, lang);
        for (title, page) in PAGES.into_iter().zip(Page::ALL) {
            window.click_role(Role::Tab, &t(title));
            assert!(has_heading(&window, &t(title)), "{}", window.tree());
            // The first words of the chapter, and of it alone.
            let text = page.text(lang).trim_start();
            let mut words = text.split(['\n', '|', '`', '，', ',']).map(str::trim);
            let words = words.find(|words| words.chars().count() > 3);
            window.assert_shows(words.unwrap());
        }
        window.click(&t("close"));
        assert!(!has_heading(&window, &t("action-troubleshooting")));
    }
}

#[test]
fn what_to_do_when_something_is_wrong_is_a_row_for_each_trouble() {
    let mut window = Window::open();
    window.press_with_command(Key::K);
    window.write("troubl");
    window.press(Key::Enter);
    assert!(has_heading(&window, &en("action-troubleshooting")));
    let rows = window.things().into_iter();
    let rows: Vec<String> = rows
        .filter(|(role, _)| *role == Role::Row)
        .map(|(_, name)| name)
        .collect();
    let expired = rows.iter().find(|row| row.starts_with("TimeExpired"));
    assert!(expired.unwrap().ends_with("the doctor shows by how much"));
    assert!(rows.len() > 10, "{rows:?}");
    assert_eq!(window.focused().unwrap().0, Role::Document);
    window.press(Key::Escape);
    assert!(!has_heading(&window, &en("action-troubleshooting")));
}

/// The highest text of the page that is in sight, and how high.
fn top_of(window: &Window) -> (String, f32) {
    let search = window.rect(&en("guide-search"));
    let page = Rect::everything_right_of(search.right()).with_min_y(search.top());
    let all = window.root().children_recursive();
    let texts = all.filter(|node| {
        let inner = node.accesskit_node();
        let is_text = matches!(inner.role(), Role::Label | Role::Heading);
        // What is only there to be announced has no place.
        is_text && inner.data().bounds().is_some() && page.contains(node.rect().left_bottom())
    });
    let top = texts.min_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    let top = top.unwrap_or_else(|| panic!("nothing in {page:?}:\n{}", window.tree()));
    let node = top.accesskit_node();
    let name = node.label().or(node.value()).unwrap_or_default();
    (name, top.rect().top())
}

#[test]
fn it_is_read_with_the_keyboard_alone() {
    let mut window = Window::start(Start {
        size: [960.0, 600.0],
        ..Start::default()
    });
    window.until_running();
    window.press_with(Modifiers::SHIFT, Key::F1);
    window.click_role(Role::Tab, &en("guide-look"));
    let top = top_of(&window);
    assert_eq!(top.0, en("guide-look"));
    let mut seen = vec![top.clone()];
    for key in [
        Key::ArrowDown,
        Key::PageDown,
        Key::End,
        Key::ArrowUp,
        Key::PageUp,
    ] {
        window.press(key);
        let now = top_of(&window);
        assert!(!seen.contains(&now), "{key:?}: {now:?}");
        seen.push(now);
        if key == Key::End {
            window.assert_shows("it becomes a dead letter, see");
        }
    }
    window.press(Key::Home);
    assert_eq!(top_of(&window), top);
    // Another page begins at its top.
    window.press(Key::End);
    window.click_role(Role::Tab, &en("guide-connect"));
    assert_eq!(top_of(&window), (en("guide-connect"), top.1));
    window.press(Key::Escape);
    assert!(!has_heading(&window, &en("guide-connect")));
}

#[test]
fn what_is_looked_for_is_found_page_by_page() {
    let mut window = open(Lang::En);
    open_guide(&mut window, Lang::En);
    window.press_with_command(Key::F);
    let search = en("guide-search");
    assert!(window.is_typed_into(&search));
    window.write("%dlq%");
    window.settle();
    // Only one page says it, and that is shown.
    assert!(has_heading(&window, &en("guide-ack")), "{}", window.tree());
    assert!(!window.has(&en("guide-connect")));
    window.fill(Place::Only, &search, "no such words");
    window.assert_shows(&en("guide-nothing"));
    window.fill(Place::Only, &search, "");
    assert!(window.has(&en("guide-connect")));
}

#[test]
fn commands_are_copied_as_they_are_and_links_lead_on() {
    let mut window = open(Lang::En);
    open_guide(&mut window, Lang::En);
    window.click_topmost(&en("guide-copy"));
    let text = Page::FirstMinute.text(Lang::En);
    let code = text.split("```").nth(1).unwrap();
    assert_eq!(
        window.copied(),
        code.strip_prefix("sh\n").unwrap().trim_end()
    );

    window.click_role(Role::Tab, &en("guide-testing"));
    window.click("move the clock");
    assert!(has_heading(&window, &en("guide-faults-and-time")));
}
