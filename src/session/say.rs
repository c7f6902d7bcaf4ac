//! What the application has to say, before it is put into a language: what failed, what is noted.

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
