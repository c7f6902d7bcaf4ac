//! Fault rules as one line of text, `OPERATION:TOPIC:FAULT[:WHEN]`, as they stand on a command
//! line. The names of faults are those of the JSON form. Holds no rule of what may be combined.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{
    FaultKind, FaultOperation, FaultRule, FaultWhen, InvalidFault, Pause, Probability, TopicName,
};

/// What stands for any topic: no name can be this.
pub(super) const ANY_TOPIC: &str = "*";

/// Faults without an argument: their names, and what else is understood.
const PLAIN: &[(FaultKind, &str, Option<&str>)] = &[
    (FaultKind::AccessDenied, "access-denied", Some("403")),
    (
        FaultKind::SignatureDoesNotMatch,
        "signature-does-not-match",
        None,
    ),
    (FaultKind::TimeExpired, "time-expired", Some("408")),
    (FaultKind::InternalError, "internal-error", Some("500")),
    (FaultKind::Unavailable, "unavailable", Some("503")),
    (
        FaultKind::UnavailableText,
        "unavailable-text",
        Some("503-text"),
    ),
    (
        FaultKind::QpsLimitExceeded,
        "qps-limit-exceeded",
        Some("qps"),
    ),
    (FaultKind::DropBefore, "drop-before", None),
    (FaultKind::DropAfter, "drop-after", None),
    (FaultKind::Truncate, "truncate", None),
    (FaultKind::IllegalCharacter, "illegal-character", None),
    (FaultKind::PartialAck, "partial-ack", None),
    (
        FaultKind::PartialAckInternalError,
        "partial-ack-internal-error",
        None,
    ),
];

const OPERATIONS: [(FaultOperation, &str); 4] = [
    (FaultOperation::Any, "any"),
    (FaultOperation::Publish, "publish"),
    (FaultOperation::Consume, "consume"),
    (FaultOperation::Ack, "ack"),
];

impl FaultKind {
    /// Its name, without arguments.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::Latency(_) => "latency",
            FaultKind::Stall(_) => "stall",
            plain => PLAIN
                .iter()
                .find(|(kind, ..)| *kind == plain)
                .map_or("", |(_, name, _)| name),
        }
    }
}

pub(super) fn topic(text: &str) -> Result<Option<TopicName>, InvalidFault> {
    if text == ANY_TOPIC {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error: crate::protocol::InvalidName| InvalidFault::Topic(error.to_string()))
}

fn millis(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s')?, 1_000),
    };
    // A sign is not a digit: `+5ms` is not a length of time.
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| number.parse::<u64>().ok()?.checked_mul(unit))?
}

impl FromStr for Pause {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let (min, max) = text.split_once("..").unwrap_or((text, text));
        millis(min)
            .zip(millis(max))
            .and_then(|(min, max)| {
                Pause::new(Duration::from_millis(min), Duration::from_millis(max))
            })
            .ok_or_else(|| InvalidFault::Pause(text.to_owned()))
    }
}

impl fmt::Display for Pause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}ms", self.min_millis)?;
        if self.max_millis == self.min_millis {
            return Ok(());
        }
        write!(f, "..{}ms", self.max_millis)
    }
}

impl FromStr for FaultKind {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        match text.split_once('=') {
            Some(("latency", pause)) => pause.parse().map(FaultKind::Latency),
            Some(("stall", pause)) => pause.parse().map(FaultKind::Stall),
            _ => PLAIN
                .iter()
                .find(|(_, name, alias)| *name == text || *alias == Some(text))
                .map(|(kind, ..)| *kind)
                .ok_or_else(|| InvalidFault::Kind(text.to_owned())),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            FaultKind::Latency(pause) | FaultKind::Stall(pause) => write!(f, "={pause}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for FaultWhen {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let wrong = || InvalidFault::When(text.to_owned());
        match text.split_once('=').ok_or_else(wrong)? {
            ("next", count) => count.parse().map(FaultWhen::Next).map_err(|_| wrong()),
            ("p", p) => p
                .parse()
                .ok()
                .and_then(Probability::new)
                .map(FaultWhen::Probability)
                .ok_or_else(|| InvalidFault::Probability(p.to_owned())),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for FaultWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultWhen::Next(count) => write!(f, "next={count}"),
            FaultWhen::Probability(p) => write!(f, "p={}", p.get()),
        }
    }
}

impl FromStr for FaultRule {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        let parts: Vec<&str> = text.trim().split(':').map(str::trim).collect();
        let (operation, name, kind, when) = match parts[..] {
            [operation, topic, kind] => (operation, topic, kind, None),
            [operation, topic, kind, when] => (operation, topic, kind, Some(when)),
            _ => return Err(InvalidFault::Shape(text.to_owned())),
        };
        let operation = OPERATIONS
            .iter()
            .find(|(_, name)| *name == operation)
            .map(|(operation, _)| *operation)
            .ok_or_else(|| InvalidFault::Operation(operation.to_owned()))?;
        let when = when.map(str::parse).transpose()?.unwrap_or_default();
        Self::new(operation, topic(name)?, kind.parse()?, when)
    }
}

impl fmt::Display for FaultOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = OPERATIONS.iter().find(|(operation, _)| operation == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

impl fmt::Display for FaultRule {
    /// The shortest text that is read back as the same rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let topic = self.topic.as_ref().map_or(ANY_TOPIC, TopicName::as_str);
        write!(f, "{}:{topic}:{}", self.operation, self.kind)?;
        match self.when {
            FaultWhen::ALWAYS => Ok(()),
            when => write!(f, ":{when}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::faults::FaultPlan;
    use proptest::prelude::*;
    use proptest::sample::select;

    /// Every kind; pauses of a few milliseconds.
    fn kinds() -> impl Strategy<Value = FaultKind> {
        let pause = (0u64..20, 0u64..20).prop_map(|(min, more)| {
            let (min, max) = (
                Duration::from_millis(min),
                Duration::from_millis(min + more),
            );
            Pause::new(min, max).unwrap()
        });
        let plain: Vec<FaultKind> = PLAIN.iter().map(|(kind, ..)| *kind).collect();
        prop_oneof![
            pause.clone().prop_map(FaultKind::Latency),
            pause.prop_map(FaultKind::Stall),
            select(plain),
        ]
    }

    /// Rules of every shape, over two topics.
    fn rules() -> impl Strategy<Value = FaultRule> {
        let operation = select(OPERATIONS.map(|(operation, _)| operation).to_vec());
        let name = select(vec!["*", "orders", "%DLQ%G_1-x"]);
        let when = prop_oneof![
            any::<u32>().prop_map(FaultWhen::Next),
            (0.0..=1.0).prop_map(|p| FaultWhen::Probability(Probability::new(p).unwrap())),
            Just(FaultWhen::ALWAYS),
        ];
        (operation, name, kinds(), when).prop_filter_map(
            "a fault that this operation has",
            |(operation, name, kind, when)| {
                FaultRule::new(operation, topic(name).unwrap(), kind, when).ok()
            },
        )
    }

    proptest! {
        #[test]
        fn a_rule_is_read_back_from_its_text_its_json_and_its_toml(rule in rules()) {
            let text = rule.to_string();
            prop_assert_eq!(text.parse::<FaultRule>(), Ok(rule.clone()), "{}", text);
            let plan = FaultPlan { seed: 7, rules: vec![rule] };
            let json = serde_json::to_string(&plan).unwrap();
            prop_assert_eq!(&serde_json::from_str::<FaultPlan>(&json).unwrap(), &plan, "{}", json);
            let toml = toml::to_string(&plan).unwrap();
            prop_assert_eq!(&toml::from_str::<FaultPlan>(&toml).unwrap(), &plan, "{}", toml);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let _ = text.parse::<FaultRule>();
        }

        #[test]
        fn a_fault_has_one_name(kind in kinds()) {
            let json = serde_json::to_value(kind).unwrap();
            let name = match &json {
                serde_json::Value::Object(fields) => fields.keys().next().cloned(),
                other => other.as_str().map(str::to_owned),
            };
            prop_assert_eq!(name.as_deref(), Some(kind.name()));
        }
    }

    #[test]
    fn short_forms_are_understood() {
        let check = |text: &str, canonical: &str| {
            let rule: Result<FaultRule, _> = text.parse();
            assert_eq!(rule.unwrap().to_string(), canonical, "{text}");
        };
        check(
            "publish:orders:500:next=3",
            "publish:orders:internal-error:next=3",
        );
        check("any:*:latency=2s", "any:*:latency=2000ms");
        check("any:*:403:p=1", "any:*:access-denied");
        check("ack:*:408:p=1.0", "ack:*:time-expired");
        check(
            "consume:t:503-text:p=.5",
            "consume:t:unavailable-text:p=0.5",
        );
        check(
            " consume : t : stall=1ms..20ms : p=0 ",
            "consume:t:stall=1ms..20ms:p=0",
        );
        check("publish:t:qps:p=-0", "publish:t:qps-limit-exceeded:p=0");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let check = |text: &str, expected: &str| {
            let said = text.parse::<FaultRule>().unwrap_err().to_string();
            assert!(said.contains(expected), "{text}: {said}");
        };
        check("publish:500", "OPERATION:TOPIC:FAULT");
        check("publish:t:500:next=1:x", "OPERATION:TOPIC:FAULT");
        check("post:t:500", "use publish, consume, ack or any");
        check("publish::500", "use * for any topic");
        check("publish:a b:500", "use * for any topic");
        check("publish:t:501", "\"501\" is not known");
        check("publish:t:latency", "\"latency\" is not known");
        for pause in [
            "5",
            "5m",
            "ms",
            "+5ms",
            "9ms..5ms",
            "3601s",
            "99999999999999999999s",
        ] {
            check(&format!("any:*:latency={pause}"), "is not such as 50ms");
        }
        for p in ["1.1", "-0.1", "NaN", "inf", "x", ""] {
            check(&format!("any:*:500:p={p}"), "is not from 0 to 1");
        }
        for when in ["next", "next=-1", "next=x", "often", "every=2"] {
            check(&format!("any:*:500:{when}"), "neither next=N nor p=0..1");
        }
        check("publish:t:stall=1s", "stall is a fault of consume only");
        check(
            "ack:t:truncate",
            "truncate is a fault of publish and consume only",
        );
        check(
            "consume:t:partial-ack",
            "partial-ack is a fault of ack only",
        );
    }

    #[test]
    fn json_that_says_something_else_is_refused() {
        for wrong in [
            r#"{"operation":"publish","fault":"partial-ack"}"#,
            r#"{"operation":"publish"}"#,
            r#"{"fault":"internal-error","topic":"a b"}"#,
            r#"{"fault":"internal-error","when":{"probability":2}}"#,
            r#"{"fault":"internal-error","often":true}"#,
            r#"{"fault":{"latency":{"min_millis":2,"max_millis":1}}}"#,
        ] {
            assert!(serde_json::from_str::<FaultRule>(wrong).is_err(), "{wrong}");
        }
        let short: FaultRule = serde_json::from_str(r#"{"fault":"internal-error"}"#).unwrap();
        assert_eq!(short.to_string(), "any:*:internal-error");
    }
}
