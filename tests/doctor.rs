//! The doctor against real servers, each wrong in its own way: the check that has to notice does,
//! those before it are well, those after it are skipped. And it changes nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "support/server.rs"]
mod server;
mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mqscope::client::{Client, ClientSettings};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::doctor::{self, Check, Finding, Patient, Verdict};
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::{MessageParts, Timestamp};
use mqscope::sandbox::{AccessRule, Sandbox, SandboxSettings};
use rustls::pki_types::PrivateKeyDer;
use serde_json::Value;
use server::{Answer, Server, http};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

const KEYS: (&str, &str) = ("sandbox", "sandbox-secret");

fn patient(url: &str) -> Patient {
    let keys = Credentials::from_pasted(KEYS.0, KEYS.1, "");
    let mut settings = ClientSettings::new(url.parse().unwrap(), keys);
    // Not the machine's own.
    settings.proxy = None;
    Patient {
        settings,
        kind: None,
        topic: Some("orders".parse().unwrap()),
        group: Some("GID_test".parse().unwrap()),
        consume: false,
    }
}

async fn examine(patient: &Patient) -> Vec<Finding> {
    let mut findings = Vec::new();
    let clock = Clock::system();
    let outcome = doctor::examine(patient, &clock, |finding| findings.push(finding)).await;
    outcome.unwrap();
    let checks: Vec<Check> = findings.iter().map(|finding| finding.check).collect();
    assert_eq!(checks, Check::ALL, "every check is told once, in order");
    for finding in &findings {
        let advised = finding.verdict >= Verdict::Attention;
        assert_eq!(finding.next.is_some(), advised, "{finding:?}");
        for lang in Lang::ALL {
            let said = Texts::of(lang).say(&finding.evidence);
            assert!(!said.contains(KEYS.1) && !said.contains("{ $"), "{said}");
        }
    }
    findings
}

/// The check that ends the examination, and by what.
#[track_caller]
fn ends(findings: &[Finding], check: Check, evidence: &str) {
    let at = Check::ALL.iter().position(|one| *one == check).unwrap();
    for (place, finding) in findings.iter().enumerate() {
        let verdict = match place.cmp(&at) {
            // TLS is skipped where there is none.
            std::cmp::Ordering::Less => [Verdict::Good, Verdict::Skipped, Verdict::Attention],
            std::cmp::Ordering::Equal => [Verdict::Bad; 3],
            std::cmp::Ordering::Greater => [Verdict::Skipped; 3],
        };
        assert!(
            verdict.contains(&finding.verdict),
            "{check:?}: {findings:#?}"
        );
    }
    assert_eq!(findings[at].evidence.key, evidence, "{findings:#?}");
}

/// A TCP server that does this with each connection.
async fn tcp<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> String
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_name_that_nobody_knows() {
    let findings = examine(&patient("http://no-such-host.invalid")).await;
    ends(&findings, Check::Name, "doctor-name-unknown");
}

#[tokio::test]
async fn a_port_where_nothing_listens() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let findings = examine(&patient(&format!("http://{address}"))).await;
    ends(&findings, Check::Tcp, "doctor-tcp-refused");
}

#[tokio::test]
async fn a_plain_echo_is_no_http() {
    let url = tcp(async |mut stream| {
        let (mut read, mut write) = stream.split();
        let _ = tokio::io::copy(&mut read, &mut write).await;
    })
    .await;
    ends(
        &examine(&patient(&url)).await,
        Check::Http,
        "doctor-http-other",
    );
}

#[tokio::test]
async fn a_port_of_rocketmqs_own_protocol_closes_http() {
    // It reads a length of four bytes, finds it too large, and hangs up.
    let url = tcp(async |mut stream| {
        let mut length = [0; 4];
        let _ = stream.read_exact(&mut length).await;
        assert!(u32::from_be_bytes(length) > 16 << 20);
    })
    .await;
    ends(
        &examine(&patient(&url)).await,
        Check::Http,
        "doctor-http-closed",
    );
}

#[tokio::test]
async fn pages_gateways_and_redirects_are_not_this_protocol() {
    let page = b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>";
    for (status, headers, body, evidence) in [
        (
            200,
            "Content-Type: text/html\r\n",
            &page[..],
            "doctor-protocol-page",
        ),
        (502, "", b"upstream is gone", "doctor-protocol-gateway"),
        (407, "", b"", "doctor-protocol-proxy"),
        (
            302,
            "Location: https://elsewhere.example/\r\n",
            b"",
            "doctor-protocol-redirect",
        ),
        (200, "", b"{\"ok\": true}", "doctor-protocol-other"),
    ] {
        let answer = http(status, headers, body);
        let server = Server::start(move |_| Answer::Bytes(answer.clone())).await;
        let findings = examine(&patient(&server.url())).await;
        ends(&findings, Check::Protocol, evidence);
        // Nothing that is signed is shown to whoever that is.
        assert!(
            server
                .seen()
                .iter()
                .all(|seen| seen.header("authorization").is_empty())
        );
    }
}

/// A TLS server with a certificate for this name and these days, and the file of its authority.
async fn tls(name: &str, days: std::ops::Range<i32>) -> (String, tempfile::TempDir, PathBuf) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let ca = params.self_signed(&ca_key).unwrap();
    let issuer = rcgen::Issuer::new(params, ca_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let mut leaf = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    leaf.not_before = rcgen::date_time_ymd(2020, 1, 1);
    let until = Clock::system().now().millis() / 1_000 + i64::from(days.end) * 86_400;
    leaf.not_after = rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(until as u64);
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, ca.pem()).unwrap();
    let refusal = b"<Error><Code>MissingAuthorizationHeader</Code><Message>m</Message>\
        <RequestId>R</RequestId><HostId>h</HostId></Error>";
    let answer = move |_| Answer::Bytes(http(400, "", refusal));
    let server = Server::start_with(answer, Some(TlsAcceptor::from(Arc::new(config)))).await;
    (format!("https://localhost:{}", server.port), folder, file)
}

#[tokio::test]
async fn certificates_are_told_apart() {
    for (name, days, known, check, evidence) in [
        ("other.example", 0..100, true, Check::Tls, "doctor-tls-name"),
        ("localhost", -10..-1, true, Check::Tls, "doctor-tls-expired"),
        (
            "localhost",
            0..100,
            false,
            Check::Tls,
            "doctor-tls-untrusted",
        ),
    ] {
        let (url, _folder, ca_file) = tls(name, days).await;
        let mut patient = patient(&url);
        patient.settings.ca_file = known.then_some(ca_file);
        ends(&examine(&patient).await, check, evidence);
    }
    for (days, verdict) in [(0..100, Verdict::Good), (0..7, Verdict::Attention)] {
        let (url, _folder, ca_file) = tls("localhost", days).await;
        let mut patient = patient(&url);
        patient.settings.ca_file = Some(ca_file);
        let findings = examine(&patient).await;
        let tls = &findings[2];
        assert_eq!(
            (tls.verdict, tls.evidence.key),
            (verdict, "doctor-tls-good")
        );
        let said = Texts::of(Lang::En).say(&tls.evidence);
        assert!(
            said.contains("TLS 1.3") && said.contains("localhost"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn https_to_a_port_without_tls() {
    let server = Server::start(|_| Answer::Bytes(http(200, "", b""))).await;
    let url = format!("https://localhost:{}", server.port);
    ends(
        &examine(&patient(&url)).await,
        Check::Tls,
        "doctor-tls-failed",
    );
}

/// A sandbox, with somebody who may use only some of it.
async fn sandbox(
    clock: Clock,
    change: impl FnOnce(&mut SandboxSettings),
) -> (String, Arc<mqscope::sandbox::Broker>) {
    let mut settings = SandboxSettings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        ..SandboxSettings::default()
    };
    change(&mut settings);
    let sandbox = Sandbox::bind(settings, clock).await.unwrap();
    let (url, broker) = (format!("http://{}", sandbox.addr()), sandbox.broker());
    tokio::spawn(sandbox.run(std::future::pending()));
    (url, broker)
}

#[tokio::test]
async fn a_sandbox_is_well_and_stays_as_it_is() {
    let (url, broker) = sandbox(Clock::system(), |_| ()).await;
    let patient = patient(&url);
    let client = Client::new(patient.settings.clone(), Clock::system()).unwrap();
    let message = MessageParts {
        body: "hello".to_owned(),
        ..MessageParts::default()
    };
    let limits = mqscope::protocol::Profile::Sandbox.limits();
    let message = message.checked(&limits, Timestamp::from_millis(0)).unwrap();
    let topic = patient.topic.clone().unwrap();
    client.publish(&topic, &message).await.unwrap();
    let before = format!("{:?}", broker.overview());
    let findings = examine(&patient).await;
    for finding in &findings {
        let expected = match finding.check {
            Check::Tls => Verdict::Skipped,
            _ => Verdict::Good,
        };
        assert_eq!(finding.verdict, expected, "{findings:#?}");
    }
    assert_eq!(
        format!("{:?}", broker.overview()),
        before,
        "nothing was consumed or made"
    );

    // Asked to, it takes one.
    let consuming = Patient {
        consume: true,
        ..patient
    };
    for evidence in ["doctor-group-took", "doctor-group-empty"] {
        let findings = examine(&consuming).await;
        assert_eq!(findings[8].evidence.key, evidence);
        assert_eq!(findings[8].verdict, Verdict::Good);
    }
}

#[tokio::test]
async fn keys_that_are_wrong_are_told_apart() {
    let (url, _broker) = sandbox(Clock::system(), |_| ()).await;
    for (access_key, secret_key, evidence) in [
        ("sandbox", "another-secret", "doctor-signature-wrong"),
        ("nobody", "sandbox-secret", "doctor-signature-unknown"),
    ] {
        let mut patient = patient(&url);
        patient.settings.credentials = Credentials::from_pasted(access_key, secret_key, "");
        ends(&examine(&patient).await, Check::Signature, evidence);
    }
}

#[tokio::test]
async fn clocks_that_disagree() {
    for (minutes, verdict) in [
        (20, Verdict::Bad),
        (-20, Verdict::Bad),
        (5, Verdict::Attention),
    ] {
        let off = Timestamp::from_millis(Clock::system().now().millis() + minutes * 60_000);
        let (url, _broker) = sandbox(Clock::manual(off).0, |_| ()).await;
        let findings = examine(&patient(&url)).await;
        let clock = &findings[5];
        assert_eq!(clock.verdict, verdict, "{findings:#?}");
        let key = match minutes > 0 {
            true => "doctor-clock-behind",
            false => "doctor-clock-ahead",
        };
        assert_eq!(clock.evidence.key, key);
    }
}

#[tokio::test]
async fn a_topic_that_is_not_there_and_a_group_that_may_not() {
    let (url, _broker) = sandbox(Clock::system(), |settings| settings.auto_create = false).await;
    ends(
        &examine(&patient(&url)).await,
        Check::Topic,
        "doctor-topic-none",
    );

    let (url, _broker) = sandbox(Clock::system(), |settings| {
        let mut rule = AccessRule::new(KEYS.0, KEYS.1);
        rule.groups = vec!["GID_other".parse().unwrap()];
        settings.keys = vec![rule];
    })
    .await;
    let findings = examine(&patient(&url)).await;
    assert_eq!(findings[6].verdict, Verdict::Good, "{findings:#?}");
    assert_eq!(
        findings[8].evidence.key, "doctor-group-denied",
        "{findings:#?}"
    );
}

#[tokio::test]
async fn what_is_not_named_is_not_checked() {
    let (url, _broker) = sandbox(Clock::system(), |_| ()).await;
    let unnamed = Patient {
        topic: None,
        group: None,
        ..patient(&url)
    };
    let findings = examine(&unnamed).await;
    assert_eq!(findings[6].verdict, Verdict::Good);
    let skipped = [7, 8].map(|at: usize| findings[at].evidence.key);
    assert_eq!(
        skipped,
        ["doctor-topic-not-named", "doctor-group-not-named"]
    );
}

#[test]
fn the_command_prints_what_is_found_and_exits_by_it() {
    let sandbox = support::Sandbox::start(&[]);
    let doctor = |secret: &str, more: &[&str]| {
        let mut command = support::mqscope(&sandbox.home);
        command
            .env("MQSCOPE_ACCESS_KEY", KEYS.0)
            .env("MQSCOPE_SECRET_KEY", secret)
            .args([
                "doctor",
                "--endpoint",
                &sandbox.endpoint,
                "--topic",
                "orders",
            ])
            .args(more);
        support::run(command, b"")
    };
    let well = doctor(KEYS.1, &["--group", "GID_test", "--json"]);
    assert_eq!(well.status.code(), Some(0), "{well:?}");
    let report: Value = serde_json::from_str(&well.stdout).unwrap();
    assert_eq!(report["verdict"], "good");
    assert_eq!(report["checks"].as_array().unwrap().len(), 9);
    assert_eq!(report["checks"][6]["check"], "signature");

    let ill = doctor("hunter2", &[]);
    assert_eq!(ill.status.code(), Some(1));
    assert!(ill.stdout.contains("✗ Signature"), "{}", ill.stdout);
    assert!(
        ill.stdout.contains("→ Check the secret key"),
        "{}",
        ill.stdout
    );
    assert!(!ill.stdout.contains("hunter2"));
    // Consuming needs to know what and for whom.
    assert_eq!(doctor(KEYS.1, &["--consume"]).status.code(), Some(2));
}
