//! What the integration tests that start processes share: the sandbox as a child process that
//! never outlives its test, and other programs with a limit on how long they may run. Nothing
//! about the protocol: the tests speak it through the command line and the SDKs.

#![allow(dead_code, reason = "each test crate uses its own part of this module")]

pub(crate) mod sdk;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The binary under test.
pub(crate) const MQSCOPE: &str = env!("CARGO_BIN_EXE_mqscope");

/// The sandbox's keys, as it has them when nobody sets others.
pub(crate) const ACCESS_KEY: &str = "sandbox";
pub(crate) const SECRET_KEY: &str = "sandbox-secret";

/// Far longer than anything here takes on a busy machine; only a hang reaches it.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// `mqscope` with nothing of this machine's own settings: keys, profiles, proxies.
pub(crate) fn mqscope(home: &tempfile::TempDir) -> Command {
    let mut command = Command::new(MQSCOPE);
    // Whoever runs the tests may speak another language.
    command.env("HOME", home.path()).env("LC_ALL", "C");
    keep_settings_out(&mut command, home);
    command
}

/// As above for a command that starts `mqscope` itself. HOME stays: interpreters are found by it.
pub(crate) fn keep_settings_out(command: &mut Command, home: &tempfile::TempDir) {
    for (name, folder) in [
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ] {
        command.env(name, home.path().join(folder));
    }
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_lowercase();
        if text.starts_with("mqscope_") || text.ends_with("_proxy") {
            command.env_remove(name);
        }
    }
}

/// A child process whose output is collected while it runs, and which ends with its owner.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Option<thread::JoinHandle<String>>,
}

/// What is left of a child that has ended by itself.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Running {
    /// Starts `command` with `input` as its whole standard input.
    pub(crate) fn start(mut command: Command, input: &[u8]) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));

        let mut stdin = child.stdin.take().expect("stdin is piped");
        let input = input.to_vec();
        // A thread each, so that no pipe can fill up and stop the child. A child that ends without
        // reading its input is its own business.
        thread::spawn(move || drop(stdin.write_all(&input)));

        let (lines, stdout) = mpsc::channel();
        let mut pipe = BufReader::new(child.stdout.take().expect("stdout is piped"));
        thread::spawn(move || {
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                let text = String::from_utf8_lossy(&line).into_owned();
                if lines.send(text).is_err() {
                    return;
                }
                line.clear();
            }
        });

        let mut pipe = child.stderr.take().expect("stderr is piped");
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        });

        Self {
            child,
            stdout,
            stderr: Some(stderr),
        }
    }

    /// The next line of standard output, without its line end. Fails when there is none in time.
    pub(crate) fn line(&mut self) -> String {
        match self.stdout.recv_timeout(LIMIT) {
            Ok(line) => line.trim_end_matches('\n').to_owned(),
            Err(reason) => {
                let stderr = self.kill();
                panic!("no line of output ({reason}); on stderr:\n{stderr}")
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the child has closed its output and ended. Killed, and a failure, after `limit`.
    pub(crate) fn finish(mut self, limit: Duration) -> Finished {
        let deadline = Instant::now() + limit;
        let mut stdout = String::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.stdout.recv_timeout(left) {
                Ok(line) => stdout.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let stderr = self.kill();
                    panic!(
                        "still running after {limit:?}; on stdout:\n{stdout}\non stderr:\n{stderr}"
                    )
                }
            }
        }
        // Output closed: from here it is the process ending, which takes no time worth limiting.
        let status = self.child.wait().expect("the child can be waited for");
        let stderr = self.stderr.take().map(join).unwrap_or_default();
        Finished {
            status,
            stdout,
            stderr,
        }
    }

    /// Ends the child for good and gives what it wrote to standard error.
    fn kill(&mut self) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.stderr.take().map(join).unwrap_or_default()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn join(reader: thread::JoinHandle<String>) -> String {
    reader.join().unwrap_or_default()
}

/// Runs `command` to its end.
pub(crate) fn run(command: Command, input: &[u8]) -> Finished {
    Running::start(command, input).finish(LIMIT)
}

/// Sends `signal` ("TERM", "INT") to a child of ours, and to nobody else.
pub(crate) fn signal(child: &Running, signal: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(child.id().to_string())
        .status()
        .expect("there is a kill command");
    assert!(sent.success(), "kill -{signal} failed");
}

/// `mqscope sandbox` on a free port.
pub(crate) struct Sandbox {
    process: Running,
    /// Where it would keep its settings; a client of this sandbox may share it.
    pub(crate) home: tempfile::TempDir,
    /// `http://127.0.0.1:PORT`.
    pub(crate) endpoint: String,
}

impl Sandbox {
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::start_with(options, |_| ())
    }

    /// Starts it with more settings than the options, such as environment variables.
    pub(crate) fn start_with(options: &[&str], settings: impl FnOnce(&mut Command)) -> Self {
        Self::start_at("127.0.0.1:0", options, settings)
    }

    /// Starts it where another one was, once that one is gone.
    pub(crate) fn start_at(
        listen: &str,
        options: &[&str],
        settings: impl FnOnce(&mut Command),
    ) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let mut command = mqscope(&home);
        command.args(["sandbox", "--listen", listen]).args(options);
        settings(&mut command);
        let mut process = Running::start(command, b"");
        let line = process.line();
        let endpoint = line
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("unexpected first line: {line}"))
            .to_owned();
        assert!(
            endpoint.starts_with("http://127.0.0.1:") && !endpoint.ends_with(":0"),
            "not an address to connect to: {endpoint}"
        );
        Self {
            process,
            home,
            endpoint,
        }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.trim_start_matches("http://")
    }

    /// Ends it on the spot (SIGKILL), wherever it is.
    pub(crate) fn kill(mut self) {
        self.process.kill();
    }

    /// Sends it a signal and waits for its end, at most for `limit`.
    pub(crate) fn stop(self, name: &str, limit: Duration) -> Finished {
        signal(&self.process, name);
        self.process.finish(limit)
    }
}
