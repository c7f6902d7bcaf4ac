//! What of an exchange can be copied. Nothing of it holds a signature.

use egui::containers::menu::MenuButton;
use egui::{Frame, Ui};

use crate::session::{Exchange, Kept, Seen, traffic_text};

use super::super::context::Context;
use super::super::theme;
use super::super::widgets::{menu_face, named};
use super::words;

#[derive(Clone, Copy)]
enum Piece {
    Curl,
    Script,
    Text,
    RequestBody,
    ReplyBody,
    Signed,
    RequestId,
}

const PIECES: [(Piece, &str); 7] = [
    (Piece::Curl, "traffic-copy-curl"),
    (Piece::Script, "traffic-copy-script"),
    (Piece::Text, "traffic-copy-text"),
    (Piece::RequestBody, "traffic-copy-request-body"),
    (Piece::ReplyBody, "traffic-copy-reply-body"),
    (Piece::Signed, "traffic-copy-signed"),
    (Piece::RequestId, "copy-request-id"),
];

/// The menu.
pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, seen: &Seen) {
    let t = cx.texts;
    let button = menu_face(t.get("viewer-copy"));
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        super::super::spoken::name_place(ui, t.get("traffic-copy"));
        pieces_ui(ui, cx, seen);
    });
    named(ui, response, egui::Role::Button, t.get("traffic-copy"));
}

/// The lines of a menu, and that what they copy holds no signature.
pub(super) fn pieces_ui(ui: &mut Ui, cx: &Context<'_>, seen: &Seen) {
    let t = cx.texts;
    ui.spacing_mut().item_spacing.y = 0.0;
    let padding = ui.spacing().button_padding;
    Frame::NONE.inner_margin(padding).show(ui, |ui| {
        ui.label(theme::label(ui.ctx(), t.get("traffic-copy-redacted")));
    });
    for (piece, key) in PIECES {
        if is_there(piece, &seen.exchange) && ui.button(t.get(key)).clicked() {
            ui.ctx().copy_text(text_of(piece, cx, seen));
            ui.close();
        }
    }
}

fn is_there(piece: Piece, exchange: &Exchange) -> bool {
    match piece {
        Piece::Curl | Piece::Text => true,
        Piece::Script => traffic_text::has_script(exchange),
        Piece::RequestBody => exchange.request.body.size > 0,
        Piece::ReplyBody => exchange
            .reply
            .as_ref()
            .is_some_and(|reply| reply.body.size > 0),
        Piece::Signed => exchange.request.string_to_sign.is_some(),
        Piece::RequestId => exchange.request_id().is_some(),
    }
}

fn text_of(piece: Piece, cx: &Context<'_>, seen: &Seen) -> String {
    let exchange = &seen.exchange;
    let body = |kept: &Kept| {
        let text = String::from_utf8_lossy(&kept.bytes);
        traffic_text::scrub(exchange, &text).into_owned()
    };
    match piece {
        Piece::Curl => traffic_text::curl(exchange),
        Piece::Script => traffic_text::script(exchange).unwrap_or_default(),
        Piece::Text => traffic_text::text(seen, &words::connection(cx, &seen.connection)),
        Piece::RequestBody => body(&exchange.request.body),
        Piece::ReplyBody => {
            let reply = exchange.reply.as_ref();
            reply.map(|reply| body(&reply.body)).unwrap_or_default()
        }
        Piece::Signed => exchange.request.string_to_sign.clone().unwrap_or_default(),
        Piece::RequestId => exchange.request_id().unwrap_or_default().to_owned(),
    }
}
