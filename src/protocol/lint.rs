//! What is wrong with a message that is to be published, or will surprise.
//!
//! The same check serves the form that is being typed into and the sandbox that refuses.

use std::fmt;
use std::time::Duration;

use super::limits::{CHECK_SECS, Limits};
use super::message::{MessageParts, Timestamp};
use super::properties::{FORBIDDEN, SYSTEM_KEYS};
use super::xml;

/// A message that keeps the limits of the server it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage(MessageParts);

impl NewMessage {
    /// What it is made of.
    pub fn parts(&self) -> &MessageParts {
        &self.0
    }

    /// Takes it apart.
    pub fn into_parts(self) -> MessageParts {
        self.0
    }
}

impl MessageParts {
    /// Checks it against a server's limits.
    ///
    /// # Errors
    /// Everything that is wrong, so that a form can show it all at once.
    pub fn checked(self, limits: &Limits, now: Timestamp) -> Result<NewMessage, Vec<Problem>> {
        let problems: Vec<Problem> = limits
            .lint(&self, now)
            .into_iter()
            .filter(Problem::is_error)
            .collect();
        if problems.is_empty() {
            Ok(NewMessage(self))
        } else {
            Err(problems)
        }
    }
}

/// The field of a message that a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Body.
    Body,
    /// Tag.
    Tag,
    /// Message key.
    Key,
    /// Delivery time.
    DeliverAt,
    /// Sharding key.
    ShardingKey,
    /// First check of a half message.
    Check,
    /// The user's property of this index.
    Property(usize),
}

/// Something about a message that its server refuses or that will surprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no body.
    EmptyBody,
    /// The body, or a timed message's body, is larger than the server takes.
    BodyTooLarge {
        /// Bytes of the body.
        bytes: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// A character that XML 1.0 cannot carry, not even escaped.
    NotXml {
        /// Where it stands.
        field: Field,
        /// The character.
        found: char,
        /// Its position, in characters from 0.
        at: usize,
    },
    /// The tag is too long.
    TagTooLong {
        /// Characters of the tag.
        chars: usize,
        /// Characters allowed.
        max: usize,
    },
    /// `||` in a tag would read as two tags in a filter.
    TagHoldsBars,
    /// A tag that is blank at an end is never matched by a filter.
    BlankEnds {
        /// Where.
        field: Field,
    },
    /// One of `" ' & < > : |` in a property, the key or the sharding key.
    Forbidden {
        /// Where it stands.
        field: Field,
        /// The character.
        found: char,
    },
    /// A property with a value and no key.
    EmptyPropertyKey {
        /// Index of the property.
        index: usize,
    },
    /// A property key that the protocol uses itself.
    ReservedPropertyKey {
        /// Index of the property.
        index: usize,
    },
    /// The same property key twice: readers see only one of them.
    DuplicatePropertyKey {
        /// Index of the second one.
        index: usize,
    },
    /// Further ahead than the server takes.
    DelayTooLong {
        /// Longest delay.
        max: Duration,
    },
    /// In the past: it is delivered at once.
    DelayInThePast,
    /// Ordered messages are not served here.
    OrderedNotOffered,
    /// Half messages are not served here.
    HalfNotOffered,
    /// First check outside 10 to 300 seconds.
    CheckOutOfRange {
        /// Seconds given.
        secs: u32,
    },
}

impl Problem {
    /// The field to mark.
    pub fn field(&self) -> Field {
        match self {
            Problem::EmptyBody | Problem::BodyTooLarge { .. } => Field::Body,
            Problem::NotXml { field, .. }
            | Problem::Forbidden { field, .. }
            | Problem::BlankEnds { field } => *field,
            Problem::TagTooLong { .. } | Problem::TagHoldsBars => Field::Tag,
            Problem::EmptyPropertyKey { index }
            | Problem::ReservedPropertyKey { index }
            | Problem::DuplicatePropertyKey { index } => Field::Property(*index),
            Problem::DelayTooLong { .. } | Problem::DelayInThePast => Field::DeliverAt,
            Problem::OrderedNotOffered => Field::ShardingKey,
            Problem::HalfNotOffered | Problem::CheckOutOfRange { .. } => Field::Check,
        }
    }

    /// Whether the server would refuse the message; the others are warnings.
    pub fn is_error(&self) -> bool {
        !matches!(
            self,
            Problem::DelayInThePast
                | Problem::DuplicatePropertyKey { .. }
                | Problem::BlankEnds { .. }
                | Problem::TagHoldsBars
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::EmptyBody => write!(f, "the body is empty"),
            Problem::BodyTooLarge { bytes, max } => {
                write!(f, "the body has {bytes} bytes, at most {max} are allowed")
            }
            Problem::NotXml { field, found, at } => write!(
                f,
                "{field:?} holds U+{:04X} at character {at}, which XML cannot carry; encode it, for example as base64",
                u32::from(*found)
            ),
            Problem::TagTooLong { chars, max } => {
                write!(
                    f,
                    "the tag has {chars} characters, at most {max} are allowed"
                )
            }
            Problem::TagHoldsBars => write!(f, "the tag holds ||, which no filter can match"),
            Problem::BlankEnds { field } => write!(f, "{field:?} begins or ends with a blank"),
            Problem::Forbidden { field, found } => write!(
                f,
                "{field:?} holds {found}, but none of \" ' & < > : | can stand there"
            ),
            Problem::EmptyPropertyKey { index } => write!(f, "property {index} has no key"),
            Problem::ReservedPropertyKey { index } => {
                write!(
                    f,
                    "the key of property {index} is one of the protocol's own"
                )
            }
            Problem::DuplicatePropertyKey { index } => {
                write!(f, "the key of property {index} stands twice")
            }
            Problem::DelayTooLong { max } => write!(
                f,
                "the delivery time is more than {} days ahead",
                max.as_secs() / 86_400
            ),
            Problem::DelayInThePast => {
                write!(f, "the delivery time is past, so it is delivered at once")
            }
            Problem::OrderedNotOffered => write!(f, "ordered messages are not served here"),
            Problem::HalfNotOffered => write!(f, "half messages are not served here"),
            Problem::CheckOutOfRange { secs } => write!(
                f,
                "the first check after {secs} s is outside {} to {} s",
                CHECK_SECS.start(),
                CHECK_SECS.end()
            ),
        }
    }
}

impl Limits {
    /// Everything that is wrong with a message, and what will surprise, in the order of a form.
    pub fn lint(&self, parts: &MessageParts, now: Timestamp) -> Vec<Problem> {
        let mut found = Vec::new();
        self.lint_tag(parts, &mut found);
        if let Some(key) = &parts.key {
            lint_value(Field::Key, key, &mut found);
        }
        self.lint_delivery(parts, now, &mut found);
        lint_properties(&parts.properties, &mut found);
        self.lint_body(parts, &mut found);
        found
    }

    fn lint_tag(&self, parts: &MessageParts, found: &mut Vec<Problem>) {
        let Some(tag) = &parts.tag else { return };
        let chars = tag.chars().count();
        if chars > self.max_tag_chars {
            found.push(Problem::TagTooLong {
                chars,
                max: self.max_tag_chars,
            });
        }
        if tag.contains("||") {
            found.push(Problem::TagHoldsBars);
        }
        lint_blank_ends(Field::Tag, tag, found);
        lint_xml(Field::Tag, tag, found);
    }

    fn lint_delivery(&self, parts: &MessageParts, now: Timestamp, found: &mut Vec<Problem>) {
        if let Some(at) = parts.deliver_at {
            if at.since(now) > self.max_delay {
                found.push(Problem::DelayTooLong {
                    max: self.max_delay,
                });
            } else if at < now {
                found.push(Problem::DelayInThePast);
            }
        }
        if let Some(key) = &parts.sharding_key {
            if !self.ordered {
                found.push(Problem::OrderedNotOffered);
            }
            lint_value(Field::ShardingKey, key, found);
        }
        if let Some(secs) = parts.check_after_secs {
            if !self.half {
                found.push(Problem::HalfNotOffered);
            } else if !CHECK_SECS.contains(&secs) {
                found.push(Problem::CheckOutOfRange { secs });
            }
        }
    }

    fn lint_body(&self, parts: &MessageParts, found: &mut Vec<Problem>) {
        let bytes = parts.body.len();
        let timed = parts.deliver_at.is_some() || parts.check_after_secs.is_some();
        let max = if timed {
            self.max_timed_body_bytes
        } else {
            self.max_body_bytes
        };
        if bytes == 0 {
            found.push(Problem::EmptyBody);
        } else if bytes > max {
            found.push(Problem::BodyTooLarge { bytes, max });
        }
        lint_xml(Field::Body, &parts.body, found);
    }
}

fn lint_properties(pairs: &[(String, String)], found: &mut Vec<Problem>) {
    for (index, (key, value)) in pairs.iter().enumerate() {
        let field = Field::Property(index);
        if key.is_empty() {
            found.push(Problem::EmptyPropertyKey { index });
        } else if SYSTEM_KEYS.contains(&key.as_str()) {
            found.push(Problem::ReservedPropertyKey { index });
        } else if pairs[..index].iter().any(|(earlier, _)| earlier == key) {
            found.push(Problem::DuplicatePropertyKey { index });
        }
        lint_value(field, key, found);
        lint_value(field, value, found);
    }
}

fn lint_value(field: Field, text: &str, found: &mut Vec<Problem>) {
    if let Some(c) = text.chars().find(|c| FORBIDDEN.contains(c)) {
        found.push(Problem::Forbidden { field, found: c });
    }
    lint_xml(field, text, found);
}

fn lint_xml(field: Field, text: &str, found: &mut Vec<Problem>) {
    if let Some((at, c)) = xml::first_illegal(text) {
        found.push(Problem::NotXml {
            field,
            found: c,
            at,
        });
    }
}

fn lint_blank_ends(field: Field, text: &str, found: &mut Vec<Problem>) {
    if text.trim() != text {
        found.push(Problem::BlankEnds { field });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Profile;

    fn check(change: impl FnOnce(&mut MessageParts), profile: Profile, expected: &[Problem]) {
        let mut parts = MessageParts {
            body: "{}".to_owned(),
            ..MessageParts::default()
        };
        change(&mut parts);
        let now = Timestamp::from_millis(1_000_000);
        assert_eq!(profile.limits().lint(&parts, now), expected);
        assert_eq!(
            parts.checked(&profile.limits(), now).is_ok(),
            !expected.iter().any(Problem::is_error)
        );
    }

    #[test]
    fn each_problem_is_found_and_named() {
        use Profile::{Aliyun, Sandbox, Tdmq};
        check(|_| (), Sandbox, &[]);
        check(|m| m.body.clear(), Sandbox, &[Problem::EmptyBody]);
        check(
            |m| m.body = "a\u{1}".into(),
            Sandbox,
            &[Problem::NotXml {
                field: Field::Body,
                found: '\u{1}',
                at: 1,
            }],
        );
        let bytes = (64 << 10) + 1;
        check(
            |m| {
                m.body = "x".repeat(bytes);
                m.deliver_at = Some(Timestamp::from_millis(2_000_000));
            },
            Aliyun,
            &[Problem::BodyTooLarge {
                bytes,
                max: 64 << 10,
            }],
        );
        check(
            |m| m.tag = Some("t".repeat(65)),
            Tdmq,
            &[Problem::TagTooLong { chars: 65, max: 64 }],
        );
        check(
            |m| m.properties = vec![("a".into(), "x|y".into())],
            Sandbox,
            &[Problem::Forbidden {
                field: Field::Property(0),
                found: '|',
            }],
        );
        check(
            |m| m.properties = vec![("KEYS".into(), "x".into()), (String::new(), "y".into())],
            Sandbox,
            &[
                Problem::ReservedPropertyKey { index: 0 },
                Problem::EmptyPropertyKey { index: 1 },
            ],
        );
        check(
            |m| m.deliver_at = Some(Timestamp::from_millis(1)),
            Sandbox,
            &[Problem::DelayInThePast],
        );
        check(
            |m| m.deliver_at = Some(Timestamp::from_millis(41 * 86_400_000)),
            Tdmq,
            &[Problem::DelayTooLong {
                max: Duration::from_secs(40 * 86_400),
            }],
        );
        check(
            |m| m.check_after_secs = Some(9),
            Sandbox,
            &[Problem::CheckOutOfRange { secs: 9 }],
        );
        check(
            |m| m.check_after_secs = Some(10),
            Tdmq,
            &[Problem::HalfNotOffered],
        );
    }
}
