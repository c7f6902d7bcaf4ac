//! Faults that the sandbox injects on purpose: the rules at work and a line for another one.

use egui::{Button, DragValue, Label, RichText, TextEdit, Ui};

use crate::i18n::Texts;
use crate::protocol::TopicName;
use crate::protocol::faults::{
    ActiveFault, FaultKind, FaultOperation, FaultPlan, FaultReport, FaultRule, FaultWhen, Pause,
    Probability,
};
use crate::session::AdminWish;

use super::{ask, free};
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{choice_menu, complaint, from_the_right, icon_button, named};

const OPERATIONS: [FaultOperation; 4] = [
    FaultOperation::Any,
    FaultOperation::Publish,
    FaultOperation::Consume,
    FaultOperation::Ack,
];

/// The rule that is being filled in.
pub(super) struct FaultForm {
    operation: FaultOperation,
    topic: String,
    kind: Kind,
    pause: String,
    often: Often,
    next: u32,
    percent: f64,
    /// The seed while it is being changed.
    seed: Option<u64>,
}

/// When the new rule strikes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    Next,
    Probability,
}

/// A fault without its pause.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Latency,
    Stall,
    Plain(FaultKind),
}

impl Default for FaultForm {
    fn default() -> Self {
        Self {
            operation: FaultOperation::Publish,
            topic: String::new(),
            kind: Kind::Plain(FaultKind::InternalError),
            pause: "1s".to_owned(),
            often: Often::Next,
            next: 1,
            percent: 10.0,
            seed: None,
        }
    }
}

impl Kind {
    const ALL: [Self; 15] = [
        Kind::Plain(FaultKind::InternalError),
        Kind::Plain(FaultKind::Unavailable),
        Kind::Plain(FaultKind::UnavailableText),
        Kind::Plain(FaultKind::QpsLimitExceeded),
        Kind::Plain(FaultKind::AccessDenied),
        Kind::Plain(FaultKind::SignatureDoesNotMatch),
        Kind::Plain(FaultKind::TimeExpired),
        Kind::Latency,
        Kind::Stall,
        Kind::Plain(FaultKind::DropBefore),
        Kind::Plain(FaultKind::DropAfter),
        Kind::Plain(FaultKind::Truncate),
        Kind::Plain(FaultKind::IllegalCharacter),
        Kind::Plain(FaultKind::PartialAck),
        Kind::Plain(FaultKind::PartialAckInternalError),
    ];

    fn with(self, pause: Pause) -> FaultKind {
        match self {
            Kind::Latency => FaultKind::Latency(pause),
            Kind::Stall => FaultKind::Stall(pause),
            Kind::Plain(kind) => kind,
        }
    }

    fn is_of(self, operation: FaultOperation) -> bool {
        let pause = Pause::new(std::time::Duration::ZERO, std::time::Duration::ZERO);
        pause.is_some_and(|pause| {
            FaultRule::new(operation, None, self.with(pause), FaultWhen::ALWAYS).is_ok()
        })
    }

    fn has_pause(self) -> bool {
        !matches!(self, Kind::Plain(_))
    }
}

impl FaultForm {
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, report: &FaultReport) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            ui.label(theme::column_head(ui.ctx(), t.get("control-faults")));
            from_the_right(ui, |ui| {
                let any = !report.faults.is_empty() && free(cx);
                let clear = Button::new(t.get("control-clear-faults"));
                if ui.add_enabled(any, clear).clicked() {
                    ask(cx, AdminWish::ClearFaults);
                }
                self.seed_ui(ui, cx, report);
            });
        });
        for fault in &report.faults {
            rule_ui(ui, cx, fault);
        }
        self.form_ui(ui, cx);
    }

    fn seed_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, report: &FaultReport) {
        let mut seed = self.seed.unwrap_or(report.seed);
        let response = ui
            .add_enabled(free(cx), DragValue::new(&mut seed))
            .on_hover_text(cx.texts.get("control-seed-why"));
        let label = ui.label(theme::label(ui.ctx(), cx.texts.get("control-seed")));
        let response = response.labelled_by(label.id);
        if response.dragged() || response.has_focus() {
            self.seed = Some(seed);
        } else if let Some(seed) = self.seed.take().filter(|seed| *seed != report.seed) {
            let rules = report
                .faults
                .iter()
                .map(|fault| fault.rule.clone())
                .collect();
            ask(cx, AdminWish::SetFaults(FaultPlan { seed, rules }));
        }
    }

    fn form_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            let operations = OPERATIONS.map(|one| (one, operation_text(t, one)));
            choice_menu(
                ui,
                t.get("control-operation"),
                &mut self.operation,
                &operations,
            );
            if !self.kind.is_of(self.operation) {
                self.kind = Kind::Plain(FaultKind::InternalError);
            }
            let edit = TextEdit::singleline(&mut self.topic)
                .desired_width(ui.available_width())
                .hint_text(theme::hint(t.get("control-any-topic")));
            let response = ui.add(edit);
            named(
                ui,
                response,
                egui::Role::TextInput,
                t.get("control-fault-topic"),
            );
        });
        ui.horizontal(|ui| {
            let kinds: Vec<(Kind, &str)> = Kind::ALL
                .into_iter()
                .filter(|kind| kind.is_of(self.operation))
                .map(|kind| (kind, kind_text(t, kind)))
                .collect();
            choice_menu(ui, t.get("control-fault"), &mut self.kind, &kinds);
            if self.kind.has_pause() {
                let edit = TextEdit::singleline(&mut self.pause)
                    .desired_width(ui.available_width())
                    .hint_text(theme::hint("50ms..2s"));
                let response = ui.add(edit);
                named(ui, response, egui::Role::TextInput, t.get("control-pause"));
            }
        });
        let rule = self.rule();
        ui.horizontal(|ui| {
            let often = [
                (Often::Next, t.get("control-next")),
                (Often::Probability, t.get("control-probability")),
            ];
            choice_menu(ui, t.get("control-often"), &mut self.often, &often);
            let number = match self.often {
                Often::Next => DragValue::new(&mut self.next).range(1..=1_000_000),
                Often::Probability => DragValue::new(&mut self.percent)
                    .range(0.0..=100.0)
                    .suffix(" %"),
            };
            let response = ui.add(number);
            named(
                ui,
                response,
                egui::Role::SpinButton,
                t.get("control-how-often"),
            );
            from_the_right(ui, |ui| {
                let add = Button::new(theme::strong(t.get("control-add-fault")));
                if ui.add_enabled(rule.is_some() && free(cx), add).clicked()
                    && let Some(rule) = self.rule()
                {
                    ask(cx, AdminWish::AddFault(rule));
                }
            });
        });
        if rule.is_none() {
            complaint(ui, t.get("control-fault-wrong"), cx.palette);
        }
    }

    fn rule(&self) -> Option<FaultRule> {
        let topic: Option<TopicName> = match self.topic.trim() {
            "" => None,
            name => Some(name.parse().ok()?),
        };
        let pause: Pause = match self.kind.has_pause() {
            true => self.pause.trim().parse().ok()?,
            false => "0ms".parse().ok()?,
        };
        let when = match self.often {
            Often::Next => FaultWhen::Next(self.next),
            Often::Probability => FaultWhen::Probability(Probability::new(self.percent / 100.0)?),
        };
        FaultRule::new(self.operation, topic, self.kind.with(pause), when).ok()
    }
}

/// One rule at work.
fn rule_ui(ui: &mut Ui, cx: &mut Context<'_>, fault: &ActiveFault) {
    let (t, p) = (cx.texts, cx.palette);
    let rule = &fault.rule;
    let kind = match rule.kind() {
        FaultKind::Latency(pause) => format!("{} {pause}", kind_text(t, Kind::Latency)),
        FaultKind::Stall(pause) => format!("{} {pause}", kind_text(t, Kind::Stall)),
        plain => kind_text(t, Kind::Plain(plain)).to_owned(),
    };
    let when = match rule.when() {
        FaultWhen::Next(0) => t.get("control-spent").to_owned(),
        FaultWhen::Next(n) => t.format("control-next-n", &[("n", n.into())]),
        FaultWhen::Probability(p) => format!("{} %", p.get() * 100.0),
    };
    let operation = operation_text(t, rule.operation());
    let topic = rule
        .topic()
        .map_or(t.get("control-any-topic"), TopicName::as_str);
    let over = rule.when() == FaultWhen::Next(0);
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            let name = t.format("control-remove-fault", &[("id", fault.id.into())]);
            let remove = ui
                .add_enabled_ui(free(cx), |ui| icon_button(ui, icons::DELETE, &name))
                .inner;
            if remove.clicked() {
                ask(cx, AdminWish::RemoveFault(fault.id));
            }
            let hits = t.format("control-hits", &[("n", fault.hits.into())]);
            let ink = if fault.hits > 0 { p.soon } else { p.dim };
            ui.label(RichText::new(hits).color(ink));
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let ink = if over { p.faint } else { p.text };
                let what = RichText::new(format!("{kind} · {when}")).color(ink);
                ui.add(Label::new(what).truncate());
                let place = theme::label(ui.ctx(), format!("{operation} · {topic}"));
                ui.add(Label::new(place).truncate());
            });
        });
    });
}

fn operation_text(t: &'static Texts, operation: FaultOperation) -> &'static str {
    match operation {
        FaultOperation::Any => t.get("fault-on-any"),
        FaultOperation::Publish => t.get("fault-on-publish"),
        FaultOperation::Consume => t.get("fault-on-consume"),
        FaultOperation::Ack => t.get("fault-on-ack"),
    }
}

fn kind_text(t: &'static Texts, kind: Kind) -> &'static str {
    match kind {
        Kind::Latency | Kind::Plain(FaultKind::Latency(_)) => t.get("fault-is-latency"),
        Kind::Stall | Kind::Plain(FaultKind::Stall(_)) => t.get("fault-is-stall"),
        Kind::Plain(FaultKind::AccessDenied) => t.get("fault-is-denied"),
        Kind::Plain(FaultKind::SignatureDoesNotMatch) => t.get("fault-is-signature"),
        Kind::Plain(FaultKind::TimeExpired) => t.get("fault-is-time"),
        Kind::Plain(FaultKind::InternalError) => t.get("fault-is-500"),
        Kind::Plain(FaultKind::Unavailable) => t.get("fault-is-503"),
        Kind::Plain(FaultKind::UnavailableText) => t.get("fault-is-503-text"),
        Kind::Plain(FaultKind::QpsLimitExceeded) => t.get("fault-is-qps"),
        Kind::Plain(FaultKind::DropBefore) => t.get("fault-is-drop-before"),
        Kind::Plain(FaultKind::DropAfter) => t.get("fault-is-drop-after"),
        Kind::Plain(FaultKind::Truncate) => t.get("fault-is-truncated"),
        Kind::Plain(FaultKind::IllegalCharacter) => t.get("fault-is-character"),
        Kind::Plain(FaultKind::PartialAck) => t.get("fault-is-partial"),
        Kind::Plain(FaultKind::PartialAckInternalError) => t.get("fault-is-partial-500"),
    }
}
