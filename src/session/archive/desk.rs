//! The worker's end of the archive: starts what is asked for, hands on rows and the wish to stop.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::session::shared::Shared;

use super::writer::Answer;
use super::{ArchiveJob, TaskId, loader, replayer, writer};

/// Answers that may wait; no more than one is ever asked for.
const ANSWERS: usize = 4;

/// What is going on. Dropped, it stops all of it.
#[derive(Default)]
pub(in crate::session) struct Desk {
    tasks: HashMap<TaskId, Running>,
}

struct Running {
    answers: mpsc::Sender<Answer>,
    stop: watch::Sender<bool>,
}

impl Desk {
    pub(in crate::session) fn take(
        &mut self,
        shared: &Arc<Shared>,
        job: ArchiveJob,
        tasks: &mut JoinSet<()>,
    ) {
        self.tasks.retain(|_, task| !task.answers.is_closed());
        match job {
            ArchiveJob::Export(order) => {
                let (answers, stop) = self.begin(order.id);
                tasks.spawn(writer::run(Arc::clone(shared), *order, answers, stop));
            }
            ArchiveJob::Replay(order) => {
                let (answers, stop) = self.begin(order.id);
                tasks.spawn(replayer::run(Arc::clone(shared), *order, answers, stop));
            }
            ArchiveJob::Load(id, view, path, zone) => {
                let (answers, stop) = self.begin(id);
                let shared = Arc::clone(shared);
                tasks.spawn(loader::run(shared, (id, view), (path, zone), answers, stop));
            }
            ArchiveJob::Rows(id, records, looked) => {
                self.answer(id, Answer { records, looked });
            }
            ArchiveJob::Taken(id) => {
                let records = Vec::new();
                self.answer(id, Answer { records, looked: 0 });
            }
            ArchiveJob::Stop(id) => {
                if let Some(task) = self.tasks.get(&id) {
                    task.stop.send_replace(true);
                }
            }
        }
    }

    fn begin(&mut self, id: TaskId) -> (mpsc::Receiver<Answer>, watch::Receiver<bool>) {
        let (answers, answered) = mpsc::channel(ANSWERS);
        let (stop, stopped) = watch::channel(false);
        self.tasks.insert(id, Running { answers, stop });
        (answered, stopped)
    }

    fn answer(&self, id: TaskId, answer: Answer) {
        if let Some(task) = self.tasks.get(&id) {
            // It fails for one that has ended.
            let _ = task.answers.try_send(answer);
        }
    }
}
