//! `mqscope admin`: asks a running sandbox what is in it, tidies it up, and moves its time. What is printed is
//! what the admin API answers. Speaks to no other broker.

use std::io::Write as _;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use secrecy::SecretString;
use serde::Serialize;

use super::exit::{Exit, Failure, Outcome};
use super::faults::{self, FaultChange};
use super::language::texts;
use super::refusals::{self, RefusalArguments};
use super::sandbox::ADMIN_TOKEN;
use super::values;
use super::{output, publish};
use crate::client::{AdminClient, ClientError, Endpoint};
use crate::protocol::admin::{
    ClockMove, Done, Expire, GroupRef, MAX_PEEK, MessageState, PeekQuery, Resend, Resent,
    ResetGroup, ResetTo, TopicRef,
};
use crate::protocol::{GroupId, InstanceId, ReceiptHandle, Timestamp, TopicName};

const EXAMPLES: &str = "  export MQSCOPE_SANDBOX_ADMIN_TOKEN=$(openssl rand -hex 16)
  mqscope sandbox &
  mqscope admin --endpoint http://127.0.0.1:8080 overview
  mqscope admin --endpoint http://127.0.0.1:8080 peek --topic orders --group GID_test
  mqscope admin --endpoint http://127.0.0.1:8080 resend --group GID_test
  mqscope admin --endpoint http://127.0.0.1:8080 reset --topic orders --group GID_test --to oldest
  mqscope admin --endpoint http://127.0.0.1:8080 clock advance 5m
  mqscope admin --endpoint http://127.0.0.1:8080 faults add publish:orders:500:next=3
  mqscope admin --endpoint http://127.0.0.1:8080 refusals";

/// Arguments of `mqscope admin`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Admin {
    #[arg(long, value_name = "URL", value_parser = values::endpoint)]
    endpoint: Endpoint,
    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    Overview,
    Statistics,
    Metrics,
    Settings,
    Peek(Look),
    Purge(TopicArguments),
    Resend {
        #[command(flatten)]
        instance: InstanceArgument,
        #[arg(long, value_name = "GROUP", value_parser = values::group)]
        group: GroupId,
        #[arg(value_name = "MESSAGE_ID")]
        message_ids: Vec<String>,
    },
    Reset {
        #[command(flatten)]
        group: GroupArguments,
        #[arg(long, value_name = "WHERE", value_parser = parse_reset)]
        to: ResetTo,
    },
    Expire {
        #[command(flatten)]
        topic: TopicArguments,
        #[arg(value_name = "HANDLE", value_parser = values::handle)]
        handle: ReceiptHandle,
    },
    DeleteTopic(TopicArguments),
    DeleteGroup(GroupArguments),
    Clock {
        #[command(subcommand)]
        turn: Option<Turn>,
    },
    Faults {
        #[command(subcommand)]
        change: Option<FaultChange>,
    },
    Refusals(RefusalArguments),
}

#[derive(Debug, Args)]
struct InstanceArgument {
    #[arg(long, value_name = "ID", value_parser = values::instance)]
    instance: Option<InstanceId>,
}

#[derive(Debug, Args)]
struct TopicArguments {
    #[command(flatten)]
    instance: InstanceArgument,
    #[arg(long, value_name = "TOPIC", value_parser = values::topic)]
    topic: TopicName,
}

#[derive(Debug, Args)]
struct GroupArguments {
    #[command(flatten)]
    topic: TopicArguments,
    #[arg(long, value_name = "GROUP", value_parser = values::group)]
    group: GroupId,
}

#[derive(Debug, Args)]
struct Look {
    #[command(flatten)]
    topic: TopicArguments,
    #[arg(long, value_name = "GROUP", value_parser = values::group)]
    group: Option<GroupId>,
    #[arg(long, value_enum)]
    state: Option<State>,
    #[arg(long, value_name = "NEXT")]
    from: Option<u64>,
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_PEEK)))]
    limit: u32,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum State {
    Ready,
    Invisible,
    Acked,
    Delayed,
    Half,
}

#[derive(Debug, Subcommand)]
enum Turn {
    Advance {
        #[arg(value_name = "TIME", value_parser = values::time)]
        by: Duration,
    },
    Freeze,
    Resume,
    Set {
        #[arg(value_name = "TIME", value_parser = publish::parse_time)]
        to: Timestamp,
    },
}

impl Admin {
    pub(super) async fn run(self) -> Outcome {
        let client = AdminClient::new(self.endpoint, &token(|name| std::env::var(name).ok())?)?;
        match self.call {
            Call::Overview => show(client.overview().await),
            Call::Statistics => show(client.statistics().await),
            Call::Settings => show(client.settings().await),
            Call::Metrics => {
                // Nobody may be reading; then there is nobody to tell either.
                let _ = std::io::stdout().write_all(client.metrics().await?.as_bytes());
                Ok(Exit::Done)
            }
            Call::Peek(look) => show(client.peek(&look.into()).await),
            Call::Purge(topic) => show(client.purge(&topic.into()).await.map(|()| Done {})),
            Call::Resend {
                instance,
                group,
                message_ids,
            } => {
                let what = Resend {
                    instance: instance.instance,
                    group,
                    message_ids: (!message_ids.is_empty()).then_some(message_ids),
                };
                show(client.resend(&what).await.map(|resent| Resent { resent }))
            }
            Call::Reset { group, to } => {
                let GroupRef {
                    instance,
                    topic,
                    group,
                } = group.into();
                let what = ResetGroup {
                    instance,
                    topic,
                    group,
                    to,
                };
                show(client.reset_group(&what).await.map(|()| Done {}))
            }
            Call::Expire { topic, handle } => {
                let TopicRef { instance, topic } = topic.into();
                let what = Expire {
                    instance,
                    topic,
                    handle,
                };
                show(client.expire(&what).await.map(|()| Done {}))
            }
            Call::DeleteTopic(topic) => {
                show(client.delete_topic(&topic.into()).await.map(|()| Done {}))
            }
            Call::DeleteGroup(group) => {
                show(client.delete_group(&group.into()).await.map(|()| Done {}))
            }
            Call::Clock { turn: None } => show(client.clock().await),
            Call::Clock { turn: Some(turn) } => show(client.move_clock(turn.into()).await),
            Call::Faults { change } => faults::run(&client, change).await,
            Call::Refusals(arguments) => refusals::run(&client, &arguments).await,
        }
    }
}

impl From<TopicArguments> for TopicRef {
    fn from(arguments: TopicArguments) -> Self {
        Self {
            instance: arguments.instance.instance,
            topic: arguments.topic,
        }
    }
}

impl From<GroupArguments> for GroupRef {
    fn from(arguments: GroupArguments) -> Self {
        Self {
            instance: arguments.topic.instance.instance,
            topic: arguments.topic.topic,
            group: arguments.group,
        }
    }
}

impl From<Look> for PeekQuery {
    fn from(look: Look) -> Self {
        Self {
            group: look.group,
            state: look.state.map(|state| match state {
                State::Ready => MessageState::Ready,
                State::Invisible => MessageState::Invisible,
                State::Acked => MessageState::Acked,
                State::Delayed => MessageState::Delayed,
                State::Half => MessageState::Half,
            }),
            from: look.from,
            limit: Some(look.limit),
            ..Self::of(look.topic.into())
        }
    }
}

fn parse_reset(text: &str) -> Result<ResetTo, String> {
    match text.trim() {
        "oldest" => Ok(ResetTo::Oldest),
        "latest" => Ok(ResetTo::Latest),
        time => publish::parse_time(time)
            .map(ResetTo::Time)
            .map_err(|how| texts().format("cli-wrong-reset", &[("how", how.into())])),
    }
}

impl From<Turn> for ClockMove {
    fn from(turn: Turn) -> Self {
        match turn {
            Turn::Advance { by } => ClockMove::advance(by),
            Turn::Freeze => ClockMove::Freeze {},
            Turn::Resume => ClockMove::Resume {},
            Turn::Set { to } => ClockMove::Set { to },
        }
    }
}

/// What was asked for is done, whether or not somebody still reads what we print.
pub(super) fn show(answer: Result<impl Serialize, ClientError>) -> Outcome {
    let _ = output::print(&answer?);
    Ok(Exit::Done)
}

fn token(get: impl Fn(&str) -> Option<String>) -> Result<SecretString, Failure> {
    let token = get(ADMIN_TOKEN).unwrap_or_default().trim().to_owned();
    if token.is_empty() {
        return Err(Failure::usage(
            "keys",
            texts().format("cli-say-token", &[("name", ADMIN_TOKEN.into())]),
        ));
    }
    Ok(token.into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser as _;

    fn parse(arguments: &str) -> Result<Call, clap::Error> {
        let line = format!("mqscope admin --endpoint http://h {arguments}");
        match Arguments::try_parse_from(line.split_whitespace())?.command {
            Some(Command::Admin(admin)) => Ok(admin.call),
            _ => unreachable!(),
        }
    }

    #[test]
    fn the_clock_is_turned_as_written() {
        let check = |written: &str, expected: Option<ClockMove>| match parse(written) {
            Ok(Call::Clock { turn }) => {
                assert_eq!(turn.map(ClockMove::from), expected, "{written}")
            }
            other => unreachable!("{other:?}"),
        };
        check("clock", None);
        check(
            "clock advance 5m",
            Some(ClockMove::advance(Duration::from_secs(300))),
        );
        check("clock freeze", Some(ClockMove::Freeze {}));
        check("clock resume", Some(ClockMove::Resume {}));
        let to = Timestamp::from_millis(1_795_342_447_000);
        check(
            "clock set 2026-11-22T18:14:07+08:00",
            Some(ClockMove::Set { to }),
        );
    }

    #[test]
    fn what_is_asked_of_the_queues_is_read() {
        let written = "peek --topic t --group g --state delayed --from 7 --limit 2";
        let Ok(Call::Peek(look)) = parse(written) else {
            unreachable!()
        };
        let query = PeekQuery::from(look);
        assert_eq!(query.topic.as_str(), "t");
        assert_eq!(
            query.group.map(|group| group.to_string()).as_deref(),
            Some("g")
        );
        assert_eq!(query.state, Some(MessageState::Delayed));
        assert_eq!((query.from, query.limit), (Some(7), Some(2)));
        let check = |to: &str, expected: ResetTo| match parse(&format!(
            "reset --topic t --group g --instance i --to {to}"
        )) {
            Ok(Call::Reset { group, to }) => {
                assert_eq!(to, expected);
                assert!(GroupRef::from(group).instance.is_some());
            }
            other => unreachable!("{other:?}"),
        };
        check("oldest", ResetTo::Oldest);
        check("latest", ResetTo::Latest);
        let at = Timestamp::from_millis(1_795_342_447_000);
        check("2026-11-22T10:14:07Z", ResetTo::Time(at));
    }

    #[test]
    fn faults_are_changed_as_written() {
        let check = |written: &str, expected: Option<FaultChange>| match parse(written) {
            Ok(Call::Faults { change }) => assert_eq!(change, expected, "{written}"),
            other => unreachable!("{other:?}"),
        };
        let rule = || "any:*:internal-error".parse().unwrap();
        check("faults", None);
        check(
            "faults add any:*:500",
            Some(FaultChange::Add { rule: rule() }),
        );
        let rules = vec![rule(), rule()];
        let seed = 7;
        let set = FaultChange::Set { rules, seed };
        check("faults set any:*:500 any:*:500 --seed 7", Some(set));
        check("faults remove 3", Some(FaultChange::Remove { id: 3 }));
        check("faults clear", Some(FaultChange::Clear));
    }

    #[test]
    fn wrong_arguments_are_refused() {
        for wrong in [
            "",
            "clock advance",
            "clock advance -5m",
            "clock set soon",
            "purge all",
            "faults set",
            "faults add any:*:501",
        ] {
            assert_eq!(parse(wrong).unwrap_err().exit_code(), 2, "{wrong}");
        }
        assert!(token(|_| None).is_err());
        assert!(token(|_| Some(" ".to_owned())).is_err());
        assert!(token(|name| (name == ADMIN_TOKEN).then(|| "t".to_owned())).is_ok());
    }
}
