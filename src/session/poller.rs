//! One consume view's loop: poll, hand over what came, poll again, until asked to stop.
//!
//! Asked to stop, it lets the poll in flight finish: whatever that poll leased would otherwise
//! be invisible for minutes with nobody who knows of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::protocol::OperationKind;

use super::lease::Lease;
use super::shared::Shared;
use super::{Arrival, Event, PollOrder, trouble};

/// First and longest pause after a failed poll.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Shortest time from one empty poll to the next, for polls that do not wait at the server.
const EMPTY_PACE: Duration = Duration::from_secs(1);

/// What one poll leads to.
enum Next {
    /// Messages came, or the server let us wait: poll again at once.
    AtOnce,
    /// Nothing came and nobody waited.
    Paced,
    /// It failed; trying again can help.
    Retry,
    /// It failed for good.
    End,
}

/// Polls until `stop` is true or gone, or until the server refuses for good.
pub(super) async fn run(shared: Arc<Shared>, order: PollOrder, mut stop: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    while !*stop.borrow() {
        let began = shared.clock.now();
        let next = poll_once(&shared, &order, pause).await;
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
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    shared.emit(Event::PollingEnded(order.subscription)).await;
}

async fn poll_once(shared: &Arc<Shared>, order: &PollOrder, pause: Duration) -> Next {
    let subscription = order.subscription;
    let client = match shared.client(&order.connection).await {
        Ok(client) => client,
        Err(trouble) => {
            let retry_at = None;
            shared
                .emit(Event::PollFailed {
                    subscription,
                    trouble,
                    retry_at,
                })
                .await;
            return Next::End;
        }
    };
    match client.consume(&order.topic, &order.consume).await {
        Ok(answer) => {
            let (list, at) = (answer.value, answer.received_at);
            let skew_millis = answer.clock_skew_millis;
            let waited = order.consume.wait_secs > 0 || !list.is_empty();
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
                })
                .await;
            if waited { Next::AtOnce } else { Next::Paced }
        }
        Err(error) => {
            let endpoint = shared.endpoint_of(&order.connection);
            let trouble = trouble::of_client(&error, OperationKind::Consume, &endpoint);
            let again = error.is_retryable();
            shared
                .emit(Event::PollFailed {
                    subscription,
                    trouble: Box::new(trouble),
                    retry_at: again.then(|| shared.clock.now() + pause),
                })
                .await;
            if again { Next::Retry } else { Next::End }
        }
    }
}
