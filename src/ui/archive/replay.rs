//! Asks which messages are to be published once more, where to and how fast. A server that is no
//! sandbox has to be agreed to by its name.

use egui::{Slider, TextEdit, Ui};

use crate::config::Question;
use crate::protocol::{Profile, TopicName};
use crate::session::{
    ArchiveCommand, Command, Connection, ConnectionId, REPLAY_SPEEDS, ReplayWish, Scope, Speed,
    Subscription,
};

use super::super::connections::connection_name;
use super::super::context::Context;
use super::super::dialog;
use super::super::spoken::{tell, title_ui};
use super::super::theme;
use super::super::widgets::{
    check_box, choice_menu, labelled_edit, primary_button, remark, segmented,
};
use super::{form_ui, scope_ui};

/// How fast, as the form offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Original,
    Scaled,
    Unpaced,
}

/// What is chosen and typed.
pub(super) struct ReplayForm {
    scope: Scope,
    connection: ConnectionId,
    topic: String,
    /// The topic as it was before anybody typed.
    suggested: String,
    pace: Pace,
    times: f64,
    /// The connection that was agreed to.
    confirmed: Option<ConnectionId>,
}

impl ReplayForm {
    /// For a view; into a sandbox, to the topic that the messages are from.
    pub(super) fn new(cx: &Context<'_>, view: &Subscription) -> Self {
        let selected = cx.model.selected();
        let topic = view
            .topic()
            .map_or_else(String::new, |topic| topic.to_string());
        Self {
            scope: match view.rows.selected().len() {
                0 => Scope::Shown,
                _ => Scope::Selected,
            },
            connection: match is_sandbox(selected) && !selected.profile.read_only {
                true => selected.id.clone(),
                false => ConnectionId::Sandbox,
            },
            suggested: topic.clone(),
            topic,
            pace: Pace::Original,
            times: 10.0,
            confirmed: None,
        }
    }

    /// Draws it; whether it is done with.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
        let (done, left) = form_ui(ui, "replay-form", |ui| self.content_ui(ui, cx, view));
        done || (left && self.topic == self.suggested)
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
        let t = cx.texts;
        title_ui(ui, t.get("replay-title"));
        let count = scope_ui(ui, cx, view, &mut self.scope);
        let allowed = self.target_ui(ui, cx);
        let edit = TextEdit::singleline(&mut self.topic).desired_width(f32::INFINITY);
        labelled_edit(ui, t.get("replay-topic"), edit);
        let topic = self.topic.trim().parse::<TopicName>();
        if let (Err(error), false) = (&topic, self.topic.trim().is_empty()) {
            remark(
                ui,
                &cx.say(&crate::session::Say::name("topic", error)),
                cx.palette.bad,
            );
        }
        self.pace_ui(ui, cx);
        ui.add_space(theme::GAP_SMALL);
        ui.horizontal(|ui| {
            let ready = allowed && count > 0 && topic.is_ok();
            let yes = primary_button(ui, t.get("replay-yes"), 96.0, ready, cx.palette);
            let yes = dialog::is_pressed(t, yes);
            if yes && let Ok(topic) = topic {
                let wish = ReplayWish {
                    view: view.id,
                    scope: self.scope,
                    connection: self.connection.clone(),
                    topic,
                    speed: self.speed(),
                    confirmed: self.confirmed.as_ref() == Some(&self.connection),
                };
                cx.command(Command::Archive(ArchiveCommand::Replay(Box::new(wish))));
            }
            yes | ui.button(t.get("cancel")).clicked()
        })
        .inner
    }

    /// Where to; whether that is allowed.
    fn target_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) -> bool {
        let (t, p) = (cx.texts, cx.palette);
        let connections = cx.model.connections();
        let names: Vec<String> = connections.iter().map(|c| connection_name(cx, c)).collect();
        let choices: Vec<(usize, &str)> = names.iter().map(String::as_str).enumerate().collect();
        let old = connections.iter().position(|c| c.id == self.connection);
        let mut chosen = old.unwrap_or_default();
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            let label = t.get("replay-connection");
            ui.label(theme::label(ui.ctx(), label));
            choice_menu(ui, label, &mut chosen, &choices);
        });
        let (Some(connection), Some(name)) = (connections.get(chosen), names.get(chosen)) else {
            return false;
        };
        self.connection = connection.id.clone();
        if connection.profile.read_only {
            remark(
                ui,
                &t.format("replay-read-only", &[("name", name.into())]),
                p.bad,
            );
            return false;
        }
        if is_sandbox(connection) || !cx.model.asks(Question::Replay) {
            return true;
        }
        let mut confirmed = self.confirmed.as_ref() == Some(&connection.id);
        let text = t.format("replay-sure", &[("name", name.into())]);
        let face = egui::RichText::new(text).color(p.bad);
        if ui.add(check_box(&mut confirmed, face)).changed() {
            self.confirmed = confirmed.then(|| connection.id.clone());
        }
        confirmed
    }

    fn pace_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        let choices = [
            (Pace::Original, t.get("replay-original")),
            (Pace::Scaled, t.get("replay-scaled")),
            (Pace::Unpaced, t.get("replay-unpaced")),
        ];
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            ui.label(theme::label(ui.ctx(), t.get("replay-speed")));
            ui.horizontal(|ui| segmented(ui, &mut self.pace, &choices));
        });
        if self.pace == Pace::Scaled {
            ui.horizontal(|ui| {
                let label = ui.label(theme::dim(ui.ctx(), t.get("replay-times")));
                let slider = Slider::new(&mut self.times, REPLAY_SPEEDS)
                    .logarithmic(true)
                    .max_decimals(1)
                    .suffix("×");
                let slider = ui.add(slider).labelled_by(label.id);
                // The field of the number beside it has the same name.
                let ends = [
                    ("least", REPLAY_SPEEDS.start().to_string().into()),
                    ("most", REPLAY_SPEEDS.end().to_string().into()),
                ];
                let ends = t.format("replay-times-ends", &ends);
                tell(&slider, |node| node.set_description(ends));
            });
        }
        let what = match self.pace {
            Pace::Original | Pace::Scaled => t.get("replay-order"),
            Pace::Unpaced => t.get("replay-order-unpaced"),
        };
        remark(ui, what, cx.palette.dim);
    }

    fn speed(&self) -> Speed {
        match self.pace {
            Pace::Original => Speed::Times(1.0),
            Pace::Scaled => Speed::Times(self.times),
            Pace::Unpaced => Speed::Unpaced,
        }
    }
}

fn is_sandbox(connection: &Connection) -> bool {
    connection.profile.kind == Profile::Sandbox
}
