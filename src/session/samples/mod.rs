//! Sample data for the sandbox of this process: what can be asked about it, and how it goes. The
//! data are `shop.rs`, and `filler.rs` has them made. Never for any other connection.

pub(super) mod filler;
mod shop;

use crate::protocol::TopicName;

use super::say::Trouble;
use super::{Job, TopicContent};

pub(super) use shop::{VIEW_GROUP, VIEW_TOPIC};

/// What can be asked about sample data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleCommand {
    /// Fill the sandbox with them; those of an earlier time go first.
    Fill,
    /// Make no more; what is there stays.
    Stop,
    /// Remove them with their topics.
    Remove,
}

/// What the worker is asked to do about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleJob {
    /// Fill the sandbox.
    Fill,
    /// Make no more.
    Stop,
    /// Remove them.
    Remove,
}

/// What came of it.
#[derive(Debug)]
pub enum SampleEvent {
    /// So much of all of it is done.
    Going(SampleProgress),
    /// It is over.
    Ended(SampleEnd),
}

/// How far filling is, in requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SampleProgress {
    /// Requests that were made.
    pub done: u64,
    /// All of them; 0 while that is not known.
    pub total: u64,
}

/// How it ended.
#[derive(Debug)]
pub enum SampleEnd {
    /// All of it is there: so many messages.
    Filled(u64),
    /// Somebody stopped it after so many messages.
    Stopped(u64),
    /// So many topics are gone.
    Removed(u64),
    /// It failed.
    Failed(Box<Trouble>),
}

/// What goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleWork {
    /// The sandbox is filled.
    Filling(SampleProgress),
    /// No more is made.
    Stopping(SampleProgress),
    /// Sample data are removed.
    Removing,
}

/// The making and the removal of sample data, one at a time.
#[derive(Debug, Default)]
pub struct Samples {
    work: Option<SampleWork>,
    /// What the worker is to be asked once nobody listens to sample data any more.
    waits: Option<SampleJob>,
}

impl Samples {
    /// What goes on, if anything does.
    pub fn work(&self) -> Option<SampleWork> {
        self.work
    }

    /// A stop is for the worker at once; what else is asked for waits ([`Samples::next`]).
    pub(super) fn apply(&mut self, command: SampleCommand) -> Option<Job> {
        match (command, self.work) {
            (SampleCommand::Fill, None) => {
                self.work = Some(SampleWork::Filling(SampleProgress::default()));
                self.waits = Some(SampleJob::Fill);
                None
            }
            (SampleCommand::Remove, None) => {
                self.work = Some(SampleWork::Removing);
                self.waits = Some(SampleJob::Remove);
                None
            }
            (SampleCommand::Stop, Some(SampleWork::Filling(far))) => {
                if self.waits.take().is_some() {
                    self.work = None;
                    return None;
                }
                self.work = Some(SampleWork::Stopping(far));
                Some(Job::Samples(SampleJob::Stop))
            }
            _ => None,
        }
    }

    /// Whether something waits until nobody listens to sample data.
    pub(super) fn is_waiting(&self) -> bool {
        self.waits.is_some()
    }

    /// What waited, now that nobody does.
    pub(super) fn next(&mut self) -> Option<Job> {
        self.waits.take().map(Job::Samples)
    }

    pub(super) fn going(&mut self, far: SampleProgress) {
        self.work = self.work.map(|work| match work {
            SampleWork::Filling(_) => SampleWork::Filling(far),
            SampleWork::Stopping(_) => SampleWork::Stopping(far),
            SampleWork::Removing => work,
        });
    }

    pub(super) fn ended(&mut self) {
        self.work = None;
    }

    /// The worker did not hear of it.
    pub(super) fn not_taken(&mut self, job: SampleJob) {
        self.work = match (job, self.work) {
            // It goes on, and can be stopped again.
            (SampleJob::Stop, Some(SampleWork::Stopping(far))) => Some(SampleWork::Filling(far)),
            _ => None,
        };
    }
}

/// Whether a topic of the sandbox holds sample data, dead letters of theirs included.
pub(super) fn is_sample(topic: &TopicName) -> bool {
    let group = topic.dead_letters_group();
    shop::TOPICS.contains(&topic.as_str())
        || group.is_some_and(|group| group.as_str() == shop::BILLING)
}

/// Whether there are sample data among this.
pub(super) fn are_there(content: &[TopicContent]) -> bool {
    let mut plain = content.iter().filter(|topic| topic.instance.is_none());
    plain.any(|topic| is_sample(&topic.topic))
}

#[cfg(test)]
mod tests {
    use super::{Job, SampleCommand, SampleJob, SampleProgress, SampleWork, Samples, is_sample};

    #[test]
    fn one_thing_at_a_time_and_only_filling_can_be_stopped() {
        let mut samples = Samples::default();
        assert!(samples.apply(SampleCommand::Stop).is_none());
        assert!(samples.apply(SampleCommand::Fill).is_none());
        // What was not begun is over at once.
        assert!(samples.apply(SampleCommand::Stop).is_none() && samples.work().is_none());
        samples.apply(SampleCommand::Fill);
        assert!(matches!(
            samples.next(),
            Some(Job::Samples(SampleJob::Fill))
        ));
        assert!(samples.next().is_none());
        for command in [SampleCommand::Fill, SampleCommand::Remove] {
            assert!(samples.apply(command).is_none());
        }
        let far = SampleProgress { done: 3, total: 9 };
        samples.going(far);
        assert_eq!(samples.work(), Some(SampleWork::Filling(far)));
        assert!(samples.apply(SampleCommand::Stop).is_some());
        assert!(samples.apply(SampleCommand::Stop).is_none());
        samples.not_taken(SampleJob::Stop);
        assert_eq!(samples.work(), Some(SampleWork::Filling(far)));
        samples.ended();
        assert!(samples.apply(SampleCommand::Remove).is_none());
        assert!(matches!(
            samples.next(),
            Some(Job::Samples(SampleJob::Remove))
        ));
        assert!(samples.apply(SampleCommand::Stop).is_none());
        samples.not_taken(SampleJob::Remove);
        assert_eq!(samples.work(), None);
    }

    #[test]
    fn sample_topics_are_told_from_those_of_the_user() {
        let check = |topic: &str, expected: bool| {
            assert_eq!(
                topic.parse().map(|t| is_sample(&t)),
                Ok(expected),
                "{topic}"
            );
        };
        check("shop-orders", true);
        check("%DLQ%GID_shop-billing", true);
        check("orders", false);
        check("shop-orders-2", false);
        check("%DLQ%GID_debug", false);
    }
}
