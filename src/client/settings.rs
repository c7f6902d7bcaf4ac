//! What a client is made from. Reads no file and makes no connection itself.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::credentials::Credentials;
use crate::protocol::InstanceId;

use super::endpoint::Endpoint;
use super::watch::Observer;

/// How to reach one broker, and as whom.
#[derive(Clone)]
pub struct ClientSettings {
    /// Where it is.
    pub endpoint: Endpoint,
    /// The instance (`ns`) that every request names, if the server has several.
    pub instance: Option<InstanceId>,
    /// The keys.
    pub credentials: Credentials,
    /// An HTTP proxy, `http://[user:password@]host:port`. `None` or blank: the system's own, and
    /// never one for an endpoint on this machine.
    pub proxy: Option<String>,
    /// Whether the system's own proxy is taken where there is no other.
    pub system_proxy: bool,
    /// Certificates to trust besides the system's: PEM, one or several, or one as DER.
    pub ca_file: Option<PathBuf>,
    /// Most attempts of one consume or ack, and of connecting for a publish; 0 counts as 1.
    pub attempts: u32,
    /// How much longer than the long poll to wait for an answer, and how long for each further
    /// piece of one. A publish or an ack waits twice as long.
    pub margin: Duration,
    /// Pause before the second attempt; it doubles with every further one.
    pub pause: Duration,
    /// Who is told of every exchange, if anybody is.
    pub observer: Option<Observer>,
}

impl ClientSettings {
    /// Three attempts, no proxy but the system's, no certificates but the system's. [us]
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Self {
        Self {
            endpoint,
            instance: None,
            credentials,
            proxy: None,
            system_proxy: true,
            ca_file: None,
            attempts: 3,
            margin: Duration::from_secs(15),
            pause: Duration::from_millis(200),
            observer: None,
        }
    }

    /// The proxy's own address, if it has one that can be read.
    pub fn proxy_endpoint(&self) -> Option<Endpoint> {
        let proxy = self.shown_proxy()?;
        // User and password are gone from it, and so may be its scheme.
        proxy.trim_end_matches('/').parse().ok()
    }

    /// The proxy as written, unless it is blank.
    pub(super) fn own_proxy(&self) -> Option<&str> {
        self.proxy
            .as_deref()
            .map(str::trim)
            .filter(|proxy| !proxy.is_empty())
    }

    /// The proxy without user and password.
    pub(super) fn shown_proxy(&self) -> Option<&str> {
        let proxy = self.own_proxy()?;
        Some(proxy.rsplit_once('@').map_or(proxy, |(_, place)| place))
    }
}

impl fmt::Debug for ClientSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientSettings")
            .field("endpoint", &self.endpoint)
            .field("instance", &self.instance)
            .field("credentials", &self.credentials)
            .field("proxy", &self.shown_proxy())
            .field("system_proxy", &self.system_proxy)
            .field("ca_file", &self.ca_file)
            .field("attempts", &self.attempts)
            .field("margin", &self.margin)
            .field("pause", &self.pause)
            .field("observer", &self.observer)
            .finish()
    }
}
