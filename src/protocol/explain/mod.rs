//! Why a signature does not match: takes a request as it was sent, signs it again in every way
//! that people are known to do it wrong, and sees which of them gives the signature that was sent.
//!
//! What it says never holds a key, a token or a signature. It reads no clock and sends nothing:
//! the request is pasted ([`paste`]) or comes from whoever sent or received it.

mod cause;
mod clock;
mod difference;
mod hints;
mod json;
mod judgement;
mod mistakes;
pub mod paste;
mod recipes;
mod request;
mod search;
mod signature;
mod trial;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use cause::{Cause, CauseKind, Certainty};
pub use clock::{ClockVerdict, Moment};
pub use difference::{Difference, Part};
pub use recipes::{Recipe, Sdk};
pub use request::SentRequest;

use super::fault::FaultCode;
use super::message::Timestamp;

/// The keys that the request should have been signed with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    /// AccessKeyId; empty if it is not known.
    pub access_key: &'a str,
    /// AccessKeySecret; empty if it is not known.
    pub secret_key: &'a str,
    /// STS token, if there is one.
    pub security_token: Option<&'a str>,
}

impl fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(redacted)")
    }
}

/// What the server answered, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerAnswer {
    /// Its error code.
    pub code: Option<FaultCode>,
    /// The string to sign that it printed.
    pub string_to_sign: Option<String>,
    /// Its time.
    pub date: Option<Timestamp>,
}

/// What a server says to the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The signature is right.
    Good,
    /// It refuses.
    WouldBeRefused {
        /// The first thing that it finds.
        #[serde(with = "json::code")]
        code: FaultCode,
    },
    /// Nothing wrong was found, but without the secret key the signature cannot be checked.
    Unknown,
}

/// Everything that can be said about the signature of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What a server says to it.
    pub verdict: Verdict,
    /// What has to be signed of the request as it was sent.
    pub ours: String,
    /// What the sender signed, where that could be found out. A token in it is left out.
    pub theirs: Option<String>,
    /// What the server says it signed, if it said so.
    pub server: Option<String>,
    /// Where `theirs`, or else `server`, differs from `ours`.
    pub difference: Vec<Difference>,
    /// Why, the most likely cause first; none if all is well.
    pub causes: Vec<Cause>,
    /// Whether the `Date` was right.
    pub clock: ClockVerdict,
    /// The SDK that sent it, if it says so.
    pub sdk: Option<Sdk>,
    /// How each official SDK would have signed this call.
    pub recipes: Vec<Recipe>,
}

impl Explanation {
    /// The same with every text of the request put through `mask`, and the differences found in
    /// what comes out.
    #[must_use]
    pub fn masked(mut self, mask: impl Fn(&str) -> String) -> Self {
        let texts = [
            Some(&mut self.ours),
            self.theirs.as_mut(),
            self.server.as_mut(),
        ];
        let values = self.causes.iter_mut().flat_map(|cause| &mut cause.values);
        let recipes = self.recipes.iter_mut();
        let recipes = recipes.flat_map(|recipe| [&mut recipe.target, &mut recipe.string_to_sign]);
        let all = texts.into_iter().flatten();
        for text in all.chain(values.map(|(_, value)| value)).chain(recipes) {
            *text = mask(text);
        }
        let other = self.theirs.as_ref().or(self.server.as_ref());
        self.difference =
            other.map_or_else(Vec::new, |other| difference::between(&self.ours, other));
        self
    }
}

/// The places where `theirs` differs from `ours`, in order.
pub fn difference(ours: &str, theirs: &str) -> Vec<Difference> {
    difference::between(ours, theirs)
}

/// Explains a request. Without keys it says what can be said without.
pub fn explain(
    request: &SentRequest,
    answer: Option<&ServerAnswer>,
    keys: Option<Keys<'_>>,
    moment: Moment,
) -> Explanation {
    judgement::judge(request, answer, keys, moment)
}
