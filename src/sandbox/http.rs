//! HTTP to protocol types and back: the checks that come before a request is understood, in the
//! order of a real broker, and the headers of every reply. Holds no queue and opens no socket.
//!
//! What is checked first costs least: nobody who has no key makes the sandbox hold a body.

mod faults;

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use secrecy::ExposeSecret as _;

use super::access::AccessRule;
use super::admin;
use super::body::{BodyError, Inbound};
use super::broker::{Broker, BrokerError};
use super::catalog::Catalog;
use super::chaos::ChaosControl;
use super::queue::{Delivery, HandleRefusal, TopicKey, Want};
use super::refusals::{self, Refusals, Refused};
use super::settings::SandboxSettings;
use crate::protocol::request::MAX_REQUEST_LINE;
use crate::protocol::sign::{self, SignedParts};
use crate::protocol::{
    self, AckFailure, Call, Fault, FaultCode, Limits, MessageList, Operation, Problem,
    ReceiptHandle, Refusal, Reply, date, hex_id,
};

/// Bytes around the text of a message: tags, properties, handles. [us]
const ENVELOPE_BYTES: usize = 64 << 10;

/// Furthest that a `Date` may be off. [doc]
const MAX_SKEW: Duration = Duration::from_secs(15 * 60);

// Names that are not looked up by their text again and again.
static CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
static VERSION: HeaderName = HeaderName::from_static(protocol::VERSION_HEADER);
static REQUEST_ID: HeaderName = HeaderName::from_static(protocol::REQUEST_ID_HEADER);

/// What every request of the protocol needs.
struct Front {
    broker: Arc<Broker>,
    chaos: Arc<ChaosControl>,
    refusals: Arc<Refusals>,
    limits: Limits,
    catalog: Catalog,
    keys: HashMap<String, AccessRule>,
    /// Stands in for a key that is not known, so that finding out takes as long as a wrong
    /// signature does.
    nobody: AccessRule,
    /// Most bytes of a request's body: twice what a message may have, for escaping can as much
    /// as double a text that is mostly text, and the envelope. [us]
    max_body_bytes: usize,
    /// Real time.
    body_timeout: Duration,
    /// The address, for `HostId` when a request names no host.
    address: String,
}

/// The whole HTTP side of a sandbox. The admin API has paths of its own; every other one leads to
/// the one handler, without a detour through a router and its boxes.
pub(super) struct Site {
    front: Front,
    admin: TowerToHyperService<Router>,
}

impl Site {
    pub(super) fn new(
        broker: Arc<Broker>,
        chaos: Arc<ChaosControl>,
        refusals: Arc<Refusals>,
        settings: &SandboxSettings,
        address: String,
        admin: Router,
    ) -> Self {
        Self {
            front: Front::new(broker, chaos, refusals, settings, address),
            admin: TowerToHyperService::new(admin),
        }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>, client: SocketAddr) -> Response {
        if admin::has(request.uri().path()) {
            let answer = async {
                let Ok(answer) = self.admin.call(request).await;
                answer
            };
            return without_panics(answer, admin::internal_error).await;
        }
        without_panics(self.front.serve(request, client), || {
            self.front.internal_error()
        })
        .await
    }
}

/// What panicked goes to stderr by the panic hook; the client learns only that it did.
///
/// No async function, which would hold the answer twice, and it is large and moved about.
fn without_panics(
    answer: impl Future<Output = Response>,
    otherwise: impl FnOnce() -> Response,
) -> impl Future<Output = Response> {
    // Nothing is left half done: the locks survive a panic, as it says there.
    let answer = AssertUnwindSafe(answer).catch_unwind();
    answer.map(|answer| answer.unwrap_or_else(|_| otherwise()))
}

impl Front {
    fn new(
        broker: Arc<Broker>,
        chaos: Arc<ChaosControl>,
        refusals: Arc<Refusals>,
        settings: &SandboxSettings,
        address: String,
    ) -> Self {
        let by_name = |rule: &AccessRule| (rule.access_key.clone(), rule.clone());
        Self {
            broker,
            chaos,
            refusals,
            catalog: Catalog::new(settings),
            keys: settings.keys.iter().map(by_name).collect(),
            nobody: AccessRule::new("", hex_id(fastrand::u128(..))),
            max_body_bytes: settings.limits.max_body_bytes.saturating_mul(2) + ENVELOPE_BYTES,
            body_timeout: settings.connections.body_timeout,
            limits: settings.limits.clone(),
            address,
        }
    }

    fn internal_error(&self) -> Response {
        let refusal = Refusal::new(FaultCode::InternalError, "the sandbox has a bug");
        self.respond(Err(refusal), &format!("http://{}", self.address))
    }

    async fn serve(&self, request: Request<Incoming>, client: SocketAddr) -> Response {
        let (parts, body) = request.into_parts();
        let host = match parts.headers.get(header::HOST) {
            Some(host) => ["http://", &lossy(host)].concat(),
            None => ["http://", &self.address].concat(),
        };
        let mut inbound = Inbound::new(body, self.max_body_bytes, self.body_timeout);
        let admitted = self.admit(&parts, &mut inbound).await;
        let is_read = inbound.is_read();
        let mut response = match admitted {
            Ok(call) => {
                // What comes now may wait for long, and needs nothing of them.
                drop((parts, inbound));
                self.carry_out(call, &host).await
            }
            Err(refusal) => {
                let response = self.respond(Err(refusal.clone()), &host);
                self.keep(refusal, client, &parts, &inbound, &response);
                response
            }
        };
        if !is_read {
            // What is left of the body would be taken for the next request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        response
    }

    async fn carry_out(&self, call: Call, host: &str) -> Response {
        match self.chaos.decide(call.operation.kind(), &call.topic) {
            None => self.respond(self.perform(call).await, host),
            Some(injected) => self.spoil(call, injected, host).await,
        }
    }

    fn keep(
        &self,
        refusal: Refusal,
        client: SocketAddr,
        parts: &Parts,
        inbound: &Inbound<Incoming>,
        response: &Response,
    ) {
        let (body_bytes, body) = inbound.seen();
        let headers = parts.headers.iter();
        let owned = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.as_str().to_owned(), lossy(value).into_owned())
        };
        self.refusals.keep(Refused {
            at: self.broker.clock().real_now(),
            client,
            refusal,
            request_id: text(response.headers(), &REQUEST_ID)
                .unwrap_or_default()
                .into_owned(),
            request: refusals::Parts {
                method: parts.method.to_string(),
                target: request_target(parts).to_owned(),
                headers: headers.map(owned).collect(),
                // Not the buffer that it lies in.
                body: Bytes::copy_from_slice(&body),
                body_bytes,
            },
        });
    }

    /// Everything that comes before a request is carried out: whatever its client may have done
    /// wrong is found here.
    async fn admit(&self, parts: &Parts, inbound: &mut Inbound<Incoming>) -> Result<Call, Refusal> {
        // Said before a byte of it is asked for: a client that waits for `100 Continue` sends
        // none.
        inbound.check_length(&parts.headers).map_err(unread)?;
        let target = request_target(parts);
        let admitted =
            check_request_line(parts, target).and_then(|()| self.check_headers(parts, target));
        let rule = match admitted {
            Ok(rule) => rule,
            Err(refusal) => {
                // Read and forgotten, for the next request stands behind it, and so may the
                // client's patience for the answer.
                let _ = inbound.skip().await;
                return Err(refusal);
            }
        };
        // The body is read whatever the method, even that of a GET: some SDKs send stray bytes.
        let body = inbound.read().await.map_err(unread)?;
        check_digest(&parts.headers, &body)?;
        let call = Call::decode(parts.method.as_str(), target, &body, &self.limits)?;
        let existing = |group: Option<&_>| self.broker.existing(&topic_of(&call), group);
        self.catalog.check(rule, &call, existing)?;
        if let Operation::Publish(message) = &call.operation {
            let mut problems = self.limits.lint(message, self.broker.clock().now());
            problems.retain(Problem::is_error);
            if !problems.is_empty() {
                return Err(problem(problems));
            }
        }
        Ok(call)
    }

    fn check_headers(&self, parts: &Parts, target: &str) -> Result<&AccessRule, Refusal> {
        let headers = &parts.headers;
        let authorization = text(headers, &header::AUTHORIZATION).ok_or_else(|| {
            Refusal::new(
                FaultCode::MissingAuthorizationHeader,
                "the Authorization header is missing",
            )
        })?;
        let (access_key, signature) =
            sign::split_authorization(&authorization).ok_or_else(|| {
                Refusal::new(
                    FaultCode::InvalidAuthorizationHeader,
                    "the Authorization header is not MQ {AccessKeyId}:{signature}",
                )
            })?;
        self.check_date(headers)?;
        let known = self.keys.get(access_key);
        let rule = known.unwrap_or(&self.nobody);
        let signed = check_signature(rule, parts, target, signature);
        if known.is_none() {
            return Err(Refusal::new(
                FaultCode::InvalidAccessKeyId,
                // Not repeated: who swaps the two keys sends the secret here.
                "the AccessKeyId is not known here",
            ));
        }
        signed.map(|()| rule)
    }

    fn check_date(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let sent = text(headers, &header::DATE).ok_or_else(|| {
            Refusal::new(FaultCode::MissingDateHeader, "the Date header is missing")
        })?;
        let at = date::parse_http_date(&sent).ok_or_else(|| {
            Refusal::new(
                FaultCode::InvalidDateHeader,
                format!("the Date header {sent:?} is not a date such as {EXAMPLE_DATE:?}"),
            )
        })?;
        // Clients sign with the real time, wherever the broker's clock has been moved to. [us]
        let now = self.broker.clock().real_now();
        if at.since(now).max(now.since(at)) > MAX_SKEW {
            return Err(Refusal::new(
                FaultCode::TimeExpired,
                format!(
                    "the Date header says {sent}, but here it is {}; at most {} minutes are allowed",
                    date::format_http_date(now),
                    MAX_SKEW.as_secs() / 60
                ),
            ));
        }
        Ok(())
    }

    async fn perform(&self, call: Call) -> Result<Reply, Refusal> {
        let Call {
            instance,
            topic,
            operation,
        } = call;
        let topic = TopicKey { instance, topic };
        let broker = &self.broker;
        match operation {
            Operation::Publish(message) => {
                let now = broker.clock().now();
                let message = message.checked(&self.limits, now).map_err(problem)?;
                let receipt = broker.publish(&topic, message).await.map_err(failed)?;
                Ok(Reply::Published(receipt))
            }
            Operation::Consume {
                group,
                count,
                wait_secs,
                tag,
                mode,
            } => {
                let want = Want {
                    topic,
                    group,
                    filter: tag,
                    mode,
                    count: usize::try_from(count).unwrap_or(usize::MAX),
                };
                let wait = Duration::from_secs(wait_secs.into());
                deliver(&broker.consume(&want, wait).await.map_err(failed)?)
            }
            Operation::Ack {
                group,
                handles,
                action,
            } => {
                let refused = broker
                    .finish(&topic, group.as_ref(), action, &handles)
                    .await;
                let refused = refused.map_err(failed)?;
                if refused.is_empty() {
                    return Ok(Reply::Acked);
                }
                Ok(Reply::AckRefused(
                    refused.into_iter().map(refusal).collect(),
                ))
            }
        }
    }

    fn respond(&self, result: Result<Reply, Refusal>, host: &str) -> Response {
        let request_id = hex_id(fastrand::u128(..));
        let reply = result.unwrap_or_else(|refusal| {
            self.broker.count_refusal(&refusal.code);
            Reply::Fault(Fault {
                status: refusal.code.status(),
                code: refusal.code,
                message: refusal.message,
                request_id: request_id.clone(),
                host_id: host.to_owned(),
            })
        });
        let (status, xml) = reply.encode();
        let mut response = Response::new(Body::from(xml));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let clock = self.broker.clock();
        let now = date::format_http_date(match &reply {
            // A client that is told to set its clock must not be told the moved time.
            Reply::Fault(fault) if fault.code == FaultCode::TimeExpired => clock.real_now(),
            _ => clock.now(),
        });
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(protocol::CONTENT_TYPE),
        );
        headers.insert(&VERSION, HeaderValue::from_static(protocol::VERSION));
        // Both are plain ASCII by construction; should that ever change, the header is left out.
        if let Ok(id) = HeaderValue::try_from(request_id) {
            headers.insert(&REQUEST_ID, id);
        }
        if let Ok(now) = HeaderValue::try_from(now) {
            headers.insert(header::DATE, now);
        }
        response
    }
}

const EXAMPLE_DATE: &str = "Sun, 22 Nov 2026 10:14:07 GMT";

/// Path and query as they stand on the request line: they are what was signed. [wire]
fn request_target(parts: &Parts) -> &str {
    let target = parts.uri.path_and_query();
    target.map_or("/", http::uri::PathAndQuery::as_str)
}

fn check_request_line(parts: &Parts, target: &str) -> Result<(), Refusal> {
    let length = parts.method.as_str().len() + target.len() + "  HTTP/1.1".len();
    if length <= MAX_REQUEST_LINE {
        return Ok(());
    }
    Err(Refusal::new(
        FaultCode::InvalidRequestURL,
        format!("the request line has {length} characters, at most {MAX_REQUEST_LINE} are allowed"),
    ))
}

fn check_signature(
    rule: &AccessRule,
    parts: &Parts,
    target: &str,
    signature: &str,
) -> Result<(), Refusal> {
    let headers = &parts.headers;
    let value = |name| text(headers, name).unwrap_or_default();
    let (content_md5, content_type) = (value(&CONTENT_MD5), value(&header::CONTENT_TYPE));
    let date = value(&header::DATE);
    let mq_headers: Vec<(&str, Cow<'_, str>)> = headers
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-mq-"))
        .map(|(name, value)| (name.as_str(), lossy(value)))
        .collect();
    let text = sign::string_to_sign(&SignedParts {
        method: parts.method.as_str(),
        content_md5: &content_md5,
        content_type: &content_type,
        date: &date,
        mq_headers: mq_headers
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect(),
        resource: target,
    });
    if sign::verify(rule.secret_key.expose_secret(), &text, signature) {
        return Ok(());
    }
    Err(Refusal::new(
        FaultCode::SignatureDoesNotMatch,
        format!("the signature is not the one computed here; the string to sign here is: {text}"),
    ))
}

fn check_digest(headers: &HeaderMap, body: &Bytes) -> Result<(), Refusal> {
    match text(headers, &CONTENT_MD5) {
        Some(digest) if !sign::content_md5_matches(&digest, body) => Err(Refusal::new(
            FaultCode::InvalidDigest,
            "Content-MD5 is not the base64 of the body's MD5",
        )),
        _ => Ok(()),
    }
}

fn topic_of(call: &Call) -> TopicKey {
    TopicKey {
        instance: call.instance.clone(),
        topic: call.topic.clone(),
    }
}

fn deliver(given: &[Delivery]) -> Result<Reply, Refusal> {
    if given.is_empty() {
        return Err(Refusal::new(
            FaultCode::MessageNotExist,
            "no message is there for this group now",
        ));
    }
    Ok(Reply::Messages(MessageList {
        messages: given.iter().map(Delivery::to_received).collect(),
        damaged: Vec::new(),
    }))
}

fn refusal((handle, why): (ReceiptHandle, HandleRefusal)) -> AckFailure {
    let (code, message) = match why {
        HandleRefusal::NotAHandle => (
            FaultCode::ReceiptHandleError,
            "this is not a receipt handle of this broker",
        ),
        HandleRefusal::WrongAction => (
            FaultCode::ReceiptHandleError,
            "half messages are committed or rolled back, all others are acked",
        ),
        HandleRefusal::Gone => (
            FaultCode::MessageNotExist,
            "the handle came too late: its time is over, or a newer delivery, or it was used already",
        ),
    };
    AckFailure {
        handle,
        code,
        message: message.to_owned(),
    }
}

fn unread(error: BodyError) -> Refusal {
    Refusal::new(FaultCode::InvalidArgument, error.to_string())
}

fn problem(problems: Vec<Problem>) -> Refusal {
    let first = problems.first().map(ToString::to_string);
    Refusal::new(FaultCode::InvalidArgument, first.unwrap_or_default())
}

fn failed(error: BrokerError) -> Refusal {
    Refusal::new(FaultCode::InternalError, error.to_string())
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Cow<'a, str>> {
    headers.get(name).map(lossy)
}

fn lossy(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::sandbox::SandboxSettings;
    use crate::sandbox::store::Store;

    #[tokio::test]
    async fn a_panic_is_an_internal_error() {
        let settings = SandboxSettings::default();
        let broker = Broker::open(settings.rules(), Store::Memory, Clock::system()).unwrap();
        let address = "127.0.0.1:1".to_owned();
        let chaos = Arc::new(ChaosControl::new(settings.faults.clone()));
        let refusals = Arc::new(Refusals::new(&settings.keys));
        let front = Front::new(Arc::new(broker), chaos, refusals, &settings, address);
        let panics = async {
            if true {
                panic!("as asked");
            }
            Response::default()
        };
        let reply = without_panics(panics, || front.internal_error()).await;
        assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let xml = axum::body::to_bytes(reply.into_body(), 4_096)
            .await
            .unwrap();
        assert!(String::from_utf8_lossy(&xml).contains("<Code>InternalError</Code>"));
    }
}
