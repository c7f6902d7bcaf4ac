//! Speaks the sandbox's admin API: looks into a sandbox, tidies it up, moves its time. One method a call, in
//! the values of [`protocol::admin`](crate::protocol::admin). No broker but the sandbox has this
//! API; nothing is ever tried again, as a second jump in time is another jump.

mod faults;
mod refusals;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::protocol::admin::{
    AdminFault, ClockMove, ClockState, Done, Expire, GroupRef, Overview, PREFIX, Peek, PeekQuery,
    Resend, Resent, ResetGroup, Settings, Statistics, TopicRef,
};
use crate::protocol::{Fault, FaultCode};

use super::connect;
use super::diagnose;
use super::endpoint::Endpoint;
use super::error::ClientError;
use super::exchange;
use super::raw;
use super::reading::Ending;
use super::reason::{RawAnswer, Reason};
use super::record::ExchangeKind;
use super::settings::ClientSettings;
use super::watch::{Asked, Recording};

/// A client of one sandbox's admin API. Clones share its connections; calls may run side by side.
#[derive(Clone)]
pub struct AdminClient(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    settings: ClientSettings,
    authorization: HeaderValue,
    /// Says when an exchange was, to whoever watches.
    clock: Clock,
}

impl AdminClient {
    /// A client that reaches the sandbox directly or through the system's proxy.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`](super::ErrorKind::Settings): the token cannot be sent.
    pub fn new(endpoint: Endpoint, token: &SecretString) -> Result<Self, ClientError> {
        Self::with(
            ClientSettings::new(endpoint, Credentials::from_pasted("", "", "")),
            token,
            Clock::system(),
        )
    }

    /// A client that reaches the sandbox as these settings say; their keys are not used.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`](super::ErrorKind::Settings): the token cannot be sent, the CA file or the proxy not be used.
    pub fn with(
        settings: ClientSettings,
        token: &SecretString,
        clock: Clock,
    ) -> Result<Self, ClientError> {
        let http = connect::http_client(&settings)?;
        let bearer = format!("Bearer {}", token.expose_secret().trim());
        let mut authorization = exchange::header("admin token", &bearer)?;
        authorization.set_sensitive(true);
        Ok(Self(Arc::new(Inner {
            http,
            settings,
            authorization,
            clock,
        })))
    }

    /// Where the sandbox is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.settings.endpoint
    }

    /// Topics and groups with their counts.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind), here and below.
    pub async fn overview(&self) -> Result<Overview, ClientError> {
        self.get("/overview").await
    }

    /// What the sandbox has done since it was started.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn statistics(&self) -> Result<Statistics, ClientError> {
        self.get("/statistics").await
    }

    /// What it was started with.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn settings(&self) -> Result<Settings, ClientError> {
        self.get("/settings").await
    }

    /// Its counts as text for Prometheus.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn metrics(&self) -> Result<String, ClientError> {
        let body = self.exchange(Method::GET, "/metrics", None).await?;
        String::from_utf8(body).map_err(|_| self.damaged("no text"))
    }

    /// What time it is there.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn clock(&self) -> Result<ClockState, ClientError> {
        self.get("/clock").await
    }

    /// Moves its time; answers what time it is then.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn move_clock(&self, wish: ClockMove) -> Result<ClockState, ClientError> {
        self.send(Method::POST, "/clock", &wish).await
    }

    /// Looks at messages without consuming them.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn peek(&self, what: &PeekQuery) -> Result<Peek, ClientError> {
        self.get(&format!("/peek?{}", query(what)?)).await
    }

    /// Removes every message of a topic, for all groups.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind); 404 if there is no such topic.
    pub async fn purge(&self, topic: &TopicRef) -> Result<(), ClientError> {
        let Done {} = self.send(Method::POST, "/purge", topic).await?;
        Ok(())
    }

    /// Sends dead letters back to the group that they died in; returns how many.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind).
    pub async fn resend(&self, what: &Resend) -> Result<u64, ClientError> {
        let Resent { resent } = self.send(Method::POST, "/resend", what).await?;
        Ok(resent)
    }

    /// Lets a group begin anew.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind); 404 if there is no such group.
    pub async fn reset_group(&self, what: &ResetGroup) -> Result<(), ClientError> {
        let Done {} = self.send(Method::POST, "/reset-group", what).await?;
        Ok(())
    }

    /// Ends a lease, as if its time were over.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind); 404 if it is not alive.
    pub async fn expire(&self, what: &Expire) -> Result<(), ClientError> {
        let Done {} = self.send(Method::POST, "/expire", what).await?;
        Ok(())
    }

    /// Deletes a topic with its messages and groups.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind); 404 if there is no such topic.
    pub async fn delete_topic(&self, topic: &TopicRef) -> Result<(), ClientError> {
        self.delete("/topic", topic).await
    }

    /// Deletes a group of a topic.
    ///
    /// # Errors
    /// Any [`ErrorKind`](super::ErrorKind); 404 if there is no such group.
    pub async fn delete_group(&self, group: &GroupRef) -> Result<(), ClientError> {
        self.delete("/group", group).await
    }

    async fn delete(&self, call: &str, what: &impl Serialize) -> Result<(), ClientError> {
        let Done {} = self.take_away(&format!("{call}?{}", query(what)?)).await?;
        Ok(())
    }

    async fn take_away<T: DeserializeOwned>(&self, call: &str) -> Result<T, ClientError> {
        let done = self.exchange(Method::DELETE, call, None).await;
        let body = done.map_err(ClientError::not_repeatable)?;
        self.read(&body).map_err(ClientError::not_repeatable)
    }

    async fn get<T: DeserializeOwned>(&self, call: &str) -> Result<T, ClientError> {
        let body = self.exchange(Method::GET, call, None).await?;
        self.read(&body)
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        call: &str,
        wish: &impl Serialize,
    ) -> Result<T, ClientError> {
        let wish = serde_json::to_vec(wish).map_err(|error| {
            let what = format!("the request cannot be written: {error}");
            ClientError::new(Reason::BadRequest, what)
        })?;
        let done = self.exchange(method, call, Some(wish)).await;
        let body = done.map_err(ClientError::not_repeatable)?;
        self.read(&body).map_err(ClientError::not_repeatable)
    }

    fn read<T: DeserializeOwned>(&self, body: &[u8]) -> Result<T, ClientError> {
        serde_json::from_slice(body).map_err(|error| self.damaged(&error.to_string()))
    }

    fn damaged(&self, what: &str) -> ClientError {
        ClientError::new(
            Reason::Unreadable,
            format!("the answer of {} cannot be read: {what}", self.endpoint()),
        )
        .at(self.endpoint())
    }

    /// Sends once; the body of a good answer.
    async fn exchange(
        &self,
        method: Method,
        call: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Vec<u8>, ClientError> {
        let settings = &self.0.settings;
        let url = settings
            .endpoint
            .at(&format!("{PREFIX}{call}"))
            .ok_or_else(|| {
                ClientError::new(Reason::BadRequest, "the request has no valid address")
            })?;
        let body = body.map(Bytes::from);
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, self.0.authorization.clone());
        if body.is_some() {
            let json = HeaderValue::from_static("application/json");
            headers.insert(CONTENT_TYPE, json);
        }
        connect::dress(&mut headers, &url)?;
        let asked = Asked {
            kind: ExchangeKind::Admin,
            attempt: 1,
            at: self.0.clock.now(),
            method: name_of(&method),
            url: &url,
            headers: &headers,
            body: body.as_ref(),
            string_to_sign: None,
        };
        let mut recording = Recording::begin(settings.observer.as_ref(), asked);
        let mut request = self.0.http.request(method, url).headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let answer = self.send_once(request, &mut recording).await;
        recording.ended(&answer);
        answer
    }

    async fn send_once(
        &self,
        request: RequestBuilder,
        recording: &mut Recording,
    ) -> Result<Vec<u8>, ClientError> {
        let settings = &self.0.settings;
        let patience: Duration = settings.margin.saturating_mul(2);
        let sent = recording.sending(tokio::time::timeout(patience, request.send()));
        let mut response = match sent.await {
            Ok(sent) => sent.map_err(|error| diagnose::transport(&error, settings))?,
            Err(_) => return Err(diagnose::timed_out(patience, settings)),
        };
        // A sandbox's own time is not a clock that is wrong.
        recording.answered(&response, self.0.clock.now(), 0);
        let status = response.status();
        let (body, ending) = exchange::read_body(&mut response, settings).await;
        recording.body(&body);
        let seen = || raw::answer(status.as_u16(), response.headers(), &body, settings);
        if status.is_redirection() {
            let location = location(&response);
            let error = diagnose::redirected(status.as_u16(), location.as_deref(), settings);
            return Err(error.with_status(status.as_u16()).with_answer(seen()));
        }
        if let Ending::Early(problem) = ending {
            return Err(problem.with_status(status.as_u16()).with_answer(seen()));
        }
        if status.is_success() {
            return Ok(body);
        }
        Err(self.refused(status.as_u16(), &body, seen()).after(1))
    }

    fn refused(&self, status: u16, body: &[u8], seen: RawAnswer) -> ClientError {
        let Ok(fault) = serde_json::from_slice::<AdminFault>(body) else {
            // A proxy or a gateway answers for itself; any other server just has no such path.
            let reason = match raw::foreign(status, "", body) {
                (found @ (Reason::ProxyLogin | Reason::Gateway | Reason::TlsWherePlain), _) => {
                    found
                }
                _ => Reason::NoAdminApi,
            };
            let what = format!(
                "{} has no admin API (HTTP {status} to a call of it)",
                self.endpoint()
            );
            return ClientError::new(reason, what)
                .at(self.endpoint())
                .with_status(status)
                .with_answer(seen);
        };
        let fault = Fault {
            status,
            code: FaultCode::from(fault.code.as_str()),
            message: fault.message,
            request_id: String::new(),
            host_id: String::new(),
        };
        ClientError::new(Reason::Fault, fault.to_string())
            .at(self.endpoint())
            .with_fault(fault)
            .with_answer(seen)
    }
}

fn name_of(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "GET",
    }
}

/// The fields of a value as a query; what is missing is left out.
fn query(value: &impl Serialize) -> Result<String, ClientError> {
    let Ok(Value::Object(fields)) = serde_json::to_value(value) else {
        return Err(ClientError::new(
            Reason::BadRequest,
            "the request cannot be written as a query",
        ));
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, field) in &fields {
        match field {
            Value::Null => {}
            Value::String(text) => {
                query.append_pair(name, text);
            }
            other => {
                query.append_pair(name, &other.to_string());
            }
        }
    }
    Ok(query.finish())
}

fn location(response: &Response) -> Option<String> {
    let value = response.headers().get(LOCATION)?.to_str().ok()?;
    Some(value.to_owned())
}

impl fmt::Debug for AdminClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminClient")
            .field("endpoint", self.endpoint())
            .finish_non_exhaustive()
    }
}
