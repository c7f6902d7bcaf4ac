//! A request that nobody pasted: one that a sandbox refused, as it tells of it, or an exchange of this
//! window. Whose it was, when it came, and what it looked like, with everything masked that opens
//! something.

use egui::{ScrollArea, TextEdit, Ui};

use crate::explained::sdk_name;
use crate::protocol::admin::RefusedRequest;
use crate::session::{
    Command, DebuggerCommand, Exchange, Explained, Opening, RequestFrom, Seen, traffic_text,
};

use crate::ui::connections::connection_name;
use crate::ui::context::{Context, bytes};
use crate::ui::theme;
use crate::ui::widgets::{code_layout, fact, link_button, named};

/// The left side of the debugger, for such a request.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, found: &Explained) {
    match &found.from {
        RequestFrom::Pasted(_) => {}
        RequestFrom::Sandbox(_, request) => refused_ui(ui, cx, request),
        RequestFrom::Exchange(seen) => exchange_ui(ui, cx, seen),
    }
    back_ui(ui, cx);
}

fn refused_ui(ui: &mut Ui, cx: &Context<'_>, request: &RefusedRequest) {
    let (t, p) = (cx.texts, cx.palette);
    ui.label(theme::label(ui.ctx(), t.get("debugger-refused")));
    ui.label(theme::strong(&request.code).color(p.bad));
    ui.add(egui::Label::new(theme::dim(ui.ctx(), why(request))).wrap());
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
    let at = cx.time(request.at);
    fact(ui, t.get("debugger-refused-at"), &at, p);
    fact(ui, t.get("debugger-refused-from"), &request.client, p);
    if let Some(agent) = &request.user_agent {
        fact(ui, "User-Agent", agent, p);
    }
    if let Some(sdk) = request.sdk {
        let sdk = t.format("explain-sent-by", &[("sdk", sdk_name(sdk).into())]);
        ui.label(sdk);
    }
    fact(ui, t.get("refusals-request-id"), &request.request_id, p);
    ui.add_space(theme::GAP_SMALL);
    let whole = usize::try_from(request.body_bytes).unwrap_or(usize::MAX);
    request_ui(ui, cx, &as_http(request), (request.body.len(), whole));
}

fn exchange_ui(ui: &mut Ui, cx: &Context<'_>, seen: &Seen) {
    let (t, p) = (cx.texts, cx.palette);
    let exchange = &seen.exchange;
    ui.label(theme::label(ui.ctx(), t.get("debugger-exchange")));
    if let Some(connection) = cx.model.connection(&seen.connection) {
        ui.label(theme::strong(connection_name(cx, connection)));
    }
    let failure = exchange.failure.as_ref();
    if let Some(code) = failure.and_then(|failure| failure.code.as_ref()) {
        ui.label(theme::strong(code).color(p.bad));
    }
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
    let at = cx.time(exchange.started_at);
    fact(ui, t.get("debugger-refused-at"), &at, p);
    if let Some(id) = exchange.request_id() {
        fact(ui, t.get("refusals-request-id"), id, p);
    }
    ui.add_space(theme::GAP_SMALL);
    let body = &exchange.request.body;
    let sizes = (body.bytes.len(), body.size);
    request_ui(ui, cx, &exchange_as_http(exchange), sizes);
}

/// The way to what was pasted.
pub(super) fn back_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    if link_button(ui, cx.texts.get("debugger-paste-instead"), cx.palette).clicked() {
        cx.command(Command::Debugger(DebuggerCommand::Open(Opening::default())));
    }
}

/// `sizes`: of what is shown of the body, and of all of it.
fn request_ui(ui: &mut Ui, cx: &Context<'_>, request: &str, sizes: (usize, usize)) {
    let t = cx.texts;
    let height = (ui.available_height() - theme::BODY_LINE - theme::GAP).max(80.0);
    ScrollArea::both()
        .id_salt("refused")
        .max_height(height)
        .auto_shrink(false)
        .show(ui, |ui| {
            let mut layout = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
                code_layout(ui, text.as_str(), false, width)
            };
            // Text that can be selected, and not be changed.
            let mut text = request;
            let edit = TextEdit::multiline(&mut text)
                .font(theme::mono())
                .layouter(&mut layout)
                .desired_width(f32::INFINITY);
            let response = ui.add(edit);
            let name = t.get("debugger-request-shown");
            named(ui, response, egui::Role::MultilineTextInput, name);
            let (shown, all) = sizes;
            if shown < all {
                let values = [("shown", bytes(shown).into()), ("all", bytes(all).into())];
                let cut = t.format("debugger-refused-cut", &values);
                ui.label(theme::dim(ui.ctx(), cut));
            }
        });
}

/// With its signature masked.
fn exchange_as_http(exchange: &Exchange) -> String {
    let mut text = traffic_text::request_head(exchange, false).join("\n");
    text.push_str("\n\n");
    text.push_str(&String::from_utf8_lossy(&exchange.request.body.bytes));
    text
}

fn as_http(request: &RefusedRequest) -> String {
    let mut text = format!("{} {} HTTP/1.1\n", request.method, request.target);
    for (name, value) in &request.headers {
        text.extend([name, ": ", value, "\n"]);
    }
    text.extend(["\n", &request.body]);
    text
}

/// What stands on the left, as text.
pub(super) fn as_text(found: &Explained) -> Option<String> {
    match &found.from {
        RequestFrom::Pasted(_) => None,
        RequestFrom::Sandbox(_, request) => Some(refused_as_text(request)),
        RequestFrom::Exchange(seen) => Some(exchange_as_http(&seen.exchange)),
    }
}

/// Whose it was and what was said to it, and the request.
fn refused_as_text(request: &RefusedRequest) -> String {
    let agent = request.user_agent.as_deref().unwrap_or("-");
    let why = why(request);
    format!(
        "{} · {} · {agent}\n{why}\n\n{}",
        request.code,
        request.client,
        as_http(request)
    )
}

/// What was said about it, without the string to sign, which has a place of its own.
fn why(request: &RefusedRequest) -> &str {
    let message = request.message.as_str();
    match message.strip_suffix(&request.string_to_sign) {
        Some(rest) => rest.rsplit_once(';').map_or(rest, |(why, _)| why),
        None => message,
    }
}
