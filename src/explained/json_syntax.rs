//! What is wrong with a text that should be JSON, in words of the interface: by the words that the
//! parser says it in.

use super::by_beginning;
use crate::i18n::Say;

/// What stands before the place in a sentence of the parser.
const PLACE: &str = " at line ";

/// How its sentences begin, and what that means.
const SENTENCES: [(&str, &str); 15] = [
    ("EOF while parsing", "json-cut"),
    ("expected `:`", "json-colon"),
    ("expected `,` or `]`", "json-comma-list"),
    ("expected `,` or `}`", "json-comma-object"),
    ("expected value", "json-value"),
    ("expected ident", "json-word"),
    ("key must be a string", "json-key"),
    ("invalid escape", "json-escape"),
    ("invalid number", "json-number"),
    ("invalid unicode code point", "json-unicode"),
    ("lone leading surrogate", "json-unicode"),
    ("unexpected end of hex escape", "json-unicode"),
    ("control character", "json-control"),
    ("trailing comma", "json-comma-extra"),
    ("trailing characters", "json-behind"),
];

/// What is wrong with a body that begins like JSON, and where; `error` is what the parser says:
/// `expected value at line 2 column 7`.
pub fn broken_json(error: &str) -> Say {
    let why = reason(error);
    let place = error.rsplit_once(PLACE);
    match place.and_then(|(_, at)| at.split_once(" column ")) {
        Some((line, column)) => Say::new("json-broken-at")
            .with_say("why", why)
            .with("line", line)
            .with("column", column),
        None => Say::new("json-broken").with_say("why", why),
    }
}

/// What is wrong, without its place: that is told in another way.
pub fn reason(error: &str) -> Say {
    let what = error.rsplit_once(PLACE).map_or(error, |(what, _)| what);
    by_beginning(&SENTENCES, what).unwrap_or_else(|| Say::new("json-other").with("what", what))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use serde::de::IgnoredAny;

    use super::*;
    use crate::i18n::{Lang, Texts};

    /// What the parser that is used says today, whatever its words.
    #[test]
    fn the_usual_slips_are_told_in_both_languages_with_their_place() {
        let slips = [
            ("{\"a\": 1", "json-cut"),
            ("[1, 2", "json-cut"),
            ("{\"a\": \"b", "json-cut"),
            ("{\"a\" 1}", "json-colon"),
            ("[1 2]", "json-comma-list"),
            ("{\"a\": 1 \"b\": 2}", "json-comma-object"),
            ("{\"a\": }", "json-value"),
            ("{\"a\": 'b'}", "json-value"),
            ("{\"a\": nul}", "json-word"),
            ("{a: 1}", "json-key"),
            ("{'a': 1}", "json-key"),
            ("[\"C:\\mine\"]", "json-escape"),
            ("[01]", "json-number"),
            ("[1.]", "json-number"),
            ("[\"\\ud800\"]", "json-unicode"),
            ("[\"a\nb\"]", "json-control"),
            ("[1,]", "json-comma-extra"),
            ("{\"a\": 1,}", "json-comma-extra"),
            ("{} x", "json-behind"),
        ];
        let mut wrong = Vec::new();
        for (text, expected) in slips {
            let error = match serde_json::from_str::<serde_json::Value>(text) {
                Err(error) => error.to_string(),
                Ok(_) => panic!("{text} is read"),
            };
            let said = Lang::ALL.map(|lang| Texts::of(lang).say(&broken_json(&error)));
            let meant = Lang::ALL.map(|lang| Texts::of(lang).get(expected));
            let fits = std::iter::zip(&said, meant).all(|(said, meant)| said.contains(meant));
            let place = error.rsplit(' ').next().unwrap();
            if !fits || !said.iter().all(|said| said.contains(place)) {
                wrong.push((text, error, said));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_is_deep_or_unknown_is_told_too() {
        let deep = "[".repeat(200);
        let error = serde_json::from_str::<IgnoredAny>(&deep);
        let error = error.unwrap_err().to_string();
        let said = Texts::of(Lang::En).say(&broken_json(&error));
        assert!(said.contains("line 1"), "{said}");
        let said = Texts::of(Lang::ZhCn).say(&broken_json("something new"));
        assert!(said.ends_with("something new"), "{said}");
    }
}
