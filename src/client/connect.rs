//! The HTTP client underneath: whom it trusts, which proxy it takes, how it keeps connections.
//! Knows nothing of requests.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{self, ACCEPT, ACCEPT_ENCODING, HOST, HeaderMap, HeaderValue};
use reqwest::{Certificate, ClientBuilder, Proxy, Url};

use super::error::ClientError;
use super::exchange;
use super::marks::{self, TimedLayer, TimedResolver};
use super::reason::Reason;
use super::settings::ClientSettings;

/// Longest wait for a connection, TLS handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept. Well below the minute that servers keep theirs, as a
/// publish on a connection that is being closed ends in doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// Who we say we are.
const USER_AGENT: &str = concat!("mqscope/", env!("CARGO_PKG_VERSION"));

/// The headers that the HTTP library would add on its way. Put in beforehand, so that whoever watches
/// knows them, and their order.
pub(super) fn dress(headers: &mut HeaderMap, url: &Url) -> Result<(), ClientError> {
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let host = url.host_str().unwrap_or_default();
    // A port that goes without saying is not written.
    let host = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    headers.insert(HOST, exchange::header("host", &host)?);
    Ok(())
}

/// Builds the HTTP client.
pub(super) fn http_client(settings: &ClientSettings) -> Result<reqwest::Client, ClientError> {
    // Fails if there is one already, which is as good.
    let _ = marks::crypto().install_default();
    let proxy = own_proxy(settings)?;
    let own_roots = match &settings.ca_file {
        Some(path) => read_certificates(path)?,
        None => Vec::new(),
    };
    let builder = || {
        let builder = reqwest::Client::builder()
            // What the official SDKs speak. [wire]
            .http1_only()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .user_agent(USER_AGENT);
        let builder = {
            // A system proxy is for the world outside; it cannot reach this machine's loopback.
            let system = settings.system_proxy && !settings.endpoint.is_local();
            through(builder, proxy.clone(), system)
        };
        match &settings.observer {
            // Costs a box a connection.
            Some(_) => builder
                .dns_resolver(TimedResolver)
                .connector_layer(TimedLayer),
            None => builder,
        }
    };
    builder()
        .tls_certs_merge(own_roots.clone())
        .build()
        .or_else(|_| {
            // A machine without a store of trusted certificates: bring the public ones along.
            builder()
                .tls_certs_only(own_roots.into_iter().chain(public_roots()))
                .build()
        })
        .map_err(|error| {
            let why = super::diagnose::root_cause(&error);
            match &settings.ca_file {
                Some(path) => unusable_file(path, &format!("cannot be used: {why}")),
                None => {
                    let what = format!("the HTTP client cannot be set up: {why}");
                    ClientError::new(Reason::NoHttpClient, what)
                }
            }
        })
}

fn through(builder: ClientBuilder, proxy: Option<Proxy>, system: bool) -> ClientBuilder {
    match proxy {
        Some(proxy) => builder.proxy(proxy),
        None if system => builder,
        None => builder.no_proxy(),
    }
}

fn public_roots() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
}

fn own_proxy(settings: &ClientSettings) -> Result<Option<Proxy>, ClientError> {
    let Some(text) = settings.own_proxy() else {
        return Ok(None);
    };
    // The text may hold a password, so what is wrong is said without it.
    let refuse = |why: String| {
        ClientError::new(Reason::BadProxy, format!("the proxy {why}"))
            .about(settings.shown_proxy().map(str::to_owned))
    };
    let url = if text.contains("://") {
        Url::parse(text)
    } else {
        Url::parse(&format!("http://{text}"))
    }
    .map_err(|error| refuse(format!("is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse(format!(
            "is of the kind {}, but must be an HTTP proxy",
            url.scheme()
        )));
    }
    Proxy::all(url)
        .map(Some)
        .map_err(|error| refuse(format!("cannot be used: {}", error.without_url())))
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, ClientError> {
    let refuse = |why: String| unusable_file(path, &why);
    let bytes = std::fs::read(path).map_err(|error| refuse(format!("cannot be read: {error}")))?;
    let is_pem = bytes
        .windows(b"-----BEGIN".len())
        .any(|window| window == b"-----BEGIN");
    let certificates = if is_pem {
        Certificate::from_pem_bundle(&bytes)
    } else {
        Certificate::from_der(&bytes).map(|certificate| vec![certificate])
    }
    .map_err(|error| {
        refuse(format!(
            "is damaged: {}",
            super::diagnose::root_cause(&error)
        ))
    })?;
    if certificates.is_empty() {
        return Err(refuse("holds no certificate".to_owned()));
    }
    Ok(certificates)
}

fn unusable_file(path: &Path, why: &str) -> ClientError {
    let path = path.display().to_string();
    ClientError::new(Reason::BadCaFile, format!("the CA file {path} {why}")).about(Some(path))
}
