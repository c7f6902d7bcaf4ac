//! The sandbox's time: what it is, how far from the real one, and how to move it.

use std::time::Duration;

use egui::{Button, RichText, TextEdit, Ui};

use crate::protocol::admin::{ClockMove, Travel};
use crate::protocol::span;
use crate::session::{AdminWish, Look};

use super::{ask, free};
use crate::ui::context::{Context, countdown};
use crate::ui::theme;
use crate::ui::widgets::{complaint, named, pill};

/// Width of the field for any length of time.
const FIELD: f32 = 52.0;

/// The length that is typed.
pub(super) struct ClockForm {
    by: String,
}

impl Default for ClockForm {
    fn default() -> Self {
        Self {
            by: "30s".to_owned(),
        }
    }
}

impl ClockForm {
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, look: &Look) {
        let (t, p) = (cx.texts, cx.palette);
        let clock = &look.clock;
        let now = cx.model.control().sandbox_time(cx.now).unwrap_or(clock.now);
        let ahead = Duration::from_millis(clock.offset_millis.unsigned_abs());
        let moved = Travel::Running {
            offset_millis: clock.offset_millis,
        }
        .is_elsewhere();
        ui.horizontal(|ui| {
            ui.label(theme::column_head(ui.ctx(), t.get("control-time")));
            ui.label(theme::strong(cx.clock_time(now)));
            if clock.frozen {
                pill(ui, t.get("control-frozen"), p.accent, p.accent_bg);
            }
            let left = [("by", countdown(ahead).into())];
            let text = match (moved, clock.offset_millis > 0) {
                (false, _) => t.get("control-real-time").to_owned(),
                (true, true) => t.format("control-ahead", &left),
                (true, false) => t.format("control-behind", &left),
            };
            // Time that stands still is not the real one, however near it is.
            if moved || !clock.frozen {
                ui.label(RichText::new(text).color(if moved { p.soon } else { p.dim }));
            }
        });
        ui.add_enabled_ui(free(cx), |ui| {
            self.jumps_ui(ui, cx);
            ui.horizontal(|ui| {
                let (face, wish) = if clock.frozen {
                    (t.get("control-resume"), ClockMove::Resume {})
                } else {
                    (t.get("control-freeze"), ClockMove::Freeze {})
                };
                if ui.button(face).clicked() {
                    ask(cx, AdminWish::MoveClock(wish));
                }
                let back = Button::new(t.get("control-back"));
                if ui.add_enabled(moved || clock.frozen, back).clicked() {
                    ask(cx, AdminWish::RealTime);
                }
            });
        });
        if span::parse(&self.by).is_err() && !self.by.trim().is_empty() {
            complaint(ui, t.get("control-length"), p);
        }
    }

    fn jumps_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let mut jump = None;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
            for (face, secs) in [
                (t.get("control-minute"), 60),
                (t.get("control-5-minutes"), 300),
                (t.get("control-hour"), 3_600),
            ] {
                if ui.button(face).clicked() {
                    jump = Some(Duration::from_secs(secs));
                }
            }
            let edit = TextEdit::singleline(&mut self.by).desired_width(FIELD);
            let response = ui.add(edit);
            named(ui, response, egui::Role::TextInput, t.get("control-by"));
            let by = span::parse(&self.by).ok();
            let button = Button::new(t.get("control-advance"));
            if ui.add_enabled(by.is_some(), button).clicked() {
                jump = by;
            }
        });
        if let Some(by) = jump {
            ask(cx, AdminWish::MoveClock(ClockMove::advance(by)));
        }
    }
}
