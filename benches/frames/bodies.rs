//! A body of four megabytes: opened in every viewer, searched, scrolled, compared; and in the
//! publish form, typed into, pasted, sent again.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use mqscope::protocol::MessageParts;

use super::fixtures::text_of;
use super::stage::{Stage, Thing, say};

struct Kind {
    name: &'static str,
    body: fn(usize) -> String,
    looks: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "a list in JSON",
        body: |bytes| {
            let item = |n| format!("{{\"n\":{n},\"t\":\"word{} 你好\",\"x\":[1,2]}},", n % 7);
            format!("[{}0]", text_of(bytes, item))
        },
        looks: &["look-json", "look-text", "look-hex", "look-raw"],
    },
    Kind {
        name: "one line",
        body: |bytes| text_of(bytes, |n| format!("word{} ", n % 7)),
        looks: &["look-text", "look-hex"],
    },
    Kind {
        name: "many lines",
        body: |bytes| text_of(bytes, |n| format!("line {n} of them, word{}\n", n % 7)),
        looks: &["look-text", "look-raw"],
    },
    Kind {
        name: "XML",
        body: |bytes| {
            let item = |n| format!("<a n=\"{n}\"><b>word{}</b></a>", n % 7);
            format!("<r>{}</r>", text_of(bytes, item))
        },
        looks: &["look-xml", "look-text"],
    },
];

/// What a message may hold, but for what goes around the body.
pub(crate) fn large(bench: bool) -> usize {
    if bench { 4_000_000 } else { 40_000 }
}

fn parts(key: &str, body: String) -> MessageParts {
    MessageParts {
        body,
        key: Some(key.to_owned()),
        ..MessageParts::default()
    }
}

/// Publishes it and opens its details, while others go on to arrive.
fn open(stage: &mut Stage, key: &str, body: String) {
    stage.doing(&format!("{key} arrives"));
    let id = stage.flood().publish("orders", parts(key, body));
    stage.click_key("filter-name");
    stage.press(Key::A, Modifiers::COMMAND);
    stage.paste(format!("key:\"{key}\""));
    let is = |thing: &&Thing| thing.role == Role::CheckBox && thing.name.ends_with(&id);
    let things = stage.until("its row", |things| things.iter().any(|thing| is(&thing)));
    let select = things.iter().find(is);
    let at = select.expect("it was there").rect.center() + egui::vec2(190.0, 0.0);
    stage.doing(&format!("{key} is opened"));
    stage.click_at(at);
    stage.click_key("look-text");
}

/// In every viewer.
pub(crate) fn look(stage: &mut Stage, bytes: usize) {
    for kind in &KINDS {
        let body = (kind.body)(bytes);
        open(stage, kind.name, body.clone());
        for look in kind.looks {
            let name = say(stage.lang, look);
            stage.doing(&format!("{} as {name}", kind.name));
            stage.click(&name);
            stage.frames(60);
            look_into(stage, kind.name, look);
        }
        if kind.name == "many lines" {
            stage.doing("another one of that key, a little different");
            let other = body.replacen("line 7 of", "line seven of", 3);
            open(stage, kind.name, other);
        }
        stage.doing(&format!("{} compared", kind.name));
        stage.click_key("look-diff");
        stage.frames(30);
        stage.click_key("viewer-diff-key");
        stage.frames(240);
    }
    stage.doing("the filter is emptied");
    stage.click_key("filter-name");
    stage.press(Key::A, Modifiers::COMMAND);
    stage.press(Key::Backspace, Modifiers::NONE);
    stage.frames(260);
    stage.leave_fields();
}

fn look_into(stage: &mut Stage, kind: &str, look: &str) {
    let area = match look {
        "look-json" => say(stage.lang, "viewer-tree"),
        "look-hex" => say(stage.lang, "pane-bytes"),
        "look-raw" => say(stage.lang, "details-raw"),
        _ => say(stage.lang, "field-body"),
    };
    let is = |t: &Thing| matches!(t.role, Role::Document | Role::Tree) && t.name == area;
    let things = stage.until("the sheet", |things| things.iter().any(is));
    let sheet = things.iter().find(|t| is(t));
    let at = sheet.expect("it was there").rect.center();
    stage.doing(&format!("{kind}, {look}, scrolled"));
    stage.click_at(at);
    stage.press(Key::End, Modifiers::NONE);
    stage.frames(20);
    stage.press(Key::Home, Modifiers::NONE);
    stage.wheel(at, -300.0, 30);
    if look == "look-json" {
        stage.doing(&format!("{kind}, all unfolded"));
        stage.click_key("viewer-unfold-all");
        stage.frames(30);
        stage.click_key("viewer-fold-all");
        stage.frames(30);
    }
    stage.doing(&format!("{kind}, {look}, searched"));
    stage.click_key("viewer-find-open");
    stage.press(Key::A, Modifiers::COMMAND);
    stage.write("word3");
    stage.frames(60);
    for _ in 0..3 {
        stage.press(Key::Enter, Modifiers::NONE);
    }
    stage.frames(20);
    stage.doing(&format!("{kind}, {look}, all of it selected and copied"));
    stage.click_at(at);
    stage.press(Key::A, Modifiers::COMMAND);
    stage.frames(10);
    stage.leave_fields();
}

/// In the publish form.
pub(crate) fn edit(stage: &mut Stage, bytes: usize) {
    let body = (KINDS[0].body)(bytes);
    open(stage, "to be sent again", body.clone());
    stage.doing("sent again");
    stage.click_key("send-again");
    stage.frames(90);
    type_into(stage, "the body that is sent again");
    stage.doing("the body is formatted");
    stage.click_key("body-format");
    stage.frames(120);
    type_into(stage, "the formatted body");
    stage.doing("all of the body is selected, and another one pasted");
    stage.press(Key::A, Modifiers::COMMAND);
    stage.frames(10);
    let lines = (KINDS[2].body)(bytes);
    stage.paste(lines);
    stage.frames(120);
    type_into(stage, "the pasted body");
    stage.doing("with variables");
    stage.leave_fields();
    stage.click_key("variables");
    stage.frames(120);
    type_into(stage, "with variables");
    stage.doing("without them");
    stage.leave_fields();
    stage.click_key("variables");
    stage.frames(60);
    stage.doing("published");
    stage.click_key("publish-button");
    stage.until_shown("Published ");
    stage.frames(60);
    stage.doing("the same in the history");
    stage.click_key("history-open");
    stage.frames(60);
    stage.click_key("history-open");
    stage.doing("a small body again");
    field(stage);
    stage.press(Key::A, Modifiers::COMMAND);
    stage.paste("{}".to_owned());
    stage.frames(60);
    stage.leave_fields();
}

/// Puts the cursor into the body of the form.
fn field(stage: &mut Stage) {
    let is = |thing: &Thing| thing.role == Role::MultilineTextInput;
    let things = stage.until("the field", |things| things.iter().any(is));
    let rect = things.iter().find(|t| is(t)).expect("it was there").rect;
    let at = rect.left_top() + egui::vec2(40.0, 30.0);
    stage.click_at(at);
}

fn type_into(stage: &mut Stage, what: &str) {
    stage.doing(&format!("{what}: a click"));
    field(stage);
    stage.frames(30);
    stage.doing(&format!("{what}: typed"));
    stage.write("hello, world");
    stage.frames(30);
    stage.doing(&format!("{what}: to the end"));
    stage.press(Key::End, Modifiers::COMMAND);
    stage.frames(20);
    stage.write("abc");
    for _ in 0..3 {
        stage.press(Key::Backspace, Modifiers::NONE);
    }
    stage.frames(20);
    stage.doing(&format!("{what}: to the beginning"));
    stage.press(Key::Home, Modifiers::COMMAND);
    stage.frames(30);
}
