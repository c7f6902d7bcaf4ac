//! A request that a sandbox refused, as it tells of it: whose it was, when it came, and what it
//! looked like, with everything masked that opens something.

use egui::{ScrollArea, TextEdit, Ui};

use crate::explained::sdk_name;
use crate::protocol::admin::RefusedRequest;
use crate::session::{Command, DebuggerCommand, Explained, Opening, RequestFrom};

use crate::ui::context::{Context, bytes, clock_time};
use crate::ui::theme;
use crate::ui::widgets::{code_layout, fact, link_button, named};

/// The left side of the debugger, for such a request.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, found: &Explained) {
    let RequestFrom::Sandbox(_, request) = &found.from else {
        return;
    };
    let (t, p) = (cx.texts, cx.palette);
    ui.label(theme::label(ui.ctx(), t.get("debugger-refused")));
    ui.label(theme::strong(&request.code).color(p.bad));
    ui.add(egui::Label::new(theme::dim(ui.ctx(), why(request))).wrap());
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
    let at = clock_time(request.at, cx.now);
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
    let room = ui.available_height() - theme::BODY_LINE - theme::GAP;
    request_ui(ui, cx, request, room.max(80.0));
    back_ui(ui, cx);
}

/// The way to what was pasted.
pub(super) fn back_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    if link_button(ui, cx.texts.get("debugger-paste-instead"), cx.palette).clicked() {
        cx.command(Command::Debugger(DebuggerCommand::Open(Opening::default())));
    }
}

fn request_ui(ui: &mut Ui, cx: &Context<'_>, request: &RefusedRequest, height: f32) {
    let t = cx.texts;
    ScrollArea::both()
        .id_salt("refused")
        .max_height(height)
        .auto_shrink(false)
        .show(ui, |ui| {
            let mut layout = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
                code_layout(ui, text.as_str(), false, width)
            };
            let whole = as_http(request);
            // Text that can be selected, and not be changed.
            let mut text = whole.as_str();
            let edit = TextEdit::multiline(&mut text)
                .font(theme::mono())
                .layouter(&mut layout)
                .desired_width(f32::INFINITY);
            let response = ui.add(edit);
            let name = t.get("debugger-refused");
            named(ui, response, egui::Role::MultilineTextInput, name);
            if !request.has_whole_body() {
                let whole = usize::try_from(request.body_bytes).unwrap_or(usize::MAX);
                let values = [
                    ("shown", bytes(request.body.len()).into()),
                    ("all", bytes(whole).into()),
                ];
                let cut = t.format("debugger-refused-cut", &values);
                ui.label(theme::dim(ui.ctx(), cut));
            }
        });
}

fn as_http(request: &RefusedRequest) -> String {
    let mut text = format!("{} {} HTTP/1.1\n", request.method, request.target);
    for (name, value) in &request.headers {
        text.extend([name, ": ", value, "\n"]);
    }
    text.extend(["\n", &request.body]);
    text
}

/// Whose it was and what was said to it, and the request.
pub(super) fn as_text(request: &RefusedRequest) -> String {
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
