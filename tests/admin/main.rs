//! The sandbox's admin API over a real socket, through the client that the window and the command
//! line use. Here: who is let in, counts and settings. Beside it: the clock, the queues, requests that were refused, what is there
//! from the start, and what is refused before anything is asked.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod clock;
mod doors;
mod queues;
mod refusals;
mod start;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqscope::cards::{Card, Doing};
use mqscope::client::{
    AdminClient, Client, ClientError, ClientSettings, Consume, ErrorKind, Reason,
};
use mqscope::clock::{Clock, ClockHand};
use mqscope::credentials::Credentials;
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::admin::{DeadCount, GroupCounts, PeekQuery, Resend, TopicRef};
use mqscope::protocol::{
    AckFailure, ConsumeMode, GroupId, HandleList, Limits, MessageParts, Profile, ReceivedMessage,
    TagFilter, Timestamp, TopicName,
};
use mqscope::sandbox::{Broker, Sandbox, SandboxError, SandboxSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const TOKEN: &str = "a token of the tests";
const START_MILLIS: i64 = 1_795_342_447_000;
const MINUTE: Duration = Duration::from_secs(60);
const MINUTE_MILLIS: i64 = 60_000;
const HOUR: Duration = Duration::from_secs(3_600);

/// A running sandbox with two clients: one of the protocol, one of the admin API.
struct Bench {
    addr: SocketAddr,
    broker: Arc<Broker>,
    client: Client,
    admin: AdminClient,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), SandboxError>>,
}

impl Bench {
    /// Everything on a clock that the test moves, and the API too.
    async fn manual() -> (Self, ClockHand) {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
        (Self::new(clock.clone(), clock, Some(TOKEN)).await, hand)
    }

    /// As it is out there: the sandbox's time can be moved, its client's is the system's.
    async fn travelling() -> Self {
        Self::new(Clock::travelling().0, Clock::system(), Some(TOKEN)).await
    }

    async fn new(clock: Clock, clients_clock: Clock, token: Option<&str>) -> Self {
        let settings = SandboxSettings {
            admin_token: token.map(Into::into),
            ..SandboxSettings::default()
        };
        Self::with(settings, clock, clients_clock).await
    }

    async fn with(settings: SandboxSettings, clock: Clock, clients_clock: Clock) -> Self {
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            ..settings
        };
        let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
        let sandbox = Sandbox::bind(settings, clock).await.unwrap();
        let addr = sandbox.addr();
        let endpoint: mqscope::client::Endpoint = addr.to_string().parse().unwrap();
        let broker = sandbox.broker();
        let (stop, stopped) = oneshot::channel();
        Self {
            addr,
            broker,
            client: Client::new(ClientSettings::new(endpoint.clone(), keys), clients_clock)
                .unwrap(),
            admin: AdminClient::new(endpoint, &TOKEN.into()).unwrap(),
            stop,
            running: tokio::spawn(sandbox.run(async {
                let _ = stopped.await;
            })),
        }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }

    async fn publish(&self, parts: MessageParts) {
        let limits: Limits = Profile::Sandbox.limits();
        let now = self.broker.clock().now();
        let message = parts.checked(&limits, now).unwrap();
        self.client.publish(&topic(), &message).await.unwrap();
    }

    async fn consume(&self, wait_secs: u32) -> Vec<ReceivedMessage> {
        let what = Consume {
            group: group(),
            count: 16,
            wait_secs,
            tag: TagFilter::All,
            mode: ConsumeMode::Plain,
        };
        let answer = self.client.consume(&topic(), &what).await.unwrap();
        assert!(answer.value.damaged.is_empty());
        answer.value.messages
    }

    /// Bodies of the messages of the topic that stand like this with the group, and the cursor.
    async fn peek(&self, query: PeekQuery) -> (Vec<String>, Option<u64>) {
        let found = self.admin.peek(&query).await.unwrap();
        let bodies = found.messages.into_iter().map(|found| found.body);
        (bodies.collect(), found.next)
    }

    async fn counts(&self) -> GroupCounts {
        let overview = self.admin.overview().await.unwrap();
        let mut topics = overview.topics.into_iter();
        let counts = topics.find(|counts| counts.topic == topic()).unwrap();
        counts.groups.into_iter().next().unwrap()
    }

    async fn ack(&self, message: &ReceivedMessage) -> Vec<AckFailure> {
        let handles = HandleList::new(vec![message.receipt_handle.clone()]).unwrap();
        let answer = self.client.ack(&topic(), &group(), &handles).await;
        answer.unwrap().value
    }

    async fn until_parked(&self) {
        while self.broker.parked() != 1 {
            tokio::task::yield_now().await;
        }
    }

    /// One request as raw bytes, so that nothing comes with it that the test does not write.
    async fn raw(&self, line: &str, headers: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.addr).await.unwrap();
        let request = format!(
            "{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// Checks what a raw request is refused with.
    async fn refuses(&self, line: &str, headers: &str, body: &str, expected: (u16, &str)) {
        let (status, answer) = self.raw(line, headers, body).await;
        let json = answer.split("\r\n\r\n").nth(1).unwrap();
        let fault: serde_json::Value = serde_json::from_str(json).unwrap();
        let code = fault["code"].as_str().unwrap();
        assert_eq!((status, code), expected, "{line} {headers}: {answer}");
        assert!(!answer.contains(TOKEN), "{answer}");
        assert!(answer.contains("application/json"), "{answer}");
    }
}

fn topic() -> TopicName {
    "orders".parse().unwrap()
}

fn group() -> GroupId {
    "GID_a".parse().unwrap()
}

fn topic_ref() -> TopicRef {
    TopicRef {
        instance: None,
        topic: topic(),
    }
}

fn text(body: &str) -> MessageParts {
    MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    }
}

fn code(error: &ClientError) -> String {
    error.fault().unwrap().code.to_string()
}

const CALLS: &[&str] = &[
    "GET /_mqscope/v1/overview",
    "GET /_mqscope/v1/statistics",
    "GET /_mqscope/v1/metrics",
    "GET /_mqscope/v1/settings",
    "GET /_mqscope/v1/clock",
    "POST /_mqscope/v1/clock",
    "GET /_mqscope/v1/peek?topic=orders",
    "POST /_mqscope/v1/purge",
    "POST /_mqscope/v1/resend",
    "POST /_mqscope/v1/reset-group",
    "POST /_mqscope/v1/expire",
    "DELETE /_mqscope/v1/topic?topic=orders",
    "DELETE /_mqscope/v1/group?topic=orders&group=GID_a",
    "GET /_mqscope/v1/faults",
    "PUT /_mqscope/v1/faults",
    "DELETE /_mqscope/v1/faults/1",
    "GET /_mqscope/v1/refusals",
    "GET /_mqscope/v1/refusals/1",
    "DELETE /_mqscope/v1/refusals",
    "GET /_mqscope/v1/no-such-call",
    "GET /_mqscope/v1",
    "GET /_mqscope/v1/clock/",
];

#[tokio::test]
async fn nobody_is_let_in_without_the_token() {
    let (bench, hand) = Bench::manual().await;
    let freeze = r#"{"advance":{"by_millis":1}}"#;
    let json = "Content-Type: application/json\r\n";
    for call in CALLS {
        for (authorization, expected) in [
            ("", (401, "MissingToken")),
            ("Authorization: Bearer \r\n", (401, "MissingToken")),
            ("Authorization: MQ sandbox:x\r\n", (401, "MissingToken")),
            ("Authorization: Bearer x\r\n", (403, "WrongToken")),
            (
                "Authorization: Bearer sandbox-secret\r\n",
                (403, "WrongToken"),
            ),
            (
                "Authorization: Bearer a token of the test\r\n",
                (403, "WrongToken"),
            ),
            (
                "Authorization: Bearer a token of the tests!\r\n",
                (403, "WrongToken"),
            ),
        ] {
            let headers = format!("{json}{authorization}");
            bench.refuses(call, &headers, freeze, expected).await;
        }
    }
    assert_eq!(hand.offset_millis(), 0);
    bench.end().await;
}

#[tokio::test]
async fn without_a_token_of_its_own_a_sandbox_lets_nobody_in() {
    let (clock, _hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let bench = Bench::new(clock.clone(), clock, None).await;
    for call in CALLS {
        for authorization in [
            "",
            "Authorization: Bearer \r\n",
            "Authorization: Bearer x\r\n",
        ] {
            bench
                .refuses(call, authorization, "", (404, "AdminOff"))
                .await;
        }
    }
    let error = bench.admin.overview().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Refused, Some(404))
    );
    let card = Card::of_error(&error, Doing::Look).to_text(Texts::of(Lang::En));
    assert!(card.contains("MQSCOPE_SANDBOX_ADMIN_TOKEN"), "{card}");
    bench.end().await;
}

#[tokio::test]
async fn with_the_token_what_is_wrong_with_a_request_is_said() {
    let (bench, hand) = Bench::manual().await;
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let json = format!("{token}Content-Type: application/json\r\n");
    let no_such_call = (404, "NoSuchCall");
    let invalid = (400, "InvalidArgument");
    for (line, headers, body, expected) in [
        ("GET /_mqscope/v1/no-such-call", &token, "", no_such_call),
        ("GET /_mqscope/v1", &token, "", no_such_call),
        ("DELETE /_mqscope/v1/clock", &token, "", no_such_call),
        ("POST /_mqscope/v1/clock", &json, "", invalid),
        ("POST /_mqscope/v1/clock", &json, "{}", invalid),
        (
            "POST /_mqscope/v1/clock",
            &json,
            r#"{"rewind":{}}"#,
            invalid,
        ),
        (
            "POST /_mqscope/v1/clock",
            &token,
            r#"{"freeze":{}}"#,
            invalid,
        ),
    ] {
        bench.refuses(line, headers, body, expected).await;
    }
    let long = " ".repeat(100_000);
    bench
        .refuses("POST /_mqscope/v1/clock", &json, &long, invalid)
        .await;
    assert_eq!(hand.offset_millis(), 0);
    bench.end().await;
}

#[tokio::test]
async fn the_client_says_why_it_was_refused() {
    let (bench, _hand) = Bench::manual().await;
    let endpoint = bench.admin.endpoint().clone();
    let wrong = AdminClient::new(endpoint.clone(), &"wrong".into()).unwrap();
    let error = wrong.overview().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(
        (error.status(), code(&error).as_str()),
        (Some(403), "WrongToken")
    );
    assert_eq!(error.reason(), Reason::Fault);
    assert_eq!(error.evidence().code.as_deref(), Some("WrongToken"));
    let error = AdminClient::new(endpoint, &"two\nlines".into()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    bench.end().await;
}

#[tokio::test]
async fn counts_are_those_of_what_was_done() {
    let (bench, hand) = Bench::manual().await;
    assert!(bench.admin.overview().await.unwrap().topics.is_empty());
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
    }
    let later = Timestamp::from_millis(START_MILLIS) + HOUR;
    bench
        .publish(MessageParts {
            deliver_at: Some(later),
            ..text("timed")
        })
        .await;
    bench
        .publish(MessageParts {
            check_after_secs: Some(10),
            ..text("half")
        })
        .await;
    let given = bench.consume(0).await;
    assert_eq!(given.len(), 3);
    assert!(bench.consume(0).await.is_empty());
    assert!(bench.ack(&given[0]).await.is_empty());
    assert_eq!(bench.ack(&given[0]).await.len(), 1);

    let overview = bench.admin.overview().await.unwrap();
    assert_eq!(overview.now.millis(), START_MILLIS);
    assert_eq!(overview.parked_polls, 0);
    let [counts] = &overview.topics[..] else {
        panic!("{overview:?}");
    };
    assert_eq!((&counts.topic, &counts.instance), (&topic(), &None));
    assert_eq!((counts.messages, counts.delayed, counts.half), (3, 1, 1));
    let [of_group] = &counts.groups[..] else {
        panic!("{overview:?}");
    };
    assert_eq!(of_group.group, group());
    let found = (of_group.ready, of_group.invisible, of_group.acked);
    assert_eq!(found, (0, 2, 1));

    hand.advance(5 * MINUTE);
    assert_eq!(bench.consume(0).await.len(), 2);
    assert!(bench.admin.statistics().await.unwrap().dead.is_empty());
    let broken = bench.raw("GET /topics/orders/messages", "", "").await;
    assert_eq!(broken.0, 400);
    let statistics = bench.admin.statistics().await.unwrap();
    assert_eq!(statistics.published, 5);
    assert_eq!((statistics.delivered, statistics.redelivered), (5, 2));
    assert_eq!(statistics.empty_polls, 1);
    assert_eq!((statistics.acked, statistics.handles_refused), (1, 1));
    assert_eq!((statistics.committed, statistics.rolled_back), (0, 0));
    let refused: Vec<_> = statistics.requests_refused.into_iter().collect();
    assert_eq!(refused, [("MissingAuthorizationHeader".to_owned(), 1)]);

    let metrics = bench.admin.metrics().await.unwrap();
    for line in [
        "mqscope_sandbox_published_total 5",
        "mqscope_sandbox_topic_messages{instance=\"\",topic=\"orders\",state=\"delayed\"} 1",
        "mqscope_sandbox_group_messages{instance=\"\",topic=\"orders\",group=\"GID_a\",state=\"invisible\"} 2",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line}\n{metrics}"
        );
    }
    bench.end().await;
}

#[tokio::test]
async fn deaths_are_counted_by_topic_and_group() {
    let (clock, hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        max_deliveries: 1,
        ..SandboxSettings::default()
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    let dead = |count: u64| DeadCount {
        instance: None,
        topic: topic(),
        group: group(),
        count,
    };
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
    }
    let given = bench.consume(0).await;
    assert!(bench.ack(&given[0]).await.is_empty());
    // Dead as soon as its time is over, whoever looks.
    hand.advance(5 * MINUTE);
    assert_eq!(bench.admin.statistics().await.unwrap().dead, [dead(2)]);
    let line = "mqscope_sandbox_dead_total{instance=\"\",topic=\"orders\",group=\"GID_a\"} 2";
    let metrics = bench.admin.metrics().await.unwrap();
    assert!(metrics.lines().any(|found| found == line), "{metrics}");

    // Who is sent back and dies again counts again; who is deleted has died all the same.
    let all = Resend {
        instance: None,
        group: group(),
        message_ids: None,
    };
    assert_eq!(bench.admin.resend(&all).await.unwrap(), 2);
    assert_eq!(bench.consume(0).await.len(), 2);
    hand.advance(5 * MINUTE);
    assert_eq!(bench.admin.statistics().await.unwrap().dead, [dead(4)]);
    bench.admin.delete_topic(&topic_ref()).await.unwrap();
    assert_eq!(bench.admin.statistics().await.unwrap().dead, [dead(4)]);
    bench.end().await;
}

#[tokio::test]
async fn settings_are_told_without_secrets() {
    let (bench, _hand) = Bench::manual().await;
    let settings = bench.admin.settings().await.unwrap();
    assert_eq!(settings.listen, bench.addr.to_string());
    assert_eq!(settings.invisible_millis, 300_000);
    assert_eq!(settings.order_invisible_millis, 60_000);
    assert_eq!(settings.max_deliveries, 288);
    let token = format!("Authorization: Bearer {TOKEN}\r\n");
    let (_, answer) = bench.raw("GET /_mqscope/v1/settings", &token, "").await;
    assert!(
        !answer.contains("secret") && !answer.contains(TOKEN),
        "{answer}"
    );
    bench.end().await;
}
