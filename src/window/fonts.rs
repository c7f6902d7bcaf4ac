//! The system's fonts, for what the bundled ones lack: Arabic, Thai, rare characters. On a machine
//! without any font there are none, and nothing worse happens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use egui::{FallbackRequest, FontInsert, FontProvider};
use egui_system_font_provider::SystemFontProvider;

/// Where characters come from that no bundled font has.
///
/// Chinese, Japanese and Korean draw some characters each in their own way, and the system would
/// take the Japanese one where its locale is none of them. The bundled font is Chinese, so the rest
/// is too.
pub(super) fn system() -> impl FontProvider {
    let locale = sys_locale::get_locale().filter(|locale| {
        ["zh", "ja", "ko"]
            .iter()
            .any(|language| locale.starts_with(language))
    });
    let locale = locale.as_deref().unwrap_or("zh-CN");
    Careful::new(SystemFontProvider::new().with_locale(Some(locale)))
}

/// Asks no more once asking has panicked, as it does where the system has no font at all: a box in
/// place of a character is better than no window.
struct Careful<P> {
    fonts: P,
    broken: AtomicBool,
}

impl<P> Careful<P> {
    fn new(fonts: P) -> Self {
        Self {
            fonts,
            broken: AtomicBool::new(false),
        }
    }
}

impl<P: FontProvider> FontProvider for Careful<P> {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        if self.broken.load(Ordering::Relaxed) {
            return None;
        }
        let asked = catch_unwind(AssertUnwindSafe(|| self.fonts.font_for(request)));
        asked.unwrap_or_else(|_| {
            self.broken.store(true, Ordering::Relaxed);
            None
        })
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "fonts that panic are what is tested")]
mod tests {
    use super::*;

    #[test]
    fn fonts_that_panic_are_asked_once() {
        let asked = AtomicBool::new(false);
        let fonts = Careful::new(|_: &FallbackRequest<'_>| -> Option<FontInsert> {
            assert!(!asked.swap(true, Ordering::Relaxed), "asked again");
            panic!("no fonts here (this is a test)")
        });
        let request = FallbackRequest {
            cluster: "ก",
            family: &egui::FontFamily::Proportional,
        };
        assert!(fonts.font_for(&request).is_none());
        assert!(fonts.font_for(&request).is_none());
        assert!(asked.load(Ordering::Relaxed));
    }
}
