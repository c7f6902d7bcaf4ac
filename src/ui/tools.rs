//! The menu of tools that are about no connection in particular.

use egui::containers::menu::MenuButton;
use egui::{Button, Ui};

use super::actions::Action;
use super::context::Context;
use super::theme;
use super::widgets::menu_face;

/// The menu.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    MenuButton::from_button(menu_face(t.get("tools"))).ui(ui, |ui| {
        super::spoken::name_place(ui, t.get("tools"));
        for action in [Action::OpenDebugger, Action::OpenFile] {
            let mut button = Button::new(action.name(t));
            if let Some(keys) = action.shortcut(ui.ctx(), t) {
                button = button.shortcut_text(theme::label(ui.ctx(), keys));
            }
            if ui.add(button).clicked() {
                cx.act(action);
            }
        }
    });
}
