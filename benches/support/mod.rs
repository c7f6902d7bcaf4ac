//! What the benches share: measuring side by side, and the ratios in the end. A time says
//! something about the machine; how much more one thing takes than another, in the same run, says
//! something about the code. Nothing is asserted: a busy machine is no mistake.

use std::collections::HashMap;
use std::time::Duration;

use criterion::{Bencher, Criterion};

/// Nanoseconds of one turn, in every sample, by the name of what was measured.
#[derive(Default)]
pub(crate) struct Samples(HashMap<String, Vec<f64>>);

/// Few samples: the ratios wanted here are factors, not per cents.
pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .without_plots()
        .configure_from_args()
}

impl Samples {
    /// Measures `work`, which makes so many turns and says how long they took.
    pub(crate) fn measure(
        &mut self,
        criterion: &mut Criterion,
        name: &str,
        mut work: impl FnMut(u64) -> Duration,
    ) {
        let mut samples = Vec::new();
        criterion.bench_function(name, |bencher: &mut Bencher<'_>| {
            bencher.iter_custom(|turns| {
                let took = work(turns);
                samples.push(took.as_nanos() as f64 / turns as f64);
                took
            });
        });
        // A filter on the command line may have left it out.
        if !samples.is_empty() {
            self.0.insert(name.to_owned(), samples);
        }
    }

    /// Prints how much longer `name` takes than `base`, each by its median.
    pub(crate) fn print_ratio(&self, name: &str, base: &str) {
        // Without this argument criterion tries each function once, as a test.
        if !std::env::args().any(|argument| argument == "--bench") {
            return;
        }
        if let (Some(time), Some(base_time)) = (self.median(name), self.median(base)) {
            println!(
                "{name} / {base}: {:.2}  ({time:.0} ns / {base_time:.0} ns)",
                time / base_time
            );
        }
    }

    fn median(&self, name: &str) -> Option<f64> {
        let mut samples = self.0.get(name)?.clone();
        samples.sort_by(f64::total_cmp);
        samples.get(samples.len() / 2).copied()
    }
}
