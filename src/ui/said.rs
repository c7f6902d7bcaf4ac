//! Says for a moment why what somebody pressed keys for does nothing just now. Keeps it, draws it;
//! the reasons are those of whoever refuses.

use std::time::Duration;

use egui::accesskit::{Live, Role};
use egui::{Align2, Area, Context as Egui, Frame, Id, Label, Order, RichText, vec2};

use crate::protocol::Timestamp;

use super::actions::Action;
use super::context::Context;
use super::theme;

/// Long enough to be read.
const FOR: Duration = Duration::from_secs(5);
/// Above the line at the foot.
const UP: f32 = -(theme::STATUS_BAR_HEIGHT + theme::PAD);

/// What is said.
#[derive(Debug, Default)]
pub(super) struct Said {
    shown: Option<(String, Timestamp)>,
}

impl Said {
    /// Says why this is not possible.
    pub(super) fn refuse(&mut self, action: Action, reason: &'static str, cx: &Context<'_>) {
        let text = format!("{} · {}", action.name(cx.texts), cx.texts.get(reason));
        self.say(text, cx);
    }

    pub(super) fn say(&mut self, text: String, cx: &Context<'_>) {
        self.shown = Some((text, cx.now));
    }

    /// Something was done: what was said before is past.
    pub(super) fn done(&mut self) {
        self.shown = None;
    }

    /// Draws it, while it is fresh.
    pub(super) fn ui(&mut self, ctx: &Egui, cx: &Context<'_>) {
        let Some((text, at)) = &self.shown else {
            return;
        };
        let gone = *at + FOR;
        if gone <= cx.now {
            self.shown = None;
            return;
        }
        ctx.request_repaint_after(gone.since(cx.now));
        let text = text.clone();
        let area = Area::new(Id::unique("said"))
            .order(Order::Tooltip)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, UP))
            .interactable(false);
        area.show(ctx, |ui| {
            Frame::popup(ui.style())
                .inner_margin(egui::Margin::symmetric(theme::PAD as i8, theme::GAP as i8))
                .show(ui, |ui| {
                    let said = text.clone();
                    let words = RichText::new(text).color(cx.palette.soon);
                    let label = ui.add(Label::new(words).extend().selectable(false));
                    ctx.accesskit_node_builder(label.id, |node| {
                        node.set_role(Role::Status);
                        node.set_label(said);
                        node.set_live(Live::Polite);
                    });
                });
        });
    }
}
