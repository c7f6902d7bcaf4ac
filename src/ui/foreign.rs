//! What libraries tell screen readers in English and without asking, told in the language of the
//! window. Nothing of it is painted.

use egui::accesskit::Role;
use egui::{FullOutput, Id};

use crate::i18n::Texts;

/// The buttons beside a row of tabs that does not fit, by `egui_tiles`, and what they are called.
const BUTTONS: [(&str, &str); 2] = [
    ("Scroll tabs left", "tabs-scroll-left"),
    ("Scroll tabs right", "tabs-scroll-right"),
];

/// Replaces it, once per frame.
struct Foreign;

/// From now on it is replaced.
pub(super) fn install(ctx: &egui::Context) {
    ctx.add_plugin(Foreign);
}

/// The language that it is told in.
pub(super) fn tell_in(ctx: &egui::Context, texts: &'static Texts) {
    ctx.data_mut(|data| data.insert_temp(texts_id(), texts));
}

fn texts_id() -> Id {
    Id::unique("texts-of-the-window")
}

impl egui::Plugin for Foreign {
    fn debug_name(&self) -> &'static str {
        "foreign-names"
    }

    fn output_hook(&mut self, ctx: &egui::Context, output: &mut FullOutput) {
        let Some(update) = &mut output.platform_output.accesskit_update else {
            return;
        };
        let Some(texts) = ctx.data(|data| data.get_temp::<&'static Texts>(texts_id())) else {
            return;
        };
        let nodes = update.nodes.iter_mut().map(|(_, node)| node);
        for node in nodes.filter(|node| node.role() == Role::Button) {
            let known = BUTTONS.iter().find(|(name, _)| node.label() == Some(name));
            if let Some((_, key)) = known {
                node.set_label(texts.get(key));
            }
        }
    }
}
