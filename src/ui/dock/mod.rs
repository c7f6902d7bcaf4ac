//! The middle of the window: consume views, and the publish form where there is no room for it at
//! the side, as tabs that can be dragged side by side. The layout itself is egui_tiles'; here is
//! what lies in it, and how it follows the views of the model. How it looks is in `drawing.rs`.

mod beside;
mod drawing;
mod titles;

use egui::{Id, Ui};
use egui_tiles::{Container, Tile, TileId, Tree};
use serde::{Deserialize, Serialize};

use crate::session::{Command, Subscription, SubscriptionId};

use super::archive::OpenForm;
use super::context::Context;
use super::edges;
use super::inbox::Inbox;
use super::publish::PublishPanel;
use drawing::{Drawing, close};
pub(super) use titles::view_title;
use titles::{title, told_apart};

/// What lies in a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pane {
    /// A consume view.
    View(SubscriptionId),
    /// The publish form.
    Publish,
}

/// The tabs and how they lie.
pub(super) struct Dock {
    tree: Tree<Pane>,
    /// The view that the model showed when we last looked.
    shown: Option<SubscriptionId>,
    /// The tab that was brought into sight last, and how wide the row of tabs was.
    brought: Option<(SubscriptionId, u32)>,
    /// Asked to close while it holds messages; asked back whether that is meant.
    closing: Option<SubscriptionId>,
    /// The publish form was the last tab that one stepped to.
    on_publish: bool,
    open_file: OpenForm,
}

/// A tab, for those who know nothing of how they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// A consume view.
    View(SubscriptionId),
    /// The publish form.
    Publish,
}

/// What the panes are drawn with.
pub(super) struct Panes<'a> {
    /// Consume views.
    pub(super) inbox: &'a mut Inbox,
    /// The publish form.
    pub(super) publish: &'a mut PublishPanel,
}

impl Dock {
    /// The layout of an earlier run, or everything in one row of tabs.
    pub(super) fn new(layout: Option<&serde_json::Value>) -> Self {
        let saved = layout.and_then(|layout| Tree::<Pane>::deserialize(layout).ok());
        Self {
            tree: saved.unwrap_or_else(|| Tree::empty(Id::unique("dock"))),
            shown: None,
            brought: None,
            closing: None,
            on_publish: false,
            open_file: OpenForm::default(),
        }
    }

    /// The layout, to be kept.
    pub(super) fn layout(&self) -> Option<serde_json::Value> {
        serde_json::to_value(&self.tree).ok()
    }

    /// Shows the publish form, where it is a tab.
    pub(super) fn show_publish(&mut self) {
        self.activate(Pane::Publish);
    }

    /// Whether the publish form is a tab, and in sight.
    pub(super) fn shows_publish(&self) -> bool {
        self.in_sight().contains(&Pane::Publish)
    }

    /// Whether a view is in sight.
    pub(super) fn shows_views(&self) -> bool {
        let in_sight = self.in_sight();
        in_sight.iter().any(|pane| matches!(pane, Pane::View(_)))
    }

    /// Brings the tab of a view into sight.
    pub(super) fn show_view(&mut self, view: SubscriptionId) {
        self.activate(Pane::View(view));
    }

    /// Asks which file is to be opened.
    pub(super) fn open_file(&mut self) {
        self.open_file.open();
    }

    /// The tabs from left to right, as they lie.
    pub(super) fn tabs(&self) -> Vec<Tab> {
        let panes = self.panes().into_iter();
        panes
            .map(|pane| match pane {
                Pane::View(id) => Tab::View(id),
                Pane::Publish => Tab::Publish,
            })
            .collect()
    }

    /// All panes in the order of their tabs, one row of tabs after the other.
    fn panes(&self) -> Vec<Pane> {
        let mut panes = Vec::new();
        let mut ahead: Vec<TileId> = self.tree.root().into_iter().collect();
        while let Some(id) = ahead.pop() {
            match self.tree.tiles.get(id) {
                Some(Tile::Pane(pane)) => panes.push(*pane),
                Some(Tile::Container(container)) => {
                    let children: Vec<TileId> = container.children().copied().collect();
                    ahead.extend(children.into_iter().rev());
                }
                None => {}
            }
        }
        panes
    }

    fn in_sight(&self) -> Vec<Pane> {
        let pane = |id: TileId| match self.tree.tiles.get(id) {
            Some(Tile::Pane(pane)) => Some(*pane),
            _ => None,
        };
        self.tree
            .active_tiles()
            .into_iter()
            .filter_map(pane)
            .collect()
    }

    /// Shows the tab at this place.
    pub(super) fn show_tab(&mut self, place: usize, cx: &mut Context<'_>) {
        let Some(pane) = self.panes().get(place).copied() else {
            return;
        };
        self.activate(pane);
        if let Pane::View(id) = pane {
            cx.command(Command::ShowView(id));
        }
    }

    /// Shows the next tab, or the one before.
    pub(super) fn step(&mut self, by: isize, cx: &mut Context<'_>) {
        let panes = self.panes();
        let here = match (self.shows_publish() && self.on_publish, self.shown) {
            (true, _) => Some(Pane::Publish),
            (false, Some(id)) => Some(Pane::View(id)),
            (false, None) => None,
        };
        let at = panes
            .iter()
            .position(|pane| Some(*pane) == here)
            .unwrap_or(0);
        let next = (at as isize + by).rem_euclid(panes.len().max(1) as isize);
        self.on_publish = panes.get(next as usize) == Some(&Pane::Publish);
        self.show_tab(next as usize, cx);
    }

    /// Moves the tab of the view that is shown among those beside it, around the end.
    pub(super) fn move_tab(&mut self, by: isize) {
        let Some((tile, parent)) = self.shown_tile() else {
            return;
        };
        if let Some(Tile::Container(Container::Tabs(tabs))) = self.tree.tiles.get_mut(parent)
            && let Some(at) = tabs.children.iter().position(|child| *child == tile)
        {
            let to = (at as isize + by).rem_euclid(tabs.children.len() as isize);
            let tile = tabs.children.remove(at);
            tabs.children.insert(to as usize, tile);
        }
    }

    /// Puts the view that is shown beside all the others.
    pub(super) fn split(&mut self) {
        let (Some((tile, parent)), Some(root)) = (self.shown_tile(), self.tree.root()) else {
            return;
        };
        if let Some(Tile::Container(container)) = self.tree.tiles.get_mut(parent) {
            container.remove_child(tile);
        }
        let root = self.tree.tiles.insert_horizontal_tile(vec![root, tile]);
        self.tree.root = Some(root);
    }

    /// Puts all tabs into one row again, in their order.
    pub(super) fn join(&mut self) {
        let panes = self.panes();
        self.tree = Tree::empty(self.tree.id());
        for pane in panes {
            self.insert(pane);
        }
        if let Some(id) = self.shown {
            self.activate(Pane::View(id));
        }
    }

    /// The tile of the view that is shown, and what holds it.
    fn shown_tile(&self) -> Option<(TileId, TileId)> {
        let tile = self.tree.tiles.find_pane(&Pane::View(self.shown?))?;
        Some((tile, self.tree.tiles.parent_of(tile)?))
    }

    /// Closes a view, or asks first whether that is meant where it holds messages.
    pub(super) fn close(&mut self, cx: &mut Context<'_>, view: &Subscription) {
        self.activate(Pane::View(view.id));
        close(cx, view, &mut self.closing);
    }

    /// Tabs and panes. `publish_here`: the publish form is one of the tabs.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        panes: Panes<'_>,
        publish_here: bool,
    ) {
        self.follow(cx, publish_here);
        let mut behavior = Drawing {
            cx,
            panes,
            closing: &mut self.closing,
            open_file: &mut self.open_file,
            brought: &mut self.brought,
            tree: self.tree.id(),
            root: self.tree.root(),
        };
        self.tree.ui(&mut behavior, ui);
        edges::ui(ui, cx, &mut self.tree, |pane| {
            told_apart(cx, *pane, title(cx, *pane))
        });
        self.open_file.ui(ui, cx);
    }

    /// Brings the tabs in line with the views of the model.
    fn follow(&mut self, cx: &Context<'_>, publish_here: bool) {
        let views = cx.model.views();
        let mut wanted: Vec<Pane> = views.iter().map(|view| Pane::View(view.id)).collect();
        if publish_here {
            wanted.insert(0, Pane::Publish);
        }
        let mut seen = Vec::new();
        let gone: Vec<TileId> = self
            .tree
            .tiles
            .iter()
            .filter_map(|(id, tile)| match tile {
                Tile::Pane(pane) if !wanted.contains(pane) || seen.contains(pane) => Some(*id),
                Tile::Pane(pane) => {
                    seen.push(*pane);
                    None
                }
                Tile::Container(_) => None,
            })
            .collect();
        for id in gone {
            self.tree.remove_recursively(id);
        }
        for pane in wanted {
            if !seen.contains(&pane) {
                self.insert(pane);
            }
        }
        let shown = cx.model.shown_view().map(|view| view.id);
        if shown != self.shown {
            self.shown = shown;
            if let Some(id) = shown {
                self.activate(Pane::View(id));
            }
        }
    }

    /// A new tab beside the one that is shown.
    fn insert(&mut self, pane: Pane) {
        let beside = self
            .shown
            .and_then(|id| self.tree.tiles.find_pane(&Pane::View(id)))
            .and_then(|tile| self.tree.tiles.parent_of(tile))
            .or(self.tree.root());
        let new = self.tree.tiles.insert_pane(pane);
        match beside.and_then(|id| self.tree.tiles.get_mut(id)) {
            Some(Tile::Container(Container::Tabs(tabs))) => {
                match pane {
                    Pane::Publish => tabs.children.insert(0, new),
                    Pane::View(_) => tabs.add_child(new),
                }
                if tabs.active.is_none() || matches!(pane, Pane::View(_)) {
                    tabs.set_active(new);
                }
            }
            _ => {
                // Nothing yet, or a layout without tabs: everything goes into a new row of them.
                let mut children: Vec<TileId> = self.tree.root().into_iter().collect();
                children.push(new);
                let root = self.tree.tiles.insert_tab_tile(children);
                self.tree.root = Some(root);
            }
        }
    }

    fn activate(&mut self, pane: Pane) {
        self.tree
            .make_active(|_, tile| matches!(tile, Tile::Pane(other) if *other == pane));
    }
}
