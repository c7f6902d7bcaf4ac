//! The other places of the window: traffic, control room, plots; and the window itself, dragged,
//! in another theme and another language.

use egui::{Key, Modifiers, Vec2, vec2};
use mqscope::i18n::Lang;
use mqscope::protocol::MessageParts;

use super::stage::{Stage, say};

const LEAST: Vec2 = vec2(960.0, 600.0);
const MOST: Vec2 = vec2(3_840.0, 2_160.0);

/// The ring is full, as messages arrive; it is filtered and looked into.
pub(crate) fn traffic(stage: &mut Stage) {
    stage.doing("opened");
    stage.click_key("traffic-open");
    stage.frames(60);
    let filter = say(stage.lang, "traffic-filter");
    for text in [
        "order-1",
        "/amount\":4/",
        "is:consume path:orders",
        "nowhere",
    ] {
        stage.doing(&format!("searched for {text:?}"));
        stage.click(&filter);
        stage.press(Key::A, Modifiers::COMMAND);
        stage.write(text);
        stage.frames(90);
    }
    stage.doing("all again");
    stage.press(Key::A, Modifiers::COMMAND);
    stage.press(Key::Backspace, Modifiers::NONE);
    stage.frames(60);
    stage.leave_fields();
    let head = say(stage.lang, "traffic-method");
    let things = stage.things();
    let head = things.iter().find(|thing| thing.name == head);
    if let Some(head) = head.map(|thing| thing.rect) {
        let at = head.center() + vec2(0.0, 60.0);
        stage.doing("scrolled");
        stage.wheel(at, -400.0, 60);
        stage.doing("an exchange is looked into");
        stage.click_at(at);
        stage.frames(60);
    }
    stage.doing("closed");
    stage.click_key("traffic-open");
    stage.frames(10);
}

/// A sandbox with very many topics.
pub(crate) fn control(stage: &mut Stage, topics: usize) {
    stage.doing("topics are made");
    for n in 0..topics {
        let parts = MessageParts {
            body: "{}".to_owned(),
            ..MessageParts::default()
        };
        stage.flood().publish(&format!("topic-{n:04}"), parts);
        if n % 20 == 0 {
            stage.frames(1);
        }
    }
    stage.frames(90);
    stage.doing("opened");
    stage.click_with("Sandbox http://");
    stage.until_shown("topic-0000");
    stage.frames(180);
    stage.doing("scrolled");
    let size = stage.size();
    let at = egui::pos2(size.x * 0.35, size.y - 120.0);
    stage.wheel(at, -300.0, 120);
    stage.doing("looked into a topic");
    stage.wheel(at, 100_000.0, 10);
    stage.click_with("Look into orders");
    stage.frames(120);
    stage.doing("closed");
    stage.click_with("Sandbox http://");
    stage.frames(30);
}

pub(crate) fn plots(stage: &mut Stage) {
    stage.doing("opened");
    stage.click_with(" received · ");
    stage.frames(240);
    stage.doing("closed");
    stage.click_with(" received · ");
    stage.frames(10);
}

/// What opens above everything: the palette, which looks through every action, view and topic; the
/// settings; the help.
pub(crate) fn windows(stage: &mut Stage) {
    stage.leave_fields();
    stage.doing("the palette");
    stage.press(Key::K, Modifiers::COMMAND);
    let palette = say(stage.lang, "palette-hint");
    stage.until_shown(&palette);
    stage.frames(20);
    stage.doing("the palette, typed into");
    for letter in ["t", "o", "p", "i", "c", " ", "0", "1"] {
        stage.write(letter);
        stage.frames(3);
    }
    stage.press(Key::Escape, Modifiers::NONE);
    stage.frames(20);
    let settings = say(stage.lang, "settings-title");
    stage.doing(&settings);
    stage.press(Key::Comma, Modifiers::COMMAND);
    above(stage, &settings);
    let help = say(stage.lang, "action-help");
    stage.doing(&help);
    stage.press(Key::F1, Modifiers::NONE);
    above(stage, &help);
}

/// Looks at what has this title, and closes it.
fn above(stage: &mut Stage, title: &str) {
    stage.until_shown(title);
    stage.frames(40);
    // The first one may only leave a field.
    for _ in 0..2 {
        stage.press(Key::Escape, Modifiers::NONE);
        stage.frames(10);
    }
}

/// Dragged from the least size to the most and back, a step a frame.
pub(crate) fn drag(stage: &mut Stage, what: &str) {
    let before = stage.size();
    for (way, from, to) in [("wider", LEAST, MOST), ("narrower", MOST, LEAST)] {
        stage.doing(&format!("{way}, {what}"));
        for n in 0..=120 {
            stage.resize(from + (to - from) * (n as f32 / 120.0));
        }
        stage.frames(20);
    }
    stage.resize(MOST);
    stage.doing(&format!("as large as it can be, {what}"));
    stage.frames(60);
    stage.resize(before);
    stage.frames(20);
}

/// Light and dark, English and Chinese.
pub(crate) fn themes(stage: &mut Stage) {
    for key in ["theme-light", "theme-dark"] {
        stage.doing(&say(stage.lang, key));
        stage.click_key(key);
        stage.frames(40);
    }
    for lang in [Lang::ZhCn, Lang::En] {
        stage.doing(lang.name());
        stage.click(lang.name());
        stage.lang = lang;
        stage.frames(60);
    }
}
