//! A small plot of the last minutes: lines over time, each told apart by its dashes and its place
//! in the legend as well as by colour, and all of it as one sentence for whoever cannot see it.
//!
//! It only draws: it keeps no numbers, cannot be dragged or zoomed, and knows nothing of what the
//! numbers are about.

use egui::accesskit::Role;
use egui::{Color32, Response, Sense, Shape, Stroke, Ui, Vec2, pos2};
use egui_plot::{AxisHints, GridMark, LineStyle, PlotBounds};

use crate::i18n::Texts;
use crate::protocol::Timestamp;

use super::theme::{self, Palette};
use super::widgets::named;

/// Seconds that a plot can show; the least that holds all its points is taken.
const SPANS: [f64; 4] = [60.0, 120.0, 240.0, 600.0];
/// Most points of a line that are drawn; of more, some are drawn as their mean.
const MOST_POINTS: f64 = 120.0;
/// Points between names on the axis of values at least.
const BETWEEN_NAMES: f32 = 16.0;
/// From this height on there is room for a name in the middle of the axis of values.
const WITH_MIDDLE: f32 = 64.0;
/// Share of the width that is left free on the right, for the name of the newest second.
const RIGHT: f64 = 0.03;
/// Share of the height that is left free above the highest name.
const TOP: f64 = 0.08;
/// Seconds between the pointer and what it shows at most.
const NEAR: f64 = 2.0;
/// Length of a line's piece in the legend.
const SAMPLE: f32 = 16.0;
/// How thick lines are.
const STROKE: f32 = 1.5;
/// How the lines are drawn, by their order; a fifth would look like the first.
const STYLES: [LineStyle; 4] = [
    LineStyle::Solid,
    LineStyle::Dashed { length: 3.0 },
    LineStyle::Dotted { spacing: 4.0 },
    LineStyle::Dashed { length: 7.0 },
];

/// What the numbers of a plot are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// How often something happens: `12/s`.
    PerSecond,
    /// How many there are: `12`.
    Count,
}

impl Unit {
    /// A number as wide as most get.
    fn usual(self) -> f64 {
        match self {
            Unit::PerSecond => 8.8,
            Unit::Count => 888.0,
        }
    }
}

/// One line.
pub(super) struct Line<'a> {
    name: &'a str,
    color: Color32,
    /// Seconds ago and value, oldest first; none is a gap.
    points: Vec<(f64, Option<f64>)>,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        name: &'a str,
        color: Color32,
        points: impl Iterator<Item = (f64, Option<f64>)>,
    ) -> Self {
        let points = points.collect();
        Self {
            name,
            color,
            points,
        }
    }

    fn latest(&self) -> Option<f64> {
        self.points.last()?.1
    }

    /// What was known next to this moment, unless that is far: the point and its value.
    fn near(&self, ago: f64) -> Option<(f64, f64)> {
        let distance = |point: &&(f64, Option<f64>)| (point.0 - ago).abs();
        let near = self
            .points
            .iter()
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let known = (near.0, near.1?);
        (distance(&near) <= NEAR).then_some(known)
    }

    /// Its pieces between gaps, as the plot has them: seconds ago are negative. All points of the
    /// same `step` seconds since the beginning of time are one, so that a line that moves on keeps
    /// its shape.
    fn pieces(&self, now: Timestamp, step: f64) -> Vec<Vec<[f64; 2]>> {
        let second = now.millis().div_euclid(1000) as f64;
        let mut pieces = Vec::new();
        for known in self.points.split(|(_, value)| value.is_none()) {
            let same = |a: &(f64, Option<f64>), b: &(f64, Option<f64>)| {
                ((second - a.0) / step).floor() == ((second - b.0) / step).floor()
            };
            let mean = |points: &[(f64, Option<f64>)]| {
                let sum = |of: fn(&(f64, Option<f64>)) -> f64| points.iter().map(of).sum::<f64>();
                let n = points.len() as f64;
                [-sum(|p| p.0) / n, sum(|p| p.1.unwrap_or_default()) / n]
            };
            let piece: Vec<_> = known.chunk_by(same).map(mean).collect();
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
        pieces
    }
}

/// Some lines with their legend above. The title is for whoever cannot see it, and tells this plot
/// from others in the same place; who places the plot shows it.
pub(super) struct Plot<'a> {
    /// What they are about.
    pub(super) title: &'a str,
    /// Of all the lines.
    pub(super) unit: Unit,
    /// In the order of the legend.
    pub(super) lines: &'a [Line<'a>],
    /// When the points were 0 seconds ago.
    pub(super) now: Timestamp,
}

impl Plot<'_> {
    /// Draws it, as high as given with its legend.
    pub(super) fn ui(&self, ui: &mut Ui, t: &'static Texts, p: &Palette, height: f32) -> Response {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let top = ui.cursor().top();
            self.legend_ui(ui, t, p);
            ui.add_space(theme::GAP_SMALL);
            let left = height - (ui.cursor().top() - top);
            let response = self.lines_ui(ui, t, p, left);
            named(ui, response, Role::Image, &self.summary(t))
        })
        .inner
    }

    /// All of it in one sentence.
    fn summary(&self, t: &Texts) -> String {
        if self.lines.iter().all(|line| line.points.is_empty()) {
            return t.format("plot-empty", &[("title", self.title.into())]);
        }
        let lines: Vec<String> = self.lines.iter().map(|line| self.entry(t, line)).collect();
        t.format(
            "plot-summary",
            &[
                ("title", self.title.into()),
                ("lines", lines.join(t.get("plot-comma")).into()),
                ("most", self.value(t, self.most()).into()),
                ("minutes", ((self.span() / 60.0) as u64).into()),
            ],
        )
    }

    /// A line's name and where it stands.
    fn entry(&self, t: &Texts, line: &Line<'_>) -> String {
        match line.latest() {
            Some(value) => format!("{} {}", line.name, self.value(t, value)),
            None => format!("{} –", line.name),
        }
    }

    fn value(&self, t: &Texts, value: f64) -> String {
        let number = number(value);
        match self.unit {
            Unit::PerSecond => t.format("plot-per-second", &[("n", number.into())]),
            Unit::Count => number,
        }
    }

    fn most(&self) -> f64 {
        let values = self.lines.iter().flat_map(|line| &line.points);
        values.filter_map(|(_, value)| *value).fold(0.0, f64::max)
    }

    /// Seconds from the left edge to now.
    fn span(&self) -> f64 {
        let points = self.lines.iter().flat_map(|line| &line.points);
        let oldest = points.map(|(ago, _)| *ago).fold(0.0, f64::max);
        let fits = SPANS.into_iter().find(|span| *span >= oldest);
        fits.unwrap_or(SPANS[SPANS.len() - 1])
    }

    fn legend_ui(&self, ui: &mut Ui, t: &'static Texts, p: &Palette) {
        // A row is as high as a control unless told so before it begins.
        ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(theme::GAP, 0.0);
            for (line, style) in self.lines.iter().zip(STYLES.iter().cycle()) {
                let text = self.entry(t, line);
                let layout = |text| ui.painter().layout_no_wrap(text, theme::small(), p.text);
                let galley = layout(text.clone());
                // With room for most numbers, so that nothing jumps when they change.
                let usual = format!("{} {}", line.name, self.value(t, self.unit.usual()));
                let width = galley.size().x.max(layout(usual).size().x);
                let begin = SAMPLE + theme::GAP_SMALL;
                // One thing, so that a name never leaves its line behind.
                let size = Vec2::new(begin + width, theme::SMALL_LINE);
                let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
                let ends = [0.0, SAMPLE].map(|x| rect.left_center() + Vec2::new(x, 0.0));
                ui.painter().extend(sample(*style, ends, line.color));
                let y = rect.center().y - galley.size().y / 2.0;
                ui.painter()
                    .galley(pos2(rect.left() + begin, y), galley, p.text);
                named(ui, response, Role::Label, &text);
            }
        });
    }

    fn lines_ui(&self, ui: &mut Ui, t: &'static Texts, p: &Palette, height: f32) -> Response {
        let (span, top) = (self.span(), nice_top(self.most()));
        let axis = |axis: AxisHints<'static>| {
            axis.tick_label_font(theme::small())
                .tick_label_color(p.faint)
                .label_spacing(BETWEEN_NAMES..=BETWEEN_NAMES + 1.0)
        };
        let x = axis(AxisHints::new_x()).formatter(move |mark, _| match mark.value {
            0.0 => t.get("plot-now").to_owned(),
            ago => t.format("plot-minutes-ago", &[("n", ((-ago / 60.0) as u64).into())]),
        });
        let y = axis(AxisHints::new_y())
            .min_thickness(BETWEEN_NAMES * 2.0)
            .formatter(|mark, _| match mark.value {
                // The foot needs no name, and would stand in the way of the oldest time.
                0.0 => String::new(),
                value => number(value),
            });
        let shown = egui_plot::Plot::new(self.title)
            .height(height.max(0.0))
            .min_size(Vec2::ZERO)
            .sense(Sense::hover())
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_axis_zoom_drag(false)
            .allow_boxed_zoom(false)
            .allow_double_click_reset(false)
            .show_background(false)
            .show_y(false)
            .cursor_color(p.faint)
            .grid_color(p.line)
            .grid_fade(0.0)
            .show_grid([false, true])
            .grid_spacing(1.0..=2.0)
            .x_grid_spacer(move |_| minutes(span))
            .y_grid_spacer(move |_| levels(top, height >= WITH_MIDDLE))
            .custom_x_axes(vec![x])
            .custom_y_axes(vec![y])
            .label_formatter(|at| {
                let position = match at {
                    egui_plot::HoverPosition::NearDataPoint { position, .. }
                    | egui_plot::HoverPosition::Elsewhere { position } => position,
                };
                self.moment(t, -position.x)
            })
            .show(ui, |plot| {
                plot.set_plot_bounds(PlotBounds::from_min_max(
                    [-span, 0.0],
                    [span * RIGHT, top * (1.0 + TOP)],
                ));
                for (line, style) in self.lines.iter().zip(STYLES.iter().cycle()) {
                    for piece in line.pieces(self.now, (span / MOST_POINTS).ceil()) {
                        plot.line(
                            egui_plot::Line::new(line.name, piece)
                                .stroke(Stroke::new(STROKE, line.color))
                                .style(*style)
                                .allow_hover(false)
                                .allow_band(false),
                        );
                    }
                }
            });
        shown.response
    }

    /// What is known of a moment; nothing where nothing is.
    fn moment(&self, t: &Texts, ago: f64) -> Option<String> {
        let near = |line: &Line<'_>| line.near(ago);
        let (then, _) = self.lines.iter().find_map(near)?;
        let mut text = t.format("plot-seconds-ago", &[("n", (then as u64).into())]);
        for line in self.lines {
            if let Some((_, value)) = line.near(then) {
                text.push_str(&format!("\n{} {}", line.name, self.value(t, value)));
            }
        }
        Some(text)
    }
}

/// A piece of a line as the plot draws it.
fn sample(style: LineStyle, ends: [egui::Pos2; 2], color: Color32) -> Vec<Shape> {
    let stroke = Stroke::new(STROKE, color);
    match style {
        LineStyle::Solid => vec![Shape::line_segment(ends, stroke)],
        LineStyle::Dotted { spacing } => Shape::dotted_line(&ends, color, spacing, STROKE),
        LineStyle::Dashed { length } => {
            let gap = length * (std::f32::consts::GOLDEN_RATIO - 1.0);
            Shape::dashed_line(&ends, stroke, length, gap)
        }
    }
}

/// Three marks of time: the edge, the middle, now.
fn minutes(span: f64) -> Vec<GridMark> {
    let mark = |value| GridMark {
        value,
        step_size: span / 2.0,
    };
    match span {
        60.0 => vec![mark(-span), mark(0.0)],
        _ => vec![mark(-span), mark(-span / 2.0), mark(0.0)],
    }
}

/// Marks of value: nothing, all, and the middle if it is wanted and whole.
fn levels(top: f64, middle: bool) -> Vec<GridMark> {
    let marks: &[f64] = match middle && top > 1.0 {
        true => &[0.0, 0.5, 1.0],
        false => &[0.0, 1.0],
    };
    let step_size = top / (marks.len() - 1) as f64;
    let mark = |share: &f64| GridMark {
        value: top * share,
        step_size,
    };
    marks.iter().map(mark).collect()
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn plot_of<T>(lines: &[Line<'_>], check: impl FnOnce(&Plot<'_>, &'static Texts) -> T) -> T {
        let plot = Plot {
            title: "Messages per second",
            unit: Unit::PerSecond,
            lines,
            now: Timestamp::from_millis(0),
        };
        check(&plot, Texts::of(Lang::En))
    }

    fn line<'a>(name: &'a str, values: &[Option<f64>]) -> Line<'a> {
        let points = values.iter().enumerate();
        let ago = |n: usize| (values.len() - n) as f64;
        let points = points.map(|(n, value)| (ago(n), *value));
        Line::new(name, Palette::dark().text, points)
    }

    #[test]
    fn a_plot_can_be_read_aloud() {
        let lines = [
            line("Published", &[Some(40.0), None, Some(12.0)]),
            line("Acked", &[Some(1.0), Some(0.4), None]),
        ];
        let said = plot_of(&lines, |plot, t| plot.summary(t));
        let expected = "Messages per second: Published 12/s, Acked –; at most 40/s in one minute";
        assert_eq!(said, expected);
        let nothing = plot_of(&[line("Published", &[])], |plot, t| plot.summary(t));
        assert_eq!(nothing, "Messages per second: nothing yet");
    }

    #[test]
    fn the_pointer_gets_what_is_known_of_its_moment() {
        let lines = [
            line("Published", &[Some(40.0), None, Some(12.0)]),
            line("Acked", &[Some(1.0), Some(0.4), None]),
        ];
        let at = |ago| plot_of(&lines, |plot, t| plot.moment(t, ago));
        assert_eq!(at(2.7).unwrap(), "3 s ago\nPublished 40/s\nAcked 1/s");
        assert_eq!(at(2.2).unwrap(), "2 s ago\nAcked 0.4/s");
        assert_eq!(at(-0.5).unwrap(), "1 s ago\nPublished 12/s");
        assert_eq!(at(5.5), None);
        assert_eq!(plot_of(&[], |plot, t| plot.moment(t, 1.0)), None);
    }

    #[test]
    fn a_gap_is_not_drawn_over() {
        let gaps = line("a", &[Some(1.0), Some(2.0), None, None, Some(3.0), None]);
        let pieces = gaps.pieces(Timestamp::from_millis(0), 1.0);
        assert_eq!(pieces, [vec![[-6.0, 1.0], [-5.0, 2.0]], vec![[-2.0, 3.0]]]);
    }

    #[test]
    fn a_long_line_is_drawn_in_means_that_stay_the_same_as_time_goes_on() {
        let values: Vec<_> = (0..60).map(|n| Some(f64::from(n * n % 7))).collect();
        let at = |second: usize| {
            let line = line("a", &values[..second]);
            let now = Timestamp::from_millis(second as i64 * 1000);
            let pieces = line.pieces(now, 5.0);
            assert_eq!(pieces.len(), 1);
            let middle = pieces[0].iter().map(|[x, y]| [x + second as f64, *y]);
            middle.collect::<Vec<_>>()
        };
        assert_eq!(at(30), at(60)[..6]);
        assert_eq!(at(33)[..6], at(30));
        assert_eq!(at(30)[0], [2.0, (0.0 + 1.0 + 4.0 + 2.0 + 2.0) / 5.0]);
    }

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
}
