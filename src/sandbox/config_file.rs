//! The text of a `sandbox.toml` as settings. Every mistake has its line and column; unknown keys
//! are mistakes. Opens no file and reads no environment: both come from the caller, as text.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use toml::Spanned;

use super::access::{AccessRule, NamePattern};
use super::queue::GroupStart;
use super::settings::{GroupSettings, SandboxSettings, TopicKind, TopicSettings};
use crate::protocol::faults::FaultRule;
use crate::protocol::span;
use crate::protocol::{GroupId, InstanceId, TopicName};

/// A `sandbox.toml` with every key, its default and what it means.
pub const DEFAULT_CONFIG: &str = include_str!("sandbox.toml");

/// What is wrong in a `sandbox.toml`, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ConfigError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Reads a `sandbox.toml`. What it leaves out is as in the defaults. `environment` knows the
/// variables that `secret-key-env` names.
///
/// # Errors
/// The first mistake. Never holds a secret, for that is nowhere the mistake.
pub fn parse_config(
    text: &str,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<SandboxSettings, ConfigError> {
    let wrong = |Wrong { span, message }: Wrong| locate(text, span, message);
    let file: File = toml::from_str(text)
        .map_err(|error| wrong(Wrong::at(error.span().unwrap_or_default(), error.message())))?;
    file.settings(&environment).map_err(wrong)
}

/// A mistake by its place in the text.
struct Wrong {
    span: Range<usize>,
    message: String,
}

impl Wrong {
    fn at(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
        }
    }
}

fn locate(text: &str, span: Range<usize>, message: String) -> ConfigError {
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    ConfigError {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        message,
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    listen: Option<Listen>,
    keys: Option<Spanned<Vec<Spanned<Key>>>>,
    instances: Option<Vec<Parsed<InstanceId>>>,
    auto_create: Option<bool>,
    topics: Option<Vec<Topic>>,
    groups: Option<Vec<Group>>,
    invisible_time: Option<Time>,
    order_invisible_time: Option<Time>,
    max_deliveries: Option<NonZeroU32>,
    retention: Option<Time>,
    data_dir: Option<Folder>,
    group_start: Option<Start>,
    faults: Option<Vec<Parsed<FaultRule>>>,
    fault_seed: Option<u64>,
    admin_token_env: Option<Spanned<String>>,
    limits: Option<MessageLimits>,
    connections: Option<Connections>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Key {
    access_key: Spanned<String>,
    secret_key: Option<Spanned<SecretText>>,
    secret_key_env: Option<Spanned<String>>,
    #[serde(default)]
    topics: Vec<Parsed<NamePattern>>,
    #[serde(default)]
    groups: Vec<Parsed<NamePattern>>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Topic {
    name: Spanned<Parsed<TopicName>>,
    kind: Option<Kind>,
    retention: Option<Time>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Normal,
    Fifo,
    Delay,
    Transaction,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Group {
    name: Spanned<Parsed<GroupId>>,
    start: Option<Start>,
    max_deliveries: Option<NonZeroU32>,
    invisible_time: Option<Time>,
    order_invisible_time: Option<Time>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum Start {
    Oldest,
    Latest,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct MessageLimits {
    max_body: Option<Size>,
    max_timed_body: Option<Size>,
    max_delay: Option<Time>,
    max_tag: Option<usize>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Connections {
    max: Option<NonZeroUsize>,
    head_timeout: Option<Time>,
    body_timeout: Option<Time>,
    send_timeout: Option<Time>,
    idle_timeout: Option<Time>,
}

impl File {
    fn settings(
        self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<SandboxSettings, Wrong> {
        let mut settings = SandboxSettings::default();
        if let Some(keys) = self.keys {
            settings.keys = rules(keys, environment)?;
        }
        if let Some(topics) = self.topics {
            unique(topics.iter().map(|topic| &topic.name))?;
            settings.topics = topics.into_iter().map(Topic::settings).collect();
        }
        if let Some(groups) = self.groups {
            unique(groups.iter().map(|group| &group.name))?;
            settings.groups = groups.into_iter().map(Group::settings).collect();
        }
        if let Some(instances) = self.instances {
            settings.instances = values(instances);
        }
        put(&mut settings.listen, self.listen.map(|Listen(at)| at));
        put(&mut settings.auto_create, self.auto_create);
        put(&mut settings.invisible_time, time(self.invisible_time));
        let ordered = time(self.order_invisible_time);
        put(&mut settings.order_invisible_time, ordered);
        put(
            &mut settings.max_deliveries,
            self.max_deliveries.map(Into::into),
        );
        put(&mut settings.retention, time(self.retention));
        settings.data_dir = self.data_dir.map(|Folder(dir)| dir);
        put(
            &mut settings.group_start,
            self.group_start.map(GroupStart::from),
        );
        put(&mut settings.faults.rules, self.faults.map(values));
        put(&mut settings.faults.seed, self.fault_seed);
        if let Some(name) = self.admin_token_env {
            settings.admin_token = Some(secret_of(&name, environment)?);
        }
        if let Some(given) = self.limits {
            let limits = &mut settings.limits;
            put(&mut limits.max_body_bytes, size(given.max_body));
            put(&mut limits.max_timed_body_bytes, size(given.max_timed_body));
            put(&mut limits.max_delay, time(given.max_delay));
            put(&mut limits.max_tag_chars, given.max_tag);
        }
        if let Some(given) = self.connections {
            let connections = &mut settings.connections;
            put(&mut connections.max_connections, given.max.map(Into::into));
            put(&mut connections.head_timeout, time(given.head_timeout));
            put(&mut connections.body_timeout, time(given.body_timeout));
            put(&mut connections.send_timeout, time(given.send_timeout));
            put(&mut connections.idle_timeout, time(given.idle_timeout));
        }
        Ok(settings)
    }
}

impl From<Start> for GroupStart {
    fn from(start: Start) -> Self {
        match start {
            Start::Oldest => GroupStart::Oldest,
            Start::Latest => GroupStart::Latest,
        }
    }
}

impl Topic {
    fn settings(self) -> TopicSettings {
        TopicSettings {
            name: self.name.into_inner().0,
            kind: self.kind.map(|kind| match kind {
                Kind::Normal => TopicKind::Normal,
                Kind::Fifo => TopicKind::Fifo,
                Kind::Delay => TopicKind::Delay,
                Kind::Transaction => TopicKind::Transaction,
            }),
            retention: time(self.retention),
        }
    }
}

impl Group {
    fn settings(self) -> GroupSettings {
        GroupSettings {
            name: self.name.into_inner().0,
            start: self.start.map(GroupStart::from),
            max_deliveries: self.max_deliveries.map(Into::into),
            invisible_time: time(self.invisible_time),
            order_invisible_time: time(self.order_invisible_time),
        }
    }
}

fn rules(
    keys: Spanned<Vec<Spanned<Key>>>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<AccessRule>, Wrong> {
    if keys.get_ref().is_empty() {
        return Err(Wrong::at(keys.span(), "without keys nobody could come in"));
    }
    unique(keys.get_ref().iter().map(|key| &key.get_ref().access_key))?;
    let rule = |key: Spanned<Key>| rule(key, environment);
    keys.into_inner().into_iter().map(rule).collect()
}

fn rule(
    key: Spanned<Key>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<AccessRule, Wrong> {
    let whole = key.span();
    let key = key.into_inner();
    let access_key = key.access_key.get_ref();
    if access_key.is_empty() || access_key.contains(char::is_whitespace) {
        let why = "an access key has at least one character and no blanks";
        return Err(Wrong::at(key.access_key.span(), why));
    }
    let empty = |span| Wrong::at(span, "the secret is empty");
    let secret_key = match (key.secret_key, key.secret_key_env) {
        (Some(secret), None) => {
            let span = secret.span();
            secret.into_inner().0.ok_or_else(|| empty(span))?
        }
        (None, Some(name)) => secret_of(&name, environment)?,
        _ => {
            let why = "give the key either a secret-key or a secret-key-env";
            return Err(Wrong::at(whole, why));
        }
    };
    Ok(AccessRule {
        access_key: key.access_key.into_inner(),
        secret_key,
        topics: values(key.topics),
        groups: values(key.groups),
    })
}

/// The secret in the environment variable of this name.
fn secret_of(
    name: &Spanned<String>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<SecretString, Wrong> {
    let missing = || {
        let why = format!("the variable {} is not set", name.get_ref());
        Wrong::at(name.span(), why)
    };
    let text = environment(name.get_ref()).ok_or_else(missing)?;
    let empty = || Wrong::at(name.span(), "the secret is empty");
    SecretText::new(&text).0.ok_or_else(empty)
}

fn unique<'a, T: Eq + Hash + fmt::Display + 'a>(
    names: impl Iterator<Item = &'a Spanned<T>>,
) -> Result<(), Wrong> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name.get_ref()) {
            let why = format!("{} is there twice", name.get_ref());
            return Err(Wrong::at(name.span(), why));
        }
    }
    Ok(())
}

fn put<T>(setting: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *setting = given;
    }
}

fn time(given: Option<Time>) -> Option<Duration> {
    given.map(|Time(time)| time)
}

fn size(given: Option<Size>) -> Option<usize> {
    given.map(|Size(bytes)| bytes)
}

fn values<T>(given: Vec<Parsed<T>>) -> Vec<T> {
    given.into_iter().map(|Parsed(value)| value).collect()
}

/// A text that is read by `FromStr`.
#[derive(PartialEq, Eq, Hash)]
struct Parsed<T>(T);

impl<T: fmt::Display> fmt::Display for Parsed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Self).map_err(D::Error::custom)
    }
}

struct Listen(SocketAddr);

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let read = SandboxSettings::parse_listen(&text);
        read.map(Self).map_err(D::Error::custom)
    }
}

struct Folder(PathBuf);

impl<'de> Deserialize<'de> for Folder {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        if text.trim().is_empty() {
            return Err(D::Error::custom("name a folder, or leave it out"));
        }
        Ok(Self(text.into()))
    }
}

struct Time(Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let read = span::parse_positive(&text);
        read.map(Self).map_err(D::Error::custom)
    }
}

/// A secret; `None` if it is empty. White space at its ends is a mishap of pasting.
struct SecretText(Option<SecretString>);

impl SecretText {
    fn new(text: &str) -> Self {
        let text = text.trim();
        Self((!text.is_empty()).then(|| text.into()))
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from).map_err(|_| D::Error::custom("not a text"))?;
        Ok(Self::new(&text))
    }
}

/// Bytes, as a number or as a text such as `64KiB`.
struct Size(usize);

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(SizeVisitor(PhantomData))
    }
}

struct SizeVisitor(PhantomData<Size>);

impl Visitor<'_> for SizeVisitor {
    type Value = Size;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as 65536, \"64KiB\" or \"4MiB\"")
    }

    fn visit_i64<E: serde::de::Error>(self, bytes: i64) -> Result<Size, E> {
        let wrong = |_| E::custom("a size is not negative");
        usize::try_from(bytes).map(Size).map_err(wrong)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Size, E> {
        parse_size(text)
            .map(Size)
            .ok_or_else(|| E::custom(format!("{text:?} is not a size; write it as 64KiB or 4MiB")))
    }
}

fn parse_size(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.trim_end_matches(char::is_alphabetic);
    let unit: usize = match &text[digits.len()..] {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    digits.trim_end().parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn parse(text: &str) -> Result<SandboxSettings, ConfigError> {
        parse_config(text, |name| match name {
            "SHOP_SECRET_KEY" | "SHOP_ADMIN_TOKEN" => Some(" from-the-environment\n".to_owned()),
            "EMPTY" => Some(" ".to_owned()),
            _ => None,
        })
    }

    /// Everything that `Debug` leaves out, and everything else.
    fn whole(settings: &SandboxSettings) -> String {
        let keys: Vec<_> = settings
            .keys
            .iter()
            .map(|key| (&key.access_key, key.secret_key.expose_secret()))
            .collect();
        format!("{settings:#?} {keys:?}")
    }

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        let default = whole(&SandboxSettings::default());
        assert_eq!(whole(&parse(DEFAULT_CONFIG).unwrap()), default);
        assert_eq!(whole(&parse("").unwrap()), default);
    }

    /// Without this, a key could be missing from the printed file and nobody would notice.
    #[test]
    fn the_printed_file_names_every_key_once() {
        let uncommented: String = DEFAULT_CONFIG
            .lines()
            .filter(|line| !line.starts_with("# ") && *line != "#")
            .map(|line| format!("{}\n", line.trim_start_matches('#')))
            .collect();
        let settings = parse(&uncommented).unwrap();
        assert_eq!(settings.topics[0].kind, Some(TopicKind::Fifo));
        assert_eq!(settings.groups[0].name.as_str(), "GID_shop");
        let shop = &settings.keys[1];
        assert_eq!(shop.secret_key.expose_secret(), "from-the-environment");
        assert_eq!(shop.topics.len() + shop.groups.len(), 3);
        assert!(settings.admin_token.is_some());
        // The message that refuses an unknown key lists those that are known.
        for table in [
            "",
            "[limits]",
            "[connections]",
            "[[keys]]",
            "[[topics]]",
            "[[groups]]",
        ] {
            let error = parse(&format!("{table}\nzzz = 1")).unwrap_err();
            let known: Vec<&str> = error.message.split('`').skip(3).step_by(2).collect();
            assert!(!known.is_empty(), "{error}");
            for key in known {
                let there = uncommented.lines().any(|line| {
                    line.starts_with(&format!("{key} =")) || line.contains(&format!("[{key}]"))
                });
                assert!(there, "{key} of {table:?}");
            }
        }
    }

    #[test]
    fn what_is_given_is_taken() {
        let settings = parse(
            "listen = 'localhost:0'\nauto-create = false\ninstances = ['MQ_INST_1']\n\
             invisible-time = '1h30m'\norder-invisible-time = '500ms'\n\
             max-deliveries = 16\nretention = '1d'\n\
             data-dir = 'd'\n\
             [limits]\nmax-body = 1000\nmax-timed-body = '64KiB'\nmax-delay = '3d'\nmax-tag = 7\n\
             [connections]\nmax = 3\nhead-timeout = '1s'\nbody-timeout = '2s'\n\
             send-timeout = '3s'\nidle-timeout = '4s'\n",
        )
        .unwrap();
        assert_eq!(settings.listen.to_string(), "127.0.0.1:0");
        assert!(!settings.auto_create);
        assert_eq!(settings.instances[0].as_str(), "MQ_INST_1");
        assert_eq!(settings.invisible_time, Duration::from_secs(5_400));
        assert_eq!(settings.order_invisible_time, Duration::from_millis(500));
        assert_eq!(settings.max_deliveries, 16);
        assert_eq!(settings.retention, Duration::from_secs(86_400));
        assert_eq!(settings.data_dir, Some("d".into()));
        assert_eq!(settings.limits.max_body_bytes, 1_000);
        assert_eq!(settings.limits.max_timed_body_bytes, 64 << 10);
        assert_eq!(settings.limits.max_delay, Duration::from_secs(3 * 86_400));
        assert_eq!(settings.limits.max_tag_chars, 7);
        let c = &settings.connections;
        assert_eq!(c.max_connections, 3);
        let times = [
            c.head_timeout,
            c.body_timeout,
            c.send_timeout,
            c.idle_timeout,
        ];
        assert_eq!(times.map(|time| time.as_secs()), [1, 2, 3, 4]);
    }

    #[test]
    fn groups_and_topics_have_rules_of_their_own() {
        let settings = parse(
            "invisible-time = '9s'\nmax-deliveries = 9\nretention = '9s'\n\
             [[topics]]\nname = 't'\nretention = '1s'\n[[topics]]\nname = 'u'\n\
             [[groups]]\nname = 'G'\nstart = 'latest'\nmax-deliveries = 2\n\
             invisible-time = '3s'\norder-invisible-time = '4s'\n[[groups]]\nname = 'H'\n",
        )
        .unwrap();
        let rules = settings.rules();
        let of = |name: &str| *rules.for_group(&name.parse().unwrap());
        let g = of("G");
        assert_eq!((g.start, g.max_deliveries), (GroupStart::Latest, 2));
        assert_eq!(g.timing.invisible, Duration::from_secs(3));
        assert_eq!(g.timing.order_invisible, Duration::from_secs(4));
        for other in ["H", "I"] {
            let rules = of(other);
            assert_eq!((rules.start, rules.max_deliveries), (GroupStart::Oldest, 9));
            assert_eq!(rules.timing.invisible, Duration::from_secs(9));
            assert_eq!(rules.timing.order_invisible, Duration::from_secs(60));
        }
        for (instance, topic, secs) in [(None, "t", 1), (Some("i"), "t", 1), (None, "u", 9)] {
            let key = crate::sandbox::queue::TopicKey {
                instance: instance.map(|name| name.parse().unwrap()),
                topic: topic.parse().unwrap(),
            };
            assert_eq!(rules.retention_of(&key), Duration::from_secs(secs));
        }
    }

    #[test]
    fn mistakes_are_found_where_they_are() {
        let check = |text: &str, (line, column): (usize, usize), what: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.message.contains(what), "{error}");
            assert_eq!((error.line, error.column), (line, column), "{error}");
            assert!(!error.message.contains("hunter2"), "{error}");
        };
        check("\nlisen = '127.0.0.1:1'", (2, 1), "unknown field `lisen`");
        check("listen = '8080'", (1, 10), "127.0.0.1:8080");
        check("# ü\ninvisible-time = '0s'", (2, 18), "one millisecond");
        check("invisible-time = 'ü' oops", (1, 22), "");
        check("invisible-time = 'soon'", (1, 18), "length of time");
        check("max-deliveries = 0", (1, 18), "nonzero");
        check("data-dir = ''", (1, 12), "leave it out");
        check("auto-create = 1", (1, 15), "boolean");
        check("keys = []", (1, 8), "nobody");
        check("[[keys]]\naccess-key = 'a'", (1, 1), "secret-key");
        let both = "[[keys]]\naccess-key = 'a'\nsecret-key = 'hunter2'\nsecret-key-env = 'X'";
        check(both, (1, 1), "either");
        let twice = "[[keys]]\naccess-key = 'a'\nsecret-key = 'hunter2'\n";
        check(&twice.repeat(2), (5, 14), "twice");
        let unset = "[[keys]]\naccess-key = 'a'\nsecret-key-env = 'X'";
        check(unset, (3, 18), "X is not set");
        check(&unset.replace('X', "EMPTY"), (3, 18), "empty");
        let blank = "[[keys]]\nsecret-key = 'hunter2'\naccess-key = ' '";
        check(blank, (3, 14), "no blanks");
        let empty = "[[keys]]\naccess-key = 'a'\nsecret-key = ''";
        check(empty, (3, 14), "empty");
        let number = "[[keys]]\naccess-key = 'a'\nsecret-key = 777";
        check(number, (3, 14), "not a text");
        check("[[topics]]\nname = 'a b'", (2, 8), "topic");
        check(
            "[[topics]]\nname = 'a'\nkind = 'x'",
            (3, 8),
            "unknown variant",
        );
        let twice = "[[groups]]\nname = 'a'\n";
        check(&twice.repeat(2), (4, 8), "a is there twice");
        check("[limits]\nmax-body = '4MB'", (2, 12), "not a size");
        check("[limits]\nmax-body = -1", (2, 12), "negative");
        check("[connections]\nmax = 0", (2, 7), "nonzero");
    }
}
