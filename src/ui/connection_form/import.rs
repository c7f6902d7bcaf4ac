//! A profile that somebody sent as text: pasted, chosen if there are several, and filled into the
//! form, where it can be looked at before it is saved.

use egui::{TextEdit, Ui};

use crate::config::ConnectionProfile;
use crate::session::{Say, read_profiles};

use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::{complaint, named, remark};

/// What was pasted.
#[derive(Default)]
pub(super) struct Import {
    text: String,
    /// What is in the text, once somebody wanted to know.
    read: Option<Result<Vec<ConnectionProfile>, Say>>,
}

impl Import {
    /// Whether there is something in it.
    pub(super) fn holds_text(&self) -> bool {
        !self.text.trim().is_empty()
    }

    /// Draws it; the profile that was chosen.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>) -> Option<ConnectionProfile> {
        let t = cx.texts;
        remark(ui, t.get("import-what"), cx.palette.dim);
        let edit = TextEdit::multiline(&mut self.text)
            .font(theme::mono())
            .desired_rows(5)
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        if response.changed() {
            self.read = None;
        }
        named(
            ui,
            response,
            egui::Role::MultilineTextInput,
            t.get("import-text"),
        );
        let button = egui::Button::new(t.get("import-take"));
        let typed = !self.text.trim().is_empty();
        if ui.add_enabled(typed, button).clicked() {
            self.read = Some(read_profiles(&self.text));
        }
        match &mut self.read {
            None => None,
            Some(Err(say)) => {
                complaint(ui, &cx.say(say), cx.palette);
                None
            }
            Some(Ok(profiles)) if profiles.len() == 1 => profiles.pop(),
            Some(Ok(profiles)) => {
                remark(ui, t.get("import-which"), cx.palette.dim);
                let chosen = ui.horizontal_wrapped(|ui| {
                    let mut chosen = None;
                    for (index, profile) in profiles.iter().enumerate() {
                        if ui.button(&profile.name).clicked() {
                            chosen = Some(index);
                        }
                    }
                    chosen
                });
                chosen.inner.map(|index| profiles.swap_remove(index))
            }
        }
    }
}
