//! Half messages that were published from here: those to decide on under the publish form, all of
//! them in the drawer; and what is different about the rows of a view that checks. Asks for
//! decisions.

use egui::{Align, Button, Color32, Id, Layout, Rect, Response, RichText, ScrollArea, Ui};

use crate::cards::{Card, Doing};
use crate::session::{
    Command, Decision, Half, HalfCommand, HalfState, Row, RowState, Subscription, Urgency,
};

use super::card;
use super::connections::connection_name;
use super::context::{Context, countdown, short_id};
use super::empty::Empty;
use super::list_keys::{List, Rows};
use super::spoken;
use super::table::id_ui;
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, complaint, dot, from_the_right, named, remark};

/// What the list is called among those that have the keyboard.
pub(super) const LIST: &str = "halves";

/// Half messages that the publish form shows.
const IN_THE_FORM: usize = 3;

/// Width of the column with both buttons, in a view that checks.
pub(super) const ROW_WIDTH: f32 = 164.0;

/// The newest ones that wait for a decision, under the publish form.
pub(super) fn form_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let (model, now) = (cx.model, cx.now);
    let Some((open, ..)) = model.halves().open(now) else {
        return;
    };
    let t = cx.texts;
    ui.add_space(theme::GAP_SMALL);
    ui.label(theme::label(ui.ctx(), t.get("halves-to-decide")));
    let waiting = model.halves().iter().filter(|half| half.can_decide(now));
    for half in waiting.take(IN_THE_FORM) {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = cx.sizes.row_control;
            ui.spacing_mut().button_padding.y = 0.0;
            from_the_right(ui, |ui| {
                decide_ui(ui, cx, half);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    state_ui(ui, cx, half);
                    id_ui(ui, &half.message_id, cx.palette.text);
                });
            });
        });
    }
    if open > IN_THE_FORM {
        let n = [("n", (open - IN_THE_FORM).into())];
        remark(ui, &t.format("halves-more", &n), cx.palette.dim);
    }
}

/// What goes on the line of the drawer's tabs.
pub(super) fn head_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    from_the_right(ui, |ui| {
        let now = cx.now;
        let over = cx.model.halves().iter().any(|half| !half.can_decide(now));
        if over && ui.button(cx.texts.get("halves-forget")).clicked() {
            cx.command(Command::Half(HalfCommand::ForgetDone));
        }
    });
}

/// All of them. Enter goes to the buttons of one.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let t = cx.texts;
    let halves = cx.model.halves();
    if halves.iter().len() == 0 {
        let empty = Empty::new(icons::WAITING, "halves-none");
        empty.next("halves-none-next").ui(ui, cx);
        return;
    }
    if halves.dropped() > 0 {
        let n = [("n", halves.dropped().into())];
        let text = t.format("halves-dropped", &n);
        ui.label(RichText::new(text).color(cx.palette.soon));
    }
    let height = match halves.iter().any(|half| says_more(half, cx)) {
        true => cx.sizes.row + 2.0 * theme::SMALL_LINE,
        false => cx.sizes.row,
    };
    let count = halves.iter().len();
    let apart = ui.spacing().item_spacing.y;
    let rows = Rows {
        name: t.get("halves-title"),
        room: ui.available_rect_before_wrap(),
        head: 0.0,
        height: height + apart,
        menus: false,
        count,
        at: &|place| halves.from_newest(place).map(|half| half.number),
        open: None,
    };
    let mut list = List::begin(ui, LIST, &rows);
    ScrollArea::vertical()
        .id_salt("halves")
        .auto_shrink(false)
        .show_rows(ui, height, count, |ui, rows| {
            if let Some(place) = list.go {
                // It may be out of sight, and then it is not drawn.
                let from_first = place as f32 - rows.start as f32;
                let top = ui.max_rect().top() + from_first * (height + apart);
                let across = ui.max_rect().x_range();
                let row = Rect::from_x_y_ranges(across, top..=top + height);
                ui.scroll_to_rect(row, None);
            }
            for (place, half) in rows.filter_map(|place| Some((place, halves.from_newest(place)?)))
            {
                let drawn = list_row_ui(ui, cx, &list, (place, height), half);
                list.saw(half.number, &drawn);
                let (row, line) = (drawn.rect, theme::hairline(ui.ctx()));
                let below = row.bottom() + apart / 2.0;
                ui.painter().hline(row.x_range(), below, line);
            }
        });
    list.end(count, list.row.map(node_of));
}

/// The row of a half message in the tree of screen readers.
fn node_of(number: u64) -> Id {
    Id::unique(("half message", number))
}

/// One of them in the list, as one thing for those who hear it.
fn list_row_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    list: &List<u64>,
    (place, height): (usize, f32),
    half: &Half,
) -> Response {
    let values = [
        ("id", half.message_id.as_str().into()),
        ("topic", half.topic.as_str().into()),
        ("key", half.key.clone().unwrap_or_default().into()),
    ];
    let name = cx.texts.format("half-row", &values);
    let (_, word, _) = state_of(cx, half);
    // Not how much time it has: that would be read out every second.
    let more = match half.can_decide(cx.now) {
        true => cx.texts.get("half-open"),
        false => word.as_str(),
    };
    let spoken = spoken::Row {
        id: node_of(half.number),
        table: list.area.id,
        name: &name,
        more,
        selected: list.row == Some(half.number),
        place,
        focusable: false,
        across: ui.max_rect().x_range(),
    };
    spoken.around(ui, |ui| {
        ui.set_min_size(egui::vec2(ui.available_width(), height));
        // Beside rows with more to say, one of a single line stands in the middle.
        if !says_more(half, cx) {
            ui.add_space((height - cx.sizes.row) / 2.0);
        }
        half_ui(ui, cx, half);
    })
}

/// One of them: what it is, what became of it, and what to do about it.
fn half_ui(ui: &mut Ui, cx: &mut Context<'_>, half: &Half) {
    let (t, p) = (cx.texts, cx.palette);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = cx.sizes.row_control;
        ui.spacing_mut().button_padding.y = 0.0;
        state_ui(ui, cx, half);
        ui.label(theme::code(short_id(&half.message_id)))
            .on_hover_text(&half.message_id);
        ui.label(theme::code(half.topic.as_str()));
        if let Some(key) = &half.key {
            ui.label(theme::code(key));
        }
        if let Some(connection) = cx.model.connection(&half.connection) {
            ui.label(theme::dim(ui.ctx(), connection_name(cx, connection)));
        }
        from_the_right(ui, |ui| {
            if needs_check(half, cx) {
                let id = [("id", half.message_id.as_str().into())];
                let name = t.format("half-check-row", &id);
                let response = ui.button(t.get("half-check"));
                if named(ui, response, egui::Role::Button, &name).clicked() {
                    cx.command(Command::Half(HalfCommand::Check(half.number)));
                }
            } else {
                decide_ui(ui, cx, half);
            }
        });
    });
    let (text, ink) = match &half.state {
        HalfState::Failed(_, trouble) => {
            return card::trouble_ui(ui, cx, trouble);
        }
        HalfState::Refused(decision, failure) => {
            let code = [("code", failure.code.as_str().into())];
            complaint(ui, &t.format("half-refused-next", &code), p);
            let doing = match decision {
                Decision::Commit => Doing::Commit,
                Decision::Rollback => Doing::Rollback,
            };
            return card::link_ui(ui, cx, &Card::of_handle(failure, doing, false));
        }
        _ if half.is_late(cx.now) => {
            let at = cx.clock_time(half.lease.ends());
            (t.format("half-late-next", &[("at", at.into())]), p.soon)
        }
        HalfState::Likely(..) => (t.get("half-likely").to_owned(), p.dim),
        _ => return,
    };
    remark(ui, &text, ink);
}

/// Whether there is something to say below what it is.
fn says_more(half: &Half, cx: &Context<'_>) -> bool {
    let settled = matches!(
        half.state,
        HalfState::Open | HalfState::Done(..) | HalfState::Deciding(..)
    );
    !settled || half.is_late(cx.now)
}

/// Whether only a fresh handle can decide on it.
fn needs_check(half: &Half, cx: &Context<'_>) -> bool {
    half.is_late(cx.now) || matches!(half.state, HalfState::Refused(..))
}

fn state_ui(ui: &mut Ui, cx: &Context<'_>, half: &Half) {
    let (shape, word, color) = state_of(cx, half);
    dot(ui, shape, color);
    ui.label(theme::strong(word).color(color));
}

/// Shape, word or countdown, and colour.
fn state_of(cx: &Context<'_>, half: &Half) -> (Dot, String, Color32) {
    let (t, p) = (cx.texts, cx.palette);
    let words = |shape, word: &str, color| (shape, word.to_owned(), color);
    match &half.state {
        HalfState::Done(Decision::Commit, _) | HalfState::Likely(Decision::Commit, _) => {
            words(Dot::Tick, t.get("half-committed"), p.ok)
        }
        HalfState::Done(Decision::Rollback, _) | HalfState::Likely(Decision::Rollback, _) => {
            words(Dot::Tick, t.get("half-rolled-back"), p.dim)
        }
        HalfState::Deciding(Decision::Commit, _) => {
            words(Dot::Half, t.get("half-committing"), p.dim)
        }
        HalfState::Deciding(Decision::Rollback, _) => {
            words(Dot::Half, t.get("half-rolling-back"), p.dim)
        }
        HalfState::Refused(..) => words(Dot::Cross, t.get("half-refused"), p.bad),
        HalfState::Open | HalfState::Failed(..) => {
            let left = countdown(half.lease.remaining(cx.now));
            match half.lease.urgency(cx.now) {
                Urgency::Plenty => words(Dot::Full, &left, p.ok),
                Urgency::Soon => words(Dot::Half, &left, p.soon),
                Urgency::Gone => words(Dot::Ring, t.get("half-late"), p.bad),
            }
        }
    }
}

/// From the right: roll back, commit. Dead once it is too late, which is said beside them.
fn decide_ui(ui: &mut Ui, cx: &mut Context<'_>, half: &Half) {
    if !matches!(half.state, HalfState::Open | HalfState::Failed(..)) {
        return;
    }
    let (id, can) = (half.message_id.as_str(), half.can_decide(cx.now));
    for decision in [Decision::Rollback, Decision::Commit] {
        if decide_one_ui(ui, cx, id, decision, can).clicked() {
            cx.command(Command::Half(HalfCommand::Decide(half.number, decision)));
        }
    }
}

/// The button that decides this way on the message with this id.
fn decide_one_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    id: &str,
    decision: Decision,
    can: bool,
) -> egui::Response {
    let (face, name) = match decision {
        Decision::Commit => ("half-commit", "half-commit-row"),
        Decision::Rollback => ("half-rollback", "half-rollback-row"),
    };
    let name = cx.texts.format(name, &[("id", id.into())]);
    let button = decision_button(decision, cx.texts.get(face), can, cx.palette);
    let response = ui.add_enabled(can, button);
    named(ui, response, egui::Role::Button, &name)
}

/// A button that decides: the one that ends well is green, as an ack is.
pub(super) fn decision_button<'b>(
    decision: Decision,
    face: &'b str,
    can: bool,
    p: &theme::Palette,
) -> Button<'b> {
    match decision {
        Decision::Commit if can => Button::new(theme::strong(face).color(p.ok))
            .fill(p.ok_bg)
            .stroke(egui::Stroke::new(theme::HAIRLINE, p.ok)),
        _ => Button::new(face),
    }
}

/// The buttons of a row of a view that checks. At zero they go dead and say why.
pub(super) fn row_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    view: &Subscription,
    row: &Row,
    asked: &mut Vec<Command>,
) {
    let t = cx.texts;
    let state = row.state(cx.now);
    if state == RowState::Acked {
        return;
    }
    ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
    let (id, can) = (row.message_id().unwrap_or("?"), row.can_ack(cx.now));
    for decision in [Decision::Commit, Decision::Rollback] {
        let response = decide_one_ui(ui, cx, id, decision, can);
        let response = match state {
            RowState::Returned => response.on_disabled_hover_text(t.get("half-too-late")),
            RowState::Refused => response.on_disabled_hover_text(t.get("half-row-refused")),
            _ => response,
        };
        if response.clicked() {
            let command = HalfCommand::DecideRows(view.id, vec![row.number], decision);
            asked.push(Command::Half(command));
        }
    }
}

/// Decides on the selected rows.
pub(super) fn selected_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let count = view.rows.selected().len();
    let can = count > 0 && !view.acking.is_running();
    let n = [("n", count.into())];
    for (decision, text) in [
        (Decision::Rollback, t.format("half-rollback-selected", &n)),
        (Decision::Commit, t.format("half-commit-selected", &n)),
    ] {
        let button = Button::new(theme::strong(text));
        if ui.add_enabled(can, button).clicked() {
            let command = HalfCommand::DecideSelected(view.id, decision);
            cx.command(Command::Half(command));
        }
    }
}
