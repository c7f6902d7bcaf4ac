//! What the admin API does to the queues: from values of the wire to the broker and back. Decides
//! nothing about messages.

use std::sync::Arc;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::routing::{delete, get, post};
use axum::{Json, Router};

use super::{Admin, Refused};
use crate::protocol::admin::{
    AdminCode, Done, Expire, GroupRef, MAX_PEEK, MessageState, Peek, PeekQuery, PeekedMessage,
    Resend, Resent, ResetGroup, ResetTo, TopicRef,
};
use crate::protocol::{InstanceId, Timestamp, TopicName};
use crate::sandbox::broker::BrokerError;
use crate::sandbox::queue::{HandleRefusal, PeekState, Peeked, TopicKey};

/// Messages of one peek, where the request does not say. [us]
const USUAL_PEEK: u32 = 16;

/// What a call answers.
type Answered<T> = Result<Json<T>, Refused>;
type Asked<T> = Result<Json<T>, JsonRejection>;
type AskedInQuery<T> = Result<Query<T>, QueryRejection>;

pub(super) fn calls() -> Router<Arc<Admin>> {
    Router::new()
        .route("/peek", get(peek))
        .route("/purge", post(purge))
        .route("/resend", post(resend))
        .route("/reset-group", post(reset_group))
        .route("/expire", post(expire))
        .route("/topic", delete(delete_topic))
        .route("/group", delete(delete_group))
}

async fn peek(State(admin): State<Arc<Admin>>, asked: AskedInQuery<PeekQuery>) -> Answered<Peek> {
    let Query(asked) = asked?;
    let limit = asked.limit.unwrap_or(USUAL_PEEK);
    if !(1..=MAX_PEEK).contains(&limit) {
        return Err(Refused::new(
            AdminCode::InvalidArgument,
            format!("limit is {limit}, but must be 1 to {MAX_PEEK}"),
        ));
    }
    let topic = key(asked.instance, asked.topic);
    let state = wanted_state(asked.state);
    let from = asked.from.unwrap_or_default();
    let found = admin
        .broker
        .peek(&topic, asked.group.as_ref(), state, from, limit as usize);
    Ok(Json(Peek {
        messages: found.messages.iter().filter_map(shown).collect(),
        next: found.next,
    }))
}

async fn purge(State(admin): State<Arc<Admin>>, asked: Asked<TopicRef>) -> Answered<Done> {
    let Json(asked) = asked?;
    let topic = key(asked.instance, asked.topic);
    found(admin.broker.purge(&topic).await, "topic")
}

async fn resend(State(admin): State<Arc<Admin>>, asked: Asked<Resend>) -> Answered<Resent> {
    let Json(asked) = asked?;
    let letters = TopicName::dead_letters_of(&asked.group)
        .map_err(|error| Refused::new(AdminCode::InvalidArgument, error.to_string()))?;
    let letters = key(asked.instance, letters);
    let resent = admin
        .broker
        .resend(&letters, asked.message_ids.as_deref())
        .await?;
    Ok(Json(Resent { resent }))
}

async fn reset_group(State(admin): State<Arc<Admin>>, asked: Asked<ResetGroup>) -> Answered<Done> {
    let Json(asked) = asked?;
    let topic = key(asked.instance, asked.topic);
    let to = match asked.to {
        ResetTo::Oldest => Timestamp::from_millis(i64::MIN),
        ResetTo::Latest => Timestamp::from_millis(i64::MAX),
        ResetTo::Time(at) => at,
    };
    found(
        admin.broker.reset_group(&topic, &asked.group, to).await,
        "group of this topic",
    )
}

async fn expire(State(admin): State<Arc<Admin>>, asked: Asked<Expire>) -> Answered<Done> {
    let Json(asked) = asked?;
    let topic = key(asked.instance, asked.topic);
    match admin.broker.expire(&topic, &asked.handle).await? {
        Ok(()) => Ok(Json(Done {})),
        Err(HandleRefusal::NotAHandle) => Err(Refused::new(
            AdminCode::InvalidArgument,
            "this is not a receipt handle of this broker",
        )),
        Err(_) => Err(Refused::new(
            AdminCode::NotFound,
            "no lease of this topic that is alive has this handle",
        )),
    }
}

async fn delete_topic(
    State(admin): State<Arc<Admin>>,
    asked: AskedInQuery<TopicRef>,
) -> Answered<Done> {
    let Query(asked) = asked?;
    let topic = key(asked.instance, asked.topic);
    found(admin.broker.delete_topic(&topic).await, "topic")
}

async fn delete_group(
    State(admin): State<Arc<Admin>>,
    asked: AskedInQuery<GroupRef>,
) -> Answered<Done> {
    let Query(asked) = asked?;
    let topic = key(asked.instance, asked.topic);
    found(
        admin.broker.delete_group(&topic, &asked.group).await,
        "group of this topic",
    )
}

fn key(instance: Option<InstanceId>, topic: TopicName) -> TopicKey {
    TopicKey { instance, topic }
}

fn found(found: Result<bool, BrokerError>, what: &str) -> Answered<Done> {
    match found? {
        true => Ok(Json(Done {})),
        false => Err(Refused::new(
            AdminCode::NotFound,
            format!("there is no such {what}"),
        )),
    }
}

fn wanted_state(state: Option<MessageState>) -> PeekState {
    match state {
        None => PeekState::All,
        Some(MessageState::Ready) => PeekState::Ready,
        Some(MessageState::Invisible) => PeekState::Invisible,
        Some(MessageState::Acked) => PeekState::Acked,
        Some(MessageState::Delayed) => PeekState::Delayed,
        Some(MessageState::Half) => PeekState::Half,
    }
}

/// A message as it is shown; no message stands as [`PeekState::All`].
fn shown(peeked: &Peeked) -> Option<PeekedMessage> {
    let state = match peeked.state {
        PeekState::Ready => MessageState::Ready,
        PeekState::Invisible => MessageState::Invisible,
        PeekState::Acked => MessageState::Acked,
        PeekState::Delayed => MessageState::Delayed,
        PeekState::Half => MessageState::Half,
        PeekState::All => return None,
    };
    let message = &peeked.message;
    let properties = message.parts.wire_properties();
    Some(PeekedMessage {
        message_id: message.id.clone(),
        body_md5: message.body_md5.clone(),
        body: message.parts.body.clone(),
        tag: message.parts.tag.clone(),
        properties: properties
            .iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        publish_time: message.publish_time,
        state,
        until: peeked.until,
        consumed_times: peeked.consumed_times,
        receipt_handle: peeked.handle.clone(),
    })
}

impl From<BrokerError> for Refused {
    fn from(error: BrokerError) -> Self {
        Self::new(AdminCode::InternalError, error.to_string())
    }
}
