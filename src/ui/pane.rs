//! A pane at a side of what it is in, whose size one can change: its edge is dragged, or moved by the
//! arrows while it has the keyboard, and the keys that make a panel larger mean the innermost pane
//! that the keyboard is in. What is in it is its own business.

use std::ops::RangeInclusive;

use egui::{EventFilter, Frame, Id, InnerResponse, Panel, Ui};

use crate::i18n::Texts;

use super::actions::Action;
use super::arranged::Sizes;
use super::spoken;

/// How much larger a pane becomes by a key.
pub(super) const STEP: f32 = 24.0;

/// Where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Bottom,
}

/// A pane, as it is about to be drawn.
pub(super) struct Pane<'a> {
    /// What its size is kept under.
    pub(super) id: &'static str,
    /// What it is called.
    pub(super) name: &'a str,
    pub(super) side: Side,
    /// Its size where nobody has chosen another.
    pub(super) first: f32,
    pub(super) limits: RangeInclusive<f32>,
    pub(super) frame: Frame,
}

impl Pane<'_> {
    /// Draws it, with its edge. `add` is given the sizes again, for the panes that lie in it.
    pub(super) fn show<R>(
        self,
        ui: &mut Ui,
        t: &Texts,
        sizes: &mut Sizes,
        add: impl FnOnce(&mut Ui, &mut Sizes) -> R,
    ) -> InnerResponse<R> {
        let edge = spoken::splitter_id(ui, self.id);
        if let Some(by) = self.moved(ui, edge) {
            sizes.wish(self.id, by);
        }
        let panel = match self.side {
            Side::Left => Panel::left(self.id),
            Side::Right => Panel::right(self.id),
            Side::Bottom => Panel::bottom(self.id),
        };
        let first = sizes.of(self.id, self.first);
        let shown = sizes
            .sized(panel.resizable(true), self.id, first, self.limits)
            .frame(self.frame)
            .show(ui, |ui| {
                spoken::name_place(ui, self.name);
                add(ui, sizes)
            });
        let rect = shown.response.rect;
        let size = match self.side {
            Side::Left | Side::Right => rect.width(),
            Side::Bottom => rect.height(),
        };
        sizes.saw(ui.ctx(), self.id, size, rect);
        spoken::splitter(ui, t, self.id, self.name);
        shown
    }

    /// By how much the keys move its edge while that has the keyboard.
    fn moved(&self, ui: &Ui, edge: Id) -> Option<f32> {
        if !ui.memory(|memory| memory.has_focus(edge)) {
            return None;
        }
        let ways = match self.side {
            Side::Left => (Action::EdgeLeft, Action::EdgeRight),
            Side::Right => (Action::EdgeRight, Action::EdgeLeft),
            Side::Bottom => (Action::EdgeDown, Action::EdgeUp),
        };
        by_keys(ui, edge, ways, self.limits.end() - self.limits.start())
    }
}

/// By how much the keys move an edge that has the keyboard: those of these two actions a little, Home
/// and End all there is.
pub(super) fn by_keys(
    ui: &Ui,
    edge: Id,
    (smaller, larger): (Action, Action),
    all: f32,
) -> Option<f32> {
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(edge, filter));
    let ways = [
        (larger, STEP),
        (smaller, -STEP),
        (Action::EdgeMost, all),
        (Action::EdgeLeast, -all),
    ];
    let mut ways = ways.into_iter();
    ways.find_map(|(action, by)| action.taken(ui).then_some(by))
}
