//! Requests that are too large, that want more than they say, or that are no requests at all.

use proptest::prelude::*;
use tokio::io::AsyncWriteExt as _;

use crate::bench::{Bench, CONSUME, KEYS, PUBLISH, message, within_limit};

#[tokio::test]
async fn a_body_that_announces_too_much_is_refused_before_it_is_sent() {
    let bench = Bench::new("").await;
    // What no length can be, hyper itself refuses.
    for (length, code) in [
        ("9000000", "InvalidArgument"),
        ("99999999999", "InvalidArgument"),
        ("18446744073709551615", "431"),
    ] {
        let more = format!("Content-Length: {length}\r\nExpect: 100-continue\r\n");
        let (head, _) = bench.parts(KEYS, "POST", PUBLISH, "", &more);
        let mut stream = bench.connect().await;
        stream.send(head).await;
        let answer = stream.answer().await;
        assert_eq!(answer.code(), code, "{length}: {answer:?}");
        assert_eq!(stream.rest().await, b"");
    }
    bench.assert_alive().await;
}

#[tokio::test]
async fn who_sends_too_much_and_then_listens_hears_why() {
    let bench = Bench::new("").await;
    let mut stream = bench.connect().await;
    stream
        .send(bench.bytes("POST", PUBLISH, &"x".repeat(9_000_000)))
        .await;
    let answer = stream.answer().await;
    assert_eq!(answer.code(), "InvalidArgument");
    assert!(answer.closes());
}

#[tokio::test]
async fn a_body_in_chunks_is_counted_as_it_comes() {
    let bench = Bench::new("[limits]\nmax-body = 1000\n").await;
    let chunked = "Transfer-Encoding: chunked\r\n";
    let (head, _) = bench.parts(KEYS, "POST", PUBLISH, "", chunked);
    let mut good = bench.connect().await;
    let body = message("a");
    good.send(format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len()))
        .await;
    assert_eq!(good.answer().await.status, 201);
    let mut endless = bench.connect().await;
    endless.send(&head).await;
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    // More than there may be, in pieces; the end of the body never comes.
    for _ in 0..20 {
        endless.send(&chunk).await;
    }
    let answer = endless.answer().await;
    assert_eq!(answer.code(), "InvalidArgument", "{answer:?}");
    assert!(answer.closes());
}

#[tokio::test]
async fn heads_have_their_limits() {
    let bench = Bench::new("").await;
    let check = async |head: String, expected: u16| {
        let mut stream = bench.connect().await;
        // What is refused early may be cut off while it is being sent.
        let _ = within_limit(stream.0.write_all(head.as_bytes())).await;
        let answer = stream.answer().await;
        assert_eq!(answer.status, expected, "{answer:?}");
    };
    let with = |more: &str| bench.parts(KEYS, "GET", CONSUME, "", more).0;
    check(with(&"X-Many: 1\r\n".repeat(90)), 404).await;
    check(with(&"X-Many: 1\r\n".repeat(101)), 431).await;
    check(with(&format!("X-Long: {}\r\n", "x".repeat(8 << 10))), 404).await;
    check(with(&format!("X-Long: {}\r\n", "x".repeat(32 << 10))), 431).await;
    let line = |chars: usize| {
        let target = format!("{CONSUME}&tag=");
        let rest = "GET  HTTP/1.1".len() + target.len();
        let target = target + &"x".repeat(chars - rest);
        bench.parts(KEYS, "GET", &target, "", "").0
    };
    check(line(1_024), 404).await;
    check(line(1_025), 400).await;
    check(line(30_000), 431).await;
}

#[tokio::test]
async fn entities_are_not_expanded() {
    let bench = Bench::new("").await;
    let laughs: String = (1..10)
        .map(|n| {
            let before = format!("&lol{};", n - 1).repeat(10);
            format!("<!ENTITY lol{n} \"{before}\">")
        })
        .collect();
    let billion = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE m [<!ENTITY lol0 \"lol\">{laughs}]>{}",
        message("&lol9;")
    );
    let file = format!(
        "<!DOCTYPE m [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>{}",
        message("&f;")
    );
    let parameter = format!(
        "<!DOCTYPE m SYSTEM \"http://{}/\">{}",
        bench.addr,
        message("a")
    );
    let deep = "<a>".repeat(100_000);
    for body in [billion, file, parameter, message("&lol9;"), deep] {
        let answer = bench.ask("POST", PUBLISH, &body).await;
        assert_eq!(answer.code(), "MalformedXML", "{answer:?}");
    }
    assert!(bench.broker.overview().topics.is_empty());
}

#[tokio::test]
async fn a_refused_request_does_not_spill_into_the_next() {
    let bench = Bench::new("").await;
    // The body is itself a request that would be served.
    let inner = String::from_utf8(bench.bytes("POST", PUBLISH, &message("smuggled"))).unwrap();
    let mut stream = bench.connect().await;
    let (head, body) = bench.parts(("nobody", "x"), "POST", PUBLISH, &inner, "");
    let answer = stream.ask((head + &body).as_bytes()).await;
    assert_eq!(answer.code(), "InvalidAccessKeyId");
    let answer = stream.ask(&bench.bytes("GET", CONSUME, "")).await;
    assert_eq!(answer.code(), "MessageNotExist");
    // Two lengths that disagree, and a length beside chunks.
    for more in [
        "Content-Length: 0\r\nContent-Length: 300\r\n",
        "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n",
    ] {
        let (head, _) = bench.parts(KEYS, "POST", PUBLISH, "", more);
        let mut stream = bench.connect().await;
        stream.send(format!("{head}{inner}")).await;
        stream.0.shutdown().await.unwrap();
        let replies = String::from_utf8_lossy(&stream.rest().await).into_owned();
        assert!(!replies.contains("HTTP/1.1 2"), "{more}: {replies}");
    }
    assert!(bench.broker.overview().topics.len() <= 1);
}

/// Bytes of no kind, bytes that look like requests, and requests with one byte changed.
#[derive(Debug, Clone)]
enum Noise {
    Bytes(Vec<u8>),
    Lines(Vec<String>, Vec<u8>),
    Changed { at: usize, to: u8 },
}

fn noise() -> impl Strategy<Value = Noise> {
    let word = prop_oneof![
        Just("POST /topics/t/messages HTTP/1.1".to_owned()),
        Just("GET /topics/t/messages?consumer=G&numOfMessages=1 HTTP/1.1".to_owned()),
        Just("PRI * HTTP/2.0".to_owned()),
        Just("Content-Length: 5".to_owned()),
        Just("Content-Length: -1".to_owned()),
        Just("Transfer-Encoding: chunked".to_owned()),
        Just("Expect: 100-continue".to_owned()),
        Just("Connection: upgrade".to_owned()),
        Just("Authorization: MQ sandbox:AAAA".to_owned()),
        Just("Authorization: MQ sandbox:".to_owned()),
        Just("Date: Sun, 22 Nov 2026 10:14:07 GMT".to_owned()),
        Just("x-mq-version: 2015-06-06".to_owned()),
        Just(String::new()),
        "[ -~]{0,40}",
        any::<String>(),
    ];
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..2_000).prop_map(Noise::Bytes),
        (proptest::collection::vec(word, 1..12), body).prop_map(|(l, b)| Noise::Lines(l, b)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, to)| Noise::Changed { at, to }),
    ]
}

/// A request that is served, with one byte of what is signed changed.
fn changed(bench: &Bench, at: usize, to: u8) -> Vec<u8> {
    let mut bytes = bench.bytes("POST", PUBLISH, &message("a"));
    let text = String::from_utf8(bytes.clone()).unwrap();
    let signed = [
        PUBLISH,
        "POST",
        "2015-06-06",
        "text/xml",
        text.split("Date: ").nth(1).unwrap().lines().next().unwrap(),
        text.split("MQ sandbox:")
            .nth(1)
            .unwrap()
            .lines()
            .next()
            .unwrap(),
    ];
    let places: Vec<usize> = signed
        .iter()
        .flat_map(|part| {
            let start = text.find(part).unwrap();
            start..start + part.len()
        })
        .collect();
    let place = places[at % places.len()];
    // Always another byte than the one that is there.
    bytes[place] = if bytes[place] == to { to ^ 1 } else { to };
    bytes
}

#[test]
fn noise_never_ends_the_sandbox_and_never_succeeds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = runtime.block_on(Bench::new(""));
    proptest!(ProptestConfig::with_cases(400), |(noise in noise())| {
        let bytes = match noise {
            Noise::Bytes(bytes) => bytes,
            Noise::Lines(lines, body) => [lines.join("\r\n").as_bytes(), b"\r\n\r\n", &body].concat(),
            Noise::Changed { at, to } => changed(&bench, at, to),
        };
        let replies = runtime.block_on(async {
            let mut stream = bench.connect().await;
            // Refused early, it may be cut off while it is being sent.
            let _ = within_limit(stream.0.write_all(&bytes)).await;
            let _ = stream.0.shutdown().await;
            let replies = stream.rest().await;
            bench.assert_alive().await;
            String::from_utf8_lossy(&replies).into_owned()
        });
        prop_assert!(!replies.contains("HTTP/1.1 2"), "{}", replies);
    });
}
