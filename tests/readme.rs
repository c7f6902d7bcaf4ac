//! What README.md tells people to run is run: every command against a sandbox, the programs for Node
//! and Python with their SDKs. The Chinese README tells the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::sdk::{self, Sdk};
use support::{Finished, MQSCOPE, Running, Sandbox, run};

const ENGLISH: &str = include_str!("../README.md");
const CHINESE: &str = include_str!("../README.zh-CN.md");

/// Where the READMEs say that the sandbox is.
const ENDPOINT: &str = "http://127.0.0.1:8080";
const TOKEN: &str = "a-token-of-my-choice";

/// Building and testing mqscope itself: who runs this has done both, and packages are built and tried
/// in a step of their own.
const OURS: [&str; 2] = ["cargo ", ".ci/"];

/// A fenced block: its language and its lines.
#[derive(Debug, PartialEq, Eq)]
struct Block<'a> {
    language: &'a str,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
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

/// The commands of a text for the shell, without what is said about them, each on one line.
fn commands(text: &str) -> Vec<String> {
    blocks(text)
        .into_iter()
        .filter(|block| block.language == "sh")
        .flat_map(|block| {
            let text = block.lines.join("\n").replace("\\\n", " ");
            text.lines()
                .map(|line| {
                    let said = line.find("  #").unwrap_or(line.len());
                    line[..said]
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                })
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
        })
        .collect()
}

fn the_block(text: &str, language: &str) -> String {
    let mut found = blocks(text);
    found.retain(|block| block.language == language);
    assert_eq!(found.len(), 1, "blocks in {language}");
    found[0].lines.join("\n")
}

/// A shell that remembers what was exported, beside a sandbox.
struct Shell {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    exported: HashMap<String, String>,
    /// What the last `consume` gave.
    handle: Option<String>,
}

impl Shell {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("bin");
        fs::create_dir(&programs).unwrap();
        std::os::unix::fs::symlink(MQSCOPE, programs.join("mqscope")).unwrap();
        fs::write(folder.path().join("request.txt"), REQUEST).unwrap();
        Self {
            sandbox: Sandbox::start_with(&[], |command| {
                command.env("MQSCOPE_SANDBOX_ADMIN_TOKEN", TOKEN);
            }),
            folder,
            exported: HashMap::from([("MQSCOPE_SANDBOX_ADMIN_TOKEN".to_owned(), TOKEN.to_owned())]),
            handle: None,
        }
    }

    /// A command as bash would run it.
    fn bash(&self, line: &str) -> Command {
        let mut command = Command::new("bash");
        support::keep_settings_out(&mut command, &self.sandbox.home);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .args(["-euo", "pipefail", "-c", line])
            .current_dir(self.folder.path())
            .env(
                "PATH",
                format!("{}:{path}", self.folder.path().join("bin").display()),
            )
            .envs(&self.exported);
        command
    }

    fn run(&mut self, line: &str) {
        if let Some(pairs) = line.strip_prefix("export ") {
            let pairs = pairs.split(' ').map(|pair| pair.split_once('=').unwrap());
            self.exported
                .extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            return;
        }
        let starts_sandbox =
            line.starts_with("mqscope sandbox") && !line.contains("--print-config");
        if starts_sandbox {
            return self.start_sandbox(line);
        }
        let mut filled = line.replace(ENDPOINT, &self.sandbox.endpoint);
        if let Some(handle) = &self.handle {
            filled = filled.replace("HANDLE…", handle);
        }
        let finished = run(self.bash(&filled), b"");
        // What `explain` is shown here is wrong, and it says so.
        let expected = if line.contains("explain") { 1 } else { 0 };
        assert_eq!(
            finished.status.code(),
            Some(expected),
            "{line}\n{}{}",
            finished.stdout,
            finished.stderr
        );
        if line.contains(" consume ") {
            let message: Value = serde_json::from_str(&finished.stdout).unwrap();
            self.handle = Some(message["receipt_handle"].as_str().unwrap().to_owned());
        }
    }

    /// It would go on for ever, so that it starts is what counts. Any port does.
    fn start_sandbox(&self, line: &str) {
        let mut line = format!("exec {line}");
        if !line.contains("--listen") {
            line += " --listen 127.0.0.1:0";
        }
        let mut started = Running::start(self.bash(&line), b"");
        let said = started.line();
        assert!(said.starts_with("listening on http://127.0.0.1:"), "{said}");
    }
}

/// A publish whose signature nobody could have made with the sandbox's keys.
const REQUEST: &str = "POST /topics/orders/messages HTTP/1.1\r\n\
    Authorization: MQ sandbox:AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\
    Content-Type: text/xml;charset=utf-8\r\n\
    Date: Fri, 27 Nov 2026 10:00:00 GMT\r\n\
    x-mq-version: 2015-06-06\r\n\
    \r\n";

#[test]
fn every_command_does_what_it_is_there_for() {
    let mut shell = Shell::new();
    let commands = commands(ENGLISH);
    let ours = |line: &&String| !OURS.iter().any(|ours| line.starts_with(ours));
    let (mut run, mut verbs) = (0, Vec::new());
    for line in commands.iter().filter(ours) {
        shell.run(line);
        run += 1;
        verbs.extend(line.split(' ').nth(1).map(str::to_owned));
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
    assert_eq!(commands(ENGLISH), commands(CHINESE));
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
    for text in [ENGLISH, CHINESE] {
        for link in text.split("](").skip(1) {
            let target = link.split([')', '#']).next().unwrap_or_default();
            let elsewhere = target.contains("://") || target.is_empty();
            assert!(
                elsewhere || Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(),
                "{target} is not there"
            );
        }
    }
}
