//! What `mqscope explain` prints for people: both strings with every line end in sight, and marks
//! under the bytes that differ.

use std::io::Write as _;
use std::ops::Range;

use crate::i18n::{Lang, Texts, Value};
use crate::protocol::explain::paste::{Form, Pasted};
use crate::protocol::explain::{Cause, Certainty, ClockVerdict, Explanation, Sdk, Verdict};

fn texts() -> &'static Texts {
    Texts::of(Lang::En)
}

/// What happened, in words.
pub(super) fn explanation(cause: &Cause) -> String {
    let values: Vec<(&'static str, Value<'_>)> = cause
        .values
        .iter()
        .map(|(name, value)| (*name, value.as_str().into()))
        .collect();
    texts().format(cause.kind.text_key(), &values)
}

/// What to do about it.
pub(super) fn fix(cause: &Cause) -> String {
    texts().get(cause.kind.fix_key()).to_owned()
}

/// Prints everything on stdout.
pub(super) fn print(found: &Explanation, pasted: &Pasted, with_keys: bool) {
    // Where nobody reads any more there is nobody to tell.
    let _ = std::io::stdout().write_all(page(found, pasted, with_keys).as_bytes());
}

/// The verdict, both strings and the causes.
pub(in crate::cli) fn findings(found: &Explanation) -> String {
    let mut page = String::new();
    let mut line = |text: &str| page.extend([text, "\n"]);
    line(&verdict(found));
    strings(found, &mut line);
    causes(found, &mut line);
    page
}

fn verdict(found: &Explanation) -> String {
    let texts = texts();
    match &found.verdict {
        Verdict::Good => texts.get("explain-good").to_owned(),
        Verdict::WouldBeRefused { code } => {
            texts.format("explain-refused", &[("code", code.as_str().into())])
        }
        Verdict::Unknown => texts.get("explain-unknown").to_owned(),
    }
}

fn page(found: &Explanation, pasted: &Pasted, with_keys: bool) -> String {
    let texts = texts();
    let mut page = String::new();
    let mut line = |text: &str| page.extend([text, "\n"]);
    line(&verdict(found));
    if !with_keys {
        line(texts.get("explain-no-keys"));
    }
    if let ClockVerdict::Old(millis) = found.clock {
        line(&texts.format("explain-old", &[("age", age(millis).into())]));
    }
    line(&format!(
        "{}: {}",
        texts.get("explain-read-as"),
        form_name(pasted.form)
    ));
    if let Some(sdk) = found.sdk {
        line(&texts.format("explain-sent-by", &[("sdk", name(sdk).into())]));
    }
    strings(found, &mut line);
    causes(found, &mut line);
    sdks(found, &mut line);
    page
}

fn strings(found: &Explanation, line: &mut impl FnMut(&str)) {
    let texts = texts();
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

/// A text line by line, with `^` under the marked bytes. A mark of no bytes is one place.
fn marked(text: &str, marks: &[Range<usize>], line: &mut impl FnMut(&str)) {
    let mut at = 0;
    for piece in text.split_inclusive('\n') {
        let (mut shown, mut under) = (String::from("  "), String::from("  "));
        for (offset, c) in piece.char_indices() {
            let here = at + offset;
            let is_marked = marks
                .iter()
                .any(|mark| mark.contains(&here) || (mark.is_empty() && mark.start == here));
            let visible = match c {
                '\n' => "\\n".to_owned(),
                '\r' => "\\r".to_owned(),
                '\t' => "\\t".to_owned(),
                c if c != ' ' && (c.is_whitespace() || c.is_control()) => {
                    format!("<U+{:04X}>", u32::from(c))
                }
                c => c.to_string(),
            };
            let width = visible
                .chars()
                .map(|c| if c.is_ascii() { 1 } else { 2 })
                .sum();
            shown.push_str(&visible);
            under.push_str(&if is_marked { "^" } else { " " }.repeat(width));
        }
        at += piece.len();
        let is_end =
            at == text.len() && marks.iter().any(|mark| mark.is_empty() && mark.start == at);
        if is_end {
            under.push('^');
        }
        line(&shown);
        if under.contains('^') {
            line(under.trim_end());
        }
    }
}

fn causes(found: &Explanation, line: &mut impl FnMut(&str)) {
    if found.causes.is_empty() {
        return;
    }
    let texts = texts();
    line("");
    line(&format!("{}:", texts.get("explain-causes")));
    for (index, cause) in found.causes.iter().enumerate() {
        let certainty = match cause.certainty {
            Certainty::Proven => texts.get("explain-proven"),
            Certainty::Likely => texts.get("explain-likely"),
            Certainty::Possible => texts.get("explain-possible"),
        };
        line(&format!(
            "{:>3}. {} [{}, {certainty}]",
            index + 1,
            explanation(cause),
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
            fix(cause)
        ));
    }
}

fn sdks(found: &Explanation, line: &mut impl FnMut(&str)) {
    let texts = texts();
    line("");
    line(&format!("{}:", texts.get("explain-sdks")));
    for recipe in &found.recipes {
        let shown = recipe.string_to_sign.replace('\n', "\\n");
        line(&format!("  {:<7} {shown}", name(recipe.sdk)));
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

fn name(sdk: Sdk) -> &'static str {
    match sdk {
        Sdk::Java => "Java",
        Sdk::Go => "Go",
        Sdk::Php => "PHP",
        Sdk::CSharp => "C#",
        Sdk::Cpp => "C++",
        Sdk::Node => "Node",
        Sdk::Python => "Python",
    }
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Http => "HTTP request",
        Form::Curl => "curl command",
        Form::CurlVerbose => "curl -v",
        Form::JavaWire => "Apache HttpClient (Java)",
        Form::NodeDebug => "DEBUG=mq:client (Node)",
        Form::PythonSend => "http.client (Python)",
        Form::PythonLog => "mq_http_sdk (Python)",
        Form::CSharp => "HttpRequestMessage (C#)",
        Form::Quoted => "HTTP request, %q (Go)",
    }
}

fn age(millis: i64) -> String {
    let minutes = millis / 60_000;
    match minutes {
        0..=120 => format!("{minutes} min"),
        121..=2880 => format!("{} h", minutes / 60),
        _ => format!("{} d", minutes / 1440),
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
