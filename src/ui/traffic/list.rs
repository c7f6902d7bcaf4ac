//! The list of exchanges: a row each, newest first, only those in sight drawn.

use egui::{Align, Color32, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::session::{Exchange, Seen, TrafficCommand};

use super::super::actions::Action;
use super::super::context::{Context, bytes, short_id};
use super::super::spoken;
use super::super::table::{spaced_text_ui, text_ui};
use super::super::theme;
use super::super::widgets::dot;
use super::{ask, words};

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
    keyboard_ui(ui, cx);
    let name = cx.texts.get("traffic-title");
    spoken::place(ui, egui::Role::Table, name, |ui| table_ui(ui, cx, columns));
}

fn table_ui(ui: &mut Ui, cx: &mut Context<'_>, columns: Columns) {
    let traffic = cx.model.traffic();
    let (node, across) = (ui.unique_id(), ui.max_rect().x_range());
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
                    id: egui::Id::unique(("exchange", number)),
                    table: node,
                    name: &name,
                    more: "",
                    selected: focused == Some(number),
                    place: cells.index(),
                    focusable: true,
                    across,
                };
                let whole = row_ui(&mut cells, cx, seen, columns, spoken);
                if cells.response().clicked() || whole.is_some_and(|whole| whole.clicked()) {
                    ask(cx, TrafficCommand::Focus(number));
                }
            });
        });
}

/// Up and down from the one that is looked at, while nothing is typed into; elsewhere the keys
/// belong to the live table.
fn keyboard_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let traffic = cx.model.traffic();
    let Some(focused) = traffic.focused().map(|seen| seen.exchange.number) else {
        return;
    };
    let room = ui.available_rect_before_wrap();
    if ui.memory(|memory| memory.focused().is_some()) || !ui.rect_contains_pointer(room) {
        return;
    }
    let (down, up) = (Action::ListNext.taken(ui), Action::ListPrevious.taken(ui));
    let step: isize = match (down, up) {
        (true, false) => 1,
        (false, true) => -1,
        _ => return,
    };
    let place = (0..traffic.shown()).find(|&place| {
        traffic
            .from_newest(place)
            .is_some_and(|seen| seen.exchange.number == focused)
    });
    let next = place.and_then(|place| place.checked_add_signed(step));
    if let Some(seen) = next.and_then(|place| traffic.from_newest(place)) {
        ask(cx, TrafficCommand::Focus(seen.exchange.number));
    }
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
    cells.col(|ui| label_ui(ui, words::duration(exchange.timing.total), p.dim));
    if columns.wide {
        // The first one is nothing to speak of.
        let (attempt, ink) = match exchange.attempt {
            1 => ("1".to_owned(), p.faint),
            n => (n.to_string(), p.soon),
        };
        cells.col(|ui| label_ui(ui, attempt, ink));
        cells.col(|ui| label_ui(ui, bytes(size(exchange)), p.dim));
        let id = exchange.request_id().unwrap_or_default();
        cells.col(|ui| text_ui(ui, &short_id(id), p.dim));
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
