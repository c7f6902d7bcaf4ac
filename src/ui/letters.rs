//! What is different about a view of dead letters: the selected ones are sent again, with a
//! question before and the progress after. Asks for it; sends nothing itself.

use egui::{Align, Button, Label, Layout, ProgressBar, RichText, TextEdit, Ui};

use crate::config::Question as Asked;
use crate::protocol::{InvalidName, TopicName};
use crate::session::{Command, LetterCommand, LetterRun, ResendWish, Subscription};

use super::context::Context;
use super::dialog;
use super::spoken::title_ui;
use super::theme;
use super::theme::icons;
use super::widgets::{
    check_box, complaint, from_the_right, icon_button, labelled_edit, link_button, mark_wrong,
    named, primary_button,
};

const WIDTH: f32 = 420.0;

/// The question before anything is sent.
pub(super) struct Question {
    topic: String,
    /// The topic as it was before anybody typed.
    suggested: String,
    /// Whether the first of the letters says where it came from.
    names_origin: bool,
    to_origin: bool,
    ack: bool,
}

impl Question {
    fn about(cx: &Context<'_>, view: &Subscription) -> Self {
        let origin = cx.model.named_origin(view);
        let topic = cx.model.likely_origin(view).unwrap_or_default();
        Self {
            suggested: topic.clone(),
            topic,
            names_origin: origin.is_some(),
            to_origin: origin.is_some(),
            ack: true,
        }
    }

    /// What is to be done, once it is known where to.
    fn wish(&self) -> Option<ResendWish> {
        Some(ResendWish {
            topic: self.topic.trim().parse().ok()?,
            to_origin: self.to_origin,
            ack: self.ack,
        })
    }
}

/// The line of a view of dead letters, and the question if it is open.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: &Subscription,
    question: &mut Option<Question>,
) {
    if !view
        .source
        .as_ref()
        .is_some_and(|source| source.topic.is_dead_letters())
    {
        return;
    }
    let t = cx.texts;
    let run = cx.model.letters().run();
    let busy = run.is_some_and(|run| !run.ended());
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let n = [("n", view.rows.selected().len().into())];
        let button = Button::new(theme::strong(t.format("letters-resend", &n)));
        let can = view.rows.selected().len() > 0 && !busy;
        let response = ui
            .add_enabled(can, button)
            .on_hover_text(t.get("letters-resend-why"))
            .on_disabled_hover_text(t.get("letters-resend-why"));
        if response.clicked() {
            let asked = Question::about(cx, view);
            match asked.wish().filter(|_| !cx.model.asks(Asked::Resend)) {
                Some(wish) => cx.command(Command::Letters(LetterCommand::Resend(view.id, wish))),
                None => *question = Some(asked),
            }
        }
        if let Some(run) = run.filter(|run| run.view == view.id) {
            progress_ui(ui, cx, run);
        }
    });
    question_ui(ui, cx, view, question);
}

fn question_ui(
    ui: &Ui,
    cx: &mut Context<'_>,
    view: &Subscription,
    question: &mut Option<Question>,
) {
    let Some(asked) = question else { return };
    let t = cx.texts;
    let count = view.rows.selected().len();
    let ctx = ui.ctx();
    let ((send, stay), left) = dialog::show(ctx, "resend-letters", |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        title_ui(ui, &t.format("letters-title", &[("n", count.into())]));
        let edit = TextEdit::singleline(&mut asked.topic).desired_width(WIDTH);
        let typed = labelled_edit(ui, t.get("letters-topic"), edit);
        let topic: Result<TopicName, InvalidName> = asked.topic.trim().parse();
        if topic.is_err() {
            complaint(ui, t.get("letters-topic-wrong"), cx.palette);
            mark_wrong(ui, &typed, cx.palette);
        }
        if asked.names_origin {
            ui.add(check_box(&mut asked.to_origin, t.get("letters-to-origin")));
        }
        ui.add(check_box(&mut asked.ack, t.get("letters-ack")));
        ui.add(Label::new(theme::dim(ui.ctx(), t.get("letters-what"))).wrap());
        ui.horizontal(|ui| {
            let text = t.format("letters-send", &[("n", count.into())]);
            let can = topic.is_ok() && count > 0;
            let send = primary_button(ui, &text, 96.0, can, cx.palette);
            let send = dialog::is_pressed(t, send);
            let stay = ui.button(t.get("cancel")).clicked();
            (send, stay)
        })
        .inner
    });
    let closes = stay || send || (left && asked.topic == asked.suggested);
    if send && let Some(wish) = asked.wish() {
        cx.command(Command::Letters(LetterCommand::Resend(view.id, wish)));
    }
    if closes {
        *question = None;
    }
}

fn progress_ui(ui: &mut Ui, cx: &mut Context<'_>, run: &LetterRun) {
    let (t, p) = (cx.texts, cx.palette);
    let values = [
        ("stored", run.counts.stored.into()),
        ("failed", run.counts.failed.into()),
        ("unknown", run.counts.unknown.into()),
        (
            "left",
            (run.left_out + run.total - run.done().min(run.total)).into(),
        ),
        ("total", run.total.into()),
    ];
    from_the_right(ui, |ui| {
        if run.ended() {
            if icon_button(ui, icons::CLOSE, t.get("letters-dismiss")).clicked() {
                cx.command(Command::Letters(LetterCommand::Dismiss));
            }
        } else if link_button(ui, t.get("letters-stop"), p).clicked() {
            cx.command(Command::Letters(LetterCommand::Stop));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = t.format("letters-progress", &values);
            if !run.ended() {
                let part = run.done() as f32 / run.total.max(1) as f32;
                let bar = ProgressBar::new(part).desired_width(100.0);
                let bar = ui.add(bar.desired_height(theme::GAP).fill(p.ok));
                named(ui, bar, egui::Role::ProgressIndicator, &text);
            }
            let good = run.counts.failed == 0 && run.counts.unknown == 0;
            let ink = if good { p.text } else { p.bad };
            ui.add(Label::new(RichText::new(text).color(ink)).truncate());
            if let Some(why) = &run.why {
                ui.add(Label::new(RichText::new(why).color(p.bad)).truncate())
                    .on_hover_text(why);
            }
        });
    });
}
