//! What a crash leaves behind, made by hand: files are copied while the store is open, cut, bent and
//! mixed. Kills of the real process are the business of `tests/durability`.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Database, ReadableDatabase as _, StorageBackend as _};
use tempfile::TempDir;

use super::chunk::{self, Chunk};
use super::disk::{Disk, FILE_NAME};
use super::fold::lasting;
use super::log::FILE_NAMES;
use super::segment::{self, FORMAT, Record, Segment};
use super::tables::Numbers;
use super::writer::Pace;
use super::{Store, StoreError, applier, read};
use crate::protocol::{GroupId, MessageParts, Timestamp};
use crate::sandbox::queue::{Change, Lease, Origin, Place, StoredMessage, TopicKey};

/// The database gets nothing before the store is closed.
const LAZY: Pace = Pace {
    segment_bytes: u64::MAX / 2,
    quiet: Duration::from_secs(3_600),
};

fn open(dir: &Path, pace: Pace) -> Result<Store, StoreError> {
    Disk::with(dir, pace, &|file: FileBackend| file).map(Store::Disk)
}

pub(super) fn topic() -> Arc<TopicKey> {
    Arc::new(TopicKey {
        instance: Some("MQ_INST".parse().unwrap()),
        topic: "orders".parse().unwrap(),
    })
}

fn group() -> Arc<GroupId> {
    Arc::new("GID_test".parse().unwrap())
}

pub(super) fn stored(number: u64, place: Place) -> Change {
    stored_in(&topic(), number, place, format!("body {number}"))
}

pub(super) fn stored_in(topic: &Arc<TopicKey>, number: u64, place: Place, body: String) -> Change {
    Change::Stored {
        topic: Arc::clone(topic),
        message: Arc::new(StoredMessage {
            seq: number,
            id: format!("{number:032X}"),
            body_md5: "0".repeat(32),
            publish_time: Timestamp::from_millis(1),
            parts: MessageParts {
                body,
                ..MessageParts::default()
            },
            origin: None,
        }),
        place,
    }
}

pub(super) fn in_log(number: u64) -> Change {
    in_log_at(number, number)
}

fn in_log_at(number: u64, position: u64) -> Change {
    stored(number, Place::Log { position })
}

fn lease(nonce: u64) -> Lease {
    Lease {
        nonce,
        until: Timestamp::from_millis(30_000),
        consumed_times: 1,
        first_consume_time: Timestamp::from_millis(0),
    }
}

/// Each in a record of its own.
fn write(store: &Store, changes: impl IntoIterator<Item = Change>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for change in changes {
        runtime.block_on(async {
            let room = store.room().await.unwrap();
            store.submit(vec![change], room).durable().await.unwrap();
        });
    }
}

/// What comes back from a folder, and the folder as it is after that.
fn kept(dir: &Path) -> Vec<Change> {
    let store = open(dir, LAZY).unwrap();
    let mut all = Vec::new();
    store.load(|change| all.push(change)).unwrap();
    all
}

fn messages(dir: &Path) -> u64 {
    let kept = kept(dir);
    let stored = kept.iter().filter(|c| matches!(c, Change::Stored { .. }));
    stored.count() as u64
}

/// The log before the database: what has left the log in between is in the database then.
fn copy(from: &Path, to: &Path) {
    for name in FILE_NAMES.into_iter().chain([FILE_NAME]) {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A folder as a kill leaves it: so many messages, each in a record of its own, in the log alone.
fn killed(messages: u64) -> TempDir {
    let (dir, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, [Change::TopicCreated { topic: topic() }]);
    write(&store, (0..messages).map(in_log));
    copy(dir.path(), left.path());
    left
}

/// Opening fails, says the file and `what`, and changes no byte of any file.
fn refused(dir: &Path, file: &str, what: &str) {
    let all = || {
        let mut all: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .map(|path| (path.clone(), fs::read(path).unwrap()))
            .collect();
        all.sort();
        all
    };
    let before = all();
    let error = Disk::open(dir).unwrap_err().to_string();
    let path = dir.join(file);
    assert!(
        error.starts_with(&path.display().to_string()) && error.contains(what),
        "{error}"
    );
    assert!(error.contains("it was left as it is"), "{error}");
    assert!(all() == before, "a file has changed");
}

#[test]
fn what_a_kill_leaves_in_the_log_comes_back_once() {
    let dir = killed(5);
    for _ in 0..3 {
        assert_eq!(messages(dir.path()), 5);
        // Closed, it is the database alone.
        assert!(
            FILE_NAMES
                .iter()
                .all(|name| !dir.path().join(name).exists())
        );
    }
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, [in_log(5)]);
    drop(store);
    assert_eq!(messages(dir.path()), 6);
}

/// Closed or killed, and opened again and again: the same messages at the same places.
#[test]
fn what_is_kept_is_the_same_however_often_it_is_opened() {
    let (dir, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path(), LAZY).unwrap();
    let at = Timestamp::from_millis(7);
    write(&store, [Change::TopicCreated { topic: topic() }]);
    write(&store, (0..5).map(in_log));
    let of_topic = [
        stored(5, Place::Timed { at }),
        in_log_at(6, 5),
        Change::Moved {
            topic: topic(),
            seq: 5,
            place: Place::Log { position: 6 },
        },
        in_log(7),
        Change::Removed {
            topic: topic(),
            position: 4,
        },
        Change::Discarded {
            topic: topic(),
            before: 2,
        },
    ];
    write(&store, of_topic.clone());
    copy(dir.path(), left.path());
    drop(store);
    let [_, _, _, _, removed, discarded] = of_topic;
    let mut expected = vec![Change::TopicCreated { topic: topic() }, discarded];
    expected.extend((2..5).map(in_log));
    expected.extend([in_log_at(6, 5), in_log_at(5, 6), in_log(7), removed]);
    for _ in 0..3 {
        assert_eq!(kept(dir.path()), expected);
        assert_eq!(kept(left.path()), expected);
    }
    // What comes later stands behind it.
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, [in_log(8)]);
    drop(store);
    expected.insert(expected.len() - 1, in_log(8));
    assert_eq!(kept(dir.path()), expected);
}

/// Killed after the database has the changes and before the log is cleared, of one segment or both.
#[test]
fn what_the_database_has_is_not_taken_from_the_log_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, [Change::TopicCreated { topic: topic() }]);
    write(&store, (0..3).map(in_log));
    let group_created = Change::GroupCreated {
        topic: topic(),
        group: group(),
    };
    write(&store, [group_created]);
    let of_log = tempfile::tempdir().unwrap();
    copy(dir.path(), of_log.path());
    drop(store);
    let expected = kept(dir.path());
    for name in FILE_NAMES {
        fs::copy(of_log.path().join(name), dir.path().join(name)).unwrap();
    }
    assert_eq!(kept(dir.path()), expected);

    // And what is written after such a start comes after it.
    for name in FILE_NAMES {
        fs::copy(of_log.path().join(name), dir.path().join(name)).unwrap();
    }
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, (3..5).map(in_log));
    let left = tempfile::tempdir().unwrap();
    copy(dir.path(), left.path());
    assert_eq!(messages(left.path()), 5);
}

/// Killed at random while segments are sealed all the time: whatever was answered is there.
#[test]
fn sealing_loses_and_repeats_nothing() {
    let pace = Pace {
        segment_bytes: 300,
        quiet: Duration::ZERO,
    };
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), pace).unwrap();
    write(&store, [Change::TopicCreated { topic: topic() }]);
    for number in 0..60 {
        write(&store, [in_log(number)]);
        if number % 6 == 0 {
            let left = tempfile::tempdir().unwrap();
            for name in FILE_NAMES {
                fs::copy(dir.path().join(name), left.path().join(name)).unwrap();
            }
            // The log of that moment with a database of any later one.
            fs::copy(dir.path().join(FILE_NAME), left.path().join(FILE_NAME)).unwrap();
            assert_eq!(messages(left.path()), number + 1);
        }
    }
    drop(store);
    assert_eq!(messages(dir.path()), 60);
}

/// What is in a log, without the zeros that it has grown by. All of it is in the first file.
fn read_log(dir: &Path) -> Vec<u8> {
    let mut log = fs::read(dir.join(FILE_NAMES[0])).unwrap();
    let stamp = *borders(&log).last().unwrap();
    assert!(log.len() >= 64 << 10, "it has not grown ahead");
    assert!(log.split_off(stamp + 24).iter().all(|byte| *byte == 0));
    log
}

/// Where each record of a log begins, and its end, where the stamp of the last one is.
fn borders(log: &[u8]) -> Vec<usize> {
    let begins = |mark: &[u8]| {
        (0..log.len())
            .filter(|&at| log[at..].starts_with(mark))
            .collect::<Vec<_>>()
    };
    let (records, stamps) = (begins(b"\x93rec"), begins(b"\x93end"));
    assert_eq!(stamps.len(), 1, "each record takes the place of a stamp");
    [records, stamps].concat()
}

#[test]
fn a_torn_end_is_dropped() {
    let dir = killed(3);
    let log = dir.path().join(FILE_NAMES[0]);
    let stamped = read_log(dir.path());
    let database = fs::read(dir.path().join(FILE_NAME)).unwrap();
    let borders = borders(&stamped);
    // The topic and three messages.
    let [_, _, second, third, end] = borders[..] else {
        panic!("{borders:?}")
    };
    // What was never finished has no stamp.
    let good = &stamped[..end];
    let opens_with = |log_holds: &[u8], expected: u64| {
        fs::write(dir.path().join(FILE_NAME), &database).unwrap();
        fs::write(&log, log_holds).unwrap();
        assert_eq!(messages(dir.path()), expected, "{} bytes", log_holds.len());
    };
    for cut in second..end {
        opens_with(&good[..cut], if cut < third { 1 } else { 2 });
    }
    // Killed before, within and after the stamp.
    for cut in end..=stamped.len() {
        opens_with(&stamped[..cut], 3);
    }
    // Parts of the last record that never reached the disk, and one that was never finished.
    let mut holes = good.to_vec();
    holes[third + 30..].fill(0);
    opens_with(&holes, 2);
    holes[third..].fill(0);
    opens_with(&holes, 2);
    opens_with(&[good, &[0; 5_000]].concat(), 3);
}

#[test]
fn damage_of_what_was_answered_is_refused() {
    let dir = killed(3);
    let log = dir.path().join(FILE_NAMES[0]);
    let good = read_log(dir.path());
    let borders = borders(&good);
    let [first, .., last, end] = borders[..] else {
        panic!("{borders:?}")
    };
    for at in first..end {
        let mut bent = good.clone();
        bent[at] ^= 4;
        fs::write(&log, &bent).unwrap();
        refused(dir.path(), FILE_NAMES[0], "is damaged");
    }
    // Even if the record after it is torn: it was begun.
    let mut bent = good[..last + 40].to_vec();
    bent[borders[1] + 60] ^= 4;
    fs::write(&log, &bent).unwrap();
    refused(dir.path(), FILE_NAMES[0], "is damaged");
    // A record is cut out.
    let gap = [&good[..borders[1]], &good[borders[2]..]].concat();
    fs::write(&log, &gap).unwrap();
    refused(dir.path(), FILE_NAMES[0], "records from 2 to 2 are missing");
    fs::write(&log, &good[..10]).unwrap();
    refused(dir.path(), FILE_NAMES[0], "is damaged");
    let mut header = good.clone();
    header[13] ^= 1;
    fs::write(&log, &header).unwrap();
    refused(dir.path(), FILE_NAMES[0], "is damaged");

    fs::write(&log, &good).unwrap();
    assert_eq!(messages(dir.path()), 3);
}

/// The first of two segments is sealed: what is lost at its end is followed by the other.
#[test]
fn a_sealed_segment_has_no_torn_end() {
    let dir = killed(3);
    let [one, two] = FILE_NAMES.map(|name| dir.path().join(name));
    let good = read_log(dir.path());
    let empty = fs::read(&two).unwrap();
    let borders = borders(&good);
    fs::write(&one, &good[..borders[2] - 1]).unwrap();
    fs::write(&two, [&empty[..], &good[borders[2]..]].concat()).unwrap();
    refused(dir.path(), FILE_NAMES[0], "are missing");
    fs::write(&one, &good[..borders[2]]).unwrap();
    assert_eq!(messages(dir.path()), 3);
}

/// Anything anywhere in the log: it is refused and left alone, or at most the last record is gone,
/// with its stamp.
#[test]
fn no_damage_of_the_log_makes_it_panic_or_lose_an_older_message() {
    let dir = killed(4);
    let [log, path] = [FILE_NAMES[0], FILE_NAME].map(|name| dir.path().join(name));
    let (good, database) = (read_log(dir.path()), fs::read(&path).unwrap());
    let mut random = fastrand::Rng::with_seed(7);
    let (mut refusals, mut opened) = (0, 0);
    for _ in 0..80 {
        let mut bent = good.clone();
        // Half of them near the end.
        let from = if random.bool() { bent.len() - 100 } else { 0 };
        for _ in 0..random.usize(1..4) {
            let at = random.usize(from..bent.len());
            bent[at] = random.u8(..);
        }
        fs::write(&path, &database).unwrap();
        fs::write(&log, &bent).unwrap();
        match Disk::open(dir.path()) {
            Err(_) => {
                refusals += 1;
                assert!(fs::read(&log).unwrap() == bent, "the log has changed");
                assert!(fs::read(&path).unwrap() == database, "the database has");
            }
            Ok(disk) => {
                opened += 1;
                drop(disk);
                assert!(messages(dir.path()) >= 3);
            }
        }
    }
    assert!(refusals > 10 && opened > 5, "{refusals} {opened}");
}

#[test]
fn a_log_of_another_store_is_refused() {
    let (dir, other) = (killed(2), killed(3));
    let log = FILE_NAMES[0];
    let good = fs::read(dir.path().join(log)).unwrap();
    fs::copy(other.path().join(log), dir.path().join(log)).unwrap();
    refused(dir.path(), log, "is the log of another store");
    fs::write(dir.path().join(log), b"It was a dark and stormy night.").unwrap();
    refused(dir.path(), log, "was not written by a sandbox");

    // An older copy of the database lacks records that the log has not any more.
    fs::write(dir.path().join(log), &good).unwrap();
    let old = fs::read(dir.path().join(FILE_NAME)).unwrap();
    let store = open(dir.path(), LAZY).unwrap();
    write(&store, [in_log(2)]);
    let left = tempfile::tempdir().unwrap();
    copy(dir.path(), left.path());
    fs::write(left.path().join(FILE_NAME), old).unwrap();
    refused(left.path(), log, "are missing");

    // And without any database.
    fs::remove_file(left.path().join(FILE_NAME)).unwrap();
    refused(left.path(), log, "its database is not there");
}

#[test]
fn a_newer_log_is_refused() {
    let dir = killed(2);
    let path = dir.path().join(FILE_NAMES[0]);
    let mut log = fs::read(&path).unwrap();
    log[8..12].copy_from_slice(&(FORMAT + 1).to_le_bytes());
    let sum = crc32fast::hash(&log[..20]);
    log[20..24].copy_from_slice(&sum.to_le_bytes());
    fs::write(&path, &log).unwrap();
    refused(dir.path(), FILE_NAMES[0], "is of another mqscope");
}

#[cfg(unix)]
#[test]
fn all_files_are_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let _store = open(dir.path(), LAZY).unwrap();
    let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

/// The bytes of every kind of change, and of messages in the database. They must stay what they are,
/// or [`FORMAT`] has to change, and with the latter [`VERSION`](super::tables::VERSION) too; kinds
/// that are added come last.
#[test]
fn the_format_stays() {
    let (topic, group) = (topic(), group());
    let message = Arc::new(StoredMessage {
        seq: 300,
        id: "ID".to_owned(),
        body_md5: "MD5".to_owned(),
        publish_time: Timestamp::from_millis(-1),
        parts: MessageParts {
            body: "é".to_owned(),
            tag: Some("t".to_owned()),
            key: Some("k".to_owned()),
            deliver_at: Some(Timestamp::from_millis(64)),
            sharding_key: Some("s".to_owned()),
            check_after_secs: Some(7),
            properties: vec![("a".to_owned(), "b".to_owned())],
        },
        origin: Some(Origin {
            topic: "o".parse().unwrap(),
            group: "g".parse().unwrap(),
            position: 5,
            died_at: Timestamp::from_millis(1),
        }),
    });
    let letter = Change::Stored {
        topic: Arc::clone(&topic),
        message: Arc::clone(&message),
        place: Place::Timed {
            at: Timestamp::from_millis(2),
        },
    };
    let of_group = |done| Change::GroupReset {
        topic: Arc::clone(&topic),
        group: Arc::clone(&group),
        done,
    };
    let moved = |place| Change::Moved {
        topic: Arc::clone(&topic),
        seq: 1,
        place,
    };
    let changes = [
        Change::TopicCreated {
            topic: Arc::clone(&topic),
        },
        Change::GroupCreated {
            topic: Arc::clone(&topic),
            group: Arc::clone(&group),
        },
        letter,
        moved(Place::Log { position: 2 }),
        moved(Place::Half { lease: lease(3) }),
        Change::Dropped {
            topic: Arc::clone(&topic),
            seq: 1,
        },
        Change::Leased {
            topic: Arc::clone(&topic),
            group: Arc::clone(&group),
            position: 4,
            lease: lease(5),
        },
        Change::Acked {
            topic: Arc::clone(&topic),
            group: Arc::clone(&group),
            position: 6,
        },
        Change::Discarded {
            topic: Arc::clone(&topic),
            before: 7,
        },
        Change::Removed {
            topic: Arc::clone(&topic),
            position: 8,
        },
        of_group(vec![0..3, 5..200]),
        Change::TopicDeleted {
            topic: Arc::clone(&topic),
        },
        Change::GroupDeleted {
            topic: Arc::clone(&topic),
            group: Arc::clone(&group),
        },
    ];
    let mut record = Vec::new();
    segment::encode(9, 1, changes.iter(), &mut record).unwrap();
    // The header, then each change.
    let expected = [
        "9372656301000000000000004f0100002bc236c51a4168f8",
        "0001074d515f494e5354066f7264657273",
        "0101074d515f494e5354066f7264657273084749445f74657374",
        "0201074d515f494e5354066f7264657273ac02024944034d44350102c3a901017401016b0180010101730107010161016201016f016705020104",
        "0301074d515f494e5354066f7264657273010002",
        "0301074d515f494e5354066f7264657273010203e0d4030100",
        "0401074d515f494e5354066f726465727301",
        "0501074d515f494e5354066f7264657273084749445f746573740405e0d4030100",
        "0601074d515f494e5354066f7264657273084749445f7465737406",
        "0701074d515f494e5354066f726465727307",
        "0801074d515f494e5354066f726465727308",
        "0901074d515f494e5354066f7264657273084749445f7465737402000305c801",
        "0a01074d515f494e5354066f7264657273",
        "0b01074d515f494e5354066f7264657273084749445f74657374",
    ];
    assert_eq!(hex::encode(record), expected.concat());
    // In the database, a message stands as it does in its change, and in a chunk as well.
    let packed = "ac02024944034d44350102c3a901017401016b0180010101730107010161016201016f01670502";
    assert_eq!(hex::encode(chunk::pack(&message).unwrap()), packed);
    let mut pair = Chunk::of(4, &message).unwrap();
    assert!(pair.take(5, &message).unwrap());
    assert_eq!(hex::encode(pair.bytes()), packed.repeat(2));
    let header = "6d7173636f6c6f67010000000900000000000000d4bf7ea7";
    assert_eq!(hex::encode(segment::header(9)), header);
}

/// Changes that may follow each other, from random numbers.
fn plausible(steps: &[(u8, u64)]) -> Vec<Change> {
    let (topic, group) = (topic(), group());
    let mut changes = Vec::new();
    let (mut next, mut first, mut end) = (0, 0, 0);
    let mut waiting: Vec<u64> = Vec::new();
    let created = [
        Change::TopicCreated {
            topic: Arc::clone(&topic),
        },
        Change::GroupCreated {
            topic: Arc::clone(&topic),
            group: Arc::clone(&group),
        },
    ];
    changes.extend(created.clone());
    for &(kind, number) in steps {
        let topic = || Arc::clone(&topic);
        let group = || Arc::clone(&group);
        let position = first + number % (end - first + 1);
        let of_waiting = (!waiting.is_empty()).then(|| number as usize % waiting.len().max(1));
        let at = Timestamp::from_millis(number as i64);
        let change = match (kind, of_waiting) {
            (0..3, _) => {
                (next, end) = (next + 1, end + 1);
                stored(next, Place::Log { position: end - 1 })
            }
            (3..6, _) => {
                next += 1;
                waiting.push(next);
                stored(next, Place::Timed { at })
            }
            (6, Some(which)) => Change::Moved {
                topic: topic(),
                seq: waiting[which],
                place: Place::Half {
                    lease: lease(number),
                },
            },
            (7, Some(which)) => {
                end += 1;
                Change::Moved {
                    topic: topic(),
                    seq: waiting.remove(which),
                    place: Place::Log { position: end - 1 },
                }
            }
            (8 | 9, Some(which)) => Change::Dropped {
                topic: topic(),
                seq: waiting.remove(which),
            },
            (10..14, _) if position < end => Change::Leased {
                topic: topic(),
                group: group(),
                position,
                lease: lease(number),
            },
            (14..17, _) if position < end => Change::Acked {
                topic: topic(),
                group: group(),
                position,
            },
            (17, _) if position < end => Change::Removed {
                topic: topic(),
                position,
            },
            (18 | 19, _) => {
                first = position;
                Change::Discarded {
                    topic: topic(),
                    before: position,
                }
            }
            (20, _) => Change::GroupReset {
                topic: topic(),
                group: group(),
                done: vec![first..first + 2, first + 4..first + 5],
            },
            (21, _) => {
                changes.push(Change::GroupDeleted {
                    topic: topic(),
                    group: group(),
                });
                created[1].clone()
            }
            (22, _) if number % 4 == 0 => {
                (first, end) = (0, 0);
                waiting.clear();
                changes.push(Change::TopicDeleted { topic: topic() });
                changes.push(created[0].clone());
                created[1].clone()
            }
            _ => continue,
        };
        changes.push(change);
    }
    changes
}

/// A database to which so many changes were applied at a time.
pub(super) fn database(changes: &[Change], at_a_time: usize) -> Database {
    let database = Database::builder()
        .create_with_backend(InMemoryBackend::new())
        .unwrap();
    let mut numbers = Numbers::default();
    for changes in changes.chunks(at_a_time) {
        let transaction = database.begin_write().unwrap();
        applier::apply(&transaction, &mut numbers, changes, 1).unwrap();
        transaction.commit().unwrap();
    }
    database
}

/// What a database gives back.
pub(super) fn held(database: &Database) -> Vec<Change> {
    let mut all = Vec::new();
    read::read(&database.begin_read().unwrap(), |change| all.push(change)).unwrap();
    all
}

fn applied(changes: &[Change], at_a_time: usize) -> Vec<Change> {
    held(&database(changes, at_a_time))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is left out because a later change undoes it leaves no trace.
    #[test]
    fn many_changes_at_once_are_the_same_as_one_by_one(
        steps in prop::collection::vec((0..23u8, 0..1_000u64), 1..80),
        some in 2..40usize,
    ) {
        let changes = plausible(&steps);
        let one_by_one = applied(&changes, 1);
        prop_assert_eq!(&applied(&changes, some), &one_by_one);
        prop_assert_eq!(&applied(&changes, changes.len()), &one_by_one);
    }

    /// A record gives back what was put into it.
    #[test]
    fn a_record_holds_its_changes(steps in prop::collection::vec((0..23u8, 0..1_000u64), 0..40)) {
        let changes = plausible(&steps);
        let mut file = segment::header(9).to_vec();
        segment::encode(9, 7, changes.iter(), &mut file).unwrap();
        let backend = InMemoryBackend::new();
        backend.set_len(file.len() as u64).unwrap();
        backend.write(0, &file).unwrap();
        let segment = Segment::of(Path::new("log"), backend, 9).unwrap();
        prop_assert_eq!(segment.read(6).unwrap(), vec![Record { batch: 7, changes }]);
        prop_assert_eq!(segment.read(7).unwrap(), vec![]);
    }
}

/// However many changes say that a log loses its front, it loses it once, whatever the number of
/// groups.
#[test]
fn what_ages_out_bit_by_bit_leaves_at_once() {
    let discarded = |before| Change::Discarded {
        topic: topic(),
        before,
    };
    let changes: Vec<Change> = (0..100).map(discarded).collect();
    assert_eq!(lasting(&changes), [&discarded(99)]);
    let passing = [
        stored(
            1,
            Place::Timed {
                at: Timestamp::default(),
            },
        ),
        Change::Dropped {
            topic: topic(),
            seq: 1,
        },
    ];
    assert_eq!(lasting(&passing), Vec::<&Change>::new());
}
