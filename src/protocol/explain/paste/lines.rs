//! Logs that put a mark in front of every line that was sent: curl's `-v` and what builds on it,
//! and the wire log of Apache HttpClient.

use std::sync::LazyLock;

use regex::Regex;

use super::{PasteError, http, is_method};
use crate::protocol::explain::SentRequest;

/// `> POST /topics/… HTTP/1.1` and the `>` lines below it. The body is not in there: curl prints
/// it without a mark, if at all.
pub(super) fn curl_verbose(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let sent: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let line = line.trim_start().strip_prefix('>')?;
            Some(line.strip_prefix(' ').unwrap_or(line))
        })
        .collect();
    let mut request = last_request(&sent)?;
    let announced = request
        .header("content-length")
        .is_some_and(|length| length.trim() != "0");
    request.body = (!announced).then(Vec::new);
    Some(Ok(request))
}

/// `http-outgoing-0 >> "POST /topics/… HTTP/1.1[\r][\n]"`, or without quotation marks where only
/// headers are logged.
pub(super) fn java_wire(text: &str) -> Option<Result<SentRequest, PasteError>> {
    static SENT: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"http-outgoing-[0-9]+ >> (.*)$"#).ok());
    let sent: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let line = line.trim_end();
            SENT.as_ref()?
                .captures(line)?
                .get(1)
                .map(|sent| sent.as_str())
        })
        .collect();
    if sent.is_empty() {
        return None;
    }
    let is_wire = |line: &&str| line.starts_with('"') && line.ends_with('"') && line.len() > 1;
    let wire: Vec<String> = sent
        .iter()
        .copied()
        .filter(is_wire)
        .map(|line| unescape(&line[1..line.len() - 1]))
        .collect();
    if wire.is_empty() {
        let headers: Vec<&str> = sent
            .into_iter()
            .filter(|line| !line.starts_with('"'))
            .collect();
        return Some(last_request(&headers).ok_or(PasteError::Incomplete("request")));
    }
    let whole = wire.concat();
    let at = last_request_line(&whole)?;
    http::read(&whole[at..])
}

/// The bytes that the wire log writes as `[\r]`, `[\n]` and `[0xe5]`, as far as they are text.
fn unescape(line: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let escape = rest.strip_prefix('[').and_then(|inner| {
            let (word, below) = inner.split_once(']')?;
            let byte = match word {
                r"\r" => b'\r',
                r"\n" => b'\n',
                _ => u8::from_str_radix(word.strip_prefix("0x")?, 16).ok()?,
            };
            Some((byte, below))
        });
        match escape {
            Some((byte, below)) => {
                bytes.push(byte);
                rest = below;
            }
            None => {
                let (head, below) = rest.split_at(first.len_utf8());
                bytes.extend(head.as_bytes());
                rest = below;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn last_request_line(text: &str) -> Option<usize> {
    let mut at = 0;
    let mut last = None;
    for line in text.split_inclusive('\n') {
        if is_request_line(line) {
            last = Some(at);
        }
        at += line.len();
    }
    last
}

fn is_request_line(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let method = words.next().is_some_and(is_method);
    let (_, version) = (words.next(), words.next());
    method && version.is_some_and(|version| version.starts_with("HTTP/"))
}

/// The last request among lines of headers.
fn last_request(lines: &[&str]) -> Option<SentRequest> {
    let at = lines.iter().rposition(|line| is_request_line(line))?;
    let mut words = lines[at].split_ascii_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    Some(http::from_parts(
        method,
        target,
        &lines[at + 1..].join("\n"),
    ))
}
