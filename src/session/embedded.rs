//! The sandbox in this process: started with the window, ended with it, looked at now and then, and
//! started anew when somebody wants it to be as it was meant.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::explained::sandbox::obstacle;
use crate::sandbox::{Broker, Refusals, Sandbox, SandboxError, SandboxErrorKind};

use super::debugger::DebuggerEvent;
use super::sandbox::{Makeshift, SandboxCommand, SandboxEvent};
use super::say::{Say, Trouble};
use super::shared::Shared;
use super::{Event, GroupContent, TopicContent};

/// The sandbox while it runs.
pub(super) struct Embedded {
    broker: Arc<Broker>,
    refusals: Arc<Refusals>,
    /// Refused requests that the window knows of.
    told: u64,
    makeshift: Makeshift,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Embedded {
    /// Ends it. Then its port and its files are free.
    pub(super) async fn end(self) {
        let Self {
            broker, stop, task, ..
        } = self;
        stop.send_replace(true);
        let _ = task.await;
        // Its last owner closes the files, which may take a while.
        let _ = tokio::task::spawn_blocking(move || drop(broker)).await;
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

    /// Whether all that it lacks can be had now.
    async fn try_wished(&self, shared: &Shared) -> Result<(), SandboxError> {
        let wished = shared.sandbox_settings();
        if self.makeshift.wished.is_some() {
            Sandbox::try_address(wished.listen).await?;
        }
        match wished.data_dir {
            Some(folder) if self.makeshift.in_memory => Sandbox::try_folder(folder).await,
            _ => Ok(()),
        }
    }
}

/// Does with the sandbox what somebody wants; the one that runs then. One that has ended still holds its
/// files until then. One that runs goes on as it is if what is in its way is still there: what it
/// holds would be lost for nothing.
pub(super) async fn obey(
    shared: &Arc<Shared>,
    sandbox: Option<Embedded>,
    command: SandboxCommand,
) -> Option<Embedded> {
    if let Some(sandbox) = sandbox {
        if command == SandboxCommand::Restore
            && let Err(error) = sandbox.try_wished(shared).await
        {
            tell(shared, SandboxEvent::NotRestored(trouble(&error))).await;
            return Some(sandbox);
        }
        sandbox.end().await;
    }
    start(shared).await
}

/// Where the sandbox should listen may be taken; then any free port of the same address does.
/// Its data may not be usable; then it keeps them in memory, and the file is left as it is.
pub(super) async fn start(shared: &Arc<Shared>) -> Option<Embedded> {
    let mut settings = shared.sandbox_settings();
    let wished = settings.clone();
    // Its time can be moved, and the window's does not move with it.
    let clock = shared.clock.movable();
    let bound = loop {
        match Sandbox::bind(settings.clone(), clock.clone()).await {
            Err(error) if error.is_address_in_use() && settings.listen.port() != 0 => {
                settings.listen.set_port(0);
            }
            Err(error)
                if error.kind() == SandboxErrorKind::Store && settings.data_dir.is_some() =>
            {
                settings.data_dir = None;
                tell(shared, SandboxEvent::InMemory(trouble(&error))).await;
            }
            other => break other,
        }
    };
    let sandbox = match bound {
        Ok(sandbox) => sandbox,
        Err(error) => {
            tell(shared, SandboxEvent::Failed(trouble(&error))).await;
            return None;
        }
    };
    let keeps = settings.data_dir.is_some();
    let makeshift = Makeshift {
        wished: (settings.listen != wished.listen).then_some(wished.listen),
        in_memory: !keeps && wished.data_dir.is_some(),
    };
    let (addr, broker, refusals) = (sandbox.addr(), sandbox.broker(), sandbox.refusals());
    if let Some(now) = sandbox.moved_time() {
        tell(shared, SandboxEvent::TimeMoved(now.to_string())).await;
    }
    shared.sandbox_listens_on(addr);
    let teller = Arc::clone(shared);
    let (stop, mut stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = sandbox.run(shutdown).await {
            tell(&teller, SandboxEvent::Failed(trouble(&error))).await;
        }
    });
    let started = SandboxEvent::Started {
        addr,
        makeshift: makeshift.clone(),
        keeps,
    };
    tell(shared, started).await;
    Some(Embedded {
        broker,
        refusals,
        told: 0,
        makeshift,
        stop,
        task,
    })
}

async fn tell(shared: &Shared, event: SandboxEvent) {
    shared.emit(Event::Sandbox(event)).await;
}

/// What is in its way, and what to do.
fn trouble(error: &SandboxError) -> Box<Trouble> {
    let (why, said) = obstacle(error);
    let what = Say::new("notice-sandbox-failed");
    Box::new(Trouble::new(what, why, said.unwrap_or_default()))
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
