//! Carries injected faults out: before the broker, after it, or on the bytes of its answer.
//! Decides nothing: which request meets what is `chaos.rs`.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use super::Front;
use crate::protocol::faults::FaultKind;
use crate::protocol::{
    AckAction, AckFailure, Call, FaultCode, GroupId, HandleList, InstanceId, Operation, Refusal,
    Reply, TopicName,
};
use crate::sandbox::chaos::Injected;
use crate::sandbox::server::HangUp;

/// What every refusal says, so that nobody looks for a fault of their own.
const INJECTED: &str = "a fault rule of the sandbox did this on purpose";

/// Where the text of a message begins. Texts hold no raw `<`, so this can only be a real one.
const BODY_START: &[u8] = b"<MessageBody>";

impl Front {
    /// Carries out a request that meets a fault. `host` as for [`Front::respond`].
    pub(super) async fn spoil(&self, call: Call, injected: Injected, host: &str) -> Response {
        match injected.kind {
            FaultKind::Latency(_) => {
                self.hold(injected.pause).await;
                self.respond(self.perform(call).await, host)
            }
            FaultKind::Stall(_) => {
                self.hold(injected.pause).await;
                let rest = after_waiting(call, injected.pause);
                self.respond(self.perform(rest).await, host)
            }
            FaultKind::AccessDenied => self.refuse(FaultCode::AccessDenied, host),
            FaultKind::SignatureDoesNotMatch => self.refuse(FaultCode::SignatureDoesNotMatch, host),
            FaultKind::TimeExpired => self.refuse(FaultCode::TimeExpired, host),
            FaultKind::InternalError => self.refuse(FaultCode::InternalError, host),
            FaultKind::QpsLimitExceeded => self.refuse(FaultCode::QpsLimitExceeded, host),
            FaultKind::Unavailable => {
                let mut response = self.refuse(FaultCode::InternalServerError, host);
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response
            }
            FaultKind::UnavailableText => unavailable_text(),
            FaultKind::DropBefore => hang_up(),
            FaultKind::DropAfter => self.drop_after(call, injected, host).await,
            FaultKind::Truncate => self.damage(call, injected, host, cut_in_half).await,
            FaultKind::IllegalCharacter => {
                self.damage(call, injected, host, with_illegal_character)
                    .await
            }
            FaultKind::PartialAck => {
                let code = FaultCode::MessageNotExist;
                self.ack_first_half(call, code, host).await
            }
            FaultKind::PartialAckInternalError => {
                let code = FaultCode::InternalError;
                self.ack_first_half(call, code, host).await
            }
        }
    }

    fn refuse(&self, code: FaultCode, host: &str) -> Response {
        self.respond(Err(Refusal::new(code, INJECTED)), host)
    }

    /// In real time, not in the broker's: a client that waits is real, and a sandbox whose clock
    /// stands still would hold it for ever. Ends early when the sandbox stops.
    async fn hold(&self, pause: Duration) {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = self.broker.stopped() => {}
        }
    }

    /// Keeps the answer from the client if something was done that it now cannot know of. Where
    /// nothing was done, such as in an empty poll, the answer is sent, and the rule may strike
    /// again.
    async fn drop_after(&self, call: Call, injected: Injected, host: &str) -> Response {
        let handles = match &call.operation {
            Operation::Ack { handles, .. } => handles.as_slice().len(),
            Operation::Publish(_) | Operation::Consume { .. } => 0,
        };
        let result = self.perform(call).await;
        let done = match &result {
            Ok(Reply::AckRefused(refused)) => refused.len() < handles,
            Ok(_) => true,
            Err(_) => false,
        };
        if done {
            return hang_up();
        }
        self.chaos.missed(&injected);
        self.respond(result, host)
    }

    /// Damages the bytes of an answer that carries something; any other is sent as it is, and
    /// the rule may strike again.
    async fn damage(
        &self,
        call: Call,
        injected: Injected,
        host: &str,
        damaged: fn(Vec<u8>) -> Vec<u8>,
    ) -> Response {
        let result = self.perform(call).await;
        let carries = matches!(result, Ok(Reply::Published(_) | Reply::Messages(_)));
        let response = self.respond(result, host);
        if !carries {
            self.chaos.missed(&injected);
            return response;
        }
        let (parts, body) = response.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(xml) => Response::from_parts(parts, Body::from(damaged(xml.into()))),
            // It is in memory: there is nothing that could fail.
            Err(_) => hang_up(),
        }
    }

    async fn ack_first_half(&self, call: Call, code: FaultCode, host: &str) -> Response {
        let Call {
            instance,
            topic,
            operation,
        } = call;
        let Operation::Ack {
            group,
            handles,
            action,
        } = operation
        else {
            // Rules of acks are about acks only.
            return self.refuse(code, host);
        };
        let (taken, left) = handles.as_slice().split_at(handles.as_slice().len() / 2);
        let result = match HandleList::new(taken.to_vec()) {
            Some(taken) => {
                let half = ack(instance, topic, group, taken, action);
                self.perform(half).await
            }
            None => Ok(Reply::Acked),
        };
        let mut refused = match result {
            Ok(Reply::AckRefused(refused)) => refused,
            Ok(_) => Vec::new(),
            Err(refusal) => return self.respond(Err(refusal), host),
        };
        refused.extend(left.iter().map(|handle| AckFailure {
            handle: handle.clone(),
            code: code.clone(),
            message: INJECTED.to_owned(),
        }));
        self.respond(Ok(Reply::AckRefused(refused)), host)
    }
}

fn ack(
    instance: Option<InstanceId>,
    topic: TopicName,
    group: Option<GroupId>,
    handles: HandleList,
    action: AckAction,
) -> Call {
    Call {
        instance,
        topic,
        operation: Operation::Ack {
            group,
            handles,
            action,
        },
    }
}

/// The same call, with so much of its long poll gone.
fn after_waiting(mut call: Call, waited: Duration) -> Call {
    if let Operation::Consume { wait_secs, .. } = &mut call.operation {
        let waited = u32::try_from(waited.as_secs()).unwrap_or(u32::MAX);
        *wait_secs = wait_secs.saturating_sub(waited);
    }
    call
}

/// No answer at all. The accept loop sees the mark and ends the connection.
fn hang_up() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(HangUp);
    response
}

/// What a proxy says whose broker is gone: not of this protocol, and without a request id.
fn unavailable_text() -> Response {
    let mut response = Response::new(Body::from("Service Unavailable\n"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let plain = HeaderValue::from_static("text/plain;charset=UTF-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}

/// By bytes, as a connection would: a character may be cut as well.
fn cut_in_half(mut xml: Vec<u8>) -> Vec<u8> {
    xml.truncate(xml.len() / 2);
    xml
}

fn with_illegal_character(mut xml: Vec<u8>) -> Vec<u8> {
    let start = xml
        .windows(BODY_START.len())
        .position(|window| window == BODY_START);
    if let Some(start) = start {
        xml.insert(start + BODY_START.len(), 0x01);
    }
    xml
}
