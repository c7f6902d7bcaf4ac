//! An export: asks for the rows piece by piece and writes them. Asked to stop, or broken, it
//! leaves no file behind that looks whole.

use std::collections::HashSet;
use std::io;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::session::Event;
use crate::session::say::{Say, Trouble};
use crate::session::shared::{Shared, blocking};

use super::format::Record;
use super::sink::Sink;
use super::{ArchiveEvent, End, ExportFormat, ExportOrder, Sum};

/// Rows that are asked for at once.
const ASK: usize = 4_096;

/// The first so many of the rows that were asked for, as far as they are there.
pub(super) struct Answer {
    pub(super) records: Vec<Record>,
    pub(super) looked: usize,
}

impl Answer {
    /// How many were not there any more.
    pub(super) fn gone(&self) -> u64 {
        self.looked.saturating_sub(self.records.len()) as u64
    }
}

/// Writes until all is written, or until it is to stop.
pub(super) async fn run(
    shared: Arc<Shared>,
    mut order: ExportOrder,
    answers: mpsc::Receiver<Answer>,
    stop: watch::Receiver<bool>,
) {
    let id = order.id;
    let mut sum = Sum::default();
    let numbers = std::mem::take(&mut order.numbers);
    let asking = Asking {
        shared: &shared,
        id,
        at_once: ASK,
        numbers: Vec::new(),
        answers,
        stop,
    };
    let end = match export(asking, &order, numbers, &mut sum).await {
        Ok(end) => end,
        Err(error) => End::Broken(Box::new(trouble(&order, &error))),
    };
    shared
        .emit(Event::Archive(ArchiveEvent::Ended(id, sum, end)))
        .await;
}

async fn export(
    mut asking: Asking<'_>,
    order: &ExportOrder,
    numbers: Vec<u64>,
    sum: &mut Sum,
) -> io::Result<End> {
    let kept = ExportOrder {
        columns: order.columns.clone(),
        header: order.header.clone(),
        path: order.path.clone(),
        numbers: Vec::new(),
        ..*order
    };
    let opened = blocking(move || {
        // One that was looked at twice is written once.
        let mut seen = HashSet::with_capacity(numbers.len());
        let numbers: Vec<u64> = numbers.into_iter().filter(|n| seen.insert(*n)).collect();
        Sink::open(&kept).map(|sink| (numbers, sink))
    });
    let (numbers, mut sink) = opened
        .await
        .unwrap_or_else(|| Err(io::ErrorKind::Other.into()))?;
    asking.numbers = numbers;
    loop {
        let answer = match asking.next().await {
            Next::Answer(answer) => answer,
            Next::All => break,
            Next::Stop => return Ok(End::Stopped),
        };
        sum.gone += answer.gone();
        let written = blocking(move || {
            let (mut messages, mut bytes) = (0, 0);
            for record in answer.records {
                bytes += sink.write(record)?;
                messages += 1;
            }
            io::Result::Ok((sink, messages, bytes))
        });
        let (back, messages, bytes) = written
            .await
            .unwrap_or_else(|| Err(io::ErrorKind::Other.into()))?;
        sink = back;
        sum.messages += messages;
        sum.bytes += bytes;
        let going = ArchiveEvent::Going(order.id, sum.clone());
        asking.shared.emit(Event::Archive(going)).await;
    }
    let messages = sum.messages;
    let finished = blocking(move || sink.finish(messages)).await;
    finished.unwrap_or_else(|| Err(io::ErrorKind::Other.into()))?;
    Ok(End::Done)
}

/// Asks the window for rows.
pub(super) struct Asking<'a> {
    pub(super) shared: &'a Shared,
    pub(super) id: u64,
    /// Rows that are asked for at once.
    pub(super) at_once: usize,
    /// Those that are still to be asked for.
    pub(super) numbers: Vec<u64>,
    pub(super) answers: mpsc::Receiver<Answer>,
    pub(super) stop: watch::Receiver<bool>,
}

/// What comes next.
pub(super) enum Next {
    Answer(Answer),
    All,
    Stop,
}

impl Asking<'_> {
    pub(super) async fn next(&mut self) -> Next {
        if *self.stop.borrow() {
            return Next::Stop;
        }
        if self.numbers.is_empty() {
            return Next::All;
        }
        let wanted = self.numbers[..self.numbers.len().min(self.at_once)].to_vec();
        let want = ArchiveEvent::Want(self.id, wanted);
        self.shared.emit(Event::Archive(want)).await;
        let answer = tokio::select! {
            answer = self.answers.recv() => answer,
            // A sender that is gone means the same.
            _ = self.stop.wait_for(|stop| *stop) => None,
        };
        match answer {
            Some(answer) => {
                self.numbers.drain(..answer.looked.min(self.numbers.len()));
                Next::Answer(answer)
            }
            None => Next::Stop,
        }
    }
}

fn trouble(order: &ExportOrder, error: &io::Error) -> Trouble {
    let path = order.path.display();
    let next = match error.kind() {
        io::ErrorKind::AlreadyExists => "archive-export-exists-next",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "archive-export-denied-next"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "archive-export-full-next",
        _ => "archive-export-failed-next",
    };
    let what = match order.format {
        ExportFormat::Bodies => "archive-export-bodies-failed",
        ExportFormat::Jsonl | ExportFormat::Csv { .. } => "archive-export-failed",
    };
    Trouble::new(
        Say::new(what).with("path", path),
        Say::new(next),
        error.to_string(),
    )
}
