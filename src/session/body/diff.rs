//! What differs between two messages: their facts, and their bodies line by line, with the words
//! that changed. Bounded in time: past the limit the result is coarser, and says so.

use std::sync::Arc;
use std::time::Duration;

use similar::{ChangeTag, DiffOp, TextDiff};

use crate::protocol::ReceivedMessage;

use super::{MOST_COLUMNS, Opened};

/// Time that comparing lines may take.
const LIMIT: Duration = Duration::from_millis(800);

/// Lines that are shown around a change.
const AROUND: usize = 3;

/// Longer lines are compared as a whole, not word by word.
const WORDS_UP_TO: usize = 4_000;

/// What is compared beside the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// Deliveries so far.
    Times,
    /// Tag.
    Tag,
    /// Digest of the body.
    Md5,
    /// Id of the message.
    Id,
    /// A property.
    Property(String),
}

/// A fact that differs; `None` where there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// Which.
    pub fact: Fact,
    /// In the older one.
    pub old: Option<String>,
    /// In the newer one.
    pub new: Option<String>,
}

/// A change of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// In both.
    Same,
    /// In the newer one only.
    Added,
    /// In the older one only.
    Removed,
}

/// A row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffRow {
    /// A line, or a part of a very long one, as parts that stand out (`true`) or do not.
    Line(Change, Vec<(bool, String)>),
    /// So many equal lines that are not shown.
    Skipped(usize),
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Facts that differ.
    pub facts: Vec<FactChange>,
    /// The bodies, unless they are equal.
    pub rows: Vec<DiffRow>,
    /// Bodies are equal.
    pub same_body: bool,
    /// Bodies were compared as they are shown: decoded and indented. They may differ in white
    /// space even where nothing else differs.
    pub only_layout: bool,
    /// Lines that were added, and removed.
    pub counts: (usize, usize),
    /// There was no time to find the shortest difference.
    pub coarse: bool,
}

/// Compares an older message with a newer one.
pub fn compare(old: &ReceivedMessage, new: &ReceivedMessage) -> Difference {
    let mut difference = Difference {
        facts: facts(old, new),
        rows: Vec::new(),
        same_body: old.body == new.body,
        only_layout: false,
        counts: (0, 0),
        coarse: false,
    };
    if difference.same_body {
        return difference;
    }
    let texts: [Arc<str>; 2] =
        [old, new].map(|message| Opened::new(&message.body, true).formatted());
    difference.only_layout = texts[0] == texts[1];
    compare_texts(&texts[0], &texts[1], &mut difference);
    difference
}

fn facts(old: &ReceivedMessage, new: &ReceivedMessage) -> Vec<FactChange> {
    let mut changes = Vec::new();
    let mut add = |fact: Fact, old: Option<&str>, new: Option<&str>| {
        if old != new {
            changes.push(FactChange {
                fact,
                old: old.map(str::to_owned),
                new: new.map(str::to_owned),
            });
        }
    };
    add(Fact::Id, Some(&old.message_id), Some(&new.message_id));
    let times = [old, new].map(|message| message.consumed_times.to_string());
    add(Fact::Times, Some(&times[0]), Some(&times[1]));
    add(Fact::Tag, old.tag.as_deref(), new.tag.as_deref());
    add(Fact::Md5, Some(&old.body_md5), Some(&new.body_md5));
    for (key, value) in old.properties.iter() {
        let fact = Fact::Property(key.to_owned());
        add(fact, Some(value), new.properties.get(key));
    }
    for (key, value) in new.properties.iter() {
        if old.properties.get(key).is_none() {
            add(Fact::Property(key.to_owned()), None, Some(value));
        }
    }
    changes
}

fn compare_texts(old: &str, new: &str, out: &mut Difference) {
    let diff = TextDiff::configure().timeout(LIMIT).diff_lines(old, new);
    let mut shown_until = 0;
    for group in diff.grouped_ops(AROUND) {
        let begin = group.first().map_or(0, |op| op.old_range().start);
        skip(&mut out.rows, begin.saturating_sub(shown_until));
        for op in &group {
            shown_until = op.old_range().end;
            let large = large(op, &diff);
            out.coarse |= large;
            if large || matches!(op, DiffOp::Equal { .. }) {
                for change in diff.iter_changes(op) {
                    let parts = vec![(false, line(change.value()))];
                    push(out, change.tag(), parts);
                }
                continue;
            }
            for change in diff.iter_inline_changes(op) {
                let parts = change
                    .values()
                    .iter()
                    .map(|&(stands_out, text)| (stands_out, line(text)))
                    .filter(|(_, text)| !text.is_empty())
                    .collect();
                push(out, change.tag(), parts);
            }
        }
    }
    skip(&mut out.rows, diff.old_len().saturating_sub(shown_until));
}

/// Whether a change is too large to be looked at word by word.
fn large(op: &DiffOp, diff: &TextDiff<'_, '_, str>) -> bool {
    let old = op.old_range().filter_map(|line| diff.old_slice(line));
    let new = op.new_range().filter_map(|line| diff.new_slice(line));
    !matches!(op, DiffOp::Equal { .. }) && old.chain(new).map(str::len).sum::<usize>() > WORDS_UP_TO
}

fn line(text: &str) -> String {
    text.trim_end_matches(['\n', '\r']).to_owned()
}

fn skip(rows: &mut Vec<DiffRow>, lines: usize) {
    if lines > 0 {
        rows.push(DiffRow::Skipped(lines));
    }
}

/// Adds a line; a very long one in parts, so that none is wider than can be shown.
fn push(out: &mut Difference, tag: ChangeTag, parts: Vec<(bool, String)>) {
    let change = match tag {
        ChangeTag::Equal => Change::Same,
        ChangeTag::Insert => Change::Added,
        ChangeTag::Delete => Change::Removed,
    };
    out.counts.0 += usize::from(change == Change::Added);
    out.counts.1 += usize::from(change == Change::Removed);
    let most = MOST_COLUMNS / 4;
    let mut row: Vec<(bool, String)> = Vec::new();
    let mut width = 0;
    for (stands_out, text) in parts {
        let mut rest = text.as_str();
        while !rest.is_empty() {
            if width == most {
                out.rows
                    .push(DiffRow::Line(change, std::mem::take(&mut row)));
                width = 0;
            }
            let room = most - width;
            let end = rest
                .char_indices()
                .nth(room)
                .map_or(rest.len(), |(at, _)| at);
            let (head, tail) = rest.split_at(end);
            width += head.chars().count();
            row.push((stands_out, head.to_owned()));
            rest = tail;
        }
    }
    out.rows.push(DiffRow::Line(change, row));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::properties::Properties;
    use crate::protocol::{ReceiptHandle, Timestamp, body_md5};
    use proptest::prelude::*;

    fn message(body: &str, times: u32, properties: &[(&str, &str)]) -> ReceivedMessage {
        let pairs: Vec<(String, String)> = properties
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        ReceivedMessage {
            message_id: "ID".to_owned(),
            body_md5: body_md5(body),
            body: body.to_owned(),
            receipt_handle: ReceiptHandle::new("h").unwrap_or_else(|| unreachable!()),
            publish_time: Timestamp::from_millis(1),
            first_consume_time: Timestamp::from_millis(1),
            next_consume_time: Timestamp::from_millis(1),
            consumed_times: times,
            tag: None,
            properties: Properties::from(pairs),
        }
    }

    #[test]
    fn a_redelivery_differs_in_its_count_only() {
        let found = compare(
            &message("a", 1, &[("k", "v")]),
            &message("a", 2, &[("k", "v")]),
        );
        assert!(found.same_body && found.rows.is_empty());
        let times = FactChange {
            fact: Fact::Times,
            old: Some("1".to_owned()),
            new: Some("2".to_owned()),
        };
        assert_eq!(found.facts, [times]);
    }

    #[test]
    fn json_is_compared_value_by_value_and_marked_word_by_word() {
        let old = r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"sku":"A one"}"#;
        let new = r#"{"a":1,"b":2,"c":3,"d":4,"e":5,"sku":"A two"}"#;
        let found = compare(&message(old, 1, &[]), &message(new, 1, &[]));
        assert_eq!(found.counts, (1, 1));
        assert_eq!(found.rows.first(), Some(&DiffRow::Skipped(3)));
        let marked: Vec<&str> = found
            .rows
            .iter()
            .filter_map(|row| match row {
                DiffRow::Line(_, parts) => Some(parts),
                DiffRow::Skipped(_) => None,
            })
            .flatten()
            .filter_map(|(stands_out, text)| stands_out.then_some(text.as_str()))
            .collect();
        assert!(
            marked.concat().contains("one") && marked.concat().contains("two"),
            "{marked:?}"
        );
        assert!(!marked.concat().contains("sku"), "{marked:?}");
    }

    #[test]
    fn what_differs_in_layout_only_says_so() {
        let found = compare(
            &message("{\"a\":1}", 1, &[]),
            &message("{ \"a\": 1 }", 1, &[]),
        );
        assert!(found.only_layout && !found.same_body && found.counts == (0, 0));
    }

    #[test]
    fn properties_that_came_and_went_are_told() {
        let old = message("a", 1, &[("gone", "1"), ("kept", "1")]);
        let new = message("a", 1, &[("kept", "2"), ("come", "1")]);
        let names: Vec<Fact> = compare(&old, &new)
            .facts
            .into_iter()
            .map(|c| c.fact)
            .collect();
        let expected = ["gone", "kept", "come"].map(|name| Fact::Property(name.to_owned()));
        assert_eq!(names, expected);
    }

    proptest! {
        #[test]
        fn both_texts_can_be_put_together_again(
            old in proptest::collection::vec("[ab ]{0,4}", 1..12),
            new in proptest::collection::vec("[ab ]{0,4}", 1..12),
        ) {
            let mut found = Difference {
                facts: Vec::new(),
                rows: Vec::new(),
                same_body: false,
                only_layout: false,
                counts: (0, 0),
                coarse: false,
            };
            compare_texts(&old.join("\n"), &new.join("\n"), &mut found);
            let of = |wanted: Change, all: &[String]| {
                let mut lines: Vec<String> = Vec::new();
                for row in &found.rows {
                    match row {
                        DiffRow::Line(change, parts) if *change == wanted || *change == Change::Same => {
                            lines.push(parts.iter().map(|(_, text)| text.as_str()).collect());
                        }
                        DiffRow::Line(..) => {}
                        DiffRow::Skipped(n) => {
                            let from = lines.len();
                            lines.extend(all[from..].iter().take(*n).cloned());
                        }
                    }
                }
                lines
            };
            let trimmed = |lines: &[String]| {
                // A last line without text is no line of its own.
                let text = lines.join("\n");
                text.lines().map(str::to_owned).collect::<Vec<_>>()
            };
            prop_assert_eq!(of(Change::Removed, &old), trimmed(&old));
            prop_assert_eq!(of(Change::Added, &new), trimmed(&new));
        }
    }
}
