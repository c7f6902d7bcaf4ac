//! What the sandbox did and holds, as plots: in the place of the messages while none are looked
//! at. Draws what was seen anyway; nothing is asked of the sandbox for it.

use std::time::Duration;

use egui::{Label, Ui};

use crate::protocol::admin::{Overview, TopicRef};
use crate::session::{Activity, Held};

use super::topics::shown;
use crate::ui::context::Context;
use crate::ui::plot::{Line, Plot, Unit};
use crate::ui::theme;
use crate::ui::widgets::{choice_menu, from_the_right};

/// From this width on both plots stand side by side.
const SIDE_BY_SIDE: f32 = 620.0;
/// Least height of a plot; where there is less, the plots are scrolled.
const LEAST_HEIGHT: f32 = 110.0;

/// Which topic's messages are plotted; none: all.
#[derive(Default)]
pub(super) struct StatisticsView {
    pub(super) topic: Option<TopicRef>,
}

impl StatisticsView {
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, overview: &Overview) {
        let Some(activity) = cx.model.control().activity() else {
            return;
        };
        // Time goes on in the plots though nothing happens.
        ui.ctx().request_repaint_after(Duration::from_secs(1));
        self.head_ui(ui, cx, overview);
        egui::ScrollArea::vertical()
            .auto_shrink(false)
            .show(ui, |ui| self.plots_ui(ui, cx, activity));
    }

    fn head_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, overview: &Overview) {
        let t = cx.texts;
        let names: Vec<(TopicRef, String)> = overview
            .topics
            .iter()
            .map(|topic| (topic.reference(), shown(topic)))
            .collect();
        // A topic that is gone is not asked for any more.
        let mut chosen = self
            .topic
            .as_ref()
            .and_then(|topic| names.iter().position(|(name, _)| name == topic));
        let mut choices = vec![(None, t.get("statistics-all"))];
        let topics = names.iter().enumerate();
        choices.extend(topics.map(|(n, (_, name))| (Some(n), name.as_str())));
        ui.horizontal(|ui| {
            ui.label(theme::strong(t.get("statistics-title")));
            choice_menu(ui, t.get("statistics-topic"), &mut chosen, &choices);
            from_the_right(ui, |ui| {
                let hint = theme::label(ui.ctx(), t.get("control-peek-none-next"));
                ui.add(Label::new(hint).truncate());
            });
        });
        self.topic = chosen
            .and_then(|n| names.get(n))
            .map(|(name, _)| name.clone());
    }

    fn plots_ui(&self, ui: &mut Ui, cx: &Context<'_>, activity: &Activity) {
        let size = ui.available_size();
        if size.x >= SIDE_BY_SIDE {
            let height = size.y.max(LEAST_HEIGHT);
            ui.columns(2, |columns| {
                if let [left, right] = columns {
                    rates_ui(left, cx, activity, height);
                    self.held_ui(right, cx, activity, height);
                }
            });
        } else {
            let height = ((size.y - theme::GAP) / 2.0).max(LEAST_HEIGHT);
            rates_ui(ui, cx, activity, height);
            self.held_ui(ui, cx, activity, height);
        }
    }

    fn held_ui(&self, ui: &mut Ui, cx: &Context<'_>, activity: &Activity, height: f32) {
        let (t, p) = (cx.texts, cx.palette);
        let held: Option<&Held> = match &self.topic {
            None => Some(&activity.held),
            Some(topic) => activity.held_by(topic),
        };
        let Some(held) = held else {
            ui.label(theme::dim(ui.ctx(), t.get("statistics-too-many")));
            return;
        };
        let line = |name, color, series: &crate::session::Series| {
            Line::new(name, color, series.points(cx.now))
        };
        let lines = [
            line(t.get("control-ready"), p.ok, &held.ready),
            line(t.get("control-invisible"), p.soon, &held.invisible),
            line(t.get("control-delayed"), p.accent, &held.delayed),
            line(t.get("control-dead"), p.bad, &held.dead),
        ];
        let place = match &self.topic {
            None => t.get("statistics-all"),
            Some(topic) => topic.topic.as_str(),
        };
        let title = t.format("statistics-held", &[("place", place.into())]);
        let plot = Plot {
            title: &title,
            unit: Unit::Count,
            lines: &lines,
        };
        plot.ui(ui, t, p, height);
    }
}

fn rates_ui(ui: &mut Ui, cx: &Context<'_>, activity: &Activity, height: f32) {
    let (t, p) = (cx.texts, cx.palette);
    let line = |name, color, totals: &crate::session::Totals| {
        Line::new(name, color, totals.points(cx.now))
    };
    let lines = [
        line(t.get("statistics-published"), p.accent, &activity.published),
        line(t.get("statistics-consumed"), p.tag, &activity.delivered),
        line(t.get("statistics-acked"), p.ok, &activity.acked),
        line(
            t.get("statistics-redelivered"),
            p.soon,
            &activity.redelivered,
        ),
    ];
    let plot = Plot {
        title: t.get("statistics-rates"),
        unit: Unit::PerSecond,
        lines: &lines,
    };
    plot.ui(ui, t, p, height);
}
