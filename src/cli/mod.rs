//! The command line: the same library as the window, for scripts. One file a command, holding
//! its arguments, what it does and what it prints. All its words are in `assets/i18n`.
//!
//! Results go to stdout and everything else to stderr, both as one JSON object a line (only
//! clap's own complaints about arguments, and the cards of `--explain`, are plain text). Knows nothing of the window except
//! how to explain why it cannot open ([`display`]).

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{FromArgMatches as _, Parser, Subcommand};

use crate::clock::Clock;
use crate::i18n::Lang;

mod ack;
mod admin;
mod cards;
mod complaints;
mod connection;
mod consume;
pub mod display;
mod doctor;
mod exit;
mod explain;
mod faults;
mod help;
mod language;
mod output;
mod publish;
mod refusals;
mod sandbox;
mod stop;
mod values;

pub use ack::Ack;
pub use admin::Admin;
pub use cards::Cards;
pub use connection::ConnectionArguments;
pub use consume::Consume;
pub use doctor::Doctor;
pub use exit::Exit;
pub use explain::Explain;
pub use help::{command, keys};
pub use language::language;
pub use publish::Publish;
pub use sandbox::{LISTEN_VARIABLE, ServeSandbox, window_listen};

const EXAMPLES: &str = "  mqscope
  mqscope sandbox
  mqscope publish --endpoint http://127.0.0.1:8080 --topic orders '{\"id\":1}'
  mqscope consume --endpoint http://127.0.0.1:8080 --topic orders --group GID_test --ack";

/// Everything that can stand on the command line.
#[derive(Debug, Parser)]
#[command(name = "mqscope", version, after_help = EXAMPLES)]
pub struct Arguments {
    /// What to do; without one, the window opens.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The language of texts for people, which [`language()`] has found before.
    #[arg(long, global = true, value_name = "LANG", value_parser = language::parse)]
    pub lang: Option<Lang>,
}

/// Reads the arguments. Help and complaints are printed here, in the language of this process; what
/// is left of those is the exit code.
///
/// # Errors
/// The exit code, where there is nothing to carry out.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Arguments, ExitCode> {
    let texts = language::texts();
    let matches = help::command(Lang::chosen().unwrap_or_default())
        .try_get_matches_from(arguments)
        .and_then(|matches| Arguments::from_arg_matches(&matches));
    matches.map_err(|error| {
        match complaints::complaint(&error, texts) {
            Some(text) => output::complain(&text),
            // Where nobody reads there is nobody left to tell.
            None => drop(error.print()),
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// Why the window cannot open, in the language of this process.
pub fn explain(obstacle: &display::Obstacle) -> String {
    obstacle.text(language::texts())
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

    #[test]
    fn every_flag_is_explained() {
        for command in command(Lang::En).get_subcommands() {
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{argument}");
            }
            assert!(
                command.get_after_help().is_some() || command.get_name() == "help",
                "{} has examples",
                command.get_name()
            );
        }
    }

    #[test]
    fn a_secret_is_never_an_argument() {
        for command in command(Lang::En).get_subcommands() {
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
