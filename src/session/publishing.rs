//! Publishes a message and writes down how that ended. The only place of the application that
//! publishes one.

use std::sync::Arc;

use crate::client::{Answer, ClientError};
use crate::protocol::{NewMessage, OperationKind, PublishReceipt, Timestamp, TopicName};

use super::entry::{Entry, Outcome};
use super::history_file::Wish;
use super::shared::Shared;
use super::{ConnectionId, Event, trouble};

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
        Err(trouble) => return shared.emit(Event::PublishFailed(trouble)).await,
    };
    let began = shared.clock.now();
    let answer = client.publish(topic, message).await;
    let entry = entry_of(shared, connection, topic, message, began, &answer);
    let event = match answer {
        Ok(answer) => Event::Published {
            receipt: answer.value,
            request_id: answer.request_id,
            elapsed: answer.elapsed,
        },
        Err(error) => {
            let endpoint = shared.endpoint_of(connection);
            let trouble = trouble::of_client(&error, OperationKind::Publish, &endpoint);
            Event::PublishFailed(Box::new(trouble))
        }
    };
    shared.emit(event).await;
    shared.ask_history(Wish::Note(Box::new(entry))).await;
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
