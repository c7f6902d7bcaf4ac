//! Topics and groups with their counts: a click looks into one, a menu holds what can be done.

use egui::containers::menu::MenuButton;
use egui::{Align, Button, Color32, Label, Layout, Response, RichText, Sense, Ui};
use egui_extras::{Column, TableBuilder, TableRow};

use crate::i18n::Texts;
use crate::protocol::admin::{GroupCounts, GroupRef, Overview, Resend, TopicCounts, TopicRef};
use crate::session::{AdminWish, Command, first_peek};

use super::dialog::{Dialog, Reset};
use super::{ask, free};
use crate::ui::context::Context;
use crate::ui::empty::Empty;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{from_the_right, named, named_choice};

/// Below this width there are no columns of delayed and half messages.
const WITH_WAITING: f32 = 400.0;

/// A line of the table.
#[derive(Clone, Copy)]
enum Line<'o> {
    Topic(&'o TopicCounts),
    Group(&'o TopicCounts, &'o GroupCounts),
}

/// The table.
pub(super) fn ui(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    overview: &Overview,
    dialog: &mut Option<Dialog>,
) {
    let t = cx.texts;
    if overview.topics.is_empty() {
        Empty::new(icons::SANDBOX, "control-no-topics")
            .next("control-no-topics-next")
            .ui(ui, cx);
        return;
    }
    let lines: Vec<Line<'_>> = overview
        .topics
        .iter()
        .flat_map(|topic| {
            let groups = topic
                .groups
                .iter()
                .map(move |group| Line::Group(topic, group));
            std::iter::once(Line::Topic(topic)).chain(groups)
        })
        .collect();
    let wide = ui.available_width() >= WITH_WAITING;
    ui.spacing_mut().item_spacing = egui::Vec2::ZERO;
    ui.visuals_mut().selection.bg_fill = cx.palette.selected;
    TableBuilder::new(ui)
        .id_salt(("control-topics", wide))
        .sense(Sense::CLICK)
        .animate_scrolling(false)
        .auto_shrink(false)
        // The drawer is as high as it was dragged, whatever is in it.
        .min_scrolled_height(0.0)
        .cell_layout(Layout::left_to_right(Align::Center))
        .column(Column::remainder().at_least(80.0).clip(true))
        .column(Column::exact(60.0))
        .column(Column::exact(46.0))
        .column(Column::exact(54.0))
        .columns(Column::exact(54.0), usize::from(wide))
        .columns(Column::exact(38.0), 1 + usize::from(wide))
        .column(Column::exact(34.0))
        .header(cx.sizes.head, |row| header_ui(row, t, wide))
        .body(|body| {
            body.rows(cx.sizes.list_row, lines.len(), |mut row| {
                let Some(line) = lines.get(row.index()) else {
                    return;
                };
                row.set_overline(true);
                row.set_selected(is_peeked(cx, line));
                line.show(&mut row, cx, wide, dialog);
                if row.response().clicked() {
                    line.peek(cx);
                }
            });
        });
}

/// Of what belongs to the six columns of counts, what there is room for: messages that wait for
/// their time or their commit go first.
fn shown_of<T>(all: [T; 6], wide: bool) -> impl Iterator<Item = T> {
    let all = all.into_iter().enumerate();
    all.filter(move |(n, _)| wide || !matches!(n, 3 | 4))
        .map(|(_, one)| one)
}

fn is_peeked(cx: &Context<'_>, line: &Line<'_>) -> bool {
    let (topic, group) = line.parts();
    cx.model.control().peek().is_some_and(|peek| {
        peek.query.topic == topic.topic
            && peek.query.instance == topic.instance
            && peek.query.group.as_ref() == group.map(|group| &group.group)
    })
}

fn header_ui(mut row: TableRow<'_, '_>, t: &'static Texts, wide: bool) {
    row.col(|ui| {
        ui.add_space(theme::GAP);
        ui.label(theme::column_head(ui.ctx(), t.get("control-topics")));
    });
    let heads = [
        (t.get("control-messages"), t.get("control-messages-why")),
        (t.get("control-ready"), t.get("control-ready-why")),
        (t.get("control-invisible"), t.get("control-invisible-why")),
        (t.get("control-delayed"), t.get("control-delayed-why")),
        (t.get("control-half"), t.get("control-half-why")),
        (t.get("control-dead"), t.get("control-dead-why")),
    ];
    for (text, why) in shown_of(heads, wide) {
        row.col(|ui| {
            from_the_right(ui, |ui| {
                ui.label(theme::column_head(ui.ctx(), text))
                    .on_hover_text(why)
            });
        });
    }
    row.col(|_| {});
}

impl<'o> Line<'o> {
    fn parts(self) -> (&'o TopicCounts, Option<&'o GroupCounts>) {
        match self {
            Line::Topic(topic) => (topic, None),
            Line::Group(topic, group) => (topic, Some(group)),
        }
    }

    fn topic_ref(self) -> TopicRef {
        self.parts().0.reference()
    }

    fn peek(self, cx: &mut Context<'_>) {
        let (_, group) = self.parts();
        let query = first_peek(group.map(|group| group.group.clone()), self.topic_ref());
        ask(cx, AdminWish::Peek(query));
    }

    fn show(
        self,
        row: &mut TableRow<'_, '_>,
        cx: &mut Context<'_>,
        wide: bool,
        dialog: &mut Option<Dialog>,
    ) {
        let p = cx.palette;
        row.col(|ui| {
            ui.add_space(theme::GAP);
            if self.name_ui(ui, cx).clicked() {
                self.peek(cx);
            }
        });
        let counts = match self {
            Line::Topic(topic) => {
                let dead: u64 = topic.groups.iter().map(|group| group.dead).sum();
                [
                    Some(topic.messages),
                    None,
                    None,
                    Some(topic.delayed),
                    Some(topic.half),
                    Some(dead),
                ]
            }
            Line::Group(_, group) => [
                None,
                Some(group.ready),
                Some(group.invisible),
                None,
                None,
                Some(group.dead),
            ],
        };
        for (n, count) in shown_of([0, 1, 2, 3, 4, 5].map(|n| (n, counts[n])), wide) {
            let dead = n == 5;
            row.col(|ui| {
                let Some(count) = count else { return };
                let ink = match count {
                    0 => p.faint,
                    _ if dead => p.bad,
                    _ => p.text,
                };
                from_the_right(ui, |ui| {
                    ui.label(RichText::new(count.to_string()).color(ink))
                });
            });
        }
        row.col(|ui| self.menu_ui(ui, cx, dialog));
    }

    fn name_ui(self, ui: &mut Ui, cx: &Context<'_>) -> Response {
        let (t, p) = (cx.texts, cx.palette);
        let (face, name) = match self {
            Line::Topic(topic) => {
                let ink = match topic.topic.is_dead_letters() {
                    true => p.bad,
                    false => p.text,
                };
                let shown = shown(topic);
                let name = t.format("control-peek-topic", &[("topic", shown.as_str().into())]);
                (theme::strong(shown).color(ink), name)
            }
            Line::Group(topic, group) => {
                ui.add_space(2.0 * theme::GAP);
                let shown = shown(topic);
                let values = [
                    ("topic", shown.as_str().into()),
                    ("group", group.group.as_str().into()),
                ];
                let name = t.format("control-peek-group", &values);
                (RichText::new(group.group.as_str()).color(p.dim), name)
            }
        };
        let label = Label::new(face)
            .truncate()
            .selectable(false)
            .sense(Sense::click());
        let response = ui.add(label);
        named_choice(
            ui,
            response,
            egui::Role::Button,
            is_peeked(cx, &self),
            &name,
        )
    }

    fn menu_ui(self, ui: &mut Ui, cx: &mut Context<'_>, dialog: &mut Option<Dialog>) {
        let (topic, group) = self.parts();
        let place = match group {
            None => shown(topic),
            Some(group) => format!("{} · {}", shown(topic), group.group),
        };
        ui.push_id(&place, |ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            ui.spacing_mut().button_padding.y = 0.0;
            let button = Button::new(icons::MORE).frame_when_inactive(false);
            let place = [("place", place.as_str().into())];
            let name = cx.texts.format("control-actions", &place);
            let (response, _) = MenuButton::from_button(button).ui(ui, |ui| {
                crate::ui::spoken::name_place(ui, &name);
                ui.spacing_mut().item_spacing.y = 0.0;
                match self {
                    Line::Topic(topic) => self.topic_menu(ui, cx, topic, dialog),
                    Line::Group(topic, group) => group_menu(ui, cx, topic, group, dialog),
                }
            });
            named(ui, response, egui::Role::Button, &name);
        });
    }

    fn topic_menu(
        self,
        ui: &mut Ui,
        cx: &mut Context<'_>,
        topic: &TopicCounts,
        dialog: &mut Option<Dialog>,
    ) {
        let (t, bad) = (cx.texts, cx.palette.bad);
        if ui.button(t.get("control-peek")).clicked() {
            self.peek(cx);
        }
        if let Some(group) = topic.topic.dead_letters_group() {
            let resend = Resend {
                instance: topic.instance.clone(),
                group,
                message_ids: None,
            };
            if ui
                .add_enabled(free(cx), Button::new(t.get("control-resend-all")))
                .clicked()
            {
                ask(cx, AdminWish::Resend(resend));
            }
        }
        ui.separator();
        if red(ui, t.get("control-purge"), bad).clicked() {
            *dialog = Some(Dialog::Purge(self.topic_ref(), topic.messages));
        }
        if red(ui, t.get("control-delete-topic"), bad).clicked() {
            *dialog = Some(Dialog::DeleteTopic(self.topic_ref()));
        }
    }
}

fn group_menu(
    ui: &mut Ui,
    cx: &mut Context<'_>,
    topic: &TopicCounts,
    group: &GroupCounts,
    dialog: &mut Option<Dialog>,
) {
    let t = cx.texts;
    let place = GroupRef {
        instance: topic.instance.clone(),
        topic: topic.topic.clone(),
        group: group.group.clone(),
    };
    if ui.button(t.get("control-peek")).clicked() {
        Line::Group(topic, group).peek(cx);
    }
    if ui.button(t.get("control-consume")).clicked() {
        let place = (super::subject(cx), topic.topic.clone(), group.group.clone());
        cx.command(Command::OpenView(Some(place)));
    }
    if ui.button(t.get("control-reset-group")).clicked() {
        *dialog = Some(Dialog::Reset(Reset::of(place.clone())));
    }
    ui.separator();
    if red(ui, t.get("control-delete-group"), cx.palette.bad).clicked() {
        *dialog = Some(Dialog::DeleteGroup(place));
    }
}

fn red(ui: &mut Ui, text: &str, bad: Color32) -> Response {
    ui.button(RichText::new(text).color(bad))
}

/// A topic, with its instance if clients name one.
pub(super) fn shown(topic: &TopicCounts) -> String {
    match &topic.instance {
        Some(instance) => format!("{instance}/{}", topic.topic),
        None => topic.topic.to_string(),
    }
}
