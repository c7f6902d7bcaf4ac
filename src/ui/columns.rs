//! The columns of the live table as a value: which of them a room of some width has room for, and how
//! wide each one is there, how wide it can be made, and what becomes of them when one is moved or made
//! wider. In a narrow view the less important ones give way, so that the countdown, the body and the
//! button that acks never lie out of sight. Draws nothing; the heads that are drawn are
//! `column_heads.rs`.

use std::ops::RangeInclusive;

use egui_extras::Column as Width;

use crate::session::{Column, ColumnSetting};

/// Widest that somebody can make a column.
const WIDEST: f32 = 800.0;

/// A body with less than this gets its room from columns that are less important.
const BODY_BEFORE_OTHERS: f32 = 84.0;

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

/// The columns that have room, in the order of all: those that are left out are the least important.
/// One is always there.
pub(super) fn fitting(columns: &[ColumnSetting], room: f32) -> Vec<ColumnSetting> {
    let least = |column: &Column| Extent::of(column).least();
    if columns.iter().map(|one| least(&one.column)).sum::<f32>() <= room {
        return columns.to_vec();
    }
    let told = columns.iter().any(|one| one.column == Column::Returns);
    let mut places: Vec<usize> = (0..columns.len()).collect();
    places.sort_by_key(|place| rank(&columns[*place].column, told));
    let mut left = room;
    let mut fit = places
        .into_iter()
        .enumerate()
        .take_while(|(before, place)| {
            let column = &columns[*place].column;
            left -= match column {
                Column::Body => BODY_BEFORE_OTHERS,
                _ => least(column),
            };
            *before == 0 || left >= 0.0
        });
    let mut fitting: Vec<usize> = fit.by_ref().map(|(_, place)| place).collect();
    fitting.sort_unstable();
    let fitting = fitting.into_iter();
    fitting.map(|place| columns[place].clone()).collect()
}

/// The lower, the more important; `told` if the countdown says the state too.
fn rank(column: &Column, told: bool) -> u8 {
    match column {
        Column::Returns => 0,
        Column::State if !told => 0,
        Column::Body => 1,
        Column::Key => 2,
        Column::Times => 3,
        Column::Tag => 4,
        // Somebody asked for it.
        Column::Property(_) => 5,
        Column::Id => 6,
        Column::Age => 7,
        Column::Published | Column::ShardingKey => 8,
        Column::Size => 9,
        Column::State => 10,
    }
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

/// The columns with this one beyond so many of those that are shown: nothing seems to happen where it
/// only passes one that has no room.
pub(super) fn stepped(
    columns: &[ColumnSetting],
    shown: &[ColumnSetting],
    column: &Column,
    by: isize,
) -> Vec<ColumnSetting> {
    let here = shown.iter().position(|one| one.column == *column);
    let beside = here
        .and_then(|here| here.checked_add_signed(by))
        .and_then(|place| shown.get(place));
    let to = beside.and_then(|beside| {
        let mut all = columns.iter();
        all.position(|one| one.column == beside.column)
    });
    match to {
        Some(to) => put(columns, column, to),
        None => columns.to_vec(),
    }
}

/// The columns with this one at a place of theirs.
pub(super) fn put(columns: &[ColumnSetting], column: &Column, to: usize) -> Vec<ColumnSetting> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SavedTable;

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
    fn a_column_passes_those_that_have_no_room() {
        let three = columns(&[
            (Column::Id, None),
            (Column::Tag, None),
            (Column::Body, None),
        ]);
        let shown = columns(&[(Column::Id, None), (Column::Body, None)]);
        let order = |columns: &[ColumnSetting]| -> Vec<Column> {
            columns.iter().map(|one| one.column.clone()).collect()
        };
        let right = stepped(&three, &shown, &Column::Id, 1);
        assert_eq!(order(&right), [Column::Tag, Column::Body, Column::Id]);
        let left = stepped(&three, &shown, &Column::Body, -1);
        assert_eq!(order(&left), [Column::Body, Column::Id, Column::Tag]);
        assert_eq!(stepped(&three, &shown, &Column::Body, 1), three);
        assert_eq!(
            stepped(&three, &three, &Column::Tag, 1),
            moved(&three, &Column::Tag, 1)
        );
    }

    #[test]
    fn the_least_important_columns_give_way_first() {
        let all = SavedTable::default().columns;
        let left = |room| -> Vec<Column> {
            let fitting = fitting(&all, room).into_iter();
            fitting.map(|one| one.column).collect()
        };
        assert_eq!(left(452.0).len(), 7, "all at their least");
        assert_eq!(left(451.0).len(), 6, "no age");
        use Column::{Body, Id, Key, Returns, Tag, Times};
        assert_eq!(left(412.0), [Returns, Id, Tag, Key, Times, Body]);
        assert_eq!(left(411.0), [Returns, Tag, Key, Times, Body]);
        assert_eq!(left(276.0), [Returns, Key, Times, Body]);
        assert_eq!(left(240.0), [Returns, Key, Body]);
        assert_eq!(left(239.0), [Returns, Body]);
        assert_eq!(left(10.0), [Returns]);
    }

    #[test]
    fn one_of_two_that_tell_the_state_stays() {
        let state = (Column::State, None);
        let three = columns(&[state.clone(), (Column::Key, None), (Column::Body, None)]);
        assert_eq!(fitting(&three, 100.0)[0].column, Column::State);
        let four = columns(&[
            state,
            (Column::Size, None),
            (Column::Returns, None),
            (Column::Body, None),
        ]);
        let three: Vec<Column> = fitting(&four, 250.0)
            .into_iter()
            .map(|one| one.column)
            .collect();
        assert_eq!(three, [Column::Size, Column::Returns, Column::Body]);
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
