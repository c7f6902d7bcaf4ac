//! Kills the real process in a loop (SIGKILL) while several clients publish, consume, ack, commit
//! and roll back, starts it again on what it left, and checks the books: whatever was answered
//! holds, whatever was not may be either way. `books.rs` holds what is known and what must follow.
//! `letters.rs` does the same to messages that die, to an administrator and to the moved time.
//!
//! `MQSCOPE_KILL_ROUNDS` says how often; nothing here depends on how long anything takes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod books;
mod letters;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use books::{Books, Decision, Kind, Leftovers};
use mqscope::client::{Client, ClientError, ClientSettings, Consume};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::{
    ConsumeMode, GroupId, HandleList, MessageParts, Profile, ReceiptHandle, ReceivedMessage,
    TagFilter, TopicName,
};
use mqscope::sandbox::store::Store;
use mqscope::sandbox::{Broker, Overview, SandboxSettings};
use support::{Running, Sandbox, mqscope};
use tokio::task::JoinSet;

const ROUNDS: u64 = 40;
/// Rounds that share a topic, so that an audit does not read everything each time.
const ERA: u64 = 8;
const PUBLISHERS: usize = 6;
const CONSUMERS: usize = 3;
const WORKERS: &str = "workers";

fn rounds() -> u64 {
    let rounds = std::env::var("MQSCOPE_KILL_ROUNDS");
    rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("a number of rounds"))
}

fn start(data_dir: &Path) -> Sandbox {
    let data_dir = data_dir.to_str().expect("a plain path");
    Sandbox::start(&["--data-dir", data_dir, "--invisible-time", "900ms"])
}

/// A start that is killed somewhere on its way, `spins` looks at the folder later.
fn kill_a_start(data_dir: &Path, spins: u32) {
    let home = tempfile::tempdir().unwrap();
    let mut command = mqscope(&home);
    command
        .args(["sandbox", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data_dir);
    let process = Running::start(command, b"");
    for _ in 0..spins {
        std::hint::black_box(data_dir.metadata().is_ok());
    }
    drop(process);
}

/// One client's way to one run of the process. Every call returns `None` once that is dead.
#[derive(Clone)]
struct Desk {
    client: Client,
    topic: TopicName,
    books: Arc<Books>,
}

/// The answer, or nothing if the process was killed over it. A refusal is a failure.
fn answered<T>(result: Result<T, ClientError>) -> Option<T> {
    match result {
        Ok(value) => Some(value),
        Err(error) if error.fault().is_none() => None,
        Err(error) => panic!("refused: {error}"),
    }
}

impl Desk {
    fn new(sandbox: &Sandbox, topic: &str, books: &Arc<Books>) -> Self {
        let keys = Credentials::from_pasted(support::ACCESS_KEY, support::SECRET_KEY, "");
        let mut settings = ClientSettings::new(sandbox.endpoint.parse().unwrap(), keys);
        // Each call is sent once, or the books would not know what a second one met.
        settings.attempts = 1;
        Self {
            client: Client::new(settings, Clock::system()).unwrap(),
            topic: topic.parse().unwrap(),
            books: Arc::clone(books),
        }
    }

    /// Publishes one message after the other, and decides on some of its half messages.
    async fn publish_on(self, name: String) -> Option<()> {
        for number in 0u64.. {
            let body = format!("{name}-{number}");
            let kind = Kind::random(self.books.now());
            let mut parts = MessageParts {
                body: body.clone(),
                ..MessageParts::default()
            };
            match kind {
                Kind::Plain => {}
                Kind::Timed(at) => parts.deliver_at = Some(at),
                Kind::Half => parts.check_after_secs = Some(300),
            }
            let limits = Profile::Sandbox.limits();
            let message = parts.checked(&limits, self.books.now()).unwrap();
            self.books.sent(&self.topic, &body, kind);
            let receipt = answered(self.client.publish(&self.topic, &message).await)?;
            let handle = receipt.value.receipt_handle;
            assert_eq!(handle.is_some(), kind == Kind::Half);
            self.books
                .published(&body, receipt.value.message_id, handle.clone());
            if let (Some(handle), Some(decision)) = (handle, Decision::random()) {
                self.decide(&body, handle, decision).await?;
            }
        }
        Some(())
    }

    /// Consumes on and on, and acks about half of what it gets.
    async fn consume_on(self) -> Option<()> {
        loop {
            let lost = self.books.polls();
            let got = self.consume(WORKERS, 2).await?;
            lost.answered();
            let mut handles = Vec::new();
            for message in got {
                self.books.delivered(&message);
                if fastrand::bool() {
                    handles.push((message.body, message.receipt_handle));
                }
            }
            self.ack(handles).await?;
        }
    }

    /// What earlier runs have left behind: handles that are still good, half messages.
    async fn finish_old(self, (halves, handles): Leftovers) -> Option<()> {
        for (body, handle) in halves {
            self.decide(&body, handle, Decision::Commit).await?;
        }
        for handles in handles.chunks(8) {
            self.ack(handles.to_vec()).await?;
        }
        Some(())
    }

    async fn decide(&self, body: &str, handle: ReceiptHandle, decision: Decision) -> Option<()> {
        let certain = self.books.deciding(body, decision);
        let handles = list(vec![handle]);
        let (client, topic) = (&self.client, &self.topic);
        let refused = answered(match decision {
            Decision::Commit => client.commit(topic, None, &handles).await,
            Decision::Rollback => client.rollback(topic, None, &handles).await,
        })?;
        let accepted = refused.value.is_empty();
        assert!(accepted || !certain, "{decision:?} of {body} was refused");
        self.books.decided(body, decision, accepted);
        Some(())
    }

    async fn ack(&self, handles: Vec<(String, ReceiptHandle)>) -> Option<()> {
        if handles.is_empty() {
            return Some(());
        }
        for (body, handle) in &handles {
            self.books.acking(body, handle);
        }
        let all = list(handles.iter().map(|(_, handle)| handle.clone()).collect());
        let group: GroupId = WORKERS.parse().unwrap();
        let answer = answered(self.client.ack(&self.topic, &group, &all).await)?;
        for (body, handle) in &handles {
            let refused = answer.value.iter().any(|failure| failure.handle == *handle);
            self.books.acked(body, handle, !refused);
        }
        Some(())
    }

    async fn consume(&self, group: &str, wait_secs: u32) -> Option<Vec<ReceivedMessage>> {
        let what = Consume {
            group: group.parse().unwrap(),
            count: 16,
            wait_secs,
            tag: TagFilter::All,
            mode: ConsumeMode::Plain,
        };
        let list = answered(self.client.consume(&self.topic, &what).await)?.value;
        // An answer that was cut off by the kill is none.
        list.damaged.is_empty().then_some(list.messages)
    }

    /// A fresh group reads everything, and the books say whether it is right. Waits until the
    /// messages are there whose time is about to come.
    async fn audit(&self, group: &str, wait: bool) {
        let mut audit = self.books.audit(&self.topic);
        loop {
            let got = self.consume(group, u32::from(wait)).await.expect("it runs");
            if got.is_empty() && !(wait && audit.is_short()) {
                break;
            }
            let handles: Vec<ReceiptHandle> =
                got.iter().map(|m| m.receipt_handle.clone()).collect();
            for message in got {
                audit.found(message);
            }
            if !handles.is_empty() {
                let group: GroupId = group.parse().unwrap();
                let acked = self.client.ack(&self.topic, &group, &list(handles)).await;
                answered(acked).expect("it runs");
            }
        }
        audit.finish();
    }
}

fn list(handles: Vec<ReceiptHandle>) -> HandleList {
    HandleList::new(handles).expect("1 to 16 handles")
}

/// Clients at work until the process is killed in the midst of it.
async fn work_and_kill(sandbox: Sandbox, topic: &str, round: u64, books: &Arc<Books>) {
    let desk = Desk::new(&sandbox, topic, books);
    desk.audit(&format!("audit-{round}"), false).await;
    let mut tasks = JoinSet::new();
    // Before anybody publishes: each half message is decided by one of them only.
    let old = books.leftovers(&desk.topic);
    tasks.spawn(desk.clone().finish_old(old));
    for number in 0..PUBLISHERS {
        tasks.spawn(desk.clone().publish_on(format!("m-{round}-{number}")));
    }
    for _ in 0..CONSUMERS {
        tasks.spawn(desk.clone().consume_on());
    }
    let enough = books.answers() + fastrand::u64(20..300);
    tokio::time::timeout(support::LIMIT, books.until_answers(enough))
        .await
        .expect("clients get answers");
    sandbox.kill();
    while let Some(ended) = tasks.join_next().await {
        ended.expect("the books are right");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let books = Arc::new(Books::new());
    let rounds = rounds() - rounds().div_ceil(letters::LETTERS);
    for round in 0..rounds {
        if fastrand::u8(..4) == 0 {
            kill_a_start(&data_dir, fastrand::u32(..40_000));
        }
        let topic = format!("t{}", round / ERA);
        work_and_kill(start(&data_dir), &topic, round, &books).await;
    }

    // Whatever there ever was, once more, by a group that knows nothing of it.
    let sandbox = start(&data_dir);
    for era in 0..rounds.div_ceil(ERA) {
        let desk = Desk::new(&sandbox, &format!("t{era}"), &books);
        desk.audit("last-audit", true).await;
    }
    sandbox.kill();
    books.check_deliveries();
    check_counts(&data_dir, &books);
    eprintln!("{rounds} kills; {books}");
}

/// What cannot be seen from outside: messages that wait for their time or for a decision.
fn check_counts(data_dir: &Path, books: &Books) {
    let settings = SandboxSettings::default();
    let store = Store::open(data_dir).unwrap();
    let timing = mqscope::sandbox::queue::Timing {
        invisible: settings.invisible_time,
        order_invisible: settings.order_invisible_time,
    };
    let broker = Broker::open(timing, store, Clock::system()).unwrap();
    let Overview { topics } = broker.overview();
    assert!(!topics.is_empty());
    for topic in topics {
        let (delayed, half) = books.waiting(&topic.topic);
        assert!(delayed.contains(&topic.delayed), "{delayed:?} {topic:?}");
        assert!(half.contains(&topic.half), "{half:?} {topic:?}");
        let workers = topic.groups.iter().find(|g| g.group.as_str() == WORKERS);
        if let Some(workers) = workers {
            let acked = books.acks(&topic.topic);
            assert!(acked.contains(&workers.acked), "{acked:?} {workers:?}");
        }
    }
}

/// A process that is killed while it makes its file leaves nothing that stops the next one.
#[tokio::test]
async fn a_first_start_that_is_killed_leaves_no_broken_file() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..12u32 {
        let data_dir = folder.path().join(number.to_string());
        kill_a_start(&data_dir, number * 3_000);
        let sandbox = start(&data_dir);
        let desk = Desk::new(&sandbox, "t", &Arc::new(Books::new()));
        assert_eq!(desk.consume("g", 0).await.unwrap(), Vec::new());
    }
}

/// The second one ends with a message that says which file and why, and the first goes on.
#[tokio::test]
async fn two_processes_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(folder.path());
    let mut command = mqscope(&first.home);
    command
        .args(["sandbox", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path());
    let second = support::run(command, b"");
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    assert!(
        second
            .stderr
            .contains("sandbox.redb is in use by another mqscope"),
        "{}",
        second.stderr
    );
    let desk = Desk::new(&first, "t", &Arc::new(Books::new()));
    assert_eq!(desk.consume("g", 0).await.unwrap(), Vec::new());
    let ended = first.stop("TERM", Duration::from_secs(30));
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}
