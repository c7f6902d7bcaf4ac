//! What fills the publish form a second time, and the way back to what was typed before: nothing
//! typed is lost, however often the form is filled.

use egui::Ui;

use crate::session::templates::Template;
use crate::session::{Draft, KEPT_BODY_BYTES, Model, Offer, Say};

use super::context::{Context, bytes};
use super::theme;
use super::theme::icons;
use super::widgets::{icon_button, link_button, remark};

/// Drafts that can be gone back to.
const KEPT: usize = 20;

/// What the form was filled with, and what was in it.
#[derive(Default)]
pub(super) struct Refill {
    /// The number of the offer that was taken last.
    taken: u64,
    /// That offer, as long as the form says where it is from.
    offer: Option<Offer>,
    /// What was typed before, the newest last.
    before: Vec<Draft>,
}

impl Refill {
    /// Takes the newest offer, if it was not taken yet.
    pub(super) fn take(&mut self, draft: &mut Draft, model: &Model) -> bool {
        let Some(offer) = model.offer().filter(|offer| offer.number > self.taken) else {
            return false;
        };
        self.taken = offer.number;
        self.fill(draft, offer.clone(), true);
        true
    }

    /// Fills the form with a template. `keep`: what was in it is nowhere else.
    pub(super) fn load(&mut self, draft: &mut Draft, template: &Template, keep: bool) {
        let offer = Offer {
            number: self.taken,
            draft: template.draft.clone(),
            from: Say::new("again-from-template").with("path", &template.path),
            left_out: Vec::new(),
            lost_body: None,
        };
        self.fill(draft, offer, keep);
    }

    fn fill(&mut self, draft: &mut Draft, offer: Offer, keep: bool) {
        let old = std::mem::replace(draft, offer.draft.clone());
        // What came from an offer and was not touched since was not typed.
        let untouched = self
            .offer
            .as_ref()
            .is_some_and(|last| last.draft.is_like(&old));
        if keep && !untouched && !old.is_like(draft) {
            self.before.push(old);
            if self.before.len() > KEPT {
                self.before.remove(0);
            }
        }
        self.offer = Some(offer);
    }

    /// Where the contents are from, and the way back.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>, draft: &mut Draft) {
        let Some(offer) = &self.offer else { return };
        let t = cx.texts;
        let mut done = false;
        remark(ui, &cx.say(&offer.from), cx.palette.dim);
        if !offer.left_out.is_empty() {
            let keys = [("keys", offer.left_out.join(", ").into())];
            remark(ui, &t.format("again-left-out", &keys), cx.palette.soon);
        }
        if let Some(size) = offer.lost_body.filter(|_| draft.body.is_empty()) {
            let values = [
                ("size", bytes(size).into()),
                ("max", bytes(KEPT_BODY_BYTES).into()),
            ];
            remark(ui, &t.format("again-lost-body", &values), cx.palette.soon);
        }
        ui.horizontal(|ui| {
            if !self.before.is_empty() && link_button(ui, t.get("again-undo"), cx.palette).clicked()
            {
                if let Some(before) = self.before.pop() {
                    *draft = before;
                }
                done = true;
            }
            done |= icon_button(ui, icons::CLOSE, t.get("again-close")).clicked();
        });
        ui.add_space(theme::GAP_SMALL);
        if done {
            self.offer = None;
        }
    }
}
