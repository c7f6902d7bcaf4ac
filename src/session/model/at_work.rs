//! What goes on that ends with the window: for the question before it closes.

use std::path::PathBuf;

use super::Model;
use crate::session::archive::{ExportFormat, TaskKind};
use crate::session::outbox::Source;

/// Work that is not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What is done.
    pub kind: WorkKind,
    /// Messages that are through.
    pub done: u64,
    /// How many there are, if that is known.
    pub total: Option<u64>,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkKind {
    /// The form is published many times.
    Repeat,
    /// The lines of this file are published.
    File(PathBuf),
    /// Dead letters are sent again.
    Letters,
    /// Messages are published once more.
    Replay,
    /// Messages are written to this file, or their bodies to this folder.
    Export {
        /// Where to.
        path: PathBuf,
        /// A file for each body.
        bodies: bool,
    },
}

impl Model {
    /// What goes on that ends with the window.
    pub fn at_work(&self) -> Vec<Work> {
        let run = self.outbox.running().map(|run| Work {
            kind: match &run.source {
                Source::Form(_) => WorkKind::Repeat,
                Source::File(file) => WorkKind::File(file.path.clone()),
            },
            done: run.report.taken.saturating_sub(run.report.in_flight),
            total: run.total,
        });
        let letters = self.letters.run().filter(|run| !run.ended());
        let letters = letters.map(|run| Work {
            kind: WorkKind::Letters,
            done: run.done() as u64,
            total: Some(run.total as u64),
        });
        let tasks = self.archive.running().map(|task| Work {
            kind: match &task.kind {
                TaskKind::Replay { .. } => WorkKind::Replay,
                TaskKind::Export { format, path, .. } => WorkKind::Export {
                    path: path.clone(),
                    bodies: *format == ExportFormat::Bodies,
                },
            },
            done: task.sum.all(),
            total: Some(task.total),
        });
        run.into_iter().chain(letters).chain(tasks).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::protocol::Timestamp;
    use crate::session::archive::{ArchiveCommand, ExportWish, Scope};
    use crate::session::cells::tests::Sample;
    use crate::session::letters::ResendWish;
    use crate::session::model::Setup;
    use crate::session::outbox::{Each, FileSource, OutboxCommand, Pace};
    use crate::session::{Command, Draft};

    const NOW: Timestamp = Timestamp::from_millis(5);

    #[test]
    fn each_kind_of_work_is_told_until_it_is_over() {
        let mut model = Model::new(Setup::default());
        let view = model.views()[0].id;
        let rows = &mut model.views.get_mut(view).unwrap().rows;
        Sample::default().arrive(rows, Timestamp::from_millis(0));
        rows.select_all(true);
        assert_eq!(model.at_work(), []);

        let path = PathBuf::from("/x/lines.jsonl");
        let file = FileSource {
            path: path.clone(),
            each: Each::Message,
            from_line: 1,
        };
        let pace = Pace {
            rate: Some(1.0),
            parallel: 1,
            stop_at_error: false,
        };
        let run = OutboxCommand::Run(Box::new((Draft::default(), Source::File(file), pace)));
        assert!(model.apply(Command::Outbox(run), NOW).is_some());
        let wish = ResendWish {
            topic: "orders".parse().unwrap(),
            to_origin: false,
            ack: false,
        };
        let rows = &model.views.get(view).unwrap().rows;
        assert!(model.letters.begin(view, rows, wish));
        for format in [ExportFormat::Jsonl, ExportFormat::Bodies] {
            let export = ArchiveCommand::Export(Box::new(ExportWish {
                view,
                scope: Scope::All,
                format,
                path: PathBuf::from("/x/out"),
                replace: false,
            }));
            model.apply(Command::Archive(export), NOW);
        }
        let kinds: Vec<WorkKind> = model.at_work().into_iter().map(|work| work.kind).collect();
        let export = |bodies| WorkKind::Export {
            path: PathBuf::from("/x/out"),
            bodies,
        };
        let expected = [
            WorkKind::File(path),
            WorkKind::Letters,
            export(false),
            export(true),
        ];
        assert_eq!(kinds, expected);

        model.letters.stop();
        let exports: Vec<u64> = model.archive.running().map(|task| task.id).collect();
        for id in exports {
            model.apply(Command::Archive(ArchiveCommand::Stop(id)), NOW);
        }
        assert_eq!(
            model.at_work().len(),
            1,
            "a run ends once its worker says so"
        );
    }
}
