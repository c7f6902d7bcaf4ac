//! The client against servers that answer well, badly, late, never, and in other protocols.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod broken;
mod proxies;
mod routes;
#[path = "../support/server.rs"]
mod server;
mod traffic;

use std::fmt::Debug;
use std::time::Duration;

use mqscope::client::{Client, ClientSettings, Consume, ErrorKind, Reason};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::{
    AckFailure, ConsumeMode, Fault, FaultCode, GroupId, HandleList, MessageList, MessageParts,
    NewMessage, Profile, PublishReceipt, ReceiptHandle, Reply, TagFilter, Timestamp, TopicName,
};
use server::{ACCESS_KEY, Answer, SECRET_KEY, Server, http, received, reply};

fn settings(url: &str) -> ClientSettings {
    let keys = Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "");
    ClientSettings {
        pause: Duration::from_millis(1),
        ..ClientSettings::new(url.parse().unwrap(), keys)
    }
}

fn client(url: &str) -> Client {
    Client::new(settings(url), Clock::system()).unwrap()
}

fn topic() -> TopicName {
    "orders".parse().unwrap()
}

fn group() -> GroupId {
    "GID_orders".parse().unwrap()
}

fn handles() -> HandleList {
    HandleList::new(vec![
        ReceiptHandle::new("h-1").unwrap(),
        ReceiptHandle::new("h-2").unwrap(),
    ])
    .unwrap()
}

fn poll() -> Consume {
    Consume {
        group: group(),
        count: 16,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    }
}

fn message() -> NewMessage {
    let parts = MessageParts {
        body: "héllo <&> 你好 😀".to_owned(),
        tag: Some("TagA".to_owned()),
        ..MessageParts::default()
    };
    parts
        .checked(&Profile::Sandbox.limits(), Timestamp::from_millis(0))
        .unwrap()
}

fn receipt() -> Reply {
    Reply::Published(PublishReceipt {
        message_id: "ID1".to_owned(),
        body_md5: "0".repeat(32),
        receipt_handle: None,
    })
}

fn two_messages() -> Reply {
    Reply::Messages(MessageList {
        messages: vec![received(1, "one"), received(2, "two")],
        damaged: Vec::new(),
    })
}

fn fault(status: u16, code: FaultCode) -> Reply {
    Reply::Fault(Fault {
        status,
        code,
        message: "because".to_owned(),
        request_id: "FAULT-1".to_owned(),
        host_id: "host".to_owned(),
    })
}

fn ids(list: &MessageList) -> Vec<&str> {
    list.messages
        .iter()
        .map(|m| m.message_id.as_str())
        .collect()
}

fn holds_no_secret(thing: &impl Debug) {
    let printed = format!("{thing:?}");
    for secret in [SECRET_KEY, "hunter2", "token-4711", "MQ ak"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn every_call_is_signed_over_the_target_that_it_sends() {
    let server = Server::start(|n| {
        Answer::Bytes(reply(&match n {
            0 => receipt(),
            1 => two_messages(),
            _ => Reply::Acked,
        }))
    })
    .await;
    let client = Client::new(
        ClientSettings {
            instance: Some("MQ_INST_1+2%&'你".parse().unwrap()),
            ..settings(&server.url())
        },
        Clock::system(),
    )
    .unwrap();
    let topic: TopicName = "%DLQ%GID".parse().unwrap();
    let group: GroupId = "GID%_-".parse().unwrap();
    let tags = ["a+b", "c&d=e", "~*'()!", "你 好", "100%", "x/y?z#"].map(str::to_owned);
    let tricky = Consume {
        group: group.clone(),
        tag: TagFilter::AnyOf(tags.to_vec()),
        mode: ConsumeMode::Ordered,
        wait_secs: 7,
        ..poll()
    };
    client.publish(&topic, &message()).await.unwrap();
    client.consume(&topic, &tricky).await.unwrap();
    client.ack(&topic, &group, &handles()).await.unwrap();
    client.commit(&topic, None, &handles()).await.unwrap();
    client
        .rollback(&topic, Some(&group), &handles())
        .await
        .unwrap();

    let seen = server.seen();
    let limits = Profile::Sandbox.limits();
    for request in &seen {
        assert!(request.is_signed(), "{request:?}");
        assert!(request.target.starts_with("/topics/%25DLQ%25GID/messages?"));
        assert_eq!(request.header("x-mq-version"), "2015-06-06");
        assert_eq!(request.header("security-token"), "");
        let call = mqscope::protocol::Call::decode(
            &request.method,
            &request.target,
            &request.body,
            &limits,
        )
        .unwrap();
        assert_eq!(call.topic, topic);
        assert_eq!(call.instance.unwrap().as_str(), "MQ_INST_1+2%&'你");
    }
    let methods: Vec<&str> = seen.iter().map(|r| r.method.as_str()).collect();
    assert_eq!(methods, ["POST", "GET", "DELETE", "DELETE", "DELETE"]);
    assert!(seen[3].target.contains("trans=commit"));
    assert!(seen[4].target.contains("trans=rollback"));
}

#[tokio::test]
async fn results_come_with_their_circumstances() {
    let server = Server::start(|_| {
        let (status, body) = two_messages().encode();
        let headers = "Date: Sun, 22 Nov 2026 10:14:07 GMT\r\nX-MQ-Request-ID: R7\r\n";
        Answer::Bytes(http(status, headers, body.as_bytes()))
    })
    .await;
    let five_minutes_behind = Timestamp::from_millis(1_795_342_447_000 - 300_000);
    let (clock, hand) = Clock::manual(five_minutes_behind);
    let client = Client::new(settings(&server.url()), clock).unwrap();
    let answer = client.consume(&topic(), &poll()).await.unwrap();
    assert_eq!(ids(&answer.value), ["ID1", "ID2"]);
    assert_eq!(answer.request_id.as_deref(), Some("R7"));
    assert_eq!(answer.received_at, five_minutes_behind);
    assert_eq!(answer.clock_skew_millis, 300_000);
    assert_eq!(answer.attempts, 1);
    assert_eq!(
        server.seen()[0].header("date"),
        "Sun, 22 Nov 2026 10:09:07 GMT"
    );
    hand.advance(Duration::from_millis(300_900));
    let answer = client.consume(&topic(), &poll()).await.unwrap();
    assert_eq!(answer.clock_skew_millis, 0);
}

#[tokio::test]
async fn an_empty_poll_is_no_error() {
    let server = Server::always(fault(404, FaultCode::MessageNotExist)).await;
    let answer = client(&server.url())
        .consume(&topic(), &poll())
        .await
        .unwrap();
    assert!(answer.value.is_empty());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn refused_handles_are_a_result() {
    let some = Reply::AckRefused(vec![AckFailure {
        handle: ReceiptHandle::new("h-2").unwrap(),
        code: FaultCode::MessageNotExist,
        message: "late".to_owned(),
    }]);
    let all = fault(404, FaultCode::MessageNotExist);
    let server = Server::start(move |n| match n {
        0 => Answer::Bytes(reply(&some)),
        1 => Answer::Bytes(reply(&all)),
        2 => Answer::Bytes(reply(&fault(400, FaultCode::MissingReceiptHandle))),
        3 => Answer::Bytes(http(404, "", b"<Errors><Error><Odd/></Error></Errors>")),
        _ => Answer::Bytes(http(200, "", b"<html>Please log in</html>")),
    })
    .await;
    let client = client(&server.url());
    let (topic, group, handles) = (topic(), group(), handles());
    let ack = || client.ack(&topic, &group, &handles);
    let refused = |failures: &[AckFailure]| {
        let handles = failures.iter().map(|failure| failure.handle.to_string());
        handles.collect::<Vec<_>>()
    };
    assert_eq!(refused(&ack().await.unwrap().value), ["h-2"]);
    assert_eq!(refused(&ack().await.unwrap().value), ["h-1", "h-2"]);
    assert_eq!(ack().await.unwrap_err().kind(), ErrorKind::Refused);
    // Neither of these may pass for "everything is acked".
    assert_eq!(ack().await.unwrap_err().kind(), ErrorKind::Damaged);
    assert_eq!(ack().await.unwrap_err().kind(), ErrorKind::NotThisProtocol);
}

#[tokio::test]
async fn a_busy_server_is_asked_again_but_never_for_a_publish() {
    let busy_twice = |then: Reply| {
        Server::start(move |n| match n {
            0 => Answer::Bytes(http(503, "", b"<html>Busy</html>")),
            1 => Answer::Bytes(reply(&fault(400, FaultCode::QpsLimitExceeded))),
            _ => Answer::Bytes(reply(&then)),
        })
    };
    let server = busy_twice(two_messages()).await;
    let answer = client(&server.url())
        .consume(&topic(), &poll())
        .await
        .unwrap();
    assert_eq!((answer.attempts, answer.value.messages.len()), (3, 2));
    assert!(server.seen().iter().all(server::Seen::is_signed));

    let server = busy_twice(Reply::Acked).await;
    let answer = client(&server.url())
        .ack(&topic(), &group(), &handles())
        .await
        .unwrap();
    assert_eq!((answer.attempts, answer.value), (3, Vec::new()));

    let server = busy_twice(receipt()).await;
    let error = client(&server.url())
        .publish(&topic(), &message())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::NotThisProtocol, 1)
    );
    assert!(error.outcome_unknown() && !error.is_retryable());
    assert_eq!(server.seen().len(), 1);

    let server = Server::always(fault(500, FaultCode::InternalError)).await;
    let error = client(&server.url())
        .consume(&topic(), &poll())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Refused, 3));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn each_attempt_is_dated_and_signed_anew() {
    let (clock, hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
    let server = Server::start(move |n| {
        hand.advance(Duration::from_secs(60));
        Answer::Bytes(match n {
            0 => http(500, "", b""),
            _ => reply(&Reply::Acked),
        })
    })
    .await;
    let client = Client::new(settings(&server.url()), clock).unwrap();
    client.ack(&topic(), &group(), &handles()).await.unwrap();
    let seen = server.seen();
    assert!(seen.iter().all(server::Seen::is_signed));
    assert_eq!(seen[0].header("date"), "Sun, 22 Nov 2026 10:14:07 GMT");
    assert_eq!(seen[1].header("date"), "Sun, 22 Nov 2026 10:15:07 GMT");
}

#[tokio::test]
async fn a_refusal_keeps_what_the_server_said() {
    let check = async |code: FaultCode, status: u16, said: &str| {
        let server = Server::always(fault(status, code)).await;
        let error = client(&server.url())
            .publish(&topic(), &message())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(error.fault().unwrap().message, "because");
        assert_eq!(error.request_id(), Some("REQ-1"));
        assert!(!error.is_retryable() && !error.outcome_unknown());
        assert!(error.to_string().contains(said), "{error}");
        let evidence = error.evidence();
        assert_eq!(evidence.reason, Reason::Fault);
        assert_eq!(evidence.endpoint, server.url());
        let answer = evidence.answer.unwrap();
        assert_eq!(answer.status, Some(status));
        assert!(
            answer.body.contains("<Message>because</Message>"),
            "{answer:?}"
        );
        let id = ("x-mq-request-id".to_owned(), "REQ-1".to_owned());
        assert!(answer.headers.contains(&id), "{answer:?}");
    };
    check(
        FaultCode::SignatureDoesNotMatch,
        403,
        "SignatureDoesNotMatch (HTTP 403): because",
    )
    .await;
    check(FaultCode::InvalidAccessKeyId, 403, "InvalidAccessKeyId").await;
    check(FaultCode::TopicNotExist, 404, "TopicNotExist").await;
    check(FaultCode::HTTPForbidden, 403, "HTTPForbidden").await;
    check(FaultCode::TimeExpired, 408, "TimeExpired").await;
    check(
        FaultCode::Other("OnFire".to_owned()),
        400,
        "OnFire (HTTP 400)",
    )
    .await;
}

#[tokio::test]
async fn an_expired_date_names_the_clock_that_is_wrong() {
    let server = Server::start(|_| {
        let (status, body) = fault(408, FaultCode::TimeExpired).encode();
        let date = "Date: Sun, 22 Nov 2026 10:14:07 GMT\r\n";
        Answer::Bytes(http(status, date, body.as_bytes()))
    })
    .await;
    let (clock, _hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000 + 1_200_000));
    let client = Client::new(settings(&server.url()), clock).unwrap();
    let error = client.publish(&topic(), &message()).await.unwrap_err();
    assert_eq!(error.evidence().skew_secs, Some(-1_200), "{error}");
}

#[tokio::test]
async fn a_token_is_sent_and_nothing_secret_is_printed() {
    let server = Server::always(fault(403, FaultCode::SignatureDoesNotMatch)).await;
    let settings = ClientSettings {
        credentials: Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "token-4711"),
        ..settings(&server.url())
    };
    let client = Client::new(settings.clone(), Clock::system()).unwrap();
    let error = client.publish(&topic(), &message()).await.unwrap_err();
    let seen = &server.seen()[0];
    assert_eq!(seen.header("security-token"), "token-4711");
    assert!(
        seen.is_signed(),
        "the token must not be part of the signature"
    );
    holds_no_secret(&settings);
    holds_no_secret(&client);
    holds_no_secret(&error);
    holds_no_secret(&error.to_string());
}

#[tokio::test]
async fn keys_that_no_header_can_carry_are_refused_before_sending() {
    let server = Server::always(receipt()).await;
    let settings = ClientSettings {
        credentials: Credentials::from_pasted("ключ", "hunter2", "token-4711\nx"),
        ..settings(&server.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let error = client.publish(&topic(), &message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    assert!(
        error
            .to_string()
            .contains("the access key holds a character"),
        "{error}"
    );
    holds_no_secret(&error);
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn one_connection_serves_many_calls() {
    let server = Server::start(|n| {
        Answer::Bytes(reply(&match n {
            0 => receipt(),
            1 => fault(404, FaultCode::MessageNotExist),
            _ => Reply::Acked,
        }))
    })
    .await;
    let client = client(&server.url());
    client.publish(&topic(), &message()).await.unwrap();
    client.clone().consume(&topic(), &poll()).await.unwrap();
    client.ack(&topic(), &group(), &handles()).await.unwrap();
    assert_eq!((server.seen().len(), server.connections()), (3, 1));
}
