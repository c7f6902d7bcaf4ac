//! What can go wrong with a call: its kind, what was seen of it, what it means for the message.
//! Holds no error of the HTTP library; how those become one of these is `diagnose.rs`. Gives no
//! advice: who asked, and in which language, is known elsewhere.

use std::fmt;

use crate::protocol::{Fault, FaultCode, OperationKind};

use super::reason::{Evidence, RawAnswer, Reason};

/// A call that failed. Displays as what happened and why; holds nothing secret.
#[derive(Clone)]
pub struct ClientError(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    reason: Reason,
    summary: String,
    timeout: bool,
    operation: Option<OperationKind>,
    status: Option<u16>,
    fault: Option<Fault>,
    request_id: Option<String>,
    attempts: u32,
    endpoint: String,
    about: Option<String>,
    waited_secs: Option<u64>,
    skew_millis: i64,
    answer: Option<RawAnswer>,
    /// Whether making the call a second time does no more than making it once.
    repeatable: bool,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The client cannot be built: CA file, proxy, keys. Nothing was sent.
    Settings,
    /// No connection: refused, no such host, no answer to it. Nothing was sent.
    Connect,
    /// No trusted connection: certificates, or no TLS on the other side. Nothing was sent.
    Tls,
    /// The request was sent and no answer came in time.
    Timeout,
    /// The connection broke after the request was sent, before the whole answer was there.
    Interrupted,
    /// The server refused: there is a [`Fault`].
    Refused,
    /// Something answered that does not speak this protocol.
    NotThisProtocol,
    /// The right protocol, but the answer cannot be read.
    Damaged,
}

impl ClientError {
    pub(super) fn new(reason: Reason, summary: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            reason,
            summary: summary.into(),
            timeout: reason.kind() == ErrorKind::Timeout || reason == Reason::ConnectTimeout,
            operation: None,
            status: None,
            fault: None,
            request_id: None,
            attempts: 0,
            endpoint: String::new(),
            about: None,
            waited_secs: None,
            skew_millis: 0,
            answer: None,
            repeatable: true,
        }))
    }

    /// With what the reason is about: see [`Evidence::about`].
    pub(super) fn about(mut self, about: Option<String>) -> Self {
        self.0.about = about;
        self
    }

    pub(super) fn at(mut self, endpoint: impl ToString) -> Self {
        self.0.endpoint = endpoint.to_string();
        self
    }

    pub(super) fn waited(mut self, waited: std::time::Duration) -> Self {
        self.0.waited_secs = Some(waited.as_secs());
        self
    }

    pub(super) fn skewed(mut self, millis: i64) -> Self {
        self.0.skew_millis = millis;
        self
    }

    /// With what came.
    pub(super) fn with_answer(mut self, answer: RawAnswer) -> Self {
        self.0.answer = Some(answer);
        self
    }

    /// For another reason, which is known better now.
    pub(super) fn because(mut self, reason: Reason) -> Self {
        self.0.reason = reason;
        self
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(super) fn with_fault(mut self, fault: Fault) -> Self {
        if self.0.request_id.is_none() && !fault.request_id.is_empty() {
            self.0.request_id = Some(fault.request_id.clone());
        }
        self.0.status = Some(fault.status);
        self.0.fault = Some(fault);
        self
    }

    pub(super) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id.or(self.0.request_id);
        self
    }

    pub(super) fn during(mut self, operation: OperationKind) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(super) fn not_repeatable(mut self) -> Self {
        self.0.repeatable = false;
        self
    }

    pub(super) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.reason.kind()
    }

    /// What exactly failed.
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// What was asked; none if it was no operation of the protocol.
    pub fn operation(&self) -> Option<OperationKind> {
        self.0.operation
    }

    /// Everything that was seen of it.
    pub fn evidence(&self) -> Evidence {
        let inner = &self.0;
        let fault = inner.fault.as_ref();
        Evidence {
            reason: inner.reason,
            endpoint: inner.endpoint.clone(),
            code: fault.map(|fault| fault.code.to_string()),
            words: fault.map_or_else(|| inner.summary.clone(), |fault| fault.message.clone()),
            status: inner.status,
            request_id: inner.request_id.clone(),
            about: inner.about.clone(),
            waited_secs: inner.waited_secs,
            skew_secs: (inner.skew_millis != 0).then_some(inner.skew_millis / 1_000),
            in_doubt: self.in_doubt(),
            repeated: inner.attempts > 1,
            answer: inner.answer.clone(),
        }
    }

    /// Whether time ran out, be it for connecting or for the answer.
    pub fn is_timeout(&self) -> bool {
        self.0.timeout
    }

    /// Whether the same call, made again, can succeed and can do no harm. For a publish that is
    /// only so if nothing was sent: a second one could store the message twice. [doc]
    pub fn is_retryable(&self) -> bool {
        let inner = &self.0;
        match self.kind() {
            ErrorKind::Connect => true,
            _ if inner.operation == Some(OperationKind::Publish) || !inner.repeatable => false,
            ErrorKind::Timeout | ErrorKind::Interrupted => true,
            ErrorKind::Refused | ErrorKind::NotThisProtocol => {
                // By the status, not by the code: a code that we do not know says nothing.
                inner.status.is_some_and(|s| s >= 500 || s == 429)
                    || self.fault().map(|fault| &fault.code) == Some(&FaultCode::QpsLimitExceeded)
            }
            ErrorKind::Settings | ErrorKind::Tls | ErrorKind::Damaged => false,
        }
    }

    /// Whether the client itself tries again. Not after a timeout: the caller has waited long
    /// enough to be told.
    pub(super) fn is_retried(&self) -> bool {
        self.is_retryable() && !self.is_timeout()
    }

    /// Whether this was a publish whose message may be stored all the same: it was sent, and no
    /// answer says what became of it. Publishing it again may make it two.
    pub fn outcome_unknown(&self) -> bool {
        self.0.operation == Some(OperationKind::Publish) && self.in_doubt()
    }

    /// Whether it was sent, and no answer says what became of it.
    fn in_doubt(&self) -> bool {
        let unclear = |status: u16| (200..300).contains(&status) || status >= 500;
        let status = self.0.status;
        match self.kind() {
            ErrorKind::Settings | ErrorKind::Connect | ErrorKind::Tls => false,
            ErrorKind::Timeout | ErrorKind::Interrupted => status.is_none_or(unclear),
            ErrorKind::Refused | ErrorKind::NotThisProtocol | ErrorKind::Damaged => {
                status.is_some_and(unclear)
            }
        }
    }

    /// What the server said, if it refused.
    pub fn fault(&self) -> Option<&Fault> {
        self.0.fault.as_ref()
    }

    /// The id of the request in the server's logs, if there was an answer.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// How often it was tried; 0 if the call was not even begun.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What happened and why.
    pub fn summary(&self) -> &str {
        &self.0.summary
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.summary)?;
        match self.outcome_unknown() {
            true => f.write_str(". The message may have been stored"),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for ClientError {}

#[cfg(test)]
mod tests {
    use super::*;
    use OperationKind::{Ack, Consume, Publish};

    fn refused(operation: OperationKind, status: u16, code: FaultCode) -> ClientError {
        let fault = Fault {
            status,
            code,
            message: String::new(),
            request_id: "R1".to_owned(),
            host_id: String::new(),
        };
        ClientError::new(Reason::Fault, "refused")
            .with_fault(fault)
            .during(operation)
    }

    #[test]
    fn only_what_can_do_no_harm_is_retryable() {
        let check = |reason, operation, retryable, unknown| {
            let error = ClientError::new(reason, "x").during(operation);
            assert_eq!(error.is_retryable(), retryable, "{error:?}");
            assert_eq!(error.outcome_unknown(), unknown, "{error:?}");
        };
        check(Reason::NotConnected, Publish, true, false);
        check(Reason::ConnectTimeout, Consume, true, false);
        check(Reason::CertificateName, Ack, false, false);
        check(Reason::NoAnswer, Publish, false, true);
        check(Reason::ClosedUnanswered, Publish, false, true);
        check(Reason::StalledAnswer, Consume, true, false);
        check(Reason::CutOff, Ack, true, false);
        check(Reason::NotHttp, Publish, false, false);
        check(Reason::Unreadable, Consume, false, false);
    }

    #[test]
    fn a_refusal_is_judged_by_its_status() {
        let check = |operation, status, code: &str, retryable, unknown| {
            let error = refused(operation, status, FaultCode::from(code));
            assert_eq!(error.is_retryable(), retryable, "{error:?}");
            assert_eq!(error.outcome_unknown(), unknown, "{error:?}");
            assert_eq!(error.request_id(), Some("R1"));
        };
        check(Consume, 500, "InternalError", true, false);
        check(Ack, 400, "QpsLimitExceeded", true, false);
        check(Ack, 400, "NeverHeardOf", false, false);
        check(Consume, 403, "AccessDenied", false, false);
        check(Publish, 500, "InternalError", false, true);
        check(Publish, 400, "QpsLimitExceeded", false, false);
    }
}
