//! One budget of memory for the messages of all views together. What has to go is, first, the
//! oldest row that nobody holds, of the view that weighs most; only when there is none left in any
//! view, the held one that returns first. A view's newest row stays in any case.

use crate::protocol::Timestamp;

use super::subscription::Subscription;

/// Bytes that the messages of all views may take, with everything that is kept about them. A
/// million small messages fit.
pub const DEFAULT_BUDGET: usize = 512 << 20;

/// Rows that go in one step at most, so that none is ever felt; a few milliseconds. More than can
/// come meanwhile: what is left goes in the next steps.
const STEP: usize = 8_192;

/// Messages that were still held and had to go: nobody can ack these deliveries any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// How many.
    pub count: u64,
    /// When the last of them returns to its group.
    pub last_return: Timestamp,
}

impl Lost {
    /// Both together.
    pub(super) fn and(self, other: Option<Lost>) -> Lost {
        let Some(other) = other else {
            return self;
        };
        Lost {
            count: self.count + other.count,
            last_return: self.last_return.max(other.last_return),
        }
    }
}

/// Bytes that these views take.
pub(super) fn bytes(views: &[Subscription]) -> usize {
    views.iter().map(weight).sum()
}

fn weight(view: &Subscription) -> usize {
    view.rows.bytes() + view.table.bytes()
}

/// Lets go of rows until the views take no more than `budget`, or there is nothing left that may
/// go, or enough was done for one step. What was held and had to go.
pub(super) fn keep_within(views: &mut [Subscription], budget: usize) -> Option<Lost> {
    let mut lost: Option<Lost> = None;
    for _ in 0..STEP {
        if bytes(views) <= budget {
            break;
        }
        let free = views.iter_mut().filter(|view| view.rows.has_free());
        if let Some(heaviest) = free.max_by_key(|view| weight(view)) {
            heaviest.rows.evict_free();
            continue;
        }
        let held = views
            .iter_mut()
            .filter_map(|view| Some((view.rows.first_to_lose()?, view)));
        let Some(((last_return, number), view)) = held.min_by_key(|(first, _)| *first) else {
            break;
        };
        view.rows.evict_held(number);
        lost = Some(
            Lost {
                count: 1,
                last_return,
            }
            .and(lost),
        );
    }
    lost
}
