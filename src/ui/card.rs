//! The card of a failure: what it means here, what causes it, what to do, and what came. Opened from
//! wherever the failure is shown. What is said stands in the table of cards; asks for nothing.

use std::sync::Arc;

use egui::{Button, Color32, Frame, Label, RichText, ScrollArea, Ui};

use crate::cards::{Card, Doing, Evidence, Tone};
use crate::session::{Ending, Failed, Trouble};

use super::context::Context;
use super::debugger;
use super::theme::{self, Palette, icons};
use super::widgets::{AtTheEdge, Dot, disclosure, dot, marked_remark, popover, remark};

/// Width of an open card.
const WIDTH: f32 = 460.0;

/// An open card is no higher than this; a longer one is scrolled.
const HEIGHT: f32 = 440.0;

/// A raw answer takes no more than this of it.
const RAW_HEIGHT: f32 = 180.0;

/// Codes that speak of the signature, of the keys, or of the clock.
const SIGNED: [&str; 3] = ["SignatureDoesNotMatch", "InvalidAccessKeyId", "TimeExpired"];

/// Its colour, and the ground that goes with it.
pub(super) fn colors(tone: Tone, p: &Palette) -> (Color32, Color32) {
    match tone {
        Tone::Calm => (p.dim, p.raised),
        Tone::Passing => (p.soon, p.soon_bg),
        Tone::Bad => (p.bad, p.bad_bg),
    }
}

/// The colours of something that failed, with or without a card.
pub(super) fn colors_of(trouble: &Trouble, p: &Palette) -> (Color32, Color32) {
    let tone = trouble.card.as_ref().map_or(Tone::Bad, |card| card.tone);
    colors(tone, p)
}

/// What failed and what to do first, under a form; with its card to open.
pub(super) fn trouble_ui(ui: &mut Ui, cx: &Context<'_>, trouble: &Trouble) {
    let (color, _) = colors_of(trouble, cx.palette);
    marked_remark(ui, icons::WARNING, &cx.say(&trouble.what), color);
    remark(ui, &cx.say(&trouble.next), cx.palette.dim);
    of_trouble_ui(ui, cx, trouble);
}

/// The same for what has nothing but its card.
pub(super) fn failed_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card) {
    let (color, _) = colors(card.tone, cx.palette);
    marked_remark(ui, icons::WARNING, &cx.say(&card.title), color);
    remark(ui, &cx.say(&card.first_step()), cx.palette.dim);
    link_ui(ui, cx, card);
}

/// Opens the card of something that failed, if it has one.
pub(super) fn of_trouble_ui(ui: &mut Ui, cx: &Context<'_>, trouble: &Trouble) {
    if let Some(card) = &trouble.card {
        link_ui(ui, cx, card);
    }
}

/// The card of how a delivery ended, if the server or the way there had a part in that.
pub(super) fn of_ending(ending: Ending<'_>, doing: Doing) -> Option<Arc<Card>> {
    let refusal = match ending {
        Ending::Held(_, Some(failed))
        | Ending::Expired(_, Some(failed))
        | Ending::Unseen(_, Some(failed)) => match failed {
            Failed::Lost(trouble) => return trouble.card.clone(),
            Failed::Refused(refusal) => refusal,
        },
        Ending::TooLate(refusal)
        | Ending::Elsewhere(refusal)
        | Ending::LateOrElsewhere(refusal)
        | Ending::Refused(refusal) => refusal,
        Ending::Held(_, None)
        | Ending::Expired(_, None)
        | Ending::Unseen(_, None)
        | Ending::Acking
        | Ending::Acked(_)
        | Ending::LikelyAcked(_)
        | Ending::Superseded(_) => return None,
    };
    Some(Arc::new(Card::of_handle(&refusal.failure, doing, false)))
}

/// Opens what an empty poll means.
pub(super) fn empty_ui(ui: &mut Ui, cx: &Context<'_>, doing: Doing) {
    let card = Card::of(Evidence::of_code("MessageNotExist", ""), doing);
    open_ui(ui, cx, &card, ("card-why-empty", "card-why-empty-of"));
}

/// Opens a card.
pub(super) fn link_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card) {
    open_ui(ui, cx, card, ("card-why", "card-why-of"));
}

/// `texts`: what stands on it, and its name, which holds that and says more.
fn open_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card, texts: (&str, &str)) {
    let t = cx.texts;
    let name = t.format(texts.1, &[("title", t.say(&card.title).into())]);
    let face = RichText::new(t.get(texts.0)).color(cx.palette.accent);
    ui.scope(|ui| {
        // It reads as a link, in line with the text above it.
        ui.spacing_mut().button_padding.x = 0.0;
        let size = (WIDTH, AtTheEdge::Below);
        popover(ui, Button::new(face), &name, size, |ui| {
            ScrollArea::vertical()
                .id_salt("card")
                // What opens inside makes it grow; it does not just scroll there.
                .min_scrolled_height(HEIGHT)
                .max_height(HEIGHT)
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
                    card_ui(ui, cx, card);
                });
        });
    });
}

fn card_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card) {
    let (t, p) = (cx.texts, cx.palette);
    let (color, _) = colors(card.tone, p);
    let shape = match card.tone {
        Tone::Calm => Dot::Ring,
        Tone::Passing => Dot::Half,
        Tone::Bad => Dot::Full,
    };
    ui.horizontal_top(|ui| {
        dot(ui, shape, color);
        let title = theme::strong(t.say(&card.title)).color(color);
        ui.add(Label::new(title).wrap());
    });
    ui.add(Label::new(theme::dim(ui.ctx(), t.say(&card.effect))).wrap());
    for (heading, list) in [("card-causes", &card.causes), ("card-next", &card.next)] {
        ui.add_space(theme::GAP_SMALL);
        ui.label(theme::label(ui.ctx(), t.get(heading)));
        for (place, line) in list.iter().enumerate() {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
                let number = format!("{}.", place + 1);
                ui.label(theme::inked(number, p.faint));
                ui.add(Label::new(theme::inked(t.say(line), p.text)).wrap());
            });
        }
    }
    ui.add_space(theme::GAP_SMALL);
    raw_ui(ui, cx, card);
}

/// The way to the signature debugger, where keys or clocks are what is wrong.
fn signature_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card) {
    let code = card.evidence.code.as_deref().unwrap_or_default();
    if SIGNED.contains(&code) && ui.button(cx.texts.get("debugger-open")).clicked() {
        debugger::ask_for(ui.ctx(), card.evidence.request_id.as_deref());
        ui.close();
    }
}

/// What came, as it came, once it is asked for; and everything to the clipboard.
fn raw_ui(ui: &mut Ui, cx: &Context<'_>, card: &Card) {
    let t = cx.texts;
    let raw = card.raw();
    if !raw.is_empty() {
        let id = ui.scope_id().with("card-raw");
        let mut open = ui.data(|data| data.get_temp(id).unwrap_or(false));
        if disclosure(ui, open, t.get("card-raw"), cx.palette).clicked() {
            open = !open;
            ui.data_mut(|data| data.insert_temp(id, open));
        }
        if open {
            raw_text_ui(ui, &raw);
        }
    }
    ui.horizontal(|ui| {
        signature_ui(ui, cx, card);
        if ui.button(t.get("card-copy")).clicked() {
            ui.ctx().copy_text(card.to_text(t));
        }
        if !raw.is_empty() && ui.button(t.get("card-copy-raw")).clicked() {
            ui.ctx().copy_text(raw);
        }
    });
}

fn raw_text_ui(ui: &mut Ui, raw: &str) {
    Frame::NONE
        .fill(ui.visuals().extreme_bg_color)
        .inner_margin(theme::GAP)
        .corner_radius(theme::RADIUS_SMALL)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("card-raw-text")
                .min_scrolled_height(RAW_HEIGHT)
                .max_height(RAW_HEIGHT)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    ui.add(Label::new(theme::code(raw)).wrap());
                });
        });
}
