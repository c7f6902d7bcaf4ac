//! The time zone that times are shown and typed in. Looks up what a name stands for; reads no clock.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Where the clocks are that times are shown by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TimeZoneChoice {
    /// Here, as the desktop has it.
    #[default]
    Local,
    /// UTC, as most servers log.
    Utc,
    /// A place of the IANA's list.
    Named(NamedZone),
}

/// A place of the IANA's list that this machine knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedZone {
    name: String,
    zone: TimeZone,
}

/// Why a text is not a time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {0:?}, expected local, utc or a name such as Asia/Shanghai")]
pub struct UnknownZone(String);

impl NamedZone {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl TimeZoneChoice {
    /// The zone itself, on a machine whose own is `local`.
    pub fn zone(&self, local: &TimeZone) -> TimeZone {
        match self {
            Self::Local => local.clone(),
            Self::Utc => TimeZone::UTC,
            Self::Named(named) => named.zone.clone(),
        }
    }

    /// Names of places that can be chosen, in the order of the alphabet.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.as_str().to_owned())
            // The others are older names of the same places.
            .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl FromStr for TimeZoneChoice {
    type Err = UnknownZone;

    fn from_str(text: &str) -> Result<Self, UnknownZone> {
        let text = text.trim();
        match text.to_ascii_lowercase().as_str() {
            "local" => return Ok(Self::Local),
            "utc" => return Ok(Self::Utc),
            _ => {}
        }
        let zone = TimeZone::get(text).map_err(|_| UnknownZone(text.to_owned()))?;
        // Written as the list has it, however it was typed.
        let name = zone.iana_name().unwrap_or(text).to_owned();
        Ok(Self::Named(NamedZone { name, zone }))
    }
}

impl TryFrom<String> for TimeZoneChoice {
    type Error = UnknownZone;

    fn try_from(text: String) -> Result<Self, UnknownZone> {
        text.parse()
    }
}

impl From<TimeZoneChoice> for String {
    fn from(choice: TimeZoneChoice) -> String {
        choice.to_string()
    }
}

impl fmt::Display for TimeZoneChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Utc => "utc",
            Self::Named(named) => &named.name,
        })
    }
}
