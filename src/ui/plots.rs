//! The drawer's plots of what came and went: of everything, of one connection, of one view. Can be
//! held still, to be read in peace. Draws what the session knows; keeps no numbers but held ones.

use std::time::Duration;

use egui::{Label, RichText, Ui};

use crate::protocol::Timestamp;
use crate::session::{Connection, Count, Figures, Flow, FlowScope, Latency, Series};

use super::connections::connection_name;
use super::context::Context;
use super::plot::{HEAD, Line, Plot, Unit, above, grid};
use super::theme;
use super::theme::icons;
use super::widgets::{from_the_right, marked_button, segmented};

/// From this width on a plot has room beside others.
const BESIDE: f32 = 240.0;
/// How many plots there are.
const PLOTS: usize = 6;
/// As long as something moves in the plots.
const SHOWN: Duration = Duration::from_secs(600);

/// Whose figures are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Of {
    /// Of everything.
    All,
    /// Of the selected connection.
    Connection,
    /// Of the view that is shown.
    #[default]
    View,
}

/// What is chosen, and what is held.
#[derive(Default)]
pub(super) struct Plots {
    of: Of,
    /// When the plots were held, and all figures as they were.
    held: Option<(Timestamp, Box<Figures>)>,
}

impl Plots {
    /// What goes on the line of the drawer's tabs.
    pub(super) fn head_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        let choices = [
            (Of::All, t.get("plots-all")),
            (Of::Connection, t.get("plots-connection")),
            (Of::View, t.get("plots-view")),
        ];
        segmented(ui, &mut self.of, &choices);
        from_the_right(ui, |ui| {
            let (mark, key) = match self.held {
                Some(_) => (icons::START, "plots-resume"),
                None => (icons::PAUSE, "plots-hold"),
            };
            let button = marked_button(mark, t.get(key).into(), cx.palette.text);
            if ui.add(button).clicked() {
                self.held = match self.held {
                    Some(_) => None,
                    None => Some((cx.now, Box::new(cx.model.figures().clone()))),
                };
            }
            if let Some((then, _)) = &self.held {
                let time = [("time", cx.clock_time(*then).into())];
                let text = RichText::new(t.format("plots-held", &time)).color(cx.palette.soon);
                ui.label(text);
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let name = theme::dim(ui.ctx(), self.name(cx));
                ui.add(Label::new(name).truncate());
            });
        });
    }

    /// The plots.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let (now, figures) = match &self.held {
            Some((then, figures)) => (*then, &**figures),
            None => {
                // Time goes on in the plots though nothing happens, until nothing moves in them.
                if cx.model.figures().moved_within(cx.now, SHOWN) {
                    ui.ctx().request_repaint_after(Duration::from_secs(1));
                }
                (cx.now, cx.model.figures())
            }
        };
        let Some(flow) = figures.of(&self.scope(cx)) else {
            // It came after the others were held.
            let why = theme::dim(ui.ctx(), cx.texts.get("plots-none"));
            ui.add(Label::new(why).wrap());
            return;
        };
        // A view publishes nothing; its connection does.
        let elsewhere = (self.of == Of::View).then(|| view_connection(cx));
        let publishing = match elsewhere {
            Some(connection) => figures.of(&FlowScope::Connection(connection.id.clone())),
            None => Some(flow),
        };
        let place = Place { cx, now };
        let t = cx.texts;
        grid(ui, PLOTS, BESIDE, |ui, plot, height| match plot {
            0 => place.rates_ui(ui, flow, elsewhere.is_none(), height),
            1 => place.troubles_ui(ui, flow, height),
            2 => place.in_flight_ui(ui, flow, height),
            3 => {
                let latency = publishing.map(|flow| &flow.publish_latency);
                let mut title = t.get("plots-publish-latency").to_owned();
                if let Some(connection) = elsewhere {
                    title = format!("{title} · {}", connection_name(cx, connection));
                }
                place.latency_ui(ui, &title, latency, height);
            }
            4 => {
                let title = t.get("plots-consume-latency");
                place.latency_ui(ui, title, Some(&flow.consume_latency), height);
            }
            _ => place.round_trips_ui(ui, flow, height),
        });
    }

    fn scope(&self, cx: &Context<'_>) -> FlowScope {
        match self.of {
            Of::All => FlowScope::All,
            Of::Connection => FlowScope::Connection(cx.model.selected().id.clone()),
            Of::View => match cx.model.shown_view() {
                Some(view) => FlowScope::View(view.id),
                None => FlowScope::All,
            },
        }
    }

    /// Whose figures are shown.
    fn name(&self, cx: &Context<'_>) -> String {
        match self.of {
            Of::All => cx.texts.get("plots-all-name").to_owned(),
            Of::Connection => connection_name(cx, cx.model.selected()),
            Of::View => match cx.model.shown_view() {
                Some(view) => format!("{} · {}", view.form.topic, view.form.group),
                None => String::new(),
            },
        }
    }
}

/// The connection of the view that is shown.
fn view_connection<'a>(cx: &Context<'a>) -> &'a Connection {
    let view = cx.model.shown_view();
    let connection = view.and_then(|view| cx.model.connection(view.connection()));
    connection.unwrap_or(cx.model.selected())
}

/// One frame's plots.
struct Place<'a, 'b> {
    cx: &'a Context<'b>,
    /// The right edge.
    now: Timestamp,
}

impl Place<'_, '_> {
    fn rates_ui(&self, ui: &mut Ui, flow: &Flow, published: bool, height: f32) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let line = |key, color, count: &Count| Line::new(t.get(key), color, count.points(self.now));
        let mut lines = Vec::new();
        if published {
            lines.push(line("statistics-published", p.accent, &flow.published));
        }
        lines.push(line("plots-arrived", p.tag, &flow.arrivals));
        lines.push(line("statistics-acked", p.ok, &flow.acks));
        for (key, color, count) in [
            ("half-committed", p.soon, &flow.commits),
            ("half-rolled-back", p.dim, &flow.rollbacks),
        ] {
            // Few people ever decide on half messages.
            if count.total() > 0 {
                lines.push(line(key, color, count));
            }
        }
        self.plot_ui(
            ui,
            t.get("statistics-rates"),
            Unit::PerSecond,
            &lines,
            height,
        );
    }

    fn troubles_ui(&self, ui: &mut Ui, flow: &Flow, height: f32) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let line = |key, color, count: &Count| Line::new(t.get(key), color, count.points(self.now));
        let lines = [
            line("statistics-redelivered", p.soon, &flow.redeliveries),
            line("plots-errors", p.bad, &flow.errors),
        ];
        self.plot_ui(ui, t.get("plots-troubles"), Unit::PerSecond, &lines, height);
    }

    fn in_flight_ui(&self, ui: &mut Ui, flow: &Flow, height: f32) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let points = flow.in_flight.points(self.now);
        let lines = [Line::new(t.get("plots-held-messages"), p.soon, points)];
        self.plot_ui(ui, t.get("plots-in-flight"), Unit::Count, &lines, height);
    }

    fn latency_ui(&self, ui: &mut Ui, title: &str, latency: Option<&Latency>, height: f32) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let line = |key, color, series: fn(&Latency) -> &Series| {
            let series = latency.into_iter().map(series);
            Line::new(t.get(key), color, series.flat_map(|s| s.points(self.now))).sparse()
        };
        let lines = [
            line("plots-median", p.accent, |latency| &latency.median),
            line("plots-most", p.tag, |latency| &latency.most).peaks(),
            line("plots-longest", p.soon, |latency| &latency.longest).peaks(),
        ];
        self.plot_ui(ui, title, Unit::Millis, &lines, height);
    }

    /// How long the server takes to answer what a consumer asks.
    fn round_trips_ui(&self, ui: &mut Ui, flow: &Flow, height: f32) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let line = |key, color, series: &Series| {
            Line::new(t.get(key), color, series.points(self.now)).sparse()
        };
        let lines = [
            line("plots-ack-median", p.ok, &flow.ack_latency.median),
            line("plots-longest", p.soon, &flow.ack_latency.longest).peaks(),
            line("plots-poll-median", p.tag, &flow.poll_latency.median),
        ];
        let title = t.get("plots-round-trips");
        self.plot_ui(ui, title, Unit::Millis, &lines, height);
    }

    fn plot_ui(&self, ui: &mut Ui, title: &str, unit: Unit, lines: &[Line<'_>], height: f32) {
        above(ui, |ui| {
            ui.add(Label::new(theme::column_head(ui.ctx(), title)).truncate())
                .on_hover_text(title)
        });
        let plot = Plot {
            title,
            unit,
            lines,
            now: self.now,
        };
        plot.ui(ui, self.cx.texts, self.cx.palette, height - HEAD);
    }
}
