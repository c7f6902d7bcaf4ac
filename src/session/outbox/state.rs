//! What is known of the outbox: the run that goes on or was the last, the file that was looked at,
//! the templates. At most one run and one look at a time.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::protocol::{Limits, NewMessage, Timestamp, TopicName};
use crate::session::draft::Draft;
use crate::session::say::{Level, Notice, Say};
use crate::session::sent::Sent;
use crate::session::templates::{TemplateChange, Templates};
use crate::session::{ConnectionId, Job};

use super::foresight::{self, ForeseeOrder, Foreseen};
use super::maker::{Each, Maker, Surroundings};
use super::order::{FileSource, Pace, RunOrder, ScanOrder, Source};
use super::row::Row;
use super::scan::Findings;
use super::tally::{End, Report, Tally};
use super::{Latest, OutboxCommand, OutboxEvent, OutboxJob};

/// The outbox.
#[derive(Debug)]
pub struct Outbox {
    surroundings: Arc<Surroundings>,
    run: Option<Run>,
    scan: Option<Scan>,
    templates: Option<Templates>,
    foresight: Option<(u64, Option<Arc<Foreseen>>)>,
    /// What the figures have not heard of, and where it was sent.
    sent: Option<(ConnectionId, Sent)>,
    ids: u64,
}

/// Many messages that are published, or were.
#[derive(Debug)]
pub struct Run {
    /// Tells runs apart.
    pub id: u64,
    /// Where they go.
    pub connection: ConnectionId,
    /// Where they come from.
    pub source: Source,
    /// How many there are, if that is known.
    pub total: Option<u64>,
    /// The number of the first.
    pub first_number: u64,
    /// Somebody asked it to stop.
    pub stopping: bool,
    /// What came of them so far.
    pub report: Report,
}

/// A file that is looked at, or was.
#[derive(Debug)]
pub struct Scan {
    id: u64,
    draft: Draft,
    limits: Limits,
    /// The file.
    pub file: FileSource,
    /// What is in it, as far as it is read.
    pub findings: Findings,
}

impl Run {
    /// Whether it is still going on.
    pub fn is_running(&self) -> bool {
        self.report.ended.is_none()
    }
}

impl Scan {
    /// Whether it says what would become of this file with this draft.
    fn is_of(&self, draft: &Draft, limits: &Limits, file: &FileSource) -> bool {
        let same_file = self.file.path == file.path && self.file.each == file.each;
        let same_draft = match file.each {
            Each::Message => self.draft.topic == draft.topic,
            Each::Fills => self.draft.is_like(draft),
        };
        same_file && same_draft && self.limits == *limits
    }
}

impl Outbox {
    pub(in crate::session) fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings: Arc::new(surroundings),
            run: None,
            scan: None,
            templates: None,
            foresight: None,
            sent: None,
            ids: 0,
        }
    }

    /// The time zone that times are typed in.
    pub(in crate::session) fn zone(&self) -> &TimeZone {
        &self.surroundings.zone
    }

    /// Times are typed in this zone from now on.
    pub(in crate::session) fn set_zone(&mut self, zone: TimeZone) {
        if self.surroundings.zone != zone {
            Arc::make_mut(&mut self.surroundings).zone = zone;
            // What was made of a draft may be another time now.
            self.ids += 1;
        }
    }

    /// Many messages that are published, or were the last.
    pub fn run(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    /// The run, while it goes on.
    pub fn running(&self) -> Option<&Run> {
        self.run().filter(|run| run.is_running())
    }

    /// What is known of this file, if that still holds for this draft.
    pub fn scan(&self, draft: &Draft, limits: &Limits, file: &FileSource) -> Option<&Scan> {
        let scan = self.scan.as_ref();
        scan.filter(|scan| scan.is_of(draft, limits, file))
    }

    /// Templates; `None` until they are read.
    pub fn templates(&self) -> Option<&Templates> {
        self.templates.as_ref()
    }

    /// What would come of a draft, filled in from a file if there is one.
    pub fn foresee(
        &self,
        draft: &Draft,
        file: Option<&FileSource>,
        limits: &Limits,
        now: Timestamp,
    ) -> Foreseen {
        let samples = file.map(|file| self.samples(file));
        foresight::foresee(draft, samples, limits, &self.surroundings, now)
    }

    /// The first lines of a file, as far as they are known.
    fn samples(&self, file: &FileSource) -> &[Row] {
        let scan = self
            .scan
            .as_ref()
            .filter(|scan| scan.file.path == file.path);
        scan.map_or(&[], |scan| scan.findings.samples.as_slice())
    }

    /// The number of the long draft that was last asked about, and what was found out about it, if
    /// that is known by now.
    pub fn foresight(&self) -> Option<(u64, Option<&Arc<Foreseen>>)> {
        let (number, foreseen) = self.foresight.as_ref()?;
        Some((*number, foreseen.as_ref()))
    }

    /// Changes whenever [`Outbox::foresee`] may, for the same draft and file.
    pub fn revision(&self) -> (u64, u64, bool) {
        let sampled = self.scan.as_ref();
        let sampled = sampled.is_some_and(|scan| !scan.findings.samples.is_empty());
        (self.surroundings.seed, self.ids, sampled)
    }

    /// The one message of a draft.
    pub(in crate::session) fn one(
        &self,
        draft: &Draft,
        limits: Limits,
        now: Timestamp,
    ) -> Result<(TopicName, NewMessage), Say> {
        let maker = Maker::new(
            draft,
            Each::Fills,
            limits.clone(),
            Arc::clone(&self.surroundings),
        );
        match maker {
            Ok(maker) => maker.make(maker.first_number(), None, now),
            // The form says so itself, unless something changed between its look and the click.
            Err(mut problems) => Err(problems.swap_remove(0).say),
        }
    }

    /// What was answered since this was last asked, and where it was sent.
    pub(in crate::session) fn take_sent(&mut self) -> Option<(ConnectionId, Sent)> {
        self.sent.take()
    }

    /// From now on chance falls otherwise.
    pub(in crate::session) fn shake(&mut self) {
        let known = Arc::make_mut(&mut self.surroundings);
        known.seed = fastrand::Rng::with_seed(known.seed).u64(..);
    }

    /// Carries out a command, for the selected connection.
    pub(in crate::session) fn apply(
        &mut self,
        command: OutboxCommand,
        connection: ConnectionId,
        limits: Limits,
        now: Timestamp,
    ) -> Option<Job> {
        match command {
            OutboxCommand::Scan(what) => Some(self.look_at(what.0, what.1, limits)),
            OutboxCommand::DropScan => self.drop_scan(),
            OutboxCommand::Run(what) => self.start(connection, limits, *what, now),
            OutboxCommand::StopRun => self.stop(),
            OutboxCommand::DropRun => {
                if self.running().is_none() {
                    self.run = None;
                }
                None
            }
            OutboxCommand::Template(change) => self.change_templates(*change),
            OutboxCommand::Foresee(number, draft, file, format) => {
                self.foresight = Some((number, None));
                let samples = file.map(|file| self.samples(&file).to_vec());
                let order = ForeseeOrder {
                    number,
                    draft,
                    samples,
                    limits,
                    surroundings: Arc::clone(&self.surroundings),
                    now,
                    format,
                };
                Some(Job::Outbox(OutboxJob::Foresee(Box::new(order))))
            }
        }
    }

    /// Takes in what happened. What is worth a notice is the answer.
    pub(in crate::session) fn absorb(
        &mut self,
        event: OutboxEvent,
        now: Timestamp,
    ) -> Option<Notice> {
        match event {
            OutboxEvent::Found(id, latest) => {
                if let Some(scan) = self.scan.as_mut().filter(|scan| scan.id == id) {
                    scan.findings = latest.look(|findings| findings.clone());
                }
                None
            }
            OutboxEvent::Ran(id, latest) => self.ran(id, &latest, now),
            OutboxEvent::Templates(templates) => {
                self.templates = Some(templates);
                None
            }
            OutboxEvent::Foreseen(number, foreseen) => {
                let asked = self.foresight.as_mut().filter(|asked| asked.0 == number);
                if let Some(asked) = asked {
                    asked.1 = Some(foreseen);
                }
                None
            }
            OutboxEvent::TemplatesDamaged(path, why) => Some(Notice {
                at: now,
                level: Level::Warning,
                summary: Say::new("notice-templates-damaged").with("path", path),
                detail: why,
                next_step: Some(Say::new("notice-templates-damaged-next")),
                card: None,
            }),
            OutboxEvent::TemplatesNotKept(why) => Some(Notice {
                at: now,
                level: Level::Error,
                summary: Say::new("notice-templates-not-kept"),
                detail: why,
                next_step: Some(Say::new("notice-templates-not-kept-next")),
                card: None,
            }),
        }
    }

    fn look_at(&mut self, draft: Draft, file: FileSource, limits: Limits) -> Job {
        self.ids += 1;
        let findings = Latest::new(Findings::default());
        let order = ScanOrder {
            id: self.ids,
            limits: limits.clone(),
            draft: draft.clone(),
            file: file.clone(),
            surroundings: Arc::clone(&self.surroundings),
            findings: findings.clone(),
        };
        self.scan = Some(Scan {
            id: self.ids,
            draft,
            limits,
            file,
            findings: Findings::default(),
        });
        Job::Outbox(OutboxJob::Scan(Box::new(order)))
    }

    fn drop_scan(&mut self) -> Option<Job> {
        let scan = self.scan.take()?;
        (!scan.findings.ended).then_some(Job::Outbox(OutboxJob::StopScan))
    }

    /// Starts, unless a run goes on.
    fn start(
        &mut self,
        connection: ConnectionId,
        limits: Limits,
        (draft, source, pace): (Draft, Source, Pace),
        now: Timestamp,
    ) -> Option<Job> {
        if self.running().is_some() {
            return None;
        }
        self.ids += 1;
        let total = match &source {
            Source::Form(times) => Some(*times),
            Source::File(file) => {
                let scan = self.scan(&draft, &limits, file);
                let scan = scan.filter(|scan| scan.findings.ended && file.from_line <= 1);
                scan.map(|scan| scan.findings.good + scan.findings.bad)
            }
        };
        let tally = Tally::new(now);
        self.run = Some(Run {
            id: self.ids,
            connection: connection.clone(),
            source: source.clone(),
            total,
            first_number: draft.seq_from.0,
            stopping: false,
            report: tally.report(),
        });
        Some(Job::Outbox(OutboxJob::Run(Box::new(RunOrder {
            id: self.ids,
            connection,
            limits,
            draft,
            source,
            pace,
            surroundings: Arc::clone(&self.surroundings),
            tally: Latest::new(tally),
        }))))
    }

    fn stop(&mut self) -> Option<Job> {
        let run = self.run.as_mut().filter(|run| run.is_running())?;
        if std::mem::replace(&mut run.stopping, true) {
            return None;
        }
        Some(Job::Outbox(OutboxJob::StopRun))
    }

    /// Takes in news of a run. Where something went wrong, its end is worth a notice: the form may
    /// be out of sight.
    fn ran(&mut self, id: u64, latest: &Latest<Tally>, now: Timestamp) -> Option<Notice> {
        let run = self.run.as_mut().filter(|run| run.id == id)?;
        let was_running = run.is_running();
        let sent;
        (run.report, sent) = latest.look(|tally| (tally.report(), tally.take_sent()));
        self.sent = Some((run.connection.clone(), sent));
        if !was_running || run.is_running() {
            return None;
        }
        let report = &run.report;
        let wrong = report.failed + report.unknown + report.unfit;
        let broken = matches!(report.ended, Some((_, End::Broken(_))));
        let notice = (wrong > 0 || broken).then(|| Notice {
            at: now,
            level: Level::Warning,
            summary: Say::new("notice-run-ended")
                .with("stored", report.stored)
                .with("failed", report.failed + report.unfit)
                .with("unknown", report.unknown),
            detail: String::new(),
            next_step: Some(Say::new("notice-run-ended-next")),
            card: None,
        });
        self.shake();
        notice
    }

    /// The worker had no room for this.
    pub(in crate::session) fn not_taken(&mut self, job: &OutboxJob) {
        match job {
            OutboxJob::Scan(_) => self.scan = None,
            OutboxJob::Run(_) => self.run = None,
            OutboxJob::StopRun => {
                if let Some(run) = &mut self.run {
                    run.stopping = false;
                }
            }
            // The form asks again.
            OutboxJob::Foresee(_) => self.foresight = None,
            OutboxJob::StopScan => {}
        }
    }

    /// Changes the templates; the disk follows.
    fn change_templates(&mut self, change: TemplateChange) -> Option<Job> {
        self.templates.as_mut()?.apply(&change).ok()?;
        Some(Job::ChangeTemplates(Box::new(change)))
    }
}
