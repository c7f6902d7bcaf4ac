//! Values of arguments that several commands read, and what is wrong with one in the language of this
//! process. Each is judged by the type that it becomes.

use std::time::Duration;

use super::language::texts;
use crate::client::{Endpoint, InvalidEndpoint};
use crate::explained::refused;
use crate::i18n::Say;
use crate::protocol::faults::{FaultRule, InvalidFault};
use crate::protocol::{GroupId, InstanceId, InvalidName, ReceiptHandle, TopicName, span};

fn said(say: &Say) -> String {
    texts().say(say)
}

fn name(what: &'static str) -> impl Fn(InvalidName) -> String {
    move |error| said(&refused::name(what, &error))
}

/// Reads the name of a topic.
pub(super) fn topic(text: &str) -> Result<TopicName, String> {
    text.parse().map_err(name("topic"))
}

/// Reads the name of a consumer group.
pub(super) fn group(text: &str) -> Result<GroupId, String> {
    text.parse().map_err(name("group"))
}

/// Reads the id of an instance.
pub(super) fn instance(text: &str) -> Result<InstanceId, String> {
    text.parse().map_err(name("instance"))
}

/// Reads a receipt handle.
pub(super) fn handle(text: &str) -> Result<ReceiptHandle, String> {
    ReceiptHandle::new(text).ok_or_else(|| texts().get("cli-wrong-handle").to_owned())
}

/// Reads the URL of a server.
pub(super) fn endpoint(text: &str) -> Result<Endpoint, String> {
    text.parse().map_err(|error: InvalidEndpoint| {
        let key = match error {
            InvalidEndpoint::Empty | InvalidEndpoint::NotAUrl { .. } => "problem-endpoint",
            InvalidEndpoint::Scheme { .. } => "problem-endpoint-scheme",
            InvalidEndpoint::UserInfo => "problem-endpoint-keys",
            InvalidEndpoint::Extra { .. } => "problem-endpoint-path",
        };
        said(&Say::new(key))
    })
}

/// Reads a length of time.
pub(super) fn time(text: &str) -> Result<Duration, String> {
    span::parse(text).map_err(|_| texts().format("cli-wrong-length", &[("text", text.into())]))
}

/// Reads a length of time above zero.
pub(super) fn positive_time(text: &str) -> Result<Duration, String> {
    let length = time(text)?;
    span::parse_positive(text)
        .map_err(|_| texts().get("cli-wrong-length-zero").to_owned())
        .map(|_| length)
}

/// Reads a rule of faults.
pub(super) fn fault(text: &str) -> Result<FaultRule, String> {
    text.parse().map_err(|error: InvalidFault| {
        let (key, found) = match error {
            InvalidFault::Shape(found) => ("cli-wrong-fault-shape", found),
            InvalidFault::Operation(found) => ("cli-wrong-fault-operation", found),
            InvalidFault::Topic(why) => ("cli-wrong-fault-topic", why),
            InvalidFault::Kind(found) => ("cli-wrong-fault-kind", found),
            InvalidFault::NotOfOperation { kind, .. } => ("cli-wrong-fault-other", kind.to_owned()),
            InvalidFault::Pause(found) => ("cli-wrong-fault-pause", found),
            InvalidFault::Probability(found) => ("cli-wrong-fault-probability", found),
            InvalidFault::When(found) => ("cli-wrong-fault-when", found),
        };
        said(&Say::new(key).with("found", found))
    })
}
