//! `mqscope admin faults`: which faults a running sandbox injects, and which it shall.

use clap::Subcommand;

use super::admin::show;
use super::exit::Outcome;
use super::values;
use crate::client::AdminClient;
use crate::protocol::faults::{FaultPlan, FaultRule};

#[derive(Debug, PartialEq, Subcommand)]
pub(super) enum FaultChange {
    Set {
        #[arg(value_name = "RULE", required = true, value_parser = values::fault)]
        rules: Vec<FaultRule>,
        #[arg(long, value_name = "N", default_value_t = 0)]
        seed: u64,
    },
    Add {
        #[arg(value_name = "RULE", value_parser = values::fault)]
        rule: FaultRule,
    },
    Remove {
        #[arg(value_name = "ID")]
        id: u64,
    },
    Clear,
}

/// Does it, or lists the rules where nothing is to be done.
pub(super) async fn run(client: &AdminClient, change: Option<FaultChange>) -> Outcome {
    match change {
        None => show(client.faults().await),
        Some(FaultChange::Set { rules, seed }) => {
            show(client.set_faults(&FaultPlan { seed, rules }).await)
        }
        Some(FaultChange::Add { rule }) => show(client.add_fault(&rule).await),
        Some(FaultChange::Remove { id }) => show(client.remove_fault(id).await),
        Some(FaultChange::Clear) => show(client.clear_faults().await),
    }
}
