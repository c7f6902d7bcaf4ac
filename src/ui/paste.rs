//! Holds back a paste of megabytes where one line is asked for: laying it out would hold up the
//! window for seconds. What is already in the field stays as it is.

use egui::{Context as Egui, Event};

use super::long_edit;

/// Bytes of a paste that any field takes: more than a name, a key or a filter has.
pub(super) const MOST: usize = 64 << 10;

/// Takes a paste away from a field that is not made for that. How long it was, in bytes.
pub(super) fn hold_back(ctx: &Egui) -> Option<usize> {
    let length = |event: &Event| match event {
        Event::Paste(text) if text.len() > MOST => Some(text.len()),
        _ => None,
    };
    let too_long = ctx.input(|input| input.events.iter().find_map(length))?;
    if long_edit::has_keyboard(ctx) {
        return None;
    }
    ctx.input_mut(|input| input.events.retain(|event| length(event).is_none()));
    // Where nothing would have taken it there is nothing to say.
    ctx.egui_wants_keyboard_input().then_some(too_long)
}
