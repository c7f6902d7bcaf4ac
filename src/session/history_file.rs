//! Keeps the history: lines of JSON in a few files of bounded size, each with a number; the
//! highest is written to, the lowest go first. Nothing is read or opened before it is needed.
//!
//! Damage costs what it hits: a line that cannot be read is passed over and counted, a file
//! without a readable line is set aside. A line is written in one go, so a crash leaves at most
//! one torn line at the end. Places of entries stay good: files are never rewritten.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;

use crate::files;

use super::Event;
use super::entry::{Entry, EntryPlace, EntryRow};
use super::history::{HistoryEvent, HistoryJob, Page, PageWish};
use super::shared::{Shared, blocking};

/// Name of the folder, in the window's data folder.
pub const HISTORY_DIR: &str = "history";

/// Jobs that are taken at once: what was published meanwhile is written in one go.
const BATCH: usize = 64;

/// How much is kept.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// A file of so many bytes is full.
    segment_bytes: u64,
    /// Files, at most.
    segments: usize,
}

/// Some 64 MB: tens of thousands of messages of the usual size.
const BOUNDS: Bounds = Bounds {
    segment_bytes: 8 << 20,
    segments: 8,
};

/// Bytes of one file that are looked at. One that was written here is never so large.
const READ_BYTES: u64 = 64 << 20;

/// What the task that keeps the history is asked.
#[derive(Debug)]
pub(super) enum Wish {
    /// Write this down.
    Note(Box<Entry>),
    /// Somebody looks.
    Ask(HistoryJob),
    /// Nothing more will come.
    End,
}

/// Writes and reads until the end is asked for.
pub(super) async fn run(shared: Arc<Shared>, mut wishes: Receiver<Wish>) {
    let Some(dir) = shared.data_dir().map(|dir| dir.join(HISTORY_DIR)) else {
        return nowhere(&shared, wishes).await;
    };
    let mut batch = Vec::new();
    let mut failing = false;
    while wishes.recv_many(&mut batch, BATCH).await > 0 {
        let ends = batch.iter().any(|wish| matches!(wish, Wish::End));
        let (dir, wishes) = (dir.clone(), std::mem::take(&mut batch));
        let work = move || carry_out(&Book::new(dir, BOUNDS), wishes);
        for event in blocking(work).await.unwrap_or_default() {
            let is_failure = matches!(event, HistoryEvent::NotWritten(_));
            let is_news = !(is_failure && failing);
            failing = match event {
                HistoryEvent::NotWritten(_) => true,
                HistoryEvent::Added(..) => false,
                _ => failing,
            };
            if is_news {
                shared.emit(Event::History(Box::new(event))).await;
            }
        }
        if ends {
            return;
        }
    }
}

/// There is no folder: nothing is kept, and whoever looks finds nothing.
async fn nowhere(shared: &Shared, mut wishes: Receiver<Wish>) {
    while let Some(wish) = wishes.recv().await {
        let event = match wish {
            Wish::Note(_) => continue,
            Wish::End => return,
            Wish::Ask(HistoryJob::Page(wish)) => HistoryEvent::Page(wish.list, Page::default()),
            Wish::Ask(HistoryJob::Entry(place)) => HistoryEvent::Entry(place, None),
            Wish::Ask(HistoryJob::Clear) => HistoryEvent::Cleared(Ok(())),
        };
        shared.emit(Event::History(Box::new(event))).await;
    }
}

/// In their order; entries that follow each other are written together.
fn carry_out(book: &Book, wishes: Vec<Wish>) -> Vec<HistoryEvent> {
    let mut events = Vec::new();
    let mut entries = Vec::new();
    for wish in wishes {
        match wish {
            Wish::Note(entry) => entries.push(*entry),
            Wish::End => {}
            Wish::Ask(job) => {
                book.write_down(&mut entries, &mut events);
                events.push(book.answer(job));
            }
        }
    }
    book.write_down(&mut entries, &mut events);
    events
}

/// The files.
#[derive(Debug)]
struct Book {
    dir: PathBuf,
    bounds: Bounds,
}

impl Book {
    fn new(dir: PathBuf, bounds: Bounds) -> Self {
        Self { dir, bounds }
    }

    fn write_down(&self, entries: &mut Vec<Entry>, events: &mut Vec<HistoryEvent>) {
        if entries.is_empty() {
            return;
        }
        match self.append(entries) {
            Ok(places) => events.extend(
                places
                    .into_iter()
                    .zip(entries.drain(..))
                    .map(|(place, entry)| HistoryEvent::Added(place, Box::new(entry))),
            ),
            Err(error) => {
                entries.clear();
                let why = format!("{}: {error}", self.dir.display());
                events.push(HistoryEvent::NotWritten(why));
            }
        }
    }

    fn answer(&self, job: HistoryJob) -> HistoryEvent {
        match job {
            HistoryJob::Page(wish) => HistoryEvent::Page(wish.list, self.page(&wish)),
            HistoryJob::Entry(place) => HistoryEvent::Entry(place, self.entry(place)),
            HistoryJob::Clear => HistoryEvent::Cleared(self.clear().map_err(|e| e.to_string())),
        }
    }

    fn path(&self, segment: u64) -> PathBuf {
        self.dir.join(format!("{segment:08}.jsonl"))
    }

    /// Numbers of the files, rising.
    fn segments(&self) -> io::Result<Vec<u64>> {
        let found = match fs::read_dir(&self.dir) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let number = |entry: io::Result<fs::DirEntry>| {
            let name = entry.ok()?.file_name();
            name.to_str()?.strip_suffix(".jsonl")?.parse().ok()
        };
        let mut numbers: Vec<u64> = found.filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Writes entries; where they are now.
    fn append(&self, entries: &[Entry]) -> io::Result<Vec<EntryPlace>> {
        private_dir(&self.dir)?;
        let mut segments = self.segments()?;
        let mut segment = segments.last().copied().unwrap_or(1);
        let mut places = Vec::with_capacity(entries.len());
        let mut lines = Lines::of(self, &mut segment)?;
        for entry in entries {
            if lines.end() >= self.bounds.segment_bytes {
                lines.write()?;
                segment += 1;
                lines = Lines::of(self, &mut segment)?;
            }
            places.push(EntryPlace {
                segment,
                offset: lines.end(),
            });
            serde_json::to_writer(&mut lines.text, entry)?;
            lines.text.push(b'\n');
        }
        lines.write()?;
        if segments.last() != Some(&segment) {
            segments = self.segments()?;
        }
        let too_many = segments.len().saturating_sub(self.bounds.segments);
        for old in &segments[..too_many] {
            // What cannot be removed now is tried again with the next file.
            let _ = fs::remove_file(self.path(*old));
        }
        Ok(places)
    }

    /// Rows before a place, newest first. Looks into one file after the other until it has read
    /// as much as one of them holds, so that a search can be given up and told about.
    fn page(&self, wish: &PageWish) -> Page {
        let mut page = Page::default();
        let segments = match self.segments() {
            Ok(segments) => segments,
            Err(error) => {
                page.unreadable = Some(format!("{}: {error}", self.dir.display()));
                return page;
            }
        };
        let mut looked_at = 0;
        for &segment in segments.iter().rev() {
            let before = match wish.before {
                Some(place) if place.segment < segment => continue,
                Some(place) if place.segment == segment => Some(place.offset),
                _ => None,
            };
            if before == Some(0) {
                continue;
            }
            let start = EntryPlace { segment, offset: 0 };
            if looked_at >= self.bounds.segment_bytes {
                // One past it: this file itself is still to be read.
                page.older = Some(EntryPlace {
                    segment: segment + 1,
                    ..start
                });
                return page;
            }
            let text = match read_up_to(&self.path(segment), before) {
                Ok(text) => text,
                // It went meanwhile, as it is the oldest.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let path = self.path(segment);
                    page.unreadable = Some(format!("{}: {error}", path.display()));
                    continue;
                }
            };
            looked_at += text.bytes.len() as u64;
            if let Some(place) = self.rows_of(segment, &text, before, wish, &mut page) {
                page.older = Some(place);
                return page;
            }
        }
        page
    }

    /// Rows of one file; where to go on, if the page is full before its beginning.
    fn rows_of(
        &self,
        segment: u64,
        text: &Text,
        before: Option<u64>,
        wish: &PageWish,
        page: &mut Page,
    ) -> Option<EntryPlace> {
        let (mut good, mut bad) = (0, text.left_out);
        let mut full = None;
        for (offset, line) in text.lines_backwards() {
            let place = EntryPlace { segment, offset };
            match serde_json::from_slice::<Entry>(line) {
                Ok(entry) => {
                    good += 1;
                    if wish.needle.is_in(&entry) {
                        page.rows.push(EntryRow::of(place, &entry));
                    }
                }
                Err(_) => bad += 1,
            }
            if page.rows.len() >= wish.max {
                full = Some(place);
                break;
            }
        }
        page.skipped += bad;
        if good == 0 && bad > 0 && before.is_none() {
            let path = self.path(segment);
            page.set_aside.extend(files::set_aside(&path).ok());
        }
        full
    }

    /// The whole entry at a place.
    fn entry(&self, place: EntryPlace) -> Option<Box<Entry>> {
        let mut file = File::open(self.path(place.segment)).ok()?;
        file.seek(SeekFrom::Start(place.offset)).ok()?;
        // Lines are many times smaller; more can only be damage.
        let mut text = Vec::new();
        let mut reader = io::BufReader::new(file.take(READ_BYTES));
        io::BufRead::read_until(&mut reader, b'\n', &mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn clear(&self) -> io::Result<()> {
        for segment in self.segments()? {
            fs::remove_file(self.path(segment))?;
        }
        Ok(())
    }
}

/// Lines that are about to be written to one file.
struct Lines {
    file: File,
    before: u64,
    text: Vec<u8>,
}

impl Lines {
    /// Of this file, or of the next one if this cannot be written to, as it is a folder, say.
    fn of(book: &Book, segment: &mut u64) -> io::Result<Self> {
        let file = match open_private(&book.path(*segment)) {
            Ok(file) => file,
            Err(_) => {
                *segment += 1;
                open_private(&book.path(*segment))?
            }
        };
        let before = file.metadata()?.len();
        let mut lines = Self {
            file,
            before,
            text: Vec::new(),
        };
        if lines.is_torn()? {
            lines.text.push(b'\n');
        }
        Ok(lines)
    }

    /// Whether the last line has no end: it was being written when mqscope ended.
    fn is_torn(&mut self) -> io::Result<bool> {
        if self.before == 0 {
            return Ok(false);
        }
        let mut last = [0];
        self.file.seek(SeekFrom::End(-1))?;
        self.file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }

    /// Where the next line begins.
    fn end(&self) -> u64 {
        self.before + self.text.len() as u64
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.text)?;
        self.before = self.end();
        self.text.clear();
        Ok(())
    }
}

/// The text of a file, or its last part.
struct Text {
    /// Byte of the file at which it begins.
    start: u64,
    bytes: Vec<u8>,
    /// 1 if something before it was left out.
    left_out: u64,
}

impl Text {
    /// Lines with the byte at which each begins, the last one first.
    fn lines_backwards(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut end = self.bytes.len();
        std::iter::from_fn(move || {
            // An empty line is nothing.
            while end > 0 && self.bytes[end - 1] == b'\n' {
                end -= 1;
            }
            if end == 0 {
                return None;
            }
            let line = &self.bytes[..end];
            let begin = line
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            end = begin;
            Some((self.start + begin as u64, &line[begin..]))
        })
    }
}

fn read_up_to(path: &Path, before: Option<u64>) -> io::Result<Text> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    let end = before.unwrap_or(len).min(len);
    let start = end.saturating_sub(READ_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(end - start).read_to_end(&mut bytes)?;
    Ok(Text {
        start,
        bytes,
        left_out: u64::from(start > 0),
    })
}

/// Nobody but the user can read what was published.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::entry::Needle;
    use super::super::entry::tests::entry;
    use super::*;

    const SMALL: Bounds = Bounds {
        segment_bytes: 4_000,
        segments: 3,
    };

    fn book(dir: &tempfile::TempDir, bounds: Bounds) -> Book {
        Book::new(dir.path().join(HISTORY_DIR), bounds)
    }

    fn note(book: &Book, keys: std::ops::Range<u32>) -> Vec<EntryPlace> {
        let entries: Vec<_> = keys.map(|n| entry(&format!("k{n}"), "{}")).collect();
        book.append(&entries).unwrap()
    }

    fn wish(before: Option<EntryPlace>, needle: &str, max: usize) -> PageWish {
        PageWish {
            list: 1,
            before,
            needle: Needle::new(needle),
            max,
        }
    }

    /// Keys of all entries, newest first, read page by page; and what was passed over.
    fn all(book: &Book, needle: &str, max: usize) -> (Vec<String>, u64) {
        let (mut keys, mut skipped, mut before) = (Vec::new(), 0, None);
        loop {
            let page = book.page(&wish(before, needle, max));
            assert!(page.rows.len() <= max);
            skipped += page.skipped;
            keys.extend(page.rows.into_iter().map(|row| row.key.unwrap()));
            match page.older {
                Some(older) => {
                    assert!(before.is_none_or(|before| older < before));
                    before = Some(older);
                }
                None => return (keys, skipped),
            }
        }
    }

    fn keys(range: std::ops::Range<u32>) -> Vec<String> {
        range.rev().map(|n| format!("k{n}")).collect()
    }

    #[test]
    fn what_is_written_is_read_back_page_by_page_newest_first() {
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, BOUNDS);
        assert_eq!(all(&book, "", 10), (vec![], 0));
        let places = note(&book, 0..25);
        note(&book, 25..30);
        for max in [1, 7, 30, 100] {
            assert_eq!(all(&book, "", max), (keys(0..30), 0));
        }
        assert_eq!(
            all(&book, "k1", 2).0,
            [vec!["k19".to_owned()], keys(10..19), keys(1..2)].concat()
        );
        let whole = book.entry(places[3]).unwrap();
        assert_eq!(*whole, entry("k3", "{}"));
        book.clear().unwrap();
        assert_eq!(all(&book, "", 10), (vec![], 0));
        assert!(book.entry(places[3]).is_none());
    }

    #[test]
    fn old_files_go_and_a_search_looks_through_all_that_are_left() {
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, SMALL);
        for n in 0..100 {
            note(&book, n..n + 1);
        }
        assert_eq!(book.segments().unwrap().len(), 3);
        let (left, skipped) = all(&book, "", 10);
        assert_eq!((left.len() > 20 && left.len() < 60, skipped), (true, 0));
        assert_eq!(left, keys(100 - left.len() as u32..100));
        // One page does not look through everything at once.
        let first = book.page(&wish(None, "k7", 10));
        assert!(first.rows.is_empty() && first.older.is_some());
        assert_eq!(
            all(&book, "k7", 10).0.contains(&"k79".to_owned()),
            left.contains(&"k79".to_owned())
        );
        // So does a batch that is larger than a file.
        let places = note(&book, 100..120);
        assert_eq!(all(&book, "", 10).0[..20], keys(100..120));
        assert_eq!(
            book.entry(places[19]).unwrap().message.key.as_deref(),
            Some("k119")
        );
    }

    #[test]
    fn damage_costs_only_what_it_hits() {
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, BOUNDS);
        note(&book, 0..3);
        let path = book.path(1);
        let mut text = fs::read(&path).unwrap();
        // A torn last line, bytes that are no text in the middle, and an empty line.
        let second = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        text[second..second + 9].copy_from_slice(b"\n\xff\xfe\x00\x00\x00{}\n");
        text.truncate(text.len() - 20);
        fs::write(&path, &text).unwrap();
        note(&book, 3..5);
        let (left, skipped) = all(&book, "", 2);
        assert_eq!(left, ["k4", "k3", "k0"]);
        assert_eq!(skipped, 3);
    }

    #[test]
    fn a_file_without_a_readable_line_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, BOUNDS);
        note(&book, 0..1);
        fs::write(book.path(2), vec![0; 5_000]).unwrap();
        fs::create_dir(book.path(3)).unwrap();
        let page = book.page(&wish(None, "", 10));
        assert_eq!(page.rows.len(), 1);
        assert!(page.unreadable.is_some(), "a folder is no file");
        assert_eq!(fs::read(&page.set_aside[0]).unwrap().len(), 5_000);
        assert!(!book.path(2).exists());
        // What is published now is written beside what cannot be used.
        let places = note(&book, 1..2);
        assert_eq!(places[0].segment, 4);
        assert_eq!(all(&book, "", 10).0, ["k1", "k0"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, BOUNDS);
        note(&book, 0..1);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&book.dir), mode(&book.path(1))), (0o700, 0o600));
    }

    #[test]
    fn entries_are_written_before_whoever_asks_next_looks() {
        let dir = tempfile::tempdir().unwrap();
        let book = book(&dir, BOUNDS);
        let note = |key: &str| Wish::Note(Box::new(entry(key, "{}")));
        let ask = Wish::Ask(HistoryJob::Page(wish(None, "", 9)));
        let events = carry_out(&book, vec![note("a"), note("b"), ask, note("c"), Wish::End]);
        let told: Vec<String> = events
            .iter()
            .map(|event| match event {
                HistoryEvent::Added(_, entry) => entry.message.key.clone().unwrap(),
                HistoryEvent::Page(_, page) => format!("page of {}", page.rows.len()),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(told, ["a", "b", "page of 2", "c"]);
        // Where nothing can be written, that is said, and the rest goes on.
        let nowhere = Book::new(book.path(1).join("x"), BOUNDS);
        let events = carry_out(&nowhere, vec![note("d")]);
        assert!(matches!(events[..], [HistoryEvent::NotWritten(_)]));
    }
}
