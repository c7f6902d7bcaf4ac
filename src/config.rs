//! Connection profiles and preferences, in one TOML file. Never a secret: keys are
//! [`crate::secrets`]' business, and a password inside a URL is dropped on the way to disk.
//!
//! Deliberately no migration: keys that this version does not know are told and kept, missing ones have
//! defaults, and a file that cannot be read is left as it is.

mod ask_before;
mod document;
mod file;
mod password;
mod preferences;
mod proxy;
mod unknown;
mod watch;
mod within;
mod zone;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};

use crate::protocol::Profile;

pub use ask_before::{AskBefore, Question};
pub use file::{CONFIG_DIR_VARIABLE, ConfigFile};
pub use password::holds_password;
pub use preferences::{
    Batch, Density, LanguageChoice, MemoryMb, Motion, NewViews, Preferences, ThemeChoice,
    TimeFormat, WaitSecs,
};
pub use proxy::{NotAProxy, ProxyChoice, ProxyUrl};
pub use unknown::UnknownName;
pub use watch::WatchedConfig;
pub use within::Within;
pub use zone::{NamedZone, TimeZoneChoice, UnknownZone};

use password::without_password;

/// Names the folder for what the window and its sandbox keep, instead of the one that the OS
/// suggests.
pub const DATA_DIR_VARIABLE: &str = "MQSCOPE_DATA_DIR";

/// Everything that is kept between runs, except secrets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// How mqscope looks, speaks and behaves.
    pub preferences: Preferences,
    /// Connections, in the order of the list.
    pub profiles: Vec<ConnectionProfile>,
}

/// Colour of a profile, to tell production from the rest at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileColor {
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Amber.
    Amber,
    /// Red.
    Red,
    /// Purple.
    Purple,
    /// Grey.
    #[default]
    Grey,
}

impl ProfileColor {
    /// Every colour, in the order of a menu.
    pub const ALL: [ProfileColor; 6] = [
        ProfileColor::Green,
        ProfileColor::Blue,
        ProfileColor::Amber,
        ProfileColor::Red,
        ProfileColor::Purple,
        ProfileColor::Grey,
    ];
}

/// Where to connect to, as somebody typed it. What the fields mean is checked where they are
/// used, so that a half-filled form can be kept too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConnectionProfile {
    /// Stable and unique: the account under which the keyring holds the keys.
    pub id: String,
    /// Name in the list and for `--profile`.
    pub name: String,
    /// Colour in the list.
    pub color: ProfileColor,
    /// Whose server it is.
    pub kind: Profile,
    /// URL of the server. A password in it lasts for this run only.
    #[serde(serialize_with = "without_password_ser")]
    pub endpoint: String,
    /// Instance id; empty if the server needs none.
    pub instance: String,
    /// Topic that forms offer first.
    pub topic: String,
    /// Consumer group that forms offer first.
    pub group: String,
    /// URL of an HTTP proxy; empty for none. A password in it lasts for this run only.
    #[serde(serialize_with = "without_password_ser")]
    pub proxy: String,
    /// File with the CA certificates to trust; empty for the system's.
    pub ca_file: String,
    /// Nothing is published or acked through this profile.
    pub read_only: bool,
}

impl ConnectionProfile {
    /// A profile with an id of its own; everything else is empty.
    pub fn new(name: impl Into<String>, kind: Profile) -> Self {
        Self {
            id: new_id(),
            name: name.into(),
            kind,
            ..Self::default()
        }
    }

    /// Whether it is marked as production, by its colour.
    pub fn is_production(&self) -> bool {
        self.color == ProfileColor::Red
    }
}

/// 16 hex digits: unique among one person's profiles, and no secret.
fn new_id() -> String {
    format!("{:016x}", fastrand::u64(..))
}

impl Config {
    /// The profiles as TOML, for somebody else. Ids and secrets stay here.
    ///
    /// # Errors
    /// When they cannot be written as TOML, which no profile is known to cause.
    pub fn export(&self) -> Result<String, ConfigError> {
        let mut shared = Config {
            profiles: self.profiles.clone(),
            ..Config::default()
        };
        for profile in &mut shared.profiles {
            profile.id.clear();
        }
        #[derive(Serialize)]
        struct Export<'a> {
            profiles: &'a [ConnectionProfile],
        }
        write_toml(&Export {
            profiles: &shared.profiles,
        })
    }

    /// Adds the profiles of an export, each with a new id: its keys are not on this machine, and
    /// must not be mistaken for those of a profile that is. Returns how many there were.
    ///
    /// # Errors
    /// When the text is not an export; nothing is added then.
    pub fn import(&mut self, text: &str) -> Result<usize, ConfigError> {
        let imported = parse(text, Path::new("import"))?.profiles;
        let count = imported.len();
        self.profiles
            .extend(imported.into_iter().map(|profile| ConnectionProfile {
                id: new_id(),
                ..profile
            }));
        Ok(count)
    }

    /// Passwords that an earlier reading had stay, where they only went missing on the way to disk.
    pub(crate) fn keep_passwords_of(&mut self, known: &Config) {
        let keep = |now: &mut String, known: &String| {
            if now != known && *now == without_password(known) {
                now.clone_from(known);
            }
        };
        for profile in &mut self.profiles {
            if let Some(known) = known.profiles.iter().find(|known| known.id == profile.id) {
                keep(&mut profile.endpoint, &known.endpoint);
                keep(&mut profile.proxy, &known.proxy);
            }
        }
        if self.preferences.proxy.to_string() == known.preferences.proxy.to_string() {
            self.preferences.proxy = known.preferences.proxy.clone();
        }
    }

    /// A file written by hand may lack ids, and a copied block repeats one, which would send the
    /// keys of one server to another. The repair depends on nothing but the file, so it is the
    /// same at each start until it is saved.
    fn repair_ids(&mut self) {
        for index in 0..self.profiles.len() {
            let (earlier, rest) = self.profiles.split_at_mut(index);
            let Some(profile) = rest.first_mut() else {
                return;
            };
            let wanted = match profile.id.trim() {
                "" => format!("name-{}", profile.name),
                id => id.to_owned(),
            };
            let mut id = wanted.clone();
            let mut copy = 2;
            while earlier.iter().any(|other| other.id == id) {
                id = format!("{wanted}-{copy}");
                copy += 1;
            }
            profile.id = id;
        }
    }
}

/// Where the window keeps its data: the folder that [`DATA_DIR_VARIABLE`] names, or else the one
/// where this OS keeps the data of apps; `None` where there is no home directory.
pub fn data_dir() -> Option<PathBuf> {
    match std::env::var_os(DATA_DIR_VARIABLE) {
        Some(dir) if !dir.is_empty() => Some(PathBuf::from(dir)),
        _ => {
            let dirs = directories::ProjectDirs::from("", "", "mqscope")?;
            Some(dirs.data_local_dir().to_owned())
        }
    }
}

/// Where the window's sandbox keeps its data, in [`data_dir`].
pub fn sandbox_data_dir() -> Option<PathBuf> {
    Some(data_dir()?.join("sandbox"))
}

fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError::damaged(path, text, at, error.message())
    })
}

fn write_toml(value: &impl Serialize) -> Result<String, ConfigError> {
    toml::to_string_pretty(value).map_err(ConfigError::encode)
}

/// Why the configuration cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ConfigError(Kind);

#[derive(Debug, thiserror::Error)]
enum Kind {
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{} is damaged in line {line}, column {column}: {what}", path.display())]
    Damaged {
        path: PathBuf,
        line: usize,
        column: usize,
        what: String,
    },
    #[error("cannot write the configuration as TOML: {0}")]
    Encode(String),
}

impl ConfigError {
    fn io(path: &Path, source: io::Error) -> Self {
        Self(Kind::Io {
            path: path.to_owned(),
            source,
        })
    }

    fn encode(error: impl ToString) -> Self {
        Self(Kind::Encode(error.to_string()))
    }

    fn damaged(path: &Path, text: &str, at: usize, what: &str) -> Self {
        let (line, column) = position_in(text, at);
        Self(Kind::Damaged {
            path: path.to_owned(),
            line,
            column,
            // TOML's messages may have several lines; ours stand in one.
            what: what.split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    /// What is wrong, without the place.
    pub fn what(&self) -> String {
        match &self.0 {
            Kind::Damaged { what, .. } => what.clone(),
            Kind::Io { source, .. } => source.to_string(),
            Kind::Encode(what) => what.clone(),
        }
    }

    /// Line and column of the damage, both from 1.
    pub fn position(&self) -> Option<(usize, usize)> {
        match &self.0 {
            Kind::Damaged { line, column, .. } => Some((*line, *column)),
            _ => None,
        }
    }
}

/// Line and column of a place in a text, both from 1.
fn position_in(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before[line_start..].chars().count() + 1;
    (before.matches('\n').count() + 1, column)
}

fn without_password_ser<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&without_password(url))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use std::fs;

    use super::*;

    fn profile(name: &str) -> ConnectionProfile {
        ConnectionProfile::new(name, Profile::Tdmq)
    }

    fn read(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = ConfigFile::at(dir.path());
        fs::write(file.path(), text).unwrap();
        let read = file.load();
        assert_eq!(fs::read_to_string(file.path()).unwrap(), text, "untouched");
        read
    }

    #[test]
    fn what_is_saved_is_loaded_and_nobody_else_can_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let file = ConfigFile::at(dir.path().join("new").join("folder"));
        assert_eq!(file.load().unwrap(), Config::default());
        let mut config = Config {
            preferences: Preferences {
                theme: ThemeChoice::Dark,
                language: LanguageChoice::ZhCn,
                ..Preferences::default()
            },
            profiles: vec![profile("订单 \"prod\""), profile("b")],
        };
        config.profiles[0].color = ProfileColor::Red;
        config.profiles[0].read_only = true;
        file.save(&config).unwrap();
        file.save(&config).unwrap();
        assert_eq!(file.load().unwrap(), config);
        let names: Vec<_> = fs::read_dir(file.path().parent().unwrap())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        let names: Vec<_> = names
            .iter()
            .filter(|name| *name != ".config.lock")
            .collect();
        assert_eq!(names, ["config.toml"], "no temporary file is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(file.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_file_stays_linked() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().join("dotfiles.toml");
        fs::write(&real, "").unwrap();
        let file = ConfigFile::at(dir.path());
        std::os::unix::fs::symlink(&real, file.path()).unwrap();
        let config = Config {
            profiles: vec![profile("a")],
            ..Config::default()
        };
        file.save(&config).unwrap();
        assert!(fs::symlink_metadata(file.path()).unwrap().is_symlink());
        assert!(fs::read_to_string(real).unwrap().contains("name = \"a\""));
    }

    #[test]
    fn unknown_keys_and_missing_ones_are_no_trouble() {
        let text = "\u{feff}later = 1\n[preferences]\nfont = 'x'\n[[profiles]]\nname = 'a'\nshape = 'round'\n";
        let config = read(text).unwrap();
        assert_eq!(config.profiles[0].name, "a");
        assert_eq!(config.profiles[0].kind, Profile::Sandbox);
    }

    #[test]
    fn missing_and_repeated_ids_are_made_unique_and_stay_the_same() {
        let text = "[[profiles]]\nname='a'\n[[profiles]]\nid='x'\n[[profiles]]\nid='x'\n[[profiles]]\nname='a'";
        let ids =
            |config: Config| -> Vec<String> { config.profiles.into_iter().map(|p| p.id).collect() };
        let first = ids(read(text).unwrap());
        assert_eq!(first, ["name-a", "x", "x-2", "name-a-2"]);
        assert_eq!(ids(read(text).unwrap()), first);
    }

    #[test]
    fn damage_is_found_by_line_and_column_and_is_never_written_over() {
        let check = |text: &str, line: usize, column: usize| {
            let error = read(text).unwrap_err();
            assert_eq!(error.position(), Some((line, column)), "{error}");
            assert!(error.to_string().contains(&format!("line {line}")));
        };
        check("[preferences]\ntheme = 'pink'\n", 2, 9);
        check("[[profiles]]\nname = '中' = 2\n", 2, 12);
        check("profiles = 3\n", 1, 12);

        let dir = tempfile::tempdir().unwrap();
        let file = ConfigFile::at(dir.path());
        let damaged = b"a = 1\nb = '\xff'";
        fs::write(file.path(), damaged).unwrap();
        assert_eq!(file.load().unwrap_err().position(), Some((2, 6)));
        // A change is refused, and what somebody wrote is still there.
        let refused = file.save(&Config::default()).unwrap_err();
        assert_eq!(refused.position(), Some((2, 6)));
        assert_eq!(fs::read(file.path()).unwrap(), damaged);
    }

    #[test]
    fn a_password_in_a_url_never_reaches_the_file() {
        let check = |url: &str, expected: &str| {
            assert_eq!(without_password(url), expected);
            assert_eq!(holds_password(url), url != expected);
        };
        check("http://u:hush@proxy:3128/", "http://u@proxy:3128/");
        check("u:hush@proxy:3128", "u@proxy:3128");
        check("http://u:hu/sh@proxy", "http://u@proxy");
        check("http://u:hu@sh@proxy", "http://u@proxy");
        check("http://host:8080/a", "http://host:8080/a");
        check("http://u@host:8080", "http://u@host:8080");
        check("", "");

        let mut config = Config::default();
        config.profiles.push(ConnectionProfile {
            endpoint: "http://u:hush@host".to_owned(),
            proxy: "http://u:hush@proxy".to_owned(),
            ..profile("a")
        });
        let dir = tempfile::tempdir().unwrap();
        let file = ConfigFile::at(dir.path());
        file.save(&config).unwrap();
        let written = fs::read_to_string(file.path()).unwrap() + &config.export().unwrap();
        assert!(!written.contains("hush"), "{written}");
    }

    #[test]
    fn an_export_brings_profiles_but_no_ids() {
        let mut config = Config::default();
        config.profiles.push(profile("a"));
        let export = config.export().unwrap();
        assert_eq!(config.import(&export).unwrap(), 1);
        assert_eq!(config.profiles[1].name, "a");
        assert_ne!(config.profiles[1].id, config.profiles[0].id);
        assert!(!config.profiles[1].id.is_empty());
        assert!(config.import("profiles = 'none'").is_err());
        assert_eq!(config.profiles.len(), 2);
    }
}
