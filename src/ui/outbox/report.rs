//! How publishing many messages goes, and what came of it.

use egui::{ProgressBar, RichText, Ui};

use crate::i18n::Value;
use crate::session::outbox::{End, FailureKind, FileSource, Report, Run, Source};
use crate::ui::card;
use crate::ui::connections::connection_name;
use crate::ui::context::Context;
use crate::ui::plot::Unit;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{
    from_the_right, icon_button, link_button, marked_button, marked_remark, named, remark,
    stop_button,
};

/// Numbers of messages that went wrong, that are named.
const NUMBERS: usize = 8;

/// What somebody asks of a summary.
pub(super) enum Asked {
    /// It has been read.
    Dismiss,
    /// Go on with the file from this line.
    Resume(FileSource, u64),
}

/// While it goes on; whether it is to stop.
pub(super) fn running_ui(ui: &mut Ui, cx: &Context<'_>, run: &Run) -> bool {
    let (t, p) = (cx.texts, cx.palette);
    let report = &run.report;
    match run.total {
        Some(total) => bar_ui(ui, cx, report.done(), total),
        None => ui.add_space(theme::LEASE_BAR_HEIGHT),
    }
    let stop = ui
        .horizontal(|ui| {
            ui.label(progress(cx, run));
            from_the_right(ui, |ui| stop_ui(ui, cx, run)).unwrap_or(false)
        })
        .inner;
    let mut parts = Vec::new();
    if let Some(rate) = report.rate(cx.now) {
        parts.push(t.format("run-rate", &[("rate", decimal(rate).into())]));
    }
    if report.in_flight > 0 {
        parts.push(t.format("run-in-flight", &[("n", report.in_flight.into())]));
    }
    if !parts.is_empty() {
        remark(ui, &parts.join(" · "), p.dim);
    }
    kinds_ui(ui, cx, report);
    stop
}

/// The button that stops it, as long as it can; whether it was clicked.
fn stop_ui(ui: &mut Ui, cx: &Context<'_>, run: &Run) -> Option<bool> {
    let (t, p) = (cx.texts, cx.palette);
    if run.stopping {
        ui.label(theme::dim(ui.ctx(), t.get("view-stopping")))
            .on_hover_text(t.get("run-stopping-why"));
        return None;
    }
    let text = RichText::new(t.get("run-stop"));
    Some(ui.add(marked_button(icons::STOP, text, p.bad)).clicked())
}

/// `23 of 50`, or how many if nobody knows of how many.
fn progress(cx: &Context<'_>, run: &Run) -> String {
    let done = run.report.done();
    match run.total {
        Some(total) => {
            let values = [("done", done.into()), ("total", total.into())];
            cx.texts.format("run-progress", &values)
        }
        None => cx.texts.format("run-count", &[("done", done.into())]),
    }
}

/// One line for the foot of the window; whether it is to stop.
pub(super) fn line_ui(ui: &mut Ui, cx: &Context<'_>, run: &Run) -> bool {
    let connection = cx.model.connection(&run.connection);
    let name = connection.map_or_else(String::new, |connection| connection_name(cx, connection));
    let values = [
        ("connection", name.into()),
        ("progress", progress(cx, run).into()),
    ];
    let text = cx.texts.format("run-status", &values);
    ui.label(RichText::new(text).color(cx.palette.accent));
    if run.stopping {
        return false;
    }
    stop_button(ui, cx.texts.get("run-stop-status"), cx.palette).clicked()
}

/// How much of something is done.
pub(super) fn bar_ui(ui: &mut Ui, cx: &Context<'_>, done: u64, all: u64) {
    // Only for the eye: the numbers beside it are exact.
    let part = if all == 0 {
        0.0
    } else {
        done as f32 / all as f32
    };
    let bar = ProgressBar::new(part)
        .desired_height(theme::LEASE_BAR_HEIGHT)
        .fill(cx.palette.accent);
    let response = ui.add(bar);
    let name = cx.texts.get("run-bar");
    named(ui, response, egui::Role::ProgressIndicator, name);
}

/// What came of it; what somebody asks then.
pub(super) fn ended_ui(ui: &mut Ui, cx: &Context<'_>, run: &Run) -> Option<Asked> {
    let (t, p) = (cx.texts, cx.palette);
    let (report, mut asked) = (&run.report, None);
    let (at, end) = report.ended.as_ref()?;
    let values: Vec<(&'static str, Value<'_>)> = vec![
        ("stored", report.stored.into()),
        ("total", run.total.unwrap_or(report.taken).into()),
        ("secs", decimal(report.duration(*at).as_secs_f64()).into()),
    ];
    let wrong = report.failed + report.unknown + report.unfit > 0;
    let (key, mark, color) = match end {
        End::Done if !wrong => ("run-done", icons::DONE, p.ok),
        End::Done => ("run-done-partly", icons::WARNING, p.soon),
        End::Stopped => ("run-stopped", icons::STOP, p.soon),
        End::FirstError(_) => ("run-first-error", icons::WARNING, p.bad),
        End::Broken(_) => ("run-broken", icons::WARNING, p.bad),
    };
    let text = t.format(key, &values);
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.horizontal(|ui| {
        // What came of it is lines of text, not of controls.
        ui.spacing_mut().interact_size.y = theme::BODY_LINE;
        from_the_right(ui, |ui| {
            if icon_button(ui, icons::CLOSE, t.get("run-dismiss")).clicked() {
                asked = Some(Asked::Dismiss);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                marked_remark(ui, mark, &text, color);
            });
        });
    });
    if let End::Broken(trouble) = end {
        card::trouble_ui(ui, cx, trouble);
    }
    if let Some(latency) = report.latency {
        let time = |millis: u64| Unit::Millis.text(t, millis as f64);
        let mut text = t.format(
            "run-latency",
            &[
                ("p50", time(latency.p50).into()),
                ("p95", time(latency.p95).into()),
                ("max", time(latency.max).into()),
            ],
        );
        if let Some(rate) = report.rate(*at) {
            let rate = t.format("run-rate", &[("rate", decimal(rate).into())]);
            text = format!("{rate} · {text}");
        }
        remark(ui, &text, p.dim);
    }
    kinds_ui(ui, cx, report);
    samples_ui(ui, cx, run);
    if let (Source::File(file), Some(line)) = (&run.source, report.resume_from()) {
        let text = t.format("run-resume", &[("line", line.into())]);
        if link_button(ui, &text, p).clicked() {
            asked = Some(Asked::Resume(file.clone(), line));
        }
    }
    asked
}

fn kinds_ui(ui: &mut Ui, cx: &Context<'_>, report: &Report) {
    for kind in &report.kinds {
        kind_ui(ui, cx, kind);
    }
}

fn kind_ui(ui: &mut Ui, cx: &Context<'_>, kind: &FailureKind) {
    let (t, p) = (cx.texts, cx.palette);
    let values = [
        ("n", kind.count.into()),
        ("what", cx.say(&kind.what).into()),
    ];
    let (key, color) = match (kind.unknown, &kind.next) {
        (true, _) => ("run-kind-unknown", p.soon),
        (false, Some(_)) => ("run-kind-failed", p.bad),
        (false, None) => ("run-kind-unfit", p.bad),
    };
    remark(ui, &t.format(key, &values), color);
    if let Some(next) = &kind.next {
        remark(ui, &cx.say(next), p.dim);
    }
    if let Some(card) = &kind.card {
        card::link_ui(ui, cx, card);
    }
}

/// The numbers of the first that went wrong.
fn samples_ui(ui: &mut Ui, cx: &Context<'_>, run: &Run) {
    let samples = &run.report.samples;
    if samples.is_empty() {
        return;
    }
    let shown = samples.iter().take(NUMBERS);
    let mut numbers: Vec<String> = shown.map(|(number, _)| number.to_string()).collect();
    let wrong = run.report.failed + run.report.unknown + run.report.unfit;
    if wrong > numbers.len() as u64 {
        numbers.push("…".to_owned());
    }
    let numbers = [("numbers", numbers.join(", ").into())];
    let text = match run.source {
        Source::Form(_) => cx.texts.format("run-samples-messages", &numbers),
        Source::File(_) => cx.texts.format("run-samples-lines", &numbers),
    };
    remark(ui, &text, cx.palette.dim);
}

/// A number with one digit behind the point, none where it would be a zero.
fn decimal(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
}
