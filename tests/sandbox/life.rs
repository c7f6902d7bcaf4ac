//! Polls that are parked, clients that leave, and the end of the sandbox.

use mqscope::protocol::{AckAction, MessageParts};
use mqscope::sandbox::{Sandbox, SandboxSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bench::{Bench, ORDERED, PARK, POLL, Poll, SECS, bodies, read_answer, sharded, text};

#[tokio::test]
async fn a_long_poll_is_woken_by_what_it_waits_for() {
    let bench = Bench::new().await;
    // A publish.
    let given = bench
        .woken_by(PARK, async || {
            bench.publish("other", text("elsewhere")).await;
            bench.publish("t", text("now")).await;
        })
        .await;
    assert_eq!(bodies(&given), ["now"]);
    // The end of that message's lease, by the clock alone.
    bench.hand.advance(SECS(299));
    let again = bench
        .woken_by(PARK, async || bench.hand.advance(SECS(1)))
        .await;
    assert_eq!(again[0].message_id, given[0].message_id);
    assert_eq!(again[0].consumed_times, 2);
    assert_eq!(again[0].first_consume_time, given[0].first_consume_time);
    assert_ne!(again[0].receipt_handle, given[0].receipt_handle);
    assert!(bench.ack(&again[0]).await.is_empty());
    // A timed message: published while the poll is parked, due before it ends.
    let timed = MessageParts {
        deliver_at: Some(bench.clock.now() + SECS(20)),
        ..text("later")
    };
    let given = bench
        .woken_by(PARK, async || {
            bench.publish("t", timed).await;
            bench.hand.advance(SECS(19));
            bench.until_parked(1).await;
            bench.hand.advance(SECS(1));
        })
        .await;
    assert_eq!(bodies(&given), ["later"]);
    // Nothing: the poll ends when its time is over.
    let given = bench
        .woken_by(PARK, async || bench.hand.advance(SECS(30)))
        .await;
    assert!(given.is_empty());
    // An ack, for who waits for the next message of a shard.
    bench.publish("t", sharded("1", "s")).await;
    bench.publish("t", sharded("2", "s")).await;
    let one = Poll {
        count: 1,
        group: "O",
        tag: "*",
        ..ORDERED
    };
    let first = loop {
        let given = bench.poll("t", one).await;
        if given[0].sharding_key().is_some() {
            break given;
        }
        let handle = &given[0].receipt_handle;
        bench.finish("t", "O", AckAction::Ack, &[handle]).await;
    };
    assert_eq!(bodies(&first), ["1"]);
    let rest = bench.poll("t", Poll { count: 16, ..one }).await;
    assert!(rest.iter().all(|message| message.sharding_key().is_none()));
    let parked = Poll {
        wait_secs: 30,
        ..one
    };
    let next = bench
        .woken_by(parked, async || {
            let handle = &first[0].receipt_handle;
            bench.finish("t", "O", AckAction::Ack, &[handle]).await;
        })
        .await;
    assert_eq!(bodies(&next), ["2"]);
}

#[tokio::test]
async fn many_parked_polls_share_what_comes() {
    let bench = Bench::new().await;
    let one = Poll { count: 1, ..PARK };
    let polls = async {
        tokio::join!(
            bench.poll("t", one),
            bench.poll("t", one),
            bench.poll("t", Poll { group: "H", ..one }),
        )
    };
    let ((a, b, other_group), ()) = tokio::join!(polls, async {
        bench.until_parked(3).await;
        bench.publish("t", text("x")).await;
        bench.until_parked(1).await;
        bench.publish("t", text("y")).await;
    });
    let mut shared = [bodies(&a), bodies(&b)].concat();
    shared.sort_unstable();
    assert_eq!(shared, ["x", "y"]);
    assert_eq!(bodies(&other_group), ["x"]);
}

#[tokio::test]
async fn a_client_that_hangs_up_takes_nothing_with_it() {
    let bench = Bench::new().await;
    let target = "/topics/t/messages?consumer=G&numOfMessages=16&waitseconds=30";
    let mut stream = bench.connect().await;
    // With the stray byte that C# sends.
    let request = bench.bytes(&bench.headers(), "GET", target, "a");
    stream.write_all(&request).await.unwrap();
    bench.until_parked(1).await;
    drop(stream);
    bench.until_parked(0).await;
    bench.publish("t", text("kept")).await;
    let given = bench.poll("t", POLL).await;
    assert_eq!(given[0].consumed_times, 1);
}

#[tokio::test]
async fn stopping_answers_parked_polls() {
    let mut bench = Bench::new().await;
    let stop = bench.stop.take().unwrap();
    let given = bench.woken_by(PARK, async || stop.send(()).unwrap()).await;
    assert!(given.is_empty());
    bench.running.await.unwrap().unwrap();
    assert!(TcpStream::connect(bench.addr).await.is_err());
}

#[tokio::test]
async fn stopping_does_not_wait_for_idle_connections() {
    let mut bench = Bench::new().await;
    let mut idle = bench.connect().await;
    let target = "/topics/t/messages?consumer=G&numOfMessages=1";
    let request = bench.bytes(&bench.headers(), "GET", target, "");
    idle.write_all(&request).await.unwrap();
    read_answer(&mut idle).await;
    bench.stop.take().unwrap().send(()).unwrap();
    bench.running.await.unwrap().unwrap();
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let bench = Bench::new().await;
    let settings = SandboxSettings {
        listen: bench.addr,
        ..SandboxSettings::default()
    };
    let Err(error) = Sandbox::bind(settings, bench.clock.clone()).await else {
        panic!("bound twice");
    };
    assert!(error.is_address_in_use());
    assert!(error.to_string().contains(&bench.addr.to_string()));
}

#[test]
fn settings_do_not_print_their_keys() {
    let printed = format!("{:?}", SandboxSettings::default());
    assert!(!printed.contains("secret\""), "{printed}");
    assert!(!printed.contains("sandbox-secret"), "{printed}");
}
