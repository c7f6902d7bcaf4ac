//! Replies, to and from HTTP status and XML body. One damaged message never costs the others.

use super::fault::{Fault, FaultCode};
use super::message::{ReceiptHandle, ReceivedMessage, Timestamp};
use super::properties::Properties;
use super::request::OperationKind;
use super::xml::{self, Element, Writer};

/// A reply to any of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// 201: the message is stored.
    Published(PublishReceipt),
    /// 200: messages, at least one.
    Messages(MessageList),
    /// 204: every handle was taken.
    Acked,
    /// 404 `<Errors>`: these handles were refused, the others were taken.
    AckRefused(Vec<AckFailure>),
    /// `<Error>`.
    Fault(Fault),
}

/// What a publish answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishReceipt {
    /// Id of the stored message.
    pub message_id: String,
    /// Upper-case hexadecimal MD5 of the body that the server stored.
    pub body_md5: String,
    /// Commits or rolls back a half message; others have none.
    pub receipt_handle: Option<ReceiptHandle>,
}

/// One handle that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckFailure {
    /// The handle.
    pub handle: ReceiptHandle,
    /// Why.
    pub code: FaultCode,
    /// Why, in words.
    pub message: String,
}

/// Messages of one consume.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MessageList {
    /// Messages that could be read.
    pub messages: Vec<ReceivedMessage>,
    /// Messages that could not, with what is left of them. They are leased too.
    pub damaged: Vec<DamagedMessage>,
}

impl MessageList {
    /// Whether nothing was handed out.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.damaged.is_empty()
    }
}

/// A message that cannot be read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedMessage {
    /// Its id, if that much is left.
    pub message_id: Option<String>,
    /// Its handle, if that much is left: it can still be acked.
    pub receipt_handle: Option<ReceiptHandle>,
    /// The end of its lease, if that much is left.
    pub next_consume_time: Option<Timestamp>,
    /// What is wrong, and where.
    pub problem: DecodeError,
    /// Its XML as it came; bytes that are not UTF-8 are replaced.
    pub raw: String,
}

/// Why a reply, or a message in it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not XML.
    #[error("broken XML at byte {at}: {what}")]
    NotXml {
        /// Byte of the text that was read.
        at: u64,
        /// What is wrong there.
        what: String,
    },
    /// An element that must be there is not.
    #[error("<{element}> is missing")]
    Missing {
        /// Its name.
        element: &'static str,
    },
    /// An element whose text means nothing.
    #[error("<{element}> is {text:?}, which is not a number")]
    NotANumber {
        /// Its name.
        element: &'static str,
        /// Its text.
        text: String,
    },
    /// Something else answered: a proxy, a web page, another protocol.
    #[error("HTTP {status} with {found}, which is not the RocketMQ HTTP protocol")]
    NotThisProtocol {
        /// HTTP status.
        status: u16,
        /// What came instead, in short.
        found: String,
    },
}

impl Reply {
    /// HTTP status and body.
    pub fn encode(&self) -> (u16, String) {
        match self {
            Reply::Published(receipt) => {
                let mut xml = Writer::new("Message");
                xml.leaf("MessageId", &receipt.message_id);
                xml.leaf("MessageBodyMD5", &receipt.body_md5);
                if let Some(handle) = &receipt.receipt_handle {
                    xml.leaf("ReceiptHandle", handle.as_str());
                }
                (201, xml.finish("Message"))
            }
            Reply::Messages(list) => {
                let mut xml = Writer::new("Messages");
                for message in &list.messages {
                    encode_received(&mut xml, message);
                }
                (200, xml.finish("Messages"))
            }
            Reply::Acked => (204, String::new()),
            Reply::AckRefused(failures) => {
                let mut xml = Writer::new("Errors");
                for failure in failures {
                    // Exactly these three, in any order: some SDKs index by position. [wire]
                    xml.start("Error");
                    xml.leaf("ErrorCode", failure.code.as_str());
                    xml.leaf("ErrorMessage", &failure.message);
                    xml.leaf("ReceiptHandle", failure.handle.as_str());
                    xml.end("Error");
                }
                (404, xml.finish("Errors"))
            }
            Reply::Fault(fault) => {
                let mut xml = Writer::new("Error");
                xml.leaf("Code", fault.code.as_str());
                xml.leaf("Message", &fault.message);
                xml.leaf("RequestId", &fault.request_id);
                xml.leaf("HostId", &fault.host_id);
                (fault.status, xml.finish("Error"))
            }
        }
    }

    /// Reads the reply to a request of this kind.
    ///
    /// # Errors
    /// When it is not a reply of this protocol. A consume whose reply is damaged is not an error
    /// as long as it holds a message, whole or damaged.
    pub fn decode(asked: OperationKind, status: u16, body: &[u8]) -> Result<Self, DecodeError> {
        let success = (200..300).contains(&status);
        match asked {
            OperationKind::Ack if success => Ok(Reply::Acked),
            OperationKind::Consume if success => decode_list(body).map(Reply::Messages),
            OperationKind::Publish if success => {
                let root = parse(body)?;
                expect_root(&root, "Message", status)?;
                Ok(Reply::Published(PublishReceipt {
                    message_id: required(&root, "MessageId")?.to_owned(),
                    body_md5: required(&root, "MessageBodyMD5")?.to_owned(),
                    receipt_handle: root.text_of("ReceiptHandle").and_then(ReceiptHandle::new),
                }))
            }
            _ => decode_refusal(status, body),
        }
    }
}

fn decode_refusal(status: u16, body: &[u8]) -> Result<Reply, DecodeError> {
    let not_this_protocol = || DecodeError::NotThisProtocol {
        status,
        found: excerpt(body),
    };
    let root = xml::parse(body).map_err(|_| not_this_protocol())?;
    match root.name.as_str() {
        "Error" if root.child("Code").is_some() => {
            let text = |name| root.text_of(name).unwrap_or_default().to_owned();
            Ok(Reply::Fault(Fault {
                status,
                code: FaultCode::from(text("Code").trim()),
                message: text("Message"),
                request_id: text("RequestId"),
                host_id: text("HostId"),
            }))
        }
        // Whoever is not named was acked, so an item that names nobody spoils the whole reply.
        "Errors" => root
            .children
            .iter()
            .map(|item| {
                let handle = item.text_of("ReceiptHandle").and_then(ReceiptHandle::new);
                Ok(AckFailure {
                    handle: handle.ok_or(DecodeError::Missing {
                        element: "ReceiptHandle",
                    })?,
                    code: FaultCode::from(item.text_of("ErrorCode").unwrap_or_default().trim()),
                    message: item.text_of("ErrorMessage").unwrap_or_default().to_owned(),
                })
            })
            .collect::<Result<_, _>>()
            .map(Reply::AckRefused),
        _ => Err(not_this_protocol()),
    }
}

/// The first words of what came, for an error message.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(400)]);
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(80).collect();
    if line.is_empty() {
        "an empty body".to_owned()
    } else {
        format!("{line:?}")
    }
}

fn parse(bytes: &[u8]) -> Result<Element, DecodeError> {
    xml::parse(bytes).map_err(|error| DecodeError::NotXml {
        at: error.at,
        what: error.what,
    })
}

fn expect_root(root: &Element, name: &str, status: u16) -> Result<(), DecodeError> {
    if root.name == name {
        return Ok(());
    }
    Err(DecodeError::NotThisProtocol {
        status,
        found: format!("<{}>", root.name),
    })
}

fn required<'a>(element: &'a Element, name: &'static str) -> Result<&'a str, DecodeError> {
    element
        .text_of(name)
        .ok_or(DecodeError::Missing { element: name })
}

fn number<T: std::str::FromStr>(element: &Element, name: &'static str) -> Result<T, DecodeError> {
    let text = required(element, name)?;
    text.trim().parse().map_err(|_| DecodeError::NotANumber {
        element: name,
        text: text.to_owned(),
    })
}

fn instant(element: &Element, name: &'static str) -> Result<Timestamp, DecodeError> {
    number(element, name).map(Timestamp::from_millis)
}

fn encode_received(xml: &mut Writer, message: &ReceivedMessage) {
    xml.start("Message");
    xml.leaf("MessageId", &message.message_id);
    xml.leaf("MessageBodyMD5", &message.body_md5);
    xml.leaf("MessageBody", &message.body);
    xml.leaf("ReceiptHandle", message.receipt_handle.as_str());
    for (name, at) in [
        ("PublishTime", message.publish_time),
        ("FirstConsumeTime", message.first_consume_time),
        ("NextConsumeTime", message.next_consume_time),
    ] {
        xml.leaf(name, &at.millis().to_string());
    }
    xml.leaf("ConsumedTimes", &message.consumed_times.to_string());
    if let Some(tag) = &message.tag {
        xml.leaf("MessageTag", tag);
    }
    if !message.properties.is_empty() {
        xml.leaf("Properties", &message.properties.encode());
    }
    xml.end("Message");
}

fn decode_received(element: &Element) -> Result<ReceivedMessage, DecodeError> {
    let handle = required(element, "ReceiptHandle")?;
    Ok(ReceivedMessage {
        message_id: required(element, "MessageId")?.to_owned(),
        body_md5: required(element, "MessageBodyMD5")?.to_owned(),
        body: required(element, "MessageBody")?.to_owned(),
        receipt_handle: ReceiptHandle::new(handle).ok_or(DecodeError::Missing {
            element: "ReceiptHandle",
        })?,
        publish_time: instant(element, "PublishTime")?,
        // Ordered and half messages may come without one; it says nothing there. [doc]
        first_consume_time: match element.child("FirstConsumeTime") {
            Some(_) => instant(element, "FirstConsumeTime")?,
            None => instant(element, "PublishTime")?,
        },
        next_consume_time: instant(element, "NextConsumeTime")?,
        consumed_times: number(element, "ConsumedTimes")?,
        tag: element
            .text_of("MessageTag")
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned),
        properties: Properties::decode(element.text_of("Properties").unwrap_or("")),
    })
}

/// Each message is read on its own, from `<Message>` to `</Message>` in the raw bytes, so that
/// one broken message, or an end that never arrived, leaves the others readable. Text holds no
/// raw `<`, so these marks can only be the real ones (a CDATA section with them in it costs
/// that message, not the rest).
fn decode_list(body: &[u8]) -> Result<MessageList, DecodeError> {
    if let Ok(root) = xml::parse(body) {
        expect_root(&root, "Messages", 200)?;
        let messages: Result<Vec<ReceivedMessage>, DecodeError> =
            root.children.iter().map(decode_received).collect();
        if let Ok(messages) = messages {
            return Ok(MessageList {
                messages,
                damaged: Vec::new(),
            });
        }
    }
    let mut list = MessageList::default();
    for slice in message_slices(body) {
        match parse(slice).and_then(|element| decode_received(&element)) {
            Ok(message) => list.messages.push(message),
            Err(problem) => list.damaged.push(salvage(slice, problem)),
        }
    }
    if list.is_empty() {
        return match parse(body) {
            Err(problem @ DecodeError::NotXml { .. }) if find(body, b"<Messages", 0).is_some() => {
                Err(problem)
            }
            _ => Err(DecodeError::NotThisProtocol {
                status: 200,
                found: excerpt(body),
            }),
        };
    }
    Ok(list)
}

fn message_slices(body: &[u8]) -> Vec<&[u8]> {
    let mut slices = Vec::new();
    let mut from = 0;
    while let Some(start) = find(body, b"<Message>", from) {
        let next_start = find(body, b"<Message>", start + 1).unwrap_or(body.len());
        let end = match find(body, b"</Message>", start) {
            Some(end) if end < next_start => end + b"</Message>".len(),
            _ => next_start,
        };
        slices.push(&body[start..end]);
        from = end;
    }
    slices
}

fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    haystack
        .get(from..)?
        .windows(needle.len())
        .position(|window| window == needle)
        .map(|at| at + from)
}

fn salvage(slice: &[u8], problem: DecodeError) -> DamagedMessage {
    let raw = String::from_utf8_lossy(slice).into_owned();
    let field = |name: &str| {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (_, rest) = raw.split_once(&open)?;
        let (text, _) = rest.split_once(&close)?;
        Some(text.trim().to_owned())
    };
    DamagedMessage {
        message_id: field("MessageId").filter(|id| !id.is_empty()),
        receipt_handle: field("ReceiptHandle").and_then(|text| ReceiptHandle::new(&text)),
        next_consume_time: field("NextConsumeTime")
            .and_then(|text| text.parse().ok())
            .map(Timestamp::from_millis),
        problem,
        raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(n: u32, body: &str) -> ReceivedMessage {
        ReceivedMessage {
            message_id: format!("ID{n}"),
            body_md5: super::super::body_md5(body),
            body: body.to_owned(),
            receipt_handle: ReceiptHandle::new(&format!("h-{n}")).unwrap_or_else(|| unreachable!()),
            publish_time: Timestamp::from_millis(1),
            first_consume_time: Timestamp::from_millis(2),
            next_consume_time: Timestamp::from_millis(i64::from(n)),
            consumed_times: n,
            tag: None,
            properties: Properties::default(),
        }
    }

    fn list(messages: Vec<ReceivedMessage>) -> String {
        Reply::Messages(MessageList {
            messages,
            damaged: Vec::new(),
        })
        .encode()
        .1
    }

    fn decode(body: &[u8]) -> MessageList {
        match Reply::decode(OperationKind::Consume, 200, body) {
            Ok(Reply::Messages(list)) => list,
            other => {
                assert_eq!(format!("{other:?}"), "a list");
                MessageList::default()
            }
        }
    }

    #[test]
    fn one_damaged_message_leaves_the_others() {
        let whole = list(vec![
            message(1, "one"),
            message(2, "two"),
            message(3, "three"),
        ]);
        let check = |xml: Vec<u8>, whole: &[&str], handle: Option<&str>| {
            let read = decode(&xml);
            let ids: Vec<&str> = read
                .messages
                .iter()
                .map(|m| m.message_id.as_str())
                .collect();
            assert_eq!(ids, whole);
            assert_eq!(read.damaged.len(), 1, "{read:?}");
            let left = read.damaged[0].receipt_handle.as_ref();
            assert_eq!(left.map(ReceiptHandle::as_str), handle);
        };
        let control = whole.replace("two", "t\u{1}o");
        check(control.into_bytes(), &["ID1", "ID3"], Some("h-2"));
        let unescaped = whole.replace("two", "a & b");
        check(unescaped.into_bytes(), &["ID1", "ID3"], Some("h-2"));
        let no_handle = whole.replace("<ReceiptHandle>h-2</ReceiptHandle>", "");
        check(no_handle.into_bytes(), &["ID1", "ID3"], None);
        let not_a_number = whole.replace("<ConsumedTimes>3<", "<ConsumedTimes>often<");
        check(not_a_number.into_bytes(), &["ID1", "ID2"], Some("h-3"));
        let cut = whole.find("<NextConsumeTime>3").unwrap_or_default();
        check(
            whole.as_bytes()[..cut].to_vec(),
            &["ID1", "ID2"],
            Some("h-3"),
        );
        let mut not_utf8 = whole.into_bytes();
        let at = find(&not_utf8, b"two", 0).unwrap_or_default();
        not_utf8[at] = 0xff;
        check(not_utf8, &["ID1", "ID3"], Some("h-2"));
    }

    #[test]
    fn what_is_not_this_protocol_is_named() {
        let check = |kind, status, body: &str| {
            assert!(
                matches!(
                    Reply::decode(kind, status, body.as_bytes()),
                    Err(DecodeError::NotThisProtocol { .. })
                ),
                "{body}"
            );
        };
        check(
            OperationKind::Consume,
            200,
            "<html><body>Log in</body></html>",
        );
        check(OperationKind::Consume, 200, "");
        check(OperationKind::Publish, 201, "<Messages/>");
        check(OperationKind::Ack, 502, "Bad gateway");
    }

    #[test]
    fn faults_and_refused_handles_travel() {
        let fault = Reply::Fault(Fault {
            status: 403,
            code: FaultCode::SignatureDoesNotMatch,
            message: "a < b & c".to_owned(),
            request_id: "R".to_owned(),
            host_id: "http://h".to_owned(),
        });
        let (status, xml) = fault.encode();
        assert_eq!(
            Reply::decode(OperationKind::Consume, status, xml.as_bytes()),
            Ok(fault)
        );
        let refused = Reply::AckRefused(vec![AckFailure {
            handle: ReceiptHandle::new("h").unwrap_or_else(|| unreachable!()),
            code: FaultCode::MessageNotExist,
            message: "late".to_owned(),
        }]);
        let (status, xml) = refused.encode();
        assert_eq!(
            Reply::decode(OperationKind::Ack, status, xml.as_bytes()),
            Ok(refused)
        );
    }

    #[test]
    fn a_refused_handle_is_never_passed_over() {
        let errors = |item: &str| {
            let xml = format!("<Errors><Error>{item}</Error></Errors>");
            Reply::decode(OperationKind::Ack, 404, xml.as_bytes())
        };
        let no_code = errors("<ReceiptHandle>h</ReceiptHandle>");
        assert!(matches!(no_code, Ok(Reply::AckRefused(list)) if list.len() == 1));
        let no_handle = errors("<ErrorCode>MessageNotExist</ErrorCode>");
        assert!(matches!(no_handle, Err(DecodeError::Missing { .. })));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            bodies in proptest::collection::vec("[^\\p{Cc}\u{fffe}\u{ffff}]{0,30}[\r\n\t]?", 1..5),
            tag in proptest::option::of("[^\\p{Cc}\u{fffe}\u{ffff}]{1,9}"),
        ) {
            let messages: Vec<ReceivedMessage> = bodies
                .iter()
                .zip(1..)
                .map(|(body, n)| ReceivedMessage { tag: tag.clone(), ..message(n, body) })
                .collect();
            let read = decode(list(messages.clone()).as_bytes());
            prop_assert_eq!(read.messages, messages);
            prop_assert!(read.damaged.is_empty());
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            for kind in [OperationKind::Publish, OperationKind::Consume, OperationKind::Ack] {
                let _ = Reply::decode(kind, 200, &bytes);
                let _ = Reply::decode(kind, 404, &bytes);
            }
        }
    }
}
