//! Asks before many messages go to a server that others use.

use egui::{Context as Egui, Id, Label, Modal};

use crate::protocol::Profile;
use crate::session::outbox::{OutboxCommand, Pace, Source};
use crate::session::{Command, Draft};
use crate::ui::connections::connection_name;
use crate::ui::context::Context;
use crate::ui::theme;

const WIDTH: f32 = 420.0;

/// What is asked about.
#[derive(Default)]
pub(super) struct Confirm(Option<(Draft, Source, Pace)>);

impl Confirm {
    /// Publishes what goes to a sandbox, or is one message; asks about anything else. `lines`:
    /// messages in the file, if that is known.
    pub(super) fn ask_or_go(
        &mut self,
        cx: &mut Context<'_>,
        run: (Draft, Source, Pace),
        lines: Option<u64>,
    ) {
        let sandbox = cx.model.selected().profile.kind == Profile::Sandbox;
        let one = match run.1 {
            Source::Form(times) => times == 1,
            Source::File(_) => lines == Some(1),
        };
        if sandbox || one || cx.model.selected().profile.read_only {
            cx.command(Command::Outbox(OutboxCommand::Run(Box::new(run))));
        } else {
            self.0 = Some(run);
        }
    }

    /// The question, if it is open.
    pub(super) fn ui(&mut self, ctx: &Egui, cx: &mut Context<'_>) {
        let Some((draft, source, _)) = &self.0 else {
            return;
        };
        let t = cx.texts;
        let connection = cx.model.selected();
        let name = connection_name(cx, connection);
        let place = [
            ("connection", name.into()),
            ("topic", draft.topic.trim().to_owned().into()),
            ("endpoint", connection.profile.endpoint.as_str().into()),
        ];
        let title = match source {
            Source::Form(times) => t.format(
                "outbox-sure-times",
                &[("n", (*times).into()), place[0].clone()],
            ),
            Source::File(_) => t.format("outbox-sure-file", &place[..1]),
        };
        let what = t.format("outbox-sure-what", &place);
        let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(2.0 * theme::PAD);
        let modal = Modal::new(Id::unique("outbox sure"))
            .frame(frame)
            .show(ctx, |ui| {
                ui.set_width(WIDTH);
                ui.add(Label::new(theme::title(title)).wrap());
                ui.add_space(theme::GAP);
                ui.add(Label::new(theme::dim(ui.ctx(), what)).wrap());
                ui.add_space(theme::GAP);
                ui.horizontal(|ui| {
                    let yes = theme::strong(t.get("outbox-sure-yes")).color(cx.palette.bad);
                    let yes = ui.button(yes).clicked();
                    (yes, ui.button(t.get("cancel")).clicked())
                })
                .inner
            });
        let (yes, no) = modal.inner;
        if yes && let Some(run) = self.0.take() {
            cx.command(Command::Outbox(OutboxCommand::Run(Box::new(run))));
        } else if no || modal.should_close() {
            self.0 = None;
        }
    }
}
