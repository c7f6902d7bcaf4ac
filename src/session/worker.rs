//! Does the jobs: the only place of the application that touches network, keyring and disk.
//!
//! Each job is a task of its own, so that a slow one holds up nobody. Keyring and disk block, so
//! they run where blocking is allowed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::client::{Client, ClientSettings, Endpoint};
use crate::clock::Clock;
use crate::config::{Config, ConfigFile, ConnectionProfile};
use crate::credentials::Credentials;
use crate::protocol::{HandleList, NewMessage, OperationKind, TopicName};
use crate::sandbox::{Broker, Sandbox, SandboxSettings};
use crate::secrets::{Kept, Secrets};

use super::link::{EVENTS, JOBS};
use super::model::KeysState;
use super::say::{Say, Trouble};
use super::subscription::SubscriptionId;
use super::{
    AckOrder, ConnectionId, Event, GroupContent, Job, Link, TopicContent, Wake, poller, trouble,
};

/// How often the window is told what is in the sandbox, if that has changed.
const LOOK_AT_SANDBOX: Duration = Duration::from_millis(500);

/// What a worker needs.
pub struct Start {
    /// The time.
    pub clock: Clock,
    /// What is configured.
    pub config: Config,
    /// Where it is kept; `None` keeps nothing.
    pub file: Option<ConfigFile>,
    /// Where keys are kept.
    pub secrets: Secrets,
    /// How the embedded broker is set up.
    pub sandbox: SandboxSettings,
    /// Asks the window for a frame.
    pub wake: Wake,
}

/// Starts the worker on a runtime. It ends when the link is dropped.
pub fn start(runtime: &Handle, start: Start) -> Link {
    let (jobs, job_queue) = mpsc::channel(JOBS);
    let (events, event_queue) = mpsc::channel(EVENTS);
    let shared = Arc::new(Shared {
        clock: start.clock,
        sandbox: start.sandbox,
        secrets: start.secrets,
        disk: Mutex::new(Disk {
            config: start.config,
            file: start.file,
        }),
        clients: Mutex::new(HashMap::new()),
        sandbox_endpoint: Mutex::new(None),
        events,
        wake: start.wake,
    });
    runtime.spawn(run(shared, job_queue));
    Link {
        jobs,
        events: event_queue,
    }
}

/// What all tasks share.
pub(super) struct Shared {
    pub(super) clock: Clock,
    sandbox: SandboxSettings,
    secrets: Secrets,
    disk: Mutex<Disk>,
    clients: Mutex<HashMap<ConnectionId, Client>>,
    sandbox_endpoint: Mutex<Option<String>>,
    events: Sender<Event>,
    wake: Wake,
}

/// What is written to disk, and where.
struct Disk {
    config: Config,
    file: Option<ConfigFile>,
}

/// A lock that a panicking task cannot spoil for the others: each holds it for one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Tells the window. Waits if the window is behind, so that nothing is lost.
    pub(super) async fn emit(&self, event: Event) {
        // No receiver: the window is gone, and with it the need to tell.
        if self.events.send(event).await.is_ok() {
            (self.wake)();
        }
    }

    /// Where a connection goes, for messages.
    pub(super) fn endpoint_of(&self, id: &ConnectionId) -> String {
        match id {
            ConnectionId::Sandbox => lock(&self.sandbox_endpoint).clone().unwrap_or_default(),
            ConnectionId::Profile(profile) => self
                .profile(profile)
                .map(|profile| profile.endpoint)
                .unwrap_or_default(),
        }
    }

    /// The client of a connection; made once, with its keys from where they are kept.
    pub(super) async fn client(
        self: &Arc<Self>,
        id: &ConnectionId,
    ) -> Result<Client, Box<Trouble>> {
        if let Some(client) = lock(&self.clients).get(id) {
            return Ok(client.clone());
        }
        let (shared, wanted) = (Arc::clone(self), id.clone());
        let made = blocking(move || shared.make_client(&wanted)).await;
        let client = made.unwrap_or_else(|| Err(unusable("trouble-keyring", String::new())))?;
        lock(&self.clients).insert(id.clone(), client.clone());
        Ok(client)
    }

    fn make_client(&self, id: &ConnectionId) -> Result<Client, Box<Trouble>> {
        let settings = match id {
            ConnectionId::Sandbox => self.sandbox_client()?,
            ConnectionId::Profile(profile) => self.profile_client(profile)?,
        };
        let endpoint = settings.endpoint.to_string();
        Client::new(settings, self.clock.clone()).map_err(|error| {
            Box::new(trouble::of_client(
                &error,
                OperationKind::Consume,
                &endpoint,
            ))
        })
    }

    fn sandbox_client(&self) -> Result<ClientSettings, Box<Trouble>> {
        let endpoint: Endpoint = lock(&self.sandbox_endpoint)
            .as_deref()
            .and_then(|endpoint| endpoint.parse().ok())
            .ok_or_else(|| unusable("trouble-sandbox-down", String::new()))?;
        Ok(ClientSettings::new(
            endpoint,
            Credentials {
                access_key: self.sandbox.access_key.clone(),
                secret_key: self.sandbox.secret_key.clone(),
                security_token: None,
            },
        ))
    }

    fn profile_client(&self, id: &str) -> Result<ClientSettings, Box<Trouble>> {
        let profile = self
            .profile(id)
            .ok_or_else(|| unusable("trouble-settings", String::new()))?;
        let bad = |why: String| unusable("trouble-settings", why);
        let endpoint: Endpoint = profile
            .endpoint
            .parse()
            .map_err(|error: crate::client::InvalidEndpoint| bad(error.to_string()))?;
        let keys = self
            .secrets
            .load(id)
            .map_err(|error| unusable("trouble-keyring", error.to_string()))?
            .ok_or_else(|| unusable("trouble-no-keys", String::new()))?;
        let mut settings = ClientSettings::new(endpoint, keys);
        settings.instance = match profile.instance.trim() {
            "" => None,
            text => Some(
                text.parse()
                    .map_err(|error: crate::protocol::InvalidName| bad(error.to_string()))?,
            ),
        };
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        settings.proxy = filled(&profile.proxy);
        settings.ca_file = filled(&profile.ca_file).map(Into::into);
        Ok(settings)
    }

    fn profile(&self, id: &str) -> Option<ConnectionProfile> {
        let disk = lock(&self.disk);
        disk.config.profiles.iter().find(|p| p.id == id).cloned()
    }

    /// Changes what is kept and writes it. On an error nothing has changed.
    fn change_config(&self, change: impl FnOnce(&mut Config)) -> Result<(), String> {
        let mut disk = lock(&self.disk);
        let mut changed = disk.config.clone();
        change(&mut changed);
        if let Some(file) = &disk.file {
            file.save(&changed).map_err(|error| error.to_string())?;
        }
        disk.config = changed;
        Ok(())
    }
}

fn unusable(what: &'static str, detail: String) -> Box<Trouble> {
    let next = match what {
        "trouble-no-keys" => "trouble-no-keys-next",
        "trouble-keyring" => "trouble-keyring-next",
        "trouble-sandbox-down" => "trouble-sandbox-down-next",
        _ => "trouble-settings-next",
    };
    Box::new(Trouble {
        what: Say::new(what),
        next: Say::new(next),
        detail,
    })
}

/// Runs what blocks; `None` if it panicked, which costs only its own job.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

async fn run(shared: Arc<Shared>, mut jobs: Receiver<Job>) {
    let (stop_sandbox, sandbox_stopped) = watch::channel(false);
    let mut sandbox = start_sandbox(&shared, sandbox_stopped).await;
    let mut pollers: HashMap<SubscriptionId, watch::Sender<bool>> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut look = tokio::time::interval(LOOK_AT_SANDBOX);
    let mut seen: Vec<TopicContent> = Vec::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                None => break,
                Some(Job::StartPolling(order)) => {
                    let (stop, stopped) = watch::channel(false);
                    pollers.insert(order.subscription, stop);
                    tasks.spawn(poller::run(Arc::clone(&shared), *order, stopped));
                }
                // Dropping the sender would stop it too, but says less.
                Some(Job::StopPolling(id)) => {
                    if let Some(stop) = pollers.remove(&id) {
                        stop.send_replace(true);
                    }
                }
                Some(job) => {
                    tasks.spawn(carry_out(Arc::clone(&shared), job));
                }
            },
            _ = look.tick() => {
                let content = sandbox.as_ref().map(|(broker, _)| content_of(broker));
                if let Some(content) = content.filter(|content| *content != seen) {
                    seen.clone_from(&content);
                    shared.emit(Event::SandboxContent(content)).await;
                }
            }
            Some(_) = tasks.join_next() => {}
        }
    }
    tasks.shutdown().await;
    stop_sandbox.send_replace(true);
    if let Some((_, task)) = sandbox.take() {
        let _ = task.await;
    }
}

/// Where the sandbox should listen may be taken; then any free port of the same address does.
async fn start_sandbox(
    shared: &Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) -> Option<(Arc<Broker>, JoinHandle<()>)> {
    let wished = shared.sandbox.listen;
    let bound = match Sandbox::bind(shared.sandbox.clone(), shared.clock.clone()).await {
        Err(error) if error.is_address_in_use() => {
            let mut elsewhere = shared.sandbox.clone();
            elsewhere.listen.set_port(0);
            Sandbox::bind(elsewhere, shared.clock.clone())
                .await
                .map(|sandbox| (sandbox, Some(wished)))
        }
        other => other.map(|sandbox| (sandbox, None)),
    };
    let (sandbox, wished) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            shared.emit(Event::SandboxFailed(error.to_string())).await;
            return None;
        }
    };
    let (addr, broker) = (sandbox.addr(), sandbox.broker());
    *lock(&shared.sandbox_endpoint) = Some(format!("http://{addr}"));
    let teller = Arc::clone(shared);
    let task = tokio::spawn(async move {
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = sandbox.run(shutdown).await {
            teller.emit(Event::SandboxFailed(error.to_string())).await;
        }
    });
    shared.emit(Event::SandboxStarted { addr, wished }).await;
    Some((broker, task))
}

fn content_of(broker: &Broker) -> Vec<TopicContent> {
    let overview = broker.overview();
    overview
        .topics
        .into_iter()
        .map(|topic| TopicContent {
            instance: topic.instance,
            topic: topic.topic,
            messages: topic.messages,
            groups: topic
                .groups
                .into_iter()
                .map(|group| GroupContent {
                    group: group.group,
                    ready: group.ready,
                    invisible: group.invisible,
                })
                .collect(),
        })
        .collect()
}

async fn carry_out(shared: Arc<Shared>, job: Job) {
    match job {
        Job::Publish(connection, topic, message) => {
            let event = publish(&shared, &connection, &topic, &message).await;
            shared.emit(event).await;
        }
        Job::Ack(order) => ack(&shared, *order).await,
        Job::SaveConnection(profile, keys) => {
            let worker = Arc::clone(&shared);
            let event = blocking(move || save_connection(&worker, profile, keys)).await;
            if let Some(event) = event {
                shared.emit(event).await;
            }
        }
        Job::DeleteConnection(id) => {
            let worker = Arc::clone(&shared);
            let failed = blocking(move || delete_connection(&worker, &id)).await;
            if let Some(Err(why)) = failed {
                shared.emit(Event::ConfigNotWritten(why)).await;
            }
        }
        Job::SavePreferences(preferences) => {
            let worker = Arc::clone(&shared);
            let written =
                blocking(move || worker.change_config(|config| config.preferences = preferences));
            if let Some(Err(why)) = written.await {
                shared.emit(Event::ConfigNotWritten(why)).await;
            }
        }
        Job::FindKeys(id) => {
            let worker = Arc::clone(&shared);
            let found = blocking(move || {
                let state = find_keys(&worker.secrets, &id);
                Event::KeysFound(id, state)
            });
            if let Some(event) = found.await {
                shared.emit(event).await;
            }
        }
        // Served where the pollers are kept.
        Job::StartPolling(_) | Job::StopPolling(_) => {}
    }
}

async fn publish(
    shared: &Arc<Shared>,
    connection: &ConnectionId,
    topic: &TopicName,
    message: &NewMessage,
) -> Event {
    let client = match shared.client(connection).await {
        Ok(client) => client,
        Err(trouble) => return Event::PublishFailed(trouble),
    };
    match client.publish(topic, message).await {
        Ok(answer) => Event::Published {
            receipt: answer.value,
            request_id: answer.request_id,
            elapsed: answer.elapsed,
        },
        Err(error) => {
            let endpoint = shared.endpoint_of(connection);
            let trouble = trouble::of_client(&error, OperationKind::Publish, &endpoint);
            Event::PublishFailed(Box::new(trouble))
        }
    }
}

async fn ack(shared: &Arc<Shared>, order: AckOrder) {
    let subscription = order.subscription;
    let client = match shared.client(&order.connection).await {
        Ok(client) => client,
        Err(trouble) => {
            let handles = order.handles;
            let event = Event::AckFailed {
                subscription,
                handles,
                trouble,
            };
            return shared.emit(event).await;
        }
    };
    for handles in HandleList::chunks(&order.handles) {
        let answer = client.ack(&order.topic, &order.group, &handles).await;
        let handles = handles.as_slice();
        let event = match answer {
            Ok(answer) => {
                let refused = answer.value;
                let done = handles
                    .iter()
                    .filter(|handle| refused.iter().all(|failure| failure.handle != **handle))
                    .cloned()
                    .collect();
                Event::Acked {
                    subscription,
                    done,
                    refused,
                    at: answer.received_at,
                }
            }
            Err(error) => {
                let endpoint = shared.endpoint_of(&order.connection);
                let trouble = trouble::of_client(&error, OperationKind::Ack, &endpoint);
                Event::AckFailed {
                    subscription,
                    handles: handles.to_vec(),
                    trouble: Box::new(trouble),
                }
            }
        };
        shared.emit(event).await;
    }
}

fn save_connection(
    shared: &Shared,
    profile: Box<ConnectionProfile>,
    keys: Option<Credentials>,
) -> Event {
    let changed = (*profile).clone();
    let failed = shared
        .change_config(
            |config| match config.profiles.iter_mut().find(|p| p.id == changed.id) {
                Some(old) => *old = changed,
                None => config.profiles.push(changed),
            },
        )
        .err();
    let keys = match (&failed, keys) {
        (None, Some(keys)) => Some(match shared.secrets.store(&profile.id, &keys) {
            Kept::Keyring => KeysState::Keyring,
            Kept::SessionOnly { why } => KeysState::SessionOnly(why),
        }),
        _ => None,
    };
    // The next use makes a client of the new settings.
    lock(&shared.clients).remove(&ConnectionId::Profile(profile.id.clone()));
    Event::ConnectionSaved {
        profile,
        failed,
        keys,
    }
}

fn delete_connection(shared: &Shared, id: &str) -> Result<(), String> {
    shared.change_config(|config| config.profiles.retain(|profile| profile.id != id))?;
    lock(&shared.clients).remove(&ConnectionId::Profile(id.to_owned()));
    shared.secrets.delete(id).map_err(|error| error.to_string())
}

fn find_keys(secrets: &Secrets, id: &str) -> KeysState {
    match secrets.load(id) {
        Ok(Some(_)) => KeysState::Keyring,
        Ok(None) => KeysState::Missing,
        Err(error) => KeysState::Unreadable(error.to_string()),
    }
}
