//! All that is known, and how it changes: commands in, jobs out; events in.
//!
//! No I/O and no clock: every method that needs the time is given it.

mod at_work;
mod connections;
mod consuming;
mod halves;
mod kept;
mod letters;
mod not_taken;
mod preferences;
mod publishing;
mod queries;
mod samples;
mod sandbox;

pub use at_work::{Work, WorkKind};

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::code::Order;
use crate::config::{ConnectionProfile, Preferences, ProfileColor, Question};
use crate::explained::damage::damage;
use crate::protocol::{Profile, PublishReceipt, Timestamp};

use super::again::Offers;
use super::announcements::{Announcements, Scene};
use super::archive::{Archive, ArchiveCommand, ArchiveEvent, ArchiveJob, ReplayWish};
use super::checkup::Checkup;
use super::control::{self, AdminWish, Control};
use super::debugger::Debugger;
use super::desktop::Desktop;
use super::figures::Figures;
use super::folders::Folders;
use super::form::ConsumeForm;
use super::halves::Halves;
use super::history::{History, HistoryCommand, HistoryEvent};
use super::letters::Letters;
use super::notices::Notices;
use super::outbox::{Outbox, Surroundings};
use super::paths::Paths;
use super::program::{CodeCommand, Filled};
use super::reader::Reader;
use super::samples::Samples;
use super::say::{Notice, Say, Trouble};
use super::settings::{ConfigJob, SettingsFile};
use super::subscription::{Polling, SubscriptionId};
use super::traffic::{self, Traffic};
use super::views::Views;
use super::workspace::Workspace;
use super::{Command, ConnectionId, Event, Job, TopicContent};

/// Topic and group of a first start.
const FIRST_TOPIC: &str = "orders";
const FIRST_GROUP: &str = "GID_debug";

/// A connection of the list on the left.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Its settings; the sandbox has fixed ones.
    pub profile: ConnectionProfile,
    /// What is known of its keys.
    pub keys: KeysState,
}

/// What is known of a profile's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysState {
    /// Nobody looked yet.
    Unknown,
    /// Nothing to keep: the sandbox knows its own.
    BuiltIn,
    /// In the keyring of the OS.
    Keyring,
    /// In memory until the app ends, as there is no keyring; why.
    SessionOnly(String),
    /// There are none.
    Missing,
    /// The keyring could not be read; why.
    Unreadable(String),
}

/// The embedded broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SandboxState {
    /// About to listen.
    Starting,
    /// Listening here.
    Running(SocketAddr),
    /// Not running; the notices say why.
    Failed,
}

/// The publish form's other half.
#[derive(Debug, Default)]
pub struct PublishState {
    /// A publish is on its way.
    pub pending: bool,
    /// How the last one ended.
    pub outcome: Option<PublishOutcome>,
}

/// How a publish ended.
#[derive(Debug, Clone)]
pub enum PublishOutcome {
    /// Stored.
    Done {
        /// The server's answer.
        receipt: PublishReceipt,
        /// Name of the request in the server's logs.
        request_id: Option<String>,
        /// From request to reply.
        elapsed: Duration,
    },
    /// Not stored, or nobody knows.
    Failed(Box<Trouble>),
}

/// How the saving of a profile ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditOutcome {
    /// On its way.
    Pending,
    /// On disk, and the keys where they belong.
    Saved,
    /// Not written, and why. What was typed is still in the form.
    Failed(String),
}

/// What the model starts from.
#[derive(Debug, Default)]
pub struct Setup {
    /// Profiles of the configuration.
    pub profiles: Vec<ConnectionProfile>,
    /// Theme, language and the like.
    pub preferences: Preferences,
    /// Where they are kept, if anywhere.
    pub settings_path: Option<PathBuf>,
    /// What was there when mqscope closed.
    pub workspace: Workspace,
    /// Something to say at once, such as a configuration that could not be read.
    pub notices: Vec<Notice>,
    /// What variables in a draft may know of the machine.
    pub surroundings: Surroundings,
}

/// All that is known.
#[derive(Debug)]
pub struct Model {
    connections: Vec<Connection>,
    selected: ConnectionId,
    sandbox: SandboxState,
    running: sandbox::Running,
    content: Vec<TopicContent>,
    views: Views,
    publish: PublishState,
    outbox: Outbox,
    /// How the saving of the profile of this id goes.
    edit: Option<(String, EditOutcome)>,
    /// Profiles that were deleted in this run: a save of one that is still on its way is void.
    deleted: HashSet<String>,
    notices: Notices,
    announcements: Announcements,
    control: Control,
    checkup: Checkup,
    debugger: Debugger,
    /// What a program is shown for.
    code: Option<Box<Order>>,
    /// What became of the variables in it.
    code_filled: Filled,
    figures: Figures,
    reader: Reader,
    paths: Paths,
    history: History,
    halves: Halves,
    letters: Letters,
    offers: Offers,
    archive: Archive,
    samples: Samples,
    folders: Folders,
    traffic: Traffic,
    preferences: Preferences,
    settings: SettingsFile,
    /// The time zone of this machine.
    local: TimeZone,
    desktop: Desktop,
    /// As it was last kept, or found at the start.
    workspace: Workspace,
    /// Views that listen as soon as the sandbox runs.
    waiting: Vec<SubscriptionId>,
}

impl Model {
    /// The state of a start: the sandbox selected, one consume view, filled in.
    pub fn new(setup: Setup) -> Self {
        let sandbox = Connection {
            id: ConnectionId::Sandbox,
            profile: ConnectionProfile {
                kind: Profile::Sandbox,
                color: ProfileColor::Green,
                topic: FIRST_TOPIC.to_owned(),
                group: FIRST_GROUP.to_owned(),
                ..ConnectionProfile::default()
            },
            keys: KeysState::BuiltIn,
        };
        let profiles = setup.profiles.into_iter().map(|profile| Connection {
            id: ConnectionId::Profile(profile.id.clone()),
            profile,
            keys: KeysState::Unknown,
        });
        let mut notices = Notices::default();
        for notice in setup.notices {
            notices.push(notice);
        }
        let connections: Vec<Connection> = std::iter::once(sandbox).chain(profiles).collect();
        let workspace = setup.workspace;
        let known = |id: &ConnectionId| connections.iter().any(|c| &c.id == id);
        let selected = match known(&workspace.selected) {
            true => workspace.selected.clone(),
            false => ConnectionId::Sandbox,
        };
        let first = ConsumeForm {
            topic: FIRST_TOPIC.to_owned(),
            group: FIRST_GROUP.to_owned(),
            ..preferences::begun_with(setup.preferences.new_views)
        };
        let paths = Paths::new(workspace.last_folder.clone());
        let restored = Views::restored(&workspace.views, workspace.shown);
        // On a first start the one thing to do next is to look.
        let waiting = match &restored {
            Some(_) => workspace
                .views
                .iter()
                .filter(|view| view.running && view.form.connection == ConnectionId::Sandbox)
                .map(|view| view.id)
                .collect(),
            None => vec![SubscriptionId(0)],
        };
        let mut views = restored.unwrap_or_else(|| Views::new(first));
        views.set_budget(preferences::bytes(&setup.preferences));
        let local = setup.surroundings.zone.clone();
        let surroundings = Surroundings {
            zone: setup.preferences.time_zone.zone(&local),
            ..setup.surroundings
        };
        Self {
            selected,
            waiting,
            samples: Samples::default(),
            folders: Folders::default(),
            sandbox: SandboxState::Starting,
            running: sandbox::Running::default(),
            content: Vec::new(),
            views,
            local,
            settings: SettingsFile::new(setup.settings_path),
            workspace,
            connections,
            publish: PublishState::default(),
            outbox: Outbox::new(surroundings),
            edit: None,
            checkup: Checkup::default(),
            debugger: Debugger::default(),
            code: None,
            code_filled: Filled::No,
            deleted: HashSet::new(),
            notices,
            announcements: Announcements::default(),
            control: Control::default(),
            figures: Figures::default(),
            reader: Reader::default(),
            paths,
            history: History::default(),
            halves: Halves::default(),
            letters: Letters::default(),
            offers: Offers::default(),
            archive: Archive::default(),
            traffic: Traffic::default(),
            preferences: setup.preferences,
            desktop: Desktop::default(),
        }
    }

    /// Carries out a command. What has to happen outside is the answer.
    pub fn apply(&mut self, command: Command, now: Timestamp) -> Option<Job> {
        match command {
            Command::Select(id) => self.select(id),
            Command::LookForKeys(id) => self.look_for_keys(&id),
            Command::SaveConnection(profile, keys) => {
                self.edit = Some((profile.id.clone(), EditOutcome::Pending));
                Some(Job::SaveConnection(profile, keys))
            }
            Command::GiveUpEdit => {
                self.edit = None;
                None
            }
            Command::Checkup(command) => self.checkup.apply(command),
            Command::Debugger(command) => self.debugger.apply(command, &self.traffic),
            Command::Code(command) => {
                self.code_filled = match command {
                    CodeCommand::OfDraft(_, filled) => filled,
                    CodeCommand::OfView(_) | CodeCommand::Close => Filled::No,
                };
                self.code = self.order_of(command, now).map(Box::new);
                None
            }
            Command::DeleteConnection(id) => self.delete_connection(id, now),
            Command::Publish(draft) => self.publish_draft(&draft, now),
            Command::OpenView(place) => {
                let form = match place {
                    Some((connection, topic, group)) => ConsumeForm {
                        connection,
                        topic: topic.to_string(),
                        group: group.to_string(),
                        ..preferences::begun_with(self.preferences.new_views)
                    },
                    None => self.form_for(&self.selected),
                };
                self.views.open(form);
                None
            }
            Command::TypeHead(id, form) => {
                self.views.type_head(id, form);
                None
            }
            Command::StartConsuming(id, form) => self.start_consuming(id, form),
            Command::KeepWorkspace(part) => self.keep_workspace(*part),
            Command::StopConsuming(id) => self.views.stop(id),
            Command::ShowView(id) => {
                self.views.show(id);
                None
            }
            Command::CloseView(id) => {
                let reading = self.view(id).and_then(|view| view.file.as_ref()?.task());
                self.views.close(id);
                let stop = reading.filter(|_| self.view(id).is_none());
                stop.map(|task| Job::Archive(ArchiveJob::Stop(task)))
            }
            Command::Focus(id, row) => {
                self.views.get_mut(id)?.focused = Some(row);
                None
            }
            Command::ToggleSelected(id, row) => {
                let view = self.views.get_mut(id)?;
                view.rows.toggle_selected(row, now);
                view.table.selection_changed();
                None
            }
            Command::Table(id, command) => self.views.table(id, command, now),
            Command::Ack(id, rows) => self.ack(id, &rows, now),
            Command::Acking(id, command) => {
                self.acking(id, command, now);
                None
            }
            Command::Watch(id) => self.control.watch(id, now),
            Command::Read(command) => self.reader.apply(command, &self.views),
            Command::Paths(command) => self.paths.apply(command),
            Command::SendAgain(view, row) => {
                self.send_again(view, row);
                None
            }
            Command::History(command) => self.do_with_history(command),
            Command::Archive(command) => {
                if let ArchiveCommand::Replay(wish) = &command
                    && !self.may_replay(wish, now)
                {
                    return None;
                }
                self.archive
                    .apply(command, &mut self.views, self.outbox.zone())
            }
            Command::Traffic(command) => {
                let connections = &self.connections;
                self.traffic
                    .apply(command, |id| traffic::name_of(connections, id))
            }
            Command::Letters(command) => {
                self.do_with_letters(command, now);
                None
            }
            Command::Half(command) => self.do_with_halves(command, now),
            Command::Admin(wish) => self.admin(*wish, now),
            Command::Outbox(command) => self.outbox_command(command, now),
            Command::Sandbox(command) => self.do_with_sandbox(command),
            Command::Folders(command) => self.folders.apply(command),
            Command::Samples(command) => self.do_with_samples(command),
            Command::ClosePeek => {
                self.control.close_peek();
                None
            }
            Command::OpenSettingsFile => Some(Job::Config(ConfigJob::Open)),
            Command::SetPreferences(preferences) => Some(self.change_preferences(preferences)),
            Command::Announce(say) => {
                self.announcements.over(say);
                None
            }
            Command::NoticesSeen => {
                self.notices.mark_seen();
                None
            }
            Command::ClearNotices => {
                self.notices.clear();
                None
            }
        }
    }

    /// Takes in what happened outside. Some events ask for a job in turn.
    pub fn absorb(&mut self, event: Event, now: Timestamp) -> Option<Job> {
        self.figures.observe(&event, |id| self.views.get(id), now);
        self.announcements.observe(&event, |id| self.views.get(id));
        match event {
            Event::Sandbox(event) => self.sandbox_told(event, now),
            Event::SandboxContent(content) => self.content = content,
            Event::ConnectionSaved {
                profile,
                failed,
                keys,
            } => self.connection_saved(&profile, failed, keys, now),
            Event::ConfigNotWritten(why) => self.fail(
                "notice-config-not-written",
                why,
                "notice-config-not-written-next",
                now,
            ),
            Event::Config(event) => self.config_told(event, now),
            Event::WorkspaceNotWritten(why) => self.fail(
                "notice-workspace-not-written",
                why,
                "notice-workspace-not-written-next",
                now,
            ),
            Event::KeysFound(profile, keys) => self.set_keys(&profile, keys),
            Event::Published {
                connection: _,
                receipt,
                request_id,
                elapsed,
            } => {
                self.publish.pending = false;
                self.publish.outcome = Some(PublishOutcome::Done {
                    receipt,
                    request_id,
                    elapsed,
                });
            }
            Event::PublishFailed { trouble, .. } => {
                self.publish.pending = false;
                self.notices.fail(&trouble, now);
                self.publish.outcome = Some(PublishOutcome::Failed(trouble));
            }
            Event::Polled {
                subscription,
                arrivals,
                damaged,
                skew_millis,
                at,
                elapsed: _,
            } => {
                if let Some(first) = damaged.first() {
                    self.notices.warn(
                        Say::new("notice-damaged")
                            .with("count", damaged.len())
                            .with_say("why", damage(&first.problem)),
                        String::new(),
                        Say::new("notice-damaged-next"),
                        now,
                    );
                }
                self.views
                    .polled(subscription, arrivals, damaged, skew_millis, at);
            }
            Event::PollFailed {
                subscription,
                trouble,
                retry_at,
            } => {
                if self.views.poll_failed(subscription, &trouble, retry_at) {
                    self.notices.fail(&trouble, now);
                }
            }
            Event::PollingEnded(subscription) => {
                if let Some(view) = self.views.get_mut(subscription) {
                    view.polling = Polling::Stopped;
                }
            }
            Event::Acked {
                subscription,
                done,
                refused,
                repeated,
                skew_millis,
                at,
                action,
                elapsed: _,
            } => {
                let asked = self.asked_to_decide(subscription, action, &done, &refused);
                if let Some(view) = self.views.get_mut(subscription) {
                    view.acked(&done, refused, repeated, at, skew_millis);
                }
                self.views.told_time(subscription, skew_millis);
                self.checks_decided(subscription, &asked);
            }
            Event::Checkup(event) => {
                let ended = self.checkup.absorb(*event);
                if ended {
                    self.announcements.examined(&self.checkup);
                }
            }
            Event::Debugger(event) => {
                if let Some(notice) = self.debugger.absorb(*event, now) {
                    self.notices.refused(notice);
                }
            }
            Event::Read(event) => return self.reader.absorb(*event),
            Event::Desktop(desktop) => self.desktop = desktop,
            Event::Paths(event) => self.paths.absorb(event),
            Event::History(event) => return self.history_told(*event, now),
            Event::Outbox(event) => self.outbox_event(*event, now),
            Event::Traffic(event) => self.traffic.absorb(event),
            Event::Archive(event) => {
                if let ArchiveEvent::Sent(task, sent) = &event
                    && let Some(to) = self.archive.replays_to(*task)
                {
                    self.figures.sent(to, sent, now);
                }
                self.announcements.archived(&event, &self.archive);
                return self.archive.absorb(event, &mut self.views);
            }
            Event::Letters(event) => return self.letters_told(event, now),
            Event::Half(event) => self.half_told(*event, now),
            Event::Folders(event) => {
                if let Some(trouble) = self.folders.absorb(event) {
                    self.notices.fail(&trouble, now);
                }
            }
            Event::Samples(event) => return self.samples_told(event, now),
            Event::Looked(id, look) => {
                if let Ok(look) = &look {
                    let blur = control::CLOCK_BLUR_MILLIS;
                    self.views.clocks_differ(&id, look.skew_millis, blur);
                }
                return self.control.looked(&id, look.map(|look| *look), now);
            }
            Event::Admin(id, wish, answer) => {
                if let Some(trouble) = self.control.answered(&id, &wish, answer) {
                    self.notices.fail(&trouble, now);
                }
            }
            Event::KeysNotDeleted(why) => {
                self.fail("notice-keys-left", why, "notice-keys-left-next", now);
            }
            Event::AckFailed {
                subscription,
                handles,
                trouble,
            } => {
                let view = self.views.get_mut(subscription);
                if view.is_none_or(|view| view.ack_failed(&handles, &trouble)) {
                    self.notices.fail(&trouble, now);
                }
            }
        }
        None
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Timestamp) {
        self.views.expire(now);
        self.figures.tick(self.views.list(), now);
        self.traffic.tick();
        if let Some(lost) = self.views.take_lost() {
            self.notices.lost(lost, self.views.memory().0, now);
        }
        let scene = Scene {
            views: self.views.list(),
            notices: &self.notices,
            outbox: &self.outbox,
        };
        self.announcements.tick(&scene, now);
    }

    /// Rows that [`Model::tick`] looks at from now on at the most, of what concerns very many.
    pub fn set_step(&mut self, rows: usize) {
        self.views.set_step(rows);
    }

    fn do_with_history(&mut self, command: HistoryCommand) -> Option<Job> {
        let (job, again) = self.history.apply(command);
        if let Some(entry) = again {
            self.offer_entry(entry);
        }
        job.map(Job::History)
    }

    fn history_told(&mut self, event: HistoryEvent, now: Timestamp) -> Option<Job> {
        let absorbed = self.history.absorb(event, now);
        for notice in absorbed.notices {
            self.notices.push(notice);
        }
        if let Some(entry) = absorbed.again {
            self.offer_entry(entry);
        }
        absorbed.job.map(Job::History)
    }

    fn admin(&mut self, wish: AdminWish, now: Timestamp) -> Option<Job> {
        let watched = self.connection(self.control.watched()?)?;
        if watched.profile.read_only && !matches!(wish, AdminWish::Peek(_)) {
            self.refuse_read_only(now);
            self.control.refuse(read_only());
            return None;
        }
        self.control.wish(wish)
    }

    /// The next job that waits for its turn. Asked for until there is none, whenever something
    /// happened.
    pub fn next_job(&mut self, now: Timestamp) -> Option<Job> {
        self.next_waiting()
            .or_else(|| self.next_of_samples())
            .or_else(|| self.views.next_ack(now))
            .or_else(|| self.next_letters(now))
    }

    /// Views of the sandbox that listened before a restart, or on a first start, do so again as
    /// soon as it runs.
    fn next_waiting(&mut self) -> Option<Job> {
        if !matches!(self.sandbox, SandboxState::Running(_)) {
            return None;
        }
        while let Some(id) = self.waiting.pop() {
            let form = self.view(id).filter(|view| view.source.is_none());
            if let Some(form) = form.map(|view| view.form.clone())
                && let Some(job) = self.start_consuming(id, form)
            {
                return Some(job);
            }
        }
        None
    }

    /// Only a sandbox is published to without having been agreed to by its name, unless somebody
    /// does not want to be asked.
    fn may_replay(&mut self, wish: &ReplayWish, now: Timestamp) -> bool {
        let Some(connection) = self.connection(&wish.connection) else {
            return false;
        };
        let profile = &connection.profile;
        let asked = profile.kind != Profile::Sandbox && self.asks(Question::Replay);
        let sure = !asked || wish.confirmed;
        if profile.read_only {
            self.refuse_read_only(now);
            return false;
        }
        sure
    }

    /// Finds out which messages are to be exported or replayed, for a bounded time: once a frame.
    /// What is found is for the worker.
    pub fn collect(&mut self, now: Timestamp) -> Option<Job> {
        let profile_of = |id: &ConnectionId| {
            let connection = self.connections.iter().find(|c| &c.id == id)?;
            Some(connection.profile.clone())
        };
        self.archive.next_job(&self.views, profile_of, now)
    }

    fn refuse_read_only(&mut self, now: Timestamp) {
        let Trouble { what, next, .. } = read_only();
        self.notices.warn(what, String::new(), next, now);
    }

    fn fail(&mut self, what: &'static str, detail: String, next: &'static str, now: Timestamp) {
        let trouble = Trouble::new(Say::new(what), Say::new(next), detail);
        self.notices.fail(&trouble, now);
    }
}

/// Why nothing is changed through a profile that is locked.
fn read_only() -> Trouble {
    let next = Say::new("notice-read-only-next");
    Trouble::new(Say::new("notice-read-only"), next, "")
}
