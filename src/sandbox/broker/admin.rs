//! What an administrator may do, through the broker: the pure operations under its lock, kept in
//! its store, with the polls woken that they are news for. Decides nothing itself.

use std::time::Duration;

use super::{Broker, BrokerError};
use crate::clock::ClockHand;
use crate::protocol::admin::ClockMove;
use crate::protocol::{GroupId, ReceiptHandle, Timestamp};
use crate::sandbox::queue::{Change, HandleRefusal, Peek, PeekState, TopicKey};

impl Broker {
    /// Looks at messages without consuming them; see [`Queues::peek`].
    ///
    /// [`Queues::peek`]: crate::sandbox::queue::Queues::peek
    pub fn peek(
        &self,
        topic: &TopicKey,
        group: Option<&GroupId>,
        state: PeekState,
        from: u64,
        limit: usize,
    ) -> Peek {
        self.look(|queues, now| queues.peek(topic, group, state, from, limit, now))
    }

    /// Every message of a topic is gone, for all groups. Says whether there is such a topic.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn purge(&self, topic: &TopicKey) -> Result<bool, BrokerError> {
        self.perform(|queues, now| queues.purge(topic, now)).await
    }

    /// Sends dead letters, by their message ids or all of them, back to the group that they died
    /// in, with no deliveries counted, and to no other group; they leave the dead-letter topic.
    /// Returns how many.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resend(
        &self,
        letters: &TopicKey,
        ids: Option<&[String]>,
    ) -> Result<u64, BrokerError> {
        self.perform(|queues, now| queues.resend(letters, ids, now))
            .await
    }

    /// What was published at or after `to` is to be read again by a group; it is done with what
    /// is older, and its leases are gone. Says whether there is such a group.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reset_group(
        &self,
        topic: &TopicKey,
        group: &GroupId,
        to: Timestamp,
    ) -> Result<bool, BrokerError> {
        self.perform(|queues, now| queues.reset_group(topic, group, to, now))
            .await
    }

    /// Ends the lease of a handle now, as if its time were over; the inner result says whether it
    /// was the handle of a lease that is alive.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expire(
        &self,
        topic: &TopicKey,
        handle: &ReceiptHandle,
    ) -> Result<Result<(), HandleRefusal>, BrokerError> {
        self.perform(|queues, now| queues.expire(topic, handle, now))
            .await
    }

    /// Deletes a topic with its messages and groups. Says whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_topic(&self, topic: &TopicKey) -> Result<bool, BrokerError> {
        self.perform(|queues, now| queues.delete_topic(topic, now))
            .await
    }

    /// Deletes a group of a topic. Says whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_group(
        &self,
        topic: &TopicKey,
        group: &GroupId,
    ) -> Result<bool, BrokerError> {
        self.perform(|queues, now| queues.delete_group(topic, group, now))
            .await
    }

    /// Moves the time of everything here. Says whether it can be moved: the system's cannot.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn move_clock(&self, wish: ClockMove) -> Result<bool, BrokerError> {
        let Some(hand) = self.clock.hand() else {
            return Ok(false);
        };
        let room = self.store.room().await?;
        let pending = {
            // Under the lock, so that nothing is dated by a time that is kept only after it.
            let mut state = self.lock();
            turn(&hand, wish);
            let moved = hand.travel().map(|to| Change::ClockMoved { to });
            self.submit(&mut state, moved.into_iter().collect(), Some(room))
        };
        pending.durable().await?;
        Ok(true)
    }
}

fn turn(hand: &ClockHand, wish: ClockMove) {
    match wish {
        ClockMove::Advance { by_millis } => hand.advance(Duration::from_millis(by_millis)),
        ClockMove::Freeze {} => hand.freeze(),
        ClockMove::Resume {} => hand.resume(),
        ClockMove::Set { to } => hand.set(to),
    }
}
