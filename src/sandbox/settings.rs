//! What can be set about a sandbox. Reads no arguments, files or environment: a file's text is
//! read in `config_file.rs`.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use super::access::AccessRule;
use super::queue::{GroupRules, GroupStart, Retention, Rules, Timing, TopicKey};
use crate::credentials::Credentials;
use crate::protocol::admin;
use crate::protocol::faults::FaultPlan;
use crate::protocol::{GroupId, InstanceId, Limits, Profile, TopicName};

const DEFAULT_ACCESS_KEY: &str = "sandbox";
const DEFAULT_SECRET_KEY: &str = "sandbox-secret";

/// Least length of an admin token that other machines can try to guess. [us]
const MIN_TOKEN_CHARS: usize = 16;

/// How strangers on other machines could come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Exposure {
    /// With the default keys.
    #[error(
        "{listen} can be reached from other machines, and the default keys are known to everybody; \
         set keys of your own, or listen on 127.0.0.1"
    )]
    DefaultKeys {
        /// Where it would listen.
        listen: SocketAddr,
    },
    /// With an admin token that is found by trying.
    #[error(
        "{listen} can be reached from other machines, and an admin token of {chars} characters can \
         be guessed; use at least {MIN_TOKEN_CHARS}"
    )]
    GuessableToken {
        /// Where it would listen.
        listen: SocketAddr,
        /// How long the token is.
        chars: usize,
    },
}

impl Exposure {
    /// Characters that an admin token has at least where other machines can come in.
    pub const MIN_TOKEN_CHARS: usize = MIN_TOKEN_CHARS;
}

/// Address, keys, names, times and limits of a sandbox.
#[derive(Clone)]
pub struct SandboxSettings {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Who is let in, and to what. Without any, nobody is.
    pub keys: Vec<AccessRule>,
    /// Instances (`ns`) that requests may name, and then must; empty: any, or none.
    pub instances: Vec<InstanceId>,
    /// Whether topics and groups come into being by being used.
    pub auto_create: bool,
    /// Topics that are there from the start, in every instance.
    pub topics: Vec<TopicSettings>,
    /// Groups that are there from the start, for every topic.
    pub groups: Vec<GroupSettings>,
    /// How long a consumed message is invisible to its group.
    pub invisible_time: Duration,
    /// The same for ordered consumption.
    pub order_invisible_time: Duration,
    /// Where a new group begins in a topic, unless it has a rule of its own.
    pub group_start: GroupStart,
    /// Faults that are injected from the start.
    pub faults: FaultPlan,
    /// What opens the admin API; without one it is closed.
    pub admin_token: Option<SecretString>,
    /// After so many deliveries without an ack a message becomes a dead letter; at least 1.
    pub max_deliveries: u32,
    /// How long a message is kept after it became visible, acked or not.
    pub retention: Duration,
    /// Folder that everything is kept in; `None` keeps it in memory.
    pub data_dir: Option<PathBuf>,
    /// What messages are held to.
    pub limits: Limits,
    /// What connections are held to.
    pub connections: ConnectionLimits,
}

/// One topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSettings {
    /// Its name.
    pub name: TopicName,
    /// What it is for; `None` takes messages of every kind.
    pub kind: Option<TopicKind>,
    /// How long it keeps its messages; `None`: as all topics do.
    pub retention: Option<Duration>,
}

/// What a topic is for. A topic of one kind refuses the special messages of the others; plain
/// messages go to all. [us]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TopicKind {
    /// Plain messages only.
    Normal,
    /// Messages with a sharding key.
    Fifo,
    /// Messages with a delivery time.
    Delay,
    /// Half messages.
    Transaction,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSettings {
    /// Its name.
    pub name: GroupId,
    /// Where it begins in a topic that it never consumed from.
    pub start: Option<GroupStart>,
    /// Its own number of deliveries; `None`: as all groups have.
    pub max_deliveries: Option<u32>,
    /// How long its messages are invisible; `None`: as in all groups.
    pub invisible_time: Option<Duration>,
    /// The same for ordered consumption.
    pub order_invisible_time: Option<Duration>,
}

/// How much, and how long, a connection may ask of the sandbox. All times are real time: clients
/// are real even where the broker's clock is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Most connections at once; more wait until one ends.
    pub max_connections: usize,
    /// How long a request line and its headers may take, from their first byte, or from the
    /// start of the connection.
    pub head_timeout: Duration,
    /// How long the rest of a request may take.
    pub body_timeout: Duration,
    /// How long a client may take no byte of a reply.
    pub send_timeout: Duration,
    /// How long a connection may be idle between two requests. Some SDKs break on a connection
    /// that is closed within 60 seconds. [wire]
    pub idle_timeout: Duration,
}

impl SandboxSettings {
    pub(super) fn rules(&self) -> Rules {
        let own = |topic: &TopicSettings| Some((topic.name.clone(), Retention(topic.retention?)));
        Rules {
            group: GroupRules {
                timing: Timing {
                    invisible: self.invisible_time,
                    order_invisible: self.order_invisible_time,
                },
                max_deliveries: self.max_deliveries,
                start: self.group_start,
            },
            groups: self
                .groups
                .iter()
                .map(|group| self.rules_of(group))
                .collect(),
            retention: Retention(self.retention),
            retentions: self.topics.iter().filter_map(own).collect(),
        }
    }

    fn rules_of(&self, group: &GroupSettings) -> (GroupId, GroupRules) {
        let rules = GroupRules {
            timing: Timing {
                invisible: group.invisible_time.unwrap_or(self.invisible_time),
                order_invisible: group
                    .order_invisible_time
                    .unwrap_or(self.order_invisible_time),
            },
            max_deliveries: group.max_deliveries.unwrap_or(self.max_deliveries),
            start: group.start.unwrap_or(self.group_start),
        };
        (group.name.clone(), rules)
    }

    /// Keys that a client of ours can use: the first ones.
    pub fn client_keys(&self) -> Option<Credentials> {
        self.keys.first().map(|rule| Credentials {
            access_key: rule.access_key.clone(),
            secret_key: rule.secret_key.clone(),
            security_token: None,
            admin_token: None,
        })
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        self.listen.ip().to_canonical().is_loopback()
    }

    /// Whether strangers on other machines could come in.
    ///
    /// # Errors
    /// How.
    pub fn check_exposure(&self) -> Result<(), Exposure> {
        if self.is_local() {
            return Ok(());
        }
        let listen = self.listen;
        let is_default =
            |secret: &SecretString| secret.expose_secret().trim() == DEFAULT_SECRET_KEY;
        if self.keys.iter().any(|rule| is_default(&rule.secret_key)) {
            return Err(Exposure::DefaultKeys { listen });
        }
        let chars = |token: &SecretString| token.expose_secret().chars().count();
        match self.admin_token.as_ref().map(chars) {
            Some(chars) if chars < MIN_TOKEN_CHARS => {
                Err(Exposure::GuessableToken { listen, chars })
            }
            _ => Ok(()),
        }
    }

    /// Reads an address to listen on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
    ///
    /// # Errors
    /// How to write it.
    pub fn parse_listen(text: &str) -> Result<SocketAddr, String> {
        let text = text.trim();
        // Not asked of the resolver: that would let a hosts file open us to the network.
        let address = match text.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}"),
            None => text.to_owned(),
        };
        address
            .parse()
            .map_err(|_| "write it as 127.0.0.1:8080 or [::1]:8080".to_owned())
    }

    /// Topics that are there from the start, each in every instance that is named.
    pub(super) fn named_topics(&self) -> Vec<TopicKey> {
        let instances: Vec<Option<&InstanceId>> = match self.instances.is_empty() {
            true => vec![None],
            false => self.instances.iter().map(Some).collect(),
        };
        let in_each = |topic: &TopicSettings| {
            let key = |instance: &Option<&InstanceId>| TopicKey {
                instance: instance.cloned(),
                topic: topic.name.clone(),
            };
            instances.iter().map(key).collect::<Vec<_>>()
        };
        self.topics.iter().flat_map(in_each).collect()
    }

    /// Groups that are there from the start. One that begins with the latest message is not: its
    /// first consume says where that is.
    pub(super) fn named_groups(&self) -> Vec<GroupId> {
        let begins_anywhere =
            |group: &&GroupSettings| group.start.unwrap_or(self.group_start) == GroupStart::Oldest;
        let groups = self.groups.iter().filter(begins_anywhere);
        groups.map(|group| group.name.clone()).collect()
    }

    /// What of it anybody who is let in may be told.
    pub(super) fn told(&self, addr: SocketAddr) -> admin::Settings {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        admin::Settings {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            listen: addr.to_string(),
            invisible_millis: millis(self.invisible_time),
            order_invisible_millis: millis(self.order_invisible_time),
            max_deliveries: self.max_deliveries,
        }
    }
}

impl Default for SandboxSettings {
    /// `127.0.0.1:8080`, `sandbox` / `sandbox-secret` for everything, names made by use,
    /// 5 minutes [seed], 1 minute, 288 deliveries, 3 days [doc], in memory, no faults, no admin API.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            keys: vec![AccessRule::new(DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY)],
            instances: Vec::new(),
            auto_create: true,
            topics: Vec::new(),
            groups: Vec::new(),
            invisible_time: Duration::from_secs(300),
            order_invisible_time: Duration::from_secs(60),
            group_start: GroupStart::default(),
            faults: FaultPlan::default(),
            admin_token: None,
            max_deliveries: GroupRules::default().max_deliveries,
            retention: Retention::default().0,
            data_dir: None,
            limits: Profile::Sandbox.limits(),
            connections: ConnectionLimits::default(),
        }
    }
}

impl Default for ConnectionLimits {
    /// 8,192 connections (parked long polls are connections); 30 s for headers, 60 s for a
    /// body, 60 s without taking a byte, 2 minutes idle. [us]
    fn default() -> Self {
        Self {
            max_connections: 8_192,
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(60),
            send_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(120),
        }
    }
}

impl fmt::Debug for SandboxSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxSettings")
            .field("listen", &self.listen)
            .field("keys", &self.keys)
            .field("instances", &self.instances)
            .field("auto_create", &self.auto_create)
            .field("topics", &self.topics)
            .field("groups", &self.groups)
            .field("invisible_time", &self.invisible_time)
            .field("order_invisible_time", &self.order_invisible_time)
            .field("data_dir", &self.data_dir)
            .field("max_deliveries", &self.max_deliveries)
            .field("group_start", &self.group_start)
            .field("faults", &self.faults)
            .field("retention", &self.retention)
            .field("limits", &self.limits)
            .field("connections", &self.connections)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TopicKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TopicKind::Normal => "normal",
            TopicKind::Fifo => "fifo",
            TopicKind::Delay => "delay",
            TopicKind::Transaction => "transaction",
        })
    }
}
