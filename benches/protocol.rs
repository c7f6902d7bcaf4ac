//! What the protocol costs, beside the least that would have to be done anyway: hashing the text
//! that is signed, copying the bytes that travel. No I/O.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot run fails by panicking"
)]

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use hmac::{Hmac, KeyInit as _, Mac as _};
use mqscope::protocol::properties::Properties;
use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{
    self, MessageList, OperationKind, ReceiptHandle, ReceivedMessage, Reply, Timestamp, body_md5,
};
use sha1::Sha1;
use support::{Samples, criterion};

const SECRET: &str = "sandbox-secret";
/// Of one message.
const BODY_BYTES: usize = 1024;
const BATCH: u64 = 16;

fn main() {
    let mut criterion = criterion();
    let mut samples = Samples::default();
    signatures(&mut criterion, &mut samples);
    replies(&mut criterion, &mut samples);
    criterion.final_summary();
    samples.print_ratio("sign and verify", "two bare HMACs");
    samples.print_ratio("encode 16 messages", "copy 16 messages");
    samples.print_ratio("decode 16 messages", "copy 16 messages");
}

/// Time of `turns` times `work`.
fn time(turns: u64, mut work: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..turns {
        work();
    }
    start.elapsed()
}

fn signatures(criterion: &mut Criterion, samples: &mut Samples) {
    let parts = SignedParts {
        method: "GET",
        content_md5: "",
        content_type: protocol::CONTENT_TYPE,
        date: "Mon, 23 Nov 2026 14:36:18 GMT",
        mq_headers: vec![(protocol::VERSION_HEADER, protocol::VERSION)],
        resource: "/topics/orders/messages?consumer=GID_test&numOfMessages=16&waitseconds=3",
    };
    samples.measure(criterion, "sign and verify", |turns| {
        time(turns, || {
            let sent = sign::signature(SECRET, &sign::string_to_sign(black_box(&parts)));
            // The other end makes the text anew, of what it received.
            let text = sign::string_to_sign(black_box(&parts));
            assert!(sign::verify(SECRET, &text, &sent));
        })
    });

    let text = sign::string_to_sign(&parts);
    samples.measure(criterion, "two bare HMACs", |turns| {
        time(turns, || {
            for _ in 0..2 {
                let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
                mac.update(black_box(&text).as_bytes());
                black_box(mac.finalize().into_bytes());
            }
        })
    });
}

fn replies(criterion: &mut Criterion, samples: &mut Samples) {
    let reply = Reply::Messages(MessageList {
        messages: (0..BATCH).map(message).collect(),
        damaged: Vec::new(),
    });
    let (status, xml) = reply.encode();
    let decoded = Reply::decode(OperationKind::Consume, status, xml.as_bytes()).unwrap();
    assert_eq!(decoded, reply);

    samples.measure(criterion, "encode 16 messages", |turns| {
        time(turns, || {
            black_box(black_box(&reply).encode());
        })
    });
    samples.measure(criterion, "decode 16 messages", |turns| {
        time(turns, || {
            let xml = black_box(xml.as_bytes());
            black_box(Reply::decode(OperationKind::Consume, status, xml).unwrap());
        })
    });
    samples.measure(criterion, "copy 16 messages", |turns| {
        time(turns, || {
            black_box(black_box(xml.as_bytes()).to_vec());
        })
    });
}

/// JSON with some of the characters that have to be escaped.
fn message(number: u64) -> ReceivedMessage {
    let line = format!("{{\"order\":{number},\"note\":\"a<b & c\",\"city\":\"广州\"}}\n");
    let body = line.repeat(BODY_BYTES / line.len());
    let published = Timestamp::from_millis(1_795_444_575_973);
    ReceivedMessage {
        message_id: format!("76CC0949E79F90B3{number:016X}"),
        body_md5: body_md5(&body),
        body,
        receipt_handle: ReceiptHandle::new("RAAAAAAAAAAAdswJSeefkLfPCm7c").unwrap(),
        publish_time: published,
        first_consume_time: published.offset_millis(100),
        next_consume_time: published.offset_millis(300_100),
        consumed_times: 1,
        tag: Some("paid".to_owned()),
        properties: Properties::from(vec![
            ("KEYS".to_owned(), format!("order-{number}")),
            ("region".to_owned(), "ap-guangzhou".to_owned()),
        ]),
    }
}
