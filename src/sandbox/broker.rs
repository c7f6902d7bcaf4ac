//! The queues behind a lock, the store behind the queues, and long polls that are woken instead
//! of looking again and again. Knows nothing of HTTP and checks no signature.
//!
//! The lock is never held across an await; changes reach the store under it, in their order, with
//! the room that was asked for before. A message is leased at the last moment before the
//! answer, so a client that hangs up while its poll is parked takes nothing with it. What is
//! left is the time from the lease to the last byte of the reply: whoever hangs up then has
//! leased the messages, and they come back when the lease is over, as with any broker.

mod admin;

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::catalog::Existing;
use super::overview::Overview;
use super::queue::{
    Change, Delivery, Finished, HandleRefusal, Incoming, Queues, Rules, TopicKey, Want,
};
use super::statistics::Counters;
use super::store::{Pending, Room, Store, StoreError};
use super::waiting::{Kind, Ticket, Waiting};
use crate::clock::Clock;
use crate::protocol::admin::Statistics;
use crate::protocol::{
    AckAction, FaultCode, GroupId, HandleList, NewMessage, PublishReceipt, ReceiptHandle, Timestamp,
};

/// A broker without a socket.
pub struct Broker {
    clock: Clock,
    store: Store,
    state: Mutex<State>,
    stopping: watch::Sender<bool>,
    parked: AtomicUsize,
    counters: Counters,
}

/// Counts a parked poll for as long as it lives, however it ends.
struct Parked<'a>(&'a AtomicUsize);

impl<'a> Parked<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Parked<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

struct State {
    queues: Queues,
    waiting: Waiting,
    /// Changes that only the passing of time made while the store had no room for them: they go
    /// with the next ones. After a crash time passes again.
    unsent: Vec<Change>,
}

/// The place of one poll among the parked ones. However the poll ends, it leaves the register, and
/// what it was woken for goes to the next.
struct Seat<'a> {
    broker: &'a Broker,
    want: &'a Want,
    bell: Arc<Notify>,
    /// Once it has parked.
    place: Option<(Kind, Ticket)>,
    /// Parked, or woken and not looking yet.
    parked: bool,
}

impl<'a> Seat<'a> {
    fn new(broker: &'a Broker, want: &'a Want) -> Self {
        Self {
            broker,
            want,
            bell: Arc::default(),
            place: None,
            parked: false,
        }
    }

    fn park(&mut self, waiting: &mut Waiting, next: Option<Timestamp>) -> Timestamp {
        let first = || (Kind::of(self.want), waiting.ticket());
        let (kind, ticket) = self.place.get_or_insert_with(first);
        self.parked = true;
        waiting.park(kind, *ticket, &self.bell, next)
    }

    /// Leaves the register. Returns whose place the next one may take, if it was parked.
    fn leave(&mut self, waiting: &mut Waiting) -> Option<Kind> {
        let was_parked = std::mem::take(&mut self.parked);
        let (kind, ticket) = self.place.as_ref().filter(|_| was_parked)?;
        waiting.leave(kind, *ticket);
        Some(kind.clone())
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if !self.parked {
            return;
        }
        let room = self.broker.store.room_now();
        let mut state = self.broker.lock();
        let State {
            queues, waiting, ..
        } = &mut *state;
        let mut changes = Vec::new();
        if let Some(kind) = self.leave(waiting) {
            waiting.pass_on(&kind, queues, &mut changes, self.broker.clock.now());
        }
        // Only time has passed, which passes again after a crash: nobody waits for this write.
        drop(self.broker.submit(&mut state, changes, room));
    }
}

/// Why the broker did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrokerError {
    /// It is done in memory, but would not survive a crash.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Broker {
    /// A broker with what its store holds. Blocks on the disk if the store is there. The clock is
    /// put where it was moved to, if it is one that can be kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(rules: impl Into<Rules>, store: Store, clock: Clock) -> Result<Self, BrokerError> {
        let mut queues = Queues::new(rules, store.run());
        let mut moved = None;
        store.load(|change| match change {
            Change::ClockMoved { to } => moved = Some(to),
            change => queues.apply(&change),
        })?;
        if let (Some(to), Some(hand)) = (moved, clock.hand()) {
            hand.take_up(to);
        }
        Ok(Self {
            clock,
            store,
            state: Mutex::new(State {
                queues,
                waiting: Waiting::default(),
                unsent: Vec::new(),
            }),
            stopping: watch::Sender::new(false),
            parked: AtomicUsize::new(0),
            counters: Counters::default(),
        })
    }

    /// The clock that everything here runs on.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Creates topics that are not there yet, each with these groups, which begin with its oldest
    /// message.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn create(&self, topics: &[TopicKey], groups: &[GroupId]) -> Result<(), BrokerError> {
        self.perform(|queues, _| queues.create(topics, groups))
            .await
    }

    /// Stores a message.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn publish(
        &self,
        topic: &TopicKey,
        message: NewMessage,
    ) -> Result<PublishReceipt, BrokerError> {
        let incoming = Incoming::new(message);
        let receipt = self
            .perform(|queues, now| queues.publish(topic, incoming, now))
            .await?;
        self.counters.published();
        Ok(receipt)
    }

    /// Hands out messages; waits up to `wait` for the first one. Empty if none came, or once the
    /// broker stops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn consume(&self, want: &Want, wait: Duration) -> Result<Vec<Delivery>, BrokerError> {
        // Who waits is real and waits in real time; what it waits for comes by the broker's clock.
        let mut patience = pin!(self.clock.patience(wait));
        let mut patient = !wait.is_zero();
        let mut stopping = self.stopping.subscribe();
        let mut seat = Seat::new(self, want);
        loop {
            let room = self.store.room().await?;
            let last = *stopping.borrow_and_update() || !patient;
            let (given, until, pending) = self.take(want, &mut seat, last, room);
            pending.durable().await?;
            let Some(until) = until else {
                self.counters.consumed(&given);
                return Ok(given);
            };
            let _parked = Parked::new(&self.parked);
            tokio::select! {
                () = seat.bell.notified() => {}
                () = self.clock.sleep_until(until) => {}
                () = &mut patience => patient = false,
                _ = stopping.changed() => {}
            }
        }
    }

    /// Takes what is there, or parks. Both under one lock, so that nothing comes in between; says
    /// until when to sleep if it parked.
    fn take(
        &self,
        want: &Want,
        seat: &mut Seat<'_>,
        last: bool,
        room: Room,
    ) -> (Vec<Delivery>, Option<Timestamp>, Pending) {
        let mut state = self.lock();
        let now = self.clock.now();
        let State {
            queues, waiting, ..
        } = &mut *state;
        let was_parked = seat.leave(waiting);
        let (given, mut changes) = queues.consume(want, now);
        let until = if given.is_empty() && !last {
            let (next, more) = queues.next_visible(want, now);
            changes.extend(more);
            Some(seat.park(waiting, next))
        } else {
            None
        };
        match was_parked {
            // There may be more than it took, and somebody has to watch the time in its place.
            Some(kind) => waiting.pass_on(&kind, queues, &mut changes, now),
            None => waiting.ring(queues, &mut changes, now),
        }
        let pending = self.submit(&mut state, changes, Some(room));
        (given, until, pending)
    }

    /// Does something to the queues and returns once it would survive a crash.
    async fn perform<T>(
        &self,
        act: impl FnOnce(&mut Queues, Timestamp) -> (T, Vec<Change>),
    ) -> Result<T, BrokerError> {
        let room = self.store.room().await?;
        let (result, pending) = self.act(Some(room), act);
        pending.durable().await?;
        Ok(result)
    }

    /// Looks at the queues. Only time passes by that, which passes again after a crash: nobody
    /// waits for the write.
    fn look<T>(&self, act: impl FnOnce(&mut Queues, Timestamp) -> (T, Vec<Change>)) -> T {
        let (result, pending) = self.act(self.store.room_now(), act);
        drop(pending);
        result
    }

    /// Does something to the queues and wakes whom it is news for. Woken before the write is
    /// through: should who asked hang up now, nobody else would wake them. A poll that is woken
    /// writes its lease after this, so its reply cannot overtake what it is news of.
    fn act<T>(
        &self,
        room: Option<Room>,
        act: impl FnOnce(&mut Queues, Timestamp) -> (T, Vec<Change>),
    ) -> (T, Pending) {
        let mut state = self.lock();
        let now = self.clock.now();
        let State {
            queues, waiting, ..
        } = &mut *state;
        let (result, mut changes) = act(queues, now);
        waiting.ring(queues, &mut changes, now);
        (result, self.submit(&mut state, changes, room))
    }

    /// Acks, commits or rolls back, each handle by itself. Returns the handles that were refused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish(
        &self,
        topic: &TopicKey,
        group: Option<&GroupId>,
        action: AckAction,
        handles: &HandleList,
    ) -> Result<Vec<(ReceiptHandle, HandleRefusal)>, BrokerError> {
        let handles = handles.as_slice();
        let Finished { refused } = self
            .perform(|queues, now| queues.finish(topic, group, action, handles, now))
            .await?;
        self.counters.finished(action, handles.len(), refused.len());
        Ok(refused)
    }

    /// Whether a topic is there, and a group of it.
    pub(super) fn existing(&self, topic: &TopicKey, group: Option<&GroupId>) -> Existing {
        let state = self.lock();
        Existing {
            topic: state.queues.has_topic(topic),
            group: group.is_some_and(|group| state.queues.has_group(topic, group)),
        }
    }

    /// Topics and groups with their counts. Costs as much as there are topics and groups.
    pub fn overview(&self) -> Overview {
        self.look(|queues, now| {
            let changes = queues.settle(now);
            (queues.overview(), changes)
        })
    }

    /// Returns once the store takes no writes any more; never, as long as all is well.
    pub async fn store_failed(&self) {
        self.store.failed().await;
    }

    /// Why the store takes no writes any more, if so.
    pub fn store_failure(&self) -> Option<StoreError> {
        self.store.failure()
    }

    /// How many times a parked poll was woken, other than by the clock.
    pub fn wake_ups(&self) -> u64 {
        self.lock().waiting.woken()
    }

    /// How many times a change made the broker ask whether there is something for parked polls
    /// (those who want the same are asked about once): what they cost whoever publishes.
    pub fn questions(&self) -> u64 {
        self.lock().waiting.asked()
    }

    /// Long polls that wait for a message now.
    pub fn parked(&self) -> usize {
        self.parked.load(Ordering::Relaxed)
    }

    /// What was done since the start. Costs as much as an [overview](Self::overview), as messages
    /// die by the passing of time.
    pub fn statistics(&self) -> Statistics {
        self.look(|queues, now| ((), queues.settle(now)));
        self.counters.statistics()
    }

    /// Counts a request that is refused before it gets here, or because of what is said here.
    pub(super) fn count_refusal(&self, code: &FaultCode) {
        self.counters.refused(code);
    }

    /// Answers every parked poll with nothing; further polls do not wait.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns once the broker stops.
    pub async fn stopped(&self) {
        // The sender lives in `self`, so waiting cannot fail.
        let _ = self.stopping.subscribe().wait_for(|stop| *stop).await;
    }

    /// Under the lock, so that changes reach the store in their order.
    fn submit(&self, state: &mut State, changes: Vec<Change>, room: Option<Room>) -> Pending {
        self.counters.changed(&changes);
        let mut all = changes;
        if !state.unsent.is_empty() {
            state.unsent.append(&mut all);
            all = std::mem::take(&mut state.unsent);
        }
        match room {
            Some(room) => self.store.submit(all, room),
            None => {
                state.unsent = all;
                Pending::nothing()
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock is a bug that one request pays for, not all that follow.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
