//! What differs from the delivery before, or from the message before with the same key. Added and
//! removed are told by sign and colour.

use egui::text::LayoutJob;
use egui::{Label, RichText, Ui, pos2};

use crate::session::body::{Change, DiffRow, Difference, Fact};
use crate::session::{Against, Command, Compared, ReadCommand};
use crate::ui::context::{Context, short_id};
use crate::ui::theme;
use crate::ui::widgets::segmented;

use super::ink::format;
use super::sheet::{Sheet, row_text};

/// Widest row, in points: as wide as the parts that very long lines come in.
const WIDEST: f32 = 4_200.0;

pub(super) fn ui(ui: &mut Ui, cx: &mut Context<'_>, against: &mut Against, has_key: bool) {
    let t = cx.texts;
    let choices = [
        (Against::Delivery, t.get("viewer-diff-delivery")),
        (Against::Key, t.get("viewer-diff-key")),
    ];
    ui.horizontal_wrapped(|ui| segmented(ui, against, &choices));
    let reader = cx.model.reader();
    let compared = reader.compared();
    let state = match compared {
        Some((of, state)) if of == *against => state,
        _ if reader.is_refused() => return,
        _ => {
            cx.command(Command::Read(ReadCommand::Compare(*against)));
            return;
        }
    };
    match state {
        Compared::Seeking => {
            ui.label(theme::dim(ui.ctx(), t.get("viewer-diff-seeking")));
            cx.command(Command::Read(ReadCommand::SeekOn));
        }
        Compared::Comparing => {
            ui.label(theme::dim(ui.ctx(), t.get("viewer-diff-comparing")));
        }
        Compared::Nothing => {
            let text = match (*against, has_key) {
                (Against::Delivery, _) => t.get("viewer-diff-no-delivery"),
                (Against::Key, true) => t.get("viewer-diff-no-key"),
                (Against::Key, false) => t.get("viewer-diff-keyless"),
            };
            ui.add(Label::new(theme::dim(ui.ctx(), text)).wrap());
        }
        Compared::Done(row, difference) => {
            head_ui(ui, cx, *against, row, &difference);
            rows_ui(ui, cx, &difference);
        }
    }
}

/// What is compared, and the verdict.
fn head_ui(ui: &mut Ui, cx: &Context<'_>, against: Against, row: u64, found: &Difference) {
    let (t, p) = (cx.texts, cx.palette);
    ui.horizontal_wrapped(|ui| {
        if against == Against::Key {
            let view = cx.model.shown_view();
            let other = view.and_then(|view| view.rows.get(row));
            let id = other.and_then(|row| row.message_id()).unwrap_or_default();
            let id = [("id", short_id(id).into())];
            ui.label(theme::dim(ui.ctx(), t.format("viewer-diff-with", &id)));
        }
        let verdict = match found {
            found if found.same_body && found.facts.is_empty() => t.get("viewer-diff-identical"),
            found if found.same_body => t.get("viewer-diff-same-body"),
            found if found.only_layout => t.get("viewer-diff-layout"),
            _ => "",
        };
        if verdict.is_empty() {
            let (added, removed) = found.counts;
            ui.label(RichText::new(format!("+{added}")).color(p.ok));
            ui.label(RichText::new(format!("−{removed}")).color(p.bad));
        } else {
            ui.label(RichText::new(verdict).color(p.ok));
        }
        if found.coarse {
            ui.label(RichText::new(t.get("viewer-diff-coarse")).color(p.soon));
        }
    });
}

/// The old and the new of a fact take a row each, and come first.
fn rows_ui(ui: &mut Ui, cx: &Context<'_>, found: &Difference) {
    let facts = found.facts.len() * 2;
    let sheet = Sheet {
        id: "body-diff",
        name: cx.texts.get("look-diff"),
        rows: facts + found.rows.len(),
        width: WIDEST,
        go: None,
    };
    sheet.show(ui, |ui, row, rect| {
        let (change, job) = match row.checked_sub(facts) {
            None => fact_job(cx, found, row),
            Some(row) => match found.rows.get(row) {
                Some(row) => row_job(cx, row),
                None => return,
            },
        };
        let Some(job) = job else { return };
        let p = cx.palette;
        let ground = match change {
            Change::Same => p.panel,
            Change::Added => p.ok_bg,
            Change::Removed => p.bad_bg,
        };
        ui.painter().rect_filled(rect, 0.0, ground);
        let text = job.text.clone();
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let left = pos2(rect.left() + theme::GAP, rect.top());
        ui.painter().galley(left, galley, p.text);
        row_text(ui, "diff-row", row, rect, &text);
    });
}

fn sign(change: Change) -> &'static str {
    match change {
        Change::Same => "  ",
        Change::Added => "+ ",
        Change::Removed => "− ",
    }
}

fn new_job() -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    job
}

fn fact_job(cx: &Context<'_>, found: &Difference, row: usize) -> (Change, Option<LayoutJob>) {
    let (t, p) = (cx.texts, cx.palette);
    let Some(fact) = found.facts.get(row / 2) else {
        return (Change::Same, None);
    };
    let (change, value) = match row % 2 {
        0 => (Change::Removed, &fact.old),
        _ => (Change::Added, &fact.new),
    };
    let name = match &fact.fact {
        Fact::Times => t.get("fact-times"),
        Fact::Tag => t.get("fact-tag"),
        Fact::Md5 => t.get("fact-md5"),
        Fact::Id => t.get("fact-id"),
        Fact::Property(key) => key,
    };
    let mut job = new_job();
    job.append(sign(change), 0.0, format(p.text));
    job.append(&format!("{name}: "), 0.0, format(p.dim));
    let value = value.as_deref().unwrap_or("–");
    job.append(value, 0.0, format(p.text));
    (change, Some(job))
}

fn row_job(cx: &Context<'_>, row: &DiffRow) -> (Change, Option<LayoutJob>) {
    let p = cx.palette;
    let mut job = new_job();
    match row {
        DiffRow::Skipped(lines) => {
            let text = cx
                .texts
                .format("viewer-diff-skipped", &[("n", (*lines).into())]);
            job.append(&text, 0.0, format(p.faint));
            (Change::Same, Some(job))
        }
        DiffRow::Line(change, parts) => {
            job.append(sign(*change), 0.0, format(p.text));
            for (stands_out, text) in parts {
                let mut format = format(p.text);
                if *stands_out {
                    let color = if *change == Change::Added {
                        p.ok
                    } else {
                        p.bad
                    };
                    format.color = color;
                    format.underline = egui::Stroke::new(theme::HAIRLINE, color);
                }
                job.append(text, 0.0, format);
            }
            (*change, Some(job))
        }
    }
}
