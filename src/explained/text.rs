//! For people: both strings with every line end in sight, and marks
//! under the bytes that differ.

use std::ops::Range;

use super::visible::{self, Piece};
use super::{age, certainty, explanation, fix, form_name, sdk_name, verdict};
use crate::i18n::Texts;
use crate::protocol::explain::paste::Form;
use crate::protocol::explain::{ClockVerdict, Explanation};

/// What is said beside the findings, which depends on where it is read.
#[derive(Debug, Clone, Copy)]
pub struct Hints {
    /// There was no key; how to give one.
    pub no_keys: &'static str,
    /// The `Date` is old; how to judge it by another time.
    pub old: &'static str,
}

/// The verdict, both strings and the causes.
pub fn findings(texts: &Texts, found: &Explanation) -> String {
    let mut page = String::new();
    let mut line = |text: &str| page.extend([text, "\n"]);
    line(&verdict(texts, found));
    strings(texts, found, &mut line);
    causes(texts, found, &mut line);
    page
}

/// Everything; `form`: what the request was read from.
pub fn page(
    texts: &Texts,
    found: &Explanation,
    form: Option<Form>,
    with_keys: bool,
    hints: Hints,
) -> String {
    let mut page = String::new();
    let mut line = |text: &str| page.extend([text, "\n"]);
    line(&verdict(texts, found));
    if !with_keys {
        line(texts.get(hints.no_keys));
    }
    if let ClockVerdict::Old(millis) = found.clock {
        line(&texts.format(hints.old, &[("age", age(millis).into())]));
    }
    if let Some(form) = form {
        let read_as = texts.get("explain-read-as");
        line(&format!("{read_as}: {}", form_name(texts, form)));
    }
    if let Some(sdk) = found.sdk {
        line(&texts.format("explain-sent-by", &[("sdk", sdk_name(sdk).into())]));
    }
    strings(texts, found, &mut line);
    causes(texts, found, &mut line);
    sdks(texts, found, &mut line);
    page
}

fn strings(texts: &Texts, found: &Explanation, line: &mut impl FnMut(&str)) {
    let what = texts.get("explain-string");
    let ours: Vec<Range<usize>> = found.difference.iter().map(|d| d.ours.clone()).collect();
    let theirs: Vec<Range<usize>> = found.difference.iter().map(|d| d.theirs.clone()).collect();
    line("");
    line(&format!("{what}, {}:", texts.get("explain-ours")));
    marked(&found.ours, &ours, line);
    line("");
    match &found.theirs {
        Some(text) if *text == found.ours => line(texts.get("explain-theirs-same")),
        Some(text) => {
            line(&format!("{what}, {}:", texts.get("explain-theirs")));
            marked(text, &theirs, line);
        }
        None if found.causes.is_empty() => {}
        None => line(texts.get("explain-theirs-unknown")),
    }
    if let Some(server) = &found.server {
        line("");
        line(&format!("{what}, {}:", texts.get("explain-server")));
        let marks = if found.theirs.is_none() {
            theirs
        } else {
            Vec::new()
        };
        marked(server, &marks, line);
    }
}

/// A text line by line, with `^` under the marked bytes.
fn marked(text: &str, marks: &[Range<usize>], line: &mut impl FnMut(&str)) {
    for pieces in visible::lines(text, marks) {
        let (mut shown, mut under) = (String::from("  "), String::from("  "));
        for Piece { text, marked, .. } in pieces {
            let wide = |c: char| if c.is_ascii() { 1 } else { 2 };
            // The end of a text is one place.
            let width = text.chars().map(wide).sum::<usize>().max(1);
            under.push_str(&if marked { "^" } else { " " }.repeat(width));
            shown.push_str(&text);
        }
        line(&shown);
        if under.contains('^') {
            line(under.trim_end());
        }
    }
}

fn causes(texts: &Texts, found: &Explanation, line: &mut impl FnMut(&str)) {
    if found.causes.is_empty() {
        return;
    }
    line("");
    line(&format!("{}:", texts.get("explain-causes")));
    for (index, cause) in found.causes.iter().enumerate() {
        let sure = certainty(texts, cause.certainty);
        line(&format!(
            "{:>3}. {} [{}, {sure}]",
            index + 1,
            explanation(texts, cause),
            cause.kind.id()
        ));
        if let Some(other) = cause.together_with {
            line(&format!(
                "     {}: {}",
                texts.get("explain-together"),
                other.id()
            ));
        }
        line(&format!(
            "     {}: {}",
            texts.get("explain-fix"),
            fix(texts, cause)
        ));
    }
}

fn sdks(texts: &Texts, found: &Explanation, line: &mut impl FnMut(&str)) {
    line("");
    line(&format!("{}:", texts.get("explain-sdks")));
    for recipe in &found.recipes {
        let shown = recipe.string_to_sign.replace('\n', "\\n");
        line(&format!("  {:<7} {shown}", sdk_name(recipe.sdk)));
        let signed = recipe.string_to_sign.rsplit('\n').next();
        if signed != Some(recipe.target.as_str()) {
            line(&format!(
                "          {} {}",
                texts.get("explain-sdk-target"),
                recipe.target
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_seen_and_differences_are_marked() {
        let check = |text: &str, marks: &[(usize, usize)], expected: &[&str]| {
            let marks: Vec<Range<usize>> = marks.iter().map(|&(from, to)| from..to).collect();
            let mut lines = Vec::new();
            marked(text, &marks, &mut |line| lines.push(line.to_owned()));
            assert_eq!(lines, expected, "{text:?}");
        };
        check("ab\ncd", &[(1, 2)], &["  ab\\n", "   ^", "  cd"]);
        check("ab\n", &[(2, 3)], &["  ab\\n", "    ^^"]);
        check("ab", &[(2, 2)], &["  ab", "    ^"]);
        check(
            "中a\u{a0}b",
            &[(3, 4), (4, 6)],
            &["  中a<U+00A0>b", "    ^^^^^^^^^"],
        );
    }

    #[test]
    fn every_cause_has_its_words_in_every_language() {
        use crate::i18n::Lang;
        use crate::protocol::explain::CauseKind;
        for lang in Lang::ALL {
            for kind in CauseKind::ALL {
                for key in [kind.text_key(), kind.fix_key()] {
                    assert_ne!(Texts::of(lang).format(key, &[]), key, "{key}");
                }
            }
        }
    }
}
