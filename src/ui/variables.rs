//! What variables there are, and where their numbers begin.

use egui::{Button, DragValue, Ui};

use crate::session::SeqFrom;

use super::context::Context;
use super::theme;
use super::theme::icons;
use super::widgets::{AtTheEdge, named, popover};

const WIDTH: f32 = 340.0;

/// Furthest number that one may begin with.
const LAST_NUMBER: u64 = 1_000_000_000_000;

/// Each as it is written, and the key of what it stands for.
const VARIABLES: [(&str, &str); 13] = [
    ("{{uuid}}", "variable-uuid"),
    ("{{now}}", "variable-now"),
    ("{{now:millis}}", "variable-millis"),
    ("{{now:seconds}}", "variable-seconds"),
    ("{{now:%F %T}}", "variable-format"),
    ("{{seq}}", "variable-seq"),
    ("{{random 1 100}}", "variable-random"),
    ("{{random hex 8}}", "variable-hex"),
    ("{{random text 8}}", "variable-text"),
    ("{{random of a b c}}", "variable-of"),
    ("{{env NAME}}", "variable-env"),
    ("{{row.column}}", "variable-row"),
    ("\\{{", "variable-escape"),
];

/// A list of all of them; a click copies one.
pub(super) fn help_ui(ui: &mut Ui, cx: &Context<'_>) {
    let t = cx.texts;
    popover(
        ui,
        Button::new(icons::HELP),
        t.get("variables-help"),
        (WIDTH, AtTheEdge::Beside),
        |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (variable, meaning) in VARIABLES {
                ui.horizontal(|ui| {
                    let face = Button::new(theme::code(variable)).frame_when_inactive(false);
                    let what = [("variable", variable.into())];
                    let spoken = t.format("variables-copy", &what);
                    let response = ui.add(face).on_hover_text(&spoken);
                    if named(ui, response, egui::Role::Button, &spoken).clicked() {
                        ui.ctx().copy_text(variable.to_owned());
                    }
                    ui.add(egui::Label::new(theme::label(ui.ctx(), t.get(meaning))).wrap());
                });
            }
        },
    );
}

/// What `{{seq}}` is in the next message. Laid out from the right.
pub(super) fn number_ui(ui: &mut Ui, cx: &Context<'_>, from: &mut SeqFrom) {
    let value = DragValue::new(&mut from.0).range(1..=LAST_NUMBER);
    let response = ui.add(value);
    let label = ui.label(theme::label(ui.ctx(), cx.texts.get("variables-number")));
    response.labelled_by(label.id);
}
