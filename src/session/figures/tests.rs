//! The figures against a list of all that happened, told through the model as the window does it.

use proptest::prelude::*;

use super::*;
use crate::config::ConnectionProfile;
use crate::protocol::properties::Properties;
use crate::protocol::{
    AckAction, AckFailure, DamagedMessage, DecodeError, FaultCode, PublishReceipt, ReceiptHandle,
    body_md5,
};
use crate::session::{
    Arrival, Command, ConsumeForm, Job, Lease, Model, SavedView, Say, Setup, Trouble, Workspace,
};

/// Two views of the sandbox and one of another connection.
const VIEWS: [SubscriptionId; 3] = [SubscriptionId(0), SubscriptionId(1), SubscriptionId(2)];
const LEASE_MILLIS: i64 = 30_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn elsewhere() -> ConnectionId {
    ConnectionId::Profile("elsewhere".to_owned())
}

fn connection_of(view: usize) -> ConnectionId {
    match view {
        2 => elsewhere(),
        _ => ConnectionId::Sandbox,
    }
}

fn model() -> Model {
    let view = |place: usize| SavedView {
        id: VIEWS[place],
        form: ConsumeForm {
            connection: connection_of(place),
            ..ConsumeForm::default()
        },
        running: false,
        file: None,
        table: Default::default(),
    };
    Model::new(Setup {
        profiles: vec![ConnectionProfile {
            id: "elsewhere".to_owned(),
            ..ConnectionProfile::default()
        }],
        workspace: Workspace {
            views: (0..3).map(view).collect(),
            ..Workspace::default()
        },
        ..Setup::default()
    })
}

/// The same, with every view listening, so that acks can be asked for.
fn listening(now: i64) -> Model {
    let mut model = model();
    for (place, id) in VIEWS.into_iter().enumerate() {
        let form = ConsumeForm {
            connection: connection_of(place),
            topic: "orders".to_owned(),
            group: "GID_debug".to_owned(),
            ..ConsumeForm::default()
        };
        let job = model.apply(Command::StartConsuming(id, form), at(now));
        assert!(matches!(job, Some(Job::StartPolling(_))));
    }
    model
}

/// Asks for an ack of these messages of a view; the handles that were sent.
fn ask_to_ack(model: &mut Model, view: usize, messages: &[usize], now: i64) -> Vec<ReceiptHandle> {
    let ids: Vec<String> = messages.iter().map(|n| format!("M-{view}-{n}")).collect();
    let wanted = |id: &str| ids.iter().any(|one| one == id);
    let rows = &model.view(VIEWS[view]).unwrap().rows;
    let rows = rows
        .iter()
        .filter(|row| row.message_id().is_some_and(wanted));
    let rows: Vec<u64> = rows.map(|row| row.number).collect();
    match model.apply(Command::Ack(VIEWS[view], rows), at(now)) {
        Some(Job::Ack(order)) => order.handles,
        _ => Vec::new(),
    }
}

fn trouble() -> Box<Trouble> {
    Box::new(Trouble::new(
        Say::new("card-no-answer"),
        Say::new("card-next-network"),
        "",
    ))
}

fn handle(view: usize, n: usize) -> ReceiptHandle {
    ReceiptHandle::new(&format!("h-{view}-{n}")).unwrap()
}

fn arrival(view: usize, n: usize, times: u32, published: i64, now: i64) -> Arrival {
    Arrival {
        message: ReceivedMessage {
            message_id: format!("M-{view}-{n}"),
            body_md5: body_md5("x"),
            body: "x".to_owned(),
            receipt_handle: handle(view, n),
            publish_time: at(published),
            first_consume_time: at(now),
            next_consume_time: at(now + LEASE_MILLIS),
            consumed_times: times,
            tag: None,
            properties: Properties::default(),
        },
        lease: Lease::new(at(now), at(now + LEASE_MILLIS), 0),
    }
}

fn damaged() -> DamagedMessage {
    DamagedMessage {
        message_id: None,
        receipt_handle: None,
        next_consume_time: None,
        problem: DecodeError::Missing { element: "Message" },
        raw: String::new(),
    }
}

fn polled(view: usize, arrivals: Vec<Arrival>, broken: usize, skew: i64, now: i64) -> Event {
    Event::Polled {
        subscription: VIEWS[view],
        arrivals,
        damaged: (0..broken).map(|_| damaged()).collect(),
        skew_millis: skew,
        at: at(now),
        elapsed: Duration::from_millis(9),
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// So many new messages, so many that were there before, so many damaged ones.
    Poll(usize, usize, usize),
    PollFails,
    /// So many handles, of which the first so many are refused.
    Ack(usize, usize),
    AckFails,
    Publish,
    PublishFails,
    /// Nothing but time.
    Wait,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4_usize, 0..3_usize, 0..2_usize).prop_map(|(a, b, c)| Step::Poll(a, b, c)),
        1 => Just(Step::PollFails),
        3 => (1..5_usize, 0..2_usize).prop_map(|(n, r)| Step::Ack(n, r)),
        1 => Just(Step::AckFails),
        2 => Just(Step::Publish),
        1 => Just(Step::PublishFails),
        1 => Just(Step::Wait),
    ]
}

/// What was counted when: published, arrivals, acks, redeliveries, errors.
type Counted = Vec<(i64, [usize; 5])>;

fn told(count: &Count, now: i64) -> Vec<(i64, f64)> {
    let second = now.div_euclid(1_000);
    let points = count.points(at(now));
    points
        .map(|(ago, n)| (second - ago as i64, n.unwrap()))
        .collect()
}

fn check(flow: &Flow, counted: &Counted, now: i64) {
    let counts = [
        &flow.published,
        &flow.arrivals,
        &flow.acks,
        &flow.redeliveries,
        &flow.errors,
    ];
    for (which, count) in counts.into_iter().enumerate() {
        let sum = |of: &dyn Fn(i64) -> bool| -> usize {
            let some = counted.iter().filter(|(millis, _)| of(*millis));
            some.map(|(_, n)| n[which]).sum()
        };
        assert_eq!(count.total(), sum(&|_| true) as u64, "all of {which}");
        for (second, n) in told(count, now) {
            let expected = sum(&|millis| millis.div_euclid(1_000) == second);
            assert_eq!(n, expected as f64, "{which} in second {second}");
        }
        // Nothing is left out of what is told, but what is too old or not over.
        let oldest = now.div_euclid(1_000) - 599;
        let here =
            sum(&|millis| (oldest..now.div_euclid(1_000)).contains(&millis.div_euclid(1_000)));
        let sum_told: f64 = told(count, now).iter().map(|(_, n)| n).sum();
        assert_eq!(sum_told, here as f64, "{which} at {now}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn figures_agree_with_all_that_happened(
        steps in proptest::collection::vec((0..3_usize, step(), 0_i64..9_000), 1..120),
    ) {
        let mut now = 1_000_000;
        let mut model = listening(now);
        let mut done: Vec<(usize, bool, i64, [usize; 5])> = Vec::new();
        // Held messages by view: number, end of the lease.
        let mut held: [Vec<(usize, i64)>; 3] = Default::default();
        let mut next = 0;
        model.tick(at(now));
        for (view, step, wait) in steps {
            now += wait;
            model.tick(at(now));
            for view in &mut held {
                view.retain(|(_, ends)| *ends > now);
            }
            let mut counted = [0; 5];
            let to = connection_of(view);
            let event = match step {
                Step::Poll(new, again, broken) => {
                    let first = next;
                    next += new + again;
                    held[view].extend((first..next).map(|n| (n, now + LEASE_MILLIS)));
                    counted = [0, new + again + broken, 0, again, broken];
                    let arrivals = (first..next)
                        .map(|n| arrival(view, n, 1 + u32::from(n >= first + new), 0, now));
                    polled(view, arrivals.collect(), broken, 0, now)
                }
                Step::PollFails => {
                    counted[4] = 1;
                    Event::PollFailed {
                        subscription: VIEWS[view],
                        trouble: trouble(),
                        retry_at: Some(at(now + 1_000)),
                    }
                }
                Step::Ack(n, refused) => {
                    let n = n.min(held[view].len());
                    let messages: Vec<_> = held[view].drain(..n).map(|(m, _)| m).collect();
                    let handles = ask_to_ack(&mut model, view, &messages, now);
                    prop_assert_eq!(handles.len(), n);
                    let refused = &handles[..refused.min(n)];
                    counted = [0, 0, n - refused.len(), 0, refused.len()];
                    Event::Acked {
                        subscription: VIEWS[view],
                        done: handles[refused.len()..].to_vec(),
                        refused: refused.iter().map(|handle| AckFailure {
                            handle: handle.clone(),
                            code: FaultCode::MessageNotExist,
                            message: String::new(),
                        }).collect(),
                        repeated: false,
                        skew_millis: 0,
                        at: at(now),
                        action: AckAction::Ack,
                        elapsed: Duration::from_millis(5),
                    }
                }
                Step::AckFails => {
                    counted[4] = 1;
                    Event::AckFailed {
                        subscription: VIEWS[view],
                        handles: Vec::new(),
                        trouble: trouble(),
                    }
                }
                Step::Publish => {
                    counted[0] = 1;
                    Event::Published {
                        connection: to,
                        receipt: PublishReceipt {
                            message_id: "M".to_owned(),
                            body_md5: body_md5("x"),
                            receipt_handle: None,
                        },
                        request_id: None,
                        elapsed: Duration::from_millis(7),
                    }
                }
                Step::PublishFails => {
                    counted[4] = 1;
                    Event::PublishFailed { connection: to, trouble: trouble() }
                }
                Step::Wait => continue,
            };
            let publishes = matches!(step, Step::Publish | Step::PublishFails);
            done.push((view, publishes, now, counted));
            model.absorb(event, at(now));
            model.tick(at(now));

            let figures = model.figures();
            let all: Counted = done.iter().map(|(_, _, t, n)| (*t, *n)).collect();
            check(figures.of(&FlowScope::All).unwrap(), &all, now);
            let count = |views: &[usize]| views.iter().map(|v| held[*v].len()).sum::<usize>();
            prop_assert_eq!(figures.of(&FlowScope::All).unwrap().held(), count(&[0, 1, 2]));
            for (id, views) in [(ConnectionId::Sandbox, &[0, 1][..]), (elsewhere(), &[2])] {
                let own = done.iter().filter(|(view, ..)| views.contains(view));
                let own = own.map(|(_, _, t, n)| (*t, *n)).collect();
                let flow = figures.of(&FlowScope::Connection(id)).unwrap();
                check(flow, &own, now);
                prop_assert_eq!(flow.held(), count(views));
                prop_assert_eq!(flow.in_flight.latest(at(now)), Some(count(views) as f64));
            }
            for view in 0..3 {
                let own = done.iter().filter(|(of, publishes, ..)| *of == view && !publishes);
                let own = own.map(|(_, _, t, n)| (*t, *n)).collect();
                let flow = figures.of(&FlowScope::View(VIEWS[view])).unwrap();
                check(flow, &own, now);
                prop_assert_eq!(flow.held(), held[view].len());
            }
        }
    }
}

fn all(model: &Model) -> &Flow {
    model.figures().of(&FlowScope::All).unwrap()
}

#[test]
fn a_rate_is_the_mean_of_the_last_seconds_and_falls_to_nothing() {
    let mut model = model();
    model.tick(at(0));
    assert_eq!(all(&model).arrivals.rate(at(0)), 0.0);
    for n in 0..20 {
        let one = arrival(0, n, 1, 0, 500);
        model.absorb(polled(0, vec![one], 0, 0, 500), at(500));
    }
    // The second that goes on is not over.
    assert_eq!(all(&model).arrivals.rate(at(900)), 0.0);
    assert_eq!(all(&model).arrivals.rate(at(2_000)), 10.0);
    assert_eq!(all(&model).arrivals.rate(at(10_000)), 2.0);
    assert_eq!(all(&model).arrivals.rate(at(11_000)), 0.0);
    assert_eq!(all(&model).arrivals.total(), 20);
    let ten = Duration::from_secs(10);
    assert!(model.figures().moved_within(at(10_000), ten));
    assert!(!model.figures().moved_within(at(11_000), ten));
}

#[test]
fn a_message_waits_by_the_servers_clock_from_when_it_was_due() {
    let check = |change: &dyn Fn(&mut ReceivedMessage), skew, expected: Option<u64>| {
        let mut model = model();
        model.tick(at(0));
        let mut one = arrival(0, 0, 1, 40_000, 60_000);
        change(&mut one.message);
        model.absorb(polled(0, vec![one], 0, skew, 60_000), at(60_000));
        let latest = all(&model).consume_latency.latest();
        assert_eq!(latest, expected.map(Duration::from_millis));
    };
    check(&|_| {}, 0, Some(20_000));
    // The server is 5 s ahead, so 25 s passed there.
    check(&|_| {}, 5_000, Some(25_000));
    check(&|_| {}, -15_000, Some(5_000));
    // What a wrong clock says came before it was sent took no time.
    check(&|_| {}, -30_000, Some(0));
    let due = |millis: &str| Properties::decode(&format!("__STARTDELIVERTIME:{millis}|"));
    check(&|m| m.properties = due("58000"), 0, Some(2_000));
    check(&|m| m.properties = due("1000"), 0, Some(20_000));
    check(&|m| m.properties = due("soon"), 0, Some(20_000));
    check(&|m| m.consumed_times = 2, 0, None);
}

#[test]
fn figures_of_what_is_closed_or_deleted_go() {
    let mut model = model();
    model.tick(at(0));
    let view = FlowScope::View(VIEWS[1]);
    assert!(model.figures().of(&view).is_some());
    model.apply(Command::CloseView(VIEWS[1]), at(1));
    // What comes late counts in the sum alone.
    let late = arrival(1, 0, 1, 0, 2);
    model.absorb(polled(1, vec![late], 0, 0, 2), at(2));
    model.tick(at(3));
    assert!(model.figures().of(&view).is_none());
    assert_eq!(all(&model).arrivals.total(), 1);
    let sandbox = model
        .figures()
        .of(&FlowScope::Connection(ConnectionId::Sandbox));
    assert_eq!(sandbox.unwrap().arrivals.total(), 0);
}
