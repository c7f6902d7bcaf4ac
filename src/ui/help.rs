//! All shortcuts on one sheet, by the place where they mean something. Reads the registry; lists
//! only what has keys.

use egui::{Label, ScrollArea, Ui, vec2};

use super::actions::{Action, Place};
use super::context::Context;
use super::dialog;
use super::spoken;
use super::theme;
use super::widgets::{from_the_right, keys_ui};

const SIZE: egui::Vec2 = vec2(880.0, 620.0);
/// What is left of the window around it.
const AROUND: egui::Vec2 = vec2(64.0, 96.0);
/// Room between the two columns.
const BETWEEN: f32 = 32.0;
/// Height of a line.
const LINE: f32 = 26.0;

/// The sheet, if it is open.
#[derive(Default)]
pub(super) struct Help {
    open: bool,
}

impl Help {
    /// Opens it.
    pub(super) fn open(&mut self) {
        self.open = true;
    }

    /// Draws it, if it is open.
    pub(super) fn ui(&mut self, ctx: &egui::Context, cx: &Context<'_>) {
        if !self.open {
            return;
        }
        let t = cx.texts;
        let size = SIZE.min(ctx.content_rect().size() - AROUND);
        let (done, left) = dialog::show(ctx, "help", |ui| {
            spoken::name_place(ui, t.get("action-help"));
            ui.set_width(size.x);
            let done = ui
                .horizontal(|ui| {
                    ui.label(theme::title(t.get("action-help")));
                    from_the_right(ui, |ui| dialog::is_pressed(t, ui.button(t.get("close"))))
                })
                .inner;
            ui.label(theme::dim(ui.ctx(), t.get("help-what")));
            ui.add_space(theme::GAP);
            ScrollArea::vertical()
                .id_salt("help")
                .max_height(size.y - 96.0)
                .min_scrolled_height(size.y - 96.0)
                .auto_shrink([false, true])
                .show(ui, |ui| columns_ui(ui, cx));
            done
        });
        if done || left || Action::Help.taken_in_field(ctx) {
            self.open = false;
        }
    }
}

/// The places in two columns of about the same height.
fn columns_ui(ui: &mut Ui, cx: &Context<'_>) {
    let heights: Vec<usize> = Place::ALL
        .iter()
        .map(|place| lines(*place).len() + 2)
        .collect();
    let half = heights.iter().sum::<usize>().div_ceil(2);
    let mut left = 0;
    let mut height = 0;
    while left < heights.len() && height + heights[left] / 2 < half {
        height += heights[left];
        left += 1;
    }
    let (first, second) = Place::ALL.split_at(left);
    let width = (ui.available_width() - BETWEEN) / 2.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = BETWEEN;
        for places in [first, second] {
            ui.allocate_ui(vec2(width, 0.0), |ui| {
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.spacing_mut().item_spacing.y = 0.0;
                    for place in places {
                        place_ui(ui, cx, *place);
                    }
                });
            });
        }
    });
}

/// A line: what the keys do, and the keys.
enum Line {
    One(Action),
    /// The tabs from the first to the last number.
    Tabs(Action, Action),
}

fn lines(place: Place) -> Vec<Line> {
    let of_place = Action::ALL.iter().copied();
    let of_place = of_place.filter(|a| a.place() == place && !a.keys().is_empty());
    of_place
        .filter_map(|action| match action.tab() {
            None => Some(Line::One(action)),
            Some(0) => Some(Line::Tabs(Action::Tab1, Action::Tab9)),
            Some(_) => None,
        })
        .collect()
}

fn place_ui(ui: &mut Ui, cx: &Context<'_>, place: Place) {
    let t = cx.texts;
    ui.add_space(theme::GAP);
    ui.label(theme::column_head(ui.ctx(), t.get(place.name())));
    for line in lines(place) {
        let (name, keys) = match line {
            Line::One(action) => (action.name(t), action.shortcuts(ui.ctx(), t)),
            Line::Tabs(first, last) => {
                let ends =
                    [first, last].map(|action| action.shortcut(ui.ctx(), t).unwrap_or_default());
                (t.get("action-tabs").to_owned(), vec![ends.join(" … ")])
            }
        };
        let width = ui.available_width();
        ui.allocate_ui(vec2(width, LINE), |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(LINE);
                ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
                from_the_right(ui, |ui| {
                    for keys in keys.iter().rev() {
                        keys_ui(ui, keys, cx.palette, true);
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(Label::new(name).truncate());
                    });
                });
            });
        });
    }
}
