//! The publish form. Keeps the draft, so that nothing that happens elsewhere can lose what was
//! typed; what is wrong is said under each field while one types.

use egui::{Key, Modifiers, ScrollArea, TextEdit, Ui};

use crate::protocol::Profile;
use crate::session::{
    CodeCommand, Command, Deliver, Draft, DraftField, FieldProblem, Level, Model, PublishOutcome,
    Say,
};

use super::again::Refill;
use super::context::{Context, bytes, short_id};
use super::theme;
use super::widgets::{
    code_layout, from_the_right, icon_button, labelled_edit, link_button, named, primary_button,
    remark, segmented,
};

/// Height that the form keeps below the body: its verdict and the sharding key's line.
const BELOW_BODY: f32 = 64.0;

/// How often what is wrong is found out anew though nothing was typed.
const LINT_AGAIN_MILLIS: i64 = 10_000;

/// Bytes of a body up to which a draft is kept for the next start: all that a message can hold.
const KEPT_BYTES: usize = 4 << 20;

/// Least height of the body.
const LEAST_BODY: f32 = 96.0;

/// The form and what is known of its contents.
pub(super) struct PublishPanel {
    draft: Draft,
    more: bool,
    /// Problems that only an attempt brings up (something is empty) are held back until then.
    attempted: bool,
    checked: Option<Checked>,
    refill: Refill,
}

/// What was found out about a draft, so that it is not done again every frame.
struct Checked {
    draft: Draft,
    server: Profile,
    /// Whether a time is past is looked at again with each of these.
    tick: i64,
    problems: Vec<FieldProblem<DraftField>>,
    is_json: bool,
}

impl PublishPanel {
    /// The form with this draft, or as a first start shows it.
    pub(super) fn new(draft: Option<Draft>) -> Self {
        Self {
            draft: draft.unwrap_or_else(first_draft),
            more: false,
            attempted: false,
            checked: None,
            refill: Refill::default(),
        }
    }

    /// Takes in what is to be published again, if that is new. What was typed is kept beside it.
    pub(super) fn take_offer(&mut self, model: &Model) -> bool {
        let taken = self.refill.take(&mut self.draft, model);
        if taken {
            self.attempted = false;
            // What is filled in must be in sight.
            self.more |= !self.draft.sharding_key.is_empty() || self.draft.half;
        }
        taken
    }

    /// The draft, to be kept; not if it is as large as few people would type it.
    pub(super) fn kept_draft(&self) -> Option<Draft> {
        (self.draft.body.len() <= KEPT_BYTES).then(|| self.draft.clone())
    }

    /// Publishes to another topic from now on.
    pub(super) fn set_topic(&mut self, topic: &str) {
        topic.clone_into(&mut self.draft.topic);
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        self.check(cx);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let t = cx.texts;
        ui.label(theme::title(t.get("publish-title")));
        self.refill.ui(ui, cx, &mut self.draft);
        // The main action stays in sight however little room there is.
        egui::Panel::bottom("publish action")
            .show_separator_line(false)
            .frame(egui::Frame::NONE)
            .show(ui, |ui| {
                ui.add_space(theme::GAP);
                self.send_ui(ui, cx);
            });
        ScrollArea::vertical()
            .id_salt("publish form")
            .auto_shrink(false)
            .show(ui, |ui| {
                self.head_ui(ui, cx);
                self.deliver_ui(ui, cx);
                self.properties_ui(ui, cx);
                self.body_ui(ui, cx);
                self.more_ui(ui, cx);
            });
        // In a form on top of the window the keys belong to that form.
        let on_top = ui.ctx().memory(|memory| memory.top_modal_layer().is_none());
        if on_top && ui.input_mut(|i| i.consume_key(Modifiers::COMMAND, Key::Enter)) {
            self.send(cx);
        }
    }

    fn check(&mut self, cx: &Context<'_>) {
        let server = cx.model.selected().profile.kind;
        let tick = cx.now.millis() / LINT_AGAIN_MILLIS;
        let known = self
            .checked
            .as_ref()
            .is_some_and(|c| c.server == server && c.tick == tick && c.draft == self.draft);
        if !known {
            self.checked = Some(Checked {
                problems: self.draft.lint(&cx.model.limits(), cx.now),
                is_json: serde_json::from_str::<serde::de::IgnoredAny>(&self.draft.body).is_ok(),
                draft: self.draft.clone(),
                server,
                tick,
            });
        }
    }

    fn problems(&self) -> impl Iterator<Item = &FieldProblem<DraftField>> {
        let problems = self.checked.iter().flat_map(|checked| &checked.problems);
        problems.filter(|problem| self.attempted || !is_about_emptiness(&problem.say))
    }

    fn remarks_ui(&self, ui: &mut Ui, cx: &Context<'_>, field: DraftField) {
        for problem in self.problems().filter(|problem| problem.field == field) {
            let color = match problem.level {
                Level::Error => cx.palette.bad,
                Level::Warning | Level::Info => cx.palette.soon,
            };
            remark(ui, &cx.say(&problem.say), color);
        }
    }

    fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let width = ui.available_width();
        labelled_edit(
            ui,
            t.get("field-topic"),
            TextEdit::singleline(&mut self.draft.topic).desired_width(width),
        );
        self.remarks_ui(ui, cx, DraftField::Topic);
        ui.horizontal(|ui| {
            let half = (width - theme::GAP) / 2.0;
            for (label, text) in [
                (t.get("field-tag"), &mut self.draft.tag),
                (t.get("field-key"), &mut self.draft.key),
            ] {
                labelled_edit(ui, label, TextEdit::singleline(text).desired_width(half));
            }
        });
        self.remarks_ui(ui, cx, DraftField::Tag);
        self.remarks_ui(ui, cx, DraftField::Key);
    }

    fn deliver_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        ui.label(theme::label(ui.ctx(), t.get("deliver-title")));
        ui.horizontal(|ui| {
            segmented(
                ui,
                &mut self.draft.deliver,
                &[
                    (Deliver::Now, t.get("deliver-now")),
                    (Deliver::After, t.get("deliver-after")),
                    (Deliver::At, t.get("deliver-at")),
                ],
            );
            let width = ui.available_width();
            let (text, name, hint) = match self.draft.deliver {
                Deliver::Now => return,
                Deliver::After => (
                    &mut self.draft.delay,
                    t.get("deliver-after-name"),
                    "10s, 5m, 1h 30m",
                ),
                Deliver::At => (
                    &mut self.draft.deliver_at,
                    t.get("deliver-at-name"),
                    "2026-12-01 15:04",
                ),
            };
            let edit = TextEdit::singleline(text)
                .desired_width(width)
                .hint_text(theme::hint(hint));
            let response = ui.add(edit);
            named(ui, response, egui::Role::TextInput, name);
        });
        self.remarks_ui(ui, cx, DraftField::Deliver);
    }

    fn properties_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        ui.label(theme::label(ui.ctx(), t.get("properties-title")));
        let mut remove = None;
        let button = theme::CONTROL_HEIGHT;
        let width = (ui.available_width() - button - 2.0 * theme::GAP) / 2.0;
        for row in 0..self.draft.properties.len() {
            ui.horizontal(|ui| {
                let (key, value) = &mut self.draft.properties[row];
                let n = [("n", (row + 1).into())];
                for (text, name) in [
                    (key, t.format("property-key", &n)),
                    (value, t.format("property-value", &n)),
                ] {
                    let edit = TextEdit::singleline(text)
                        .font(theme::mono())
                        .desired_width(width);
                    let response = ui.add(edit);
                    named(ui, response, egui::Role::TextInput, &name);
                }
                if icon_button(ui, "✕", &t.format("property-remove", &n)).clicked() {
                    remove = Some(row);
                }
            });
            self.remarks_ui(ui, cx, DraftField::Property(row));
        }
        if let Some(row) = remove {
            self.draft.properties.remove(row);
        }
        if link_button(ui, t.get("property-add"), cx.palette).clicked() {
            self.draft.properties.push(Default::default());
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let label = ui
            .horizontal(|ui| {
                let label = ui.label(theme::label(ui.ctx(), t.get("field-body")));
                super::widgets::from_the_right(ui, |ui| {
                    if link_button(ui, t.get("body-format"), cx.palette).clicked() {
                        self.format_body();
                    }
                });
                label
            })
            .inner;
        let height = (ui.clip_rect().bottom() - ui.cursor().top() - BELOW_BODY).max(LEAST_BODY);
        let is_json = self.checked.as_ref().is_some_and(|checked| checked.is_json);
        let mut layout = |ui: &Ui, text: &dyn egui::TextBuffer, width: f32| {
            code_layout(ui, text.as_str(), is_json, width)
        };
        ScrollArea::vertical()
            .id_salt("body")
            .max_height(height)
            .show(ui, |ui| {
                ui.add(
                    TextEdit::multiline(&mut self.draft.body)
                        .font(theme::mono())
                        .layouter(&mut layout)
                        .desired_width(f32::INFINITY)
                        .min_size(egui::vec2(0.0, height)),
                )
                .labelled_by(label.id);
            });
        self.remarks_ui(ui, cx, DraftField::Body);
        self.verdict_ui(ui, cx);
    }

    /// One calm line that says that all is well, and how large it is.
    fn verdict_ui(&self, ui: &mut Ui, cx: &Context<'_>) {
        let Some(checked) = &self.checked else { return };
        let wrong = checked
            .problems
            .iter()
            .any(|problem| problem.field == DraftField::Body);
        if wrong {
            return;
        }
        let t = cx.texts;
        let size = [("size", bytes(self.draft.body.len()).into())];
        let text = if checked.is_json {
            t.format("body-json", &size)
        } else {
            t.format("body-text", &size)
        };
        remark(ui, &text, cx.palette.ok);
    }

    /// Formats JSON; anything else stays as it is.
    fn format_body(&mut self) {
        let value = serde_json::from_str::<serde_json::Value>(&self.draft.body);
        if let Ok(pretty) = value.and_then(|value| serde_json::to_string_pretty(&value)) {
            self.draft.body = pretty;
        }
    }

    /// Shows a program that publishes this, if it can be published.
    fn code_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        if link_button(ui, cx.texts.get("code-open"), cx.palette).clicked() {
            self.attempted = true;
            let draft = Box::new(self.draft.clone());
            cx.command(Command::Code(CodeCommand::OfDraft(draft)));
        }
    }

    fn more_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let mark = if self.more { "▾" } else { "▸" };
        let text = format!("{mark} {}", t.get("publish-more"));
        ui.horizontal(|ui| {
            if link_button(ui, &text, cx.palette).clicked() {
                self.more = !self.more;
            }
            from_the_right(ui, |ui| self.code_ui(ui, cx));
        });
        if self.more {
            let width = ui.available_width();
            labelled_edit(
                ui,
                t.get("field-sharding-key"),
                TextEdit::singleline(&mut self.draft.sharding_key).desired_width(width),
            );
        }
        self.remarks_ui(ui, cx, DraftField::ShardingKey);
    }

    fn send_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let pending = cx.model.publish().pending;
        ui.horizontal(|ui| {
            let text = if pending {
                t.get("publish-pending")
            } else {
                t.get("publish-button")
            };
            if primary_button(ui, text, 120.0, !pending, cx.palette).clicked() {
                self.send(cx);
            }
            ui.label(theme::label(ui.ctx(), shortcut(ui)));
        });
        let (text, color) = match &cx.model.publish().outcome {
            None => return,
            Some(PublishOutcome::Done {
                receipt, elapsed, ..
            }) => {
                let values = [
                    ("id", short_id(&receipt.message_id).into()),
                    ("ms", elapsed.as_millis().to_string().into()),
                ];
                (t.format("published", &values), cx.palette.ok)
            }
            Some(PublishOutcome::Failed(trouble)) => (
                format!("{}\n{}", cx.say(&trouble.what), cx.say(&trouble.next)),
                cx.palette.bad,
            ),
        };
        remark(ui, &text, color);
    }

    fn send(&mut self, cx: &mut Context<'_>) {
        self.attempted = true;
        let wrong = self.problems().any(|p| p.level == Level::Error);
        if !wrong {
            self.attempted = false;
            cx.command(Command::Publish(Box::new(self.draft.clone())));
        }
    }
}

/// A message that only waits to be published.
fn first_draft() -> Draft {
    Draft {
        topic: "orders".to_owned(),
        tag: "TagA".to_owned(),
        key: "order-1043".to_owned(),
        properties: vec![("region".to_owned(), "ap-guangzhou".to_owned())],
        body: "{\n  \"order\": 1043,\n  \"amount\": 42.00,\n  \"currency\": \"CNY\",\n  \"note\": \"你好\"\n}"
            .to_owned(),
        delay: "10s".to_owned(),
        ..Draft::default()
    }
}

/// An empty form is not wrong until somebody tries to send it.
fn is_about_emptiness(say: &Say) -> bool {
    matches!(say.key, "problem-body-empty" | "problem-name-empty")
}

fn shortcut(ui: &Ui) -> String {
    let shortcut = egui::KeyboardShortcut::new(Modifiers::COMMAND, Key::Enter);
    ui.ctx().format_shortcut(&shortcut)
}
