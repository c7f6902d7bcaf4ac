//! What can be asked of the sandbox of this process, what it tells, and how it differs from what was
//! wished. No I/O: `embedded.rs` starts it and ends it.

use std::net::SocketAddr;

use super::say::Trouble;

/// What can be asked of the sandbox of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxCommand {
    /// Start it, if it does not run.
    Start,
    /// Start it anew where and how it was wished, if it had to make do with something else.
    Restore,
}

/// What the sandbox had to make do with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Makeshift {
    /// The address that it should have had, if another program had it.
    pub wished: Option<SocketAddr>,
    /// It keeps everything in memory, as its folder could not be used.
    pub in_memory: bool,
}

impl Makeshift {
    /// Whether it runs in another way than was wished.
    pub fn is_one(&self) -> bool {
        self.wished.is_some() || self.in_memory
    }
}

/// What happened to the sandbox.
#[derive(Debug)]
pub enum SandboxEvent {
    /// It takes requests.
    Started {
        /// Where.
        addr: SocketAddr,
        /// What it had to make do with.
        makeshift: Makeshift,
        /// Whether what it holds outlives it.
        keeps: bool,
    },
    /// It keeps everything in memory, and why.
    InMemory(Box<Trouble>),
    /// Its time is not the real one, since an earlier run; what it is.
    TimeMoved(String),
    /// It does not run, and why.
    Failed(Box<Trouble>),
    /// What was in its way still is: it runs as before.
    NotRestored(Box<Trouble>),
}
