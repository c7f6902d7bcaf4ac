//! The exchange that is looked at: what came of it and how long its parts took, the request as it
//! was sent, the reply as it came, the text that was signed. A signature is masked until somebody
//! asks for it, and nothing that is copied holds one.

use egui::{Label, ScrollArea, Ui};

use crate::session::body::Doc;
use crate::session::{
    Command, DebuggerCommand, Exchange, Kept, Seen, Sheet, TrafficCommand, signature_of,
    traffic_text,
};

use super::super::context::{Context, bytes};
use super::super::list_keys;
use super::super::theme;
use super::super::theme::icons;
use super::super::widgets::{check_box, from_the_right, icon_button, remark, segmented};
use super::{LIST, ask, copy, summary};

/// Room beside the tabs for all three buttons.
const EXPLAINS_FROM: f32 = 260.0;

/// What of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Summary,
    Request,
    Reply,
    Signed,
}

/// How it is looked at.
pub(super) struct ExchangePane {
    part: Part,
    pretty: bool,
    /// The exchange whose signature was asked for.
    revealed: Option<u64>,
}

impl Default for ExchangePane {
    fn default() -> Self {
        Self {
            part: Part::default(),
            pretty: true,
            revealed: None,
        }
    }
}

impl ExchangePane {
    /// All of it; an id to look for in the history, if that was asked for.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> Option<String> {
        let seen = cx.model.traffic().focused()?.clone();
        let explains = ui.horizontal(|ui| self.head_ui(ui, cx, &seen)).inner;
        if !explains && matches!(self.part, Part::Summary | Part::Signed) {
            explain_ui(ui, cx, &seen.exchange);
        }
        match self.part {
            Part::Summary => return summary::ui(ui, cx, &seen),
            Part::Request => self.request_ui(ui, cx, &seen.exchange),
            Part::Reply => self.reply_ui(ui, cx, &seen.exchange),
            Part::Signed => signed_ui(ui, cx, &seen.exchange),
        }
        None
    }

    /// What of it is shown, and what can be done with it.
    /// Whether there was room for the way to the signature debugger.
    fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, seen: &Seen) -> bool {
        let t = cx.texts;
        let tabs = [
            (Part::Summary, t.get("traffic-summary")),
            (Part::Request, t.get("traffic-request")),
            (Part::Reply, t.get("traffic-reply")),
            (Part::Signed, t.get("traffic-signed")),
        ];
        segmented(ui, &mut self.part, &tabs);
        let roomy = ui.available_width() >= EXPLAINS_FROM;
        from_the_right(ui, |ui| {
            let escape = list_keys::closes(ui);
            if icon_button(ui, icons::CLOSE, t.get("traffic-close")).clicked() || escape {
                ask(cx, TrafficCommand::Unfocus);
                list_keys::enter_if_lost(ui, LIST);
            }
            copy::ui(ui, cx, seen);
            if roomy {
                explain_ui(ui, cx, &seen.exchange);
            }
        });
        roomy
    }

    /// How a request or a reply is shown.
    fn choices_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, exchange: &Exchange, sheet: &Sheet) {
        let t = cx.texts;
        let signed = self.part == Part::Request && signature_of(exchange).is_some();
        if sheet.pretty.is_none() && !signed {
            return;
        }
        ui.horizontal(|ui| {
            if sheet.pretty.is_some() {
                ui.add(check_box(&mut self.pretty, t.get("traffic-pretty")));
            }
            if signed {
                let mut revealed = self.revealed == Some(exchange.number);
                let reveal = check_box(&mut revealed, t.get("traffic-reveal"));
                if ui.add(reveal).changed() {
                    self.revealed = revealed.then_some(exchange.number);
                }
            }
        });
    }

    fn request_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, exchange: &Exchange) {
        if let Some((sheet, _)) = cx.model.traffic().sheets() {
            self.choices_ui(ui, cx, exchange, sheet);
            let reveal = self.revealed == Some(exchange.number);
            let head = traffic_text::request_head(exchange, reveal);
            self.paper_ui(ui, cx, &head, sheet, &exchange.request.body);
        }
    }

    fn reply_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, exchange: &Exchange) {
        let sheet = cx.model.traffic().sheets().and_then(|(_, came)| came);
        match (&exchange.reply, sheet) {
            (Some(reply), Some(sheet)) => {
                self.choices_ui(ui, cx, exchange, sheet);
                let head = traffic_text::reply_head(reply);
                self.paper_ui(ui, cx, &head, sheet, &reply.body);
            }
            _ => {
                ui.label(theme::dim(ui.ctx(), cx.texts.get("traffic-no-reply-came")));
            }
        }
    }

    /// Head and body in rows, of which those in sight are drawn.
    fn paper_ui(&self, ui: &mut Ui, cx: &Context<'_>, head: &[String], sheet: &Sheet, body: &Kept) {
        // Another exchange is read from its beginning.
        let focused = cx.model.traffic().focused();
        let number = focused.map(|seen| seen.exchange.number);
        let (t, p) = (cx.texts, cx.palette);
        if body.cut() > 0 {
            let values = [
                ("kept", bytes(body.bytes.len()).into()),
                ("size", bytes(body.size).into()),
            ];
            remark(ui, &t.format("traffic-cut", &values), p.soon);
        }
        if sheet.odd > 0 {
            let n = [("n", sheet.odd.into())];
            remark(ui, &t.format("traffic-odd", &n), p.soon);
        }
        let doc = match &sheet.pretty {
            Some(pretty) if self.pretty => pretty,
            _ => &sheet.raw,
        };
        let body_rows = if body.size == 0 { 0 } else { doc.len() + 1 };
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::both()
            .id_salt(("exchange", number, self.part == Part::Request))
            .auto_shrink(false)
            .show_rows(ui, theme::BODY_LINE, head.len() + body_rows, |ui, rows| {
                for row in rows {
                    line_ui(ui, cx, head, doc, row);
                }
            });
    }
}

/// The way to the signature debugger, if there is a signature.
pub(super) fn explain_ui(ui: &mut Ui, cx: &mut Context<'_>, exchange: &Exchange) {
    let signed = signature_of(exchange).is_some();
    if signed && ui.button(cx.texts.get("traffic-explain")).clicked() {
        cx.command(Command::Debugger(DebuggerCommand::Exchange(
            exchange.number,
        )));
        ui.close();
    }
}

fn line_ui(ui: &mut Ui, cx: &Context<'_>, head: &[String], doc: &Doc, row: usize) {
    let text = match row.checked_sub(head.len() + 1) {
        Some(row) => theme::code(doc.row(row).map_or("", |line| line.text)),
        None => match head.get(row) {
            // The first line is what it is about.
            Some(line) if row == 0 => theme::code(line).color(cx.palette.text),
            Some(line) => theme::code(line).color(cx.palette.dim),
            None => theme::code(" "),
        },
    };
    ui.spacing_mut().interact_size.y = theme::BODY_LINE;
    ui.horizontal(|ui| {
        ui.set_height(theme::BODY_LINE);
        ui.add(Label::new(text).extend());
    });
}

fn signed_ui(ui: &mut Ui, cx: &Context<'_>, exchange: &Exchange) {
    let t = cx.texts;
    let Some(text) = &exchange.request.string_to_sign else {
        ui.label(theme::dim(ui.ctx(), t.get("traffic-not-signed")));
        return;
    };
    remark(ui, t.get("traffic-signed-what"), cx.palette.dim);
    ScrollArea::both()
        .id_salt("string to sign")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.add(Label::new(theme::code(text)).extend());
        });
}
