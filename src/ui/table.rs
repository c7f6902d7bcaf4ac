//! The live table of one consume view: a row a message, only the visible rows drawn; which rows,
//! in which order and under which columns is the model's. Asks for acks and selections; changes nothing itself.

use egui::accesskit::Toggled;
use egui::scroll_area::ScrollBarVisibility;
use egui::{Align, Button, Color32, Id, Label, Layout, RichText, Sense, Ui, UiBuilder};
use egui_extras::{Column as Width, TableBuilder, TableRow};

use crate::explained::damage::damage;
use crate::i18n::Texts;
use crate::session::{
    Column, ColumnSetting, Command, Decision, Ending, HalfCommand, LetterCommand, Place, Row,
    RowState, Subscription, TableCommand, cells,
};

use super::actions::Action;
use super::column_heads::{Head, keep_left_out};
use super::columns::{Widths, fitting};
use super::context::{Context, bytes, cut_in_the_middle, shortened_id};
use super::endings::{Deed, alike_look, alike_mark, alike_word, sentence, state_ui, word};
use super::fade::Fade;
use super::menu_line::action_line;
use super::scroll::{Sight, bar_ui};
use super::theme::icons;
use super::widgets::{check_box, from_the_right, half_check_box, icon, named, named_choice, pill};
use super::{grid, halves, row_menu, spoken, table_keys, theme};

/// From this width on a body leaves room for a word before it.
const ALIKE_WORD_FROM: f32 = 180.0;

/// Width of the column in which rows are chosen.
const CHECKBOX: f32 = 36.0;

/// Characters of a body that a row shows.
const PREVIEW_CHARS: usize = 160;

/// Parts of a row by which nothing has moved, but for rounding.
const STILL: f64 = 0.001;

/// The table, and the bar at its side.
pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, view: &Subscription, action: Option<Action>) {
    let mut asked = Vec::new();
    let room = ui.available_rect_before_wrap();
    let (room, bar) = room.split_left_right_at_x(room.right() - theme::SCROLL_BAR);
    let bar = bar.with_min_y(bar.top() + cx.sizes.head);
    let rows = view.table.arrangement().len();
    let mut sight = Sight::new(rows, cx.sizes.row, bar.height(), above(view, cx.sizes.row));
    let area = table_keys::area_ui(ui, cx, view.id, room);
    sight = table_keys::ui(ui, cx, view, action, sight, &mut asked);
    sight = with_focused(ui, view, sight);
    let id = ui.scope_id().with("scroll-bar");
    sight = bar_ui(ui, id, bar, sight, cx.texts.get("table-scroll"));
    let builder = UiBuilder::new()
        .max_rect(room)
        .accessibility_parent(area.id);
    ui.scope_builder(builder, |ui| {
        sight = rows_ui(ui, cx, view, sight, &area, &mut asked);
    });
    spoken::tell(&area, |node| {
        node.set_row_count(rows);
        node.set_size_of_set(rows);
        node.set_multiselectable();
    });
    // While the table has the keyboard, its row in focus is what is read.
    let focused = view.focused.map(|number| row_node(view, number));
    if let Some(row) = focused.filter(|row| ui.ctx().has_accesskit_node(*row)) {
        spoken::tell(&area, |node| node.set_active_descendant(row.accesskit_id()));
    }
    if let Some(place) = place_of(view, sight) {
        asked.push(Command::Table(view.id, TableCommand::Look(place)));
    }
    cx.commands.append(&mut asked);
}

/// The rows in sight, and where one looks after what was done with the wheel.
fn rows_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    view: &Subscription,
    sight: Sight,
    area: &egui::Response,
    asked: &mut Vec<Command>,
) -> Sight {
    let fade = &fade(ui, cx, view);
    // No gaps between cells, so that the lines between rows are whole; `cell` pads instead.
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    ui.visuals_mut().selection.bg_fill = cx.palette.selected;
    // The end of what is laid out is not the end of the rows: nothing springs back from there.
    ui.spacing_mut().scroll.kinetic.rubber_band = false;
    let arrangement = view.table.arrangement();
    let across = ui.max_rect().x_range();
    let spoken = ui.ctx().has_accesskit_node(area.id);
    let deeds = match (acks(view), view.checks_halves()) {
        (false, _) => 0.0,
        (true, true) => halves::ROW_WIDTH,
        (true, false) => 68.0,
    };
    let columns_room = ui.available_width() - CHECKBOX - deeds;
    let columns = &*fitting(view.table.columns(), columns_room);
    keep_left_out(ui, view.id, view.table.columns(), columns);
    let widths = Widths::new(columns, columns_room);
    let mut table = TableBuilder::new(ui)
        // Another set of columns has widths of its own, and so has one that lacks room.
        .id_salt((view.id, columns.len(), widths.are_short()))
        // Rows are reached by the arrows: only the table as a whole takes part in Tab.
        .sense(Sense::CLICK)
        .animate_scrolling(false)
        .auto_shrink(false)
        .min_scrolled_height(cx.sizes.row)
        .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Width::exact(CHECKBOX));
    for setting in columns {
        table = table.column(widths.of(setting));
    }
    // Only some rows around those in sight are known to the table: a distance from the top of
    // very many would not be exact.
    let laid_out = sight.laid_out();
    let table = match acks(view) {
        true => table.column(Width::exact(deeds)),
        false => table,
    };
    let shown = table
        .vertical_scroll_offset(sight.offset())
        .header(cx.sizes.head, |row| {
            header_ui(row, cx.texts, view, columns, asked);
        })
        .body(|body| {
            body.rows(cx.sizes.row, laid_out.len(), |mut cells| {
                let place = laid_out.start + cells.index();
                let number = arrangement.row_at(place);
                if let Some(row) = number.and_then(|number| view.rows.get(number)) {
                    cells.set_overline(true);
                    cells.set_selected(
                        view.rows.is_selected(row.number) || view.focused == Some(row.number),
                    );
                    let row_ui = RowUi {
                        row,
                        view,
                        columns,
                        cx,
                        fade,
                        area,
                        spoken,
                        place,
                        across,
                    };
                    row_ui.show(&mut cells, asked);
                    let response = cells.response();
                    clicked(&response, area, view, row, asked);
                    if view.focused == Some(row.number) {
                        grid::row_seen(area, response.rect);
                    }
                    let name = cx.texts.get("row-menu");
                    row_menu::show(&response, area, row.number, name, |ui| {
                        menu_ui(ui, cx, view, row, asked);
                    });
                }
            });
        });
    // What the wheel did. The room is rounded to pixels there: without a wheel, nothing moves.
    let most = shown.content_size.y - shown.inner_rect.height();
    let still = sight.offset().min(most.max(0.0));
    sight.moved(shown.state.clamped_offset().y - still)
}

/// Which rows are new. Looked at in an empty view too, whose first row is as new as any.
pub(super) fn fade(ui: &Ui, cx: &Context<'_>, view: &Subscription) -> Fade {
    let next = view.rows.from_newest(0).map_or(0, |row| row.number + 1);
    Fade::look(ui, egui::Id::unique(view.id), next, cx.moves())
}

/// Whether there is anything to ack: nothing that comes from a file is held.
fn acks(view: &Subscription) -> bool {
    view.file.is_none()
}

/// Rows that are out of sight above, as the model has it. Whatever came above it, a row stays
/// where it was; at the top, what is new comes into sight.
fn above(view: &Subscription, row: f32) -> f64 {
    match view.table.place() {
        Place::Top => 0.0,
        Place::Row { number, hidden } => {
            let place = view.table.arrangement().place_of(number);
            place.unwrap_or_default() as f64 + f64::from(hidden) / f64::from(row)
        }
    }
}

/// Where one looks now, if that is another place than before.
fn place_of(view: &Subscription, sight: Sight) -> Option<Place> {
    if sight.above() == 0.0 {
        return (view.table.place() != Place::Top).then_some(Place::Top);
    }
    if (sight.above() - above(view, sight.row())).abs() < STILL {
        return None;
    }
    let (first, hidden) = sight.first();
    let number = view.table.arrangement().row_at(first)?;
    Some(Place::Row { number, hidden })
}

/// A click shows the details; with Ctrl it selects, with Shift it selects up to there.
fn clicked(
    response: &egui::Response,
    area: &egui::Response,
    view: &Subscription,
    row: &Row,
    asked: &mut Vec<Command>,
) {
    if !response.clicked() {
        return;
    }
    area.request_focus();
    let modifiers = response.ctx.input(|input| input.modifiers);
    if modifiers.command {
        asked.push(Command::ToggleSelected(view.id, row.number));
    } else if let (true, Some(focused)) = (modifiers.shift, view.focused) {
        let range = TableCommand::SelectRange(focused, row.number);
        asked.push(Command::Table(view.id, range));
        return;
    }
    asked.push(Command::Focus(view.id, row.number));
}

/// What can be done with one row.
fn menu_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    view: &Subscription,
    row: &Row,
    asked: &mut Vec<Command>,
) {
    let t = cx.texts;
    deeds_ui(ui, cx, view, row, asked);
    let text = match view.table.arrangement().is_pinned(row.number) {
        true => t.get("row-unpin"),
        false => t.get("row-pin"),
    };
    if action_line(ui, t, Action::Pin, text).clicked() {
        asked.push(table_keys::pin(view, row.number));
        ui.close();
    }
    let send = t.get("send-again");
    if row.message().is_some() && action_line(ui, t, Action::SendAgain, send).clicked() {
        asked.push(Command::SendAgain(view.id, row.number));
        ui.close();
    }
    if view.letters_topic().is_some() && ui.button(t.get("letters-open")).clicked() {
        asked.push(Command::Letters(LetterCommand::Open(view.id)));
        ui.close();
    }
    if let Some(id) = row.message_id()
        && ui.button(t.get("copy-id")).clicked()
    {
        ui.ctx().copy_text(id.to_owned());
        ui.close();
    }
    if let Some(body) = cells::body(row)
        && ui.button(t.get("copy-body")).clicked()
    {
        ui.ctx().copy_text(body.to_owned());
        ui.close();
    }
}

/// What ends the delivery of this row, as long as it can be ended.
fn deeds_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    view: &Subscription,
    row: &Row,
    asked: &mut Vec<Command>,
) {
    if !acks(view) || !row.can_ack(cx.now) {
        return;
    }
    let t = cx.texts;
    let of_row = vec![row.number];
    let decide = |decision| {
        let decided = HalfCommand::DecideRows(view.id, of_row.clone(), decision);
        Command::Half(decided)
    };
    let deeds = match view.checks_halves() {
        true => vec![
            (
                Action::Commit,
                ["half-commit", "half-commit-this"],
                decide(Decision::Commit),
            ),
            (
                Action::RollBack,
                ["half-rollback", "half-rollback-this"],
                decide(Decision::Rollback),
            ),
        ],
        false => vec![(
            Action::Ack,
            ["ack", "ack-this"],
            Command::Ack(view.id, of_row.clone()),
        )],
    };
    for (action, [of_all, of_one], command) in deeds {
        // While some are selected, the keys are about those.
        let line = match view.rows.selected().len() {
            0 => action_line(ui, t, action, t.get(of_all)),
            _ => ui.button(t.get(of_one)),
        };
        if line.clicked() {
            asked.push(command);
            ui.close();
        }
    }
    ui.separator();
}

/// With the row in focus in sight when it has just become that, by whatever way.
fn with_focused(ui: &Ui, view: &Subscription, sight: Sight) -> Sight {
    let id = egui::Id::unique("focused").with(view.id);
    let before = ui.data_mut(|data| {
        let seen = data.get_temp_mut_or_default::<Option<u64>>(id);
        std::mem::replace(seen, view.focused)
    });
    let place = view
        .focused
        .and_then(|number| view.table.arrangement().place_of(number));
    match place.filter(|_| before != view.focused) {
        Some(place) => sight.with_row(place),
        None => sight,
    }
}

/// A cell with room at its left, and what its contents need of spacing. Its widgets belong to
/// the message `of`: rows slide under the pointer as messages arrive, and a press on one
/// message that is released on another must not count as a click on either. A new one fades in.
fn cell(row: &mut TableRow<'_, '_>, of: Option<Owner>, add: impl FnOnce(&mut Ui)) {
    row.col(|ui| contents(ui, of, add));
}

fn contents(ui: &mut Ui, of: Option<Owner>, add: impl FnOnce(&mut Ui)) {
    let mut builder = UiBuilder::new().id_salt(of.map(|of| of.number));
    if let Some(of) = of {
        builder = builder.accessibility_parent(of.node);
    }
    ui.scope_builder(builder, |ui| {
        ui.multiply_opacity(of.map_or(1.0, |of| of.opacity));
        ui.spacing_mut().item_spacing.x = theme::GAP;
        ui.spacing_mut().interact_size.y = theme::sizes(ui.ctx()).row_control;
        ui.spacing_mut().button_padding.y = 0.0;
        ui.add_space(theme::GAP);
        add(ui);
    });
}

/// What stands at the right of its column, apart from what the next one begins with.
fn number_ui(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    from_the_right(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        ui.add_space(theme::GAP_SMALL);
        add(ui);
    });
}

fn header_ui(
    mut row: TableRow<'_, '_>,
    t: &'static Texts,
    view: &Subscription,
    columns: &[ColumnSetting],
    asked: &mut Vec<Command>,
) {
    cell(&mut row, None, |ui| {
        // What was selected may have been acked since.
        let some = view.rows.selected().len() > 0;
        let mut all = some && (view.table.all_selected() || view.rows.all_selected());
        let part = some && !all;
        let response = match part {
            true => ui.add(half_check_box(&mut all)),
            false => ui.add(check_box(&mut all, ())),
        };
        let response = named_choice(ui, response, egui::Role::CheckBox, all, t.get("select-all"));
        if part {
            spoken::tell(&response, |node| node.set_toggled(Toggled::Mixed));
        }
        if response.clicked() {
            asked.push(Command::Table(view.id, TableCommand::SelectShown(all)));
        }
    });
    for setting in columns {
        let head = Head {
            t,
            view,
            shown: columns,
            setting,
        };
        row.col(|ui| head.ui(ui, asked));
    }
    if acks(view) {
        cell(&mut row, None, |ui| {
            let head = match view.checks_halves() {
                true => t.get("column-decide"),
                false => t.get("column-ack"),
            };
            ui.label(theme::column_head(ui.ctx(), head));
        });
    }
}

/// Whose cell it is.
#[derive(Clone, Copy)]
struct Owner {
    number: u64,
    /// The row in the tree of screen readers.
    node: Id,
    /// A new one fades in.
    opacity: f32,
}

/// A row in the tree of screen readers.
fn row_node(view: &Subscription, number: u64) -> Id {
    Id::unique(("row", view.id, number))
}

/// One row of the table.
struct RowUi<'r, 'c> {
    row: &'r Row,
    view: &'r Subscription,
    /// Those that have room.
    columns: &'r [ColumnSetting],
    cx: &'r Context<'c>,
    fade: &'r Fade,
    /// The table, as what takes the keyboard and in the tree of screen readers.
    area: &'r egui::Response,
    /// Whether there is such a tree.
    spoken: bool,
    /// Its place in the table.
    place: usize,
    /// From where to where it goes.
    across: egui::Rangef,
}

impl RowUi<'_, '_> {
    fn show(&self, cells: &mut TableRow<'_, '_>, asked: &mut Vec<Command>) {
        let (row, p) = (self.row, self.cx.palette);
        let state = row.state(self.cx.now);
        let done = matches!(state, RowState::Acked);
        let ink = if done { p.faint } else { p.text };
        let id = row.message_id().unwrap_or("?").to_owned();
        let of = Owner {
            number: row.number,
            node: row_node(self.view, row.number),
            opacity: self.fade.of(row.number),
        };
        cells.col(|ui| {
            if self.spoken {
                self.spoken_ui(ui, &id, of.node, asked);
            }
            contents(ui, Some(of), |ui| self.select_ui(ui, &id, asked));
        });
        for setting in self.columns {
            cell(cells, Some(of), |ui| {
                self.column_ui(ui, &setting.column, state, &id, ink)
            });
        }
        if acks(self.view) {
            cell(cells, Some(of), |ui| match self.view.checks_halves() {
                true => halves::row_ui(ui, self.cx, self.view, row, asked),
                false => self.ack_ui(ui, &id, state, asked),
            });
        }
    }

    /// The row for those who do not see it: one thing, that shows its details.
    fn spoken_ui(&self, ui: &mut Ui, id: &str, node: Id, asked: &mut Vec<Command>) {
        let name = spoken_row(self.cx, self.view, self.row, id);
        let row = spoken::Row {
            id: node,
            table: self.area.id,
            name: &name,
            more: "",
            selected: self.view.rows.is_selected(self.row.number),
            place: self.place,
            focusable: false,
            across: self.across,
        };
        clicked(&row.show(ui), self.area, self.view, self.row, asked);
    }

    fn column_ui(&self, ui: &mut Ui, column: &Column, state: RowState, id: &str, ink: Color32) {
        let (row, p) = (self.row, self.cx.palette);
        let quiet = match state {
            RowState::Acked => ink,
            _ => p.dim,
        };
        let dim_number = |ui: &mut Ui, text: String| {
            number_ui(ui, |ui| {
                ui.label(RichText::new(text).color(quiet));
            });
        };
        match column {
            Column::State => {
                let ending = Ending::of_newest(row, self.cx.now);
                let word = word(ending, self.deed(), self.cx.texts);
                ui.add(Label::new(theme::inked(word, ink)).truncate());
            }
            Column::Returns => state_ui(ui, self.cx, row, self.deed()),
            Column::Id => {
                if self.view.table.arrangement().is_pinned(row.number) {
                    let name = self.cx.texts.get("row-pinned");
                    let mark = icon(ui, icons::PINNED, p.accent).on_hover_text(name);
                    named(ui, mark, egui::Role::Label, name);
                }
                id_ui(ui, id, ink);
            }
            Column::Tag => {
                if let Some(tag) = cells::tag(row) {
                    let done = matches!(state, RowState::Acked);
                    let (ink, ground) = if done {
                        (p.faint, Color32::TRANSPARENT)
                    } else {
                        (p.tag, p.tag_bg)
                    };
                    pill(ui, tag, ink, ground);
                }
            }
            Column::Key => key_ui(ui, cells::key(row).unwrap_or_default(), ink),
            Column::ShardingKey => text_ui(ui, cells::sharding_key(row).unwrap_or_default(), ink),
            Column::Property(name) => {
                text_ui(ui, cells::property(row, name).unwrap_or_default(), ink);
            }
            Column::Times => self.times_ui(ui, ink),
            Column::Size => {
                if let Some(body) = cells::body(row) {
                    dim_number(ui, bytes(body.len()));
                }
            }
            Column::Age => {
                if let Some(at) = cells::published(row) {
                    dim_number(ui, self.cx.age(at));
                }
            }
            Column::Published => {
                if let Some(at) = cells::published(row) {
                    text_ui(ui, &self.cx.time(at), ink);
                }
            }
            Column::Body => match row.damaged() {
                Some(damaged) => text_ui(ui, &self.cx.say(&damage(&damaged.problem)), p.bad),
                None => {
                    self.alike_ui(ui, state);
                    text_ui(ui, &preview(cells::body(row).unwrap_or_default()), ink);
                }
            },
        }
    }

    /// How the message is like another one, quietly.
    fn alike_ui(&self, ui: &mut Ui, state: RowState) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let Some(alike) = self.view.rows.likeness().most(self.row) else {
            return;
        };
        let ink = match state {
            RowState::Acked => p.faint,
            _ => alike_look(alike, p),
        };
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        let roomy = ui.available_width() >= ALIKE_WORD_FROM;
        let mark = alike_mark(ui, alike, ink);
        if !roomy {
            let word = alike_word(alike, t);
            named(ui, mark, egui::Role::Label, word).on_hover_text(word);
            return;
        }
        ui.label(
            RichText::new(alike_word(alike, t))
                .font(theme::small())
                .color(ink),
        );
        ui.add_space(theme::GAP_SMALL);
    }

    /// What ends a delivery of this row well.
    fn deed(&self) -> Deed {
        Deed::of(self.view, self.row.number)
    }

    fn select_ui(&self, ui: &mut Ui, id: &str, asked: &mut Vec<Command>) {
        let mut selected = self.view.rows.is_selected(self.row.number);
        let can = selected || !acks(self.view) || self.row.can_ack(self.cx.now);
        let response = ui.add_enabled(can, check_box(&mut selected, ()));
        let name = self.cx.texts.format("select-row", &[("id", id.into())]);
        if named_choice(ui, response, egui::Role::CheckBox, selected, &name).clicked() {
            asked.push(Command::ToggleSelected(self.view.id, self.row.number));
        }
    }

    fn times_ui(&self, ui: &mut Ui, ink: Color32) {
        let Some(times) = self.row.newest().consumed_times else {
            return;
        };
        let text = if times > 1 {
            theme::strong(times.to_string()).color(self.cx.palette.soon)
        } else {
            RichText::new(times.to_string()).color(ink)
        };
        number_ui(ui, |ui| {
            ui.label(text);
        });
    }

    /// At zero the button goes dead and says why.
    fn ack_ui(&self, ui: &mut Ui, id: &str, state: RowState, asked: &mut Vec<Command>) {
        let (t, p) = (self.cx.texts, self.cx.palette);
        let ending = Ending::of_newest(self.row, self.cx.now);
        if state == RowState::Acked || matches!(ending, Ending::Elsewhere(_)) {
            return;
        }
        let can = self.row.can_ack(self.cx.now);
        let waits = matches!(ending, Ending::TooLate(_) | Ending::LateOrElsewhere(_));
        let button = if can {
            Button::new(theme::strong(t.get("ack")).color(p.ok))
                .fill(p.ok_bg)
                .stroke(egui::Stroke::new(theme::HAIRLINE, p.ok))
        } else {
            // The one thing that is left to do.
            Button::new(t.get(if waits { "ack-wait" } else { "ack" }))
        };
        let response = ui.add_enabled(
            can,
            button.min_size(egui::vec2(48.0, self.cx.sizes.row_control)),
        );
        let name = if waits { "ack-wait-row" } else { "ack-row" };
        let name = t.format(name, &[("id", id.into())]);
        let response = named(ui, response, egui::Role::Button, &name);
        let response = match state {
            RowState::Returned => response.on_disabled_hover_text(t.get("ack-too-late")),
            RowState::Refused => {
                response.on_disabled_hover_text(sentence(self.cx, ending, self.deed()))
            }
            _ => response,
        };
        if response.clicked() {
            asked.push(Command::Ack(self.view.id, vec![self.row.number]));
        }
    }
}

/// All of a row in a line. What is left of a lease is told in steps: a name that changes every
/// second would be read over and over.
fn spoken_row(cx: &Context<'_>, view: &Subscription, row: &Row, id: &str) -> String {
    let t = cx.texts;
    let ending = Ending::of_newest(row, cx.now);
    let word = word(ending, Deed::of(view, row.number), t);
    let mut name = t.format("row-name", &[("id", id.into()), ("state", word.into())]);
    let mut add = |part: String| {
        name.push_str(t.get("name-separator"));
        name.push_str(&part);
    };
    if let (Ending::Held(..), Some(lease)) = (ending, row.newest().lease) {
        let left = lease.remaining(cx.now).as_secs();
        add(match left {
            60.. => t.format("row-left-minutes", &[("n", left.div_ceil(60).into())]),
            _ => t.format(
                "row-left-seconds",
                &[("n", left.div_ceil(10).max(1).saturating_mul(10).into())],
            ),
        });
    }
    if let Some(tag) = cells::tag(row) {
        add(t.format("row-tag", &[("tag", tag.into())]));
    }
    if let Some(key) = cells::key(row) {
        add(t.format("row-key", &[("key", key.into())]));
    }
    if let Some(times) = row.newest().consumed_times.filter(|times| *times > 1) {
        add(t.format("row-times", &[("n", times.into())]));
    }
    if view.table.arrangement().is_pinned(row.number) {
        add(t.get("row-pinned").to_owned());
    }
    name
}

/// A text that keeps off the next column, in a table without gaps. The first of its cell.
pub(super) fn spaced_text_ui(ui: &mut Ui, text: &str, ink: Color32) {
    ui.set_max_width(ui.available_width() - theme::GAP);
    text_ui(ui, text, ink);
}

/// Text of a cell: an id, a key, a body.
pub(super) fn text_ui(ui: &mut Ui, text: &str, ink: Color32) {
    let text = theme::code(text).color(ink);
    ui.add(Label::new(text).truncate().selectable(false));
}

/// A message's id in the room that there is, with its end.
pub(super) fn id_ui(ui: &mut Ui, id: &str, ink: Color32) {
    let most = (ui.available_width() / theme::mono_width(ui.ctx())) as usize;
    text_ui(ui, &shortened_id(id, most), ink);
}

/// A key in the room that there is. Most keys differ at their ends.
fn key_ui(ui: &mut Ui, key: &str, ink: Color32) {
    let most = (ui.available_width() / theme::mono_width(ui.ctx())) as usize;
    if !key.is_ascii() || key.len() <= most {
        return text_ui(ui, key, ink);
    }
    let text = theme::code(cut_in_the_middle(key, most)).color(ink);
    let response = ui.add(Label::new(text).truncate().selectable(false));
    named(ui, response, egui::Role::Label, key).on_hover_text(key);
}

/// The beginning of a body on one line; an ellipsis says that there is more.
pub(super) fn preview(body: &str) -> String {
    let mut line = String::new();
    let mut blank = false;
    for (n, c) in body.chars().enumerate() {
        if n == PREVIEW_CHARS {
            line.push('…');
            break;
        }
        if c.is_whitespace() {
            blank = !line.is_empty();
        } else {
            if blank {
                line.push(' ');
            }
            blank = false;
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_and_says_that_it_was_cut() {
        assert_eq!(preview("{\n  \"a\": 1\n}"), "{ \"a\": 1 }");
        assert!(preview(&"x".repeat(500)).ends_with('…'));
    }
}
