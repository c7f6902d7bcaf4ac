//! The list itself: takes exchanges in, lets the oldest go, finds out a piece at a time which are
//! shown, and finds the exchange that something came from.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::client::ExchangeKind;
use crate::protocol::Timestamp;
use crate::session::filter::FilterError;
use crate::session::say::Trouble;
use crate::session::{ConnectionId, Job};

use super::filter::{TrafficFilter, Words};
use super::sheet::Sheet;
use super::{
    SaveOrder, SaveWish, Saved, Seen, TrafficCommand, TrafficEvent, TrafficJob, WhichExchanges,
};

/// Exchanges that are kept; older ones go.
pub const MOST_EXCHANGES: usize = 2_000;

/// Bytes that all of them may take together.
pub const MOST_BYTES: usize = 48 << 20;

/// Bytes that are searched for the filter in one go, so that no frame is held up.
const SEARCHED_BYTES: usize = 1 << 20;

/// Exchanges, oldest first, each under the number of its arrival.
#[derive(Debug, Default)]
pub struct Traffic {
    kept: VecDeque<Arc<Seen>>,
    /// The number of the first.
    first: u64,
    bytes: usize,
    evicted: u64,
    missed: u64,
    paused: bool,
    filter: TrafficFilter,
    words: Words,
    problem: Option<FilterError>,
    /// Numbers of those that are shown, oldest first.
    shown: VecDeque<u64>,
    /// The first that the filter has not looked at yet.
    next: u64,
    focused: Option<Focused>,
    /// Exchanges are being written.
    saving: bool,
    /// How the last writing ended.
    saved: Option<Result<Saved, Box<Trouble>>>,
    /// How often somebody elsewhere asked for an exchange.
    summons: u64,
}

/// The exchange that is looked at, with its bodies made ready.
#[derive(Debug)]
struct Focused {
    seen: Arc<Seen>,
    sent: Sheet,
    came: Option<Sheet>,
}

impl Focused {
    fn new(seen: &Arc<Seen>) -> Self {
        let reply = seen.exchange.reply.as_ref();
        Self {
            seen: Arc::clone(seen),
            sent: Sheet::of(&seen.exchange.request.body),
            came: reply.map(|reply| Sheet::of(&reply.body)),
        }
    }
}

impl Traffic {
    /// How many are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many went to make room.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// How many never came in, as the window was behind.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// Whether nothing more is taken down.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Which are shown.
    pub fn filter(&self) -> &TrafficFilter {
        &self.filter
    }

    /// Why the text of the filter is none; the last good one holds.
    pub fn problem(&self) -> Option<&FilterError> {
        self.problem.as_ref()
    }

    /// How many are shown.
    pub fn shown(&self) -> usize {
        self.shown.len()
    }

    /// Whether the filter has not looked at all of them.
    pub fn is_searching(&self) -> bool {
        self.next < self.end()
    }

    /// One of those that are shown, by its place from the newest.
    pub fn from_newest(&self, place: usize) -> Option<&Arc<Seen>> {
        let place = self.shown.len().checked_sub(place + 1)?;
        self.at(*self.shown.get(place)?)
    }

    /// Those that are shown, oldest first.
    pub fn iter_shown(&self) -> impl Iterator<Item = &Arc<Seen>> {
        self.shown.iter().filter_map(|number| self.at(*number))
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Seen>> {
        self.kept.iter()
    }

    /// The one that is looked at.
    pub fn focused(&self) -> Option<&Arc<Seen>> {
        self.focused.as_ref().map(|focused| &focused.seen)
    }

    /// The body of its request, and that of its reply, if there was one.
    pub fn sheets(&self) -> Option<(&Sheet, Option<&Sheet>)> {
        let focused = self.focused.as_ref()?;
        Some((&focused.sent, focused.came.as_ref()))
    }

    /// Whether exchanges are being written.
    pub fn is_saving(&self) -> bool {
        self.saving
    }

    /// How the last writing ended.
    pub fn saved(&self) -> Option<&Result<Saved, Box<Trouble>>> {
        self.saved.as_ref()
    }

    /// How many exchanges that would write.
    pub fn count(&self, which: WhichExchanges) -> usize {
        match which {
            WhichExchanges::Shown => self.shown(),
            WhichExchanges::Selected => usize::from(self.focused.is_some()),
            WhichExchanges::All => self.len(),
        }
    }

    /// How often somebody elsewhere asked for an exchange: whoever shows the list opens it then.
    pub fn summons(&self) -> u64 {
        self.summons
    }

    /// An exchange by its number.
    pub fn get(&self, number: u64) -> Option<&Arc<Seen>> {
        self.kept
            .iter()
            .rev()
            .find(|seen| seen.exchange.number == number)
    }

    /// The poll that brought a delivery: that of this connection whose answer began to arrive then.
    pub fn poll_of(
        &self,
        connection: &ConnectionId,
        at: Timestamp,
        id: Option<&str>,
    ) -> Option<u64> {
        let found = self.kept.iter().rev().find(|seen| {
            let exchange = &seen.exchange;
            exchange.kind == ExchangeKind::Consume
                && exchange
                    .reply
                    .as_ref()
                    .is_some_and(|reply| reply.received_at == at)
                && seen.connection == *connection
                && id.is_none_or(|id| exchange.message_ids.iter().any(|there| there == id))
        });
        found.map(|seen| seen.exchange.number)
    }

    /// The last exchange that was about ending a delivery, by its handle.
    pub fn end_of(&self, connection: &ConnectionId, handle: &str) -> Option<u64> {
        let found = self.kept.iter().rev().find(|seen| {
            seen.exchange.is_ending()
                && seen.connection == *connection
                && seen.exchange.handles.iter().any(|there| there == handle)
        });
        found.map(|seen| seen.exchange.number)
    }

    /// The exchange with this id in the server's logs; without one, the last publish of this
    /// connection that began within this time.
    pub fn publish_of(
        &self,
        connection: &ConnectionId,
        request_id: Option<&str>,
        began: Timestamp,
        took: Duration,
    ) -> Option<u64> {
        let found = self.kept.iter().rev().find(|seen| {
            let exchange = &seen.exchange;
            seen.connection == *connection
                && exchange.kind == ExchangeKind::Publish
                && match request_id {
                    Some(id) => exchange.request_id() == Some(id),
                    None => (began..=began + took).contains(&exchange.started_at),
                }
        });
        found.map(|seen| seen.exchange.number)
    }

    /// The messages that an exchange published or brought, or whose deliveries it ended, as far as
    /// it is known which those are.
    pub fn messages_of<'s>(&'s self, seen: &'s Seen) -> Vec<&'s str> {
        let exchange = &seen.exchange;
        if !exchange.is_ending() {
            return exchange.message_ids.iter().map(String::as_str).collect();
        }
        let handles = exchange.handles.iter();
        let ids = handles.filter_map(|handle| self.message_of(&seen.connection, handle));
        ids.collect()
    }

    /// The message that came, or was published, with a handle.
    fn message_of(&self, connection: &ConnectionId, handle: &str) -> Option<&str> {
        self.kept.iter().rev().find_map(|seen| {
            let exchange = &seen.exchange;
            if exchange.is_ending() || seen.connection != *connection {
                return None;
            }
            let place = exchange.handles.iter().position(|there| there == handle)?;
            exchange.message_ids.get(place).map(String::as_str)
        })
    }

    /// `name_of`: what a connection is called.
    pub(in crate::session) fn apply(
        &mut self,
        command: TrafficCommand,
        name_of: impl Fn(&ConnectionId) -> String,
    ) -> Option<Job> {
        match command {
            TrafficCommand::Focus(number) => self.focus(number),
            TrafficCommand::Unfocus => self.focused = None,
            TrafficCommand::Show(number) => {
                self.focus(number);
                self.summons += 1;
            }
            TrafficCommand::Save(wish) => return self.save(wish, name_of),
            TrafficCommand::Filter(filter) => self.set_filter(*filter),
            TrafficCommand::Pause(pause) => {
                self.paused = pause;
                return Some(Job::Traffic(TrafficJob::Pause(pause)));
            }
            TrafficCommand::Clear => self.clear(),
        }
        None
    }

    pub(in crate::session) fn absorb(&mut self, event: TrafficEvent) {
        match event {
            TrafficEvent::Seen(seen) => self.push(seen),
            TrafficEvent::Saved(saved) => {
                self.saving = false;
                self.saved = Some(saved);
            }
        }
    }

    /// The worker could not take a job.
    pub(in crate::session) fn not_taken(&mut self, job: &TrafficJob) {
        match job {
            TrafficJob::Pause(pause) => self.paused = !pause,
            TrafficJob::Save(_) => self.saving = false,
        }
    }

    /// Goes on with finding out what is shown.
    pub(in crate::session) fn tick(&mut self) {
        let mut searched = 0;
        while self.next < self.end() && searched < SEARCHED_BYTES {
            if let Some(seen) = self.at(self.next) {
                searched += seen.exchange.weight();
                if self.filter.lets(seen, &self.words) {
                    self.shown.push_back(self.next);
                }
            }
            self.next += 1;
        }
    }

    fn focus(&mut self, number: u64) {
        // One that has gone from the list, but is still looked at, stays.
        if let Some(focused) = self.get(number).map(Focused::new) {
            self.focused = Some(focused);
        }
    }

    fn save(&mut self, wish: SaveWish, name_of: impl Fn(&ConnectionId) -> String) -> Option<Job> {
        if self.saving {
            return None;
        }
        let chosen: Vec<Arc<Seen>> = match wish.which {
            WhichExchanges::Shown => self.iter_shown().cloned().collect(),
            WhichExchanges::Selected => self.focused().cloned().into_iter().collect(),
            WhichExchanges::All => self.iter().cloned().collect(),
        };
        let named = chosen.into_iter().map(|seen| {
            let name = name_of(&seen.connection);
            (seen, name)
        });
        self.saving = true;
        self.saved = None;
        Some(Job::Traffic(TrafficJob::Save(Box::new(SaveOrder {
            seen: named.collect(),
            format: wish.format,
            path: wish.path,
            replace: wish.replace,
        }))))
    }

    fn push(&mut self, seen: Arc<Seen>) {
        self.missed = seen.missed;
        self.bytes += seen.exchange.weight();
        self.kept.push_back(seen);
        while self.kept.len() > MOST_EXCHANGES || (self.bytes > MOST_BYTES && self.kept.len() > 1) {
            let Some(gone) = self.kept.pop_front() else {
                break;
            };
            self.bytes -= gone.exchange.weight();
            self.evicted += 1;
            self.first += 1;
        }
        self.next = self.next.max(self.first);
        while self
            .shown
            .front()
            .is_some_and(|number| *number < self.first)
        {
            self.shown.pop_front();
        }
    }

    fn set_filter(&mut self, filter: TrafficFilter) {
        match Words::parse(&filter.text) {
            Ok(words) => {
                self.words = words;
                self.problem = None;
            }
            Err(problem) => self.problem = Some(problem),
        }
        self.filter = filter;
        self.shown.clear();
        self.next = self.first;
    }

    /// Counts begin anew as well.
    fn clear(&mut self) {
        self.first = self.end();
        self.next = self.first;
        self.kept.clear();
        self.shown.clear();
        self.bytes = 0;
        self.evicted = 0;
        self.focused = None;
    }

    fn at(&self, number: u64) -> Option<&Arc<Seen>> {
        let place = number.checked_sub(self.first)?;
        self.kept.get(usize::try_from(place).ok()?)
    }

    /// The number that the next one gets.
    fn end(&self) -> u64 {
        self.first + self.kept.len() as u64
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::client::sample_exchange;

    use super::*;

    pub(crate) fn exchange(number: u64) -> crate::client::Exchange {
        sample_exchange(number)
    }

    pub(crate) fn seen(exchange: crate::client::Exchange) -> Seen {
        Seen {
            connection: ConnectionId::Sandbox,
            exchange,
            missed: 0,
        }
    }

    fn filled(count: u64) -> Traffic {
        let mut traffic = Traffic::default();
        for number in 0..count {
            traffic.absorb(TrafficEvent::Seen(Arc::new(seen(exchange(number)))));
            traffic.tick();
        }
        traffic
    }

    fn apply(traffic: &mut Traffic, command: TrafficCommand) {
        assert!(traffic.apply(command, |_| String::new()).is_none());
    }

    fn numbers(traffic: &Traffic) -> Vec<u64> {
        traffic
            .iter_shown()
            .map(|seen| seen.exchange.number)
            .collect()
    }

    #[test]
    fn the_oldest_go_and_are_counted() {
        let most = MOST_EXCHANGES as u64;
        let traffic = filled(most + 5);
        assert_eq!((traffic.len(), traffic.evicted()), (MOST_EXCHANGES, 5));
        assert_eq!(numbers(&traffic).first(), Some(&5));
        assert_eq!(
            traffic.from_newest(0).map(|seen| seen.exchange.number),
            Some(most + 4)
        );
        assert!(traffic.from_newest(MOST_EXCHANGES).is_none());
    }

    #[test]
    fn bytes_are_bounded_as_well() {
        let mut traffic = Traffic::default();
        for number in 0..10 {
            let mut large = exchange(number);
            large.request.body.bytes = bytes::Bytes::from(vec![b'x'; MOST_BYTES / 4]);
            traffic.absorb(TrafficEvent::Seen(Arc::new(seen(large))));
            assert!(traffic.bytes() <= MOST_BYTES);
        }
        assert_eq!(traffic.len() as u64 + traffic.evicted(), 10);
        assert_eq!(traffic.len(), 3);
    }

    #[test]
    fn what_is_looked_at_stays_when_it_goes() {
        let mut traffic = filled(1);
        apply(&mut traffic, TrafficCommand::Focus(0));
        for number in 1..=MOST_EXCHANGES as u64 {
            traffic.absorb(TrafficEvent::Seen(Arc::new(seen(exchange(number)))));
        }
        assert!(traffic.get(0).is_none());
        assert_eq!(traffic.focused().map(|seen| seen.exchange.number), Some(0));
    }

    #[test]
    fn a_filter_holds_for_what_is_there_and_what_comes() {
        let mut traffic = filled(30);
        let filter = |text: &str| {
            let text = text.to_owned();
            TrafficCommand::Filter(Box::new(TrafficFilter {
                text,
                ..TrafficFilter::default()
            }))
        };
        apply(&mut traffic, filter("id:/REQ-1.$/"));
        traffic.tick();
        assert_eq!(numbers(&traffic), (10..20).collect::<Vec<_>>());
        traffic.absorb(TrafficEvent::Seen(Arc::new(seen(exchange(15)))));
        traffic.absorb(TrafficEvent::Seen(Arc::new(seen(exchange(99)))));
        traffic.tick();
        assert_eq!(traffic.shown(), 11);
        // A text that is none leaves the last good one.
        apply(&mut traffic, filter("/("));
        traffic.tick();
        assert_eq!((traffic.shown(), traffic.problem().is_some()), (11, true));
        apply(&mut traffic, TrafficCommand::Clear);
        assert_eq!((traffic.shown(), traffic.len()), (0, 0));
        apply(&mut traffic, filter(""));
        traffic.absorb(TrafficEvent::Seen(Arc::new(seen(exchange(100)))));
        traffic.tick();
        assert_eq!(numbers(&traffic), [100]);
    }
}
