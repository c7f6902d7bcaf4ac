//! What can have the keyboard: where it is, in which order one reads it, and how it is given the
//! keyboard. Which of it is meant is `regions.rs`.

use egui::accesskit::{self, ActionRequest, TreeId};
use egui::{Context, Id, Key, LayerId, Modifiers, Pos2, Rangef, Rect, WidgetRect};

/// The middles of what stands on one line are no further apart.
const ONE_LINE: f32 = 4.0;

/// A widget of this frame, or of the one before.
pub(super) fn widget(ctx: &Context, id: Id) -> Option<WidgetRect> {
    ctx.viewport(|viewport| {
        let now = viewport.this_pass.widgets.get(id);
        now.or_else(|| viewport.prev_pass.widgets.get(id)).copied()
    })
}

/// What can have the keyboard in a layer, in the order in which it was drawn, in this frame or, at
/// its begin, in the one before.
pub(super) fn focusable(ctx: &Context, layer: LayerId) -> Vec<WidgetRect> {
    ctx.viewport(|viewport| {
        let can = |widget: &&WidgetRect| widget.enabled && widget.sense.is_focusable();
        let of = |widgets: &egui::WidgetRects| -> Vec<WidgetRect> {
            widgets.get_layer(layer).filter(can).copied().collect()
        };
        let now = of(&viewport.this_pass.widgets);
        match now.is_empty() {
            true => of(&viewport.prev_pass.widgets),
            false => now,
        }
    })
}

/// Where a widget is, or where it would come into sight if it is scrolled away: at the edge of what
/// it is scrolled in, and so still in its panel.
pub(super) fn in_sight(widget: &WidgetRect) -> Pos2 {
    let (whole, seen) = (widget.rect, widget.interact_rect);
    let along = |whole: Rangef, seen: Rangef| match seen.min <= seen.max {
        true => seen.center(),
        // What was cut off is the edge.
        false if seen.min > whole.min => seen.min + 1.0,
        false => seen.max - 1.0,
    };
    Pos2::new(
        along(whole.x_range(), seen.x_range()),
        along(whole.y_range(), seen.y_range()),
    )
}

/// What stands on one line is read from the left, though some of it is drawn from the right.
pub(super) fn along_lines<T>(widgets: &mut [T], rect: impl Fn(&T) -> Rect) {
    let same = |one: &T, other: &T| {
        let apart = rect(one).center().y - rect(other).center().y;
        apart.abs() < ONE_LINE
    };
    for line in widgets.chunk_by_mut(same) {
        line.sort_by(|one, other| rect(one).left().total_cmp(&rect(other).left()));
    }
}

/// Whether Tab was pressed, and which way.
pub(super) fn tab_step(ctx: &Context) -> Option<isize> {
    let pressed = |modifiers: Modifiers| {
        ctx.input(|input| {
            input.events.iter().any(|event| {
                matches!(event, egui::Event::Key { key: Key::Tab, pressed: true, modifiers: m, .. }
                    if m.matches_exact(modifiers))
            })
        })
    };
    match (pressed(Modifiers::NONE), pressed(Modifiers::SHIFT)) {
        (true, false) => Some(1),
        (false, true) => Some(-1),
        _ => None,
    }
}

/// What is scrolled away comes into sight, as a screen reader would have it.
pub(super) fn bring_into_sight(ctx: &Context, id: Id) {
    let hidden = widget(ctx, id).is_some_and(|widget| {
        let rect = widget.rect;
        // As large as a panel: there is nothing to scroll to.
        let small = rect.height() < ctx.content_rect().height() / 2.0;
        small && !widget.interact_rect.contains_rect(rect)
    });
    if hidden {
        let request = ActionRequest {
            action: accesskit::Action::ScrollIntoView,
            target_tree: TreeId::ROOT,
            target_node: id.accesskit_id(),
            data: None,
        };
        let event = egui::Event::AccessKitActionRequest(request);
        ctx.input_mut(|input| input.events.push(event));
    }
}

/// What comes first in a part of a layer gets the keyboard, from whatever it is in.
pub(super) fn enter_first(ctx: &Context, layer: LayerId, part: Rect) {
    let mut inside = focusable(ctx, layer);
    let focused = ctx.memory(|memory| memory.focused());
    inside.retain(|widget| part.contains_rect(widget.rect) && Some(widget.id) != focused);
    along_lines(&mut inside, |widget| widget.rect);
    if let Some(first) = inside.first() {
        ctx.memory_mut(|memory| memory.request_focus(first.id));
        ctx.request_repaint();
    }
}

/// Unless somebody else has the keyboard by now.
pub(super) fn give_back(ctx: &Context, before: Option<Id>) {
    let nobody = ctx.memory(|memory| memory.focused().is_none());
    if let Some(before) = before.filter(|before| nobody && widget(ctx, *before).is_some()) {
        ctx.memory_mut(|memory| memory.request_focus(before));
        ctx.request_repaint();
    }
}
