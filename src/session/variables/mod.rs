//! Variables in a draft's texts: `{{uuid}}`, `{{now}}`, `{{seq}}`, `{{random 1 100}}`,
//! `{{env NAME}}`, `{{row.column}}`. A text is read once, then filled in as often as one likes.
//!
//! Reads no clock, no environment and no dice: whoever fills in gives the values. A backslash
//! before `{{` makes it plain text; of an even number of backslashes none is taken away.

mod environment;
mod parse;
mod render;

pub use environment::Environment;
pub use render::{RowSource, Values};

/// A text with variables in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// With the byte of the text at which it begins.
    Variable(Variable, usize),
}

/// What stands between two pairs of braces.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Variable {
    Uuid,
    Now(Moment),
    Seq,
    Random(Random),
    Env(String),
    Row(String),
}

/// How a time is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Moment {
    /// RFC 3339 in UTC.
    Iso,
    /// Milliseconds since 1970.
    Millis,
    /// Seconds since 1970.
    Seconds,
    /// In local time, with the letters of strftime.
    Format(String),
}

/// What is left to chance.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Random {
    /// A whole number, both ends included.
    Between(i64, i64),
    /// So many hexadecimal digits.
    Hex(usize),
    /// So many letters and digits.
    Text(usize),
    /// One of these words.
    Of(Vec<String>),
}

/// Something that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VariableError {
    /// The byte of the text at which the braces open.
    pub at: usize,
    /// What is wrong.
    pub what: Wrong,
}

/// What is wrong with a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// The braces never close.
    Unclosed,
    /// Nothing is between the braces.
    Empty,
    /// There is none of this name.
    Unknown {
        /// What was written.
        name: String,
        /// What may have been meant.
        like: Option<&'static str>,
    },
    /// The name is right, what follows is not; how it is written.
    Usage(&'static str),
    /// The format of a time makes no sense; why.
    Time(String),
    /// A variable of the environment that holds a key of mqscope itself.
    Secret(String),
    /// The environment has no such variable.
    NotInEnvironment(String),
    /// Columns are there only when one publishes from a file.
    NoRow,
    /// The file has no such column, or this line leaves it out.
    NoColumn {
        /// What was written.
        name: String,
        /// What may have been meant.
        like: Option<String>,
    },
}

impl Template {
    /// Whether it says the same for every message.
    pub fn is_constant(&self) -> bool {
        !self.0.iter().any(|p| matches!(p, Piece::Variable(..)))
    }

    /// Whether it holds the number of the message.
    pub fn counts(&self) -> bool {
        let is_seq = |piece: &Piece| matches!(piece, Piece::Variable(Variable::Seq, _));
        self.0.iter().any(is_seq)
    }

    /// Whether it holds columns of a file.
    pub fn needs_row(&self) -> bool {
        let is_row = |piece: &Piece| matches!(piece, Piece::Variable(Variable::Row(_), _));
        self.0.iter().any(is_row)
    }
}

/// Where a byte of a text is, for a person: the character in a text of one line, `line:character`
/// in a longer one, both from 1.
pub fn place(text: &str, byte: usize) -> String {
    let before = text.get(..byte).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].chars().count() + 1;
    if text.contains('\n') {
        format!("{}:{column}", before.matches('\n').count() + 1)
    } else {
        column.to_string()
    }
}

#[cfg(test)]
mod tests;
