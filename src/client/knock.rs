//! A request without a signature: no broker carries it out, and every broker says that it is one.
//! Decides nothing about what came back.

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION};

use crate::protocol::date::{format_http_date, parse_http_date};
use crate::protocol::{self, ConsumeMode, GroupId, Operation, TagFilter, Timestamp, TopicName};

use super::answer::clock_skew_millis;
use super::connect;
use super::diagnose;
use super::error::ClientError;
use super::exchange::{self, Outgoing};
use super::record::ExchangeKind;
use super::watch::{Asked, Recording};
use super::{Client, Inner};

/// What came back from the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// The HTTP status.
    pub status: u16,
    /// Name of the request in the server's logs.
    pub request_id: Option<String>,
    /// Where it redirects to.
    pub location: Option<String>,
    /// The server's time, as it says.
    pub server_time: Option<Timestamp>,
    /// When the answer began to arrive.
    pub received_at: Timestamp,
    /// The body as it came, as far as it came.
    pub body: Vec<u8>,
}

impl Client {
    /// Asks for messages without a signature, once. Whatever the server is, it hands out none.
    ///
    /// # Errors
    /// When there is no answer in HTTP.
    pub async fn knock(&self, topic: &TopicName, group: &GroupId) -> Result<Knock, ClientError> {
        let Inner {
            http,
            settings,
            clock,
        } = &*self.0;
        let call = protocol::Call {
            instance: settings.instance.clone(),
            topic: topic.clone(),
            operation: Operation::Consume {
                group: group.clone(),
                count: 1,
                wait_secs: 0,
                tag: TagFilter::All,
                mode: ConsumeMode::Plain,
            },
        };
        let outgoing = Outgoing::new(&call, settings)?;
        let now = clock.now();
        let date = exchange::header("date", &format_http_date(now))?;
        let mut headers = HeaderMap::new();
        headers.insert(DATE, date);
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static(protocol::CONTENT_TYPE),
        );
        headers.insert(
            protocol::VERSION_HEADER,
            HeaderValue::from_static(protocol::VERSION),
        );
        connect::dress(&mut headers, &outgoing.url)?;
        let asked = Asked {
            kind: ExchangeKind::Knock,
            attempt: 1,
            at: now,
            method: "GET",
            url: &outgoing.url,
            headers: &headers,
            body: None,
            string_to_sign: None,
        };
        let mut recording = Recording::begin(settings.observer.as_ref(), asked);
        let request = http.get(outgoing.url.clone()).headers(headers);
        let sent = recording.sending(tokio::time::timeout(outgoing.patience, request.send()));
        let sent = match sent.await {
            Ok(sent) => sent.map_err(|error| diagnose::transport(&error, settings)),
            Err(_) => Err(diagnose::timed_out(outgoing.patience, settings)),
        };
        recording.ended(&sent);
        let mut response = sent?;
        let received_at = clock.now();
        let text_of = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let request_id = text_of(protocol::REQUEST_ID_HEADER);
        let location = text_of(LOCATION.as_str());
        let server_time = text_of(DATE.as_str()).and_then(|text| parse_http_date(&text));
        let status = response.status().as_u16();
        // What came before it broke says enough.
        let skew_millis = clock_skew_millis(server_time, received_at);
        recording.answered(&response, received_at, skew_millis);
        let (body, _) = exchange::read_body(&mut response, settings).await;
        recording.body(&body);
        Ok(Knock {
            status,
            request_id,
            location,
            server_time,
            received_at,
            body,
        })
    }
}
