//! Texts as literals of a language. Whatever is in a message stays text: nothing of it is ever
//! read as part of the program.

/// A literal of JSON, which is one of Java, Go, JavaScript, Python and C# too.
pub(super) fn json(text: &str) -> String {
    // Writing a text cannot fail; an empty one would show.
    let literal = serde_json::to_string(text).unwrap_or_default();
    // Line ends to JavaScript of before 2019 and to C#, text to JSON.
    literal
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .replace('\u{85}', "\\u0085")
}

/// A single-quoted literal of PHP, which knows two escapes.
pub(super) fn php(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// A single-quoted word of the shell, which knows no escape.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
