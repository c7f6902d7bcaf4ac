//! `mqscope doctor`: examines the way to a server and prints what it finds, check by check, as it
//! finds it. What is checked, and how, is the doctor's business.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;

use super::connection::ConnectionArguments;
use super::exit::{Exit, Failure};
use super::output;
use crate::clock::Clock;
use crate::doctor::{self, Check, Finding, Patient, Verdict};
use crate::i18n::{Lang, Texts};
use crate::protocol::{GroupId, TopicName};

const EXAMPLES: &str = "\
Checks, one after the other: the host's name, TCP, TLS (chain, end, name), HTTP, the protocol,
the clocks, the signature, the topic, the group. Whatever needs something that failed is skipped.
Nothing is consumed, unless you ask for it with --consume: only that proves that the group may
consume, and it takes one message from the group until its invisible time is over.

Examples:
  mqscope doctor --endpoint http://127.0.0.1:8080 --topic orders --group GID_test
  mqscope doctor --profile production --json

Exit codes:
  0  all is well, as far as it was checked
  1  something is wrong
  2  wrong usage: nothing was sent";

/// Examine the way to a server, step by step
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    #[command(flatten)]
    connection: ConnectionArguments,
    /// Topic that should be there
    #[arg(long, value_name = "NAME")]
    topic: Option<TopicName>,
    /// Consumer group that should be allowed to use it
    #[arg(long, value_name = "NAME")]
    group: Option<GroupId>,
    /// Consume one message in the end, which proves the group
    #[arg(long, requires = "topic", requires = "group")]
    consume: bool,
    /// Print one JSON object in the end instead of a line a check
    #[arg(long)]
    json: bool,
}

/// The whole examination.
#[derive(Debug, Serialize)]
struct Report {
    verdict: Verdict,
    checks: Vec<Line>,
}

/// One check of it.
#[derive(Debug, Serialize)]
struct Line {
    check: Check,
    verdict: Verdict,
    evidence: String,
    next: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
}

impl Doctor {
    /// Examines, and prints.
    ///
    /// # Errors
    /// When there is nothing to examine: no keys, no such profile, settings that cannot be used.
    pub(super) async fn run(self, clock: Clock) -> Result<Exit, Failure> {
        let connection = self.connection.open(clock.clone()).await?;
        let patient = Patient {
            settings: connection.client.settings().clone(),
            topic: self.topic,
            group: self.group,
            consume: self.consume,
        };
        let texts = Texts::of(Lang::En);
        let mut checks = Vec::new();
        let json = self.json;
        doctor::examine(&patient, &clock, |finding| {
            if !json {
                show(&finding, texts);
            }
            checks.push(line(&finding, texts));
        })
        .await?;
        let verdict = checks.iter().map(|line| line.verdict).max();
        let verdict = verdict.unwrap_or(Verdict::Skipped);
        if json {
            let _ = output::print(&Report { verdict, checks });
        }
        Ok(match verdict {
            Verdict::Bad => Exit::Refused,
            Verdict::Skipped | Verdict::Good | Verdict::Attention => Exit::Done,
        })
    }
}

fn line(finding: &Finding, texts: &Texts) -> Line {
    Line {
        check: finding.check,
        verdict: finding.verdict,
        evidence: texts.say(&finding.evidence),
        next: finding.next.as_ref().map(|next| texts.say(next)),
        detail: finding.detail.clone(),
    }
}

/// For people: a mark, what was checked, what was seen, and below it what to do.
fn show(finding: &Finding, texts: &Texts) {
    let mark = match finding.verdict {
        Verdict::Good => "✓",
        Verdict::Attention => "!",
        Verdict::Bad => "✗",
        Verdict::Skipped => "–",
    };
    let title = texts.say(&finding.check.title());
    let mut text = format!("{mark} {title}: {}\n", texts.say(&finding.evidence));
    if !finding.detail.is_empty() {
        text.push_str(&format!("    {}\n", finding.detail));
    }
    if let Some(next) = &finding.next {
        text.push_str(&format!("  → {}\n", texts.say(next)));
    }
    let mut stdout = io::stdout().lock();
    // Somebody who reads no further has seen enough.
    let _ = stdout.write_all(text.as_bytes());
    if stdout.is_terminal() {
        let _ = stdout.flush();
    }
}
