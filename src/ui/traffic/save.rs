//! Asks which exchanges are to be written, how, and where to.

use egui::Ui;

use crate::session::{Purpose, SaveAs, SaveWish, TrafficCommand, WhichExchanges};

use super::super::actions::Action;
use super::super::archive::{file_kind, form_ui};
use super::super::context::Context;
use super::super::dialog;
use super::super::path_field::PathField;
use super::super::spoken::title_ui;
use super::super::theme;
use super::super::widgets::{primary_button, remark, segmented};
use super::ask;

/// What is chosen and typed.
pub(super) struct SaveForm {
    which: WhichExchanges,
    format: SaveAs,
    path: PathField,
    /// What was suggested last: it follows the format until somebody types another.
    suggested: String,
}

impl SaveForm {
    pub(super) fn new(cx: &Context<'_>) -> Self {
        let mut form = Self {
            which: WhichExchanges::Shown,
            format: SaveAs::Har,
            path: PathField::new("traffic", Purpose::Save),
            suggested: String::new(),
        };
        form.suggest(cx);
        form
    }

    fn suggest(&mut self, cx: &Context<'_>) {
        let name = match self.format {
            SaveAs::Har => "traffic.har",
            SaveAs::Text => "traffic.txt",
        };
        if self.path.text() == self.suggested {
            self.path.suggest(cx, name);
            self.path.text().clone_into(&mut self.suggested);
        }
    }

    /// Draws it; whether it is done with.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let (done, left) = form_ui(ui, "traffic-form", |ui| self.content_ui(ui, cx));
        let done = done || (left && self.path.text() == self.suggested);
        if done {
            self.path.close(cx);
        }
        done
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        title_ui(ui, t.get("traffic-save-title"));
        let count = self.which_ui(ui, cx);
        let before = self.format;
        let formats = [
            (SaveAs::Har, "HAR"),
            (SaveAs::Text, t.get("traffic-save-text")),
        ];
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            ui.label(theme::label(ui.ctx(), t.get("export-as")));
            ui.horizontal(|ui| segmented(ui, &mut self.format, &formats));
        });
        if self.format != before {
            self.suggest(cx);
        }
        remark(ui, t.get("traffic-save-what"), cx.palette.dim);
        let kinds = match self.format {
            SaveAs::Har => [file_kind("HAR", &["har"])],
            SaveAs::Text => [file_kind("TXT", &["txt"])],
        };
        let (label, title) = (t.get("export-file"), t.get("traffic-save-title"));
        let field = ui.vertical(|ui| self.path.ui(ui, cx, label, title, &kinds));
        let entered = Action::Confirm.left(&field.inner);
        ui.add_space(theme::GAP_SMALL);
        ui.horizontal(|ui| {
            let ready = self.path.ready(cx).is_some() && count > 0;
            let yes = primary_button(ui, t.get("traffic-save-yes"), 96.0, ready, cx.palette);
            let go = (dialog::is_pressed(t, yes) || entered) && ready;
            if go && let Some(path) = self.path.take(cx) {
                let wish = SaveWish {
                    which: self.which,
                    format: self.format,
                    path,
                    replace: self.path.replaces(),
                };
                ask(cx, TrafficCommand::Save(wish));
            }
            go | ui.button(t.get("cancel")).clicked()
        })
        .inner
    }

    /// Which exchanges; how many those are.
    fn which_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) -> usize {
        let t = cx.texts;
        let traffic = cx.model.traffic();
        let named = |key: &str, which| t.format(key, &[("n", traffic.count(which).into())]);
        let shown = named("archive-shown", WhichExchanges::Shown);
        let selected = named("archive-selected", WhichExchanges::Selected);
        let all = named("archive-all", WhichExchanges::All);
        let choices = [
            (WhichExchanges::Shown, shown.as_str()),
            (WhichExchanges::Selected, &selected),
            (WhichExchanges::All, &all),
        ];
        segmented(ui, &mut self.which, &choices);
        traffic.count(self.which)
    }
}
