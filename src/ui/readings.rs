//! The figures of the status line: each in a place wide enough for most numbers, so that nothing
//! moves as they change, and fewer of them where room is short. All of them are in the accessible
//! name.

use std::sync::Arc;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Color32, Galley, Response, Sense, Ui, Vec2};

use crate::i18n::{Texts, Value};
use crate::protocol::Timestamp;
use crate::session::{Count, Flow, FlowScope, Urgency};

use super::context::{Context, countdown};
use super::plot::Unit;
use super::theme;
use super::widgets::named_choice;

/// From one figure to the next.
const BETWEEN: f32 = 16.0;
/// A number and a rate as wide as most get.
const USUAL_COUNT: u64 = 888;
const USUAL_RATE: f64 = 8.8;
const USUAL_COUNTDOWN: Duration = Duration::from_secs(528);

/// All of them, from the left.
pub(super) struct Readings {
    cells: Vec<Cell>,
    name: String,
}

/// One figure.
struct Cell {
    text: String,
    /// The same with a number as wide as most get.
    usual: String,
    color: Color32,
    /// Which go first where room is short: the lowest.
    weight: u8,
    /// A count with its rate.
    is_flow: bool,
}

/// Whether a lease is about to end, as its row shows it.
fn ends_soon(cx: &Context<'_>) -> bool {
    let views = cx.model.views().iter();
    let mut first = views.filter_map(|view| view.rows.first_lease_after(cx.now));
    first.any(|lease| lease.urgency(cx.now) == Urgency::Soon)
}

/// Puts figures into words.
struct Reader<'a> {
    t: &'static Texts,
    quiet: Color32,
    cells: &'a mut Vec<Cell>,
}

impl Readings {
    /// Those of everything, as the model knows them.
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut cells = Vec::new();
        let Some(flow) = cx.model.figures().of(&FlowScope::All) else {
            return Self {
                cells,
                name: String::new(),
            };
        };
        let (p, now) = (cx.palette, cx.now);
        let mut add = Reader {
            t: cx.texts,
            quiet: p.dim,
            cells: &mut cells,
        };
        let alarm = |count: &Count, color| match count.rate(now) > 0.0 {
            true => color,
            false => p.dim,
        };
        if let Some(took) = flow.publish_latency.latest() {
            add.latency("status-publish", took, 0);
        }
        add.flow("status-received", &flow.arrivals, now, 5);
        add.flow("status-acked", &flow.acks, now, 3);
        for (key, count) in [
            ("status-committed", &flow.commits),
            ("status-rolled-back", &flow.rollbacks),
        ] {
            // Few people ever decide on half messages.
            if count.total() > 0 {
                add.count(key, count, 3);
            }
        }
        add.count("status-redelivered", &flow.redeliveries, 1);
        add.last_color(alarm(&flow.redeliveries, p.soon));
        // Once there are some, they matter more than how much goes through.
        let errors = if flow.errors.total() > 0 { 4 } else { 2 };
        add.count("status-errors", &flow.errors, errors);
        add.last_color(alarm(&flow.errors, p.bad));
        let left = cx.model.held().map(|(_, first, _)| first.since(now));
        add.held(flow.held(), left, 6);
        if ends_soon(cx) {
            add.last_color(p.soon);
        }
        let name = name_of(cx, flow, &cells);
        Self { cells, name }
    }

    /// Draws them from the right, as a button that is pressed while the plots are shown.
    pub(super) fn ui(mut self, ui: &mut Ui, open: bool, room: f32) -> Response {
        let padding = ui.spacing().button_padding.x;
        let room = (room - 2.0 * padding).max(0.0);
        let layout = |text: &str, color| {
            let text = text.to_owned();
            ui.painter().layout_no_wrap(text, theme::body(), color)
        };
        let mut placed: Vec<(Arc<Galley>, f32, u8)> = Vec::new();
        for cell in self.cells.drain(..) {
            let galley = layout(&cell.text, cell.color);
            let usual = layout(&cell.usual, cell.color).size().x;
            let width = galley.size().x.max(usual).ceil();
            placed.push((galley, width, cell.weight));
        }
        let whole = |placed: &[(Arc<Galley>, f32, u8)]| {
            let gaps = BETWEEN * (placed.len().max(1) - 1) as f32;
            placed.iter().map(|(_, width, _)| width).sum::<f32>() + gaps
        };
        while whole(&placed) > room && !placed.is_empty() {
            let lightest = placed.iter().map(|(_, _, weight)| *weight).min();
            placed.retain(|(_, _, weight)| Some(*weight) != lightest);
        }
        let size = Vec2::new(whole(&placed) + 2.0 * padding, ui.spacing().interact_size.y);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        if open || response.hovered() {
            let visuals = ui.style().interact_selectable(&response, open);
            let rect = rect.shrink2(Vec2::new(0.0, 2.0));
            ui.painter()
                .rect_filled(rect, visuals.corner_radius, visuals.weak_bg_fill);
        }
        let mut x = rect.left() + padding;
        for (galley, width, _) in placed {
            // A number stands at the right of its place: its last digit does not move.
            let left = x + width - galley.size().x;
            let y = rect.center().y - galley.size().y / 2.0;
            ui.painter()
                .galley(egui::pos2(left, y), galley, Color32::PLACEHOLDER);
            x += width + BETWEEN;
        }
        named_choice(ui, response, Role::Button, open, &self.name)
    }
}

/// All figures in words, wherever there is room for them on the line.
fn name_of(cx: &Context<'_>, flow: &Flow, cells: &[Cell]) -> String {
    let rate = |count: &Count| Unit::PerSecond.text(cx.texts, count.rate(cx.now));
    let others = cells.iter().filter(|cell| !cell.is_flow);
    let others: Vec<&str> = others.map(|cell| cell.text.as_str()).collect();
    cx.texts.format(
        "status-summary",
        &[
            ("received", flow.arrivals.total().into()),
            ("acked", flow.acks.total().into()),
            ("arriving", rate(&flow.arrivals).into()),
            ("acking", rate(&flow.acks).into()),
            ("others", others.join(" · ").into()),
        ],
    )
}

impl Reader<'_> {
    fn push(&mut self, weight: u8, text: impl Fn(bool) -> String) {
        self.cells.push(Cell {
            text: text(false),
            usual: text(true),
            color: self.quiet,
            weight,
            is_flow: false,
        });
    }

    fn last_color(&mut self, color: Color32) {
        if let Some(cell) = self.cells.last_mut() {
            cell.color = color;
        }
    }

    fn count(&mut self, key: &str, count: &Count, weight: u8) {
        let t = self.t;
        self.push(weight, |usual| {
            let n = if usual { USUAL_COUNT } else { count.total() };
            t.format(key, &[("n", n.into())])
        });
    }

    /// How many there were, and how many there are by the second now.
    fn flow(&mut self, key: &str, count: &Count, now: Timestamp, weight: u8) {
        let t = self.t;
        self.push(weight, |usual| {
            let (n, rate) = match usual {
                true => (USUAL_COUNT, USUAL_RATE),
                false => (count.total(), count.rate(now)),
            };
            let rate = Unit::PerSecond.text(t, rate);
            t.format(key, &[("n", n.into()), ("rate", rate.into())])
        });
        if let Some(cell) = self.cells.last_mut() {
            cell.is_flow = true;
        }
    }

    fn latency(&mut self, key: &str, took: Duration, weight: u8) {
        let t = self.t;
        self.push(weight, |usual| {
            let millis = if usual {
                888.0
            } else {
                took.as_secs_f64() * 1e3
            };
            t.format(key, &[("time", Unit::Millis.text(t, millis).into())])
        });
    }

    fn held(&mut self, held: usize, first: Option<Duration>, weight: u8) {
        let t = self.t;
        self.push(weight, |usual| {
            let n: Value<'_> = if usual {
                USUAL_COUNT.into()
            } else {
                held.into()
            };
            let first = if usual { Some(USUAL_COUNTDOWN) } else { first };
            match first {
                Some(left) => {
                    let left = countdown(left);
                    t.format("status-held", &[("n", n), ("left", left.into())])
                }
                None => t.format("status-none-held", &[("n", n)]),
            }
        });
    }
}
