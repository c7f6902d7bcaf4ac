//! What the tabs are called, and the mark before the name of a view: whether it listens.

use egui::Ui;

use crate::session::{ConnectionId, Polling, Subscription};

use super::super::archive::file_title;
use super::super::connections::connection_name;
use super::super::context::Context;
use super::super::theme::icons;
use super::super::widgets::{Dot, dot, icon, profile_color};
use super::Pane;

pub(super) fn title(cx: &Context<'_>, pane: Pane) -> String {
    match pane {
        Pane::Publish => cx.texts.get("publish-title").to_owned(),
        Pane::View(id) => cx
            .model
            .view(id)
            .map(|view| view_title(cx, view))
            .unwrap_or_default(),
    }
}

/// The name of a tab, with a number where an earlier one is called the same.
pub(super) fn told_apart(cx: &Context<'_>, pane: Pane, name: String) -> String {
    let Pane::View(id) = pane else { return name };
    let own = title(cx, pane);
    let views = cx.model.views().iter();
    let earlier = views.take_while(|view| view.id != id);
    match earlier.filter(|view| view_title(cx, view) == own).count() {
        0 => name,
        n => format!("{name} · {}", n + 1),
    }
}
/// Whether a view listens, in the colour of its connection.
pub(super) fn state_dot(ui: &mut Ui, cx: &Context<'_>, view: &Subscription) {
    let p = cx.palette;
    if view.file.is_some() {
        icon(ui, icons::FILE, p.dim);
        return;
    }
    let connection = cx.model.connection(view.connection());
    let color = connection.map_or(p.dim, |connection| {
        profile_color(p, connection.profile.color)
    });
    match view.polling {
        Polling::Stopped => dot(ui, Dot::Ring, color),
        Polling::Running | Polling::Stopping => dot(ui, Dot::Full, color),
        Polling::Paused => dot(ui, Dot::Half, color),
        Polling::Failing(..) => dot(ui, Dot::Half, p.bad),
    };
}

/// Whether a view listens, for those who do not see it.
pub(super) fn state_word(cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    if view.file.is_some() {
        return None;
    }
    Some(cx.texts.get(match view.polling {
        Polling::Stopped => "view-is-stopped",
        Polling::Running | Polling::Stopping => "view-is-running",
        Polling::Paused => "view-is-paused",
        Polling::Failing(..) => "view-is-failing",
    }))
}

/// What a view is called: where it listens, topic and group.
pub(in crate::ui) fn view_title(cx: &Context<'_>, view: &Subscription) -> String {
    if let Some(file) = &view.file {
        return file_title(cx, file);
    }
    let (topic, group) = match &view.source {
        Some(source) => (source.topic.as_str(), source.consume.group.as_str()),
        None => (view.form.topic.as_str(), view.form.group.as_str()),
    };
    let values = [("topic", topic.into()), ("group", group.into())];
    let title = match view.checks_halves() {
        true => cx.texts.format("view-title-half", &values),
        false => cx.texts.format("view-title", &values),
    };
    match cx.model.connection(view.connection()) {
        Some(connection) if connection.id != ConnectionId::Sandbox => {
            format!("{} · {title}", connection_name(cx, connection))
        }
        _ => title,
    }
}
