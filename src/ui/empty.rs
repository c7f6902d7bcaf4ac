//! A place with nothing in it: what it is, what to do next, and a button where that is one thing.
//! Draws; knows no place.

use egui::{Label, Ui};

use super::context::Context;
use super::sights::{Sight, saw};
use super::theme::icons::Icon;
use super::theme::{self, ICON_SIZE_LARGE};

/// From this height on there is room for the picture.
const WITH_ICON_FROM: f32 = 140.0;

/// Height of two lines of words.
const WORDS: f32 = 56.0;

/// Of the room that is left, so much is above.
const ABOVE: f32 = 0.45;

/// What such a place says, from the keys of its texts.
#[derive(Clone, Copy)]
pub(super) struct Empty {
    icon: Icon,
    what: &'static str,
    next: Option<&'static str>,
    action: Option<&'static str>,
    sight: Option<Sight>,
}

impl Empty {
    /// What it is.
    pub(super) fn new(icon: Icon, what: &'static str) -> Self {
        Self {
            icon,
            what,
            next: None,
            action: None,
            sight: None,
        }
    }

    /// And what to do next.
    pub(super) fn next(self, next: &'static str) -> Self {
        Self {
            next: Some(next),
            ..self
        }
    }

    /// And a button that does it.
    pub(super) fn action(self, action: &'static str) -> Self {
        Self {
            action: Some(action),
            ..self
        }
    }

    /// And a place that the first minute points at.
    pub(super) fn seen_as(self, sight: Sight) -> Self {
        Self {
            sight: Some(sight),
            ..self
        }
    }

    /// Draws it into the room that is left; whether the button was clicked.
    pub(super) fn ui(self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        self.below_ui(ui, cx, 0.0, |_, _| {})
    }

    /// The same with more below it, of about this height.
    pub(super) fn below_ui(
        self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        more: f32,
        below: impl FnOnce(&mut Ui, &mut Context<'_>),
    ) -> bool {
        let height = ui.available_height();
        ui.vertical_centered(|ui| {
            // A panel around it would become as low as the words are.
            if height.is_finite() {
                ui.set_min_height(height);
            }
            let roomy = height >= WITH_ICON_FROM + more;
            let picture = if roomy { ICON_SIZE_LARGE } else { 0.0 };
            let button = self.action.map_or(0.0, |_| cx.sizes.control);
            let used = WORDS + picture + button + more;
            ui.add_space((height - used).max(0.0) * ABOVE);
            if roomy {
                self.icon_ui(ui, cx);
            }
            let t = cx.texts;
            let what = theme::title(t.get(self.what)).color(cx.palette.dim);
            let mut words = ui.add(Label::new(what).wrap()).rect;
            if let Some(next) = self.next {
                let next = Label::new(theme::dim(ui.ctx(), t.get(next))).wrap();
                words |= ui.add(next).rect;
            }
            let clicked = self.action.is_some_and(|action| {
                ui.add_space(theme::GAP_SMALL);
                ui.button(t.get(action)).clicked()
            });
            below(ui, cx);
            if let Some(sight) = self.sight {
                // Down to the last of what stands below the words, as wide as they are.
                let whole = words.with_max_y(ui.cursor().top());
                saw(ui.ctx(), sight, whole.expand(theme::GAP_SMALL));
            }
            clicked
        })
        .inner
    }

    fn icon_ui(self, ui: &mut Ui, cx: &Context<'_>) {
        let size = egui::Vec2::splat(ICON_SIZE_LARGE);
        let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
        let (center, ink) = (rect.center(), cx.palette.faint);
        self.icon.paint(ui.painter(), center, ICON_SIZE_LARGE, ink);
    }
}
