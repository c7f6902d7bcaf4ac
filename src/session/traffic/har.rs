//! Exchanges as an HTTP Archive 1.2, which browsers and other tools open. Without signatures. What
//! the format has no place for stands in fields that begin with an underscore, as it asks for.
//!
//! Bodies are text where they are UTF-8, and base64 otherwise; of one that is not kept as a whole,
//! a comment says how much there was.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use crate::client::{Exchange, Kept, SeenReply, SentRequest};
use crate::protocol::Timestamp;

use super::Seen;
use super::text::{reason, scrub, value_text};

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Har {
    log: Log,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Log {
    version: String,
    creator: Creator,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Creator {
    name: String,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    started_date_time: String,
    time: f64,
    request: Request,
    response: Response,
    cache: Cache,
    timings: Timings,
    #[serde(rename = "serverIPAddress", skip_serializing_if = "Option::is_none")]
    server_ip_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
    #[serde(rename = "_connection")]
    connection: String,
    #[serde(rename = "_operation")]
    operation: String,
    #[serde(rename = "_exchange")]
    exchange: u64,
    #[serde(rename = "_attempt")]
    attempt: u32,
    #[serde(rename = "_requestId", skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(rename = "_stringToSign", skip_serializing_if = "Option::is_none")]
    string_to_sign: Option<String>,
    #[serde(rename = "_clockSkewMillis", skip_serializing_if = "Option::is_none")]
    clock_skew_millis: Option<i64>,
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Cache {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    http_version: String,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    query_string: Vec<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_data: Option<PostData>,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status: u16,
    status_text: String,
    http_version: String,
    cookies: Vec<Pair>,
    headers: Vec<Pair>,
    content: Content,
    #[serde(rename = "redirectURL")]
    redirect_url: String,
    headers_size: i64,
    body_size: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair {
    name: String,
    value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PostData {
    mime_type: String,
    params: Vec<Pair>,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    size: usize,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<String>,
}

/// Milliseconds; -1 is what did not happen, or is not known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Timings {
    blocked: f64,
    dns: f64,
    /// TLS included, as the format wants it.
    connect: f64,
    ssl: f64,
    send: f64,
    /// Sending is a part of it, as it is not told apart.
    wait: f64,
    receive: f64,
}

/// Nothing.
const NONE: f64 = -1.0;

impl Har {
    /// Of exchanges, each with what its connection is called.
    pub(super) fn of<'s>(exchanges: impl Iterator<Item = (&'s Seen, String)>) -> Self {
        Self {
            log: Log {
                version: "1.2".to_owned(),
                creator: Creator {
                    name: "mqscope".to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                },
                entries: exchanges.map(|(seen, name)| entry(seen, name)).collect(),
            },
        }
    }
}

fn entry(seen: &Seen, connection: String) -> Entry {
    let exchange = &seen.exchange;
    let clean = |text: &str| scrub(exchange, text).into_owned();
    let timings = timings(exchange);
    let reply = exchange.reply.as_ref();
    Entry {
        started_date_time: date(exchange.started_at),
        time: [
            timings.blocked,
            timings.dns,
            timings.connect,
            timings.send,
            timings.wait,
            timings.receive,
        ]
        .into_iter()
        .filter(|part| *part >= 0.0)
        .sum(),
        request: request(exchange, &exchange.request),
        response: response(exchange, reply),
        cache: Cache {},
        timings,
        server_ip_address: exchange.remote.map(|remote| remote.ip().to_string()),
        comment: exchange
            .failure
            .as_ref()
            .map(|failure| clean(&failure.what)),
        connection,
        operation: exchange.kind.name().to_owned(),
        exchange: exchange.number,
        attempt: exchange.attempt,
        request_id: exchange.request_id().map(str::to_owned),
        string_to_sign: exchange.request.string_to_sign.as_deref().map(clean),
        clock_skew_millis: reply.map(|reply| reply.clock_skew_millis),
        error: exchange
            .failure
            .as_ref()
            .map(|failure| match &failure.code {
                Some(code) => code.clone(),
                None => format!("{:?}", failure.kind),
            }),
    }
}

/// RFC 3339 with milliseconds.
fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    format!("{at:.3}")
}

fn timings(exchange: &Exchange) -> Timings {
    let timing = &exchange.timing;
    let millis = |time: Option<Duration>| time.map_or(NONE, |time| time.as_secs_f64() * 1000.0);
    let connect = timing
        .connect
        .map(|tcp| tcp + timing.tls.unwrap_or_default());
    Timings {
        blocked: NONE,
        dns: millis(timing.dns),
        connect: millis(connect),
        ssl: millis(timing.tls),
        // These three have to be there.
        send: 0.0,
        wait: millis(timing.first_byte).max(0.0),
        receive: millis(timing.body).max(0.0),
    }
}

fn request(exchange: &Exchange, request: &SentRequest) -> Request {
    let clean = |text: &str| scrub(exchange, text).into_owned();
    let headers: Vec<Pair> = request
        .headers
        .iter()
        .map(|(name, value)| Pair {
            name: name.clone(),
            value: clean(&value_text(value, false)),
        })
        .collect();
    let query = request
        .target
        .split_once('?')
        .map_or("", |(_, query)| query);
    let pairs = form_urlencoded::parse(query.as_bytes());
    let post_data = (request.body.size > 0).then(|| {
        let (text, base64) = body_text(exchange, &request.body);
        let cut = note(&request.body);
        PostData {
            mime_type: mime_type(&headers),
            params: Vec::new(),
            text,
            comment: match base64 {
                true => Some(cut.unwrap_or_default() + "base64"),
                false => cut,
            },
        }
    });
    Request {
        method: request.method.to_owned(),
        url: format!("{}{}", request.origin, request.target),
        http_version: "HTTP/1.1".to_owned(),
        cookies: Vec::new(),
        query_string: pairs
            .map(|(name, value)| Pair {
                name: name.into_owned(),
                value: value.into_owned(),
            })
            .collect(),
        headers,
        post_data,
        headers_size: -1,
        body_size: size(&request.body),
    }
}

fn response(exchange: &Exchange, reply: Option<&SeenReply>) -> Response {
    let Some(reply) = reply else {
        // As browsers write it where there was no reply.
        return Response {
            status: 0,
            status_text: String::new(),
            http_version: String::new(),
            cookies: Vec::new(),
            headers: Vec::new(),
            content: Content {
                size: 0,
                mime_type: "x-unknown".to_owned(),
                text: None,
                encoding: None,
                comment: None,
            },
            redirect_url: String::new(),
            headers_size: -1,
            body_size: -1,
        };
    };
    let headers: Vec<Pair> = reply
        .headers
        .iter()
        .map(|(name, value)| Pair {
            name: name.clone(),
            value: scrub(exchange, value).into_owned(),
        })
        .collect();
    let (text, base64) = body_text(exchange, &reply.body);
    let mut location = headers.iter().filter(|header| header.name == "location");
    Response {
        status: reply.status,
        status_text: reason(reply.status).to_owned(),
        http_version: reply.version.clone(),
        cookies: Vec::new(),
        content: Content {
            size: reply.body.size,
            mime_type: mime_type(&headers),
            text: (reply.body.size > 0).then_some(text),
            encoding: base64.then(|| "base64".to_owned()),
            comment: note(&reply.body),
        },
        redirect_url: location
            .next()
            .map_or_else(String::new, |h| h.value.clone()),
        headers_size: -1,
        body_size: size(&reply.body),
        headers,
    }
}

/// The text of a body, and whether it is base64.
fn body_text(exchange: &Exchange, body: &Kept) -> (String, bool) {
    match std::str::from_utf8(&body.bytes) {
        Ok(text) => (scrub(exchange, text).into_owned(), false),
        Err(_) => {
            let bytes = without_signature(exchange, &body.bytes);
            (BASE64.encode(bytes), true)
        }
    }
}

/// Bytes that are no text may hold the signature all the same.
fn without_signature(exchange: &Exchange, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(scrub(exchange, chunk.valid()).as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
    out
}

fn note(body: &Kept) -> Option<String> {
    let (kept, size) = (body.bytes.len(), body.size);
    (body.cut() > 0).then(|| format!("the first {kept} of {size} bytes are kept; "))
}

fn mime_type(headers: &[Pair]) -> String {
    let mut headers = headers.iter();
    let found = headers.find(|header| header.name == "content-type");
    found.map_or_else(|| "x-unknown".to_owned(), |header| header.value.clone())
}

fn size(body: &Kept) -> i64 {
    i64::try_from(body.size).unwrap_or(i64::MAX)
}
