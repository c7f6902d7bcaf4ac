//! Looking at messages without consuming them, a bounded step at a time. Changes nothing but what
//! time changes anyway.

use std::sync::Arc;

use super::change::{Change, Lease, Place, StoredMessage, TopicKey};
use super::group::{Group, Standing};
use super::{Queues, Topic};
use crate::protocol::{GroupId, ReceiptHandle, Timestamp};
use crate::sandbox::handle::Handle;

/// Most positions that one call looks at, however few of them it shows.
const LONGEST_LOOK: usize = 10_000;

/// Cursors at or above this speak of messages outside of the log, by their number.
const WAITING: u64 = 1 << 63;

/// How a message stands, and which ones to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeekState {
    /// A consume of the group would find it. Without a group: it is in the log.
    Ready,
    /// Under a lease of the group.
    Invisible,
    /// The group is done with it: acked, or dead.
    Acked,
    /// Its delivery time has not come.
    Delayed,
    /// Neither committed nor rolled back.
    Half,
    /// To look for: every message. No message stands like that.
    All,
}

/// One message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// The message.
    pub message: Arc<StoredMessage>,
    /// Its position in the log; none for timed and half messages.
    pub position: Option<u64>,
    /// How it stands with the group; never [`PeekState::All`].
    pub state: PeekState,
    /// End of the lease, delivery time, or next check.
    pub until: Option<Timestamp>,
    /// Deliveries to the group so far, or checks of a half message. 0 once the group is done.
    pub consumed_times: u32,
    /// The handle of the newest delivery while its lease is alive.
    pub handle: Option<ReceiptHandle>,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Peek {
    /// Oldest first: the log, then what waits outside of it.
    pub messages: Vec<Peeked>,
    /// Where to go on; `None` once there is no more. There may be more though this look found
    /// nothing: it has looked far enough for once.
    pub next: Option<u64>,
}

impl Queues {
    /// Up to `limit` messages of a topic from a cursor on: 0, or the `next` of the last look.
    /// Without a group no message is invisible or acked. A group that never consumed stands as it
    /// would at its first consume from the oldest.
    pub fn peek(
        &mut self,
        key: &TopicKey,
        group: Option<&GroupId>,
        state: PeekState,
        from: u64,
        limit: usize,
        now: Timestamp,
    ) -> (Peek, Vec<Change>) {
        let mut changes = Vec::new();
        self.pass(key, now, &mut changes);
        let Some(topic) = self.topics.get_mut(key) else {
            return (Peek::default(), changes);
        };
        if let Some((_, group)) = group.and_then(|group| topic.groups.get_mut(group)) {
            group.expire(&topic.log, now);
        }
        (topic.look(group, state, from, limit.max(1)), changes)
    }
}

impl Topic {
    fn look(&self, group: Option<&GroupId>, state: PeekState, from: u64, limit: usize) -> Peek {
        let fresh;
        let group = match group.and_then(|name| self.groups.get(name)) {
            Some((_, group)) => group,
            None => {
                fresh = Group::new(&self.log);
                &fresh
            }
        };
        let mut found = Peek::default();
        let mut looks = 0;
        let mut next = Some(from);
        while let Some(at) = next.and_then(|from| self.candidate(group, state, from)) {
            if found.messages.len() == limit || looks == LONGEST_LOOK {
                found.next = Some(at);
                break;
            }
            looks += 1;
            let peeked = match at.checked_sub(WAITING) {
                Some(seq) => self.peek_waiting(seq),
                None => self.peek_log(group, at),
            };
            let wanted = |peeked: &Peeked| state == PeekState::All || peeked.state == state;
            found.messages.extend(peeked.filter(wanted));
            next = at.checked_add(1);
        }
        found
    }

    /// The first place at or after a cursor where such a message may be.
    fn candidate(&self, group: &Group, state: PeekState, from: u64) -> Option<u64> {
        let log = &self.log;
        let in_log = match state {
            PeekState::Ready => group.ready_from(log, from),
            PeekState::Invisible => group.out_from(from),
            PeekState::Acked | PeekState::All => {
                let at = from.max(log.first());
                (at < log.end()).then_some(at)
            }
            PeekState::Delayed | PeekState::Half => None,
        };
        if in_log.is_some()
            || !matches!(state, PeekState::Delayed | PeekState::Half | PeekState::All)
        {
            return in_log;
        }
        let from = from.saturating_sub(WAITING);
        let (&seq, _) = self.waiting.range(from..).next()?;
        Some(WAITING | seq)
    }

    fn peek_log(&self, group: &Group, position: u64) -> Option<Peeked> {
        if self.log.removed().contains(position) {
            return None;
        }
        let entry = self.log.entry(position)?;
        let (state, lease) = match group.standing(position) {
            Standing::Ready(lease) => (PeekState::Ready, lease),
            Standing::Invisible(lease) => (PeekState::Invisible, Some(lease)),
            Standing::Done => (PeekState::Acked, None),
        };
        let live = lease.filter(|_| state == PeekState::Invisible);
        Some(Peeked {
            message: Arc::clone(&entry.message),
            position: Some(position),
            state,
            until: live.map(|lease| lease.until),
            consumed_times: lease.map_or(0, |lease| lease.consumed_times),
            handle: live.map(|Lease { nonce, .. }| Handle::Delivery { position, nonce }.encode()),
        })
    }

    fn peek_waiting(&self, seq: u64) -> Option<Peeked> {
        let (message, place) = self.waiting.get(&seq)?;
        let (state, until, lease) = match place {
            Place::Log { .. } => return None,
            Place::Timed { at } => (PeekState::Delayed, *at, None),
            Place::Half { lease } => (PeekState::Half, lease.until, Some(lease)),
        };
        Some(Peeked {
            message: Arc::clone(message),
            position: None,
            state,
            until: Some(until),
            consumed_times: lease.map_or(0, |lease| lease.consumed_times),
            handle: lease.map(|&Lease { nonce, .. }| Handle::Half { seq, nonce }.encode()),
        })
    }
}
