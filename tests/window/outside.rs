//! What happens outside the window: another program's client of the same sandbox, and who sets
//! its faults.

use std::sync::Arc;

use mqscope::client::{AdminClient, Client, ClientSettings, Consume};
use mqscope::credentials::Credentials;
use mqscope::protocol::faults::FaultPlan;
use mqscope::protocol::{
    ConsumeMode, HandleList, MessageParts, Profile, ReceiptHandle, ReceivedMessage, TagFilter,
};

use crate::support::{ADMIN_TOKEN, Window};

fn settings(window: &Window) -> ClientSettings {
    let endpoint = format!("http://{}", window.sandbox_addr());
    let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
    ClientSettings::new(endpoint.parse().unwrap(), keys)
}

/// Somebody else's program, with the sandbox's keys.
pub(crate) fn another_client(window: &Window) -> Client {
    Client::new(settings(window), window.clock().clone()).unwrap()
}

fn admin(window: &Window) -> AdminClient {
    let clock = window.clock().clone();
    AdminClient::with(settings(window), &ADMIN_TOKEN.into(), clock).unwrap()
}

/// From here on the sandbox has these faults and no others.
pub(crate) fn set_faults(window: &Window, rules: &[&str]) {
    let admin = admin(window);
    let plan = FaultPlan {
        seed: 7,
        rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
    };
    window.runtime().block_on(admin.set_faults(&plan)).unwrap();
}

/// Messages of `orders` that a group could get now, and those under a lease.
pub(crate) fn waiting(window: &Window, group: &str) -> (u64, u64) {
    let admin = admin(window);
    let overview = window.runtime().block_on(admin.overview()).unwrap();
    let topic = overview
        .topics
        .into_iter()
        .find(|t| t.topic.as_str() == "orders");
    let mut groups = topic.unwrap().groups.into_iter();
    let counts = groups
        .find(|counts| counts.group.as_str() == group)
        .unwrap();
    (counts.ready, counts.invisible)
}

/// Publishes so many messages to `orders` as somebody else's program.
pub(crate) fn publish_many(window: &Window, count: usize) {
    let client = Arc::new(another_client(window));
    let now = window.clock().now();
    window.runtime().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for first in 0..16 {
            let client = Arc::clone(&client);
            tasks.spawn(async move {
                for number in (first..count).step_by(16) {
                    let parts = MessageParts {
                        body: format!("message {number}"),
                        ..MessageParts::default()
                    };
                    let message = parts.checked(&Profile::Sandbox.limits(), now).unwrap();
                    client
                        .publish(&"orders".parse().unwrap(), &message)
                        .await
                        .unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    });
}

/// Publishes to `orders` as somebody else's program; the message's id.
pub(crate) fn publish(window: &Window, parts: MessageParts) -> String {
    let message = parts
        .checked(&Profile::Sandbox.limits(), window.clock().now())
        .unwrap();
    let (client, topic) = (another_client(window), "orders".parse().unwrap());
    let published = client.publish(&topic, &message);
    let receipt = window.runtime().block_on(published).unwrap().value;
    receipt.message_id
}

/// What a group could get of `orders` now.
pub(crate) fn consume(window: &Window, group: &str) -> Vec<ReceivedMessage> {
    let client = another_client(window);
    let consume = Consume {
        group: group.parse().unwrap(),
        count: 16,
        wait_secs: 0,
        tag: TagFilter::parse(""),
        mode: ConsumeMode::Plain,
    };
    let answer = window
        .runtime()
        .block_on(client.consume(&"orders".parse().unwrap(), &consume));
    answer.unwrap().value.messages
}

/// Acks for `GID_debug` as somebody else's program; whether the server took it.
pub(crate) fn ack(window: &Window, handle: &str) -> bool {
    let client = another_client(window);
    let handles = HandleList::chunks(&[ReceiptHandle::new(handle).unwrap()])
        .next()
        .unwrap();
    let answer = window.runtime().block_on(client.ack(
        &"orders".parse().unwrap(),
        &"GID_debug".parse().unwrap(),
        &handles,
    ));
    answer.unwrap().value.is_empty()
}
