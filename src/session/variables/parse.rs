//! From text to [`Template`]. Never fails half-way: it goes on behind an error, so that all of
//! them can be shown at once.

use similar::get_close_matches;

use super::environment::is_secret;
use super::{Moment, Piece, Random, Template, Variable, VariableError, Wrong};

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// Everything that can be written, as it is written.
const USAGES: [(&str, &str); 6] = [
    ("uuid", "{{uuid}}"),
    ("now", "{{now}}, {{now:millis}}, {{now:%H:%M:%S}}"),
    ("seq", "{{seq}}"),
    (
        "random",
        "{{random 1 100}}, {{random hex 8}}, {{random text 8}}, {{random of a b c}}",
    ),
    ("env", "{{env NAME}}"),
    ("row", "{{row.column}}"),
];

/// Longest run of random digits or letters.
const MOST_RANDOM: usize = 4096;

/// How alike a name must be to be what was meant.
const LIKENESS: f32 = 0.6;

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// All that is wrong with its variables, in their order.
    pub fn parse(text: &str) -> Result<Self, Vec<VariableError>> {
        let (pieces, errors) = read(text);
        if errors.is_empty() {
            Ok(Self(pieces))
        } else {
            Err(errors)
        }
    }

    /// The first variable that a text holds, braces and all, be the rest of it right or not.
    pub fn mentioned(text: &str) -> Option<&str> {
        let (pieces, _) = read(text);
        pieces.iter().find_map(|piece| match piece {
            Piece::Variable(_, at) => {
                let rest = text.get(*at..)?;
                rest.get(..rest.find(CLOSE)? + CLOSE.len())
            }
            Piece::Text(_) => None,
        })
    }
}

fn read(text: &str) -> (Vec<Piece>, Vec<VariableError>) {
    let (mut pieces, mut errors) = (Vec::new(), Vec::new());
    let mut plain = String::new();
    let mut rest = 0;
    while let Some(found) = text[rest..].find(OPEN) {
        let at = rest + found;
        let before = &text[rest..at];
        let slashes = before.len() - before.trim_end_matches('\\').len();
        if slashes % 2 == 1 {
            plain.push_str(&before[..before.len() - 1]);
            plain.push_str(OPEN);
            rest = at + OPEN.len();
            continue;
        }
        plain.push_str(before);
        let inside = at + OPEN.len();
        let Some(length) = text[inside..].find(CLOSE) else {
            errors.push(VariableError {
                at,
                what: Wrong::Unclosed,
            });
            rest = at;
            break;
        };
        rest = inside + length + CLOSE.len();
        match variable(text[inside..inside + length].trim()) {
            Ok(variable) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Variable(variable, at));
            }
            Err(what) => errors.push(VariableError { at, what }),
        }
    }
    plain.push_str(&text[rest..]);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    (pieces, errors)
}

fn variable(inside: &str) -> Result<Variable, Wrong> {
    if inside.is_empty() {
        return Err(Wrong::Empty);
    }
    let end = inside.find(|c: char| c == ':' || c == '.' || c.is_whitespace());
    let (name, rest) = inside.split_at(end.unwrap_or(inside.len()));
    let words = || rest.split_whitespace();
    let alone = |variable| match rest {
        "" => Ok(variable),
        _ => Err(usage(name)),
    };
    match name {
        "uuid" => alone(Variable::Uuid),
        "seq" => alone(Variable::Seq),
        "now" => moment(rest).map(Variable::Now),
        "random" if rest.starts_with(char::is_whitespace) => {
            let words: Vec<&str> = words().collect();
            random(&words).map(Variable::Random).ok_or(usage(name))
        }
        "env" if rest.starts_with(char::is_whitespace) && words().count() == 1 => {
            let name = rest.trim().to_owned();
            match is_secret(&name) {
                true => Err(Wrong::Secret(name)),
                false => Ok(Variable::Env(name)),
            }
        }
        "row" => match rest.strip_prefix('.').map(str::trim) {
            Some(column) if !column.is_empty() => Ok(Variable::Row(column.to_owned())),
            _ => Err(usage(name)),
        },
        "random" | "env" => Err(usage(name)),
        _ => Err(Wrong::Unknown {
            name: inside.to_owned(),
            like: like(name),
        }),
    }
}

/// How a variable is written that was written otherwise.
fn usage(name: &str) -> Wrong {
    let usage = USAGES.iter().find(|(known, _)| *known == name);
    Wrong::Usage(usage.map_or("", |(_, usage)| usage))
}

/// The variable whose name is most like this one.
fn like(name: &str) -> Option<&'static str> {
    let names = USAGES.map(|(name, _)| name);
    let name = name.to_lowercase();
    // What other tools call them.
    let meant = match name.as_str() {
        "guid" | "id" => Some("uuid"),
        "timestamp" | "isotimestamp" | "time" | "date" | "datetime" => Some("now"),
        "counter" | "index" | "number" | "i" | "n" => Some("seq"),
        "rand" | "randomint" | "int" => Some("random"),
        "column" | "line" | "csv" => Some("row"),
        name => get_close_matches(name, &names, 1, LIKENESS).pop(),
    };
    let known = USAGES.iter().find(|(known, _)| Some(*known) == meant);
    known.map(|(_, usage)| usage.split(", ").next().unwrap_or(usage))
}

fn moment(rest: &str) -> Result<Moment, Wrong> {
    let Some(format) = rest.strip_prefix(':').map(str::trim) else {
        return match rest {
            "" => Ok(Moment::Iso),
            _ => Err(usage("now")),
        };
    };
    match format {
        "iso" => Ok(Moment::Iso),
        "millis" => Ok(Moment::Millis),
        "seconds" => Ok(Moment::Seconds),
        _ if !format.contains('%') => Err(usage("now")),
        _ => {
            // Only a time can tell whether it can be written that way.
            let some = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
            match jiff::fmt::strtime::format(format, &some) {
                Ok(_) => Ok(Moment::Format(format.to_owned())),
                Err(error) => Err(Wrong::Time(error.to_string())),
            }
        }
    }
}

fn random(words: &[&str]) -> Option<Random> {
    let length = |text: &str| {
        let length: usize = text.parse().ok()?;
        (1..=MOST_RANDOM).contains(&length).then_some(length)
    };
    match words {
        ["of", first, rest @ ..] => {
            let words = std::iter::once(first).chain(rest);
            Some(Random::Of(words.map(|&word| word.to_owned()).collect()))
        }
        ["hex", digits] => length(digits).map(Random::Hex),
        ["text", letters] => length(letters).map(Random::Text),
        [from, to] => {
            let (from, to) = (from.parse().ok()?, to.parse().ok()?);
            (from <= to).then_some(Random::Between(from, to))
        }
        _ => None,
    }
}
