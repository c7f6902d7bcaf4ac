//! Where cards lie that point at something: beside it, inside the window, on nothing that is pointed
//! at and not on each other. Geometry only.

use egui::{Pos2, Rangef, Rect, Vec2};

/// Between what is pointed at and the card: the room of its arrow.
pub(super) const APART: f32 = 14.0;
/// How much further away a card may lie where there is no room so near.
const FURTHER: [f32; 4] = [0.0, 24.0, 56.0, 120.0];
/// Between cards, and to the edge of the window.
const CLEAR: f32 = 6.0;

/// On which side of what it points at a card lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Above,
    Below,
    Left,
    Right,
}

/// A card that has to be placed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card {
    /// What it points at.
    pub(super) target: Rect,
    pub(super) size: Vec2,
    /// The sides to try, best first.
    pub(super) sides: [Side; 4],
    /// How far along the target to try, best first: 0 at its beginning, 1 at its end.
    pub(super) along: [f32; 3],
}

/// A card that has its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    pub(super) rect: Rect,
    pub(super) side: Side,
    /// The tip of its arrow.
    pub(super) tip: Pos2,
}

/// A place for each card; none for those that find none, the last ones first.
pub(super) fn arrange(window: Rect, cards: &[Card]) -> Vec<Option<Placed>> {
    let targets: Vec<Rect> = cards.iter().map(|card| card.target).collect();
    for count in (1..=cards.len()).rev() {
        let mut placed = Vec::new();
        if place(window, &targets, &cards[..count], &mut placed) {
            let rest = std::iter::repeat_n(None, cards.len() - count);
            return placed.into_iter().map(Some).chain(rest).collect();
        }
    }
    vec![None; cards.len()]
}

/// Places the cards that are not placed yet; takes back what leads to nothing.
fn place(window: Rect, targets: &[Rect], cards: &[Card], placed: &mut Vec<Placed>) -> bool {
    let Some(card) = cards.get(placed.len()) else {
        return true;
    };
    for candidate in candidates(window, card) {
        let free = |other: &Rect| !other.expand(CLEAR).intersects(candidate.rect);
        if targets.iter().all(free) && placed.iter().all(|other| free(&other.rect)) {
            placed.push(candidate);
            if place(window, targets, cards, placed) {
                return true;
            }
            placed.pop();
        }
    }
    false
}

/// Beside the target, best first: on the better side, near it, as far along it as the card likes.
fn candidates(window: Rect, card: &Card) -> Vec<Placed> {
    let inside = window.shrink(CLEAR);
    let (target, size) = (card.target, card.size);
    let mut found = Vec::new();
    let sides = card.sides.into_iter();
    let sides = sides.flat_map(|side| FURTHER.map(|further| (APART + further, side)));
    for (apart, side) in sides {
        for along in card.along {
            let x = target.left() + (target.width() - size.x) * along;
            let y = target.top() + (target.height() - size.y) * along;
            let min = match side {
                Side::Above => Pos2::new(x, target.top() - apart - size.y),
                Side::Below => Pos2::new(x, target.bottom() + apart),
                Side::Left => Pos2::new(target.left() - apart - size.x, y),
                Side::Right => Pos2::new(target.right() + apart, y),
            };
            // It may be moved along the target, but not onto it.
            let most = (inside.max - size).max(inside.min);
            let min = match side {
                Side::Above | Side::Below => Pos2::new(min.x.clamp(inside.min.x, most.x), min.y),
                Side::Left | Side::Right => Pos2::new(min.x, min.y.clamp(inside.min.y, most.y)),
            };
            let rect = Rect::from_min_size(min.round(), size);
            if inside.contains_rect(rect) {
                let tip = tip(target, rect, side);
                found.push(Placed { rect, side, tip });
            }
        }
    }
    found
}

/// On the target's edge, and where the card is, as near to the middle of both as there is.
fn tip(target: Rect, rect: Rect, side: Side) -> Pos2 {
    let middle = |card: Rangef, target: Rangef| {
        let (card, center) = (
            Rangef::new(card.min + APART, card.max - APART),
            target.center(),
        );
        let shared = Rangef::new(card.min.max(target.min), card.max.min(target.max));
        match shared.min <= shared.max {
            true => shared.center(),
            false => center.clamp(card.min, card.max),
        }
    };
    let x = middle(rect.x_range(), target.x_range());
    let y = middle(rect.y_range(), target.y_range());
    match side {
        Side::Above => Pos2::new(x, target.top()),
        Side::Below => Pos2::new(x, target.bottom()),
        Side::Left => Pos2::new(target.left(), y),
        Side::Right => Pos2::new(target.right(), y),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Rect = Rect::from_min_max(Pos2::ZERO, Pos2::new(960.0, 600.0));

    fn card(left: f32, top: f32, width: f32, height: f32) -> Card {
        Card {
            target: Rect::from_min_size(Pos2::new(left, top), Vec2::new(width, height)),
            size: Vec2::new(230.0, 110.0),
            sides: [Side::Right, Side::Below, Side::Above, Side::Left],
            along: [0.5, 0.0, 1.0],
        }
    }

    #[test]
    fn no_card_lies_on_another_or_on_what_is_pointed_at() {
        let cards = [
            card(12.0, 200.0, 120.0, 20.0),
            card(220.0, 180.0, 700.0, 60.0),
            card(230.0, 50.0, 80.0, 36.0),
        ];
        let placed: Vec<Placed> = arrange(WINDOW, &cards).into_iter().flatten().collect();
        assert_eq!(placed.len(), 3);
        for (index, one) in placed.iter().enumerate() {
            assert!(WINDOW.contains_rect(one.rect), "{one:?}");
            assert!(cards.iter().all(|card| !card.target.intersects(one.rect)));
            let others = placed.iter().skip(index + 1);
            assert!(
                others
                    .map(|other| other.rect)
                    .all(|r| !r.intersects(one.rect))
            );
        }
    }

    #[test]
    fn a_better_side_is_given_up_for_a_place_for_all() {
        // The first one would take the only room of the second.
        let mut first = card(300.0, 300.0, 50.0, 20.0);
        first.sides = [Side::Above, Side::Below, Side::Left, Side::Right];
        let mut second = card(300.0, 130.0, 50.0, 20.0);
        second.sides = [Side::Below; 4];
        let placed = arrange(WINDOW, &[first, second]);
        assert_eq!(placed[0].map(|one| one.side), Some(Side::Below));
        assert_eq!(placed[1].map(|one| one.side), Some(Side::Below));
    }

    #[test]
    fn what_has_no_room_is_left_out() {
        let small = Rect::from_min_max(Pos2::ZERO, Pos2::new(250.0, 200.0));
        let cards = [card(10.0, 10.0, 50.0, 20.0), card(10.0, 170.0, 50.0, 20.0)];
        let placed = arrange(small, &cards);
        assert!(placed[0].is_some() && placed[1].is_none());
        let tiny = Rect::from_min_max(Pos2::ZERO, Pos2::new(100.0, 100.0));
        assert_eq!(arrange(tiny, &cards), [None, None]);
    }
}
