//! Signature, topic and group: by an ack of a handle that is none. A broker that says so has looked at
//! everything before it, and nothing is changed. Where the group is to be proved as well, one message
//! is consumed.

use crate::client::{Client, ClientError, Consume};
use crate::i18n::Say;
use crate::protocol::{ConsumeMode, FaultCode, HandleList, Profile, ReceiptHandle, TagFilter};

use super::{Check, Finding, Patient, Place, Verdict, door};

/// No broker writes such a handle.
const NO_HANDLE: &str = "mqscope-doctor-no-handle";

pub(super) async fn try_keys(patient: &Patient, client: &Client, place: &Place) -> Vec<Finding> {
    let handles = ReceiptHandle::new(NO_HANDLE).and_then(|handle| HandleList::new(vec![handle]));
    let Some(handles) = handles else {
        return Vec::new();
    };
    let (code, detail) = match client.ack(&place.topic, &place.group, &handles).await {
        // Refused handle by handle, or, strangely, taken.
        Ok(answer) => {
            let code = answer.value.first().map(|refused| refused.code.clone());
            (code, String::new())
        }
        Err(error) => match error.fault() {
            Some(fault) => (Some(fault.code.clone()), error.to_string()),
            None => return vec![no_answer(&error)],
        },
    };
    let signature = signature(patient, code.as_ref(), &detail);
    if signature.verdict == Verdict::Bad {
        return vec![signature];
    }
    let mut findings = vec![signature, topic_of(patient, code.as_ref(), &detail)];
    findings.push(match (&code, patient.consume, &patient.group) {
        (Some(FaultCode::TopicNotExist), _, _) => {
            Finding::skipped(Check::Group, Say::new("doctor-not-reached"))
        }
        (_, true, Some(_)) if patient.topic.is_some() => consumed(patient, client).await,
        _ => group_of(patient, code.as_ref(), &detail),
    });
    findings
}

fn no_answer(error: &ClientError) -> Finding {
    let said = Say::new("doctor-signature-no-answer");
    Finding::bad(Check::Signature, said, "doctor-signature-no-answer-next").because(error)
}

fn signature(patient: &Patient, code: Option<&FaultCode>, detail: &str) -> Finding {
    let (key, next) = match code {
        Some(FaultCode::SignatureDoesNotMatch) => {
            ("doctor-signature-wrong", "doctor-signature-wrong-next")
        }
        Some(FaultCode::InvalidAccessKeyId) => {
            ("doctor-signature-unknown", "doctor-signature-unknown-next")
        }
        Some(FaultCode::TimeExpired) => ("doctor-signature-late", "doctor-clock-bad-next"),
        Some(code) if door::is_about_keys(code) => {
            ("doctor-signature-form", "doctor-signature-wrong-next")
        }
        Some(code) if code.status() >= 500 || *code == FaultCode::QpsLimitExceeded => {
            ("doctor-signature-busy", "doctor-signature-no-answer-next")
        }
        _ => return Finding::good(Check::Signature, Say::new("doctor-signature-good")),
    };
    let kind = match patient.kind {
        Some(Profile::Tdmq) => "tdmq",
        Some(Profile::Aliyun) => "aliyun",
        Some(Profile::Sandbox) => "sandbox",
        None => "unknown",
    };
    let mut finding = Finding::bad(Check::Signature, Say::new(key), next).because(detail);
    finding.next = finding.next.map(|next| next.with("kind", kind));
    finding
}

fn topic_of(patient: &Patient, code: Option<&FaultCode>, detail: &str) -> Finding {
    let check = Check::Topic;
    let Some(topic) = &patient.topic else {
        return Finding::skipped(check, Say::new("doctor-topic-not-named"));
    };
    let said = |key| Say::new(key).with("topic", topic);
    match code {
        Some(FaultCode::TopicNotExist) => {
            Finding::bad(check, said("doctor-topic-none"), "doctor-topic-none-next").because(detail)
        }
        Some(FaultCode::AccessDenied | FaultCode::HTTPForbidden) => {
            Finding::bad(check, said("doctor-topic-denied"), "doctor-denied-next").because(detail)
        }
        _ => Finding::good(check, said("doctor-topic-good")),
    }
}

fn group_of(patient: &Patient, code: Option<&FaultCode>, detail: &str) -> Finding {
    let check = Check::Group;
    let Some(group) = &patient.group else {
        return Finding::skipped(check, Say::new("doctor-group-not-named"));
    };
    let said = |key| Say::new(key).with("group", group);
    match code {
        Some(FaultCode::AccessDenied | FaultCode::HTTPForbidden) => {
            Finding::bad(check, said("doctor-group-denied"), "doctor-denied-next").because(detail)
        }
        _ => Finding::good(check, said("doctor-group-good")),
    }
}

/// What only a consume can tell. [`Patient`] names topic and group.
async fn consumed(patient: &Patient, client: &Client) -> Finding {
    let check = Check::Group;
    let (Some(topic), Some(group)) = (&patient.topic, &patient.group) else {
        return Finding::skipped(check, Say::new("doctor-group-not-named"));
    };
    let one = Consume {
        group: group.clone(),
        count: 1,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    };
    let said = |key| Say::new(key).with("group", group);
    match client.consume(topic, &one).await {
        Ok(answer) => match answer.value.messages.first() {
            Some(message) => {
                let evidence = said("doctor-group-took")
                    .with("id", &message.message_id)
                    .with("at", message.next_consume_time);
                Finding::good(check, evidence)
            }
            None => Finding::good(check, said("doctor-group-empty")),
        },
        Err(error) => {
            let denied = error.fault().is_some_and(|fault| {
                matches!(
                    fault.code,
                    FaultCode::AccessDenied | FaultCode::HTTPForbidden
                )
            });
            let (key, next) = match denied {
                true => ("doctor-group-denied", "doctor-denied-next"),
                false => ("doctor-group-failed", "doctor-denied-next"),
            };
            Finding::bad(check, said(key), next).because(error)
        }
    }
}
