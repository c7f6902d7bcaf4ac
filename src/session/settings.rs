//! What becomes of the file of the settings while mqscope runs: where it is, whether somebody else
//! has changed it, and what is wrong with it. Reads and writes nothing.

use std::path::{Path, PathBuf};

use crate::config::Config;

/// Asked of whoever keeps the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigJob {
    /// See whether somebody else has changed it.
    Look,
    /// Open it in what the desktop opens such files with.
    Open,
}

/// What became of it.
#[derive(Debug)]
pub enum ConfigEvent {
    /// Somebody else has changed it, and this is what it says now.
    Reloaded(Box<Config>),
    /// It says what holds anyway.
    Same,
    /// It cannot be understood: what held before still does, and nothing is written to it.
    Broken(ConfigTrouble),
    /// It could not be opened; why.
    NotOpened(String),
}

/// Why the file cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigTrouble {
    /// Line and column, both from 1; `None` where it cannot be read at all.
    pub at: Option<(usize, usize)>,
    /// What was found there, and what is expected.
    pub what: String,
}

/// What is known of the file.
#[derive(Debug, Default)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    broken: Option<ConfigTrouble>,
}

impl SettingsFile {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self { path, broken: None }
    }

    /// Where it is; `None` where nothing is kept.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Why it cannot be understood, as long as that is so.
    pub fn broken(&self) -> Option<&ConfigTrouble> {
        self.broken.as_ref()
    }

    pub(super) fn broke(&mut self, trouble: ConfigTrouble) {
        self.broken = Some(trouble);
    }

    pub(super) fn mended(&mut self) {
        self.broken = None;
    }
}
