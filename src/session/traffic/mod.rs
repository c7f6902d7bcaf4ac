//! What went over the wire lately: every exchange of every connection in this window, in a list that
//! is bounded by count and bytes, which of them are shown, and the one that is looked at.
//!
//! Kept in memory and nowhere else; what somebody saves is written by the worker (`saver.rs`).
//! No I/O and no clock here, and in `tap.rs` only what a client calls.

mod filter;
mod har;
pub(super) mod saver;
mod sheet;
mod state;
pub(super) mod tap;
mod text;

use std::path::PathBuf;
use std::sync::Arc;

use super::ConnectionId;
use super::model::Connection;
use super::say::Trouble;

pub use crate::client::{
    ConnectionUse, ErrorKind, Exchange, ExchangeKind, Failure, FailureKind, Kept, SentValue, Timing,
};
pub use filter::{Class, TrafficFilter};
pub use sheet::Sheet;
pub use state::{MOST_BYTES, MOST_EXCHANGES, Traffic};
pub use text::{REDACTED, signature_of};

/// What of an exchange is copied or shown as text.
pub mod traffic_text {
    pub use super::text::{curl, has_script, reply_head, request_head, script, scrub, text};
}

/// An exchange, and whose it is.
#[derive(Debug)]
pub struct Seen {
    /// The connection.
    pub connection: ConnectionId,
    /// The exchange.
    pub exchange: Exchange,
    /// Exchanges that could not be told since the start, as the window was behind.
    pub missed: u64,
}

/// What a person asks for.
#[derive(Debug)]
pub enum TrafficCommand {
    /// Look at this exchange.
    Focus(u64),
    /// Look at none.
    Unfocus,
    /// Look at this exchange, from elsewhere: open the list for it.
    Show(u64),
    /// Show only these.
    Filter(Box<TrafficFilter>),
    /// Take nothing more down, or go on.
    Pause(bool),
    /// Forget all.
    Clear,
    /// Write exchanges to a file.
    Save(SaveWish),
}

/// Which exchanges are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhichExchanges {
    /// Those that the filter lets through.
    Shown,
    /// The one that is looked at.
    Selected,
    /// All that are kept.
    All,
}

/// How exchanges are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaveAs {
    /// As an HTTP Archive.
    Har,
    /// As text.
    Text,
}

/// What is to be written, and where to.
#[derive(Debug, Clone)]
pub struct SaveWish {
    /// Which.
    pub which: WhichExchanges,
    /// How.
    pub format: SaveAs,
    /// The file.
    pub path: PathBuf,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// Exchanges for the worker to write, each with what its connection is called.
#[derive(Debug)]
pub struct SaveOrder {
    seen: Vec<(Arc<Seen>, String)>,
    format: SaveAs,
    path: PathBuf,
    replace: bool,
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
    /// How many exchanges are in it.
    pub count: usize,
}

/// Work for the worker.
#[derive(Debug)]
pub enum TrafficJob {
    /// Take nothing more down, or go on.
    Pause(bool),
    /// Write exchanges to a file.
    Save(Box<SaveOrder>),
}

/// What the worker says.
#[derive(Debug)]
pub enum TrafficEvent {
    /// An exchange is over.
    Seen(Arc<Seen>),
    /// Exchanges are written, or why they could not be.
    Saved(Result<Saved, Box<Trouble>>),
}

/// What a connection is called in a file: by its id if it is not there any more.
pub(super) fn name_of(connections: &[Connection], id: &ConnectionId) -> String {
    let ConnectionId::Profile(profile) = id else {
        return "sandbox".to_owned();
    };
    let found = connections.iter().find(|connection| connection.id == *id);
    found.map_or_else(|| profile.clone(), |found| found.profile.name.clone())
}
