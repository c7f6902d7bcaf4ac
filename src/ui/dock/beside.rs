//! What stands at the end of a row of tabs: dead letters of the view that is shown, another file, a new
//! view.

use egui::containers::menu::MenuButton;
use egui::{Button, Role, Ui};

use crate::session::{Command, LetterCommand};

use super::super::archive::OpenForm;
use super::super::context::Context;
use super::super::theme::icons;
use super::super::widgets::{icon_button, named};
use super::super::{spoken, theme};

/// From this width of a row of tabs on, what stands beside them has its name.
const NAMES_FROM: f32 = 480.0;

/// What one begins with. What has no room for its name is in a menu.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, open_file: &mut OpenForm) {
    let t = cx.texts;
    // Faces without a frame have room of their own.
    ui.spacing_mut().item_spacing.x = 0.0;
    if ui.available_width() >= NAMES_FROM {
        others_ui(ui, cx, open_file);
    } else {
        let face = Button::new(icons::MORE).frame_when_inactive(false);
        let (more, _) = MenuButton::from_button(face).ui(ui, |ui| {
            spoken::name_place(ui, t.get("tabs-more"));
            others_ui(ui, cx, open_file);
        });
        named(ui, more, Role::Button, t.get("tabs-more"));
    }
    if icon_button(ui, icons::ADD, t.get("view-new")).clicked() {
        cx.command(Command::OpenView(None));
    }
}

fn others_ui(ui: &mut Ui, cx: &mut Context<'_>, open_file: &mut OpenForm) {
    let t = cx.texts;
    let face = |key| {
        let text = theme::dim(ui.ctx(), t.get(key));
        Button::new(text).frame_when_inactive(false)
    };
    let [letters, open] = ["letters-short", "open-menu"].map(face);
    // Of the view that is shown: one group's dead letters are one click away.
    if let Some(view) = cx.model.shown_view()
        && view.letters_topic().is_some()
        && ui.add(letters).clicked()
    {
        cx.command(Command::Letters(LetterCommand::Open(view.id)));
        ui.close();
    }
    if ui.add(open).clicked() {
        open_file.open();
        ui.close();
    }
}
