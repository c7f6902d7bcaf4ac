//! What came and went in the last minutes, and how long it took: for plots and the status line, of
//! each view, of each connection, and of everything. Fed with events and the time; bounded by the
//! number of views and connections. Asks for nothing and holds no message.

use std::time::Duration;

use crate::protocol::{ConsumeMode, ReceivedMessage, Timestamp, properties};

use super::halves::Decision;
use super::latency::Latency;
use super::sent::Sent;
use super::series::{Idle, Series};
use super::subscription::{Subscription, SubscriptionId};
use super::{ConnectionId, Event};

/// One bucket a second, for so many seconds.
const SECONDS: usize = 600;
/// Milliseconds of a bucket.
const BUCKET_MILLIS: u32 = 1_000;
/// Seconds of which the mean is a rate of now: one second alone jumps.
const RECENT: usize = 10;

/// Whose figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowScope {
    /// Of everything.
    All,
    /// Of what went through this connection.
    Connection(ConnectionId),
    /// Of what this view consumed.
    View(SubscriptionId),
}

/// All figures.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    all: Flow,
    connections: Vec<(ConnectionId, Flow)>,
    views: Vec<(SubscriptionId, Flow)>,
    /// When something changed last.
    changed: Option<Timestamp>,
}

/// The figures of one scope.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Messages published.
    pub published: Count,
    /// Deliveries that came, again or for the first time, damaged ones included.
    pub arrivals: Count,
    /// Handles acked.
    pub acks: Count,
    /// Half messages committed.
    pub commits: Count,
    /// Half messages rolled back.
    pub rollbacks: Count,
    /// Deliveries of messages that the group had got before.
    pub redeliveries: Count,
    /// Requests that failed, acks that were refused, messages that came damaged.
    pub errors: Count,
    /// Messages that are held.
    pub in_flight: Series,
    /// From the call of a publish to its answer.
    pub publish_latency: Latency,
    /// From the publish of a message, or from when it was due, to its first delivery here; by the
    /// server's clock, so to a second or so where that is not ours.
    pub consume_latency: Latency,
    /// From an ack or a decision to its answer.
    pub ack_latency: Latency,
    /// From a poll to its answer, the wait for messages included.
    pub poll_latency: Latency,
    held: usize,
}

/// Something that is counted.
#[derive(Debug, Clone)]
pub struct Count {
    series: Series,
    total: u64,
}

impl Count {
    fn add(&mut self, now: Timestamp, n: usize) {
        if n > 0 {
            self.series.add(now, n as f64);
            self.total += n as u64;
        }
    }

    /// How many there were, ever.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Oldest first: how many seconds before `now`, and how many there were in that second.
    pub fn points(&self, now: Timestamp) -> impl Iterator<Item = (f64, Option<f64>)> + '_ {
        self.series.points(now)
    }

    /// How many there are by the second now: the mean of the last ten seconds, of those that are
    /// known.
    pub fn rate(&self, now: Timestamp) -> f64 {
        let all: Vec<f64> = self.series.points(now).filter_map(|(_, n)| n).collect();
        let recent = &all[all.len().saturating_sub(RECENT)..];
        match recent.len() {
            0 => 0.0,
            known => recent.iter().sum::<f64>() / known as f64,
        }
    }
}

impl Default for Flow {
    fn default() -> Self {
        let count = || Count {
            series: Series::new(Idle::Zero, BUCKET_MILLIS, SECONDS),
            total: 0,
        };
        let latency = || Latency::new(BUCKET_MILLIS, SECONDS);
        Self {
            published: count(),
            arrivals: count(),
            acks: count(),
            commits: count(),
            rollbacks: count(),
            redeliveries: count(),
            errors: count(),
            in_flight: Series::new(Idle::Last, BUCKET_MILLIS, SECONDS),
            publish_latency: latency(),
            consume_latency: latency(),
            ack_latency: latency(),
            poll_latency: latency(),
            held: 0,
        }
    }
}

impl Flow {
    /// Nothing has happened yet, which is known from now on.
    fn begun(now: Timestamp) -> Self {
        let mut flow = Self::default();
        flow.begin(now);
        flow
    }

    fn begin(&mut self, now: Timestamp) {
        for count in [
            &mut self.published,
            &mut self.arrivals,
            &mut self.acks,
            &mut self.commits,
            &mut self.rollbacks,
            &mut self.redeliveries,
            &mut self.errors,
        ] {
            count.series.add(now, 0.0);
        }
        self.in_flight.set(now, self.held as f64);
    }

    /// How many messages are held.
    pub fn held(&self) -> usize {
        self.held
    }

    fn done(&mut self, decision: Option<Decision>) -> &mut Count {
        match decision {
            None => &mut self.acks,
            Some(Decision::Commit) => &mut self.commits,
            Some(Decision::Rollback) => &mut self.rollbacks,
        }
    }

    fn hold(&mut self, now: Timestamp, held: usize) -> bool {
        let changed = held != self.held;
        if changed {
            self.held = held;
            self.in_flight.set(now, held as f64);
        }
        changed
    }
}

impl Figures {
    /// Those of a scope; none if it is not there any more, or nothing ever went through it.
    pub fn of(&self, scope: &FlowScope) -> Option<&Flow> {
        match scope {
            FlowScope::All => Some(&self.all),
            FlowScope::Connection(id) => find(&self.connections, id),
            FlowScope::View(id) => find(&self.views, id),
        }
    }

    /// Whether something changed within this time, so that it still moves in a plot that long.
    pub fn moved_within(&self, now: Timestamp, span: Duration) -> bool {
        self.changed
            .is_some_and(|changed| now.since(changed) <= span)
    }

    /// Takes in what happened. `view` finds the views by their ids.
    pub(super) fn observe<'v>(
        &mut self,
        event: &Event,
        view: impl Fn(SubscriptionId) -> Option<&'v Subscription>,
        now: Timestamp,
    ) {
        match event {
            Event::Published {
                connection,
                elapsed,
                ..
            } => self.published(connection, *elapsed, now),
            Event::PublishFailed { connection, .. } => self.failed(connection, now),
            Event::Polled {
                subscription,
                arrivals,
                damaged,
                skew_millis,
                at,
                elapsed,
            } => {
                let view = view(*subscription);
                let is_check = view
                    .and_then(|view| view.source.as_ref())
                    .is_some_and(|source| source.consume.mode == ConsumeMode::Half);
                let messages = || arrivals.iter().map(|arrival| &arrival.message);
                let again = messages().filter(|m| m.consumed_times > 1).count();
                let waits: Vec<Duration> = messages()
                    .filter(|_| !is_check)
                    .filter_map(|message| waited(message, *skew_millis, *at))
                    .collect();
                let (id, connection) = (Some(*subscription), connection(view));
                if arrivals.is_empty() && damaged.is_empty() {
                    // Nothing that moves by itself: a window that only waits is not drawn for it.
                    self.each_quietly(id, connection, now, |flow| {
                        flow.poll_latency.add(*at, [*elapsed]);
                    });
                    return;
                }
                self.each(id, connection, now, |flow| {
                    flow.poll_latency.add(*at, [*elapsed]);
                    flow.arrivals.add(*at, arrivals.len() + damaged.len());
                    flow.redeliveries.add(*at, again);
                    flow.errors.add(*at, damaged.len());
                    flow.consume_latency.add(*at, waits.iter().copied());
                });
            }
            Event::Acked {
                subscription,
                done,
                refused,
                at,
                action,
                elapsed,
                ..
            } => self.each(
                Some(*subscription),
                connection(view(*subscription)),
                now,
                |flow| {
                    flow.done(Decision::of(*action)).add(*at, done.len());
                    flow.ack_latency.add(*at, [*elapsed]);
                    flow.errors.add(*at, refused.len());
                },
            ),
            Event::PollFailed { subscription, .. } | Event::AckFailed { subscription, .. } => self
                .each(
                    Some(*subscription),
                    connection(view(*subscription)),
                    now,
                    |flow| flow.errors.add(now, 1),
                ),
            _ => {}
        }
    }

    /// A message was published through this connection, and that took so long.
    pub(super) fn published(&mut self, to: &ConnectionId, elapsed: Duration, now: Timestamp) {
        self.each(None, Some(to), now, |flow| {
            flow.published.add(now, 1);
            flow.publish_latency.add(now, [elapsed]);
        });
    }

    /// Messages were published through this connection, one after the other, or were not.
    pub(super) fn sent(&mut self, to: &ConnectionId, sent: &Sent, now: Timestamp) {
        if sent.is_empty() {
            return;
        }
        let (stored, failed) = sent.counts();
        self.each(None, Some(to), now, |flow| {
            flow.published.add(now, stored);
            flow.errors.add(now, failed);
            flow.publish_latency.add_counted(now, sent.took());
        });
    }

    /// A half message was decided on by the handle of its publish, and that took so long.
    pub(super) fn decided(
        &mut self,
        at: &ConnectionId,
        decision: Option<Decision>,
        elapsed: Duration,
        now: Timestamp,
    ) {
        self.each(None, Some(at), now, |flow| {
            match decision {
                Some(decision) => flow.done(Some(decision)).add(now, 1),
                None => flow.errors.add(now, 1),
            }
            flow.ack_latency.add(now, [elapsed]);
        });
    }

    /// A request failed, or nobody knows.
    pub(super) fn failed(&mut self, at: &ConnectionId, now: Timestamp) {
        self.each(None, Some(at), now, |flow| flow.errors.add(now, 1));
    }

    /// Time has passed: what the views hold now. Figures of views that are closed go.
    pub(super) fn tick(&mut self, views: &[Subscription], now: Timestamp) {
        if self.changed.is_none() {
            self.all.begin(now);
            self.changed = Some(now);
        }
        self.views
            .retain(|(id, _)| views.iter().any(|view| view.id == *id));
        let mut changed = false;
        let held = |view: &Subscription| view.rows.held().0;
        for view in views {
            changed |= slot(&mut self.views, &view.id, now).hold(now, held(view));
            slot(&mut self.connections, view.connection(), now);
        }
        for (id, flow) in &mut self.connections {
            let own = views.iter().filter(|view| view.connection() == id);
            changed |= flow.hold(now, own.map(held).sum());
        }
        changed |= self.all.hold(now, views.iter().map(held).sum());
        if changed {
            self.changed = Some(now);
        }
    }

    /// A connection is gone.
    pub(super) fn forget(&mut self, id: &ConnectionId) {
        self.connections.retain(|(known, _)| known != id);
    }

    /// The same change to everything that it belongs to.
    fn each(
        &mut self,
        view: Option<SubscriptionId>,
        connection: Option<&ConnectionId>,
        now: Timestamp,
        change: impl Fn(&mut Flow),
    ) {
        self.changed = Some(now);
        self.each_quietly(view, connection, now, change);
    }

    /// The same where nothing goes on that has to be drawn again and again.
    fn each_quietly(
        &mut self,
        view: Option<SubscriptionId>,
        connection: Option<&ConnectionId>,
        now: Timestamp,
        change: impl Fn(&mut Flow),
    ) {
        change(&mut self.all);
        if let Some(id) = connection {
            change(slot(&mut self.connections, id, now));
            if let Some(id) = view {
                change(slot(&mut self.views, &id, now));
            }
        }
    }
}

/// Where a view that is still there listens.
fn connection(view: Option<&Subscription>) -> Option<&ConnectionId> {
    view.map(Subscription::connection)
}

fn find<'a, K: PartialEq>(flows: &'a [(K, Flow)], id: &K) -> Option<&'a Flow> {
    let found = flows.iter().find(|(known, _)| known == id);
    found.map(|(_, flow)| flow)
}

/// The figures of a view or a connection, begun if there are none yet.
fn slot<'a, K: PartialEq + Clone>(
    flows: &'a mut Vec<(K, Flow)>,
    id: &K,
    now: Timestamp,
) -> &'a mut Flow {
    let place = match flows.iter().position(|(known, _)| known == id) {
        Some(place) => place,
        None => {
            flows.push((id.clone(), Flow::begun(now)));
            flows.len() - 1
        }
    };
    &mut flows[place].1
}

/// How long a message waited for its first consumer once it could have one. A message that was
/// delivered before says nothing about that.
fn waited(message: &ReceivedMessage, skew_millis: i64, at: Timestamp) -> Option<Duration> {
    if message.consumed_times > 1 {
        return None;
    }
    let due = message.properties.get(properties::START_DELIVER_TIME);
    let due = due.and_then(|millis| millis.parse().ok());
    let due = due.map_or(message.publish_time, Timestamp::from_millis);
    let received = at.offset_millis(skew_millis);
    Some(received.since(due.max(message.publish_time)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
