//! A row of a view: one message, every delivery of it, and what that makes of it now.

use crate::protocol::{DamagedMessage, ReceivedMessage, Timestamp};

use super::super::lease::Urgency;
use super::delivery::{AckState, Deliveries, Delivery};
use super::earlier::Earlier;
use super::packed::{Message, Packed};
use super::weight;

/// A message of the view.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the row, never reused: 0 is the first that ever came.
    pub number: u64,
    kept: Kept,
    earlier: Option<Box<Earlier>>,
    deliveries: Deliveries,
}

/// How a message is kept.
#[derive(Debug, Clone)]
pub(super) enum Kept {
    Whole(Packed),
    Damaged(Box<DamagedMessage>),
}

/// What a row looks like now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowState {
    /// Ours; how pressing is in the urgency.
    Held(Urgency),
    /// An ack is on its way.
    Acking,
    /// Acked.
    Acked,
    /// The server refused the ack.
    Refused,
    /// The lease is over: visible again for the group.
    Returned,
}

/// What came: a message, readable or not.
pub(in crate::session) enum Arrived {
    Whole(Box<ReceivedMessage>),
    Damaged(Box<DamagedMessage>),
}

impl Arrived {
    fn keep(self) -> Kept {
        match self {
            Arrived::Whole(message) => Kept::Whole(Packed::new(&message)),
            Arrived::Damaged(damaged) => Kept::Damaged(damaged),
        }
    }
}

impl Row {
    pub(super) fn new(number: u64, arrived: Arrived, delivery: Delivery) -> Self {
        Self {
            number,
            kept: arrived.keep(),
            earlier: None,
            deliveries: Deliveries::One(delivery),
        }
    }

    /// As it was written down; there is at least one delivery.
    pub(super) fn restored(number: u64, arrived: Arrived, deliveries: Vec<Delivery>) -> Self {
        Self {
            number,
            kept: arrived.keep(),
            earlier: None,
            deliveries: Deliveries::from(deliveries),
        }
    }

    /// The message came again.
    pub(super) fn deliver(&mut self, arrived: Arrived, delivery: Delivery) {
        self.deliveries.push(delivery);
        // A damaged redelivery must not hide the body that came through before.
        if matches!(
            (&self.kept, &arrived),
            (Kept::Whole(_), Arrived::Damaged(_))
        ) {
            return;
        }
        let old = std::mem::replace(&mut self.kept, arrived.keep());
        if let (Kept::Whole(old), Kept::Whole(new)) = (old, &self.kept) {
            self.earlier = Some(Box::new(Earlier::new(old, new)));
        }
    }

    /// Deliveries, oldest first; at least one.
    pub fn deliveries(&self) -> &[Delivery] {
        self.deliveries.as_slice()
    }

    /// The same, to change them.
    pub(super) fn deliveries_mut(&mut self) -> &mut [Delivery] {
        self.deliveries.as_mut_slice()
    }

    /// The newest delivery.
    pub fn newest(&self) -> &Delivery {
        // Rows are made with a delivery and only ever gain some.
        let all = self.deliveries();
        &all[all.len() - 1]
    }

    /// The newest delivery.
    pub(super) fn newest_mut(&mut self) -> &mut Delivery {
        let all = self.deliveries.as_mut_slice();
        let newest = all.len() - 1;
        &mut all[newest]
    }

    /// What it looks like at `now`.
    pub fn state(&self, now: Timestamp) -> RowState {
        let newest = self.newest();
        match &newest.ack {
            AckState::Pending { .. } => RowState::Acking,
            AckState::Done(_) | AckState::Likely(_) => RowState::Acked,
            AckState::Refused(refusal) if refusal.is_final() => RowState::Refused,
            AckState::Unseen(_) => RowState::Returned,
            AckState::Open | AckState::Failed(_) | AckState::Refused(_) => {
                match newest.urgency(now) {
                    Urgency::Gone => RowState::Returned,
                    urgency => RowState::Held(urgency),
                }
            }
        }
    }

    /// Whether an ack makes sense now.
    pub fn can_ack(&self, now: Timestamp) -> bool {
        self.newest().handle.is_some() && matches!(self.state(now), RowState::Held(_))
    }

    /// The message's id, if it is readable.
    pub fn message_id(&self) -> Option<&str> {
        match &self.kept {
            Kept::Whole(packed) => Some(packed.id()),
            Kept::Damaged(damaged) => damaged.message_id.as_deref(),
        }
    }

    /// The message, if it is readable.
    pub fn message(&self) -> Option<Message<'_>> {
        match &self.kept {
            Kept::Whole(packed) => Message::of(packed, self.deliveries(), false),
            Kept::Damaged(_) => None,
        }
    }

    /// What is left of the message, if it was never readable.
    pub fn damaged(&self) -> Option<&DamagedMessage> {
        match &self.kept {
            Kept::Whole(_) => None,
            Kept::Damaged(damaged) => Some(damaged),
        }
    }

    /// The message as it was delivered before that, if it was readable both times.
    pub fn earlier(&self) -> Option<ReceivedMessage> {
        let (Kept::Whole(newest), Some(earlier)) = (&self.kept, &self.earlier) else {
            return None;
        };
        let packed = earlier.whole(newest);
        Message::of(&packed, self.deliveries(), true).map(|message| message.to_received())
    }

    /// Bytes in memory beside its own.
    pub(super) fn heap(&self) -> usize {
        let kept = match &self.kept {
            Kept::Whole(packed) => packed.heap(),
            Kept::Damaged(damaged) => {
                weight::boxed::<DamagedMessage>() + weight::heap(damaged.raw.len())
            }
        };
        let earlier = self.earlier.as_ref().map_or(0, |earlier| earlier.heap());
        kept + earlier + self.deliveries.heap()
    }
}
