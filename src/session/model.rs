//! All that is known, and how it changes: commands in, jobs out; events in.
//!
//! No I/O and no clock: every method that needs the time is given it.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use crate::config::{ConnectionProfile, Preferences, ProfileColor};
use crate::protocol::{
    GroupId, Limits, Profile, PublishReceipt, ReceiptHandle, Timestamp, TopicName,
};

use super::draft::Draft;
use super::form::ConsumeForm;
use super::rows::{AckState, Rows};
use super::say::{Level, Notice, Say, Trouble};
use super::subscription::{Polling, Source, Subscription, SubscriptionId};
use super::{AckOrder, Command, ConnectionId, Event, Job, PollOrder, TopicContent};

/// Notices that are kept; older ones go.
const MAX_NOTICES: usize = 200;

/// Bytes of messages that one view keeps.
const VIEW_BYTES: usize = 256 << 20;

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
    /// Not running, and why.
    Failed(String),
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
    /// Something to say at once, such as a configuration that could not be read.
    pub notices: Vec<Notice>,
}

/// All that is known.
#[derive(Debug)]
pub struct Model {
    connections: Vec<Connection>,
    selected: ConnectionId,
    sandbox: SandboxState,
    content: Vec<TopicContent>,
    views: Vec<Subscription>,
    shown: SubscriptionId,
    next_view: u64,
    publish: PublishState,
    edit: Option<EditOutcome>,
    notices: VecDeque<Notice>,
    unseen: usize,
    preferences: Preferences,
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
        let mut model = Self {
            connections: std::iter::once(sandbox).chain(profiles).collect(),
            selected: ConnectionId::Sandbox,
            sandbox: SandboxState::Starting,
            content: Vec::new(),
            views: Vec::new(),
            shown: SubscriptionId(0),
            next_view: 0,
            publish: PublishState::default(),
            edit: None,
            notices: setup.notices.into(),
            unseen: 0,
            preferences: setup.preferences,
        };
        model.unseen = model.notices.len();
        model.open_view(None);
        model
    }

    /// Connections; the sandbox is the first.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// The connection one works with.
    pub fn selected(&self) -> &Connection {
        // The sandbox is always there.
        self.connection(&self.selected)
            .unwrap_or(&self.connections[0])
    }

    /// A connection by its id.
    pub fn connection(&self, id: &ConnectionId) -> Option<&Connection> {
        self.connections.iter().find(|c| &c.id == id)
    }

    /// What the selected connection's server takes.
    pub fn limits(&self) -> Limits {
        self.selected().profile.kind.limits()
    }

    /// The embedded broker.
    pub fn sandbox(&self) -> &SandboxState {
        &self.sandbox
    }

    /// Topics and groups of the sandbox.
    pub fn sandbox_content(&self) -> &[TopicContent] {
        &self.content
    }

    /// Consume views, in the order of their tabs.
    pub fn views(&self) -> &[Subscription] {
        &self.views
    }

    /// The view that is shown.
    pub fn shown_view(&self) -> Option<&Subscription> {
        self.view(self.shown)
    }

    /// A view by its id.
    pub fn view(&self, id: SubscriptionId) -> Option<&Subscription> {
        self.views.iter().find(|view| view.id == id)
    }

    /// How publishing goes.
    pub fn publish(&self) -> &PublishState {
        &self.publish
    }

    /// How saving a profile goes.
    pub fn edit_outcome(&self) -> Option<&EditOutcome> {
        self.edit.as_ref()
    }

    /// Notices, newest first.
    pub fn notices(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.notices.iter().rev()
    }

    /// Notices that nobody has looked at yet.
    pub fn unseen_notices(&self) -> usize {
        self.unseen
    }

    /// Theme, language and the like.
    pub fn preferences(&self) -> &Preferences {
        &self.preferences
    }

    /// Carries out a command. What has to happen outside is the answer.
    pub fn apply(&mut self, command: Command, now: Timestamp) -> Option<Job> {
        match command {
            Command::Select(id) => self.select(id),
            Command::SaveConnection(profile, keys) => {
                self.edit = Some(EditOutcome::Pending);
                Some(Job::SaveConnection(profile, keys))
            }
            Command::DeleteConnection(id) => self.delete_connection(id),
            Command::Publish(draft) => self.publish_draft(&draft, now),
            Command::OpenView(place) => {
                self.open_view(place);
                None
            }
            Command::StartConsuming(id, form) => self.start_consuming(id, form),
            Command::StopConsuming(id) => self.stop_consuming(id),
            Command::ShowView(id) => {
                self.shown = id;
                None
            }
            Command::CloseView(id) => self.close_view(id),
            Command::Focus(id, row) => {
                self.view_mut(id)?.focused = Some(row);
                None
            }
            Command::ToggleSelected(id, row) => {
                self.view_mut(id)?.rows.toggle_selected(row);
                None
            }
            Command::SelectAll(id, all) => {
                self.view_mut(id)?.rows.select_all(all);
                None
            }
            Command::Ack(id, rows) => self.ack(id, &rows, now),
            Command::AckSelected(id) => {
                let rows = self.view(id)?.rows.selected(now);
                self.ack(id, &rows, now)
            }
            Command::SetPreferences(preferences) => {
                self.preferences = preferences.clone();
                Some(Job::SavePreferences(preferences))
            }
            Command::NoticesSeen => {
                self.unseen = 0;
                None
            }
            Command::ClearNotices => {
                self.notices.clear();
                self.unseen = 0;
                None
            }
        }
    }

    /// Takes in what happened outside. Some events ask for a job in turn.
    pub fn absorb(&mut self, event: Event, now: Timestamp) -> Option<Job> {
        match event {
            Event::SandboxStarted { addr, wished } => {
                return self.sandbox_started(addr, wished, now);
            }
            Event::SandboxFailed(why) => self.sandbox_failed(why, now),
            Event::SandboxContent(content) => self.content = content,
            Event::ConnectionSaved {
                profile,
                failed,
                keys,
            } => self.connection_saved(&profile, failed, keys, now),
            Event::ConfigNotWritten(why) => self.notify_error(
                "notice-config-not-written",
                why,
                "notice-config-not-written-next",
                now,
            ),
            Event::KeysFound(profile, keys) => self.set_keys(&profile, keys),
            Event::Published {
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
            Event::PublishFailed(trouble) => {
                self.publish.pending = false;
                self.notify_trouble(&trouble, now);
                self.publish.outcome = Some(PublishOutcome::Failed(trouble));
            }
            Event::Polled {
                subscription,
                arrivals,
                damaged,
                skew_millis,
                at,
            } => {
                let damage = damaged
                    .first()
                    .map(|d| (damaged.len(), d.problem.to_string()));
                if let Some(view) = self.view_mut(subscription) {
                    view.received += (arrivals.len() + damaged.len()) as u64;
                    for arrival in arrivals {
                        view.rows.arrive(arrival.message, arrival.lease, at);
                    }
                    for message in damaged {
                        view.rows.arrive_damaged(message, skew_millis, at);
                    }
                    if matches!(view.polling, Polling::Failing(..)) {
                        view.polling = Polling::Running;
                    }
                }
                if let Some((count, problem)) = damage {
                    self.notify(Notice {
                        at: now,
                        level: Level::Warning,
                        summary: Say::new("notice-damaged").with("count", count),
                        detail: problem,
                        next_step: Some(Say::new("notice-damaged-next")),
                    });
                }
            }
            Event::PollFailed {
                subscription,
                trouble,
                retry_at,
            } => self.poll_failed(subscription, trouble, retry_at, now),
            Event::PollingEnded(subscription) => {
                if let Some(view) = self.view_mut(subscription) {
                    view.polling = Polling::Stopped;
                }
            }
            Event::Acked {
                subscription,
                done,
                refused,
                at,
            } => self.acked(subscription, &done, refused, at),
            Event::AckFailed {
                subscription,
                handles,
                trouble,
            } => {
                self.notify_trouble(&trouble, now);
                self.end_acks(subscription, &handles, || AckState::Failed(trouble.clone()));
            }
        }
        None
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Timestamp) {
        for view in &mut self.views {
            view.rows.expire(now);
        }
    }

    /// The worker could not take a job: nothing stays pending, and the person hears of it.
    pub fn job_not_taken(&mut self, job: Job, now: Timestamp) {
        let busy = Trouble {
            what: Say::new("trouble-busy"),
            next: Say::new("trouble-busy-next"),
            detail: String::new(),
        };
        self.notify_trouble(&busy, now);
        match job {
            Job::Publish(..) => self.publish.pending = false,
            Job::Ack(order) => self.end_acks(order.subscription, &order.handles, || {
                AckState::Failed(Box::new(busy.clone()))
            }),
            Job::StartPolling(order) => {
                if let Some(view) = self.view_mut(order.subscription) {
                    view.polling = Polling::Stopped;
                }
            }
            Job::StopPolling(id) => {
                if let Some(view) = self.view_mut(id) {
                    view.polling = Polling::Running;
                }
            }
            Job::SaveConnection(..) => {
                self.edit = Some(EditOutcome::Failed(String::new()));
            }
            Job::DeleteConnection(_) | Job::SavePreferences(_) | Job::FindKeys(_) => {}
        }
    }

    fn view_mut(&mut self, id: SubscriptionId) -> Option<&mut Subscription> {
        self.views.iter_mut().find(|view| view.id == id)
    }

    fn select(&mut self, id: ConnectionId) -> Option<Job> {
        let unknown = self.connection(&id)?.keys == KeysState::Unknown;
        self.selected = id.clone();
        self.edit = None;
        match id {
            ConnectionId::Profile(profile) if unknown => Some(Job::FindKeys(profile)),
            _ => None,
        }
    }

    fn delete_connection(&mut self, id: ConnectionId) -> Option<Job> {
        let ConnectionId::Profile(profile) = &id else {
            return None;
        };
        let job = Job::DeleteConnection(profile.clone());
        self.connections.retain(|c| c.id != id);
        if self.selected == id {
            self.selected = ConnectionId::Sandbox;
        }
        Some(job)
    }

    fn publish_draft(&mut self, draft: &Draft, now: Timestamp) -> Option<Job> {
        if self.publish.pending {
            return None;
        }
        let connection = self.selected();
        if connection.profile.read_only {
            self.refuse_read_only(now);
            return None;
        }
        let id = connection.id.clone();
        let (topic, message) = draft.check(&self.limits(), now).ok()?;
        self.publish.pending = true;
        self.publish.outcome = None;
        Some(Job::Publish(id, topic, Box::new(message)))
    }

    fn open_view(&mut self, place: Option<(TopicName, GroupId)>) {
        let id = SubscriptionId(self.next_view);
        self.next_view += 1;
        let profile = &self.selected().profile;
        let (topic, group) = match place {
            Some((topic, group)) => (topic.to_string(), group.to_string()),
            None => (profile.topic.clone(), profile.group.clone()),
        };
        self.views.push(Subscription {
            id,
            form: ConsumeForm {
                topic,
                group,
                ..ConsumeForm::default()
            },
            source: None,
            polling: Polling::Stopped,
            rows: Rows::new(VIEW_BYTES),
            focused: None,
            received: 0,
            acked: 0,
        });
        self.shown = id;
    }

    /// Rows of another topic, group or connection cannot be acked from here, so a view that has
    /// rows keeps its source and another one is opened.
    fn start_consuming(&mut self, id: SubscriptionId, form: ConsumeForm) -> Option<Job> {
        let (topic, consume) = form.check(&self.limits()).ok()?;
        let source = Source {
            connection: self.selected().id.clone(),
            topic,
            consume,
        };
        let view = self.view(id)?;
        let elsewhere = view
            .source
            .as_ref()
            .is_some_and(|old| !old.shares_handles_with(&source));
        let id = if elsewhere && !view.rows.is_empty() {
            self.open_view(None);
            self.shown
        } else {
            id
        };
        let view = self.view_mut(id)?;
        if !view.polling.is_stopped() {
            return None;
        }
        view.form = form;
        view.polling = Polling::Running;
        view.source = Some(source.clone());
        Some(Job::StartPolling(Box::new(PollOrder {
            subscription: id,
            connection: source.connection,
            topic: source.topic,
            consume: source.consume,
        })))
    }

    fn stop_consuming(&mut self, id: SubscriptionId) -> Option<Job> {
        let view = self.view_mut(id)?;
        match view.polling {
            Polling::Running | Polling::Failing(..) => {
                view.polling = Polling::Stopping;
                Some(Job::StopPolling(id))
            }
            Polling::Stopped | Polling::Stopping => None,
        }
    }

    fn close_view(&mut self, id: SubscriptionId) -> Option<Job> {
        let place = self.views.iter().position(|view| view.id == id)?;
        if !self.views[place].polling.is_stopped() || self.views.len() == 1 {
            return None;
        }
        self.views.remove(place);
        if self.shown == id {
            self.shown = self.views[place.min(self.views.len() - 1)].id;
        }
        None
    }

    fn ack(&mut self, id: SubscriptionId, rows: &[u64], now: Timestamp) -> Option<Job> {
        let source = self.view(id)?.source.clone()?;
        let connection = self.connection(&source.connection)?;
        if connection.profile.read_only {
            self.refuse_read_only(now);
            return None;
        }
        let handles = self.view_mut(id)?.rows.begin_ack(rows, now);
        if handles.is_empty() {
            return None;
        }
        Some(Job::Ack(Box::new(AckOrder {
            subscription: id,
            connection: source.connection,
            topic: source.topic,
            group: source.consume.group,
            handles,
        })))
    }

    /// On a start, the one thing to do next is to look: the view of the sandbox listens at once.
    fn sandbox_started(
        &mut self,
        addr: SocketAddr,
        wished: Option<SocketAddr>,
        now: Timestamp,
    ) -> Option<Job> {
        let first = self.sandbox == SandboxState::Starting;
        self.sandbox = SandboxState::Running(addr);
        let sandbox = &mut self.connections[0].profile;
        sandbox.endpoint = format!("http://{addr}");
        if let Some(wished) = wished {
            self.notify(Notice {
                at: now,
                level: Level::Warning,
                summary: Say::new("notice-port-taken")
                    .with("wished", wished)
                    .with("addr", addr),
                detail: String::new(),
                next_step: Some(Say::new("notice-port-taken-next")),
            });
        }
        let view = self.views.first()?;
        if first && self.selected == ConnectionId::Sandbox && view.source.is_none() {
            let (id, form) = (view.id, view.form.clone());
            return self.start_consuming(id, form);
        }
        None
    }

    fn sandbox_failed(&mut self, why: String, now: Timestamp) {
        self.sandbox = SandboxState::Failed(why.clone());
        self.notify_error(
            "notice-sandbox-failed",
            why,
            "notice-sandbox-failed-next",
            now,
        );
    }

    fn connection_saved(
        &mut self,
        profile: &ConnectionProfile,
        failed: Option<String>,
        keys: Option<KeysState>,
        now: Timestamp,
    ) {
        if let Some(why) = failed {
            self.edit = Some(EditOutcome::Failed(why));
            return;
        }
        self.edit = Some(EditOutcome::Saved);
        let id = ConnectionId::Profile(profile.id.clone());
        match self.connections.iter_mut().find(|c| c.id == id) {
            Some(connection) => connection.profile = profile.clone(),
            None => self.connections.push(Connection {
                id: id.clone(),
                profile: profile.clone(),
                keys: KeysState::Missing,
            }),
        }
        self.selected = id;
        if let Some(keys) = keys {
            if let KeysState::SessionOnly(why) = &keys {
                self.notify(Notice {
                    at: now,
                    level: Level::Warning,
                    summary: Say::new("notice-no-keyring"),
                    detail: why.clone(),
                    next_step: Some(Say::new("notice-no-keyring-next")),
                });
            }
            self.set_keys(&profile.id, keys);
        }
    }

    fn set_keys(&mut self, profile: &str, keys: KeysState) {
        let id = ConnectionId::Profile(profile.to_owned());
        if let Some(connection) = self.connections.iter_mut().find(|c| c.id == id) {
            connection.keys = keys;
        }
    }

    fn poll_failed(
        &mut self,
        id: SubscriptionId,
        trouble: Box<Trouble>,
        retry_at: Option<Timestamp>,
        now: Timestamp,
    ) {
        let Some(view) = self.view_mut(id) else {
            return;
        };
        let news = match (&view.polling, retry_at) {
            // The same failure again is not news.
            (Polling::Failing(before, _), _) if before.what == trouble.what => false,
            _ => true,
        };
        if let (Some(at), false) = (retry_at, view.polling == Polling::Stopping) {
            view.polling = Polling::Failing(trouble.clone(), at);
        }
        if news {
            self.notify_trouble(&trouble, now);
        }
    }

    fn acked(
        &mut self,
        id: SubscriptionId,
        done: &[ReceiptHandle],
        refused: Vec<crate::protocol::AckFailure>,
        at: Timestamp,
    ) {
        let Some(view) = self.view_mut(id) else {
            return;
        };
        view.acked += done.len() as u64;
        for handle in done {
            view.rows.end_ack(handle, AckState::Done(at));
        }
        for failure in refused {
            let handle = failure.handle.clone();
            view.rows.end_ack(&handle, AckState::Refused(failure));
        }
    }

    fn end_acks(
        &mut self,
        id: SubscriptionId,
        handles: &[ReceiptHandle],
        state: impl Fn() -> AckState,
    ) {
        if let Some(view) = self.view_mut(id) {
            for handle in handles {
                view.rows.end_ack(handle, state());
            }
        }
    }

    fn refuse_read_only(&mut self, now: Timestamp) {
        self.notify(Notice {
            at: now,
            level: Level::Warning,
            summary: Say::new("notice-read-only"),
            detail: String::new(),
            next_step: Some(Say::new("notice-read-only-next")),
        });
    }

    fn notify_trouble(&mut self, trouble: &Trouble, now: Timestamp) {
        self.notify(Notice {
            at: now,
            level: Level::Error,
            summary: trouble.what.clone(),
            detail: trouble.detail.clone(),
            next_step: Some(trouble.next.clone()),
        });
    }

    fn notify_error(
        &mut self,
        summary: &'static str,
        detail: String,
        next: &'static str,
        now: Timestamp,
    ) {
        self.notify(Notice {
            at: now,
            level: Level::Error,
            summary: Say::new(summary),
            detail,
            next_step: Some(Say::new(next)),
        });
    }

    fn notify(&mut self, notice: Notice) {
        self.notices.push_back(notice);
        self.unseen += 1;
        if self.notices.len() > MAX_NOTICES {
            self.notices.pop_front();
            self.unseen = self.unseen.min(MAX_NOTICES);
        }
    }
}
