//! Texts as programming languages write them: Python's `b'…'`, Go's `"…"`, and a whole request
//! in one of them.

use super::{PasteError, http};
use crate::protocol::explain::SentRequest;

/// The literal that begins at the quotation mark in front of `text`: its bytes, and what is behind
/// the closing mark. An open end is the end of the text.
pub(super) fn literal(text: &str) -> Option<(Vec<u8>, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let mut bytes = Vec::new();
    let mut rest = text.get(1..)?;
    loop {
        let Some(first) = rest.chars().next() else {
            return Some((bytes, ""));
        };
        rest = rest.get(first.len_utf8()..)?;
        match first {
            c if c == quote => return Some((bytes, rest)),
            '\\' => rest = escape(rest, &mut bytes),
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Reads what is behind a backslash; what is no escape stays as it is.
pub(super) fn escape<'a>(rest: &'a str, bytes: &mut Vec<u8>) -> &'a str {
    let Some(kind) = rest.chars().next() else {
        bytes.push(b'\\');
        return rest;
    };
    let below = rest.get(kind.len_utf8()..).unwrap_or_default();
    let digits = |count: usize| {
        below
            .get(..count)
            .and_then(|digits| u32::from_str_radix(digits, 16).ok())
            .map(|code| (code, below.get(count..).unwrap_or_default()))
    };
    let simple = match kind {
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        'b' => Some(8),
        'f' => Some(12),
        'v' => Some(11),
        'a' => Some(7),
        'e' | 'E' => Some(27),
        '\\' | '\'' | '"' | '?' => u8::try_from(kind).ok(),
        _ => None,
    };
    if let Some(byte) = simple {
        bytes.push(byte);
        return below;
    }
    let long = match kind {
        'x' => digits(2),
        'u' => digits(4),
        'U' => digits(8),
        '0'..='7' => return octal(rest, bytes),
        _ => None,
    };
    match (kind, long) {
        ('x', Some((code, below))) => {
            bytes.extend(u8::try_from(code));
            below
        }
        (_, Some((code, below))) => {
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            below
        }
        _ => {
            bytes.push(b'\\');
            rest
        }
    }
}

fn octal<'a>(rest: &'a str, bytes: &mut Vec<u8>) -> &'a str {
    let count = rest
        .bytes()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let (digits, below) = rest.split_at(count);
    let code = u32::from_str_radix(digits, 8).unwrap_or_default();
    // As shells do it: only the lowest eight bits count.
    bytes.push((code & 0xff) as u8);
    below
}

/// `"POST /topics/… HTTP/1.1\r\nHost: …"`, as Go's `%q` prints a dump.
pub(super) fn quoted_request(text: &str) -> Option<Result<SentRequest, PasteError>> {
    let at = text.match_indices(['"', '\'']).find_map(|(at, _)| {
        let inside = &text[at + 1..];
        let line = inside.split("\\r\\n").next()?;
        let is_request =
            inside.len() > line.len() && line.contains(" HTTP/1") && !line.contains('\n');
        is_request.then_some(at)
    })?;
    let (bytes, _) = literal(&text[at..])?;
    http::read(&String::from_utf8_lossy(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_their_languages_write_them() {
        let check = |text: &str, expected: &[u8], rest: &str| {
            assert_eq!(literal(text), Some((expected.to_vec(), rest)), "{text}");
        };
        check(r"'a\r\n\'b' c", b"a\r\n'b", " c");
        check(r#""\x41\u4e2d\101\0" "#, "A中A\0".as_bytes(), " ");
        check(r"'\xe4\xb8\xad'", "中".as_bytes(), "");
        check(r"'\q'", br"\q", "");
        check("'open", b"open", "");
        check(r"'\", b"\\", "");
        check("'中文", "中文".as_bytes(), "");
        assert_eq!(literal("no"), None);
    }
}
