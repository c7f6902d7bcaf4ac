//! A window in one language that is led from scene to scene and painted in each. It finds things by
//! the texts of that language, so that one act plays in all of them.

use std::time::Duration;

use egui::accesskit::Role;
use mqscope::config::{LanguageChoice, ThemeChoice};
use mqscope::i18n::{Lang, Texts, Value};
use mqscope::protocol::{MessageParts, Timestamp};

use crate::album::Album;
use crate::outside;
use crate::support::{BEGIN, Place, Start, Window};

/// The size that every view has to be good at.
const SIZE: [f32; 2] = [1280.0, 800.0];

/// An act of the gallery.
pub(crate) struct Stage<'a> {
    pub(crate) window: Window,
    pub(crate) lang: Lang,
    album: &'a Album,
}

/// What an act starts from: a window of the usual size that speaks this language.
pub(crate) fn start(lang: Lang) -> Start {
    let mut start = Start {
        size: SIZE,
        ..Start::default()
    };
    start.config.preferences.theme = ThemeChoice::Dark;
    start.config.preferences.language = match lang {
        Lang::En => LanguageChoice::En,
        Lang::ZhCn => LanguageChoice::ZhCn,
    };
    start
}

impl<'a> Stage<'a> {
    /// A first start whose consume view listens.
    pub(crate) fn open(lang: Lang, album: &'a Album) -> Self {
        Self::begin(lang, album, start(lang))
    }

    pub(crate) fn begin(lang: Lang, album: &'a Album, start: Start) -> Self {
        let mut window = Window::start(start);
        window.until_running();
        Self::on(lang, album, window)
    }

    /// The same with a window that may be in any state.
    pub(crate) fn on(lang: Lang, album: &'a Album, window: Window) -> Self {
        Self {
            window,
            lang,
            album,
        }
    }

    /// A text of the interface.
    pub(crate) fn t(&self, key: &str) -> String {
        let text = Texts::of(self.lang).get(key);
        assert_ne!(text, key, "there is no such text without values");
        text.to_owned()
    }

    /// The same with values in it. Numbers are numbers, as plurals go by them.
    pub(crate) fn t_with(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        let value = |text: &str| match text.parse::<i64>() {
            Ok(number) => Value::from(number),
            Err(_) => Value::from(text.to_owned()),
        };
        let values: Vec<_> = values.iter().map(|(n, v)| (*n, value(v))).collect();
        let text = Texts::of(self.lang).format(key, &values);
        assert_ne!(text, key, "there is no such text");
        text
    }

    /// Paints what there is under this name. Where more than a few pictures follow, the view is better
    /// [stopped](Self::stop): the time of a poll in flight is real, and painting takes some.
    pub(crate) fn paint(&mut self, view: &str) {
        self.window.leave_fields();
        self.album.take(&mut self.window, self.lang, view);
    }

    // ------------------------------------------------------------ doing

    /// Clicks on what is called so, whatever symbol stands beside the words.
    #[track_caller]
    pub(crate) fn click(&mut self, key: &str) {
        let text = self.t(key);
        self.click_text(&text);
    }

    #[track_caller]
    pub(crate) fn click_with(&mut self, key: &str, values: &[(&'static str, &str)]) {
        let text = self.t_with(key, values);
        self.click_text(&text);
    }

    #[track_caller]
    pub(crate) fn click_text(&mut self, text: &str) {
        let name = self.named(text);
        self.window.click(&name);
    }

    /// Where something is.
    #[track_caller]
    pub(crate) fn middle(&self, text: &str) -> egui::Pos2 {
        self.window.middle(&self.named(text))
    }

    /// The name of the one thing that is called so.
    #[track_caller]
    fn named(&self, text: &str) -> String {
        let mut things = self.window.things();
        things.retain(|(role, _)| !matches!(role, Role::Label | Role::TextRun));
        if things.iter().any(|(_, name)| name == text) {
            return text.to_owned();
        }
        let only_symbols = |rest: &str| !rest.chars().any(char::is_alphanumeric);
        things.retain(|(_, name)| {
            let around = name.split_once(text);
            around.is_some_and(|(a, b)| only_symbols(a) && only_symbols(b))
        });
        let Some((_, name)) = things.pop() else {
            panic!("nothing is called {text:?}:\n{}", self.window.tree());
        };
        name
    }

    /// The same where several are called so: the highest.
    #[track_caller]
    pub(crate) fn click_topmost_with(&mut self, key: &str, values: &[(&'static str, &str)]) {
        let text = self.t_with(key, values);
        self.window.click_topmost(&text);
    }

    /// Clicks on the highest thing whose name begins with this text, and goes on with what it holds.
    #[track_caller]
    pub(crate) fn click_begins(&mut self, key: &str) {
        let text = Texts::of(self.lang).get(key).to_owned();
        let begins = |name: &str| {
            let words = name.trim_start_matches(|c: char| !c.is_alphanumeric());
            words.len() > text.len() && words.starts_with(&text)
        };
        self.click_first(&format!("begins with {text:?}"), begins);
    }

    /// Clicks on the highest thing that is called so up to the id of a message.
    #[track_caller]
    pub(crate) fn click_row(&mut self, key: &str) {
        let text = self.up_to(key, &[], "id");
        self.click_first(&format!("begins with {text:?}"), |name| {
            name.starts_with(&text)
        });
    }

    #[track_caller]
    fn click_first(&mut self, what: &str, is_it: impl Fn(&str) -> bool) {
        let mut things = self.window.things();
        things.retain(|(role, name)| !matches!(role, Role::Label | Role::TextRun) && is_it(name));
        let Some((_, name)) = things.into_iter().next() else {
            panic!("nothing {what}:\n{}", self.window.tree());
        };
        self.window.click_topmost(&name);
    }

    /// Types a number and leaves its field.
    #[track_caller]
    pub(crate) fn number(&mut self, key: &str, value: &str) {
        self.fill(Place::Only, key, value);
        self.window.press(egui::Key::Enter);
        self.window.leave_fields();
    }

    /// Replaces what is in a field.
    #[track_caller]
    pub(crate) fn fill(&mut self, place: Place, key: &str, text: &str) {
        let name = self.t(key);
        self.window.fill(place, &name, text);
    }

    /// Waits until this can be read somewhere.
    #[track_caller]
    pub(crate) fn until(&mut self, key: &str) {
        let text = self.t(key);
        self.window.until_shown(&text);
    }

    #[track_caller]
    pub(crate) fn until_with(&mut self, key: &str, values: &[(&'static str, &str)]) {
        let text = self.t_with(key, values);
        self.window.until_shown(&text);
    }

    /// The same for a text that ends in something of this run, such as a path, or goes on after it.
    #[track_caller]
    pub(crate) fn until_up_to(
        &mut self,
        key: &str,
        values: &[(&'static str, &str)],
        name: &'static str,
    ) {
        let text = self.up_to(key, values, name);
        self.window.until_shown(&text);
    }

    /// A text up to where this value goes.
    fn up_to(&self, key: &str, values: &[(&'static str, &str)], name: &'static str) -> String {
        let text = self.t_with(key, &[values, &[(name, "\u{1}")]].concat());
        text.split('\u{1}').next().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn until_text(&mut self, text: &str) {
        self.window.until_shown(text);
    }

    /// Waits until the control room says how far its sandbox is ahead after a jump of so many
    /// seconds. A clock in a hand counts from its start, and waiting has moved it already.
    #[track_caller]
    pub(crate) fn until_moved(&mut self, secs: u64) {
        let jumped = BEGIN + Duration::from_secs(secs);
        self.window.until("the time has jumped", |window| {
            window.clock().now() >= jumped
        });
        let ahead = self.window.clock().now().since(BEGIN).as_secs();
        let by = format!("{}:{:02}", ahead / 60, ahead % 60);
        self.until_with("control-ahead", &[("by", &by)]);
    }

    /// Lets time go by: little of it, as a poll is in flight.
    pub(crate) fn wait(&mut self, secs: u64) {
        self.window.advance(Duration::from_secs(secs));
    }

    /// So many seconds after the beginning.
    pub(crate) fn at(secs: u64) -> Timestamp {
        BEGIN + Duration::from_secs(secs)
    }

    /// Lets any time go by, to so many seconds after the beginning. The view is stopped meanwhile,
    /// as a poll in flight would take the leap for an answer that never comes.
    #[track_caller]
    pub(crate) fn pass_to(&mut self, secs: u64) {
        self.stop();
        self.window.set_time(Self::at(secs));
        self.click("view-start");
        let stop = self.t("view-stop");
        self.window
            .until("it listens again", |window| window.shows(&stop));
    }

    /// Somebody else publishes to `orders`; waits for its row. Gives its id.
    #[track_caller]
    pub(crate) fn arrives(&mut self, message: MessageParts) -> String {
        let id = outside::publish(&self.window, message);
        self.window
            .until("the message arrives", |window| window.rows().contains(&id));
        id
    }

    /// Clicks on the row of a message and waits for its body.
    #[track_caller]
    pub(crate) fn look_into(&mut self, id: &str) {
        self.window.look_into(id);
        self.window
            .until("the body is open", |window| window.shows("MD5"));
    }

    /// Waits for a message to have come so often.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, times: &str, id: &str) {
        self.window.until("it comes again", |window| {
            window.rows().iter().any(|row| row == id) && window.has(times)
        });
    }

    /// Acks one row, if it can be acked.
    pub(crate) fn ack_if_held(&mut self, id: &str) {
        let name = self.t_with("ack-row", &[("id", id)]);
        if self.window.has(&name) && self.window.is_on(&name) {
            self.ack(id);
        }
    }

    /// Acks one row.
    #[track_caller]
    pub(crate) fn ack(&mut self, id: &str) {
        self.click_with("ack-row", &[("id", id)]);
        let acked = self.t_with("ack-row", &[("id", id)]);
        self.window.until("it is acked", |window| {
            !window.has(&acked) || !window.is_on(&acked)
        });
    }

    /// Stops the view that is shown: its poll in flight ends with its wait.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        self.click("view-stop");
        let start = self.t("view-start");
        self.window
            .until_in_time("it stops", |window| window.shows(&start));
    }

    /// Clicks on the sandbox in the status line, which opens its room and closes it. A notice beside
    /// it may tell of the same address.
    #[track_caller]
    pub(crate) fn click_room(&mut self) {
        let begin = self.up_to("status-sandbox-running", &[], "addr");
        let name = self.window.button_with(&begin);
        self.window.click(&name);
    }

    /// Opens the control room and waits for its counts.
    #[track_caller]
    pub(crate) fn open_room(&mut self) {
        self.click_room();
        let look = self.t_with("control-peek-topic", &[("topic", "orders")]);
        self.window.until("the counts", |window| window.has(&look));
    }

    // ------------------------------------------------------------ the drawer

    /// The rows of the traffic, newest first, by what they are called.
    fn exchanges(&self) -> Vec<String> {
        let others = [("kind", ""), ("outcome", ""), ("attempt", "")];
        let begin = self.up_to("traffic-row", &others, "n");
        let mut rows = self.window.things();
        rows.retain(|(role, name)| {
            !matches!(role, Role::Label | Role::TextRun)
                && name
                    .strip_prefix(&begin)
                    .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        rows.into_iter().map(|(_, name)| name).collect()
    }

    /// Waits for an exchange of this kind.
    #[track_caller]
    pub(crate) fn until_row(&mut self, kind: &str) {
        let kind = self.t(kind);
        for _ in 0..100 {
            if self.exchanges().iter().any(|name| name.contains(&kind)) {
                return;
            }
            self.window.settle();
        }
        panic!("no exchange {kind:?}:\n{}", self.window.tree());
    }

    /// Clicks on the newest exchange of this kind.
    #[track_caller]
    pub(crate) fn click_exchange(&mut self, kind: &str) {
        let rows = self.exchanges();
        let Some(name) = rows.iter().find(|name| name.contains(kind)) else {
            panic!("no exchange {kind:?}:\n{}", self.window.tree());
        };
        self.window.click(name);
    }

    fn entries(window: &Window) -> Vec<String> {
        let mut entries = window.texts_with("orders order-");
        entries.retain(|name| !name.is_empty());
        entries
    }

    /// Waits for so many entries of the history.
    #[track_caller]
    pub(crate) fn until_history(&mut self, count: usize) {
        self.window
            .until("the entry", |window| Self::entries(window).len() >= count);
    }

    /// Clicks on the entry of a key.
    #[track_caller]
    pub(crate) fn click_history(&mut self, key: &str) {
        let entries = Self::entries(&self.window);
        let Some(name) = entries.iter().find(|name| name.ends_with(key)) else {
            panic!("no entry of {key}:\n{}", self.window.tree());
        };
        let name = name.clone();
        self.window.click(&name);
    }

    /// Opens the plots by the figures of the status line.
    #[track_caller]
    pub(crate) fn click_figures(&mut self) {
        let errors = self.t_with("status-errors", &[("n", "1")]);
        let word = errors
            .trim_matches(|c: char| c.is_ascii_digit() || c == ' ')
            .to_owned();
        self.click_first("is the figures", |name| {
            name.contains(" · ") && name.contains(&word)
        });
    }
}
