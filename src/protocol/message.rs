//! The nouns of the protocol: names, handles, messages, instants.
//!
//! Names cannot exist invalid. A message to publish is [`MessageParts`] as somebody wrote it;
//! checked against the limits of a server it becomes a [`super::NewMessage`].

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use md5::{Digest, Md5};

use super::properties::{self, Properties};

/// An instant: milliseconds since the Unix epoch, as the protocol writes them.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From Unix milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Unix milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0).max(0).unsigned_abs())
    }

    /// `self` moved by a signed number of milliseconds, held inside the range of the type.
    pub const fn offset_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Timestamp;

    fn add(self, by: Duration) -> Timestamp {
        self.offset_millis(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(at) => write!(f, "{at:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

/// A name that the protocol cannot carry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("the {what} is empty")]
    Empty {
        /// What the name is for.
        what: &'static str,
    },
    /// More characters than the protocol allows.
    #[error("the {what} has {len} characters, at most {max} are allowed")]
    TooLong {
        /// What the name is for.
        what: &'static str,
        /// Characters given.
        len: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A character that such a name cannot hold.
    #[error("the {what} holds {found:?}; use letters, digits, - _ and %")]
    Character {
        /// What the name is for.
        what: &'static str,
        /// The first character that is refused.
        found: char,
    },
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Most characters that such a name may have.
            pub const MAX_CHARS: usize = $max;

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidName;

            fn from_str(text: &str) -> Result<Self, InvalidName> {
                check_name(text, $what, $max, $allowed).map(|()| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        // By hand, so that no name comes in unchecked.
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name! {
    /// A topic: letters, digits, `-`, `_`, `%`, at most 127 characters (RocketMQ's own rule).
    TopicName, "topic", 127, is_name_char
}
name! {
    /// A consumer group: letters, digits, `-`, `_`, `%`, at most 255 characters.
    GroupId, "consumer group", 255, is_name_char
}
name! {
    /// An instance, the `ns` of a request: anything without blanks, as vendors differ here.
    InstanceId, "instance", 255, |c: char| !c.is_whitespace() && !c.is_control()
}

/// What the name of a dead-letter topic begins with. [doc]
const DEAD_LETTERS: &str = "%DLQ%";

impl TopicName {
    /// The dead-letter topic of a group: `%DLQ%{group}`. [doc]
    ///
    /// # Errors
    /// When the group's name is too long to leave room for the prefix.
    pub fn dead_letters_of(group: &GroupId) -> Result<Self, InvalidName> {
        format!("{DEAD_LETTERS}{group}").parse()
    }

    /// Whether it is the dead-letter topic of some group.
    pub fn is_dead_letters(&self) -> bool {
        self.0.starts_with(DEAD_LETTERS)
    }

    /// The group whose dead-letter topic this is, if it is one.
    pub fn dead_letters_group(&self) -> Option<GroupId> {
        self.as_str().strip_prefix(DEAD_LETTERS)?.parse().ok()
    }
}

fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '%')
}

fn check_name(
    text: &str,
    what: &'static str,
    max: usize,
    allowed: impl Fn(char) -> bool,
) -> Result<(), InvalidName> {
    let len = text.chars().count();
    if len == 0 {
        return Err(InvalidName::Empty { what });
    }
    if len > max {
        return Err(InvalidName::TooLong { what, len, max });
    }
    match text.chars().find(|&c| !allowed(c)) {
        Some(found) => Err(InvalidName::Character { what, found }),
        None => Ok(()),
    }
}

/// The handle of one delivery, opaque to everybody but the broker that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReceiptHandle(Box<str>);

impl ReceiptHandle {
    /// Any text that is not blank can be a handle; whether it is one, the broker knows.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// A handle as a broker writes it: never blank, nothing to trim.
    pub(crate) fn written(text: String) -> Self {
        debug_assert!(!text.trim().is_empty());
        Self(text.into())
    }

    /// The handle as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReceiptHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which tags a consumer wants: `*` or nothing for all, `TagA`, `TagA||TagB`. [doc]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum TagFilter {
    /// Every message, with a tag or without.
    #[default]
    All,
    /// Messages that carry one of these tags.
    AnyOf(Vec<String>),
}

impl TagFilter {
    /// Reads an expression; blanks around tags and empty alternatives are passed over.
    pub fn parse(expression: &str) -> Self {
        let tags: Vec<String> = expression
            .split("||")
            .map(str::trim)
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect();
        if tags.is_empty() || tags.iter().any(|tag| tag == "*") {
            TagFilter::All
        } else {
            TagFilter::AnyOf(tags)
        }
    }

    /// Whether a message with this tag is wanted.
    pub fn matches(&self, tag: Option<&str>) -> bool {
        match self {
            TagFilter::All => true,
            TagFilter::AnyOf(tags) => tag.is_some_and(|tag| tags.iter().any(|t| t == tag)),
        }
    }

    /// The expression to send; `None` where nothing needs to be sent.
    pub fn expression(&self) -> Option<String> {
        match self {
            TagFilter::All => None,
            TagFilter::AnyOf(tags) => Some(tags.join("||")),
        }
    }
}

/// A message as somebody wrote it, not checked against anything yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct MessageParts {
    /// Text of the message. The protocol carries text only: binary goes as base64.
    pub body: String,
    /// One tag, for filters.
    pub tag: Option<String>,
    /// Message key (`KEYS`), for finding it again.
    pub key: Option<String>,
    /// Do not hand it out before this instant (`__STARTDELIVERTIME`). In the past: at once.
    pub deliver_at: Option<Timestamp>,
    /// Messages of one sharding key are consumed in order (`__SHARDINGKEY`).
    pub sharding_key: Option<String>,
    /// Makes it a half message that is first checked after so many seconds (`__TransCheckT`).
    pub check_after_secs: Option<u32>,
    /// The user's own properties, in their order.
    pub properties: Vec<(String, String)>,
}

impl MessageParts {
    /// All properties as they travel: the user's own, then the system's.
    pub fn wire_properties(&self) -> Properties {
        let mut all = self.properties.clone();
        let mut system = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                all.push((key.to_owned(), value));
            }
        };
        system(properties::KEYS, self.key.clone());
        system(
            properties::START_DELIVER_TIME,
            self.deliver_at.map(|at| at.millis().to_string()),
        );
        system(properties::SHARDING_KEY, self.sharding_key.clone());
        system(
            properties::TRANS_CHECK_T,
            self.check_after_secs.map(|secs| secs.to_string()),
        );
        Properties::from(all)
    }

    /// Splits properties from the wire into the system's and the user's own.
    ///
    /// # Errors
    /// The key of a system property whose value is not a number.
    pub fn with_wire_properties(mut self, wire: Properties) -> Result<Self, &'static str> {
        for (key, value) in wire.into_pairs() {
            match key.as_str() {
                properties::KEYS => self.key = Some(value),
                properties::SHARDING_KEY => self.sharding_key = Some(value),
                properties::START_DELIVER_TIME => {
                    let millis = value
                        .trim()
                        .parse()
                        .map_err(|_| properties::START_DELIVER_TIME)?;
                    self.deliver_at = Some(Timestamp::from_millis(millis));
                }
                properties::TRANS_CHECK_T => {
                    let secs = value
                        .trim()
                        .parse()
                        .map_err(|_| properties::TRANS_CHECK_T)?;
                    self.check_after_secs = Some(secs);
                }
                _ => self.properties.push((key, value)),
            }
        }
        Ok(self)
    }
}

/// A message as a broker hands it out: one delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMessage {
    /// The same for every delivery of the message.
    pub message_id: String,
    /// Upper-case hexadecimal MD5 of the body, as the broker says.
    pub body_md5: String,
    /// Text of the message.
    pub body: String,
    /// Acks this delivery and no other.
    pub receipt_handle: ReceiptHandle,
    /// When it was published.
    pub publish_time: Timestamp,
    /// When this group first got it. Without meaning for ordered consumption. [doc]
    pub first_consume_time: Timestamp,
    /// When it becomes visible again unless it is acked: the end of the lease.
    pub next_consume_time: Timestamp,
    /// Deliveries to this group so far, this one included.
    pub consumed_times: u32,
    /// Tag, if it has one.
    pub tag: Option<String>,
    /// All properties, the system's included.
    pub properties: Properties,
}

impl ReceivedMessage {
    /// The message key (`KEYS`).
    pub fn key(&self) -> Option<&str> {
        self.properties.get(properties::KEYS)
    }

    /// The sharding key of an ordered message.
    pub fn sharding_key(&self) -> Option<&str> {
        self.properties.get(properties::SHARDING_KEY)
    }

    /// Whether the body is the one that the broker's digest speaks of.
    pub fn body_is_intact(&self) -> bool {
        self.body_md5.eq_ignore_ascii_case(&body_md5(&self.body))
    }
}

/// 32 upper-case hexadecimal digits, as ids and digests are written.
pub fn hex_id(number: u128) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    (0..32)
        .rev()
        .map(|place| char::from(DIGITS[(number >> (4 * place)) as usize & 0xF]))
        .collect()
}

/// `MessageBodyMD5`: upper-case hexadecimal MD5 of the body. [wire]
pub fn body_md5(body: &str) -> String {
    hex_id(u128::from_be_bytes(Md5::digest(body.as_bytes()).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_all_their_digits() {
        for number in [0, 0xA0, 0x0123_4567_89AB_CDEF << 56, u128::MAX] {
            assert_eq!(hex_id(number), format!("{number:032X}"));
        }
    }

    #[test]
    fn names_take_what_rocketmq_takes() {
        for good in ["orders", "GID_a-1", "%DLQ%GID_billing", &"x".repeat(127)] {
            assert!(good.parse::<TopicName>().is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "主题", "a?b", &"x".repeat(128)] {
            assert!(bad.parse::<TopicName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn tag_filters_match_one_several_or_all() {
        let check = |expression: &str, tag: Option<&str>, expected: bool| {
            assert_eq!(
                TagFilter::parse(expression).matches(tag),
                expected,
                "{expression} {tag:?}"
            );
        };
        check("", None, true);
        check("*", Some("A"), true);
        check("A || B", Some("B"), true);
        check("A||B", Some("C"), false);
        check("A", None, false);
        check("A||*", None, true);
        assert_eq!(
            TagFilter::parse("A||B").expression().as_deref(),
            Some("A||B")
        );
    }
}
