//! What was pasted, and the keys that it should have been signed with.

use egui::text_edit::TextEditState;
use egui::{Event, Id, TextEdit, Ui};
use secrecy::zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::protocol::Timestamp;
use crate::session::{Command, ConnectionId, DebuggerCommand, ExplainOrder, KeysFrom};

use crate::ui::actions::Action;
use crate::ui::connections::connection_name;
use crate::ui::context::Context;
use crate::ui::dialog;
use crate::ui::long_edit::{self, Face, LongEdit};
use crate::ui::theme;
use crate::ui::widgets::{
    check_box, choice_menu, labelled_edit, link_button, primary_button, remark,
};

/// Height of everything below the paste area.
const BELOW: f32 = 190.0;

/// The same while keys are typed.
const BELOW_TYPED: f32 = 372.0;

/// Least height of the paste area.
const LEAST: f32 = 90.0;

/// The left side of the debugger.
pub(super) struct Input {
    /// The opening that was last taken in.
    taken: u64,
    text: String,
    field: LongEdit,
    /// What was there before something else was opened.
    earlier: Option<String>,
    keys: Choice,
    access_key: Zeroizing<String>,
    secret_key: Zeroizing<String>,
    security_token: Zeroizing<String>,
    /// The fields that hold them.
    secrets: Vec<Id>,
    /// When it was sent, if whoever opened it knows.
    sent_at: Option<Timestamp>,
    /// It was sent a moment ago, somebody says.
    just_now: bool,
    /// Something has changed since it was last explained.
    stale: bool,
}

impl Default for Input {
    fn default() -> Self {
        Self {
            taken: 0,
            text: String::new(),
            field: LongEdit::new(long_edit::REQUEST),
            earlier: None,
            keys: Choice::default(),
            access_key: Zeroizing::default(),
            secret_key: Zeroizing::default(),
            security_token: Zeroizing::default(),
            secrets: Vec::new(),
            sent_at: None,
            just_now: false,
            stale: false,
        }
    }
}

/// Which keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Choice {
    #[default]
    Nowhere,
    Connection(ConnectionId),
    Typed,
}

impl Input {
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Takes in what the debugger was opened with, once.
    pub(super) fn take_opening(&mut self, cx: &mut Context<'_>) {
        let (number, opening) = cx.model.debugger().opening();
        if number == self.taken {
            return;
        }
        let first = self.taken == 0;
        self.taken = number;
        match &opening.connection {
            Some(id) => self.keys = Choice::Connection(id.clone()),
            None if first => self.keys = Choice::Connection(cx.model.selected().id.clone()),
            None => {}
        }
        let Some(text) = &opening.text else { return };
        if !self.text.trim().is_empty() && self.text != *text {
            self.earlier = Some(std::mem::take(&mut self.text));
        }
        self.text.clone_from(text);
        self.sent_at = opening.sent_at;
        self.just_now = false;
        self.explain(cx);
    }

    /// Forgets the keys that were typed, wherever they are.
    pub(super) fn wipe(&mut self, ctx: &egui::Context) {
        for id in self.secrets.drain(..) {
            // What was typed must not come back by undo.
            ctx.data_mut(|data| data.remove::<TextEditState>(id));
        }
        for text in [
            &mut self.access_key,
            &mut self.secret_key,
            &mut self.security_token,
        ] {
            *text = Zeroizing::default();
        }
    }

    /// Whether keys were typed that are kept nowhere else.
    pub(super) fn holds_keys(&self) -> bool {
        let typed = [&self.access_key, &self.secret_key, &self.security_token];
        typed.iter().any(|text| !text.is_empty())
    }

    /// Draws it.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, height: f32) {
        let t = cx.texts;
        let below = match self.keys {
            Choice::Typed => BELOW_TYPED,
            Choice::Nowhere | Choice::Connection(_) => BELOW,
        };
        let pasted = self.paste_ui(ui, cx, (height - below).max(LEAST));
        if let Some(earlier) = self.earlier.take() {
            if link_button(ui, t.get("debugger-earlier"), cx.palette).clicked() {
                self.earlier = Some(std::mem::replace(&mut self.text, earlier));
                self.sent_at = None;
                self.stale = true;
            } else {
                self.earlier = Some(earlier);
            }
        }
        let chosen = self.keys_ui(ui, cx);
        self.time_ui(ui, cx);
        let ready = !self.text.trim().is_empty();
        let label = t.get("debugger-explain");
        let button = ui
            .horizontal(|ui| {
                let button = primary_button(ui, label, 120.0, ready, cx.palette);
                let shortcut = Action::DialogMain.shortcut(ui.ctx(), t).unwrap_or_default();
                ui.label(theme::label(ui.ctx(), shortcut));
                button
            })
            .inner;
        let asked = dialog::is_pressed(t, button);
        if ready && (asked || pasted || chosen) {
            self.explain(cx);
        }
    }

    /// The paste area; whether something was just pasted.
    fn paste_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, height: f32) -> bool {
        let t = cx.texts;
        let label = ui.label(theme::label(ui.ctx(), t.get("debugger-request")));
        let face = Face {
            label: label.id,
            hint: t.get("debugger-request-hint"),
            is_json: false,
            height,
        };
        // Before the field takes it for itself, if it is long.
        let is_paste = |event: &Event| matches!(event, Event::Paste(_));
        let pasted = ui.input(|input| input.events.iter().any(is_paste));
        if !self.field.ui(ui, cx, &mut self.text, face) {
            return false;
        }
        self.stale = true;
        self.sent_at = None;
        pasted
    }

    /// Which keys; whether kept ones were just chosen.
    fn keys_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let connections = cx.model.connections();
        let names: Vec<String> = connections
            .iter()
            .map(|connection| {
                let name = connection_name(cx, connection);
                t.format("debugger-keys-of", &[("name", name.into())])
            })
            .collect();
        let mut choices = vec![(0, t.get("debugger-keys-nowhere"))];
        choices.extend((1..).zip(names.iter().map(String::as_str)));
        let typed = choices.len();
        choices.push((typed, t.get("debugger-keys-typed")));
        let place = |id: &ConnectionId| connections.iter().position(|c| c.id == *id);
        let before = match &self.keys {
            Choice::Nowhere => 0,
            Choice::Connection(id) => place(id).map_or(0, |place| place + 1),
            Choice::Typed => typed,
        };
        let mut chosen = before;
        ui.label(theme::label(ui.ctx(), t.get("debugger-keys")));
        choice_menu(ui, t.get("debugger-keys"), &mut chosen, &choices);
        let changed = chosen != before;
        if changed {
            self.stale = true;
            let connection = chosen.checked_sub(1).and_then(|at| connections.get(at));
            self.keys = match (chosen, connection) {
                (0, _) => Choice::Nowhere,
                (_, Some(connection)) => Choice::Connection(connection.id.clone()),
                (_, None) => Choice::Typed,
            };
        }
        if self.keys == Choice::Typed {
            self.typed_ui(ui, cx);
        }
        changed && self.keys != Choice::Typed
    }

    fn typed_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        let fields = [
            ("debugger-ak", &mut self.access_key),
            ("debugger-sk", &mut self.secret_key),
            ("keys-token", &mut self.security_token),
        ];
        let mut ids = Vec::with_capacity(fields.len());
        for (label, text) in fields {
            let edit = TextEdit::singleline(&mut **text)
                .password(true)
                .desired_width(f32::INFINITY);
            let response = labelled_edit(ui, t.get(label), edit);
            self.stale |= response.changed();
            ids.push(response.id);
        }
        self.secrets = ids;
        remark(ui, t.get("debugger-keys-not-kept"), cx.palette.dim);
    }

    /// By which time the `Date` is judged.
    fn time_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        if let Some(at) = self.sent_at {
            let at = [("at", cx.clock_time(at).into())];
            remark(ui, &t.format("debugger-sent-at", &at), cx.palette.dim);
            return;
        }
        let box_ = ui.add(check_box(&mut self.just_now, t.get("debugger-just-now")));
        let box_ = box_.on_hover_text(t.get("debugger-just-now-why"));
        self.stale |= box_.changed();
    }

    fn explain(&mut self, cx: &mut Context<'_>) {
        self.stale = false;
        let keys = match &self.keys {
            Choice::Nowhere => KeysFrom::Nowhere,
            Choice::Connection(id) => KeysFrom::Connection(id.clone()),
            Choice::Typed => KeysFrom::Typed(Credentials::from_pasted(
                &self.access_key,
                &self.secret_key,
                &self.security_token,
            )),
        };
        let order = ExplainOrder {
            text: self.text.clone(),
            keys,
            sent_at: self.sent_at.or(self.just_now.then_some(cx.now)),
        };
        cx.command(Command::Debugger(DebuggerCommand::Explain(Box::new(order))));
    }
}
