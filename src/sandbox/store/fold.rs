//! Of many changes that go into the database together, those that leave a trace there: what a
//! later one undoes need not be done. Changes nothing itself.

use std::collections::HashSet;

use crate::protocol::GroupId;
use crate::sandbox::queue::{Change, Place, TopicKey};

/// The changes that have the effect of all of them, in their order.
///
/// - A log loses its front once: the last change of it takes what the others would take. It looks
///   at every group, so the cost is that of what goes, however many changes say so.
/// - A timed or half message that is stored and dropped is never written.
/// - A delivery that is acked or followed by another is never written.
pub(super) fn lasting(changes: &[Change]) -> Vec<&Change> {
    let passing = passing(changes);
    let mut discarded: HashSet<&TopicKey> = HashSet::new();
    let mut settled: HashSet<(&TopicKey, &GroupId, u64)> = HashSet::new();
    let mut lasting: Vec<&Change> = changes
        .iter()
        .rev()
        .filter(|change| match change {
            Change::Discarded { topic, .. } => discarded.insert(topic),
            Change::Stored { message, .. } => !passing.contains(&message.seq),
            Change::Moved { seq, .. } | Change::Dropped { seq, .. } => !passing.contains(seq),
            Change::Leased {
                topic,
                group,
                position,
                ..
            } => settled.insert((topic, group, *position)),
            Change::Acked {
                topic,
                group,
                position,
            } => {
                settled.insert((topic, group, *position));
                true
            }
            _ => true,
        })
        .collect();
    lasting.reverse();
    lasting
}

/// Numbers of messages that come and go within these changes.
fn passing(changes: &[Change]) -> HashSet<u64> {
    let mut waiting = HashSet::new();
    let mut passing = HashSet::new();
    for change in changes {
        match change {
            Change::Stored { message, place, .. } if !matches!(place, Place::Log { .. }) => {
                waiting.insert(message.seq);
            }
            Change::Dropped { seq, .. } if waiting.contains(seq) => {
                passing.insert(*seq);
            }
            _ => {}
        }
    }
    passing
}
