//! A shell that runs what a text tells people to run, line by line or as a whole, beside a sandbox of
//! its own.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{self, MQSCOPE, Running, Sandbox, run};
use crate::text::Line;

/// Where the texts say that the sandbox is.
pub(crate) const ENDPOINT: &str = "http://127.0.0.1:8080";
const TOKEN: &str = "a-token-of-my-choice";

/// A shell that remembers what was exported, beside a sandbox.
pub(crate) struct Shell {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
    exported: HashMap<String, String>,
    /// What the last `consume` gave.
    handle: Option<String>,
}

impl Shell {
    pub(crate) fn new() -> Self {
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

    /// Runs a command, and fails unless it ends as it is said to.
    pub(crate) fn run(&mut self, line: &Line) {
        let text = &line.text;
        if let Some(pairs) = text.strip_prefix("export ") {
            let pairs = pairs.split(' ').map(|pair| pair.split_once('=').unwrap());
            self.exported
                .extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            return;
        }
        if text.starts_with("mqscope sandbox") && !text.contains("--print-config") {
            return self.start_sandbox(text);
        }
        let mut filled = text.replace(ENDPOINT, &self.sandbox.endpoint);
        if let Some(handle) = &self.handle {
            filled = filled.replace("HANDLE…", handle);
        }
        // What `explain` is shown here is wrong, and it says so.
        let explains = text.starts_with("mqscope explain");
        let expected = line.code.unwrap_or(explains.into());
        let stdout = self.ends_with(&filled, expected);
        if text.contains(" consume ")
            && let Some(last) = stdout.lines().last()
        {
            let message: Value = serde_json::from_str(last).unwrap();
            self.handle = Some(message["receipt_handle"].as_str().unwrap().to_owned());
        }
    }

    /// Runs a script as it is printed.
    pub(crate) fn run_script(&self, lines: &[&str]) {
        let script = lines.join("\n").replace(ENDPOINT, &self.sandbox.endpoint);
        self.ends_with(&script, 0);
    }

    /// Runs something and gives what it prints; fails if it ends otherwise.
    fn ends_with(&self, script: &str, code: i32) -> String {
        let finished = run(self.bash(script), b"");
        let (stdout, stderr) = (finished.stdout, finished.stderr);
        assert_eq!(
            finished.status.code(),
            Some(code),
            "{script}\n{stdout}{stderr}"
        );
        stdout
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
