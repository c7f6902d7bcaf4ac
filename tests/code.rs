//! Programs written for the SDKs, run exactly as they were written: Node, Python and the shell
//! against a sandbox. For the other languages, what is in a message stays text and nothing is left
//! of a template.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::fs;
use std::io::Write as _;
use std::process::Command;

use mqscope::code::{self, BODY_FILE, Consume, Language, Order, Publish, Task};
use mqscope::protocol::{ConsumeMode, MessageParts, TagFilter, Timestamp};
use serde_json::Value;

use support::sdk::{self, Sdk};
use support::{ACCESS_KEY, Finished, LIMIT, Running, SECRET_KEY, Sandbox, mqscope, run};

/// Characters that any of the languages might take for something of its own.
const AWKWARD: &str =
    "{\"note\": \"你好 😀\", 'a': `b`, $c, ${d}, \\u0041, %s, #{e}}\n<x>&amp;</x>\t\"\\";

fn publish(parts: MessageParts) -> Task {
    Task::Publish(Publish {
        parts,
        delay_millis: None,
        group: None,
    })
}

fn consume(mode: ConsumeMode) -> Task {
    Task::Consume(Consume {
        group: "GID_code".parse().unwrap(),
        count: 16,
        wait_secs: 5,
        tag: TagFilter::All,
        mode,
    })
}

fn order(endpoint: &str, topic: &str, task: Task) -> Order {
    Order {
        endpoint: endpoint.to_owned(),
        instance: None,
        topic: topic.parse().unwrap(),
        task,
    }
}

/// A sandbox and a folder in which programs are run.
struct Desk {
    sandbox: Sandbox,
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        Self {
            sandbox: Sandbox::start(&[]),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The command that runs a program; `None` where its SDK cannot be had.
    fn command(&self, language: Language, topic: &str, task: Task) -> Option<Command> {
        let order = order(&self.sandbox.endpoint, topic, task);
        let program = code::program(language, &order).unwrap();
        let mut command = match language {
            Language::Node => {
                // Node looks for packages beside the program.
                let modules = sdk::install(Sdk::Node)?.join("node_modules");
                let link = self.folder.path().join("node_modules");
                if !link.exists() {
                    std::os::unix::fs::symlink(modules, link).unwrap();
                }
                Command::new("node")
            }
            Language::Python => {
                let packages = sdk::install(Sdk::Python)?;
                let mut python = Command::new("python3");
                python
                    .args(["-B", "-X", "utf8"])
                    .env("PYTHONPATH", packages);
                python
            }
            _ => {
                if !can_run_scripts() {
                    return None;
                }
                Command::new("bash")
            }
        };
        let path = self.folder.path().join(program.file_name);
        fs::write(&path, program.text).unwrap();
        support::keep_settings_out(&mut command, &self.sandbox.home);
        command
            .arg(path)
            .current_dir(self.folder.path())
            .env("MQ_ACCESS_KEY", ACCESS_KEY)
            .env("MQ_SECRET_KEY", SECRET_KEY)
            .env_remove("MQ_SECURITY_TOKEN");
        Some(command)
    }

    fn publish(&self, language: Language, topic: &str, task: Task) -> Option<Finished> {
        let finished = run(self.command(language, topic, task)?, b"");
        assert!(
            finished.status.success(),
            "{language:?} on stdout:\n{}on stderr:\n{}",
            finished.stdout,
            finished.stderr
        );
        Some(finished)
    }

    /// What `mqscope consume` gets, oldest first.
    fn consume(&self, topic: &str) -> Vec<Value> {
        self.cli(
            "consume",
            topic,
            &["--group", "GID_test", "--wait", "5s", "--ack"],
        )
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
    }

    fn cli(&self, command: &str, topic: &str, more: &[&str]) -> String {
        let mut cli = mqscope(&self.sandbox.home);
        cli.env("MQSCOPE_ACCESS_KEY", ACCESS_KEY)
            .env("MQSCOPE_SECRET_KEY", SECRET_KEY)
            .args([
                command,
                "--endpoint",
                &self.sandbox.endpoint,
                "--topic",
                topic,
            ])
            .args(more);
        run(cli, b"").stdout
    }
}

#[test]
fn a_request_is_sent_once_more_and_signed_afresh() {
    if !can_run_scripts() {
        return;
    }
    let desk = Desk::new();
    let topic = "once-more";
    let send = |method: &str, target: &str, body: &str| {
        let text = code::request_script(&desk.sandbox.endpoint, method, target, body).unwrap();
        assert!(!text.contains(SECRET_KEY));
        let path = desk.folder.path().join("request.sh");
        fs::write(&path, text).unwrap();
        let mut bash = Command::new("bash");
        support::keep_settings_out(&mut bash, &desk.sandbox.home);
        bash.arg(&path)
            .env("MQ_ACCESS_KEY", ACCESS_KEY)
            .env("MQ_SECRET_KEY", SECRET_KEY)
            .env_remove("MQ_SECURITY_TOKEN");
        run(bash, b"")
    };
    let path = format!("/topics/{topic}/messages");
    let tricky = "it's $HOME `id` \\ \"q\" %s 你好";
    let body = format!("<Message><MessageBody>{tricky}</MessageBody></Message>");
    let sent = send("POST", &path, &body);
    assert!(sent.status.success(), "{}{}", sent.stdout, sent.stderr);
    assert!(sent.stdout.contains("<MessageId>"), "{}", sent.stdout);
    let target = format!("{path}?consumer=GID_test&numOfMessages=1&tag=TagA%7C%7CTagB");
    let empty = send("GET", &target, "");
    assert!(empty.stderr.contains("MessageNotExist"), "{}", empty.stderr);
    assert!(!empty.status.success());
    assert_eq!(desk.consume(topic)[0]["body"], tricky);
}

/// Whether the programs that a script needs are there; in CI they have to be.
fn can_run_scripts() -> bool {
    let missing: Vec<&str> = ["bash", "curl", "openssl"]
        .into_iter()
        .filter(|program| Command::new(program).arg("--version").output().is_err())
        .collect();
    if missing.is_empty() {
        return true;
    }
    let reason = format!("missing programs: {}", missing.join(", "));
    assert!(
        std::env::var_os("CI").is_none_or(|value| value != "true"),
        "{reason}"
    );
    // Not eprintln: the test harness would swallow that of a passing test.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
    false
}

const RUN: [Language; 3] = [Language::Node, Language::Python, Language::Shell];

fn whole_message() -> MessageParts {
    MessageParts {
        body: AWKWARD.to_owned(),
        tag: Some("it's \"a\" $tag".to_owned()),
        key: Some("order-1043 é".to_owned()),
        sharding_key: Some("shard 1".to_owned()),
        properties: vec![
            ("region".to_owned(), "ap-guangzhou".to_owned()),
            ("颜色".to_owned(), "$(echo red) \\ 红".to_owned()),
        ],
        ..MessageParts::default()
    }
}

#[test]
fn what_a_program_publishes_is_what_the_form_said() {
    let desk = Desk::new();
    for language in RUN {
        let topic = format!("whole-{}", language.name().replace('.', "-"));
        let task = publish(whole_message());
        let Some(finished) = desk.publish(language, &topic, task) else {
            continue;
        };
        let found = desk.consume(&topic);
        assert_eq!(found.len(), 1, "{language:?}");
        let message = &found[0];
        assert_eq!(message["body"], AWKWARD, "{language:?}");
        assert_eq!(message["tag"], "it's \"a\" $tag", "{language:?}");
        assert_eq!(message["key"], "order-1043 é", "{language:?}");
        assert_eq!(message["properties"]["region"], "ap-guangzhou");
        assert_eq!(
            message["properties"]["颜色"], "$(echo red) \\ 红",
            "{language:?}"
        );
        let id = message["message_id"].as_str().unwrap();
        assert_eq!(finished.stdout.trim_end(), format!("published {id}"));
    }
}

#[test]
fn a_delay_begins_when_the_program_runs() {
    let desk = Desk::new();
    for language in RUN {
        let topic = format!("delay-{}", language.name().replace('.', "-"));
        let task = Task::Publish(Publish {
            parts: MessageParts {
                body: "later".to_owned(),
                ..MessageParts::default()
            },
            delay_millis: Some(3_600_000),
            group: None,
        });
        if desk.publish(language, &topic, task).is_none() {
            continue;
        }
        assert_eq!(desk.consume(&topic), Vec::<Value>::new(), "{language:?}");
    }
}

#[test]
fn a_body_that_is_too_long_for_a_program_stands_beside_it() {
    let desk = Desk::new();
    let body = format!("{AWKWARD}\r\n").repeat(1_000);
    fs::write(desk.folder.path().join(BODY_FILE), &body).unwrap();
    for language in RUN {
        let topic = format!("long-{}", language.name().replace('.', "-"));
        let task = publish(MessageParts {
            body: body.clone(),
            tag: Some("long".to_owned()),
            ..MessageParts::default()
        });
        if desk.publish(language, &topic, task).is_some() {
            let found = desk.consume(&topic);
            // What the program says of its SDK: XML turns its CRs into LFs.
            let expected = match language {
                Language::Shell => body.clone(),
                _ => body.replace('\r', ""),
            };
            assert!(found[0]["body"] == expected.as_str(), "{language:?}");
            assert_eq!(found[0]["tag"], "long");
        }
    }
}

#[test]
fn a_half_message_is_published_and_committed() {
    let desk = Desk::new();
    for language in RUN {
        let topic = format!("half-{}", language.name().replace('.', "-"));
        let task = Task::Publish(Publish {
            parts: MessageParts {
                body: "half".to_owned(),
                check_after_secs: Some(60),
                ..MessageParts::default()
            },
            delay_millis: None,
            group: Some("GID_producer".parse().unwrap()),
        });
        let Some(finished) = desk.publish(language, &topic, task) else {
            continue;
        };
        let id = desk.consume(&topic)[0]["message_id"].clone();
        let expected = format!("published {0}\ncommitted {0}", id.as_str().unwrap());
        assert_eq!(finished.stdout.trim_end(), expected, "{language:?}");
    }
}

/// Reads until a line begins like this.
fn until(program: &mut Running, start: &str) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let line = program.line();
        let there = line.starts_with(start);
        lines.push(line);
        if there {
            return lines;
        }
    }
}

#[test]
fn a_consumer_outlives_empty_polls_hands_over_and_acks() {
    let desk = Desk::new();
    for language in RUN {
        for mode in [ConsumeMode::Plain, ConsumeMode::Ordered] {
            let topic = format!("consume-{}-{mode:?}", language.name().replace('.', "-"));
            let Some(command) = desk.command(language, &topic, consume(mode)) else {
                continue;
            };
            // It is there first, and finds nothing.
            let mut program = Running::start(command, b"");
            desk.cli("publish", &topic, &["hello & <bye>"]);
            let lines = until(&mut program, "acked 1");
            let text = lines
                .concat()
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
            assert!(text.contains("hello & <bye>"), "{language:?}: {lines:?}");
            support::signal(&program, "TERM");
            program.finish(LIMIT);
            // Done for its group.
            let group = ["--group", "GID_code", "--wait", "0s"];
            assert_eq!(desk.cli("consume", &topic, &group), "", "{language:?}");
        }
    }
}

#[test]
fn half_messages_are_checked() {
    // The publisher is a script whatever checks.
    if !can_run_scripts() {
        return;
    }
    let desk = Desk::new();
    for language in RUN {
        let topic = format!("check-{}", language.name().replace('.', "-"));
        let Some(command) = desk.command(language, &topic, consume(ConsumeMode::Half)) else {
            continue;
        };
        let mut program = Running::start(command, b"");
        let half = MessageParts {
            body: "forgotten".to_owned(),
            check_after_secs: Some(10),
            ..MessageParts::default()
        };
        // A publisher that does not come to its end.
        let order = order(&desk.sandbox.endpoint, &topic, publish(half));
        let text = code::program(Language::Shell, &order).unwrap().text;
        let (until_published, _) = text.split_once("# A half message").unwrap();
        let path = desk.folder.path().join("forgetful.sh");
        fs::write(&path, until_published).unwrap();
        let mut bash = Command::new("bash");
        bash.arg(&path)
            .env("MQ_ACCESS_KEY", ACCESS_KEY)
            .env("MQ_SECRET_KEY", SECRET_KEY);
        assert!(run(bash, b"").status.success());
        until(&mut program, "committed");
        assert_eq!(desk.consume(&topic)[0]["body"], "forgotten", "{language:?}");
    }
}

#[test]
fn without_keys_a_program_says_which_are_missing() {
    let desk = Desk::new();
    for language in RUN {
        for task in [publish(whole_message()), consume(ConsumeMode::Plain)] {
            let Some(mut command) = desk.command(language, "orders", task) else {
                continue;
            };
            command.env_remove("MQ_SECRET_KEY");
            let finished = run(command, b"");
            assert!(!finished.status.success(), "{language:?}");
            assert!(finished.stderr.contains("MQ_SECRET_KEY"), "{language:?}");
        }
    }
}

#[test]
fn a_refusal_is_said_and_no_success() {
    let desk = Desk::new();
    for language in RUN {
        let Some(mut command) = desk.command(language, "orders", publish(whole_message())) else {
            continue;
        };
        command.env("MQ_SECRET_KEY", "another secret that is longer than a block of the digest, which is sixty-four bytes long");
        let finished = run(command, b"");
        assert_eq!(finished.status.code(), Some(1), "{language:?}");
        assert!(
            finished.stderr.contains("SignatureDoesNotMatch"),
            "{language:?}: {}",
            finished.stderr
        );
    }
}

/// Every task that makes a difference to a program.
fn tasks() -> Vec<Task> {
    let timed = Publish {
        parts: whole_message(),
        delay_millis: Some(5_000),
        group: Some("GID_p".parse().unwrap()),
    };
    let with = |change: fn(&mut MessageParts)| {
        let mut parts = whole_message();
        change(&mut parts);
        publish(parts)
    };
    vec![
        publish(MessageParts {
            body: "x".to_owned(),
            ..MessageParts::default()
        }),
        publish(whole_message()),
        Task::Publish(timed),
        with(|parts| parts.deliver_at = Some(Timestamp::from_millis(1_795_342_447_000))),
        with(|parts| parts.check_after_secs = Some(30)),
        with(|parts| parts.body = "long ".repeat(10_000)),
        consume(ConsumeMode::Plain),
        consume(ConsumeMode::Ordered),
        consume(ConsumeMode::Half),
    ]
}

#[test]
fn every_program_is_whole_and_holds_no_key() {
    for language in Language::ALL {
        for task in tasks() {
            for instance in [None, Some("MQ_INST_1".parse().unwrap())] {
                let order = Order {
                    instance,
                    ..order("https://broker.example", "orders", task.clone())
                };
                let program = code::program(language, &order).unwrap();
                let text = &program.text;
                assert!(
                    !text.contains("{{") && !text.contains("{%"),
                    "{language:?}\n{text}"
                );
                assert!(text.contains("MQ_SECRET_KEY") && text.contains("https://broker.example"));
                assert!(
                    text.ends_with('\n') && !text.contains(" \n"),
                    "{language:?}\n{text}"
                );
                let named = order.instance.is_none() || text.contains("MQ_INST_1");
                assert!(named, "{language:?} leaves the instance out");
                let long = matches!(&task, Task::Publish(p) if p.parts.body.len() > 20_000);
                assert_eq!(program.reads_body_file, long);
                assert_eq!(text.contains(BODY_FILE), long, "{language:?}");
                check_syntax(language, &program.text);
            }
        }
    }
}

/// Where there is a program that knows the language's grammar.
fn check_syntax(language: Language, text: &str) {
    let (program, arguments): (&str, &[&str]) = match language {
        Language::Go => ("gofmt", &["-e"]),
        Language::Php => ("php", &["-l"]),
        Language::Shell => ("bash", &["-n"]),
        _ => return,
    };
    let there = Command::new(program).arg("-h").output().is_ok();
    if there {
        let mut command = Command::new(program);
        command.args(arguments);
        let finished = run(command, text.as_bytes());
        assert!(
            finished.status.success(),
            "{language:?}\n{text}\n{}",
            finished.stderr
        );
    }
}

#[test]
fn a_long_poll_is_never_longer_than_the_client_waits() {
    let order = order(
        "http://broker",
        "orders",
        Task::Consume(Consume {
            group: "GID_code".parse().unwrap(),
            count: 16,
            wait_secs: 30,
            tag: TagFilter::parse("A||it's"),
            mode: ConsumeMode::Plain,
        }),
    );
    for language in Language::ALL {
        let text = code::program(language, &order).unwrap().text;
        let shorter = language == Language::CSharp;
        assert_eq!(text.contains("shorter than what was asked for"), shorter);
        assert_eq!(text.contains("waitSecs = 2;"), shorter);
        // Signed otherwise than sent.
        assert_eq!(text.contains("apostrophe"), language == Language::Node);
    }
}
