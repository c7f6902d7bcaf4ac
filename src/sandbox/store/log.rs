//! The log as a whole: two files, so that one takes records while the database takes what the
//! other holds. Finds out at the start what the database lacks. Writes no records.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use redb::StorageBackend;
use redb::backends::FileBackend;

use super::StoreError;
use super::segment::{self, Record, Segment};
use super::trouble::Trouble;

/// Names of the files, in the database's folder. They are there while the store is open, and after
/// a crash.
pub(super) const FILE_NAMES: [&str; 2] = ["sandbox-1.log", "sandbox-2.log"];

/// The files of a log that were found, with what they hold.
#[derive(Debug)]
pub(super) struct Found<B> {
    folder: PathBuf,
    identity: u64,
    segments: [Option<Segment<B>>; 2],
    /// What the database lacks, in its order.
    pub(super) records: Vec<Record>,
}

/// Nobody may write to a folder's log that has no database: what it holds would be lost.
pub(super) fn none_in(folder: &Path) -> Result<(), StoreError> {
    for name in FILE_NAMES {
        let path = folder.join(name);
        if path.exists() {
            return Err(Trouble::Stray("its database is not there").unusable(&path));
        }
    }
    Ok(())
}

/// Opens a file that is there.
pub(super) fn open(path: &Path) -> Result<FileBackend, Trouble> {
    let file = fs::OpenOptions::new().read(true).write(true).open(path)?;
    Ok(FileBackend::new(file)?)
}

/// Puts a file under its name once it is complete: a process that is killed here leaves no half of
/// a file behind. Should another process be faster, its file is as good.
pub(super) fn create(
    path: &Path,
    fill: impl FnOnce(&mut tempfile::NamedTempFile) -> Result<(), Trouble>,
) -> Result<(), Trouble> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // For the user alone, and removed again if we fail before the rename.
    let mut temporary = tempfile::Builder::new()
        .prefix("sandbox-")
        .tempfile_in(folder)?;
    fill(&mut temporary)?;
    temporary.as_file().sync_all()?;
    match temporary.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error.into()),
        Ok(_) => {}
    }
    // So that the rename outlives a power cut too; not every file system can do it.
    #[cfg(unix)]
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

impl<B: StorageBackend> Found<B> {
    /// Reads the log of a database that has all records up to `applied`. Changes nothing.
    pub(super) fn in_folder(
        folder: &Path,
        identity: u64,
        applied: u64,
        wrap: &impl Fn(FileBackend) -> B,
    ) -> Result<Self, StoreError> {
        let mut segments = [None, None];
        let mut records = Vec::new();
        for (segment, name) in segments.iter_mut().zip(FILE_NAMES) {
            let path = folder.join(name);
            let file = match open(&path) {
                Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.map_err(|error| error.unusable(&path))?,
            };
            let found = segment.insert(Segment::of(&path, wrap(file), identity)?);
            records.extend(found.read(applied)?);
        }
        records.sort_by_key(|record: &Record| record.batch);
        for (record, expected) in records.iter().zip(applied + 1..) {
            if record.batch != expected {
                let what = format!(
                    "records from {expected} to {} are missing",
                    record.batch - 1
                );
                return Err(Trouble::Record(what).unusable(&folder.join(FILE_NAMES[0])));
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            identity,
            segments,
            records,
        })
    }

    /// Both files, empty. The database has everything by now.
    pub(super) fn empty(
        self,
        wrap: &impl Fn(FileBackend) -> B,
    ) -> Result<[Segment<B>; 2], StoreError> {
        let [first, second] = self.segments;
        let (folder, identity) = (&self.folder, self.identity);
        let ready = |segment: Option<Segment<B>>, name| {
            let path = folder.join(name);
            match segment {
                Some(mut segment) => match segment.clear() {
                    Ok(()) => Ok(segment),
                    Err(error) => Err(error.unusable(&path)),
                },
                None => {
                    let header = segment::header(identity);
                    let file = create(&path, |file| Ok(file.write_all(&header)?))
                        .and_then(|()| open(&path))
                        .map_err(|error| error.unusable(&path))?;
                    Segment::of(&path, wrap(file), identity)
                }
            }
        };
        let [one, two] = FILE_NAMES;
        Ok([ready(first, one)?, ready(second, two)?])
    }
}

/// Takes the files away, of a log whose changes the database has. Should it not work, they are
/// found empty.
pub(super) fn remove(folder: &Path) {
    for name in FILE_NAMES {
        let _ = fs::remove_file(folder.join(name));
    }
}
