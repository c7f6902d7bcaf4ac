//! How a delivery ended, and how a message is like others, put into a shape, a colour, a word and
//! a sentence: the same in the table and in the details.

use egui::{Color32, Rect, Response, RichText, Sense, Stroke, StrokeKind, Ui, Vec2};

use crate::cards::Doing;
use crate::i18n::Texts;
use crate::session::{Alike, Decision, Ending, Failed, Row, Subscription, Urgency};

use super::context::{Context, countdown};
use super::theme::{self, Palette};
use super::widgets::{Dot, dot, lease_bar, pill};

/// What ends a delivery well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// An ack.
    Ack,
    /// A decision on a half message; which, once there is one.
    Decide(Option<Decision>),
}

impl Deed {
    /// What was asked of the server.
    pub(super) fn doing(self) -> Doing {
        match self {
            Self::Ack => Doing::Ack,
            Self::Decide(Some(Decision::Rollback)) => Doing::Rollback,
            Self::Decide(Some(Decision::Commit) | None) => Doing::Commit,
        }
    }

    /// That of a row of a view.
    pub(super) fn of(view: &Subscription, row: u64) -> Self {
        match view.checks_halves() {
            true => Self::Decide(view.decisions.on(row)),
            false => Self::Ack,
        }
    }

    /// One of three texts: for an ack, for a commit, for a roll back.
    fn pick(self, ack: &'static str, commit: &'static str, rollback: &'static str) -> &'static str {
        match self {
            Self::Ack => ack,
            Self::Decide(Some(Decision::Rollback)) => rollback,
            Self::Decide(_) => commit,
        }
    }

    /// One of two texts: for an ack, or for any decision.
    fn either(self, ack: &'static str, decide: &'static str) -> &'static str {
        self.pick(ack, decide, decide)
    }
}

/// Its shape and its colour.
pub(super) fn look(ending: Ending<'_>, p: &Palette) -> (Dot, Color32) {
    match ending {
        Ending::Held(Urgency::Plenty, _) => (Dot::Full, p.ok),
        Ending::Held(..) => (Dot::Half, p.soon),
        Ending::Acking => (Dot::Half, p.dim),
        Ending::Unseen(..) => (Dot::Ring, p.dim),
        Ending::Acked(_) | Ending::LikelyAcked(_) => (Dot::Tick, p.ok),
        Ending::Elsewhere(_) => (Dot::Tick, p.soon),
        Ending::Superseded(_) | Ending::LateOrElsewhere(_) => (Dot::Ring, p.soon),
        Ending::Expired(..) | Ending::TooLate(_) | Ending::Refused(_) => (Dot::Ring, p.bad),
    }
}

/// It in a word or two.
pub(super) fn word(ending: Ending<'_>, deed: Deed, t: &'static Texts) -> &'static str {
    t.get(match ending {
        Ending::Held(_, None) => "state-held",
        Ending::Held(_, Some(_)) => deed.either("ending-failed", "half-failed"),
        Ending::Acking => deed.pick("state-acking", "half-committing", "half-rolling-back"),
        Ending::Acked(_) => deed.pick("state-acked", "half-committed", "half-rolled-back"),
        Ending::LikelyAcked(_) => deed.pick(
            "ending-likely",
            "half-likely-committed",
            "half-likely-rolled-back",
        ),
        Ending::Expired(..) => deed.either("state-returned", "half-undecided"),
        Ending::Unseen(..) => "ending-unseen",
        Ending::Superseded(_) => "ending-superseded",
        Ending::TooLate(_) => deed.either("ending-late", "half-late"),
        Ending::Elsewhere(_) => deed.either("ending-elsewhere", "half-elsewhere"),
        Ending::LateOrElsewhere(_) => "ending-unclear",
        Ending::Refused(_) => deed.either("state-refused", "half-refused"),
    })
}

/// It in a sentence, with what to do next.
pub(super) fn sentence(cx: &Context<'_>, ending: Ending<'_>, deed: Deed) -> String {
    let t = cx.texts;
    let at = |at| [("at", cx.clock_time(at).into())];
    match ending {
        Ending::Held(_, Some(why)) => failed(cx, why, deed),
        Ending::Expired(over, why) => {
            let key = deed.either("delivery-returned", "half-undecided-why");
            let returned = t.format(key, &at(over));
            match why {
                Some(why) => format!("{} · {returned}", failed(cx, why, deed)),
                None => returned,
            }
        }
        Ending::Unseen(over, why) => {
            let unseen = t.format("delivery-unseen", &at(over));
            match why {
                Some(why) => format!("{} · {unseen}", failed(cx, why, deed)),
                None => unseen,
            }
        }
        Ending::Held(_, None) => t.get("state-held").to_owned(),
        Ending::Acking => {
            let key = deed.pick("delivery-acking", "half-committing", "half-rolling-back");
            t.get(key).to_owned()
        }
        Ending::Acked(when) => {
            let key = deed.pick("delivery-acked", "half-committed-at", "half-rolled-back-at");
            t.format(key, &at(when))
        }
        Ending::LikelyAcked(when) => {
            let key = deed.pick(
                "delivery-likely",
                "half-likely-committed-at",
                "half-likely-rolled-back-at",
            );
            t.format(key, &at(when))
        }
        Ending::Superseded(when) => {
            let key = deed.either("ending-superseded-why", "half-superseded-why");
            t.format(key, &at(when))
        }
        Ending::TooLate(refusal) => {
            let key = deed.either("ending-late-why", "half-late-why");
            t.format(key, &at(refusal.at))
        }
        Ending::LateOrElsewhere(refusal) => {
            let key = deed.either("ending-unclear-why", "half-unclear-why");
            t.format(key, &at(refusal.at))
        }
        Ending::Elsewhere(refusal) => {
            let left = refusal.left_millis.unwrap_or_default();
            let left = std::time::Duration::from_millis(left.unsigned_abs());
            let values = [
                ("at", cx.clock_time(refusal.at).into()),
                ("left", countdown(left).into()),
            ];
            let key = deed.either("ending-elsewhere-why", "half-elsewhere-why");
            t.format(key, &values)
        }
        Ending::Refused(refusal) => {
            let code = refusal.failure.code.as_str();
            let key = deed.either("delivery-refused", "half-refused-why");
            t.format(key, &[("code", code.into())])
        }
    }
}

/// Why an ack failed that can be tried again.
fn failed(cx: &Context<'_>, why: Failed<'_>, deed: Deed) -> String {
    match why {
        Failed::Lost(trouble) => format!("{} · {}", cx.say(&trouble.what), cx.say(&trouble.next)),
        Failed::Refused(refusal) => {
            let code = [("code", refusal.failure.code.as_str().into())];
            let key = deed.either("ending-refused-again", "half-refused-again");
            cx.texts.format(key, &code)
        }
    }
}

/// Width of the bar of a lease, and the least that still shows how it shrinks. Where there is less, the
/// countdown is enough.
const BAR: f32 = 64.0;
const LEAST_BAR: f32 = 16.0;

/// Room for the countdown beside it.
const COUNTDOWN: f32 = 52.0;

/// What a row is now: shape, and the time that is left or the word.
pub(super) fn state_ui(ui: &mut Ui, cx: &Context<'_>, row: &Row, deed: Deed) {
    let (t, p) = (cx.texts, cx.palette);
    let ending = Ending::of_newest(row, cx.now);
    let (shape, color) = look(ending, p);
    match ending {
        Ending::Held(_, why) => {
            dot(ui, shape, color);
            let Some(lease) = row.newest().lease else {
                ui.label(RichText::new(t.get("state-unknown-lease")).color(color));
                return;
            };
            match why {
                None => {
                    let width = (ui.available_width() - COUNTDOWN).min(BAR);
                    if width >= LEAST_BAR {
                        lease_bar(ui, width, lease.fraction(cx.now), color, p);
                    }
                }
                Some(_) => {
                    pill(ui, word(ending, deed, t), p.bad, p.bad_bg)
                        .on_hover_text(sentence(cx, ending, deed));
                }
            }
            let left = countdown(lease.remaining(cx.now));
            let ink = if shape == Dot::Full { p.text } else { color };
            ui.label(theme::strong(left).color(ink));
        }
        Ending::Acking => {
            dot(ui, shape, color);
            pill(ui, word(ending, deed, t), p.dim, p.raised);
        }
        Ending::Acked(_) | Ending::LikelyAcked(_) => {
            dot(ui, shape, p.faint);
            pill(ui, word(ending, deed, t), p.dim, p.raised)
                .on_hover_text(sentence(cx, ending, deed));
        }
        _ => {
            dot(ui, shape, color);
            let ground = if color == p.bad { p.bad_bg } else { p.soon_bg };
            pill(ui, word(ending, deed, t), color, ground)
                .on_hover_text(sentence(cx, ending, deed));
        }
    }
}

/// The colour of a likeness: only what may be a mistake stands out.
pub(super) fn alike_look(alike: Alike, p: &Palette) -> Color32 {
    match alike {
        Alike::Double => p.soon,
        Alike::Key | Alike::Body => p.dim,
    }
}

/// A likeness in a word or two.
pub(super) fn alike_word(alike: Alike, t: &'static Texts) -> &'static str {
    t.get(match alike {
        Alike::Double => "alike-double",
        Alike::Key => "alike-key",
        Alike::Body => "alike-body",
    })
}

/// The shape of a likeness: two sheets, a key's ring and bit, two lines of text.
pub(super) fn alike_mark(ui: &mut Ui, alike: Alike, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(12.0), Sense::hover());
    let (painter, stroke) = (ui.painter(), Stroke::new(1.2, color));
    let at = |x: f32, y: f32| rect.min + Vec2::new(x, y);
    match alike {
        Alike::Double => {
            let sheet = |x: f32, y: f32| Rect::from_min_size(at(x, y), Vec2::splat(7.0));
            painter.rect_stroke(sheet(1.0, 1.0), 1.0, stroke, StrokeKind::Inside);
            painter.rect_filled(sheet(4.0, 4.0), 1.0, color);
        }
        Alike::Key => {
            painter.circle_stroke(at(4.0, 6.0), 2.5, stroke);
            painter.line_segment([at(6.5, 6.0), at(11.5, 6.0)], stroke);
            painter.line_segment([at(10.5, 6.0), at(10.5, 9.0)], stroke);
        }
        Alike::Body => {
            for y in [4.0, 8.0] {
                painter.line_segment([at(1.5, y), at(10.5, y)], stroke);
            }
        }
    }
    response
}
