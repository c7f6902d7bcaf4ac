//! The consume views: tabs, the head of one (what to consume), the banner that says that looking
//! consumes, and the live table. Keeps only what is typed into the head.

use std::collections::HashMap;

use egui::{Align, Button, Checkbox, Color32, DragValue, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::i18n::Texts;
use crate::protocol::Timestamp;
use crate::session::{
    AckState, Command, ConsumeField, ConsumeForm, Content, Level, Polling, Row, RowState,
    Subscription, SubscriptionId, Urgency,
};

use super::context::{Context, countdown, short_id};
use super::theme;
use super::widgets::{
    Dot, dot, from_the_right, labelled_edit, lease_bar, named, named_choice, pill, remark,
};

/// Height of a button in a row.
const ROW_CONTROL: f32 = 22.0;

/// Characters of a body that a row shows.
const PREVIEW_CHARS: usize = 160;

/// Width of the head beside its three fields of text: two numbers, two buttons, the gaps.
const BESIDE_FIELDS: f32 = 360.0;

/// The middle of the window.
#[derive(Default)]
pub(super) struct Inbox {
    forms: HashMap<SubscriptionId, ConsumeForm>,
    attempted: bool,
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
                if super::widgets::icon_button(ui, "✕", name).clicked() {
                    asked = Some(Command::CloseView(view.id));
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
            table_ui(ui, cx, view);
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
    let count = view.rows.selected(cx.now).len();
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
    format!("{mark} {}", cx.texts.format("view-title", &values))
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

fn table_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let (now, t) = (cx.now, cx.texts);
    // No gaps between cells, so that the lines between rows are whole; `cell` pads instead.
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    ui.visuals_mut().selection.bg_fill = cx.palette.selected;
    let mut asked = Vec::new();
    TableBuilder::new(ui)
        .id_salt(view.id)
        .sense(Sense::click())
        .animate_scrolling(false)
        .auto_shrink(false)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(36.0))
        .column(Column::exact(140.0))
        .column(Column::initial(122.0).range(80.0..=300.0).clip(true))
        .column(Column::initial(72.0).range(40.0..=240.0).clip(true))
        .column(Column::initial(94.0).range(40.0..=300.0).clip(true))
        .column(Column::exact(36.0))
        .column(Column::exact(64.0))
        .column(Column::remainder().at_least(60.0).clip(true))
        .column(Column::exact(68.0))
        .header(theme::HEAD_HEIGHT, |row| {
            header_ui(row, t, view, now, &mut asked);
        })
        .body(|body| {
            body.rows(theme::ROW_HEIGHT, view.rows.len(), |mut cells| {
                if let Some(row) = view.rows.from_newest(cells.index()) {
                    cells.set_overline(true);
                    cells.set_selected(
                        view.rows.is_selected(row.number) || view.focused == Some(row.number),
                    );
                    RowUi { row, view, cx }.show(&mut cells, &mut asked);
                    if cells.response().clicked() {
                        asked.push(Command::Focus(view.id, row.number));
                    }
                }
            });
        });
    cx.commands.append(&mut asked);
}

/// A cell with room at its left, and what its contents need of spacing.
fn cell(row: &mut TableRow<'_, '_>, add: impl FnOnce(&mut Ui)) {
    row.col(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.spacing_mut().interact_size.y = ROW_CONTROL;
        ui.spacing_mut().button_padding.y = 0.0;
        ui.add_space(theme::GAP);
        add(ui);
    });
}

fn header_ui(
    mut row: TableRow<'_, '_>,
    t: &'static Texts,
    view: &Subscription,
    now: Timestamp,
    asked: &mut Vec<Command>,
) {
    cell(&mut row, |ui| {
        let (held, _) = view.rows.held();
        let mut all = held > 0 && view.rows.selected(now).len() == held;
        let response = ui.add(Checkbox::without_text(&mut all));
        let response = named_choice(ui, response, egui::Role::CheckBox, all, t.get("select-all"));
        if response.clicked() {
            asked.push(Command::SelectAll(view.id, all));
        }
    });
    for (text, right) in [
        (t.get("column-returns"), false),
        (t.get("column-id"), false),
        (t.get("column-tag"), false),
        (t.get("column-key"), false),
        (t.get("column-times"), true),
        (t.get("column-age"), true),
        (t.get("column-body"), false),
        (t.get("column-ack"), false),
    ] {
        cell(&mut row, |ui| {
            let head = theme::column_head(ui.ctx(), text);
            if right {
                from_the_right(ui, |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    ui.label(head)
                });
            } else {
                ui.label(head);
            }
        });
    }
}

/// One row of the table.
struct RowUi<'r, 'c> {
    row: &'r Row,
    view: &'r Subscription,
    cx: &'r Context<'c>,
}

impl RowUi<'_, '_> {
    fn show(&self, cells: &mut TableRow<'_, '_>, asked: &mut Vec<Command>) {
        let (row, p) = (self.row, self.cx.palette);
        let state = row.state(self.cx.now);
        let done = matches!(state, RowState::Acked);
        let ink = if done { p.faint } else { p.text };
        let id = row.message_id().unwrap_or("?").to_owned();
        cell(cells, |ui| self.select_ui(ui, &id, asked));
        cell(cells, |ui| self.state_ui(ui, state));
        cell(cells, |ui| text_ui(ui, &short_id(&id), ink));
        cell(cells, |ui| {
            let tag = row.message().and_then(|message| message.tag.as_deref());
            if let Some(tag) = tag {
                let (ink, ground) = if done {
                    (p.faint, p.raised)
                } else {
                    (p.tag, p.tag_bg)
                };
                pill(ui, tag, ink, ground);
            }
        });
        let key = row.message().and_then(|message| message.key());
        cell(cells, |ui| text_ui(ui, key.unwrap_or_default(), ink));
        cell(cells, |ui| self.times_ui(ui, ink));
        cell(cells, |ui| {
            if let Some(message) = row.message() {
                let age = RichText::new(self.cx.age(message.publish_time)).color(p.dim);
                from_the_right(ui, |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    ui.label(age)
                });
            }
        });
        cell(cells, |ui| match &row.content {
            Content::Whole(message) => text_ui(ui, &preview(&message.body), ink),
            Content::Damaged(damaged) => text_ui(ui, &damaged.problem.to_string(), p.bad),
        });
        cell(cells, |ui| self.ack_ui(ui, &id, state, asked));
    }

    fn select_ui(&self, ui: &mut Ui, id: &str, asked: &mut Vec<Command>) {
        let mut selected = self.view.rows.is_selected(self.row.number);
        let can = selected || self.row.can_ack(self.cx.now);
        let response = ui.add_enabled(can, Checkbox::without_text(&mut selected));
        let name = self.cx.texts.format("select-row", &[("id", id.into())]);
        if named_choice(ui, response, egui::Role::CheckBox, selected, &name).clicked() {
            asked.push(Command::ToggleSelected(self.view.id, self.row.number));
        }
    }

    fn state_ui(&self, ui: &mut Ui, state: RowState) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        match state {
            RowState::Held(urgency) => {
                let (shape, color) = match urgency {
                    Urgency::Plenty => (Dot::Full, p.ok),
                    Urgency::Soon | Urgency::Gone => (Dot::Half, p.soon),
                };
                dot(ui, shape, color);
                let Some(lease) = self.row.newest().lease else {
                    ui.label(RichText::new(t.get("state-unknown-lease")).color(color));
                    return;
                };
                lease_bar(ui, lease.fraction(self.cx.now), color, p);
                let left = countdown(lease.remaining(self.cx.now));
                let ink = if shape == Dot::Full { p.text } else { color };
                ui.label(theme::strong(left).color(ink));
            }
            RowState::Acking => {
                dot(ui, Dot::Half, p.dim);
                pill(ui, t.get("state-acking"), p.dim, p.raised);
            }
            RowState::Acked => {
                dot(ui, Dot::Tick, p.faint);
                pill(ui, t.get("state-acked"), p.dim, p.raised);
            }
            RowState::Returned => {
                dot(ui, Dot::Ring, p.bad);
                pill(ui, t.get("state-returned"), p.bad, p.bad_bg);
            }
            RowState::Refused => {
                dot(ui, Dot::Ring, p.bad);
                let response = pill(ui, t.get("state-refused"), p.bad, p.bad_bg);
                if let AckState::Refused(failure) = &self.row.newest().ack {
                    response.on_hover_text(format!("{}: {}", failure.code, failure.message));
                }
            }
        }
    }

    fn times_ui(&self, ui: &mut Ui, ink: Color32) {
        let Some(times) = self.row.newest().consumed_times else {
            return;
        };
        let text = if times > 1 {
            theme::strong(times.to_string()).color(self.cx.palette.soon)
        } else {
            RichText::new(times.to_string()).color(ink)
        };
        from_the_right(ui, |ui| ui.label(text));
    }

    /// At zero the button goes dead and says why.
    fn ack_ui(&self, ui: &mut Ui, id: &str, state: RowState, asked: &mut Vec<Command>) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        if state == RowState::Acked {
            return;
        }
        let can = self.row.can_ack(self.cx.now);
        let button = if can {
            Button::new(theme::strong(t.get("ack")).color(p.ok))
                .fill(p.ok_bg)
                .stroke(egui::Stroke::new(theme::HAIRLINE, p.ok))
        } else {
            Button::new(t.get("ack"))
        };
        let response = ui.add_enabled(can, button.min_size(egui::vec2(48.0, ROW_CONTROL)));
        let name = t.format("ack-row", &[("id", id.into())]);
        let response = named(ui, response, egui::Role::Button, &name);
        let response = match state {
            RowState::Returned => response.on_disabled_hover_text(t.get("ack-too-late")),
            RowState::Refused => response.on_disabled_hover_text(t.get("ack-refused")),
            _ => response,
        };
        if response.clicked() {
            asked.push(Command::Ack(self.view.id, vec![self.row.number]));
        }
    }
}

fn text_ui(ui: &mut Ui, text: &str, ink: Color32) {
    let text = theme::code(text).color(ink);
    ui.add(Label::new(text).truncate().selectable(false));
}

/// The beginning of a body on one line; an ellipsis says that there is more.
fn preview(body: &str) -> String {
    let mut line = String::new();
    let mut blank = false;
    for (n, c) in body.chars().enumerate() {
        if n == PREVIEW_CHARS {
            line.push('…');
            break;
        }
        if c.is_whitespace() {
            blank = !line.is_empty();
        } else {
            if blank {
                line.push(' ');
            }
            blank = false;
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_and_says_that_it_was_cut() {
        assert_eq!(preview("{\n  \"a\": 1\n}"), "{ \"a\": 1 }");
        assert!(preview(&"x".repeat(500)).ends_with('…'));
    }
}
