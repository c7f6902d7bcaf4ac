//! A line of a file: an object of JSON or a record of CSV. Gives its columns to variables, and a
//! draft where the line is a message by itself. Knows nothing of files.

use std::borrow::Cow;

use serde_json::{Map, Value};
use similar::get_close_matches;

use crate::explained::json_syntax;
use crate::protocol::Timestamp;
use crate::session::again::Role;
use crate::session::draft::{Deliver, Draft};
use crate::session::say::Say;

/// How alike a column must be to be what was meant.
const LIKENESS: f32 = 0.5;

/// One line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its number in the file, from 1.
    pub line: u64,
    columns: Map<String, Value>,
}

impl Row {
    /// A line of JSONL.
    ///
    /// # Errors
    /// Why it is not one.
    pub fn from_json(line: u64, text: &str) -> Result<Self, Say> {
        match serde_json::from_str(text) {
            Ok(Value::Object(columns)) => Ok(Self { line, columns }),
            Ok(_) => Err(Say::new("problem-row-object")),
            Err(error) => {
                // Its own place counts lines from this one, and of a file it is another.
                let say = Say::new("problem-row-json").with("at", error.column());
                Err(say.with_say("why", json_syntax::reason(&error.to_string())))
            }
        }
    }

    /// A record of CSV under its header.
    pub(super) fn from_cells<'a>(
        line: u64,
        header: &[String],
        cells: impl Iterator<Item = &'a str>,
    ) -> Self {
        let cells = cells.map(|cell| Value::String(cell.to_owned()));
        Self {
            line,
            columns: header.iter().cloned().zip(cells).collect(),
        }
    }

    /// What stands in a column: text as it is, anything else as JSON. `a.b` is `b` in the object
    /// `a`, unless there is a column of that whole name.
    pub fn column(&self, name: &str) -> Option<Cow<'_, str>> {
        let found = self.columns.get(name).or_else(|| {
            let mut steps = name.split('.');
            let first = self.columns.get(steps.next()?)?;
            steps.try_fold(first, |value, step| value.get(step))
        })?;
        Some(match found {
            Value::String(text) => Cow::Borrowed(text),
            other => Cow::Owned(other.to_string()),
        })
    }

    /// The text of a cell of CSV.
    pub(in crate::session) fn cell(&self, name: &str) -> Option<&str> {
        self.columns.get(name)?.as_str()
    }

    /// The column whose name is most like this one.
    pub(in crate::session) fn column_like(&self, name: &str) -> Option<String> {
        let same = |known: &&String| known.eq_ignore_ascii_case(name);
        if let Some(known) = self.columns.keys().find(same) {
            return Some(known.clone());
        }
        let names: Vec<&str> = self.names().collect();
        get_close_matches(name, &names, 1, LIKENESS)
            .pop()
            .map(str::to_owned)
    }

    /// Names of the columns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// The message that the line is, for a topic.
    ///
    /// # Errors
    /// Which column cannot be read.
    pub(super) fn draft(&self, topic: &str) -> Result<Draft, Say> {
        let mut draft = Draft {
            topic: topic.to_owned(),
            ..Draft::default()
        };
        let mut has_body = false;
        for (name, value) in &self.columns {
            match Part::of(name) {
                Some(Part::Body) => {
                    has_body = !value.is_null();
                    draft.body = match value {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                }
                Some(Part::Tag) => draft.tag = text(name, value)?,
                Some(Part::Key) => draft.key = text(name, value)?,
                Some(Part::ShardingKey) => draft.sharding_key = text(name, value)?,
                Some(Part::Delay) => {
                    draft.delay = text(name, value)?;
                    if !draft.delay.is_empty() {
                        draft.deliver = Deliver::After;
                    }
                }
                Some(Part::DeliverAt) => {
                    draft.deliver_at = instant(&text(name, value)?);
                    if !draft.deliver_at.is_empty() {
                        draft.deliver = Deliver::At;
                    }
                }
                Some(Part::Properties) => {
                    for (key, value) in properties(value)? {
                        take_property(&mut draft, key, value);
                    }
                }
                Some(Part::Property(key)) => {
                    let value = text(name, value)?;
                    if !value.is_empty() {
                        take_property(&mut draft, key.to_owned(), value);
                    }
                }
                None => {}
            }
        }
        if has_body {
            Ok(draft)
        } else {
            Err(Say::new("problem-row-body"))
        }
    }

    /// Keys of properties that a server wrote into the message when it was published before: they
    /// are not published again.
    pub(super) fn left_out(&self) -> impl Iterator<Item = String> {
        let value = self.columns.get("properties");
        let all = value.and_then(|value| properties(value).ok());
        let keys = all.into_iter().flatten().map(|(key, _)| key);
        keys.filter(|key| Role::of(key) == Role::Broker)
    }

    /// Whether it is the first line of an export of mqscope, which says what the file is.
    pub(super) fn opens_export(&self) -> bool {
        self.columns.get("format").and_then(Value::as_str) == Some("mqscope-messages")
    }

    /// Whether it is the last line of one, which says how much there was.
    pub(super) fn ends_export(&self) -> bool {
        self.columns.len() == 1 && self.columns.contains_key("end")
    }

    /// Whether a column of this name is a part of the message that a line is.
    pub(super) fn is_part(name: &str) -> bool {
        Part::of(name).is_some()
    }
}

/// What a column is, where a line is a message.
enum Part<'a> {
    Body,
    Tag,
    Key,
    ShardingKey,
    Delay,
    DeliverAt,
    Properties,
    Property(&'a str),
}

impl<'a> Part<'a> {
    fn of(name: &'a str) -> Option<Self> {
        let name = name.trim();
        for prefix in ["properties.", "property."] {
            if let Some(key) = name.strip_prefix(prefix).filter(|key| !key.is_empty()) {
                return Some(Part::Property(key));
            }
        }
        let plain = |c: char| !matches!(c, '_' | '-' | ' ');
        let name: String = name.to_lowercase().chars().filter(|c| plain(*c)).collect();
        Some(match name.as_str() {
            "body" | "messagebody" => Part::Body,
            "tag" | "tags" | "messagetag" => Part::Tag,
            "key" | "keys" | "messagekey" => Part::Key,
            "shardingkey" => Part::ShardingKey,
            "delay" => Part::Delay,
            "deliverat" | "startdelivertime" => Part::DeliverAt,
            "properties" => Part::Properties,
            _ => return None,
        })
    }
}

/// A short text; nothing is an empty one.
fn text(name: &str, value: &Value) -> Result<String, Say> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Array(_) | Value::Object(_) => Err(Say::new("problem-row-text").with("name", name)),
    }
}

/// Milliseconds since 1970 as a time that the form reads; anything else as it is.
fn instant(text: &str) -> String {
    match text.trim().parse() {
        Ok(millis) => Timestamp::from_millis(millis).to_string(),
        Err(_) => text.trim().to_owned(),
    }
}

fn pair(key: &str, value: &Value) -> Result<(String, String), Say> {
    Ok((key.to_owned(), text(key, value)?))
}

/// A property as it is published: an export has some for which there are fields.
fn take_property(draft: &mut Draft, key: String, value: String) {
    let into = |field: &mut String| {
        if field.is_empty() {
            field.clone_from(&value);
        }
    };
    match Role::of(&key) {
        Role::Key => into(&mut draft.key),
        Role::ShardingKey => into(&mut draft.sharding_key),
        Role::Over | Role::Broker => {}
        Role::Own => draft.properties.push((key, value)),
    }
}

/// Properties: an object, a list of pairs, or the text of either in a cell of CSV.
fn properties(value: &Value) -> Result<Vec<(String, String)>, Say> {
    let wrong = || Say::new("problem-row-properties");
    let parsed;
    let value = match value {
        Value::Null => return Ok(Vec::new()),
        Value::String(text) if text.trim().is_empty() => return Ok(Vec::new()),
        Value::String(text) => {
            parsed = serde_json::from_str::<Value>(text).map_err(|_| wrong())?;
            &parsed
        }
        other => other,
    };
    match value {
        Value::Object(object) => object.iter().map(|(key, v)| pair(key, v)).collect(),
        Value::Array(pairs) => {
            let pairs = pairs
                .iter()
                .map(|one| match one.as_array().map(Vec::as_slice) {
                    Some([Value::String(key), value]) => pair(key, value),
                    _ => Err(wrong()),
                });
            pairs.collect()
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn draft(json: &str) -> Result<Draft, &'static str> {
        let row = Row::from_json(1, json).map_err(|say| say.key)?;
        row.draft("orders").map_err(|say| say.key)
    }

    #[test]
    fn a_line_is_a_message() {
        let all = r#"{"message_id": "A1", "Tag": "paid", "keys": 17, "body": {"z": 1.50, "a": [null]},
            "properties": {"shop": 7, "vip": true, "none": null}, "property.region": "gz",
            "sharding-key": "s", "delay": "10s", "topic": "elsewhere"}"#;
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let expected = Draft {
            topic: "orders".to_owned(),
            tag: "paid".to_owned(),
            key: "17".to_owned(),
            body: r#"{"z":1.50,"a":[null]}"#.to_owned(),
            properties: vec![
                pair("shop", "7"),
                pair("vip", "true"),
                pair("none", ""),
                pair("region", "gz"),
            ],
            sharding_key: "s".to_owned(),
            deliver: Deliver::After,
            delay: "10s".to_owned(),
            ..Draft::default()
        };
        assert_eq!(draft(all), Ok(expected));
        let timed = draft(r#"{"body": "x", "deliver_at": 86400000, "delay": null}"#).unwrap();
        assert_eq!(timed.deliver, Deliver::At);
        assert_eq!(timed.deliver_at, "1970-01-02T00:00:00.000Z");
    }

    #[test]
    fn an_export_is_published_as_its_messages_were() {
        let exported = r#"{"id":"A1","published":1,"tag":"paid","md5":"x","body":"b","times":2,
            "properties":{"KEYS":"k","shop":"7","UNIQ_KEY":"u","__SHARDINGKEY":"s"},
            "deliveries":[{"received":1}]}"#;
        let row = Row::from_json(2, exported).unwrap();
        let draft = row.draft("orders").unwrap();
        assert_eq!(
            (draft.key.as_str(), draft.sharding_key.as_str()),
            ("k", "s")
        );
        assert_eq!(draft.properties, [("shop".to_owned(), "7".to_owned())]);
        assert_eq!(row.left_out().collect::<Vec<_>>(), ["UNIQ_KEY"]);
        let twice = r#"{"body":"b","properties":[["a","1"],["a","2"]]}"#;
        let draft = Row::from_json(3, twice).unwrap().draft("orders").unwrap();
        assert_eq!(draft.properties.len(), 2);
    }

    #[test]
    fn what_is_no_message_says_why() {
        let check = |json, key| assert_eq!(draft(json), Err(key), "{json}");
        check("{", "problem-row-json");
        check("[1]", "problem-row-object");
        check("{}", "problem-row-body");
        check(r#"{"body": null}"#, "problem-row-body");
        check(r#"{"body": "", "tag": [1]}"#, "problem-row-text");
        check(r#"{"body": "", "properties": 3}"#, "problem-row-properties");
        let nested = r#"{"body": "", "properties": {"a": {}}}"#;
        check(nested, "problem-row-text");
    }

    #[test]
    fn cells_stand_under_their_header() {
        let header = ["body", "properties", "note"].map(str::to_owned);
        let row = Row::from_cells(2, &header, [r#"{"a":1}"#, r#"{"k":"v"}"#, ""].into_iter());
        let draft = row.draft("orders").unwrap();
        assert_eq!(draft.body, r#"{"a":1}"#);
        assert_eq!(draft.properties, [("k".to_owned(), "v".to_owned())]);
        assert_eq!(row.column("note").unwrap(), "");
        assert_eq!(row.column("nota"), None);
        assert_eq!(row.column_like("nota").as_deref(), Some("note"));
    }
}
