//! The command line as a script sees it: what it prints, the exit codes, where keys come from and
//! how the sandbox starts and ends. The window and the protocol's details have tests of their own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test ends at the first thing that isn't as it should be"
)]

mod support;

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::{ACCESS_KEY, Finished, LIMIT, Running, SECRET_KEY, Sandbox, mqscope, run};

/// The exit codes that scripts rely on.
mod exit {
    pub(crate) const DONE: i32 = 0;
    pub(crate) const REFUSED: i32 = 1;
    pub(crate) const USAGE: i32 = 2;
    pub(crate) const NOTHING_THERE: i32 = 3;
    pub(crate) const NO_CONNECTION: i32 = 4;
}

/// The command line pointed at a sandbox, with one topic and one group.
struct Shell {
    sandbox: Sandbox,
}

impl Shell {
    fn new(options: &[&str]) -> Self {
        Self {
            sandbox: Sandbox::start(options),
        }
    }

    /// A command with the keys, the endpoint and the topic in place.
    fn command(&self, verb: &str) -> Command {
        let mut command = mqscope(&self.sandbox.home);
        command
            .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
            .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
            .args([verb, "--endpoint", &self.sandbox.endpoint])
            .args(["--topic", "orders"]);
        command
    }

    fn publish(&self, arguments: &[&str]) -> Finished {
        self.publish_input(arguments, b"")
    }

    fn publish_input(&self, arguments: &[&str], input: &[u8]) -> Finished {
        let mut command = self.command("publish");
        command.args(arguments);
        run(command, input)
    }

    /// Publishes and gives the message's id.
    #[track_caller]
    fn published(&self, arguments: &[&str]) -> String {
        let receipt = only(&done(&self.publish(arguments)));
        text(&receipt, "message_id").to_owned()
    }

    fn consume_command(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("consume");
        command.args(["--group", "billing"]).args(arguments);
        command
    }

    fn consume(&self, arguments: &[&str]) -> Finished {
        run(self.consume_command(arguments), b"")
    }

    /// Consumes one message, waiting for it.
    #[track_caller]
    fn consumed(&self, arguments: &[&str]) -> Value {
        let wait = ["--wait", "20s", "--max", "1"];
        only(&done(&self.consume(&[&wait, arguments].concat())))
    }

    #[track_caller]
    fn assert_nothing_there(&self) {
        let finished = self.consume(&["--wait", "0s"]);
        assert_code(&finished, exit::NOTHING_THERE);
        assert_eq!(finished.stdout, "");
    }

    fn ack(&self, handles: &[&str]) -> Finished {
        let mut command = self.command("ack");
        command.args(["--group", "billing"]).args(handles);
        run(command, b"")
    }
}

#[track_caller]
fn assert_code(finished: &Finished, expected: i32) {
    assert_eq!(finished.status.code(), Some(expected), "{finished:#?}");
}

/// The JSON lines of a command that succeeded.
#[track_caller]
fn done(finished: &Finished) -> Vec<Value> {
    assert_code(finished, exit::DONE);
    lines(finished)
}

#[track_caller]
fn lines(finished: &Finished) -> Vec<Value> {
    finished.stdout.lines().map(json).collect()
}

#[track_caller]
fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))
}

#[track_caller]
fn only(values: &[Value]) -> Value {
    assert_eq!(values.len(), 1, "{values:?}");
    values[0].clone()
}

#[track_caller]
fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no text {key} in {value}"))
}

#[track_caller]
fn number(value: &Value, key: &str) -> i64 {
    value[key]
        .as_i64()
        .unwrap_or_else(|| panic!("no number {key} in {value}"))
}

/// A refusal by the server: exit code 1 and the fault as JSON on stderr.
#[track_caller]
fn assert_refused(finished: &Finished, code: &str) {
    assert_code(finished, exit::REFUSED);
    assert_eq!(finished.stdout, "");
    let fault = json(finished.stderr.trim());
    assert_eq!(text(&fault, "code"), code);
    assert_ne!(text(&fault, "request_id"), "");
}

/// A mistake in the command: exit code 2, and stderr names what is wrong.
#[track_caller]
fn assert_usage(finished: &Finished, named: &str) {
    assert_code(finished, exit::USAGE);
    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains(named), "{}", finished.stderr);
}

// ---- publish, consume, ack -----------------------------------------------------------------

#[test]
fn publish_prints_the_receipt() {
    let shell = Shell::new(&[]);
    let receipt = only(&done(&shell.publish(&["hello"])));
    let keys: Vec<&str> = receipt
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, ["message_id", "body_md5", "request_id"]);
    assert_ne!(text(&receipt, "message_id"), "");
    assert_ne!(text(&receipt, "request_id"), "");
    assert_eq!(
        text(&receipt, "body_md5"),
        "5D41402ABC4B2A76B9719D911017C592"
    );
}

#[test]
fn consume_prints_every_field() {
    let shell = Shell::new(&[]);
    let id = shell.published(&[
        "--tag",
        "TagA",
        "--key",
        "order-42",
        "--property",
        "region=广州",
        "--property",
        "formula=a=b",
        "hello",
    ]);
    let message = shell.consumed(&[]);
    assert_eq!(text(&message, "message_id"), id);
    assert_eq!(text(&message, "body"), "hello");
    assert_eq!(
        text(&message, "body_md5"),
        "5D41402ABC4B2A76B9719D911017C592"
    );
    assert_eq!(text(&message, "tag"), "TagA");
    assert_eq!(text(&message, "key"), "order-42");
    assert_eq!(text(&message["properties"], "region"), "广州");
    // The first "=" separates; the others belong to the value.
    assert_eq!(text(&message["properties"], "formula"), "a=b");
    assert_eq!(number(&message, "consumed_times"), 1);
    assert_ne!(text(&message, "receipt_handle"), "");
    let published = number(&message, "publish_time");
    let first = number(&message, "first_consume_time");
    let next = number(&message, "next_consume_time");
    assert!(
        published > 1_700_000_000_000,
        "{published} is not in milliseconds"
    );
    assert!(published <= first, "{published} {first}");
    assert!((next - first - 300_000).abs() <= 1000, "{first} {next}");
}

#[test]
fn a_plain_message_has_every_field_too() {
    let shell = Shell::new(&[]);
    shell.published(&["hello"]);
    let message = shell.consumed(&[]);
    let message = message.as_object().unwrap();
    for key in [
        "message_id",
        "body",
        "body_md5",
        "tag",
        "key",
        "properties",
        "publish_time",
        "first_consume_time",
        "next_consume_time",
        "consumed_times",
        "receipt_handle",
    ] {
        assert!(message.contains_key(key), "no {key} in {message:?}");
    }
}

#[test]
fn the_body_comes_from_stdin_unchanged() {
    let shell = Shell::new(&[]);
    let body = "你好 😀 <a>&amp;</a> ]]> \"'\r\n\tCR\rLF\n";
    done(&shell.publish_input(&["-"], body.as_bytes()));
    assert_eq!(text(&shell.consumed(&[]), "body"), body);
}

#[test]
fn ack_ends_a_message() {
    let shell = Shell::new(&[]);
    shell.published(&["hello"]);
    let message = shell.consumed(&[]);
    let handle = text(&message, "receipt_handle");
    let answer = only(&done(&shell.ack(&[handle])));
    assert_eq!(text(&answer, "receipt_handle"), handle);
    shell.assert_nothing_there();
}

#[test]
fn ack_prints_one_object_a_handle() {
    let shell = Shell::new(&[]);
    shell.published(&["hello"]);
    let message = shell.consumed(&[]);
    let good = text(&message, "receipt_handle");

    let finished = shell.ack(&[good, "not-a-handle"]);
    assert_code(&finished, exit::REFUSED);
    let answers = lines(&finished);
    assert_eq!(answers.len(), 2, "{answers:?}");
    assert_eq!(text(&answers[0], "receipt_handle"), good);
    assert_eq!(text(&answers[1], "receipt_handle"), "not-a-handle");
    assert!(!answers[0].to_string().contains("Error"), "{}", answers[0]);
    assert!(
        answers[1].to_string().contains("ReceiptHandleError"),
        "{}",
        answers[1]
    );

    // The good one counted, so it can't be used again.
    let again = shell.ack(&[good]);
    assert_code(&again, exit::REFUSED);
    assert!(
        only(&lines(&again)).to_string().contains("MessageNotExist"),
        "{again:?}"
    );
}

#[test]
fn ack_takes_more_handles_than_one_request_does() {
    let shell = Shell::new(&[]);
    for n in 0..17 {
        shell.published(&[&format!("message {n}")]);
    }
    let mut messages = done(&shell.consume(&["--batch", "16", "--max", "16", "--wait", "20s"]));
    assert_eq!(messages.len(), 16);
    messages.push(shell.consumed(&[]));
    let handles: Vec<&str> = messages
        .iter()
        .map(|message| text(message, "receipt_handle"))
        .collect();
    let answers = done(&shell.ack(&handles));
    let acked: Vec<&str> = answers
        .iter()
        .map(|answer| text(answer, "receipt_handle"))
        .collect();
    assert_eq!(acked, handles);
    shell.assert_nothing_there();
}

#[test]
fn consume_acks_when_asked_to() {
    let shell = Shell::new(&["--invisible-time", "1s"]);
    shell.published(&["hello"]);
    shell.consumed(&["--ack"]);
    // Longer than the invisible time: without the ack it would be back.
    let finished = shell.consume(&["--wait", "3s"]);
    assert_code(&finished, exit::NOTHING_THERE);
}

#[test]
fn consume_takes_no_more_than_it_prints() {
    let shell = Shell::new(&[]);
    for body in ["one", "two", "three"] {
        shell.published(&[body]);
    }
    let mut bodies = Vec::new();
    let first = done(&shell.consume(&["--batch", "16", "--max", "2"]));
    assert_eq!(first.len(), 2);
    // What was beyond the limit is still there for the next one.
    let rest = done(&shell.consume(&["--batch", "16"]));
    assert_eq!(rest.len(), 1);
    for message in first.iter().chain(&rest) {
        bodies.push(text(message, "body"));
    }
    bodies.sort_unstable();
    assert_eq!(bodies, ["one", "three", "two"]);
}

#[test]
fn consume_filters_by_tag() {
    let shell = Shell::new(&[]);
    for tag in ["TagA", "TagB", "TagC"] {
        shell.published(&["--tag", tag, tag]);
    }
    let messages = done(&shell.consume(&["--tag", "TagA||TagC", "--batch", "16"]));
    let mut bodies: Vec<&str> = messages
        .iter()
        .map(|message| text(message, "body"))
        .collect();
    bodies.sort_unstable();
    assert_eq!(bodies, ["TagA", "TagC"]);
}

#[test]
fn follow_prints_messages_as_they_come() {
    let shell = Shell::new(&[]);
    let command = shell.consume_command(&["--follow", "--ack", "--wait", "20s"]);
    let mut following = Running::start(command, b"");
    for body in ["one", "two"] {
        let id = shell.published(&[body]);
        let message = json(&following.line());
        assert_eq!(text(&message, "message_id"), id);
        assert_eq!(text(&message, "body"), body);
    }
}

#[test]
fn follow_goes_on_through_a_restart_of_the_server() {
    let shell = Shell::new(&[]);
    let command = shell.consume_command(&["--follow", "--ack", "--wait", "1s"]);
    let mut following = Running::start(command, b"");
    shell.published(&["before"]);
    assert_eq!(text(&json(&following.line()), "body"), "before");

    let address = shell.sandbox.address().to_owned();
    shell.sandbox.stop("TERM", LIMIT);
    let sandbox = Sandbox::start_at(&address, &[], |_| ());
    let shell = Shell { sandbox };
    shell.published(&["after"]);
    assert_eq!(text(&json(&following.line()), "body"), "after");
}

#[test]
fn a_delayed_message_comes_later() {
    let shell = Shell::new(&[]);
    let id = shell.published(&["--delay", "2s", "later"]);
    shell.assert_nothing_there();
    let message = shell.consumed(&[]);
    assert_eq!(text(&message, "message_id"), id);
    let waited = number(&message, "first_consume_time") - number(&message, "publish_time");
    // The delay counts from when the client made the message, a moment before it was published.
    assert!(waited >= 1000, "delivered after {waited} ms");
}

#[test]
fn a_message_comes_at_its_time() {
    let shell = Shell::new(&[]);
    let due = jiff::Timestamp::now() + Duration::from_secs(2);
    shell.published(&["--deliver-at", &due.to_string(), "later"]);
    shell.assert_nothing_there();
    let message = shell.consumed(&[]);
    let first = number(&message, "first_consume_time");
    assert!(first >= due.as_millisecond(), "{first} is before {due}");
}

#[test]
fn instance_and_sharding_key_are_passed_on() {
    let shell = Shell::new(&[]);
    let instance = ["--instance", "MQ_INST_42"];
    shell.published(&[&instance[..], &["--sharding-key", "shard-7", "hello"]].concat());
    let message = shell.consumed(&instance);
    assert_eq!(text(&message, "body"), "hello");
    assert!(message.to_string().contains("shard-7"), "{message}");
}

// ---- exit codes ----------------------------------------------------------------------------

#[test]
fn an_empty_queue_is_exit_code_3() {
    let shell = Shell::new(&[]);
    shell.assert_nothing_there();
}

#[test]
fn a_refusal_is_exit_code_1_with_the_fault_on_stderr() {
    let shell = Shell::new(&[]);
    let mut wrong_secret = shell.command("publish");
    wrong_secret.env("MQSCOPE_SECRET_KEY", "wrong").arg("hello");
    assert_refused(&run(wrong_secret, b""), "SignatureDoesNotMatch");

    let mut unknown_key = shell.consume_command(&[]);
    unknown_key.env("MQSCOPE_ACCESS_KEY", "unknown");
    assert_refused(&run(unknown_key, b""), "InvalidAccessKeyId");
}

#[test]
fn a_mistake_in_the_command_is_exit_code_2() {
    let shell = Shell::new(&[]);
    assert_usage(&shell.publish(&["--property", "no-value", "x"]), "no-value");
    assert_usage(&shell.publish(&["--property", "a=b|c", "x"]), "|");
    assert_usage(&shell.publish(&["--delay", "soon", "x"]), "soon");
    assert_usage(
        &shell.publish(&["--delay", "1s", "--deliver-at", "2030-01-01T00:00:00Z", "x"]),
        "--deliver-at",
    );
    assert_usage(&shell.publish_input(&["-"], b"not \xff UTF-8"), "UTF-8");
    assert_usage(
        &shell.publish_input(&["-"], b"control \x01 character"),
        "U+0001",
    );
    assert_usage(&shell.consume(&["--batch", "17"]), "17");
    assert_usage(&shell.consume(&["--wait", "31s"]), "31s");
    assert_usage(&shell.ack(&[]), "HANDLE");

    // None of them has reached the queue.
    shell.assert_nothing_there();
}

#[test]
fn missing_keys_are_exit_code_2_and_named() {
    let shell = Shell::new(&[]);
    for name in ["MQSCOPE_ACCESS_KEY", "MQSCOPE_SECRET_KEY"] {
        let mut command = shell.command("publish");
        command.env_remove(name).arg("hello");
        assert_usage(&run(command, b""), name);
    }
}

#[test]
fn no_connection_is_exit_code_4() {
    let home = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for (verb, arguments) in [
        ("publish", &["hello"][..]),
        ("consume", &["--group", "g"]),
        ("ack", &["--group", "g", "handle"]),
    ] {
        let mut command = mqscope(&home);
        command
            .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
            .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
            .args([verb, "--endpoint", &format!("http://{address}")])
            .args(["--topic", "orders"])
            .args(arguments);
        let finished = run(command, b"");
        assert_code(&finished, exit::NO_CONNECTION);
        assert!(
            finished.stderr.contains(&address.to_string()),
            "{finished:?}"
        );
    }
}

// ---- keys ----------------------------------------------------------------------------------

#[test]
fn a_secret_is_never_an_argument() {
    let shell = Shell::new(&[]);
    for option in ["--secret-key", "--secret", "--sk", "--security-token"] {
        let finished = shell.publish(&[option, "a-secret", "hello"]);
        assert_usage(&finished, option);
    }
    for verb in ["publish", "consume", "ack", "sandbox"] {
        let mut command = mqscope(&shell.sandbox.home);
        command.args([verb, "--help"]);
        let finished = run(command, b"");
        assert_code(&finished, exit::DONE);
        let help = finished.stdout.to_lowercase();
        assert!(help.contains("usage"), "{help}");
        assert!(
            !help.contains("--secret") && !help.contains("--security-token"),
            "{help}"
        );
    }
}

#[test]
fn a_secret_is_never_printed() {
    let shell = Shell::new(&[]);
    let mut command = shell.command("publish");
    command
        .env("MQSCOPE_SECRET_KEY", "do-not-show-this")
        .arg("hello");
    let finished = run(command, b"");
    assert_code(&finished, exit::REFUSED);
    let shown = format!("{}{}", finished.stdout, finished.stderr);
    assert!(!shown.contains("do-not-show-this"), "{shown}");
}

#[test]
fn a_security_token_is_accepted() {
    let shell = Shell::new(&[]);
    let mut command = shell.command("publish");
    command
        .env("MQSCOPE_SECURITY_TOKEN", "an-sts-token")
        .arg("hello");
    done(&run(command, b""));
    assert_eq!(text(&shell.consumed(&[]), "body"), "hello");
}

#[test]
fn the_sandbox_takes_its_keys_from_the_environment() {
    let sandbox = Sandbox::start_with(&[], |command| {
        command
            .env("MQSCOPE_SANDBOX_ACCESS_KEY", "mine")
            .env("MQSCOPE_SANDBOX_SECRET_KEY", "my-secret");
    });
    let shell = Shell { sandbox };
    assert_refused(&shell.publish(&["hello"]), "InvalidAccessKeyId");
    let mut command = shell.command("publish");
    command
        .env("MQSCOPE_ACCESS_KEY", "mine")
        .env("MQSCOPE_SECRET_KEY", "my-secret")
        .arg("hello");
    done(&run(command, b""));
}

// ---- the sandbox as a process --------------------------------------------------------------

#[test]
fn the_sandbox_keeps_the_invisible_time_it_was_given() {
    let shell = Shell::new(&["--invisible-time", "2s"]);
    shell.published(&["hello"]);
    let first = shell.consumed(&[]);
    let second = shell.consumed(&[]);
    let invisible = number(&first, "next_consume_time") - number(&first, "first_consume_time");
    assert!(
        (invisible - 2000).abs() <= 1000,
        "invisible for {invisible} ms"
    );
    assert_eq!(second["message_id"], first["message_id"]);
    assert_ne!(second["receipt_handle"], first["receipt_handle"]);
    assert_eq!(number(&second, "consumed_times"), 2);
}

/// A file of settings in a folder of its own.
fn config(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.toml");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn the_sandbox_is_set_up_by_a_file() {
    let (_folder, path) = config(
        "listen = '192.0.2.1:1'\ninvisible-time = '1h'\nauto-create = false\n\
         [[keys]]\naccess-key = 'mine'\nsecret-key-env = 'SECRET_OF_MINE'\n\
         topics = ['ord*']\n[[topics]]\nname = 'orders'\n[[groups]]\nname = 'billing'\n",
    );
    // --listen is given as well: it wins, for the address of the file is nobody's.
    let sandbox = Sandbox::start_with(&["--config", &path], |command| {
        command.env("SECRET_OF_MINE", "my-secret");
    });
    let shell = Shell { sandbox };
    assert_refused(&shell.publish(&["hello"]), "InvalidAccessKeyId");
    let as_mine = |mut command: Command| {
        command
            .env("MQSCOPE_ACCESS_KEY", "mine")
            .env("MQSCOPE_SECRET_KEY", "my-secret");
        run(command, b"")
    };
    let mut publish = shell.command("publish");
    publish.arg("hello");
    done(&as_mine(publish));
    let message = only(&done(&as_mine(shell.consume_command(&[]))));
    let invisible = number(&message, "next_consume_time") - number(&message, "first_consume_time");
    assert_eq!(invisible, 3_600_000);
    let mut other = shell.command("consume");
    other.args(["--group", "other"]);
    assert_refused(&as_mine(other), "AccessDenied");
}

#[test]
fn the_printed_settings_can_be_used_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command.args(["sandbox", "--print-config"]);
    let printed = run(command, b"");
    assert_code(&printed, exit::DONE);
    let (_folder, path) = config(&printed.stdout);
    let shell = Shell::new(&["--config", &path]);
    shell.published(&["hello"]);
}

#[test]
fn the_file_names_the_data_folder_from_where_it_is() {
    let (folder, path) = config("data-dir = 'kept'\n");
    let shell = Shell::new(&["--config", &path]);
    let id = shell.published(&["hello"]);
    assert!(folder.path().join("kept").is_dir());
    assert_code(&shell.sandbox.stop("TERM", LIMIT), exit::DONE);
    let again = Shell::new(&["--config", &path]);
    assert_eq!(text(&again.consumed(&[]), "message_id"), id);
}

#[test]
fn a_mistake_in_the_file_is_found_where_it_is() {
    let home = tempfile::tempdir().unwrap();
    let check = |path: &str, expected: &str| {
        let mut command = mqscope(&home);
        command.args(["sandbox", "--config", path]);
        let finished = run(command, b"");
        assert_usage(&finished, expected);
        assert!(finished.stderr.contains(path), "{}", finished.stderr);
    };
    let (_folder, path) = config("# settings\nlisten = '127.0.0.1:0'\nauto-craete = true\n");
    check(
        &path,
        "line 3, column 1: No setting is called auto-craete here",
    );
    check("/nowhere/sandbox.toml", "cannot read");
    let mut command = mqscope(&home);
    command
        .args(["sandbox", "--config", &path])
        .env("MQSCOPE_LANG", "zh-CN");
    let finished = run(command, b"");
    assert_usage(&finished, "第 3 行第 1 列：此处没有名为 auto-craete 的设置");
}

#[test]
fn a_file_does_not_open_the_default_keys_to_others() {
    let home = tempfile::tempdir().unwrap();
    let (_folder, path) = config("listen = '0.0.0.0:0'\n");
    let mut command = mqscope(&home);
    command.args(["sandbox", "--config", &path]);
    assert_usage(&run(command, b""), "MQSCOPE_SANDBOX_SECRET_KEY");
}

#[test]
fn the_sandbox_injects_the_faults_it_was_given() {
    let rule = "publish:orders:500:next=1";
    let shell = Shell::new(&["--fault", rule, "--fault", "consume:*:403:p=0"]);
    assert_refused(&shell.publish(&["hello"]), "InternalError");
    shell.assert_nothing_there();
    shell.published(&["hello"]);
    assert_eq!(text(&shell.consumed(&[]), "body"), "hello");
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command.args(["sandbox", "--listen", &address]);
    let finished = run(command, b"");
    assert!(
        finished.status.code().is_some_and(|code| code != 0),
        "{finished:?}"
    );
    assert_eq!(finished.stdout, "");
    assert!(finished.stderr.contains(&address), "{}", finished.stderr);
    assert!(finished.stderr.contains("in use"), "{}", finished.stderr);
}

#[test]
fn the_sandbox_ends_cleanly_on_a_signal() {
    for name in ["TERM", "INT"] {
        let finished = Sandbox::start(&[]).stop(name, LIMIT);
        assert_code(&finished, exit::DONE);
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    }
}

#[test]
fn a_waiting_consumer_does_not_hold_up_the_end() {
    let shell = Shell::new(&[]);
    let waiting = Running::start(shell.consume_command(&["--wait", "30s"]), b"");
    // A whole command in another group gives the long poll time to be in place.
    let mut other = shell.command("consume");
    other.args(["--group", "other", "--wait", "0s"]);
    assert_code(&run(other, b""), exit::NOTHING_THERE);

    let finished = shell.sandbox.stop("TERM", Duration::from_secs(10));
    assert_code(&finished, exit::DONE);
    drop(waiting);
}

#[test]
fn the_port_is_free_again_after_the_end() {
    let sandbox = Sandbox::start(&[]);
    let address = sandbox.address().to_owned();
    assert_code(&sandbox.stop("TERM", LIMIT), exit::DONE);
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command.args(["sandbox", "--listen", &address]);
    let mut again = Running::start(command, b"");
    assert_eq!(again.line(), format!("listening on http://{address}"));
    support::signal(&again, "INT");
    assert_code(&again.finish(LIMIT), exit::DONE);
}

#[test]
fn without_a_display_the_window_says_so() {
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    let finished = run(command, b"");
    assert_usage(&finished, "mqscope sandbox");
    assert!(
        finished.stderr.to_lowercase().contains("display"),
        "{}",
        finished.stderr
    );
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
}

/// A restart on the same data takes the time up where it was, and says so beside the results.
#[test]
fn a_moved_time_is_kept_with_the_data_and_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let start = || {
        Sandbox::start_with(&["--data-dir", data], |command| {
            command.env(Administered::VARIABLE, Administered::TOKEN);
        })
    };
    let it = Administered {
        shell: Shell { sandbox: start() },
    };
    it.admin(&["clock", "advance", "1h"]);
    let ended = it.shell.sandbox.stop("TERM", LIMIT);
    assert_eq!(ended.stderr, "");
    let it = Administered {
        shell: Shell { sandbox: start() },
    };
    assert_eq!(it.admin(&["clock"])["offset_millis"], 3_600_000);
    let ended = it.shell.sandbox.stop("TERM", LIMIT);
    assert!(ended.stderr.contains("time is still moved"), "{ended:?}");
    assert_eq!(ended.stdout, "");
}

/// A sandbox with an admin token, as somebody who knows it has it.
struct Administered {
    shell: Shell,
}

impl Administered {
    const TOKEN: &str = "a-token-of-the-tests";
    const VARIABLE: &str = "MQSCOPE_SANDBOX_ADMIN_TOKEN";

    fn new() -> Self {
        let sandbox = Sandbox::start_with(&[], |command| {
            command.env(Self::VARIABLE, Self::TOKEN);
        });
        Self {
            shell: Shell { sandbox },
        }
    }

    fn command(&self, token: &str, arguments: &[&str]) -> Finished {
        let mut command = mqscope(&self.shell.sandbox.home);
        command
            .env(Self::VARIABLE, token)
            .args(["admin", "--endpoint", &self.shell.sandbox.endpoint])
            .args(arguments);
        run(command, b"")
    }

    #[track_caller]
    fn admin(&self, arguments: &[&str]) -> Value {
        only(&done(&self.command(Self::TOKEN, arguments)))
    }
}

#[test]
fn time_is_moved_from_the_command_line() {
    let it = Administered::new();
    it.shell.published(&["a"]);
    let first = it.shell.consumed(&[]);
    it.shell.assert_nothing_there();
    let clock = it.admin(&["clock", "advance", "5m"]);
    assert_eq!(clock["offset_millis"], 300_000);
    let second = it.shell.consumed(&[]);
    assert_eq!(text(&first, "message_id"), text(&second, "message_id"));
    assert_ne!(
        text(&first, "receipt_handle"),
        text(&second, "receipt_handle")
    );
    assert_eq!(second["consumed_times"], 2);

    it.admin(&[
        "expire",
        "--topic",
        "orders",
        text(&second, "receipt_handle"),
    ]);
    assert_eq!(it.shell.consumed(&[])["consumed_times"], 3);

    assert_eq!(it.admin(&["clock", "freeze"])["frozen"], true);
    let set = it.admin(&["clock", "set", "2030-01-01T00:00:00Z"]);
    assert_eq!(set["now"], 1_893_456_000_000_i64);
    assert_eq!(it.admin(&["clock"])["now"], set["now"]);
    assert_eq!(it.admin(&["clock", "resume"])["frozen"], false);
}

#[test]
fn a_sandbox_is_looked_into_and_tidied_up_from_the_command_line() {
    let it = Administered::new();
    it.shell.published(&["a"]);
    it.shell.consumed(&[]);
    let orders = &it.admin(&["overview"])["topics"][0];
    assert_eq!(orders["groups"][0]["invisible"], 1);
    assert_eq!(it.admin(&["statistics"])["delivered"], 1);
    assert_eq!(it.admin(&["settings"])["max_deliveries"], 288);
    let metrics = it.command(Administered::TOKEN, &["metrics"]);
    assert_code(&metrics, exit::DONE);
    assert!(
        metrics
            .stdout
            .contains("\nmqscope_sandbox_published_total 1\n")
    );

    let of_group = ["--topic", "orders", "--group", "billing"];
    let peek = it.admin(&[&["peek"], &of_group[..], &["--state", "invisible"]].concat());
    assert_eq!(peek["messages"][0]["body"], "a");
    it.admin(&[&["reset"], &of_group[..], &["--to", "oldest"]].concat());
    assert_eq!(it.shell.consumed(&[])["consumed_times"], 1);
    assert_eq!(it.admin(&["resend", "--group", "billing"])["resent"], 0);
    it.admin(&[&["delete-group"], &of_group[..]].concat());
    it.admin(&["purge", "--topic", "orders"]);
    it.shell.assert_nothing_there();
    it.admin(&["delete-topic", "--topic", "orders"]);
    assert_eq!(it.admin(&["overview"])["topics"], Value::Array(Vec::new()));
}

#[test]
fn what_the_sandbox_refused_is_told_with_the_reasons() {
    let it = Administered::new();
    let mut wrong = mqscope(&it.shell.sandbox.home);
    wrong
        .env("MQSCOPE_ACCESS_KEY", SECRET_KEY)
        .env("MQSCOPE_SECRET_KEY", ACCESS_KEY)
        .args(["publish", "--endpoint", &it.shell.sandbox.endpoint])
        .args(["--topic", "orders", "hello"]);
    assert_code(&run(wrong, b""), exit::REFUSED);

    let told = it.admin(&["refusals", "--json"]);
    assert_eq!(told["count"], 1);
    let refused = &told["refusals"][0];
    assert_eq!(refused["request"]["code"], "InvalidAccessKeyId");
    assert_eq!(refused["request"]["method"], "POST");
    let cause = &refused["explanation"]["causes"][0];
    assert_eq!(
        (&cause["kind"], &cause["certainty"]),
        (&"swapped_keys".into(), &"proven".into())
    );
    assert!(!told.to_string().contains(SECRET_KEY), "{told}");

    let page = it.command(Administered::TOKEN, &["refusals"]);
    assert_code(&page, exit::DONE);
    for shown in [
        "1. ",
        "InvalidAccessKeyId",
        "POST /topics/orders/messages",
        "[swapped_keys, proven]",
    ] {
        assert!(page.stdout.contains(shown), "{shown}: {}", page.stdout);
    }
    assert!(!page.stdout.contains(SECRET_KEY), "{}", page.stdout);
    let newer = it.admin(&["refusals", "--json", "--after", "1"]);
    assert_eq!(newer["refusals"], Value::Array(Vec::new()));
    it.admin(&["refusals", "clear"]);
    assert_eq!(
        it.admin(&["refusals", "--json"])["refusals"],
        newer["refusals"]
    );
}

#[test]
fn the_admin_token_is_wanted_on_both_sides() {
    let it = Administered::new();
    let missing = it.command("", &["overview"]);
    assert_usage(&missing, Administered::VARIABLE);
    let wrong = it.command("wrong", &["overview"]);
    assert_code(&wrong, exit::REFUSED);
    assert_eq!(json(&wrong.stderr)["code"], "WrongToken");

    let closed = Administered {
        shell: Shell::new(&[]),
    };
    let refused = closed.command(Administered::TOKEN, &["overview"]);
    assert_code(&refused, exit::REFUSED);
    assert_eq!(json(&refused.stderr)["code"], "AdminOff");

    let endpoint = closed.shell.sandbox.endpoint.clone();
    closed.shell.sandbox.stop("TERM", LIMIT);
    let mut nobody = mqscope(&it.shell.sandbox.home);
    nobody
        .env(Administered::VARIABLE, Administered::TOKEN)
        .args(["admin", "--endpoint", &endpoint, "clock"]);
    assert_code(&run(nobody, b""), exit::NO_CONNECTION);
}

// ---- language ------------------------------------------------------------------------------

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// An error's line without what is said to people.
fn for_scripts(line: &str) -> (Value, bool) {
    let mut error = json(line);
    let fields = error.as_object_mut().unwrap();
    let said: Vec<String> = ["meaning", "next_step"]
        .iter()
        .map(|field| fields.remove(*field).unwrap().to_string())
        .collect();
    fields.remove("request_id");
    // It holds a date.
    let words = fields.remove("message").unwrap().to_string();
    // The server's own words: they are in its language, whatever ours is.
    assert!(
        !is_chinese(&words) && !is_chinese(&error.to_string()),
        "{error}"
    );
    (error, said.iter().all(|text| is_chinese(text)))
}

#[test]
fn people_are_spoken_to_in_their_language_and_scripts_in_none() {
    let shell = Shell::new(&[]);
    let error = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = shell.command("publish");
        command.env("MQSCOPE_SECRET_KEY", "another");
        command.envs(variables.iter().copied());
        let finished = run_with(command, arguments);
        assert_code(&finished, exit::REFUSED);
        for_scripts(finished.stderr.trim())
    };
    let (expected, chinese) = error(&[], &["hello"]);
    assert!(!chinese);
    for (variables, arguments, chinese) in [
        (&[("LC_ALL", "zh_CN.UTF-8")][..], &["hello"][..], true),
        (&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")], &["hello"], true),
        (
            &[("LANG", "zh_CN.UTF-8"), ("LANGUAGE", "zh_CN")],
            &["hello"],
            false,
        ),
        (&[("MQSCOPE_LANG", "zh-CN")], &["hello"], true),
        (
            &[("MQSCOPE_LANG", "zh-CN")],
            &["--lang", "en", "hello"],
            false,
        ),
        (
            &[("LC_ALL", "zh_CN"), ("MQSCOPE_LANG", "en")],
            &["hello"],
            false,
        ),
        (&[], &["hello", "--lang=zh-CN"], true),
    ] {
        let found = error(variables, arguments);
        assert_eq!(
            found,
            (expected.clone(), chinese),
            "{variables:?} {arguments:?}"
        );
    }
}

fn run_with(mut command: Command, arguments: &[&str]) -> Finished {
    command.args(arguments);
    run(command, b"")
}

#[test]
fn cards_and_findings_follow_the_language_too() {
    let shell = Shell::new(&[]);
    let mut command = shell.command("publish");
    command.env("MQSCOPE_SECRET_KEY", "another");
    let finished = run_with(command, &["--lang", "zh-CN", "--explain", "hello"]);
    let (_, card) = finished.stderr.split_once('\n').unwrap();
    assert!(is_chinese(card) && !card.contains("What to do"), "{card}");

    let mut command = mqscope(&shell.sandbox.home);
    command
        .env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
        .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
        .args(["doctor", "--endpoint", &shell.sandbox.endpoint]);
    let finished = run_with(command, &["--lang", "zh-CN"]);
    assert_code(&finished, exit::DONE);
    let spoken = finished.stdout.lines().filter(|line| is_chinese(line));
    assert!(spoken.count() > 4, "{}", finished.stdout);
}

#[test]
fn wrong_usage_is_told_in_the_language_that_the_same_line_asks_for() {
    let home = tempfile::tempdir().unwrap();
    for (arguments, expected) in [
        (&["publish", "--topik", "t"][..], "没有参数“--topik”"),
        (&["consume", "--topic", "a b"], "主题不能包含"),
        (&["sandbox", "--invisible-time", "soon"], "“soon”不是时长"),
        (&["sandbox", "--fault", "publish"], "故障应写作"),
        (&["ack", "--endpoint", "ftp://h"], "http://"),
    ] {
        let mut command = mqscope(&home);
        command.args(arguments).args(["--lang", "zh-CN"]);
        let finished = run(command, b"");
        assert_code(&finished, exit::USAGE);
        let said = &finished.stderr;
        assert!(
            said.starts_with("错误：") && said.contains(expected),
            "{said}"
        );
        assert!(
            !said.contains("error:") && !said.contains("Usage"),
            "{said}"
        );
    }
    let mut command = mqscope(&home);
    command.args(["--lang", "klingon", "sandbox"]);
    let finished = run(command, b"");
    assert_code(&finished, exit::USAGE);
    assert!(
        finished.stderr.contains("there are en and zh-CN"),
        "{finished:?}"
    );
}

#[test]
fn help_is_in_the_language_of_the_system() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["help", "admin"],
        &["admin", "peek", "--help"],
    ] {
        let mut command = mqscope(&home);
        command.env("LC_ALL", "zh_CN.UTF-8").args(arguments);
        let finished = run(command, b"");
        assert_code(&finished, exit::DONE);
        let help = &finished.stdout;
        assert!(help.contains("用法:") && help.contains("选项:"), "{help}");
        assert!(
            !help.contains("Usage") && !help.contains("Options"),
            "{help}"
        );
    }
}
