//! What is there for those who do not see the window: names of places, rows of tables as one thing
//! each, dialogs. Nothing in here is painted.

use egui::accesskit::{self, Action, Node, Role};
use egui::{Id, Label, Rangef, Rect, Response, Sense, Ui, UiBuilder, UiKind, UiStack};

use crate::i18n::Texts;

use super::theme;

/// The name of the window itself.
pub(super) fn window_name(ctx: &egui::Context, name: &str) {
    ctx.accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(name));
}

/// Whether somebody listens: names that are made for screen readers alone need not be made otherwise.
pub(super) fn is_on(ui: &Ui) -> bool {
    ui.ctx().has_accesskit_node(ui.unique_id())
}

/// The title of a dialog, which is also the dialog's name.
pub(super) fn title_ui(ui: &mut Ui, text: &str) {
    ui.add(Label::new(theme::title(text)).wrap());
    name_place(ui, text);
}

/// Gives the panel, the dialog, the menu or the popup that this is in its name.
pub(super) fn name_place(ui: &Ui, name: &str) {
    if let Some(place) = place_of(ui) {
        let modal = place.kind() == Some(UiKind::Modal);
        ui.ctx().accesskit_node_builder(place.unique_id, |node| {
            node.set_label(name);
            if modal {
                node.set_modal();
            }
        });
    }
}

/// Tells where the place lies that this is in: egui tells it of widgets only.
pub(super) fn place_lies(ui: &Ui, rect: Rect) {
    if let Some(place) = place_of(ui) {
        let ctx = ui.ctx();
        ctx.accesskit_node_builder(place.unique_id, |node| node.set_bounds(bounds(rect)));
    }
}

fn place_of(ui: &Ui) -> Option<&UiStack> {
    let is_place = |kind: UiKind| {
        kind.is_panel() || matches!(kind, UiKind::Modal | UiKind::Popup | UiKind::Menu)
    };
    let mut around = ui.stack().iter();
    around.find(|one| one.kind().is_some_and(is_place))
}

/// A place in points, as screen readers are told.
pub(super) fn bounds(rect: Rect) -> accesskit::Rect {
    accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    }
}

/// What this is inside of becomes a place with a role and a name.
pub(super) fn here(ui: &Ui, role: Role, name: &str) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(role);
        node.set_label(name);
    });
}

/// The edge of a panel that makes it larger. `ui` is what the panel is in.
pub(super) fn splitter_id(ui: &Ui, panel: &str) -> Id {
    ui.scope_id().with(panel).with("__resize")
}

/// The same is called after the panel.
pub(super) fn splitter(ui: &Ui, t: &Texts, panel: &str, name: &str) {
    let id = splitter_id(ui, panel);
    if ui.ctx().has_accesskit_node(id) {
        let name = t.format("splitter-name", &[("pane", name.into())]);
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label(name));
    }
}

/// Says more of a node.
pub(super) fn tell(response: &Response, say: impl FnOnce(&mut Node)) {
    response.ctx.accesskit_node_builder(response.id, say);
}

/// A row of a table or a list as one thing, with all of it in its name: better than as many cells
/// as it has, none of which says whose it is.
pub(super) struct Row<'a> {
    /// Tells it from the others, in every frame.
    pub(super) id: Id,
    /// The table's node.
    pub(super) table: Id,
    /// All of it in a line.
    pub(super) name: &'a str,
    /// What is read after that; empty if nothing is.
    pub(super) more: &'a str,
    /// Whether it is chosen.
    pub(super) selected: bool,
    /// Its place, counted from 0.
    pub(super) place: usize,
    /// Whether the keyboard gets to it.
    pub(super) focusable: bool,
    /// From where to where it goes.
    pub(super) across: Rangef,
}

impl Row<'_> {
    /// Puts it into the tree, before its cells are drawn. One that the keyboard gets to takes the
    /// clicks of the pointer where no cell does; of another one only screen readers know.
    pub(super) fn show(self, ui: &mut Ui) -> Response {
        let whole = Rect::from_x_y_ranges(self.across, ui.max_rect().y_range());
        let sense = match self.focusable {
            true => Sense::click(),
            false => Sense::CLICK,
        };
        let builder = UiBuilder::new()
            .scope_id(self.id)
            .max_rect(whole)
            .accessibility_parent(self.table)
            .accessibility_role(Role::Row)
            .accessibility_label(self.name)
            .sense(sense);
        let mut row = ui.new_child(builder);
        if self.focusable {
            row.set_min_size(whole.size());
        }
        let response = row.response();
        self.tell(&response, whole);
        tell(&response, |node| node.add_action(Action::Click));
        response
    }

    /// The same around what is no cells, drawn by `add`.
    pub(super) fn around(self, ui: &mut Ui, add: impl FnOnce(&mut Ui)) -> Response {
        let builder = UiBuilder::new()
            .scope_id(self.id)
            .accessibility_parent(self.table)
            .accessibility_role(Role::Row)
            .accessibility_label(self.name)
            .sense(Sense::CLICK);
        let response = ui.scope_builder(builder, add).response;
        self.tell(&response, response.rect);
        response
    }

    fn tell(&self, response: &Response, whole: Rect) {
        tell(response, |node| {
            node.set_bounds(bounds(whole));
            if !self.more.is_empty() {
                node.set_description(self.more);
            }
            node.set_selected(self.selected);
            node.set_row_index(self.place);
            node.set_position_in_set(self.place);
        });
    }
}
