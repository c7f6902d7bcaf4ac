//! The right of the details: every delivery of the message, its times, its properties. Shows;
//! asks for nothing.

use egui::{Label, RichText, Ui};

use crate::protocol::{FaultCode, Timestamp};
use crate::session::{AckState, Delivery, Message, Row, Urgency};

use crate::ui::context::{Context, clock_time, countdown};
use crate::ui::theme;
use crate::ui::widgets::{Dot, dot, fact};

pub(super) fn deliveries_ui(ui: &mut Ui, cx: &Context<'_>, row: &Row) {
    let t = cx.texts;
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::BODY_LINE;
    ui.label(theme::label(ui.ctx(), t.get("details-deliveries")));
    let last = row.deliveries().len();
    for (n, delivery) in row.deliveries().iter().enumerate().rev() {
        ui.horizontal_top(|ui| {
            let (shape, color) = delivery_look(cx, delivery, n + 1 == last);
            dot(ui, shape, color);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 2.0;
                delivery_ui(ui, cx, delivery, n + 1 == last);
            });
        });
    }
}

fn delivery_look(cx: &Context<'_>, delivery: &Delivery, newest: bool) -> (Dot, egui::Color32) {
    let p = cx.palette;
    match (&delivery.ack, delivery.lease.map(|l| l.urgency(cx.now))) {
        (AckState::Done(_) | AckState::Likely(_), _) => (Dot::Tick, p.ok),
        (AckState::Refused(_), _) => (Dot::Ring, p.bad),
        _ if !newest => (Dot::Ring, p.bad),
        (_, Some(Urgency::Plenty)) => (Dot::Full, p.ok),
        (_, Some(Urgency::Soon) | None) => (Dot::Half, p.soon),
        (_, Some(Urgency::Gone)) => (Dot::Ring, p.bad),
    }
}

fn delivery_ui(ui: &mut Ui, cx: &Context<'_>, delivery: &Delivery, newest: bool) {
    let (t, p) = (cx.texts, cx.palette);
    ui.horizontal(|ui| {
        let title = match delivery.consumed_times {
            Some(times) => t.format("delivery-title", &[("n", times.into())]),
            None => t.get("delivery-title-unknown").to_owned(),
        };
        ui.label(theme::strong(title));
        let open = matches!(delivery.ack, AckState::Open | AckState::Failed(_));
        if let (Some(lease), true, true) = (delivery.lease, newest, open) {
            let left = lease.remaining(cx.now);
            if !left.is_zero() {
                let (_, color) = delivery_look(cx, delivery, newest);
                ui.label(theme::strong(countdown(left)).color(color));
            }
        }
    });
    let time = |at: Timestamp| clock_time(at, cx.now);
    let consumed = t.format(
        "delivery-consumed",
        &[("at", time(delivery.received_at).into())],
    );
    let end = match (&delivery.ack, delivery.lease) {
        (AckState::Done(at), _) => t.format("delivery-acked", &[("at", time(*at).into())]),
        (AckState::Likely(at), _) => t.format("delivery-likely", &[("at", time(*at).into())]),
        (AckState::Pending { .. }, _) => t.get("delivery-acking").to_owned(),
        (AckState::Refused(failure), _) => t.format(
            "delivery-refused",
            &[("code", failure.code.as_str().into())],
        ),
        (_, Some(lease)) if lease.ends() <= cx.now => {
            t.format("delivery-returned", &[("at", time(lease.ends()).into())])
        }
        (_, Some(lease)) if newest => {
            t.format("delivery-held", &[("at", time(lease.ends()).into())])
        }
        (_, Some(_)) => t.get("delivery-superseded").to_owned(),
        (_, None) => t.get("delivery-unknown").to_owned(),
    };
    let line = RichText::new(format!("{consumed} · {end}")).color(p.dim);
    ui.add(Label::new(line).wrap());
    match &delivery.ack {
        AckState::Failed(trouble) => {
            let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
            ui.add(Label::new(RichText::new(text).color(p.bad)).wrap());
        }
        AckState::Refused(failure) => {
            ui.add(Label::new(RichText::new(&failure.message).color(p.bad)).wrap());
            if failure.code == FaultCode::MessageNotExist {
                let next = theme::dim(ui.ctx(), t.get("delivery-refused-next"));
                ui.add(Label::new(next).wrap());
            }
        }
        _ => {}
    }
    if let Some(handle) = &delivery.handle {
        let text = theme::code(handle.as_str()).color(p.faint);
        ui.add(Label::new(text).truncate());
    }
}

pub(super) fn times_ui(ui: &mut Ui, cx: &Context<'_>, message: Message<'_>) {
    let t = cx.texts;
    ui.add_space(theme::GAP);
    ui.label(theme::label(ui.ctx(), t.get("details-message")));
    let time = |at: Timestamp| clock_time(at, cx.now);
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
