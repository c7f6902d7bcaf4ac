//! A walk through the views of the window in both languages, each state of which has to be good for
//! a screen reader: roles, names, values, one language. The walk does no more than get there.

use egui::Key;
use egui::accesskit::Role;
use mqscope::config::LanguageChoice;
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::Profile;

use crate::support::audit::things;
use crate::support::{Start, Window, say};

/// A window of this language, and a connection to nowhere.
fn open(lang: Lang) -> Window {
    let mut start = Start::default().with("desk", Profile::Aliyun, "http://127.0.0.1:9");
    start.config.preferences.language = match lang {
        Lang::En => LanguageChoice::En,
        Lang::ZhCn => LanguageChoice::ZhCn,
    };
    let mut window = Window::start(start);
    window.until_running();
    window
}

/// The names of the rows of tables that are shown.
fn rows(window: &Window) -> Vec<String> {
    let all = things(window.root()).into_iter();
    all.filter(|thing| thing.role == Role::Row)
        .map(|row| row.name)
        .collect()
}

#[test]
fn what_a_message_is_looked_at_with_can_be_heard() {
    for lang in Lang::ALL {
        let t = |key| say(lang, key);
        let mut window = open(lang);
        window.click_role(Role::Button, &t("publish-button"));
        let id = window.until_row_beside(&[]);
        window.look_into(&id);
        window.until("the body is open", |window| window.has("MD5"));
        for look in [
            "look-text",
            "look-hex",
            "look-raw",
            "look-diff",
            "look-json",
        ] {
            window.click_role(Role::Tab, &t(look));
            window.settle();
        }
        window.click(&t("viewer-find-open"));
        for menu in ["viewer-copy", "table-columns", "archive-more", "tools"] {
            window.click(&t(menu));
            window.press(Key::Escape);
        }
        for form in ["archive-export", "archive-replay"] {
            window.click(&t("archive-more"));
            window.click(&t(form));
            window.click(&t("cancel"));
        }
        window.click(&t("view-pause"));
        window.click(&t("view-resume"));
    }
}

#[test]
fn what_a_message_is_made_with_can_be_heard() {
    for lang in Lang::ALL {
        let t = |key| say(lang, key);
        let mut window = open(lang);
        for program in ["code-open", "code-consume-title"] {
            window.click(&t(program));
            window.click(&t("close"));
        }
        window.click(&t("tools"));
        window.click(&t("debugger-open"));
        window.click(&t("close"));
        window.click(&t("templates"));
        window.press(Key::Escape);
        for many in ["outbox-repeat", "outbox-file"] {
            window.click(&t(many));
            window.click(&t("outbox-once"));
        }
    }
}

#[test]
fn what_lies_in_the_drawer_can_be_heard() {
    for lang in Lang::ALL {
        let t = |key| say(lang, key);
        let mut window = open(lang);
        window.click_role(Role::Button, &t("publish-button"));
        window.until_row_beside(&[]);
        let before = rows(&window);
        window.click(&t("history-open"));
        for part in ["history-open", "traffic-open"] {
            if part == "traffic-open" {
                window.click(&t(part));
            }
            let new = |window: &Window| {
                let now = rows(window).into_iter();
                now.filter(|row| !before.contains(row)).collect::<Vec<_>>()
            };
            window.until("a row of it", |window| !new(window).is_empty());
            let row = new(&window).swap_remove(0);
            window.click(&row);
        }
        for part in [
            "plots-title",
            "halves-title",
            "notices-title",
            "control-title",
        ] {
            window.click_role(Role::Tab, &t(part));
            window.settle();
        }
        let peek = [("topic", "orders".into())];
        let peek = Texts::of(lang).format("control-peek-topic", &peek);
        window.until("the topics", |window| window.has(&peek));
        window.click(&peek);
        window.until("its messages", |window| window.shows("1043"));
    }
}

#[test]
fn what_goes_wrong_can_be_heard() {
    for lang in Lang::ALL {
        let t = |key| say(lang, key);
        let mut window = open(lang);
        window.click(&t("letters-short"));
        let desk = [("name", "desk".into())];
        window.click(&Texts::of(lang).format("connection-use", &desk));
        window.click(&t("view-new"));
        window.click(&t("view-start"));
        let error = Texts::of(lang).format("announce-error", &[("n", 1.into())]);
        let error = error.split('{').next().unwrap_or_default().to_owned();
        window.until("it is announced", |window| {
            let heard = window.announced();
            heard.iter().any(|text| text.starts_with(&error))
        });
        window.click(&t("connection-add"));
        for kind in ["kind-aliyun", "kind-sandbox", "kind-tdmq"] {
            window.click(&t(kind));
        }
        window.click(&t("cancel"));
    }
}
