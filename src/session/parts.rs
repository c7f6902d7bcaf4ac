//! What mqscope consists of that has a licence of its own, with the text of each.

/// Which version this is.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Something in the program that has a licence.
#[derive(Debug)]
pub struct Part {
    /// Key of its name.
    pub name: &'static str,
    /// Its licence, as SPDX calls it.
    pub licence: &'static str,
    /// All of that.
    pub text: &'static str,
}

/// What mqscope is made of, as far as it is shipped with it.
pub const PARTS: [Part; 6] = [
    Part {
        name: "about-part-mqscope",
        licence: env!("CARGO_PKG_LICENSE"),
        text: include_str!("../../LICENSE"),
    },
    Part {
        name: "about-part-inter",
        licence: "OFL-1.1",
        text: include_str!("../../assets/fonts/Inter-OFL.txt"),
    },
    Part {
        name: "about-part-jetbrains",
        licence: "OFL-1.1",
        text: include_str!("../../assets/fonts/JetBrainsMono-OFL.txt"),
    },
    Part {
        name: "about-part-noto-sans",
        licence: "OFL-1.1",
        text: include_str!("../../assets/fonts/NotoSansSC-OFL.txt"),
    },
    Part {
        name: "about-part-noto-emoji",
        licence: "OFL-1.1",
        text: include_str!("../../assets/fonts/NotoEmoji-OFL.txt"),
    },
    Part {
        name: "about-part-phosphor",
        licence: "MIT",
        text: include_str!("../../assets/fonts/Phosphor-MIT.txt"),
    },
];
