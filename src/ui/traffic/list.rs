//! The list of exchanges: a row each, newest first, only those in sight drawn.

use egui::{Align, Color32, Id, Label, Layout, RichText, Sense, Ui, UiBuilder};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::session::{Exchange, Seen, TrafficCommand};

use super::super::context::{Context, bytes};
use super::super::list_keys::{List, Rows};
use super::super::table::{id_ui, spaced_text_ui, text_ui};
use super::super::theme;
use super::super::widgets::dot;
use super::super::{grid, row_menu, spoken};
use super::exchange::explain_ui;
use super::{ask, copy, words};

/// What the list is called among those that have the keyboard.
pub(in crate::ui) const LIST: &str = "traffic";

/// From this width on all columns are there.
const WITH_ALL: f32 = 860.0;

/// Which columns there are.
#[derive(Clone, Copy)]
struct Columns {
    wide: bool,
    connections: bool,
}

pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let columns = Columns {
        wide: ui.available_width() >= WITH_ALL,
        connections: ui.available_width() >= WITH_ALL && cx.model.connections().len() > 1,
    };
    let room = ui.available_rect_before_wrap();
    let traffic = cx.model.traffic();
    let rows = Rows {
        name: cx.texts.get("traffic-title"),
        room,
        count: traffic.shown(),
        at: &|place| traffic.from_newest(place).map(|seen| seen.exchange.number),
        head: cx.sizes.head,
        height: cx.sizes.list_row,
        menus: true,
        open: traffic.focused().map(|seen| seen.exchange.number),
    };
    let list = List::begin(ui, LIST, &rows);
    let builder = UiBuilder::new()
        .max_rect(room)
        .accessibility_parent(list.area.id);
    ui.scope_builder(builder, |ui| table_ui(ui, cx, columns, &list));
    list.end(traffic.shown(), list.row.map(node_of));
    if let Some(number) = list.opens {
        ask(cx, TrafficCommand::Focus(number));
    }
}

/// The row of an exchange in the tree of screen readers.
fn node_of(number: u64) -> Id {
    Id::unique(("exchange", number))
}

fn table_ui(ui: &mut Ui, cx: &mut Context<'_>, columns: Columns, list: &List<u64>) {
    let traffic = cx.model.traffic();
    let across = ui.max_rect().x_range();
    let is_on = spoken::is_on(ui);
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    ui.visuals_mut().selection.bg_fill = cx.palette.selected;
    let time = cx.time_width();
    let text = |width: f32| Column::initial(width).range(40.0..=400.0).clip(true);
    let mut table = TableBuilder::new(ui)
        .id_salt(("traffic", columns.wide, columns.connections, time as u32))
        .animate_scrolling(false)
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::initial(time).range(60.0..=240.0).clip(true));
    if columns.connections {
        table = table.column(text(110.0));
    }
    table = table
        .column(Column::exact(58.0).clip(true))
        .column(Column::remainder().at_least(90.0).clip(true))
        .column(Column::exact(50.0).clip(true))
        .column(Column::initial(140.0).range(80.0..=260.0).clip(true))
        .column(Column::exact(66.0).clip(true));
    if columns.wide {
        table = table
            .column(Column::exact(56.0).clip(true))
            .column(Column::exact(76.0).clip(true))
            .column(text(126.0));
    }
    if let Some(place) = list.go {
        table = table.scroll_to_row(place, None);
    }
    table
        .header(cx.sizes.head, |row| head_ui(row, cx, columns))
        .body(|body| {
            body.rows(cx.sizes.list_row, traffic.shown(), |mut cells| {
                let Some(seen) = traffic.from_newest(cells.index()) else {
                    return;
                };
                let number = seen.exchange.number;
                let focused = traffic.focused().map(|seen| seen.exchange.number);
                cells.set_overline(true);
                cells.set_selected(focused == Some(number));
                let name = match is_on {
                    true => spoken_row(cx, seen),
                    false => String::new(),
                };
                let spoken = spoken::Row {
                    id: node_of(number),
                    table: list.area.id,
                    name: &name,
                    more: "",
                    selected: focused == Some(number),
                    place: cells.index(),
                    focusable: false,
                    across,
                };
                let whole = row_ui(&mut cells, cx, seen, columns, spoken);
                let drawn = cells.response();
                if list.row == Some(number) {
                    grid::row_seen(&list.area, drawn.rect);
                }
                let response = whole.map_or_else(|| drawn.clone(), |whole| whole | drawn.clone());
                if response.clicked() {
                    list.area.request_focus();
                    ask(cx, TrafficCommand::Focus(number));
                }
                let name = cx.texts.get("row-menu");
                row_menu::show(&response, &list.area, number, name, |ui| {
                    menu_ui(ui, cx, seen)
                });
            });
        });
}

/// What can be done with an exchange without opening it.
fn menu_ui(ui: &mut Ui, cx: &mut Context<'_>, seen: &Seen) {
    explain_ui(ui, cx, &seen.exchange);
    copy::pieces_ui(ui, cx, seen);
}

fn head_ui(mut row: TableRow<'_, '_>, cx: &Context<'_>, columns: Columns) {
    let t = cx.texts;
    let heads = [
        (t.get("history-time"), true),
        (t.get("field-connection"), columns.connections),
        (t.get("traffic-method"), true),
        (t.get("traffic-path"), true),
        (t.get("traffic-status"), true),
        (t.get("history-outcome"), true),
        (t.get("traffic-duration"), true),
        (t.get("traffic-attempt"), columns.wide),
        (t.get("traffic-size"), columns.wide),
        (t.get("traffic-request-id"), columns.wide),
    ];
    for (text, _) in heads.into_iter().filter(|(_, there)| *there) {
        row.col(|ui| {
            ui.label(theme::column_head(ui.ctx(), text));
        });
    }
}

/// The row as one thing, drawn cell by cell.
fn row_ui(
    cells: &mut TableRow<'_, '_>,
    cx: &Context<'_>,
    seen: &Seen,
    columns: Columns,
    spoken: spoken::Row<'_>,
) -> Option<egui::Response> {
    let p = cx.palette;
    let exchange = &seen.exchange;
    // A poll that brought nothing is there to be seen, and not to be looked at.
    let ink = match exchange.is_empty_poll() {
        true => p.dim,
        false => p.text,
    };
    let mut whole = None;
    cells.col(|ui| {
        whole = Some(spoken.show(ui));
        cx.time_cell(ui, exchange.started_at, ink);
    });
    if columns.connections {
        let name = words::connection(cx, &seen.connection);
        cells.col(|ui| label_ui(ui, name, p.dim));
    }
    cells.col(|ui| text_ui(ui, exchange.request.method, ink));
    cells.col(|ui| spaced_text_ui(ui, &exchange.request.target, ink));
    let status = exchange
        .status()
        .map_or_else(|| "–".to_owned(), |s| s.to_string());
    cells.col(|ui| text_ui(ui, &status, ink));
    cells.col(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        let (shape, color, text) = words::outcome(cx, exchange);
        dot(ui, shape, color);
        label_ui(ui, text, color);
    });
    cells.col(|ui| label_ui(ui, words::duration(cx.texts, exchange.timing.total), p.dim));
    if columns.wide {
        // The first one is nothing to speak of.
        let (attempt, ink) = match exchange.attempt {
            1 => ("1".to_owned(), p.faint),
            n => (n.to_string(), p.soon),
        };
        cells.col(|ui| label_ui(ui, attempt, ink));
        cells.col(|ui| label_ui(ui, bytes(size(exchange)), p.dim));
        let id = exchange.request_id().unwrap_or_default();
        cells.col(|ui| id_ui(ui, id, p.dim));
    }
    whole
}

/// Both bodies.
fn size(exchange: &Exchange) -> usize {
    let reply = exchange.reply.as_ref().map_or(0, |reply| reply.body.size);
    exchange.request.body.size + reply
}

fn label_ui(ui: &mut Ui, text: String, ink: Color32) {
    let text = RichText::new(text).color(ink);
    ui.add(Label::new(text).truncate().selectable(false));
}

/// All of a row in a line.
fn spoken_row(cx: &Context<'_>, seen: &Seen) -> String {
    let exchange = &seen.exchange;
    let (_, _, outcome) = words::outcome(cx, exchange);
    cx.texts.format(
        "traffic-row",
        &[
            ("n", exchange.number.into()),
            ("kind", cx.texts.get(words::kind(exchange.kind)).into()),
            ("outcome", outcome.into()),
            ("attempt", exchange.attempt.into()),
        ],
    )
}
