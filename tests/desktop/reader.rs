//! The real window through a screen reader's eyes: over AT-SPI, as Orca has it, and by no pointer and
//! no key. What the window is told to do is proven by the command line.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::machine::Machine;
use super::support::{self, run};

/// What a screen reader's program is run by: the modules are this Python's alone.
const PYTHON: &str = "/usr/bin/python3";

/// Who starts the bus of the screen readers.
const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";

const KEY: &str = "by-reader";

/// Whether this machine has what a screen reader needs; says so where it has not. In CI that is a
/// failure.
fn is_there() -> bool {
    let mut imports = Command::new(PYTHON);
    imports.args([
        "-c",
        "import gi, pyatspi; gi.require_version('Atspi', '2.0')",
    ]);
    let there = Path::new(LAUNCHER).is_file()
        && Path::new(PYTHON).is_file()
        && run(imports, b"").status.success();
    if !there {
        let reason = "missing packages: at-spi2-core, python3-pyatspi, gir1.2-atspi-2.0";
        assert!(
            std::env::var_os("CI").is_none_or(|value| value != "true"),
            "{reason}"
        );
        let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    }
    there
}

#[test]
fn a_screen_reader_publishes_hears_what_comes_and_acks_it() {
    if !is_there() {
        return;
    }
    let Some(machine) = Machine::start() else {
        return;
    };
    let _bus = machine.start_reader_bus(LAUNCHER);
    let window = machine.open_window();
    let mut reader = machine.program(PYTHON);
    reader
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/desktop/reader.py"
        ))
        .arg(window.pid().to_string())
        .arg(KEY);
    let finished = run(reader, b"");
    machine.photograph("reader");
    assert!(finished.status.success(), "{finished:#?}");
    let lines = finished.stdout.lines();
    let told: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let all = |what: &str, value: &str| -> Vec<String> {
        let these = told.iter().filter(|told| told["what"] == what);
        these
            .map(|told| told[value].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(all("window", "name"), ["mqscope"]);
    let heard = all("heard", "text");
    for part in ["published", "arrived", "acked"] {
        assert!(heard.iter().any(|text| text.contains(part)), "{heard:?}");
    }
    let row = &all("row", "name")[0];
    let acked = &all("acked", "name")[0];
    let id = acked.split(' ').next_back().unwrap();
    assert!(row.starts_with(id) && row.contains("minutes left"), "{row}");

    // For another group it is still there; for the window's nothing is left to be delivered.
    let endpoint = format!("http://{}", window.listens_on());
    let consume = |group: &str| {
        let mut command = machine.mqscope(false);
        command
            .env("MQSCOPE_ACCESS_KEY", support::ACCESS_KEY)
            .env("MQSCOPE_SECRET_KEY", support::SECRET_KEY)
            .args(["consume", "--endpoint", &endpoint, "--topic", "orders"])
            .args(["--group", group, "--wait", "0s", "--max", "1"]);
        run(command, b"")
    };
    let message = super::message(&consume("GID_outside"));
    assert_eq!(message["key"], KEY);
    assert_eq!(message["message_id"], id);
    assert_eq!(consume("GID_debug").status.code(), Some(3));
    // Nothing is held any more, so the window closes without a question.
    window.close();
}
