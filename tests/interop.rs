//! The official Node and Python SDKs, unmodified, against `mqscope sandbox`. What they do and
//! expect is in `tests/interop/`; here is only which sandbox they get and which cases there are.
//! Where an SDK can't be installed the tests say "skipped", except in CI, where they fail.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends at the first thing that isn't as it should be"
)]

mod support;

use std::time::Duration;

use support::Sandbox;
use support::sdk::{Sdk, run_suite};

/// Cases of both SDKs for a sandbox as it comes.
const STANDARD: [&str; 29] = [
    "ack_of_nothing",
    "bad_handle",
    "batch_of_16",
    "body_characters",
    "carriage_return",
    "empty_poll",
    "from_mqscope",
    "groups_are_independent",
    "half_commit",
    "half_rollback_and_check",
    "instance",
    "large_body",
    "long_poll_wakes_up",
    "one_consumer_at_a_time",
    "ordered",
    "partial_ack",
    "plain",
    "second_ack",
    "security_token",
    "tag_characters",
    "tag_filter",
    "tag_key_properties",
    "timed",
    "timed_in_the_past",
    "to_mqscope",
    "white_space",
    "whole_message_has_no_handle",
    "wrong_access_key",
    "wrong_secret",
];

/// Cases of both SDKs for a sandbox whose messages die after two deliveries.
const MORTAL: [&str; 2] = ["dead_letter", "ordered_dead_letter"];

/// Cases of both SDKs for a sandbox whose messages come back soon.
const SHORT: [&str; 4] = [
    "expired_handle",
    "late_ack",
    "ordered_redelivery",
    "redelivery",
];

fn standard(sdk: Sdk, more: &[&str]) {
    let sandbox = Sandbox::start(&[]);
    let expected = [STANDARD.as_slice(), more].concat();
    run_suite(
        sdk,
        "standard",
        &sandbox,
        Duration::from_secs(300),
        &expected,
    );
}

fn short(sdk: Sdk) {
    let sandbox = Sandbox::start(&["--invisible-time", "2s", "--order-invisible-time", "2s"]);
    run_suite(sdk, "short", &sandbox, Duration::from_secs(2), &SHORT);
}

fn mortal(sdk: Sdk) {
    let times = ["--invisible-time", "2s", "--order-invisible-time", "2s"];
    let sandbox = Sandbox::start(&[times.as_slice(), &["--max-deliveries", "2"]].concat());
    run_suite(sdk, "mortal", &sandbox, Duration::from_secs(2), &MORTAL);
}

#[test]
fn node_sdk() {
    // Only this SDK can send what isn't XML: it wraps "]]>" in CDATA.
    standard(Sdk::Node, &["cdata_end"]);
}

#[test]
fn node_sdk_with_a_short_invisible_time() {
    short(Sdk::Node);
}

#[test]
fn python_sdk() {
    standard(Sdk::Python, &[]);
}

#[test]
fn python_sdk_with_a_short_invisible_time() {
    short(Sdk::Python);
}

#[test]
fn node_sdk_with_dead_letters() {
    mortal(Sdk::Node);
}

#[test]
fn python_sdk_with_dead_letters() {
    mortal(Sdk::Python);
}
