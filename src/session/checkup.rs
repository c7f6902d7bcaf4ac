//! The examination of a connection while its form is open: what was found so far. The checks are the
//! doctor's, and `examiner.rs` has them made.

use crate::config::ConnectionProfile;
use crate::doctor::{Finding, Verdict};

use super::Job;
use super::edit::KeysEdit;
use super::say::Trouble;

/// What can be asked of an examination.
#[derive(Debug)]
pub enum CheckupCommand {
    /// Examine this connection, as it is filled in.
    Examine(Box<ExamineOrder>),
    /// Forget it, and whatever is still to come of it.
    Close,
}

/// What is to be examined.
#[derive(Debug)]
pub struct ExamineOrder {
    /// Where, as it is filled in, saved or not.
    pub profile: ConnectionProfile,
    /// Keys that were typed; the kept ones if none were.
    pub keys: KeysEdit,
    /// Whether one message may be consumed in the end.
    pub consume: bool,
}

/// What came of an examination, by its number.
#[derive(Debug)]
pub enum CheckupEvent {
    /// A check was made.
    Found(u64, Finding),
    /// It is over; why it could not be made, if it could not.
    Ended(u64, Option<Box<Trouble>>),
}

/// The examination of the connection whose form is open.
#[derive(Debug, Default)]
pub struct Checkup {
    /// Counts examinations, so that nothing of an earlier one is taken for one of this.
    number: u64,
    shown: bool,
    running: bool,
    findings: Vec<Finding>,
    failed: Option<Box<Trouble>>,
}

impl Checkup {
    pub(super) fn apply(&mut self, command: CheckupCommand) -> Option<Job> {
        let number = self.number + 1;
        *self = Self {
            number,
            ..Self::default()
        };
        match command {
            CheckupCommand::Examine(order) => {
                self.shown = true;
                self.running = true;
                Some(Job::Examine(number, order))
            }
            CheckupCommand::Close => None,
        }
    }

    /// Takes in what came of it; whether that was the end of it.
    pub(super) fn absorb(&mut self, event: CheckupEvent) -> bool {
        match event {
            CheckupEvent::Found(number, finding) if number == self.number => {
                self.findings.push(finding);
            }
            CheckupEvent::Ended(number, failed) if number == self.number => {
                self.running = false;
                self.failed = failed;
                return true;
            }
            CheckupEvent::Found(..) | CheckupEvent::Ended(..) => {}
        }
        false
    }

    /// Whether there is one, running or over.
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// Whether more is to come.
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// The checks that were made, in their order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Why it could not be made.
    pub fn failed(&self) -> Option<&Trouble> {
        self.failed.as_deref()
    }

    /// The worst verdict of it, once it is over.
    pub fn verdict(&self) -> Option<Verdict> {
        let over = self.shown && !self.running && self.failed.is_none();
        over.then(|| self.findings.iter().map(|finding| finding.verdict).max())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Check;
    use crate::i18n::Say;
    use crate::protocol::Profile;

    #[test]
    fn what_comes_late_of_an_earlier_one_is_passed_over() {
        let order = || {
            CheckupCommand::Examine(Box::new(ExamineOrder {
                profile: ConnectionProfile::new("a", Profile::Tdmq),
                keys: KeysEdit::Keep,
                consume: false,
            }))
        };
        let found = |number| {
            let finding = Finding {
                check: Check::Name,
                verdict: Verdict::Good,
                evidence: Say::new("doctor-name-good"),
                next: None,
                detail: String::new(),
            };
            CheckupEvent::Found(number, finding)
        };
        let mut checkup = Checkup::default();
        assert!(matches!(checkup.apply(order()), Some(Job::Examine(1, _))));
        checkup.absorb(found(1));
        assert!(matches!(checkup.apply(order()), Some(Job::Examine(2, _))));
        checkup.absorb(found(1));
        checkup.absorb(CheckupEvent::Ended(1, None));
        assert!(checkup.is_running() && checkup.findings().is_empty());
        assert_eq!(checkup.verdict(), None);
        checkup.absorb(found(2));
        checkup.absorb(CheckupEvent::Ended(2, None));
        assert_eq!(checkup.verdict(), Some(Verdict::Good));
        assert!(checkup.apply(CheckupCommand::Close).is_none());
        checkup.absorb(found(2));
        assert!(!checkup.is_shown() && checkup.findings().is_empty());
    }
}
