//! Where a broker is: scheme, host and port, nothing else. Does not connect to anything.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

/// The address of a broker's HTTP endpoint, such as `http://127.0.0.1:8080`.
///
/// Written without a scheme it means `http://`. [us] A slash at the end is dropped: Node sends
/// `//topics…` with one, and its signatures fail. [wire] A path is refused, as the SDKs do not
/// agree on whether it is signed. [wire]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Endpoint(Url);

/// Why a text is not an endpoint. Never repeats the text, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// Nothing was given.
    #[error("the endpoint is empty; it looks like http://host:port")]
    Empty,
    /// Not a URL at all.
    #[error("the endpoint is not a URL ({why}); it looks like http://host:port")]
    NotAUrl {
        /// What the URL parser says.
        why: String,
    },
    /// A scheme that this client does not speak.
    #[error("the endpoint begins with {scheme}://, but must begin with http:// or https://")]
    Scheme {
        /// The scheme given.
        scheme: String,
    },
    /// User and password in the address.
    #[error("the endpoint holds a user or a password; keys have their own fields")]
    UserInfo,
    /// Something behind host and port.
    #[error("the endpoint holds {part} behind host and port; leave it out")]
    Extra {
        /// `a path`, `a query` or `a fragment`.
        part: &'static str,
    },
}

impl Endpoint {
    /// Whether it is `https`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is this very machine, by its name or address.
    pub fn is_local(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let name = host.trim_end_matches('.');
        let address = host.trim_start_matches('[').trim_end_matches(']');
        name == "localhost"
            || name.ends_with(".localhost")
            || address
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
    }

    /// The name or the address of its host, an IPv6 one without brackets.
    pub fn host(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Its port, whether it is written or not.
    pub fn port(&self) -> u16 {
        // Both schemes have one.
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The URL of a request target (`/path?query`).
    pub(super) fn at(&self, target: &str) -> Option<Url> {
        Url::parse(&format!("{self}{target}")).ok()
    }
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidEndpoint::Empty);
        }
        // Asked first: the URL parser takes the host of `localhost:8080` for a scheme.
        let mut url = if text.contains("://") {
            Url::parse(text)
        } else {
            Url::parse(&format!("http://{text}"))
        }
        .map_err(|error| InvalidEndpoint::NotAUrl {
            why: error.to_string(),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidEndpoint::Scheme {
                scheme: url.scheme().to_owned(),
            });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidEndpoint::UserInfo);
        }
        let part = if !url.path().trim_end_matches('/').is_empty() {
            "a path"
        } else if url.query().is_some() {
            "a query"
        } else if url.fragment().is_some() {
            "a fragment"
        } else {
            url.set_path("");
            return Ok(Self(url));
        };
        Err(InvalidEndpoint::Extra { part })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_is_read() {
        let check = |text: &str, read: &str| {
            let endpoint = text.parse::<Endpoint>();
            assert_eq!(endpoint.map(|e| e.to_string()), Ok(read.to_owned()));
        };
        check("http://127.0.0.1:8080", "http://127.0.0.1:8080");
        check(" http://127.0.0.1:8080/\n", "http://127.0.0.1:8080");
        check("localhost:8080", "http://localhost:8080");
        check("mq.example.com", "http://mq.example.com");
        check("https://MQ.example.com:443//", "https://mq.example.com");
        check("http://[::1]:9", "http://[::1]:9");
        check("http://host:80", "http://host");
    }

    #[test]
    fn the_rest_is_refused_with_its_reason() {
        let check = |text: &str, said: &str| match text.parse::<Endpoint>() {
            Err(error) => {
                assert!(error.to_string().contains(said), "{error}");
                assert!(!error.to_string().contains("hunter2"), "{error}");
            }
            Ok(endpoint) => assert_eq!(endpoint.to_string(), "refused"),
        };
        check("", "is empty");
        check("  ", "is empty");
        check("tcp://host:8080", "begins with tcp://");
        check("http://host:80a", "not a URL (invalid port number)");
        check("http://", "not a URL");
        check("two words", "not a URL");
        check("http://me:hunter2@host", "a user or a password");
        check("hunter2@host", "a user or a password");
        check("http://host/topics", "holds a path");
        check("host/hunter2", "holds a path");
        check("http://host?ns=1", "holds a query");
        check("http://host#x", "holds a fragment");
    }

    #[test]
    fn this_machine_is_known_by_its_names() {
        let check = |text: &str, local: bool| {
            let endpoint = text.parse::<Endpoint>();
            assert_eq!(endpoint.map(|e| e.is_local()), Ok(local), "{text}");
        };
        check("localhost:1", true);
        check("sandbox.localhost:1", true);
        check("127.8.0.1", true);
        check("0.0.0.0:1", true);
        check("https://[::1]:1", true);
        check("localhost.example.com", false);
        check("10.0.0.1", false);
    }
}
