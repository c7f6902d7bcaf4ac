//! The list of connections on the left, with what is in the sandbox below it.

use egui::{
    Align, Color32, CornerRadius, Frame, Label, Layout, Margin, RichText, ScrollArea, Sense, Ui,
};

use crate::protocol::{GroupId, TopicName};
use crate::session::{
    Command, Connection, ConnectionId, GroupContent, Makeshift, SandboxState, TopicContent,
};

use super::actions::Action;
use super::connection_form::ConnectionForm;
use super::context::Context;
use super::sights::{Sight, saw};
use super::spoken;
use super::theme;
use super::theme::icons;
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
    /// From one topic or group to the next, as it was last drawn.
    pitch: f32,
}

/// A topic of the sandbox, or a group of one.
enum Entry<'a> {
    Topic(&'a TopicContent),
    Group(&'a TopicContent, &'a GroupContent),
}

/// Topics and groups that are all drawn; of more only those in sight, and some around them, so that
/// the keyboard leads there.
const ALL_DRAWN: usize = 200;
const AROUND: usize = 8;

impl Connections {
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
        ScrollArea::vertical()
            .id_salt("connections")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                let model = cx.model;
                for connection in model.connections() {
                    self.connection_ui(ui, cx, connection);
                    if connection.id == ConnectionId::Sandbox {
                        start_ui(ui, cx);
                        asked = self.content_ui(ui, cx, model.sandbox_content());
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
            });
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

    /// Topics and groups of the sandbox; however many there are, a frame costs what is in sight.
    fn content_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        content: &[TopicContent],
    ) -> Option<Asked> {
        let count: usize = content.iter().map(|topic| entries(topic).count()).sum();
        let drawn = match count <= ALL_DRAWN || self.pitch <= 0.0 {
            true => 0..count.min(ALL_DRAWN),
            false => {
                let place = |y: f32| ((y - ui.cursor().top()) / self.pitch).max(0.0) as usize;
                let first = place(ui.clip_rect().top()).saturating_sub(AROUND);
                let end = place(ui.clip_rect().bottom()) + AROUND;
                first.min(count)..end.min(count)
            }
        };
        let pitch = self.pitch;
        // A space has no gap of its own behind it.
        let room = |ui: &mut Ui, entries: usize| ui.add_space(entries as f32 * pitch);
        room(ui, drawn.start);
        let mut asked = None;
        let all = content.iter().flat_map(entries);
        for entry in all.skip(drawn.start).take(drawn.len()) {
            let before = ui.cursor().top();
            asked = entry.ui(ui, cx).or(asked.take());
            self.pitch = ui.cursor().top() - before;
        }
        room(ui, count - drawn.end);
        asked
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
        let mut right = f32::INFINITY;
        let inner = frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                connection_dot(ui, cx, connection);
                from_the_right(ui, |ui| {
                    if let ConnectionId::Profile(_) = connection.id {
                        let label = cx
                            .texts
                            .format("connection-edit", &[("name", name.as_str().into())]);
                        let button = icon_button(ui, icons::SETTINGS, &label);
                        right = button.rect.left();
                        if button.clicked() {
                            self.form.open(Some(&connection.profile));
                            cx.command(Command::LookForKeys(connection.id.clone()));
                        }
                    }
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        ui.spacing_mut().item_spacing.y = 0.0;
                        let label = Label::new(&name).truncate().selectable(false);
                        ui.add(label);
                        let line = RichText::new(&line).font(theme::small()).color(p.dim);
                        ui.add(Label::new(line).truncate().selectable(false));
                    });
                });
            });
        });
        // What comes later lies on top: the row would take the clicks of the button in it.
        let mut rect = inner.response.rect;
        rect.max.x = rect.max.x.min(right);
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
}

fn entries(topic: &TopicContent) -> impl Iterator<Item = Entry<'_>> {
    // Where clients name an instance, nothing can be done with its groups from here.
    let groups = match &topic.instance {
        Some(_) => &[],
        None => topic.groups.as_slice(),
    };
    let groups = groups.iter().map(move |group| Entry::Group(topic, group));
    std::iter::once(Entry::Topic(topic)).chain(groups)
}

impl Entry<'_> {
    /// A click on a topic aims the publish form at it, a click on a group opens a consume view.
    fn ui(&self, ui: &mut Ui, cx: &mut Context<'_>) -> Option<Asked> {
        match self {
            Entry::Topic(topic) => topic_ui(ui, cx, topic),
            Entry::Group(topic, group) => {
                group_ui(ui, cx, topic, group);
                None
            }
        }
    }
}

fn topic_ui(ui: &mut Ui, cx: &mut Context<'_>, topic: &TopicContent) -> Option<Asked> {
    let p = cx.palette;
    let ink = if topic.topic.as_str().starts_with("%DLQ%") {
        p.bad
    } else {
        p.text
    };
    let name = topic.topic.as_str();
    let face = theme::strong(name).color(ink);
    if let Some(instance) = &topic.instance {
        other_instance_ui(ui, cx, face, instance.as_str(), topic.messages);
        return None;
    }
    let entry = entry_ui(ui, cx, 22.0, face, topic.messages);
    entry.clicked().then(|| Asked::PublishTo(name.to_owned()))
}

fn group_ui(ui: &mut Ui, cx: &mut Context<'_>, topic: &TopicContent, group: &GroupContent) {
    let face = RichText::new(group.group.as_str()).color(cx.palette.dim);
    let entry = entry_ui(ui, cx, 42.0, face, group.invisible);
    // A group of this name may stand under each topic.
    spoken::tell(&entry, |node| node.set_description(topic.topic.as_str()));
    if entry.clicked() {
        consume(cx, &topic.topic, &group.group);
    }
}

/// Shows the view of a group of the sandbox, or opens one.
pub(super) fn consume(cx: &mut Context<'_>, topic: &TopicName, group: &GroupId) {
    let known = cx.model.views().iter().find(|view| {
        view.source.as_ref().is_some_and(|source| {
            source.connection == ConnectionId::Sandbox
                && source.topic == *topic
                && source.consume.group == *group
        })
    });
    cx.command(Command::Select(ConnectionId::Sandbox));
    cx.command(match known {
        Some(view) => Command::ShowView(view.id),
        None => {
            let place = (ConnectionId::Sandbox, topic.clone(), group.clone());
            Command::OpenView(Some(place))
        }
    });
}

/// The sandbox keeps instances apart, and this connection names none.
fn other_instance_ui(ui: &mut Ui, cx: &Context<'_>, face: RichText, instance: &str, count: u64) {
    let why = cx
        .texts
        .format("sandbox-other-instance", &[("instance", instance.into())]);
    ui.add_enabled_ui(false, |ui| entry_ui(ui, cx, 22.0, face, count))
        .response
        .on_hover_text(why);
}

fn entry_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    indent: f32,
    face: RichText,
    count: u64,
) -> egui::Response {
    ui.horizontal(|ui| {
        ui.add_space(indent);
        from_the_right(ui, |ui| {
            ui.add_space(theme::GAP);
            ui.label(
                RichText::new(count.to_string())
                    .color(cx.palette.dim)
                    .font(theme::small()),
            );
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(egui::Button::new(face).frame(false).truncate())
            })
            .inner
        })
    })
    .inner
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
    // What is locked matters more than what is not open, and a narrow panel has no room for both.
    let line = if connection.profile.read_only {
        format!("{} · {state}", t.get("connection-read-only"))
    } else {
        state.to_owned()
    };
    (line, in_use)
}
