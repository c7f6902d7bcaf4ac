//! Which messages of a view are like others of it: published twice, of the same key, of the same
//! body. Follows the rows as they come and go, with a few searches each; looks at no body but by
//! its digest and its length.
//!
//! A redelivery is none of these: it is the same message, and the same row.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::ops::Bound;

use crate::protocol::properties::START_DELIVER_TIME;

use super::rows::{Message, Row};

/// Two messages that are the same in everything were published by one producer that tried again
/// if no more than this lies between them: the longest that an SDK waits for an answer, and that
/// answer's way. [wire]
const RETRY_MILLIS: u64 = 70_000;

/// Messages of the same body that are looked at to find the nearest of them.
const LOOKED_AT: usize = 1_024;

/// How a message is like another one of its view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Alike {
    /// Everything is the same but the id, and they were published within a short time.
    Double,
    /// The key is the same.
    Key,
    /// The body is the same.
    Body,
}

impl Alike {
    /// From the one that says most to the one that says least.
    pub const ALL: [Alike; 3] = [Alike::Double, Alike::Key, Alike::Body];
}

/// All messages of a view, by what can be alike.
#[derive(Debug, Default)]
pub struct Likeness {
    hasher: RandomState,
    contents: BTreeSet<Content>,
    keys: BTreeSet<(u64, u64)>,
}

/// What a message says, as hashes: its body, everything else, when it was published, and the
/// number of its row.
type Content = (u64, u64, i64, u64);

/// What is remembered of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marks {
    body: u64,
    rest: u64,
    key: Option<u64>,
    at: i64,
}

impl Likeness {
    /// Lets go of about so much, of what is of no other use any more: very much at once would be felt.
    /// Whether nothing is left.
    pub(super) fn shed(&mut self, most: usize) -> bool {
        (0..most).any(|_| {
            let content = self.contents.pop_last();
            let key = self.keys.pop_last();
            content.is_none() && key.is_none()
        })
    }

    /// What is remembered of this message.
    pub(super) fn marks(&self, message: &Message<'_>) -> Marks {
        let mut rest = self.hasher.build_hasher();
        message.tag().hash(&mut rest);
        for (key, value) in message.properties() {
            // When to deliver it is no part of what it says.
            if key != START_DELIVER_TIME {
                (key, value).hash(&mut rest);
            }
        }
        Marks {
            body: self
                .hasher
                .hash_one((message.body_md5(), message.body().len())),
            rest: rest.finish(),
            key: message.key().map(|key| self.hasher.hash_one(key)),
            at: message.publish_time().millis(),
        }
    }

    /// A row has this message from now on. The numbers of rows of which something else holds now
    /// are added to `changed`.
    pub(super) fn insert(&mut self, marks: &Marks, number: u64, changed: &mut Vec<u64>) {
        self.contents.insert(marks.content(number));
        self.keys.extend(marks.key.map(|key| (key, number)));
        self.tell_neighbours(marks, number, changed);
    }

    /// A row has this message no more.
    pub(super) fn remove(&mut self, marks: &Marks, number: u64, changed: &mut Vec<u64>) {
        self.contents.remove(&marks.content(number));
        if let Some(key) = marks.key {
            self.keys.remove(&(key, number));
        }
        self.tell_neighbours(marks, number, changed);
    }

    /// Whether a row is like another one in this way.
    pub fn is(&self, alike: Alike, row: &Row) -> bool {
        let Some(marks) = row.message().map(|message| self.marks(&message)) else {
            return false;
        };
        match alike {
            Alike::Double => self.nearest_in_time(&marks, row.number).is_some(),
            Alike::Key => self.of_key(&marks, row.number).next().is_some(),
            Alike::Body => self.of_body(&marks, row.number).next().is_some(),
        }
    }

    /// What says most of how a row is like others.
    pub fn most(&self, row: &Row) -> Option<Alike> {
        Alike::ALL.into_iter().find(|alike| self.is(*alike, row))
    }

    /// The number of a row that this one is like in this way: of those that were published twice
    /// the nearest in time, otherwise the one that came before it, or else the first after it.
    pub fn other(&self, alike: Alike, row: &Row) -> Option<u64> {
        let marks = self.marks(&row.message()?);
        let own = row.number;
        match alike {
            Alike::Double => self.nearest_in_time(&marks, own),
            Alike::Key => {
                let key = marks.key?;
                let before = self.keys.range((key, 0)..(key, own)).next_back();
                let after = || self.keys.range((key, own + 1)..=(key, u64::MAX)).next();
                before.or_else(after).map(|&(_, number)| number)
            }
            Alike::Body => {
                let others = || self.of_body(&marks, own).take(LOOKED_AT);
                let before = others().filter(|&number| number < own).max();
                before.or_else(|| others().min())
            }
        }
    }

    /// Others of the same key.
    fn of_key(&self, marks: &Marks, own: u64) -> impl Iterator<Item = u64> {
        let of_key = marks
            .key
            .map(|key| self.keys.range((key, 0)..=(key, u64::MAX)));
        let numbers = of_key.into_iter().flatten().map(|&(_, number)| number);
        numbers.filter(move |&number| number != own)
    }

    /// Others of the same body.
    fn of_body(&self, marks: &Marks, own: u64) -> impl Iterator<Item = u64> {
        let all = (marks.body, 0, i64::MIN, 0)..=(marks.body, u64::MAX, i64::MAX, u64::MAX);
        let numbers = self.contents.range(all).map(|&(.., number)| number);
        numbers.filter(move |&number| number != own)
    }

    /// Others that say the same and were published just before and just after.
    fn around(&self, marks: &Marks, own: u64) -> [Option<(i64, u64)>; 2] {
        let own = marks.content(own);
        let first = (marks.body, marks.rest, i64::MIN, 0);
        let last = (marks.body, marks.rest, i64::MAX, u64::MAX);
        let before = self.contents.range(first..own).next_back();
        let after = (Bound::Excluded(own), Bound::Included(last));
        let after = self.contents.range(after).next();
        [before, after].map(|found| {
            let &(.., at, number) = found?;
            let apart = at.abs_diff(marks.at);
            (apart <= RETRY_MILLIS).then_some((at, number))
        })
    }

    fn nearest_in_time(&self, marks: &Marks, own: u64) -> Option<u64> {
        let around = self.around(marks, own).into_iter().flatten();
        let nearest = around.min_by_key(|(at, _)| at.abs_diff(marks.at));
        nearest.map(|(_, number)| number)
    }

    /// What came or went changes nothing for others but the only other one of its key or body,
    /// and those that were published next to it.
    fn tell_neighbours(&self, marks: &Marks, own: u64, changed: &mut Vec<u64>) {
        changed.extend(only(self.of_key(marks, own)));
        changed.extend(only(self.of_body(marks, own)));
        let around = self.around(marks, own).into_iter().flatten();
        changed.extend(around.map(|(_, number)| number));
    }

    /// Bytes in memory, about: nodes of such sets are two thirds full.
    pub(super) fn bytes(&self) -> usize {
        let contents = self.contents.len() * size_of::<Content>();
        let keys = self.keys.len() * size_of::<(u64, u64)>();
        (contents + keys) * 3 / 2
    }
}

impl Marks {
    fn content(&self, number: u64) -> Content {
        (self.body, self.rest, self.at, number)
    }
}

/// The only one, if there are not several.
fn only(mut numbers: impl Iterator<Item = u64>) -> Option<u64> {
    let first = numbers.next()?;
    numbers.next().is_none().then_some(first)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::lease::Lease;
    use super::super::rows::{AckState, Rows};
    use super::*;
    use crate::protocol::properties::Properties;
    use crate::protocol::{ReceiptHandle, ReceivedMessage, Timestamp, body_md5};

    /// What a message says.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    struct Said {
        body: u8,
        tag: u8,
        key: u8,
        property: u8,
        at: i64,
    }

    fn message(id: u8, times: u32, said: Said) -> ReceivedMessage {
        let body = format!("body {}", said.body);
        let mut pairs = vec![("kind".to_owned(), said.property.to_string())];
        if said.key > 0 {
            pairs.push(("KEYS".to_owned(), format!("key {}", said.key)));
        }
        // It says when, not what.
        pairs.push((START_DELIVER_TIME.to_owned(), id.to_string()));
        ReceivedMessage {
            message_id: format!("M{id}"),
            body_md5: body_md5(&body),
            body,
            receipt_handle: ReceiptHandle::new(&format!("h-{id}-{times}")).unwrap(),
            publish_time: Timestamp::from_millis(said.at),
            first_consume_time: Timestamp::from_millis(0),
            next_consume_time: Timestamp::from_millis(1_000),
            consumed_times: times,
            tag: (said.tag > 0).then(|| format!("Tag{}", said.tag)),
            properties: Properties::from(pairs),
        }
    }

    fn arrive(rows: &mut Rows, id: u8, times: u32, said: Said) -> u64 {
        let now = Timestamp::from_millis(0);
        let message = message(id, times, said);
        let lease = Lease::new(now, message.next_consume_time, 0);
        rows.arrive(message, lease, now)
    }

    /// How two messages are alike, by looking at them.
    fn alike(alike: Alike, one: Said, other: Said) -> bool {
        match alike {
            Alike::Double => {
                let apart = one.at.abs_diff(other.at);
                Said { at: 0, ..one } == Said { at: 0, ..other } && apart <= RETRY_MILLIS
            }
            Alike::Key => one.key > 0 && one.key == other.key,
            Alike::Body => one.body == other.body,
        }
    }

    #[derive(Debug, Clone)]
    enum Step {
        /// A message comes, or comes again; what it says may be new then.
        Arrive(u8, Said),
        /// It is acked, so that it may go.
        Ack(u8),
        /// The oldest that may go goes.
        Evict,
    }

    fn said() -> impl Strategy<Value = Said> {
        // Few of each, so that most are like some other one; times around the limit.
        let at = prop_oneof![0..3_i64, 69_998..70_003_i64, 140_000..140_003_i64];
        (0..3_u8, 0..2_u8, 0..3_u8, 0..2_u8, at).prop_map(|(body, tag, key, property, at)| Said {
            body,
            tag,
            key,
            property,
            at,
        })
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            6 => (0..24_u8, said()).prop_map(|(id, said)| Step::Arrive(id, said)),
            3 => (0..24_u8).prop_map(Step::Ack),
            2 => Just(Step::Evict),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn it_agrees_with_comparing_everything_with_everything(
            steps in proptest::collection::vec(step(), 1..120)
        ) {
            let mut rows = Rows::new();
            let mut model: BTreeMap<u64, Said> = BTreeMap::new();
            let mut times = 0;
            // What was true of each row when it last changed.
            let mut told: BTreeMap<u64, Vec<bool>> = BTreeMap::new();
            for step in steps {
                match step {
                    Step::Arrive(id, said) => {
                        times += 1;
                        let number = arrive(&mut rows, id, times, said);
                        model.insert(number, said);
                    }
                    Step::Ack(id) => {
                        let number = rows.of_message(&format!("M{id}"));
                        let now = Timestamp::from_millis(0);
                        for handle in rows.begin_ack(number.as_slice(), now) {
                            rows.end_ack(&handle, AckState::Done(now));
                        }
                    }
                    Step::Evict => {
                        rows.evict_free();
                    }
                }
                model.retain(|&number, _| rows.get(number).is_some());
                for number in rows.take_changed() {
                    told.remove(&number);
                }
                for row in rows.iter() {
                    let said = model[&row.number];
                    let mut is = Vec::new();
                    for kind in Alike::ALL {
                        let mut others = model
                            .iter()
                            .filter(|(number, other)| **number != row.number && alike(kind, said, **other));
                        let other = rows.likeness().other(kind, row);
                        if let Some(other) = other {
                            prop_assert!(other != row.number && alike(kind, said, model[&other]));
                        }
                        is.push(others.next().is_some());
                        prop_assert_eq!(rows.likeness().is(kind, row), is[is.len() - 1], "{:?}", kind);
                        prop_assert_eq!(other.is_some(), is[is.len() - 1]);
                    }
                    // Who follows the rows was told of everything that is new.
                    let before = told.insert(row.number, is.clone());
                    prop_assert!(before.is_none_or(|before| before == is), "row {}", row.number);
                }
            }
        }
    }

    #[test]
    fn the_other_one_is_the_nearest_and_the_one_before() {
        let mut rows = Rows::new();
        let said = Said {
            body: 1,
            tag: 0,
            key: 1,
            property: 0,
            at: 0,
        };
        let first = arrive(&mut rows, 1, 1, said);
        let far = arrive(&mut rows, 2, 1, Said { at: 60_000, ..said });
        let near = arrive(&mut rows, 3, 1, Said { at: 5_000, ..said });
        let update = arrive(&mut rows, 4, 1, Said { body: 2, ..said });
        let copy = arrive(&mut rows, 5, 1, Said { key: 0, ..said });
        let other = |kind, row| rows.likeness().other(kind, rows.get(row).unwrap());
        assert_eq!(other(Alike::Double, first), Some(near));
        assert_eq!(other(Alike::Double, far), Some(near));
        assert_eq!(other(Alike::Double, update), None);
        assert_eq!(other(Alike::Key, update), Some(near));
        assert_eq!(other(Alike::Key, first), Some(far));
        assert_eq!(other(Alike::Key, copy), None);
        assert_eq!(other(Alike::Body, copy), Some(near));
        let most = |row| rows.likeness().most(rows.get(row).unwrap());
        assert_eq!(most(first), Some(Alike::Double));
        assert_eq!(most(update), Some(Alike::Key));
        assert_eq!(most(copy), Some(Alike::Body));
    }
}
