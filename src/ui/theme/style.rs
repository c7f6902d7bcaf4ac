//! The style egui draws with: spacing, visuals and the looks of a widget's states, all made of
//! tokens.
//!
//! It deliberately does not choose the theme on screen: that is the caller's, through
//! [`Context::set_theme`].

use egui::style::{
    KineticScrollStyle, ScrollAnimation, ScrollFadeStyle, ScrollStyle, Selection, Spacing,
    TextCursorStyle, WidgetVisuals, Widgets,
};
use egui::{
    Color32, Context, CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, Theme, Visuals, vec2,
};

use crate::config::Density;

use super::focus::FocusRing;
use super::fonts::{body, column_style, install_fonts, mono, semibold, small};
use super::{
    BODY_LINE, GAP, GAP_SMALL, HAIRLINE, HEADING_SIZE, Palette, RADIUS, SMALL_SIZE, Sizes, margin,
};

/// Fonts, both styles and the focus ring: all a fresh context needs.
pub fn install(ctx: &Context) {
    install_fonts(ctx);
    apply(ctx, Density::default(), false);
    ctx.add_plugin(FocusRing);
}

/// Sets the dark and the light style: how close things lie, and whether anything may move by itself.
///
/// Which of the two is shown is the caller's choice, through [`Context::set_theme`].
pub fn apply(ctx: &Context, density: Density, moves: bool) {
    Sizes::keep(ctx, density);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme, density, moves));
    }
}

/// The egui style of a theme.
pub fn style(theme: Theme, density: Density, moves: bool) -> Style {
    Style {
        text_styles: [
            (TextStyle::Body, body()),
            (TextStyle::Button, body()),
            (TextStyle::Small, small()),
            (TextStyle::Heading, semibold(HEADING_SIZE)),
            (TextStyle::Monospace, mono()),
            (column_style(), semibold(SMALL_SIZE)),
        ]
        .into(),
        spacing: spacing(Sizes::of(density), moves),
        visuals: visuals(theme),
        // Motion is the countdown's alone, and that of new rows, which have a time of their own.
        animation_time: 0.0,
        scroll_animation: ScrollAnimation::none(),
        ..Style::default()
    }
}

fn spacing(sizes: &Sizes, moves: bool) -> Spacing {
    Spacing {
        item_spacing: vec2(GAP, sizes.gap),
        window_margin: Margin::same(margin(sizes.pad)),
        menu_margin: Margin::same(margin(GAP_SMALL)),
        // A line of text and this padding make up the height of a control.
        button_padding: vec2(10.0, (sizes.control - BODY_LINE) / 2.0),
        interact_size: vec2(sizes.control, sizes.control),
        indent: 16.0,
        icon_width: 16.0,
        icon_width_inner: 8.0,
        icon_spacing: 8.0,
        combo_width: 96.0,
        menu_spacing: GAP_SMALL,
        // Both fonts are about 16 points high at their size: this makes the lines 20 apart.
        extra_text_line_spacing: 4.0,
        tooltip_width: 400.0,
        scroll: ScrollStyle {
            bar_width: 8.0,
            floating_width: 4.0,
            floating_allocated_width: 8.0,
            // That there is more has to be seen without the pointer there, on any ground.
            foreground_color: true,
            dormant_handle_opacity: 0.35,
            active_handle_opacity: 0.5,
            interact_handle_opacity: 0.7,
            // A fade over the last rows would take their contrast away.
            fade: ScrollFadeStyle {
                strength: 0.0,
                ..ScrollFadeStyle::default()
            },
            kinetic: match moves {
                true => KineticScrollStyle::default(),
                // What was let go of stands still, and nothing springs back.
                false => KineticScrollStyle {
                    decay_time: 0.0,
                    rubber_band: false,
                    ..KineticScrollStyle::default()
                },
            },
            ..ScrollStyle::thin()
        },
        ..Spacing::default()
    }
}

fn visuals(theme: Theme) -> Visuals {
    let p = Palette::of(theme);
    let base = match theme {
        Theme::Dark => Visuals::dark(),
        Theme::Light => Visuals::light(),
    };
    Visuals {
        widgets: widgets(p),
        selection: Selection {
            bg_fill: p.accent_bg,
            stroke: Stroke::new(HAIRLINE, p.accent),
        },
        weak_text_color: Some(p.faint),
        hyperlink_color: p.accent,
        faint_bg_color: p.raised,
        extreme_bg_color: p.bg,
        text_edit_bg_color: Some(p.bg),
        code_bg_color: p.raised,
        warn_fg_color: p.soon,
        error_fg_color: p.bad,
        panel_fill: p.panel,
        window_fill: p.panel,
        window_stroke: Stroke::new(HAIRLINE, p.line),
        window_corner_radius: radius(),
        menu_corner_radius: radius(),
        window_shadow: Shadow::NONE,
        popup_shadow: Shadow {
            offset: [0, 4],
            blur: 16,
            spread: 0,
            color: Color32::from_black_alpha(if theme == Theme::Dark { 96 } else { 40 }),
        },
        window_highlight_topmost: false,
        // A blinking cursor is motion, and repaints a window that has nothing new to show.
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(1.5, p.text),
            blink: false,
            ..TextCursorStyle::default()
        },
        slider_trailing_fill: true,
        indent_has_left_vline: false,
        ..base
    }
}

fn widgets(p: &Palette) -> Widgets {
    // Flat: a state changes the border, not the shape. The fill stays under text of any colour.
    let widget = |fill: Color32, border: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(HAIRLINE, border),
        corner_radius: radius(),
        fg_stroke: Stroke::new(HAIRLINE, p.text),
        expansion: 0.0,
    };
    Widgets {
        noninteractive: widget(p.panel, p.line),
        inactive: widget(p.raised, p.line),
        hovered: widget(p.raised, p.faint),
        active: widget(p.raised, p.accent),
        open: widget(p.raised, p.faint),
    }
}

fn radius() -> CornerRadius {
    CornerRadius::from(RADIUS)
}

#[cfg(test)]
mod tests {
    use egui::RawInput;

    use super::super::{icons, palette, strong};
    use super::*;

    #[test]
    fn controls_have_the_height_of_the_grid() {
        let ctx = Context::default();
        install(&ctx);
        for density in [Density::Comfortable, Density::Compact] {
            apply(&ctx, density, false);
            let control = Sizes::of(density).control;
            for text in ["Publish", "发布"] {
                let mut heights = Vec::new();
                let output = ctx.run_ui(RawInput::default(), |ui| {
                    heights = vec![
                        ui.button(text).rect.height(),
                        ui.button(strong(text)).rect.height(),
                        ui.button((icons::STOP, strong(text))).rect.height(),
                        ui.text_edit_singleline(&mut text.to_owned()).rect.height(),
                    ];
                });
                output.drop_without_applying_deltas();
                assert_eq!(heights, vec![control; 4], "{text} {density:?}");
            }
        }
    }

    #[test]
    fn nothing_of_eguis_own_moves_by_itself() {
        for theme in [Theme::Dark, Theme::Light] {
            for moves in [true, false] {
                let style = style(theme, Density::default(), moves);
                assert_eq!(style.animation_time, 0.0);
                assert_eq!(style.scroll_animation, ScrollAnimation::none());
                assert!(!style.visuals.text_cursor.blink);
                let kinetic = style.spacing.scroll.kinetic;
                assert_eq!(
                    (kinetic.decay_time > 0.0, kinetic.rubber_band),
                    (moves, moves)
                );
            }
        }
    }

    #[test]
    fn both_themes_are_set_and_the_palette_follows() {
        let ctx = Context::default();
        install(&ctx);
        for (theme, expected) in [
            (Theme::Dark, Palette::dark()),
            (Theme::Light, Palette::light()),
        ] {
            ctx.set_theme(theme);
            assert_eq!(palette(&ctx), expected);
            assert_eq!(ctx.style_of(theme).visuals.panel_fill, expected.panel);
            assert_eq!(ctx.style_of(theme).visuals.dark_mode, theme == Theme::Dark);
        }
    }
}
