//! The dry run of a file: reads all of it and publishes nothing. Blocks on the disk, so it runs
//! where blocking is allowed.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::session::Event;
use crate::session::say::Say;
use crate::session::shared::Shared;

use super::OutboxEvent;
use super::lines::{BadLine, Format, Lines};
use super::maker::Maker;
use super::order::ScanOrder;
use super::row::Row;
use super::scan::Findings;

/// Bytes that are read at once.
const BUFFER: usize = 256 << 10;

/// A file that is open, and how much of it has been read.
pub(in crate::session) struct Opened {
    pub(in crate::session) format: Format,
    /// It begins with what tells spreadsheets that it is UTF-8.
    pub(in crate::session) begins_with_mark: bool,
    /// It begins as an object of JSON does.
    pub(in crate::session) begins_with_brace: bool,
    pub(super) lines: Lines,
    pub(in crate::session) size: u64,
    pub(super) read: Arc<AtomicU64>,
}

impl Opened {
    /// The next line; `None` behind the last.
    pub(in crate::session) fn next_row(&mut self) -> Option<Result<Row, BadLine>> {
        self.lines.next()
    }

    /// Bytes that have been read.
    pub(in crate::session) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// Opens a file and finds out how it is written.
pub(in crate::session) fn open(path: &Path) -> io::Result<Opened> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let read = Arc::new(AtomicU64::new(0));
    let counting = Counting {
        file,
        read: Arc::clone(&read),
    };
    let mut reader = BufReader::with_capacity(BUFFER, counting);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beginning = reader.fill_buf()?;
    let format = Format::of(&name, beginning);
    let without_mark = beginning.strip_prefix(b"\xef\xbb\xbf");
    let begins_with_mark = without_mark.is_some();
    let text = without_mark.unwrap_or(beginning).trim_ascii_start();
    let begins_with_brace = text.starts_with(b"{");
    Ok(Opened {
        format,
        begins_with_mark,
        begins_with_brace,
        lines: format.lines(reader),
        size: about.len(),
        read,
    })
}

struct Counting {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Looks at each line until the end, or until it is to stop.
pub(super) fn scan(shared: &Shared, order: &ScanOrder, stop: &AtomicBool) {
    let change = |change: &mut dyn FnMut(&mut Findings)| {
        if order.findings.change(change) {
            let news = OutboxEvent::Found(order.id, order.findings.clone());
            shared.emit_blocking(Event::Outbox(Box::new(news)));
        }
    };
    let each = order.file.each;
    let surroundings = Arc::clone(&order.surroundings);
    let maker = match Maker::new(&order.draft, each, order.limits.clone(), surroundings) {
        Ok(maker) => maker,
        // Lines that are messages by themselves need no variables of the form.
        Err(mut problems) => {
            let say = problems.swap_remove(0).say;
            return change(&mut |f| end(f, Some(say.clone())));
        }
    };
    let opened = match open(&order.file.path) {
        Ok(opened) => opened,
        Err(error) => {
            let say = Say::new("problem-file").with("why", error);
            return change(&mut |f| end(f, Some(say.clone())));
        }
    };
    let (format, size) = (Some(opened.format), opened.size);
    change(&mut |f| (f.format, f.size) = (format, size));
    let mut number = maker.first_number();
    for line in opened.lines {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let mut found = Some(line.and_then(|row| {
            let made = maker.make(number, Some(&row), shared.clock.now());
            match made {
                Ok((_, message)) => Ok((row, message)),
                Err(say) => Err(super::BadLine {
                    line: row.line,
                    say,
                    last: false,
                }),
            }
        }));
        number = number.saturating_add(1);
        let read = opened.read.load(Ordering::Relaxed);
        change(&mut |findings| {
            findings.read = read;
            match found.take() {
                Some(Ok((row, message))) => findings.good(row, message, each),
                Some(Err(bad)) => findings.bad(bad),
                None => {}
            }
        });
    }
    change(&mut |f| {
        f.read = size;
        end(f, None);
    });
}

fn end(findings: &mut Findings, unreadable: Option<Say>) {
    if let Some(say) = unreadable {
        findings.unreadable(say);
    }
    findings.ended = true;
}
