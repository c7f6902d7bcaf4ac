//! What messages are written into: a file that appears as a whole once it is complete, or a folder
//! of files. Blocks on the disk, so it is used where blocking is allowed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::protocol::Timestamp;

use super::cells::{BYTE_ORDER_MARK, Sheet};
use super::format::{Record, Recorded, encode_end};
use super::names::name_of;
use super::{ExportFormat, ExportOrder};

/// How many names are tried for a body whose name is taken.
const NAMES: u32 = 10_000;

/// Where messages go.
pub(super) enum Sink {
    Jsonl(Beside),
    Csv(Box<csv::Writer<Beside>>, Sheet, Timestamp),
    Bodies(PathBuf),
}

/// A file beside the one that it will be, gone unless it is finished.
pub(super) struct Beside {
    file: BufWriter<NamedTempFile>,
    target: PathBuf,
    replace: bool,
}

impl Beside {
    fn create(target: &Path, replace: bool) -> io::Result<Self> {
        // Said before there is any work; whether it still holds is seen at the end.
        if !replace && fs::symlink_metadata(target).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // A link stays one: what it points at is replaced.
        let target = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
        let folder = target.parent().unwrap_or(Path::new("."));
        Ok(Self {
            file: BufWriter::with_capacity(256 << 10, NamedTempFile::new_in(folder)?),
            target,
            replace,
        })
    }

    /// The file is whole: it takes its place.
    fn finish(self) -> io::Result<()> {
        let file = self
            .file
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let moved = match self.replace {
            true => file.persist(&self.target),
            false => file.persist_noclobber(&self.target),
        };
        moved.map(|_| ()).map_err(|error| error.error)
    }
}

impl io::Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink {
    pub(super) fn open(order: &ExportOrder) -> io::Result<Self> {
        let beside = || Beside::create(&order.path, order.replace);
        match order.format {
            ExportFormat::Jsonl => {
                let mut file = beside()?;
                writeln!(file, "{}", order.header.encode()?)?;
                Ok(Sink::Jsonl(file))
            }
            ExportFormat::Csv { as_shown, safe } => {
                let sheet = Sheet::new(as_shown.then_some(&*order.columns), safe);
                let mut file = beside()?;
                if safe {
                    file.write_all(BYTE_ORDER_MARK.as_bytes())?;
                }
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(sheet.header())?;
                Ok(Sink::Csv(Box::new(writer), sheet, order.header.exported))
            }
            ExportFormat::Bodies => {
                fs::create_dir_all(&order.path)?;
                Ok(Sink::Bodies(order.path.clone()))
            }
        }
    }

    /// Writes a message. How many bytes that took, about.
    pub(super) fn write(&mut self, record: Record) -> io::Result<u64> {
        match self {
            Sink::Jsonl(file) => {
                let line = record.encode()?;
                file.write_all(line.as_bytes())?;
                file.write_all(b"\n")?;
                Ok(line.len() as u64 + 1)
            }
            Sink::Csv(writer, sheet, now) => {
                let cells = sheet.row(&record, *now);
                writer.write_record(&cells)?;
                Ok(cells.iter().map(|cell| cell.len() as u64 + 1).sum())
            }
            Sink::Bodies(folder) => {
                let mut file = new_file(folder, &record)?;
                let text = match &record.message {
                    Recorded::Whole(message) => &message.body,
                    Recorded::Damaged(damaged) => &damaged.raw,
                };
                file.write_all(text.as_bytes())?;
                Ok(text.len() as u64)
            }
        }
    }

    /// All is written.
    pub(super) fn finish(self, messages: u64) -> io::Result<()> {
        match self {
            Sink::Jsonl(mut file) => {
                writeln!(file, "{}", encode_end(messages))?;
                file.finish()
            }
            Sink::Csv(writer, ..) => {
                let file = writer.into_inner().map_err(|error| {
                    io::Error::new(error.error().kind(), error.error().to_string())
                })?;
                file.finish()
            }
            Sink::Bodies(_) => Ok(()),
        }
    }
}

/// A file of a name that nobody has yet.
fn new_file(folder: &Path, record: &Record) -> io::Result<File> {
    let (name, ending) = name_of(record);
    for number in 1..NAMES {
        let name = match number {
            1 => format!("{name}.{ending}"),
            _ => format!("{name}-{number}.{ending}"),
        };
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(folder.join(name));
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
