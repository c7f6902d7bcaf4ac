//! All places of a text where a word or a regular expression is found. The regular expressions
//! are those that take no more time than the text is long.

use regex::RegexBuilder;

use super::short;

/// Places that are kept; that there are more is said.
pub const MOST_HITS: usize = 100_000;

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// The word or expression.
    pub needle: String,
    /// Whether it is an expression.
    pub regex: bool,
    /// Whether upper and lower case differ.
    pub case: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// Where each begins and ends, in the order of the text.
    pub spans: Vec<(u32, u32)>,
    /// Whether there are more than [`MOST_HITS`].
    pub more: bool,
}

/// Searches a text.
///
/// # Errors
/// What is wrong with the expression.
pub fn search(text: &str, query: &Query) -> Result<Hits, String> {
    if query.needle.is_empty() {
        return Ok(Hits::default());
    }
    let pattern = match query.regex {
        true => query.needle.clone(),
        false => regex::escape(&query.needle),
    };
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(!query.case)
        .multi_line(true)
        .size_limit(4 << 20)
        .build()
        .map_err(|error| match error {
            // The last line says what is wrong, those before it show where.
            regex::Error::Syntax(text) => {
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
            other => other.to_string(),
        })?;
    let mut hits = Hits::default();
    // What matches without a character cannot be shown.
    for found in regex.find_iter(text).filter(|found| !found.is_empty()) {
        if hits.spans.len() == MOST_HITS {
            hits.more = true;
            break;
        }
        hits.spans.push((short(found.start()), short(found.end())));
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(text: &str, needle: &str, regex: bool, case: bool) -> Vec<(u32, u32)> {
        let query = Query {
            needle: needle.to_owned(),
            regex,
            case,
        };
        search(text, &query).unwrap_or_default().spans
    }

    #[test]
    fn words_and_expressions_are_found() {
        assert_eq!(spans("a.b A.B axb", "a.b", false, false), [(0, 3), (4, 7)]);
        assert_eq!(spans("a.b A.B axb", "a.b", false, true), [(0, 3)]);
        assert_eq!(spans("a.b A.B axb", "a.b", true, true), [(0, 3), (8, 11)]);
        assert_eq!(spans("你好你", "你", false, false), [(0, 3), (6, 9)]);
        assert_eq!(spans("one\ntwo", "^two$", true, true), [(4, 7)]);
        assert_eq!(spans("abc", "x*", true, true), []);
        assert_eq!(spans("abc", "", false, false), []);
    }

    #[test]
    fn a_broken_expression_and_too_many_places_say_so() {
        let query = Query {
            needle: "(".to_owned(),
            regex: true,
            case: false,
        };
        assert_eq!(search("a", &query), Err("unclosed group".to_owned()));
        let query = Query {
            needle: "a".to_owned(),
            ..Query::default()
        };
        let hits = search(&"a".repeat(MOST_HITS + 1), &query).unwrap_or_default();
        assert!(hits.more && hits.spans.len() == MOST_HITS);
    }

    proptest! {
        #[test]
        fn a_word_is_found_where_a_naive_search_finds_it(text in "[ab.你\n]{0,60}", needle in "[ab.你]{1,3}") {
            let naive: Vec<(u32, u32)> = text
                .match_indices(&needle)
                .map(|(at, found)| (short(at), short(at + found.len())))
                .collect();
            prop_assert_eq!(spans(&text, &needle, false, true), naive);
        }

        #[test]
        fn any_expression_is_taken(text in any::<String>(), needle in any::<String>()) {
            let _ = search(&text, &Query { needle, regex: true, case: false });
        }
    }
}
