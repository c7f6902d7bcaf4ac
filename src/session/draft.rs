//! A message while it is being written: free text, checked as one types, never thrown away.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::explained::refused;
use crate::protocol::lint::{Field, Problem};
use crate::protocol::span;
use crate::protocol::{Limits, MessageParts, NewMessage, Timestamp, TopicName};

use super::say::{Level, Say};

/// The publish form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Topic.
    pub topic: String,
    /// Tag; empty for none.
    pub tag: String,
    /// Message key; empty for none.
    pub key: String,
    /// Rows of the property grid; a row with both cells empty is no property.
    pub properties: Vec<(String, String)>,
    /// Body.
    pub body: String,
    /// When to deliver.
    pub deliver: Deliver,
    /// A delay such as `10s`, `5m`, `1h 30m`.
    pub delay: String,
    /// A local date and time, or one of RFC 3339.
    pub deliver_at: String,
    /// Sharding key; empty for none.
    pub sharding_key: String,
    /// Whether it is a half message: nobody gets it before it is committed.
    pub half: bool,
    /// When an undecided half message is first handed out for a check, such as `60s`.
    pub check_after: String,
    /// Whether variables such as `{{uuid}}` are filled in; otherwise they are text.
    pub variables: bool,
    /// What `{{seq}}` is in the next message.
    pub seq_from: SeqFrom,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            topic: String::new(),
            tag: String::new(),
            key: String::new(),
            properties: Vec::new(),
            body: String::new(),
            deliver: Deliver::Now,
            delay: String::new(),
            deliver_at: String::new(),
            sharding_key: String::new(),
            half: false,
            check_after: "60s".to_owned(),
            variables: false,
            seq_from: SeqFrom::default(),
        }
    }
}

/// A number of a message; the first is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeqFrom(pub u64);

impl Default for SeqFrom {
    fn default() -> Self {
        Self(1)
    }
}

/// When to deliver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deliver {
    /// At once.
    #[default]
    Now,
    /// After a delay.
    After,
    /// At a time.
    At,
}

/// A field of the publish form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DraftField {
    /// Topic.
    Topic,
    /// Tag.
    Tag,
    /// Message key.
    Key,
    /// Delay or time.
    Deliver,
    /// Sharding key.
    ShardingKey,
    /// Half message, and when it is first checked.
    Half,
    /// A row of the property grid.
    Property(usize),
    /// Body.
    Body,
}

/// Something to say about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem<F> {
    /// The field.
    pub field: F,
    /// [`Level::Error`] stops; [`Level::Warning`] does not.
    pub level: Level,
    /// What is wrong and what to do about it.
    pub say: Say,
}

impl<F> FieldProblem<F> {
    pub(super) fn error(field: F, say: Say) -> Self {
        Self {
            field,
            level: Level::Error,
            say,
        }
    }
}

impl Draft {
    /// Whether it says the same, wherever its numbers have come to.
    pub fn is_like(&self, other: &Self) -> bool {
        let without_body = |draft: &Self| Self {
            body: String::new(),
            seq_from: SeqFrom::default(),
            ..draft.clone()
        };
        self.body == other.body && without_body(self) == without_body(other)
    }

    /// Shows each text that may hold variables to somebody who may change it; always in the same
    /// order.
    pub(super) fn visit_texts(&mut self, visit: &mut dyn FnMut(DraftField, &mut String)) {
        visit(DraftField::Tag, &mut self.tag);
        visit(DraftField::Key, &mut self.key);
        visit(DraftField::ShardingKey, &mut self.sharding_key);
        for (row, (key, value)) in self.properties.iter_mut().enumerate() {
            visit(DraftField::Property(row), key);
            visit(DraftField::Property(row), value);
        }
        visit(DraftField::Body, &mut self.body);
    }

    /// Everything there is to say about the draft, in the order of the form.
    pub fn lint(
        &self,
        limits: &Limits,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Vec<FieldProblem<DraftField>> {
        let mut problems = Vec::new();
        if let Err(problem) = self.topic() {
            problems.push(problem);
        }
        let deliver_at = self.delivery(now, zone).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let check_after = self.check_after().unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let (parts, grid_rows) = self.parts(deliver_at, check_after);
        problems.extend(
            limits
                .lint(&parts, now)
                .iter()
                .map(|problem| in_the_form(problem, &grid_rows)),
        );
        problems
    }

    /// The message, ready to publish.
    ///
    /// # Errors
    /// What [`Draft::lint`] says, with at least one error in it.
    pub fn check(
        &self,
        limits: &Limits,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<(TopicName, NewMessage), Vec<FieldProblem<DraftField>>> {
        let problems = || self.lint(limits, now, zone);
        let topic = self.topic().map_err(|_| problems())?;
        let deliver_at = self.delivery(now, zone).map_err(|_| problems())?;
        let check_after = self.check_after().map_err(|_| problems())?;
        let (parts, _) = self.parts(deliver_at, check_after);
        let message = parts.checked(limits, now).map_err(|_| problems())?;
        Ok((topic, message))
    }

    fn topic(&self) -> Result<TopicName, FieldProblem<DraftField>> {
        self.topic
            .trim()
            .parse()
            .map_err(|error| FieldProblem::error(DraftField::Topic, Say::name("topic", &error)))
    }

    /// Parts, and for each property the row of the grid that it stands in.
    fn parts(
        &self,
        deliver_at: Option<Timestamp>,
        check_after_secs: Option<u32>,
    ) -> (MessageParts, Vec<usize>) {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (grid_rows, properties) = self
            .properties
            .iter()
            .enumerate()
            .filter(|(_, (key, value))| !(key.is_empty() && value.is_empty()))
            .map(|(row, pair)| (row, pair.clone()))
            .unzip();
        let parts = MessageParts {
            body: self.body.clone(),
            tag: filled(&self.tag),
            key: filled(&self.key),
            deliver_at,
            sharding_key: filled(&self.sharding_key),
            check_after_secs,
            properties,
        };
        (parts, grid_rows)
    }

    /// Seconds to the first check, if it is a half message.
    fn check_after(&self) -> Result<Option<u32>, FieldProblem<DraftField>> {
        if !self.half {
            return Ok(None);
        }
        span::parse(&self.check_after)
            .ok()
            .and_then(|after| u32::try_from(after.as_secs()).ok())
            .map(Some)
            .ok_or_else(|| FieldProblem::error(DraftField::Half, Say::new("problem-check-span")))
    }

    fn delivery(
        &self,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Option<Timestamp>, FieldProblem<DraftField>> {
        let refuse = |key| FieldProblem::error(DraftField::Deliver, Say::new(key));
        match self.deliver {
            Deliver::Now => Ok(None),
            Deliver::After => span::parse(&self.delay)
                .ok()
                .map(|delay| Some(now + delay))
                .ok_or_else(|| refuse("problem-delay")),
            Deliver::At => parse_instant(self.deliver_at.trim(), zone)
                .map(Some)
                .ok_or_else(|| refuse("problem-time")),
        }
    }
}

/// RFC 3339, or `2026-11-23 15:04[:05]` in this zone.
pub fn parse_instant(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let at = match text.parse::<jiff::Timestamp>() {
        Ok(at) => at,
        Err(_) => {
            let local: jiff::civil::DateTime = text.parse().ok()?;
            local.to_zoned(zone.clone()).ok()?.timestamp()
        }
    };
    Some(Timestamp::from_millis(at.as_millisecond()))
}

impl Say {
    /// What is wrong with a name; `what` is the field: `topic`, `group`, `instance`.
    pub fn name(what: &'static str, error: &crate::protocol::InvalidName) -> Self {
        refused::name(what, error)
    }
}

fn in_the_form(problem: &Problem, grid_rows: &[usize]) -> FieldProblem<DraftField> {
    let field = match problem.field() {
        Field::Body => DraftField::Body,
        Field::Tag => DraftField::Tag,
        Field::Key => DraftField::Key,
        Field::DeliverAt => DraftField::Deliver,
        Field::Check => DraftField::Half,
        Field::ShardingKey => DraftField::ShardingKey,
        Field::Property(index) => {
            DraftField::Property(grid_rows.get(index).copied().unwrap_or(index))
        }
    };
    FieldProblem {
        field,
        level: match problem.is_error() {
            true => Level::Error,
            false => Level::Warning,
        },
        say: refused::problem(problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Profile;

    fn draft() -> Draft {
        Draft {
            topic: "orders".to_owned(),
            body: "{}".to_owned(),
            ..Draft::default()
        }
    }

    fn check(change: impl FnOnce(&mut Draft), expected: &[(DraftField, &str)]) {
        let mut draft = draft();
        change(&mut draft);
        let limits = Profile::Sandbox.limits();
        let now = Timestamp::from_millis(1_000);
        let problems = draft.lint(&limits, now, &TimeZone::UTC);
        let found: Vec<_> = problems.iter().map(|p| (p.field, p.say.key)).collect();
        assert_eq!(found, expected);
        let refused = problems.iter().any(|p| p.level == Level::Error);
        assert_eq!(draft.check(&limits, now, &TimeZone::UTC).is_err(), refused);
    }

    #[test]
    fn each_field_gets_its_own_problem() {
        check(|_| (), &[]);
        check(
            |d| d.topic = "a b".into(),
            &[(DraftField::Topic, "problem-name-blank")],
        );
        check(
            |d| d.topic = "a/b".into(),
            &[(DraftField::Topic, "problem-name-character")],
        );
        check(
            |d| (d.deliver, d.delay) = (Deliver::After, "soon".into()),
            &[(DraftField::Deliver, "problem-delay")],
        );
        check(
            |d| (d.deliver, d.delay) = (Deliver::After, "-5s".into()),
            &[(DraftField::Deliver, "problem-delay")],
        );
        check(
            |d| (d.deliver, d.deliver_at) = (Deliver::At, "tomorrow".into()),
            &[(DraftField::Deliver, "problem-time")],
        );
        let rows = |rows: &[(&str, &str)]| {
            rows.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect::<Vec<_>>()
        };
        check(
            |d| d.properties = rows(&[("", ""), ("a", "x|y"), ("", "v")]),
            &[
                (DraftField::Property(1), "problem-forbidden"),
                (DraftField::Property(2), "problem-property-no-key"),
            ],
        );
        check(
            |d| d.body.clear(),
            &[(DraftField::Body, "problem-body-empty")],
        );
        check(|d| d.half = true, &[]);
        check(
            |d| (d.half, d.check_after) = (true, "9s".into()),
            &[(DraftField::Half, "problem-check")],
        );
        check(
            |d| (d.half, d.check_after) = (true, "soon".into()),
            &[(DraftField::Half, "problem-check-span")],
        );
        check(|d| d.check_after = "soon".into(), &[]);
    }

    #[test]
    fn delays_and_times_become_instants() {
        let at = |deliver, delay: &str, time: &str| {
            let draft = Draft {
                deliver,
                delay: delay.to_owned(),
                deliver_at: time.to_owned(),
                ..draft()
            };
            let message = draft.check(
                &Profile::Sandbox.limits(),
                Timestamp::from_millis(1_000),
                &TimeZone::UTC,
            );
            message.ok().and_then(|(_, m)| m.parts().deliver_at)
        };
        let ms = |millis| Some(Timestamp::from_millis(millis));
        assert_eq!(at(Deliver::Now, "10s", ""), None);
        assert_eq!(at(Deliver::After, "10s", ""), ms(11_000));
        assert_eq!(at(Deliver::After, "1h 30m", ""), ms(5_401_000));
        assert_eq!(at(Deliver::After, "1d", ""), ms(86_401_000));
        assert_eq!(at(Deliver::At, "", "1970-01-02T00:00:00Z"), ms(86_400_000));
    }
}
