//! The deliveries of a message on an axis of time: a segment each, from when it came to when it
//! ended, with a mark where it was acked. Draws; the same in words stands below it.

use egui::{Rect, Sense, Stroke, Ui, Vec2, pos2};

use crate::protocol::Timestamp;
use crate::session::{Delivery, Ending};

use crate::ui::context::Context;
use crate::ui::endings::{Deed, look, word};
use crate::ui::theme;
use crate::ui::widgets::named;

use super::deliveries::number;

/// Height of the segments.
const HEIGHT: f32 = 8.0;

/// From the first delivery to the end of the newest, be it to come.
struct Axis {
    rect: Rect,
    begin: Timestamp,
    end: Timestamp,
}

impl Axis {
    fn x(&self, at: Timestamp) -> f32 {
        let whole = self.end.since(self.begin).as_secs_f32().max(0.001);
        let part = at.since(self.begin).as_secs_f32() / whole;
        self.rect.left() + self.rect.width() * part.clamp(0.0, 1.0)
    }
}

pub(super) fn strip_ui(ui: &mut Ui, cx: &Context<'_>, deliveries: &[Delivery], deed: Deed) {
    let (Some(first), Some(newest)) = (deliveries.first(), deliveries.last()) else {
        return;
    };
    let (t, p) = (cx.texts, cx.palette);
    let size = Vec2::new(ui.available_width(), HEIGHT + 2.0 * theme::GAP_SMALL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let axis = Axis {
        rect: rect.shrink2(Vec2::new(0.0, theme::GAP_SMALL)),
        begin: first.received_at,
        end: match Ending::of(deliveries, deliveries.len() - 1, cx.now) {
            Ending::Held(..) | Ending::Acking => newest.ends(),
            ending => end_of(ending, newest, None, cx.now),
        },
    };
    let hovered = response.hover_pos().map(|pos| pos.x);
    let mut under_pointer = None;
    for (place, delivery) in deliveries.iter().enumerate() {
        let ending = Ending::of(deliveries, place, cx.now);
        let until = end_of(ending, delivery, deliveries.get(place + 1), cx.now);
        let (left, right) = (axis.x(delivery.received_at), axis.x(until));
        let segment =
            Rect::from_x_y_ranges(left..=(right - 1.0).max(left + 1.0), axis.rect.y_range());
        let (_, color) = look(ending, p);
        let painter = ui.painter();
        match ending {
            // What is over without an ack stays in the background: the end is what counts.
            Ending::Held(..) | Ending::Acking | Ending::Acked(_) | Ending::LikelyAcked(_) => {
                painter.rect_filled(segment, 1.0, color);
            }
            _ => {
                painter.rect_filled(segment, 1.0, color.gamma_multiply(0.35));
            }
        }
        if let Ending::Acked(at) | Ending::LikelyAcked(at) = ending {
            let x = axis.x(at).min(axis.rect.right() - 1.0);
            let line = [pos2(x, rect.top()), pos2(x, rect.bottom())];
            painter.line_segment(line, Stroke::new(2.0, p.ok));
        }
        if let Ending::Held(..) = ending {
            // What is left of it.
            let rest = Rect::from_x_y_ranges(
                axis.x(cx.now)..=axis.x(delivery.ends()),
                axis.rect.y_range(),
            );
            painter.rect_stroke(rest, 1.0, Stroke::new(1.0, color), egui::StrokeKind::Inside);
        }
        if hovered.is_some_and(|x| (left..=right.max(left + 1.0)).contains(&x)) {
            under_pointer = Some((place, ending));
        }
    }
    let time = |at| cx.clock_time(at);
    let values = [
        ("n", deliveries.len().into()),
        ("from", time(axis.begin).into()),
        ("to", time(axis.end).into()),
    ];
    let response = named(
        ui,
        response,
        egui::Role::Image,
        &t.format("deliveries-strip", &values),
    );
    if let Some((place, ending)) = under_pointer {
        let delivery = &deliveries[place];
        let title = t.format("delivery-title", &[("n", number(place, delivery).into())]);
        let came = time(delivery.received_at);
        response.on_hover_text(format!("{title} · {came} · {}", word(ending, deed, t)));
    }
}

/// Where the segment of a delivery ends: where it ended, or now.
fn end_of(
    ending: Ending<'_>,
    delivery: &Delivery,
    next: Option<&Delivery>,
    now: Timestamp,
) -> Timestamp {
    match ending {
        Ending::Held(..) | Ending::Acking => now,
        Ending::Unseen(at, _)
        | Ending::Acked(at)
        | Ending::LikelyAcked(at)
        | Ending::Expired(at, _) => at,
        Ending::Superseded(at) => at,
        Ending::Elsewhere(refusal) | Ending::LateOrElsewhere(refusal) => {
            refusal.at.min(delivery.ends())
        }
        Ending::TooLate(_) | Ending::Refused(_) => {
            let ends = delivery.ends();
            next.map_or(ends, |next| ends.min(next.received_at))
        }
    }
}
