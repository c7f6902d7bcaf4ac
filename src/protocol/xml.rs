//! The little XML that the protocol needs: a tree of named elements with text.
//!
//! Reading takes what all clients write (BOM, any namespace or none, CDATA, character
//! references) and expands no entities but XML's own five. Writing produces what all clients
//! parse: text nodes only, CR as `&#13;`. Neither validates a schema.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// Deepest nesting that is read; the protocol needs three.
const MAX_DEPTH: usize = 8;

/// Namespace of every element we write: no slash at the end, or Java's error parser fails. [wire]
pub(super) const NAMESPACE: &str = "http://mq.aliyuncs.com/doc/v1";

/// An element: its local name, its own text, its children in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Takes the text of the first child of this name out: bodies are large.
    pub(super) fn take_text_of(&mut self, name: &str) -> Option<String> {
        let child = self.children.iter_mut().find(|child| child.name == name)?;
        Some(std::mem::take(&mut child.text))
    }

    /// The text of the first child of this name.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

/// Why a text is not XML, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct XmlError {
    pub(super) at: u64,
    pub(super) what: String,
}

/// Whether XML 1.0 can carry this character.
pub(super) fn is_legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The first character that XML 1.0 cannot carry, with its position in characters.
pub(super) fn first_illegal(text: &str) -> Option<(usize, char)> {
    // Nearly every text is legal, and that shows without decoding it: illegal are only the control
    // characters and U+FFFE and U+FFFF, whose UTF-8 begins with 0xEF. No early end, so that the
    // compiler can look at many bytes at once.
    let suspect = |found: bool, byte: &u8| found | (*byte < 0x20) | (*byte == 0xEF);
    let blank = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r');
    if !text
        .as_bytes()
        .iter()
        .filter(|byte| !blank(byte))
        .fold(false, suspect)
    {
        return None;
    }
    text.chars().enumerate().find(|&(_, c)| !is_legal(c))
}

/// Reads one document.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, XmlError> {
    let text = std::str::from_utf8(bytes).map_err(|error| XmlError {
        at: error.valid_up_to() as u64,
        what: "not UTF-8".to_owned(),
    })?;
    let whole = text.len();
    let text = text.trim_start_matches('\u{feff}');
    let skipped = (whole - text.len()) as u64;
    let mut reader = Reader::from_str(text);
    // An empty element is a start and an end: one way less to get it wrong.
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let start = reader.buffer_position();
        let event = reader.read_event().map_err(|error| XmlError {
            at: skipped + reader.error_position(),
            what: error.to_string(),
        })?;
        let fail = |what: &str| XmlError {
            at: skipped + start,
            what: what.to_owned(),
        };
        // As it stands, with its marks and line ends: places are counted there.
        let raw = read_since(text, start, reader.buffer_position());
        match event {
            Event::Start(start) => {
                if open.len() == MAX_DEPTH {
                    return Err(fail("nested too deeply"));
                }
                if open.is_empty() && root.is_some() {
                    return Err(fail("a second root element"));
                }
                open.push(Element {
                    name: start.local_name().as_ref().to_owned(),
                    ..Element::default()
                });
            }
            Event::End(_) => {
                let Some(done) = open.pop() else {
                    return Err(fail("an end without a start"));
                };
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => root = Some(done),
                }
            }
            Event::Text(text) => {
                // XML forbids it; the Node SDK writes it for a body that holds it. [wire]
                if let Some(inside) = first_closing(raw) {
                    return Err(XmlError {
                        at: skipped + start + inside as u64,
                        what: "]]> outside a CDATA section".to_owned(),
                    });
                }
                check_characters(raw, skipped + start)?;
                push_text(&mut open, &text.xml10_content(), &fail)?;
            }
            Event::CData(text) => {
                check_characters(raw, skipped + start)?;
                push_text(&mut open, &text.xml10_content(), &fail)?;
            }
            Event::GeneralRef(reference) => {
                let resolved = reference
                    .resolve_char_ref()
                    .map_err(|error| fail(&error.to_string()))?;
                match resolved {
                    Some(c) if !is_legal(c) => return Err(fail(&illegal(c))),
                    Some(c) => push_text(&mut open, c.encode_utf8(&mut [0; 4]), &fail)?,
                    None => {
                        let name = reference.xml10_content();
                        let text = resolve_predefined_entity(&name)
                            .ok_or_else(|| fail("an entity that XML itself does not define"))?;
                        push_text(&mut open, text, &fail)?;
                    }
                }
            }
            Event::DocType(_) => return Err(fail("a document type is not allowed")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::Empty(_) => {}
            Event::Eof => break,
        }
    }
    match (open.pop(), root) {
        (None, Some(root)) => Ok(root),
        (Some(unclosed), _) => Err(XmlError {
            at: bytes.len() as u64,
            what: format!("<{}> is not closed", unclosed.name),
        }),
        (None, None) => Err(XmlError {
            at: 0,
            what: "no element".to_owned(),
        }),
    }
}

/// What was read between two places.
fn read_since(text: &str, start: u64, end: u64) -> &str {
    let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    text.get(place(start)..place(end)).unwrap_or_default()
}

/// Where the first `]]>` stands. A single character is found many bytes at once.
fn first_closing(raw: &str) -> Option<usize> {
    raw.match_indices('>')
        .find_map(|(at, _)| raw[..at].ends_with("]]").then(|| at - 2))
}

/// Says which character XML cannot carry, and at which byte; `raw` begins at `start`.
fn check_characters(raw: &str, start: u64) -> Result<(), XmlError> {
    match first_illegal(raw) {
        Some((_, c)) => Err(XmlError {
            at: start + raw.find(c).unwrap_or_default() as u64,
            what: illegal(c),
        }),
        None => Ok(()),
    }
}

fn illegal(c: char) -> String {
    format!(
        "the character U+{:04X}, which XML cannot carry",
        u32::from(c)
    )
}

fn push_text(
    open: &mut [Element],
    text: &str,
    fail: &dyn Fn(&str) -> XmlError,
) -> Result<(), XmlError> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(fail("text outside the root element")),
    }
    Ok(())
}

/// Most replies are not longer.
const USUAL_BYTES: usize = 512;

/// Writes a document: one root with the protocol's namespace.
pub(super) struct Writer(String);

impl Writer {
    /// Declaration and root's start.
    pub(super) fn new(root: &str) -> Self {
        let mut xml = String::with_capacity(USUAL_BYTES);
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        xml.extend([declaration, "<", root, " xmlns=\"", NAMESPACE, "\">"]);
        Self(xml)
    }

    /// `<name>text</name>`.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.start(name);
        escape_into(&mut self.0, text);
        self.end(name);
    }

    /// `<name>`.
    pub(super) fn start(&mut self, name: &str) {
        self.0.extend(["<", name, ">"]);
    }

    /// `</name>`.
    pub(super) fn end(&mut self, name: &str) {
        self.0.extend(["</", name, ">"]);
    }

    /// Root's end.
    pub(super) fn finish(mut self, root: &str) -> String {
        self.end(root);
        self.0
    }
}

/// CR must be a reference or every XML reader turns it into LF; the quotes need none, but Go and
/// others write them so. A character that XML cannot carry becomes U+FFFD rather than broken XML:
/// who must not lose it checks with [`first_illegal`] first.
fn escape_into(out: &mut String, text: &str) {
    let mut rest = text;
    // Long runs need nothing: only these bytes begin a character that is written otherwise.
    let special = |byte: u8| matches!(byte, b'&' | b'<' | b'>' | 0..=8 | 11..=31 | 0xEF);
    while let Some(at) = rest.bytes().position(special) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('&') => out.push_str("&amp;"),
            Some('<') => out.push_str("&lt;"),
            Some('>') => out.push_str("&gt;"),
            Some('\r') => out.push_str("&#13;"),
            Some(c) if is_legal(c) => out.push(c),
            _ => out.push('\u{FFFD}'),
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Both look at bytes first; what they find must be what every single character says.
        #[test]
        fn bytes_and_characters_agree(
            text in prop::collection::vec(prop_oneof![any::<char>(), "[&<>\\r\\t\u{0}-\u{20}\u{fffd}-\u{ffff}]".prop_map(|s| s.chars().next().unwrap_or('x'))], 0..40)
        ) {
            let text: String = text.into_iter().collect();
            let naive = text.chars().enumerate().find(|&(_, c)| !is_legal(c));
            prop_assert_eq!(first_illegal(&text), naive);
            let escaped: String = text
                .chars()
                .map(|c| match c {
                    '&' => "&amp;".to_owned(),
                    '<' => "&lt;".to_owned(),
                    '>' => "&gt;".to_owned(),
                    '\r' => "&#13;".to_owned(),
                    c if is_legal(c) => c.to_string(),
                    _ => '\u{FFFD}'.to_string(),
                })
                .collect();
            let mut out = String::new();
            escape_into(&mut out, &text);
            prop_assert_eq!(out, escaped);
        }
    }

    #[test]
    fn what_the_clients_write_is_read() {
        let check = |xml: &str, expected: &str| {
            let read = parse(xml.as_bytes());
            assert_eq!(
                read.as_ref().ok().and_then(|m| m.text_of("MessageBody")),
                Some(expected),
                "{xml}: {read:?}"
            );
        };
        check("<Message><MessageBody>a</MessageBody></Message>", "a");
        check(
            "\u{feff}<?xml version=\"1.0\"?><Message xmlns='x'><MessageBody>你好&#128512;&#xA;&#34;&lt;&amp;</MessageBody></Message>\n",
            "你好😀\n\"<&",
        );
        check(
            "<m:Message xmlns:m='x'> <m:MessageBody><![CDATA[<b>]]>&gt; c</m:MessageBody> </m:Message>",
            "<b>> c",
        );
        check("<Message><MessageBody/></Message>", "");
        check(
            "<Message><MessageBody>a\r\nb\rc&#13;d<![CDATA[e\rf]]></MessageBody></Message>",
            "a\nb\nc\rde\nf",
        );
    }

    #[test]
    fn what_is_not_xml_is_refused() {
        for bad in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a>&unknown;</a>",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a><![CDATA[x]]>y]]></a>",
            &"<a>".repeat(20),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(parse(&[b'<', b'a', b'>', 0xff]).is_err());
    }

    #[test]
    fn a_mistake_is_told_by_the_byte_at_which_it_stands() {
        for (xml, wrong) in [
            ("<a>one\r\ntwo\u{1}</a>", "\u{1}"),
            ("<a>one&#x1;two</a>", "&#x1;"),
            ("<a>one <![CDATA[two\u{1}]]></a>", "\u{1}"),
            ("\u{feff}<a>你好 &nbsp; b</a>", "&nbsp;"),
            ("<a>b]]>c</a>", "]]>"),
        ] {
            let at = parse(xml.as_bytes()).map_err(|error| error.at);
            assert_eq!(at, Err(xml.find(wrong).unwrap_or_default() as u64), "{xml}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(text in any::<String>()) {
            let text: String = text.chars().filter(|&c| is_legal(c)).collect();
            let mut writer = Writer::new("Message");
            writer.leaf("MessageBody", &text);
            let root = parse(writer.finish("Message").as_bytes());
            prop_assert_eq!(root.ok().and_then(|r| r.text_of("MessageBody").map(str::to_owned)), Some(text));
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
