//! The sandbox in this process: started with the window, ended with it, looked at now and then.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::sandbox::{Broker, Sandbox};

use super::shared::Shared;
use super::{Event, GroupContent, TopicContent};

/// Where the sandbox should listen may be taken; then any free port of the same address does.
pub(super) async fn start(
    shared: &Arc<Shared>,
    mut stopped: watch::Receiver<bool>,
) -> Option<(Arc<Broker>, JoinHandle<()>)> {
    let wished = shared.sandbox_settings().listen;
    // Its time can be moved, and the window's does not move with it.
    let clock = shared.clock.movable();
    let bound = match Sandbox::bind(shared.sandbox_settings().clone(), clock.clone()).await {
        Err(error) if error.is_address_in_use() => {
            let mut elsewhere = shared.sandbox_settings().clone();
            elsewhere.listen.set_port(0);
            Sandbox::bind(elsewhere, clock)
                .await
                .map(|sandbox| (sandbox, Some(wished)))
        }
        other => other.map(|sandbox| (sandbox, None)),
    };
    let (sandbox, wished) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            shared.emit(Event::SandboxFailed(error.to_string())).await;
            return None;
        }
    };
    let (addr, broker) = (sandbox.addr(), sandbox.broker());
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
    Some((broker, task))
}

pub(super) fn content_of(broker: &Broker) -> Vec<TopicContent> {
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
