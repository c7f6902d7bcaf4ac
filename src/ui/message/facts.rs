//! What a message says of itself beside its body: id, times, tag, digest, properties. Shows;
//! asks for nothing.

use egui::Ui;

use crate::protocol::Timestamp;
use crate::session::Message;

use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::fact;

pub(super) fn times_ui(ui: &mut Ui, cx: &Context<'_>, message: Message<'_>) {
    let t = cx.texts;
    ui.add_space(theme::GAP);
    ui.label(theme::label(ui.ctx(), t.get("details-message")));
    let time = |at: Timestamp| cx.time(at);
    for (name, value) in [
        (t.get("fact-id"), message.message_id().to_owned()),
        (t.get("fact-published"), time(message.publish_time())),
        (t.get("fact-first"), time(message.first_consume_time())),
        (t.get("fact-times"), message.consumed_times().to_string()),
        (t.get("fact-tag"), message.tag().unwrap_or("–").to_owned()),
        (t.get("fact-md5"), message.body_md5()),
    ] {
        fact(ui, name, &value, cx.palette);
    }
}

pub(super) fn properties_ui(ui: &mut Ui, cx: &Context<'_>, message: Message<'_>) {
    ui.add_space(theme::GAP);
    let t = cx.texts;
    ui.label(theme::label(ui.ctx(), t.get("properties-title")));
    if message.properties().next().is_none() {
        ui.label(theme::dim(ui.ctx(), t.get("properties-none")));
    }
    for (key, value) in message.properties() {
        fact(ui, key, value, cx.palette);
    }
}
