//! The window. Reads the [`Model`], pushes [`Command`]s, draws; does no I/O and waits for
//! nothing. The only place of the window that looks at the clock is here.

mod about;
mod acking;
mod actions;
mod again;
mod announcer;
mod archive;
mod arranged;
mod ask_first;
mod card;
mod checkup;
mod code;
mod column_heads;
mod column_menu;
mod columns;
mod connection_form;
mod connections;
mod context;
mod control;
mod debugger;
mod dialog;
mod dock;
mod drawer;
mod edges;
mod empty;
mod endings;
mod fade;
mod first_minute;
mod focusable;
mod foreign;
mod grid;
mod guide;
mod halves;
mod help;
mod help_menu;
mod history;
mod inbox;
mod letters;
mod list_keys;
mod long_edit;
mod look;
mod menu_line;
mod message;
mod notices;
mod order;
mod outbox;
mod pace;
mod palette;
mod pane;
mod panels;
mod paste;
mod path_field;
mod plot;
mod plots;
mod publish;
mod quit;
mod readings;
mod regions;
mod row_menu;
mod said;
mod samples;
mod scroll;
mod settings;
mod sights;
mod spoken;
mod status;
mod table;
mod table_keys;
mod templates;
pub mod theme;
mod times;
mod toolbar;
mod tools;
mod top;
mod topics;
mod traffic;
mod variables;
mod widgets;
mod wishes;

use std::time::Duration;

use egui::Ui;

use crate::clock::{Clock, Stopwatch};
use crate::config::{LanguageChoice, Question, TimeFormat};
use crate::i18n::{Lang, Texts};
use crate::protocol::Timestamp;
use crate::session::{Command, Link, Model};

use actions::pressed;
use context::Context;
use look::Look;
use pace::Pace;
use panels::Panels;

/// Events, and messages in them, that are taken in before a frame is drawn; the rest waits for the
/// next one, so that no rush of messages can hold up the window, nor a file that is read.
const EVENTS_A_FRAME: usize = 256;
const MESSAGES_A_FRAME: usize = 4_096;

/// Events that are taken in however long that takes: more than come in a frame.
const EVENTS_AT_LEAST: usize = 8;

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
    panels: Panels,
    /// How it is drawn just now.
    look: Option<Look>,
    pace: Pace,
    /// Since when there may be something to keep for the next start.
    unkept_since: Option<Timestamp>,
}

impl App {
    /// Sets up fonts and colours, and shows the model.
    pub fn new(ctx: &egui::Context, model: Model, link: Link, clock: Clock) -> Self {
        theme::install(ctx);
        foreign::install(ctx);
        // The registry has these keys.
        ctx.options_mut(|options| options.zoom_with_keyboard = false);
        let mut app = Self {
            panels: Panels::restored(model.workspace(), model.preferences()),
            model,
            link,
            clock,
            commands: Vec::new(),
            system_language: Lang::chosen().unwrap_or_default(),
            look: None,
            pace: Pace::default(),
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
        let watch = Stopwatch::start();
        for taken in 0..EVENTS_A_FRAME {
            let late = taken >= EVENTS_AT_LEAST && watch.elapsed() >= pace::EVENTS;
            if messages >= MESSAGES_A_FRAME || late {
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

    /// Works off what is to be done, for a part of the frame.
    fn work(&mut self, now: Timestamp) {
        let (behind, watch) = (self.model.is_behind(), Stopwatch::start());
        self.model.set_step(self.pace.rows());
        self.model.tick(now);
        if behind {
            self.pace.took(watch.elapsed());
        }
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
        let part = self.panels.to_keep();
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
            let Some(command) = self.panels.ask_first.hold(&self.model, command) else {
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
        if self.model.is_behind() {
            ctx.request_repaint();
        }
        if let Some(due) = self.model.announcements().due(self.clock.now()) {
            ctx.request_repaint_after(due);
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
        self.panels.take_offer(&self.model);
        let mut asked = pressed(ui.ctx());
        let cx = &mut Context {
            model: &self.model,
            now: self.clock.now(),
            texts: Texts::of(self.lang()),
            palette: theme::palette(ui.ctx()),
            sizes: theme::sizes(ui.ctx()),
            commands: &mut commands,
            actions: &mut asked,
        };
        spoken::window_name(ui.ctx(), cx.texts.get("app-name"));
        foreign::tell_in(ui.ctx(), cx.texts);
        self.panels.ui(ui, cx);
        announcer::ui(ui, cx);
        self.commands = commands;
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.drain_events(ctx);
        self.follow_look(ctx);
        let now = self.clock.now();
        self.work(now);
        if let Some(job) = self.model.collect(now) {
            self.send(job);
        }
        self.ask_for_next_second(ctx);
        let halves = self.model.halves().open(self.clock.now()).is_some();
        let holds = halves || self.model.held().is_some() || !self.model.at_work().is_empty();
        let asks = self.model.asks(Question::Quit);
        self.panels.guard(ctx, holds && asks);
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
