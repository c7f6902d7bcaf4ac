//! The whole window without a display: the real app over a real worker and a real sandbox, under
//! a clock that stands still until a test moves it. Finds widgets by their accessible names only.
//!
//! Nothing here sleeps. A test waits for the worker to wake the window, as the window itself does,
//! so a change that nobody announces is a failure.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

#[path = "audit.rs"]
pub(crate) mod audit;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use egui::accesskit::{Role, Toggled};
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, OutputCommand, PointerButton, Pos2,
    Rect, TouchPhase, Vec2,
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use mqscope::clock::{Clock, ClockHand};
use mqscope::config::{Config, ConfigFile, ConnectionProfile, LanguageChoice};
use mqscope::i18n::{Lang, Texts, Value};
use mqscope::protocol::{Profile, Timestamp};
use mqscope::sandbox::SandboxSettings;
use mqscope::secrets::Secrets;
use mqscope::session::outbox::Surroundings;
use mqscope::session::{
    self, Desktop, DesktopSource, Dialogs, Model, Setup, WORKSPACE_FILE, Workspace,
};
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
    let values: Vec<(&'static str, Value<'_>)> = values
        .iter()
        .map(|(name, value)| (*name, Value::from(*value)))
        .collect();
    let text = Texts::of(Lang::En).format(key, &values);
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
    /// Whether all that is drawn has to be good for a screen reader, in every state. Always so
    /// where `MQSCOPE_AUDIT` is set.
    pub(crate) audited: bool,
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
            audited: std::env::var_os("MQSCOPE_AUDIT").is_some(),
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
    audited: bool,
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
            audited: start.audited,
        }
    }

    // ------------------------------------------------------------ time

    /// Moves everybody's clock forward and draws what that changes.
    pub(crate) fn advance(&mut self, by: Duration) {
        self.hand.advance(by);
        self.settle();
    }

    /// Sets everybody's clock and draws what that changes.
    pub(crate) fn set_time(&mut self, to: Timestamp) {
        assert!(self.clock.now() <= to, "time does not run backwards");
        self.hand.set(to);
        self.settle();
    }

    /// Draws one frame.
    pub(crate) fn draw(&mut self) {
        self.harness.step();
    }

    /// Draws until nothing is left that the window could do by itself.
    pub(crate) fn settle(&mut self) {
        for _ in 0..FRAMES {
            self.harness.step();
        }
        if self.audited {
            self.assert_spoken();
        }
    }

    /// Fails if something in the window is without a role, a name or a value that a screen reader
    /// needs, or speaks another language than the window.
    #[track_caller]
    pub(crate) fn assert_spoken(&self) {
        let things = audit::things(self.harness.root());
        let mut flaws = audit::flaws(&things);
        flaws.extend(audit::unsaid(self.harness.root(), self.shapes()));
        let chinese = say(Lang::ZhCn, "pane-top");
        if things.iter().any(|thing| thing.name == chinese) {
            flaws.extend(audit::foreign(&things));
        }
        assert!(flaws.is_empty(), "{flaws:#?}\n{}", self.tree());
    }

    /// Waits for the worker to bring about what is asked for. Fails with all that can be seen.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.settle();
            if there(self) {
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            // The window has more to do than it does in so many frames.
            if self.repaints_after().is_zero() && !left.is_zero() {
                continue;
            }
            match self.wakes.recv_timeout(left) {
                // Many wakes are as good as one.
                Ok(()) => while self.wakes.try_recv().is_ok() {},
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the worker ended before: {what}\n{}", self.tree())
                }
                Err(RecvTimeoutError::Timeout) => panic!("never: {what}\n{}", self.tree()),
            }
        }
    }

    /// The same, with every single frame looked at.
    #[track_caller]
    pub(crate) fn until_first_frame(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.draw();
            if there(self) {
                return;
            }
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.tree());
            let _ = self.wakes.recv_timeout(Duration::from_millis(20));
        }
    }

    /// Waits until this can be read somewhere.
    #[track_caller]
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(&format!("{text:?} is shown"), |window| window.shows(text));
    }

    /// Waits for something outside the window that nobody announces, such as a file.
    #[track_caller]
    pub(crate) fn until_outside(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !there(self) {
            assert!(Instant::now() < deadline, "never: {what}");
            let _ = self.wakes.recv_timeout(Duration::from_millis(20));
            self.settle();
        }
    }

    /// Waits for something that also needs time to go by, such as another try of a client: a second
    /// at a time, as often as it takes.
    #[track_caller]
    pub(crate) fn until_in_time(&mut self, what: &str, there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !there(self) {
            assert!(Instant::now() < deadline, "never: {what}\n{}", self.tree());
            self.advance(Duration::from_secs(1));
            let _ = self.wakes.recv_timeout(Duration::from_millis(50));
            self.settle();
        }
    }

    /// Waits until the first view polls. The group is there as soon as its poll has reached the
    /// sandbox, so there is a poll in flight from then on.
    #[track_caller]
    pub(crate) fn until_running(&mut self) {
        self.until("the first view polls", |window| window.has("GID_debug"));
    }

    /// Stops the view that is shown. Its poll in flight ends when its three seconds are over; one
    /// that reaches the sandbox only after that has three more.
    #[track_caller]
    pub(crate) fn stop(&mut self) {
        self.click("Stop");
        let deadline = Instant::now() + LIMIT;
        while !self.has("Start") {
            assert!(Instant::now() < deadline, "never stops\n{}", self.tree());
            self.advance(Duration::from_secs(3));
            let _ = self.wakes.recv_timeout(Duration::from_millis(250));
            self.settle();
        }
    }

    /// The sandbox listens here when it starts the next time.
    pub(crate) fn sandbox_may_listen(&mut self, on: SocketAddr) {
        self.sandbox.send_modify(|settings| settings.listen = on);
    }

    /// What the desktop asks for changes.
    pub(crate) fn desktop_asks(&mut self, desktop: Desktop) {
        self.desktop.send_replace(desktop);
    }

    // ------------------------------------------------------------ looking

    /// Everything that has a name or is a text, with its role, in the order of the tree.
    pub(crate) fn things(&self) -> Vec<(Role, String)> {
        self.nodes()
            .map(|node| (node.accesskit_node().role(), name_of(&node)))
            .filter(|(_, name)| !name.is_empty())
            .collect()
    }

    /// What is in the tree, but for what is only there to be announced.
    fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let all = self.harness.root().children_recursive();
        all.filter(|node| {
            let data = node.accesskit_node();
            data.data().live().is_none() || data.data().bounds().is_some()
        })
    }

    /// All of the tree, as a screen reader is given it.
    pub(crate) fn root(&self) -> Node<'_> {
        self.harness.root()
    }

    /// Asks something of a node, as a screen reader does.
    pub(crate) fn request(&mut self, request: egui::accesskit::ActionRequest) {
        self.harness.event(Event::AccessKitActionRequest(request));
        self.settle();
    }

    /// The announcements that are there.
    pub(crate) fn announced(&self) -> Vec<String> {
        let all = audit::things(self.harness.root());
        let live = all.into_iter().filter(|thing| thing.live);
        live.map(|thing| thing.name).collect()
    }

    /// The tree, for somebody who looks for the reason of a failure.
    pub(crate) fn tree(&self) -> String {
        self.nodes()
            .filter(|node| node.accesskit_node().role() != Role::TextRun)
            .filter_map(|node| {
                let inner = node.accesskit_node();
                let (name, value) = (name_of(&node), inner.value().unwrap_or_default());
                (!name.is_empty() || !value.is_empty()).then(|| {
                    let off = if inner.is_disabled() { " (off)" } else { "" };
                    format!("  {:?}{off} {name:?} = {value:?}\n", inner.role())
                })
            })
            .collect()
    }

    /// Things of these roles with their names, and whether they are said to be neither on nor off.
    pub(crate) fn usable(&self, roles: &[Role]) -> Vec<(Role, String, bool)> {
        self.nodes()
            .filter(|node| roles.contains(&node.accesskit_node().role()))
            .map(|node| {
                let inner = node.accesskit_node();
                let mixed = inner.toggled() == Some(Toggled::Mixed);
                (inner.role(), name_of(&node), mixed)
            })
            .collect()
    }

    /// The name of the one button, or row that can be pressed as one, whose name holds this.
    #[track_caller]
    pub(crate) fn button_with(&self, part: &str) -> String {
        let mut found = self.things();
        let is_button = |role: Role| matches!(role, Role::Button | Role::Row);
        found.retain(|(role, name)| is_button(*role) && name.contains(part));
        assert_eq!(found.len(), 1, "buttons with {part:?}:\n{}", self.tree());
        found.swap_remove(0).1
    }

    /// Whether something has exactly this name or text.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// How many things have exactly this name or text.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.harness.query_all_by_label(name).count()
    }

    /// Whether this can be read, perhaps as a part of a longer text.
    pub(crate) fn shows(&self, text: &str) -> bool {
        self.things().iter().any(|(_, name)| name.contains(text))
    }

    /// The texts that hold all of these.
    pub(crate) fn texts_with(&self, part: &str) -> Vec<String> {
        self.things()
            .into_iter()
            .map(|(_, name)| name)
            .filter(|name| name.contains(part))
            .collect()
    }

    /// Fails unless this can be read.
    #[track_caller]
    pub(crate) fn assert_shows(&self, text: &str) {
        assert!(self.shows(text), "{text:?} is not shown:\n{}", self.tree());
    }

    /// Fails if this can be read.
    #[track_caller]
    pub(crate) fn assert_not_shown(&self, text: &str) {
        assert!(!self.shows(text), "{text:?} is shown:\n{}", self.tree());
    }

    /// The one thing of this name that is more than a text.
    #[track_caller]
    fn the<'a>(&'a self, name: &'a str) -> Node<'a> {
        let mut found = self
            .harness
            .query_all_by_label(name)
            .filter(|node| !is_inert(node.accesskit_node().role()));
        let Some(node) = found.next() else {
            panic!("there is no {name:?}:\n{}", self.tree());
        };
        let more = found.count();
        assert!(more == 0, "{more} more {name:?}:\n{}", self.tree());
        node
    }

    #[track_caller]
    fn field<'a>(&'a self, place: Place, name: &'a str) -> Node<'a> {
        let mut found: Vec<_> = self
            .harness
            .query_all_by_label(name)
            .filter(|node| is_field(node.accesskit_node().role()))
            .collect();
        found.sort_by(|a, b| a.rect().min.x.total_cmp(&b.rect().min.x));
        assert!(!found.is_empty(), "no field {name:?}:\n{}", self.tree());
        match place {
            Place::Only => {
                assert!(found.len() == 1, "several {name:?}:\n{}", self.tree());
                found.swap_remove(0)
            }
            Place::Head => found.swap_remove(0),
            Place::Form => found.swap_remove(found.len() - 1),
        }
    }

    /// Where the middle of something is.
    #[track_caller]
    pub(crate) fn middle(&self, name: &str) -> Pos2 {
        self.the(name).rect().center()
    }

    /// Where the middle of a text is that is shown once.
    #[track_caller]
    pub(crate) fn middle_of_text(&self, text: &str) -> Pos2 {
        let mut found = self.harness.query_all_by_label(text);
        let Some(node) = found.next() else {
            panic!("there is no {text:?}:\n{}", self.tree());
        };
        assert!(found.next().is_none(), "more than one {text:?}");
        node.rect().center()
    }

    /// The place that something takes.
    #[track_caller]
    pub(crate) fn rect(&self, name: &str) -> Rect {
        self.the(name).rect()
    }

    /// What a place of this name takes, such as a card with its texts and buttons.
    #[track_caller]
    pub(crate) fn rect_of_place(&self, name: &str) -> Rect {
        let mut found = self.harness.query_all_by_label(name);
        let place = found.find(|node| audit::is_place(node.accesskit_node().role()));
        let Some(place) = place else {
            panic!("there is no place {name:?}:\n{}", self.tree());
        };
        place.rect()
    }

    /// Where the middle of a field is.
    #[track_caller]
    pub(crate) fn middle_of_field(&self, place: Place, name: &str) -> Pos2 {
        self.field(place, name).rect().center()
    }

    /// What is typed into a field.
    #[track_caller]
    pub(crate) fn value(&self, place: Place, name: &str) -> String {
        self.field(place, name).value().unwrap_or_default()
    }

    /// Whether a field has the keyboard.
    #[track_caller]
    pub(crate) fn has_keyboard(&self, name: &str) -> bool {
        self.field(Place::Only, name).is_focused()
    }

    /// Whether something can be used now.
    #[track_caller]
    pub(crate) fn is_on(&self, name: &str) -> bool {
        !self.the(name).accesskit_node().is_disabled()
    }

    /// Whether a check box or a choice is on.
    #[track_caller]
    pub(crate) fn is_chosen(&self, name: &str) -> bool {
        self.the(name).accesskit_node().toggled() == Some(Toggled::True)
    }

    // ------------------------------------------------------------ doing

    /// Clicks with the pointer, as a person does: something that lies under something else or
    /// outside the window cannot be clicked.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        self.settle();
        self.the(name).scroll_to_me();
        self.settle();
        assert!(self.is_on(name), "{name:?} is off:\n{}", self.tree());
        self.click_at(self.middle(name));
    }

    /// The same where several have that name: the one that is highest.
    #[track_caller]
    pub(crate) fn click_topmost(&mut self, name: &str) {
        self.click_least(name, |middle| middle.y);
    }

    /// The one that is furthest on the right.
    #[track_caller]
    pub(crate) fn click_rightmost(&mut self, name: &str) {
        self.click_least(name, |middle| -middle.x);
    }

    #[track_caller]
    fn click_least(&mut self, name: &str, of: impl Fn(Pos2) -> f32) {
        let middles = self
            .harness
            .query_all_by_label(name)
            .filter(|node| !is_inert(node.accesskit_node().role()))
            .map(|node| node.rect().center());
        let least = middles.min_by(|a, b| of(*a).total_cmp(&of(*b)));
        let Some(least) = least else {
            panic!("there is no {name:?}:\n{}", self.tree());
        };
        self.click_at(least);
    }

    fn click_at(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos,
                button: PointerButton::Primary,
                pressed,
                modifiers: Modifiers::default(),
            });
        }
        self.settle();
        // A pointer that stays would bring up a tooltip with the same name.
        self.harness.remove_cursor();
        self.settle();
    }

    /// Opens the menu of the right button on something that more than one thing may be called.
    #[track_caller]
    pub(crate) fn open_menu_at(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos,
                button: PointerButton::Secondary,
                pressed,
                modifiers: Modifiers::default(),
            });
        }
        self.settle();
    }

    /// Turns the wheel over a place, so that what is there moves by so many points.
    pub(crate) fn turn_wheel(&mut self, at: Pos2, points: f32) {
        self.harness.hover_at(at);
        self.settle();
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: Vec2::new(0.0, points),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
            modifiers: Modifiers::default(),
        });
        // It is spread over some frames.
        for _ in 0..10 {
            self.settle();
        }
        self.harness.remove_cursor();
        self.settle();
    }

    /// Moves the pointer over a place and leaves it there.
    pub(crate) fn hover(&mut self, pos: Pos2) {
        self.harness.hover_at(pos);
        self.settle();
    }

    /// Presses at one place, moves to another and lets go there.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.hover_at(from);
        self.harness.drag_at(from);
        self.settle();
        for part in [0.1, 0.5, 1.0] {
            self.harness.hover_at(from + (to - from) * part);
            self.settle();
        }
        self.harness.drop_at(to);
        self.settle();
        self.harness.remove_cursor();
        self.settle();
    }

    /// Asks the window to close, as the system does; whether it lets itself be closed.
    pub(crate) fn asks_to_close(&mut self) -> bool {
        let viewport = self
            .harness
            .input_mut()
            .viewports
            .entry(egui::ViewportId::ROOT);
        viewport
            .or_default()
            .events
            .push(egui::ViewportEvent::Close);
        self.harness.step();
        let commands = &self.harness.output().viewport_output[&egui::ViewportId::ROOT].commands;
        let held_back = commands.contains(&egui::ViewportCommand::CancelClose);
        self.settle();
        !held_back
    }

    /// Clicks on the one of this role, where others have its name too.
    #[track_caller]
    pub(crate) fn click_role(&mut self, role: Role, name: &str) {
        let named = self.harness.query_all_by_label(name);
        let middle = named
            .filter(|node| node.accesskit_node().role() == role)
            .map(|node| node.rect().center())
            .next();
        let Some(middle) = middle else {
            panic!("no {role:?} {name:?}:\n{}", self.tree());
        };
        self.click_at(middle);
    }

    /// Clicks where nothing is, so that no field has the keyboard.
    pub(crate) fn leave_fields(&mut self) {
        self.harness
            .ctx
            .memory_mut(|memory| memory.stop_text_input());
        self.settle();
    }

    /// Whether the keyboard writes into this field.
    #[track_caller]
    pub(crate) fn is_typed_into(&self, name: &str) -> bool {
        self.field(Place::Only, name).is_focused()
    }

    /// Replaces what is in a field.
    #[track_caller]
    pub(crate) fn fill(&mut self, place: Place, name: &str, text: &str) {
        self.paste_into(place, name, text);
        if self.field(place, name).accesskit_node().role() != Role::PasswordInput {
            self.assert_holds(place, name, text);
        }
    }

    /// The same, whatever the field makes of it.
    #[track_caller]
    pub(crate) fn paste_into(&mut self, place: Place, name: &str, text: &str) {
        self.settle();
        self.field(place, name).focus();
        self.settle();
        assert!(
            self.field(place, name).is_focused(),
            "{name:?} cannot be typed into:\n{}",
            self.tree()
        );
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
        if text.is_empty() {
            self.harness.key_press(Key::Backspace);
        } else {
            self.harness.event(Event::Paste(text.to_owned()));
        }
        self.settle();
    }

    /// Types another number into a field of numbers.
    #[track_caller]
    pub(crate) fn type_number(&mut self, name: &str, number: &str) {
        self.settle();
        self.field(Place::Only, name).scroll_to_me();
        self.field(Place::Only, name).focus();
        self.settle();
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
        self.harness.event(Event::Paste(number.to_owned()));
        self.settle();
        self.harness.key_press(Key::Enter);
        self.settle();
    }

    /// Fails unless a field holds this; of a long body, a part of it.
    #[track_caller]
    pub(crate) fn assert_holds(&self, place: Place, name: &str, text: &str) {
        let value = self.value(place, name);
        let part = text.len() > LONG && !value.is_empty() && text.contains(&value);
        assert!(part || value == text, "{value:?} in {name:?}");
    }

    /// What was last copied.
    #[track_caller]
    pub(crate) fn copied(&self) -> String {
        let copied = self.copied.lock().expect("nobody panics with it");
        copied.clone().expect("something was copied")
    }

    /// Presses a key with Ctrl, or what stands for it.
    pub(crate) fn press_with_command(&mut self, key: Key) {
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[key]);
        self.settle();
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// Presses a key with these modifiers.
    pub(crate) fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Presses a key that writes a sign, as the system tells it: the key and the text.
    pub(crate) fn type_sign(&mut self, key: Key, sign: &str) {
        self.harness.key_press(key);
        self.harness.event(Event::Text(sign.to_owned()));
        self.settle();
    }

    /// Types a text into whatever has the keyboard.
    pub(crate) fn write(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// Whether any of this role and name can be used now.
    pub(crate) fn can_be_used(&self, role: Role, name: &str) -> bool {
        let mut nodes = self.nodes();
        nodes.any(|node| {
            let inner = node.accesskit_node();
            inner.role() == role && !inner.is_disabled() && name_of(&node) == name
        })
    }

    /// What has the keyboard: its role and its name.
    pub(crate) fn focused(&self) -> Option<(Role, String)> {
        let mut nodes = self.nodes();
        let node = nodes.find(|node| node.is_focused())?;
        Some((node.accesskit_node().role(), name_of(&node)))
    }

    /// The line of a list that is chosen.
    #[track_caller]
    pub(crate) fn chosen_option(&self) -> String {
        let mut nodes = self.nodes();
        let chosen = nodes.find(|node| {
            let node = node.accesskit_node();
            node.role() == Role::ListBoxOption && node.toggled() == Some(Toggled::True)
        });
        name_of(&chosen.unwrap_or_else(|| panic!("no line is chosen:\n{}", self.tree())))
    }

    /// Whether one of this role and name is told to be the one that is selected.
    pub(crate) fn is_selected(&self, role: Role, name: &str) -> bool {
        let mut nodes = self.nodes();
        nodes.any(|node| {
            let inner = node.accesskit_node();
            inner.role() == role && inner.is_selected() == Some(true) && name_of(&node) == name
        })
    }

    /// Whether a button of several is the one that holds.
    #[track_caller]
    pub(crate) fn is_pressed(&self, name: &str) -> bool {
        self.the(name).accesskit_node().toggled() == Some(Toggled::True)
    }

    /// Drops a file onto the window.
    pub(crate) fn drop_file(&mut self, path: &Path) {
        let file = Arc::new(Dropped(path.to_owned()));
        self.harness.input_mut().dropped_files.push(file);
        self.settle();
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, size: [f32; 2]) {
        self.harness.set_size(size.into());
        self.settle();
    }

    /// Asks for what is in the form to be published, and draws nothing yet.
    pub(crate) fn begin_to_publish(&mut self) {
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::Enter]);
    }

    /// Publishes what is in the form and waits for the answer.
    #[track_caller]
    pub(crate) fn publish(&mut self) {
        let before = self.published();
        self.click("Publish");
        self.until_published(&before);
    }

    /// What the form says of the message that was published last.
    pub(crate) fn published(&self) -> Vec<String> {
        self.texts_with("Published ")
    }

    /// Waits for the form to tell of a message that it did not tell of before.
    #[track_caller]
    pub(crate) fn until_published(&mut self, before: &[String]) {
        self.until("the message is published", |window| {
            let now = window.published();
            !now.is_empty() && now != before
        });
    }

    /// Publishes what is in the form and waits for its row. Gives the message's id.
    #[track_caller]
    pub(crate) fn publish_and_see(&mut self) -> String {
        let before = self.rows();
        self.publish();
        self.until_row_beside(&before)
    }

    /// Waits for a row that is not among these. Gives the message's id.
    #[track_caller]
    pub(crate) fn until_row_beside(&mut self, before: &[String]) -> String {
        self.until("the message arrives", |window| {
            window.rows().len() > before.len()
        });
        let rows = self.rows();
        let mut new = rows.into_iter().filter(|id| !before.contains(id));
        new.next().expect("there are more than before")
    }

    /// The ids of the messages in the table, newest first, in any language.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.things()
            .into_iter()
            .filter(|(role, _)| *role == Role::CheckBox)
            .filter_map(|(_, name)| Some(name.split(' ').next_back()?.to_owned()))
            .filter(|word| word.len() == 32 && word.chars().all(|c| c.is_ascii_hexdigit()))
            .collect()
    }

    /// Clicks on the row of a message, so that its details are shown.
    #[track_caller]
    pub(crate) fn look_into(&mut self, id: &str) {
        self.click_at(self.beside_check_box(id));
    }

    /// A place in a row of the table. The check box has a click of its own, so it is beside that.
    #[track_caller]
    pub(crate) fn beside_check_box(&self, id: &str) -> Pos2 {
        let mut boxes = self.things();
        boxes.retain(|(role, name)| *role == Role::CheckBox && name.ends_with(id));
        assert_eq!(boxes.len(), 1, "rows of {id}:\n{}", self.tree());
        let at = self.middle(&boxes[0].1);
        Pos2::new(at.x + 190.0, at.y)
    }

    // ------------------------------------------------------------ outside

    /// Where the sandbox listens, as the window says it.
    #[track_caller]
    pub(crate) fn sandbox_addr(&self) -> SocketAddr {
        // "running · 127.0.0.1:8080", in whatever language.
        let addr = |text: &str| text.rsplit(" · ").next()?.parse().ok();
        let mut addrs = self
            .things()
            .into_iter()
            .filter(|(role, _)| *role == Role::Label)
            .filter_map(|(_, text)| addr(&text));
        let Some(addr) = addrs.next() else {
            panic!("no address of the sandbox:\n{}", self.tree());
        };
        addr
    }

    /// What is kept for the next window; nothing if there is none yet.
    pub(crate) fn kept_workspace(&self) -> Option<Workspace> {
        let path = self.data.join(WORKSPACE_FILE);
        Workspace::from_json(&std::fs::read_to_string(path).ok()?).ok()
    }

    /// What is in a file of the window's data folder; nothing if there is none yet.
    pub(crate) fn data_text(&self, name: &str) -> String {
        let path = self.folder.path().join("data").join(name);
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// A file that somebody has, wherever that is.
    pub(crate) fn make_file(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, contents).expect("the file can be written");
        path.display().to_string()
    }

    /// Waits until the file of the configuration says this.
    #[track_caller]
    pub(crate) fn until_saved(&mut self, what: impl Fn(&Config) -> bool) -> Config {
        let file = ConfigFile::at(self.folder.path());
        let there = || file.load().ok().filter(&what);
        self.until_outside("it is in the file", |_| there().is_some());
        there().expect("it was there just now")
    }

    /// Writes the file of the configuration, as somebody with an editor does.
    pub(crate) fn write_config(&self, text: &str) {
        std::fs::write(self.config_path(), text).expect("the file can be written");
    }

    /// The file of the configuration.
    pub(crate) fn config_path(&self) -> PathBuf {
        ConfigFile::at(self.folder.path()).path().to_owned()
    }

    /// What is in that file; nothing if there is none yet.
    pub(crate) fn config_text(&self) -> String {
        std::fs::read_to_string(self.config_path()).unwrap_or_default()
    }

    /// Where tasks that the window knows nothing of can run.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The clock that the worker and the sandbox share.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The last frame as it is painted.
    pub(crate) fn shapes(&self) -> &[egui::epaint::ClippedShape] {
        &self.harness.output().shapes
    }

    /// Shows the window in a theme, with so many pixels a point, until the next command is carried
    /// out: the preferences stay as they are.
    pub(crate) fn look_like(&mut self, theme: egui::Theme, scale: f32) {
        self.harness.ctx.set_theme(theme);
        let viewports = &mut self.harness.input_mut().viewports;
        let root = viewports.entry(egui::ViewportId::ROOT).or_default();
        root.native_pixels_per_point = Some(scale);
        self.settle();
        assert_eq!(self.harness.ctx.theme(), theme, "another theme is set");
    }

    /// Paints the window as it is. Where a busy machine has no processor for the renderer in its
    /// ten seconds, it is asked again.
    pub(crate) fn paint(&mut self) -> image::RgbaImage {
        let mut painted = self.harness.render();
        for _ in 0..5 {
            if painted.is_err() {
                painted = self.harness.render();
            }
        }
        painted.expect("a renderer")
    }

    /// How often exactly this text is painted, with any ink at all.
    pub(crate) fn painted(&self, text: &str) -> usize {
        fn count(shape: &egui::Shape, text: &str) -> usize {
            match shape {
                egui::Shape::Vec(shapes) => shapes.iter().map(|shape| count(shape, text)).sum(),
                egui::Shape::Text(shape) => usize::from(shape.galley.text() == text),
                _ => 0,
            }
        }
        let shapes = self.shapes().iter();
        shapes.map(|clipped| count(&clipped.shape, text)).sum()
    }

    /// When the window wants to be drawn again though nothing happens.
    pub(crate) fn repaints_after(&self) -> Duration {
        self.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
    }

    /// How wide something is.
    #[track_caller]
    pub(crate) fn width(&self, name: &str) -> f32 {
        self.the(name).rect().width()
    }

    /// What the last frames asked of the system, such as text for the clipboard.
    pub(crate) fn context(&self) -> &egui::Context {
        &self.harness.ctx
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
