//! What somebody who does not see the window has to be told: that messages came, are about to
//! return or have returned, that acks were done or refused, that something was published or ended,
//! what is noted. Fed with events and the time; says nothing itself, and knows no language.
//!
//! Bounded: things of one kind of one view are counted while nobody may speak, and the longer they
//! go on, the longer the pauses get. A rush of messages is a sentence now and then.

use std::collections::VecDeque;
use std::time::Duration;

use crate::doctor::Verdict;
use crate::protocol::{AckAction, Timestamp};

use super::archive::{Archive, ArchiveEvent, TaskKind};
use super::checkup::Checkup;
use super::notices::Notices;
use super::outbox::Outbox;
use super::say::{Level, Say};
use super::subscription::{Polling, Subscription, SubscriptionId};
use super::{Event, LetterEvent};

/// Shortest time between two announcements of one kind.
const QUIET: Duration = Duration::from_secs(5);

/// Longest one, of what goes on and on.
const LONGEST_QUIET: Duration = Duration::from_secs(60);

/// Announcements that can still be read; older ones go.
const KEPT: usize = 6;

/// Something to be said aloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Never used again: the same words twice are two announcements.
    pub number: u64,
    /// Whether it may interrupt.
    pub urgent: bool,
    /// What.
    pub news: News,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// So many messages came, some of them again.
    Arrived {
        /// All of them.
        n: u64,
        /// Those that came again.
        again: u64,
        /// Where.
        place: Place,
    },
    /// So many leases are about to end, the first of them in this time.
    Soon {
        /// How many.
        n: u64,
        /// Time left.
        left: Duration,
        /// Where.
        place: Place,
    },
    /// So many leases have ended without an ack.
    Returned {
        /// How many.
        n: u64,
        /// Where.
        place: Place,
    },
    /// So many messages are acked, committed or rolled back.
    Done {
        /// How many.
        n: u64,
        /// Which of these.
        action: AckAction,
        /// Where.
        place: Place,
    },
    /// The server refused so many of them.
    Refused {
        /// How many.
        n: u64,
        /// Where.
        place: Place,
    },
    /// It listens again after a failure.
    Listens(Place),
    /// It listens no more.
    Stopped(Place),
    /// So many messages were published one by one.
    Published(u64),
    /// So many dead letters were sent again, or could not be.
    Resent(u64),
    /// So many things were noted, and the newest of them.
    Noted {
        /// How many.
        n: u64,
        /// How much the newest matters.
        level: Level,
        /// What it says.
        what: Say,
        /// What to do next.
        next: Option<Say>,
    },
    /// Something that one has waited for is over.
    Over(Say),
}

/// Where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its topic.
    pub topic: String,
    /// Its group.
    pub group: String,
}

impl Place {
    fn of(view: &Subscription) -> Self {
        match &view.source {
            Some(source) => Self {
                topic: source.topic.to_string(),
                group: source.consume.group.to_string(),
            },
            None => Self {
                topic: view.form.topic.clone(),
                group: view.form.group.clone(),
            },
        }
    }
}

/// What is counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subject {
    Arrived(SubscriptionId),
    Soon(SubscriptionId),
    Returned(SubscriptionId),
    Done(SubscriptionId, AckAction),
    Refused(SubscriptionId),
    Listens(SubscriptionId),
    Stopped(SubscriptionId),
    Published,
    Resent,
    Noted(Level),
}

impl Subject {
    fn view(self) -> Option<SubscriptionId> {
        match self {
            Self::Arrived(id)
            | Self::Soon(id)
            | Self::Returned(id)
            | Self::Done(id, _)
            | Self::Refused(id)
            | Self::Listens(id)
            | Self::Stopped(id) => Some(id),
            Self::Published | Self::Resent | Self::Noted(_) => None,
        }
    }

    fn is_urgent(self) -> bool {
        matches!(
            self,
            Self::Soon(_) | Self::Refused(_) | Self::Noted(Level::Error)
        )
    }
}

/// What waits to be said of one subject.
#[derive(Debug)]
struct Pot {
    subject: Subject,
    n: u64,
    again: u64,
    spoken: Option<Timestamp>,
    quiet: Duration,
}

impl Pot {
    /// When it may speak; nothing if at once. A clock that was set back silences nobody.
    fn waits(&self, now: Timestamp) -> Option<Duration> {
        let spoken = self.spoken.filter(|spoken| *spoken <= now)?;
        let left = (spoken + self.quiet).since(now);
        (left > Duration::ZERO).then_some(left)
    }

    fn speak(&mut self, now: Timestamp) {
        let goes_on = self
            .spoken
            .is_some_and(|spoken| now.since(spoken) < self.quiet * 2);
        self.quiet = match goes_on {
            true => (self.quiet * 2).min(LONGEST_QUIET),
            false => QUIET,
        };
        self.spoken = Some(now);
        (self.n, self.again) = (0, 0);
    }
}

/// How far a view has been told of.
#[derive(Debug)]
struct Told {
    view: SubscriptionId,
    /// Leases that end by then have been spoken of.
    soon_until: Timestamp,
    returned: u64,
}

/// What the announcements look at when time passes.
pub(super) struct Scene<'a> {
    pub(super) views: &'a [Subscription],
    pub(super) notices: &'a Notices,
    pub(super) outbox: &'a Outbox,
}

/// What is said, and what waits for that.
#[derive(Debug, Default)]
pub struct Announcements {
    pots: Vec<Pot>,
    told: Vec<Told>,
    notices: u64,
    run: Option<u64>,
    said: VecDeque<Announcement>,
    count: u64,
}

impl Announcements {
    /// The last ones, oldest first.
    pub fn latest(&self) -> impl ExactSizeIterator<Item = &Announcement> {
        self.said.iter()
    }

    /// After what time something is to be said that waits; nothing if nothing does.
    pub fn due(&self, now: Timestamp) -> Option<Duration> {
        let waiting = self.pots.iter().filter(|pot| pot.n > 0);
        waiting.map(|pot| pot.waits(now).unwrap_or_default()).min()
    }

    /// Takes in what happened, before the views do. `view` finds them by their ids.
    pub(super) fn observe<'v>(
        &mut self,
        event: &Event,
        view: impl Fn(SubscriptionId) -> Option<&'v Subscription>,
    ) {
        match event {
            Event::Polled {
                subscription: id,
                arrivals,
                damaged,
                ..
            } => {
                let again = arrivals.iter().filter(|a| a.message.consumed_times > 1);
                let again = again.count() as u64;
                let n = (arrivals.len() + damaged.len()) as u64;
                self.gather(Subject::Arrived(*id), n, again);
                let failing = |view: &Subscription| matches!(view.polling, Polling::Failing(..));
                if view(*id).is_some_and(failing) {
                    self.gather(Subject::Listens(*id), 1, 0);
                }
            }
            Event::PollingEnded(id) => self.gather(Subject::Stopped(*id), 1, 0),
            Event::Acked {
                subscription: id,
                done,
                refused,
                action,
                ..
            } => {
                self.gather(Subject::Done(*id, *action), done.len() as u64, 0);
                self.gather(Subject::Refused(*id), refused.len() as u64, 0);
            }
            Event::Published { .. } => self.gather(Subject::Published, 1, 0),
            Event::ConnectionSaved {
                profile,
                failed: None,
                ..
            } => self.over(Say::new("announce-saved").with("name", &profile.name)),
            Event::Letters(LetterEvent::Sent(sent, _)) => {
                self.gather(Subject::Resent, sent.len() as u64, 0);
            }
            _ => {}
        }
    }

    /// An export or a replay is over.
    pub(super) fn archived(&mut self, event: &ArchiveEvent, archive: &Archive) {
        let ArchiveEvent::Ended(id, sum, _) = event else {
            return;
        };
        let task = archive.running().find(|task| task.id == *id);
        let key = match task.map(|task| &task.kind) {
            Some(TaskKind::Export { .. }) => "announce-exported",
            Some(TaskKind::Replay { .. }) => "announce-replayed",
            None => return,
        };
        self.over(Say::new(key).with("n", sum.messages));
    }

    /// An examination is over.
    pub(super) fn examined(&mut self, checkup: &Checkup) {
        let key = match (checkup.verdict(), checkup.failed()) {
            (Some(Verdict::Bad), _) => "checkup-bad",
            (Some(Verdict::Attention), _) => "checkup-attention",
            (Some(Verdict::Good | Verdict::Skipped), _) => "checkup-good",
            (None, Some(trouble)) => return self.over(trouble.what.clone()),
            (None, None) => return,
        };
        self.over(Say::new(key));
    }

    /// Time has passed: says what may be said now.
    pub(super) fn tick(&mut self, scene: &Scene<'_>, now: Timestamp) {
        let there = |id| scene.views.iter().any(|view| view.id == id);
        self.pots.retain(|pot| pot.subject.view().is_none_or(there));
        self.told.retain(|told| there(told.view));
        for view in scene.views {
            self.look_at(view, now);
        }
        let noted = scene.notices.count();
        if let Some(newest) = scene.notices.iter().next()
            && noted > self.notices
        {
            self.gather(Subject::Noted(newest.level), noted - self.notices, 0);
        }
        self.notices = noted;
        self.look_at_run(scene.outbox);
        self.speak(scene, now);
    }

    /// Leases of a view that are over, or will be soon.
    fn look_at(&mut self, view: &Subscription, now: Timestamp) {
        let place = match self.told.iter().position(|told| told.view == view.id) {
            Some(place) => place,
            None => {
                self.told.push(Told {
                    view: view.id,
                    soon_until: now,
                    returned: 0,
                });
                self.told.len() - 1
            }
        };
        let told = &mut self.told[place];
        let returned = view.rows.returned();
        let more = returned.saturating_sub(told.returned);
        told.returned = returned;
        let after = told.soon_until.max(now);
        self.gather(Subject::Returned(view.id), more, 0);
        let Some(lease) = view.rows.first_lease_after(after) else {
            return;
        };
        let subject = Subject::Soon(view.id);
        let until = now + lease.soon();
        // Counted only when it may be said: what is acked until then is not about to return.
        if lease.ends() > until || self.pot(subject).waits(now).is_some() {
            return;
        }
        let n = view.rows.returning(after, until) as u64;
        self.told[place].soon_until = until;
        self.pot(subject).speak(now);
        self.say(
            true,
            News::Soon {
                n,
                left: lease.remaining(now),
                place: Place::of(view),
            },
        );
    }

    /// Many messages that were published, once all are through.
    fn look_at_run(&mut self, outbox: &Outbox) {
        let Some(run) = outbox.run().filter(|run| !run.is_running()) else {
            return;
        };
        if self.run == Some(run.id) {
            return;
        }
        self.run = Some(run.id);
        let report = &run.report;
        let failed = report.failed + report.unfit + report.unknown;
        let say = Say::new("announce-run")
            .with("stored", grouped(report.stored))
            .with("failed", grouped(failed));
        self.over(say);
    }

    fn pot(&mut self, subject: Subject) -> &mut Pot {
        let place = match self.pots.iter().position(|pot| pot.subject == subject) {
            Some(place) => place,
            None => {
                self.pots.push(Pot {
                    subject,
                    n: 0,
                    again: 0,
                    spoken: None,
                    quiet: QUIET,
                });
                self.pots.len() - 1
            }
        };
        &mut self.pots[place]
    }

    fn gather(&mut self, subject: Subject, n: u64, again: u64) {
        if n > 0 {
            let pot = self.pot(subject);
            pot.n += n;
            pot.again += again;
        }
    }

    fn speak(&mut self, scene: &Scene<'_>, now: Timestamp) {
        for at in 0..self.pots.len() {
            let pot = &mut self.pots[at];
            if pot.n == 0 || pot.waits(now).is_some() {
                continue;
            }
            let (subject, n, again) = (pot.subject, pot.n, pot.again);
            pot.speak(now);
            if let Some(news) = news_of(subject, n, again, scene) {
                self.say(subject.is_urgent(), news);
            }
        }
    }

    /// Something that one has waited for is over, or was done by keys.
    pub(super) fn over(&mut self, say: Say) {
        self.say(false, News::Over(say));
    }

    fn say(&mut self, urgent: bool, news: News) {
        self.count += 1;
        self.said.push_back(Announcement {
            number: self.count,
            urgent,
            news,
        });
        if self.said.len() > KEPT {
            self.said.pop_front();
        }
    }
}

/// What is said of a subject that so much has gathered of.
fn news_of(subject: Subject, n: u64, again: u64, scene: &Scene<'_>) -> Option<News> {
    let place = |id| {
        let view = scene.views.iter().find(|view| view.id == id)?;
        Some(Place::of(view))
    };
    Some(match subject {
        Subject::Arrived(id) => News::Arrived {
            n,
            again,
            place: place(id)?,
        },
        Subject::Returned(id) => News::Returned {
            n,
            place: place(id)?,
        },
        Subject::Done(id, action) => News::Done {
            n,
            action,
            place: place(id)?,
        },
        Subject::Refused(id) => News::Refused {
            n,
            place: place(id)?,
        },
        Subject::Listens(id) => News::Listens(place(id)?),
        Subject::Stopped(id) => News::Stopped(place(id)?),
        // Said by `look_at`, which knows when.
        Subject::Soon(_) => return None,
        Subject::Published => News::Published(n),
        Subject::Resent => News::Resent(n),
        Subject::Noted(level) => {
            let mut notices = scene.notices.iter();
            let newest = notices.find(|notice| notice.level == level)?;
            News::Noted {
                n,
                level,
                what: newest.summary.clone(),
                next: newest.next_step.clone(),
            }
        }
    })
}

/// A number as one reads it: `1,204`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests;
