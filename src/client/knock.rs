//! A request without a signature: no broker carries it out, and every broker says that it is one.
//! Decides nothing about what came back.

use reqwest::header::{CONTENT_TYPE, DATE, HeaderValue, LOCATION};

use crate::protocol::date::{format_http_date, parse_http_date};
use crate::protocol::{self, ConsumeMode, GroupId, Operation, TagFilter, Timestamp, TopicName};

use super::diagnose;
use super::error::ClientError;
use super::exchange::{self, Outgoing};
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
        let date = exchange::header("date", &format_http_date(clock.now()))?;
        let sent = http
            .get(outgoing.url.clone())
            .header(DATE, date)
            .header(
                CONTENT_TYPE,
                HeaderValue::from_static(protocol::CONTENT_TYPE),
            )
            .header(
                protocol::VERSION_HEADER,
                HeaderValue::from_static(protocol::VERSION),
            )
            .send();
        let mut response = match tokio::time::timeout(outgoing.patience, sent).await {
            Ok(sent) => sent.map_err(|error| diagnose::transport(&error, settings))?,
            Err(_) => return Err(diagnose::timed_out(outgoing.patience, settings)),
        };
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
        let (body, _) = exchange::read_body(&mut response, settings).await;
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
