//! Why the window cannot open here, in words that help: no display, or a library is missing.
//! Opens no window itself, and leaves every other failure and panic as it is.

use std::any::Any;
use std::ffi::OsString;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::Arc;
use std::thread;

use crate::i18n::Texts;

/// What Debian and Ubuntu call everything that the window loads when it opens on X11.
pub const DEBIAN_PACKAGES: &str = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0 \
                                   libgl1 libfontconfig1";

/// Why the window cannot open, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// No display is named at all.
    NoDisplay,
    /// A display is named, but nobody answers there.
    NoAnswer {
        /// What the window library says.
        said: String,
    },
    /// A library cannot be loaded.
    MissingLibrary {
        /// Its file, such as `libXcursor.so.1`; empty if nobody says which.
        library: String,
        /// The Debian package that holds it, if we know.
        package: Option<&'static str>,
    },
}

/// What reads the system's fonts, and what asking it panics with once it has panicked itself.
const FONT_THREAD: &str = "egui_system_font_provider";
const NO_FONTS: &str = "The Promise Sender was dropped";

/// Library files as the window's libraries name them, and the packages that hold them.
const LIBRARIES: &[(&str, &str)] = &[
    // The longer names come first, as the shorter ones are found in them.
    ("libX11-xcb.so", "libx11-xcb1"),
    ("libX11.so", "libx11-6"),
    ("libXcursor.so", "libxcursor1"),
    ("libXi.so", "libxi6"),
    ("libxkbcommon-x11.so", "libxkbcommon-x11-0"),
    ("libxkbcommon.so", "libxkbcommon0"),
    ("libwayland-egl.so", "libwayland-egl1"),
    ("libwayland-client.so", "libwayland-client0"),
    ("libwayland-cursor.so", "libwayland-cursor0"),
    ("libfontconfig.so", "libfontconfig1"),
    ("libEGL.so", "libegl1"),
    ("libGL.so", "libgl1"),
];

/// Looks whether a display is named, the way the window library will. Always fine where windows
/// need no such thing (macOS, Windows).
///
/// # Errors
/// [`Obstacle::NoDisplay`].
pub fn look_for_display() -> Result<(), Obstacle> {
    if cfg!(all(unix, not(target_os = "macos"))) {
        look_for_display_in(|name| std::env::var_os(name))
    } else {
        Ok(())
    }
}

fn look_for_display_in(get: impl Fn(&str) -> Option<OsString>) -> Result<(), Obstacle> {
    let named = ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
        .into_iter()
        .any(|name| get(name).is_some_and(|value| !value.is_empty()));
    if named {
        Ok(())
    } else {
        Err(Obstacle::NoDisplay)
    }
}

/// Opens the window by calling `open`, and turns a failure that has to do with this machine into
/// an [`Obstacle`]. winit panics where a keyboard library is missing: that panic is caught and
/// not printed, every other one goes on as if nobody had looked.
///
/// # Errors
/// `Ok(Err(error))` is a failure of another kind, as `open` returned it.
pub fn guard<E: fmt::Debug + fmt::Display>(
    open: impl FnOnce() -> Result<(), E>,
) -> Result<Result<(), E>, Obstacle> {
    let before: Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync> = Arc::from(panic::take_hook());
    let (other, main) = (Arc::clone(&before), thread::current().id());
    panic::set_hook(Box::new(move |info| {
        let current = thread::current();
        let text = text_of(info.payload()).unwrap_or_default();
        // Whoever reads fonts panics where there are none; the bundled ones stay.
        let no_fonts = current.name() == Some(FONT_THREAD) || text.starts_with(NO_FONTS);
        let quiet = no_fonts || current.id() == main && explain(text).is_some();
        if !quiet {
            other(info);
        }
    }));
    let opened = panic::catch_unwind(AssertUnwindSafe(open));
    panic::set_hook(Box::new(move |info| before(info)));
    match opened {
        Ok(Ok(())) => Ok(Ok(())),
        // The name of a library stands in `Debug` only, and winit's words in both.
        Ok(Err(error)) => match explain(&format!("{error} {error:?}")) {
            Some(obstacle) => Err(obstacle),
            None => Ok(Err(error)),
        },
        Err(payload) => match text_of(&*payload).and_then(explain) {
            Some(obstacle) => Err(obstacle),
            None => panic::resume_unwind(payload),
        },
    }
}

fn text_of(payload: &(dyn Any + Send)) -> Option<&str> {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
}

/// What the text of an error or a panic means, if it is about this machine. The texts are those
/// of winit 0.30, x11-dl 2.21, xkbcommon-dl 0.4, wayland-backend 0.3 and glutin 0.32.
fn explain(text: &str) -> Option<Obstacle> {
    const LOADING_FAILED: [&str; 6] = [
        // x11-dl, through winit.
        "Failed to load one of xlib's shared libraries",
        "OpenError {",
        // dlopen itself.
        "cannot open shared object file",
        // xkbcommon-dl, in a panic.
        "could not be loaded",
        "Could not load compose module",
        // wayland-backend.
        "could not load libwayland-client.so",
    ];
    if LOADING_FAILED.iter().any(|words| text.contains(words)) {
        return Some(missing(text));
    }
    // winit, in a panic: libxkbcommon itself, or the keyboard extension of the X server.
    if text.contains("XKBNotFound") {
        return Some(missing("libxkbcommon.so.0"));
    }
    // eframe over glutin: neither GLX nor EGL could be loaded.
    let no_gl = ["NoGlutinConfigs", "Glutin("];
    if no_gl.iter().any(|words| text.contains(words)) && text.contains("NotFound") {
        return Some(missing("libGL.so.1"));
    }
    let no_answer = [
        "Failed to open connection to X server",
        "Failed to convert Xlib connection to XCB",
        "Could not find wayland compositor",
        "NoCompositor",
        "neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set",
    ];
    let said = no_answer.iter().find(|words| text.contains(**words))?;
    Some(Obstacle::NoAnswer {
        said: (*said).to_owned(),
    })
}

fn missing(text: &str) -> Obstacle {
    let known = LIBRARIES.iter().find(|(library, _)| text.contains(library));
    match known {
        Some((library, package)) => Obstacle::MissingLibrary {
            library: file_name_in(text, library),
            package: Some(package),
        },
        None => Obstacle::MissingLibrary {
            library: String::new(),
            package: None,
        },
    }
}

/// The name with its version, as it stands in the text: `libXi.so.6`.
fn file_name_in(text: &str, library: &str) -> String {
    let from = text.find(library).unwrap_or_default();
    text[from..]
        .chars()
        .take_while(|&c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect::<String>()
        .trim_end_matches('.')
        .to_owned()
}

impl Obstacle {
    /// What is the matter and what to do about it, as several lines.
    pub fn text(&self, t: &Texts) -> String {
        let what = match self {
            Obstacle::NoDisplay => t.get("cli-window-no-display").to_owned(),
            Obstacle::NoAnswer { said } => {
                t.format("cli-window-no-answer", &[("said", said.as_str().into())])
            }
            Obstacle::MissingLibrary { library, package } => missing_text(library, *package, t),
        };
        let packages = [("packages", DEBIAN_PACKAGES.into())];
        format!("{what}\n\n{}", t.format("cli-window-all", &packages))
    }
}

fn missing_text(library: &str, package: Option<&'static str>, t: &Texts) -> String {
    let library = match library {
        "" => t.get("cli-window-some-library"),
        library => library,
    };
    let what = t.format("cli-window-library", &[("library", library.into())]);
    match package {
        Some(package) => {
            let where_it_is = t.format("cli-window-package", &[("package", package.into())]);
            format!("{what}\n\n{where_it_is}")
        }
        None => what,
    }
}

#[cfg(test)]
#[allow(clippy::panic, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_display_is_one_that_is_named() {
        let check = |name: &'static str, value: &'static str, expected: bool| {
            let found = look_for_display_in(|asked| (asked == name).then(|| value.into()));
            assert_eq!(found.is_ok(), expected, "{name}={value}");
        };
        check("DISPLAY", ":0", true);
        check("WAYLAND_DISPLAY", "wayland-0", true);
        check("WAYLAND_SOCKET", "5", true);
        check("DISPLAY", "", false);
        check("HOME", "/", false);
    }

    #[test]
    fn the_words_of_the_window_libraries_are_understood() {
        let check = |text: &str, library: &str, package: Option<&'static str>| {
            let expected = Obstacle::MissingLibrary {
                library: library.to_owned(),
                package,
            };
            assert_eq!(explain(text), Some(expected), "{text}");
        };
        let x11 = |library: &str| {
            format!(
                "winit EventLoopError: os error at src/x.rs:765: Failed to load one of xlib's \
                 shared libraries WinitEventLoop(Os(OsError {{ error: XNotSupported(\
                 LibraryOpenError(OpenError {{ kind: Library, detail: \"{library}: cannot open \
                 shared object file: No such file or directory\" }})) }}))"
            )
        };
        check(&x11("libX11.so.6"), "libX11.so.6", Some("libx11-6"));
        check(
            &x11("libX11-xcb.so.1"),
            "libX11-xcb.so.1",
            Some("libx11-xcb1"),
        );
        check(
            &x11("libXcursor.so.1"),
            "libXcursor.so.1",
            Some("libxcursor1"),
        );
        check(&x11("libXi.so.6"), "libXi.so.6", Some("libxi6"));
        check("Failed to load one of xlib's shared libraries", "", None);
        check(
            "Library libxkbcommon-x11.so could not be loaded.",
            "libxkbcommon-x11.so",
            Some("libxkbcommon-x11-0"),
        );
        check(
            "Library libxkbcommon.so could not be loaded.",
            "libxkbcommon.so",
            Some("libxkbcommon0"),
        );
        check(
            "called `Result::unwrap()` on an `Err` value: XKBNotFound",
            "libxkbcommon.so.0",
            Some("libxkbcommon0"),
        );
        check(
            "could not load libwayland-client.so",
            "libwayland-client.so",
            Some("libwayland-client0"),
        );
        check(
            "glutin error: not found Glutin(Error { raw_code: None, kind: NotFound })",
            "libGL.so.1",
            Some("libgl1"),
        );
        assert!(matches!(
            explain("os error at x:1: Failed to open connection to X server"),
            Some(Obstacle::NoAnswer { .. })
        ));
        assert_eq!(explain("index out of bounds"), None);
        assert_eq!(explain("No such file or directory"), None);
    }

    #[test]
    fn every_message_says_what_to_install_and_what_works_without_a_window() {
        for obstacle in [
            Obstacle::NoDisplay,
            Obstacle::NoAnswer {
                said: "silence".to_owned(),
            },
            missing("libXi.so.6"),
            missing("?"),
        ] {
            for lang in Lang::ALL {
                let text = obstacle.text(Texts::of(lang));
                for words in ["libxkbcommon-x11-0", "mqscope sandbox", "--help"] {
                    assert!(text.contains(words), "{text}");
                }
            }
        }
    }

    // One test: the hook belongs to the whole process.
    #[test]
    fn only_failures_of_this_machine_are_caught() {
        let guarded = guard(|| -> Result<(), String> {
            panic!("Library {}.so could not be loaded.", "libxkbcommon-x11")
        });
        assert_eq!(guarded, Err(missing("libxkbcommon-x11.so")));
        let guarded = guard(|| Err("Failed to open connection to X server"));
        assert!(matches!(guarded, Err(Obstacle::NoAnswer { .. })));
        assert_eq!(guard(|| Err("something else")), Ok(Err("something else")));
        assert_eq!(guard(|| Ok::<(), String>(())), Ok(Ok(())));
        let other = panic::catch_unwind(|| {
            let _ = guard(|| -> Result<(), String> { panic!("a bug (this is a test)") });
        });
        assert!(other.is_err());
    }
}
