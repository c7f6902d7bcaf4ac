//! Receipt handles: opaque text that can be told from any other text. They are unique, not
//! unguessable: whoever may ack has signed the request already.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use crate::protocol::ReceiptHandle;

/// What a handle speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handle {
    /// One delivery of a message of the log to a group.
    Delivery { position: u64, nonce: u64 },
    /// A half message: the producer's handle, or that of a check.
    Half { seq: u64, nonce: u64 },
}

const DELIVERY: u8 = b'D';
const HALF: u8 = b'H';
/// Kind, number, nonce, check sum.
const BYTES: usize = 1 + 8 + 8 + 4;

impl Handle {
    /// Its text.
    pub(super) fn encode(self) -> ReceiptHandle {
        let (kind, number, nonce) = match self {
            Handle::Delivery { position, nonce } => (DELIVERY, position, nonce),
            Handle::Half { seq, nonce } => (HALF, seq, nonce),
        };
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(kind);
        bytes.extend(number.to_be_bytes());
        bytes.extend(nonce.to_be_bytes());
        bytes.extend(check_sum(&bytes).to_be_bytes());
        ReceiptHandle::written(BASE64.encode(bytes))
    }

    /// Reads one; `None` if the text is not a handle.
    pub(super) fn decode(handle: &ReceiptHandle) -> Option<Self> {
        let bytes: [u8; BYTES] = BASE64.decode(handle.as_str()).ok()?.try_into().ok()?;
        let (kind, rest) = bytes.split_first()?;
        let (number, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let sum = rest.first_chunk()?;
        if u32::from_be_bytes(*sum) != check_sum(&bytes[..BYTES - 4]) {
            return None;
        }
        let number = u64::from_be_bytes(*number);
        let nonce = u64::from_be_bytes(*nonce);
        match *kind {
            DELIVERY => Some(Handle::Delivery {
                position: number,
                nonce,
            }),
            HALF => Some(Handle::Half { seq: number, nonce }),
            _ => None,
        }
    }
}

/// FNV-1a: a changed or cut handle is noticed, nothing more.
fn check_sum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back_and_nothing_else(number: u64, nonce: u64, at in 0usize..28) {
            for handle in [
                Handle::Delivery { position: number, nonce },
                Handle::Half { seq: number, nonce },
            ] {
                let text = handle.encode();
                prop_assert_eq!(Handle::decode(&text), Some(handle));
                let mut changed = text.as_str().to_owned().into_bytes();
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                let changed = String::from_utf8_lossy(&changed).into_owned();
                prop_assert_eq!(ReceiptHandle::new(&changed).and_then(|h| Handle::decode(&h)), None);
            }
        }
    }

    #[test]
    fn other_texts_are_not_handles() {
        for text in ["not-a-handle", "h", "RAAA", &"A".repeat(28)] {
            let handle = ReceiptHandle::new(text);
            assert_eq!(handle.and_then(|h| Handle::decode(&h)), None, "{text}");
        }
    }
}
