//! What it costs to keep messages: 64 publishers at once on the store on disk, beside a loop that
//! appends the same bytes to a file in the same folder and syncs it, one message or 64 at a time.
//! The latter is the bound: nobody can answer 64 clients with fewer syncs. All of them go on with
//! the files that they have opened, so that neither opening is measured nor what a new file costs
//! until it has grown. And what a consume with
//! its ack costs there with a large backlog, beside a small one, both with 1,000 groups. Without
//! HTTP.
//!
//! `MQSCOPE_BENCH_DIR` names the folder, should the one for temporary files be in memory.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

mod support;

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use mqscope::clock::Clock;
use mqscope::protocol::{
    AckAction, ConsumeMode, GroupId, HandleList, MessageParts, NewMessage, Profile, TagFilter,
    Timestamp,
};
use mqscope::sandbox::queue::{Timing, TopicKey, Want};
use mqscope::sandbox::store::Store;
use mqscope::sandbox::{Broker, SandboxSettings};
use support::{Samples, criterion};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const PUBLISHERS: u64 = 64;
const BODY_BYTES: usize = 1024;

const GROUPS: u64 = 1_000;
const SMALL: &str = "consume and ack, 64 at once, 1,000 groups: backlog 10^3, on disk";
const LARGE: &str = "consume and ack, 64 at once, 1,000 groups: backlog 10^6, on disk";

const DURABLE: &str = "publish, 64 at once: store on disk";
const MEMORY: &str = "publish, 64 at once: in memory";
const SYNC_EACH: &str = "append and sync: each message";
const SYNC_64: &str = "append and sync: every 64 messages";

fn main() {
    let mut criterion = criterion();
    let mut samples = Samples::default();
    let runtime = Runtime::new().unwrap();
    publish(&mut criterion, &mut samples, DURABLE, &runtime, true);
    publish(&mut criterion, &mut samples, MEMORY, &runtime, false);
    append(&mut criterion, &mut samples, SYNC_EACH, 1);
    append(&mut criterion, &mut samples, SYNC_64, PUBLISHERS);
    let large = match std::env::args().any(|argument| argument == "--bench") {
        true => 1_000_000,
        false => 2_000,
    };
    for (name, backlog) in [(SMALL, 1_000), (LARGE, large)] {
        consume_and_ack(&mut criterion, &mut samples, name, &runtime, backlog);
    }
    criterion.final_summary();
    samples.print_ratio(DURABLE, SYNC_EACH);
    samples.print_ratio(DURABLE, SYNC_64);
    samples.print_ratio(DURABLE, MEMORY);
    samples.print_ratio(LARGE, SMALL);
}

fn folder() -> TempDir {
    match std::env::var_os("MQSCOPE_BENCH_DIR") {
        Some(dir) => TempDir::new_in(dir).unwrap(),
        None => TempDir::new().unwrap(),
    }
}

fn topic() -> TopicKey {
    TopicKey {
        instance: None,
        topic: "orders".parse().unwrap(),
    }
}

fn message(body_bytes: usize) -> NewMessage {
    let parts = MessageParts {
        body: "x".repeat(body_bytes),
        ..MessageParts::default()
    };
    let now = Timestamp::from_millis(1_795_444_575_973);
    parts.checked(&Profile::Sandbox.limits(), now).unwrap()
}

fn broker(data_dir: Option<&Path>) -> Broker {
    let SandboxSettings {
        invisible_time,
        order_invisible_time,
        ..
    } = SandboxSettings::default();
    let timing = Timing {
        invisible: invisible_time,
        order_invisible: order_invisible_time,
    };
    let store = data_dir.map_or(Store::Memory, |dir| Store::open(dir).unwrap());
    Broker::open(timing, store, Clock::system()).unwrap()
}

/// A turn is a message. Each publisher waits for its answer before it goes on.
fn publish(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    runtime: &Runtime,
    durable: bool,
) {
    let message = message(BODY_BYTES);
    let folder = folder();
    let broker = Arc::new(broker(durable.then_some(folder.path())));
    samples.measure(criterion, name, |turns| {
        let begin = Instant::now();
        let made = fill(runtime, &broker, &message, PUBLISHERS, turns);
        let took = begin.elapsed();
        // Memory has to hold one sample, not all of them.
        assert!(runtime.block_on(broker.purge(&topic())).unwrap());
        per_turn(took, made, turns)
    });
}

/// At least so many messages, by several who each wait for their answer; returns how many.
fn fill(
    runtime: &Runtime,
    broker: &Arc<Broker>,
    message: &NewMessage,
    publishers: u64,
    messages: u64,
) -> u64 {
    let each = messages.div_ceil(publishers);
    runtime.block_on(async {
        let mut all = JoinSet::new();
        for _ in 0..publishers {
            let (broker, message) = (Arc::clone(broker), message.clone());
            all.spawn(async move {
                for _ in 0..each {
                    broker.publish(&topic(), message.clone()).await.unwrap();
                }
            });
        }
        all.join_all().await;
    });
    each * publishers
}

/// A turn is a message of any group: each has the whole backlog before it, and they take turns.
fn consume_and_ack(
    criterion: &mut Criterion,
    samples: &mut Samples,
    name: &str,
    runtime: &Runtime,
    backlog: u64,
) {
    // Filled only if it is measured, and small: it is the number that counts.
    let mut filled = None;
    let mut taken = 0;
    samples.measure(criterion, name, |turns| {
        let (_folder, broker) = filled.get_or_insert_with(|| {
            let folder = folder();
            let broker = Arc::new(broker(Some(folder.path())));
            fill(runtime, &broker, &message(5), 1_000, backlog);
            (folder, broker)
        });
        let each = turns.div_ceil(PUBLISHERS);
        let begin = Instant::now();
        runtime.block_on(async {
            let mut consumers = JoinSet::new();
            for consumer in 0..PUBLISHERS {
                let broker = Arc::clone(broker);
                let first = taken + consumer * each;
                consumers.spawn(async move {
                    for turn in first..first + each {
                        take_one(&broker, turn % GROUPS).await;
                    }
                });
            }
            consumers.join_all().await;
        });
        taken += each * PUBLISHERS;
        per_turn(begin.elapsed(), each * PUBLISHERS, turns)
    });
}

async fn take_one(broker: &Broker, group: u64) {
    let group: GroupId = format!("GID_{group}").parse().unwrap();
    let want = Want {
        topic: topic(),
        group: group.clone(),
        filter: TagFilter::All,
        mode: ConsumeMode::Plain,
        count: 1,
    };
    let given = broker.consume(&want, Duration::ZERO).await.unwrap();
    let handles = given.iter().map(|one| one.to_received().receipt_handle);
    let handles = HandleList::new(handles.collect()).unwrap();
    let refused = broker
        .finish(&topic(), Some(&group), AckAction::Ack, &handles)
        .await;
    assert!(refused.unwrap().is_empty());
}

/// A turn is a message; `together` of them share a sync.
fn append(criterion: &mut Criterion, samples: &mut Samples, name: &str, together: u64) {
    // As the store does, it begins anew after so much.
    const MOST_BYTES: u64 = 16 << 20;
    let bytes = vec![b'x'; BODY_BYTES * together as usize];
    let folder = folder();
    let mut file = File::create(folder.path().join("log")).unwrap();
    samples.measure(criterion, name, |turns| {
        let syncs = turns.div_ceil(together);
        let begin = Instant::now();
        for _ in 0..syncs {
            if file.stream_position().unwrap() > MOST_BYTES {
                file.rewind().unwrap();
            }
            file.write_all(&bytes).unwrap();
            file.sync_data().unwrap();
        }
        per_turn(begin.elapsed(), syncs * together, turns)
    });
}

/// A few more were made than asked for, so that they come out even.
fn per_turn(took: Duration, made: u64, turns: u64) -> Duration {
    took.mul_f64(turns as f64 / made as f64)
}
