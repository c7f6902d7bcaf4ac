//! A replay: asks for the rows in the order in which they were published, and publishes each when it
//! is due. Never publishes one twice. Asked to stop, it waits for the answer to the one that is on
//! its way, as its outcome counts too.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::cards::{Card, Doing};
use crate::client::Client;
use crate::protocol::Timestamp;
use crate::session::Event;
use crate::session::say::{Say, Trouble};
use crate::session::sent::Sent;
use crate::session::shared::{Shared, blocking};

use super::format::{Record, Recorded};
use super::replay::Schedule;
use super::writer::{Answer, Asking, Next};
use super::{ArchiveEvent, End, ReplayOrder, Sum};

/// Rows that are asked for at once.
const ASK: usize = 256;
/// The window is told after so many messages that go out without a pause.
const TELL_EVERY: u64 = 64;

/// Publishes until all is through, or until it is to stop.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut order: ReplayOrder,
    answers: mpsc::Receiver<Answer>,
    stop: watch::Receiver<bool>,
) {
    let rows = std::mem::take(&mut order.rows);
    let sorted = blocking(move || {
        let mut rows = rows;
        rows.sort_unstable();
        rows.dedup();
        rows
    });
    let rows = sorted.await.unwrap_or_default();
    let first = rows
        .first()
        .map(|(published, _)| *published)
        .unwrap_or_default();
    let mut asking = Asking {
        shared: &shared,
        id: order.id,
        at_once: ASK,
        numbers: rows.into_iter().map(|(_, number)| number).collect(),
        answers,
        stop,
    };
    let mut running = Running {
        schedule: Schedule::new(order.speed, first, shared.clock.now()),
        order: &order,
        sum: Sum::default(),
        sent: Sent::default(),
    };
    let end = match shared.client(&order.connection).await {
        Ok(client) => running.publish_all(&mut asking, &client).await,
        Err(trouble) => End::Broken(trouble),
    };
    running.tell_sent(&shared).await;
    let mut sum = running.sum;
    sum.next_at = None;
    shared
        .emit(Event::Archive(ArchiveEvent::Ended(order.id, sum, end)))
        .await;
}

struct Running<'a> {
    schedule: Schedule,
    order: &'a ReplayOrder,
    sum: Sum,
    /// What the figures have not heard of.
    sent: Sent,
}

impl Running<'_> {
    async fn publish_all(&mut self, asking: &mut Asking<'_>, client: &Client) -> End {
        loop {
            let answer = match asking.next().await {
                Next::Answer(answer) => answer,
                Next::All => return End::Done,
                Next::Stop => return End::Stopped,
            };
            self.sum.gone += answer.gone();
            for record in answer.records {
                if !self.publish(asking, client, record).await {
                    return End::Stopped;
                }
            }
        }
    }

    /// Publishes one when it is due; not if it is to stop before that.
    async fn publish(&mut self, asking: &mut Asking<'_>, client: &Client, record: Record) -> bool {
        let Recorded::Whole(message) = record.message else {
            // Damaged since it was counted: there is nothing that could be sent.
            self.sum.unfit += 1;
            return true;
        };
        let published = message.publish_time;
        if !self.wait(asking, published).await {
            return false;
        }
        let shared = asking.shared;
        let now = shared.clock.now();
        self.schedule.went(published, now);
        let message = match self.schedule.message(*message, &self.order.limits, now) {
            Ok(message) => message,
            Err(say) => {
                self.sum.unfit += 1;
                self.note(Trouble::new(say, Say::new("replay-unfit-next"), ""));
                return true;
            }
        };
        match client.publish(&self.order.topic, &message).await {
            Ok(answer) => {
                self.sum.messages += 1;
                self.sent.stored(answer.elapsed);
            }
            Err(error) => {
                self.sent.failed();
                match error.outcome_unknown() {
                    true => self.sum.unknown += 1,
                    false => self.sum.failed += 1,
                }
                self.note(Card::of_error(&error, Doing::Publish).into());
            }
        }
        true
    }

    /// Whether the time has come; not if it is to stop before that.
    async fn wait(&mut self, asking: &mut Asking<'_>, published: Timestamp) -> bool {
        let shared = asking.shared;
        let due = self.schedule.due(published);
        let pauses = shared.clock.now() < due;
        self.sum.next_at = pauses.then_some(due);
        if pauses || self.sum.all().is_multiple_of(TELL_EVERY) {
            self.tell_sent(shared).await;
            let going = ArchiveEvent::Going(self.order.id, self.sum.clone());
            shared.emit(Event::Archive(going)).await;
        }
        let wait = async {
            if pauses {
                shared.clock.sleep_until(due).await;
            }
        };
        tokio::select! {
            biased;
            // A sender that is gone means the same.
            _ = asking.stop.wait_for(|stop| *stop) => false,
            () = wait => true,
        }
    }

    async fn tell_sent(&mut self, shared: &Shared) {
        if !self.sent.is_empty() {
            let sent = ArchiveEvent::Sent(self.order.id, self.sent.take());
            shared.emit(Event::Archive(sent)).await;
        }
    }

    /// The first thing that went wrong is told.
    fn note(&mut self, trouble: Trouble) {
        self.sum.trouble.get_or_insert_with(|| Box::new(trouble));
    }
}
