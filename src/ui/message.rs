//! The details of the message in focus: body, deliveries, times, properties. Keeps the text that
//! it made of the body, so that a large one is made once and not every frame.

use egui::{Label, RichText, ScrollArea, TextEdit, Ui};

use crate::protocol::{DamagedMessage, ReceivedMessage, Timestamp};
use crate::session::{AckState, Content, Delivery, Row, SubscriptionId, Urgency};

use super::context::{Context, bytes, clock_time, countdown};
use super::theme;
use super::widgets::{Dot, code_layout, dot, fact, from_the_right, link_button, segmented};

/// Bytes of a body that are laid out at once; the rest comes when it is asked for.
const SHOWN_BYTES: usize = 128 << 10;

/// How the body is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Look {
    /// Indented, if it is JSON.
    #[default]
    Pretty,
    /// As it came.
    Text,
}

/// The details pane.
#[derive(Default)]
pub(super) struct MessagePane {
    look: Look,
    prepared: Option<Prepared>,
}

/// A body made ready to be shown.
struct Prepared {
    of: (SubscriptionId, u64, usize, Look),
    text: String,
    is_json: bool,
    intact: bool,
    whole: bool,
}

impl MessagePane {
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let model = cx.model;
        let focus = model
            .shown_view()
            .and_then(|view| Some((view.id, view.rows.get(view.focused?)?)));
        let Some((view, row)) = focus else {
            let hint = cx.texts.get("details-empty");
            ui.centered_and_justified(|ui| ui.label(theme::dim(ui.ctx(), hint)));
            return;
        };
        let side = (ui.available_width() * 0.38).clamp(220.0, 360.0);
        egui::Panel::right("deliveries")
            .resizable(true)
            .default_size(side)
            .min_size(200.0)
            .max_size((ui.available_width() - 240.0).max(200.0))
            .frame(theme::panel_frame(ui.ctx()))
            .show(ui, |ui| {
                ScrollArea::vertical()
                    .id_salt("deliveries")
                    .auto_shrink(false)
                    .show(ui, |ui| {
                        deliveries_ui(ui, cx, row);
                        if let Some(message) = row.message() {
                            times_ui(ui, cx, message);
                            properties_ui(ui, cx, message);
                        }
                    });
            });
        theme::panel_frame(ui.ctx()).show(ui, |ui| match &row.content {
            Content::Whole(message) => self.body_ui(ui, cx, view, row, message),
            Content::Damaged(damaged) => damaged_ui(ui, cx, damaged),
        });
    }

    fn prepare(&mut self, view: SubscriptionId, row: &Row, message: &ReceivedMessage) {
        let of = (view, row.number, row.deliveries.len(), self.look);
        if self.prepared.as_ref().is_some_and(|known| known.of == of) {
            return;
        }
        let json: Option<serde_json::Value> = serde_json::from_str(&message.body).ok();
        let pretty = json
            .as_ref()
            .filter(|_| self.look == Look::Pretty)
            .and_then(|value| serde_json::to_string_pretty(value).ok());
        self.prepared = Some(Prepared {
            of,
            text: pretty.unwrap_or_else(|| message.body.clone()),
            is_json: json.is_some(),
            intact: message.body_is_intact(),
            whole: false,
        });
    }

    fn body_ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        view: SubscriptionId,
        row: &Row,
        message: &ReceivedMessage,
    ) {
        self.prepare(view, row, message);
        let t = cx.texts;
        let p = cx.palette;
        ui.horizontal(|ui| {
            let looks = [
                (Look::Pretty, t.get("look-json")),
                (Look::Text, t.get("look-text")),
            ];
            segmented(ui, &mut self.look, &looks);
            let Some(prepared) = &self.prepared else {
                return;
            };
            let (verdict, ink) = if prepared.intact {
                (t.get("md5-good"), p.ok)
            } else {
                (t.get("md5-bad"), p.bad)
            };
            ui.label(RichText::new(verdict).color(ink));
            ui.label(theme::dim(ui.ctx(), bytes(message.body.len())));
            if self.look == Look::Pretty && !prepared.is_json {
                ui.label(theme::dim(ui.ctx(), t.get("look-not-json")));
            }
            from_the_right(ui, |ui| {
                if ui.button(t.get("copy-body")).clicked() {
                    ui.ctx().copy_text(message.body.clone());
                }
                if ui.button(t.get("copy-id")).clicked() {
                    ui.ctx().copy_text(message.message_id.clone());
                }
            });
        });
        let Some(prepared) = &mut self.prepared else {
            return;
        };
        let end = if prepared.whole {
            prepared.text.len()
        } else {
            char_boundary(&prepared.text, SHOWN_BYTES)
        };
        if end < prepared.text.len() {
            ui.horizontal(|ui| {
                let sizes = [
                    ("shown", bytes(end).into()),
                    ("all", bytes(prepared.text.len()).into()),
                ];
                ui.label(RichText::new(t.format("body-cut", &sizes)).color(p.soon));
                if link_button(ui, t.get("body-show-all"), p).clicked() {
                    prepared.whole = true;
                }
            });
        }
        let is_json = prepared.is_json && self.look == Look::Pretty;
        text_ui(ui, &prepared.text[..end], is_json, t.get("field-body"));
    }
}

/// A text to read, select and copy from.
fn text_ui(ui: &mut Ui, mut text: &str, is_json: bool, name: &str) {
    let mut layout = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
        code_layout(ui, text.as_str(), is_json, width)
    };
    ScrollArea::both()
        .id_salt("body text")
        .auto_shrink(false)
        .show(ui, |ui| {
            let edit = TextEdit::multiline(&mut text)
                .font(theme::mono())
                .layouter(&mut layout)
                .frame(egui::Frame::NONE)
                .desired_width(f32::INFINITY);
            let response = ui.add(edit);
            super::widgets::named(ui, response, egui::Role::MultilineTextInput, name);
        });
}

/// The last place at or before `limit` where the text can be cut.
fn char_boundary(text: &str, limit: usize) -> usize {
    (0..=limit.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0)
}

fn damaged_ui(ui: &mut Ui, cx: &Context<'_>, damaged: &DamagedMessage) {
    let t = cx.texts;
    let why = [("why", damaged.problem.to_string().into())];
    let text = RichText::new(t.format("details-damaged", &why)).color(cx.palette.bad);
    ui.add(Label::new(text).wrap());
    let end = char_boundary(&damaged.raw, SHOWN_BYTES);
    if end < damaged.raw.len() {
        let sizes = [
            ("shown", bytes(end).into()),
            ("all", bytes(damaged.raw.len()).into()),
        ];
        let cut = t.format("body-cut", &sizes);
        ui.label(RichText::new(cut).color(cx.palette.soon));
    }
    text_ui(ui, &damaged.raw[..end], false, t.get("details-raw"));
}

fn deliveries_ui(ui: &mut Ui, cx: &Context<'_>, row: &Row) {
    let t = cx.texts;
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::BODY_LINE;
    ui.label(theme::label(ui.ctx(), t.get("details-deliveries")));
    let last = row.deliveries.len();
    for (n, delivery) in row.deliveries.iter().enumerate().rev() {
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
        (AckState::Done(_), _) => (Dot::Tick, p.ok),
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
        (AckState::Pending, _) => t.get("delivery-acking").to_owned(),
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
            ui.add(Label::new(theme::dim(ui.ctx(), t.get("delivery-refused-next"))).wrap());
        }
        _ => {}
    }
    if let Some(handle) = &delivery.handle {
        let text = theme::code(handle.as_str()).color(p.faint);
        ui.add(Label::new(text).truncate());
    }
}

fn times_ui(ui: &mut Ui, cx: &Context<'_>, message: &ReceivedMessage) {
    let t = cx.texts;
    ui.add_space(theme::GAP);
    ui.label(theme::label(ui.ctx(), t.get("details-message")));
    let time = |at: Timestamp| clock_time(at, cx.now);
    for (name, value) in [
        (t.get("fact-id"), message.message_id.clone()),
        (t.get("fact-published"), time(message.publish_time)),
        (t.get("fact-first"), time(message.first_consume_time)),
        (t.get("fact-times"), message.consumed_times.to_string()),
        (
            t.get("fact-tag"),
            message.tag.clone().unwrap_or_else(|| "–".to_owned()),
        ),
        (t.get("fact-md5"), message.body_md5.clone()),
    ] {
        fact(ui, name, &value, cx.palette);
    }
}

fn properties_ui(ui: &mut Ui, cx: &Context<'_>, message: &ReceivedMessage) {
    ui.add_space(theme::GAP);
    let t = cx.texts;
    ui.label(theme::label(ui.ctx(), t.get("properties-title")));
    if message.properties.is_empty() {
        ui.label(theme::dim(ui.ctx(), t.get("properties-none")));
    }
    for (key, value) in message.properties.iter() {
        fact(ui, key, value, cx.palette);
    }
}
