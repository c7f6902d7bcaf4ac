//! The examination in the form of a connection: check by check, with what was seen and what to do
//! next. Makes no check itself.

use egui::{Align, Label, RichText, Ui};

use crate::doctor::{Finding, Verdict};

use super::card;
use super::context::Context;
use super::theme;
use super::widgets::{Dot, dot, named, remark};

/// The checks so far, if there is an examination; what is new of them is brought into sight.
/// `seen`: how much of it was there in the frame before.
pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, seen: &mut usize) {
    let checkup = cx.model.checkup();
    let there = match checkup.is_shown() {
        true => 1 + checkup.findings().len() + usize::from(!checkup.is_running()),
        false => 0,
    };
    if there > 0 {
        findings_ui(ui, cx);
        if there > *seen {
            ui.scroll_to_cursor(Some(Align::BOTTOM));
        }
    }
    *seen = there;
}

fn findings_ui(ui: &mut Ui, cx: &Context<'_>) {
    let checkup = cx.model.checkup();
    let (t, p) = (cx.texts, cx.palette);
    ui.separator();
    ui.label(theme::label(ui.ctx(), t.get("checkup-title")));
    for finding in checkup.findings() {
        finding_ui(ui, cx, finding);
    }
    if checkup.is_running() {
        ui.horizontal(|ui| {
            dot(ui, Dot::Half, p.dim);
            ui.label(theme::dim(ui.ctx(), t.get("checkup-running")));
        });
    }
    if let Some(trouble) = checkup.failed() {
        card::trouble_ui(ui, cx, trouble);
        if !trouble.detail.is_empty() {
            remark(ui, &trouble.detail, p.dim);
        }
    }
    let (key, color) = match checkup.verdict() {
        Some(Verdict::Bad) => ("checkup-bad", p.bad),
        Some(Verdict::Attention) => ("checkup-attention", p.soon),
        Some(Verdict::Good | Verdict::Skipped) => ("checkup-good", p.ok),
        None => return,
    };
    ui.label(theme::strong(t.get(key)).color(color));
}

fn finding_ui(ui: &mut Ui, cx: &Context<'_>, finding: &Finding) {
    let (t, p) = (cx.texts, cx.palette);
    let (shape, color, verdict) = match finding.verdict {
        Verdict::Good => (Dot::Tick, p.ok, t.get("verdict-good")),
        Verdict::Attention => (Dot::Half, p.soon, t.get("verdict-attention")),
        Verdict::Bad => (Dot::Ring, p.bad, t.get("verdict-bad")),
        Verdict::Skipped => (Dot::Ring, p.faint, t.get("verdict-skipped")),
    };
    let title = cx.say(&finding.check.title());
    ui.horizontal_top(|ui| {
        let response = dot(ui, shape, color);
        let spoken = format!("{title}: {verdict}");
        named(ui, response, egui::Role::Label, &spoken);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let ink = match finding.verdict {
                Verdict::Skipped => p.faint,
                _ => p.text,
            };
            let seen = format!("{title}: {}", cx.say(&finding.evidence));
            ui.add(Label::new(RichText::new(seen).color(ink)).wrap());
            if let Some(next) = &finding.next {
                ui.add(Label::new(RichText::new(cx.say(next)).color(color)).wrap());
            }
            if !finding.detail.is_empty() {
                ui.add(Label::new(theme::dim(ui.ctx(), &finding.detail)).wrap());
            }
        });
    });
}
