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
        let again = next.map(|next| next.received_at);
        let failed = match &delivery.ack {
            AckState::Failed(trouble) => Some(Failed::Lost(trouble)),
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
            AckState::Refused(refusal) if refusal.is_final() => Self::of_refused(refusal, again),
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
        let (ends, again) = (delivery.ends(), next.received_at);
        let left = match (&delivery.lease, &next.lease) {
            (Some(lease), Some(later)) => lease.left_at(later),
            _ => ends.millis().saturating_sub(again.millis()),
        };
        match left <= BLUR_MILLIS {
            true => Self::Expired(ends.min(again), failed),
            false => Self::Superseded(again),
        }
    }

    fn of_refused(refusal: &'d Refusal, again: Option<Timestamp>) -> Self {
        if refusal.failure.code != FaultCode::MessageNotExist {
            return Self::Refused(refusal);
        }
        match (again, refusal.left_millis) {
            (Some(again), _) if again <= refusal.at => Self::Superseded(again),
            (_, Some(left)) if left <= 0 => Self::TooLate(refusal),
            // It came again, so nobody has acked it.
            (Some(again), _) => Self::Superseded(again),
            (None, Some(left)) if left > BLUR_MILLIS => Self::Elsewhere(refusal),
            (None, _) => Self::LateOrElsewhere(refusal),
        }
    }

    /// Whether the message comes back by itself: then that delivery is the one to ack.
    pub fn comes_back(self) -> bool {
        matches!(self, Self::Expired(..) | Self::TooLate(_))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::lease::Lease;
    use super::super::say::Say;
    use super::*;
    use crate::protocol::AckFailure;

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
                handle: crate::protocol::ReceiptHandle::new("h").unwrap(),
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
        let trouble = Trouble {
            what: Say::new("trouble-timeout"),
            next: Say::new("trouble-timeout-next"),
            detail: String::new(),
        };
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
}
