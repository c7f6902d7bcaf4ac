//! The folders in which mqscope keeps things: where they are, and that one is to be shown. No I/O
//! here: `opener.rs` does it.

use std::path::PathBuf;

use super::Job;
use super::say::Trouble;

/// One of the folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// Settings and connections.
    Settings,
    /// History, templates, workspace, the messages of the sandbox.
    Data,
}

/// What can be asked about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderCommand {
    /// Say where they are.
    Find,
    /// Show one in the file manager.
    Open(Folder),
}

/// What came of it.
#[derive(Debug)]
pub enum FolderEvent {
    /// They are here.
    Found(Folders),
    /// One could not be shown.
    NotOpened(Box<Trouble>),
}

/// Where they are; `None` where nothing is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Folders {
    /// Settings and connections.
    pub settings: Option<PathBuf>,
    /// Everything else.
    pub data: Option<PathBuf>,
}

impl Folders {
    /// Where this one is.
    pub fn path(&self, folder: Folder) -> Option<&PathBuf> {
        match folder {
            Folder::Settings => self.settings.as_ref(),
            Folder::Data => self.data.as_ref(),
        }
    }

    pub(super) fn apply(&self, command: FolderCommand) -> Option<Job> {
        Some(Job::Folders(command))
    }

    /// Takes in where they are; gives what somebody has to hear of.
    pub(super) fn absorb(&mut self, event: FolderEvent) -> Option<Box<Trouble>> {
        match event {
            FolderEvent::Found(folders) => {
                *self = folders;
                None
            }
            FolderEvent::NotOpened(trouble) => Some(trouble),
        }
    }
}
