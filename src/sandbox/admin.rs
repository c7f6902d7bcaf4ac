//! The admin API: looking into a sandbox, tidying it up and moving its time, over its own address, below
//! [`PREFIX`]. JSON in and out; every request, whatever it asks for, brings the admin token. Decides
//! nothing about messages: the broker does.

mod faults;
mod queues;
mod refusals;

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::body::{BodyError, Inbound};
use super::broker::Broker;
use super::chaos::ChaosControl;
use super::metrics;
use super::refusals::Refusals;
use crate::clock::ClockHand;
use crate::protocol::admin::{
    AdminCode, AdminFault, ClockMove, ClockState, GroupCounts, Overview, PREFIX, Settings,
    Statistics, TopicCounts,
};

/// Most bytes of a request's body: names and numbers. [us]
const MAX_BODY_BYTES: usize = 64 << 10;

/// What every call needs.
pub(super) struct Admin {
    pub(super) broker: Arc<Broker>,
    pub(super) chaos: Arc<ChaosControl>,
    pub(super) refusals: Arc<Refusals>,
    pub(super) settings: Settings,
    /// `None` lets nobody in.
    pub(super) token: Option<SecretString>,
    /// Real time.
    pub(super) body_timeout: Duration,
}

/// A token for a sandbox in this process, which nobody else is told; `None` if this system has no
/// randomness to give.
pub fn random_token() -> Option<SecretString> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).ok()?;
    Some(hex::encode(bytes).into())
}

/// Whether this path is one of the admin API's.
pub(super) fn has(path: &str) -> bool {
    let below = path.strip_prefix(PREFIX);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// All calls of the admin API, and what is said to any other.
pub(super) fn router(admin: Admin) -> Router {
    let admin = Arc::new(admin);
    let calls = Router::new()
        .route("/overview", get(overview))
        .route("/statistics", get(statistics))
        .route("/metrics", get(metrics_text))
        .route("/settings", get(settings))
        .route("/clock", get(clock).post(move_clock))
        .merge(queues::calls())
        .merge(faults::calls())
        .merge(refusals::calls())
        .method_not_allowed_fallback(no_such_call);
    Router::new()
        .nest(PREFIX, calls)
        .fallback(no_such_call)
        // Outside of all of them, so that a stranger cannot even learn what calls there are.
        .layer(middleware::from_fn_with_state(Arc::clone(&admin), let_in))
        .with_state(admin)
}

/// The answer in place of a call that panicked.
pub(super) fn internal_error() -> Response {
    Refused::new(AdminCode::InternalError, "the sandbox has a bug").into_response()
}

/// A refusal on its way to its answer.
struct Refused {
    code: AdminCode,
    message: String,
}

impl Refused {
    fn new(code: AdminCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl From<JsonRejection> for Refused {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(AdminCode::InvalidArgument, rejection.body_text())
    }
}

impl From<QueryRejection> for Refused {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(AdminCode::InvalidArgument, rejection.body_text())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status());
        let fault = AdminFault {
            code: self.code.as_str().to_owned(),
            message: self.message,
        };
        let mut response = Json(fault).into_response();
        *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if self.code == AdminCode::MissingToken {
            let challenge = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

async fn let_in(
    State(admin): State<Arc<Admin>>,
    request: Request,
    next: Next,
) -> Result<Response, Refused> {
    let Some(token) = &admin.token else {
        return Err(Refused::new(
            AdminCode::AdminOff,
            "this sandbox was started without an admin token",
        ));
    };
    let given = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| bearer(value.as_bytes()))
        .ok_or_else(|| {
            Refused::new(
                AdminCode::MissingToken,
                "the header Authorization: Bearer {admin token} is missing",
            )
        })?;
    // Takes as long for a near miss as for any other.
    if !bool::from(token.expose_secret().as_bytes().ct_eq(given)) {
        return Err(Refused::new(
            AdminCode::WrongToken,
            "this is not the admin token of this sandbox",
        ));
    }
    match with_whole_body(request, admin.body_timeout).await {
        Ok(request) => Ok(next.run(request).await),
        Err(error) => {
            let refused = Refused::new(AdminCode::InvalidArgument, error.to_string());
            let mut response = refused.into_response();
            // What is left of the body would be taken for the next request.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
            Ok(response)
        }
    }
}

/// Waits for the body, whatever the call makes of it, so that none holds its connection for ever.
async fn with_whole_body(request: Request, timeout: Duration) -> Result<Request, BodyError> {
    let (parts, body) = request.into_parts();
    let mut inbound = Inbound::new(body, MAX_BODY_BYTES, timeout);
    inbound.check_length(&parts.headers)?;
    let body = inbound.read().await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The token of an `Authorization` header; the scheme is written in any case. (RFC 9110)
fn bearer(header: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = header.split_at_checked("Bearer ".len())?;
    let token = rest.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty()).then_some(token)
}

async fn no_such_call(request: Request) -> Refused {
    Refused::new(
        AdminCode::NoSuchCall,
        format!(
            "the admin API has no {} {}",
            request.method(),
            request.uri().path()
        ),
    )
}

async fn overview(State(admin): State<Arc<Admin>>) -> Json<Overview> {
    Json(admin.overview())
}

async fn statistics(State(admin): State<Arc<Admin>>) -> Json<Statistics> {
    Json(admin.broker.statistics())
}

async fn settings(State(admin): State<Arc<Admin>>) -> Json<Settings> {
    Json(admin.settings.clone())
}

async fn metrics_text(State(admin): State<Arc<Admin>>) -> Response {
    let clock = admin.clock_state();
    let text = metrics::render(&admin.overview(), &admin.broker.statistics(), &clock);
    let content_type = HeaderValue::from_static(metrics::CONTENT_TYPE);
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

async fn clock(State(admin): State<Arc<Admin>>) -> Json<ClockState> {
    Json(admin.clock_state())
}

async fn move_clock(
    State(admin): State<Arc<Admin>>,
    wish: Result<Json<ClockMove>, JsonRejection>,
) -> Result<Json<ClockState>, Refused> {
    let Json(wish) = wish?;
    if !admin.broker.move_clock(wish).await? {
        return Err(Refused::new(
            AdminCode::InvalidArgument,
            "this sandbox runs on the system's clock, which cannot be moved",
        ));
    }
    Ok(Json(admin.clock_state()))
}

impl Admin {
    fn clock_state(&self) -> ClockState {
        let clock = self.broker.clock();
        let hand = clock.hand();
        ClockState {
            now: clock.now(),
            real_now: clock.real_now(),
            frozen: hand.as_ref().is_some_and(ClockHand::is_frozen),
            offset_millis: hand.map_or(0, |hand| hand.offset_millis()),
        }
    }

    fn overview(&self) -> Overview {
        let now = self.broker.clock().now();
        let topics = self.broker.overview().topics.into_iter();
        Overview {
            now,
            parked_polls: self.broker.parked() as u64,
            topics: topics
                .map(|topic| TopicCounts {
                    instance: topic.instance,
                    topic: topic.topic,
                    messages: topic.messages,
                    delayed: topic.delayed,
                    half: topic.half,
                    groups: topic
                        .groups
                        .into_iter()
                        .map(|group| GroupCounts {
                            group: group.group,
                            ready: group.ready,
                            invisible: group.invisible,
                            acked: group.acked,
                            dead: group.dead,
                            oldest_ready: group.oldest_ready,
                        })
                        .collect(),
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_found_in_its_header() {
        let check = |header: &str, token: Option<&str>| {
            assert_eq!(
                bearer(header.as_bytes()),
                token.map(str::as_bytes),
                "{header}"
            );
        };
        check("Bearer abc", Some("abc"));
        check("bearer  abc ", Some("abc"));
        check("Bearer ", None);
        check("Bearer", None);
        check("Basic abc", None);
        check("MQ sandbox:abc", None);
    }

    #[test]
    fn random_tokens_are_long_and_differ() {
        let text = |token: Option<SecretString>| {
            token.map_or_else(String::new, |token| token.expose_secret().to_owned())
        };
        let (one, other) = (text(random_token()), text(random_token()));
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
    }
}
