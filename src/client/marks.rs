//! When names are looked up, connections made and TLS handshakes begun, for the attempt that waits
//! for them. The HTTP library tells none of it, so it is asked at the three places that it lets us
//! bring along: the resolver, a layer around its connector, and the key exchange of TLS, which a
//! handshake starts with.
//!
//! Knows of an attempt by the task that polls it: a connection that is made on behalf of nobody, in
//! the background, is nobody's time.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Extensions;
use hyper_util::client::legacy::connect::{Connection, HttpInfo};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::crypto::ring::{self, kx_group};
use rustls::crypto::{ActiveKeyExchange, CompletedKeyExchange, CryptoProvider, SupportedKxGroup};
use rustls::ffdhe_groups::FfdheGroup;
use rustls::{NamedGroup, ProtocolVersion};
use tower_layer::Layer;
use tower_service::Service;

use crate::clock::Stopwatch;

use super::record::{ConnectionUse, Timing};

tokio::task_local! {
    static CURRENT: Arc<Marks>;
}

/// The marks of one attempt, counted from its start.
#[derive(Debug)]
pub(super) struct Marks {
    watch: Stopwatch,
    times: Mutex<Times>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Times {
    dns: Span,
    connect: Span,
    hello: Option<Duration>,
    /// This end of the connection that was made.
    local: Option<SocketAddr>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Span {
    from: Option<Duration>,
    to: Option<Duration>,
}

impl Span {
    /// How long it took, or has taken so far.
    fn length(self, now: Duration) -> Option<Duration> {
        Some(self.to.unwrap_or(now).saturating_sub(self.from?))
    }
}

impl Marks {
    /// They count from now on.
    pub(super) fn start() -> Self {
        Self {
            watch: Stopwatch::start(),
            times: Mutex::default(),
        }
    }

    /// Since the start of the attempt.
    pub(super) fn elapsed(&self) -> Duration {
        self.watch.elapsed()
    }

    /// Waits for something; what it makes happen is marked here.
    pub(super) async fn scope<F: Future>(self: Arc<Self>, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Whether the connection with this end was made for the attempt.
    pub(super) fn made(&self, local: SocketAddr) -> bool {
        self.times().local == Some(local)
    }

    /// Writes down how long the parts before the reply took.
    pub(super) fn fill(&self, timing: &mut Timing, head_at: Option<Duration>) {
        let times = *self.times();
        let now = timing.total;
        if head_at.is_none() {
            // No reply tells which connection it came over.
            timing.connection = match times.connect.from {
                None => ConnectionUse::Reused,
                Some(_) if times.local.is_some() => ConnectionUse::New,
                Some(_) => ConnectionUse::None,
            };
        }
        let ready = match timing.connection {
            ConnectionUse::Reused => Some(Duration::ZERO),
            ConnectionUse::New => times.connect.to,
            ConnectionUse::None => None,
        };
        if timing.connection != ConnectionUse::Reused {
            let connecting = times.connect.length(now);
            timing.dns = times.dns.length(now);
            timing.tls = times
                .hello
                .map(|hello| times.connect.to.unwrap_or(now).saturating_sub(hello));
            let others = timing.dns.unwrap_or_default() + timing.tls.unwrap_or_default();
            let unresolved = times.dns.from.is_some() && times.dns.to.is_none();
            let tried = times.local.is_some() || !unresolved;
            timing.connect = connecting
                .filter(|_| tried)
                .map(|all| all.saturating_sub(others));
        }
        let head = head_at.or(ready.map(|_| now));
        timing.first_byte = match (ready, head) {
            (Some(ready), Some(head)) => Some(head.saturating_sub(ready)),
            _ => None,
        };
    }

    fn mark(&self, change: impl FnOnce(&mut Times, Duration)) {
        let now = self.elapsed();
        change(&mut self.times(), now);
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Looks names up as the system does.
pub(super) struct TimedResolver;

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let marks = CURRENT.try_with(Arc::clone).ok();
        Box::pin(async move {
            if let Some(marks) = &marks {
                marks.mark(|times, now| times.dns.from = Some(now));
            }
            // The port is that of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            if let Some(marks) = &marks {
                marks.mark(|times, now| times.dns.to = Some(now));
            }
            let found: Vec<SocketAddr> = found?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Goes around the connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct TimedLayer;

/// The connector, timed.
#[derive(Debug, Clone)]
pub(super) struct TimedConnector<S>(S);

impl<S> Layer<S> for TimedLayer {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimedConnector(inner)
    }
}

impl<S, R> Service<R> for TimedConnector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: Connection,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let connecting = self.0.call(to);
        let Ok(marks) = CURRENT.try_with(Arc::clone) else {
            return Box::pin(connecting);
        };
        Box::pin(async move {
            marks.mark(|times, now| times.connect.from = Some(now));
            let made = connecting.await;
            let local = made.as_ref().ok().and_then(local_end);
            marks.mark(|times, now| {
                times.connect.to = Some(now);
                times.local = local;
            });
            made
        })
    }
}

fn local_end(connection: &impl Connection) -> Option<SocketAddr> {
    let mut extras = Extensions::new();
    connection.connected().get_extras(&mut extras);
    extras.get::<HttpInfo>().map(HttpInfo::local_addr)
}

/// A key exchange that notes when it starts: with the first message of a handshake.
#[derive(Debug)]
struct Noted(&'static dyn SupportedKxGroup);

impl SupportedKxGroup for Noted {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, rustls::Error> {
        let _ = CURRENT.try_with(|marks| {
            marks.mark(|times, now| {
                times.hello.get_or_insert(now);
            });
        });
        self.0.start()
    }

    fn start_and_complete(&self, peer: &[u8]) -> Result<CompletedKeyExchange, rustls::Error> {
        self.0.start_and_complete(peer)
    }

    fn ffdhe_group(&self) -> Option<FfdheGroup<'static>> {
        self.0.ffdhe_group()
    }

    fn name(&self) -> NamedGroup {
        self.0.name()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }

    fn usable_for_version(&self, version: ProtocolVersion) -> bool {
        self.0.usable_for_version(version)
    }
}

static X25519: Noted = Noted(kx_group::X25519);
static SECP256R1: Noted = Noted(kx_group::SECP256R1);
static SECP384R1: Noted = Noted(kx_group::SECP384R1);

/// The ring provider, in its own order of key exchanges, each of which notes its start.
pub(super) fn crypto() -> CryptoProvider {
    let mut provider = ring::default_provider();
    for group in &mut provider.kx_groups {
        let noted: [&'static Noted; 3] = [&X25519, &SECP256R1, &SECP384R1];
        if let Some(noted) = noted.into_iter().find(|noted| noted.name() == group.name()) {
            *group = noted;
        }
    }
    provider
}
