//! Ways to a server: TLS with its authorities, proxies, and machines without either.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A TLS server for `localhost`, its authority, and a file of that.
pub(crate) async fn tls_server(folder: &tempfile::TempDir) -> (Server, PathBuf) {
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = rcgen::Issuer::new(params, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    // Not the one of the whole process, which is the client's.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, ca.pem()).unwrap();
    std::fs::write(folder.path().join("ca.der"), ca.der()).unwrap();
    let answer = |_| Answer::Bytes(reply(&receipt()));
    let server = Server::start_with(answer, Some(TlsAcceptor::from(Arc::new(config)))).await;
    (server, ca_file)
}

#[tokio::test]
async fn https_trusts_the_ca_file_that_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ca_file) = tls_server(&folder).await;
    let url = format!("https://localhost:{}", server.port);
    let publish = async |url: &str, ca_file: Option<PathBuf>| {
        let settings = ClientSettings {
            ca_file,
            ..settings(url)
        };
        let client = Client::new(settings, Clock::system()).unwrap();
        client.publish(&topic(), &message()).await
    };
    for file in [ca_file.clone(), folder.path().join("ca.der")] {
        let answer = publish(&url, Some(file)).await.unwrap();
        assert_eq!(answer.value.message_id, "ID1");
    }
    assert!(server.seen().iter().all(server::Seen::is_signed));
    let refused = async |url: &str, ca_file, reason: Reason| {
        let error = publish(url, ca_file).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Tls, 1));
        assert!(!error.outcome_unknown());
        assert_eq!(error.reason(), reason, "{error}");
    };
    refused(&url, None, Reason::UnknownAuthority).await;
    let by_address = format!("https://127.0.0.1:{}", server.port);
    refused(&by_address, Some(ca_file), Reason::CertificateName).await;
    let other = tempfile::tempdir().unwrap();
    let (_, other_ca) = tls_server(&other).await;
    refused(&url, Some(other_ca), Reason::WrongCaFile).await;
}

#[tokio::test]
async fn https_to_a_plain_port_says_so() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read_u8().await;
            let _ = stream.write_all(&http(400, "", b"Bad request")).await;
        }
    });
    let error = client(&format!("https://127.0.0.1:{port}"))
        .publish(&topic(), &message())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert_eq!(error.reason(), Reason::PlainWhereTls, "{error}");
    assert!(error.to_string().contains("http://"), "{error}");
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_a_clear_error() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, content: Option<&str>, said: &str| {
        let path = folder.path().join(name);
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let settings = ClientSettings {
            ca_file: Some(path.clone()),
            ..settings("https://localhost:1")
        };
        let error = Client::new(settings, Clock::system()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        let text = error.to_string();
        assert!(text.contains(said) && text.contains(name), "{text}");
    };
    check("none.pem", None, "cannot be read");
    check("text.pem", Some("not a certificate"), "cannot be used");
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    check("key.pem", Some(key), "holds no certificate");
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    check("cut.pem", Some(cut), "the CA file");
}

#[tokio::test]
async fn a_proxy_that_is_given_is_used() {
    // It answers for the broker, and shows the request as a proxy sees it.
    let proxy = Server::always(receipt()).await;
    let check = async |written: String| {
        let settings = ClientSettings {
            proxy: Some(written),
            ..settings("http://broker.invalid:8080")
        };
        holds_no_secret(&settings);
        let client = Client::new(settings, Clock::system()).unwrap();
        holds_no_secret(&client);
        client.publish(&topic(), &message()).await.unwrap();
        proxy.seen().pop().unwrap()
    };
    let seen = check(format!("127.0.0.1:{}", proxy.port)).await;
    assert_eq!(
        seen.target,
        "http://broker.invalid:8080/topics/orders/messages"
    );
    let origin = seen.target.trim_start_matches("http://broker.invalid:8080");
    let forwarded = server::Seen {
        target: origin.to_owned(),
        ..seen.clone()
    };
    assert!(forwarded.is_signed());
    assert_eq!(seen.header("proxy-authorization"), "");
    let seen = check(format!("http://me:hunter2@127.0.0.1:{}", proxy.port)).await;
    assert_eq!(seen.header("proxy-authorization"), "Basic bWU6aHVudGVyMg==");
}

#[tokio::test]
async fn a_proxy_that_cannot_be_used_is_a_clear_error() {
    let check = |proxy: &str, said: &str| {
        let settings = ClientSettings {
            proxy: Some(proxy.to_owned()),
            ..settings("http://broker.invalid")
        };
        let error = Client::new(settings, Clock::system()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().contains(said), "{error}");
        holds_no_secret(&error);
    };
    check("socks5://127.0.0.1:1080", "of the kind socks5");
    check("http://me:hunter2@:x", "not a URL");
    let settings = ClientSettings {
        proxy: Some("http://me:hunter2@127.0.0.1:1".to_owned()),
        ..settings("http://broker.invalid")
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let error = client.consume(&topic(), &poll()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(
        error.to_string().contains("through the proxy 127.0.0.1:1"),
        "{error}"
    );
    holds_no_secret(&error);
}

/// Says to a test that it runs in a process of its own.
const ALONE: &str = "MQSCOPE_TEST_ALONE";

fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// Runs one test of this file again, in a process of its own with other surroundings.
fn alone(test: &str, surroundings: &[(&str, &str)]) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("routes::{test}")])
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(ALONE, "1")
        .envs(surroundings.iter().copied())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("1 passed"), "{printed}");
}

#[tokio::test]
async fn the_systems_proxy_is_not_for_this_machine() {
    if !is_alone() {
        let nowhere = "http://127.0.0.1:1";
        return alone(
            "the_systems_proxy_is_not_for_this_machine",
            &[("http_proxy", nowhere), ("all_proxy", nowhere)],
        );
    }
    let server = Server::always(receipt()).await;
    client(&server.url())
        .publish(&topic(), &message())
        .await
        .unwrap();
    let away = client("http://broker.invalid")
        .publish(&topic(), &message())
        .await;
    // Refused where the proxy should be, not unknown to the name service.
    let error = away.unwrap_err();
    assert!(error.to_string().contains("nothing listens"), "{error}");
}

#[tokio::test]
async fn a_machine_without_authorities_is_served_all_the_same() {
    if !is_alone() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "").unwrap();
        return alone(
            "a_machine_without_authorities_is_served_all_the_same",
            &[
                ("SSL_CERT_FILE", empty.to_str().unwrap()),
                ("SSL_CERT_DIR", folder.path().to_str().unwrap()),
            ],
        );
    }
    // The library alone refuses here; this is what the client works around.
    let _ = rustls::crypto::ring::default_provider().install_default();
    assert!(reqwest::Client::builder().build().is_err() || cfg!(not(target_os = "linux")));
    let server = Server::always(receipt()).await;
    client(&server.url())
        .publish(&topic(), &message())
        .await
        .unwrap();
}
