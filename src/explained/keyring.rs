//! Why the keyring does not take keys or give them, in words of the interface, by the sentences of
//! `secrets`. What the keyring's library says itself is English and stands behind that.

use crate::i18n::Say;

/// How such sentences begin, and what they mean.
const SENTENCES: [(&str, &str); 9] = [
    ("no keyring answers here", "keyring-none"),
    (
        "the keyring of this system cannot be opened",
        "keyring-none",
    ),
    ("the keyring is locked", "keyring-locked"),
    ("the keyring holds ", "keyring-many"),
    ("the keyring did not answer", "keyring-slow"),
    ("the keyring did not keep", "keyring-not-kept"),
    ("no keyring is used", "keyring-off"),
    ("there are no keys for this profile", "keyring-no-keys"),
    ("the keyring's entry for this profile", "keyring-damaged"),
];

/// What such a sentence means.
pub fn keyring(why: &str) -> Say {
    let known = SENTENCES.iter().find(|(begin, _)| why.starts_with(begin));
    let key = known.map_or("keyring-failed", |(_, key)| key);
    // The library's words stand in brackets.
    let said = why.split_once('(').and_then(|(_, rest)| {
        let (said, _) = rest.rsplit_once(')')?;
        Some(said)
    });
    Say::new(key).with("said", said.unwrap_or(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Texts};

    #[test]
    fn the_keyrings_refusals_are_told_in_both_languages() {
        let check = |why: &str, english: &str, chinese: &str| {
            let words = Lang::ALL.map(|lang| Texts::of(lang).say(&keyring(why)));
            assert!(words[0].contains(english), "{}", words[0]);
            assert!(words[1].contains(chinese), "{}", words[1]);
        };
        check(
            "no keyring answers here (no bus (x)); install gnome-keyring or KWallet, log in",
            "no bus (x)",
            "没有可用的密钥环（no bus (x)）",
        );
        check(
            "the keyring is locked or not set up (shut); unlock it",
            "locked or not set up (shut)",
            "解锁",
        );
        check(
            "the keyring holds 2 entries for this profile; delete",
            "more than one",
            "多个",
        );
        check(
            "the keyring did not answer within 30 seconds; unlock",
            "did not answer",
            "没有应答",
        );
        check("the keyring refused: too long", "too long", "too long");
    }
}
