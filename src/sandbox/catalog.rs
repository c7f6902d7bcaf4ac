//! What there is according to the settings, and who may use it: the checks between a request
//! that is understood and the queues. Pure; what exists without being configured it is told.

use std::collections::{HashMap, HashSet};

use super::access::AccessRule;
use super::settings::{SandboxSettings, TopicKind};
use crate::protocol::{
    Call, FaultCode, GroupId, InstanceId, MessageParts, Operation, Refusal, TopicName,
};

/// What is configured.
#[derive(Debug)]
pub(super) struct Catalog {
    /// Empty: any instance, or none.
    instances: HashSet<InstanceId>,
    auto_create: bool,
    topics: HashMap<TopicName, Option<TopicKind>>,
    groups: HashSet<GroupId>,
}

/// What the queues hold already, however it came to be there.
pub(super) struct Existing {
    /// Whether the topic is there.
    pub(super) topic: bool,
    /// Whether the group has consumed from it.
    pub(super) group: bool,
}

impl Catalog {
    pub(super) fn new(settings: &SandboxSettings) -> Self {
        let groups: HashSet<GroupId> = settings.groups.iter().map(|g| g.name.clone()).collect();
        let dead_letters = groups
            .iter()
            // A group whose name is too long for a dead-letter topic has none.
            .filter_map(|group| TopicName::dead_letters_of(group).ok())
            .map(|topic| (topic, None));
        let named = settings.topics.iter().map(|t| (t.name.clone(), t.kind));
        Self {
            instances: settings.instances.iter().cloned().collect(),
            auto_create: settings.auto_create,
            // What is named explicitly counts.
            topics: dead_letters.chain(named).collect(),
            groups,
        }
    }

    /// Whether this request may be carried out. `existing` is asked only if it matters.
    ///
    /// # Errors
    /// - `AccessDenied`: the key may not use this topic or group.
    /// - `TopicNotExist`: no such topic, or no such instance, which is where topics are looked
    ///   up. [us]
    /// - `AccessDenied`: no such group; there is no code of its own, and what the vendors say of
    ///   a group that is not there is that it may not be used. [us]
    /// - `InvalidArgument`: a message of another kind than the topic's. [us]
    pub(super) fn check(
        &self,
        rule: &AccessRule,
        call: &Call,
        existing: impl FnOnce(Option<&GroupId>) -> Existing,
    ) -> Result<(), Refusal> {
        let group = match &call.operation {
            Operation::Publish(_) => None,
            Operation::Consume { group, .. } => Some(group),
            Operation::Ack { group, .. } => group.as_ref(),
        };
        check_rule(rule, &call.topic, group)?;
        self.check_instance(call.instance.as_ref())?;
        if !self.auto_create {
            self.check_existence(&call.topic, group, existing)?;
        }
        match &call.operation {
            Operation::Publish(message) => self.check_kind(&call.topic, message),
            Operation::Consume { .. } | Operation::Ack { .. } => Ok(()),
        }
    }

    fn check_instance(&self, instance: Option<&InstanceId>) -> Result<(), Refusal> {
        if self.instances.is_empty() || instance.is_some_and(|one| self.instances.contains(one)) {
            return Ok(());
        }
        let why = match instance {
            Some(instance) => format!("there is no instance {instance} here (ns)"),
            None => "the request names no instance (ns), and here every topic is in one".to_owned(),
        };
        Err(Refusal::new(FaultCode::TopicNotExist, why))
    }

    fn check_existence(
        &self,
        topic: &TopicName,
        group: Option<&GroupId>,
        existing: impl FnOnce(Option<&GroupId>) -> Existing,
    ) -> Result<(), Refusal> {
        let topic_named = self.topics.contains_key(topic);
        let group_named = group.is_none_or(|group| self.groups.contains(group));
        if topic_named && group_named {
            return Ok(());
        }
        let existing = existing(group);
        if !topic_named && !existing.topic {
            return Err(Refusal::new(
                FaultCode::TopicNotExist,
                format!("there is no topic {topic}, and topics are not created on first use here"),
            ));
        }
        match group {
            Some(group) if !group_named && !existing.group => Err(Refusal::new(
                FaultCode::AccessDenied,
                format!("there is no group {group}, and groups are not created on first use here"),
            )),
            _ => Ok(()),
        }
    }

    fn check_kind(&self, topic: &TopicName, message: &MessageParts) -> Result<(), Refusal> {
        let Some(Some(kind)) = self.topics.get(topic) else {
            return Ok(());
        };
        let wants = [
            (message.sharding_key.is_some(), TopicKind::Fifo),
            (message.deliver_at.is_some(), TopicKind::Delay),
            (message.check_after_secs.is_some(), TopicKind::Transaction),
        ];
        match wants.iter().find(|(wanted, of)| *wanted && of != kind) {
            None => Ok(()),
            Some((_, wanted)) => Err(Refusal::new(
                FaultCode::InvalidArgument,
                format!(
                    "the topic {topic} is of the kind {kind}; this message needs one of the kind \
                     {wanted}"
                ),
            )),
        }
    }
}

fn check_rule(
    rule: &AccessRule,
    topic: &TopicName,
    group: Option<&GroupId>,
) -> Result<(), Refusal> {
    let denied = |what: String| {
        Err(Refusal::new(
            FaultCode::AccessDenied,
            format!("this access key may not use the {what}"),
        ))
    };
    if !rule.may_use_topic(topic) {
        return denied(format!("topic {topic}"));
    }
    match group {
        Some(group) if !rule.may_use_group(group) => denied(format!("group {group}")),
        _ => Ok(()),
    }
}
