//! What an observer of a client is told: every attempt, as it went over the wire, and no secret.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use mqscope::client::{
    AdminClient, ConnectionUse, Exchange, ExchangeKind, FailureKind, KEPT_BYTES, Observer,
    SentValue,
};

use super::*;
use crate::routes::tls_server;

/// What was told so far.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Exchange>>>);

impl Told {
    fn observer(&self, on: &Arc<AtomicBool>) -> Observer {
        let told = self.clone();
        Observer::new(Arc::clone(on), move |exchange| {
            told.0.lock().unwrap().push(exchange);
        })
    }

    fn settings(&self, url: &str) -> ClientSettings {
        ClientSettings {
            observer: Some(self.observer(&Arc::new(AtomicBool::new(true)))),
            ..settings(url)
        }
    }

    fn client(&self, url: &str) -> Client {
        Client::new(self.settings(url), Clock::system()).unwrap()
    }

    fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn only(&self) -> Exchange {
        let mut told = self.take();
        assert_eq!(told.len(), 1, "{told:?}");
        told.remove(0)
    }
}

/// The headers as they would stand on the wire, given the signature that is not printed.
fn on_the_wire(exchange: &Exchange) -> Vec<(String, String)> {
    let line = |value: &SentValue| match value {
        SentValue::Text(text) => text.clone(),
        SentValue::Signed {
            access_key,
            signature,
        } => format!("MQ {access_key}:{}", signature.reveal()),
        SentValue::Withheld(scheme) => format!("{scheme} withheld"),
    };
    let headers = exchange.request.headers.iter();
    headers
        .map(|(name, value)| (name.clone(), line(value)))
        .collect()
}

#[tokio::test]
async fn what_is_told_is_what_stood_on_the_wire() {
    let server = Server::start(|n| {
        Answer::Bytes(reply(&match n {
            0 => receipt(),
            1 => two_messages(),
            _ => Reply::AckRefused(vec![AckFailure {
                handle: ReceiptHandle::new("h-2").unwrap(),
                code: FaultCode::ReceiptHandleError,
                message: "late".to_owned(),
            }]),
        }))
    })
    .await;
    let told = Told::default();
    let client = told.client(&server.url());
    client.publish(&topic(), &message()).await.unwrap();
    client.consume(&topic(), &poll()).await.unwrap();
    client.ack(&topic(), &group(), &handles()).await.unwrap();
    client.rollback(&topic(), None, &handles()).await.unwrap();
    let (told, seen) = (told.take(), server.seen());
    assert_eq!((told.len(), seen.len()), (4, 4));
    for (exchange, seen) in told.iter().zip(&seen) {
        assert_eq!(exchange.request.method, seen.method);
        assert_eq!(exchange.request.target, seen.target);
        assert_eq!(exchange.request.origin, server.url());
        assert_eq!(exchange.request.body.bytes, seen.body);
        assert_eq!(on_the_wire(exchange), seen.headers, "all of them, in order");
        let text = exchange.request.string_to_sign.as_deref().unwrap();
        let (_, signature) =
            mqscope::protocol::sign::split_authorization(seen.header("authorization")).unwrap();
        assert!(mqscope::protocol::sign::verify(SECRET_KEY, text, signature));
        assert_eq!(exchange.request_id(), Some("REQ-1"));
        assert_eq!(exchange.attempt, 1);
        assert!(exchange.failure.is_none());
        assert_eq!(exchange.remote.unwrap().port(), server.port);
        let times = &exchange.timing;
        assert!(
            times.first_byte.is_some() && times.body.is_some(),
            "{times:?}"
        );
        assert_eq!(
            (times.dns, times.tls),
            (None, None),
            "an address, without TLS"
        );
        holds_no_secret(exchange);
        assert!(!format!("{exchange:?}").contains(signature));
    }
    let kinds: Vec<ExchangeKind> = told.iter().map(|exchange| exchange.kind).collect();
    use ExchangeKind::{Ack, Consume, Publish, Rollback};
    assert_eq!(kinds, [Publish, Consume, Ack, Rollback]);
    assert_eq!(told[0].message_ids, ["ID1"]);
    assert_eq!(told[1].message_ids, ["ID1", "ID2"]);
    assert_eq!((told[2].handles.len(), told[2].refused), (2, 1));
    assert!(told.is_sorted_by_key(|exchange| exchange.number));
    // One connection is made, and kept.
    let uses: Vec<ConnectionUse> = told.iter().map(|told| told.timing.connection).collect();
    assert_eq!(uses[0], ConnectionUse::New);
    assert!(uses[1..].iter().all(|u| *u == ConnectionUse::Reused));
    assert!(told[0].timing.connect.is_some() && told[1].timing.connect.is_none());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn every_attempt_is_told_with_its_number() {
    let server = Server::start(|n| {
        Answer::Bytes(reply(&match n {
            0 | 1 => fault(503, FaultCode::from("Busy")),
            _ => two_messages(),
        }))
    })
    .await;
    let told = Told::default();
    let client = told.client(&server.url());
    client.consume(&topic(), &poll()).await.unwrap();
    let told = told.take();
    let seen: Vec<_> = told
        .iter()
        .map(|told| {
            let code = told
                .failure
                .as_ref()
                .and_then(|failure| failure.code.clone());
            (told.attempt, told.status(), code)
        })
        .collect();
    let busy = || Some("Busy".to_owned());
    assert_eq!(
        seen,
        [
            (1, Some(503), busy()),
            (2, Some(503), busy()),
            (3, Some(200), None)
        ]
    );
    // Each is signed afresh, so each has its own text.
    assert!(
        told.iter()
            .all(|told| told.request.string_to_sign.is_some())
    );
}

#[tokio::test]
async fn an_attempt_without_a_reply_is_told_as_well() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let told = Told::default();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let error = told.client(&url).publish(&topic(), &message()).await;
    let attempts = error.unwrap_err().attempts();
    let refused = told.take();
    assert_eq!(refused.len(), attempts as usize);
    for (n, exchange) in refused.iter().enumerate() {
        assert_eq!(exchange.attempt as usize, n + 1);
        let failure = exchange.failure.as_ref().unwrap();
        assert_eq!(failure.kind, FailureKind::Error(ErrorKind::Connect));
        assert!(exchange.reply.is_none() && exchange.remote.is_none());
        assert_eq!(exchange.timing.connection, ConnectionUse::None);
        assert!(exchange.timing.first_byte.is_none());
        assert!(exchange.timing.connect.is_some());
    }

    let silent = Server::start(|_| Answer::Silence).await;
    let settings = ClientSettings {
        margin: Duration::from_millis(100),
        ..told.settings(&silent.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    client.consume(&topic(), &poll()).await.unwrap_err();
    let late = told.only();
    let failure = late.failure.as_ref().unwrap();
    assert_eq!(failure.kind, FailureKind::Error(ErrorKind::Timeout));
    assert_eq!(late.timing.connection, ConnectionUse::New);
    assert!(
        late.timing.first_byte.is_some(),
        "so long it was waited for"
    );

    let url = "http://mqscope.invalid:8080";
    let settings = ClientSettings {
        attempts: 1,
        ..told.settings(url)
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    client.consume(&topic(), &poll()).await.unwrap_err();
    let unknown = told.only();
    assert!(unknown.timing.dns.is_some(), "{:?}", unknown.timing);
    assert_eq!(unknown.timing.connection, ConnectionUse::None);
}

#[tokio::test]
async fn what_came_of_a_broken_reply_is_told() {
    let whole = reply(&two_messages());
    let end = whole.len() - 30;
    let cut = whole[..end].to_vec();
    let server = Server::start(move |_| Answer::ThenHangUp(cut.clone())).await;
    let told = Told::default();
    let settings = ClientSettings {
        attempts: 1,
        ..told.settings(&server.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let answer = client.consume(&topic(), &poll()).await.unwrap();
    assert_eq!(ids(&answer.value), ["ID1"]);
    let exchange = told.only();
    let body = &exchange.reply.as_ref().unwrap().body;
    assert!(whole[..end].ends_with(&body.bytes));
    assert_eq!(body.cut(), 0, "all that came is there");
    assert_eq!(exchange.message_ids[0], "ID1");
}

#[tokio::test]
async fn a_damaged_reply_is_told_as_it_came() {
    let server = Server::start(|_| Answer::Bytes(http(200, "", b"<Messages>\xff\x01"))).await;
    let told = Told::default();
    let client = told.client(&server.url());
    client.consume(&topic(), &poll()).await.unwrap_err();
    let exchange = told.only();
    assert_eq!(
        &*exchange.reply.as_ref().unwrap().body.bytes,
        b"<Messages>\xff\x01"
    );
    let failure = exchange.failure.as_ref().unwrap();
    assert!(matches!(failure.kind, FailureKind::Error(_)));
}

#[tokio::test]
async fn one_that_nobody_waits_for_any_more_is_told() {
    let server = Server::start(|_| Answer::Silence).await;
    let told = Told::default();
    let client = told.client(&server.url());
    let task = tokio::spawn(async move { client.consume(&topic(), &poll()).await });
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    let exchange = told.only();
    assert_eq!(exchange.failure.unwrap().kind, FailureKind::Abandoned);
}

#[tokio::test]
async fn a_tls_handshake_is_told_apart_from_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ca_file) = tls_server(&folder).await;
    let told = Told::default();
    let settings = ClientSettings {
        ca_file: Some(ca_file),
        ..told.settings(&format!("https://localhost:{}", server.port))
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    for _ in 0..2 {
        client.publish(&topic(), &message()).await.unwrap();
    }
    let told = told.take();
    let times = &told[0].timing;
    assert_eq!(times.connection, ConnectionUse::New);
    assert!(
        times.dns.is_some() && times.connect.is_some() && times.tls.is_some(),
        "{times:?}"
    );
    let parts = [
        times.dns,
        times.connect,
        times.tls,
        times.first_byte,
        times.body,
    ];
    let sum: Duration = parts.into_iter().flatten().sum();
    assert!(sum <= times.total, "{times:?}");
    let times = &told[1].timing;
    assert_eq!(times.connection, ConnectionUse::Reused);
    assert_eq!((times.dns, times.connect, times.tls), (None, None, None));
}

#[tokio::test]
async fn tokens_are_not_even_kept() {
    let server = Server::start(|_| Answer::Bytes(http(200, "", b"{}"))).await;
    let told = Told::default();
    let keys = Credentials::from_pasted(ACCESS_KEY, SECRET_KEY, "token-4711");
    let settings = ClientSettings {
        credentials: keys,
        ..told.settings(&server.url())
    };
    let client = Client::new(settings.clone(), Clock::system()).unwrap();
    let _ = client.publish(&topic(), &message()).await;
    let token = "hunter2-token".to_owned();
    let admin = AdminClient::with(settings, &token.into(), Clock::system()).unwrap();
    let _ = admin.overview().await;
    let told = told.take();
    assert_eq!(told[0].request.headers[4].1, SentValue::Withheld(""));
    assert_eq!(told[1].kind, ExchangeKind::Admin);
    let names = |headers: Vec<(String, String)>| -> Vec<String> {
        headers.into_iter().map(|(name, _)| name).collect()
    };
    for (exchange, seen) in told.iter().zip(server.seen()) {
        assert_eq!(names(on_the_wire(exchange)), names(seen.headers));
        holds_no_secret(exchange);
    }
    assert_eq!(told[1].request.headers[0].1, SentValue::Withheld("Bearer"));
}

#[tokio::test]
async fn a_large_body_is_kept_in_part_and_nothing_while_paused() {
    let large = Reply::Messages(MessageList {
        messages: vec![received(1, &"x".repeat(KEPT_BYTES))],
        damaged: Vec::new(),
    });
    let server = Server::always(large).await;
    let told = Told::default();
    let on = Arc::new(AtomicBool::new(true));
    let settings = ClientSettings {
        observer: Some(told.observer(&on)),
        ..settings(&server.url())
    };
    let client = Client::new(settings, Clock::system()).unwrap();
    let answer = client.consume(&topic(), &poll()).await.unwrap();
    assert_eq!(answer.value.messages[0].body.len(), KEPT_BYTES);
    let reply = told.only().reply.unwrap();
    assert_eq!(reply.body.bytes.len(), KEPT_BYTES);
    assert!(reply.body.cut() > 0 && reply.body.size > KEPT_BYTES);
    on.store(false, Ordering::Relaxed);
    client.consume(&topic(), &poll()).await.unwrap();
    assert!(told.take().is_empty());
}
