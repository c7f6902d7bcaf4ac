//! Shows the file dialogs of the OS, looks at what a typed path leads to, and has the desktop open a
//! file. Reads and writes none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::Event;
use super::paths::{PathEvent, PathJob, PathLook, PathWish, Purpose, There};
use super::shared::{Shared, blocking};

/// What shows file dialogs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Dialogs {
    /// The OS.
    #[default]
    Native,
    /// Nothing.
    Nowhere,
    /// Nobody is asked: this is chosen.
    Always(PathBuf),
}

impl Dialogs {
    /// Opens a file in what the desktop opens such files with.
    pub(super) fn open(&self, path: &Path) -> Result<(), String> {
        match self {
            Dialogs::Native => {
                open::that_detached(path).map_err(|error| format!("{}: {error}", path.display()))
            }
            Dialogs::Nowhere | Dialogs::Always(_) => Err(path.display().to_string()),
        }
    }
}

/// Answers a question about paths.
pub(super) async fn carry_out(shared: Arc<Shared>, job: PathJob) {
    let event = match job {
        PathJob::Browse(wish, folder) => browse(shared.dialogs(), *wish, folder).await,
        PathJob::Look(field, typed, folder) => {
            match blocking(move || look(typed, folder.as_deref())).await {
                Some(look) => PathEvent::Looked(field, Box::new(look)),
                None => return,
            }
        }
    };
    shared.emit(Event::Paths(event)).await;
}

async fn browse(dialogs: &Dialogs, wish: PathWish, folder: Option<PathBuf>) -> PathEvent {
    match dialogs {
        Dialogs::Native => native(wish, folder).await,
        Dialogs::Nowhere => PathEvent::NoDialog(wish.field),
        Dialogs::Always(path) => PathEvent::Chosen(wish.field, path.clone()),
    }
}

async fn native(wish: PathWish, folder: Option<PathBuf>) -> PathEvent {
    let field = wish.field;
    let typed = resolve(&wish.typed, folder.as_deref());
    let mut dialog = rfd::AsyncFileDialog::new().set_title(&wish.title);
    for kind in &wish.kinds {
        dialog = dialog.add_filter(&kind.name, kind.extensions);
    }
    let begin = match (typed.parent(), wish.purpose) {
        (Some(parent), _) if !wish.typed.trim().is_empty() => Some(parent.to_owned()),
        _ => folder,
    };
    if let Some(begin) = begin.filter(|begin| begin.is_dir()) {
        dialog = dialog.set_directory(begin);
    }
    if let (Purpose::Save, Some(name)) = (wish.purpose, typed.file_name()) {
        dialog = dialog.set_file_name(name.to_string_lossy());
    }
    let chosen = match wish.purpose {
        Purpose::Open => dialog.pick_file().await,
        Purpose::Save => dialog.save_file().await,
        Purpose::Folder => dialog.pick_folder().await,
    };
    match chosen {
        Some(file) => PathEvent::Chosen(field, file.path().to_owned()),
        // The dialogs make no difference between one that was closed and none at all.
        None if dialogs_exist().await => PathEvent::Cancelled(field),
        None => PathEvent::NoDialog(field),
    }
}

/// Whether a dialog can have been shown: by the desktop portal, or by the program that stands in
/// for it.
#[cfg(all(unix, not(target_os = "macos")))]
async fn dialogs_exist() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let stand_in = std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file());
    stand_in || portal_version().await.is_ok()
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
async fn dialogs_exist() -> bool {
    true
}

/// Only a portal that has file dialogs says so.
#[cfg(all(unix, not(target_os = "macos")))]
async fn portal_version() -> zbus::Result<()> {
    let bus = zbus::connection::Builder::session()?
        .method_timeout(std::time::Duration::from_secs(3))
        .build()
        .await?;
    let asked = ("org.freedesktop.portal.FileChooser", "version");
    bus.call_method(
        Some("org.freedesktop.portal.Desktop"),
        "/org/freedesktop/portal/desktop",
        Some("org.freedesktop.DBus.Properties"),
        "Get",
        &asked,
    )
    .await
    .map(|_| ())
}

/// The whole path of a typed text.
fn resolve(typed: &str, folder: Option<&Path>) -> PathBuf {
    let typed = typed.trim();
    let home = || directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let below_home = match typed.strip_prefix('~') {
        Some("") => home(),
        Some(rest) if rest.starts_with(std::path::is_separator) => {
            home().map(|home| home.join(rest.trim_start_matches(std::path::is_separator)))
        }
        _ => None,
    };
    let path = below_home.unwrap_or_else(|| PathBuf::from(typed));
    if path.is_absolute() {
        return path;
    }
    let folder = folder.map(Path::to_owned).or_else(home);
    folder.map(|folder| folder.join(&path)).unwrap_or(path)
}

fn look(typed: String, folder: Option<&Path>) -> PathLook {
    let path = resolve(&typed, folder);
    let found = match fs::metadata(&path) {
        Ok(there) if there.is_dir() => There::Folder,
        Ok(there) => There::File(there.len()),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound if path.parent().is_some_and(Path::is_dir) => There::Nothing,
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => There::NoFolder,
            _ => There::Unreadable(error.to_string()),
        },
    };
    PathLook { typed, path, found }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_leads_somewhere() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a b.jsonl");
        fs::write(&file, "12345").unwrap();
        let check = |typed: &str, path: &Path, found: There| {
            let seen = look(typed.to_owned(), Some(dir.path()));
            assert_eq!((seen.path.as_path(), seen.found), (path, found), "{typed}");
        };
        check(&format!(" {} ", file.display()), &file, There::File(5));
        // From the last folder on.
        check("a b.jsonl", &file, There::File(5));
        check("c", &dir.path().join("c"), There::Nothing);
        check("c/d", &dir.path().join("c/d"), There::NoFolder);
        check("a b.jsonl/d", &file.join("d"), There::NoFolder);
        check(&dir.path().display().to_string(), dir.path(), There::Folder);
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = directories::BaseDirs::new().unwrap().home_dir().to_owned();
        assert_eq!(resolve("~", None), home);
        assert_eq!(resolve("~/a/b", None), home.join("a/b"));
        // Somebody else's home is not looked up, so this is a name as any other.
        assert_eq!(resolve("~a", None), home.join("~a"));
    }
}
