//! The store on disk: opens the file, with care, and hands changes to the writer. Knows neither
//! what a change is in the file nor when it is written.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use redb::backends::FileBackend;
use redb::{Builder, Database, ReadableDatabase as _, StorageBackend};
use tokio::sync::{Semaphore, oneshot, watch};

use super::guard::Guard;
use super::tables::{self, ABOUT, Numbers, RUNS_KEY, Tables, VERSION, VERSION_KEY};
use super::trouble::Trouble;
use super::writer::{self, Batch, Health};
use super::{Pending, Room, StoreError, Write};
use crate::sandbox::queue::Change;

/// Name of the file in its folder.
const FILE_NAME: &str = "sandbox.redb";

/// Most requests whose changes wait to be written; further ones wait in front of the queues. [us]
const WAITING: usize = 4_096;

/// Memory for pages of the file: enough to write with, as nothing is read after the start. [us]
const CACHE_BYTES: usize = 64 << 20;

/// Message ids and handles that a run may give out before it reaches those of the next: 2^40.
/// Leaves room for 2^24 runs. [us]
const RUN_SHIFT: u32 = 40;

/// A file with a thread that writes it. Dropped, it waits for what was submitted to be written.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    database: Arc<Database>,
    run: u64,
    health: Health,
    batches: Option<SyncSender<Batch>>,
    writer: Option<JoinHandle<()>>,
}

impl Disk {
    /// See [`Store::open`](super::Store::open).
    pub(super) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE_NAME);
        let open = || OpenOptions::new().read(true).write(true).open(&path);
        let file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(data_dir, &path)?;
                open()
            }
            other => other,
        };
        let backend = file
            .map_err(Trouble::from)
            .and_then(|file| Ok(FileBackend::new(file)?))
            .map_err(|error| error.unusable(&path))?;
        Self::with(&path, backend)
    }

    /// With what may not be a file.
    fn with(path: &Path, file: impl StorageBackend) -> Result<Self, StoreError> {
        let guard = Guard::new(file);
        let good = check(guard.clone()).map_err(|error| error.unusable(path))?;
        guard
            .let_go()
            .map_err(|error| Trouble::from(error).unusable(path))?;
        Self::start(path, good)
    }

    fn start(path: &Path, good: Checked) -> Result<Self, StoreError> {
        let Checked {
            database,
            numbers,
            runs,
        } = good;
        let database = Arc::new(database);
        let health = Health {
            room: Arc::new(Semaphore::new(WAITING)),
            failure: watch::Sender::new(None),
        };
        let (batches, waiting) = mpsc::sync_channel(WAITING);
        let writer = {
            let (database, health) = (Arc::clone(&database), health.clone());
            thread::Builder::new()
                .name("mqscope-store".to_owned())
                .spawn(move || writer::run(&database, numbers, &waiting, &health))
                .map_err(|error| StoreError::Failed(error.to_string()))?
        };
        Ok(Self {
            path: path.to_owned(),
            database,
            // Message ids should differ between stores too, hence the random part.
            run: (runs << RUN_SHIFT) | fastrand::u64(..1 << (RUN_SHIFT - 1)),
            health,
            batches: Some(batches),
            writer: Some(writer),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn run(&self) -> u64 {
        self.run
    }

    pub(super) fn load(&self, each: impl FnMut(Change)) -> Result<(), StoreError> {
        let read = || tables::read(&self.database.begin_read()?, each);
        read().map(drop).map_err(Trouble::failed)
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
        self.health.failure.borrow().clone()
    }

    pub(super) async fn failed(&self) {
        let mut failure = self.health.failure.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = failure.wait_for(Option::is_some).await;
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.batches.take());
        // At most one commit: whoever opens the file next finds it free. A writer that panicked
        // has said so already.
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// A new file under another name, renamed once it is complete: a process that is killed here
/// leaves no half of a file behind.
fn create(data_dir: &Path, path: &Path) -> Result<(), StoreError> {
    let made = || -> Result<(), Trouble> {
        fs::create_dir_all(data_dir)?;
        // For the user alone, and removed again if we fail before the rename.
        let temporary = tempfile::Builder::new()
            .prefix(FILE_NAME)
            .tempfile_in(data_dir)?;
        let database = builder().create_with_backend(FileBackend::new(temporary.reopen()?)?)?;
        let transaction = database.begin_write()?;
        {
            let mut about = transaction.open_table(ABOUT)?;
            about.insert(VERSION_KEY, VERSION)?;
            about.insert(RUNS_KEY, 0)?;
            Tables::open(&transaction)?;
        }
        transaction.commit()?;
        drop(database);
        match temporary.persist_noclobber(path) {
            // Another process was faster: its file is as good.
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error.into()),
            Ok(file) => file.sync_all()?,
        }
        // So that the rename outlives a power cut too; not every file system can do it.
        #[cfg(unix)]
        let _ = fs::File::open(data_dir).and_then(|dir| dir.sync_all());
        Ok(())
    };
    made().map_err(|error| error.unusable(path))
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES);
    // A file that was changed behind our back is refused instead of believed.
    builder.set_check_integrity_on_open(true);
    builder
}

/// A file that proved to be good.
struct Checked {
    database: Database,
    numbers: Numbers,
    /// This run, counted from 1.
    runs: u64,
}

/// Opens the file and reads it to its end. Whatever is written meanwhile is held back by the guard.
fn check<B: StorageBackend>(guard: Guard<B>) -> Result<Checked, Trouble> {
    if guard.len()? == 0 {
        return Err(Trouble::Foreign("it is empty"));
    }
    let database = builder().create_with_backend(guard)?;
    let runs = 1 + check_version(&database)?;
    let numbers = tables::read(&database.begin_read()?, |_| ())?;
    let transaction = database.begin_write()?;
    transaction.open_table(ABOUT)?.insert(RUNS_KEY, runs)?;
    transaction.commit()?;
    Ok(Checked {
        database,
        numbers,
        runs,
    })
}

/// The number of earlier runs, if this version can read the file.
fn check_version(database: &Database) -> Result<u64, Trouble> {
    let transaction = database.begin_read()?;
    let about = match transaction.open_table(ABOUT) {
        Ok(about) => about,
        Err(redb::TableError::Storage(error)) => return Err(error.into()),
        Err(_) => return Err(Trouble::Foreign("it is a database of something else")),
    };
    match about.get(VERSION_KEY)?.map(|version| version.value()) {
        Some(VERSION) => {}
        Some(version) => return Err(Trouble::Version(version)),
        None => return Err(Trouble::Foreign("it names no version")),
    }
    Ok(about.get(RUNS_KEY)?.map_or(0, |runs| runs.value()))
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

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
    async fn a_newer_or_foreign_file_is_refused_and_left_alone() {
        let (_dir, path) = filled().await;
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction
            .open_table(ABOUT)
            .unwrap()
            .insert(VERSION_KEY, VERSION + 1)
            .unwrap();
        transaction.commit().unwrap();
        drop(database);
        let error = refused(&path, "is of another mqscope");
        assert!(error.contains("choose another data folder"), "{error}");

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

    /// A disk that may stop working.
    #[derive(Debug)]
    struct Failing {
        file: FileBackend,
        fails: Arc<AtomicBool>,
    }

    impl Failing {
        fn check(&self) -> io::Result<()> {
            match self.fails.load(Ordering::SeqCst) {
                true => Err(io::Error::other("the disk is gone")),
                false => Ok(()),
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

    #[tokio::test]
    async fn an_error_of_the_disk_is_for_good() {
        let (dir, path) = filled().await;
        let file = OpenOptions::new().read(true).write(true).open(&path);
        let fails = Arc::new(AtomicBool::new(false));
        let failing = Failing {
            file: FileBackend::new(file.unwrap()).unwrap(),
            fails: Arc::clone(&fails),
        };
        let store = Store::Disk(Disk::with(&path, failing).unwrap());
        let broker = Arc::new(Broker::open(rules(), store, Clock::system()).unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sandbox = Sandbox {
            settings: SandboxSettings::default(),
            addr: listener.local_addr().unwrap(),
            listener,
            broker: Arc::clone(&broker),
            chaos: Arc::new(crate::sandbox::ChaosControl::new(Default::default())),
        };
        let running = tokio::spawn(sandbox.run(std::future::pending()));
        publish(&broker, "d").await.unwrap();
        assert_eq!(broker.store_failure(), None);

        fails.store(true, Ordering::SeqCst);
        let error = publish(&broker, "lost").await.unwrap_err();
        assert!(error.contains("the disk is gone"), "{error}");
        broker.store_failed().await;
        let ended = running.await.unwrap().unwrap_err();
        assert_eq!(ended.kind(), SandboxErrorKind::Store);
        // Even should the disk come back: what memory holds by now, the file does not.
        fails.store(false, Ordering::SeqCst);
        assert_eq!(publish(&broker, "e").await, Err(error));
        // It still shows what it has.
        assert_eq!(broker.overview().topics.len(), 1);
        drop(broker);

        let mut bodies = Vec::new();
        let disk = Disk::open(dir.path()).unwrap();
        disk.load(|change| {
            if let Change::Stored { message, .. } = change {
                bodies.push(message.parts.body.len());
            }
        })
        .unwrap();
        assert_eq!(bodies, [1, 1, 100_000, 1]);
    }
}
