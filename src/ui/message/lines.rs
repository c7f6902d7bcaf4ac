//! A text in lines: numbers, colours, what was found, and a selection of any length to copy.
//! Lays out what is in sight and nothing else.

use std::ops::Range;
use std::sync::Arc;

use egui::epaint::text::cursor::CCursor;
use egui::{Color32, Event, Galley, Rect, Ui, pos2};

use crate::session::body::{Doc, Hits, Line, MOST_COLUMNS};
use crate::ui::actions::Action;
use crate::ui::theme::{self, Palette};

use super::ink::{self, Ink};
use super::sheet::{Go, LINE, Sheet, Shown, row_text};

/// A row that goes on from so far behind the beginning of its line is left in one colour: colours are
/// found anew in each frame, from there on.
const LEAD: usize = 4 << 10;

/// Bytes behind a row that are looked at for its colours: a name that is longer looks like a text.
const TAIL: usize = 256;

/// What to mark: everything that was found, and which of it is the current one.
pub(super) struct Marks<'a> {
    pub(super) hits: Option<&'a Hits>,
    pub(super) current: Option<usize>,
}

impl Marks<'_> {
    /// Whether something was found in a part of the text.
    pub(super) fn touch(&self, part: Range<usize>) -> bool {
        let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
        self.hits.is_some_and(|hits| {
            let next = hits
                .spans
                .partition_point(|&(_, to)| place(to) <= part.start);
            hits.spans
                .get(next)
                .is_some_and(|&(from, _)| place(from) < part.end)
        })
    }
}

/// A text to be shown.
pub(super) struct LinesView<'a> {
    pub(super) doc: &'a Doc,
    pub(super) ink: Ink,
    pub(super) name: &'a str,
    pub(super) marks: Marks<'a>,
    /// Where to go first, as a place in the text.
    pub(super) go: Option<usize>,
}

/// What is selected, from where to where, in bytes of the text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Selection {
    from: usize,
    to: usize,
}

impl Selection {
    fn range(self) -> Range<usize> {
        self.from.min(self.to)..self.from.max(self.to)
    }
}

/// Columns that fit into a width beside the line numbers, in steps, so that a window that is
/// dragged wider does not lay out everything again at every point.
pub(super) fn columns_in(ui: &Ui, width: f32, wrap: bool) -> usize {
    if !wrap {
        return MOST_COLUMNS;
    }
    let columns =
        ((width - gutter(ui, 999_999) - theme::PAD) / theme::mono_width(ui.ctx())) as usize;
    (columns / 8 * 8).clamp(16, MOST_COLUMNS)
}

fn gutter(ui: &Ui, lines: usize) -> f32 {
    let digits = lines.max(1).ilog10() as usize + 1;
    digits.max(3) as f32 * theme::mono_width(ui.ctx()) + 2.0 * theme::GAP
}

impl LinesView<'_> {
    pub(super) fn ui(&self, ui: &mut Ui, palette: &Palette, selection: &mut Selection) {
        let gutter = gutter(ui, self.doc.lines());
        let sheet = Sheet {
            id: "body-lines",
            name: self.name,
            rows: self.doc.len(),
            width: gutter + self.doc.longest() as f32 * theme::mono_width(ui.ctx()) + theme::PAD,
            go: self.go.map(|place| Go::To(self.doc.row_at(place))),
        };
        let chosen = selection.range();
        let shown = sheet.show(ui, |ui, row, rect| {
            if let Some(line) = self.doc.row(row) {
                self.row_ui(ui, palette, &line, row, rect, gutter, &chosen);
            }
        });
        self.select_ui(ui, palette, &shown, gutter, selection);
    }

    fn galley(&self, ui: &Ui, palette: &Palette, line: &Line<'_>) -> Arc<Galley> {
        let (ink, lead) = match self.lead(line) {
            Some(lead) => (self.ink, lead),
            None => (Ink::Plain, ""),
        };
        let tail = match ink {
            Ink::Plain => "",
            Ink::Json | Ink::Xml => self.tail(line),
        };
        let job = ink::job(ui, palette, ink, (lead, line.text, tail));
        ui.fonts_mut(|fonts| fonts.layout_job(job))
    }

    /// What stands before a row in its line, if that is near.
    fn lead(&self, line: &Line<'_>) -> Option<&str> {
        if line.first {
            return Some("");
        }
        let (text, end) = (self.doc.text(), line.start);
        let near = end.saturating_sub(LEAD);
        let before = text.as_bytes().get(near..end)?;
        let from = match before.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => near + at + 1,
            None if near == 0 => 0,
            None => return None,
        };
        text.get(from..end)
    }

    /// What stands behind a row in its line, as far as it may tell what the row ends with.
    fn tail(&self, line: &Line<'_>) -> &str {
        let text = self.doc.text();
        let behind = text.get(line.start + line.text.len()..).unwrap_or_default();
        let near = &behind[..behind.floor_char_boundary(TAIL)];
        near.split('\n').next().unwrap_or_default()
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one row of one sheet, drawn in one place"
    )]
    fn row_ui(
        &self,
        ui: &Ui,
        palette: &Palette,
        line: &Line<'_>,
        row: usize,
        rect: Rect,
        gutter: f32,
        chosen: &Range<usize>,
    ) {
        let galley = self.galley(ui, palette, line);
        let left = pos2(rect.left() + gutter, rect.top());
        let painter = ui.painter();
        let mark = |range: Range<usize>, color: Color32| {
            let x = |at: usize| {
                let chars = line
                    .text
                    .get(..at.saturating_sub(line.start).min(line.text.len()));
                let cursor = CCursor::new(chars.map_or(0, |chars| chars.chars().count()));
                left.x + galley.pos_from_cursor(cursor).left()
            };
            let (from, to) = (x(range.start), x(range.end));
            let mark =
                Rect::from_min_max(pos2(from, rect.top()), pos2(to.max(from), rect.bottom()));
            painter.rect_filled(mark, 0.0, color);
        };
        let end = line.start + line.text.len();
        if chosen.start < end && line.start < chosen.end {
            mark(chosen.clone(), palette.selected);
        }
        if let Some(hits) = self.marks.hits {
            let place = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
            let from = hits
                .spans
                .partition_point(|&(_, to)| place(to) <= line.start);
            let inside = hits.spans[from..].iter().enumerate();
            for (n, &(start, stop)) in inside.take_while(|(_, span)| place(span.0) < end) {
                let current = self.marks.current == Some(from + n);
                let color = if current {
                    palette.accent_bg
                } else {
                    palette.soon_bg
                };
                mark(place(start)..place(stop), color);
            }
        }
        painter.galley(left, galley, palette.text);
        // The numbers stay where they are when the text moves sideways.
        let edge = ui.clip_rect().left().max(rect.left());
        let margin = Rect::from_min_max(pos2(edge, rect.top()), pos2(edge + gutter, rect.bottom()));
        painter.rect_filled(margin, 0.0, palette.panel);
        if line.first {
            painter.text(
                pos2(margin.right() - theme::GAP, rect.center().y),
                egui::Align2::RIGHT_CENTER,
                line.number,
                theme::mono(),
                palette.faint,
            );
        }
        row_text(ui, "body-line", row, rect, line.text);
    }

    fn select_ui(
        &self,
        ui: &Ui,
        palette: &Palette,
        shown: &Shown,
        gutter: f32,
        selection: &mut Selection,
    ) {
        let area = &shown.area;
        if area.hovered() {
            ui.ctx().set_cursor_icon(egui::CursorIcon::Text);
        }
        let place = |pos: egui::Pos2| {
            let row = shown.row_at(pos.y).min(self.doc.len().saturating_sub(1));
            let Some(line) = self.doc.row(row) else {
                return 0;
            };
            let galley = self.galley(ui, palette, &line);
            let at = egui::vec2(pos.x - shown.left() - gutter, LINE / 2.0);
            let chars = galley.cursor_from_pos(at).index;
            let inside = line.text.char_indices().nth(chars.0);
            line.start + inside.map_or(line.text.len(), |(at, _)| at)
        };
        if let Some(pos) = area.interact_pointer_pos() {
            if area.drag_started() || area.clicked() {
                let origin = ui
                    .input(|input| input.pointer.press_origin())
                    .unwrap_or(pos);
                let from = place(origin);
                *selection = Selection { from, to: from };
            }
            if area.dragged() {
                selection.to = place(pos);
                // Past the edge the text moves on.
                ui.scroll_to_rect(Rect::from_min_size(pos, egui::Vec2::splat(1.0)), None);
            }
        }
        if !area.has_focus() {
            return;
        }
        if Action::SelectBody.taken(ui) {
            *selection = Selection {
                from: 0,
                to: self.doc.text().len(),
            };
        }
        let range = selection.range();
        if ui.input(|input| input.events.contains(&Event::Copy))
            && let Some(text) = self.doc.text().get(range).filter(|text| !text.is_empty())
        {
            ui.ctx().copy_text(text.to_owned());
        }
    }
}
