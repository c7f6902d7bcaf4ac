//! What is known of the inside of one sandbox while somebody looks at it, and what can be asked of
//! it. No I/O: `admin.rs` carries it out.

use crate::protocol::Timestamp;
use crate::protocol::admin::{
    ClockMove, ClockState, Expire, GroupRef, MAX_PEEK, Overview, Peek, PeekQuery, PeekedMessage,
    Refusals, Resend, ResetGroup, Statistics, TopicCounts, TopicRef,
};
use crate::protocol::faults::{FaultPlan, FaultReport, FaultRule};

use super::activity::Activity;
use super::say::{Say, Trouble};
use super::{ConnectionId, Job};

/// Messages of the first page of a peek.
const FIRST_PAGE: u32 = 50;

/// What is asked of a sandbox.
#[derive(Debug, Clone, PartialEq)]
pub enum AdminWish {
    /// Look at messages without consuming them.
    Peek(PeekQuery),
    /// Remove every message of a topic.
    Purge(TopicRef),
    /// Send dead letters back to the group that they died in.
    Resend(Resend),
    /// Let a group begin anew.
    ResetGroup(ResetGroup),
    /// Delete a topic with all that is in it.
    DeleteTopic(TopicRef),
    /// Delete a group of a topic.
    DeleteGroup(GroupRef),
    /// End a lease now.
    Expire(Expire),
    /// Move the sandbox's time.
    MoveClock(ClockMove),
    /// Let the sandbox's time run with the real one.
    RealTime,
    /// Replace all fault rules and the seed.
    SetFaults(FaultPlan),
    /// Add a fault rule.
    AddFault(FaultRule),
    /// Remove the fault rule of this number.
    RemoveFault(u64),
    /// Remove all fault rules.
    ClearFaults,
    /// Forget the requests that were refused.
    ForgetRefusals,
}

/// What a sandbox answers to a wish.
#[derive(Debug, Clone, PartialEq)]
pub enum AdminAnswer {
    /// What a peek found.
    Peeked(Peek),
    /// So many dead letters were sent back.
    Resent(u64),
    /// It is done.
    Done,
}

/// By how much [`Look::skew_millis`] is off at the most, in milliseconds: the answer is on its way for
/// a moment.
pub(super) const CLOCK_BLUR_MILLIS: u64 = 1_000;

/// A sandbox at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Topics and groups with their counts.
    pub overview: Overview,
    /// Its time.
    pub clock: ClockState,
    /// How far that was ahead of ours when it was told, in milliseconds.
    pub skew_millis: i64,
    /// What it has done since it was started.
    pub statistics: Statistics,
    /// The fault rules at work.
    pub faults: FaultReport,
    /// The last requests that it refused.
    pub refusals: Refusals,
}

/// Messages that are looked at without being consumed.
#[derive(Debug, Clone, PartialEq)]
pub struct PeekView {
    /// What was asked for; its `from` is none.
    pub query: PeekQuery,
    /// What was found, all pages.
    pub messages: Vec<PeekedMessage>,
    /// Where the next page begins; none: that was all.
    pub next: Option<u64>,
    /// Whether an answer has come yet.
    pub answered: bool,
}

/// How the last action ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionOutcome {
    /// It is done; what was done.
    Done(Say),
    /// It failed.
    Failed(Box<Trouble>),
}

/// The control room of one sandbox.
#[derive(Debug, Default)]
pub struct Control {
    watched: Option<ConnectionId>,
    look: Option<(Look, Timestamp)>,
    trouble: Option<Box<Trouble>>,
    peek: Option<PeekView>,
    pending: Option<AdminWish>,
    outcome: Option<ActionOutcome>,
    /// Of the sandbox that was looked at last: whoever closes the control room and opens it again
    /// finds what was seen before.
    activity: Option<(ConnectionId, Activity)>,
}

impl Control {
    /// The sandbox that is looked at, if any.
    pub fn watched(&self) -> Option<&ConnectionId> {
        self.watched.as_ref()
    }

    /// What was seen last.
    pub fn look(&self) -> Option<&Look> {
        self.look.as_ref().map(|(look, _)| look)
    }

    /// What time it is in the sandbox.
    pub fn sandbox_time(&self, now: Timestamp) -> Option<Timestamp> {
        let (look, seen) = self.look.as_ref()?;
        Some(match look.clock.frozen {
            true => look.clock.now,
            false => look.clock.now + now.since(*seen),
        })
    }

    /// Why the sandbox cannot be looked at just now.
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_deref()
    }

    /// The messages that are shown.
    pub fn peek(&self) -> Option<&PeekView> {
        self.peek.as_ref()
    }

    /// The action that is on its way; a second one waits for it.
    pub fn pending(&self) -> Option<&AdminWish> {
        self.pending.as_ref()
    }

    /// How the last action ended.
    pub fn outcome(&self) -> Option<&ActionOutcome> {
        self.outcome.as_ref()
    }

    /// What the sandbox did and held while it was looked at.
    pub fn activity(&self) -> Option<&Activity> {
        let (of, activity) = self.activity.as_ref()?;
        (self.watched.as_ref() == Some(of)).then_some(activity)
    }

    pub(super) fn watch(&mut self, wanted: Option<ConnectionId>, now: Timestamp) -> Option<Job> {
        if self.watched == wanted {
            return None;
        }
        self.begin(wanted.clone(), now);
        Some(Job::Watch(wanted))
    }

    /// The worker did not hear of it.
    pub(super) fn not_watched(&mut self, now: Timestamp) {
        self.begin(None, now);
    }

    fn begin(&mut self, watched: Option<ConnectionId>, now: Timestamp) {
        let mut activity = self.activity.take();
        if let Some((_, activity)) = &mut activity {
            activity.lose(now);
        }
        *self = Self {
            watched,
            activity,
            ..Self::default()
        };
    }

    pub(super) fn wish(&mut self, wish: AdminWish) -> Option<Job> {
        let id = self.watched.clone()?;
        if let AdminWish::Peek(query) = &wish {
            // The next page belongs to what is shown; anything else takes its place.
            if query.from.is_none() {
                let shown = self
                    .peek
                    .take()
                    .filter(|peek| same_place(&peek.query, query));
                self.peek = Some(shown.unwrap_or_else(|| PeekView {
                    query: query.clone(),
                    messages: Vec::new(),
                    next: None,
                    answered: false,
                }));
            }
            return Some(Job::Admin(id, Box::new(wish)));
        }
        if self.pending.is_some() {
            return None;
        }
        self.pending = Some(wish.clone());
        self.outcome = None;
        Some(Job::Admin(id, Box::new(wish)))
    }

    /// A wish was refused before it was sent.
    pub(super) fn refuse(&mut self, why: Trouble) {
        self.outcome = Some(ActionOutcome::Failed(Box::new(why)));
    }

    pub(super) fn close_peek(&mut self) {
        self.peek = None;
    }

    /// Takes in a look. If the peeked topic has changed, it is looked into again.
    pub(super) fn looked(
        &mut self,
        id: &ConnectionId,
        look: Result<Look, Box<Trouble>>,
        now: Timestamp,
    ) -> Option<Job> {
        if self.watched.as_ref() != Some(id) {
            return None;
        }
        let look = match look {
            Ok(look) => look,
            Err(trouble) => {
                self.trouble = Some(trouble);
                if let Some((_, activity)) = &mut self.activity {
                    activity.lose(now);
                }
                return None;
            }
        };
        self.trouble = None;
        let known = self.activity.take().filter(|(of, _)| of == id);
        let (_, activity) = self
            .activity
            .insert(known.unwrap_or_else(|| (id.clone(), Activity::default())));
        activity.looked(now, &look.statistics, &look.overview);
        let before = self.look.replace((look, now));
        let (look, _) = self.look.as_ref()?;
        let peek = self.peek.as_ref()?;
        let counts = counts_of(&look.overview, &peek.query);
        if counts.is_none() {
            self.peek = None;
            return None;
        }
        let changed = before.is_none_or(|(before, _)| {
            counts_of(&before.overview, &peek.query) != counts
                || before.clock.offset_millis != look.clock.offset_millis && look.clock.frozen
                || before.statistics.delivered != look.statistics.delivered
        });
        // Whoever has paged on is not thrown back.
        let whole = peek.messages.len() <= MAX_PEEK as usize;
        if !changed || !whole {
            return None;
        }
        let shown = u32::try_from(peek.messages.len()).unwrap_or(MAX_PEEK);
        let again = PeekQuery {
            limit: Some(shown.clamp(FIRST_PAGE, MAX_PEEK)),
            ..peek.query.clone()
        };
        Some(Job::Admin(id.clone(), Box::new(AdminWish::Peek(again))))
    }

    /// Takes in an answer to a wish; the trouble that somebody has to hear of, if there is one.
    pub(super) fn answered(
        &mut self,
        id: &ConnectionId,
        wish: &AdminWish,
        answer: Result<AdminAnswer, Box<Trouble>>,
    ) -> Option<Box<Trouble>> {
        if self.watched.as_ref() != Some(id) {
            return answer.err();
        }
        if let AdminWish::Peek(query) = wish {
            return match answer {
                Ok(AdminAnswer::Peeked(found)) => {
                    self.peeked(query, found);
                    None
                }
                Ok(_) => None,
                // A topic that is gone says so itself, with the next look.
                Err(trouble) => {
                    self.outcome = Some(ActionOutcome::Failed(trouble));
                    None
                }
            };
        }
        if self.pending.as_ref() == Some(wish) {
            self.pending = None;
        }
        match answer {
            Ok(answer) => {
                self.outcome = Some(ActionOutcome::Done(said(wish, &answer)));
                None
            }
            Err(trouble) => {
                self.outcome = Some(ActionOutcome::Failed(trouble.clone()));
                Some(trouble)
            }
        }
    }

    fn peeked(&mut self, query: &PeekQuery, found: Peek) {
        let Some(peek) = &mut self.peek else { return };
        if !same_place(&peek.query, query) {
            return;
        }
        match query.from {
            None => peek.messages = found.messages,
            Some(from) if peek.next == Some(from) => peek.messages.extend(found.messages),
            Some(_) => return,
        }
        peek.next = found.next;
        peek.answered = true;
    }
}

/// A look at a place from its beginning.
pub fn first_peek(group: Option<crate::protocol::GroupId>, topic: TopicRef) -> PeekQuery {
    PeekQuery {
        group,
        limit: Some(FIRST_PAGE),
        ..PeekQuery::of(topic)
    }
}

fn same_place(a: &PeekQuery, b: &PeekQuery) -> bool {
    (&a.instance, &a.topic, &a.group, a.state) == (&b.instance, &b.topic, &b.group, b.state)
}

fn counts_of<'o>(overview: &'o Overview, query: &PeekQuery) -> Option<&'o TopicCounts> {
    let topic = overview
        .topics
        .iter()
        .find(|topic| topic.topic == query.topic && topic.instance == query.instance)?;
    let group = query.group.as_ref();
    let there = group.is_none_or(|group| topic.groups.iter().any(|one| one.group == *group));
    there.then_some(topic)
}

/// What was done, for whoever asked for it.
fn said(wish: &AdminWish, answer: &AdminAnswer) -> Say {
    match (wish, answer) {
        (AdminWish::Purge(topic), _) => Say::new("control-purged").with("topic", &topic.topic),
        (AdminWish::Resend(_), AdminAnswer::Resent(n)) => Say::new("control-resent").with("n", n),
        (AdminWish::ResetGroup(reset), _) => Say::new("control-reset").with("group", &reset.group),
        (AdminWish::DeleteTopic(topic), _) => {
            Say::new("control-deleted").with("name", &topic.topic)
        }
        (AdminWish::DeleteGroup(group), _) => {
            Say::new("control-deleted").with("name", &group.group)
        }
        (AdminWish::Expire(_), _) => Say::new("control-expired"),
        (AdminWish::MoveClock(_) | AdminWish::RealTime, _) => Say::new("control-clock-moved"),
        (AdminWish::ForgetRefusals, _) => Say::new("control-refusals-forgotten"),
        (AdminWish::SetFaults(plan), _) => Say::new("control-seed-changed").with("seed", plan.seed),
        _ => Say::new("control-faults-changed"),
    }
}
