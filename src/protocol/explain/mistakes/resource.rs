//! Mistakes in the last line of the text: path and query.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Change, Evidence, changed};
use crate::protocol::explain::cause::CauseKind;
use crate::protocol::explain::trial::Trial;

/// Where the path of this protocol begins.
pub(in crate::protocol::explain) const ROOT: &str = "/topics/";

/// Paths under which gateways like to put a service. [us]
const PREFIXES: &[&str] = &[
    "/api",
    "/mq",
    "/rocketmq",
    "/rmq",
    "/v1",
    "/v2",
    "/http",
    "/proxy",
    "/gateway",
    "/mqrest",
    "/mq-http",
    "/service",
];

/// What RFC 3986 leaves unescaped.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Characters that some encoders escape and others do not, with their escapes.
const CONTESTED: &[(&str, &str)] = &[
    ("!", "%21"),
    ("'", "%27"),
    ("(", "%28"),
    (")", "%29"),
    ("*", "%2A"),
    ("~", "%7E"),
    ("|", "%7C"),
    (":", "%3A"),
    ("/", "%2F"),
    (",", "%2C"),
    ("@", "%40"),
];

/// More parameters than this are not tried in every order.
const MAX_ORDERED: usize = 6;

fn split(resource: &str) -> (&str, Option<&str>) {
    match resource.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (resource, None),
    }
}

fn joined(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

fn changes(trial: &Trial, signed: Vec<(CauseKind, String)>) -> Vec<Change> {
    signed
        .into_iter()
        .filter(|(_, signed)| *signed != trial.resource)
        .map(|(kind, signed)| changed(kind, trial, |trial| trial.resource = signed))
        .collect()
}

/// Another path was signed.
pub(super) fn path(trial: &Trial, evidence: &Evidence<'_>) -> Vec<Change> {
    let (path, query) = split(&trial.resource);
    let mut paths = Vec::new();
    if path.starts_with("//") {
        paths.push((CauseKind::NodeSlashes, format!("/{path}")));
    }
    let bare = path.trim_start_matches('/');
    for slashes in ["/", "//", "///", ""] {
        paths.push((CauseKind::LeadingSlash, format!("{slashes}{bare}")));
    }
    let trimmed = path.trim_end_matches('/');
    paths.push((CauseKind::TrailingSlash, trimmed.to_owned()));
    paths.push((CauseKind::TrailingSlash, format!("{trimmed}/")));
    match path.find(ROOT) {
        Some(0) => {
            paths.extend(
                PREFIXES
                    .iter()
                    .map(|prefix| (CauseKind::PathPrefix, format!("{prefix}{path}"))),
            );
        }
        Some(at) if !path[..at].trim_matches('/').is_empty() => {
            paths.push((CauseKind::PathPrefix, path[at..].to_owned()));
            paths.push((CauseKind::PathPrefix, path[..at].to_owned()));
        }
        _ => {}
    }
    paths.push((CauseKind::PathEncoding, decoded(path)));
    paths.push((CauseKind::PathEncoding, path.replace('%', "%25")));
    let mut signed: Vec<(CauseKind, String)> = paths
        .into_iter()
        .map(|(kind, path)| (kind, joined(&path, query)))
        .collect();
    if let Some(host) = evidence.request.header("host") {
        let name = host.split(':').next().unwrap_or_default();
        for start in ["http://", "https://", ""] {
            for host in [host, name] {
                signed.push((
                    CauseKind::FullUrl,
                    format!("{start}{host}{}", trial.resource),
                ));
            }
        }
    }
    changes(trial, signed)
}

/// The query was signed with other words in it.
pub(super) fn query(trial: &Trial, _: &Evidence<'_>) -> Vec<Change> {
    let (path, query) = split(&trial.resource);
    let Some(query) = query else {
        let signed = ["?", "?ns="]
            .map(|end| (CauseKind::EmptyParameter, format!("{path}{end}")))
            .to_vec();
        return changes(trial, signed);
    };
    let mut queries = encoded_otherwise(query);
    queries.extend(with_empty_parameters(query));
    let mut signed: Vec<(CauseKind, String)> = queries
        .into_iter()
        .map(|(kind, query)| (kind, joined(path, Some(&query))))
        .collect();
    signed.push((CauseKind::QueryNotSigned, path.to_owned()));
    signed.push((CauseKind::QueryNotSigned, format!("{path}?")));
    let parameters: Vec<&str> = query.split('&').collect();
    for index in 0..parameters.len() {
        let mut fewer = parameters.clone();
        let kind = match fewer.remove(index) {
            ns if ns.starts_with("ns=") => CauseKind::InstanceNotSigned,
            _ => CauseKind::ParameterNotSigned,
        };
        let query = Some(fewer.join("&")).filter(|query| !query.is_empty());
        signed.push((kind, joined(path, query.as_deref())));
    }
    changes(trial, signed)
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encoded_otherwise(query: &str) -> Vec<(CauseKind, String)> {
    let mut all = vec![(CauseKind::NodeQuote, query.replace("%27", "'"))];
    let mut encoding = |query| all.push((CauseKind::QueryEncoding, query));
    encoding(query.replace('+', "%20"));
    encoding(query.replace("%20", "+"));
    encoding(decoded(query));
    encoding(decoded(&query.replace('+', " ")));
    encoding(query.replace('%', "%25"));
    encoding(query.replace("%25", "%"));
    let (mut raw, mut escaped) = (query.to_owned(), query.to_owned());
    for (plain, escape) in CONTESTED {
        raw = raw.replace(escape, plain);
        escaped = escaped.replace(plain, escape);
        encoding(query.replace(plain, escape));
        encoding(query.replace(escape, plain));
    }
    encoding(raw);
    encoding(escaped);
    encoding(written_again(query, |value| {
        utf8_percent_encode(value, UNRESERVED).to_string()
    }));
    encoding(written_again(query, |value| {
        form_urlencoded::byte_serialize(value.as_bytes()).collect()
    }));
    for (plain, escape) in [('"', "%22"), ('&', "&amp;")] {
        encoding(query.replace(plain, escape));
    }
    all.push((CauseKind::EscapeCase, escapes_in(query, str::to_lowercase)));
    all.push((CauseKind::EscapeCase, escapes_in(query, str::to_uppercase)));
    all
}

/// Names and values decoded as forms are, and encoded in another way.
fn written_again(query: &str, encode: impl Fn(&str) -> String) -> String {
    query
        .split('&')
        .map(|parameter| match parameter.split_once('=') {
            Some((name, value)) => {
                format!("{name}={}", encode(&decoded(&value.replace('+', " "))))
            }
            None => parameter.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("&")
}

fn escapes_in(query: &str, spell: impl Fn(&str) -> String) -> String {
    let mut pieces = query.split('%');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push('%');
        match (piece.get(..2), piece.get(2..)) {
            (Some(digits), Some(rest)) => text.extend([spell(digits).as_str(), rest]),
            _ => text.push_str(piece),
        }
    }
    text
}

fn with_empty_parameters(query: &str) -> Vec<(CauseKind, String)> {
    let parameters: Vec<&str> = query.split('&').collect();
    let is_empty = |parameter: &&str| {
        parameter
            .split_once('=')
            .is_none_or(|(_, value)| value.is_empty())
    };
    let filled: Vec<&str> = parameters
        .iter()
        .copied()
        .filter(|p| !is_empty(p))
        .collect();
    let bare: Vec<&str> = parameters
        .iter()
        .map(|parameter| parameter.strip_suffix('=').unwrap_or(parameter))
        .collect();
    let marked: Vec<String> = parameters
        .iter()
        .map(|parameter| {
            if parameter.contains('=') {
                (*parameter).to_owned()
            } else {
                format!("{parameter}=")
            }
        })
        .collect();
    let mut all = vec![
        filled.join("&"),
        bare.join("&"),
        marked.join("&"),
        format!("{query}&"),
    ];
    for name in ["ns", "tag", "trans", "consumer", "waitseconds"] {
        if !parameters
            .iter()
            .any(|parameter| parameter.split('=').next() == Some(name))
        {
            all.push(format!("{query}&{name}="));
            all.push(format!("{name}=&{query}"));
        }
    }
    all.into_iter()
        .map(|query| (CauseKind::EmptyParameter, query))
        .collect()
}

/// The parameters were signed in another order.
pub(super) fn order(trial: &Trial, _: &Evidence<'_>) -> Vec<Change> {
    let (path, Some(query)) = split(&trial.resource) else {
        return Vec::new();
    };
    let parameters: Vec<&str> = query.split('&').collect();
    let mut sorted = parameters.clone();
    sorted.sort_unstable();
    let reversed: Vec<&str> = parameters.iter().rev().copied().collect();
    let mut orders = vec![sorted, reversed];
    if parameters.len() <= MAX_ORDERED {
        permutations(&mut parameters.clone(), 0, &mut orders);
    }
    let signed = orders
        .into_iter()
        .map(|order| (CauseKind::QueryOrder, joined(path, Some(&order.join("&")))))
        .collect();
    changes(trial, signed)
}

fn permutations<'a>(items: &mut Vec<&'a str>, from: usize, found: &mut Vec<Vec<&'a str>>) {
    if from + 1 >= items.len() {
        found.push(items.clone());
        return;
    }
    for index in from..items.len() {
        items.swap(from, index);
        permutations(items, from + 1, found);
        items.swap(from, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_tried_once() {
        let mut found = Vec::new();
        permutations(&mut vec!["a", "b", "c", "d"], 0, &mut found);
        found.sort();
        found.dedup();
        assert_eq!(found.len(), 24);
    }

    #[test]
    fn escapes_change_their_case_and_nothing_else() {
        assert_eq!(
            escapes_in("a%2Fb%E4%zZ%", str::to_lowercase),
            "a%2fb%e4%zz%"
        );
    }
}
