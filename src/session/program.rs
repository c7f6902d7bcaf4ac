//! What a program for an SDK is to do, taken from what is filled in. The programs themselves are
//! written by `code`.

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::code::{Consume, Order, Publish, Task};
use crate::config::ConnectionProfile;
use crate::protocol::{InstanceId, Limits, NewMessage, Timestamp, TopicName, span};

use super::draft::{Deliver, Draft};
use super::form::ConsumeForm;
use super::subscription::SubscriptionId;

/// What can be asked about programs.
#[derive(Debug)]
pub enum CodeCommand {
    /// One that publishes what the form says, its variables filled in.
    OfDraft(Box<Draft>, Filled),
    /// One that consumes as a view does.
    OfView(SubscriptionId),
    /// None any more.
    Close,
}

/// What became of the variables of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filled {
    /// There are none that are on.
    #[default]
    No,
    /// They are as in the next message.
    AsNext,
    /// They stand for the columns of a file; they are as in its first message.
    AsFirstLine,
}

/// A program that publishes what the form says, if nothing is wrong with it.
pub(super) fn publishing(
    draft: &Draft,
    profile: &ConnectionProfile,
    limits: &Limits,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Order> {
    let (topic, message): (TopicName, NewMessage) = draft.check(limits, now, zone).ok()?;
    let delay = match draft.deliver {
        Deliver::After => span::parse(&draft.delay).ok(),
        Deliver::Now | Deliver::At => None,
    };
    let millis = |delay: Duration| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let publish = Publish {
        parts: message.parts().clone(),
        delay_millis: delay.map(millis),
        group: profile.group.trim().parse().ok(),
    };
    Some(order(profile, topic, Task::Publish(publish)))
}

/// A program that consumes as the head of a view says, if nothing is wrong with it.
pub(super) fn consuming(
    form: &ConsumeForm,
    profile: &ConnectionProfile,
    limits: &Limits,
) -> Option<Order> {
    let (topic, consume) = form.check(limits).ok()?;
    let consume = Consume {
        group: consume.group,
        count: consume.count,
        wait_secs: consume.wait_secs,
        tag: consume.tag,
        mode: consume.mode,
    };
    Some(order(profile, topic, Task::Consume(consume)))
}

fn order(profile: &ConnectionProfile, topic: TopicName, task: Task) -> Order {
    Order {
        endpoint: profile.endpoint.trim().to_owned(),
        instance: profile.instance.trim().parse::<InstanceId>().ok(),
        topic,
        task,
    }
}
