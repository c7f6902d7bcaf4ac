//! The fields of the form of a connection, in the words of the vendor it is for: what each is called
//! in the vendor's console, and where it stands there.

use egui::{Align, Response, TextEdit, Ui};

use crate::config::{ProfileColor, holds_password};
use crate::explained::keyring::keyring;
use crate::protocol::Profile;
use crate::protocol::address::read_address;
use crate::session::{
    Command, ConnectionEdit, ConnectionField, ConnectionId, DebuggerCommand, KeysState, Level,
    Opening, Say,
};

use super::Open;
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{
    Dot, check_box, choice_dot, complaint, labelled_edit, link_button, mark_wrong, marked_remark,
    named_choice, profile_color, remark, segmented,
};

/// A field that the form can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) enum Spot {
    Name,
    Endpoint,
    Instance,
    AccessKey,
    SecretKey,
    Topic,
    Group,
    Proxy,
    CaFile,
}

impl Spot {
    /// Where a problem is to be mended.
    pub(super) fn of(field: ConnectionField) -> Self {
        match field {
            ConnectionField::Name => Spot::Name,
            ConnectionField::Endpoint => Spot::Endpoint,
            ConnectionField::Instance => Spot::Instance,
            ConnectionField::Topic => Spot::Topic,
            ConnectionField::Group => Spot::Group,
            ConnectionField::Keys => Spot::AccessKey,
            ConnectionField::Proxy => Spot::Proxy,
        }
    }

    /// What it is called.
    pub(in crate::ui) fn name(self, cx: &Context<'_>, kind: Profile) -> &'static str {
        let t = cx.texts;
        match self {
            Spot::Name => t.get("connection-name"),
            Spot::Endpoint => t.get("connection-endpoint"),
            Spot::Instance => t.get("field-instance"),
            Spot::AccessKey => key_names(cx, kind).0,
            Spot::SecretKey => key_names(cx, kind).1,
            Spot::Topic => t.get("connection-topic"),
            Spot::Group => t.get("connection-group"),
            Spot::Proxy => t.get("connection-proxy"),
            Spot::CaFile => t.get("connection-ca"),
        }
    }
}

fn key_names(cx: &Context<'_>, kind: Profile) -> (&'static str, &'static str) {
    let t = cx.texts;
    match kind {
        Profile::Tdmq => (t.get("keys-ak-tdmq"), t.get("keys-sk-tdmq")),
        Profile::Aliyun => (t.get("keys-ak-aliyun"), t.get("keys-sk-aliyun")),
        Profile::Sandbox => (t.get("keys-ak-sandbox"), t.get("keys-sk-sandbox")),
    }
}

/// Where to find something in the console of a vendor.
fn where_ui(ui: &mut Ui, cx: &Context<'_>, text: &str) {
    remark(ui, text, cx.palette.dim);
    ui.add_space(theme::GAP_SMALL);
}

impl Open {
    /// Takes the keyboard to a field if the form is to lead there.
    fn arrive(&mut self, response: &Response, spot: Spot) {
        if self.go_to == Some(spot) {
            self.go_to = None;
            response.request_focus();
            response.scroll_to_me(Some(Align::Center));
        }
    }

    fn field_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        spot: Spot,
        hint: &'static str,
        text: fn(&mut ConnectionEdit) -> &mut String,
    ) -> Response {
        let label = spot.name(cx, self.edit.profile.kind);
        let edit = TextEdit::singleline(text(&mut self.edit))
            .desired_width(f32::INFINITY)
            .hint_text(theme::hint(hint));
        let response = labelled_edit(ui, label, edit);
        self.arrive(&response, spot);
        response
    }

    /// What is wrong with a field, or may be. `typed`: where it is typed.
    fn remarks_ui(
        &self,
        ui: &mut Ui,
        cx: &Context<'_>,
        field: ConnectionField,
        typed: &[&Response],
    ) {
        let all = self.edit.problems().into_iter().chain(self.edit.doubts());
        for problem in all.filter(|problem| problem.field == field) {
            let empty = match field {
                ConnectionField::Name => self.edit.profile.name.is_empty(),
                ConnectionField::Endpoint => self.edit.profile.endpoint.is_empty(),
                ConnectionField::Keys => !self.edit.has_keys(),
                _ => false,
            };
            let text = cx.say(&problem.say);
            match problem.level {
                Level::Error if self.attempted || !empty => {
                    complaint(ui, &text, cx.palette);
                    for typed in typed {
                        mark_wrong(ui, typed, cx.palette);
                    }
                }
                Level::Error => {}
                _ => marked_remark(ui, icons::WARNING, &text, cx.palette.soon),
            }
        }
    }

    pub(super) fn kind_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            let kinds = [
                (Profile::Tdmq, t.get("kind-tdmq")),
                (Profile::Aliyun, t.get("kind-aliyun")),
                (Profile::Sandbox, t.get("kind-sandbox")),
            ];
            segmented(ui, &mut self.edit.profile.kind, &kinds);
        });
        let typed = self.field_ui(ui, cx, Spot::Name, "", |e| &mut e.profile.name);
        self.remarks_ui(ui, cx, ConnectionField::Name, &[&typed]);
        ui.horizontal(|ui| {
            ui.label(theme::label(ui.ctx(), t.get("connection-color")));
            for color in ProfileColor::ALL {
                let chosen = self.edit.profile.color == color;
                let shape = if chosen { Dot::Full } else { Dot::Ring };
                let response = choice_dot(ui, shape, profile_color(cx.palette, color));
                let name = color_name(cx, color);
                let role = egui::Role::RadioButton;
                let response = named_choice(ui, response, role, chosen, name);
                if response.on_hover_text(name).clicked() {
                    self.edit.profile.color = color;
                }
            }
        });
    }

    pub(super) fn server_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        let kind = self.edit.profile.kind;
        let (hint, place, instance) = match kind {
            Profile::Tdmq => (
                t.get("hint-endpoint-tdmq"),
                t.get("where-endpoint-tdmq"),
                Some(t.get("where-instance-tdmq")),
            ),
            Profile::Aliyun => (
                t.get("hint-endpoint-aliyun"),
                t.get("where-endpoint-aliyun"),
                Some(t.get("where-instance-aliyun")),
            ),
            Profile::Sandbox => ("http://…", t.get("where-endpoint-sandbox"), None),
        };
        let typed = self.field_ui(ui, cx, Spot::Endpoint, hint, |e| &mut e.profile.endpoint);
        if typed.changed() {
            self.edit.take_address();
        }
        let known = read_address(&self.edit.profile.endpoint).filter(|address| !address.tcp);
        if let Some(said) = known.and_then(|address| address.said()) {
            marked_remark(ui, icons::DONE, &cx.say(&said), cx.palette.ok);
        }
        self.remarks_ui(ui, cx, ConnectionField::Endpoint, &[&typed]);
        where_ui(ui, cx, place);
        let typed = self.field_ui(ui, cx, Spot::Instance, "", |e| &mut e.profile.instance);
        self.remarks_ui(ui, cx, ConnectionField::Instance, &[&typed]);
        if let Some(place) = instance {
            where_ui(ui, cx, place);
        }
    }

    pub(super) fn keys_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let kind = self.edit.profile.kind;
        let (access_key, secret_key) = key_names(cx, kind);
        let secret = |ui: &mut Ui, label: &str, text: &mut String| {
            let edit = TextEdit::singleline(text)
                .password(true)
                .desired_width(f32::INFINITY);
            labelled_edit(ui, label, edit)
        };
        let [first, second] = ui.columns(2, |columns| {
            [
                secret(&mut columns[0], access_key, &mut self.edit.access_key),
                secret(&mut columns[1], secret_key, &mut self.edit.secret_key),
            ]
        });
        self.arrive(&first, Spot::AccessKey);
        self.arrive(&second, Spot::SecretKey);
        self.remarks_ui(ui, cx, ConnectionField::Keys, &[&first, &second]);
        match kind {
            Profile::Tdmq => where_ui(ui, cx, t.get("where-keys-tdmq")),
            Profile::Aliyun => where_ui(ui, cx, t.get("where-keys-aliyun")),
            Profile::Sandbox => {}
        }
        // Nobody hands out STS tokens for a sandbox; what it has instead opens its control room.
        let third = match kind {
            Profile::Sandbox => secret(ui, t.get("keys-admin"), &mut self.edit.admin_token),
            _ => secret(ui, t.get("keys-token"), &mut self.edit.security_token),
        };
        match kind {
            Profile::Tdmq => {}
            Profile::Aliyun => where_ui(ui, cx, t.get("where-token-aliyun")),
            Profile::Sandbox => where_ui(ui, cx, t.get("where-admin")),
        }
        self.secrets = vec![first.id, second.id, third.id];
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
    pub(super) fn known_keys<'a>(&self, cx: &Context<'a>) -> Option<&'a KeysState> {
        let id = ConnectionId::Profile(self.edit.profile.id.clone());
        cx.model.connection(&id).map(|connection| &connection.keys)
    }

    /// Where the keys are now, or will be.
    fn keys_state(&self, cx: &Context<'_>) -> (String, egui::Color32) {
        let (t, p) = (cx.texts, cx.palette);
        match self.known_keys(cx) {
            Some(KeysState::Keyring) => (t.get("keys-in-keyring").to_owned(), p.ok),
            Some(KeysState::SessionOnly(why)) => {
                let say = Say::new("keys-session-only").with_say("why", keyring(why));
                (cx.say(&say), p.soon)
            }
            Some(KeysState::Unreadable(why)) => {
                let say = Say::new("keys-unreadable").with_say("why", keyring(why));
                (cx.say(&say), p.bad)
            }
            Some(KeysState::Missing) if self.edit.has_keys() => {
                (t.get("keys-unsaved").to_owned(), p.dim)
            }
            Some(KeysState::Missing) => (t.get("keys-missing").to_owned(), p.soon),
            _ => (t.get("keys-where").to_owned(), p.dim),
        }
    }

    pub(super) fn defaults_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        ui.columns(2, |columns| {
            let ui = &mut columns[0];
            let typed = self.field_ui(ui, cx, Spot::Topic, "", |e| &mut e.profile.topic);
            self.remarks_ui(ui, cx, ConnectionField::Topic, &[&typed]);
            let ui = &mut columns[1];
            let typed = self.field_ui(ui, cx, Spot::Group, "", |e| &mut e.profile.group);
            self.remarks_ui(ui, cx, ConnectionField::Group, &[&typed]);
        });
        match self.edit.profile.kind {
            Profile::Tdmq => where_ui(ui, cx, t.get("where-topic-tdmq")),
            Profile::Aliyun => where_ui(ui, cx, t.get("where-topic-aliyun")),
            Profile::Sandbox => {}
        }
    }

    pub(super) fn network_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let typed = self.field_ui(ui, cx, Spot::Proxy, "http://…", |e| &mut e.profile.proxy);
        self.remarks_ui(ui, cx, ConnectionField::Proxy, &[&typed]);
        if holds_password(&self.edit.profile.proxy) {
            remark(ui, t.get("connection-password-not-kept"), cx.palette.soon);
        }
        let ca = t.get("connection-ca");
        let response = ui.vertical(|ui| self.ca_file.ui(ui, cx, ca, ca, &[])).inner;
        self.arrive(&response, Spot::CaFile);
        // What a short form leads to, as far as that is known.
        self.edit.profile.ca_file = match self.ca_file.ready(cx) {
            Some(path) => path.display().to_string(),
            None => self.ca_file.text().to_owned(),
        };
        ui.add(check_box(
            &mut self.edit.profile.read_only,
            t.get("connection-lock"),
        ));
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
