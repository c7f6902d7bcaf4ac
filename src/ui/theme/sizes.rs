//! Sizes that depend on how close together things shall lie. Sizes that do not are constants of
//! the theme.

use egui::{Context, Id};

use crate::config::Density;

use super::{
    CONTROL_HEIGHT, GAP, HEAD_HEIGHT, PAD, ROW_HEIGHT, STATUS_BAR_HEIGHT, TAB_BAR_HEIGHT,
    TOP_BAR_HEIGHT,
};

/// Sizes of one density, on a grid of 4 points but for the text lines that they are made around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Height of a row of messages.
    pub row: f32,
    /// Height of a row of the lists around it.
    pub list_row: f32,
    /// Height of the row of column heads.
    pub head: f32,
    /// Height of buttons, inputs and segmented controls.
    pub control: f32,
    /// Height of a control within a row of messages.
    pub row_control: f32,
    /// Height of the strip of tabs.
    pub tab_bar: f32,
    /// Height of the bar at the top of the window.
    pub top_bar: f32,
    /// Height of the bar at the foot of the window.
    pub status_bar: f32,
    /// Space between lines of controls.
    pub gap: f32,
    /// Space inside panels.
    pub pad: f32,
}

static COMFORTABLE: Sizes = Sizes {
    row: ROW_HEIGHT,
    list_row: 28.0,
    head: HEAD_HEIGHT,
    control: CONTROL_HEIGHT,
    row_control: 22.0,
    tab_bar: TAB_BAR_HEIGHT,
    top_bar: TOP_BAR_HEIGHT,
    status_bar: STATUS_BAR_HEIGHT,
    gap: GAP,
    pad: PAD,
};

static COMPACT: Sizes = Sizes {
    row: 24.0,
    list_row: 24.0,
    head: 24.0,
    control: 24.0,
    row_control: 20.0,
    tab_bar: 32.0,
    top_bar: 36.0,
    status_bar: 28.0,
    gap: 4.0,
    pad: 8.0,
};

impl Sizes {
    /// The sizes of a density.
    pub fn of(density: Density) -> &'static Self {
        match density {
            Density::Comfortable => &COMFORTABLE,
            Density::Compact => &COMPACT,
        }
    }

    /// Keeps which density is on screen.
    pub(super) fn keep(ctx: &Context, density: Density) {
        ctx.data_mut(|data| data.insert_temp(Id::unique("density"), density));
    }
}

/// The sizes of the density on screen. A [`egui::Ui`] is a [`Context`] here, so pass either.
pub fn sizes(ctx: &Context) -> &'static Sizes {
    let density = ctx.data(|data| data.get_temp::<Density>(Id::unique("density")));
    Sizes::of(density.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::{BODY_LINE, HAIRLINE};
    use super::*;

    #[test]
    fn compact_is_tighter_everywhere_and_nothing_in_it_is_cut() {
        let all = |sizes: &Sizes| {
            [
                sizes.row,
                sizes.list_row,
                sizes.head,
                sizes.control,
                sizes.row_control,
                sizes.tab_bar,
                sizes.top_bar,
                sizes.status_bar,
                sizes.gap,
                sizes.pad,
            ]
        };
        let (wide, tight) = (&COMFORTABLE, &COMPACT);
        for (wide, tight) in all(wide).into_iter().zip(all(tight)) {
            assert!(tight < wide, "{tight} {wide}");
        }
        for sizes in [wide, tight] {
            // A line of text fits into a control, a control into each place that holds some.
            assert!(sizes.control >= BODY_LINE + 2.0 * HAIRLINE);
            assert!(sizes.row_control >= BODY_LINE && sizes.row > sizes.row_control);
            assert!(sizes.list_row >= BODY_LINE + 2.0 * HAIRLINE);
            assert!(sizes.status_bar > sizes.control && sizes.top_bar > sizes.control);
            assert!(sizes.tab_bar > sizes.control);
        }
        assert_eq!((wide.row, tight.row), (30.0, 24.0));
    }
}
