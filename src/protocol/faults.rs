//! Rules for faults that a sandbox injects on purpose, as plain values: what the command line,
//! the settings file and the administration exchange. What is injected when is decided by the
//! sandbox; none of this travels in the queue protocol itself.
//!
//! As JSON: `{"operation":"publish","topic":"orders","fault":"internal-error","when":{"next":3}}`;
//! as text (`text.rs`): `publish:orders:internal-error:next=3`.

mod text;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::message::TopicName;
use super::request::OperationKind;

/// Longest pause of a rule. [us]
pub const MAX_PAUSE: Duration = Duration::from_secs(3600);

/// Which requests a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultOperation {
    /// All of them.
    #[default]
    Any,
    /// POST.
    Publish,
    /// GET.
    Consume,
    /// DELETE: acks, commits and rollbacks.
    Ack,
}

/// What goes wrong. Refusals come after a request is authenticated and understood, and before
/// anything is done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The request is carried out after a pause.
    Latency(Pause),
    /// Consume only: the poll is held for a pause although messages are there. A long poll that
    /// is longer than the pause then waits for the rest of its time.
    Stall(Pause),
    /// 403 `AccessDenied`.
    AccessDenied,
    /// 403 `SignatureDoesNotMatch`.
    SignatureDoesNotMatch,
    /// 408 `TimeExpired`.
    TimeExpired,
    /// 500 `InternalError`.
    InternalError,
    /// 503 with an `InternalServerError` of the protocol.
    Unavailable,
    /// 503 with plain text, as a proxy in front of the broker answers.
    UnavailableText,
    /// 400 `QpsLimitExceeded`.
    QpsLimitExceeded,
    /// The connection ends without an answer, and nothing was done.
    DropBefore,
    /// The connection ends without an answer, after everything was done and is durable. Where
    /// nothing was done (an empty poll, a refusal, an ack of which no handle was taken) the
    /// answer is sent and the strike not counted: what it is for is a client that has to do
    /// again what is done.
    DropAfter,
    /// Publish and consume only: the answer's XML ends after half of its bytes. The HTTP around
    /// it is sound, that is: Content-Length is that of the half. A connection that breaks is
    /// [`FaultKind::DropAfter`]. An answer without a receipt or a message is sent whole and the
    /// strike not counted.
    Truncate,
    /// Consume only: the body of the first message of the answer begins with a raw U+0001, which
    /// no XML can carry. An answer without a message is sent as it is and the strike not counted.
    IllegalCharacter,
    /// Ack only: the first half of the handles is carried out, the others are refused with
    /// `MessageNotExist`. Of one handle none is carried out, and it counts: clients that ack one
    /// by one could not meet this fault otherwise.
    PartialAck,
    /// The same, refused with `InternalError`.
    PartialAckInternalError,
}

/// When a rule strikes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultWhen {
    /// Each request by itself, with this probability.
    Probability(Probability),
    /// The next so many requests, then never again. Runs down.
    Next(u32),
}

/// A number from 0 (never) to 1 (always), with nine decimals: readers of JSON differ beyond the
/// fifteenth, and a plan shall be the same wherever it is read.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Probability(f64);

/// Least and most milliseconds of a pause, both inclusive; drawn evenly between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WrittenPause", into = "WrittenPause")]
pub struct Pause {
    min_millis: u64,
    max_millis: u64,
}

/// One rule: for which requests, what, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenRule", into = "WrittenRule")]
pub struct FaultRule {
    operation: FaultOperation,
    topic: Option<TopicName>,
    kind: FaultKind,
    when: FaultWhen,
}

/// Rules in their order, and the seed of the generator behind their probabilities: with the same
/// plan, the same requests in the same order meet the same faults.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultPlan {
    /// The seed.
    #[serde(default)]
    pub seed: u64,
    /// The rules. For each request, the first one that strikes is the only one.
    #[serde(default)]
    pub rules: Vec<FaultRule>,
}

/// A rule at work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActiveFault {
    /// Its number. A sandbox never gives the same one again.
    pub id: u64,
    /// How often it struck.
    pub hits: u64,
    /// The rule; `next` is what is left of it.
    pub rule: FaultRule,
}

/// All rules at work.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FaultReport {
    /// The seed that was set last.
    pub seed: u64,
    /// The rules in their order.
    pub faults: Vec<ActiveFault>,
}

/// Why something is not a fault rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFault {
    /// The text form has other parts.
    #[error("a fault is OPERATION:TOPIC:FAULT or OPERATION:TOPIC:FAULT:WHEN, not {0:?}")]
    Shape(String),
    /// No such operation.
    #[error("the operation is {0:?}; use publish, consume, ack or any")]
    Operation(String),
    /// No such topic can exist.
    #[error("{0}; use * for any topic")]
    Topic(String),
    /// No such fault.
    #[error("the fault {0:?} is not known")]
    Kind(String),
    /// A fault that this operation cannot have.
    #[error("{kind} is a fault of {only} only")]
    NotOfOperation {
        /// The fault's name.
        kind: &'static str,
        /// What has it.
        only: &'static str,
    },
    /// Not a pause.
    #[error("the pause {0:?} is not such as 50ms, 2s or 50ms..2s, at most an hour")]
    Pause(String),
    /// Not a probability.
    #[error("the probability {0} is not from 0 to 1")]
    Probability(String),
    /// Not a condition.
    #[error("the condition {0:?} is neither next=N nor p=0..1")]
    When(String),
}

impl FaultOperation {
    /// Whether such a request is meant.
    pub fn covers(self, operation: OperationKind) -> bool {
        match self {
            FaultOperation::Any => true,
            FaultOperation::Publish => operation == OperationKind::Publish,
            FaultOperation::Consume => operation == OperationKind::Consume,
            FaultOperation::Ack => operation == OperationKind::Ack,
        }
    }
}

impl FaultKind {
    /// Which requests can have it.
    fn scope(self) -> (&'static str, &'static [OperationKind]) {
        use OperationKind::{Ack, Consume, Publish};
        match self {
            FaultKind::Stall(_) | FaultKind::IllegalCharacter => ("consume", &[Consume]),
            FaultKind::Truncate => ("publish and consume", &[Publish, Consume]),
            FaultKind::PartialAck | FaultKind::PartialAckInternalError => ("ack", &[Ack]),
            _ => ("every operation", &[Publish, Consume, Ack]),
        }
    }
}

impl FaultWhen {
    /// Every time.
    pub const ALWAYS: Self = FaultWhen::Probability(Probability(1.0));
}

impl Default for FaultWhen {
    fn default() -> Self {
        Self::ALWAYS
    }
}

impl Probability {
    /// `None` if it is not from 0 to 1.
    pub fn new(p: f64) -> Option<Self> {
        // Adding zero makes a negative zero a plain one.
        let rounded = (p * 1e9).round() / 1e9 + 0.0;
        (0.0..=1.0).contains(&p).then_some(Self(rounded))
    }

    /// The number.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Pause {
    /// `None` if the range is empty or goes beyond [`MAX_PAUSE`].
    pub fn new(min: Duration, max: Duration) -> Option<Self> {
        let millis = |pause: Duration| u64::try_from(pause.as_millis()).ok();
        (min <= max && max <= MAX_PAUSE).then_some(Self {
            min_millis: millis(min)?,
            max_millis: millis(max)?,
        })
    }

    /// Least and most milliseconds.
    pub fn millis(self) -> std::ops::RangeInclusive<u64> {
        self.min_millis..=self.max_millis
    }
}

impl FaultRule {
    /// A rule; `None` for the topic means any.
    ///
    /// # Errors
    /// When requests of this operation cannot have this fault.
    pub fn new(
        operation: FaultOperation,
        topic: Option<TopicName>,
        kind: FaultKind,
        when: FaultWhen,
    ) -> Result<Self, InvalidFault> {
        let (only, having) = kind.scope();
        if !having.iter().any(|&one| operation.covers(one)) {
            return Err(InvalidFault::NotOfOperation {
                kind: kind.name(),
                only,
            });
        }
        Ok(Self {
            operation,
            topic,
            kind,
            when,
        })
    }

    /// The same rule, striking at other times.
    #[must_use]
    pub fn with_when(self, when: FaultWhen) -> Self {
        Self { when, ..self }
    }

    /// Whether such a request can meet it, in any instance.
    pub fn covers(&self, operation: OperationKind, topic: &TopicName) -> bool {
        self.operation.covers(operation)
            && self.kind.scope().1.contains(&operation)
            && self.topic.as_ref().is_none_or(|wanted| wanted == topic)
    }

    /// Which requests it is about.
    pub fn operation(&self) -> FaultOperation {
        self.operation
    }

    /// Which topic it is about; `None`: any.
    pub fn topic(&self) -> Option<&TopicName> {
        self.topic.as_ref()
    }

    /// What goes wrong.
    pub fn kind(&self) -> FaultKind {
        self.kind
    }

    /// When it strikes.
    pub fn when(&self) -> FaultWhen {
        self.when
    }
}

/// A rule as it is written. Enums inside are tagged from the outside: other tags make serde hold
/// numbers back, and arbitrary precision does not survive that.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    #[serde(default)]
    operation: FaultOperation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    fault: FaultKind,
    #[serde(default)]
    when: FaultWhen,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPause {
    min_millis: u64,
    max_millis: u64,
}

impl TryFrom<WrittenRule> for FaultRule {
    type Error = InvalidFault;

    fn try_from(written: WrittenRule) -> Result<Self, InvalidFault> {
        let topic = text::topic(written.topic.as_deref().unwrap_or(text::ANY_TOPIC))?;
        Self::new(written.operation, topic, written.fault, written.when)
    }
}

impl From<FaultRule> for WrittenRule {
    fn from(rule: FaultRule) -> Self {
        Self {
            operation: rule.operation,
            topic: rule.topic.map(|topic| topic.to_string()),
            fault: rule.kind,
            when: rule.when,
        }
    }
}

impl TryFrom<WrittenPause> for Pause {
    type Error = InvalidFault;

    fn try_from(written: WrittenPause) -> Result<Self, InvalidFault> {
        let WrittenPause {
            min_millis,
            max_millis,
        } = written;
        Self::new(
            Duration::from_millis(min_millis),
            Duration::from_millis(max_millis),
        )
        .ok_or_else(|| InvalidFault::Pause(format!("{min_millis}ms..{max_millis}ms")))
    }
}

impl From<Pause> for WrittenPause {
    fn from(
        Pause {
            min_millis,
            max_millis,
        }: Pause,
    ) -> Self {
        Self {
            min_millis,
            max_millis,
        }
    }
}

impl TryFrom<f64> for Probability {
    type Error = InvalidFault;

    fn try_from(p: f64) -> Result<Self, InvalidFault> {
        Self::new(p).ok_or_else(|| InvalidFault::Probability(p.to_string()))
    }
}

impl From<Probability> for f64 {
    fn from(p: Probability) -> Self {
        p.0
    }
}
