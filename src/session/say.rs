//! What the application has to say, before it is put into a language.

use crate::protocol::Timestamp;

/// A text by its key in `assets/i18n`, with the values that go into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Key of the message.
    pub key: &'static str,
    /// Values by name.
    pub values: Vec<(&'static str, String)>,
}

impl Say {
    /// A text without values.
    pub fn new(key: &'static str) -> Self {
        Self {
            key,
            values: Vec::new(),
        }
    }

    /// With one more value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.values.push((name, value.to_string()));
        self
    }
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Good to know.
    Info,
    /// Something is not as one might think.
    Warning,
    /// Something failed.
    Error,
}

/// Something that failed: what, in whose words, what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What happened.
    pub what: Say,
    /// What to do next.
    pub next: Say,
    /// The error in its own words, never with a secret in it.
    pub detail: String,
}

/// An entry of the list of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// What happened.
    pub summary: Say,
    /// The error in its own words; empty if there is none.
    pub detail: String,
    /// What to do next, if anything.
    pub next_step: Option<Say>,
}
