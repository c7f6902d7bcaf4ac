//! What rows do, seen from outside, and against a simple model.

use super::*;
use crate::protocol::properties::Properties;
use crate::protocol::{DecodeError, body_md5};
use crate::session::{Trouble, Urgency};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn handle(text: &str) -> ReceiptHandle {
    ReceiptHandle::new(text).unwrap_or_else(|| unreachable!())
}

fn message(id: u32, times: u32, now: Timestamp) -> ReceivedMessage {
    ReceivedMessage {
        message_id: format!("M{id}"),
        body_md5: body_md5("x"),
        body: "x".to_owned(),
        receipt_handle: handle(&format!("h-{id}-{times}")),
        publish_time: at(0),
        first_consume_time: at(0),
        next_consume_time: now.offset_millis(1_000),
        consumed_times: times,
        tag: None,
        properties: Properties::default(),
    }
}

fn arrive(rows: &mut Rows, id: u32, times: u32, now: i64) -> u64 {
    let message = message(id, times, at(now));
    let lease = Lease::new(at(now), message.next_consume_time, 0);
    rows.arrive(message, lease, at(now))
}

#[test]
fn a_redelivery_is_the_same_row_and_an_old_handle_does_not_end_it() {
    let mut rows = Rows::new();
    let row = arrive(&mut rows, 1, 1, 0);
    arrive(&mut rows, 2, 1, 0);
    assert_eq!(rows.begin_ack(&[row], at(500)), [handle("h-1-1")]);
    assert_eq!(arrive(&mut rows, 1, 2, 2_000), row);
    assert_eq!(rows.len(), 2);
    // The first ack's answer comes late: it belongs to the first delivery.
    rows.end_ack(&handle("h-1-1"), AckState::Done(at(2_100)));
    let state = |rows: &Rows, now| rows.get(row).map(|row| row.state(at(now)));
    assert_eq!(state(&rows, 2_100), Some(RowState::Held(Urgency::Plenty)));
    assert_eq!(state(&rows, 2_900), Some(RowState::Held(Urgency::Soon)));
    assert_eq!(state(&rows, 3_000), Some(RowState::Returned));
    assert_eq!(rows.begin_ack(&[row], at(3_000)), []);
}

fn acked(rows: &mut Rows, number: u64, now: i64) {
    for handle in rows.begin_ack(&[number], at(now)) {
        rows.end_ack(&handle, AckState::Done(at(now)));
    }
}

#[test]
fn the_oldest_that_nobody_holds_goes_first_and_the_newest_never() {
    let mut rows = Rows::new();
    let numbers = [1, 2, 3, 4].map(|id| arrive(&mut rows, id, 1, i64::from(id)));
    acked(&mut rows, numbers[2], 5);
    acked(&mut rows, numbers[1], 5);
    acked(&mut rows, numbers[3], 5);
    let there = |rows: &Rows| numbers.map(|number| rows.get(number).is_some());
    assert!(rows.evict_free());
    assert_eq!(there(&rows), [true, false, true, true]);
    assert!(rows.evict_free());
    assert_eq!(there(&rows), [true, false, false, true]);
    assert!(!rows.has_free() && !rows.evict_free());
    assert_eq!((rows.evicted(), rows.lost()), (2, 0));
    // What went comes again: another row, which does not inherit anything.
    let again = arrive(&mut rows, 2, 2, 10);
    assert_eq!(again, 4);
    assert_eq!(rows.get(again).map(|row| row.deliveries().len()), Some(1));
    rows.expire(at(1_001), usize::MAX);
    assert!(rows.evict_free());
    assert!(rows.get(numbers[0]).is_none(), "returned, so it can go");
}

#[test]
fn the_held_one_that_returns_first_is_lost_first_with_its_ack() {
    let mut rows = Rows::new();
    let numbers = [1, 2, 3].map(|id| arrive(&mut rows, id, 1, 0));
    arrive(&mut rows, 1, 2, 500);
    let handles = rows.begin_ack(&numbers, at(600));
    assert_eq!(rows.first_to_lose(), Some((at(1_000), numbers[1])));
    rows.evict_held(numbers[1]);
    assert_eq!((rows.len(), rows.evicted(), rows.lost()), (2, 0, 1));
    assert_eq!(rows.held().0, 2);
    // The answer finds nobody, and harms nobody.
    rows.end_ack(&handles[1], AckState::Done(at(700)));
    assert_eq!(rows.first_to_lose(), Some((at(1_500), numbers[0])));
    assert_eq!(rows.held().0, 2);
}

#[test]
fn what_goes_is_not_weighed_any_more() {
    let mut rows = Rows::new();
    let empty = rows.bytes();
    for id in 0..1_000 {
        let number = arrive(&mut rows, id, 1, 0);
        if id % 2 == 0 {
            arrive(&mut rows, id, 2, 1);
        }
        acked(&mut rows, number, 2);
    }
    assert!(rows.bytes() > empty + 1_000 * 300);
    while rows.evict_free() {}
    assert_eq!((rows.len(), rows.evicted()), (1, 999));
    rows.take_changed();
    assert!(rows.bytes() < empty + 64 * 1_024, "{}", rows.bytes());
}

#[test]
fn what_is_selected_is_held() {
    let mut rows = Rows::new();
    let first = arrive(&mut rows, 1, 1, 0);
    let second = arrive(&mut rows, 2, 1, 500);
    let selected = |rows: &Rows| rows.selected().collect::<Vec<_>>();
    rows.select_all(true);
    assert!(rows.all_selected());
    assert_eq!(selected(&rows), [first, second]);
    rows.begin_ack(&[first], at(600));
    assert_eq!(selected(&rows), [second]);
    rows.end_ack(&handle("h-1-1"), AckState::Done(at(700)));
    assert_eq!(selected(&rows), [second]);
    assert_eq!(rows.held(), (1, Some(at(1_500))));
    rows.expire(at(1_500), usize::MAX);
    assert!(selected(&rows).is_empty() && !rows.all_selected());
    assert_eq!(rows.held(), (0, None));
}

#[test]
fn what_returns_at_once_is_not_held_at_once_and_let_go_of_in_steps() {
    let mut rows = Rows::new();
    for id in 0..10 {
        arrive(&mut rows, id, 1, 0);
    }
    let last = arrive(&mut rows, 10, 1, 500);
    rows.select_all(true);
    rows.take_changed();
    rows.expire(at(1_000), 4);
    assert_eq!(rows.held(), (1, Some(at(1_500))));
    assert!(rows.is_expiring());
    assert_eq!(rows.take_changed(), [0, 1, 2, 3]);
    rows.expire(at(1_000), 4);
    rows.expire(at(1_000), 4);
    assert_eq!(rows.held(), (1, Some(at(1_500))));
    assert!(!rows.is_expiring());
    assert_eq!(rows.selected().collect::<Vec<_>>(), [last]);
    // A clock that was set back brings nothing back.
    rows.expire(at(900), 4);
    assert_eq!(rows.held(), (1, Some(at(1_500))));
}

#[test]
fn an_ack_whose_first_answer_was_lost_is_most_likely_done() {
    let gone = |id: u32| AckFailure {
        handle: handle(&format!("h-{id}-1")),
        code: FaultCode::MessageNotExist,
        message: String::new(),
    };
    let lost = Trouble::new(
        crate::session::Say::new("card-no-answer"),
        crate::session::Say::new("card-next-network"),
        "",
    );
    let mut rows = Rows::new();
    let numbers = [1, 2, 3].map(|id| arrive(&mut rows, id, 1, 0));
    rows.begin_ack(&numbers, at(1));
    // The client itself sent it twice.
    rows.refuse_ack(gone(1), true, at(2), 0);
    // The person did.
    rows.end_ack(&handle("h-2-1"), AckState::Failed(Box::new(lost)));
    rows.begin_ack(&numbers, at(3));
    rows.refuse_ack(gone(2), false, at(4), 0);
    // Nobody did: it was too late.
    rows.refuse_ack(gone(3), false, at(4), 0);
    let states = numbers.map(|row| rows.get(row).map(|row| row.state(at(5))));
    let expected = [RowState::Acked, RowState::Acked, RowState::Refused].map(Some);
    assert_eq!(states, expected);
}

#[test]
fn what_is_damaged_beyond_a_handle_is_not_held_and_goes_in_its_turn() {
    let mut rows = Rows::new();
    for n in 0..9 {
        let damaged = DamagedMessage {
            message_id: None,
            receipt_handle: None,
            next_consume_time: None,
            problem: DecodeError::Missing { element: "Message" },
            raw: String::new(),
        };
        rows.arrive_damaged(damaged, 0, at(n));
    }
    assert_eq!((rows.len(), rows.held().0), (9, 0));
    while rows.evict_free() {}
    assert_eq!((rows.len(), rows.evicted()), (1, 8));
}

proptest! {
    /// Against a model that knows, for each message, only its newest delivery.
    #[test]
    fn the_table_agrees_with_a_simple_model(
        steps in proptest::collection::vec((0..4u8, 0..6u32, 0..700i64), 1..80)
    ) {
        let mut rows = Rows::new();
        let mut newest: BTreeMap<u32, (u32, i64, bool)> = BTreeMap::new();
        let mut now = 0;
        for (step, id, wait) in steps {
            now += wait;
            match step {
                0 | 1 => {
                    let entry = newest.entry(id).or_insert((0, 0, false));
                    *entry = (entry.0 + 1, now + 1_000, false);
                    arrive(&mut rows, id, entry.0, now);
                }
                2 => if let Some((times, ends, acked)) = newest.get_mut(&id) {
                    let row = rows.iter().find(|r| r.message_id() == Some(&format!("M{id}")));
                    let number = row.map(|r| r.number);
                    let handles = rows.begin_ack(&number.into_iter().collect::<Vec<_>>(), at(now));
                    let can = !*acked && *ends > now;
                    prop_assert_eq!(handles.len(), usize::from(can));
                    for done in handles {
                        prop_assert_eq!(&done, &handle(&format!("h-{id}-{times}")));
                        rows.end_ack(&done, AckState::Done(at(now)));
                        *acked = true;
                    }
                },
                // A stranger's handle changes nothing.
                _ => rows.end_ack(&handle("h-99-1"), AckState::Done(at(now))),
            }
            // How many are let go of at a time changes nothing about what is held.
            rows.expire(at(now), 1);
            let open = newest.values().filter(|(_, ends, acked)| !acked && *ends > now);
            prop_assert_eq!(rows.held().0, open.count());
            prop_assert_eq!(rows.len(), newest.len());
            for row in rows.iter() {
                let id: u32 = row.message_id().and_then(|m| m[1..].parse().ok()).unwrap_or(99);
                let (times, ends, acked) = newest[&id];
                prop_assert_eq!(row.deliveries().len() as u32, times);
                let expected = match row.state(at(now)) {
                    RowState::Acked => acked,
                    RowState::Returned => !acked && ends <= now,
                    RowState::Held(_) => !acked && ends > now,
                    RowState::Acking | RowState::Refused => false,
                };
                prop_assert!(expected, "{:?} of M{}", row.state(at(now)), id);
            }
        }
    }
}

#[test]
fn what_is_left_of_a_lease_is_counted_by_the_servers_clock() {
    let mut rows = Rows::new();
    let refuse = |rows: &mut Rows, id: u32, now: i64, skew: i64| {
        let failure = AckFailure {
            handle: handle(&format!("h-{id}-1")),
            code: FaultCode::MessageNotExist,
            message: String::new(),
        };
        let number = arrive(rows, id, 1, 0);
        rows.begin_ack(&[number], at(1));
        assert!(!rows.refuse_ack(failure, false, at(now), skew));
        match &rows.get(number).map(|row| row.newest().ack.clone()) {
            Some(AckState::Refused(refusal)) => refusal.left_millis,
            other => unreachable!("{other:?}"),
        }
    };
    assert_eq!(refuse(&mut rows, 1, 400, 0), Some(600));
    // Our clock was set back meanwhile: the server's tells that it was over.
    assert_eq!(refuse(&mut rows, 2, 400, 5_000), Some(-4_400));
}

#[test]
fn what_is_held_returns_by_the_servers_clock_though_it_is_set() {
    let mut rows = Rows::new();
    let numbers = [1, 2, 3].map(|id| arrive(&mut rows, id, 1, 0));
    acked(&mut rows, numbers[0], 1);
    let ends = |rows: &Rows| rows.held().1;
    // A difference within its blur is none.
    rows.clocks_differ(90, 100);
    rows.expire(at(2), 10);
    assert_eq!(ends(&rows), Some(at(1_000)));
    // Row by row: what is not reckoned anew yet counts as before, and the frames go on.
    rows.take_changed();
    rows.clocks_differ(600, 100);
    rows.expire(at(3), 2);
    assert_eq!(rows.take_changed(), [numbers[1]]);
    assert!(rows.is_expiring());
    assert_eq!((rows.held().0, ends(&rows)), (2, Some(at(400))));
    // Meanwhile nothing else is followed.
    rows.clocks_differ(5_000, 100);
    rows.expire(at(4), 2);
    assert!(!rows.is_expiring());
    assert_eq!(
        rows.held_by_end().map(|(ends, _)| ends).collect::<Vec<_>>(),
        [at(400); 2]
    );
    // What comes now is reckoned by the same difference already.
    let message = message(4, 1, at(604));
    let lease = Lease::new(at(4), message.next_consume_time, 600);
    rows.arrive(message, lease, at(4));
    assert_eq!(
        rows.held_by_end().last().map(|(ends, _)| ends),
        Some(at(1_004))
    );
    // So far that all have returned.
    rows.clocks_differ(5_000, 100);
    rows.expire(at(5), 10);
    assert_eq!((rows.held(), rows.returned()), ((0, None), 3));
    assert_eq!(
        rows.get(numbers[0]).map(|row| row.state(at(5))),
        Some(RowState::Acked)
    );
    // And back: what has returned is not held again.
    rows.clocks_differ(0, 100);
    rows.expire(at(6), 10);
    assert_eq!(rows.held().0, 0);
}

#[test]
fn what_the_server_could_not_do_just_then_is_still_held() {
    let mut rows = Rows::new();
    let number = arrive(&mut rows, 1, 1, 0);
    rows.begin_ack(&[number], at(1));
    let failure = AckFailure {
        handle: handle("h-1-1"),
        code: FaultCode::InternalError,
        message: String::new(),
    };
    assert!(!rows.refuse_ack(failure.clone(), false, at(2), 0));
    assert_eq!(rows.held().0, 1);
    assert_eq!(rows.begin_ack(&[number], at(3)).len(), 1);
    // It may have done it after all.
    let gone = AckFailure {
        code: FaultCode::MessageNotExist,
        ..failure
    };
    assert!(rows.refuse_ack(gone, false, at(4), 0));
}
