//! The menu of help: the guide, being shown around, sample data, the folders, and what this program is.

use egui::Ui;
use egui::containers::menu::MenuButton;

use crate::session::{Command, Folder, FolderCommand};

use super::about::About;
use super::actions::Action;
use super::context::Context;
use super::first_minute::FirstMinute;
use super::menu_line::action_line;
use super::samples;
use super::spoken::name_place;
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
            name_place(ui, t.get("help"));
            for action in [Action::UserGuide, Action::Troubleshooting, Action::Help] {
                if action_line(ui, t, action, &action.name(t)).clicked() {
                    cx.act(action);
                }
            }
            ui.separator();
            if ui.button(t.get("help-show-around")).clicked() {
                first_minute.show();
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
