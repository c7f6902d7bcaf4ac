//! Single cases that the model leaves out: dead letters and their ends, groups that start late,
//! what is deleted, what time brings to whom.

use std::time::Duration;

use mqscope::protocol::{AckAction, ConsumeMode, MessageParts, Profile, TagFilter, Timestamp};
use mqscope::sandbox::queue::{
    GroupRules, GroupStart, HandleRefusal, Incoming, Queues, Retention, Rules, TopicKey, Want,
};

use crate::bench::{
    Bench, INVISIBLE, MAX_DELIVERIES, RETENTION, empty, group, letters_of, publish,
};

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

/// A half message counts as old as its publishing. Committed late it stands behind newer ones, is
/// kept as long as they are, and dies like them.
#[test]
fn a_half_message_that_is_committed_late_dies_as_any_other() {
    let mut bench = Bench::new();
    let start = bench.model.now;
    let at = |secs| start + Duration::from_secs(secs);
    bench.publish(0, 0, 0, true);
    publish(&mut bench.queues, &bench.topic, "newer", at(90));
    let check = bench.want(0, &TagFilter::All, ConsumeMode::Half, 1);
    let handle = bench.queues.consume(&check, at(90)).0[0].to_received();
    let handles = [handle.receipt_handle];
    let commit = AckAction::Commit;
    let (done, _) = bench
        .queues
        .finish(&bench.topic, None, commit, &handles, at(95));
    assert!(done.refused.is_empty());
    let want = bench.want(0, &TagFilter::All, ConsumeMode::Plain, 16);
    assert_eq!(bodies(&mut bench.queues, &want, at(95)), ["newer", "b"]);
    for secs in [95 + INVISIBLE, 95 + 2 * INVISIBLE] {
        // Older than the retention, but not the one in front of it.
        assert_eq!(bodies(&mut bench.queues, &want, at(secs)), ["newer", "b"]);
    }
    let dead = at(95 + 3 * INVISIBLE);
    assert!(bodies(&mut bench.queues, &want, dead).is_empty());
    let letters = Want {
        topic: letters_of(0),
        ..bench.want(1, &TagFilter::All, ConsumeMode::Plain, 16)
    };
    assert_eq!(bodies(&mut bench.queues, &letters, dead), ["newer", "b"]);
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

/// Who parks wakes when time may bring something: not for every tag, nor for every group's dead.
#[test]
fn time_is_announced_to_those_it_brings_something() {
    let mut bench = Bench::new();
    let now = bench.model.now;
    let next = |queues: &mut Queues, want: &Want| queues.next_visible(want, now).0;
    bench.publish(1, 0, 5, false);
    let visible = Some(now + Duration::from_secs(5));
    for mode in [ConsumeMode::Plain, ConsumeMode::Ordered] {
        let want = |tags: &str| bench.want(0, &TagFilter::parse(tags), mode, 1);
        let (any, a, b) = (want("*"), want("C||A"), want("B"));
        let queues = &mut bench.queues;
        assert_eq!([&any, &a].map(|want| next(queues, want)), [visible; 2]);
        assert_eq!(next(queues, &b), None);
    }
    publish(&mut bench.queues, &bench.topic, "x", now);
    let want = bench.want(0, &TagFilter::All, ConsumeMode::Plain, 1);
    for _ in 0..MAX_DELIVERIES {
        let given = bench.queues.consume(&want, now).0;
        let handle = given[0].to_received().receipt_handle;
        let alive = given[0].to_received().consumed_times < MAX_DELIVERIES;
        let (ended, _) = match alive {
            true => bench.queues.expire(&bench.topic, &handle, now),
            false => (Ok(()), Vec::new()),
        };
        assert_eq!(ended, Ok(()));
    }
    let letters = [0, 1].map(|number| Want {
        topic: letters_of(number),
        ..want.clone()
    });
    let dies = Some(now + Duration::from_secs(INVISIBLE));
    let queues = &mut bench.queues;
    assert_eq!(letters.map(|want| next(queues, &want)), [dies, None]);
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
