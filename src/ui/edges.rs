//! The edges between views that lie beside each other: dragged, doubly clicked to make both alike, or
//! moved by the arrows while they have the keyboard. Where the views lie is egui_tiles' business,
//! whose own edges have neither a name nor keys.

use egui::accesskit::Role;
use egui::{CursorIcon, Id, Rect, Sense, Ui, vec2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};

use super::actions::Action;
use super::context::Context;
use super::pane;
use super::theme;

/// Least width or height of what lies beside an edge.
const LEAST: f32 = 120.0;

/// An edge, and what lies before and after it.
struct Edge {
    container: TileId,
    dir: LinearDir,
    tiles: [TileId; 2],
    sizes: [f32; 2],
    line: Rect,
}

/// Draws all of them, and moves them. `name` is that of what lies before an edge.
pub(super) fn ui<Pane>(
    ui: &Ui,
    cx: &Context<'_>,
    tree: &mut Tree<Pane>,
    name: impl Fn(&Pane) -> String,
) {
    let reach = 2.0 * ui.style().interaction.resize_grab_radius_side;
    for edge in edges(tree, reach) {
        let pane = first_pane(&tree.tiles, edge.tiles[0]).map(&name);
        let by = edge_ui(ui, cx, &edge, &pane.unwrap_or_default());
        if by != 0.0
            && let Some(Tile::Container(Container::Linear(linear))) =
                tree.tiles.get_mut(edge.container)
        {
            edge.shift(linear, by);
        }
    }
}

/// Those that are in sight.
fn edges<Pane>(tree: &Tree<Pane>, reach: f32) -> Vec<Edge> {
    let mut edges = Vec::new();
    for container in tree.active_tiles() {
        let Some(Container::Linear(linear)) = tree.tiles.get_container(container) else {
            continue;
        };
        let visible = |tile: &&TileId| tree.tiles.is_visible(**tile);
        let children: Vec<TileId> = linear.children.iter().filter(visible).copied().collect();
        for pair in children.windows(2) {
            let &[before, after] = pair else { continue };
            let (Some(first), Some(second)) = (tree.tiles.rect(before), tree.tiles.rect(after))
            else {
                continue;
            };
            let (sizes, line) = match linear.dir {
                LinearDir::Horizontal => (
                    [first.width(), second.width()],
                    Rect::from_center_size(
                        egui::pos2((first.right() + second.left()) / 2.0, first.center().y),
                        vec2(reach, first.height()),
                    ),
                ),
                LinearDir::Vertical => (
                    [first.height(), second.height()],
                    Rect::from_center_size(
                        egui::pos2(first.center().x, (first.bottom() + second.top()) / 2.0),
                        vec2(first.width(), reach),
                    ),
                ),
            };
            edges.push(Edge {
                container,
                dir: linear.dir,
                tiles: [before, after],
                sizes,
                line,
            });
        }
    }
    edges
}

fn first_pane<Pane>(tiles: &Tiles<Pane>, tile: TileId) -> Option<&Pane> {
    match tiles.get(tile)? {
        Tile::Pane(pane) => Some(pane),
        Tile::Container(Container::Tabs(tabs)) => first_pane(tiles, tabs.active?),
        Tile::Container(container) => {
            let mut children = container.children();
            children.find_map(|child| first_pane(tiles, *child))
        }
    }
}

/// Draws one; by how much it is to be moved.
fn edge_ui(ui: &Ui, cx: &Context<'_>, edge: &Edge, before: &str) -> f32 {
    let id = Id::unique("dock edge").with((edge.container, edge.tiles[0]));
    let response = ui.interact(edge.line, id, Sense::click_and_drag());
    let name = cx.texts.format("splitter-name", &[("pane", before.into())]);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_role(Role::Splitter);
        node.set_label(name);
        node.set_numeric_value(f64::from(edge.sizes[0]));
    });
    let is_row = edge.dir == LinearDir::Horizontal;
    if response.hovered() || response.dragged() {
        ui.set_cursor_icon(match is_row {
            true => CursorIcon::ResizeHorizontal,
            false => CursorIcon::ResizeVertical,
        });
    }
    if response.hovered() || response.dragged() || response.has_focus() {
        let stroke = egui::Stroke::new(theme::HAIRLINE * 2.0, cx.palette.accent);
        let center = edge.line.center();
        match is_row {
            true => ui.painter().vline(center.x, edge.line.y_range(), stroke),
            false => ui.painter().hline(edge.line.x_range(), center.y, stroke),
        };
    }
    if response.double_clicked() {
        return (edge.sizes[1] - edge.sizes[0]) / 2.0;
    }
    if response.dragged() {
        let at = response.interact_pointer_pos();
        return at.map_or(0.0, |at| match is_row {
            true => at.x - edge.line.center().x,
            false => at.y - edge.line.center().y,
        });
    }
    if !response.has_focus() {
        return 0.0;
    }
    let ways = match is_row {
        true => (Action::EdgeLeft, Action::EdgeRight),
        false => (Action::EdgeUp, Action::EdgeDown),
    };
    pane::by_keys(ui, id, ways, edge.sizes.iter().sum()).unwrap_or_default()
}

impl Edge {
    /// Gives what is before it so much more room, and what is after it less.
    fn shift(&self, linear: &mut Linear, by: f32) {
        let room: f32 = self.sizes.iter().sum();
        let least = LEAST.min(room / 2.0);
        let first = (self.sizes[0] + by).clamp(least, room - least);
        let shares: f32 = self.tiles.iter().map(|tile| linear.shares[*tile]).sum();
        linear.shares[self.tiles[0]] = shares * first / room;
        linear.shares[self.tiles[1]] = shares * (room - first) / room;
    }
}
