//! The file while mqscope runs: whether somebody else has changed it, and changes of our own that
//! lose nobody else's. Looks only when asked to; knows nothing of the time.

use std::fs::{self, Metadata};

use super::unknown::{UnknownName, unknown_names};
use super::{Config, ConfigError, ConfigFile};

/// The file, and what it said last.
#[derive(Debug)]
pub struct WatchedConfig {
    file: ConfigFile,
    /// What tells one writing from another.
    stamp: Option<Metadata>,
    /// That of a writing which may still go on.
    unsettled: Option<Metadata>,
    text: Option<String>,
}

impl WatchedConfig {
    /// A file that nobody has looked at yet.
    pub fn new(file: ConfigFile) -> Self {
        Self {
            file,
            stamp: None,
            unsettled: None,
            text: None,
        }
    }

    /// The file itself.
    pub fn file(&self) -> &ConfigFile {
        &self.file
    }

    /// What it says now, if that is something else than the last time. A file that is gone says
    /// nothing new: editors take one away for a moment, and what holds goes on. Nor does one that has
    /// changed since the last look: others empty it first and write then, and half a text may mean
    /// something else than all of it.
    ///
    /// # Errors
    /// When it cannot be read or understood, told once for each text.
    pub fn look(&mut self) -> Option<Result<Config, ConfigError>> {
        let stamp = self.stamp_now()?;
        if self.stamp.as_ref().is_some_and(|old| is_same(old, &stamp)) {
            return None;
        }
        let before = self.unsettled.replace(stamp.clone());
        let stands_still = before.is_some_and(|before| is_same(&before, &stamp));
        if self.stamp.is_some() && !stands_still {
            return None;
        }
        self.stamp = Some(stamp);
        let text = match self.file.text() {
            Ok(Some(text)) => text,
            Ok(None) => return None,
            Err(error) => {
                self.text = None;
                return Some(Err(error));
            }
        };
        if self.text.as_ref() == Some(&text) {
            return None;
        }
        let config = self.file.parsed(&text);
        self.text = Some(text);
        Some(config)
    }

    /// Changes what the file says now, whoever wrote that, and tells what it says then. `known` is
    /// what holds: passwords that no file has, and everything where there is no file.
    ///
    /// # Errors
    /// When it cannot be read, understood or written; it is as it was then.
    pub fn change(
        &mut self,
        known: &Config,
        change: impl FnOnce(&mut Config),
    ) -> Result<Config, ConfigError> {
        let (config, text) = self.file.change(known, change)?;
        self.stamp = self.stamp_now();
        self.text = Some(text);
        Ok(config)
    }

    /// Names in what it said last that mean nothing.
    pub fn unknown(&self) -> Vec<UnknownName> {
        self.text.as_deref().map(unknown_names).unwrap_or_default()
    }

    fn stamp_now(&self) -> Option<Metadata> {
        fs::metadata(self.file.path()).ok()
    }
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len() && one.modified().ok() == other.modified().ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{ConnectionProfile, Density, ThemeChoice};
    use super::*;
    use crate::protocol::Profile;

    #[test]
    fn two_windows_lose_nothing_of_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let window = || WatchedConfig::new(ConfigFile::at(dir.path()));
        let (mut one, mut other) = (window(), window());
        let known = Config::default();
        let add = |name: &'static str| {
            move |config: &mut Config| {
                config
                    .profiles
                    .push(ConnectionProfile::new(name, Profile::Tdmq));
            }
        };
        one.change(&known, add("a")).unwrap();
        // The other has not seen that yet.
        let both = other.change(&known, add("b")).unwrap();
        assert_eq!(both.profiles.len(), 2);
        assert!(other.look().is_none(), "what was written here is no news");
        assert!(one.look().is_none(), "it may still be written");
        assert_eq!(one.look().unwrap().unwrap(), both);
        assert!(one.look().is_none());
    }

    #[test]
    fn many_who_write_at_once_all_find_their_place() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for n in 0..8 {
                let mut one = WatchedConfig::new(ConfigFile::at(dir.path()));
                scope.spawn(move || {
                    one.change(&Config::default(), |config| {
                        let name = format!("{n}");
                        config
                            .profiles
                            .push(ConnectionProfile::new(name, Profile::Tdmq));
                    })
                    .unwrap();
                });
            }
        });
        let all = ConfigFile::at(dir.path()).load().unwrap().profiles;
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn a_broken_text_is_told_once_and_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let file = ConfigFile::at(dir.path());
        let mut watched = WatchedConfig::new(file.clone());
        let mut known = watched
            .change(&Config::default(), |config| {
                config.preferences.theme = ThemeChoice::Dark
            })
            .unwrap();
        let broken = "[preferences]\ntheme = 'blue'\n";
        fs::write(file.path(), "").unwrap();
        assert!(watched.look().is_none());
        fs::write(file.path(), broken).unwrap();
        assert!(watched.look().is_none());
        let error = watched.look().unwrap().unwrap_err();
        assert_eq!(error.position(), Some((2, 9)));
        assert!(watched.look().is_none());
        let refused = watched.change(&known, |config| {
            config.preferences.density = Density::Compact
        });
        assert!(refused.is_err());
        assert_eq!(fs::read_to_string(file.path()).unwrap(), broken);
        // Gone for a moment, as some editors do: what holds is written again with the next change.
        fs::remove_file(file.path()).unwrap();
        assert!(watched.look().is_none());
        known = watched
            .change(&known, |config| {
                config.preferences.density = Density::Compact
            })
            .unwrap();
        assert_eq!(known.preferences.theme, ThemeChoice::Dark);
        assert_eq!(file.load().unwrap(), known);
    }
}
