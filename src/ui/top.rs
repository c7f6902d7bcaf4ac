//! The line at the top of the window: which connection one works with, and what is about the whole
//! window: palette, tools, theme, language.

use egui::Ui;

use crate::config::{LanguageChoice, Preferences, ThemeChoice};
use crate::i18n::Lang;
use crate::session::Command;

use super::actions::Action;
use super::connections::{connection_dot, connection_name};
use super::context::Context;
use super::first_minute::FirstMinute;
use super::help_menu::HelpMenu;
use super::theme::icons;
use super::widgets::{from_the_right, icon_button, named};
use super::{spoken, theme, tools};

/// All of it.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    help: &mut HelpMenu,
    first_minute: &mut FirstMinute,
) {
    ui.horizontal_centered(|ui| {
        ui.label(theme::title("mqscope"));
        ui.add_space(theme::GAP);
        let connection = cx.model.selected();
        connection_dot(ui, cx, connection);
        ui.label(connection_name(cx, connection));
        ui.label(theme::dim(ui.ctx(), &connection.profile.endpoint));
        from_the_right(ui, |ui| {
            settings_ui(ui, cx);
            preferences_ui(ui, cx);
            help.ui(ui, cx, first_minute);
            tools::ui(ui, cx);
            palette_ui(ui, cx);
        });
    });
}

/// Opens the palette; says which keys do.
fn palette_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let name = Action::Palette.name(cx.texts);
    let keys = Action::Palette
        .shortcut(ui.ctx(), cx.texts)
        .unwrap_or_default();
    let button = egui::Button::new(theme::label(ui.ctx(), keys));
    let response = ui.add(button).on_hover_text(&name);
    let response = named(ui, response, egui::Role::Button, &name);
    if let Some(keys) = Action::Palette.shortcut_aloud(ui.ctx(), cx.texts) {
        spoken::tell(&response, |node| node.set_keyboard_shortcut(keys));
    }
    if response.clicked() {
        cx.act(Action::Palette);
    }
}

/// Opens the settings.
fn settings_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let hint = Action::Settings.hint(ui.ctx(), cx.texts);
    if icon_button(ui, icons::SETTINGS, &hint).clicked() {
        cx.act(Action::Settings);
    }
}

fn preferences_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let old = cx.model.preferences();
    let mut new: Preferences = old.clone();
    let dark = ui.ctx().theme() == egui::Theme::Dark;
    let (symbol, name) = if dark {
        (icons::LIGHT, t.get("theme-light"))
    } else {
        (icons::DARK, t.get("theme-dark"))
    };
    if icon_button(ui, symbol, name).clicked() {
        new.theme = if dark {
            ThemeChoice::Light
        } else {
            ThemeChoice::Dark
        };
    }
    let (other, choice) = if t.get("language-name") == Lang::En.name() {
        (Lang::ZhCn, LanguageChoice::ZhCn)
    } else {
        (Lang::En, LanguageChoice::En)
    };
    if ui.button(other.name()).clicked() {
        new.language = choice;
    }
    if new != *old {
        cx.command(Command::SetPreferences(new));
    }
}
