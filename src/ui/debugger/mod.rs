//! The signature debugger: on the left what was pasted and the keys it should have been signed
//! with, or what a sandbox refused; on the right what is known about it. Finds nothing out itself.
//!
//! What was pasted stays here as long as the window lives. Secret keys that were typed stay until
//! the debugger is closed, and are wiped then.

mod findings;
mod input;
mod sent;
mod strings;

use egui::{Align, Id, Layout, ScrollArea, Ui, Vec2};

use crate::explained::json::Report;
use crate::explained::paste_error;
use crate::explained::text::{self, Hints};
use crate::session::{Command, DebuggerCommand, DebuggerTrouble, Explained};

use super::context::Context;
use super::dialog;
use super::spoken::title_ui;
use super::theme;
use super::widgets::{Dot, dot, from_the_right, remark};

use findings::Findings;
use input::Input;

/// Most of the window that it takes.
const SIZE: Vec2 = egui::vec2(1240.0, 860.0);

/// What it leaves free around it.
const AROUND: Vec2 = egui::vec2(96.0, 96.0);

/// Width of the left side, of the whole.
const LEFT: f32 = 0.3;

const HINTS: Hints = Hints {
    no_keys: "debugger-no-keys",
    old: "debugger-old",
};

/// Asks for the debugger from where nothing can be commanded, such as a card: for the request of this
/// id in the server's logs, if there is one. Heard in the same frame.
pub(super) fn ask_for(ctx: &egui::Context, request_id: Option<&str>) {
    let id = request_id.unwrap_or_default().to_owned();
    ctx.data_mut(|data| data.insert_temp(asked(), id));
}

fn asked() -> Id {
    Id::unique("debugger is asked for")
}

/// What is typed into it.
#[derive(Default)]
pub(super) struct DebuggerWindow {
    input: Input,
    findings: Findings,
}

impl DebuggerWindow {
    /// The window, if it is open.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &mut Context<'_>) {
        let wanted = ctx.data_mut(|data| data.remove_temp::<String>(asked()));
        if let Some(id) = wanted {
            cx.command(Command::Debugger(DebuggerCommand::Request(id)));
        }
        if !cx.model.debugger().is_shown() {
            return;
        }
        self.input.take_opening(cx);
        let size = SIZE.min(ctx.content_rect().size() - AROUND);
        let (done, left) = dialog::show(ctx, "debugger", |ui| {
            ui.set_width(size.x);
            self.content_ui(ui, cx, size)
        });
        // What was pasted stays; keys that were typed would be gone.
        if done || (left && !self.input.holds_keys()) {
            self.input.wipe(ctx);
            cx.command(Command::Debugger(DebuggerCommand::Close));
        }
    }

    /// Draws it; whether it is done with.
    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, size: Vec2) -> bool {
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let done = head_ui(ui, cx);
        let height = size.y - cx.sizes.control - theme::GAP;
        let left = (size.x * LEFT).max(240.0);
        ui.horizontal_top(|ui| {
            let down = Layout::top_down(Align::Min);
            ui.allocate_ui_with_layout(egui::vec2(left, height), down, |ui| {
                ui.set_width(left);
                ui.set_height(height);
                let about = cx.model.debugger();
                match (about.is_about_pasted(), about.outcome()) {
                    (false, Some(Ok(found))) => sent::ui(ui, cx, found),
                    (false, _) => sent::back_ui(ui, cx),
                    (true, _) => self.input.ui(ui, cx, height),
                }
            });
            ui.add_space(theme::PAD);
            ui.vertical(|ui| {
                ui.set_height(height);
                ScrollArea::vertical()
                    .id_salt("findings")
                    .auto_shrink(false)
                    .max_height(height)
                    .show(ui, |ui| self.outcome_ui(ui, cx));
            });
        });
        done
    }

    fn outcome_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let (t, p) = (cx.texts, cx.palette);
        let debugger = cx.model.debugger();
        if debugger.is_pending() {
            ui.label(theme::dim(ui.ctx(), t.get("debugger-pending")));
        } else if self.input.is_stale() && debugger.is_about_pasted() {
            remark(ui, t.get("debugger-stale"), p.soon);
        }
        match debugger.outcome() {
            Some(Ok(found)) => self.findings.ui(ui, cx, found),
            Some(Err(trouble)) => trouble_ui(ui, cx, trouble),
            None if debugger.is_pending() => {}
            None => {
                ui.label(theme::dim(ui.ctx(), t.get("debugger-nothing-yet")));
            }
        }
    }
}

/// Title and buttons; whether it is done with.
fn head_ui(ui: &mut Ui, cx: &Context<'_>) -> bool {
    let t = cx.texts;
    let found = cx.model.debugger().outcome().and_then(Result::ok);
    ui.horizontal(|ui| {
        title_ui(ui, t.get("debugger-title"));
        from_the_right(ui, |ui| {
            let done = ui.button(t.get("close")).clicked();
            if let Some(found) = found {
                if ui.button(t.get("debugger-copy-json")).clicked() {
                    ui.ctx().copy_text(as_json(cx, found));
                }
                if ui.button(t.get("debugger-copy-text")).clicked() {
                    ui.ctx().copy_text(as_text(cx, found));
                }
            }
            done
        })
    })
    .inner
}

/// As `mqscope explain` prints it.
fn as_text(cx: &Context<'_>, found: &Explained) -> String {
    let page = text::page(
        cx.texts,
        &found.explanation,
        found.form(),
        found.with_keys,
        HINTS,
    );
    match sent::as_text(found) {
        None => page,
        Some(request) => format!("{request}\n\n{page}"),
    }
}

/// As `mqscope explain --json` prints it.
fn as_json(cx: &Context<'_>, found: &Explained) -> String {
    let report = Report::new(cx.texts, &found.explanation, found.form());
    // Strings and numbers: there is nothing that could fail.
    serde_json::to_string_pretty(&report).unwrap_or_default()
}

fn trouble_ui(ui: &mut Ui, cx: &Context<'_>, trouble: &DebuggerTrouble) {
    let (t, p) = (cx.texts, cx.palette);
    let (what, detail) = match trouble {
        DebuggerTrouble::Paste(error) => (paste_error(t, error), String::new()),
        DebuggerTrouble::Other(trouble) => {
            let what = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
            (what, trouble.detail.clone())
        }
    };
    ui.horizontal_top(|ui| {
        dot(ui, Dot::Full, p.bad);
        ui.vertical(|ui| {
            ui.add(egui::Label::new(theme::inked(what, p.bad)).wrap());
            if !detail.is_empty() {
                remark(ui, &detail, p.dim);
            }
        });
    });
}
