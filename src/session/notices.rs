//! The list of notices, bounded, with the number of those that nobody has looked at.

use std::collections::VecDeque;
use std::time::Duration;

use crate::protocol::Timestamp;

use super::budget::Lost;
use super::say::{Level, Notice, Say, Trouble};

/// Notices that are kept; older ones go.
const MAX_NOTICES: usize = 200;

/// Losses within this time of each other are one notice.
const ONE_FLOOD: Duration = Duration::from_secs(60);

/// The list.
#[derive(Debug, Default)]
pub(super) struct Notices {
    /// Each with its number, which is never used again.
    list: VecDeque<(u64, Notice)>,
    unseen: usize,
    /// How many there ever were, those included that took another's place.
    count: u64,
    /// The held messages that the last such notice speaks of.
    lost: Option<(Lost, Timestamp)>,
}

impl Notices {
    /// Notices, newest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Notice> {
        self.numbered().map(|(_, notice)| notice)
    }

    /// The same with what tells them apart, whatever comes above them.
    pub(super) fn numbered(&self) -> impl ExactSizeIterator<Item = (u64, &Notice)> {
        self.list
            .iter()
            .rev()
            .map(|(number, notice)| (*number, notice))
    }

    /// How many nobody has looked at yet.
    pub(super) fn unseen(&self) -> usize {
        self.unseen
    }

    /// How many there ever were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// All have been looked at.
    pub(super) fn mark_seen(&mut self) {
        self.unseen = 0;
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        *self = Self {
            count: self.count,
            ..Self::default()
        };
    }

    /// One more.
    pub(super) fn push(&mut self, notice: Notice) {
        self.count += 1;
        self.list.push_back((self.count, notice));
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
            card: None,
        });
    }

    /// Held messages had to go, as there was no room left. One that goes on is one notice.
    pub(super) fn lost(&mut self, lost: Lost, budget: usize, at: Timestamp) {
        const WHAT: &str = "notice-lost";
        let before = self.lost.filter(|(_, last)| at.since(*last) < ONE_FLOOD);
        let all = lost.and(before.map(|(lost, _)| lost));
        self.lost = Some((all, at));
        if before.is_some()
            && self
                .list
                .back()
                .is_some_and(|(_, last)| last.summary.key == WHAT)
        {
            self.list.pop_back();
            self.unseen = self.unseen.saturating_sub(1);
        }
        let minutes = all.last_return.since(at).as_secs().div_ceil(60);
        self.push(Notice {
            at,
            level: Level::Error,
            summary: Say::new(WHAT)
                .with("n", all.count)
                .with("budget", budget >> 20),
            detail: String::new(),
            next_step: Some(Say::new("notice-lost-next").with("minutes", minutes)),
            card: None,
        });
    }

    /// A sandbox refused requests. One that goes on is one notice, the newest.
    pub(super) fn refused(&mut self, notice: Notice) {
        let last = self.list.back();
        let goes_on =
            last.is_some_and(|(_, last)| is_refusal(last) && notice.at.since(last.at) < ONE_FLOOD);
        if goes_on {
            self.list.pop_back();
            self.unseen = self.unseen.saturating_sub(1);
        }
        self.push(notice);
    }

    /// Something failed.
    pub(super) fn fail(&mut self, trouble: &Trouble, at: Timestamp) {
        self.push(Notice {
            at,
            level: Level::Error,
            summary: trouble.what.clone(),
            detail: trouble.detail.clone(),
            next_step: Some(trouble.next.clone()),
            card: trouble.card.clone(),
        });
    }
}

fn is_refusal(notice: &Notice) -> bool {
    notice.summary.key.starts_with("notice-refused")
}
