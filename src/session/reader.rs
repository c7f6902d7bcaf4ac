//! The message in the details pane, made ready to be looked at. The worker does what takes long;
//! here is what was asked for last and what came of it. An answer to an older question is
//! dropped. Knows nothing of how anything is drawn.

use std::sync::Arc;

use crate::protocol::{DamagedMessage, MessageList, ReceivedMessage, Reply};

use super::body::{
    self, Damage, Difference, Doc, Hits, MOST_COLUMNS, Opened, Query, compare, indented_xml,
};
use super::rows::{Row, Rows};
use super::views::Views;
use super::{Event, Job, SubscriptionId};

/// Rows that are looked at in one frame for a message of the same key.
const SEEK_ROWS: u64 = 20_000;

/// Which message, at which of its deliveries, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its view.
    pub view: SubscriptionId,
    /// Its row.
    pub row: u64,
    /// How many deliveries it had.
    pub deliveries: usize,
    /// Whether what it is wrapped into is undone.
    pub decode: bool,
}

/// A text that can be shown in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// The body.
    Text,
    /// The body, which is XML, indented.
    Xml,
    /// The XML of the whole message.
    Raw,
}

/// What a message is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The delivery before its newest.
    Delivery,
    /// The message before it in its view that has the same key.
    Key,
}

/// What a person asks of the details.
#[derive(Debug)]
pub enum ReadCommand {
    /// Show this message.
    Open(Wanted),
    /// Put a text into rows of so many columns.
    Lay(Paper, usize),
    /// Search a text.
    Search(Paper, Query),
    /// Compare the message.
    Compare(Against),
    /// Go on looking for the message to compare with.
    SeekOn,
}

/// Work on a text, for the worker.
#[derive(Debug)]
pub struct ReadJob {
    ticket: u64,
    order: Order,
}

#[derive(Debug)]
enum Order {
    Open(String, bool),
    Damage(Box<DamagedMessage>),
    Lay(Source, usize),
    Search(Arc<str>, Query),
    Compare(Box<(ReceivedMessage, ReceivedMessage)>),
}

#[derive(Debug)]
enum Source {
    Text(Arc<str>),
    /// To be written as XML again.
    Message(Box<ReceivedMessage>),
}

/// What came of it.
#[derive(Debug)]
pub struct ReadEvent {
    ticket: u64,
    result: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Opened(Arc<Opened>),
    Damage(Arc<Damage>),
    Laid(Arc<Doc>),
    Searched(Found),
    Compared(Arc<Difference>),
}

/// What a search found, or what is wrong with its expression.
pub type Found = Result<Arc<Hits>, String>;

/// How a comparison goes.
#[derive(Debug, Clone)]
pub enum Compared {
    /// The other message is looked for.
    Seeking,
    /// The two are compared.
    Comparing,
    /// There is nothing to compare with.
    Nothing,
    /// What differs from the message of this row.
    Done(u64, Arc<Difference>),
}

/// Something that was asked for.
#[derive(Debug)]
struct Asked<Key, Value> {
    key: Key,
    ticket: u64,
    value: Option<Value>,
}

/// Where the search for a message of the same key has come to.
#[derive(Debug)]
struct Seek {
    key: String,
    next: u64,
}

/// The message in the details pane.
#[derive(Debug, Default)]
pub struct Reader {
    opened: Option<Asked<Wanted, Arc<Opened>>>,
    damage: Option<Arc<Damage>>,
    doc: Option<Asked<(Paper, usize), Arc<Doc>>>,
    hits: Option<Asked<(Paper, Query), Found>>,
    /// A search is on its way, perhaps an outdated one: the next waits for it.
    searching: bool,
    compared: Option<(Against, Asked<u64, Arc<Difference>>)>,
    seek: Option<Seek>,
    refused: bool,
    tickets: u64,
}

impl Reader {
    /// What is to be shown.
    pub fn wanted(&self) -> Option<&Wanted> {
        self.opened.as_ref().map(|asked| &asked.key)
    }

    /// The body, once it is ready.
    pub fn opened(&self) -> Option<&Arc<Opened>> {
        self.opened.as_ref()?.value.as_ref()
    }

    /// What is wrong with a message that was damaged, once that is known.
    pub fn damage(&self) -> Option<&Arc<Damage>> {
        self.damage.as_ref()
    }

    /// How a text was last asked for.
    pub fn laid(&self) -> Option<(Paper, usize)> {
        self.doc.as_ref().map(|asked| asked.key)
    }

    /// A text in rows, once it is ready; in its old ones until the new ones are.
    pub fn doc(&self, paper: Paper) -> Option<&Arc<Doc>> {
        let asked = self.doc.as_ref().filter(|asked| asked.key.0 == paper)?;
        asked.value.as_ref()
    }

    /// What is searched for, and what was found.
    pub fn hits(&self) -> Option<(Paper, &Query, Option<&Found>)> {
        let asked = self.hits.as_ref()?;
        Some((asked.key.0, &asked.key.1, asked.value.as_ref()))
    }

    /// What the message is compared with, and how that goes.
    pub fn compared(&self) -> Option<(Against, Compared)> {
        let (against, asked) = self.compared.as_ref()?;
        let state = match &asked.value {
            _ if self.seek.is_some() => Compared::Seeking,
            Some(difference) => Compared::Done(asked.key, Arc::clone(difference)),
            None if asked.ticket == 0 => Compared::Nothing,
            None => Compared::Comparing,
        };
        Some((*against, state))
    }

    /// Whether the worker had no room for the last job.
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// The worker had no room.
    pub(super) fn not_taken(&mut self) {
        self.refused = true;
        self.searching = false;
    }

    /// Carries out a command.
    pub(super) fn apply(&mut self, command: ReadCommand, views: &Views) -> Option<Job> {
        match command {
            ReadCommand::Open(wanted) => self.open(wanted, views),
            ReadCommand::Lay(paper, columns) => self.lay(paper, columns, views),
            ReadCommand::Search(paper, query) => self.search(paper, query),
            ReadCommand::Compare(against) => self.compare(against, views),
            ReadCommand::SeekOn => self.seek_on(views),
        }
    }

    /// Takes in an answer of the worker, unless it is to an older question.
    pub(super) fn absorb(&mut self, event: ReadEvent) -> Option<Job> {
        let ticket = event.ticket;
        match event.result {
            Outcome::Opened(opened) => fill(&mut self.opened, ticket, opened),
            Outcome::Damage(damage) => {
                if self
                    .opened
                    .as_ref()
                    .is_some_and(|asked| asked.ticket == ticket)
                {
                    self.damage = Some(damage);
                }
            }
            Outcome::Laid(doc) => fill(&mut self.doc, ticket, doc),
            Outcome::Compared(found) => {
                if let Some((_, asked)) = &mut self.compared
                    && asked.ticket == ticket
                {
                    asked.value = Some(found);
                }
            }
            Outcome::Searched(found) => {
                self.searching = false;
                let waits = self.hits.as_ref().filter(|asked| asked.ticket != ticket);
                if let Some((paper, query)) = waits.map(|asked| asked.key.clone()) {
                    return self.search(paper, query);
                }
                fill(&mut self.hits, ticket, found);
            }
        }
        None
    }

    fn job(&mut self, order: Order) -> (u64, Option<Job>) {
        self.tickets += 1;
        let ticket = self.tickets;
        let job = Job::Read(Box::new(ReadJob { ticket, order }));
        (ticket, Some(job))
    }

    fn open(&mut self, wanted: Wanted, views: &Views) -> Option<Job> {
        let row = views.get(wanted.view)?.rows.get(wanted.row)?;
        let order = match (row.message(), row.damaged()) {
            (Some(message), _) => Some(Order::Open(message.body().to_owned(), wanted.decode)),
            // It has no body; its XML is a text like any other.
            (None, Some(damaged)) => Some(Order::Damage(Box::new(damaged.clone()))),
            (None, None) => None,
        };
        *self = Self {
            tickets: self.tickets,
            searching: self.searching,
            ..Self::default()
        };
        let (ticket, job) = match order {
            Some(order) => self.job(order),
            None => (0, None),
        };
        self.opened = Some(Asked {
            key: wanted,
            ticket,
            value: None,
        });
        job
    }

    fn lay(&mut self, paper: Paper, columns: usize, views: &Views) -> Option<Job> {
        let columns = columns.min(MOST_COLUMNS);
        let source = match paper {
            Paper::Raw => self.raw(views)?,
            _ => Source::Text(self.text(paper)?),
        };
        let old = self.doc.take().filter(|asked| asked.key.0 == paper);
        let (ticket, job) = self.job(Order::Lay(source, columns));
        self.doc = Some(Asked {
            key: (paper, columns),
            ticket,
            value: old.and_then(|asked| asked.value),
        });
        job
    }

    fn search(&mut self, paper: Paper, query: Query) -> Option<Job> {
        let text = self.text(paper)?;
        if query.needle.is_empty() {
            self.hits = None;
            return None;
        }
        if self.searching {
            self.hits = Some(Asked {
                key: (paper, query),
                ticket: 0,
                value: None,
            });
            return None;
        }
        let (ticket, job) = self.job(Order::Search(text, query.clone()));
        self.searching = true;
        self.hits = Some(Asked {
            key: (paper, query),
            ticket,
            value: None,
        });
        job
    }

    /// The text of a paper, as far as it is there.
    fn text(&self, paper: Paper) -> Option<Arc<str>> {
        match paper {
            Paper::Text => Some(Arc::clone(&self.opened()?.text)),
            Paper::Xml => self.opened()?.xml.clone(),
            Paper::Raw => Some(Arc::clone(self.doc(paper)?.text())),
        }
    }

    fn raw(&self, views: &Views) -> Option<Source> {
        if let Some(doc) = self.doc(Paper::Raw) {
            return Some(Source::Text(Arc::clone(doc.text())));
        }
        let row = self.row(views)?;
        Some(match row.damaged() {
            Some(damaged) => Source::Text(damaged.raw.as_str().into()),
            None => Source::Message(Box::new(row.message()?.to_received())),
        })
    }

    fn row<'a>(&self, views: &'a Views) -> Option<&'a Row> {
        self.rows(views)?.get(self.wanted()?.row)
    }

    fn rows<'a>(&self, views: &'a Views) -> Option<&'a Rows> {
        Some(&views.get(self.wanted()?.view)?.rows)
    }

    fn compare(&mut self, against: Against, views: &Views) -> Option<Job> {
        let row = self.row(views)?;
        let newest = row.message()?;
        self.seek = None;
        let nothing = Asked {
            key: row.number,
            ticket: 0,
            value: None,
        };
        self.compared = Some((against, nothing));
        match against {
            Against::Delivery => {
                let old = row.earlier()?;
                self.compare_with(row.number, old, newest.to_received())
            }
            Against::Key => {
                self.seek = Some(Seek {
                    key: newest.key()?.to_owned(),
                    next: row.number,
                });
                self.seek_on(views)
            }
        }
    }

    fn seek_on(&mut self, views: &Views) -> Option<Job> {
        let rows = self.rows(views)?;
        let newest = self.row(views).and_then(Row::message);
        let oldest = rows.iter().next().map_or(u64::MAX, |row| row.number);
        let seek = self.seek.as_mut()?;
        for _ in 0..SEEK_ROWS {
            let Some(number) = seek.next.checked_sub(1).filter(|&n| n >= oldest) else {
                self.seek = None;
                return None;
            };
            seek.next = number;
            let found = rows.get(number).and_then(Row::message);
            if let (Some(old), Some(new)) = (found, newest)
                && old.key() == Some(seek.key.as_str())
            {
                self.seek = None;
                return self.compare_with(number, old.to_received(), new.to_received());
            }
        }
        None
    }

    fn compare_with(
        &mut self,
        row: u64,
        old: ReceivedMessage,
        new: ReceivedMessage,
    ) -> Option<Job> {
        let (ticket, job) = self.job(Order::Compare(Box::new((old, new))));
        if let Some((_, asked)) = &mut self.compared {
            (asked.key, asked.ticket) = (row, ticket);
        }
        job
    }
}

fn fill<Key, Value>(asked: &mut Option<Asked<Key, Value>>, ticket: u64, value: Value) {
    if let Some(asked) = asked
        && asked.ticket == ticket
    {
        asked.value = Some(value);
    }
}

/// Does what was ordered. Takes long: called where that harms nobody.
pub(super) fn carry_out(job: ReadJob) -> Event {
    let result = match job.order {
        Order::Open(text, decode) => Outcome::Opened(Arc::new(Opened::new(&text, decode))),
        Order::Damage(message) => {
            Outcome::Damage(Arc::new(Damage::new(&message.raw, &message.problem)))
        }
        Order::Lay(source, columns) => {
            let text = match source {
                Source::Text(text) => text,
                Source::Message(message) => rebuilt(*message).into(),
            };
            Outcome::Laid(Arc::new(Doc::new(text, columns)))
        }
        Order::Search(text, query) => Outcome::Searched(body::search(&text, &query).map(Arc::new)),
        Order::Compare(pair) => Outcome::Compared(Arc::new(compare(&pair.0, &pair.1))),
    };
    Event::Read(Box::new(ReadEvent {
        ticket: job.ticket,
        result,
    }))
}

/// The XML of a message that came whole: what it came as is not kept.
fn rebuilt(message: ReceivedMessage) -> String {
    let list = MessageList {
        messages: vec![message],
        damaged: Vec::new(),
    };
    let (_, xml) = Reply::Messages(list).encode();
    indented_xml(&xml).unwrap_or(xml)
}
