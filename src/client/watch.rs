//! Watches attempts: writes down what is sent and what comes, and tells it to an [`Observer`].
//! Changes nothing about a call, and never waits.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper_util::client::legacy::connect::HttpInfo;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap};
use reqwest::{Response, Url};

use crate::protocol::{self, Reply, Timestamp, sign};

use super::error::ClientError;
use super::marks::Marks;
use super::record::{
    ConnectionUse, Exchange, ExchangeKind, Failure, FailureKind, Kept, SeenReply, SentRequest,
    SentValue, Signature, Timing,
};

/// Numbers of all exchanges of this process.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Whoever wants to know of every exchange of a client. Clones are the same one.
#[derive(Clone)]
pub struct Observer {
    on: Arc<AtomicBool>,
    tell: Arc<dyn Fn(Exchange) + Send + Sync>,
}

impl Observer {
    /// One that is told while `on` is true. `tell` is called wherever a call happens to be, so it
    /// must not wait for anything.
    pub fn new(on: Arc<AtomicBool>, tell: impl Fn(Exchange) + Send + Sync + 'static) -> Self {
        let tell = Arc::new(tell);
        Self { on, tell }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// What is asked, and how.
pub(super) struct Asked<'a> {
    pub(super) kind: ExchangeKind,
    pub(super) attempt: u32,
    pub(super) at: Timestamp,
    pub(super) method: &'static str,
    pub(super) url: &'a Url,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: Option<&'a Bytes>,
    pub(super) string_to_sign: Option<String>,
}

/// An attempt while it is made. It is told when this is dropped, so that one that is broken off is
/// told too.
pub(super) struct Recording(Option<Box<Inner>>);

struct Inner {
    observer: Observer,
    exchange: Exchange,
    marks: Arc<Marks>,
    /// When the head of the reply was there.
    head_at: Option<Duration>,
    ended: bool,
}

impl Recording {
    /// Nothing is written down unless somebody wants to know.
    pub(super) fn begin(observer: Option<&Observer>, asked: Asked<'_>) -> Self {
        let wanted = observer.filter(|observer| observer.on.load(Ordering::Relaxed));
        Self(wanted.map(|observer| {
            Box::new(Inner {
                observer: observer.clone(),
                exchange: begun(asked),
                marks: Arc::new(Marks::start()),
                head_at: None,
                ended: false,
            })
        }))
    }

    /// Waits for what sends the request, and notes when names are looked up and connections made.
    pub(super) async fn sending<F: Future>(&self, send: F) -> F::Output {
        match &self.0 {
            Some(inner) => Arc::clone(&inner.marks).scope(send).await,
            None => send.await,
        }
    }

    /// The head of a reply is there.
    pub(super) fn answered(&mut self, response: &Response, at: Timestamp, skew_millis: i64) {
        let Some(inner) = &mut self.0 else { return };
        inner.head_at = Some(inner.marks.elapsed());
        let texts = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        });
        let id = response.headers().get(protocol::REQUEST_ID_HEADER);
        inner.exchange.reply = Some(SeenReply {
            version: format!("{:?}", response.version()),
            status: response.status().as_u16(),
            headers: texts.collect(),
            body: Kept::default(),
            request_id: id.and_then(|id| Some(id.to_str().ok()?.to_owned())),
            received_at: at,
            clock_skew_millis: skew_millis,
        });
        let info = response.extensions().get::<HttpInfo>();
        inner.exchange.remote = info.map(HttpInfo::remote_addr);
        inner.exchange.timing.connection = match info {
            Some(info) if inner.marks.made(info.local_addr()) => ConnectionUse::New,
            _ => ConnectionUse::Reused,
        };
    }

    /// The body is there, as far as it came.
    pub(super) fn body(&mut self, body: &[u8]) {
        let Some(inner) = &mut self.0 else { return };
        let now = inner.marks.elapsed();
        inner.exchange.timing.body = inner.head_at.map(|head| now.saturating_sub(head));
        if let Some(reply) = &mut inner.exchange.reply {
            reply.body = Kept::copied(body);
        }
    }

    /// What it came to.
    pub(super) fn ended<T>(&mut self, outcome: &Result<T, ClientError>) {
        let Some(inner) = &mut self.0 else { return };
        inner.ended = true;
        inner.exchange.failure = outcome.as_ref().err().map(|error| Failure {
            kind: FailureKind::Error(error.kind()),
            code: error.fault().map(|fault| fault.code.to_string()),
            what: error.summary().to_owned(),
        });
    }

    /// The messages that came, or were named.
    pub(super) fn brought(&mut self, reply: &Reply) {
        let Some(inner) = &mut self.0 else { return };
        let exchange = &mut inner.exchange;
        match reply {
            Reply::Published(receipt) => {
                exchange.message_ids = vec![receipt.message_id.clone()];
                let handle = receipt.receipt_handle.iter();
                exchange.handles = handle.map(|handle| handle.as_str().to_owned()).collect();
            }
            Reply::Messages(list) => {
                let damaged = list.damaged.iter();
                let damaged = damaged.filter_map(|message| message.message_id.as_ref());
                let whole = list.messages.iter();
                let handles = whole.clone().map(|message| message.receipt_handle.as_str());
                exchange.handles = handles.map(str::to_owned).collect();
                let ids = whole.map(|message| &message.message_id).chain(damaged);
                exchange.message_ids = ids.cloned().collect();
            }
            Reply::AckRefused(failures) => exchange.refused = failures.len(),
            Reply::Acked | Reply::Fault(_) => {}
        }
    }

    /// The handles that it is about.
    pub(super) fn about<'h>(&mut self, handles: impl Iterator<Item = &'h str>) {
        if let Some(inner) = &mut self.0 {
            inner.exchange.handles = handles.map(str::to_owned).collect();
        }
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let Some(inner) = self.0.take() else { return };
        let Inner {
            observer,
            mut exchange,
            marks,
            head_at,
            ended,
        } = *inner;
        if !ended {
            exchange.failure = Some(Failure {
                kind: FailureKind::Abandoned,
                code: None,
                what: String::new(),
            });
        }
        let timing = &mut exchange.timing;
        timing.total = marks.elapsed();
        marks.fill(timing, head_at);
        (observer.tell)(exchange);
    }
}

fn begun(asked: Asked<'_>) -> Exchange {
    let url = asked.url;
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    Exchange {
        number: NEXT.fetch_add(1, Ordering::Relaxed),
        kind: asked.kind,
        attempt: asked.attempt,
        started_at: asked.at,
        request: SentRequest {
            method: asked.method,
            origin: url.origin().ascii_serialization(),
            target,
            headers: sent_headers(asked.headers, asked.body.map(Bytes::len)),
            body: asked.body.map(Kept::of).unwrap_or_default(),
            string_to_sign: asked.string_to_sign,
        },
        reply: None,
        failure: None,
        timing: Timing::default(),
        remote: None,
        message_ids: Vec::new(),
        handles: Vec::new(),
        refused: 0,
    }
}

/// All that goes over the wire: the HTTP library adds nothing but the length of the body.
fn sent_headers(headers: &HeaderMap, length: Option<usize>) -> Vec<(String, SentValue)> {
    let mut sent: Vec<(String, SentValue)> = headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let shown = match sign::split_authorization(&text) {
                Some((access_key, signature)) if name == AUTHORIZATION => SentValue::Signed {
                    access_key: access_key.to_owned(),
                    signature: Signature::new(signature),
                },
                _ if name == AUTHORIZATION && text.starts_with("Bearer ") => {
                    SentValue::Withheld("Bearer")
                }
                _ if value.is_sensitive() => SentValue::Withheld(""),
                _ => SentValue::Text(text.into_owned()),
            };
            (name.as_str().to_owned(), shown)
        })
        .collect();
    if let Some(length) = length {
        let length = SentValue::Text(length.to_string());
        sent.push((CONTENT_LENGTH.as_str().to_owned(), length));
    }
    sent
}
