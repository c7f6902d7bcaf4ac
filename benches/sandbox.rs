//! What the sandbox costs: a consume and its ack at a small and a large backlog, an ordered consume
//! that finds nothing among few and many shards, a publish beside few and many parked polls, and
//! whole round trips beside a server that answers the same without thinking. In memory, on this
//! machine only.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::post;
use criterion::Criterion;
use mqscope::client::{Client, ClientSettings, Consume};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::properties::Properties;
use mqscope::protocol::{
    self, AckAction, ConsumeMode, GroupId, HandleList, MessageList, MessageParts, NewMessage,
    Profile, PublishReceipt, ReceiptHandle, ReceivedMessage, Reply, TagFilter, Timestamp,
    TopicName, body_md5,
};
use mqscope::sandbox::queue::{Incoming, Queues, Rules, Timing, TopicKey, Want};
use mqscope::sandbox::store::Store;
use mqscope::sandbox::{Broker, Sandbox, SandboxSettings};
use support::{Samples, criterion};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

const NOW: Timestamp = Timestamp::from_millis(1_795_444_575_973);
const BODY_BYTES: usize = 1024;

fn main() {
    let mut criterion = criterion();
    let mut samples = Samples::default();
    for (name, backlog, groups) in [
        ("consume and ack, backlog 10^3", 1_000, 1),
        ("consume and ack, backlog 10^6", 1_000_000, 1),
        ("consume and ack, backlog 10^3, 1,000 groups", 1_000, 1_000),
        (
            "consume and ack, backlog 10^6, 1,000 groups",
            1_000_000,
            1_000,
        ),
    ] {
        consume_and_ack(&mut criterion, &mut samples, name, backlog, groups);
    }
    for (name, shards) in [
        ("ordered consume of an unknown tag, 10^1 shards", 10),
        ("ordered consume of an unknown tag, 10^5 shards", 100_000),
    ] {
        look_for_tag(&mut criterion, &mut samples, name, "unknown", shards);
    }
    for (name, shards) in [
        ("ordered consume of a rare tag, 10^1 shards", 10),
        ("ordered consume of a rare tag, 10^5 shards", 100_000),
    ] {
        look_for_tag(&mut criterion, &mut samples, name, "rare", shards);
    }
    let runtime = Runtime::new().unwrap();
    for (name, groups) in [
        ("publish, nobody parked", 0),
        ("publish, 1,000 groups parked for other tags", 1_000),
    ] {
        publish_beside_parked(&mut criterion, &mut samples, name, &runtime, groups);
    }
    let sandbox = start_sandbox(&runtime);
    let bare = start_bare_handler(&runtime);
    for (name, addr) in [
        ("publish, consume, ack: sandbox", sandbox),
        ("publish, consume, ack: bare handler", bare),
    ] {
        round_trips(&mut criterion, &mut samples, name, &runtime, addr);
    }
    criterion.final_summary();
    samples.print_ratio(
        "consume and ack, backlog 10^6",
        "consume and ack, backlog 10^3",
    );
    samples.print_ratio(
        "consume and ack, backlog 10^3, 1,000 groups",
        "consume and ack, backlog 10^3",
    );
    samples.print_ratio(
        "consume and ack, backlog 10^6, 1,000 groups",
        "consume and ack, backlog 10^3",
    );
    samples.print_ratio(
        "ordered consume of an unknown tag, 10^5 shards",
        "ordered consume of an unknown tag, 10^1 shards",
    );
    samples.print_ratio(
        "ordered consume of a rare tag, 10^5 shards",
        "ordered consume of a rare tag, 10^1 shards",
    );
    samples.print_ratio(
        "publish, 1,000 groups parked for other tags",
        "publish, nobody parked",
    );
    samples.print_ratio(
        "publish, consume, ack: sandbox",
        "publish, consume, ack: bare handler",
    );
}

fn topic_key() -> TopicKey {
    TopicKey {
        instance: None,
        topic: "orders".parse().unwrap(),
    }
}

fn message(body: String) -> NewMessage {
    let parts = MessageParts {
        body,
        tag: Some("paid".to_owned()),
        ..MessageParts::default()
    };
    parts.checked(&Profile::Sandbox.limits(), NOW).unwrap()
}

/// One message at a time, from the front of `backlog` waiting ones, by one of several groups that
/// each have read something of the topic and hold some of it under leases.
fn consume_and_ack(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    backlog: u64,
    groups: usize,
) {
    // For each message taken one is published, out of the measured time, so many at once.
    const REFILL: u64 = 64;
    // Then everything begins anew: queues keep what is acked, and memory is not endless.
    const MOST_TAKEN: u64 = 500_000;

    let timing = Timing {
        invisible: Duration::from_secs(300),
        order_invisible: Duration::from_secs(60),
    };
    let key = topic_key();
    let group: GroupId = "GID_bench".parse().unwrap();
    let want = Want {
        topic: key.clone(),
        group: group.clone(),
        filter: TagFilter::All,
        mode: ConsumeMode::Plain,
        count: 1,
    };
    // Small: here it is the queue that is measured.
    let incoming = Incoming::new(message("hello".to_owned()));
    let publish = |queues: &mut Queues, count: u64| {
        for _ in 0..count {
            queues.publish(&key, incoming.clone(), NOW);
        }
    };
    let take = |queues: &mut Queues, count: u64| {
        let start = Instant::now();
        for _ in 0..count {
            let (given, _) = queues.consume(&want, NOW);
            let handles: Vec<ReceiptHandle> = given
                .iter()
                .map(|delivery| delivery.to_received().receipt_handle)
                .collect();
            let (finished, _) = queues.finish(&key, Some(&group), AckAction::Ack, &handles, NOW);
            assert!(handles.len() == 1 && finished.refused.is_empty());
        }
        start.elapsed()
    };
    let fill = || {
        let mut queues = Queues::new(timing, 1);
        publish(&mut queues, backlog + REFILL);
        for number in 1..groups {
            let other = Want {
                group: format!("GID_{number}").parse().unwrap(),
                count: 16,
                ..want.clone()
            };
            assert_eq!(queues.consume(&other, NOW).0.len(), 16);
        }
        // The group exists, and its first steps are behind it.
        take(&mut queues, REFILL);
        queues
    };

    let mut queues = fill();
    let mut taken = 0;
    samples.measure(criterion, name, |turns| {
        let mut left = turns;
        let mut took = Duration::ZERO;
        while left > 0 {
            let some = left.min(REFILL);
            publish(&mut queues, some);
            took += take(&mut queues, some);
            left -= some;
            taken += some;
            if taken > MOST_TAKEN {
                queues = fill();
                taken = 0;
            }
        }
        took
    });
}

/// An ordered consume that finds nothing: of so many shards that wait with a message, one had
/// another of the tag `rare`, which is acked.
fn look_for_tag(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    tag: &str,
    shards: usize,
) {
    let key = topic_key();
    let mut queues = Queues::new(Rules::default(), 1);
    let parts = |tag: &str, shard: usize| MessageParts {
        body: "hello".to_owned(),
        tag: Some(tag.to_owned()),
        sharding_key: Some(format!("order-{shard}")),
        ..MessageParts::default()
    };
    let tagged = (0..shards).map(|shard| parts("paid", shard));
    for parts in tagged.chain([parts("rare", shards / 2)]) {
        let message = parts.checked(&Profile::Sandbox.limits(), NOW).unwrap();
        queues.publish(&key, Incoming::new(message), NOW);
    }
    let want = |tag: &str| Want {
        topic: key.clone(),
        group: "GID_bench".parse().unwrap(),
        filter: TagFilter::parse(tag),
        mode: ConsumeMode::Ordered,
        count: 16,
    };
    let rare = want("rare");
    let given = queues.consume(&rare, NOW).0;
    let handle = given[0].to_received().receipt_handle;
    queues.finish(&key, Some(&rare.group), AckAction::Ack, &[handle], NOW);
    let want = want(tag);
    samples.measure(criterion, name, |turns| {
        let start = Instant::now();
        for _ in 0..turns {
            assert!(queues.consume(&want, NOW).0.is_empty());
        }
        start.elapsed()
    });
}

/// One publish after the other to a topic at which so many groups wait, each for a tag of its own
/// that no message carries.
fn publish_beside_parked(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    runtime: &Runtime,
    groups: usize,
) {
    // Then the topic is purged: memory is not endless.
    const AT_ONCE: u64 = 50_000;

    let key = topic_key();
    let broker = Broker::open(Rules::default(), Store::Memory, Clock::system()).unwrap();
    let broker = Arc::new(broker);
    for number in 0..groups {
        let want = Want {
            topic: key.clone(),
            group: format!("GID_{number}").parse().unwrap(),
            filter: TagFilter::parse(&format!("tag-{number}")),
            mode: ConsumeMode::Plain,
            count: 16,
        };
        let broker = Arc::clone(&broker);
        runtime.spawn(async move { broker.consume(&want, Duration::from_secs(3_600)).await });
    }
    let message = message("hello".to_owned());
    samples.measure(criterion, name, |turns| {
        runtime.block_on(async {
            while broker.parked() != groups {
                tokio::task::yield_now().await;
            }
            let (mut left, mut took) = (turns, Duration::ZERO);
            while left > 0 {
                let some = left.min(AT_ONCE);
                let start = Instant::now();
                for _ in 0..some {
                    broker.publish(&key, message.clone()).await.unwrap();
                }
                took += start.elapsed();
                left -= some;
                broker.purge(&key).await.unwrap();
            }
            took
        })
    });
    assert_eq!(broker.wake_ups(), 0);
    broker.stop();
}

/// Publishes, consumes and acks one message through our own client, one call after the other.
fn round_trips(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    runtime: &Runtime,
    addr: SocketAddr,
) {
    let settings = ClientSettings::new(
        format!("http://{addr}").parse().unwrap(),
        Credentials::from_pasted("sandbox", "sandbox-secret", ""),
    );
    let client = Client::new(settings, Clock::system()).unwrap();
    let topic: TopicName = "orders".parse().unwrap();
    let consume = Consume {
        group: "GID_bench".parse().unwrap(),
        count: 1,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    };
    let message = message("x".repeat(BODY_BYTES));
    let turn = async || {
        client.publish(&topic, &message).await.unwrap();
        let given = client.consume(&topic, &consume).await.unwrap().value;
        let handle = given.messages[0].receipt_handle.clone();
        let handles = HandleList::new(vec![handle]).unwrap();
        let refused = client.ack(&topic, &consume.group, &handles).await.unwrap();
        assert!(refused.value.is_empty());
    };
    samples.measure(criterion, name, |turns| {
        runtime.block_on(async {
            let start = Instant::now();
            for _ in 0..turns {
                turn().await;
            }
            start.elapsed()
        })
    });
}

fn start_sandbox(runtime: &Runtime) -> SocketAddr {
    let settings = SandboxSettings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        ..SandboxSettings::default()
    };
    let sandbox = runtime
        .block_on(Sandbox::bind(settings, Clock::system()))
        .unwrap();
    let addr = sandbox.addr();
    runtime.spawn(sandbox.run(std::future::pending()));
    addr
}

/// The same server software and the same answers, made once and for all.
fn start_bare_handler(runtime: &Runtime) -> SocketAddr {
    let handle = ReceiptHandle::new("RAAAAAAAAAAAdswJSeefkLfPCm7c").unwrap();
    let body = "x".repeat(BODY_BYTES);
    let receipt = PublishReceipt {
        message_id: "76CC0949E79F90B30000000000000000".to_owned(),
        body_md5: body_md5(&body),
        receipt_handle: None,
    };
    let list = MessageList {
        messages: vec![ReceivedMessage {
            message_id: receipt.message_id.clone(),
            body_md5: receipt.body_md5.clone(),
            body,
            receipt_handle: handle,
            publish_time: NOW,
            first_consume_time: NOW,
            next_consume_time: NOW.offset_millis(300_000),
            consumed_times: 1,
            tag: Some("paid".to_owned()),
            properties: Properties::from(Vec::new()),
        }],
        damaged: Vec::new(),
    };
    let answer = |reply: Reply| {
        let (status, body) = reply.encode();
        let answer = (
            StatusCode::from_u16(status).unwrap(),
            [(header::CONTENT_TYPE, protocol::CONTENT_TYPE)],
            body,
        );
        async move || answer.clone()
    };
    // Taking the body as a text makes the handler read it, as a broker has to.
    let published = answer(Reply::Published(receipt));
    let acked = answer(Reply::Acked);
    let router = Router::new().route(
        "/topics/{topic}/messages",
        post(async move |_: String| published().await)
            .get(answer(Reply::Messages(list)))
            .delete(async move |_: String| acked().await),
    );
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        addr
    })
}
