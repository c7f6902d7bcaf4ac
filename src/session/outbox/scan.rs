//! What a dry run found in a file: how many lines are messages, what is wrong with the others,
//! how large it all is. Bounded, however large the file is.

use std::collections::BTreeSet;

use crate::protocol::NewMessage;
use crate::session::say::Say;

use super::lines::{BadLine, Format};
use super::maker::Each;
use super::row::Row;

/// Bad lines that are told of one by one.
const SHOWN: usize = 50;
/// Columns that are named.
const COLUMNS: usize = 64;
/// Lines that show what will be sent.
pub(super) const SAMPLES: usize = 2;

/// What was found so far.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Bytes that were read.
    pub read: u64,
    /// Bytes of the file.
    pub size: u64,
    /// How it is written; `None` before that is known.
    pub format: Option<Format>,
    /// Lines that are messages.
    pub good: u64,
    /// Lines that are not.
    pub bad: u64,
    /// The first of those.
    pub errors: Vec<BadLine>,
    /// Bytes of all bodies together.
    pub body_bytes: u64,
    /// Bytes of the largest body.
    pub largest: u64,
    /// Columns that are not used, as far as they are named.
    pub unused: BTreeSet<String>,
    /// The first good lines.
    pub samples: Vec<Row>,
    /// The message of the first good line.
    pub first: Option<NewMessage>,
    /// It is all read, or it cannot be.
    pub ended: bool,
}

impl Findings {
    /// A line that is a message.
    pub(super) fn good(&mut self, row: Row, message: NewMessage, each: Each) {
        self.good += 1;
        let bytes = message.parts().body.len() as u64;
        self.body_bytes += bytes;
        self.largest = self.largest.max(bytes);
        if each == Each::Message {
            self.note_unused(&row);
        }
        if self.samples.len() < SAMPLES {
            self.samples.push(row);
        }
        self.first.get_or_insert(message);
    }

    fn note_unused(&mut self, row: &Row) {
        let columns = row.names().filter(|name| !Row::is_part(name));
        for name in columns.map(str::to_owned).chain(row.left_out()) {
            if self.unused.len() < COLUMNS {
                self.unused.insert(name);
            }
        }
    }

    /// A line that is none.
    pub(super) fn bad(&mut self, bad: BadLine) {
        self.bad += 1;
        if self.errors.len() < SHOWN {
            self.errors.push(bad);
        }
    }

    /// The whole file cannot be read.
    pub(super) fn unreadable(&mut self, say: Say) {
        self.bad(BadLine {
            line: 0,
            say,
            last: true,
        });
    }

    /// Bad lines that are not told of.
    pub fn unnamed(&self) -> u64 {
        self.bad - self.errors.len() as u64
    }
}
