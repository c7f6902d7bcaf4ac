//! `mqscope explain` as a script sees it: what it prints, its exit codes, where keys come from.

use std::process::Command;

use serde_json::Value;

use crate::support::{Finished, mqscope, run};
use crate::vectors::{ACCESS_KEY, SECRET_KEY, Signed, vectors};

/// The exit codes that scripts rely on.
mod exit {
    pub(crate) const GOOD: i32 = 0;
    pub(crate) const NOT_GOOD: i32 = 1;
    pub(crate) const USAGE: i32 = 2;
}

fn sound() -> Signed {
    vectors()[0].sound()
}

/// Signed with a line break behind the secret key.
fn broken() -> Signed {
    let mut signed = sound();
    signed.secret_key.push('\n');
    signed.seal();
    signed
}

fn command(home: &tempfile::TempDir, arguments: &[&str]) -> Command {
    let mut command = mqscope(home);
    command
        .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
        .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
        .arg("explain")
        .args(arguments);
    command
}

fn explained(arguments: &[&str], input: &str) -> Finished {
    let home = tempfile::tempdir().unwrap();
    run(command(&home, arguments), input.as_bytes())
}

#[track_caller]
fn assert_code(finished: &Finished, expected: i32) {
    assert_eq!(finished.status.code(), Some(expected), "{finished:#?}");
}

#[track_caller]
fn report(finished: &Finished) -> Value {
    assert_eq!(finished.stdout.lines().count(), 1, "{finished:#?}");
    serde_json::from_str(&finished.stdout).unwrap()
}

#[test]
fn the_report_has_its_documented_shape() {
    let signed = broken();
    let finished = explained(&["--json", "-"], &signed.request.to_http());
    assert_code(&finished, exit::NOT_GOOD);
    assert_eq!(finished.stderr, "");
    let report = report(&finished);
    assert_eq!(report["verdict"], "would_be_refused");
    assert_eq!(report["code"], "SignatureDoesNotMatch");
    assert_eq!(report["string_to_sign"]["ours"], signed.text());
    assert_eq!(report["string_to_sign"]["theirs"], signed.text());
    let cause = &report["causes"][0];
    assert_eq!(cause["kind"], "white_space_in_secret");
    assert_eq!(cause["certainty"], "proven");
    for words in ["explanation", "fix"] {
        assert!(cause[words].as_str().unwrap().len() > 20, "{cause}");
    }
    assert!(
        cause["explanation"].as_str().unwrap().contains("U+000A"),
        "{cause}"
    );
    assert_eq!(report["sdk"], "java");
    assert_eq!(report["form"], "http");
    assert_eq!(report["sdks"].as_array().unwrap().len(), 7);
    for secret in [ACCESS_KEY, SECRET_KEY, &signed.signature()] {
        assert!(!finished.stdout.contains(secret), "{}", finished.stdout);
    }
}

#[test]
fn a_good_signature_ends_well_whenever_it_was_made() {
    let request = sound().request.to_http();
    let finished = explained(&["--json", "-"], &request);
    assert_code(&finished, exit::GOOD);
    assert_eq!(report(&finished)["causes"], Value::Array(Vec::new()));

    let finished = explained(&["--json", "--at", "2026-11-22T10:20:00Z", "-"], &request);
    assert_code(&finished, exit::GOOD);
    assert_eq!(report(&finished)["clock"]["verdict"], "right");

    let finished = explained(&["--json", "--at", "2026-11-22T12:00:00Z", "-"], &request);
    assert_code(&finished, exit::NOT_GOOD);
    assert_eq!(report(&finished)["causes"][0]["kind"], "clock");
}

#[test]
fn people_see_both_strings_with_their_line_ends_and_what_differs() {
    let mut signed = sound();
    signed.content_type = signed.content_type.replace(';', "; ");
    signed.seal();
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("request.txt");
    std::fs::write(&file, signed.request.to_http()).unwrap();
    let finished = run(command(&home, &[file.to_str().unwrap()]), b"");
    assert_code(&finished, exit::NOT_GOOD);
    for expected in [
        "SignatureDoesNotMatch",
        "  text/xml;charset=UTF-8\\n\n           ^\n",
        "  text/xml; charset=UTF-8\\n\n           ^\n",
        "1. Content-Type was signed as",
        "[content_type_spelling, proven]",
        "Python  POST\\n",
    ] {
        assert!(
            finished.stdout.contains(expected),
            "{expected:?} in\n{}",
            finished.stdout
        );
    }
    assert!(!finished.stdout.contains(SECRET_KEY));
}

#[test]
fn without_keys_it_says_what_it_can() {
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command.args(["explain", "--json", "-"]);
    let finished = run(command, sound().request.to_http().as_bytes());
    assert_code(&finished, exit::NOT_GOOD);
    let report = report(&finished);
    assert_eq!(report["verdict"], "unknown");
    assert_eq!(report["causes"][0]["kind"], "swapped_keys");
    assert_eq!(report["string_to_sign"]["theirs"], Value::Null);
}

#[test]
fn what_cannot_be_read_is_wrong_usage() {
    let check = |arguments: &[&str], input: &str, named: &str| {
        let finished = explained(arguments, input);
        assert_code(&finished, exit::USAGE);
        assert_eq!(finished.stdout, "");
        assert!(finished.stderr.contains(named), "{}", finished.stderr);
    };
    check(&["-"], "", "nothing to read");
    check(&["-"], "hello", "no request");
    check(&["-"], "curl -H 'x", "not closed");
    check(&["/nowhere/at/all"], "", "cannot read /nowhere/at/all");
    check(&[], "", "FILE");
    check(&["--at", "soon", "-"], "", "2026-11-22T10:14:07Z");
    check(&["--profile", "prod", "-"], "", "there is no profile");
}
