//! The columns of the live table: how wide each one is, and their heads, by which it is sorted, moved
//! and made wider, by the pointer or by keys while a head has the keyboard. What stands below the
//! heads is `table.rs`, the menu of all columns `column_menu.rs`. Asks for changes; keeps nothing.

use std::ops::RangeInclusive;

use egui::accesskit::{self, Orientation};
use egui::{CursorIcon, Id, Label, Rect, Response, Role, Sense, Stroke, Ui, UiBuilder};
use egui_extras::Column as Width;

use crate::i18n::Texts;
use crate::session::{
    Column, ColumnSetting, Command, Sort, Subscription, SubscriptionId, TableCommand,
};

use super::actions::Action;
use super::theme::icons;
use super::widgets::{from_the_right, named};
use super::{spoken, theme};

/// Widest that somebody can make a column.
const WIDEST: f32 = 800.0;

/// How much wider a column becomes by a key.
pub(super) const STEP: f32 = 16.0;

/// Where the edge of a column can be taken hold of, at the end of its head.
const GRAB: f32 = 6.0;

/// How wide a column is where nobody has chosen.
#[derive(Clone, Copy)]
enum Extent {
    Exact(f32),
    /// At the least, and at first where there is room.
    Elastic(f32, f32),
    /// What the others leave: the least of it, and before the others have what they would at first.
    Rest(f32, f32),
}

impl Extent {
    fn of(column: &Column) -> Self {
        match column {
            Column::State => Self::Elastic(60.0, 104.0),
            Column::Returns => Self::Elastic(100.0, 140.0),
            Column::Id => Self::Elastic(80.0, 106.0),
            Column::Tag => Self::Elastic(56.0, 72.0),
            Column::Key | Column::ShardingKey | Column::Property(_) => Self::Elastic(56.0, 94.0),
            Column::Times => Self::Exact(36.0),
            Column::Size | Column::Age => Self::Exact(64.0),
            Column::Published => Self::Elastic(60.0, 96.0),
            Column::Body => Self::Rest(60.0, 138.0),
        }
    }

    fn least(self) -> f32 {
        match self {
            Self::Exact(least) | Self::Elastic(least, _) | Self::Rest(least, _) => least,
        }
    }
}

/// How wide a column can be made; nothing if it takes what the others leave.
pub(super) fn limits(column: &Column) -> Option<RangeInclusive<f32>> {
    match Extent::of(column) {
        Extent::Rest(..) => None,
        extent => Some(extent.least()..=WIDEST),
    }
}

/// What somebody chose, as far as that can be.
fn chosen(setting: &ColumnSetting) -> Option<f32> {
    let limits = limits(&setting.column)?;
    let width = setting.width?;
    Some(width.clamp(*limits.start(), *limits.end()))
}

/// How much of what columns would have above their least fits into the room, so that the last one is
/// never pushed out of sight: what somebody chose comes before what the others have at first.
pub(super) struct Widths {
    of_chosen: f32,
    of_others: f32,
}

impl Widths {
    /// For these columns in a room of this width.
    pub(super) fn new(columns: &[ColumnSetting], room: f32) -> Self {
        let (mut least, mut by_choice, mut by_itself) = (0.0, 0.0, 0.0);
        for setting in columns {
            let extent = Extent::of(&setting.column);
            least += extent.least();
            match (chosen(setting), extent) {
                (Some(width), _) => by_choice += width - extent.least(),
                (None, Extent::Exact(_)) => {}
                (None, Extent::Elastic(small, first) | Extent::Rest(small, first)) => {
                    by_itself += first - small;
                }
            }
        }
        let part = |free: f32, wished: f32| match wished > 0.0 {
            true => (free / wished).clamp(0.0, 1.0),
            false => 1.0,
        };
        Self {
            of_chosen: part(room - least, by_choice),
            of_others: part(room - least - by_choice, by_itself),
        }
    }

    /// Whether the columns have less than they would at first.
    pub(super) fn are_short(&self) -> bool {
        self.of_others < 1.0
    }

    /// The width of a column.
    pub(super) fn of(&self, setting: &ColumnSetting) -> Width {
        let extent = Extent::of(&setting.column);
        if let Some(width) = chosen(setting) {
            return Width::exact(egui::lerp(extent.least()..=width, self.of_chosen)).clip(true);
        }
        match extent {
            Extent::Exact(width) => Width::exact(width),
            Extent::Elastic(least, first) => {
                Width::exact(egui::lerp(least..=first, self.of_others)).clip(true)
            }
            Extent::Rest(least, _) => Width::remainder().at_least(least).clip(true),
        }
    }
}

/// The columns with this one so many places further to the right, as far as there are.
pub(super) fn moved(columns: &[ColumnSetting], column: &Column, by: isize) -> Vec<ColumnSetting> {
    let place = columns.iter().position(|one| one.column == *column);
    let to = place.and_then(|place| place.checked_add_signed(by));
    put(columns, column, to.unwrap_or_default())
}

/// The columns with this one at a place of theirs.
fn put(columns: &[ColumnSetting], column: &Column, to: usize) -> Vec<ColumnSetting> {
    let mut columns = columns.to_vec();
    if let Some(place) = columns.iter().position(|one| one.column == *column) {
        let setting = columns.remove(place);
        columns.insert(to.min(columns.len()), setting);
    }
    columns
}

/// The columns with this one so wide, or as wide as it was at first.
pub(super) fn sized(
    columns: &[ColumnSetting],
    column: &Column,
    width: Option<f32>,
) -> Vec<ColumnSetting> {
    let mut columns = columns.to_vec();
    for setting in columns.iter_mut().filter(|one| one.column == *column) {
        setting.width = width;
        setting.width = chosen(setting).map(f32::round);
    }
    columns
}

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

fn width_id(view: SubscriptionId, column: &Column) -> Id {
    Id::unique(("column width", view, column))
}

/// How wide a column was drawn last.
pub(super) fn drawn(ui: &Ui, view: SubscriptionId, column: &Column) -> Option<f32> {
    ui.data(|data| data.get_temp(width_id(view, column)))
}

/// A head that is dragged to another place.
struct Dragged(SubscriptionId, Column);

/// The head of one column.
pub(super) struct Head<'a> {
    pub(super) t: &'static Texts,
    pub(super) view: &'a Subscription,
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
                self.set(moved(columns, column, by), asked);
            }
        }
        for (action, by) in [(Action::ColumnNarrower, -STEP), (Action::ColumnWider, STEP)] {
            if action.taken(ui) {
                self.set(sized(columns, column, Some(cell.width() + by)), asked);
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
            self.set(put(columns, &dragged.1, to), asked);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(widths: &[(Column, Option<f32>)]) -> Vec<ColumnSetting> {
        let setting = |(column, width): &(Column, Option<f32>)| ColumnSetting {
            column: column.clone(),
            width: *width,
        };
        widths.iter().map(setting).collect()
    }

    #[test]
    fn a_column_is_moved_as_far_as_there_are_others() {
        let three = columns(&[
            (Column::Id, None),
            (Column::Tag, Some(90.0)),
            (Column::Body, None),
        ]);
        let order = |columns: &[ColumnSetting]| -> Vec<Column> {
            columns.iter().map(|one| one.column.clone()).collect()
        };
        let right = moved(&three, &Column::Tag, 1);
        assert_eq!(order(&right), [Column::Id, Column::Body, Column::Tag]);
        assert_eq!(right[2].width, Some(90.0), "it keeps its width");
        assert_eq!(moved(&right, &Column::Tag, 1), right);
        let left = moved(&three, &Column::Tag, -1);
        assert_eq!(order(&left), [Column::Tag, Column::Id, Column::Body]);
        assert_eq!(moved(&left, &Column::Tag, -1), left);
        assert_eq!(moved(&three, &Column::Key, 1), three);
    }

    #[test]
    fn a_width_keeps_to_its_limits_and_the_body_takes_what_is_left() {
        let two = columns(&[(Column::Tag, None), (Column::Body, None)]);
        let width = |wished| sized(&two, &Column::Tag, Some(wished))[0].width;
        assert_eq!(width(1.0), Some(56.0));
        assert_eq!(width(99.6), Some(100.0));
        assert_eq!(width(1e9), Some(WIDEST));
        assert_eq!(sized(&two, &Column::Body, Some(99.0)), two);
    }

    #[test]
    fn what_was_chosen_gives_way_last() {
        let two = columns(&[(Column::Tag, Some(140.0)), (Column::Key, None)]);
        let of = |room| {
            let widths = Widths::new(&two, room);
            (widths.of_chosen, widths.of_others)
        };
        assert_eq!(of(500.0), (1.0, 1.0));
        assert_eq!(of(196.0), (1.0, 0.0));
        assert_eq!(of(154.0), (0.5, 0.0));
        assert_eq!(of(10.0), (0.0, 0.0));
        assert!(Widths::new(&two, 196.0).are_short());
    }
}
