//! Mistakes in the key of the HMAC. The variants of a secret stay in here and in the key ring;
//! nothing prints them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Change, Evidence, changed};
use crate::protocol::explain::cause::CauseKind;
use crate::protocol::explain::trial::{KeyUsed, Trial};

/// What clings to a key that was pasted or read from a file, and cannot be seen.
const CLINGS: &[&str] = &[
    "\n", "\r\n", "\r", " ", "  ", "\t", "\u{a0}", "\u{feff}", "\u{200b}", "\u{200c}", "\u{200d}",
    "\u{2060}", "\u{3000}", "\u{2028}", "\0", "\\n", "\n\n",
];

/// What became part of a key instead of standing around it.
const QUOTES: &[(&str, &str)] = &[
    ("\"", "\""),
    ("'", "'"),
    ("“", "”"),
    ("`", "`"),
    ("<", ">"),
    ("{", "}"),
    ("${", "}"),
];

/// Whether a character takes no room on a screen, or only blank room.
pub(in crate::protocol::explain) fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
        )
}

/// A text without anything invisible.
pub(in crate::protocol::explain) fn without_invisible(text: &str) -> String {
    text.chars().filter(|&c| !is_invisible(c)).collect()
}

/// Where something clings to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    End,
    Both,
}

/// A key that may have been used.
struct Suspect {
    /// The mistake of using it.
    kind: CauseKind,
    key: Vec<u8>,
    /// What clings to it, and where.
    clings: Option<(&'static str, Place)>,
}

/// Keys that may have been used, the right one first.
pub(in crate::protocol::explain) struct Suspects(Vec<Suspect>);

impl Suspects {
    /// `access_key` is the right one; `sent` the one that the request names.
    pub(in crate::protocol::explain) fn new(
        access_key: &str,
        secret_key: &str,
        token: Option<&str>,
        sent: &str,
    ) -> Self {
        let mut all = Suspects(vec![Suspect {
            kind: CauseKind::WrongSecret,
            key: secret_key.as_bytes().to_vec(),
            clings: None,
        }]);
        let swapped = without_invisible(sent) == without_invisible(secret_key);
        let with_access_key = if swapped {
            CauseKind::SwappedKeys
        } else {
            CauseKind::AccessKeyAsSecret
        };
        if !access_key.is_empty() {
            all.add(with_access_key, access_key.as_bytes());
        }
        for clean in [secret_key.trim(), &without_invisible(secret_key)] {
            all.add(CauseKind::WhiteSpaceInSecret, clean.as_bytes());
        }
        let trimmed = secret_key.trim();
        for cling in CLINGS {
            for (place, key) in [
                (Place::End, format!("{trimmed}{cling}")),
                (Place::Start, format!("{cling}{trimmed}")),
                (Place::Both, format!("{cling}{trimmed}{cling}")),
            ] {
                let clings = Some((*cling, place));
                all.push(CauseKind::WhiteSpaceInSecret, key.as_bytes(), clings);
            }
        }
        // A no-break space of Latin-1, one byte.
        let latin = [trimmed.as_bytes(), b"\xa0"].concat();
        let clings = Some(("\u{a0}", Place::End));
        all.push(CauseKind::WhiteSpaceInSecret, &latin, clings);
        for (open, close) in QUOTES {
            let quoted = format!("{open}{trimmed}{close}");
            all.add(CauseKind::QuotedSecret, quoted.as_bytes());
        }
        let unquoted = trimmed.trim_matches(['"', '\'', '`', '“', '”']);
        all.add(CauseKind::QuotedSecret, unquoted.as_bytes());
        all.add(CauseKind::AmpersandSecret, format!("{trimmed}&").as_bytes());
        all.add(CauseKind::EmptySecret, b"");
        if let Some(token) = token {
            all.add(CauseKind::TokenAsSecret, token.as_bytes());
        }
        for other in other_letters(trimmed) {
            all.add(CauseKind::SecretEncoding, &other);
        }
        all
    }

    fn add(&mut self, kind: CauseKind, key: &[u8]) {
        self.push(kind, key, None);
    }

    fn push(&mut self, kind: CauseKind, key: &[u8], clings: Option<(&'static str, Place)>) {
        if self.0.iter().all(|known| known.key != key) {
            let key = key.to_vec();
            self.0.push(Suspect { kind, key, clings });
        }
    }

    /// What clings to the key that was used, and where.
    pub(in crate::protocol::explain) fn clinging(&self, key: KeyUsed) -> (&str, &'static str) {
        let KeyUsed::Ring(index) = key else {
            return ("", "");
        };
        match self.0.get(index).and_then(|suspect| suspect.clings) {
            Some((what, Place::Start)) => (what, "start"),
            Some((what, Place::End)) => (what, "end"),
            Some((what, Place::Both)) => (what, "both"),
            None => ("", "missing"),
        }
    }

    pub(in crate::protocol::explain) fn keys(&self) -> Vec<Vec<u8>> {
        self.0.iter().map(|suspect| suspect.key.clone()).collect()
    }
}

fn other_letters(secret: &str) -> Vec<Vec<u8>> {
    let mut all = vec![
        secret.to_lowercase().into_bytes(),
        secret.to_uppercase().into_bytes(),
        percent_decode_str(secret).collect(),
        percent_decode_str(&secret.replace('+', " ")).collect(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC)
            .to_string()
            .into_bytes(),
        BASE64.encode(secret).into_bytes(),
        hex::encode(secret).into_bytes(),
    ];
    all.extend(BASE64.decode(secret).ok());
    all.extend(hex::decode(secret).ok());
    all
}

/// Signed with another key.
pub(super) fn mistakes(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let others = evidence.suspects.0.iter().enumerate().skip(1);
    others
        .map(|(index, suspect)| {
            changed(suspect.kind, trial, |trial| {
                trial.key = KeyUsed::Ring(index)
            })
        })
        .chain([changed(CauseKind::HmacArguments, trial, |trial| {
            trial.key = KeyUsed::TextAsKey;
        })])
        .collect()
}
