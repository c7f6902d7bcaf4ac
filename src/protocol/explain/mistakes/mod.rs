//! Every known mistake, as ways to have signed instead of the right one. Each file is about one
//! part of the signature; a mistake in one part can come together with one in another.

mod fields;
mod headers;
mod keys;
mod resource;

pub(super) use fields::digest_in;
pub(super) use fields::signed_at_another_time;
pub(super) use keys::{Suspects, is_invisible, without_invisible};
pub(super) use resource::ROOT;

use super::cause::CauseKind;
use super::request::SentRequest;
use super::trial::Trial;

/// A way to have signed, and the mistake that leads to it.
pub(super) type Change = (CauseKind, Trial);

/// What the mistakes need to know.
pub(super) struct Evidence<'a> {
    pub(super) request: &'a SentRequest,
    /// The STS token, from the request or from the keys.
    pub(super) token: Option<&'a str>,
    /// Keys that may have been used.
    pub(super) suspects: &'a Suspects,
}

type Mistakes = fn(&Trial, &Evidence<'_>) -> Vec<Change>;

/// The parts of a signature in which mistakes are made.
pub(super) const PARTS: &[Mistakes] = &[
    keys::mistakes,
    fields::content_type,
    fields::content_md5,
    fields::date,
    fields::method,
    fields::layout,
    headers::mistakes,
    headers::token,
    resource::path,
    resource::query,
    resource::order,
];

/// `trial` with one part changed, unless that changes nothing.
fn changed(kind: CauseKind, trial: &Trial, change: impl FnOnce(&mut Trial)) -> Change {
    let mut other = trial.clone();
    change(&mut other);
    (kind, other)
}
