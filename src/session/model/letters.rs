//! What the model does about dead letters, and about messages that are sent again: where they came
//! from, and in which order they go. How one is made of another is `again.rs`.

use std::collections::HashSet;

use crate::protocol::{Timestamp, TopicName};

use super::Model;
use crate::session::again;
use crate::session::entry::Entry;
use crate::session::form::{ConsumeForm, Kind};
use crate::session::letters::{LetterCommand, LetterEvent};
use crate::session::subscription::{Subscription, SubscriptionId};
use crate::session::{ConnectionId, Job, ResendOrder};

impl Model {
    /// The topic that the first of the selected letters of a view names as its origin.
    pub fn named_origin(&self, view: &Subscription) -> Option<TopicName> {
        let message = view.rows.get(view.rows.selected().next()?)?.message()?;
        again::origin_topic(&message.to_received().properties)?
            .parse()
            .ok()
    }

    /// Where the letters of a view most likely came from: what they say themselves, or else the
    /// one topic that their group is known to consume.
    pub fn likely_origin(&self, view: &Subscription) -> Option<String> {
        let named = self.named_origin(view).map(|topic| topic.to_string());
        named.or_else(|| self.topic_of_letters(view))
    }

    /// The one topic that the group of these letters is known to consume.
    fn topic_of_letters(&self, view: &Subscription) -> Option<String> {
        let source = view.source.as_ref()?;
        let group = source.topic.dead_letters_group()?;
        let of_views = self.views.list().iter().filter_map(|other| {
            let other = other.source.as_ref()?;
            (other.connection == source.connection && other.consume.group == group)
                .then_some(&other.topic)
        });
        let of_sandbox = self.content.iter().filter(|topic| {
            source.connection == ConnectionId::Sandbox
                && topic.instance.is_none()
                && topic.groups.iter().any(|known| known.group == group)
        });
        let known: HashSet<&TopicName> = of_views
            .chain(of_sandbox.map(|topic| &topic.topic))
            .filter(|topic| !topic.is_dead_letters())
            .collect();
        match (known.len(), known.into_iter().next()) {
            (1, Some(topic)) => Some(topic.to_string()),
            _ => None,
        }
    }

    pub(super) fn send_again(&mut self, id: SubscriptionId, row: u64) {
        let Some(view) = self.views.get(id) else {
            return;
        };
        let message = view.rows.get(row).and_then(|row| row.message());
        let message = message.map(|message| message.to_received());
        if let Some(message) = message {
            let topic = view.topic().filter(|topic| !topic.is_dead_letters());
            let topic = match topic {
                Some(topic) => topic.to_string(),
                None => again::origin_topic(&message.properties)
                    .map(str::to_owned)
                    .or_else(|| self.topic_of_letters(view))
                    .unwrap_or_default(),
            };
            self.offers.offer_message(&topic, &message);
        }
    }

    /// Offers what was published before. A body that was too large to keep may still be here, with
    /// the message that was consumed.
    pub(super) fn offer_entry(&mut self, entry: Entry) {
        let whole = entry.message_id().filter(|_| entry.too_large.is_some());
        let whole = whole.and_then(|id| {
            let mut found = self.views.list().iter().filter_map(|view| {
                let row = view.rows.get(view.rows.of_message(id)?)?;
                Some(row.message()?.to_received().body)
            });
            found.find(|body| entry.is_whole_body(body))
        });
        self.offers.offer_entry(entry, whole);
    }

    pub(super) fn do_with_letters(&mut self, command: LetterCommand, now: Timestamp) -> Option<()> {
        match command {
            LetterCommand::Open(id) => {
                let view = self.view(id)?;
                let form = ConsumeForm {
                    topic: view.letters_topic()?.to_string(),
                    mode: Kind::Plain,
                    tag: String::new(),
                    ..view.form.clone()
                };
                self.views.open(form);
            }
            LetterCommand::Resend(id, wish) => {
                if !self.may_ack(id, now)? {
                    return None;
                }
                self.letters.begin(id, &self.views.get(id)?.rows, wish);
            }
            LetterCommand::Stop => self.letters.stop(),
            LetterCommand::Dismiss => self.letters.dismiss(),
        }
        Some(())
    }

    pub(super) fn letters_told(&mut self, event: LetterEvent, now: Timestamp) -> Option<Job> {
        match event {
            LetterEvent::Sent(sent, counted) => {
                let view = self.letters.run().and_then(|run| self.view(run.view));
                if let Some(to) = view.map(|view| view.connection().clone()) {
                    self.figures.sent(&to, &counted, now);
                }
                let (view, rows) = self.letters.sent(sent)?;
                self.ack(view, &rows, now)
            }
            LetterEvent::Failed(trouble) => {
                self.letters.failed(trouble.detail.clone());
                self.notices.fail(&trouble, now);
                None
            }
        }
    }

    /// The next dead letters that wait to be sent again.
    pub(super) fn next_letters(&mut self, now: Timestamp) -> Option<Job> {
        let id = self.letters.wants()?;
        let Some(view) = self.views.get(id) else {
            self.letters.stop();
            return None;
        };
        let connection = view.connection().clone();
        let limits = self.limits_of(&connection);
        let letters = self.letters.next(&self.views.get(id)?.rows, &limits, now);
        (!letters.is_empty()).then(|| {
            Job::Resend(Box::new(ResendOrder {
                connection,
                letters,
            }))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::session::cells::tests::Sample;
    use crate::session::entry::{KEPT_BODY_BYTES, tests::entry};
    use crate::session::model::Setup;

    #[test]
    fn a_body_that_the_history_did_not_keep_is_taken_from_the_message_that_came() {
        let mut model = Model::new(Setup::default());
        let body = "x".repeat(KEPT_BODY_BYTES + 1);
        let mut arrive = |id: &str, body: &str| {
            let view = model.views.list()[0].id;
            let rows = &mut model.views.get_mut(view).unwrap().rows;
            let sample = Sample {
                id,
                body,
                ..Sample::default()
            };
            sample.arrive(rows, Timestamp::from_millis(0));
        };
        arrive("ID-k", &body);
        // Of the same id, but not what was published.
        arrive("ID-other", "short");
        for (key, expected) in [("k", body.as_str()), ("other", ""), ("gone", "")] {
            model.offer_entry(entry(key, &body));
            let offer = model.offers.newest().unwrap();
            assert_eq!(offer.draft.body, expected);
            assert_eq!(offer.lost_body.is_some(), expected.is_empty());
        }
    }
}
