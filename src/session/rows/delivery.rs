//! One delivery of a message: its handle, its times, what became of our ack. And the deliveries
//! of a row, of which there is nearly always one.

use std::time::Duration;

use crate::protocol::{AckFailure, FaultCode, ReceiptHandle, Timestamp};

use super::super::lease::{Lease, Urgency};
use super::super::say::Trouble;
use super::weight;

/// How long a lease is taken to be if its end was unreadable. [seed]
const USUAL_LEASE: Duration = Duration::from_secs(300);

/// One delivery of a message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its handle; a damaged message may have none.
    pub handle: Option<ReceiptHandle>,
    /// Which delivery to the group it was, as the server counts; `None` if it was unreadable.
    pub consumed_times: Option<u32>,
    /// When it came.
    pub received_at: Timestamp,
    /// How long it is ours; `None` if that was unreadable.
    pub lease: Option<Lease>,
    /// What became of our ack.
    pub ack: AckState,
}

/// What became of the ack of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AckState {
    /// Not asked for.
    Open,
    /// On its way; `again` if an earlier one for the same handle may have got through.
    Pending {
        /// See above.
        again: bool,
    },
    /// Done at this time.
    Done(Timestamp),
    /// Sent more than once, and the last answer was that there is no such delivery any more:
    /// most likely an earlier one got through and its answer was lost.
    Likely(Timestamp),
    /// The server refused this handle.
    Refused(Box<Refusal>),
    /// The ack did not get through; it can be tried again.
    Failed(Box<Trouble>),
    /// It comes from a file, where no end of it was seen; why its ack did not get through, if one
    /// was tried.
    Unseen(Option<Box<Trouble>>),
}

/// A handle that the server refused, and what is needed to judge why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What the server said.
    pub failure: AckFailure,
    /// When it said so.
    pub at: Timestamp,
    /// What was left of the lease then, in milliseconds, by the server's own clock where that is
    /// known; less than nothing if it was over, `None` if its end was unreadable.
    pub left_millis: Option<i64>,
}

impl Refusal {
    /// Whether asking again is in vain: the server's own trouble and its limits pass.
    pub fn is_final(&self) -> bool {
        let code = &self.failure.code;
        code.status() < 500 && *code != FaultCode::QpsLimitExceeded
    }
}

impl AckState {
    /// Whether one did not succeed but can be tried again.
    pub fn can_be_tried_again(&self) -> bool {
        match self {
            AckState::Failed(_) => true,
            AckState::Refused(refusal) => !refusal.is_final(),
            _ => false,
        }
    }

    /// Whether one is on its way.
    pub fn is_pending(&self) -> bool {
        matches!(self, AckState::Pending { .. })
    }

    fn heap(&self) -> usize {
        match self {
            AckState::Refused(refusal) => {
                let failure = &refusal.failure;
                let texts = [failure.handle.as_str(), &failure.message];
                let texts: usize = texts.map(|text| weight::heap(text.len())).iter().sum();
                weight::boxed::<Refusal>() + texts
            }
            // Its texts are few, and short.
            AckState::Failed(trouble) | AckState::Unseen(Some(trouble)) => {
                // A card is shared by those that failed together; each is taken to bear all of it.
                let card = trouble.card.as_ref().map_or(0, |card| card.bytes());
                weight::boxed::<Trouble>() + weight::heap(trouble.detail.len()) + card
            }
            AckState::Unseen(None)
            | AckState::Open
            | AckState::Pending { .. }
            | AckState::Done(_)
            | AckState::Likely(_) => 0,
        }
    }
}

impl Delivery {
    /// When it returns, or is taken to.
    pub fn ends(&self) -> Timestamp {
        self.lease
            .map_or(self.received_at + USUAL_LEASE, |lease| lease.ends())
    }

    /// How pressing it is.
    pub fn urgency(&self, now: Timestamp) -> Urgency {
        match self.lease {
            Some(lease) => lease.urgency(now),
            None if self.ends() <= now => Urgency::Gone,
            // Nobody knows when it returns: it must not look safe.
            None => Urgency::Soon,
        }
    }

    /// Whether it may still be ours, for all we know without a clock. What has no handle cannot
    /// be ended by us, so we do not hold it.
    pub(super) fn is_open(&self) -> bool {
        self.handle.is_some()
            && match self.ack {
                AckState::Open | AckState::Pending { .. } | AckState::Failed(_) => true,
                AckState::Refused(ref refusal) => !refusal.is_final(),
                AckState::Done(_) | AckState::Likely(_) | AckState::Unseen(_) => false,
            }
    }

    fn heap(&self) -> usize {
        let handle = self
            .handle
            .as_ref()
            .map_or(0, |h| weight::heap(h.as_str().len()));
        handle + self.ack.heap()
    }
}

/// The deliveries of a row, oldest first; at least one.
#[derive(Debug, Clone)]
pub(super) enum Deliveries {
    One(Delivery),
    Many(Vec<Delivery>),
}

impl From<Vec<Delivery>> for Deliveries {
    fn from(mut list: Vec<Delivery>) -> Self {
        match list.len() {
            1 => Deliveries::One(list.remove(0)),
            _ => Deliveries::Many(list),
        }
    }
}

impl Deliveries {
    pub(super) fn as_slice(&self) -> &[Delivery] {
        match self {
            Deliveries::One(one) => std::slice::from_ref(one),
            Deliveries::Many(many) => many,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [Delivery] {
        match self {
            Deliveries::One(one) => std::slice::from_mut(one),
            Deliveries::Many(many) => many,
        }
    }

    pub(super) fn push(&mut self, delivery: Delivery) {
        match self {
            Deliveries::One(one) => *self = Deliveries::Many(vec![one.clone(), delivery]),
            Deliveries::Many(many) => many.push(delivery),
        }
    }

    /// Bytes in memory beside its own.
    pub(super) fn heap(&self) -> usize {
        let list = match self {
            Deliveries::One(_) => 0,
            Deliveries::Many(many) => weight::heap(many.capacity() * size_of::<Delivery>()),
        };
        list + self.as_slice().iter().map(Delivery::heap).sum::<usize>()
    }
}
