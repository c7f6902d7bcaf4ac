//! The consume views and their tabs: opening, starting, stopping, closing, acking. Knows which
//! handles are good where; does not know the connections.

use std::path::PathBuf;

use crate::protocol::{AckAction, DamagedMessage, Timestamp};

use super::acking::{Acking, RunStop};
use super::archive::{End, FileView, Piece, TaskId};
use super::budget::{self, DEFAULT_BUDGET, Lost};
use super::decisions::Decisions;
use super::form::ConsumeForm;
use super::rows::Rows;
use super::say::Trouble;
use super::subscription::{Polling, Source, Subscription, SubscriptionId};
use super::table::{self, SavedTable, Table, TableCommand};
use super::workspace::SavedView;
use super::{Arrival, ConnectionId, Job, PollOrder};

/// Rows that go at most for each one that comes: memory shrinks even while they come.
const ROOM_FOR_EACH: usize = 2;

/// To let a row go costs as much as looking at so many: one large body takes the room of thousands of
/// small messages, which go in several frames.
const COST_OF_ROOM: usize = 16;

/// By how much the clock of an answer's date is off at the most, in milliseconds: it tells seconds,
/// and a large answer takes a while to come.
const ANSWER_BLUR_MILLIS: u64 = 10_000;

/// All consume views; there is always at least one.
#[derive(Debug)]
pub(super) struct Views {
    list: Vec<Subscription>,
    shown: SubscriptionId,
    next: u64,
    /// What was closed and is let go of in steps: very many rows at once would be felt.
    closed: Vec<Subscription>,
    /// Rows that are looked at in a step.
    step: usize,
    /// Bytes that the messages of all views may take.
    budget: usize,
    /// Held messages that had to go since somebody asked.
    lost: Option<Lost>,
    /// There are too many rows, more of which may go than went in the last step.
    is_shrinking: bool,
}

impl Views {
    /// One view, not started.
    pub(super) fn new(form: ConsumeForm) -> Self {
        let mut views = Self {
            list: Vec::new(),
            shown: SubscriptionId(0),
            next: 0,
            closed: Vec::new(),
            step: table::STEP,
            budget: DEFAULT_BUDGET,
            lost: None,
            is_shrinking: false,
        };
        views.open(form);
        views
    }

    /// The views of an earlier run, none of them started.
    pub(super) fn restored(saved: &[SavedView], shown: Option<SubscriptionId>) -> Option<Self> {
        let last = saved.iter().map(|view| view.id).max()?;
        let mut views = Self {
            list: Vec::new(),
            shown: shown.unwrap_or(last),
            next: last.0.checked_add(1)?,
            closed: Vec::new(),
            step: table::STEP,
            budget: DEFAULT_BUDGET,
            lost: None,
            is_shrinking: false,
        };
        for view in saved {
            if views.get(view.id).is_none() {
                let table = view.table.clone();
                let mut new = new_view(view.id, view.form.clone(), table);
                new.file = view.file.clone().map(FileView::new);
                views.list.push(new);
            }
        }
        if views.shown().is_none() {
            views.shown = last;
        }
        Some(views)
    }

    /// Looks at so many rows in a step from now on.
    pub(super) fn set_step(&mut self, rows: usize) {
        self.step = rows;
    }

    /// Bytes that the messages of all views may take from now on.
    pub(super) fn set_budget(&mut self, bytes: usize) {
        self.budget = bytes;
    }

    /// Bytes that the messages of all views may take, and those that they do.
    pub(super) fn memory(&self) -> (usize, usize) {
        (self.budget, budget::bytes(&self.list))
    }

    /// Held messages that had to go to make room, since this was last asked.
    pub(super) fn take_lost(&mut self) -> Option<Lost> {
        self.lost.take()
    }

    /// Lets go of at most so many rows.
    fn keep_within_budget(&mut self, most: usize) {
        let room = budget::keep_within(&mut self.list, self.budget, most);
        self.is_shrinking = room.more_to_go;
        if let Some(lost) = room.lost {
            self.lost = Some(lost.and(self.lost));
        }
    }

    /// In the order in which they were opened.
    pub(super) fn list(&self) -> &[Subscription] {
        &self.list
    }

    /// The one that is shown.
    pub(super) fn shown(&self) -> Option<&Subscription> {
        self.get(self.shown)
    }

    /// A view by its id.
    pub(super) fn get(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.list.iter().find(|view| view.id == id)
    }

    /// The same, to change it.
    pub(super) fn get_mut(&mut self, id: SubscriptionId) -> Option<&mut Subscription> {
        self.list.iter_mut().find(|view| view.id == id)
    }

    /// All of them, to change them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Subscription> {
        self.list.iter_mut()
    }

    /// Shows a view.
    pub(super) fn show(&mut self, id: SubscriptionId) {
        self.shown = id;
    }

    /// Opens and shows a view, not started.
    pub(super) fn open(&mut self, form: ConsumeForm) -> SubscriptionId {
        let id = SubscriptionId(self.next);
        self.next += 1;
        self.list.push(new_view(id, form, SavedTable::default()));
        self.shown = id;
        id
    }

    /// Opens and shows a view of a file.
    pub(super) fn open_file(&mut self, path: PathBuf) -> SubscriptionId {
        let id = self.open(ConsumeForm::default());
        if let Some(view) = self.get_mut(id) {
            view.file = Some(FileView::new(path));
            view.table = Table::new(SavedTable::of_file());
        }
        id
    }

    /// Takes in a piece of a file; its rows count for the budget like any.
    pub(super) fn read(&mut self, id: SubscriptionId, piece: Piece) -> Option<Job> {
        let view = self.get_mut(id)?;
        let job = view.file.as_mut()?.take(piece, &mut view.rows);
        self.keep_within_budget(table::STEP);
        job
    }

    /// The worker reads a file no further.
    pub(super) fn end_reading(&mut self, task: TaskId, end: &End) {
        for file in self.list.iter_mut().filter_map(|view| view.file.as_mut()) {
            file.end(task, end.clone());
        }
    }

    /// Closes a view that is stopped and is not the last one.
    pub(super) fn close(&mut self, id: SubscriptionId) {
        let Some(place) = self.list.iter().position(|view| view.id == id) else {
            return;
        };
        if !self.list[place].polling.is_stopped() || self.list.len() == 1 {
            return;
        }
        self.closed.push(self.list.remove(place));
        if self.shown == id {
            self.shown = self.list[place.min(self.list.len() - 1)].id;
        }
    }

    /// Takes in what was typed into the head of a view; one that listens keeps its own.
    pub(super) fn type_head(&mut self, id: SubscriptionId, form: ConsumeForm) {
        if let Some(view) = self.get_mut(id).filter(|view| view.polling.is_stopped()) {
            view.form = form;
        }
    }

    /// Starts a view. Rows of another topic, group or connection cannot be acked from there, so
    /// a view that has rows keeps its source and another one is opened.
    pub(super) fn start(
        &mut self,
        id: SubscriptionId,
        form: ConsumeForm,
        source: Source,
    ) -> Option<Job> {
        let view = self.get(id)?;
        if !view.polling.is_stopped() || view.file.is_some() {
            return None;
        }
        let elsewhere = view
            .source
            .as_ref()
            .is_some_and(|old| !old.shares_handles_with(&source));
        let id = if elsewhere && !view.rows.is_empty() {
            self.open(form.clone())
        } else {
            id
        };
        let view = self.get_mut(id)?;
        view.form = form;
        if elsewhere || !view.takes_acks() {
            view.acking.set_auto(false);
        }
        view.polling = Polling::Running;
        view.ended_by = None;
        view.source = Some(source.clone());
        Some(Job::StartPolling(Box::new(PollOrder {
            subscription: id,
            connection: source.connection,
            topic: source.topic,
            consume: source.consume,
        })))
    }

    /// Asks a view to stop.
    pub(super) fn stop(&mut self, id: SubscriptionId) -> Option<Job> {
        let view = self.get_mut(id)?;
        match view.polling {
            Polling::Running | Polling::Paused | Polling::Failing(..) => {
                view.polling = Polling::Stopping;
                Some(Job::StopPolling(id))
            }
            Polling::Stopped | Polling::Stopping => None,
        }
    }

    /// Does something with the table of a view, or with its polling from there.
    pub(super) fn table(
        &mut self,
        id: SubscriptionId,
        command: TableCommand,
        now: Timestamp,
    ) -> Option<Job> {
        let view = self.get_mut(id)?;
        match (&command, &view.polling) {
            (TableCommand::Pause, Polling::Running | Polling::Failing(..)) => {
                view.polling = Polling::Paused;
                Some(Job::PausePolling(id, true))
            }
            (TableCommand::Resume, Polling::Paused) => {
                view.polling = Polling::Running;
                Some(Job::PausePolling(id, false))
            }
            _ => {
                view.table.apply(command, &mut view.rows, now);
                None
            }
        }
    }

    /// The worker heard nothing of a pause, or of its end.
    pub(super) fn not_paused(&mut self, id: SubscriptionId, pause: bool) {
        let Some(view) = self.get_mut(id) else {
            return;
        };
        match view.polling {
            Polling::Paused if pause => view.polling = Polling::Running,
            Polling::Running if !pause => view.polling = Polling::Paused,
            _ => {}
        }
    }

    /// Marks rows as being acked.
    pub(super) fn begin_ack(
        &mut self,
        id: SubscriptionId,
        rows: &[u64],
        now: Timestamp,
    ) -> Option<Job> {
        let view = self.get_mut(id)?;
        let handles = view.rows.begin_ack(rows, now);
        view.ack_job(handles, AckAction::Ack)
    }

    /// Nothing more is acked at this connection.
    pub(super) fn lock(&mut self, id: &ConnectionId) {
        for view in self.list.iter_mut().filter(|v| v.connection() == id) {
            view.acking.stop(RunStop::Asked);
            view.acking.set_auto(false);
        }
    }

    /// The next acks that wait for their turn, of any view.
    pub(super) fn next_ack(&mut self, now: Timestamp) -> Option<Job> {
        self.list.iter_mut().find_map(|view| view.next_ack(now))
    }

    /// The server of a connection has a clock that is ahead of ours by `skew_millis`, known to within
    /// `blur_millis`: what is held of it returns by that clock.
    pub(super) fn clocks_differ(&mut self, id: &ConnectionId, skew_millis: i64, blur_millis: u64) {
        for view in self.list.iter_mut().filter(|v| v.connection() == id) {
            view.rows.clocks_differ(skew_millis, blur_millis);
        }
    }

    /// An answer to this view tells the time of its server.
    pub(super) fn told_time(&mut self, id: SubscriptionId, skew_millis: i64) {
        if let Some(connection) = self.get(id).map(|view| view.connection().clone()) {
            self.clocks_differ(&connection, skew_millis, ANSWER_BLUR_MILLIS);
        }
    }

    /// Takes in what a poll brought.
    pub(super) fn polled(
        &mut self,
        id: SubscriptionId,
        arrivals: Vec<Arrival>,
        damaged: Vec<DamagedMessage>,
        skew_millis: i64,
        at: Timestamp,
    ) {
        let Some(view) = self.get_mut(id) else {
            return;
        };
        let brought = arrivals.len() + damaged.len();
        for arrival in arrivals {
            let row = view.rows.arrive(arrival.message, arrival.lease, at);
            view.acking.arrived(row);
        }
        for message in damaged {
            view.rows.arrive_damaged(message, skew_millis, at);
        }
        if matches!(view.polling, Polling::Failing(..)) {
            view.polling = Polling::Running;
        }
        self.told_time(id, skew_millis);
        // What has returned by now goes before anything that is held. Many polls may be answered
        // within a frame: each makes room for what it brought, and the rest is for the next frame.
        let most = ROOM_FOR_EACH * brought;
        for view in &mut self.list {
            view.rows.expire(at, most);
        }
        self.keep_within_budget(most);
    }

    /// Takes in that a poll failed. Whether that is news: the same failure again is none.
    pub(super) fn poll_failed(
        &mut self,
        id: SubscriptionId,
        trouble: &Trouble,
        retry_at: Option<Timestamp>,
    ) -> bool {
        let Some(view) = self.get_mut(id) else {
            return false;
        };
        let news = !matches!(
            &view.polling,
            Polling::Failing(before, _) if before.what.key == trouble.what.key
        );
        match retry_at {
            Some(_) if matches!(view.polling, Polling::Stopping | Polling::Paused) => {}
            Some(at) => view.polling = Polling::Failing(Box::new(trouble.clone()), at),
            None => view.ended_by = Some(Box::new(trouble.clone())),
        }
        news
    }

    /// Whether a view listens to this connection or holds messages of it.
    pub(super) fn use_connection(&self, id: &ConnectionId) -> bool {
        self.list.iter().any(|view| {
            let here = view.source.as_ref().is_some_and(|s| &s.connection == id);
            here && (!view.polling.is_stopped() || view.rows.held().0 > 0)
        })
    }

    /// How many messages are held, and when the first and the last of them return.
    pub(super) fn held(&self) -> Option<(usize, Timestamp, Timestamp)> {
        let of_views = self.list.iter().map(|view| &view.rows);
        let count = of_views.clone().map(|rows| rows.held().0).sum();
        let first = of_views.clone().filter_map(|rows| rows.held().1).min()?;
        let last = of_views.filter_map(Rows::last_return).max()?;
        Some((count, first, last))
    }

    /// Whether there is still something to let go of: views that were closed, or rows for which
    /// there is no room.
    pub(super) fn is_letting_go(&self) -> bool {
        self.is_shrinking || !self.closed.is_empty()
    }

    fn let_go(&mut self) {
        if let Some(view) = self.closed.last_mut()
            && view.rows.close(self.step)
            && view.table.close(self.step)
        {
            self.closed.pop();
        }
    }

    /// Time has passed: leases end, and the tables follow their rows for a while.
    pub(super) fn expire(&mut self, now: Timestamp) {
        self.let_go();
        for view in &mut self.list {
            view.rows.expire(now, self.step);
            view.table.work(&mut view.rows, now, self.step);
        }
        self.keep_within_budget((self.step / COST_OF_ROOM).max(1));
    }
}

fn new_view(id: SubscriptionId, form: ConsumeForm, table: SavedTable) -> Subscription {
    Subscription {
        id,
        form,
        source: None,
        polling: Polling::Stopped,
        ended_by: None,
        file: None,
        rows: Rows::new(),
        acking: Acking::default(),
        table: Table::new(table),
        focused: None,
        decisions: Decisions::default(),
    }
}
