//! The icons of the window, by what they are for. One set at one weight: Phosphor, of which the font
//! in `assets/fonts` holds what is listed here (`subset.sh` reads this file).
//!
//! An icon is painted and never read out: whatever shows one has a name in words. States of rows and
//! views are drawn by `widgets::dot`, and no icon is in the fonts of texts, so that nothing in a
//! message can look like one.

use std::sync::{Arc, OnceLock};

use egui::{Align2, Atom, Color32, FontFamily, FontId, Painter, Pos2, Vec2};

use super::{ICON_SIZE, ICON_SIZE_SMALL};

/// One of the icons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Icon(char);

macro_rules! icons {
    ($($(#[$what:meta])* $name:ident = $glyph:literal,)*) => {
        $($(#[$what])* pub const $name: Icon = Icon($glyph);)*

        /// All of them, for those who look whether the font has each.
        pub const ALL: &[(&str, Icon)] = &[$((stringify!($name), $name)),*];
    };
}

icons! {
    /// Closes or dismisses something.
    CLOSE = '\u{e4f6}', // x
    /// Removes something for good.
    DELETE = '\u{e4a6}', // trash
    /// Changes a name or an entry.
    EDIT = '\u{e3b4}', // pencil-simple
    /// Puts a text on the clipboard.
    COPY = '\u{e1ca}', // copy
    /// Looks for a text.
    FIND = '\u{e30c}', // magnifying-glass
    /// Settings, of a connection or of the window.
    SETTINGS = '\u{e272}', // gear-six
    /// Changes to the light theme.
    LIGHT = '\u{e472}', // sun
    /// Changes to the dark theme.
    DARK = '\u{e330}', // moon
    /// The language of the window.
    LANGUAGE = '\u{e4a2}', // translate
    /// Starts something, or lets it go on.
    START = '\u{e3d0}', // play
    /// Holds something that can go on.
    PAUSE = '\u{e39e}', // pause
    /// Ends something that runs.
    STOP = '\u{e46c}', // stop
    /// Something to be aware of.
    WARNING = '\u{e4e0}', // warning
    /// It went well.
    DONE = '\u{e182}', // check
    /// It went wrong.
    FAILED = '\u{e4f8}', // x-circle
    /// Good to know.
    INFO = '\u{e2ce}', // info
    /// Its part below is open; on a button: it opens a menu.
    UNFOLDED = '\u{e136}', // caret-down
    /// Its part below is shut.
    FOLDED = '\u{e13a}', // caret-right
    /// To what is found before.
    PREVIOUS = '\u{e13c}', // caret-up
    /// To what is found next.
    NEXT = '\u{e136}', // caret-down
    /// One place up in a list.
    MOVE_UP = '\u{e13c}', // caret-up
    /// One place down in a list.
    MOVE_DOWN = '\u{e136}', // caret-down
    /// A column sorted from small to large.
    ASCENDING = '\u{e08e}', // arrow-up
    /// A column sorted from large to small.
    DESCENDING = '\u{e03e}', // arrow-down
    /// To what came meanwhile.
    NEWEST = '\u{e08e}', // arrow-up
    /// A row that stays at the top.
    PINNED = '\u{e3e2}', // push-pin
    /// Opens every part of a tree.
    UNFOLD_ALL = '\u{e536}', // arrows-out-line-vertical
    /// Shuts every part of a tree.
    FOLD_ALL = '\u{e532}', // arrows-in-line-vertical
    /// Breaks long lines.
    WRAP = '\u{e044}', // arrow-elbow-down-left
    /// A menu of what is done now and then.
    MORE = '\u{e1fe}', // dots-three
    /// One more of something.
    ADD = '\u{e3d4}', // plus
    /// A program that does the same.
    CODE = '\u{e1bc}', // code
    /// A file, or what was read from one.
    FILE = '\u{e23a}', // file-text
    /// A folder.
    FOLDER = '\u{e24a}', // folder
    /// Once more.
    RELOAD = '\u{e036}', // arrow-clockwise
    /// Back to how it was.
    RESET = '\u{e038}', // arrow-counter-clockwise
    /// Opens outside of the window.
    ELSEWHERE = '\u{e5de}', // arrow-square-out
    /// The list of everything that can be done.
    COMMAND = '\u{e1c4}', // command
    /// Shortcuts.
    KEYBOARD = '\u{e2d8}', // keyboard
    /// What something is, or how it is done.
    HELP = '\u{e3e8}', // question
    /// What is shown and what not.
    FILTER = '\u{e266}', // funnel
    /// Nothing can be changed through it.
    LOCKED = '\u{e2fa}', // lock
    /// Something that will come.
    WAITING = '\u{e2b2}', // hourglass
    /// Where messages arrive.
    INBOX = '\u{e4aa}', // tray
    /// What was published.
    SEND = '\u{e398}', // paper-plane-tilt
    /// The broker inside.
    SANDBOX = '\u{e79e}', // flask
    /// Ways to servers.
    CONNECTION = '\u{eb56}', // plugs
    /// What goes over the wire.
    TRAFFIC = '\u{e000}', // pulse
    /// Figures over time.
    PLOT = '\u{e154}', // chart-line
    /// What happened.
    NOTICE = '\u{e0ce}', // bell
    /// A form that was kept.
    TEMPLATE = '\u{e46a}', // star
}

/// The font that has nothing but icons.
pub(super) fn family() -> FontFamily {
    static NAME: OnceLock<Arc<str>> = OnceLock::new();
    FontFamily::Name(NAME.get_or_init(|| Arc::from("icons")).clone())
}

impl Icon {
    /// Its character in the font of icons.
    pub fn glyph(self) -> char {
        self.0
    }

    /// Beside a text of a button or a label, in the colour of that text.
    pub fn beside(self) -> Atom<'static> {
        self.atom(ICON_SIZE, None)
    }

    /// The same in a colour of its own.
    pub fn colored(self, color: Color32) -> Atom<'static> {
        self.atom(ICON_SIZE, Some(color))
    }

    /// Behind the name of a menu, or in a line of small text.
    pub fn small(self) -> Atom<'static> {
        self.atom(ICON_SIZE_SMALL, None)
    }

    /// The same in a colour of its own.
    pub fn small_colored(self, color: Color32) -> Atom<'static> {
        self.atom(ICON_SIZE_SMALL, Some(color))
    }

    fn atom(self, size: f32, color: Option<Color32>) -> Atom<'static> {
        Atom::paint(Vec2::splat(size), move |ui, args| {
            let color = color.unwrap_or(args.fallback_text_color);
            self.paint(ui.painter(), args.rect.center(), size, color);
        })
    }

    /// Paints it around a point.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        let font = FontId::new(size, family());
        painter.text(center, Align2::CENTER_CENTER, self.0, font, color);
    }
}

impl From<Icon> for Atom<'_> {
    fn from(icon: Icon) -> Self {
        icon.beside()
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

    use super::super::{body, font_definitions, mono};
    use super::*;

    #[test]
    fn the_font_has_every_icon() {
        let mut fonts = Fonts::new(TextOptions::default(), font_definitions());
        let mut view = fonts.with_pixels_per_point(1.0);
        let font = FontId::new(ICON_SIZE, family());
        for (name, icon) in ALL {
            assert!(view.has_glyph(&font, icon.glyph()), "{name} has no glyph");
            // One set: all stand in a square of their size.
            let width = view.glyph_width(&font, icon.glyph());
            assert_eq!(width, ICON_SIZE, "{name}");
        }
        assert!(!view.has_glyph(&font, 'A'), "it has nothing but icons");
    }

    #[test]
    fn nothing_in_a_message_looks_like_an_icon() {
        let definitions = font_definitions();
        for font in [body(), mono()] {
            let chain = &definitions.families[&font.family];
            assert!(!chain.iter().any(|name| name == "Phosphor"), "{chain:?}");
        }
    }
}
