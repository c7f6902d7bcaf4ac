//! Publishing as a tool: one draft many times, or a file line by line, at a rate, with a dry run
//! before and a summary after. Templates of drafts are in `templates`, variables in `variables`.
//!
//! Pure but for `desk.rs`, `runner.rs` and `scanner.rs`, which the worker runs. Nothing here
//! publishes a message a second time: what became of it is counted, and told.

pub(super) mod desk;
mod foresight;
mod latest;
mod lines;
mod maker;
mod mould;
mod order;
mod row;
mod runner;
mod scan;
pub(super) mod scanner;
mod state;
mod tally;

pub use foresight::{AT_ONCE, ForeseeOrder, Foreseen, formatted};
pub use latest::Latest;
pub use lines::{BadLine, Format};
pub use maker::{Each, Outlook, Surroundings};
pub use order::{
    FileSource, MOST_A_SECOND, MOST_PARALLEL, MOST_TIMES, Pace, RunOrder, ScanOrder, Source,
};
pub use row::Row;
pub use scan::Findings;
pub use state::{Outbox, Run, Scan};
pub use tally::{End, FailureKind, Latency, Report};

use std::sync::Arc;

use super::draft::Draft;
use super::templates::{TemplateChange, Templates};
use tally::Tally;

/// What a person asks of it.
#[derive(Debug)]
pub enum OutboxCommand {
    /// Look at a file without publishing anything.
    Scan(Box<(Draft, FileSource)>),
    /// Forget the file, and stop looking at it.
    DropScan,
    /// Publish many messages.
    Run(Box<(Draft, Source, Pace)>),
    /// Publish no more; what is on its way is awaited.
    StopRun,
    /// The summary has been read.
    DropRun,
    /// Change the templates.
    Template(Box<TemplateChange>),
    /// Find out about a long draft, which may be filled in from a file, under this number; and format
    /// its body if so wished.
    Foresee(u64, Arc<Draft>, Option<Box<FileSource>>, bool),
}

/// Work for the worker.
#[derive(Debug)]
pub enum OutboxJob {
    /// Look at a file.
    Scan(Box<ScanOrder>),
    /// Look at it no longer.
    StopScan,
    /// Publish.
    Run(Box<RunOrder>),
    /// Publish no more.
    StopRun,
    /// Find out about a long draft.
    Foresee(Box<ForeseeOrder>),
}

/// What came of it.
#[derive(Debug)]
pub enum OutboxEvent {
    /// There is news of the look at a file.
    Found(u64, Latest<Findings>),
    /// There is news of publishing.
    Ran(u64, Latest<Tally>),
    /// Templates as they are on disk.
    Templates(Templates),
    /// They could not be read, and are set aside; where, and why.
    TemplatesDamaged(String, String),
    /// They could not be written.
    TemplatesNotKept(String),
    /// What was found out about the draft of this number.
    Foreseen(u64, Arc<Foreseen>),
}
