//! The menu of the columns of the live table: which there are, in which order and how wide. Each with
//! its name, first those that are shown, as they stand. Asks for changes; keeps nothing.

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::{DragValue, Id, PopupCloseBehavior, Ui, UiBuilder};

use crate::session::{
    Column, ColumnSetting, SavedTable, Subscription, SubscriptionId, TableCommand, cells,
};

use super::column_heads::{column_spoken, drawn, left_out, told_place};
use super::columns::{limits, moved, sized};
use super::context::Context;
use super::theme;
use super::theme::icons;
use super::toolbar::table;
use super::widgets::{
    check_box, from_the_right, icon_button, link_button, menu_face, named, named_choice,
};

/// Width of the menu.
const WIDTH: f32 = 300.0;

/// Columns that every table has.
const ALL: [Column; 11] = [
    Column::State,
    Column::Returns,
    Column::Id,
    Column::Tag,
    Column::Key,
    Column::Size,
    Column::Times,
    Column::Age,
    Column::Published,
    Column::ShardingKey,
    Column::Body,
];

/// The button with its menu.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let out = left_out(ui, view.id);
    let name = name(cx, view, out.len());
    let button = menu_face(name.as_str());
    let config = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let (response, _) = MenuButton::from_button(button).config(config).ui(ui, |ui| {
        super::spoken::name_place(ui, t.get("table-columns"));
        ui.set_width(WIDTH);
        let columns = view.table.columns();
        let mut next = None;
        for setting in columns {
            line_ui(ui, view, &setting.column, |ui| {
                next = next
                    .take()
                    .or(shown_ui(ui, cx, view.id, columns, setting, &out));
            });
        }
        ui.separator();
        for column in hidden(view) {
            line_ui(ui, view, &column, |ui| {
                if choice_ui(ui, cx, &column, false) {
                    next = Some(with(columns, column.clone()));
                }
            });
        }
        ui.separator();
        if link_button(ui, t.get("columns-reset"), cx.palette).clicked() {
            let first = match view.file {
                Some(_) => SavedTable::of_file(),
                None => SavedTable::default(),
            };
            next = Some(first.columns);
        }
        if let Some(columns) = next.filter(|columns| !columns.is_empty()) {
            table(cx, view, TableCommand::SetColumns(columns));
        }
    });
    let response = named(ui, response, egui::Role::Button, &name);
    if !out.is_empty() {
        let names: Vec<String> = out.iter().map(|one| column_spoken(t, one)).collect();
        let values = [("columns", names.join(t.get("name-separator")).into())];
        let why = t.format("columns-no-room", &values);
        super::spoken::tell(&response, |node| node.set_description(why.as_str()));
        response.on_hover_text(why);
    }
}

/// What the button is called: where some columns have no room, it says how many are shown.
fn name(cx: &Context<'_>, view: &Subscription, out: usize) -> String {
    let all = view.table.columns().len();
    if out == 0 {
        return cx.texts.get("table-columns").to_owned();
    }
    let values = [
        ("shown", all.saturating_sub(out).into()),
        ("all", all.into()),
    ];
    cx.texts.format("table-columns-of", &values)
}

/// What belongs to one column, by the column and not by its place: it keeps the keyboard when it is
/// moved.
fn line_ui(ui: &mut Ui, view: &Subscription, column: &Column, add: impl FnOnce(&mut Ui)) {
    let id = Id::unique(("line of a column", view.id, column));
    ui.scope_builder(UiBuilder::new().scope_id(id), add);
}

/// Columns that are not shown: those that every table has, and the properties that rows have.
fn hidden(view: &Subscription) -> Vec<Column> {
    let mut offered = ALL.to_vec();
    let newest = view.rows.from_newest(0);
    let of_rows = newest.into_iter().flat_map(cells::properties);
    offered.extend(of_rows.map(|(name, _)| Column::Property(name.to_owned())));
    let columns = view.table.columns();
    offered.retain(|column| columns.iter().all(|one| one.column != *column));
    offered
}

/// The columns with one more.
fn with(columns: &[ColumnSetting], column: Column) -> Vec<ColumnSetting> {
    let mut columns = columns.to_vec();
    // The body takes the room that is left, so it stays the last.
    let body = columns.iter().position(|one| one.column == Column::Body);
    let width = None;
    columns.insert(
        body.unwrap_or(columns.len()),
        ColumnSetting { column, width },
    );
    columns
}

/// Whether a column is shown; whether somebody has just changed that.
fn choice_ui(ui: &mut Ui, cx: &Context<'_>, column: &Column, shown: bool) -> bool {
    let mut on = shown;
    // In words: there is room for them.
    let name = column_spoken(cx.texts, column);
    let response = ui.add(check_box(&mut on, name.as_str()));
    named_choice(ui, response, egui::Role::CheckBox, on, &name).changed()
}

/// A column that is shown; what the columns are to be, if it was changed.
fn shown_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: SubscriptionId,
    columns: &[ColumnSetting],
    setting: &ColumnSetting,
    out: &[Column],
) -> Option<Vec<ColumnSetting>> {
    let (t, column) = (cx.texts, &setting.column);
    let called = [("column", column_spoken(t, column).into())];
    let mut next = None;
    ui.horizontal(|ui| {
        if choice_ui(ui, cx, column, true) {
            let mut columns = columns.to_vec();
            columns.retain(|one| one.column != *column);
            next = Some(columns);
        }
        from_the_right(ui, |ui| {
            for (icon, key, by) in [
                (icons::MOVE_DOWN, "column-move-right", 1),
                (icons::MOVE_UP, "column-move-left", -1),
            ] {
                let after = moved(columns, column, by);
                let can = after != columns;
                let name = t.format(key, &called);
                let button = ui.add_enabled_ui(can, |ui| icon_button(ui, icon, &name));
                if button.inner.clicked() {
                    cx.command(told_place(t, &after, column));
                    next = Some(after);
                }
            }
            if out.contains(column) {
                ui.add_space(theme::GAP);
                let text = theme::dim(ui.ctx(), t.get("column-no-room"));
                ui.label(text.font(theme::small()));
            } else if let Some(limits) = limits(column) {
                ui.add_space(theme::GAP);
                let drawn = drawn(ui, view, column).or(setting.width);
                let mut width = drawn.unwrap_or(*limits.start()).round();
                let field = ui.add(DragValue::new(&mut width).range(limits).max_decimals(0));
                let name = t.format("column-width", &called);
                let field = named(ui, field, egui::Role::SpinButton, &name);
                if field.changed() {
                    next = Some(sized(columns, column, Some(width)));
                }
            }
        });
    });
    next
}
