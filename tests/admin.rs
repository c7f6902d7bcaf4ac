//! The sandbox's admin API over a real socket, through the client that the window and the command
//! line use: who is let in, what each call answers, and what moving the time does to clients that
//! know nothing of it.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqscope::client::{AdminClient, Client, ClientError, ClientSettings, Consume, ErrorKind};
use mqscope::clock::{Clock, ClockHand};
use mqscope::credentials::Credentials;
use mqscope::protocol::admin::{
    ClockMove, Expire, GroupCounts, GroupRef, MessageState, PeekQuery, Resend, ResetGroup, ResetTo,
    TopicRef,
};
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

fn group_ref() -> GroupRef {
    GroupRef {
        instance: None,
        topic: topic(),
        group: group(),
    }
}

/// A look at what stands like this with the group.
fn look(state: MessageState) -> PeekQuery {
    PeekQuery {
        group: Some(group()),
        state: Some(state),
        ..PeekQuery::of(topic_ref())
    }
}

fn is_not_found<T: std::fmt::Debug>(result: Result<T, ClientError>) -> bool {
    let error = result.unwrap_err();
    assert!(!error.is_retryable());
    (error.kind(), code(&error).as_str()) == (ErrorKind::Refused, "NotFound")
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
    assert!(
        error.to_string().contains("MQSCOPE_SANDBOX_ADMIN_TOKEN"),
        "{error}"
    );
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
    assert!(error.next_step().is_some());
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

#[tokio::test]
async fn a_jump_of_five_minutes_brings_a_message_back_under_a_new_handle() {
    let bench = Bench::travelling().await;
    bench.publish(text("a")).await;
    let first = bench.consume(0).await;
    assert!(bench.consume(0).await.is_empty());
    let state = bench
        .admin
        .move_clock(ClockMove::advance(5 * MINUTE))
        .await
        .unwrap();
    assert_eq!(
        (state.offset_millis, state.frozen),
        (5 * MINUTE_MILLIS, false)
    );
    let second = bench.consume(0).await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].message_id, second[0].message_id);
    assert_ne!(first[0].receipt_handle, second[0].receipt_handle);
    assert_eq!(second[0].consumed_times, 2);
    assert_eq!(bench.ack(&first[0]).await.len(), 1);
    assert!(bench.ack(&second[0]).await.is_empty());
    bench.end().await;
}

#[tokio::test]
async fn clients_that_sign_with_the_real_time_are_let_in_wherever_the_clock_is() {
    let bench = Bench::travelling().await;
    for wish in [
        ClockMove::advance(24 * HOUR),
        ClockMove::Set {
            to: Timestamp::from_millis(START_MILLIS),
        },
        ClockMove::Freeze {},
        ClockMove::advance(100 * HOUR),
    ] {
        bench.admin.move_clock(wish).await.unwrap();
        bench.publish(text("a")).await;
        let what = Consume {
            group: group(),
            count: 16,
            wait_secs: 0,
            tag: TagFilter::All,
            mode: ConsumeMode::Plain,
        };
        let answer = bench.client.consume(&topic(), &what).await.unwrap();
        // A lease is told by the sandbox's time, and so is the skew by which it is corrected.
        let lease = answer.value.messages[0].next_consume_time;
        let here = answer.received_at.offset_millis(answer.clock_skew_millis);
        let left = lease.since(here);
        assert!(left > 4 * MINUTE && left < 6 * MINUTE, "{left:?}");
    }
    bench.end().await;
}

#[tokio::test]
async fn a_parked_poll_is_woken_by_a_jump_over_a_timed_message() {
    for freeze in [false, true] {
        let bench = Bench::travelling().await;
        if freeze {
            let state = bench.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
            assert!(state.frozen);
        }
        bench
            .publish(MessageParts {
                deliver_at: Some(bench.broker.clock().now() + HOUR),
                ..text("timed")
            })
            .await;
        let (given, ()) = tokio::join!(bench.consume(30), async {
            bench.until_parked().await;
            // Longer than the poll waits, but time that only the sandbox lives through.
            let wish = ClockMove::advance(30 * MINUTE);
            bench.admin.move_clock(wish).await.unwrap();
            assert_eq!(bench.admin.overview().await.unwrap().parked_polls, 1);
            bench.admin.move_clock(wish).await.unwrap();
        });
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].body, "timed");
        bench.end().await;
    }
}

#[tokio::test]
async fn a_poll_ends_in_real_time_while_the_sandbox_stands_still() {
    let bench = Bench::travelling().await;
    bench.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
    assert!(bench.consume(1).await.is_empty());
    let state = bench.admin.clock().await.unwrap();
    assert!(state.frozen && state.now < state.real_now, "{state:?}");
    let state = bench.admin.move_clock(ClockMove::Resume {}).await.unwrap();
    assert!(!state.frozen && state.offset_millis < 0, "{state:?}");
    bench.end().await;
}

#[tokio::test]
async fn the_clock_stands_where_it_is_set() {
    let (bench, hand) = Bench::manual().await;
    let to = Timestamp::from_millis(START_MILLIS) + HOUR;
    let state = bench.admin.move_clock(ClockMove::Set { to }).await.unwrap();
    assert_eq!((state.now, state.real_now), (to, to));
    assert_eq!(state.offset_millis, 60 * MINUTE_MILLIS);
    assert_eq!(bench.admin.clock().await.unwrap(), state);
    hand.advance(MINUTE);
    assert_eq!(bench.admin.clock().await.unwrap().now, to + MINUTE);
    bench.end().await;
}

#[tokio::test]
async fn a_peek_shows_how_messages_stand_and_takes_none() {
    let (bench, hand) = Bench::manual().await;
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
    }
    let later = Timestamp::from_millis(START_MILLIS) + HOUR;
    bench
        .publish(MessageParts {
            tag: Some("T & Co".to_owned()),
            key: Some("k".to_owned()),
            deliver_at: Some(later),
            ..text("timed <>&")
        })
        .await;
    assert_eq!(
        bench.peek(look(MessageState::Ready)).await.0,
        ["a", "b", "c"]
    );
    assert_eq!(bench.admin.statistics().await.unwrap().delivered, 0);
    let given = bench.consume(0).await;
    bench.ack(&given[0]).await;
    assert_eq!(bench.peek(look(MessageState::Acked)).await.0, ["a"]);
    assert_eq!(bench.peek(look(MessageState::Ready)).await, (vec![], None));

    let found = bench
        .admin
        .peek(&look(MessageState::Invisible))
        .await
        .unwrap();
    let [b, c] = &found.messages[..] else {
        panic!("{found:?}");
    };
    assert_eq!((b.body.as_str(), c.body.as_str()), ("b", "c"));
    assert_eq!(b.receipt_handle.as_ref(), Some(&given[1].receipt_handle));
    assert_eq!(b.until, Some(given[1].next_consume_time));
    assert_eq!((b.consumed_times, b.state), (1, MessageState::Invisible));
    assert_eq!(b.message_id, given[1].message_id);
    assert_eq!(b.body_md5, given[1].body_md5);
    assert_eq!(b.publish_time, given[1].publish_time);

    let found = bench
        .admin
        .peek(&look(MessageState::Delayed))
        .await
        .unwrap();
    let [timed] = &found.messages[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (timed.body.as_str(), timed.until),
        ("timed <>&", Some(later))
    );
    assert_eq!(timed.tag.as_deref(), Some("T & Co"));
    assert_eq!(timed.properties["KEYS"], "k");
    assert_eq!(timed.receipt_handle, None);

    // Step by step, to the end, past the cursor between the log and what waits beside it.
    let mut all = Vec::new();
    let mut query = PeekQuery {
        limit: Some(1),
        ..PeekQuery::of(topic_ref())
    };
    loop {
        let (bodies, next) = bench.peek(query.clone()).await;
        all.extend(bodies);
        let Some(next) = next else { break };
        query.from = Some(next);
    }
    assert_eq!(all, ["a", "b", "c", "timed <>&"]);
    hand.advance(5 * MINUTE);
    assert_eq!(bench.consume(0).await.len(), 2);
    bench.end().await;
}

#[tokio::test]
async fn a_lease_ended_by_its_handle_brings_its_message_to_a_parked_poll() {
    let (bench, _hand) = Bench::manual().await;
    for body in ["a", "b"] {
        bench.publish(text(body)).await;
    }
    let given = bench.consume(0).await;
    let expire = Expire {
        instance: None,
        topic: topic(),
        handle: given[1].receipt_handle.clone(),
    };
    let (again, ()) = tokio::join!(bench.consume(30), async {
        bench.until_parked().await;
        bench.admin.expire(&expire).await.unwrap();
    });
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].body.as_str(), again[0].consumed_times), ("b", 2));
    assert_eq!(bench.ack(&given[1]).await.len(), 1);
    assert!(bench.ack(&again[0]).await.is_empty());
    assert!(is_not_found(bench.admin.expire(&expire).await));
    bench.end().await;
}

#[tokio::test]
async fn dead_letters_are_counted_and_sent_back() {
    let (clock, hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        max_deliveries: 1,
        ..SandboxSettings::default()
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    for body in ["a", "b"] {
        bench.publish(text(body)).await;
    }
    let given = bench.consume(0).await;
    assert_eq!(given.len(), 2);
    hand.advance(5 * MINUTE);
    assert!(bench.consume(0).await.is_empty());
    assert_eq!(bench.counts().await.dead, 2);
    let one = Resend {
        instance: None,
        group: group(),
        message_ids: Some(vec![given[1].message_id.clone()]),
    };
    assert_eq!(bench.admin.resend(&one).await.unwrap(), 1);
    assert_eq!(bench.admin.resend(&one).await.unwrap(), 0);
    assert_eq!(bench.counts().await.dead, 1);
    let again = bench.consume(0).await;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].body.as_str(), again[0].consumed_times), ("b", 1));
    let all = Resend {
        message_ids: None,
        ..one
    };
    assert_eq!(bench.admin.resend(&all).await.unwrap(), 1);
    assert_eq!(bench.consume(0).await[0].body, "a");
    bench.end().await;
}

#[tokio::test]
async fn a_group_begins_anew_where_it_is_told() {
    let (bench, hand) = Bench::manual().await;
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
        hand.advance(MINUTE);
    }
    let reset = |to| ResetGroup {
        instance: None,
        topic: topic(),
        group: group(),
        to,
    };
    assert!(is_not_found(
        bench.admin.reset_group(&reset(ResetTo::Oldest)).await
    ));
    assert_eq!(bench.consume(0).await.len(), 3);
    let second = Timestamp::from_millis(START_MILLIS) + MINUTE;
    for (to, ready) in [
        (ResetTo::Latest, 0),
        (ResetTo::Oldest, 3),
        (ResetTo::Time(second), 2),
    ] {
        bench.admin.reset_group(&reset(to)).await.unwrap();
        let counts = bench.counts().await;
        assert_eq!((counts.ready, counts.invisible), (ready, 0), "{to:?}");
    }
    assert_eq!(bench.counts().await.oldest_ready, Some(second));
    assert_eq!(bench.consume(0).await[0].body, "b");
    bench.end().await;
}

#[tokio::test]
async fn what_is_purged_or_deleted_is_gone() {
    let (bench, _hand) = Bench::manual().await;
    assert!(is_not_found(bench.admin.purge(&topic_ref()).await));
    assert!(is_not_found(bench.admin.delete_topic(&topic_ref()).await));
    bench.publish(text("a")).await;
    assert!(is_not_found(bench.admin.delete_group(&group_ref()).await));
    assert_eq!(bench.consume(0).await.len(), 1);

    // The group forgets its lease and begins as a new one.
    bench.admin.delete_group(&group_ref()).await.unwrap();
    assert_eq!(bench.consume(0).await.len(), 1);

    bench.publish(text("b")).await;
    bench.admin.purge(&topic_ref()).await.unwrap();
    assert!(bench.consume(0).await.is_empty());
    let counts = bench.counts().await;
    assert_eq!((counts.ready, counts.invisible), (0, 0));

    bench.admin.delete_topic(&topic_ref()).await.unwrap();
    assert!(bench.admin.overview().await.unwrap().topics.is_empty());
    bench.publish(text("c")).await;
    assert_eq!(bench.consume(0).await[0].body, "c");
    bench.end().await;
}

#[tokio::test]
async fn an_instance_of_the_same_topic_is_another_topic() {
    let (bench, _hand) = Bench::manual().await;
    bench.publish(text("a")).await;
    let elsewhere = TopicRef {
        instance: Some("MQ_INST_1".parse().unwrap()),
        topic: topic(),
    };
    assert!(is_not_found(bench.admin.purge(&elsewhere).await));
    let found = bench.peek(PeekQuery::of(elsewhere)).await;
    assert_eq!(found, (vec![], None));
    assert_eq!(bench.peek(PeekQuery::of(topic_ref())).await.0, ["a"]);
    bench.end().await;
}
