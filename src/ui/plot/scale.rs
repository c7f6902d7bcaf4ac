//! Scales and words of a plot: what its numbers are, how high each is drawn, which of them are
//! named on the axes. Draws nothing.

use egui_plot::GridMark;

use crate::i18n::Texts;

/// Seconds that a plot can show; the least that holds all its points is taken.
const SPANS: [f64; 4] = [60.0, 120.0, 240.0, 600.0];
/// Milliseconds at which a scale of times can end, and that can be named in its middle.
const TIMES: [f64; 11] = [
    10.0,
    100.0,
    1_000.0,
    10_000.0,
    60_000.0,
    600_000.0,
    3_600_000.0,
    36_000_000.0,
    86_400_000.0,
    864_000_000.0,
    8_640_000_000.0,
];

/// What the numbers of a plot are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::ui) enum Unit {
    /// How often something happens: `12/s`.
    PerSecond,
    /// How many there are: `12`.
    Count,
    /// How long something took, in milliseconds: `12 ms`, `3 min`. From a thousandth of a second
    /// to days in one picture: each step on the scale is ten times the one before.
    Millis,
}

impl Unit {
    /// A number as wide as most get.
    pub(super) fn usual(self) -> f64 {
        match self {
            Unit::PerSecond => 8.8,
            Unit::Count => 888.0,
            Unit::Millis => 88.0,
        }
    }

    /// A number with its unit.
    pub(in crate::ui) fn text(self, t: &Texts, value: f64) -> String {
        match self {
            Unit::PerSecond => t.format("plot-per-second", &[("n", number(value).into())]),
            Unit::Count => number(value),
            Unit::Millis => time(t, value),
        }
    }

    /// The same on an axis, where the title tells the unit of numbers.
    pub(super) fn mark(self, t: &Texts, value: f64) -> String {
        match self {
            Unit::PerSecond | Unit::Count => number(value),
            Unit::Millis => time(t, value),
        }
    }

    /// Where a scale ends that holds this.
    pub(super) fn top(self, most: f64) -> f64 {
        match self {
            Unit::PerSecond | Unit::Count => nice_top(most),
            Unit::Millis => {
                let fits = TIMES.into_iter().find(|top| most <= *top);
                fits.unwrap_or(most)
            }
        }
    }

    /// How high a number is drawn.
    pub(super) fn height(self, value: f64) -> f64 {
        match self {
            Unit::PerSecond | Unit::Count => value,
            Unit::Millis => value.ln_1p(),
        }
    }

    /// The number of a height.
    pub(super) fn value(self, height: f64) -> f64 {
        match self {
            Unit::PerSecond | Unit::Count => height,
            // What is named are whole numbers.
            Unit::Millis => height.exp_m1().round(),
        }
    }

    /// Marks at the heights of nothing, all, and something between if it is wanted and round.
    pub(super) fn levels(self, top: f64, middle: bool) -> Vec<GridMark> {
        let full = self.height(top);
        let between = match self {
            _ if !middle => None,
            Unit::PerSecond | Unit::Count => (top > 1.0).then_some(full / 2.0),
            Unit::Millis => {
                let off = |time: &f64| (self.height(*time) - full / 2.0).abs();
                let below = TIMES.into_iter().filter(|time| *time < top);
                let nearest = below.min_by(|a, b| off(a).total_cmp(&off(b)));
                nearest.map(|time| self.height(time))
            }
        };
        let step_size = between.map_or(full, |between| between.max(full - between));
        let mark = |value| GridMark { value, step_size };
        let levels = [Some(0.0), between, Some(full)];
        levels.into_iter().flatten().map(mark).collect()
    }
}

/// Seconds from the left edge to now, where the oldest point is so many seconds old.
pub(super) fn span(oldest: f64) -> f64 {
    let fits = SPANS.into_iter().find(|span| *span >= oldest);
    fits.unwrap_or(SPANS[SPANS.len() - 1])
}

/// Three marks of time: the edge, the middle, now.
pub(super) fn minutes(span: f64) -> Vec<GridMark> {
    let mark = |value| GridMark {
        value,
        step_size: span / 2.0,
    };
    match span {
        60.0 => vec![mark(-span), mark(0.0)],
        _ => vec![mark(-span), mark(-span / 2.0), mark(0.0)],
    }
}

/// The least of 1, 2, 4, 10, 20, 40, 100 … that is not below a value.
fn nice_top(most: f64) -> f64 {
    let mut unit = 1.0;
    while unit < f64::MAX / 10.0 {
        for top in [unit, 2.0 * unit, 4.0 * unit] {
            if most <= top {
                return top;
            }
        }
        unit *= 10.0;
    }
    unit
}

/// Whole numbers, and one decimal where that tells something from nothing.
fn number(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    match value < 10.0 && tenths.fract() != 0.0 {
        true => format!("{tenths:.1}"),
        false => format!("{value:.0}"),
    }
}

/// Milliseconds in the largest unit of which there is at least one.
fn time(t: &Texts, millis: f64) -> String {
    const UNITS: [(&str, f64); 4] = [
        ("age-days", 86_400_000.0),
        ("age-hours", 3_600_000.0),
        ("age-minutes", 60_000.0),
        ("age-seconds", 1_000.0),
    ];
    // What would be rounded up to the next unit is told in that.
    let unit = UNITS.into_iter().find(|(_, unit)| millis >= unit * 0.9995);
    let (key, n) = match unit {
        Some((key, unit)) => (key, number(millis / unit)),
        // What was too fast to be measured took its time all the same.
        None if millis < 0.5 => ("plot-millis", "<1".to_owned()),
        None => ("plot-millis", format!("{millis:.0}")),
    };
    t.format(key, &[("n", n.into())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn a_scale_ends_in_a_round_number_above_all_values() {
        let check = |most, top| assert_eq!(nice_top(most), top);
        check(0.0, 1.0);
        check(1.0, 1.0);
        check(1.1, 2.0);
        check(3.0, 4.0);
        check(5.0, 10.0);
        check(401.0, 1000.0);
        assert!(nice_top(f64::MAX).is_finite());
    }

    #[test]
    fn numbers_are_short() {
        let check = |value, text: &str| assert_eq!(number(value), text);
        check(0.0, "0");
        check(0.04, "0");
        check(0.36, "0.4");
        check(9.97, "10");
        check(12.4, "12");
        check(3.0, "3");
    }

    #[test]
    fn times_are_told_in_a_unit_that_fits() {
        let t = Texts::of(Lang::En);
        let check = |millis, text: &str| assert_eq!(Unit::Millis.text(t, millis), text);
        check(0.0, "<1 ms");
        check(7.0, "7 ms");
        check(999.0, "999 ms");
        check(1_000.0, "1 s");
        check(1_250.0, "1.3 s");
        check(59_400.0, "59 s");
        check(59_990.0, "1 min");
        check(90_000.0, "1.5 min");
        check(3_600_000.0, "1 h");
        check(172_800_000.0, "2 d");
    }

    #[test]
    fn a_scale_of_times_names_its_end_and_something_between() {
        let t = Texts::of(Lang::En);
        let check = |most, expected: &[&str]| {
            let top = Unit::Millis.top(most);
            let marks = Unit::Millis.levels(top, true);
            let names = marks.iter().map(|mark| {
                assert!(mark.value <= Unit::Millis.height(top));
                Unit::Millis.mark(t, Unit::Millis.value(mark.value))
            });
            assert_eq!(names.collect::<Vec<_>>(), expected);
        };
        check(0.0, &["<1 ms", "10 ms"]);
        check(12.0, &["<1 ms", "10 ms", "100 ms"]);
        check(800.0, &["<1 ms", "10 ms", "1 s"]);
        check(30_000.0, &["<1 ms", "100 ms", "1 min"]);
        check(7_200_000.0, &["<1 ms", "10 s", "10 h"]);
        assert!(Unit::Millis.top(f64::MAX).is_finite());
    }
}
