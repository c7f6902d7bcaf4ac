//! What each action does: a command for the model, or a word to the panel that keeps what it needs.
//! An action that is not possible just now does nothing here; whoever asked is told why.

use egui::{Context as Egui, Ui, ViewportCommand, gui_zoom};

use crate::config::{LanguageChoice, Preferences, ThemeChoice};
use crate::guide::Page;
use crate::i18n::Lang;
use crate::session::{
    AckCommand, CodeCommand, Command, DebuggerCommand, LetterCommand, Opening, SandboxCommand,
    Subscription, TableCommand,
};

use super::super::archive::More;
use super::super::context::Context;
use super::super::drawer::Part;
use super::super::panels::Panels;
use super::super::regions::Region;
use super::{Action, Place, reason};

/// Does it; or gives the key of why it is not possible.
pub(in crate::ui) fn perform(
    action: Action,
    ui: &Ui,
    cx: &mut Context<'_>,
    panels: &mut Panels,
) -> Option<&'static str> {
    let refused = reason(action, cx, panels.around(ui.ctx()));
    if refused.is_none() {
        match action.place() {
            Place::Window => in_window(action, ui.ctx(), cx, panels),
            Place::Panels => in_panels(action, cx, panels),
            Place::Views => in_views(action, cx, panels),
            Place::Table => in_table(action, cx, panels),
            Place::Details => in_details(action, panels),
            Place::Publish => in_publish(action, ui, panels),
            // They mean something only where the keyboard is.
            Place::Columns | Place::Edges | Place::Lists | Place::Dialogs => {}
        }
    }
    refused
}

fn in_window(action: Action, ctx: &Egui, cx: &mut Context<'_>, panels: &mut Panels) {
    match action {
        Action::Palette => panels.palette.open(),
        Action::Help => panels.help.open(),
        Action::UserGuide => panels.guide.open(None),
        Action::Troubleshooting => panels.guide.open(Some(Page::Troubleshooting)),
        Action::SwitchTheme => switch_theme(ctx, cx),
        Action::SwitchLanguage => switch_language(cx),
        Action::ZoomIn => gui_zoom::zoom_in(ctx),
        Action::ZoomOut => gui_zoom::zoom_out(ctx),
        Action::ZoomReset => ctx.set_zoom_factor(1.0),
        Action::AddConnection => panels.connections.add(),
        Action::EditConnection => panels.connections.edit(cx),
        Action::StartSandbox => cx.command(Command::Sandbox(SandboxCommand::Start)),
        Action::RestoreSandbox => cx.command(Command::Sandbox(SandboxCommand::Restore)),
        Action::OpenFile => panels.dock.open_file(),
        Action::OpenDebugger => {
            cx.command(Command::Debugger(DebuggerCommand::Open(Opening::default())));
        }
        Action::ShowAround => panels.first_minute.show(),
        Action::Settings => panels.settings.open(),
        Action::OpenSettingsFile => cx.command(Command::OpenSettingsFile),
        Action::About => panels.help_menu.open_about(cx),
        Action::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
        _ => {}
    }
}

/// Light instead of dark, or the other way round.
pub(super) fn switch_theme(ctx: &Egui, cx: &mut Context<'_>) {
    let theme = match ctx.theme() {
        egui::Theme::Dark => ThemeChoice::Light,
        egui::Theme::Light => ThemeChoice::Dark,
    };
    let old = cx.model.preferences().clone();
    cx.command(Command::SetPreferences(Preferences { theme, ..old }));
}

/// The other language.
pub(super) fn switch_language(cx: &mut Context<'_>) {
    let language = match cx.texts.get("language-name") == Lang::En.name() {
        true => LanguageChoice::ZhCn,
        false => LanguageChoice::En,
    };
    let old = cx.model.preferences().clone();
    cx.command(Command::SetPreferences(Preferences { language, ..old }));
}

fn in_panels(action: Action, cx: &mut Context<'_>, panels: &mut Panels) {
    let part = match action {
        Action::NextPanel => return panels.regions.step(1),
        Action::PreviousPanel => return panels.regions.step(-1),
        Action::GrowPanel => return panels.resize(1.0),
        Action::ShrinkPanel => return panels.resize(-1.0),
        Action::ToggleSide => {
            panels.side = !panels.side;
            let to = if panels.side {
                Region::Side
            } else {
                Region::Work
            };
            return panels.regions.go(to);
        }
        Action::ToggleForm => {
            panels.form_beside = !panels.form_beside;
            panels.dock.show_publish();
            return panels.regions.go(Region::Publish);
        }
        Action::ToggleDrawer => {
            let open = panels.drawer.toggle_last();
            let to = if open { Region::Drawer } else { Region::Work };
            return panels.regions.go(to);
        }
        Action::ShowNotices => {
            cx.command(Command::NoticesSeen);
            Part::Notices
        }
        Action::ShowHistory => Part::History,
        Action::ShowHalves => Part::Halves,
        Action::ShowTraffic => Part::Traffic,
        Action::ShowPlots => Part::Plots,
        Action::ShowSandbox => Part::Sandbox,
        _ => return,
    };
    panels.drawer.show(part);
    panels.regions.go(Region::Drawer);
}

fn in_views(action: Action, cx: &mut Context<'_>, panels: &mut Panels) {
    if let Some(tab) = action.tab() {
        return panels.dock.show_tab(tab, cx);
    }
    match action {
        Action::NewView => return cx.command(Command::OpenView(None)),
        Action::NextTab => return panels.dock.step(1, cx),
        Action::PreviousTab => return panels.dock.step(-1, cx),
        Action::MoveTabLeft => return panels.dock.move_tab(-1),
        Action::MoveTabRight => return panels.dock.move_tab(1),
        Action::SplitTab => return panels.dock.split(),
        Action::JoinTabs => return panels.dock.join(),
        _ => {}
    }
    let Some(view) = cx.model.shown_view() else {
        return;
    };
    match action {
        Action::CloseView => panels.dock.close(cx, view),
        Action::Start => cx.command(Command::StartConsuming(view.id, view.form.clone())),
        Action::Stop => cx.command(Command::StopConsuming(view.id)),
        Action::Pause => table(cx, view, TableCommand::Pause),
        Action::Resume => table(cx, view, TableCommand::Resume),
        Action::AutoAck => {
            let auto = AckCommand::Auto(!view.acking.is_auto());
            cx.command(Command::Acking(view.id, auto));
        }
        Action::Export => panels.inbox.begin(More::Export, cx, view),
        Action::Replay => panels.inbox.begin(More::Replay, cx, view),
        Action::ConsumeCode => cx.command(Command::Code(CodeCommand::OfView(view.id))),
        Action::Letters => cx.command(Command::Letters(LetterCommand::Open(view.id))),
        _ => {}
    }
}

fn table(cx: &mut Context<'_>, view: &Subscription, command: TableCommand) {
    cx.command(Command::Table(view.id, command));
}

fn in_table(action: Action, cx: &mut Context<'_>, panels: &mut Panels) {
    let Some(view) = cx.model.shown_view() else {
        return;
    };
    match action {
        Action::Details => return panels.regions.go(Region::Details),
        Action::ClearFilter => table(cx, view, TableCommand::SetFilter(String::new())),
        Action::Newest => table(cx, view, TableCommand::JumpToNewest),
        Action::SelectAll => table(cx, view, TableCommand::SelectShown(true)),
        Action::SelectNone => table(cx, view, TableCommand::SelectShown(false)),
        // The others need to know which rows are in sight, or where the field is.
        _ => panels.inbox.ask(action),
    }
    panels.dock.show_view(view.id);
}

fn in_details(action: Action, panels: &mut Panels) {
    match action {
        Action::FindInBody => panels.message.open_find(),
        Action::BackToTable => panels.regions.go(Region::Work),
        _ => {}
    }
}

fn in_publish(action: Action, ui: &Ui, panels: &mut Panels) {
    let in_sight = panels.has_form_beside(ui) || panels.dock.shows_publish();
    panels.dock.show_publish();
    // Nothing is published that one does not see.
    if action == Action::PublishForm || !in_sight {
        return panels.regions.go(Region::Publish);
    }
    panels.publish.ask(action);
}
