//! What is around the window: the sandbox, the files it keeps, the clipboard, the screen.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use egui::accesskit::Role;
use mqscope::clock::Clock;
use mqscope::config::{Config, ConfigFile};
use mqscope::session::{WORKSPACE_FILE, Workspace};
use tokio::runtime::Runtime;

use super::Window;

impl Window {
    /// Where the sandbox listens, as the window says it.
    #[track_caller]
    pub(crate) fn sandbox_addr(&self) -> SocketAddr {
        // "running · 127.0.0.1:8080", in whatever language.
        let addr = |text: &str| text.rsplit(" · ").next()?.parse().ok();
        let mut addrs = self
            .things()
            .into_iter()
            .filter(|(role, _)| *role == Role::Label)
            .filter_map(|(_, text)| addr(&text));
        let Some(addr) = addrs.next() else {
            panic!("no address of the sandbox:\n{}", self.tree());
        };
        addr
    }

    /// What is kept for the next window; nothing if there is none yet.
    pub(crate) fn kept_workspace(&self) -> Option<Workspace> {
        let path = self.data.join(WORKSPACE_FILE);
        Workspace::from_json(&std::fs::read_to_string(path).ok()?).ok()
    }

    /// What is in a file of the window's data folder; nothing if there is none yet.
    pub(crate) fn data_text(&self, name: &str) -> String {
        let path = self.folder.path().join("data").join(name);
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// A file that somebody has, wherever that is.
    pub(crate) fn make_file(&self, name: &str, contents: impl AsRef<[u8]>) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, contents).expect("the file can be written");
        path.display().to_string()
    }

    /// Waits until the file of the configuration says this.
    #[track_caller]
    pub(crate) fn until_saved(&mut self, what: impl Fn(&Config) -> bool) -> Config {
        let file = ConfigFile::at(self.folder.path());
        let there = || file.load().ok().filter(&what);
        self.until_outside("it is in the file", |_| there().is_some());
        there().expect("it was there just now")
    }

    /// Writes the file of the configuration, as somebody with an editor does.
    pub(crate) fn write_config(&self, text: &str) {
        std::fs::write(self.config_path(), text).expect("the file can be written");
    }

    /// The file of the configuration.
    pub(crate) fn config_path(&self) -> PathBuf {
        ConfigFile::at(self.folder.path()).path().to_owned()
    }

    /// What is in that file; nothing if there is none yet.
    pub(crate) fn config_text(&self) -> String {
        std::fs::read_to_string(self.config_path()).unwrap_or_default()
    }

    /// Where tasks that the window knows nothing of can run.
    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// The clock that the worker and the sandbox share.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The last frame as it is painted.
    pub(crate) fn shapes(&self) -> &[egui::epaint::ClippedShape] {
        &self.harness.output().shapes
    }

    /// Shows the window in a theme, with so many pixels a point, until the next command is carried
    /// out: the preferences stay as they are.
    pub(crate) fn look_like(&mut self, theme: egui::Theme, scale: f32) {
        self.harness.ctx.set_theme(theme);
        let viewports = &mut self.harness.input_mut().viewports;
        let root = viewports.entry(egui::ViewportId::ROOT).or_default();
        root.native_pixels_per_point = Some(scale);
        self.settle();
        assert_eq!(self.harness.ctx.theme(), theme, "another theme is set");
    }

    /// Paints the window as it is. Where a busy machine has no processor for the renderer in its
    /// ten seconds, it is asked again.
    pub(crate) fn paint(&mut self) -> image::RgbaImage {
        let mut painted = self.harness.render();
        for _ in 0..5 {
            if painted.is_err() {
                painted = self.harness.render();
            }
        }
        painted.expect("a renderer")
    }

    /// How often exactly this text is painted, with any ink at all.
    pub(crate) fn painted(&self, text: &str) -> usize {
        fn count(shape: &egui::Shape, text: &str) -> usize {
            match shape {
                egui::Shape::Vec(shapes) => shapes.iter().map(|shape| count(shape, text)).sum(),
                egui::Shape::Text(shape) => usize::from(shape.galley.text() == text),
                _ => 0,
            }
        }
        let shapes = self.shapes().iter();
        shapes.map(|clipped| count(&clipped.shape, text)).sum()
    }

    /// When the window wants to be drawn again though nothing happens.
    pub(crate) fn repaints_after(&self) -> Duration {
        self.harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
    }

    /// How wide something is.
    #[track_caller]
    pub(crate) fn width(&self, name: &str) -> f32 {
        self.the(name).rect().width()
    }

    /// What the last frames asked of the system, such as text for the clipboard.
    pub(crate) fn context(&self) -> &egui::Context {
        &self.harness.ctx
    }
}
