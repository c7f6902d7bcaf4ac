//! A request as it was sent, by whatever client: nothing decoded, nothing put in order.

use std::fmt;

use crate::protocol::sign::{self, SignedParts};
use crate::protocol::{SECURITY_TOKEN_HEADER, VERSION_HEADER};

/// Headers whose values nobody should see.
const HIDDEN: &[&str] = &[
    "authorization",
    "proxy-authorization",
    SECURITY_TOKEN_HEADER,
];

/// What stands before the names of the headers that are signed. [wire]
pub(super) const MQ_PREFIX: &str = "x-mq-";

/// A request as it went over the wire, or as a log says it did.
#[derive(Clone, PartialEq, Eq)]
pub struct SentRequest {
    /// As on the request line.
    pub method: String,
    /// Path and query exactly as on the request line.
    pub target: String,
    /// Names and values in the order they were sent; blanks around values are not kept.
    pub headers: Vec<(String, String)>,
    /// The body, if it is known.
    pub body: Option<Vec<u8>>,
}

impl SentRequest {
    /// The first header of a name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The headers that are signed, as they were sent.
    pub fn mq_headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .filter(|(name, _)| name.to_ascii_lowercase().starts_with(MQ_PREFIX))
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What a server signs of it.
    pub fn string_to_sign(&self) -> String {
        let value = |name| self.header(name).unwrap_or_default();
        sign::string_to_sign(&SignedParts {
            method: &self.method,
            content_md5: value("content-md5"),
            content_type: value("content-type"),
            date: value("date"),
            mq_headers: self.mq_headers().collect(),
            resource: &self.target,
        })
    }

    /// Whether it says which version of the protocol it speaks.
    pub(super) fn has_version(&self) -> bool {
        self.header(VERSION_HEADER).is_some()
    }

    /// The request as text, as HTTP/1.1 has it. For a body that is not text this is not exact.
    pub fn to_http(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        text.push_str("\r\n");
        if let Some(body) = &self.body {
            text.push_str(&String::from_utf8_lossy(body));
        }
        text
    }
}

impl fmt::Debug for SentRequest {
    /// Without what identifies or opens anything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let hidden = HIDDEN
                    .iter()
                    .any(|hidden| name.eq_ignore_ascii_case(hidden));
                (name.as_str(), if hidden { "(hidden)" } else { value })
            })
            .collect();
        f.debug_struct("SentRequest")
            .field("method", &self.method)
            .field("target", &self.target)
            .field("headers", &headers)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .finish()
    }
}
