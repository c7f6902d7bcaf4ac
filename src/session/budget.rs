//! One budget of memory for the messages of all views together. What has to go is, first, the
//! oldest row that nobody holds, of the view that weighs most; only when there is none left in any
//! view and the messages alone weigh too much, the held one that returns first. A view's newest row
//! stays in any case.

use crate::protocol::Timestamp;

use super::subscription::Subscription;

/// Bytes that the messages of all views may take, with everything that is kept about them. A
/// million small messages fit.
pub const DEFAULT_BUDGET: usize = 512 << 20;

/// Messages that were still held and had to go: nobody can ack these deliveries any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lost {
    /// How many.
    pub count: u64,
    /// When the last of them returns to its group.
    pub last_return: Timestamp,
}

impl Lost {
    /// Both together.
    pub(super) fn and(self, other: Option<Lost>) -> Lost {
        let Some(other) = other else {
            return self;
        };
        Lost {
            count: self.count + other.count,
            last_return: self.last_return.max(other.last_return),
        }
    }
}

/// Bytes that these views take.
pub(super) fn bytes(views: &[Subscription]) -> usize {
    views.iter().map(weight).sum()
}

fn weight(view: &Subscription) -> usize {
    view.rows.bytes() + view.table.bytes()
}

/// What a step of letting go came to.
pub(super) struct Room {
    /// What was held and had to go.
    pub(super) lost: Option<Lost>,
    /// As much went as may in a step, and it is not enough: the rest is for the next one.
    pub(super) more_to_go: bool,
}

/// Lets go of rows until the views take no more than `budget`, or there is nothing left that may
/// go, or `most` went, so that no step is ever felt.
pub(super) fn keep_within(views: &mut [Subscription], budget: usize, most: usize) -> Room {
    let mut lost: Option<Lost> = None;
    let done = |lost| Room {
        lost,
        more_to_go: false,
    };
    for _ in 0..most {
        if bytes(views) <= budget {
            return done(lost);
        }
        let free = views.iter_mut().filter(|view| view.rows.has_free());
        if let Some(heaviest) = free.max_by_key(|view| weight(view)) {
            heaviest.rows.evict_free();
            continue;
        }
        // What has returned is not lost, and will be free in the next step.
        if views.iter().any(|view| view.rows.is_expiring()) {
            return done(lost);
        }
        // An order that somebody asked for is no reason to lose what is held.
        if views.iter().map(|view| view.rows.bytes()).sum::<usize>() <= budget {
            return done(lost);
        }
        let held = views
            .iter_mut()
            .filter_map(|view| Some((view.rows.first_to_lose()?, view)));
        let Some(((last_return, number), view)) = held.min_by_key(|(first, _)| *first) else {
            return done(lost);
        };
        view.rows.evict_held(number);
        lost = Some(
            Lost {
                count: 1,
                last_return,
            }
            .and(lost),
        );
    }
    Room {
        lost,
        more_to_go: bytes(views) > budget,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::form::ConsumeForm;
    use super::super::rows::{AckState, RowState};
    use super::super::subscription::SubscriptionId;
    use super::super::views::Views;
    use super::super::{Arrival, Lease};
    use super::*;
    use crate::protocol::properties::Properties;
    use crate::protocol::{ReceiptHandle, ReceivedMessage, body_md5};

    const VIEWS: u64 = 3;
    /// Less than a page of rows takes, to much more than all bodies.
    const BUDGETS: std::ops::Range<usize> = 20_000..200_000;

    #[derive(Debug, Clone)]
    enum Step {
        /// This message comes to this view, or comes again, with a body of so many bytes.
        Arrive(u64, u8, u16),
        /// Its newest delivery is acked.
        Ack(u64, u8),
        Select(u64, u8),
        Pass(u16),
        Budget(usize),
        Sort(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            10 => (0..VIEWS, 0..60_u8, 0..4_000_u16).prop_map(|(view, id, size)| Step::Arrive(view, id, size)),
            4 => (0..VIEWS, 0..60_u8).prop_map(|(view, id)| Step::Ack(view, id)),
            1 => (0..VIEWS, 0..60_u8).prop_map(|(view, id)| Step::Select(view, id)),
            2 => (0..600_u16).prop_map(Step::Pass),
            1 => BUDGETS.prop_map(Step::Budget),
            1 => (0..VIEWS).prop_map(Step::Sort),
        ]
    }

    /// What a simple model knows of a row.
    #[derive(Debug, Clone, Copy)]
    struct Known {
        view: u64,
        id: u8,
        deliveries: usize,
        ends: i64,
        acked: bool,
    }

    impl Known {
        fn is_held(&self, now: i64) -> bool {
            !self.acked && self.ends > now
        }
    }

    /// Rows by view and number, as if nothing ever had to go but what really went.
    #[derive(Default)]
    struct Simple {
        rows: BTreeMap<(u64, u64), Known>,
        came: [u64; VIEWS as usize],
        evicted: [u64; VIEWS as usize],
        lost: [u64; VIEWS as usize],
    }

    impl Simple {
        fn number_of(&self, view: u64, id: u8) -> Option<u64> {
            let mut rows = self.rows.range((view, 0)..(view + 1, 0));
            rows.find(|(_, row)| row.id == id).map(|(at, _)| at.1)
        }

        fn arrive(&mut self, view: u64, id: u8, ends: i64) {
            let number = self.number_of(view, id).unwrap_or_else(|| {
                self.came[view as usize] += 1;
                self.came[view as usize] - 1
            });
            let row = self.rows.entry((view, number)).or_insert(Known {
                view,
                id,
                deliveries: 0,
                ends,
                acked: false,
            });
            (row.deliveries, row.ends, row.acked) = (row.deliveries + 1, ends, false);
        }

        fn is_newest(&self, at: (u64, u64)) -> bool {
            at.1 + 1 == self.came[at.0 as usize]
        }

        /// Takes out what is not there any more, and checks that it had to go.
        fn let_go(&mut self, views: &Views, now: i64) -> Result<(), TestCaseError> {
            let there = |view: u64, number| {
                let view = views.get(SubscriptionId(view));
                view.is_some_and(|view| view.rows.get(number).is_some())
            };
            let gone: Vec<_> = self
                .rows
                .iter()
                .map(|(at, row)| (*at, *row))
                .filter(|(at, _)| !there(at.0, at.1))
                .collect();
            for (at, _) in &gone {
                prop_assert!(!self.is_newest(*at));
                self.rows.remove(at);
            }
            for (at, row) in gone {
                let stay = || self.rows.iter().filter(|(at, _)| !self.is_newest(**at));
                if row.is_held(now) {
                    prop_assert!(stay().all(|(_, other)| other.is_held(now)));
                    prop_assert!(stay().all(|(_, other)| other.ends >= row.ends));
                    self.lost[at.0 as usize] += 1;
                } else {
                    let mut free = stay().filter(|(_, other)| !other.is_held(now));
                    prop_assert!(free.all(|(other, _)| other.0 != at.0 || other.1 > at.1));
                    self.evicted[at.0 as usize] += 1;
                }
            }
            Ok(())
        }

        fn check(&self, views: &Views, now: i64) -> Result<(), TestCaseError> {
            let at = Timestamp::from_millis(now);
            let (budget, bytes) = views.memory();
            let more = self.rows.iter().any(|(at, _)| !self.is_newest(*at));
            let messages: usize = views.list().iter().map(|view| view.rows.bytes()).sum();
            prop_assert!(
                bytes <= budget || messages <= budget || !more,
                "{bytes} of {budget}"
            );
            for view in views.list() {
                let place = view.id.0 as usize;
                let known: Vec<_> = self
                    .rows
                    .iter()
                    .filter(|(at, _)| at.0 == view.id.0)
                    .collect();
                prop_assert!(
                    view.rows
                        .iter()
                        .map(|row| row.number)
                        .eq(known.iter().map(|(at, _)| at.1))
                );
                prop_assert_eq!(view.rows.evicted(), self.evicted[place]);
                prop_assert_eq!(view.rows.lost(), self.lost[place]);
                let all = view.rows.len() as u64 + view.rows.evicted() + view.rows.lost();
                prop_assert_eq!(all, self.came[place]);
                let held = known.iter().filter(|(_, row)| row.is_held(now));
                prop_assert_eq!(view.rows.held().0, held.count());
                for (row, (_, known)) in view.rows.iter().zip(&known) {
                    let id = format!("M{}", known.id);
                    prop_assert_eq!(row.message_id(), Some(id.as_str()));
                    prop_assert_eq!(known.view, view.id.0);
                    prop_assert_eq!(row.deliveries().len(), known.deliveries);
                    prop_assert_eq!(
                        matches!(row.state(at), RowState::Held(_)),
                        known.is_held(now)
                    );
                    prop_assert_eq!(row.state(at) == RowState::Acked, known.acked);
                    prop_assert!(!view.rows.is_selected(row.number) || known.is_held(now));
                }
                // The table shows what is there, once it has followed.
                prop_assert_eq!(view.table.arrangement().len(), view.rows.len());
            }
            Ok(())
        }
    }

    fn message(id: u8, size: u16, times: u32, ends: i64) -> Arrival {
        let body = "x".repeat(usize::from(size));
        let ends = Timestamp::from_millis(ends);
        let handle = ReceiptHandle::new(&format!("h-{id}-{times}"));
        let message = ReceivedMessage {
            message_id: format!("M{id}"),
            body_md5: body_md5(&body),
            body,
            receipt_handle: handle.unwrap_or_else(|| unreachable!()),
            publish_time: Timestamp::default(),
            first_consume_time: Timestamp::default(),
            next_consume_time: ends,
            consumed_times: times,
            tag: None,
            properties: Properties::default(),
        };
        Arrival {
            lease: Lease::new(ends.offset_millis(-1_000), ends, 0),
            message,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn what_goes_had_to_and_the_tables_agree_with_a_simple_model(
            steps in proptest::collection::vec(step(), 1..150)
        ) {
            let mut views = Views::new(ConsumeForm::default());
            while views.list().len() < VIEWS as usize {
                views.open(ConsumeForm::default());
            }
            views.set_budget(BUDGETS.end);
            let mut simple = Simple::default();
            let (mut now, mut times) = (0, 0);
            for step in steps {
                let at = Timestamp::from_millis(now);
                match step {
                    Step::Arrive(view, id, size) => {
                        times += 1;
                        let arrival = message(id, size, times, now + 1_000);
                        views.polled(SubscriptionId(view), vec![arrival], Vec::new(), 0, at);
                        simple.arrive(view, id, now + 1_000);
                    }
                    Step::Ack(view, id) => if let Some(number) = simple.number_of(view, id)
                        && let Some(view_of) = views.get_mut(SubscriptionId(view)) {
                        for handle in view_of.rows.begin_ack(&[number], at) {
                            view_of.rows.end_ack(&handle, AckState::Done(at));
                            if let Some(row) = simple.rows.get_mut(&(view, number)) {
                                prop_assert!(row.is_held(now));
                                row.acked = true;
                            }
                        }
                    },
                    Step::Select(view, id) => if let Some(number) = simple.number_of(view, id)
                        && let Some(view) = views.get_mut(SubscriptionId(view)) {
                        view.rows.toggle_selected(number, at);
                    },
                    Step::Pass(by) => now += i64::from(by),
                    Step::Budget(bytes) => views.set_budget(bytes),
                    Step::Sort(view) => {
                        let sort = super::super::Sort {
                            column: Some(super::super::Column::Size),
                            descending: true,
                        };
                        let sort = super::super::TableCommand::SortBy(sort);
                        views.table(SubscriptionId(view), sort, at);
                    }
                }
                // What went at once may have been held then and not be now.
                simple.let_go(&views, at.millis())?;
                let at = Timestamp::from_millis(now);
                views.expire(at);
                simple.let_go(&views, now)?;
                views.expire(at);
                simple.let_go(&views, now)?;
                simple.check(&views, now)?;
            }
        }
    }
}
