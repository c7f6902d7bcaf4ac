//! What is in the sandbox, below it in the list on the left: its topics, each with its groups. They can
//! be folded away, and scroll by themselves where there are many, so that they never push the
//! connections below them out of sight. Counts nothing; the sandbox tells what it has.

use egui::{Align, Label, Layout, RichText, ScrollArea, Ui};

use crate::protocol::{GroupId, TopicName};
use crate::session::{Command, ConnectionId, GroupContent, TopicContent};

use super::connections::Asked;
use super::context::Context;
use super::widgets::{expandable, fold_icon, from_the_right, icon_button};
use super::{spoken, theme};

/// The topics, as they are looked at.
pub(super) struct Topics {
    shown: bool,
    /// From one topic or group to the next, as it was last drawn.
    pitch: f32,
}

impl Default for Topics {
    fn default() -> Self {
        Self {
            shown: true,
            pitch: 0.0,
        }
    }
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

/// So many of them have room, whatever is below them.
const LEAST: f32 = 6.0;

impl Topics {
    /// Folded away or not, as they were in an earlier run.
    pub(super) fn restored(shown: Option<bool>) -> Self {
        Self {
            shown: shown.unwrap_or(true),
            ..Self::default()
        }
    }

    /// Whether they are not folded away.
    pub(super) fn are_shown(&self) -> bool {
        self.shown
    }

    /// A name with the button that folds them away at its side; the left edge of that. It is as high
    /// as the name, so that the line below, where the sandbox listens, has the whole width.
    pub(super) fn beside_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, name: Label) -> Option<f32> {
        ui.scope(|ui| {
            ui.spacing_mut().interact_size.y = theme::BODY_LINE;
            ui.horizontal(|ui| {
                from_the_right(ui, |ui| {
                    let edge = self.fold_ui(ui, cx);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| ui.add(name));
                    edge
                })
            })
            .inner
        })
        .inner
    }

    /// The button that folds them away, where there are any; its left edge.
    fn fold_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) -> Option<f32> {
        if cx.model.sandbox_content().is_empty() {
            return None;
        }
        let name = cx.texts.get("topics-of-sandbox");
        let button = icon_button(ui, fold_icon(self.shown), name);
        let button = expandable(ui, button, self.shown);
        if button.clicked() {
            self.shown = !self.shown;
        }
        Some(button.rect.left())
    }

    /// Draws them, in a room that is no higher than `most` where that is enough for a few.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        content: &[TopicContent],
        most: f32,
    ) -> Option<Asked> {
        if !self.shown {
            return None;
        }
        ScrollArea::vertical()
            .id_salt("topics")
            .max_height(most.max(LEAST * self.pitch))
            .auto_shrink([false, true])
            .show(ui, |ui| self.entries_ui(ui, cx, content))
            .inner
    }

    /// Topics and groups of the sandbox; however many there are, a frame costs what is in sight.
    fn entries_ui(
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
    let counts = [
        ("ready", group.ready.into()),
        ("held", group.invisible.into()),
    ];
    let entry = entry.on_hover_text(cx.texts.format("sandbox-group-counts", &counts));
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
