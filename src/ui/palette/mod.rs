//! The command palette: every action and every place by its name, found by what one remembers of
//! it. Draws the list and says what was chosen; what that does is the registry's.

mod items;
mod search;

use egui::accesskit::{HasPopup, Role};
use egui::text::{LayoutJob, TextFormat};
use egui::{
    Align, Align2, Area, Color32, Frame, Id, Key, Label, Layout, Margin, Modal, Modifiers, Rect,
    RichText, ScrollArea, Sense, TextEdit, Ui, UiBuilder, Vec2, vec2,
};

use super::actions::{Action, Around};
use super::context::Context;
use super::dock::Tab;
use super::spoken;
use super::theme;
use super::widgets::{from_the_right, keys_ui, named, named_choice};
use items::Item;
pub(super) use items::{Pick, Target, go};
use search::{Hit, search};

const WIDTH: f32 = 600.0;
/// From the top of the window.
const TOP: f32 = 72.0;
const ROW: f32 = 32.0;
/// Rows that are in sight at the most.
const ROWS: f32 = 11.0;
/// Actions that are remembered.
const RECENT: usize = 8;

/// The palette, and what was chosen last.
#[derive(Default)]
pub(super) struct Palette {
    open: bool,
    query: String,
    /// The line that Enter runs.
    chosen: usize,
    /// The line has to come into sight.
    moved: bool,
    recent: Vec<Action>,
}

impl Palette {
    /// With what was used last in an earlier run.
    pub(super) fn restored(recent: Option<Vec<Action>>) -> Self {
        Self {
            recent: recent.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What was used last, the last first.
    pub(super) fn recent(&self) -> &[Action] {
        &self.recent
    }

    /// Opens it, with nothing typed.
    pub(super) fn open(&mut self) {
        self.open = true;
        self.query.clear();
        self.chosen = 0;
        self.moved = true;
    }

    /// Draws it, if it is open; what was chosen.
    pub(super) fn ui(
        &mut self,
        ctx: &egui::Context,
        cx: &mut Context<'_>,
        tabs: &[Tab],
        around: Around,
    ) -> Option<Pick> {
        if !self.open {
            return None;
        }
        let items = items::all(cx, tabs, around);
        let id = Id::unique("palette");
        let area: Area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, TOP));
        let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::ZERO);
        let modal = Modal::new(id).area(area).frame(frame).show(ctx, |ui| {
            spoken::name_place(ui, cx.texts.get("action-palette"));
            ui.set_width(WIDTH.min(ctx.content_rect().width() - 4.0 * theme::PAD));
            ui.spacing_mut().item_spacing.y = 0.0;
            self.content_ui(ui, cx, &items)
        });
        let closes = modal.should_close();
        let picked = modal.inner;
        // The keys that opened it close it.
        if picked.is_some() || closes {
            self.open = false;
        }
        if let Some(Pick::Do(action)) = picked {
            self.recent.retain(|one| *one != action);
            self.recent.insert(0, action);
            self.recent.truncate(RECENT);
        }
        picked
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, items: &[Item]) -> Option<Pick> {
        let before = self.query.clone();
        let hits = search(&self.query, items, &self.recent);
        let entered = self.keys_ui(ui, hits.len());
        let field = self.field_ui(ui, cx);
        if self.query != before {
            self.chosen = 0;
            self.moved = true;
        }
        // What is typed holds at once.
        let hits = search(&self.query, items, &self.recent);
        self.chosen = self.chosen.min(hits.len().saturating_sub(1));
        ui.separator();
        let mut picked = self.list_ui(ui, cx, items, &hits, field);
        ui.separator();
        foot_ui(ui, cx, hits.len());
        if entered {
            picked = hits.get(self.chosen).map(|hit| hit.item);
        }
        let item = items.get(picked?)?;
        // One that is not possible says why, and stays.
        item.reason.is_none().then(|| item.pick.clone())
    }

    /// Moves by the keys; whether the chosen line is to be run.
    fn keys_ui(&mut self, ui: &Ui, count: usize) -> bool {
        if Action::Palette.taken_in_field(ui) {
            ui.close();
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        let last = count.saturating_sub(1);
        let page = ROWS as usize - 1;
        let before = self.chosen;
        if pressed(Key::ArrowDown) {
            self.chosen = if before >= last { 0 } else { before + 1 };
        } else if pressed(Key::ArrowUp) {
            self.chosen = before.checked_sub(1).unwrap_or(last);
        } else if pressed(Key::PageDown) {
            self.chosen = (before + page).min(last);
        } else if pressed(Key::PageUp) {
            self.chosen = before.saturating_sub(page);
        }
        self.moved |= self.chosen != before;
        pressed(Key::Enter)
    }

    /// Where one types. Whatever happens to the focus, it is here.
    fn field_ui(&mut self, ui: &mut Ui, cx: &Context<'_>) -> Id {
        let t = cx.texts;
        let id = Id::unique("palette-field");
        Frame::NONE
            .inner_margin(Margin::symmetric(theme::PAD as i8, theme::PAD as i8))
            .show(ui, |ui| {
                ui.spacing_mut().interact_size.y = theme::BODY_LINE;
                let edit = TextEdit::singleline(&mut self.query)
                    .id(id)
                    .frame(Frame::NONE)
                    .margin(Margin::ZERO)
                    .hint_text(theme::hint(t.get("palette-hint")))
                    .desired_width(f32::INFINITY);
                let field = ui.add(edit);
                if !field.has_focus() {
                    field.request_focus();
                }
                named(ui, field, Role::SearchInput, t.get("palette-hint"));
            });
        id
    }

    /// The lines; the item of one that was clicked.
    fn list_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        items: &[Item],
        hits: &[Hit],
        field: Id,
    ) -> Option<usize> {
        let t = cx.texts;
        if hits.is_empty() {
            ui.allocate_ui_with_layout(
                vec2(ui.available_width(), ROW * 2.0),
                Layout::centered_and_justified(egui::Direction::LeftToRight),
                |ui| ui.label(theme::dim(ui.ctx(), t.get("palette-nothing"))),
            );
            return None;
        }
        let room = ui.ctx().content_rect().height() - TOP - 4.0 * ROW;
        let height = (ROWS * ROW).min(room.max(3.0 * ROW));
        let moved = std::mem::take(&mut self.moved);
        let mut clicked = None;
        ScrollArea::vertical()
            .id_salt("palette")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.scope_builder(UiBuilder::new(), |ui| {
                    let list = ui.unique_id();
                    ui.ctx().accesskit_node_builder(list, |node| {
                        node.set_role(Role::ListBox);
                        node.set_label(t.get("palette-list"));
                    });
                    for (place, hit) in hits.iter().enumerate() {
                        let chosen = place == self.chosen;
                        let id = Id::unique(("palette-option", hit.item));
                        let row = Row {
                            item: &items[hit.item],
                            hit,
                            chosen,
                            place: (place, hits.len()),
                        };
                        let response = row.ui(ui, cx, id);
                        if chosen {
                            active(ui, field, id, list);
                            if moved {
                                response.scroll_to_me(None);
                            }
                        }
                        if response.clicked() {
                            self.chosen = place;
                            clicked = Some(hit.item);
                        }
                    }
                });
            });
        clicked
    }
}

/// The line that Enter runs is the one that a screen reader reads, while the caret stays in the
/// field.
fn active(ui: &Ui, field: Id, option: Id, list: Id) {
    ui.ctx().accesskit_node_builder(field, |node| {
        node.set_active_descendant(option.accesskit_id());
        node.set_controls(vec![list.accesskit_id()]);
        node.set_has_popup(HasPopup::Listbox);
        node.set_expanded(true);
    });
}

/// One line.
struct Row<'a> {
    item: &'a Item,
    hit: &'a Hit,
    chosen: bool,
    /// Which of how many.
    place: (usize, usize),
}

impl Row<'_> {
    fn ui(&self, ui: &mut Ui, cx: &Context<'_>, id: Id) -> egui::Response {
        let p = cx.palette;
        let size = vec2(ui.available_width(), ROW);
        let (_, rect) = ui.allocate_space(size);
        let response = ui.interact(rect, id, Sense::CLICK);
        let response = named_choice(
            ui,
            response,
            Role::ListBoxOption,
            self.chosen,
            &self.spoken(ui.ctx(), cx),
        );
        ui.ctx().accesskit_node_builder(id, |node| {
            node.set_position_in_set(self.place.0 + 1);
            node.set_size_of_set(self.place.1);
            if self.item.reason.is_some() {
                node.set_disabled();
            }
        });
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let ground = match (self.chosen, response.hovered()) {
            (true, _) => p.selected,
            (false, true) => p.raised,
            (false, false) => Color32::TRANSPARENT,
        };
        let inner = rect.shrink2(vec2(theme::GAP_SMALL, 0.0));
        ui.painter().rect_filled(inner, theme::RADIUS, ground);
        self.words_ui(ui, cx, inner.shrink2(vec2(theme::GAP, 0.0)));
        response
    }

    /// From the right: keys, what kind of thing it is or why it is not possible, its name.
    fn words_ui(&self, ui: &mut Ui, cx: &Context<'_>, rect: Rect) {
        let p = cx.palette;
        // What is painted here is said by the line as a whole.
        let builder = UiBuilder::new()
            .max_rect(rect)
            .layout(Layout::left_to_right(Align::Center));
        ui.scope_builder(builder, |ui| {
            ui.spacing_mut().item_spacing = Vec2::new(theme::GAP, 0.0);
            from_the_right(ui, |ui| {
                let keys = self.item.keys;
                if let Some(keys) = keys.and_then(|action| action.shortcut(ui.ctx(), cx.texts)) {
                    keys_ui(ui, &keys, p, self.item.reason.is_none());
                }
                let (text, ink) = match self.item.reason {
                    Some(reason) => (reason, p.soon),
                    None => (self.item.kind, p.faint),
                };
                let text = RichText::new(text).font(theme::small()).color(ink);
                ui.add(Label::new(text).selectable(false));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(self.name(ui, cx)).truncate().selectable(false));
                });
            });
        });
    }

    /// Its name with what was typed in it, and the other name if that is why it is here.
    fn name(&self, ui: &Ui, cx: &Context<'_>) -> LayoutJob {
        let p = cx.palette;
        let ink = match self.item.reason {
            Some(_) => p.faint,
            None => p.text,
        };
        let plain = TextFormat::simple(theme::body(), ink);
        let mark = TextFormat::simple(theme::semibold(theme::BODY_SIZE), p.accent);
        let mut job = LayoutJob::default();
        for (place, c) in (0_u32..).zip(self.item.name.chars()) {
            let marked = self.hit.marks.binary_search(&place).is_ok();
            let format = if marked { &mark } else { &plain };
            job.append(c.encode_utf8(&mut [0; 4]), 0.0, format.clone());
        }
        if let Some(other) = self.item.other.as_ref().filter(|_| self.hit.by_other) {
            let quiet = TextFormat::simple(theme::body(), p.dim);
            job.append(other, theme::GAP, quiet);
        }
        job.wrap.max_width = ui.available_width();
        job
    }

    fn spoken(&self, ctx: &egui::Context, cx: &Context<'_>) -> String {
        let keys = self.item.keys;
        let keys = keys.and_then(|action| action.shortcut_aloud(ctx, cx.texts));
        let mut words = vec![self.item.name.as_str(), self.item.kind];
        words.extend(keys.as_deref());
        words.extend(self.item.reason);
        words.join(" · ")
    }
}

/// Which keys there are, and how many lines.
fn foot_ui(ui: &mut Ui, cx: &Context<'_>, count: usize) {
    let t = cx.texts;
    Frame::NONE
        .inner_margin(Margin::symmetric(theme::PAD as i8, theme::GAP_SMALL as i8))
        .show(ui, |ui| {
            ui.spacing_mut().interact_size.y = theme::BODY_LINE;
            ui.horizontal(|ui| {
                let small = |text: &str| theme::label(ui.ctx(), text);
                let keys = small(t.get("palette-keys"));
                let count = small(&t.format("palette-count", &[("n", count.into())]));
                ui.label(keys);
                from_the_right(ui, |ui| ui.label(count));
            });
        });
}
