//! Where the clients' exchanges come in on their way to the window. Never waits: if the window is
//! behind, an exchange is left out and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::client::{Exchange, Observer};
use crate::session::{ConnectionId, Event, Wake};

use super::{Seen, TrafficEvent};

/// Exchanges that may wait for a frame, and bytes of them.
const WAITING: usize = 512;
const WAITING_BYTES: usize = 16 << 20;

/// The end that clients write to. Clones are the same one.
#[derive(Clone)]
pub(in crate::session) struct Tap {
    on: Arc<AtomicBool>,
    sender: Sender<Arc<Seen>>,
    counts: Arc<Counts>,
    wake: Wake,
}

#[derive(Debug, Default)]
struct Counts {
    /// Bytes that wait.
    waiting: AtomicUsize,
    missed: AtomicU64,
}

/// The end that the window reads from.
#[derive(Debug)]
pub(in crate::session) struct Flow {
    receiver: Receiver<Arc<Seen>>,
    counts: Arc<Counts>,
}

/// Both ends.
pub(in crate::session) fn tap(wake: Wake) -> (Tap, Flow) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let counts = Arc::<Counts>::default();
    let tap = Tap {
        on: Arc::new(AtomicBool::new(true)),
        sender,
        counts: Arc::clone(&counts),
        wake,
    };
    (tap, Flow { receiver, counts })
}

impl Tap {
    /// Takes nothing more down, or goes on.
    pub(in crate::session) fn pause(&self, pause: bool) {
        self.on.store(!pause, Ordering::Relaxed);
    }

    /// What the client of a connection tells.
    pub(in crate::session) fn observer(&self, connection: &ConnectionId) -> Observer {
        let (tap, connection) = (self.clone(), connection.clone());
        Observer::new(Arc::clone(&self.on), move |exchange| {
            tap.take(connection.clone(), exchange);
        })
    }

    fn take(&self, connection: ConnectionId, exchange: Exchange) {
        let weight = exchange.weight();
        let counts = &self.counts;
        let waiting = counts.waiting.fetch_add(weight, Ordering::Relaxed);
        let seen = Arc::new(Seen {
            connection,
            exchange,
            missed: counts.missed.load(Ordering::Relaxed),
        });
        // One that is larger than all the room there is goes through when nothing else waits.
        let fits = waiting == 0 || waiting + weight <= WAITING_BYTES;
        if fits && self.sender.try_send(seen).is_ok() {
            (self.wake)();
        } else {
            counts.waiting.fetch_sub(weight, Ordering::Relaxed);
            counts.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Flow {
    pub(in crate::session) fn next(&mut self) -> Option<Event> {
        let seen = self.receiver.try_recv().ok()?;
        let weight = seen.exchange.weight();
        self.counts.waiting.fetch_sub(weight, Ordering::Relaxed);
        Some(Event::Traffic(TrafficEvent::Seen(seen)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::tests::exchange;
    use super::*;

    #[test]
    fn a_window_that_is_behind_costs_exchanges_and_no_waiting() {
        let (tap, mut flow) = tap(Arc::new(|| {}));
        for n in 0..WAITING + 3 {
            tap.take(ConnectionId::Sandbox, exchange(n as u64));
        }
        let mut taken = 0;
        while flow.next().is_some() {
            taken += 1;
        }
        assert_eq!(taken, WAITING);
        tap.take(ConnectionId::Sandbox, exchange(1));
        let Some(Event::Traffic(TrafficEvent::Seen(seen))) = flow.next() else {
            unreachable!("it has room again");
        };
        assert_eq!(seen.missed, 3);
        assert_eq!(tap.counts.waiting.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_waits_is_bounded_in_bytes() {
        let (tap, mut flow) = tap(Arc::new(|| {}));
        let mut large = exchange(1);
        large.request.body.bytes = bytes::Bytes::from(vec![0; WAITING_BYTES / 2]);
        for _ in 0..4 {
            tap.take(ConnectionId::Sandbox, large.clone());
        }
        let mut taken = 0;
        while flow.next().is_some() {
            taken += 1;
        }
        assert_eq!(taken, 1, "two and what goes with them are too much");
    }
}
