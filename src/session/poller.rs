//! One consume view's loop: poll, hand over what came, poll again, until asked to pause or stop.
//!
//! Asked to, it lets the poll in flight finish: whatever that poll leased would otherwise
//! be invisible for minutes with nobody who knows of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::cards::{Card, Doing};
use crate::client::Client;

use super::lease::Lease;
use super::shared::Shared;
use super::{Arrival, Event, PollOrder};

/// First and longest pause after a failed poll.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Shortest time from the start of an empty poll to the next, for servers that do not let us wait.
const EMPTY_PACE: Duration = Duration::from_secs(1);

/// What a poll loop is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Poll.
    Go,
    /// Take nothing more until there is another wish.
    Pause,
    /// End.
    Stop,
}

/// What one poll leads to.
enum Next {
    /// Messages came: poll again at once.
    AtOnce,
    /// Nothing came: poll again at once if the server let us wait, or else after a while.
    Paced,
    /// It failed; trying again can help.
    Retry,
    /// It failed for good.
    End,
}

/// Polls while that is the wish, until it is to stop or nobody is left to wish, or until the
/// server refuses for good.
pub(super) async fn run(shared: Arc<Shared>, order: PollOrder, mut wish: watch::Receiver<Wish>) {
    let mut pause = FIRST_PAUSE;
    loop {
        match wish.wait_for(|wish| *wish != Wish::Pause).await {
            Ok(wish) if *wish == Wish::Go => {}
            _ => break,
        }
        let began = shared.clock.now();
        // Nothing is leased before there is a client, so that wait can be broken off.
        let client = tokio::select! {
            client = shared.client(&order.connection) => client,
            _ = wish.wait_for(|wish| *wish == Wish::Stop) => break,
        };
        let next = match client {
            Ok(client) => poll_once(&shared, &order, &client, pause).await,
            Err(trouble) => {
                shared
                    .emit(Event::PollFailed {
                        subscription: order.subscription,
                        trouble,
                        retry_at: None,
                    })
                    .await;
                Next::End
            }
        };
        let resume = match next {
            Next::AtOnce => began,
            Next::Paced => began + EMPTY_PACE,
            Next::Retry => shared.clock.now() + pause,
            Next::End => break,
        };
        pause = match next {
            Next::Retry => (pause * 2).min(LONGEST_PAUSE),
            _ => FIRST_PAUSE,
        };
        tokio::select! {
            () = shared.clock.sleep_until(resume) => {}
            _ = wish.wait_for(|wish| *wish != Wish::Go) => {}
        }
    }
    shared.emit(Event::PollingEnded(order.subscription)).await;
}

async fn poll_once(shared: &Shared, order: &PollOrder, client: &Client, pause: Duration) -> Next {
    let subscription = order.subscription;
    match client.consume(&order.topic, &order.consume).await {
        Ok(answer) => {
            let (list, at) = (answer.value, answer.received_at);
            let elapsed = answer.elapsed;
            let skew_millis = answer.clock_skew_millis;
            let brought = !list.is_empty();
            let arrivals = list
                .messages
                .into_iter()
                .map(|message| Arrival {
                    lease: Lease::new(at, message.next_consume_time, skew_millis),
                    message,
                })
                .collect();
            shared
                .emit(Event::Polled {
                    subscription,
                    arrivals,
                    damaged: list.damaged,
                    skew_millis,
                    at,
                    elapsed,
                })
                .await;
            if brought { Next::AtOnce } else { Next::Paced }
        }
        Err(error) => {
            let card = Card::of_error(&error, Doing::from(order.consume.mode));
            let again = error.is_retryable();
            shared
                .emit(Event::PollFailed {
                    subscription,
                    trouble: Box::new(card.into()),
                    retry_at: again.then(|| shared.clock.now() + pause),
                })
                .await;
            if again { Next::Retry } else { Next::End }
        }
    }
}
