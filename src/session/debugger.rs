//! The signature debugger: what it is about, and what was found out. What was pasted stays with
//! whoever shows it; here it only passes through on its way to the worker (`explainer.rs`), and
//! keys are not even that: they are named, or travel as values that never print themselves.

use std::fmt;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::protocol::Timestamp;
use crate::protocol::admin::{ExplainedRefusal, RefusedRequest};
use crate::protocol::explain::Explanation;
use crate::protocol::explain::paste::{Form, PasteError};

use super::say::{Level, Notice, Say, Trouble};
use super::traffic::{Seen, Traffic};
use super::{ConnectionId, Job};

/// What can be asked of the debugger.
#[derive(Debug)]
pub enum DebuggerCommand {
    /// Open it.
    Open(Opening),
    /// Close it; what is on its way is forgotten.
    Close,
    /// Explain this.
    Explain(Box<ExplainOrder>),
    /// Show the refused request of this number of this sandbox, explained by the sandbox.
    Refusal(ConnectionId, u64),
    /// Explain the exchange of this number, by the keys of its connection.
    Exchange(u64),
    /// The same for the one of this id in the server's logs; without it, the debugger just opens.
    Request(String),
    /// The embedded sandbox's refusals have been looked at.
    RefusalsSeen,
}

/// What it opens with.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// A request, as text; nothing leaves what was pasted before.
    pub text: Option<String>,
    /// Whose keys it should have been signed with.
    pub connection: Option<ConnectionId>,
    /// When it was sent, if that is known.
    pub sent_at: Option<Timestamp>,
}

impl fmt::Debug for Opening {
    /// Without the request: it holds a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening")
            .field("has_text", &self.text.is_some())
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

/// The keys that a request should have been signed with.
#[derive(Debug, Clone, Default)]
pub enum KeysFrom {
    /// Nobody knows.
    #[default]
    Nowhere,
    /// Those that are kept for a connection.
    Connection(ConnectionId),
    /// These, as typed.
    Typed(Credentials),
}

/// Something to explain.
pub struct ExplainOrder {
    /// As it was pasted.
    pub text: String,
    /// What it should have been signed with.
    pub keys: KeysFrom,
    /// When it reached the server, if that is known.
    pub sent_at: Option<Timestamp>,
}

impl fmt::Debug for ExplainOrder {
    /// Without what was pasted: who swaps the two keys pastes a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplainOrder")
            .field("bytes", &self.text.len())
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

/// What the worker is asked.
#[derive(Debug)]
pub enum DebuggerJob {
    /// Explain this; the number comes back with what was found.
    Explain(u64, Box<ExplainOrder>),
    /// Explain this exchange.
    Exchange(u64, Arc<Seen>),
    /// Have this sandbox explain the refused request of this number, the second one.
    Refusal(u64, ConnectionId, u64),
}

/// What came of it.
#[derive(Debug)]
pub enum DebuggerEvent {
    /// This was found.
    Explained(u64, Box<Explained>),
    /// Nothing could be found out.
    Failed(u64, DebuggerTrouble),
    /// The embedded sandbox refused so many requests until now, these of them since the last
    /// time.
    Refused(u64, Vec<RefusedRequest>),
}

/// Why nothing could be found out.
#[derive(Debug, Clone, PartialEq)]
pub enum DebuggerTrouble {
    /// It is no request.
    Paste(PasteError),
    /// The keys, or the sandbox, could not be asked.
    Other(Box<Trouble>),
}

/// What was found out.
#[derive(Debug, Clone)]
pub struct Explained {
    /// Where it came from.
    pub from: RequestFrom,
    /// Whether there was a secret key to check it by.
    pub with_keys: bool,
    /// All about it.
    pub explanation: Explanation,
}

/// Where an explained request came from.
#[derive(Debug, Clone)]
pub enum RequestFrom {
    /// A text that somebody pasted.
    Pasted(Form),
    /// An exchange of this window.
    Exchange(Arc<Seen>),
    /// A sandbox that refused it.
    Sandbox(ConnectionId, Box<RefusedRequest>),
}

impl Explained {
    /// What a sandbox explained.
    pub(super) fn by_sandbox(sandbox: ConnectionId, explained: ExplainedRefusal) -> Self {
        Self {
            from: RequestFrom::Sandbox(sandbox, Box::new(explained.request)),
            with_keys: explained.with_keys,
            explanation: explained.explanation,
        }
    }

    /// What the request was read from, if somebody pasted it.
    pub fn form(&self) -> Option<Form> {
        match &self.from {
            RequestFrom::Pasted(form) => Some(*form),
            RequestFrom::Exchange(_) | RequestFrom::Sandbox(..) => None,
        }
    }
}

/// The debugger.
#[derive(Debug, Default)]
pub struct Debugger {
    shown: bool,
    /// Counts openings, so that whoever shows it takes each one in once.
    openings: u64,
    opening: Opening,
    /// Counts questions: an answer to an earlier one is passed over.
    asked: u64,
    pending: bool,
    about_pasted: bool,
    outcome: Option<Result<Box<Explained>, DebuggerTrouble>>,
    /// Requests that the embedded sandbox refused, and how many of them somebody knows of: looked
    /// at, or one's own.
    refused: u64,
    seen: u64,
}

impl Debugger {
    pub(super) fn apply(&mut self, command: DebuggerCommand, traffic: &Traffic) -> Option<Job> {
        match command {
            DebuggerCommand::Open(opening) => {
                self.open(opening);
                None
            }
            DebuggerCommand::Close => {
                self.shown = false;
                self.forget();
                None
            }
            DebuggerCommand::Explain(order) => {
                self.ask();
                Some(Job::Debugger(DebuggerJob::Explain(self.asked, order)))
            }
            DebuggerCommand::Refusal(sandbox, number) => {
                self.ask_elsewhere();
                let job = DebuggerJob::Refusal(self.asked, sandbox, number);
                Some(Job::Debugger(job))
            }
            DebuggerCommand::Exchange(number) => {
                let seen = Arc::clone(traffic.get(number)?);
                Some(self.explain(seen))
            }
            DebuggerCommand::Request(id) => {
                let is_it = |seen: &&Arc<Seen>| seen.exchange.request_id() == Some(id.as_str());
                match traffic.iter().find(is_it) {
                    Some(seen) => Some(self.explain(Arc::clone(seen))),
                    None => {
                        self.open(Opening::default());
                        None
                    }
                }
            }
            DebuggerCommand::RefusalsSeen => {
                self.seen = self.refused;
                None
            }
        }
    }

    fn open(&mut self, opening: Opening) {
        if opening.text.is_some() || !self.about_pasted {
            self.forget();
        }
        self.about_pasted = true;
        self.openings += 1;
        self.opening = opening;
        self.shown = true;
    }

    fn explain(&mut self, seen: Arc<Seen>) -> Job {
        self.ask_elsewhere();
        Job::Debugger(DebuggerJob::Exchange(self.asked, seen))
    }

    /// Asks about something that nobody pasted.
    fn ask_elsewhere(&mut self) {
        self.forget();
        self.about_pasted = false;
        self.shown = true;
        self.ask();
    }

    fn ask(&mut self) {
        self.asked += 1;
        self.pending = true;
    }

    fn forget(&mut self) {
        // Nothing that is still on its way is taken for an answer.
        self.asked += 1;
        self.pending = false;
        self.outcome = None;
    }

    /// Takes in what came of it; the notice that somebody has to see, if there is one.
    pub(super) fn absorb(&mut self, event: DebuggerEvent, now: Timestamp) -> Option<Notice> {
        match event {
            DebuggerEvent::Explained(number, found) => self.answered(number, Ok(found)),
            DebuggerEvent::Failed(number, trouble) => self.answered(number, Err(trouble)),
            DebuggerEvent::Refused(count, requests) => {
                self.refused = count;
                let own = requests.iter().filter(|request| request.is_our_own());
                self.seen += own.count() as u64;
                return noticed(&requests, now);
            }
        }
        None
    }

    fn answered(&mut self, number: u64, outcome: Result<Box<Explained>, DebuggerTrouble>) {
        if number == self.asked && self.pending {
            self.pending = false;
            self.outcome = Some(outcome);
        }
    }

    /// The worker could not take it.
    pub(super) fn not_taken(&mut self, job: &DebuggerJob, busy: Trouble) {
        let (DebuggerJob::Explain(number, _)
        | DebuggerJob::Exchange(number, _)
        | DebuggerJob::Refusal(number, ..)) = job;
        self.answered(*number, Err(DebuggerTrouble::Other(Box::new(busy))));
    }

    /// Whether it is open.
    pub fn is_shown(&self) -> bool {
        self.shown
    }

    /// What it was last opened with, and the how manieth opening that was.
    pub fn opening(&self) -> (u64, &Opening) {
        (self.openings, &self.opening)
    }

    /// Whether something is being explained.
    pub fn is_pending(&self) -> bool {
        self.pending
    }

    /// How it ended.
    pub fn outcome(&self) -> Option<Result<&Explained, &DebuggerTrouble>> {
        let outcome = self.outcome.as_ref()?;
        Some(outcome.as_ref().map(|found| &**found))
    }

    /// The number of the answer that is shown: whoever keeps something about it knows when it is
    /// another one.
    pub fn answer(&self) -> u64 {
        self.asked
    }

    /// Whether it is about what somebody pasted, or shall paste.
    pub fn is_about_pasted(&self) -> bool {
        self.about_pasted
    }

    /// Requests of others that the embedded sandbox refused and nobody has looked at.
    pub fn unseen_refusals(&self) -> u64 {
        self.refused.saturating_sub(self.seen)
    }
}

/// Of our own clients' requests, whoever sent them hears anyway.
fn noticed(requests: &[RefusedRequest], now: Timestamp) -> Option<Notice> {
    let mut foreign = requests.iter().filter(|request| !request.is_our_own());
    let newest = foreign.next_back()?;
    let agent = newest.user_agent.as_deref().unwrap_or(&newest.client);
    let what = match foreign.count() {
        0 => Say::new("notice-refused"),
        others => Say::new("notice-refused-more").with("n", others + 1),
    };
    Some(Notice {
        at: now,
        level: Level::Warning,
        summary: what.with("agent", agent).with("code", &newest.code),
        detail: format!("{} {}\n{}", newest.method, newest.target, newest.client),
        next_step: Some(Say::new("notice-refused-next")),
        card: None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::explain::{Keys, Moment, explain, paste};
    use crate::session::{Command, Event, Model, Setup};

    impl Debugger {
        fn apply_alone(&mut self, command: DebuggerCommand) -> Option<Job> {
            self.apply(command, &Traffic::default())
        }
    }

    fn order() -> Box<ExplainOrder> {
        Box::new(ExplainOrder {
            text: "GET / HTTP/1.1\nAuthorization: MQ a-secret:sig".to_owned(),
            keys: KeysFrom::Typed(Credentials::from_pasted("ak", "a-secret", "")),
            sent_at: None,
        })
    }

    fn found() -> Box<Explained> {
        // Swapped: the secret stands where the access key should.
        let pasted = paste::read(&order().text).unwrap();
        let moment = Moment::Now(Timestamp::default());
        let keys = Keys {
            access_key: "ak",
            secret_key: "a-secret",
            security_token: None,
        };
        Box::new(Explained {
            from: RequestFrom::Pasted(pasted.form),
            with_keys: false,
            explanation: explain(&pasted.request, None, Some(keys), moment),
        })
    }

    fn number(job: Option<Job>) -> u64 {
        match job {
            Some(Job::Debugger(
                DebuggerJob::Explain(number, _) | DebuggerJob::Refusal(number, ..),
            )) => number,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn only_the_answer_to_the_last_question_counts() {
        let now = Timestamp::default();
        let mut debugger = Debugger::default();
        debugger.apply_alone(DebuggerCommand::Open(Opening::default()));
        let first = number(debugger.apply_alone(DebuggerCommand::Explain(order())));
        let second = number(debugger.apply_alone(DebuggerCommand::Explain(order())));
        debugger.absorb(DebuggerEvent::Explained(first, found()), now);
        assert!(debugger.is_pending() && debugger.outcome().is_none());
        debugger.absorb(DebuggerEvent::Explained(second, found()), now);
        assert!(!debugger.is_pending() && debugger.outcome().is_some());
        let third =
            number(debugger.apply_alone(DebuggerCommand::Refusal(ConnectionId::Sandbox, 1)));
        debugger.apply_alone(DebuggerCommand::Close);
        debugger.absorb(DebuggerEvent::Explained(third, found()), now);
        assert!(!debugger.is_shown() && debugger.outcome().is_none());
    }

    #[test]
    fn what_passes_through_is_not_printed() {
        let opening = Opening {
            text: Some("Authorization: MQ a-secret:sig".to_owned()),
            ..Opening::default()
        };
        let printed = format!("{:?} {opening:?}", order());
        assert!(!printed.contains("a-secret"), "{printed}");
    }

    #[test]
    fn no_secret_is_in_the_model_or_in_what_comes_and_goes() {
        let now = Timestamp::from_millis(1_795_342_447_000);
        let mut model = Model::new(Setup::default());
        let opening = Opening {
            text: Some(order().text),
            ..Opening::default()
        };
        let open = Command::Debugger(DebuggerCommand::Open(opening));
        let explain = Command::Debugger(DebuggerCommand::Explain(order()));
        let mut printed = format!("{open:?}{explain:?}");
        for command in [open, explain] {
            printed += &format!("{:?}", model.apply(command, now));
        }
        let event = Event::Debugger(Box::new(DebuggerEvent::Explained(
            model.debugger().answer(),
            found(),
        )));
        printed += &format!("{event:?}");
        model.absorb(event, now);
        assert!(model.debugger().outcome().is_some());
        printed += &format!("{model:?}");
        assert!(!printed.contains("a-secret"), "{printed}");
    }
}
