//! From [`Template`] to text, with the values of one message.

use std::fmt::Write as _;

use fastrand::Rng;
use jiff::tz::TimeZone;

use crate::protocol::Timestamp;
use crate::session::outbox::Row;

use super::{Environment, Moment, Piece, Random, Template, Variable, VariableError, Wrong};

/// What the variables of one message stand for.
pub struct Values<'a> {
    /// The time.
    pub now: Timestamp,
    /// Where local time is.
    pub zone: &'a TimeZone,
    /// Number of the message.
    pub seq: u64,
    /// Chance, seeded by whoever fills in.
    pub rng: Rng,
    /// The environment.
    pub environment: &'a Environment,
    /// The line of a file.
    pub row: RowSource<'a>,
}

/// Where columns come from.
#[derive(Debug, Clone, Copy)]
pub enum RowSource<'a> {
    /// There is no file.
    Absent,
    /// There will be one; until then a column stands for itself.
    Awaited,
    /// This line.
    Line(&'a Row),
}

impl Template {
    /// Fills in.
    ///
    /// # Errors
    /// What cannot be filled in with these values.
    pub fn render(&self, values: &mut Values<'_>) -> Result<String, VariableError> {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Variable(variable, at) => {
                    let filled = variable.fill_in(&mut text, values);
                    filled.map_err(|what| VariableError { at: *at, what })?;
                }
            }
        }
        Ok(text)
    }
}

impl Variable {
    fn fill_in(&self, text: &mut String, values: &mut Values<'_>) -> Result<(), Wrong> {
        match self {
            Variable::Uuid => {
                let mut bytes = [0; 16];
                values.rng.fill(&mut bytes);
                let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
                write!(text, "{}", id.hyphenated())
            }
            Variable::Now(moment) => return moment.write(text, values),
            Variable::Seq => write!(text, "{}", values.seq),
            Variable::Random(random) => random.write(text, &mut values.rng),
            Variable::Env(name) => match values.environment.get(name) {
                Some(value) => text.write_str(value),
                None => return Err(Wrong::NotInEnvironment(name.clone())),
            },
            Variable::Row(name) => match values.row {
                RowSource::Absent => return Err(Wrong::NoRow),
                RowSource::Awaited => write!(text, "‹{name}›"),
                RowSource::Line(row) => match row.column(name) {
                    Some(value) => text.write_str(&value),
                    None => {
                        return Err(Wrong::NoColumn {
                            name: name.clone(),
                            like: row.column_like(name),
                        });
                    }
                },
            },
        }
        // Writing into a text cannot fail.
        .map_err(|_| Wrong::Empty)
    }
}

impl Moment {
    fn write(&self, text: &mut String, values: &Values<'_>) -> Result<(), Wrong> {
        let millis = values.now.millis();
        match self {
            Moment::Iso => text.push_str(&values.now.to_string()),
            Moment::Millis => text.push_str(&millis.to_string()),
            Moment::Seconds => text.push_str(&millis.div_euclid(1000).to_string()),
            Moment::Format(format) => {
                let bad = |error: jiff::Error| Wrong::Time(error.to_string());
                let at = jiff::Timestamp::from_millisecond(millis).map_err(bad)?;
                let local = at.to_zoned(values.zone.clone());
                let written = jiff::fmt::strtime::format(format, &local);
                text.push_str(&written.map_err(bad)?);
            }
        }
        Ok(())
    }
}

impl Random {
    fn write(&self, text: &mut String, rng: &mut Rng) -> std::fmt::Result {
        match self {
            Random::Between(from, to) => write!(text, "{}", rng.i64(*from..=*to)),
            Random::Hex(digits) => {
                text.extend((0..*digits).map(|_| rng.digit(16)));
                Ok(())
            }
            Random::Text(letters) => {
                text.extend((0..*letters).map(|_| rng.alphanumeric()));
                Ok(())
            }
            Random::Of(words) => text.write_str(rng.choice(words).map_or("", String::as_str)),
        }
    }
}
