//! What an exchange came to: the facts, the messages it is about with the way to them, and how its
//! time was spent.

use std::time::Duration;

use egui::{Label, RichText, ScrollArea, Sense, Ui, Vec2};

use crate::session::{
    Command, ConnectionUse, Exchange, ExchangeKind, Seen, SubscriptionId, Timing,
};

use super::super::context::{Context, bytes};
use super::super::theme;
use super::super::widgets::{dot, fact, link_button, named, remark};
use super::words;

/// Messages that are listed; a reply brings no more than 16 and an ack is about no more.
const MESSAGES: usize = 16;

/// From this width on the facts stand beside the rest.
const BESIDE: f32 = 460.0;

/// Widths of a bar's name and of all that the bars may take.
const NAME: f32 = 76.0;
const BARS: f32 = 320.0;

/// All of it; an id to look for in the history, if that was asked for.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, seen: &Seen) -> Option<String> {
    ScrollArea::vertical()
        .id_salt("exchange summary")
        .auto_shrink(false)
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            if ui.available_width() < BESIDE {
                outcome_ui(ui, cx, &seen.exchange);
                facts_ui(ui, cx, seen);
                return messages_ui(ui, cx, seen);
            }
            ui.columns(2, |columns| {
                // Columns stretch what is in them, and words of a text are not to be spread over a line.
                columns[0].vertical(|ui| outcome_ui(ui, cx, &seen.exchange));
                columns[1].vertical(|ui| facts_ui(ui, cx, seen));
                messages_ui(&mut columns[0], cx, seen)
            })
        })
        .inner
}

/// What came of it, why it failed if it did, and how its time was spent.
fn outcome_ui(ui: &mut Ui, cx: &Context<'_>, exchange: &Exchange) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = theme::BODY_LINE;
        let (shape, color, word) = words::outcome(cx, exchange);
        dot(ui, shape, color);
        let status = exchange.status().map(|status| format!("{status} · "));
        let text = format!("{}{word}", status.unwrap_or_default());
        ui.add(Label::new(theme::strong(text).color(color)).truncate());
    });
    if let Some(failure) = exchange
        .failure
        .as_ref()
        .filter(|failure| !failure.what.is_empty())
    {
        let text = theme::code(&failure.what).color(cx.palette.bad);
        ui.add(Label::new(text).wrap());
    }
    timing_ui(ui, cx, &exchange.timing);
}

fn facts_ui(ui: &mut Ui, cx: &Context<'_>, seen: &Seen) {
    let t = cx.texts;
    let exchange = &seen.exchange;
    let reply = exchange.reply.as_ref();
    let skew = reply.map(|reply| reply.clock_skew_millis);
    let skew = skew.map(|skew| match skew {
        0 => t.get("traffic-skew-none").to_owned(),
        _ => format!("{:+.1} s", skew as f64 / 1000.0),
    });
    let sizes = [
        ("sent", bytes(exchange.request.body.size).into()),
        (
            "came",
            bytes(reply.map_or(0, |reply| reply.body.size)).into(),
        ),
    ];
    let facts = [
        (t.get("traffic-number"), Some(exchange.number.to_string())),
        (t.get("history-time"), Some(cx.time(exchange.started_at))),
        (
            t.get("field-connection"),
            Some(words::connection(cx, &seen.connection)),
        ),
        (
            t.get("traffic-kind"),
            Some(t.get(words::kind(exchange.kind)).to_owned()),
        ),
        (t.get("traffic-attempt"), Some(exchange.attempt.to_string())),
        (
            t.get("traffic-request-id"),
            exchange.request_id().map(str::to_owned),
        ),
        (
            t.get("traffic-remote"),
            exchange.remote.map(|remote| remote.to_string()),
        ),
        (
            t.get("traffic-size"),
            Some(t.format("traffic-sizes", &sizes)),
        ),
        (t.get("traffic-skew"), skew),
    ];
    ui.spacing_mut().interact_size.y = theme::BODY_LINE;
    for (name, value) in facts {
        if let Some(value) = value {
            fact(ui, name, &value, cx.palette);
        }
    }
}

/// How the time was spent, part by part, one after the other.
fn timing_ui(ui: &mut Ui, cx: &Context<'_>, timing: &Timing) {
    let t = cx.texts;
    let connecting = match timing.tls {
        // What a trusted connection needs is one time where TLS cannot be told apart.
        Some(_) => "traffic-connect",
        None => "traffic-connect-all",
    };
    let parts = [
        ("traffic-dns", timing.dns),
        (connecting, timing.connect),
        ("traffic-tls", timing.tls),
        ("traffic-first-byte", timing.first_byte),
        ("traffic-body", timing.body),
    ];
    let mut before = Duration::ZERO;
    for (key, part) in parts {
        if let Some(part) = part {
            bar_ui(ui, cx, t.get(key), before, part, timing.total);
            before += part;
        }
    }
    let note = match timing.connection {
        ConnectionUse::New => "traffic-connection-new",
        ConnectionUse::Reused => "traffic-connection-reused",
        ConnectionUse::None => "traffic-connection-none",
    };
    let total = [
        ("total", words::duration(t, timing.total).into()),
        ("how", t.get(note).into()),
    ];
    remark(ui, &t.format("traffic-total", &total), cx.palette.dim);
}

fn bar_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    name: &str,
    before: Duration,
    part: Duration,
    total: Duration,
) {
    let p = cx.palette;
    ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
    ui.horizontal(|ui| {
        let height = theme::SMALL_LINE;
        ui.allocate_ui_with_layout(
            Vec2::new(NAME, height),
            egui::Layout::left_to_right(egui::Align::Center),
            |ui| {
                ui.set_min_width(NAME);
                let text = RichText::new(name).font(theme::small()).color(p.dim);
                ui.add(Label::new(text).truncate());
            },
        );
        let room = (ui.available_width() - 76.0).clamp(40.0, BARS);
        let (rect, _) = ui.allocate_exact_size(Vec2::new(room, height), Sense::hover());
        let share = |time: Duration| match total.as_secs_f32() {
            0.0 => 0.0,
            total => (time.as_secs_f32() / total).min(1.0) * room,
        };
        let mut bar = rect.shrink2(Vec2::new(0.0, height / 2.0 - theme::LEASE_BAR_HEIGHT / 2.0));
        ui.painter()
            .rect_filled(bar, theme::LEASE_BAR_HEIGHT / 2.0, p.line);
        bar.min.x += share(before).min(room - 2.0);
        // Never nothing: it did happen.
        bar.max.x = (bar.min.x + share(part).max(2.0)).min(rect.max.x);
        ui.painter()
            .rect_filled(bar, theme::LEASE_BAR_HEIGHT / 2.0, p.accent);
        ui.label(theme::code(words::duration(cx.texts, part)));
    });
}

/// The messages it is about, with the way to those that are in a view, and to the history.
fn messages_ui(ui: &mut Ui, cx: &mut Context<'_>, seen: &Seen) -> Option<String> {
    let (t, p) = (cx.texts, cx.palette);
    let model = cx.model;
    let messages = model.traffic().messages_of(seen);
    let mut sought = None;
    let mut commands = Vec::new();
    if !messages.is_empty() {
        ui.add_space(theme::GAP_SMALL);
        ui.label(theme::label(ui.ctx(), t.get("traffic-about")));
    }
    for id in messages.into_iter().take(MESSAGES) {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = theme::BODY_LINE;
            ui.add(Label::new(theme::code(id)).truncate());
            if let Some((view, row)) = row_of(cx, seen, id) {
                let response = link_button(ui, t.get("traffic-show-message"), p);
                let name = format!("{} · {id}", t.get("traffic-show-message"));
                if named(ui, response, egui::Role::Button, &name).clicked() {
                    commands.push(Command::ShowView(view));
                    commands.push(Command::Focus(view, row));
                }
            }
        });
    }
    if seen.exchange.kind == ExchangeKind::Publish {
        let id = seen.exchange.request_id();
        let id = id.or(seen.exchange.message_ids.first().map(String::as_str));
        if let Some(id) = id
            && link_button(ui, t.get("traffic-show-history"), p).clicked()
        {
            sought = Some(id.to_owned());
        }
    }
    for command in commands {
        cx.command(command);
    }
    sought
}

/// A view of this connection that has the message, and its row there.
fn row_of(cx: &Context<'_>, seen: &Seen, id: &str) -> Option<(SubscriptionId, u64)> {
    let views = cx.model.views().iter();
    let mut of_connection = views.filter(|view| *view.connection() == seen.connection);
    of_connection.find_map(|view| Some((view.id, view.rows.of_message(id)?)))
}
