//! An embedded broker that speaks the RocketMQ HTTP protocol, for tests and first steps. Keeps
//! everything in memory, and in a file too if it gets a folder for it; never sees the client and
//! no window.
//!
//! In reading order: [`queue`] decides, purely; [`store`] keeps what it decided; [`broker`] puts
//! a lock around both, and `waiting` says which parked poll to wake; `access` and `catalog` say who
//! may do what; [`chaos`] says what goes wrong on purpose; `http` translates; `server` listens, and
//! `socket` and `body` bound what a client may ask of it; `refusals` keeps what was refused. `admin`
//! looks in from the side.

mod access;
mod admin;
mod body;
pub mod broker;
mod catalog;
pub mod chaos;
mod config_file;
mod handle;
mod http;
mod metrics;
pub mod overview;
pub mod queue;
mod refusals;
mod server;
mod settings;
mod socket;
mod statistics;
pub mod store;
mod waiting;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

pub use access::{AccessRule, InvalidPattern, NamePattern};
pub use admin::random_token;
pub use broker::{Broker, BrokerError};
pub use chaos::ChaosControl;
pub use config_file::{ConfigError, DEFAULT_CONFIG, parse_config};
pub use overview::{GroupOverview, Overview, TopicOverview, Totals};
pub use refusals::Refusals;
pub use settings::{
    ConnectionLimits, Exposure, GroupSettings, SandboxSettings, TopicKind, TopicSettings,
};

use crate::clock::Clock;
use crate::protocol::Timestamp;
use admin::Admin;
use store::{Store, StoreError};

/// A broker with its socket, which takes connections from the start and answers them once it
/// [runs](Sandbox::run).
pub struct Sandbox {
    settings: SandboxSettings,
    listener: TcpListener,
    addr: SocketAddr,
    broker: Arc<Broker>,
    chaos: Arc<ChaosControl>,
    refusals: Arc<Refusals>,
}

/// Why a sandbox cannot start, or cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// Another process listens there.
    #[error("cannot listen on {0}: another program listens there")]
    AddressInUse(SocketAddr),
    /// The address cannot be listened on, in the system's words.
    #[error("cannot listen on {listen}: {said}")]
    Address {
        /// The address.
        listen: SocketAddr,
        /// What the system says.
        said: String,
    },
    /// What the sandbox kept cannot be read, or nothing more can be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// With these settings strangers could come in.
    #[error(transparent)]
    Settings(#[from] Exposure),
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
    /// With these settings strangers could come in.
    Settings,
}

impl Sandbox {
    /// Takes the address of the settings, and makes the topics and groups that they name.
    ///
    /// # Errors
    /// When strangers could come in, the address cannot be had, or the store cannot be read.
    pub async fn bind(settings: SandboxSettings, clock: Clock) -> Result<Self, SandboxError> {
        settings.check_exposure()?;
        let (listener, addr) = listen(settings.listen).await?;
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
            Ok(opened) => opened?,
            Err(error) => return Err(StoreError::Failed(error.to_string()).into()),
        };
        broker
            .create(&settings.named_topics(), &settings.named_groups())
            .await?;
        Ok(Self {
            chaos: Arc::new(ChaosControl::new(settings.faults.clone())),
            refusals: Arc::new(Refusals::new(&settings.keys)),
            settings,
            listener,
            addr,
            broker: Arc::new(broker),
        })
    }

    /// Whether this address can be had now. It is not taken.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn try_address(address: SocketAddr) -> Result<(), SandboxError> {
        listen(address).await.map(drop)
    }

    /// Whether what is kept in this folder can be had now. It is left as it is, and free.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn try_folder(folder: PathBuf) -> Result<(), SandboxError> {
        let tried = tokio::task::spawn_blocking(move || Store::open(&folder)?.load(|_| {}));
        match tried.await {
            Ok(tried) => Ok(tried?),
            Err(error) => Err(StoreError::Failed(error.to_string()).into()),
        }
    }

    /// Where it listens; with the real port where the settings say 0.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its time, if that is not the real one because an earlier run on the same data moved it.
    pub fn moved_time(&self) -> Option<Timestamp> {
        let clock = self.broker.clock();
        let travel = clock.hand()?.travel()?;
        travel.is_elsewhere().then(|| clock.now())
    }

    /// The broker inside, for whoever looks on.
    pub fn broker(&self) -> Arc<Broker> {
        Arc::clone(&self.broker)
    }

    /// The faults that are injected, for whoever changes them while it runs.
    pub fn chaos(&self) -> Arc<ChaosControl> {
        Arc::clone(&self.chaos)
    }

    /// The requests that it refused, for whoever wants to know why.
    pub fn refusals(&self) -> Arc<Refusals> {
        Arc::clone(&self.refusals)
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
        let admin = Admin {
            broker: Arc::clone(&self.broker),
            chaos: Arc::clone(&self.chaos),
            refusals: Arc::clone(&self.refusals),
            settings: self.settings.told(self.addr),
            token: self.settings.admin_token.clone(),
            body_timeout: self.settings.connections.body_timeout,
        };
        let site = http::Site::new(
            Arc::clone(&self.broker),
            self.chaos,
            self.refusals,
            &self.settings,
            self.addr.to_string(),
            admin::router(admin),
        );
        let limits = &self.settings.connections;
        let ended = async {
            tokio::select! {
                () = shutdown => {}
                () = self.broker.store_failed() => {}
            }
        };
        server::serve(self.listener, site, limits, ended, || self.broker.stop()).await;
        match self.broker.store_failure() {
            None => Ok(()),
            Some(error) => Err(error.into()),
        }
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), SandboxError> {
    let refused = |error: io::Error| SandboxError::listen(address, &error);
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let addr = listener.local_addr().map_err(refused)?;
    Ok((listener, addr))
}

impl SandboxError {
    fn listen(listen: SocketAddr, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => SandboxError::AddressInUse(listen),
            _ => SandboxError::Address {
                listen,
                said: error.to_string(),
            },
        }
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> SandboxErrorKind {
        match self {
            SandboxError::AddressInUse(_) => SandboxErrorKind::AddressInUse,
            SandboxError::Address { .. } => SandboxErrorKind::Address,
            SandboxError::Store(_) => SandboxErrorKind::Store,
            SandboxError::Settings(_) => SandboxErrorKind::Settings,
        }
    }

    /// Whether the port is taken, so that another one may do.
    pub fn is_address_in_use(&self) -> bool {
        matches!(self, SandboxError::AddressInUse(_))
    }
}

impl From<BrokerError> for SandboxError {
    fn from(error: BrokerError) -> Self {
        let BrokerError::Store(error) = error;
        SandboxError::Store(error)
    }
}
