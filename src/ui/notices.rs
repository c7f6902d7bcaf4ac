//! The drawer of notices: what happened, why, what to do next. Newest first.

use egui::{Label, RichText, ScrollArea, Ui};

use crate::session::{Command, Level, Notice};

use super::card;
use super::connections;
use super::context::Context;
use super::empty::Empty;
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, dot, from_the_right};

/// What goes on the line of the drawer's tabs.
pub(super) fn head_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    from_the_right(ui, |ui| {
        if ui.button(cx.texts.get("notices-clear")).clicked() {
            cx.command(Command::ClearNotices);
        }
    });
}

/// The list.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let model = cx.model;
    if model.notices().len() == 0 {
        Empty::new(icons::NOTICE, "notices-none").ui(ui, cx);
        return;
    }
    ScrollArea::vertical()
        .id_salt("notices")
        .auto_shrink(false)
        .show(ui, |ui| {
            // The newest one that speaks of it: the others are over.
            let of_sandbox = model.notices().position(speaks_of_sandbox);
            for (place, notice) in model.notices().enumerate() {
                notice_ui(ui, cx, notice, of_sandbox == Some(place));
            }
        });
}

/// Whether it says that the sandbox does not run, or not as it was meant.
fn speaks_of_sandbox(notice: &Notice) -> bool {
    matches!(
        notice.summary.key,
        "notice-port-taken"
            | "notice-sandbox-in-memory"
            | "notice-sandbox-failed"
            | "notice-sandbox-not-restored"
    )
}

/// `starts`: with the way to a sandbox that runs as it was meant.
fn notice_ui(ui: &mut Ui, cx: &mut Context<'_>, notice: &Notice, starts: bool) {
    ui.horizontal_top(|ui| {
        dot(ui, shape(notice.level), color(cx, notice.level));
        let at = ui.label(theme::dim(ui.ctx(), cx.time(notice.at)));
        cx.with_all_of(at, notice.at);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let wrapped = |ui: &mut Ui, text: RichText| {
                ui.add(Label::new(text).wrap());
            };
            let summary = cx.say(&notice.summary);
            wrapped(ui, theme::strong(&summary));
            if let Some(next) = &notice.next_step {
                wrapped(ui, theme::inked(cx.say(next), cx.palette.text));
            }
            if !notice.detail.is_empty() && notice.detail != summary {
                wrapped(ui, theme::code(&notice.detail).color(cx.palette.dim));
            }
            if let Some(card) = &notice.card {
                card::link_ui(ui, cx, card);
            }
            if starts {
                connections::start_ui(ui, cx);
            }
        });
    });
}

/// A level's shape, so that it is not told by colour alone.
pub(super) fn shape(level: Level) -> Dot {
    match level {
        Level::Info => Dot::Ring,
        Level::Warning => Dot::Half,
        Level::Error => Dot::Full,
    }
}

/// A level's colour.
pub(super) fn color(cx: &Context<'_>, level: Level) -> egui::Color32 {
    match level {
        Level::Info => cx.palette.dim,
        Level::Warning => cx.palette.soon,
        Level::Error => cx.palette.bad,
    }
}
