//! What it costs to keep messages: 64 publishers at once on the store on disk, beside a loop that
//! appends the same bytes to a file in the same folder and syncs it, one message or 64 at a time.
//! The latter is the bound: nobody can answer 64 clients with fewer syncs. Without HTTP.
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
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::Criterion;
use mqscope::clock::Clock;
use mqscope::protocol::{MessageParts, NewMessage, Profile, Timestamp};
use mqscope::sandbox::queue::{Timing, TopicKey};
use mqscope::sandbox::store::Store;
use mqscope::sandbox::{Broker, SandboxSettings};
use support::{Samples, criterion};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

const PUBLISHERS: u64 = 64;
const BODY_BYTES: usize = 1024;

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
    criterion.final_summary();
    samples.print_ratio(DURABLE, SYNC_EACH);
    samples.print_ratio(DURABLE, SYNC_64);
    samples.print_ratio(DURABLE, MEMORY);
}

fn folder() -> TempDir {
    match std::env::var_os("MQSCOPE_BENCH_DIR") {
        Some(dir) => TempDir::new_in(dir).unwrap(),
        None => TempDir::new().unwrap(),
    }
}

fn message() -> NewMessage {
    let parts = MessageParts {
        body: "x".repeat(BODY_BYTES),
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
    let message = message();
    samples.measure(criterion, name, |turns| {
        let folder = folder();
        let broker = Arc::new(broker(durable.then_some(folder.path())));
        let topic = TopicKey {
            instance: None,
            topic: "orders".parse().unwrap(),
        };
        let each = turns.div_ceil(PUBLISHERS);
        let begin = Instant::now();
        runtime.block_on(async {
            let mut publishers = JoinSet::new();
            for _ in 0..PUBLISHERS {
                let (broker, topic) = (Arc::clone(&broker), topic.clone());
                let message = message.clone();
                publishers.spawn(async move {
                    for _ in 0..each {
                        broker.publish(&topic, message.clone()).await.unwrap();
                    }
                });
            }
            publishers.join_all().await;
        });
        per_turn(begin.elapsed(), each * PUBLISHERS, turns)
    });
}

/// A turn is a message; `together` of them share a sync.
fn append(criterion: &mut Criterion, samples: &mut Samples, name: &str, together: u64) {
    let bytes = vec![b'x'; BODY_BYTES * together as usize];
    samples.measure(criterion, name, |turns| {
        let folder = folder();
        let mut file = File::create(folder.path().join("log")).unwrap();
        let syncs = turns.div_ceil(together);
        let begin = Instant::now();
        for _ in 0..syncs {
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
