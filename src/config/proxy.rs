//! The proxy of connections that have none of their own. Says what can be one; connects to nothing.

use std::fmt;
use std::str::FromStr;

use http::Uri;
use serde::{Deserialize, Serialize};

use super::password::without_password;

/// The proxy of connections that have none of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ProxyChoice {
    /// The one that desktop and environment name, if any.
    #[default]
    System,
    /// None, whatever desktop and environment name.
    None,
    /// This one.
    Url(ProxyUrl),
}

/// The address of an HTTP proxy, with a scheme. A password in it lasts for this run only: it is
/// neither shown nor written.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(String);

/// Why a text is not a proxy. Never repeats the text, which may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a proxy, expected system, none or an address such as http://host:3128")]
pub struct NotAProxy;

impl ProxyUrl {
    /// The address, password and all: for the client alone.
    pub fn with_password(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProxyUrl {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        let text = text.trim();
        let url = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let uri: Uri = url.parse().map_err(|_| NotAProxy)?;
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().is_some_and(|host| !host.is_empty());
        if !matches!(scheme, "http" | "https") || !host || !matches!(uri.path(), "" | "/") {
            return Err(NotAProxy);
        }
        if !has_usable_port(&uri) {
            return Err(NotAProxy);
        }
        Ok(Self(url))
    }
}

/// Whether what stands behind the host is a port that something can listen on, or nothing.
fn has_usable_port(uri: &Uri) -> bool {
    let place = uri.authority().map_or("", |authority| authority.as_str());
    let behind_user = place.rsplit('@').next().unwrap_or_default();
    let port = behind_user.strip_prefix(uri.host().unwrap_or_default());
    match port.map(|port| port.strip_prefix(':').unwrap_or(port)) {
        Some("") => true,
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => false,
    }
}

/// Without its password.
impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(&self.0))
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyUrl({self})")
    }
}

impl ProxyChoice {
    /// The address of the proxy that a connection goes through whose own one is this text, blank
    /// for none. One that is meant for all of them is none for a server on this machine: it cannot
    /// reach this machine's loopback.
    pub fn address<'a>(&'a self, own: &'a str, local: bool) -> Option<&'a str> {
        let own = own.trim();
        match self {
            _ if !own.is_empty() => Some(own),
            Self::Url(url) if !local => Some(url.with_password()),
            Self::Url(_) | Self::System | Self::None => None,
        }
    }

    /// Whether the proxy that desktop and environment name is taken where there is no other.
    pub fn takes_system(&self) -> bool {
        *self == Self::System
    }
}

impl FromStr for ProxyChoice {
    type Err = NotAProxy;

    fn from_str(text: &str) -> Result<Self, NotAProxy> {
        match text.trim().to_ascii_lowercase().as_str() {
            "system" => Ok(Self::System),
            "none" => Ok(Self::None),
            _ => text.parse().map(Self::Url),
        }
    }
}

impl TryFrom<String> for ProxyChoice {
    type Error = NotAProxy;

    fn try_from(text: String) -> Result<Self, NotAProxy> {
        text.parse()
    }
}

impl From<ProxyChoice> for String {
    fn from(choice: ProxyChoice) -> String {
        choice.to_string()
    }
}

/// As the file has it: without a password.
impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("system"),
            Self::None => f.write_str("none"),
            Self::Url(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port_if_any() {
        for good in [
            "host",
            "host:3128",
            " http://host:3128/ ",
            "https://me:hush@host:1",
            "[::1]:3128",
            "[::1]",
            "10.0.0.1:65535",
        ] {
            assert!(good.parse::<ProxyUrl>().is_ok(), "{good}");
        }
        for wrong in [
            "",
            "host:nowhere",
            "host:0",
            "host:65536",
            "host:31 28",
            "http://me:hush@host:nowhere",
            "[::1]:x",
            "[::1",
            ":3128",
            "socks5://host:1080",
            "host:3128/path",
        ] {
            assert_eq!(wrong.parse::<ProxyUrl>(), Err(NotAProxy), "{wrong}");
        }
    }

    #[test]
    fn the_proxy_of_all_is_for_those_that_have_none_and_are_not_here() {
        let all: ProxyChoice = "all:1".parse().unwrap();
        assert_eq!(all.address(" own:2 ", false), Some("own:2"));
        assert_eq!(all.address(" ", false), Some("http://all:1"));
        assert_eq!(all.address("", true), None);
        assert_eq!(all.address("own:2", true), Some("own:2"));
        assert_eq!(ProxyChoice::None.address("", false), None);
        assert!(ProxyChoice::System.takes_system());
        assert!(!all.takes_system() && !ProxyChoice::None.takes_system());
    }
}
