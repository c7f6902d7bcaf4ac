//! The drawer of notices: what happened, why, what to do next. Newest first.

use egui::{Button, Id, Label, Response, RichText, ScrollArea, Ui};

use crate::session::{Command, Level, Notice};

use super::card;
use super::connections;
use super::context::Context;
use super::empty::Empty;
use super::list_keys::{List, Rows};
use super::spoken;
use super::theme;
use super::theme::icons;
use super::widgets::{Dot, dot, from_the_right};

/// What goes on the line of the drawer's tabs.
pub(super) fn head_ui(ui: &mut Ui, cx: &mut Context<'_>) {
    from_the_right(ui, |ui| {
        let any = cx.model.notices().len() > 0;
        let clear = Button::new(cx.texts.get("notices-clear"));
        if ui.add_enabled(any, clear).clicked() {
            cx.command(Command::ClearNotices);
        }
    });
}

/// What the list is called among those that have the keyboard.
pub(super) const LIST: &str = "notices";

/// The list. Enter goes to what a notice offers.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>) {
    let model = cx.model;
    if model.notices().len() == 0 {
        Empty::new(icons::NOTICE, "notices-none")
            .next("notices-none-next")
            .ui(ui, cx);
        return;
    }
    let numbers: Vec<u64> = model.numbered_notices().map(|(n, _)| n).collect();
    let room = ui.available_rect_before_wrap();
    let rows = Rows {
        name: cx.texts.get("notices-title"),
        room,
        head: 0.0,
        height: 2.0 * cx.sizes.row,
        menus: false,
        count: numbers.len(),
        at: &|place| numbers.get(place).copied(),
        open: None,
    };
    let mut list = List::begin(ui, LIST, &rows);
    ScrollArea::vertical()
        .id_salt("notices")
        .auto_shrink(false)
        .show(ui, |ui| {
            // The newest one that speaks of it: the others are over.
            let of_sandbox = model.notices().position(speaks_of_sandbox);
            for (place, (number, notice)) in model.numbered_notices().enumerate() {
                let starts = of_sandbox == Some(place);
                let drawn = row_ui(ui, cx, &list, (place, number), (notice, starts));
                list.saw(number, &drawn);
                if list.go == Some(place) {
                    ui.scroll_to_rect(drawn.rect, None);
                }
            }
        });
    list.end(numbers.len(), list.row.map(node_of));
}

/// The row of a notice in the tree of screen readers.
fn node_of(number: u64) -> Id {
    Id::unique(("notice", number))
}

/// A notice as one thing for those who hear it: what happened, then what to do next.
fn row_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    list: &List<u64>,
    (place, number): (usize, u64),
    (notice, starts): (&Notice, bool),
) -> Response {
    let more = notice.next_step.as_ref().map(|next| cx.say(next));
    let spoken = spoken::Row {
        id: node_of(number),
        table: list.area.id,
        name: &cx.say(&notice.summary),
        more: &more.unwrap_or_default(),
        selected: list.row == Some(number),
        place,
        focusable: false,
        across: ui.max_rect().x_range(),
    };
    spoken.around(ui, |ui| {
        ui.set_min_width(ui.available_width());
        notice_ui(ui, cx, notice, starts);
    })
}

/// Whether it says that the sandbox does not run, or not as it was meant.
fn speaks_of_sandbox(notice: &Notice) -> bool {
    matches!(
        notice.summary.key,
        "notice-port-taken"
            | "notice-sandbox-in-memory"
            | "notice-sandbox-failed"
            | "notice-sandbox-not-restored"
    )
}

/// `starts`: with the way to a sandbox that runs as it was meant.
fn notice_ui(ui: &mut Ui, cx: &mut Context<'_>, notice: &Notice, starts: bool) {
    ui.horizontal_top(|ui| {
        dot(ui, shape(notice.level), color(cx, notice.level));
        let at = ui.label(theme::dim(ui.ctx(), cx.time(notice.at)));
        cx.with_all_of(at, notice.at);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let wrapped = |ui: &mut Ui, text: RichText| {
                ui.add(Label::new(text).wrap());
            };
            let summary = cx.say(&notice.summary);
            wrapped(ui, theme::strong(&summary));
            if let Some(next) = &notice.next_step {
                wrapped(ui, theme::inked(cx.say(next), cx.palette.text));
            }
            if !notice.detail.is_empty() && notice.detail != summary {
                wrapped(ui, theme::code(&notice.detail).color(cx.palette.dim));
            }
            if let Some(card) = &notice.card {
                card::link_ui(ui, cx, card);
            }
            if starts {
                connections::start_ui(ui, cx);
            }
        });
    });
}

/// A level's shape, so that it is not told by colour alone.
pub(super) fn shape(level: Level) -> Dot {
    match level {
        Level::Info => Dot::Ring,
        Level::Warning => Dot::Half,
        Level::Error => Dot::Full,
    }
}

/// A level's colour.
pub(super) fn color(cx: &Context<'_>, level: Level) -> egui::Color32 {
    match level {
        Level::Info => cx.palette.dim,
        Level::Warning => cx.palette.soon,
        Level::Error => cx.palette.bad,
    }
}
