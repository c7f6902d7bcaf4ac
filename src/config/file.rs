//! The file of the configuration: where it is, reading it, changing it. What a change does to its
//! text is `document.rs`' business.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::unknown::{UnknownName, unknown_names};
use super::{Config, ConfigError, document, parse};
use crate::files;

/// Names the folder to use instead of the one that the OS suggests.
pub const CONFIG_DIR_VARIABLE: &str = "MQSCOPE_CONFIG_DIR";

const FILE_NAME: &str = "config.toml";

/// Whoever changes the file holds this one, so that two windows do not write over each other.
const LOCK_NAME: &str = ".config.lock";

/// The one file, wherever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigFile {
    path: PathBuf,
}

impl ConfigFile {
    /// In the folder that [`CONFIG_DIR_VARIABLE`] names, or else where this OS keeps such files;
    /// `None` where there is no home directory.
    pub fn default_location() -> Option<Self> {
        match std::env::var_os(CONFIG_DIR_VARIABLE) {
            Some(dir) if !dir.is_empty() => Some(Self::at(dir)),
            _ => directories::ProjectDirs::from("", "", "mqscope")
                .map(|dirs| Self::at(dirs.config_dir())),
        }
    }

    /// In this folder.
    pub fn at(dir: impl AsRef<Path>) -> Self {
        Self {
            path: dir.as_ref().join(FILE_NAME),
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads it. No file yet is an empty configuration.
    ///
    /// # Errors
    /// When the file cannot be read or understood; it is left as it is.
    pub fn load(&self) -> Result<Config, ConfigError> {
        match self.text()? {
            Some(text) => self.parsed(&text),
            None => Ok(Config::default()),
        }
    }

    /// The same, with the names in it that mean nothing.
    ///
    /// # Errors
    /// As [`ConfigFile::load`].
    pub fn load_with_unknown(&self) -> Result<(Config, Vec<UnknownName>), ConfigError> {
        Ok(match self.text()? {
            Some(text) => (self.parsed(&text)?, unknown_names(&text)),
            None => Default::default(),
        })
    }

    /// Makes it say this. What it says already stays as it is written.
    ///
    /// # Errors
    /// As [`ConfigFile::change`].
    pub fn save(&self, config: &Config) -> Result<(), ConfigError> {
        self.change(config, |there| *there = config.clone())
            .map(drop)
    }

    /// Changes what it says now: all of that or, if something goes wrong, nothing. Nobody but the
    /// user can read the file. What it says then, and as which text. Where there is no file, what is
    /// `known` is changed and written into a new one.
    ///
    /// # Errors
    /// When it cannot be read, understood or written; it is as it was then.
    pub fn change(
        &self,
        known: &Config,
        change: impl FnOnce(&mut Config),
    ) -> Result<(Config, String), ConfigError> {
        let write = |error| ConfigError::io(&self.path, error);
        let lock = self.lock().map_err(write)?;
        let (text, from, mut to) = match self.text()? {
            Some(text) => {
                let from = self.parsed(&text)?;
                (text, from.clone(), from)
            }
            None => (
                document::TEMPLATE.to_owned(),
                Config::default(),
                known.clone(),
            ),
        };
        to.keep_passwords_of(known);
        change(&mut to);
        let new = document::changed(&text, &from, &to)?;
        files::replace(&self.path, new.as_bytes()).map_err(write)?;
        drop(lock);
        Ok((to, new))
    }

    /// Waits for whoever else is changing the file. Where locks are not to be had, it is done
    /// without.
    fn lock(&self) -> io::Result<fs::File> {
        let dir = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir)?;
        let lock = fs::File::create(dir.join(LOCK_NAME))?;
        let _ = lock.lock();
        Ok(lock)
    }

    /// Its text; `None` where there is no file.
    pub(super) fn text(&self) -> Result<Option<String>, ConfigError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ConfigError::io(&self.path, error)),
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let before = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            ConfigError::damaged(&self.path, &before, before.len(), "not UTF-8 text")
        })?;
        let text = text
            .strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text);
        Ok(Some(text))
    }

    /// What this text says.
    pub(super) fn parsed(&self, text: &str) -> Result<Config, ConfigError> {
        let mut config = parse(text, &self.path)?;
        config.repair_ids();
        Ok(config)
    }
}
