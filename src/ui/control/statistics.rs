//! What the sandbox did and holds, as plots: in the place of the messages while none are looked
//! at. Draws what was seen anyway; nothing is asked of the sandbox for it.

use std::time::Duration;

use egui::{Label, Ui};

use crate::protocol::admin::{Overview, TopicCounts, TopicRef};
use crate::session::{Activity, Held, Series, Totals};

use super::topics::shown;
use crate::ui::context::Context;
use crate::ui::plot::{HEAD, Line, Plot, Unit, above, grid};
use crate::ui::theme;
use crate::ui::widgets::{choice_menu, from_the_right};

/// From this width on each plot has room beside the other.
const BESIDE: f32 = 310.0;
/// Below this width, what the topics are for is left to be found out.
const WITH_HINT: f32 = 220.0;

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
        grid(ui, 2, BESIDE, |ui, plot, height| match plot {
            0 => rates_ui(ui, cx, activity, height),
            _ => self.held_ui(ui, cx, activity, overview, height),
        });
    }

    fn held_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        activity: &Activity,
        overview: &Overview,
        height: f32,
    ) {
        let (t, p) = (cx.texts, cx.palette);
        let title = t.get("statistics-held");
        let place = above(ui, |ui| {
            ui.label(theme::column_head(ui.ctx(), title));
            self.choice_ui(ui, cx, overview)
        });
        let held: Option<&Held> = match &self.topic {
            None => Some(&activity.held),
            Some(topic) => activity.held_by(topic),
        };
        let Some(held) = held else {
            let why = theme::dim(ui.ctx(), t.get("statistics-too-many"));
            ui.add(Label::new(why).wrap());
            return;
        };
        let line = |name, color, series: &Series| Line::new(name, color, series.points(cx.now));
        let lines = [
            line(t.get("control-ready"), p.ok, &held.ready),
            line(t.get("control-invisible"), p.soon, &held.invisible),
            line(t.get("control-delayed"), p.accent, &held.delayed),
            line(t.get("control-dead"), p.bad, &held.dead),
        ];
        let plot = Plot {
            title: &format!("{title} · {place}"),
            unit: Unit::Count,
            lines: &lines,
            now: cx.now,
        };
        plot.ui(ui, t, p, height - HEAD);
    }

    /// Chooses a topic, or all; the name of what is chosen.
    fn choice_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, overview: &Overview) -> String {
        let t = cx.texts;
        let names: Vec<String> = overview.topics.iter().map(shown).collect();
        // A topic that is gone is not asked for any more.
        let wanted = self.topic.take();
        let mut chosen = overview
            .topics
            .iter()
            .position(|topic| Some(topic.reference()) == wanted);
        let mut choices = vec![(None, t.get("statistics-all"))];
        let topics = names.iter().enumerate();
        choices.extend(topics.map(|(n, name)| (Some(n), name.as_str())));
        ui.spacing_mut().interact_size.y = HEAD;
        ui.spacing_mut().button_padding.y = 0.0;
        choice_menu(ui, t.get("statistics-topic"), &mut chosen, &choices);
        let topic = chosen.and_then(|n| overview.topics.get(n));
        self.topic = topic.map(TopicCounts::reference);
        topic.map_or_else(|| t.get("statistics-all").to_owned(), shown)
    }
}

fn rates_ui(ui: &mut Ui, cx: &Context<'_>, activity: &Activity, height: f32) {
    let (t, p) = (cx.texts, cx.palette);
    above(ui, |ui| {
        ui.label(theme::column_head(ui.ctx(), t.get("statistics-rates")));
        if ui.available_width() >= WITH_HINT {
            from_the_right(ui, |ui| {
                let hint = theme::label(ui.ctx(), t.get("control-peek-none-next"));
                ui.add(Label::new(hint).truncate());
            });
        }
    });
    let line = |name, color, totals: &Totals| Line::new(name, color, totals.points(cx.now));
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
        now: cx.now,
    };
    plot.ui(ui, t, p, height - HEAD);
}
