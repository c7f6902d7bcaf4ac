//! A readable message as it is kept: all its texts in one piece, everything else in numbers. A
//! row of a small message takes half of what it would with a string for each text. [`Message`]
//! reads it, without a copy.

use crate::protocol::properties;
use crate::protocol::properties::Properties;
use crate::protocol::{ReceiptHandle, ReceivedMessage, Timestamp, body_md5};

use super::delivery::Delivery;
use super::weight;

/// A length that says that there is no such text.
const NONE: u32 = u32::MAX;

/// A message without what belongs to its delivery alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packed {
    /// Id, tag, digest if it is none, properties, body.
    texts: Box<str>,
    publish_time: Timestamp,
    first_consume_time: Timestamp,
    md5: [u8; 16],
    id: u32,
    tag: u32,
    /// [`NONE`] if the digest is one, and in `md5`.
    odd_md5: u32,
    properties: u32,
}

impl Packed {
    /// Packs a message. The end of its lease is its delivery's.
    pub(super) fn new(message: &ReceivedMessage) -> Self {
        let md5 = digest(&message.body_md5);
        let odd_md5 = match md5 {
            Some(_) => None,
            None => Some(message.body_md5.as_str()),
        };
        let properties = written(&message.properties);
        let pieces = [
            Some(message.message_id.as_str()),
            message.tag.as_deref(),
            odd_md5,
            Some(properties.as_str()),
            Some(message.body.as_str()),
        ];
        let length = pieces.iter().flatten().map(|piece| piece.len()).sum();
        let mut texts = String::with_capacity(length);
        for piece in pieces.into_iter().flatten() {
            texts.push_str(piece);
        }
        Self {
            texts: texts.into_boxed_str(),
            publish_time: message.publish_time,
            first_consume_time: message.first_consume_time,
            md5: md5.unwrap_or_default(),
            id: short(message.message_id.len()),
            tag: message.tag.as_deref().map_or(NONE, |tag| short(tag.len())),
            odd_md5: odd_md5.map_or(NONE, |text| short(text.len())),
            properties: short(properties.len()),
        }
    }

    /// The id.
    pub(super) fn id(&self) -> &str {
        self.texts.get(..self.id as usize).unwrap_or_default()
    }

    /// Bytes in memory beside its own.
    pub(super) fn heap(&self) -> usize {
        weight::heap(self.texts.len())
    }

    /// Whether the other one reads the same, times apart.
    pub(super) fn same_texts(&self, other: &Packed) -> bool {
        let lengths = |p: &Packed| [p.id, p.tag, p.odd_md5, p.properties];
        lengths(self) == lengths(other) && self.md5 == other.md5 && self.texts == other.texts
    }

    /// The times alone.
    pub(super) fn without_texts(mut self) -> Self {
        self.texts = Box::default();
        self
    }

    /// With the texts of one that read the same.
    pub(super) fn with_texts_of(mut self, other: &Packed) -> Self {
        self.texts = other.texts.clone();
        self
    }

    /// The text of such a length that begins where those of the others end.
    fn piece(&self, before: &[u32], length: u32) -> Option<&str> {
        if length == NONE {
            return None;
        }
        let begin = self.end_of(before);
        self.texts.get(begin..begin + length as usize)
    }

    fn end_of(&self, lengths: &[u32]) -> usize {
        let there = lengths.iter().filter(|length| **length != NONE);
        there.map(|length| *length as usize).sum()
    }

    fn tag(&self) -> Option<&str> {
        self.piece(&[self.id], self.tag)
    }

    fn properties(&self) -> &str {
        self.piece(&[self.id, self.tag, self.odd_md5], self.properties)
            .unwrap_or_default()
    }

    fn body(&self) -> &str {
        let begin = self.end_of(&[self.id, self.tag, self.odd_md5, self.properties]);
        self.texts.get(begin..).unwrap_or_default()
    }

    fn body_md5(&self) -> String {
        match self.piece(&[self.id, self.tag], self.odd_md5) {
            Some(text) => text.to_owned(),
            None => hex::encode_upper(self.md5),
        }
    }
}

/// No message that is let in is as long as that.
fn short(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(NONE)
}

/// The bytes of a digest, if it is written as it is written back.
fn digest(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.contains(|c: char| c.is_ascii_lowercase())).then_some(bytes)
}

/// Pairs behind their lengths: no character of theirs can be taken for a sign of ours.
fn written(properties: &Properties) -> String {
    let mut text = String::new();
    for (key, value) in properties.iter() {
        text.push_str(&format!("{} {}:", key.len(), value.len()));
        text.push_str(key);
        text.push_str(value);
    }
    text
}

/// The first of the pairs, and the others.
fn first_pair(text: &str) -> Option<((&str, &str), &str)> {
    let (lengths, rest) = text.split_once(':')?;
    let (key, value) = lengths.split_once(' ')?;
    let (key, value): (usize, usize) = (key.parse().ok()?, value.parse().ok()?);
    let pair = (rest.get(..key)?, rest.get(key..key + value)?);
    Some((pair, &rest[key + value..]))
}

/// A readable message of a row: what [`ReceivedMessage`] holds, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct Message<'r> {
    packed: &'r Packed,
    delivery: &'r Delivery,
    handle: &'r ReceiptHandle,
}

impl<'r> Message<'r> {
    /// The message of a row with these deliveries; `before`: as it came the time before.
    pub(super) fn of(packed: &'r Packed, deliveries: &'r [Delivery], before: bool) -> Option<Self> {
        // What cannot be read does not say how often it was delivered.
        let mut readable = deliveries
            .iter()
            .rev()
            .filter(|delivery| delivery.consumed_times.is_some());
        let delivery = readable.nth(usize::from(before))?;
        Some(Self {
            packed,
            delivery,
            handle: delivery.handle.as_ref()?,
        })
    }

    /// The same for every delivery of the message.
    pub fn message_id(&self) -> &'r str {
        self.packed.id()
    }

    /// Text of the message.
    pub fn body(&self) -> &'r str {
        self.packed.body()
    }

    /// Upper-case hexadecimal MD5 of the body, as the broker says.
    pub fn body_md5(&self) -> String {
        self.packed.body_md5()
    }

    /// The delivery that brought it: the newest that was readable.
    pub fn delivery(&self) -> &'r Delivery {
        self.delivery
    }

    /// Acks that delivery and no other.
    pub fn receipt_handle(&self) -> &'r ReceiptHandle {
        self.handle
    }

    /// When it was published.
    pub fn publish_time(&self) -> Timestamp {
        self.packed.publish_time
    }

    /// When this group first got it.
    pub fn first_consume_time(&self) -> Timestamp {
        self.packed.first_consume_time
    }

    /// When it becomes visible again unless it is acked, by the server's clock.
    pub fn next_consume_time(&self) -> Timestamp {
        let lease = self.delivery.lease;
        lease.map_or(self.delivery.received_at, |lease| lease.ends_on_server())
    }

    /// Deliveries to this group so far, this one included.
    pub fn consumed_times(&self) -> u32 {
        self.delivery.consumed_times.unwrap_or_default()
    }

    /// Tag, if it has one.
    pub fn tag(&self) -> Option<&'r str> {
        self.packed.tag()
    }

    /// All properties, the system's included, in their order.
    pub fn properties(&self) -> impl Iterator<Item = (&'r str, &'r str)> + use<'r> {
        let mut rest = self.packed.properties();
        std::iter::from_fn(move || {
            let (pair, left) = first_pair(rest)?;
            rest = left;
            Some(pair)
        })
    }

    /// The value of a property; the last one if it stands twice.
    pub fn property(&self, name: &str) -> Option<&'r str> {
        let pairs = self.properties().filter(|(key, _)| *key == name);
        pairs.last().map(|(_, value)| value)
    }

    /// The message key (`KEYS`).
    pub fn key(&self) -> Option<&'r str> {
        self.property(properties::KEYS)
    }

    /// The sharding key of an ordered message.
    pub fn sharding_key(&self) -> Option<&'r str> {
        self.property(properties::SHARDING_KEY)
    }

    /// Whether the body is the one that the broker's digest speaks of.
    pub fn body_is_intact(&self) -> bool {
        self.body_md5().eq_ignore_ascii_case(&body_md5(self.body()))
    }

    /// All of it, as it came.
    pub fn to_received(&self) -> ReceivedMessage {
        let pairs = self
            .properties()
            .map(|(key, value)| (key.to_owned(), value.to_owned()));
        ReceivedMessage {
            message_id: self.message_id().to_owned(),
            body_md5: self.body_md5(),
            body: self.body().to_owned(),
            receipt_handle: self.handle.clone(),
            publish_time: self.publish_time(),
            first_consume_time: self.first_consume_time(),
            next_consume_time: self.next_consume_time(),
            consumed_times: self.consumed_times(),
            tag: self.tag().map(str::to_owned),
            properties: Properties::from(pairs.collect::<Vec<_>>()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::lease::Lease;
    use super::super::delivery::AckState;
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn message()(
            texts in ("\\PC{0,12}", "\\PC{0,20}", "[0-9A-Fa-f]{30,33}"),
            tag in proptest::option::of("\\PC{0,6}"),
            pairs in proptest::collection::vec(("[a:| 0-9é]{0,6}", "[b:| 0-9你]{0,6}"), 0..4),
            intact in any::<bool>(),
            times in 0..9_u32,
        ) -> ReceivedMessage {
            ReceivedMessage {
                message_id: texts.0,
                body_md5: if intact { body_md5(&texts.1) } else { texts.2 },
                body: texts.1,
                receipt_handle: ReceiptHandle::new("h").unwrap_or_else(|| unreachable!()),
                publish_time: Timestamp::from_millis(1),
                first_consume_time: Timestamp::from_millis(2),
                next_consume_time: Timestamp::from_millis(3),
                consumed_times: times,
                tag,
                properties: Properties::from(pairs),
            }
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_is_read_as_it_came(message in message()) {
            let delivery = Delivery {
                handle: Some(message.receipt_handle.clone()),
                consumed_times: Some(message.consumed_times),
                received_at: Timestamp::from_millis(0),
                lease: Some(Lease::new(Timestamp::from_millis(1), Timestamp::from_millis(3), 7)),
                ack: AckState::Open,
            };
            let packed = Packed::new(&message);
            let deliveries = [delivery];
            let read = Message::of(&packed, &deliveries, false).unwrap_or_else(|| unreachable!());
            prop_assert_eq!(read.body_is_intact(), message.body_is_intact());
            prop_assert_eq!(read.key(), message.key());
            for (key, _) in message.properties.iter() {
                prop_assert_eq!(read.property(key), message.properties.get(key));
            }
            prop_assert_eq!(read.to_received(), message);
        }
    }
}
