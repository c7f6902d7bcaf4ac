//! An embedded broker that speaks the RocketMQ HTTP protocol, for tests and first steps. Keeps
//! everything in memory, and in a file too if it gets a folder for it; never sees the client and
//! no window.
//!
//! In reading order: [`queue`] decides, purely; [`store`] keeps what it decided; [`broker`] puts
//! a lock around both, and `waiting` says which parked poll to wake; `http` translates; `server` listens.

pub mod broker;
mod handle;
mod http;
pub mod overview;
pub mod queue;
mod server;
mod settings;
pub mod store;
mod waiting;

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;

pub use broker::{Broker, BrokerError};
pub use overview::Totals;
pub use overview::{GroupOverview, Overview, TopicOverview};
pub use settings::SandboxSettings;

use crate::clock::Clock;
use store::Store;

/// A broker with its socket, which takes connections from the start and answers them once it
/// [runs](Sandbox::run).
pub struct Sandbox {
    settings: SandboxSettings,
    listener: TcpListener,
    addr: SocketAddr,
    broker: Arc<Broker>,
}

/// Why a sandbox cannot start, or cannot go on.
#[derive(Debug)]
pub struct SandboxError {
    kind: SandboxErrorKind,
    text: String,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SandboxErrorKind {
    /// Another process listens there.
    AddressInUse,
    /// The address cannot be listened on: not this machine's, or a port that needs privileges.
    Address,
    /// What the sandbox kept cannot be read, or nothing more can be kept.
    Store,
}

impl Sandbox {
    /// Takes the address of the settings.
    ///
    /// # Errors
    /// When the address cannot be had, or the store cannot be read.
    pub async fn bind(settings: SandboxSettings, clock: Clock) -> Result<Self, SandboxError> {
        let cannot_listen = |error: io::Error| SandboxError::listen(settings.listen, &error);
        let listener = TcpListener::bind(settings.listen)
            .await
            .map_err(cannot_listen)?;
        let addr = listener.local_addr().map_err(cannot_listen)?;
        let (rules, data_dir) = (settings.rules(), settings.data_dir.clone());
        // A large file takes a while to read, which other tasks need not wait for.
        let opened = tokio::task::spawn_blocking(move || {
            let store = match data_dir {
                Some(data_dir) => Store::open(&data_dir)?,
                None => Store::Memory,
            };
            Broker::open(rules, store, clock)
        });
        let broker = match opened.await {
            Ok(opened) => opened.map_err(SandboxError::store)?,
            Err(error) => return Err(SandboxError::store(error)),
        };
        Ok(Self {
            settings,
            listener,
            addr,
            broker: Arc::new(broker),
        })
    }

    /// Where it listens; with the real port where the settings say 0.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The broker inside, for whoever looks on.
    pub fn broker(&self) -> Arc<Broker> {
        Arc::clone(&self.broker)
    }

    /// Serves until `shutdown` is ready. Then parked polls are answered with nothing, requests in
    /// flight are finished, and clients that take more than three seconds for that are cut off.
    ///
    /// # Errors
    /// When the store failed, which ends it too: what cannot be kept is not to be promised.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), SandboxError> {
        let SandboxSettings {
            access_key,
            secret_key,
            ..
        } = self.settings;
        let broker = Arc::clone(&self.broker);
        let router = http::router(broker, access_key, secret_key, self.addr.to_string());
        let ended = async {
            tokio::select! {
                () = shutdown => {}
                () = self.broker.store_failed() => {}
            }
        };
        server::serve(self.listener, router, ended, || self.broker.stop()).await;
        match self.broker.store_failure() {
            None => Ok(()),
            Some(error) => Err(SandboxError::store(error)),
        }
    }
}

impl SandboxError {
    fn listen(addr: SocketAddr, error: &io::Error) -> Self {
        let (kind, why) = match error.kind() {
            io::ErrorKind::AddrInUse => (
                SandboxErrorKind::AddressInUse,
                "another program listens there".to_owned(),
            ),
            _ => (SandboxErrorKind::Address, error.to_string()),
        };
        Self {
            kind,
            text: format!("cannot listen on {addr}: {why}"),
        }
    }

    fn store(error: impl fmt::Display) -> Self {
        Self {
            kind: SandboxErrorKind::Store,
            text: error.to_string(),
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> SandboxErrorKind {
        self.kind
    }

    /// Whether the port is taken, so that another one may do.
    pub fn is_address_in_use(&self) -> bool {
        self.kind == SandboxErrorKind::AddressInUse
    }
}

impl fmt::Display for SandboxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for SandboxError {}
