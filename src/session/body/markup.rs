//! XML with line breaks and indentation. What has text in it stays as it stands, to the last
//! blank; only elements that hold nothing but elements are laid out anew. Checks that it is well
//! formed, not what it means.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Levels that are indented; deeper ones are not moved further to the right.
const MAX_INDENT: usize = 64;

/// A piece of the text.
struct Token {
    kind: Kind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A start tag; whether the element holds text, and the place of its end tag.
    Start { mixed: bool, end: usize },
    /// An end tag.
    End,
    /// White space between tags.
    Blank,
    /// Anything else on a line of its own: an empty element, a comment, a declaration.
    Other,
    /// Text.
    Text,
}

/// An indented XML text; `None` if it is not XML.
pub(super) fn pretty(text: &str) -> Option<String> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !body.trim_start().starts_with('<') {
        return None;
    }
    let tokens = tokens(body)?;
    let mut out = String::with_capacity(body.len() + body.len() / 4);
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        let mut until = token.end;
        let mut deeper = false;
        match token.kind {
            Kind::Blank => continue,
            Kind::End => depth = depth.saturating_sub(1),
            Kind::Start { mixed, end } => {
                // An element of one line: as it stands, with all that is in it.
                if mixed || end == at {
                    until = tokens.get(end)?.end;
                    at = end + 1;
                } else {
                    deeper = true;
                }
            }
            Kind::Other | Kind::Text => {}
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
        out.push_str(body.get(token.start..until)?);
        depth += usize::from(deeper);
    }
    Some(out)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut reader = Reader::from_str(text);
    let mut tokens: Vec<Token> = Vec::new();
    // Places of the start tags that are open, with whether text was seen, and elements.
    let mut open: Vec<(usize, bool, bool)> = Vec::new();
    let mut roots = 0;
    let mut start = 0;
    loop {
        let event = reader.read_event().ok()?;
        let end = usize::try_from(reader.buffer_position()).ok()?;
        let kind = match event {
            Event::Eof => break,
            Event::Start(_) => {
                if let Some((_, _, elements)) = open.last_mut() {
                    *elements = true;
                } else {
                    roots += 1;
                }
                open.push((tokens.len(), false, false));
                Kind::Start {
                    mixed: false,
                    end: 0,
                }
            }
            Event::End(_) => {
                let (place, texts, elements) = open.pop()?;
                // White space alone is the text of an element that holds nothing else.
                let blank = tokens.len() > place + 1 && !elements;
                let here = tokens.len();
                if let Some(token) = tokens.get_mut(place) {
                    token.kind = Kind::Start {
                        mixed: texts || blank,
                        end: here,
                    };
                }
                Kind::End
            }
            Event::Empty(_) => {
                match open.last_mut() {
                    Some((_, _, elements)) => *elements = true,
                    None => roots += 1,
                }
                Kind::Other
            }
            Event::Text(_) if text.get(start..end)?.trim().is_empty() => Kind::Blank,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                // Text outside of everything is no XML.
                open.last_mut()?.1 = true;
                Kind::Text
            }
            Event::Comment(_) => {
                if let Some((_, _, elements)) = open.last_mut() {
                    *elements = true;
                }
                Kind::Other
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) => Kind::Other,
        };
        tokens.push(Token { kind, start, end });
        start = end;
    }
    (open.is_empty() && roots == 1).then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_get_lines_and_texts_stay() {
        let check = |text: &str, expected: &str| {
            assert_eq!(pretty(text).as_deref(), Some(expected), "{text}");
        };
        check(
            "<?xml version=\"1.0\"?><a><b x='1'>one</b><c/><d> <e>2</e></d><!-- n --></a>",
            "<?xml version=\"1.0\"?>\n<a>\n  <b x='1'>one</b>\n  <c/>\n  <d>\n    <e>2</e>\n  </d>\n  <!-- n -->\n</a>",
        );
        check(
            "<p>mixed <b>bold</b> text &amp; <![CDATA[<x>]]></p>",
            "<p>mixed <b>bold</b> text &amp; <![CDATA[<x>]]></p>",
        );
        check(
            "<a><b>  </b><c></c></a>",
            "<a>\n  <b>  </b>\n  <c></c>\n</a>",
        );
        check("<a>\n\n <b/>\n</a>\n", "<a>\n  <b/>\n</a>");
    }

    #[test]
    fn what_is_no_xml_is_none() {
        for text in [
            "",
            "text",
            "{\"a\": 1}",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "a <b/>",
            "< 5",
        ] {
            assert_eq!(pretty(text), None, "{text}");
        }
    }

    /// An element of random shape.
    fn xml() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[a-z ]{0,6}".prop_map(|text| format!("<t>{text}</t>")),
            Just("<e a=\"1\"/>".to_owned()),
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            (proptest::collection::vec(inner, 0..5), "[ \n]{0,2}|x")
                .prop_map(|(parts, gap)| format!("<n>{}</n>", parts.join(&gap)))
        })
    }

    proptest! {
        #[test]
        fn only_blanks_between_elements_change(text in xml()) {
            let texts = |xml: &str| -> Vec<String> {
                tokens(xml)
                    .unwrap_or_default()
                    .iter()
                    .filter(|token| token.kind != Kind::Blank)
                    .map(|token| xml[token.start..token.end].to_owned())
                    .collect()
            };
            let laid_out = pretty(&text);
            prop_assert!(laid_out.is_some(), "{}", text);
            let laid_out = laid_out.unwrap_or_default();
            prop_assert_eq!(texts(&laid_out), texts(&text));
            prop_assert_eq!(pretty(&laid_out), Some(laid_out.clone()));
        }

        #[test]
        fn any_text_is_taken(text in any::<String>(), inner in any::<String>()) {
            let _ = pretty(&text);
            let _ = pretty(&format!("<a>{inner}</a>"));
        }
    }
}
