//! What things cost: a consume does not pay for the backlog, nor a look for the log.

use std::time::Duration;

use mqscope::protocol::{AckAction, ConsumeMode, MessageParts, Profile, ReceiptHandle, TagFilter};
use mqscope::sandbox::queue::{Incoming, PeekState, Want};

use crate::bench::{Bench, INVISIBLE, TAGS, publish};

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
