//! What is refused before anything is asked of the sandbox: bodies that do not come, and settings
//! that would let strangers in.

use super::*;
use mqscope::sandbox::{AccessRule, Exposure, SandboxErrorKind};

/// Far longer than an answer takes on a busy machine; only a hang reaches it.
const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_body_that_stops_coming_is_refused_and_ends_the_connection() {
    let mut settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        ..SandboxSettings::default()
    };
    settings.connections.body_timeout = Duration::from_millis(100);
    let (clock, hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let bench = Bench::with(settings, clock.clone(), clock).await;
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    for (line, token, expected) in [
        ("POST /_mqscope/v1/clock", token.as_str(), "400"),
        ("PUT /_mqscope/v1/faults", &token, "400"),
        // A call that asks for no body, and one that is none.
        ("GET /_mqscope/v1/overview", &token, "400"),
        ("POST /_mqscope/v1/no-such-call", &token, "400"),
        // Who is not let in is not even waited for.
        ("POST /_mqscope/v1/clock", "", "401"),
    ] {
        let mut stream = TcpStream::connect(bench.addr).await.unwrap();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n\
             Content-Length: 32\r\n{token}\r\n{{\"advance\":"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(LIMIT, stream.read_to_end(&mut answer)).await;
        // A reset ends it as well as an orderly close.
        assert!(ended.is_ok(), "{line}: the connection is held");
        let answer = String::from_utf8(answer).unwrap();
        assert_eq!(answer.split(' ').nth(1), Some(expected), "{line}: {answer}");
    }
    assert_eq!(hand.offset_millis(), 0);
    bench.end().await;
}

#[tokio::test]
async fn a_sandbox_that_others_reach_wants_a_long_token_and_keys_of_its_own() {
    let reached_by_others = |secret: &str, token: Option<&str>| SandboxSettings {
        listen: ([0, 0, 0, 0], 0).into(),
        keys: vec![AccessRule::new("a", secret)],
        admin_token: token.map(Into::into),
        ..SandboxSettings::default()
    };
    let refused = async |settings: SandboxSettings| {
        let error = Sandbox::bind(settings, Clock::system()).await.err();
        error.map(|error| (error.kind(), error.to_string()))
    };
    let short = reached_by_others("mine", Some("fifteen letters"));
    assert!(matches!(
        short.check_exposure(),
        Err(Exposure::GuessableToken { chars: 15, .. })
    ));
    let (kind, text) = refused(short).await.unwrap();
    assert_eq!(kind, SandboxErrorKind::Settings);
    assert!(text.contains("use at least 16"), "{text}");

    let default_keys = reached_by_others("sandbox-secret", None);
    let (kind, text) = refused(default_keys).await.unwrap();
    assert_eq!(kind, SandboxErrorKind::Settings);
    assert!(text.contains("keys of your own"), "{text}");

    for token in [None, Some("sixteen letters!")] {
        assert_eq!(reached_by_others("mine", token).check_exposure(), Ok(()));
    }
    let here = SandboxSettings {
        listen: ([127, 0, 0, 1], 0).into(),
        admin_token: Some("short".into()),
        ..SandboxSettings::default()
    };
    assert_eq!(refused(here).await, None);
}
