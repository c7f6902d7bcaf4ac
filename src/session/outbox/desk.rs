//! The worker's end of the outbox: starts what is asked for and hands on the wish to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::session::Event;
use crate::session::shared::Shared;

use super::{OutboxEvent, OutboxJob, runner, scanner};

/// What is going on. Dropped, it stops all of it.
#[derive(Default)]
pub(in crate::session) struct Desk {
    run: Option<watch::Sender<bool>>,
    scan: StopFlag,
}

/// Tells somebody who cannot wait for news.
#[derive(Default)]
struct StopFlag(Option<Arc<AtomicBool>>);

impl StopFlag {
    fn raise(&mut self) {
        if let Some(flag) = self.0.take() {
            flag.store(true, Ordering::Relaxed);
        }
    }
}

impl Drop for StopFlag {
    fn drop(&mut self) {
        self.raise();
    }
}

impl Desk {
    pub(in crate::session) fn take(
        &mut self,
        shared: &Arc<Shared>,
        job: OutboxJob,
        tasks: &mut JoinSet<()>,
    ) {
        match job {
            OutboxJob::Run(order) => {
                let (stop, stopped) = watch::channel(false);
                self.run = Some(stop);
                tasks.spawn(runner::run(Arc::clone(shared), *order, stopped));
            }
            OutboxJob::StopRun => {
                if let Some(stop) = &self.run {
                    stop.send_replace(true);
                }
            }
            OutboxJob::Scan(order) => {
                self.scan.raise();
                let stopped = Arc::new(AtomicBool::new(false));
                self.scan = StopFlag(Some(Arc::clone(&stopped)));
                let shared = Arc::clone(shared);
                // Reading blocks; it ends by itself or by the flag, whatever becomes of the task.
                tasks.spawn_blocking(move || scanner::scan(&shared, &order, &stopped));
            }
            OutboxJob::StopScan => self.scan.raise(),
            OutboxJob::Foresee(order) => {
                let shared = Arc::clone(shared);
                tasks.spawn(async move {
                    let number = order.number;
                    let work = tokio::task::spawn_blocking(move || order.carry_out());
                    if let Ok(foreseen) = work.await {
                        let event = OutboxEvent::Foreseen(number, Arc::new(foreseen));
                        shared.emit(Event::Outbox(Box::new(event))).await;
                    }
                });
            }
        }
    }
}
