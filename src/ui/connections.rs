//! The list of connections on the left. What is in the sandbox stands below it, and is `topics.rs`.

use egui::{
    Align, Color32, CornerRadius, Frame, Label, Layout, Margin, RichText, ScrollArea, Sense, Ui,
};

use crate::session::{Command, Connection, ConnectionId, Makeshift, SandboxState};

use super::actions::Action;
use super::connection_form::ConnectionForm;
use super::context::Context;
use super::sights::{Sight, saw};
use super::spoken;
use super::theme;
use super::theme::icons;
use super::topics::Topics;
use super::widgets::{Dot, dot, from_the_right, icon_button, marked_link, profile_color};
use super::wishes::{self, Wish};

/// What the list asks of the panels beside it.
pub(super) enum Asked {
    /// Publish to this topic.
    PublishTo(String),
}

/// The list.
#[derive(Default)]
pub(super) struct Connections {
    form: ConnectionForm,
    topics: Topics,
    /// Height of the list without the topics, as it was last drawn.
    beside: f32,
}

impl Connections {
    /// With the topics folded away or not, as they were in an earlier run.
    pub(super) fn restored(topics_shown: Option<bool>) -> Self {
        Self {
            topics: Topics::restored(topics_shown),
            ..Self::default()
        }
    }

    /// Whether the topics are shown.
    pub(super) fn shows_topics(&self) -> bool {
        self.topics.are_shown()
    }

    /// Opens the form of a new one.
    pub(super) fn add(&mut self) {
        self.form.open(None);
    }

    /// Opens the form of the one that is worked with.
    pub(super) fn edit(&mut self, cx: &mut Context<'_>) {
        let connection = cx.model.selected();
        if let ConnectionId::Profile(_) = connection.id {
            self.form.open(Some(&connection.profile));
            cx.command(Command::LookForKeys(connection.id.clone()));
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> Option<Asked> {
        let t = cx.texts;
        let mut asked = None;
        ui.label(theme::label(ui.ctx(), t.get("connections-title")));
        // The topics have what the connections leave, so that these stay in sight.
        // Whole points: parts of one would make the list scroll for nothing.
        let most = (ui.available_height() - self.beside).floor() - 1.0;
        let list = ScrollArea::vertical()
            .id_salt("connections")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let model = cx.model;
                let (begin, mut topics) = (ui.cursor().top(), 0.0);
                for connection in model.connections() {
                    self.connection_ui(ui, cx, connection);
                    if connection.id == ConnectionId::Sandbox {
                        start_ui(ui, cx);
                        let top = ui.cursor().top();
                        asked = self.topics.ui(ui, cx, model.sandbox_content(), most);
                        topics = ui.cursor().top() - top;
                        ui.add_space(theme::GAP);
                    }
                }
                ui.add_space(theme::GAP);
                if model.connections().len() == 1 {
                    let text = theme::dim(ui.ctx(), t.get("connections-none"));
                    ui.add(Label::new(text).wrap());
                    ui.add_space(theme::GAP);
                }
                let add = marked_link(ui, icons::ADD, t.get("connection-add"), cx.palette);
                saw(ui.ctx(), Sight::AddConnection, add.rect);
                if add.clicked() {
                    self.form.open(None);
                }
                ui.cursor().top() - begin - topics
            });
        let beside = list.inner;
        if (beside - self.beside).abs() > theme::HAIRLINE / 2.0 {
            self.beside = beside;
            ui.ctx().request_repaint();
        }
        self.take_wish(ui, cx);
        self.form.ui(ui, cx);
        asked
    }

    /// Opens what another panel wants opened.
    fn take_wish(&mut self, ui: &Ui, cx: &mut Context<'_>) {
        let id = match wishes::take(ui.ctx()) {
            None => return,
            Some(Wish::AddConnection) => return self.form.open(None),
            Some(Wish::GiveKeys(id)) => id,
        };
        if let Some(connection) = cx.model.connection(&id) {
            self.form.open_at_keys(&connection.profile);
            cx.command(Command::LookForKeys(id));
        }
    }

    fn connection_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, connection: &Connection) {
        let p = cx.palette;
        let chosen = cx.model.selected().id == connection.id;
        let name = connection_name(cx, connection);
        let (line, _) = connection_line(cx, connection);
        let fill = if chosen {
            p.selected
        } else {
            Color32::TRANSPARENT
        };
        let frame = Frame::NONE
            .fill(fill)
            .corner_radius(CornerRadius::from(theme::RADIUS))
            .inner_margin(Margin::symmetric(8, 6));
        let mut right = None;
        let inner = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                connection_dot(ui, cx, connection);
                from_the_right(ui, |ui| {
                    if let ConnectionId::Profile(_) = connection.id {
                        right = Some(self.edit_ui(ui, cx, connection));
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        let label = Label::new(&name).truncate().selectable(false);
                        if connection.id == ConnectionId::Sandbox {
                            right = self.topics.beside_ui(ui, cx, label);
                        } else {
                            ui.add(label);
                        }
                        let line = RichText::new(&line).font(theme::small()).color(p.dim);
                        ui.add(Label::new(line).truncate().selectable(false));
                    });
                });
            });
        });
        // What comes later lies on top: the row would take the clicks of the button in it.
        let mut rect = inner.response.rect;
        rect.max.x = right.unwrap_or(rect.max.x);
        let response = ui.interact(
            rect,
            ui.scope_id().with(("connection", &connection.id)),
            Sense::click(),
        );
        let label = cx
            .texts
            .format("connection-use", &[("name", name.as_str().into())]);
        let response =
            super::widgets::named_choice(ui, response, egui::Role::Button, chosen, &label);
        if response.clicked() {
            cx.command(Command::Select(connection.id.clone()));
        }
    }

    /// The button that opens the form of a connection; its left edge.
    fn edit_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, connection: &Connection) -> f32 {
        let name = connection_name(cx, connection);
        let label = cx
            .texts
            .format("connection-edit", &[("name", name.as_str().into())]);
        let button = icon_button(ui, icons::SETTINGS, &label);
        if button.clicked() {
            self.form.open(Some(&connection.profile));
            cx.command(Command::LookForKeys(connection.id.clone()));
        }
        button.rect.left()
    }
}

/// The way to a sandbox that runs once more, where it does not, or runs as it was meant.
pub(super) fn start_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let action = match cx.model.sandbox() {
        SandboxState::Failed => Action::StartSandbox,
        SandboxState::Running(_) if cx.model.restores_sandbox() => return,
        SandboxState::Running(_) if cx.model.makeshift().is_some() => Action::RestoreSandbox,
        SandboxState::Starting | SandboxState::Running(_) => return,
    };
    let name = action.name(cx.texts);
    let link = marked_link(ui, icons::START, &name, cx.palette);
    let link = match cx.model.makeshift() {
        Some(makeshift) => {
            let why = makeshift_words(cx, makeshift);
            spoken::tell(&link, |node| node.set_description(why.as_str()));
            link.on_hover_text(why)
        }
        None => link,
    };
    if link.clicked() {
        cx.act(action);
    }
}

/// What the sandbox has to make do with.
fn makeshift_words(cx: &Context<'_>, makeshift: &Makeshift) -> String {
    let port = makeshift.wished.map(|wished| {
        let wished = [("wished", wished.to_string().into())];
        cx.texts.format("sandbox-not-there", &wished)
    });
    let memory = makeshift
        .in_memory
        .then(|| cx.texts.get("sandbox-in-memory"));
    let port = port.as_deref();
    let words: Vec<&str> = port.into_iter().chain(memory).collect();
    words.join(" · ")
}

/// The colour of a connection, filled while something runs there.
pub(super) fn connection_dot(ui: &mut Ui, cx: &Context<'_>, connection: &Connection) {
    let (_, alive) = connection_line(cx, connection);
    let shape = if alive { Dot::Full } else { Dot::Ring };
    dot(
        ui,
        shape,
        profile_color(cx.palette, connection.profile.color),
    );
}

/// What a connection is called.
pub(super) fn connection_name(cx: &Context<'_>, connection: &Connection) -> String {
    match connection.id {
        ConnectionId::Sandbox => cx.texts.get("sandbox-name").to_owned(),
        ConnectionId::Profile(_) => connection.profile.name.clone(),
    }
}

/// The line below a connection's name, and whether something runs there.
fn connection_line(cx: &Context<'_>, connection: &Connection) -> (String, bool) {
    let t = cx.texts;
    if connection.id == ConnectionId::Sandbox {
        return match cx.model.sandbox() {
            SandboxState::Starting => (t.get("sandbox-starting").to_owned(), false),
            SandboxState::Running(_) if cx.model.restores_sandbox() => {
                (t.get("sandbox-starting").to_owned(), false)
            }
            SandboxState::Running(addr) => {
                let values = [("addr", addr.to_string().into())];
                (t.format("sandbox-running", &values), true)
            }
            SandboxState::Failed => (t.get("sandbox-failed").to_owned(), false),
        };
    }
    let in_use = cx.model.views().iter().any(|view| {
        !view.polling.is_stopped()
            && view
                .source
                .as_ref()
                .is_some_and(|source| source.connection == connection.id)
    });
    let state = if in_use {
        t.get("connection-in-use")
    } else {
        t.get("connection-idle")
    };
    let line = if connection.profile.read_only {
        format!("{state} · {}", t.get("connection-read-only"))
    } else {
        state.to_owned()
    };
    (line, in_use)
}
