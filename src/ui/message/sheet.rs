//! Rows of equal height of which only those in sight are laid out, however many there are. Knows
//! where a row lies and what the keyboard does to the place; what is in a row is the caller's.

use egui::{Align, EventFilter, Id, Rect, Response, Role, ScrollArea, Sense, Ui, Vec2, pos2, vec2};

use crate::ui::actions::Action;
use crate::ui::theme;
use crate::ui::widgets::named;

/// Height of a row.
pub(super) const LINE: f32 = theme::BODY_LINE;

/// Where to go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Go {
    /// This row in the middle.
    To(usize),
    /// As little as it takes to see this row.
    See(usize),
}

/// Rows to be shown.
pub(super) struct Sheet<'a> {
    /// Tells it from others.
    pub(super) id: &'a str,
    /// Its accessible name.
    pub(super) name: &'a str,
    /// How many rows there are.
    pub(super) rows: usize,
    /// How wide they are.
    pub(super) width: f32,
    /// Where to go first.
    pub(super) go: Option<Go>,
}

/// What came of it.
pub(super) struct Shown {
    /// The whole place: clicked, dragged, focused.
    pub(super) area: Response,
    /// What is in sight.
    pub(super) rect: Rect,
    /// The row that would lie at a height on the screen.
    top: f32,
    first: usize,
    left: f32,
}

impl Shown {
    /// Where rows begin on the screen, sideways.
    pub(super) fn left(&self) -> f32 {
        self.left
    }

    /// The row at a height on the screen; before the first it is the first.
    pub(super) fn row_at(&self, y: f32) -> usize {
        let rows = ((y - self.top) / LINE).floor();
        if rows < 0.0 {
            return self.first.saturating_sub((-rows) as usize);
        }
        self.first + rows as usize
    }
}

impl Sheet<'_> {
    /// Shows the rows. `add` is given each row in sight and its place; it is called with the place
    /// of the whole first, so that what it adds lies above.
    pub(super) fn show(self, ui: &mut Ui, mut add: impl FnMut(&mut Ui, usize, Rect)) -> Shown {
        let output = ScrollArea::both()
            .id_salt(self.id)
            .auto_shrink(false)
            // Whatever stands below it lies over no row.
            .min_scrolled_height(0.0)
            .show_viewport(ui, |ui, viewport| {
                ui.spacing_mut().item_spacing = Vec2::ZERO;
                let height = self.rows as f32 * LINE;
                let origin = ui.min_rect().min;
                let width = self.width.max(viewport.width());
                ui.set_min_size(vec2(width, height));
                // Far down, a place in points is coarse. Rows are placed by their distance from
                // the first in sight, which is small.
                let first = (viewport.min.y.max(0.0) / LINE) as usize;
                let count = (viewport.height() / LINE) as usize + 2;
                let top = origin.y + viewport.min.y.max(0.0)
                    - (f64::from(viewport.min.y.max(0.0)) - first as f64 * f64::from(LINE)) as f32;
                let rect = ui.clip_rect();
                let area = ui.interact(rect, Id::unique(self.id), Sense::click_and_drag());
                let area = named(ui, area, Role::Document, self.name);
                for row in first..self.rows.min(first + count) {
                    let at = pos2(origin.x, top + (row - first) as f32 * LINE);
                    add(ui, row, Rect::from_min_size(at, vec2(width, LINE)));
                }
                let shown = Shown {
                    area,
                    rect,
                    top,
                    first,
                    left: origin.x,
                };
                self.go_ui(ui, &shown);
                keys_ui(ui, &shown, height);
                shown
            });
        output.inner
    }

    fn go_ui(&self, ui: &Ui, shown: &Shown) {
        let (row, align) = match self.go {
            Some(Go::To(row)) => (row, Some(Align::Center)),
            Some(Go::See(row)) => (row, None),
            None => return,
        };
        let rows = row as f32 - shown.first as f32;
        let at = pos2(shown.rect.left(), shown.top + rows * LINE);
        ui.scroll_to_rect(Rect::from_min_size(at, vec2(1.0, LINE)), align);
    }
}

/// Moves by the keyboard, where the caller has not used the key for something else.
fn keys_ui(ui: &Ui, shown: &Shown, height: f32) {
    if shown.area.clicked() || shown.area.drag_started() {
        shown.area.request_focus();
    }
    if !shown.area.has_focus() {
        return;
    }
    let filter = EventFilter {
        vertical_arrows: true,
        horizontal_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(shown.area.id, filter));
    let page = shown.rect.height() - LINE;
    for (action, by) in [
        (Action::ListNext, -LINE),
        (Action::ListPrevious, LINE),
        (Action::ListPageDown, -page),
        (Action::ListPageUp, page),
        (Action::ListFirst, height),
        (Action::ListLast, -height),
    ] {
        if action.taken(ui) {
            ui.scroll_with_delta(vec2(0.0, by));
        }
    }
}

/// Gives a row that is only painted its place among what a screen reader reads.
pub(super) fn row_text(ui: &Ui, id: &str, row: usize, rect: Rect, text: &str) {
    let rect = rect.intersect(ui.clip_rect());
    let response = ui.interact(rect, Id::unique((id, row)), Sense::hover());
    named(ui, response, Role::Label, text);
}
