//! What is known about a signature: the verdict, why, likeliest first, what was signed beside what
//! had to be signed, and how the official SDKs would have signed it.

use egui::{Label, RichText, Ui};

use crate::explained::{self, sdk_name};
use crate::protocol::explain::{
    Cause, Certainty, ClockVerdict, Difference, Explanation, Sdk, Verdict, difference,
};
use crate::session::{Explained, RequestFrom};

use super::strings::{self, Side};
use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::widgets::{Dot, dot, link_button, named, pill, remark, segmented};

/// So many causes are told at once; the others are a click away.
const FIRST: usize = 3;

/// What is chosen to be seen.
#[derive(Default)]
pub(super) struct Findings {
    /// The answer that the rest is about.
    answer: u64,
    all_causes: bool,
    sdk: Option<Sdk>,
    /// Where the string of that SDK differs.
    compared: Option<(Sdk, Vec<Difference>)>,
}

impl Findings {
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: &Context<'_>, found: &Explained) {
        let answer = cx.model.debugger().answer();
        if self.answer != answer {
            *self = Self {
                answer,
                sdk: self.sdk,
                ..Self::default()
            };
        }
        verdict_ui(ui, cx, found);
        self.causes_ui(ui, cx, &found.explanation);
        strings_ui(ui, cx, found);
        self.sdks_ui(ui, cx, &found.explanation);
    }

    fn causes_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, found: &Explanation) {
        let causes = &found.causes;
        if causes.is_empty() {
            return;
        }
        let t = cx.texts;
        heading(ui, t.get("explain-causes"));
        let shown = match self.all_causes {
            true => causes.len(),
            false => FIRST,
        };
        for (place, cause) in causes.iter().enumerate().take(shown) {
            let is_other = |other: &Cause| Some(other.kind) == cause.together_with;
            let other = causes.iter().position(is_other);
            cause_ui(ui, cx, place + 1, cause, other.map(|other| other + 1));
        }
        let more = causes.len().saturating_sub(shown);
        if more > 0 {
            let more = t.format("debugger-more-causes", &[("n", more.into())]);
            self.all_causes = link_button(ui, &more, cx.palette).clicked();
        }
    }

    fn sdks_ui(&mut self, ui: &mut Ui, cx: &Context<'_>, found: &Explanation) {
        let (t, p) = (cx.texts, cx.palette);
        heading(ui, t.get("explain-sdks"));
        let mut sdk = self.sdk.or(found.sdk).unwrap_or(Sdk::Java);
        let before = sdk;
        let choices = Sdk::ALL.map(|sdk| (sdk, sdk_name(sdk)));
        ui.horizontal(|ui| segmented(ui, &mut sdk, &choices));
        if sdk != before {
            self.sdk = Some(sdk);
        }
        let Some(recipe) = found.recipes.iter().find(|recipe| recipe.sdk == sdk) else {
            return;
        };
        let places = match &mut self.compared {
            Some((of, places)) if *of == sdk => places,
            other => {
                let places = difference(&found.ours, &recipe.string_to_sign);
                &mut other.insert((sdk, places)).1
            }
        };
        if places.is_empty() {
            ui.horizontal(|ui| {
                dot(ui, Dot::Tick, p.ok);
                ui.label(RichText::new(t.get("debugger-sdk-same")).color(p.ok));
            });
        } else {
            // No fault: brokers sign what came, and not as SDKs would have written it.
            strings::where_ui(ui, cx, "debugger-sdk-differs", p.dim, places);
        }
        let title = t.format("debugger-sdk-string", &[("sdk", sdk_name(sdk).into())]);
        let side = Side {
            title: &title,
            text: &recipe.string_to_sign,
            marks: places.iter().map(|place| place.theirs.clone()).collect(),
            colors: (p.soon, p.soon_bg),
        };
        strings::ui(ui, cx, &[side]);
        if !recipe.string_to_sign.ends_with(&recipe.target) {
            let target = [("target", recipe.target.as_str().into())];
            remark(ui, &t.format("debugger-sdk-target", &target), p.dim);
        }
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(theme::GAP_SMALL);
    ui.label(theme::strong(text));
}

fn verdict_ui(ui: &mut Ui, cx: &Context<'_>, found: &Explained) {
    let (t, p) = (cx.texts, cx.palette);
    let explanation = &found.explanation;
    let (shape, color) = match explanation.verdict {
        Verdict::Good => (Dot::Tick, p.ok),
        Verdict::WouldBeRefused { .. } => (Dot::Full, p.bad),
        Verdict::Unknown => (Dot::Half, p.soon),
    };
    ui.horizontal_top(|ui| {
        dot(ui, shape, color);
        let text = theme::title(explained::verdict(t, explanation)).color(color);
        ui.add(Label::new(text).wrap());
    });
    if let (RequestFrom::Sandbox(_, request), Verdict::Good) = (&found.from, &explanation.verdict) {
        let code = [("code", request.code.as_str().into())];
        ui.add(
            Label::new(theme::inked(
                t.format("debugger-refused-otherwise", &code),
                p.text,
            ))
            .wrap(),
        );
    }
    let mut facts = Vec::new();
    if let RequestFrom::Pasted(form) = found.from {
        let form = [("form", explained::form_name(t, form).into())];
        facts.push(t.format("debugger-read-as", &form));
        if let Some(sdk) = explanation.sdk {
            facts.push(t.format("explain-sent-by", &[("sdk", sdk_name(sdk).into())]));
        }
    }
    if let ClockVerdict::Old(millis) = explanation.clock {
        let age = [("age", explained::age(millis).into())];
        facts.push(t.format("debugger-old", &age));
    }
    if !facts.is_empty() {
        remark(ui, &facts.join(" · "), p.dim);
    }
    if !found.with_keys {
        remark(ui, t.get("debugger-no-keys"), p.soon);
    }
}

/// `other`: the place of the cause without which this one does not explain it.
fn cause_ui(ui: &mut Ui, cx: &Context<'_>, place: usize, cause: &Cause, other: Option<usize>) {
    let (t, p) = (cx.texts, cx.palette);
    let (ink, ground) = match cause.certainty {
        Certainty::Proven => (p.bad, p.bad_bg),
        Certainty::Likely => (p.soon, p.soon_bg),
        Certainty::Possible => (p.dim, p.raised),
    };
    ui.horizontal_top(|ui| {
        let place = theme::strong(format!("{place}.")).color(p.dim);
        ui.label(place);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let what = explained::explanation(t, cause);
            let response = ui.add(Label::new(theme::strong(&what)).wrap());
            named(ui, response, egui::Role::Label, &what);
            ui.horizontal_top(|ui| {
                pill(ui, explained::certainty(t, cause.certainty), ink, ground);
                let fix = [("fix", explained::fix(t, cause).into())];
                let fix = t.format("debugger-fix", &fix);
                ui.add(Label::new(theme::dim(ui.ctx(), fix)).wrap());
            });
            if let Some(other) = other {
                let other = [("place", other.into())];
                remark(ui, &t.format("debugger-together", &other), p.dim);
            }
        });
    });
}

/// What was signed beside what had to be signed.
fn strings_ui(ui: &mut Ui, cx: &Context<'_>, found: &Explained) {
    let (t, p) = (cx.texts, cx.palette);
    let explanation = &found.explanation;
    heading(ui, t.get("explain-string"));
    let marks = |side: fn(&Difference) -> std::ops::Range<usize>| {
        explanation.difference.iter().map(side).collect()
    };
    let at_sandbox = matches!(found.from, RequestFrom::Sandbox(..));
    let ours = Side {
        title: match at_sandbox {
            true => t.get("debugger-sandbox-signs"),
            false => t.get("debugger-ours"),
        },
        text: &explanation.ours,
        marks: marks(|place| place.ours.clone()),
        colors: (p.ok, p.ok_bg),
    };
    let other = match (&explanation.theirs, &explanation.server) {
        (Some(theirs), _) => Some((t.get("debugger-theirs"), theirs)),
        (None, Some(server)) => Some((t.get("debugger-server"), server)),
        (None, None) => None,
    };
    match other {
        Some((_, text)) if *text == explanation.ours => {
            remark(ui, t.get("explain-theirs-same"), p.ok);
            strings::ui(ui, cx, &[ours]);
        }
        Some((title, text)) => {
            let difference = &explanation.difference;
            strings::where_ui(ui, cx, "debugger-differ", p.soon, difference);
            let theirs = Side {
                title,
                text,
                marks: marks(|place| place.theirs.clone()),
                colors: (p.bad, p.bad_bg),
            };
            strings::ui(ui, cx, &[ours, theirs]);
        }
        None => {
            if !explanation.causes.is_empty() {
                remark(ui, t.get("explain-theirs-unknown"), p.dim);
            }
            strings::ui(ui, cx, &[ours]);
        }
    }
}
