//! The official SDKs: installed by package name into the target folder, once per version, and the
//! scripts that use them. Does not know what the scripts test beyond the names of their cases.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use serde::Deserialize;

use super::{ACCESS_KEY, Finished, MQSCOPE, Running, SECRET_KEY, Sandbox, keep_settings_out};

/// For a package registry that answers slowly.
const INSTALL_LIMIT: Duration = Duration::from_secs(300);
/// For all cases of a suite: they run side by side, and the longest waits 10 s.
const SUITE_LIMIT: Duration = Duration::from_secs(120);

/// One of the official SDKs, pinned to the release whose traffic the protocol notes describe.
#[derive(Clone, Copy)]
pub(crate) enum Sdk {
    Node,
    Python,
}

/// One line of a script's output.
#[derive(Deserialize)]
struct CaseResult {
    case: String,
    ok: bool,
    detail: String,
}

impl Sdk {
    fn name(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Node => "@aliyunmq/mq-http-sdk@1.0.4",
            Self::Python => "mq_http_sdk==1.0.3",
        }
    }

    /// The programs it takes to run and to install it, with arguments that only try them out.
    fn programs(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Node => &[&["node", "--version"], &["npm", "--version"]],
            Self::Python => &[&["python3", "-m", "pip", "--version"]],
        }
    }

    fn install_command(self, folder: &Path) -> Command {
        match self {
            Self::Node => {
                let mut npm = Command::new("npm");
                npm.arg("install").arg("--prefix").arg(folder).args([
                    "--no-audit",
                    "--no-fund",
                    "--ignore-scripts",
                    "--prefer-offline",
                    self.package(),
                ]);
                npm
            }
            Self::Python => {
                // --target works without a virtual environment, also where the distribution
                // keeps pip away from its own packages.
                let mut pip = Command::new("python3");
                pip.args(["-m", "pip", "install", "--disable-pip-version-check"])
                    .arg("--target")
                    .arg(folder)
                    .arg(self.package());
                pip
            }
        }
    }

    /// What proves that the package is there.
    fn installed_file(self) -> &'static str {
        match self {
            Self::Node => "node_modules/@aliyunmq/mq-http-sdk/package.json",
            Self::Python => "mq_http_sdk/mq_client.py",
        }
    }

    fn script_command(self) -> Command {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
        match self {
            Self::Node => {
                let mut node = Command::new("node");
                node.arg(scripts.join("sdk.mjs"));
                node
            }
            Self::Python => {
                let mut python = Command::new("python3");
                // Without -B it would leave compiled files beside the SDK, and without UTF-8 mode
                // the texts would depend on the locale.
                python
                    .args(["-B", "-X", "utf8"])
                    .arg(scripts.join("sdk.py"));
                python
            }
        }
    }
}

/// Runs a suite of an SDK's script against `sandbox` and checks that exactly `expected` ran, and
/// passed. A case that is silently gone is a failure too.
pub(crate) fn run_suite(
    sdk: Sdk,
    suite: &str,
    sandbox: &Sandbox,
    invisible: Duration,
    expected: &[&str],
) {
    let Some(folder) = install(sdk) else { return };
    let mut command = sdk.script_command();
    keep_settings_out(&mut command, &sandbox.home);
    command
        .arg(suite)
        .env("SDK_DIR", folder)
        .env("ENDPOINT", &sandbox.endpoint)
        .env("ACCESS_KEY", ACCESS_KEY)
        .env("SECRET_KEY", SECRET_KEY)
        .env("INVISIBLE_MS", invisible.as_millis().to_string())
        .env("MQSCOPE", MQSCOPE)
        .env_remove("INSTANCE");
    let finished = Running::start(command, b"").finish(SUITE_LIMIT);
    check_suite(sdk, suite, &finished, expected);
}

fn check_suite(sdk: Sdk, suite: &str, finished: &Finished, expected: &[&str]) {
    let Finished {
        status,
        stdout,
        stderr,
    } = finished;
    let results: Vec<CaseResult> = stdout
        .lines()
        .map(|line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{error} in {line}\non stderr:\n{stderr}"))
        })
        .collect();
    let failures: Vec<String> = results
        .iter()
        .filter(|result| !result.ok)
        .map(|result| format!("{}: {}", result.case, result.detail))
        .collect();
    assert!(
        failures.is_empty(),
        "{} of the {} SDK's {suite} cases failed:\n{}\non stderr:\n{stderr}",
        failures.len(),
        sdk.name(),
        failures.join("\n")
    );
    assert!(status.success(), "{status}; on stderr:\n{stderr}");

    let ran: BTreeSet<&str> = results.iter().map(|result| result.case.as_str()).collect();
    let expected: BTreeSet<&str> = expected.iter().copied().collect();
    assert_eq!(
        ran, expected,
        "the cases that ran are not the expected ones"
    );
}

/// The folder the SDK is installed in; `None`, after saying so, where that isn't possible. In CI
/// that is a failure: there, a missing program would hide every one of these tests.
pub(crate) fn install(sdk: Sdk) -> Option<PathBuf> {
    match try_install(sdk) {
        Ok(folder) => Some(folder),
        Err(reason) if std::env::var_os("CI").is_some_and(|value| value == "true") => {
            panic!("{reason}")
        }
        Err(reason) => {
            // Not eprintln: the test harness would swallow that of a passing test.
            let _ = writeln!(std::io::stderr(), "skipped: {} SDK: {reason}", sdk.name());
            None
        }
    }
}

fn try_install(sdk: Sdk) -> Result<PathBuf, String> {
    // One installation at a time: the lock keeps other test threads out, the locked file other
    // test processes.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _here = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);

    let parent = target_folder().join("interop");
    fs::create_dir_all(&parent).expect("the target folder is writable");
    let lock = File::create(parent.join(format!("{}.lock", sdk.name()))).expect("a lock file");
    lock.lock().expect("the lock file can be locked");

    for program in sdk.programs() {
        let found = Command::new(program[0])
            .args(&program[1..])
            .output()
            .is_ok_and(|output| output.status.success());
        if !found {
            return Err(format!("`{}` is missing", program.join(" ")));
        }
    }

    let folder = parent.join(sdk.name());
    // Written last, so an installation that was interrupted is done again.
    let marker = folder.join("installed");
    if fs::read_to_string(&marker).is_ok_and(|version| version == sdk.package()) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("an unfinished installation can be removed");
    }
    fs::create_dir_all(&folder).expect("the target folder is writable");
    let finished = Running::start(sdk.install_command(&folder), b"").finish(INSTALL_LIMIT);
    if !finished.status.success() {
        return Err(format!(
            "{} cannot be installed ({}):\n{}",
            sdk.package(),
            finished.status,
            finished.stderr
        ));
    }
    assert!(
        folder.join(sdk.installed_file()).is_file(),
        "installed without an error, but there is no {}",
        sdk.installed_file()
    );
    fs::write(&marker, sdk.package()).expect("the target folder is writable");
    Ok(folder)
}

/// The target folder of this build, wherever it is.
fn target_folder() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("the temporary folder is inside the target folder")
}
