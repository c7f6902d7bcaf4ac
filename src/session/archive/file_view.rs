//! A view that shows a file instead of what a broker hands out: where the file is, how far it is
//! read, and what could not be read of it. Its rows lie where those of any view lie.

use std::path::PathBuf;

use crate::session::Job;
use crate::session::rows::Rows;
use crate::session::say::Say;

use super::format::{Header, VERSION};
use super::{ArchiveJob, End, Piece, TaskId};

/// Bad lines that are told of one by one.
const SHOWN: usize = 100;

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What is wrong.
    pub say: Say,
}

/// The file of a view.
#[derive(Debug)]
pub struct FileView {
    /// Where it is.
    pub path: PathBuf,
    /// How far it is read.
    pub state: FileState,
    /// What it says of itself; nothing if it is not one of ours.
    pub header: Option<Header>,
    /// Lines that cannot be read.
    pub bad: u64,
    /// The first of them.
    pub first_bad: Vec<BadLine>,
    /// What is to be known of it as a whole.
    pub notes: Vec<Say>,
    /// Bytes that were read.
    pub read: u64,
    /// Bytes of the file.
    pub size: u64,
    /// Messages that were read.
    pub messages: u64,
    /// How many messages it should hold, if it says so.
    expected: Option<u64>,
}

/// How far a file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// Nobody has looked at it yet.
    Waiting,
    /// It is being read.
    Reading(TaskId),
    /// That is over.
    Ended(End),
}

impl FileView {
    /// A file that nobody has looked at yet.
    pub(in crate::session) fn new(path: PathBuf) -> Self {
        Self {
            path,
            state: FileState::Waiting,
            header: None,
            bad: 0,
            first_bad: Vec::new(),
            notes: Vec::new(),
            read: 0,
            size: 0,
            messages: 0,
            expected: None,
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The version of a file that may hold what we do not know.
    pub fn newer_version(&self) -> Option<u32> {
        let version = self.header.as_ref()?.version;
        (version > VERSION).then_some(version)
    }

    /// Whether it was read to its end and that is not the end it was written with.
    pub fn is_cut_short(&self) -> bool {
        self.state == FileState::Ended(End::Done)
            && self.header.is_some()
            && self.expected.is_none()
    }

    /// The task that reads it, if one does.
    pub fn task(&self) -> Option<TaskId> {
        match self.state {
            FileState::Reading(task) => Some(task),
            FileState::Waiting | FileState::Ended(_) => None,
        }
    }

    /// Begins to read it from its beginning.
    pub(in crate::session) fn begin(&mut self, task: TaskId) {
        *self = Self {
            state: FileState::Reading(task),
            ..Self::new(std::mem::take(&mut self.path))
        };
    }

    /// Takes in a piece. The worker waits to hear that.
    pub(in crate::session) fn take(&mut self, piece: Piece, rows: &mut Rows) -> Option<Job> {
        if self.task() != Some(piece.task) {
            return None;
        }
        self.header = piece.header.or(self.header.take());
        self.expected = piece.end.or(self.expected);
        self.notes.extend(piece.notes);
        self.bad += piece.bad.len() as u64;
        let room = SHOWN.saturating_sub(self.first_bad.len());
        self.first_bad.extend(piece.bad.into_iter().take(room));
        (self.read, self.size) = (piece.read, piece.size);
        self.messages += piece.records.len() as u64;
        for record in piece.records {
            record.restore_into(rows);
        }
        Some(Job::Archive(ArchiveJob::Taken(piece.task)))
    }

    /// Nothing more comes of it.
    pub(in crate::session) fn end(&mut self, task: TaskId, end: End) {
        if self.task() == Some(task) {
            self.state = FileState::Ended(end);
        }
    }
}
