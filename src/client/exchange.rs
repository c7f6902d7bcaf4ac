//! One exchange: build, sign, send, read what comes. What the bytes mean is `reading.rs`; whether
//! to try again is decided by the caller.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Response, Url};
use secrecy::ExposeSecret as _;

use crate::clock::Clock;
use crate::protocol::date::{format_http_date, parse_http_date};
use crate::protocol::sign::{self, SignedParts};
use crate::protocol::{
    self, AckAction, Call, Operation, OperationKind, ReceiptHandle, Reply, Timestamp,
};

use super::answer::clock_skew_millis;
use super::connect;
use super::diagnose;
use super::error::ClientError;
use super::raw;
use super::reading::{self, Ending, Received};
use super::reason::Reason;
use super::record::ExchangeKind;
use super::settings::ClientSettings;
use super::sniff;
use super::watch::{Asked, Recording};

/// Most bytes of one reply: 16 bodies of 4 MiB, every character escaped to six, and some.
const MAX_REPLY_BYTES: usize = 400 << 20;

/// A slow line still carries this much of a request in a second.
const SLOWEST_UPLOAD_BYTES: u64 = 64 << 10;

/// A request, ready to be signed and sent any number of times.
pub(super) struct Outgoing {
    pub(super) operation: OperationKind,
    /// For whoever watches.
    pub(super) kind: ExchangeKind,
    pub(super) url: Url,
    pub(super) body: Option<Bytes>,
    /// The handles that an ack is about.
    pub(super) handles: Vec<ReceiptHandle>,
    /// How long to wait for the answer to begin.
    pub(super) patience: Duration,
}

/// What one exchange brought.
pub(super) struct Exchanged {
    pub(super) reply: Reply,
    pub(super) request_id: Option<String>,
    pub(super) received_at: Timestamp,
    pub(super) clock_skew_millis: i64,
}

impl Outgoing {
    pub(super) fn new(call: &Call, settings: &ClientSettings) -> Result<Self, ClientError> {
        let operation = call.operation.kind();
        let url = settings.endpoint.at(&call.target()).ok_or_else(|| {
            ClientError::new(Reason::BadRequest, "the request has no valid address")
        })?;
        let body = call.body().map(Bytes::from);
        let patience = match &call.operation {
            Operation::Consume { wait_secs, .. } => {
                Duration::from_secs(u64::from(*wait_secs)).saturating_add(settings.margin)
            }
            _ => {
                let bytes = body.as_ref().map_or(0, |body| body.len() as u64);
                let upload = Duration::from_secs(bytes / SLOWEST_UPLOAD_BYTES);
                settings.margin.saturating_mul(2).saturating_add(upload)
            }
        };
        let handles = match &call.operation {
            Operation::Ack { handles, .. } => handles.as_slice().to_vec(),
            _ => Vec::new(),
        };
        Ok(Self {
            operation,
            kind: kind_of(&call.operation),
            url,
            body,
            handles,
            patience,
        })
    }

    /// Path and query as they go onto the wire: taken from the very URL that is sent, so that
    /// what is signed cannot differ from it.
    fn resource(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }

    /// All headers, and the text that was signed for them.
    fn signed_headers(
        &self,
        settings: &ClientSettings,
        now: Timestamp,
    ) -> Result<(HeaderMap, String), ClientError> {
        let keys = &settings.credentials;
        let date = format_http_date(now);
        let text = sign::string_to_sign(&SignedParts {
            method: self.operation.method(),
            content_md5: "",
            content_type: protocol::CONTENT_TYPE,
            date: &date,
            mq_headers: vec![(protocol::VERSION_HEADER, protocol::VERSION)],
            resource: &self.resource(),
        });
        let signature = sign::signature(keys.secret_key.expose_secret(), &text);
        let mut headers = HeaderMap::new();
        headers.insert(DATE, header("date", &date)?);
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(protocol::CONTENT_TYPE),
        );
        headers.insert(
            protocol::VERSION_HEADER,
            HeaderValue::from_static(protocol::VERSION),
        );
        let mut authorization = header(
            "access key",
            &sign::authorization(&keys.access_key, &signature),
        )?;
        authorization.set_sensitive(true);
        headers.insert(AUTHORIZATION, authorization);
        if let Some(token) = &keys.security_token {
            let mut token = header("security token", token.expose_secret())?;
            token.set_sensitive(true);
            headers.insert(protocol::SECURITY_TOKEN_HEADER, token);
        }
        connect::dress(&mut headers, &self.url)?;
        Ok((headers, text))
    }
}

fn kind_of(operation: &Operation) -> ExchangeKind {
    match operation {
        Operation::Publish(_) => ExchangeKind::Publish,
        Operation::Consume { .. } => ExchangeKind::Consume,
        Operation::Ack { action, .. } => match action {
            AckAction::Ack => ExchangeKind::Ack,
            AckAction::Commit => ExchangeKind::Commit,
            AckAction::Rollback => ExchangeKind::Rollback,
        },
    }
}

pub(super) fn header(what: &str, value: &str) -> Result<HeaderValue, ClientError> {
    let value = HeaderValue::from_str(value).ok();
    // Beyond ASCII each server reads its own thing, or nothing.
    value.filter(|value| value.to_str().is_ok()).ok_or_else(|| {
        ClientError::new(
            Reason::BadKey,
            format!("the {what} holds a character that no HTTP header can carry"),
        )
        .about(Some(what.to_owned()))
    })
}

/// Sends once and reads what comes. `attempt` is for whoever watches.
pub(super) async fn exchange(
    http: &reqwest::Client,
    outgoing: &Outgoing,
    attempt: u32,
    settings: &ClientSettings,
    clock: &Clock,
) -> Result<Exchanged, ClientError> {
    let now = clock.now();
    let (headers, signed) = outgoing.signed_headers(settings, now)?;
    let asked = Asked {
        kind: outgoing.kind,
        attempt,
        at: now,
        method: outgoing.operation.method(),
        url: &outgoing.url,
        headers: &headers,
        body: outgoing.body.as_ref(),
        string_to_sign: Some(signed),
    };
    let mut recording = Recording::begin(settings.observer.as_ref(), asked);
    recording.about(outgoing.handles.iter().map(ReceiptHandle::as_str));
    let exchanged = send(http, outgoing, headers, settings, clock, &mut recording).await;
    recording.ended(&exchanged);
    match exchanged {
        Err(error) => Err(sniff::look_closer(error, settings).await),
        done => done,
    }
}

async fn send(
    http: &reqwest::Client,
    outgoing: &Outgoing,
    headers: HeaderMap,
    settings: &ClientSettings,
    clock: &Clock,
    recording: &mut Recording,
) -> Result<Exchanged, ClientError> {
    let method = match outgoing.operation {
        OperationKind::Publish => Method::POST,
        OperationKind::Consume => Method::GET,
        OperationKind::Ack => Method::DELETE,
    };
    let mut request = http.request(method, outgoing.url.clone()).headers(headers);
    if let Some(body) = &outgoing.body {
        request = request.body(body.clone());
    }
    let sent = recording.sending(tokio::time::timeout(outgoing.patience, request.send()));
    let mut response = match sent.await {
        Ok(sent) => sent.map_err(|error| diagnose::transport(&error, settings))?,
        Err(_) => return Err(diagnose::timed_out(outgoing.patience, settings)),
    };
    let received_at = clock.now();
    let status = response.status().as_u16();
    let text_of = |name: &str| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let request_id = text_of(protocol::REQUEST_ID_HEADER);
    let server_time = text_of(DATE.as_str()).and_then(|text| parse_http_date(&text));
    let clock_skew_millis = clock_skew_millis(server_time, received_at);
    let content_type = text_of(CONTENT_TYPE.as_str()).unwrap_or_default();
    let location = text_of(LOCATION.as_str());
    recording.answered(&response, received_at, clock_skew_millis);
    let redirects = response.status().is_redirection();
    let (body, ending) = read_body(&mut response, settings).await;
    recording.body(&body);
    let reply = if redirects {
        Err(diagnose::redirected(status, location.as_deref(), settings))
    } else {
        let received = Received {
            asked: outgoing.operation,
            handles: &outgoing.handles,
            status,
            content_type: &content_type,
            body: &body,
            ending,
            clock_skew_millis,
        };
        reading::understand(received, settings)
    };
    match reply {
        Ok(reply) => {
            recording.brought(&reply);
            Ok(Exchanged {
                reply,
                request_id,
                received_at,
                clock_skew_millis,
            })
        }
        Err(error) => Err(error
            .with_status(status)
            .with_request_id(request_id)
            .with_answer(raw::answer(status, response.headers(), &body, settings))),
    }
}

/// Piece by piece, so that what came before a connection broke is not lost with it.
pub(super) async fn read_body(
    response: &mut Response,
    settings: &ClientSettings,
) -> (Vec<u8>, Ending) {
    let mut body = Vec::new();
    loop {
        match tokio::time::timeout(settings.margin, response.chunk()).await {
            Ok(Ok(Some(piece))) if body.len() + piece.len() > MAX_REPLY_BYTES => {
                let limit = MAX_REPLY_BYTES >> 20;
                let problem = ClientError::new(
                    Reason::TooLong,
                    format!(
                        "the answer of {} is longer than {limit} MiB",
                        settings.endpoint
                    ),
                )
                .at(&settings.endpoint);
                return (body, Ending::Early(problem));
            }
            Ok(Ok(Some(piece))) => body.extend_from_slice(&piece),
            Ok(Ok(None)) => return (body, Ending::Whole),
            Ok(Err(error)) => {
                let problem = diagnose::cut_off(&error, settings);
                return (body, Ending::Early(problem));
            }
            Err(_) => {
                let problem = diagnose::stalled(settings.margin, settings);
                return (body, Ending::Early(problem));
            }
        }
    }
}
