//! What the palette lists: every action, and every place that one can go to by its name.

use crate::i18n::{Lang, Texts};
use crate::protocol::{GroupId, TopicName};
use crate::session::{Command, ConnectionId, SubscriptionId};

use super::super::actions::{Action, Around, reason};
use super::super::connections::connection_name;
use super::super::context::Context;
use super::super::dock::{Tab, view_title};

/// What is chosen.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ui) enum Pick {
    /// Do this.
    Do(Action),
    /// Go there.
    Go(Target),
}

/// A place that has a name.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::ui) enum Target {
    /// A connection, to work with.
    Connection(ConnectionId),
    /// A consume view.
    View(SubscriptionId),
    /// A topic of the sandbox, to publish to.
    Topic(TopicName),
    /// A group of the sandbox, in a view of its own.
    Group(TopicName, GroupId),
}

/// A line of the palette.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) pick: Pick,
    /// What it is called.
    pub(super) name: String,
    /// What it is called in the other language, by which it is found too.
    pub(super) other: Option<String>,
    /// What kind of thing it is.
    pub(super) kind: &'static str,
    /// The action whose keys do the same.
    pub(super) keys: Option<Action>,
    /// Why it is not possible just now.
    pub(super) reason: Option<&'static str>,
}

/// Everything, actions first.
pub(super) fn all(cx: &Context<'_>, tabs: &[Tab], around: Around) -> Vec<Item> {
    let mut items: Vec<Item> = Action::ALL
        .iter()
        .map(|action| of_action(*action, cx, around))
        .collect();
    views(cx, tabs, &mut items);
    connections(cx, &mut items);
    topics(cx, &mut items);
    items
}

fn of_action(action: Action, cx: &Context<'_>, around: Around) -> Item {
    let t = cx.texts;
    Item {
        pick: Pick::Do(action),
        name: action.name(t),
        other: Some(action.name(other(t))),
        kind: t.get(action.place().name()),
        keys: Some(action),
        reason: reason(action, cx, around).map(|key| t.get(key)),
    }
}

/// The texts of the language that is not shown.
fn other(t: &Texts) -> &'static Texts {
    let shown = t.get("language-name");
    let lang = Lang::ALL.into_iter().find(|lang| lang.name() != shown);
    Texts::of(lang.unwrap_or_default())
}

fn views(cx: &Context<'_>, tabs: &[Tab], items: &mut Vec<Item>) {
    for view in cx.model.views() {
        let tab = tabs.iter().position(|tab| *tab == Tab::View(view.id));
        let action = tab.and_then(|tab| Action::ALL.iter().find(|a| a.tab() == Some(tab)));
        items.push(Item {
            pick: Pick::Go(Target::View(view.id)),
            name: view_title(cx, view),
            other: None,
            kind: cx.texts.get("palette-view"),
            keys: action.copied(),
            reason: None,
        });
    }
}

fn connections(cx: &Context<'_>, items: &mut Vec<Item>) {
    for connection in cx.model.connections() {
        let name = connection_name(cx, connection);
        items.push(Item {
            pick: Pick::Go(Target::Connection(connection.id.clone())),
            name: cx.texts.format("connection-use", &[("name", name.into())]),
            other: None,
            kind: cx.texts.get("palette-connection"),
            keys: None,
            reason: None,
        });
    }
}

fn topics(cx: &Context<'_>, items: &mut Vec<Item>) {
    let t = cx.texts;
    // Of another instance nothing can be reached from here.
    let reachable = cx.model.sandbox_content().iter();
    for topic in reachable.filter(|topic| topic.instance.is_none()) {
        let name = topic.topic.as_str();
        items.push(Item {
            pick: Pick::Go(Target::Topic(topic.topic.clone())),
            name: t.format("palette-publish-to", &[("topic", name.into())]),
            other: None,
            kind: t.get("palette-topic"),
            keys: None,
            reason: None,
        });
        for group in &topic.groups {
            let values = [
                ("topic", name.into()),
                ("group", group.group.as_str().into()),
            ];
            items.push(Item {
                pick: Pick::Go(Target::Group(topic.topic.clone(), group.group.clone())),
                name: t.format("palette-consume", &values),
                other: None,
                kind: t.get("palette-group"),
                keys: None,
                reason: None,
            });
        }
    }
}

/// Asks to go there; the name of a topic to publish to is the caller's business.
pub(in crate::ui) fn go(target: &Target, cx: &mut Context<'_>) {
    match target {
        Target::Connection(id) => cx.command(Command::Select(id.clone())),
        Target::View(id) => cx.command(Command::ShowView(*id)),
        Target::Topic(_) => cx.command(Command::Select(ConnectionId::Sandbox)),
        Target::Group(topic, group) => {
            super::super::topics::consume(cx, topic, group);
        }
    }
}
