//! Colours of one row of JSON or XML. Looks at its line alone and at no more of that than it is given, so
//! that a frame costs what is in sight.

use std::borrow::Cow;
use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Ui};

use crate::ui::theme::{self, Palette};

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Nothing in particular.
    Plain,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// A row, coloured; `lead` and `tail` are what stands before and behind it in its line.
pub(super) fn job(
    ui: &Ui,
    palette: &Palette,
    ink: Ink,
    (lead, text, tail): (&str, &str, &str),
) -> LayoutJob {
    let spans = spans(palette, ink, (lead, text, tail));
    let plain = ui.visuals().text_color();
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    let mut done = 0;
    let mut add = |text: &str, color: Color32| {
        if !text.is_empty() {
            job.append(text, 0.0, format(color));
        }
    };
    for (range, color) in spans {
        add(text.get(done..range.start).unwrap_or_default(), plain);
        add(text.get(range.clone()).unwrap_or_default(), color);
        done = range.end;
    }
    add(text.get(done..).unwrap_or_default(), plain);
    job
}

/// The colours of a row.
fn spans(palette: &Palette, ink: Ink, (lead, text, tail): (&str, &str, &str)) -> Spans {
    let line: Cow<'_, str> = match (lead, tail) {
        ("", "") => text.into(),
        _ => format!("{lead}{text}{tail}").into(),
    };
    let mut spans = match ink {
        Ink::Plain => Vec::new(),
        Ink::Json => json(&line, palette),
        Ink::Xml => xml(&line, palette),
    };
    let within = |at: usize| at.saturating_sub(lead.len()).min(text.len());
    for (range, _) in &mut spans {
        *range = within(range.start)..within(range.end);
    }
    spans.retain(|(range, _)| !range.is_empty());
    spans
}

/// Monospaced text of one colour.
pub(super) fn format(color: Color32) -> TextFormat {
    TextFormat {
        line_height: Some(theme::BODY_LINE),
        ..TextFormat::simple(theme::mono(), color)
    }
}

type Spans = Vec<(Range<usize>, Color32)>;

fn json(text: &str, p: &Palette) -> Spans {
    let bytes = text.as_bytes();
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let color = match byte {
            b'"' => {
                while let Some(&inside) = bytes.get(at) {
                    at += if inside == b'\\' { 2 } else { 1 };
                    if inside == b'"' {
                        break;
                    }
                }
                at = at.min(bytes.len());
                let next = bytes[at..].iter().find(|b| !b.is_ascii_whitespace());
                if next == Some(&b':') { p.tag } else { p.ok }
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let word = |b: &&u8| b.is_ascii_alphanumeric() || b"+-.".contains(b);
                at += bytes[at..].iter().take_while(word).count();
                p.soon
            }
            b'{' | b'}' | b'[' | b']' | b',' | b':' => p.dim,
            _ => continue,
        };
        spans.push((start..at, color));
    }
    spans
}

fn xml(text: &str, p: &Palette) -> Spans {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('<').map(|open| at + open) {
        let comment = text[open..].starts_with("<!--");
        let (close, color) = match comment {
            true => (text[open..].find("-->").map(|end| open + end + 3), p.dim),
            false => (text[open..].find('>').map(|end| open + end + 1), p.tag),
        };
        let close = close.unwrap_or(text.len());
        let mut from = open;
        // Values of attributes, in quotes of either kind.
        while !comment && let Some(quote) = text[from..close].find(['"', '\'']) {
            let quote = from + quote;
            let mark = char::from(text.as_bytes()[quote]);
            let end = text[quote + 1..close].find(mark);
            let end = end.map_or(close, |end| quote + end + 2);
            spans.push((from..quote, color));
            spans.push((quote..end, p.ok));
            from = end;
        }
        spans.push((from..close, color));
        at = close;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_values_and_tags_have_colours_of_their_own() {
        let p = Palette::dark();
        let words = |spans: Spans, text: &str| -> Vec<(String, Color32)> {
            let word = |(range, color): (Range<usize>, Color32)| (text[range].to_owned(), color);
            spans.into_iter().map(word).collect()
        };
        let text = r#""a\"": "b", -1.5e3 true"#;
        let expected = [
            ("\"a\\\"\"", p.tag),
            (":", p.dim),
            ("\"b\"", p.ok),
            (",", p.dim),
            ("-1.5e3", p.soon),
            ("true", p.soon),
        ];
        assert_eq!(
            words(json(text, p), text),
            expected.map(|(word, color)| (word.to_owned(), color))
        );
        let text = "<a b='1'>text</a>";
        let expected = [
            ("<a b=", p.tag),
            ("'1'", p.ok),
            (">", p.tag),
            ("</a>", p.tag),
        ];
        assert_eq!(
            words(xml(text, p), text),
            expected.map(|(word, color)| (word.to_owned(), color))
        );
    }

    #[test]
    fn a_name_that_is_cut_at_the_end_of_a_row_is_no_text() {
        let p = Palette::dark();
        let line = r#"{"a":1,"sku":2}"#;
        for cut in 8..=11 {
            let (text, tail) = line.split_at(cut);
            let first = spans(p, Ink::Json, ("", text, tail));
            assert_eq!(first.last(), Some(&(7..cut, p.tag)), "{cut}");
            let second = spans(p, Ink::Json, (text, tail, ""));
            assert_eq!(second.first(), Some(&(0..12 - cut, p.tag)), "{cut}");
        }
    }

    proptest! {
        #[test]
        fn spans_of_any_line_lie_in_order_at_whole_characters(text in "[\"'<>a1\\\\你:!-]{0,40}") {
            for spans in [json(&text, Palette::dark()), xml(&text, Palette::dark())] {
                let mut done = 0;
                for (range, _) in spans {
                    prop_assert!(done <= range.start && range.start <= range.end);
                    prop_assert!(text.get(range.clone()).is_some(), "{} {:?}", text, range);
                    done = range.end;
                }
            }
        }
    }
}
