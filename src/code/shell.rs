//! What a shell script needs that an SDK does for itself: request lines, encoded, and the XML around
//! what is only known when it runs.

use minijinja::{Value, context};

use crate::protocol::properties::START_DELIVER_TIME;
use crate::protocol::{
    AckAction, Call, ConsumeMode, GroupId, HandleList, MessageParts, Operation, ReceiptHandle,
    Timestamp,
};

use super::{Consume, Order, Publish};

/// Seconds that a request may take beside its long poll.
const PATIENCE_SECS: u32 = 10;

/// What any request may take: the longest long poll, and as much beside.
pub(super) const LONGEST_SECS: u32 = 30 + PATIENCE_SECS;

/// Stands in for a time, and for a handle, that the script fills in.
const SOME_TIME: i64 = 1_234_567_890_123;
const SOME_HANDLE: &str = "HANDLE";

pub(super) fn publishing(order: &Order, publish: &Publish) -> Value {
    let (before, after) = around_handles(order, publish.group.as_ref());
    let (head, body, middle, tail) = xml_of(order, publish);
    let commit = ack(publish.group.as_ref(), AckAction::Commit);
    context! {
        xml => context! { head, body, middle, tail },
        target => target(order, Operation::Publish(publish.parts.clone())),
        commit_target => commit.map(|commit| target(order, commit)),
        handles => context! { before, after },
        max_time => PATIENCE_SECS,
    }
}

pub(super) fn consuming(order: &Order, consume: &Consume) -> Value {
    let group = Some(&consume.group);
    let (before, after) = around_handles(order, group);
    let get = Operation::Consume {
        group: consume.group.clone(),
        count: consume.count,
        wait_secs: consume.wait_secs,
        tag: consume.tag.clone(),
        mode: consume.mode,
    };
    let action = match consume.mode {
        ConsumeMode::Half => AckAction::Commit,
        ConsumeMode::Plain | ConsumeMode::Ordered => AckAction::Ack,
    };
    context! {
        target => target(order, get),
        ack_target => ack(group, action).map(|ack| target(order, ack)),
        handles => context! { before, after },
        // Longer than the server may let it wait.
        max_time => consume.wait_secs + PATIENCE_SECS,
    }
}

fn call(order: &Order, operation: Operation) -> Call {
    Call {
        instance: order.instance.clone(),
        topic: order.topic.clone(),
        operation,
    }
}

fn target(order: &Order, operation: Operation) -> String {
    call(order, operation).target()
}

fn ack(group: Option<&GroupId>, action: AckAction) -> Option<Operation> {
    Some(Operation::Ack {
        group: group.cloned(),
        handles: HandleList::new(vec![ReceiptHandle::new(SOME_HANDLE)?])?,
        action,
    })
}

/// What stands before and after the handles of an ack.
fn around_handles(order: &Order, group: Option<&GroupId>) -> (String, String) {
    let body = ack(group, AckAction::Ack).and_then(|ack| call(order, ack).body());
    let body = body.unwrap_or_default();
    let element = format!("<ReceiptHandle>{SOME_HANDLE}</ReceiptHandle>");
    let (before, after) = body.split_once(&element).unwrap_or((&body, ""));
    (before.to_owned(), after.to_owned())
}

/// The message as XML: what stands before the body, the body, what stands after it up to the time
/// of delivery if that is only known when the script runs, and what stands after that.
fn xml_of(order: &Order, publish: &Publish) -> (String, String, String, String) {
    const BODY_BEGINS: &str = "<MessageBody>";
    const BODY_ENDS: &str = "</MessageBody>";
    let deliver_at = match publish.delay_millis {
        Some(_) => Some(Timestamp::from_millis(SOME_TIME)),
        None => publish.parts.deliver_at,
    };
    let parts = MessageParts {
        deliver_at,
        ..publish.parts.clone()
    };
    let xml = call(order, Operation::Publish(parts)).body();
    let xml = xml.unwrap_or_default();
    let (head, rest) = xml.split_once(BODY_BEGINS).unwrap_or_default();
    // An end tag cannot stand in the text before it.
    let (body, rest) = rest.split_once(BODY_ENDS).unwrap_or_default();
    let time = format!("{START_DELIVER_TIME}:{SOME_TIME}");
    let (middle, tail) = match publish.delay_millis.and_then(|_| rest.rsplit_once(&time)) {
        Some((middle, tail)) => (format!("{middle}{START_DELIVER_TIME}:"), tail),
        None => (rest.to_owned(), ""),
    };
    (
        format!("{head}{BODY_BEGINS}"),
        body.to_owned(),
        format!("{BODY_ENDS}{middle}"),
        tail.to_owned(),
    )
}
