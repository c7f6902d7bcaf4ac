//! `mqscope admin refusals`: the last requests that a running sandbox refused, each with the reasons.
//! Explains nothing itself: the sandbox does, which has the keys.

use std::io::Write as _;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::admin::show;
use super::exit::{Exit, Outcome};
use super::language::texts;
use crate::client::{AdminClient, ClientError};
use crate::explained::text::findings;
use crate::protocol::admin::{Done, ExplainedRefusal, RefusedRequest};
use crate::protocol::date::format_http_date;

/// Arguments of `mqscope admin refusals`.
#[derive(Debug, Args)]
pub(super) struct RefusalArguments {
    #[arg(long)]
    json: bool,
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    after: u64,
    #[command(subcommand)]
    change: Option<RefusalChange>,
}

#[derive(Debug, Subcommand)]
enum RefusalChange {
    Clear,
}

#[derive(Serialize)]
struct Report {
    /// How many there were since the sandbox was started.
    count: u64,
    /// Those that are kept, oldest first.
    refusals: Vec<ExplainedRefusal>,
}

/// Lists them, or forgets them.
pub(super) async fn run(client: &AdminClient, arguments: &RefusalArguments) -> Outcome {
    if let Some(RefusalChange::Clear) = arguments.change {
        return show(client.forget_refusals().await.map(|()| Done {}));
    }
    let report = report(client, arguments.after).await;
    if arguments.json {
        return show(report);
    }
    let pages: Vec<String> = report?.refusals.iter().map(page).collect();
    // Nobody may be reading; then there is nobody to tell either.
    let _ = std::io::stdout().write_all(pages.join("\n").as_bytes());
    Ok(Exit::Done)
}

async fn report(client: &AdminClient, after: u64) -> Result<Report, ClientError> {
    let listed = client.refusals(after).await?;
    let mut refusals = Vec::with_capacity(listed.refusals.len());
    for request in listed.refusals {
        match client.explain_refusal(request.number).await {
            Ok(explained) => refusals.push(explained),
            // It made room for newer ones meanwhile.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Report {
        count: listed.count,
        refusals,
    })
}

fn page(explained: &ExplainedRefusal) -> String {
    let ExplainedRefusal {
        request,
        explanation,
        ..
    } = explained;
    let RefusedRequest {
        number,
        code,
        method,
        target,
        client,
        ..
    } = request;
    let at = format_http_date(request.at);
    let agent = request.user_agent.as_deref().unwrap_or("-");
    let why = request.message.lines().next().unwrap_or_default();
    format!(
        "{number}. {at}  {code}\n   {method} {target}\n   {client}  {agent}\n   {why}\n{}",
        findings(texts(), explanation)
    )
}
