//! Which literals of `src/ui` may hold words. Whatever a person reads comes from assets/i18n; what is
//! left are keys of texts, names of values in them, identifiers, and a few things that are spelled
//! the same in every language, each listed with its reason.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::names::Literal;

/// What puts its argument on the screen, or tells it to a screen reader. A literal there is read,
/// even if it looks like an identifier.
const SHOWN_BY: &[&str] = &[
    "button",
    "checkbox",
    "code",
    "colored_label",
    "column_head",
    "dim",
    "from_label",
    "heading",
    "hint",
    "hint_text",
    "hyperlink_to",
    "icon_button",
    "label",
    "link",
    "link_button",
    "menu_button",
    "monospace",
    "on_disabled_hover_text",
    "on_hover_text",
    "radio",
    "radio_value",
    "selectable_label",
    "selectable_value",
    "selected_text",
    "small",
    "small_button",
    "strong",
    "title",
    "weak",
];
/// The same for what is made: `Button::new("…")`.
const SHOWN_TYPES: &[&str] = &[
    "Button",
    "Checkbox",
    "Label",
    "Link",
    "RichText",
    "WidgetText",
];

/// What egui or serde takes as a name that nobody reads.
const NAMED_BY: &[&str] = &[
    "id_salt",
    "from_id_salt",
    "push_id",
    "request_discard",
    "with_id",
    "debug_name",
];
const NAMED_TYPES: &[&str] = &["Id", "Panel", "Grid", "TableBuilder"];

/// Spelled the same in every language, with the reason.
const LISTED: &[(&str, &[&str])] = &[
    ("the program's name", &["mqscope"]),
    ("names of time zones", &["Asia/Shanghai", "UTC"]),
    ("names of formats", &["CSV", "HAR", "JSONL", "TXT"]),
    (
        "names of files",
        &[".csv", ".jsonl", "traffic.har", "traffic.txt"],
    ),
    (
        "codes of the protocol",
        &[
            "InvalidAccessKeyId",
            "MessageNotExist",
            "SignatureDoesNotMatch",
            "TimeExpired",
        ],
    ),
    (
        "names of the protocol",
        &[
            "%DLQ%",
            "Content-MD5",
            "Content-Type",
            "KEYS",
            "User-Agent",
            "{} {} HTTP/1.1\n",
        ],
    ),
    ("how URLs look", &["http://…"]),
    (
        "what a library calls its buttons before it is replaced",
        &["Scroll tabs left", "Scroll tabs right"],
    ),
    ("names of licences", &["MIT", "OFL-1.1"]),
    (
        "examples of what can be typed",
        &[
            "50ms..2s",
            "TagA",
            "TagA||TagB",
            "http://host:3128",
            "orders/paid",
        ],
    ),
    ("words of the filter's own language", &["is:failed"]),
    ("units", &[" MB", "{:.1} KB", "{:.1} MB"]),
    ("the sign for small and capital letters", &["Aa"]),
    ("the name of a language before it", &["{} SDK"]),
];

/// Whether somebody would read this and it is in one language only.
pub(crate) fn is_untranslated(literal: &Literal) -> bool {
    let text = without_placeables(&literal.text);
    if literal.in_test || !has_a_word(&text) || is_key(&literal.text) {
        return false;
    }
    let mut path = literal.given_to.rsplit("::");
    let (function, of) = (
        path.next().unwrap_or_default(),
        path.next().unwrap_or_default(),
    );
    if NAMED_BY.contains(&function) || NAMED_TYPES.contains(&of) {
        return false;
    }
    let listed = |(_, literals): &(&str, &[&str])| literals.contains(&literal.text.as_str());
    let elsewhere = super::is_hex_color(&literal.text) || is_for_the_compiler(&literal.text);
    if LISTED.iter().any(listed) || elsewhere {
        return false;
    }
    let shown = SHOWN_BY.contains(&function) || SHOWN_TYPES.contains(&of);
    shown || !is_identifier(&text)
}

/// What the compiler fills in: a file beside the sources, or a line of the manifest.
fn is_for_the_compiler(text: &str) -> bool {
    text.starts_with("../") || text.starts_with("CARGO_PKG_")
}

/// Two letters side by side.
fn has_a_word(text: &str) -> bool {
    let letters: Vec<bool> = text.chars().map(char::is_alphabetic).collect();
    letters.windows(2).any(|pair| pair[0] && pair[1])
}

/// What stands in braces is for `format!`.
fn without_placeables(literal: &str) -> String {
    let mut depth = 0_usize;
    literal
        .chars()
        .filter(|&c| {
            depth += usize::from(c == '{');
            let shown = depth == 0;
            depth -= usize::from(c == '}' && depth > 0);
            shown
        })
        .collect()
}

/// A name as programs write them: `details`, `half-check`, `max_rows`.
fn is_identifier(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
}

/// Whether it is the key of a text, or the name of a value in one.
fn is_key(text: &str) -> bool {
    static KNOWN: OnceLock<HashSet<String>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let source = super::read("assets/i18n/en.ftl");
        let is_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        lines
            .flat_map(|line| {
                let key: String = line.chars().take_while(is_name).collect();
                let values = line.split('$').skip(1);
                let values = values.map(|rest| rest.chars().take_while(is_name).collect());
                std::iter::once(key).chain(values).collect::<Vec<String>>()
            })
            .collect()
    });
    known.contains(text)
}
