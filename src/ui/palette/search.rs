//! Which lines of the palette fit what was typed, the best first; without anything typed, what was
//! used last comes first and what is not possible just now last.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::super::actions::{Action, Place};
use super::items::{Item, Pick};

/// What a hit in the other language, or by what kind of thing it is, counts less.
const OTHER: u32 = 12;

/// What can be done counts more than what cannot just now.
const POSSIBLE: u32 = 8;

/// A line that fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    /// Which line.
    pub(super) item: usize,
    /// The characters of its name that were typed.
    pub(super) marks: Vec<u32>,
    /// It fits by its name in the other language.
    pub(super) by_other: bool,
}

/// The lines that fit. `recent`: the actions that were used last, the last first.
pub(super) fn search(query: &str, items: &[Item], recent: &[Action]) -> Vec<Hit> {
    let query = query.trim();
    if query.is_empty() {
        return unasked(items, recent);
    }
    let pattern = Pattern::new(
        query,
        CaseMatching::Ignore,
        Normalization::Smart,
        AtomKind::Fuzzy,
    );
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut found: Vec<(u32, Hit)> = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Some((mut score, hit)) = best(&pattern, &mut matcher, place, item) else {
            continue;
        };
        if item.reason.is_none() {
            score += POSSIBLE;
        }
        if let Some(place) = place_in(recent, item) {
            // Of two that fit equally, the one that is used.
            score += 4_u32.saturating_sub(place as u32);
        }
        found.push((score, hit));
    }
    // Of equals, the one of whose name most was typed; stable, so the rest stay in the order of the
    // registry.
    found.sort_by_key(|(score, hit)| {
        let letters = items[hit.item].name.chars().count();
        (std::cmp::Reverse(*score), letters)
    });
    found.into_iter().map(|(_, hit)| hit).collect()
}

fn best(pattern: &Pattern, matcher: &mut Matcher, place: usize, item: &Item) -> Option<(u32, Hit)> {
    let mut buffer = Vec::new();
    let mut marks = Vec::new();
    let own = pattern.indices(Utf32Str::new(&item.name, &mut buffer), matcher, &mut marks);
    let mut score = |text: &str| {
        let score = pattern.score(Utf32Str::new(text, &mut buffer), matcher);
        score.map(|score| score.saturating_sub(OTHER))
    };
    let by_kind = score(&format!("{} {}", item.kind, item.name));
    let other = item.other.as_deref().and_then(&mut score);
    if own < by_kind.max(other) {
        marks.clear();
    }
    marks.sort_unstable();
    marks.dedup();
    let hit = Hit {
        item: place,
        marks,
        by_other: other > own.max(by_kind),
    };
    Some((own.max(by_kind).max(other)?, hit))
}

fn place_in(recent: &[Action], item: &Item) -> Option<usize> {
    match &item.pick {
        Pick::Do(action) => recent.iter().position(|one| one == action),
        Pick::Go(_) => None,
    }
}

/// What one works with comes before what one sets up.
fn rank(item: &Item) -> usize {
    match &item.pick {
        Pick::Do(Action::Palette) => usize::MAX,
        // Enter at once only looks: it publishes nothing that nobody has chosen.
        Pick::Do(Action::PublishForm) => 0,
        Pick::Do(action) => match action.place() {
            Place::Publish => 1,
            Place::Views => 2,
            Place::Table => 4,
            Place::Panels => 5,
            Place::Window => 6,
            Place::Columns | Place::Edges | Place::Details | Place::Lists | Place::Dialogs => 7,
        },
        Pick::Go(_) => 3,
    }
}

fn unasked(items: &[Item], recent: &[Action]) -> Vec<Hit> {
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by_key(|&place| {
        let item = &items[place];
        let recent = place_in(recent, item);
        (
            item.reason.is_some(),
            recent.unwrap_or(usize::MAX),
            rank(item),
        )
    });
    let hit = |item| Hit {
        item,
        marks: Vec::new(),
        by_other: false,
    };
    order.into_iter().map(hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(action: Action, name: &str, other: &str, possible: bool) -> Item {
        Item {
            pick: Pick::Do(action),
            name: name.to_owned(),
            other: Some(other.to_owned()),
            kind: "Deed",
            keys: None,
            reason: (!possible).then_some("no"),
        }
    }

    fn items() -> Vec<Item> {
        vec![
            item(Action::Help, "Keyboard shortcuts", "键盘快捷键", true),
            item(Action::Ack, "Ack", "确认", false),
            item(
                Action::ToggleSide,
                "Show or hide the connections",
                "显示或隐藏连接",
                true,
            ),
            item(Action::Pause, "Pause consuming", "暂停消费", true),
        ]
    }

    fn check(query: &str, recent: &[Action], expected: &[usize]) {
        let found: Vec<usize> = search(query, &items(), recent)
            .iter()
            .map(|hit| hit.item)
            .collect();
        assert_eq!(found, expected, "{query:?}");
    }

    #[test]
    fn what_is_typed_fits_in_pieces_and_in_either_language() {
        check("pau con", &[], &[3]);
        check("shct", &[], &[0, 2]);
        check("PAUSE", &[], &[3]);
        check("暂停", &[], &[3]);
        check("连接", &[], &[2]);
        check("xyz", &[], &[]);
        // With the kind of thing that it is before it.
        check("deed pause", &[], &[3]);
        let hits = search("暂停", &items(), &[]);
        assert!(hits[0].by_other && hits[0].marks.is_empty());
        let hits = search("ack", &items(), &[]);
        assert_eq!(
            (hits[0].item, hits[0].marks.as_slice()),
            (1, &[0, 1, 2][..])
        );
    }

    #[test]
    fn the_name_that_was_typed_comes_before_one_with_more_words() {
        let items = [
            item(Action::OpenSettingsFile, "Open the settings file", "", true),
            item(Action::OpenFile, "Open file…", "", true),
        ];
        let first = |query| search(query, &items, &[])[0].item;
        assert_eq!((first("open file"), first("open set")), (1, 0));
    }

    #[test]
    fn without_a_word_the_last_used_come_first_and_the_impossible_last() {
        check("", &[], &[3, 2, 0, 1]);
        check("  ", &[Action::Help, Action::ToggleSide], &[0, 2, 3, 1]);
        check("", &[Action::Ack], &[3, 2, 0, 1]);
    }

    #[test]
    fn enter_at_once_goes_to_the_form_and_publishes_nothing() {
        let items = [
            item(Action::Publish, "Publish", "发布", true),
            item(Action::PublishForm, "Go to the publish form", "", true),
        ];
        assert_eq!(search("", &items, &[])[0].item, 1);
        // Unless that is what somebody does here.
        assert_eq!(search("", &items, &[Action::Publish])[0].item, 0);
    }
}
