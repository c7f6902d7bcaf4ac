//! A line of a menu that does what an action does, with the keys of that action at its end.

use egui::{Button, Role, Ui};

use crate::i18n::Texts;

use super::actions::Action;
use super::widgets::named;
use super::{spoken, theme};

/// The line; it says `text`, which may be more exact than the action's own name.
pub(super) fn action_line(ui: &mut Ui, t: &Texts, action: Action, text: &str) -> egui::Response {
    let keys = action.shortcut(ui.ctx(), t).unwrap_or_default();
    let shortcut = theme::label(ui.ctx(), keys.as_str());
    let response = ui.add(Button::new(text).shortcut_text(shortcut));
    // The keys are no part of the name.
    let response = named(ui, response, Role::Button, text);
    if let Some(keys) = action.shortcut_aloud(ui.ctx(), t) {
        spoken::tell(&response, |node| node.set_keyboard_shortcut(keys));
    }
    response
}
