//! What is to be published, how often, how fast. Values only: who asks is the form, who does it
//! is the runner.

use std::path::PathBuf;
use std::sync::Arc;

use crate::protocol::Limits;
use crate::session::ConnectionId;
use crate::session::draft::Draft;

use super::latest::Latest;
use super::maker::{Each, Surroundings};
use super::scan::Findings;
use super::tally::Tally;

/// Most messages of one draft.
pub const MOST_TIMES: u64 = 1_000_000;
/// Most requests at the same time.
pub const MOST_PARALLEL: u32 = 16;
/// Most messages a second.
pub const MOST_A_SECOND: f64 = 100_000.0;

/// How fast, and what an error means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Messages a second; `None` for as fast as it goes.
    pub rate: Option<f64>,
    /// Requests at the same time; only one keeps the order.
    pub parallel: u32,
    /// Whether the first error ends it.
    pub stop_at_error: bool,
}

/// Where messages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The form, so many times.
    Form(u64),
    /// The lines of a file.
    File(FileSource),
}

/// Lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSource {
    /// Where it is.
    pub path: PathBuf,
    /// What its lines are.
    pub each: Each,
    /// Lines before this one are passed over; the first is 1.
    pub from_line: u64,
}

/// Messages for the worker to publish.
#[derive(Debug)]
pub struct RunOrder {
    pub(super) id: u64,
    pub(super) connection: ConnectionId,
    pub(super) limits: Limits,
    pub(super) draft: Draft,
    pub(super) source: Source,
    pub(super) pace: Pace,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) tally: Latest<Tally>,
}

/// A file for the worker to look at.
#[derive(Debug)]
pub struct ScanOrder {
    pub(super) id: u64,
    pub(super) limits: Limits,
    pub(super) draft: Draft,
    pub(super) file: FileSource,
    pub(super) surroundings: Arc<Surroundings>,
    pub(super) findings: Latest<Findings>,
}
