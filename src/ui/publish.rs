//! The publish form. Keeps the draft, so that nothing that happens elsewhere can lose what was
//! typed; what is wrong is said under each field while one types.

use std::sync::Arc;

use egui::{Response, ScrollArea, TextEdit, Ui};

use crate::explained::json_syntax::broken_json;
use crate::protocol::Profile;
use crate::session::outbox::{AT_ONCE, FileSource, Foreseen, OutboxCommand, Outlook, formatted};
use crate::session::{
    CodeCommand, Command, Deliver, Draft, DraftField, FieldProblem, Filled, Level, Model,
    PublishOutcome, Say,
};

use super::actions::Action;
use super::again::Refill;
use super::context::{Context, bytes, short_id};
use super::long_edit::{self, Face, LongEdit};
use super::outbox::{OutboxPanel, Sends, preview};
use super::plot::Unit;
use super::templates::TemplatesMenu;
use super::theme::icons;
use super::variables;
use super::widgets::{
    check_box, complaint, disclosure, from_the_right, icon_button, labelled_edit, link_button,
    mark_wrong, marked_link, marked_remark, named, remark, segmented,
};
use super::{card, halves, theme};

/// Height that the form keeps below the body: its verdict and the sharding key's line.
const BELOW_BODY: f32 = 64.0;

/// The same for the line of the variables.
const VARIABLES_LINE: f32 = theme::CONTROL_HEIGHT + theme::GAP;

/// What an open preview leaves the body less high by.
const PREVIEW_ROOM: f32 = 160.0;

/// How often what is wrong is found out anew though nothing was typed.
const LINT_AGAIN_MILLIS: i64 = 10_000;

/// Bytes of a body up to which a draft is kept for the next start: all that a message can hold.
const KEPT_BYTES: usize = 4 << 20;

/// Height of what is seldom needed, without the line for half messages: a label and its field.
const MORE_LINES: f32 = theme::SMALL_LINE + theme::GAP_SMALL + theme::CONTROL_HEIGHT + theme::GAP;

/// Least height of the body.
const LEAST_BODY: f32 = 136.0;

/// The form and what is known of its contents.
pub(super) struct PublishPanel {
    draft: Draft,
    more: bool,
    preview: bool,
    footer_height: f32,
    outbox: OutboxPanel,
    templates: TemplatesMenu,
    /// Problems that only an attempt brings up (something is empty) are held back until then.
    attempted: bool,
    checked: Option<Checked>,
    /// What was asked about a long draft, and is not answered yet.
    question: Option<(u64, Subject)>,
    /// How often that was asked.
    asks: u64,
    /// The body of a long draft is to be formatted with the next question.
    format: bool,
    refill: Refill,
    body: LongEdit,
    /// An action of the form that was asked for by other ways than its button.
    asked: Option<Action>,
}

/// What was found out about a draft, so that it is not done again every frame.
struct Checked {
    subject: Subject,
    foreseen: Arc<Foreseen>,
}

/// All that it depends on.
struct Subject {
    draft: Arc<Draft>,
    server: Profile,
    /// Whether a time is past is looked at again with each of these.
    tick: i64,
    file: Option<FileSource>,
    /// Of what variables are filled in with.
    revision: (u64, u64, bool),
}

impl Subject {
    fn of(draft: &Draft, file: Option<FileSource>, cx: &Context<'_>) -> Self {
        Self {
            draft: Arc::new(draft.clone()),
            server: cx.model.selected().profile.kind,
            tick: cx.now.millis() / LINT_AGAIN_MILLIS,
            file,
            revision: cx.model.outbox().revision(),
        }
    }

    fn holds(&self, draft: &Draft, file: Option<&FileSource>, cx: &Context<'_>) -> bool {
        self.server == cx.model.selected().profile.kind
            && self.tick == cx.now.millis() / LINT_AGAIN_MILLIS
            && self.file.as_ref() == file
            && self.revision == cx.model.outbox().revision()
            && *self.draft == *draft
    }
}

impl PublishPanel {
    /// The form with this draft, or as a first start shows it.
    pub(super) fn new(draft: Option<Draft>) -> Self {
        let draft = draft.unwrap_or_else(first_draft);
        Self {
            // What is filled in must be in sight.
            more: !draft.sharding_key.is_empty() || draft.half,
            draft,
            preview: false,
            footer_height: 0.0,
            outbox: OutboxPanel::default(),
            templates: TemplatesMenu::default(),
            attempted: false,
            checked: None,
            question: None,
            asks: 0,
            format: false,
            refill: Refill::default(),
            body: LongEdit::new(long_edit::BODY),
            asked: None,
        }
    }

    /// Does this as soon as the form is drawn.
    pub(super) fn ask(&mut self, action: Action) {
        self.asked = Some(action);
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
        self.outbox.count_on(cx, &mut self.draft);
        let asked = self.asked.take();
        self.carry_out(asked, cx);
        if self.take_foresight(cx) {
            // It is another body now, which is looked at in the next frame: one copy at a time.
            ui.ctx().request_repaint();
        } else {
            self.check(cx);
        }
        ui.spacing_mut().item_spacing.y = theme::GAP;
        let t = cx.texts;
        ui.horizontal(|ui| {
            ui.label(theme::title(t.get("publish-title")));
            from_the_right(ui, |ui| {
                let (draft, refill) = (&mut self.draft, &mut self.refill);
                self.templates.ui(ui, cx, draft, refill);
            });
        });
        self.refill.ui(ui, cx, &mut self.draft);
        let room = ui.available_height();
        // The main action stays in sight however little room there is.
        let footer = egui::Panel::bottom("publish action")
            .show_separator_line(false)
            .frame(egui::Frame::NONE)
            .show(ui, |ui| {
                ui.add_space(theme::GAP);
                self.send_ui(ui, cx, room, asked == Some(Action::Publish));
            });
        // The panel stands where its last height put it: with another one, it is drawn again at
        // once, or its button would be out of sight.
        let height = footer.response.rect.height();
        if (height - self.footer_height).abs() > theme::HAIRLINE {
            self.footer_height = height;
            ui.ctx().request_discard("footer");
        }
        ScrollArea::vertical()
            .id_salt("publish form")
            .auto_shrink(false)
            .show(ui, |ui| {
                self.head_ui(ui, cx);
                self.deliver_ui(ui, cx);
                self.properties_ui(ui, cx);
                self.body_ui(ui, cx);
                self.preview_ui(ui, cx);
                self.more_ui(ui, cx);
            });
        if self.outbox.confirm_ui(ui, cx) {
            self.count_one();
        }
    }

    fn carry_out(&mut self, asked: Option<Action>, cx: &mut Context<'_>) {
        match asked {
            Some(Action::PublishMany) => self.outbox.open_repeat(),
            Some(Action::PublishFile) => self.outbox.open_file(),
            Some(Action::FormatBody) => self.format_body(),
            Some(Action::AddProperty) => self.draft.properties.push(Default::default()),
            Some(Action::PublishCode) => self.show_code(cx),
            // The button does it.
            _ => {}
        }
    }

    fn check(&mut self, cx: &mut Context<'_>) {
        let file = self.outbox.file(cx);
        let known = self.checked.as_ref();
        let known = known.is_some_and(|c| c.subject.holds(&self.draft, file.as_ref(), cx));
        if !known || self.format {
            if self.draft.body.len() <= AT_ONCE {
                self.check_at_once(cx, file);
            } else {
                self.ask_about(cx, file);
            }
        }
        if let Some(checked) = &self.checked {
            self.outbox.follow(&checked.foreseen.outlook);
        }
    }

    fn check_at_once(&mut self, cx: &Context<'_>, file: Option<FileSource>) {
        let limits = cx.model.limits();
        let outbox = cx.model.outbox();
        let foreseen = outbox.foresee(&self.draft, file.as_ref(), &limits, cx.now);
        self.question = None;
        self.format = false;
        self.checked = Some(Checked {
            subject: Subject::of(&self.draft, file, cx),
            foreseen: Arc::new(foreseen),
        });
    }

    /// Asks about a long draft, one question at a time.
    fn ask_about(&mut self, cx: &mut Context<'_>, file: Option<FileSource>) {
        let waits = self.question.as_ref().is_some_and(|(number, _)| {
            // A question that nobody could take is asked again.
            let last = cx.model.outbox().foresight();
            self.asks == *number && last.is_some_and(|(known, _)| known == *number)
        });
        if waits {
            return;
        }
        self.asks += 1;
        let subject = Subject::of(&self.draft, file, cx);
        let what = OutboxCommand::Foresee(
            self.asks,
            Arc::clone(&subject.draft),
            subject.file.clone().map(Box::new),
            std::mem::take(&mut self.format),
        );
        cx.command(Command::Outbox(what));
        self.question = Some((self.asks, subject));
    }

    /// Takes in what was found out about a long draft. It may be another one by now: then it says
    /// more than nothing until that is looked at. Whether its body was formatted.
    fn take_foresight(&mut self, cx: &Context<'_>) -> bool {
        let Some((number, Some(foreseen))) = cx.model.outbox().foresight() else {
            return false;
        };
        let Some((_, subject)) = self.question.take_if(|(asked, _)| *asked == number) else {
            return false;
        };
        let formatted = foreseen.formatted.as_ref();
        let formatted = formatted.filter(|_| subject.draft.body == self.draft.body);
        if let Some(new) = formatted {
            self.body.put(&mut self.draft.body, new);
        }
        let formatted = formatted.is_some();
        self.checked = Some(Checked {
            subject,
            foreseen: Arc::clone(foreseen),
        });
        formatted
    }

    fn outlook(&self) -> Option<&Outlook> {
        self.checked
            .as_ref()
            .map(|checked| &checked.foreseen.outlook)
    }

    fn problems(&self) -> impl Iterator<Item = &FieldProblem<DraftField>> {
        let problems = self
            .outlook()
            .into_iter()
            .flat_map(|outlook| &outlook.problems);
        let all = self.outbox.needs_all_fields();
        problems
            .filter(move |problem| all || problem.field == DraftField::Topic)
            .filter(|problem| self.attempted || !is_about_emptiness(&problem.say))
    }

    /// What is wrong with a field, or may be. `typed`: where it is typed.
    fn remarks_ui(&self, ui: &mut Ui, cx: &Context<'_>, field: DraftField, typed: &[Response]) {
        for problem in self.problems().filter(|problem| problem.field == field) {
            let text = cx.say(&problem.say);
            match problem.level {
                Level::Error => {
                    complaint(ui, &text, cx.palette);
                    for typed in typed {
                        mark_wrong(ui, typed, cx.palette);
                    }
                }
                Level::Warning | Level::Info => {
                    marked_remark(ui, icons::WARNING, &text, cx.palette.soon);
                }
            }
        }
        let asleep = self.outlook().and_then(|outlook| outlook.asleep.as_ref());
        if let Some((_, variable)) = asleep.filter(|(place, _)| *place == field) {
            let variable = [("variable", variable.as_str().into())];
            remark(
                ui,
                &cx.texts.format("variables-asleep", &variable),
                cx.palette.soon,
            );
        }
    }

    fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let width = ui.available_width();
        let topic = labelled_edit(
            ui,
            t.get("field-topic"),
            TextEdit::singleline(&mut self.draft.topic).desired_width(width),
        );
        self.remarks_ui(ui, cx, DraftField::Topic, &[topic]);
        let [tag, key] = ui
            .horizontal(|ui| {
                let half = (width - theme::GAP) / 2.0;
                [
                    (t.get("field-tag"), &mut self.draft.tag),
                    (t.get("field-key"), &mut self.draft.key),
                ]
                .map(|(label, text)| {
                    labelled_edit(ui, label, TextEdit::singleline(text).desired_width(half))
                })
            })
            .inner;
        self.remarks_ui(ui, cx, DraftField::Tag, &[tag]);
        self.remarks_ui(ui, cx, DraftField::Key, &[key]);
    }

    fn deliver_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        ui.label(theme::label(ui.ctx(), t.get("deliver-title")));
        let typed = ui.horizontal(|ui| {
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
                Deliver::Now => return None,
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
            Some(named(ui, response, egui::Role::TextInput, name))
        });
        self.remarks_ui(ui, cx, DraftField::Deliver, typed.inner.as_slice());
    }

    fn properties_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        ui.label(theme::label(ui.ctx(), t.get("properties-title")));
        let mut remove = None;
        let button = cx.sizes.control;
        let width = (ui.available_width() - button - 2.0 * theme::GAP) / 2.0;
        for row in 0..self.draft.properties.len() {
            let typed = ui.horizontal(|ui| {
                let (key, value) = &mut self.draft.properties[row];
                let n = [("n", (row + 1).into())];
                let typed = [
                    (key, t.format("property-key", &n)),
                    (value, t.format("property-value", &n)),
                ]
                .map(|(text, name)| {
                    let edit = TextEdit::singleline(text)
                        .font(theme::mono())
                        .desired_width(width);
                    let response = ui.add(edit);
                    named(ui, response, egui::Role::TextInput, &name)
                });
                if icon_button(ui, icons::CLOSE, &t.format("property-remove", &n)).clicked() {
                    remove = Some(row);
                }
                typed
            });
            self.remarks_ui(ui, cx, DraftField::Property(row), &typed.inner);
        }
        if let Some(row) = remove {
            self.draft.properties.remove(row);
        }
        if marked_link(ui, icons::ADD, t.get("property-add"), cx.palette).clicked() {
            self.draft.properties.push(Default::default());
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let label = ui
            .horizontal(|ui| {
                let label = ui.label(theme::label(ui.ctx(), t.get("field-body")));
                from_the_right(ui, |ui| {
                    if link_button(ui, t.get("body-format"), cx.palette).clicked() {
                        self.format_body();
                    }
                    ui.add(check_box(&mut self.draft.variables, t.get("variables")))
                        .on_hover_text(t.get("variables-why"));
                });
                label
            })
            .inner;
        let mut below = BELOW_BODY;
        if self.draft.variables {
            below += VARIABLES_LINE;
            below += if self.preview { PREVIEW_ROOM } else { 0.0 };
        }
        if self.more {
            below += match self.serves_halves(cx) {
                true => MORE_LINES + cx.sizes.control + theme::GAP,
                false => MORE_LINES,
            };
        }
        // As if nothing were scrolled: the body is not to grow with that.
        let above = ui.cursor().top() - ui.min_rect().top();
        let height = (ui.clip_rect().height() - above - below).max(LEAST_BODY);
        let is_json = self.checked.as_ref();
        let is_json = is_json.is_some_and(|checked| checked.foreseen.is_json);
        let face = Face {
            label: label.id,
            hint: "",
            is_json,
            height,
        };
        self.body.ui(ui, cx, &mut self.draft.body, face);
        self.remarks_ui(ui, cx, DraftField::Body, &[]);
        self.verdict_ui(ui, cx);
    }

    /// One calm line that says that all is well, and how large it is.
    fn verdict_ui(&self, ui: &mut Ui, cx: &Context<'_>) {
        let checked = self.checked.as_ref();
        let is_new = |subject: &Subject| checked.is_none_or(|c| *c.subject.draft != *subject.draft);
        if self
            .question
            .as_ref()
            .is_some_and(|(_, subject)| is_new(subject))
        {
            remark(ui, cx.texts.get("body-checking"), cx.palette.dim);
            return;
        }
        let Some(checked) = checked else { return };
        let foreseen = &checked.foreseen;
        let problems = &foreseen.outlook.problems;
        let wrong = problems.iter().any(|p| p.field == DraftField::Body);
        if wrong {
            return;
        }
        let t = cx.texts;
        if let Some(why) = &foreseen.broken_json {
            let text = cx.say(&broken_json(why));
            marked_remark(ui, icons::WARNING, &text, cx.palette.soon);
            return;
        }
        let size = [("size", bytes(foreseen.body_bytes).into())];
        let text = if foreseen.is_json {
            t.format("body-json", &size)
        } else {
            t.format("body-text", &size)
        };
        marked_remark(ui, icons::DONE, &text, cx.palette.ok);
    }

    /// Formats JSON; anything else stays as it is.
    fn format_body(&mut self) {
        if self.draft.body.len() > AT_ONCE {
            self.format = true;
        } else if let Some(pretty) = formatted(&self.draft.body) {
            self.body.put(&mut self.draft.body, &pretty);
        }
    }

    /// Shows a program that publishes this, if it can be published.
    fn code_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        if link_button(ui, cx.texts.get("code-open"), cx.palette).clicked() {
            self.show_code(cx);
        }
    }

    fn show_code(&mut self, cx: &mut Context<'_>) {
        self.attempted = true;
        // With its variables filled in: the program sends one message.
        let outlook = self.outlook();
        let (draft, filled) = match outlook.filter(|_| self.draft.variables) {
            None => (&self.draft, Filled::No),
            Some(outlook) => match outlook.first() {
                // What is wrong stands at the fields.
                None => return,
                Some(draft) if outlook.ahead.is_empty() => (draft, Filled::No),
                Some(draft) if outlook.needs_row => (draft, Filled::AsFirstLine),
                Some(draft) => (draft, Filled::AsNext),
            },
        };
        let draft = Box::new(draft.clone());
        cx.command(Command::Code(CodeCommand::OfDraft(draft, filled)));
    }

    /// Where numbers begin, what there is, and what will be sent.
    fn preview_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        if !self.draft.variables {
            return;
        }
        let t = cx.texts;
        let foreseen = self.checked.as_ref();
        let foreseen = foreseen.map(|checked| Arc::clone(&checked.foreseen));
        let outlook = foreseen.as_ref().map(|foreseen| &foreseen.outlook);
        let counts = outlook.is_some_and(|outlook| outlook.counts);
        let ahead = outlook.filter(|outlook| !outlook.ahead.is_empty());
        ui.horizontal(|ui| {
            if ahead.is_some() {
                let text = t.get("preview");
                if disclosure(ui, self.preview, text, cx.palette).clicked() {
                    self.preview = !self.preview;
                }
            }
            from_the_right(ui, |ui| {
                variables::help_ui(ui, cx);
                if counts {
                    variables::number_ui(ui, cx, &mut self.draft.seq_from);
                }
            });
        });
        if let Some(outlook) = ahead.filter(|_| self.preview) {
            preview::ahead_ui(ui, cx, outlook);
        }
    }

    /// Where half messages are not served, one that came from elsewhere can be made whole.
    fn serves_halves(&self, cx: &Context<'_>) -> bool {
        cx.model.limits().half || self.draft.half
    }

    fn more_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let half = self.serves_halves(cx);
        let what = match half {
            true => t.get("publish-more-half"),
            false => t.get("publish-more"),
        };
        ui.horizontal(|ui| {
            if disclosure(ui, self.more, what, cx.palette).clicked() {
                self.more = !self.more;
            }
            from_the_right(ui, |ui| self.code_ui(ui, cx));
        });
        let typed = self.more.then(|| {
            let width = ui.available_width();
            labelled_edit(
                ui,
                t.get("field-sharding-key"),
                TextEdit::singleline(&mut self.draft.sharding_key).desired_width(width),
            )
        });
        self.remarks_ui(ui, cx, DraftField::ShardingKey, typed.as_slice());
        if self.more && half {
            self.half_ui(ui, cx);
        }
        self.remarks_ui(ui, cx, DraftField::Half, &[]);
    }

    /// Nobody gets a half message before it is committed.
    fn half_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) {
        let t = cx.texts;
        ui.horizontal(|ui| {
            ui.add(check_box(&mut self.draft.half, t.get("field-half")))
                .on_hover_text(t.get("field-half-why"));
            if self.draft.half {
                let edit = TextEdit::singleline(&mut self.draft.check_after)
                    .desired_width(ui.available_width())
                    .hint_text(theme::hint("10s – 300s"));
                let response = ui.add(edit).on_hover_text(t.get("field-check-after-why"));
                named(
                    ui,
                    response,
                    egui::Role::TextInput,
                    t.get("field-check-after"),
                );
            }
        });
    }

    fn send_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, room: f32, asked: bool) {
        if OutboxPanel::strip_ui(ui, cx) {
            return;
        }
        let limits = cx.model.limits();
        let draft = &self.draft;
        self.outbox.fold_ui(ui, cx, draft, &limits, room);
        // Above the button: it stays where it is, whatever came of the last click on it.
        self.outcome_ui(ui, cx);
        if let Some(sends) = self.outbox.button_ui(ui, cx, draft, &limits, asked) {
            self.send(cx, sends);
        }
    }

    fn outcome_ui(&self, ui: &mut Ui, cx: &mut Context<'_>) {
        let t = cx.texts;
        let (text, color) = match &cx.model.publish().outcome {
            None => return halves::form_ui(ui, cx),
            Some(PublishOutcome::Done {
                receipt, elapsed, ..
            }) => {
                let values = [
                    ("id", short_id(&receipt.message_id).into()),
                    (
                        "time",
                        Unit::Millis.text(t, elapsed.as_secs_f64() * 1e3).into(),
                    ),
                ];
                (t.format("published", &values), cx.palette.ok)
            }
            Some(PublishOutcome::Failed(trouble)) => {
                card::trouble_ui(ui, cx, trouble);
                return halves::form_ui(ui, cx);
            }
        };
        marked_remark(ui, icons::DONE, &text, color);
        halves::form_ui(ui, cx);
    }

    fn send(&mut self, cx: &mut Context<'_>, sends: Sends) {
        self.attempted = true;
        let wrong = self.problems().any(|p| p.level == Level::Error);
        if wrong {
            return;
        }
        self.attempted = false;
        match sends {
            Sends::Many => self.outbox.send(cx, &self.draft, &cx.model.limits()),
            Sends::Once => {
                if self.outbox.send_one(cx, &self.draft) {
                    self.count_one();
                }
            }
        }
    }

    /// One message was published: the next one has the next number.
    fn count_one(&mut self) {
        if self.outlook().is_some_and(|outlook| outlook.counts) {
            let next = &mut self.draft.seq_from.0;
            *next = next.saturating_add(1);
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
