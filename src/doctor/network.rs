//! Name and TCP: whether there is a way to the host at all. With a proxy of the connection's own,
//! that is the way to the proxy; what lies behind it, the proxy alone sees.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::client::{ClientSettings, Endpoint};
use crate::clock::Clock;
use crate::i18n::Say;

use super::{Check, Finding, PATIENCE};

/// Most addresses of a name that are shown, and tried.
const MOST_ADDRESSES: usize = 4;

/// The host to connect to: the proxy's, where there is one.
fn first_hop(settings: &ClientSettings) -> Endpoint {
    settings
        .proxy_endpoint()
        .unwrap_or_else(|| settings.endpoint.clone())
}

pub(super) async fn name(settings: &ClientSettings) -> (Finding, Vec<SocketAddr>) {
    let hop = first_hop(settings);
    let (host, port) = (hop.host(), hop.port());
    if let Ok(address) = host.parse::<IpAddr>() {
        let said = Say::new("doctor-name-address").with("address", address);
        let finding = Finding::good(Check::Name, said);
        return (finding, vec![SocketAddr::new(address, port)]);
    }
    let unknown = |why: String| {
        let said = Say::new("doctor-name-unknown").with("host", host);
        let finding = Finding::bad(Check::Name, said, "doctor-name-unknown-next");
        (finding.because(why), Vec::new())
    };
    let found = match timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(found)) => found.take(MOST_ADDRESSES).collect::<Vec<_>>(),
        Ok(Err(error)) => return unknown(error.to_string()),
        Err(late) => return unknown(late.to_string()),
    };
    if found.is_empty() {
        return unknown(String::new());
    }
    let addresses: Vec<String> = found.iter().map(|at| at.ip().to_string()).collect();
    let key = match settings.proxy_endpoint() {
        Some(_) => "doctor-name-proxy",
        None => "doctor-name-good",
    };
    let said = Say::new(key)
        .with("host", host)
        .with("addresses", addresses.join(", "));
    (Finding::good(Check::Name, said), found)
}

pub(super) async fn tcp(
    settings: &ClientSettings,
    addresses: &[SocketAddr],
    clock: &Clock,
) -> Finding {
    let mut last = None;
    for &address in addresses {
        let started = clock.now();
        match timeout(PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let took = clock.now().since(started);
                let key = match settings.proxy_endpoint() {
                    Some(_) => "doctor-tcp-proxy",
                    None => "doctor-tcp-good",
                };
                let said = Say::new(key)
                    .with("address", address)
                    .with("ms", took.as_millis().max(1));
                return Finding::good(Check::Tcp, said);
            }
            Ok(Err(error)) => last = Some((address, error)),
            Err(_) => last = Some((address, io::ErrorKind::TimedOut.into())),
        }
    }
    let Some((address, error)) = last else {
        // A name without an address has ended the examination.
        return Finding::skipped(Check::Tcp, Say::new("doctor-not-reached"));
    };
    let (key, next) = match error.kind() {
        io::ErrorKind::ConnectionRefused if settings.endpoint.is_local() => {
            ("doctor-tcp-refused", "doctor-tcp-refused-local-next")
        }
        io::ErrorKind::ConnectionRefused => ("doctor-tcp-refused", "doctor-tcp-refused-next"),
        io::ErrorKind::TimedOut => ("doctor-tcp-silent", "doctor-tcp-silent-next"),
        _ => ("doctor-tcp-failed", "doctor-tcp-silent-next"),
    };
    let said = Say::new(key).with("address", address);
    Finding::bad(Check::Tcp, said, next).because(error)
}
