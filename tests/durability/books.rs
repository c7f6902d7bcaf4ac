//! What the clients know: what they asked for, and what of it was answered. Every assertion of
//! the kill test that is not about a single answer is here. Talks to nobody.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use mqscope::clock::Clock;
use mqscope::protocol::{ReceiptHandle, ReceivedMessage, Timestamp, TopicName};
use tokio::sync::watch;

/// A handle that lives at least this much longer is worth a try after a restart.
const WORTH_A_TRY: Duration = Duration::from_millis(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Timed(Timestamp),
    Half,
}

impl Kind {
    pub(crate) fn random(now: Timestamp) -> Self {
        match fastrand::u8(..20) {
            0..12 => Kind::Plain,
            12..15 => Kind::Timed(now + Duration::from_millis(fastrand::u64(200..3_000))),
            15 => Kind::Timed(now + Duration::from_secs(3_600)),
            _ => Kind::Half,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Commit,
    Rollback,
}

impl Decision {
    /// At once; the others are left for later.
    pub(crate) fn random() -> Option<Self> {
        match fastrand::u8(..10) {
            0..4 => Some(Decision::Commit),
            4..6 => Some(Decision::Rollback),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Message {
    topic: TopicName,
    kind: Kind,
    /// Once its publish was answered.
    id: Option<String>,
    /// Of a half message.
    handle: Option<ReceiptHandle>,
    /// Decisions that were sent; at most one of them was answered with yes.
    sent: Vec<Decision>,
    decided: Option<Decision>,
    /// What the workers got of it, by the count of deliveries.
    deliveries: BTreeMap<u32, Delivery>,
}

#[derive(Debug)]
struct Delivery {
    handle: ReceiptHandle,
    until: Timestamp,
    first: Timestamp,
    received: Timestamp,
    ack: Ack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ack {
    None,
    Sent,
    Done,
}

impl Message {
    /// Whether consumers must, may, or must not see it, should it be looked for from `from` to
    /// `to`.
    fn visible(&self, from: Timestamp, to: Timestamp) -> Visible {
        match self.kind {
            Kind::Timed(at) if at > to => Visible::MustNot,
            Kind::Timed(at) if at > from => Visible::May,
            Kind::Half if self.decided == Some(Decision::Commit) => Visible::Must,
            Kind::Half if self.decided == Some(Decision::Rollback) => Visible::MustNot,
            Kind::Half if self.sent.contains(&Decision::Commit) => Visible::May,
            Kind::Half => Visible::MustNot,
            _ if self.id.is_some() => Visible::Must,
            _ => Visible::May,
        }
    }

    fn acked(&self) -> Ack {
        let acks = self.deliveries.values().map(|delivery| delivery.ack);
        acks.max_by_key(|ack| *ack as u8).unwrap_or(Ack::None)
    }

    /// What is true of all its deliveries, in whatever order we heard of them.
    fn check(&self, body: &str) {
        let mut last: Option<&Delivery> = None;
        for delivery in self.deliveries.values() {
            if let Some(last) = last {
                assert_ne!(last.ack, Ack::Done, "{body} came back: {self:?}");
                assert!(
                    last.until <= delivery.received,
                    "{body} too early: {self:?}"
                );
                assert_eq!(last.first, delivery.first, "{body}: {self:?}");
            }
            last = Some(delivery);
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Visible {
    Must,
    May,
    MustNot,
}

pub(crate) struct Books {
    clock: Clock,
    messages: Mutex<HashMap<String, Message>>,
    handles: Mutex<HashSet<ReceiptHandle>>,
    answers: watch::Sender<u64>,
    /// Polls that were never answered: whatever they took, nobody knows.
    lost_polls: Mutex<u32>,
}

/// Bodies with handles: of half messages, and of deliveries.
pub(crate) type Leftovers = (Vec<(String, ReceiptHandle)>, Vec<(String, ReceiptHandle)>);

impl Books {
    pub(crate) fn new() -> Self {
        Self {
            clock: Clock::system(),
            messages: Mutex::default(),
            handles: Mutex::default(),
            answers: watch::Sender::new(0),
            lost_polls: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn messages(&self) -> MutexGuard<'_, HashMap<String, Message>> {
        self.messages.lock().unwrap()
    }

    fn change(&self, body: &str, change: impl FnOnce(&mut Message)) {
        let mut messages = self.messages();
        let message = messages.get_mut(body).expect("a message of ours");
        change(message);
        message.check(body);
    }

    // ------------------------------------------------------------ answers

    pub(crate) fn answers(&self) -> u64 {
        *self.answers.borrow()
    }

    pub(crate) async fn until_answers(&self, enough: u64) {
        let mut answers = self.answers.subscribe();
        answers
            .wait_for(|answers| *answers >= enough)
            .await
            .unwrap();
    }

    fn answer(&self) {
        self.answers.send_modify(|answers| *answers += 1);
    }

    // ------------------------------------------------------------ publishing

    pub(crate) fn sent(&self, topic: &TopicName, body: &str, kind: Kind) {
        let message = Message {
            topic: topic.clone(),
            kind,
            id: None,
            handle: None,
            sent: Vec::new(),
            decided: None,
            deliveries: BTreeMap::new(),
        };
        let before = self.messages().insert(body.to_owned(), message);
        assert!(before.is_none());
    }

    pub(crate) fn published(&self, body: &str, id: String, handle: Option<ReceiptHandle>) {
        self.new_handles(handle.iter());
        self.change(body, |message| {
            message.id = Some(id);
            message.handle = handle;
        });
        self.answer();
    }

    fn new_handles<'a>(&self, handles: impl Iterator<Item = &'a ReceiptHandle>) {
        let mut all = self.handles.lock().unwrap();
        for handle in handles {
            assert!(all.insert(handle.clone()), "a handle twice: {handle}");
        }
    }

    /// Says whether it must be accepted: nothing was decided before, that we would not know of.
    pub(crate) fn deciding(&self, body: &str, decision: Decision) -> bool {
        let mut certain = false;
        self.change(body, |message| {
            certain = message.sent.is_empty();
            message.sent.push(decision);
        });
        certain
    }

    pub(crate) fn decided(&self, body: &str, decision: Decision, accepted: bool) {
        self.change(body, |message| {
            if accepted {
                assert_eq!(message.decided, None, "decided twice: {body}");
                message.decided = Some(decision);
            }
        });
        self.answer();
    }

    // ------------------------------------------------------------ consuming

    /// A poll that is lost unless it is answered.
    pub(crate) fn polls(&self) -> Poll<'_> {
        *self.lost_polls.lock().unwrap() += 1;
        Poll(self)
    }

    pub(crate) fn delivered(&self, got: &ReceivedMessage) {
        self.new_handles(std::iter::once(&got.receipt_handle));
        let received = self.now();
        self.change(&got.body, |message| {
            assert_ne!(
                message.visible(received, received),
                Visible::MustNot,
                "{message:?}"
            );
            let delivery = Delivery {
                handle: got.receipt_handle.clone(),
                until: got.next_consume_time,
                first: got.first_consume_time,
                received,
                ack: Ack::None,
            };
            let before = message.deliveries.insert(got.consumed_times, delivery);
            assert!(before.is_none(), "counted twice: {message:?}");
        });
        self.answer();
    }

    fn change_delivery(
        &self,
        body: &str,
        handle: &ReceiptHandle,
        change: impl FnOnce(&mut Delivery),
    ) {
        self.change(body, |message| {
            let mut deliveries = message.deliveries.values_mut();
            let delivery = deliveries.find(|delivery| delivery.handle == *handle);
            change(delivery.expect("a delivery of ours"));
        });
    }

    pub(crate) fn acking(&self, body: &str, handle: &ReceiptHandle) {
        self.change_delivery(body, handle, |delivery| {
            // An ack that is sent again may be refused: the first one may have done it.
            delivery.ack = match delivery.ack {
                Ack::None => Ack::Sent,
                _ => panic!("{body} is acked twice"),
            };
        });
    }

    /// A handle is refused only once its lease is over, whichever run gave it out.
    pub(crate) fn acked(&self, body: &str, handle: &ReceiptHandle, accepted: bool) {
        let now = self.now();
        self.change_delivery(body, handle, |delivery| match accepted {
            true => delivery.ack = Ack::Done,
            false => assert!(delivery.until <= now, "{body} was refused: {delivery:?}"),
        });
        self.answer();
    }

    /// What can still be done in a topic: half messages with their handles, and deliveries with
    /// theirs that live long enough.
    pub(crate) fn leftovers(&self, topic: &TopicName) -> Leftovers {
        let alive = self.now() + WORTH_A_TRY;
        let (mut halves, mut handles) = (Vec::new(), Vec::new());
        for (body, message) in self.messages().iter() {
            if message.topic != *topic {
                continue;
            }
            if let Some(handle) = &message.handle
                && message.decided.is_none()
                && fastrand::bool()
            {
                halves.push((body.clone(), handle.clone()));
            }
            let last = message.deliveries.last_key_value();
            if let Some((_, delivery)) = last
                && delivery.ack == Ack::None
                && delivery.until > alive
                && fastrand::bool()
            {
                handles.push((body.clone(), delivery.handle.clone()));
            }
        }
        (halves, handles)
    }

    // ------------------------------------------------------------ checks

    pub(crate) fn audit(&self, topic: &TopicName) -> Audit<'_> {
        Audit {
            books: self,
            topic: topic.clone(),
            began: self.now(),
            found: HashSet::new(),
        }
    }

    /// No delivery is counted that did not happen.
    pub(crate) fn check_deliveries(&self) {
        let lost = *self.lost_polls.lock().unwrap();
        for (body, message) in self.messages().iter() {
            message.check(body);
            if let Some((last, _)) = message.deliveries.last_key_value() {
                let known = message.deliveries.len() as u32;
                assert!(
                    last - known <= lost,
                    "{lost} lost polls, {body}: {message:?}"
                );
            }
        }
    }

    fn of_topic<T>(&self, topic: &TopicName, of: impl Fn(&Message) -> T) -> Vec<T> {
        let messages = self.messages();
        let of_topic = messages.values().filter(|message| message.topic == *topic);
        of_topic.map(of).collect()
    }

    /// How many timed messages wait, and how many half messages are undecided.
    pub(crate) fn waiting(&self, topic: &TopicName) -> (RangeInclusive<u64>, RangeInclusive<u64>) {
        let now = self.now();
        let timed = |message: &Message| match message.kind {
            Kind::Timed(at) if at > now => (u64::from(message.id.is_some()), 1),
            _ => (0, 0),
        };
        let half = |message: &Message| match (message.kind, message.decided) {
            (Kind::Half, None) => {
                let untouched = message.id.is_some() && message.sent.is_empty();
                (u64::from(untouched), 1)
            }
            _ => (0, 0),
        };
        (
            bounds(&self.of_topic(topic, timed)),
            bounds(&self.of_topic(topic, half)),
        )
    }

    /// How many messages the workers are done with.
    pub(crate) fn acks(&self, topic: &TopicName) -> RangeInclusive<u64> {
        let acked = |message: &Message| match message.acked() {
            Ack::None => (0, 0),
            Ack::Sent => (0, 1),
            Ack::Done => (1, 1),
        };
        bounds(&self.of_topic(topic, acked))
    }
}

fn bounds(each: &[(u64, u64)]) -> RangeInclusive<u64> {
    let least = each.iter().map(|(least, _)| least).sum();
    let most = each.iter().map(|(_, most)| most).sum();
    least..=most
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages = self.messages();
        let count = |of: &dyn Fn(&Message) -> bool| messages.values().filter(|m| of(m)).count();
        write!(
            f,
            "{} messages sent, {} answered; {} half decided, {} not; {} acked for sure, {} perhaps, \
             {} came back; {} lost polls",
            messages.len(),
            count(&|message| message.id.is_some()),
            count(&|message| message.decided.is_some()),
            count(&|message| message.kind == Kind::Half && message.decided.is_none()),
            count(&|message| message.acked() == Ack::Done),
            count(&|message| message.acked() == Ack::Sent),
            count(&|message| message.deliveries.len() > 1),
            self.lost_polls.lock().unwrap(),
        )
    }
}

/// A poll on its way.
pub(crate) struct Poll<'a>(&'a Books);

impl Poll<'_> {
    pub(crate) fn answered(self) {
        *self.0.lost_polls.lock().unwrap() -= 1;
    }
}

/// A fresh group's look at everything in a topic.
pub(crate) struct Audit<'a> {
    books: &'a Books,
    topic: TopicName,
    began: Timestamp,
    found: HashSet<String>,
}

impl Audit<'_> {
    pub(crate) fn found(&mut self, got: ReceivedMessage) {
        let now = self.books.now();
        self.books.change(&got.body, |message| {
            assert_eq!(message.topic, self.topic);
            assert_ne!(message.visible(now, now), Visible::MustNot, "{message:?}");
            // A message whose publish was not answered has an id all the same.
            let id = message.id.as_ref();
            assert!(id.is_none_or(|id| *id == got.message_id), "{message:?}");
        });
        // A second delivery is a lease that ended while we were slow; a first one happens once.
        if got.consumed_times == 1 {
            assert!(self.found.insert(got.body.clone()), "twice: {}", got.body);
        }
    }

    fn missing(&self, until: Timestamp) -> Vec<String> {
        let messages = self.books.messages();
        let missing = messages.iter().filter(|(body, message)| {
            message.topic == self.topic
                && message.visible(until, until) == Visible::Must
                && !self.found.contains(*body)
        });
        missing.map(|(body, _)| body.clone()).collect()
    }

    /// Whether a message is to be waited for: all whose time comes within a minute.
    pub(crate) fn is_short(&self) -> bool {
        !self
            .missing(self.books.now() + Duration::from_secs(60))
            .is_empty()
    }

    pub(crate) fn finish(self) {
        let missing = self.missing(self.began);
        assert!(missing.is_empty(), "lost: {missing:?}");
    }
}
