//! For scripts: what `mqscope explain --json` prints, and what the window copies. Scripts rely on these names.

use serde::Serialize;

use super::{explanation, fix};
use crate::i18n::Texts;
use crate::protocol::explain::paste::Form;
use crate::protocol::explain::{ClockVerdict, Explanation, Verdict};

/// The whole of it.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    /// `good`, `would_be_refused` or `unknown`.
    verdict: &'static str,
    /// The code that the server answers with.
    code: Option<&'a str>,
    string_to_sign: Strings<'a>,
    /// Where they differ, in bytes.
    difference: Vec<Place<'a>>,
    causes: Vec<Cause>,
    /// What the request was read from; nothing where a server kept it.
    form: Option<&'static str>,
    /// The official SDK that sent it.
    sdk: Option<&'static str>,
    clock: Clock,
    /// How each official SDK signs this call.
    sdks: Vec<Sdk<'a>>,
}

#[derive(Debug, Serialize)]
struct Strings<'a> {
    /// What was signed instead, where that is known.
    theirs: Option<&'a str>,
    /// What has to be signed.
    ours: &'a str,
    /// What the server printed.
    server: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Place<'a> {
    part: &'static str,
    ours: [usize; 2],
    theirs: [usize; 2],
    ours_text: &'a str,
    theirs_text: &'a str,
}

#[derive(Debug, Serialize)]
struct Cause {
    kind: &'static str,
    certainty: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    together_with: Option<&'static str>,
    explanation: String,
    fix: String,
}

#[derive(Debug, Serialize)]
struct Clock {
    /// `right`, `off`, `old` (says nothing) or `unknown`.
    verdict: &'static str,
    /// Positive: the sender is ahead.
    off_by_millis: Option<i64>,
}

#[derive(Debug, Serialize)]
struct Sdk<'a> {
    sdk: &'static str,
    target: &'a str,
    headers: serde_json::Map<String, serde_json::Value>,
    string_to_sign: &'a str,
}

impl<'a> Report<'a> {
    /// Of these findings, with the explanations in this language.
    pub fn new(texts: &Texts, found: &'a Explanation, form: Option<Form>) -> Self {
        let (verdict, code) = match &found.verdict {
            Verdict::Good => ("good", None),
            Verdict::WouldBeRefused { code } => ("would_be_refused", Some(code.as_str())),
            Verdict::Unknown => ("unknown", None),
        };
        let other = found.theirs.as_deref().or(found.server.as_deref());
        let other = other.unwrap_or_default();
        let difference = found.difference.iter().map(|place| Place {
            part: place.part.id(),
            ours: [place.ours.start, place.ours.end],
            theirs: [place.theirs.start, place.theirs.end],
            ours_text: found.ours.get(place.ours.clone()).unwrap_or_default(),
            theirs_text: other.get(place.theirs.clone()).unwrap_or_default(),
        });
        let causes = found.causes.iter().map(|cause| Cause {
            kind: cause.kind.id(),
            certainty: cause.certainty.id(),
            together_with: cause.together_with.map(|kind| kind.id()),
            explanation: explanation(texts, cause),
            fix: fix(texts, cause).to_owned(),
        });
        let sdks = found.recipes.iter().map(|recipe| Sdk {
            sdk: recipe.sdk.id(),
            target: &recipe.target,
            headers: recipe
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.as_str().into()))
                .collect(),
            string_to_sign: &recipe.string_to_sign,
        });
        let (clock, off_by_millis) = match found.clock {
            ClockVerdict::Unknown => ("unknown", None),
            ClockVerdict::Right => ("right", None),
            ClockVerdict::Off(millis) => ("off", Some(millis)),
            ClockVerdict::Old(millis) => ("old", Some(-millis)),
        };
        Self {
            verdict,
            code,
            string_to_sign: Strings {
                theirs: found.theirs.as_deref(),
                ours: &found.ours,
                server: found.server.as_deref(),
            },
            difference: difference.collect(),
            causes: causes.collect(),
            form: form.map(Form::id),
            sdk: found.sdk.map(|sdk| sdk.id()),
            clock: Clock {
                verdict: clock,
                off_by_millis,
            },
            sdks: sdks.collect(),
        }
    }
}
