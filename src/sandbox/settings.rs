//! What can be set about a sandbox. Reads no arguments, files or environment.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::queue::{GroupRules, Rules, Timing};

/// Address, keys and times of a sandbox.
#[derive(Clone)]
pub struct SandboxSettings {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The one access key that is let in.
    pub access_key: String,
    /// Its secret.
    pub secret_key: SecretString,
    /// How long a consumed message is invisible to its group.
    pub invisible_time: Duration,
    /// The same for ordered consumption.
    pub order_invisible_time: Duration,
    /// Folder that everything is kept in; `None` keeps it in memory.
    pub data_dir: Option<PathBuf>,
    /// After so many deliveries without an ack a message becomes a dead letter.
    pub max_deliveries: u32,
}

impl SandboxSettings {
    pub(super) fn rules(&self) -> Rules {
        Rules {
            group: GroupRules {
                timing: self.timing(),
                max_deliveries: self.max_deliveries,
                ..GroupRules::default()
            },
            ..Rules::default()
        }
    }

    pub(super) fn timing(&self) -> Timing {
        Timing {
            invisible: self.invisible_time,
            order_invisible: self.order_invisible_time,
        }
    }
}

impl Default for SandboxSettings {
    /// `127.0.0.1:8080`, `sandbox` / `sandbox-secret`, 5 minutes [seed], 1 minute, 288 deliveries
    /// [doc], in memory.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            access_key: "sandbox".to_owned(),
            secret_key: "sandbox-secret".into(),
            invisible_time: Duration::from_secs(300),
            order_invisible_time: Duration::from_secs(60),
            data_dir: None,
            max_deliveries: 288,
        }
    }
}

impl fmt::Debug for SandboxSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxSettings")
            .field("listen", &self.listen)
            .field("invisible_time", &self.invisible_time)
            .field("order_invisible_time", &self.order_invisible_time)
            .field("data_dir", &self.data_dir)
            .field("max_deliveries", &self.max_deliveries)
            .finish_non_exhaustive()
    }
}
