//! Asks what is to be exported, how, and where to.

use egui::Ui;

use crate::session::{
    ArchiveCommand, Command, ExportFormat, ExportWish, FileKind, Purpose, Scope, Subscription,
};

use super::super::actions::Action;
use super::super::context::Context;
use super::super::dialog;
use super::super::path_field::PathField;
use super::super::spoken::title_ui;
use super::super::theme;
use super::super::widgets::{check_box, primary_button, remark, segmented};
use super::{form_ui, scope_ui};

/// Kinds of files, as the form offers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Jsonl,
    Csv,
    Bodies,
}

/// What is chosen and typed.
pub(super) struct ExportForm {
    scope: Scope,
    kind: As,
    as_shown: bool,
    safe: bool,
    path: PathField,
    /// What was suggested last: it follows the kind until somebody types another.
    suggested: String,
}

impl ExportForm {
    /// For a view: what is selected, or else what is shown.
    pub(super) fn new(cx: &Context<'_>, view: &Subscription) -> Self {
        let mut form = Self {
            scope: match view.rows.selected().len() {
                0 => Scope::Shown,
                _ => Scope::Selected,
            },
            kind: As::Jsonl,
            as_shown: false,
            safe: true,
            path: PathField::new("export", Purpose::Save),
            suggested: String::new(),
        };
        form.suggest(cx, view);
        form
    }

    /// A name for the kind that is chosen.
    fn suggest(&mut self, cx: &Context<'_>, view: &Subscription) {
        let (purpose, ending) = match self.kind {
            As::Jsonl => (Purpose::Save, ".jsonl"),
            As::Csv => (Purpose::Save, ".csv"),
            As::Bodies => (Purpose::Folder, "-bodies"),
        };
        self.path.set_purpose(purpose);
        if self.path.text() == self.suggested {
            self.path.suggest(cx, &format!("{}{ending}", name_of(view)));
            self.path.text().clone_into(&mut self.suggested);
        }
    }

    /// Draws it; whether it is done with.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
        let (done, left) = form_ui(ui, "export-form", |ui| self.content_ui(ui, cx, view));
        let done = done || (left && self.path.text() == self.suggested);
        if done {
            self.path.close(cx);
        }
        done
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
        let t = cx.texts;
        title_ui(ui, t.get("export-title"));
        let count = scope_ui(ui, cx, view, &mut self.scope);
        self.kind_ui(ui, cx, view);
        let label = match self.kind {
            As::Jsonl | As::Csv => t.get("export-file"),
            As::Bodies => t.get("export-folder"),
        };
        let kinds = match self.kind {
            As::Jsonl => vec![file_kind("JSONL", &["jsonl"])],
            As::Csv => vec![file_kind("CSV", &["csv"])],
            As::Bodies => Vec::new(),
        };
        let field = ui
            .vertical(|ui| self.path.ui(ui, cx, label, t.get("export-title"), &kinds))
            .inner;
        let entered = Action::Confirm.left(&field);
        ui.add_space(theme::GAP_SMALL);
        ui.horizontal(|ui| {
            let ready = self.path.ready(cx).is_some() && count > 0;
            let yes = primary_button(ui, t.get("export-yes"), 96.0, ready, cx.palette);
            let go = (dialog::is_pressed(t, yes) || entered) && ready;
            if go && let Some(path) = self.path.take(cx) {
                let wish = ExportWish {
                    view: view.id,
                    scope: self.scope,
                    format: self.format(),
                    path,
                    replace: self.path.replaces(),
                };
                cx.command(Command::Archive(ArchiveCommand::Export(Box::new(wish))));
            }
            go | ui.button(t.get("cancel")).clicked()
        })
        .inner
    }

    fn kind_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, view: &Subscription) {
        let (t, before) = (cx.texts, self.kind);
        let choices = [
            (As::Jsonl, "JSONL"),
            (As::Csv, "CSV"),
            (As::Bodies, t.get("export-bodies")),
        ];
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            ui.label(theme::label(ui.ctx(), t.get("export-as")));
            ui.horizontal(|ui| segmented(ui, &mut self.kind, &choices));
        });
        if self.kind != before {
            self.suggest(cx, view);
        }
        let what = match self.kind {
            As::Jsonl => t.get("export-jsonl-what"),
            As::Csv => t.get("export-csv-what"),
            As::Bodies => t.get("export-bodies-what"),
        };
        remark(ui, what, cx.palette.dim);
        if self.kind == As::Csv {
            ui.add(check_box(&mut self.as_shown, t.get("export-csv-columns")));
            ui.add(check_box(&mut self.safe, t.get("export-csv-safe")))
                .on_hover_text(t.get("export-csv-safe-why"));
        }
    }

    fn format(&self) -> ExportFormat {
        match self.kind {
            As::Jsonl => ExportFormat::Jsonl,
            As::Csv => ExportFormat::Csv {
                as_shown: self.as_shown,
                safe: self.safe,
            },
            As::Bodies => ExportFormat::Bodies,
        }
    }
}

pub(in crate::ui) fn file_kind(name: &str, extensions: &'static [&'static str]) -> FileKind {
    FileKind {
        name: name.to_owned(),
        extensions,
    }
}

/// What a file of a view's messages could be called, without its ending.
fn name_of(view: &Subscription) -> String {
    let name = match (&view.file, &view.source) {
        (Some(file), _) => {
            let stem = file.path.file_stem().unwrap_or_default();
            format!("{}-2", stem.to_string_lossy())
        }
        (None, Some(source)) => format!("{}-{}", source.topic, source.consume.group),
        (None, None) => view.form.topic.clone(),
    };
    // A dead-letter topic has % in its name, which some programs trip over.
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars()
        .map(|c| if kept(c) { c } else { '_' })
        .collect()
}
