//! How the window looks, as the settings and the desktop want it together: dark or light, how close
//! things lie, whether anything may move. Sizes and colours themselves are the theme's.

use egui::{Context, ThemePreference};

use crate::config::{Density, ThemeChoice};
use crate::session::{Model, Shade};

use super::theme;

/// What is wanted just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    theme: ThemePreference,
    density: Density,
    moves: bool,
}

impl Look {
    /// As the settings say, and the desktop where they leave it to that.
    pub(super) fn of(model: &Model) -> Self {
        let preferences = model.preferences();
        Self {
            theme: match (preferences.theme, model.desktop().shade) {
                (ThemeChoice::Dark, _) | (ThemeChoice::System, Some(Shade::Dark)) => {
                    ThemePreference::Dark
                }
                (ThemeChoice::Light, _) | (ThemeChoice::System, Some(Shade::Light)) => {
                    ThemePreference::Light
                }
                // What the window itself hears of it, if anything.
                (ThemeChoice::System, None) => ThemePreference::System,
            },
            density: preferences.density,
            moves: model.moves(),
        }
    }

    /// Draws everything like this from now on.
    pub(super) fn apply(self, ctx: &Context) {
        ctx.set_theme(self.theme);
        theme::apply(ctx, self.density, self.moves);
        ctx.request_repaint();
    }
}
