//! Where the pictures go: each view in each look, and a page to leaf through them. Or nowhere, when
//! only the way to each view and the painting are to be tried.

use std::env;
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

/// Says that pictures are wanted: `1` for all of them, or the names of some, with commas between.
const WANTED: &str = "MQSCOPE_GALLERY";

pub(crate) struct Album {
    folder: Option<PathBuf>,
    /// Names of pictures, where not all of them are wanted.
    only: Option<Vec<String>>,
}

impl Album {
    /// One that keeps pictures, if they are wanted.
    pub(crate) fn wanted() -> Self {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
        let folder = target.map(|target| target.join("gallery"));
        let wanted = env::var(WANTED).ok();
        let only = wanted.as_deref().filter(|wanted| *wanted != "1");
        Self {
            folder: folder.filter(|_| wanted.is_some()),
            only: only.map(|only| only.split(',').map(str::to_owned).collect()),
        }
    }

    /// All of them where pictures are kept. Otherwise Chinese: no other test of the window speaks it
    /// all through.
    pub(crate) fn languages(&self) -> &'static [Lang] {
        match self.folder {
            Some(_) => &Lang::ALL,
            None => &[Lang::ZhCn],
        }
    }

    fn looks(&self) -> &'static [(Theme, f32)] {
        match self.folder {
            Some(_) => &LOOKS,
            None => &LOOKS[2..3],
        }
    }

    fn wants(&self, name: &str) -> bool {
        let only = self.only.as_ref();
        only.is_none_or(|only| only.iter().any(|wanted| name.starts_with(wanted)))
    }

    /// Paints the window in each look, and leaves it as it was.
    pub(crate) fn take(&self, window: &mut Window, lang: Lang, view: &str) {
        for &(theme, scale) in self.looks() {
            let name = name_of(theme, lang, scale);
            if !self.wants(&name) {
                continue;
            }
            window.look_like(theme, scale);
            let picture = window.paint();
            if let Some(folder) = &self.folder {
                let folder = folder.join(view);
                fs::create_dir_all(&folder).expect("the folder can be made");
                write(&picture, &folder.join(name));
            }
        }
        window.look_like(Theme::Dark, 1.0);
    }

    /// Writes the page of all that is in the folder, by whichever act.
    pub(crate) fn finish(&self) {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _alone = ONE_AT_A_TIME.lock().expect("nobody panics here");
        let Some(folder) = &self.folder else {
            return;
        };
        let entries = fs::read_dir(folder).expect("the folder can be read");
        let mut views: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_dir())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        views.sort();
        let views = serde_json::to_string(&views).expect("names are JSON");
        let page = include_str!("index.html").replace("[/* views */]", &views);
        fs::write(folder.join("index.html"), page).expect("the page can be written");
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
