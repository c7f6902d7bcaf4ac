//! Messages and exchanges that are made up, as a worker would bring them. Knows no window and
//! speaks to no broker.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

use std::time::Duration;

use mqscope::client::SentRequest;
use mqscope::protocol::properties::Properties;
use mqscope::protocol::{ReceiptHandle, ReceivedMessage, Timestamp, body_md5};
use mqscope::session::{
    Arrival, Event, Exchange, ExchangeKind, Kept, Lease, SubscriptionId, Timing,
};

/// The message of a number, delivered once at a time and held until another: without tag and
/// properties.
pub(crate) fn arrival(number: u64, body: String, at: Timestamp, ends: Timestamp) -> Arrival {
    let handle = ReceiptHandle::new(&format!("handle-{number}"));
    Arrival {
        lease: Lease::new(at, ends, 0),
        message: ReceivedMessage {
            message_id: id(number),
            body_md5: body_md5(&body),
            body,
            receipt_handle: handle.expect("it is one"),
            publish_time: at,
            first_consume_time: at,
            next_consume_time: ends,
            consumed_times: 1,
            tag: None,
            properties: Properties::default(),
        },
    }
}

/// The id of a message.
pub(crate) fn id(number: u64) -> String {
    format!("{number:032X}")
}

/// A poll of the first view that brought these.
pub(crate) fn polled(arrivals: impl IntoIterator<Item = Arrival>, at: Timestamp) -> Event {
    Event::Polled {
        subscription: SubscriptionId(0),
        arrivals: arrivals.into_iter().collect(),
        damaged: Vec::new(),
        skew_millis: 0,
        at,
        elapsed: Duration::ZERO,
    }
}

/// A call that nobody answered.
pub(crate) fn exchange(number: u64, at: Timestamp) -> Exchange {
    Exchange {
        number,
        kind: ExchangeKind::Admin,
        attempt: 1,
        started_at: at,
        request: SentRequest {
            method: "GET",
            origin: "http://nowhere".to_owned(),
            target: format!("/call-{number}"),
            headers: Vec::new(),
            body: Kept::default(),
            string_to_sign: None,
        },
        reply: None,
        failure: None,
        timing: Timing {
            total: Duration::from_millis(1),
            ..Timing::default()
        },
        remote: None,
        message_ids: Vec::new(),
        handles: Vec::new(),
        refused: 0,
    }
}

/// About so many bytes of these, one after the other.
pub(crate) fn text_of(bytes: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for n in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&item(n));
    }
    text
}
