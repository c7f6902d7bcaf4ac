//! A set of positions, kept as the fewest ranges: what a group has taken from a log is one range
//! as long as it reads in order. Never lists positions one by one.

use std::collections::BTreeMap;
use std::ops::Range;

/// Positions of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    /// Start to end (not included); ranges neither overlap nor touch.
    ranges: BTreeMap<u64, u64>,
    len: u64,
}

impl Ranges {
    /// How many positions are in it.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The first position at or after `from` that is not in it.
    pub(super) fn gap_from(&self, from: u64) -> u64 {
        match self.ranges.range(..=from).next_back() {
            Some((_, &end)) if end > from => end,
            _ => from,
        }
    }

    /// Whether a position is in it.
    pub(super) fn contains(&self, position: u64) -> bool {
        self.gap_from(position) != position
    }

    /// Adds every position of a range.
    pub(super) fn insert_range(&mut self, range: Range<u64>) {
        let Range { mut start, mut end } = range;
        if start >= end {
            return;
        }
        // Those that overlap or touch become one with it.
        while let Some((&first, &last)) = self.ranges.range(..=end).next_back() {
            if last < start {
                break;
            }
            self.ranges.remove(&first);
            self.len -= last - first;
            start = start.min(first);
            end = end.max(last);
        }
        self.ranges.insert(start, end);
        self.len += end - start;
    }

    /// Forgets every position before this one.
    pub(super) fn drop_before(&mut self, position: u64) {
        while let Some((&start, &end)) = self.ranges.first_key_value() {
            if start >= position {
                break;
            }
            self.ranges.pop_first();
            self.len -= end.min(position) - start;
            if end > position {
                self.ranges.insert(position, end);
            }
        }
    }

    /// Adds a position; again is no change.
    pub(super) fn insert(&mut self, position: u64) {
        if self.gap_from(position) != position {
            return;
        }
        self.len += 1;
        let end = match self.ranges.remove(&(position + 1)) {
            Some(end) => end,
            None => position + 1,
        };
        match self.ranges.range_mut(..position).next_back() {
            Some((_, before)) if *before == position => *before = end,
            _ => {
                self.ranges.insert(position, end);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set_of_maximal_ranges(
            steps in proptest::collection::vec((0u8..6, 0u64..40, 0u64..12), 0..60),
        ) {
            let mut ranges = Ranges::default();
            let mut model = BTreeSet::new();
            for (kind, position, len) in steps {
                match kind {
                    0 => {
                        ranges.insert_range(position..position + len);
                        model.extend(position..position + len);
                    }
                    1 => {
                        ranges.drop_before(len);
                        model.retain(|&p| p >= len);
                    }
                    _ => {
                        ranges.insert(position);
                        model.insert(position);
                    }
                }
                let listed: Vec<u64> = ranges.ranges.iter().flat_map(|(&start, &end)| start..end).collect();
                prop_assert!(listed.iter().eq(model.iter()));
                prop_assert_eq!(ranges.len(), model.len() as u64);
                for from in 0..55 {
                    let gap = (from..).find(|p| !model.contains(p));
                    prop_assert_eq!(Some(ranges.gap_from(from)), gap);
                    prop_assert_eq!(ranges.contains(from), model.contains(&from));
                }
                let ends: Vec<_> = ranges.ranges.iter().collect();
                prop_assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0));
            }
        }
    }
}
