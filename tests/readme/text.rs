//! What a text in Markdown tells people to run, to press and to follow.

use std::collections::BTreeSet;
use std::path::Path;

/// A fenced block: its language and its lines.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) language: &'a str,
    pub(crate) lines: Vec<&'a str>,
}

pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let lines = lines.by_ref().take_while(|line| *line != "```").collect();
        blocks.push(Block { language, lines });
    }
    blocks
}

/// A command, and the exit code that the comment behind it promises.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) code: Option<i32>,
}

impl Block<'_> {
    /// Its commands without what is said about them, each on one line.
    pub(crate) fn commands(&self) -> Vec<Line> {
        let text = self.lines.join("\n").replace("\\\n", " ");
        let lines = text.lines().map(|line| {
            let (command, said) = line.split_at(line.find("  #").unwrap_or(line.len()));
            let code = said.split("exit code ").nth(1);
            let code = code.and_then(|code| code.get(..1)?.parse().ok());
            let words: Vec<&str> = command.split_whitespace().collect();
            Line {
                text: words.join(" "),
                code,
            }
        });
        lines.filter(|line| !line.text.is_empty()).collect()
    }
}

/// The commands of all blocks for the shell.
pub(crate) fn commands(text: &str) -> Vec<Line> {
    let blocks = blocks(text).into_iter();
    let blocks = blocks.filter(|block| block.language == "sh");
    blocks.flat_map(|block| block.commands()).collect()
}

/// What stands between typographical quotes: names of buttons and fields.
pub(crate) fn quoted(text: &str) -> BTreeSet<&str> {
    let parts = text.split('“').skip(1);
    parts.filter_map(|part| part.split('”').next()).collect()
}

/// Fails unless each name that the text quotes is written so in these words of the window.
#[track_caller]
pub(crate) fn assert_names_are_there(text: &str, words: &str) {
    let values: Vec<&str> = words
        .lines()
        .map(|line| line.split_once('=').map_or(line, |(_, value)| value))
        .collect();
    for name in quoted(text) {
        assert!(
            values.iter().any(|value| value.contains(name)),
            "nothing in the window is called {name:?}"
        );
    }
}

/// Fails if a link leads to a file that is not there.
#[track_caller]
pub(crate) fn assert_links_lead_somewhere(text: &str) {
    for link in text.split("](").skip(1) {
        let target = link.split([')', '#']).next().unwrap_or_default();
        let elsewhere = target.contains(':') || target.is_empty();
        assert!(
            elsewhere || Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(),
            "{target} is not there"
        );
    }
}
