//! Has the sample data made: through the protocol and the sandbox's admin API, as any client would.
//! One request after the other; asked to stop, it ends after the one that is on its way. The
//! deliveries that only wear a message out are kept out of the traffic, which they would flood.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cards::{Card, Doing};
use crate::client::{AdminClient, Client, ClientError, Consume};
use crate::protocol::admin::Expire;
use crate::protocol::{
    ConsumeMode, HandleList, MAX_HANDLES, Profile, ReceiptHandle, TagFilter, Timestamp, TopicName,
};
use crate::session::publishing;
use crate::session::say::Trouble;
use crate::session::shared::{Shared, unusable};
use crate::session::{ConnectionId, Event};

use super::shop::{Place, Step, steps};
use super::{SampleEnd, SampleEvent, SampleJob, SampleProgress, is_sample};

/// The window is told after so many requests.
const TELL_EVERY: u64 = 8;

/// The worker's end: starts what is asked for, and hands on the wish to stop. Dropped, it stops.
#[derive(Default)]
pub(in crate::session) struct Desk {
    stop: Option<watch::Sender<bool>>,
}

impl Desk {
    pub(in crate::session) fn take(
        &mut self,
        shared: &Arc<Shared>,
        job: SampleJob,
        tasks: &mut JoinSet<()>,
    ) {
        match job {
            SampleJob::Fill => {
                let (stop, stopped) = watch::channel(false);
                self.stop = Some(stop);
                tasks.spawn(fill(Arc::clone(shared), stopped));
            }
            SampleJob::Stop => {
                if let Some(stop) = &self.stop {
                    stop.send_replace(true);
                }
            }
            SampleJob::Remove => {
                tasks.spawn(remove(Arc::clone(shared)));
            }
        }
    }
}

async fn tell(shared: &Shared, event: SampleEvent) {
    shared.emit(Event::Samples(event)).await;
}

async fn fill(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let end = match Filling::begin(&shared, stop).await {
        Ok(mut filling) => filling.run().await,
        Err(trouble) => Err(trouble),
    };
    let end = end.unwrap_or_else(SampleEnd::Failed);
    tell(&shared, SampleEvent::Ended(end)).await;
    shared.look_now.notify_one();
}

async fn remove(shared: Arc<Shared>) {
    let removed = match shared.quiet_sandbox().await {
        Ok((_, admin)) => remove_topics(&admin).await,
        Err(trouble) => Err(trouble),
    };
    let end = removed.map_or_else(SampleEnd::Failed, SampleEnd::Removed);
    tell(&shared, SampleEvent::Ended(end)).await;
    shared.look_now.notify_one();
}

/// Deletes the topics of an earlier time; how many there were.
async fn remove_topics(admin: &AdminClient) -> Result<u64, Box<Trouble>> {
    let overview = admin.overview().await.map_err(changing)?;
    let mut removed = 0;
    for topic in overview.topics {
        if topic.instance.is_some() || !is_sample(&topic.topic) {
            continue;
        }
        match admin.delete_topic(&topic.reference()).await {
            // Somebody else was faster.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(changing(error)),
            Ok(()) => removed += 1,
        }
    }
    Ok(removed)
}

fn changing(error: ClientError) -> Box<Trouble> {
    failed(&error, Doing::Change)
}

fn failed(error: &ClientError, doing: Doing) -> Box<Trouble> {
    Box::new(Card::of_error(error, doing).into())
}

fn named<T: std::str::FromStr>(name: &str) -> Result<T, Box<Trouble>> {
    name.parse()
        .map_err(|_| unusable("trouble-settings", name.to_owned()))
}

struct Filling<'a> {
    shared: &'a Arc<Shared>,
    /// Its exchanges are seen in the traffic.
    client: Client,
    /// Its exchanges are not.
    quiet: Client,
    admin: AdminClient,
    stop: watch::Receiver<bool>,
    far: SampleProgress,
    messages: u64,
    /// What time it was in the sandbox at the start: delays are measured from there.
    now: Timestamp,
    /// Deliveries after which a message is a dead letter.
    max_deliveries: u32,
}

impl<'a> Filling<'a> {
    async fn begin(
        shared: &'a Arc<Shared>,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, Box<Trouble>> {
        let client = shared.client(&ConnectionId::Sandbox).await?;
        let (quiet, admin) = shared.quiet_sandbox().await?;
        let settings = admin.settings().await.map_err(changing)?;
        let clock = admin.clock().await.map_err(changing)?;
        Ok(Self {
            shared,
            client,
            quiet,
            admin,
            stop,
            far: SampleProgress::default(),
            messages: 0,
            now: clock.now,
            max_deliveries: settings.max_deliveries,
        })
    }

    async fn run(&mut self) -> Result<SampleEnd, Box<Trouble>> {
        remove_topics(&self.admin).await?;
        let steps = steps(self.now);
        self.far.total = steps.iter().map(|step| self.requests_of(step)).sum();
        for step in steps {
            if *self.stop.borrow() {
                break;
            }
            self.make(step).await?;
        }
        Ok(match *self.stop.borrow() {
            true => SampleEnd::Stopped(self.messages),
            false => SampleEnd::Filled(self.messages),
        })
    }

    fn requests_of(&self, step: &Step) -> u64 {
        let times = match step {
            Step::Publish(..) | Step::Ack(..) => 1,
            Step::Redeliver(_, _, times) => self.survived(*times),
            Step::Kill(..) => self.max_deliveries,
        };
        times.into()
    }

    /// Deliveries of a message that is not to die of them.
    fn survived(&self, times: u32) -> u32 {
        times.min(self.max_deliveries.saturating_sub(1))
    }

    async fn make(&mut self, step: Step) -> Result<(), Box<Trouble>> {
        match step {
            Step::Publish(topic, parts) => {
                let topic: TopicName = named(topic)?;
                let began = self.shared.clock.now();
                let message = parts
                    .checked(&Profile::Sandbox.limits(), self.now)
                    .map_err(|_| unusable("trouble-settings", topic.to_string()))?;
                let answer = self.client.publish(&topic, &message).await;
                let answer = answer.map_err(|error| failed(&error, Doing::Publish))?;
                let place = &ConnectionId::Sandbox;
                publishing::tell_half(self.shared, place, &topic, &message, began, &answer.value)
                    .await;
                self.messages += 1;
                self.made_one().await;
            }
            Step::Ack(place, mode, count) => {
                let handles = self.take(place, mode, TagFilter::All, count).await?;
                for handles in HandleList::chunks(&handles) {
                    let (topic, group) = (named(place.topic)?, named(place.group)?);
                    let acked = self.quiet.ack(&topic, &group, &handles).await;
                    acked.map_err(|error| failed(&error, Doing::Ack))?;
                }
                self.made_one().await;
            }
            Step::Redeliver(place, tag, times) => {
                self.wear_out(place, tag, self.survived(times)).await?;
            }
            Step::Kill(place, tag) => self.wear_out(place, tag, self.max_deliveries).await?,
        }
        Ok(())
    }

    /// Delivers a message so often, and ends each lease at once.
    async fn wear_out(&mut self, place: Place, tag: &str, times: u32) -> Result<(), Box<Trouble>> {
        for _ in 0..times {
            if *self.stop.borrow() {
                return Ok(());
            }
            let tag = TagFilter::parse(tag);
            for handle in self.take(place, ConsumeMode::Plain, tag, 1).await? {
                let lease = Expire {
                    instance: None,
                    topic: named(place.topic)?,
                    handle,
                };
                self.admin.expire(&lease).await.map_err(changing)?;
            }
            self.made_one().await;
        }
        Ok(())
    }

    /// What a group can get now, at most so many.
    async fn take(
        &self,
        place: Place,
        mode: ConsumeMode,
        tag: TagFilter,
        count: u32,
    ) -> Result<Vec<ReceiptHandle>, Box<Trouble>> {
        let most = u32::try_from(MAX_HANDLES).unwrap_or(u32::MAX);
        let consume = Consume {
            group: named(place.group)?,
            count: count.min(most),
            wait_secs: 0,
            tag,
            mode,
        };
        let answer = self.quiet.consume(&named(place.topic)?, &consume).await;
        let list = answer.map_err(|error| failed(&error, Doing::Consume))?;
        let messages = list.value.messages.into_iter();
        Ok(messages.map(|message| message.receipt_handle).collect())
    }

    async fn made_one(&mut self) {
        self.far.done += 1;
        if self.far.done.is_multiple_of(TELL_EVERY) {
            tell(self.shared, SampleEvent::Going(self.far)).await;
        }
    }
}
