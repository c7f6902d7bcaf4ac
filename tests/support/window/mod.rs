//! The whole window without a display: the real app over a real worker and a real sandbox, under
//! a clock that stands still until a test moves it. Finds widgets by their accessible names only.
//!
//! Nothing here sleeps. A test waits for the worker to wake the window, as the window itself does,
//! so a change that nobody announces is a failure.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

pub(crate) mod audit;
mod doing;
mod looking;
mod outside;
mod time;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::OutputCommand;
use egui::accesskit::Role;
use egui_kittest::kittest::NodeT as _;
use egui_kittest::{Harness, Node};
use mqscope::clock::{Clock, ClockHand};
use mqscope::config::{Config, ConfigFile, ConnectionProfile, LanguageChoice};
use mqscope::i18n::{Lang, Texts, Value};
use mqscope::protocol::{Profile, Timestamp};
use mqscope::sandbox::SandboxSettings;
use mqscope::secrets::Secrets;
use mqscope::session::outbox::Surroundings;
use mqscope::session::{self, Desktop, DesktopSource, Dialogs, Model, Setup, Workspace};
use mqscope::ui::App;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Longer than anything here takes on a busy machine; only a hang reaches it. Shorter than what a
/// client gives a poll that nobody answers, as here, where the clock stands still.
const LIMIT: Duration = Duration::from_secs(15);

/// Sun, 22 Nov 2026 10:14:07 GMT. Whole seconds, so that countdowns begin with a round number.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_795_342_447_000);

/// What opens the sandbox's admin API.
pub(crate) const ADMIN_TOKEN: &str = "test-admin-token";

/// Frames from a click to all that it causes without the worker: the pointer moves, presses and
/// lets go in one frame each, the command is carried out at the end of a frame, drawn in the next,
/// and a panel that appears is laid out in the one after.
const FRAMES: usize = 3;

/// Bytes of a body from which on the form edits a part of it at a time.
const LONG: usize = 12 << 10;

/// A sentence of the interface in English.
pub(crate) fn en(key: &str) -> String {
    say(Lang::En, key)
}

/// The same with values in it.
pub(crate) fn en_with(key: &str, values: &[(&'static str, &str)]) -> String {
    say_with(Lang::En, key, values)
}

/// The same in a language.
pub(crate) fn say_with(lang: Lang, key: &str, values: &[(&'static str, &str)]) -> String {
    let values: Vec<(&'static str, Value<'_>)> = values
        .iter()
        .map(|(name, value)| (*name, Value::from(*value)))
        .collect();
    let text = Texts::of(lang).format(key, &values);
    assert_ne!(text, key, "there is no such text");
    text
}

/// A sentence of the interface.
pub(crate) fn say(lang: Lang, key: &str) -> String {
    let text = Texts::of(lang).get(key);
    assert_ne!(text, key, "there is no such text without values");
    text.to_owned()
}

/// What a window starts from.
pub(crate) struct Start {
    pub(crate) size: [f32; 2],
    pub(crate) config: Config,
    /// What stands in the file of the settings instead of that, which nobody could read.
    pub(crate) config_text: Option<&'static str>,
    pub(crate) secrets: Secrets,
    pub(crate) listen: SocketAddr,
    /// What the sandbox keeps its messages in.
    pub(crate) data_dir: Option<PathBuf>,
    /// Where the window keeps its own data, if it is to be found there again.
    pub(crate) window_data: Option<PathBuf>,
    /// What was there when an earlier window closed.
    pub(crate) workspace: Workspace,
    /// Files of the window's data folder, by name, from an earlier run.
    pub(crate) files: Vec<(&'static str, String)>,
    /// What variables in a draft may know of the machine.
    pub(crate) surroundings: Surroundings,
    /// The window's own clock, where it is not the one that everybody shares.
    pub(crate) own_clock: Option<Clock>,
    /// Whether the worker and the sandbox go by the system's clock, for tests of what only a
    /// running clock can do. Nothing there waits for time to pass.
    pub(crate) system_clock: bool,
    /// After so many deliveries without an ack a message becomes a dead letter.
    pub(crate) max_deliveries: u32,
    /// What shows file dialogs.
    pub(crate) dialogs: Dialogs,
    /// What the desktop asks of every window from the start.
    pub(crate) desktop: Desktop,
    /// Whether characters may be typed that no font can show.
    pub(crate) missing_glyphs: bool,
    /// How far time is from one frame to the next, in seconds.
    pub(crate) frame: f32,
    /// What has happened before the window opens.
    pub(crate) before: fn(&mut Model),
}

impl Default for Start {
    fn default() -> Self {
        let mut config = Config::default();
        config.preferences.language = LanguageChoice::En;
        config.preferences.first_minute_seen = true;
        Self {
            size: [1440.0, 900.0],
            config,
            config_text: None,
            secrets: Secrets::session_only(),
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            data_dir: None,
            window_data: None,
            workspace: Workspace::default(),
            files: Vec::new(),
            surroundings: Surroundings::default(),
            own_clock: None,
            system_clock: false,
            max_deliveries: 288,
            dialogs: Dialogs::Nowhere,
            desktop: Desktop::default(),
            missing_glyphs: false,
            frame: 0.25,
            before: |_| {},
        }
    }
}

impl Start {
    /// With one more connection, whose id is its name.
    pub(crate) fn with(mut self, name: &str, kind: Profile, endpoint: &str) -> Self {
        self.config.profiles.push(ConnectionProfile {
            id: name.to_owned(),
            endpoint: endpoint.to_owned(),
            topic: "orders".to_owned(),
            group: "GID_debug".to_owned(),
            ..ConnectionProfile::new(name, kind)
        });
        self
    }
}

/// Which of several fields of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// There is only one.
    Only,
    /// The head of the consume view, in the middle.
    Head,
    /// The publish form, on the right.
    Form,
}

/// Where what is copied goes, in whichever frame that is.
struct Clipboard(Arc<Mutex<Option<String>>>);

impl egui::Plugin for Clipboard {
    fn debug_name(&self) -> &'static str {
        "clipboard"
    }

    fn output_hook(&mut self, _: &egui::Context, output: &mut egui::FullOutput) {
        for command in &output.platform_output.commands {
            if let OutputCommand::CopyText(text) = command {
                *self.0.lock().expect("nobody panics with it") = Some(text.clone());
            }
        }
    }
}

/// The window.
pub(crate) struct Window {
    harness: Harness<'static, App>,
    wakes: Receiver<()>,
    hand: ClockHand,
    clock: Clock,
    folder: TempDir,
    data: PathBuf,
    runtime: Runtime,
    copied: Arc<Mutex<Option<String>>>,
    desktop: watch::Sender<Desktop>,
    sandbox: watch::Sender<SandboxSettings>,
}

impl Window {
    /// A first start, with the sandbox up and its consume view running.
    pub(crate) fn open() -> Self {
        let mut window = Self::start(Start::default());
        window.until_running();
        window
    }

    /// A start whose sandbox may not be up yet.
    pub(crate) fn start(mut start: Start) -> Self {
        let mut model = Model::new(Setup {
            profiles: start.config.profiles.clone(),
            preferences: start.config.preferences.clone(),
            settings_path: Some("config.toml".into()),
            workspace: std::mem::take(&mut start.workspace),
            notices: Vec::new(),
            surroundings: start.surroundings.clone(),
        });
        (start.before)(&mut model);
        Self::with_model(start, model)
    }

    /// The same with a model to which anything may have happened.
    pub(crate) fn with_model(start: Start, model: Model) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (mut clock, hand) = Clock::manual(BEGIN);
        if start.system_clock {
            clock = Clock::system();
        }
        let (waker, wakes) = mpsc::channel();
        let (desktop, told) = watch::channel(start.desktop);
        let file = ConfigFile::at(folder.path());
        let data = start.window_data.clone();
        let data = data.unwrap_or_else(|| folder.path().join("data"));
        if start.config != Config::default() {
            file.save(&start.config).expect("the file can be written");
        }
        if let Some(text) = start.config_text {
            std::fs::write(file.path(), text).expect("the file can be written");
        }
        for (name, text) in &start.files {
            let data = folder.path().join("data");
            std::fs::create_dir_all(&data).expect("a folder");
            std::fs::write(data.join(name), text).expect("the file can be written");
        }
        let (sandbox, set_up) = watch::channel(SandboxSettings {
            listen: start.listen,
            data_dir: start.data_dir,
            admin_token: Some(ADMIN_TOKEN.into()),
            max_deliveries: start.max_deliveries,
            ..SandboxSettings::default()
        });
        let (link, _worker) = session::start(
            runtime.handle(),
            session::Start {
                clock: clock.clone(),
                config: start.config,
                file: Some(file),
                secrets: start.secrets,
                data_dir: Some(data.clone()),
                sandbox: set_up,
                dialogs: start.dialogs,
                desktop: DesktopSource::Told(told),
                wake: Arc::new(move || {
                    // Nobody listens any more once the test is over.
                    let _ = waker.send(());
                }),
            },
        );
        let own = start.own_clock.unwrap_or_else(|| clock.clone());
        let mut builder = Harness::builder()
            .with_size(start.size)
            .with_step_dt(start.frame)
            // Its own check runs only where a window comes to rest; ours looks at every state.
            .with_accessibility_check(false);
        if start.missing_glyphs {
            builder = builder.allow_missing_glyphs();
        }
        let copied = Arc::new(Mutex::new(None));
        let clipboard = Clipboard(Arc::clone(&copied));
        let harness = builder.build_eframe(|cc| {
            cc.egui_ctx.add_plugin(clipboard);
            App::new(&cc.egui_ctx, model, link, own)
        });
        Self {
            harness,
            wakes,
            hand,
            clock,
            folder,
            data,
            runtime,
            copied,
            desktop,
            sandbox,
        }
    }

    /// Closes the window and waits for its worker to end. It has ended when nobody is left who
    /// could wake the window.
    pub(crate) fn close(self) -> Runtime {
        let Self {
            harness,
            wakes,
            runtime,
            folder: _folder,
            ..
        } = self;
        drop(harness);
        let deadline = Instant::now() + LIMIT;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match wakes.recv_timeout(left) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => return runtime,
                Err(RecvTimeoutError::Timeout) => panic!("the worker never ended"),
            }
        }
    }
}

/// A file that is dropped; nobody reads it through egui.
#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// What only has a name: a text, or a place that other things lie in.
fn is_inert(role: Role) -> bool {
    role == Role::Label || (audit::is_place(role) && role != Role::Row)
}

fn is_field(role: Role) -> bool {
    matches!(
        role,
        Role::TextInput | Role::MultilineTextInput | Role::PasswordInput | Role::SpinButton
    )
}

/// What a thing is called; a text is its own name.
fn name_of(node: &Node<'_>) -> String {
    let node = node.accesskit_node();
    let name = match node.role() {
        Role::Label => node.value(),
        _ => node.label(),
    };
    name.unwrap_or_default()
}
