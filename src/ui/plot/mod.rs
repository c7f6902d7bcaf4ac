//! A small plot of the last minutes: lines over time, each told apart by its dashes and its place
//! in the legend as well as by colour, and all of it as one sentence for whoever cannot see it.
//!
//! It only draws: it keeps no numbers, cannot be dragged or zoomed, and knows nothing of what the
//! numbers are about. Their scale is `scale.rs`, the place of several plots `grid.rs`.

mod grid;
mod scale;

use egui::accesskit::Role;
use egui::{Color32, Response, Sense, Shape, Stroke, Ui, Vec2, pos2};
use egui_plot::{AxisHints, LineStyle, PlotBounds};

use crate::i18n::Texts;
use crate::protocol::Timestamp;

use super::theme::{self, Palette};
use super::widgets::named;

pub(super) use grid::{HEAD, above, grid};
pub(super) use scale::Unit;

/// Most points of a line that are drawn; of more, some are drawn as their mean.
const MOST_POINTS: f64 = 120.0;
/// Points between names on the axis of values at least.
const BETWEEN_NAMES: f32 = 16.0;
/// From this height on there is room for a name in the middle of the axis of values.
const WITH_MIDDLE: f32 = 64.0;
/// Least height of the lines with their axis, however many lines the legend has.
const LEAST_LINES: f32 = 60.0;
/// Points that are left free below nothing, so that what is drawn there is seen whole.
const BELOW: f32 = 3.0;
/// Share of the height that is left free above the highest name.
const TOP: f64 = 0.08;
/// Seconds between the pointer and what it shows at most.
const NEAR: f64 = 2.0;
/// The same, of what is known now and then only, as a share of all seconds.
const NEAR_SHARE: f64 = 0.02;
/// Half the size of a point that stands alone.
const ALONE: f32 = 2.0;
/// Length of a line's piece in the legend.
const SAMPLE: f32 = 12.0;
/// How thick lines are.
const STROKE: f32 = 1.5;
/// How the lines are drawn, by their order; a fifth would look like the first.
const STYLES: [LineStyle; 4] = [
    LineStyle::Solid,
    LineStyle::Dashed { length: 3.0 },
    LineStyle::Dotted { spacing: 4.0 },
    LineStyle::Dashed { length: 7.0 },
];

/// One line.
pub(super) struct Line<'a> {
    name: &'a str,
    color: Color32,
    /// Seconds ago and value, oldest first; none is a gap.
    points: Vec<(f64, Option<f64>)>,
    /// Known now and then only.
    sparse: bool,
    /// Points drawn as one are as high as the highest of them.
    peaks: bool,
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
            sparse: false,
            peaks: false,
        }
    }

    /// It is measured now and then, so that gaps are usual: the newest that is known stands.
    pub(super) fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    /// It tells the most of something, which a mean would hide.
    pub(super) fn peaks(mut self) -> Self {
        self.peaks = true;
        self
    }

    fn latest(&self) -> Option<f64> {
        match self.sparse {
            true => self.points.iter().rev().find_map(|(_, value)| *value),
            false => self.points.last()?.1,
        }
    }

    /// What was known next to this moment, unless that is far: the point and its value.
    fn near(&self, ago: f64, span: f64) -> Option<(f64, f64)> {
        let distance = |point: &&(f64, Option<f64>)| (point.0 - ago).abs();
        let near = self
            .points
            .iter()
            .filter(|(_, value)| !self.sparse || value.is_some())
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        let known = (near.0, near.1?);
        let reach = match self.sparse {
            true => (span * NEAR_SHARE).max(NEAR),
            false => NEAR,
        };
        (distance(&near) <= reach).then_some(known)
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
                let value = match self.peaks {
                    true => points.iter().filter_map(|p| p.1).fold(0.0, f64::max),
                    false => sum(|p| p.1.unwrap_or_default()) / n,
                };
                [-sum(|p| p.0) / n, value]
            };
            let piece: Vec<_> = known.chunk_by(same).map(mean).collect();
            if !piece.is_empty() {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// A line, or a point if it stands alone.
    fn piece_ui(&self, plot: &mut egui_plot::PlotUi<'_>, piece: Vec<[f64; 2]>, style: LineStyle) {
        if piece.len() == 1 {
            return plot.points(
                egui_plot::Points::new(self.name, piece)
                    .color(self.color)
                    .radius(ALONE)
                    .allow_hover(false),
            );
        }
        plot.line(
            egui_plot::Line::new(self.name, piece)
                .stroke(Stroke::new(STROKE, self.color))
                .style(style)
                .allow_hover(false)
                .allow_band(false),
        );
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
            let left = left.max(LEAST_LINES);
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
                ("most", self.unit.text(t, self.most()).into()),
                ("minutes", ((self.span() / 60.0) as u64).into()),
            ],
        )
    }

    /// A line's name and where it stands.
    fn entry(&self, t: &Texts, line: &Line<'_>) -> String {
        match line.latest() {
            Some(value) => format!("{} {}", line.name, self.unit.text(t, value)),
            None => format!("{} –", line.name),
        }
    }

    fn most(&self) -> f64 {
        let values = self.lines.iter().flat_map(|line| &line.points);
        values.filter_map(|(_, value)| *value).fold(0.0, f64::max)
    }

    /// Seconds from the left edge to now.
    fn span(&self) -> f64 {
        let points = self.lines.iter().flat_map(|line| &line.points);
        scale::span(points.map(|(ago, _)| *ago).fold(0.0, f64::max))
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
                let usual = format!("{} {}", line.name, self.unit.text(t, self.unit.usual()));
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
        let (span, unit) = (self.span(), self.unit);
        let top = unit.top(self.most());
        // The name of the newest second stands below its middle, and within the place.
        let now = ui.painter();
        let now = now.layout_no_wrap(t.get("plot-now").to_owned(), theme::small(), p.faint);
        let half = f64::from(now.size().x / 2.0 + 1.0);
        let right = half / (f64::from(ui.available_width()) - half).max(half);
        let below = f64::from(BELOW / height.max(LEAST_LINES));
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
            .formatter(move |mark, _| match mark.value {
                // The foot needs no name, and would stand in the way of the oldest time.
                0.0 => String::new(),
                height => unit.mark(t, unit.value(height)),
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
            .x_grid_spacer(move |_| scale::minutes(span))
            .y_grid_spacer(move |_| unit.levels(top, height >= WITH_MIDDLE))
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
                    [-span, -unit.height(top) * below],
                    [span * right, unit.height(top) * (1.0 + TOP)],
                ));
                for (line, style) in self.lines.iter().zip(STYLES.iter().cycle()) {
                    for mut piece in line.pieces(self.now, (span / MOST_POINTS).ceil()) {
                        for point in &mut piece {
                            point[1] = unit.height(point[1]);
                        }
                        line.piece_ui(plot, piece, *style);
                    }
                }
            });
        shown.response
    }

    /// What is known of a moment; nothing where nothing is.
    fn moment(&self, t: &Texts, ago: f64) -> Option<String> {
        let span = self.span();
        let near = |line: &Line<'_>| line.near(ago, span);
        let (then, _) = self.lines.iter().find_map(near)?;
        let mut text = t.format("plot-seconds-ago", &[("n", (then as u64).into())]);
        for line in self.lines {
            if let Some((_, value)) = line.near(then, span) {
                text.push_str(&format!("\n{} {}", line.name, self.unit.text(t, value)));
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
    fn what_is_measured_now_and_then_stands_until_it_is_measured_again() {
        let values = [Some(4.0), None, None, None, None, Some(9.0), None, None];
        let sparse = [line("p50", &values).sparse()];
        let said = plot_of(&sparse, |plot, t| plot.summary(t));
        assert!(said.contains("p50 9/s"), "{said}");
        let at = |ago| plot_of(&sparse, |plot, t| plot.moment(t, ago));
        assert_eq!(at(1.4).unwrap(), "3 s ago\np50 9/s");
        assert_eq!(at(0.2), None);
    }

    #[test]
    fn the_most_of_something_stays_in_sight() {
        let peak = line("max", &[Some(1.0), Some(9.0), Some(2.0)]).peaks();
        let now = Timestamp::from_millis(3_000);
        assert_eq!(peak.pieces(now, 3.0), [vec![[-2.0, 9.0]]]);
    }
}
