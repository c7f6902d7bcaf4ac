//! A table or a list as one thing that has the keyboard: where its rows lie, and the ring around the
//! row in focus. What its keys mean is `table_keys.rs` and `list_keys.rs`.

use egui::{Context, EventFilter, Id, Popup, Rect, Response, Role, Sense, StrokeKind, Ui};

use super::theme;
use super::widgets::named;

/// Where a table lies, for the way of Tab through the window: of the widgets in its rows only
/// those of the row in focus take part, or one would go through hundreds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// What has the keyboard in it.
    pub(super) area: Id,
    /// All rows in sight.
    pub(super) rows: Rect,
    /// The row in focus, if it is in sight.
    pub(super) row: Option<Rect>,
}

fn seen(area: Id) -> Id {
    area.with("grid")
}

/// Where the table was drawn in this frame whose keyboard is `area`'s.
pub(super) fn of(ctx: &Context, area: Id) -> Option<Grid> {
    ctx.read_response(area)?;
    ctx.data(|data| data.get_temp(seen(area)))
}

/// The table as one thing that takes the keyboard. Before its rows, which lie on top of it, under a
/// head of this height. `escape`: whether Escape is its own, too.
pub(super) fn area_ui(
    ui: &Ui,
    id: Id,
    room: Rect,
    head: f32,
    name: &str,
    escape: bool,
) -> Response {
    let area = ui.interact(room, id, Sense::FOCUSABLE);
    let area = named(ui, area, Role::Table, name);
    if area.has_focus() {
        // In the menu of a row the arrows are the menu's.
        let ours = !Popup::is_any_open(ui.ctx());
        let filter = EventFilter {
            horizontal_arrows: ours,
            vertical_arrows: ours,
            escape: ours && escape,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    }
    let grid = Grid {
        area: id,
        rows: room.with_min_y(room.top() + head),
        row: None,
    };
    ui.data_mut(|data| data.insert_temp(seen(id), grid));
    area
}

/// The row in focus was drawn here. It has the ring, instead of the whole table.
pub(super) fn row_seen(area: &Response, rect: Rect) {
    let ctx = &area.ctx;
    let rect = rect.intersect(area.rect);
    ctx.data_mut(|data| {
        if let Some(mut grid) = data.get_temp::<Grid>(seen(area.id)) {
            grid.row = Some(rect);
            data.insert_temp(seen(area.id), grid);
        }
    });
    if !area.has_focus() {
        return;
    }
    theme::rings_itself(ctx, area.id);
    if theme::rings(ctx) {
        ctx.layer_painter(area.layer_id)
            .with_clip_rect(area.rect)
            .rect_stroke(rect, 0.0, theme::ring(ctx), StrokeKind::Inside);
    }
}
