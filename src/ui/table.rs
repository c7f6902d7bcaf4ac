//! The live table of one consume view: newest on top, a row a message, only the visible rows
//! drawn. Asks for acks and selections; changes nothing itself.

use egui::{Align, Button, Checkbox, Color32, Label, Layout, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::i18n::Texts;
use crate::session::{
    AckState, Command, Content, Row, RowState, Subscription, TableCommand, Urgency,
};

use super::context::{Context, countdown, short_id};
use super::theme;
use super::widgets::{Dot, dot, from_the_right, lease_bar, named, named_choice, pill};

/// Height of a button in a row.
const ROW_CONTROL: f32 = 22.0;

/// Characters of a body that a row shows.
const PREVIEW_CHARS: usize = 160;

/// The table.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
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
            header_ui(row, t, view, &mut asked);
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

/// A cell with room at its left, and what its contents need of spacing. Its widgets belong to
/// the message `number`: rows slide under the pointer as messages arrive, and a press on one
/// message that is released on another must not count as a click on either.
fn cell(row: &mut TableRow<'_, '_>, number: Option<u64>, add: impl FnOnce(&mut Ui)) {
    row.col(|ui| {
        ui.push_id(number, |ui| {
            ui.spacing_mut().item_spacing.x = theme::GAP;
            ui.spacing_mut().interact_size.y = ROW_CONTROL;
            ui.spacing_mut().button_padding.y = 0.0;
            ui.add_space(theme::GAP);
            add(ui);
        });
    });
}

fn header_ui(
    mut row: TableRow<'_, '_>,
    t: &'static Texts,
    view: &Subscription,
    asked: &mut Vec<Command>,
) {
    cell(&mut row, None, |ui| {
        let mut all = view.rows.all_selected();
        let response = ui.add(Checkbox::without_text(&mut all));
        let response = named_choice(ui, response, egui::Role::CheckBox, all, t.get("select-all"));
        if response.clicked() {
            asked.push(Command::Table(view.id, TableCommand::SelectShown(all)));
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
        cell(&mut row, None, |ui| {
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
        let number = Some(row.number);
        let id = row.message_id().unwrap_or("?").to_owned();
        cell(cells, number, |ui| self.select_ui(ui, &id, asked));
        cell(cells, number, |ui| self.state_ui(ui, state));
        cell(cells, number, |ui| text_ui(ui, &short_id(&id), ink));
        cell(cells, number, |ui| {
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
        cell(cells, number, |ui| {
            text_ui(ui, key.unwrap_or_default(), ink)
        });
        cell(cells, number, |ui| self.times_ui(ui, ink));
        cell(cells, number, |ui| {
            if let Some(message) = row.message() {
                let age = RichText::new(self.cx.age(message.publish_time)).color(p.dim);
                from_the_right(ui, |ui| {
                    ui.spacing_mut().item_spacing.x = 0.0;
                    ui.label(age)
                });
            }
        });
        cell(cells, number, |ui| match &row.content {
            Content::Whole(message) => text_ui(ui, &preview(&message.body), ink),
            Content::Damaged(damaged) => text_ui(ui, &damaged.problem.to_string(), p.bad),
        });
        cell(cells, number, |ui| self.ack_ui(ui, &id, state, asked));
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

/// Text of a cell: an id, a key, a body.
pub(super) fn text_ui(ui: &mut Ui, text: &str, ink: Color32) {
    let text = theme::code(text).color(ink);
    ui.add(Label::new(text).truncate().selectable(false));
}

/// The beginning of a body on one line; an ellipsis says that there is more.
pub(super) fn preview(body: &str) -> String {
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
