//! A text in rows of bounded width, so that any place of it can be shown without looking at the
//! rest. A line that is wider than a row takes several; what belongs to one line says so.

use std::sync::Arc;

use super::{long, short};

/// Widest row; a longer line is wrapped even where nobody asked for it.
pub const MOST_COLUMNS: usize = 2_000;

/// Where a row begins, and the number of its line.
#[derive(Debug, Clone, Copy)]
struct Begin {
    at: u32,
    line: u32,
}

/// A text and its rows.
#[derive(Debug)]
pub struct Doc {
    text: Arc<str>,
    rows: Vec<Begin>,
    longest: usize,
    wrapped: usize,
}

/// A row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number of its line, from 1.
    pub number: usize,
    /// Whether the line begins here.
    pub first: bool,
    /// Where it begins in the text.
    pub start: usize,
    /// Its text, without the end of the line.
    pub text: &'a str,
}

impl Doc {
    /// Puts a text into rows of at most so many columns.
    pub fn new(text: Arc<str>, columns: usize) -> Self {
        let columns = columns.clamp(8, MOST_COLUMNS);
        let mut doc = Self {
            rows: Vec::with_capacity(text.len() / 32 + 1),
            longest: 0,
            wrapped: 0,
            text: Arc::clone(&text),
        };
        let mut start = 0;
        for (line, part) in text.split('\n').enumerate() {
            doc.add_line(short(line), start, part, columns);
            start += part.len() + 1;
        }
        doc
    }

    fn add_line(&mut self, line: u32, start: usize, part: &str, columns: usize) {
        let row = |at: usize| Begin {
            at: short(start + at),
            line,
        };
        self.rows.push(row(0));
        // No character is wider than it has bytes, but a tab.
        if part.len() * TAB <= columns || (part.len() <= columns && !part.contains('\t')) {
            self.longest = self.longest.max(part.len());
            return;
        }
        let (mut width, mut wrapped) = (0, false);
        for (at, c) in part.char_indices() {
            let wide = columns_of(c);
            if width + wide > columns {
                self.rows.push(row(at));
                self.longest = self.longest.max(width);
                (width, wrapped) = (0, true);
            }
            width += wide;
        }
        self.longest = self.longest.max(width);
        self.wrapped += usize::from(wrapped);
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// How many rows there are; at least one.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none, which never is so.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many lines the text has.
    pub fn lines(&self) -> usize {
        self.rows.last().map_or(0, |row| long(row.line) + 1)
    }

    /// How many of them are wider than a row.
    pub fn wrapped(&self) -> usize {
        self.wrapped
    }

    /// Columns of the widest row, or somewhat more.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// A row.
    pub fn row(&self, row: usize) -> Option<Line<'_>> {
        let begin = self.rows.get(row)?;
        let start = long(begin.at);
        let end = self
            .rows
            .get(row + 1)
            .map_or(self.text.len(), |next| long(next.at));
        let text = self.text.get(start..end)?;
        let text = text.strip_suffix('\n').unwrap_or(text);
        let before = row.checked_sub(1).and_then(|before| self.rows.get(before));
        Some(Line {
            number: long(begin.line) + 1,
            first: before.is_none_or(|before| before.line != begin.line),
            start,
            text: text.strip_suffix('\r').unwrap_or(text),
        })
    }

    /// The row that holds a place of the text.
    pub fn row_at(&self, offset: usize) -> usize {
        let next = self.rows.partition_point(|row| long(row.at) <= offset);
        next.saturating_sub(1)
    }
}

/// What a tab is at most.
const TAB: usize = 4;

/// Columns that a character takes at most.
fn columns_of(c: char) -> usize {
    match c {
        '\t' => TAB,
        c if u32::from(c) < 0x1100 => 1,
        // Chinese, Japanese, Korean, emoji; a narrow one among them costs a short row.
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_and_rows_are_counted() {
        let doc = Doc::new("one\r\ntwo\n\nabcdefghijklmnop".into(), 8);
        let rows: Vec<_> = (0..doc.len()).filter_map(|row| doc.row(row)).collect();
        let texts: Vec<_> = rows
            .iter()
            .map(|row| (row.number, row.first, row.text))
            .collect();
        assert_eq!(
            texts,
            [
                (1, true, "one"),
                (2, true, "two"),
                (3, true, ""),
                (4, true, "abcdefgh"),
                (4, false, "ijklmnop"),
            ]
        );
        assert_eq!((doc.lines(), doc.wrapped(), doc.longest()), (4, 1, 8));
        assert_eq!(doc.row_at(5), 1);
        assert_eq!(doc.row_at(usize::MAX), 4);
    }

    #[test]
    fn an_empty_text_has_one_empty_row() {
        let doc = Doc::new("".into(), 80);
        assert_eq!(doc.row(0).map(|row| row.text), Some(""));
        assert_eq!((doc.len(), doc.lines()), (1, 1));
    }

    proptest! {
        #[test]
        fn the_rows_are_the_text(text in "(\\PC|[\t\n\r你]){0,80}", columns in 8_usize..40) {
            let doc = Doc::new(text.as_str().into(), columns);
            let mut lines: Vec<String> = Vec::new();
            for row in 0..doc.len() {
                let row = doc.row(row).filter(|row| doc.row_at(row.start) <= doc.len());
                prop_assert!(row.is_some());
                let Some(row) = row else { continue };
                prop_assert!(row.text.chars().map(columns_of).sum::<usize>() <= columns);
                match lines.last_mut() {
                    Some(line) if !row.first => line.push_str(row.text),
                    _ => lines.push(row.text.to_owned()),
                }
                prop_assert_eq!(lines.len(), row.number);
            }
            let whole = lines.join("\n").replace('\r', "");
            prop_assert_eq!(whole, text.replace('\r', ""));
        }
    }
}
