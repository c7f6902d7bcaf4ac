//! What is wrong in a file of settings, in words of the interface: the parser's own are English only. What
//! it finds is known by how it says it; a sentence that is not known stands behind one of ours.

mod syntax;
mod values;

use crate::config::UnknownName;
use crate::i18n::Say;

/// What a parser's sentence means.
pub fn mistake(sentence: &str) -> Say {
    let known = known(sentence)
        .or_else(|| values::known(sentence))
        .or_else(|| syntax::known(sentence));
    known.unwrap_or_else(|| Say::new("file-says").with("what", sentence))
}

/// A name in the file that means nothing, and which was meant.
pub fn unknown_name(name: &UnknownName) -> Say {
    let say = match &name.nearest {
        Some(nearest) => Say::new("notice-settings-unknown-nearest").with("nearest", nearest),
        None => Say::new("notice-settings-unknown"),
    };
    let (line, column) = name.at;
    say.with("name", &name.name)
        .with("line", line)
        .with("column", column)
}

/// Sentences of our own that hold no values.
const FIXED: [(&str, &str); 8] = [
    ("not UTF-8 text", "file-utf8"),
    ("not a proxy, expected system", "file-proxy"),
    ("without keys nobody could come in", "file-no-keys"),
    ("an access key has at least", "file-access-key"),
    ("the secret is empty", "file-secret-empty"),
    ("give the key either a secret-key", "file-secret-which"),
    ("name a folder, or leave it out", "file-folder"),
    ("a size is not negative", "file-wants-size"),
];

fn known(sentence: &str) -> Option<Say> {
    let fixed = FIXED.iter().find(|(begin, _)| sentence.starts_with(begin));
    if let Some((_, key)) = fixed {
        return Some(Say::new(key));
    }
    if let Some(rest) = sentence.strip_prefix("unknown variant `") {
        return choice("file-wants-choice", rest);
    }
    if let Some(rest) = sentence.strip_prefix("unknown field `") {
        return choice("file-unknown-name", rest);
    }
    if let Some(rest) = sentence.strip_prefix("missing field `") {
        return Some(Say::new("file-missing").with("name", rest.trim_end_matches('`')));
    }
    if let Some(rest) = sentence.strip_prefix("unknown time zone ") {
        let (name, _) = rest.rsplit_once(", expected local")?;
        return Some(Say::new("file-zone").with("name", name.trim_matches('"')));
    }
    if let Some(rest) = sentence.strip_prefix("the variable ") {
        let name = rest.strip_suffix(" is not set")?;
        return Some(Say::new("file-variable").with("name", name));
    }
    if let Some(name) = sentence.strip_suffix(" is there twice") {
        return Some(Say::new("file-twice").with("name", name));
    }
    if sentence == "not a text" {
        return Some(Say::new("file-wants-text"));
    }
    if sentence.contains(" is not a size; ") {
        return Some(Say::new("file-wants-size"));
    }
    let is_value =
        sentence.starts_with("invalid type: ") || sentence.starts_with("invalid value: ");
    let (_, wanted) = sentence.rsplit_once(", expected ").filter(|_| is_value)?;
    wants(wanted)
}

/// `x`, expected one of `a`, `b`: the name and what there is.
fn choice(key: &'static str, rest: &str) -> Option<Say> {
    let (found, expected) = rest.split_once('`')?;
    let choices: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    if choices.is_empty() {
        return None;
    }
    let say = Say::new(key).with("found", found);
    Some(say.with("choices", choices.join(" / ")))
}

/// What kind of value is wanted.
fn wants(wanted: &str) -> Option<Say> {
    if let Some(bounds) = wanted.strip_prefix("a whole number from ") {
        let (min, max) = bounds.split_once(" to ")?;
        let say = Say::new("file-wants-number").with("min", min);
        return Some(say.with("max", max));
    }
    Some(Say::new(match wanted {
        "a boolean" => "file-wants-boolean",
        "a string" => "file-wants-text",
        "a sequence" => "file-wants-list",
        _ if wanted.starts_with("a nonzero ") => "file-wants-positive",
        _ if wanted.starts_with("a size ") => "file-wants-size",
        _ if wanted.starts_with("struct ") || wanted == "a map" => "file-wants-table",
        _ if matches!(wanted, "u32" | "u64" | "usize") => "file-wants-whole",
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Texts};

    fn told(sentence: &str) -> [String; 2] {
        Lang::ALL.map(|lang| Texts::of(lang).say(&mistake(sentence)))
    }

    #[test]
    fn what_a_parser_says_is_said_in_both_languages() {
        let check = |sentence: &str, english: &str, chinese: &str| {
            assert_eq!(told(sentence), [english, chinese]);
        };
        check(
            "unknown variant `pink`, expected one of `system`, `dark`, `light`",
            "Expected one of system / dark / light, not pink",
            "此处应为 system / dark / light 之一，而不是 pink",
        );
        check(
            "unknown field `lisen`, expected `listen` or `keys`",
            "No setting is called lisen here; there are listen / keys",
            "此处没有名为 lisen 的设置；可用的有 listen / keys",
        );
        check(
            "invalid value: integer `63`, expected a whole number from 64 to 16384",
            "Expected a whole number from 64 to 16384",
            "此处应为 64 到 16384 的整数",
        );
        check(
            "invalid type: integer `1`, expected a boolean",
            "Expected true or false",
            "此处应为 true 或 false",
        );
        check(
            "invalid value: integer `0`, expected a nonzero u32",
            "Expected a whole number of at least 1",
            "此处应为不小于 1 的整数",
        );
        check(
            "unknown time zone \"Mars/Olympus\", expected local, utc or a name such as Asia/Shanghai",
            "Mars/Olympus is no time zone; expected local, utc or a place such as Asia/Shanghai",
            "Mars/Olympus 不是时区；此处应为 local、utc 或 Asia/Shanghai 这样的地名",
        );
        check(
            "the variable X is not set",
            "The variable X is not set",
            "环境变量 X 未设置",
        );
        check(
            "unclosed array, expected `]`",
            "A bracket is not closed",
            "括号没有闭合",
        );
        check(
            "sideways",
            "This is not written as TOML is (sideways)",
            "此处不符合 TOML 的写法（sideways）",
        );
    }
}
