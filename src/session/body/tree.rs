//! JSON as a tree: where each value lies in the text, in the order of the text, in one flat list.
//! Keeps no copy of any value: a number or a text is read where it stands, as it stands.
//!
//! serde_json says whether it is JSON; the walk here only follows a text that it found good.

use std::sync::Arc;

use super::{long, short};

/// Values that a tree may have; a text with more is shown as text.
const MAX_NODES: usize = 4_000_000;

/// Levels that are indented; deeper ones are not moved further to the right.
const MAX_INDENT: usize = 64;

const NONE: u32 = u32::MAX;

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TreeError {
    /// Does not even begin like JSON.
    NotJson,
    /// Begins like JSON; what is wrong, with line and column.
    Broken(String),
    /// More values than a tree is made of.
    TooMany,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeKind {
    /// `{…}`.
    Object,
    /// `[…]`.
    Array,
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// A value: where it lies and what it belongs to. Nodes are named by their place in the list.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: u32,
    end: u32,
    /// Where its key begins, with its quote.
    key: u32,
    parent: u32,
    /// The first node that is not inside this one.
    after: u32,
    /// Which of its parent's values it is.
    index: u32,
    /// How many values it has.
    count: u32,
    /// Where they begin in the list of all that are inside of something.
    values: u32,
    depth: u32,
}

/// The values of a JSON text.
#[derive(Debug)]
pub struct Tree {
    text: Arc<str>,
    nodes: Vec<Node>,
    /// The values of each one, beside each other.
    values: Vec<u32>,
}

impl Tree {
    /// Reads a text.
    ///
    /// # Errors
    /// When it is not JSON, or has too many values.
    pub fn new(text: Arc<str>) -> Result<Self, TreeError> {
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            return Err(match text.trim_start().starts_with(['{', '[']) {
                true => TreeError::Broken(error.to_string()),
                false => TreeError::NotJson,
            });
        }
        let mut nodes = walk(text.as_bytes()).ok_or(TreeError::TooMany)?;
        let values = values(&mut nodes);
        Ok(Self {
            text,
            nodes,
            values,
        })
    }

    /// How many values there are; at least one.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none, which no JSON text has.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// What a value is.
    pub fn kind(&self, node: usize) -> NodeKind {
        match self.raw(node).as_bytes().first() {
            Some(b'{') => NodeKind::Object,
            Some(b'[') => NodeKind::Array,
            Some(b'"') => NodeKind::Text,
            Some(b't' | b'f' | b'n') => NodeKind::Word,
            _ => NodeKind::Number,
        }
    }

    /// The value as it stands in the text.
    pub fn raw(&self, node: usize) -> &str {
        self.nodes
            .get(node)
            .and_then(|node| self.text.get(long(node.start)..long(node.end)))
            .unwrap_or_default()
    }

    /// Where the value begins in the text.
    pub fn start(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| long(node.start))
    }

    /// The key as it stands in the text, with its quotes.
    pub fn raw_key(&self, node: usize) -> Option<&str> {
        let Node { key, start, .. } = self.nodes.get(node)?;
        if *key == NONE {
            return None;
        }
        // Backwards from the value: a key may be as long as the whole text.
        let with_colon = self.text.get(long(*key)..long(*start))?;
        Some(with_colon.trim_end_matches([':', ' ', '\t', '\n', '\r']))
    }

    /// The key, read.
    pub fn key(&self, node: usize) -> Option<String> {
        let raw = self.raw_key(node)?;
        Some(serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned()))
    }

    /// Which of its parent's values it is.
    pub fn index(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| long(node.index))
    }

    /// How many values it has itself.
    pub fn count(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| long(node.count))
    }

    /// The value of this index that one has.
    pub fn value_of(&self, node: usize, index: usize) -> Option<usize> {
        let node = self.nodes.get(node)?;
        if index >= long(node.count) {
            return None;
        }
        self.values
            .get(long(node.values) + index)
            .copied()
            .map(long)
    }

    /// How deep it lies; the outermost value is at 0.
    pub fn depth(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| long(node.depth))
    }

    /// What it belongs to.
    pub fn parent(&self, node: usize) -> Option<usize> {
        let parent = self.nodes.get(node)?.parent;
        (parent != NONE).then_some(long(parent))
    }

    /// The first value after it that is not inside it.
    pub fn after(&self, node: usize) -> usize {
        let end = self.nodes.len();
        self.nodes.get(node).map_or(end, |node| long(node.after))
    }

    /// The innermost value at a place in the text; a key belongs to its value.
    pub fn at(&self, offset: usize) -> usize {
        let begins = |node: &Node| match node.key {
            NONE => long(node.start),
            key => long(key),
        };
        let next = self.nodes.partition_point(|node| begins(node) <= offset);
        let mut node = next.saturating_sub(1);
        while let (Some(inside), Some(parent)) = (self.nodes.get(node), self.parent(node)) {
            if offset < long(inside.end) {
                break;
            }
            node = parent;
        }
        node
    }

    /// The way to a value: `$.items[3].sku`.
    pub fn path(&self, node: usize) -> String {
        let mut steps = Vec::new();
        let mut at = node;
        while let Some(parent) = self.parent(at) {
            steps.push(match self.key(at) {
                Some(key) if is_plain(&key) => format!(".{key}"),
                Some(_) => format!("[{}]", self.raw_key(at).unwrap_or_default()),
                None => format!("[{}]", self.index(at)),
            });
            at = parent;
        }
        steps.push("$".to_owned());
        steps.reverse();
        steps.concat()
    }

    /// The value for the clipboard: a text without quotes and escapes, anything else as it stands.
    pub fn value(&self, node: usize) -> String {
        let raw = self.raw(node);
        match self.kind(node) {
            NodeKind::Text => serde_json::from_str(raw).unwrap_or_else(|_| raw.to_owned()),
            _ => raw.to_owned(),
        }
    }
}

/// Whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// One behind the closing quote of the text that begins at `start`.
fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// One behind a number or a word.
fn end_of_word(bytes: &[u8], start: usize) -> usize {
    let ends = |b: &u8| matches!(b, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
    let rest = bytes.get(start..).unwrap_or_default();
    start + rest.iter().position(ends).unwrap_or(rest.len())
}

fn walk(bytes: &[u8]) -> Option<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<u32> = Vec::new();
    let mut key = NONE;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' | b':' => {
                at += 1;
                continue;
            }
            b'}' | b']' => {
                at += 1;
                let after = short(nodes.len());
                if let Some(node) = open.pop().and_then(|node| nodes.get_mut(long(node))) {
                    node.end = short(at);
                    node.after = after;
                }
                continue;
            }
            _ => {}
        }
        let start = at;
        let container = matches!(byte, b'{' | b'[');
        at = match byte {
            b'{' | b'[' => at + 1,
            b'"' => end_of_text(bytes, at),
            _ => end_of_word(bytes, at).max(at + 1),
        };
        let parent = open.last().copied();
        let owner = parent.and_then(|parent| nodes.get_mut(long(parent)));
        let mut index = 0;
        if let Some(owner) = owner {
            if bytes.get(long(owner.start)) == Some(&b'{') && key == NONE {
                key = short(start);
                continue;
            }
            index = owner.count;
            owner.count += 1;
        }
        if nodes.len() == MAX_NODES {
            return None;
        }
        let number = short(nodes.len());
        nodes.push(Node {
            start: short(start),
            end: short(at),
            key,
            parent: parent.unwrap_or(NONE),
            after: number + 1,
            index,
            count: 0,
            values: 0,
            depth: short(open.len()),
        });
        key = NONE;
        if container {
            open.push(number);
        }
    }
    Some(nodes)
}

/// The values of each node, beside each other; where they begin is noted there.
fn values(nodes: &mut [Node]) -> Vec<u32> {
    let mut begin = 0;
    for node in &mut *nodes {
        node.values = begin;
        begin += node.count;
    }
    let mut values = vec![NONE; long(begin)];
    for (number, node) in nodes.iter().enumerate() {
        let parent = nodes.get(long(node.parent));
        let place = parent.map(|parent| long(parent.values + node.index));
        if let Some(value) = place.and_then(|place| values.get_mut(place)) {
            *value = short(number);
        }
    }
    values
}

/// A JSON text with line breaks and indentation; keys, their order, numbers and texts stay as
/// they stand. For anything else than JSON the result means nothing.
pub(super) fn pretty(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0_usize;
    let mut at = 0;
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
    };
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {}
            b'{' | b'[' => {
                out.push(char::from(byte));
                let rest = bytes.get(at..).unwrap_or_default();
                let next = rest.iter().position(|b| !b.is_ascii_whitespace());
                match next.map(|next| rest[next]) {
                    Some(close @ (b'}' | b']')) => {
                        out.push(char::from(close));
                        at += next.unwrap_or_default() + 1;
                    }
                    _ => {
                        depth += 1;
                        line(&mut out, depth);
                    }
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char::from(byte));
            }
            b',' => {
                out.push(',');
                line(&mut out, depth);
            }
            b':' => out.push_str(": "),
            _ => {
                at = match byte {
                    b'"' => end_of_text(bytes, start),
                    // A colon cannot follow a number or a word.
                    _ => end_of_word(bytes, start).max(at),
                };
                out.push_str(text.get(start..at).unwrap_or_default());
            }
        }
    }
    out
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    pub(crate) fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
            ]
        })
    }

    fn tree(text: &str) -> Tree {
        match Tree::new(text.into()) {
            Ok(tree) => tree,
            Err(error) => unreachable!("{text}: {error:?}"),
        }
    }

    #[test]
    fn values_have_paths_and_places() {
        let text = r#"{"items": [1, {"sku": "A\"1"}, []], "a b": 1.50e3, "": null}"#;
        let tree = tree(text);
        let paths: Vec<String> = (0..tree.len()).map(|node| tree.path(node)).collect();
        assert_eq!(
            paths,
            [
                "$",
                "$.items",
                "$.items[0]",
                "$.items[1]",
                "$.items[1].sku",
                "$.items[2]",
                "$[\"a b\"]",
                "$[\"\"]"
            ]
        );
        assert_eq!(tree.raw(6), "1.50e3");
        assert_eq!(tree.value(4), "A\"1");
        assert_eq!((tree.count(0), tree.count(1), tree.after(1)), (3, 3, 6));
        let node_at = |part: &str| tree.at(text.find(part).unwrap_or_default());
        assert_eq!(node_at("sku"), 4);
        assert_eq!(node_at("1.50"), 6);
        assert_eq!(node_at("[]"), 5);
        assert_eq!(node_at(", \"a b\""), 0);
    }

    #[test]
    fn what_is_no_json_says_so() {
        assert!(matches!(Tree::new("text".into()), Err(TreeError::NotJson)));
        let broken = Tree::new("{\"a\": 1,\n \"b\" 2}".into());
        assert!(
            matches!(&broken, Err(TreeError::Broken(why)) if why.contains("line 2")),
            "{broken:?}"
        );
    }

    #[test]
    fn a_pretty_text_keeps_numbers_keys_and_their_order() {
        let text = r#"{"z":1.10,"a":[],"a":{},"n":123456789012345678901234567890,"t":"a, b: {c}"}"#;
        let expected = r#"{
  "z": 1.10,
  "a": [],
  "a": {},
  "n": 123456789012345678901234567890,
  "t": "a, b: {c}"
}"#;
        assert_eq!(pretty(text), expected);
    }

    #[test]
    fn depth_costs_no_more_than_length() {
        let text = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(tree(&text).len(), 100_000);
        assert!(pretty(&text).len() < text.len() * 140);
    }

    proptest! {
        #[test]
        fn a_pretty_text_means_the_same(value in json()) {
            let text = value.to_string();
            let read: Option<Value> = serde_json::from_str(&pretty(&text)).ok();
            prop_assert_eq!(read, Some(value));
            prop_assert_eq!(pretty(&pretty(&text)), pretty(&text));
        }

        #[test]
        fn every_value_is_a_node(value in json()) {
            fn count(value: &Value) -> usize {
                1 + match value {
                    Value::Array(values) => values.iter().map(count).sum(),
                    Value::Object(values) => values.values().map(count).sum(),
                    _ => 0,
                }
            }
            let text = serde_json::to_string_pretty(&value).unwrap_or_default();
            let tree = tree(&text);
            prop_assert_eq!(tree.len(), count(&value));
            for node in 0..tree.len() {
                let read: Result<Value, _> = serde_json::from_str(tree.raw(node));
                prop_assert!(read.is_ok(), "{}", tree.raw(node));
                prop_assert_eq!(tree.at(tree.start(node)), node);
            }
        }

        #[test]
        fn any_text_is_taken(text in any::<String>()) {
            let _ = Tree::new(text.as_str().into());
            let _ = pretty(&text);
        }
    }
}
