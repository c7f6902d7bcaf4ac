//! What a request gives away without the secret key: things that often go wrong and can be seen.

use super::cause::{Cause, CauseKind, Certainty};
use super::mistakes::ROOT;
use super::recipes::Sdk;
use super::request::SentRequest;

/// What speaks for a mistake, though nothing proves it.
pub(super) fn hints(request: &SentRequest, sdk: Option<Sdk>) -> Vec<Cause> {
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let content_type = request.header("content-type").unwrap_or_default();
    let node = sdk == Some(Sdk::Node);
    let from_node = if node {
        Certainty::Likely
    } else {
        Certainty::Possible
    };
    let lower_escape = query
        .split('%')
        .skip(1)
        .filter_map(|escape| escape.get(..2))
        .any(|digits| digits.chars().any(|c| c.is_ascii_lowercase()));
    let prefixed = path
        .find(ROOT)
        .is_some_and(|at| !path[..at].trim_matches('/').is_empty());
    let form = content_type.starts_with("application/x-www-form-urlencoded");
    let spaced = content_type.contains("; ");
    let kinds = [
        (query.contains("%27"), CauseKind::NodeQuote, from_node),
        (path.starts_with("//"), CauseKind::NodeSlashes, from_node),
        (form, CauseKind::ContentTypeChanged, Certainty::Likely),
        (spaced, CauseKind::ContentTypeSpelling, Certainty::Possible),
        (prefixed, CauseKind::PathPrefix, Certainty::Likely),
        (
            path.ends_with('/'),
            CauseKind::TrailingSlash,
            Certainty::Likely,
        ),
        (lower_escape, CauseKind::EscapeCase, Certainty::Possible),
        (
            !request.has_version(),
            CauseKind::VersionNotSent,
            Certainty::Likely,
        ),
    ];
    kinds
        .into_iter()
        .filter(|(seen, ..)| *seen)
        .map(|(_, kind, certainty)| {
            let part = match kind {
                CauseKind::ContentTypeChanged | CauseKind::ContentTypeSpelling => content_type,
                _ => &request.target,
            };
            Cause::new(kind, certainty)
                .with("signed", "…")
                .with("sent", part)
        })
        .collect()
}

/// What goes wrong most, where nothing at all can be seen.
pub(super) const COMMONEST: [CauseKind; 3] = [
    CauseKind::SwappedKeys,
    CauseKind::WhiteSpaceInSecret,
    CauseKind::WrongSecret,
];
