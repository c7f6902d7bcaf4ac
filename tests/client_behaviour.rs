//! Our own client and our own sandbox through all that the protocol can do, over a real socket, on
//! a clock that stands still unless the test moves it. Each behaviour runs in memory, and once
//! more on disk, where the sandbox ends and starts again in the midst of it.
//!
//! What goes over the wire in detail is `sandbox.rs`'s business, and what goes wrong there is
//! `client`'s.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use mqscope::client::{Client, ClientSettings, Consume};
use mqscope::clock::{Clock, ClockHand};
use mqscope::credentials::Credentials;
use mqscope::protocol::{
    AckFailure, ConsumeMode, FaultCode, HandleList, MessageParts, Profile, PublishReceipt,
    ReceiptHandle, ReceivedMessage, TagFilter, Timestamp,
};
use mqscope::sandbox::{Broker, Sandbox, SandboxError, SandboxSettings};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const SECS: fn(u64) -> Duration = Duration::from_secs;
const LEASE: Duration = Duration::from_secs(300);
const ORDERED_LEASE: Duration = Duration::from_secs(60);
const NONE: [&str; 0] = [];

/// Runs each behaviour on both stores.
macro_rules! on_both_stores {
    ($($behaviour:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour(None).await;
            })+
        }
        mod on_disk {
            $(#[tokio::test]
            async fn $behaviour() {
                super::$behaviour(Some(tempfile::tempdir().unwrap())).await;
            })+
        }
    };
}

on_both_stores! {
    what_is_published_arrives_as_it_was,
    every_group_gets_everything_until_it_acks,
    a_lease_that_ends_brings_a_new_handle,
    of_many_handles_the_late_ones_are_refused,
    a_shard_is_read_in_order_and_shards_side_by_side,
    a_half_message_is_seen_once_it_is_committed,
    a_half_message_that_is_rolled_back_is_never_seen,
    a_half_message_that_is_forgotten_is_checked,
    what_is_never_acked_becomes_a_dead_letter,
    tags_choose_and_what_they_leave_stays,
    a_timed_message_comes_when_its_time_comes,
    messages_are_kept_as_long_as_they_should,
    a_long_poll_waits_for_a_message_and_no_longer,
    topics_of_instances_are_apart,
}

type Store = Option<TempDir>;

/// A sandbox and a client of it.
struct Bench {
    store: Store,
    settings: SandboxSettings,
    clock: Clock,
    hand: ClockHand,
    /// `None` between two of them.
    run: Option<Run>,
}

/// From one start of the sandbox to its end.
struct Run {
    client: Client,
    broker: Arc<Broker>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), SandboxError>>,
}

impl Run {
    async fn start(settings: &SandboxSettings, clock: &Clock) -> Self {
        let sandbox = Sandbox::bind(settings.clone(), clock.clone()).await;
        let sandbox = sandbox.unwrap();
        let endpoint = sandbox.addr().to_string().parse().unwrap();
        let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
        let (stop, stopped) = oneshot::channel();
        Self {
            client: Client::new(ClientSettings::new(endpoint, keys), clock.clone()).unwrap(),
            broker: sandbox.broker(),
            stop,
            running: tokio::spawn(sandbox.run(async {
                let _ = stopped.await;
            })),
        }
    }
}

impl Bench {
    async fn new(store: Store) -> Self {
        Self::with(store, SandboxSettings::default()).await
    }

    async fn with(store: Store, settings: SandboxSettings) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: store.as_ref().map(|folder| folder.path().to_owned()),
            ..settings
        };
        Self {
            run: Some(Run::start(&settings, &clock).await),
            store,
            settings,
            clock,
            hand,
        }
    }

    /// On disk: the sandbox ends and starts anew on what it kept. In memory nothing would be left.
    async fn restart(&mut self) {
        if self.store.is_none() {
            return;
        }
        if let Some(run) = self.run.take() {
            run.stop.send(()).unwrap();
            run.running.await.unwrap().unwrap();
        }
        self.run = Some(Run::start(&self.settings, &self.clock).await);
    }

    fn client(&self) -> &Client {
        &self.run.as_ref().unwrap().client
    }

    /// Goes on as another client; the one before.
    fn use_client(&mut self, client: Client) -> Client {
        std::mem::replace(&mut self.run.as_mut().unwrap().client, client)
    }

    async fn until_parked(&self) {
        while self.run.as_ref().unwrap().broker.parked() == 0 {
            tokio::task::yield_now().await;
        }
    }

    async fn publish(&self, parts: MessageParts) -> PublishReceipt {
        let limits = Profile::Sandbox.limits();
        let message = parts.checked(&limits, self.clock.now()).unwrap();
        let topic = "t".parse().unwrap();
        self.client().publish(&topic, &message).await.unwrap().value
    }

    async fn publish_all(&self, bodies: &[&str]) {
        for body in bodies {
            self.publish(text(body)).await;
        }
    }

    async fn get(&self, topic: &str, what: Consume) -> Vec<ReceivedMessage> {
        let topic = topic.parse().unwrap();
        let answer = self.client().consume(&topic, &what).await.unwrap();
        assert!(answer.value.damaged.is_empty(), "{answer:?}");
        answer.value.messages
    }

    /// What a group gets at once.
    async fn take(&self, group: &str) -> Vec<ReceivedMessage> {
        self.get("t", of(group)).await
    }

    async fn take_in_order(&self, count: u32) -> Vec<ReceivedMessage> {
        let mode = ConsumeMode::Ordered;
        let what = Consume {
            count,
            mode,
            ..of("G")
        };
        self.get("t", what).await
    }

    async fn take_tagged(&self, expression: &str) -> Vec<String> {
        let tag = TagFilter::parse(expression);
        bodies(&self.get("t", Consume { tag, ..of("G") }).await)
    }

    /// Half messages that want to be decided on.
    async fn take_checks(&self) -> Vec<ReceivedMessage> {
        let mode = ConsumeMode::Half;
        self.get("t", Consume { mode, ..of("G") }).await
    }

    async fn ack(&self, messages: &[ReceivedMessage]) -> Vec<AckFailure> {
        let handles = messages.iter().map(|m| m.receipt_handle.clone()).collect();
        self.ack_of("t", handles).await
    }

    async fn ack_of(&self, topic: &str, handles: Vec<ReceiptHandle>) -> Vec<AckFailure> {
        let (topic, group) = (topic.parse().unwrap(), "G".parse().unwrap());
        let handles = HandleList::new(handles).unwrap();
        let answer = self.client().ack(&topic, &group, &handles).await;
        answer.unwrap().value
    }

    async fn commit(&self, handle: &ReceiptHandle) -> Vec<AckFailure> {
        let (topic, handles) = ("t".parse().unwrap(), one(handle));
        let answer = self.client().commit(&topic, None, &handles).await;
        answer.unwrap().value
    }

    async fn roll_back(&self, handle: &ReceiptHandle) -> Vec<AckFailure> {
        let (topic, handles) = ("t".parse().unwrap(), one(handle));
        let answer = self.client().rollback(&topic, None, &handles).await;
        answer.unwrap().value
    }
}

fn one(handle: &ReceiptHandle) -> HandleList {
    HandleList::new(vec![handle.clone()]).unwrap()
}

fn of(group: &str) -> Consume {
    Consume {
        group: group.parse().unwrap(),
        count: 16,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    }
}

fn text(body: &str) -> MessageParts {
    MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    }
}

fn bodies(messages: &[ReceivedMessage]) -> Vec<String> {
    messages.iter().map(|m| m.body.clone()).collect()
}

fn codes(refused: &[AckFailure]) -> Vec<&FaultCode> {
    refused.iter().map(|failure| &failure.code).collect()
}

const GONE: [&FaultCode; 1] = [&FaultCode::MessageNotExist];

async fn what_is_published_arrives_as_it_was(store: Store) {
    let mut bench = Bench::new(store).await;
    let sent = MessageParts {
        tag: Some("标签".to_owned()),
        key: Some("order-4711".to_owned()),
        properties: vec![("from".to_owned(), "ab 你好".to_owned())],
        ..text("héllo <&> ]]> 你好 😀\r\n\tend ")
    };
    let receipt = bench.publish(sent.clone()).await;
    assert_eq!(receipt.receipt_handle, None);
    let published = bench.clock.now();
    bench.restart().await;
    bench.hand.advance(SECS(7));
    let got = bench.take("G").await;
    let [message] = &got[..] else {
        panic!("{got:?}");
    };
    assert_eq!(message.body, sent.body);
    assert!(message.body_is_intact());
    assert_eq!(message.body_md5, receipt.body_md5);
    assert_eq!(message.message_id, receipt.message_id);
    assert_eq!(message.tag, sent.tag);
    assert_eq!(message.key(), Some("order-4711"));
    assert_eq!(message.properties, sent.wire_properties());
    assert_eq!(message.publish_time, published);
    assert_eq!(message.first_consume_time, bench.clock.now());
    assert_eq!(message.next_consume_time, bench.clock.now() + LEASE);
    assert_eq!(message.consumed_times, 1);
}

async fn every_group_gets_everything_until_it_acks(store: Store) {
    let mut bench = Bench::new(store).await;
    bench.publish_all(&["1", "2", "3"]).await;
    let got = bench.take("G").await;
    assert_eq!(bodies(&got), ["1", "2", "3"]);
    assert!(bench.ack(&got[..2]).await.is_empty());
    bench.restart().await;
    assert_eq!(bodies(&bench.take("H").await), ["1", "2", "3"]);
    assert!(bench.take("G").await.is_empty());
    bench.hand.advance(LEASE);
    let again = bench.take("G").await;
    assert_eq!(bodies(&again), ["3"]);
    assert!(bench.ack(&again).await.is_empty());
    bench.hand.advance(LEASE);
    assert!(bench.take("G").await.is_empty());
}

async fn a_lease_that_ends_brings_a_new_handle(store: Store) {
    let mut bench = Bench::new(store).await;
    bench.publish_all(&["1"]).await;
    let first = bench.take("G").await;
    bench.restart().await;
    bench.hand.advance(LEASE - Duration::from_millis(1));
    assert!(bench.take("G").await.is_empty());
    bench.hand.advance(Duration::from_millis(1));
    let second = bench.take("G").await;
    assert_eq!(second[0].message_id, first[0].message_id);
    assert_eq!(second[0].consumed_times, 2);
    assert_eq!(second[0].first_consume_time, first[0].first_consume_time);
    assert_ne!(second[0].receipt_handle, first[0].receipt_handle);
    assert_eq!(codes(&bench.ack(&first).await), GONE);
    bench.restart().await;
    assert!(bench.ack(&second).await.is_empty());
    assert_eq!(codes(&bench.ack(&second).await), GONE);
}

async fn of_many_handles_the_late_ones_are_refused(store: Store) {
    let mut bench = Bench::new(store).await;
    bench.publish_all(&["1", "2"]).await;
    let late = bench.take("G").await;
    bench.hand.advance(LEASE);
    bench.publish_all(&["3"]).await;
    let good = bench.take("G").await;
    assert_eq!(bodies(&good), ["1", "2", "3"]);
    bench.restart().await;
    let mixed = [late[0].clone(), good[0].clone(), good[2].clone()];
    let refused = bench.ack(&mixed).await;
    assert_eq!(codes(&refused), GONE);
    assert_eq!(refused[0].handle, late[0].receipt_handle);
    bench.hand.advance(LEASE);
    assert_eq!(bodies(&bench.take("G").await), ["2"]);
}

async fn a_shard_is_read_in_order_and_shards_side_by_side(store: Store) {
    let mut bench = Bench::new(store).await;
    for (body, shard) in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("a3", "a")] {
        let sharding_key = Some(shard.to_owned());
        bench
            .publish(MessageParts {
                sharding_key,
                ..text(body)
            })
            .await;
    }
    let first = bench.take_in_order(2).await;
    assert_eq!(bodies(&first), ["a1", "a2"]);
    assert_eq!(first[0].sharding_key(), Some("a"));
    let lease = bench.clock.now() + ORDERED_LEASE;
    assert_eq!(first[0].next_consume_time, lease);
    bench.restart().await;
    // While one shard is held, the other goes on.
    assert_eq!(bodies(&bench.take_in_order(16).await), ["b1"]);
    assert!(bench.ack(&first[..1]).await.is_empty());
    assert!(bench.take_in_order(16).await.is_empty());
    bench.hand.advance(ORDERED_LEASE);
    let again = bench.take_in_order(16).await;
    // What was given out before comes back first, and alone.
    assert_eq!(bodies(&again), ["b1", "a2"]);
    bench.restart().await;
    assert!(bench.ack(&again).await.is_empty());
    let last = bench.take_in_order(16).await;
    assert_eq!(bodies(&last), ["a3"]);
    assert!(bench.ack(&last).await.is_empty());
    bench.hand.advance(ORDERED_LEASE);
    assert!(bench.take_in_order(16).await.is_empty());
}

fn half(body: &str) -> MessageParts {
    MessageParts {
        check_after_secs: Some(10),
        ..text(body)
    }
}

async fn a_half_message_is_seen_once_it_is_committed(store: Store) {
    let mut bench = Bench::new(store).await;
    let receipt = bench.publish(half("1")).await;
    let handle = receipt.receipt_handle.unwrap();
    assert!(bench.take("G").await.is_empty());
    bench.restart().await;
    assert!(bench.take("G").await.is_empty());
    assert!(bench.commit(&handle).await.is_empty());
    bench.restart().await;
    let got = bench.take("G").await;
    assert_eq!(bodies(&got), ["1"]);
    assert_eq!(got[0].message_id, receipt.message_id);
    assert_eq!(codes(&bench.commit(&handle).await), GONE);
    assert_eq!(codes(&bench.roll_back(&handle).await), GONE);
    assert!(bench.ack(&got).await.is_empty());
}

async fn a_half_message_that_is_rolled_back_is_never_seen(store: Store) {
    let mut bench = Bench::new(store).await;
    let handle = bench.publish(half("1")).await.receipt_handle.unwrap();
    bench.restart().await;
    assert!(bench.roll_back(&handle).await.is_empty());
    bench.restart().await;
    bench.hand.advance(SECS(3_600));
    assert!(bench.take("G").await.is_empty());
    assert!(bench.take_checks().await.is_empty());
    assert_eq!(codes(&bench.commit(&handle).await), GONE);
}

async fn a_half_message_that_is_forgotten_is_checked(store: Store) {
    let mut bench = Bench::new(store).await;
    let receipt = bench.publish(half("1")).await;
    bench.hand.advance(Duration::from_millis(9_999));
    assert!(bench.take_checks().await.is_empty());
    bench.restart().await;
    bench.hand.advance(Duration::from_millis(1));
    let check = bench.take_checks().await;
    assert_eq!(bodies(&check), ["1"]);
    assert_eq!(check[0].message_id, receipt.message_id);
    assert_eq!(
        codes(&bench.commit(&receipt.receipt_handle.unwrap()).await),
        GONE
    );
    bench.restart().await;
    assert!(bench.commit(&check[0].receipt_handle).await.is_empty());
    assert_eq!(bodies(&bench.take("G").await), ["1"]);
    bench.hand.advance(SECS(10));
    assert!(bench.take_checks().await.is_empty());
}

async fn what_is_never_acked_becomes_a_dead_letter(store: Store) {
    let settings = SandboxSettings {
        max_deliveries: 3,
        ..SandboxSettings::default()
    };
    let mut bench = Bench::with(store, settings).await;
    let poison = MessageParts {
        key: Some("k".to_owned()),
        ..text("poison")
    };
    let receipt = bench.publish(poison).await;
    for times in 1..=3 {
        let got = bench.take("G").await;
        assert_eq!(got[0].consumed_times, times);
        bench.restart().await;
        assert!(bench.take("G").await.is_empty());
        bench.hand.advance(LEASE);
    }
    assert!(bench.take("G").await.is_empty());
    bench.restart().await;
    let letters = bench.get("%DLQ%G", of("G")).await;
    let [letter] = &letters[..] else {
        panic!("{letters:?}");
    };
    assert_eq!((letter.body.as_str(), letter.key()), ("poison", Some("k")));
    assert_eq!(letter.message_id, receipt.message_id);
    let handle = letter.receipt_handle.clone();
    assert!(bench.ack_of("%DLQ%G", vec![handle]).await.is_empty());
    bench.restart().await;
    bench.hand.advance(LEASE);
    assert!(bench.get("%DLQ%G", of("G")).await.is_empty());
    // Another group has never had it.
    assert_eq!(bench.take("H").await[0].consumed_times, 1);
}

async fn tags_choose_and_what_they_leave_stays(store: Store) {
    let mut bench = Bench::new(store).await;
    for (body, tag) in [
        ("a", Some("A")),
        ("b", Some("B")),
        ("none", None),
        ("c", Some("C")),
        ("a2", Some("A")),
        ("odd", Some("~*'()! 你好")),
    ] {
        let tag = tag.map(str::to_owned);
        bench.publish(MessageParts { tag, ..text(body) }).await;
    }
    assert_eq!(bench.take_tagged("Z").await, NONE);
    assert_eq!(bench.take_tagged("A").await, ["a", "a2"]);
    bench.restart().await;
    assert_eq!(bench.take_tagged("A||B").await, ["b"]);
    assert_eq!(bench.take_tagged(" ~*'()! 你好 || ").await, ["odd"]);
    assert_eq!(bench.take_tagged("*").await, ["none", "c"]);
    bench.hand.advance(LEASE);
    assert_eq!(bench.take_tagged("C || B").await, ["b", "c"]);
    assert_eq!(bench.take_tagged("").await, ["a", "none", "a2", "odd"]);
}

async fn a_timed_message_comes_when_its_time_comes(store: Store) {
    let mut bench = Bench::new(store).await;
    let now = bench.clock.now();
    for (body, secs) in [("late", 20), ("soon", 10)] {
        bench
            .publish(MessageParts {
                deliver_at: Some(now + SECS(secs)),
                ..text(body)
            })
            .await;
    }
    bench.publish_all(&["at once"]).await;
    assert_eq!(bodies(&bench.take("G").await), ["at once"]);
    bench.hand.advance(Duration::from_millis(9_999));
    assert!(bench.take("G").await.is_empty());
    bench.restart().await;
    bench.hand.advance(Duration::from_millis(1));
    assert_eq!(bodies(&bench.take("G").await), ["soon"]);
    bench.hand.advance(SECS(10));
    bench.restart().await;
    assert_eq!(bodies(&bench.take("G").await), ["late"]);
}

async fn messages_are_kept_as_long_as_they_should(store: Store) {
    let settings = SandboxSettings {
        retention: SECS(3_600),
        ..SandboxSettings::default()
    };
    let mut bench = Bench::with(store, settings).await;
    bench.publish_all(&["old"]).await;
    let deliver_at = Some(bench.clock.now() + SECS(1_800));
    bench
        .publish(MessageParts {
            deliver_at,
            ..text("timed")
        })
        .await;
    bench.hand.advance(SECS(3_599));
    let got = bench.take("G").await;
    assert_eq!(bodies(&got), ["old", "timed"]);
    bench.restart().await;
    bench.hand.advance(SECS(1));
    // Its lease would have gone on.
    let refused = bench.ack(&got).await;
    assert_eq!(codes(&refused), GONE);
    assert_eq!(refused[0].handle, got[0].receipt_handle);
    // Kept as long from when it could be read, acked or not.
    assert_eq!(bodies(&bench.take("H").await), ["timed"]);
    bench.hand.advance(SECS(1_800));
    bench.restart().await;
    assert!(bench.take("I").await.is_empty());
}

async fn a_long_poll_waits_for_a_message_and_no_longer(store: Store) {
    let mut bench = Bench::new(store).await;
    let long = || Consume {
        wait_secs: 30,
        ..of("G")
    };
    let (got, ()) = tokio::join!(bench.get("t", long()), async {
        bench.until_parked().await;
        bench.publish_all(&["1"]).await;
    });
    assert_eq!(bodies(&got), ["1"]);
    bench.restart().await;
    let (got, ()) = tokio::join!(bench.get("t", long()), async {
        bench.until_parked().await;
        bench.hand.advance(SECS(30));
    });
    assert_eq!(bodies(&got), NONE);
    // The end of a lease is as good as a publish.
    bench.hand.advance(LEASE - SECS(40));
    let (again, ()) = tokio::join!(bench.get("t", long()), async {
        bench.until_parked().await;
        bench.hand.advance(SECS(10));
    });
    assert_eq!(bodies(&again), ["1"]);
    assert_eq!(again[0].consumed_times, 2);
}

async fn topics_of_instances_are_apart(store: Store) {
    let mut bench = Bench::new(store).await;
    bench.publish_all(&["without"]).await;
    bench.restart().await;
    let mut settings = bench.client().settings().clone();
    settings.instance = Some("MQ_INST_1".parse().unwrap());
    let inside = Client::new(settings, bench.clock.clone()).unwrap();
    let outside = bench.use_client(inside);
    assert!(bench.take("G").await.is_empty());
    bench.publish_all(&["inside"]).await;
    assert_eq!(bodies(&bench.take("G").await), ["inside"]);
    bench.use_client(outside);
    assert_eq!(bodies(&bench.take("G").await), ["without"]);
}
