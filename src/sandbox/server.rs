//! The accept loop: connections come, are served, and end when the sandbox does. Knows nothing of
//! the protocol.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long a connection may be idle, or take to send its headers. Clients break on a connection
/// that is closed within 60 seconds. [wire]
const IDLE: Duration = Duration::from_secs(120);

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
    router: Router,
    shutdown: impl Future<Output = ()>,
    stop: impl FnOnce(),
) {
    let stopping = watch::Sender::new(false);
    // Dropping the set ends its tasks, so that nothing goes on when this future is dropped.
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            // Ended connections are let go as they end; one that panicked ends only itself.
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let served = connection(stream, router.clone(), stopping.subscribe());
                    connections.spawn(served);
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

async fn connection(stream: TcpStream, router: Router, mut stopping: watch::Receiver<bool>) {
    // Replies are small and awaited: they should not wait for more. Failing costs only time.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE);
    let routed = TowerToHyperService::new(router);
    let service = service_fn(|request| {
        let reply = routed.call(request);
        async {
            let Ok(reply) = reply.await;
            match reply.extensions().get::<HangUp>() {
                // hyper writes nothing for a service that fails, and lets go of the connection.
                Some(hang_up) => Err(*hang_up),
                None => Ok(reply),
            }
        }
    });
    let mut served = pin!(http.serve_connection(TokioIo::new(stream), service));
    // An error here is a client that went away or spoke no HTTP: hyper has answered if it could.
    tokio::select! {
        _ = &mut served => return,
        _ = stopping.wait_for(|stopping| *stopping) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = served.await;
}
