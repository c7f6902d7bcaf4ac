//! Publishing many messages, below the publish form: the form so many times, or a file. Folded
//! away it is two quiet words beside the button; while it goes on, its strip is in place of them.
//!
//! Keeps what is filled in; what is published and what came of it is the model's.

mod confirm;
mod file;
mod pace;
pub(super) mod preview;
mod report;

use egui::{ScrollArea, Ui};

use crate::protocol::Limits;
use crate::session::outbox::{Each, FileSource, MOST_TIMES, OutboxCommand, Outlook, Source};
use crate::session::{Command, Draft};

use super::actions::Action;
use super::context::Context;
use super::sights::{Sight, saw};
use super::theme;
use super::theme::icons;
use super::widgets::{from_the_right, icon_button, link_button, primary_button};
use confirm::{Confirm, Sending};
use file::FileForm;
use pace::{PaceForm, number_ui};

/// The part of the form's height that the fold may take.
const MOST_OF_HEIGHT: f32 = 0.6;

/// Least width of the main button.
const BUTTON_WIDTH: f32 = 96.0;

/// What the main button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Mode {
    /// Publishes the form.
    #[default]
    Once,
    /// Publishes the form many times.
    Repeat,
    /// Publishes a file.
    File,
}

/// What is filled in.
pub(super) struct OutboxPanel {
    mode: Mode,
    times: u64,
    pace: PaceForm,
    file: FileForm,
    confirm: Confirm,
    /// The run whose numbers the form has gone on from.
    counted: u64,
}

/// What the form is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sends {
    /// Publish what is in it.
    Once,
    /// Nothing: it is done here.
    Many,
}

impl Default for OutboxPanel {
    fn default() -> Self {
        Self {
            mode: Mode::Once,
            times: 10,
            pace: PaceForm::default(),
            file: FileForm::default(),
            confirm: Confirm::default(),
            counted: 0,
        }
    }
}

impl OutboxPanel {
    /// The file that the form is filled in from, if there is to be one.
    pub(super) fn file(&self, cx: &Context<'_>) -> Option<FileSource> {
        match self.mode {
            Mode::File => Some(self.file.source(cx)),
            Mode::Once | Mode::Repeat => None,
        }
    }

    /// Whether what is wrong in a field of the form matters: lines that are messages take no more
    /// than the topic from it.
    pub(super) fn needs_all_fields(&self) -> bool {
        self.mode != Mode::File || self.file.each == Each::Fills
    }

    /// What there is to fill in and what came of the last run, above the main button; no higher
    /// than a part of the room there is.
    pub(super) fn fold_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        draft: &Draft,
        limits: &Limits,
        room: f32,
    ) {
        let ended = cx.model.outbox().run().is_some();
        if self.mode == Mode::Once && !ended {
            return;
        }
        ui.separator();
        ScrollArea::vertical()
            .id_salt("outbox")
            .max_height(room * MOST_OF_HEIGHT)
            .show(ui, |ui| {
                // What came of it is in sight at once, however much is filled in.
                self.report_ui(ui, cx);
                if self.mode != Mode::Once {
                    self.filled_in_ui(ui, cx, draft, limits);
                }
            });
        ui.add_space(theme::GAP_SMALL);
    }

    fn filled_in_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, draft: &Draft, limits: &Limits) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            let title = match self.mode {
                Mode::Once | Mode::Repeat => t.get("outbox-repeat-title"),
                Mode::File => t.get("outbox-file-title"),
            };
            ui.label(theme::column_head(ui.ctx(), title));
            from_the_right(ui, |ui| {
                if icon_button(ui, icons::CLOSE, t.get("outbox-once")).clicked() {
                    self.close(cx);
                }
            });
        });
        match self.mode {
            Mode::Once => {}
            Mode::Repeat => self.repeat_ui(ui, cx),
            Mode::File => self.file.ui(ui, cx, &mut self.pace, draft, limits),
        }
    }

    /// Shows what publishes the form many times.
    pub(super) fn open_repeat(&mut self) {
        self.mode = Mode::Repeat;
    }

    /// Shows what publishes a file.
    pub(super) fn open_file(&mut self) {
        self.mode = Mode::File;
    }

    fn close(&mut self, cx: &mut Context<'_>) {
        if self.mode == Mode::File {
            self.file.close(cx);
        }
        self.mode = Mode::Once;
    }

    fn repeat_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let times = &mut self.times;
        self.pace.ui(ui, cx, |ui| {
            number_ui(ui, cx.texts.get("outbox-times"), times, 1..=MOST_TIMES);
        });
    }

    /// The main button and what stands beside it. `asked`: it was pressed by other ways. What the
    /// form is to do, once somebody wants that.
    pub(super) fn button_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        draft: &Draft,
        limits: &Limits,
        asked: bool,
    ) -> Option<Sends> {
        let t = cx.texts;
        let pending = cx.model.publish().pending;
        let (text, enabled) = match self.mode {
            Mode::Once if pending => (t.get("publish-pending").to_owned(), false),
            Mode::Once => (t.get("publish-button").to_owned(), true),
            Mode::Repeat => {
                let n = [("n", self.times.into())];
                (t.format("outbox-publish-times", &n), !pending)
            }
            Mode::File => self.file.button(cx, draft, limits),
        };
        let clicked = ui
            .horizontal(|ui| {
                let button = primary_button(ui, &text, BUTTON_WIDTH, enabled, cx.palette);
                saw(ui.ctx(), Sight::Publish, button.rect);
                let clicked = button.clicked();
                let shortcut = Action::Publish.shortcut(ui.ctx(), t).unwrap_or_default();
                ui.label(theme::label(ui.ctx(), shortcut));
                if self.mode == Mode::Once {
                    from_the_right(ui, |ui| self.modes_ui(ui, cx));
                }
                clicked
            })
            .inner;
        let wanted = enabled && (clicked || asked);
        wanted.then_some(match self.mode {
            Mode::Once => Sends::Once,
            Mode::Repeat | Mode::File => Sends::Many,
        })
    }

    fn modes_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        for (mode, text) in [
            (Mode::File, cx.texts.get("outbox-file")),
            (Mode::Repeat, cx.texts.get("outbox-repeat")),
        ] {
            if link_button(ui, text, cx.palette).clicked() {
                self.mode = mode;
            }
        }
    }

    /// Publishes, or looks at the file first; asks before many messages go where it matters.
    pub(super) fn send(&mut self, cx: &mut Context<'_>, draft: &Draft, limits: &Limits) {
        let source = match self.mode {
            Mode::Once => return,
            Mode::Repeat => Source::Form(self.times),
            Mode::File => {
                if !self.file.is_ready(cx, draft, limits) {
                    return self.file.look(cx, draft);
                }
                Source::File(self.file.source(cx))
            }
        };
        let run = (draft.clone(), source, self.pace.pace());
        let lines = self.file.count(cx, draft, limits);
        let many = Sending::Many(Box::new(run));
        self.confirm.ask_or_go(cx, many, lines);
    }

    /// Publishes one message; asks before it goes where it matters. Whether it was published.
    pub(super) fn send_one(&mut self, cx: &mut Context<'_>, draft: &Draft) -> bool {
        let one = Sending::One(Box::new(draft.clone()));
        self.confirm.ask_or_go(cx, one, None)
    }

    /// The question, if it is open; whether a single message was published.
    pub(super) fn confirm_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        self.confirm.ui(ui.ctx(), cx)
    }

    /// How it goes, in place of the button. Whether it goes on at all.
    pub(super) fn strip_ui(ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let Some(run) = cx.model.outbox().running() else {
            return false;
        };
        if report::running_ui(ui, cx, run) {
            cx.command(Command::Outbox(OutboxCommand::StopRun));
        }
        true
    }

    /// What came of the last run, until that was read.
    fn report_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some(run) = cx.model.outbox().run().filter(|run| !run.is_running()) else {
            return;
        };
        match ui.scope(|ui| report::ended_ui(ui, cx, run)).inner {
            Some(report::Asked::Dismiss) => cx.command(Command::Outbox(OutboxCommand::DropRun)),
            Some(report::Asked::Resume(source, line)) => {
                self.mode = Mode::File;
                self.file.resume(&source, line);
            }
            None => {}
        }
    }

    /// The numbers that the last run used up, once: where the next message begins.
    pub(super) fn count_on(&mut self, cx: &Context<'_>, draft: &mut Draft) {
        let Some(run) = cx.model.outbox().run().filter(|run| !run.is_running()) else {
            return;
        };
        if run.id != self.counted {
            self.counted = run.id;
            // Whoever has set another number meanwhile means it.
            if draft.seq_from.0 == run.first_number {
                draft.seq_from.0 = run.first_number.saturating_add(run.report.taken);
            }
        }
    }

    /// What the draft says fits the file better one way or the other; told when it may change.
    pub(super) fn follow(&mut self, outlook: &Outlook) {
        if self.mode == Mode::File {
            self.file.follow(outlook.needs_row);
        }
    }
}

/// A line for the foot of the window while it goes on.
pub(super) fn status_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let Some(run) = cx.model.outbox().running() else {
        return;
    };
    if report::line_ui(ui, cx, run) {
        cx.command(Command::Outbox(OutboxCommand::StopRun));
    }
}
