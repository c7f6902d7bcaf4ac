//! Where two strings to sign differ, byte by byte, and in which of their parts.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A part of the string to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// First line.
    Method,
    /// Second line.
    ContentMd5,
    /// Third line.
    ContentType,
    /// Fourth line.
    Date,
    /// The lines of the `x-mq-` headers.
    Headers,
    /// Path and query.
    Resource,
}

impl Part {
    /// Its name in JSON.
    pub fn id(self) -> &'static str {
        match self {
            Part::Method => "method",
            Part::ContentMd5 => "content_md5",
            Part::ContentType => "content_type",
            Part::Date => "date",
            Part::Headers => "headers",
            Part::Resource => "resource",
        }
    }
}

/// A place where the two differ. Ranges are bytes; one of them may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The part of our string where it is.
    pub part: Part,
    /// Bytes of ours.
    pub ours: Range<usize>,
    /// Bytes of theirs.
    pub theirs: Range<usize>,
}

/// Two changes with fewer characters than this between them are told as one.
const MIN_GAP: usize = 3;

/// The places where `theirs` differs from `ours`, in order.
pub(super) fn between(ours: &str, theirs: &str) -> Vec<Difference> {
    let (our_chars, their_chars): (Vec<char>, Vec<char>) =
        (ours.chars().collect(), theirs.chars().collect());
    let (our_bytes, their_bytes) = (offsets(ours), offsets(theirs));
    let mut found: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &our_chars, &their_chars) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        let (ours, theirs) = (op.old_range(), op.new_range());
        match found.last_mut() {
            Some(last) if ours.start < last.0.end + MIN_GAP => {
                last.0.end = ours.end;
                last.1.end = theirs.end;
            }
            _ => found.push((ours, theirs)),
        }
    }
    let bytes = |offsets: &[usize], range: Range<usize>| {
        let at = |index: usize| offsets.get(index).copied().unwrap_or_default();
        at(range.start)..at(range.end)
    };
    found
        .into_iter()
        .map(|(our_range, their_range)| {
            let range = bytes(&our_bytes, our_range);
            Difference {
                part: part_at(ours, range.start),
                ours: range,
                theirs: bytes(&their_bytes, their_range),
            }
        })
        .collect()
}

/// Byte offsets of all characters, and of the end.
fn offsets(text: &str) -> Vec<usize> {
    text.char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect()
}

fn part_at(text: &str, at: usize) -> Part {
    let before = text.get(..at).unwrap_or(text);
    match before.matches('\n').count() {
        0 => Part::Method,
        1 => Part::ContentMd5,
        2 => Part::ContentType,
        3 => Part::Date,
        _ if text.get(at..).is_some_and(|rest| rest.contains('\n')) => Part::Headers,
        _ => Part::Resource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_in_bytes_and_by_part() {
        let ours = "POST\n\ntext/xml\nSun\nx-mq-version:1\n/topics/主题/messages";
        let check = |theirs: &str, expected: &[(Part, &str, &str)]| {
            let found: Vec<_> = between(ours, theirs)
                .into_iter()
                .map(|found| (found.part, &ours[found.ours], &theirs[found.theirs]))
                .collect();
            assert_eq!(found, expected, "{theirs}");
        };
        check(ours, &[]);
        check(
            "POST\n\ntext/xml; a\nSun\nx-mq-version:1\n/topics/主人/messages",
            &[(Part::ContentType, "", "; a"), (Part::Resource, "题", "人")],
        );
        check(
            "post\n\ntext/xml\nSun\nX-mq-version:1\n/topics/主题/messages",
            &[(Part::Method, "POST", "post"), (Part::Headers, "x", "X")],
        );
        check("", &[(Part::Method, ours, "")]);
    }
}
