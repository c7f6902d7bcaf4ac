//! What the application has to say, before it is put into a language: what failed, what is noted.

use std::sync::Arc;

use crate::cards::Card;
pub use crate::i18n::Say;
use crate::protocol::Timestamp;

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
    /// All that can be said of it, if it was a server or the way there that failed.
    pub card: Option<Arc<Card>>,
}

impl Trouble {
    /// Something of our own that failed.
    pub fn new(what: Say, next: Say, detail: impl Into<String>) -> Self {
        Self {
            what,
            next,
            detail: detail.into(),
            card: None,
        }
    }
}

impl From<Card> for Trouble {
    fn from(card: Card) -> Self {
        Self {
            what: card.title.clone(),
            next: card.first_step(),
            detail: card.words(),
            card: Some(Arc::new(card)),
        }
    }
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
    /// All that can be said of it, if it was a server or the way there that failed.
    pub card: Option<Arc<Card>>,
}
