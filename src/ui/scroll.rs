//! Where one looks in a list of rows of equal height, and the bar at its side. Counted in rows and
//! in double precision, so that it is exact at any row: a distance in points from the top of a
//! million rows is not. Draws the bar; what follows from it is up to the caller.

use std::ops::Range;

use egui::accesskit::{self, Action, Orientation};
use egui::{Id, Rect, Role, Sense, Ui, Vec2, pos2};

use super::theme;

/// Rows are laid out in pieces of so many, of which three or four are there at a time. Within a
/// piece a row keeps its place among those that are laid out, and so its identity.
const PIECE: usize = 256;

/// The part of a list that is in sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sight {
    rows: usize,
    /// Height of a row.
    row: f32,
    /// Rows that fit, in parts of rows.
    page: f64,
    /// Rows that are out of sight above, in parts of rows.
    at: f64,
}

impl Sight {
    /// So many rows of height `row` in a room of this height, with `above` of them out of sight
    /// above, as far as there are so many.
    pub(super) fn new(rows: usize, row: f32, height: f32, above: f64) -> Self {
        let page = f64::from(height.max(row) / row);
        let sight = Self {
            rows,
            row,
            page,
            at: 0.0,
        };
        sight.at(above)
    }

    /// The same with other rows out of sight above.
    pub(super) fn at(self, above: f64) -> Self {
        let at = above.clamp(0.0, self.most_above());
        Self { at, ..self }
    }

    /// By so many pages further down.
    pub(super) fn paged(self, pages: f64) -> Self {
        self.at(self.at + pages * self.step() as f64)
    }

    /// Rows that a page up or down goes: one that was in sight stays so.
    pub(super) fn step(&self) -> usize {
        (self.page as usize).saturating_sub(1).max(1)
    }

    /// With this row wholly in sight, moved no further than that takes.
    pub(super) fn with_row(self, place: usize) -> Self {
        let place = place as f64;
        let least = place + 1.0 - self.page;
        self.at(self.at.clamp(least.min(place), place))
    }

    /// Rows that are out of sight above at the end of the list.
    pub(super) fn most_above(&self) -> f64 {
        (self.rows as f64 - self.page).max(0.0)
    }

    /// Whether there is anything out of sight.
    pub(super) fn is_cut(&self) -> bool {
        self.most_above() > 0.0
    }

    /// Height of a row.
    pub(super) fn row(&self) -> f32 {
        self.row
    }

    /// Rows that are out of sight above, in parts of rows.
    pub(super) fn above(&self) -> f64 {
        self.at
    }

    /// The first row in sight, and the points of it that are not.
    pub(super) fn first(&self) -> (usize, f32) {
        let first = self.at.floor();
        (first as usize, (self.at - first) as f32 * self.row)
    }

    /// The rows to lay out: those in sight, and enough on both sides to scroll into.
    pub(super) fn laid_out(&self) -> Range<usize> {
        let (first, _) = self.first();
        let last = first + self.page as usize + 1;
        let begin = (first / PIECE).saturating_sub(1) * PIECE;
        begin..((last / PIECE + 2) * PIECE).min(self.rows)
    }

    /// Points that are out of sight above the first of the rows that are laid out.
    pub(super) fn offset(&self) -> f32 {
        let (first, hidden) = self.first();
        (first - self.laid_out().start) as f32 * self.row + hidden
    }

    /// So many points further down.
    pub(super) fn moved(self, points: f32) -> Self {
        self.at(self.at + f64::from(points) / f64::from(self.row))
    }

    /// Where on a bar of this length its handle begins, and how long it is.
    fn handle(&self, length: f32) -> (f32, f32) {
        let part = (self.page / self.rows.max(1) as f64).min(1.0) as f32;
        let handle = (length * part).max(theme::SCROLL_HANDLE_LEAST).min(length);
        let at = self.at / self.most_above().max(f64::MIN_POSITIVE);
        (((length - handle) as f64 * at) as f32, handle)
    }

    /// With the handle beginning there.
    fn with_handle_at(self, begin: f32, length: f32) -> Self {
        let (_, handle) = self.handle(length);
        let way = f64::from((length - handle).max(1.0));
        self.at(self.most_above() * (f64::from(begin) / way).clamp(0.0, 1.0))
    }
}

/// The bar, drawn into `rect`; to where it was moved, if it was.
pub(super) fn bar_ui(ui: &Ui, id: Id, rect: Rect, sight: Sight, name: &str) -> Sight {
    if !sight.is_cut() {
        return sight;
    }
    let response = ui.interact(rect, id, Sense::DRAG);
    let grip = id.with("grip");
    let (begin, length) = sight.handle(rect.height());
    let mut moved = sight;
    match response.interact_pointer_pos() {
        Some(pointer) if response.is_pointer_button_down_on() => {
            let y = pointer.y - rect.top();
            // Where the handle was taken hold of; beside it, it comes under the pointer first.
            let held = ui.data(|data| data.get_temp::<f32>(grip));
            let held = held.unwrap_or_else(|| match (begin..begin + length).contains(&y) {
                true => y - begin,
                false => length / 2.0,
            });
            ui.data_mut(|data| data.insert_temp(grip, held));
            moved = sight.with_handle_at(y - held, rect.height());
        }
        _ => ui.data_mut(|data| {
            data.remove_temp::<f32>(grip);
        }),
    }
    moved = asked_by_reader(ui, id, moved);
    let (begin, length) = moved.handle(rect.height());
    let ink = ui.style().interact(&response).fg_stroke.color;
    let ink = match response.hovered() || response.dragged() {
        true => ink,
        false => ink.gamma_multiply(theme::SCROLL_HANDLE_QUIET),
    };
    let handle = Rect::from_min_size(
        pos2(rect.left(), rect.top() + begin),
        Vec2::new(rect.width(), length),
    )
    .shrink2(Vec2::new(theme::SCROLL_MARGIN, 0.0));
    ui.painter().rect_filled(handle, handle.width() / 2.0, ink);
    response.widget_info(|| egui::WidgetInfo::labeled(Role::ScrollBar, true, name));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_orientation(Orientation::Vertical);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(moved.most_above());
        node.set_numeric_value(moved.above());
        node.add_action(Action::Increment);
        node.add_action(Action::Decrement);
        node.add_action(Action::SetValue);
    });
    moved
}

/// What a screen reader wants of the bar.
fn asked_by_reader(ui: &Ui, id: Id, sight: Sight) -> Sight {
    ui.input(|input| {
        let count = |action| input.num_accesskit_action_requests(id, action) as f64;
        let mut moved = sight.paged(count(Action::Increment) - count(Action::Decrement));
        for request in input.accesskit_action_requests(id, Action::SetValue) {
            if let Some(accesskit::ActionData::NumericValue(value)) = request.data {
                moved = moved.at(value);
            }
        }
        moved
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEIGHT: f32 = 700.0;
    const ROW: f32 = 30.0;

    #[test]
    fn a_row_further_is_a_row_further_at_any_row() {
        for rows in [1_000_000, 50_000_000_000] {
            let mut sight = Sight::new(rows, ROW, HEIGHT, 0.0).at(rows as f64 - 200.0);
            for n in 0..100 {
                assert_eq!(sight.first(), (rows - 200 + n, 0.0));
                sight = sight.moved(ROW);
            }
            let end = sight.at(f64::MAX);
            assert_eq!(end.first().0, rows - 24);
            assert!((end.first().1 - 20.0).abs() < 0.01);
            assert_eq!(end.laid_out().end, rows);
            assert_eq!(end.with_row(rows - 1), end);
            assert_eq!(end.with_row(0).first(), (0, 0.0));
        }
    }

    #[test]
    fn what_fits_is_not_scrolled() {
        let sight = Sight::new(3, ROW, HEIGHT, 7.0);
        assert!(!sight.is_cut());
        assert_eq!((sight.first(), sight.laid_out()), ((0, 0.0), 0..3));
        assert_eq!(Sight::new(0, ROW, HEIGHT, 7.0).laid_out(), 0..0);
    }

    proptest! {
        #[test]
        fn what_was_set_is_read_back(rows in 0..2_000_000_usize, at in 0.0..1.0_f64, height in 60.0..2_000.0_f32, row in 24.0..30.0_f32) {
            let sight = Sight::new(rows, row, height, 0.0);
            let sight = sight.at(sight.most_above() * at);
            let (first, hidden) = sight.first();
            let laid_out = sight.laid_out();
            prop_assert!(laid_out.contains(&first) || rows == 0);
            prop_assert!((0.0..row).contains(&hidden));
            // There is enough on both sides, or there is no more.
            let last = first + (height / row) as usize + 1;
            prop_assert!(laid_out.start == 0 || first - laid_out.start >= PIECE);
            prop_assert!(laid_out.end == rows || laid_out.end - last >= PIECE);
            let offset = f64::from(sight.offset()) / f64::from(row);
            prop_assert!((laid_out.start as f64 + offset - sight.above()).abs() < 0.001);
            prop_assert!((sight.moved(1.0).moved(-1.0).above() - sight.above()).abs() < 0.04);
            // The handle stands where it was put, as far as its bar can tell.
            let (begin, length) = sight.handle(height);
            prop_assert!(begin >= 0.0 && begin + length <= height + 0.1);
            let put = sight.with_handle_at(begin, height);
            let point = sight.most_above() / f64::from((height - length).max(1.0));
            prop_assert!((put.above() - sight.above()).abs() <= point * 0.01 + 0.001);
        }
    }
}
