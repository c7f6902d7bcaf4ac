//! A table of the guide: as wide as the page, its lines broken, so that nothing is cut and nothing is
//! scrolled sideways.

use egui::accesskit::Role;
use egui::{Galley, Label, Rect, Ui, UiBuilder, pos2, vec2};
use std::sync::Arc;

use crate::guide::Span;
use crate::ui::theme;

use super::page::Sheet;

/// Room at both sides of a cell.
const BESIDE: f32 = theme::GAP;
/// Room above and below it.
const ABOVE: f32 = theme::GAP_SMALL;
/// No column is narrower than a word.
const NARROWEST: f32 = 72.0;

pub(super) fn ui(ui: &mut Ui, sheet: &Sheet<'_>, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) {
    let name = texts(head);
    let builder = UiBuilder::new()
        .accessibility_role(Role::Table)
        .accessibility_label(name);
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let widths = widths(ui, sheet, head, rows);
        let named = head.iter().any(|cell| !cell.is_empty());
        if named {
            row_ui(ui, sheet, head, &widths, true);
        }
        for (place, row) in rows.iter().enumerate() {
            ui.push_id(place, |ui| row_ui(ui, sheet, row, &widths, false));
        }
    });
}

/// All cells in a line.
fn texts(cells: &[Vec<Span>]) -> String {
    let text = |cell: &Vec<Span>| cell.iter().map(|span| span.text.as_str()).collect();
    let texts: Vec<String> = cells.iter().map(text).collect();
    texts.join(" · ")
}

fn galley(ui: &Ui, sheet: &Sheet<'_>, cell: &[Span], head: bool, width: f32) -> Arc<Galley> {
    let mut job = job(sheet, cell, head);
    job.wrap.max_width = width;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

fn job(sheet: &Sheet<'_>, cell: &[Span], head: bool) -> egui::text::LayoutJob {
    match head {
        true => {
            let text: String = cell.iter().map(|span| span.text.as_str()).collect();
            sheet.line(&text, theme::semibold(theme::BODY_SIZE))
        }
        false => sheet.job(cell),
    }
}

/// Widths of the columns: as wide as they are on one line, where that fits; otherwise what is too much is
/// taken from the wide ones.
fn widths(ui: &Ui, sheet: &Sheet<'_>, head: &[Vec<Span>], rows: &[Vec<Vec<Span>>]) -> Vec<f32> {
    let wide = |cell: &Vec<Span>, head| galley(ui, sheet, cell, head, f32::INFINITY).size().x;
    let mut widths: Vec<f32> = head.iter().map(|cell| wide(cell, true)).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = width.max(wide(cell, false));
        }
    }
    let around = 2.0 * BESIDE * widths.len() as f32;
    share(&mut widths, (ui.available_width() - around).max(0.0));
    widths
}

/// Makes the widest ones narrower until all fit into `room`, but none narrower than a word.
fn share(widths: &mut [f32], room: f32) {
    let mut low = NARROWEST;
    let mut high = widths.iter().copied().fold(NARROWEST, f32::max);
    let at_most = |widths: &[f32], most: f32| widths.iter().map(|w| w.min(most)).sum::<f32>();
    if at_most(widths, high) <= room {
        return;
    }
    // Half a point is no difference.
    while high - low > 0.5 {
        let most = (low + high) / 2.0;
        match at_most(widths, most) <= room {
            true => low = most,
            false => high = most,
        }
    }
    for width in widths {
        *width = width.min(low);
    }
}

fn row_ui(ui: &mut Ui, sheet: &Sheet<'_>, row: &[Vec<Span>], widths: &[f32], head: bool) {
    let cells = row.iter().zip(widths);
    let heights = cells
        .clone()
        .map(|(cell, width)| galley(ui, sheet, cell, head, *width).size().y);
    let height = heights.fold(theme::BODY_LINE, f32::max) + 2.0 * ABOVE;
    let whole: f32 = widths.iter().map(|width| width + 2.0 * BESIDE).sum();
    let size = vec2(whole, height);
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter()
        .hline(rect.x_range(), rect.bottom(), sheet.line_stroke());
    if !ui.is_rect_visible(rect) && !crate::ui::spoken::is_on(ui) {
        return;
    }
    let builder = UiBuilder::new()
        .max_rect(rect)
        .accessibility_role(Role::Row)
        .accessibility_label(texts(row));
    let mut ui = ui.new_child(builder);
    let mut left = rect.left();
    for (cell, width) in cells {
        let at = pos2(left + BESIDE, rect.top() + ABOVE);
        let room = Rect::from_min_size(at, vec2(*width, height - 2.0 * ABOVE));
        let mut child = ui.new_child(UiBuilder::new().max_rect(room));
        child.add(Label::new(job(sheet, cell, head)).wrap());
        left += width + 2.0 * BESIDE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_is_taken_from_the_widest() {
        let shared = |widths: &[f32], room| {
            let mut widths = widths.to_vec();
            share(&mut widths, room);
            widths.iter().map(|w| w.round()).collect::<Vec<_>>()
        };
        assert_eq!(shared(&[100.0, 200.0], 400.0), [100.0, 200.0]);
        assert_eq!(shared(&[100.0, 500.0, 500.0], 500.0), [100.0, 200.0, 200.0]);
        assert_eq!(shared(&[500.0, 500.0], 10.0), [72.0, 72.0]);
    }
}
