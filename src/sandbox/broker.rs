//! The queues behind a lock, the store behind the queues, and long polls that are woken instead
//! of looking again and again. Knows nothing of HTTP and checks no signature.
//!
//! The lock is never held across an await; changes reach the store under it, in their order, with
//! the room that was asked for before. A message is leased at the last moment before the
//! answer, so a client that hangs up while its poll is parked takes nothing with it. What is
//! left is the time from the lease to the last byte of the reply: whoever hangs up then has
//! leased the messages, and they come back when the lease is over, as with any broker.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::catalog::Existing;
use super::overview::Overview;
use super::queue::{Delivery, Finished, HandleRefusal, Incoming, Queues, Timing, TopicKey, Want};
use super::store::{Pending, Room, Store, StoreError};
use crate::clock::Clock;
use crate::protocol::{
    AckAction, GroupId, HandleList, NewMessage, PublishReceipt, ReceiptHandle, Timestamp,
};

/// A broker without a socket.
pub struct Broker {
    clock: Clock,
    store: Store,
    state: Mutex<State>,
    stopping: watch::Sender<bool>,
    parked: AtomicUsize,
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
    /// Rung when something happens to a topic that a parked poll may be waiting for.
    bells: HashMap<TopicKey, Arc<Notify>>,
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
    /// A broker with what its store holds. Blocks on the disk if the store is there.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn open(timing: Timing, store: Store, clock: Clock) -> Result<Self, BrokerError> {
        let mut queues = Queues::new(timing, store.run());
        store.load(|change| queues.apply(&change))?;
        Ok(Self {
            clock,
            store,
            state: Mutex::new(State {
                queues,
                bells: HashMap::new(),
            }),
            stopping: watch::Sender::new(false),
            parked: AtomicUsize::new(0),
        })
    }

    /// The clock that everything here runs on.
    pub fn clock(&self) -> &Clock {
        &self.clock
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
        let room = self.store.room().await?;
        let (receipt, pending) = {
            let mut state = self.lock();
            let (receipt, changes) = state.queues.publish(topic, incoming, self.clock.now());
            // Rung before the write is through: should this publisher hang up now, nobody else
            // would ring. A poll that is woken writes its lease after this, so its reply cannot
            // overtake the message.
            state.ring(topic);
            (receipt, self.store.submit(changes, room))
        };
        pending.durable().await?;
        Ok(receipt)
    }

    /// Hands out messages; waits up to `wait` for the first one. Empty if none came, or once the
    /// broker stops.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn consume(&self, want: &Want, wait: Duration) -> Result<Vec<Delivery>, BrokerError> {
        let deadline = self.clock.now() + wait;
        let mut stopping = self.stopping.subscribe();
        loop {
            let bell = self.lock().bell(&want.topic);
            // Register for the wake-up before looking, or a publish between the two is missed.
            let mut rung = pin!(bell.notified());
            rung.as_mut().enable();
            let room = self.store.room().await?;
            let now = self.clock.now();
            let (given, next, pending) = self.take(want, now, room);
            pending.durable().await?;
            if !given.is_empty() || now >= deadline || *stopping.borrow_and_update() {
                return Ok(given);
            }
            let until = next.map_or(deadline, |next| next.min(deadline));
            let _parked = Parked::new(&self.parked);
            tokio::select! {
                () = rung => {}
                () = self.clock.sleep_until(until) => {}
                _ = stopping.changed() => {}
            }
        }
    }

    fn take(
        &self,
        want: &Want,
        now: Timestamp,
        room: Room,
    ) -> (Vec<Delivery>, Option<Timestamp>, Pending) {
        let mut state = self.lock();
        let (given, changes) = state.queues.consume(want, now);
        let next = match given.is_empty() {
            true => state.queues.next_visible(want, now),
            false => None,
        };
        (given, next, self.store.submit(changes, room))
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
        let room = self.store.room().await?;
        let (finished, pending) = {
            let mut state = self.lock();
            let now = self.clock.now();
            let (finished, changes) =
                state
                    .queues
                    .finish(topic, group, action, handles.as_slice(), now);
            if finished.frees {
                state.ring(topic);
            }
            (finished, self.store.submit(changes, room))
        };
        pending.durable().await?;
        let Finished { refused, .. } = finished;
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
        let room = self.store.room_now();
        let mut state = self.lock();
        // Where the disk is behind, these are the numbers of a little earlier.
        if let Some(room) = room {
            let changes = state.queues.settle(self.clock.now());
            // Only time has passed, which passes again after a crash: nobody waits for this write.
            drop(self.store.submit(changes, room));
        }
        state.queues.overview()
    }

    /// Long polls that wait for a message now.
    pub fn parked(&self) -> usize {
        self.parked.load(Ordering::Relaxed)
    }

    /// Answers every parked poll with nothing; further polls do not wait.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns once the store takes no writes any more; never, as long as all is well.
    pub async fn store_failed(&self) {
        self.store.failed().await;
    }

    /// Why the store takes no writes any more, if so.
    pub fn store_failure(&self) -> Option<StoreError> {
        self.store.failure()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock is a bug that one request pays for, not all that follow.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn bell(&mut self, topic: &TopicKey) -> Arc<Notify> {
        if let Some(bell) = self.bells.get(topic) {
            return Arc::clone(bell);
        }
        Arc::clone(self.bells.entry(topic.clone()).or_default())
    }

    fn ring(&self, topic: &TopicKey) {
        if let Some(bell) = self.bells.get(topic) {
            bell.notify_waiters();
        }
    }
}
