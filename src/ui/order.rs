//! The sharding keys of an ordered view that wait for an ack: which, for how many messages, and until
//! when. A click leads to the message that has to be acked first.

use egui::{Label, RichText, Ui};

use crate::session::{Command, Subscription, WaitingKey};

use super::context::{Context, countdown};
use super::theme;
use super::widgets::{link_button, named};

/// Keys that are told of one by one.
const SHOWN: usize = 8;
/// Keys that are told of where there is more room.
const LISTED: usize = 40;
/// Characters of a key that are shown.
const KEY_CHARS: usize = 24;

/// The line of a view in which keys wait.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let waiting = view.waiting_keys();
    if waiting.keys.is_empty() {
        return;
    }
    let t = cx.texts;
    ui.add_space(theme::GAP_SMALL);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = theme::BODY_LINE;
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let n = [("n", waiting.keys.len().into())];
        let title = RichText::new(t.format("order-waiting", &n)).color(cx.palette.soon);
        ui.label(title).on_hover_text(t.get("order-waiting-why"));
        for key in waiting.keys.iter().take(SHOWN) {
            key_ui(ui, cx, view, key);
        }
        let rest = waiting.keys.iter().skip(SHOWN);
        if rest.len() > 0 || waiting.unseen > 0 {
            let n = [("n", rest.len().into())];
            let text = match waiting.unseen {
                0 => t.format("order-more", &n),
                _ => t.get("order-unseen").to_owned(),
            };
            let all: Vec<String> = rest.take(LISTED).map(|key| sentence(cx, key)).collect();
            let label = ui.add(Label::new(theme::dim(ui.ctx(), text)));
            if !all.is_empty() {
                label.on_hover_text(all.join("\n"));
            }
        }
    });
}

fn key_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, key: &WaitingKey) {
    let face = cx.texts.format(
        "order-key",
        &[
            ("key", name(cx, key).into()),
            ("n", key.messages.into()),
            ("left", countdown(key.until.since(cx.now)).into()),
        ],
    );
    let sentence = sentence(cx, key);
    let response = link_button(ui, &face, cx.palette).on_hover_text(&sentence);
    if named(ui, response, egui::Role::Button, &sentence).clicked() {
        cx.command(Command::Focus(view.id, key.first_row));
    }
}

/// It in a sentence, with what to do.
fn sentence(cx: &Context<'_>, key: &WaitingKey) -> String {
    cx.texts.format(
        "order-key-why",
        &[
            (
                "key",
                key.key.clone().unwrap_or_else(|| name(cx, key)).into(),
            ),
            ("n", key.messages.into()),
            ("at", cx.clock_time(key.until).into()),
        ],
    )
}

fn name(cx: &Context<'_>, key: &WaitingKey) -> String {
    let Some(key) = &key.key else {
        return cx.texts.get("order-no-key").to_owned();
    };
    match key.char_indices().nth(KEY_CHARS) {
        Some((end, _)) => format!("{}…", &key[..end]),
        None => key.clone(),
    }
}
