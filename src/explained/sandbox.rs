//! Why a sandbox does not run as it should, in words of the interface: what is in its way and what to do
//! about it, in one sentence. What a system or a file format says itself is English and stands beside it.

use crate::i18n::Say;
use crate::sandbox::store::{StoreError, Unusable};
use crate::sandbox::{Exposure, SandboxError};

/// What is in the way and what to do about it, and the words of whoever found it, if they say more.
pub fn obstacle(error: &SandboxError) -> (Say, Option<String>) {
    match error {
        SandboxError::AddressInUse(listen) => {
            let say = Say::new("obstacle-address-in-use").with("listen", listen);
            (say, None)
        }
        SandboxError::Address { listen, said } => {
            let say = Say::new("obstacle-address").with("listen", listen);
            (say, Some(said.clone()))
        }
        SandboxError::Settings(exposure) => (exposed(exposure), None),
        SandboxError::Store(error) => of_store(error),
    }
}

/// How strangers could come in.
pub fn exposed(exposure: &Exposure) -> Say {
    match exposure {
        Exposure::DefaultKeys { listen } => {
            Say::new("obstacle-default-keys").with("listen", listen)
        }
        Exposure::GuessableToken { listen, chars } => Say::new("obstacle-guessable-token")
            .with("listen", listen)
            .with("chars", chars)
            .with("min", Exposure::MIN_TOKEN_CHARS),
    }
}

fn of_store(error: &StoreError) -> (Say, Option<String>) {
    let (path, why) = match error {
        StoreError::Failed(said) => return (Say::new("obstacle-disk"), Some(said.clone())),
        StoreError::Unusable { path, why } => (path.display(), why),
    };
    let (key, said) = match why {
        Unusable::InUse => ("obstacle-in-use", None),
        Unusable::Refused(said) => ("obstacle-refused", Some(said)),
        Unusable::OtherVersion { found, known, .. } => {
            let say = Say::new("obstacle-version").with("path", path);
            return (say.with("found", found).with("known", known), None);
        }
        Unusable::Foreign(_) => ("obstacle-foreign", None),
        Unusable::Stray(_) => ("obstacle-stray", None),
        Unusable::DamagedLog(said) => ("obstacle-damaged-log", Some(said)),
        Unusable::Damaged(said) => ("obstacle-damaged", Some(said)),
    };
    (Say::new(key).with("path", path), said.cloned())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::i18n::{Lang, Texts};

    #[test]
    fn every_obstacle_is_told_in_both_languages_with_its_place() {
        let path = PathBuf::from("/data/sandbox.redb");
        let listen = ([192, 0, 2, 1], 80).into();
        let said = || "No space left".to_owned();
        let store = |why| {
            let path = path.clone();
            SandboxError::Store(StoreError::Unusable { path, why })
        };
        let version = Unusable::OtherVersion {
            what: "version",
            found: 9,
            known: 3,
        };
        let (place, address) = ("/data/sandbox.redb", "192.0.2.1:80");
        for (error, names, quotes) in [
            (SandboxError::AddressInUse(listen), address, false),
            (
                SandboxError::Address {
                    listen,
                    said: said(),
                },
                address,
                true,
            ),
            (
                SandboxError::Settings(Exposure::DefaultKeys { listen }),
                address,
                false,
            ),
            (
                SandboxError::Settings(Exposure::GuessableToken { listen, chars: 5 }),
                "5",
                false,
            ),
            (SandboxError::Store(StoreError::Failed(said())), "", true),
            (store(Unusable::InUse), place, false),
            (store(Unusable::Refused(said())), place, true),
            (store(version), "9", false),
            (store(Unusable::Foreign("it is empty")), place, false),
            (store(Unusable::Stray("it is another's")), place, false),
            (store(Unusable::DamagedLog(said())), place, true),
            (store(Unusable::Damaged(said())), place, true),
        ] {
            let (say, words) = obstacle(&error);
            assert_eq!(words.is_some(), quotes, "{error}");
            let [english, chinese] = Lang::ALL.map(|lang| Texts::of(lang).say(&say));
            assert!(english.contains(names) && chinese.contains(names));
            assert!(!english.contains("{ $") && !english.starts_with("obstacle"));
            assert!(chinese.chars().any(|c| c > '\u{4e00}'), "{chinese}");
        }
    }
}
