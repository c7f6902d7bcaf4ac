//! How tabs and panes look, and what they ask for.

use egui::{
    Color32, CursorIcon, Id, Response, RichText, Sense, Stroke, Ui, UiBuilder, Visuals, WidgetText,
};
use egui_tiles::{
    Behavior, SimplificationOptions, TabState, Tabs, Tile, TileId, Tiles, UiResponse,
};

use crate::config::Question;
use crate::session::{Command, Subscription, SubscriptionId};

use super::super::actions::Action;
use super::super::archive::OpenForm;
use super::super::context::Context;
use super::super::sights::{Sight, saw};
use super::super::theme::icons;
use super::super::widgets::{icon_button, named_choice};
use super::super::{spoken, theme};
use super::titles::{state_dot, state_word, title, told_apart};
use super::{Pane, Panes, beside};

/// Most width for the name of a tab: a longer one would push the others out of sight.
const TAB_NAME: f32 = 300.0;

/// How tabs and panes look and what they ask for.
pub(super) struct Drawing<'a, 'c, 'p> {
    pub(super) cx: &'a mut Context<'c>,
    pub(super) panes: Panes<'p>,
    pub(super) closing: &'a mut Option<SubscriptionId>,
    pub(super) open_file: &'a mut OpenForm,
    pub(super) brought: &'a mut Option<(SubscriptionId, u32)>,
    pub(super) tree: Id,
    pub(super) root: Option<TileId>,
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
                        if pressed && here && !self.cx.is_shown(id) {
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
                    let text = told_apart(self.cx, pane, title.clone());
                    let text = RichText::new(text).color(ink);
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
            && self.cx.is_shown(id)
        {
            // Whole, with what closes it, whenever it is another one or there is less room.
            let now = Some((id, ui.clip_rect().width() as u32));
            if std::mem::replace(self.brought, now) != now {
                ui.scroll_to_rect(rect, None);
            }
        }
        let sight = match pane {
            Pane::Publish => Some(Sight::PublishTab),
            Pane::View(id) => self.cx.is_shown(id).then_some(Sight::ViewTab),
        };
        if let Some(sight) = sight {
            saw(ui.ctx(), sight, rect.shrink(theme::GAP_SMALL));
        }
        if state.active {
            // Of tabs side by side, one is the view that one works with.
            let ink = match pane {
                Pane::View(id) if !self.cx.is_shown(id) => p.faint,
                Pane::View(_) | Pane::Publish => p.accent,
            };
            let line = Stroke::new(2.0, ink);
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
        ui.scope_builder(scope, |ui| beside::ui(ui, self.cx, self.open_file));
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
pub(super) fn close(
    cx: &mut Context<'_>,
    view: &Subscription,
    closing: &mut Option<SubscriptionId>,
) {
    let (held, _) = view.rows.held();
    match held > 0 && cx.model.asks(Question::CloseView) {
        true => *closing = Some(view.id),
        false => cx.command(Command::CloseView(view.id)),
    }
}
