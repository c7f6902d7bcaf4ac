//! Both languages have the same messages with the same variables, and the program uses them all.
//!
//! It deliberately reads source text instead of running the program: a key that is only shown
//! after a rare fault is checked as well. It does not judge wording.
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
    let unused: Vec<_> = messages("en.ftl")
        .into_keys()
        // A term is used by messages; Fluent reports one that is missing.
        .filter(|key| !key.starts_with('-'))
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
    let is_symbol = |c: &char| matches!(*c, '\u{2300}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}');
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
