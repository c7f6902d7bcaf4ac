//! Where plots stand: beside each other where there is room, below each other where there is
//! not, each with a line above it that says what it is about.

use egui::{Align, Layout, ScrollArea, Ui, Vec2};

use crate::ui::theme;

/// Least height of a plot with its head; where there is less, the plots are scrolled.
const LEAST_HEIGHT: f32 = 108.0;
/// Height of what stands above a plot.
pub(in crate::ui) const HEAD: f32 = 24.0;

/// Draws so many plots, each at least so wide if there is room for that, in rows of equal length
/// that fill the place. `draw` gets the number of the plot and its height.
pub(in crate::ui) fn grid(
    ui: &mut Ui,
    plots: usize,
    least_width: f32,
    mut draw: impl FnMut(&mut Ui, usize, f32),
) {
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let size = ui.available_size();
        let in_a_row = columns(plots, size.x, least_width);
        let rows = plots.div_ceil(in_a_row);
        let gaps = theme::GAP * (rows.max(1) - 1) as f32;
        let height = ((size.y - gaps) / rows as f32).max(LEAST_HEIGHT);
        for first in (0..plots).step_by(in_a_row) {
            if first > 0 {
                ui.add_space(theme::GAP);
            }
            ui.columns(in_a_row, |columns| {
                for (ui, plot) in columns.iter_mut().zip(first..plots) {
                    draw(ui, plot, height);
                }
            });
        }
    });
}

/// How many stand in a row: as many as have room, but no more than an even share of the rows.
fn columns(plots: usize, width: f32, least_width: f32) -> usize {
    let room = ((width / least_width) as usize).clamp(1, plots.max(1));
    plots.div_ceil(plots.div_ceil(room).max(1)).max(1)
}

/// What stands above a plot; the same height for all.
pub(in crate::ui) fn above<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    let size = Vec2::new(ui.available_width(), HEAD);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        add(ui)
    })
    .inner
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn rows_are_even() {
        let check = |plots, width, expected| assert_eq!(columns(plots, width, 100.0), expected);
        check(5, 500.0, 5);
        check(5, 499.0, 3);
        check(5, 250.0, 2);
        check(5, 90.0, 1);
        check(2, 900.0, 2);
        check(4, 399.0, 2);
        check(0, 100.0, 1);
    }
}
