//! The queues against a model so simple that it is plainly right: random publishing, consuming,
//! acking, deciding on half messages, dying, administration, and passing of time. No HTTP, no broker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bench;
mod cases;
mod compare;
mod costs;
mod durable;
mod model;
mod steps;

use bench::Bench;
use proptest::prelude::*;
use steps::step;

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_queues_do_what_the_model_does(steps in prop::collection::vec(step(), 1..120)) {
        let mut bench = Bench::new();
        for step in &steps {
            bench.run(step);
        }
        bench.compare_replay();
    }
}
