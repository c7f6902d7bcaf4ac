//! Rows of CSV as messages, to be opened in a view: what `cells.rs` writes comes back as far as a
//! row holds it. Of other tables those columns are taken whose names are known, and it is said which
//! are not; a table without messages is refused.

use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use crate::protocol::Timestamp;
use crate::session::draft::parse_instant;
use crate::session::outbox::Row;
use crate::session::say::Say;

use super::cells::is_or_was_formula;
use super::format::{Gaps, Record, decode_value, problem_of_words};

/// Columns of ours, by what they are called in a row of CSV.
const KNOWN: [&str; 16] = [
    "id",
    "tag",
    "key",
    "sharding_key",
    "times",
    "state",
    "published",
    "returns",
    "size",
    "age_secs",
    "body",
    "received",
    "ack_at",
    "ack_code",
    "md5",
    "problem",
];

/// What other tools call the same.
const ALIASES: [(&str, &str); 9] = [
    ("message_id", "id"),
    ("messageid", "id"),
    ("msgid", "id"),
    ("message_body", "body"),
    ("messagebody", "body"),
    ("publish_time", "published"),
    ("publishtime", "published"),
    ("shardingkey", "sharding_key"),
    ("keys", "key"),
];

/// What a column of a property is called, before the property's key.
const PROPERTY: &str = "property.";

/// What the columns of a file are.
pub(super) struct Columns {
    /// The name in the file, and what is in it.
    known: Vec<(String, &'static str)>,
    /// The name in the file, and the key of the property that it holds.
    properties: Vec<(String, String)>,
    unknown: Vec<String>,
    /// Cells that could pass for formulas are kept from that.
    safe: bool,
    /// Where the clocks are of times that do not say it.
    zone: TimeZone,
    /// Whether there was such a time, and whether that is said.
    zoneless: bool,
    told: bool,
}

impl Columns {
    /// Those of a header.
    ///
    /// # Errors
    /// Why these are no messages.
    pub(super) fn of(names: &[String], safe: bool, zone: TimeZone) -> Result<Self, Say> {
        let mut columns = Self {
            known: Vec::new(),
            properties: Vec::new(),
            unknown: Vec::new(),
            safe,
            zone,
            zoneless: false,
            told: false,
        };
        for name in names {
            let plain = columns.plain(name).to_owned();
            if let Some(key) = plain.strip_prefix(PROPERTY) {
                columns.properties.push((name.clone(), key.to_owned()));
            } else if let Some(known) = known(&plain) {
                columns.known.push((name.clone(), known));
            } else {
                columns.unknown.push(name.clone());
            }
        }
        match columns.has("body") || columns.has("id") {
            true => Ok(columns),
            false => Err(Say::new("archive-csv-other").with("columns", names.join(", "))),
        }
    }

    /// What a view of the file has to say about it.
    pub(super) fn notes(&self) -> Vec<Say> {
        let mut notes = Vec::new();
        if !self.unknown.is_empty() {
            let unknown = self.unknown.join(", ");
            notes.push(Say::new("archive-csv-unknown").with("columns", unknown));
        }
        if !self.has("body") {
            notes.push(Say::new("archive-csv-no-body"));
        }
        notes
    }

    /// Whose times those were taken for that do not say it, once there is one.
    pub(super) fn zone_note(&mut self, now: Timestamp) -> Option<Say> {
        let first = self.zoneless && !std::mem::replace(&mut self.told, self.zoneless);
        first.then(|| {
            let at = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default();
            let offset = || self.zone.to_offset(at).to_string();
            let name = self.zone.iana_name().map(str::to_owned);
            Say::new("archive-csv-zone").with("zone", name.unwrap_or_else(offset))
        })
    }

    fn has(&self, column: &str) -> bool {
        self.known.iter().any(|(_, known)| *known == column)
    }

    /// The message of a row.
    ///
    /// # Errors
    /// Which cell cannot be read.
    pub(super) fn record(&mut self, row: &Row, now: Timestamp) -> Result<Record, Say> {
        let mut cells = Cells {
            row,
            columns: self,
            written: Map::new(),
            zoneless: false,
        };
        cells.texts();
        cells.properties();
        let published = cells.time("published")?;
        let received = cells.time("received")?.or(published).unwrap_or(now);
        let times = cells.number("times")?;
        let delivery = json!({
            "received": received.millis(),
            "times": times.unwrap_or(1),
            "returns": cells.time("returns")?.map(Timestamp::millis),
            "ack": cells.ack(received)?,
        });
        let (mut written, zoneless) = (cells.written, cells.zoneless);
        self.zoneless |= zoneless;
        if let Some(published) = published {
            written.insert("published".to_owned(), published.millis().into());
        }
        written.insert("times".to_owned(), times.into());
        written.insert("deliveries".to_owned(), json!([delivery]));
        let gaps = Gaps {
            line: row.line,
            now,
        };
        decode_value(Value::Object(written), gaps)
    }

    /// A cell as it was before it was kept from passing for a formula.
    fn plain<'a>(&self, cell: &'a str) -> &'a str {
        match cell.strip_prefix('\'') {
            Some(rest) if self.safe && is_or_was_formula(rest) => rest,
            _ => cell,
        }
    }
}

fn known(name: &str) -> Option<&'static str> {
    let name = name.trim().to_lowercase();
    if name == "properties" {
        return Some("properties");
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
    let name = alias.map_or(name.as_str(), |(_, own)| own);
    KNOWN.into_iter().find(|known| *known == name)
}

/// The cells of one row, on their way to become what a line of JSONL says.
struct Cells<'a> {
    row: &'a Row,
    columns: &'a Columns,
    written: Map<String, Value>,
    /// Whether a time does not say whose it is.
    zoneless: bool,
}

impl Cells<'_> {
    /// What stands in a column of ours; nothing where that is empty.
    fn get(&self, column: &str) -> Option<String> {
        let (name, _) = self
            .columns
            .known
            .iter()
            .find(|(_, known)| *known == column)?;
        let cell = self.row.cell(name)?;
        let cell = self.columns.plain(cell);
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    /// What is text on a line too.
    fn texts(&mut self) {
        for column in ["id", "tag", "key", "sharding_key", "md5"] {
            if let Some(text) = self.get(column) {
                self.written.insert(column.to_owned(), text.into());
            }
        }
        let body = self.get("body").unwrap_or_default();
        match self.get("problem") {
            None => {
                self.written.insert("body".to_owned(), body.into());
            }
            Some(problem) => {
                let mut damaged = problem_of_words(&problem);
                damaged["raw"] = body.into();
                self.written.insert("damaged".to_owned(), damaged);
            }
        }
    }

    /// All in one cell, or each in a column of its own.
    fn properties(&mut self) {
        if let Some(all) = self.get("properties") {
            self.written.insert("properties".to_owned(), all.into());
            return;
        }
        let columns = self.columns;
        let own = columns.properties.iter().filter_map(|(name, key)| {
            let value = columns.plain(self.row.cell(name)?);
            (!value.is_empty()).then(|| (key.clone(), Value::from(value)))
        });
        let own: Map<String, Value> = own.collect();
        self.written.insert("properties".to_owned(), own.into());
    }

    fn time(&mut self, column: &str) -> Result<Option<Timestamp>, Say> {
        let Some(text) = self.get(column) else {
            return Ok(None);
        };
        let told = text.trim();
        let millis = || told.parse().ok().map(Timestamp::from_millis);
        let written = parse_instant(told, &self.columns.zone);
        self.zoneless |= written.is_some() && told.parse::<jiff::Timestamp>().is_err();
        let time = written.or_else(millis);
        time.map(Some).ok_or_else(|| unreadable(column, &text))
    }

    fn number(&self, column: &str) -> Result<Option<u32>, Say> {
        let text = self.get(column);
        text.map(|text| text.trim().parse().map_err(|_| unreadable(column, &text)))
            .transpose()
    }

    /// What became of the ack; where the time of that is not told, it is taken for that of the
    /// delivery.
    fn ack(&mut self, received: Timestamp) -> Result<Value, Say> {
        let at = self.time("ack_at")?.unwrap_or(received).millis();
        Ok(match self.get("state").as_deref() {
            Some("acked") => json!({"state": "acked", "at": at}),
            Some("refused") => json!({
                "state": "refused",
                "code": self.get("ack_code").unwrap_or_default(),
                "message": "",
                "at": at,
            }),
            _ => Value::Null,
        })
    }
}

fn unreadable(column: &str, text: &str) -> Say {
    Say::new("archive-csv-cell")
        .with("column", column)
        .with("text", text)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::super::cells::{BYTE_ORDER_MARK, Sheet};
    use super::super::format::{Line, Recorded, decode};
    use super::*;
    use crate::session::cells::Column;
    use crate::session::outbox::Format;
    use crate::session::rows::AckState;

    const NOW: Timestamp = Timestamp::from_millis(99_000);

    fn record(line: &str) -> Record {
        let gaps = Gaps { line: 1, now: NOW };
        match decode(line, gaps) {
            Ok(Line::Record(record)) => *record,
            other => panic!("{other:?}"),
        }
    }

    /// Writes a message as CSV and reads that.
    fn there_and_back(record: &Record, columns: Option<&[Column]>, safe: bool) -> Record {
        let sheet = Sheet::new(columns, safe);
        let mut text = csv::Writer::from_writer(Vec::new());
        text.write_record(sheet.header()).unwrap();
        text.write_record(sheet.row(record, NOW)).unwrap();
        let mut bytes = match safe {
            true => BYTE_ORDER_MARK.as_bytes().to_vec(),
            false => Vec::new(),
        };
        bytes.extend(text.into_inner().unwrap());
        let mut lines = Format::Csv(b',').lines(Cursor::new(bytes));
        let row = lines.next().unwrap().unwrap();
        let names: Vec<String> = row.names().map(str::to_owned).collect();
        let mut columns = Columns::of(&names, safe, TimeZone::UTC).unwrap();
        assert_eq!(columns.unknown, [""; 0]);
        columns.record(&row, NOW).unwrap()
    }

    fn told(record: &Record) -> String {
        format!("{:?}", record.deliveries)
    }

    /// A cell, what begins like a formula among them.
    fn cell() -> impl Strategy<Value = String> {
        ("['=+@ -]{0,3}", ".{0,12}").prop_map(|(begin, rest)| begin + &rest)
    }

    proptest! {
        #[test]
        fn what_a_row_holds_comes_back(
            (body, tag, key) in (cell(), cell(), cell()),
            properties in proptest::collection::vec((cell(), cell()), 0..4),
            (published, received, acked) in (0..1_000_000_i64, 0..1_000_000_i64, any::<bool>()),
            (times, safe) in (1..9_u32, any::<bool>()),
        ) {
            let pairs: Vec<_> = properties
                .iter()
                .filter(|(key, _)| !key.is_empty())
                .map(|(key, value)| json!([key, value]))
                .collect();
            let ack = acked.then(|| json!({"state": "acked", "at": received + 5}));
            let line = json!({
                "id": "M1", "body": body, "tag": tag, "key": key, "properties": pairs,
                "published": published, "times": times,
                "deliveries": [{"received": received, "times": times,
                    "returns": received + 300_000, "ack": ack}],
            });
            let before = record(&line.to_string());
            let after = there_and_back(&before, None, safe);
            let (Recorded::Whole(a), Recorded::Whole(b)) = (&before.message, &after.message) else {
                panic!("{after:?}");
            };
            prop_assert_eq!(&a.body, &b.body);
            prop_assert_eq!((&a.message_id, &a.body_md5), (&b.message_id, &b.body_md5));
            prop_assert_eq!((&a.tag, a.publish_time), (&b.tag, b.publish_time));
            let sorted = |message: &crate::protocol::ReceivedMessage| {
                let mut pairs = message.properties.clone().into_pairs();
                pairs.sort();
                pairs
            };
            prop_assert_eq!(sorted(a), sorted(b));
            prop_assert_eq!(told(&before), told(&after));
        }
    }

    #[test]
    fn what_was_refused_or_damaged_comes_back_too() {
        let refused = r#"{"body":"b","deliveries":[{"received":5,"times":1,"returns":9,
            "ack":{"state":"refused","code":"MessageNotExist","message":"","at":8}}]}"#;
        let before = record(refused);
        let after = there_and_back(&before, None, true);
        assert_eq!(told(&before), told(&after));
        for kind in [
            r#""kind":"not-xml","at":117,"what":"x: y""#,
            r#""kind":"missing","element":"MessageBody""#,
        ] {
            let line = format!(
                r#"{{"id":"M","damaged":{{{kind},"raw":"<Message>"}},
                    "deliveries":[{{"received":5,"times":1}}]}}"#
            );
            let before = record(&line);
            let after = there_and_back(&before, None, true);
            assert_eq!(before.message, after.message);
        }
    }

    #[test]
    fn the_columns_of_a_table_are_enough_where_there_is_an_id_or_a_body() {
        let before = record(r#"{"id":"M1","body":"b","properties":{"region":"x","KEYS":"k"}}"#);
        let columns = [Column::Id, Column::Property("region".to_owned())];
        let after = there_and_back(&before, Some(&columns), false);
        let Recorded::Whole(message) = &after.message else {
            panic!("{after:?}");
        };
        assert_eq!(
            (message.message_id.as_str(), message.body.as_str()),
            ("M1", "")
        );
        assert_eq!(message.properties.get("region"), Some("x"));
        assert_eq!(after.deliveries[0].ack, AckState::Unseen(None));

        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let of = |columns: &[&str]| Columns::of(&names(columns), false, TimeZone::UTC);
        let keys = |columns: &Columns| {
            columns
                .notes()
                .iter()
                .map(|say| say.key)
                .collect::<Vec<_>>()
        };
        let of_others = of(&["MessageId", "message_body", "price"]).unwrap();
        assert_eq!(keys(&of_others), ["archive-csv-unknown"]);
        let no_body = of(&["id", "key"]).unwrap();
        assert_eq!(keys(&no_body), ["archive-csv-no-body"]);
        let Err(refused) = of(&["price", "amount"]) else {
            panic!("these are no messages");
        };
        assert_eq!(refused.key, "archive-csv-other");
    }
}
