//! How mqscope looks: the only place with colours, sizes and fonts.
//!
//! It deliberately draws nothing but the focus ring and knows no panel: widgets and panels ask it
//! for a token by what the token is for. The tests at the foot measure contrast and coverage.

use std::sync::{Arc, OnceLock};

use egui::style::{
    ScrollAnimation, ScrollFadeStyle, ScrollStyle, Selection, Spacing, TextCursorStyle,
    WidgetVisuals, Widgets,
};
use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Frame, Margin,
    Plugin, RichText, Shadow, Stroke, StrokeKind, Style, TextStyle, Theme, Ui, Visuals, vec2,
};
use egui_extras::syntax_highlighting::{CodeTheme, TokenType};

// ---------------------------------------------------------------------------------- colours

/// The colours of one theme, named after what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The window behind the panels, and the inside of inputs.
    pub bg: Color32,
    /// Panels, tables, menus.
    pub panel: Color32,
    /// Buttons and chips.
    pub raised: Color32,
    /// Hairlines, one point wide.
    pub line: Color32,
    /// Body text.
    pub text: Color32,
    /// Labels and secondary text.
    pub dim: Color32,
    /// Column headings and rows that are done. On a selected row use `dim`.
    pub faint: Color32,
    /// The one main action of a place, the selection, the focus ring.
    pub accent: Color32,
    /// Behind text in `accent`.
    pub accent_bg: Color32,
    /// Text on a button filled with `accent`.
    pub on_accent: Color32,
    /// Plenty of time left, acked, running.
    pub ok: Color32,
    /// Behind text in `ok`.
    pub ok_bg: Color32,
    /// Under a fifth of the lease, redelivered, the warning that looking consumes.
    pub soon: Color32,
    /// Behind text in `soon`.
    pub soon_bg: Color32,
    /// Returned, refused, stop, production.
    pub bad: Color32,
    /// Behind text in `bad`.
    pub bad_bg: Color32,
    /// Tags of messages.
    pub tag: Color32,
    /// Behind text in `tag`.
    pub tag_bg: Color32,
    /// A selected row.
    pub selected: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    let [_, r, g, b] = hex.to_be_bytes();
    Color32::from_rgb(r, g, b)
}

static DARK: Palette = Palette {
    bg: rgb(0x16181d),
    panel: rgb(0x1b1e24),
    raised: rgb(0x22262e),
    line: rgb(0x2c313a),
    text: rgb(0xe6e8ec),
    dim: rgb(0x9aa2af),
    faint: rgb(0x7f8694),
    accent: rgb(0x4c9aff),
    accent_bg: rgb(0x1c3250),
    on_accent: rgb(0x16181d),
    ok: rgb(0x3fb27f),
    ok_bg: rgb(0x16332a),
    soon: rgb(0xe0a33a),
    soon_bg: rgb(0x3a2d14),
    bad: rgb(0xe97867),
    bad_bg: rgb(0x3d1f1c),
    tag: rgb(0xb48ef0),
    tag_bg: rgb(0x2d2440),
    selected: rgb(0x233247),
};

static LIGHT: Palette = Palette {
    bg: rgb(0xf4f5f7),
    panel: rgb(0xffffff),
    raised: rgb(0xf0f2f5),
    line: rgb(0xdfe3e8),
    text: rgb(0x1c2026),
    dim: rgb(0x5b6472),
    faint: rgb(0x68717f),
    accent: rgb(0x1361da),
    accent_bg: rgb(0xdbe9ff),
    on_accent: rgb(0xffffff),
    ok: rgb(0x187a4e),
    ok_bg: rgb(0xdcf3e7),
    soon: rgb(0x916100),
    soon_bg: rgb(0xfff1cf),
    bad: rgb(0xbf392b),
    bad_bg: rgb(0xfde4e0),
    tag: rgb(0x6f42c1),
    tag_bg: rgb(0xefe6fb),
    selected: rgb(0xe3eefc),
};

impl Palette {
    /// The dark theme.
    pub fn dark() -> &'static Self {
        &DARK
    }

    /// The light theme.
    pub fn light() -> &'static Self {
        &LIGHT
    }

    /// The palette of an egui theme.
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }
}

/// The palette of the theme on screen. A [`Ui`] is a [`Context`] here, so pass either.
pub fn palette(ctx: &Context) -> &'static Palette {
    Palette::of(ctx.theme())
}

// ------------------------------------------------------------------------------------ sizes

/// Height of a table row.
pub const ROW_HEIGHT: f32 = 30.0;
/// Width of the bar beside a list.
pub const SCROLL_BAR: f32 = 12.0;
/// Room at both sides of its handle.
pub const SCROLL_MARGIN: f32 = 3.0;
/// How much of its ink a handle has that nobody is about to take hold of.
pub const SCROLL_HANDLE_QUIET: f32 = 0.35;
/// Length of the shortest handle.
pub const SCROLL_HANDLE_LEAST: f32 = 24.0;
/// Height of a table row in the compact setting.
pub const ROW_HEIGHT_COMPACT: f32 = 24.0;
/// Height of the row of column heads.
pub const HEAD_HEIGHT: f32 = 28.0;
/// Height of buttons, inputs and segmented controls.
pub const CONTROL_HEIGHT: f32 = 28.0;
/// Height of the strip of tabs.
pub const TAB_BAR_HEIGHT: f32 = 40.0;
/// Least width and height of a tab's pane: its head can still be used.
pub const LEAST_PANE: f32 = 160.0;
/// Height of the bar at the top of the window.
pub const TOP_BAR_HEIGHT: f32 = 44.0;
/// Height of the bar at the bottom of the window.
pub const STATUS_BAR_HEIGHT: f32 = 30.0;
/// Corner radius of controls and panels within panels.
pub const RADIUS: f32 = 6.0;
/// Corner radius of chips: tags and states.
pub const RADIUS_SMALL: f32 = 4.0;
/// Width of the side panel until it is dragged.
pub const SIDE_WIDTH: f32 = 216.0;
/// Width of the publish panel until it is dragged.
pub const PUBLISH_WIDTH: f32 = 336.0;
/// Below this window width the publish form is a tab.
pub const PUBLISH_AS_TAB_BELOW: f32 = 1100.0;
/// From this height on, consume views leave room for details though no message is chosen.
pub const DETAILS_ALWAYS_FROM: f32 = 400.0;
/// The smallest window everything fits in.
pub const MIN_WINDOW: [f32; 2] = [960.0, 600.0];
/// The window on the first start.
pub const FIRST_WINDOW: [f32; 2] = [1440.0, 900.0];
/// Space that belongs together: a label and its input.
pub const GAP_SMALL: f32 = 4.0;
/// Space between controls.
pub const GAP: f32 = 8.0;
/// Space inside panels.
pub const PAD: f32 = 12.0;
/// Width of hairlines and borders.
pub const HAIRLINE: f32 = 1.0;
/// Diameter of the dots that show a state.
pub const DOT: f32 = 10.0;
/// Height of the bar that shows how much of a lease is left.
pub const LEASE_BAR_HEIGHT: f32 = 4.0;
/// How long a new row fades in, unless motion is reduced.
pub const FADE_SECONDS: f32 = 0.12;

/// Size of body text.
pub const BODY_SIZE: f32 = 13.0;
/// Line height of body text.
pub const BODY_LINE: f32 = 20.0;
/// Size of column heads and labels.
pub const SMALL_SIZE: f32 = 11.0;
/// Line height of column heads and labels.
pub const SMALL_LINE: f32 = 16.0;
/// Size of a panel's title.
pub const HEADING_SIZE: f32 = 14.0;
/// Size of ids, keys and bodies.
pub const MONO_SIZE: f32 = 12.0;

// ------------------------------------------------------------------------------------ fonts

const INTER: &str = "Inter";
const INTER_SEMIBOLD: &str = "Inter SemiBold";
const JETBRAINS_MONO: &str = "JetBrains Mono";
const NOTO_SC: &str = "Noto Sans SC";
/// The fonts egui brings for symbols, in the order it asks them.
const SYMBOLS: [&str; 3] = ["egui-icons", "NotoEmoji-Regular", "emoji-icon-font"];

/// The bundled fonts as egui wants them, in the order they are asked for a character.
pub fn font_definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    fonts
        .font_data
        .retain(|name, _| SYMBOLS.contains(&name.as_str()));
    let bundled: [(&str, &'static [u8]); 4] = [
        (
            INTER,
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            INTER_SEMIBOLD,
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            JETBRAINS_MONO,
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            NOTO_SC,
            include_bytes!("../../assets/fonts/NotoSansSC-Regular.otf"),
        ),
    ];
    for (name, bytes) in bundled {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Each text font lends the other its symbols: only JetBrains Mono has ▸ and ▾.
    let chain = |first: &str, lender: &str| {
        let mut names = vec![first.to_owned(), NOTO_SC.to_owned()];
        names.extend(
            SYMBOLS
                .iter()
                .filter(|name| fonts.font_data.contains_key(**name))
                .map(|name| (*name).to_owned()),
        );
        names.push(lender.to_owned());
        names
    };
    fonts.families = [
        (FontFamily::Proportional, chain(INTER, JETBRAINS_MONO)),
        (FontFamily::Monospace, chain(JETBRAINS_MONO, INTER)),
        (semibold_family(), chain(INTER_SEMIBOLD, JETBRAINS_MONO)),
    ]
    .into();
    fonts
}

/// Gives the context the bundled fonts. Must come before [`apply`], which names them.
pub fn install_fonts(ctx: &Context) {
    ctx.set_fonts(font_definitions());
}

fn semibold_family() -> FontFamily {
    // Asked for in every frame: the name is allocated once.
    static NAME: OnceLock<Arc<str>> = OnceLock::new();
    FontFamily::Name(NAME.get_or_init(|| Arc::from("semibold")).clone())
}

/// Inter SemiBold. Its digits are tabular, so it suits countdowns.
pub fn semibold(size: f32) -> FontId {
    FontId::new(size, semibold_family())
}

/// Inter at the size of body text. Its digits are tabular.
pub fn body() -> FontId {
    FontId::proportional(BODY_SIZE)
}

/// Inter at the size of labels.
pub fn small() -> FontId {
    FontId::proportional(SMALL_SIZE)
}

/// JetBrains Mono at the size of ids, keys and bodies.
pub fn mono() -> FontId {
    FontId::monospace(MONO_SIZE)
}

/// The text style of column heads: 11 semibold.
pub fn column_style() -> TextStyle {
    static NAME: OnceLock<Arc<str>> = OnceLock::new();
    TextStyle::Name(NAME.get_or_init(|| Arc::from("column")).clone())
}

/// The head of a table column or of a group in a panel.
pub fn column_head(ctx: &Context, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(semibold(SMALL_SIZE))
        .line_height(Some(SMALL_LINE))
        .color(palette(ctx).faint)
}

/// The label above an input, and secondary text under a name.
pub fn label(ctx: &Context, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(small())
        .line_height(Some(SMALL_LINE))
        .color(palette(ctx).dim)
}

/// The title of a panel.
pub fn title(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(semibold(HEADING_SIZE))
        .line_height(Some(BODY_LINE))
}

/// Body text that stands out by weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(semibold(BODY_SIZE))
        .line_height(Some(BODY_LINE))
}

/// Body text that stays quiet.
pub fn dim(ctx: &Context, text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(body())
        .line_height(Some(BODY_LINE))
        .color(palette(ctx).dim)
}

/// What an empty input says. egui colours it, but would set it higher than the text it stands for.
pub fn hint(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(body())
        .line_height(Some(BODY_LINE))
}

/// An id, a key or a body.
pub fn code(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(mono())
        .line_height(Some(BODY_LINE))
}

// ----------------------------------------------------------------------------------- frames

/// Colours of code: strings, numbers, words; everything else stays quiet.
pub fn code_theme(theme: Theme) -> CodeTheme {
    let p = Palette::of(theme);
    let mut code = match theme {
        Theme::Dark => CodeTheme::dark(MONO_SIZE),
        Theme::Light => CodeTheme::light(MONO_SIZE),
    };
    for (token, color) in [
        (TokenType::StringLiteral, p.ok),
        (TokenType::Literal, p.soon),
        (TokenType::Keyword, p.tag),
        (TokenType::Function, p.text),
        (TokenType::Comment, p.dim),
        (TokenType::Punctuation, p.dim),
        (TokenType::Whitespace, p.dim),
    ] {
        let format = code.format_mut(token);
        format.font_id = mono();
        format.color = color;
        format.line_height = Some(BODY_LINE);
    }
    code
}

/// A panel: filled, padded, without a border, since panels draw the hairline between them.
pub fn panel_frame(ctx: &Context) -> Frame {
    Frame::new()
        .fill(palette(ctx).panel)
        .inner_margin(Margin::same(margin(PAD)))
}

/// A bar across the window, at its top or its foot.
pub fn bar_frame(ctx: &Context) -> Frame {
    Frame::new()
        .fill(palette(ctx).panel)
        .inner_margin(Margin::symmetric(margin(PAD), 0))
}

/// A banner or chip in one of the `_bg` colours.
pub fn banner_frame(fill: Color32) -> Frame {
    Frame::new()
        .fill(fill)
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(margin(GAP), margin(GAP_SMALL)))
}

/// The hairline of the theme on screen.
pub fn hairline(ctx: &Context) -> Stroke {
    Stroke::new(HAIRLINE, palette(ctx).line)
}

fn margin(points: f32) -> i8 {
    // Float to integer casts saturate, and no margin comes near the limit.
    points as i8
}

// ------------------------------------------------------------------------------------ style

/// Fonts, both styles and the focus ring: all a fresh context needs.
pub fn install(ctx: &Context) {
    install_fonts(ctx);
    apply(ctx);
}

/// Sets the dark and the light style and turns the focus ring on.
///
/// Which of the two is shown is the caller's choice, through [`Context::set_theme`].
pub fn apply(ctx: &Context) {
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme));
    }
    ctx.add_plugin(FocusRing);
}

/// The egui style of a theme.
pub fn style(theme: Theme) -> Style {
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
        spacing: spacing(),
        visuals: visuals(theme),
        // Motion is the countdown's alone.
        animation_time: 0.0,
        scroll_animation: ScrollAnimation::none(),
        ..Style::default()
    }
}

fn spacing() -> Spacing {
    Spacing {
        item_spacing: vec2(GAP, GAP),
        window_margin: Margin::same(margin(PAD)),
        menu_margin: Margin::same(margin(GAP_SMALL)),
        // A line of text and this padding make up CONTROL_HEIGHT.
        button_padding: vec2(10.0, 4.0),
        interact_size: vec2(CONTROL_HEIGHT, CONTROL_HEIGHT),
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
            // A fade over the last rows would take their contrast away.
            fade: ScrollFadeStyle {
                strength: 0.0,
                ..ScrollFadeStyle::default()
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

// ------------------------------------------------------------------------------- focus ring

const RING_WIDTH: f32 = 2.0;
/// Between a widget's border and the ring, so that the ring shows on an accent button too.
const RING_GAP: f32 = 1.0;

/// Draws a ring around whatever has keyboard focus.
///
/// egui gives a focused widget the look of a pressed one, which a widget with its own fill or
/// border overrides and one without a frame does not have. Clicking a button does not focus it,
/// so the ring shows up for the keyboard only; a text edit has a border in accent instead.
struct FocusRing;

impl Plugin for FocusRing {
    fn debug_name(&self) -> &'static str {
        "focus ring"
    }

    fn on_end_pass(&mut self, ui: &mut Ui) {
        let Some(focused) = ui.memory(|memory| memory.focused()) else {
            return;
        };
        if ui.text_edit_focused() {
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
                Stroke::new(RING_WIDTH, palette(ui).accent),
                StrokeKind::Outside,
            );
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use egui::epaint::text::{Fonts, TextOptions};
    use egui::{Event, Key, Modifiers, RawInput, Shape};

    use super::*;

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let linear = |v: u8| {
                let v = f32::from(v) / 255.0;
                if v <= 0.04045 {
                    v / 12.92
                } else {
                    ((v + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * linear(c.r()) + 0.7152 * linear(c.g()) + 0.0722 * linear(c.b())
        };
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        if a > b { a / b } else { b / a }
    }

    #[test]
    fn text_can_be_read() {
        for (theme, p) in [("dark", Palette::dark()), ("light", Palette::light())] {
            let surfaces = [
                ("bg", p.bg),
                ("panel", p.panel),
                ("raised", p.raised),
                ("selected", p.selected),
            ];
            let inks = [
                ("text", p.text),
                ("dim", p.dim),
                ("accent", p.accent),
                ("ok", p.ok),
                ("soon", p.soon),
                ("bad", p.bad),
                ("tag", p.tag),
            ];
            let mut pairs = vec![
                ("accent on its own", p.accent, p.accent_bg, 4.5),
                ("ok on its own", p.ok, p.ok_bg, 4.5),
                ("soon on its own", p.soon, p.soon_bg, 4.5),
                ("bad on its own", p.bad, p.bad_bg, 4.5),
                ("tag on its own", p.tag, p.tag_bg, 4.5),
                ("text on accent_bg", p.text, p.accent_bg, 4.5),
                ("text on soon_bg", p.text, p.soon_bg, 4.5),
                ("text on bad_bg", p.text, p.bad_bg, 4.5),
                ("on_accent on accent", p.on_accent, p.accent, 4.5),
                ("faint on bg", p.faint, p.bg, 4.5),
                ("faint on panel", p.faint, p.panel, 4.5),
                ("faint on raised", p.faint, p.raised, 3.0),
                ("faint on selected", p.faint, p.selected, 3.0),
            ];
            for (_, ink) in inks {
                for (surface, fill) in surfaces {
                    pairs.push((surface, ink, fill, 4.5));
                }
            }
            for (what, ink, fill, least) in pairs {
                let ratio = contrast(ink, fill);
                assert!(
                    ratio >= least,
                    "{theme}: {what}: {ink:?} on {fill:?} is {ratio:.2}"
                );
            }
        }
    }

    fn families() -> [FontId; 3] {
        [body(), mono(), semibold(BODY_SIZE)]
    }

    #[test]
    fn every_symbol_and_chinese_render() {
        let mut fonts = Fonts::new(TextOptions::default(), font_definitions());
        let mut view = fonts.with_pixels_per_point(1.0);
        for font in families() {
            for c in "Aé你好，。“”✓✕✗●◐○◑▶⏸⏹■⚠…·×▸▾▴＋→←↑↓⌘⏎☀🌙↻🔍⚙".chars()
            {
                assert!(view.has_glyph(&font, c), "{font:?} lacks {c:?}");
                assert!(
                    view.glyph_width(&font, c) > 0.0,
                    "{font:?} has no width for {c:?}"
                );
            }
        }
    }

    #[test]
    fn a_countdown_does_not_jitter() {
        let mut fonts = Fonts::new(TextOptions::default(), font_definitions());
        let mut view = fonts.with_pixels_per_point(1.0);
        for font in families() {
            let mut width = |text: &str| {
                view.layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE)
                    .size()
                    .x
            };
            let expected = width("0:00");
            for text in ["1:11", "4:52", "0:17", "7:41", "1:47", "9:39"] {
                assert_eq!(width(text), expected, "{text} in {font:?}");
            }
        }
    }

    #[test]
    fn chinese_does_not_change_the_height_of_a_line() {
        let mut fonts = Fonts::new(TextOptions::default(), font_definitions());
        let mut view = fonts.with_pixels_per_point(1.0);
        for font in families() {
            let mut height = |text: &str| {
                view.layout_no_wrap(text.to_owned(), font.clone(), Color32::WHITE)
                    .size()
                    .y
            };
            assert_eq!(height("Consume"), height("消费 ⏸ Consume"), "{font:?}");
            assert!(
                height("Consume") <= BODY_LINE - 3.0,
                "{font:?}: {}",
                height("Consume")
            );
        }
    }

    #[test]
    fn controls_have_the_height_of_the_grid() {
        let ctx = Context::default();
        install(&ctx);
        for text in ["Publish", "发布"] {
            let mut heights = Vec::new();
            let output = ctx.run_ui(RawInput::default(), |ui| {
                heights = vec![
                    ui.button(text).rect.height(),
                    ui.button(strong(text)).rect.height(),
                    ui.text_edit_singleline(&mut text.to_owned()).rect.height(),
                ];
            });
            output.drop_without_applying_deltas();
            assert_eq!(heights, vec![CONTROL_HEIGHT; 3], "{text}");
        }
    }

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
