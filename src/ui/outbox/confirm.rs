//! Asks before messages go where it matters: many of them to a server that others use, or any to a
//! connection that is marked as production.

use egui::Context as Egui;

use crate::config::Question;
use crate::protocol::Profile;
use crate::session::outbox::{OutboxCommand, Pace, Source};
use crate::session::{Command, Draft};
use crate::ui::ask_first::{Words, question_ui};
use crate::ui::connections::connection_name;
use crate::ui::context::Context;

/// What is asked about, and what for.
#[derive(Default)]
pub(super) struct Confirm(Option<(Question, Sending)>);

/// What is to be published.
pub(super) enum Sending {
    /// The one message of a draft.
    One(Box<Draft>),
    /// Many, or those of a file.
    Many(Box<(Draft, Source, Pace)>),
}

impl Sending {
    fn draft(&self) -> &Draft {
        match self {
            Sending::One(draft) => draft,
            Sending::Many(run) => &run.0,
        }
    }

    fn command(self) -> Command {
        match self {
            Sending::One(draft) => Command::Publish(draft),
            Sending::Many(run) => Command::Outbox(OutboxCommand::Run(run)),
        }
    }
}

impl Confirm {
    /// Publishes, or asks first; whether it was published. `lines`: messages in the file, if that
    /// is known.
    pub(super) fn ask_or_go(
        &mut self,
        cx: &mut Context<'_>,
        sending: Sending,
        lines: Option<u64>,
    ) -> bool {
        let profile = &cx.model.selected().profile;
        let many = match &sending {
            Sending::One(_) => false,
            Sending::Many(run) => match run.1 {
                Source::Form(times) => times != 1,
                Source::File(_) => lines != Some(1),
            },
        };
        let elsewhere = profile.kind != Profile::Sandbox;
        let question = [
            (many && elsewhere, Question::PublishMany),
            (profile.is_production(), Question::PublishProduction),
        ]
        .into_iter()
        .find(|(there, question)| *there && cx.model.asks(*question));
        match question {
            Some((_, question)) if !profile.read_only => {
                self.0 = Some((question, sending));
                false
            }
            _ => {
                cx.command(sending.command());
                true
            }
        }
    }

    /// The question, if it is open; whether a single message was published.
    pub(super) fn ui(&mut self, ctx: &Egui, cx: &mut Context<'_>) -> bool {
        let Some((question, sending)) = &self.0 else {
            return false;
        };
        let (question, t) = (*question, cx.texts);
        let connection = cx.model.selected();
        let place = [
            ("connection", connection_name(cx, connection).into()),
            ("topic", sending.draft().topic.trim().to_owned().into()),
            ("endpoint", connection.profile.endpoint.as_str().into()),
        ];
        let title = match sending {
            Sending::One(_) => t.format("outbox-sure-one", &place[..1]),
            Sending::Many(run) => match &run.1 {
                Source::Form(times) => t.format(
                    "outbox-sure-times",
                    &[("n", (*times).into()), place[0].clone()],
                ),
                Source::File(_) => t.format("outbox-sure-file", &place[..1]),
            },
        };
        let what = match question {
            Question::PublishProduction => "outbox-sure-production",
            _ => "outbox-sure-what",
        };
        let words = Words {
            title,
            what: t.format(what, &place),
            yes: match sending {
                Sending::One(_) => t.get("outbox-sure-yes-one"),
                Sending::Many(_) => t.get("outbox-sure-yes"),
            },
        };
        let Some(yes) = question_ui(ctx, cx, question, words) else {
            return false;
        };
        match self.0.take() {
            Some((_, sending)) if yes => {
                let one = matches!(sending, Sending::One(_));
                cx.command(sending.command());
                one
            }
            _ => false,
        }
    }
}
