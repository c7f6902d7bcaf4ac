//! Acking many rows of one view, and acking what arrives: which rows have to wait for their turn,
//! which handles are on their way, and how it went so far. Sends nothing.
//!
//! Rows wait by their number and not by a handle: when the turn of one has come, its newest handle
//! is taken, and what has returned or was taken out of the selection meanwhile is left out. So no
//! more is pending than is on its way, and a stop leaves the others as they were.

use std::collections::{HashSet, VecDeque};

use crate::protocol::{AckAction, AckFailure, MAX_HANDLES, ReceiptHandle, Timestamp};

use super::rows::{AckState, Rows};
use super::say::{Say, Trouble};
use super::subscription::Subscription;
use super::{AckOrder, Job};

/// Handles on their way at most, in requests side by side: enough that the way there and back
/// does not set the pace, few enough that a stop is soon over.
const IN_FLIGHT: usize = 4 * MAX_HANDLES;

/// What can be asked of the acking of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckCommand {
    /// Ack the selected rows.
    Selected,
    /// Send no more; what is on its way finishes.
    Stop,
    /// How the last one ended has been read.
    Dismiss,
    /// Ack what arrives from now on, or do not.
    Auto(bool),
}

/// The acking of one view.
#[derive(Debug, Default)]
pub struct Acking {
    run: Option<AckRun>,
    selected: Queue,
    auto: bool,
    arrived: Queue,
    /// What went wrong last with what arrived: the same again is no news.
    auto_trouble: Option<Say>,
}

/// Rows that wait, and what is on its way of them.
#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<u64>,
    in_flight: HashSet<ReceiptHandle>,
}

/// How acking the selected rows goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AckRun {
    /// Rows that were selected.
    pub total: usize,
    /// Acked, or most likely so.
    pub acked: usize,
    /// Refused, or not got through. Which and why is on the rows.
    pub failed: usize,
    /// Returned, acked otherwise or taken out of the selection before their turn.
    pub left_out: usize,
    /// Why no more are sent before all had their turn.
    pub stop: Option<RunStop>,
    /// Whether nothing is on its way any more.
    pub ended: bool,
}

/// Why rows are left as they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStop {
    /// Somebody asked for it.
    Asked,
    /// Some did not get through, so the others would not have either.
    Failed,
}

impl AckRun {
    /// Rows that had their turn.
    pub fn done(&self) -> usize {
        self.acked + self.failed + self.left_out
    }
}

impl Acking {
    /// How acking the selected rows goes, or went.
    pub fn run(&self) -> Option<&AckRun> {
        self.run.as_ref()
    }

    /// Whether selected rows are being acked.
    pub fn is_running(&self) -> bool {
        self.run.is_some_and(|run| !run.ended)
    }

    /// Whether what arrives is acked.
    pub fn is_auto(&self) -> bool {
        self.auto
    }

    /// Begins with the selected rows. Whether that was possible: not while others are on their way.
    pub(super) fn begin(&mut self, rows: &Rows) -> bool {
        if self.is_running() {
            return false;
        }
        self.selected.waiting = rows.selected().collect();
        let total = self.selected.waiting.len();
        self.run = (total > 0).then(|| AckRun {
            total,
            ..AckRun::default()
        });
        true
    }

    /// Sends no more of the selected rows.
    pub(super) fn stop(&mut self, why: RunStop) {
        if let Some(run) = self.run.as_mut().filter(|run| !run.ended) {
            run.stop.get_or_insert(why);
            self.selected.waiting = VecDeque::new();
            self.end_run();
        }
    }

    /// Forgets how the last run ended.
    pub(super) fn dismiss(&mut self) {
        if !self.is_running() {
            self.run = None;
        }
    }

    /// Acks what arrives from now on, or does not.
    pub(super) fn set_auto(&mut self, on: bool) {
        self.auto = on;
        self.auto_trouble = None;
        self.arrived.waiting.clear();
    }

    /// A readable message came.
    pub(super) fn arrived(&mut self, row: u64) {
        if self.auto {
            self.arrived.waiting.push_back(row);
        }
    }

    /// The next handles to send, marked as pending; none if enough are on their way or nothing
    /// waits. What arrived comes first: there, somebody has already decided.
    fn next_chunk(&mut self, rows: &mut Rows, now: Timestamp) -> Vec<ReceiptHandle> {
        let (handles, _) = self.arrived.next_chunk(rows, now, |_, _| true);
        if !handles.is_empty() {
            return handles;
        }
        let (handles, left_out) = self
            .selected
            .next_chunk(rows, now, |rows, number| rows.is_selected(number));
        if let Some(run) = &mut self.run {
            run.left_out += left_out;
            self.end_run();
        }
        handles
    }

    /// A handle was answered.
    fn answered(&mut self, handle: &ReceiptHandle, acked: bool) {
        if self.arrived.in_flight.remove(handle) {
            self.auto_trouble = None;
        }
        if self.selected.in_flight.remove(handle)
            && let Some(run) = &mut self.run
        {
            match acked {
                true => run.acked += 1,
                false => run.failed += 1,
            }
            self.end_run();
        }
    }

    /// These handles did not get through. Whether that is news.
    fn failed(&mut self, handles: &[ReceiptHandle], trouble: &Trouble) -> bool {
        let of = |queue: &Queue| handles.iter().any(|h| queue.in_flight.contains(h));
        if of(&self.arrived) {
            for handle in handles {
                self.arrived.in_flight.remove(handle);
            }
            return self.auto_trouble.replace(trouble.what.clone()).as_ref() != Some(&trouble.what);
        }
        if !of(&self.selected) {
            return true;
        }
        let first = self
            .run
            .is_some_and(|run| run.stop != Some(RunStop::Failed));
        self.stop(RunStop::Failed);
        for handle in handles {
            self.answered(handle, false);
        }
        first
    }

    fn end_run(&mut self) {
        if let Some(run) = &mut self.run {
            run.ended = self.selected.waiting.is_empty() && self.selected.in_flight.is_empty();
        }
    }
}

impl Queue {
    /// The next handles of rows that `may` still be acked, and how many rows were left out.
    fn next_chunk(
        &mut self,
        rows: &mut Rows,
        now: Timestamp,
        may: impl Fn(&Rows, u64) -> bool,
    ) -> (Vec<ReceiptHandle>, usize) {
        let mut numbers = Vec::new();
        let mut left_out = 0;
        if self.in_flight.len() + MAX_HANDLES > IN_FLIGHT {
            return (Vec::new(), 0);
        }
        while numbers.len() < MAX_HANDLES
            && let Some(number) = self.waiting.pop_front()
        {
            let can = rows.get(number).is_some_and(|row| row.can_ack(now));
            if can && may(rows, number) {
                numbers.push(number);
            } else {
                left_out += 1;
            }
        }
        let handles = rows.begin_ack(&numbers, now);
        left_out += numbers.len() - handles.len();
        self.in_flight.extend(handles.iter().cloned());
        (handles, left_out)
    }
}

impl Subscription {
    /// Does as asked; whether that was possible.
    pub(super) fn carry_out(&mut self, command: AckCommand) -> bool {
        match command {
            AckCommand::Selected => {
                self.table.selection_changed();
                return self.acking.begin(&self.rows);
            }
            AckCommand::Stop => self.acking.stop(RunStop::Asked),
            AckCommand::Dismiss => self.acking.dismiss(),
            AckCommand::Auto(on) => self.acking.set_auto(on && self.takes_acks()),
        }
        true
    }

    /// The next acks that wait for their turn, if there are any and not too many are on their way.
    pub(super) fn next_ack(&mut self, now: Timestamp) -> Option<Job> {
        let handles = self.acking.next_chunk(&mut self.rows, now);
        self.ack_job(handles, self.run_action())
    }

    /// An ack of handles of this view.
    pub(super) fn ack_job(&self, handles: Vec<ReceiptHandle>, action: AckAction) -> Option<Job> {
        let source = self.source.as_ref().filter(|_| !handles.is_empty())?;
        Some(Job::Ack(Box::new(AckOrder {
            subscription: self.id,
            connection: source.connection.clone(),
            topic: source.topic.clone(),
            group: source.consume.group.clone(),
            handles,
            action,
        })))
    }

    /// Takes in the answer to an ack.
    pub(super) fn acked(
        &mut self,
        done: &[ReceiptHandle],
        refused: Vec<AckFailure>,
        repeated: bool,
        at: Timestamp,
        skew_millis: i64,
    ) {
        for handle in done {
            self.rows.end_ack(handle, AckState::Done(at));
            self.acking.answered(handle, true);
        }
        for failure in refused {
            let handle = failure.handle.clone();
            let likely = self.rows.refuse_ack(failure, repeated, at, skew_millis);
            self.acking.answered(&handle, likely);
        }
    }

    /// Takes in that an ack did not get through. Whether that is news.
    pub(super) fn ack_failed(&mut self, handles: &[ReceiptHandle], trouble: &Trouble) -> bool {
        for handle in handles {
            let failed = AckState::Failed(Box::new(trouble.clone()));
            self.rows.end_ack(handle, failed);
        }
        self.acking.failed(handles, trouble)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::cells::tests::Sample;
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(500);

    /// So many rows, all of them selected.
    fn selected(count: usize) -> (Rows, Acking) {
        let mut rows = Rows::new();
        for n in 0..count {
            let id = format!("M{n}");
            let sample = Sample {
                id: &id,
                ..Sample::default()
            };
            sample.arrive(&mut rows, Timestamp::from_millis(0));
        }
        rows.select_all(true);
        let mut acking = Acking::default();
        assert!(acking.begin(&rows));
        (rows, acking)
    }

    /// All that may be on its way.
    fn send(acking: &mut Acking, rows: &mut Rows, now: Timestamp) -> Vec<Vec<ReceiptHandle>> {
        std::iter::from_fn(|| {
            let chunk = acking.next_chunk(rows, now);
            (!chunk.is_empty()).then_some(chunk)
        })
        .collect()
    }

    fn done(acking: &mut Acking, rows: &mut Rows, handle: &ReceiptHandle) {
        rows.end_ack(handle, AckState::Done(NOW));
        acking.answered(handle, true);
    }

    fn trouble() -> Trouble {
        Trouble::new(
            Say::new("card-no-answer"),
            Say::new("card-next-network"),
            "",
        )
    }

    #[test]
    fn no_more_is_pending_than_is_on_its_way_and_a_stop_lets_that_finish() {
        let (mut rows, mut acking) = selected(100);
        let sent = send(&mut acking, &mut rows, NOW);
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [16; 4]);
        assert_eq!(rows.selected().len(), 36);
        assert!(!acking.begin(&rows), "one at a time");

        acking.stop(RunStop::Asked);
        assert!(acking.is_running());
        for handle in sent.iter().flatten() {
            done(&mut acking, &mut rows, handle);
        }
        assert!(send(&mut acking, &mut rows, NOW).is_empty());
        let run = acking.run().unwrap();
        assert_eq!((run.acked, run.total, run.ended), (64, 100, true));
        assert_eq!(run.stop, Some(RunStop::Asked));
        assert_eq!(rows.selected().len(), 36);
        assert!(acking.begin(&rows));
        assert_eq!(acking.run().unwrap().total, 36);
    }

    #[test]
    fn each_answer_makes_room_and_what_returned_meanwhile_is_left_out() {
        let (mut rows, mut acking) = selected(100);
        let mut sent = send(&mut acking, &mut rows, NOW).into_iter().flatten();
        let first: Vec<_> = sent.by_ref().take(16).collect();
        for handle in &first {
            done(&mut acking, &mut rows, handle);
        }
        assert_eq!(send(&mut acking, &mut rows, NOW).len(), 1);
        // The leases of all others are over.
        let late = Timestamp::from_millis(1_000);
        rows.expire(late, usize::MAX);
        for handle in sent.by_ref().take(16) {
            done(&mut acking, &mut rows, &handle);
        }
        assert!(send(&mut acking, &mut rows, late).is_empty());
        let run = acking.run().unwrap();
        assert_eq!((run.acked, run.left_out, run.done()), (32, 20, 52));
        assert!(!run.ended, "three requests are on their way");
    }

    #[test]
    fn what_does_not_get_through_ends_it_and_is_news_once() {
        let (mut rows, mut acking) = selected(100);
        let sent = send(&mut acking, &mut rows, NOW);
        let news: Vec<bool> = sent
            .iter()
            .map(|chunk| acking.failed(chunk, &trouble()))
            .collect();
        assert_eq!(news, [true, false, false, false]);
        let run = acking.run().unwrap();
        assert_eq!((run.failed, run.ended), (64, true));
        assert_eq!(rows.selected().len(), 36);
        // Of a row by itself it always is.
        assert!(acking.failed(&sent[0], &trouble()));
    }

    #[test]
    fn what_arrives_is_sent_before_what_is_selected_and_only_while_that_is_on() {
        let (mut rows, mut acking) = selected(20);
        let arrive = |rows: &mut Rows, id: &str| {
            let sample = Sample {
                id,
                ..Sample::default()
            };
            sample.arrive(rows, Timestamp::from_millis(0))
        };
        let before = arrive(&mut rows, "A");
        acking.arrived(before);
        acking.set_auto(true);
        let after = arrive(&mut rows, "B");
        acking.arrived(after);
        let sent = send(&mut acking, &mut rows, NOW);
        let of = |row: u64| rows.get(row).unwrap().newest().handle.clone().unwrap();
        assert_eq!(sent[0], [of(after)]);
        assert!(!sent.iter().flatten().any(|handle| *handle == of(before)));
        assert_eq!(sent.len(), 3);
        // The same trouble again and again is told once, until one gets through.
        assert!(acking.failed(&sent[0], &trouble()));
        acking.arrived.in_flight.insert(of(after));
        assert!(!acking.failed(&sent[0], &trouble()));
    }
}
