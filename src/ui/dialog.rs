//! What lies on top of the window until it is done with: its frame, and the keys that hold in every
//! dialog. What is in it, and what that does, is its own business.
//!
//! Enter presses the button that has the keyboard, as everywhere. Ctrl+Enter does what the dialog is
//! for, wherever in it the keyboard is. Escape and a click beside it ask it to go, which it does
//! where nothing that was typed would be lost.

use egui::{Context as Egui, Frame, Id, Modal, Popup, Response, Ui};

use crate::i18n::Texts;

use super::actions::Action;
use super::spoken::tell;
use super::theme;

/// Draws a dialog: what its contents give, and whether Escape or a click beside it ask it to go.
pub(super) fn show<R>(ctx: &Egui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> (R, bool) {
    let id = Id::unique(name);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(2.0 * theme::PAD);
    // Of several that lie on each other, the topmost has the keys; and over that, an open menu.
    let topmost = ctx.memory(|memory| memory.top_modal_layer());
    let ours = topmost == Some(Modal::default_area(id).layer()) && !Popup::is_any_open(ctx);
    // Before a button that has the keyboard takes Enter for itself.
    let asked = ours && Action::DialogMain.taken_in_field(ctx);
    ctx.data_mut(|data| data.insert_temp(main(), asked));
    let modal = Modal::new(id).frame(frame).show(ctx, add);
    ctx.data_mut(|data| data.remove_temp::<bool>(main()));
    let leaves = modal.should_close();
    (modal.inner, leaves)
}

fn main() -> Id {
    Id::unique("the main button of a dialog is asked for")
}

/// Whether the button that does what the dialog is for is pressed, or asked for by its keys, which
/// are said where one looks at it.
pub(super) fn is_pressed(t: &Texts, button: Response) -> bool {
    let keys = Action::DialogMain.shortcut(&button.ctx, t);
    let ctx = button.ctx.clone();
    tell(&button, |node| {
        node.set_keyboard_shortcut(keys.as_deref().unwrap_or_default());
    });
    let asked = ctx.data(|data| data.get_temp(main())).unwrap_or(false);
    let button = match keys {
        Some(keys) => button.on_hover_text(keys),
        None => button,
    };
    button.clicked() || (asked && button.enabled())
}
