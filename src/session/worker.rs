//! Does the jobs: the only place of the application that touches network, keyring and disk.
//!
//! Each job is a task of its own, so that a slow one holds up nobody. Keyring and disk block, so
//! they run where blocking is allowed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::protocol::{HandleList, NewMessage, OperationKind, TopicName};

use super::link::{EVENTS, JOBS};
use super::shared::{Shared, Start, blocking};
use super::subscription::SubscriptionId;
use super::{AckOrder, ConnectionId, Event, Job, Link, TopicContent, embedded, poller, trouble};

/// How often the window is told what is in the sandbox, if that has changed.
const LOOK_AT_SANDBOX: Duration = Duration::from_millis(500);

/// Starts the worker on a runtime. It ends when the link is dropped.
pub fn start(runtime: &Handle, start: Start) -> Link {
    let (jobs, job_queue) = mpsc::channel(JOBS);
    let (events, event_queue) = mpsc::channel(EVENTS);
    let shared = Arc::new(Shared::new(start, events));
    runtime.spawn(run(shared, job_queue));
    Link {
        jobs,
        events: event_queue,
    }
}

async fn run(shared: Arc<Shared>, mut jobs: Receiver<Job>) {
    let (stop_sandbox, sandbox_stopped) = watch::channel(false);
    let mut sandbox = embedded::start(&shared, sandbox_stopped).await;
    let mut pollers: HashMap<SubscriptionId, watch::Sender<bool>> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut look = tokio::time::interval(LOOK_AT_SANDBOX);
    let mut seen: Vec<TopicContent> = Vec::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                None => break,
                Some(Job::StartPolling(order)) => {
                    let (stop, stopped) = watch::channel(false);
                    pollers.insert(order.subscription, stop);
                    tasks.spawn(poller::run(Arc::clone(&shared), *order, stopped));
                }
                // Dropping the sender would stop it too, but says less.
                Some(Job::StopPolling(id)) => {
                    if let Some(stop) = pollers.remove(&id) {
                        stop.send_replace(true);
                    }
                }
                Some(job) => {
                    tasks.spawn(carry_out(Arc::clone(&shared), job));
                }
            },
            _ = look.tick() => {
                let content = sandbox.as_ref().map(|(broker, _)| embedded::content_of(broker));
                if let Some(content) = content.filter(|content| *content != seen) {
                    seen.clone_from(&content);
                    shared.emit(Event::SandboxContent(content)).await;
                }
            }
            Some(_) = tasks.join_next() => {}
        }
    }
    tasks.shutdown().await;
    stop_sandbox.send_replace(true);
    if let Some((_, task)) = sandbox.take() {
        let _ = task.await;
    }
}

async fn carry_out(shared: Arc<Shared>, job: Job) {
    match job {
        Job::Publish(connection, topic, message) => {
            let event = publish(&shared, &connection, &topic, &message).await;
            shared.emit(event).await;
        }
        Job::Ack(order) => ack(&shared, *order).await,
        Job::SaveConnection(profile, keys) => {
            let worker = Arc::clone(&shared);
            let event = blocking(move || worker.save_connection(profile, keys)).await;
            if let Some(event) = event {
                shared.emit(event).await;
            }
        }
        Job::DeleteConnection(id) => {
            let worker = Arc::clone(&shared);
            let failed = blocking(move || worker.delete_connection(&id)).await;
            if let Some(Err(why)) = failed {
                shared.emit(Event::ConfigNotWritten(why)).await;
            }
        }
        Job::SavePreferences(preferences) => {
            let worker = Arc::clone(&shared);
            let written =
                blocking(move || worker.change_config(|config| config.preferences = preferences));
            if let Some(Err(why)) = written.await {
                shared.emit(Event::ConfigNotWritten(why)).await;
            }
        }
        Job::FindKeys(id) => {
            let worker = Arc::clone(&shared);
            let found = blocking(move || {
                let state = worker.find_keys(&id);
                Event::KeysFound(id, state)
            });
            if let Some(event) = found.await {
                shared.emit(event).await;
            }
        }
        // Served where the pollers are kept.
        Job::StartPolling(_) | Job::StopPolling(_) => {}
    }
}

async fn publish(
    shared: &Arc<Shared>,
    connection: &ConnectionId,
    topic: &TopicName,
    message: &NewMessage,
) -> Event {
    let client = match shared.client(connection).await {
        Ok(client) => client,
        Err(trouble) => return Event::PublishFailed(trouble),
    };
    match client.publish(topic, message).await {
        Ok(answer) => Event::Published {
            receipt: answer.value,
            request_id: answer.request_id,
            elapsed: answer.elapsed,
        },
        Err(error) => {
            let endpoint = shared.endpoint_of(connection);
            let trouble = trouble::of_client(&error, OperationKind::Publish, &endpoint);
            Event::PublishFailed(Box::new(trouble))
        }
    }
}

async fn ack(shared: &Arc<Shared>, order: AckOrder) {
    let subscription = order.subscription;
    let client = match shared.client(&order.connection).await {
        Ok(client) => client,
        Err(trouble) => {
            let handles = order.handles;
            let event = Event::AckFailed {
                subscription,
                handles,
                trouble,
            };
            return shared.emit(event).await;
        }
    };
    for handles in HandleList::chunks(&order.handles) {
        let answer = client.ack(&order.topic, &order.group, &handles).await;
        let handles = handles.as_slice();
        let event = match answer {
            Ok(answer) => {
                let refused = answer.value;
                let done = handles
                    .iter()
                    .filter(|handle| refused.iter().all(|failure| failure.handle != **handle))
                    .cloned()
                    .collect();
                Event::Acked {
                    subscription,
                    done,
                    refused,
                    at: answer.received_at,
                }
            }
            Err(error) => {
                let endpoint = shared.endpoint_of(&order.connection);
                let trouble = trouble::of_client(&error, OperationKind::Ack, &endpoint);
                Event::AckFailed {
                    subscription,
                    handles: handles.to_vec(),
                    trouble: Box::new(trouble),
                }
            }
        };
        shared.emit(event).await;
    }
}
