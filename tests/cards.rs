//! `--explain` as somebody sees it who runs a command that fails: the fault as ever, and after it the
//! card of just that failure. What stands on which card is the business of the table's own tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends at the first thing that isn't as it should be"
)]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;
use support::{ACCESS_KEY, Finished, SECRET_KEY, Sandbox, mqscope, run};

const NO_CONNECTION: i32 = 4;
const NOTHING_THERE: i32 = 3;
const REFUSED: i32 = 1;

/// Runs a command against a server, with the sandbox's keys.
fn at(endpoint: &str, arguments: &[&str]) -> Finished {
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command
        .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
        .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
        .args(&arguments[..1])
        .args(["--endpoint", endpoint, "--topic", "orders"])
        .args(&arguments[1..]);
    run(command, b"")
}

const PUBLISH: &[&str] = &["publish", "--explain", "hello"];
const CONSUME: &[&str] = &["consume", "--explain", "--group", "billing", "--wait", "0s"];
const ACK: &[&str] = &["ack", "--explain", "--group", "billing", "no-handle"];

/// The fault, which comes first, and the card below it.
#[track_caller]
fn explained(finished: &Finished) -> (Value, String) {
    let (fault, card) = finished.stderr.split_once('\n').unwrap();
    let fault = serde_json::from_str(fault).unwrap_or_else(|_| panic!("{finished:#?}"));
    for part in ["Likely causes", "What to do", "Raw answer"] {
        assert!(card.contains(part), "{finished:#?}");
    }
    (fault, card.to_owned())
}

/// One line of each list of a card and its raw answer say so.
#[track_caller]
fn check(finished: &Finished, code: i32, said: &[&str]) {
    assert_eq!(finished.status.code(), Some(code), "{finished:#?}");
    let (_, card) = explained(finished);
    for said in said {
        assert!(card.contains(said), "no {said:?} in\n{card}");
    }
    assert!(!card.contains(SECRET_KEY), "{card}");
}

#[test]
fn each_refusal_has_the_card_of_its_operation() {
    let faulty = |fault: &str, arguments: &[&str], said: &[&str]| {
        let sandbox = Sandbox::start(&["--fault", fault]);
        check(&at(&sandbox.endpoint, arguments), REFUSED, said);
    };
    faulty(
        "publish:*:403",
        PUBLISH,
        &[
            "These keys may not publish to this topic",
            "Nothing was stored",
            "no right to produce",
            "<Code>AccessDenied</Code>",
        ],
    );
    faulty(
        "consume:*:403",
        CONSUME,
        &[
            "These keys may not consume this topic",
            "No message was taken",
            "a group is HTTP or TCP, never both",
        ],
    );
    faulty(
        "ack:*:408",
        ACK,
        &[
            "15 minutes off the server's clock",
            "Nothing was acked",
            "time synchronisation",
            "HTTP 408",
        ],
    );
    faulty(
        "publish:*:500",
        PUBLISH,
        &[
            "The server failed while accepting the message",
            "The message may have been stored",
            "whether the message arrived before you publish it again",
            "x-mq-request-id: ",
        ],
    );
    faulty(
        "publish:*:503",
        PUBLISH,
        &["The server failed while", "HTTP 503"],
    );
    faulty(
        "publish:*:qps",
        PUBLISH,
        &["this message was turned away", "Publish more slowly"],
    );
    faulty(
        "publish:*:truncate",
        PUBLISH,
        &["The answer to the publish is broken XML", "<Message"],
    );
}

#[test]
fn what_is_no_failure_is_calm_and_what_is_cut_off_is_named() {
    let sandbox = Sandbox::start(&["--fault", "consume:*:truncate"]);
    let empty = at(&sandbox.endpoint, CONSUME);
    assert_eq!(empty.status.code(), Some(NOTHING_THERE));
    let text = &empty.stderr;
    assert!(text.contains("Nothing there: the poll was empty"), "{text}");
    assert!(text.contains("not a failure"), "{text}");

    at(&sandbox.endpoint, PUBLISH);
    let cut = at(&sandbox.endpoint, CONSUME);
    assert_eq!(cut.status.code(), Some(REFUSED), "{cut:#?}");
    let (damaged, card) = explained(&cut);
    assert!(damaged["damaged"].is_object(), "{damaged}");
    assert!(card.contains("The list of messages that came is broken XML"));
}

#[test]
fn a_handle_that_is_late_is_told_from_one_that_is_none() {
    let sandbox = Sandbox::start(&[]);
    // Each handle's fault is on its line of the output, so the card stands alone.
    let none = at(&sandbox.endpoint, ACK);
    assert_eq!(none.status.code(), Some(REFUSED));
    for said in ["not a receipt handle", "It is the message ID"] {
        assert!(none.stderr.contains(said), "{none:#?}");
    }
    at(&sandbox.endpoint, PUBLISH);
    let consumed = at(&sandbox.endpoint, CONSUME);
    let message: Value = serde_json::from_str(consumed.stdout.trim()).unwrap();
    let handle = message["receipt_handle"].as_str().unwrap();
    let ack = ["ack", "--explain", "--group", "billing", handle];
    let first = at(&sandbox.endpoint, &ack);
    assert_eq!((first.status.code(), first.stderr.as_str()), (Some(0), ""));
    let second = at(&sandbox.endpoint, &ack);
    assert_eq!(second.status.code(), Some(REFUSED));
    for said in ["no longer counts", "acked already", "its new handle"] {
        assert!(second.stderr.contains(said), "{second:#?}");
    }
}

/// A server that answers everything with these bytes and hangs up.
fn raw_server(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            // Up to the end of the head; what is asked does not matter.
            while let Ok(read @ 1..) = stream.read(&mut piece) {
                request.extend_from_slice(&piece[..read]);
                if request.windows(4).any(|end| end == b"\r\n\r\n") {
                    break;
                }
            }
            let _ = stream.write_all(answer);
        }
    });
    endpoint
}

#[test]
fn what_is_no_broker_is_named_for_what_it_is() {
    let foreign = |answer: &'static [u8], said: &[&str]| {
        let endpoint = raw_server(answer);
        for arguments in [PUBLISH, CONSUME, ACK] {
            check(&at(&endpoint, arguments), NO_CONNECTION, said);
        }
    };
    foreign(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nSet-Cookie: id=hidden\r\n\
          Connection: close\r\n\r\n\
          <html><title>Sign in to the office</title>sandbox-secret <input type=password></html>",
        &[
            "A page to log in answered, not a broker: \u{201c}Sign in to the office\u{201d}",
            "log in to the network",
            "content-type: text/html",
            "</title>••• <input",
        ],
    );
    foreign(
        b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx\r\nConnection: close\r\n\r\n<html>502</html>",
        &["A gateway answered instead of the broker", "server: nginx"],
    );
    foreign(
        b"HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"error\":\"no route\"}",
        &["Another service answered, in JSON (HTTP 404)"],
    );
    foreign(
        b"HTTP/1.1 302 Found\r\nLocation: https://sso.example/?state=hidden\r\n\
          Connection: close\r\n\r\n",
        &["redirects to https://sso.example/?…, which no broker does"],
    );
}

#[test]
fn a_port_that_speaks_something_else_is_told_by_its_first_bytes() {
    let spoken = |answer: &'static [u8], said: &[&str]| {
        check(&at(&raw_server(answer), CONSUME), NO_CONNECTION, said);
    };
    spoken(
        b"SSH-2.0-OpenSSH_9.2\r\n",
        &["is not HTTP", "SSH-2.0-OpenSSH_9.2"],
    );
    spoken(
        b"\x15\x03\x01\x00\x02\x02\x46",
        &[
            "speaks TLS, and was asked without",
            "Write https://",
            "15 03 01",
        ],
    );
    spoken(
        b"\x00\x00\x00\x12\x00\x00\x00\x0e{\"code\":1,\"a\":2}",
        &[
            "a port for RocketMQ's TCP protocol",
            "Use the HTTP endpoint",
        ],
    );
    // As RocketMQ's own port does on HTTP.
    spoken(
        b"",
        &[
            "closed the connection without an answer",
            "RocketMQ's TCP port",
        ],
    );
}

#[test]
fn a_closed_port_and_a_script_that_did_not_ask() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    check(
        &at(&endpoint, PUBLISH),
        NO_CONNECTION,
        &["Nothing listens at", "on this machine", "Start the server"],
    );
    let plain = at(&endpoint, &["publish", "hello"]);
    assert_eq!(plain.stderr.lines().count(), 1, "{plain:#?}");
    let fault: Value = serde_json::from_str(plain.stderr.trim()).unwrap();
    assert_eq!(fault["kind"], "connect");
    assert!(
        fault["next_step"]
            .as_str()
            .unwrap()
            .contains("Start the server")
    );
}
