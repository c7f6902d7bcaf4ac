//! The menu of help: being shown around, sample data, the folders, and what this program is.

use egui::containers::menu::MenuButton;
use egui::{Button, Ui};

use crate::session::{Command, Folder, FolderCommand};

use super::about::About;
use super::actions::Action;
use super::context::Context;
use super::first_minute::FirstMinute;
use super::samples;
use super::theme;
use super::widgets::menu_face;

/// The menu and what it opens.
#[derive(Default)]
pub(super) struct HelpMenu {
    about: About,
}

impl HelpMenu {
    /// Says what this program is.
    pub(super) fn open_about(&mut self, cx: &mut Context<'_>) {
        self.about.open(cx);
    }

    /// The button with its menu.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, first_minute: &mut FirstMinute) {
        let t = cx.texts;
        MenuButton::from_button(menu_face(t.get("help"))).ui(ui, |ui| {
            if ui.button(t.get("help-show-around")).clicked() {
                first_minute.show();
            }
            let keys = Action::Help.shortcut(ui.ctx(), t).unwrap_or_default();
            let keys = theme::label(ui.ctx(), keys);
            let shortcuts = Button::new(Action::Help.name(t)).shortcut_text(keys);
            if ui.add(shortcuts).clicked() {
                cx.act(Action::Help);
            }
            ui.separator();
            samples::menu_ui(ui, cx);
            ui.separator();
            for (text, folder) in [
                (t.get("help-settings-folder"), Folder::Settings),
                (t.get("help-data-folder"), Folder::Data),
            ] {
                if ui.button(text).clicked() {
                    cx.command(Command::Folders(FolderCommand::Open(folder)));
                }
            }
            ui.separator();
            if ui.button(t.get("help-about")).clicked() {
                self.open_about(cx);
            }
        });
        self.about.ui(ui.ctx(), cx);
    }
}
