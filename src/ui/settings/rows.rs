//! The lines of the settings: what is set, the controls for it, why one would, and the way back.

use egui::{Align, Button, DragValue, Frame, Label, Layout, Ui, Vec2};

use crate::config::Within;
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{icon_button, named_choice, remark};

/// Width of the names.
const NAMES: f32 = 168.0;

/// Room for the way back.
const RESET: f32 = 36.0;

/// The head of a section.
pub(super) fn section_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::PAD);
    ui.label(theme::title(title));
}

/// One setting. Whether it is to be as it was in the beginning; that is offered only where it is
/// not.
pub(super) fn row_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    name: &str,
    why: &str,
    changed: bool,
    add: impl FnOnce(&mut Ui),
) -> bool {
    ui.horizontal_top(|ui| {
        let down = Layout::left_to_right(Align::Center);
        let size = egui::vec2(NAMES, ui.spacing().interact_size.y);
        ui.allocate_ui_with_layout(size, down, |ui| {
            ui.set_min_size(size);
            ui.add(Label::new(name).wrap());
        });
        let width = ui.available_width() - RESET;
        ui.vertical(|ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
            add(ui);
            if !why.is_empty() {
                remark(ui, why, cx.palette.dim);
            }
        });
        let reset = cx.texts.format("settings-reset", &[("name", name.into())]);
        changed && icon_button(ui, icons::RESET, &reset).clicked()
    })
    .inner
}

/// Some choices of which one holds; each is called by what it is a choice of.
pub(super) fn choices_ui<T: Clone + PartialEq>(
    ui: &mut Ui,
    name: &str,
    chosen: &mut T,
    choices: &[(T, &str)],
) {
    Frame::NONE
        .fill(ui.visuals().extreme_bg_color)
        .stroke(theme::hairline(ui.ctx()))
        .corner_radius(theme::RADIUS)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for (choice, text) in choices {
                    let holds = chosen == choice;
                    let height = ui.spacing().interact_size.y - 2.0 * theme::HAIRLINE;
                    let face = Button::selectable(holds, *text)
                        .frame_when_inactive(holds)
                        .min_size(Vec2::new(0.0, height));
                    let response = ui.add(face);
                    let name = format!("{name} · {text}");
                    let response =
                        named_choice(ui, response, egui::Role::RadioButton, holds, &name);
                    if response.clicked() {
                        *chosen = choice.clone();
                    }
                }
            });
        });
}

/// A number within its bounds. Taken over when it is let go or typed to its end.
pub(super) fn number_ui<const MIN: u32, const MAX: u32, const START: u32>(
    ui: &mut Ui,
    name: &str,
    suffix: &str,
    number: &mut Within<MIN, MAX, START>,
) {
    let id = ui.scope_id().with(name);
    let dragged: Option<u32> = ui.data(|data| data.get_temp(id));
    let mut value = dragged.unwrap_or(number.get());
    let drag = DragValue::new(&mut value)
        .range(MIN..=MAX)
        .suffix(suffix)
        .update_while_editing(false);
    let response = ui.add(drag);
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::drag_value(true, f64::from(value));
        info.label = Some(name.to_owned());
        info
    });
    if response.dragged() {
        ui.data_mut(|data| data.insert_temp(id, value));
        return;
    }
    ui.data_mut(|data| data.remove::<u32>(id));
    *number = Within::nearest(value);
}
