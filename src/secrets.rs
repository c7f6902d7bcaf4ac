//! Where keys are kept: the OS keyring, or, where there is none, memory for this run only.
//! Never a file, never the configuration.
//!
//! Every call blocks, and for long if the desktop asks for the keyring's password: call it from
//! `spawn_blocking`. [`Secrets::new`] alone touches nothing, so a start never waits for a keyring.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize};

use crate::credentials::Credentials;

/// Name of our entries in the keyring.
pub const SERVICE: &str = "mqscope";

/// How long the keyring may take: long enough for somebody to type its password, short enough
/// that a service which never answers doesn't hold us for ever.
const PATIENCE: Duration = Duration::from_secs(120);

/// The keys of all profiles. Clones share one store.
#[derive(Clone)]
pub struct Secrets(Arc<Inner>);

struct Inner {
    /// `None`: memory only.
    keyring: Option<Arc<dyn Keyring>>,
    session: Mutex<HashMap<String, Credentials>>,
    patience: Duration,
}

/// Where keys went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Into the OS keyring.
    Keyring,
    /// Into memory: they are gone when mqscope ends.
    SessionOnly {
        /// Why not into the keyring, and what would help.
        why: String,
    },
}

/// Why keys cannot be read or deleted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretsError {
    /// There is no keyring, or it is locked, or it failed.
    #[error("{why}")]
    Unavailable {
        /// What is wrong, and what would help.
        why: String,
    },
    /// There are none, where there should be some.
    #[error("there are no keys for this profile; enter them too")]
    Missing,
    /// The keyring's entry is not one of ours; storing the keys again replaces it.
    #[error("the keyring's entry for this profile cannot be read; enter the keys again")]
    Damaged,
}

impl Secrets {
    /// The OS keyring, with memory to fall back on. Tries nothing yet.
    pub fn new() -> Self {
        Self::over(Some(Arc::new(OsKeyring)), PATIENCE)
    }

    /// Memory only.
    pub fn session_only() -> Self {
        Self::over(None, PATIENCE)
    }

    fn over(keyring: Option<Arc<dyn Keyring>>, patience: Duration) -> Self {
        Self(Arc::new(Inner {
            keyring,
            session: Mutex::default(),
            patience,
        }))
    }

    /// Keeps the keys of a profile, in the keyring if at all possible. Blocks.
    pub fn store(&self, profile_id: &str, keys: &Credentials) -> Kept {
        let json = encode(keys);
        match self.ask(profile_id, move |keyring, id| keyring.set(id, &json)) {
            Ok(()) => {
                self.session().remove(profile_id);
                Kept::Keyring
            }
            Err(refusal) => {
                self.session().insert(profile_id.to_owned(), keys.clone());
                Kept::SessionOnly { why: refusal.why() }
            }
        }
    }

    /// The keys of a profile; `None` if there are none. Blocks.
    ///
    /// # Errors
    /// When the keyring cannot say, or holds something else than keys.
    pub fn load(&self, profile_id: &str) -> Result<Option<Credentials>, SecretsError> {
        if let Some(keys) = self.session().get(profile_id) {
            return Ok(Some(keys.clone()));
        }
        match self.ask(profile_id, |keyring, id| keyring.get(id)) {
            Ok(json) => decode(&json).map(Some).ok_or(SecretsError::Damaged),
            Err(Refusal::NoEntry) => Ok(None),
            Err(Refusal::MemoryOnly) => Ok(None),
            Err(Refusal::Failed { why }) => Err(SecretsError::Unavailable { why }),
        }
    }

    /// Forgets the keys of a profile, in memory and in the keyring. Blocks.
    ///
    /// # Errors
    /// When the keyring cannot be reached: what it may hold is still there.
    pub fn delete(&self, profile_id: &str) -> Result<(), SecretsError> {
        self.session().remove(profile_id);
        match self.ask(profile_id, |keyring, id| keyring.delete(id)) {
            Ok(()) | Err(Refusal::NoEntry | Refusal::MemoryOnly) => Ok(()),
            Err(Refusal::Failed { why }) => Err(SecretsError::Unavailable { why }),
        }
    }

    fn session(&self) -> MutexGuard<'_, HashMap<String, Credentials>> {
        // The map is whole whatever its last user died of.
        self.0
            .session
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the keyring on a thread of its own: a service that never answers, or a panic inside
    /// a keyring library, must not become ours. A thread that is still waiting is left behind.
    fn ask<T: Send + 'static>(
        &self,
        profile_id: &str,
        question: impl FnOnce(&dyn Keyring, &str) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let Some(keyring) = self.0.keyring.clone() else {
            return Err(Refusal::MemoryOnly);
        };
        let id = profile_id.to_owned();
        let (sender, answer) = mpsc::sync_channel(1);
        let spawned = thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                // Nobody listens any more if it took too long.
                let _ = sender.send(question(&*keyring, &id));
            });
        if let Err(error) = spawned {
            return Err(Refusal::failed(format!(
                "no thread for the keyring: {error}"
            )));
        }
        match answer.recv_timeout(self.0.patience) {
            Ok(answer) => answer,
            Err(mpsc::RecvTimeoutError::Timeout) => Err(Refusal::failed(format!(
                "the keyring did not answer within {} seconds; unlock it and try again",
                self.0.patience.as_secs()
            ))),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(Refusal::failed("the keyring's library failed"))
            }
        }
    }
}

impl Default for Secrets {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(redacted)")
    }
}

/// Why the keyring did not do as it was asked.
enum Refusal {
    NoEntry,
    MemoryOnly,
    Failed { why: String },
}

impl Refusal {
    fn failed(why: impl Into<String>) -> Self {
        Refusal::Failed { why: why.into() }
    }

    fn why(self) -> String {
        match self {
            Refusal::Failed { why } => why,
            Refusal::NoEntry => "the keyring did not keep the entry".to_owned(),
            Refusal::MemoryOnly => "no keyring is used in this run".to_owned(),
        }
    }
}

/// What we need of a keyring; a seam for the tests.
trait Keyring: Send + Sync {
    fn set(&self, id: &str, json: &[u8]) -> Result<(), Refusal>;
    fn get(&self, id: &str) -> Result<Zeroizing<Vec<u8>>, Refusal>;
    fn delete(&self, id: &str) -> Result<(), Refusal>;
}

/// Secret Service, macOS Keychain or Windows Credential Manager.
struct OsKeyring;

impl Keyring for OsKeyring {
    fn set(&self, id: &str, json: &[u8]) -> Result<(), Refusal> {
        entry(id)?.set_secret(json).map_err(refusal)
    }

    fn get(&self, id: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
        entry(id)?.get_secret().map(Zeroizing::new).map_err(refusal)
    }

    fn delete(&self, id: &str) -> Result<(), Refusal> {
        entry(id)?.delete_credential().map_err(refusal)
    }
}

fn entry(id: &str) -> Result<keyring::Entry, Refusal> {
    keyring::Entry::new(SERVICE, id).map_err(|error| match error {
        // The real reason of a store that could not be opened is kept elsewhere.
        keyring::Error::NoDefaultStore => match keyring::Entry::store_status() {
            Err(keyring::Error::PlatformFailure(reason)) => {
                Refusal::failed(no_keyring(&reason.to_string()))
            }
            Err(reason) => Refusal::failed(no_keyring(&reason.to_string())),
            Ok(()) => Refusal::failed(no_keyring("it could not be opened")),
        },
        error => refusal(error),
    })
}

fn no_keyring(reason: &str) -> String {
    if cfg!(target_os = "linux") {
        format!(
            "no keyring answers here ({reason}); install gnome-keyring or KWallet, \
             log in to the desktop, and start mqscope again"
        )
    } else {
        format!("the keyring of this system cannot be opened ({reason})")
    }
}

fn refusal(error: keyring::Error) -> Refusal {
    match error {
        keyring::Error::NoEntry => Refusal::NoEntry,
        keyring::Error::NoStorageAccess(reason) => Refusal::failed(format!(
            "the keyring is locked or not set up ({reason}); unlock it in the desktop's keyring \
             program and try again"
        )),
        keyring::Error::PlatformFailure(reason) => {
            Refusal::failed(format!("the keyring failed ({reason})"))
        }
        keyring::Error::Ambiguous(entries) => Refusal::failed(format!(
            "the keyring holds {} entries for this profile; delete them in the keyring's own \
             program and enter the keys again",
            entries.len()
        )),
        // Its text names the limit that was exceeded, or such; never what was to be stored.
        other => Refusal::failed(format!("the keyring refused: {other}")),
    }
}

/// One profile's keys as they stand in the keyring.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    #[serde(borrow)]
    access_key: Cow<'a, str>,
    #[serde(borrow)]
    secret_key: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    security_token: Option<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    admin_token: Option<Cow<'a, str>>,
}

fn encode(keys: &Credentials) -> Zeroizing<Vec<u8>> {
    let stored = Stored {
        access_key: Cow::Borrowed(&keys.access_key),
        secret_key: Cow::Borrowed(keys.secret_key.expose_secret()),
        security_token: keys
            .security_token
            .as_ref()
            .map(|token| Cow::Borrowed(token.expose_secret())),
        admin_token: keys
            .admin_token
            .as_ref()
            .map(|token| Cow::Borrowed(token.expose_secret())),
    };
    // JSON takes at most six bytes for one. A buffer that never grows leaves no copies behind.
    let chars = stored.access_key.len()
        + stored.secret_key.len()
        + stored.security_token.as_deref().map_or(0, str::len)
        + stored.admin_token.as_deref().map_or(0, str::len);
    let mut json = Zeroizing::new(Vec::with_capacity(128 + 6 * chars));
    // Strings into memory: there is nothing that can fail.
    let _ = serde_json::to_writer(&mut *json, &stored);
    json
}

fn decode(json: &[u8]) -> Option<Credentials> {
    let stored: Stored<'_> = serde_json::from_slice(json).ok()?;
    let keys = Credentials {
        access_key: stored.access_key.clone().into_owned(),
        secret_key: (&*stored.secret_key).into(),
        security_token: stored.security_token.as_deref().map(Into::into),
        admin_token: stored.admin_token.as_deref().map(Into::into),
    };
    // Text with escapes in it was copied while it was read; wipe those copies too.
    let owned = [
        Some(stored.secret_key),
        stored.security_token,
        stored.admin_token,
    ];
    for copy in owned.into_iter().flatten() {
        if let Cow::Owned(text) = copy {
            drop(Zeroizing::new(text));
        }
    }
    Some(keys)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::*;

    /// A keyring that behaves as its mode says.
    #[derive(Default)]
    struct Fake {
        entries: Mutex<HashMap<String, Vec<u8>>>,
        mode: Mutex<Mode>,
    }

    #[derive(Default, Clone, Copy)]
    enum Mode {
        #[default]
        Works,
        Locked,
        Panics,
    }

    impl Fake {
        fn obey(&self) -> Result<(), Refusal> {
            let mode = *self.mode.lock().unwrap();
            match mode {
                Mode::Works => Ok(()),
                Mode::Locked => Err(Refusal::failed("locked")),
                Mode::Panics => panic!("a keyring library with a bug (this is a test)"),
            }
        }
    }

    impl Keyring for Fake {
        fn set(&self, id: &str, json: &[u8]) -> Result<(), Refusal> {
            self.obey()?;
            self.entries
                .lock()
                .unwrap()
                .insert(id.to_owned(), json.to_vec());
            Ok(())
        }

        fn get(&self, id: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
            self.obey()?;
            let entry = self.entries.lock().unwrap().get(id).cloned();
            entry.map(Zeroizing::new).ok_or(Refusal::NoEntry)
        }

        fn delete(&self, id: &str) -> Result<(), Refusal> {
            self.obey()?;
            let entry = self.entries.lock().unwrap().remove(id);
            entry.map(drop).ok_or(Refusal::NoEntry)
        }
    }

    fn over_fake() -> (Arc<Fake>, Secrets) {
        let fake = Arc::new(Fake::default());
        let secrets = Secrets::over(Some(Arc::clone(&fake) as Arc<dyn Keyring>), PATIENCE);
        (fake, secrets)
    }

    fn same(keys: Option<Credentials>, expected: &Credentials) {
        let keys = keys.unwrap();
        let token = |keys: &Credentials| {
            keys.security_token
                .as_ref()
                .map(|token| token.expose_secret().to_owned())
        };
        assert_eq!(keys.access_key, expected.access_key);
        assert_eq!(
            keys.secret_key.expose_secret(),
            expected.secret_key.expose_secret()
        );
        assert_eq!(token(&keys), token(expected));
        let admin = |keys: &Credentials| {
            keys.admin_token
                .as_ref()
                .map(|token| token.expose_secret().to_owned())
        };
        assert_eq!(admin(&keys), admin(expected));
    }

    #[test]
    fn a_session_keeps_keys_and_forgets_them() {
        let secrets = Secrets::session_only();
        let keys = Credentials::from_pasted("ak", "sk", "token");
        assert!(secrets.load("a").unwrap().is_none());
        assert!(matches!(
            secrets.store("a", &keys),
            Kept::SessionOnly { .. }
        ));
        same(secrets.clone().load("a").unwrap(), &keys);
        assert!(secrets.load("b").unwrap().is_none());
        secrets.delete("a").unwrap();
        secrets.delete("a").unwrap();
        assert!(secrets.load("a").unwrap().is_none());
    }

    #[test]
    fn a_keyring_holds_one_entry_a_profile() {
        let (fake, secrets) = over_fake();
        let awkward =
            Credentials::from_pasted("ak", "s\"k\\ \u{1} 密钥", "").with_admin_token(" a\"dmin ");
        assert_eq!(secrets.store("a", &awkward), Kept::Keyring);
        same(secrets.load("a").unwrap(), &awkward);
        assert!(secrets.session().is_empty());
        assert_eq!(fake.entries.lock().unwrap().len(), 1);
        fake.entries
            .lock()
            .unwrap()
            .insert("a".to_owned(), b"{}".to_vec());
        assert_eq!(secrets.load("a").unwrap_err(), SecretsError::Damaged);
        secrets.delete("a").unwrap();
        assert!(secrets.load("a").unwrap().is_none());
    }

    #[test]
    fn a_keyring_that_fails_leaves_the_keys_in_memory_and_says_why() {
        let (fake, secrets) = over_fake();
        let keys = Credentials::from_pasted("ak", "sk", "");
        for (mode, reason) in [(Mode::Locked, "locked"), (Mode::Panics, "library failed")] {
            *fake.mode.lock().unwrap() = mode;
            match secrets.store("a", &keys) {
                Kept::SessionOnly { why } => assert!(why.contains(reason), "{why}"),
                Kept::Keyring => panic!("{reason}"),
            }
            same(secrets.load("a").unwrap(), &keys);
            let error = secrets.load("b").unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
            assert!(secrets.delete("a").is_err());
        }
        *fake.mode.lock().unwrap() = Mode::Works;
        assert_eq!(secrets.store("a", &keys), Kept::Keyring);
        assert!(secrets.session().is_empty(), "not in two places");
    }

    #[test]
    fn a_keyring_that_never_answers_is_given_up() {
        struct Silent(Mutex<mpsc::Receiver<()>>);
        impl Keyring for Silent {
            fn set(&self, _: &str, _: &[u8]) -> Result<(), Refusal> {
                let _ = self.0.lock().unwrap().recv();
                Ok(())
            }
            fn get(&self, _: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
                Err(Refusal::NoEntry)
            }
            fn delete(&self, _: &str) -> Result<(), Refusal> {
                Ok(())
            }
        }
        let (_hold, wait) = mpsc::channel();
        let secrets = Secrets::over(
            Some(Arc::new(Silent(Mutex::new(wait)))),
            Duration::from_millis(10),
        );
        let keys = Credentials::from_pasted("ak", "sk", "");
        match secrets.store("a", &keys) {
            Kept::SessionOnly { why } => assert!(why.contains("did not answer"), "{why}"),
            Kept::Keyring => panic!("it never answered"),
        }
    }

    #[test]
    fn nothing_prints_a_secret() {
        let secrets = Secrets::session_only();
        secrets.store("a", &Credentials::from_pasted("ak", "hush", ""));
        assert!(!format!("{secrets:?}").contains("hush"));
    }
}
