//! Publishes a message and writes down how that ended; commits or rolls back a half message by
//! the handle of its publish.

use std::sync::Arc;
use std::time::Duration;

use crate::cards::{Card, Doing};
use crate::client::{Answer, Client, ClientError};
use crate::protocol::{HandleList, NewMessage, PublishReceipt, Timestamp, TopicName};

use super::entry::{Entry, Outcome};
use super::halves::{Decision, HalfEvent, HalfOrder, NewHalf};
use super::history_file::Wish;
use super::letters::{LetterEvent, ResendOrder};
use super::say::Trouble;
use super::sent::Sent;
use super::shared::Shared;
use super::{ConnectionId, Event};

/// Publishes what the form says and tells how it ended.
pub(super) async fn publish(
    shared: &Arc<Shared>,
    connection: &ConnectionId,
    topic: &TopicName,
    message: &NewMessage,
) {
    let client = match shared.client(connection).await {
        Ok(client) => client,
        // Nothing was tried, so there is nothing to write down.
        Err(trouble) => {
            let connection = connection.clone();
            let event = Event::PublishFailed {
                connection,
                trouble,
            };
            return shared.emit(event).await;
        }
    };
    let began = shared.clock.now();
    let answer = client.publish(topic, message).await;
    let entry = entry_of(shared, connection, topic, message, began, &answer);
    if let Ok(answer) = &answer {
        tell_half(shared, connection, topic, message, began, &answer.value).await;
    }
    let event = match answer {
        Ok(answer) => Event::Published {
            connection: connection.clone(),
            receipt: answer.value,
            request_id: answer.request_id,
            elapsed: answer.elapsed,
        },
        Err(error) => Event::PublishFailed {
            connection: connection.clone(),
            trouble: Box::new(Card::of_error(&error, Doing::Publish).into()),
        },
    };
    shared.emit(event).await;
    shared.ask_history(Wish::Note(Box::new(entry))).await;
}

/// Sends dead letters again, one after the other, so that they keep their order.
pub(super) async fn resend(shared: &Arc<Shared>, order: ResendOrder) {
    let client = match shared.client(&order.connection).await {
        Ok(client) => client,
        Err(trouble) => {
            return shared
                .emit(Event::Letters(LetterEvent::Failed(trouble)))
                .await;
        }
    };
    let mut sent = Vec::with_capacity(order.letters.len());
    let mut counted = Sent::default();
    for (row, topic, message) in order.letters {
        let began = shared.clock.now();
        let answer = client.publish(&topic, &message).await;
        let entry = entry_of(shared, &order.connection, &topic, &message, began, &answer);
        match &answer {
            Ok(answer) => counted.stored(answer.elapsed),
            Err(_) => counted.failed(),
        }
        sent.push((row, entry.outcome.clone()));
        shared.ask_history(Wish::Note(Box::new(entry))).await;
    }
    let event = LetterEvent::Sent(sent, counted);
    shared.emit(Event::Letters(event)).await;
}

/// Tells of a half message that it can be decided on, and until when.
pub(super) async fn tell_half(
    shared: &Shared,
    connection: &ConnectionId,
    topic: &TopicName,
    message: &NewMessage,
    began: Timestamp,
    receipt: &PublishReceipt,
) {
    let parts = message.parts();
    let Some(secs) = parts.check_after_secs else {
        return;
    };
    let half = NewHalf {
        connection: connection.clone(),
        topic: topic.clone(),
        message_id: receipt.message_id.clone(),
        key: parts.key.clone(),
        handle: receipt.receipt_handle.clone(),
        sent_at: began,
        check_after: Duration::from_secs(secs.into()),
    };
    let event = HalfEvent::Published(half);
    shared.emit(Event::Half(Box::new(event))).await;
}

/// Commits or rolls back a half message by the handle of its publish.
pub(super) async fn decide(shared: &Arc<Shared>, order: HalfOrder) {
    let event = match shared.client(&order.connection).await {
        Ok(client) => match decided(shared, &client, &order).await {
            Ok(event) => event,
            Err(trouble) => HalfEvent::Failed(order.number, trouble),
        },
        Err(trouble) => HalfEvent::Failed(order.number, trouble),
    };
    shared.emit(Event::Half(Box::new(event))).await;
}

async fn decided(
    shared: &Shared,
    client: &Client,
    order: &HalfOrder,
) -> Result<HalfEvent, Box<Trouble>> {
    let doing = match order.decision {
        Decision::Commit => Doing::Commit,
        Decision::Rollback => Doing::Rollback,
    };
    // One handle is one list.
    let mut refused = None;
    let (mut repeated, mut at, mut elapsed) = (false, shared.clock.now(), Duration::ZERO);
    for handles in HandleList::chunks(std::slice::from_ref(&order.handle)) {
        // A producer names no group.
        let answer = match order.decision {
            Decision::Commit => client.commit(&order.topic, None, &handles).await,
            Decision::Rollback => client.rollback(&order.topic, None, &handles).await,
        };
        let answer = answer.map_err(|error| Box::new(Card::of_error(&error, doing).into()))?;
        repeated = answer.attempts > 1;
        at = answer.received_at;
        elapsed = answer.elapsed;
        refused = answer.value.into_iter().next();
    }
    Ok(HalfEvent::Decided {
        number: order.number,
        refused,
        repeated,
        at,
        elapsed,
    })
}

/// What is written down of a publish that began at `began`.
pub(super) fn entry_of(
    shared: &Shared,
    connection: &ConnectionId,
    topic: &TopicName,
    message: &NewMessage,
    began: Timestamp,
    answer: &Result<Answer<PublishReceipt>, ClientError>,
) -> Entry {
    let elapsed = match answer {
        Ok(answer) => answer.elapsed,
        Err(_) => shared.clock.now().since(began),
    };
    let request_id = match answer {
        Ok(answer) => answer.request_id.clone(),
        Err(error) => error.request_id().map(str::to_owned),
    };
    let entry = Entry {
        at: began,
        connection: connection.clone(),
        connection_name: shared.name_of(connection),
        topic: topic.clone(),
        message: message.parts().clone(),
        too_large: None,
        outcome: outcome_of(answer),
        request_id,
        elapsed_millis: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        evidence: answer.as_ref().err().map(ClientError::evidence),
        run: None,
    };
    entry.bounded()
}

/// How a publish ended.
pub(super) fn outcome_of(answer: &Result<Answer<PublishReceipt>, ClientError>) -> Outcome {
    match answer {
        Ok(answer) => Outcome::Stored {
            message_id: answer.value.message_id.clone(),
        },
        Err(error) if error.outcome_unknown() => Outcome::Unknown {
            why: error.to_string(),
        },
        Err(error) => match error.fault() {
            Some(fault) => Outcome::Refused {
                code: fault.code.to_string(),
                why: fault.message.clone(),
            },
            None => Outcome::Failed {
                why: error.to_string(),
            },
        },
    }
}
