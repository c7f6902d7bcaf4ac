//! The line at the foot of the window: how many notices there are, how the sandbox does, figures of
//! it all (`readings.rs`), and how publishing many messages goes. Its parts open the drawer.

use egui::{Align, Button, Label, Layout, RichText, Ui};

use crate::session::{Command, Rows, SandboxState};

use super::context::Context;
use super::drawer::{Drawer, Part};
use super::readings::Readings;
use super::widgets::{dot, expandable, fold_icon, from_the_right, named};
use super::{notices, outbox, samples, theme};

/// Room that figures leave for the newest notice.
const NOTICE: f32 = 160.0;

/// All of it.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, drawer: &mut Drawer) {
    ui.horizontal_centered(|ui| {
        notices_ui(ui, cx, drawer);
        history_ui(ui, cx, drawer);
        traffic_ui(ui, cx, drawer);
        halves_ui(ui, cx, drawer);
        sandbox_ui(ui, cx, drawer);
        outbox::status_ui(ui, cx);
        samples::status_ui(ui, cx);
        from_the_right(ui, |ui| {
            figures_ui(ui, cx, drawer);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| newest_ui(ui, cx));
        });
    });
}

fn notices_ui(ui: &mut Ui, cx: &mut Context<'_>, drawer: &mut Drawer) {
    let open = drawer.shows(Part::Notices);
    let n = [("n", cx.model.notices().len().into())];
    let face = (
        fold_icon(open).small(),
        cx.texts.format("notices-count", &n),
    );
    let button = Button::selectable(open, face).gap(theme::GAP_SMALL);
    let response = ui.add(button.frame_when_inactive(open));
    if expandable(ui, response, open).clicked() {
        drawer.toggle(Part::Notices);
    }
    if open && cx.model.unseen_notices() > 0 {
        cx.command(Command::NoticesSeen);
    }
}

fn history_ui(ui: &mut Ui, cx: &Context<'_>, drawer: &mut Drawer) {
    let texts = ("history-title", "history-open");
    part_ui(ui, cx, drawer, Part::History, texts);
}

fn traffic_ui(ui: &mut Ui, cx: &Context<'_>, drawer: &mut Drawer) {
    let texts = ("traffic-title", "traffic-open");
    part_ui(ui, cx, drawer, Part::Traffic, texts);
}

/// Opens a part of the drawer; `texts`: what stands on the button, and what it is called, which says
/// more and begins with the same words.
fn part_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    drawer: &mut Drawer,
    part: Part,
    texts: (&'static str, &'static str),
) {
    let (face, name) = (cx.texts.get(texts.0), cx.texts.get(texts.1));
    let open = drawer.shows(part);
    let face = RichText::new(face).color(cx.palette.dim);
    let button = Button::selectable(open, face).frame_when_inactive(open);
    let response = ui.add(button).on_hover_text(name);
    let response = named(ui, response, egui::Role::Button, name);
    if expandable(ui, response, open).clicked() {
        drawer.toggle(part);
    }
}

/// Only while there are some: few people ever publish one.
fn halves_ui(ui: &mut Ui, cx: &Context<'_>, drawer: &mut Drawer) {
    let open = drawer.shows(Part::Halves);
    let waiting = cx.model.halves().open(cx.now).map_or(0, |(n, ..)| n);
    if cx.model.halves().iter().len() == 0 {
        return;
    }
    let text = cx.texts.format("halves-count", &[("n", waiting.into())]);
    let ink = match waiting {
        _ if open => cx.palette.text,
        0 => cx.palette.dim,
        _ => cx.palette.soon,
    };
    let button = Button::selectable(open, RichText::new(text).color(ink));
    if ui.add(button.frame_when_inactive(open)).clicked() {
        drawer.toggle(Part::Halves);
    }
}

fn sandbox_ui(ui: &mut Ui, cx: &Context<'_>, drawer: &mut Drawer) {
    let (t, p) = (cx.texts, cx.palette);
    let (text, color) = match cx.model.sandbox() {
        SandboxState::Starting => (t.get("status-sandbox-starting").to_owned(), p.dim),
        SandboxState::Running(_) if cx.model.restores_sandbox() => {
            (t.get("status-sandbox-starting").to_owned(), p.dim)
        }
        SandboxState::Running(addr) => {
            let addr = [("addr", addr.to_string().into())];
            let running = t.format("status-sandbox-running", &addr);
            match cx.model.debugger().unseen_refusals() {
                0 => (running, p.dim),
                n => {
                    let refused = t.format("status-sandbox-refused", &[("n", n.into())]);
                    (format!("{running} · {refused}"), p.soon)
                }
            }
        }
        SandboxState::Failed => (t.get("status-sandbox-failed").to_owned(), p.bad),
    };
    let open = drawer.shows(Part::Sandbox);
    // What warns on the ground of the window is too weak on that of what is open.
    let color = if open { p.text } else { color };
    let face = RichText::new(text).color(color);
    let button = Button::selectable(open, face).frame_when_inactive(open);
    if ui
        .add(button)
        .on_hover_text(t.get("control-open"))
        .clicked()
    {
        drawer.toggle(Part::Sandbox);
    }
}

/// What came, went and is held, and how long the last publish took. Opens the plots.
fn figures_ui(ui: &mut Ui, cx: &Context<'_>, drawer: &mut Drawer) {
    let room = match cx.model.unseen_notices() {
        0 => ui.available_width(),
        _ => ui.available_width() - NOTICE,
    };
    let figures = Readings::of(cx).ui(ui, drawer.shows(Part::Plots), room);
    if figures.on_hover_text(cx.texts.get("plots-open")).clicked() {
        drawer.toggle(Part::Plots);
    }
    let sum = |of: fn(&Rows) -> u64| -> u64 {
        let views = cx.model.views().iter();
        views.map(|view| of(&view.rows)).sum()
    };
    for (key, n, color) in [
        ("status-evicted", sum(Rows::evicted), cx.palette.soon),
        ("status-lost", sum(Rows::lost), cx.palette.bad),
    ] {
        if n > 0 {
            let text = cx.texts.format(key, &[("n", n.into())]);
            ui.label(RichText::new(text).color(color));
        }
    }
}

/// The newest notice, until the notices have been looked at.
fn newest_ui(ui: &mut Ui, cx: &Context<'_>) {
    if cx.model.unseen_notices() == 0 {
        return;
    }
    let Some(notice) = cx.model.notices().next() else {
        return;
    };
    let color = notices::color(cx, notice.level);
    dot(ui, notices::shape(notice.level), color);
    let text = RichText::new(cx.say(&notice.summary)).color(color);
    ui.add(Label::new(text).truncate());
}
