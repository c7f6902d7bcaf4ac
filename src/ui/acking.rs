//! Acking many at once: the button, how it goes with a way to stop it, and the switch that acks
//! what arrives. Changes nothing itself.

use egui::{Button, ProgressBar, RichText, Ui};

use crate::session::{AckCommand, AckRun, Command, Decision, RunStop, Subscription, TableCommand};

use super::context::Context;
use super::theme;
use super::theme::icons;
use super::toolbar::table;
use super::widgets::{check_box, from_the_right, icon_button, link_button, marked_button, named};

/// So many rows are acked before one could read how it goes: that is said only if some failed.
const AT_ONCE: usize = 16;

/// Acks the selected rows; one set of them at a time.
pub(super) fn selected_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let count = view.rows.selected().len();
    let running = view.acking.is_running();
    let text = cx.texts.format("ack-selected", &[("n", count.into())]);
    let button = Button::new(theme::strong(text));
    let mut response = ui.add_enabled(count > 0 && !running, button);
    if running {
        response = response.on_disabled_hover_text(cx.texts.get("acking-busy-next"));
    }
    if response.clicked() {
        cx.command(Command::Acking(view.id, AckCommand::Selected));
    }
}

/// Whether what arrives is acked.
pub(super) fn auto_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    if !view.takes_acks() {
        return;
    }
    let mut on = view.acking.is_auto();
    let connection = cx.model.connection(view.connection());
    let locked = connection.is_some_and(|connection| connection.profile.read_only);
    let check = check_box(&mut on, t.get("auto-ack"));
    let response = ui
        .add_enabled(!locked || view.acking.is_auto(), check)
        .on_hover_text(t.get("auto-ack-why"))
        .on_disabled_hover_text(t.get("auto-ack-locked"));
    if response.changed() {
        cx.command(Command::Acking(view.id, AckCommand::Auto(on)));
    }
}

/// How acking the selected rows goes, or went.
pub(super) fn progress_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let Some(run) = view.acking.run() else {
        return;
    };
    let quiet = run.total <= AT_ONCE && run.stop.is_none() && run.failed == 0;
    if quiet {
        return;
    }
    ui.add_space(theme::GAP);
    theme::banner_frame(cx.palette.raised).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                end_ui(ui, cx, view, run);
                failed_ui(ui, cx, view, run);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    words_ui(ui, cx, run, view.decisions.of_run());
                });
            });
        });
    });
}

/// What is left to do about it: to stop it, or to have read how it ended.
fn end_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, run: &AckRun) {
    let t = cx.texts;
    if run.ended {
        if icon_button(ui, icons::CLOSE, t.get("acking-dismiss")).clicked() {
            cx.command(Command::Acking(view.id, AckCommand::Dismiss));
        }
        return;
    }
    let name = match view.checks_halves() {
        true => t.get("half-stop"),
        false => t.get("acking-stop"),
    };
    let button = marked_button(icons::STOP, theme::strong(name), cx.palette.bad);
    let response = ui
        .add_enabled(run.stop.is_none(), button)
        .on_hover_text(t.get("acking-stop-why"));
    if response.clicked() {
        cx.command(Command::Acking(view.id, AckCommand::Stop));
    }
}

/// How many failed, and which.
fn failed_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, run: &AckRun) {
    let t = cx.texts;
    if run.failed == 0 {
        return;
    }
    if run.ended && link_button(ui, t.get("acking-show-failed"), cx.palette).clicked() {
        let filter = TableCommand::SetFilter("is:failed".to_owned());
        table(cx, view, filter);
    }
    let text = t.format("acking-failed", &[("n", run.failed.into())]);
    ui.label(theme::strong(text).color(cx.palette.bad));
}

fn words_ui(ui: &mut Ui, cx: &Context<'_>, run: &AckRun, decision: Option<Decision>) {
    let (t, p) = (cx.texts, cx.palette);
    let values = [
        ("done", run.done().into()),
        ("acked", run.acked.into()),
        ("total", run.total.into()),
    ];
    if !run.ended {
        let key = match decision {
            None => "acking-progress",
            Some(Decision::Commit) => "half-commit-progress",
            Some(Decision::Rollback) => "half-rollback-progress",
        };
        let text = t.format(key, &values);
        ui.label(theme::strong(text.as_str()));
        let part = run.done() as f32 / run.total.max(1) as f32;
        let bar = ProgressBar::new(part)
            .desired_width(ui.available_width().clamp(40.0, 220.0))
            .desired_height(theme::GAP)
            .fill(p.ok);
        let response = ui.add(bar);
        named(ui, response, egui::Role::ProgressIndicator, &text);
        return;
    }
    let key = match decision {
        None => "acking-ended",
        Some(Decision::Commit) => "half-commit-ended",
        Some(Decision::Rollback) => "half-rollback-ended",
    };
    ui.label(theme::strong(t.format(key, &values)));
    let left = run.total - run.done();
    let n = [("n", left.into())];
    let why = match run.stop {
        Some(RunStop::Asked) => t.format("acking-stopped", &n),
        Some(RunStop::Failed) => t.format("acking-gave-up", &n),
        None => String::new(),
    };
    if left > 0 {
        ui.label(RichText::new(why).color(p.dim));
    }
    if run.left_out > 0 {
        let n = [("n", run.left_out.into())];
        ui.label(RichText::new(t.format("acking-left-out", &n)).color(p.dim));
    }
}
