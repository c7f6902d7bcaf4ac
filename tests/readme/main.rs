//! What README.md tells people to run is run: every command against a sandbox, the programs for Node
//! and Python with their SDKs. The Chinese README tells the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod guide;
mod shell;
#[path = "../support/mod.rs"]
mod support;
mod text;

use std::fs;
use std::process::Command;

use shell::{ENDPOINT, Shell};
use support::sdk::{self, Sdk};
use support::{Finished, Sandbox, run};
use text::{assert_links_lead_somewhere, assert_names_are_there, blocks, commands};

const ENGLISH: &str = include_str!("../../README.md");
const CHINESE: &str = include_str!("../../README.zh-CN.md");

/// The words of the window.
const WORDS: &str = include_str!("../../assets/i18n/en.ftl");
const CHINESE_WORDS: &str = include_str!("../../assets/i18n/zh-CN.ftl");

/// Building and testing mqscope itself: who runs this has done both, and packages are built and tried
/// in a step of their own.
const OURS: [&str; 4] = [
    "cargo ",
    "MQSCOPE_GALLERY=1 cargo ",
    "MQSCOPE_SCREENSHOTS=1 cargo ",
    ".ci/",
];

fn the_block(text: &str, language: &str) -> String {
    let mut found = blocks(text);
    found.retain(|block| block.language == language);
    assert_eq!(found.len(), 1, "blocks in {language}");
    found[0].lines.join("\n")
}

#[test]
fn every_command_does_what_it_is_there_for() {
    let mut shell = Shell::new();
    let commands = commands(ENGLISH);
    let ours = |line: &&text::Line| !OURS.iter().any(|ours| line.text.starts_with(ours));
    let (mut run, mut verbs) = (0, Vec::new());
    for line in commands.iter().filter(ours) {
        shell.run(line);
        run += 1;
        verbs.extend(line.text.split(' ').nth(1).map(str::to_owned));
    }
    assert!(run >= 10, "only {run} commands: {commands:?}");
    for verb in [
        "sandbox", "publish", "consume", "ack", "doctor", "explain", "admin",
    ] {
        assert!(verbs.iter().any(|found| found == verb), "{verb} is missing");
    }
}

#[test]
fn the_programs_run_as_printed() {
    let sandbox = Sandbox::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let printed = |language: &str, file: &str| {
        let text = the_block(ENGLISH, language).replace(ENDPOINT, &sandbox.endpoint);
        fs::write(folder.path().join(file), text).unwrap();
    };
    let ends_well = |mut command: Command| {
        support::keep_settings_out(&mut command, &sandbox.home);
        command.current_dir(folder.path());
        let Finished {
            status,
            stdout,
            stderr,
        } = run(command, b"");
        assert!(status.success(), "{stdout}{stderr}");
        assert!(stdout.contains("{\"id\":1}"), "{stdout}{stderr}");
    };
    if let Some(installed) = sdk::install(Sdk::Node) {
        printed("js", "example.mjs");
        let modules = installed.join("node_modules");
        std::os::unix::fs::symlink(modules, folder.path().join("node_modules")).unwrap();
        let mut node = Command::new("node");
        node.arg("example.mjs");
        ends_well(node);
    }
    if let Some(installed) = sdk::install(Sdk::Python) {
        printed("python", "example.py");
        let mut python = Command::new("python3");
        python
            .args(["-B", "-X", "utf8", "example.py"])
            .env("PYTHONPATH", installed);
        ends_well(python);
    }
}

#[test]
fn both_languages_tell_to_run_the_same() {
    let texts = |text| commands(text).into_iter().map(|line| line.text);
    assert!(texts(ENGLISH).eq(texts(CHINESE)));
    let headings = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(headings(ENGLISH), headings(CHINESE));
    for language in ["js", "python", "java"] {
        let code = |text| {
            let block = the_block(text, language);
            let lines: Vec<String> = block.lines().map(without_comment).collect();
            lines
        };
        assert_eq!(code(ENGLISH), code(CHINESE), "{language}");
    }
}

fn without_comment(line: &str) -> String {
    let said = [" //", "  #"]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min();
    line[..said.unwrap_or(line.len())].trim_end().to_owned()
}

#[test]
fn what_the_texts_point_at_is_there() {
    for (text, words) in [(ENGLISH, WORDS), (CHINESE, CHINESE_WORDS)] {
        assert_links_lead_somewhere(text);
        assert_names_are_there(text, words);
    }
}
