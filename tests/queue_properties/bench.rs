//! The queues side by side with the model: every step is done to both, and what they say is
//! compared at once. What they look like afterwards is compared in `compare.rs`.

use std::collections::HashMap;
use std::time::Duration;

use mqscope::protocol::{
    AckAction, ConsumeMode, GroupId, MessageParts, Profile, ReceiptHandle, ReceivedMessage,
    TagFilter, Timestamp, TopicName,
};
use mqscope::sandbox::queue::{
    Change, Delivery, GroupRules, HandleRefusal, Incoming, Queues, Retention, Rules, Timing,
    TopicKey, Want,
};
use proptest::prelude::prop;

use crate::model::{Held, Message, Model};
use crate::steps::Step;

pub(crate) const INVISIBLE: u64 = 30;
pub(crate) const ORDER_INVISIBLE: u64 = 12;
pub(crate) const CHECK_INTERVAL: u64 = 10;
pub(crate) const MAX_DELIVERIES: u32 = 3;
pub(crate) const RETENTION: Duration = Duration::from_secs(100);
pub(crate) const TAGS: [Option<&str>; 3] = [None, Some("A"), Some("B")];
pub(crate) const SHARDS: [Option<&str>; 3] = [None, Some("s1"), Some("s2")];
pub(crate) const FILTERS: [&str; 4] = ["*", "A", "A||B", "C||B"];
pub(crate) const GROUPS: [&str; 3] = ["G0", "G1", "G2"];

pub(crate) struct Bench {
    pub(crate) queues: Queues,
    pub(crate) model: Model,
    pub(crate) topic: TopicKey,
    pub(crate) changes: Vec<Change>,
    /// The topic exists.
    pub(crate) touched: bool,
}

pub(crate) fn letters_of(number: usize) -> TopicKey {
    TopicKey {
        instance: None,
        topic: TopicName::dead_letters_of(&group(number)).unwrap(),
    }
}

pub(crate) fn empty() -> Queues {
    empty_of_run(7)
}

pub(crate) fn empty_of_run(run: u64) -> Queues {
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

pub(crate) fn group(number: usize) -> GroupId {
    GROUPS[number].parse().unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn want(
        &self,
        number: usize,
        filter: &TagFilter,
        mode: ConsumeMode,
        count: usize,
    ) -> Want {
        Want {
            topic: self.topic.clone(),
            group: group(number),
            filter: filter.clone(),
            mode,
            count,
        }
    }

    pub(crate) fn run(&mut self, step: &Step) {
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

    pub(crate) fn publish(&mut self, tag: usize, shard: usize, delay_secs: u64, half: bool) {
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

    pub(crate) fn consume(&mut self, number: usize, filter: &str, ordered: bool, count: usize) {
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
        let mut timed = self.model.timed.iter();
        let timed = timed.find(|(_, id)| filter.matches(self.model.messages[*id].tag));
        let timed = timed.map(|(key, _)| key.0);
        if let Some(earliest) = returns.chain(timed).min() {
            assert!(next.is_some_and(|next| next <= earliest), "never too late");
        }
    }

    pub(crate) fn deliver(&mut self, number: usize, message: &ReceivedMessage, lease: u64) {
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
        assert!(message.consumed_times <= MAX_DELIVERIES, "it was dead");
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

    pub(crate) fn check_halves(&mut self, count: usize) {
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

    pub(crate) fn finish(&mut self, number: usize, action: AckAction, handle: &ReceiptHandle) {
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

    pub(crate) fn model_ack(&mut self, number: usize, handle: &ReceiptHandle) -> bool {
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

    pub(crate) fn model_decide(&mut self, action: AckAction, handle: &ReceiptHandle) -> bool {
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

    pub(crate) fn purge(&mut self) {
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

    pub(crate) fn reset(&mut self, number: usize, ago: u64) {
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

    pub(crate) fn expire(&mut self, handle: &ReceiptHandle) {
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

    pub(crate) fn resend(&mut self, number: usize, pick: &prop::sample::Index) {
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
}

pub(crate) fn publish(queues: &mut Queues, topic: &TopicKey, body: &str, now: Timestamp) -> String {
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
