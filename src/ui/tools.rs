//! The menu of tools that are about no connection in particular.

use egui::Ui;
use egui::containers::menu::MenuButton;

use crate::session::{Command, DebuggerCommand, Opening};

use super::context::Context;
use super::widgets::menu_face;

/// The menu.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    MenuButton::from_button(menu_face(t.get("tools"))).ui(ui, |ui| {
        if ui.button(t.get("debugger-open")).clicked() {
            cx.command(Command::Debugger(DebuggerCommand::Open(Opening::default())));
        }
    });
}
