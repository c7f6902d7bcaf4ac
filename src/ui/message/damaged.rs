//! A message that was damaged on its way: what is wrong and where, what can still be read of it,
//! and its ack. Its XML is shown below, like any other text.

use egui::{Button, Label, Ui};

use crate::explained::damage::damage;
use crate::protocol::DamagedMessage;
use crate::session::body::{Damage, Place};
use crate::session::{Command, Row, Say, SubscriptionId};
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::fact;

/// All of it but the XML. `known`: what was found out about it, once that is there.
pub(super) fn damaged_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: SubscriptionId,
    row: &Row,
    damaged: &DamagedMessage,
    known: Option<&Damage>,
) {
    let t = cx.texts;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let say = Say::new("details-damaged").with_say("why", damage(&damaged.problem));
        let text = theme::inked(cx.say(&say), cx.palette.bad);
        ui.add(Label::new(text).wrap());
        if let Some(place) = known.and_then(|known| known.place.as_ref()) {
            place_ui(ui, cx, place);
        }
        // On as few lines as there is room for: what matters most is its XML below. Its handle stands
        // with its delivery.
        ui.horizontal_wrapped(|ui| {
            ack_ui(ui, cx, view, row);
            let tag = known.and_then(|known| known.tag.as_deref());
            let id = damaged.message_id.as_deref();
            // The short one first: it never leaves its name behind on another line.
            for (name, value) in [(t.get("fact-tag"), tag), (t.get("fact-id"), id)] {
                if let Some(value) = value {
                    fact(ui, name, value, cx.palette);
                }
            }
        });
    });
}

/// Its ack, as far as its handle could be read.
fn ack_ui(ui: &mut Ui, cx: &mut Context<'_>, view: SubscriptionId, row: &Row) {
    let t = cx.texts;
    // A half message is decided on in its row.
    let decides = cx.model.view(view).is_some_and(|view| view.checks_halves());
    let can = row.can_ack(cx.now) && !decides;
    let ack = Button::new(theme::strong(t.get("viewer-ack-damaged")));
    let ack = ui.add_enabled(can, ack);
    let why = match row.newest().handle {
        Some(_) => t.get("viewer-ack-over"),
        None => t.get("viewer-ack-no-handle"),
    };
    if ack.on_disabled_hover_text(why).clicked() {
        cx.command(Command::Ack(view, vec![row.number]));
    }
}

/// The surroundings with a caret under the place; � stands for what cannot be seen.
fn place_ui(ui: &mut Ui, cx: &Context<'_>, place: &Place) {
    let (t, p) = (cx.texts, cx.palette);
    let values = [
        ("byte", place.byte.into()),
        ("line", place.line.into()),
        ("column", place.column.into()),
    ];
    let mut text = t.format("viewer-place", &values);
    match place.at {
        Some(c) => text.push_str(&format!(" · U+{:04X}", u32::from(c))),
        None => {
            text.push_str(" · ");
            text.push_str(t.get("viewer-place-end"));
        }
    }
    ui.add(Label::new(theme::inked(text, p.bad)).wrap());
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
        let mut marks = place.after.chars();
        let at: String = marks.next().into_iter().collect();
        let job = {
            let mut job = egui::text::LayoutJob::default();
            let mut wrong = super::ink::format(p.bad);
            wrong.background = p.bad_bg;
            wrong.underline = egui::Stroke::new(theme::HAIRLINE, p.bad);
            job.append(&place.before, 0.0, super::ink::format(p.text));
            job.append(&at, 0.0, wrong);
            job.append(marks.as_str(), 0.0, super::ink::format(p.text));
            job
        };
        ui.add(Label::new(job).truncate());
        let under = " ".repeat(place.before.chars().count()) + "^";
        ui.add(Label::new(theme::code(under).color(p.bad)).truncate());
    });
}
