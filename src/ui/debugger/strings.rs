//! Two strings to sign side by side, line by line, each with every character in sight and with
//! what differs marked, on its own ground and underlined. Compares nothing itself.

use std::ops::Range;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Label, Stroke, Ui};

use crate::explained::visible::{self, Kind, Piece};
use crate::i18n::Texts;
use crate::protocol::explain::{Difference, Part};

use crate::ui::context::Context;
use crate::ui::theme;
use crate::ui::theme::icons;
use crate::ui::widgets::{icon_button, remark};

/// Width of the names of the lines.
const NAMES: f32 = 86.0;

/// Lines of a string to sign in front of those of the headers.
const FIXED: usize = 4;

/// One of the two.
pub(super) struct Side<'a> {
    /// What it is.
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    pub(super) marks: Vec<Range<usize>>,
    /// Ink and ground of what is marked.
    pub(super) colors: (Color32, Color32),
}

/// Draws one or two of them.
pub(super) fn ui(ui: &mut Ui, cx: &Context<'_>, sides: &[Side<'_>]) {
    let lines: Vec<Vec<Vec<Piece>>> = sides
        .iter()
        .map(|side| visible::lines(side.text, &side.marks))
        .collect();
    let rows = lines.iter().map(Vec::len).max().unwrap_or_default();
    let gaps = theme::GAP * (sides.len() as f32 + 1.0);
    let width = (ui.available_width() - NAMES - gaps - 2.0 * theme::GAP) / sides.len() as f32;
    theme::banner_frame(cx.palette.bg).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing = egui::vec2(theme::GAP, 2.0);
        ui.horizontal(|ui| {
            ui.add_space(NAMES + theme::GAP);
            for side in sides {
                head_ui(ui, cx, side, width);
            }
        });
        for row in 0..rows {
            ui.horizontal_top(|ui| {
                ui.allocate_ui(egui::vec2(NAMES, theme::BODY_LINE), |ui| {
                    ui.set_width(NAMES);
                    let name = name_of_row(cx.texts, row, rows);
                    ui.label(theme::label(ui.ctx(), name));
                });
                for (side, lines) in sides.iter().zip(&lines) {
                    let pieces = line_at(lines, row, rows);
                    cell_ui(ui, cx, side, pieces, width);
                }
            });
        }
    });
}

fn head_ui(ui: &mut Ui, cx: &Context<'_>, side: &Side<'_>, width: f32) {
    ui.allocate_ui(egui::vec2(width, cx.sizes.control), |ui| {
        ui.set_width(width);
        ui.horizontal(|ui| {
            ui.label(theme::column_head(ui.ctx(), side.title));
            let what = [("what", side.title.into())];
            let name = cx.texts.format("debugger-copy-string", &what);
            if icon_button(ui, icons::COPY, &name).clicked() {
                ui.ctx().copy_text(side.text.to_owned());
            }
        });
    });
}

fn cell_ui(ui: &mut Ui, cx: &Context<'_>, side: &Side<'_>, pieces: Option<&[Piece]>, width: f32) {
    ui.allocate_ui(egui::vec2(width, theme::BODY_LINE), |ui| {
        ui.set_width(width);
        if let Some(pieces) = pieces {
            ui.add(Label::new(job(cx, side, pieces)).wrap());
        }
    });
}

fn job(cx: &Context<'_>, side: &Side<'_>, pieces: &[Piece]) -> LayoutJob {
    let p = cx.palette;
    let (ink, ground) = side.colors;
    let mut job = LayoutJob::default();
    job.wrap.break_anywhere = true;
    for piece in pieces {
        let color = match (piece.marked, piece.kind) {
            (true, _) => ink,
            (false, Kind::Plain) => p.text,
            (false, Kind::Blank | Kind::Escape) => p.faint,
        };
        let mut format = TextFormat {
            line_height: Some(theme::BODY_LINE),
            ..TextFormat::simple(theme::mono(), color)
        };
        if piece.marked {
            format.background = ground;
            format.underline = Stroke::new(theme::HAIRLINE, ink);
        }
        let text = match (piece.kind, piece.text.is_empty()) {
            (Kind::Blank, _) => "·".repeat(piece.text.len()),
            // Nothing stands here, where something should.
            (_, true) => " ".to_owned(),
            _ => piece.text.clone(),
        };
        job.append(&text, 0.0, format);
    }
    job
}

/// The line that stands in a row: the first ones from above, the last one at the foot, so that a
/// header that is missing on one side moves nothing else.
fn line_at(lines: &[Vec<Piece>], row: usize, rows: usize) -> Option<&[Piece]> {
    let last = lines.len().checked_sub(1)?;
    let line = match row {
        row if row + 1 == rows => lines.get(last),
        row if row < last => lines.get(row),
        _ => None,
    };
    line.map(Vec::as_slice)
}

fn name_of_row(t: &'static Texts, row: usize, rows: usize) -> &'static str {
    let part = match row {
        _ if row + 1 == rows => Part::Resource,
        0 => Part::Method,
        1 => Part::ContentMd5,
        2 => Part::ContentType,
        3 => Part::Date,
        FIXED => Part::Headers,
        _ => return "",
    };
    name(t, part)
}

fn name(t: &'static Texts, part: Part) -> &'static str {
    match part {
        Part::Method => t.get("part-method"),
        Part::ContentMd5 => "Content-MD5",
        Part::ContentType => "Content-Type",
        Part::Date => t.get("part-date"),
        Part::Headers => t.get("part-headers"),
        Part::Resource => t.get("part-resource"),
    }
}

/// In which lines they differ, in words.
///
/// `key`: the words for it.
pub(super) fn where_ui(
    ui: &mut Ui,
    cx: &Context<'_>,
    key: &str,
    color: Color32,
    difference: &[Difference],
) {
    let mut names: Vec<&str> = difference
        .iter()
        .map(|place| name(cx.texts, place.part))
        .collect();
    names.dedup();
    if !names.is_empty() {
        let names = [("parts", names.join(", ").into())];
        remark(ui, &cx.texts.format(key, &names), color);
    }
}
