//! The last requests that the sandbox refused, of whatever client, so that somebody can see why. As
//! they came, but only in here: what is told of them is masked, and holds no secret key, no token
//! and no signature. Refuses nothing itself.

mod mask;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use secrecy::ExposeSecret as _;

use super::access::AccessRule;
use crate::protocol::admin::{self, ExplainedRefusal, RefusedRequest};
use crate::protocol::explain::{self, Keys, Moment, Sdk, SentRequest, ServerAnswer};
use crate::protocol::{Refusal, Timestamp, sign};
use mask::Mask;

/// Most requests that are kept; with their heads and the beginnings of their bodies, 1 MiB. [us]
const MAX_KEPT: usize = 64;

/// Most bytes that are kept of a body. [us]
pub(super) const MAX_BODY_HEAD: usize = 2 << 10;

/// A request that was just refused.
#[derive(Clone)]
pub(super) struct Refused {
    pub(super) at: Timestamp,
    pub(super) client: SocketAddr,
    pub(super) refusal: Refusal,
    pub(super) request_id: String,
    pub(super) request: Parts,
}

/// What came in.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    /// The beginning of the body, at most [`MAX_BODY_HEAD`] bytes of it.
    pub(super) body: Bytes,
    pub(super) body_bytes: u64,
}

/// The last of them.
pub struct Refusals {
    rules: Vec<AccessRule>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// How many there were.
    count: u64,
    /// With their numbers, oldest first.
    requests: VecDeque<(u64, Refused)>,
}

impl Refusals {
    pub(super) fn new(rules: &[AccessRule]) -> Self {
        Self {
            rules: rules.to_vec(),
            kept: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Held for one assignment at a time: it is whole whatever its last user died of.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn keep(&self, refused: Refused) {
        let mut kept = self.lock();
        kept.count += 1;
        let number = kept.count;
        kept.requests.push_back((number, refused));
        if kept.requests.len() > MAX_KEPT {
            kept.requests.pop_front();
        }
    }

    /// How many requests were refused since the start.
    pub fn count(&self) -> u64 {
        self.lock().count
    }

    /// Those that are kept and came after this number, oldest first.
    pub fn after(&self, number: u64) -> admin::Refusals {
        let (count, requests) = {
            let kept = self.lock();
            let newer = kept.requests.iter().filter(|(found, _)| *found > number);
            (kept.count, newer.cloned().collect::<Vec<_>>())
        };
        let told = requests
            .iter()
            .map(|(number, refused)| self.told(*number, refused));
        admin::Refusals {
            count,
            refusals: told.collect(),
        }
    }

    /// Forgets all of them; the numbers go on.
    pub fn forget(&self) {
        self.lock().requests.clear();
    }

    /// Explains one of them, if it is still there. Takes a while: thousands of ways to sign it
    /// are tried.
    pub fn explain(&self, number: u64) -> Option<ExplainedRefusal> {
        let refused = {
            let kept = self.lock();
            let mut requests = kept.requests.iter();
            requests.find(|(found, _)| *found == number)?.1.clone()
        };
        let request = refused.request.sent();
        let rule = self.rule_for(&request);
        let keys = rule.map(|rule| Keys {
            access_key: &rule.access_key,
            secret_key: rule.secret_key.expose_secret(),
            security_token: None,
        });
        let answer = ServerAnswer {
            code: Some(refused.refusal.code.clone()),
            ..ServerAnswer::default()
        };
        let moment = Moment::At(refused.at);
        let found = explain::explain(&request, Some(&answer), keys, moment);
        let mask = Mask::of(&request, &self.rules);
        Some(ExplainedRefusal {
            request: self.told(number, &refused),
            with_keys: rule.is_some(),
            explanation: found.masked(|text| mask.apply(text)),
        })
    }

    /// The key that a request should have been signed with, as far as one can tell.
    fn rule_for(&self, request: &SentRequest) -> Option<&AccessRule> {
        let header = request.header("authorization").unwrap_or_default();
        let named = sign::split_authorization(header).map_or("", |(access_key, _)| access_key);
        let is = |right: &str| named.trim() == right;
        let by_access_key = |rule: &&AccessRule| is(&rule.access_key);
        let swapped = |rule: &&AccessRule| is(rule.secret_key.expose_secret());
        let mut rules = self.rules.iter();
        let known = rules
            .clone()
            .find(by_access_key)
            .or_else(|| rules.clone().find(swapped));
        known.or_else(|| rules.next().filter(|_| self.rules.len() == 1))
    }

    fn told(&self, number: u64, refused: &Refused) -> RefusedRequest {
        let request = refused.request.sent();
        let mask = Mask::of(&request, &self.rules);
        let agent = request.header("user-agent");
        RefusedRequest {
            number,
            at: refused.at,
            client: refused.client.to_string(),
            user_agent: agent.map(|agent| mask.apply(agent)),
            sdk: agent.and_then(Sdk::of_user_agent),
            code: refused.refusal.code.to_string(),
            message: mask.apply(&refused.refusal.message),
            request_id: refused.request_id.clone(),
            method: request.method.clone(),
            target: mask.apply(&request.target),
            headers: mask.headers(&request),
            body: mask.apply(&String::from_utf8_lossy(&refused.request.body)),
            body_bytes: refused.request.body_bytes,
            string_to_sign: mask.apply(&request.string_to_sign()),
        }
    }
}

impl Parts {
    fn sent(&self) -> SentRequest {
        let whole = self.body.len() as u64 == self.body_bytes;
        SentRequest {
            method: self.method.clone(),
            target: self.target.clone(),
            headers: self.headers.clone(),
            body: whole.then(|| self.body.to_vec()),
        }
    }
}
