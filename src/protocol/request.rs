//! The five requests, to and from the parts of an HTTP request. Headers are not looked at here:
//! signing and checking them is `sign.rs`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::fault::{FaultCode, Refusal};
use super::limits::Limits;
use super::message::{
    GroupId, InstanceId, InvalidName, MessageParts, ReceiptHandle, TagFilter, TopicName,
};
use super::properties::Properties;
use super::xml::{self, Element, Writer};

/// What a topic name may hold unescaped in a path.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Most receipt handles of one ack. [doc]
pub const MAX_HANDLES: usize = 16;

/// Longest request line that servers take, in characters. [doc]
pub const MAX_REQUEST_LINE: usize = 1024;

/// One request: where, and what to do there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Instance (`ns`); some servers have a default one.
    pub instance: Option<InstanceId>,
    /// The topic.
    pub topic: TopicName,
    /// What to do.
    pub operation: Operation,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// POST: publish one message.
    Publish(MessageParts),
    /// GET: take up to `count` messages for a group.
    Consume {
        /// The consumer group.
        group: GroupId,
        /// 1 to 16.
        count: u32,
        /// Long poll, 0 to 30 seconds.
        wait_secs: u32,
        /// Which tags.
        tag: TagFilter,
        /// Plain, ordered, or half messages to check.
        mode: ConsumeMode,
    },
    /// DELETE: end deliveries by their handles.
    Ack {
        /// The consumer group; a producer that commits its half message may leave it out.
        group: Option<GroupId>,
        /// 1 to 16 handles.
        handles: HandleList,
        /// Ack, commit or roll back.
        action: AckAction,
    },
}

/// Which of the requests, without its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// POST.
    Publish,
    /// GET.
    Consume,
    /// DELETE.
    Ack,
}

/// How to consume (`trans` of a GET).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConsumeMode {
    /// No `trans`.
    #[default]
    Plain,
    /// `trans=order`: in order per sharding key.
    Ordered,
    /// `trans=pop`: half messages that want a check.
    Half,
}

impl ConsumeMode {
    /// Its `trans` parameter.
    pub fn as_trans(self) -> Option<&'static str> {
        match self {
            ConsumeMode::Plain => None,
            ConsumeMode::Ordered => Some("order"),
            ConsumeMode::Half => Some("pop"),
        }
    }
}

/// What a DELETE does (`trans` of a DELETE).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AckAction {
    /// No `trans`: the delivery is done.
    #[default]
    Ack,
    /// `trans=commit`: the half message becomes visible.
    Commit,
    /// `trans=rollback`: the half message is dropped.
    Rollback,
}

impl AckAction {
    /// Its `trans` parameter.
    pub fn as_trans(self) -> Option<&'static str> {
        match self {
            AckAction::Ack => None,
            AckAction::Commit => Some("commit"),
            AckAction::Rollback => Some("rollback"),
        }
    }
}

/// 1 to 16 receipt handles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandleList(Vec<ReceiptHandle>);

impl HandleList {
    /// `None` if there are no handles, or more than [`MAX_HANDLES`].
    pub fn new(handles: Vec<ReceiptHandle>) -> Option<Self> {
        (1..=MAX_HANDLES)
            .contains(&handles.len())
            .then_some(Self(handles))
    }

    /// Any number of handles, in lists that one request each can carry.
    pub fn chunks(handles: &[ReceiptHandle]) -> impl Iterator<Item = HandleList> {
        handles
            .chunks(MAX_HANDLES)
            .map(|chunk| HandleList(chunk.to_vec()))
    }

    /// The handles.
    pub fn as_slice(&self) -> &[ReceiptHandle] {
        &self.0
    }
}

impl Operation {
    /// Which request it is.
    pub fn kind(&self) -> OperationKind {
        match self {
            Operation::Publish(_) => OperationKind::Publish,
            Operation::Consume { .. } => OperationKind::Consume,
            Operation::Ack { .. } => OperationKind::Ack,
        }
    }
}

impl OperationKind {
    /// Its HTTP method.
    pub fn method(self) -> &'static str {
        match self {
            OperationKind::Publish => "POST",
            OperationKind::Consume => "GET",
            OperationKind::Ack => "DELETE",
        }
    }
}

impl Call {
    /// Path and query, encoded: what stands on the request line and is signed.
    pub fn target(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let mut pair = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        };
        match &self.operation {
            Operation::Publish(_) => {}
            Operation::Consume {
                group,
                count,
                wait_secs,
                tag,
                mode,
            } => {
                pair("consumer", Some(group.as_str()));
                pair("numOfMessages", Some(&count.to_string()));
                if *wait_secs > 0 {
                    pair("waitseconds", Some(&wait_secs.to_string()));
                }
                pair("tag", tag.expression().as_deref());
                pair("trans", mode.as_trans());
            }
            Operation::Ack { group, action, .. } => {
                pair("consumer", Some(group.as_ref().map_or("", GroupId::as_str)));
                pair("trans", action.as_trans());
            }
        }
        pair("ns", self.instance.as_ref().map(InstanceId::as_str));
        let query = query.finish();
        let path = format!(
            "/topics/{}/messages",
            utf8_percent_encode(self.topic.as_str(), PATH_SEGMENT)
        );
        if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        }
    }

    /// The XML body; a GET has none.
    pub fn body(&self) -> Option<String> {
        match &self.operation {
            Operation::Publish(parts) => Some(encode_message(parts)),
            Operation::Consume { .. } => None,
            Operation::Ack { handles, .. } => {
                let mut xml = Writer::new("ReceiptHandles");
                for handle in handles.as_slice() {
                    xml.leaf("ReceiptHandle", handle.as_str());
                }
                Some(xml.finish("ReceiptHandles"))
            }
        }
    }

    /// Reads a request, with every quirk of the official SDKs. The body of a GET is not looked
    /// at: C# and C++ send stray bytes there. [wire]
    ///
    /// # Errors
    /// The refusal to answer with.
    pub fn decode(
        method: &str,
        target: &str,
        body: &[u8],
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let topic = decode_path(path)?;
        let query = Query::decode(query);
        let instance = query.name("ns")?;
        let operation = match method {
            "POST" => Operation::Publish(decode_message(body)?),
            "GET" => decode_consume(&query, limits)?,
            "DELETE" => decode_ack(&query, body)?,
            other => {
                return Err(Refusal::new(
                    FaultCode::InvalidRequestURL,
                    format!("{other} is not served here; use POST, GET or DELETE"),
                ));
            }
        };
        Ok(Self {
            instance,
            topic,
            operation,
        })
    }
}

fn decode_path(path: &str) -> Result<TopicName, Refusal> {
    let refuse = |why: String| Refusal::new(FaultCode::InvalidRequestURL, why);
    let segment = path
        .strip_prefix("/topics/")
        .and_then(|rest| rest.strip_suffix("/messages"))
        .ok_or_else(|| refuse(format!("{path} is not /topics/{{topic}}/messages")))?;
    percent_decode_str(segment)
        .decode_utf8_lossy()
        .parse()
        .map_err(|error: InvalidName| refuse(error.to_string()))
}

/// Decoded query parameters; of several with one name the first counts.
struct Query(Vec<(String, String)>);

impl Query {
    fn decode(query: &str) -> Self {
        Self(
            form_urlencoded::parse(query.as_bytes())
                .into_owned()
                .collect(),
        )
    }

    /// A parameter that is there and not empty.
    fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(key, _)| key == name)?;
        (!value.is_empty()).then_some(value)
    }

    fn name<T: std::str::FromStr<Err = InvalidName>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, Refusal> {
        self.get(name)
            .map(str::parse)
            .transpose()
            .map_err(|error: InvalidName| invalid(error.to_string()))
    }

    fn number(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name)
            .map(|text| {
                text.trim()
                    .parse()
                    .map_err(|_| invalid(format!("{name} is {text:?}, which is not a number")))
            })
            .transpose()
    }
}

fn invalid(why: String) -> Refusal {
    Refusal::new(FaultCode::InvalidArgument, why)
}

fn malformed(why: impl std::fmt::Display) -> Refusal {
    Refusal::new(FaultCode::MalformedXML, why.to_string())
}

fn decode_consume(query: &Query, limits: &Limits) -> Result<Operation, Refusal> {
    let group = query
        .name("consumer")?
        .ok_or_else(|| invalid("consumer is missing: name the consumer group".to_owned()))?;
    let count = query
        .number("numOfMessages")?
        .ok_or_else(|| invalid("numOfMessages is missing".to_owned()))?;
    let count = u32::try_from(count)
        .ok()
        .filter(|count| (1..=limits.max_batch).contains(count))
        .ok_or_else(|| {
            invalid(format!(
                "numOfMessages is {count}, but must be 1 to {}",
                limits.max_batch
            ))
        })?;
    // PHP and Node may send -1 for "no wait". [wire]
    let wait = query.number("waitseconds")?.unwrap_or(0).max(0);
    let wait_secs = u32::try_from(wait)
        .ok()
        .filter(|wait| *wait <= limits.max_wait_secs)
        .ok_or_else(|| {
            invalid(format!(
                "waitseconds is {wait}, but must be 0 to {}",
                limits.max_wait_secs
            ))
        })?;
    let mode = match query.get("trans") {
        None => ConsumeMode::Plain,
        Some("order") => ConsumeMode::Ordered,
        Some("pop") => ConsumeMode::Half,
        Some(other) => {
            return Err(invalid(format!("trans is {other:?}; use order or pop")));
        }
    };
    Ok(Operation::Consume {
        group,
        count,
        wait_secs,
        tag: TagFilter::parse(query.get("tag").unwrap_or("")),
        mode,
    })
}

fn decode_ack(query: &Query, body: &[u8]) -> Result<Operation, Refusal> {
    let group = query.name("consumer")?;
    let action = match query.get("trans") {
        // Nothing says so, but an ordered consumer's ack may name its mode.
        None | Some("order") => AckAction::Ack,
        Some("commit") => AckAction::Commit,
        Some("rollback") => AckAction::Rollback,
        Some(other) => {
            return Err(invalid(format!(
                "trans is {other:?}; use commit or rollback"
            )));
        }
    };
    if action == AckAction::Ack && group.is_none() {
        return Err(invalid(
            "consumer is missing: name the consumer group".to_owned(),
        ));
    }
    let root = parse_root(body, "ReceiptHandles")?;
    let handles: Vec<ReceiptHandle> = root
        .children
        .iter()
        .filter(|child| child.name == "ReceiptHandle")
        .filter_map(|child| ReceiptHandle::new(&child.text))
        .collect();
    let given = handles.len();
    let handles = HandleList::new(handles).ok_or_else(|| {
        if given == 0 {
            Refusal::new(FaultCode::MissingReceiptHandle, "no receipt handle given")
        } else {
            invalid(format!(
                "{given} receipt handles given, at most {MAX_HANDLES} are allowed"
            ))
        }
    })?;
    Ok(Operation::Ack {
        group,
        handles,
        action,
    })
}

fn parse_root(body: &[u8], name: &str) -> Result<Element, Refusal> {
    let root = xml::parse(body)
        .map_err(|error| malformed(format!("at byte {}: {}", error.at, error.what)))?;
    if root.name == name {
        Ok(root)
    } else {
        Err(malformed(format!("<{}> instead of <{name}>", root.name)))
    }
}

fn encode_message(parts: &MessageParts) -> String {
    let mut xml = Writer::new("Message");
    xml.leaf("MessageBody", &parts.body);
    if let Some(tag) = &parts.tag {
        xml.leaf("MessageTag", tag);
    }
    let properties = parts.wire_properties();
    if !properties.is_empty() {
        xml.leaf("Properties", &properties.encode());
    }
    xml.finish("Message")
}

fn decode_message(body: &[u8]) -> Result<MessageParts, Refusal> {
    let mut root = parse_root(body, "Message")?;
    let text = root
        .take_text_of("MessageBody")
        .ok_or_else(|| malformed("<MessageBody> is missing"))?;
    let tag = root.take_text_of("MessageTag");
    MessageParts {
        body: text,
        tag: tag.filter(|tag| !tag.is_empty()),
        ..MessageParts::default()
    }
    .with_wire_properties(Properties::decode(root.text_of("Properties").unwrap_or("")))
    .map_err(|key| invalid(format!("the property {key} is not a number")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Profile, Timestamp};
    use proptest::prelude::*;

    fn refused(method: &str, target: &str, body: &str) -> FaultCode {
        match Call::decode(method, target, body.as_bytes(), &Profile::Sandbox.limits()) {
            Ok(call) => FaultCode::Other(format!("accepted {call:?}")),
            Err(refusal) => refusal.code,
        }
    }

    fn consume(query: &str) -> Result<Operation, Refusal> {
        let target = format!("/topics/t/messages?{query}");
        // The stray body of C# must not matter.
        Call::decode("GET", &target, b"a", &Profile::Sandbox.limits()).map(|call| call.operation)
    }

    #[test]
    fn quirks_of_the_sdks_are_taken() {
        let tag_of = |query: &str| match consume(query) {
            Ok(Operation::Consume { tag, wait_secs, .. }) => (tag.expression(), wait_secs),
            other => (Some(format!("{other:?}")), 99),
        };
        let base = "numOfMessages=1&consumer=G";
        let check = |extra: &str, tag: Option<&str>, wait: u32| {
            assert_eq!(
                tag_of(&format!("{base}{extra}")),
                (tag.map(str::to_owned), wait),
                "{extra}"
            );
        };
        check("&waitseconds=-1", None, 0);
        check("&waitseconds=30&ns=", None, 30);
        check("&tag=TagA||TagB", Some("TagA||TagB"), 0);
        check("&tag=a+b%2Bc", Some("a b+c"), 0);
        check("&tag=q'(r)", Some("q'(r)"), 0);
    }

    #[test]
    fn each_bad_request_gets_its_own_code() {
        use FaultCode::*;
        let messages = "/topics/t/messages";
        let check = |method: &str, target: &str, body: &str, code: FaultCode| {
            assert_eq!(
                refused(method, target, body),
                code,
                "{method} {target} {body}"
            );
        };
        check("GET", "/queues/t/messages", "", InvalidRequestURL);
        check("PUT", messages, "", InvalidRequestURL);
        check("GET", "/topics/a%20b/messages", "", InvalidRequestURL);
        let get = |query: &str| format!("{messages}?{query}");
        check("GET", messages, "", InvalidArgument);
        check("GET", &get("consumer=G"), "", InvalidArgument);
        for number in ["0", "17", "-1", "many"] {
            let target = get(&format!("consumer=G&numOfMessages={number}"));
            check("GET", &target, "", InvalidArgument);
        }
        let target = get("consumer=G&numOfMessages=1&waitseconds=31");
        check("GET", &target, "", InvalidArgument);
        check("POST", messages, "<Message>", MalformedXML);
        check("POST", messages, "<Message/>", MalformedXML);
        check("POST", messages, "<ReceiptHandles/>", MalformedXML);
        let timed = "<Message><MessageBody>x</MessageBody><Properties>__STARTDELIVERTIME:soon|</Properties></Message>";
        check("POST", messages, timed, InvalidArgument);
        let acks = get("consumer=G");
        check("DELETE", &acks, "<ReceiptHandles/>", MissingReceiptHandle);
        let many = format!(
            "<ReceiptHandles>{}</ReceiptHandles>",
            "<ReceiptHandle>h</ReceiptHandle>".repeat(17)
        );
        check("DELETE", &acks, &many, InvalidArgument);
        let one = "<ReceiptHandles><ReceiptHandle>h</ReceiptHandle></ReceiptHandles>";
        check("DELETE", messages, one, InvalidArgument);
    }

    #[test]
    fn a_dead_letter_topic_survives_its_percent_signs() {
        for path in ["%25DLQ%25GID_x", "%DLQ%GID_x"] {
            let target = format!("/topics/{path}/messages?consumer=G&numOfMessages=1");
            let call = Call::decode("GET", &target, b"", &Profile::Sandbox.limits());
            assert_eq!(
                call.map(|call| call.topic.as_str().to_owned()).ok(),
                Some("%DLQ%GID_x".to_owned())
            );
        }
    }

    fn names() -> impl Strategy<Value = String> {
        "[a-zA-Z0-9_%-]{1,20}"
    }

    fn operations() -> impl Strategy<Value = Operation> {
        let free = "[^\"'&<>:|\\p{Cc}\u{fffe}\u{ffff}]{1,10}";
        let publish = (
            "[^\\p{Cc}\u{fffe}\u{ffff}]{1,40}\r?\n?",
            proptest::option::of(free),
            proptest::option::of(free),
            proptest::option::of(any::<u32>()),
            proptest::collection::vec((free, free), 0..4),
        )
            .prop_map(|(body, tag, key, at, properties)| {
                Operation::Publish(MessageParts {
                    body,
                    tag,
                    key,
                    deliver_at: at.map(|at| Timestamp::from_millis(at.into())),
                    sharding_key: None,
                    check_after_secs: at,
                    properties: properties
                        .into_iter()
                        .map(|(k, v)| (format!("p{k}"), v))
                        .collect(),
                })
            });
        let consume = (
            names(),
            1..=16u32,
            0..=30u32,
            proptest::collection::vec("[a-z '+&~!*你]{0,3}[a-z]", 0..3),
            0..3usize,
        )
            .prop_map(|(group, count, wait_secs, tags, mode)| Operation::Consume {
                group: group.parse().unwrap_or_else(|_| unreachable!()),
                count,
                wait_secs,
                tag: TagFilter::parse(&tags.join("||")),
                mode: [ConsumeMode::Plain, ConsumeMode::Ordered, ConsumeMode::Half][mode],
            });
        let ack = (
            names(),
            proptest::collection::vec("[!-~]{1,40}", 1..=16),
            0..3usize,
        )
            .prop_map(|(group, handles, action)| Operation::Ack {
                group: group.parse().ok(),
                handles: HandleList::new(
                    handles
                        .iter()
                        .filter_map(|handle| ReceiptHandle::new(handle))
                        .collect(),
                )
                .unwrap_or_else(|| unreachable!()),
                action: [AckAction::Ack, AckAction::Commit, AckAction::Rollback][action],
            });
        prop_oneof![publish, consume, ack]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            topic in names(),
            instance in proptest::option::of("[!-~]{1,20}"),
            operation in operations(),
        ) {
            let call = Call {
                instance: instance.and_then(|text| text.parse().ok()),
                topic: topic.parse().map_err(|error| TestCaseError::fail(format!("{error}")))?,
                operation,
            };
            let body = call.body().unwrap_or_default();
            let read = Call::decode(
                call.operation.kind().method(),
                &call.target(),
                body.as_bytes(),
                &Profile::Sandbox.limits(),
            );
            prop_assert_eq!(read, Ok(call));
        }

        #[test]
        fn any_target_is_read_without_a_panic(target in "/?[ -~]{0,60}", body in any::<String>()) {
            for method in ["GET", "POST", "DELETE"] {
                let _ = Call::decode(method, &target, body.as_bytes(), &Profile::Sandbox.limits());
            }
        }
    }
}
