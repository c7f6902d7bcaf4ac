//! Asks which file is to be opened.

use std::path::Path;

use egui::Ui;

use crate::session::{ArchiveCommand, Command, Purpose};

use super::super::actions::Action;
use super::super::context::Context;
use super::super::dialog;
use super::super::path_field::PathField;
use super::super::spoken::title_ui;
use super::super::widgets::{primary_button, remark};
use super::export::file_kind;
use super::form_ui;

/// The form, if it is open.
#[derive(Default)]
pub(in crate::ui) struct OpenForm {
    path: Option<PathField>,
    /// The keyboard goes to the field in the next frame.
    fresh: bool,
}

impl OpenForm {
    /// Opens it.
    pub(in crate::ui) fn open(&mut self) {
        self.path = Some(PathField::new("open-file", Purpose::Open));
        self.fresh = true;
    }

    /// Draws it, if it is open.
    pub(in crate::ui) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some(path) = &mut self.path else { return };
        let fresh = std::mem::take(&mut self.fresh);
        let (done, left) = form_ui(ui, "open-file-form", |ui| content_ui(ui, cx, path, fresh));
        if done || (left && path.text().trim().is_empty()) {
            path.close(cx);
            self.path = None;
        }
    }
}

fn content_ui(ui: &mut Ui, cx: &mut Context<'_>, path: &mut PathField, fresh: bool) -> bool {
    let t = cx.texts;
    let title = t.get("open-title");
    title_ui(ui, title);
    let kinds = [file_kind("JSONL", &["jsonl", "ndjson", "json"])];
    let field = ui
        .vertical(|ui| path.ui(ui, cx, t.get("open-file"), title, &kinds))
        .inner;
    if fresh {
        field.request_focus();
    }
    remark(ui, t.get("open-what"), cx.palette.dim);
    let entered = Action::Confirm.left(&field);
    ui.horizontal(|ui| {
        let ready = path.ready(cx).is_some();
        let yes = primary_button(ui, t.get("open-yes"), 96.0, ready, cx.palette);
        let go = (dialog::is_pressed(t, yes) || entered) && ready;
        if go && let Some(path) = path.take(cx) {
            open(cx, &path);
        }
        go | ui.button(t.get("cancel")).clicked()
    })
    .inner
}

/// Opens a file that was dropped onto the window, if nothing else took it.
pub(in crate::ui) fn open_dropped(ui: &Ui, cx: &mut Context<'_>) {
    let busy = ui.ctx().memory(|memory| memory.top_modal_layer().is_some());
    let dropped = ui
        .ctx()
        .input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
    for file in dropped.iter().filter(|_| !busy) {
        open(cx, file.path());
    }
}

fn open(cx: &mut Context<'_>, path: &Path) {
    cx.command(Command::Archive(ArchiveCommand::Open(path.to_owned())));
}
