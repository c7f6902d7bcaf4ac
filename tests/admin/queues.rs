//! What the API does to the queues, and that its clients see it.

use super::*;
use mqscope::protocol::admin::{
    Expire, GroupRef, MessageState, PeekQuery, Resend, ResetGroup, ResetTo,
};

fn group_ref() -> GroupRef {
    GroupRef {
        instance: None,
        topic: topic(),
        group: group(),
    }
}

/// A look at what stands like this with the group.
fn look(state: MessageState) -> PeekQuery {
    PeekQuery {
        group: Some(group()),
        state: Some(state),
        ..PeekQuery::of(topic_ref())
    }
}

fn is_not_found<T: std::fmt::Debug>(result: Result<T, ClientError>) -> bool {
    let error = result.unwrap_err();
    assert!(!error.is_retryable());
    (error.kind(), code(&error).as_str()) == (ErrorKind::Refused, "NotFound")
}

#[tokio::test]
async fn a_peek_shows_how_messages_stand_and_takes_none() {
    let (bench, hand) = Bench::manual().await;
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
    }
    let later = Timestamp::from_millis(START_MILLIS) + HOUR;
    bench
        .publish(MessageParts {
            tag: Some("T & Co".to_owned()),
            key: Some("k".to_owned()),
            deliver_at: Some(later),
            ..text("timed <>&")
        })
        .await;
    assert_eq!(
        bench.peek(look(MessageState::Ready)).await.0,
        ["a", "b", "c"]
    );
    assert_eq!(bench.admin.statistics().await.unwrap().delivered, 0);
    let given = bench.consume(0).await;
    bench.ack(&given[0]).await;
    assert_eq!(bench.peek(look(MessageState::Acked)).await.0, ["a"]);
    assert_eq!(bench.peek(look(MessageState::Ready)).await, (vec![], None));

    let found = bench
        .admin
        .peek(&look(MessageState::Invisible))
        .await
        .unwrap();
    let [b, c] = &found.messages[..] else {
        panic!("{found:?}");
    };
    assert_eq!((b.body.as_str(), c.body.as_str()), ("b", "c"));
    assert_eq!(b.receipt_handle.as_ref(), Some(&given[1].receipt_handle));
    assert_eq!(b.until, Some(given[1].next_consume_time));
    assert_eq!((b.consumed_times, b.state), (1, MessageState::Invisible));
    assert_eq!(b.message_id, given[1].message_id);
    assert_eq!(b.body_md5, given[1].body_md5);
    assert_eq!(b.publish_time, given[1].publish_time);

    let found = bench
        .admin
        .peek(&look(MessageState::Delayed))
        .await
        .unwrap();
    let [timed] = &found.messages[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        (timed.body.as_str(), timed.until),
        ("timed <>&", Some(later))
    );
    assert_eq!(timed.tag.as_deref(), Some("T & Co"));
    assert_eq!(timed.properties["KEYS"], "k");
    assert_eq!(timed.receipt_handle, None);

    // Step by step, to the end, past the cursor between the log and what waits beside it.
    let mut all = Vec::new();
    let mut query = PeekQuery {
        limit: Some(1),
        ..PeekQuery::of(topic_ref())
    };
    loop {
        let (bodies, next) = bench.peek(query.clone()).await;
        all.extend(bodies);
        let Some(next) = next else { break };
        query.from = Some(next);
    }
    assert_eq!(all, ["a", "b", "c", "timed <>&"]);
    hand.advance(5 * MINUTE);
    assert_eq!(bench.consume(0).await.len(), 2);
    bench.end().await;
}

#[tokio::test]
async fn a_lease_ended_by_its_handle_brings_its_message_to_a_parked_poll() {
    let (bench, _hand) = Bench::manual().await;
    for body in ["a", "b"] {
        bench.publish(text(body)).await;
    }
    let given = bench.consume(0).await;
    let expire = Expire {
        instance: None,
        topic: topic(),
        handle: given[1].receipt_handle.clone(),
    };
    let (again, ()) = tokio::join!(bench.consume(30), async {
        bench.until_parked().await;
        bench.admin.expire(&expire).await.unwrap();
    });
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].body.as_str(), again[0].consumed_times), ("b", 2));
    assert_eq!(bench.ack(&given[1]).await.len(), 1);
    assert!(bench.ack(&again[0]).await.is_empty());
    assert!(is_not_found(bench.admin.expire(&expire).await));
    bench.end().await;
}

#[tokio::test]
async fn dead_letters_are_counted_and_sent_back() {
    let (clock, hand) = Clock::manual(Timestamp::from_millis(START_MILLIS));
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        max_deliveries: 1,
        ..SandboxSettings::default()
    };
    let bench = Bench::with(settings, clock.clone(), clock).await;
    for body in ["a", "b"] {
        bench.publish(text(body)).await;
    }
    let given = bench.consume(0).await;
    assert_eq!(given.len(), 2);
    hand.advance(5 * MINUTE);
    assert!(bench.consume(0).await.is_empty());
    assert_eq!(bench.counts().await.dead, 2);
    let one = Resend {
        instance: None,
        group: group(),
        message_ids: Some(vec![given[1].message_id.clone()]),
    };
    assert_eq!(bench.admin.resend(&one).await.unwrap(), 1);
    assert_eq!(bench.admin.resend(&one).await.unwrap(), 0);
    assert_eq!(bench.counts().await.dead, 1);
    let again = bench.consume(0).await;
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].body.as_str(), again[0].consumed_times), ("b", 1));
    let all = Resend {
        message_ids: None,
        ..one
    };
    assert_eq!(bench.admin.resend(&all).await.unwrap(), 1);
    assert_eq!(bench.consume(0).await[0].body, "a");
    bench.end().await;
}

#[tokio::test]
async fn a_group_begins_anew_where_it_is_told() {
    let (bench, hand) = Bench::manual().await;
    for body in ["a", "b", "c"] {
        bench.publish(text(body)).await;
        hand.advance(MINUTE);
    }
    let reset = |to| ResetGroup {
        instance: None,
        topic: topic(),
        group: group(),
        to,
    };
    assert!(is_not_found(
        bench.admin.reset_group(&reset(ResetTo::Oldest)).await
    ));
    assert_eq!(bench.consume(0).await.len(), 3);
    let second = Timestamp::from_millis(START_MILLIS) + MINUTE;
    for (to, ready) in [
        (ResetTo::Latest, 0),
        (ResetTo::Oldest, 3),
        (ResetTo::Time(second), 2),
    ] {
        bench.admin.reset_group(&reset(to)).await.unwrap();
        let counts = bench.counts().await;
        assert_eq!((counts.ready, counts.invisible), (ready, 0), "{to:?}");
    }
    assert_eq!(bench.counts().await.oldest_ready, Some(second));
    assert_eq!(bench.consume(0).await[0].body, "b");
    bench.end().await;
}

#[tokio::test]
async fn what_is_purged_or_deleted_is_gone() {
    let (bench, _hand) = Bench::manual().await;
    assert!(is_not_found(bench.admin.purge(&topic_ref()).await));
    assert!(is_not_found(bench.admin.delete_topic(&topic_ref()).await));
    bench.publish(text("a")).await;
    assert!(is_not_found(bench.admin.delete_group(&group_ref()).await));
    assert_eq!(bench.consume(0).await.len(), 1);

    // The group forgets its lease and begins as a new one.
    bench.admin.delete_group(&group_ref()).await.unwrap();
    assert_eq!(bench.consume(0).await.len(), 1);

    bench.publish(text("b")).await;
    bench.admin.purge(&topic_ref()).await.unwrap();
    assert!(bench.consume(0).await.is_empty());
    let counts = bench.counts().await;
    assert_eq!((counts.ready, counts.invisible), (0, 0));

    bench.admin.delete_topic(&topic_ref()).await.unwrap();
    assert!(bench.admin.overview().await.unwrap().topics.is_empty());
    bench.publish(text("c")).await;
    assert_eq!(bench.consume(0).await[0].body, "c");
    bench.end().await;
}

#[tokio::test]
async fn an_instance_of_the_same_topic_is_another_topic() {
    let (bench, _hand) = Bench::manual().await;
    bench.publish(text("a")).await;
    let elsewhere = TopicRef {
        instance: Some("MQ_INST_1".parse().unwrap()),
        topic: topic(),
    };
    assert!(is_not_found(bench.admin.purge(&elsewhere).await));
    let found = bench.peek(PeekQuery::of(elsewhere)).await;
    assert_eq!(found, (vec![], None));
    assert_eq!(bench.peek(PeekQuery::of(topic_ref())).await.0, ["a"]);
    bench.end().await;
}
