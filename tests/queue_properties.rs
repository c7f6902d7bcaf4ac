//! The queues against a model so simple that it is plainly right: random publishing, consuming,
//! acking, deciding on half messages, and passing of time. No HTTP, no broker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use mqscope::protocol::{
    AckAction, ConsumeMode, GroupId, MessageParts, Profile, ReceiptHandle, ReceivedMessage,
    TagFilter, Timestamp,
};
use mqscope::sandbox::queue::{
    Change, Delivery, HandleRefusal, Incoming, Queues, Timing, TopicKey, Want,
};
use mqscope::sandbox::store::Store;
use proptest::prelude::*;

const INVISIBLE: u64 = 30;
const ORDER_INVISIBLE: u64 = 12;
const CHECK_INTERVAL: u64 = 10;
const TAGS: [Option<&str>; 3] = [None, Some("A"), Some("B")];
const SHARDS: [Option<&str>; 3] = [None, Some("s1"), Some("s2")];
const FILTERS: [&str; 4] = ["*", "A", "A||B", "C||B"];
const GROUPS: [&str; 3] = ["G0", "G1", "G2"];

#[derive(Debug, Clone)]
enum Step {
    Publish {
        tag: usize,
        shard: usize,
        delay_secs: u64,
        half: bool,
    },
    Consume {
        group: usize,
        filter: usize,
        ordered: bool,
        count: usize,
    },
    CheckHalves {
        count: usize,
    },
    /// Any handle ever seen, in any group, and any action.
    Finish {
        group: usize,
        action: AckAction,
        pick: prop::sample::Index,
    },
    /// The newest handle of a message that a group holds.
    AckHeld {
        group: usize,
        pick: prop::sample::Index,
    },
    Pass {
        secs: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..TAGS.len(), 0..SHARDS.len(), prop_oneof![3 => Just(0u64), 1 => 1u64..40], prop::bool::weighted(0.15))
            .prop_map(|(tag, shard, delay_secs, half)| Step::Publish { tag, shard, delay_secs, half }),
        // The last group always consumes in order, the first never, the second as it comes.
        5 => (0..GROUPS.len(), 0..FILTERS.len(), any::<bool>(), 1..6usize)
            .prop_map(|(group, filter, ordered, count)| Step::Consume {
                group, filter, ordered: group == 2 || (group == 1 && ordered), count,
            }),
        1 => (1..4usize).prop_map(|count| Step::CheckHalves { count }),
        2 => (
            0..GROUPS.len(),
            prop_oneof![Just(AckAction::Ack), Just(AckAction::Commit), Just(AckAction::Rollback)],
            any::<prop::sample::Index>(),
        ).prop_map(|(group, action, pick)| Step::Finish { group, action, pick }),
        4 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::AckHeld { group, pick }),
        3 => (1u64..20).prop_map(|secs| Step::Pass { secs }),
    ]
}

/// One message of the model.
#[derive(Debug, Clone)]
struct Message {
    tag: Option<&'static str>,
    shard: Option<&'static str>,
    deliver_at: Timestamp,
    published: Timestamp,
}

/// What a group has of a message that it took.
#[derive(Debug, Clone)]
struct Held {
    handle: ReceiptHandle,
    until: Timestamp,
    times: u32,
    first: Timestamp,
    acked: bool,
}

#[derive(Default)]
struct Model {
    now: Timestamp,
    messages: HashMap<String, Message>,
    timed: BTreeMap<(Timestamp, usize), String>,
    half: BTreeMap<usize, (String, Held)>,
    /// Visible messages in their order.
    log: Vec<String>,
    groups: HashMap<usize, HashMap<String, Held>>,
    published: usize,
    handles: HashSet<ReceiptHandle>,
    seen: Vec<ReceiptHandle>,
}

impl Model {
    fn ripen(&mut self) {
        while let Some(entry) = self.timed.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            self.log.push(entry.remove());
        }
    }

    fn new_handle(&mut self, handle: &ReceiptHandle) {
        assert!(self.handles.insert(handle.clone()), "a handle twice");
        self.seen.push(handle.clone());
    }

    fn make_visible(&mut self, number: usize, id: String) {
        let at = self.messages[&id].deliver_at;
        if at > self.now {
            self.timed.insert((at, number), id);
        } else {
            self.log.push(id);
        }
    }

    fn live(&self, held: &Held) -> bool {
        !held.acked && held.until > self.now
    }

    /// Everything that a plain consume may get.
    fn available(&self, group: usize, filter: &TagFilter) -> Vec<&String> {
        let held = &self.groups[&group];
        let free = |id: &&String| {
            held.get(*id)
                .is_none_or(|held| !held.acked && held.until <= self.now)
        };
        let wanted = |id: &&String| filter.matches(self.messages[*id].tag);
        self.log.iter().filter(wanted).filter(free).collect()
    }

    /// What an ordered consume may get of one shard, in the order in which it must come.
    fn available_of_shard(&self, group: usize, filter: &TagFilter, shard: usize) -> Vec<&String> {
        let held = &self.groups[&group];
        let all: Vec<&String> = self
            .log
            .iter()
            .filter(|id| self.messages[*id].shard == SHARDS[shard])
            .collect();
        let open = |id: &&&String| held.get(**id).is_some_and(|held| !held.acked);
        let open: Vec<&String> = all.iter().filter(open).copied().collect();
        let mut next = if open.iter().any(|id| self.live(&held[*id])) {
            Vec::new()
        } else if open.is_empty() {
            all.into_iter()
                .filter(|id| !held.contains_key(*id))
                .collect()
        } else {
            open
        };
        next.retain(|id| filter.matches(self.messages[*id].tag));
        next
    }

    fn counts(&self, group: usize) -> (u64, u64, u64) {
        let held = &self.groups[&group];
        let acked = held.values().filter(|held| held.acked).count() as u64;
        let invisible = held.values().filter(|held| self.live(held)).count() as u64;
        (self.log.len() as u64 - acked - invisible, invisible, acked)
    }
}

struct Bench {
    queues: Queues,
    model: Model,
    topic: TopicKey,
    changes: Vec<Change>,
}

fn empty() -> Queues {
    empty_of_run(7)
}

fn empty_of_run(run: u64) -> Queues {
    let timing = Timing {
        invisible: Duration::from_secs(INVISIBLE),
        order_invisible: Duration::from_secs(ORDER_INVISIBLE),
    };
    Queues::new(timing, run)
}

fn group(number: usize) -> GroupId {
    GROUPS[number].parse().unwrap()
}

impl Bench {
    fn new() -> Self {
        let topic = TopicKey {
            instance: None,
            topic: "t".parse().unwrap(),
        };
        Self {
            queues: empty(),
            model: Model {
                now: Timestamp::from_millis(1_000_000),
                ..Model::default()
            },
            topic,
            changes: Vec::new(),
        }
    }

    fn want(&self, number: usize, filter: &TagFilter, mode: ConsumeMode, count: usize) -> Want {
        Want {
            topic: self.topic.clone(),
            group: group(number),
            filter: filter.clone(),
            mode,
            count,
        }
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Publish {
                tag,
                shard,
                delay_secs,
                half,
            } => self.publish(*tag, *shard, *delay_secs, *half),
            Step::Consume {
                group,
                filter,
                ordered,
                count,
            } => self.consume(*group, FILTERS[*filter], *ordered, *count),
            Step::CheckHalves { count } => self.check_halves(*count),
            Step::Finish {
                group,
                action,
                pick,
            } => {
                if !self.model.seen.is_empty() {
                    let handle = pick.get(&self.model.seen).clone();
                    self.finish(*group, *action, &handle);
                }
            }
            Step::AckHeld { group, pick } => {
                let held: Vec<ReceiptHandle> = self.model.groups.get(group).map_or(vec![], |all| {
                    let open = all.values().filter(|held| !held.acked);
                    let mut open: Vec<_> = open.map(|held| held.handle.clone()).collect();
                    open.sort();
                    open
                });
                if !held.is_empty() {
                    self.finish(*group, AckAction::Ack, pick.get(&held));
                }
            }
            Step::Pass { secs } => {
                self.model.now = self.model.now + Duration::from_secs(*secs);
            }
        }
        self.compare_counts();
    }

    fn publish(&mut self, tag: usize, shard: usize, delay_secs: u64, half: bool) {
        let now = self.model.now;
        let deliver_at = now + Duration::from_secs(delay_secs);
        let parts = MessageParts {
            body: "b".to_owned(),
            tag: TAGS[tag].map(str::to_owned),
            sharding_key: SHARDS[shard].map(str::to_owned),
            deliver_at: (delay_secs > 0).then_some(deliver_at),
            check_after_secs: half.then_some(15),
            ..MessageParts::default()
        };
        let message = parts.checked(&Profile::Sandbox.limits(), now).unwrap();
        let (receipt, changes) = self
            .queues
            .publish(&self.topic, Incoming::new(message), now);
        self.changes.extend(changes);
        let model = &mut self.model;
        model.ripen();
        let (id, number) = (receipt.message_id, model.published);
        model.published += 1;
        let message = Message {
            tag: TAGS[tag],
            shard: SHARDS[shard],
            deliver_at,
            published: now,
        };
        assert!(model.messages.insert(id.clone(), message).is_none());
        assert_eq!(receipt.receipt_handle.is_some(), half);
        match receipt.receipt_handle {
            Some(handle) => {
                model.new_handle(&handle);
                let held = Held {
                    handle,
                    until: now + Duration::from_secs(15),
                    times: 0,
                    first: now,
                    acked: false,
                };
                model.half.insert(number, (id, held));
            }
            None => model.make_visible(number, id),
        }
    }

    fn consume(&mut self, number: usize, filter: &str, ordered: bool, count: usize) {
        let filter = TagFilter::parse(filter);
        let (mode, lease) = match ordered {
            true => (ConsumeMode::Ordered, ORDER_INVISIBLE),
            false => (ConsumeMode::Plain, INVISIBLE),
        };
        let want = self.want(number, &filter, mode, count);
        let now = self.model.now;
        let announced = self.queues.next_visible(&want, now);
        let (given, changes) = self.queues.consume(&want, now);
        self.changes.extend(changes);
        self.model.ripen();
        self.model.groups.entry(number).or_default();
        let given: Vec<ReceivedMessage> = given.iter().map(Delivery::to_received).collect();
        let ids: Vec<&String> = given.iter().map(|message| &message.message_id).collect();
        if ordered {
            let mut total = 0;
            for (shard, name) in SHARDS.iter().enumerate() {
                let expected = self.model.available_of_shard(number, &filter, shard);
                let of_shard = |id: &&&String| self.model.messages[**id].shard == *name;
                let got: Vec<&String> = ids.iter().filter(of_shard).copied().collect();
                total += expected.len();
                assert_eq!(got, expected[..got.len().min(expected.len())]);
            }
            assert_eq!(ids.len(), total.min(count), "an ordered consume is full");
        } else {
            let available = self.model.available(number, &filter);
            assert_eq!(ids.len(), available.len().min(count), "a consume is full");
            assert!(ids.iter().all(|id| available.contains(id)));
        }
        if !given.is_empty() {
            assert_eq!(announced, Some(now), "what is there is announced");
        } else if let Some(at) = self.queues.next_visible(&want, now) {
            assert!(at > now, "what is not there is not announced");
        }
        for message in given {
            self.deliver(number, &message, lease);
        }
        let next = self.queues.next_visible(&want, now);
        let held = self.model.groups[&number].values();
        let returns = held
            .filter(|held| self.model.live(held))
            .map(|held| held.until);
        let timed = self.model.timed.first_key_value().map(|(key, _)| key.0);
        if let Some(earliest) = returns.chain(timed).min() {
            assert!(next.is_some_and(|next| next <= earliest), "never too late");
        }
    }

    fn deliver(&mut self, number: usize, message: &ReceivedMessage, lease: u64) {
        let model = &mut self.model;
        model.new_handle(&message.receipt_handle);
        let now = model.now;
        assert_eq!(message.next_consume_time, now + Duration::from_secs(lease));
        let published = model.messages[&message.message_id].published;
        assert_eq!(message.publish_time, published);
        let group = model.groups.get_mut(&number).unwrap();
        let last = group.get(&message.message_id);
        let (times, first) = last.map_or((0, now), |last| (last.times, last.first));
        assert_eq!(message.consumed_times, times + 1);
        assert_eq!(message.first_consume_time, first);
        let held = Held {
            handle: message.receipt_handle.clone(),
            until: message.next_consume_time,
            times: times + 1,
            first,
            acked: false,
        };
        group.insert(message.message_id.clone(), held);
    }

    fn check_halves(&mut self, count: usize) {
        let want = self.want(0, &TagFilter::All, ConsumeMode::Half, count);
        let now = self.model.now;
        let (given, changes) = self.queues.consume(&want, now);
        self.changes.extend(changes);
        self.model.ripen();
        let due = self
            .model
            .half
            .values()
            .filter(|(_, held)| held.until <= now);
        assert_eq!(given.len(), due.count().min(count));
        for message in given.iter().map(Delivery::to_received) {
            self.model.new_handle(&message.receipt_handle);
            let mut halves = self.model.half.values_mut();
            let (_, held) = halves.find(|(id, _)| *id == message.message_id).unwrap();
            assert!(held.until <= now);
            held.times += 1;
            held.handle = message.receipt_handle;
            held.until = now + Duration::from_secs(CHECK_INTERVAL);
            assert_eq!(message.next_consume_time, held.until);
            assert_eq!(message.consumed_times, held.times);
        }
    }

    fn finish(&mut self, number: usize, action: AckAction, handle: &ReceiptHandle) {
        let now = self.model.now;
        let name = group(number);
        let handles = [handle.clone()];
        let (finished, changes) =
            self.queues
                .finish(&self.topic, Some(&name), action, &handles, now);
        self.changes.extend(changes);
        self.model.ripen();
        let refused = finished.refused.first().map(|(_, why)| *why);
        assert_ne!(refused, Some(HandleRefusal::NotAHandle));
        let accepted = match action {
            AckAction::Ack => self.model_ack(number, handle),
            AckAction::Commit | AckAction::Rollback => self.model_decide(action, handle),
        };
        assert_eq!(refused.is_none(), accepted, "{action:?} {refused:?}");
    }

    fn model_ack(&mut self, number: usize, handle: &ReceiptHandle) -> bool {
        let now = self.model.now;
        let Some(group) = self.model.groups.get_mut(&number) else {
            return false;
        };
        let good = |held: &&mut Held| held.handle == *handle && !held.acked && held.until > now;
        match group.values_mut().find(good) {
            Some(held) => {
                held.acked = true;
                true
            }
            None => false,
        }
    }

    fn model_decide(&mut self, action: AckAction, handle: &ReceiptHandle) -> bool {
        let now = self.model.now;
        let mut halves = self.model.half.iter();
        let good = halves.find(|(_, (_, held))| held.handle == *handle && held.until > now);
        let Some(number) = good.map(|(number, _)| *number) else {
            return false;
        };
        let (id, _) = self.model.half.remove(&number).unwrap();
        if action == AckAction::Commit {
            self.model.make_visible(number, id);
        }
        true
    }

    fn compare_counts(&mut self) {
        self.changes.extend(self.queues.settle(self.model.now));
        self.model.ripen();
        let overview = self.queues.overview();
        let Some(topic) = overview.topics.first() else {
            return;
        };
        let counts = (topic.messages, topic.delayed, topic.half);
        let model = &self.model;
        let expected = (model.log.len(), model.timed.len(), model.half.len());
        assert_eq!(
            counts,
            (expected.0 as u64, expected.1 as u64, expected.2 as u64)
        );
        for group in &topic.groups {
            let number = GROUPS.iter().position(|name| *name == group.group.as_str());
            let counts = (group.ready, group.invisible, group.acked);
            assert_eq!(counts, model.counts(number.unwrap()), "{}", group.group);
        }
    }

    /// Queues made of the changes alone answer as these do.
    fn compare_replay(mut self) {
        let mut replayed = empty();
        for change in &self.changes {
            replayed.apply(change);
        }
        for secs in [0, 1, 9, 40] {
            let now = self.model.now + Duration::from_secs(secs);
            self.queues.settle(now);
            replayed.settle(now);
            assert_eq!(self.queues.overview(), replayed.overview());
            for (number, mode) in [
                (0, ConsumeMode::Plain),
                (1, ConsumeMode::Plain),
                (2, ConsumeMode::Ordered),
                (0, ConsumeMode::Half),
            ] {
                // All there is: which shard comes first is not promised.
                let want = self.want(number, &TagFilter::All, mode, 1_000);
                let told = |queues: &mut Queues| {
                    let (given, _) = queues.consume(&want, now);
                    let given = given.iter().map(Delivery::to_received);
                    let mut told: Vec<_> = given
                        .map(|m| (m.message_id, m.consumed_times, m.first_consume_time))
                        .collect();
                    told.sort();
                    told
                };
                assert_eq!(told(&mut self.queues), told(&mut replayed));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queues_do_what_the_model_does(steps in prop::collection::vec(step(), 1..120)) {
        let mut bench = Bench::new();
        for step in &steps {
            bench.run(step);
        }
        bench.compare_replay();
    }
}

/// The cost of a consume must not depend on the backlog: many messages, read by many groups in
/// every way that there is. With a scan of the backlog this would take minutes.
#[test]
fn a_large_backlog_does_not_slow_a_consume() {
    let mut bench = Bench::new();
    let now = bench.model.now;
    let limits = Profile::Sandbox.limits();
    for number in 0..200_000usize {
        let parts = MessageParts {
            body: "b".to_owned(),
            tag: TAGS[number % 3].map(str::to_owned),
            // One large shard in front of many small ones.
            sharding_key: Some(format!("s{}", number.saturating_sub(100_000))),
            ..MessageParts::default()
        };
        let message = parts.checked(&limits, now).unwrap();
        bench
            .queues
            .publish(&bench.topic, Incoming::new(message), now);
    }
    for number in 0..100 {
        for (filter, mode) in [
            ("*", ConsumeMode::Plain),
            ("A", ConsumeMode::Plain),
            ("A||B", ConsumeMode::Plain),
            ("*", ConsumeMode::Ordered),
            ("B", ConsumeMode::Ordered),
        ] {
            let want = Want {
                group: format!("G{number}").parse().unwrap(),
                ..bench.want(0, &TagFilter::parse(filter), mode, 16)
            };
            for _ in 0..20 {
                let (given, _) = bench.queues.consume(&want, now);
                assert_eq!(given.len(), 16);
                let handles: Vec<ReceiptHandle> = given
                    .iter()
                    .map(|delivery| delivery.to_received().receipt_handle)
                    .take(8)
                    .collect();
                let (finished, _) = bench.queues.finish(
                    &bench.topic,
                    Some(&want.group),
                    AckAction::Ack,
                    &handles,
                    now,
                );
                assert!(finished.refused.is_empty());
            }
        }
    }
}

/// Queues that live on in a file: now and then everything goes to the store, the process "ends",
/// and what the file holds goes on where it was.
struct Durable {
    bench: Bench,
    dir: tempfile::TempDir,
    store: Option<Store>,
    /// How many of the changes have gone to the store.
    written: usize,
    runtime: tokio::runtime::Runtime,
}

impl Durable {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            store: Some(Store::open(dir.path()).unwrap()),
            bench: Bench::new(),
            dir,
            written: 0,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
        }
    }

    /// The changes since the last time, some in each write.
    fn write(&mut self, some: usize) {
        let store = self.store.as_ref().unwrap();
        for changes in self.bench.changes[self.written..].chunks(some) {
            let changes = changes.to_vec();
            let written = async { store.submit(changes, store.room().await?).durable().await };
            self.runtime.block_on(written).unwrap();
        }
        self.written = self.bench.changes.len();
    }

    fn reopen(&mut self) {
        // Closed before it is opened again.
        self.store = None;
        let store = Store::open(self.dir.path()).unwrap();
        let mut queues = empty_of_run(store.run());
        store.load(|change| queues.apply(&change)).unwrap();
        queues.settle(self.bench.model.now);
        assert_eq!(queues.overview(), self.bench.queues.overview());
        self.bench.queues = queues;
        self.store = Some(store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The model goes on with queues that come from the file, and notices no difference: places,
    /// leases, handles, counts of deliveries, first deliveries, half and timed messages.
    #[test]
    fn queues_from_a_file_go_on_where_they_were(
        rounds in prop::collection::vec((prop::collection::vec(step(), 1..40), 1..12usize), 1..6),
    ) {
        let mut durable = Durable::new();
        for (steps, some) in &rounds {
            for step in steps {
                durable.bench.run(step);
            }
            durable.write(*some);
            durable.reopen();
        }
    }
}

/// What is done leaves the file, or takes a constant place in it: as many messages again, taken
/// and acked one by one, or rolled back, add next to nothing.
#[test]
fn acks_do_not_make_the_file_grow() {
    let mut durable = Durable::new();
    let size = |durable: &Durable| {
        let files = std::fs::read_dir(durable.dir.path()).unwrap();
        files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum::<u64>()
    };
    for _ in 0..2_000 {
        durable.bench.publish(0, 0, 0, false);
    }
    durable.write(100);
    let before = size(&durable);
    let now = durable.bench.model.now;
    let want = durable
        .bench
        .want(0, &TagFilter::All, ConsumeMode::Plain, 16);
    loop {
        let (given, changes) = durable.bench.queues.consume(&want, now);
        durable.bench.changes.extend(changes);
        let handles: Vec<ReceiptHandle> = given
            .iter()
            .map(|delivery| delivery.to_received().receipt_handle)
            .collect();
        if handles.is_empty() {
            break;
        }
        let (finished, changes) = durable.bench.queues.finish(
            &durable.bench.topic,
            Some(&want.group),
            AckAction::Ack,
            &handles,
            now,
        );
        assert!(finished.refused.is_empty());
        durable.bench.changes.extend(changes);
    }
    durable.write(100);
    let mut loaded = Vec::new();
    durable
        .store
        .as_ref()
        .unwrap()
        .load(|change| loaded.push(change))
        .unwrap();
    let of_groups: Vec<&Change> = loaded
        .iter()
        .filter(|change| !matches!(change, Change::Stored { .. } | Change::TopicCreated { .. }))
        .collect();
    assert!(
        matches!(
            of_groups.as_slice(),
            [Change::GroupCreated { .. }, Change::GroupReset { done, .. }] if *done == [0..2_000]
        ),
        "{of_groups:?}"
    );
    assert!(size(&durable) <= before * 2, "{before} {}", size(&durable));
}
