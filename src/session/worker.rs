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
use tokio::task::{JoinHandle, JoinSet};

use crate::cards::{Card, Doing};
use crate::protocol::{AckAction, HandleList};

use super::desktop::listener;
use super::link::{EVENTS, JOBS};
use super::outbox::desk::Desk;
use super::poller::Wish;
use super::samples::filler;
use super::settings::ConfigJob;
use super::shared::{Shared, Start};
use super::subscription::SubscriptionId;
use super::{
    AckOrder, Event, Job, Link, TopicContent, TrafficJob, admin, archive, chooser, embedded,
    examiner, explainer, history_file, keeper, opener, poller, publishing, reader, traffic,
};

/// How often the window is told what is in the sandbox, and what somebody else wrote into the file
/// of the settings, if that has changed.
const LOOK: Duration = Duration::from_millis(500);

/// A worker that runs. It ends when its link is dropped.
#[derive(Debug)]
pub struct Worker(JoinHandle<()>);

impl Worker {
    /// Returns once everything is kept and the sandbox has stopped.
    pub async fn ended(self) {
        // A worker that panicked has ended too.
        let _ = self.0.await;
    }
}

/// Starts the worker on a runtime.
pub fn start(runtime: &Handle, start: Start) -> (Link, Worker) {
    let (jobs, job_queue) = mpsc::channel(JOBS);
    let (events, event_queue) = mpsc::channel(EVENTS);
    let (history, wishes) = mpsc::channel(JOBS);
    let (tap, traffic) = traffic::tap::tap(Arc::clone(&start.wake));
    let desktop = listener::open(start.desktop.clone());
    let shared = Arc::new(Shared::new(start, events, history, tap));
    let worker = Worker(runtime.spawn(run(shared, job_queue, wishes, desktop)));
    let link = Link {
        jobs,
        events: event_queue,
        traffic,
    };
    (link, worker)
}

async fn run(
    shared: Arc<Shared>,
    mut jobs: Receiver<Job>,
    wishes: Receiver<history_file::Wish>,
    desktop: listener::Wishes,
) {
    let mut sandbox = embedded::start(&shared).await;
    let mut pollers: HashMap<SubscriptionId, watch::Sender<Wish>> = HashMap::new();
    let mut watcher: Option<watch::Sender<bool>> = None;
    let mut desk = Desk::default();
    let mut archive = archive::desk::Desk::default();
    let mut samples = filler::Desk::default();
    let mut tasks = JoinSet::new();
    tasks.spawn(listener::run(Arc::clone(&shared), desktop));
    let (keep, to_keep) = mpsc::channel(JOBS);
    let keeper = tokio::spawn(keeper::run(Arc::clone(&shared), to_keep));
    let history = tokio::spawn(history_file::run(Arc::clone(&shared), wishes));
    let mut look = tokio::time::interval(LOOK);
    let mut seen: Vec<TopicContent> = Vec::new();
    loop {
        tokio::select! {
            job = jobs.recv() => match job {
                None => break,
                Some(Job::StartPolling(order)) => {
                    let (wishes, wish) = watch::channel(Wish::Go);
                    pollers.insert(order.subscription, wishes);
                    tasks.spawn(poller::run(Arc::clone(&shared), *order, wish));
                }
                Some(
                    job @ (Job::SaveConnection(..)
                    | Job::DeleteConnection(_)
                    | Job::SavePreferences(_)
                    | Job::Config(_)
                    | Job::SaveWorkspace(_)
                    | Job::ChangeTemplates(_)
                    | Job::FindKeys(_)),
                ) => {
                    let _ = keep.send(job).await;
                }
                // Dropping the sender would stop it too, but says less.
                Some(Job::StopPolling(id)) => {
                    if let Some(wishes) = pollers.remove(&id) {
                        wishes.send_replace(Wish::Stop);
                    }
                }
                Some(Job::PausePolling(id, pause)) => {
                    if let Some(wishes) = pollers.get(&id) {
                        wishes.send_replace(if pause { Wish::Pause } else { Wish::Go });
                    }
                }
                Some(Job::Watch(id)) => {
                    if let Some(stop) = watcher.take() {
                        stop.send_replace(true);
                    }
                    if let Some(id) = id {
                        let (stop, stopped) = watch::channel(false);
                        watcher = Some(stop);
                        tasks.spawn(admin::watch(Arc::clone(&shared), id, stopped));
                    }
                }
                Some(Job::Archive(job)) => archive.take(&shared, job, &mut tasks),
                Some(Job::Admin(id, wish)) => {
                    tasks.spawn(admin::carry_out(Arc::clone(&shared), id, *wish));
                }
                Some(Job::Sandbox(command)) => {
                    sandbox = embedded::obey(&shared, sandbox.take(), command).await;
                    // What the one before held may not be in this one.
                    tell_content(&shared, sandbox.as_ref(), &mut seen).await;
                }
                Some(Job::Samples(job)) => samples.take(&shared, job, &mut tasks),
                Some(Job::Outbox(job)) => desk.take(&shared, job, &mut tasks),
                Some(job) => {
                    tasks.spawn(carry_out(Arc::clone(&shared), job));
                }
            },
            _ = look.tick() => {
                // Where it is behind, it looks the next time.
                let _ = keep.try_send(Job::Config(ConfigJob::Look));
                tell_content(&shared, sandbox.as_ref(), &mut seen).await;
                let refused = sandbox.as_mut().and_then(embedded::Embedded::refused);
                if let Some(refused) = refused {
                    shared.emit(Event::Debugger(Box::new(refused))).await;
                }
            }
            Some(_) = tasks.join_next() => {}
        }
    }
    drop(desk);
    drop(archive);
    drop(samples);
    tasks.shutdown().await;
    // What was asked to be kept before the window closed is kept.
    drop(keep);
    let _ = keeper.await;
    shared.ask_history(history_file::Wish::End).await;
    let _ = history.await;
    if let Some(sandbox) = sandbox.take() {
        sandbox.end().await;
    }
}

/// Tells what is in the sandbox of this process, if the window knows something else of it.
async fn tell_content(
    shared: &Shared,
    sandbox: Option<&embedded::Embedded>,
    told: &mut Vec<TopicContent>,
) {
    let content = sandbox.map(embedded::Embedded::content).unwrap_or_default();
    if content != *told {
        told.clone_from(&content);
        shared.emit(Event::SandboxContent(content)).await;
    }
}

async fn carry_out(shared: Arc<Shared>, job: Job) {
    match job {
        Job::Publish(connection, topic, message) => {
            publishing::publish(&shared, &connection, &topic, &message).await;
        }
        Job::Resend(order) => publishing::resend(&shared, *order).await,
        Job::Half(order) => publishing::decide(&shared, *order).await,
        Job::History(job) => shared.ask_history(history_file::Wish::Ask(job)).await,
        Job::Debugger(job) => explainer::run(shared, job).await,
        Job::Examine(number, order) => examiner::run(shared, number, *order).await,
        Job::Ack(order) => ack(&shared, *order).await,
        Job::Read(job) => {
            let work = tokio::task::spawn_blocking(move || reader::carry_out(*job));
            if let Ok(event) = work.await {
                shared.emit(event).await;
            }
        }
        Job::Folders(command) => opener::carry_out(shared, command).await,
        Job::Paths(job) => chooser::carry_out(shared, job).await,
        Job::Traffic(TrafficJob::Pause(pause)) => shared.tap().pause(pause),
        Job::Traffic(TrafficJob::Save(order)) => traffic::saver::run(shared, *order).await,
        // Served elsewhere: where the pollers are kept, and by the keeper.
        Job::StartPolling(_)
        | Job::StopPolling(_)
        | Job::PausePolling(..)
        | Job::Watch(_)
        | Job::Archive(_)
        | Job::Admin(..)
        | Job::SaveConnection(..)
        | Job::DeleteConnection(_)
        | Job::SavePreferences(_)
        | Job::Config(_)
        | Job::SaveWorkspace(_)
        | Job::Outbox(_)
        | Job::Samples(_)
        | Job::Sandbox(_)
        | Job::ChangeTemplates(_)
        | Job::FindKeys(_) => {}
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
        let (topic, group) = (&order.topic, &order.group);
        let answer = match order.action {
            AckAction::Ack => client.ack(topic, group, &handles).await,
            AckAction::Commit => client.commit(topic, Some(group), &handles).await,
            AckAction::Rollback => client.rollback(topic, Some(group), &handles).await,
        };
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
                    repeated: answer.attempts > 1,
                    skew_millis: answer.clock_skew_millis,
                    at: answer.received_at,
                    action: order.action,
                    elapsed: answer.elapsed,
                }
            }
            Err(error) => {
                let card = Card::of_error(&error, Doing::from(order.action));
                Event::AckFailed {
                    subscription,
                    handles: handles.to_vec(),
                    trouble: Box::new(card.into()),
                }
            }
        };
        shared.emit(event).await;
    }
}
