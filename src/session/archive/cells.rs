//! Messages as rows of CSV, for spreadsheets and scripts; `rows.rs` reads them back. A row has no
//! place for everything that a message is: of its deliveries the newest is told. Columns are called
//! what JSONL calls the same thing.

use std::borrow::Cow;

use crate::protocol::{ReceivedMessage, Timestamp};
use crate::session::cells::Column;
use crate::session::rows::{AckState, Delivery};

use super::format::{Record, Recorded, own_properties};

/// What a file for spreadsheets begins with, so that they read it as UTF-8.
pub(super) const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a formula begins with, and what spreadsheets pass over before one.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Everything that goes into one row.
const EVERYTHING: [Column; 10] = [
    Column::Id,
    Column::Tag,
    Column::Key,
    Column::ShardingKey,
    Column::Times,
    Column::State,
    Column::Published,
    Column::Returns,
    Column::Size,
    Column::Body,
];

/// The columns of a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sheet {
    columns: Vec<Column>,
    /// Everything: properties, digest and what is wrong follow.
    whole: bool,
    /// No cell is taken for a formula.
    safe: bool,
}

impl Sheet {
    /// These columns, or all of a fixed set.
    pub(super) fn new(columns: Option<&[Column]>, safe: bool) -> Self {
        Self {
            whole: columns.is_none(),
            columns: columns.unwrap_or(&EVERYTHING).to_vec(),
            safe,
        }
    }

    /// Names of the columns.
    pub(super) fn header(&self) -> Vec<String> {
        let own = self.columns.iter().map(|column| match column {
            Column::Property(name) => self.cell(format!("property.{name}")).into_owned(),
            other => name_of(other).to_owned(),
        });
        let more = [
            "received",
            "ack_at",
            "ack_code",
            "md5",
            "properties",
            "problem",
        ];
        own.chain(more.into_iter().filter(|_| self.whole).map(str::to_owned))
            .collect()
    }

    /// The cells of a message.
    pub(super) fn row(&self, record: &Record, now: Timestamp) -> Vec<String> {
        let own = self.columns.iter().map(|column| value(record, column, now));
        let mut cells: Vec<String> = own.collect();
        if self.whole {
            let first = record.deliveries.first();
            cells.push(first.map(|d| d.received_at.to_string()).unwrap_or_default());
            let (at, code) = record.deliveries.last().map(answered).unwrap_or_default();
            cells.push(at);
            cells.push(code);
            cells.push(of_whole(record, |message| message.body_md5.clone()));
            cells.push(of_whole(record, |message| {
                own_properties(&message.properties)
            }));
            cells.push(match &record.message {
                Recorded::Whole(_) => String::new(),
                Recorded::Damaged(damaged) => damaged.problem.to_string(),
            });
        }
        for cell in &mut cells {
            if let Cow::Owned(safe) = self.cell(&*cell) {
                *cell = safe;
            }
        }
        cells
    }

    /// Spreadsheets take what begins like this for a formula, which may do anything.
    fn cell<'a>(&self, text: impl Into<Cow<'a, str>>) -> Cow<'a, str> {
        let text = text.into();
        match is_or_was_formula(&text) {
            true if self.safe => Cow::Owned(format!("'{text}")),
            _ => text,
        }
    }
}

fn name_of(column: &Column) -> &'static str {
    match column {
        Column::State => "state",
        Column::Returns => "returns",
        Column::Id => "id",
        Column::Tag => "tag",
        Column::Key => "key",
        Column::Size => "size",
        Column::Age => "age_secs",
        Column::Published => "published",
        Column::Times => "times",
        Column::ShardingKey => "sharding_key",
        Column::Property(_) => "property",
        Column::Body => "body",
    }
}

fn of_whole(record: &Record, get: impl Fn(&ReceivedMessage) -> String) -> String {
    match &record.message {
        Recorded::Whole(message) => get(message),
        Recorded::Damaged(_) => String::new(),
    }
}

fn value(record: &Record, column: &Column, now: Timestamp) -> String {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let newest = record.deliveries.last();
    match column {
        Column::State => newest.map(|d| state(d, now).to_owned()).unwrap_or_default(),
        Column::Returns => {
            let lease = newest.and_then(|delivery| delivery.lease);
            lease
                .map(|lease| lease.ends().to_string())
                .unwrap_or_default()
        }
        Column::Id => match &record.message {
            Recorded::Whole(message) => message.message_id.clone(),
            Recorded::Damaged(damaged) => damaged.message_id.clone().unwrap_or_default(),
        },
        Column::Tag => of_whole(record, |message| text(message.tag.as_deref())),
        Column::Key => of_whole(record, |message| text(message.key())),
        Column::ShardingKey => of_whole(record, |message| text(message.sharding_key())),
        Column::Property(name) => of_whole(record, |message| text(message.properties.get(name))),
        Column::Size => of_whole(record, |message| message.body.len().to_string()),
        Column::Published => of_whole(record, |message| message.publish_time.to_string()),
        Column::Age => of_whole(record, |m| now.since(m.publish_time).as_secs().to_string()),
        Column::Times => {
            let times = newest.and_then(|delivery| delivery.consumed_times);
            times.map(|times| times.to_string()).unwrap_or_default()
        }
        Column::Body => match &record.message {
            Recorded::Whole(message) => message.body.clone(),
            Recorded::Damaged(damaged) => damaged.raw.clone(),
        },
    }
}

/// The words of the filter language.
fn state(newest: &Delivery, now: Timestamp) -> &'static str {
    match &newest.ack {
        AckState::Done(_) | AckState::Likely(_) => "acked",
        AckState::Refused(_) => "refused",
        AckState::Open | AckState::Pending { .. } | AckState::Failed(_) | AckState::Unseen(_) => {
            match newest.lease {
                Some(lease) if now < lease.ends() => "held",
                _ => "returned",
            }
        }
    }
}

/// When an ack was answered, and with which code it was refused.
fn answered(newest: &Delivery) -> (String, String) {
    match &newest.ack {
        AckState::Done(at) | AckState::Likely(at) => (at.to_string(), String::new()),
        AckState::Refused(refusal) => (
            refusal.at.to_string(),
            refusal.failure.code.as_str().to_owned(),
        ),
        _ => (String::new(), String::new()),
    }
}

/// Whether a cell would be taken for a formula, or for one that was kept from that.
pub(super) fn is_or_was_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use super::super::format::{Gaps, Line, decode};
    use super::*;

    fn record(line: &str) -> Record {
        let now = Timestamp::from_millis(1_000);
        match decode(line, Gaps { line: 1, now }) {
            Ok(Line::Record(record)) => *record,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_or_the_columns_of_the_table() {
        let record = record(
            r#"{"id":"M1","tag":"A","published":0,"times":2,"body":"a,\"b\"\nc",
               "properties":{"KEYS":"k","region":"x"}}"#,
        );
        let now = Timestamp::from_millis(60_000);
        let all = Sheet::new(None, false);
        let cells = all.row(&record, now);
        let cell = |name: &str| {
            let place = all.header().iter().position(|column| column == name);
            cells[place.unwrap_or_else(|| panic!("no {name}"))].clone()
        };
        assert_eq!(all.header().len(), cells.len());
        assert_eq!(cell("id"), "M1");
        assert_eq!(cell("key"), "k");
        assert_eq!(cell("published"), "1970-01-01T00:00:00.000Z");
        assert_eq!(cell("state"), "returned");
        assert_eq!(cell("properties"), r#"{"region":"x"}"#);
        assert_eq!(cell("body"), "a,\"b\"\nc");

        let columns = [Column::Age, Column::Property("region".to_owned())];
        let some = Sheet::new(Some(&columns), false);
        assert_eq!(some.header(), ["age_secs", "property.region"]);
        assert_eq!(some.row(&record, now), ["60", "x"]);
    }

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        let check = |body: &str, safe: bool, expected: &str| {
            let line = serde_json::json!({"body": body}).to_string();
            let sheet = Sheet::new(Some(&[Column::Body]), safe);
            let cells = sheet.row(&record(&line), Timestamp::default());
            assert_eq!(cells, [expected], "{body:?} {safe}");
        };
        for begin in ["=", "+", "-", "@", "\t", "\r", "＝"] {
            let body = format!("{begin}cmd|' /C calc'!A0");
            check(&body, true, &format!("'{body}"));
            check(&body, false, &body);
        }
        check("{\"a\": 1}", true, "{\"a\": 1}");
    }
}
