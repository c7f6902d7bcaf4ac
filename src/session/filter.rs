//! What the filter field of the live table says, parsed, and which rows it lets through.
//!
//! Terms stand between blanks, and all of them must match:
//!
//! | term | matches a row |
//! |---|---|
//! | `word`, `"two words"` | with this text in body, tag, key, id or the value of a property |
//! | `body:x` `tag:x` `key:x` `id:x` `prop.NAME:x` | with this text there; `tag:""`: that has a tag |
//! | `/pattern/`, `tag:/pattern/` | where the regular expression is found |
//! | `is:held` | of which this is so: `held`, `acked`, `returned`, `refused`; `failed`: whose ack was refused or did not get through; `redelivered`, `damaged`; `duplicate`: published twice; `same-key`, `same-body`: as another one |
//! | `state:held` | the same |
//! | `-term` | that the term does not match |
//!
//! Case: texts match in any case; a regular expression is exact unless `i` follows its last
//! slash, as in `/error/i`. Names of properties are exact. In quotes, `\"` is a quote and `\\` a
//! backslash; in a regular expression, `\/` is a slash. A word before a colon that is none of
//! these fields is just text, so that a pasted URL or JSON is searched for as it is.
//!
//! Pure: what a row is comes from `cells.rs`.

use regex::{Regex, RegexBuilder};

use crate::protocol::Timestamp;

use super::cells;
use super::likeness::{Alike, Likeness};
use super::rows::{AckState, Row, RowState};

/// What a pattern may weigh once compiled, and what searching with it may.
const PATTERN_BYTES: usize = 1 << 20;
const SEARCH_BYTES: usize = 4 << 20;

/// Which rows are let through.
#[derive(Debug, Clone, Default)]
pub struct Filter(Vec<Term>);

/// One condition.
#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    Anywhere(Regex),
    Body(Regex),
    Tag(Regex),
    Key(Regex),
    Id(Regex),
    Property(String, Regex),
    Is(Wanted),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Held,
    Acked,
    Returned,
    Refused,
    Failed,
    Redelivered,
    Damaged,
    Like(Alike),
}

impl Wanted {
    fn holds(self, row: &Row, likeness: &Likeness, now: Timestamp) -> bool {
        let state = row.state(now);
        match self {
            Wanted::Held => matches!(state, RowState::Held(_) | RowState::Acking),
            Wanted::Acked => state == RowState::Acked,
            Wanted::Returned => state == RowState::Returned,
            Wanted::Refused => state == RowState::Refused,
            Wanted::Failed => {
                matches!(row.newest().ack, AckState::Refused(_) | AckState::Failed(_))
            }
            Wanted::Redelivered => cells::times(row).is_some_and(|times| times > 1),
            Wanted::Damaged => row.message().is_none(),
            Wanted::Like(alike) => likeness.is(alike, row),
        }
    }
}

/// Why a text is no filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Which character is meant, from 0.
    pub at: usize,
    /// What is wrong there.
    pub what: FilterProblem,
}

/// What is wrong with a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FilterProblem {
    /// A quote has no end.
    OpenQuote,
    /// A regular expression has no end.
    OpenPattern,
    /// Something other than `i` follows a regular expression.
    Flag(char),
    /// No regular expression; why, as its engine says it.
    Pattern(String),
    /// Too large to be compiled.
    TooLarge,
    /// A field without anything to look for.
    NoValue,
    /// No such state.
    State(String),
    /// Nothing that an exchange can be.
    Exchange(String),
}

/// What a term looks for.
enum Sought {
    Text(String),
    Pattern(Regex),
}

impl Filter {
    /// Reads the text of the field. An empty one lets everything through.
    ///
    /// # Errors
    /// The first term that is none.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let terms = terms(text, is_field, Reader::test)?;
        let term = |(negated, test)| Term { negated, test };
        Ok(Self(terms.into_iter().map(term).collect()))
    }

    /// Whether everything is let through.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the row is let through, as it is now among others like it.
    pub fn matches(&self, row: &Row, likeness: &Likeness, now: Timestamp) -> bool {
        self.0
            .iter()
            .all(|term| term.test.holds(row, likeness, now) != term.negated)
    }
}

impl Test {
    fn holds(&self, row: &Row, likeness: &Likeness, now: Timestamp) -> bool {
        let found = |regex: &Regex, text: Option<&str>| text.is_some_and(|t| regex.is_match(t));
        match self {
            Test::Anywhere(regex) => {
                // The body is the longest: last.
                found(regex, cells::id(row))
                    || found(regex, cells::tag(row))
                    || cells::properties(row).any(|(_, value)| regex.is_match(value))
                    || found(regex, cells::body(row))
            }
            Test::Body(regex) => found(regex, cells::body(row)),
            Test::Tag(regex) => found(regex, cells::tag(row)),
            Test::Key(regex) => found(regex, cells::key(row)),
            Test::Id(regex) => found(regex, cells::id(row)),
            Test::Property(name, regex) => found(regex, cells::property(row, name)),
            Test::Is(wanted) => wanted.holds(row, likeness, now),
        }
    }
}

/// The terms of a filter, whatever it is that it filters: whether each is negated, and what `test`
/// makes of it, given the name of the field before its colon. Other names before a colon are text.
pub(super) fn terms<T>(
    text: &str,
    is_field: impl Fn(&str) -> bool,
    mut test: impl FnMut(&mut Reader, Option<&str>) -> Result<T, FilterError>,
) -> Result<Vec<(bool, T)>, FilterError> {
    let mut reader = Reader {
        chars: text.chars().collect(),
        at: 0,
    };
    let mut terms = Vec::new();
    loop {
        reader.skip_blanks();
        if reader.peek().is_none() {
            return Ok(terms);
        }
        let negated = reader.negation();
        let field = reader.field(&is_field);
        terms.push((negated, test(&mut reader, field.as_deref())?));
    }
}

/// Fields of a row.
fn is_field(name: &str) -> bool {
    ["body", "tag", "key", "id", "is", "state"].contains(&name)
        || name
            .strip_prefix("prop.")
            .is_some_and(|key| !key.is_empty())
}

/// Reads the text of a filter.
pub(super) struct Reader {
    chars: Vec<char>,
    at: usize,
}

impl Reader {
    /// Where it is, in characters.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether a term begins here that is negated.
    fn negation(&mut self) -> bool {
        let next = self.chars.get(self.at + 1);
        // A dash on its own is text.
        let negated = self.peek() == Some('-') && next.is_some_and(|c| !c.is_whitespace());
        self.at += usize::from(negated);
        negated
    }

    fn test(&mut self, field: Option<&str>) -> Result<Test, FilterError> {
        Ok(match field {
            Some("body") => Test::Body(self.regex()?),
            Some("tag") => Test::Tag(self.regex()?),
            Some("key") => Test::Key(self.regex()?),
            Some("id") => Test::Id(self.regex()?),
            Some("is" | "state") => Test::Is(self.wanted()?),
            Some(other) => match other.strip_prefix("prop.") {
                Some(name) => Test::Property(name.to_owned(), self.regex()?),
                None => Test::Anywhere(self.regex()?),
            },
            None => Test::Anywhere(self.regex()?),
        })
    }

    /// The name of a field, if one stands here with its colon.
    fn field(&mut self, is_field: impl Fn(&str) -> bool) -> Option<String> {
        let rest = self.chars.get(self.at..)?;
        let end = rest
            .iter()
            .position(|c| *c == ':' || c.is_whitespace() || matches!(c, '"' | '/'))?;
        let name: String = rest[..end].iter().collect();
        if rest[end] != ':' || !is_field(&name) {
            return None;
        }
        self.at += end + 1;
        Some(name)
    }

    fn wanted(&mut self) -> Result<Wanted, FilterError> {
        let at = self.at;
        let word = self.word();
        match word.as_str() {
            "" => Err(problem(at, FilterProblem::NoValue)),
            "held" => Ok(Wanted::Held),
            "acked" => Ok(Wanted::Acked),
            "returned" => Ok(Wanted::Returned),
            "refused" => Ok(Wanted::Refused),
            "failed" => Ok(Wanted::Failed),
            "redelivered" => Ok(Wanted::Redelivered),
            "damaged" => Ok(Wanted::Damaged),
            "duplicate" => Ok(Wanted::Like(Alike::Double)),
            "same-key" => Ok(Wanted::Like(Alike::Key)),
            "same-body" => Ok(Wanted::Like(Alike::Body)),
            _ => Err(problem(at, FilterProblem::State(word))),
        }
    }

    /// What is looked for. A text is a regular expression too, so that one engine does it all.
    pub(super) fn regex(&mut self) -> Result<Regex, FilterError> {
        let at = self.at;
        match self.sought()? {
            Sought::Pattern(regex) => Ok(regex),
            Sought::Text(text) => compile(&regex::escape(&text), true, at),
        }
    }

    fn sought(&mut self) -> Result<Sought, FilterError> {
        let at = self.at;
        match self.peek() {
            None => Err(problem(at, FilterProblem::NoValue)),
            Some(c) if c.is_whitespace() => Err(problem(at, FilterProblem::NoValue)),
            Some('"') => {
                let text = self.until('"', &['"', '\\']);
                text.map(Sought::Text)
                    .ok_or(problem(at, FilterProblem::OpenQuote))
            }
            Some('/') => {
                let open = problem(at, FilterProblem::OpenPattern);
                let pattern = self.until('/', &['/']).ok_or(open)?;
                let flag = self.at;
                let flags = self.word();
                match flags.chars().enumerate().find(|(_, c)| *c != 'i') {
                    Some((n, c)) => Err(problem(flag + n, FilterProblem::Flag(c))),
                    None => compile(&pattern, !flags.is_empty(), at).map(Sought::Pattern),
                }
            }
            Some(_) => Ok(Sought::Text(self.word())),
        }
    }

    /// Up to the next blank.
    pub(super) fn word(&mut self) -> String {
        let begin = self.at;
        while self.peek().is_some_and(|c| !c.is_whitespace()) {
            self.at += 1;
        }
        self.chars[begin..self.at].iter().collect()
    }

    /// Between this delimiter and the next; a backslash takes its meaning from these characters
    /// and stays before all others.
    fn until(&mut self, delimiter: char, escapable: &[char]) -> Option<String> {
        let mut text = String::new();
        self.at += 1;
        loop {
            let c = self.peek()?;
            self.at += 1;
            if c == delimiter {
                return Some(text);
            }
            match self.peek() {
                Some(next) if c == '\\' && escapable.contains(&next) => {
                    self.at += 1;
                    text.push(next);
                }
                // Both characters of any other escape, so that `\\` hides no delimiter.
                Some(next) if c == '\\' => {
                    self.at += 1;
                    text.extend([c, next]);
                }
                _ => text.push(c),
            }
        }
    }
}

fn compile(pattern: &str, any_case: bool, at: usize) -> Result<Regex, FilterError> {
    RegexBuilder::new(pattern)
        .case_insensitive(any_case)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(SEARCH_BYTES)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => problem(at, FilterProblem::TooLarge),
            // Its last line says what is wrong; those before draw the pattern again.
            other => {
                let text = other.to_string();
                let last = text.lines().next_back().unwrap_or_default();
                let why = last.trim_start_matches("error: ").to_owned();
                problem(at, FilterProblem::Pattern(why))
            }
        })
}

pub(super) fn problem(at: usize, what: FilterProblem) -> FilterError {
    FilterError { at, what }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::super::cells::tests::{Sample, row};
    use super::*;

    fn matches(filter: &str, row: &Row, now: i64) -> bool {
        let now = Timestamp::from_millis(now);
        Filter::parse(filter)
            .unwrap()
            .matches(row, &Likeness::default(), now)
    }

    #[test]
    fn each_term_looks_where_it_says() {
        let row = row(&Sample {
            id: "C0A8",
            body: "{\"sku\": \"Näh-Maschine\"}\nzwei",
            tag: Some("TagA"),
            key: Some("order-1"),
            properties: &[("region", "ap-Guangzhou"), ("trace", "7f/3a")],
            ..Sample::default()
        });
        let check = |filter: &str, expected: bool| {
            assert_eq!(matches(filter, &row, 0), expected, "{filter}");
        };
        for all in ["", "  ", "sku", "taga", "ORDER-1", "guangzhou", "c0a8"] {
            check(all, true);
        }
        check("NÄH-maschine zwei", true);
        check("sku drei", false);
        check("-sku", false);
        check("-drei", true);
        check("\"\\\"sku\\\": \"", true);
        check("tag:tag body:sku key:order id:8 prop.region:guang", true);
        check("tag:order", false);
        check("prop.Region:guang", false);
        check("-prop.none:\"\"", true);
        check("tag:\"\"", true);
        check("/zwei$/ /^\\{/", true);
        check("/TAGA/", false);
        check("/TAGA/i", true);
        check("-tag:/B$/", true);
        check("prop.trace:/7f\\/3a/", true);
        check("http://x", false);
        check("\"sku\":", true);
        check("state:held -state:acked", true);
        check(
            "is:held -is:failed -is:redelivered -is:damaged -is:duplicate -is:same-key",
            true,
        );
        // The lease of the sample ends after a second.
        assert!(matches("state:returned", &row, 1_000));
        assert!(!matches("state:held", &row, 1_000));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let check = |text: &str, at: usize, what: FilterProblem| {
            let error = Filter::parse(text).unwrap_err();
            assert_eq!(error, FilterError { at, what }, "{text}");
        };
        check("a \"b", 2, FilterProblem::OpenQuote);
        check("tag:/b", 4, FilterProblem::OpenPattern);
        check("tag:/b\\/", 4, FilterProblem::OpenPattern);
        check("/b/ix", 4, FilterProblem::Flag('x'));
        check("你 tag: x", 6, FilterProblem::NoValue);
        check("state:gone", 6, FilterProblem::State("gone".to_owned()));
        let unclosed = "unclosed group".to_owned();
        check("x /(/", 2, FilterProblem::Pattern(unclosed));
        check("/\\w{9999}{99}/", 0, FilterProblem::TooLarge);
    }

    /// Texts in which upper and lower case are told apart in one way only.
    const TEXT: &str = "[ -~äÖ你好\\n]{0,24}";

    proptest! {
        #[test]
        fn parsing_never_panics(text in "(\\PC|[-:/\"\\\\ .ipk]){0,40}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn a_quoted_text_matches_what_contains_it(body in TEXT, from in 0..24_usize, len in 0..6_usize,
                                                  other in TEXT, own in any::<bool>()) {
            // Mostly a piece of the body itself.
            let piece: String = body.chars().skip(from).take(len).collect();
            let sought = if own { piece } else { other };
            let quoted = format!("body:\"{}\"", sought.replace('\\', "\\\\").replace('"', "\\\""));
            let row = row(&Sample { body: &body, ..Sample::default() });
            let contains = body.to_lowercase().contains(&sought.to_lowercase());
            prop_assert_eq!(matches(&quoted, &row, 0), contains, "{} in {:?}", quoted, body);
            let negated = format!("-{quoted}");
            prop_assert_eq!(matches(&negated, &row, 0), !contains);
        }
    }
}
