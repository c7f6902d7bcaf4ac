//! What is printed: one JSON object a line. Results go to stdout, everything else to stderr.
//! The shapes stand here and nowhere else, so that scripts can rely on them.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use super::language::texts;
use crate::protocol::{
    AckFailure, DamagedMessage, FaultCode, PublishReceipt, ReceiptHandle, ReceivedMessage,
};

/// What `publish` prints.
#[derive(Debug, Serialize)]
pub(super) struct Published<'a> {
    message_id: &'a str,
    body_md5: &'a str,
    request_id: Option<&'a str>,
}

impl<'a> Published<'a> {
    pub(super) fn new(receipt: &'a PublishReceipt, request_id: Option<&'a str>) -> Self {
        Self {
            message_id: &receipt.message_id,
            body_md5: &receipt.body_md5,
            request_id,
        }
    }
}

/// What `consume` prints for a message. Times are Unix milliseconds.
#[derive(Debug, Serialize)]
pub(super) struct Consumed<'a> {
    message_id: &'a str,
    body: &'a str,
    body_md5: &'a str,
    tag: Option<&'a str>,
    key: Option<&'a str>,
    /// All of them, the system's included, as they came.
    properties: Map<String, Value>,
    publish_time: i64,
    first_consume_time: i64,
    next_consume_time: i64,
    consumed_times: u32,
    receipt_handle: &'a str,
}

impl<'a> From<&'a ReceivedMessage> for Consumed<'a> {
    fn from(message: &'a ReceivedMessage) -> Self {
        Self {
            message_id: &message.message_id,
            body: &message.body,
            body_md5: &message.body_md5,
            tag: message.tag.as_deref(),
            key: message.key(),
            properties: message
                .properties
                .iter()
                .map(|(key, value)| (key.to_owned(), Value::from(value)))
                .collect(),
            publish_time: message.publish_time.millis(),
            first_consume_time: message.first_consume_time.millis(),
            next_consume_time: message.next_consume_time.millis(),
            consumed_times: message.consumed_times,
            receipt_handle: message.receipt_handle.as_str(),
        }
    }
}

/// What `ack` prints for a handle.
#[derive(Debug, Serialize)]
pub(super) struct AckLine<'a> {
    receipt_handle: &'a str,
    acked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl<'a> AckLine<'a> {
    pub(super) fn acked(handle: &'a ReceiptHandle) -> Self {
        Self {
            receipt_handle: handle.as_str(),
            acked: true,
            code: None,
            message: None,
        }
    }

    pub(super) fn refused(handle: &'a ReceiptHandle, code: &'a str, message: &'a str) -> Self {
        Self {
            receipt_handle: handle.as_str(),
            acked: false,
            code: Some(code),
            message: Some(message),
        }
    }
}

/// An error, on stderr.
#[derive(Debug, Default, Serialize)]
pub(super) struct ErrorReport {
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// The server's code, if it refused.
    pub(super) code: Option<String>,
    pub(super) request_id: Option<String>,
    /// HTTP status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<u16>,
    /// The handle that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) receipt_handle: Option<String>,
    /// The message that was to be published may be stored all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) outcome_unknown: bool,
    /// What it means for what was asked, in the language of this process; so is the next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meaning: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_step: Option<String>,
    /// Everything that is wrong with the message to publish.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) problems: Vec<FieldProblem>,
}

impl ErrorReport {
    pub(super) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            ..Self::default()
        }
    }

    /// A handle that the server refused. `attempts` is how often the ack was sent.
    pub(super) fn refused_handle(failure: &AckFailure, attempts: u32) -> Self {
        Self {
            code: Some(failure.code.to_string()),
            receipt_handle: Some(failure.handle.to_string()),
            next_step: (attempts > 1 && failure.code == FaultCode::MessageNotExist)
                .then(|| texts().get("cli-say-maybe-taken").to_owned()),
            ..Self::new("refused", failure.message.as_str())
        }
    }
}

/// Something that is wrong with a field of a message.
#[derive(Debug, Serialize)]
pub(super) struct FieldProblem {
    /// The argument that it is about, such as `--tag`.
    pub(super) argument: String,
    pub(super) message: String,
}

/// A message that came but cannot be read, on stderr. It is leased like any other.
#[derive(Debug, Serialize)]
struct Damaged<'a> {
    message_id: Option<&'a str>,
    receipt_handle: Option<&'a str>,
    next_consume_time: Option<i64>,
    problem: String,
    raw: &'a str,
}

/// Prints a result on stdout, at once.
///
/// # Errors
/// When stdout is closed or full: then nobody has seen the line.
pub(super) fn print(value: &impl Serialize) -> io::Result<()> {
    write_line(io::stdout().lock(), value)
}

/// Prints an error: the fault itself, for a script to read its `code`.
pub(super) fn report(error: &ErrorReport) {
    // Where stderr is closed there is nobody left to tell.
    let _ = write_line(io::stderr().lock(), error);
}

/// Prints a remark that is no error.
pub(super) fn notice(message: &str) {
    tell("notice", &serde_json::json!({ "message": message }));
}

/// Prints a message that cannot be read.
pub(super) fn report_damaged(message: &DamagedMessage) {
    tell(
        "damaged",
        &Damaged {
            message_id: message.message_id.as_deref(),
            receipt_handle: message.receipt_handle.as_ref().map(ReceiptHandle::as_str),
            next_consume_time: message.next_consume_time.map(|at| at.millis()),
            problem: message.problem.to_string(),
            raw: &message.raw,
        },
    );
}

/// Prints text for a person, where there is no JSON for it.
pub(super) fn complain(text: &str) {
    // Where stderr is closed there is nobody left to tell.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn tell(what: &str, value: &impl Serialize) {
    let Ok(value) = serde_json::to_value(value) else {
        return;
    };
    // Where stderr is closed there is nobody left to tell.
    let line = Map::from_iter([(what.to_owned(), value)]);
    let _ = write_line(io::stderr().lock(), &line);
}

fn write_line(mut to: impl Write, value: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::Timestamp;
    use crate::protocol::properties::Properties;

    fn check(value: &impl Serialize, expected: &str) {
        let mut line = Vec::new();
        write_line(&mut line, value).unwrap();
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expected}\n"));
    }

    #[test]
    fn a_message_has_every_field_on_one_line() {
        let mut message = ReceivedMessage {
            message_id: "ID".to_owned(),
            body_md5: "MD5".to_owned(),
            body: "a\n\"中\"".to_owned(),
            receipt_handle: ReceiptHandle::new("h").unwrap(),
            publish_time: Timestamp::from_millis(1),
            first_consume_time: Timestamp::from_millis(2),
            next_consume_time: Timestamp::from_millis(3),
            consumed_times: 4,
            tag: None,
            properties: Properties::default(),
        };
        check(
            &Consumed::from(&message),
            r#"{"message_id":"ID","body":"a\n\"中\"","body_md5":"MD5","tag":null,"key":null,"properties":{},"publish_time":1,"first_consume_time":2,"next_consume_time":3,"consumed_times":4,"receipt_handle":"h"}"#,
        );
        message.tag = Some("T".to_owned());
        message.properties = Properties::decode("b:2|KEYS:k|");
        let value = serde_json::to_value(Consumed::from(&message)).unwrap();
        assert_eq!(value["tag"], "T");
        assert_eq!(value["key"], "k");
        assert_eq!(value["properties"].to_string(), r#"{"b":"2","KEYS":"k"}"#);
    }

    #[test]
    fn the_other_shapes() {
        let receipt = PublishReceipt {
            message_id: "ID".to_owned(),
            body_md5: "MD5".to_owned(),
            receipt_handle: None,
        };
        check(
            &Published::new(&receipt, None),
            r#"{"message_id":"ID","body_md5":"MD5","request_id":null}"#,
        );
        let handle = ReceiptHandle::new("h").unwrap();
        check(
            &AckLine::acked(&handle),
            r#"{"receipt_handle":"h","acked":true}"#,
        );
        check(
            &AckLine::refused(&handle, "MessageNotExist", "late"),
            r#"{"receipt_handle":"h","acked":false,"code":"MessageNotExist","message":"late"}"#,
        );
        check(
            &ErrorReport::new("usage", "what is wrong"),
            r#"{"kind":"usage","message":"what is wrong","code":null,"request_id":null}"#,
        );
    }
}
