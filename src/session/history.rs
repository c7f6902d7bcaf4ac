//! What was published from here, as far as it is looked at: a list that is read page by page,
//! newest first, and the one entry whose details are shown. Nothing is read before somebody
//! looks; where and how entries are kept is `history_file.rs`.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::protocol::Timestamp;

use super::entry::{Entry, EntryPlace, EntryRow, Needle};
use super::say::{Level, Notice, Say};

/// Rows of one page.
const PAGE: usize = 200;

/// Rows that are kept at most; older ones are read again when somebody scrolls to them.
const MAX_ROWS: usize = 20_000;

/// What can be asked of the history.
#[derive(Debug)]
pub enum HistoryCommand {
    /// Somebody looks at it.
    Open,
    /// This was typed into its filter.
    Filter(String),
    /// Somebody looks at its end.
    More,
    /// Show this entry's details.
    Focus(EntryPlace),
    /// Show none.
    Unfocus,
    /// Put this entry into the publish form.
    SendAgain(EntryPlace),
    /// Forget all entries, on disk too.
    Clear,
}

/// What the worker is asked.
#[derive(Debug)]
pub enum HistoryJob {
    /// Read a page.
    Page(PageWish),
    /// Read one entry as a whole.
    Entry(EntryPlace),
    /// Forget all entries.
    Clear,
}

/// Which page.
#[derive(Debug, Clone)]
pub struct PageWish {
    /// Told back with the page: a page of a list that nobody wants any more is passed over.
    pub list: u64,
    /// What lies before this place; `None` for the newest.
    pub before: Option<EntryPlace>,
    /// What is looked for.
    pub needle: Needle,
    /// Rows, at most.
    pub max: usize,
}

/// A page that was read.
#[derive(Debug, Default)]
pub struct Page {
    /// Rows, newest first.
    pub rows: Vec<EntryRow>,
    /// Where to go on; `None` if there is nothing older.
    pub older: Option<EntryPlace>,
    /// Lines that could not be read.
    pub skipped: u64,
    /// Files in which nothing could be read, and where they are now.
    pub set_aside: Vec<PathBuf>,
    /// What could not be read at all, and why.
    pub unreadable: Option<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum HistoryEvent {
    /// A page of this list.
    Page(u64, Page),
    /// An entry as a whole, if it is still there.
    Entry(EntryPlace, Option<Box<Entry>>),
    /// Something was published and written down.
    Added(EntryPlace, Box<Entry>),
    /// What was published could not be written down, and why. Told once until it works again.
    NotWritten(String),
    /// All entries are gone, or why not.
    Cleared(Result<(), String>),
}

/// The history as somebody looks at it.
#[derive(Debug, Default)]
pub struct History {
    opened: bool,
    /// Newest first.
    rows: VecDeque<EntryRow>,
    filter: String,
    needle: Needle,
    /// Counts lists: another filter is another one.
    list: u64,
    /// The list of the page that is being read.
    reading: Option<u64>,
    /// Where the next page begins.
    older: Option<EntryPlace>,
    /// Rows that the page in sight still lacks.
    wanted: usize,
    skipped: u64,
    focused: Option<EntryPlace>,
    entry: Option<Box<Entry>>,
    gone: bool,
    /// The entry that goes into the publish form as soon as it is read.
    again: Option<EntryPlace>,
}

impl History {
    /// Rows, newest first.
    pub fn rows(&self) -> &VecDeque<EntryRow> {
        &self.rows
    }

    /// Whether somebody has looked at it.
    pub fn is_opened(&self) -> bool {
        self.opened
    }

    /// The filter as typed.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Whether a page is being read.
    pub fn is_reading(&self) -> bool {
        self.reading.is_some()
    }

    /// Whether older entries can be shown too.
    pub fn has_older(&self) -> bool {
        self.older.is_some() && !self.is_full()
    }

    /// Whether no more rows are shown, though there are some.
    pub fn is_full(&self) -> bool {
        self.rows.len() >= MAX_ROWS && self.older.is_some()
    }

    /// Lines that could not be read, of those that were looked at.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The entry whose details are shown.
    pub fn focused(&self) -> Option<EntryPlace> {
        self.focused
    }

    /// That entry as a whole, once it is read.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_deref()
    }

    /// Whether that entry is not there any more.
    pub fn is_gone(&self) -> bool {
        self.gone
    }

    /// Carries out a command; an entry that is at hand already goes into the publish form.
    pub(super) fn apply(&mut self, command: HistoryCommand) -> (Option<HistoryJob>, Option<Entry>) {
        let job = match command {
            HistoryCommand::Open if self.opened => None,
            HistoryCommand::Open => {
                self.opened = true;
                self.begin()
            }
            HistoryCommand::Filter(text) => {
                let needle = Needle::new(&text);
                let same = needle == self.needle;
                self.filter = text;
                self.needle = needle;
                if same { None } else { self.begin() }
            }
            HistoryCommand::More if self.has_older() => {
                self.wanted = PAGE;
                self.next_page()
            }
            HistoryCommand::More => None,
            HistoryCommand::Focus(place) => {
                self.focus(Some(place));
                Some(HistoryJob::Entry(place))
            }
            HistoryCommand::Unfocus => {
                self.focus(None);
                None
            }
            HistoryCommand::SendAgain(place) => {
                let known = (self.focused == Some(place)).then(|| self.entry.clone());
                if let Some(Some(entry)) = known {
                    return (None, Some(*entry));
                }
                self.again = Some(place);
                Some(HistoryJob::Entry(place))
            }
            HistoryCommand::Clear => Some(HistoryJob::Clear),
        };
        (job, None)
    }

    /// Takes in what came of a job: what is to be done next, an entry for the publish form, and
    /// what a person should know.
    pub(super) fn absorb(&mut self, event: HistoryEvent, now: Timestamp) -> Absorbed {
        let mut absorbed = Absorbed::default();
        match event {
            HistoryEvent::Page(list, page) => {
                self.reading = None;
                absorbed.notices = damage(&page, now);
                if list == self.list {
                    self.take_page(page);
                }
                absorbed.job = self.next_page();
            }
            HistoryEvent::Entry(place, entry) => {
                if self.again == Some(place) {
                    self.again = None;
                    match &entry {
                        Some(entry) => absorbed.again = Some(Entry::clone(entry)),
                        None => absorbed.notices.push(gone(now)),
                    }
                }
                if self.focused == Some(place) {
                    self.gone = entry.is_none();
                    self.entry = entry;
                }
            }
            HistoryEvent::Added(place, entry) => {
                if self.opened && self.needle.is_in(&entry) {
                    self.rows.push_front(EntryRow::of(place, &entry));
                    self.keep_within_bounds();
                }
            }
            HistoryEvent::NotWritten(why) => absorbed.notices.push(Notice {
                at: now,
                level: Level::Warning,
                summary: Say::new("notice-history-not-written"),
                detail: why,
                next_step: Some(Say::new("notice-history-not-written-next")),
                card: None,
            }),
            HistoryEvent::Cleared(outcome) => {
                if let Err(why) = outcome {
                    absorbed.notices.push(Notice {
                        at: now,
                        level: Level::Error,
                        summary: Say::new("notice-history-not-cleared"),
                        detail: why,
                        next_step: Some(Say::new("notice-history-not-cleared-next")),
                        card: None,
                    });
                }
                self.focus(None);
                absorbed.job = self.begin();
            }
        }
        absorbed
    }

    /// The worker could not take a job: it can be asked for again.
    pub(super) fn not_taken(&mut self, job: &HistoryJob) {
        match job {
            HistoryJob::Page(wish) => {
                self.reading = None;
                // Whoever looks again asks again.
                if wish.before.is_none() {
                    self.opened = false;
                }
            }
            HistoryJob::Entry(place) => {
                self.again = self.again.filter(|again| again != place);
                if self.focused == Some(*place) {
                    self.focus(None);
                }
            }
            HistoryJob::Clear => {}
        }
    }

    fn focus(&mut self, place: Option<EntryPlace>) {
        self.focused = place;
        self.entry = None;
        self.gone = false;
    }

    /// Another list, from the newest entry on.
    fn begin(&mut self) -> Option<HistoryJob> {
        self.list += 1;
        self.rows.clear();
        self.older = None;
        self.skipped = 0;
        self.wanted = PAGE;
        if !self.opened || self.reading.is_some() {
            // What is being read is thrown away, and then this list has its turn.
            return None;
        }
        Some(self.page(None))
    }

    fn page(&mut self, before: Option<EntryPlace>) -> HistoryJob {
        self.reading = Some(self.list);
        HistoryJob::Page(PageWish {
            list: self.list,
            before,
            needle: self.needle.clone(),
            max: self.wanted,
        })
    }

    /// Reads on while rows are wanted and there may be some.
    fn next_page(&mut self) -> Option<HistoryJob> {
        if self.reading.is_some() || self.wanted == 0 || self.is_full() {
            return None;
        }
        match self.older {
            Some(older) => Some(self.page(Some(older))),
            None if self.is_fresh() => Some(self.page(None)),
            None => None,
        }
    }

    /// Whether not even the first page of this list was read.
    fn is_fresh(&self) -> bool {
        self.opened && self.wanted == PAGE && self.rows.is_empty() && self.older.is_none()
    }

    fn take_page(&mut self, page: Page) {
        if self.older.is_none() {
            // The newest page holds what was added meanwhile.
            self.rows.clear();
        }
        self.wanted = self.wanted.saturating_sub(page.rows.len());
        if page.older.is_none() {
            self.wanted = 0;
        }
        self.skipped += page.skipped;
        self.older = page.older;
        self.rows.extend(page.rows);
        self.keep_within_bounds();
    }

    fn keep_within_bounds(&mut self) {
        if self.rows.len() > MAX_ROWS {
            self.rows.truncate(MAX_ROWS);
            self.older = self.rows.back().map(|row| row.place);
        }
    }
}

/// What is to be done after an event.
#[derive(Debug, Default)]
pub(super) struct Absorbed {
    /// For the worker.
    pub(super) job: Option<HistoryJob>,
    /// For the publish form.
    pub(super) again: Option<Entry>,
    /// For whoever looks.
    pub(super) notices: Vec<Notice>,
}

fn damage(page: &Page, now: Timestamp) -> Vec<Notice> {
    let warn = |summary: Say, detail: String| Notice {
        at: now,
        level: Level::Warning,
        summary,
        detail,
        next_step: Some(Say::new("notice-history-damaged-next")),
        card: None,
    };
    let aside = page.set_aside.iter().map(|path| {
        let summary = Say::new("notice-history-damaged").with("path", path.display());
        warn(summary, String::new())
    });
    let unreadable = page
        .unreadable
        .iter()
        .map(|why| warn(Say::new("notice-history-unreadable"), why.clone()));
    aside.chain(unreadable).collect()
}

fn gone(now: Timestamp) -> Notice {
    Notice {
        at: now,
        level: Level::Warning,
        summary: Say::new("history-gone"),
        detail: String::new(),
        next_step: None,
        card: None,
    }
}
