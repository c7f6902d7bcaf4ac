//! Another program that publishes to the sandbox, so many messages a second of the screen's time:
//! a window that falls behind is not spared.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mqscope::client::{Client, ClientSettings};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::{MessageParts, Profile};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Messages a second.
pub(crate) const RATE: f64 = 2_000.0;

/// Requests at a time.
const LANES: u64 = 24;

/// Messages that may be behind; a machine that cannot make so many makes fewer.
const BEHIND: usize = 2_000;

pub(crate) struct Flood {
    runtime: Runtime,
    client: Arc<Client>,
    clock: Clock,
    credits: Arc<Semaphore>,
    published: Arc<AtomicU64>,
    owed: f64,
}

impl Flood {
    pub(crate) fn new(endpoint: &str, clock: &Clock) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
        let settings = ClientSettings::new(endpoint.parse().expect("an endpoint"), keys);
        let client = Client::new(settings, clock.clone()).expect("a client");
        let flood = Self {
            runtime,
            client: Arc::new(client),
            clock: clock.clone(),
            credits: Arc::new(Semaphore::new(0)),
            published: Arc::default(),
            owed: 0.0,
        };
        for lane in 0..LANES {
            flood.run(lane);
        }
        flood
    }

    fn run(&self, lane: u64) {
        let (client, clock) = (Arc::clone(&self.client), self.clock.clone());
        let (credits, published) = (Arc::clone(&self.credits), Arc::clone(&self.published));
        self.runtime.spawn(async move {
            let topic = "orders".parse().expect("a topic");
            let mut number = lane;
            while let Ok(credit) = credits.acquire().await {
                credit.forget();
                number += LANES;
                let parts = MessageParts {
                    body: format!(
                        "{{\"order\":{number},\"amount\":{}.50,\"note\":\"你好\"}}",
                        number % 977
                    ),
                    key: Some(format!(
                        "order-{}",
                        number.wrapping_mul(2_654_435_761) % 1_000_000
                    )),
                    tag: (number.is_multiple_of(2)).then(|| "paid".to_owned()),
                    ..MessageParts::default()
                };
                let message = parts
                    .checked(&Profile::Sandbox.limits(), clock.now())
                    .expect("it can be published");
                if client.publish(&topic, &message).await.is_ok() {
                    published.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }

    /// So many seconds went by.
    pub(crate) fn pass(&mut self, seconds: f64) {
        self.owed += RATE * seconds;
        let due = self.owed.floor();
        self.owed -= due;
        let room = BEHIND.saturating_sub(self.credits.available_permits());
        self.credits.add_permits((due as usize).min(room));
    }

    pub(crate) fn published(&self) -> u64 {
        self.published.load(Ordering::Relaxed)
    }

    /// Publishes one message; its id.
    pub(crate) fn publish(&self, topic: &str, parts: MessageParts) -> String {
        let message = parts
            .checked(&Profile::Sandbox.limits(), self.clock.now())
            .expect("it can be published");
        let topic = topic.parse().expect("a topic");
        let published = self.runtime.block_on(self.client.publish(&topic, &message));
        published.expect("it is published").value.message_id
    }
}
