//! The live table by the keyboard: the place in it that has the keyboard, what its keys and the
//! actions of the registry mean for the row in focus and the selected ones. Asks for commands; draws
//! nothing.

use egui::{FocusDirection, Id, Popup, Rect, Response, Ui};

use crate::session::{
    AckCommand, Command, Decision, HalfCommand, Subscription, SubscriptionId, TableCommand, cells,
};

use super::actions::{Action, Around, Place, reason};
use super::context::Context;
use super::scroll::Sight;
use super::{grid, row_menu};

/// Rows that are looked at for the next one that is not selected.
const LOOK_AHEAD: usize = 4_096;

/// What is known of the keyboard in a table between two frames.
#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// Where the selection began that Shift and the arrows make.
    anchor: Option<u64>,
}

fn state(ctx: &egui::Context, id: Id) -> State {
    ctx.data(|data| data.get_temp(id)).unwrap_or_default()
}

fn set_state(ctx: &egui::Context, id: Id, state: State) {
    ctx.data_mut(|data| data.insert_temp(id, state));
}

/// What has the keyboard in the table of a view.
pub(super) fn area_id(view: SubscriptionId) -> Id {
    Id::unique(("live table", view))
}

/// The table as one thing that takes the keyboard. Before its rows, which lie on top of it.
pub(super) fn area_ui(ui: &Ui, cx: &Context<'_>, view: SubscriptionId, room: Rect) -> Response {
    let name = cx.texts.get("table-name");
    grid::area_ui(ui, area_id(view), room, cx.sizes.head, name, true)
}

/// Does what the keys say, or what was asked for otherwise. Where one looks after that.
pub(super) fn ui(
    ui: &Ui,
    cx: &mut Context<'_>,
    view: &Subscription,
    asked: Option<Action>,
    sight: Sight,
    commands: &mut Vec<Command>,
) -> Sight {
    let Some(action) = asked.or_else(|| pressed(ui, cx, view)) else {
        return sight;
    };
    let id = area_id(view.id);
    if reason(action, cx, Around::default()).is_some() {
        // Whoever carries it out says why it is not possible.
        cx.act(action);
        return sight;
    }
    // From here on the keyboard is in the table, and Tab goes on from it.
    ui.memory_mut(|memory| {
        memory.request_focus(id);
        // An arrow has moved the row already.
        memory.move_focus(FocusDirection::None);
    });
    let mut known = state(ui.ctx(), id);
    if !matches!(action, Action::ExtendDown | Action::ExtendUp) {
        known.anchor = None;
    }
    let mut after = sight;
    if let Some(place) = target(action, view, sight) {
        after = go(action, view, place, sight, &mut known, commands);
    } else {
        deed(ui, cx, action, view, commands);
    }
    if action == Action::RowMenu
        && let Some(at) = view
            .focused
            .and_then(|n| view.table.arrangement().place_of(n))
    {
        after = sight.with_row(at);
    }
    set_state(ui.ctx(), id, known);
    after
}

/// The action whose keys were pressed, while they are this table's: nobody types, and the keyboard
/// is its own or nobody's.
fn pressed(ui: &Ui, cx: &Context<'_>, view: &Subscription) -> Option<Action> {
    let shown = cx.is_shown(view.id);
    let (focused, free) = ui.memory(|memory| {
        let free = memory.top_modal_layer().is_none();
        (memory.focused(), free)
    });
    let own = focused == Some(area_id(view.id));
    if !shown || !free || !(own || focused.is_none()) || Popup::is_any_open(ui.ctx()) {
        return None;
    }
    let of_table = Action::ALL.iter().copied();
    let mut of_table = of_table.filter(|action| action.place() == Place::Table);
    of_table.find(|action| match action {
        // Whoever ends a line with it elsewhere does not mean the table.
        Action::Details => own && action.taken(ui),
        // Of a view that checks, and of no other: there these keys mean nothing.
        Action::Commit | Action::RollBack => view.checks_halves() && action.taken(ui),
        // The field is the toolbar's.
        Action::Filter => false,
        _ => action.taken(ui),
    })
}

/// The place of the row that an action leads to.
fn target(action: Action, view: &Subscription, sight: Sight) -> Option<usize> {
    let arrangement = view.table.arrangement();
    let last = arrangement.len().saturating_sub(1);
    let at = view.focused.and_then(|number| arrangement.place_of(number));
    let (first, _) = sight.first();
    let page = sight.step();
    Some(match action {
        Action::NextRow | Action::ExtendDown => at.map_or(first, |at| (at + 1).min(last)),
        Action::PreviousRow | Action::ExtendUp => at.map_or(first, |at| at.saturating_sub(1)),
        Action::PageDown => (at.unwrap_or(first) + page).min(last),
        Action::PageUp => at.unwrap_or(first).saturating_sub(page),
        Action::FirstRow => 0,
        Action::LastRow => last,
        _ => return None,
    })
}

/// Goes to a row; with Shift, what lies between is selected.
fn go(
    action: Action,
    view: &Subscription,
    place: usize,
    sight: Sight,
    known: &mut State,
    commands: &mut Vec<Command>,
) -> Sight {
    let arrangement = view.table.arrangement();
    let Some(number) = arrangement.row_at(place) else {
        return sight;
    };
    if let (Action::ExtendDown | Action::ExtendUp, Some(focused)) = (action, view.focused) {
        let anchor = known.anchor.unwrap_or(focused);
        known.anchor = Some(anchor);
        let way = |number| {
            let ends = (arrangement.place_of(number), arrangement.place_of(anchor));
            ends.0.zip(ends.1).map(|(one, other)| one.abs_diff(other))
        };
        if way(number) < way(focused) {
            // Back towards where it began: what one leaves is given up.
            if view.rows.is_selected(focused) {
                commands.push(Command::ToggleSelected(view.id, focused));
            }
        } else {
            let range = TableCommand::SelectRange(anchor, number);
            commands.push(Command::Table(view.id, range));
        }
    }
    commands.push(Command::Focus(view.id, number));
    sight.with_row(place)
}

/// What an action does with the row in focus, or with the selected ones.
fn deed(
    ui: &Ui,
    cx: &mut Context<'_>,
    action: Action,
    view: &Subscription,
    commands: &mut Vec<Command>,
) {
    let id = view.id;
    match action {
        Action::SelectAll => {
            commands.push(Command::Table(id, TableCommand::SelectShown(true)));
            return;
        }
        Action::Ack => return ack(view, commands),
        Action::Commit => return decide(view, Decision::Commit, commands),
        Action::RollBack => return decide(view, Decision::Rollback, commands),
        // Elsewhere in the window.
        Action::Details => return cx.act(action),
        _ => {}
    }
    let Some((number, row)) = view.focused.and_then(|n| Some((n, view.rows.get(n)?))) else {
        return;
    };
    match action {
        Action::Select => commands.push(Command::ToggleSelected(id, number)),
        Action::Pin => commands.push(pin(view, number)),
        Action::SendAgain => commands.push(Command::SendAgain(id, number)),
        Action::CopyId => copy(ui, row.message_id()),
        Action::CopyBody => copy(ui, cells::body(row)),
        Action::RowMenu => row_menu::ask(ui.ctx(), area_id(id), number),
        _ => {}
    }
}

fn copy(ui: &Ui, text: Option<&str>) {
    if let Some(text) = text {
        ui.ctx().copy_text(text.to_owned());
    }
}

/// Keeps a row on top, or lets it go back to its place.
pub(super) fn pin(view: &Subscription, number: u64) -> Command {
    let command = match view.table.arrangement().is_pinned(number) {
        true => TableCommand::Unpin(number),
        false => TableCommand::Pin(number),
    };
    Command::Table(view.id, command)
}

fn ack(view: &Subscription, commands: &mut Vec<Command>) {
    if view.rows.selected().len() > 0 {
        commands.push(Command::Acking(view.id, AckCommand::Selected));
    } else if let Some(number) = view.focused {
        commands.push(Command::Ack(view.id, vec![number]));
    }
    go_on(view, commands);
}

fn decide(view: &Subscription, decision: Decision, commands: &mut Vec<Command>) {
    if view.rows.selected().len() > 0 {
        commands.push(Command::Half(HalfCommand::DecideSelected(
            view.id, decision,
        )));
    } else if let Some(number) = view.focused {
        let rows = vec![number];
        commands.push(Command::Half(HalfCommand::DecideRows(
            view.id, rows, decision,
        )));
    }
    go_on(view, commands);
}

/// To the next row that has not just been done with, or else the one before it.
fn go_on(view: &Subscription, commands: &mut Vec<Command>) {
    let arrangement = view.table.arrangement();
    let Some(focused) = view.focused else { return };
    let selected = view.rows.selected().len() > 0;
    if selected && !view.rows.is_selected(focused) {
        return;
    }
    let Some(at) = arrangement.place_of(focused) else {
        return;
    };
    let left = |place: usize| {
        let number = arrangement.row_at(place)?;
        (!view.rows.is_selected(number)).then_some(number)
    };
    let below = (at + 1..arrangement.len()).take(LOOK_AHEAD).find_map(left);
    let next = below.or_else(|| (0..at).rev().take(LOOK_AHEAD).find_map(left));
    if let Some(number) = next {
        commands.push(Command::Focus(view.id, number));
    }
}
