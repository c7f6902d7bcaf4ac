//! What the parser of TOML finds wrong with how a text is written, by the words it says it in.

use crate::i18n::Say;

/// How its sentences begin, or what they hold, and what that means. The first that fits counts.
const SENTENCES: &[(&str, &[&str])] = &[
    ("file-name-twice", &["duplicate key"]),
    (
        "file-no-value",
        &[
            "missing assignment",
            "key with no value",
            "missing value",
            "invalid key-value pair",
        ],
    ),
    ("file-unquoted", &["string values must be quoted"]),
    (
        "file-unclosed-bracket",
        &[
            "unclosed array",
            "unclosed inline table",
            "unclosed table",
            "missing array opening",
            "missing inline table opening",
            "missing table open",
        ],
    ),
    (
        "file-escape",
        &[
            "missing escaped value",
            "too few unicode value digits",
            "unicode hexadecimal value",
        ],
    ),
    (
        "file-unclosed-text",
        &[
            "invalid basic string",
            "invalid literal string",
            "invalid multi-line basic string",
            "invalid multi-line literal string",
            "missing opening quote",
        ],
    ),
    ("file-comma-missing", &["missing comma"]),
    ("file-comma-extra", &["extra comma"]),
    (
        "file-equals-extra",
        &["extra `=`", "extra assignment", "unexpected `=`"],
    ),
    (
        "file-name-spelt",
        &[
            "invalid unquoted key",
            "unquoted keys cannot be empty",
            "missing key",
            "invalid inline table element",
        ],
    ),
    (
        "file-no-number",
        &[
            "integers with a radix",
            "radix must be lowercase",
            "unexpected leading zero",
            "`_` may only go",
            "redundant",
            "unexpected sign",
            "integer number overflowed",
            "floating-point number overflowed",
        ],
    ),
    (
        "file-unexpected",
        &["unexpected content", "unexpected key or value"],
    ),
];

/// What such a sentence means, if it is known.
pub(super) fn known(sentence: &str) -> Option<Say> {
    let fits = |parts: &[&str]| parts.iter().any(|part| sentence.starts_with(part));
    let found = SENTENCES.iter().find(|(_, parts)| fits(parts));
    found.map(|(key, _)| Say::new(key))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::mistake;

    /// What the parser that is used says today, whatever its words.
    #[test]
    fn the_usual_slips_are_known() {
        let slips = [
            ("a = 1\na = 2", "file-name-twice"),
            ("[a]\n[a]", "file-name-twice"),
            ("a\n", "file-no-value"),
            ("a =\n", "file-unquoted"),
            ("a 1\n", "file-no-value"),
            ("a = dark\n", "file-unquoted"),
            ("a = [1, 2\nb = 1", "file-comma-missing"),
            ("[a\nb = 1", "file-unclosed-bracket"),
            ("[[a]\nb = 1", "file-unclosed-bracket"),
            ("a = { b = 1", "file-unclosed-bracket"),
            ("a = \"open\nb = 1", "file-unclosed-text"),
            ("a = 'open\nb = 1", "file-unclosed-text"),
            ("a = \"C:\\mine\"\n", "file-escape"),
            ("a = \"\\u12\"\n", "file-escape"),
            ("a = [1 2]\n", "file-unquoted"),
            ("a = [1,,2]\n", "file-comma-extra"),
            ("a = { b = 1 c = 2 }\n", "file-equals-extra"),
            ("a == 1\n", "file-equals-extra"),
            ("a b = 1\n", "file-no-value"),
            ("é = 1\n", "file-name-spelt"),
            ("= 1\n", "file-name-spelt"),
            ("a = 012\n", "file-no-number"),
            ("a = 1__0\n", "file-no-number"),
            ("a = 1 b = 2\n", "file-unexpected"),
        ];
        let found = slips.map(|(text, _)| {
            let error = toml::from_str::<toml::Table>(text).unwrap_err();
            (
                text,
                mistake(error.message()).key,
                error.message().to_owned(),
            )
        });
        let wrong: Vec<_> = std::iter::zip(&found, slips)
            .filter(|((_, key, _), (_, expected))| key != expected)
            .map(|(found, _)| found)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
