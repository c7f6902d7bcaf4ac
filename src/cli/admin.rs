//! `mqscope admin`: asks a running sandbox what is in it, and moves its time. What is printed is
//! what the admin API answers. Speaks to no other broker.

use std::io::Write as _;
use std::time::Duration;

use clap::{Args, Subcommand};
use secrecy::SecretString;
use serde::Serialize;

use super::exit::{Exit, Failure, Outcome};
use super::faults::{self, FaultChange};
use super::sandbox::ADMIN_TOKEN;
use super::{output, publish, span};
use crate::client::{AdminClient, ClientError, Endpoint};
use crate::protocol::Timestamp;
use crate::protocol::admin::ClockMove;

const EXAMPLES: &str = "\
Prints the answer as one JSON object; metrics are text in the format of Prometheus. Times are Unix
milliseconds.

The token is taken from MQSCOPE_SANDBOX_ADMIN_TOKEN, and is the one that the sandbox was started
with.

Examples:
  export MQSCOPE_SANDBOX_ADMIN_TOKEN=$(openssl rand -hex 16)
  mqscope sandbox &
  mqscope admin --endpoint http://127.0.0.1:8080 overview
  mqscope admin --endpoint http://127.0.0.1:8080 clock advance 5m
  mqscope admin --endpoint http://127.0.0.1:8080 faults add publish:orders:500:next=3

Exit codes:
  0  done
  1  the sandbox refused, for example the token
  2  wrong usage: nothing was sent
  4  no connection, or no sandbox there";

/// Arguments of `mqscope admin`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Admin {
    /// URL of the sandbox, such as http://127.0.0.1:8080
    #[arg(long, value_name = "URL")]
    endpoint: Endpoint,
    #[command(subcommand)]
    call: Call,
}

#[derive(Debug, Subcommand)]
enum Call {
    /// Topics and groups with their counts
    Overview,
    /// What the sandbox has done since it was started
    Statistics,
    /// The same and more as text for Prometheus
    Metrics,
    /// What the sandbox was started with
    Settings,
    /// The sandbox's time; leases and timed messages follow it
    Clock {
        #[command(subcommand)]
        turn: Option<Turn>,
    },
    /// Faults that the sandbox injects; see `mqscope sandbox --help`
    Faults {
        #[command(subcommand)]
        change: Option<FaultChange>,
    },
}

#[derive(Debug, Subcommand)]
enum Turn {
    /// Jump ahead
    Advance {
        /// By so much, such as 5m or 1h30m
        #[arg(value_name = "TIME", value_parser = span::parse)]
        by: Duration,
    },
    /// Let the time stand still
    Freeze,
    /// Let the time go on from where it stands
    Resume,
    /// Jump to a time, ahead or back
    Set {
        /// That time, such as 2026-11-22T18:14:07+08:00
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
            Call::Clock { turn: None } => show(client.clock().await),
            Call::Clock { turn: Some(turn) } => show(client.move_clock(turn.into()).await),
            Call::Faults { change } => faults::run(&client, change).await,
        }
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
            format!("set {ADMIN_TOKEN} to the token that the sandbox was started with"),
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
