//! The form of one connection: its settings, and its keys, which go to the keyring and are never
//! shown again. Stays open, with all that was typed, until it is saved or given up.

use egui::text_edit::TextEditState;
use egui::{Id, Modal, RichText, ScrollArea, TextEdit, Ui};

use crate::config::{ConnectionProfile, ProfileColor, Question, holds_password};
use crate::protocol::Profile;
use crate::session::{
    CheckupCommand, Command, ConnectionEdit, ConnectionField, ConnectionId, DebuggerCommand,
    EditOutcome, KeysState, Opening, Purpose,
};

use super::context::Context;
use super::path_field::PathField;
use super::theme;
use super::widgets::{
    Dot, dot, from_the_right, labelled_edit, link_button, primary_button, profile_color, remark,
    segmented,
};

const WIDTH: f32 = 560.0;

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
        });
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let Some(open) = &mut self.open else { return };
        let id = open.edit.profile.id.clone();
        let saved = open.saving && cx.model.edit_outcome(&id) == Some(&EditOutcome::Saved);
        let mut close = saved;
        let frame = egui::Frame::popup(&ui.ctx().global_style()).inner_margin(2.0 * theme::PAD);
        let modal = Modal::new(Id::unique("connection form"))
            .frame(frame)
            .show(ui.ctx(), |ui| {
                ui.set_width(WIDTH);
                ui.push_id(open.serial, |ui| close |= open.ui(ui, cx));
            });
        // Backdrop and Escape close without asking, so only where nothing would be lost.
        let untouched = open.edit.profile == open.before && !open.edit.has_keys();
        close |= modal.should_close() && untouched;
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
        ui.label(theme::title(if self.new {
            t.get("connection-new-title")
        } else {
            t.get("connection-edit-title")
        }));
        ui.add_space(theme::GAP);
        let height = (ui.ctx().content_rect().height() - 180.0).max(240.0);
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = theme::GAP;
                self.kind_ui(ui, cx);
                self.server_ui(ui, cx);
                self.keys_ui(ui, cx);
                self.defaults_ui(ui, cx);
                self.network_ui(ui, cx);
                super::checkup::ui(ui, cx, &mut self.findings_seen);
            });
        ui.add_space(theme::GAP);
        self.buttons_ui(ui, cx)
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        label: &str,
        hint: &'static str,
        field: Option<ConnectionField>,
        text: fn(&mut ConnectionEdit) -> &mut String,
    ) {
        let edit = TextEdit::singleline(text(&mut self.edit))
            .desired_width(f32::INFINITY)
            .hint_text(theme::hint(hint));
        labelled_edit(ui, label, edit);
        if let Some(field) = field {
            self.remarks_ui(ui, cx, field);
        }
    }

    fn remarks_ui(&self, ui: &mut Ui, cx: &Context<'_>, field: ConnectionField) {
        let problems = self.edit.problems();
        for problem in problems.iter().filter(|problem| problem.field == field) {
            let empty = match field {
                ConnectionField::Name => self.edit.profile.name.is_empty(),
                ConnectionField::Endpoint => self.edit.profile.endpoint.is_empty(),
                ConnectionField::Keys => !self.edit.has_keys(),
                _ => false,
            };
            if self.attempted || !empty {
                remark(ui, &cx.say(&problem.say), cx.palette.bad);
            }
        }
    }

    fn kind_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            let kinds = [
                (Profile::Tdmq, t.get("kind-tdmq")),
                (Profile::Aliyun, t.get("kind-aliyun")),
                (Profile::Sandbox, t.get("kind-sandbox")),
            ];
            segmented(ui, &mut self.edit.profile.kind, &kinds);
        });
        self.field_ui(
            ui,
            cx,
            t.get("connection-name"),
            "",
            Some(ConnectionField::Name),
            |e| &mut e.profile.name,
        );
        ui.horizontal(|ui| {
            for color in ProfileColor::ALL {
                let chosen = self.edit.profile.color == color;
                let shape = if chosen { Dot::Full } else { Dot::Ring };
                let response = dot(ui, shape, profile_color(cx.palette, color));
                let response = response.interact(egui::Sense::click());
                let name = color_name(cx, color);
                let response = super::widgets::named_choice(
                    ui,
                    response,
                    egui::Role::RadioButton,
                    chosen,
                    name,
                );
                if response.on_hover_text(name).clicked() {
                    self.edit.profile.color = color;
                }
            }
        });
    }

    fn server_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        let field = Some(ConnectionField::Endpoint);
        self.field_ui(
            ui,
            cx,
            t.get("connection-endpoint"),
            "http://…",
            field,
            |e| &mut e.profile.endpoint,
        );
        remark(ui, t.get("connection-endpoint-where"), cx.palette.dim);
        let field = Some(ConnectionField::Instance);
        self.field_ui(ui, cx, t.get("field-instance"), "", field, |e| {
            &mut e.profile.instance
        });
    }

    fn keys_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let (access_key, secret_key) = match self.edit.profile.kind {
            Profile::Tdmq => (t.get("keys-ak-tdmq"), t.get("keys-sk-tdmq")),
            Profile::Aliyun => (t.get("keys-ak-aliyun"), t.get("keys-sk-aliyun")),
            Profile::Sandbox => (t.get("keys-ak-sandbox"), t.get("keys-sk-sandbox")),
        };
        let mut ids = Vec::with_capacity(3);
        let mut secret = |ui: &mut Ui, label: &str, text: &mut String| {
            let edit = TextEdit::singleline(text)
                .password(true)
                .desired_width(f32::INFINITY);
            ids.push(labelled_edit(ui, label, edit).id);
        };
        ui.columns(2, |columns| {
            secret(&mut columns[0], access_key, &mut self.edit.access_key);
            secret(&mut columns[1], secret_key, &mut self.edit.secret_key);
        });
        // Nobody hands out STS tokens for a sandbox; what it has instead opens its control room.
        if self.edit.profile.kind == Profile::Sandbox {
            secret(ui, t.get("keys-admin"), &mut self.edit.admin_token);
        } else {
            secret(ui, t.get("keys-token"), &mut self.edit.security_token);
        }
        self.secrets = ids;
        self.remarks_ui(ui, cx, ConnectionField::Keys);
        let (text, color) = self.keys_state(cx);
        remark(ui, &text, color);
        if link_button(ui, t.get("debugger-open"), cx.palette).clicked() {
            let known = self.known_keys(cx).is_some();
            let id = ConnectionId::Profile(self.edit.profile.id.clone());
            cx.command(Command::Debugger(DebuggerCommand::Open(Opening {
                connection: known.then_some(id),
                ..Opening::default()
            })));
        }
    }

    /// What is known of the keys; nothing of those of a new connection.
    fn known_keys<'a>(&self, cx: &Context<'a>) -> Option<&'a KeysState> {
        let id = ConnectionId::Profile(self.edit.profile.id.clone());
        cx.model.connection(&id).map(|connection| &connection.keys)
    }

    /// Where the keys are now, or will be.
    fn keys_state(&self, cx: &Context<'_>) -> (String, egui::Color32) {
        let (t, p) = (cx.texts, cx.palette);
        match self.known_keys(cx) {
            Some(KeysState::Keyring) => (t.get("keys-in-keyring").to_owned(), p.ok),
            Some(KeysState::SessionOnly(why)) => {
                let why = [("why", why.as_str().into())];
                (t.format("keys-session-only", &why), p.soon)
            }
            Some(KeysState::Unreadable(why)) => {
                let why = [("why", why.as_str().into())];
                (t.format("keys-unreadable", &why), p.bad)
            }
            Some(KeysState::Missing) => (t.get("keys-missing").to_owned(), p.soon),
            _ => (t.get("keys-where").to_owned(), p.dim),
        }
    }

    fn defaults_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        ui.columns(2, |columns| {
            let field = Some(ConnectionField::Topic);
            self.field_ui(
                &mut columns[0],
                cx,
                t.get("connection-topic"),
                "",
                field,
                |e| &mut e.profile.topic,
            );
            let field = Some(ConnectionField::Group);
            self.field_ui(
                &mut columns[1],
                cx,
                t.get("connection-group"),
                "",
                field,
                |e| &mut e.profile.group,
            );
        });
    }

    fn network_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        self.field_ui(ui, cx, t.get("connection-proxy"), "http://…", None, |e| {
            &mut e.profile.proxy
        });
        if holds_password(&self.edit.profile.proxy) {
            remark(ui, t.get("connection-password-not-kept"), cx.palette.soon);
        }
        let ca = t.get("connection-ca");
        ui.vertical(|ui| self.ca_file.ui(ui, cx, ca, ca, &[]));
        // What a short form leads to, as far as that is known.
        self.edit.profile.ca_file = match self.ca_file.ready(cx) {
            Some(path) => path.display().to_string(),
            None => self.ca_file.text().to_owned(),
        };
        ui.checkbox(&mut self.edit.profile.read_only, t.get("connection-lock"));
    }

    fn buttons_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let mut done = false;
        let id = &self.edit.profile.id;
        let outcome = cx.model.edit_outcome(id).filter(|_| self.saving);
        if let Some(EditOutcome::Failed(why)) = outcome {
            let why = [("why", why.as_str().into())];
            remark(ui, &t.format("connection-not-saved", &why), cx.palette.bad);
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
        ui.horizontal(|ui| {
            if primary_button(ui, t.get("save"), 96.0, !pending && !busy, cx.palette).clicked() {
                self.attempted = true;
                if self.edit.problems().is_empty() {
                    self.saving = true;
                    cx.command(self.edit.command());
                }
            }
            done = ui.button(t.get("cancel")).clicked();
            self.examine_ui(ui, cx);
            if !self.new {
                from_the_right(ui, |ui| done |= self.delete_ui(ui, cx));
            }
        });
        done
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
        if button.on_hover_text(t.get("checkup-hint")).clicked() {
            self.attempted = true;
            if self.edit.problems().is_empty() {
                cx.command(self.edit.examine(self.consume));
            }
        }
        let profile = &self.edit.profile;
        if !profile.topic.trim().is_empty() && !profile.group.trim().is_empty() {
            ui.checkbox(&mut self.consume, t.get("checkup-consume"))
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
            true => theme::strong(t.get("delete-sure")),
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

fn color_name(cx: &Context<'_>, color: ProfileColor) -> &'static str {
    let t = cx.texts;
    match color {
        ProfileColor::Green => t.get("color-green"),
        ProfileColor::Blue => t.get("color-blue"),
        ProfileColor::Amber => t.get("color-amber"),
        ProfileColor::Red => t.get("color-red"),
        ProfileColor::Purple => t.get("color-purple"),
        ProfileColor::Grey => t.get("color-grey"),
    }
}
