//! The drawer at the foot of the window: one of several places for what is about more than one
//! message. Opens and closes them; what is in them is their own business.

use egui::{Id, Rect, Ui};
use serde::{Deserialize, Serialize};

use crate::session::Command;

use super::arranged::Sizes;
use super::context::Context;
use super::control::{self, ControlRoom};
use super::halves;
use super::history::{self, HistoryPane};
use super::pane::{Pane, Side};
use super::plots::Plots;
use super::traffic::{self, TrafficPane};
use super::widgets::segmented_tabs;
use super::{list_keys, notices, theme};

/// What the drawer can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// What happened.
    Notices,
    /// What was published before.
    History,
    /// Half messages that were published from here.
    Halves,
    /// What went over the wire.
    Traffic,
    /// What came and went.
    Plots,
    /// The control room of a sandbox.
    Sandbox,
}

impl Part {
    /// What its panel is called.
    pub(super) fn id(self) -> &'static str {
        match self {
            Part::Notices => "notices",
            Part::History => "history",
            Part::Halves => "halves",
            Part::Traffic => "traffic",
            Part::Plots => "plots",
            Part::Sandbox => "sandbox",
        }
    }
}

/// Least height of the drawer, and what it leaves to the rows above it: a view's head and some of them.
const LEAST: f32 = 140.0;
const BESIDE: f32 = 300.0;

/// The drawer and what its parts keep.
#[derive(Default)]
pub(super) struct Drawer {
    shown: Option<Part>,
    /// The part that was open last.
    last: Option<Part>,
    plots: Plots,
    control: ControlRoom,
    history: HistoryPane,
    traffic: TrafficPane,
    /// How often an exchange was asked for from elsewhere, as far as that is known here.
    summons: u64,
}

impl Drawer {
    /// With this part open, or closed.
    pub(super) fn new(shown: Option<Part>) -> Self {
        Self {
            shown,
            ..Self::default()
        }
    }

    /// The part that is open.
    pub(super) fn shown(&self) -> Option<Part> {
        self.shown
    }

    /// The list that has the keyboard in the part that is open, if it has one.
    pub(super) fn list(&self) -> Option<Id> {
        match self.shown? {
            Part::History => Some(list_keys::area_id(history::LIST)),
            Part::Traffic => Some(list_keys::area_id(traffic::LIST)),
            Part::Notices => Some(list_keys::area_id(notices::LIST)),
            Part::Halves => Some(list_keys::area_id(halves::LIST)),
            Part::Plots | Part::Sandbox => None,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.shown.is_some()
    }

    pub(super) fn shows(&self, part: Part) -> bool {
        self.shown == Some(part)
    }

    /// Opens this part, or closes the drawer if it is shown.
    pub(super) fn toggle(&mut self, part: Part) {
        self.shown = (!self.shows(part)).then_some(part);
    }

    /// Opens this part.
    pub(super) fn show(&mut self, part: Part) {
        self.shown = Some(part);
    }

    /// Closes the drawer, or opens what was open last. Whether it is open now.
    pub(super) fn toggle_last(&mut self) -> bool {
        self.shown = match self.shown {
            Some(_) => None,
            None => Some(self.last.unwrap_or(Part::Traffic)),
        };
        self.is_open()
    }

    /// The drawer, if it is open, and where; the sandbox is looked into only while its part is shown.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        sizes: &mut Sizes,
    ) -> Option<Rect> {
        let wanted = self.shows(Part::Sandbox).then(|| control::subject(cx));
        if cx.model.control().watched() != wanted.as_ref() {
            cx.command(Command::Watch(wanted));
        }
        let summons = cx.model.traffic().summons();
        if summons != self.summons {
            self.summons = summons;
            self.shown = Some(Part::Traffic);
        }
        let mut part = self.shown?;
        self.last = Some(part);
        let id = part.id();
        let size = match part {
            Part::Notices => 200.0,
            Part::History => 260.0,
            Part::Halves => 220.0,
            Part::Traffic => 340.0,
            Part::Sandbox => 356.0,
            Part::Plots => 300.0,
        };
        let most = (ui.available_height() - BESIDE).max(LEAST);
        let pane = Pane {
            id,
            name: name_of(cx, part),
            side: Side::Bottom,
            first: size,
            limits: LEAST..=most,
            frame: theme::panel_frame(ui.ctx()),
        };
        let panel = pane.show(ui, cx.texts, sizes, |ui, sizes| {
            // A panel shrinks to what is in it, and at first there is little.
            ui.set_min_height(ui.available_height());
            let beside_tabs = ui.available_width() >= one_line_from(cx, part);
            ui.horizontal(|ui| {
                tabs_ui(ui, cx, &mut part);
                if beside_tabs {
                    self.head_ui(ui, cx, part);
                }
            });
            if !beside_tabs {
                ui.horizontal(|ui| self.head_ui(ui, cx, part));
            }
            match part {
                Part::Notices => notices::ui(ui, cx),
                Part::History => self.history.ui(ui, cx, sizes),
                Part::Halves => halves::ui(ui, cx),
                Part::Traffic => {
                    if let Some(id) = self.traffic.ui(ui, cx, sizes) {
                        self.history.seek(cx, id);
                        part = Part::History;
                    }
                }
                Part::Plots => self.plots.ui(ui, cx),
                Part::Sandbox => self.control.ui(ui, cx, sizes),
            }
        });
        self.shown = Some(part);
        Some(panel.response.rect)
    }

    /// What belongs to a part beside its tab.
    fn head_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, part: Part) {
        match part {
            Part::Notices => notices::head_ui(ui, cx),
            Part::History => self.history.head_ui(ui, cx),
            Part::Halves => halves::head_ui(ui, cx),
            Part::Traffic => self.traffic.head_ui(ui, cx),
            Part::Plots => self.plots.head_ui(ui, cx),
            Part::Sandbox => self.control.head_ui(ui, cx),
        }
    }
}

/// From this width on, what belongs to a part shares the line of the tabs.
fn one_line_from(cx: &Context<'_>, part: Part) -> f32 {
    match part {
        Part::Traffic if cx.model.connections().len() > 1 => 1360.0,
        Part::Traffic => 1180.0,
        Part::Sandbox => 1200.0,
        _ => 0.0,
    }
}

fn tabs_ui(ui: &mut Ui, cx: &Context<'_>, part: &mut Part) {
    let tabs = PARTS.map(|one| (one, name_of(cx, one)));
    segmented_tabs(ui, cx.texts.get("drawer-tabs"), part, &tabs);
}

/// The parts in the order of their tabs.
const PARTS: [Part; 6] = [
    Part::Notices,
    Part::History,
    Part::Halves,
    Part::Traffic,
    Part::Plots,
    Part::Sandbox,
];

fn name_of(cx: &Context<'_>, part: Part) -> &'static str {
    let t = cx.texts;
    match part {
        Part::Notices => t.get("notices-title"),
        Part::History => t.get("history-title"),
        Part::Halves => t.get("halves-title"),
        Part::Traffic => t.get("traffic-title"),
        Part::Plots => t.get("plots-title"),
        Part::Sandbox => t.get("control-title"),
    }
}
