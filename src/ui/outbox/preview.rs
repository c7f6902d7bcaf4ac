//! What will be sent, before it is: the texts of a message with its variables filled in.

use egui::{Label, Ui};

use crate::protocol::MessageParts;
use crate::session::outbox::Outlook;
use crate::session::{Draft, DraftField};
use crate::ui::context::Context;
use crate::ui::theme;

/// Characters of a text that are shown.
const SHOWN: usize = 600;
/// Lines of a text that are shown.
const LINES: usize = 12;

/// The next messages, as far as they differ from what is in the form.
pub(in crate::ui) fn ahead_ui(ui: &mut Ui, cx: &Context<'_>, outlook: &Outlook) {
    let t = cx.texts;
    for (place, draft) in outlook.ahead.iter().enumerate() {
        let title = match place {
            0 => t.get("preview-next"),
            _ => t.get("preview-then"),
        };
        ui.label(theme::column_head(ui.ctx(), title));
        for field in &outlook.changing {
            field_ui(ui, cx, draft, *field);
        }
    }
}

fn field_ui(ui: &mut Ui, cx: &Context<'_>, draft: &Draft, field: DraftField) {
    let t = cx.texts;
    match field {
        DraftField::Topic | DraftField::Deliver | DraftField::Half => {}
        DraftField::Tag => line_ui(ui, t.get("field-tag"), &draft.tag),
        DraftField::Key => line_ui(ui, t.get("field-key"), &draft.key),
        DraftField::ShardingKey => {
            line_ui(ui, t.get("field-sharding-key"), &draft.sharding_key);
        }
        DraftField::Property(row) => {
            if let Some((key, value)) = draft.properties.get(row) {
                line_ui(ui, key, value);
            }
        }
        DraftField::Body => text_ui(ui, cx, &draft.body),
    }
}

/// A whole message.
pub(super) fn message_ui(ui: &mut Ui, cx: &Context<'_>, parts: &MessageParts) {
    let t = cx.texts;
    for (name, text) in [
        (t.get("field-tag"), &parts.tag),
        (t.get("field-key"), &parts.key),
        (t.get("field-sharding-key"), &parts.sharding_key),
    ] {
        if let Some(text) = text {
            line_ui(ui, name, text);
        }
    }
    for (key, value) in &parts.properties {
        line_ui(ui, key, value);
    }
    text_ui(ui, cx, &parts.body);
}

fn line_ui(ui: &mut Ui, name: &str, text: &str) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = theme::BODY_LINE;
        ui.label(theme::label(ui.ctx(), name));
        ui.add(Label::new(theme::code(text)).truncate());
    });
}

/// The beginning of a text; that there is more is said.
fn text_ui(ui: &mut Ui, cx: &Context<'_>, text: &str) {
    let lines = text.match_indices('\n').nth(LINES - 1).map(|(at, _)| at);
    let chars = text.char_indices().nth(SHOWN).map(|(at, _)| at);
    let end = lines.into_iter().chain(chars).min().unwrap_or(text.len());
    egui::Frame::NONE
        .fill(cx.palette.bg)
        .corner_radius(theme::RADIUS_SMALL)
        .inner_margin(theme::GAP_SMALL)
        .show(ui, |ui| {
            ui.set_min_width(ui.available_width());
            ui.add(Label::new(theme::code(&text[..end])).wrap());
            if end < text.len() {
                let n = [("n", text[end..].chars().count().into())];
                let more = cx.texts.format("preview-more", &n);
                ui.label(theme::label(ui.ctx(), more));
            }
        });
}
