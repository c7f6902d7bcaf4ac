//! Switching the language while everything is open: nothing of the other language is left, be it
//! in a panel, an error card, a notice, a dialog, or something that was said before.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use mqscope::config::LanguageChoice;
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::Profile;

use crate::outside::set_faults;
use crate::support::{Place, Start, Window, say};

/// What is not the window's: what the first draft holds, and the languages' own names.
const NOT_OURS: [&str; 3] = ["你好", "中文", "English"];

/// Every text that only this language has, as far as no values go into it.
fn only_in(lang: Lang) -> BTreeSet<&'static str> {
    static EN: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    static ZH: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let (cell, file, other) = match lang {
        Lang::En => (&EN, include_str!("../../assets/i18n/en.ftl"), Lang::ZhCn),
        Lang::ZhCn => (&ZH, include_str!("../../assets/i18n/zh-CN.ftl"), Lang::En),
    };
    let found = cell.get_or_init(|| {
        let keys = || {
            file.lines()
                .filter_map(|line| Some(line.split_once(" =")?.0))
        };
        let plain = |lang: Lang| {
            let t = Texts::of(lang);
            keys()
                .filter(|key| t.is_plain(key))
                .map(|key| t.get(key))
                .collect::<BTreeSet<_>>()
        };
        // One word can be the same in both, such as a key's name in a console.
        plain(lang).difference(&plain(other)).copied().collect()
    });
    found.clone()
}

/// What can be read and is not of this language.
fn left_over(window: &Window, lang: Lang) -> Vec<String> {
    let other = match lang {
        Lang::En => Lang::ZhCn,
        Lang::ZhCn => Lang::En,
    };
    let foreign = only_in(other);
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let texts = window.things().into_iter().map(|(_, text)| text);
    texts
        .filter(|text| !NOT_OURS.iter().any(|ours| text.contains(ours)))
        .filter(|text| {
            foreign.contains(text.as_str()) || (lang == Lang::En && text.chars().any(is_han))
        })
        .collect()
}

struct Switched {
    window: Window,
    lang: Lang,
}

impl Switched {
    fn start(lang: Lang) -> Self {
        let mut start = Start::default().with("desk", Profile::Aliyun, "http://127.0.0.1:9");
        start.config.preferences.language = match lang {
            Lang::En => LanguageChoice::En,
            Lang::ZhCn => LanguageChoice::ZhCn,
        };
        let mut window = Window::start(start);
        window.until_running();
        Self { window, lang }
    }

    fn t(&self, key: &str) -> String {
        say(self.lang, key)
    }

    fn click(&mut self, key: &str) {
        let name = self.t(key);
        self.window.click(&name);
    }

    /// Switches, looks, and switches back.
    #[track_caller]
    fn check(&mut self, state: &str) {
        let names = [Lang::En, Lang::ZhCn].map(|lang| (lang, lang.name()));
        for (lang, name) in names.iter().chain(names.iter()) {
            if self.window.has(name) {
                self.window.click_topmost(name);
                let left = left_over(&self.window, *lang);
                assert!(
                    left.is_empty(),
                    "{state}, switched to {name}: {left:#?}\n{}",
                    self.window.tree()
                );
                self.lang = *lang;
            }
        }
    }
}

#[test]
fn nothing_of_the_other_language_is_left_whatever_is_open() {
    let mut at = Switched::start(Lang::En);
    // Something of everything: a row with details, a refused publish, a refused ack, notices.
    at.click("publish-button");
    let id = at.window.until_row_beside(&[]);
    at.window.look_into(&id);
    at.check("details");
    set_faults(&at.window, &["publish:*:403:next=1"]);
    at.click("publish-button");
    let denied = at.t("card-denied-publish");
    at.window.until_shown(&denied);
    let why = Texts::of(at.lang).format("card-why-of", &[("title", denied.as_str().into())]);
    at.window.click_topmost(&why);
    at.check("an open card");

    for drawer in ["history-open", "traffic-open"] {
        at.click(drawer);
        at.check(drawer);
    }
    at.click("notices-title");
    at.check("notices");

    at.click("publish-more-half");
    at.click("deliver-at");
    at.check("the whole form");
    at.click("view-new");
    at.check("a new view");
    // More tabs than there is room for: a library's own buttons appear.
    let earlier = at.t("tabs-scroll-left");
    for _ in 0..8 {
        at.click("view-new");
    }
    at.window.assert_shows(&earlier);
    at.check("many views");
}

#[test]
fn what_is_wrong_in_a_form_is_said_in_each_language() {
    for lang in Lang::ALL {
        let mut at = Switched::start(lang);
        at.click("connection-add");
        at.click("save");
        let problem = at.t("problem-connection-name");
        at.window.until_shown(&problem);
        let endpoint = at.t("connection-endpoint");
        at.window.fill(Place::Only, &endpoint, "ftp://broker");
        let instance = at.t("field-instance");
        at.window.fill(Place::Only, &instance, "a b");
        at.click("save");
        let problem = at.t("problem-endpoint-scheme");
        at.window.until_shown(&problem);
        let left = left_over(&at.window, lang);
        assert!(left.is_empty(), "{lang:?}: {left:#?}\n{}", at.window.tree());
    }
}
