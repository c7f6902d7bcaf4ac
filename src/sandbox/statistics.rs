//! What a broker has done since it was started, counted. Only counts: what is in the queues now is
//! [`super::overview`]'s, and nothing here is kept between two starts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::queue::{Change, Delivery};
use crate::protocol::admin::{DeadCount, Statistics};
use crate::protocol::{AckAction, FaultCode, GroupId, InstanceId, TopicName};

/// Topic, group, and the instance of both.
type DiedIn = (TopicName, GroupId, Option<InstanceId>);

/// Counters that any number of requests move at once.
#[derive(Debug, Default)]
pub(super) struct Counters {
    published: AtomicU64,
    delivered: AtomicU64,
    redelivered: AtomicU64,
    empty_polls: AtomicU64,
    acked: AtomicU64,
    committed: AtomicU64,
    rolled_back: AtomicU64,
    handles_refused: AtomicU64,
    /// By code. Refusals are rare, so a lock does.
    requests_refused: Mutex<BTreeMap<String, u64>>,
    /// By topic and group; deleting one of them forgets nothing. Deaths are rare too.
    dead: Mutex<BTreeMap<DiedIn, u64>>,
}

fn add(counter: &AtomicU64, count: usize) {
    // The counters are looked at one by one; no order among them is promised.
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

fn lock<T>(counts: &Mutex<T>) -> MutexGuard<'_, T> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Counters {
    /// A message is stored.
    pub(super) fn published(&self) {
        add(&self.published, 1);
    }

    /// A consume is over.
    pub(super) fn consumed(&self, given: &[Delivery]) {
        if given.is_empty() {
            add(&self.empty_polls, 1);
        }
        add(&self.delivered, given.len());
        let again = given.iter().filter(|delivery| delivery.is_repeated());
        add(&self.redelivered, again.count());
    }

    /// An ack, a commit or a roll-back is over.
    pub(super) fn finished(&self, action: AckAction, handles: usize, refused: usize) {
        let done = match action {
            AckAction::Ack => &self.acked,
            AckAction::Commit => &self.committed,
            AckAction::Rollback => &self.rolled_back,
        };
        add(done, handles.saturating_sub(refused));
        add(&self.handles_refused, refused);
    }

    /// A request is refused as a whole. An empty poll is none: it is counted when it is over.
    pub(super) fn refused(&self, code: &FaultCode) {
        if *code == FaultCode::MessageNotExist {
            return;
        }
        let mut refused = lock(&self.requests_refused);
        match refused.get_mut(code.as_str()) {
            Some(count) => *count += 1,
            None => {
                refused.insert(code.as_str().to_owned(), 1);
            }
        }
    }

    /// Something happened, maybe by the mere passing of time.
    pub(super) fn changed(&self, changes: &[Change]) {
        for change in changes {
            if let Change::Stored { topic, message, .. } = change
                && let Some(origin) = &message.origin
            {
                let died_in = (
                    origin.topic.clone(),
                    origin.group.clone(),
                    topic.instance.clone(),
                );
                *lock(&self.dead).entry(died_in).or_default() += 1;
            }
        }
    }

    /// All of them.
    pub(super) fn statistics(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            published: read(&self.published),
            delivered: read(&self.delivered),
            redelivered: read(&self.redelivered),
            empty_polls: read(&self.empty_polls),
            acked: read(&self.acked),
            committed: read(&self.committed),
            rolled_back: read(&self.rolled_back),
            handles_refused: read(&self.handles_refused),
            requests_refused: lock(&self.requests_refused).clone(),
            dead: lock(&self.dead)
                .iter()
                .map(|((topic, group, instance), count)| DeadCount {
                    instance: instance.clone(),
                    topic: topic.clone(),
                    group: group.clone(),
                    count: *count,
                })
                .collect(),
        }
    }
}
