//! What the queues look like beside the model: every message as it stands, every count, and all of
//! it once more after a replay of the changes.

use std::collections::HashSet;
use std::time::Duration;

use mqscope::protocol::{ConsumeMode, TagFilter};
use mqscope::sandbox::Overview;
use mqscope::sandbox::queue::{Delivery, PeekState, Queues, TopicKey, Want};

use crate::bench::{Bench, GROUPS, empty_of_run, group, letters_of};

/// Totals count what this run did: nobody tells them to the next.
pub(crate) fn untold(mut overview: Overview) -> Overview {
    for topic in &mut overview.topics {
        topic.totals = mqscope::sandbox::Totals::default();
    }
    overview
}

impl Bench {
    /// All that such a look finds, in small steps.
    pub(crate) fn peek(
        &mut self,
        topic: &TopicKey,
        number: usize,
        state: PeekState,
    ) -> Vec<String> {
        let (mut found, mut from) = (Vec::new(), 0);
        let group = group(number);
        loop {
            let (peek, changes) =
                self.queues
                    .peek(topic, Some(&group), state, from, 2, self.model.now);
            self.changes.extend(changes);
            assert!(peek.messages.len() <= 2);
            for peeked in peek.messages {
                assert!(state == PeekState::All || peeked.state == state);
                found.push(peeked.message.id.clone());
            }
            match peek.next {
                Some(next) => from = next,
                None => return found,
            }
        }
    }

    pub(crate) fn compare_peeks(&mut self) {
        let topic = self.topic.clone();
        for number in 0..GROUPS.len() {
            if self.model.groups.contains_key(&number) {
                for state in [PeekState::Ready, PeekState::Invisible, PeekState::Acked] {
                    let expected = self.model.standing(number, state);
                    assert_eq!(self.peek(&topic, number, state), expected, "{state:?}");
                }
            }
            let mut letters: Vec<String> = Vec::new();
            for (of, id, _) in &self.model.letters {
                letters.extend((*of == number).then(|| id.clone()));
            }
            let mut found = self.peek(&letters_of(number), number, PeekState::All);
            letters.sort();
            found.sort();
            assert_eq!(found, letters, "dead letters");
        }
        let delayed: HashSet<String> = self.model.timed.values().cloned().collect();
        let found = self.peek(&topic, 0, PeekState::Delayed);
        assert_eq!(found.len(), delayed.len());
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), delayed);
        let halves: Vec<String> = self
            .model
            .half
            .values()
            .map(|half| half.0.clone())
            .collect();
        assert_eq!(self.peek(&topic, 0, PeekState::Half), halves);
    }

    pub(crate) fn compare_counts(&mut self) {
        self.changes.extend(self.queues.settle(self.model.now));
        self.model.ripen();
        self.compare_peeks();
        let overview = self.queues.overview();
        let topic = overview
            .topics
            .iter()
            .find(|topic| topic.topic.as_str() == "t");
        let Some(topic) = topic else {
            return;
        };
        self.touched = true;
        let counts = (topic.messages, topic.delayed, topic.half);
        let model = &self.model;
        let expected = (model.log.len(), model.timed.len(), model.half.len());
        assert_eq!(
            counts,
            (expected.0 as u64, expected.1 as u64, expected.2 as u64)
        );
        for group in &topic.groups {
            let number = GROUPS.iter().position(|name| *name == group.group.as_str());
            let counts = (group.ready, group.invisible, group.acked);
            let number = number.unwrap();
            assert_eq!(counts, model.counts(number), "{}", group.group);
            let letters = model.letters.iter().filter(|(of, ..)| *of == number);
            assert_eq!(group.dead, letters.count() as u64);
            let ready = model.standing(number, PeekState::Ready);
            let oldest = ready.first().map(|id| model.messages[id].published);
            assert_eq!(group.oldest_ready, oldest);
        }
    }

    /// Queues made of the changes alone answer as these do.
    pub(crate) fn compare_replay(mut self) {
        // Another run, or its nonces would be those of leases that are still alive.
        let mut replayed = empty_of_run(1 << 40);
        for change in &self.changes {
            replayed.apply(change);
        }
        for secs in [0, 1, 9, 40, 75] {
            let now = self.model.now + Duration::from_secs(secs);
            self.queues.settle(now);
            replayed.settle(now);
            assert_eq!(
                untold(self.queues.overview()),
                untold(replayed.overview()),
                "after {secs} s"
            );
            for (number, mode) in [
                (0, ConsumeMode::Plain),
                (1, ConsumeMode::Plain),
                (2, ConsumeMode::Ordered),
                (0, ConsumeMode::Half),
            ] {
                // All there is: which shard comes first is not promised.
                let want = self.want(number, &TagFilter::All, mode, 1_000);
                let letters = Want {
                    topic: letters_of(number),
                    ..want.clone()
                };
                let told = |queues: &mut Queues, want: &Want| {
                    let (given, _) = queues.consume(want, now);
                    let given = given.iter().map(Delivery::to_received);
                    let mut told: Vec<_> = given
                        .map(|m| (m.message_id, m.consumed_times, m.first_consume_time))
                        .collect();
                    told.sort();
                    told
                };
                for want in [want, letters] {
                    assert_eq!(told(&mut self.queues, &want), told(&mut replayed, &want));
                }
            }
        }
    }
}
