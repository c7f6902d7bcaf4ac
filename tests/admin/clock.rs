//! What moving the sandbox's time does to clients that know nothing of it.

use super::*;
use mqscope::protocol::admin::ClockMove;

#[tokio::test]
async fn a_jump_of_five_minutes_brings_a_message_back_under_a_new_handle() {
    let bench = Bench::travelling().await;
    bench.publish(text("a")).await;
    let first = bench.consume(0).await;
    assert!(bench.consume(0).await.is_empty());
    let state = bench
        .admin
        .move_clock(ClockMove::advance(5 * MINUTE))
        .await
        .unwrap();
    assert_eq!(
        (state.offset_millis, state.frozen),
        (5 * MINUTE_MILLIS, false)
    );
    let second = bench.consume(0).await;
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].message_id, second[0].message_id);
    assert_ne!(first[0].receipt_handle, second[0].receipt_handle);
    assert_eq!(second[0].consumed_times, 2);
    assert_eq!(bench.ack(&first[0]).await.len(), 1);
    assert!(bench.ack(&second[0]).await.is_empty());
    bench.end().await;
}

#[tokio::test]
async fn clients_that_sign_with_the_real_time_are_let_in_wherever_the_clock_is() {
    let bench = Bench::travelling().await;
    for wish in [
        ClockMove::advance(24 * HOUR),
        ClockMove::Set {
            to: Timestamp::from_millis(START_MILLIS),
        },
        ClockMove::Freeze {},
        ClockMove::advance(100 * HOUR),
    ] {
        bench.admin.move_clock(wish).await.unwrap();
        bench.publish(text("a")).await;
        let what = Consume {
            group: group(),
            count: 16,
            wait_secs: 0,
            tag: TagFilter::All,
            mode: ConsumeMode::Plain,
        };
        let answer = bench.client.consume(&topic(), &what).await.unwrap();
        // A lease is told by the sandbox's time, and so is the skew by which it is corrected.
        let lease = answer.value.messages[0].next_consume_time;
        let here = answer.received_at.offset_millis(answer.clock_skew_millis);
        let left = lease.since(here);
        assert!(left > 4 * MINUTE && left < 6 * MINUTE, "{left:?}");
    }
    bench.end().await;
}

#[tokio::test]
async fn a_parked_poll_is_woken_by_a_jump_over_a_timed_message() {
    for freeze in [false, true] {
        let bench = Bench::travelling().await;
        if freeze {
            let state = bench.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
            assert!(state.frozen);
        }
        bench
            .publish(MessageParts {
                deliver_at: Some(bench.broker.clock().now() + HOUR),
                ..text("timed")
            })
            .await;
        let (given, ()) = tokio::join!(bench.consume(30), async {
            bench.until_parked().await;
            // Longer than the poll waits, but time that only the sandbox lives through.
            let wish = ClockMove::advance(30 * MINUTE);
            bench.admin.move_clock(wish).await.unwrap();
            assert_eq!(bench.admin.overview().await.unwrap().parked_polls, 1);
            bench.admin.move_clock(wish).await.unwrap();
        });
        assert_eq!(given.len(), 1);
        assert_eq!(given[0].body, "timed");
        bench.end().await;
    }
}

#[tokio::test]
async fn a_poll_ends_in_real_time_while_the_sandbox_stands_still() {
    let bench = Bench::travelling().await;
    bench.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
    assert!(bench.consume(1).await.is_empty());
    let state = bench.admin.clock().await.unwrap();
    assert!(state.frozen && state.now < state.real_now, "{state:?}");
    let state = bench.admin.move_clock(ClockMove::Resume {}).await.unwrap();
    assert!(!state.frozen && state.offset_millis < 0, "{state:?}");
    bench.end().await;
}

#[tokio::test]
async fn the_clock_stands_where_it_is_set() {
    let (bench, hand) = Bench::manual().await;
    let to = Timestamp::from_millis(START_MILLIS) + HOUR;
    let state = bench.admin.move_clock(ClockMove::Set { to }).await.unwrap();
    assert_eq!((state.now, state.real_now), (to, to));
    assert_eq!(state.offset_millis, 60 * MINUTE_MILLIS);
    assert_eq!(bench.admin.clock().await.unwrap(), state);
    hand.advance(MINUTE);
    assert_eq!(bench.admin.clock().await.unwrap().now, to + MINUTE);
    bench.end().await;
}

#[tokio::test]
async fn a_parked_poll_is_woken_by_a_jump_over_the_end_of_a_lease() {
    let bench = Bench::travelling().await;
    bench.publish(text("a")).await;
    let first = bench.consume(0).await;
    // The lease ends long after the poll would have ended by itself.
    let (second, ()) = tokio::join!(bench.consume(30), async {
        bench.until_parked().await;
        let wish = ClockMove::advance(5 * MINUTE);
        bench.admin.move_clock(wish).await.unwrap();
    });
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first[0].receipt_handle, second[0].receipt_handle);
    assert_eq!(second[0].consumed_times, 2);
    bench.end().await;
}

/// The sandbox on this folder, with a clock that nobody has moved yet.
async fn on_disk(folder: &std::path::Path) -> Bench {
    let settings = SandboxSettings {
        admin_token: Some(TOKEN.into()),
        data_dir: Some(folder.to_owned()),
        ..SandboxSettings::default()
    };
    Bench::with(settings, Clock::travelling().0, Clock::system()).await
}

#[tokio::test]
async fn leases_taken_in_moved_time_are_right_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let bench = on_disk(folder.path()).await;
    let hour = ClockMove::advance(HOUR);
    bench.admin.move_clock(hour).await.unwrap();
    bench.publish(text("a")).await;
    bench.publish(text("b")).await;
    let given = bench.consume(0).await;
    assert_eq!(given.len(), 2);
    bench.end().await;

    let bench = on_disk(folder.path()).await;
    let state = bench.admin.clock().await.unwrap();
    assert_eq!(
        (state.offset_millis, state.frozen),
        (60 * MINUTE_MILLIS, false)
    );
    assert!(bench.consume(0).await.is_empty());
    assert!(bench.ack(&given[0]).await.is_empty());
    let lease = ClockMove::advance(5 * MINUTE);
    bench.admin.move_clock(lease).await.unwrap();
    let again = bench.consume(0).await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].message_id, given[1].message_id);
    assert_eq!(again[0].consumed_times, 2);
    bench.end().await;

    // The last move counts, not the first.
    let bench = on_disk(folder.path()).await;
    let state = bench.admin.clock().await.unwrap();
    assert_eq!(state.offset_millis, 65 * MINUTE_MILLIS);
    bench.end().await;
}

#[tokio::test]
async fn a_frozen_clock_stands_where_it_stood_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let bench = on_disk(folder.path()).await;
    bench.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
    let to = Timestamp::from_millis(START_MILLIS);
    bench.admin.move_clock(ClockMove::Set { to }).await.unwrap();
    bench.end().await;

    let bench = on_disk(folder.path()).await;
    let state = bench.admin.clock().await.unwrap();
    assert!(state.frozen, "{state:?}");
    assert_eq!(state.now, to);
    let state = bench.admin.move_clock(ClockMove::Resume {}).await.unwrap();
    assert!(!state.frozen && state.now >= to, "{state:?}");
    bench.end().await;

    let bench = on_disk(folder.path()).await;
    let later = bench.admin.clock().await.unwrap();
    assert_eq!(
        (later.frozen, later.offset_millis),
        (false, state.offset_millis)
    );
    bench.end().await;
}

/// Only how far the two real clocks are apart is told, wherever the sandbox's has been moved to.
#[tokio::test]
async fn a_clock_that_is_wrong_is_told_by_how_much() {
    let bench = Bench::travelling().await;
    let day = ClockMove::advance(24 * HOUR);
    bench.admin.move_clock(day).await.unwrap();
    let real = bench.broker.clock().real_now();
    for (now, server_is_ahead) in [
        (real.offset_millis(-60 * MINUTE_MILLIS), true),
        (real.offset_millis(60 * MINUTE_MILLIS), false),
    ] {
        let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
        let settings = ClientSettings::new(bench.admin.endpoint().clone(), keys);
        let client = Client::new(settings, Clock::manual(now).0).unwrap();
        let message = text("a").checked(&Profile::Sandbox.limits(), now).unwrap();
        let error = client.publish(&topic(), &message).await.unwrap_err();
        assert_eq!(code(&error), "TimeExpired");
        let secs = error.evidence().skew_secs.unwrap();
        assert_eq!(secs > 0, server_is_ahead, "{secs}");
        assert!((3_000..=4_200).contains(&secs.abs()), "{secs}");
    }
    bench.end().await;
}
