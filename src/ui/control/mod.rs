//! The control room of a sandbox, in the drawer: topics and groups on the left, statistics or
//! messages without consuming them or refused requests in the middle, time and faults on the right. Shows what the session knows and
//! asks for actions; what would destroy something asks first (`dialog.rs`).

mod clock;
mod dialog;
mod faults;
mod peek;
mod refusals;
mod statistics;
mod topics;

use egui::{Align, Button, CentralPanel, Label, Layout, RichText, ScrollArea, Ui};

use crate::protocol::Profile;
use crate::session::{ActionOutcome, AdminWish, Command, ConnectionId, Look};

use super::arranged::Sizes;
use super::card;
use super::connections::connection_name;
use super::context::Context;
use super::pane::{Pane, Side};
use super::regions::saw_right;
use super::samples;
use super::spoken;
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, dot, from_the_right, marked_line};

use clock::ClockForm;
use dialog::Dialog;
use faults::FaultForm;
use statistics::StatisticsView;

/// Width of the clock and the faults until it is dragged.
const RIGHT: f32 = 344.0;
/// Least width of the topics.
const LEFT: f32 = 330.0;
/// Least width of the messages.
const MIDDLE: f32 = 240.0;

/// From this width on there is room for topics, messages with what can be done with them, time and
/// faults side by side.
const ALL_THREE: f32 = 1300.0;

/// What is typed into the control room, and what it asks back.
#[derive(Default)]
pub(super) struct ControlRoom {
    dialog: Option<Dialog>,
    clock: ClockForm,
    faults: FaultForm,
    statistics: StatisticsView,
    /// Requests that were refused stand in the middle.
    refusals: bool,
}

/// The sandbox that the control room is about: the selected one, or else the one in this process.
pub(super) fn subject(cx: &Context<'_>) -> ConnectionId {
    let selected = cx.model.selected();
    match selected.profile.kind {
        Profile::Sandbox => selected.id.clone(),
        _ => ConnectionId::Sandbox,
    }
}

/// Asks for something of the sandbox.
fn ask(cx: &mut Context<'_>, wish: AdminWish) {
    cx.command(Command::Admin(Box::new(wish)));
}

/// Whether the sandbox is free for an action.
fn free(cx: &Context<'_>) -> bool {
    cx.model.control().pending().is_none()
}

/// From this width on there is room for the figures and for what became of an action.
const BOTH_FROM: f32 = 640.0;

/// How the last action ended, and what the sandbox has done so far.
fn head_ui(ui: &mut Ui, cx: &Context<'_>) {
    let (t, p) = (cx.texts, cx.palette);
    let control = cx.model.control();
    if let Some(ConnectionId::Profile(_)) = control.watched() {
        let connection = control.watched().and_then(|id| cx.model.connection(id));
        if let Some(connection) = connection {
            ui.label(theme::strong(connection_name(cx, connection)));
        }
    }
    from_the_right(ui, |ui| {
        // What was just done is told first.
        let room = control.outcome().is_none() || ui.available_width() >= BOTH_FROM;
        if let Some(look) = control.look().filter(|_| room) {
            let seen = &look.statistics;
            let refused: u64 = seen.requests_refused.values().sum();
            let dead: u64 = seen.dead.iter().map(|dead| dead.count).sum();
            let text = t.format(
                "control-statistics",
                &[
                    ("published", seen.published.into()),
                    ("delivered", seen.delivered.into()),
                    ("redelivered", seen.redelivered.into()),
                    ("acked", seen.acked.into()),
                    ("dead", dead.into()),
                    ("refused", refused.into()),
                    ("parked", look.overview.parked_polls.into()),
                ],
            );
            let text = theme::label(ui.ctx(), text);
            ui.add(Label::new(text).truncate());
        }
        let (shape, text, color) = match control.outcome() {
            None => return,
            Some(ActionOutcome::Done(what)) => (Dot::Tick, cx.say(what), p.ok),
            Some(ActionOutcome::Failed(trouble)) => {
                card::of_trouble_ui(ui, cx, trouble);
                let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
                (Dot::Full, text, card::colors_of(trouble, p).0)
            }
        };
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            dot(ui, shape, color);
            ui.add(Label::new(RichText::new(text).color(color)).truncate());
        });
    });
}

impl ControlRoom {
    /// What goes on the line of the drawer's tabs.
    pub(super) fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        if let Some(look) = cx.model.control().look() {
            let n = [("n", look.refusals.refusals.len().into())];
            let text = cx.texts.format("refusals-count", &n);
            let ink = match look.refusals.refusals.is_empty() {
                _ if self.refusals => cx.palette.text,
                true => cx.palette.dim,
                false => cx.palette.soon,
            };
            let button = Button::selectable(self.refusals, RichText::new(text).color(ink));
            if ui.add(button.frame_when_inactive(true)).clicked() {
                self.refusals = !self.refusals;
                cx.command(Command::ClosePeek);
            }
        }
        if cx.model.control().watched() == Some(&ConnectionId::Sandbox) {
            samples::button_ui(ui, cx);
        }
        head_ui(ui, cx);
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, sizes: &mut Sizes) {
        let model = cx.model;
        let control = model.control();
        if let Some(trouble) = control.trouble() {
            let text = format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
            let (ink, ground) = card::colors_of(trouble, cx.palette);
            theme::banner_frame(ground).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal(|ui| {
                    from_the_right(ui, |ui| {
                        card::of_trouble_ui(ui, cx, trouble);
                        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                            marked_line(ui, icons::WARNING, &text, ink);
                        });
                    });
                });
            });
        }
        let Some(look) = control.look() else {
            if control.trouble().is_none() {
                ui.label(theme::dim(ui.ctx(), cx.texts.get("control-looking")));
            }
            return;
        };
        self.panes_ui(ui, cx, look, sizes);
        if let Some(dialog) = &self.dialog
            && dialog.goes_unasked(cx)
        {
            self.dialog = None;
        }
        if let Some(dialog) = &mut self.dialog
            && dialog.ui(ui, cx)
        {
            self.dialog = None;
        }
    }

    fn panes_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, look: &Look, sizes: &mut Sizes) {
        let model = cx.model;
        let width = ui.available_width();
        let pane = egui::Frame::NONE.fill(cx.palette.panel);
        let inner = egui::Margin::symmetric(12, 0);
        // Where there is no room for all three, what is looked into takes the place of time and faults.
        let looks_into = self.refusals || cx.model.control().peek().is_some();
        if width >= ALL_THREE || !looks_into {
            let right = Pane {
                id: "control-right",
                name: cx.texts.get("pane-time-faults"),
                side: Side::Right,
                first: RIGHT,
                limits: RIGHT..=480.0,
                frame: pane.inner_margin(inner),
            };
            let panel = right.show(ui, cx.texts, sizes, |ui, _| {
                ScrollArea::vertical()
                    .id_salt("control-right")
                    .auto_shrink(false)
                    .show(ui, |ui| {
                        self.clock.ui(ui, cx, look);
                        ui.add_space(theme::GAP);
                        self.faults.ui(ui, cx, &look.faults);
                    });
            });
            saw_right(ui.ctx(), panel.response.rect);
        }
        let left = Pane {
            id: "control-topics",
            name: cx.texts.get("control-topics"),
            side: Side::Left,
            first: ((width - RIGHT) * 0.46).max(440.0),
            limits: LEFT..=(width - RIGHT - MIDDLE).max(LEFT),
            frame: pane,
        };
        left.show(ui, cx.texts, sizes, |ui, _| {
            topics::ui(ui, cx, &look.overview, &mut self.dialog)
        });
        CentralPanel::default()
            .frame(pane.inner_margin(inner))
            .show(ui, |ui| match model.control().peek() {
                Some(peek) => {
                    spoken::name_place(ui, cx.texts.get("control-peek"));
                    // Whoever has just asked for the refusals has the messages closed for them.
                    let closes = |command: &Command| matches!(command, Command::ClosePeek);
                    self.refusals &= cx.commands.iter().any(closes);
                    peek::ui(ui, cx, peek, &mut self.statistics);
                }
                None if self.refusals => {
                    spoken::name_place(ui, cx.texts.get("refusals-title"));
                    let sandbox = model.control().watched();
                    let done = sandbox.map(|id| refusals::ui(ui, cx, id, &look.refusals));
                    self.refusals = done == Some(false);
                }
                None => {
                    spoken::name_place(ui, cx.texts.get("statistics-title"));
                    self.statistics.ui(ui, cx, &look.overview);
                }
            });
    }
}
