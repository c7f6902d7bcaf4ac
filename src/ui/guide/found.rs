//! Where in the guide something is said, counted page by page. Looks for it; draws nothing.

use crate::guide::{Block, Page};

/// Parts of a page that say it, and how often each does.
type Parts = Vec<(usize, usize)>;

/// What was found, and how far one has looked at it.
#[derive(Default)]
pub(super) struct Found {
    /// What there is of it on each page; nothing while nothing is looked for.
    pages: Option<Vec<(Page, Parts)>>,
    /// The part that is to come into sight, by its page and its number among those that say it.
    at: Option<(Page, usize)>,
    wish: bool,
}

impl Found {
    /// What the pages say of it.
    pub(super) fn new(pages: &[(Page, Vec<Block>)], wanted: &str) -> Self {
        let wanted = wanted.trim();
        let found = (!wanted.is_empty()).then(|| {
            let pages = pages.iter().map(|(page, blocks)| {
                let parts = blocks.iter().map(|block| count(block, wanted)).enumerate();
                (*page, parts.filter(|(_, n)| *n > 0).collect())
            });
            pages.collect()
        });
        Self {
            pages: found,
            ..Self::default()
        }
    }

    /// How often a page says it; nothing while nothing is looked for.
    pub(super) fn on(&self, page: Page) -> Option<usize> {
        let parts = self.parts(page)?;
        Some(parts.iter().map(|(_, n)| n).sum())
    }

    /// Whether something is looked for and is nowhere.
    pub(super) fn is_nothing(&self) -> bool {
        let nowhere = |pages: &Vec<(Page, Parts)>| pages.iter().all(|(_, p)| p.is_empty());
        self.pages.as_ref().is_some_and(nowhere)
    }

    fn parts(&self, page: Page) -> Option<&[(usize, usize)]> {
        let mut pages = self.pages.iter().flatten();
        let (_, parts) = pages.find(|(of, _)| *of == page)?;
        Some(parts)
    }

    /// To the first part of this page that says it.
    pub(super) fn begin(&mut self, page: Page) {
        let any = self.on(page).is_some_and(|n| n > 0);
        self.at = any.then_some((page, 0));
        self.wish = any;
    }

    /// To the next part that says it: of this page, or else of the next that does.
    pub(super) fn step(&mut self, page: &mut Page) {
        let next = match self.at {
            Some((of, at)) if of == *page => at + 1,
            _ => 0,
        };
        if self.parts(*page).is_some_and(|parts| next < parts.len()) {
            self.at = Some((*page, next));
            self.wish = true;
            return;
        }
        let here = Page::ALL.iter().position(|of| of == page).unwrap_or(0);
        let (before, after) = Page::ALL.split_at(here + 1);
        let says = |page: &&Page| self.on(**page).is_some_and(|n| n > 0);
        if let Some(other) = after.iter().chain(before).find(says).copied() {
            *page = other;
            self.begin(other);
        }
    }

    /// The part of this page that is to come into sight, once.
    pub(super) fn take_wish(&mut self, page: Page) -> Option<usize> {
        let (of, at) = self.at?;
        if of != page || !std::mem::take(&mut self.wish) {
            return None;
        }
        self.parts(page)?.get(at).map(|(part, _)| *part)
    }
}

fn count(block: &Block, wanted: &str) -> usize {
    let texts = block.texts();
    texts.iter().map(|text| places(text, wanted).count()).sum()
}

/// Where a text says it, in bytes, whether in small letters or in capitals.
pub(super) fn places(text: &str, wanted: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    // Letters of other alphabets have capitals of another length.
    let wanted = wanted.trim().to_ascii_lowercase();
    let text = text.to_ascii_lowercase();
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(&wanted)?;
        from = at + wanted.len();
        (!wanted.is_empty()).then_some(at..from)
    })
}

#[cfg(test)]
mod tests {
    use crate::guide::blocks;

    use super::*;

    fn pages(texts: &[(Page, &str)]) -> Vec<(Page, Vec<Block>)> {
        let pages = texts.iter().map(|(page, text)| (*page, blocks(text)));
        pages.collect()
    }

    #[test]
    fn one_goes_from_part_to_part_and_round() {
        let pages = pages(&[
            (Page::FirstMinute, "an Ack, an ack\n\nnothing\n\nACK"),
            (Page::Connect, "nothing"),
            (Page::Scripts, "# ack"),
        ]);
        let mut found = Found::new(&pages, " ack ");
        assert_eq!(found.on(Page::FirstMinute), Some(3));
        assert_eq!(found.on(Page::Connect), Some(0));
        let mut page = Page::Connect;
        let mut seen = Vec::new();
        for _ in 0..4 {
            found.step(&mut page);
            seen.push((page, found.take_wish(page)));
            assert_eq!(found.take_wish(page), None, "once");
        }
        let expected = [
            (Page::Scripts, Some(0)),
            (Page::FirstMinute, Some(0)),
            (Page::FirstMinute, Some(2)),
            (Page::Scripts, Some(0)),
        ];
        assert_eq!(seen, expected);
        assert!(Found::new(&pages, "xyz").is_nothing());
        assert_eq!(Found::new(&pages, " ").on(Page::Connect), None);
    }

    #[test]
    fn places_are_those_of_the_text_itself() {
        let all = |text, wanted| places(text, wanted).collect::<Vec<_>>();
        assert_eq!(all("死信 DLQ dlq", "dlq"), [7..10, 11..14]);
        assert_eq!(all("死信死信", "死信"), [0..6, 6..12]);
        assert_eq!(all("İ ack İ ack", "ack"), [3..6, 10..13]);
        assert_eq!(all("a", " "), [0..0; 0]);
    }
}
