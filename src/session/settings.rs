//! What becomes of the file of the settings while mqscope runs: where it is, whether somebody else
//! has changed it, and what is wrong with it. Reads and writes nothing.

use std::path::{Path, PathBuf};

use crate::config::{Config, UnknownName};

use super::say::Say;

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
    /// Names in it that mean nothing; all that there are, and none if there are none.
    Unknown(Vec<UnknownName>),
    /// What was changed here holds, and is written once the file can be understood.
    Waits,
    /// What was changed here while it could not be understood is written.
    CaughtUp,
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
    /// What is wrong there.
    pub what: Say,
}

/// What is known of the file.
#[derive(Debug, Default)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    broken: Option<ConfigTrouble>,
    unknown: Vec<UnknownName>,
    waits: bool,
}

impl SettingsFile {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            ..Self::default()
        }
    }

    /// Where it is; `None` where nothing is kept.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Why it cannot be understood, as long as that is so.
    pub fn broken(&self) -> Option<&ConfigTrouble> {
        self.broken.as_ref()
    }

    /// Names in it that mean nothing.
    pub fn unknown(&self) -> &[UnknownName] {
        &self.unknown
    }

    /// Whether something that was changed here is not written yet, but will be.
    pub fn waits(&self) -> bool {
        self.waits
    }

    /// Takes in the names that mean nothing; gives those that were not known.
    pub(super) fn take_unknown(&mut self, unknown: Vec<UnknownName>) -> Vec<UnknownName> {
        let old = std::mem::replace(&mut self.unknown, unknown);
        // A line that was moved is no news.
        let is_new = |name: &&UnknownName| old.iter().all(|old| old.name != name.name);
        self.unknown.iter().filter(is_new).cloned().collect()
    }

    /// Whether it is news that something waits to be written.
    pub(super) fn wait(&mut self) -> bool {
        !std::mem::replace(&mut self.waits, true)
    }

    pub(super) fn caught_up(&mut self) {
        self.waits = false;
    }

    pub(super) fn broke(&mut self, trouble: ConfigTrouble) {
        self.broken = Some(trouble);
    }

    pub(super) fn mended(&mut self) {
        self.broken = None;
    }
}
