//! Tells screen readers what happens: live regions that nobody sees, one for each announcement. What
//! is said and how often is the model's (`session/announcements.rs`); here it is put into words.

use egui::accesskit::{Live, Role};
use egui::{Id, Ui};

use crate::protocol::AckAction;
use crate::session::{Level, News, NewsPlace, grouped};

use super::context::Context;

/// The last announcements. Each is a node of its own, and not one whose words change: what is added
/// is spoken everywhere, and so are the same words twice.
pub(super) fn ui(ui: &Ui, cx: &Context<'_>) {
    for said in cx.model.announcements().latest() {
        let id = Id::unique("announcement").with(said.number);
        ui.ctx().accesskit_node_builder(id, |node| {
            let (role, live) = match said.urgent {
                true => (Role::Alert, Live::Assertive),
                false => (Role::Status, Live::Polite),
            };
            node.set_role(role);
            node.set_live(live);
            node.set_live_atomic();
            node.set_label(words(cx, &said.news));
        });
    }
}

fn words(cx: &Context<'_>, news: &News) -> String {
    match news {
        News::Arrived { n, again, place } if *again > 0 => {
            let again = ("again", grouped(*again).into());
            counted(cx, "announce-arrived-again", *n, Some(place), Some(again))
        }
        News::Arrived { n, place, .. } => counted(cx, "announce-arrived", *n, Some(place), None),
        News::Soon { n, left, place } => {
            let left = ("secs", left.as_secs().max(1).into());
            counted(cx, "announce-soon", *n, Some(place), Some(left))
        }
        News::Returned { n, place } => counted(cx, "announce-returned", *n, Some(place), None),
        News::Done { n, action, place } => {
            let key = match action {
                AckAction::Ack => "announce-acked",
                AckAction::Commit => "announce-committed",
                AckAction::Rollback => "announce-rolled-back",
            };
            counted(cx, key, *n, Some(place), None)
        }
        News::Refused { n, place } => counted(cx, "announce-refused", *n, Some(place), None),
        News::Listens(place) => placed(cx, "announce-listens", place),
        News::Stopped(place) => placed(cx, "announce-stopped", place),
        News::Published(n) => counted(cx, "announce-published", *n, None, None),
        News::Resent(n) => counted(cx, "announce-resent", *n, None, None),
        News::Noted {
            n,
            level,
            what,
            next,
        } => {
            let key = match level {
                Level::Info => "announce-info",
                Level::Warning => "announce-warning",
                Level::Error => "announce-error",
            };
            let next = next.as_ref().map(|next| cx.say(next));
            let values = [
                ("n", (*n).into()),
                ("what", cx.say(what).into()),
                ("next", next.unwrap_or_default().into()),
            ];
            cx.texts.format(key, &values).trim_end().to_owned()
        }
        News::Over(say) => cx.say(say),
    }
}

fn counted(
    cx: &Context<'_>,
    key: &str,
    n: u64,
    place: Option<&NewsPlace>,
    more: Option<(&'static str, crate::i18n::Value<'_>)>,
) -> String {
    let mut values = vec![("n", n.into()), ("count", grouped(n).into())];
    if let Some(place) = place {
        values.push(("topic", place.topic.as_str().into()));
        values.push(("group", place.group.as_str().into()));
    }
    values.extend(more);
    cx.texts.format(key, &values)
}

fn placed(cx: &Context<'_>, key: &str, place: &NewsPlace) -> String {
    let values = [
        ("topic", place.topic.as_str().into()),
        ("group", place.group.as_str().into()),
    ];
    cx.texts.format(key, &values)
}
