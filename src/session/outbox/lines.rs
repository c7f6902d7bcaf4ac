//! From the bytes of a JSONL or CSV file to its lines, one after the other. However large the file
//! is, no more than one line of it is in memory; a line that is no good does not end the reading.
//!
//! Opens no file: whoever reads brings the bytes.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::session::say::Say;

use super::row::Row;

/// Longest line: the largest body there is, every character of it escaped.
const LONGEST_LINE: usize = 32 << 20;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// An object of JSON on each line.
    Jsonl,
    /// A header, then records, with this between the cells.
    Csv(u8),
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number, from 1; 0 if it is about the whole file.
    pub line: u64,
    /// What is wrong.
    pub say: Say,
    /// Nothing behind it can be read.
    pub last: bool,
}

/// Lines of a file.
pub(super) type Lines = Box<dyn Iterator<Item = Result<Row, BadLine>> + Send>;

impl Format {
    /// As the name of a file has it, or else its first line.
    pub(super) fn of(name: &str, beginning: &[u8]) -> Self {
        let name = name.to_lowercase();
        let first = beginning.split(|&b| b == b'\n').next().unwrap_or_default();
        let count = |byte: u8| first.iter().filter(|&&b| b == byte).count();
        // What spreadsheets of some countries write is called CSV too.
        let separators = [b',', b';', b'\t', b'|'];
        let most = separators.into_iter().rev().max_by_key(|&b| count(b));
        let csv = Format::Csv(most.unwrap_or(b','));
        let begins = beginning.trim_ascii_start().first();
        match name.rsplit('.').next() {
            Some("csv") => csv,
            Some("tsv") => Format::Csv(b'\t'),
            Some("jsonl" | "ndjson" | "json") => Format::Jsonl,
            _ if begins == Some(&b'{') => Format::Jsonl,
            _ => csv,
        }
    }

    /// The lines in these bytes, blank ones left out.
    pub(in crate::session) fn lines(self, reader: impl BufRead + Send + 'static) -> Lines {
        self.lines_up_to(reader, LONGEST_LINE)
    }

    fn lines_up_to(self, reader: impl BufRead + Send + 'static, longest: usize) -> Lines {
        match self {
            Format::Jsonl => Box::new(Jsonl {
                reader,
                longest,
                line: 0,
                exported: false,
                ended: false,
            }),
            Format::Csv(separator) => Box::new(Csv::new(reader, separator, longest)),
        }
    }
}

fn unreadable(line: u64, error: &io::Error) -> BadLine {
    BadLine {
        line,
        say: Say::new("problem-row-unreadable").with("why", error),
        last: true,
    }
}

struct Jsonl<R> {
    reader: R,
    longest: usize,
    line: u64,
    /// It is an export, whose first and last lines say what it is and how much there was.
    exported: bool,
    ended: bool,
}

impl<R: BufRead> Jsonl<R> {
    /// The next line without its end; `None` behind the last.
    fn read(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let most = self.longest as u64 + 1;
        let read = (&mut self.reader)
            .take(most)
            .read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if self.line == 1 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        Ok(Some(bytes))
    }

    fn parse(&mut self, bytes: &[u8]) -> Result<Row, BadLine> {
        let line = self.line;
        let bad = |say, last| BadLine { line, say, last };
        if bytes.len() > self.longest && !bytes.ends_with(b"\n") {
            let mb = self.longest >> 20;
            let skipped = self.reader.skip_until(b'\n');
            skipped.map_err(|error| unreadable(line, &error))?;
            return Err(bad(Say::new("problem-row-long").with("mb", mb), false));
        }
        let text =
            str::from_utf8(bytes).map_err(|_| bad(Say::new("problem-row-encoding"), false))?;
        Row::from_json(line, text.trim()).map_err(|say| bad(say, false))
    }
}

impl<R: BufRead> Iterator for Jsonl<R> {
    type Item = Result<Row, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let bytes = match self.read() {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break,
                Err(error) => {
                    self.ended = true;
                    return Some(Err(unreadable(self.line + 1, &error)));
                }
            };
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let row = self.parse(&bytes);
            if let Ok(row) = &row
                && (row.opens_export() || self.exported && row.ends_export())
            {
                self.exported = true;
                continue;
            }
            self.ended = matches!(&row, Err(bad) if bad.last);
            return Some(row);
        }
        self.ended = true;
        None
    }
}

struct Csv<R: Read> {
    reader: csv::Reader<Bounded<R>>,
    /// Bytes that may still be read for one record.
    left: Arc<AtomicUsize>,
    longest: usize,
    header: Option<Vec<String>>,
    ended: bool,
}

/// A quote that never closes makes one record of all the rest: it ends here.
struct Bounded<R> {
    reader: R,
    left: Arc<AtomicUsize>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let room = buffer.len().min(left);
        let read = self.reader.read(&mut buffer[..room])?;
        self.left.fetch_sub(read, Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Read> Csv<R> {
    fn new(reader: R, separator: u8, longest: usize) -> Self {
        let left = Arc::new(AtomicUsize::new(longest));
        let bounded = Bounded {
            reader,
            left: Arc::clone(&left),
        };
        Self {
            reader: csv::ReaderBuilder::new()
                .delimiter(separator)
                .from_reader(bounded),
            left,
            longest,
            header: None,
            ended: false,
        }
    }

    /// Reads the header, once.
    fn begin(&mut self) -> Result<(), BadLine> {
        if self.header.is_some() {
            return Ok(());
        }
        let header: Vec<String> = match self.reader.headers() {
            Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
            Err(error) => {
                let mut bad = self.bad(&error);
                bad.last = true;
                return Err(bad);
            }
        };
        let blank = header.iter().all(String::is_empty);
        self.header = Some(header);
        if blank {
            return Err(BadLine {
                line: 1,
                say: Say::new("problem-row-header"),
                last: true,
            });
        }
        Ok(())
    }

    fn bad(&self, error: &csv::Error) -> BadLine {
        let here = self.reader.position().line();
        let line = error.position().map_or(here, csv::Position::line);
        let (say, last) = match error.kind() {
            csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                let mb = self.longest >> 20;
                (Say::new("problem-row-quote").with("mb", mb), true)
            }
            csv::ErrorKind::Io(error) => return unreadable(line, error),
            csv::ErrorKind::Utf8 { .. } => (Say::new("problem-row-encoding"), false),
            csv::ErrorKind::UnequalLengths {
                expected_len, len, ..
            } => {
                let say = Say::new("problem-row-cells").with("n", len);
                (say.with("expected", expected_len), false)
            }
            _ => {
                let say = Say::new("problem-row-unreadable").with("why", error);
                (say, true)
            }
        };
        BadLine { line, say, last }
    }

    fn read(&mut self) -> Result<Option<Row>, BadLine> {
        self.begin()?;
        self.left.store(self.longest, Ordering::Relaxed);
        let mut record = csv::StringRecord::new();
        match self.reader.read_record(&mut record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                let header = self.header.as_deref().unwrap_or_default();
                Ok(Some(Row::from_cells(line, header, record.iter())))
            }
            Err(error) => Err(self.bad(&error)),
        }
    }
}

impl<R: Read> Iterator for Csv<R> {
    type Item = Result<Row, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().transpose();
        self.ended = match &row {
            None => true,
            Some(Err(bad)) => bad.last,
            Some(Ok(_)) => false,
        };
        row
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    /// Lines and what is in column `a`, or the key of what is wrong.
    fn read(format: Format, bytes: &[u8], longest: usize) -> Vec<(u64, String)> {
        let reader = Cursor::new(bytes.to_vec());
        let lines = format.lines_up_to(reader, longest);
        lines
            .map(|line| match line {
                Ok(row) => {
                    let a = row.column("a").unwrap_or_default().into_owned();
                    (row.line, a)
                }
                Err(bad) => (bad.line, bad.say.key.to_owned()),
            })
            .collect()
    }

    #[track_caller]
    fn check(format: Format, text: impl AsRef<[u8]>, expected: &[(u64, &str)]) {
        let found = read(format, text.as_ref(), 64);
        let found: Vec<_> = found.iter().map(|(n, a)| (*n, a.as_str())).collect();
        assert_eq!(found, expected);
    }

    const CSV: Format = Format::Csv(b',');

    #[test]
    fn each_line_of_json_is_a_row_and_a_bad_one_ends_nothing() {
        check(Format::Jsonl, "", &[]);
        check(
            Format::Jsonl,
            "\u{feff}{\"a\": 1}\r\n\n  \n{\"a\"\n[]\n{\"a\": \"你\"}",
            &[
                (1, "1"),
                (4, "problem-row-json"),
                (5, "problem-row-object"),
                (6, "你"),
            ],
        );
        check(
            Format::Jsonl,
            b"{\"a\": \"\xff\"}\n{\"a\": 2}\n",
            &[(1, "problem-row-encoding"), (2, "2")],
        );
        check(
            Format::Jsonl,
            "{\"format\":\"mqscope-messages\"}\n{\"a\":1}\n{\"end\":1}\n",
            &[(2, "1")],
        );
        check(Format::Jsonl, "{\"end\":1}", &[(1, "")]);
        let long = format!("{{\"a\": \"{}\"}}\n{{\"a\": 3}}\n", "x".repeat(100));
        check(Format::Jsonl, long, &[(1, "problem-row-long"), (2, "3")]);
    }

    #[test]
    fn each_record_of_csv_is_a_row_at_the_line_where_it_begins() {
        check(CSV, "", &[(1, "problem-row-header")]);
        check(
            CSV,
            "\u{feff}a, b\n1,2\n\"x\ny\",\"say \"\"hi\"\"\"\n3\n4,5\n",
            &[(2, "1"), (3, "x\ny"), (5, "problem-row-cells"), (6, "4")],
        );
        check(
            CSV,
            b"a,b\n\xff,2\n3,4\n",
            &[(2, "problem-row-encoding"), (3, "3")],
        );
        let open = format!("a\n1\n\"{}\n", "x\n".repeat(100));
        let found = read(CSV, open.as_bytes(), 64);
        assert_eq!(
            found.last().map(|(_, a)| a.as_str()),
            Some("problem-row-quote")
        );
    }

    #[test]
    fn a_file_is_known_by_its_name_or_its_beginning() {
        let check = |name, text: &str, expected| {
            assert_eq!(Format::of(name, text.as_bytes()), expected, "{name}");
        };
        check("a.csv", "x;y;z\n1,2;3;4", Format::Csv(b';'));
        check("A.CSV", "{", CSV);
        check("a.tsv", "x,y", Format::Csv(b'\t'));
        check("a.jsonl", "x,y", Format::Jsonl);
        check("orders", "\n {\"a\": 1}", Format::Jsonl);
        check("orders", "body,tag\n", CSV);
    }

    proptest! {
        #[test]
        fn nothing_panics_and_lines_go_forward(
            bytes in proptest::collection::vec(any::<u8>(), 0..300), csv in any::<bool>()
        ) {
            let format = if csv { CSV } else { Format::Jsonl };
            let mut last = 0;
            for (line, _) in read(format, &bytes, 40) {
                prop_assert!(line >= last);
                last = line;
            }
        }

        #[test]
        fn what_csv_writes_is_read(cells in proptest::collection::vec("[a-c\",\n 你]{0,8}", 1..20)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            prop_assert!(writer.write_record(["a", "b"]).is_ok());
            for cell in &cells {
                prop_assert!(writer.write_record([cell, "x"]).is_ok());
            }
            let bytes = writer.into_inner().unwrap_or_default();
            let found: Vec<String> = read(CSV, &bytes, 1 << 16).into_iter().map(|(_, a)| a).collect();
            prop_assert_eq!(found, cells);
        }
    }
}
