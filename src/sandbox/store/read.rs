//! Gives back what the tables of the database hold, as changes that rebuild the queues. Writes
//! nothing.

use std::sync::Arc;

use redb::{ReadOnlyTable, ReadTransaction};

use super::chunk;
use super::tables::{
    ACKED, CHUNKS, CLOCK, FIRST, GROUPS, HALF, LOG, MESSAGES, Numbers, OUT, REMOVED, TIMED, TOPICS,
    lease_of, missing,
};
use super::trouble::Trouble;
use crate::protocol::admin::Travel;
use crate::protocol::{GroupId, Timestamp};
use crate::sandbox::queue::{Change, Place, StoredMessage, TopicKey};

/// Gives what the tables hold to `each`, in an order in which it can be applied: a topic, its log,
/// its waiting messages, its groups, and then what they have of it.
pub(super) fn read(
    transaction: &ReadTransaction,
    mut each: impl FnMut(Change),
) -> Result<Numbers, Trouble> {
    let mut numbers = Numbers::default();
    if let Some(to) = read_clock(transaction)? {
        each(Change::ClockMoved { to });
    }
    for entry in transaction.open_table(TOPICS)?.range::<u64>(..)? {
        let (number, row) = entry?;
        let (instance, topic) = row.value();
        let topic = Arc::new(TopicKey {
            instance: instance.map(str::parse).transpose()?,
            topic: topic.parse()?,
        });
        numbers.add_topic(&topic, number.value());
        each(Change::TopicCreated {
            topic: Arc::clone(&topic),
        });
        read_topic(transaction, &topic, number.value(), &mut numbers, &mut each)?;
    }
    Ok(numbers)
}

fn read_clock(transaction: &ReadTransaction) -> Result<Option<Travel>, Trouble> {
    let clock = transaction.open_table(CLOCK)?;
    Ok(clock.get(())?.map(|row| match row.value() {
        (false, offset_millis) => Travel::Running { offset_millis },
        (true, at) => Travel::Frozen {
            at: Timestamp::from_millis(at),
        },
    }))
}

fn read_topic(
    transaction: &ReadTransaction,
    topic: &Arc<TopicKey>,
    number: u64,
    numbers: &mut Numbers,
    each: &mut impl FnMut(Change),
) -> Result<(), Trouble> {
    let first = transaction.open_table(FIRST)?.get(number)?;
    let first = first.map(|first| first.value());
    if let Some(before) = first {
        each(Change::Discarded {
            topic: Arc::clone(topic),
            before,
        });
    }
    let mut stored = |message, place| {
        each(Change::Stored {
            topic: Arc::clone(topic),
            message,
            place,
        });
    };
    read_log(transaction, number, first.unwrap_or(0), &mut stored)?;
    read_waiting(transaction, number, &mut stored)?;
    let of_topic = (number, 0)..=(number, u64::MAX);
    for entry in transaction.open_table(REMOVED)?.range(of_topic.clone())? {
        each(Change::Removed {
            topic: Arc::clone(topic),
            position: entry?.0.value().1,
        });
    }
    read_groups(transaction, topic, number, numbers, each)
}

/// The messages of a log, as chunks and the rest lie in between each other.
fn read_log(
    transaction: &ReadTransaction,
    topic: u64,
    first: u64,
    stored: &mut impl FnMut(Arc<StoredMessage>, Place),
) -> Result<(), Trouble> {
    let of_topic = (topic, 0)..=(topic, u64::MAX);
    let messages = transaction.open_table(MESSAGES)?;
    let alone = transaction.open_table(LOG)?.range(of_topic.clone())?;
    let mut alone = alone
        .map(|entry| entry.map(|(key, seq)| (key.value().1, seq.value())))
        .peekable();
    for entry in transaction.open_table(CHUNKS)?.range(of_topic)? {
        let (key, packed) = entry?;
        let last = key.value().1;
        while let Some(Ok((position, seq))) =
            alone.next_if(|entry| matches!(entry, Ok((position, _)) if *position < last))
        {
            stored(message(&messages, seq)?, Place::Log { position });
        }
        for (position, message) in chunk::unpack_chunk(last, packed.value())? {
            // The front of the first one may be gone.
            if position >= first {
                stored(message, Place::Log { position });
            }
        }
    }
    for entry in alone {
        let (position, seq) = entry?;
        stored(message(&messages, seq)?, Place::Log { position });
    }
    Ok(())
}

/// The timed and half messages of a topic.
fn read_waiting(
    transaction: &ReadTransaction,
    topic: u64,
    stored: &mut impl FnMut(Arc<StoredMessage>, Place),
) -> Result<(), Trouble> {
    let of_topic = (topic, 0)..=(topic, u64::MAX);
    let messages = transaction.open_table(MESSAGES)?;
    for entry in transaction.open_table(TIMED)?.range(of_topic.clone())? {
        let (key, at) = entry?;
        let at = Timestamp::from_millis(at.value());
        stored(message(&messages, key.value().1)?, Place::Timed { at });
    }
    for entry in transaction.open_table(HALF)?.range(of_topic)? {
        let (key, lease) = entry?;
        let lease = lease_of(lease.value());
        stored(message(&messages, key.value().1)?, Place::Half { lease });
    }
    Ok(())
}

/// A message that has a row of its own.
fn message(
    messages: &ReadOnlyTable<u64, &'static [u8]>,
    seq: u64,
) -> Result<Arc<StoredMessage>, Trouble> {
    let packed = messages.get(seq)?;
    let packed = packed.ok_or_else(|| missing("message", seq))?;
    chunk::unpack(packed.value())
}

/// The groups of a topic, and then what they have of it.
fn read_groups(
    transaction: &ReadTransaction,
    topic: &Arc<TopicKey>,
    number: u64,
    numbers: &mut Numbers,
    each: &mut impl FnMut(Change),
) -> Result<(), Trouble> {
    let of_topic = (number, 0)..=(number, u64::MAX);
    let mut groups = Vec::new();
    for entry in transaction.open_table(GROUPS)?.range(of_topic)? {
        let (key, name) = entry?;
        let group: Arc<GroupId> = Arc::new(name.value().parse()?);
        numbers.add_group(topic, &group, key.value().1)?;
        each(Change::GroupCreated {
            topic: Arc::clone(topic),
            group: Arc::clone(&group),
        });
        groups.push((key.value().1, group));
    }
    for (group_number, group) in groups {
        let of_group = (number, group_number, 0)..=(number, group_number, u64::MAX);
        let mut done = Vec::new();
        for entry in transaction.open_table(ACKED)?.range(of_group.clone())? {
            let (start, end) = entry?;
            done.push(start.value().2..end.value());
        }
        if !done.is_empty() {
            each(Change::GroupReset {
                topic: Arc::clone(topic),
                group: Arc::clone(&group),
                done,
            });
        }
        for entry in transaction.open_table(OUT)?.range(of_group)? {
            let (key, lease) = entry?;
            each(Change::Leased {
                topic: Arc::clone(topic),
                group: Arc::clone(&group),
                position: key.value().2,
                lease: lease_of(lease.value()),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use redb::{Database, ReadableDatabase as _, ReadableTableMetadata as _};

    use super::super::crashes::{database, held, in_log, stored, stored_in, topic};
    use super::*;

    fn created() -> Change {
        Change::TopicCreated { topic: topic() }
    }

    fn discarded(before: u64) -> Change {
        Change::Discarded {
            topic: topic(),
            before,
        }
    }

    fn removed(position: u64) -> Change {
        Change::Removed {
            topic: topic(),
            position,
        }
    }

    fn chunks(database: &Database) -> u64 {
        let transaction = database.begin_read().unwrap();
        transaction.open_table(CHUNKS).unwrap().len().unwrap()
    }

    /// How many rows there are that belong to some message.
    fn rows(database: &Database) -> u64 {
        let transaction = database.begin_read().unwrap();
        let alone = transaction.open_table(MESSAGES).unwrap().len().unwrap();
        let in_log = transaction.open_table(LOG).unwrap().len().unwrap();
        let removed = transaction.open_table(REMOVED).unwrap().len().unwrap();
        chunks(database) + alone + in_log + removed
    }

    fn all<const N: usize>(parts: [Vec<Change>; N]) -> Vec<Change> {
        parts.into_iter().flatten().collect()
    }

    #[test]
    fn messages_side_by_side_share_a_row() {
        let changes = all([vec![created()], (0..100).map(in_log).collect()]);
        let together = database(&changes, changes.len());
        assert_eq!((chunks(&together), rows(&together)), (1, 1));
        assert_eq!(held(&together), changes);
        let apart = database(&changes, 1);
        assert_eq!(chunks(&apart), 100);
        assert_eq!(held(&apart), changes);
    }

    #[test]
    fn a_chunk_goes_with_its_last_message_and_shows_only_what_is_left() {
        let log: Vec<Change> = (0..20).map(in_log).collect();
        // Two chunks of ten.
        let begin = all([vec![created()], log[..9].to_vec()]);
        for before in 0..=20 {
            let discarded = discarded(before);
            let changes = all([begin.clone(), log[9..19].to_vec(), vec![discarded.clone()]]);
            let database = database(&changes, 10);
            let left = log[..19].iter().skip(before as usize).cloned().collect();
            let expected = all([vec![created(), discarded], left]);
            assert_eq!(held(&database), expected, "{before}");
            let gone = u64::from(before >= 9) + u64::from(before >= 19);
            assert_eq!(rows(&database), 2 - gone, "{before}");
        }
    }

    #[test]
    fn what_is_discarded_at_once_is_not_kept() {
        let log: Vec<Change> = (0..10).map(in_log).collect();
        let changes = all([vec![created()], log.clone(), vec![discarded(10)]]);
        let database = database(&changes, changes.len());
        assert_eq!(rows(&database), 0);
        assert_eq!(held(&database), [created(), discarded(10)]);
    }

    #[test]
    fn a_message_taken_out_of_a_chunk_goes_with_the_chunk() {
        let log: Vec<Change> = (0..10).map(in_log).collect();
        let changes = all([vec![created()], log.clone(), vec![removed(4)]]);
        let expected = changes.clone();
        assert_eq!(held(&database(&changes, changes.len())), expected);

        let passed = all([changes.clone(), vec![discarded(4)]]);
        let expected = all([
            vec![created(), discarded(4)],
            log[4..].to_vec(),
            vec![removed(4)],
        ]);
        assert_eq!(held(&database(&passed, changes.len())), expected);

        let gone = all([changes, vec![discarded(5)]]);
        let gone = database(&gone, 4);
        let expected = all([vec![created(), discarded(5)], log[5..].to_vec()]);
        assert_eq!(held(&gone), expected);
    }

    #[test]
    fn a_message_that_waited_stands_between_those_that_did_not() {
        let timed = |number| {
            let at = Timestamp::from_millis(7);
            stored(number, Place::Timed { at })
        };
        let moved = |seq, position| Change::Moved {
            topic: topic(),
            seq,
            place: Place::Log { position },
        };
        let at = |number, position| stored(number, Place::Log { position });
        let changes = vec![
            created(),
            timed(0),
            at(1, 0),
            timed(2),
            at(3, 1),
            moved(0, 2),
            moved(2, 3),
            at(4, 4),
            at(5, 5),
            timed(6),
            at(7, 6),
            moved(6, 7),
        ];
        let log = vec![
            at(1, 0),
            at(3, 1),
            at(0, 2),
            at(2, 3),
            at(4, 4),
            at(5, 5),
            at(7, 6),
            at(6, 7),
        ];
        for at_a_time in [1, 2, 3, 5, changes.len()] {
            let whole = database(&changes, at_a_time);
            assert_eq!(held(&whole), all([vec![created()], log.clone()]));
            for before in 1..=8 {
                let changes = all([changes.clone(), vec![discarded(before)]]);
                let left = log[before as usize..].to_vec();
                let expected = all([vec![created(), discarded(before)], left]);
                assert_eq!(held(&database(&changes, at_a_time)), expected);
            }
        }
    }

    #[test]
    fn large_messages_have_chunks_of_their_own() {
        let sizes = [10, 100_000, 10, 10, 20_000, 20_000, 4 << 20, 0];
        let log = sizes.iter().zip(0..).map(|(&bytes, position)| {
            let place = Place::Log { position };
            stored_in(&topic(), position, place, "x".repeat(bytes))
        });
        let changes = all([vec![created()], log.collect()]);
        let database = database(&changes, changes.len());
        assert_eq!(held(&database), changes);
        // The small ones in the middle share theirs with the one that follows.
        assert_eq!(chunks(&database), 6);
    }

    #[test]
    fn a_topic_takes_its_chunks_with_it_and_no_others() {
        let other = Arc::new(TopicKey {
            instance: None,
            topic: "others".parse().unwrap(),
        });
        let in_other = |number| {
            let place = Place::Log { position: number };
            stored_in(&other, number, place, number.to_string())
        };
        let other_created = Change::TopicCreated {
            topic: Arc::clone(&other),
        };
        let log = (0..10).flat_map(|number| [in_log(number), in_other(number)]);
        let deleted = Change::TopicDeleted { topic: topic() };
        let changes = all([
            vec![created(), other_created.clone()],
            log.collect(),
            vec![deleted],
        ]);
        let left = all([vec![other_created], (0..10).map(in_other).collect()]);
        for (at_a_time, chunks) in [(changes.len(), 1), (12, 2), (1, 10)] {
            let database = database(&changes, at_a_time);
            assert_eq!(held(&database), left);
            assert_eq!(rows(&database), chunks);
        }
    }
}
