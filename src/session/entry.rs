//! One publish as the history keeps it, and as a row of its list. Values only; never a secret:
//! nothing of a connection but its name and id.

use std::time::Duration;

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::cards::{Card, Doing, Evidence};
use crate::protocol::{MessageParts, Timestamp, TopicName};

use super::ConnectionId;

/// Largest body that is kept, in bytes. Of a larger one only the beginning is.
pub const KEPT_BODY_BYTES: usize = 256 << 10;

/// Characters of an answer that are kept.
const KEPT_ANSWER_CHARS: usize = 4 << 10;

/// Characters of a body that a row shows, and that are kept of one that is too large.
const BEGINNING_CHARS: usize = 400;

/// Something that was published, or tried to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was sent.
    pub at: Timestamp,
    /// Where to.
    pub connection: ConnectionId,
    /// What that connection was called; empty for the sandbox.
    pub connection_name: String,
    /// The topic.
    pub topic: TopicName,
    /// The message; of a body that is too large, only the beginning.
    pub message: MessageParts,
    /// Bytes of the whole body, where it was too large to keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub too_large: Option<usize>,
    /// How it ended.
    pub outcome: Outcome,
    /// Name of the request in the server's logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// From request to reply, in milliseconds.
    pub elapsed_millis: u64,
    /// What was seen of the failure, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// For many messages published in one go: how those ended. The rest is the first message's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Counts>,
}

/// How a publish ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Stored under this id.
    Stored {
        /// The message's id.
        message_id: String,
    },
    /// The server refused it.
    Refused {
        /// The server's code.
        code: String,
        /// The server's words.
        why: String,
    },
    /// It was not stored: it never got there, or what answered is no such server.
    Failed {
        /// What went wrong.
        why: String,
    },
    /// It was sent and may be stored; no answer says so.
    Unknown {
        /// What went wrong.
        why: String,
    },
}

/// How many messages of a run ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Stored.
    pub stored: u64,
    /// Refused, or never sent.
    pub failed: u64,
    /// Perhaps stored.
    pub unknown: u64,
}

impl Counts {
    /// One more that ended like this.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Stored { .. } => self.stored += 1,
            Outcome::Refused { .. } | Outcome::Failed { .. } => self.failed += 1,
            Outcome::Unknown { .. } => self.unknown += 1,
        }
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.stored + self.failed + self.unknown
    }
}

impl Entry {
    /// An entry whose body is kept if it is not too large.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        let bytes = self.message.body.len();
        if bytes > KEPT_BODY_BYTES {
            self.message.body = beginning(&self.message.body);
            self.too_large = Some(bytes);
        }
        let answer = self.evidence.as_mut().and_then(|seen| seen.answer.as_mut());
        if let Some(answer) = answer
            && let Some((end, _)) = answer.body.char_indices().nth(KEPT_ANSWER_CHARS)
        {
            answer.body.truncate(end);
            answer.cut = true;
        }
        self
    }

    /// What its failure means, if it failed and that can be said.
    pub fn card(&self) -> Option<Card> {
        let evidence = match (&self.evidence, &self.outcome) {
            (Some(evidence), _) => evidence.clone(),
            // Written down before there was more to keep.
            (None, Outcome::Refused { code, why }) => Evidence {
                request_id: self.request_id.clone(),
                ..Evidence::of_code(code, why)
            },
            (None, _) => return None,
        };
        Some(Card::of(evidence, Doing::Publish))
    }

    /// Whether this is the whole of a body that was too large to keep.
    pub(super) fn is_whole_body(&self, body: &str) -> bool {
        self.too_large == Some(body.len()) && body.starts_with(&self.message.body)
    }

    /// From request to reply.
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(self.elapsed_millis)
    }

    /// The id of the stored message.
    pub fn message_id(&self) -> Option<&str> {
        self.outcome.message_id()
    }
}

impl Outcome {
    /// The id of the stored message.
    pub fn message_id(&self) -> Option<&str> {
        match self {
            Outcome::Stored { message_id } => Some(message_id),
            _ => None,
        }
    }

    /// What went wrong, if anything did.
    pub fn why(&self) -> Option<&str> {
        match self {
            Outcome::Stored { .. } => None,
            Outcome::Refused { why, .. } | Outcome::Failed { why } | Outcome::Unknown { why } => {
                Some(why)
            }
        }
    }
}

/// Where an entry is kept. Later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPlace {
    /// Number of the file.
    pub segment: u64,
    /// Byte of the file at which its line begins.
    pub offset: u64,
}

/// An entry as the list shows it: small, whatever its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Where the whole entry is.
    pub place: EntryPlace,
    /// When it was sent.
    pub at: Timestamp,
    /// Where to.
    pub connection: ConnectionId,
    /// What that connection was called.
    pub connection_name: String,
    /// The topic.
    pub topic: TopicName,
    /// Tag.
    pub tag: Option<String>,
    /// Key.
    pub key: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// From request to reply.
    pub elapsed: Duration,
    /// Beginning of the body.
    pub body: String,
    /// For many messages in one go: how those ended.
    pub run: Option<Counts>,
    /// Whether the whole body is kept.
    pub is_whole: bool,
}

impl EntryRow {
    /// The row of an entry.
    pub fn of(place: EntryPlace, entry: &Entry) -> Self {
        Self {
            place,
            at: entry.at,
            connection: entry.connection.clone(),
            connection_name: entry.connection_name.clone(),
            topic: entry.topic.clone(),
            tag: entry.message.tag.clone(),
            key: entry.message.key.clone(),
            outcome: entry.outcome.clone(),
            elapsed: entry.elapsed(),
            body: beginning(&entry.message.body),
            run: entry.run,
            is_whole: entry.too_large.is_none(),
        }
    }
}

fn beginning(body: &str) -> String {
    body.chars().take(BEGINNING_CHARS).collect()
}

/// What is looked for in the history: words, in any case, all of which have to be there.
#[derive(Debug, Clone, Default)]
pub struct Needle(Vec<Regex>);

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        let words = |needle: &Self| -> Vec<String> {
            needle.0.iter().map(|word| word.to_string()).collect()
        };
        words(self) == words(other)
    }
}

impl Needle {
    /// From what was typed.
    pub fn new(text: &str) -> Self {
        let word = |word: &str| {
            RegexBuilder::new(&regex::escape(word))
                .case_insensitive(true)
                .build()
                .ok()
        };
        Self(text.split_whitespace().filter_map(word).collect())
    }

    /// Whether an entry has it anywhere: names, ids, code, properties, body.
    pub fn is_in(&self, entry: &Entry) -> bool {
        self.0.iter().all(|word| {
            let Entry {
                connection_name,
                topic,
                message,
                outcome,
                request_id,
                ..
            } = entry;
            let code = match outcome {
                Outcome::Refused { code, .. } => Some(code.as_str()),
                _ => None,
            };
            let texts = [Some(connection_name.as_str()), Some(topic.as_str()), code];
            let of_message = [
                &message.tag,
                &message.key,
                &message.sharding_key,
                request_id,
            ];
            let is_match = |text: &str| word.is_match(text);
            texts.into_iter().flatten().any(is_match)
                || of_message.into_iter().flatten().any(|text| is_match(text))
                || outcome.message_id().is_some_and(is_match)
                || outcome.why().is_some_and(is_match)
                || message
                    .properties
                    .iter()
                    .any(|(key, value)| is_match(key) || is_match(value))
                || is_match(&message.body)
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
pub(super) mod tests {
    use super::*;

    /// An entry of the message with this key.
    pub(in crate::session) fn entry(key: &str, body: &str) -> Entry {
        Entry {
            at: Timestamp::from_millis(1_000),
            connection: ConnectionId::Sandbox,
            connection_name: String::new(),
            topic: "orders".parse().unwrap(),
            message: MessageParts {
                body: body.to_owned(),
                key: Some(key.to_owned()),
                properties: vec![("region".to_owned(), "ap-guangzhou".to_owned())],
                ..MessageParts::default()
            },
            too_large: None,
            outcome: Outcome::Stored {
                message_id: format!("ID-{key}"),
            },
            request_id: Some("R-1".to_owned()),
            elapsed_millis: 7,
            evidence: None,
            run: None,
        }
        .bounded()
    }

    #[test]
    fn all_words_have_to_be_there_anywhere_and_in_any_case() {
        let check = |typed: &str, expected: bool| {
            let entry = entry("k-1", "Ein Apfel, 你好");
            assert_eq!(Needle::new(typed).is_in(&entry), expected, "{typed}");
        };
        check("", true);
        check("apfel  K-1", true);
        check("你好 guangzhou", true);
        check("r-1 id-k", true);
        check("apfel birne", false);
        check("a.fel", false);
    }

    #[test]
    fn a_body_that_is_too_large_is_said_to_be_and_one_at_the_limit_is_whole() {
        let whole = entry("a", &"x".repeat(KEPT_BODY_BYTES));
        assert_eq!(
            (whole.too_large, whole.message.body.len()),
            (None, KEPT_BODY_BYTES)
        );
        let cut = entry("a", &"ä".repeat(KEPT_BODY_BYTES / 2 + 1));
        assert_eq!(cut.too_large, Some(KEPT_BODY_BYTES + 2));
        assert_eq!(cut.message.body.chars().count(), BEGINNING_CHARS);
    }
}
