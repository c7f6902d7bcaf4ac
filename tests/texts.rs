//! Both languages have the same messages with the same variables, and the program uses them all.
//!
//! It deliberately reads source text instead of running the program: a key that is only shown
//! after a rare fault is checked as well. Of wording it judges what can be judged: the same words
//! for the same things, full-width punctuation in Chinese, forms of the plural.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

/// Keys with the variables their messages take.
type Messages = BTreeMap<String, BTreeSet<String>>;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn messages(file: &str) -> Messages {
    let source = std::fs::read_to_string(root().join("assets/i18n").join(file)).unwrap();
    if let Err((_, errors)) = FluentResource::try_new(source.clone()) {
        panic!("{file} does not parse: {errors:?}");
    }
    parse(&source).unwrap_or_else(|key| panic!("{file} has {key} twice"))
}

/// A message starts in the first column; what belongs to it is indented. `Err` is a key that
/// comes twice.
fn parse(source: &str) -> Result<Messages, String> {
    let mut messages = Messages::new();
    let mut current = None;
    for line in source.lines() {
        if line.starts_with('#') {
            continue;
        }
        if line.starts_with(|first: char| first.is_ascii_alphabetic() || first == '-') {
            let key = line.split([' ', '=']).next().unwrap_or_default().to_owned();
            if messages.insert(key.clone(), BTreeSet::new()).is_some() {
                return Err(key);
            }
            current = Some(key);
        }
        let Some(variables) = current.as_ref().and_then(|key| messages.get_mut(key)) else {
            continue;
        };
        for rest in line.split('$').skip(1) {
            let is_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
            variables.insert(rest.chars().take_while(is_name).collect());
        }
    }
    Ok(messages)
}

/// Every Rust file under src/, without comments, and without its tests at the foot.
fn sources() -> Vec<(PathBuf, String)> {
    let mut folders = vec![root().join("src")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let program = text.split("\nmod tests {").next().unwrap_or_default();
                let is_code = |line: &&str| !line.trim_start().starts_with("//");
                let program: Vec<_> = program.lines().filter(is_code).collect();
                sources.push((path, program.join("\n")));
            }
        }
    }
    sources
}

/// The keys a source asks for by name: `tr!("key")`, and `get("key")` and `format("key", …)` of
/// something called `t`, `texts`, `texts()` or `Texts::of(…)`, wherever rustfmt breaks the line.
fn asked_for(source: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    for call in ["tr!(", ".get(", ".format("] {
        for (at, _) in source.match_indices(call) {
            let before = source[..at].trim_end();
            let is_ours = match call {
                // Not the end of include_str!.
                "tr!(" => !before.ends_with(is_name),
                _ => is_texts(before),
            };
            if !is_ours {
                continue;
            }
            let after = source[at + call.len()..].trim_start();
            if let Some(key) = after
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next())
            {
                keys.push(key);
            }
        }
    }
    keys
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_texts(before: &str) -> bool {
    let receiver = match before.strip_suffix(')') {
        // A call without nested parentheses: its name counts.
        Some(call) => match call.rsplit_once('(') {
            Some((name, _)) if name.ends_with("Texts::of") => return true,
            Some((name, _)) => name,
            None => return false,
        },
        None => before,
    };
    let name = receiver
        .rsplit(|c: char| !is_name(c))
        .next()
        .unwrap_or_default();
    matches!(name, "t" | "texts")
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (en, zh) = (messages("en.ftl"), messages("zh-CN.ftl"));
    let keys: BTreeSet<_> = en.keys().chain(zh.keys()).collect();
    let differences: Vec<_> = keys
        .into_iter()
        .filter(|key| en.get(*key) != zh.get(*key))
        .map(|key| format!("{key}: en {:?}, zh-CN {:?}", en.get(key), zh.get(key)))
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn every_message_is_used() {
    let sources = sources();
    // What the help asks for it puts together from the names of commands and arguments.
    let help: BTreeSet<String> = mqscope::cli::keys().into_iter().collect();
    let unused: Vec<_> = messages("en.ftl")
        .into_keys()
        // A term is used by messages; Fluent reports one that is missing.
        .filter(|key| !key.starts_with('-'))
        .filter(|key| !help.contains(key))
        .filter(|key| {
            let literal = format!("\"{key}\"");
            !sources.iter().any(|(_, source)| source.contains(&literal))
        })
        .collect();
    assert!(unused.is_empty(), "no source names {unused:#?}");
}

#[test]
fn every_key_that_is_asked_for_has_a_message() {
    let en = messages("en.ftl");
    let absent: Vec<_> = sources()
        .iter()
        .flat_map(|(path, source)| {
            let unknown = asked_for(source)
                .into_iter()
                .filter(|key| !en.contains_key(*key));
            unknown
                .map(|key| format!("{key} in {}", path.display()))
                .collect::<Vec<_>>()
        })
        .collect();
    assert!(absent.is_empty(), "no message for {absent:#?}");
}

/// What each message says, with its placeables as they stand.
fn wordings(file: &str) -> BTreeMap<String, String> {
    let source = std::fs::read_to_string(root().join("assets/i18n").join(file)).unwrap();
    let mut wordings: BTreeMap<String, String> = BTreeMap::new();
    let mut current = String::new();
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        if line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            key.trim().clone_into(&mut current);
            wordings.insert(current.clone(), value.trim().to_owned());
        } else if let Some(text) = wordings.get_mut(&current) {
            text.push('\n');
            text.push_str(line);
        }
    }
    wordings
}

/// What things are called, as the vendors' consoles call them, and what nobody shall call them.
const GLOSSARY: &[(&str, &str, &[&str])] = &[
    ("consumer group", "消费组", &["消费者组", "消费群组"]),
    ("topic", "主题", &["话题"]),
    ("tag", "标签", &[]),
    ("dead letter", "死信", &["死亡"]),
    ("half message", "半消息", &["半事务消息", "一半消息"]),
    ("sharding key", "分区键", &["分片键"]),
    ("lease", "租约", &["租期"]),
    ("handle", "句柄", &["凭据"]),
    ("keyring", "密钥环", &["钥匙串", "钥匙环"]),
    ("signature", "签名", &[]),
    ("instance", "实例", &[]),
    ("sandbox", "沙箱", &["沙盒"]),
];

/// Words of a text that are there to be read: no code, no placeables, no names of files and fields.
fn words(text: &str) -> String {
    let mut prose = String::new();
    let mut depth = 0_usize;
    for (at, part) in text.split('`').enumerate() {
        // Every second part stands between backticks.
        if at % 2 == 1 {
            continue;
        }
        for c in part.chars() {
            depth += usize::from(c == '{');
            if depth == 0 {
                prose.push(c);
            }
            depth -= usize::from(c == '}' && depth > 0);
        }
    }
    let is_word = |word: &&str| {
        let inner = word.trim_matches(|c: char| c.is_ascii_punctuation() && c != '/' && c != '-');
        !inner.is_empty() && inner.chars().all(char::is_alphabetic)
    };
    // A list in a command's or a filter's own words: "tag:x, key:x".
    let is_list = |word: &&str| !word.contains(':') || word.ends_with(':');
    let words = prose.split_whitespace().filter(is_list).filter(is_word);
    let words: Vec<String> = words
        .map(|word| {
            let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
            word.to_lowercase().trim_end_matches('s').to_owned()
        })
        .collect();
    format!(" {} ", words.join(" "))
}

/// Texts in which an English word is the protocol's or a file's, and Chinese keeps it, or another
/// word that is spelled the same.
const OTHER_WORDS: &[&str] = &[
    "cause-leading-slash-fix",
    "cli-ack--handles",
    "cli-consume-more",
    "keys-ak-sandbox",
    "outbox-lines-messages-why",
    "samples-filled",
    // As the consoles themselves write it.
    "where-endpoint-sandbox",
    "where-topic-aliyun",
    "where-topic-tdmq",
];

#[test]
fn the_same_thing_is_called_the_same_everywhere() {
    let (en, zh) = (wordings("en.ftl"), wordings("zh-CN.ftl"));
    let mut wrong = Vec::new();
    for (key, english) in &en {
        let (english, chinese) = (words(english), &zh[key]);
        for (term, called, never) in GLOSSARY {
            if english.contains(&format!(" {term} "))
                && !chinese.contains(called)
                && !OTHER_WORDS.contains(&key.as_str())
            {
                wrong.push(format!("{key}: {term:?} is {called}: {chinese}"));
            }
            for word in never.iter().filter(|word| chinese.contains(**word)) {
                wrong.push(format!("{key}: {word} is called {called}: {chinese}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for key in OTHER_WORDS {
        assert!(en.contains_key(*key), "{key} is excused and gone");
    }
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Punctuation of Latin writing that follows a Chinese character, blanks aside.
fn half_width(text: &str) -> Option<String> {
    let prose: String = text.split('`').step_by(2).collect();
    let chars: Vec<char> = prose.chars().collect();
    for (at, &c) in chars.iter().enumerate().skip(1) {
        let before = match chars[at - 1] {
            ' ' if at > 1 => chars[at - 2],
            before => before,
        };
        let next = chars.get(at + 1).copied().unwrap_or(' ');
        let wrong = match c {
            ',' | ';' | '!' | '?' | '(' => true,
            // Between a host and its port it is none of ours.
            ':' => next.is_whitespace(),
            '.' => next == '.' || next.is_whitespace(),
            _ => false,
        };
        if wrong && is_han(before) {
            return Some(chars[at.saturating_sub(6)..=at].iter().collect());
        }
    }
    None
}

#[test]
fn chinese_has_its_own_punctuation() {
    let wrong: Vec<String> = wordings("zh-CN.ftl")
        .into_iter()
        .filter_map(|(key, text)| Some(format!("{key}: …{}", half_width(&text)?)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for wrong in ["完成, 继续", "完成 (1)", "名称: 值", "真的吗?", "等待..."] {
        assert!(half_width(wrong).is_some(), "{wrong}");
    }
    for right in [
        "完成，继续",
        "http://主机:端口",
        "`名称: x`",
        "ID: 1",
        "等待…",
    ] {
        assert_eq!(half_width(right), None);
    }
}

#[test]
fn a_plural_has_the_forms_of_its_language() {
    let forms = |text: &str| {
        let has = |form: &str| text.lines().any(|line| line.trim_start().starts_with(form));
        (has("[one]") || has("[1]"), has("*[other]"))
    };
    for (key, text) in wordings("en.ftl") {
        let (one, other) = forms(&text);
        assert!(!one || other, "{key} has no form for many: {text}");
        assert!(!other || one, "{key} has no form for one: {text}");
    }
    for (key, text) in wordings("zh-CN.ftl") {
        let plural = text
            .lines()
            .any(|line| line.trim_start().starts_with("[one]"));
        assert!(!plural, "{key}: Chinese has one form for all: {text}");
    }
}

#[test]
fn the_readers_above_see_what_they_should() {
    let source = "# $no\na = x\nb = { $n ->\n    [one] { $who-1 }\n   *[other] y\n}\n-t = z\n";
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected: Messages = [
        ("-t", names(&[])),
        ("a", names(&[])),
        ("b", names(&["n", "who-1"])),
    ]
    .map(|(key, variables): (_, BTreeSet<String>)| (key.to_owned(), variables))
    .into();
    assert_eq!(parse(source), Ok(expected));
    assert_eq!(parse("a = 1\na = 2\n"), Err("a".to_owned()));

    let code = r#"tr!("a"); texts.get("b"); self.texts
        .format(
            "c", &[]); Texts::of(lang).get("d"); model.texts().get("e"); t.get("f");
        headers.get("no"); list.get("no"); texts.get(key); output.get("no"); include_str!("no")"#;
    let mut keys = asked_for(code);
    keys.sort_unstable();
    assert_eq!(keys, ["a", "b", "c", "d", "e", "f"]);
}

/// Symbols come from the one set of icons, never from whichever font has such a character.
#[test]
fn no_text_of_the_window_has_symbols_in_it() {
    // But for the names of keys on a Mac.
    let is_symbol = |c: &char| {
        matches!(*c, '\u{2300}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}') && !"⌘⌥⌃".contains(*c)
    };
    let languages = ["en.ftl", "zh-CN.ftl"].map(|file| {
        let path = root().join("assets/i18n").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        (path, text)
    });
    let window = sources().into_iter().filter(|(path, _)| {
        let inside = path.strip_prefix(root()).unwrap_or(path);
        inside.starts_with("src/ui")
    });
    for (path, text) in window.chain(languages) {
        for line in text.lines() {
            let found = line.chars().find(is_symbol);
            assert!(found.is_none(), "{}: {line}", path.display());
        }
    }
}
