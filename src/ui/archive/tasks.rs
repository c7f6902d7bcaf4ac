//! How exports and replays of a view go, a line each: a bar and a way to stop while they go on, what
//! came of them afterwards.

use std::path::Path;

use egui::{Align, Color32, Label, Layout, ProgressBar, RichText, Ui};

use crate::session::{
    ArchiveCommand, Command, End, ExportFormat, Stage, Subscription, Task, TaskKind,
};

use super::super::card;
use super::super::connections::connection_name;
use super::super::context::{Context, bytes, countdown};
use super::super::theme;
use super::super::theme::icons::{self, Icon};
use super::super::widgets::{from_the_right, icon_button, marked_button, marked_line};

const BAR_WIDTH: f32 = 140.0;

/// The lines of a view.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let model = cx.model;
    for task in model.archive().tasks_of(view.id) {
        line_ui(ui, cx, task);
    }
}

fn line_ui(ui: &mut Ui, cx: &mut Context<'_>, task: &Task) {
    let (mark, text, ink, ground) = words_of(cx, task);
    ui.add_space(theme::GAP);
    theme::banner_frame(ground).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                buttons_ui(ui, cx, task);
                if let Some(trouble) = &task.sum.trouble {
                    card::of_trouble_ui(ui, cx, trouble);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    if matches!(task.stage, Stage::Going | Stage::Stopping) {
                        let part = task.sum.all() as f32 / task.total.max(1) as f32;
                        ui.add(
                            ProgressBar::new(part)
                                .desired_width(BAR_WIDTH)
                                .desired_height(theme::LEASE_BAR_HEIGHT)
                                .fill(cx.palette.accent),
                        );
                    }
                    let line = match mark {
                        Some(mark) => marked_line(ui, mark, &text, ink),
                        None => ui.add(Label::new(RichText::new(&text).color(ink)).truncate()),
                    };
                    line.on_hover_text(&text);
                });
            });
        });
    });
}

fn buttons_ui(ui: &mut Ui, cx: &mut Context<'_>, task: &Task) {
    let t = cx.texts;
    match task.stage {
        Stage::Ended(_) => {
            if icon_button(ui, icons::CLOSE, t.get("archive-dismiss")).clicked() {
                cx.command(Command::Archive(ArchiveCommand::Dismiss(task.id)));
            }
        }
        Stage::Collecting | Stage::Going => {
            let name = t.get(match task.kind {
                TaskKind::Export { .. } => "archive-stop-export",
                TaskKind::Replay { .. } => "archive-stop-replay",
            });
            let button = marked_button(icons::STOP, theme::strong(name), cx.palette.bad);
            if ui.add(button).clicked() {
                cx.command(Command::Archive(ArchiveCommand::Stop(task.id)));
            }
        }
        Stage::Stopping => {
            ui.label(theme::dim(ui.ctx(), t.get("archive-stopping")));
        }
    }
}

/// What there is to say, with which mark, in which colour and on which ground.
fn words_of(cx: &Context<'_>, task: &Task) -> (Option<Icon>, String, Color32, Color32) {
    let (t, p) = (cx.texts, cx.palette);
    match &task.stage {
        Stage::Collecting => {
            let n = [("n", task.total.into())];
            (None, t.format("archive-collecting", &n), p.text, p.raised)
        }
        Stage::Going | Stage::Stopping => (None, going(cx, task), p.text, p.raised),
        Stage::Ended(End::Broken(trouble)) => {
            let mut text = cx.say(&trouble.what);
            for more in [trouble.detail.clone(), cx.say(&trouble.next)] {
                if !more.is_empty() {
                    text = format!("{text} · {more}");
                }
            }
            (Some(icons::WARNING), text, p.bad, p.bad_bg)
        }
        Stage::Ended(end) => {
            let sum = &task.sum;
            let clean = sum.gone + sum.failed + sum.unknown + sum.unfit == 0;
            let text = match (&task.kind, end) {
                (TaskKind::Export { path, .. }, End::Done) => exported(cx, task, path),
                (TaskKind::Export { format, .. }, _) => stopped(cx, task, *format),
                (TaskKind::Replay { .. }, _) => replayed(cx, task, *end == End::Stopped),
            };
            match (end, clean) {
                (End::Done, true) => (Some(icons::DONE), text, p.ok, p.ok_bg),
                (_, true) => (None, text, p.text, p.raised),
                (_, false) => (Some(icons::WARNING), text, p.soon, p.soon_bg),
            }
        }
    }
}

fn going(cx: &Context<'_>, task: &Task) -> String {
    let t = cx.texts;
    let values = [
        ("done", task.sum.all().into()),
        ("total", task.total.into()),
    ];
    let TaskKind::Replay {
        connection, topic, ..
    } = &task.kind
    else {
        return t.format("export-going", &values);
    };
    let connection = cx.model.connection(connection);
    let name = connection
        .map(|c| connection_name(cx, c))
        .unwrap_or_default();
    let mut text = format!("{} · {name} · {topic}", t.format("replay-going", &values));
    if let Some(next) = task.sum.next_at {
        let left = [("left", countdown(next.since(cx.now)).into())];
        text = format!("{text} · {}", t.format("replay-next", &left));
    }
    with_failures(cx, task, text)
}

fn exported(cx: &Context<'_>, task: &Task, path: &Path) -> String {
    let size = usize::try_from(task.sum.bytes).unwrap_or(usize::MAX);
    let values = [
        ("n", task.sum.messages.into()),
        ("path", path.display().to_string().into()),
        ("size", bytes(size).into()),
    ];
    with_failures(cx, task, cx.texts.format("export-done", &values))
}

fn replayed(cx: &Context<'_>, task: &Task, stopped: bool) -> String {
    let key = if stopped {
        "replay-stopped"
    } else {
        "replay-done"
    };
    let values = [
        ("n", task.sum.messages.into()),
        ("total", task.total.into()),
    ];
    with_failures(cx, task, cx.texts.format(key, &values))
}

/// With what did not go well, as far as there is any, and why.
fn with_failures(cx: &Context<'_>, task: &Task, mut text: String) -> String {
    let t = cx.texts;
    let sum = &task.sum;
    for (key, n) in [
        ("replay-failed", sum.failed),
        ("replay-unknown", sum.unknown),
        ("replay-unfit-count", sum.unfit),
        ("archive-gone", sum.gone),
    ] {
        if n > 0 {
            text = format!("{text} · {}", t.format(key, &[("n", n.into())]));
        }
    }
    match &sum.trouble {
        Some(trouble) => {
            let (what, next) = (cx.say(&trouble.what), cx.say(&trouble.next));
            format!("{text} · {what} · {next}")
        }
        None => text,
    }
}

fn stopped(cx: &Context<'_>, task: &Task, format: ExportFormat) -> String {
    match format {
        ExportFormat::Bodies if task.sum.messages > 0 => {
            let n = [("n", task.sum.messages.into())];
            cx.texts.format("export-stopped-bodies", &n)
        }
        _ => cx.texts.get("export-stopped").to_owned(),
    }
}
