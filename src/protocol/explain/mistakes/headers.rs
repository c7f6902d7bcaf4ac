//! Mistakes in the `x-mq-` headers, and headers that do not belong among them.

use super::{Change, Evidence, changed};
use crate::protocol::explain::cause::CauseKind;
use crate::protocol::explain::trial::Trial;
use crate::protocol::{SECURITY_TOKEN_HEADER, VERSION, VERSION_HEADER};

/// Names spelt differently, headers in another order, left out or put in.
pub(super) fn mistakes(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    for spell in [title_case, upper_case, short_upper_case] {
        changes.push(changed(CauseKind::HeaderCasing, trial, |trial| {
            for (name, _) in &mut trial.headers {
                *name = spell(name);
            }
        }));
    }
    let as_sent: Vec<(String, String)> = evidence
        .request
        .mq_headers()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut sorted = as_sent.clone();
    sorted.sort();
    for headers in [sorted, as_sent.clone()] {
        changes.push(changed(CauseKind::HeaderCasing, trial, |trial| {
            trial.headers = headers
        }));
    }
    if trial.headers.len() > 1 {
        changes.push(changed(CauseKind::HeaderOrder, trial, |trial| {
            trial.headers = as_sent;
            for (name, _) in &mut trial.headers {
                name.make_ascii_lowercase();
            }
        }));
        changes.push(changed(CauseKind::HeaderOrder, trial, |trial| {
            trial.headers.reverse()
        }));
        changes.push(changed(CauseKind::MqHeaderNotSigned, trial, |trial| {
            trial.headers.clear()
        }));
    }
    for index in 0..trial.headers.len() {
        changes.push(changed(CauseKind::MqHeaderNotSigned, trial, |trial| {
            trial.headers.remove(index);
        }));
    }
    if !evidence.request.has_version() {
        changes.push(changed(CauseKind::VersionNotSent, trial, |trial| {
            trial
                .headers
                .push((VERSION_HEADER.to_owned(), VERSION.to_owned()));
            trial.headers.sort();
        }));
    }
    changes
}

/// The STS token was signed.
pub(super) fn token(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let Some(token) = evidence.token else {
        return Vec::new();
    };
    let names = [
        SECURITY_TOKEN_HEADER,
        "x-mq-security-token",
        "Security-Token",
    ];
    names
        .into_iter()
        .flat_map(|name| {
            let header = (name.to_owned(), token.to_owned());
            let last = changed(CauseKind::SecurityTokenSigned, trial, |trial| {
                trial.headers.push(header.clone());
            });
            let first = changed(CauseKind::SecurityTokenSigned, trial, |trial| {
                trial.headers.insert(0, header);
            });
            [last, first]
        })
        .collect()
}

fn title_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut word = word.to_owned();
            if let Some(first) = word.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            word
        })
        .collect::<Vec<_>>()
        .join("-")
}

fn upper_case(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// `X-MQ-Version`.
fn short_upper_case(name: &str) -> String {
    title_case(name).replacen("X-Mq-", "X-MQ-", 1)
}
