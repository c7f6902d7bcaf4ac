//! Requests that a sandbox refused, as its admin API tells of them. Nothing in here opens
//! anything: signatures, tokens and secret keys are masked before they leave the sandbox.

use serde::{Deserialize, Serialize};

use super::json::millis;
use crate::protocol::explain::{Explanation, Sdk};
use crate::protocol::message::Timestamp;

/// A request that was refused, whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRequest {
    /// Counts from 1 with each start of the sandbox.
    pub number: u64,
    /// When it came, in real time, which clients sign with.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// Address of whoever sent it.
    pub client: String,
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// The official SDK that this names.
    pub sdk: Option<Sdk>,
    /// The code that it was refused with.
    pub code: String,
    /// What was said about it.
    pub message: String,
    /// Name of the reply.
    pub request_id: String,
    /// As on the request line.
    pub method: String,
    /// Path and query as on the request line.
    pub target: String,
    /// Names, in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The beginning of the body.
    pub body: String,
    /// Length of the whole body, as far as it was read.
    pub body_bytes: u64,
    /// What the sandbox signs of it.
    pub string_to_sign: String,
}

impl RefusedRequest {
    /// Whether it came from a client of this program.
    pub fn is_our_own(&self) -> bool {
        let agent = self.user_agent.as_deref();
        agent.is_some_and(|agent| agent.starts_with("mqscope/"))
    }

    /// Whether `body` is all of it.
    pub fn has_whole_body(&self) -> bool {
        self.body.len() as u64 == self.body_bytes
    }
}

/// The last of them, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Refusals {
    /// How many there were since the sandbox was started, with those that are not kept any more.
    pub count: u64,
    /// Those that are kept.
    pub refusals: Vec<RefusedRequest>,
}

/// One of them, explained by the key that it should have been signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedRefusal {
    /// The request.
    pub request: RefusedRequest,
    /// Whether the sandbox could tell which key it should have been signed with.
    pub with_keys: bool,
    /// What is said about its signature.
    pub explanation: Explanation,
}
