//! The words of the user interface, in Mozilla's Fluent format, one file per language.
//!
//! It deliberately reads no file and asks the system for nothing but its language, in
//! [`Lang::system`]. Both languages are compiled in; `tests/texts.rs` keeps them complete.

use std::collections::HashMap;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// A value put into a message: `"n".into()`, `3.into()`.
pub use fluent_bundle::FluentValue as Value;

static CHOSEN: OnceLock<Lang> = OnceLock::new();

/// A language the interface speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese in simplified characters.
    ZhCn,
}

impl Lang {
    /// Every language, in the order to offer them.
    pub const ALL: [Self; 2] = [Self::En, Self::ZhCn];

    /// The language that serves a locale such as `zh_CN.UTF-8`, `zh-Hans-SG` or `en-GB` best.
    ///
    /// Any Chinese is served in Chinese, and every other language in English.
    pub fn from_locale(locale: &str) -> Self {
        let language = locale
            .split(['-', '_', '.', '@'])
            .next()
            .unwrap_or_default();
        if language.eq_ignore_ascii_case("zh") {
            Self::ZhCn
        } else {
            Self::En
        }
    }

    /// The language of the system: that of the variables of its locale, as every other program
    /// reads them, else that of the desktop.
    pub fn system(variable: impl Fn(&str) -> Option<String>) -> Self {
        match Self::from_variables(variable) {
            Some(lang) => lang,
            // A desktop that sets no variables.
            None => sys_locale::get_locale().map_or(Self::En, |found| Self::from_locale(&found)),
        }
    }

    /// The language of POSIX's variables, the first of which counts; `None` if none is set. GNU's
    /// list of languages goes before them, but not in the locale of scripts.
    fn from_variables(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let given = |name: &str| get(name).filter(|value| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(given)?;
        let plain = locale.split('.').next().unwrap_or_default();
        if matches!(plain, "C" | "POSIX") {
            return Some(Self::En);
        }
        let first = given("LANGUAGE").unwrap_or(locale);
        Some(Self::from_locale(
            first.split(':').next().unwrap_or_default(),
        ))
    }

    /// Makes it the language of this process, once: see [`Lang::chosen`].
    pub fn choose(self) {
        // A second call changes nothing: what was said is said.
        let _ = CHOSEN.set(self);
    }

    /// What this process was asked to speak, if it was: the command line speaks it, and the window
    /// where its setting is the system's language.
    pub fn chosen() -> Option<Self> {
        CHOSEN.get().copied()
    }

    /// The BCP 47 tag, for settings and file names.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
        }
    }

    /// The language's name in the language itself.
    pub fn name(self) -> &'static str {
        Texts::of(self).get("language-name")
    }

    const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../assets/i18n/en.ftl"),
            Self::ZhCn => include_str!("../assets/i18n/zh-CN.ftl"),
        }
    }
}

/// A text by its key in `assets/i18n`, with the values that go into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Key of the message.
    pub key: &'static str,
    /// Values by name.
    pub values: Vec<(&'static str, String)>,
    /// Values that are texts themselves.
    pub parts: Vec<(&'static str, Say)>,
}

impl Say {
    /// A text without values.
    pub fn new(key: &'static str) -> Self {
        Self {
            key,
            values: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// With one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    /// With one more value that is a text itself, in whatever language the whole is said.
    #[must_use]
    pub fn with_say(mut self, name: &'static str, say: Say) -> Self {
        self.parts.push((name, say));
        self
    }
}

/// The messages of one language.
///
/// A key without a message comes back as itself: a visible flaw instead of an invisible one, and
/// the tests keep it from happening.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
    /// Messages without variables, formatted once: a frame asks for hundreds of them.
    plain: HashMap<String, String>,
}

impl Texts {
    /// The messages of a language; parsed at the first call.
    pub fn of(lang: Lang) -> &'static Self {
        static EN: OnceLock<Texts> = OnceLock::new();
        static ZH_CN: OnceLock<Texts> = OnceLock::new();
        let cell = match lang {
            Lang::En => &EN,
            Lang::ZhCn => &ZH_CN,
        };
        cell.get_or_init(|| Self::parse(lang.tag(), lang.source()))
    }

    /// The language that they are of.
    pub fn lang(&self) -> Lang {
        let mut all = Lang::ALL.into_iter();
        all.find(|lang| std::ptr::eq(Self::of(*lang), self))
            .unwrap_or_default()
    }

    /// Entries that do not parse are left out: they are compiled in, so a test finds them.
    fn parse(tag: &str, source: &str) -> Self {
        let locale: LanguageIdentifier = tag.parse().unwrap_or_default();
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(rest, _)| rest);
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Isolation marks are for mixing writing directions, and fonts draw them as boxes.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);

        let mut plain = HashMap::new();
        for key in keys(source) {
            let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
                continue;
            };
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, None, &mut errors);
            // A message with variables complains that it got none.
            if errors.is_empty() {
                plain.insert(key.to_owned(), text.into_owned());
            }
        }
        Self { bundle, plain }
    }

    /// The message of a key that takes no values.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.plain.get(key).map_or(key, String::as_str)
    }

    /// Whether there is a message for a key, and it takes no values.
    pub fn is_plain(&self, key: &str) -> bool {
        self.plain.contains_key(key)
    }

    /// Whether there is a message for a key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// What somebody has to say, in this language.
    pub fn say(&self, say: &Say) -> String {
        let values = say.values.iter();
        let values = values.map(|(name, value)| (*name, number_or_text(value)));
        let parts = say.parts.iter();
        let parts = parts.map(|(name, part)| (*name, Value::from(self.say(part))));
        let values: Vec<(&'static str, Value<'_>)> = values.chain(parts).collect();
        self.format(say.key, &values)
    }

    /// The message of a key with values put in: `texts.format("held", &[("n", 5.into())])`.
    pub fn format(&self, key: &str, values: &[(&'static str, Value<'_>)]) -> String {
        let Some(pattern) = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
        else {
            return key.to_owned();
        };
        let values: FluentArgs<'_> = values.iter().cloned().collect();
        // A value that is missing shows up as its name in braces; that is all there is to do.
        self.bundle
            .format_pattern(pattern, Some(&values), &mut Vec::new())
            .into_owned()
    }
}

/// The keys of a Fluent file: a message starts in the first column, all that belongs to it is
/// indented, and comments and terms start with a sign.
fn keys(source: &str) -> impl Iterator<Item = &str> {
    source
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .filter_map(|line| line.split([' ', '=']).next())
}

/// Digits of numbers that come out as they went in.
const EXACT_DIGITS: usize = 9;

/// A number where it is written as one, as plurals go by numbers; otherwise text.
fn number_or_text(value: &str) -> Value<'_> {
    match value.parse::<i64>() {
        Ok(number) if value.len() <= EXACT_DIGITS && number.to_string() == value => number.into(),
        _ => value.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "\
# A comment
-brand = mqscope
title = { -brand }, a title
held = { $n ->
    [one] You hold one message
   *[other] You hold { $n } messages
}
long =
    First line
    second line
";

    #[test]
    fn locales_find_their_language() {
        for (locale, lang) in [
            ("zh-CN", Lang::ZhCn),
            ("zh_CN.UTF-8", Lang::ZhCn),
            ("zh-Hant-TW", Lang::ZhCn),
            ("ZH", Lang::ZhCn),
            ("en-GB", Lang::En),
            ("de_DE@euro", Lang::En),
            ("zhx", Lang::En),
            ("C", Lang::En),
            ("", Lang::En),
        ] {
            assert_eq!(Lang::from_locale(locale), lang, "{locale}");
        }
        for lang in Lang::ALL {
            assert_eq!(Lang::from_locale(lang.tag()), lang);
        }
    }

    #[test]
    fn the_first_variable_that_is_set_counts() {
        let check = |variables: &[(&str, &str)], expected: Option<Lang>| {
            let get = |name: &str| {
                let found = variables.iter().find(|(set, _)| *set == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(Lang::from_variables(get), expected, "{variables:?}");
        };
        let (all, messages, lang) = ("LC_ALL", "LC_MESSAGES", "LANG");
        check(&[], None);
        check(&[(all, "")], None);
        check(&[(lang, "zh_CN.UTF-8")], Some(Lang::ZhCn));
        check(&[(all, "C"), (lang, "zh_CN.UTF-8")], Some(Lang::En));
        check(
            &[(all, "C.UTF-8"), ("LANGUAGE", "zh_CN:en")],
            Some(Lang::En),
        );
        check(&[(messages, "zh_CN"), (lang, "en_US")], Some(Lang::ZhCn));
        check(&[(all, ""), (messages, "POSIX")], Some(Lang::En));
        check(
            &[(lang, "en_US"), ("LANGUAGE", "zh_CN:en")],
            Some(Lang::ZhCn),
        );
        check(&[("LANGUAGE", "zh_CN")], None);
    }

    #[test]
    fn messages_are_found_and_filled_in() {
        let texts = Texts::parse("en", SOURCE);
        assert_eq!(texts.get("title"), "mqscope, a title");
        assert_eq!(texts.get("long"), "First line\nsecond line");
        assert_eq!(texts.format("title", &[]), "mqscope, a title");
        assert_eq!(
            texts.format("held", &[("n", 1.into())]),
            "You hold one message"
        );
        assert_eq!(
            texts.format("held", &[("n", 5.into())]),
            "You hold 5 messages"
        );
        assert_eq!(
            texts.format("held", &[("n", "<many>".into())]),
            "You hold <many> messages"
        );
    }

    #[test]
    fn a_key_without_a_message_is_shown() {
        let texts = Texts::parse("en", SOURCE);
        assert_eq!(texts.get("absent"), "absent");
        assert_eq!(texts.format("absent", &[]), "absent");
    }

    #[test]
    fn every_language_names_itself() {
        assert_eq!(Lang::ALL.map(Lang::name), ["English", "中文"]);
    }

    #[test]
    fn texts_can_be_asked_from_any_thread() {
        fn shared<T: Send + Sync>() {}
        shared::<Texts>();
    }
}
