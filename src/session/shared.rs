//! What all tasks of the worker share: the way to the window, the clients of all connections, the
//! configuration and the keys. Decides nothing about jobs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::Sender;
use tokio::sync::{Notify, watch};

use secrecy::SecretString;

use crate::cards::{Card, Doing};
use crate::client::{AdminClient, Client, ClientSettings, Endpoint, InvalidEndpoint};
use crate::clock::Clock;
use crate::config::{
    Config, ConfigError, ConfigFile, ConnectionProfile, Preferences, WatchedConfig,
};
use crate::credentials::Credentials;
use crate::explained::file::mistake;
use crate::protocol::InvalidName;
use crate::sandbox::SandboxSettings;
use crate::secrets::{Kept, Secrets, SecretsError};

use super::chooser::Dialogs;
use super::desktop::listener::DesktopSource;
use super::folders::Folders;
use super::model::KeysState;
use super::say::{Say, Trouble};
use super::settings::{ConfigEvent, ConfigTrouble};
use super::traffic::tap::Tap;
use super::{ConnectionId, Event, KeysEdit, Wake, history_file};

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
    /// Where the window keeps its own data; `None` keeps nothing.
    pub data_dir: Option<PathBuf>,
    /// How the embedded broker is set up; looked at anew for each start, when what was in the way of
    /// an earlier one may be gone.
    pub sandbox: watch::Receiver<SandboxSettings>,
    /// What shows file dialogs.
    pub dialogs: Dialogs,
    /// Who tells what the desktop asks for.
    pub desktop: DesktopSource,
    /// Asks the window for a frame.
    pub wake: Wake,
}

/// What all tasks share.
pub(super) struct Shared {
    pub(super) clock: Clock,
    sandbox: watch::Receiver<SandboxSettings>,
    secrets: Secrets,
    data_dir: Option<PathBuf>,
    dialogs: Dialogs,
    disk: Mutex<Disk>,
    clients: Mutex<HashMap<ConnectionId, Client>>,
    admins: Mutex<HashMap<ConnectionId, AdminClient>>,
    /// Something was done to a sandbox: whoever watches one looks at once.
    pub(super) look_now: Notify,
    sandbox_endpoint: Mutex<Option<String>>,
    /// Counts changes of profiles.
    revision: AtomicU64,
    events: Sender<Event>,
    /// To the task that keeps the history.
    history: Sender<history_file::Wish>,
    tap: Tap,
    wake: Wake,
}

/// What is written to disk, and where.
struct Disk {
    config: Config,
    file: Option<WatchedConfig>,
    /// Preferences that hold and could not be written, as the file cannot be understood.
    unwritten: Option<Unwritten>,
}

/// What was changed here while the file could not be understood.
#[derive(Clone)]
struct Unwritten {
    from: Preferences,
    to: Preferences,
}

impl Unwritten {
    /// These preferences with what was changed here.
    fn upon(&self, preferences: &Preferences) -> Preferences {
        preferences.with_changes(&self.from, &self.to)
    }
}

impl Disk {
    /// Changes what is kept and writes it. On an error nothing has changed.
    fn change(&mut self, change: impl FnOnce(&mut Config)) -> Result<(), ConfigError> {
        match &mut self.file {
            // Another window, or a person with an editor, may have changed the file meanwhile.
            Some(file) => self.config = file.change(&self.config, change)?,
            None => change(&mut self.config),
        }
        Ok(())
    }

    /// Keeps preferences: of those in the file, what was changed here is changed there.
    fn save(&mut self, wanted: Preferences) -> Result<Vec<ConfigEvent>, String> {
        let from = match self.unwritten.take() {
            Some(unwritten) => unwritten.from,
            None => self.config.preferences.clone(),
        };
        let waited = Unwritten {
            from,
            to: wanted.clone(),
        };
        match self.change(|config| config.preferences = waited.upon(&config.preferences)) {
            Ok(()) => {}
            Err(error) if error.position().is_some() => {
                self.unwritten = Some(waited);
                return Ok(vec![ConfigEvent::Waits]);
            }
            Err(error) => return Err(error.to_string()),
        }
        let mut events = Vec::new();
        if self.config.preferences != wanted {
            events.push(ConfigEvent::Reloaded(Box::new(self.config.clone())));
        }
        events.push(ConfigEvent::CaughtUp);
        events.extend(self.unknown());
        Ok(events)
    }

    fn unknown(&self) -> Option<ConfigEvent> {
        let file = self.file.as_ref()?;
        Some(ConfigEvent::Unknown(file.unknown()))
    }

    /// What has become of the file since the last look.
    fn look(&mut self) -> Vec<ConfigEvent> {
        let looked = self.file.as_mut().and_then(WatchedConfig::look);
        let mut read = match looked {
            None => return Vec::new(),
            Some(Ok(read)) => read,
            Some(Err(error)) => {
                let at = error.position();
                let what = match at {
                    Some(_) => mistake(&error.what()),
                    None => Say::new("file-refused").with("what", error.what()),
                };
                return vec![ConfigEvent::Broken(ConfigTrouble { at, what })];
            }
        };
        read.keep_passwords_of(&self.config);
        let mut events = Vec::new();
        if let Some(waited) = self.unwritten.take() {
            self.config = read;
            match self.change(|config| config.preferences = waited.upon(&config.preferences)) {
                Ok(()) => events.push(ConfigEvent::CaughtUp),
                // It holds all the same, and goes with the next change.
                Err(_) => {
                    self.config.preferences = waited.upon(&self.config.preferences);
                    self.unwritten = Some(waited);
                }
            }
            events.push(ConfigEvent::Reloaded(Box::new(self.config.clone())));
        } else if read == self.config {
            events.push(ConfigEvent::Same);
        } else {
            self.config.clone_from(&read);
            events.push(ConfigEvent::Reloaded(Box::new(read)));
        }
        events.extend(self.unknown());
        events
    }
}

/// A lock that a panicking task cannot spoil for the others: each holds it for one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(super) fn new(
        start: Start,
        events: Sender<Event>,
        history: Sender<history_file::Wish>,
        tap: Tap,
    ) -> Self {
        Self {
            clock: start.clock,
            sandbox: start.sandbox,
            secrets: start.secrets,
            data_dir: start.data_dir,
            dialogs: start.dialogs,
            disk: Mutex::new(Disk {
                config: start.config,
                file: start.file.map(WatchedConfig::new),
                unwritten: None,
            }),
            clients: Mutex::new(HashMap::new()),
            admins: Mutex::new(HashMap::new()),
            look_now: Notify::new(),
            sandbox_endpoint: Mutex::new(None),
            revision: AtomicU64::new(0),
            events,
            history,
            tap,
            wake: start.wake,
        }
    }

    /// How the embedded broker is to be set up.
    pub(super) fn sandbox_settings(&self) -> SandboxSettings {
        self.sandbox.borrow().clone()
    }

    /// The token of its admin API.
    fn sandbox_token(&self) -> Option<SecretString> {
        self.sandbox.borrow().admin_token.clone()
    }

    /// The embedded broker takes requests here from now on.
    pub(super) fn sandbox_listens_on(&self, addr: SocketAddr) {
        *lock(&self.sandbox_endpoint) = Some(format!("http://{addr}"));
        // It may have listened elsewhere before.
        lock(&self.clients).remove(&ConnectionId::Sandbox);
        lock(&self.admins).remove(&ConnectionId::Sandbox);
    }

    /// Where exchanges come in.
    pub(super) fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Tells the window. Waits if the window is behind, so that nothing is lost.
    pub(super) async fn emit(&self, event: Event) {
        // No receiver: the window is gone, and with it the need to tell.
        if self.events.send(event).await.is_ok() {
            (self.wake)();
        }
    }

    /// Asks the task that keeps the history. Waits if it is behind.
    pub(super) async fn ask_history(&self, wish: history_file::Wish) {
        // Nobody there any more: mqscope ends.
        let _ = self.history.send(wish).await;
    }

    /// What a connection is called; the sandbox has no name of its own.
    pub(super) fn name_of(&self, id: &ConnectionId) -> String {
        match id {
            ConnectionId::Sandbox => String::new(),
            ConnectionId::Profile(profile) => self
                .profile(profile)
                .map(|profile| profile.name)
                .unwrap_or_default(),
        }
    }

    /// The same for those who may block.
    pub(super) fn emit_blocking(&self, event: Event) {
        if self.events.blocking_send(event).is_ok() {
            (self.wake)();
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
        let revision = self.revision.load(Ordering::Relaxed);
        let (shared, wanted) = (Arc::clone(self), id.clone());
        let made = blocking(move || shared.make_client(&wanted)).await;
        let client = made.unwrap_or_else(|| Err(unusable("trouble-keyring", String::new())))?;
        if self.revision.load(Ordering::Relaxed) == revision {
            lock(&self.clients).insert(id.clone(), client.clone());
        }
        Ok(client)
    }

    fn make_client(&self, id: &ConnectionId) -> Result<Client, Box<Trouble>> {
        let settings = match id {
            ConnectionId::Sandbox => self.sandbox_client()?,
            ConnectionId::Profile(profile) => self.profile_client(profile)?,
        };
        Client::new(settings, self.clock.clone())
            .map_err(|error| Box::new(Card::of_error(&error, Doing::Examine).into()))
    }

    /// The client of a sandbox's admin API; made once, with its token from where it is kept.
    pub(super) async fn admin_client(
        self: &Arc<Self>,
        id: &ConnectionId,
    ) -> Result<AdminClient, Box<Trouble>> {
        if let Some(client) = lock(&self.admins).get(id) {
            return Ok(client.clone());
        }
        let revision = self.revision.load(Ordering::Relaxed);
        let (shared, wanted) = (Arc::clone(self), id.clone());
        let made = blocking(move || shared.make_admin_client(&wanted)).await;
        let client = made.unwrap_or_else(|| Err(unusable("trouble-keyring", String::new())))?;
        if self.revision.load(Ordering::Relaxed) == revision {
            lock(&self.admins).insert(id.clone(), client.clone());
        }
        Ok(client)
    }

    fn make_admin_client(&self, id: &ConnectionId) -> Result<AdminClient, Box<Trouble>> {
        let (settings, token): (ClientSettings, Option<SecretString>) = match id {
            ConnectionId::Sandbox => (self.sandbox_client()?, self.sandbox_token()),
            ConnectionId::Profile(profile) => {
                let settings = self.profile_client(profile)?;
                let token = settings.credentials.admin_token.clone();
                (settings, token)
            }
        };
        let token = token.ok_or_else(|| unusable("trouble-admin-token", String::new()))?;
        AdminClient::with(settings, &token, self.clock.clone())
            .map_err(|error| Box::new(Card::of_error(&error, Doing::Look).into()))
    }

    /// Clients of the sandbox in this process whose exchanges nobody hears of.
    pub(super) async fn quiet_sandbox(
        self: &Arc<Self>,
    ) -> Result<(Client, AdminClient), Box<Trouble>> {
        let shared = Arc::clone(self);
        let made = blocking(move || {
            let settings = ClientSettings {
                observer: None,
                ..shared.sandbox_client()?
            };
            let token = shared.sandbox_token();
            let token = token.ok_or_else(|| unusable("trouble-admin-token", String::new()))?;
            let clock = || shared.clock.clone();
            let client = Client::new(settings.clone(), clock())
                .map_err(|error| Box::new(Card::of_error(&error, Doing::Examine).into()))?;
            let admin = AdminClient::with(settings, &token, clock())
                .map_err(|error| Box::new(Card::of_error(&error, Doing::Look).into()))?;
            Ok((client, admin))
        });
        let made = made.await;
        made.unwrap_or_else(|| Err(unusable("trouble-sandbox-down", String::new())))
    }

    fn sandbox_client(&self) -> Result<ClientSettings, Box<Trouble>> {
        let endpoint: Endpoint = lock(&self.sandbox_endpoint)
            .as_deref()
            .and_then(|endpoint| endpoint.parse().ok())
            .ok_or_else(|| unusable("trouble-sandbox-down", String::new()))?;
        let keys = self
            .sandbox_settings()
            .client_keys()
            .ok_or_else(|| unusable("trouble-no-keys", String::new()))?;
        Ok(ClientSettings {
            observer: Some(self.tap.observer(&ConnectionId::Sandbox)),
            ..ClientSettings::new(endpoint, keys)
        })
    }

    fn profile_client(&self, id: &str) -> Result<ClientSettings, Box<Trouble>> {
        let profile = self
            .profile(id)
            .ok_or_else(|| unusable("trouble-settings", String::new()))?;
        self.settings_with(&profile, KeysEdit::Keep)
    }

    /// How a client of this profile is made, saved or not, with the keys that are kept for it
    /// unless there are new ones. Blocks on the keyring.
    pub(super) fn settings_with(
        &self,
        profile: &ConnectionProfile,
        keys: KeysEdit,
    ) -> Result<ClientSettings, Box<Trouble>> {
        let bad = |why: String| unusable("trouble-settings", why);
        let endpoint: Endpoint = profile
            .endpoint
            .parse()
            .map_err(|error: InvalidEndpoint| bad(error.to_string()))?;
        let keys = match keys {
            KeysEdit::Replace(keys) => keys,
            KeysEdit::Keep | KeysEdit::AdminToken(_) => self
                .secrets
                .load(&profile.id)
                .map_err(|error| unusable("trouble-keyring", error.to_string()))?
                .ok_or_else(|| unusable("trouble-no-keys", String::new()))?,
        };
        let mut settings = ClientSettings::new(endpoint, keys);
        settings.instance = match profile.instance.trim() {
            "" => None,
            text => Some(
                text.parse()
                    .map_err(|error: InvalidName| bad(error.to_string()))?,
            ),
        };
        let filled = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let proxy = lock(&self.disk).config.preferences.proxy.clone();
        let local = settings.endpoint.is_local();
        settings.proxy = proxy.address(&profile.proxy, local).map(str::to_owned);
        settings.system_proxy = proxy.takes_system();
        settings.ca_file = filled(&profile.ca_file).map(Into::into);
        let id = ConnectionId::Profile(profile.id.clone());
        settings.observer = Some(self.tap.observer(&id));
        Ok(settings)
    }

    /// The keys that requests of a connection are signed with. Blocks on the keyring.
    pub(super) fn keys_of(&self, id: &ConnectionId) -> Result<Credentials, Box<Trouble>> {
        let keys = match id {
            ConnectionId::Sandbox => Ok(self.sandbox_settings().client_keys()),
            ConnectionId::Profile(profile) => self.secrets.load(profile),
        };
        keys.map_err(|error| unusable("trouble-keyring", error.to_string()))?
            .ok_or_else(|| unusable("trouble-no-keys", String::new()))
    }

    fn profile(&self, id: &str) -> Option<ConnectionProfile> {
        let disk = lock(&self.disk);
        disk.config.profiles.iter().find(|p| p.id == id).cloned()
    }

    /// Changes what is kept and writes it. On an error nothing has changed.
    pub(super) fn change_config(&self, change: impl FnOnce(&mut Config)) -> Result<(), String> {
        lock(&self.disk)
            .change(change)
            .map_err(|error| error.to_string())
    }

    /// Looks whether somebody else has changed the file, and what that means.
    pub(super) fn look_at_config(&self) -> Vec<Event> {
        let events = lock(&self.disk).look();
        let reloaded = |event: &ConfigEvent| matches!(event, ConfigEvent::Reloaded(_));
        if events.iter().any(reloaded) {
            self.forget_clients();
        }
        events.into_iter().map(Event::Config).collect()
    }

    /// Opens the file in what this desktop opens such files with; there is one from then on.
    pub(super) fn open_config(&self) -> Option<Event> {
        let path = lock(&self.disk).file.as_ref()?.file().path().to_owned();
        let opened = match path.exists() {
            true => Ok(()),
            false => self.change_config(|_| {}),
        };
        let opened = opened.and_then(|()| self.dialogs.open(&path));
        let why = opened.err()?;
        Some(Event::Config(ConfigEvent::NotOpened(why)))
    }

    /// What shows file dialogs.
    pub(super) fn dialogs(&self) -> &Dialogs {
        &self.dialogs
    }

    /// Where things are kept.
    pub(super) fn folders(&self) -> Folders {
        let disk = lock(&self.disk);
        let file = disk.file.as_ref().map(|file| file.file().path());
        Folders {
            settings: file.and_then(Path::parent).map(Path::to_owned),
            data: self.data_dir.clone(),
        }
    }

    /// Where the window keeps its own data, if anywhere.
    pub(super) fn data_dir(&self) -> Option<&Path> {
        self.data_dir.as_deref()
    }

    /// Keeps a profile, and keys if there are new ones. On an error nothing has changed.
    pub(super) fn save_connection(&self, profile: Box<ConnectionProfile>, keys: KeysEdit) -> Event {
        // Looked for first: without them nothing is saved, and the form says so.
        let keys = match self.new_keys(&profile.id, keys) {
            Ok(keys) => keys,
            Err(error) => {
                return Event::ConnectionSaved {
                    profile,
                    failed: Some(error.to_string()),
                    keys: None,
                };
            }
        };
        let changed = (*profile).clone();
        let failed = self
            .change_config(
                |config| match config.profiles.iter_mut().find(|p| p.id == changed.id) {
                    Some(old) => *old = changed,
                    None => config.profiles.push(changed),
                },
            )
            .err();
        let keys = match (&failed, keys) {
            (None, Some(keys)) => Some(match self.secrets.store(&profile.id, &keys) {
                Kept::Keyring => KeysState::Keyring,
                Kept::SessionOnly { why } => KeysState::SessionOnly(why),
            }),
            _ => None,
        };
        self.forget_client(&profile.id);
        Event::ConnectionSaved {
            profile,
            failed,
            keys,
        }
    }

    /// The keys that are to be stored, if any are.
    fn new_keys(&self, id: &str, keys: KeysEdit) -> Result<Option<Credentials>, SecretsError> {
        match keys {
            KeysEdit::Keep => Ok(None),
            KeysEdit::Replace(keys) => Ok(Some(keys)),
            KeysEdit::AdminToken(token) => match self.secrets.load(id)? {
                Some(keys) => Ok(Some(Credentials {
                    admin_token: Some(token),
                    ..keys
                })),
                None => Err(SecretsError::Missing),
            },
        }
    }

    /// Forgets a profile and its keys. What went wrong, if anything did.
    pub(super) fn delete_connection(&self, id: &str) -> Option<Event> {
        let forgotten =
            self.change_config(|config| config.profiles.retain(|profile| profile.id != id));
        if let Err(why) = forgotten {
            return Some(Event::ConfigNotWritten(why));
        }
        self.forget_client(id);
        let error = self.secrets.delete(id).err()?;
        Some(Event::KeysNotDeleted(error.to_string()))
    }

    /// Keeps what somebody chose. What others changed in the file meanwhile stays.
    pub(super) fn save_preferences(&self, preferences: Preferences) -> Vec<Event> {
        let mut disk = lock(&self.disk);
        let other_way = disk.config.preferences.proxy != preferences.proxy;
        let saved = disk.save(preferences);
        drop(disk);
        if saved.is_ok() && other_way {
            self.forget_clients();
        }
        match saved {
            Ok(events) => events.into_iter().map(Event::Config).collect(),
            Err(why) => vec![Event::ConfigNotWritten(why)],
        }
    }

    /// The next use of any connection makes a new client.
    fn forget_clients(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
        lock(&self.clients).clear();
        lock(&self.admins).clear();
    }

    /// The next use makes a client of the new settings; one that is being made is not kept.
    fn forget_client(&self, id: &str) {
        self.revision.fetch_add(1, Ordering::Relaxed);
        let id = ConnectionId::Profile(id.to_owned());
        lock(&self.clients).remove(&id);
        lock(&self.admins).remove(&id);
    }

    /// Whether there are keys for a profile.
    pub(super) fn find_keys(&self, id: &str) -> KeysState {
        match self.secrets.load(id) {
            Ok(Some(_)) => KeysState::Keyring,
            Ok(None) => KeysState::Missing,
            Err(error) => KeysState::Unreadable(error.to_string()),
        }
    }
}

pub(super) fn unusable(what: &'static str, detail: String) -> Box<Trouble> {
    let next = match what {
        "trouble-no-keys" => "trouble-no-keys-next",
        "trouble-keyring" => "trouble-keyring-next",
        "trouble-admin-token" => "trouble-admin-token-next",
        "trouble-sandbox-down" => "trouble-sandbox-down-next",
        _ => "trouble-settings-next",
    };
    Box::new(Trouble::new(Say::new(what), Say::new(next), detail))
}

/// Runs what blocks; `None` if it panicked, which costs only its own job.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
