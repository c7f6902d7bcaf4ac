//! Kills the real process in a loop while messages die that nobody acks, dead letters are sent
//! back, a topic is purged, a group begins anew and the time is moved. The time stands still but
//! for that, so nothing here depends on how long anything takes.
//!
//! What must hold after each kill: a message is with its group or a dead letter, never both, never
//! neither; what one administrator did step by step is there up to the last step, which may be
//! there or not; and the time is where it was put.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use mqscope::client::{AdminClient, Client, ClientSettings, Consume};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::admin::{
    ClockMove, MAX_PEEK, MessageState, PeekQuery, PeekedMessage, Resend, ResetGroup, ResetTo,
    TopicRef,
};
use mqscope::protocol::{
    ConsumeMode, GroupId, MessageParts, Profile, ReceiptHandle, ReceivedMessage, TagFilter,
    Timestamp, TopicName,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::{self, Sandbox};
use crate::{answered, list};

const TOKEN: &str = "a token of the tests";
const LEASE: Duration = Duration::from_secs(60);
const MAX_DELIVERIES: u32 = 2;

/// Messages that nobody acks, and the group that they die in.
const MORTAL: &str = "mortal";
const NOBODY: &str = "nobody";
/// Messages that one client alone deals with, for a group in which they do not die.
const KEPT: &str = "kept";
const KEEPER: &str = "keeper";

/// One round of so many is one of these.
pub(crate) const LETTERS: u64 = 4;

const PUBLISHERS: u64 = 2;
const CONSUMERS: u64 = 2;

/// What the keeper's topic holds: bodies in their order, and those that the group is done with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kept {
    bodies: Vec<String>,
    done: BTreeSet<String>,
}

#[derive(Debug, Clone)]
enum Step {
    Publish(String),
    Ack(Vec<String>),
    Purge,
    Oldest,
    Latest,
}

impl Kept {
    fn after(&self, step: &Step) -> Self {
        let mut kept = self.clone();
        match step {
            Step::Publish(body) => kept.bodies.push(body.clone()),
            Step::Ack(bodies) => kept.done.extend(bodies.iter().cloned()),
            Step::Purge => kept = Self::default(),
            Step::Oldest => kept.done.clear(),
            Step::Latest => kept.done = kept.bodies.iter().cloned().collect(),
        }
        kept
    }
}

/// What is known.
#[derive(Default)]
struct Known {
    /// Mortal messages that were sent, and whether that was answered.
    mortal: BTreeMap<String, bool>,
    handles: HashSet<ReceiptHandle>,
    kept: Kept,
    /// A step that was not answered.
    open_step: Option<Step>,
    /// Where the time stands, once it was stopped.
    now: Option<Timestamp>,
    /// Where it may stand, if that was not answered.
    open_now: Option<Timestamp>,
}

struct Ledger {
    known: Mutex<Known>,
    answers: watch::Sender<u64>,
}

impl Ledger {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    fn answer(&self) {
        self.answers.send_modify(|answers| *answers += 1);
    }

    /// Begins a step that is open until it is [closed](Self::close).
    fn open(&self, step: Step) {
        self.known().open_step = Some(step);
    }

    /// It was answered, and this is what it did.
    fn close(&self, step: &Step) {
        let mut known = self.known();
        known.kept = known.kept.after(step);
        known.open_step = None;
        drop(known);
        self.answer();
    }
}

/// One client's way to one run of the process. Every call returns `None` once that is dead.
#[derive(Clone)]
struct Desk {
    client: Client,
    admin: AdminClient,
    ledger: Arc<Ledger>,
}

impl Desk {
    fn new(sandbox: &Sandbox, ledger: &Arc<Ledger>) -> Self {
        let keys = Credentials::from_pasted(support::ACCESS_KEY, support::SECRET_KEY, "");
        let mut settings = ClientSettings::new(sandbox.endpoint.parse().unwrap(), keys);
        settings.attempts = 1;
        Self {
            admin: AdminClient::with(settings.clone(), &TOKEN.into(), Clock::system()).unwrap(),
            client: Client::new(settings, Clock::system()).unwrap(),
            ledger: Arc::clone(ledger),
        }
    }

    async fn publish(&self, topic: &str, body: &str) -> Option<()> {
        let parts = MessageParts {
            body: body.to_owned(),
            ..MessageParts::default()
        };
        let now = Timestamp::from_millis(0);
        let message = parts.checked(&Profile::Sandbox.limits(), now).unwrap();
        answered(self.client.publish(&name(topic), &message).await).map(drop)
    }

    async fn consume(
        &self,
        topic: &str,
        group: &str,
        wait_secs: u32,
    ) -> Option<Vec<ReceivedMessage>> {
        let what = Consume {
            group: group.parse().unwrap(),
            count: 16,
            wait_secs,
            tag: TagFilter::All,
            mode: ConsumeMode::Plain,
        };
        let got = answered(self.client.consume(&name(topic), &what).await)?.value;
        // An answer that was cut off by the kill is none.
        got.damaged.is_empty().then_some(got.messages)
    }

    /// All messages of a topic, as a group has them.
    async fn peek(&self, topic: &str, group: Option<&str>) -> Option<Vec<PeekedMessage>> {
        let mut query = PeekQuery {
            group: group.map(|group| group.parse().unwrap()),
            limit: Some(MAX_PEEK),
            ..PeekQuery::of(place(topic))
        };
        let mut all = Vec::new();
        loop {
            let found = answered(self.admin.peek(&query).await)?;
            all.extend(found.messages);
            query.from = found.next;
            if query.from.is_none() {
                return Some(all);
            }
        }
    }

    async fn letters(&self) -> Option<Vec<PeekedMessage>> {
        self.peek(letters_of(NOBODY).as_str(), None).await
    }

    // ------------------------------------------------------------ at work

    async fn publish_on(self, name: String) -> Option<()> {
        for number in 0u64.. {
            let body = format!("{name}-{number}");
            self.ledger.known().mortal.insert(body.clone(), false);
            self.publish(MORTAL, &body).await?;
            self.ledger.known().mortal.insert(body, true);
            self.ledger.answer();
        }
        Some(())
    }

    /// Takes messages and never acks one.
    async fn leave_unacked(self) -> Option<()> {
        loop {
            self.take_mortals(1).await?;
        }
    }

    async fn take_mortals(&self, wait_secs: u32) -> Option<usize> {
        let got = self.consume(MORTAL, NOBODY, wait_secs).await?;
        let mut known = self.ledger.known();
        for message in &got {
            let (body, times) = (&message.body, message.consumed_times);
            assert!(times <= MAX_DELIVERIES, "{body} is delivered once more");
            let handle = message.receipt_handle.clone();
            assert!(known.handles.insert(handle), "a handle twice: {body}");
        }
        drop(known);
        self.ledger.answer();
        Some(got.len())
    }

    /// Lets leases end, and sends dead letters back.
    async fn pass_time_on(self) -> Option<()> {
        loop {
            match fastrand::u8(..8) {
                0..6 => self.pass_time().await?,
                6 => {
                    answered(self.admin.resend(&resend(None)).await)?;
                }
                _ => {
                    let letters = self.letters().await?;
                    if let Some(one) = fastrand::choice(&letters) {
                        let one = resend(Some(vec![one.message_id.clone()]));
                        // Nobody else sends any back.
                        assert_eq!(answered(self.admin.resend(&one).await)?, 1);
                    }
                }
            }
            self.ledger.answer();
        }
    }

    async fn pass_time(&self) -> Option<()> {
        let now = self.ledger.known().now.expect("the time stands still");
        let to = now + LEASE;
        self.ledger.known().open_now = Some(to);
        let state = answered(self.admin.move_clock(ClockMove::advance(LEASE)).await)?;
        assert_eq!((state.now, state.frozen), (to, true));
        let mut known = self.ledger.known();
        (known.now, known.open_now) = (Some(to), None);
        Some(())
    }

    /// One step after the other with what nobody else touches.
    async fn keep_on(self, name: String) -> Option<()> {
        for number in 0u64.. {
            // Makes topic and group at first, of which the other steps need both.
            let got = self.consume(KEPT, KEEPER, 0).await?;
            self.ack(&got).await?;
            let step = match fastrand::u8(..30) {
                0..25 => Step::Publish(format!("{name}-{number}")),
                25 => Step::Purge,
                26..28 => Step::Oldest,
                _ => Step::Latest,
            };
            self.ledger.open(step.clone());
            match &step {
                Step::Publish(body) => self.publish(KEPT, body).await?,
                Step::Purge => answered(self.admin.purge(&place(KEPT)).await)?,
                Step::Oldest => self.reset(ResetTo::Oldest).await?,
                _ => self.reset(ResetTo::Latest).await?,
            }
            self.ledger.close(&step);
        }
        Some(())
    }

    async fn reset(&self, to: ResetTo) -> Option<()> {
        let TopicRef { instance, topic } = place(KEPT);
        let group = KEEPER.parse().unwrap();
        let what = ResetGroup {
            instance,
            topic,
            group,
            to,
        };
        answered(self.admin.reset_group(&what).await)
    }

    async fn ack(&self, got: &[ReceivedMessage]) -> Option<()> {
        if got.is_empty() || fastrand::bool() {
            return Some(());
        }
        let bodies = |refused: &[ReceiptHandle]| {
            let taken = got.iter().filter(|m| !refused.contains(&m.receipt_handle));
            taken.map(|message| message.body.clone()).collect()
        };
        self.ledger.open(Step::Ack(bodies(&[])));
        let handles = got.iter().map(|m| m.receipt_handle.clone()).collect();
        let group: GroupId = KEEPER.parse().unwrap();
        let answer = self.client.ack(&name(KEPT), &group, &list(handles)).await;
        let refused = answered(answer)?.value.into_iter().map(|one| one.handle);
        // Its lease may have been ended by the one who moves the time.
        self.ledger
            .close(&Step::Ack(bodies(&refused.collect::<Vec<_>>())));
        Some(())
    }

    // ------------------------------------------------------------ checks

    /// Looks at everything while nobody is at work.
    async fn check(&self) {
        self.check_time().await;
        self.check_kept().await;
        let mortals = self.peek(MORTAL, Some(NOBODY)).await.expect("it runs");
        let letters = self.letters().await.expect("it runs");
        let known = self.ledger.known();

        let dead: BTreeSet<&str> = letters.iter().map(|letter| letter.body.as_str()).collect();
        assert_eq!(dead.len(), letters.len(), "a dead letter is there twice");
        let mut seen = BTreeSet::new();
        for message in &mortals {
            let body = message.body.as_str();
            assert!(seen.insert(body), "{body} is there twice");
            assert!(known.mortal.contains_key(body), "who published {body}?");
            let gone = message.state == MessageState::Acked;
            assert_eq!(gone, dead.contains(body), "{body}: {message:?}");
        }
        assert!(dead.is_subset(&seen), "letters of nothing: {dead:?}");
        let published = known.mortal.iter().filter(|(_, answered)| **answered);
        for (body, _) in published {
            assert!(seen.contains(body.as_str()), "{body} is lost");
        }
    }

    async fn check_time(&self) {
        let state = self.admin.clock().await.unwrap();
        let known = self.ledger.known().now;
        if let Some(known) = known {
            assert!(state.frozen, "{state:?}");
            let open = self.ledger.known().open_now;
            let good = state.now == known || Some(state.now) == open;
            assert!(good, "{known} or {open:?}, but {state:?}");
        } else {
            self.admin.move_clock(ClockMove::Freeze {}).await.unwrap();
        }
        let now = self.admin.clock().await.unwrap().now;
        let mut known = self.ledger.known();
        (known.now, known.open_now) = (Some(now), None);
    }

    async fn check_kept(&self) {
        let found = self.peek(KEPT, Some(KEEPER)).await.expect("it runs");
        let is_done = |message: &&PeekedMessage| message.state == MessageState::Acked;
        let found = Kept {
            bodies: found.iter().map(|message| message.body.clone()).collect(),
            done: found
                .iter()
                .filter(is_done)
                .map(|m| m.body.clone())
                .collect(),
        };
        let mut known = self.ledger.known();
        let open = known.open_step.take();
        let with_open = open.as_ref().map(|step| known.kept.after(step));
        assert!(
            found == known.kept || Some(&found) == with_open.as_ref(),
            "{found:?}\nis neither {:?}\nnor that with {open:?}",
            known.kept
        );
        known.kept = found;
    }
}

fn name(topic: &str) -> TopicName {
    topic.parse().unwrap()
}

fn place(topic: &str) -> TopicRef {
    TopicRef {
        instance: None,
        topic: name(topic),
    }
}

fn letters_of(group: &str) -> TopicName {
    TopicName::dead_letters_of(&group.parse().unwrap()).unwrap()
}

fn resend(message_ids: Option<Vec<String>>) -> Resend {
    Resend {
        instance: None,
        group: NOBODY.parse().unwrap(),
        message_ids,
    }
}

/// A folder with the settings, and the data beside them.
fn settle_in(folder: &Path) -> PathBuf {
    let config = folder.join("sandbox.toml");
    let text = format!(
        "data-dir = 'data'\nretention = '3650d'\ninvisible-time = '{}s'\n\
         max-deliveries = {MAX_DELIVERIES}\n\
         [[groups]]\nname = '{KEEPER}'\nmax-deliveries = 1000000\n",
        LEASE.as_secs()
    );
    std::fs::write(&config, text).unwrap();
    config
}

fn start(config: &Path) -> Sandbox {
    let config = config.to_str().expect("a plain path");
    Sandbox::start_with(&["--config", config], |command| {
        command.env("MQSCOPE_SANDBOX_ADMIN_TOKEN", TOKEN);
    })
}

async fn work_and_kill(sandbox: Sandbox, round: u64, ledger: &Arc<Ledger>) {
    let desk = Desk::new(&sandbox, ledger);
    desk.check().await;
    let mut tasks = JoinSet::new();
    for number in 0..PUBLISHERS {
        tasks.spawn(desk.clone().publish_on(format!("m-{round}-{number}")));
    }
    for _ in 0..CONSUMERS {
        tasks.spawn(desk.clone().leave_unacked());
    }
    tasks.spawn(desk.clone().pass_time_on());
    tasks.spawn(desk.clone().keep_on(format!("k-{round}")));
    let mut answers = ledger.answers.subscribe();
    let enough = *answers.borrow() + fastrand::u64(20..150);
    let enough = answers.wait_for(|answers| *answers >= enough);
    tokio::time::timeout(support::LIMIT, enough)
        .await
        .expect("clients get answers")
        .unwrap();
    sandbox.kill();
    while let Some(ended) = tasks.join_next().await {
        ended.expect("what is answered is right");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_died_was_sent_back_or_was_tidied_up_survives_kills() {
    let folder = tempfile::tempdir().unwrap();
    let config = settle_in(folder.path());
    let ledger = Arc::new(Ledger {
        known: Mutex::default(),
        answers: watch::Sender::new(0),
    });
    let rounds = crate::rounds().div_ceil(LETTERS);
    for round in 0..rounds {
        work_and_kill(start(&config), round, &ledger).await;
    }

    // Left alone with nobody who acks, all of them die in the end, each once.
    let sandbox = start(&config);
    let desk = Desk::new(&sandbox, &ledger);
    desk.check().await;
    for _ in 0..MAX_DELIVERIES {
        while desk.take_mortals(0).await.expect("it runs") > 0 {}
        desk.pass_time().await.expect("it runs");
    }
    desk.check().await;
    let mortals = desk.peek(MORTAL, Some(NOBODY)).await.expect("it runs");
    let letters = desk.letters().await.expect("it runs");
    assert_eq!(letters.len(), mortals.len());
    let known = ledger.known();
    assert!(letters.len() >= known.mortal.values().filter(|sure| **sure).count());
    eprintln!(
        "{rounds} kills; {} messages sent, {} dead in the end; {} handles; {} kept",
        known.mortal.len(),
        letters.len(),
        known.handles.len(),
        known.kept.bodies.len(),
    );
}
