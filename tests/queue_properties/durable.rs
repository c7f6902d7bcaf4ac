//! Queues that live on in a file go on as the model does.

use mqscope::protocol::{AckAction, ConsumeMode, ReceiptHandle, TagFilter};
use mqscope::sandbox::queue::Change;
use mqscope::sandbox::store::Store;
use proptest::prelude::*;

use crate::bench::{Bench, empty_of_run};
use crate::compare::untold;
use crate::steps::step;

/// Queues that live on in a file: now and then everything goes to the store, the process "ends",
/// and what the file holds goes on where it was.
struct Durable {
    bench: Bench,
    dir: tempfile::TempDir,
    store: Option<Store>,
    /// How many of the changes have gone to the store.
    written: usize,
    runtime: tokio::runtime::Runtime,
}

impl Durable {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            store: Some(Store::open(dir.path()).unwrap()),
            bench: Bench::new(),
            dir,
            written: 0,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
        }
    }

    /// The changes since the last time, some in each write.
    fn write(&mut self, some: usize) {
        let store = self.store.as_ref().unwrap();
        for changes in self.bench.changes[self.written..].chunks(some) {
            let changes = changes.to_vec();
            let written = async { store.submit(changes, store.room().await?).durable().await };
            self.runtime.block_on(written).unwrap();
        }
        self.written = self.bench.changes.len();
    }

    /// Killed, the files are what they were before it could close them: the log first, as what
    /// leaves it in the meantime is in the database then.
    fn reopen(&mut self, killed: bool) {
        let left = tempfile::tempdir().unwrap();
        if killed {
            for name in ["sandbox-1.log", "sandbox-2.log", "sandbox.redb"] {
                std::fs::copy(self.dir.path().join(name), left.path().join(name)).unwrap();
            }
        }
        // Closed before it is opened again.
        self.store = None;
        if killed {
            self.dir = left;
        }
        let store = Store::open(self.dir.path()).unwrap();
        let mut queues = empty_of_run(store.run());
        store.load(|change| queues.apply(&change)).unwrap();
        queues.settle(self.bench.model.now);
        assert_eq!(
            untold(queues.overview()),
            untold(self.bench.queues.overview())
        );
        self.bench.queues = queues;
        self.store = Some(store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// The model goes on with queues that come from the file, and notices no difference: places,
    /// leases, handles, counts of deliveries, first deliveries, half and timed messages.
    #[test]
    fn queues_from_a_file_go_on_where_they_were(
        rounds in prop::collection::vec(
            (prop::collection::vec(step(), 1..40), 1..12usize, any::<bool>()),
            1..6,
        ),
    ) {
        let mut durable = Durable::new();
        for (steps, some, killed) in &rounds {
            for step in steps {
                durable.bench.run(step);
            }
            durable.write(*some);
            durable.reopen(*killed);
        }
    }
}

/// What is done leaves the file, or takes a constant place in it: as many messages again, taken
/// and acked one by one, or rolled back, add next to nothing.
#[test]
fn acks_do_not_make_the_file_grow() {
    let mut durable = Durable::new();
    let size = |durable: &Durable| {
        let files = std::fs::read_dir(durable.dir.path()).unwrap();
        files
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum::<u64>()
    };
    for _ in 0..2_000 {
        durable.bench.publish(0, 0, 0, false);
    }
    durable.write(100);
    durable.reopen(false);
    let before = size(&durable);
    let now = durable.bench.model.now;
    let want = durable
        .bench
        .want(0, &TagFilter::All, ConsumeMode::Plain, 16);
    loop {
        let (given, changes) = durable.bench.queues.consume(&want, now);
        durable.bench.changes.extend(changes);
        let handles: Vec<ReceiptHandle> = given
            .iter()
            .map(|delivery| delivery.to_received().receipt_handle)
            .collect();
        if handles.is_empty() {
            break;
        }
        let (finished, changes) = durable.bench.queues.finish(
            &durable.bench.topic,
            Some(&want.group),
            AckAction::Ack,
            &handles,
            now,
        );
        assert!(finished.refused.is_empty());
        durable.bench.changes.extend(changes);
    }
    durable.write(100);
    durable.reopen(false);
    let mut loaded = Vec::new();
    durable
        .store
        .as_ref()
        .unwrap()
        .load(|change| loaded.push(change))
        .unwrap();
    let of_groups: Vec<&Change> = loaded
        .iter()
        .filter(|change| !matches!(change, Change::Stored { .. } | Change::TopicCreated { .. }))
        .collect();
    assert!(
        matches!(
            of_groups.as_slice(),
            [Change::GroupCreated { .. }, Change::GroupReset { done, .. }]
                if done.len() == 1 && done[0] == (0..2_000)
        ),
        "{of_groups:?}"
    );
    assert!(size(&durable) <= before * 2, "{before} {}", size(&durable));
}
