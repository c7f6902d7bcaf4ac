//! The table of one consume view as a person set it up: filter, order, columns, where one looks,
//! what is selected. Follows the rows in steps of bounded cost; draws nothing.

use serde::{Deserialize, Serialize};

use crate::protocol::Timestamp;

use super::arrangement::{Arrangement, Sort};
use super::cells::Column;
use super::filter::{Filter, FilterError};
use super::rows::Rows;

/// Rows that are looked at in one step, for a new filter or order, or to select: a few
/// milliseconds.
pub(super) const STEP: usize = 8_192;

/// What can be asked of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum TableCommand {
    /// This was typed into the filter field.
    SetFilter(String),
    /// Sort like this.
    SortBy(Sort),
    /// Keep this row on top.
    Pin(u64),
    /// Let it go back to its place.
    Unpin(u64),
    /// Show these columns, in this order and of these widths.
    SetColumns(Vec<ColumnSetting>),
    /// Select what can be acked from the one row to the other, as they are shown.
    SelectRange(u64, u64),
    /// Select exactly what is shown and can be acked, or nothing.
    SelectShown(bool),
    /// Show the newest row.
    JumpToNewest,
    /// Show the rows from here on.
    Look(Place),
    /// Take nothing more after the poll in flight.
    Pause,
    /// Go on at once.
    Resume,
}

/// Where one looks.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Place {
    /// At the top: what is new there comes into sight.
    #[default]
    Top,
    /// At this row, which stays where it is on the screen whatever comes above it.
    Row {
        /// The first row in sight.
        number: u64,
        /// Points of it that are out of sight.
        hidden: f32,
    },
}

/// A column that is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnSetting {
    /// Which.
    pub column: Column,
    /// Width in points, if somebody has dragged it.
    #[serde(default)]
    pub width: Option<f32>,
}

/// What comes back of a table after a restart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTable {
    /// As typed, right or wrong.
    pub filter: String,
    /// The order.
    pub sort: Sort,
    /// The columns.
    pub columns: Vec<ColumnSetting>,
}

impl Default for SavedTable {
    fn default() -> Self {
        let columns = [
            Column::Returns,
            Column::Id,
            Column::Tag,
            Column::Key,
            Column::Times,
            Column::Age,
            Column::Body,
        ];
        Self {
            filter: String::new(),
            sort: Sort::default(),
            columns: columns
                .map(|column| ColumnSetting {
                    column,
                    width: None,
                })
                .into(),
        }
    }
}

impl SavedTable {
    /// As a file is first shown: nothing returns, and the order is that of the file.
    pub fn of_file() -> Self {
        let columns = [
            Column::State,
            Column::Id,
            Column::Tag,
            Column::Key,
            Column::Times,
            Column::Published,
            Column::Body,
        ];
        Self {
            columns: columns
                .map(|column| ColumnSetting {
                    column,
                    width: None,
                })
                .into(),
            sort: Sort {
                column: None,
                descending: false,
            },
            ..Self::default()
        }
    }
}

/// The table of a view.
#[derive(Debug)]
pub struct Table {
    saved: SavedTable,
    problem: Option<FilterError>,
    arrangement: Arrangement,
    place: Place,
    /// The place of the first row in sight when it was last looked up: there one goes on looking
    /// once that row is not shown any more.
    looked_at: usize,
    /// How many rows had come when one left the top.
    seen: u64,
    /// A selection that goes over all rows, and the first that it has not looked at.
    pass: Option<(Pass, u64)>,
    /// Everything that is shown was selected, and nothing was done to the selection since.
    all_shown: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pass {
    /// Select what is shown.
    Select,
    /// Select what is shown from the one row to the other.
    SelectRange(u64, u64),
    /// A new filter is there: what it hides is not acked along with what is in sight.
    DropHidden,
}

impl Default for Table {
    fn default() -> Self {
        Self::new(SavedTable::default())
    }
}

impl Table {
    /// The table of an earlier run, without rows.
    pub fn new(saved: SavedTable) -> Self {
        let parsed = Filter::parse(&saved.filter);
        let problem = parsed.as_ref().err().cloned();
        Self {
            arrangement: Arrangement::new(parsed.unwrap_or_default(), saved.sort.clone()),
            problem,
            saved,
            place: Place::Top,
            looked_at: 0,
            seen: 0,
            pass: None,
            all_shown: false,
        }
    }

    /// What comes back after a restart.
    pub fn saved(&self) -> &SavedTable {
        &self.saved
    }

    /// The filter as typed.
    pub fn filter_text(&self) -> &str {
        &self.saved.filter
    }

    /// What is wrong with the filter; the last one without a mistake holds meanwhile.
    pub fn filter_problem(&self) -> Option<&FilterError> {
        self.problem.as_ref()
    }

    /// Columns from left to right.
    pub fn columns(&self) -> &[ColumnSetting] {
        &self.saved.columns
    }

    /// Shows a column beside the others, if it is not there.
    pub(super) fn show_column(&mut self, column: Column) {
        let columns = &mut self.saved.columns;
        if columns.iter().all(|setting| setting.column != column) {
            // The body takes the room that is left, so it stays the last.
            let body = columns.iter().position(|s| s.column == Column::Body);
            let width = None;
            columns.insert(
                body.unwrap_or(columns.len()),
                ColumnSetting { column, width },
            );
        }
    }

    /// Which rows are shown, and in which order.
    pub fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// Where one looks.
    pub fn place(&self) -> Place {
        self.place
    }

    /// Rows that came since one left the top.
    pub fn news(&self) -> u64 {
        match self.place {
            Place::Top => 0,
            Place::Row { .. } => self.arrangement.arrived() - self.seen,
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.arrangement.bytes()
    }

    /// Whether everything in sight was selected by one click.
    pub fn all_selected(&self) -> bool {
        self.all_shown
    }

    /// Whether there is something to work off.
    pub fn is_busy(&self) -> bool {
        self.arrangement.is_busy() || self.pass.is_some()
    }

    /// The selection was changed row by row.
    pub(super) fn selection_changed(&mut self) {
        self.all_shown = false;
        self.pass = None;
    }

    /// Carries out what concerns the table alone.
    pub(super) fn apply(&mut self, command: TableCommand, rows: &mut Rows, now: Timestamp) {
        match command {
            TableCommand::SetFilter(text) => self.set_filter(text),
            TableCommand::SortBy(sort) => {
                self.arrangement.set_sort(sort.clone());
                self.saved.sort = sort;
                self.place = Place::Top;
            }
            TableCommand::Pin(number) => self.arrangement.set_pinned(number, true),
            TableCommand::Unpin(number) => self.arrangement.set_pinned(number, false),
            TableCommand::SetColumns(columns) => self.saved.columns = columns,
            TableCommand::SelectRange(from, to) => self.select_range(from, to, rows, now),
            TableCommand::SelectShown(selected) => {
                rows.select_all(false);
                self.selection_changed();
                if selected {
                    self.pass = Some((Pass::Select, 0));
                    self.go_over(rows, now, STEP);
                }
            }
            TableCommand::JumpToNewest => self.look(self.newest_place()),
            TableCommand::Look(place) => self.look(place),
            // The view's.
            TableCommand::Pause | TableCommand::Resume => {}
        }
    }

    fn set_filter(&mut self, text: String) {
        match Filter::parse(&text) {
            Ok(filter) => {
                self.problem = None;
                self.arrangement.set_filter(filter);
                self.place = Place::Top;
                self.pass = Some((Pass::DropHidden, 0));
                self.all_shown = false;
            }
            Err(problem) => self.problem = Some(problem),
        }
        self.saved.filter = text;
    }

    fn look(&mut self, place: Place) {
        if self.place == Place::Top {
            self.seen = self.arrangement.arrived();
        }
        self.place = place;
        self.keep_place();
    }

    /// One goes on looking where one looked, even if the row there had to go.
    fn keep_place(&mut self) {
        let Place::Row { number, hidden } = self.place else {
            return;
        };
        if let Some(place) = self.arrangement.place_of(number) {
            self.looked_at = place;
            return;
        }
        let last = self.arrangement.len().saturating_sub(1);
        let other = self.arrangement.row_at(self.looked_at.min(last));
        self.place = other.map_or(Place::Top, |number| Place::Row { number, hidden });
    }

    /// Where the newest row is in sight: at the top, unless the rows are sorted otherwise.
    fn newest_place(&self) -> Place {
        if *self.arrangement.sort() == Sort::default() {
            return Place::Top;
        }
        match self.arrangement.newest() {
            Some(number) => Place::Row {
                number,
                hidden: 0.0,
            },
            None => Place::Top,
        }
    }

    fn select_range(&mut self, from: u64, to: u64, rows: &mut Rows, now: Timestamp) {
        self.selection_changed();
        let Some((first, last)) = self.places_of(from, to) else {
            return;
        };
        if last - first > STEP {
            self.pass = Some((Pass::SelectRange(from, to), 0));
            return;
        }
        for place in first..=last {
            if let Some(number) = self.arrangement.row_at(place)
                && !rows.is_selected(number)
            {
                rows.toggle_selected(number, now);
            }
        }
    }

    /// From the higher to the lower place.
    fn places_of(&self, one: u64, other: u64) -> Option<(usize, usize)> {
        let one = self.arrangement.place_of(one)?;
        let other = self.arrangement.place_of(other)?;
        Some((one.min(other), one.max(other)))
    }

    /// The view is closed: lets go of a part of the index. Whether nothing is left.
    pub(super) fn close(&mut self, max_rows: usize) -> bool {
        self.arrangement.close(max_rows)
    }

    /// Follows the rows for a while. Whether nothing is left to do.
    pub(super) fn work(&mut self, rows: &mut Rows, now: Timestamp, max_rows: usize) -> bool {
        self.arrangement.note(rows.take_changed());
        self.arrangement.work(rows, now, max_rows);
        self.keep_place();
        // Before that, what is shown is not what was asked for.
        if self.arrangement.is_settled() {
            self.go_over(rows, now, max_rows);
        }
        !self.is_busy()
    }

    fn go_over(&mut self, rows: &mut Rows, now: Timestamp, max_rows: usize) {
        let Some((pass, from)) = self.pass else {
            return;
        };
        let mut numbers: Vec<u64> = rows
            .iter_from(from)
            .take(max_rows)
            .map(|row| row.number)
            .collect();
        // What comes meanwhile may be among them, but must not keep it going for ever.
        let more = numbers.len() == max_rows;
        let last = numbers.last().copied();
        let range = match pass {
            Pass::SelectRange(from, to) => self.places_of(from, to),
            Pass::Select | Pass::DropHidden => Some((0, usize::MAX)),
        };
        numbers.retain(|&number| {
            let place = self.arrangement.place_of(number);
            match pass {
                Pass::DropHidden => place.is_none() && rows.is_selected(number),
                Pass::Select | Pass::SelectRange(..) => {
                    let within = |(first, last), place| first <= place && place <= last;
                    let wanted = range.zip(place).is_some_and(|(r, place)| within(r, place));
                    wanted && !rows.is_selected(number)
                }
            }
        });
        for number in numbers {
            rows.toggle_selected(number, now);
        }
        self.pass = match last.filter(|_| more) {
            Some(last) => Some((pass, last + 1)),
            None => {
                self.all_shown = pass == Pass::Select;
                None
            }
        };
    }
}
