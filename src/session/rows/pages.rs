//! Things by rising numbers, on pages of equal size: finding, adding and removing one costs the
//! same however many there are, and adding never moves what is there. A page goes when the last
//! thing on it does.

use std::collections::VecDeque;

use super::numbers::{WORD, word_and_bit};
use super::weight;

/// Things on a page: as many as a word of a set of numbers has bits.
const PAGE: usize = WORD as usize;

/// Things by their numbers.
#[derive(Debug)]
pub(in crate::session) struct Pages<T> {
    pages: VecDeque<Page<T>>,
    /// Which page the first one is.
    first: u64,
    len: usize,
    /// Pages that have room.
    laid: usize,
}

#[derive(Debug)]
struct Page<T> {
    /// A bit for each place where there is something.
    present: u128,
    /// Empty if nothing is on it.
    places: Box<[Option<T>]>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            present: 0,
            places: Box::default(),
        }
    }
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self {
            pages: VecDeque::new(),
            first: 0,
            len: 0,
            laid: 0,
        }
    }
}

impl<T> Pages<T> {
    /// How many things there are.
    pub(in crate::session) fn len(&self) -> usize {
        self.len
    }

    /// The thing of a number.
    pub(in crate::session) fn get(&self, number: u64) -> Option<&T> {
        let page = self.pages.get(self.place_of(number / WORD)?)?;
        page.places.get((number % WORD) as usize)?.as_ref()
    }

    /// The same, to change it.
    pub(in crate::session) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        let place = self.place_of(number / WORD)?;
        let page = self.pages.get_mut(place)?;
        page.places.get_mut((number % WORD) as usize)?.as_mut()
    }

    /// Puts a thing under a number; what was there before.
    pub(in crate::session) fn insert(&mut self, number: u64, thing: T) -> Option<T> {
        let (word, bit) = word_and_bit(number);
        if self.pages.is_empty() {
            self.first = word;
        }
        while word < self.first {
            self.pages.push_front(Page::default());
            self.first -= 1;
        }
        while word - self.first >= self.pages.len() as u64 {
            self.pages.push_back(Page::default());
        }
        let page = self.pages.get_mut((word - self.first) as usize)?;
        if page.places.is_empty() {
            page.places = std::iter::repeat_with(|| None).take(PAGE).collect();
            self.laid += 1;
        }
        page.present |= bit;
        let old = page.places[(number % WORD) as usize].replace(thing);
        self.len += usize::from(old.is_none());
        old
    }

    /// Takes the thing of a number out.
    pub(in crate::session) fn remove(&mut self, number: u64) -> Option<T> {
        let (word, bit) = word_and_bit(number);
        let place = self.place_of(word)?;
        let page = self.pages.get_mut(place)?;
        let thing = page.places.get_mut((number % WORD) as usize)?.take()?;
        self.len -= 1;
        page.present &= !bit;
        if page.present == 0 {
            *page = Page::default();
            self.laid -= 1;
            self.trim();
        }
        Some(thing)
    }

    /// Lets go of about so many things, the last ones; what went is told to `gone`. To free very many
    /// at once would be felt.
    pub(in crate::session) fn shed(&mut self, most: usize, mut gone: impl FnMut(&T)) {
        let mut shed = 0;
        while shed < most
            && let Some(page) = self.pages.pop_back()
        {
            page.places.iter().flatten().for_each(&mut gone);
            shed += page.present.count_ones() as usize;
            self.laid -= usize::from(page.present != 0);
        }
        self.len -= shed;
    }

    /// Empty pages at the ends are of no use.
    fn trim(&mut self) {
        while self.pages.front().is_some_and(|page| page.present == 0) {
            self.pages.pop_front();
            self.first += 1;
        }
        while self.pages.back().is_some_and(|page| page.present == 0) {
            self.pages.pop_back();
        }
    }

    /// Things from this number on, rising.
    pub(in crate::session) fn iter_from(
        &self,
        number: u64,
    ) -> impl DoubleEndedIterator<Item = (u64, &T)> {
        let word = number / WORD;
        let skipped = usize::try_from(word.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let from = skipped.min(self.pages.len());
        let first = self.first + from as u64;
        self.pages
            .range(from..)
            .enumerate()
            .flat_map(move |(n, page)| {
                let begin = (first + n as u64) * WORD;
                let places = page.places.iter().enumerate();
                places.filter_map(move |(n, thing)| Some((begin + n as u64, thing.as_ref()?)))
            })
            .filter(move |&(n, _)| n >= number)
    }

    /// Pages from this one on, rising, each with a bit for each number that is there.
    pub(super) fn words_from(&self, word: u64) -> impl Iterator<Item = (u64, u128)> {
        let skipped = usize::try_from(word.saturating_sub(self.first)).unwrap_or(usize::MAX);
        let from = skipped.min(self.pages.len());
        let words = self.first + from as u64..;
        words.zip(self.pages.range(from..).map(|page| page.present))
    }

    /// Bytes in memory, without what the things own.
    pub(in crate::session) fn bytes(&self) -> usize {
        let page = weight::heap(PAGE * size_of::<Option<T>>());
        self.laid * page + self.pages.capacity() * size_of::<Page<T>>()
    }

    fn place_of(&self, word: u64) -> Option<usize> {
        usize::try_from(word.checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn they_are_a_map(
            steps in proptest::collection::vec((1_000..2_000_u64, any::<Option<u8>>()), 0..200),
            from in 900..2_100_u64,
        ) {
            let mut pages = Pages::default();
            let mut model = BTreeMap::new();
            for (number, thing) in steps {
                match thing {
                    Some(thing) => {
                        prop_assert_eq!(pages.insert(number, thing), model.insert(number, thing));
                    }
                    None => prop_assert_eq!(pages.remove(number), model.remove(&number)),
                }
                prop_assert_eq!(pages.get(number), model.get(&number));
                prop_assert_eq!(pages.len(), model.len());
                let things = pages.iter_from(from).map(|(n, thing)| (n, *thing));
                prop_assert!(things.eq(model.range(from..).map(|(n, thing)| (*n, *thing))));
                let back = pages.iter_from(0).rev().map(|(n, _)| n);
                prop_assert!(back.eq(model.keys().rev().copied()));
            }
            for number in model.keys() {
                pages.remove(*number);
            }
            prop_assert_eq!((pages.len(), pages.laid, pages.pages.len()), (0, 0, 0));
        }
    }
}
