//! New rows fade in. Knows only their numbers: which have come since the last frame, and how long
//! that is ago. Where very many come at once, nobody can follow them, so none fades.

use std::collections::VecDeque;

use egui::{Id, Ui};

use super::theme;

/// So many rows may fade at a time.
const AT_A_TIME: u64 = 12;

/// Rows of one list that are still new.
#[derive(Debug, Clone, Default)]
pub(super) struct Fade {
    /// The number after the newest row of the last frame; nothing before the first look.
    next: Option<u64>,
    /// Rows from this number on came at that time, in seconds.
    fresh: VecDeque<(u64, f64)>,
    now: f64,
}

impl Fade {
    /// Looks at a list; `next` is the number after that of its newest row. Asks for the next frame
    /// while something fades.
    pub(super) fn look(ui: &Ui, list: Id, next: u64, moves: bool) -> Self {
        let id = list.with("fade");
        let mut fade: Self = ui.data(|data| data.get_temp(id)).unwrap_or_default();
        fade.see(next, ui.input(|input| input.time), moves);
        if !fade.fresh.is_empty() {
            ui.ctx().request_repaint();
        }
        ui.data_mut(|data| data.insert_temp(id, fade.clone()));
        fade
    }

    fn see(&mut self, next: u64, now: f64, moves: bool) {
        self.now = now;
        let over = now - f64::from(theme::FADE_SECONDS);
        self.fresh.retain(|(_, at)| *at > over);
        // Rows that were there when somebody first looked are not new.
        let known = self.next.replace(next).unwrap_or(next);
        if next > known {
            self.fresh.push_back((known, now));
        }
        let oldest = self.fresh.front().map_or(next, |(from, _)| *from);
        if !moves || next.saturating_sub(oldest) > AT_A_TIME {
            self.fresh.clear();
        }
    }

    /// How much of a row is to be seen, from 0 to 1.
    pub(super) fn of(&self, number: u64) -> f32 {
        let batch = self.fresh.iter().rev().find(|(from, _)| *from <= number);
        batch.map_or(1.0, |(_, at)| {
            ((self.now - at) as f32 / theme::FADE_SECONDS).clamp(0.0, 1.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_row_fades_in_and_the_others_stay_as_they_are() {
        let mut fade = Fade::default();
        fade.see(10, 0.0, true);
        assert_eq!(fade.of(9), 1.0, "it was there at the first look");
        fade.see(11, 1.0, true);
        assert_eq!((fade.of(9), fade.of(10)), (1.0, 0.0));
        fade.see(12, 1.06, true);
        assert!((fade.of(10) - 0.5).abs() < 0.01 && fade.of(11) == 0.0);
        fade.see(12, 1.13, true);
        assert!(fade.of(10) == 1.0 && fade.of(11) < 1.0);
        fade.see(12, 1.2, true);
        assert_eq!(fade.of(11), 1.0);
        assert!(fade.fresh.is_empty(), "nothing is left to draw again for");
    }

    #[test]
    fn nothing_fades_where_nothing_may_move_nor_in_a_flood() {
        let mut still = Fade::default();
        still.see(0, 0.0, false);
        still.see(1, 1.0, false);
        assert!(still.of(0) == 1.0 && still.fresh.is_empty());

        let mut flood = Fade::default();
        flood.see(0, 0.0, true);
        for frame in 1..=100_u64 {
            flood.see(frame * 4, frame as f64 / 60.0, true);
            assert!(flood.fresh.len() as u64 <= AT_A_TIME);
        }
        flood.see(2_000, 2.0, true);
        assert!((400..2_000).all(|number| flood.of(number) == 1.0));
    }
}
