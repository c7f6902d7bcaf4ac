//! The timeline of a message in the details: every delivery with its handle and its times, how it
//! ended and what to do next; the newest on top. Of many, the older ones take a line each until
//! they are clicked on, and of very many only what is in sight is drawn. Shows; asks for nothing.

use std::collections::HashSet;

use egui::{Button, Label, Rect, RichText, Ui, Vec2};

use crate::i18n::Texts;
use crate::session::{
    Command, Delivery, Ending, NO_HANDLE, Row, SubscriptionId, TrafficCommand, Urgency,
};

use crate::ui::card;
use crate::ui::context::{Context, countdown};
use crate::ui::endings::{Deed, look, sentence, word};
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{dot, from_the_right, icon_button, link_button, named, named_choice};

use super::strip::strip_ui;

/// Deliveries that are shown whole without being asked for; older ones take a line each.
const WHOLE: usize = 3;

/// Up to so many, those out of sight are drawn as well: a screen reader reads what is drawn.
const ALL_DRAWN: usize = 48;

/// Which deliveries somebody unfolded, and folded.
#[derive(Default)]
pub(super) struct Timeline {
    of: Option<(SubscriptionId, u64)>,
    turned: HashSet<usize>,
}

impl Timeline {
    /// Heading, strip, and every delivery.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        view: SubscriptionId,
        row: &Row,
    ) {
        if self.of != Some((view, row.number)) {
            self.of = Some((view, row.number));
            self.turned.clear();
        }
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        ui.spacing_mut().interact_size.y = theme::BODY_LINE;
        let deed = cx.model.view(view);
        let deed = deed.map_or(Deed::Ack, |view| Deed::of(view, row.number));
        heading_ui(ui, cx, row, deed);
        let deliveries = row.deliveries();
        if deliveries.len() > 1 {
            strip_ui(ui, cx, deliveries, deed);
        }
        for place in (0..deliveries.len()).rev() {
            let whole = place + WHOLE >= deliveries.len();
            if whole != self.turned.contains(&place) {
                let turned = (!whole).then_some(&mut self.turned);
                whole_ui(ui, cx, deliveries, place, deed, turned);
                requests_ui(ui, cx, view, row, place, deed);
            } else {
                self.line_ui(ui, cx, deliveries, place, deed);
            }
        }
    }

    /// A delivery in one line. Of many, those out of sight just get their room.
    fn line_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        deliveries: &[Delivery],
        place: usize,
        deed: Deed,
    ) {
        let size = Vec2::new(ui.available_width(), theme::BODY_LINE);
        let rect = Rect::from_min_size(ui.cursor().min, size);
        if deliveries.len() > ALL_DRAWN && !ui.is_rect_visible(rect) {
            ui.allocate_space(size);
            return;
        }
        let (t, p) = (cx.texts, cx.palette);
        let delivery = &deliveries[place];
        let ending = Ending::of(deliveries, place, cx.now);
        let (shape, color) = look(ending, p);
        let face = format!(
            "{} · {}",
            cx.time(delivery.received_at),
            word(ending, deed, t)
        );
        let response = ui.horizontal(|ui| {
            dot(ui, shape, color);
            ui.label(theme::code(number(place, delivery)).color(p.dim));
            ui.add(
                Button::new(RichText::new(&face).color(p.dim))
                    .frame(false)
                    .truncate(),
            )
        });
        let n = [("n", number(place, delivery).into())];
        let name = format!("{} · {face}", t.format("delivery-title", &n));
        let response = named_choice(ui, response.inner, egui::Role::Button, false, &name);
        if response.on_hover_text(sentence(cx, ending, deed)).clicked() {
            self.turned.insert(place);
        }
    }
}

/// How many there were, and how they ended.
fn heading_ui(ui: &mut Ui, cx: &Context<'_>, row: &Row, deed: Deed) {
    let t = cx.texts;
    let here = row.deliveries().len();
    ui.label(theme::label(ui.ctx(), t.get("details-deliveries")));
    let counted = row
        .newest()
        .consumed_times
        .map_or(here, |times| times as usize);
    let values = [("here", here.into()), ("all", counted.into())];
    if counted > here {
        // Where they went is not known: to another consumer, or here before the view was opened.
        let text = t.format("deliveries-elsewhere", &values);
        ui.add(Label::new(theme::dim(ui.ctx(), text)).wrap());
    } else if here > 1 {
        let expired = (0..here)
            .filter(|&place| {
                let ending = Ending::of(row.deliveries(), place, cx.now);
                !matches!(
                    ending,
                    Ending::Held(..) | Ending::Acking | Ending::Acked(_) | Ending::LikelyAcked(_)
                )
            })
            .count();
        let values = [("here", here.into()), ("expired", expired.into())];
        let key = match deed {
            Deed::Ack => "deliveries-counts",
            Deed::Decide(_) => "half-checks-counts",
        };
        let text = t.format(key, &values);
        ui.add(Label::new(theme::dim(ui.ctx(), text)).wrap());
    }
}

/// A delivery with all there is to it. `turned`: it was unfolded, and can be folded again.
fn whole_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    deliveries: &[Delivery],
    place: usize,
    deed: Deed,
    turned: Option<&mut HashSet<usize>>,
) {
    let (t, p) = (cx.texts, cx.palette);
    let delivery = &deliveries[place];
    let ending = Ending::of(deliveries, place, cx.now);
    let (shape, color) = look(ending, p);
    ui.horizontal_top(|ui| {
        dot(ui, shape, color);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                let title = match delivery.consumed_times {
                    Some(n) => t.format("delivery-title", &[("n", n.into())]),
                    None => t.get("delivery-title-unknown").to_owned(),
                };
                if let Some(turned) = turned {
                    let button = Button::new(theme::strong(&title)).frame(false);
                    let response = ui.add(button);
                    if named_choice(ui, response, egui::Role::Button, true, &title).clicked() {
                        turned.remove(&place);
                    }
                } else {
                    ui.label(theme::strong(title));
                }
                if let (Ending::Held(..), Some(lease)) = (ending, delivery.lease) {
                    let left = countdown(lease.remaining(cx.now));
                    ui.label(theme::strong(left).color(color));
                } else if !matches!(ending, Ending::Held(..)) {
                    ui.label(RichText::new(word(ending, deed, t)).color(color));
                }
            });
            times_ui(ui, cx, delivery, ending);
            ending_ui(ui, cx, ending, deed);
            handle_ui(ui, cx, delivery);
        });
    });
}

/// The requests by which it came and ended, as far as they are kept.
fn requests_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: SubscriptionId,
    row: &Row,
    place: usize,
    deed: Deed,
) {
    let (t, p) = (cx.texts, cx.palette);
    let Some(connection) = cx.model.view(view).map(|view| view.connection()) else {
        return;
    };
    let traffic = cx.model.traffic();
    let delivery = &row.deliveries()[place];
    let handle = delivery.handle.as_ref();
    let end = match deed {
        Deed::Ack => t.get("delivery-ack-request"),
        Deed::Decide(_) => t.get("delivery-decision-request"),
    };
    let found = [
        (
            t.get("delivery-poll-request"),
            traffic.poll_of(connection, delivery.received_at, row.message_id()),
        ),
        (
            end,
            handle.and_then(|handle| traffic.end_of(connection, handle.as_str())),
        ),
    ];
    if found.iter().all(|(_, number)| number.is_none()) {
        return;
    }
    let mut show = None;
    ui.horizontal(|ui| {
        // Below the times, beside the shape.
        ui.add_space(theme::DOT + 4.0 + ui.spacing().item_spacing.x);
        for (face, number) in found {
            let Some(exchange) = number else { continue };
            let name = format!("{face} · {}", number_name(t, place, delivery));
            let response = link_button(ui, face, p);
            if named(ui, response, egui::Role::Button, &name).clicked() {
                show = Some(exchange);
            }
        }
    });
    if let Some(exchange) = show {
        cx.command(Command::Traffic(TrafficCommand::Show(exchange)));
    }
}

fn number_name(t: &Texts, place: usize, delivery: &Delivery) -> String {
    let n = [("n", number(place, delivery).into())];
    t.format("delivery-title", &n)
}

/// When it came, and when it returns or returned.
fn times_ui(ui: &mut Ui, cx: &Context<'_>, delivery: &Delivery, ending: Ending<'_>) {
    let t = cx.texts;
    let consumed = [("at", cx.clock_time(delivery.received_at).into())];
    let consumed = t.format("delivery-consumed", &consumed);
    let end = match (ending, delivery.lease) {
        (Ending::Held(..) | Ending::Acking, Some(lease)) => t.format(
            "delivery-held",
            &[("at", cx.clock_time(lease.ends()).into())],
        ),
        (_, Some(lease)) => t.format(
            "delivery-lease",
            &[("at", cx.clock_time(lease.ends()).into())],
        ),
        (_, None) => t.get("delivery-unknown").to_owned(),
    };
    let line = theme::dim(ui.ctx(), format!("{consumed} · {end}"));
    ui.add(Label::new(line).wrap());
}

/// How it ended, and what to do about it.
fn ending_ui(ui: &mut Ui, cx: &Context<'_>, ending: Ending<'_>, deed: Deed) {
    let p = cx.palette;
    let ink = match ending {
        Ending::Held(Urgency::Plenty | Urgency::Soon, None) | Ending::Acking => return,
        Ending::Acked(_)
        | Ending::LikelyAcked(_)
        | Ending::Expired(_, None)
        | Ending::Unseen(_, None) => p.dim,
        _ => p.bad,
    };
    ui.add(Label::new(theme::inked(sentence(cx, ending, deed), ink)).wrap());
    if let Some(found) = card::of_ending(ending, deed.doing()) {
        card::link_ui(ui, cx, &found);
    }
    let refusal = match ending {
        Ending::TooLate(refusal)
        | Ending::Elsewhere(refusal)
        | Ending::LateOrElsewhere(refusal)
        | Ending::Refused(refusal) => refusal,
        _ => return,
    };
    // In the server's own words, for those who look them up.
    let failure = &refusal.failure;
    let own = format!("{}: {}", failure.code, failure.message);
    ui.add(Label::new(theme::dim(ui.ctx(), own)).wrap());
}

fn handle_ui(ui: &mut Ui, cx: &Context<'_>, delivery: &Delivery) {
    let handle = delivery.handle.as_ref();
    if handle.is_some_and(|handle| handle.as_str() == NO_HANDLE) {
        return;
    }
    let Some(handle) = handle else {
        let none = cx.texts.get("delivery-no-handle");
        ui.label(theme::dim(ui.ctx(), none));
        return;
    };
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            let n = delivery.consumed_times.unwrap_or_default();
            let name = cx.texts.format("delivery-copy-handle", &[("n", n.into())]);
            if icon_button(ui, icons::COPY, &name).clicked() {
                ui.ctx().copy_text(handle.as_str().to_owned());
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let text = theme::code(handle.as_str()).color(cx.palette.faint);
                ui.add(Label::new(text).truncate());
            });
        });
    });
}

/// Its number as the server counts, or else its place here.
pub(super) fn number(place: usize, delivery: &Delivery) -> String {
    match delivery.consumed_times {
        Some(times) => times.to_string(),
        None => (place + 1).to_string(),
    }
}
