//! The drawer of the history: what was published from here, newest first, with a filter; the
//! details of one entry beside it. Asks for pages and entries and shows what has come.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Color32, Id, Label, Layout, RichText, ScrollArea, Sense, Ui, UiBuilder};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::config::Question;
use crate::session::{
    Command, ConnectionId, Entry, EntryPlace, EntryRow, HistoryCommand, KEPT_BODY_BYTES, Outcome,
    TrafficCommand,
};

use super::arranged::Sizes;
use super::card;
use super::context::{Context, bytes};
use super::empty::Empty;
use super::grid;
use super::list_keys::{self, List, Rows};
use super::pane::{Pane, Side};
use super::plot::Unit;
use super::regions::saw_right;
use super::row_menu;
use super::spoken::{self, Row as Spoken};
use super::table::{id_ui, preview, text_ui};
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, dot, fact, from_the_right, icon_button, menu_face, named, pill};

/// What the list is called among those that have the keyboard.
pub(super) const LIST: &str = "history";

/// Width of the details.
const DETAILS: std::ops::RangeInclusive<f32> = 280.0..=560.0;

/// Width of the filter.
const FILTER: f32 = 220.0;

/// Below this width there are no columns of connection and latency.
const WITH_ALL: f32 = 760.0;

/// What the drawer keeps.
#[derive(Default)]
pub(super) struct HistoryPane {
    filter: String,
    /// Asked to clear; asked back whether that is meant.
    clearing: bool,
}

impl HistoryPane {
    /// What goes on the line of the drawer's tabs.
    pub(super) fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let edit = egui::TextEdit::singleline(&mut self.filter)
            .desired_width(FILTER)
            .hint_text(theme::hint(t.get("history-filter-hint")));
        let response = ui.add(edit);
        let response = named(ui, response, egui::Role::TextInput, t.get("history-filter"));
        if response.changed() {
            ask(cx, HistoryCommand::Filter(self.filter.clone()));
        }
        from_the_right(ui, |ui| self.clear_ui(ui, cx));
    }

    /// Looks for what has this id.
    pub(super) fn seek(&mut self, cx: &mut Context<'_>, id: String) {
        self.filter.clone_from(&id);
        ask(cx, HistoryCommand::Filter(id));
    }

    fn clear_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        if self.clearing {
            if ui.button(t.get("cancel")).clicked() {
                self.clearing = false;
            }
            let face = RichText::new(t.get("history-clear-sure")).color(cx.palette.bad);
            if ui.button(face).clicked() {
                self.clearing = false;
                ask(cx, HistoryCommand::Clear);
            }
        } else {
            let history = cx.model.history();
            // A filter that nothing matches does not mean that there is nothing.
            let any = !history.rows().is_empty() || !history.filter().is_empty();
            let button = Button::new(t.get("history-clear"));
            if ui.add_enabled(any, button).clicked() {
                match cx.model.asks(Question::ClearHistory) {
                    true => self.clearing = true,
                    false => ask(cx, HistoryCommand::Clear),
                }
            }
        }
    }

    /// List and details.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, sizes: &mut Sizes) {
        let model = cx.model;
        let history = model.history();
        if !history.is_opened() {
            ask(cx, HistoryCommand::Open);
        }
        if history.focused().is_some() {
            let width = (ui.available_width() * 0.4).clamp(*DETAILS.start(), *DETAILS.end());
            let pane = Pane {
                id: "history-entry",
                name: cx.texts.get("pane-entry"),
                side: Side::Right,
                first: width,
                limits: DETAILS,
                frame: theme::panel_frame(ui.ctx()),
            };
            let panel = pane.show(ui, cx.texts, sizes, |ui, _| details_ui(ui, cx));
            saw_right(ui.ctx(), panel.response.rect);
        }
        notes_ui(ui, cx);
        if history.rows().is_empty() {
            empty_ui(ui, cx);
        } else {
            list_ui(ui, cx);
        }
    }
}

fn ask(cx: &mut Context<'_>, command: HistoryCommand) {
    cx.command(Command::History(command));
}

/// What is not as one might think.
fn notes_ui(ui: &mut Ui, cx: &Context<'_>) {
    let t = cx.texts;
    let history = cx.model.history();
    let mut notes = Vec::new();
    if history.skipped() > 0 {
        let n = [("n", history.skipped().into())];
        notes.push(t.format("history-skipped", &n));
    }
    if history.is_full() {
        let n = [("n", history.rows().len().into())];
        notes.push(t.format("history-full", &n));
    }
    for note in notes {
        ui.label(RichText::new(note).color(cx.palette.soon));
    }
}

fn empty_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let history = cx.model.history();
    let empty = match (history.is_reading(), history.filter().trim().is_empty()) {
        (true, _) => Empty::new(icons::WAITING, "history-reading"),
        (false, true) => Empty::new(icons::SEND, "history-none").next("history-none-next"),
        (false, false) => Empty::new(icons::FILTER, "history-not-found").action("history-show-all"),
    };
    if empty.ui(ui, cx) {
        ask(cx, HistoryCommand::Filter(String::new()));
    }
}

fn list_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let history = cx.model.history();
    let room = ui.available_rect_before_wrap();
    let rows = Rows {
        name: cx.texts.get("history-title"),
        room,
        count: history.rows().len(),
        at: &|place| history.rows().get(place).map(|row| row.place),
        head: cx.sizes.head,
        height: cx.sizes.list_row,
        menus: true,
        open: history.focused(),
    };
    let list = List::begin(ui, LIST, &rows);
    let builder = UiBuilder::new()
        .max_rect(room)
        .accessibility_parent(list.area.id);
    ui.scope_builder(builder, |ui| table_ui(ui, cx, &list));
    list.end(history.rows().len(), list.row.map(node_of));
    if let Some(place) = list.opens {
        ask(cx, HistoryCommand::Focus(place));
    }
}

/// The row of an entry in the tree of screen readers.
fn node_of(place: EntryPlace) -> Id {
    Id::unique(("history row", place))
}

fn table_ui(ui: &mut Ui, cx: &mut Context<'_>, list: &List<EntryPlace>) {
    let model = cx.model;
    let history = model.history();
    let rows = history.rows();
    let wide = ui.available_width() >= WITH_ALL;
    let across = ui.max_rect().x_range();
    let is_on = spoken::is_on(ui);
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    ui.visuals_mut().selection.bg_fill = cx.palette.selected;
    let time = cx.time_width();
    let text = |width: f32| Column::initial(width).range(40.0..=300.0).clip(true);
    let mut table = TableBuilder::new(ui)
        .id_salt(("history", wide, time as u32))
        .animate_scrolling(false)
        .auto_shrink(false)
        .min_scrolled_height(0.0)
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::initial(time).range(60.0..=240.0).clip(true));
    if wide {
        table = table.column(text(110.0));
    }
    table = table
        .column(text(100.0))
        .column(text(70.0))
        .column(text(96.0))
        .column(Column::initial(150.0).range(80.0..=260.0).clip(true));
    if wide {
        table = table
            .column(Column::exact(70.0).clip(true))
            .column(text(122.0));
    }
    if let Some(place) = list.go {
        table = table.scroll_to_row(place, None);
    }
    let mut last = 0;
    table
        .column(Column::remainder().at_least(60.0).clip(true))
        .header(cx.sizes.head, |row| head_row_ui(row, cx, wide))
        .body(|body| {
            // One more where there are older ones, so that they can be asked for.
            let count = rows.len() + usize::from(history.has_older());
            body.rows(cx.sizes.list_row, count, |mut cells| {
                last = last.max(cells.index());
                let Some(row) = rows.get(cells.index()) else {
                    cells.col(|ui| {
                        ui.label(theme::dim(ui.ctx(), "…"));
                    });
                    return;
                };
                cells.set_overline(true);
                cells.set_selected(history.focused() == Some(row.place));
                let (name, more) = match is_on {
                    true => spoken_row(cx, row),
                    false => Default::default(),
                };
                let spoken = Spoken {
                    id: node_of(row.place),
                    table: list.area.id,
                    name: &name,
                    more: &more,
                    selected: history.focused() == Some(row.place),
                    place: cells.index(),
                    focusable: false,
                    across,
                };
                row_ui(&mut cells, cx, row, wide, spoken, list);
            });
        });
    if last >= rows.len() && history.has_older() && !history.is_reading() {
        ask(cx, HistoryCommand::More);
    }
}

fn head_row_ui(mut row: TableRow<'_, '_>, cx: &Context<'_>, wide: bool) {
    let t = cx.texts;
    let heads = [
        (t.get("history-time"), true),
        (t.get("field-connection"), wide),
        (t.get("field-topic"), true),
        (t.get("column-tag"), true),
        (t.get("column-key"), true),
        (t.get("history-outcome"), true),
        (t.get("history-latency"), wide),
        (t.get("column-id"), wide),
        (t.get("column-body"), true),
    ];
    for (text, _) in heads.into_iter().filter(|(_, there)| *there) {
        row.col(|ui| {
            ui.label(theme::column_head(ui.ctx(), text));
        });
    }
}

/// A row in a line, and what became of it.
fn spoken_row(cx: &Context<'_>, row: &EntryRow) -> (String, String) {
    let t = cx.texts;
    let values = [
        ("topic", row.topic.as_str().into()),
        ("key", row.key.clone().unwrap_or_default().into()),
        ("at", cx.clock_time(row.at).into()),
    ];
    let (_, _, outcome) = outcome_of(cx, row);
    let id = row.outcome.message_id().unwrap_or_default();
    let more = format!("{outcome}{}{id}", t.get("name-separator"));
    (t.format("history-row", &values), more)
}

fn row_ui(
    cells: &mut TableRow<'_, '_>,
    cx: &mut Context<'_>,
    row: &EntryRow,
    wide: bool,
    spoken: Spoken<'_>,
    list: &List<EntryPlace>,
) {
    let p = cx.palette;
    let t = cx.texts;
    let mut whole = None;
    cells.col(|ui| {
        whole = Some(spoken.show(ui));
        cx.time_cell(ui, row.at, p.text);
    });
    if wide {
        let name = connection_of(cx, &row.connection, &row.connection_name);
        cells.col(|ui| {
            let name = RichText::new(name).color(p.dim);
            ui.add(Label::new(name).truncate().selectable(false));
        });
    }
    cells.col(|ui| text_ui(ui, row.topic.as_str(), p.text));
    cells.col(|ui| {
        if let Some(tag) = &row.tag {
            pill(ui, tag, p.tag, p.tag_bg);
        }
    });
    cells.col(|ui| text_ui(ui, row.key.as_deref().unwrap_or_default(), p.text));
    cells.col(|ui| outcome_ui(ui, cx, row));
    if wide {
        let latency = Unit::Millis.text(cx.texts, row.elapsed.as_secs_f64() * 1e3);
        cells.col(|ui| {
            ui.label(RichText::new(latency).color(p.dim));
        });
        let id = row.outcome.message_id().unwrap_or_default();
        cells.col(|ui| id_ui(ui, id, p.text));
    }
    cells.col(|ui| text_ui(ui, &preview(&row.body), p.dim));
    let cells = cells.response();
    let response = whole.map_or_else(|| cells.clone(), |whole| whole | cells.clone());
    if list.row == Some(row.place) {
        grid::row_seen(&list.area, cells.rect);
    }
    if response.clicked() {
        list.area.request_focus();
        ask(cx, HistoryCommand::Focus(row.place));
    }
    row_menu::show(&response, &list.area, row.place, t.get("row-menu"), |ui| {
        if ui.button(t.get("send-again")).clicked() {
            ask(cx, HistoryCommand::SendAgain(row.place));
            ui.close();
        }
        if let Some(id) = row.outcome.message_id()
            && ui.button(t.get("copy-id")).clicked()
        {
            ui.ctx().copy_text(id.to_owned());
            ui.close();
        }
    });
}

/// What the connection of an entry is called.
fn connection_of(cx: &Context<'_>, id: &ConnectionId, name: &str) -> String {
    match id {
        ConnectionId::Sandbox => cx.texts.get("sandbox-name").to_owned(),
        ConnectionId::Profile(_) => name.to_owned(),
    }
}

/// Shape and colour of an outcome, and the word for it.
fn outcome_look(cx: &Context<'_>, outcome: &Outcome) -> (Dot, Color32, String) {
    let (t, p) = (cx.texts, cx.palette);
    match outcome {
        Outcome::Stored { .. } => (Dot::Tick, p.ok, t.get("outcome-stored").to_owned()),
        Outcome::Refused { code, .. } => (Dot::Cross, p.bad, code.clone()),
        Outcome::Failed { .. } => (Dot::Cross, p.bad, t.get("outcome-failed").to_owned()),
        Outcome::Unknown { .. } => (Dot::Half, p.soon, t.get("outcome-unknown").to_owned()),
    }
}

/// The same of a row, which may stand for many messages.
fn outcome_of(cx: &Context<'_>, row: &EntryRow) -> (Dot, Color32, String) {
    let (t, p) = (cx.texts, cx.palette);
    let Some(run) = row.run else {
        return outcome_look(cx, &row.outcome);
    };
    let values = [("stored", run.stored.into()), ("all", run.all().into())];
    let text = t.format("outcome-run", &values);
    match (run.failed, run.unknown) {
        (0, 0) => (Dot::Tick, p.ok, text),
        (0, _) => (Dot::Half, p.soon, text),
        _ => (Dot::Cross, p.bad, text),
    }
}

fn outcome_ui(ui: &mut Ui, cx: &Context<'_>, row: &EntryRow) {
    ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
    let (shape, color, text) = outcome_of(cx, row);
    dot(ui, shape, color);
    let text = RichText::new(text).color(color);
    ui.add(Label::new(text).truncate().selectable(false));
}

fn details_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let history = cx.model.history();
    let Some(place) = history.focused() else {
        return;
    };
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            let escape = list_keys::closes(ui);
            if icon_button(ui, icons::CLOSE, t.get("history-close")).clicked() || escape {
                ask(cx, HistoryCommand::Unfocus);
                list_keys::enter_if_lost(ui, LIST);
            }
            if let Some(entry) = history.entry() {
                copy_ui(ui, cx, entry);
                exchange_ui(ui, cx, entry);
                let button = Button::new(theme::strong(t.get("send-again")));
                if ui.add(button).clicked() {
                    ask(cx, HistoryCommand::SendAgain(place));
                }
            }
        });
    });
    match history.entry() {
        Some(entry) => {
            // On a line of its own: the buttons leave it no room in a narrow drawer.
            ui.horizontal(|ui| {
                let (shape, color, word) = outcome_look(cx, &entry.outcome);
                dot(ui, shape, color);
                ui.add(Label::new(theme::strong(word).color(color)).truncate());
            });
            ScrollArea::both()
                .id_salt("history entry")
                .auto_shrink(false)
                .show(ui, |ui| entry_ui(ui, cx, entry));
        }
        None => {
            let text = match history.is_gone() {
                true => t.get("history-gone"),
                false => t.get("history-reading"),
            };
            ui.label(theme::dim(ui.ctx(), text));
        }
    }
}

/// From an entry to what went over the wire for it, while that is kept.
fn exchange_ui(ui: &mut Ui, cx: &mut Context<'_>, entry: &Entry) {
    let id = entry.request_id.as_deref();
    let traffic = cx.model.traffic();
    let found = traffic.publish_of(&entry.connection, id, entry.at, entry.elapsed());
    if let Some(number) = found
        && ui.button(cx.texts.get("traffic-of")).clicked()
    {
        cx.command(Command::Traffic(TrafficCommand::Show(number)));
    }
}

fn copy_ui(ui: &mut Ui, cx: &Context<'_>, entry: &Entry) {
    let t = cx.texts;
    let name = t.get("viewer-copy");
    let button = menu_face(name);
    let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
        spoken::name_place(ui, name);
        ui.spacing_mut().item_spacing.y = 0.0;
        let body = entry.too_large.is_none().then_some(&*entry.message.body);
        for (name, text) in [
            (t.get("copy-body"), body),
            (t.get("copy-request-id"), entry.request_id.as_deref()),
            (t.get("copy-id"), entry.message_id()),
            (t.get("viewer-copy-key"), entry.message.key.as_deref()),
        ] {
            if let Some(text) = text
                && ui.button(name).clicked()
            {
                ui.ctx().copy_text(text.to_owned());
                ui.close();
            }
        }
    });
    named(ui, response, egui::Role::Button, name);
}

fn entry_ui(ui: &mut Ui, cx: &Context<'_>, entry: &Entry) {
    let (t, p) = (cx.texts, cx.palette);
    ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
    ui.spacing_mut().interact_size.y = theme::BODY_LINE;
    let (_, color, _) = outcome_look(cx, &entry.outcome);
    if let Some(run) = entry.run {
        let values = [
            ("stored", run.stored.into()),
            ("failed", run.failed.into()),
            ("unknown", run.unknown.into()),
        ];
        ui.label(t.format("history-run", &values));
    }
    let card = entry.card();
    if let Some(card) = &card {
        card::failed_ui(ui, cx, card);
    }
    if let Some(why) = entry.outcome.why() {
        // Where there is a card, these are only the words that one looks up.
        let ink = if card.is_some() { p.dim } else { color };
        ui.add(Label::new(theme::code(why).color(ink)).wrap());
    }
    if matches!(entry.outcome, Outcome::Unknown { .. }) && card.is_none() {
        let next = theme::dim(ui.ctx(), t.get("outcome-unknown-next"));
        ui.add(Label::new(next).wrap());
    }
    let message = &entry.message;
    let half = message.check_after_secs.map(|secs| format!("{secs} s"));
    let facts = [
        (t.get("history-time"), Some(entry.at.to_string())),
        (
            t.get("field-connection"),
            Some(connection_of(cx, &entry.connection, &entry.connection_name)),
        ),
        (t.get("field-topic"), Some(entry.topic.to_string())),
        (t.get("fact-id"), entry.message_id().map(str::to_owned)),
        (t.get("fact-request"), entry.request_id.clone()),
        (
            t.get("history-latency"),
            Some(Unit::Millis.text(t, entry.elapsed_millis as f64)),
        ),
        (t.get("fact-tag"), message.tag.clone()),
        (t.get("field-key"), message.key.clone()),
        (t.get("field-sharding-key"), message.sharding_key.clone()),
        (
            t.get("deliver-at-name"),
            message.deliver_at.map(|at| cx.clock_time(at)),
        ),
        (t.get("field-half"), half),
    ];
    for (name, value) in facts {
        if let Some(value) = value {
            fact(ui, name, &value, p);
        }
    }
    for (key, value) in &message.properties {
        fact(ui, key, value, p);
    }
    ui.add_space(theme::GAP);
    ui.label(theme::label(ui.ctx(), t.get("field-body")));
    if let Some(size) = entry.too_large {
        let values = [
            ("size", bytes(size).into()),
            ("max", bytes(KEPT_BODY_BYTES).into()),
        ];
        let text = t.format("history-too-large", &values);
        ui.add(Label::new(theme::inked(text, p.soon)).wrap());
    }
    body_ui(ui, cx, &message.body);
}

/// Lines that are shown; the form and the clipboard get all of them.
const LINES: usize = 400;

/// Characters of one line, beyond which a line costs more than it tells.
const LINE_CHARS: usize = 2_000;

fn body_ui(ui: &mut Ui, cx: &Context<'_>, body: &str) {
    let mut cut = body.lines().nth(LINES).is_some();
    for line in body.lines().take(LINES) {
        let end = line.char_indices().nth(LINE_CHARS).map(|(end, _)| end);
        cut |= end.is_some();
        let shown = &line[..end.unwrap_or(line.len())];
        ui.add(Label::new(theme::code(shown)).extend());
    }
    if cut {
        let text = cx.texts.get("history-body-cut");
        ui.label(RichText::new(text).color(cx.palette.soon));
    }
}
