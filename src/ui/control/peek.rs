//! Messages of the sandbox as they stand, without consuming them. Only the visible rows are drawn.

use egui::{
    Align, Button, Color32, Id, Label, Layout, Rangef, Response, RichText, Sense, Ui, UiBuilder,
};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::protocol::Timestamp;
use crate::protocol::admin::{Expire, MessageState, PeekQuery, PeekedMessage, Resend, TopicRef};
use crate::session::{AdminWish, Command, PeekView};

use super::statistics::StatisticsView;
use super::{ask, free};
use crate::ui::context::{Context, countdown};
use crate::ui::empty::Empty;
use crate::ui::list_keys::{List, Rows};
use crate::ui::spoken;
use crate::ui::table::{id_ui, preview, text_ui};
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{Dot, dot, from_the_right, icon_button, named, pill};

/// What the list is called among those that have the keyboard.
const LIST: &str = "control-peek-list";

/// Below this width there is no column of keys.
const WITH_KEYS: f32 = 560.0;

/// With less room than this beside the name, how many there are is not said.
const COUNT_FROM: f32 = 48.0;

/// The messages; their topic's numbers are a click away.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    peek: &PeekView,
    statistics: &mut StatisticsView,
) {
    let model = cx.model;
    head_ui(ui, cx, peek, statistics);
    if peek.messages.is_empty() {
        let empty = match peek.answered {
            true => Empty::new(icons::INBOX, "control-peek-empty").next("control-peek-empty-next"),
            false => Empty::new(icons::WAITING, "control-looking"),
        };
        empty.ui(ui, cx);
        return;
    }
    let now = model.control().sandbox_time(cx.now).unwrap_or(cx.now);
    list_ui(ui, cx, peek, now);
}

/// The messages as a list with keys. Enter goes to the button of one.
fn list_ui(ui: &mut Ui, cx: &mut Context<'_>, peek: &PeekView, now: Timestamp) {
    let room = ui.available_rect_before_wrap();
    let count = peek.messages.len();
    let rows = Rows {
        name: cx.texts.get("control-peek"),
        room,
        head: cx.sizes.head,
        height: cx.sizes.list_row,
        menus: false,
        count,
        at: &|place| peek.messages.get(place).map(node_of),
        open: None,
    };
    let mut list = List::begin(ui, LIST, &rows);
    let builder = UiBuilder::new()
        .max_rect(room)
        .accessibility_parent(list.area.id);
    ui.scope_builder(builder, |ui| table_ui(ui, cx, peek, now, &mut list));
    list.end(count, list.row);
}

/// What tells a message from the others, and its row in the tree of screen readers.
fn node_of(message: &PeekedMessage) -> Id {
    Id::unique(("peeked message", &message.message_id))
}

fn head_ui(ui: &mut Ui, cx: &mut Context<'_>, peek: &PeekView, statistics: &mut StatisticsView) {
    let t = cx.texts;
    let topic = peek.query.topic.as_str();
    let title = match &peek.query.group {
        Some(group) => t.format(
            "control-peek-title-group",
            &[("topic", topic.into()), ("group", group.as_str().into())],
        ),
        None => topic.to_owned(),
    };
    ui.horizontal(|ui| {
        from_the_right(ui, |ui| {
            if icon_button(ui, icons::CLOSE, t.get("control-peek-close")).clicked() {
                cx.command(Command::ClosePeek);
            }
            if ui.button(t.get("statistics-title")).clicked() {
                statistics.topic = Some(TopicRef {
                    instance: peek.query.instance.clone(),
                    topic: peek.query.topic.clone(),
                });
                cx.command(Command::ClosePeek);
            }
            if peek.next.is_some() && ui.button(t.get("control-peek-more")).clicked() {
                let from = peek.next;
                let more = PeekQuery {
                    from,
                    ..peek.query.clone()
                };
                ask(cx, AdminWish::Peek(more));
            }
            let group = peek.query.topic.dead_letters_group();
            if let Some(group) = group.filter(|_| !peek.messages.is_empty()) {
                let resend = Button::new(t.get("control-resend-all"));
                if ui.add_enabled(free(cx), resend).clicked() {
                    let instance = peek.query.instance.clone();
                    ask(
                        cx,
                        AdminWish::Resend(Resend {
                            instance,
                            group,
                            message_ids: None,
                        }),
                    );
                }
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.add(Label::new(theme::strong(title)).truncate());
                // A long name leaves no room for how many there are.
                if !peek.messages.is_empty() && ui.available_width() > COUNT_FROM {
                    let n = [("n", peek.messages.len().into())];
                    let count = match peek.next {
                        Some(_) => t.format("control-peek-first", &n),
                        None => t.format("control-peek-all", &n),
                    };
                    ui.add(Label::new(theme::label(ui.ctx(), count)).truncate());
                }
            });
        });
    });
}

fn table_ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    peek: &PeekView,
    now: Timestamp,
    list: &mut List<Id>,
) {
    let t = cx.texts;
    let keys = ui.available_width() >= WITH_KEYS;
    let actions = peek.query.topic.is_dead_letters()
        || peek
            .messages
            .iter()
            .any(|message| message.receipt_handle.is_some());
    let across = ui.max_rect().x_range();
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    let place = (
        &peek.query.topic.as_str(),
        peek.query.group.as_ref().map(|g| g.as_str()),
    );
    let mut table = TableBuilder::new(ui)
        .id_salt(("control-peek", place, keys, actions))
        .animate_scrolling(false)
        .auto_shrink(false)
        // The drawer is as high as it was dragged, whatever is in it.
        .min_scrolled_height(0.0)
        .sense(Sense::CLICK)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::exact(122.0))
        .column(Column::exact(104.0).clip(true))
        .column(Column::exact(56.0).clip(true));
    if keys {
        table = table.column(Column::initial(90.0).range(40.0..=240.0).clip(true));
    }
    table = table
        .column(Column::exact(28.0))
        .column(Column::remainder().at_least(24.0).clip(true));
    if actions {
        table = table.column(Column::exact(84.0));
    }
    if let Some(place) = list.go {
        table = table.scroll_to_row(place, None);
    }
    table
        .header(cx.sizes.head, |mut row| {
            let heads = [
                (t.get("column-state"), true),
                (t.get("column-id"), true),
                (t.get("column-tag"), true),
                (t.get("column-key"), keys),
                (t.get("column-times"), true),
                (t.get("column-body"), true),
                ("", actions),
            ];
            for (text, _) in heads.into_iter().filter(|(_, there)| *there) {
                row.col(|ui| {
                    ui.label(theme::column_head(ui.ctx(), text));
                });
            }
        })
        .body(|body| {
            body.rows(cx.sizes.list_row, peek.messages.len(), |mut row| {
                if let Some(message) = peek.messages.get(row.index()) {
                    row.set_overline(true);
                    let row_ui = RowUi { message, peek, now };
                    let whole = row_ui.show(&mut row, cx, (keys, actions), (list, across));
                    let drawn = row.response();
                    let drawn = whole.map_or_else(|| drawn.clone(), |whole| whole | drawn.clone());
                    list.saw(node_of(message), &drawn);
                }
            });
        });
}

struct RowUi<'m> {
    message: &'m PeekedMessage,
    peek: &'m PeekView,
    now: Timestamp,
}

impl RowUi<'_> {
    fn show(
        &self,
        row: &mut TableRow<'_, '_>,
        cx: &mut Context<'_>,
        (keys, actions): (bool, bool),
        (list, across): (&List<Id>, Rangef),
    ) -> Option<Response> {
        let p = cx.palette;
        let message = self.message;
        let ink = match message.state {
            MessageState::Acked => p.faint,
            _ => p.text,
        };
        let (_, word, _) = self.state(cx);
        let id = node_of(message);
        let spoken = spoken::Row {
            id,
            table: list.area.id,
            name: &message.message_id,
            more: word,
            selected: list.row == Some(id),
            place: row.index(),
            focusable: false,
            across,
        };
        let mut whole = None;
        row.col(|ui| {
            whole = Some(spoken.show(ui));
            self.state_ui(ui, cx);
        });
        row.col(|ui| id_ui(ui, &message.message_id, ink));
        row.col(|ui| {
            if let Some(tag) = &message.tag {
                pill(ui, tag, p.tag, p.tag_bg);
            }
        });
        if keys {
            let key = message.properties.get("KEYS").map_or("", String::as_str);
            row.col(|ui| text_ui(ui, key, ink));
        }
        row.col(|ui| {
            if message.consumed_times > 0 {
                let ink = if message.consumed_times > 1 {
                    p.soon
                } else {
                    ink
                };
                ui.label(RichText::new(message.consumed_times.to_string()).color(ink));
            }
        });
        row.col(|ui| text_ui(ui, &preview(&message.body), ink));
        if actions {
            row.col(|ui| {
                ui.add_space(theme::GAP);
                self.action_ui(ui, cx);
            });
        }
        whole
    }

    fn state(&self, cx: &Context<'_>) -> (Dot, &'static str, Color32) {
        let (t, p) = (cx.texts, cx.palette);
        match self.message.state {
            MessageState::Ready => (Dot::Full, t.get("peek-ready"), p.ok),
            MessageState::Invisible => (Dot::Half, t.get("peek-invisible"), p.dim),
            MessageState::Acked => (Dot::Tick, t.get("peek-acked"), p.faint),
            MessageState::Delayed => (Dot::Ring, t.get("peek-delayed"), p.accent),
            MessageState::Half => (Dot::Ring, t.get("peek-half"), p.tag),
        }
    }

    fn state_ui(&self, ui: &mut Ui, cx: &Context<'_>) {
        let (shape, word, color) = self.state(cx);
        ui.spacing_mut().item_spacing.x = theme::GAP_SMALL;
        dot(ui, shape, color);
        ui.label(RichText::new(word).color(color));
        if let Some(until) = self.message.until {
            let left = countdown(until.since(self.now));
            ui.label(theme::strong(left).color(color));
        }
    }

    fn action_ui(&self, ui: &mut Ui, cx: &mut Context<'_>) {
        let (query, message) = (&self.peek.query, self.message);
        let (face, key, wish) = if let Some(handle) = &message.receipt_handle {
            let expire = Expire {
                instance: query.instance.clone(),
                topic: query.topic.clone(),
                handle: handle.clone(),
            };
            (
                "control-expire",
                "control-expire-row",
                AdminWish::Expire(expire),
            )
        } else if let Some(group) = query.topic.dead_letters_group() {
            let resend = Resend {
                instance: query.instance.clone(),
                group,
                message_ids: Some(vec![message.message_id.clone()]),
            };
            (
                "control-resend",
                "control-resend-row",
                AdminWish::Resend(resend),
            )
        } else {
            return;
        };
        ui.push_id(&message.message_id, |ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.spacing_mut().button_padding.y = 0.0;
            let response = ui.add_enabled(free(cx), Button::new(cx.texts.get(face)));
            let id = [("id", message.message_id.as_str().into())];
            let name = cx.texts.format(key, &id);
            if named(ui, response, egui::Role::Button, &name).clicked() {
                ask(cx, wish);
            }
        });
    }
}
