//! A list of the drawer by the keyboard: it has the keyboard as a whole, the arrows go from row to
//! row, Enter opens the row in focus, the menu key its menu. While a row is open, going to another one
//! opens that instead.

use std::fmt::Debug;
use std::hash::Hash;

use egui::{Id, Popup, Rect, Response, Ui};

use super::actions::Action;
use super::{focusable, grid, row_menu, spoken};

/// What tells the rows of a list apart, whatever comes above them.
pub(super) trait Key: Copy + Debug + PartialEq + Hash + Send + Sync + 'static {}
impl<T: Copy + Debug + PartialEq + Hash + Send + Sync + 'static> Key for T {}

/// A list as its keys see it.
pub(super) struct Rows<'a, K> {
    /// What it is called.
    pub(super) name: &'a str,
    /// Where it is drawn, with its head.
    pub(super) room: Rect,
    /// How high its head is.
    pub(super) head: f32,
    /// How many there are.
    pub(super) count: usize,
    /// The row at a place.
    pub(super) at: &'a dyn Fn(usize) -> Option<K>,
    /// How high a row is, or about so high.
    pub(super) height: f32,
    /// Whether its rows have menus.
    pub(super) menus: bool,
    /// The row that is open.
    pub(super) open: Option<K>,
}

/// A list in this frame.
pub(super) struct List<K> {
    /// What has the keyboard.
    pub(super) area: Response,
    /// The row in focus.
    pub(super) row: Option<K>,
    /// The place that has to come into sight.
    pub(super) go: Option<usize>,
    /// The row that is to be opened.
    pub(super) opens: Option<K>,
}

/// What the row in focus is kept under.
const IN_FOCUS: &str = "row-in-focus";

/// What has the keyboard in the list of this name.
pub(super) fn area_id(list: &'static str) -> Id {
    Id::unique(("list", list))
}

/// Whether Escape asks an open row to close: while nothing lies on top that it is meant for.
pub(super) fn closes(ui: &Ui) -> bool {
    let free = ui.memory(|memory| memory.top_modal_layer().is_none());
    free && !Popup::is_any_open(ui.ctx()) && Action::CloseDialog.taken_in_field(ui)
}

/// The keyboard goes to the list if it is nowhere, as after something beside the list has closed.
pub(super) fn enter_if_lost(ui: &Ui, list: &'static str) {
    ui.memory_mut(|memory| {
        if memory.focused().is_none() {
            memory.request_focus(area_id(list));
        }
    });
}

impl<K: Key> List<K> {
    /// The list as one thing, and what its keys ask for. Before its rows.
    pub(super) fn begin(ui: &Ui, list: &'static str, rows: &Rows<'_, K>) -> Self {
        let id = area_id(list);
        // Escape closes what is open; after that it leaves the list.
        let escape = rows.open.is_some();
        let area = grid::area_ui(ui, id, rows.room, rows.head, rows.name, escape);
        let kept = id.with(IN_FOCUS);
        let known: Option<K> = ui.data(|data| data.get_temp(kept));
        let mut list = Self {
            area,
            row: rows.open.or(known),
            go: None,
            opens: None,
        };
        list.keys_ui(ui, rows);
        if let Some(row) = list.row {
            ui.data_mut(|data| data.insert_temp(kept, row));
        }
        list
    }

    fn keys_ui(&mut self, ui: &Ui, rows: &Rows<'_, K>) {
        const MEANT: [Action; 8] = [
            Action::ListNext,
            Action::ListPrevious,
            Action::ListFirst,
            Action::ListLast,
            Action::ListPageDown,
            Action::ListPageUp,
            Action::ToggleFold,
            Action::ListMenu,
        ];
        if !self.area.has_focus() || Popup::is_any_open(ui.ctx()) || rows.count == 0 {
            return;
        }
        let meant = |action: &Action| rows.menus || *action != Action::ListMenu;
        let mut meant = MEANT.into_iter().filter(meant);
        let Some(action) = meant.find(|action| action.taken(ui)) else {
            return;
        };
        let row = self.row;
        let at = row.and_then(|row| (0..rows.count).find(|place| (rows.at)(*place) == Some(row)));
        let last = rows.count - 1;
        let page = ((rows.room.height() - rows.head) / rows.height) as usize;
        let page = page.saturating_sub(1).max(1);
        let to = match (action, at) {
            (Action::ToggleFold | Action::ListMenu, at) => at.unwrap_or(0),
            (Action::ListLast, _) => last,
            (Action::ListFirst, _) | (_, None) => 0,
            (Action::ListNext, Some(at)) => (at + 1).min(last),
            (Action::ListPageDown, Some(at)) => (at + page).min(last),
            (Action::ListPageUp, Some(at)) => at.saturating_sub(page),
            (_, Some(at)) => at.saturating_sub(1),
        };
        self.row = (rows.at)(to);
        self.go = Some(to);
        if action == Action::ListMenu {
            if let Some(row) = self.row {
                row_menu::ask(ui.ctx(), self.area.id, row);
            }
        } else if action == Action::ToggleFold || rows.open.is_some() {
            self.opens = self.row;
        }
    }

    /// A row was drawn here, where Enter leads to what is in it, and a click to the row.
    pub(super) fn saw(&mut self, row: K, drawn: &Response) {
        if drawn.clicked() {
            self.area.request_focus();
            self.row = Some(row);
            let kept = self.area.id.with(IN_FOCUS);
            drawn.ctx.data_mut(|data| data.insert_temp(kept, row));
        }
        if self.row == Some(row) {
            grid::row_seen(&self.area, drawn.rect);
        }
        if self.opens == Some(row) {
            focusable::enter_first(&drawn.ctx, drawn.layer_id, drawn.rect);
        }
    }

    /// After its rows: says how many there are, and that the one in focus is what is read. `node` is
    /// that row's, if it was drawn.
    pub(super) fn end(&self, count: usize, node: Option<Id>) {
        spoken::tell(&self.area, |table| {
            table.set_row_count(count);
            table.set_size_of_set(count);
        });
        let ctx = &self.area.ctx;
        if let Some(row) = node.filter(|row| ctx.has_accesskit_node(*row)) {
            spoken::tell(&self.area, |table| {
                table.set_active_descendant(row.accesskit_id());
            });
        }
    }
}
