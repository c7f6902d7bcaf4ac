//! Dead letters that are sent again: which of the selected rows have to wait for their turn, what
//! came of the others, and which of them are acked because they are stored elsewhere now. A few at
//! a time, so that a stop is soon over. Sends nothing.

use std::collections::VecDeque;

use crate::protocol::{Limits, MAX_HANDLES, NewMessage, Timestamp, TopicName};

use super::again;
use super::entry::{Counts, Outcome};
use super::rows::Rows;
use super::say::Trouble;
use super::sent::Sent;
use super::{ConnectionId, SubscriptionId};

/// What can be asked about dead letters.
#[derive(Debug)]
pub enum LetterCommand {
    /// Open a view on the dead letters of the group of this view.
    Open(SubscriptionId),
    /// Send the selected rows of this view again.
    Resend(SubscriptionId, ResendWish),
    /// Send no more; what is on its way finishes.
    Stop,
    /// How it ended has been read.
    Dismiss,
}

/// How to send again.
#[derive(Debug, Clone)]
pub struct ResendWish {
    /// Where to.
    pub topic: TopicName,
    /// Rather to the topic that a letter itself names, where it names one.
    pub to_origin: bool,
    /// Whether a letter is acked once it is stored there.
    pub ack: bool,
}

/// Letters for the worker to send.
#[derive(Debug)]
pub struct ResendOrder {
    /// Where they are sent.
    pub connection: ConnectionId,
    /// Row, topic and message of each.
    pub letters: Vec<(u64, TopicName, NewMessage)>,
}

/// What came of them.
#[derive(Debug)]
pub enum LetterEvent {
    /// How each row's publish ended, and how long they took.
    Sent(Vec<(u64, Outcome)>, Sent),
    /// Nothing could be sent.
    Failed(Box<Trouble>),
}

/// How sending again goes, or went.
#[derive(Debug)]
pub struct LetterRun {
    /// The view of the rows.
    pub view: SubscriptionId,
    /// Rows that were selected.
    pub total: usize,
    /// How those that had their turn ended.
    pub counts: Counts,
    /// Rows that were gone or unreadable when their turn came.
    pub left_out: usize,
    /// Why the last one that failed did.
    pub why: Option<String>,
    /// Whether no more are sent.
    pub stopped: bool,
    wish: ResendWish,
    waiting: VecDeque<u64>,
    in_flight: bool,
}

impl LetterRun {
    /// Whether nothing is on its way any more, and nothing waits.
    pub fn ended(&self) -> bool {
        !self.in_flight && self.waiting.is_empty()
    }

    /// Rows that had their turn.
    pub fn done(&self) -> usize {
        usize::try_from(self.counts.all()).unwrap_or(usize::MAX) + self.left_out
    }
}

/// The sending again of one view's letters at a time.
#[derive(Debug, Default)]
pub struct Letters {
    run: Option<LetterRun>,
}

impl Letters {
    /// How it goes, or went.
    pub fn run(&self) -> Option<&LetterRun> {
        self.run.as_ref()
    }

    /// Begins with these rows. Whether that was possible: not while others have their turn.
    pub(super) fn begin(&mut self, view: SubscriptionId, rows: &Rows, wish: ResendWish) -> bool {
        if self.run.as_ref().is_some_and(|run| !run.ended()) {
            return false;
        }
        let waiting: VecDeque<u64> = rows.selected().collect();
        self.run = Some(LetterRun {
            view,
            total: waiting.len(),
            counts: Counts::default(),
            left_out: 0,
            why: None,
            stopped: false,
            wish,
            waiting,
            in_flight: false,
        });
        true
    }

    /// Sends no more.
    pub(super) fn stop(&mut self) {
        if let Some(run) = &mut self.run {
            run.stopped |= !run.waiting.is_empty();
            run.waiting.clear();
        }
    }

    /// Forgets how the last run ended.
    pub(super) fn dismiss(&mut self) {
        self.run = self.run.take().filter(|run| !run.ended());
    }

    /// The view whose next letters may be sent now.
    pub(super) fn wants(&self) -> Option<SubscriptionId> {
        let run = self.run.as_ref()?;
        (!run.in_flight && !run.waiting.is_empty()).then_some(run.view)
    }

    /// The next letters, as what a server with these limits takes.
    pub(super) fn next(
        &mut self,
        rows: &Rows,
        limits: &Limits,
        now: Timestamp,
    ) -> Vec<(u64, TopicName, NewMessage)> {
        let Some(run) = &mut self.run else {
            return Vec::new();
        };
        let mut letters = Vec::new();
        while letters.len() < MAX_HANDLES
            && let Some(number) = run.waiting.pop_front()
        {
            let row = rows
                .get(number)
                .filter(|row| row.can_ack(now) || !run.wish.ack);
            let Some(message) = row.and_then(|row| row.message()) else {
                run.left_out += 1;
                continue;
            };
            let message = message.to_received();
            let origin = again::origin_topic(&message.properties);
            let origin = origin.and_then(|topic| topic.parse().ok());
            let topic = origin
                .filter(|_| run.wish.to_origin)
                .unwrap_or_else(|| run.wish.topic.clone());
            let (parts, _) = again::parts_of(&message);
            match parts.checked(limits, now) {
                Ok(message) => letters.push((number, topic, message)),
                Err(problems) => {
                    run.counts.failed += 1;
                    run.why = problems.first().map(ToString::to_string);
                }
            }
        }
        run.in_flight = !letters.is_empty();
        letters
    }

    /// Takes in how letters ended. Rows that are to be acked now, and their view.
    pub(super) fn sent(&mut self, sent: Vec<(u64, Outcome)>) -> Option<(SubscriptionId, Vec<u64>)> {
        let run = self.run.as_mut()?;
        run.in_flight = false;
        let mut stored = Vec::new();
        for (row, outcome) in sent {
            run.counts.add(&outcome);
            match outcome.why() {
                None => stored.push(row),
                Some(why) => run.why = Some(why.to_owned()),
            }
        }
        // Where none of several gets through, the others would not either.
        if stored.is_empty() {
            self.stop();
            return None;
        }
        (run.wish.ack).then_some((run.view, stored))
    }

    /// Nothing could be sent.
    pub(super) fn failed(&mut self, why: String) {
        if let Some(run) = &mut self.run {
            run.in_flight = false;
            run.why = Some(why);
        }
        self.stop();
    }
}
