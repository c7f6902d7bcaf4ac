//! The real application over a real worker and a real sandbox, without a display: frame by frame as
//! the window would draw it, at the pace of a screen of 60 Hz. What is not in it is what the
//! graphics card does with the triangles; where there is none, drawing them in software is by far
//! the most of a frame, and not ours.

use std::sync::Arc;
use std::time::Duration;

use eframe::App as _;
use egui::accesskit::{Role, TreeUpdate};
use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, Pos2, RawInput, Rect,
    TouchPhase, Vec2, ViewportId, pos2, vec2,
};
use mqscope::clock::{Clock, ClockHand};
use mqscope::config::{Config, LanguageChoice};
use mqscope::i18n::{Lang, Texts};
use mqscope::protocol::Timestamp;
use mqscope::sandbox::SandboxSettings;
use mqscope::secrets::Secrets;
use mqscope::session::{self, Desktop, DesktopSource, Dialogs, Model, Setup};
use mqscope::ui::App;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::flood::Flood;
use super::tally::{Cost, Tally, Watch};

/// Sun, 22 Nov 2026 10:14:07 GMT.
pub(crate) const BEGIN: Timestamp = Timestamp::from_millis(1_795_342_447_000);

/// What opens the sandbox's admin API.
const ADMIN_TOKEN: &str = "tour-admin-token";

/// From one frame to the next.
const BEAT: Duration = Duration::from_micros(16_667);

/// Frames within which the worker does what it is asked to.
const PATIENCE: usize = 3_600;

/// Something on the screen, as a screen reader has it.
#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) role: Role,
    pub(crate) name: String,
    pub(crate) rect: Rect,
}

/// The window.
pub(crate) struct Stage {
    ctx: egui::Context,
    app: App,
    frame: eframe::Frame,
    hand: ClockHand,
    clock: Clock,
    /// Seconds since the window opened.
    time: f64,
    size: Vec2,
    events: Vec<Event>,
    flood: Option<Flood>,
    /// Whether messages arrive.
    pours: bool,
    /// The pace of a screen, or as fast as it goes.
    in_time: bool,
    pub(crate) lang: Lang,
    pub(crate) tally: Tally,
    _desktop: watch::Sender<Desktop>,
    _folder: TempDir,
    _runtime: Runtime,
}

/// A sentence of the interface.
pub(crate) fn say(lang: Lang, key: &str) -> String {
    let text = Texts::of(lang).get(key);
    assert_ne!(text, key, "there is no such text");
    text.to_owned()
}

impl Stage {
    /// The window about to open, with what `before` makes of the model.
    pub(crate) fn new(in_time: bool, before: impl FnOnce(&mut Model)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (clock, hand) = Clock::manual(BEGIN);
        let mut config = Config::default();
        config.preferences.language = LanguageChoice::En;
        config.preferences.first_minute_seen = true;
        let mut model = Model::new(Setup {
            preferences: config.preferences.clone(),
            ..Setup::default()
        });
        before(&mut model);
        let ctx = egui::Context::default();
        let (desktop, told) = watch::channel(Desktop::default());
        let (link, _worker) = session::start(
            runtime.handle(),
            session::Start {
                clock: clock.clone(),
                config,
                file: None,
                secrets: Secrets::session_only(),
                data_dir: Some(folder.path().join("data")),
                sandbox: watch::channel(SandboxSettings {
                    admin_token: Some(ADMIN_TOKEN.into()),
                    ..SandboxSettings::default()
                })
                .1,
                dialogs: Dialogs::Nowhere,
                desktop: DesktopSource::Told(told),
                // Frames come by themselves.
                wake: Arc::new(|| {}),
            },
        );
        let app = App::new(&ctx, model, link, clock.clone());
        Self {
            ctx,
            app,
            frame: eframe::Frame::_new_kittest(),
            hand,
            clock,
            time: 0.0,
            size: vec2(1440.0, 900.0),
            events: Vec::new(),
            flood: None,
            pours: false,
            in_time,
            lang: Lang::En,
            tally: Tally::new(),
            _desktop: desktop,
            _folder: folder,
            _runtime: runtime,
        }
    }

    // ------------------------------------------------------------ frames

    /// Draws a frame, and waits for the next one's time.
    fn draw(&mut self) -> Option<TreeUpdate> {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time),
            predicted_dt: BEAT.as_secs_f32(),
            max_texture_side: Some(8_192),
            events: std::mem::take(&mut self.events),
            system_theme: Some(egui::Theme::Dark),
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(ViewportId::ROOT).or_default();
        viewport.native_pixels_per_point = Some(1.0);
        viewport.inner_rect = input.screen_rect;
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut cost = Cost::default();
        let watch = Watch::start();
        let mut output = self.ctx.run_ui(input, |ui| {
            let watch = Watch::start();
            app.logic(ui.ctx(), frame);
            cost.logic += watch.busy();
            app.ui(ui, frame);
        });
        let before = watch.busy();
        cost.shapes = output.shapes.len();
        let triangles = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        cost.tessellation = watch.busy() - before;
        drop(triangles);
        // For the graphics card.
        output.textures_delta.clear();
        cost.busy = watch.busy();
        cost.wall = watch.wall();
        self.tally.count(&cost);
        let spent = match self.in_time {
            true => {
                std::thread::sleep(BEAT.saturating_sub(cost.wall));
                watch.wall()
            }
            false => BEAT,
        };
        self.time += spent.as_secs_f64();
        self.hand.advance(spent);
        if let Some(flood) = self.flood.as_mut().filter(|_| self.pours) {
            flood.pass(spent.as_secs_f64());
        }
        output.platform_output.accesskit_update
    }

    /// Draws so many frames.
    pub(crate) fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.draw();
        }
    }

    /// What is on the screen now, which takes a frame as a screen reader's user has it.
    pub(crate) fn things(&mut self) -> Vec<Thing> {
        self.ctx.enable_accesskit();
        let update = self.draw();
        self.ctx.disable_accesskit();
        let nodes = update.into_iter().flat_map(|update| update.nodes);
        nodes
            .filter_map(|(_, node)| {
                let name = match node.role() {
                    Role::Label => node.value(),
                    _ => node.label(),
                };
                let rect = node.bounds()?;
                Some(Thing {
                    role: node.role(),
                    // A field may be named by a label beside it.
                    name: name.unwrap_or_default().to_owned(),
                    rect: Rect::from_min_max(
                        pos2(rect.x0 as f32, rect.y0 as f32),
                        pos2(rect.x1 as f32, rect.y1 as f32),
                    ),
                })
            })
            .collect()
    }

    /// Draws until something is there.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, there: impl Fn(&[Thing]) -> bool) -> Vec<Thing> {
        for _ in 0..PATIENCE / 6 {
            let things = self.things();
            if there(&things) {
                return things;
            }
            if !self.in_time {
                std::thread::sleep(Duration::from_millis(20));
            }
            self.frames(5);
        }
        let things = self.things();
        let names: Vec<_> = things.iter().map(|t| t.name.as_str()).collect();
        panic!("never: {what}\n{}", names.join(" | "));
    }

    /// Draws until this can be read somewhere.
    #[track_caller]
    pub(crate) fn until_shown(&mut self, text: &str) {
        self.until(text, |things| {
            things.iter().any(|thing| thing.name.contains(text))
        });
    }

    // ------------------------------------------------------------ doing

    pub(crate) fn scene(&mut self, name: &str) {
        self.tally.scene(name);
    }

    /// What the frames from here on are about.
    pub(crate) fn doing(&mut self, what: &str) {
        self.tally.doing(what);
    }

    /// The place of something with this name that is more than a text; the highest of several.
    #[track_caller]
    pub(crate) fn place(&mut self, name: &str) -> Rect {
        let is = |thing: &&Thing| thing.role != Role::Label && thing.name == name;
        let things = self.until(name, |things| things.iter().any(|thing| is(&thing)));
        let found = things.iter().filter(is).map(|thing| thing.rect);
        found
            .min_by(|a, b| a.top().total_cmp(&b.top()))
            .expect("it was there")
    }

    /// Clicks on something with this name.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        let at = self.place(name).center();
        self.click_at(at);
    }

    /// The same by the key of the text.
    #[track_caller]
    pub(crate) fn click_key(&mut self, key: &str) {
        self.click(&say(self.lang, key));
    }

    /// Clicks on the one thing whose name holds this.
    #[track_caller]
    pub(crate) fn click_with(&mut self, part: &str) {
        let is = |thing: &&Thing| thing.role != Role::Label && thing.name.contains(part);
        let things = self.until(part, |things| things.iter().any(|thing| is(&thing)));
        let at = things.iter().find(is).expect("it was there").rect.center();
        self.click_at(at);
    }

    pub(crate) fn click_at(&mut self, pos: Pos2) {
        self.events.push(Event::PointerMoved(pos));
        self.draw();
        for pressed in [true, false] {
            self.button(pos, pressed);
            self.draw();
        }
        self.events.push(Event::PointerGone);
        self.draw();
    }

    fn button(&mut self, pos: Pos2, pressed: bool) {
        self.events.push(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }

    /// Drags from one place to another in so many frames.
    pub(crate) fn drag(&mut self, from: Pos2, to: Pos2, frames: usize) {
        self.events.push(Event::PointerMoved(from));
        self.draw();
        self.button(from, true);
        self.draw();
        for n in 1..=frames {
            let part = n as f32 / frames as f32;
            self.events
                .push(Event::PointerMoved(from + (to - from) * part));
            self.draw();
        }
        self.button(to, false);
        self.draw();
        self.events.push(Event::PointerGone);
        self.draw();
    }

    /// Turns the wheel over a place, once a frame.
    pub(crate) fn wheel(&mut self, at: Pos2, points: f32, frames: usize) {
        self.events.push(Event::PointerMoved(at));
        for _ in 0..frames {
            self.events.push(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, points),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Unknown,
                modifiers: Modifiers::NONE,
            });
            self.draw();
        }
        self.events.push(Event::PointerGone);
        self.frames(10);
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: Key, modifiers: Modifiers) {
        self.events.push(Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            self.events.push(Event::Key {
                key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            });
            self.draw();
        }
        self.events.push(Event::ModifiersChanged(Modifiers::NONE));
    }

    /// Types, a letter every three frames.
    pub(crate) fn write(&mut self, text: &str) {
        for letter in text.chars() {
            self.events.push(Event::Text(letter.to_string()));
            self.frames(3);
        }
    }

    pub(crate) fn paste(&mut self, text: String) {
        self.events.push(Event::Paste(text));
        self.frames(3);
    }

    /// Nobody types anywhere.
    pub(crate) fn leave_fields(&mut self) {
        self.ctx.memory_mut(|memory| memory.stop_text_input());
        self.frames(2);
    }

    /// Gives the window another size.
    pub(crate) fn resize(&mut self, size: Vec2) {
        self.size = size;
        self.draw();
    }

    pub(crate) fn size(&self) -> Vec2 {
        self.size
    }

    /// Time goes by all at once.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.hand.advance(time);
    }

    // ------------------------------------------------------------ others

    /// Lets messages arrive, or stops that.
    pub(crate) fn pour(&mut self, pours: bool) {
        self.pours = pours;
    }

    /// The other program; it is there once the sandbox is.
    pub(crate) fn flood(&mut self) -> &Flood {
        if self.flood.is_none() {
            let mark = "running · ";
            let things = self.until("the sandbox runs", |things| {
                things.iter().any(|thing| thing.name.starts_with(mark))
            });
            let text = things.iter().find(|thing| thing.name.starts_with(mark));
            let addr = text.expect("it was there").name[mark.len()..].to_owned();
            self.flood = Some(Flood::new(&format!("http://{addr}"), &self.clock));
        }
        self.flood.as_ref().expect("it is there now")
    }
}
