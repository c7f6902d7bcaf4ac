//! What may happen to the queues, drawn at random. Does nothing.

use mqscope::protocol::AckAction;
use proptest::prelude::*;

use crate::bench::{FILTERS, GROUPS, SHARDS, TAGS};

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Publish {
        tag: usize,
        shard: usize,
        delay_secs: u64,
        half: bool,
    },
    Consume {
        group: usize,
        filter: usize,
        ordered: bool,
        count: usize,
    },
    CheckHalves {
        count: usize,
    },
    /// Any handle ever seen, in any group, and any action.
    Finish {
        group: usize,
        action: AckAction,
        pick: prop::sample::Index,
    },
    /// The newest handle of a message that a group holds.
    AckHeld {
        group: usize,
        pick: prop::sample::Index,
    },
    Pass {
        secs: u64,
    },
    Purge,
    /// To so many seconds ago.
    Reset {
        group: usize,
        ago: u64,
    },
    /// Any handle ever seen.
    Expire {
        pick: prop::sample::Index,
    },
    /// The newest handle of a message that a group holds.
    ExpireHeld {
        group: usize,
        pick: prop::sample::Index,
    },
    /// One dead letter of a group.
    Resend {
        group: usize,
        pick: prop::sample::Index,
    },
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..TAGS.len(), 0..SHARDS.len(), prop_oneof![3 => Just(0u64), 1 => 1u64..40], prop::bool::weighted(0.15))
            .prop_map(|(tag, shard, delay_secs, half)| Step::Publish { tag, shard, delay_secs, half }),
        // The last group always consumes in order, the first never, the second as it comes.
        10 => (0..GROUPS.len(), 0..FILTERS.len(), any::<bool>(), 1..6usize)
            .prop_map(|(group, filter, ordered, count)| Step::Consume {
                group, filter, ordered: group == 2 || (group == 1 && ordered), count,
            }),
        2 => (1..4usize).prop_map(|count| Step::CheckHalves { count }),
        4 => (
            0..GROUPS.len(),
            prop_oneof![Just(AckAction::Ack), Just(AckAction::Commit), Just(AckAction::Rollback)],
            any::<prop::sample::Index>(),
        ).prop_map(|(group, action, pick)| Step::Finish { group, action, pick }),
        5 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::AckHeld { group, pick }),
        5 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::ExpireHeld { group, pick }),
        1 => any::<prop::sample::Index>().prop_map(|pick| Step::Expire { pick }),
        2 => (0..GROUPS.len(), any::<prop::sample::Index>())
            .prop_map(|(group, pick)| Step::Resend { group, pick }),
        1 => (0..GROUPS.len(), 0u64..50).prop_map(|(group, ago)| Step::Reset { group, ago }),
        1 => Just(Step::Purge),
        7 => (1u64..20).prop_map(|secs| Step::Pass { secs }),
    ]
}
