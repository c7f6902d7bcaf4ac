//! What exactly failed, as far as the client saw it, and what it saw. Data only: what that means to
//! a person, and what to do about it, is said elsewhere.

use serde::{Deserialize, Serialize};

use super::error::ErrorKind;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $kind:ident),+ $(,)?) => {
        /// What exactly failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Reason {
            $($(#[$doc])* $name,)+
        }

        impl Reason {
            /// All of them.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),+];

            /// The kind of failure that it is.
            pub fn kind(self) -> ErrorKind {
                match self {
                    $(Reason::$name => ErrorKind::$kind,)+
                }
            }
        }
    };
}

reasons! {
    /// Endpoint and names make no request.
    BadRequest = Settings,
    /// A key or a token holds what no header can carry.
    BadKey = Settings,
    /// The proxy cannot be used as it is written.
    BadProxy = Settings,
    /// The CA file is missing, is none, or is damaged.
    BadCaFile = Settings,
    /// The HTTP client cannot be set up.
    NoHttpClient = Settings,
    /// Nobody takes the connection, nor refuses it.
    ConnectTimeout = Connect,
    /// The host has no address.
    UnknownHost = Connect,
    /// The port is closed, on this machine.
    NothingListensHere = Connect,
    /// The port is closed, on another machine.
    NothingListens = Connect,
    /// The connection's own proxy refuses.
    ProxyUnreachable = Connect,
    /// No connection for another reason.
    NotConnected = Connect,
    /// The certificate is of an authority that is not trusted here.
    UnknownAuthority = Tls,
    /// The same, although the connection has a CA file.
    WrongCaFile = Tls,
    /// The certificate is over.
    CertificateExpired = Tls,
    /// The certificate's time has not come.
    CertificateEarly = Tls,
    /// The certificate is for another name.
    CertificateName = Tls,
    /// The certificate is refused for another reason.
    BadCertificate = Tls,
    /// No TLS on the other side.
    PlainWhereTls = Tls,
    /// The other side ended the handshake.
    HandshakeEnded = Tls,
    /// The handshake failed for another reason.
    HandshakeFailed = Tls,
    /// Nothing came within the time.
    NoAnswer = Timeout,
    /// The answer began, and no more of it came.
    StalledAnswer = Timeout,
    /// The connection was closed before anything came.
    ClosedUnanswered = Interrupted,
    /// The connection broke in the middle of the answer.
    CutOff = Interrupted,
    /// The server refused, with a code of this protocol.
    Fault = Refused,
    /// What came is no HTTP.
    NotHttp = NotThisProtocol,
    /// A port for RocketMQ's own protocol.
    RocketMqTcp = NotThisProtocol,
    /// A port for TLS, asked without.
    TlsWherePlain = NotThisProtocol,
    /// A port for HTTP/2, as that of gRPC.
    Http2 = NotThisProtocol,
    /// A proxy wants a user and a password.
    ProxyLogin = NotThisProtocol,
    /// A redirect, which no broker sends.
    Redirect = NotThisProtocol,
    /// A gateway that did not reach the broker.
    Gateway = NotThisProtocol,
    /// A page on which to log in.
    LoginPage = NotThisProtocol,
    /// Some other page.
    WebPage = NotThisProtocol,
    /// JSON, of another service.
    JsonService = NotThisProtocol,
    /// Something else in HTTP.
    OtherService = NotThisProtocol,
    /// A server without the sandbox's admin API.
    NoAdminApi = NotThisProtocol,
    /// The right protocol, but broken.
    Unreadable = Damaged,
    /// Longer than any answer can be.
    TooLong = Damaged,
    /// An answer to something else.
    OtherQuestion = Damaged,
}

/// What was seen of a failure. Everything but the reason may be unknown; nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What failed.
    pub reason: Reason,
    /// Where.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub endpoint: String,
    /// The server's code, if it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The server's words, or the network's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Name of the request in the server's logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What the reason is about, by the sort of it: where a redirect goes, the title of a page, the
    /// CA file, the proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// How long was waited, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_secs: Option<u64>,
    /// The server's clock minus ours, in seconds, if they are apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_secs: Option<i64>,
    /// Whether it was sent, and nothing says whether it was carried out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_doubt: bool,
    /// Whether it was sent more than once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repeated: bool,
    /// What came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RawAnswer>,
}

impl Evidence {
    /// Nothing was seen but that.
    pub fn new(reason: Reason) -> Self {
        Self {
            reason,
            endpoint: String::new(),
            code: None,
            words: String::new(),
            status: None,
            request_id: None,
            about: None,
            waited_secs: None,
            skew_secs: None,
            in_doubt: false,
            repeated: false,
            answer: None,
        }
    }

    /// A refusal with this code.
    pub fn of_code(code: &str, words: &str) -> Self {
        Self {
            code: Some(code.to_owned()),
            words: words.to_owned(),
            ..Self::new(Reason::Fault)
        }
    }
}

/// An answer as it came, as far as it is kept: of its headers those that tell something, of its
/// body the beginning. Keys, tokens and signatures are masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawAnswer {
    /// HTTP status; none if it was no HTTP.
    pub status: Option<u16>,
    /// Headers, by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body; as hexadecimal if it is no text.
    pub body: String,
    /// Bytes of the whole body, as far as it was read.
    pub bytes: usize,
    /// Whether `body` is not all of it.
    pub cut: bool,
}
