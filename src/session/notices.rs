//! The list of notices, bounded, with the number of those that nobody has looked at.

use std::collections::VecDeque;

use crate::protocol::Timestamp;

use super::say::{Level, Notice, Say, Trouble};

/// Notices that are kept; older ones go.
const MAX_NOTICES: usize = 200;

/// The list.
#[derive(Debug, Default)]
pub(super) struct Notices {
    list: VecDeque<Notice>,
    unseen: usize,
}

impl Notices {
    /// Notices, newest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.list.iter().rev()
    }

    /// How many nobody has looked at yet.
    pub(super) fn unseen(&self) -> usize {
        self.unseen
    }

    /// All have been looked at.
    pub(super) fn mark_seen(&mut self) {
        self.unseen = 0;
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// One more.
    pub(super) fn push(&mut self, notice: Notice) {
        self.list.push_back(notice);
        if self.list.len() > MAX_NOTICES {
            self.list.pop_front();
        }
        self.unseen = (self.unseen + 1).min(self.list.len());
    }

    /// Something is not as one might think.
    pub(super) fn warn(&mut self, summary: Say, detail: String, next: Say, at: Timestamp) {
        self.push(Notice {
            at,
            level: Level::Warning,
            summary,
            detail,
            next_step: Some(next),
        });
    }

    /// Something failed.
    pub(super) fn fail(&mut self, trouble: &Trouble, at: Timestamp) {
        self.push(Notice {
            at,
            level: Level::Error,
            summary: trouble.what.clone(),
            detail: trouble.detail.clone(),
            next_step: Some(trouble.next.clone()),
        });
    }
}
