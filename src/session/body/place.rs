//! What was wrong where in the XML of a message that was damaged on its way, and what can still
//! be read of it. Reads marks only: the XML is broken, so it has no structure to go by.

use crate::protocol::DecodeError;

use super::{Hits, short};

/// Characters that are shown on either side.
const AROUND: usize = 32;

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Byte, from 0.
    pub byte: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What stands there, if the text does not end there.
    pub at: Option<char>,
    /// What stands before it on its line; characters that cannot be seen became marks.
    pub before: String,
    /// What stands there and behind it on its line, the same way.
    pub after: String,
}

impl Place {
    /// The character there, as something to be marked.
    fn mark(&self) -> Hits {
        let end = self.byte + self.at.map_or(0, char::len_utf8);
        Hits {
            spans: vec![(short(self.byte), short(end))],
            more: false,
        }
    }
}

/// What is wrong with a message, and what can still be read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where it is, unless that is nowhere in particular.
    pub place: Option<Place>,
    /// The same, to be marked in the XML.
    pub mark: Hits,
    /// The message's tag.
    pub tag: Option<String>,
}

impl Damage {
    /// Looks for it in the XML of the message.
    pub fn new(raw: &str, problem: &DecodeError) -> Self {
        let place = place_of(raw, problem);
        Self {
            mark: place.as_ref().map(Place::mark).unwrap_or_default(),
            place,
            tag: element(raw, "MessageTag").map(str::to_owned),
        }
    }
}

/// Where the problem is; `None` if it is nowhere in particular, such as something missing.
fn place_of(raw: &str, problem: &DecodeError) -> Option<Place> {
    match problem {
        DecodeError::NotXml { at, .. } => {
            Some(place(raw, usize::try_from(*at).unwrap_or(usize::MAX)))
        }
        DecodeError::NotANumber { element, .. } => {
            let open = format!("<{element}>");
            Some(place(raw, raw.find(&open)? + open.len()))
        }
        DecodeError::Missing { .. } | DecodeError::NotThisProtocol { .. } => None,
    }
}

/// The text of an element that is still whole.
fn element<'a>(raw: &'a str, name: &str) -> Option<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let (_, rest) = raw.split_once(&open)?;
    let (text, _) = rest.split_once(&close)?;
    Some(text.trim()).filter(|text| !text.is_empty())
}

fn place(raw: &str, byte: usize) -> Place {
    let mut byte = byte.min(raw.len());
    while !raw.is_char_boundary(byte) {
        byte -= 1;
    }
    let (head, tail) = raw.split_at(byte);
    let line_start = head.rfind('\n').map_or(0, |at| at + 1);
    let line = &head[line_start..];
    let before: Vec<char> = line.chars().rev().take(AROUND).map(visible).collect();
    Place {
        byte,
        line: head.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        at: tail.chars().next(),
        before: before.into_iter().rev().collect(),
        after: tail
            .chars()
            .enumerate()
            .take_while(|&(n, c)| n == 0 || c != '\n')
            .take(AROUND)
            .map(|(_, c)| visible(c))
            .collect(),
    }
}

/// A character that can be seen. Unicode has pictures of the control characters, but no font that
/// comes with the window does; which one it is stands beside it.
fn visible(c: char) -> char {
    match u32::from(c) {
        0..0x20 | 0x7f..0xa0 | 0xfffe | 0xffff => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_place_is_shown_with_what_is_around_it() {
        let raw = "<Message>\n<MessageBody>t\u{1}o</MessageBody>\n";
        let at = raw.find('\u{1}').unwrap_or_default() as u64;
        let problem = DecodeError::NotXml {
            at,
            what: String::new(),
        };
        let found = place_of(raw, &problem);
        let expected = Place {
            byte: 24,
            line: 2,
            column: 15,
            at: Some('\u{1}'),
            before: "<MessageBody>t".to_owned(),
            after: "\u{fffd}o</MessageBody>".to_owned(),
        };
        assert_eq!(found, Some(expected));
    }

    #[test]
    fn an_unreadable_number_has_a_place_and_a_missing_element_none() {
        let raw = "<Message><ConsumedTimes>often</ConsumedTimes></Message>";
        let problem = DecodeError::NotANumber {
            element: "ConsumedTimes",
            text: "often".to_owned(),
        };
        let found = place_of(raw, &problem);
        assert_eq!(
            found.map(|place| (place.byte, place.at)),
            Some((24, Some('o')))
        );
        let missing = DecodeError::Missing {
            element: "MessageId",
        };
        assert_eq!(place_of(raw, &missing), None);
        assert_eq!(element(raw, "ConsumedTimes"), Some("often"));
        assert_eq!(element(raw, "MessageTag"), None);
    }

    proptest! {
        #[test]
        fn any_place_is_taken(raw in any::<String>(), at in any::<u64>()) {
            let found = place_of(&raw, &DecodeError::NotXml { at: at % 100, what: String::new() });
            prop_assert!(found.is_some_and(|place| place.byte <= raw.len()));
        }
    }
}
