//! How mqscope looks, speaks and behaves: one value for each setting, none of which can hold
//! nonsense. What they mean for the window is its own business; nothing here is drawn or applied.

use serde::{Deserialize, Serialize};

use super::ask_before::AskBefore;
use super::proxy::ProxyChoice;
use super::within::Within;
use super::zone::TimeZoneChoice;

/// Megabytes that the messages of all views may take together.
pub type MemoryMb = Within<64, 16_384, 512>;

/// Messages of one poll. [doc]
pub type Batch = Within<1, 16, 16>;

/// Seconds that a poll waits for a message. [doc]
pub type WaitSecs = Within<0, 30, 3>;

/// How mqscope looks, speaks and behaves.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Preferences {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Language of the window.
    pub language: LanguageChoice,
    /// Height of rows.
    pub density: Density,
    /// Whether anything may move by itself.
    pub motion: Motion,
    /// Where the clocks are that times are shown by.
    pub time_zone: TimeZoneChoice,
    /// How a time in a list is written.
    pub time_format: TimeFormat,
    /// What the messages of all views may take.
    pub memory_mb: MemoryMb,
    /// The proxy of connections that have none of their own.
    pub proxy: ProxyChoice,
    /// The overlay of the first minute was seen, or put away.
    pub first_minute_seen: bool,
    /// What the head of a new view begins with.
    pub new_views: NewViews,
    /// What is asked about before it is done.
    pub ask_before: AskBefore,
}

impl Preferences {
    /// These, but for what differs between the two others: that is as in the second. Everything stays as
    /// it is should that ever make no sense.
    #[must_use]
    pub fn with_changes(&self, from: &Self, to: &Self) -> Self {
        let value = |preferences| toml::Value::try_from(preferences);
        let (Ok(mut mine), Ok(from_value), Ok(to_value)) = (value(self), value(from), value(to))
        else {
            return self.clone();
        };
        take_over(&mut mine, &from_value, &to_value);
        let Ok(mut changed) = mine.try_into::<Self>() else {
            return self.clone();
        };
        // A password in it is written nowhere.
        changed.proxy = match from.proxy == to.proxy {
            true => self.proxy.clone(),
            false => to.proxy.clone(),
        };
        changed
    }
}

/// Takes over what differs between two values, key by key.
fn take_over(mine: &mut toml::Value, from: &toml::Value, to: &toml::Value) {
    if from == to {
        return;
    }
    let (toml::Value::Table(mine), toml::Value::Table(from), toml::Value::Table(to)) =
        (&mut *mine, from, to)
    else {
        *mine = to.clone();
        return;
    };
    for (key, to) in to {
        match (mine.get_mut(key), from.get(key)) {
            (Some(mine), Some(from)) => take_over(mine, from, to),
            _ => drop(mine.insert(key.clone(), to.clone())),
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the desktop does.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// Language of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LanguageChoice {
    /// As the desktop does.
    #[default]
    System,
    /// English.
    En,
    /// 简体中文.
    ZhCn,
}

/// How close together things lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Density {
    /// With air around them.
    #[default]
    Comfortable,
    /// As many rows as can be read.
    Compact,
}

/// Whether anything may move by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Motion {
    /// As the desktop asks for.
    #[default]
    System,
    /// What is new fades in.
    Full,
    /// Nothing moves.
    Reduced,
}

/// How a time in a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// The time of day, and the date where it is another day.
    #[default]
    Absolute,
    /// Date, time to the millisecond and offset from UTC, to compare with the logs of servers.
    Full,
    /// How long ago it is, or how long until then.
    Relative,
}

/// What the head of a new view begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct NewViews {
    /// Messages of one poll.
    pub batch: Batch,
    /// Seconds that a poll waits for a message.
    pub wait_secs: WaitSecs,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::ask_before::{AskBefore, Question};
    use super::*;

    fn read(text: &str) -> Result<Preferences, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[track_caller]
    fn refuses(text: &str, because: &str) {
        let error = read(text).unwrap_err();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn nothing_can_hold_nonsense_and_what_is_expected_is_said() {
        assert_eq!(read(""), Ok(Preferences::default()));
        assert!(Question::ALL.iter().all(|q| AskBefore::default().asks(*q)));
        refuses("density = 'tight'", "`comfortable`");
        refuses("motion = 1", "wanted string");
        refuses("time-format = 'iso'", "`relative`");
        refuses("time-zone = 'Mars/Olympus'", "such as Asia/Shanghai");
        refuses("memory-mb = 63", "a whole number from 64 to 16384");
        refuses("memory-mb = -1", "a whole number from 64 to 16384");
        refuses("memory-mb = 99999999999", "a whole number from 64 to 16384");
        refuses("memory-mb = 'all'", "a whole number from 64 to 16384");
        refuses("[new-views]\nbatch = 17", "a whole number from 1 to 16");
        refuses("[new-views]\nwait-secs = 31", "a whole number from 0 to 30");
        refuses("[ask-before]\nquit = 'never'", "expected a boolean");
        for bad in [
            "socks5://p:1",
            "http://",
            "http://a/b",
            "http://u:hush@",
            "",
            "a b",
        ] {
            refuses(
                &format!("proxy = '{bad}'"),
                "expected system, none or an address",
            );
        }
    }

    #[test]
    fn zones_and_proxies_are_told_by_their_words() {
        let zone = |text: &str| text.parse::<TimeZoneChoice>().unwrap();
        assert_eq!(zone(" UTC "), TimeZoneChoice::Utc);
        assert_eq!(zone("Local"), TimeZoneChoice::Local);
        assert_eq!(zone("asia/shanghai").to_string(), "Asia/Shanghai");
        assert!(TimeZoneChoice::names().contains(&"Europe/Berlin".to_owned()));
        let proxy = |text: &str| text.parse::<ProxyChoice>().unwrap().to_string();
        assert_eq!(proxy("None"), "none");
        assert_eq!(proxy("host:3128"), "http://host:3128");
        let secret: ProxyChoice = "http://u:hush@host:1/".parse().unwrap();
        assert!(!format!("{secret:?} {secret}").contains("hush"));
        let ProxyChoice::Url(url) = &secret else {
            unreachable!("it is one");
        };
        assert_eq!(url.with_password(), "http://u:hush@host:1/");
    }

    pub(in crate::config) fn any_preferences() -> impl Strategy<Value = Preferences> {
        let looks = (
            prop::sample::select(vec![
                ThemeChoice::System,
                ThemeChoice::Dark,
                ThemeChoice::Light,
            ]),
            prop::sample::select(vec![
                LanguageChoice::System,
                LanguageChoice::En,
                LanguageChoice::ZhCn,
            ]),
            prop::sample::select(vec![Density::Comfortable, Density::Compact]),
            prop::sample::select(vec![Motion::System, Motion::Full, Motion::Reduced]),
        );
        let times = (
            prop::sample::select(vec!["local", "utc", "Asia/Shanghai", "America/New_York"]),
            prop::sample::select(vec![
                TimeFormat::Absolute,
                TimeFormat::Full,
                TimeFormat::Relative,
            ]),
        );
        let rest = (
            MemoryMb::MIN..=MemoryMb::MAX,
            prop::sample::select(vec!["system", "none", "http://proxy:3128", "https://u@p"]),
            any::<bool>(),
            (Batch::MIN..=Batch::MAX, WaitSecs::MIN..=WaitSecs::MAX),
            prop::collection::vec(any::<bool>(), Question::ALL.len()),
        );
        (looks, times, rest).prop_map(|(looks, times, rest)| {
            let mut ask_before = AskBefore::default();
            for (question, asked) in Question::ALL.into_iter().zip(rest.4) {
                *ask_before.switch(question) = asked;
            }
            Preferences {
                theme: looks.0,
                language: looks.1,
                density: looks.2,
                motion: looks.3,
                time_zone: times.0.parse().unwrap(),
                time_format: times.1,
                memory_mb: MemoryMb::nearest(rest.0),
                proxy: rest.1.parse().unwrap(),
                first_minute_seen: rest.2,
                new_views: NewViews {
                    batch: Batch::nearest(rest.3.0),
                    wait_secs: WaitSecs::nearest(rest.3.1),
                },
                ask_before,
            }
        })
    }

    proptest! {
        #[test]
        fn what_was_changed_is_taken_over_and_nothing_else(
            mine in any_preferences(),
            from in any_preferences(),
            to in any_preferences(),
        ) {
            prop_assert_eq!(&mine.with_changes(&mine, &to), &to);
            prop_assert_eq!(&mine.with_changes(&from, &from), &mine);
            let changed = mine.with_changes(&from, &to);
            let theme = if from.theme == to.theme { mine.theme } else { to.theme };
            prop_assert_eq!(changed.theme, theme);
            let (wait, before, now) = (mine.new_views, from.new_views, to.new_views);
            let same = before.wait_secs == now.wait_secs;
            let expected = if same { wait.wait_secs } else { now.wait_secs };
            prop_assert_eq!(changed.new_views.wait_secs, expected);
            let expected = if from.proxy == to.proxy { &mine.proxy } else { &to.proxy };
            prop_assert_eq!(&changed.proxy, expected);
        }

        #[test]
        fn what_is_written_is_read(preferences in any_preferences()) {
            let text = toml::to_string_pretty(&preferences).unwrap();
            prop_assert_eq!(read(&text), Ok(preferences));
        }
    }
}
