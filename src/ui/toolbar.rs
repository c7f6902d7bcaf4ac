//! The line above a live table: the filter and what is wrong with it, how much is shown, which
//! columns, what came meanwhile, and the buttons that ack, pause, start and stop. Changes nothing
//! itself.

use egui::{Button, TextEdit, Ui};

use crate::session::{
    CodeCommand, Command, FilterError, FilterProblem, Polling, Subscription, TableCommand,
};

use super::acking;
use super::actions::Action;
use super::archive::{self, More};
use super::context::Context;
use super::theme::icons;
use super::widgets::{
    complaint, from_the_right, icon_button, mark_wrong, marked_button, marked_link, named, pill,
};
use super::{column_menu, halves, theme};

/// Least and greatest width of the filter field; the least is for a pane as narrow as one can be.
const FILTER_WIDTH: std::ops::RangeInclusive<f32> = 60.0..=420.0;

/// Room for what stands between the filter and the buttons.
const BESIDE_FILTER: f32 = 160.0;

/// Where that would leave the filter less than this, it has a line of its own.
const FILTER_BESIDE_FROM: f32 = 220.0;

/// Width of what a view that checks has beside the one button of others.
const SECOND_DEED: f32 = 160.0;

/// From this width on, what belongs together shares a line: the filter and the buttons, the fields of
/// the head, the words of the banner. Views that lie side by side have less.
pub(super) const ONE_LINE_FROM: f32 = 600.0;

/// The line; whether a start was asked for.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: &Subscription,
    more: &mut Option<More>,
    asked: Option<Action>,
) -> bool {
    let mut start = false;
    let mut counts_below = counts(view);
    let decides = view.checks_halves() && view.file.is_none();
    let beside = if decides { SECOND_DEED } else { 0.0 };
    if ui.available_width() < ONE_LINE_FROM + beside {
        let of_file = view.file.is_some();
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                if of_file {
                    archive::menu_ui(ui, cx, more);
                }
                columns_ui(ui, cx, view);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    filter_ui(ui, cx, view, asked, 0.0);
                });
            });
        });
        if !of_file {
            ui.horizontal_wrapped(|ui| {
                start = polls_ui(ui, cx, view);
                archive::menu_ui(ui, cx, more);
            });
        }
    } else {
        ui.horizontal(|ui| {
            from_the_right(ui, |ui| {
                start = polls_ui(ui, cx, view);
                table_ui(ui, cx, view, more);
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let room = ui.available_width() - BESIDE_FILTER;
                    if counts_below && room >= FILTER_BESIDE_FROM {
                        counts_below = false;
                        filter_ui(ui, cx, view, asked, BESIDE_FILTER);
                        counts_ui(ui, cx, view);
                    } else {
                        filter_ui(ui, cx, view, asked, 0.0);
                    }
                });
            });
        });
    }
    if counts_below {
        ui.horizontal(|ui| counts_ui(ui, cx, view));
    }
    if let Some(problem) = view.table.filter_problem() {
        complaint(ui, &filter_problem(cx, problem), cx.palette);
    }
    start
}

/// What is wrong with the text of a filter, and where.
pub(super) fn filter_problem(cx: &Context<'_>, problem: &FilterError) -> String {
    let t = cx.texts;
    let what = match &problem.what {
        FilterProblem::OpenQuote => t.get("filter-open-quote").to_owned(),
        FilterProblem::OpenPattern => t.get("filter-open-pattern").to_owned(),
        FilterProblem::Flag(found) => {
            t.format("filter-flag", &[("found", found.to_string().into())])
        }
        FilterProblem::Pattern(why) => t.format("filter-pattern", &[("why", why.as_str().into())]),
        FilterProblem::TooLarge => t.get("filter-too-large").to_owned(),
        FilterProblem::NoValue => t.get("filter-no-value").to_owned(),
        FilterProblem::State(found) => {
            t.format("filter-state", &[("found", found.as_str().into())])
        }
        FilterProblem::Exchange(found) => {
            t.format("traffic-filter-is", &[("found", found.as_str().into())])
        }
    };
    let values = [("at", (problem.at + 1).into()), ("what", what.into())];
    t.format("filter-wrong", &values)
}

fn filter_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    view: &Subscription,
    asked: Option<Action>,
    beside: f32,
) {
    let mut text = view.table.filter_text().to_owned();
    let width = (ui.available_width() - beside).clamp(*FILTER_WIDTH.start(), *FILTER_WIDTH.end());
    let name = cx.texts.get("filter-name");
    let edit = TextEdit::singleline(&mut text)
        .id_salt("filter")
        .hint_text(theme::hint(cx.texts.get("filter-hint")))
        .desired_width(width);
    let response = ui.add(edit);
    let shown = cx.is_shown(view.id);
    let free = ui.memory(|memory| memory.top_modal_layer().is_none());
    if asked == Some(Action::Filter) || (shown && free && Action::Filter.taken(ui)) {
        response.request_focus();
    }
    // What was looked for is in the table.
    if Action::Confirm.left(&response) {
        cx.act(Action::BackToTable);
    }
    let response = named(ui, response, egui::Role::TextInput, name);
    if view.table.filter_problem().is_some() {
        mark_wrong(ui, &response, cx.palette);
    }
    let help = cx.texts.get("filter-help");
    response.on_hover_text(Action::Filter.with_keys(ui.ctx(), cx.texts, help));
    if text != view.table.filter_text() {
        table(cx, view, TableCommand::SetFilter(text));
    }
}

/// Whether there is anything to count.
fn counts(view: &Subscription) -> bool {
    let asked_for = !view.polling.is_stopped() && !view.form.tag.trim().is_empty();
    let arrangement = view.table.arrangement();
    asked_for
        || view.table.news() > 0
        || !arrangement.shows_all()
        || arrangement.progress(&view.rows).is_some()
        || view.rows.evicted() > 0
        || view.rows.lost() > 0
}

/// How many rows are shown of how many, what came meanwhile, and the tags that are asked for.
fn counts_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let (t, p) = (cx.texts, cx.palette);
    if !view.polling.is_stopped() && !view.form.tag.trim().is_empty() {
        pill(ui, view.form.tag.trim(), p.tag, p.tag_bg);
    }
    let news = view.table.news();
    if news > 0 {
        let text = t.format("table-news", &[("n", news.into())]);
        if marked_link(ui, icons::NEWEST, &text, p).clicked() {
            table(cx, view, TableCommand::JumpToNewest);
        }
    }
    let arrangement = view.table.arrangement();
    if !arrangement.shows_all() {
        let values = [
            ("shown", arrangement.len().into()),
            ("all", view.rows.len().into()),
        ];
        count_ui(ui, theme::dim(ui.ctx(), t.format("table-shown", &values)));
    }
    if let Some(part) = arrangement.progress(&view.rows) {
        let percent = format!("{:.0}", part * 100.0);
        let text = t.format("table-busy", &[("percent", percent.into())]);
        count_ui(ui, theme::dim(ui.ctx(), text));
    }
    let evicted = view.rows.evicted();
    if evicted > 0 {
        let text = t.format("status-evicted", &[("n", evicted.into())]);
        count_ui(ui, egui::RichText::new(text).color(p.soon));
    }
    let lost = view.rows.lost();
    if lost > 0 {
        let text = t.format("status-lost", &[("n", lost.into())]);
        count_ui(ui, egui::RichText::new(text).color(p.bad));
    }
}

/// A million has many digits: what does not fit is read by hovering, and lies over no button.
fn count_ui(ui: &mut Ui, text: egui::RichText) {
    ui.add(egui::Label::new(text).truncate());
}

/// The buttons about the messages; whether a start was asked for.
fn polls_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
    if view.file.is_some() {
        return false;
    }
    let start = polling_ui(ui, cx, view);
    pause_ui(ui, cx, view);
    if view.polling.is_stopped() {
        // Once it listens, this stands where it is said what listening does.
        acking::auto_ui(ui, cx, view);
    }
    match view.checks_halves() {
        true => halves::selected_ui(ui, cx, view),
        false => acking::selected_ui(ui, cx, view),
    }
    start
}

/// The buttons about the table.
fn table_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, more: &mut Option<More>) {
    archive::menu_ui(ui, cx, more);
    columns_ui(ui, cx, view);
}

/// Those about what is seen of it.
fn columns_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    column_menu::ui(ui, cx, view);
    code_ui(ui, cx, view);
}

/// Shows a program that consumes as this view does.
fn code_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    if icon_button(ui, icons::CODE, t.get("code-consume-title")).clicked() {
        cx.command(Command::Code(CodeCommand::OfView(view.id)));
    }
}

/// Takes nothing more, and goes on.
fn pause_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) {
    let t = cx.texts;
    let (text, command) = match view.polling {
        Polling::Running | Polling::Failing(..) => (t.get("view-pause"), TableCommand::Pause),
        Polling::Paused => (t.get("view-resume"), TableCommand::Resume),
        Polling::Stopped | Polling::Stopping => return,
    };
    let response = ui.button(text).on_hover_text(t.get("view-pause-why"));
    if response.clicked() {
        table(cx, view, command);
    }
}

/// Start or stop; whether start was asked for.
fn polling_ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription) -> bool {
    let t = cx.texts;
    match &view.polling {
        Polling::Stopped => {
            let face = theme::strong(t.get("view-start"));
            let button = marked_button(icons::START, face, cx.palette.ok);
            let hint = Action::Start.hint(ui.ctx(), t);
            return ui.add(button).on_hover_text(hint).clicked();
        }
        Polling::Running | Polling::Paused | Polling::Failing(..) => {
            let face = theme::strong(t.get("view-stop"));
            let button = marked_button(icons::STOP, face, cx.palette.bad);
            let hint = Action::Stop.hint(ui.ctx(), t);
            if ui.add(button).on_hover_text(hint).clicked() {
                cx.command(Command::StopConsuming(view.id));
            }
        }
        Polling::Stopping => {
            ui.add_enabled(false, Button::new(t.get("view-stopping")))
                .on_disabled_hover_text(t.get("view-stopping-why"));
        }
    }
    false
}

/// Asks something of the table.
pub(super) fn table(cx: &mut Context<'_>, view: &Subscription, command: TableCommand) {
    cx.command(Command::Table(view.id, command));
}
