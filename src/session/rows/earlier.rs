//! What a message was like in the delivery before its newest, to be compared with it. Keeps the
//! texts only if they were others: a redelivery nearly always brings the same.

use super::packed::Packed;
use super::weight;

/// The delivery before.
#[derive(Debug, Clone)]
pub(super) enum Earlier {
    /// Only its times were others, and its delivery.
    SameTexts(Packed),
    /// Anything may have been.
    Other(Packed),
}

impl Earlier {
    /// Keeps what `newest` replaces.
    pub(super) fn new(old: Packed, newest: &Packed) -> Self {
        if old.same_texts(newest) {
            Earlier::SameTexts(old.without_texts())
        } else {
            Earlier::Other(old)
        }
    }

    /// The message as it was, given the one that replaced it.
    pub(super) fn whole(&self, newest: &Packed) -> Packed {
        match self {
            Earlier::SameTexts(times) => times.clone().with_texts_of(newest),
            Earlier::Other(packed) => packed.clone(),
        }
    }

    /// Bytes in memory, its own included.
    pub(super) fn heap(&self) -> usize {
        let texts = match self {
            Earlier::SameTexts(packed) | Earlier::Other(packed) => packed.heap(),
        };
        weight::boxed::<Self>() + texts
    }
}
