//! The command line: the same library as the window, for scripts. One file a command, holding
//! its arguments, what it does and what it prints.
//!
//! Results go to stdout and everything else to stderr, both as one JSON object a line (only
//! clap's own complaints about arguments, and the cards of `--explain`, are plain text). Knows nothing of the window except
//! how to explain why it cannot open ([`display`]).

use clap::{Parser, Subcommand};

use crate::clock::Clock;

mod ack;
mod admin;
mod cards;
mod connection;
mod consume;
pub mod display;
mod doctor;
mod exit;
mod explain;
mod faults;
mod output;
mod publish;
mod refusals;
mod sandbox;
mod stop;

pub use ack::Ack;
pub use admin::Admin;
pub use cards::Cards;
pub use connection::ConnectionArguments;
pub use consume::Consume;
pub use doctor::Doctor;
pub use exit::Exit;
pub use explain::Explain;
pub use publish::Publish;
pub use sandbox::ServeSandbox;

const ABOUT: &str = "Look into message queues that speak the RocketMQ HTTP protocol: a window, a sandbox broker, \
     and commands for scripts";

const LONG_ABOUT: &str = "\
Look into message queues that speak the RocketMQ HTTP protocol (Tencent TDMQ RocketMQ, Aliyun
RocketMQ 4.x, and the sandbox broker inside mqscope).

Without a command it opens the window.";

const AFTER_HELP: &str = "\
Keys:
  Taken from MQSCOPE_ACCESS_KEY, MQSCOPE_SECRET_KEY and, for temporary keys,
  MQSCOPE_SECURITY_TOKEN, or from the keyring with --profile. Never from an argument, where
  every process of this machine could read them.

Output:
  Results are JSON on stdout, one object a line; errors are JSON on stderr.

Exit codes:
  0  done
  1  the server refused, or answered with something that cannot be read; for explain: the
     signature is not good
  2  wrong usage; also: the window cannot open here
  3  nothing there
  4  no connection, or no answer of this protocol; for sandbox: the address cannot be taken

Environment:
  MQSCOPE_CONFIG_DIR  folder of config.toml, instead of the one of this system
  MQSCOPE_DATA_DIR    folder of what the window's sandbox keeps, instead of the one of this system

Examples:
  mqscope
  mqscope sandbox
  mqscope publish --endpoint http://127.0.0.1:8080 --topic orders '{\"id\":1}'
  mqscope consume --endpoint http://127.0.0.1:8080 --topic orders --group GID_test --ack";

/// Everything that can stand on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "mqscope",
    version,
    about = ABOUT,
    long_about = LONG_ABOUT,
    after_help = AFTER_HELP
)]
pub struct Arguments {
    /// What to do; without one, the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Publish one message
    Publish(Publish),
    /// Take messages for a consumer group and print them
    Consume(Consume),
    /// Acknowledge deliveries by their receipt handles
    Ack(Ack),
    /// Examine the way to a server, step by step
    Doctor(Doctor),
    /// Say why the signature of a request is refused
    Explain(Explain),
    /// Run the sandbox broker in the foreground, without a window
    Sandbox(ServeSandbox),
    /// Look into a running sandbox, and move its time
    Admin(Admin),
}

impl Command {
    /// Whether it explains its failures; nothing if it cannot.
    fn cards(&self) -> Option<Cards> {
        match self {
            Command::Publish(publish) => Some(publish.cards),
            Command::Consume(consume) => Some(consume.cards),
            Command::Ack(ack) => Some(ack.cards),
            Command::Doctor(_) | Command::Explain(_) | Command::Sandbox(_) | Command::Admin(_) => {
                None
            }
        }
    }
}

/// Does what a command says. Errors are printed here; what is left is the exit code.
pub async fn run(command: Command) -> Exit {
    let clock = Clock::system();
    let cards = command.cards();
    let outcome = match command {
        Command::Publish(publish) => publish.run(clock).await,
        Command::Consume(consume) => consume.run(clock).await,
        Command::Ack(ack) => ack.run(clock).await,
        Command::Doctor(doctor) => doctor.run(clock).await,
        Command::Explain(explain) => explain.run(clock).await,
        Command::Sandbox(sandbox) => sandbox.run(clock).await,
        Command::Admin(admin) => admin.run().await,
    };
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            output::report(&failure.report);
            if let (Some(cards), Some(card)) = (cards, &failure.card) {
                cards.tell(card);
            }
            failure.exit
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_arguments_are_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_flag_is_explained() {
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{argument}");
            }
            assert!(
                command.get_after_help().is_some(),
                "{} has examples",
                command.get_name()
            );
        }
    }

    #[test]
    fn a_secret_is_never_an_argument() {
        for command in Arguments::command().get_subcommands() {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(
                    !["secret", "access", "token", "password"]
                        .iter()
                        .any(|word| name.contains(word)),
                    "{name}"
                );
            }
        }
    }
}
