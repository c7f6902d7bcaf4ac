//! How a message is like others of its view, in the details: a line for each, with a link to the
//! other one. Changes nothing itself.

use egui::{RichText, Ui};

use crate::protocol::Timestamp;
use crate::session::{Alike, Command, Message, Row, SubscriptionId};

use crate::ui::context::{Context, short_id};
use crate::ui::endings::{alike_look, alike_mark, alike_word};
use crate::ui::theme;
use crate::ui::widgets::{link_button, named};

/// What one line says.
struct Other<'r> {
    alike: Alike,
    row: &'r Row,
    message: Message<'r>,
}

/// Which bodies are equal to that of the message, once they were compared: they may be large, and
/// there are many frames.
#[derive(Default)]
pub(super) struct SameBodies {
    of: Option<(SubscriptionId, u64, usize)>,
    known: Vec<(u64, usize, bool)>,
}

impl SameBodies {
    fn is(&mut self, own: Message<'_>, other: &Row, found: Message<'_>) -> bool {
        let (number, deliveries) = (other.number, other.deliveries().len());
        let mut known = self.known.iter();
        if let Some(known) = known.find(|known| (known.0, known.1) == (number, deliveries)) {
            return known.2;
        }
        let same = own.body() == found.body();
        self.known.push((number, deliveries, same));
        same
    }
}

pub(super) fn alike_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: SubscriptionId,
    row: &Row,
    bodies: &mut SameBodies,
) {
    let model = cx.model;
    let Some(rows) = model.view(view).map(|view| &view.rows) else {
        return;
    };
    let Some(message) = row.message() else {
        return;
    };
    let of = Some((view, row.number, row.deliveries().len()));
    if bodies.of != of {
        *bodies = SameBodies {
            of,
            known: Vec::new(),
        };
    }
    let mut others: Vec<Other<'_>> = Vec::new();
    for alike in Alike::ALL {
        let number = rows.likeness().other(alike, row);
        let other = number.and_then(|number| rows.get(number));
        let Some((other, found)) = other.and_then(|other| Some((other, other.message()?))) else {
            continue;
        };
        // What says more of the same one has been said.
        let said = others.iter().any(|said| said.row.number == other.number);
        // Digests are the broker's word.
        if !said && (alike == Alike::Key || bodies.is(message, other, found)) {
            others.push(Other {
                alike,
                row: other,
                message: found,
            });
        }
    }
    if others.is_empty() {
        return;
    }
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    for other in others {
        line_ui(ui, cx, view, message, &other);
    }
    ui.add_space(theme::GAP);
}

fn line_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: SubscriptionId,
    message: Message<'_>,
    other: &Other<'_>,
) {
    let t = cx.texts;
    let apart = apart(cx, message.publish_time(), other.message.publish_time());
    let why = match other.alike {
        Alike::Double => t.get("alike-double-why"),
        Alike::Key => t.get("alike-key-why"),
        Alike::Body => t.get("alike-body-why"),
    };
    let color = alike_look(other.alike, cx.palette);
    ui.horizontal_wrapped(|ui| {
        // What has no room on the line goes to the next one as a whole.
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
        alike_mark(ui, other.alike, color);
        let word = RichText::new(alike_word(other.alike, t)).color(color);
        ui.label(word).on_hover_text(why);
        ui.label(theme::dim(ui.ctx(), apart)).on_hover_text(why);
        let id = short_id(other.message.message_id());
        let show = t.format("alike-show", &[("id", id.into())]);
        let link = link_button(ui, t.get("alike-show-face"), cx.palette);
        if named(ui, link, egui::Role::Button, &show).clicked() {
            cx.command(Command::Focus(view, other.row.number));
        }
    });
}

/// How long before or after a message the other one was published.
fn apart(cx: &Context<'_>, own: Timestamp, other: Timestamp) -> String {
    let t = cx.texts;
    let length = |length: std::time::Duration| match length.as_millis() {
        millis @ 0..10_000 => t.format("apart-millis", &[("n", (millis as u64).into())]),
        _ => cx.age(cx.now.offset_millis(-(length.as_millis() as i64))),
    };
    if own == other {
        t.get("apart-same").to_owned()
    } else if other < own {
        t.format("apart-before", &[("by", length(own.since(other)).into())])
    } else {
        t.format("apart-after", &[("by", length(other.since(own)).into())])
    }
}
