//! What a broker says when it refuses: code, HTTP status, message. Data only.

use std::fmt;

macro_rules! fault_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal),+ $(,)?) => {
        /// Error code of a fault. Codes that are not in the vendors' lists survive as
        /// [`FaultCode::Other`].
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum FaultCode {
            $($(#[$doc])* $name,)+
            /// A code that this version does not know, as the server spelt it.
            Other(String),
        }

        impl FaultCode {
            /// Every code that this version knows.
            pub const KNOWN: &'static [FaultCode] = &[$(FaultCode::$name),+];

            /// The code as it stands in `<Code>`.
            pub fn as_str(&self) -> &str {
                match self {
                    $(FaultCode::$name => stringify!($name),)+
                    FaultCode::Other(code) => code,
                }
            }

            /// The HTTP status that goes with it. [doc] Unknown codes count as 500.
            pub fn status(&self) -> u16 {
                match self {
                    $(FaultCode::$name => $status,)+
                    FaultCode::Other(_) => 500,
                }
            }
        }

        impl From<&str> for FaultCode {
            fn from(code: &str) -> Self {
                match code {
                    $(stringify!($name) => FaultCode::$name,)+
                    other => FaultCode::Other(other.to_owned()),
                }
            }
        }
    };
}

fault_codes! {
    /// The `Authorization` header is not `MQ {AccessKeyId}:{signature}`.
    InvalidAuthorizationHeader = 400,
    /// The `Date` header is not a date.
    InvalidDateHeader = 400,
    /// A parameter or a field is out of range.
    InvalidArgument = 400,
    /// `Content-MD5` is not the digest of the body.
    InvalidDigest = 400,
    /// The path is not `/topics/{topic}/messages`.
    InvalidRequestURL = 400,
    /// The query cannot be read, or lacks a parameter.
    InvalidQueryString = 400,
    /// The body is not the XML that this operation wants.
    MalformedXML = 400,
    /// No `Authorization` header.
    MissingAuthorizationHeader = 400,
    /// No `Date` header.
    MissingDateHeader = 400,
    /// An ack without a handle.
    MissingReceiptHandle = 400,
    /// Not a receipt handle at all.
    ReceiptHandleError = 400,
    /// Too many requests a second.
    QpsLimitExceeded = 400,
    /// These keys may not do this here.
    AccessDenied = 403,
    /// The access key is not known.
    InvalidAccessKeyId = 403,
    /// The signature is not the one that the server computes.
    SignatureDoesNotMatch = 403,
    /// HTTP access is closed for this instance or group.
    HTTPForbidden = 403,
    /// On GET: nothing there. On DELETE: the handle came too late or was used already.
    MessageNotExist = 404,
    /// No such topic.
    TopicNotExist = 404,
    /// `Date` is more than 15 minutes off.
    TimeExpired = 408,
    /// The server failed.
    InternalError = 500,
    /// The server failed; the other spelling of the vendors' lists.
    InternalServerError = 500,
}

impl FaultCode {
    /// Whether trying again can help: the server failed or was busy. [doc]
    pub fn is_retryable(&self) -> bool {
        matches!(self, FaultCode::QpsLimitExceeded) || self.status() >= 500
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a request is refused, before the reply has a request id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The code that goes to the client.
    pub code: FaultCode,
    /// What is wrong and what to do about it, in English as on the wire.
    pub message: String,
}

impl Refusal {
    /// A refusal with its reason.
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// An `<Error>` reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// HTTP status of the reply.
    pub status: u16,
    /// `<Code>`.
    pub code: FaultCode,
    /// `<Message>`.
    pub message: String,
    /// `<RequestId>`; empty if the server named none.
    pub request_id: String,
    /// `<HostId>`; empty if the server named none.
    pub host_id: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {}): {}", self.code, self.status, self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_code_is_read_back_as_itself() {
        for code in FaultCode::KNOWN {
            assert_eq!(&FaultCode::from(code.as_str()), code);
            assert!((400..=500).contains(&code.status()), "{code}");
        }
        let other = FaultCode::from("BrokerOnFire");
        assert_eq!(other, FaultCode::Other("BrokerOnFire".to_owned()));
        assert_eq!(other.as_str(), "BrokerOnFire");
    }
}
