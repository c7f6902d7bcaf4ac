//! The examination in the form of a connection: check by check, with what was seen and what to do
//! next. Makes no check itself.

use egui::{Align, Label, Ui};

use crate::doctor::{Check, Finding, Verdict};
use crate::protocol::Profile;

use super::card;
use super::connection_form::Spot;
use super::context::Context;
use super::theme;
use super::widgets::{Dot, dot, link_button, named, remark};

/// The checks so far, if there is an examination; what is new of them is brought into sight.
/// `seen`: how much of it was there in the frame before. The field to lead to, if somebody asks.
pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, kind: Profile, seen: &mut usize) -> Option<Spot> {
    let mut led = None;
    let checkup = cx.model.checkup();
    let there = match checkup.is_shown() {
        true => 1 + checkup.findings().len() + usize::from(!checkup.is_running()),
        false => 0,
    };
    if there > 0 {
        led = findings_ui(ui, cx, kind);
        if there > *seen {
            ui.scroll_to_cursor(Some(Align::BOTTOM));
        }
    }
    *seen = there;
    led
}

fn findings_ui(ui: &mut Ui, cx: &Context<'_>, kind: Profile) -> Option<Spot> {
    let mut led = None;
    let checkup = cx.model.checkup();
    let (t, p) = (cx.texts, cx.palette);
    ui.separator();
    ui.label(theme::label(ui.ctx(), t.get("checkup-title")));
    // Of checks that could not be made there is nothing to tell but that, once for all of them.
    let alike = |one: &Finding, other: &Finding| {
        let skipped = [one, other].map(|finding| finding.verdict == Verdict::Skipped);
        skipped == [true; 2] && one.evidence == other.evidence
    };
    for findings in checkup.findings().chunk_by(alike) {
        led = findings_alike_ui(ui, cx, kind, findings).or(led);
    }
    if checkup.is_running() {
        ui.horizontal(|ui| {
            dot(ui, Dot::Half, p.dim);
            ui.label(theme::dim(ui.ctx(), t.get("checkup-running")));
        });
    }
    if let Some(trouble) = checkup.failed() {
        card::trouble_ui(ui, cx, trouble);
        if trouble.what.key == "trouble-no-keys" {
            led = go_ui(ui, cx, kind, Spot::AccessKey).or(led);
        }
        if !trouble.detail.is_empty() {
            remark(ui, &trouble.detail, p.dim);
        }
    }
    let (key, color) = match checkup.verdict() {
        Some(Verdict::Bad) => ("checkup-bad", p.bad),
        Some(Verdict::Attention) => ("checkup-attention", p.soon),
        Some(Verdict::Good | Verdict::Skipped) => ("checkup-good", p.ok),
        None => return led,
    };
    ui.label(theme::strong(t.get(key)).color(color));
    led
}

/// A link to a field; that field if it is followed.
fn go_ui(ui: &mut Ui, cx: &Context<'_>, kind: Profile, spot: Spot) -> Option<Spot> {
    let name = [("field", spot.name(cx, kind).into())];
    let text = cx.texts.format("checkup-go", &name);
    link_button(ui, &text, cx.palette).clicked().then_some(spot)
}

/// The field that what was found is about.
fn spot_of(finding: &Finding) -> Option<Spot> {
    if matches!(finding.verdict, Verdict::Good | Verdict::Skipped) {
        return None;
    }
    let evidence = finding.evidence.key;
    Some(match finding.check {
        Check::Name | Check::Tcp | Check::Http | Check::Protocol | Check::Tls
            if evidence.ends_with("-proxy") =>
        {
            Spot::Proxy
        }
        Check::Tls if evidence == "doctor-tls-untrusted" => Spot::CaFile,
        Check::Name | Check::Tcp | Check::Http | Check::Protocol | Check::Tls => Spot::Endpoint,
        Check::Signature if evidence == "doctor-signature-unknown" => Spot::AccessKey,
        Check::Signature if evidence == "doctor-signature-wrong" => Spot::SecretKey,
        Check::Signature | Check::Clock => return None,
        Check::Topic => Spot::Topic,
        Check::Group => Spot::Group,
    })
}

/// What was found, by one check or by several that found the same.
fn findings_alike_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    kind: Profile,
    findings: &[Finding],
) -> Option<Spot> {
    let (t, p) = (cx.texts, cx.palette);
    let finding = findings.first()?;
    let titles = findings.iter().map(|one| cx.say(&one.check.title()));
    let title = titles.collect::<Vec<_>>().join(t.get("name-separator"));
    let (shape, color, verdict) = match finding.verdict {
        Verdict::Good => (Dot::Tick, p.ok, t.get("verdict-good")),
        Verdict::Attention => (Dot::Half, p.soon, t.get("verdict-attention")),
        Verdict::Bad => (Dot::Cross, p.bad, t.get("verdict-bad")),
        Verdict::Skipped => (Dot::Ring, p.faint, t.get("verdict-skipped")),
    };
    ui.horizontal_top(|ui| {
        let response = dot(ui, shape, color);
        let spoken = format!("{title}: {verdict}");
        named(ui, response, egui::Role::Label, &spoken);
        let shown = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let ink = match finding.verdict {
                Verdict::Skipped => p.faint,
                _ => p.text,
            };
            let seen = finding.line_with(t, &title);
            ui.add(Label::new(theme::inked(seen, ink)).wrap());
            if let Some(next) = &finding.next {
                ui.add(Label::new(theme::inked(cx.say(next), color)).wrap());
            }
            if !finding.detail.is_empty() {
                // In the words of the server or the system, as they came.
                let detail = theme::code(&finding.detail).color(p.dim);
                ui.add(Label::new(detail).wrap());
            }
            spot_of(finding).and_then(|spot| {
                let salt = finding.check.title().key;
                ui.push_id(salt, |ui| go_ui(ui, cx, kind, spot)).inner
            })
        });
        shown.inner
    })
    .inner
}
