//! The settings: sections of what can be chosen, each of which holds at once, and the file that
//! keeps them. Changes nothing itself: a change is a command like any other.

mod fields;
mod rows;

use egui::{Label, ScrollArea, Ui};

use crate::config::Preferences;
use crate::explained::file::unknown_name;
use crate::session::Command;

use super::context::Context;
use super::dialog;
use super::spoken;
use super::theme;
use super::theme::icons;
use super::widgets::{from_the_right, icon_button, marked_remark, remark};

use fields::Typed;

/// Most of the window that it takes.
const SIZE: egui::Vec2 = egui::vec2(680.0, 640.0);
const AROUND: egui::Vec2 = egui::vec2(64.0, 96.0);

/// Room for title and file.
const BESIDE_LIST: f32 = 116.0;

/// However much is said about the file.
const LEAST_LIST: f32 = 160.0;

/// Names without a meaning that there is room for.
const MOST_UNKNOWN: usize = 4;

/// Whether the settings are open, and what is typed and not taken over yet.
#[derive(Default)]
pub(super) struct SettingsWindow {
    open: bool,
    typed: Typed,
}

impl SettingsWindow {
    /// Opens it.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// The window, if it is open.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &mut Context<'_>) {
        if !self.open {
            return;
        }
        let size = SIZE.min(ctx.content_rect().size() - AROUND);
        let (done, left) = dialog::show(ctx, "settings", |ui| {
            ui.set_width(size.x);
            self.content_ui(ui, cx, size.y - BESIDE_LIST)
        });
        if done || left {
            self.open = false;
            let old = cx.model.preferences();
            let mut new = old.clone();
            self.typed.take(&mut new);
            if new != *old {
                cx.command(Command::SetPreferences(new));
            }
        }
    }

    /// Draws it; whether it is done with.
    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, height: f32) -> bool {
        let t = cx.texts;
        let done = ui
            .horizontal(|ui| {
                ui.label(theme::title(t.get("settings-title")));
                spoken::name_place(ui, t.get("settings-title"));
                from_the_right(ui, |ui| dialog::is_pressed(t, ui.button(t.get("close"))))
            })
            .inner;
        let top = ui.cursor().top();
        broken_ui(ui, cx);
        unknown_ui(ui, cx);
        // What is said there takes its room from the list.
        let height = (height - (ui.cursor().top() - top)).max(LEAST_LIST);
        ui.add_space(theme::GAP);
        let old = cx.model.preferences();
        let mut new: Preferences = old.clone();
        ScrollArea::vertical()
            .id_salt("settings")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                fields::ui(ui, cx, &mut new, &mut self.typed);
            });
        if new != *old {
            cx.command(Command::SetPreferences(new));
        }
        ui.add_space(theme::GAP);
        file_ui(ui, cx);
        done
    }
}

/// Names in the file that mean nothing.
fn unknown_ui(ui: &mut Ui, cx: &Context<'_>) {
    let (t, p) = (cx.texts, cx.palette);
    let unknown = cx.model.settings().unknown();
    for name in unknown.iter().take(MOST_UNKNOWN) {
        ui.add_space(theme::GAP_SMALL);
        marked_remark(ui, icons::WARNING, &cx.say(&unknown_name(name)), p.soon);
    }
    if unknown.len() > MOST_UNKNOWN {
        let more = [("n", (unknown.len() - MOST_UNKNOWN).into())];
        remark(ui, &t.format("settings-unknown-more", &more), p.dim);
    }
    if !unknown.is_empty() {
        remark(ui, t.get("notice-settings-unknown-next"), p.dim);
    }
}

/// What is wrong with the file, and what that means.
fn broken_ui(ui: &mut Ui, cx: &Context<'_>) {
    let (t, p) = (cx.texts, cx.palette);
    let Some(trouble) = cx.model.settings().broken() else {
        return;
    };
    let title = match trouble.at {
        Some((line, column)) => {
            let at = [("line", line.into()), ("column", column.into())];
            t.format("notice-settings-broken", &at)
        }
        None => t.get("notice-settings-unreadable").to_owned(),
    };
    ui.add_space(theme::GAP_SMALL);
    marked_remark(ui, icons::WARNING, &title, p.bad);
    remark(ui, &cx.say(&trouble.what), p.text);
    remark(ui, t.get("notice-settings-broken-next"), p.dim);
    if cx.model.settings().waits() {
        marked_remark(
            ui,
            icons::WAITING,
            t.get("notice-settings-wait-next"),
            p.soon,
        );
    }
}

/// Where the file is, and the way to it.
fn file_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let Some(path) = cx.model.settings().path() else {
        return remark(ui, t.get("settings-not-kept"), cx.palette.soon);
    };
    let path = path.display().to_string();
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            if ui.button(t.get("settings-open-file")).clicked() {
                cx.command(Command::OpenSettingsFile);
            }
            if icon_button(ui, icons::COPY, t.get("settings-copy-path")).clicked() {
                ui.ctx().copy_text(path.clone());
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = theme::code(path.as_str()).color(cx.palette.dim);
                ui.add(Label::new(text).truncate());
            });
        });
    });
    remark(ui, t.get("settings-file-why"), cx.palette.dim);
}
