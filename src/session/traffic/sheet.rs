//! The body of a request or a reply, made ready to be looked at: as it is, to the last byte, and
//! indented where it is XML or JSON.

use std::sync::Arc;

use crate::client::Kept;
use crate::session::body::{Doc, indented};

/// Columns of a row; a longer line takes several.
const COLUMNS: usize = 200;

/// A body.
#[derive(Debug)]
pub struct Sheet {
    /// As it is. What is no text stands as `\xFF`.
    pub raw: Doc,
    /// Indented, if that can be done.
    pub pretty: Option<Doc>,
    /// How many bytes are no text.
    pub odd: usize,
}

impl Sheet {
    pub(super) fn of(kept: &Kept) -> Self {
        let (text, odd) = printable(&kept.bytes);
        // What is damaged or not whole is shown as it is.
        let whole = odd == 0 && kept.cut() == 0;
        let pretty = whole.then(|| indented(&text)).flatten();
        let doc = |text: String| Doc::new(Arc::from(text), COLUMNS);
        Self {
            raw: doc(text),
            pretty: pretty.map(doc),
            odd,
        }
    }
}

/// Bytes as a text that loses none of them, and how many had to be written as `\xFF`.
pub(super) fn printable(bytes: &[u8]) -> (String, usize) {
    let mut text = String::with_capacity(bytes.len());
    let mut odd = 0;
    let mut escape = |text: &mut String, bytes: &[u8]| {
        for byte in bytes {
            text.push_str(&format!("\\x{byte:02X}"));
        }
        odd += bytes.len();
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\r' | '\t' => text.push(c),
                c if c.is_control() => {
                    escape(&mut text, c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                c => text.push(c),
            }
        }
        escape(&mut text, chunk.invalid());
    }
    (text, odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_lost_or_passed_over() {
        let check = |bytes: &[u8], shown: &str, odd: usize| {
            assert_eq!(printable(bytes), (shown.to_owned(), odd));
        };
        check("a\tb\r\n你".as_bytes(), "a\tb\r\n你", 0);
        check(b"<a>\xff\xfe\x00</a>", "<a>\\xFF\\xFE\\x00</a>", 3);
        check(b"cut \xe4\xbd", "cut \\xE4\\xBD", 2);
        check("\u{85}".as_bytes(), "\\xC2\\x85", 2);
    }

    #[test]
    fn only_what_is_whole_is_laid_out_anew() {
        let of = |bytes: &[u8], more: usize| {
            Sheet::of(&Kept {
                bytes: bytes.to_vec().into(),
                size: bytes.len() + more,
            })
        };
        let xml = of(b"<a><b>1</b></a>", 0);
        assert_eq!(xml.pretty.map(|doc| doc.lines()), Some(3));
        assert!(
            of(b"{\"a\":[1,2]}", 0)
                .pretty
                .is_some_and(|doc| doc.lines() > 3)
        );
        assert!(of(b"<a><b>1</b></a>", 1).pretty.is_none());
        assert!(of(b"<a>\xff</a>", 0).pretty.is_none());
        assert!(of(b"", 0).pretty.is_none());
    }
}
