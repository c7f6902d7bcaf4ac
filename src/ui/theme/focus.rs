//! The ring around whatever has keyboard focus.
//!
//! It deliberately never moves the focus.

use egui::{Context, CornerRadius, Event, Id, Plugin, RawInput, Stroke, StrokeKind, Ui};

use super::{RADIUS, palette};

const RING_WIDTH: f32 = 2.0;
/// Between a widget's border and the ring, so that the ring shows on an accent button too.
const RING_GAP: f32 = 1.0;

/// The ring's line.
pub(in crate::ui) fn ring(ctx: &Context) -> Stroke {
    Stroke::new(RING_WIDTH, palette(ctx).accent)
}

/// Whether what has the focus is to be seen: the keyboard was used last, and not the pointer.
pub(in crate::ui) fn rings(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp(by_keyboard()))
        .unwrap_or(false)
}

/// This widget draws a ring of its own in this frame, around the part that it is about.
pub(in crate::ui) fn rings_itself(ctx: &Context, widget: Id) {
    let now = (widget, ctx.cumulative_pass_nr());
    ctx.data_mut(|data| data.insert_temp(own_ring(), now));
}

fn by_keyboard() -> Id {
    Id::unique("focus by keyboard")
}

fn own_ring() -> Id {
    Id::unique("focus ring of its own")
}

/// Draws a ring around whatever has keyboard focus.
///
/// egui gives a focused widget the look of a pressed one, which a widget with its own fill or
/// border overrides and one without a frame does not have. Nobody who uses the pointer looks for
/// a ring, so it shows up after a key and goes with the next click; a text edit has a border in
/// accent instead.
pub(super) struct FocusRing;

impl Plugin for FocusRing {
    fn debug_name(&self) -> &'static str {
        "focus ring"
    }

    fn input_hook(&mut self, ctx: &Context, input: &mut RawInput) {
        for event in &input.events {
            let keyboard = match event {
                Event::Key { pressed: true, .. } | Event::AccessKitActionRequest(_) => true,
                Event::PointerButton { pressed: true, .. } | Event::Touch { .. } => false,
                _ => continue,
            };
            ctx.data_mut(|data| data.insert_temp(by_keyboard(), keyboard));
        }
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let Some(focused) = ui.memory(|memory| memory.focused()) else {
            return;
        };
        let own: Option<(Id, u64)> = ui.data(|data| data.get_temp(own_ring()));
        let its_own = own == Some((focused, ui.cumulative_pass_nr()));
        if ui.text_edit_focused() || its_own || !rings(ui) {
            return;
        }
        let Some(response) = ui.read_response(focused) else {
            return;
        };
        // The part a scroll area lets through; nothing if the widget is scrolled away.
        let visible = response.interact_rect;
        if !visible.is_positive() {
            return;
        }
        ui.layer_painter(response.layer_id)
            .with_clip_rect(visible.expand(RING_GAP + RING_WIDTH))
            .rect_stroke(
                response.rect.expand(RING_GAP),
                CornerRadius::from(RADIUS + RING_GAP),
                ring(ui),
                StrokeKind::Outside,
            );
    }
}

#[cfg(test)]
mod tests {
    use egui::{Color32, Key, Modifiers, Shape, Theme};

    use super::super::{Palette, install};
    use super::*;

    fn has_ring(shape: &Shape, color: Color32) -> bool {
        match shape {
            Shape::Vec(shapes) => shapes.iter().any(|shape| has_ring(shape, color)),
            Shape::Rect(rect) => rect.stroke == Stroke::new(RING_WIDTH, color),
            _ => false,
        }
    }

    #[test]
    fn keyboard_focus_can_be_seen_on_any_button() {
        let ctx = Context::default();
        install(&ctx);
        ctx.set_theme(Theme::Dark);
        let p = Palette::dark();
        let frame = |events: Vec<Event>| {
            let input = RawInput {
                events,
                focused: true,
                ..RawInput::default()
            };
            let mut output = ctx.run_ui(input, |ui| {
                let _ = ui.add(egui::Button::new("plain").frame(false));
                let _ = ui.add(
                    egui::Button::new("main")
                        .fill(p.accent)
                        .stroke(Stroke::NONE),
                );
            });
            let shapes = std::mem::take(&mut output.shapes);
            output.drop_without_applying_deltas();
            shapes
                .iter()
                .any(|clipped| has_ring(&clipped.shape, p.accent))
        };
        let tab = || {
            [true, false]
                .map(|pressed| Event::Key {
                    key: Key::Tab,
                    physical_key: None,
                    pressed,
                    repeat: false,
                    modifiers: Modifiers::NONE,
                })
                .to_vec()
        };
        assert!(!frame(vec![]), "no ring before the first Tab");
        for button in ["plain", "main"] {
            frame(tab());
            assert!(frame(vec![]), "no ring around {button}");
        }
    }
}
