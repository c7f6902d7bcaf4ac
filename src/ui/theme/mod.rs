//! How mqscope looks: the only place with colours, sizes and fonts. Here are the tokens, named
//! after what they are for; the fonts, the style egui gets and the focus ring have files of their
//! own.
//!
//! It deliberately draws nothing but the focus ring and knows no panel: widgets and panels ask it
//! for a token by what the token is for. The tests at the foot measure contrast.

mod focus;
mod fonts;
pub mod icons;
mod sizes;
mod style;

pub(in crate::ui) use focus::{ring, rings, rings_itself};
pub use fonts::{
    body, code, column_head, column_style, dim, font_definitions, hint, inked, install_fonts,
    label, mono, mono_width, page_title, semibold, small, strong, title,
};
pub use sizes::{Sizes, sizes};
pub use style::{apply, install, style};

use egui::{Color32, Context, Frame, Margin, Stroke, Theme};
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

/// Height of a table row, where it is not compact: see [`Sizes`], also for those below.
pub const ROW_HEIGHT: f32 = 30.0;
/// Width of the bar beside a list.
pub const SCROLL_BAR: f32 = 12.0;
/// Room at both sides of its handle.
pub const SCROLL_MARGIN: f32 = 3.0;
/// How much of its ink a handle has that nobody is about to take hold of.
pub const SCROLL_HANDLE_QUIET: f32 = 0.35;
/// Length of the shortest handle.
pub const SCROLL_HANDLE_LEAST: f32 = 24.0;
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
/// From this window width on the publish form keeps its height beside the drawer, which has less width
/// for that.
pub const PUBLISH_BESIDE_DRAWER_FROM: f32 = 1240.0;
/// From this height on, consume views leave room for details though no message is chosen: with less,
/// as when the drawer is open in a small window, rows matter more.
pub const DETAILS_ALWAYS_FROM: f32 = 560.0;
/// From this height on there is room for rows, for details and for the drawer.
pub const DETAILS_BESIDE_DRAWER_FROM: f32 = 360.0;
/// So many rows are left in sight by the details while the drawer is open.
pub const ROWS_BESIDE_DETAILS: f32 = 3.0;
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
/// Size of the title of a page that is read.
pub const PAGE_TITLE_SIZE: f32 = 18.0;
/// Line height of the title of a page that is read.
pub const PAGE_TITLE_LINE: f32 = 28.0;
/// Size of ids, keys and bodies.
pub const MONO_SIZE: f32 = 12.0;
/// Size of icons on buttons and beside texts.
pub const ICON_SIZE: f32 = 16.0;
/// Size of icons behind the name of a menu and in lines of small text.
pub const ICON_SIZE_SMALL: f32 = 12.0;
/// Size of the icon of a place where nothing is yet.
pub const ICON_SIZE_LARGE: f32 = 32.0;

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
        .inner_margin(Margin::same(margin(sizes(ctx).pad)))
}

/// A bar across the window, at its top or its foot.
pub fn bar_frame(ctx: &Context) -> Frame {
    Frame::new()
        .fill(palette(ctx).panel)
        .inner_margin(Margin::symmetric(margin(sizes(ctx).pad), 0))
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

#[cfg(test)]
mod tests {
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
}
