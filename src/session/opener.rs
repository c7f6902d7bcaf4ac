//! Finds the folders in which mqscope keeps things, and has the file manager of the OS show one.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::Event;
use super::chooser::Dialogs;
use super::folders::{Folder, FolderCommand, FolderEvent, Folders};
use super::say::{Say, Trouble};
use super::shared::{Shared, blocking};

/// Answers a question about folders.
pub(super) async fn carry_out(shared: Arc<Shared>, command: FolderCommand) {
    let folders = shared.folders();
    let event = match command {
        FolderCommand::Find => FolderEvent::Found(folders),
        FolderCommand::Open(folder) => {
            let native = *shared.dialogs() == Dialogs::Native;
            let path = folders.path(folder).cloned();
            let opened = blocking(move || open(path, native)).await;
            match opened.unwrap_or_else(|| Err(String::new())) {
                Ok(()) => return,
                Err(why) => FolderEvent::NotOpened(not_opened(&folders, folder, why)),
            }
        }
    };
    shared.emit(Event::Folders(event)).await;
}

fn open(path: Option<PathBuf>, native: bool) -> Result<(), String> {
    let path = path.ok_or_else(String::new)?;
    if !native {
        return Err(path.display().to_string());
    }
    // Nothing was kept yet.
    fs::create_dir_all(&path).map_err(|error| error.to_string())?;
    open::that_detached(&path).map_err(|error| error.to_string())
}

fn not_opened(folders: &Folders, folder: Folder, why: String) -> Box<Trouble> {
    let next = match folders.path(folder) {
        Some(path) => Say::new("folder-not-opened-next").with("path", path.display()),
        None => Say::new("folder-none-next"),
    };
    Box::new(Trouble::new(Say::new("folder-not-opened"), next, why))
}
