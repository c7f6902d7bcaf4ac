//! How the window is arranged around its tabs: which part of the drawer is open, how large somebody
//! dragged what, how a body is looked at. It comes back after a restart, each value by itself: one
//! that makes no sense falls back, and costs no other.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use egui::{Context, Panel, Pos2, Rect};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a size may differ by without having been dragged.
const SAME: f32 = 0.5;
/// Longest side of a panel that anybody has.
const LONGEST: f64 = 20_000.0;

/// Sizes that somebody chose, by the names of their panels.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    chosen: BTreeMap<String, f32>,
    seen: BTreeMap<&'static str, Seen>,
    /// A panel that is to become larger by so much, as the keyboard has it.
    wished: Option<(&'static str, f32)>,
}

/// A panel as it was drawn last.
#[derive(Debug, Clone, Copy)]
struct Seen {
    size: f32,
    rect: Rect,
    /// Frames since then.
    age: u8,
}

impl Sizes {
    /// Another frame begins.
    pub(super) fn begin(&mut self) {
        for seen in self.seen.values_mut() {
            seen.age = seen.age.saturating_add(1);
        }
    }

    /// The innermost panel that lies here, in this frame or the one before.
    pub(super) fn holding(&self, at: Pos2) -> Option<&'static str> {
        let there = |seen: &Seen| seen.age <= 1 && seen.rect.contains(at);
        let holding = self.seen.iter().filter(|(_, seen)| there(seen));
        let innermost = holding.min_by(|(_, one), (_, other)| {
            let (one, other) = (one.rect.area(), other.rect.area());
            one.total_cmp(&other)
        });
        innermost.map(|(name, _)| *name)
    }

    /// What was kept of an earlier run.
    pub(super) fn restored(kept: &Kept<'_>) -> Self {
        let sizes = kept.0.and_then(|kept| kept.get("sizes")?.as_object());
        let chosen = sizes.into_iter().flatten().filter_map(|(name, size)| {
            let size = size.as_f64().filter(|size| (1.0..LONGEST).contains(size))?;
            Some((name.clone(), size as f32))
        });
        Self {
            chosen: chosen.collect(),
            seen: BTreeMap::new(),
            wished: None,
        }
    }

    /// The size of a panel as it is first shown.
    pub(super) fn of(&self, panel: &str, default: f32) -> f32 {
        self.chosen.get(panel).copied().unwrap_or(default)
    }

    /// Makes a panel larger by so much, or smaller.
    pub(super) fn wish(&mut self, panel: &'static str, by: f32) {
        self.wished = Some((panel, by));
    }

    /// A panel with its first size and the limits of it; with another one where that is wished.
    pub(super) fn sized(
        &mut self,
        panel: Panel,
        name: &'static str,
        first: f32,
        limits: RangeInclusive<f32>,
    ) -> Panel {
        let by = self.wished.take_if(|(wished, _)| *wished == name);
        let (Some((_, by)), Some(seen)) = (by, self.seen.get(name)) else {
            return panel.default_size(first).size_range(limits);
        };
        let size = (seen.size + by).clamp(*limits.start(), *limits.end());
        self.chosen.insert(name.to_owned(), size);
        panel.exact_size(size)
    }

    /// Takes in how large a panel is drawn. It was chosen if somebody drags something just then:
    /// otherwise another window or other contents made it so.
    pub(super) fn saw(&mut self, ctx: &Context, panel: &'static str, size: f32, rect: Rect) {
        let seen = Seen { size, rect, age: 0 };
        let before = self.seen.insert(panel, seen);
        let dragged = ctx.dragged_id().is_some() || ctx.drag_stopped_id().is_some();
        if dragged && before.is_some_and(|before| (before.size - size).abs() > SAME) {
            self.chosen.insert(panel.to_owned(), size);
        }
    }

    fn to_value(&self) -> Value {
        let sizes = self.chosen.iter();
        let sizes = sizes.map(|(name, size)| (name.clone(), Value::from(f64::from(*size))));
        Value::Object(sizes.collect())
    }
}

/// What was kept, read value by value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kept<'a>(Option<&'a Value>);

impl<'a> Kept<'a> {
    pub(super) fn new(kept: Option<&'a Value>) -> Self {
        Self(kept)
    }

    /// The value of this name, if it is there and makes sense.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let value = self.0?.get(name)?.clone();
        serde_json::from_value(value).ok()
    }
}

/// What is to be kept: sizes, and values by their names.
pub(super) fn to_keep(sizes: &Sizes, values: Vec<(&str, Value)>) -> Value {
    let mut kept = Map::new();
    kept.insert("sizes".to_owned(), sizes.to_value());
    for (name, value) in values {
        kept.insert(name.to_owned(), value);
    }
    Value::Object(kept)
}

#[cfg(test)]
mod tests {
    use egui::pos2;

    use super::*;

    #[test]
    fn the_innermost_panel_is_meant_while_it_is_there() {
        let ctx = Context::default();
        let mut sizes = Sizes::default();
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 50.0));
        sizes.saw(&ctx, "drawer", 50.0, whole);
        sizes.saw(&ctx, "exchange", 40.0, whole.with_min_x(60.0));
        let (left, right) = (pos2(10.0, 10.0), pos2(80.0, 10.0));
        assert_eq!(sizes.holding(left), Some("drawer"));
        assert_eq!(sizes.holding(right), Some("exchange"));
        assert_eq!(sizes.holding(pos2(10.0, 60.0)), None);
        sizes.begin();
        sizes.saw(&ctx, "drawer", 50.0, whole);
        assert_eq!(sizes.holding(right), Some("exchange"), "one frame ago");
        sizes.begin();
        sizes.saw(&ctx, "drawer", 50.0, whole);
        assert_eq!(sizes.holding(right), Some("drawer"));
    }

    #[test]
    fn one_value_that_makes_no_sense_costs_no_other() {
        let kept = serde_json::json!({
            "sizes": {"side": 250.5, "publish": "wide", "details": -3, "history": 1e300},
            "drawer": 7,
            "wrap": true,
        });
        let kept = Kept::new(Some(&kept));
        let sizes = Sizes::restored(&kept);
        assert_eq!(sizes.of("side", 216.0), 250.5);
        for broken in ["publish", "details", "history", "unknown"] {
            assert_eq!(sizes.of(broken, 216.0), 216.0, "{broken}");
        }
        assert_eq!(kept.get::<String>("drawer"), None);
        assert_eq!(kept.get::<bool>("wrap"), Some(true));
        for nonsense in [serde_json::json!([1]), serde_json::json!({"sizes": []})] {
            let kept = Kept::new(Some(&nonsense));
            assert!(Sizes::restored(&kept).chosen.is_empty());
        }
        let again = to_keep(&sizes, vec![("wrap", true.into())]);
        let kept = Kept::new(Some(&again));
        assert_eq!(Sizes::restored(&kept).of("side", 0.0), 250.5);
    }
}
