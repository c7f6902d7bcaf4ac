//! Makes messages: of a draft, for a number and perhaps a line of a file. The form's preview, the
//! dry run of a file and publishing itself all ask here, so that one shows what the other sends.

use std::sync::Arc;

use fastrand::Rng;
use jiff::tz::TimeZone;

use crate::protocol::{Limits, NewMessage, Timestamp, TopicName};
use crate::session::draft::{Draft, DraftField, FieldProblem};
use crate::session::say::{Level, Say};
use crate::session::variables::{Environment, RowSource, Template, Values};

use super::mould::Mould;
use super::row::Row;

/// What variables may know of the machine.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The environment.
    pub environment: Environment,
    /// The time zone that times are typed and written in.
    pub zone: TimeZone,
    /// What chance begins with.
    pub seed: u64,
}

impl Default for Surroundings {
    /// Nothing is known.
    fn default() -> Self {
        Self {
            environment: Environment::default(),
            zone: TimeZone::UTC,
            seed: 0,
        }
    }
}

/// What the lines of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Each {
    /// A message each; the form gives the topic.
    #[default]
    Message,
    /// Values for the variables of the form.
    Fills,
}

/// Makes the messages of one draft.
#[derive(Debug)]
pub(super) struct Maker {
    mould: Mould,
    each: Each,
    limits: Limits,
    surroundings: Arc<Surroundings>,
}

impl Maker {
    pub(super) fn new(
        draft: &Draft,
        each: Each,
        limits: Limits,
        surroundings: Arc<Surroundings>,
    ) -> Result<Self, Vec<FieldProblem<DraftField>>> {
        Ok(Self {
            mould: Mould::of(draft)?,
            each,
            limits,
            surroundings,
        })
    }

    /// Number of the first message.
    pub(super) fn first_number(&self) -> u64 {
        self.mould.draft().seq_from.0
    }

    /// The message of this number.
    pub(super) fn make(
        &self,
        seq: u64,
        row: Option<&Row>,
        now: Timestamp,
    ) -> Result<(TopicName, NewMessage), Say> {
        let draft = match (row, self.each) {
            (Some(row), Each::Message) => row.draft(self.mould.draft().topic.trim())?,
            (row, _) => {
                let source = row.map_or(RowSource::Absent, RowSource::Line);
                let filled = self.fill_in(seq, source, now);
                filled.map_err(first_error)?
            }
        };
        draft
            .check(&self.limits, now, &self.surroundings.zone)
            .map_err(first_error)
    }

    fn fill_in(
        &self,
        seq: u64,
        row: RowSource<'_>,
        now: Timestamp,
    ) -> Result<Draft, Vec<FieldProblem<DraftField>>> {
        let known = &self.surroundings;
        self.mould.fill_in(&mut Values {
            now,
            zone: &known.zone,
            seq,
            // Each number has a chance of its own, whatever was made before it.
            rng: Rng::with_seed(known.seed ^ seq.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            environment: &known.environment,
            row,
        })
    }
}

fn first_error(problems: Vec<FieldProblem<DraftField>>) -> Say {
    let mut errors = problems.into_iter().filter(|p| p.level == Level::Error);
    // There is one, or it would be a message.
    errors.next().map_or(Say::new("problem-unfit"), |p| p.say)
}

/// What the form says about a draft before it is sent.
#[derive(Debug, Default)]
pub struct Outlook {
    /// What is wrong, field by field.
    pub problems: Vec<FieldProblem<DraftField>>,
    /// The first messages as they would be sent now; none where nothing would be filled in.
    pub ahead: Vec<Draft>,
    /// The first message, where all would be the same but not what was typed.
    constant: Option<Box<Draft>>,
    /// The fields that differ from message to message.
    pub changing: Vec<DraftField>,
    /// Whether the number of the message stands in it.
    pub counts: bool,
    /// Whether columns of a file stand in it.
    pub needs_row: bool,
    /// A variable that stands in a text while variables are off, and its field.
    pub asleep: Option<(DraftField, String)>,
}

impl Outlook {
    /// The first message with its variables filled in; none where they are off, or wrong.
    pub fn first(&self) -> Option<&Draft> {
        self.ahead.first().or(self.constant.as_deref())
    }

    /// Looks at a draft; `rows` are the first lines of the file it will be filled in from.
    pub(super) fn of(
        draft: &Draft,
        rows: &[RowSource<'_>],
        limits: &Limits,
        surroundings: &Arc<Surroundings>,
        now: Timestamp,
    ) -> Self {
        if !draft.variables {
            return Self {
                problems: draft.lint(limits, now, &surroundings.zone),
                asleep: asleep(draft),
                ..Self::default()
            };
        }
        let maker = Maker::new(draft, Each::Fills, limits.clone(), Arc::clone(surroundings));
        let maker = match maker {
            Ok(maker) => maker,
            Err(problems) => {
                return Self {
                    problems,
                    ..Self::default()
                };
            }
        };
        let mut outlook = Self {
            changing: maker.mould.changing_fields(),
            counts: maker.mould.counts(),
            needs_row: maker.mould.needs_row(),
            ..Self::default()
        };
        for (seq, row) in (draft.seq_from.0..).zip(rows) {
            match maker.fill_in(seq, *row, now) {
                Ok(filled) => {
                    if outlook.problems.is_empty() {
                        outlook.problems = filled.lint(limits, now, &surroundings.zone);
                    }
                    outlook.ahead.push(filled);
                }
                Err(problems) => {
                    outlook.problems = problems;
                    break;
                }
            }
        }
        if outlook.changing.is_empty() {
            outlook.constant = outlook.ahead.drain(..).next().map(Box::new);
        }
        outlook
    }
}

fn asleep(draft: &Draft) -> Option<(DraftField, String)> {
    let mut found = None;
    draft.clone().visit_texts(&mut |field, text| {
        if found.is_none() {
            found = Template::mentioned(text).map(|variable| (field, variable.to_owned()));
        }
    });
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::Profile;
    use crate::session::draft::SeqFrom;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    fn draft() -> Draft {
        Draft {
            topic: "orders".to_owned(),
            key: "order-{{seq}}".to_owned(),
            properties: vec![
                (String::new(), String::new()),
                ("trace".to_owned(), "{{uuid}}".to_owned()),
            ],
            body: r#"{"n":{{seq}},"id":"{{uuid}}"}"#.to_owned(),
            variables: true,
            seq_from: SeqFrom(41),
            ..Draft::default()
        }
    }

    fn outlook(draft: &Draft, rows: &[RowSource<'_>]) -> Outlook {
        let limits = Profile::Sandbox.limits();
        Outlook::of(draft, rows, &limits, &Arc::default(), NOW)
    }

    fn keys(outlook: &Outlook) -> Vec<(DraftField, &str)> {
        let problems = outlook.problems.iter();
        problems.map(|p| (p.field, p.say.key)).collect()
    }

    #[test]
    fn what_the_form_shows_is_what_is_sent() {
        let shown = outlook(&draft(), &[RowSource::Absent; 2]);
        assert_eq!(keys(&shown), []);
        assert!(shown.counts && !shown.needs_row);
        let changing = [DraftField::Key, DraftField::Property(1), DraftField::Body];
        assert_eq!(shown.changing, changing);
        let limits = Profile::Sandbox.limits();
        let maker = Maker::new(&draft(), Each::Fills, limits, Arc::default()).unwrap();
        for (seq, ahead) in (41..).zip(&shown.ahead) {
            assert_eq!(ahead.key, format!("order-{seq}"));
            let (topic, message) = maker.make(seq, None, NOW).unwrap();
            assert_eq!(topic.as_str(), "orders");
            let parts = message.parts();
            assert_eq!(parts.key.as_deref(), Some(ahead.key.as_str()));
            assert_eq!(parts.body, ahead.body);
            assert_eq!(parts.properties, ahead.properties[1..]);
        }
        assert_ne!(shown.ahead[0].properties, shown.ahead[1].properties);
    }

    #[test]
    fn the_first_message_is_filled_in_though_all_are_the_same() {
        let mut same = draft();
        same.key.clear();
        same.properties.clear();
        same.body = r"\{{seq}}".to_owned();
        let shown = outlook(&same, &[RowSource::Absent]);
        assert!(shown.ahead.is_empty());
        assert_eq!(shown.first().unwrap().body, "{{seq}}");
        same.body = "{{row.a}}".to_owned();
        assert!(outlook(&same, &[RowSource::Absent]).first().is_none());
    }

    #[test]
    fn variables_that_are_off_are_text_and_the_form_says_so() {
        let mut off = draft();
        off.variables = false;
        let shown = outlook(&off, &[RowSource::Absent]);
        assert!(shown.ahead.is_empty() && shown.problems.is_empty());
        let asleep = shown.asleep.unwrap();
        assert_eq!(asleep, (DraftField::Key, "{{seq}}".to_owned()));
        let maker = Maker::new(&off, Each::Fills, Profile::Sandbox.limits(), Arc::default());
        let (_, message) = maker.unwrap().make(1, None, NOW).unwrap();
        assert_eq!(message.parts().body, off.body);
        off.key = "{{handlebars}}".to_owned();
        off.properties.clear();
        off.body = "{{#each a}}{{/each}}".to_owned();
        assert_eq!(outlook(&off, &[]).asleep, None);
    }

    #[test]
    fn each_field_says_what_is_wrong_with_its_variables() {
        let mut wrong = draft();
        wrong.key = "{{uid}}".to_owned();
        wrong.properties[1].1 = "{{env NO_SUCH}}".to_owned();
        wrong.body = "x\n{{".to_owned();
        let shown = outlook(&wrong, &[RowSource::Absent]);
        let expected = [
            (DraftField::Key, "problem-variable-unknown-like"),
            (DraftField::Body, "problem-variable-unclosed"),
        ];
        assert_eq!(keys(&shown), expected);
        let at = &shown.problems[1].say.values;
        assert_eq!(at[..], [("at", "2:1".to_owned())]);
        wrong.key.clear();
        wrong.body = "{{row.a}}".to_owned();
        let expected = [
            (DraftField::Property(1), "problem-variable-environment"),
            (DraftField::Body, "problem-variable-no-row"),
        ];
        assert_eq!(keys(&outlook(&wrong, &[RowSource::Absent])), expected);
    }

    #[test]
    fn what_is_filled_in_keeps_the_limits_too() {
        let mut wrong = draft();
        wrong.key = "{{now}}".to_owned();
        let shown = outlook(&wrong, &[RowSource::Absent]);
        assert_eq!(keys(&shown), [(DraftField::Key, "problem-forbidden")]);
    }

    #[test]
    fn lines_are_messages_or_fill_the_form() {
        let row = Row::from_json(1, r#"{"body": "b", "tag": "t", "id": 5}"#).unwrap();
        let make = |draft: &Draft, each| {
            let maker = Maker::new(draft, each, Profile::Sandbox.limits(), Arc::default());
            let made = maker.unwrap().make(1, Some(&row), NOW);
            made.map(|(_, message)| message.into_parts())
        };
        let message = make(&draft(), Each::Message).unwrap();
        assert_eq!(
            (message.body.as_str(), message.tag.as_deref()),
            ("b", Some("t"))
        );
        assert_eq!(message.key, None);
        let mut form = draft();
        form.body = "{{row.id}}-{{row.tag}}".to_owned();
        assert_eq!(make(&form, Each::Fills).unwrap().body, "5-t");
        form.body = "{{row.no}}".to_owned();
        let refused = make(&form, Each::Fills).unwrap_err();
        assert!(refused.key.starts_with("problem-variable-column"));
    }
}
