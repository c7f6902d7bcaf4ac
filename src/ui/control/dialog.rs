//! Asks back before something of the sandbox is destroyed, and where a group is to begin anew.

use egui::{Button, Label, TextEdit, Ui};
use jiff::tz::TimeZone;

use crate::config::Question;
use crate::protocol::admin::{GroupRef, ResetGroup, ResetTo, TopicRef};
use crate::session::{AdminWish, parse_instant};

use super::{ask, free};
use crate::ui::context::Context;
use crate::ui::dialog;
use crate::ui::spoken::title_ui;
use crate::ui::theme;
use crate::ui::widgets::{complaint, labelled_edit, segmented};

const WIDTH: f32 = 420.0;

/// What is asked.
pub(super) enum Dialog {
    /// To remove all messages of a topic, so many.
    Purge(TopicRef, u64),
    /// To delete a topic.
    DeleteTopic(TopicRef),
    /// To delete a group.
    DeleteGroup(GroupRef),
    /// Where a group is to begin anew.
    Reset(Reset),
}

/// Where a group is to begin anew, as far as it is filled in.
pub(super) struct Reset {
    group: GroupRef,
    to: To,
    time: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Oldest,
    Latest,
    Time,
}

impl Reset {
    pub(super) fn of(group: GroupRef) -> Self {
        Self {
            group,
            to: To::Oldest,
            time: String::new(),
        }
    }

    fn target(&self, zone: &TimeZone) -> Option<ResetTo> {
        Some(match self.to {
            To::Oldest => ResetTo::Oldest,
            To::Latest => ResetTo::Latest,
            To::Time => ResetTo::Time(parse_instant(self.time.trim(), zone)?),
        })
    }
}

impl Dialog {
    /// Does it at once where nobody wants to be asked; whether that was so. Where a group is to begin
    /// anew nobody knows unasked.
    pub(super) fn goes_unasked(&self, cx: &mut Context<'_>) -> bool {
        if matches!(self, Dialog::Reset(_)) || cx.model.asks(Question::Destroy) {
            return false;
        }
        if let Some(wish) = self.wish(cx.model.zone()) {
            ask(cx, wish);
        }
        true
    }

    /// Draws it; whether it is done with.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let (done, left) = dialog::show(ui.ctx(), "control-dialog", |ui| {
            ui.set_width(WIDTH);
            self.content_ui(ui, cx)
        });
        let typed = matches!(self, Dialog::Reset(reset) if !reset.time.is_empty());
        done || (left && !typed)
    }

    fn content_ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) -> bool {
        let t = cx.texts;
        let (title, what, yes) = match self {
            Dialog::Purge(topic, n) => (
                t.format("purge-title", &[("topic", topic.topic.as_str().into())]),
                t.format("purge-what", &[("n", (*n).into())]),
                t.get("purge-yes"),
            ),
            Dialog::DeleteTopic(topic) => (
                t.format("delete-title", &[("name", topic.topic.as_str().into())]),
                t.get("delete-topic-what").to_owned(),
                t.get("delete-topic-yes"),
            ),
            Dialog::DeleteGroup(group) => (
                t.format("delete-title", &[("name", group.group.as_str().into())]),
                t.get("delete-group-what").to_owned(),
                t.get("delete-group-yes"),
            ),
            Dialog::Reset(reset) => (
                t.format(
                    "reset-title",
                    &[("group", reset.group.group.as_str().into())],
                ),
                t.get("reset-what").to_owned(),
                t.get("reset-yes"),
            ),
        };
        title_ui(ui, &title);
        ui.add(Label::new(theme::dim(ui.ctx(), what)).wrap());
        if let Dialog::Reset(reset) = self {
            reset_ui(ui, cx, reset);
        }
        ui.add_space(theme::GAP);
        let wish = self.wish(cx.model.zone());
        let mut done = false;
        ui.horizontal(|ui| {
            let face = Button::new(theme::strong(yes).color(cx.palette.bad));
            let yes = ui.add_enabled(wish.is_some() && free(cx), face);
            if dialog::is_pressed(t, yes)
                && let Some(wish) = wish
            {
                ask(cx, wish);
                done = true;
            }
            done |= ui.button(t.get("cancel")).clicked();
        });
        done
    }

    fn wish(&self, zone: &TimeZone) -> Option<AdminWish> {
        Some(match self {
            Dialog::Purge(topic, _) => AdminWish::Purge(topic.clone()),
            Dialog::DeleteTopic(topic) => AdminWish::DeleteTopic(topic.clone()),
            Dialog::DeleteGroup(group) => AdminWish::DeleteGroup(group.clone()),
            Dialog::Reset(reset) => AdminWish::ResetGroup(ResetGroup {
                instance: reset.group.instance.clone(),
                topic: reset.group.topic.clone(),
                group: reset.group.group.clone(),
                to: reset.target(zone)?,
            }),
        })
    }
}

fn reset_ui(ui: &mut Ui, cx: &Context<'_>, reset: &mut Reset) {
    let t = cx.texts;
    ui.add_space(theme::GAP);
    let places = [
        (To::Oldest, t.get("reset-oldest")),
        (To::Latest, t.get("reset-latest")),
        (To::Time, t.get("reset-time")),
    ];
    ui.horizontal(|ui| segmented(ui, &mut reset.to, &places));
    if reset.to == To::Time {
        let edit = TextEdit::singleline(&mut reset.time)
            .desired_width(f32::INFINITY)
            .hint_text(theme::hint("2026-12-01 15:04"));
        labelled_edit(ui, t.get("reset-since"), edit);
        if reset.target(cx.model.zone()).is_none() && !reset.time.is_empty() {
            complaint(ui, t.get("problem-time"), cx.palette);
        }
    }
}
