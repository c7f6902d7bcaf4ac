//! A set of positions, kept as the fewest ranges: what a group has taken from a log is one range
//! as long as it reads in order. Never lists positions one by one.

use std::collections::BTreeMap;
use std::ops::Range;

/// Positions of a log.
#[derive(Debug, Clone, Default)]
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
        fn it_is_a_set_of_maximal_ranges(inserts in proptest::collection::vec((0u64..40, 0u64..6), 0..60)) {
            let mut ranges = Ranges::default();
            let mut model = BTreeSet::new();
            for (position, len) in inserts {
                match len {
                    1 => ranges.insert(position),
                    _ => ranges.insert_range(position..position + len),
                }
                model.extend(position..position + len);
                prop_assert_eq!(ranges.len(), model.len() as u64);
                for from in 0..47 {
                    let gap = (from..).find(|p| !model.contains(p));
                    prop_assert_eq!(Some(ranges.gap_from(from)), gap);
                }
                let ends: Vec<_> = ranges.ranges.iter().collect();
                prop_assert!(ends.windows(2).all(|pair| pair[0].1 < pair[1].0));
            }
        }
    }
}
