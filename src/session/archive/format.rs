//! The file that messages are exported to and opened from: JSONL, an object of JSON on each line.
//! Both directions are here. What a message was like and what became of each of its deliveries
//! comes back exactly as it was; receipt handles do not: they open a message to whoever has them,
//! and are worth nothing a few minutes later.
//!
//! The first line says what it is, the last one how much there was, so that a file that was cut
//! short can be told from a whole one:
//! ```text
//! {"format":"mqscope-messages","version":1,"exported":1795342447000,"topic":"orders","group":"GID_debug"}
//! {"id":"C0A8…","published":1795342440000,"tag":"paid","properties":{"KEYS":"order-1"},"md5":"…",
//!  "body":"{\"order\":1}","first_consumed":…,"next_visible":…,"times":1,
//!  "deliveries":[{"received":…,"times":1,"returns":…,"ack":{"state":"acked","at":…}}]}
//! {"id":"C0A9…","damaged":{"kind":"not-xml","at":117,"what":"…","raw":"<Message>…"},"deliveries":[…]}
//! {"end":2}
//! ```
//! Times are milliseconds since 1970. `properties` are all that the message had, in their order;
//! where a key stands twice they are a list of pairs. Names that are not known are passed over, and
//! a line needs no more than a body: other tools' JSONL can be opened too.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::explained::json_syntax;
use crate::protocol::properties::{self, Properties};
use crate::protocol::{
    AckFailure, DamagedMessage, DecodeError, FaultCode, ReceiptHandle, ReceivedMessage, Timestamp,
    body_md5,
};
use crate::session::lease::Lease;
use crate::session::rows::{AckState, Delivery, Refusal};
use crate::session::say::{Say, Trouble};

/// What the first line calls itself.
const FORMAT: &str = "mqscope-messages";

/// The version that is written here. One that is higher may hold what we do not know.
pub(super) const VERSION: u32 = 1;

/// What stands where a handle would, if it were not left out.
pub const NO_HANDLE: &str = "not-exported";

/// A message with its deliveries, out of a view or out of a file.
#[derive(Debug, Clone)]
pub struct Record {
    /// The message.
    pub message: Recorded,
    /// Its deliveries, oldest first; at least one.
    pub deliveries: Vec<Delivery>,
}

/// A message, or what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Readable.
    Whole(Box<ReceivedMessage>),
    /// Damaged on its way.
    Damaged(Box<DamagedMessage>),
}

/// What the first line of a file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    pub(super) format: String,
    /// The version of the format.
    pub version: u32,
    /// When it was written.
    pub exported: Timestamp,
    /// What the connection was called.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub connection: String,
    /// The topic of the messages.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// The group that consumed them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// The filter that they were chosen with.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
}

impl Header {
    /// Of a file that is written now.
    pub fn new(exported: Timestamp) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            exported,
            ..Self::default()
        }
    }

    /// The same of a file that is written now, of what this one held.
    pub(super) fn again(self, exported: Timestamp) -> Self {
        Self {
            version: VERSION,
            exported,
            ..self
        }
    }

    /// The first line.
    ///
    /// # Errors
    /// None is known.
    pub fn encode(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The last line of a file of so many messages.
pub(super) fn encode_end(messages: u64) -> String {
    format!("{{\"end\":{messages}}}")
}

/// A line of a file.
#[derive(Debug, Clone)]
pub(super) enum Line {
    /// What the file is.
    Header(Header),
    /// A message.
    Record(Box<Record>),
    /// There were so many messages.
    End(u64),
}

/// What a line that is not as complete as ours is filled up with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gaps {
    /// Number of the line, from 1.
    pub line: u64,
    /// A time for messages that have none.
    pub now: Timestamp,
}

/// A message as it stands on a line.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Written {
    #[serde(alias = "message_id", alias = "messageId", alias = "msgId")]
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(alias = "publish_time", alias = "publishTime")]
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    /// Read only: ours are among the properties.
    #[serde(skip_serializing)]
    key: Option<String>,
    #[serde(skip_serializing, alias = "shardingKey")]
    sharding_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<String>,
    #[serde(alias = "message_body", alias = "messageBody")]
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    damaged: Option<WrittenDamage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_consumed: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_visible: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    deliveries: Vec<WrittenDelivery>,
}

#[derive(Debug, Serialize, Deserialize)]
struct WrittenDelivery {
    received: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    returns: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ack: Option<WrittenAck>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
enum WrittenAck {
    Acked {
        at: Timestamp,
    },
    LikelyAcked {
        at: Timestamp,
    },
    Refused {
        code: String,
        message: String,
        at: Timestamp,
        /// Milliseconds of the lease that were left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left: Option<i64>,
    },
    Failed {
        why: String,
    },
    /// Of a later version.
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Serialize, Deserialize)]
struct WrittenDamage {
    #[serde(flatten)]
    problem: WrittenProblem,
    raw: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum WrittenProblem {
    NotXml { at: u64, what: String },
    Missing { element: String },
    NotANumber { element: String, text: String },
    NotThisProtocol { status: u16, found: String },
}

impl Record {
    /// As a line, without its end.
    ///
    /// # Errors
    /// None is known.
    pub fn encode(self) -> Result<String, serde_json::Error> {
        let deliveries = self
            .deliveries
            .into_iter()
            .map(WrittenDelivery::of)
            .collect();
        let written = match self.message {
            Recorded::Whole(message) => Written {
                id: Some(message.message_id),
                published: Some(message.publish_time),
                tag: message.tag,
                properties: write_properties(message.properties),
                md5: Some(message.body_md5),
                body: Some(Value::String(message.body)),
                first_consumed: Some(message.first_consume_time),
                next_visible: Some(message.next_consume_time),
                times: Some(message.consumed_times),
                deliveries,
                ..Written::default()
            },
            Recorded::Damaged(damaged) => Written {
                id: damaged.message_id,
                damaged: Some(WrittenDamage {
                    problem: WrittenProblem::of(damaged.problem),
                    raw: damaged.raw,
                }),
                next_visible: damaged.next_consume_time,
                deliveries,
                ..Written::default()
            },
        };
        serde_json::to_string(&written)
    }
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it.
pub(super) fn decode(line: &str, gaps: Gaps) -> Result<Line, Say> {
    // Its end is no part of it: what is cut off is told to end there.
    let line = line.trim_end_matches(['\r', '\n']);
    // Nearly every line is a message; what it is otherwise is found out the slow way.
    if let Ok(written) = serde_json::from_str::<Written>(line)
        && (written.body.is_some() || written.damaged.is_some())
    {
        return written
            .record(gaps)
            .map(|record| Line::Record(Box::new(record)));
    }
    let value: Value = serde_json::from_str(line).map_err(|error| {
        let why = json_syntax::reason(&error.to_string());
        let say = Say::new("archive-line-json").with("at", error.column());
        say.with_say("why", why)
    })?;
    let Value::Object(object) = &value else {
        return Err(Say::new("archive-line-object"));
    };
    let odd = |error: serde_json::Error| Say::new("archive-line-field").with("why", error);
    if object.get("format").and_then(Value::as_str) == Some(FORMAT) {
        return serde_json::from_value(value).map(Line::Header).map_err(odd);
    }
    if let Some(end) = object.get("end").and_then(Value::as_u64) {
        return Ok(Line::End(end));
    }
    let written: Written = serde_json::from_value(value).map_err(odd)?;
    written
        .record(gaps)
        .map(|record| Line::Record(Box::new(record)))
}

/// Reads a message that stands elsewhere than on a line, under the names that lines have.
///
/// # Errors
/// What is wrong with it.
pub(super) fn decode_value(value: Value, gaps: Gaps) -> Result<Record, Say> {
    let odd = |error: serde_json::Error| Say::new("archive-line-field").with("why", error);
    let written: Written = serde_json::from_value(value).map_err(odd)?;
    written.record(gaps)
}

/// What is wrong with a damaged message, out of the words that say so.
pub(super) fn problem_of_words(words: &str) -> Value {
    let element = |rest: &str| {
        Some(
            rest.strip_prefix('<')?
                .strip_suffix("> is missing")?
                .to_owned(),
        )
    };
    let broken = |rest: &str| {
        let (at, what) = rest.strip_prefix("broken XML at byte ")?.split_once(": ")?;
        Some((at.parse().ok()?, what.to_owned()))
    };
    let problem = match (element(words), broken(words)) {
        (Some(element), _) => WrittenProblem::Missing { element },
        (None, Some((at, what))) => WrittenProblem::NotXml { at, what },
        (None, None) => WrittenProblem::NotXml {
            at: 0,
            what: words.to_owned(),
        },
    };
    serde_json::to_value(problem).unwrap_or_default()
}

impl Written {
    fn record(self, gaps: Gaps) -> Result<Record, Say> {
        let known = self.deliveries.first().map(|delivery| delivery.received);
        let at = self.published.or(known).unwrap_or(gaps.now);
        let deliveries: Vec<Delivery> = match self.deliveries.is_empty() {
            true => vec![WrittenDelivery::only(at, self.times).delivery()],
            false => self
                .deliveries
                .into_iter()
                .map(WrittenDelivery::delivery)
                .collect(),
        };
        if let Some(WrittenDamage { problem, raw }) = self.damaged {
            let damaged = DamagedMessage {
                message_id: self.id,
                receipt_handle: None,
                next_consume_time: self.next_visible,
                problem: problem.problem(),
                raw,
            };
            let message = Recorded::Damaged(Box::new(damaged));
            return Ok(Record {
                message,
                deliveries,
            });
        }
        let body = match self.body {
            Some(Value::String(text)) => text,
            Some(Value::Null) | None => return Err(Say::new("archive-line-body")),
            Some(other) => other.to_string(),
        };
        let properties = read_properties(self.properties)?;
        let message = ReceivedMessage {
            message_id: self.id.unwrap_or_else(|| format!("line-{}", gaps.line)),
            body_md5: self.md5.unwrap_or_else(|| body_md5(&body)),
            body,
            receipt_handle: no_handle(),
            publish_time: at,
            first_consume_time: self.first_consumed.unwrap_or(at),
            next_consume_time: self.next_visible.unwrap_or(at),
            consumed_times: self.times.unwrap_or(1),
            tag: self.tag.filter(|tag| !tag.is_empty()),
            properties: with_keys(properties, self.key, self.sharding_key),
        };
        let message = Recorded::Whole(Box::new(message));
        Ok(Record {
            message,
            deliveries,
        })
    }
}

fn no_handle() -> ReceiptHandle {
    ReceiptHandle::written(NO_HANDLE.to_owned())
}

/// Keys that stand in columns of their own, as other tools write them.
fn with_keys(
    mut pairs: Vec<(String, String)>,
    key: Option<String>,
    sharding_key: Option<String>,
) -> Properties {
    let columns = [
        (properties::KEYS, key),
        (properties::SHARDING_KEY, sharding_key),
    ];
    for (name, value) in columns {
        let known = pairs.iter().any(|(known, _)| known == name);
        if let Some(value) = value.filter(|value| !value.is_empty() && !known) {
            pairs.push((name.to_owned(), value));
        }
    }
    Properties::from(pairs)
}

/// The user's own, as the text of a cell.
pub(super) fn own_properties(all: &Properties) -> String {
    let own: Vec<(String, String)> = all
        .iter()
        .filter(|(key, _)| !properties::SYSTEM_KEYS.contains(key))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    write_properties(Properties::from(own)).map_or(String::new(), |own| own.to_string())
}

/// An object, which is what people expect, unless a key stands twice.
fn write_properties(properties: Properties) -> Option<Value> {
    if properties.is_empty() {
        return None;
    }
    let pairs = properties.into_pairs();
    let mut object = Map::new();
    for (key, value) in &pairs {
        object.insert(key.clone(), Value::String(value.clone()));
    }
    if object.len() == pairs.len() {
        return Some(Value::Object(object));
    }
    let pair = |(key, value)| Value::Array(vec![Value::String(key), Value::String(value)]);
    Some(Value::Array(pairs.into_iter().map(pair).collect()))
}

fn read_properties(written: Option<Value>) -> Result<Vec<(String, String)>, Say> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let wrong = || Say::new("archive-line-properties");
    match written {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Object(object)) => Ok(object
            .into_iter()
            .map(|(key, value)| (key, text(value)))
            .collect()),
        Some(Value::Array(pairs)) => pairs
            .into_iter()
            .map(|pair| match pair {
                Value::Array(pair) => match <[Value; 2]>::try_from(pair) {
                    Ok([Value::String(key), value]) => Ok((key, text(value))),
                    _ => Err(wrong()),
                },
                _ => Err(wrong()),
            })
            .collect(),
        // A cell of CSV holds the object as a text.
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Vec::new()),
        Some(Value::String(text)) => match serde_json::from_str(&text) {
            Ok(Value::String(_)) | Err(_) => Err(wrong()),
            Ok(value) => read_properties(Some(value)),
        },
        Some(_) => Err(wrong()),
    }
}

impl WrittenDelivery {
    fn of(delivery: Delivery) -> Self {
        let ack = match delivery.ack {
            AckState::Done(at) => Some(WrittenAck::Acked { at }),
            AckState::Likely(at) => Some(WrittenAck::LikelyAcked { at }),
            AckState::Refused(refusal) => Some(WrittenAck::Refused {
                code: refusal.failure.code.as_str().to_owned(),
                message: refusal.failure.message,
                at: refusal.at,
                left: refusal.left_millis,
            }),
            AckState::Failed(trouble) | AckState::Unseen(Some(trouble)) => {
                Some(WrittenAck::Failed {
                    why: trouble.detail,
                })
            }
            // What became of it will not be known here.
            AckState::Open | AckState::Pending { .. } | AckState::Unseen(None) => None,
        };
        Self {
            received: delivery.received_at,
            times: delivery.consumed_times,
            returns: delivery.lease.map(|lease| lease.ends()),
            ack,
        }
    }

    /// Where no delivery is written down, there was one.
    fn only(received: Timestamp, times: Option<u32>) -> Self {
        Self {
            received,
            times: times.or(Some(1)),
            returns: None,
            ack: None,
        }
    }

    fn delivery(self) -> Delivery {
        let ack = match self.ack {
            Some(WrittenAck::Acked { at }) => AckState::Done(at),
            Some(WrittenAck::LikelyAcked { at }) => AckState::Likely(at),
            Some(WrittenAck::Refused {
                code,
                message,
                at,
                left,
            }) => AckState::Refused(Box::new(Refusal {
                failure: AckFailure {
                    handle: no_handle(),
                    code: FaultCode::from(code.as_str()),
                    message,
                },
                at,
                left_millis: left,
            })),
            Some(WrittenAck::Failed { why }) => AckState::Unseen(Some(Box::new(Trouble::new(
                Say::new("archive-ack-failed"),
                Say::new("archive-ack-failed-next"),
                why,
            )))),
            Some(WrittenAck::Unknown) | None => AckState::Unseen(None),
        };
        Delivery {
            handle: Some(no_handle()),
            consumed_times: self.times,
            received_at: self.received,
            lease: self.returns.map(|ends| Lease::new(self.received, ends, 0)),
            ack,
        }
    }
}

/// Elements that a problem can be about.
const ELEMENTS: [&str; 8] = [
    "MessageId",
    "MessageBodyMD5",
    "MessageBody",
    "ReceiptHandle",
    "PublishTime",
    "FirstConsumeTime",
    "NextConsumeTime",
    "ConsumedTimes",
];

impl WrittenProblem {
    fn of(problem: DecodeError) -> Self {
        match problem {
            DecodeError::NotXml { at, what } => Self::NotXml { at, what },
            DecodeError::Missing { element } => Self::Missing {
                element: element.to_owned(),
            },
            DecodeError::NotANumber { element, text } => Self::NotANumber {
                element: element.to_owned(),
                text,
            },
            DecodeError::NotThisProtocol { status, found } => {
                Self::NotThisProtocol { status, found }
            }
        }
    }

    fn problem(self) -> DecodeError {
        let known = |name: &str| ELEMENTS.into_iter().find(|element| *element == name);
        // An element that only a later version knows is told in words.
        let words = |what: String| DecodeError::NotXml { at: 0, what };
        match self {
            Self::NotXml { at, what } => DecodeError::NotXml { at, what },
            Self::Missing { element } => match known(&element) {
                Some(element) => DecodeError::Missing { element },
                None => words(format!("<{element}> is missing")),
            },
            Self::NotANumber { element, text } => match known(&element) {
                Some(element) => DecodeError::NotANumber { element, text },
                None => words(format!("<{element}> is {text:?}")),
            },
            Self::NotThisProtocol { status, found } => {
                DecodeError::NotThisProtocol { status, found }
            }
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GAPS: Gaps = Gaps {
        line: 7,
        now: Timestamp::from_millis(5_000),
    };

    fn time() -> impl Strategy<Value = Timestamp> {
        any::<i64>().prop_map(Timestamp::from_millis)
    }

    /// Any text: control characters, emoji, whatever a `String` can hold.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => proptest::collection::vec(any::<char>(), 0..24).prop_map(String::from_iter),
            1 => Just("\u{0}\u{b}\r\n\"\\🦀\u{feff}\u{2028}{\"a\":1}".to_owned()),
        ]
    }

    fn ack() -> impl Strategy<Value = AckState> {
        let refused = (text(), text(), time(), any::<Option<i64>>());
        let refused = refused.prop_map(|(code, message, at, left_millis)| {
            AckState::Refused(Box::new(Refusal {
                failure: AckFailure {
                    handle: no_handle(),
                    code: FaultCode::from(code.as_str()),
                    message,
                },
                at,
                left_millis,
            }))
        });
        let failed = text().prop_map(|detail| {
            AckState::Unseen(Some(Box::new(Trouble::new(
                Say::new("archive-ack-failed"),
                Say::new("archive-ack-failed-next"),
                detail,
            ))))
        });
        prop_oneof![
            Just(AckState::Unseen(None)),
            time().prop_map(AckState::Done),
            time().prop_map(AckState::Likely),
            refused,
            failed,
        ]
    }

    prop_compose! {
        fn delivery()(
            received_at in time(), consumed_times in any::<Option<u32>>(),
            ends in proptest::option::of(time()), ack in ack(),
        ) -> Delivery {
            Delivery {
                handle: Some(no_handle()),
                consumed_times,
                received_at,
                lease: ends.map(|ends| Lease::new(received_at, ends, 0)),
                ack,
            }
        }
    }

    prop_compose! {
        fn message()(
            message_id in text(), body_md5 in text(), body in text(),
            times in (time(), time(), time()), consumed_times in any::<u32>(),
            tag in proptest::option::of("[^\\x00]{1,8}"),
            pairs in proptest::collection::vec((text(), text()), 0..5),
        ) -> ReceivedMessage {
            ReceivedMessage {
                message_id,
                body_md5,
                body,
                receipt_handle: no_handle(),
                publish_time: times.0,
                first_consume_time: times.1,
                next_consume_time: times.2,
                consumed_times,
                tag,
                properties: Properties::from(pairs),
            }
        }
    }

    fn problem() -> impl Strategy<Value = DecodeError> {
        let element = proptest::sample::select(&ELEMENTS[..]);
        prop_oneof![
            (any::<u64>(), text()).prop_map(|(at, what)| DecodeError::NotXml { at, what }),
            element
                .clone()
                .prop_map(|element| DecodeError::Missing { element }),
            (element, text()).prop_map(|(element, text)| DecodeError::NotANumber { element, text }),
            (any::<u16>(), text())
                .prop_map(|(status, found)| DecodeError::NotThisProtocol { status, found }),
        ]
    }

    prop_compose! {
        fn damaged()(
            message_id in proptest::option::of(text()), problem in problem(), raw in text(),
            next_consume_time in proptest::option::of(time()),
        ) -> DamagedMessage {
            DamagedMessage { message_id, receipt_handle: None, next_consume_time, problem, raw }
        }
    }

    fn record() -> impl Strategy<Value = Record> {
        let recorded = prop_oneof![
            message().prop_map(|message| Recorded::Whole(Box::new(message))),
            damaged().prop_map(|damaged| Recorded::Damaged(Box::new(damaged))),
        ];
        let deliveries = proptest::collection::vec(delivery(), 1..4);
        (recorded, deliveries).prop_map(|(message, deliveries)| Record {
            message,
            deliveries,
        })
    }

    fn read(line: &str) -> Record {
        match decode(line, GAPS) {
            Ok(Line::Record(record)) => *record,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn same(a: &Record, b: &Record) {
        assert_eq!(a.message, b.message);
        assert_eq!(format!("{:?}", a.deliveries), format!("{:?}", b.deliveries));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_exactly(record in record()) {
            let line = record.clone().encode().unwrap();
            prop_assert!(!line.contains('\n'));
            same(&read(&line), &record);
        }

        #[test]
        fn no_line_makes_it_fall_over(line in "\\PC{0,60}", cut in 0..200_usize, record in record()) {
            let _ = decode(&line, GAPS);
            let whole = record.encode().unwrap();
            let cut = whole.floor_char_boundary(cut.min(whole.len()));
            let _ = decode(&whole[..cut], GAPS);
        }
    }

    #[test]
    fn handles_do_not_leave() {
        let handle = ReceiptHandle::new("SECRET-HANDLE").unwrap();
        let mut delivery = WrittenDelivery::only(Timestamp::default(), None).delivery();
        delivery.handle = Some(handle.clone());
        delivery.ack = AckState::Refused(Box::new(Refusal {
            failure: AckFailure {
                handle: handle.clone(),
                code: FaultCode::MessageNotExist,
                message: "gone".to_owned(),
            },
            at: Timestamp::default(),
            left_millis: None,
        }));
        let record = read(r#"{"body":"x"}"#);
        let Recorded::Whole(mut message) = record.message else {
            panic!("whole");
        };
        message.receipt_handle = handle;
        let message = Recorded::Whole(message);
        let line = Record {
            message,
            deliveries: vec![delivery],
        }
        .encode()
        .unwrap();
        assert!(!line.contains("SECRET"), "{line}");
    }

    #[test]
    fn lines_of_other_tools_need_only_a_body() {
        let record = read(r#"{"body":{"b":1.10,"a":[]},"key":"k","tag":"","times":3}"#);
        let Recorded::Whole(message) = &record.message else {
            panic!("{record:?}");
        };
        assert_eq!(message.body, r#"{"b":1.10,"a":[]}"#);
        assert_eq!((message.key(), message.tag.as_deref()), (Some("k"), None));
        assert_eq!(message.message_id, "line-7");
        assert_eq!(message.publish_time, GAPS.now);
        assert!(message.body_is_intact());
        assert_eq!(record.deliveries[0].consumed_times, Some(3));

        let bad = |line: &str, key: &str| match decode(line, GAPS) {
            Err(say) => assert_eq!(say.key, key, "{line}"),
            Ok(read) => panic!("{line}: {read:?}"),
        };
        bad("", "archive-line-json");
        bad("[1]", "archive-line-object");
        bad(r#"{"bodi":"x"}"#, "archive-line-body");
        bad(r#"{"body":"x","times":-1}"#, "archive-line-field");
        bad(
            r#"{"body":"x","properties":[["a"]]}"#,
            "archive-line-properties",
        );
    }

    #[test]
    fn the_first_and_the_last_line_are_told_from_messages() {
        let header = Header {
            topic: "orders".to_owned(),
            ..Header::new(GAPS.now)
        };
        let line = header.encode().unwrap();
        assert!(matches!(decode(&line, GAPS), Ok(Line::Header(read)) if read == header));
        assert!(matches!(decode(&encode_end(3), GAPS), Ok(Line::End(3))));
        let later = r#"{"format":"mqscope-messages","version":9,"exported":1,"more":[1]}"#;
        assert!(matches!(decode(later, GAPS), Ok(Line::Header(read)) if read.version == 9));
        let record = read(
            r#"{"body":"x","later":1,"deliveries":[{"received":1,"ack":{"state":"eaten","by":"me"}}]}"#,
        );
        assert_eq!(record.deliveries[0].ack, AckState::Unseen(None));
    }
}
