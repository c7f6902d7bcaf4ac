//! How fast many messages go out, and what an error means.

use std::ops::RangeInclusive;

use egui::{DragValue, Ui};

use crate::session::outbox::{MOST_A_SECOND, MOST_PARALLEL, Pace};
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::{check_box, remark};

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct PaceForm {
    rate: f64,
    unlimited: bool,
    parallel: u32,
    stop_at_error: bool,
}

impl Default for PaceForm {
    fn default() -> Self {
        Self {
            rate: 10.0,
            unlimited: false,
            parallel: 1,
            stop_at_error: true,
        }
    }
}

impl PaceForm {
    /// What it says.
    pub(super) fn pace(&self) -> Pace {
        Pace {
            rate: (!self.unlimited).then_some(self.rate),
            parallel: self.parallel,
            stop_at_error: self.stop_at_error,
        }
    }

    /// The fields; `first` stands before them on the same line.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>, first: impl FnOnce(&mut Ui)) {
        let t = cx.texts;
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        ui.columns(3, |columns| {
            first(&mut columns[0]);
            columns[1].add_enabled_ui(!self.unlimited, |ui| {
                let rate = 0.01..=MOST_A_SECOND;
                number_ui(ui, t.get("outbox-rate"), &mut self.rate, rate);
            });
            let parallel = 1..=MOST_PARALLEL;
            let name = t.get("outbox-parallel");
            number_ui(&mut columns[2], name, &mut self.parallel, parallel);
        });
        ui.add(check_box(&mut self.unlimited, t.get("outbox-unlimited")));
        ui.add(check_box(
            &mut self.stop_at_error,
            t.get("outbox-stop-at-error"),
        ));
        if self.parallel > 1 {
            remark(ui, t.get("outbox-unordered"), cx.palette.dim);
        }
    }
}

/// A number with its label above.
pub(super) fn number_ui<N: egui::emath::Numeric>(
    ui: &mut Ui,
    label: &str,
    number: &mut N,
    range: RangeInclusive<N>,
) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let label = ui.label(theme::label(ui.ctx(), label));
        let width = ui.available_width();
        let value = DragValue::new(number).range(range);
        ui.add_sized([width, ui.spacing().interact_size.y], value)
            .labelled_by(label.id);
    });
}
