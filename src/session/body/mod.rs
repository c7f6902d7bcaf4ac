//! A message's text made ready to be looked at: what it is, decoded, in lines, as a tree, as
//! bytes, searched, compared. Pure: every function here is given all that it needs, may take
//! long, and is called by the worker; what is shown every frame only reads what it made.
//!
//! Nothing is cut: where a limit holds, what it left out is said in the result.

mod decode;
mod diff;
mod folds;
mod hexdump;
mod lines;
mod markup;
mod place;
mod search;
mod tree;

use std::sync::Arc;

pub use decode::{Decoded, MAX_DECODED, Step, Trouble, decode};
pub use diff::{Change, DiffRow, Difference, Fact, FactChange, compare};
pub use folds::Folds;
pub use hexdump::{HEX_COLUMNS, hex_row, hex_rows, hex_width};
pub use lines::{Doc, Line, MOST_COLUMNS};
pub use place::{Damage, Place};
pub use search::{Hits, MOST_HITS, Query, search};
pub use tree::{NodeKind, Tree, TreeError};

use crate::protocol::body_md5;

/// A body, opened.
#[derive(Debug)]
pub struct Opened {
    /// Bytes of the body as it came.
    pub received_bytes: usize,
    /// MD5 of the body as it came, in upper-case hexadecimal.
    pub md5: String,
    /// What it was wrapped into, outermost first, whether or not that was undone.
    pub steps: Vec<Step>,
    /// Why the last wrapping could not be undone, or not wholly.
    pub trouble: Option<Trouble>,
    /// The body, decoded if that was asked for; `None` if it is text, which then has its bytes.
    bytes: Option<Vec<u8>>,
    /// The same as text; what is not UTF-8 became U+FFFD.
    pub text: Arc<str>,
    /// The tree of its values, or why there is none.
    pub json: Result<Tree, TreeError>,
    /// Indented XML, if it is XML.
    pub xml: Option<Arc<str>>,
}

impl Opened {
    /// Opens a body.
    pub fn new(body: &str, undo: bool) -> Self {
        let Decoded {
            steps,
            bytes,
            trouble,
        } = decode(body);
        let bytes = bytes.filter(|_| undo);
        let (text, bytes): (Arc<str>, _) = match bytes {
            None => (body.into(), None),
            Some(bytes) => match String::from_utf8(bytes) {
                Ok(text) => (text.into(), None),
                Err(error) => {
                    let bytes = error.into_bytes();
                    (String::from_utf8_lossy(&bytes).into(), Some(bytes))
                }
            },
        };
        let json = match &bytes {
            None => Tree::new(Arc::clone(&text)),
            Some(_) => Err(TreeError::NotJson),
        };
        let xml = match (&bytes, &json) {
            (None, Err(_)) => markup::pretty(&text).map(Arc::from),
            _ => None,
        };
        Self {
            received_bytes: body.len(),
            md5: body_md5(body),
            steps,
            trouble,
            bytes,
            text,
            json,
            xml,
        }
    }

    /// The bytes of what is shown.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// Whether it is text.
    pub fn is_text(&self) -> bool {
        self.bytes.is_none()
    }

    /// Indented, where it is JSON or XML; what it was otherwise.
    pub fn formatted(&self) -> Arc<str> {
        match (&self.json, &self.xml) {
            (Ok(_), _) => tree::pretty(&self.text).into(),
            (_, Some(xml)) => Arc::clone(xml),
            _ => Arc::clone(&self.text),
        }
    }
}

/// An XML text with line breaks and indentation, if it is one.
pub fn indented_xml(text: &str) -> Option<String> {
    markup::pretty(text)
}

/// A text with line breaks and indentation, if it is JSON or XML.
pub fn indented(text: &str) -> Option<String> {
    match Tree::new(text.into()) {
        Ok(_) => Some(tree::pretty(text)),
        Err(_) => markup::pretty(text),
    }
}

/// Positions in a text are kept in four bytes; a text of 4 GB or more does not come this far.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The same the other way round.
fn long(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_opened_and_kept(text in any::<String>()) {
            let plain = Opened::new(&text, false);
            prop_assert_eq!(&*plain.text, &text);
            prop_assert_eq!(plain.bytes(), text.as_bytes());
            let _ = Opened::new(&text, true).formatted();
        }
    }

    #[test]
    fn a_wrapped_body_is_shown_as_what_is_in_it() {
        let wrapped = "eyJza3UiOiAiQS0xIiwgIm4iOiAxfQ==";
        let opened = Opened::new(wrapped, true);
        assert_eq!(&*opened.text, "{\"sku\": \"A-1\", \"n\": 1}");
        assert!(opened.json.is_ok());
        assert_eq!(opened.steps, [Step::Base64]);
        let kept = Opened::new(wrapped, false);
        assert_eq!((&*kept.text, &kept.steps), (wrapped, &vec![Step::Base64]));
    }
}
