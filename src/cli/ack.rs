//! `mqscope ack`: ends deliveries by their handles, and says of each whether it worked.

use clap::Args;

use super::cards::Cards;
use super::connection::ConnectionArguments;
use super::exit::{Exit, Failure, Outcome};
use super::output::{self, AckLine, ErrorReport};
use super::values;
use crate::cards::{Card, Doing};
use crate::client::ErrorKind;
use crate::clock::Clock;
use crate::protocol::{AckFailure, FaultCode, GroupId, HandleList, ReceiptHandle, TopicName};

const EXAMPLES: &str =
    "  mqscope ack --endpoint http://127.0.0.1:8080 --topic orders --group GID_test HANDLE HANDLE";

/// Arguments of `mqscope ack`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Ack {
    #[arg(value_name = "HANDLE", required = true, value_parser = values::handle)]
    handles: Vec<ReceiptHandle>,
    #[command(flatten)]
    pub(super) cards: Cards,
    #[arg(long, value_name = "TOPIC", value_parser = values::topic)]
    topic: TopicName,
    #[arg(long, value_name = "GROUP", value_parser = values::group)]
    group: GroupId,
    #[command(flatten)]
    connection: ConnectionArguments,
}

impl Ack {
    pub(super) async fn run(self, clock: Clock) -> Outcome {
        let connection = self.connection.open(clock).await?;
        connection.may("ack")?;
        let mut exit = Exit::Done;
        for list in HandleList::chunks(&self.handles) {
            let answer = connection.client.ack(&self.topic, &self.group, &list).await;
            match answer {
                Ok(answer) => {
                    if tell(list.as_slice(), &answer.value, answer.attempts) {
                        exit = Exit::Refused;
                    }
                    let repeated = answer.attempts > 1;
                    let refused = answer.value.iter();
                    self.cards.tell_kinds(
                        refused.map(|failure| Card::of_handle(failure, Doing::Ack, repeated)),
                    );
                }
                // The whole request was refused, so each of its handles was.
                Err(error) if error.kind() == ErrorKind::Refused => {
                    let failure = Failure::from(error);
                    let code = failure.report.code.as_deref().unwrap_or_default();
                    for handle in list.as_slice() {
                        let line = AckLine::refused(handle, code, &failure.report.message);
                        let _ = output::print(&line);
                    }
                    output::report(&failure.report);
                    if let Some(card) = &failure.card {
                        self.cards.tell(card);
                    }
                    exit = Exit::Refused;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(exit)
    }
}

/// Prints what became of each handle; whether one was refused.
fn tell(handles: &[ReceiptHandle], failures: &[AckFailure], attempts: u32) -> bool {
    for handle in handles {
        let failure = failures.iter().find(|failure| failure.handle == *handle);
        let line = match failure {
            None => AckLine::acked(handle),
            Some(failure) => AckLine::refused(handle, failure.code.as_str(), &failure.message),
        };
        // The acks are done, whether or not somebody still reads what we print.
        let _ = output::print(&line);
    }
    for failure in failures {
        let unknown = !handles.contains(&failure.handle);
        let maybe_taken = attempts > 1 && failure.code == FaultCode::MessageNotExist;
        if unknown || maybe_taken {
            output::report(&ErrorReport::refused_handle(failure, attempts));
        }
    }
    !failures.is_empty()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::Arguments;
    use clap::Parser as _;

    #[test]
    fn handles_are_wanted_and_cannot_be_blank() {
        let check = |handles: &[&str], good: bool| {
            let line = "mqscope ack --endpoint http://h --topic t --group g";
            let line = line.split_whitespace().chain(handles.iter().copied());
            assert_eq!(Arguments::try_parse_from(line).is_ok(), good, "{handles:?}");
        };
        check(&["a", "b"], true);
        check(&[], false);
        check(&[" "], false);
    }
}
