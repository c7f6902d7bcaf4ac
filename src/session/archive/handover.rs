//! Rows as they are handed to the worker and taken from it, whole, a bounded piece at a time.

use crate::protocol::{DamagedMessage, DecodeError};
use crate::session::rows::{Arrived, Row, Rows};
use crate::session::subscription::Subscription;

use super::format::{Record, Recorded};

/// Bytes of bodies that are handed over at once.
const PIECE_BYTES: usize = 2 << 20;

/// The first rows of these that fit into a piece, and how many were looked at for that.
pub(super) fn piece_of(view: &Subscription, numbers: &[u64]) -> (Vec<Record>, usize) {
    let (mut records, mut bytes) = (Vec::new(), 0);
    for (place, &number) in numbers.iter().enumerate() {
        if bytes >= PIECE_BYTES {
            return (records, place);
        }
        if let Some(row) = view.rows.get(number) {
            let record = Record::of(row);
            bytes += record.bytes();
            records.push(record);
        }
    }
    (records, numbers.len())
}

impl Record {
    /// What a row holds.
    fn of(row: &Row) -> Self {
        let message = match (row.message(), row.damaged()) {
            (Some(message), _) => Recorded::Whole(Box::new(message.to_received())),
            (None, Some(damaged)) => Recorded::Damaged(Box::new(damaged.clone())),
            (None, None) => Recorded::Damaged(Box::new(DamagedMessage {
                message_id: row.message_id().map(str::to_owned),
                receipt_handle: None,
                next_consume_time: None,
                problem: DecodeError::Missing {
                    element: "ReceiptHandle",
                },
                raw: String::new(),
            })),
        };
        Self {
            message,
            deliveries: row.deliveries().to_vec(),
        }
    }

    /// Makes it a row.
    pub(super) fn restore_into(self, rows: &mut Rows) {
        let arrived = match self.message {
            Recorded::Whole(message) => Arrived::Whole(message),
            Recorded::Damaged(damaged) => Arrived::Damaged(damaged),
        };
        rows.restore(arrived, self.deliveries);
    }

    /// About how large it is.
    fn bytes(&self) -> usize {
        let texts = match &self.message {
            Recorded::Whole(message) => message.body.len(),
            Recorded::Damaged(damaged) => damaged.raw.len(),
        };
        texts + 256
    }
}
