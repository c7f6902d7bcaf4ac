//! From what the HTTP library or the server says to a [`ClientError`] with its reason. Decides
//! nothing about retries, and advises nothing.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::protocol::Fault;
use crate::protocol::address::is_tcp_port;

use super::error::ClientError;
use super::raw;
use super::reason::Reason;
use super::settings::ClientSettings;

/// An error of the HTTP library while sending, before an answer began.
pub(super) fn transport(error: &reqwest::Error, settings: &ClientSettings) -> ClientError {
    let endpoint = &settings.endpoint;
    let why = root_cause(error);
    if error.is_builder() {
        let what = format!("the request cannot be built: {why}");
        return ClientError::new(Reason::BadRequest, what).at(endpoint);
    }
    if error.is_connect() {
        return connect(error, settings, &why).at(endpoint);
    }
    let is_rocketmq = is_tcp_port(endpoint.port());
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        let reason = match is_rocketmq {
            true => Reason::RocketMqTcp,
            false => Reason::NotHttp,
        };
        let what = format!("{endpoint} does not answer in HTTP: {why}");
        return ClientError::new(reason, what).at(endpoint);
    }
    // RocketMQ takes a request for a frame of a billion bytes, and closes.
    let what = match is_rocketmq {
        true => format!(
            "{endpoint} closed the connection without an answer, as RocketMQ's TCP port does: {why}"
        ),
        false => {
            format!("the connection to {endpoint} broke before the whole answer was there: {why}")
        }
    };
    ClientError::new(Reason::ClosedUnanswered, what)
        .about(is_rocketmq.then(|| endpoint.port().to_string()))
        .at(endpoint)
}

/// An error of the HTTP library while the answer was read.
pub(super) fn cut_off(error: &reqwest::Error, settings: &ClientSettings) -> ClientError {
    let endpoint = &settings.endpoint;
    let why = root_cause(error);
    let what =
        format!("the connection to {endpoint} broke before the whole answer was there: {why}");
    ClientError::new(Reason::CutOff, what).at(endpoint)
}

fn connect(error: &reqwest::Error, settings: &ClientSettings, why: &str) -> ClientError {
    let endpoint = &settings.endpoint;
    if let Some(tls) = find::<rustls::Error>(error) {
        return untrusted(tls, settings);
    }
    let io_kind = find::<io::Error>(error).map(io::Error::kind);
    let proxy = settings.shown_proxy().map(str::to_owned);
    let place = match &proxy {
        Some(proxy) => format!("{endpoint} through the proxy {proxy}"),
        None => endpoint.to_string(),
    };
    if error.is_timeout() {
        let what = format!("{place} does not take the connection in time");
        return ClientError::new(Reason::ConnectTimeout, what);
    }
    if error.is_dns() {
        let what = format!("the host of {place} is not known: {why}");
        return ClientError::new(Reason::UnknownHost, what);
    }
    match io_kind {
        Some(io::ErrorKind::ConnectionRefused) if proxy.is_some() => {
            let what = format!("no connection to {place}: {why}");
            ClientError::new(Reason::ProxyUnreachable, what).about(proxy)
        }
        Some(io::ErrorKind::ConnectionRefused) => {
            let reason = match endpoint.is_local() {
                true => Reason::NothingListensHere,
                false => Reason::NothingListens,
            };
            ClientError::new(reason, format!("nothing listens at {place}: {why}"))
        }
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
            if endpoint.is_https() =>
        {
            let what = format!("{place} ended the TLS handshake: {why}");
            ClientError::new(Reason::HandshakeEnded, what)
        }
        _ => ClientError::new(
            Reason::NotConnected,
            format!("no connection to {place}: {why}"),
        ),
    }
}

fn untrusted(tls: &rustls::Error, settings: &ClientSettings) -> ClientError {
    use rustls::CertificateError as Bad;
    let endpoint = &settings.endpoint;
    let file = settings.ca_file.as_ref();
    let file = file.map(|path| path.display().to_string());
    let reason = match tls {
        // The latter: an authority of the same name, but with another key.
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => match file {
            None => Reason::UnknownAuthority,
            Some(_) => Reason::WrongCaFile,
        },
        rustls::Error::InvalidCertificate(Bad::Expired | Bad::ExpiredContext { .. }) => {
            Reason::CertificateExpired
        }
        rustls::Error::InvalidCertificate(Bad::NotValidYet | Bad::NotValidYetContext { .. }) => {
            Reason::CertificateEarly
        }
        rustls::Error::InvalidCertificate(
            Bad::NotValidForName | Bad::NotValidForNameContext { .. },
        ) => Reason::CertificateName,
        rustls::Error::InvalidCertificate(_) => Reason::BadCertificate,
        rustls::Error::InvalidMessage(_) => Reason::PlainWhereTls,
        _ => Reason::HandshakeFailed,
    };
    let what = match reason {
        Reason::PlainWhereTls => format!("{endpoint} does not use TLS, http:// may do: {tls}"),
        _ => format!("no trusted connection to {endpoint}: {tls}"),
    };
    ClientError::new(reason, what).about(file)
}

/// No answer in this time.
pub(super) fn timed_out(waited: Duration, settings: &ClientSettings) -> ClientError {
    silent(Reason::NoAnswer, "answer", waited, settings)
}

/// No further piece of an answer in this time.
pub(super) fn stalled(waited: Duration, settings: &ClientSettings) -> ClientError {
    silent(
        Reason::StalledAnswer,
        "more of its answer",
        waited,
        settings,
    )
}

fn silent(reason: Reason, of: &str, waited: Duration, settings: &ClientSettings) -> ClientError {
    let endpoint = &settings.endpoint;
    let secs = waited.as_secs_f32();
    let what = format!("{endpoint} gave no {of} within {secs} s");
    ClientError::new(reason, what).at(endpoint).waited(waited)
}

/// A redirect, which no broker sends.
pub(super) fn redirected(
    status: u16,
    location: Option<&str>,
    settings: &ClientSettings,
) -> ClientError {
    let endpoint = &settings.endpoint;
    let location = location.map(raw::shown_location);
    let to = location.as_ref();
    let to = to.map_or_else(String::new, |to| format!(" to {to:?}"));
    let what = format!("{endpoint} redirects{to} (HTTP {status}); no broker does");
    ClientError::new(Reason::Redirect, what)
        .about(location)
        .at(endpoint)
}

/// Something that is not a reply of this protocol.
pub(super) fn not_this_protocol(
    status: u16,
    content_type: &str,
    body: &[u8],
    what: String,
    settings: &ClientSettings,
) -> ClientError {
    let endpoint = &settings.endpoint;
    let (reason, about) = raw::foreign(status, content_type, body);
    ClientError::new(reason, format!("{endpoint} answered {what}"))
        .about(about)
        .at(endpoint)
}

/// A refusal by the server.
pub(super) fn refused(
    fault: Fault,
    clock_skew_millis: i64,
    settings: &ClientSettings,
) -> ClientError {
    ClientError::new(Reason::Fault, fault.to_string())
        .at(&settings.endpoint)
        .skewed(clock_skew_millis)
        .with_fault(fault)
}

/// The innermost reason, which is the one that says something.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    chain(error)
        .last()
        .map_or_else(|| error.to_string(), |innermost| innermost.to_string())
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    chain(error).find_map(|error| error.downcast_ref::<T>())
}

/// An error, its cause, the cause of that… An I/O error hides the error that it wraps from
/// `source()`, so it is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}
