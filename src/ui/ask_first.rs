//! Questions before something is done: the window of each, with a way to stop asking it, and what
//! waits for the answer of those that come up by a command, from wherever that was given.

use egui::{Context as Egui, Id, Label};

use crate::config::Question;
use crate::session::{Command, Decision, HalfCommand, Model, SandboxCommand};

use super::connections::connection_name;
use super::context::Context;
use super::dialog;
use super::spoken::title_ui;
use super::theme;
use super::widgets::check_box;

const WIDTH: f32 = 420.0;

/// The words of a question.
pub(super) struct Words<'a> {
    pub(super) title: String,
    pub(super) what: String,
    pub(super) yes: &'a str,
}

/// The window of a question. What was answered, if something was; whether it is to be asked again
/// is kept here.
pub(super) fn question_ui(
    ctx: &Egui,
    cx: &mut Context<'_>,
    question: Question,
    words: Words<'_>,
) -> Option<bool> {
    let t = cx.texts;
    let id = Id::unique(("question", question));
    let mut stop_asking: bool = ctx.data(|data| data.get_temp(id)).unwrap_or_default();
    let ((yes, no), left) = dialog::show(ctx, "question", |ui| {
        ui.set_width(WIDTH);
        title_ui(ui, &words.title);
        ui.add_space(theme::GAP);
        ui.add(Label::new(theme::dim(ui.ctx(), words.what)).wrap());
        ui.add_space(theme::GAP);
        ui.add(check_box(&mut stop_asking, t.get("ask-never-again")))
            .on_hover_text(t.get("ask-never-again-why"));
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            let yes = theme::strong(words.yes).color(cx.palette.bad);
            let yes = dialog::is_pressed(t, ui.button(yes));
            (yes, ui.button(t.get("cancel")).clicked())
        })
        .inner
    });
    let no = no || left;
    let open = !(yes || no);
    ctx.data_mut(|data| {
        data.remove::<bool>(id);
        if open {
            data.insert_temp(id, stop_asking);
        }
    });
    if yes && stop_asking {
        let mut preferences = cx.model.preferences().clone();
        *preferences.ask_before.switch(question) = false;
        cx.command(Command::SetPreferences(preferences));
    }
    (yes || no).then_some(yes)
}

/// A command that waits for an answer.
#[derive(Default)]
pub(super) enum AskFirst {
    /// None does.
    #[default]
    Nothing,
    /// This one, and what is asked about it.
    Asked(Question, Command),
    /// Its answer was yes: it comes once more.
    Agreed,
}

impl AskFirst {
    /// Holds a command back if it is to be asked about; what is left of it.
    pub(super) fn hold(&mut self, model: &Model, command: Command) -> Option<Command> {
        let Some(question) = model.question_about(&command) else {
            return Some(command);
        };
        if matches!(self, AskFirst::Agreed) {
            *self = AskFirst::Nothing;
            return Some(command);
        }
        *self = AskFirst::Asked(question, command);
        None
    }

    /// The question, if it is open.
    pub(super) fn ui(&mut self, ctx: &Egui, cx: &mut Context<'_>) {
        let AskFirst::Asked(question, command) = self else {
            return;
        };
        let question = *question;
        let Some(words) = words(cx, command) else {
            // What it was about is not there any more.
            *self = AskFirst::Nothing;
            return;
        };
        let Some(yes) = question_ui(ctx, cx, question, words) else {
            return;
        };
        if let AskFirst::Asked(_, command) = std::mem::take(self)
            && yes
        {
            *self = AskFirst::Agreed;
            cx.command(command);
        }
    }
}

fn words(cx: &Context<'_>, command: &Command) -> Option<Words<'static>> {
    let t = cx.texts;
    let (id, title, yes) = match command {
        Command::Sandbox(SandboxCommand::Restore) => {
            let n = cx.model.only_in_memory();
            return Some(Words {
                title: t.get("sandbox-restore").to_owned(),
                what: t.format("sandbox-restore-what", &[("n", n.into())]),
                yes: t.get("sandbox-restore-yes"),
            });
        }
        Command::Acking(id, _) => (id, "ask-ack", "ask-ack-yes"),
        Command::Half(HalfCommand::DecideSelected(id, Decision::Commit)) => {
            (id, "ask-commit", "ask-commit-yes")
        }
        Command::Half(HalfCommand::DecideSelected(id, Decision::Rollback)) => {
            (id, "ask-rollback", "ask-rollback-yes")
        }
        _ => return None,
    };
    let view = cx.model.view(*id)?;
    let connection = cx.model.connection(view.connection())?;
    let values = [
        ("n", view.rows.selected().len().into()),
        ("connection", connection_name(cx, connection).into()),
    ];
    Some(Words {
        title: t.format(title, &values),
        what: t.get("ask-ack-what").to_owned(),
        yes: t.get(yes),
    })
}
