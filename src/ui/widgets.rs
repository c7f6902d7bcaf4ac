//! Small pieces that several panels draw. Each has an accessible name. No model in here.

use egui::accesskit::{Invalid, Role};
use std::sync::Arc;

use egui::containers::menu::{MenuButton, MenuConfig};
use egui::style::{Spacing, StyleModifier};
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Button, Checkbox, Color32, Frame, Galley, IntoAtoms, Label, Layout, Popup,
    PopupCloseBehavior, RectAlign, Response, RichText, Sense, Stroke, StrokeKind, TextEdit, Ui,
    UiKind, UiStackInfo, Vec2, Widget, WidgetInfo,
};
use egui_extras::syntax_highlighting::highlight;

use crate::config::ProfileColor;

use super::spoken::{here, name_place, place_lies, tell};
use super::theme::icons::{self, Icon};
use super::theme::{self, Palette};

/// A state's shape; never told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dot {
    /// Filled: alive, plenty of time.
    Full,
    /// Half filled: soon over.
    Half,
    /// A ring: over.
    Ring,
    /// A tick: done.
    Tick,
    /// A cross: it failed.
    Cross,
}

/// Draws a state's shape, as high as a line: beside more than one it belongs to the first.
pub(super) fn dot(ui: &mut Ui, dot: Dot, color: Color32) -> Response {
    sensing_dot(ui, dot, color, Sense::hover())
}

/// The same to be chosen. A sense that comes later would lose the keyboard in every frame.
pub(super) fn choice_dot(ui: &mut Ui, dot: Dot, color: Color32) -> Response {
    sensing_dot(ui, dot, color, Sense::click())
}

fn sensing_dot(ui: &mut Ui, dot: Dot, color: Color32, sense: Sense) -> Response {
    let size = Vec2::new(theme::DOT + 4.0, theme::BODY_LINE);
    let (rect, response) = ui.allocate_exact_size(size, sense);
    let (center, radius) = (rect.center(), theme::DOT / 2.0);
    let painter = ui.painter();
    match dot {
        Dot::Full => {
            painter.circle_filled(center, radius, color);
        }
        Dot::Ring => {
            painter.circle_stroke(center, radius - 0.5, Stroke::new(1.5, color));
        }
        Dot::Half => {
            painter.circle_stroke(center, radius - 0.5, Stroke::new(1.5, color));
            let half = egui::Rect::from_min_max(rect.left_top(), rect.center_bottom());
            painter
                .with_clip_rect(half.intersect(ui.clip_rect()))
                .circle_filled(center, radius, color);
        }
        Dot::Cross => {
            let reach = radius - 1.0;
            for end in [Vec2::splat(reach), Vec2::new(reach, -reach)] {
                painter.line_segment([center - end, center + end], Stroke::new(1.5, color));
            }
        }
        Dot::Tick => {
            let at = |x: f32, y: f32| center + Vec2::new(x, y);
            let line = vec![at(-4.0, 0.0), at(-1.0, 3.0), at(4.0, -4.0)];
            painter.add(egui::Shape::line(line, Stroke::new(1.5, color)));
        }
    }
    response
}

/// A word on a coloured ground: a tag, a state.
pub(super) fn pill(ui: &mut Ui, text: &str, ink: Color32, ground: Color32) -> Response {
    let padding = Vec2::new(6.0, 1.0);
    let room = (ui.available_width() - 2.0 * padding.x).max(0.0);
    let text = RichText::new(text).font(theme::small()).color(ink);
    let galley = egui::WidgetText::from(text).into_galley(
        ui,
        Some(egui::TextWrapMode::Truncate),
        room,
        egui::FontSelection::Default,
    );
    let size = Vec2::new(galley.size().x, theme::SMALL_LINE) + 2.0 * padding;
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, theme::RADIUS_SMALL, ground);
    let at = egui::Align2::LEFT_CENTER
        .align_size_within_rect(galley.size(), rect.shrink2(padding))
        .min;
    let name = galley.text().to_owned();
    ui.painter().galley(at, galley, ink);
    named(ui, response, Role::Label, &name)
}

/// The bar of a lease: how much is left.
pub(super) fn lease_bar(ui: &mut Ui, width: f32, left: f32, color: Color32, palette: &Palette) {
    let size = Vec2::new(width, theme::LEASE_BAR_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let radius = theme::LEASE_BAR_HEIGHT / 2.0;
    ui.painter().rect_filled(rect, radius, palette.line);
    let mut filled = rect;
    // Never less than a point of it: a bar that looks empty means that it is over.
    filled.set_width((rect.width() * left).max(theme::LEASE_BAR_HEIGHT));
    ui.painter().rect_filled(filled, radius, color);
}

/// A button whose face is an icon; `name` is what it is called.
pub(super) fn icon_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    spaced(ui, as_wide_as_high, |ui| {
        let button = Button::new(icon).frame_when_inactive(false);
        let response = ui.add(button).on_hover_text(name);
        named(ui, response, Role::Button, name)
    })
}

fn as_wide_as_high(spacing: &mut Spacing) {
    spacing.button_padding.x = (spacing.interact_size.y - theme::ICON_SIZE) / 2.0;
}

fn as_high_as_a_line(spacing: &mut Spacing) {
    spacing.interact_size.y = theme::BODY_LINE;
}

/// Adds something with another spacing. In a place of its own it would not go to the next line where
/// there is no room for it.
fn spaced<R>(ui: &mut Ui, change: impl FnOnce(&mut Spacing), add: impl FnOnce(&mut Ui) -> R) -> R {
    let old = ui.spacing().clone();
    change(ui.spacing_mut());
    let added = add(ui);
    *ui.spacing_mut() = old;
    added
}

/// The same where it is on or off.
pub(super) fn icon_toggle(ui: &mut Ui, icon: Icon, on: bool, name: &str) -> Response {
    spaced(ui, as_wide_as_high, |ui| {
        let response = ui.add(Button::selectable(on, icon)).on_hover_text(name);
        named_choice(ui, response, Role::Button, on, name)
    })
}

/// A box to tick. Its edge is drawn in an ink that can be seen while it is empty; what is ticked looks
/// like all that is chosen.
pub(super) fn check_box<'a>(
    checked: &'a mut bool,
    text: impl IntoAtoms<'a> + 'a,
) -> impl Widget + 'a {
    ticked(checked, text, false)
}

/// The box of many things of which some are chosen; a click chooses all.
pub(super) fn half_check_box(all: &mut bool) -> impl Widget + '_ {
    ticked(all, (), true)
}

fn ticked<'a>(
    checked: &'a mut bool,
    text: impl IntoAtoms<'a> + 'a,
    half: bool,
) -> impl Widget + 'a {
    move |ui: &mut Ui| {
        let p = theme::palette(ui.ctx());
        let old = ui.visuals().widgets.clone();
        let empty = !*checked && !half;
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [
            &mut widgets.inactive,
            &mut widgets.hovered,
            &mut widgets.active,
        ] {
            let (fill, edge) = match empty {
                true => (p.bg, p.faint),
                false => (p.accent_bg, p.accent),
            };
            state.bg_fill = fill;
            // In a menu nothing else has an edge.
            state.bg_stroke = egui::Stroke::new(theme::HAIRLINE, edge);
        }
        if empty {
            widgets.hovered.bg_stroke.color = p.text;
        }
        let response = ui.add(Checkbox::new(checked, text).indeterminate(half));
        ui.visuals_mut().widgets = old;
        response
    }
}

/// A button with an icon before its text, both in this colour.
pub(super) fn marked_button<'a>(icon: Icon, text: RichText, color: Color32) -> Button<'a> {
    Button::new((icon.colored(color), text.color(color))).gap(theme::GAP_SMALL)
}

/// What ends something that runs, where there is room for its sign only.
pub(super) fn stop_button(ui: &mut Ui, name: &str, palette: &Palette) -> Response {
    let face = Button::new(icons::STOP.colored(palette.bad));
    let response = ui.add(face).on_hover_text(name);
    named(ui, response, Role::Button, name)
}

/// A button that opens a menu.
pub(super) fn menu_face<'a>(text: impl Into<egui::WidgetText>) -> Button<'a> {
    Button::new((text.into(), icons::UNFOLDED.small())).gap(theme::GAP_SMALL)
}

/// Opens and shuts what lies below it; reads as a link.
pub(super) fn disclosure(ui: &mut Ui, open: bool, text: &str, palette: &Palette) -> Response {
    let face = RichText::new(text).color(palette.accent);
    let icon = fold_icon(open).small_colored(palette.accent);
    let response = spaced(ui, as_high_as_a_line, |ui| {
        let button = Button::new((icon, face)).gap(theme::GAP_SMALL);
        ui.add(button.frame(false))
    });
    expandable(ui, response, open)
}

/// The icon of what is open or shut.
pub(super) fn fold_icon(open: bool) -> Icon {
    match open {
        true => icons::UNFOLDED,
        false => icons::FOLDED,
    }
}

/// Says whether what a button opens is open.
pub(super) fn expandable(ui: &Ui, response: Response, open: bool) -> Response {
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_expanded(open));
    response
}

/// An icon before a text in the height of a line; a picture only, so it has no name.
pub(super) fn icon(ui: &mut Ui, icon: Icon, color: Color32) -> Response {
    icon_of(ui, icon, color, theme::ICON_SIZE, theme::BODY_LINE)
}

fn icon_of(ui: &mut Ui, icon: Icon, color: Color32, size: f32, height: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(size, height), Sense::hover());
    icon.paint(ui.painter(), rect.center(), size, color);
    response
}

/// A line of text with an icon before it, cut off where there is no room.
pub(super) fn marked_line(ui: &mut Ui, mark: Icon, text: &str, color: Color32) -> Response {
    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        icon(ui, mark, color);
        ui.add(Label::new(RichText::new(text).color(color)).truncate())
    })
    .inner
}

/// Keys as they are written, on a cap of their own.
pub(super) fn keys_ui(ui: &mut Ui, keys: &str, palette: &Palette, lively: bool) -> Response {
    let ink = if lively { palette.dim } else { palette.faint };
    let padding = Vec2::new(6.0, 1.0);
    let text = RichText::new(keys).font(theme::small()).color(ink);
    let galley = egui::WidgetText::from(text).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::FontSelection::Default,
    );
    let size = Vec2::new(galley.size().x, theme::SMALL_LINE) + 2.0 * padding;
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(
        rect,
        theme::RADIUS_SMALL,
        palette.raised,
        theme::hairline(ui.ctx()),
        egui::StrokeKind::Inside,
    );
    let at = egui::Align2::CENTER_CENTER
        .align_size_within_rect(galley.size(), rect)
        .min;
    ui.painter().galley(at, galley, ink);
    named(ui, response, Role::Label, keys)
}

/// The one main action of a place.
pub(super) fn primary_button(
    ui: &mut Ui,
    text: &str,
    min_width: f32,
    enabled: bool,
    palette: &Palette,
) -> Response {
    let size = Vec2::new(min_width, ui.spacing().interact_size.y);
    // Faded words on a faded accent could not be read: what cannot be pressed is as quiet as others.
    let button = match enabled {
        true => Button::new(theme::strong(text).color(palette.on_accent))
            .fill(palette.accent)
            .stroke(Stroke::NONE),
        false => Button::new(theme::strong(text)),
    };
    ui.add_enabled(enabled, button.min_size(size))
}

/// A quiet action that reads as a link.
pub(super) fn link_button(ui: &mut Ui, text: &str, palette: &Palette) -> Response {
    let face = RichText::new(text).color(palette.accent);
    spaced(ui, as_high_as_a_line, |ui| {
        ui.add(Button::new(face).frame(false))
    })
}

/// The same with an icon before it.
pub(super) fn marked_link(ui: &mut Ui, mark: Icon, text: &str, palette: &Palette) -> Response {
    spaced(ui, as_high_as_a_line, |ui| {
        let button = marked_button(mark, RichText::new(text), palette.accent);
        ui.add(button.frame(false))
    })
}

/// Some choices of which one holds. Each is a button; the one that holds is pressed.
pub(super) fn segmented<T: Copy + PartialEq>(ui: &mut Ui, chosen: &mut T, choices: &[(T, &str)]) {
    segments_ui(ui, chosen, choices, None);
}

/// The same where each choice shows another content below; `name` is what all of them are called.
pub(super) fn segmented_tabs<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    chosen: &mut T,
    choices: &[(T, &str)],
) {
    segments_ui(ui, chosen, choices, Some(name));
}

fn segments_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    chosen: &mut T,
    choices: &[(T, &str)],
    tabs: Option<&str>,
) {
    let height = ui.spacing().interact_size.y;
    Frame::NONE
        .fill(ui.visuals().extreme_bg_color)
        .stroke(theme::hairline(ui.ctx()))
        .corner_radius(theme::RADIUS)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                if let Some(name) = tabs {
                    here(ui, Role::TabList, name);
                }
                ui.spacing_mut().item_spacing.x = 0.0;
                ui.spacing_mut().button_padding.x = theme::GAP;
                for &(choice, text) in choices {
                    let holds = *chosen == choice;
                    let face = Button::selectable(holds, text)
                        .frame_when_inactive(holds)
                        .min_size(Vec2::new(0.0, height - 2.0 * theme::HAIRLINE));
                    let response = ui.add(face);
                    if tabs.is_some() {
                        tell(&response, |node| {
                            node.set_role(Role::Tab);
                            node.set_selected(holds);
                        });
                    }
                    if response.clicked() {
                        *chosen = choice;
                    }
                }
            });
        });
}

/// Some choices of which one holds, where there is no room for all: a menu. `label` says what is
/// chosen; it stands before the choice in the accessible name.
pub(super) fn choice_menu<T: Copy + PartialEq>(
    ui: &mut Ui,
    label: &str,
    chosen: &mut T,
    choices: &[(T, &str)],
) {
    let current = choices
        .iter()
        .find(|(choice, _)| choice == chosen)
        .map_or("", |(_, text)| text);
    let (response, _) = MenuButton::from_button(menu_face(current)).ui(ui, |ui| {
        name_place(ui, label);
        ui.spacing_mut().item_spacing.y = 0.0;
        for &(choice, text) in choices {
            if ui.selectable_label(*chosen == choice, text).clicked() {
                *chosen = choice;
            }
        }
    });
    named(ui, response, Role::Button, &format!("{label} · {current}"));
}

/// Where something opens whose button stands too far to the right to have room below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtTheEdge {
    /// Beside it: what lies below is what it is about.
    Beside,
    /// Below it, more to the left: what lies at its left is what it is about.
    Below,
}

/// A button that opens something to work with, which stays until one clicks beside it.
pub(super) fn popover(
    ui: &mut Ui,
    face: Button<'_>,
    name: &str,
    (width, edge): (f32, AtTheEdge),
    add: impl FnOnce(&mut Ui),
) {
    let response = ui.add(face.frame_when_inactive(false));
    let window = ui.ctx().content_rect();
    let at_the_edge = response.rect.left() + width > window.right();
    let places: &[RectAlign] = match (at_the_edge, edge) {
        (true, AtTheEdge::Beside) => &[
            RectAlign::LEFT_START,
            RectAlign::LEFT_END,
            RectAlign::TOP_END,
        ],
        (true, AtTheEdge::Below) => &[
            RectAlign::BOTTOM_END,
            RectAlign::LEFT_END,
            RectAlign::TOP_END,
        ],
        (false, _) => &[RectAlign::BOTTOM_START, RectAlign::TOP_START],
    };
    // Not in the style of menus, whose fields and buttons have no frame.
    let config = MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(StyleModifier::default());
    let info =
        UiStackInfo::new(UiKind::Menu).with_tag_value(MenuConfig::MENU_CONFIG_TAG, config.clone());
    let popup = Popup::menu(&response)
        .close_behavior(config.close_behavior)
        .style(config.style)
        .align(places[0])
        .align_alternatives(places)
        .info(info);
    popup.show(|ui| {
        name_place(ui, name);
        let shown = Frame::NONE.inner_margin(theme::GAP).show(ui, |ui| {
            ui.set_width(width);
            ui.with_layout(Layout::top_down(Align::Min), add);
        });
        place_lies(ui, shown.response.rect);
    });
    named(ui, response, Role::Button, name);
}

/// A line of text with its label above; the label is its accessible name.
pub(super) fn labelled_edit(ui: &mut Ui, label: &str, edit: TextEdit<'_>) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = theme::GAP_SMALL;
        let label = ui.label(theme::label(ui.ctx(), label));
        ui.add(edit).labelled_by(label.id)
    })
    .inner
}

/// Longest text that is coloured: beyond it, colours cost more than they tell.
const COLOURED_BYTES: usize = 64 << 10;

/// Longest line that is coloured: a line is laid out anew at every letter that is typed into it, and
/// each of its colours costs as much as many letters.
const COLOURED_LINE: usize = 2 << 10;

/// Whether colours are worth what they cost.
fn is_coloured(text: &str) -> bool {
    text.len() <= COLOURED_BYTES && text.split('\n').all(|line| line.len() <= COLOURED_LINE)
}

/// Lays out a monospaced text, coloured if it is JSON and not huge.
pub(super) fn code_layout(ui: &Ui, text: &str, is_json: bool, width: f32) -> Arc<Galley> {
    let mut job = if is_json && is_coloured(text) {
        let colours = theme::code_theme(ui.ctx().theme());
        let mut job = highlight(ui.ctx(), ui.style(), &colours, text, "json");
        ink_keys(&mut job, theme::palette(ui.ctx()));
        job
    } else {
        let format = TextFormat {
            line_height: Some(theme::BODY_LINE),
            ..TextFormat::simple(theme::mono(), ui.visuals().text_color())
        };
        LayoutJob::single_section(text.to_owned(), format)
    };
    job.wrap.max_width = width;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Keys of JSON in the ink that they have wherever a body is shown; to what colours it, they are strings
/// like others.
fn ink_keys(job: &mut LayoutJob, palette: &Palette) {
    for section in &mut job.sections {
        let (from, to) = (section.byte_range.start, section.byte_range.end);
        let is_string = job.text.as_bytes().get(from.0) == Some(&b'"');
        let mut after = job.text.as_bytes().iter().skip(to.0);
        if is_string && after.find(|byte| !byte.is_ascii_whitespace()) == Some(&b':') {
            section.format.color = palette.tag;
        }
    }
}

/// Gives a widget that shows no text, or too little, its accessible name.
pub(super) fn named(ui: &Ui, response: Response, role: Role, name: &str) -> Response {
    let enabled = ui.is_enabled() && response.enabled();
    response.widget_info(|| WidgetInfo::labeled(role, enabled, name));
    response
}

/// The same for a widget that is on or off, which is told along with the name.
pub(super) fn named_choice(
    ui: &Ui,
    response: Response,
    role: Role,
    chosen: bool,
    name: &str,
) -> Response {
    let enabled = ui.is_enabled() && response.enabled();
    response.widget_info(|| WidgetInfo::selected(role, enabled, chosen, name));
    response
}

/// A small remark under a field.
pub(super) fn remark(ui: &mut Ui, text: &str, color: Color32) {
    let text = theme::label(ui.ctx(), text).color(color);
    ui.add(Label::new(text).wrap());
}

/// The same with an icon before it.
pub(super) fn marked_remark(ui: &mut Ui, mark: Icon, text: &str, color: Color32) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        icon_of(ui, mark, color, theme::ICON_SIZE_SMALL, theme::SMALL_LINE);
        remark(ui, text, color);
    });
}

/// What is wrong with what was typed, where it was typed: never told by its colour alone.
pub(super) fn complaint(ui: &mut Ui, text: &str, palette: &Palette) {
    marked_remark(ui, icons::FAILED, text, palette.bad);
}

/// This field is what a complaint is about: it has the complaint's colour at its edge.
pub(super) fn mark_wrong(ui: &Ui, field: &Response, palette: &Palette) {
    tell(field, |node| node.set_invalid(Invalid::True));
    // With the keyboard in it, the ring says where one types.
    if !field.has_focus() {
        let edge = Stroke::new(theme::HAIRLINE, palette.bad);
        let inside = StrokeKind::Inside;
        ui.painter()
            .rect_stroke(field.rect, theme::RADIUS, edge, inside);
    }
}

/// A name and a value on one line, the value to be copied.
pub(super) fn fact(ui: &mut Ui, name: &str, value: &str, palette: &Palette) {
    ui.scope(|ui| {
        // The height that a line begins with.
        ui.spacing_mut().interact_size.y = theme::SMALL_LINE;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::new(theme::GAP, 0.0);
            ui.label(theme::code(name).color(palette.dim));
            ui.label(theme::code(value));
        });
    });
}

/// Things from the right edge inwards, on the current line.
pub(super) fn from_the_right<R>(ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> R {
    ui.with_layout(Layout::right_to_left(Align::Center), add)
        .inner
}

/// A profile's colour in this theme.
pub(super) fn profile_color(p: &Palette, color: ProfileColor) -> Color32 {
    match color {
        ProfileColor::Green => p.ok,
        ProfileColor::Blue => p.accent,
        ProfileColor::Amber => p.soon,
        ProfileColor::Red => p.bad,
        ProfileColor::Purple => p.tag,
        ProfileColor::Grey => p.faint,
    }
}
