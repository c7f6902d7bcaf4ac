//! The heads of the columns of the live table, by which it is sorted, and by which columns are moved
//! and made wider, by the pointer or by keys while a head has the keyboard. What stands below the
//! heads is `table.rs`, the menu of all columns `column_menu.rs`. Asks for changes; keeps nothing.

use egui::accesskit::{self, Orientation};
use egui::{CursorIcon, Id, Label, Rect, Response, Role, Sense, Stroke, Ui, UiBuilder};

use crate::i18n::{Say, Texts};
use crate::session::{
    Column, ColumnSetting, Command, Sort, Subscription, SubscriptionId, TableCommand,
};

use super::actions::Action;
use super::columns::{limits, put, sized, stepped};
use super::theme::icons;
use super::widgets::{from_the_right, named};
use super::{spoken, theme};

/// How much wider a column becomes by a key.
const STEP: f32 = 16.0;

/// Where the edge of a column can be taken hold of, at the end of its head.
const GRAB: f32 = 6.0;

/// Whether what stands in a column is a number, at the right.
pub(super) fn is_number(column: &Column) -> bool {
    matches!(column, Column::Times | Column::Age | Column::Size)
}

/// What a column is called.
fn column_name(t: &Texts, column: &Column) -> String {
    let name = match column {
        Column::State => t.get("column-state"),
        Column::Returns => t.get("column-returns"),
        Column::Id => t.get("column-id"),
        Column::Tag => t.get("column-tag"),
        Column::Key => t.get("column-key"),
        Column::Size => t.get("column-size"),
        Column::Times => t.get("column-times"),
        Column::Age => t.get("column-age"),
        Column::Published => t.get("column-published"),
        Column::ShardingKey => t.get("field-sharding-key"),
        Column::Body => t.get("column-body"),
        Column::Property(name) => return name.clone(),
    };
    name.to_owned()
}

/// The same for those who hear it: a sign is no name.
pub(super) fn column_spoken(t: &Texts, column: &Column) -> String {
    match column {
        Column::Times => t.get("column-times-name").to_owned(),
        _ => column_name(t, column),
    }
}

/// Tells where a column stands now.
pub(super) fn told_place(t: &Texts, columns: &[ColumnSetting], column: &Column) -> Command {
    let place = columns.iter().position(|one| one.column == *column);
    Command::Announce(
        Say::new("announce-column-moved")
            .with("column", column_spoken(t, column))
            .with("place", place.unwrap_or_default() + 1)
            .with("count", columns.len()),
    )
}

/// Tells how wide a column is now.
fn told_width(t: &Texts, columns: &[ColumnSetting], column: &Column) -> Command {
    let setting = columns.iter().find(|one| one.column == *column);
    let name = column_spoken(t, column);
    Command::Announce(match setting.and_then(|one| one.width) {
        Some(width) => Say::new("announce-column-width")
            .with("column", name)
            .with("width", width),
        None => Say::new("announce-column-rest").with("column", name),
    })
}

fn width_id(view: SubscriptionId, column: &Column) -> Id {
    Id::unique(("column width", view, column))
}

/// How wide a column was drawn last.
pub(super) fn drawn(ui: &Ui, view: SubscriptionId, column: &Column) -> Option<f32> {
    ui.data(|data| data.get_temp(width_id(view, column)))
}

fn left_out_id(view: SubscriptionId) -> Id {
    Id::unique(("columns left out", view))
}

/// Columns that had no room when the table was last drawn.
pub(super) fn left_out(ui: &Ui, view: SubscriptionId) -> Vec<Column> {
    ui.data(|data| data.get_temp(left_out_id(view)).unwrap_or_default())
}

/// Keeps which ones have none now.
pub(super) fn keep_left_out(
    ui: &Ui,
    view: SubscriptionId,
    all: &[ColumnSetting],
    fitting: &[ColumnSetting],
) {
    let out = all.iter().filter(|one| !fitting.contains(one));
    let out: Vec<Column> = out.map(|one| one.column.clone()).collect();
    if out != left_out(ui, view) {
        ui.data_mut(|data| data.insert_temp(left_out_id(view), out));
        // What tells of them was drawn before.
        ui.ctx().request_repaint();
    }
}

/// A head that is dragged to another place.
struct Dragged(SubscriptionId, Column);

/// The head of one column.
pub(super) struct Head<'a> {
    pub(super) t: &'static Texts,
    pub(super) view: &'a Subscription,
    /// Those that have room.
    pub(super) shown: &'a [ColumnSetting],
    pub(super) setting: &'a ColumnSetting,
}

impl Head<'_> {
    /// Draws it into its cell; what is asked of the table by it.
    pub(super) fn ui(&self, ui: &mut Ui, asked: &mut Vec<Command>) {
        let cell = ui.max_rect();
        // By the column and not by its place: it keeps the keyboard when it is moved.
        let id = Id::unique(("column head", self.view.id, &self.setting.column));
        let builder = UiBuilder::new().scope_id(id);
        let head = ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.spacing_mut().interact_size.y = theme::sizes(ui.ctx()).row_control;
            ui.spacing_mut().button_padding.y = 0.0;
            ui.add_space(theme::GAP);
            match is_number(&self.setting.column) {
                true => from_the_right(ui, |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    ui.add_space(theme::GAP_SMALL);
                    self.name_ui(ui, asked)
                }),
                false => self.name_ui(ui, asked),
            }
        });
        ui.data_mut(|data| {
            data.insert_temp(width_id(self.view.id, &self.setting.column), cell.width());
        });
        self.keys_ui(ui, &head.inner, cell, asked);
        head.inner
            .dnd_set_drag_payload(Dragged(self.view.id, self.setting.column.clone()));
        self.drop_ui(ui, id.with("drop"), cell, asked);
        self.edge_ui(ui, id.with("edge"), cell, asked);
    }

    fn set(&self, columns: Vec<ColumnSetting>, asked: &mut Vec<Command>) {
        if columns != self.view.table.columns() {
            let command = TableCommand::SetColumns(columns);
            asked.push(Command::Table(self.view.id, command));
        }
    }

    /// The name; a click sorts by the column, another one turns the order round, a third one goes
    /// back to the newest first.
    fn name_ui(&self, ui: &mut Ui, asked: &mut Vec<Command>) -> Response {
        let (t, column) = (self.t, &self.setting.column);
        let sort = self.view.table.arrangement().sort();
        let sorted = sort.column.as_ref() == Some(column);
        let text = theme::column_head(ui.ctx(), column_name(t, column));
        let spoken_name = column_spoken(t, column);
        let (mark, key) = match sort.descending {
            false => (icons::ASCENDING, "sorted-up"),
            true => (icons::DESCENDING, "sorted-down"),
        };
        let (response, spoken) = if sorted {
            let spoken = t.format(key, &[("column", spoken_name.into())]);
            let ink = theme::palette(ui.ctx()).accent;
            let face = egui::WidgetAtom::new((text, mark.small_colored(ink)))
                .gap(theme::GAP_SMALL)
                .wrap_mode(egui::TextWrapMode::Truncate)
                .sense(Sense::click_and_drag());
            (face.show(ui).response, spoken)
        } else {
            let label = Label::new(text).selectable(false).truncate();
            (ui.add(label.sense(Sense::click_and_drag())), spoken_name)
        };
        let response = response.on_hover_ui(|ui| {
            let keys = |one: Action, other: Action| {
                let both = [one, other].map(|action| action.shortcut(ui.ctx(), t));
                both.map(Option::unwrap_or_default).join(" ")
            };
            let values = [
                ("column", spoken.as_str().into()),
                (
                    "moves",
                    keys(Action::ColumnLeft, Action::ColumnRight).into(),
                ),
                (
                    "sizes",
                    keys(Action::ColumnNarrower, Action::ColumnWider).into(),
                ),
            ];
            ui.label(t.format("column-head-hint", &values));
        });
        let response = named(ui, response, Role::ColumnHeader, &spoken);
        let columns = self.view.table.columns();
        let place = columns.iter().position(|one| one.column == *column);
        spoken::tell(&response, |node| {
            node.set_column_index(place.unwrap_or_default());
        });
        if response.clicked() {
            let next = match (sorted, sort.descending) {
                (true, true) => Sort::default(),
                (was, _) => Sort {
                    column: Some(column.clone()),
                    descending: was,
                },
            };
            asked.push(Command::Table(self.view.id, TableCommand::SortBy(next)));
        }
        response
    }

    /// What the keys mean while the head has the keyboard.
    fn keys_ui(&self, ui: &Ui, head: &Response, cell: Rect, asked: &mut Vec<Command>) {
        if !head.has_focus() {
            return;
        }
        let (columns, column) = (self.view.table.columns(), &self.setting.column);
        for (action, by) in [(Action::ColumnLeft, -1), (Action::ColumnRight, 1)] {
            if action.taken(ui) {
                let columns = stepped(columns, self.shown, column, by);
                asked.push(told_place(self.t, &columns, column));
                self.set(columns, asked);
            }
        }
        for (action, by) in [(Action::ColumnNarrower, -STEP), (Action::ColumnWider, STEP)] {
            if action.taken(ui) {
                let columns = sized(columns, column, Some(cell.width() + by));
                asked.push(told_width(self.t, &columns, column));
                self.set(columns, asked);
            }
        }
    }

    /// Where another head is let go: before this one, or after it.
    fn drop_ui(&self, ui: &Ui, id: Id, cell: Rect, asked: &mut Vec<Command>) {
        let room = ui.interact(cell, id, Sense::hover());
        let over = room.dnd_hover_payload::<Dragged>();
        let Some(dragged) = over.filter(|dragged| dragged.0 == self.view.id) else {
            return;
        };
        let Some(pointer) = ui.ctx().pointer_latest_pos() else {
            return;
        };
        ui.set_cursor_icon(CursorIcon::Grabbing);
        let after = pointer.x > cell.center().x;
        let x = if after { cell.right() } else { cell.left() };
        let line = Stroke::new(2.0, theme::palette(ui.ctx()).accent);
        ui.painter().vline(x, cell.y_range(), line);
        if room.dnd_release_payload::<Dragged>().is_none() {
            return;
        }
        let columns = self.view.table.columns();
        let place = |column: &Column| columns.iter().position(|one| one.column == *column);
        if let (Some(from), Some(here)) = (place(&dragged.1), place(&self.setting.column)) {
            // It leaves its own place first.
            let to = here + usize::from(after) - usize::from(from < here + usize::from(after));
            let columns = put(columns, &dragged.1, to);
            asked.push(told_place(self.t, &columns, &dragged.1));
            self.set(columns, asked);
        }
    }

    /// The edge that makes the column wider; a double click gives back the width that it had.
    fn edge_ui(&self, ui: &Ui, id: Id, cell: Rect, asked: &mut Vec<Command>) {
        let column = &self.setting.column;
        let Some(limits) = limits(column) else { return };
        let rect = cell.with_min_x(cell.right() - GRAB);
        // Keys make it wider from the head, so that Tab has fewer places to stop at.
        let edge = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        let values = [("column", column_spoken(self.t, column).into())];
        let name = self.t.format("column-width", &values);
        let edge = named(ui, edge, Role::Splitter, &name);
        spoken::tell(&edge, |node| {
            node.set_orientation(Orientation::Vertical);
            node.set_min_numeric_value((*limits.start()).into());
            node.set_max_numeric_value((*limits.end()).into());
            node.set_numeric_value(cell.width().into());
            node.set_numeric_value_step(STEP.into());
            node.add_action(accesskit::Action::Increment);
            node.add_action(accesskit::Action::Decrement);
        });
        let p = theme::palette(ui.ctx());
        let lively = edge.hovered() || edge.dragged();
        if lively {
            ui.set_cursor_icon(CursorIcon::ResizeColumn);
        }
        // Numbers end where the edge is, so it shows only to who looks for it.
        if lively || ui.rect_contains_pointer(cell) {
            let ink = if lively { p.accent } else { p.faint };
            let line = cell.shrink2(egui::vec2(0.0, theme::GAP));
            ui.painter().vline(
                line.right() - theme::HAIRLINE,
                line.y_range(),
                Stroke::new(theme::HAIRLINE, ink),
            );
        }
        let steps = ui.input(|input| {
            let count = |action| input.num_accesskit_action_requests(id, action) as f32;
            count(accesskit::Action::Increment) - count(accesskit::Action::Decrement)
        });
        let pointer = edge.interact_pointer_pos().filter(|_| edge.dragged());
        let columns = self.view.table.columns();
        if edge.double_clicked() {
            self.set(sized(columns, column, None), asked);
        } else if let Some(pointer) = pointer {
            let width = pointer.x + GRAB / 2.0 - cell.left();
            self.set(sized(columns, column, Some(width)), asked);
        } else if steps != 0.0 {
            let width = cell.width() + steps * STEP;
            self.set(sized(columns, column, Some(width)), asked);
        }
    }
}
