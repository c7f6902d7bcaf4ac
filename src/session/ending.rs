//! How each delivery of a message ended, as far as that can be known: from its lease, from what
//! became of its ack, and from whether the message came again. Claims no more than that: near the
//! end of a lease nobody can tell a late ack from one that somebody else sent.

use crate::protocol::{FaultCode, Timestamp};

use super::lease::Urgency;
use super::rows::{AckState, Delivery, Refusal, Row};
use super::say::Trouble;

/// The end of a lease is known to so many milliseconds: the `Date` of a reply counts whole
/// seconds, and a difference of clocks below one and a half is taken for none.
const BLUR_MILLIS: i64 = 3_000;

/// Why an ack did not succeed that can be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed<'d> {
    /// It did not get through.
    Lost(&'d Trouble),
    /// The server could not do it just then.
    Refused(&'d Refusal),
}

/// How a delivery ended, or that it has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending<'d> {
    /// It has not: it is ours, and how pressing that is. Perhaps an ack failed.
    Held(Urgency, Option<Failed<'d>>),
    /// An ack is on its way.
    Acking,
    /// Acked at this time.
    Acked(Timestamp),
    /// Acked, most likely: the answer to an ack was lost, and the handle is used up.
    LikelyAcked(Timestamp),
    /// The lease ended at this time without an ack. Perhaps one failed.
    Expired(Timestamp, Option<Failed<'d>>),
    /// It comes from a file: it was not acked when that was written; when its lease ends or ended.
    /// Perhaps an ack failed.
    Unseen(Timestamp, Option<Failed<'d>>),
    /// The message came again at this time although the lease was not over.
    Superseded(Timestamp),
    /// The ack came when the lease was over.
    TooLate(&'d Refusal),
    /// The handle was used up although the lease was not over, and the message did not come
    /// again: somebody else has acked it, or somebody has reset the group.
    Elsewhere(&'d Refusal),
    /// The handle was used up about when the lease ended: too late, or acked by somebody else.
    LateOrElsewhere(&'d Refusal),
    /// The server refused the ack for another reason.
    Refused(&'d Refusal),
}

impl<'d> Ending<'d> {
    /// How the newest delivery of a row ended.
    pub fn of_newest(row: &'d Row, now: Timestamp) -> Self {
        let deliveries = row.deliveries();
        Self::of(deliveries, deliveries.len() - 1, now)
    }

    /// How the delivery of this place ended; the oldest has the place 0.
    pub fn of(deliveries: &'d [Delivery], place: usize, now: Timestamp) -> Self {
        let delivery = &deliveries[place];
        let next = deliveries.get(place + 1);
        let failed = match &delivery.ack {
            AckState::Failed(trouble) | AckState::Unseen(Some(trouble)) => {
                Some(Failed::Lost(trouble))
            }
            AckState::Refused(refusal) if !refusal.is_final() => Some(Failed::Refused(refusal)),
            _ => None,
        };
        match &delivery.ack {
            AckState::Pending { .. } => Self::Acking,
            AckState::Done(at) => Self::Acked(*at),
            // What came again after that was not acked after all.
            AckState::Likely(at) => match next {
                Some(next) => Self::over(delivery, next, failed),
                None => Self::LikelyAcked(*at),
            },
            AckState::Refused(refusal) if refusal.is_final() => {
                Self::of_refused(refusal, delivery, next)
            }
            AckState::Unseen(_) => match next {
                Some(next) => Self::over(delivery, next, failed),
                None => Self::Unseen(delivery.ends(), failed),
            },
            AckState::Open | AckState::Failed(_) | AckState::Refused(_) => match next {
                Some(next) => Self::over(delivery, next, failed),
                None => match delivery.urgency(now) {
                    Urgency::Gone => Self::Expired(delivery.ends(), failed),
                    urgency => Self::Held(urgency, failed),
                },
            },
        }
    }

    /// It came again: after the end of its lease, or before that.
    fn over(delivery: &Delivery, next: &Delivery, failed: Option<Failed<'d>>) -> Self {
        let again = next.received_at;
        match cuts_short(delivery, next) {
            true => Self::Superseded(again),
            false => Self::Expired(delivery.ends().min(again), failed),
        }
    }

    fn of_refused(refusal: &'d Refusal, delivery: &Delivery, next: Option<&Delivery>) -> Self {
        if refusal.failure.code != FaultCode::MessageNotExist {
            return Self::Refused(refusal);
        }
        let again = next.map(|next| next.received_at);
        let cut_short = next.is_some_and(|next| cuts_short(delivery, next));
        match (again, refusal.left_millis) {
            (Some(again), _) if again <= refusal.at && cut_short => Self::Superseded(again),
            (_, Some(left)) if left <= 0 => Self::TooLate(refusal),
            // It came again, so nobody has acked it.
            (Some(again), _) => Self::Superseded(again),
            (None, Some(left)) if left > BLUR_MILLIS => Self::Elsewhere(refusal),
            (None, _) => Self::LateOrElsewhere(refusal),
        }
    }
}

/// Whether a lease was certainly not over when the message came again.
fn cuts_short(delivery: &Delivery, next: &Delivery) -> bool {
    let left = match (&delivery.lease, &next.lease) {
        (Some(lease), Some(later)) => lease.left_at(later),
        _ => {
            let again = next.received_at.millis();
            delivery.ends().millis().saturating_sub(again)
        }
    };
    left > BLUR_MILLIS
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::super::cells::tests::Sample;
    use super::super::lease::Lease;
    use super::super::rows::{RowState, Rows};
    use super::super::say::Say;
    use super::*;
    use crate::protocol::{AckFailure, ReceiptHandle};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// A delivery at this time, whose lease is five minutes.
    fn delivery(received: i64, ack: AckState) -> Delivery {
        Delivery {
            handle: None,
            consumed_times: Some(1),
            received_at: at(received),
            lease: Some(Lease::new(at(received), at(received + 300_000), 0)),
            ack,
        }
    }

    fn refusal(code: FaultCode, when: i64, left: Option<i64>) -> Refusal {
        Refusal {
            failure: AckFailure {
                handle: ReceiptHandle::new("h").unwrap(),
                code,
                message: String::new(),
            },
            at: at(when),
            left_millis: left,
        }
    }

    fn refused(when: i64, left: i64) -> AckState {
        let refusal = refusal(FaultCode::MessageNotExist, when, Some(left));
        AckState::Refused(Box::new(refusal))
    }

    #[track_caller]
    fn check(deliveries: &[Delivery], now: i64, expected: impl Fn(Ending<'_>) -> bool) {
        let ending = Ending::of(deliveries, 0, at(now));
        assert!(expected(ending), "{ending:?}");
    }

    #[test]
    fn a_refusal_claims_no_more_than_is_known() {
        let only = |left| [delivery(0, refused(300_000 - left, left))];
        check(&only(200_000), 0, |e| matches!(e, Ending::Elsewhere(_)));
        check(&only(3_001), 0, |e| matches!(e, Ending::Elsewhere(_)));
        check(&only(3_000), 0, |e| matches!(e, Ending::LateOrElsewhere(_)));
        check(&only(1), 0, |e| matches!(e, Ending::LateOrElsewhere(_)));
        check(&only(0), 0, |e| matches!(e, Ending::TooLate(_)));
        check(&only(-60_000), 0, |e| matches!(e, Ending::TooLate(_)));
        let unreadable = refusal(FaultCode::MessageNotExist, 9, None);
        let unreadable = [delivery(0, AckState::Refused(Box::new(unreadable)))];
        check(&unreadable, 0, |e| matches!(e, Ending::LateOrElsewhere(_)));
        let other = refusal(FaultCode::ReceiptHandleError, 9, Some(9_000));
        let other = [delivery(0, AckState::Refused(Box::new(other)))];
        check(&other, 0, |e| matches!(e, Ending::Refused(_)));
    }

    #[test]
    fn what_came_again_was_not_acked_elsewhere() {
        let then = |again: i64, ack: AckState| [delivery(0, ack), delivery(again, AckState::Open)];
        // Refused with plenty left, and then here once more: nobody acked it.
        let ending = then(120_000, refused(60_000, 240_000));
        check(&ending, 120_000, |e| e == Ending::Superseded(at(120_000)));
        // It had come again before the ack was refused.
        let ending = then(100_000, refused(200_000, 100_000));
        check(&ending, 200_000, |e| e == Ending::Superseded(at(100_000)));
        // Or it came again at the end of its lease, and the ack was refused only then.
        let ending = then(300_000, refused(310_000, -10_000));
        check(&ending, 310_000, |e| matches!(e, Ending::TooLate(_)));
        let ending = then(330_000, refused(310_000, -10_000));
        check(&ending, 330_000, |e| matches!(e, Ending::TooLate(_)));
        // An ack that was taken to have got through had not.
        let ending = then(300_000, AckState::Likely(at(10)));
        check(&ending, 300_000, |e| {
            e == Ending::Expired(at(300_000), None)
        });
        let ending = then(300_000, AckState::Done(at(10)));
        check(&ending, 300_000, |e| e == Ending::Acked(at(10)));
    }

    #[test]
    fn a_lease_runs_out_or_is_cut_short() {
        let open = || delivery(0, AckState::Open);
        check(&[open()], 1, |e| e == Ending::Held(Urgency::Plenty, None));
        check(&[open()], 300_000, |e| {
            e == Ending::Expired(at(300_000), None)
        });
        let again = |when| [open(), delivery(when, AckState::Open)];
        check(&again(300_000), 400_000, |e| {
            e == Ending::Expired(at(300_000), None)
        });
        // Clocks are not so exact that a second would tell.
        check(&again(299_000), 400_000, |e| {
            e == Ending::Expired(at(299_000), None)
        });
        check(&again(200_000), 400_000, |e| {
            e == Ending::Superseded(at(200_000))
        });
    }

    #[test]
    fn an_ack_that_failed_is_told_while_it_is_held_and_after() {
        let trouble = Trouble::new(
            Say::new("card-no-answer"),
            Say::new("card-next-network"),
            "",
        );
        let failed = [delivery(0, AckState::Failed(Box::new(trouble)))];
        check(&failed, 0, |e| {
            matches!(e, Ending::Held(_, Some(Failed::Lost(_))))
        });
        check(&failed, 300_000, |e| {
            matches!(e, Ending::Expired(_, Some(Failed::Lost(_))))
        });
        // The server's own trouble passes.
        let busy = refusal(FaultCode::InternalError, 9, Some(9_000));
        let busy = [delivery(0, AckState::Refused(Box::new(busy)))];
        check(&busy, 0, |e| {
            matches!(e, Ending::Held(_, Some(Failed::Refused(_))))
        });
    }

    #[test]
    fn of_288_deliveries_all_have_ended_but_the_newest_which_is_the_one_that_is_acked() {
        let lease = 300_000;
        let mut rows = Rows::new();
        let mut stale = Vec::new();
        for times in 1..=288 {
            let now = i64::from(times - 1) * lease;
            let sample = Sample {
                times,
                ends: now + lease,
                ..Sample::default()
            };
            let number = sample.arrive(&mut rows, at(now));
            // An ack that never came through, and whose answer comes when all is over.
            if times % 7 == 0 {
                stale.extend(rows.begin_ack(&[number], at(now + 1)));
            }
        }
        let now = at(287 * lease + 1);
        for handle in &stale {
            let failure = AckFailure {
                handle: handle.clone(),
                code: FaultCode::MessageNotExist,
                message: String::new(),
            };
            rows.refuse_ack(failure, false, now, 0);
        }
        assert_eq!((rows.len(), rows.held().0, stale.len()), (1, 1, 41));
        let row = rows.iter().next().unwrap();
        assert_eq!(row.deliveries().len(), 288);
        for place in 0..287 {
            let came = i64::try_from(place).unwrap() * lease;
            let ending = Ending::of(row.deliveries(), place, now);
            match (place + 1) % 7 {
                0 => assert!(matches!(ending, Ending::TooLate(_)), "{ending:?}"),
                _ => assert_eq!(ending, Ending::Expired(at(came + lease), None)),
            }
        }
        assert_eq!(
            Ending::of_newest(row, now),
            Ending::Held(Urgency::Plenty, None)
        );
        let number = row.number;
        let newest = rows.begin_ack(&[number], now);
        assert_eq!(newest, [ReceiptHandle::new("h-M0-288").unwrap()]);
        rows.end_ack(&newest[0], AckState::Done(now));
        let row = rows.iter().next().unwrap();
        assert_eq!(Ending::of_newest(row, now), Ending::Acked(now));
        assert_eq!((row.state(now), rows.held().0), (RowState::Acked, 0));
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// A message comes, or comes again, for so many milliseconds.
        Arrive(u8, i64),
        /// It is acked, and this is the answer: done, gone, busy, none.
        Ack(u8, u8),
        Pass(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (0..4_u8, 1..20_000_i64).prop_map(|(id, lease)| Step::Arrive(id, lease)),
            3 => (0..4_u8, 0..5_u8).prop_map(|(id, answer)| Step::Ack(id, answer)),
            2 => (0..9_000_i64).prop_map(Step::Pass),
        ]
    }

    fn answer(rows: &mut Rows, handle: ReceiptHandle, answer: u8, now: Timestamp) -> bool {
        let failure = |code| AckFailure {
            handle: handle.clone(),
            code,
            message: String::new(),
        };
        match answer {
            0 => rows.end_ack(&handle, AckState::Done(now)),
            1 => drop(rows.refuse_ack(failure(FaultCode::MessageNotExist), false, now, 0)),
            2 => drop(rows.refuse_ack(failure(FaultCode::QpsLimitExceeded), false, now, 0)),
            3 => drop(rows.refuse_ack(failure(FaultCode::MessageNotExist), true, now, 0)),
            // The answer is still on its way.
            _ => {}
        }
        answer == 0
    }

    proptest! {
        #[test]
        fn the_timeline_agrees_with_the_row_and_with_what_was_answered(
            steps in proptest::collection::vec(step(), 1..60)
        ) {
            let (mut rows, mut now, mut times, mut acked) = (Rows::new(), 0, 0, 0);
            for step in steps {
                match step {
                    Step::Arrive(id, lease) => {
                        times += 1;
                        let id = format!("M{id}");
                        let sample = Sample { id: &id, times, ends: now + lease, ..Sample::default() };
                        sample.arrive(&mut rows, at(now));
                    }
                    Step::Ack(id, answered) => {
                        let number = rows.of_message(&format!("M{id}"));
                        for handle in rows.begin_ack(number.as_slice(), at(now)) {
                            acked += usize::from(answer(&mut rows, handle, answered, at(now)));
                        }
                    }
                    Step::Pass(millis) => now += millis,
                }
                let mut seen = 0;
                for row in rows.iter() {
                    let newest = row.deliveries().len() - 1;
                    for place in 0..=newest {
                        let ending = Ending::of(row.deliveries(), place, at(now));
                        seen += usize::from(matches!(ending, Ending::Acked(_)));
                        match ending {
                            Ending::Held(..) | Ending::LikelyAcked(_) | Ending::LateOrElsewhere(_) => {
                                prop_assert_eq!(place, newest);
                            }
                            Ending::Elsewhere(refusal) => {
                                prop_assert_eq!(place, newest);
                                prop_assert!(refusal.left_millis > Some(BLUR_MILLIS));
                            }
                            Ending::TooLate(refusal) => prop_assert!(refusal.left_millis <= Some(0)),
                            Ending::Superseded(_) => prop_assert!(place < newest),
                            _ => {}
                        }
                    }
                    let agrees = match (row.state(at(now)), Ending::of_newest(row, at(now))) {
                        (RowState::Held(one), Ending::Held(other, _)) => one == other,
                        (RowState::Acking, Ending::Acking) => true,
                        (RowState::Acked, Ending::Acked(_) | Ending::LikelyAcked(_)) => true,
                        (RowState::Returned, Ending::Expired(..)) => true,
                        (
                            RowState::Refused,
                            Ending::TooLate(_) | Ending::Elsewhere(_) | Ending::LateOrElsewhere(_),
                        ) => true,
                        _ => false,
                    };
                    prop_assert!(agrees, "{:?} {:?}", row.state(at(now)), Ending::of_newest(row, at(now)));
                }
                prop_assert_eq!(seen, acked);
            }
        }
    }
}
