//! Messages as values of the database: alone, or packed with those that stand beside them in a
//! log, as a row for each would cost more than the message itself. Knows no table and no topic.
//!
//! A message is what postcard makes of it (its format is specified), as in the records of the log;
//! a chunk is one message after the other.

use std::sync::Arc;

use super::trouble::Trouble;
use crate::sandbox::queue::StoredMessage;

/// A chunk takes no message that makes it as large, unless it is the only one. The database rounds
/// large values up to the next power of two, some bytes of its own included: just below one, it
/// wastes least. [us]
const CHUNK_BYTES: usize = 30 << 10;

/// Messages of consecutive positions of a log.
#[derive(Debug)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    last: u64,
}

impl Chunk {
    /// Of one message.
    pub(super) fn of(position: u64, message: &StoredMessage) -> Result<Self, Trouble> {
        Ok(Self {
            bytes: pack(message)?,
            last: position,
        })
    }

    /// Adds the message of this position if it comes next and there is room for it. Room is
    /// counted by bodies: a little more of the rest does no harm.
    pub(super) fn take(&mut self, position: u64, message: &StoredMessage) -> Result<bool, Trouble> {
        let bytes = self.bytes.len() + message.parts.body.len();
        let fits = position == self.last + 1 && bytes < CHUNK_BYTES;
        if fits {
            pack_into(message, &mut self.bytes)?;
            self.last = position;
        }
        Ok(fits)
    }

    /// The position of its last message, from which the others count back.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// One message.
pub(super) fn pack(message: &StoredMessage) -> Result<Vec<u8>, Trouble> {
    let mut bytes = Vec::new();
    pack_into(message, &mut bytes)?;
    Ok(bytes)
}

fn pack_into(message: &StoredMessage, bytes: &mut Vec<u8>) -> Result<(), Trouble> {
    // A `Vec` takes all, so there is nothing that can go wrong with it but the message.
    postcard::to_io(message, bytes).map_err(Trouble::Packed)?;
    Ok(())
}

/// What [`pack`] made of a message.
pub(super) fn unpack(bytes: &[u8]) -> Result<Arc<StoredMessage>, Trouble> {
    postcard::from_bytes(bytes).map_err(Trouble::Packed)
}

/// The messages of a chunk with their positions, the last of which is this.
pub(super) fn unpack_chunk(
    last: u64,
    mut bytes: &[u8],
) -> Result<Vec<(u64, Arc<StoredMessage>)>, Trouble> {
    let mut messages = Vec::new();
    while !bytes.is_empty() {
        let (message, rest) = postcard::take_from_bytes(bytes).map_err(Trouble::Packed)?;
        messages.push(message);
        bytes = rest;
    }
    let others = messages.len().saturating_sub(1) as u64;
    let first = last
        .checked_sub(others)
        .ok_or_else(|| Trouble::Missing(format!("place for {others} messages before {last}")))?;
    Ok((first..).zip(messages).collect())
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::super::crashes::{in_log, stored_in, topic};
    use super::*;
    use crate::sandbox::queue::{Change, Place};

    fn message(change: Change) -> Arc<StoredMessage> {
        match change {
            Change::Stored { message, .. } => message,
            other => panic!("{other:?}"),
        }
    }

    fn of_size(position: u64, bytes: usize) -> Arc<StoredMessage> {
        let place = Place::Log { position };
        message(stored_in(&topic(), position, place, "x".repeat(bytes)))
    }

    #[test]
    fn a_chunk_gives_back_its_messages_with_their_positions() {
        let messages: Vec<_> = (5..9).map(|at| (at, message(in_log(at)))).collect();
        let mut chunk = Chunk::of(5, &messages[0].1).unwrap();
        for (position, message) in &messages[1..] {
            assert!(chunk.take(*position, message).unwrap());
        }
        assert_eq!(chunk.last(), 8);
        assert_eq!(unpack_chunk(8, chunk.bytes()).unwrap(), messages);
        let packed = pack(&messages[0].1).unwrap();
        assert_eq!(unpack(&packed).unwrap(), messages[0].1);
    }

    #[test]
    fn a_chunk_takes_only_the_next_message_and_only_if_there_is_room() {
        let mut chunk = Chunk::of(5, &of_size(5, 10)).unwrap();
        let before = chunk.bytes().to_vec();
        for position in [4, 5, 7] {
            assert!(!chunk.take(position, &of_size(position, 10)).unwrap());
        }
        assert!(!chunk.take(6, &of_size(6, CHUNK_BYTES)).unwrap());
        assert_eq!(chunk.bytes(), before);
        assert!(chunk.take(6, &of_size(6, CHUNK_BYTES / 2)).unwrap());
        assert!(!chunk.take(7, &of_size(7, CHUNK_BYTES / 2)).unwrap());

        // Alone, it may be as large as it likes.
        let large = of_size(0, 4 << 20);
        let mut chunk = Chunk::of(0, &large).unwrap();
        assert!(!chunk.take(1, &of_size(1, 0)).unwrap());
        assert_eq!(unpack_chunk(0, chunk.bytes()).unwrap(), [(0, large)]);
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let two = [pack(&of_size(0, 1)).unwrap(), pack(&of_size(1, 1)).unwrap()].concat();
        assert!(unpack_chunk(1, &two).is_ok());
        assert!(unpack_chunk(0, &two).is_err(), "a message before the first");
        assert!(unpack_chunk(1, &two[..two.len() - 1]).is_err());
        assert!(unpack(&[]).is_err());
    }
}
