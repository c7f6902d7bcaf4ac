//! Answers that are late, cut off, damaged, or in another language.

use super::*;

fn cut(mut whole: Vec<u8>, after: &str) -> Vec<u8> {
    let at = whole
        .windows(after.len())
        .position(|window| window == after.as_bytes())
        .unwrap();
    whole.truncate(at + after.len());
    whole
}

#[tokio::test]
async fn nobody_listens() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = socket.local_addr().unwrap().port();
    let error = client(&format!("http://127.0.0.1:{port}"))
        .publish(&topic(), &message())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    // Nothing was sent, so even a publish may try to connect again.
    assert_eq!(error.attempts(), 3);
    assert!(error.is_retryable() && !error.outcome_unknown() && !error.is_timeout());
    let said = error.to_string();
    assert!(
        said.contains(&format!("nothing listens at http://127.0.0.1:{port}")),
        "{said}"
    );
    assert_eq!(error.reason(), Reason::NothingListensHere, "{said}");
}

#[tokio::test]
async fn a_host_that_does_not_exist() {
    let settings = ClientSettings {
        attempts: 1,
        ..settings("http://mqscope.invalid:8080")
    };
    let error = Client::new(settings, Clock::system())
        .unwrap()
        .consume(&topic(), &poll())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("mqscope.invalid"), "{error}");
}

#[tokio::test]
async fn no_answer_at_all() {
    let server = Server::start(|_| Answer::Silence).await;
    let settings = ClientSettings {
        margin: Duration::from_millis(100),
        ..settings(&server.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let error = client.consume(&topic(), &poll()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
    assert!(error.is_timeout() && error.is_retryable());
    let error = client.publish(&topic(), &message()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.outcome_unknown() && !error.is_retryable());
    assert!(
        error.to_string().contains("may have been stored"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_stops_half_way_gives_what_was_whole() {
    let server =
        Server::start(|_| Answer::Bytes(cut(reply(&two_messages()), "<MessageId>ID2</MessageId>")))
            .await;
    let settings = ClientSettings {
        margin: Duration::from_secs(1),
        ..settings(&server.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let answer = client.consume(&topic(), &poll()).await.unwrap();
    assert_eq!(ids(&answer.value), ["ID1"]);
    assert_eq!(answer.value.damaged.len(), 1);
    assert_eq!(answer.value.damaged[0].message_id.as_deref(), Some("ID2"));
}

#[tokio::test]
async fn a_connection_that_breaks_gives_what_was_whole() {
    let check = async |bytes: Vec<u8>, left: Option<&str>| {
        let server = Server::start(move |_| Answer::ThenHangUp(bytes.clone())).await;
        let answer = client(&server.url())
            .consume(&topic(), &poll())
            .await
            .unwrap();
        assert_eq!(answer.attempts, 1);
        assert_eq!(ids(&answer.value), ["ID1"]);
        let damaged = &answer.value.damaged;
        assert_eq!(damaged.len(), 1, "{damaged:?}");
        let handle = damaged[0].receipt_handle.as_ref();
        assert_eq!(handle.map(ReceiptHandle::as_str), left);
    };
    let whole = || reply(&two_messages());
    check(cut(whole(), "<MessageId>ID2</MessageId>"), None).await;
    check(cut(whole(), "h-2</ReceiptHandle>"), Some("h-2")).await;
    // Exactly between two messages: that there was more must still be said.
    check(cut(whole(), "</Message>"), None).await;

    let (_, body) = two_messages().encode();
    let at = body.find("<PublishTime>1</PublishTime><First").unwrap();
    let at = at + body[at..].find("</Message>").unwrap() + 20;
    let chunk = format!("{at:x}\r\n{}", &body[..at]);
    let chunked = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
    check(chunked.into_bytes(), None).await;
}

#[tokio::test]
async fn a_connection_that_breaks_early_is_tried_again_but_not_for_a_publish() {
    let server = Server::start(|n| match n {
        0 => Answer::ThenHangUp(Vec::new()),
        1 => Answer::ThenHangUp(cut(reply(&two_messages()), "<Messages")),
        _ => Answer::Bytes(reply(&two_messages())),
    })
    .await;
    let answer = client(&server.url())
        .consume(&topic(), &poll())
        .await
        .unwrap();
    assert_eq!(ids(&answer.value), ["ID1", "ID2"]);

    let server = Server::start(|_| Answer::ThenHangUp(Vec::new())).await;
    let error = client(&server.url())
        .publish(&topic(), &message())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 1)
    );
    assert!(error.outcome_unknown() && !error.is_retryable());
    assert_eq!(server.seen().len(), 1);
    let error = client(&server.url())
        .ack(&topic(), &group(), &handles())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 3)
    );
}

#[tokio::test]
async fn a_publish_on_a_used_connection_that_breaks_is_sent_once() {
    let server = Server::start(|n| match n {
        0 => Answer::Bytes(reply(&receipt())),
        _ => Answer::ThenHangUp(Vec::new()),
    })
    .await;
    let client = client(&server.url());
    client.publish(&topic(), &message()).await.unwrap();
    let error = client.publish(&topic(), &message()).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
    assert_eq!((server.seen().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn one_damaged_message_leaves_the_others() {
    let server = Server::start(|_| {
        let (status, body) = two_messages().encode();
        let body = body.replace("one", "\u{1} & <");
        Answer::Bytes(http(status, "", body.as_bytes()))
    })
    .await;
    let answer = client(&server.url())
        .consume(&topic(), &poll())
        .await
        .unwrap();
    assert_eq!(ids(&answer.value), ["ID2"]);
    let handle = answer.value.damaged[0].receipt_handle.as_ref();
    assert_eq!(handle.map(ReceiptHandle::as_str), Some("h-1"));
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_damaged() {
    let server = Server::start(|_| Answer::Bytes(http(201, "", b"<Message><MessageId>"))).await;
    let error = client(&server.url())
        .publish(&topic(), &message())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn what_speaks_otherwise_is_named() {
    let check = async |answer: fn() -> Answer, reason: Reason, said: &[&str]| {
        let server = Server::start(move |_| answer()).await;
        let client = client(&server.url());
        for error in [
            client.consume(&topic(), &poll()).await.unwrap_err(),
            client.publish(&topic(), &message()).await.unwrap_err(),
            client
                .ack(&topic(), &group(), &handles())
                .await
                .unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::NotThisProtocol, "{error}");
            assert_eq!(error.reason(), reason, "{error}");
            assert!(error.evidence().answer.is_some(), "{error}");
            assert_eq!(error.attempts(), 1);
            for said in said {
                assert!(error.to_string().contains(said), "{error}");
            }
        }
    };
    check(
        || {
            Answer::Bytes(http(
                200,
                "Content-Type: text/html\r\n",
                b"<html>Log in</html>",
            ))
        },
        Reason::LoginPage,
        &["HTTP 200"],
    )
    .await;
    check(
        || Answer::Bytes(http(404, "", b"nginx")),
        Reason::OtherService,
        &["HTTP 404", "nginx"],
    )
    .await;
    check(
        || Answer::Bytes(http(407, "", b"")),
        Reason::ProxyLogin,
        &["HTTP 407"],
    )
    .await;
    check(
        || Answer::Bytes(http(302, "Location: https://elsewhere/\r\n", b"")),
        Reason::Redirect,
        &["redirects to \"https://elsewhere/\" (HTTP 302)"],
    )
    .await;
    // A TLS alert, as a TLS port answers plain HTTP.
    check(
        || Answer::ThenHangUp(vec![0x15, 3, 3, 0, 2, 2, 10]),
        Reason::TlsWherePlain,
        &["does not answer in HTTP"],
    )
    .await;
}
