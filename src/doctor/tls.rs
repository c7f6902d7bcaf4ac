//! TLS: whether the client trusts the connection, and if not, what is wrong with the certificate.
//! Whether to trust is decided by the client that will send the requests; here its certificate is
//! only looked at.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

use crate::client::{Client, ClientSettings, ErrorKind};
use crate::clock::Clock;
use crate::i18n::Say;
use crate::protocol::Timestamp;

use super::{Check, Finding, PATIENCE, Place};

/// A certificate that ends sooner than this is worth a word.
const SOON: Duration = Duration::from_secs(14 * 24 * 3600);

/// Most names of a certificate that are shown.
const MOST_NAMES: usize = 6;

pub(super) async fn tls(
    settings: &ClientSettings,
    client: &Client,
    place: &Place,
    clock: &Clock,
) -> Finding {
    if !settings.endpoint.is_https() {
        return Finding::skipped(Check::Tls, Say::new("doctor-tls-none"));
    }
    let proxied = settings.proxy_endpoint().is_some();
    let seen = match proxied {
        // Behind a proxy only the client comes through.
        true => None,
        false => look(settings).await,
    };
    let no_handshake = seen.is_none() && !proxied;
    // A handshake by the client itself is what counts.
    let trusted = match client.knock(&place.topic, &place.group).await {
        Err(error) if no_handshake || error.kind() == ErrorKind::Tls => Err(error),
        _ => Ok(()),
    };
    match (trusted, seen) {
        (Ok(()), None) => Finding::good(Check::Tls, Say::new("doctor-tls-trusted")),
        (Ok(()), Some(seen)) => {
            let left = seen.until.since(clock.real_now());
            let said = seen.describe(Say::new("doctor-tls-good"));
            match left < SOON {
                true => Finding::attention(Check::Tls, said, "doctor-tls-soon-next"),
                false => Finding::good(Check::Tls, said),
            }
        }
        (Err(error), None) => {
            let said = Say::new("doctor-tls-failed");
            Finding::bad(Check::Tls, said, "doctor-tls-failed-next").because(error)
        }
        (Err(error), Some(seen)) => {
            let now = clock.real_now();
            let (key, next) = if seen.until < now {
                ("doctor-tls-expired", "doctor-tls-expired-next")
            } else if seen.from > now {
                ("doctor-tls-early", "doctor-tls-early-next")
            } else if !seen.is_for_host {
                ("doctor-tls-name", "doctor-tls-name-next")
            } else if settings.ca_file.is_some() {
                ("doctor-tls-untrusted", "doctor-tls-other-ca-next")
            } else {
                ("doctor-tls-untrusted", "doctor-tls-untrusted-next")
            };
            let said = seen
                .describe(Say::new(key))
                .with("host", settings.endpoint.host());
            Finding::bad(Check::Tls, said, next).because(error)
        }
    }
}

/// A server's certificate.
struct Seen {
    version: &'static str,
    issuer: String,
    names: Vec<String>,
    from: Timestamp,
    until: Timestamp,
    is_for_host: bool,
    /// How many certificates the server sent.
    chain: usize,
}

impl Seen {
    fn describe(&self, say: Say) -> Say {
        let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
        say.with("version", self.version)
            .with("issuer", &self.issuer)
            .with("names", self.names.join(", "))
            .with("from", day(self.from))
            .with("until", day(self.until))
            .with("chain", self.chain)
    }
}

/// A handshake that takes any certificate, over a connection that nothing is sent on.
async fn look(settings: &ClientSettings) -> Option<Seen> {
    let (host, port) = (settings.endpoint.host(), settings.endpoint.port());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let witness = Arc::new(Witness {
        provider: Arc::clone(&provider),
        chain: Mutex::default(),
    });
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let shake = async {
        let stream = TcpStream::connect((host, port)).await.ok()?;
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name.clone(), stream).await.ok()
    };
    let stream = timeout(PATIENCE, shake).await.ok()??;
    let version = match stream.get_ref().1.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "TLS",
    };
    let chain = witness.take();
    let end = chain.first()?;
    let (_, certificate) = X509Certificate::from_der(end).ok()?;
    let seconds = |at: i64| Timestamp::from_millis(at.saturating_mul(1_000));
    let validity = certificate.validity();
    Some(Seen {
        version,
        issuer: certificate.issuer().to_string(),
        names: names_of(&certificate),
        from: seconds(validity.not_before.timestamp()),
        until: seconds(validity.not_after.timestamp()),
        is_for_host: ParsedCertificate::try_from(end)
            .is_ok_and(|parsed| rustls::client::verify_server_name(&parsed, &name).is_ok()),
        chain: chain.len(),
    })
}

fn names_of(certificate: &X509Certificate<'_>) -> Vec<String> {
    let alternatives = certificate.subject_alternative_name().ok().flatten();
    alternatives
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .take(MOST_NAMES)
        .collect()
}

fn address(bytes: &[u8]) -> Option<String> {
    match bytes.len() {
        4 => Some(std::net::IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?).to_string()),
        16 => Some(std::net::IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?).to_string()),
        _ => None,
    }
}

/// Takes every certificate, and keeps them to be looked at.
#[derive(Debug)]
struct Witness {
    provider: Arc<CryptoProvider>,
    chain: Mutex<Vec<CertificateDer<'static>>>,
}

impl Witness {
    fn take(&self) -> Vec<CertificateDer<'static>> {
        std::mem::take(&mut self.chain.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain = std::iter::once(end_entity).chain(intermediates);
        let chain = chain.map(|one| one.clone().into_owned()).collect();
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = chain;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
