//! One file of the log in front of the database: records of changes, one after the other. Knows
//! neither when a record is written nor when the database has its changes.
//!
//! ```text
//! header   magic "mqscolog" | version u32 | identity u64 | check sum u32
//! record   mark u32 | batch u64 | length u32 | check sum of the changes u32 | check sum u32 | changes
//! stamp    as a record without changes, with a mark of its own and the batch of the record before it
//! ```
//!
//! Numbers are little-endian, check sums CRC-32, changes one after the other as postcard writes them
//! (its format is specified), just as messages lie in the database. The identity is that of the database that the log belongs to. It
//! goes into the check sums of records, so that nothing else looks like one.
//!
//! A record is written and synced before the next one is begun, so what a kill or a power cut may
//! leave is one broken record at the end, whose changes nobody was told to be kept. One that is followed
//! by a later one was whole once: that is damage. So is the last one if its stamp stands behind it,
//! which is written after the sync and before anybody is told, in the place of the next record. It
//! is not synced itself: a power cut may take it, but no kill.

use std::path::{Path, PathBuf};

use redb::StorageBackend;

use super::StoreError;
use super::trouble::Trouble;
use crate::sandbox::queue::Change;

/// Version of the format, the way in which changes are written included. [us]
pub(super) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"mqscolog";
const HEADER_BYTES: usize = 24;
const MARK: [u8; 4] = *b"\x93rec";
const STAMP_MARK: [u8; 4] = *b"\x93end";
const RECORD_HEADER_BYTES: usize = 24;

/// A file that does not grow is synced in half the time, so it grows seldom: to twice its length,
/// and later by so many zeros at once. [us]
const LEAST_GROWTH: u64 = 64 << 10;
const MOST_GROWTH: u64 = 1 << 20;

/// A file that was looked at, with the place where the next record goes.
#[derive(Debug)]
pub(super) struct Segment<B> {
    path: PathBuf,
    file: B,
    identity: u64,
    end: u64,
    /// How long the file is; what lies behind the end is nothing, or left over.
    length: u64,
}

/// What was written at once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// Its number in the log, counted from 1 without holes.
    pub(super) batch: u64,
    pub(super) changes: Vec<Change>,
}

/// The first bytes of the log of this database.
pub(super) fn header(identity: u64) -> [u8; HEADER_BYTES] {
    let mut header = [0; HEADER_BYTES];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    header[12..20].copy_from_slice(&identity.to_le_bytes());
    let sum = crc32fast::hash(&header[..20]);
    header[20..].copy_from_slice(&sum.to_le_bytes());
    header
}

/// Writes a record of these changes to the end of `out`.
///
/// # Errors
/// When they are too many for one.
pub(super) fn encode<'a>(
    identity: u64,
    batch: u64,
    changes: impl Iterator<Item = &'a Change>,
    out: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let start = out.len();
    out.resize(start + RECORD_HEADER_BYTES, 0);
    for change in changes {
        // A `Vec` takes all, so there is nothing that can go wrong with it but the change.
        postcard::to_io(change, &mut *out).map_err(|error| Trouble::Record(error.to_string()))?;
    }
    let (head, payload) = out[start..].split_at_mut(RECORD_HEADER_BYTES);
    let length = u32::try_from(payload.len())
        .map_err(|_| Trouble::Record("too many changes at once".to_owned()))?;
    let sum = crc32fast::hash(payload);
    head.copy_from_slice(&head_of(MARK, identity, batch, length, sum));
    Ok(())
}

/// What says that the record before it was whole.
fn stamp(identity: u64, batch: u64) -> [u8; RECORD_HEADER_BYTES] {
    head_of(STAMP_MARK, identity, batch, 0, 0)
}

fn head_of(
    mark: [u8; 4],
    identity: u64,
    batch: u64,
    length: u32,
    sum: u32,
) -> [u8; RECORD_HEADER_BYTES] {
    let mut head = [0; RECORD_HEADER_BYTES];
    head[..4].copy_from_slice(&mark);
    head[4..12].copy_from_slice(&batch.to_le_bytes());
    head[12..16].copy_from_slice(&length.to_le_bytes());
    head[16..20].copy_from_slice(&sum.to_le_bytes());
    let sum = head_sum(identity, &head[..20]);
    head[20..].copy_from_slice(&sum.to_le_bytes());
    head
}

fn head_sum(identity: u64, head: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&identity.to_le_bytes());
    sum.update(head);
    sum.finalize()
}

impl<B: StorageBackend> Segment<B> {
    /// A file that is there, which must be of this database. Changes nothing; records are looked
    /// for by [`Segment::read`].
    pub(super) fn of(path: &Path, file: B, identity: u64) -> Result<Self, StoreError> {
        let check = || {
            let mut found = [0; HEADER_BYTES];
            let length = file.len()?;
            if length < found.len() as u64 {
                return Err(Trouble::Record("it ends within its header".to_owned()));
            }
            file.read(0, &mut found)?;
            check_header(&found, identity).map(|()| length)
        };
        let length = check().map_err(|error| error.unusable(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            identity,
            end: HEADER_BYTES as u64,
            length,
        })
    }

    /// The records with numbers above `applied`. A broken one at the end is left out.
    ///
    /// # Errors
    /// When something before the end is broken.
    pub(super) fn read(&self, applied: u64) -> Result<Vec<Record>, StoreError> {
        let read = || {
            let length = usize::try_from(self.file.len()?).unwrap_or(usize::MAX);
            let mut bytes = vec![0; length.saturating_sub(HEADER_BYTES)];
            self.file.read(HEADER_BYTES as u64, &mut bytes)?;
            records(self.identity, applied, &bytes)
        };
        read().map_err(|error: Trouble| error.unusable(&self.path))
    }

    /// Writes a record of these changes. It would survive a crash once this returns. `buffer` is
    /// only there to be used again.
    pub(super) fn append<'a>(
        &mut self,
        batch: u64,
        changes: impl Iterator<Item = &'a Change>,
        buffer: &mut Vec<u8>,
    ) -> Result<(), Trouble> {
        buffer.clear();
        encode(self.identity, batch, changes, buffer)?;
        let end = self.end + buffer.len() as u64;
        let stamp = stamp(self.identity, batch);
        let needed = end + stamp.len() as u64;
        if needed > self.length {
            let growth = needed.clamp(LEAST_GROWTH, MOST_GROWTH);
            let grown = usize::try_from(growth).unwrap_or_default();
            buffer.resize(buffer.len() + stamp.len() + grown, 0);
            self.length = needed + growth;
        }
        self.file.write(self.end, buffer)?;
        self.file.sync_data()?;
        self.file.write(end, &stamp)?;
        self.end = end;
        Ok(())
    }

    /// How large the file is.
    pub(super) fn bytes(&self) -> u64 {
        self.end
    }

    /// Takes all records out, and what may be left of a broken one. The database has them by now:
    /// should a crash bring them back, they are known by their numbers, hence no sync.
    pub(super) fn clear(&mut self) -> Result<(), Trouble> {
        self.begin_anew();
        self.file.set_len(self.end)?;
        self.length = self.end;
        Ok(())
    }

    /// The next record takes the place of the first one. All must be whole, and in the database:
    /// what is left of them is known by its numbers. A file that does not grow is synced faster.
    pub(super) fn begin_anew(&mut self) {
        self.end = HEADER_BYTES as u64;
    }
}

fn check_header(found: &[u8; HEADER_BYTES], identity: u64) -> Result<(), Trouble> {
    let number = |at: usize| u32::from_le_bytes(fixed(&found[at..]));
    if found[..8] != MAGIC {
        return Err(Trouble::Foreign("it is no log"));
    }
    if crc32fast::hash(&found[..20]) != number(20) {
        return Err(Trouble::Record("its header is broken".to_owned()));
    }
    if number(8) != FORMAT {
        return Err(Trouble::Format(number(8)));
    }
    if u64::from_le_bytes(fixed(&found[12..])) != identity {
        return Err(Trouble::Stray("it belongs to another database"));
    }
    Ok(())
}

/// The start of bytes that are long enough.
fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut fixed = [0; N];
    fixed.copy_from_slice(&bytes[..N]);
    fixed
}

/// A record's header.
struct Head {
    batch: u64,
    length: usize,
    sum: u32,
}

impl Head {
    fn read(mark: [u8; 4], identity: u64, bytes: &[u8]) -> Option<Self> {
        let head = bytes.get(..RECORD_HEADER_BYTES)?;
        let number = |at: usize| u32::from_le_bytes(fixed(&head[at..]));
        let good = head[..4] == mark && number(20) == head_sum(identity, &head[..20]);
        good.then(|| Head {
            batch: u64::from_le_bytes(fixed(&head[4..])),
            length: usize::try_from(number(12)).unwrap_or(usize::MAX),
            sum: number(16),
        })
    }

    /// The changes of the record that begins here, if it is whole.
    fn payload<'a>(&self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let payload = bytes[RECORD_HEADER_BYTES..].get(..self.length)?;
        (crc32fast::hash(payload) == self.sum).then_some(payload)
    }
}

fn records(identity: u64, applied: u64, mut bytes: &[u8]) -> Result<Vec<Record>, Trouble> {
    let mut records: Vec<Record> = Vec::new();
    while !bytes.is_empty() {
        let head = Head::read(MARK, identity, bytes);
        let whole = head.and_then(|head| Some((head.batch, head.payload(bytes)?)));
        let Some((batch, payload)) = whole else {
            let known = records.last().map_or(applied, |record| record.batch);
            return match later(identity, known, bytes) {
                None => Ok(records),
                Some(batch) => Err(Trouble::Record(format!(
                    "something before the end of its record {batch} is broken"
                ))),
            };
        };
        if batch > applied {
            let changes = changes(payload)
                .map_err(|error| Trouble::Record(format!("its record {batch}: {error}")))?;
            records.push(Record { batch, changes });
        }
        bytes = &bytes[RECORD_HEADER_BYTES + payload.len()..];
    }
    Ok(records)
}

/// The number of a record that shows that what breaks off here was whole: one that comes after it,
/// which need not be whole, for it was not begun before; or its own, in its stamp. Old ones may be
/// left over from before the file was cleared.
fn later(identity: u64, known: u64, bytes: &[u8]) -> Option<u64> {
    let newer = |mark, at: usize| {
        let head = Head::read(mark, identity, &bytes[at..])?;
        (head.batch > known).then_some(head.batch)
    };
    (1..bytes.len())
        .filter(|&at| bytes[at] == MARK[0])
        .find_map(|at| newer(MARK, at).or_else(|| newer(STAMP_MARK, at)))
}

fn changes(mut payload: &[u8]) -> Result<Vec<Change>, postcard::Error> {
    let mut changes = Vec::new();
    while !payload.is_empty() {
        let (change, rest) = postcard::take_from_bytes(payload)?;
        changes.push(change);
        payload = rest;
    }
    Ok(changes)
}
