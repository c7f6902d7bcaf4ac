//! What becomes of messages: leases and acks, tags, groups, shards, half messages, dead letters, time.

use mqscope::protocol::{
    AckAction, AckFailure, FaultCode, MessageParts, PublishReceipt, ReceiptHandle, body_md5,
};
use mqscope::sandbox::SandboxSettings;

use super::bench::{
    Bench, HALF, ORDERED, PARK, POLL, Poll, SECS, bodies, half, sharded, tagged, text,
};

#[tokio::test]
async fn a_message_is_published_consumed_and_acked() {
    let bench = Bench::new().await;
    let body = "{\"人\":\"😀\"} <&>\"' \r\n\t]]>";
    let sent = MessageParts {
        body: body.to_owned(),
        tag: Some("TagA".to_owned()),
        key: Some("key-1".to_owned()),
        properties: vec![("颜色".to_owned(), "红 1".to_owned())],
        ..MessageParts::default()
    };
    let receipt = bench.publish("t", sent.clone()).await;
    assert_eq!(receipt.body_md5, body_md5(body));
    assert_eq!(receipt.receipt_handle, None);
    let given = bench.poll("t", POLL).await;
    let [message] = given.as_slice() else {
        panic!("{given:?}");
    };
    let now = bench.clock.now();
    assert_eq!(message.message_id, receipt.message_id);
    assert_eq!(message.body, body);
    assert!(message.body_is_intact());
    assert_eq!(message.tag.as_deref(), Some("TagA"));
    assert_eq!(message.key(), Some("key-1"));
    assert_eq!(message.properties, sent.wire_properties());
    assert_eq!(message.publish_time, now);
    assert_eq!(message.first_consume_time, now);
    assert_eq!(message.next_consume_time, now + SECS(300));
    assert_eq!(message.consumed_times, 1);
    assert!(bench.poll("t", POLL).await.is_empty());
    assert!(bench.ack(message).await.is_empty());
    // Used already.
    assert_eq!(bench.ack(message).await[0].code, FaultCode::MessageNotExist);
    bench.hand.advance(SECS(3_600));
    assert!(bench.poll("t", POLL).await.is_empty());
    let overview = bench.broker.overview();
    let counts = &overview.topics[0].groups[0];
    assert_eq!((counts.ready, counts.invisible, counts.acked), (0, 0, 1));
}

#[tokio::test]
async fn a_late_ack_is_refused_and_a_partial_one_says_which() {
    let bench = Bench::new().await;
    for body in ["1", "2", "3"] {
        bench.publish("t", text(body)).await;
    }
    let late = bench.poll("t", POLL).await;
    assert_eq!(bodies(&late), ["1", "2", "3"]);
    bench.hand.advance(SECS(300));
    assert_eq!(
        bench.ack(&late[0]).await[0].code,
        FaultCode::MessageNotExist
    );
    let again = bench.poll("t", POLL).await;
    assert_eq!(bodies(&again), ["1", "2", "3"]);
    let not_a_handle = ReceiptHandle::new("not-a-handle").unwrap();
    let mixed = [
        &again[0].receipt_handle,
        // Superseded.
        &late[1].receipt_handle,
        &not_a_handle,
        &again[2].receipt_handle,
    ];
    let refused = bench.finish("t", "G", AckAction::Ack, &mixed).await;
    let told: Vec<_> = refused.iter().map(|f| (&f.handle, &f.code)).collect();
    assert_eq!(
        told,
        [
            (&late[1].receipt_handle, &FaultCode::MessageNotExist),
            (&not_a_handle, &FaultCode::ReceiptHandleError),
        ]
    );
    bench.hand.advance(SECS(300));
    assert_eq!(bodies(&bench.poll("t", POLL).await), ["2"]);
    // Another group's, another topic's, and a delivery's handle for a half message.
    let handle = &again[1].receipt_handle;
    let check = |refused: Vec<AckFailure>, code| assert_eq!(refused[0].code, code);
    check(
        bench.finish("t", "H", AckAction::Ack, &[handle]).await,
        FaultCode::MessageNotExist,
    );
    check(
        bench.finish("u", "G", AckAction::Ack, &[handle]).await,
        FaultCode::MessageNotExist,
    );
    check(
        bench.finish("t", "G", AckAction::Commit, &[handle]).await,
        FaultCode::ReceiptHandleError,
    );
}

#[tokio::test]
async fn tags_filter_and_what_they_leave_stays() {
    let bench = Bench::new().await;
    for (body, tag) in [("1", "A"), ("2", "B c+d"), ("3", "A"), ("4", "q'(r)")] {
        bench.publish("t", tagged(body, tag)).await;
    }
    bench.publish("t", text("5")).await;
    let with = |tag| bench.poll("t", Poll { tag, ..POLL });
    assert!(with("none").await.is_empty());
    assert_eq!(bodies(&with("B c+d||q'(r)").await), ["2", "4"]);
    assert_eq!(bodies(&with("A").await), ["1", "3"]);
    assert_eq!(bodies(&with("*").await), ["5"]);
}

#[tokio::test]
async fn groups_are_independent_and_begin_with_the_oldest() {
    let bench = Bench::new().await;
    bench.publish("t", text("1")).await;
    let first = bench.poll("t", POLL).await;
    assert!(bench.ack(&first[0]).await.is_empty());
    let other = Poll { group: "H", ..POLL };
    let given = bench.poll("t", other).await;
    assert_eq!(bodies(&given), ["1"]);
    assert_eq!(given[0].consumed_times, 1);
    // An instance has topics of its own.
    let elsewhere = "/topics/t/messages?consumer=G&numOfMessages=1&ns=I";
    let code = bench.fault(&bench.headers(), "GET", elsewhere, "").await;
    assert_eq!(code, FaultCode::MessageNotExist);
}

#[tokio::test]
async fn shards_are_consumed_in_order() {
    let bench = Bench::new().await;
    for (body, key) in [("a1", "a"), ("b1", "b"), ("a2", "a"), ("a3", "a")] {
        bench.publish("t", sharded(body, key)).await;
    }
    let two = Poll {
        count: 2,
        ..ORDERED
    };
    let first = bench.poll("t", two).await;
    assert_eq!(bodies(&first), ["a1", "a2"]);
    assert_eq!(first[0].next_consume_time, bench.clock.now() + SECS(60));
    let second = bench.poll("t", two).await;
    assert_eq!(bodies(&second), ["b1"]);
    // One of two acked is not enough.
    assert!(bench.ack(&first[0]).await.is_empty());
    assert!(bench.poll("t", two).await.is_empty());
    bench.hand.advance(SECS(60));
    let again = bench.poll("t", ORDERED).await;
    assert_eq!(bodies(&again), ["b1", "a2"]);
    assert_eq!(again[1].consumed_times, 2);
    assert!(bench.ack(&again[1]).await.is_empty());
    assert_eq!(bodies(&bench.poll("t", ORDERED).await), ["a3"]);
}

#[tokio::test]
async fn half_messages_are_committed_rolled_back_and_checked() {
    let bench = Bench::new().await;
    let handle = |receipt: &PublishReceipt| receipt.receipt_handle.clone().unwrap();
    let committed = bench.publish("t", half("commit")).await;
    let dropped = bench.publish("t", half("rollback")).await;
    let checked = bench.publish("t", half("check")).await;
    assert!(bench.poll("t", POLL).await.is_empty());
    assert!(bench.poll("t", HALF).await.is_empty());
    // The SDKs name no group here.
    let commit = [&handle(&committed)];
    let given = bench
        .woken_by(PARK, async || {
            let refused = bench.finish("t", "", AckAction::Commit, &commit).await;
            assert!(refused.is_empty());
        })
        .await;
    assert_eq!(bodies(&given), ["commit"]);
    assert_eq!(given[0].message_id, committed.message_id);
    assert!(bench.ack(&given[0]).await.is_empty());
    let roll_back = [&handle(&dropped)];
    let refused = bench.finish("t", "", AckAction::Rollback, &roll_back).await;
    assert!(refused.is_empty());
    // Nobody decided within the ten seconds: it is handed out for a check.
    let park = Poll {
        wait_secs: 30,
        ..HALF
    };
    let check = bench
        .woken_by(park, async || bench.hand.advance(SECS(10)))
        .await;
    assert_eq!(bodies(&check), ["check"]);
    assert_eq!(check[0].message_id, checked.message_id);
    assert_eq!(check[0].next_consume_time, bench.clock.now() + SECS(10));
    let late = [&handle(&checked)];
    let refused = bench.finish("t", "", AckAction::Commit, &late).await;
    assert_eq!(refused[0].code, FaultCode::MessageNotExist);
    assert!(bench.poll("t", HALF).await.is_empty());
    bench.hand.advance(SECS(10));
    let again = bench.poll("t", HALF).await;
    assert_eq!(again[0].consumed_times, 2);
    let late = [&check[0].receipt_handle];
    let refused = bench.finish("t", "G", AckAction::Rollback, &late).await;
    assert_eq!(refused[0].code, FaultCode::MessageNotExist);
    let refused = bench.ack(&again[0]).await;
    assert_eq!(refused[0].code, FaultCode::ReceiptHandleError);
    let commit = [&again[0].receipt_handle];
    let refused = bench.finish("t", "G", AckAction::Commit, &commit).await;
    assert!(refused.is_empty());
    assert_eq!(bodies(&bench.poll("t", POLL).await), ["check"]);
    bench.hand.advance(SECS(20));
    assert!(bench.poll("t", HALF).await.is_empty());
    assert_eq!(bench.broker.overview().topics[0].half, 0);
}

#[tokio::test]
async fn what_is_never_acked_becomes_a_dead_letter() {
    let bench = Bench::with(SandboxSettings {
        max_deliveries: 2,
        ..SandboxSettings::default()
    })
    .await;
    let sent = MessageParts {
        tag: Some("TagA".to_owned()),
        key: Some("k".to_owned()),
        properties: vec![("a".to_owned(), "b".to_owned())],
        ..text("poison")
    };
    let receipt = bench.publish("t", sent.clone()).await;
    bench.publish("t", text("fine")).await;
    let published = bench.clock.now();
    for times in [1, 2] {
        let given = bench.poll("t", POLL).await;
        let poison = given.iter().find(|message| message.body == "poison");
        assert_eq!(poison.unwrap().consumed_times, times);
        for fine in given.iter().filter(|message| message.body == "fine") {
            assert!(bench.ack(fine).await.is_empty());
        }
        bench.hand.advance(SECS(300));
    }
    assert!(bench.poll("t", POLL).await.is_empty());
    // Any group reads it as the topic that it is, however its name is written in the path.
    let dead = |path: &str, group: &str| {
        format!("/topics/{path}/messages?consumer={group}&numOfMessages=16")
    };
    for (path, group) in [("%25DLQ%25G", "A"), ("%DLQ%G", "B")] {
        let answer = bench
            .raw(&bench.headers(), "GET", &dead(path, group), "")
            .await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.body.contains("<MessageBody>poison</MessageBody>"));
    }
    let letters = bench.poll("%DLQ%G", Poll { group: "C", ..POLL }).await;
    let [letter] = letters.as_slice() else {
        panic!("{letters:?}");
    };
    assert_eq!(letter.message_id, receipt.message_id);
    assert_eq!(letter.properties, sent.wire_properties());
    assert_eq!(letter.tag.as_deref(), Some("TagA"));
    assert_eq!(letter.publish_time, published);
    assert_eq!(letter.consumed_times, 1);
    let handle = [&letter.receipt_handle];
    assert!(
        bench
            .finish("%DLQ%G", "C", AckAction::Ack, &handle)
            .await
            .is_empty()
    );
    // Another group of the topic has it still.
    let other = bench.poll("t", Poll { group: "H", ..POLL }).await;
    assert_eq!(bodies(&other), ["poison", "fine"]);
}

#[tokio::test]
async fn a_dead_letter_does_not_block_its_shard() {
    let bench = Bench::with(SandboxSettings {
        max_deliveries: 2,
        ..SandboxSettings::default()
    })
    .await;
    for body in ["1", "2"] {
        bench.publish("t", sharded(body, "s")).await;
    }
    let one = Poll {
        count: 1,
        ..ORDERED
    };
    for _ in 0..2 {
        assert_eq!(bodies(&bench.poll("t", one).await), ["1"]);
        assert!(bench.poll("t", one).await.is_empty());
        bench.hand.advance(SECS(60));
    }
    assert_eq!(bodies(&bench.poll("t", one).await), ["2"]);
    let letters = bench
        .poll(
            "%DLQ%G",
            Poll {
                group: "C",
                ..ORDERED
            },
        )
        .await;
    assert_eq!(bodies(&letters), ["1"]);
    assert_eq!(letters[0].sharding_key(), Some("s"));
}

#[tokio::test]
async fn messages_are_kept_for_three_days() {
    let bench = Bench::new().await;
    let days = |days: u64| SECS(days * 24 * 3_600);
    let timed = MessageParts {
        deliver_at: Some(bench.clock.now() + days(2)),
        ..text("timed")
    };
    bench.publish("t", timed).await;
    bench.publish("t", text("old")).await;
    bench.hand.advance(days(3) - SECS(1));
    let given = bench.poll("t", POLL).await;
    assert_eq!(bodies(&given), ["old", "timed"]);
    bench.publish("t", text("new")).await;
    bench.hand.advance(SECS(1));
    // Its lease would have gone on.
    let late = bench.ack(&given[0]).await;
    assert_eq!(late[0].code, FaultCode::MessageNotExist);
    let other = bench.poll("t", Poll { group: "H", ..POLL }).await;
    assert_eq!(bodies(&other), ["timed", "new"]);
    assert_eq!(bench.broker.overview().topics[0].messages, 2);
    assert!(bench.ack(&given[1]).await.is_empty());
    // A timed message is kept three days from when it could be read.
    bench.hand.advance(days(2) - SECS(1));
    let other = bench.poll("t", Poll { group: "I", ..POLL }).await;
    assert_eq!(bodies(&other), ["timed", "new"]);
    bench.hand.advance(SECS(1));
    assert_eq!(
        bodies(&bench.poll("t", Poll { group: "J", ..POLL }).await),
        ["new"]
    );
}
