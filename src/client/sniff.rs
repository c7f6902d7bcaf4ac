//! What answers at a port that is no HTTP server's: one look at its first bytes, on a connection of
//! its own and without anything secret, once a call has failed there. Never tries a call again.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::error::ClientError;
use super::raw;
use super::reason::Reason;
use super::settings::ClientSettings;

/// How long a look may take. Real time.
const PATIENCE: Duration = Duration::from_secs(2);

/// A beginning that tells what it is.
const ENOUGH_BYTES: usize = 256;

/// What every HTTP server answers, and no other; not signed, so that nothing comes of it.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// The same error, with what is there instead of HTTP, where that can be seen.
pub(super) async fn look_closer(error: ClientError, settings: &ClientSettings) -> ClientError {
    // Through a proxy it is the proxy that one would see.
    if error.reason() != Reason::NotHttp || settings.own_proxy().is_some() {
        return error;
    }
    // With TLS, what is there speaks TLS: its first bytes would say just that.
    if settings.endpoint.is_https() {
        return error;
    }
    match tokio::time::timeout(PATIENCE, first_bytes(settings)).await {
        Ok(Ok(bytes)) if !bytes.is_empty() => {
            let reason = raw::of_greeting(&bytes).unwrap_or(error.reason());
            error
                .because(reason)
                .with_answer(raw::greeting(&bytes, settings))
        }
        _ => error,
    }
}

async fn first_bytes(settings: &ClientSettings) -> std::io::Result<Vec<u8>> {
    let endpoint = &settings.endpoint;
    let mut stream = TcpStream::connect((endpoint.host(), endpoint.port())).await?;
    stream.write_all(REQUEST).await?;
    let mut bytes = vec![0; ENOUGH_BYTES];
    // One piece is enough: a banner, an alert and a frame all come at once.
    let read = stream.read(&mut bytes).await?;
    bytes.truncate(read);
    Ok(bytes)
}
