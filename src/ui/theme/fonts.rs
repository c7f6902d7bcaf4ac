//! The bundled fonts, in which order they are asked for a character, and what each kind of text
//! is set in.
//!
//! It deliberately knows no file of the system: egui itself asks the system's fonts for what no
//! font here has. The tests at the foot measure coverage and widths.

use std::sync::{Arc, OnceLock};

use egui::{Color32, Context, FontData, FontDefinitions, FontFamily, FontId, RichText, TextStyle};

use super::{
    BODY_LINE, BODY_SIZE, HEADING_SIZE, MONO_SIZE, PAGE_TITLE_LINE, PAGE_TITLE_SIZE, SMALL_LINE,
    SMALL_SIZE, icons, palette,
};

const INTER: &str = "Inter";
const INTER_SEMIBOLD: &str = "Inter SemiBold";
const JETBRAINS_MONO: &str = "JetBrains Mono";
/// Chinese, and what Japanese and Korean need: a machine without a font shows them all.
const NOTO_SC: &str = "Noto Sans SC";
/// The same where words stand out by weight; of the frequent characters alone.
const NOTO_SC_BOLD: &str = "Noto Sans SC Bold";
/// The emoji that egui's fonts lack.
const NOTO_EMOJI: &str = "Noto Emoji";
/// Nothing but the icons of the window.
const PHOSPHOR: &str = "Phosphor";
/// The fonts egui brings for symbols, in the order it asks them.
const SYMBOLS: [&str; 3] = ["egui-icons", "NotoEmoji-Regular", "emoji-icon-font"];

/// The bundled fonts as egui wants them, in the order they are asked for a character.
pub fn font_definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    fonts
        .font_data
        .retain(|name, _| SYMBOLS.contains(&name.as_str()));
    let bundled: [(&str, &'static [u8]); 7] = [
        (
            INTER,
            include_bytes!("../../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            INTER_SEMIBOLD,
            include_bytes!("../../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            JETBRAINS_MONO,
            include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            NOTO_SC,
            include_bytes!("../../../assets/fonts/NotoSansSC-Regular.otf"),
        ),
        (
            NOTO_SC_BOLD,
            include_bytes!("../../../assets/fonts/NotoSansSC-Bold.otf"),
        ),
        (
            NOTO_EMOJI,
            include_bytes!("../../../assets/fonts/NotoEmoji-Regular.ttf"),
        ),
        (
            PHOSPHOR,
            include_bytes!("../../../assets/fonts/Phosphor-Regular.ttf"),
        ),
    ];
    for (name, bytes) in bundled {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // Each text font lends the other its symbols: only JetBrains Mono has ▸ and ▾.
    let chain = |first: &[&str], lender: &str| {
        let mut names: Vec<String> = first.iter().map(|name| (*name).to_owned()).collect();
        names.push(NOTO_SC.to_owned());
        names.extend(
            SYMBOLS
                .iter()
                .filter(|name| fonts.font_data.contains_key(**name))
                .map(|name| (*name).to_owned()),
        );
        names.extend([NOTO_EMOJI.to_owned(), lender.to_owned()]);
        names
    };
    fonts.families = [
        (FontFamily::Proportional, chain(&[INTER], JETBRAINS_MONO)),
        (FontFamily::Monospace, chain(&[JETBRAINS_MONO], INTER)),
        (
            semibold_family(),
            chain(&[INTER_SEMIBOLD, NOTO_SC_BOLD], JETBRAINS_MONO),
        ),
        (icons::family(), vec![PHOSPHOR.to_owned()]),
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

/// How wide each of its characters is, in points.
pub fn mono_width(ctx: &Context) -> f32 {
    ctx.fonts_mut(|fonts| fonts.glyph_width(&mono(), '0'))
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

/// The title of a page that is read.
pub fn page_title(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(semibold(PAGE_TITLE_SIZE))
        .line_height(Some(PAGE_TITLE_LINE))
}

/// Body text that stands out by weight.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text)
        .font(semibold(BODY_SIZE))
        .line_height(Some(BODY_LINE))
}

/// Body text in the ink of a state. However many lines it takes, they lie as far apart as all others.
pub fn inked(text: impl Into<String>, ink: Color32) -> RichText {
    RichText::new(text)
        .font(body())
        .line_height(Some(BODY_LINE))
        .color(ink)
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

#[cfg(test)]
mod tests {
    use egui::epaint::text::{Fonts, TextOptions};

    use super::*;

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

    /// Bodies come in any of these, and the machine may have no font at all.
    #[test]
    fn the_neighbours_and_their_emoji_render() {
        let mut fonts = Fonts::new(TextOptions::default(), font_definitions());
        let mut view = fonts.with_pixels_per_point(1.0);
        for (writing, sample) in [
            ("simplified Chinese", "订单已支付，请确认收货"),
            ("traditional Chinese", "訂單已付款，請確認收貨臺灣體驗"),
            (
                "Japanese",
                "注文を発送しました。図書館の気温 ｶﾀｶﾅ ヴァイオリン",
            ),
            ("Korean", "주문이 완료되었습니다 ㅋㅋ"),
            ("emoji", "🙂🤔🤖🦀🚀🔥✅❌🎉👍🏽🥲🫠🧪📦🛒💰"),
        ] {
            for font in families() {
                for c in sample.chars() {
                    assert!(view.has_glyph(&font, c), "{writing}: {font:?} lacks {c:?}");
                }
            }
        }
    }

    /// Half of a title in another weight looks like a mistake.
    #[test]
    fn chinese_words_of_the_window_stand_out_as_a_whole() {
        let mut definitions = font_definitions();
        let bold = vec![NOTO_SC_BOLD.to_owned()];
        definitions.families.insert(semibold_family(), bold);
        let mut fonts = Fonts::new(TextOptions::default(), definitions);
        let mut view = fonts.with_pixels_per_point(1.0);
        let words = include_str!("../../../assets/i18n/zh-CN.ftl");
        let lacking: String = words
            .chars()
            .filter(|c| ('\u{2e80}'..'\u{fffd}').contains(c))
            .filter(|c| !view.has_glyph(&semibold(BODY_SIZE), *c))
            .collect();
        assert_eq!(lacking, "", "assets/fonts/subset.sh takes them along");
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
            for text in ["消费 ⏸ Consume", "図書 주문 🙂🦀"] {
                assert_eq!(height("Consume"), height(text), "{text} in {font:?}");
            }
            assert!(
                height("Consume") <= BODY_LINE - 3.0,
                "{font:?}: {}",
                height("Consume")
            );
        }
    }
}
