//! Messages out to files and back: what is asked before an export, a replay or a file that is
//! opened, and how they go. Reads and writes nothing itself.

mod export;
mod file_head;
mod open;
mod replay;
mod tasks;

use egui::containers::menu::MenuButton;
use egui::{Button, Role, Ui};

use crate::session::{Scope, Subscription, SubscriptionId};

use super::context::Context;
use super::dialog;
use super::theme;
use super::theme::icons;
use super::widgets::{named, remark, segmented};

use export::ExportForm;
pub(super) use export::file_kind;
pub(super) use file_head::{FileHead, file_title};
pub(super) use open::{OpenForm, open_dropped};
use replay::ReplayForm;

const WIDTH: f32 = 520.0;

/// What a view's menu asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum More {
    /// To export messages.
    Export,
    /// To publish messages once more.
    Replay,
}

/// What is asked before something is done with the messages of a view, and how it goes.
#[derive(Default)]
pub(super) struct ArchivePanel {
    export: Option<(SubscriptionId, ExportForm)>,
    replay: Option<(SubscriptionId, ReplayForm)>,
}

impl ArchivePanel {
    /// Asks for what is still open.
    pub(super) fn begin(&mut self, more: More, cx: &Context<'_>, view: &Subscription) {
        match more {
            More::Export => self.export = Some((view.id, ExportForm::new(cx, view))),
            More::Replay => self.replay = Some((view.id, ReplayForm::new(cx, view))),
        }
    }

    /// What goes on for a view, in lines below its toolbar; and the form that is open for it.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
        tasks::ui(ui, cx, view);
        if let Some((_, form)) = self.export.as_mut().filter(|(of, _)| *of == view.id)
            && form.ui(ui, cx, view)
        {
            self.export = None;
        }
        if let Some((_, form)) = self.replay.as_mut().filter(|(of, _)| *of == view.id)
            && form.ui(ui, cx, view)
        {
            self.replay = None;
        }
    }
}

/// The menu of what is done now and then.
pub(super) fn menu_ui(ui: &mut Ui, cx: &Context<'_>, more: &mut Option<More>) {
    let t = cx.texts;
    let (response, _) = MenuButton::from_button(Button::new(icons::MORE)).ui(ui, |ui| {
        super::spoken::name_place(ui, t.get("archive-more"));
        if ui.button(t.get("archive-export")).clicked() {
            *more = Some(More::Export);
            ui.close();
        }
        if ui.button(t.get("archive-replay")).clicked() {
            *more = Some(More::Replay);
            ui.close();
        }
    });
    named(ui, response, Role::Button, t.get("archive-more"));
}

/// A form in the middle of the window; what it gives, and whether Escape or a click beside it ask it
/// to go.
pub(super) fn form_ui<R>(ui: &Ui, name: &str, add: impl FnOnce(&mut Ui) -> R) -> (R, bool) {
    dialog::show(ui.ctx(), name, |ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = theme::GAP;
        add(ui)
    })
}

/// Which messages of a view; how many those are.
fn scope_ui(ui: &mut Ui, cx: &Context<'_>, view: &Subscription, scope: &mut Scope) -> usize {
    let t = cx.texts;
    let counts = [
        view.table.arrangement().len(),
        view.rows.selected().len(),
        view.rows.len(),
    ];
    let named = |key: &str, n: usize| t.format(key, &[("n", n.into())]);
    let shown = named("archive-shown", counts[0]);
    let selected = named("archive-selected", counts[1]);
    let all = named("archive-all", counts[2]);
    let choices = [
        (Scope::Shown, shown.as_str()),
        (Scope::Selected, selected.as_str()),
        (Scope::All, all.as_str()),
    ];
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        ui.label(theme::label(ui.ctx(), t.get("archive-which")));
        ui.horizontal(|ui| segmented(ui, scope, &choices));
    });
    let count = match *scope {
        Scope::Shown => counts[0],
        Scope::Selected => counts[1],
        Scope::All => counts[2],
    };
    if count == 0 {
        remark(ui, t.get("archive-nothing"), cx.palette.soon);
    }
    count
}
