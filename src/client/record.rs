//! One attempt at a call as it went over the wire: what was sent, what came, how long each part
//! took. A value for whoever watches a client; `watch.rs` makes it.
//!
//! Holds no secret: of the keys it has the access key and the signature of this one request, and
//! that signature does not print itself.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use crate::protocol::Timestamp;

use super::error::ErrorKind;

/// Most bytes of one body that are kept.
pub const KEPT_BYTES: usize = 256 << 10;

/// One attempt.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// A number of its own, by the time of its start.
    pub number: u64,
    /// What was asked for.
    pub kind: ExchangeKind,
    /// The how manieth attempt at the same call, from 1.
    pub attempt: u32,
    /// Local time of its start.
    pub started_at: Timestamp,
    /// What was sent, or would have been if there had been a connection.
    pub request: SentRequest,
    /// What came, if anything did.
    pub reply: Option<SeenReply>,
    /// Why it failed, if it did. A refusal has a reply as well.
    pub failure: Option<Failure>,
    /// How long each part took.
    pub timing: Timing,
    /// The other end of the connection; a proxy's, if there is one between.
    pub remote: Option<SocketAddr>,
    /// The messages that it published or brought, by their ids.
    pub message_ids: Vec<String>,
    /// The handles that it brought, in the order of the first messages; of an ack, those that it
    /// is about.
    pub handles: Vec<String>,
    /// How many of them the server refused.
    pub refused: usize,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExchangeKind {
    /// Publish a message.
    Publish,
    /// Take messages.
    Consume,
    /// End deliveries.
    Ack,
    /// Make half messages visible.
    Commit,
    /// Drop half messages.
    Rollback,
    /// See who answers, without a signature.
    Knock,
    /// A call of a sandbox's admin API.
    Admin,
}

impl ExchangeKind {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Publish,
        Self::Consume,
        Self::Ack,
        Self::Commit,
        Self::Rollback,
        Self::Knock,
        Self::Admin,
    ];

    /// Its name in filters and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Consume => "consume",
            Self::Ack => "ack",
            Self::Commit => "commit",
            Self::Rollback => "rollback",
            Self::Knock => "knock",
            Self::Admin => "admin",
        }
    }
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct SentRequest {
    /// Its method.
    pub method: &'static str,
    /// Scheme, host and port: `http://127.0.0.1:8080`.
    pub origin: String,
    /// Path and query as they stand on the request line.
    pub target: String,
    /// Headers in their order.
    pub headers: Vec<(String, SentValue)>,
    /// The body; empty if there is none.
    pub body: Kept,
    /// The text that was signed, if one was.
    pub string_to_sign: Option<String>,
}

/// The value of a header that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentValue {
    /// As it stands.
    Text(String),
    /// `Authorization`: whose key, and the signature.
    Signed {
        /// The access key.
        access_key: String,
        /// The signature.
        signature: Signature,
    },
    /// A secret as such, which is not even kept: its first word, and nothing of the rest.
    Withheld(&'static str),
}

/// A signature, which does not print itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(String);

impl Signature {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The signature itself. It opens nothing but this one request, for a few minutes.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(redacted)")
    }
}

/// A reply as it came.
#[derive(Debug, Clone)]
pub struct SeenReply {
    /// `HTTP/1.1`.
    pub version: String,
    /// The status.
    pub status: u16,
    /// Headers in their order. A body that came packed has lost the headers that say so: it is
    /// unpacked by the time it is seen.
    pub headers: Vec<(String, String)>,
    /// The body as far as it came.
    pub body: Kept,
    /// The id of the request in the server's logs.
    pub request_id: Option<String>,
    /// When it began to arrive.
    pub received_at: Timestamp,
    /// The server's clock minus ours, in milliseconds; 0 if it is not known, or next to nothing.
    pub clock_skew_millis: i64,
}

/// A body, or its beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The first bytes, up to [`KEPT_BYTES`].
    pub bytes: Bytes,
    /// How many there were.
    pub size: usize,
}

impl Kept {
    pub(super) fn of(body: &Bytes) -> Self {
        match body.len() > KEPT_BYTES {
            // Not a slice, which would keep all of it in memory.
            true => Self::copied(body),
            false => Self {
                bytes: body.clone(),
                size: body.len(),
            },
        }
    }

    pub(super) fn copied(body: &[u8]) -> Self {
        Self {
            bytes: Bytes::copy_from_slice(&body[..body.len().min(KEPT_BYTES)]),
            size: body.len(),
        }
    }

    /// How many bytes are not kept.
    pub fn cut(&self) -> usize {
        self.size - self.bytes.len()
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// The code of a refusal.
    pub code: Option<String>,
    /// What happened and why.
    pub what: String,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Of the call.
    Error(ErrorKind),
    /// Nobody waited for its end any more.
    Abandoned,
}

/// How long each part of an attempt took; what did not happen, or cannot be told, is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// The connection it went over.
    pub connection: ConnectionUse,
    /// Looking the host up; not with an address, and not with a connection that was there.
    pub dns: Option<Duration>,
    /// TCP, and what a proxy needs besides.
    pub connect: Option<Duration>,
    /// The TLS handshake.
    pub tls: Option<Duration>,
    /// From then on, sending included, until the head of the reply was there.
    pub first_byte: Option<Duration>,
    /// From then on until the end of the body.
    pub body: Option<Duration>,
    /// All of it.
    pub total: Duration,
}

/// Which connection an attempt went over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ConnectionUse {
    /// None: none came about.
    #[default]
    None,
    /// One made for it.
    New,
    /// One that was there already.
    Reused,
}

impl Exchange {
    /// Bytes that it takes in memory, about.
    pub fn weight(&self) -> usize {
        let request = &self.request;
        let sent: usize = request
            .headers
            .iter()
            .map(|(name, _)| name.len() + 64)
            .sum();
        let reply = self.reply.as_ref().map_or(0, |reply| {
            let pairs = reply.headers.iter();
            let headers: usize = pairs
                .map(|(name, value)| name.len() + value.len() + 48)
                .sum();
            headers + reply.body.bytes.len()
        });
        let lists = self.message_ids.iter().chain(&self.handles);
        let lists: usize = lists.map(|text| text.len() + 24).sum();
        let failure = self
            .failure
            .as_ref()
            .map_or(0, |failure| failure.what.len());
        size_of::<Self>()
            + request.target.len()
            + request.string_to_sign.as_ref().map_or(0, String::len)
            + request.body.bytes.len()
            + sent
            + reply
            + lists
            + failure
    }

    /// The id of the request in the server's logs, if there was a reply that has it.
    pub fn request_id(&self) -> Option<&str> {
        self.reply.as_ref()?.request_id.as_deref()
    }

    /// Whether it ends deliveries: an ack, or a decision.
    pub fn is_ending(&self) -> bool {
        matches!(
            self.kind,
            ExchangeKind::Ack | ExchangeKind::Commit | ExchangeKind::Rollback
        )
    }

    /// Whether it is a poll that brought nothing, which is nothing out of the ordinary.
    pub fn is_empty_poll(&self) -> bool {
        self.kind == ExchangeKind::Consume
            && self.failure.is_none()
            && self.message_ids.is_empty()
            && self.status() == Some(404)
    }

    /// The HTTP status, if there was a reply.
    pub fn status(&self) -> Option<u16> {
        self.reply.as_ref().map(|reply| reply.status)
    }
}

/// A publish that went well, for the tests of those who show it.
#[cfg(test)]
pub(crate) fn sample_exchange(number: u64) -> Exchange {
    let text = |text: &str| SentValue::Text(text.to_owned());
    let authorization = SentValue::Signed {
        access_key: "ak".to_owned(),
        signature: Signature::new("c2lnbmF0dXJl"),
    };
    let headers = [
        ("date", text("Sun, 22 Nov 2026 10:14:07 GMT")),
        ("content-type", text("text/xml;charset=UTF-8")),
        ("x-mq-version", text("2015-06-06")),
        ("authorization", authorization),
        ("security-token", SentValue::Withheld("")),
    ];
    Exchange {
        number,
        kind: ExchangeKind::Publish,
        attempt: 1,
        started_at: Timestamp::from_millis(1_795_342_447_000),
        request: SentRequest {
            method: "POST",
            origin: "http://127.0.0.1:8080".to_owned(),
            target: "/topics/orders/messages".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
            body: Kept::copied(b"<Message><MessageBody>x</MessageBody></Message>"),
            string_to_sign: Some("POST\n\n…".to_owned()),
        },
        reply: Some(SeenReply {
            version: "HTTP/1.1".to_owned(),
            status: 201,
            headers: vec![("x-mq-request-id".to_owned(), format!("REQ-{number}"))],
            body: Kept::copied(b"<Message><MessageId>ID1</MessageId></Message>"),
            request_id: Some(format!("REQ-{number}")),
            received_at: Timestamp::from_millis(1_795_342_447_005),
            clock_skew_millis: 0,
        }),
        failure: None,
        timing: Timing {
            connection: ConnectionUse::New,
            dns: None,
            connect: Some(Duration::from_micros(300)),
            tls: None,
            first_byte: Some(Duration::from_micros(4_200)),
            body: Some(Duration::from_micros(500)),
            total: Duration::from_micros(5_000),
        },
        remote: None,
        message_ids: vec!["ID1".to_owned()],
        handles: Vec::new(),
        refused: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let long = Bytes::from(vec![b'x'; KEPT_BYTES + 7]);
        for kept in [Kept::of(&long), Kept::copied(&long)] {
            assert_eq!(
                (kept.bytes.len(), kept.size, kept.cut()),
                (KEPT_BYTES, KEPT_BYTES + 7, 7)
            );
        }
        let short = Bytes::from_static(b"abc");
        assert_eq!(Kept::of(&short), Kept::copied(b"abc"));
        assert_eq!(Kept::of(&short).cut(), 0);
    }

    #[test]
    fn a_signature_does_not_print_itself() {
        let value = SentValue::Signed {
            access_key: "ak".to_owned(),
            signature: Signature::new("c2lnbmF0dXJl"),
        };
        assert!(!format!("{value:?}").contains("c2ln"));
    }
}
