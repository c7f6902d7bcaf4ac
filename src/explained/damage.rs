//! What is wrong with a reply or a message that was damaged, in words of the interface: what, at which
//! byte, and the parser's own words where it knows more. Where that is in the text is shown elsewhere.

use super::by_beginning;
use crate::i18n::Say;
use crate::protocol::DecodeError;

/// What is wrong.
pub fn damage(error: &DecodeError) -> Say {
    match error {
        DecodeError::NotXml { at, what } => xml(what).with("at", at),
        DecodeError::Missing { element } => Say::new("damage-missing").with("element", element),
        DecodeError::NotANumber { element, text } => Say::new("damage-number")
            .with("element", element)
            .with("text", text),
        DecodeError::NotThisProtocol { status, found } => Say::new("damage-protocol")
            .with("status", status)
            .with("found", found),
    }
}

/// How sentences about XML begin, and what they mean.
const SENTENCES: [(&str, &str); 13] = [
    ("not UTF-8", "damage-utf8"),
    ("nested too deeply", "damage-nested"),
    ("a second root element", "damage-roots"),
    ("text outside the root", "damage-outside"),
    ("]]> outside", "damage-cdata"),
    ("an entity that XML", "damage-entity"),
    ("a document type", "damage-doctype"),
    ("no element", "damage-empty"),
    ("an end without a start", "damage-tags"),
    // The parser's own.
    ("ill-formed document: expected `</", "damage-tags"),
    ("ill-formed document: close tag", "damage-tags"),
    ("ill-formed document: start tag", "damage-tags"),
    ("syntax error", "damage-cut"),
];

fn xml(what: &str) -> Say {
    let unclosed = what.strip_suffix(" is not closed");
    if let Some(name) = unclosed.and_then(|name| name.strip_prefix('<')?.strip_suffix('>')) {
        return Say::new("damage-open").with("element", name);
    }
    let character = what.strip_prefix("the character ");
    if let Some((code, _)) = character.and_then(|rest| rest.split_once(", ")) {
        return Say::new("damage-character").with("code", code);
    }
    by_beginning(&SENTENCES, what).unwrap_or_else(|| Say::new("damage-other").with("what", what))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Texts};
    use crate::protocol::{OperationKind, Reply};

    fn told(xml: &str) -> (Say, [String; 2]) {
        let bytes = xml.as_bytes();
        let Err(error) = Reply::decode(OperationKind::Publish, 201, bytes) else {
            panic!("{xml} is read");
        };
        let say = damage(&error);
        let words = Lang::ALL.map(|lang| Texts::of(lang).say(&say));
        (say, words)
    }

    #[test]
    fn what_is_broken_is_told_in_both_languages_with_its_place() {
        for (xml, key, at) in [
            ("", "damage-empty", "0"),
            ("<Message", "damage-cut", "0"),
            ("<Message><A></B></Message>", "damage-tags", "12"),
            ("<Message></Message></A>", "damage-tags", "19"),
            ("<Message><A>x", "damage-open", "13"),
            ("<Message>&eacute;</Message>", "damage-entity", "9"),
            ("<Message>\u{1}</Message>", "damage-character", "9"),
            ("<Message>&#1;</Message>", "damage-character", "9"),
            ("<Message>]]></Message>", "damage-cdata", "9"),
            ("<!DOCTYPE x><Message/>", "damage-doctype", "0"),
            ("<Message/><Message/>", "damage-roots", "10"),
            ("<Message/>x", "damage-outside", "10"),
            ("<Message/>", "damage-missing", "MessageId"),
            ("<Html/>", "damage-protocol", "<Html>"),
        ] {
            let (say, [english, chinese]) = told(xml);
            assert_eq!(say.key, key, "{xml}: {english}");
            assert!(english.contains(at), "{xml}: {english}");
            assert!(chinese.contains(at), "{xml}: {chinese}");
            assert!(chinese.chars().any(|c| c > '\u{4e00}'), "{chinese}");
        }
    }

    #[test]
    fn what_is_not_known_stands_behind_a_sentence_of_ours() {
        let error = DecodeError::NotXml {
            at: 7,
            what: "expected ident".to_owned(),
        };
        let words = Lang::ALL.map(|lang| Texts::of(lang).say(&damage(&error)));
        assert_eq!(
            words,
            [
                "Broken XML at byte 7 (expected ident)",
                "第 7 字节处的 XML 有误（expected ident）"
            ]
        );
    }
}
