//! A request as it goes over the wire, pasted with any line ends and with anything in front of it.

use std::sync::LazyLock;

use regex::Regex;

use super::PasteError;
use crate::protocol::explain::SentRequest;

/// A request line, wherever in a line of a log it begins.
fn request_line() -> Option<&'static Regex> {
    static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?m)(?:^|[\s>\x22'])((?i:GET|POST|DELETE|PUT|HEAD|OPTIONS|PATCH))[ \t]+(\S+)[ \t]+HTTP/[0-9.]+[ \t]*\r?$")
            .ok()
    });
    LINE.as_ref()
}

/// The same without a version, as people shorten it; only at the start of the text.
fn short_request_line() -> Option<&'static Regex> {
    static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"\A\s*((?i:GET|POST|DELETE|PUT))[ \t]+((?:https?://|/)\S+)[ \t]*\r?(?:\n|\z)")
            .ok()
    });
    LINE.as_ref()
}

/// The first request of the text.
pub(super) fn read(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let found = request_line()
        .and_then(|line| line.captures(text))
        .or_else(|| short_request_line().and_then(|line| line.captures(text)))?;
    let (method, target) = (found.get(1)?.as_str(), found.get(2)?.as_str());
    let rest = text.get(found.get(0)?.end()..).unwrap_or_default();
    let rest = match found.get(0)?.as_str().ends_with('\n') {
        true => rest,
        false => rest.strip_prefix('\n').unwrap_or(rest),
    };
    Some(Ok(from_parts(method, target, rest)))
}

/// A request from its request line and everything below.
pub(super) fn from_parts(method: &str, target: &str, rest: &str) -> SentRequest {
    let (headers, body) = headers_and_body(rest);
    let (mut headers, target) = (headers, on_request_line(target));
    if let Some(host) = target.1 {
        let named = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !named {
            headers.push(("Host".to_owned(), host));
        }
    }
    let mut request = SentRequest {
        method: method.to_owned(),
        target: target.0,
        headers,
        body: None,
    };
    request.body = body_of(&request, body);
    request
}

/// A proxy gets the whole URL; the server behind it sees path and query.
fn on_request_line(target: &str) -> (String, Option<String>) {
    if target.contains("://")
        && let Ok((host, target)) = super::split_url(target)
    {
        return (target, Some(host));
    }
    (target.to_owned(), None)
}

/// Headers up to the empty line, and what is below it. A line that is no header belongs to the
/// one above: that is what a line break inside of a pasted key looks like.
pub(super) fn headers_and_body(text: &str) -> (Vec<(String, String)>, &str) {
    let mut headers: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (line, below) = rest.split_once('\n').unwrap_or((rest, ""));
        rest = below;
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim_matches([' ', '\t']).is_empty() {
            return (headers, rest);
        }
        match (header(line), headers.last_mut()) {
            (Some(header), _) => headers.push(header),
            (None, Some((_, value))) => value.extend(["\n", line.trim_matches([' ', '\t'])]),
            (None, None) => {}
        }
    }
    (headers, "")
}

/// `Name: value`. Only blanks and tabs go away around a value: others are part of it on the wire
/// as well.
pub(super) fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let name = name.trim_end_matches([' ', '\t']);
    (!name.is_empty() && name.chars().all(is_token))
        .then(|| (name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// The body, as long as `Content-Length` says. `None` if the text does not hold all of it.
pub(super) fn body_of(request: &SentRequest, text: &str) -> Option<Vec<u8>> {
    let length: Option<usize> = request
        .header("content-length")
        .and_then(|length| length.trim().parse().ok());
    match length {
        Some(length) if length <= text.len() => Some(text.as_bytes()[..length].to_vec()),
        Some(_) => None,
        None if request.header("transfer-encoding").is_some() => None,
        // Nobody says where the body ends: the end of the text is likely no part of it, and an
        // answer below it is not.
        None => {
            let body = text.split("\nHTTP/1.").next().unwrap_or_default();
            let body = body.strip_prefix("HTTP/1.").map_or(body, |_| "");
            Some(body.trim_end_matches(['\r', '\n']).as_bytes().to_vec())
        }
    }
}
