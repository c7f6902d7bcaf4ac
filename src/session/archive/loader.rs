//! Reads a file piece by piece, no faster than the window takes the pieces in. A line that is no
//! good does not end the reading.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::protocol::Timestamp;
use crate::session::Event;
use crate::session::say::{Say, Trouble};
use crate::session::shared::{Shared, blocking};
use crate::session::subscription::SubscriptionId;

use super::file_view::BadLine;
use super::format::{Gaps, Line, decode};
use super::writer::Answer;
use super::{ArchiveEvent, End, Piece, TaskId};

/// Longest line: the largest body there is, every character of it escaped, and room to spare.
const LONGEST_LINE: u64 = 64 << 20;
/// Messages of a piece: a few milliseconds for the window to take in.
const PIECE: usize = 1_024;
/// Bytes of a piece.
const PIECE_BYTES: u64 = 1 << 20;
/// Pieces that the window may have that it has not taken in.
const AHEAD: usize = 4;

/// Reads a file for a view until its end, or until it is to stop.
pub(super) async fn run(
    shared: Arc<Shared>,
    task: TaskId,
    view: SubscriptionId,
    path: PathBuf,
    mut taken: mpsc::Receiver<Answer>,
    mut stop: watch::Receiver<bool>,
) {
    let (pieces, mut read) = mpsc::channel(1);
    let now = shared.clock.now();
    let at = path.clone();
    // It ends with the file, or when nobody takes its pieces any more.
    let reading = blocking(move || read_all(task, &at, now, &pieces));
    let handing_on = async {
        let mut ahead = 0;
        let stopped = loop {
            let piece = tokio::select! {
                biased;
                // A sender that is gone means the same.
                _ = stop.wait_for(|stop| *stop) => break true,
                Some(_) = taken.recv() => {
                    ahead -= 1;
                    continue;
                }
                piece = read.recv(), if ahead < AHEAD => piece,
            };
            let Some(piece) = piece else { break false };
            ahead += 1;
            let event = ArchiveEvent::Read(view, Box::new(piece));
            shared.emit(Event::Archive(event)).await;
        };
        // What waits to hand on a piece ends.
        read.close();
        stopped
    };
    let (outcome, stopped) = tokio::join!(reading, handing_on);
    let end = match outcome.unwrap_or_else(|| Err(io::ErrorKind::Other.into())) {
        _ if stopped => End::Stopped,
        Ok(()) => End::Done,
        Err(error) => End::Broken(Box::new(trouble(&path, &error))),
    };
    shared
        .emit(Event::Archive(ArchiveEvent::ReadAll(view, task, end)))
        .await;
}

fn trouble(path: &Path, error: &io::Error) -> Trouble {
    let next = match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "archive-open-missing-next",
        io::ErrorKind::PermissionDenied => "archive-open-denied-next",
        _ => "archive-open-failed-next",
    };
    Trouble {
        what: Say::new("archive-open-failed").with("path", path.display()),
        next: Say::new(next),
        detail: error.to_string(),
    }
}

fn read_all(
    task: TaskId,
    path: &Path,
    now: Timestamp,
    pieces: &mpsc::Sender<Piece>,
) -> io::Result<()> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let size = about.len();
    let new_piece = |read| Piece {
        task,
        read,
        size,
        ..Piece::default()
    };
    let mut lines = Lines {
        reader: BufReader::with_capacity(256 << 10, file),
        line: 0,
        read: 0,
    };
    let mut piece = new_piece(0);
    let mut began = 0;
    while let Some(text) = lines.next()? {
        let line = lines.line;
        match text.and_then(|text| decode(&text, Gaps { line, now })) {
            Ok(Line::Header(header)) => piece.header = Some(header),
            Ok(Line::Record(record)) => piece.records.push(*record),
            Ok(Line::End(messages)) => piece.end = Some(messages),
            Err(say) => piece.bad.push(BadLine { line, say }),
        }
        piece.read = lines.read;
        let full = piece.records.len() + piece.bad.len() >= PIECE;
        if full || lines.read - began >= PIECE_BYTES {
            began = lines.read;
            let whole = std::mem::replace(&mut piece, new_piece(began));
            if pieces.blocking_send(whole).is_err() {
                return Ok(());
            }
        }
    }
    piece.read = lines.read;
    // Nobody who would take it any more: it was stopped.
    let _ = pieces.blocking_send(piece);
    Ok(())
}

/// The lines of a file that are not blank.
struct Lines {
    reader: BufReader<File>,
    /// Number of the last one.
    line: u64,
    /// Bytes up to its end.
    read: u64,
}

impl Lines {
    fn next(&mut self) -> io::Result<Option<Result<String, Say>>> {
        loop {
            let mut bytes = Vec::new();
            let mut limited = (&mut self.reader).take(LONGEST_LINE);
            let length = limited.read_until(b'\n', &mut bytes)? as u64;
            if length == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.read += length;
            if length == LONGEST_LINE && bytes.last() != Some(&b'\n') {
                self.skip_line()?;
                return Ok(Some(Err(Say::new("archive-line-long"))));
            }
            if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8(bytes).map_err(|_| Say::new("archive-line-utf8"));
            return Ok(Some(text));
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let there = self.reader.fill_buf()?;
            if there.is_empty() {
                return Ok(());
            }
            let end = there.iter().position(|&byte| byte == b'\n');
            let length = end.map_or(there.len(), |end| end + 1);
            self.reader.consume(length);
            self.read += length as u64;
            if end.is_some() {
                return Ok(());
            }
        }
    }
}
