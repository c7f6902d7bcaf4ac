//! Which request meets which fault. [`Chaos`] decides, purely: its decisions are a function of
//! the rules, the generator handed in and the requests so far. [`ChaosControl`] puts a lock and
//! the generator around it. Carries nothing out: that is `http/faults.rs`.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastrand::Rng;

use crate::protocol::faults::{
    ActiveFault, FaultKind, FaultPlan, FaultReport, FaultRule, FaultWhen,
};
use crate::protocol::{OperationKind, TopicName};

/// Rules in their order, with how often each struck.
#[derive(Debug, Clone, Default)]
pub struct Chaos {
    faults: Vec<ActiveFault>,
    /// Rules ever added.
    added: u64,
}

/// A fault that one request meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Injected {
    /// The rule's number.
    pub rule: u64,
    /// What goes wrong.
    pub kind: FaultKind,
    /// How long, where the kind has a pause; zero otherwise.
    pub pause: Duration,
}

impl Chaos {
    /// What this request meets: the first rule that is about it and strikes. Every rule with a
    /// probability that is asked draws once, whatever comes of it.
    pub fn decide(
        &mut self,
        operation: OperationKind,
        topic: &TopicName,
        rng: &mut Rng,
    ) -> Option<Injected> {
        let struck = self
            .faults
            .iter_mut()
            .filter(|fault| fault.rule.covers(operation, topic))
            .find(|fault| match fault.rule.when() {
                // Drawn from 0 up to 1 but never 1: what has the probability 1 always strikes.
                FaultWhen::Probability(p) => rng.f64() < p.get(),
                FaultWhen::Next(left) => left > 0,
            })?;
        struck.hits += 1;
        if let FaultWhen::Next(left) = struck.rule.when() {
            set_left(struck, left.saturating_sub(1));
        }
        let kind = struck.rule.kind();
        let pause = match kind {
            FaultKind::Latency(pause) | FaultKind::Stall(pause) => rng.u64(pause.millis()),
            _ => 0,
        };
        Some(Injected {
            rule: struck.id,
            kind,
            pause: Duration::from_millis(pause),
        })
    }

    /// Takes a strike back: there was nothing that could go wrong, such as no message to damage.
    /// "The next three" are three that somebody noticed.
    pub fn missed(&mut self, rule: u64) {
        if let Some(fault) = self.faults.iter_mut().find(|fault| fault.id == rule) {
            fault.hits = fault.hits.saturating_sub(1);
            if let FaultWhen::Next(left) = fault.rule.when() {
                set_left(fault, left.saturating_add(1));
            }
        }
    }

    fn add(&mut self, rule: FaultRule) -> u64 {
        self.added += 1;
        self.faults.push(ActiveFault {
            id: self.added,
            hits: 0,
            rule,
        });
        self.added
    }

    fn set(&mut self, rules: Vec<FaultRule>) {
        self.faults.clear();
        for rule in rules {
            self.add(rule);
        }
    }
}

fn set_left(fault: &mut ActiveFault, left: u32) {
    fault.rule = fault.rule.clone().with_when(FaultWhen::Next(left));
}

/// The rules of a running sandbox, for whoever serves requests and whoever changes rules.
#[derive(Debug)]
pub struct ChaosControl(Mutex<State>);

#[derive(Debug)]
struct State {
    chaos: Chaos,
    seed: u64,
    rng: Rng,
}

impl ChaosControl {
    /// Starts with these rules.
    pub fn new(plan: FaultPlan) -> Self {
        let mut chaos = Chaos::default();
        chaos.set(plan.rules);
        Self(Mutex::new(State {
            chaos,
            seed: plan.seed,
            rng: Rng::with_seed(plan.seed),
        }))
    }

    /// What this request meets.
    pub fn decide(&self, operation: OperationKind, topic: &TopicName) -> Option<Injected> {
        let State { chaos, rng, .. } = &mut *self.lock();
        chaos.decide(operation, topic, rng)
    }

    /// Takes a strike back that found nothing to spoil.
    pub fn missed(&self, injected: &Injected) {
        self.lock().chaos.missed(injected.rule);
    }

    /// The rules in their order, with what is left of each and how often it struck.
    pub fn rules(&self) -> Vec<ActiveFault> {
        self.lock().chaos.faults.clone()
    }

    /// The rules and the seed, of one moment.
    pub fn report(&self) -> FaultReport {
        let state = self.lock();
        FaultReport {
            seed: state.seed,
            faults: state.chaos.faults.clone(),
        }
    }

    /// Replaces rules and seed in one step: from here on as in a sandbox that starts with them,
    /// but for the numbers of the rules.
    pub fn set_plan(&self, plan: FaultPlan) {
        let mut state = self.lock();
        state.chaos.set(plan.rules);
        state.reseed(plan.seed);
    }

    /// Replaces all rules; their counts start at zero. The generator goes on.
    pub fn set_rules(&self, rules: Vec<FaultRule>) {
        self.lock().chaos.set(rules);
    }

    /// Adds a rule behind the others. Returns its number.
    pub fn add(&self, rule: FaultRule) -> u64 {
        self.lock().chaos.add(rule)
    }

    /// Takes a rule away. Returns whether there was one of this number.
    pub fn remove(&self, id: u64) -> bool {
        let faults = &mut self.lock().chaos.faults;
        let before = faults.len();
        faults.retain(|fault| fault.id != id);
        faults.len() < before
    }

    /// Takes all rules away. The generator goes on.
    pub fn clear(&self) {
        self.set_rules(Vec::new());
    }

    /// How often each rule struck, by its number.
    pub fn counts(&self) -> Vec<(u64, u64)> {
        let state = self.lock();
        let faults = state.chaos.faults.iter();
        faults.map(|fault| (fault.id, fault.hits)).collect()
    }

    /// Starts the generator anew. Rules and counts stay.
    pub fn reseed(&self, seed: u64) {
        self.lock().reseed(seed);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change is whole before anything could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn reseed(&mut self, seed: u64) {
        self.seed = seed;
        self.rng = Rng::with_seed(seed);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use OperationKind::{Ack, Consume, Publish};
    use proptest::prelude::*;
    use proptest::sample::select;

    fn control(rules: &[&str]) -> ChaosControl {
        ChaosControl::new(FaultPlan {
            seed: 7,
            rules: rules.iter().map(|rule| rule.parse().unwrap()).collect(),
        })
    }

    fn topic(name: &str) -> TopicName {
        name.parse().unwrap()
    }

    fn strikes(control: &ChaosControl, requests: usize) -> Vec<bool> {
        let t = topic("t");
        let decided = (0..requests).map(|_| control.decide(Publish, &t).is_some());
        decided.collect()
    }

    /// Requests of every operation, to two topics of which rules may name one.
    fn requests() -> impl Strategy<Value = Vec<(OperationKind, TopicName)>> {
        let operation = select(vec![Publish, Consume, Ack]);
        let topic = select(vec![topic("orders"), topic("other")]);
        prop::collection::vec((operation, topic), 0..60)
    }

    fn plans() -> impl Strategy<Value = FaultPlan> {
        let p = select(vec!["p=0", "p=0.3", "p=0.9", "next=2", "next=5"]);
        let rule = (
            select(vec!["any:*", "publish:orders", "consume:*", "ack:other"]),
            select(vec!["latency=1ms..90ms", "500", "drop-after", "403"]),
            p,
        );
        let rule = rule.prop_map(|(a, b, c)| format!("{a}:{b}:{c}").parse().unwrap());
        (any::<u64>(), prop::collection::vec(rule, 0..5))
            .prop_map(|(seed, rules)| FaultPlan { seed, rules })
    }

    proptest! {
        #[test]
        fn a_run_is_repeated_by_its_seed(plan in plans(), requests in requests()) {
            let run = |control: &ChaosControl| -> Vec<Option<(FaultKind, Duration)>> {
                requests
                    .iter()
                    .map(|(operation, topic)| control.decide(*operation, topic))
                    .map(|met| met.map(|met| (met.kind, met.pause)))
                    .collect()
            };
            let control = ChaosControl::new(plan.clone());
            let first = run(&control);
            prop_assert_eq!(&run(&ChaosControl::new(plan.clone())), &first);
            control.set_plan(plan);
            prop_assert_eq!(&run(&control), &first);
        }

        #[test]
        fn only_requests_that_a_rule_is_about_meet_it(plan in plans(), requests in requests()) {
            let control = ChaosControl::new(plan.clone());
            let mut met_in_all = 0;
            for (operation, topic) in &requests {
                if let Some(met) = control.decide(*operation, topic) {
                    met_in_all += 1;
                    let rule = control.rules().into_iter().find(|rule| rule.id == met.rule).unwrap().rule;
                    prop_assert!(rule.covers(*operation, topic));
                    prop_assert_eq!(rule.kind(), met.kind);
                    if let FaultKind::Latency(pause) = met.kind {
                        prop_assert!(pause.millis().contains(&(met.pause.as_millis() as u64)));
                    }
                }
            }
            prop_assert_eq!(control.counts().iter().map(|(_, hits)| hits).sum::<u64>(), met_in_all);
            for (now, before) in control.rules().iter().zip(&plan.rules) {
                if let (FaultWhen::Next(left), FaultWhen::Next(all)) = (now.rule.when(), before.when()) {
                    prop_assert_eq!(u64::from(left) + now.hits, u64::from(all));
                }
            }
        }
    }

    #[test]
    fn the_next_three_are_exactly_three() {
        let control = control(&["publish:t:500:next=3"]);
        assert_eq!(control.decide(Consume, &topic("t")), None);
        assert_eq!(control.decide(Publish, &topic("u")), None);
        assert_eq!(strikes(&control, 5), [true, true, true, false, false]);
        assert_eq!(control.counts(), [(1, 3)]);
        let [spent] = &control.rules()[..] else {
            unreachable!()
        };
        assert_eq!(spent.rule.to_string(), "publish:t:internal-error:next=0");
    }

    #[test]
    fn a_strike_that_found_nothing_is_taken_back() {
        let control = control(&["consume:*:truncate:next=1"]);
        let met = control.decide(Consume, &topic("t")).unwrap();
        assert_eq!(control.decide(Consume, &topic("t")), None);
        control.missed(&met);
        assert_eq!(control.counts(), [(1, 0)]);
        assert!(control.decide(Consume, &topic("t")).is_some());
        assert_eq!(control.decide(Consume, &topic("t")), None);
    }

    #[test]
    fn zero_is_never_and_one_is_always() {
        assert!(!strikes(&control(&["any:*:500:p=0"]), 1_000).contains(&true));
        assert!(!strikes(&control(&["any:*:500"]), 1_000).contains(&false));
        let half = strikes(&control(&["any:*:500:p=0.5"]), 1_000);
        let hits = half.iter().filter(|&&hit| hit).count();
        assert!((400..600).contains(&hits), "{hits}");
    }

    #[test]
    fn the_first_rule_that_strikes_is_the_only_one() {
        let control = control(&["any:*:500:next=1", "any:*:403:p=0", "publish:*:408"]);
        let kinds = [0, 1].map(|_| control.decide(Publish, &topic("t")).unwrap().kind);
        assert_eq!(kinds, [FaultKind::InternalError, FaultKind::TimeExpired]);
        assert_eq!(control.counts(), [(1, 1), (2, 0), (3, 1)]);
    }

    #[test]
    fn a_fault_of_one_operation_leaves_the_others_alone() {
        let control = control(&["any:*:partial-ack", "any:*:stall=1ms", "any:*:truncate"]);
        let kind = |operation| control.decide(operation, &topic("t")).map(|met| met.rule);
        assert_eq!(kind(Ack), Some(1));
        assert_eq!(kind(Consume), Some(2));
        assert_eq!(kind(Publish), Some(3));
    }

    #[test]
    fn rules_come_and_go_and_numbers_are_not_given_twice() {
        let control = control(&["any:*:500", "any:*:403"]);
        assert_eq!(control.add("any:*:408".parse().unwrap()), 3);
        assert!(control.remove(1));
        assert!(!control.remove(1));
        assert_eq!(control.counts(), [(2, 0), (3, 0)]);
        control.set_rules(vec!["any:*:503".parse().unwrap()]);
        assert_eq!(control.counts(), [(4, 0)]);
        control.clear();
        assert_eq!(control.decide(Publish, &topic("t")), None);
        assert_eq!(control.add("any:*:408".parse().unwrap()), 5);
    }

    #[test]
    fn a_new_seed_starts_the_draws_again() {
        let control = control(&["any:*:500:p=0.5"]);
        let first = strikes(&control, 100);
        assert_ne!(strikes(&control, 100), first);
        control.reseed(7);
        assert_eq!(strikes(&control, 100), first);
        control.reseed(8);
        assert_ne!(strikes(&control, 100), first);
        assert_eq!(control.report().seed, 8);
    }
}
