//! Where to connect to and with which keys: the arguments that publish, consume and ack share.
//! Makes no connection by itself. Secrets come from the environment or the keyring only.

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::exit::Failure;
use super::language::{file_at, texts};
use super::output;
use super::values;
use crate::client::{Client, ClientSettings, Endpoint};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, ConfigFile, ConnectionProfile, ProxyChoice};
use crate::credentials::Credentials;
use crate::explained::file::unknown_name;
use crate::explained::keyring::keyring;
use crate::i18n::Value;
use crate::protocol::{InstanceId, Limits, Profile};
use crate::secrets::Secrets;

/// Key of the heading above them.
const HEADING: &str = "cli-heading-connection";

const ACCESS_KEY: &str = "MQSCOPE_ACCESS_KEY";
const SECRET_KEY: &str = "MQSCOPE_SECRET_KEY";
const SECURITY_TOKEN: &str = "MQSCOPE_SECURITY_TOKEN";

/// Where to connect to.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("server").required(true).args(["endpoint", "profile"])))]
pub struct ConnectionArguments {
    #[arg(long, value_name = "URL", value_parser = values::endpoint, help_heading = HEADING)]
    endpoint: Option<Endpoint>,
    #[arg(long, value_name = "ID", value_parser = values::instance, help_heading = HEADING)]
    instance: Option<InstanceId>,
    #[arg(long, value_name = "NAME", conflicts_with = "instance", help_heading = HEADING)]
    profile: Option<String>,
}

/// A client, and what is known about its server.
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) limits: Limits,
    /// Whose server it is, if a profile says so.
    pub(super) kind: Option<Profile>,
    /// Name of the profile, if it must not change anything.
    read_only: Option<String>,
}

impl Connection {
    /// Stops what a read-only profile must not do.
    pub(super) fn may(&self, action: &str) -> Result<(), Failure> {
        match &self.read_only {
            None => Ok(()),
            Some(name) => Err(Failure::usage(
                "read_only",
                texts().format(
                    "cli-say-read-only",
                    &[("name", quoted(name)), ("action", action.to_owned().into())],
                ),
            )),
        }
    }
}

impl ConnectionArguments {
    /// Finds keys and settings and makes a client of them.
    pub(super) async fn open(&self, clock: Clock) -> Result<Connection, Failure> {
        match (&self.profile, &self.endpoint) {
            (Some(name), _) => from_profile(name, clock).await,
            (None, Some(endpoint)) => {
                let keys = keys_from(environment).map_err(missing_keys)?;
                let mut settings = ClientSettings::new(endpoint.clone(), keys);
                settings.instance = self.instance.clone();
                Ok(Connection {
                    client: Client::new(settings, clock)?,
                    // Whose server it is, nobody has said: it refuses by itself what it does
                    // not take, and the sandbox's limits are the widest.
                    limits: Profile::Sandbox.limits(),
                    kind: None,
                    read_only: None,
                })
            }
            (None, None) => Err(Failure::usage("usage", texts().get("cli-say-no-server"))),
        }
    }
}

async fn from_profile(name: &str, clock: Clock) -> Result<Connection, Failure> {
    let Saved {
        profile,
        proxy,
        keys,
    } = saved(name).await?;
    let settings = settings_of(&profile, &proxy, keys?).map_err(|what| {
        Failure::usage(
            "config",
            texts().format(
                "cli-say-profile-unusable",
                &[("name", quoted(name)), ("why", what.into())],
            ),
        )
    })?;
    Ok(Connection {
        client: Client::new(settings, clock)?,
        limits: profile.kind.limits(),
        kind: Some(profile.kind),
        read_only: profile.read_only.then(|| name.to_owned()),
    })
}

/// A saved connection and its keys: from the keyring, or else from the environment.
struct Saved {
    profile: ConnectionProfile,
    /// The proxy of connections that have none of their own.
    proxy: ProxyChoice,
    keys: Result<Credentials, Failure>,
}

/// What is wrong with the file of the settings, in words.
fn damaged(error: &ConfigError, file: &ConfigFile) -> String {
    match error.position() {
        Some(at) => file_at(file.path(), at, &error.what()),
        None => {
            let values = [
                ("name", file.path().display().to_string().into()),
                ("why", error.what().into()),
            ];
            texts().format("cli-say-file", &values)
        }
    }
}

async fn saved(name: &str) -> Result<Saved, Failure> {
    let file = ConfigFile::default_location()
        .ok_or_else(|| Failure::usage("config", texts().get("cli-say-no-config-folder")))?;
    let (config, unknown) = file
        .load_with_unknown()
        .map_err(|error| Failure::usage("config", damaged(&error, &file)))?;
    for name in &unknown {
        let values = [
            ("path", file.path().display().to_string().into()),
            ("what", texts().say(&unknown_name(name)).into()),
        ];
        output::notice(&texts().format("cli-say-in-file", &values));
    }
    let profile = find(&config, name, &file)?.clone();
    let keys = match from_keyring(&profile.id).await {
        Ok(Some(keys)) => Ok(keys),
        Ok(None) => keys_from(environment)
            .map_err(|missing| no_keys(name, texts().get("cli-say-keyring-empty"), &missing)),
        Err(why) => keys_from(environment).map_err(|missing| no_keys(name, &why, &missing)),
    };
    Ok(Saved {
        profile,
        proxy: config.preferences.proxy,
        keys,
    })
}

/// The keys of a saved connection, or else those of the environment; `None` where there are none.
pub(super) async fn keys_if_any(profile: Option<&str>) -> Result<Option<Credentials>, Failure> {
    match profile {
        Some(name) => Ok(Some(saved(name).await?.keys?)),
        None => Ok(keys_from(environment).ok()),
    }
}

fn find<'a>(
    config: &'a Config,
    name: &str,
    file: &ConfigFile,
) -> Result<&'a ConnectionProfile, Failure> {
    let mut named = config
        .profiles
        .iter()
        .filter(|profile| profile.name == name);
    match (named.next(), named.next()) {
        (Some(profile), None) => Ok(profile),
        (Some(_), Some(_)) => Err(Failure::usage(
            "profile",
            texts().format("cli-say-profile-twice", &[("name", quoted(name))]),
        )),
        (None, _) if config.profiles.is_empty() => Err(Failure::usage(
            "profile",
            texts().format(
                "cli-say-profile-none",
                &[
                    ("name", quoted(name)),
                    ("path", file.path().display().to_string().into()),
                ],
            ),
        )),
        (None, _) => {
            let names: Vec<String> = config
                .profiles
                .iter()
                .map(|profile| format!("{:?}", profile.name))
                .collect();
            Err(Failure::usage(
                "profile",
                texts().format(
                    "cli-say-profile-other",
                    &[("name", quoted(name)), ("names", names.join(", ").into())],
                ),
            ))
        }
    }
}

fn settings_of(
    profile: &ConnectionProfile,
    proxy: &ProxyChoice,
    keys: Credentials,
) -> Result<ClientSettings, String> {
    let endpoint = values::endpoint(profile.endpoint.trim())?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let mut settings = ClientSettings::new(endpoint, keys);
    settings.instance = match given(&profile.instance) {
        None => None,
        Some(instance) => Some(values::instance(&instance)?),
    };
    let local = settings.endpoint.is_local();
    settings.proxy = proxy.address(&profile.proxy, local).map(str::to_owned);
    settings.system_proxy = proxy.takes_system();
    settings.ca_file = given(&profile.ca_file).map(PathBuf::from);
    Ok(settings)
}

/// The keyring's keys, or why there are none.
async fn from_keyring(id: &str) -> Result<Option<Credentials>, String> {
    let id = id.to_owned();
    tokio::task::spawn_blocking(move || Secrets::new().load(&id))
        .await
        .map_err(|_| texts().get("cli-say-keyring-silent").to_owned())?
        .map_err(|error| texts().say(&keyring(&error.to_string())))
}

fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Keys as they stand in variables, or the names of those that are missing.
fn keys_from(get: impl Fn(&str) -> Option<String>) -> Result<Credentials, Vec<&'static str>> {
    let value = |name| get(name).unwrap_or_default();
    let missing: Vec<&'static str> = [ACCESS_KEY, SECRET_KEY]
        .into_iter()
        .filter(|name| value(name).trim().is_empty())
        .collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    Ok(Credentials::from_pasted(
        &value(ACCESS_KEY),
        &value(SECRET_KEY),
        &value(SECURITY_TOKEN),
    ))
}

fn missing_keys(missing: Vec<&'static str>) -> Failure {
    Failure::usage(
        "keys",
        texts().format("cli-say-keys-missing", &[("names", listed(&missing))]),
    )
}

fn no_keys(name: &str, why: &str, missing: &[&'static str]) -> Failure {
    Failure::usage(
        "keys",
        texts().format(
            "cli-say-keys-missing-for",
            &[
                ("name", quoted(name)),
                ("why", why.to_owned().into()),
                ("names", listed(missing)),
            ],
        ),
    )
}

/// A name in quotes, so that one sees where it ends.
fn quoted(name: &str) -> Value<'static> {
    format!("{name:?}").into()
}

/// One variable, or two.
fn listed(names: &[&str]) -> Value<'static> {
    match names {
        [first, second] => {
            let both = [
                ("first", (*first).to_owned().into()),
                ("second", (*second).to_owned().into()),
            ];
            texts().format("cli-say-and", &both).into()
        }
        _ => names.concat().into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn keys_come_trimmed_from_the_environment() {
        let keys = keys_from(|name| Some(format!(" {name}\n"))).unwrap();
        assert_eq!(keys.access_key, ACCESS_KEY);
        assert_eq!(keys.secret_key.expose_secret(), SECRET_KEY);
        let token = keys.security_token.unwrap();
        assert_eq!(token.expose_secret(), SECURITY_TOKEN);
        let check = |present: &str, missing: &[&str]| {
            let found = keys_from(|name| (name == present).then(|| "x".to_owned()));
            assert_eq!(found.unwrap_err(), missing);
        };
        check(ACCESS_KEY, &[SECRET_KEY]);
        check(SECRET_KEY, &[ACCESS_KEY]);
        check(SECURITY_TOKEN, &[ACCESS_KEY, SECRET_KEY]);
        let blank = keys_from(|_| Some("  ".to_owned()));
        assert_eq!(blank.unwrap_err().len(), 2);
    }

    fn config(names: &[&str]) -> Config {
        Config {
            profiles: names
                .iter()
                .map(|name| ConnectionProfile::new(*name, Profile::Tdmq))
                .collect(),
            ..Config::default()
        }
    }

    #[test]
    fn a_profile_is_found_by_its_name_or_the_others_are_listed() {
        let check = |names: &[&str], expected: &str| {
            let failure = find(&config(names), "prod", &ConfigFile::at("dir")).unwrap_err();
            assert!(failure.report.message.contains(expected), "{failure:?}");
        };
        check(&[], "none at all");
        check(&["dev", "测试"], "\"dev\", \"测试\"");
        check(&["prod", "prod"], "several");
        let config = config(&["dev", "prod"]);
        let found = find(&config, "prod", &ConfigFile::at("dir")).unwrap();
        assert_eq!(found.id, config.profiles[1].id);
    }

    #[test]
    fn a_profile_becomes_settings() {
        let keys = || Credentials::from_pasted("ak", "sk", "");
        let mut profile = ConnectionProfile {
            endpoint: " http://host:8080 ".to_owned(),
            instance: " ".to_owned(),
            ca_file: "/ca.pem".to_owned(),
            ..ConnectionProfile::new("a", Profile::Tdmq)
        };
        let settings = settings_of(&profile, &ProxyChoice::System, keys()).unwrap();
        assert_eq!(settings.instance, None);
        assert_eq!(settings.proxy, None);
        assert_eq!(settings.ca_file, Some(PathBuf::from("/ca.pem")));
        profile.instance = "a b".to_owned();
        assert!(settings_of(&profile, &ProxyChoice::System, keys()).is_err());
        profile.endpoint.clear();
        assert!(settings_of(&profile, &ProxyChoice::System, keys()).is_err());
    }
}
