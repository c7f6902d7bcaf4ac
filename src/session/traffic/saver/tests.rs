//! What is written to files: an HTTP Archive that can be read back, and no secret in any form.

use proptest::prelude::*;
use serde_json::Value;

use super::super::state::tests::{exchange, seen};
use super::super::{Seen, text};
use super::*;
use crate::client::{ErrorKind, Exchange, Failure, FailureKind, Kept};

fn kept(bytes: &[u8]) -> Kept {
    Kept {
        bytes: bytes.to_vec().into(),
        size: bytes.len(),
    }
}

fn order(seen: Vec<Seen>, format: SaveAs) -> SaveOrder {
    let named = |seen| (Arc::new(seen), "staging".to_owned());
    SaveOrder {
        seen: seen.into_iter().map(named).collect(),
        format,
        path: std::path::PathBuf::new(),
        replace: false,
    }
}

fn har(exchange: Exchange) -> Value {
    let bytes = contents(&order(vec![seen(exchange)], SaveAs::Har)).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// What the format says has to be there, and of which type.
fn assert_is_har(har: &Value) {
    let log = &har["log"];
    assert_eq!(log["version"], "1.2");
    assert!(log["creator"]["name"].is_string() && log["creator"]["version"].is_string());
    for entry in log["entries"].as_array().into_iter().flatten() {
        let date = entry["startedDateTime"].as_str().unwrap_or_default();
        assert!(date.parse::<jiff::Timestamp>().is_ok(), "{date}");
        for (part, names) in [
            ("request", ["method", "url", "httpVersion"]),
            ("response", ["statusText", "httpVersion", "redirectURL"]),
        ] {
            let part = &entry[part];
            for name in names {
                assert!(part[name].is_string(), "{name} in {part}");
            }
            for list in ["cookies", "headers"] {
                assert!(part[list].is_array(), "{list} in {part}");
            }
            assert!(part["headersSize"].is_i64() && part["bodySize"].is_i64());
        }
        assert!(entry["request"]["queryString"].is_array());
        assert!(entry["response"]["status"].is_u64());
        assert!(entry["response"]["content"]["size"].is_u64());
        assert!(entry["response"]["content"]["mimeType"].is_string());
        assert!(entry["cache"].is_object());
        let timings = &entry["timings"];
        let part = |name: &str| timings[name].as_f64().unwrap_or(f64::NAN);
        for name in ["send", "wait", "receive"] {
            assert!(part(name) >= 0.0, "{name} in {timings}");
        }
        let parts = ["blocked", "dns", "connect", "send", "wait", "receive"];
        let sum: f64 = parts.map(part).into_iter().filter(|p| *p >= 0.0).sum();
        let time = entry["time"].as_f64().unwrap_or(f64::NAN);
        assert!((sum - time).abs() < 1e-6, "the parts make up the whole");
    }
}

#[test]
fn an_archive_holds_what_was_seen() {
    let har = har(exchange(7));
    assert_is_har(&har);
    let entry = &har["log"]["entries"][0];
    assert_eq!(entry["request"]["method"], "POST");
    assert_eq!(
        entry["request"]["url"],
        "http://127.0.0.1:8080/topics/orders/messages"
    );
    assert_eq!(entry["response"]["status"], 201);
    assert_eq!(entry["response"]["statusText"], "Created");
    assert_eq!(entry["startedDateTime"], "2026-11-22T10:14:07.000Z");
    assert_eq!(entry["_requestId"], "REQ-7");
    assert_eq!(entry["_connection"], "staging");
    let authorization = &entry["request"]["headers"][3];
    assert_eq!(authorization["value"], "MQ ak:[redacted]");
}

#[test]
fn what_never_was_answered_and_what_was_cut_say_so() {
    let mut lost = exchange(1);
    lost.reply = None;
    lost.failure = Some(Failure {
        kind: FailureKind::Error(ErrorKind::Connect),
        code: None,
        what: "nothing listens".to_owned(),
    });
    let lost = har(lost);
    assert_is_har(&lost);
    assert_eq!(lost["log"]["entries"][0]["response"]["status"], 0);
    assert_eq!(lost["log"]["entries"][0]["comment"], "nothing listens");

    let mut cut = exchange(2);
    cut.request.body.size += 11;
    let har = har(cut);
    assert_is_har(&har);
    let data = &har["log"]["entries"][0]["request"]["postData"];
    assert!(
        data["comment"]
            .as_str()
            .is_some_and(|text| text.contains("the first"))
    );
}

/// The same with the signature in every place where somebody could repeat it.
fn talkative() -> Exchange {
    let mut exchange = exchange(3);
    let signature = "c2lnbmF0dXJl";
    exchange.message_ids.clear();
    exchange.failure = Some(Failure {
        kind: FailureKind::Error(ErrorKind::Refused),
        code: Some("SignatureDoesNotMatch".to_owned()),
        what: format!("{signature} is wrong"),
    });
    if let Some(reply) = &mut exchange.reply {
        reply
            .headers
            .push(("x-echo".to_owned(), signature.to_owned()));
        reply.body = kept(format!("<Message>{signature}</Message>").as_bytes());
    }
    exchange
}

#[test]
fn nothing_that_leaves_the_window_holds_a_signature() {
    let mut binary = talkative();
    if let Some(reply) = &mut binary.reply {
        reply.body = kept(b"\xff c2lnbmF0dXJl \xfe");
    }
    for exchange in [talkative(), binary] {
        let signature = text::signature_of(&exchange).unwrap_or_default().to_owned();
        assert!(!signature.is_empty());
        let mut forms = vec![text::curl(&exchange)];
        forms.extend(text::script(&exchange));
        let of = || seen(exchange.clone());
        forms.push(text::text(&of(), "staging"));
        for format in [SaveAs::Har, SaveAs::Text] {
            let bytes = contents(&order(vec![of()], format)).unwrap_or_default();
            forms.push(String::from_utf8_lossy(&bytes).into_owned());
        }
        // What is base64 there is looked into as well.
        use base64::Engine as _;
        let har = har(exchange.clone());
        let content = &har["log"]["entries"][0]["response"]["content"];
        let body = content["text"].as_str().unwrap_or_default();
        if content["encoding"] == "base64" {
            let bytes = base64::engine::general_purpose::STANDARD.decode(body);
            forms.push(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned());
        }
        for form in forms {
            assert!(!form.contains(&signature), "{form}");
        }
        // In the window it is masked until it is asked for.
        assert!(
            !text::request_head(&exchange, false)
                .join("\n")
                .contains(&signature)
        );
        assert!(
            text::request_head(&exchange, true)
                .join("\n")
                .contains(&signature)
        );
    }
}

proptest! {
    #[test]
    fn any_archive_is_read_back_as_it_was_written(
        sent in proptest::collection::vec(any::<u8>(), 0..60),
        came in proptest::collection::vec(any::<u8>(), 0..60),
        status in 100..600_u16, target in "/[ -~]{0,30}", more in 0..3_usize, header in "\\PC{0,12}",
    ) {
        let mut exchange = exchange(1);
        exchange.request.body = Kept { bytes: sent.into(), size: 0 };
        exchange.request.body.size = exchange.request.body.bytes.len() + more;
        exchange.request.target = target;
        if let Some(reply) = &mut exchange.reply {
            reply.status = status;
            reply.body = kept(&came);
            reply.headers.push(("x".to_owned(), header));
        }
        let named = [(seen(exchange), "c".to_owned())];
        let har = Har::of(named.iter().map(|(seen, name)| (seen, name.clone())));
        let text = serde_json::to_string(&har).unwrap_or_default();
        let read: Har = serde_json::from_str(&text).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&read, &har);
        assert_is_har(&serde_json::from_str(&text).unwrap_or_default());
        // The body of the reply comes back to the last byte.
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let content = &value["log"]["entries"][0]["response"]["content"];
        let body = content["text"].as_str().unwrap_or_default();
        let bytes = match content["encoding"].as_str() {
            Some("base64") => {
                use base64::Engine as _;
                base64::engine::general_purpose::STANDARD.decode(body).unwrap_or_default()
            }
            _ => body.as_bytes().to_vec(),
        };
        prop_assert_eq!(bytes, came);
    }
}
