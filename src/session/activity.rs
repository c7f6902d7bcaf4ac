//! What a sandbox did and held in the last minutes, for plots. Fed with every look into it; asks
//! for nothing by itself, and knows nothing of the time in which nobody looked.

use std::time::Duration;

use crate::protocol::Timestamp;
use crate::protocol::admin::{Overview, Statistics, TopicCounts, TopicRef};

use super::series::{Idle, Series, Totals};

/// One bucket a second, for so many seconds.
const SECONDS: usize = 600;
/// Milliseconds of a bucket.
const BUCKET_MILLIS: u32 = 1_000;
/// Longer than looks are apart.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// Topics that have numbers of their own; the others count in the sum only.
const MAX_TOPICS: usize = 64;

/// What a sandbox did and held.
#[derive(Debug)]
pub struct Activity {
    /// Messages published.
    pub published: Totals,
    /// Messages handed out, again or for the first time.
    pub delivered: Totals,
    /// Handles acked.
    pub acked: Totals,
    /// Messages handed out again.
    pub redelivered: Totals,
    /// What all topics hold.
    pub held: Held,
    topics: Vec<(TopicRef, Held)>,
}

/// Messages of some topics by how they stand, summed over their groups.
#[derive(Debug)]
pub struct Held {
    /// A consume would find them.
    pub ready: Series,
    /// Under a lease.
    pub invisible: Series,
    /// Their time has not come.
    pub delayed: Series,
    /// Dead letters.
    pub dead: Series,
}

impl Default for Activity {
    fn default() -> Self {
        let totals = || Totals::new(BUCKET_MILLIS, SECONDS, BETWEEN_LOOKS);
        Self {
            published: totals(),
            delivered: totals(),
            acked: totals(),
            redelivered: totals(),
            held: Held::default(),
            topics: Vec::new(),
        }
    }
}

impl Default for Held {
    fn default() -> Self {
        let series = || Series::new(Idle::Last, BUCKET_MILLIS, SECONDS);
        Self {
            ready: series(),
            invisible: series(),
            delayed: series(),
            dead: series(),
        }
    }
}

impl Activity {
    /// What one topic holds; none if it is gone, or one of too many.
    pub fn held_by(&self, topic: &TopicRef) -> Option<&Held> {
        let found = self.topics.iter().find(|(there, _)| there == topic);
        found.map(|(_, held)| held)
    }

    pub(super) fn looked(&mut self, now: Timestamp, done: &Statistics, held: &Overview) {
        self.published.total(now, done.published);
        self.delivered.total(now, done.delivered);
        self.acked.total(now, done.acked);
        self.redelivered.total(now, done.redelivered);
        self.held.set(now, &held.topics);
        self.topics
            .retain(|(known, _)| held.topics.iter().any(|topic| is(topic, known)));
        for topic in &held.topics {
            let known = self.topics.iter_mut().find(|(known, _)| is(topic, known));
            if let Some((_, held)) = known {
                held.set(now, std::slice::from_ref(topic));
            } else if self.topics.len() < MAX_TOPICS {
                let mut held = Held::default();
                held.set(now, std::slice::from_ref(topic));
                self.topics.push((topic.reference(), held));
            }
        }
    }

    /// Nobody looks any more, or nothing can be seen.
    pub(super) fn lose(&mut self, now: Timestamp) {
        for totals in [
            &mut self.published,
            &mut self.delivered,
            &mut self.acked,
            &mut self.redelivered,
        ] {
            totals.lose(now);
        }
        self.held.lose(now);
        for (_, held) in &mut self.topics {
            held.lose(now);
        }
    }
}

impl Held {
    fn set(&mut self, now: Timestamp, topics: &[TopicCounts]) {
        let groups = || topics.iter().flat_map(|topic| &topic.groups);
        let ready: u64 = groups().map(|group| group.ready).sum();
        let invisible: u64 = groups().map(|group| group.invisible).sum();
        let delayed: u64 = topics.iter().map(|topic| topic.delayed).sum();
        let dead: u64 = groups().map(|group| group.dead).sum();
        self.ready.set(now, ready as f64);
        self.invisible.set(now, invisible as f64);
        self.delayed.set(now, delayed as f64);
        self.dead.set(now, dead as f64);
    }

    fn lose(&mut self, now: Timestamp) {
        for series in [
            &mut self.ready,
            &mut self.invisible,
            &mut self.delayed,
            &mut self.dead,
        ] {
            series.lose(now);
        }
    }
}

fn is(topic: &TopicCounts, known: &TopicRef) -> bool {
    topic.topic == known.topic && topic.instance == known.instance
}
