//! Reads a file piece by piece, no faster than the window takes the pieces in. A line that is no
//! good does not end the reading; a table that holds no messages is refused.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::{mpsc, watch};

use crate::protocol::Timestamp;
use crate::session::Event;
use crate::session::outbox::Format;
use crate::session::outbox::scanner::{self, Opened};
use crate::session::say::{Say, Trouble};
use crate::session::shared::{Shared, blocking};
use crate::session::subscription::SubscriptionId;

use super::file_view::BadLine;
use super::format::{Gaps, Line, decode};
use super::rows::Columns;
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
    (task, view): (TaskId, SubscriptionId),
    (path, zone): (PathBuf, TimeZone),
    mut taken: mpsc::Receiver<Answer>,
    mut stop: watch::Receiver<bool>,
) {
    let (pieces, mut read) = mpsc::channel(1);
    let now = shared.clock.now();
    let at = path.clone();
    // It ends with the file, or when nobody takes its pieces any more.
    let reading = blocking(move || read_all(task, (&at, zone), now, &pieces));
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
        Ok(Ok(())) => End::Done,
        Ok(Err(what)) => End::Broken(Box::new(Trouble::new(
            what,
            Say::new("archive-csv-other-next"),
            "",
        ))),
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
    Trouble::new(
        Say::new("archive-open-failed").with("path", path.display()),
        Say::new(next),
        error.to_string(),
    )
}

fn read_all(
    task: TaskId,
    (path, zone): (&Path, TimeZone),
    now: Timestamp,
    pieces: &mpsc::Sender<Piece>,
) -> io::Result<Result<(), Say>> {
    let opened = scanner::open(path)?;
    let size = opened.size;
    let filling = || Filling {
        piece: Piece {
            task,
            size,
            ..Piece::default()
        },
        began: 0,
        pieces,
    };
    if let Format::Csv(_) = opened.format {
        // What only looks like a table, as its name says nothing, may hold objects further down.
        let is_named_so = path.extension().is_some_and(|name| {
            name.eq_ignore_ascii_case("csv") || name.eq_ignore_ascii_case("tsv")
        });
        let sure = is_named_so && !opened.begins_with_brace;
        match read_table(opened, zone, now, filling()) {
            Err(_) if !sure => {}
            ended => return Ok(ended),
        }
    }
    read_lines(File::open(path)?, now, filling())?;
    Ok(Ok(()))
}

/// Reads an object of JSON on each line.
fn read_lines(file: File, now: Timestamp, mut filling: Filling<'_>) -> io::Result<()> {
    let mut lines = Lines {
        reader: BufReader::with_capacity(256 << 10, file),
        line: 0,
        read: 0,
    };
    while let Some(text) = lines.next()? {
        let line = lines.line;
        let piece = &mut filling.piece;
        match text.and_then(|text| decode(&text, Gaps { line, now })) {
            Ok(Line::Header(header)) => piece.header = Some(header),
            Ok(Line::Record(record)) => piece.records.push(*record),
            Ok(Line::End(messages)) => piece.end = Some(messages),
            Err(say) => piece.bad.push(BadLine { line, say }),
        }
        if !filling.goes_on(lines.read) {
            return Ok(());
        }
    }
    filling.finish(lines.read);
    Ok(())
}

/// Reads a table whose first row names its columns.
///
/// # Errors
/// Why there are no messages in it.
fn read_table(
    mut opened: Opened,
    zone: TimeZone,
    now: Timestamp,
    mut filling: Filling<'_>,
) -> Result<(), Say> {
    let safe = opened.begins_with_mark;
    let mut columns: Option<Columns> = None;
    while let Some(row) = opened.next_row() {
        let record = match row {
            Ok(row) => {
                let columns = match &mut columns {
                    Some(columns) => columns,
                    none => {
                        let names: Vec<String> = row.names().map(str::to_owned).collect();
                        let known = Columns::of(&names, safe, zone.clone())?;
                        filling.piece.notes = known.notes();
                        none.insert(known)
                    }
                };
                let line = row.line;
                let record = columns.record(&row, now);
                filling.piece.notes.extend(columns.zone_note(now));
                record.map_err(|say| BadLine { line, say })
            }
            Err(bad) => Err(BadLine {
                line: bad.line,
                say: bad.say,
            }),
        };
        match record {
            Ok(record) => filling.piece.records.push(record),
            Err(bad) => filling.piece.bad.push(bad),
        }
        if !filling.goes_on(opened.read()) {
            return Ok(());
        }
    }
    filling.finish(opened.read());
    Ok(())
}

/// The piece that is being read.
struct Filling<'a> {
    piece: Piece,
    /// Where it began.
    began: u64,
    pieces: &'a mpsc::Sender<Piece>,
}

impl Filling<'_> {
    /// Hands it on if it is full. Not if nobody takes pieces any more: it was stopped.
    fn goes_on(&mut self, read: u64) -> bool {
        self.piece.read = read;
        let full = self.piece.records.len() + self.piece.bad.len() >= PIECE;
        if !full && read - self.began < PIECE_BYTES {
            return true;
        }
        self.began = read;
        let new = Piece {
            task: self.piece.task,
            read,
            size: self.piece.size,
            ..Piece::default()
        };
        let whole = std::mem::replace(&mut self.piece, new);
        self.pieces.blocking_send(whole).is_ok()
    }

    fn finish(mut self, read: u64) {
        self.piece.read = read;
        // Nobody who would take it any more: it was stopped.
        let _ = self.pieces.blocking_send(self.piece);
    }
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
