//! The form of one connection: its settings, and its keys, which go to the keyring and are never
//! shown again. Stays open, with all that was typed, until it is saved or given up. The fields are
//! `fields.rs`, profiles as text `import.rs`.

mod fields;
mod import;

use egui::text_edit::TextEditState;
use egui::{Id, RichText, ScrollArea, Ui};

use crate::config::{ConnectionProfile, Question};
use crate::session::{
    CheckupCommand, Command, ConnectionEdit, ConnectionId, EditOutcome, KeysState, Purpose,
    write_profile,
};

use super::context::{Context, cut_in_the_middle};
use super::dialog;
use super::path_field::PathField;
use super::spoken::title_ui;
use super::theme;
use super::widgets::{check_box, complaint, from_the_right, link_button, primary_button, remark};
pub(super) use fields::Spot;
use import::Import;

const WIDTH: f32 = 560.0;

/// Characters of a name that have room on the button that deletes it.
const MOST_OF_A_NAME: usize = 24;

/// Room for title and buttons, and around the form.
const BESIDE_FIELDS: f32 = 216.0;

/// The form, if it is open.
#[derive(Default)]
pub(super) struct ConnectionForm {
    serial: u64,
    open: Option<Open>,
}

struct Open {
    edit: ConnectionEdit,
    ca_file: PathField,
    /// As it was opened.
    before: ConnectionProfile,
    /// Tells the widgets of this opening from those of earlier ones: what was typed there, a
    /// secret maybe, must not come back by undo.
    serial: u64,
    /// The fields that hold secrets.
    secrets: Vec<Id>,
    new: bool,
    attempted: bool,
    saving: bool,
    /// Asked to delete; asked back whether that is meant.
    deleting: bool,
    /// An examination may consume one message.
    consume: bool,
    /// How much of the examination was in sight.
    findings_seen: usize,
    /// The field to lead to.
    go_to: Option<Spot>,
    /// A profile that is pasted as text.
    import: Option<Import>,
}

impl ConnectionForm {
    /// Opens it, empty or for a profile.
    pub(super) fn open(&mut self, profile: Option<&ConnectionProfile>) {
        self.serial += 1;
        let edit = ConnectionEdit::of(profile);
        let mut ca_file = PathField::new("ca-file", Purpose::Open);
        ca_file.set_text(&edit.profile.ca_file);
        self.open = Some(Open {
            before: edit.profile.clone(),
            edit,
            ca_file,
            serial: self.serial,
            secrets: Vec::new(),
            new: profile.is_none(),
            attempted: false,
            saving: false,
            deleting: false,
            consume: false,
            findings_seen: 0,
            go_to: None,
            import: None,
        });
    }

    /// Opens it for a profile, with the keyboard where its keys are typed.
    pub(super) fn open_at_keys(&mut self, profile: &ConnectionProfile) {
        self.open(Some(profile));
        if let Some(open) = &mut self.open {
            open.go_to = Some(Spot::AccessKey);
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else { return };
        let id = open.edit.profile.id.clone();
        let saved = open.saving && cx.model.edit_outcome(&id) == Some(&EditOutcome::Saved);
        let mut close = saved;
        let (_, left) = dialog::show(ui.ctx(), "connection-form", |ui| {
            ui.set_width(WIDTH);
            ui.push_id(open.serial, |ui| close |= open.ui(ui, cx));
        });
        close |= left && !open.is_touched();
        if close {
            for id in open.secrets.drain(..) {
                ui.ctx().data_mut(|data| data.remove::<TextEditState>(id));
            }
            open.ca_file.close(cx);
            cx.command(Command::Checkup(CheckupCommand::Close));
            self.open = None;
            cx.command(Command::GiveUpEdit);
        }
    }
}

impl Open {
    /// Draws the form; whether it is done with.
    fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let known = self.known_keys(cx);
        self.edit.keys_kept = !matches!(known, None | Some(KeysState::Missing));
        title_ui(
            ui,
            match self.new {
                true => t.get("connection-new-title"),
                false => t.get("connection-edit-title"),
            },
        );
        ui.add_space(theme::GAP);
        let height = (ui.ctx().content_rect().height() - BESIDE_FIELDS).max(240.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                self.text_ui(ui, cx);
                self.kind_ui(ui, cx);
                self.server_ui(ui, cx);
                self.keys_ui(ui, cx);
                self.defaults_ui(ui, cx);
                self.network_ui(ui, cx);
                let kind = self.edit.profile.kind;
                let led = super::checkup::ui(ui, cx, kind, &mut self.findings_seen);
                self.go_to = led.or(self.go_to);
            });
        ui.add_space(theme::GAP);
        self.buttons_ui(ui, cx)
    }

    /// Whether something would be lost if it were closed without a question.
    fn is_touched(&self) -> bool {
        let pasted = self.import.as_ref().is_some_and(Import::holds_text);
        pasted || self.edit.profile != self.before || self.edit.has_keys()
    }

    /// Takes a profile from text, or gives this one away as text.
    fn text_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        if !self.new {
            let copy = link_button(ui, t.get("export-profile"), cx.palette);
            if copy.on_hover_text(t.get("export-profile-what")).clicked()
                && let Some(text) = write_profile(&self.edit.profile)
            {
                ui.ctx().copy_text(text);
            }
            return;
        }
        if link_button(ui, t.get("import-open"), cx.palette).clicked() {
            self.import = match self.import {
                Some(_) => None,
                None => Some(Import::default()),
            };
        }
        let taken = self.import.as_mut().and_then(|import| import.ui(ui, cx));
        if let Some(profile) = taken {
            self.ca_file.set_text(&profile.ca_file);
            let id = std::mem::take(&mut self.edit.profile.id);
            self.edit.profile = ConnectionProfile { id, ..profile };
            self.import = None;
            self.go_to = Some(Spot::AccessKey);
        }
    }

    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let mut done = false;
        let id = &self.edit.profile.id;
        let outcome = cx.model.edit_outcome(id).filter(|_| self.saving);
        if let Some(EditOutcome::Failed(why)) = outcome {
            let why = [("why", why.as_str().into())];
            complaint(ui, &t.format("connection-not-saved", &why), cx.palette);
        }
        let pending = outcome == Some(&EditOutcome::Pending);
        // Handles are good only where they came from.
        let in_use = cx.model.is_in_use(&ConnectionId::Profile(id.clone()));
        let busy = in_use && self.edit.leads_elsewhere(&self.before);
        if busy || (in_use && self.deleting) {
            let text = format!(
                "{} · {}",
                t.get("connection-busy"),
                t.get("connection-busy-next")
            );
            remark(ui, &text, cx.palette.soon);
        }
        ui.horizontal(|ui| self.examine_ui(ui, cx));
        ui.horizontal(|ui| {
            // Doubts stand beside their fields: whoever saves all the same was told.
            let save = match self.edit.doubts().is_empty() {
                true => t.get("save"),
                false => t.get("save-anyway"),
            };
            let save = primary_button(ui, save, 96.0, !pending && !busy, cx.palette);
            if dialog::is_pressed(t, save) && self.is_fit() {
                self.saving = true;
                cx.command(self.edit.command());
            }
            done = ui.button(t.get("cancel")).clicked();
            if !self.new {
                from_the_right(ui, |ui| done |= self.delete_ui(ui, cx));
            }
        });
        done
    }

    /// Whether nothing is wrong; the keyboard goes to the first thing that is.
    fn is_fit(&mut self) -> bool {
        self.attempted = true;
        let problems = self.edit.problems();
        let first = problems.first().map(|problem| Spot::of(problem.field));
        self.go_to = first.or(self.go_to);
        problems.is_empty()
    }

    /// Asks for an examination of what is filled in, saved or not.
    fn examine_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let running = cx.model.checkup().is_running();
        let text = match running {
            true => t.get("checkup-running"),
            false => t.get("checkup-button"),
        };
        let button = ui.add_enabled(!running, egui::Button::new(text));
        if button.on_hover_text(t.get("checkup-hint")).clicked() && self.is_fit() {
            cx.command(self.edit.examine(self.consume));
        }
        let profile = &self.edit.profile;
        if !profile.topic.trim().is_empty() && !profile.group.trim().is_empty() {
            ui.add(check_box(&mut self.consume, t.get("checkup-consume")))
                .on_hover_text(t.get("checkup-consume-hint"));
        } else {
            self.consume = false;
        }
    }

    fn delete_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let bad = cx.palette.bad;
        if !self.deleting && cx.model.asks(Question::DeleteConnection) {
            let face = RichText::new(t.get("delete")).color(bad);
            self.deleting = ui.button(face).clicked();
            return false;
        }
        let id = ConnectionId::Profile(self.edit.profile.id.clone());
        let face = match self.deleting {
            true => {
                let name = cut_in_the_middle(&self.edit.profile.name, MOST_OF_A_NAME);
                let name = [("name", name.into())];
                theme::strong(t.format("delete-sure", &name))
            }
            false => RichText::new(t.get("delete")),
        };
        let face = egui::Button::new(face.color(bad));
        let sure = ui.add_enabled(!cx.model.is_in_use(&id), face).clicked();
        if sure {
            cx.command(Command::DeleteConnection(id));
        }
        sure
    }
}
