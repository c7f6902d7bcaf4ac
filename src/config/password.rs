//! Passwords inside URLs, which are never written to disk. Finds them and takes them out.

use std::ops::Range;

/// Whether a URL carries a password (`http://user:password@host`), which is never written to
/// disk: a form can say so while it is being typed.
pub fn holds_password(url: &str) -> bool {
    password_range(url).is_some()
}

/// The URL without its password.
pub(super) fn without_password(url: &str) -> String {
    let mut url = url.to_owned();
    if let Some(range) = password_range(&url) {
        url.replace_range(range, "");
    }
    url
}

/// The `:password` of `scheme://user:password@host`, found by hand because a URL that is still
/// being typed must lose its password too.
fn password_range(url: &str) -> Option<Range<usize>> {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let rest = &url[authority..];
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // A raw `/` in a password would end the authority too early; with an `@` after it, the
    // whole of it is taken for user and password rather than risked.
    let at = match rest[..end].rfind('@') {
        Some(at) => at,
        None => rest.rfind('@')?,
    };
    let colon = rest[..at].find(':')?;
    Some(authority + colon..authority + at)
}
