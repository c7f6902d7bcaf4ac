//! Long polls parked at a broker without a socket, on a clock that is moved by hand: who is woken
//! by what, that nobody else is, and that no wake-up is lost. Speaks no HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use mqscope::clock::{Clock, ClockHand};
use mqscope::protocol::{
    AckAction, ConsumeMode, GroupId, HandleList, MessageParts, Profile, PublishReceipt,
    ReceiptHandle, TagFilter, Timestamp,
};
use mqscope::sandbox::Broker;
use mqscope::sandbox::queue::{
    Delivery, GroupRules, GroupStart, PeekState, Rules, Timing, TopicKey, Want,
};
use mqscope::sandbox::store::Store;
use proptest::prelude::*;
use tokio::task::JoinSet;

const SECS: fn(u64) -> Duration = Duration::from_secs;
const INVISIBLE: Duration = Duration::from_secs(10);

struct Bench {
    broker: Arc<Broker>,
    clock: Clock,
    hand: ClockHand,
}

impl Bench {
    fn new() -> Self {
        let group = GroupRules {
            timing: Timing {
                invisible: INVISIBLE,
                order_invisible: INVISIBLE,
            },
            max_deliveries: 2,
            ..GroupRules::default()
        };
        Self::with(Rules {
            group,
            ..Rules::default()
        })
    }

    fn with(rules: Rules) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
        let broker = Broker::open(rules, Store::Memory, clock.clone()).unwrap();
        Self {
            broker: Arc::new(broker),
            clock,
            hand,
        }
    }

    async fn publish(&self, parts: MessageParts) -> PublishReceipt {
        let limits = Profile::Sandbox.limits();
        let message = parts.checked(&limits, self.clock.now()).unwrap();
        self.broker.publish(&topic("t"), message).await.unwrap()
    }

    async fn take(&self, want: &Want) -> Vec<Delivery> {
        self.broker.consume(want, Duration::ZERO).await.unwrap()
    }

    async fn until_parked(&self, polls: usize) {
        while self.broker.parked() != polls {
            tokio::task::yield_now().await;
        }
    }
}

fn topic(name: &str) -> TopicKey {
    TopicKey {
        instance: None,
        topic: name.parse().unwrap(),
    }
}

fn want(group: &str, tag: &str) -> Want {
    Want {
        topic: topic("t"),
        group: group.parse().unwrap(),
        filter: TagFilter::parse(tag),
        mode: ConsumeMode::Plain,
        count: 1,
    }
}

fn text(tag: Option<&str>) -> MessageParts {
    MessageParts {
        body: "x".to_owned(),
        tag: tag.map(str::to_owned),
        ..MessageParts::default()
    }
}

/// Lets a future run until it waits for something; what it returned, if it is done.
async fn step<T>(mut future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[tokio::test]
async fn one_publish_wakes_one_poll_of_each_group_that_wants_it() {
    let bench = Bench::new();
    let mut polls = JoinSet::new();
    let mut park = |count, want: Want| {
        for _ in 0..count {
            let (broker, want) = (Arc::clone(&bench.broker), want.clone());
            polls.spawn(async move { broker.consume(&want, SECS(30)).await.unwrap().len() });
        }
    };
    park(3_000, want("G", "A"));
    park(1_000, want("G", "B"));
    park(500, want("H", "*"));
    let ordered = Want {
        mode: ConsumeMode::Ordered,
        ..want("O", "A||C")
    };
    park(500, ordered);
    bench.until_parked(5_000).await;
    bench.publish(text(Some("A"))).await;
    for _ in 0..3 {
        assert_eq!(polls.join_next().await.unwrap().unwrap(), 1);
    }
    bench.until_parked(4_997).await;
    // One each of G, H and O got it. As the lease ends before the polls do, one more of each was
    // woken to watch for that; those of G that want another tag have nothing to watch for.
    assert_eq!(bench.broker.wake_ups(), 3 + 3);
    bench.publish(text(Some("for H alone"))).await;
    assert_eq!(polls.join_next().await.unwrap().unwrap(), 1);
    bench.until_parked(4_996).await;
    // H's watch got it, so that another one watches.
    assert_eq!(bench.broker.wake_ups(), 6 + 2);
    bench.broker.stop();
    while let Some(given) = polls.join_next().await {
        assert_eq!(given.unwrap(), 0);
    }
}

/// Whoever cannot get a message is not even asked about, however many are parked.
#[tokio::test]
async fn who_wants_another_tag_costs_a_publish_nothing() {
    let bench = Bench::new();
    let mut polls = JoinSet::new();
    let mut park = |want: Want| {
        let broker = Arc::clone(&bench.broker);
        polls.spawn(async move { broker.consume(&want, SECS(30)).await.unwrap().len() });
    };
    for number in 0..1_000 {
        let tag = format!("T{number}");
        park(want(&format!("G{number}"), &tag));
        // One group with many filters is no other case.
        park(want("G", &tag));
        let mode = ConsumeMode::Ordered;
        park(Want {
            mode,
            ..want(&format!("O{number}"), &format!("{tag}||U"))
        });
    }
    let mode = ConsumeMode::Half;
    park(Want {
        mode,
        ..want("H", "*")
    });
    park(want("G", "A||B"));
    bench.until_parked(3_002).await;
    let before = bench.broker.questions();
    bench.publish(text(Some("A"))).await;
    assert_eq!(polls.join_next().await.unwrap().unwrap(), 1);
    assert_eq!(bench.broker.questions(), before + 1);
    // A message that is there later is news when it is published and when its time comes.
    let timed = MessageParts {
        deliver_at: Some(bench.clock.now() + SECS(3)),
        ..text(Some("B"))
    };
    bench.publish(timed).await;
    bench.publish(text(None)).await;
    bench.hand.advance(SECS(3));
    assert_eq!(bench.take(&want("G", "B")).await.len(), 1);
    assert_eq!(bench.broker.questions(), before + 1);
    assert_eq!(bench.broker.wake_ups(), 1);
    // What all of them can get wakes each once.
    bench.publish(text(Some("U"))).await;
    for _ in 0..1_000 {
        assert_eq!(polls.join_next().await.unwrap().unwrap(), 1);
    }
    assert_eq!(bench.broker.wake_ups(), 1 + 1_000);
    bench.broker.stop();
}

#[tokio::test]
async fn a_woken_poll_that_is_gone_passes_it_on() {
    let bench = Bench::new();
    let want = want("G", "*");
    let mut first = Box::pin(bench.broker.consume(&want, SECS(30)));
    let mut second = pin!(bench.broker.consume(&want, SECS(30)));
    assert!(step(first.as_mut()).await.is_none());
    assert!(step(second.as_mut()).await.is_none());
    bench.publish(text(None)).await;
    assert_eq!(bench.broker.wake_ups(), 1);
    // Its client hangs up before it has looked.
    drop(first);
    assert_eq!(bench.broker.wake_ups(), 2);
    assert_eq!(step(second).await.unwrap().unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_woken_poll_leaves_wakes_the_next() {
    let bench = Bench::new();
    let want = want("G", "*");
    let mut handles = Vec::new();
    for _ in 0..3 {
        let half = MessageParts {
            check_after_secs: Some(10),
            ..text(None)
        };
        handles.push(bench.publish(half).await.receipt_handle.unwrap());
    }
    let polls = async {
        tokio::join!(
            bench.broker.consume(&want, SECS(30)),
            bench.broker.consume(&want, SECS(30)),
            bench.broker.consume(&want, SECS(30)),
        )
    };
    let ((a, b, c), ()) = tokio::join!(polls, async {
        bench.until_parked(3).await;
        // Three messages at once, each poll takes one.
        let handles = HandleList::new(handles).unwrap();
        let topic = topic("t");
        let commit = AckAction::Commit;
        let refused = bench.broker.finish(&topic, None, commit, &handles).await;
        assert!(refused.unwrap().is_empty());
    });
    let taken = [a, b, c].map(|given| given.unwrap().len());
    assert_eq!(taken, [1, 1, 1]);
}

#[tokio::test]
async fn the_end_of_a_lease_wakes_whoever_is_left() {
    let bench = Bench::new();
    let want = want("G", "*");
    let mut short = pin!(bench.broker.consume(&want, SECS(5)));
    let mut long = pin!(bench.broker.consume(&want, SECS(30)));
    // All of this happens after they have parked: they know nothing of that lease.
    assert!(step(short.as_mut()).await.is_none());
    assert!(step(long.as_mut()).await.is_none());
    let mut taker = pin!(bench.broker.consume(&want, SECS(30)));
    bench.publish(text(None)).await;
    let taken = step(taker.as_mut()).await.unwrap().unwrap();
    assert_eq!(taken.len(), 1, "whoever comes first has it");
    assert!(step(short.as_mut()).await.is_none());
    assert!(step(long.as_mut()).await.is_none());
    bench.hand.advance(SECS(5));
    let nothing = step(short.as_mut()).await.unwrap().unwrap();
    assert!(nothing.is_empty());
    assert!(step(long.as_mut()).await.is_none());
    bench.hand.advance(SECS(5));
    let again = step(long).await.unwrap().unwrap();
    assert_eq!(again[0].to_received().consumed_times, 2);
}

#[tokio::test]
async fn somebody_watches_the_time_whoever_comes_back_first() {
    let bench = Bench::new();
    let want = want("G", "*");
    let mut first = pin!(bench.broker.consume(&want, SECS(30)));
    let mut second = pin!(bench.broker.consume(&want, SECS(30)));
    assert!(step(first.as_mut()).await.is_none());
    assert!(step(second.as_mut()).await.is_none());
    // Both are woken, and find that somebody else was faster.
    for _ in 0..2 {
        bench.publish(text(None)).await;
    }
    for _ in 0..2 {
        assert_eq!(bench.take(&want).await.len(), 1);
    }
    assert!(step(first.as_mut()).await.is_none());
    // Sooner than anything that the first one knows of, and the second one is not back yet.
    let timed = MessageParts {
        deliver_at: Some(bench.clock.now() + SECS(3)),
        ..text(None)
    };
    bench.publish(timed).await;
    assert!(step(second.as_mut()).await.is_none());
    assert!(step(first.as_mut()).await.is_none());
    bench.hand.advance(SECS(3));
    assert_eq!(step(first).await.unwrap().unwrap().len(), 1);
}

#[tokio::test]
async fn a_death_wakes_who_reads_the_dead_letters() {
    let bench = Bench::new();
    let letters = Want {
        topic: topic("%DLQ%G"),
        ..want("Undertaker", "*")
    };
    let mut parked = pin!(bench.broker.consume(&letters, SECS(30)));
    assert!(step(parked.as_mut()).await.is_none());
    let receipt = bench.publish(text(None)).await;
    for _ in 0..2 {
        assert_eq!(bench.take(&want("G", "*")).await.len(), 1);
        assert!(step(parked.as_mut()).await.is_none());
        bench.hand.advance(INVISIBLE);
    }
    // Nobody asks for G any more.
    let given = step(parked).await.unwrap().unwrap();
    let letter = given[0].to_received();
    assert_eq!(letter.message_id, receipt.message_id);
    assert_eq!(letter.consumed_times, 1);
}

#[tokio::test]
async fn administration_wakes_whom_it_helps() {
    let bench = Bench::new();
    let want = want("G", "*");
    let start = bench.clock.now();
    bench.publish(text(None)).await;
    let handle = bench.take(&want).await[0].to_received().receipt_handle;
    // The end of a lease.
    let mut parked = Box::pin(bench.broker.consume(&want, SECS(30)));
    assert!(step(parked.as_mut()).await.is_none());
    let ended = bench.broker.expire(&topic("t"), &handle).await.unwrap();
    assert_eq!(ended, Ok(()));
    let given = step(parked.as_mut()).await.unwrap().unwrap();
    assert_eq!(given[0].to_received().consumed_times, 2);
    // A group that begins anew.
    let mut parked = Box::pin(bench.broker.consume(&want, SECS(30)));
    assert!(step(parked.as_mut()).await.is_none());
    let group = &want.group;
    let reset = bench.broker.reset_group(&topic("t"), group, start).await;
    assert!(reset.unwrap());
    let given = step(parked.as_mut()).await.unwrap().unwrap();
    assert_eq!(given[0].to_received().consumed_times, 1);
    // A dead letter that is sent back.
    bench.hand.advance(INVISIBLE);
    assert_eq!(bench.take(&want).await.len(), 1);
    bench.hand.advance(INVISIBLE);
    let mut parked = Box::pin(bench.broker.consume(&want, SECS(30)));
    assert!(step(parked.as_mut()).await.is_none());
    assert_eq!(bench.broker.overview().totals().dead, 1);
    let letters = topic("%DLQ%G");
    assert_eq!(bench.broker.resend(&letters, None).await.unwrap(), 1);
    let given = step(parked.as_mut()).await.unwrap().unwrap();
    assert_eq!(given[0].to_received().consumed_times, 1);
    let left = bench.broker.peek(&letters, None, PeekState::All, 0, 16);
    assert!(left.messages.is_empty());
    // Purged and deleted: nothing is left.
    assert!(bench.broker.purge(&topic("t")).await.unwrap());
    assert!(bench.broker.delete_group(&topic("t"), group).await.unwrap());
    assert!(bench.take(&want).await.is_empty());
    assert!(bench.broker.delete_topic(&topic("t")).await.unwrap());
    assert_eq!(bench.broker.overview().topics.len(), 1);
}

/// A group that begins with the latest message begins anew at once when it, or its topic, is
/// deleted under a parked poll; otherwise it would begin behind the message it waits for.
#[tokio::test]
async fn a_poll_whose_group_is_deleted_gets_what_comes_next() {
    let rules = Rules {
        group: GroupRules {
            start: GroupStart::Latest,
            ..GroupRules::default()
        },
        ..Rules::default()
    };
    let bench = Bench::with(rules);
    let want = want("G", "*");
    for whole_topic in [false, true] {
        let mut parked = Box::pin(bench.broker.consume(&want, SECS(30)));
        assert!(step(parked.as_mut()).await.is_none());
        let deleted = match whole_topic {
            true => bench.broker.delete_topic(&topic("t")).await,
            false => bench.broker.delete_group(&topic("t"), &want.group).await,
        };
        assert!(deleted.unwrap());
        assert!(step(parked.as_mut()).await.is_none());
        bench.publish(text(None)).await;
        let given = step(parked.as_mut()).await.unwrap().unwrap();
        assert_eq!(given.len(), 1, "whole topic: {whole_topic}");
    }
}

#[derive(Debug, Clone)]
enum Act {
    Park {
        group: usize,
        filter: usize,
        wait: u64,
    },
    HangUp(prop::sample::Index),
    Publish {
        tag: usize,
        shard: bool,
        delay: u64,
    },
    /// Without waiting.
    Take(usize),
    Ack(prop::sample::Index),
    Expire(prop::sample::Index),
    Pass(u64),
    /// Lets one poll run, if it can.
    Run(prop::sample::Index),
}

fn act() -> impl Strategy<Value = Act> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (0..4usize, 0..3usize, 1u64..40)
            .prop_map(|(group, filter, wait)| Act::Park { group, filter, wait }),
        1 => index().prop_map(Act::HangUp),
        3 => (0..2usize, any::<bool>(), prop_oneof![2 => Just(0u64), 1 => 1u64..20])
            .prop_map(|(tag, shard, delay)| Act::Publish { tag, shard, delay }),
        1 => (0..4usize).prop_map(Act::Take),
        1 => index().prop_map(Act::Ack),
        1 => index().prop_map(Act::Expire),
        2 => (1u64..12).prop_map(Act::Pass),
        3 => index().prop_map(Act::Run),
    ]
}

const FILTERS: [&str; 3] = ["*", "A", "B"];

/// Polls come, run when they like, and go; at the end whoever is still parked must have nothing
/// to find. A poll looks only when it is woken, so a wake-up that is lost stays lost here.
async fn no_wake_up_is_lost(acts: Vec<Act>) {
    let bench = Bench::new();
    let (broker, hand) = (&bench.broker, &bench.hand);
    let mut handles: Vec<(GroupId, ReceiptHandle)> = Vec::new();
    let wants: Vec<Want> = FILTERS
        .map(|tag| want("G", tag))
        .into_iter()
        .chain(FILTERS.map(|tag| want("H", tag)))
        .chain(FILTERS.map(|tag| Want {
            mode: ConsumeMode::Ordered,
            ..want("H", tag)
        }))
        .chain(FILTERS.map(|tag| Want {
            topic: topic("%DLQ%G"),
            ..want("Undertaker", tag)
        }))
        .collect();
    let mut parked = Vec::new();
    let here = topic("t");
    for act in acts {
        let mut given = Vec::new();
        match act {
            Act::Park {
                group,
                filter,
                wait,
            } => {
                let want = &wants[group * FILTERS.len() + filter];
                let mut poll = Box::pin(broker.consume(want, SECS(wait)));
                match step(poll.as_mut()).await {
                    Some(taken) => given = taken.unwrap(),
                    None => parked.push((want, poll)),
                }
            }
            Act::HangUp(pick) if !parked.is_empty() => {
                drop(parked.remove(pick.index(parked.len())));
            }
            Act::Run(pick) if !parked.is_empty() => {
                let at = pick.index(parked.len());
                if let Some(taken) = step(parked[at].1.as_mut()).await {
                    given = taken.unwrap();
                    drop(parked.remove(at));
                }
            }
            Act::Publish { tag, shard, delay } => {
                let timed = MessageParts {
                    deliver_at: (delay > 0).then(|| bench.clock.now() + SECS(delay)),
                    sharding_key: shard.then(|| "one".to_owned()),
                    ..text(Some(FILTERS[tag + 1]))
                };
                bench.publish(timed).await;
            }
            Act::Take(group) => given = bench.take(&wants[group * FILTERS.len()]).await,
            Act::Ack(pick) if !handles.is_empty() => {
                let (group, handle) = pick.get(&handles).clone();
                let ack = HandleList::new(vec![handle]).unwrap();
                let acked = broker.finish(&here, Some(&group), AckAction::Ack, &ack);
                acked.await.unwrap();
            }
            Act::Expire(pick) if !handles.is_empty() => {
                let _ = broker.expire(&here, &pick.get(&handles).1).await.unwrap();
            }
            Act::Pass(secs) => hand.advance(SECS(secs)),
            Act::HangUp(_) | Act::Run(_) | Act::Ack(_) | Act::Expire(_) => {}
        }
        for delivery in given {
            let handle = delivery.to_received().receipt_handle;
            // Any group may try.
            handles.push(("G".parse().unwrap(), handle.clone()));
            handles.push(("H".parse().unwrap(), handle));
        }
    }
    // Whoever was woken looks; again and again, as one may wake the other.
    let mut moved = true;
    while moved {
        moved = false;
        let before = broker.wake_ups();
        let mut left = Vec::new();
        for (want, mut poll) in parked {
            match step(poll.as_mut()).await {
                Some(_) => moved = true,
                None => left.push((want, poll)),
            }
        }
        parked = left;
        moved |= broker.wake_ups() > before;
    }
    // Each of them once more, as if it came now: nothing is there that it slept through. What one
    // takes is there for no other.
    for (want, _) in &parked {
        let given = bench.take(want).await;
        assert!(given.is_empty(), "a poll of {want:?} sleeps through it");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_polls_come_and_go_no_wake_up_is_lost(acts in prop::collection::vec(act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(no_wake_up_is_lost(acts));
    }
}
