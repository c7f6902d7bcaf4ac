//! `mqscope doctor`: examines the way to a server and prints what it finds, check by check, as it
//! finds it. What is checked, and how, is the doctor's business.

use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use serde::Serialize;

use super::connection::ConnectionArguments;
use super::exit::{Exit, Failure};
use super::language;
use super::output;
use super::values;
use crate::clock::Clock;
use crate::doctor::{self, Check, Finding, Patient, Verdict};
use crate::i18n::Texts;
use crate::protocol::{GroupId, TopicName};

const EXAMPLES: &str =
    "  mqscope doctor --endpoint http://127.0.0.1:8080 --topic orders --group GID_test
  mqscope doctor --profile production --json";

/// Arguments of `mqscope doctor`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Doctor {
    #[arg(long, value_name = "NAME", value_parser = values::topic)]
    topic: Option<TopicName>,
    #[arg(long, value_name = "NAME", value_parser = values::group)]
    group: Option<GroupId>,
    #[arg(long, requires = "topic", requires = "group")]
    consume: bool,
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    connection: ConnectionArguments,
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
            kind: connection.kind,
            topic: self.topic,
            group: self.group,
            consume: self.consume,
        };
        let texts = language::texts();
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
    let mut text = format!("{mark} {}\n", finding.line(texts));
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
