//! A set of row numbers: a bit each, from the oldest row to the newest. Knows no rows.

use std::collections::VecDeque;

/// Numbers of one word.
pub(super) const WORD: u64 = 128;

/// A set of numbers that lie close together.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    words: VecDeque<u128>,
    /// Which word the first one is.
    first: u64,
    len: usize,
}

/// The word of a number and its bit there.
pub(super) fn word_and_bit(number: u64) -> (u64, u128) {
    (number / WORD, 1 << (number % WORD))
}

impl Numbers {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether a number is there.
    pub(super) fn contains(&self, number: u64) -> bool {
        let (word, bit) = word_and_bit(number);
        self.word(word) & bit != 0
    }

    /// The bits of a word.
    pub(super) fn word(&self, word: u64) -> u128 {
        let at = word.checked_sub(self.first);
        let bits = at.and_then(|at| self.words.get(usize::try_from(at).ok()?));
        bits.copied().unwrap_or_default()
    }

    /// Puts a number in, or takes it out. Whether that changed anything.
    pub(super) fn set(&mut self, number: u64, there: bool) -> bool {
        if self.contains(number) == there {
            return false;
        }
        let (word, bit) = word_and_bit(number);
        if self.words.is_empty() {
            self.first = word;
        }
        while word < self.first {
            self.words.push_front(0);
            self.first -= 1;
        }
        while word - self.first >= self.words.len() as u64 {
            self.words.push_back(0);
        }
        if let Some(bits) = self.words.get_mut((word - self.first) as usize) {
            *bits ^= bit;
        }
        if there {
            self.len += 1;
        } else {
            self.len -= 1;
            self.trim();
        }
        true
    }

    /// Takes all out.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Empty words at the ends are of no use.
    fn trim(&mut self) {
        while self.words.front() == Some(&0) {
            self.words.pop_front();
            self.first += 1;
        }
        while self.words.back() == Some(&0) {
            self.words.pop_back();
        }
    }

    /// The numbers, rising.
    pub(super) fn iter(&self) -> Iter<'_> {
        Iter {
            numbers: self,
            at: 0,
            bits: self.words.front().copied().unwrap_or_default(),
            left: self.len,
        }
    }

    /// Bytes in memory.
    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u128>()
    }
}

/// The numbers of a set, rising.
pub(super) struct Iter<'a> {
    numbers: &'a Numbers,
    at: usize,
    /// What is left of the word there.
    bits: u128,
    left: usize,
}

impl Iterator for Iter<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while self.bits == 0 {
            self.at += 1;
            self.bits = *self.numbers.words.get(self.at)?;
        }
        let bit = self.bits.trailing_zeros();
        self.bits &= self.bits - 1;
        self.left -= 1;
        Some((self.numbers.first + self.at as u64) * WORD + u64::from(bit))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_is_a_set(steps in proptest::collection::vec((1_000..2_000_u64, any::<bool>()), 0..200)) {
            let mut numbers = Numbers::default();
            let mut model = BTreeSet::new();
            for (number, there) in steps {
                let changed = if there { model.insert(number) } else { model.remove(&number) };
                prop_assert_eq!(numbers.set(number, there), changed);
                prop_assert_eq!(numbers.contains(number), there);
                prop_assert_eq!(numbers.iter().len(), model.len());
                prop_assert!(numbers.iter().eq(model.iter().copied()));
            }
        }
    }
}
