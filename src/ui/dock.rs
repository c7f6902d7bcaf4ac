//! The middle of the window: consume views, and the publish form where there is no room for it at
//! the side, as tabs that can be dragged side by side. The layout itself is egui_tiles'; here is
//! what lies in it, and how it follows the views of the model.

use egui::containers::menu::MenuButton;
use egui::{
    Color32, CursorIcon, Id, Response, RichText, Sense, Stroke, Ui, UiBuilder, Visuals, WidgetText,
};
use egui_tiles::{
    Behavior, Container, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, Tree,
    UiResponse,
};
use serde::{Deserialize, Serialize};

use crate::config::Question;
use crate::session::{Command, LetterCommand, Polling, Subscription, SubscriptionId};

use super::actions::Action;
use super::archive::{OpenForm, file_title};
use super::connections::connection_name;
use super::context::Context;
use super::edges;
use super::inbox::Inbox;
use super::publish::PublishPanel;
use super::sights::{Sight, saw};
use super::spoken;
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, dot, icon, icon_button, named, named_choice, profile_color};

/// Most width for the name of a tab: a longer one would push the others out of sight.
const TAB_NAME: f32 = 300.0;

/// From this width of a row of tabs on, what stands beside them has its name.
const NAMES_BESIDE_TABS_FROM: f32 = 480.0;

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

/// How tabs and panes look and what they ask for.
struct Drawing<'a, 'c, 'p> {
    cx: &'a mut Context<'c>,
    panes: Panes<'p>,
    closing: &'a mut Option<SubscriptionId>,
    open_file: &'a mut OpenForm,
    brought: &'a mut Option<(SubscriptionId, u32)>,
    tree: Id,
    root: Option<TileId>,
}

fn title(cx: &Context<'_>, pane: Pane) -> String {
    match pane {
        Pane::Publish => cx.texts.get("publish-title").to_owned(),
        Pane::View(id) => cx
            .model
            .view(id)
            .map(|view| view_title(cx, view))
            .unwrap_or_default(),
    }
}

/// The name of a tab, with a number where an earlier one is called the same.
fn told_apart(cx: &Context<'_>, pane: Pane, name: String) -> String {
    let Pane::View(id) = pane else { return name };
    let own = title(cx, pane);
    let views = cx.model.views().iter();
    let earlier = views.take_while(|view| view.id != id);
    match earlier.filter(|view| view_title(cx, view) == own).count() {
        0 => name,
        n => format!("{name} · {}", n + 1),
    }
}

impl Drawing<'_, '_, '_> {
    fn title(&self, pane: Pane) -> String {
        title(self.cx, pane)
    }

    /// A row of tabs is dragged as a whole by what is empty in it, unless it is the only one. Before
    /// what stands there, which lies on top of it.
    fn empty_part_ui(&self, ui: &Ui, tile: TileId) {
        if self.root == Some(tile) {
            return;
        }
        let id = Id::unique("empty part of the tabs").with(tile);
        let room = ui.available_rect_before_wrap().intersect(ui.clip_rect());
        // Not for the keyboard, which has actions for that.
        let empty = ui.interact(room, id, Sense::CLICK | Sense::DRAG);
        if empty.on_hover_cursor(CursorIcon::Grab).drag_started() {
            ui.set_dragged_id(tile.egui_id(self.tree));
        }
    }

    /// What one begins with, beside the tabs. What has no room for its name is in a menu.
    fn beside_tabs_ui(&mut self, ui: &mut Ui) {
        let t = self.cx.texts;
        // Faces without a frame have room of their own.
        ui.spacing_mut().item_spacing.x = 0.0;
        if ui.available_width() >= NAMES_BESIDE_TABS_FROM {
            self.others_ui(ui);
        } else {
            let face = egui::Button::new(icons::MORE).frame_when_inactive(false);
            let (more, _) = MenuButton::from_button(face).ui(ui, |ui| {
                spoken::name_place(ui, t.get("tabs-more"));
                self.others_ui(ui);
            });
            named(ui, more, egui::Role::Button, t.get("tabs-more"));
        }
        if icon_button(ui, icons::ADD, t.get("view-new")).clicked() {
            self.cx.command(Command::OpenView(None));
        }
    }

    fn others_ui(&mut self, ui: &mut Ui) {
        let t = self.cx.texts;
        let face = |key| {
            let text = theme::dim(ui.ctx(), t.get(key));
            egui::Button::new(text).frame_when_inactive(false)
        };
        let [letters, open] = ["letters-short", "open-menu"].map(face);
        // Of the view that is shown: one group's dead letters are one click away.
        if let Some(view) = self.cx.model.shown_view()
            && view.letters_topic().is_some()
            && ui.add(letters).clicked()
        {
            let open = LetterCommand::Open(view.id);
            self.cx.command(Command::Letters(open));
            ui.close();
        }
        if ui.add(open).clicked() {
            self.open_file.open();
            ui.close();
        }
    }

    /// Closes a view, but asks first whether that is meant where it holds messages.
    fn close_ui(&mut self, ui: &mut Ui, view: &Subscription) {
        let t = self.cx.texts;
        let (held, _) = view.rows.held();
        if *self.closing == Some(view.id) && held > 0 {
            let sure = t.format("view-close-sure", &[("n", held.into())]);
            let face = RichText::new(sure).color(self.cx.palette.bad);
            if ui.button(face).clicked() {
                self.cx.command(Command::CloseView(view.id));
            }
            if ui.button(t.get("cancel")).clicked() {
                *self.closing = None;
            }
        } else if icon_button(ui, icons::CLOSE, t.get("view-close"))
            .on_hover_text(Action::CloseView.hint(ui.ctx(), t))
            .clicked()
        {
            close(self.cx, view, self.closing);
        }
    }
}

impl Behavior<Pane> for Drawing<'_, '_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        spoken::here(ui, egui::Role::TabPanel, &self.title(*pane));
        egui::Frame::NONE
            .fill(self.cx.palette.panel)
            .show(ui, |ui| {
                ui.set_min_size(ui.available_size());
                match *pane {
                    Pane::Publish => {
                        theme::panel_frame(ui.ctx()).show(ui, |ui| {
                            self.panes.publish.ui(ui, self.cx);
                        });
                    }
                    Pane::View(id) => {
                        let rect = ui.max_rect();
                        // A press anywhere in a pane makes it the one whose details are shown.
                        let pressed = ui.input(|input| input.pointer.any_pressed());
                        let here = ui.rect_contains_pointer(rect);
                        if pressed && here && self.cx.model.shown_view().map(|v| v.id) != Some(id) {
                            self.cx.command(Command::ShowView(id));
                        }
                        ui.push_id(id, |ui| self.panes.inbox.ui(ui, self.cx, id));
                    }
                }
            });
        UiResponse::None
    }

    /// A tab is; a whole row of them by `empty_part_ui`, as egui_tiles would do it by a thing that
    /// takes the keyboard and has no name.
    fn is_tile_draggable(&self, tiles: &Tiles<Pane>, tile: TileId) -> bool {
        matches!(tiles.get(tile), Some(Tile::Pane(_)))
    }

    /// Edges of our own take the place of its.
    fn is_container_resizable(&self, _tiles: &Tiles<Pane>, _container: TileId) -> bool {
        false
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        self.title(*pane).into()
    }

    fn tab_ui(
        &mut self,
        tiles: &mut Tiles<Pane>,
        ui: &mut Ui,
        id: Id,
        tile: TileId,
        state: &TabState,
    ) -> Response {
        let p = self.cx.palette;
        let Some(Tile::Pane(pane)) = tiles.get(tile) else {
            // A row of tabs inside of a tab is simplified away.
            return ui.interact(egui::Rect::NOTHING, id, Sense::hover());
        };
        let pane = *pane;
        spoken::here(ui, egui::Role::TabList, self.cx.texts.get("dock-tabs"));
        let view = match pane {
            Pane::View(view) => self.cx.model.view(view),
            Pane::Publish => None,
        };
        let title = self.title(pane);
        let fill = if state.active {
            p.panel
        } else {
            Color32::TRANSPARENT
        };
        let ink = if state.active { p.text } else { p.dim };
        let inner = egui::Frame::NONE
            .fill(fill)
            .inner_margin(egui::Margin::symmetric(12, 0))
            .show(ui, |ui| {
                ui.set_height(self.cx.sizes.tab_bar - 2.0 * theme::HAIRLINE);
                ui.horizontal_centered(|ui| {
                    ui.spacing_mut().item_spacing.x = theme::GAP;
                    if let Some(view) = view {
                        state_dot(ui, self.cx, view);
                    }
                    // The name stands on the whole tab.
                    let text = RichText::new(&title).color(ink);
                    let name = egui::Label::new(text).selectable(false).truncate();
                    ui.scope(|ui| {
                        ui.set_max_width(TAB_NAME);
                        ui.add(name);
                    });
                    let left = ui.min_rect();
                    if let Some(view) = view
                        && state.active
                        && view.polling.is_stopped()
                        && self.cx.model.views().len() > 1
                    {
                        let scope = UiBuilder::new().scope_id(id.with("close"));
                        ui.scope_builder(scope, |ui| self.close_ui(ui, view));
                    }
                    left
                })
                .inner
            });
        let mut rect = inner.response.rect;
        if let Pane::View(id) = pane
            && self.cx.model.shown_view().map(|view| view.id) == Some(id)
        {
            // Whole, with what closes it, whenever it is another one or there is less room.
            let now = Some((id, ui.clip_rect().width() as u32));
            if std::mem::replace(self.brought, now) != now {
                ui.scroll_to_rect(rect, None);
            }
        }
        let sight = match pane {
            Pane::Publish => Some(Sight::PublishTab),
            Pane::View(id) => (self.cx.model.shown_view().map(|view| view.id) == Some(id))
                .then_some(Sight::ViewTab),
        };
        if let Some(sight) = sight {
            saw(ui.ctx(), sight, rect.shrink(theme::GAP_SMALL));
        }
        if state.active {
            let line = Stroke::new(2.0, p.accent);
            ui.painter().hline(rect.x_range(), rect.top() + 1.0, line);
        }
        // The button that closes keeps its clicks.
        rect.max.x = inner.inner.max.x + theme::GAP_SMALL;
        let response = ui.interact(rect, id, Sense::click_and_drag());
        let name = match view {
            Some(view) => match state_word(self.cx, view) {
                Some(word) => format!("{title} · {word}"),
                None => title,
            },
            None => title,
        };
        let name = told_apart(self.cx, pane, name);
        let response = named_choice(ui, response, egui::Role::Tab, state.active, &name);
        spoken::tell(&response, |node| node.set_selected(state.active));
        if response.clicked()
            && let Some(view) = view
        {
            self.cx.command(Command::ShowView(view.id));
        }
        response
    }

    fn tab_bar_trailing_ui(&mut self, _: &Tiles<Pane>, ui: &mut Ui, tile: TileId, _: &Tabs) {
        self.empty_part_ui(ui, tile);
    }

    // At the end of the row, where it stays however many tabs there are.
    fn top_bar_right_ui(
        &mut self,
        tiles: &Tiles<Pane>,
        ui: &mut Ui,
        tile: TileId,
        tabs: &Tabs,
        _scrolled: &mut f32,
    ) {
        // Once, though there are more rows of tabs: beside the view that one works with.
        let shown = self.cx.model.shown_view().map(|view| Pane::View(view.id));
        let pane = |child: &TileId| match tiles.get(*child) {
            Some(Tile::Pane(pane)) => Some(*pane),
            _ => None,
        };
        if shown.is_some() && !tabs.children.iter().any(|child| pane(child) == shown) {
            return;
        }
        // A bar that scrolls gets arrows before what is in it, and the keyboard is to stay where it is.
        let scope = UiBuilder::new().scope_id(Id::unique("beside the tabs").with(tile));
        ui.scope_builder(scope, |ui| self.beside_tabs_ui(ui));
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        self.cx.sizes.tab_bar
    }

    fn tab_bar_color(&self, _: &Visuals) -> Color32 {
        self.cx.palette.bg
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        theme::GAP_SMALL
    }

    fn min_size(&self) -> f32 {
        theme::LEAST_PANE
    }

    fn simplification_options(&self) -> SimplificationOptions {
        SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..SimplificationOptions::default()
        }
    }

    // Ctrl+Tab belongs to the view under the pointer otherwise, which no keyboard can choose.
    fn cycle_tabs_with_keyboard(&self) -> bool {
        false
    }
}

/// What holds no messages is closed at once.
fn close(cx: &mut Context<'_>, view: &Subscription, closing: &mut Option<SubscriptionId>) {
    let (held, _) = view.rows.held();
    match held > 0 && cx.model.asks(Question::CloseView) {
        true => *closing = Some(view.id),
        false => cx.command(Command::CloseView(view.id)),
    }
}

/// Whether a view listens, in the colour of its connection.
fn state_dot(ui: &mut Ui, cx: &Context<'_>, view: &Subscription) {
    let p = cx.palette;
    if view.file.is_some() {
        icon(ui, icons::FILE, p.dim);
        return;
    }
    let connection = cx.model.connection(view.connection());
    let color = connection.map_or(p.dim, |connection| {
        profile_color(p, connection.profile.color)
    });
    match view.polling {
        Polling::Stopped => dot(ui, Dot::Ring, color),
        Polling::Running | Polling::Stopping => dot(ui, Dot::Full, color),
        Polling::Paused => dot(ui, Dot::Half, color),
        Polling::Failing(..) => dot(ui, Dot::Half, p.bad),
    };
}

/// Whether a view listens, for those who do not see it.
fn state_word(cx: &Context<'_>, view: &Subscription) -> Option<&'static str> {
    if view.file.is_some() {
        return None;
    }
    Some(cx.texts.get(match view.polling {
        Polling::Stopped => "view-is-stopped",
        Polling::Running | Polling::Stopping => "view-is-running",
        Polling::Paused => "view-is-paused",
        Polling::Failing(..) => "view-is-failing",
    }))
}

/// What a view is called: where it listens, topic and group.
pub(super) fn view_title(cx: &Context<'_>, view: &Subscription) -> String {
    if let Some(file) = &view.file {
        return file_title(cx, file);
    }
    let (topic, group) = match &view.source {
        Some(source) => (source.topic.as_str(), source.consume.group.as_str()),
        None => (view.form.topic.as_str(), view.form.group.as_str()),
    };
    let values = [("topic", topic.into()), ("group", group.into())];
    let title = match view.checks_halves() {
        true => cx.texts.format("view-title-half", &values),
        false => cx.texts.format("view-title", &values),
    };
    match cx.model.connection(view.connection()) {
        Some(connection) if connection.id != crate::session::ConnectionId::Sandbox => {
            format!("{} · {title}", connection_name(cx, connection))
        }
        _ => title,
    }
}
