//! Each fault that the sandbox injects, over a real socket, and what our own client makes of it.
//! Both share a clock that stands still. No duration is asserted: what must be held is held for
//! an hour, and let go by stopping the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::time::Duration;

use mqscope::client::{
    AdminClient, Answer, Client, ClientError, ClientSettings, Consume, ErrorKind,
};
use mqscope::clock::Clock;
use mqscope::credentials::Credentials;
use mqscope::protocol::faults::FaultPlan;
use mqscope::protocol::{
    AckFailure, ConsumeMode, FaultCode, GroupId, HandleList, MessageList, MessageParts, NewMessage,
    Profile, PublishReceipt, ReceiptHandle, TagFilter, Timestamp, TopicName,
};
use mqscope::sandbox::{Broker, ChaosControl, Sandbox, SandboxError, SandboxSettings};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const TOKEN: &str = "a token of the tests";

/// A running sandbox and a client of it.
struct Bench {
    /// Where it keeps everything, if this suite is the one on disk.
    _kept_in: Option<tempfile::TempDir>,
    client: Client,
    broker: Arc<Broker>,
    chaos: Arc<ChaosControl>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<Result<(), SandboxError>>,
}

impl Bench {
    async fn new(rules: &[&str]) -> Self {
        let (clock, _) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
        // `sandbox_faults_disk.rs` runs this very file once more.
        let on_disk = env!("CARGO_CRATE_NAME") == "sandbox_faults_disk";
        let kept_in = on_disk.then(|| tempfile::tempdir().unwrap());
        let settings = SandboxSettings {
            listen: ([127, 0, 0, 1], 0).into(),
            data_dir: kept_in.as_ref().map(|dir| dir.path().to_owned()),
            faults: FaultPlan {
                seed: 7,
                rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
            },
            admin_token: Some(TOKEN.into()),
            ..SandboxSettings::default()
        };
        let sandbox = Sandbox::bind(settings, clock.clone()).await.unwrap();
        let endpoint = format!("http://{}", sandbox.addr()).parse().unwrap();
        let keys = Credentials::from_pasted("sandbox", "sandbox-secret", "");
        let settings = ClientSettings {
            pause: Duration::from_millis(1),
            // For the polls that are held until the sandbox stops.
            margin: Duration::from_secs(600),
            ..ClientSettings::new(endpoint, keys)
        };
        let (stop, stopped) = oneshot::channel();
        Self {
            _kept_in: kept_in,
            client: Client::new(settings, clock).unwrap(),
            broker: sandbox.broker(),
            chaos: sandbox.chaos(),
            stop: Some(stop),
            running: tokio::spawn(sandbox.run(async {
                let _ = stopped.await;
            })),
        }
    }

    async fn publish(&self, body: &str) -> Result<Answer<PublishReceipt>, ClientError> {
        self.client.publish(&topic(), &message(body)).await
    }

    /// Publishes messages before anything goes wrong.
    async fn filled(self, bodies: &[&str]) -> Self {
        for body in bodies {
            self.publish(body).await.unwrap();
        }
        self
    }

    async fn consume(&self, group: &str) -> Result<Answer<MessageList>, ClientError> {
        consume(&self.client, group).await
    }

    /// The bodies that a group gets, whole ones only.
    async fn bodies(&self, group: &str) -> Vec<String> {
        let list = self.consume(group).await.unwrap().value;
        assert!(list.damaged.is_empty(), "{list:?}");
        bodies(&list)
    }

    async fn ack(&self, handles: &[ReceiptHandle]) -> Result<Answer<Vec<AckFailure>>, ClientError> {
        let handles = HandleList::new(handles.to_vec()).unwrap();
        self.client.ack(&topic(), &group("G"), &handles).await
    }

    /// What a group has handed out and what is done, by the broker's own counts.
    fn invisible_and_acked(&self) -> (u64, u64) {
        let overview = self.broker.overview();
        let groups = overview.topics.iter().flat_map(|topic| &topic.groups);
        let mut of_g = groups.filter(|counts| counts.group == group("G"));
        let counts = of_g.next().unwrap();
        (counts.invisible, counts.acked)
    }

    fn stored(&self) -> u64 {
        let overview = self.broker.overview();
        overview.topics.iter().map(|topic| topic.messages).sum()
    }

    /// How often the rules struck, in their order.
    fn hits(&self) -> Vec<u64> {
        self.chaos.counts().iter().map(|(_, hits)| *hits).collect()
    }

    async fn until_hit(&self) {
        while self.hits() != [1] {
            tokio::task::yield_now().await;
        }
    }
}

async fn consume(client: &Client, name: &str) -> Result<Answer<MessageList>, ClientError> {
    let what = Consume {
        group: group(name),
        count: 16,
        wait_secs: 0,
        tag: TagFilter::All,
        mode: ConsumeMode::Plain,
    };
    client.consume(&topic(), &what).await
}

fn topic() -> TopicName {
    "t".parse().unwrap()
}

fn group(name: &str) -> GroupId {
    name.parse().unwrap()
}

fn message(body: &str) -> NewMessage {
    let parts = MessageParts {
        body: body.to_owned(),
        ..MessageParts::default()
    };
    parts
        .checked(&Profile::Sandbox.limits(), Timestamp::from_millis(0))
        .unwrap()
}

fn bodies(list: &MessageList) -> Vec<String> {
    list.messages.iter().map(|m| m.body.clone()).collect()
}

fn handles(list: &MessageList) -> Vec<ReceiptHandle> {
    let messages = list.messages.iter();
    messages.map(|m| m.receipt_handle.clone()).collect()
}

const NONE: [&str; 0] = [];

#[tokio::test]
async fn refusals_come_with_their_code_and_nothing_is_done() {
    let check = async |fault: &str, status: u16, code: FaultCode| {
        let bench = Bench::new(&[&format!("publish:t:{fault}:next=1")]).await;
        let error = bench.publish("one").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused, "{fault}: {error}");
        assert_eq!(error.status(), Some(status), "{fault}");
        assert_eq!(error.fault().unwrap().code, code, "{fault}");
        assert!(error.request_id().is_some(), "{fault}");
        assert_eq!(error.attempts(), 1, "a publish is sent once: {fault}");
        // After a 5xx nobody but the sandbox can know that nothing is stored.
        assert_eq!(error.outcome_unknown(), status >= 500, "{fault}");
        assert_eq!(bench.stored(), 0, "{fault}");
        bench.publish("two").await.unwrap();
        assert_eq!(bench.bodies("G").await, ["two"], "{fault}");
        assert_eq!(bench.hits(), [1], "{fault}");
    };
    check("access-denied", 403, FaultCode::AccessDenied).await;
    let code = FaultCode::SignatureDoesNotMatch;
    check("signature-does-not-match", 403, code).await;
    check("time-expired", 408, FaultCode::TimeExpired).await;
    check("internal-error", 500, FaultCode::InternalError).await;
    check("unavailable", 503, FaultCode::InternalServerError).await;
    check("qps-limit-exceeded", 400, FaultCode::QpsLimitExceeded).await;
}

#[tokio::test]
async fn plain_text_is_not_taken_for_the_protocol() {
    let bench = Bench::new(&["publish:*:unavailable-text:next=1"]).await;
    let error = bench.publish("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotThisProtocol, "{error}");
    assert_eq!((error.status(), error.attempts()), (Some(503), 1));
    assert!(error.outcome_unknown());
    assert_eq!(bench.stored(), 0);
}

#[tokio::test]
async fn consume_and_ack_outlive_what_a_second_attempt_can_cure() {
    for fault in ["500", "503", "503-text", "qps", "drop-before"] {
        let rules = ["consume", "ack"].map(|what| format!("{what}:t:{fault}:next=2"));
        let bench = Bench::new(&[&rules[0], &rules[1]])
            .await
            .filled(&["one"])
            .await;
        let answer = bench.consume("G").await.unwrap();
        assert_eq!(answer.attempts, 3, "{fault}");
        assert_eq!(bodies(&answer.value), ["one"], "{fault}");
        let answer = bench.ack(&handles(&answer.value)).await.unwrap();
        assert_eq!((answer.attempts, answer.value), (3, vec![]), "{fault}");
        assert_eq!(bench.hits(), [2, 2], "{fault}");
        assert_eq!(bench.invisible_and_acked(), (0, 1), "{fault}");
    }
}

#[tokio::test]
async fn what_a_second_attempt_cannot_cure_is_asked_once() {
    for fault in ["403", "signature-does-not-match", "408"] {
        let bench = Bench::new(&[&format!("any:*:{fault}")]).await;
        let error = bench.consume("G").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Refused, 1));
        assert_eq!(bench.hits(), [1], "{fault}");
    }
}

#[tokio::test]
async fn dropped_before_the_commit_nothing_is_there() {
    let bench = Bench::new(&["publish:t:drop-before:next=1"]).await;
    let error = bench.publish("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert_eq!((error.status(), error.attempts()), (None, 1));
    assert!(error.outcome_unknown());
    assert_eq!(bench.hits(), [1]);
    assert_eq!(bench.bodies("G").await, NONE);
    // The same on a connection that has served before, where the client reads of an end that it
    // could take for that of an idle connection.
    bench.chaos.clear();
    bench.publish("two").await.unwrap();
    bench
        .chaos
        .add("publish:t:drop-before:next=1".parse().unwrap());
    let error = bench.publish("three").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Interrupted, 1)
    );
    assert_eq!(bench.bodies("G").await, ["two"]);
}

#[tokio::test]
async fn dropped_after_the_commit_a_duplicate_can_be_provoked() {
    let bench = Bench::new(&["publish:t:drop-after:next=1"]).await;
    let error = bench.publish("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    assert_eq!((error.status(), error.attempts()), (None, 1));
    assert!(error.outcome_unknown());
    assert_eq!(bench.hits(), [1]);
    assert_eq!(bench.stored(), 1);
    bench.publish("one").await.unwrap();
    assert_eq!(bench.bodies("G").await, ["one", "one"]);
}

#[tokio::test]
async fn an_ack_whose_answer_is_dropped_is_refused_the_second_time() {
    let bench = Bench::new(&["ack:t:drop-after:next=1"]).await;
    let bench = bench.filled(&["one"]).await;
    let list = bench.consume("G").await.unwrap().value;
    let answer = bench.ack(&handles(&list)).await.unwrap();
    assert_eq!(answer.attempts, 2);
    assert_eq!(answer.value[0].code, FaultCode::MessageNotExist);
    assert_eq!(bench.invisible_and_acked(), (0, 1));
}

#[tokio::test]
async fn a_consume_whose_answer_is_dropped_leaves_the_messages_leased() {
    let bench = Bench::new(&["consume:t:drop-after:next=1"]).await;
    // An empty poll has done nothing: the rule waits for one that leases something.
    assert_eq!(bench.bodies("G").await, NONE);
    assert_eq!(bench.hits(), [0]);
    let bench = bench.filled(&["one"]).await;
    let answer = bench.consume("G").await.unwrap();
    assert_eq!(answer.attempts, 2);
    assert!(answer.value.is_empty());
    assert_eq!(bench.hits(), [1]);
    assert_eq!(bench.invisible_and_acked(), (1, 0));
}

#[tokio::test]
async fn where_nothing_was_done_the_answer_is_not_dropped() {
    let bench = Bench::new(&[]).await.filled(&["one", "two"]).await;
    let handles = handles(&bench.consume("G").await.unwrap().value);
    assert_eq!(bench.ack(&handles[..1]).await.unwrap().value, []);
    bench.chaos.add("ack:t:drop-after:next=1".parse().unwrap());
    // Its only handle is used.
    let answer = bench.ack(&handles[..1]).await.unwrap();
    assert_eq!((answer.attempts, answer.value.len()), (1, 1));
    assert_eq!(bench.hits(), [0]);
    // Of these one is taken, so that the second attempt finds none.
    let answer = bench.ack(&handles).await.unwrap();
    assert_eq!((answer.attempts, answer.value.len()), (2, 2));
    assert_eq!(bench.hits(), [1]);
}

#[tokio::test]
async fn truncated_xml_gives_the_whole_messages() {
    let bench = Bench::new(&["consume:t:truncate:next=1"]).await;
    // An empty answer has nothing to cut: the rule waits for one that has.
    assert_eq!(bench.bodies("G").await, NONE);
    assert_eq!(bench.hits(), [0]);
    let bench = bench.filled(&["1", "2", "3", "4", "5"]).await;
    let list = bench.consume("G").await.unwrap().value;
    assert_eq!(bodies(&list), ["1", "2"]);
    assert_eq!(list.damaged.len(), 1, "the third was cut: {list:?}");
    assert_eq!(bench.hits(), [1]);
    assert_eq!(bench.invisible_and_acked(), (5, 0), "all five are leased");
    assert_eq!(bench.ack(&handles(&list)).await.unwrap().value, []);
    assert_eq!(bench.invisible_and_acked(), (3, 2));
}

#[tokio::test]
async fn a_truncated_receipt_leaves_the_outcome_unknown() {
    let bench = Bench::new(&["publish:t:truncate:next=1"]).await;
    let error = bench.publish("one").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
    assert_eq!((error.status(), error.attempts()), (Some(201), 1));
    assert!(error.outcome_unknown());
    assert_eq!(bench.stored(), 1);
}

#[tokio::test]
async fn an_illegal_character_costs_one_message_which_can_still_be_acked() {
    let bench = Bench::new(&["consume:t:illegal-character:next=1"]).await;
    assert_eq!(bench.bodies("G").await, NONE);
    assert_eq!(bench.hits(), [0]);
    let bench = bench.filled(&["one", "two", "three"]).await;
    let list = bench.consume("G").await.unwrap().value;
    assert_eq!(bodies(&list), ["two", "three"]);
    let [damaged] = &list.damaged[..] else {
        panic!("{list:?}");
    };
    assert!(damaged.raw.contains("<MessageBody>\u{1}one</MessageBody>"));
    let handle = damaged.receipt_handle.clone().unwrap();
    assert_eq!(bench.ack(&[handle]).await.unwrap().value, []);
    assert_eq!(bench.invisible_and_acked(), (2, 1));
}

#[tokio::test]
async fn a_partial_ack_reports_exactly_the_refused() {
    let check = async |fault: &str, code: FaultCode| {
        let bench = Bench::new(&[&format!("ack:t:{fault}:next=1")]).await;
        let bench = bench.filled(&["1", "2", "3", "4", "5"]).await;
        let handles = handles(&bench.consume("G").await.unwrap().value);
        let refused = bench.ack(&handles).await.unwrap().value;
        let named: Vec<_> = refused.iter().map(|one| one.handle.clone()).collect();
        assert_eq!(named, handles[2..], "{fault}");
        assert!(refused.iter().all(|one| one.code == code), "{refused:?}");
        assert_eq!(bench.invisible_and_acked(), (3, 2), "{fault}");
        assert_eq!(bench.ack(&named).await.unwrap().value, [], "{fault}");
        assert_eq!(bench.invisible_and_acked(), (0, 5), "{fault}");
    };
    check("partial-ack", FaultCode::MessageNotExist).await;
    check("partial-ack-internal-error", FaultCode::InternalError).await;
}

#[tokio::test]
async fn of_one_handle_a_partial_ack_takes_none() {
    let bench = Bench::new(&["ack:t:partial-ack:next=1"]).await;
    let bench = bench.filled(&["one"]).await;
    let handles = handles(&bench.consume("G").await.unwrap().value);
    assert_eq!(bench.ack(&handles).await.unwrap().value.len(), 1);
    assert_eq!(bench.invisible_and_acked(), (1, 0));
}

#[tokio::test]
async fn what_is_slow_is_carried_out_all_the_same() {
    let bench = Bench::new(&[
        "any:*:latency=0ms..3ms:next=2",
        "consume:*:stall=1ms:next=1",
    ])
    .await;
    bench.publish("one").await.unwrap();
    // The clock stands still all the while.
    assert_eq!(bench.bodies("G").await, ["one"]);
    assert_eq!(bench.bodies("H").await, ["one"]);
    assert_eq!(bench.hits(), [2, 1]);
}

#[tokio::test]
async fn a_stalled_poll_is_held_while_others_are_served_and_let_go_by_the_end() {
    let bench = Bench::new(&["consume:t:stall=3600s:next=1"]).await;
    let mut bench = bench.filled(&["one"]).await;
    let client = bench.client.clone();
    let held = tokio::spawn(async move { consume(&client, "G").await });
    bench.until_hit().await;
    bench.publish("two").await.unwrap();
    assert_eq!(bench.bodies("H").await, ["one", "two"]);
    assert!(!held.is_finished());
    bench.stop.take().unwrap().send(()).unwrap();
    // Had it looked when it came, it would have found the first only.
    let answer = held.await.unwrap().unwrap();
    assert_eq!(bodies(&answer.value), ["one", "two"]);
    assert_eq!(answer.attempts, 1);
    bench.running.await.unwrap().unwrap();
}

#[tokio::test]
async fn latency_comes_before_the_commit() {
    let mut bench = Bench::new(&["publish:t:latency=3600s:next=1"]).await;
    let client = bench.client.clone();
    let late = tokio::spawn(async move { client.publish(&topic(), &message("late")).await });
    bench.until_hit().await;
    bench.publish("early").await.unwrap();
    assert_eq!(bench.bodies("G").await, ["early"]);
    assert!(!late.is_finished());
    bench.stop.take().unwrap().send(()).unwrap();
    late.await.unwrap().unwrap();
    assert_eq!(bench.stored(), 2);
    bench.running.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_is_refused_anyway_meets_no_fault() {
    let bench = Bench::new(&["any:*:500"]).await;
    let keys = Credentials::from_pasted("sandbox", "another secret", "");
    let settings = ClientSettings {
        credentials: keys,
        ..bench.client.settings().clone()
    };
    let (clock, _) = Clock::manual(Timestamp::from_millis(1_795_342_447_000));
    let stranger = Client::new(settings, clock).unwrap();
    let error = consume(&stranger, "G").await.unwrap_err();
    assert_eq!(
        error.fault().unwrap().code,
        FaultCode::SignatureDoesNotMatch
    );
    assert_eq!(bench.hits(), [0]);
}

#[tokio::test]
async fn rules_change_while_it_runs_and_a_run_is_repeated_by_its_seed() {
    let bench = Bench::new(&[]).await;
    let run = async || {
        let plan = FaultPlan {
            seed: 4_711,
            rules: vec!["publish:t:500:p=0.5".parse().unwrap()],
        };
        bench.chaos.set_plan(plan);
        let mut outcomes = Vec::new();
        for _ in 0..32 {
            outcomes.push(bench.publish("one").await.is_ok());
        }
        outcomes
    };
    let first = run().await;
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    assert_eq!(run().await, first);
    bench.chaos.clear();
    bench.publish("one").await.unwrap();
}

#[tokio::test]
async fn rules_are_changed_over_the_admin_api() {
    let bench = Bench::new(&["publish:t:500:next=2"]).await;
    let endpoint = bench.client.settings().endpoint.clone();
    let admin = AdminClient::new(endpoint, &TOKEN.into()).unwrap();
    bench.publish("one").await.unwrap_err();
    let report = admin.faults().await.unwrap();
    assert_eq!((report.seed, report.faults[0].hits), (7, 1));
    let left = report.faults[0].rule.to_string();
    assert_eq!(left, "publish:t:internal-error:next=1");

    let added = admin.add_fault(&"any:*:403".parse().unwrap()).await;
    let id = added.unwrap().id;
    bench.publish("two").await.unwrap_err();
    let error = bench.publish("three").await.unwrap_err();
    assert_eq!(error.fault().unwrap().code, FaultCode::AccessDenied);
    assert_eq!(admin.remove_fault(id).await.unwrap().faults.len(), 1);
    bench.publish("four").await.unwrap();
    let error = admin.remove_fault(id).await.unwrap_err();
    assert_eq!(error.status(), Some(404), "{error}");

    let plan = FaultPlan {
        seed: 9,
        rules: vec!["publish:t:latency=0ms..1ms:p=0.25".parse().unwrap()],
    };
    let report = admin.set_faults(&plan).await.unwrap();
    assert_eq!(report, bench.chaos.report());
    assert_eq!((report.seed, &report.faults[0].rule), (9, &plan.rules[0]));
    assert_eq!(admin.clear_faults().await.unwrap().faults, []);
    assert_eq!(bench.stored(), 1);
}
