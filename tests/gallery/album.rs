//! Where the pictures go: each view in each look, and a page to leaf through them. Or nowhere, when
//! only the way to each view and the painting are to be tried.

use std::collections::BTreeSet;
use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use egui::Theme;
use image::RgbaImage;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use mqscope::i18n::Lang;

use crate::support::Window;

/// Themes and pixels a point of every view.
const LOOKS: [(Theme, f32); 4] = [
    (Theme::Dark, 1.0),
    (Theme::Dark, 2.0),
    (Theme::Light, 1.0),
    (Theme::Light, 2.0),
];

pub(crate) struct Album {
    folder: Option<PathBuf>,
    looks: &'static [(Theme, f32)],
    views: Mutex<BTreeSet<String>>,
}

impl Album {
    /// Keeps every look of every view in this folder, beside what is there or in its place.
    pub(crate) fn in_folder(folder: PathBuf, anew: bool) -> Self {
        if anew {
            let _ = fs::remove_dir_all(&folder);
        }
        fs::create_dir_all(&folder).expect("the folder can be made");
        Self {
            folder: Some(folder),
            looks: &LOOKS,
            views: Mutex::default(),
        }
    }

    /// Keeps nothing, and paints each view once.
    pub(crate) fn of_nothing() -> Self {
        Self {
            folder: None,
            looks: &LOOKS[2..3],
            views: Mutex::default(),
        }
    }

    /// Paints the window in each look, and leaves it as it was.
    pub(crate) fn take(&self, window: &mut Window, lang: Lang, view: &str) {
        let key = format!("{view} {}", lang.tag());
        let new = self.views.lock().expect("nobody panicked").insert(key);
        assert!(new, "two scenes are called {view}");
        for &(theme, scale) in self.looks {
            window.look_like(theme, scale);
            let picture = window.paint();
            if let Some(folder) = &self.folder {
                let folder = folder.join(view);
                fs::create_dir_all(&folder).expect("the folder can be made");
                write(&picture, &folder.join(name_of(theme, lang, scale)));
            }
        }
        window.look_like(Theme::Dark, 1.0);
    }

    /// How many pictures were made.
    pub(crate) fn count(&self) -> usize {
        self.views.lock().expect("nobody panicked").len() * self.looks.len()
    }

    /// Writes the page of all that is in the folder; gives its path.
    pub(crate) fn finish(&self) -> PathBuf {
        let folder = self.folder.as_ref().expect("pictures were kept");
        let entries = fs::read_dir(folder).expect("the folder can be read");
        let mut views: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        views.sort();
        let views = serde_json::to_string(&views).expect("names are JSON");
        let page = include_str!("index.html").replace("[/* views */]", &views);
        let path = folder.join("index.html");
        fs::write(&path, page).expect("the page can be written");
        path
    }
}

fn name_of(theme: Theme, lang: Lang, scale: f32) -> String {
    let theme = match theme {
        Theme::Dark => "dark",
        Theme::Light => "light",
    };
    format!("{theme}-{}-{scale}x.png", lang.tag())
}

/// Quickly rather than small: most of a picture is of one colour, and nobody sends it anywhere.
fn write(picture: &RgbaImage, path: &Path) {
    let file = BufWriter::new(fs::File::create(path).expect("the file can be made"));
    let encoder =
        PngEncoder::new_with_quality(file, CompressionType::Level(1), FilterType::NoFilter);
    picture
        .write_with_encoder(encoder)
        .expect("the picture can be written");
}
