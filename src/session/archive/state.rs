//! What is known of exports and replays: what goes on, how far it is, how the last ones ended.
//! Answers the worker's questions for rows, a bounded piece at a time.

use std::path::PathBuf;

use jiff::tz::TimeZone;

use crate::config::ConnectionProfile;
use crate::protocol::{Profile, Timestamp, TopicName};
use crate::session::rows::Rows;
use crate::session::say::Trouble;
use crate::session::subscription::{Subscription, SubscriptionId};
use crate::session::table::Table;
use crate::session::views::Views;
use crate::session::{ConnectionId, Job};

use super::format::Header;
use super::handover::piece_of;
use super::replay::{ReplayWish, Speed};
use super::walk::Walk;
use super::{
    ArchiveCommand, ArchiveEvent, ArchiveJob, End, ExportFormat, ExportOrder, ExportWish,
    ReplayOrder, Sum, TaskId,
};

/// Tasks that are told of, beside those that go on.
const ENDED: usize = 8;

/// All tasks.
#[derive(Debug, Default)]
pub struct Archive {
    tasks: Vec<Task>,
    ids: TaskId,
}

/// An export or a replay.
#[derive(Debug)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The view whose messages it takes.
    pub view: SubscriptionId,
    /// What it does.
    pub kind: TaskKind,
    /// How far it is.
    pub stage: Stage,
    /// How many messages there are, as far as they are counted.
    pub total: u64,
    /// What came of it so far.
    pub sum: Sum,
    walk: Option<Walk>,
}

/// What a task does.
#[derive(Debug)]
pub enum TaskKind {
    /// It writes to this file or folder.
    Export {
        /// How.
        format: ExportFormat,
        /// Where to.
        path: PathBuf,
        /// Whether a file that is there may be replaced.
        replace: bool,
    },
    /// It publishes once more.
    Replay {
        /// Where to.
        connection: ConnectionId,
        /// The topic there.
        topic: TopicName,
        /// How fast.
        speed: Speed,
    },
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It finds out which messages are meant.
    Collecting,
    /// It works.
    Going,
    /// It was asked to stop.
    Stopping,
    /// It is over.
    Ended(End),
}

impl Archive {
    /// What goes on for a view or has ended, oldest first.
    pub fn tasks_of(&self, view: SubscriptionId) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(move |task| task.view == view)
    }

    /// Where a replay publishes to.
    pub(in crate::session) fn replays_to(&self, id: TaskId) -> Option<&ConnectionId> {
        let task = self.tasks.iter().find(|task| task.id == id)?;
        match &task.kind {
            TaskKind::Replay { connection, .. } => Some(connection),
            TaskKind::Export { .. } => None,
        }
    }

    /// What goes on, oldest first.
    pub fn running(&self) -> impl Iterator<Item = &Task> {
        let ended = |task: &&Task| !matches!(task.stage, Stage::Ended(_));
        self.tasks.iter().filter(ended)
    }

    /// Whether some task still finds out which messages are meant: that goes on frame by frame.
    pub fn is_collecting(&self) -> bool {
        self.tasks.iter().any(|task| task.walk.is_some())
    }

    /// A new id.
    fn new_id(&mut self) -> TaskId {
        self.ids += 1;
        self.ids
    }

    fn get_mut(&mut self, id: TaskId) -> Option<&mut Task> {
        self.tasks.iter_mut().find(|task| task.id == id)
    }

    /// Does what somebody asked for.
    pub(in crate::session) fn apply(
        &mut self,
        command: ArchiveCommand,
        views: &mut Views,
        zone: &TimeZone,
    ) -> Option<Job> {
        match command {
            ArchiveCommand::Export(wish) => {
                self.export(*wish, views);
                None
            }
            ArchiveCommand::Replay(wish) => {
                self.replay(*wish, views);
                None
            }
            ArchiveCommand::Stop(id) => self.stop(id),
            ArchiveCommand::Dismiss(id) => {
                self.dismiss(id);
                None
            }
            ArchiveCommand::Open(path) => {
                let view = views.open_file(path);
                self.load(view, views, zone)
            }
            ArchiveCommand::Load(view) => self.load(view, views, zone),
        }
    }

    /// Begins to read the file of a view, unless that has begun.
    fn load(&mut self, id: SubscriptionId, views: &mut Views, zone: &TimeZone) -> Option<Job> {
        let task = self.new_id();
        let view = views.get_mut(id)?;
        let file = view.file.as_mut().filter(|file| file.task().is_none())?;
        file.begin(task);
        view.rows = Rows::new();
        view.table = Table::new(view.table.saved().clone());
        view.focused = None;
        let (path, zone) = (file.path.clone(), zone.clone());
        Some(Job::Archive(ArchiveJob::Load(task, id, path, zone)))
    }

    /// Begins to export.
    fn export(&mut self, wish: ExportWish, views: &Views) {
        let Some(view) = views.get(wish.view) else {
            return;
        };
        let walk = Walk::new(view, wish.scope, false);
        let kind = TaskKind::Export {
            format: wish.format,
            path: wish.path,
            replace: wish.replace,
        };
        self.begin(wish.view, kind, walk);
    }

    /// Begins to publish once more; that it may was asked before.
    fn replay(&mut self, wish: ReplayWish, views: &Views) {
        let Some(view) = views.get(wish.view) else {
            return;
        };
        let walk = Walk::new(view, wish.scope, true);
        let kind = TaskKind::Replay {
            connection: wish.connection,
            topic: wish.topic,
            speed: wish.speed,
        };
        self.begin(wish.view, kind, walk);
    }

    fn begin(&mut self, view: SubscriptionId, kind: TaskKind, walk: Walk) {
        let ended = |task: &Task| matches!(task.stage, Stage::Ended(_));
        while self.tasks.iter().filter(|task| ended(task)).count() >= ENDED {
            if let Some(first) = self.tasks.iter().position(ended) {
                self.tasks.remove(first);
            }
        }
        let id = self.new_id();
        self.tasks.push(Task {
            id,
            view,
            kind,
            stage: Stage::Collecting,
            total: 0,
            sum: Sum::default(),
            walk: Some(walk),
        });
    }

    /// Finds out a bit more of which messages are meant; a task that knows is for the worker.
    pub(in crate::session) fn next_job(
        &mut self,
        views: &Views,
        profile_of: impl Fn(&ConnectionId) -> Option<ConnectionProfile>,
        now: Timestamp,
    ) -> Option<Job> {
        for task in &mut self.tasks {
            let Some(walk) = &mut task.walk else {
                continue;
            };
            let Some(view) = views.get(task.view) else {
                task.walk = None;
                task.stage = Stage::Ended(End::Stopped);
                continue;
            };
            let done = walk.step(view);
            task.total = walk.len();
            if !done {
                continue;
            }
            task.stage = Stage::Going;
            let (numbers, times) = task.walk.take()?.finish();
            let job = match &task.kind {
                TaskKind::Export {
                    format,
                    path,
                    replace,
                } => ArchiveJob::Export(Box::new(ExportOrder {
                    id: task.id,
                    format: *format,
                    columns: view
                        .table
                        .columns()
                        .iter()
                        .map(|c| c.column.clone())
                        .collect(),
                    header: header_of(view, profile_of(view.connection()), now),
                    path: path.clone(),
                    replace: *replace,
                    numbers,
                })),
                TaskKind::Replay {
                    connection,
                    topic,
                    speed,
                } => {
                    let kind = profile_of(connection).map_or(Profile::Sandbox, |p| p.kind);
                    ArchiveJob::Replay(Box::new(ReplayOrder {
                        id: task.id,
                        connection: connection.clone(),
                        topic: topic.clone(),
                        limits: kind.limits(),
                        speed: *speed,
                        rows: times.into_iter().zip(numbers).collect(),
                    }))
                }
            };
            return Some(Job::Archive(job));
        }
        None
    }

    /// Asks a task to stop.
    fn stop(&mut self, id: TaskId) -> Option<Job> {
        let Some(task) = self.get_mut(id) else {
            // One that reads a file.
            return Some(Job::Archive(ArchiveJob::Stop(id)));
        };
        match task.stage {
            Stage::Collecting => {
                task.walk = None;
                task.stage = Stage::Ended(End::Stopped);
                None
            }
            Stage::Going => {
                task.stage = Stage::Stopping;
                Some(Job::Archive(ArchiveJob::Stop(id)))
            }
            Stage::Stopping | Stage::Ended(_) => None,
        }
    }

    /// Forgets a task that is over.
    fn dismiss(&mut self, id: TaskId) {
        self.tasks
            .retain(|task| task.id != id || !matches!(task.stage, Stage::Ended(_)));
    }

    /// Takes in what the worker says; some of it is a question.
    pub(in crate::session) fn absorb(
        &mut self,
        event: ArchiveEvent,
        views: &mut Views,
    ) -> Option<Job> {
        match event {
            ArchiveEvent::Want(id, numbers) => {
                let view = self.get_mut(id).and_then(|task| views.get(task.view));
                Some(Job::Archive(match view {
                    Some(view) => {
                        let (records, looked) = piece_of(view, &numbers);
                        ArchiveJob::Rows(id, records, looked)
                    }
                    // It was closed: half of its messages would pass for all of them.
                    None => ArchiveJob::Stop(id),
                }))
            }
            ArchiveEvent::Going(id, sum) => {
                self.get_mut(id)?.sum = sum;
                None
            }
            // That is for the figures.
            ArchiveEvent::Sent(..) => None,
            ArchiveEvent::Ended(id, sum, end) => {
                let task = self.get_mut(id)?;
                task.sum = sum;
                task.stage = Stage::Ended(end);
                None
            }
            ArchiveEvent::Read(view, piece) => views.read(view, *piece),
            ArchiveEvent::ReadAll(view, task, end) => {
                views.get_mut(view)?.file.as_mut()?.end(task, end);
                None
            }
        }
    }

    /// The worker did not take a job.
    pub(in crate::session) fn not_taken(
        &mut self,
        job: &ArchiveJob,
        views: &mut Views,
        busy: Trouble,
    ) {
        let broken = End::Broken(Box::new(busy));
        match job {
            // It can be asked again.
            ArchiveJob::Stop(id) => {
                if let Some(task) = self.get_mut(*id) {
                    task.stage = Stage::Going;
                }
            }
            ArchiveJob::Export(order) => self.break_off(order.id, broken),
            ArchiveJob::Replay(order) => self.break_off(order.id, broken),
            ArchiveJob::Rows(id, ..) => self.break_off(*id, broken),
            ArchiveJob::Load(id, ..) | ArchiveJob::Taken(id) => views.end_reading(*id, &broken),
        }
    }

    fn break_off(&mut self, id: TaskId, end: End) {
        if let Some(task) = self.get_mut(id) {
            task.stage = Stage::Ended(end);
        }
    }
}

fn header_of(view: &Subscription, profile: Option<ConnectionProfile>, now: Timestamp) -> Header {
    if let Some(header) = view.file.as_ref().and_then(|file| file.header.clone()) {
        // What a file held is still from where it was from.
        return Header {
            filter: view.table.filter_text().to_owned(),
            ..header.again(now)
        };
    }
    let source = view.source.as_ref();
    Header {
        connection: profile.map(|profile| profile.name).unwrap_or_default(),
        topic: source.map(|s| s.topic.to_string()).unwrap_or_default(),
        group: source
            .map(|s| s.consume.group.to_string())
            .unwrap_or_default(),
        filter: view.table.filter_text().to_owned(),
        ..Header::new(now)
    }
}
