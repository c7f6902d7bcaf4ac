//! Is it HTTP, is it this protocol, do the clocks agree: all by one request without a signature, which
//! no broker carries out.

use std::time::Duration;

use crate::client::{Client, ClientError, ErrorKind, Knock};
use crate::i18n::Say;
use crate::protocol::{FaultCode, OperationKind, Reply};

use super::{Check, Finding, Place, Verdict};

/// Furthest that a `Date` may be off. [doc]
const MOST_SKEW: Duration = Duration::from_secs(15 * 60);

/// Clocks that are this far apart make countdowns wrong that trust them, and will be worse.
const MUCH_SKEW: Duration = Duration::from_secs(30);

/// `Date` counts whole seconds.
const BLUR: Duration = Duration::from_millis(1_500);

/// Characters of an answer that are shown.
const START_CHARS: usize = 80;

pub(super) async fn knock(client: &Client, place: &Place) -> Vec<Finding> {
    let knock = match client.knock(&place.topic, &place.group).await {
        Ok(knock) => knock,
        Err(error) => return vec![no_http(&error)],
    };
    let http = Say::new("doctor-http-good").with("status", knock.status);
    let mut findings = vec![Finding::good(Check::Http, http), protocol(&knock)];
    // The time of somebody else says nothing.
    if findings[1].verdict != Verdict::Bad {
        findings.push(clock(&knock));
    }
    findings
}

fn no_http(error: &ClientError) -> Finding {
    let (key, next) = match error.kind() {
        // A port for RocketMQ's own protocol takes the request for a frame of a billion bytes.
        ErrorKind::Interrupted => ("doctor-http-closed", "doctor-http-closed-next"),
        ErrorKind::NotThisProtocol => ("doctor-http-other", "doctor-http-other-next"),
        ErrorKind::Timeout => ("doctor-http-silent", "doctor-http-silent-next"),
        _ => ("doctor-http-failed", "doctor-http-silent-next"),
    };
    Finding::bad(Check::Http, Say::new(key), next).because(error)
}

fn protocol(knock: &Knock) -> Finding {
    let check = Check::Protocol;
    let said = |key| Say::new(key).with("status", knock.status);
    if (300..400).contains(&knock.status) {
        let to = knock.location.as_deref().unwrap_or_default();
        let evidence = said("doctor-protocol-redirect").with("to", to);
        return Finding::bad(check, evidence, "doctor-protocol-redirect-next");
    }
    match Reply::decode(OperationKind::Consume, knock.status, &knock.body) {
        Ok(Reply::Fault(fault)) => {
            let id = knock.request_id.clone().unwrap_or(fault.request_id);
            let evidence = said("doctor-protocol-good")
                .with("code", fault.code.as_str())
                .with("id", id);
            Finding::good(check, evidence)
        }
        // Somebody hands out messages to whoever asks.
        Ok(_) => Finding::attention(
            check,
            said("doctor-protocol-open"),
            "doctor-protocol-open-next",
        ),
        Err(problem) => {
            let text = String::from_utf8_lossy(&knock.body);
            let (evidence, next) = if knock.status == 407 {
                (said("doctor-protocol-proxy"), "doctor-protocol-proxy-next")
            } else if let Some(title) = title_of(&text) {
                (
                    said("doctor-protocol-page").with("title", title),
                    "doctor-protocol-page-next",
                )
            } else if knock.status >= 500 {
                let start: String = text.chars().take(START_CHARS).collect();
                (
                    said("doctor-protocol-gateway").with("start", start),
                    "doctor-protocol-gateway-next",
                )
            } else {
                let start: String = text.chars().take(START_CHARS).collect();
                (
                    said("doctor-protocol-other").with("start", start),
                    "doctor-protocol-page-next",
                )
            };
            Finding::bad(check, evidence, next).because(problem)
        }
    }
}

/// The title of an HTML page; an empty one if it has none.
fn title_of(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    if !lower.contains("<html") && !lower.contains("<!doctype html") {
        return None;
    }
    // Lower case of ASCII leaves every byte in its place.
    let title = lower.find("<title>").and_then(|at| {
        let rest = &text[at + "<title>".len()..];
        rest.split('<').next()
    });
    let title = title.unwrap_or_default().trim();
    Some(title.chars().take(START_CHARS).collect())
}

fn clock(knock: &Knock) -> Finding {
    let check = Check::Clock;
    let Some(server) = knock.server_time else {
        return Finding::attention(
            check,
            Say::new("doctor-clock-unknown"),
            "doctor-clock-unknown-next",
        );
    };
    let local = knock.received_at;
    let (key, off) = match server > local {
        true => ("doctor-clock-behind", server.since(local)),
        false => ("doctor-clock-ahead", local.since(server)),
    };
    if off < BLUR {
        return Finding::good(check, Say::new("doctor-clock-good"));
    }
    let evidence = Say::new(key).with("secs", off.as_secs());
    if off > MOST_SKEW {
        Finding::bad(check, evidence, "doctor-clock-bad-next")
    } else if off > MUCH_SKEW {
        Finding::attention(check, evidence, "doctor-clock-off-next")
    } else {
        Finding::good(check, evidence)
    }
}

/// Whether a server that answers so has looked at the signature.
pub(super) fn is_about_keys(code: &FaultCode) -> bool {
    matches!(
        code,
        FaultCode::SignatureDoesNotMatch
            | FaultCode::InvalidAccessKeyId
            | FaultCode::InvalidAuthorizationHeader
            | FaultCode::MissingAuthorizationHeader
    )
}
