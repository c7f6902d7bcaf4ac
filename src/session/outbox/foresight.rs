//! What is found out about a draft before it is sent. Of a short one that is done as one types; of a
//! long one elsewhere, as looking through megabytes at each letter would hold up the window.

use std::sync::Arc;

use crate::protocol::{Limits, Timestamp};
use crate::session::draft::Draft;
use crate::session::variables::RowSource;

use super::maker::{Outlook, Surroundings};
use super::row::Row;

/// Bytes of a body up to which it is looked through as one types.
pub const AT_ONCE: usize = 64 << 10;

/// What was found out.
#[derive(Debug, Default)]
pub struct Foreseen {
    /// What would come of it.
    pub outlook: Outlook,
    /// Whether the body that would be sent is JSON.
    pub is_json: bool,
    /// Why it is none though it begins like it, and where.
    pub broken_json: Option<String>,
    /// Bytes of that body.
    pub body_bytes: usize,
    /// The body as JSON is written for people, if that was asked for and it is JSON.
    pub formatted: Option<String>,
}

/// A draft to be looked at.
#[derive(Debug)]
pub struct ForeseeOrder {
    /// Tells what is asked for apart.
    pub(super) number: u64,
    pub(super) draft: Arc<Draft>,
    /// The first lines of the file that fills it in, if there is one.
    pub(super) samples: Option<Vec<Row>>,
    pub(super) limits: Limits,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) now: Timestamp,
    /// Whether its body is to be formatted.
    pub(super) format: bool,
}

impl ForeseeOrder {
    /// Looks at it, for as long as that takes.
    pub(super) fn carry_out(&self) -> Foreseen {
        let mut foreseen = foresee(
            &self.draft,
            self.samples.as_deref(),
            &self.limits,
            &self.surroundings,
            self.now,
        );
        if self.format {
            foreseen.formatted = formatted(&self.draft.body);
        }
        foreseen
    }
}

/// Looks at a draft; `samples` are the first lines of the file that fills it in, if there is one.
pub(super) fn foresee(
    draft: &Draft,
    samples: Option<&[Row]>,
    limits: &Limits,
    surroundings: &Arc<Surroundings>,
    now: Timestamp,
) -> Foreseen {
    let rows: Vec<RowSource<'_>> = match samples {
        None => vec![RowSource::Absent; 2],
        Some([]) => vec![RowSource::Awaited],
        Some(samples) => samples.iter().map(RowSource::Line).collect(),
    };
    let outlook = Outlook::of(draft, &rows, limits, surroundings, now);
    let sent = &outlook.first().unwrap_or(draft).body;
    let json = serde_json::from_str::<serde::de::IgnoredAny>(sent);
    let like_json = sent.trim_start().starts_with(['{', '[']);
    Foreseen {
        is_json: json.is_ok(),
        broken_json: json.err().filter(|_| like_json).map(|why| why.to_string()),
        body_bytes: sent.len(),
        formatted: None,
        outlook,
    }
}

/// JSON as it is written for people; `None` if it is none.
pub fn formatted(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    serde_json::to_string_pretty(&value).ok()
}
