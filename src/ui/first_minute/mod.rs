//! The overlay of the first minute: three cards, all at once, each pointing at a place that matters.
//! They lie beside what they point at and hold up nothing: whatever is clicked or published there is
//! done, and puts them away.

mod layout;

use egui::{Align2, Area, Frame, Id, Key, LayerId, Order, Rect, Stroke, Ui, Vec2};

use crate::session::Command;
use crate::session::outbox::OutboxCommand;

use self::layout::{APART, Card, Placed, Side, arrange};
use super::context::Context;
use super::sights::{Sight, find};
use super::spoken;
use super::theme;

const WIDTH: f32 = 214.0;
/// Until it was drawn once.
const HEIGHT: f32 = 112.0;
/// Diameter of the circle of a number.
const NUMBER: f32 = 20.0;
/// Half of the foot of an arrow.
const ARROW: f32 = 7.0;
/// Between what is pointed at and the ring around it.
const RING: f32 = 3.0;

/// The overlay, shown or not.
pub(super) struct FirstMinute {
    shown: bool,
    /// Not drawn yet since it is shown.
    fresh: bool,
    heights: [f32; 3],
}

/// A card before it has a place.
struct Stop {
    sights: &'static [Sight],
    sides: [Side; 4],
    along: [f32; 3],
    title: &'static str,
    text: String,
}

impl FirstMinute {
    /// Shown from the beginning, or not.
    pub(super) fn new(shown: bool) -> Self {
        Self {
            shown,
            fresh: shown,
            heights: [HEIGHT; 3],
        }
    }

    /// Shows it once more.
    pub(super) fn show(&mut self) {
        *self = Self {
            heights: self.heights,
            ..Self::new(true)
        };
    }

    /// Draws it over everything else; last in the frame, when all places are known.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &mut Context<'_>) {
        if !self.shown || ui.ctx().memory(|memory| memory.top_modal_layer().is_some()) {
            return;
        }
        let stops = stops(ui, cx);
        let found = stops.iter().zip(self.heights);
        let found = found.filter_map(|(stop, height)| {
            Some(Card {
                target: find(ui.ctx(), stop.sights)?,
                size: Vec2::new(WIDTH, height),
                sides: stop.sides,
                along: stop.along,
            })
        });
        let cards: Vec<Card> = found.collect();
        if cards.len() < stops.len() {
            // Something is not drawn yet, or lies out of sight.
            return;
        }
        let window = ui.ctx().content_rect();
        // The figures at the foot stay in sight where there is room for that.
        let above_foot = window.with_max_y(window.bottom() - cx.sizes.status_bar);
        let mut placed = arrange(above_foot, &cards);
        if placed.contains(&None) {
            placed = arrange(window, &cards);
        }
        let last = placed.iter().rposition(Option::is_some);
        let mut done = false;
        for (index, stop) in stops.iter().enumerate() {
            let Some(place) = placed[index] else { continue };
            point(ui, cx, cards[index].target, &place);
            let button = last == Some(index);
            done |= self.card_ui(ui, cx, index, stop, &place, button);
        }
        self.fresh = false;
        if done || put_away(ui, cx, &placed) {
            self.shown = false;
            let preferences = cx.model.preferences();
            if !preferences.first_minute_seen {
                let mut seen = preferences.clone();
                seen.first_minute_seen = true;
                cx.command(Command::SetPreferences(seen));
            }
        }
    }

    /// One card; whether its button was pressed.
    fn card_ui(
        &mut self,
        ui: &mut Ui,
        cx: &Context<'_>,
        index: usize,
        stop: &Stop,
        place: &Placed,
        button: bool,
    ) -> bool {
        let t = cx.texts;
        let area = Area::new(Id::unique(("first-minute", index)))
            .order(Order::Foreground)
            .fixed_pos(place.rect.min)
            .constrain(false)
            .fade_in(false)
            .role(egui::accesskit::Role::Group)
            .accessible_name(stop.title);
        let shown = area.show(ui.ctx(), |ui| {
            let frame = Frame::popup(ui.style())
                .stroke(Stroke::new(theme::HAIRLINE, cx.palette.accent))
                .inner_margin(theme::PAD);
            let inner = frame.show(ui, |ui| {
                ui.set_width(WIDTH - 2.0 * (theme::PAD + theme::HAIRLINE));
                ui.spacing_mut().item_spacing = Vec2::splat(theme::GAP);
                ui.horizontal(|ui| {
                    number_ui(ui, cx, index + 1);
                    ui.label(theme::strong(stop.title));
                });
                ui.label(theme::dim(ui.ctx(), &stop.text));
                if !button {
                    return false;
                }
                ui.add_space(theme::GAP_SMALL);
                self.button_ui(ui, t.get("first-minute-close"))
            });
            let rect = inner.response.rect;
            ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
                node.set_bounds(spoken::bounds(rect));
            });
            (inner.inner, rect.height())
        });
        let (pressed, height) = shown.inner;
        if (height - self.heights[index]).abs() > theme::HAIRLINE {
            self.heights[index] = height;
            ui.ctx().request_discard("first-minute");
        }
        pressed
    }

    /// Has the keyboard when it appears, so that a screen reader begins here.
    fn button_ui(&self, ui: &mut Ui, text: &str) -> bool {
        let response = ui.button(text);
        if self.fresh {
            response.request_focus();
        }
        response.clicked()
    }
}

fn stops(ui: &Ui, cx: &Context<'_>) -> [Stop; 3] {
    let t = cx.texts;
    let keys = egui::KeyboardShortcut::new(egui::Modifiers::COMMAND, Key::Enter);
    let keys = [("keys", ui.ctx().format_shortcut(&keys).into())];
    let publish = match find(ui.ctx(), &[Sight::Publish]) {
        Some(_) => "first-minute-publish-text",
        None => "first-minute-publish-tab-text",
    };
    [
        Stop {
            sights: &[Sight::Publish, Sight::PublishTab],
            sides: [Side::Left, Side::Above, Side::Below, Side::Right],
            along: [0.5, 0.0, 1.0],
            title: t.get("first-minute-publish"),
            text: t.format(publish, &keys),
        },
        Stop {
            sights: &[Sight::Messages, Sight::ViewTab],
            sides: [Side::Right, Side::Left, Side::Below, Side::Above],
            along: [0.5, 1.0, 0.0],
            title: t.get("first-minute-watch"),
            text: t.get("first-minute-watch-text").to_owned(),
        },
        Stop {
            sights: &[Sight::AddConnection],
            sides: [Side::Below, Side::Right, Side::Above, Side::Left],
            along: [0.5, 0.0, 1.0],
            title: t.get("first-minute-connect"),
            text: t.get("first-minute-connect-text").to_owned(),
        },
    ]
}

/// Whether something was done that puts it away: a key, a click beside the cards, a publish.
fn put_away(ui: &Ui, cx: &Context<'_>, placed: &[Option<Placed>]) -> bool {
    let escape = ui.input(|input| input.key_pressed(Key::Escape));
    let beside = ui.input(|input| {
        let pressed = input
            .pointer
            .any_pressed()
            .then(|| input.pointer.interact_pos());
        pressed.flatten().is_some_and(|at| {
            let on = |place: &Placed| place.rect.contains(at);
            !placed.iter().flatten().any(on)
        })
    });
    let published = |command: &Command| {
        matches!(
            command,
            Command::Publish(_) | Command::Outbox(OutboxCommand::Run(_)) | Command::Samples(_)
        )
    };
    escape || beside || cx.commands.iter().any(published)
}

/// Where a card lies, for those who are told: a group has no place of its own.
fn number_ui(ui: &mut Ui, cx: &Context<'_>, number: usize) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(NUMBER), egui::Sense::hover());
    let painter = ui.painter();
    painter.circle_filled(rect.center(), NUMBER / 2.0, cx.palette.accent);
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        number,
        theme::semibold(theme::SMALL_SIZE),
        cx.palette.on_accent,
    );
}

/// A ring around what is pointed at, and the arrow that leads there.
fn point(ui: &Ui, cx: &Context<'_>, target: Rect, place: &Placed) {
    let layer = LayerId::new(Order::Foreground, Id::unique("first-minute-rings"));
    let painter = ui.ctx().layer_painter(layer);
    let accent = cx.palette.accent;
    painter.rect_stroke(
        target.expand(RING),
        theme::RADIUS + RING,
        Stroke::new(2.0, accent),
        egui::StrokeKind::Inside,
    );
    let (back, across) = match place.side {
        Side::Above => (Vec2::UP, Vec2::RIGHT),
        Side::Below => (Vec2::DOWN, Vec2::RIGHT),
        Side::Left => (Vec2::LEFT, Vec2::DOWN),
        Side::Right => (Vec2::RIGHT, Vec2::DOWN),
    };
    let tip = place.tip + back * (RING + 1.0);
    let foot = place.tip + back * APART;
    let points = vec![tip, foot + across * ARROW, foot - across * ARROW];
    painter.add(egui::Shape::convex_polygon(points, accent, Stroke::NONE));
    let card = match place.side {
        Side::Above | Side::Below => foot.y.clamp(place.rect.top(), place.rect.bottom()),
        Side::Left | Side::Right => foot.x.clamp(place.rect.left(), place.rect.right()),
    };
    let end = match place.side {
        Side::Above | Side::Below => egui::Pos2::new(foot.x, card),
        Side::Left | Side::Right => egui::Pos2::new(card, foot.y),
    };
    painter.line_segment([foot, end], Stroke::new(2.0, accent));
}
