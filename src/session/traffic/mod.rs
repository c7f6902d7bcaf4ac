//! What went over the wire lately: every exchange of every connection in this window, in a list that
//! is bounded by count and bytes, which of them are shown, and the one that is looked at.
//!
//! Kept in memory and nowhere else; what somebody saves is written by the worker (`saver.rs`).
//! No I/O and no clock here, and in `tap.rs` only what a client calls.

mod filter;
mod state;
pub(super) mod tap;

use std::sync::Arc;

use super::ConnectionId;

pub use crate::client::{
    ConnectionUse, ErrorKind, Exchange, ExchangeKind, Failure, FailureKind, Kept, SentValue, Timing,
};
pub use filter::{Class, TrafficFilter};
pub use state::{MOST_BYTES, MOST_EXCHANGES, Traffic};

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
}

/// Work for the worker.
#[derive(Debug)]
pub enum TrafficJob {
    /// Take nothing more down, or go on.
    Pause(bool),
}

/// What the worker says.
#[derive(Debug)]
pub enum TrafficEvent {
    /// An exchange is over.
    Seen(Arc<Seen>),
}
