//! The panels of the window and what lies on top of them: where each one lies, and what the actions
//! of the registry ask of it. What is in a panel is its own business.

use egui::{Frame, Panel, Ui};

use crate::config::Preferences;
use crate::session::{Command, ConnectionId, Model, WindowPart, Workspace};

use super::actions::{Action, Around, perform};
use super::arranged::{Kept, Sizes, to_keep};
use super::ask_first::AskFirst;
use super::code::CodeWindow;
use super::connections::{Asked, Connections};
use super::context::{Context, bytes};
use super::debugger::DebuggerWindow;
use super::dock::{Dock, Panes};
use super::drawer::Drawer;
use super::first_minute::FirstMinute;
use super::guide::GuideWindow;
use super::help::Help;
use super::help_menu::HelpMenu;
use super::inbox::Inbox;
use super::message::MessagePane;
use super::palette::{self, Palette, Pick, Target};
use super::pane::{Pane, STEP, Side};
use super::publish::PublishPanel;
use super::quit::Quit;
use super::regions::{Region, Regions};
use super::said::Said;
use super::settings::SettingsWindow;
use super::{archive, grid, paste, spoken, status, table_keys, theme, top};

/// Height of the details that is of any use.
const LEAST_DETAILS: f32 = 120.0;

/// All panels.
pub(super) struct Panels {
    pub(super) connections: Connections,
    pub(super) publish: PublishPanel,
    pub(super) inbox: Inbox,
    pub(super) message: MessagePane,
    pub(super) drawer: Drawer,
    pub(super) dock: Dock,
    pub(super) palette: Palette,
    pub(super) help: Help,
    pub(super) guide: GuideWindow,
    pub(super) help_menu: HelpMenu,
    pub(super) first_minute: FirstMinute,
    pub(super) settings: SettingsWindow,
    pub(super) regions: Regions,
    /// Whether the side panel is shown.
    pub(super) side: bool,
    /// Whether the publish form is wanted beside the views, and not as a tab of theirs.
    pub(super) form_beside: bool,
    sizes: Sizes,
    code: CodeWindow,
    debugger: DebuggerWindow,
    quit: Quit,
    said: Said,
    /// What is asked before something is done.
    pub(super) ask_first: AskFirst,
}

impl Panels {
    /// As they were in an earlier run.
    pub(super) fn restored(workspace: &Workspace, preferences: &Preferences) -> Self {
        let kept = Kept::new(workspace.around.as_ref());
        Self {
            connections: Connections::restored(kept.get("topics")),
            publish: PublishPanel::new(workspace.draft.clone()),
            inbox: Inbox::default(),
            message: MessagePane::restored(&kept),
            drawer: Drawer::new(kept.get("drawer")),
            dock: Dock::new(workspace.layout.as_ref()),
            palette: Palette::restored(kept.get("recent")),
            help: Help::default(),
            guide: GuideWindow::default(),
            help_menu: HelpMenu::default(),
            first_minute: FirstMinute::new(!preferences.first_minute_seen),
            settings: SettingsWindow::default(),
            regions: Regions::default(),
            side: kept.get("side").unwrap_or(true),
            form_beside: kept.get("form-beside").unwrap_or(true),
            sizes: Sizes::restored(&kept),
            code: CodeWindow::default(),
            debugger: DebuggerWindow::default(),
            quit: Quit::default(),
            said: Said::default(),
            ask_first: AskFirst::default(),
        }
    }

    /// What is to be kept for the next run.
    pub(super) fn to_keep(&self) -> WindowPart {
        let value = |value: Result<_, serde_json::Error>| value.unwrap_or_default();
        let mut values = vec![
            ("drawer", value(serde_json::to_value(self.drawer.shown()))),
            ("recent", value(serde_json::to_value(self.palette.recent()))),
            ("side", self.side.into()),
            ("form-beside", self.form_beside.into()),
            ("topics", self.connections.shows_topics().into()),
        ];
        values.extend(self.message.to_keep());
        WindowPart {
            draft: self.publish.kept_draft(),
            layout: self.dock.layout(),
            around: Some(to_keep(&self.sizes, values)),
        }
    }

    /// Takes in what is to be published again, if that is new.
    pub(super) fn take_offer(&mut self, model: &Model) {
        if self.publish.take_offer(model) {
            self.dock.show_publish();
        }
    }

    /// What the reasons of actions need to know of the window.
    pub(super) fn around(&self, ctx: &egui::Context) -> Around {
        Around {
            tabs: self.dock.tabs().len(),
            resizes: self.resizable().is_some(),
            wide: is_wide(ctx),
        }
    }

    /// The innermost panel that the keyboard is in, if that can be made larger or smaller.
    fn resizable(&self) -> Option<&'static str> {
        self.sizes.holding(self.regions.place()?)
    }

    /// Makes the panel that the keyboard is in larger by so many steps.
    pub(super) fn resize(&mut self, steps: f32) {
        if let Some(panel) = self.resizable() {
            self.sizes.wish(panel, steps * STEP);
        }
    }

    /// Holds back a close of the window if there is something to ask.
    pub(super) fn guard(&mut self, ctx: &egui::Context, holds: bool) {
        self.quit.guard(ctx, holds);
    }

    /// Draws all of them, and does what was asked for by keys before and by them meanwhile.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        self.regions.begin(ui.ctx());
        if let Some(length) = paste::hold_back(ui.ctx()) {
            let values = [
                ("size", bytes(length).into()),
                ("most", bytes(paste::MOST).into()),
            ];
            self.said
                .say(cx.texts.format("paste-too-long", &values), cx);
        }
        self.sizes.begin();
        self.inbox.forget();
        self.carry_out(ui, cx);
        self.edges_ui(ui, cx);
        self.middle_ui(ui, cx);
        self.above_ui(ui, cx);
        // What the panels asked for is drawn in the next frame.
        self.carry_out(ui, cx);
        self.regions.end(ui.ctx());
    }

    /// Does what was asked for; what is not possible says why.
    fn carry_out(&mut self, ui: &Ui, cx: &mut Context<'_>) {
        for action in std::mem::take(cx.actions) {
            match perform(action, ui, cx, self) {
                Some(reason) => self.said.refuse(action, reason, cx),
                None => self.said.done(),
            }
            ui.ctx().request_repaint();
        }
    }

    /// What lies at the edges, from the outside inwards.
    fn edges_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let top = Panel::top("top")
            .exact_size(cx.sizes.top_bar)
            .frame(theme::bar_frame(ui.ctx()))
            .show(ui, |ui| {
                spoken::name_place(ui, cx.texts.get("pane-top"));
                top::ui(ui, cx, &mut self.help_menu, &mut self.first_minute)
            });
        self.regions.saw(Region::Top, top.response.rect, None);
        let foot = Panel::bottom("status")
            .exact_size(cx.sizes.status_bar)
            .frame(theme::bar_frame(ui.ctx()))
            .show(ui, |ui| {
                spoken::name_place(ui, cx.texts.get("pane-status"));
                status::ui(ui, cx, &mut self.drawer);
            });
        self.regions.saw(Region::Foot, foot.response.rect, None);
        let form = self.has_form_beside(ui);
        // Before the drawer: the form keeps its height whatever is looked at beside it.
        let whole = form && window_width(ui.ctx()) >= theme::PUBLISH_BESIDE_DRAWER_FROM;
        if whole {
            self.form_ui(ui, cx);
        }
        if let Some(rect) = self.drawer.ui(ui, cx, &mut self.sizes) {
            self.regions.saw(Region::Drawer, rect, self.drawer.list());
        }
        if self.side {
            self.side_ui(ui, cx);
        }
        if form && !whole {
            self.form_ui(ui, cx);
        }
        // Whose details these are is in sight.
        if self.dock.shows_views() {
            self.details_ui(ui, cx);
        }
    }

    /// Whether the publish form is at the side, and no tab.
    pub(super) fn has_form_beside(&self, ui: &Ui) -> bool {
        self.form_beside && is_wide(ui.ctx())
    }

    fn form_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let pane = Pane {
            id: "publish",
            name: cx.texts.get("publish-title"),
            side: Side::Right,
            first: theme::PUBLISH_WIDTH,
            limits: 280.0..=600.0,
            frame: theme::panel_frame(ui.ctx()),
        };
        let panel = pane.show(ui, cx.texts, &mut self.sizes, |ui, _| {
            self.publish.ui(ui, cx);
        });
        let rect = panel.response.rect;
        self.regions.saw(Region::Publish, rect, None);
    }

    fn side_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let pane = Pane {
            id: "side",
            name: cx.texts.get("connections-title"),
            side: Side::Left,
            first: theme::SIDE_WIDTH,
            limits: 160.0..=400.0,
            frame: theme::panel_frame(ui.ctx()),
        };
        let side = pane.show(ui, cx.texts, &mut self.sizes, |ui, _| {
            self.connections.ui(ui, cx)
        });
        let rect = side.response.rect;
        self.regions.saw(Region::Side, rect, None);
        if let Some(Asked::PublishTo(topic)) = side.inner {
            cx.command(Command::Select(ConnectionId::Sandbox));
            self.publish.set_topic(&topic);
            self.dock.show_publish();
        }
    }

    fn details_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let height = ui.available_height();
        // Where room is short, an empty pane gets none.
        let shown = cx.model.shown_view();
        let focused = shown.is_some_and(|view| view.focused.is_some());
        // Nor does any beside the drawer, which somebody opened later and can close, where it would
        // leave none for rows.
        let top = ui.available_rect_before_wrap().top();
        let above = self.inbox.rows_from().map_or(0.0, |rows| rows - top);
        let rows = theme::ROWS_BESIDE_DETAILS * cx.sizes.row;
        let beside = height - above - rows;
        let most = match self.drawer.is_open() {
            true => (height * 0.42).min(height - 200.0).min(beside),
            false => (height - 240.0).min(beside),
        };
        let squeezed = self.drawer.is_open()
            && (height < theme::DETAILS_BESIDE_DRAWER_FROM || most < LEAST_DETAILS);
        let roomy = height >= theme::DETAILS_ALWAYS_FROM && beside >= height * 0.35;
        if (focused && !squeezed) || roomy {
            let pane = Pane {
                id: "details",
                name: cx.texts.get("pane-details"),
                side: Side::Bottom,
                first: match roomy {
                    true => (height * 0.4).max(200.0),
                    false => height * 0.32,
                },
                limits: LEAST_DETAILS..=most.max(LEAST_DETAILS),
                frame: Frame::NONE.fill(cx.palette.panel),
            };
            let panel = pane.show(ui, cx.texts, &mut self.sizes, |ui, sizes| {
                self.message.ui(ui, cx, sizes);
            });
            let rect = panel.response.rect;
            self.regions.saw(Region::Details, rect, None);
        }
    }

    fn middle_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        let beside = self.has_form_beside(ui);
        let work = egui::CentralPanel::default()
            .frame(Frame::NONE.fill(cx.palette.bg))
            .show(ui, |ui| {
                spoken::name_place(ui, cx.texts.get("pane-views"));
                let panes = Panes {
                    inbox: &mut self.inbox,
                    publish: &mut self.publish,
                };
                self.dock.ui(ui, cx, panes, !beside);
            });
        let table = cx
            .model
            .shown_view()
            .map(|view| table_keys::area_id(view.id));
        self.regions.saw(Region::Work, work.response.rect, table);
        let tables = cx
            .model
            .views()
            .iter()
            .map(|view| table_keys::area_id(view.id));
        for table in tables.chain(self.drawer.list()) {
            if let Some(grid) = grid::of(ui.ctx(), table) {
                self.regions.saw_table(grid);
            }
        }
    }

    /// What lies on top of them.
    fn above_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        self.code.ui(ui.ctx(), cx);
        self.debugger.ui(ui.ctx(), cx);
        self.settings.ui(ui.ctx(), cx);
        self.help.ui(ui.ctx(), cx);
        self.guide.ui(ui.ctx(), cx);
        let tabs = self.dock.tabs();
        let around = self.around(ui.ctx());
        if let Some(pick) = self.palette.ui(ui.ctx(), cx, &tabs, around) {
            self.picked(pick, cx);
        }
        self.ask_first.ui(ui.ctx(), cx);
        self.quit.ui(ui.ctx(), cx);
        archive::open_dropped(ui, cx);
        self.first_minute.ui(ui, cx);
        self.said.ui(ui.ctx(), cx);
        // Whoever leaves a field goes back to what it is all about.
        let nobody = ui.memory(|m| m.focused().is_none() && m.top_modal_layer().is_none());
        if nobody && !self.regions.is_in_menu() && Action::BackToTable.taken(ui) {
            self.regions.go(Region::Work);
        }
    }

    /// Does what was chosen in the palette.
    fn picked(&mut self, pick: Pick, cx: &mut Context<'_>) {
        match pick {
            Pick::Do(action) => cx.act(action),
            Pick::Go(target) => {
                palette::go(&target, cx);
                match target {
                    Target::Topic(topic) => {
                        self.publish.set_topic(topic.as_str());
                        cx.act(Action::PublishForm);
                    }
                    Target::View(_) | Target::Group(..) => self.regions.go(Region::Work),
                    Target::Connection(_) => {}
                }
            }
        }
    }
}

/// Whether the publish form has room beside the views.
fn is_wide(ctx: &egui::Context) -> bool {
    window_width(ctx) >= theme::PUBLISH_AS_TAB_BELOW
}

fn window_width(ctx: &egui::Context) -> f32 {
    ctx.content_rect().width()
}
