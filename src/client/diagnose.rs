//! From what the HTTP library or the server says to a [`ClientError`] that a person can act on.
//! Decides nothing about retries.

use std::error::Error;
use std::io;
use std::time::Duration;

use crate::protocol::{Fault, FaultCode};

use super::error::{ClientError, ErrorKind};
use super::settings::ClientSettings;

const CHECK_KEYS: &str = "Check both keys, without blanks at their ends; on TDMQ the access key \
    is the role's key and the secret key is the role's name";
const CHECK_ENDPOINT: &str = "Check the endpoint: it must be the HTTP one, not the TCP one";

/// An error of the HTTP library, while sending or while reading.
pub(super) fn transport(error: &reqwest::Error, settings: &ClientSettings) -> ClientError {
    let endpoint = &settings.endpoint;
    let why = root_cause(error);
    if error.is_builder() {
        return ClientError::new(
            ErrorKind::Settings,
            format!("the request cannot be built: {why}"),
        );
    }
    if error.is_connect() {
        return connect(error, settings, &why);
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return ClientError::new(
            ErrorKind::NotThisProtocol,
            format!("{endpoint} does not answer in HTTP: {why}"),
        )
        .advise(if endpoint.is_https() {
            CHECK_ENDPOINT.to_owned()
        } else {
            format!("{CHECK_ENDPOINT}. If the server wants TLS, write https://")
        });
    }
    ClientError::new(
        ErrorKind::Interrupted,
        format!("the connection to {endpoint} broke before the whole answer was there: {why}"),
    )
    .advise("If it happens again, look at the server, at a proxy between, and at the endpoint: a TCP port closes HTTP connections like this")
}

fn connect(error: &reqwest::Error, settings: &ClientSettings, why: &str) -> ClientError {
    let endpoint = &settings.endpoint;
    if let Some(tls) = find::<rustls::Error>(error) {
        return untrusted(tls, settings);
    }
    let io_kind = find::<io::Error>(error).map(io::Error::kind);
    let place = match settings.shown_proxy() {
        Some(proxy) => format!("{endpoint} through the proxy {proxy}"),
        None => endpoint.to_string(),
    };
    let connect = |what: String| ClientError::new(ErrorKind::Connect, what);
    if error.is_timeout() {
        return connect(format!("{place} does not take the connection in time"))
            .timed_out(true)
            .advise("Check host and port, and whether a firewall or a proxy stands between");
    }
    if error.is_dns() {
        return connect(format!("the host of {place} is not known: {why}"))
            .advise("Check the spelling; an address inside a private network needs that network");
    }
    match io_kind {
        Some(io::ErrorKind::ConnectionRefused) if settings.own_proxy().is_some() => {
            connect(format!("no connection to {place}: {why}")).advise("Check the proxy")
        }
        Some(io::ErrorKind::ConnectionRefused) => {
            connect(format!("nothing listens at {place}: {why}")).advise(if endpoint.is_local() {
                "Is the sandbox running, and is this its port?".to_owned()
            } else {
                format!("{CHECK_ENDPOINT}; if this machine uses a proxy, check that too")
            })
        }
        Some(io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset)
            if endpoint.is_https() =>
        {
            ClientError::new(
                ErrorKind::Tls,
                format!("{place} ended the TLS handshake: {why}"),
            )
            .advise("If the server does not use TLS, write http://")
        }
        _ => connect(format!("no connection to {place}: {why}")).advise(CHECK_ENDPOINT),
    }
}

fn untrusted(tls: &rustls::Error, settings: &ClientSettings) -> ClientError {
    use rustls::CertificateError as Bad;
    let endpoint = &settings.endpoint;
    let advice = match tls {
        // The latter: an authority of the same name, but with another key.
        rustls::Error::InvalidCertificate(Bad::UnknownIssuer | Bad::BadSignature) => {
            match &settings.ca_file {
                None => "If the server has a private authority, add its CA file to the connection"
                    .to_owned(),
                Some(path) => format!(
                    "The CA file {} is not that of the server's authority",
                    path.display()
                ),
            }
        }
        rustls::Error::InvalidCertificate(
            Bad::Expired
            | Bad::ExpiredContext { .. }
            | Bad::NotValidYet
            | Bad::NotValidYetContext { .. },
        ) => "Renew the server's certificate, or check this machine's clock".to_owned(),
        rustls::Error::InvalidCertificate(
            Bad::NotValidForName | Bad::NotValidForNameContext { .. },
        ) => "Use the host name that the certificate is for".to_owned(),
        rustls::Error::InvalidCertificate(_) => {
            "The server needs a certificate issued by an authority, whose CA file can be added \
             to the connection"
                .to_owned()
        }
        rustls::Error::InvalidMessage(_) => {
            "The server does not seem to use TLS on this port; try http://".to_owned()
        }
        _ => CHECK_ENDPOINT.to_owned(),
    };
    ClientError::new(
        ErrorKind::Tls,
        format!("no trusted connection to {endpoint}: {tls}"),
    )
    .advise(advice)
}

/// No answer, or no further piece of it, in this time.
pub(super) fn timed_out(waited: Duration, settings: &ClientSettings) -> ClientError {
    ClientError::new(
        ErrorKind::Timeout,
        format!(
            "{} gave no answer within {} s",
            settings.endpoint,
            waited.as_secs_f32()
        ),
    )
    .advise(CHECK_ENDPOINT)
}

/// A redirect, which no broker sends.
pub(super) fn redirected(
    status: u16,
    location: Option<&str>,
    settings: &ClientSettings,
) -> ClientError {
    let to = location.map_or_else(String::new, |to| format!(" to {to:?}"));
    ClientError::new(
        ErrorKind::NotThisProtocol,
        format!(
            "{} redirects{to} (HTTP {status}); no broker does",
            settings.endpoint
        ),
    )
    .advise("Check the endpoint; http:// may have to be https://")
}

/// Something that is not a reply of this protocol.
pub(super) fn not_this_protocol(
    status: u16,
    what: String,
    settings: &ClientSettings,
) -> ClientError {
    let advice = match status {
        407 => "The proxy wants a user and a password: http://user:password@host:port",
        500.. => "A gateway before the broker may have answered: is the broker up?",
        _ => CHECK_ENDPOINT,
    };
    ClientError::new(
        ErrorKind::NotThisProtocol,
        format!("{} answered {what}", settings.endpoint),
    )
    .advise(advice)
}

/// A refusal by the server.
pub(super) fn refused(fault: Fault, clock_skew_millis: i64) -> ClientError {
    let advice = match &fault.code {
        FaultCode::SignatureDoesNotMatch | FaultCode::InvalidAccessKeyId => {
            Some(CHECK_KEYS.to_owned())
        }
        FaultCode::TimeExpired if clock_skew_millis != 0 => Some(format!(
            "Set this machine's clock: it is {} s {} the server's",
            clock_skew_millis.unsigned_abs() / 1_000,
            if clock_skew_millis > 0 {
                "behind"
            } else {
                "ahead of"
            },
        )),
        FaultCode::TimeExpired => Some("Set this machine's clock".to_owned()),
        FaultCode::TopicNotExist => {
            Some("Check topic and instance, or create the topic on the server".to_owned())
        }
        FaultCode::AccessDenied | FaultCode::HTTPForbidden => Some(
            "Check what these keys may do, and that the group is one for HTTP: a group is HTTP \
             or TCP, never both"
                .to_owned(),
        ),
        FaultCode::QpsLimitExceeded => Some("Wait a moment, then try again".to_owned()),
        FaultCode::ReceiptHandleError => {
            Some("Pass the handle exactly as the message carried it".to_owned())
        }
        _ => None,
    };
    let error = ClientError::new(ErrorKind::Refused, fault.to_string()).with_fault(fault);
    match advice {
        Some(advice) => error.advise(advice),
        None => error,
    }
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
