//! A sorted list that can be changed anywhere and read by place: shelves of bounded length, and
//! sums that find the shelf of a place. Knows nothing of rows.
//!
//! Changing and finding cost the logarithm of the length and a move within one shelf. A shelf
//! that overflows is split, which costs a pass over the shelves, once in so many insertions.

use super::rows::weight;

/// Items of a full shelf.
const SHELF: usize = 512;

/// Items in rising order, none twice.
#[derive(Debug)]
pub(super) struct Shelves<T> {
    /// None of them empty, each in order, and all of one before all of the next.
    shelves: Vec<Vec<T>>,
    /// Fenwick sums of the lengths.
    sums: Vec<usize>,
    len: usize,
}

impl<T> Default for Shelves<T> {
    fn default() -> Self {
        Self {
            shelves: Vec::new(),
            sums: Vec::new(),
            len: 0,
        }
    }
}

impl<T: Ord> Shelves<T> {
    /// No items.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Adds an item; whether it is new.
    pub(super) fn insert(&mut self, item: T) -> bool {
        let at = self.shelf_of(&item);
        if at == self.shelves.len() {
            // Behind everything: the last shelf is filled before there is a new one.
            match self.shelves.last_mut() {
                Some(last) if last.len() < SHELF => {
                    last.push(item);
                    self.count(at - 1, true);
                }
                _ => {
                    let mut shelf = Vec::with_capacity(SHELF);
                    shelf.push(item);
                    self.shelves.push(shelf);
                    self.len += 1;
                    self.sum_up();
                }
            }
            return true;
        }
        let shelf = &mut self.shelves[at];
        let Err(place) = shelf.binary_search(&item) else {
            return false;
        };
        if shelf.len() < SHELF {
            shelf.insert(place, item);
            self.count(at, true);
            return true;
        }
        // Split before it would grow: every shelf has room for as many as it may hold.
        let middle = shelf.len() / 2;
        let mut right = Vec::with_capacity(SHELF);
        right.extend(shelf.drain(middle..));
        match place.checked_sub(middle) {
            Some(place) => right.insert(place, item),
            None => shelf.insert(place, item),
        }
        self.shelves.insert(at + 1, right);
        self.len += 1;
        self.sum_up();
        true
    }

    /// Bytes in memory, without what the items own.
    pub(super) fn bytes(&self) -> usize {
        self.shelves.len() * weight::heap(SHELF * size_of::<T>())
            + self.shelves.capacity() * size_of::<Vec<T>>()
            + self.sums.capacity() * size_of::<usize>()
    }

    /// Takes an item out; whether it was there.
    pub(super) fn remove(&mut self, item: &T) -> bool {
        let at = self.shelf_of(item);
        let Some(shelf) = self.shelves.get_mut(at) else {
            return false;
        };
        let Ok(place) = shelf.binary_search(item) else {
            return false;
        };
        shelf.remove(place);
        if shelf.is_empty() {
            self.shelves.remove(at);
            self.len -= 1;
            self.sum_up();
        } else {
            self.count(at, false);
        }
        true
    }

    /// The item at a place.
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        if place >= self.len {
            return None;
        }
        // The shelf before which at most `place` items lie: down the binary tree of the sums.
        let (mut at, mut rest) = (0, place);
        let mut step = self.sums.len().next_power_of_two();
        while step > 0 {
            if let Some(&sum) = self.sums.get(at + step - 1)
                && sum <= rest
            {
                at += step;
                rest -= sum;
            }
            step /= 2;
        }
        self.shelves.get(at)?.get(rest)
    }

    /// The place of an item.
    pub(super) fn place_of(&self, item: &T) -> Option<usize> {
        let at = self.shelf_of(item);
        let place = self.shelves.get(at)?.binary_search(item).ok()?;
        Some(self.on_shelves_before(at) + place)
    }

    /// Lets go of about so many items, of a list that is of no other use any more: to free very many
    /// at once would be felt. How many went.
    pub(super) fn shed(&mut self, most: usize) -> usize {
        let mut shed = 0;
        while shed < most
            && let Some(shelf) = self.shelves.pop()
        {
            shed += shelf.len();
        }
        self.len -= shed;
        shed
    }

    /// How many items are smaller than this one, which need not be there.
    pub(super) fn below(&self, item: &T) -> usize {
        let at = self.shelf_of(item);
        let place = self.shelves.get(at).map(|shelf| shelf.binary_search(item));
        let place = place.map_or(0, |place| place.unwrap_or_else(|place| place));
        self.on_shelves_before(at) + place
    }

    fn on_shelves_before(&self, mut shelf: usize) -> usize {
        let mut before = 0;
        while shelf > 0 {
            before += self.sums[shelf - 1];
            shelf &= shelf - 1;
        }
        before
    }

    /// The first shelf whose last item is not before `item`.
    fn shelf_of(&self, item: &T) -> usize {
        self.shelves
            .partition_point(|shelf| shelf.last().is_some_and(|last| last < item))
    }

    /// One item more or less on a shelf.
    fn count(&mut self, shelf: usize, more: bool) {
        let change = |n: &mut usize| *n = if more { *n + 1 } else { *n - 1 };
        change(&mut self.len);
        let mut at = shelf + 1;
        while let Some(sum) = self.sums.get_mut(at - 1) {
            change(sum);
            at += at & at.wrapping_neg();
        }
    }

    /// All sums anew, after the shelves themselves changed.
    fn sum_up(&mut self) {
        self.sums.clear();
        self.sums.extend(self.shelves.iter().map(Vec::len));
        for at in 1..=self.sums.len() {
            let above = at + (at & at.wrapping_neg());
            if above <= self.sums.len() {
                self.sums[above - 1] += self.sums[at - 1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Batches of neighbours, so that shelves overflow and run empty.
    fn batches() -> impl Strategy<Value = Vec<(bool, u32, u32)>> {
        proptest::collection::vec((any::<bool>(), 0..4_000_u32, 1..900_u32), 1..24)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_is_a_sorted_set_with_places(batches in batches()) {
            let (mut shelves, mut model) = (Shelves::new(), BTreeSet::new());
            for (adds, first, count) in batches {
                for item in first..first + count {
                    // Every other item, so that there is something between them later.
                    let item = item.wrapping_mul(7) % 5_003;
                    if adds {
                        prop_assert_eq!(shelves.insert(item), model.insert(item));
                    } else {
                        prop_assert_eq!(shelves.remove(&item), model.remove(&item));
                    }
                }
                prop_assert_eq!(shelves.len(), model.len());
                for (place, item) in model.iter().enumerate() {
                    prop_assert_eq!(shelves.get(place), Some(item));
                    prop_assert_eq!(shelves.place_of(item), Some(place));
                }
                prop_assert_eq!(shelves.get(model.len()), None);
                prop_assert_eq!(shelves.place_of(&6_000), None);
            }
        }
    }
}
