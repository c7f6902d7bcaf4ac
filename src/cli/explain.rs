//! `mqscope explain`: why the signature of a pasted request is refused. Sends nothing.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::connection;
use super::exit::{Exit, Failure, Outcome};
use super::language::texts;
use super::output;
use super::publish::parse_time;
use crate::clock::Clock;
use crate::explained::json::Report;
use crate::explained::paste_error;
use crate::explained::text::{self, Hints};
use crate::protocol::Timestamp;
use crate::protocol::date::parse_http_date;
use crate::protocol::explain::{self, Keys, Moment, Verdict, paste};

const EXAMPLES: &str = "  mqscope explain request.txt
  mqscope explain --json - < sdk.log
  mqscope explain --profile prod --at '2026-11-22T10:14:07Z' request.txt";

const HINTS: Hints = Hints {
    no_keys: "explain-no-keys",
    old: "explain-old",
};

/// Longest text that is read.
const MAX_INPUT: u64 = 16 * 1024 * 1024;

/// Arguments of `mqscope explain`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Explain {
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(long)]
    json: bool,
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    at: Option<Timestamp>,
}

fn parse_date(text: &str) -> Result<Timestamp, String> {
    parse_http_date(text)
        .or_else(|| parse_time(text).ok())
        .ok_or_else(|| texts().get("cli-wrong-date").to_owned())
}

impl Explain {
    pub(super) async fn run(self, clock: Clock) -> Outcome {
        let keys = connection::keys_if_any(self.profile.as_deref()).await?;
        let text = read(self.file).await?;
        let pasted = paste::read(&text)
            .map_err(|error| Failure::usage("request", paste_error(texts(), &error)))?;
        let keys = keys.as_ref().map(|keys| Keys {
            access_key: &keys.access_key,
            secret_key: keys.secret_key.expose_secret(),
            security_token: keys
                .security_token
                .as_ref()
                .map(|token| token.expose_secret()),
        });
        let moment = self.at.map_or(Moment::Now(clock.now()), Moment::At);
        let found = explain::explain(&pasted.request, pasted.answer.as_ref(), keys, moment);
        let (texts, form) = (texts(), Some(pasted.form));
        if self.json {
            // Whether somebody still reads it or not: the exit code says the same.
            let _ = output::print(&Report::new(texts, &found, form));
        } else {
            let page = text::page(texts, &found, form, keys.is_some(), HINTS);
            let _ = std::io::stdout().write_all(page.as_bytes());
        }
        Ok(match found.verdict {
            Verdict::Good => Exit::Done,
            Verdict::WouldBeRefused { .. } | Verdict::Unknown => Exit::Refused,
        })
    }
}

async fn read(file: PathBuf) -> Result<String, Failure> {
    let name = file.display().to_string();
    let unreadable = |why: String| {
        let values = [("name", name.as_str().into()), ("why", why.into())];
        Failure::usage("file", texts().format("cli-say-file", &values))
    };
    let bytes = tokio::task::spawn_blocking(move || {
        use std::io::Read as _;
        let mut bytes = Vec::new();
        if file.as_os_str() == "-" {
            std::io::stdin()
                .lock()
                .take(MAX_INPUT)
                .read_to_end(&mut bytes)?;
        } else {
            std::fs::File::open(file)?
                .take(MAX_INPUT)
                .read_to_end(&mut bytes)?;
        }
        Ok::<_, std::io::Error>(bytes)
    })
    .await
    .map_err(|error| unreadable(error.to_string()))?
    .map_err(|error| unreadable(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_both_forms() {
        let expected = Ok(Timestamp::from_millis(1_795_342_447_000));
        assert_eq!(parse_date("2026-11-22T10:14:07Z"), expected);
        assert_eq!(parse_date("Sun, 22 Nov 2026 10:14:07 GMT"), expected);
        assert_eq!(parse_date("2026-11-22T18:14:07+08:00"), expected);
        assert!(parse_date("yesterday").is_err());
    }
}
