//! What is said and how often, told through the model as the window does it.

use super::*;
use crate::protocol::properties::Properties;
use crate::protocol::{
    AckFailure, FaultCode, PublishReceipt, ReceiptHandle, ReceivedMessage, body_md5,
};
use crate::session::{Arrival, Command, ConnectionId, ConsumeForm, Lease, Model, Setup, Trouble};

const VIEW: SubscriptionId = SubscriptionId(0);
const LEASE_MILLIS: i64 = 30_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A model whose view listens.
fn listening() -> Model {
    let mut model = Model::new(Setup::default());
    let form = ConsumeForm {
        topic: "orders".to_owned(),
        group: "GID_debug".to_owned(),
        ..ConsumeForm::default()
    };
    assert!(
        model
            .apply(Command::StartConsuming(VIEW, form), at(0))
            .is_some()
    );
    model.tick(at(0));
    model
}

fn arrive(model: &mut Model, numbers: std::ops::Range<usize>, times: u32, now: i64) {
    let arrivals = numbers.map(|n| Arrival {
        message: ReceivedMessage {
            message_id: format!("M-{n}"),
            body_md5: body_md5("x"),
            body: "x".to_owned(),
            receipt_handle: ReceiptHandle::new(&format!("h-{n}-{times}")).unwrap(),
            publish_time: at(0),
            first_consume_time: at(0),
            next_consume_time: at(now + LEASE_MILLIS),
            consumed_times: times,
            tag: None,
            properties: Properties::default(),
        },
        lease: Lease::new(at(now), at(now + LEASE_MILLIS), 0),
    });
    let event = Event::Polled {
        subscription: VIEW,
        arrivals: arrivals.collect(),
        damaged: Vec::new(),
        skew_millis: 0,
        at: at(now),
        elapsed: Duration::ZERO,
    };
    model.absorb(event, at(now));
}

/// Draws a frame; what is new since `seen`.
fn heard(model: &mut Model, seen: &mut u64, now: i64) -> Vec<News> {
    model.tick(at(now));
    let all = model.announcements().latest();
    let new: Vec<Announcement> = all.filter(|said| said.number > *seen).cloned().collect();
    *seen = new.last().map_or(*seen, |said| said.number);
    new.into_iter().map(|said| said.news).collect()
}

fn place() -> Place {
    Place {
        topic: "orders".to_owned(),
        group: "GID_debug".to_owned(),
    }
}

fn arrived(n: u64, again: u64) -> News {
    let place = place();
    News::Arrived { n, again, place }
}

#[test]
fn what_comes_alone_is_said_at_once_and_the_same_words_are_a_new_announcement() {
    let mut model = listening();
    let mut seen = 0;
    arrive(&mut model, 0..1, 1, 1_000);
    assert_eq!(heard(&mut model, &mut seen, 1_000), [arrived(1, 0)]);
    assert_eq!(model.announcements().due(at(1_000)), None);
    arrive(&mut model, 1..2, 1, 20_000);
    let before = seen;
    assert_eq!(heard(&mut model, &mut seen, 20_000), [arrived(1, 0)]);
    assert_eq!(seen, before + 1);
    arrive(&mut model, 0..1, 2, 40_000);
    let heard = heard(&mut model, &mut seen, 40_000);
    assert!(heard.contains(&arrived(1, 1)), "{heard:?}");
}

#[test]
fn a_rush_is_a_sentence_now_and_then_and_none_is_forgotten() {
    let mut model = listening();
    let (mut seen, mut said) = (0, Vec::new());
    let mut next = 0;
    // Two thousand a second for two minutes, in sixty frames a second.
    for frame in 0..120 * 60 {
        let now = frame * 1_000 / 60;
        arrive(&mut model, next..next + 33, 1, now);
        next += 33;
        let news = heard(&mut model, &mut seen, now);
        said.extend(news.into_iter().filter_map(|news| match news {
            News::Arrived { n, .. } => Some((now, n)),
            _ => None,
        }));
    }
    assert!((3..=6).contains(&said.len()), "{said:?}");
    let pauses: Vec<i64> = said.windows(2).map(|two| two[1].0 - two[0].0).collect();
    assert!(pauses.is_sorted(), "{pauses:?}");
    // What waits is said when its time has come, and the window is told when that is.
    let end = 120_000;
    let due = model.announcements().due(at(end)).unwrap();
    let later = end + i64::try_from(due.as_millis()).unwrap() + 1;
    for news in heard(&mut model, &mut seen, later) {
        if let News::Arrived { n, .. } = news {
            said.push((later, n));
        }
    }
    let all: u64 = said.iter().map(|(_, n)| n).sum();
    assert_eq!(all, next as u64);
    // After a rest it is as quick as ever.
    arrive(&mut model, next..next + 1, 1, 900_000);
    assert!(heard(&mut model, &mut seen, 900_000).contains(&arrived(1, 0)));
}

#[test]
fn a_lease_is_spoken_of_once_before_it_ends_and_once_after() {
    let mut model = listening();
    let mut seen = 0;
    arrive(&mut model, 0..3, 1, 0);
    heard(&mut model, &mut seen, 0);
    assert_eq!(heard(&mut model, &mut seen, 23_999), []);
    let soon = News::Soon {
        n: 3,
        left: Duration::from_secs(6),
        place: place(),
    };
    assert_eq!(heard(&mut model, &mut seen, 24_000), [soon]);
    let last = model.announcements().latest().last().unwrap().clone();
    assert!(last.urgent);
    assert_eq!(heard(&mut model, &mut seen, 29_999), []);
    let returned = News::Returned {
        n: 3,
        place: place(),
    };
    assert_eq!(heard(&mut model, &mut seen, 30_000), [returned]);
    assert_eq!(heard(&mut model, &mut seen, 90_000), []);
}

#[test]
fn acks_are_told_and_what_is_acked_is_not_about_to_return() {
    let mut model = listening();
    let mut seen = 0;
    arrive(&mut model, 0..3, 1, 0);
    heard(&mut model, &mut seen, 0);
    let rows: Vec<u64> = model
        .view(VIEW)
        .unwrap()
        .rows
        .iter()
        .map(|row| row.number)
        .collect();
    assert!(model.apply(Command::Ack(VIEW, rows), at(10)).is_some());
    let handle = |n| ReceiptHandle::new(&format!("h-{n}-1")).unwrap();
    let event = Event::Acked {
        subscription: VIEW,
        done: vec![handle(0), handle(1)],
        refused: vec![AckFailure {
            handle: handle(2),
            code: FaultCode::ReceiptHandleError,
            message: String::new(),
        }],
        repeated: false,
        skew_millis: 0,
        at: at(20),
        action: AckAction::Ack,
        elapsed: Duration::ZERO,
    };
    model.absorb(event, at(20));
    let done = News::Done {
        n: 2,
        action: AckAction::Ack,
        place: place(),
    };
    let refused = News::Refused {
        n: 1,
        place: place(),
    };
    assert_eq!(heard(&mut model, &mut seen, 20), [done, refused]);
    assert!(model.announcements().latest().last().unwrap().urgent);
    for news in heard(&mut model, &mut seen, 25_000) {
        assert!(!matches!(news, News::Soon { n, .. } if n > 1), "{news:?}");
    }
}

#[test]
fn a_connection_that_is_lost_and_found_is_told_and_no_notice_twice() {
    let mut model = listening();
    let mut seen = 0;
    let fails = || Event::PollFailed {
        subscription: VIEW,
        trouble: Box::new(Trouble::new(
            Say::new("card-no-answer"),
            Say::new("card-next-network"),
            "",
        )),
        retry_at: Some(at(5_000)),
    };
    model.absorb(fails(), at(0));
    let noted = heard(&mut model, &mut seen, 0);
    let [
        News::Noted {
            n: 1,
            level: Level::Error,
            what,
            ..
        },
    ] = &noted[..]
    else {
        panic!("{noted:?}");
    };
    assert_eq!(what.key, "card-no-answer");
    assert!(model.announcements().latest().last().unwrap().urgent);
    model.absorb(fails(), at(5_000));
    assert_eq!(heard(&mut model, &mut seen, 5_000), []);
    arrive(&mut model, 0..0, 1, 10_000);
    assert_eq!(
        heard(&mut model, &mut seen, 10_000),
        [News::Listens(place())]
    );
    model.apply(Command::ClearNotices, at(10_000));
    assert_eq!(heard(&mut model, &mut seen, 99_000), []);
}

#[test]
fn what_is_published_is_told_and_stopping_too() {
    let mut model = listening();
    let mut seen = 0;
    let published = || Event::Published {
        connection: ConnectionId::Sandbox,
        receipt: PublishReceipt {
            message_id: "M".to_owned(),
            body_md5: String::new(),
            receipt_handle: None,
        },
        request_id: None,
        elapsed: Duration::ZERO,
    };
    model.absorb(published(), at(0));
    assert_eq!(heard(&mut model, &mut seen, 0), [News::Published(1)]);
    model.absorb(published(), at(10));
    model.absorb(published(), at(20));
    assert_eq!(heard(&mut model, &mut seen, 20), []);
    assert_eq!(heard(&mut model, &mut seen, 5_000), [News::Published(2)]);
    model.absorb(Event::PollingEnded(VIEW), at(5_000));
    assert_eq!(
        heard(&mut model, &mut seen, 5_000),
        [News::Stopped(place())]
    );
}

#[test]
fn no_more_is_kept_than_can_be_read() {
    let mut model = listening();
    for now in 0..100 {
        let now = now * 60_000;
        arrive(&mut model, 0..1, 1, now);
        model.tick(at(now));
        assert!(model.announcements().latest().len() <= KEPT);
    }
}

#[test]
fn numbers_are_read_in_groups() {
    for (n, text) in [
        (0, "0"),
        (999, "999"),
        (1_204, "1,204"),
        (1_000_000, "1,000,000"),
    ] {
        assert_eq!(grouped(n), text);
    }
}
