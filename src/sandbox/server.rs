//! The accept loop: connections come, are served, and end when the sandbox does. Knows nothing of
//! the protocol.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use http::header;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use super::http::Site;
use super::settings::ConnectionLimits;
use super::socket::{Phase, Progress, Watched};

/// Most bytes of a request line and its headers: 1,024 of the line, and far more than any SDK
/// sends of headers, an STS token included. Hyper answers 431, as it does to the 101st header.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// How long clients have to take their last reply. Real time: clients are real even where the
/// broker's clock is not.
const GRACE: Duration = Duration::from_secs(3);

/// Pause after a failed accept, most likely for want of file descriptors. Real time, as above.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The mark of a reply that is none: in its place the connection ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is ended without a reply")
    }
}

impl std::error::Error for HangUp {}

/// Serves until `shutdown`, then calls `stop`, and returns once every request in flight is
/// answered, or after three seconds. No connection outlives it.
pub(super) async fn serve(
    listener: TcpListener,
    site: Site,
    limits: &ConnectionLimits,
    shutdown: impl Future<Output = ()>,
    stop: impl FnOnce(),
) {
    let site = Arc::new(site);
    let stopping = watch::Sender::new(false);
    // Dropping the set ends its tasks, so that nothing goes on when this future is dropped.
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    // Whoever finds no slot waits in the system's queue of connections to accept.
    let slots = Arc::new(Semaphore::new(
        limits.max_connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            // Ended connections are let go as they end; one that panicked ends only itself.
            Some(_) = connections.join_next() => {}
            (slot, accepted) = accept(&listener, &slots) => match accepted {
                Ok((stream, client)) => {
                    let site = Arc::clone(&site);
                    let served = connection((stream, client), site, limits.clone(), stopping.subscribe());
                    connections.spawn(async move {
                        served.await;
                        drop(slot);
                    });
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    drop(listener);
    stop();
    stopping.send_replace(true);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    // Whoever is stuck after that is cut off when the set is dropped.
    let _ = tokio::time::timeout(GRACE, all_ended).await;
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (
    Option<OwnedSemaphorePermit>,
    io::Result<(TcpStream, SocketAddr)>,
) {
    // Nobody closes the semaphore; should that ever change, it no longer limits.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    (slot, listener.accept().await)
}

async fn connection(
    (stream, client): (TcpStream, SocketAddr),
    site: Arc<Site>,
    limits: ConnectionLimits,
    mut stopping: watch::Receiver<bool>,
) {
    // Replies are small and awaited: they should not wait for more. Failing costs only time.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    // The socket has limits for that, which cost less.
    http.header_read_timeout(None)
        .max_header_size(MAX_HEAD_BYTES);
    let progress = Progress::new();
    let socket = Watched::new(stream, progress.clone(), &limits);
    let service = service_fn(|request| {
        progress.set(Phase::Served);
        // As in `http`: an async block would hold the answer twice.
        site.answer(request, client).map(|reply| {
            if let Some(hang_up) = reply.extensions().get::<HangUp>() {
                // hyper writes nothing for a service that fails, and lets go of the connection.
                return Err(*hang_up);
            }
            let refused = reply.headers().contains_key(header::CONNECTION);
            progress.set(if refused { Phase::Refused } else { Phase::Idle });
            Ok(reply)
        })
    });
    let mut served = pin!(http.serve_connection(TokioIo::new(socket), service));
    // An error here is a client that went away or spoke no HTTP: hyper has answered if it could.
    tokio::select! {
        _ = &mut served => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = served.await;
}
