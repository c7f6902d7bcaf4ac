//! A string to sign with every character in sight: what cannot be seen, or looks like something
//! else, is told apart, line by line, and so is what differs. Draws nothing.

use std::ops::Range;

/// What a piece of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// As it is written.
    Plain,
    /// Blanks of ASCII.
    Blank,
    /// Stands for a character that cannot be seen: `\n`, `<U+FEFF>`.
    Escape,
}

/// A piece of a line that looks the same throughout.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Piece {
    /// What to show.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Whether it is marked.
    pub marked: bool,
}

/// The lines of a text, each with its end. Marks are ranges of bytes; a mark of no bytes is one
/// place: it marks what stands there, and at the end an empty piece.
pub fn lines(text: &str, marks: &[Range<usize>]) -> Vec<Vec<Piece>> {
    let mut lines = vec![Vec::new()];
    for (at, c) in text.char_indices() {
        let marked = marks
            .iter()
            .any(|mark| mark.contains(&at) || (mark.is_empty() && mark.start == at));
        let (kind, shown) = match c {
            '\n' => (Kind::Escape, "\\n".to_owned()),
            '\r' => (Kind::Escape, "\\r".to_owned()),
            '\t' => (Kind::Escape, "\\t".to_owned()),
            ' ' => (Kind::Blank, " ".to_owned()),
            c if cannot_be_seen(c) => (Kind::Escape, format!("<{}>", character(c))),
            c => (Kind::Plain, c.to_string()),
        };
        if let Some(line) = lines.last_mut() {
            push(line, kind, marked, &shown);
        }
        if c == '\n' {
            lines.push(Vec::new());
        }
    }
    let end = |mark: &Range<usize>| mark.is_empty() && mark.start == text.len();
    if let (true, Some(line)) = (marks.iter().any(end), lines.last_mut()) {
        line.push(Piece {
            text: String::new(),
            kind: Kind::Plain,
            marked: true,
        });
    }
    if lines.len() > 1 && lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

fn push(line: &mut Vec<Piece>, kind: Kind, marked: bool, shown: &str) {
    match line.last_mut() {
        Some(last) if (last.kind, last.marked) == (kind, marked) => last.text.push_str(shown),
        _ => line.push(Piece {
            text: shown.to_owned(),
            kind,
            marked,
        }),
    }
}

/// One character within a sentence: itself, or its number if it is no blank and cannot be seen.
pub fn character(c: char) -> String {
    match c != ' ' && cannot_be_seen(c) {
        true => format!("U+{:04X}", u32::from(c)),
        false => c.to_string(),
    }
}

/// Also quotation marks and dashes of typesetting: they are taken for those of ASCII.
fn cannot_be_seen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{201f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{ff02}' | '\u{ff07}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_in_sight() {
        let check = |text: &str, expected: &[&[(&str, Kind)]]| {
            let found = lines(text, &[]);
            let found: Vec<Vec<(&str, Kind)>> = found
                .iter()
                .map(|line| line.iter().map(|p| (p.text.as_str(), p.kind)).collect())
                .collect();
            assert_eq!(found, expected, "{text:?}");
        };
        use Kind::{Blank, Escape, Plain};
        check("", &[&[]]);
        check(
            "a b\n\nc",
            &[
                &[("a", Plain), (" ", Blank), ("b", Plain), ("\\n", Escape)],
                &[("\\n", Escape)],
                &[("c", Plain)],
            ],
        );
        check("a\r\n", &[&[("a", Plain), ("\\r\\n", Escape)]]);
        check(
            "\u{feff}x\u{a0}\t",
            &[&[("<U+FEFF>", Escape), ("x", Plain), ("<U+00A0>\\t", Escape)]],
        );
        check("“'中", &[&[("<U+201C>", Escape), ("'中", Plain)]]);
    }

    #[test]
    fn what_differs_is_marked() {
        let check = |text: &str, mark: Range<usize>, expected: &[&str]| {
            let found = lines(text, &[mark]);
            let marked: Vec<&str> = found
                .iter()
                .flatten()
                .filter(|piece| piece.marked)
                .map(|piece| piece.text.as_str())
                .collect();
            assert_eq!(marked, expected, "{text:?}");
        };
        check("ab\ncd", 1..2, &["b"]);
        check("ab\ncd", 1..4, &["b", "\\n", "c"]);
        check("ab", 1..1, &["b"]);
        check("ab", 2..2, &[""]);
    }
}
