//! `mqscope publish`: one message, checked before it is sent. Never sends it twice.

use std::io::Read as _;
use std::time::Duration;

use clap::Args;

use super::cards::Cards;
use super::connection::ConnectionArguments;
use super::exit::{Exit, Failure, Outcome};
use super::language::texts;
use super::output::{self, FieldProblem, Published};
use super::values;
use crate::clock::Clock;
use crate::explained::refused;
use crate::protocol::lint::Field;
use crate::protocol::{Limits, MessageParts, NewMessage, Problem, Timestamp, TopicName};

const EXAMPLES: &str =
    "  mqscope publish --endpoint http://127.0.0.1:8080 --topic orders '{\"id\":1}'
  mqscope publish --profile dev --topic orders --tag paid --property shop=7 --delay 10s hello
  cat order.json | mqscope publish --profile dev --topic orders -";

/// Arguments of `mqscope publish`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Publish {
    #[arg(value_name = "BODY")]
    body: Option<String>,
    #[command(flatten)]
    pub(super) cards: Cards,
    #[arg(long, value_name = "TOPIC", value_parser = values::topic)]
    topic: TopicName,
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[arg(long, value_name = "K=V", value_parser = parse_property)]
    property: Vec<(String, String)>,
    #[arg(long, value_name = "TIME", value_parser = values::time, conflicts_with = "deliver_at")]
    delay: Option<Duration>,
    #[arg(long, value_name = "RFC3339", value_parser = parse_time)]
    deliver_at: Option<Timestamp>,
    #[arg(long, value_name = "KEY")]
    sharding_key: Option<String>,
    #[command(flatten)]
    connection: ConnectionArguments,
}

fn parse_property(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err(texts().get("cli-wrong-property").to_owned()),
    }
}

pub(super) fn parse_time(text: &str) -> Result<Timestamp, String> {
    let wrong = |_| texts().get("cli-wrong-time").to_owned();
    let at: jiff::Timestamp = text.trim().parse().map_err(wrong)?;
    Ok(Timestamp::from_millis(at.as_millisecond()))
}

impl Publish {
    pub(super) async fn run(mut self, clock: Clock) -> Outcome {
        let body = self
            .body
            .take()
            .ok_or_else(|| Failure::usage("usage", texts().get("cli-say-no-body")))?;
        let connection = self.connection.open(clock.clone()).await?;
        connection.may("publish")?;
        let body = match body.as_str() {
            "-" => read_stdin(connection.limits.max_body_bytes).await?,
            _ => body,
        };
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let now = clock.now();
        let parts = MessageParts {
            body,
            tag: given(self.tag),
            key: given(self.key),
            deliver_at: self.deliver_at.or(self.delay.map(|delay| now + delay)),
            sharding_key: given(self.sharding_key),
            check_after_secs: None,
            properties: self.property,
        };
        let message = check(parts, &connection.limits, now)?;
        let answer = connection.client.publish(&self.topic, &message).await?;
        let published = Published::new(&answer.value, answer.request_id.as_deref());
        // It is published, whether or not somebody still reads what we print.
        let _ = output::print(&published);
        Ok(Exit::Done)
    }
}

/// The message, if the server can take it; what will merely surprise is told on stderr.
fn check(parts: MessageParts, limits: &Limits, now: Timestamp) -> Result<NewMessage, Failure> {
    let keys: Vec<String> = parts
        .properties
        .iter()
        .map(|(key, _)| key.clone())
        .collect();
    for problem in limits.lint(&parts, now) {
        if !problem.is_error() {
            output::notice(&texts().say(&refused::problem(&problem)));
        }
    }
    parts.checked(limits, now).map_err(|problems| {
        let problems: Vec<FieldProblem> = problems
            .iter()
            .map(|problem| FieldProblem {
                argument: argument_of(problem, &keys),
                message: texts().say(&refused::problem(problem)),
            })
            .collect();
        let list: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}", problem.argument, problem.message))
            .collect();
        let mut failure = Failure::usage(
            "message",
            texts().format("cli-say-message", &[("problems", list.join("; ").into())]),
        );
        failure.report.problems = problems;
        failure
    })
}

fn argument_of(problem: &Problem, keys: &[String]) -> String {
    match problem.field() {
        Field::Body => "BODY".to_owned(),
        Field::Tag => "--tag".to_owned(),
        Field::Key => "--key".to_owned(),
        Field::DeliverAt => "--delay or --deliver-at".to_owned(),
        Field::ShardingKey => "--sharding-key".to_owned(),
        // There is no argument for half messages.
        Field::Check => "half message".to_owned(),
        Field::Property(index) => {
            let key = keys.get(index).map_or("", String::as_str);
            format!("--property {key}")
        }
    }
}

/// Stdin to its end, as it is: a newline at the end belongs to the body.
async fn read_stdin(max_bytes: usize) -> Result<String, Failure> {
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
        // One more than allowed is enough to know that it is too much.
        std::io::stdin()
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    });
    let bytes = read
        .await
        .map_err(std::io::Error::other)
        .and_then(|read| read)
        .map_err(|error| {
            let why = [("why", error.to_string().into())];
            Failure::usage("stdin", texts().format("cli-say-stdin", &why))
        })?;
    decode_body(bytes, max_bytes)
}

fn decode_body(bytes: Vec<u8>, max_bytes: usize) -> Result<String, Failure> {
    if bytes.len() > max_bytes {
        return Err(Failure::usage(
            "message",
            texts().format(
                "cli-say-stdin-large",
                &[("max", max_bytes.to_string().into())],
            ),
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::usage(
            "message",
            texts().format("cli-say-stdin-utf8", &[("at", at.to_string().into())]),
        )
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser as _;

    fn parse(arguments: &str) -> Result<Publish, clap::Error> {
        let line = format!("mqscope publish --endpoint http://h --topic t {arguments}");
        match Arguments::try_parse_from(line.split_whitespace())?.command {
            Some(Command::Publish(publish)) => Ok(publish),
            _ => unreachable!(),
        }
    }

    #[test]
    fn arguments_are_read() {
        let publish = parse("--property a=1 --property b=x=y --property c= --delay 10s -").unwrap();
        let expected = [("a", "1"), ("b", "x=y"), ("c", "")];
        assert_eq!(
            publish.property,
            expected.map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
        assert_eq!(publish.delay, Some(Duration::from_secs(10)));
        assert_eq!(publish.body.as_deref(), Some("-"));
        let publish = parse("--deliver-at 2026-11-22T18:14:07+08:00 -- -5").unwrap();
        assert_eq!(
            publish.deliver_at,
            Some(Timestamp::from_millis(1_795_342_447_000))
        );
        assert_eq!(publish.body.as_deref(), Some("-5"));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for wrong in [
            "--property a x",
            "--property =a x",
            "--delay soon x",
            "--deliver-at tomorrow x",
            "--deliver-at 2026-11-22T18:14:07 x",
            "--delay 1s --deliver-at 2026-11-22T18:14:07Z x",
            "--profile p x",
            "one two",
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }

    #[test]
    fn everything_that_is_wrong_with_a_message_is_listed_by_argument() {
        let parts = MessageParts {
            body: String::new(),
            key: Some("a:b".to_owned()),
            properties: vec![
                ("ok".to_owned(), "1".to_owned()),
                ("shop".to_owned(), "a|b".to_owned()),
            ],
            ..MessageParts::default()
        };
        let limits = crate::protocol::Profile::Sandbox.limits();
        let failure = check(parts, &limits, Timestamp::default()).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        let arguments: Vec<&str> = failure
            .report
            .problems
            .iter()
            .map(|problem| problem.argument.as_str())
            .collect();
        assert_eq!(arguments, ["--key", "--property shop", "BODY"]);
    }

    #[test]
    fn stdin_is_taken_as_it_is_or_refused() {
        assert_eq!(decode_body(b"a\n".to_vec(), 2).unwrap(), "a\n");
        assert!(decode_body(b"abc".to_vec(), 2).is_err());
        assert!(decode_body(b"\xff".to_vec(), 2).is_err());
    }
}
