//! Keeps an answer as it came, for a person to look at: bounded, and without anything secret.
//! Understands nothing of it, but what kind of foreign answer it is.

use std::fmt::Write as _;

use reqwest::header::HeaderMap;
use secrecy::ExposeSecret as _;

use super::reason::{RawAnswer, Reason};
use super::settings::ClientSettings;

/// Bytes of a body that are kept.
const KEPT_BYTES: usize = 16 << 10;

/// Bytes that are kept of what is no text.
const KEPT_HEX_BYTES: usize = 512;

/// Characters of a page's title that are kept.
const TITLE_CHARS: usize = 80;

/// A shorter key is not looked for in a text: it would be found in any.
const SHORTEST_SECRET: usize = 4;

/// A longer access key is shown by its beginning: on TDMQ it is the one that must stay secret.
const SHOWN_KEY_CHARS: usize = 8;

/// Headers that tell who answered, and why. Cookies are not among them.
const TELLING: &[&str] = &[
    "server",
    "via",
    "date",
    "content-type",
    "content-length",
    "content-encoding",
    "location",
    "proxy-authenticate",
    "www-authenticate",
    "retry-after",
    "x-mq-request-id",
    "x-mq-version",
];

/// An answer in HTTP.
pub(super) fn answer(
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
    settings: &ClientSettings,
) -> RawAnswer {
    let headers = TELLING.iter().flat_map(|&name| {
        let values = headers.get_all(name).iter();
        values.filter_map(move |value| {
            let value = value.to_str().ok()?;
            let value = match name {
                "location" => shown_location(value),
                _ => value.to_owned(),
            };
            Some((name.to_owned(), value))
        })
    });
    let headers = headers
        .map(|(name, value)| (name, masked(&value, settings)))
        .collect();
    let (body, bytes, cut) = kept(body, settings);
    RawAnswer {
        status: Some(status),
        headers,
        body,
        bytes,
        cut,
    }
}

/// The first bytes of something that is no HTTP.
pub(super) fn greeting(bytes: &[u8], settings: &ClientSettings) -> RawAnswer {
    let (body, bytes, cut) = kept(bytes, settings);
    RawAnswer {
        status: None,
        headers: Vec::new(),
        body,
        bytes,
        cut,
    }
}

fn kept(body: &[u8], settings: &ClientSettings) -> (String, usize, bool) {
    let mut start = &body[..body.len().min(KEPT_BYTES)];
    let text = match std::str::from_utf8(start) {
        Ok(text) => Some(text),
        // Cut inside a character.
        Err(error) if error.error_len().is_none() => {
            start = &start[..error.valid_up_to()];
            std::str::from_utf8(start).ok()
        }
        Err(_) => None,
    };
    match text.filter(|text| !text.contains('\0')) {
        Some(text) => {
            let text = visible(&masked(text, settings));
            (text, body.len(), start.len() < body.len())
        }
        None => {
            let start = &body[..body.len().min(KEPT_HEX_BYTES)];
            (hex(start), body.len(), start.len() < body.len())
        }
    }
}

/// Control characters in words: an XML that holds one is refused for just that.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' => {}
            c if c.is_control() => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown
}

/// Sixteen bytes a line, with what can be read of them.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for line in bytes.chunks(16) {
        let mut digits = String::new();
        for byte in line {
            // Writing to a string does not fail.
            let _ = write!(digits, "{byte:02x} ");
        }
        let shown: String = line
            .iter()
            .map(|&byte| match byte {
                0x20..0x7f => char::from(byte),
                _ => '.',
            })
            .collect();
        let _ = writeln!(text, "{digits:<48} {shown}");
    }
    text
}

/// A text without the keys of this connection, and without any signature.
pub(super) fn masked(text: &str, settings: &ClientSettings) -> String {
    const MASK: &str = "•••";
    let keys = &settings.credentials;
    let mut secrets = vec![keys.secret_key.expose_secret()];
    secrets.extend(keys.security_token.iter().map(|t| t.expose_secret()));
    secrets.extend(keys.admin_token.iter().map(|t| t.expose_secret()));
    let mut text = text.to_owned();
    for secret in secrets {
        if secret.len() >= SHORTEST_SECRET {
            text = text.replace(secret, MASK);
        }
    }
    if keys.access_key.chars().count() > SHOWN_KEY_CHARS {
        let start: String = keys.access_key.chars().take(4).collect();
        text = text.replace(&keys.access_key, &format!("{start}{MASK}"));
    }
    without_signatures(&text, MASK)
}

/// `MQ key:signature`, wherever it stands, without the signature.
fn without_signatures(text: &str, mask: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("MQ ") {
        let (before, from) = rest.split_at(at);
        shown.push_str(before);
        let word_end = from[3..]
            .find(|c: char| c.is_whitespace() || matches!(c, '<' | '"' | '\'' | ',' | '\\'))
            .map_or(from.len(), |end| end + 3);
        let (word, after) = from.split_at(word_end);
        match word.rsplit_once(':') {
            Some((key, signature)) if signature.len() >= 20 => {
                shown.push_str(key);
                shown.push(':');
                shown.push_str(mask);
            }
            _ => shown.push_str(word),
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Where a redirect goes, without what it carries along.
pub(super) fn shown_location(to: &str) -> String {
    let place = to.split(['?', '#']).next().unwrap_or_default();
    let place = match (place.find("://"), place.find('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}{}", &place[..scheme + 3], &place[at + 1..])
        }
        _ => place.to_owned(),
    };
    match place.len() < to.len() && to.contains('?') {
        true => format!("{place}?…"),
        false => place,
    }
}

/// What kind of answer it is that is not one of this protocol, and what it is about.
pub(super) fn foreign(status: u16, content_type: &str, body: &[u8]) -> (Reason, Option<String>) {
    let start = String::from_utf8_lossy(&body[..body.len().min(KEPT_BYTES)]);
    let lower = start.to_ascii_lowercase();
    if status == 407 {
        return (Reason::ProxyLogin, None);
    }
    // What nginx and Go say in plain HTTP on a port for TLS.
    if lower.contains("plain http request was sent to https port")
        || lower.contains("http request to an https server")
    {
        return (Reason::TlsWherePlain, None);
    }
    // Not anywhere: a message may be about a page.
    let beginning = lower.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let begins = ["<html", "<!doctype html"];
    let is_page =
        content_type.contains("text/html") || begins.iter().any(|mark| beginning.starts_with(mark));
    let title = is_page.then(|| title_of(&start, &lower)).flatten();
    if matches!(status, 502..=504) {
        return (Reason::Gateway, title);
    }
    if is_page {
        let asks = ["type=\"password\"", "type='password'", "type=password"];
        let named = ["log in", "login", "sign in", "signin", "登录", "登陆"];
        let asks = asks.iter().any(|mark| lower.contains(mark))
            || named.iter().any(|mark| lower.contains(mark));
        return match asks {
            true => (Reason::LoginPage, title),
            false => (Reason::WebPage, title),
        };
    }
    let trimmed = start.trim_start();
    if content_type.contains("json") || trimmed.starts_with(['{', '[']) {
        return (Reason::JsonService, None);
    }
    (Reason::OtherService, None)
}

/// Whether an answer that cannot be read was never meant to be one of this protocol.
pub(super) fn is_foreign(status: u16, content_type: &str, body: &[u8]) -> bool {
    foreign(status, content_type, body).0 != Reason::OtherService
}

fn title_of(text: &str, lower: &str) -> Option<String> {
    // Lower case of ASCII leaves every byte in its place.
    let at = lower.find("<title")?;
    let from = at + lower[at..].find('>')? + 1;
    let title = text[from..].split('<').next().unwrap_or_default().trim();
    let title: String = title.chars().take(TITLE_CHARS).collect();
    (!title.is_empty()).then_some(title)
}

/// What the first bytes of something tell that is no HTTP.
pub(super) fn of_greeting(bytes: &[u8]) -> Option<Reason> {
    match bytes {
        // A record of TLS: an alert or a handshake, of any version.
        [0x15 | 0x16, 3, 0..=4, ..] => Some(Reason::TlsWherePlain),
        // HTTP/2 begins with its settings: a frame of type 4, on stream 0.
        [0, _, _, 4, _, 0, 0, 0, 0, ..] => Some(Reason::Http2),
        // RocketMQ's frame: its length, the length of its header and how that is written, and a
        // header that begins as JSON.
        [_, _, _, _, 0 | 1, _, _, _, b'{', b'"', ..] => Some(Reason::RocketMqTcp),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Endpoint;
    use crate::credentials::Credentials;

    fn settings(access_key: &str) -> Option<ClientSettings> {
        let endpoint: Endpoint = "http://h:1".parse().ok()?;
        let keys = Credentials::from_pasted(access_key, "very-secret", "sts-token");
        Some(ClientSettings::new(endpoint, keys))
    }

    #[test]
    fn nothing_secret_is_left_of_a_text() {
        let Some(settings) = settings("eyJrZXlJZCI6InJvbGUifQ") else {
            return assert_eq!("no settings", "");
        };
        let text = "<M>MQ eyJrZXlJZCI6InJvbGUifQ:cnRzaWduYXR1cmUrLz0xMjM0NTY=</M> very-secret \
                    sts-token MQ is a queue";
        assert_eq!(
            masked(text, &settings),
            "<M>MQ eyJr•••:•••</M> ••• ••• MQ is a queue"
        );
        assert_eq!(
            shown_location("https://me:pw@sso.example/login?state=abc#x"),
            "https://sso.example/login?…"
        );
        assert_eq!(shown_location("/login"), "/login");
    }

    #[test]
    fn a_foreign_answer_is_told_by_what_it_says() {
        let check = |status, kind: &str, body: &str, reason, about: Option<&str>| {
            let (found, what) = foreign(status, kind, body.as_bytes());
            assert_eq!((found, what.as_deref()), (reason, about), "{body}");
        };
        let login = "<!DOCTYPE html><TITLE lang=x> Sign in </TITLE><input type=\"password\">";
        check(200, "text/html", login, Reason::LoginPage, Some("Sign in"));
        check(404, "", "<html>nginx</html>", Reason::WebPage, None);
        check(502, "", "<html>x</html>", Reason::Gateway, None);
        check(504, "", "upstream timed out", Reason::Gateway, None);
        check(407, "", "", Reason::ProxyLogin, None);
        check(404, "", r#"{"error":1}"#, Reason::JsonService, None);
        check(200, "application/json", "1", Reason::JsonService, None);
        check(404, "text/plain", "nginx", Reason::OtherService, None);
        let nginx = "<html>400 The plain HTTP request was sent to HTTPS port</html>";
        check(400, "text/html", nginx, Reason::TlsWherePlain, None);
    }

    #[test]
    fn a_greeting_is_told_by_its_first_bytes() {
        let check = |bytes: &[u8], reason| assert_eq!(of_greeting(bytes), reason, "{bytes:?}");
        check(&[0x15, 3, 1, 0, 2, 2, 70], Some(Reason::TlsWherePlain));
        check(&[0, 0, 18, 4, 0, 0, 0, 0, 0, 0, 3], Some(Reason::Http2));
        let mut frame = vec![0, 0, 0, 99, 0, 0, 0, 95];
        frame.extend_from_slice(br#"{"code":1}"#);
        check(&frame, Some(Reason::RocketMqTcp));
        check(b"SSH-2.0-OpenSSH_9.2", None);
        check(b"", None);
    }

    #[test]
    fn what_is_no_text_is_shown_as_bytes() {
        let Some(settings) = settings("key") else {
            return assert_eq!("no settings", "");
        };
        let shown = greeting(&[0x15, 3, 1, 0, 2, b'A'], &settings);
        assert!(shown.body.starts_with("15 03 01 00 02 41 "), "{shown:?}");
        assert!(shown.body.ends_with(".....A\n"), "{shown:?}");
        let long = "中".repeat(KEPT_BYTES);
        let shown = greeting(long.as_bytes(), &settings);
        assert!(shown.cut && shown.body.starts_with("中中"));
        assert_eq!(shown.bytes, 3 * KEPT_BYTES);
    }
}
