//! Closing the window while messages are held, half messages wait for a decision or work goes on that
//! ends with the window: says what, and asks whether that is meant. Nothing is acked or lost either
//! way; what is held comes again for the group.

use egui::{Context as Egui, Label, ViewportCommand};

use crate::session::{Work, WorkKind};

use super::context::{Context, countdown};
use super::dialog;
use super::spoken::title_ui;
use super::theme;

const WIDTH: f32 = 420.0;

/// Whether somebody wants to close the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Quit {
    /// Nobody.
    #[default]
    No,
    /// Somebody; the question is open.
    Asked,
    /// Somebody who knows what it means.
    Sure,
}

impl Quit {
    /// Holds back a close if there is something to ask.
    pub(super) fn guard(&mut self, ctx: &Egui, holds: bool) {
        let requested = ctx.input(|input| input.viewport().close_requested());
        if requested && holds && *self != Quit::Sure {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            *self = Quit::Asked;
        }
    }

    /// The question, if it is open.
    pub(super) fn ui(&mut self, ctx: &Egui, cx: &Context<'_>) {
        if *self != Quit::Asked {
            return;
        }
        let (held, halves) = (cx.model.held(), cx.model.halves().open(cx.now));
        let work = cx.model.at_work();
        if held.is_none() && halves.is_none() && work.is_empty() {
            // Everything is done, was decided on, was acked or has returned meanwhile.
            return self.close(ctx);
        }
        let t = cx.texts;
        let ((quit, stay), left) = dialog::show(ctx, "quit", |ui| {
            ui.set_width(WIDTH);
            for (what, title, text) in [
                (held, "quit-title", "quit-what"),
                (halves, "quit-halves", "quit-halves-what"),
            ] {
                let Some((count, first, last)) = what else {
                    continue;
                };
                title_ui(ui, &t.format(title, &[("n", count.into())]));
                ui.add_space(theme::GAP);
                let values = [
                    ("first", countdown(first.since(cx.now)).into()),
                    ("last", countdown(last.since(cx.now)).into()),
                ];
                ui.add(Label::new(theme::dim(ui.ctx(), t.format(text, &values))).wrap());
                ui.add_space(theme::GAP);
            }
            if !work.is_empty() {
                let n = [("n", work.len().into())];
                title_ui(ui, &t.format("quit-work", &n));
                ui.add_space(theme::GAP);
                for work in &work {
                    ui.add(Label::new(theme::inked(words(cx, work), cx.palette.text)).wrap());
                    ui.add_space(theme::GAP);
                }
            }
            ui.horizontal(|ui| {
                let quit = ui.button(theme::strong(t.get("quit-yes")).color(cx.palette.bad));
                let stay = ui.button(t.get("quit-no"));
                (dialog::is_pressed(t, quit), stay.clicked())
            })
            .inner
        });
        if quit {
            self.close(ctx);
        } else if stay || left {
            *self = Quit::No;
        }
    }

    fn close(&mut self, ctx: &Egui) {
        *self = Quit::Sure;
        ctx.send_viewport_cmd(ViewportCommand::Close);
    }
}

/// What goes on, how far it is, and what becomes of the rest.
fn words(cx: &Context<'_>, work: &Work) -> String {
    let t = cx.texts;
    let total = work.total.map(|total| total.max(work.done));
    let far = match total {
        Some(total) => t.format(
            "quit-of",
            &[("done", work.done.into()), ("total", total.into())],
        ),
        None => t.format("quit-done", &[("done", work.done.into())]),
    };
    let name = |path: &std::path::Path| {
        let name = path.file_name().unwrap_or(path.as_os_str());
        name.to_string_lossy().into_owned()
    };
    let (key, name) = match &work.kind {
        WorkKind::Repeat => ("quit-repeat", String::new()),
        WorkKind::File(path) => ("quit-file", name(path)),
        WorkKind::Letters => ("quit-letters", String::new()),
        WorkKind::Replay => ("quit-replay", String::new()),
        WorkKind::Export {
            path,
            bodies: false,
        } => ("quit-export", name(path)),
        WorkKind::Export { path, bodies: true } => ("quit-bodies", name(path)),
    };
    t.format(key, &[("far", far.into()), ("name", name.into())])
}
