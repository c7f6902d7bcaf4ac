//! What failed, in terms a person can act on: client errors to texts. Every code and kind ends
//! here; nothing is shown that names a secret.

use crate::client::{ClientError, ErrorKind};
use crate::protocol::{Fault, FaultCode, OperationKind};

use super::say::{Say, Trouble};

/// A client error, put for a person who asked for `operation` at `endpoint`.
pub(super) fn of_client(error: &ClientError, operation: OperationKind, endpoint: &str) -> Trouble {
    let (what, next) = match (error.kind(), error.fault()) {
        (_, Some(fault)) => of_fault(fault, operation),
        (ErrorKind::Settings, _) => ("trouble-settings", "trouble-settings-next"),
        (ErrorKind::Connect, _) => ("trouble-connect", "trouble-connect-next"),
        (ErrorKind::Tls, _) => ("trouble-tls", "trouble-tls-next"),
        (ErrorKind::Timeout, _) => ("trouble-timeout", "trouble-timeout-next"),
        (ErrorKind::Interrupted, _) => ("trouble-interrupted", "trouble-interrupted-next"),
        (ErrorKind::NotThisProtocol, _) => ("trouble-protocol", "trouble-protocol-next"),
        (ErrorKind::Refused | ErrorKind::Damaged, _) => ("trouble-damaged", "trouble-damaged-next"),
    };
    let next = if error.outcome_unknown() {
        "trouble-unknown-outcome-next"
    } else {
        next
    };
    Trouble {
        what: Say::new(what).with("endpoint", endpoint),
        next: Say::new(next).with("endpoint", endpoint),
        detail: error.to_string(),
    }
}

/// An error of a sandbox's admin API at `endpoint`.
pub(super) fn of_admin(error: &ClientError, endpoint: &str) -> Trouble {
    let code = error.fault().map(|fault| fault.code.as_str());
    let (what, next) = match (code, error.kind()) {
        (Some("MissingToken" | "WrongToken"), _) => {
            ("trouble-admin-token", "trouble-admin-token-next")
        }
        (Some("AdminOff"), _) => ("trouble-admin-off", "trouble-admin-off-next"),
        (Some("NotFound"), _) => ("trouble-admin-gone", "trouble-admin-gone-next"),
        (None, ErrorKind::NotThisProtocol) => ("trouble-admin-none", "trouble-admin-none-next"),
        _ => return of_client(error, OperationKind::Consume, endpoint),
    };
    Trouble {
        what: Say::new(what).with("endpoint", endpoint),
        next: Say::new(next).with("endpoint", endpoint),
        detail: error.to_string(),
    }
}

fn of_fault(fault: &Fault, operation: OperationKind) -> (&'static str, &'static str) {
    match (&fault.code, operation) {
        (FaultCode::SignatureDoesNotMatch, _) => ("fault-signature", "fault-signature-next"),
        (FaultCode::InvalidAccessKeyId, _) => ("fault-access-key", "fault-access-key-next"),
        (FaultCode::AccessDenied | FaultCode::HTTPForbidden, _) => {
            ("fault-denied", "fault-denied-next")
        }
        (FaultCode::TopicNotExist, _) => ("fault-topic", "fault-topic-next"),
        (FaultCode::TimeExpired, _) => ("fault-clock", "fault-clock-next"),
        (FaultCode::QpsLimitExceeded, _) => ("fault-qps", "fault-qps-next"),
        (FaultCode::MessageNotExist, OperationKind::Ack) => {
            ("fault-late-ack", "fault-late-ack-next")
        }
        (FaultCode::ReceiptHandleError, _) => ("fault-handle", "fault-handle-next"),
        (FaultCode::InvalidArgument, _) => ("fault-argument", "fault-argument-next"),
        (code, _) if code.status() >= 500 => ("fault-server", "fault-server-next"),
        _ => ("fault-other", "fault-other-next"),
    }
}
