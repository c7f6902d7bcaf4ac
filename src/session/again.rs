//! Messages that go into the publish form a second time: what of them is the publisher's, and
//! what a broker wrote into them and would write again. The form takes the newest offer and keeps
//! what was typed before.

use crate::protocol::properties::{
    KEYS, Properties, SHARDING_KEY, START_DELIVER_TIME, TRANS_CHECK_T,
};
use crate::protocol::{MessageParts, ReceivedMessage};

use super::draft::Draft;
use super::entry::Entry;
use super::say::Say;

/// Topic that a dead letter was published to, as a broker writes it: that of RocketMQ 5 first,
/// then that of its retry topics. [doc]
const ORIGIN_TOPIC: [&str; 2] = ["DLQ_ORIGIN_TOPIC", "RETRY_TOPIC"];

/// What a RocketMQ broker writes into a message by itself. [doc]
const OF_THE_BROKER: [&str; 22] = [
    "1ST_POP_TIME",
    "CLUSTER",
    "CONSUME_START_TIME",
    "DELAY",
    "DLQ_ORIGIN_MESSAGE_ID",
    "DLQ_ORIGIN_TOPIC",
    "INSTANCE_ID",
    "MAX_OFFSET",
    "MAX_RECONSUME_TIMES",
    "MIN_OFFSET",
    "MSG_REGION",
    "ORIGIN_MESSAGE_ID",
    "PGROUP",
    "POP_CK",
    "REAL_QID",
    "REAL_TOPIC",
    "RECONSUME_TIME",
    "RETRY_TOPIC",
    "TAGS",
    "TRACE_ON",
    "TRAN_MSG",
    "UNIQ_KEY",
];

/// A draft for the publish form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Counts offers, so that each is taken once.
    pub number: u64,
    /// What goes into the form.
    pub draft: Draft,
    /// Where it is from.
    pub from: Say,
    /// Keys of properties that were left out.
    pub left_out: Vec<String>,
    /// Bytes of the body, where nobody has it any more: the draft has none, so that a part of it is
    /// never published for the whole.
    pub lost_body: Option<usize>,
}

/// The newest offer.
#[derive(Debug, Default)]
pub(super) struct Offers {
    count: u64,
    newest: Option<Box<Offer>>,
}

impl Offers {
    /// The newest one.
    pub(super) fn newest(&self) -> Option<&Offer> {
        self.newest.as_deref()
    }

    /// Offers a message that came, for this topic; empty if nobody knows which.
    pub(super) fn offer_message(&mut self, topic: &str, message: &ReceivedMessage) {
        let (parts, left_out) = parts_of(message);
        let from = Say::new("again-from-message").with("id", &message.message_id);
        self.push(draft_of(topic, parts), from, left_out, None);
    }

    /// Offers what was published before. `whole` is its body, if that was too large to keep and is
    /// known from elsewhere.
    pub(super) fn offer_entry(&mut self, entry: Entry, whole: Option<String>) {
        let at = Say::new("again-from-history");
        let mut draft = draft_of(entry.topic.as_str(), entry.message);
        let mut lost = None;
        if entry.too_large.is_some() {
            lost = entry.too_large.filter(|_| whole.is_none());
            draft.body = whole.unwrap_or_default();
        }
        self.push(draft, at, Vec::new(), lost);
    }

    fn push(&mut self, draft: Draft, from: Say, left_out: Vec<String>, lost_body: Option<usize>) {
        self.count += 1;
        self.newest = Some(Box::new(Offer {
            number: self.count,
            draft,
            from,
            left_out,
            lost_body,
        }));
    }
}

/// What of a message its publisher wrote, without the times that are over; and the keys of the
/// properties that are not among it.
pub(super) fn parts_of(message: &ReceivedMessage) -> (MessageParts, Vec<String>) {
    let mut parts = MessageParts {
        body: message.body.clone(),
        tag: message.tag.clone(),
        ..MessageParts::default()
    };
    let mut left_out = Vec::new();
    for (key, value) in message.properties.iter() {
        match Role::of(key) {
            Role::Key => parts.key = Some(value.to_owned()),
            Role::ShardingKey => parts.sharding_key = Some(value.to_owned()),
            Role::Over => {}
            Role::Broker => left_out.push(key.to_owned()),
            Role::Own => parts.properties.push((key.to_owned(), value.to_owned())),
        }
    }
    (parts, left_out)
}

/// What a property of a message that came is to whoever publishes it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It holds the key.
    Key,
    /// It holds the sharding key.
    ShardingKey,
    /// Once more means now, and as a whole message.
    Over,
    /// The broker wrote it, and would again.
    Broker,
    /// The publisher's.
    Own,
}

impl Role {
    pub(super) fn of(key: &str) -> Self {
        match key {
            KEYS => Role::Key,
            SHARDING_KEY => Role::ShardingKey,
            START_DELIVER_TIME | TRANS_CHECK_T => Role::Over,
            key if OF_THE_BROKER.contains(&key) || key.starts_with("__") => Role::Broker,
            _ => Role::Own,
        }
    }
}

/// The topic that a dead letter came from, if it says so.
pub(super) fn origin_topic(properties: &Properties) -> Option<&str> {
    ORIGIN_TOPIC
        .iter()
        .find_map(|key| properties.get(key))
        .filter(|topic| !topic.is_empty())
}

fn draft_of(topic: &str, parts: MessageParts) -> Draft {
    let first = Draft::default();
    Draft {
        topic: topic.to_owned(),
        tag: parts.tag.unwrap_or_default(),
        key: parts.key.unwrap_or_default(),
        properties: parts.properties,
        body: parts.body,
        sharding_key: parts.sharding_key.unwrap_or_default(),
        half: parts.check_after_secs.is_some(),
        check_after: parts
            .check_after_secs
            .map_or(first.check_after.clone(), |secs| format!("{secs}s")),
        ..first
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::entry::{KEPT_BODY_BYTES, tests::entry};
    use super::*;
    use crate::protocol::{ReceiptHandle, Timestamp};

    fn message(properties: &[(&str, &str)]) -> ReceivedMessage {
        let pairs = properties
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect::<Vec<_>>();
        ReceivedMessage {
            message_id: "M1".to_owned(),
            body_md5: String::new(),
            body: "{}".to_owned(),
            receipt_handle: ReceiptHandle::new("h").unwrap(),
            publish_time: Timestamp::default(),
            first_consume_time: Timestamp::default(),
            next_consume_time: Timestamp::default(),
            consumed_times: 1,
            tag: Some("TagA".to_owned()),
            properties: pairs.into(),
        }
    }

    #[test]
    fn what_the_protocol_keeps_in_properties_goes_where_it_is_typed() {
        let mut offers = Offers::default();
        offers.offer_message(
            "orders",
            &message(&[
                ("KEYS", "k"),
                ("region", "r"),
                ("__SHARDINGKEY", "s"),
                ("__STARTDELIVERTIME", "99"),
                ("__TransCheckT", "30"),
                ("RECONSUME_TIME", "3"),
                ("__BORNHOST", "h"),
            ]),
        );
        let offer = offers.newest().unwrap();
        let expected = Draft {
            topic: "orders".to_owned(),
            tag: "TagA".to_owned(),
            key: "k".to_owned(),
            sharding_key: "s".to_owned(),
            properties: vec![("region".to_owned(), "r".to_owned())],
            body: "{}".to_owned(),
            ..Draft::default()
        };
        assert_eq!(offer.draft, expected);
        assert_eq!(offer.left_out, ["RECONSUME_TIME", "__BORNHOST"]);
    }

    #[test]
    fn an_entry_comes_back_as_it_was_written_but_for_its_time() {
        let mut offers = Offers::default();
        let mut entry = entry("k", "text");
        entry.message.deliver_at = Some(Timestamp::from_millis(5));
        entry.message.check_after_secs = Some(30);
        offers.offer_entry(entry, None);
        let draft = &offers.newest().unwrap().draft;
        assert_eq!((draft.key.as_str(), draft.body.as_str()), ("k", "text"));
        assert_eq!((draft.half, draft.check_after.as_str()), (true, "30s"));
        assert_eq!(draft.deliver, crate::session::Deliver::Now);
    }

    #[test]
    fn a_body_that_was_not_kept_is_whole_or_not_there() {
        let body = "x".repeat(KEPT_BODY_BYTES + 1);
        let mut offers = Offers::default();
        let mut offered = |whole: Option<&str>| {
            offers.offer_entry(entry("k", &body), whole.map(str::to_owned));
            offers.newest().unwrap().clone()
        };
        let without = offered(None);
        assert_eq!(without.draft.key, "k");
        assert_eq!(without.draft.body, "");
        assert_eq!(without.lost_body, Some(body.len()));
        let with = offered(Some(&body));
        assert_eq!((with.draft.body, with.lost_body), (body.clone(), None));
    }

    #[test]
    fn a_dead_letter_may_say_where_it_is_from() {
        let check = |properties: &[(&str, &str)], expected: Option<&str>| {
            let message = message(properties);
            assert_eq!(origin_topic(&message.properties), expected);
        };
        check(&[], None);
        check(&[("RETRY_TOPIC", "a")], Some("a"));
        check(
            &[("RETRY_TOPIC", "a"), ("DLQ_ORIGIN_TOPIC", "b")],
            Some("b"),
        );
    }
}
