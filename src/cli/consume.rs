//! `mqscope consume`: takes messages for a group and prints them. What was not printed is never
//! acked, and no more is taken than was asked for.

use std::io;
use std::num::NonZeroU64;
use std::time::Duration;

use clap::Args;

use super::cards::Cards;
use super::connection::{Connection, ConnectionArguments};
use super::exit::{Exit, Failure, Outcome};
use super::language::texts;
use super::output::{self, Consumed, ErrorReport};
use super::stop::Stop;
use super::values;
use crate::cards::{Card, Doing, Evidence, Reason};
use crate::client::{self, Answer};
use crate::clock::Clock;
use crate::protocol::{
    ConsumeMode, FaultCode, GroupId, HandleList, MessageList, ReceiptHandle, ReceivedMessage,
    TagFilter, TopicName,
};

const EXAMPLES: &str =
    "  mqscope consume --endpoint http://127.0.0.1:8080 --topic orders --group GID_test
  mqscope consume --profile dev --topic orders --group GID_test --tag 'paid||refunded' --ack
  mqscope consume --profile dev --topic orders --group GID_test --wait 30s --follow | jq .body";

/// An empty poll that took less is followed by a pause: a server that does not wait, or
/// `--wait 0s`, must not make a storm of requests.
const SHORTEST_ROUND: Duration = Duration::from_secs(1);

/// First and longest pause of `--follow` after a poll that failed.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Arguments of `mqscope consume`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Consume {
    #[command(flatten)]
    pub(super) cards: Cards,
    #[arg(long, value_name = "TOPIC", value_parser = values::topic)]
    topic: TopicName,
    #[arg(long, value_name = "GROUP", value_parser = values::group)]
    group: GroupId,
    #[arg(long, value_name = "EXPR")]
    tag: Option<String>,
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=16))]
    batch: u32,
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = parse_wait)]
    wait: u32,
    #[arg(long, value_name = "N")]
    max: Option<NonZeroU64>,
    #[arg(long)]
    ack: bool,
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
}

fn parse_wait(text: &str) -> Result<u32, String> {
    let wait = values::time(text)?;
    if wait.subsec_nanos() != 0 {
        return Err(texts().get("cli-wrong-seconds").to_owned());
    }
    match u32::try_from(wait.as_secs()) {
        Ok(secs @ 0..=30) => Ok(secs),
        _ => Err(texts().get("cli-wrong-wait").to_owned()),
    }
}

/// What has happened so far.
struct Progress {
    /// Messages taken, damaged ones included: they are leased too.
    taken: u64,
    exit: Exit,
    /// Nobody reads stdout any more.
    closed: bool,
    stopping: bool,
}

impl Consume {
    pub(super) async fn run(self, clock: Clock) -> Outcome {
        let connection = self.connection.open(clock.clone()).await?;
        if self.ack {
            connection.may("ack")?;
        }
        let consume = |count| client::Consume {
            group: self.group.clone(),
            count,
            wait_secs: self.wait,
            tag: TagFilter::parse(self.tag.as_deref().unwrap_or_default()),
            mode: ConsumeMode::Plain,
        };
        // From here on a stop is ours to handle: dying in a poll would strand its messages.
        let mut stop = Stop::listen()?;
        let mut progress = Progress {
            taken: 0,
            exit: Exit::Done,
            closed: false,
            stopping: false,
        };
        let (mut pause, mut worked) = (FIRST_PAUSE, false);
        while let Some(count) = self.next_count(progress.taken) {
            if progress.stopping || progress.closed || stop.is_requested().await {
                break;
            }
            let consume = consume(count);
            let poll = connection.client.consume(&self.topic, &consume);
            let Some(answer) = finish(poll, &mut stop, &mut progress).await else {
                return Ok(Exit::Aborted);
            };
            let answer = match answer {
                // Once it worked, following goes on through a restart of the server; a connection
                // that never was there is an error.
                Err(error) if self.follow && worked && error.is_retryable() => {
                    let failure = Failure::from(error);
                    output::report(&failure.report);
                    if let Some(card) = &failure.card {
                        self.cards.tell(card);
                    }
                    if !rest(&clock, &mut pause, &mut stop).await {
                        break;
                    }
                    continue;
                }
                answer => answer?,
            };
            (pause, worked) = (FIRST_PAUSE, true);
            let is_empty = answer.value.is_empty();
            self.handle(answer.value, &connection, &mut progress)
                .await?;
            if !self.goes_on(is_empty) {
                break;
            }
            if is_empty && answer.elapsed < SHORTEST_ROUND {
                let next = clock.now() + (SHORTEST_ROUND - answer.elapsed);
                tokio::select! {
                    () = clock.sleep_until(next) => {}
                    () = stop.requested() => break,
                }
            }
        }
        Ok(match progress.taken {
            0 => {
                let empty = Evidence::of_code(FaultCode::MessageNotExist.as_str(), "");
                self.cards.tell_asked(&Card::of(empty, Doing::Consume));
                Exit::Nothing
            }
            _ => progress.exit,
        })
    }

    /// How many the next poll may take; `None` if there are enough.
    fn next_count(&self, taken: u64) -> Option<u32> {
        let Some(max) = self.max else {
            return Some(self.batch);
        };
        let left = max.get().saturating_sub(taken);
        (left > 0).then(|| u32::try_from(left).unwrap_or(u32::MAX).min(self.batch))
    }

    /// Whether another poll follows one that was empty or was not.
    fn goes_on(&self, was_empty: bool) -> bool {
        self.follow || (self.max.is_some() && !was_empty)
    }

    /// Prints messages, then acks those that were printed.
    async fn handle(
        &self,
        list: MessageList,
        connection: &Connection,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let count = list.messages.len() + list.damaged.len();
        progress.taken += u64::try_from(count).unwrap_or(u64::MAX);
        for damaged in &list.damaged {
            output::report_damaged(damaged);
            progress.exit = Exit::Refused;
        }
        let damaged = list.damaged.iter();
        self.cards.tell_kinds(damaged.map(|damaged| {
            let evidence = Evidence {
                words: damaged.problem.to_string(),
                ..Evidence::new(Reason::Unreadable)
            };
            Card::of(evidence, Doing::Consume)
        }));
        let (printed, trouble) = print_all(&list.messages);
        if self.ack {
            self.ack(&printed, connection, progress).await?;
        }
        let Some(error) = trouble else { return Ok(()) };
        progress.closed = true;
        let count = list.messages.len() - printed.len();
        let count = [("count", count.to_string().into())];
        output::notice(&texts().format("cli-say-unprinted", &count));
        if error.kind() == io::ErrorKind::BrokenPipe {
            // The reader has had enough, as `head` has: no failure.
            return Ok(());
        }
        let why = [("why", error.to_string().into())];
        let message = texts().format("cli-say-stdout", &why);
        Err(Failure::new(Exit::Refused, "output", message))
    }

    async fn ack(
        &self,
        handles: &[ReceiptHandle],
        connection: &Connection,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        for list in HandleList::chunks(handles) {
            let answer = connection
                .client
                .ack(&self.topic, &self.group, &list)
                .await?;
            for failure in &answer.value {
                output::report(&ErrorReport::refused_handle(failure, answer.attempts));
                progress.exit = Exit::Refused;
            }
            let (refused, repeated) = (answer.value.iter(), answer.attempts > 1);
            self.cards
                .tell_kinds(refused.map(|failure| Card::of_handle(failure, Doing::Ack, repeated)));
        }
        Ok(())
    }
}

/// Rests before the next try, longer each time; false once a stop is asked for.
async fn rest(clock: &Clock, pause: &mut Duration, stop: &mut Stop) -> bool {
    let next = clock.now() + *pause;
    *pause = (*pause * 2).min(LONGEST_PAUSE);
    tokio::select! {
        () = clock.sleep_until(next) => true,
        () = stop.requested() => false,
    }
}

/// Waits for a poll to end, even if a stop comes meanwhile: it may bring messages, and they
/// would be lost to everybody until their leases end. `None` after a second stop.
async fn finish<E>(
    poll: impl Future<Output = Result<Answer<MessageList>, E>>,
    stop: &mut Stop,
    progress: &mut Progress,
) -> Option<Result<Answer<MessageList>, E>> {
    tokio::pin!(poll);
    loop {
        tokio::select! {
            biased;
            answer = &mut poll => return Some(answer),
            () = stop.requested() => {
                if progress.stopping {
                    return None;
                }
                progress.stopping = true;
                output::notice(texts().get("cli-say-stopping"));
            }
        }
    }
}

/// Prints messages until stdout fails; the handles of those that went out.
fn print_all(messages: &[ReceivedMessage]) -> (Vec<ReceiptHandle>, Option<io::Error>) {
    let mut printed = Vec::with_capacity(messages.len());
    for message in messages {
        if let Err(error) = output::print(&Consumed::from(message)) {
            return (printed, Some(error));
        }
        if !message.body_is_intact() {
            let id = [("id", message.message_id.as_str().into())];
            output::notice(&texts().format("cli-say-md5", &id));
        }
        printed.push(message.receipt_handle.clone());
    }
    (printed, None)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser as _;

    fn parse(arguments: &str) -> Result<Consume, clap::Error> {
        let line = format!("mqscope consume --endpoint http://h --topic t --group g {arguments}");
        match Arguments::try_parse_from(line.split_whitespace())?.command {
            Some(Command::Consume(consume)) => Ok(consume),
            _ => unreachable!(),
        }
    }

    #[test]
    fn arguments_have_their_defaults_and_ranges() {
        let consume = parse("").unwrap();
        assert_eq!((consume.batch, consume.wait), (16, 3));
        assert!(!consume.ack && !consume.follow && consume.max.is_none());
        assert_eq!(parse("--wait 30s").unwrap().wait, 30);
        assert_eq!(parse("--wait 0s").unwrap().wait, 0);
        for wrong in [
            "--batch 0",
            "--batch 17",
            "--wait 31s",
            "--wait 500ms",
            "--wait 3",
            "--max 0",
            "--group a/b",
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
    }

    fn asked(batch: u32, max: Option<u64>, follow: bool) -> Consume {
        Consume {
            batch,
            max: max.and_then(NonZeroU64::new),
            follow,
            ..parse("").unwrap()
        }
    }

    #[test]
    fn never_more_than_asked_for() {
        let check = |batch, max, taken, expected| {
            assert_eq!(asked(batch, max, false).next_count(taken), expected);
        };
        check(16, None, 1_000, Some(16));
        check(16, Some(20), 0, Some(16));
        check(16, Some(20), 16, Some(4));
        check(16, Some(20), 20, None);
        // A server that hands out more than it was asked for.
        check(16, Some(20), 21, None);
        check(16, Some(u64::MAX), 0, Some(16));
    }

    #[test]
    fn one_poll_unless_there_is_a_reason_for_more() {
        assert!(!asked(16, None, false).goes_on(false));
        assert!(asked(16, Some(20), false).goes_on(false));
        assert!(!asked(16, Some(20), false).goes_on(true));
        assert!(asked(16, None, true).goes_on(true));
    }
}
