//! The queues against a model so simple that it is plainly right: random publishing, consuming,
//! acking, deciding on half messages, dying, administration, and passing of time. No HTTP, no broker.
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
    TagFilter, Timestamp, TopicName,
};
use mqscope::sandbox::Overview;
use mqscope::sandbox::queue::{
    Change, Delivery, GroupRules, GroupStart, HandleRefusal, Incoming, PeekState, Queues,
    Retention, Rules, Timing, TopicKey, Want,
};
use mqscope::sandbox::store::Store;
use proptest::prelude::*;

const INVISIBLE: u64 = 30;
const ORDER_INVISIBLE: u64 = 12;
const CHECK_INTERVAL: u64 = 10;
const MAX_DELIVERIES: u32 = 3;
const RETENTION: Duration = Duration::from_secs(100);
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
    Purge,
    /// To so many seconds ago.
    Reset {
        group: usize,
        ago: u64,
    },
    /// Any handle ever seen.
    Expire {
        pick: prop::sample::Index,
    },
    /// The newest handle of a message that a group holds.
    ExpireHeld {
        group: usize,
        pick: prop::sample::Index,
    },
    /// One dead letter of a group.
    Resend {
        group: usize,
        pick: prop::sample::Index,
    },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..TAGS.len(), 0..SHARDS.len(), prop_oneof![3 => Just(0u64), 1 => 1u64..40], prop::bool::weighted(0.15))
            .prop_map(|(tag, shard, delay_secs, half)| Step::Publish { tag, shard, delay_secs, half }),
        // The last group always consumes in order, the first never, the second as it comes.
        10 => (0..GROUPS.len(), 0..FILTERS.len(), any::<bool>(), 1..6usize)
            .prop_map(|(group, filter, ordered, count)| Step::Consume {
                group, filter, ordered: group == 2 || (group == 1 && ordered), count,
            }),
        2 => (1..4usize).prop_map(|count| Step::CheckHalves { count }),
        4 => (
            0..GROUPS.len(),
            prop_oneof![Just(AckAction::Ack), Just(AckAction::Commit), Just(AckAction::Rollback)],
            any::<prop::sample::Index>(),
        ).prop_map(|(group, action, pick)| Step::Finish { group, action, pick }),
        5 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::AckHeld { group, pick }),
        5 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::ExpireHeld { group, pick }),
        1 => any::<prop::sample::Index>().prop_map(|pick| Step::Expire { pick }),
        2 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::Resend { group, pick }),
        1 => (0..GROUPS.len(), 0u64..50).prop_map(|(group, ago)| Step::Reset { group, ago }),
        1 => Just(Step::Purge),
        7 => (1u64..20).prop_map(|secs| Step::Pass { secs }),
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
    /// Dead letters with the group that they died in and when.
    letters: Vec<(usize, String, Timestamp)>,
    published: usize,
    handles: HashSet<ReceiptHandle>,
    seen: Vec<ReceiptHandle>,
}

impl Model {
    fn since(&self, id: &str) -> Timestamp {
        let message = &self.messages[id];
        message.deliver_at.max(message.published)
    }

    /// Everything that is due happens.
    fn ripen(&mut self) {
        let now = self.now;
        let mut died = Vec::new();
        for (&number, group) in &self.groups {
            for (id, held) in group {
                let over = !held.acked && held.until <= now && held.times >= MAX_DELIVERIES;
                if over && self.since(id) + RETENTION > held.until {
                    died.push((number, id.clone(), held.until));
                }
            }
        }
        for (number, id, at) in died {
            self.groups
                .get_mut(&number)
                .unwrap()
                .get_mut(&id)
                .unwrap()
                .acked = true;
            self.letters.push((number, id, at));
        }
        self.letters.retain(|(_, _, at)| *at + RETENTION > now);
        let old = |id: &String| {
            let message = &self.messages[id];
            message.deliver_at.max(message.published) + RETENTION <= now
        };
        self.half.retain(|_, (id, _)| !old(id));
        self.enter_log();
        while let Some(id) = self.log.first().cloned() {
            if self.since(&id) + RETENTION > now {
                break;
            }
            self.log.remove(0);
            for group in self.groups.values_mut() {
                group.remove(&id);
            }
        }
    }

    fn enter_log(&mut self) {
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

    /// Messages of the log that stand like that, in order.
    fn standing(&self, group: usize, state: PeekState) -> Vec<String> {
        let held = &self.groups[&group];
        let state_of = |id: &String| match held.get(id) {
            Some(held) if held.acked => PeekState::Acked,
            Some(held) if self.live(held) => PeekState::Invisible,
            _ => PeekState::Ready,
        };
        let like_that = |id: &&String| state == PeekState::All || state_of(id) == state;
        self.log.iter().filter(like_that).cloned().collect()
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
    /// The topic exists.
    touched: bool,
}

impl Held {
    /// Done without a delivery.
    fn done(now: Timestamp) -> Self {
        Self {
            handle: ReceiptHandle::new("none").unwrap(),
            until: now,
            times: 0,
            first: now,
            acked: true,
        }
    }
}

fn letters_of(number: usize) -> TopicKey {
    TopicKey {
        instance: None,
        topic: TopicName::dead_letters_of(&group(number)).unwrap(),
    }
}

fn empty() -> Queues {
    empty_of_run(7)
}

fn empty_of_run(run: u64) -> Queues {
    let timing = Timing {
        invisible: Duration::from_secs(INVISIBLE),
        order_invisible: Duration::from_secs(ORDER_INVISIBLE),
    };
    let group = GroupRules {
        timing,
        max_deliveries: MAX_DELIVERIES,
        ..GroupRules::default()
    };
    let rules = Rules {
        group,
        retention: Retention(RETENTION),
        ..Rules::default()
    };
    Queues::new(rules, run)
}

/// Totals count what this run did: nobody tells them to the next.
fn untold(mut overview: Overview) -> Overview {
    for topic in &mut overview.topics {
        topic.totals = mqscope::sandbox::Totals::default();
    }
    overview
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
            touched: false,
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
                    let open = all.values().filter(|held| !held.acked && held.times > 0);
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
            Step::Purge => self.purge(),
            Step::Reset { group, ago } => self.reset(*group, *ago),
            Step::Expire { pick } => {
                if !self.model.seen.is_empty() {
                    let handle = pick.get(&self.model.seen).clone();
                    self.expire(&handle);
                }
            }
            Step::ExpireHeld { group, pick } => {
                let live = |held: &&Held| self.model.live(held);
                let mut held: Vec<ReceiptHandle> = match self.model.groups.get(group) {
                    Some(all) => all
                        .values()
                        .filter(live)
                        .map(|h| h.handle.clone())
                        .collect(),
                    None => vec![],
                };
                held.sort();
                if !held.is_empty() {
                    self.expire(&pick.get(&held).clone());
                }
            }
            Step::Resend { group, pick } => self.resend(*group, pick),
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
        let (announced, changes) = self.queues.next_visible(&want, now);
        self.changes.extend(changes);
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
        } else if let (Some(at), _) = self.queues.next_visible(&want, now) {
            assert!(at > now, "what is not there is not announced");
        }
        for message in given {
            self.deliver(number, &message, lease);
        }
        let (next, _) = self.queues.next_visible(&want, now);
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
        let (times, first) = match last {
            Some(last) if last.times > 0 => (last.times, last.first),
            _ => (0, now),
        };
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
        let due = |half: &&(String, Held)| half.1.until <= now;
        let expected = self.model.half.values().filter(due).count().min(count);
        assert_eq!(given.len(), expected);
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

    fn purge(&mut self) {
        let (found, changes) = self.queues.purge(&self.topic, self.model.now);
        self.changes.extend(changes);
        let model = &mut self.model;
        model.ripen();
        assert_eq!(
            found,
            model.published > 0 || !model.groups.is_empty() || self.touched
        );
        model.log.clear();
        model.timed.clear();
        model.half.clear();
        model.groups.values_mut().for_each(HashMap::clear);
    }

    fn reset(&mut self, number: usize, ago: u64) {
        let now = self.model.now;
        let to = now.offset_millis(-1_000 * i64::try_from(ago).unwrap());
        let (found, changes) = self
            .queues
            .reset_group(&self.topic, &group(number), to, now);
        self.changes.extend(changes);
        let model = &mut self.model;
        model.ripen();
        assert_eq!(found, model.groups.contains_key(&number));
        let Some(group) = model.groups.get_mut(&number) else {
            return;
        };
        group.clear();
        for id in &model.log {
            if model.messages[id].published < to {
                group.insert(id.clone(), Held::done(now));
            }
        }
    }

    fn expire(&mut self, handle: &ReceiptHandle) {
        let now = self.model.now;
        let (result, changes) = self.queues.expire(&self.topic, handle, now);
        self.changes.extend(changes);
        let model = &mut self.model;
        model.ripen();
        let held = model.groups.values_mut().flat_map(HashMap::values_mut);
        let held = held.chain(model.half.values_mut().map(|(_, held)| held));
        let mut live = held.filter(|held| !held.acked && held.until > now);
        let found = live.find(|held| held.handle == *handle);
        assert_eq!(result.is_ok(), found.is_some(), "{result:?}");
        if let Some(held) = found {
            held.until = now;
        }
    }

    fn resend(&mut self, number: usize, pick: &prop::sample::Index) {
        let now = self.model.now;
        self.model.ripen();
        let model = &mut self.model;
        // Where the topic has lost the message there is a test of its own.
        let letters = model.letters.iter().enumerate();
        let letters = letters.filter(|(_, (of, id, _))| *of == number && model.log.contains(id));
        let letters: Vec<usize> = letters.map(|(at, _)| at).collect();
        if letters.is_empty() {
            return;
        }
        // All letters of that id: a message may have died again after a reset.
        let (_, id, _) = model.letters[*pick.get(&letters)].clone();
        let before = model.letters.len();
        model
            .letters
            .retain(|(of, other, _)| (*of, other) != (number, &id));
        let expected = (before - model.letters.len()) as u64;
        let held = model.groups.get_mut(&number).unwrap().get_mut(&id);
        if let Some(held) = held.filter(|held| held.acked) {
            *held = Held {
                acked: false,
                ..Held::done(now)
            };
        }
        let ids = [id];
        let (sent, changes) = self.queues.resend(&letters_of(number), Some(&ids), now);
        self.changes.extend(changes);
        assert_eq!(sent, expected);
    }

    /// All that such a look finds, in small steps.
    fn peek(&mut self, topic: &TopicKey, number: usize, state: PeekState) -> Vec<String> {
        let (mut found, mut from) = (Vec::new(), 0);
        let group = group(number);
        loop {
            let (peek, changes) =
                self.queues
                    .peek(topic, Some(&group), state, from, 2, self.model.now);
            self.changes.extend(changes);
            assert!(peek.messages.len() <= 2);
            for peeked in peek.messages {
                assert!(state == PeekState::All || peeked.state == state);
                found.push(peeked.message.id.clone());
            }
            match peek.next {
                Some(next) => from = next,
                None => return found,
            }
        }
    }

    fn compare_peeks(&mut self) {
        let topic = self.topic.clone();
        for number in 0..GROUPS.len() {
            if self.model.groups.contains_key(&number) {
                for state in [PeekState::Ready, PeekState::Invisible, PeekState::Acked] {
                    let expected = self.model.standing(number, state);
                    assert_eq!(self.peek(&topic, number, state), expected, "{state:?}");
                }
            }
            let mut letters: Vec<String> = Vec::new();
            for (of, id, _) in &self.model.letters {
                letters.extend((*of == number).then(|| id.clone()));
            }
            let mut found = self.peek(&letters_of(number), number, PeekState::All);
            letters.sort();
            found.sort();
            assert_eq!(found, letters, "dead letters");
        }
        let delayed: HashSet<String> = self.model.timed.values().cloned().collect();
        let found = self.peek(&topic, 0, PeekState::Delayed);
        assert_eq!(found.len(), delayed.len());
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), delayed);
        let halves: Vec<String> = self
            .model
            .half
            .values()
            .map(|half| half.0.clone())
            .collect();
        assert_eq!(self.peek(&topic, 0, PeekState::Half), halves);
    }

    fn compare_counts(&mut self) {
        self.changes.extend(self.queues.settle(self.model.now));
        self.model.ripen();
        self.compare_peeks();
        let overview = self.queues.overview();
        let topic = overview
            .topics
            .iter()
            .find(|topic| topic.topic.as_str() == "t");
        let Some(topic) = topic else {
            return;
        };
        self.touched = true;
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
            let number = number.unwrap();
            assert_eq!(counts, model.counts(number), "{}", group.group);
            let letters = model.letters.iter().filter(|(of, ..)| *of == number);
            assert_eq!(group.dead, letters.count() as u64);
            let ready = model.standing(number, PeekState::Ready);
            let oldest = ready.first().map(|id| model.messages[id].published);
            assert_eq!(group.oldest_ready, oldest);
        }
    }

    /// Queues made of the changes alone answer as these do.
    fn compare_replay(mut self) {
        // Another run, or its nonces would be those of leases that are still alive.
        let mut replayed = empty_of_run(1 << 40);
        for change in &self.changes {
            replayed.apply(change);
        }
        for secs in [0, 1, 9, 40, 75] {
            let now = self.model.now + Duration::from_secs(secs);
            self.queues.settle(now);
            replayed.settle(now);
            assert_eq!(
                untold(self.queues.overview()),
                untold(replayed.overview()),
                "after {secs} s"
            );
            for (number, mode) in [
                (0, ConsumeMode::Plain),
                (1, ConsumeMode::Plain),
                (2, ConsumeMode::Ordered),
                (0, ConsumeMode::Half),
            ] {
                // All there is: which shard comes first is not promised.
                let want = self.want(number, &TagFilter::All, mode, 1_000);
                let letters = Want {
                    topic: letters_of(number),
                    ..want.clone()
                };
                let told = |queues: &mut Queues, want: &Want| {
                    let (given, _) = queues.consume(want, now);
                    let given = given.iter().map(Delivery::to_received);
                    let mut told: Vec<_> = given
                        .map(|m| (m.message_id, m.consumed_times, m.first_consume_time))
                        .collect();
                    told.sort();
                    told
                };
                for want in [want, letters] {
                    assert_eq!(told(&mut self.queues, &want), told(&mut replayed, &want));
                }
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

fn publish(queues: &mut Queues, topic: &TopicKey, body: &str, now: Timestamp) -> String {
    let parts = MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    };
    let message = parts.checked(&Profile::Sandbox.limits(), now).unwrap();
    queues
        .publish(topic, Incoming::new(message), now)
        .0
        .message_id
}

fn bodies(queues: &mut Queues, want: &Want, now: Timestamp) -> Vec<String> {
    let given = queues.consume(want, now).0;
    given.iter().map(|given| given.to_received().body).collect()
}

/// Consumes until everything that is there has died, and returns when that is.
fn let_die(queues: &mut Queues, want: &Want, mut now: Timestamp) -> Timestamp {
    for _ in 0..MAX_DELIVERIES {
        queues.consume(want, now);
        now = now + Duration::from_secs(INVISIBLE);
    }
    now
}

#[test]
fn a_dead_letter_whose_message_is_gone_comes_back_to_its_group_alone() {
    let mut bench = Bench::new();
    let (queues, topic) = (&mut bench.queues, &bench.topic);
    let want = |number: usize| Want {
        topic: topic.clone(),
        group: group(number),
        filter: TagFilter::All,
        mode: ConsumeMode::Plain,
        count: 16,
    };
    let start = Timestamp::from_millis(1_000_000);
    publish(queues, topic, "x", start);
    assert_eq!(bodies(queues, &want(1), start), ["x"]);
    let now = let_die(queues, &want(0), start);
    assert!(queues.purge(topic, now).0);
    let (sent, _) = queues.resend(&letters_of(0), None, now);
    assert_eq!(sent, 1);
    assert_eq!(queues.resend(&letters_of(0), None, now).0, 0, "it moved");
    assert!(bodies(queues, &want(1), now).is_empty());
    let (given, _) = queues.consume(&want(0), now);
    let given = given[0].to_received();
    assert_eq!((given.body.as_str(), given.consumed_times), ("x", 1));
}

#[test]
fn a_group_that_starts_latest_gets_what_comes_after_it() {
    let latest = GroupRules {
        start: GroupStart::Latest,
        ..GroupRules::default()
    };
    let rules = Rules {
        groups: [(group(1), latest)].into(),
        ..Rules::default()
    };
    let mut queues = Queues::new(rules, 7);
    let bench = Bench::new();
    let now = bench.model.now;
    let want = |number| bench.want(number, &TagFilter::All, ConsumeMode::Plain, 16);
    publish(&mut queues, &bench.topic, "old", now);
    assert_eq!(queues.next_visible(&want(1), now).0, None);
    assert!(bodies(&mut queues, &want(1), now).is_empty());
    publish(&mut queues, &bench.topic, "new", now);
    assert_eq!(bodies(&mut queues, &want(1), now), ["new"]);
    assert_eq!(bodies(&mut queues, &want(0), now), ["old", "new"]);
}

#[test]
fn nothing_is_lost_by_a_group_that_reads_its_own_dead_letters() {
    let mut bench = Bench::new();
    let start = bench.model.now;
    let want = bench.want(0, &TagFilter::All, ConsumeMode::Plain, 16);
    publish(&mut bench.queues, &bench.topic, "x", start);
    let mut now = let_die(&mut bench.queues, &want, start);
    let letters = Want {
        topic: letters_of(0),
        ..want
    };
    // As often as it likes, and no letter of a letter comes of it.
    for _ in 0..2 {
        assert_eq!(bodies(&mut bench.queues, &letters, now), ["x"]);
        now = now + Duration::from_secs(INVISIBLE);
    }
    let (given, _) = bench.queues.consume(&letters, now);
    assert_eq!(given[0].to_received().consumed_times, 3);
    assert_eq!(bench.queues.overview().totals().dead, 1);
}

#[test]
fn what_is_deleted_begins_anew() {
    let mut bench = Bench::new();
    let now = bench.model.now;
    let want = bench.want(0, &TagFilter::All, ConsumeMode::Plain, 16);
    let (queues, topic) = (&mut bench.queues, &bench.topic);
    let mut changes = Vec::new();
    publish(queues, topic, "x", now);
    let handle = queues.consume(&want, now).0[0].to_received().receipt_handle;
    let (deleted, _) = queues.delete_group(topic, &want.group, now);
    assert!(deleted && !queues.delete_group(topic, &want.group, now).0);
    let (late, _) = queues.finish(topic, Some(&want.group), AckAction::Ack, &[handle], now);
    assert_eq!(late.refused[0].1, HandleRefusal::Gone);
    assert_eq!(bodies(queues, &want, now), ["x"]);
    let (deleted, more) = queues.delete_topic(topic, now);
    changes.extend(more);
    assert!(deleted && queues.overview().topics.is_empty());
    assert!(!queues.delete_topic(topic, now).0);
    assert!(bodies(queues, &want, now).is_empty());
    // Replayed, a deleted topic is gone as well.
    let mut replayed = empty();
    let incoming = MessageParts {
        body: "y".to_owned(),
        ..MessageParts::default()
    };
    let incoming = incoming.checked(&Profile::Sandbox.limits(), now).unwrap();
    for change in empty().publish(topic, Incoming::new(incoming), now).1 {
        replayed.apply(&change);
    }
    assert_eq!(replayed.overview().topics.len(), 1);
    changes.iter().for_each(|change| replayed.apply(change));
    assert!(replayed.overview().topics.is_empty());
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

    /// Killed, the files are what they were before it could close them: the log first, as what
    /// leaves it in the meantime is in the database then.
    fn reopen(&mut self, killed: bool) {
        let left = tempfile::tempdir().unwrap();
        if killed {
            for name in ["sandbox-1.log", "sandbox-2.log", "sandbox.redb"] {
                std::fs::copy(self.dir.path().join(name), left.path().join(name)).unwrap();
            }
        }
        // Closed before it is opened again.
        self.store = None;
        if killed {
            self.dir = left;
        }
        let store = Store::open(self.dir.path()).unwrap();
        let mut queues = empty_of_run(store.run());
        store.load(|change| queues.apply(&change)).unwrap();
        queues.settle(self.bench.model.now);
        assert_eq!(
            untold(queues.overview()),
            untold(self.bench.queues.overview())
        );
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
        rounds in prop::collection::vec(
            (prop::collection::vec(step(), 1..40), 1..12usize, any::<bool>()),
            1..6,
        ),
    ) {
        let mut durable = Durable::new();
        for (steps, some, killed) in &rounds {
            for step in steps {
                durable.bench.run(step);
            }
            durable.write(*some);
            durable.reopen(*killed);
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
    durable.reopen(false);
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
    durable.reopen(false);
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
            [Change::GroupCreated { .. }, Change::GroupReset { done, .. }]
                if done.len() == 1 && done[0] == (0..2_000)
        ),
        "{of_groups:?}"
    );
    assert!(size(&durable) <= before * 2, "{before} {}", size(&durable));
}

/// However long the log is, one look is short, and looks together see all of it.
#[test]
fn a_look_is_bounded_and_can_go_on() {
    const MESSAGES: usize = 25_000;
    let mut bench = Bench::new();
    let now = bench.model.now;
    for number in 0..MESSAGES {
        publish(&mut bench.queues, &bench.topic, &number.to_string(), now);
    }
    let everything = bench.want(0, &TagFilter::All, ConsumeMode::Plain, MESSAGES);
    let (given, _) = bench.queues.consume(&everything, now);
    let last = given.last().unwrap().to_received().receipt_handle;
    let (done, _) = bench.queues.finish(
        &bench.topic,
        Some(&everything.group),
        AckAction::Ack,
        &[last],
        now,
    );
    assert!(done.refused.is_empty());
    // The one acked message stands at the very end.
    let (mut looks, mut from) = (0, 0);
    let found = loop {
        let group = Some(&everything.group);
        let (peek, _) = bench
            .queues
            .peek(&bench.topic, group, PeekState::Acked, from, 16, now);
        looks += 1;
        if let [peeked] = peek.messages.as_slice() {
            break peeked.clone();
        }
        from = peek.next.unwrap();
    };
    assert_eq!(found.message.parts.body, (MESSAGES - 1).to_string());
    assert_eq!(found.position, Some(MESSAGES as u64 - 1));
    assert_eq!((found.handle, found.consumed_times), (None, 0));
    assert_eq!(looks, 3);
    // What is looked for by its state is found at once.
    let group = Some(&everything.group);
    let (peek, _) = bench
        .queues
        .peek(&bench.topic, group, PeekState::Invisible, 0, 1, now);
    let [first] = peek.messages.as_slice() else {
        panic!("{peek:?}");
    };
    assert_eq!(first.until, Some(now + Duration::from_secs(INVISIBLE)));
    let handle = first.handle.clone().unwrap();
    assert_eq!(handle, given[0].to_received().receipt_handle);
}

#[test]
fn a_topic_may_have_a_retention_of_its_own() {
    let bench = Bench::new();
    let own = TopicKey {
        topic: "zz-own".parse().unwrap(),
        ..bench.topic.clone()
    };
    let rules = Rules {
        retention: Retention(RETENTION),
        retentions: [(own.topic.clone(), Retention(Duration::from_secs(1)))].into(),
        ..Rules::default()
    };
    let mut queues = Queues::new(rules, 7);
    let now = bench.model.now;
    for topic in [&own, &bench.topic] {
        publish(&mut queues, topic, "x", now);
    }
    let after = |queues: &mut Queues, millis: i64| {
        queues.settle(now.offset_millis(millis));
        let topics = queues.overview().topics;
        topics
            .iter()
            .map(|topic| topic.messages)
            .collect::<Vec<_>>()
    };
    assert_eq!(after(&mut queues, 999), [1, 1]);
    assert_eq!(after(&mut queues, 1_000), [1, 0], "the other, then its own");
    assert_eq!(after(&mut queues, 100_000), [0, 0]);
}
