//! How the window is arranged around its tabs: which part of the drawer is open, how large somebody
//! dragged what, how a body is looked at. It comes back after a restart, each value by itself: one
//! that makes no sense falls back, and costs no other.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use egui::{Context, Panel};
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
    seen: BTreeMap<&'static str, f32>,
    /// A panel that is to become larger by so much, as the keyboard has it.
    wished: Option<(&'static str, f32)>,
}

impl Sizes {
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
        let size = (seen + by).clamp(*limits.start(), *limits.end());
        self.chosen.insert(name.to_owned(), size);
        panel.exact_size(size)
    }

    /// Takes in how large a panel is drawn. It was chosen if somebody drags something just then:
    /// otherwise another window or other contents made it so.
    pub(super) fn saw(&mut self, ctx: &Context, panel: &'static str, size: f32) {
        let before = self.seen.insert(panel, size);
        let dragged = ctx.dragged_id().is_some() || ctx.drag_stopped_id().is_some();
        if dragged && before.is_some_and(|before| (before - size).abs() > SAME) {
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
    use super::*;

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
