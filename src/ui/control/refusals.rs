//! The last requests that a sandbox refused, of any client, newest first, in the middle of the
//! control room. A click explains one in the signature debugger.

use egui::{Align, Button, Color32, Id, Label, Layout, Sense, Ui, UiBuilder};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::explained::sdk_name;
use crate::protocol::admin::{Refusals, RefusedRequest};
use crate::session::{AdminWish, Command, ConnectionId, DebuggerCommand};

use super::{ask, free};
use crate::ui::context::Context;
use crate::ui::empty::Empty;
use crate::ui::grid;
use crate::ui::list_keys::{List, Rows};
use crate::ui::spoken;
use crate::ui::table::{spaced_text_ui, text_ui};
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{Dot, dot, from_the_right, icon_button};

/// What the list is called among those that have the keyboard.
const LIST: &str = "refusals";

/// Below this width, whose request it was is left out.
const WITH_CLIENT: f32 = 520.0;

/// The list; whether it is done with.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    sandbox: &ConnectionId,
    refusals: &Refusals,
) -> bool {
    let unseen = cx.model.debugger().unseen_refusals() > 0;
    if *sandbox == ConnectionId::Sandbox && unseen {
        cx.command(Command::Debugger(DebuggerCommand::RefusalsSeen));
    }
    let done = head_ui(ui, cx, refusals);
    if refusals.refusals.is_empty() {
        Empty::new(icons::DONE, "refusals-none")
            .next("refusals-none-next")
            .ui(ui, cx);
        return done;
    }
    list_ui(ui, cx, sandbox, refusals);
    done
}

fn list_ui(ui: &mut Ui, cx: &mut Context<'_>, sandbox: &ConnectionId, refusals: &Refusals) {
    let room = ui.available_rect_before_wrap();
    let count = refusals.refusals.len();
    let newest_first = |place| Some(refusals.refusals.get(count.checked_sub(place + 1)?)?.number);
    let rows = Rows {
        name: cx.texts.get("refusals-title"),
        room,
        head: cx.sizes.head,
        height: cx.sizes.list_row,
        menus: false,
        count,
        at: &newest_first,
        open: None,
    };
    let list = List::begin(ui, LIST, &rows);
    let builder = UiBuilder::new()
        .max_rect(room)
        .accessibility_parent(list.area.id);
    ui.scope_builder(builder, |ui| table_ui(ui, cx, sandbox, refusals, &list));
    list.end(count, list.row.map(node_of));
    if let Some(number) = list.opens {
        explain(cx, sandbox, number);
    }
}

/// The row of a refusal in the tree of screen readers.
fn node_of(number: u64) -> Id {
    Id::unique(("refusal", number))
}

fn explain(cx: &mut Context<'_>, sandbox: &ConnectionId, number: u64) {
    let refusal = DebuggerCommand::Refusal(sandbox.clone(), number);
    cx.command(Command::Debugger(refusal));
}

fn head_ui(ui: &mut Ui, cx: &mut Context<'_>, refusals: &Refusals) -> bool {
    let t = cx.texts;
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            let done = icon_button(ui, icons::CLOSE, t.get("refusals-close"));
            let clear = Button::new(t.get("refusals-clear"));
            let any = !refusals.refusals.is_empty() && free(cx);
            if ui.add_enabled(any, clear).clicked() {
                ask(cx, AdminWish::ForgetRefusals);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(theme::strong(t.get("refusals-title"))).truncate());
                let kept = refusals.refusals.len() as u64;
                if kept < refusals.count {
                    let n = [("kept", kept.into()), ("count", refusals.count.into())];
                    let kept = theme::label(ui.ctx(), t.format("refusals-kept", &n));
                    ui.add(Label::new(kept).truncate());
                }
            });
            done.clicked()
        })
    })
    .inner
}

fn table_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    sandbox: &ConnectionId,
    refusals: &Refusals,
    list: &List<u64>,
) {
    let t = cx.texts;
    let clients = ui.available_width() >= WITH_CLIENT;
    // In a narrow pane the code leaves half of the room to the request.
    let beside_time = ui.available_width() - cx.time_width();
    let code = (beside_time / 2.0).clamp(60.0, 188.0);
    let across = ui.max_rect().x_range();
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    let mut table = TableBuilder::new(ui)
        .id_salt(("control-refusals", clients))
        .animate_scrolling(false)
        .auto_shrink(false)
        // The drawer is as high as it was dragged, whatever is in it.
        .min_scrolled_height(0.0)
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(cx.time_width()).clip(true))
        .column(Column::exact(code).clip(true))
        .column(Column::remainder().at_least(60.0).clip(true));
    if clients {
        table = table.column(Column::initial(150.0).range(60.0..=300.0).clip(true));
    }
    if let Some(place) = list.go {
        table = table.scroll_to_row(place, None);
    }
    table
        .header(cx.sizes.head, |mut row| {
            let heads = [
                (t.get("refusals-at"), true),
                (t.get("refusals-code"), true),
                (t.get("refusals-request"), true),
                (t.get("refusals-client"), clients),
            ];
            for (text, _) in heads.into_iter().filter(|(_, there)| *there) {
                row.col(|ui| {
                    ui.label(theme::column_head(ui.ctx(), text));
                });
            }
        })
        .body(|body| {
            let count = refusals.refusals.len();
            body.rows(cx.sizes.list_row, count, |mut row| {
                let newest_first = count - 1 - row.index();
                if let Some(request) = refusals.refusals.get(newest_first) {
                    row.set_overline(true);
                    row_ui(&mut row, cx, sandbox, request, clients, (list, across));
                }
            });
        });
}

fn row_ui(
    row: &mut TableRow<'_, '_>,
    cx: &mut Context<'_>,
    sandbox: &ConnectionId,
    request: &RefusedRequest,
    clients: bool,
    (list, across): (&List<u64>, egui::Rangef),
) {
    let p = cx.palette;
    let client = client_of(request);
    let line = format!("{} {}", request.method, request.target);
    let values = [
        ("code", request.code.as_str().into()),
        ("request", line.as_str().into()),
        ("client", client.as_str().into()),
    ];
    let name = cx.texts.format("refusals-explain", &values);
    let spoken = spoken::Row {
        id: node_of(request.number),
        table: list.area.id,
        name: &name,
        more: "",
        selected: list.row == Some(request.number),
        place: row.index(),
        focusable: false,
        across,
    };
    let mut whole = None;
    let cell = |ui: &mut Ui, text: &str, color: Color32| spaced_text_ui(ui, text, color);
    row.col(|ui| {
        whole = Some(spoken.show(ui));
        cx.time_cell(ui, request.at, p.dim);
    });
    row.col(|ui| {
        dot(ui, Dot::Full, p.bad);
        ui.add_space(theme::GAP_SMALL);
        text_ui(ui, &request.code, p.bad);
    });
    row.col(|ui| cell(ui, &line, p.text));
    if clients {
        row.col(|ui| cell(ui, &client, p.dim));
    }
    let cells = row.response();
    let response = whole.map_or_else(|| cells.clone(), |whole| whole | cells.clone());
    if list.row == Some(request.number) {
        grid::row_seen(&list.area, cells.rect);
    }
    let hint = format!("{}\n{line}\n{}", request.code, request.client);
    if response.on_hover_text(hint).clicked() {
        list.area.request_focus();
        explain(cx, sandbox, request.number);
    }
}

/// Whose request it was: the SDK, or what calls itself so, or the address.
fn client_of(request: &RefusedRequest) -> String {
    match (&request.sdk, &request.user_agent) {
        (Some(sdk), _) => format!("{} SDK", sdk_name(*sdk)),
        (None, Some(agent)) => agent.clone(),
        (None, None) => request.client.clone(),
    }
}
