//! Names of the files that bodies are written to: of the key and the id, with nothing in them that
//! any file system refuses, and an ending that says what is inside.

use super::format::{Record, Recorded};

/// Bytes of a name, its ending aside: file systems allow 255 of them.
const LONGEST: usize = 180;

/// Names that Windows keeps for itself, whatever their ending.
const RESERVED: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "COM", "LPT"];

/// Beginning and ending of the name of a message's body.
pub(super) fn name_of(record: &Record) -> (String, &'static str) {
    let (key, id, ending) = match &record.message {
        Recorded::Whole(message) => {
            let ending = ending_of(&message.body);
            (message.key(), Some(message.message_id.as_str()), ending)
        }
        Recorded::Damaged(damaged) => (None, damaged.message_id.as_deref(), "damaged.xml"),
    };
    let parts = [key, id].into_iter().flatten().map(safe);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    (whole(&parts.join("_")), ending)
}

/// What can be a name as a whole.
fn whole(name: &str) -> String {
    let name = &name[..name.floor_char_boundary(LONGEST)];
    let name = name.trim_matches(['.', ' ']);
    let first = name.split('.').next().unwrap_or_default();
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    match name.is_empty() {
        true => "message".to_owned(),
        false if RESERVED.iter().any(|r| r.eq_ignore_ascii_case(stem)) => format!("_{name}"),
        false => name.to_owned(),
    }
}

/// Letters and digits of any script stay; what file systems or shells give a meaning does not.
fn safe(text: &str) -> String {
    let kept = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars()
        .take(LONGEST)
        .map(|c| if kept(c) { c } else { '_' })
        .collect()
}

/// What kind of text it is.
fn ending_of(body: &str) -> &'static str {
    let begin = body.trim_start();
    let is_json = begin.starts_with(['{', '['])
        && serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok();
    if is_json {
        "json"
    } else if begin.starts_with('<') && body.trim_end().ends_with('>') {
        "xml"
    } else {
        "txt"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_written_everywhere() {
        let check =
            |text: &str, expected: &str| assert_eq!(whole(&safe(text)), expected, "{text:?}");
        check("order-1.2_x", "order-1.2_x");
        check("../../etc/passwd", "_.._etc_passwd");
        check("a/b\\c:d*e?f\"g<h>i|j\0k\nl", "a_b_c_d_e_f_g_h_i_j_k_l");
        check("订单 一", "订单_一");
        check("..", "message");
        check("", "message");
        check("nul", "_nul");
        check("COM1.txt", "_COM1.txt");
        check("company", "company");
        assert_eq!(whole(&safe(&"长".repeat(500))).len(), LONGEST);
    }

    #[test]
    fn the_ending_says_what_is_inside() {
        let check = |body: &str, expected: &str| assert_eq!(ending_of(body), expected, "{body:?}");
        check(" {\"a\": 1}\n", "json");
        check("[1, 2]", "json");
        check("{not json", "txt");
        check("12", "txt");
        check("<a>1</a>", "xml");
        check("1 < 2", "txt");
        check("", "txt");
    }
}
