//! Connections that take their time, and more of them than there may be. Limits are in real
//! time and small; what must happen is waited for, never slept for.

use std::time::Duration;

use mqscope::sandbox::SandboxSettings;

use crate::bench::{Bench, CONSUME, PUBLISH, message, within_limit};

const MILLIS: fn(u64) -> Duration = Duration::from_millis;

/// The other limits are as usual, that is, longer than the test waits.
fn limit(key: &str, value: &str) -> String {
    format!("[connections]\n{key} = {value}\n")
}

#[tokio::test]
async fn headers_that_stop_coming_end_the_connection() {
    let bench = Bench::new(&limit("head-timeout", "'100ms'")).await;
    let request = String::from_utf8(bench.bytes("GET", CONSUME, "")).unwrap();
    for part in [
        "",
        "G",
        "GET /",
        "GET / HTTP/1.1\r\nHost: x\r\n",
        &request[..request.len() - 2],
    ] {
        let mut slow = bench.connect().await;
        slow.send(part).await;
        assert_eq!(slow.rest().await, b"", "{part:?}");
    }
}

#[tokio::test]
async fn headers_that_dribble_end_the_connection() {
    let bench = Bench::new(&limit("head-timeout", "'200ms'")).await;
    let mut slow = bench.connect().await;
    slow.send("GET / HTTP/1.1\r\nX: ").await;
    // Each byte comes well inside the limit; only all of them together do not.
    let dribbling = async {
        use tokio::io::AsyncWriteExt as _;
        while slow.is_quiet_for(MILLIS(20)).await {
            if slow.0.write_all(b"x").await.is_err() {
                break;
            }
        }
    };
    within_limit(dribbling).await;
}

#[tokio::test]
async fn a_later_request_has_the_same_limit_and_waiting_for_one_has_not() {
    let bench = Bench::new(&limit("head-timeout", "'1s'")).await;
    let request = bench.bytes("GET", CONSUME, "");
    let mut kept = bench.connect().await;
    assert_eq!(kept.ask(&request).await.code(), "MessageNotExist");
    // Longer than headers may take, for none have begun.
    assert!(kept.is_quiet_for(MILLIS(1_500)).await);
    assert_eq!(kept.ask(&request).await.code(), "MessageNotExist");
    kept.send(&request[..20]).await;
    assert_eq!(kept.rest().await, b"");
}

#[tokio::test]
async fn an_idle_connection_ends_in_the_end() {
    let bench = Bench::new(&limit("head-timeout", "'500ms'\nidle-timeout = '500ms'")).await;
    let mut idle = bench.connect().await;
    let request = bench.bytes("GET", CONSUME, "");
    assert_eq!(idle.ask(&request).await.code(), "MessageNotExist");
    assert_eq!(idle.rest().await, b"");
    // Python breaks on a connection that is closed within 60 seconds.
    let usual = SandboxSettings::default().connections.idle_timeout;
    assert!(usual >= Duration::from_secs(60));
}

#[tokio::test]
async fn a_body_that_stops_coming_is_refused_and_ends_the_connection() {
    let bench = Bench::new(&limit("body-timeout", "'100ms'")).await;
    let signed = bench.parts(crate::bench::KEYS, "POST", PUBLISH, &message("a"), "");
    let unsigned = bench.parts(("x", "y"), "POST", PUBLISH, &message("a"), "");
    for ((head, body), expected) in [
        (signed, "InvalidArgument"),
        (unsigned, "InvalidAccessKeyId"),
    ] {
        let mut slow = bench.connect().await;
        slow.send(head + &body[..9]).await;
        let answer = slow.answer().await;
        assert_eq!(answer.code(), expected, "{answer:?}");
        assert!(answer.closes(), "{answer:?}");
        assert_eq!(slow.rest().await, b"");
    }
    assert!(bench.broker.overview().topics.is_empty());
}

#[tokio::test]
async fn a_long_poll_is_not_a_slow_client() {
    let config = "[connections]\nhead-timeout = '300ms'\nbody-timeout = '300ms'\n\
                  send-timeout = '300ms'\nidle-timeout = '300ms'\n";
    let bench = Bench::new(config).await;
    let mut parked = bench.connect().await;
    let poll = format!("{CONSUME}&waitseconds=30");
    parked.send(bench.bytes("GET", &poll, "")).await;
    assert!(parked.is_quiet_for(MILLIS(700)).await);
    bench.hand.advance(Duration::from_secs(30));
    assert_eq!(parked.answer().await.code(), "MessageNotExist");
}

#[tokio::test]
async fn a_reply_that_nobody_takes_is_given_up() {
    let config = "[connections]\nmax = 1\nsend-timeout = '100ms'\n";
    let bench = Bench::new(config).await;
    let large = message(&"x".repeat(4 << 20));
    let mut filling = bench.connect().await;
    for _ in 0..8 {
        let publish = bench.bytes("POST", PUBLISH, &large);
        assert_eq!(filling.ask(&publish).await.status, 201);
    }
    drop(filling);
    let mut stuck = bench.connect().await;
    stuck.send(bench.bytes("GET", CONSUME, "")).await;
    // There is one slot only: who gets it proves that the other one has lost it.
    bench.assert_alive().await;
    assert!(stuck.rest().await.len() < 8 * large.len());
}

#[tokio::test]
async fn more_connections_than_there_may_be_wait_their_turn() {
    let bench = Bench::new(&limit("max", "2")).await;
    let request = bench.bytes("POST", PUBLISH, &message("a"));
    let (mut one, mut two) = (bench.connect().await, bench.connect().await);
    for served in [&mut one, &mut two] {
        assert_eq!(served.ask(&request).await.status, 201);
    }
    let mut three = bench.connect().await;
    three.send(&request).await;
    assert!(three.is_quiet_for(MILLIS(200)).await);
    // Those inside are served all the same.
    assert_eq!(two.ask(&request).await.status, 201);
    drop(one);
    assert_eq!(three.answer().await.status, 201);
}
