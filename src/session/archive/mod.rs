//! Messages that leave the window for files, and come back: export, opening what was exported, and
//! publishing it once more.
//!
//! Pure but for `desk.rs`, `writer.rs`, `sink.rs`, `loader.rs` and `replayer.rs`, which the worker
//! runs. Rows go to the worker in pieces that it asks for, so that a million of them is never there
//! twice, and no frame waits for a disk.

mod cells;
pub(super) mod desk;
mod file_view;
mod format;
mod handover;
mod loader;
mod names;
mod replay;
mod replayer;
mod rows;
mod sink;
mod state;
mod walk;
mod writer;

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::protocol::{Limits, Timestamp, TopicName};

pub use file_view::{BadLine, FileState, FileView};
pub use format::{Header, NO_HANDLE, Record, Recorded};
pub use replay::{ReplayWish, SPEEDS as REPLAY_SPEEDS, Speed};
pub use state::{Archive, Stage, Task, TaskKind};
pub use walk::Scope;

use super::ConnectionId;
use super::cells::Column;
use super::say::{Say, Trouble};
use super::sent::Sent;
use super::subscription::SubscriptionId;

/// Tells what goes on at the same time apart; never reused within a run.
pub type TaskId = u64;

/// How messages are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Everything, to be opened again.
    Jsonl,
    /// For spreadsheets and scripts.
    Csv {
        /// The columns of the table, or a fixed set of everything.
        as_shown: bool,
        /// No cell is taken for a formula, and the text for another encoding.
        safe: bool,
    },
    /// A file for each body, in a folder.
    Bodies,
}

/// What is to be exported, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportWish {
    /// The view.
    pub view: SubscriptionId,
    /// Which of its messages.
    pub scope: Scope,
    /// How they are written.
    pub format: ExportFormat,
    /// The file or the folder.
    pub path: PathBuf,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// What a person asks for.
#[derive(Debug)]
pub enum ArchiveCommand {
    /// Write messages to files.
    Export(Box<ExportWish>),
    /// Publish messages once more.
    Replay(Box<ReplayWish>),
    /// Go on no longer.
    Stop(TaskId),
    /// How it ended has been read.
    Dismiss(TaskId),
    /// Open a file in a view of its own.
    Open(PathBuf),
    /// Read the file of a view, if that has not begun.
    Load(SubscriptionId),
}

/// Messages for the worker to write.
#[derive(Debug)]
pub struct ExportOrder {
    id: TaskId,
    format: ExportFormat,
    columns: Vec<Column>,
    header: Header,
    path: PathBuf,
    replace: bool,
    numbers: Vec<u64>,
}

/// Messages for the worker to publish once more.
#[derive(Debug)]
pub struct ReplayOrder {
    id: TaskId,
    connection: ConnectionId,
    topic: TopicName,
    limits: Limits,
    speed: Speed,
    /// Rows, by the time of their publishing, in any order.
    rows: Vec<(Timestamp, u64)>,
}

/// Work for the worker.
#[derive(Debug)]
pub enum ArchiveJob {
    /// Write messages; it will ask for them.
    Export(Box<ExportOrder>),
    /// Publish messages; it will ask for them.
    Replay(Box<ReplayOrder>),
    /// The first so many of the rows that were asked for, as far as they are still there.
    Rows(TaskId, Vec<Record>, usize),
    /// Go on no longer.
    Stop(TaskId),
    /// Read a file; times that do not say whose they are, are of this zone.
    Load(TaskId, SubscriptionId, PathBuf, TimeZone),
    /// What was read has been taken in: there is room for more.
    Taken(TaskId),
}

/// What the worker says.
#[derive(Debug)]
pub enum ArchiveEvent {
    /// It wants the messages of these rows.
    Want(TaskId, Vec<u64>),
    /// It has got on.
    Going(TaskId, Sum),
    /// Messages were published, or were not.
    Sent(TaskId, Sent),
    /// It is over.
    Ended(TaskId, Sum, End),
    /// A piece of a file was read.
    Read(SubscriptionId, Box<Piece>),
    /// Nothing more comes of a file.
    ReadAll(SubscriptionId, TaskId, End),
}

/// What came of a task so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// Messages that are written or stored.
    pub messages: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Rows that had gone before they were asked for.
    pub gone: u64,
    /// Messages that the server did not store.
    pub failed: u64,
    /// Messages that it may have stored.
    pub unknown: u64,
    /// Messages that cannot be sent.
    pub unfit: u64,
    /// What went wrong first.
    pub trouble: Option<Box<Trouble>>,
    /// When the next message is due, if that is waited for.
    pub next_at: Option<Timestamp>,
}

impl Sum {
    /// Messages that are through, whatever came of them.
    pub fn all(&self) -> u64 {
        self.messages + self.gone + self.failed + self.unknown + self.unfit
    }
}

/// Why something is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// All is done.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// It could not go on.
    Broken(Box<Trouble>),
}

/// A piece of a file.
#[derive(Debug, Default)]
pub struct Piece {
    task: TaskId,
    /// What the file says of itself, if this piece says it.
    header: Option<Header>,
    /// What is to be known of the file as a whole.
    notes: Vec<Say>,
    records: Vec<Record>,
    bad: Vec<BadLine>,
    /// How many messages there should be, if this piece says it.
    end: Option<u64>,
    /// Bytes up to its end.
    read: u64,
    /// Bytes of the file.
    size: u64,
}

impl Piece {
    /// How many messages it brings.
    pub(super) fn messages(&self) -> usize {
        self.records.len()
    }
}
