//! Exit codes, and failures on their way to one. Prints nothing.

use std::process::ExitCode;

use super::language::texts;
use super::output::ErrorReport;
use crate::cards::{Card, Doing};
use crate::client::{ClientError, ErrorKind};

/// How a command ended, as a script sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for is done.
    Done = 0,
    /// The server refused, or answered with something that cannot be read.
    Refused = 1,
    /// The arguments, the environment or the configuration are wrong. Nothing was sent.
    Usage = 2,
    /// There was nothing to consume.
    Nothing = 3,
    /// No connection, or no answer of this protocol.
    NoConnection = 4,
    /// Interrupted twice: stopped on the spot, as a shell would report SIGINT.
    Aborted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// What a command ends with.
pub(super) type Outcome = Result<Exit, Failure>;

/// A failure that ends a command: its exit code, and what to print.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) report: Box<ErrorReport>,
    /// All that can be said of it, if it was a server or the way there that failed.
    pub(super) card: Option<Box<Card>>,
}

impl Failure {
    /// Something to be put right on this side before anything can be sent.
    pub(super) fn usage(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, kind, message)
    }

    pub(super) fn new(exit: Exit, kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            exit,
            report: Box::new(ErrorReport::new(kind, message)),
            card: None,
        }
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let (exit, kind) = match error.kind() {
            ErrorKind::Settings => (Exit::Usage, "settings"),
            ErrorKind::Connect => (Exit::NoConnection, "connect"),
            ErrorKind::Tls => (Exit::NoConnection, "tls"),
            ErrorKind::Timeout => (Exit::NoConnection, "timeout"),
            ErrorKind::Interrupted => (Exit::NoConnection, "interrupted"),
            ErrorKind::NotThisProtocol => (Exit::NoConnection, "not_this_protocol"),
            ErrorKind::Refused => (Exit::Refused, "refused"),
            ErrorKind::Damaged => (Exit::Refused, "damaged"),
        };
        let mut report = ErrorReport::new(kind, error.summary());
        if let Some(fault) = error.fault() {
            // The server's own words; the next step says what to make of them.
            report.message = fault.message.clone();
            report.code = Some(fault.code.to_string());
        }
        report.status = error.status();
        report.request_id = error.request_id().map(str::to_owned);
        let card = Card::of_error(&error, Doing::of_call(error.operation()));
        report.meaning = Some(texts().say(&card.title));
        report.next_step = Some(texts().say(&card.first_step()));
        report.outcome_unknown = error.outcome_unknown();
        Self {
            exit,
            report: Box::new(report),
            card: Some(Box::new(card)),
        }
    }
}
