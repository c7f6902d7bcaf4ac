//! The window. Reads the [`Model`], pushes [`Command`]s, draws; does no I/O and waits for
//! nothing. The only place of the window that looks at the clock is here.

mod about;
mod acking;
mod again;
mod archive;
mod arranged;
mod ask_first;
mod card;
mod checkup;
mod code;
mod connection_form;
mod connections;
mod context;
mod control;
mod debugger;
mod dock;
mod drawer;
mod endings;
mod fade;
mod first_minute;
mod halves;
mod help_menu;
mod history;
mod inbox;
mod letters;
mod look;
mod message;
mod notices;
mod order;
mod outbox;
mod path_field;
mod plot;
mod plots;
mod publish;
mod quit;
mod readings;
mod samples;
mod scroll;
mod sights;
mod status;
mod table;
mod templates;
pub mod theme;
mod times;
mod toolbar;
mod tools;
mod traffic;
mod variables;
mod widgets;

use std::time::Duration;

use egui::{Panel, Ui};

use crate::clock::Clock;
use crate::config::{LanguageChoice, Preferences, Question, ThemeChoice, TimeFormat};
use crate::i18n::{Lang, Texts};
use crate::protocol::Timestamp;
use crate::session::{Command, ConnectionId, Link, Model, Subscription, WindowPart};

use arranged::{Kept, Sizes, to_keep};
use ask_first::AskFirst;
use code::CodeWindow;
use connections::{Asked, Connections, connection_name};
use context::Context;
use debugger::DebuggerWindow;
use dock::{Dock, Panes};
use drawer::Drawer;
use first_minute::FirstMinute;
use help_menu::HelpMenu;
use inbox::Inbox;
use look::Look;
use message::MessagePane;
use publish::PublishPanel;
use quit::Quit;
use theme::icons;
use widgets::{Dot, dot, from_the_right, icon_button, profile_color};

/// Events, and messages in them, that are taken in before a frame is drawn; the rest waits for the
/// next one, so that no rush of messages can hold up the window, nor a file that is read.
const EVENTS_A_FRAME: usize = 256;
const MESSAGES_A_FRAME: usize = 4_096;

/// How long a rate in the status line goes on after the last thing that happened.
const RATES: Duration = Duration::from_secs(11);

/// How often times are drawn anew that say how long ago something was.
const RELATIVE_TIMES: Duration = Duration::from_secs(5);

/// How long after something was done the workspace is kept.
const KEEP_AFTER: Duration = Duration::from_secs(1);

/// The application as the window shows it.
pub struct App {
    model: Model,
    link: Link,
    clock: Clock,
    commands: Vec<Command>,
    system_language: Lang,
    connections: Connections,
    publish: PublishPanel,
    inbox: Inbox,
    message: MessagePane,
    drawer: Drawer,
    dock: Dock,
    sizes: Sizes,
    code: CodeWindow,
    debugger: DebuggerWindow,
    quit: Quit,
    /// How it is drawn just now.
    look: Option<Look>,
    ask_first: AskFirst,
    first_minute: FirstMinute,
    help: HelpMenu,
    /// Since when there may be something to keep for the next start.
    unkept_since: Option<Timestamp>,
}

impl App {
    /// Sets up fonts and colours, and shows the model.
    pub fn new(ctx: &egui::Context, model: Model, link: Link, clock: Clock) -> Self {
        theme::install(ctx);
        let workspace = model.workspace();
        let kept = Kept::new(workspace.around.as_ref());
        let mut app = Self {
            publish: PublishPanel::new(workspace.draft.clone()),
            dock: Dock::new(workspace.layout.as_ref()),
            sizes: Sizes::restored(&kept),
            message: MessagePane::restored(&kept),
            drawer: Drawer::new(kept.get("drawer")),
            first_minute: FirstMinute::new(!model.preferences().first_minute_seen),
            model,
            link,
            clock,
            commands: Vec::new(),
            system_language: Lang::chosen().unwrap_or_default(),
            connections: Connections::default(),
            inbox: Inbox::default(),
            code: CodeWindow::default(),
            debugger: DebuggerWindow::default(),
            quit: Quit::default(),
            look: None,
            ask_first: AskFirst::default(),
            help: HelpMenu::default(),
            unkept_since: None,
        };
        app.follow_look(ctx);
        app
    }

    /// Looks as it is wanted now, if that has changed.
    fn follow_look(&mut self, ctx: &egui::Context) {
        let look = Look::of(&self.model);
        if self.look.replace(look) != Some(look) {
            look.apply(ctx);
        }
    }

    fn lang(&self) -> Lang {
        match self.model.preferences().language {
            LanguageChoice::System => self.system_language,
            LanguageChoice::En => Lang::En,
            LanguageChoice::ZhCn => Lang::ZhCn,
        }
    }

    fn drain_events(&mut self, ctx: &egui::Context) {
        let mut messages = 0;
        for _ in 0..EVENTS_A_FRAME {
            if messages >= MESSAGES_A_FRAME {
                break;
            }
            let Some(event) = self.link.next_event() else {
                return;
            };
            messages += event.messages();
            let now = self.clock.now();
            if let Some(job) = self.model.absorb(event, now) {
                self.send(job);
            }
            self.send_what_waits();
        }
        ctx.request_repaint();
    }

    /// Keeps the workspace a moment after the last thing that somebody did, so that a crash costs
    /// no more than that moment.
    fn keep_workspace_in_time(&mut self, ctx: &egui::Context) {
        let now = self.clock.now();
        let active = ctx.input(|input| !input.events.is_empty()) || !self.commands.is_empty();
        if active && self.unkept_since.is_none() {
            self.unkept_since = Some(now);
        }
        let Some(since) = self.unkept_since else {
            return;
        };
        let due = since + KEEP_AFTER;
        if due <= now {
            self.keep_workspace();
        } else {
            ctx.request_repaint_after(due.since(now));
        }
    }

    fn keep_workspace(&mut self) {
        self.unkept_since = None;
        let drawer = serde_json::to_value(self.drawer.shown()).unwrap_or_default();
        let mut values = vec![("drawer", drawer)];
        values.extend(self.message.to_keep());
        let part = WindowPart {
            draft: self.publish.kept_draft(),
            layout: self.dock.layout(),
            around: Some(to_keep(&self.sizes, values)),
        };
        let command = Command::KeepWorkspace(Box::new(part));
        if let Some(job) = self.model.apply(command, self.clock.now()) {
            self.send(job);
        }
    }

    fn carry_out_commands(&mut self, ctx: &egui::Context) {
        let commands = std::mem::take(&mut self.commands);
        if commands.is_empty() {
            return;
        }
        for command in commands {
            let Some(command) = self.ask_first.hold(&self.model, command) else {
                continue;
            };
            let now = self.clock.now();
            if let Some(job) = self.model.apply(command, now) {
                self.send(job);
            }
        }
        self.send_what_waits();
        self.follow_look(ctx);
        // What the commands changed is drawn in the next frame.
        ctx.request_repaint();
    }

    /// Sends what waits for its turn, as much as may be on its way at a time.
    fn send_what_waits(&mut self) {
        while let Some(job) = self.model.next_job(self.clock.now()) {
            self.send(job);
        }
    }

    fn send(&mut self, job: crate::session::Job) {
        if let Err(job) = self.link.send(job) {
            let now = self.clock.now();
            self.model.job_not_taken(*job, now);
        }
    }

    /// Seconds pass in sight only while a lease is alive, a retry is due or a rate falls to
    /// nothing; otherwise nothing needs to be drawn until something happens.
    fn ask_for_next_second(&self, ctx: &egui::Context) {
        let views = self.model.views();
        let behind = |view: &Subscription| view.table.is_busy() || view.rows.is_expiring();
        if views.iter().any(behind)
            || self.model.archive().is_collecting()
            || self.model.traffic().is_searching()
        {
            ctx.request_repaint();
        }
        let alive = views.iter().any(|view| {
            view.rows.held().0 > 0 || matches!(view.polling, crate::session::Polling::Failing(..))
        });
        let halves = self.model.halves().open(self.clock.now()).is_some();
        let moved = self.model.figures().moved_within(self.clock.now(), RATES);
        if alive || halves || moved {
            ctx.request_repaint_after(Duration::from_secs(1));
        } else if self.model.preferences().time_format == TimeFormat::Relative {
            ctx.request_repaint_after(RELATIVE_TIMES);
        } else if views.iter().any(|view| !view.rows.is_empty()) {
            // Ages go on, slowly.
            ctx.request_repaint_after(Duration::from_secs(20));
        }
    }

    /// The whole window.
    pub fn window_ui(&mut self, ui: &mut Ui) {
        let mut commands = std::mem::take(&mut self.commands);
        if self.publish.take_offer(&self.model) {
            self.dock.show_publish();
        }
        let palette = theme::palette(ui.ctx());
        let cx = &mut Context {
            model: &self.model,
            now: self.clock.now(),
            texts: Texts::of(self.lang()),
            palette,
            sizes: theme::sizes(ui.ctx()),
            commands: &mut commands,
        };
        let roomy = ui.ctx().content_rect().width() >= theme::PUBLISH_AS_TAB_BELOW;
        Panel::top("top")
            .exact_size(cx.sizes.top_bar)
            .frame(theme::bar_frame(ui.ctx()))
            .show(ui, |ui| {
                top_ui(ui, cx, &mut self.help, &mut self.first_minute)
            });
        Panel::bottom("status")
            .exact_size(cx.sizes.status_bar)
            .frame(theme::bar_frame(ui.ctx()))
            .show(ui, |ui| status::ui(ui, cx, &mut self.drawer));
        self.drawer.ui(ui, cx, &mut self.sizes);
        let side = Panel::left("connections")
            .resizable(true)
            .default_size(self.sizes.of("side", theme::SIDE_WIDTH))
            .size_range(160.0..=400.0)
            .frame(theme::panel_frame(ui.ctx()))
            .show(ui, |ui| self.connections.ui(ui, cx));
        let width = side.response.rect.width();
        self.sizes.saw(ui.ctx(), "side", width);
        if let Some(Asked::PublishTo(topic)) = side.inner {
            cx.command(Command::Select(ConnectionId::Sandbox));
            self.publish.set_topic(&topic);
            self.dock.show_publish();
        }
        if roomy {
            let panel = Panel::right("publish")
                .resizable(true)
                .default_size(self.sizes.of("publish", theme::PUBLISH_WIDTH))
                .size_range(280.0..=600.0)
                .frame(theme::panel_frame(ui.ctx()))
                .show(ui, |ui| self.publish.ui(ui, cx));
            let width = panel.response.rect.width();
            self.sizes.saw(ui.ctx(), "publish", width);
        }
        let height = ui.available_height();
        // Where room is short, an empty pane gets none.
        let focused = self
            .model
            .shown_view()
            .is_some_and(|view| view.focused.is_some());
        let most = match self.drawer.is_open() {
            true => (height * 0.42).min(height - 200.0),
            false => height - 240.0,
        };
        if focused || height >= theme::DETAILS_ALWAYS_FROM {
            let size = self.sizes.of("details", (height * 0.4).max(200.0));
            let panel = Panel::bottom("details")
                .resizable(true)
                .default_size(size)
                .size_range(120.0..=most.max(120.0))
                .frame(egui::Frame::NONE.fill(palette.panel))
                .show(ui, |ui| self.message.ui(ui, cx, &mut self.sizes));
            let height = panel.response.rect.height();
            self.sizes.saw(ui.ctx(), "details", height);
        }
        egui::CentralPanel::default()
            .frame(egui::Frame::NONE.fill(palette.bg))
            .show(ui, |ui| {
                let panes = Panes {
                    inbox: &mut self.inbox,
                    publish: &mut self.publish,
                };
                self.dock.ui(ui, cx, panes, !roomy);
            });
        self.code.ui(ui.ctx(), cx);
        self.debugger.ui(ui.ctx(), cx);
        self.ask_first.ui(ui.ctx(), cx);
        self.quit.ui(ui.ctx(), cx);
        archive::open_dropped(ui, cx);
        self.first_minute.ui(ui, cx);
        self.commands = commands;
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain_events(ctx);
        self.follow_look(ctx);
        let now = self.clock.now();
        self.model.tick(now);
        if let Some(job) = self.model.collect(now) {
            self.send(job);
        }
        self.ask_for_next_second(ctx);
        let halves = self.model.halves().open(self.clock.now()).is_some();
        let holds = halves || self.model.held().is_some() || !self.model.at_work().is_empty();
        let asks = self.model.asks(Question::Quit);
        self.quit.guard(ctx, holds && asks);
        self.keep_workspace_in_time(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.window_ui(ui);
        let ctx = ui.ctx().clone();
        self.carry_out_commands(&ctx);
    }

    fn persist_egui_memory(&self) -> bool {
        false
    }
}

/// However the window ends, what it knows of the last moment is kept.
impl Drop for App {
    fn drop(&mut self) {
        self.keep_workspace();
    }
}

fn top_ui(ui: &mut Ui, cx: &mut Context<'_>, help: &mut HelpMenu, first_minute: &mut FirstMinute) {
    let p = cx.palette;
    ui.horizontal_centered(|ui| {
        ui.label(theme::title("mqscope"));
        ui.add_space(theme::GAP);
        let connection = cx.model.selected();
        dot(ui, Dot::Full, profile_color(p, connection.profile.color));
        ui.label(connection_name(cx, connection));
        ui.label(theme::dim(ui.ctx(), &connection.profile.endpoint));
        from_the_right(ui, |ui| {
            preferences_ui(ui, cx);
            help.ui(ui, cx, first_minute);
            tools::ui(ui, cx);
        });
    });
}

fn preferences_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let old = cx.model.preferences();
    let mut new: Preferences = old.clone();
    let dark = ui.ctx().theme() == egui::Theme::Dark;
    let (symbol, name) = if dark {
        (icons::LIGHT, t.get("theme-light"))
    } else {
        (icons::DARK, t.get("theme-dark"))
    };
    if icon_button(ui, symbol, name).clicked() {
        new.theme = if dark {
            ThemeChoice::Light
        } else {
            ThemeChoice::Dark
        };
    }
    let (other, choice) = if t.get("language-name") == Lang::En.name() {
        (Lang::ZhCn, LanguageChoice::ZhCn)
    } else {
        (Lang::En, LanguageChoice::En)
    };
    if ui.button(other.name()).clicked() {
        new.language = choice;
    }
    if new != *old {
        cx.command(Command::SetPreferences(new));
    }
}
