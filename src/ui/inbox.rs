//! The consume views: tabs, the head of one (what to consume), the banner that says that looking
//! consumes; the live table is `table.rs`. Keeps only what is typed into the head.

use std::collections::HashMap;

use egui::{Align, Button, Color32, DragValue, Label, Layout, RichText, Ui};

use crate::i18n::Texts;
use crate::session::{
    Command, ConnectionId, ConsumeField, ConsumeForm, Level, Polling, Subscription, SubscriptionId,
};

use super::context::{Context, countdown};
use super::widgets::{from_the_right, labelled_edit, remark};
use super::{table, theme};

/// Width of the head beside its three fields of text: two numbers, two buttons, the gaps.
const BESIDE_FIELDS: f32 = 360.0;

/// The middle of the window.
#[derive(Default)]
pub(super) struct Inbox {
    forms: HashMap<SubscriptionId, ConsumeForm>,
    attempted: bool,
    /// Asked to close while it holds messages; asked back whether that is meant.
    closing: Option<SubscriptionId>,
}

impl Inbox {
    /// The tabs. `publish` is the tab of the publish form where there is no room beside.
    pub(super) fn tabs_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let shown = cx.model.shown_view().map(|view| view.id);
        let mut asked = None;
        for view in cx.model.views() {
            let title = tab_title(view, cx);
            let response = ui.selectable_label(shown == Some(view.id), title);
            if response.clicked() {
                asked = Some(Command::ShowView(view.id));
            }
            let closable = cx.model.views().len() > 1 && view.polling.is_stopped();
            if closable && shown == Some(view.id) {
                let name = cx.texts.get("view-close");
                let (held, _) = view.rows.held();
                if self.closing == Some(view.id) && held > 0 {
                    let sure = cx.texts.format("view-close-sure", &[("n", held.into())]);
                    let face = RichText::new(sure).color(cx.palette.bad);
                    if ui.button(face).clicked() {
                        asked = Some(Command::CloseView(view.id));
                    }
                    if ui.button(cx.texts.get("cancel")).clicked() {
                        self.closing = None;
                    }
                } else if super::widgets::icon_button(ui, "✕", name).clicked() {
                    if held > 0 {
                        self.closing = Some(view.id);
                    } else {
                        asked = Some(Command::CloseView(view.id));
                    }
                }
            }
        }
        if super::widgets::icon_button(ui, "+", cx.texts.get("view-new")).clicked() {
            asked = Some(Command::OpenView(None));
        }
        if let Some(command) = asked {
            cx.command(command);
        }
    }

    /// Head, banner and table of the shown view.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let model = cx.model;
        let Some(view) = model.shown_view() else {
            return;
        };
        theme::panel_frame(ui.ctx()).show(ui, |ui| {
            self.head_ui(ui, cx, view);
            banner_ui(ui, cx, view);
        });
        if view.rows.is_empty() {
            empty_ui(ui, cx, view);
        } else {
            table::ui(ui, cx, view);
        }
    }

    fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
        let t = cx.texts;
        let form = self
            .forms
            .entry(view.id)
            .or_insert_with(|| view.form.clone());
        let stopped = view.polling.is_stopped();
        let mut start = false;
        ui.horizontal(|ui| {
            ui.add_enabled_ui(stopped, |ui| form_ui(ui, form, t));
            // Level with the fields, which have a label above them.
            ui.with_layout(Layout::right_to_left(Align::Max), |ui| {
                start = polling_ui(ui, cx, view);
                ack_selected_ui(ui, cx, view);
            });
        });
        let problems = form.check(&cx.model.limits()).err().unwrap_or_default();
        if start {
            self.attempted = !problems.is_empty();
            if problems.is_empty() {
                cx.command(Command::StartConsuming(view.id, form.clone()));
            }
        }
        for problem in problems {
            let empty = match problem.field {
                ConsumeField::Topic => form.topic.is_empty(),
                ConsumeField::Group => form.group.is_empty(),
            };
            if (self.attempted || !empty) && problem.level == Level::Error {
                remark(ui, &cx.say(&problem.say), cx.palette.bad);
            }
        }
    }
}

fn form_ui(ui: &mut Ui, form: &mut ConsumeForm, t: &'static Texts) {
    use egui::TextEdit;
    let room = (ui.available_width() - BESIDE_FIELDS).clamp(180.0, 520.0);
    for (label, text, width) in [
        (t.get("field-topic"), &mut form.topic, room * 0.36),
        (t.get("field-group"), &mut form.group, room * 0.36),
        (t.get("field-tag"), &mut form.tag, room * 0.28),
    ] {
        let edit = TextEdit::singleline(text).desired_width(width);
        let edit = if label == t.get("field-tag") {
            edit.hint_text(theme::hint("TagA||TagB"))
        } else {
            edit
        };
        labelled_edit(ui, label, edit);
    }
    number_ui(
        ui,
        t.get("field-batch"),
        DragValue::new(&mut form.batch).range(1..=16),
    );
    number_ui(
        ui,
        t.get("field-wait"),
        DragValue::new(&mut form.wait_secs)
            .range(0..=30)
            .suffix(" s"),
    );
}

fn number_ui(ui: &mut Ui, label: &str, value: DragValue<'_>) {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let label = ui.label(theme::label(ui.ctx(), label));
        ui.add(value).labelled_by(label.id);
    });
}

/// Start or stop; whether start was asked for.
fn polling_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
    let t = cx.texts;
    match &view.polling {
        Polling::Stopped => {
            let face = theme::strong(format!("▶ {}", t.get("view-start"))).color(cx.palette.ok);
            ui.add(Button::new(face)).clicked()
        }
        Polling::Running | Polling::Failing(..) => {
            let face = theme::strong(format!("■ {}", t.get("view-stop"))).color(cx.palette.bad);
            if ui.add(Button::new(face)).clicked() {
                cx.command(Command::StopConsuming(view.id));
            }
            false
        }
        Polling::Stopping => {
            ui.add_enabled(false, Button::new(t.get("view-stopping")))
                .on_disabled_hover_text(t.get("view-stopping-why"));
            false
        }
    }
}

fn ack_selected_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let count = view.rows.selected().len();
    let text = cx.texts.format("ack-selected", &[("n", count.into())]);
    if ui
        .add_enabled(count > 0, Button::new(theme::strong(text)))
        .clicked()
    {
        cx.command(Command::AckSelected(view.id));
    }
}

fn tab_title(view: &Subscription, cx: &Context<'_>) -> String {
    let mark = match &view.polling {
        Polling::Stopped => "○",
        Polling::Running | Polling::Stopping => "●",
        Polling::Failing(..) => "⚠",
    };
    let (topic, group) = match &view.source {
        Some(source) => (source.topic.as_str(), source.consume.group.as_str()),
        None => (view.form.topic.as_str(), view.form.group.as_str()),
    };
    let values = [("topic", topic.into()), ("group", group.into())];
    let title = cx.texts.format("view-title", &values);
    let source = view.source.as_ref().map(|source| &source.connection);
    match source.and_then(|id| cx.model.connection(id)) {
        Some(connection) if connection.id != ConnectionId::Sandbox => {
            format!("{mark} {} · {title}", connection.profile.name)
        }
        _ => format!("{mark} {title}"),
    }
}

/// Says that looking consumes, and what that means just now; or what is wrong.
fn banner_ui(ui: &mut Ui, cx: &Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let p = cx.palette;
    if let Polling::Failing(trouble, retry_at) = &view.polling {
        let left = countdown(retry_at.since(cx.now));
        let text = format!("⚠ {} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
        let right = t.format("banner-retry", &[("left", left.into())]);
        return strip_ui(ui, &text, &right, p.bad, p.bad_bg);
    }
    let Some(source) = &view.source else {
        return;
    };
    if let (Polling::Stopped, Some(trouble)) = (&view.polling, &view.ended_by) {
        let text = format!("⚠ {} · {}", cx.say(&trouble.what), cx.say(&trouble.next));
        strip_ui(ui, &text, "", p.bad, p.bad_bg);
    }
    let (held, first) = view.rows.held();
    let group = source.consume.group.as_str();
    let text = format!(
        "⚠ {}",
        t.format("banner-consumes", &[("group", group.into())])
    );
    let right = match first {
        Some(at) => t.format(
            "banner-held-until",
            &[
                ("n", held.into()),
                ("left", countdown(at.since(cx.now)).into()),
            ],
        ),
        None => t.format("banner-held", &[("n", held.into())]),
    };
    strip_ui(ui, &text, &right, p.soon, p.soon_bg);
}

fn strip_ui(ui: &mut Ui, text: &str, right: &str, ink: Color32, ground: Color32) {
    ui.add_space(theme::GAP);
    theme::banner_frame(ground).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                ui.label(theme::strong(right).color(ink));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(RichText::new(text).color(ink)).truncate());
                });
            });
        });
    });
}

fn empty_ui(ui: &mut Ui, cx: &Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let (what, next) = match view.polling {
        Polling::Stopped => (t.get("empty-stopped"), t.get("empty-stopped-next")),
        Polling::Failing(..) => (t.get("empty-failing"), t.get("empty-failing-next")),
        Polling::Running | Polling::Stopping => {
            (t.get("empty-waiting"), t.get("empty-waiting-next"))
        }
    };
    ui.vertical_centered(|ui| {
        ui.add_space(ui.available_height() * 0.3);
        ui.label(theme::title(what).color(cx.palette.dim));
        ui.label(theme::dim(ui.ctx(), next));
    });
}
