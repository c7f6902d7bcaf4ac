//! The sandbox in this process: started with the window, ended with it, looked at now and then.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sandbox::{Broker, Refusals, Sandbox, SandboxError, SandboxErrorKind};

use super::debugger::DebuggerEvent;
use super::shared::Shared;
use super::{Event, GroupContent, TopicContent};

/// The sandbox while it runs.
pub(super) struct Embedded {
    broker: Arc<Broker>,
    refusals: Arc<Refusals>,
    /// Refused requests that the window knows of.
    told: u64,
    pub(super) task: JoinHandle<()>,
}

impl Embedded {
    /// Whether it runs no more.
    pub(super) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    pub(super) fn content(&self) -> Vec<TopicContent> {
        content_of(&self.broker)
    }

    /// The requests that were refused since the last time, if any were.
    pub(super) fn refused(&mut self) -> Option<DebuggerEvent> {
        if self.refusals.count() == self.told {
            return None;
        }
        let newer = self.refusals.after(self.told);
        self.told = newer.count;
        Some(DebuggerEvent::Refused(newer.count, newer.refusals))
    }
}

/// Where the sandbox should listen may be taken; then any free port of the same address does.
/// Its data may not be usable; then it keeps them in memory, and the file is left as it is.
pub(super) async fn start(
    shared: &Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) -> Option<Embedded> {
    let mut settings = shared.sandbox_settings();
    let wished = settings.listen;
    // Its time can be moved, and the window's does not move with it.
    let clock = shared.clock.movable();
    let bound = loop {
        match Sandbox::bind(settings.clone(), clock.clone()).await {
            Err(error) if error.is_address_in_use() && settings.listen.port() != 0 => {
                settings.listen.set_port(0);
            }
            Err(error) if is_store(&error) && settings.data_dir.is_some() => {
                settings.data_dir = None;
                shared.emit(Event::SandboxInMemory(error.to_string())).await;
            }
            other => break other,
        }
    };
    let sandbox = match bound {
        Ok(sandbox) => sandbox,
        Err(error) => {
            shared.emit(Event::SandboxFailed(error.to_string())).await;
            return None;
        }
    };
    let wished = (settings.listen != wished).then_some(wished);
    let (addr, broker, refusals) = (sandbox.addr(), sandbox.broker(), sandbox.refusals());
    if let Some(now) = sandbox.moved_time() {
        shared.emit(Event::SandboxTimeMoved(now.to_string())).await;
    }
    shared.sandbox_listens_on(addr);
    let teller = Arc::clone(shared);
    let task = tokio::spawn(async move {
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = sandbox.run(shutdown).await {
            teller.emit(Event::SandboxFailed(error.to_string())).await;
        }
    });
    shared.emit(Event::SandboxStarted { addr, wished }).await;
    Some(Embedded {
        broker,
        refusals,
        told: 0,
        task,
    })
}

fn is_store(error: &SandboxError) -> bool {
    error.kind() == SandboxErrorKind::Store
}

fn content_of(broker: &Broker) -> Vec<TopicContent> {
    let overview = broker.overview();
    overview
        .topics
        .into_iter()
        .map(|topic| TopicContent {
            instance: topic.instance,
            topic: topic.topic,
            messages: topic.messages,
            groups: topic
                .groups
                .into_iter()
                .map(|group| GroupContent {
                    group: group.group,
                    ready: group.ready,
                    invisible: group.invisible,
                })
                .collect(),
        })
        .collect()
}
