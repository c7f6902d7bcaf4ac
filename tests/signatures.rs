//! Every recorded request of the official SDKs: its signature verified, its string-to-sign and
//! signature reproduced, its target and body understood.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use base64::Engine as _;
use mqscope::protocol::sign::{self, SignedParts};
use mqscope::protocol::{AckAction, Call, ConsumeMode, Operation, Profile};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    sdk: String,
    case: String,
    method: String,
    request_target: String,
    content_md5: String,
    content_type: String,
    date: String,
    mq_headers: Vec<(String, String)>,
    canonicalized_resource: String,
    resource_is_raw_request_target: bool,
    access_key_id: String,
    access_key_secret: String,
    string_to_sign: String,
    authorization: String,
    body_base64: Option<String>,
    content_md5_is_base64_of_lowercase_hex_md5_of_body: Option<bool>,
}

impl Vector {
    fn name(&self) -> String {
        format!("{} {}", self.sdk, self.case)
    }

    fn body(&self) -> Vec<u8> {
        let text = self.body_base64.as_deref().unwrap_or_default();
        base64::engine::general_purpose::STANDARD
            .decode(text)
            .unwrap()
    }

    fn signed<'a>(&'a self, resource: &'a str) -> SignedParts<'a> {
        SignedParts {
            method: &self.method,
            content_md5: &self.content_md5,
            content_type: &self.content_type,
            date: &self.date,
            mq_headers: self
                .mq_headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect(),
            resource,
        }
    }
}

fn vectors() -> Vec<Vector> {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("signature-vectors.json")).unwrap();
    assert_eq!(vectors.len(), 80);
    vectors
}

#[test]
fn every_recorded_signature_is_reproduced_and_verified() {
    for vector in vectors() {
        let name = vector.name();
        let text = sign::string_to_sign(&vector.signed(&vector.canonicalized_resource));
        assert_eq!(text, vector.string_to_sign, "{name}");
        let signature = sign::signature(&vector.access_key_secret, &text);
        assert_eq!(
            sign::authorization(&vector.access_key_id, &signature),
            vector.authorization,
            "{name}"
        );
        let (access_key, sent) = sign::split_authorization(&vector.authorization).unwrap();
        assert_eq!(access_key, vector.access_key_id, "{name}");
        assert!(
            sign::verify(&vector.access_key_secret, &text, sent),
            "{name}"
        );
        assert!(!sign::verify("another secret", &text, sent), "{name}");
    }
}

#[test]
fn only_requests_signed_over_the_raw_target_pass_the_server() {
    for vector in vectors() {
        let text = sign::string_to_sign(&vector.signed(&vector.request_target));
        let (_, sent) = sign::split_authorization(&vector.authorization).unwrap();
        assert_eq!(
            sign::verify(&vector.access_key_secret, &text, sent),
            vector.resource_is_raw_request_target,
            "{}",
            vector.name()
        );
    }
}

#[test]
fn every_recorded_request_is_understood() {
    let limits = Profile::Sandbox.limits();
    for vector in vectors() {
        let (name, body) = (vector.name(), vector.body());
        let call =
            Call::decode(&vector.method, &vector.request_target, &body, &limits).expect(&name);
        assert_eq!(
            call.instance.is_none(),
            vector.case.ends_with("no_instance"),
            "{name}"
        );
        match (vector.case.as_str(), call.operation) {
            ("publish_tag_key_props", Operation::Publish(parts)) => {
                assert_eq!(parts.tag.as_deref(), Some("TagA"), "{name}");
                assert!(parts.key.unwrap().starts_with("key-"), "{name}");
                let expected = [("color", "red"), ("属性", "值 1")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned()));
                assert_eq!(parts.properties, expected, "{name}");
            }
            (case, Operation::Publish(parts)) => {
                assert!(
                    case.starts_with("publish") && !parts.body.is_empty(),
                    "{name}"
                );
            }
            (case, Operation::Consume { tag, mode, .. }) => {
                let expected = match case {
                    "consume_tag_or" => Some("TagA||TagB"),
                    "consume_tag_chinese" => None,
                    "consume_tag_space_plus" => Some("a b+c"),
                    "consume_tag_apostrophe" => Some("q'(r)"),
                    _ => None,
                };
                if case == "consume_tag_chinese" {
                    assert!(!tag.expression().unwrap().is_ascii(), "{name}");
                } else {
                    assert_eq!(tag.expression().as_deref(), expected, "{name}");
                }
                let expected = match case {
                    "consume_orderly" => ConsumeMode::Ordered,
                    "consume_half" => ConsumeMode::Half,
                    _ => ConsumeMode::Plain,
                };
                assert_eq!(mode, expected, "{name}");
            }
            (
                case,
                Operation::Ack {
                    handles, action, ..
                },
            ) => {
                let expected = match case {
                    "commit" => AckAction::Commit,
                    "rollback" => AckAction::Rollback,
                    _ => AckAction::Ack,
                };
                assert_eq!(action, expected, "{name}");
                let several = case == "ack_several";
                assert_eq!(handles.as_slice().len() > 1, several, "{name}");
            }
        }
    }
}

#[test]
fn recorded_content_md5_headers_match_their_bodies() {
    let mut seen = 0;
    for vector in vectors() {
        if vector.content_md5_is_base64_of_lowercase_hex_md5_of_body == Some(true) {
            seen += 1;
            let body = vector.body();
            let header = &vector.content_md5;
            assert!(
                sign::content_md5_matches(header, &body),
                "{}",
                vector.name()
            );
            assert!(!sign::content_md5_matches(header, b"another body"));
        }
    }
    assert!(seen > 10, "{seen} recorded digests");
}
