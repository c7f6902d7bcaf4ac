//! The store on disk: opens the database and its log, with care, and hands changes to the writer.
//! Knows neither what a change is in the files nor when it is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase as _, StorageBackend};
use tokio::sync::oneshot;

use super::applier;
use super::guard::Guard;
use super::health::Health;
use super::log;
use super::read;
use super::segment::{Record, Segment};
use super::tables::{
    ABOUT, APPLIED_KEY, IDENTITY_KEY, Numbers, RUNS_KEY, Tables, VERSION, VERSION_KEY,
};
use super::trouble::Trouble;
use super::writer::{Batch, Pace, Writer};
use super::{Pending, Room, StoreError, Write};
use crate::sandbox::queue::Change;

/// Name of the database in its folder.
pub(super) const FILE_NAME: &str = "sandbox.redb";

/// Most requests whose changes wait to be written; further ones wait in front of the queues. [us]
const WAITING: usize = 4_096;

/// Memory for pages of the database: enough to write with, as nothing is read after the start. [us]
const CACHE_BYTES: usize = 64 << 20;

/// Message ids and handles that a run may give out before it reaches those of the next: 2^40.
/// Leaves room for 2^24 runs. [us]
const RUN_SHIFT: u32 = 40;

/// A database and its log, with the threads that write them. Dropped, it waits for what was
/// submitted to be written, and takes away the log, which has nothing left to say.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    database: Arc<Database>,
    run: u64,
    health: Health,
    batches: Option<SyncSender<Batch>>,
    /// The writer, then the applier: each ends after the one before it.
    threads: Vec<JoinHandle<()>>,
}

impl Disk {
    /// See [`Store::open`](super::Store::open).
    pub(super) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        Self::with(data_dir, Pace::default(), &|file| file)
    }

    /// With what may not be plain files; the database is the first of them.
    pub(super) fn with<B: StorageBackend>(
        data_dir: &Path,
        pace: Pace,
        wrap: &impl Fn(FileBackend) -> B,
    ) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE_NAME);
        let file = match log::open(&path) {
            Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
                log::none_in(data_dir)?;
                create(data_dir, &path).and_then(|()| log::open(&path))
            }
            other => other,
        };
        let unusable = |error: Trouble| error.unusable(&path);
        let guard = Guard::new(wrap(file.map_err(unusable)?));
        let mut good = check(guard.clone()).map_err(unusable)?;
        // Nobody else writes to the log as long as the database is ours.
        let mut log = log::Found::in_folder(data_dir, good.identity, good.applied, wrap)?;
        good.take_in(std::mem::take(&mut log.records))
            .map_err(unusable)?;
        guard.let_go().map_err(|error| unusable(error.into()))?;
        Self::start(&path, pace, good, log.empty(wrap)?)
    }

    fn start<B: StorageBackend>(
        path: &Path,
        pace: Pace,
        good: Checked,
        log: [Segment<B>; 2],
    ) -> Result<Self, StoreError> {
        let Checked {
            database,
            numbers,
            runs,
            applied,
            identity: _,
        } = good;
        let database = Arc::new(database);
        let health = Health::new(WAITING);
        let [active, other] = log;
        let (batches, waiting) = mpsc::sync_channel(WAITING);
        // Room for both segments in either direction: nobody waits to hand one on.
        let (sealed, to_apply) = mpsc::sync_channel(2);
        let (empty, to_fill) = mpsc::sync_channel(2);
        let _ = empty.send(other);
        let writer = Writer {
            pace,
            active,
            last: applied,
            unapplied: Vec::new(),
            sealed,
            empty: to_fill,
        };
        let of_writer = health.clone();
        let writer = spawn("mqscope-log", move || writer.run(&waiting, &of_writer))?;
        let (of_applier, applied_to) = (health.clone(), Arc::clone(&database));
        let applier = spawn("mqscope-store", move || {
            applier::run(&applied_to, numbers, &to_apply, &empty, &of_applier);
        })?;
        Ok(Self {
            path: path.to_owned(),
            database,
            // Message ids should differ between stores too, hence the random part.
            run: (runs << RUN_SHIFT) | fastrand::u64(..1 << (RUN_SHIFT - 1)),
            health,
            batches: Some(batches),
            threads: vec![writer, applier],
        })
    }

    /// The database.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn run(&self) -> u64 {
        self.run
    }

    pub(super) fn load(&self, each: impl FnMut(Change)) -> Result<(), StoreError> {
        let load = || read::read(&self.database.begin_read()?, each);
        load().map(drop).map_err(Trouble::failed)
    }

    pub(super) async fn room(&self) -> Result<Room, StoreError> {
        match Arc::clone(&self.health.room).acquire_owned().await {
            Ok(permit) => Ok(Room::of(permit)),
            Err(_) => Err(self.failure().unwrap_or_else(StoreError::ended)),
        }
    }

    pub(super) fn room_now(&self) -> Option<Room> {
        let permit = Arc::clone(&self.health.room).try_acquire_owned().ok()?;
        Some(Room::of(permit))
    }

    pub(super) fn submit(&self, changes: Vec<Change>, room: Room) -> Pending {
        let (answer, answered) = oneshot::channel();
        let batch = Batch {
            changes,
            room,
            answer,
        };
        // There are as many places as there is room, so it is not full; it is gone after an error.
        match self.batches.as_ref().map(|batches| batches.try_send(batch)) {
            Some(Ok(())) => Pending(Write::OnItsWay(answered)),
            _ => Pending(Write::Refused(
                self.failure().unwrap_or_else(StoreError::ended),
            )),
        }
    }

    pub(super) fn failure(&self) -> Option<StoreError> {
        self.health.failure()
    }

    pub(super) async fn failed(&self) {
        self.health.failed().await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.batches.take());
        // At most what the log holds: whoever opens the files next finds them free. A thread that
        // panicked has said so already.
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
        // The database is still ours: nobody else has begun to use the log.
        if let (None, Some(folder)) = (self.failure(), self.path.parent()) {
            log::remove(folder);
        }
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StoreError::Failed(error.to_string()))
}

/// A new database.
fn create(data_dir: &Path, path: &Path) -> Result<(), Trouble> {
    fs::create_dir_all(data_dir)?;
    log::create(path, |file| {
        let database = builder().create_with_backend(FileBackend::new(file.reopen()?)?)?;
        let transaction = database.begin_write()?;
        {
            let mut about = transaction.open_table(ABOUT)?;
            about.insert(VERSION_KEY, VERSION)?;
            about.insert(RUNS_KEY, 0)?;
            about.insert(IDENTITY_KEY, fastrand::u64(..))?;
            about.insert(APPLIED_KEY, 0)?;
            Tables::open(&transaction)?;
        }
        transaction.commit()?;
        Ok(())
    })
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    // A file that was changed behind our back is refused instead of believed.
    builder.set_check_integrity_on_open(true);
    builder
}

/// A database that proved to be good.
struct Checked {
    database: Database,
    numbers: Numbers,
    /// This run, counted from 1.
    runs: u64,
    identity: u64,
    /// Number of the last record of the log whose changes it holds.
    applied: u64,
}

/// Opens the database and reads it to its end. Whatever is written meanwhile is held back by the
/// guard.
fn check<B: StorageBackend>(guard: Guard<B>) -> Result<Checked, Trouble> {
    if guard.len()? == 0 {
        return Err(Trouble::Foreign("it is empty"));
    }
    let database = builder().create_with_backend(guard)?;
    let transaction = database.begin_read()?;
    let about = match transaction.open_table(ABOUT) {
        Ok(about) => about,
        Err(redb::TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Err(Trouble::Foreign("it is a database of something else")),
    };
    let about = |key: &str| -> Result<Option<u64>, Trouble> {
        Ok(about.get(key)?.map(|number| number.value()))
    };
    match about(VERSION_KEY)? {
        Some(VERSION) => {}
        Some(version) => return Err(Trouble::Version(version)),
        None => return Err(Trouble::Foreign("it names no version")),
    }
    let number = |key: &str| about(key)?.ok_or_else(|| Trouble::Missing(format!("number {key}")));
    let (runs, identity) = (1 + number(RUNS_KEY)?, number(IDENTITY_KEY)?);
    let applied = number(APPLIED_KEY)?;
    let numbers = read::read(&transaction, |_| ())?;
    Ok(Checked {
        database,
        numbers,
        runs,
        identity,
        applied,
    })
}

impl Checked {
    /// Counts the run, and makes the changes of the log that the database lacks.
    fn take_in(&mut self, records: Vec<Record>) -> Result<(), Trouble> {
        if let Some(last) = records.last() {
            self.applied = last.batch;
        }
        let changes: Vec<Change> = records
            .into_iter()
            .flat_map(|record| record.changes)
            .collect();
        let transaction = self.database.begin_write()?;
        transaction.open_table(ABOUT)?.insert(RUNS_KEY, self.runs)?;
        applier::apply(&transaction, &mut self.numbers, &changes, self.applied)?;
        transaction.commit()?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::clock::Clock;
    use crate::protocol::{MessageParts, Profile, Timestamp};
    use crate::sandbox::queue::{Rules, TopicKey};
    use crate::sandbox::store::Store;
    use crate::sandbox::{Broker, Sandbox, SandboxErrorKind, SandboxSettings};

    fn topic() -> TopicKey {
        TopicKey {
            instance: Some("MQ_INST".parse().unwrap()),
            topic: "orders".parse().unwrap(),
        }
    }

    fn rules() -> Rules {
        SandboxSettings::default().rules()
    }

    async fn publish(broker: &Broker, body: &str) -> Result<(), String> {
        let parts = MessageParts {
            body: body.to_owned(),
            ..MessageParts::default()
        };
        let message = parts
            .checked(&Profile::Sandbox.limits(), Timestamp::default())
            .unwrap();
        let published = broker.publish(&topic(), message).await;
        published.map(drop).map_err(|error| error.to_string())
    }

    /// A folder with a good store that holds some messages.
    async fn filled() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let broker = Broker::open(rules(), store, Clock::system()).unwrap();
        for body in ["a", "b", &"c".repeat(100_000)] {
            publish(&broker, body).await.unwrap();
        }
        let path = dir.path().join(FILE_NAME);
        (dir, path)
    }

    /// Opening fails, says the file and `what`, and changes no byte.
    fn refused(path: &Path, what: &str) -> String {
        let before = fs::read(path).unwrap();
        let error = Disk::open(path.parent().unwrap()).unwrap_err().to_string();
        assert!(
            error.starts_with(&path.display().to_string()) && error.contains(what),
            "{error}"
        );
        assert!(fs::read(path).unwrap() == before, "the file has changed");
        error
    }

    #[tokio::test]
    async fn a_damaged_file_is_refused_and_left_alone() {
        let (_dir, path) = filled().await;
        let good = fs::read(&path).unwrap();

        fs::write(&path, b"").unwrap();
        refused(&path, "empty");
        fs::write(&path, b"It was a dark and stormy night.").unwrap();
        refused(&path, "is damaged");
        fs::write(&path, &good[..good.len() / 3]).unwrap();
        refused(&path, "is damaged");

        // Wherever the message stands: it is large enough to be found by its bytes.
        let body = good
            .windows(64)
            .position(|part| part == [b'c'; 64])
            .unwrap();
        let mut bent = good.clone();
        bent[body + 10] ^= 1;
        fs::write(&path, &bent).unwrap();
        refused(&path, "is damaged");

        fs::write(&path, &good).unwrap();
        assert!(Disk::open(path.parent().unwrap()).is_ok());
    }

    /// Bytes anywhere in the file: it is refused and left alone, or it does not matter.
    #[tokio::test]
    async fn no_damage_makes_it_panic_or_lose_a_message() {
        let (_dir, path) = filled().await;
        let good = fs::read(&path).unwrap();
        let mut random = fastrand::Rng::with_seed(7);
        let mut refusals = 0;
        for _ in 0..60 {
            let mut bent = good.clone();
            for _ in 0..random.usize(1..20) {
                // Half of them where the header and the small tables are.
                let end = if random.bool() { bent.len() } else { 40_000 };
                let at = random.usize(..end);
                bent[at] = random.u8(..);
            }
            fs::write(&path, &bent).unwrap();
            match Disk::open(path.parent().unwrap()) {
                Err(_) => {
                    refusals += 1;
                    assert!(fs::read(&path).unwrap() == bent, "the file has changed");
                }
                Ok(disk) => {
                    let mut messages = 0;
                    let count =
                        |change| messages += usize::from(matches!(change, Change::Stored { .. }));
                    disk.load(count).unwrap();
                    assert_eq!(messages, 3);
                }
            }
        }
        assert!(refusals > 5, "{refusals}");
    }

    #[tokio::test]
    async fn an_older_newer_or_foreign_file_is_refused_and_left_alone() {
        let (_dir, path) = filled().await;
        for version in [VERSION - 1, VERSION + 1] {
            let database = Database::open(&path).unwrap();
            let transaction = database.begin_write().unwrap();
            transaction
                .open_table(ABOUT)
                .unwrap()
                .insert(VERSION_KEY, version)
                .unwrap();
            transaction.commit().unwrap();
            drop(database);
            let error = refused(&path, &format!("it has version {version}"));
            assert!(error.contains("is of another mqscope"), "{error}");
            assert!(error.contains("choose another data folder"), "{error}");
        }

        fs::remove_file(&path).unwrap();
        drop(Database::create(&path).unwrap());
        refused(&path, "was not written by a sandbox");
    }

    #[tokio::test]
    async fn one_at_a_time() {
        let (dir, path) = filled().await;
        let first = Disk::open(dir.path()).unwrap();
        let error = Disk::open(dir.path()).unwrap_err().to_string();
        assert!(error.contains("in use by another mqscope"), "{error}");
        assert_eq!(first.path(), path);
        drop(first);
        assert!(Disk::open(dir.path()).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_had_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, b"").unwrap();
        let error = Disk::open(&file).unwrap_err().to_string();
        assert!(error.starts_with(&file.display().to_string()), "{error}");
    }

    /// Runs never meet, however much one gives out.
    #[test]
    fn each_run_has_numbers_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let runs: Vec<u64> = (0..3)
            .map(|_| Disk::open(dir.path()).unwrap().run())
            .collect();
        assert!(
            runs.windows(2)
                .all(|pair| pair[0] >> RUN_SHIFT < pair[1] >> RUN_SHIFT),
            "{runs:x?}"
        );
    }

    /// A disk that may stop working: all of it, or the database alone.
    #[derive(Debug, Clone, Default)]
    struct Switch(Arc<AtomicUsize>);

    const WORKS: usize = 0;
    const FAILS: usize = 1;
    const DATABASE_FAILS: usize = 2;

    #[derive(Debug)]
    struct Failing {
        file: FileBackend,
        switch: Switch,
        database: bool,
    }

    impl Switch {
        fn turn(&self, to: usize) {
            self.0.store(to, Ordering::SeqCst);
        }

        /// A store whose segments are sealed at once.
        fn store(&self, dir: &Path) -> Store {
            let files = AtomicUsize::new(0);
            let pace = Pace {
                segment_bytes: 1,
                ..Pace::default()
            };
            let disk = Disk::with(dir, pace, &|file| Failing {
                file,
                switch: self.clone(),
                database: files.fetch_add(1, Ordering::SeqCst) == 0,
            });
            Store::Disk(disk.unwrap())
        }
    }

    impl Failing {
        fn check(&self) -> io::Result<()> {
            match self.switch.0.load(Ordering::SeqCst) {
                FAILS => Err(io::Error::other("the disk is gone")),
                DATABASE_FAILS if self.database => Err(io::Error::other("the disk is full")),
                _ => Ok(()),
            }
        }
    }

    impl StorageBackend for Failing {
        fn len(&self) -> io::Result<u64> {
            self.file.len()
        }

        fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
            self.file.read(offset, out)
        }

        fn set_len(&self, len: u64) -> io::Result<()> {
            self.check()?;
            self.file.set_len(len)
        }

        fn sync_data(&self) -> io::Result<()> {
            self.check()?;
            self.file.sync_data()
        }

        fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
            self.check()?;
            self.file.write(offset, data)
        }
    }

    fn lengths(dir: &Path) -> Vec<usize> {
        let mut bodies = Vec::new();
        let disk = Disk::open(dir).unwrap();
        disk.load(|change| {
            if let Change::Stored { message, .. } = change {
                bodies.push(message.parts.body.len());
            }
        })
        .unwrap();
        bodies
    }

    #[tokio::test]
    async fn an_error_of_the_disk_is_for_good() {
        let (dir, _path) = filled().await;
        let switch = Switch::default();
        let store = switch.store(dir.path());
        let broker = Arc::new(Broker::open(rules(), store, Clock::system()).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = Sandbox {
            settings: SandboxSettings::default(),
            addr: listener.local_addr().unwrap(),
            listener,
            broker: Arc::clone(&broker),
            chaos: Arc::new(crate::sandbox::ChaosControl::new(Default::default())),
            refusals: Arc::new(crate::sandbox::Refusals::new(&[])),
        };
        let running = tokio::spawn(sandbox.run(std::future::pending()));
        publish(&broker, "d").await.unwrap();
        assert_eq!(broker.store_failure(), None);

        switch.turn(FAILS);
        let error = publish(&broker, "lost").await.unwrap_err();
        assert!(error.contains("the disk is gone"), "{error}");
        broker.store_failed().await;
        let ended = running.await.unwrap().unwrap_err();
        assert_eq!(ended.kind(), SandboxErrorKind::Store);
        // Even should the disk come back: what memory holds by now, the files do not.
        switch.turn(WORKS);
        assert_eq!(publish(&broker, "e").await, Err(error));
        // It still shows what it has.
        assert_eq!(broker.overview().topics.len(), 1);
        drop(broker);
        assert_eq!(lengths(dir.path()), [1, 1, 100_000, 1]);
    }

    /// What was answered is in the log all the same.
    #[tokio::test]
    async fn an_error_of_the_database_is_for_good_and_loses_nothing() {
        let (dir, _path) = filled().await;
        let switch = Switch::default();
        let broker = Broker::open(rules(), switch.store(dir.path()), Clock::system()).unwrap();
        switch.turn(DATABASE_FAILS);
        let mut expected = vec![1, 1, 100_000];
        let error = loop {
            match publish(&broker, "xy").await {
                Ok(()) => expected.push(2),
                Err(error) => break error,
            }
        };
        assert!(error.contains("the disk is full"), "{error}");
        assert!(expected.len() > 3, "{expected:?}");
        drop(broker);
        switch.turn(WORKS);
        assert_eq!(lengths(dir.path()), expected);
    }
}
