//! Half messages that were published from here: each with the handle that decides on it, until
//! the server hands it out for a check. They last as long as the window. Knows no view: what is
//! handed out for a check is a view's row, with a fresh handle.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::{AckAction, AckFailure, FaultCode, ReceiptHandle, Timestamp, TopicName};

use super::lease::{Lease, Urgency};
use super::say::Trouble;
use super::{ConnectionId, SubscriptionId};

/// Half messages that are listed; of more, those that need nobody any more go first.
const MAX_HALVES: usize = 1_000;

/// What becomes of a half message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Everybody gets it.
    Commit,
    /// Nobody ever gets it.
    Rollback,
}

impl Decision {
    /// What a request of this kind decides, if it decides anything.
    pub fn of(action: AckAction) -> Option<Self> {
        match action {
            AckAction::Ack => None,
            AckAction::Commit => Some(Decision::Commit),
            AckAction::Rollback => Some(Decision::Rollback),
        }
    }
}

impl From<Decision> for AckAction {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Commit => AckAction::Commit,
            Decision::Rollback => AckAction::Rollback,
        }
    }
}

/// What can be asked about half messages.
#[derive(Debug)]
pub enum HalfCommand {
    /// Decide on the one of this number.
    Decide(u64, Decision),
    /// Open a view that is handed out what the one of this number has become.
    Check(u64),
    /// List only those that are still undecided.
    ForgetDone,
    /// Decide on these rows of a view that checks.
    DecideRows(SubscriptionId, Vec<u64>, Decision),
    /// Decide on the selected rows of such a view.
    DecideSelected(SubscriptionId, Decision),
}

/// A decision for the worker to carry out.
#[derive(Debug, Clone)]
pub struct HalfOrder {
    /// Which half message.
    pub number: u64,
    /// Where it is.
    pub connection: ConnectionId,
    /// Its topic.
    pub topic: TopicName,
    /// The handle of its publish.
    pub handle: ReceiptHandle,
    /// What becomes of it.
    pub decision: Decision,
}

/// A half message that was just published.
#[derive(Debug, Clone)]
pub struct NewHalf {
    /// Where.
    pub connection: ConnectionId,
    /// Its topic.
    pub topic: TopicName,
    /// Its id.
    pub message_id: String,
    /// Its key.
    pub key: Option<String>,
    /// What decides on it; a server that does not know half messages gives none.
    pub handle: Option<ReceiptHandle>,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When it is first handed out for a check, from then on.
    pub check_after: Duration,
}

/// What happened to half messages.
#[derive(Debug)]
pub enum HalfEvent {
    /// One was published.
    Published(NewHalf),
    /// A decision was answered.
    Decided {
        /// On which.
        number: u64,
        /// How the server refused it, if it did.
        refused: Option<AckFailure>,
        /// It was sent more than once, so that a refusal may follow on an answer that was lost.
        repeated: bool,
        /// When the answer came.
        at: Timestamp,
        /// From request to reply.
        elapsed: Duration,
    },
    /// A decision did not get through.
    Failed(u64, Box<Trouble>),
}

/// A half message.
#[derive(Debug, Clone)]
pub struct Half {
    /// Its number in this list.
    pub number: u64,
    /// Where it is.
    pub connection: ConnectionId,
    /// Its topic.
    pub topic: TopicName,
    /// Its id.
    pub message_id: String,
    /// Its key.
    pub key: Option<String>,
    /// What decides on it.
    pub handle: ReceiptHandle,
    /// How long that handle is good.
    pub lease: Lease,
    /// What became of it.
    pub state: HalfState,
}

/// What became of a half message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HalfState {
    /// Nobody has decided.
    Open,
    /// A decision is on its way; `again` if an earlier one may have got through.
    Deciding(Decision, bool),
    /// Decided at this time.
    Done(Decision, Timestamp),
    /// Sent more than once, and the last answer was that there is nothing to decide on: most
    /// likely an earlier one got through.
    Likely(Decision, Timestamp),
    /// The server refused the decision.
    Refused(Decision, AckFailure),
    /// The decision did not get through.
    Failed(Decision, Box<Trouble>),
}

impl Half {
    /// Whether a decision makes sense now.
    pub fn can_decide(&self, now: Timestamp) -> bool {
        matches!(self.state, HalfState::Open | HalfState::Failed(..)) && self.is_ours(now)
    }

    /// Whether nobody has decided, and its handle is good no more.
    pub fn is_late(&self, now: Timestamp) -> bool {
        matches!(self.state, HalfState::Open | HalfState::Failed(..)) && !self.is_ours(now)
    }

    /// Where it is.
    pub(super) fn place(&self) -> HalfPlace<'_> {
        HalfPlace {
            connection: &self.connection,
            topic: &self.topic,
            message_id: &self.message_id,
        }
    }

    fn is_ours(&self, now: Timestamp) -> bool {
        self.lease.urgency(now) != Urgency::Gone
    }

    fn is_done(&self) -> bool {
        matches!(self.state, HalfState::Done(..) | HalfState::Likely(..))
    }
}

/// Which message of a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct HalfPlace<'a> {
    pub(super) connection: &'a ConnectionId,
    pub(super) topic: &'a TopicName,
    pub(super) message_id: &'a str,
}

/// A decision that the server took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settled {
    pub(super) decision: Decision,
    /// It is not certain: the first answer was lost.
    pub(super) likely: bool,
    pub(super) at: Timestamp,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Halves {
    /// Oldest first.
    list: VecDeque<Half>,
    next: u64,
    dropped: u64,
}

impl Halves {
    /// Newest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Half> {
        self.list.iter().rev()
    }

    /// The one at a place, counted from the newest.
    pub fn from_newest(&self, place: usize) -> Option<&Half> {
        self.list.get(self.list.len().checked_sub(place + 1)?)
    }

    /// Undecided ones that had to leave the list.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// How many can be decided on now, and when the first and the last of them are handed out.
    pub fn open(&self, now: Timestamp) -> Option<(usize, Timestamp, Timestamp)> {
        let open = self.list.iter().filter(|half| half.can_decide(now));
        let ends = open.clone().map(|half| half.lease.ends());
        Some((open.count(), ends.clone().min()?, ends.max()?))
    }

    /// The one of this number.
    pub fn get(&self, number: u64) -> Option<&Half> {
        self.list.iter().find(|half| half.number == number)
    }

    /// Lists one that was just published; `false` if there is nothing to decide on it with.
    pub(super) fn add(&mut self, new: NewHalf, now: Timestamp) -> bool {
        let Some(handle) = new.handle else {
            return false;
        };
        if self.list.len() == MAX_HALVES {
            self.make_room(now);
        }
        let number = self.next;
        self.next += 1;
        self.list.push_back(Half {
            number,
            connection: new.connection,
            topic: new.topic,
            message_id: new.message_id,
            key: new.key,
            handle,
            lease: Lease::new(new.sent_at, new.sent_at + new.check_after, 0),
            state: HalfState::Open,
        });
        true
    }

    fn make_room(&mut self, now: Timestamp) {
        let done = self.list.iter().position(Half::is_done);
        let late = || self.list.iter().position(|half| half.is_late(now));
        let place = done.or_else(late).unwrap_or(0);
        let gone = self.list.remove(place);
        self.dropped += u64::from(gone.is_some_and(|half| !half.is_done()));
    }

    /// Only those stay that are neither decided nor refused nor late.
    pub(super) fn forget_done(&mut self, now: Timestamp) {
        self.list
            .retain(|half| half.can_decide(now) || matches!(half.state, HalfState::Deciding(..)));
        self.dropped = 0;
    }

    /// Marks one as being decided.
    pub(super) fn decide(
        &mut self,
        number: u64,
        decision: Decision,
        now: Timestamp,
    ) -> Option<HalfOrder> {
        let half = self.get_mut(number)?;
        if !half.can_decide(now) {
            return None;
        }
        let again = matches!(half.state, HalfState::Failed(..));
        half.state = HalfState::Deciding(decision, again);
        Some(HalfOrder {
            number,
            connection: half.connection.clone(),
            topic: half.topic.clone(),
            handle: half.handle.clone(),
            decision,
        })
    }

    /// Takes in the answer to a decision.
    pub(super) fn decided(
        &mut self,
        number: u64,
        refused: Option<AckFailure>,
        repeated: bool,
        at: Timestamp,
    ) {
        let Some(half) = self.get_mut(number) else {
            return;
        };
        let HalfState::Deciding(decision, again) = half.state else {
            return;
        };
        half.state = match refused {
            None => HalfState::Done(decision, at),
            Some(failure) if failure.code == FaultCode::MessageNotExist && (repeated || again) => {
                HalfState::Likely(decision, at)
            }
            Some(failure) => HalfState::Refused(decision, failure),
        };
    }

    /// Takes in what somebody decided on one elsewhere, with the handle of a check: `likely` if the
    /// answer to that was lost.
    pub(super) fn settle(&mut self, which: &HalfPlace<'_>, decided: Settled) {
        let half = self.list.iter_mut().find(|half| half.place() == *which);
        if let Some(half) = half.filter(|half| !half.is_done()) {
            half.state = match decided.likely {
                false => HalfState::Done(decided.decision, decided.at),
                true => HalfState::Likely(decided.decision, decided.at),
            };
        }
    }

    /// Takes in that a decision did not get through.
    pub(super) fn failed(&mut self, number: u64, trouble: Box<Trouble>) {
        if let Some(half) = self.get_mut(number)
            && let HalfState::Deciding(decision, _) = half.state
        {
            half.state = HalfState::Failed(decision, trouble);
        }
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Half> {
        self.list.iter_mut().find(|half| half.number == number)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::session::Say;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_millis(secs * 1_000)
    }

    fn new(n: usize, sent_at: i64) -> NewHalf {
        NewHalf {
            connection: ConnectionId::Sandbox,
            topic: "orders".parse().unwrap(),
            message_id: format!("M{n}"),
            key: None,
            handle: ReceiptHandle::new(&format!("h{n}")),
            sent_at: at(sent_at),
            check_after: Duration::from_secs(30),
        }
    }

    fn refusal(code: FaultCode) -> Option<AckFailure> {
        Some(AckFailure {
            handle: ReceiptHandle::new("h0").unwrap(),
            code,
            message: String::new(),
        })
    }

    fn state(halves: &Halves) -> &HalfState {
        &halves.get(0).unwrap().state
    }

    #[test]
    fn one_is_decided_on_once_and_only_in_time() {
        let mut halves = Halves::default();
        assert!(halves.add(new(0, 0), at(0)));
        assert_eq!(halves.open(at(1)), Some((1, at(30), at(30))));
        assert!(halves.decide(0, Decision::Commit, at(30)).is_none());
        assert!(halves.get(0).unwrap().is_late(at(30)));
        let order = halves.decide(0, Decision::Commit, at(29)).unwrap();
        assert_eq!(order.handle.as_str(), "h0");
        assert!(halves.decide(0, Decision::Rollback, at(29)).is_none());
        halves.decided(0, None, false, at(30));
        assert_eq!(*state(&halves), HalfState::Done(Decision::Commit, at(30)));
        assert_eq!(halves.open(at(1)), None);
        let nothing = NewHalf {
            handle: None,
            ..new(1, 0)
        };
        assert!(!halves.add(nothing, at(0)));
    }

    #[test]
    fn a_refusal_after_a_lost_answer_most_likely_means_that_it_is_done() {
        let lost = || {
            Box::new(Trouble::new(
                Say::new("card-no-answer"),
                Say::new("card-next-network"),
                "",
            ))
        };
        let check = |fails: bool, repeated: bool, code: FaultCode, likely: bool| {
            let mut halves = Halves::default();
            halves.add(new(0, 0), at(0));
            if fails {
                halves.decide(0, Decision::Rollback, at(1)).unwrap();
                halves.failed(0, lost());
            }
            halves.decide(0, Decision::Rollback, at(2)).unwrap();
            halves.decided(0, refusal(code), repeated, at(3));
            let found = matches!(state(&halves), HalfState::Likely(Decision::Rollback, _));
            assert_eq!(found, likely, "{:?}", state(&halves));
        };
        check(false, false, FaultCode::MessageNotExist, false);
        check(false, true, FaultCode::MessageNotExist, true);
        check(true, false, FaultCode::MessageNotExist, true);
        check(true, true, FaultCode::ReceiptHandleError, false);
    }

    #[test]
    fn the_list_is_bounded_and_what_is_undecided_stays_longest() {
        let mut halves = Halves::default();
        for n in 0..MAX_HALVES {
            halves.add(new(n, 100), at(100));
        }
        halves.decide(7, Decision::Commit, at(101)).unwrap();
        halves.decided(7, None, false, at(101));
        halves.add(new(MAX_HALVES, 101), at(101));
        assert!(halves.get(7).is_none());
        assert_eq!((halves.iter().len(), halves.dropped()), (MAX_HALVES, 0));
        halves.add(new(MAX_HALVES + 1, 101), at(101));
        assert!(halves.get(0).is_none());
        assert_eq!((halves.iter().len(), halves.dropped()), (MAX_HALVES, 1));
        // Those of the first round are late by now.
        halves.forget_done(at(130));
        assert_eq!(halves.iter().len(), 2);
    }
}
